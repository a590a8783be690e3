package sbom

import (
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/netvet/netvet"
)

// deceptive looks for characters by which a name shows as another than it is:
// those that turn the direction of writing, that show nothing, that command a
// terminal, or that look like the letters of another alphabet (Unicode Technical
// Report 36). Names are kept as they are; that they deceive is told.
type deceptive struct{ *faults }

func (d deceptive) product(p *netvet.Product) {
	record := ""
	if len(p.Sources) > 0 {
		record = p.Sources[0].Record
	}
	d.texts(record, "name", p.Name, "manufacturer", p.Manufacturer, "vendor", p.Vendor, "model", p.Model, "part number", p.PartNumber,
		"version", p.Version, "serial number", p.Serial)
}

func (d deceptive) component(c *netvet.Component) {
	d.texts(c.Pointer, "name", c.Name, "manufacturer", c.Manufacturer, "supplier", c.Supplier, "publisher", c.Publisher,
		"group", c.Group, "version", c.Version, "part number", c.PartNumber)
}

// texts looks at texts, each behind the name of its field.
func (d deceptive) texts(record string, fields ...string) {
	for i := 0; i < len(fields); i += 2 {
		if fields[i+1] == "" {
			continue
		}
		if what := deceives(fields[i+1]); what != "" {
			d.add("deceptive characters", record, fmt.Sprintf("deceptive characters: the %s %s %s", fields[i], strconv.QuoteToASCII(short(fields[i+1])), what))
		}
	}
}

// deceives says what deceives in a text, or nothing.
func deceives(text string) string {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c >= utf8.RuneSelf || c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7F {
			return deceivesBeyondASCII(text)
		}
	}
	return ""
}

func deceivesBeyondASCII(text string) string {
	before := ' '
	latin, other := false, false // letters of the word so far
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Bidi_Control, r):
			return fmt.Sprintf("turns the direction of writing (%U)", r)
		case invisible(r, before):
			return fmt.Sprintf("holds a character that does not show (%U)", r)
		case unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r':
			return fmt.Sprintf("holds a control character (%U)", r)
		case !unicode.IsLetter(r) && !unicode.IsMark(r):
			latin, other = false, false
		case r < utf8.RuneSelf:
			latin = true
		case unicode.Is(unicode.Cyrillic, r), unicode.Is(unicode.Greek, r) && unicode.IsUpper(r):
			other = true
		}
		if latin && other {
			return "mixes letters of two alphabets in one word"
		}
		before = r
	}
	return ""
}

// invisible tells characters that take no place on the screen. The two joiners
// belong to the writing of Persian, of India and of emoji; behind ASCII letters
// they only hide.
func invisible(r, before rune) bool {
	const joinerNot, joiner = 0x200C, 0x200D
	switch {
	case r == joinerNot, r == joiner:
		return before < utf8.RuneSelf
	case r == 0x200B, r == 0x2060, r == 0xFEFF, r == 0x180E, 0xE0000 <= r && r <= 0xE007F:
		return true
	}
	return false
}

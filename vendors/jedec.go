package vendors

import (
	"math/bits"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// byJEP106 takes "bank:code", or the bytes in any of the spellings of byCode.
func (r *resolver) byJEP106(value string) *registered {
	if strings.Contains(value, ":") {
		return r.find(jepScheme, value)
	}
	e, _ := r.byCode(value)
	return e
}

// byCode reads a name that is nothing but the code which memory modules report
// instead of a name, in the spellings of SMBIOS type 17: continuation count and
// code as two bytes in either order ("80CE", "CE80", "002C", "80AD000080AD"),
// or the SPD bytes with 0x7F for every bank skipped ("7F7FFE0000000000"), or
// the code alone ("0x2C", "0xCE00000000000000"), or as some firmware writes it
// ("Bank 1, Hex 0xCE"). Of a pair of codes the first is the module's maker, the
// last that of its memory chips.
func (r *resolver) byCode(raw string) (e *registered, isCode bool) {
	text := strings.ToLower(raw)
	if b := bankAndCode.FindStringSubmatch(text); b != nil {
		if e := r.find(jepScheme, b[1]+":"+b[2]); e != nil {
			return e.writtenAs(raw), true
		}
		return nil, true
	}
	code, marked := codeBytes(text)
	if code == nil {
		return nil, false
	}
	for _, reading := range jedecReadings(code, marked) {
		if e := r.find(jepScheme, strconv.Itoa(reading.bank)+":"+strconv.FormatUint(uint64(reading.code), 16)); e != nil {
			return e.writtenAs(raw), true
		}
	}
	return nil, !hasLetter(strings.TrimPrefix(text, "0x")) || marked
}

// bankAndCode is how dmidecode writes a module manufacturer's id.
var bankAndCode = regexp.MustCompile(`^bank\s+([1-9][0-9]?),\s*hex\s+0x([0-9a-f]{2})$`)

// writtenAs says how the identifier was spelled.
func (e *registered) writtenAs(raw string) *registered {
	out := *e
	out.what += " written " + strconv.Quote(raw)
	return &out
}

// longestCode is how many hexadecimal digits the longest spelling has.
const longestCode = 32

// codeBytes reads lower-case hexadecimal digits, marked by 0x or not, as bytes;
// nil when it is something else.
func codeBytes(text string) (code []byte, marked bool) {
	digits, marked := strings.CutPrefix(text, "0x")
	digits = strings.ReplaceAll(digits, " ", "")
	if len(digits)%2 != 0 || len(digits) > longestCode || !isHex(digits) || len(digits) < 4 && !(marked && len(digits) == 2) {
		return nil, false
	}
	for i := 0; i < len(digits); i += 2 {
		code = append(code, byte(hexNumber(digits[i:i+2])))
	}
	return code, marked
}

// jedec is a place in JEP106: the bank from 1 and the code without parity.
type jedec struct {
	bank int
	code byte
}

// lastBank is the highest bank of JEP106 given out so far, and a few to spare.
const lastBank = 20

// jedecReadings lists what the bytes may stand for, the likeliest first. A byte
// carries odd parity in its highest bit, or, where firmware took that off, none.
func jedecReadings(code []byte, marked bool) []jedec {
	var out []jedec
	add := func(count int, c byte) {
		if value := c & 0x7f; (odd(c) || c < 0x80) && value != 0 && value != 0x7f && count < lastBank {
			out = append(out, jedec{count + 1, value})
		}
	}
	skipped := 0
	for skipped < len(code) && code[skipped] == 0x7f {
		skipped++
	}
	switch {
	case skipped == len(code):
		return nil
	case skipped > 0:
		add(skipped, code[skipped])
		return out
	case len(code) == 1 || marked && zeros(code[1:]):
		add(0, code[0])
		return out
	}
	pair := func(count, c byte) {
		if count < 0x80 || odd(count) {
			add(int(count&0x7f), c)
		}
	}
	pair(code[0], code[1])
	if odd(code[0]) {
		pair(code[1], code[0]) // only a whole code is told from a count when they are swapped
	}
	return out
}

func odd(b byte) bool { return bits.OnesCount8(b)%2 == 1 }

func zeros(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return c != 0 })
}

func hasLetter(s string) bool { return strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyz") }

package vendors

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// damages are the ways in which names arrive broken. Each returns what may
// become of a name; what it leaves as it is does not count.
var damages = []struct {
	kind  string
	least float64 // share that must still be found
	do    func(name string) []string
}{
	{"case", 1, func(s string) []string { return []string{strings.ToUpper(s), strings.ToLower(s)} }},
	{"spacing and punctuation", 0.97, func(s string) []string {
		return []string{strings.ReplaceAll(s, " ", "_"), strings.ReplaceAll(s, " ", "  "), strings.ReplaceAll(s, ",", ""), " " + s + ".", strings.ReplaceAll(s, " ", "-")}
	}},
	{"full width", 1, fullWidth},
	{"confusable letters", 0.9, confusable},
	{"UTF-8 read as Latin-1", 0.9, func(s string) []string { return readAs(s, charmap.ISO8859_1.NewDecoder().String) }},
	{"UTF-8 read as Windows-1252", 0.4, func(s string) []string { return readAs(s, charmap.Windows1252.NewDecoder().String) }},
	{"UTF-8 read as GBK", 0.4, func(s string) []string { return readAs(s, simplifiedchinese.GBK.NewDecoder().String) }},
	{"characters lost to question marks", 0, lostCharacters},
	{"OCR 0 for O", 0.9, func(s string) []string { return replacedOnce(s, "o", "0") }},
	{"OCR 1 for l and I", 0.9, func(s string) []string { return append(replacedOnce(s, "l", "1"), replacedOnce(s, "i", "1")...) }},
	{"OCR rn for m", 0.8, func(s string) []string { return replacedOnce(s, "m", "rn") }},
	{"OCR m for rn", 0, func(s string) []string { return replacedOnce(s, "rn", "m") }},
	{"truncated", 0, truncated},
	{"a letter lost", 0, func(s string) []string { return eachLetter(s, func(a, b string) string { return a + b[1:] }) }},
	{"a letter doubled", 0, func(s string) []string { return eachLetter(s, func(a, b string) string { return a + b[:1] + b }) }},
	{"two letters swapped", 0, func(s string) []string {
		return eachLetter(s, func(a, b string) string {
			if len(b) < 2 {
				return a + b
			}
			return a + b[1:2] + b[:1] + b[2:]
		})
	}},
}

func fullWidth(s string) []string {
	return []string{strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r + 0xfee0
		}
		return r
	}, s)}
}

// confusable puts one Cyrillic or Greek letter for each Latin one it looks like.
func confusable(s string) []string {
	var out []string
	for _, pair := range [][2]string{{"a", "а"}, {"e", "е"}, {"o", "о"}, {"c", "с"}, {"A", "А"}, {"O", "Ο"}, {"M", "М"}, {"H", "Н"}} {
		out = append(out, replacedOnce(s, pair[0], pair[1])...)
	}
	return out
}

// readAs is what a decoder makes of the UTF-8 of names that are not ASCII.
func readAs(s string, decode func(string) (string, error)) []string {
	if ascii(s) {
		return nil
	}
	out, err := decode(s)
	if err != nil {
		return nil
	}
	return []string{out}
}

func lostCharacters(s string) []string {
	if ascii(s) {
		return nil
	}
	return []string{strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf {
			return '?'
		}
		return r
	}, s)}
}

// replacedOnce replaces the first, then the last from in a name, whatever its
// case; a name's first letter stays.
func replacedOnce(s, from, to string) []string {
	var out []string
	low := strings.ToLower(s)
	if len(low) != len(s) {
		return nil
	}
	for _, at := range []int{strings.Index(low, from), strings.LastIndex(low, from)} {
		if strings.ToUpper(from) == from {
			at = strings.Index(s, from)
		}
		if at > 0 {
			out = append(out, s[:at]+to+s[at+len(from):])
		}
	}
	return out
}

// truncated cuts the last letters off, as fields of 16, 20 and 32 characters do.
func truncated(s string) []string {
	var out []string
	for _, size := range []int{16, 20, 32} {
		if ascii(s) && len(s) > size && s[size] != ' ' && s[size-1] != ' ' { // inside a word: before one it is another name
			out = append(out, s[:size])
		}
	}
	return out
}

// eachLetter changes a name at its third letter, in its middle and before its
// end.
func eachLetter(s string, change func(before, from string) string) []string {
	if !ascii(s) || len(s) < 6 {
		return nil
	}
	var out []string
	for _, at := range []int{2, len(s) / 2, len(s) - 2} {
		out = append(out, change(s[:at], s[at:]))
	}
	return out
}

// TestDamage breaks every name of every supplier in every way: what is left
// means the same supplier, one of its group, or nobody, but never another, and
// the share still found is printed.
func TestDamage(t *testing.T) {
	d := builtIn(t)
	r := d.resolverOf()
	t.Logf("%-36s %6s %6s %6s %6s", "damage", "names", "found", "share", "other")
	for _, damage := range damages {
		tried, found, other := 0, 0, 0
		for at, rec := range d.Records() {
			for _, n := range rec.spellings() {
				if idOf(d.ResolveName(n.text, measuredOn)) != rec.ID {
					continue
				}
				for _, broken := range damage.do(n.text) {
					if broken == n.text {
						continue
					}
					tried++
					m := d.ResolveName(broken, measuredOn)
					switch {
					case m.Supplier == nil:
					case m.Supplier.ID == rec.ID:
						found++
					case r.sameGroup(int32(at), r.at[m.Supplier.ID], measuredOn):
					default:
						other++
						t.Errorf("%s: %q of %s is taken for %s as %q: %.2f %s", damage.kind, n.text, rec.ID, m.Supplier.ID, broken, m.Confidence, m.Reason)
					}
				}
			}
		}
		t.Logf("%-36s %6d %6d %5.1f%% %6d", damage.kind, tried, found, 100*share(found, tried), other)
		if share(found, tried) < damage.least {
			t.Errorf("%s: %.3f still found, less than %.2f", damage.kind, share(found, tried), damage.least)
		}
	}
}

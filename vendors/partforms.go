package vendors

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"
)

// partForm is the form of a supplier's part numbers. A part number is held
// against the patterns of all suppliers, nearly all of which its first byte rules
// out.
type partForm struct {
	re      *regexp.Regexp
	anyByte bool
	opens   [256]bool // bytes that a match can begin with, unless it is any
}

// compilePart compiles a pattern, which knows no upper and lower case.
func compilePart(text string) (*partForm, error) {
	text = "(?i)" + text
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, err
	}
	p := &partForm{re: re}
	parsed, err := syntax.Parse(text, syntax.Perl)
	p.anyByte = err != nil || !p.open(parsed.Simplify(), false)
	return p, nil
}

// partMakers lists the records, in their order, one of whose forms may be that of one
// of some part numbers.
func (r *resolver) partMakers(parts []string) []int32 {
	r.partsOnce.Do(func() {
		for rec := range r.records {
			for b := range r.partsByByte {
				if slices.ContainsFunc(r.partPatterns(int32(rec)), func(p *partForm) bool { return p.anyByte || p.opens[b] }) {
					r.partsByByte[b] = append(r.partsByByte[b], int32(rec))
				}
			}
		}
	})
	var out []int32
	for _, part := range parts {
		if part != "" {
			out = append(out, r.partsByByte[part[0]]...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (p *partForm) matches(part string) bool {
	return (p.anyByte || part == "" || p.opens[part[0]]) && p.re.MatchString(part)
}

// open notes the bytes that a part of the expression can begin with, and reports
// whether those are all there are, given whether it stands at the beginning of
// the text.
func (p *partForm) open(re *syntax.Regexp, begun bool) bool {
	switch re.Op {
	case syntax.OpConcat:
		for len(re.Sub) > 1 && re.Sub[0].Op == syntax.OpBeginText {
			re, begun = &syntax.Regexp{Op: syntax.OpConcat, Sub: re.Sub[1:]}, true
		}
		return len(re.Sub) > 0 && p.open(re.Sub[0], begun)
	case syntax.OpCapture:
		return p.open(re.Sub[0], begun)
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			if !p.open(sub, begun) {
				return false
			}
		}
		return true
	case syntax.OpPlus:
		return p.open(re.Sub[0], begun)
	case syntax.OpLiteral:
		p.letter(re.Rune[0])
		for r := unicode.SimpleFold(re.Rune[0]); r != re.Rune[0]; r = unicode.SimpleFold(r) {
			p.letter(r)
		}
		return begun
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= min(re.Rune[i+1], utf8.RuneSelf); r++ {
				p.letter(r)
			}
			if re.Rune[i+1] >= utf8.RuneSelf {
				p.letter(utf8.RuneSelf)
			}
		}
		return begun
	}
	return false
}

// letter notes a letter; of those beyond ASCII every byte that any begins with.
func (p *partForm) letter(r rune) {
	if r < utf8.RuneSelf {
		p.opens[r] = true
		return
	}
	for b := utf8.RuneSelf; b < len(p.opens); b++ {
		p.opens[b] = true
	}
}

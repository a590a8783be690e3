package scanner

import (
	"slices"

	"github.com/netvet/netvet"
)

// identityQuestions ask who a party is that may be one that an authority named:
// the answer decides whether the gate applies, so they come first. One question
// names a party once, whichever of its gates would raise the score most.
func (r *run) identityQuestions(a *netvet.Assessment, p *netvet.RegisterProduct) []netvet.RegisterQuestion {
	var out []netvet.RegisterQuestion
	for i := range a.Gates {
		g := &a.Gates[i]
		if !g.Possible || g.Question == "" {
			continue
		}
		bad := scoreWith(&r.register.Parameters, p, func(f *netvet.RegisterFactor) {
			floor := max(value(f.Floor), g.Would[f.Factor])
			f.Floor = &floor
		})
		q := netvet.RegisterQuestion{Rule: g.Gate, Question: g.Question, ScoreIfGood: p.Score, ScoreIfBad: max(p.Score, round(bad, 1))}
		j := slices.IndexFunc(out, func(o netvet.RegisterQuestion) bool { return o.Question == q.Question })
		switch {
		case j < 0:
			out = append(out, q)
		case q.ScoreIfBad > out[j].ScoreIfBad:
			out[j] = q
		}
	}
	return out
}

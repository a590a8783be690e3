package scanner

import (
	"cmp"
	"slices"

	"github.com/netvet/netvet"
)

// changes says what would change the verdict.
func (x *explainer) changes(p *netvet.RegisterProduct) {
	x.heading("WHAT WOULD CHANGE THE VERDICT")
	x.withoutGates(p)
	x.byScore(p)
	x.byAnswers(p)
}

// withoutGates says what would remain if no decision applied.
func (x *explainer) withoutGates(p *netvet.RegisterProduct) {
	if len(p.Gates) == 0 {
		return
	}
	score := scoreWith(&x.parameters, p, func(f *netvet.RegisterFactor) { f.Floor = nil })
	x.text(2, 4, "Did no gate apply (the decision withdrawn, or the party another): score %.1f, %s, verdict %s.",
		score, levelOf(score), x.verdictAt(p, score, nil))
}

// byScore says how far the score is from the next milder level.
func (x *explainer) byScore(p *netvet.RegisterProduct) {
	switch suggested(p.Level) {
	case netvet.VerdictReview:
		x.text(2, 4, "The score of %.1f suggests review; below 36 it would suggest conditional, below 16 accept.", p.Score)
	case netvet.VerdictConditional:
		x.text(2, 4, "The score of %.1f suggests conditional; below 16 it would suggest accept, from 36 review.", p.Score)
	default:
		x.text(2, 4, "The score of %.1f suggests accept; from 16 it would suggest conditional, from 36 review.", p.Score)
	}
	if rules := heaviest(p); len(rules) > 0 {
		score := scoreWith(&x.parameters, p, func(f *netvet.RegisterFactor) { f.Rules = nil })
		x.text(2, 4, "Were nothing adverse known, and as much unknown as now: %s.", x.outcome(p, score, ""))
		for _, r := range rules[:min(len(rules), 3)] {
			x.text(2, 4, "Were %s cleared beyond doubt: %s.", r.Rule, x.outcome(p, p.Score-r.Contribution, ""))
		}
	}
}

// heaviest returns the adverse rules of a product that move its score, those
// that move it most first.
func heaviest(p *netvet.RegisterProduct) []netvet.RegisterRule {
	var rules []netvet.RegisterRule
	for _, f := range p.Factors {
		for _, r := range f.Rules {
			if r.Contribution > 0 {
				rules = append(rules, r)
			}
		}
	}
	slices.SortStableFunc(rules, func(a, b netvet.RegisterRule) int { return cmp.Compare(b.Contribution, a.Contribution) })
	return rules
}

// byAnswers says what answers could do.
func (x *explainer) byAnswers(p *netvet.RegisterProduct) {
	switch {
	case p.Milder != nil:
		x.text(2, 4, "Were %s answered well, each with the word of an audit: score %.1f, %s, verdict %s. netvet questions lists them as needed.",
			counted(p.Milder.Answers, "open question"), p.Milder.Score, levelOf(p.Milder.Score), p.Milder.Verdict)
	case p.Verdict != netvet.VerdictAccept && len(x.register.Questionnaires) > 0:
		x.text(2, 4, "No answers to open questions would suffice for a milder verdict: what is known stands against it.")
	}
	for _, f := range p.Factors {
		if p.Insufficient && f.Coverage != nil && *f.Coverage < sufficientCoverage && slices.Contains(netvet.MainFactors(), f.Factor) {
			x.text(2, 4, "For accept, %s needs a coverage of %.2f and has %.2f: %s without evidence.",
				f.Factor, sufficientCoverage, *f.Coverage, counted(f.UnknownRules, "rule"))
		}
	}
	if p.ScoreRange[0] < p.Score {
		x.text(2, 4, "The known facts alone, silence costing nothing: score %.1f, %s; what is not known nearly all bad: score %.1f, %s.",
			p.ScoreRange[0], levelOf(p.ScoreRange[0]), p.ScoreRange[1], levelOf(p.ScoreRange[1]))
	}
}

// swing is how far the score moves with one number.
type swing struct {
	what      string
	low, high float64
}

// How many lines the rankings have.
const (
	swingsShown        = 10
	contributionsShown = 10
)

// contributions ranks what makes the score: the adverse rules, and silence.
func (x *explainer) contributions(p *netvet.RegisterProduct) {
	x.heading("CONTRIBUTIONS  how much of the score of %.1f would go, each taken alone", p.Score)
	rules := heaviest(p)
	for _, r := range rules[:min(len(rules), contributionsShown)] {
		x.text(2, 9, "%5.1f  %s cleared beyond doubt  %s", r.Contribution, r.Rule, x.titleOfRule(p, r.Rule))
	}
	if n := len(rules) - contributionsShown; n > 0 {
		x.text(9, 9, "and %s more", counted(n, "rule"))
	}
	x.text(2, 9, "%5.1f  every open question answered well beyond doubt", p.Score-p.ScoreRange[0])
	if len(p.Gates) > 0 {
		x.text(2, 9, "%5.1f  no gate applied", p.Score-scoreWith(&x.parameters, p, func(f *netvet.RegisterFactor) { f.Floor = nil }))
	}
}

// tornado lists the numbers on which the score hangs most, each moved by a fifth
// either way.
func (x *explainer) tornado(p *netvet.RegisterProduct) {
	var swings []swing
	for _, f := range p.Factors {
		if f.NotApplicable {
			continue
		}
		swings = append(swings, x.swing(p, f.Factor, "impact on "+string(f.Factor), func(f *netvet.RegisterFactor, by float64) {
			impact := unit(value(f.Impact) * by)
			f.Impact = &impact
		}))
		for i, r := range f.Rules {
			swings = append(swings, x.swing(p, f.Factor, "weight of "+r.Rule, func(f *netvet.RegisterFactor, by float64) {
				f.Rules[i].Weight = unit(f.Rules[i].Weight * by)
			}))
		}
	}
	swings = slices.DeleteFunc(swings, func(s swing) bool { return s.high-s.low < 0.1 })
	slices.SortStableFunc(swings, func(a, b swing) int { return cmp.Compare(b.high-b.low, a.high-a.low) })
	if len(swings) == 0 {
		return
	}
	x.heading("TORNADO  what the score of %.1f becomes with one number 20 %% smaller or larger", p.Score)
	for _, s := range swings[:min(len(swings), swingsShown)] {
		x.text(2, 4, "%5.1f or %5.1f  %s", s.low, s.high, s.what)
	}
	if n := len(swings) - swingsShown; n > 0 {
		x.text(2, 4, "and %s that move it less", counted(n, "number"))
	}
}

func (x *explainer) swing(p *netvet.RegisterProduct, factor netvet.Factor, what string, move func(f *netvet.RegisterFactor, by float64)) swing {
	by := func(times float64) float64 {
		return scoreWith(&x.parameters, p, func(f *netvet.RegisterFactor) {
			if f.Factor == factor {
				move(f, times)
			}
		})
	}
	return swing{what, by(0.8), by(1.2)}
}

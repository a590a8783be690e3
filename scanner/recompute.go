package scanner

import (
	"slices"

	"github.com/netvet/netvet"
)

// recomputed is one factor worked out again from the fields of a register.
type recomputed struct {
	adverse    float64 // A
	share      float64 // s
	silence    float64 // U
	likelihood float64 // L
	score      float64 // R
	low, high  float64
}

// recompute works out a factor from its rules, topics, mitigation, impact and
// floor, and from nothing else.
func recompute(k *netvet.Parameters, f *netvet.RegisterFactor) recomputed {
	low, high := priors(k)
	c := recomputed{adverse: adverseProduct(weightsOf(f), k.Damping), share: shareOf(f)}
	r := func(prior float64) float64 {
		c.silence = silenceProduct(prior, c.share)
		c.likelihood = likelihood(k.Leak, c.adverse, c.silence, f.Mitigation)
		return factorScore(c.likelihood, value(f.Impact), value(f.Floor))
	}
	c.low, c.high = r(low), r(high)
	c.score = r(k.Prior)
	return c
}

func weightsOf(f *netvet.RegisterFactor) []float64 {
	weights := make([]float64, 0, len(f.Rules))
	for _, rule := range f.Rules {
		weights = append(weights, rule.Weight)
	}
	return weights
}

// shareOf is s by the topics; where nobody asked anything, all is open.
func shareOf(f *netvet.RegisterFactor) float64 {
	var open, weight float64
	for _, t := range f.Topics {
		open += t.Weight * t.Open
		weight += t.Weight
	}
	if weight == 0 {
		return 1
	}
	return open / weight
}

// scoreWith is the overall score that a product would have with its factors
// changed.
func scoreWith(k *netvet.Parameters, p *netvet.RegisterProduct, change func(*netvet.RegisterFactor)) float64 {
	var scores []float64
	for _, f := range p.Factors {
		if !f.NotApplicable {
			f.Rules = slices.Clone(f.Rules)
			change(&f)
			scores = append(scores, recompute(k, &f).score)
		}
	}
	return overall(scores, k.Beta)
}

// verdictAt is the verdict at another score, with the gates given.
func (x *explainer) verdictAt(p *netvet.RegisterProduct, score float64, gates []netvet.RegisterGate) netvet.Verdict {
	v := suggested(levelOf(score))
	if p.Insufficient || x.possibleGate(p) {
		v = worse(v, netvet.VerdictConditional)
	}
	for _, g := range gates {
		v = worse(v, g.Verdict)
	}
	return v
}

// possibleGate reports whether a finding tells of a gate that would apply if a
// possible match were right. A product that is accepted has none: there it tells
// of a gate that gives no verdict.
func (x *explainer) possibleGate(p *netvet.RegisterProduct) bool {
	return p.Verdict != netvet.VerdictAccept && slices.ContainsFunc(x.register.Findings, func(f netvet.Finding) bool {
		return f.Product == p.ID && f.Topic == "gate" && f.Outcome == netvet.OutcomeUnknown
	})
}

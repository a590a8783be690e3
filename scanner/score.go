package scanner

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/netvet/netvet"
)

// Model turns the evidence about one product into scores: evidence gives
// likelihood, the buyer's circumstances give impact, the two give a score for
// each factor, and the factors give the overall score with its range. Fill the
// exported fields, then use it by pointer; its methods may be called
// concurrently, and the fields may not change after the first call.
type Model struct {
	Parameters netvet.Parameters
	Factors    []netvet.Factor // scored beyond the four main ones, which always are
	Unasked    []netvet.Factor // main ones that the law in force does not ask about
	Topics     []TopicSpec
	Rules      []RuleSpec

	once    sync.Once
	plan    plan
	scratch sync.Pool // of *weights
	asked   questionCache
}

// TopicSpec is a group of questions of one factor and its weight Q(t).
type TopicSpec struct {
	ID     string
	Factor netvet.Factor
	Weight float64
	// ByClass are the weights for products of known classes, where they are others;
	// a product of unknown class is scored with Weight.
	ByClass map[Class]float64
}

// Class is what the weights of topics go by.
type Class struct {
	Category    netvet.Category
	Subcategory netvet.Subcategory
}

// RuleSpec is what scoring needs of a rule.
type RuleSpec struct {
	ID       string
	Factor   netvet.Factor
	Topic    string
	Strength float64       // q, in [0,1]
	HalfLife time.Duration // of its evidence; 0: the evidence does not age
	Question string        // what to ask the supplier
}

// DefaultParameters returns the constants of the scoring model.
func DefaultParameters() netvet.Parameters {
	return netvet.Parameters{
		Leak: 0.02, Damping: 0.7, Prior: 0.33, Beta: 0.5, LowPrior: 0, HighPrior: 0.95,
		MitigationFloor: 0.40, MitigationHalfLife: 730,
	}
}

// Score fills in the factors, score, range, level, coverage and verdict of a
// from its results, gates and circumstances. A rule without a result is unknown;
// one whose results are all not applicable takes no part. The evidence of an
// unknown result does not settle it and weighs nothing.
func (m *Model) Score(a *netvet.Assessment, asOf time.Time) {
	p := m.compiled()
	w := m.weigh(a, asOf)
	defer m.scratch.Put(w)
	t := m.terms(a, asOf)

	var point, low, high [factorCount]float64
	n := 0
	a.Factors = make([]netvet.FactorScore, len(p.factors))
	for i := range p.factors {
		f, s := &p.factors[i], &a.Factors[i]
		s.Factor = f.factor
		if !f.takesPart(w, t[i].floor) {
			s.NotApplicable = true
			continue
		}
		m.scoreFactor(s, f, w, t[i])
		point[n], low[n], high[n] = s.Score, s.Low, s.High
		n++
	}
	a.Score = overall(point[:n], m.Parameters.Beta)
	a.Low = overall(low[:n], m.Parameters.Beta)
	a.High = overall(high[:n], m.Parameters.Beta)
	decide(a)
}

// scoreFactor fills in one factor that takes part.
func (m *Model) scoreFactor(s *netvet.FactorScore, f *planFactor, w *weights, t terms) {
	s.Share, s.Coverage = f.silence(w)
	s.Adverse = adverseProduct(f.adverse(w), m.Parameters.Damping)
	s.Impact, s.Mitigation, s.Floor, s.FloorGate = t.impact, t.mitigation, t.floor, t.gate
	low, high := priors(&m.Parameters)
	s.Silence = silenceProduct(m.Parameters.Prior, s.Share)
	s.Likelihood = likelihood(m.Parameters.Leak, s.Adverse, s.Silence, s.Mitigation)
	s.Score = factorScore(s.Likelihood, s.Impact, s.Floor)
	s.Low = factorScore(likelihood(m.Parameters.Leak, s.Adverse, silenceProduct(low, s.Share), s.Mitigation), s.Impact, s.Floor)
	s.High = factorScore(likelihood(m.Parameters.Leak, s.Adverse, silenceProduct(high, s.Share), s.Mitigation), s.Impact, s.Floor)
	f.detail(s, w)
}

// priors are the ends of the range. A prior outside them widens the range: the
// point never leaves it.
func priors(p *netvet.Parameters) (low, high float64) {
	return min(p.LowPrior, p.Prior), max(p.HighPrior, p.Prior)
}

// adverseProduct is A, the product over k of (1 - damping^(k-1) * a(k)), over
// the adverse weights from the largest: a noisy-OR, damped because the rules of
// one factor are correlated. It sorts its argument.
func adverseProduct(weights []float64, damping float64) float64 {
	slices.Sort(weights)
	product, d := 1.0, 1.0
	for _, a := range slices.Backward(weights) {
		product *= 1 - d*a
		d *= damping
	}
	return product
}

// silenceProduct is U, what the open share s of a factor's questions costs.
func silenceProduct(prior, share float64) float64 { return math.Pow(1-prior, share) }

// likelihood is L, after mitigation.
func likelihood(leak, adverse, silence, mitigation float64) float64 {
	return (1 - (1-leak)*adverse*silence) * mitigation
}

// factorScore is R, raised to the floor of the gates.
func factorScore(likelihood, impact, floor float64) float64 {
	return max(100*likelihood*impact, floor)
}

// overall is O, the worst factor first: never below the worst, never above 100.
// It sorts its argument.
func overall(scores []float64, beta float64) float64 {
	if len(scores) == 0 {
		return 0
	}
	slices.Sort(scores)
	product, d := 1.0, 1.0
	for _, r := range slices.Backward(scores) {
		product *= 1 - d*r/100
		d *= beta
	}
	// The products above may lose the last bit of a single score.
	return min(max(100*(1-product), scores[len(scores)-1]), 100)
}

// takesPart reports whether a factor is scored for this product: the main
// factors always, the others and those that the law does not know when a rule
// of theirs applies or a gate speaks.
func (f *planFactor) takesPart(w *weights, floor float64) bool {
	if f.main {
		return true
	}
	return f.scored && (floor > 0 || slices.ContainsFunc(f.rules, func(r int) bool { return w.applies[r] }))
}

// silence returns the share s of a factor's questions that are open, and its
// coverage. Topics without a rule that applies take no part; a factor with no
// such topic is all open, because what nobody asks nobody knows.
func (f *planFactor) silence(w *weights) (share, coverage float64) {
	var weight, open, known float64
	for i := range f.topics {
		t := &f.topics[i]
		if o, k, ok := t.silence(w); ok {
			q := t.weights[w.class]
			weight += q
			open += q * o
			known += q * k
		}
	}
	if weight == 0 {
		return 1, 0
	}
	return unit(open / weight), unit(known / weight)
}

// silence returns s(t), the share of the topic's questions that are open, and
// how much of them is known; false when no rule of the topic applies.
func (t *planTopic) silence(w *weights) (open, known float64, ok bool) {
	var strength float64
	for _, r := range t.rules {
		if !w.applies[r] {
			continue
		}
		q := w.strength[r]
		strength += q
		open += q * (1 - w.clean[r])
		known += q * max(w.confidence[r], w.clean[r])
	}
	if strength == 0 {
		return 0, 0, false
	}
	return open / strength, known / strength, true
}

// adverse gathers the adverse weights of a factor in scratch memory of w.
func (f *planFactor) adverse(w *weights) []float64 {
	w.sorted = w.sorted[:0]
	for _, r := range f.rules {
		if w.adverse[r] > 0 {
			w.sorted = append(w.sorted, w.adverse[r])
		}
	}
	return w.sorted
}

// detail writes down the topics and adverse rules behind a factor's score.
func (f *planFactor) detail(s *netvet.FactorScore, w *weights) {
	s.Topics = make([]netvet.TopicScore, 0, len(f.topics))
	for i := range f.topics {
		t := &f.topics[i]
		open, _, ok := t.silence(w)
		if !ok {
			continue
		}
		topic := netvet.TopicScore{Topic: t.id, Weight: t.weights[w.class], Open: open}
		for _, r := range t.rules {
			topic.Adverse = max(topic.Adverse, w.adverse[r])
		}
		s.Topics = append(s.Topics, topic)
	}
	slices.SortStableFunc(s.Topics, func(a, b netvet.TopicScore) int { return cmp.Compare(b.Weight, a.Weight) })
	for _, r := range f.rules {
		if w.applies[r] && w.adverse[r] == 0 && w.clean[r] == 0 {
			s.UnknownRules++
		}
		if w.adverse[r] > 0 {
			spec := w.specs[r]
			s.Weights = append(s.Weights, netvet.RuleWeight{
				Rule: spec.ID, Topic: spec.Topic, Strength: w.strength[r],
				Adverse: w.adverse[r], AdverseC: w.confidence[r], Clean: w.clean[r],
			})
		}
	}
	slices.SortFunc(s.Weights, func(a, b netvet.RuleWeight) int {
		return cmp.Or(cmp.Compare(b.Adverse, a.Adverse), cmp.Compare(a.Rule, b.Rule))
	})
}

// unit brings a number of foreign data into [0,1]; what is no number is 0.
func unit(v float64) float64 {
	if !(v > 0) {
		return 0
	}
	return min(v, 1)
}

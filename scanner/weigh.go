package scanner

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/netvet/netvet"
)

// weights is what the evidence says of every rule of the plan, for one product:
// slices by rule, so that nothing is allocated per product.
type weights struct {
	class      int // of the product, in the plan
	specs      []*RuleSpec
	strength   []float64 // q
	applies    []bool
	adverse    []float64 // a = max(q*c*rho)
	confidence []float64 // best adverse c
	clean      []float64 // b

	first    []int32 // rule -> its first result, or -1
	next     []int32 // result -> the next result of the same rule, or -1
	subjects []subjectClean
	sorted   []float64
	key      []byte
}

// subjectClean is the best clean confidence in one result for its subject.
type subjectClean struct {
	subject *netvet.Subject
	clean   float64
}

func newWeights(specs []*RuleSpec) *weights {
	n := len(specs)
	w := &weights{
		specs: specs, strength: make([]float64, n), applies: make([]bool, n),
		adverse: make([]float64, n), confidence: make([]float64, n), clean: make([]float64, n),
		first: make([]int32, n),
	}
	for i, s := range specs {
		w.strength[i] = unit(s.Strength)
	}
	return w
}

// weigh reads the results of a into weights, which the caller puts back.
func (m *Model) weigh(a *netvet.Assessment, asOf time.Time) *weights {
	p := m.compiled()
	w, ok := m.scratch.Get().(*weights)
	if !ok {
		w = newWeights(p.rules)
	}
	w.class = p.class(&a.Product)
	w.group(a.Results, p.index)
	for r := range w.specs {
		w.rule(r, a.Results, asOf)
	}
	return w
}

// group links the results of each rule, in any order they come.
func (w *weights) group(results []netvet.RuleResult, index map[string]int) {
	for r := range w.first {
		w.first[r] = -1
	}
	w.next = w.next[:0]
	for i := range results {
		next := int32(-1)
		if r, ok := index[results[i].Rule]; ok {
			next, w.first[r] = w.first[r], int32(i)
		}
		w.next = append(w.next, next)
	}
}

// rule weighs the results of one rule.
func (w *weights) rule(r int, results []netvet.RuleResult, asOf time.Time) {
	w.adverse[r], w.confidence[r], w.clean[r] = 0, 0, 0
	first := w.first[r]
	w.applies[r] = first < 0
	if first < 0 {
		return
	}
	if w.next[first] < 0 { // the usual case: one result, one subject
		w.clean[r] = w.result(r, &results[first], asOf)
		return
	}
	w.subjects = w.subjects[:0]
	for i := first; i >= 0; i = w.next[i] {
		if results[i].Outcome != netvet.OutcomeNotApplicable {
			w.subjects = append(w.subjects, subjectClean{&results[i].Subject, w.result(r, &results[i], asOf)})
		}
	}
	w.clean[r] = cleanOf(w.subjects)
}

// cleanOf is the clean confidence b of a rule: the best of each subject, then the
// least over the subjects, because one audited controller does not clear the
// nine others. Clean evidence about the product as a whole speaks for each of
// its parts.
func cleanOf(list []subjectClean) float64 {
	slices.SortFunc(list, func(a, b subjectClean) int { return compareSubjects(a.subject, b.subject) })
	whole, least, parts := 0.0, 1.0, 0
	for i := 0; i < len(list); {
		best, first := 0.0, list[i].subject
		for ; i < len(list) && *list[i].subject == *first; i++ {
			best = max(best, list[i].clean)
		}
		if first.Kind == wholeProduct && best > 0 {
			whole = max(whole, best)
		} else {
			least = min(least, best)
			parts++
		}
	}
	if parts == 0 {
		return whole
	}
	return max(whole, least)
}

// wholeProduct is the kind of subject that stands for all parts of a product.
const wholeProduct = "product"

func compareSubjects(a, b *netvet.Subject) int {
	if c := strings.Compare(a.Ref, b.Ref); c != 0 {
		return c
	}
	if c := strings.Compare(a.Name, b.Name); c != 0 {
		return c
	}
	return cmp.Or(strings.Compare(a.Version, b.Version), strings.Compare(a.Kind, b.Kind))
}

// result adds the adverse evidence of one result to its rule and returns the
// best clean confidence for its subject.
func (w *weights) result(r int, result *netvet.RuleResult, asOf time.Time) (clean float64) {
	if result.Outcome == netvet.OutcomeNotApplicable {
		return 0
	}
	w.applies[r] = true
	if result.Outcome == netvet.OutcomeUnknown {
		return 0
	}
	for i := range result.Evidence {
		e := &result.Evidence[i]
		if after(e.Observed, asOf) {
			continue
		}
		c := confidence(e, w.specs[r].HalfLife, asOf)
		if !e.Adverse {
			clean = max(clean, c)
			continue
		}
		w.confidence[r] = max(w.confidence[r], c)
		w.adverse[r] = max(w.adverse[r], w.strength[r]*c*unit(e.Relevance))
	}
	return clean
}

// Confidence is c of one item of evidence on the as-of date: reliability, match
// and age. Evidence dated after it has none.
func (m *Model) Confidence(e *netvet.Evidence, halfLife time.Duration, asOf time.Time) float64 {
	if after(e.Observed, asOf) {
		return 0
	}
	return confidence(e, halfLife, asOf)
}

func confidence(e *netvet.Evidence, halfLife time.Duration, asOf time.Time) float64 {
	return unit(float64(e.Reliability)) * unit(e.Match) * faded(e.Observed, asOf, halfLife)
}

// after reports whether something was observed on a later day than the as-of
// date, days being those of UTC.
func after(observed, asOf time.Time) bool {
	return observed.After(asOf) && observed.UTC().Truncate(24*time.Hour).After(asOf)
}

// faded is 2^(-age/halfLife). What is undated counts as observed on the as-of
// date; without a half-life nothing fades.
func faded(observed, asOf time.Time, halfLife time.Duration) float64 {
	if halfLife <= 0 || observed.IsZero() || !observed.Before(asOf) {
		return 1
	}
	return math.Exp2(-float64(asOf.Sub(observed)) / float64(halfLife))
}

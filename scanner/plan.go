package scanner

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// factorCount is the number of factors of Article 10.
const factorCount = 7

// plan is a model prepared for scoring: rules by number, grouped by factor and
// topic. Rules stand in the order of their ids, so that the order in which packs
// and rules are listed cannot change the last bit of a sum.
type plan struct {
	rules   []*RuleSpec
	index   map[string]int // rule id -> place in rules
	factors [factorCount]planFactor
	factor  []int         // rule -> its place in factors, or -1
	classes map[Class]int // that have weights of their own; any other is 0

	reliabilities map[string]netvet.Reliability
}

type planFactor struct {
	factor netvet.Factor
	main   bool
	scored bool
	topics []planTopic // by the weight for unknown classes, heaviest first
	rules  []int
}

type planTopic struct {
	id      string
	weights []float64 // by class
	rules   []int
}

func (m *Model) compiled() *plan {
	m.once.Do(func() { m.plan = newPlan(m) })
	return &m.plan
}

func newPlan(m *Model) plan {
	p := plan{index: make(map[string]int, len(m.Rules)), classes: m.classes(), reliabilities: netvet.Reliabilities()}
	for i := range m.Rules {
		p.rules = append(p.rules, &m.Rules[i])
	}
	slices.SortStableFunc(p.rules, func(a, b *RuleSpec) int { return strings.Compare(a.ID, b.ID) })
	p.rules = slices.CompactFunc(p.rules, func(a, b *RuleSpec) bool { return a.ID == b.ID })
	for i, r := range p.rules {
		p.index[r.ID] = i
		p.factor = append(p.factor, slices.Index(netvet.Factors(), r.Factor))
	}
	for i, f := range netvet.Factors() {
		p.factors[i] = newPlanFactor(m, &p, f)
	}
	return p
}

// classes numbers the classes for which a topic has a weight of its own.
func (m *Model) classes() map[Class]int {
	seen := map[Class]bool{}
	for i := range m.Topics {
		for class := range m.Topics[i].ByClass {
			seen[class] = true
		}
	}
	out := map[Class]int{}
	order := slices.SortedFunc(maps.Keys(seen), func(a, b Class) int {
		return cmp.Or(cmp.Compare(a.Category, b.Category), cmp.Compare(a.Subcategory, b.Subcategory))
	})
	for _, class := range order {
		out[class] = len(out) + 1
	}
	return out
}

// class is the number of a product's class: that of its subcategory, else that of
// its category, else 0.
func (p *plan) class(of *netvet.Product) int {
	if n, ok := p.classes[Class{of.Category, of.Subcategory}]; ok {
		return n
	}
	return p.classes[Class{Category: of.Category}]
}

func newPlanFactor(m *Model, p *plan, factor netvet.Factor) planFactor {
	f := planFactor{factor: factor, scored: slices.Contains(slices.Concat(netvet.MainFactors(), m.Factors), factor)}
	f.main = slices.Contains(netvet.MainFactors(), factor) && !slices.Contains(m.Unasked, factor)
	for i, r := range p.rules {
		if r.Factor == factor {
			f.rules = append(f.rules, i)
			t := f.topic(m, p, r.Topic)
			t.rules = append(t.rules, i)
		}
	}
	slices.SortStableFunc(f.topics, func(a, b planTopic) int {
		return cmp.Or(cmp.Compare(b.weights[0], a.weights[0]), strings.Compare(a.id, b.id))
	})
	return f
}

// topic finds or adds a topic. One that several packs declare has the largest of
// their weights; one that none declares has weight 1, so that its questions
// still count.
func (f *planFactor) topic(m *Model, p *plan, id string) *planTopic {
	for i := range f.topics {
		if f.topics[i].id == id {
			return &f.topics[i]
		}
	}
	t := planTopic{id: id, weights: make([]float64, len(p.classes)+1)}
	t.weights[0] = m.weightOf(f.factor, id, Class{})
	for class, n := range p.classes {
		t.weights[n] = m.weightOf(f.factor, id, class)
	}
	f.topics = append(f.topics, t)
	return &f.topics[len(f.topics)-1]
}

// weightOf is Q(t) for products of a class.
func (m *Model) weightOf(factor netvet.Factor, topic string, class Class) (weight float64) {
	for i := range m.Topics {
		if t := &m.Topics[i]; t.ID == topic && t.Factor == factor {
			weight = max(weight, t.weightFor(class))
		}
	}
	if weight == 0 {
		return 1
	}
	return weight
}

func (t *TopicSpec) weightFor(class Class) float64 {
	for _, c := range []Class{class, {Category: class.Category}} {
		if w, ok := t.ByClass[c]; ok {
			return w
		}
	}
	return t.Weight
}

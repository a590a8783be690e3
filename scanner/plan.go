package scanner

import (
	"cmp"
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
	factor  []int // rule -> its place in factors, or -1

	reliabilities map[string]netvet.Reliability
}

type planFactor struct {
	factor netvet.Factor
	main   bool
	scored bool
	topics []planTopic // heaviest first
	rules  []int
}

type planTopic struct {
	id     string
	weight float64
	rules  []int
}

func (m *Model) compiled() *plan {
	m.once.Do(func() { m.plan = newPlan(m) })
	return &m.plan
}

func newPlan(m *Model) plan {
	p := plan{index: make(map[string]int, len(m.Rules)), reliabilities: netvet.Reliabilities()}
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
		p.factors[i] = newPlanFactor(m, p.rules, f)
	}
	return p
}

func newPlanFactor(m *Model, rules []*RuleSpec, factor netvet.Factor) planFactor {
	f := planFactor{factor: factor, scored: slices.Contains(slices.Concat(netvet.MainFactors(), m.Factors), factor)}
	f.main = slices.Contains(netvet.MainFactors(), factor) && !slices.Contains(m.Unasked, factor)
	for i, r := range rules {
		if r.Factor == factor {
			f.rules = append(f.rules, i)
			t := f.topic(m, r.Topic)
			t.rules = append(t.rules, i)
		}
	}
	slices.SortStableFunc(f.topics, func(a, b planTopic) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), strings.Compare(a.id, b.id))
	})
	return f
}

// topic finds or adds a topic. One that several packs declare has the largest of
// their weights; one that none declares has weight 1, so that its questions
// still count.
func (f *planFactor) topic(m *Model, id string) *planTopic {
	for i := range f.topics {
		if f.topics[i].id == id {
			return &f.topics[i]
		}
	}
	t := planTopic{id: id}
	for _, spec := range m.Topics {
		if spec.ID == id && spec.Factor == f.factor {
			t.weight = max(t.weight, spec.Weight)
		}
	}
	if t.weight == 0 {
		t.weight = 1
	}
	f.topics = append(f.topics, t)
	return &f.topics[len(f.topics)-1]
}

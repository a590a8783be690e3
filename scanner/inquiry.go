package scanner

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// Bounds of what is kept for the questionnaires, so that memory does not grow
// with the products: a few kilobytes a maker.
const (
	// maxInquiries is how many makers get a questionnaire of their own. The
	// products of those that come later share one.
	maxInquiries = 2000
	// questionsPerMaker is how many questions a questionnaire lists beyond those
	// that a milder verdict needs.
	questionsPerMaker = 40
	// leastPoints is what a question must be able to move to be listed.
	leastPoints = 0.5
	// examplesPerQuestion is how many products a question names.
	examplesPerQuestion = 3
)

// inquiry gathers the open questions of all products by who could answer them.
type inquiry struct {
	model   *Model
	parties map[string]*party
	asked   []bool // by rule of the plan: a product or questionnaire lists it
}

// party is one maker.
type party struct {
	netvet.Questionnaire
	key   string
	items []netvet.QuestionnaireItem // by rule of the plan
}

func newInquiry(m *Model) *inquiry {
	return &inquiry{model: m, parties: map[string]*party{}, asked: make([]bool, len(m.compiled().rules))}
}

// add counts the open questions of one product.
func (q *inquiry) add(res *Result) {
	p := &res.Product
	to := q.party(p)
	to.Products++
	if p.Milder != nil {
		if to.Milder == nil {
			to.Milder = map[netvet.Verdict]int{}
		}
		to.Milder[p.Milder.Verdict]++
	}
	for i := range res.open {
		to.add(p, &res.open[i], res.held)
		if i < questionsPerProduct {
			q.asked[res.open[i].rule] = true
		}
	}
}

// party finds the maker of a product, or the one that stands for all others.
func (q *inquiry) party(p *netvet.RegisterProduct) *party {
	var maker party
	switch {
	case p.Supplier != nil:
		maker.key, maker.Supplier, maker.Name = "supplier "+p.Supplier.ID, &p.Supplier.ID, p.Supplier.Name
	case p.Manufacturer != nil:
		maker.key, maker.Name = "maker "+plainKey(*p.Manufacturer), *p.Manufacturer
	}
	if known, ok := q.parties[maker.key]; ok {
		return known
	}
	if len(q.parties) >= maxInquiries {
		maker = party{key: "others", Questionnaire: netvet.Questionnaire{Others: true}}
		if known, ok := q.parties[maker.key]; ok {
			return known
		}
	}
	maker.items = make([]netvet.QuestionnaireItem, len(q.model.compiled().rules))
	q.parties[maker.key] = &maker
	return &maker
}

// add counts one open question of one product.
func (p *party) add(of *netvet.RegisterProduct, o *openQuestion, held netvet.Verdict) {
	item, span := &p.items[o.rule], o.span()
	item.Products++
	item.Points += span
	if bad := o.bad.verdict(held); bad.Rank() > of.Verdict.Rank() {
		item.Worsens++
	}
	if o.needed && of.Milder != nil {
		item.Needed++
	}
	if span <= item.MaxPoints {
		if len(item.Examples) < examplesPerQuestion {
			item.Examples = append(item.Examples, of.ID)
		}
		return
	}
	item.MaxPoints, item.Score = span, of.Score
	item.ScoreIfGood, item.ScoreIfBad = round(o.good.score, 1), round(o.bad.score, 1)
	item.VerdictIfGood, item.VerdictIfBad = o.good.verdict(held), o.bad.verdict(held)
	item.Examples = slices.Insert(item.Examples[:min(len(item.Examples), examplesPerQuestion-1)], 0, of.ID)
}

// questionnaires returns what to ask, the maker first whose answers can move
// most.
func (q *inquiry) questionnaires() []netvet.Questionnaire {
	var out []netvet.Questionnaire
	points := map[string]float64{}
	order := slices.Sorted(maps.Keys(q.parties))
	for _, key := range order {
		for _, item := range q.parties[key].items {
			points[key] += item.Points
		}
	}
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(points[b], points[a]) })
	for _, key := range order {
		if p := q.parties[key]; points[key] > 0 {
			out = append(out, p.questionnaire(q.model.plan.rules))
		}
	}
	return out
}

// questionnaire lists the questions that move most, and those that a milder
// verdict needs.
func (p *party) questionnaire(rules []*RuleSpec) netvet.Questionnaire {
	out := p.Questionnaire
	for r, item := range p.items {
		if item.Products > 0 {
			item.Rule = rules[r].ID
			item.Points, item.MaxPoints = round(item.Points, 1), round(item.MaxPoints, 1)
			out.Questions = append(out.Questions, item)
		}
	}
	slices.SortStableFunc(out.Questions, func(a, b netvet.QuestionnaireItem) int {
		return cmp.Or(cmp.Compare(b.Points, a.Points), strings.Compare(a.Rule, b.Rule))
	})
	all, n := len(out.Questions), 0
	out.Questions = slices.DeleteFunc(out.Questions, func(item netvet.QuestionnaireItem) bool {
		n++
		return (n > questionsPerMaker || item.MaxPoints < leastPoints) && item.Needed == 0
	})
	out.Left = all - len(out.Questions)
	return out
}

// asked returns the texts of the questions that the products and questionnaires
// of the register ask.
func (r *run) asked(lists []netvet.Questionnaire) []netvet.AskedQuestion {
	plan := r.model.compiled()
	for _, list := range lists {
		for _, item := range list.Questions {
			r.inquiry.asked[plan.index[item.Rule]] = true
		}
	}
	var out []netvet.AskedQuestion
	for i, spec := range plan.rules {
		if c := r.rules[spec.ID]; r.inquiry.asked[i] {
			out = append(out, netvet.AskedQuestion{Rule: c.ID, Factor: c.Factor, Title: netvet.Bilingual(c.Title),
				Question: netvet.Bilingual(c.Question), Good: c.Good, Citations: nonNil(c.Cites)})
		}
	}
	return out
}

package scanner

import (
	"cmp"
	"maps"
	"math"
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
	// maxCrowds is how many crowds, of some 150 bytes each, are counted before they are
	// added to what is asked.
	maxCrowds = 1 << 15
	// pointUnits is how many units a point is counted in: whole numbers add up to the
	// same in any order.
	pointUnits = 1e6
)

// inquiry gathers the open questions of all products by who could answer them.
type inquiry struct {
	model   *Model
	parties map[string]*party
	asked   []bool // by rule of the plan: a product or questionnaire lists it
	crowds  map[crowd]crowdCount
}

// crowd is what products of one maker have in common to whom the same questions are
// open: they count the same, and differ only in the examples that they are.
type crowd struct {
	party         *party
	open          *openQuestion // the first of their list, which they share
	held, verdict netvet.Verdict
	milder        bool
}

// crowdCount is how many products a crowd has.
type crowdCount struct {
	open     []openQuestion
	products int
}

// party is one maker.
type party struct {
	netvet.Questionnaire
	key   string
	items []netvet.QuestionnaireItem // by rule of the plan
	units []int64                    // points of each
}

func newInquiry(m *Model) *inquiry {
	return &inquiry{model: m, parties: map[string]*party{}, asked: make([]bool, len(m.compiled().rules)), crowds: map[crowd]crowdCount{}}
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
	if len(res.open) == 0 {
		return
	}
	c := crowd{to, &res.open[0], res.held, p.Verdict, p.Milder != nil}
	before, known := q.crowds[c]
	if !known && len(q.crowds) >= maxCrowds {
		q.sum()
	}
	q.crowds[c] = crowdCount{res.open, before.products + 1}
	if before.products >= examplesPerQuestion {
		return // it can be no example
	}
	for i := range res.open {
		to.exemplify(p, &res.open[i], res.held)
		if i < questionsPerProduct {
			q.asked[res.open[i].rule] = true
		}
	}
}

// sum adds the crowds counted to the questions of their makers.
func (q *inquiry) sum() {
	for c, all := range q.crowds {
		for i := range all.open {
			c.party.count(&c, &all.open[i], all.products)
		}
	}
	clear(q.crowds)
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
	rules := len(q.model.compiled().rules)
	maker.items, maker.units = make([]netvet.QuestionnaireItem, rules), make([]int64, rules)
	q.parties[maker.key] = &maker
	return &maker
}

// count counts one open question of so many products.
func (p *party) count(c *crowd, o *openQuestion, products int) {
	item := &p.items[o.rule]
	item.Products += products
	p.units[o.rule] += int64(products) * int64(math.Round(o.span()*pointUnits))
	if bad := o.bad.verdict(c.held); bad.Rank() > c.verdict.Rank() {
		item.Worsens += products
	}
	if o.needed && c.milder {
		item.Needed += products
	}
}

// exemplify makes a product an example of an open question, the first one where it is
// the one that the question moves most.
func (p *party) exemplify(of *netvet.RegisterProduct, o *openQuestion, held netvet.Verdict) {
	item, span := &p.items[o.rule], o.span()
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
	q.sum()
	var out []netvet.Questionnaire
	points := map[string]int64{}
	order := slices.Sorted(maps.Keys(q.parties))
	for _, key := range order {
		for r, units := range q.parties[key].units {
			points[key] += units
			q.parties[key].items[r].Points = float64(units) / pointUnits
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

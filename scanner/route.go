package scanner

import (
	"cmp"
	"slices"

	"github.com/netvet/netvet"
)

// route is a short list of open questions whose good answers, taken together,
// lead to a milder verdict, and where the product would then stand. It is empty
// where no answers suffice.
type route struct {
	rules []int
	end   outlook
}

// climber looks for a route. Within a factor a good answer counts by the share of
// the silence that it takes away, whichever others are given, so the best order
// of the questions of one factor is known at once; which factor to ask about next
// is what has to be tried.
type climber struct {
	*Model
	stand  *standing
	w      *weights
	goal   netvet.Verdict // that the route must come below
	queue  [factorCount][]int
	factor [factorCount]float64 // now
	known  [factorCount]float64 // coverage now
	next   [factorCount]float64 // score of the factor after the first of its queue
}

// shortest finds the route by taking, step by step, the question whose good
// answer lowers the score most or, once the score is low enough, brings a main
// factor nearer to the evidence it needs. What proves unnecessary in the end is
// dropped again.
func (m *Model) shortest(s *standing, w *weights, open []openQuestion) route {
	now := s.outlook(m, s.factors, s.coverage)
	c := &climber{Model: m, stand: s, w: w, goal: now.suggests(), factor: s.factors, known: s.coverage}
	if c.goal == netvet.VerdictAccept {
		return route{}
	}
	clean := slices.Clone(w.clean)
	defer copy(w.clean, clean)
	c.line(open)
	var rules []int
	for !c.there() {
		f := c.choose()
		if f < 0 {
			return route{}
		}
		rules = append(rules, c.take(f))
	}
	rules = c.prune(rules, clean)
	return route{rules, c.outlook()}
}

func (c *climber) outlook() outlook { return c.stand.outlook(c.Model, c.factor, c.known) }

func (c *climber) there() bool { return c.outlook().suggests().Rank() < c.goal.Rank() }

// line puts the questions of each factor in a row, those that take most of its
// silence away first.
func (c *climber) line(open []openQuestion) {
	relief := make([]float64, len(c.w.specs))
	for i := range c.plan.factors {
		for t := range c.plan.factors[i].topics {
			c.plan.factors[i].topics[t].relieve(c.w, relief)
		}
	}
	for i := range open {
		if f := c.plan.factor[open[i].rule]; f >= 0 && c.stand.takesPart[f] {
			c.queue[f] = append(c.queue[f], open[i].rule)
		}
	}
	for f := range c.queue {
		slices.SortStableFunc(c.queue[f], func(a, b int) int { return cmp.Or(cmp.Compare(relief[b], relief[a]), cmp.Compare(a, b)) })
		c.try(f)
	}
}

// relieve writes down the share of a factor's silence that a good answer to each
// question of the topic takes away, but for the weight of all topics.
func (t *planTopic) relieve(w *weights, relief []float64) {
	var strength float64
	for _, r := range t.rules {
		if w.applies[r] {
			strength += w.strength[r]
		}
	}
	for _, r := range t.rules {
		if w.applies[r] && strength > 0 {
			relief[r] = t.weights[w.class] * w.strength[r] * (answerConfidence - w.clean[r]) / strength
		}
	}
}

// try works out the score of a factor after the next of its questions.
func (c *climber) try(f int) {
	c.next[f] = c.factor[f]
	if len(c.queue[f]) == 0 {
		return
	}
	r := c.queue[f][0]
	before := c.w.clean[r]
	c.w.clean[r] = answerConfidence
	c.next[f], _ = c.factorPoint(f, c.w, c.stand.terms[f])
	c.w.clean[r] = before
}

// choose returns the factor to ask about next, -1 when no question helps.
func (c *climber) choose() int {
	if suggested(levelOf(c.outlook().score)).Rank() < c.goal.Rank() {
		return c.thinnest()
	}
	best, least := -1, c.overall(c.stand, c.factor)-1e-9
	for f := range c.queue {
		factors := c.factor
		factors[f] = c.next[f]
		if score := c.overall(c.stand, factors); len(c.queue[f]) > 0 && score < least {
			best, least = f, score
		}
	}
	return best
}

// thinnest returns the first main factor that lacks evidence, -1 when it has no
// questions left.
func (c *climber) thinnest() int {
	for f := range netvet.MainFactors() {
		if c.stand.takesPart[f] && c.known[f] < sufficientCoverage-1e-9 && len(c.queue[f]) > 0 {
			return f
		}
	}
	return -1
}

// take answers the next question of a factor well.
func (c *climber) take(f int) int {
	r := c.queue[f][0]
	c.queue[f] = c.queue[f][1:]
	c.answer(r, answerConfidence)
	c.try(f)
	return r
}

func (c *climber) answer(r int, clean float64) {
	f := c.plan.factor[r]
	c.w.clean[r] = clean
	c.factor[f], c.known[f] = c.factorPoint(f, c.w, c.stand.terms[f])
}

// prune leaves out answers that the later ones made unnecessary.
func (c *climber) prune(rules []int, clean []float64) []int {
	return slices.DeleteFunc(rules, func(r int) bool {
		c.answer(r, clean[r])
		if c.there() {
			return true
		}
		c.answer(r, answerConfidence)
		return false
	})
}

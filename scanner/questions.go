package scanner

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/netvet/netvet"
)

const (
	// questionsPerProduct is how many open questions a product lists.
	questionsPerProduct = 5
	// answerConfidence is that of an audited answer: what a question is worth is
	// measured by an answer that can be relied upon, good or bad.
	answerConfidence = float64(netvet.ReliabilityAudit)
	// openConfidence is the clean confidence below which a question is still worth
	// asking, like the coverage below which evidence is insufficient.
	openConfidence = sufficientCoverage
	// maxPatterns bounds the remembered patterns of evidence, of about a kilobyte
	// each for sixty rules.
	maxPatterns = 8192
)

// Explain adds to a scored assessment what each adverse rule contributes to the
// score, and the open questions whose answers could move it most.
func (m *Model) Explain(a *netvet.Assessment, asOf time.Time) {
	m.compiled()
	w := m.weigh(a, asOf)
	defer m.scratch.Put(w)
	s := m.stand(w, m.terms(a, asOf))
	m.contributions(a, &s, w)
	a.Questions = m.questions(&s, w)
}

// standing is where a product stands before one rule is changed.
type standing struct {
	terms     [factorCount]terms
	takesPart [factorCount]bool
	factors   [factorCount]float64
	score     float64
}

func (m *Model) stand(w *weights, t [factorCount]terms) standing {
	s := standing{terms: t}
	for i := range m.plan.factors {
		s.takesPart[i] = m.plan.factors[i].takesPart(w, t[i].floor)
		s.factors[i] = m.factorPoint(i, w, t[i])
	}
	s.score = m.overall(&s, s.factors)
	return s
}

// contributions fills in what each adverse rule adds to the overall score: the
// score minus the score with that rule answered clean beyond doubt.
func (m *Model) contributions(a *netvet.Assessment, s *standing, w *weights) {
	for i := range a.Factors {
		for j := range a.Factors[i].Weights {
			x := &a.Factors[i].Weights[j]
			if r, ok := m.plan.index[x.Rule]; ok {
				x.Contribution = max(0, s.score-m.scoreIf(s, w, r, 0, 1))
			}
		}
	}
}

// questions returns the open questions whose answers could move the overall
// score most, the most telling first: for each open rule, the score if the
// answer were good and if it were bad, both with an audit's confidence. Products
// with the same pattern of evidence have the same questions, which are worked
// out once.
func (m *Model) questions(s *standing, w *weights) []netvet.Question {
	w.pattern(&s.terms)
	questions, ok := m.asked.find(w.key)
	if !ok {
		questions = m.openQuestions(s, w)
		m.asked.keep(w.key, questions)
	}
	return slices.Clone(questions)
}

func (m *Model) openQuestions(s *standing, w *weights) []netvet.Question {
	var open []netvet.Question
	for r, spec := range w.specs {
		if !w.applies[r] || w.adverse[r] > 0 || w.clean[r] >= openConfidence {
			continue
		}
		q := netvet.Question{
			Rule: spec.ID, Question: spec.Question,
			ScoreIfGood: m.scoreIf(s, w, r, 0, answerConfidence),
			ScoreIfBad:  m.scoreIf(s, w, r, w.strength[r]*answerConfidence, 0),
		}
		if q.ScoreIfBad-q.ScoreIfGood > 1e-9 {
			open = append(open, q)
		}
	}
	slices.SortStableFunc(open, func(a, b netvet.Question) int { // rules come by id, so ties stay by id
		return cmp.Compare(b.ScoreIfBad-b.ScoreIfGood, a.ScoreIfBad-a.ScoreIfGood)
	})
	return slices.Clone(open[:min(len(open), questionsPerProduct)])
}

// scoreIf is the overall score with other weights for one rule.
func (m *Model) scoreIf(s *standing, w *weights, r int, adverse, clean float64) float64 {
	f := m.plan.factor[r]
	if f < 0 || !s.takesPart[f] {
		return s.score
	}
	a, b := w.adverse[r], w.clean[r]
	w.adverse[r], w.clean[r] = adverse, clean
	factors := s.factors
	factors[f] = m.factorPoint(f, w, s.terms[f])
	w.adverse[r], w.clean[r] = a, b
	return m.overall(s, factors)
}

// overall is the overall score of those factors that take part. It takes them
// by value, because sorting moves them.
func (m *Model) overall(s *standing, factors [factorCount]float64) float64 {
	n := 0
	for i, r := range factors {
		if s.takesPart[i] {
			factors[n] = r
			n++
		}
	}
	return overall(factors[:n], m.Parameters.Beta)
}

// factorPoint is the score R of one factor.
func (m *Model) factorPoint(i int, w *weights, t terms) float64 {
	f := &m.plan.factors[i]
	share, _ := f.silence(w)
	adverse := adverseProduct(f.adverse(w), m.Parameters.Damping)
	silence := silenceProduct(m.Parameters.Prior, share)
	return factorScore(likelihood(m.Parameters.Leak, adverse, silence, t.mitigation), t.impact, t.floor)
}

// pattern writes everything that the questions of a model depend on into w.key.
func (w *weights) pattern(t *[factorCount]terms) {
	w.key = w.key[:0]
	for r := range w.specs {
		if !w.applies[r] {
			w.key = append(w.key, 'n')
			continue
		}
		w.key = append(w.key, 'a')
		w.key = binary.LittleEndian.AppendUint64(w.key, math.Float64bits(w.adverse[r]))
		w.key = binary.LittleEndian.AppendUint64(w.key, math.Float64bits(w.clean[r]))
	}
	for i := range t {
		for _, v := range [...]float64{t[i].impact, t[i].mitigation, t[i].floor} {
			w.key = binary.LittleEndian.AppendUint64(w.key, math.Float64bits(v))
		}
	}
}

// questionCache remembers the questions of the patterns met. When it is full it
// starts anew: what it holds can always be worked out again.
type questionCache struct {
	mu    sync.Mutex
	known map[string][]netvet.Question
}

func (c *questionCache) find(key []byte) ([]netvet.Question, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	questions, ok := c.known[string(key)]
	return questions, ok
}

func (c *questionCache) keep(key []byte, questions []netvet.Question) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= maxPatterns {
		c.known = map[string][]netvet.Question{}
	}
	c.known[string(key)] = questions
}

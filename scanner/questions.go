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
	// maxPatterns bounds the remembered patterns of evidence, of about ten
	// kilobytes each for a hundred and fifty rules.
	maxPatterns = 4096
)

// explain adds to a scored assessment what each adverse rule contributes to the
// score, and the open questions whose answers could move it most. It returns all
// open questions, which the caller may not change and, to keep, all that the
// score hangs on.
func (m *Model) explain(a *netvet.Assessment, asOf time.Time, keep bool) ([]openQuestion, *vector) {
	m.compiled()
	w := m.weigh(a, asOf)
	defer m.scratch.Put(w)
	s := m.stand(w, m.terms(a, asOf))
	m.contributions(a, &s, w)
	open := m.open(&s, w)
	m.best(a, open)
	if !keep {
		return open.list, nil
	}
	return open.list, w.vector(a, s.terms)
}

// standing is where a product stands before one rule is changed.
type standing struct {
	terms     [factorCount]terms
	takesPart [factorCount]bool
	factors   [factorCount]float64
	coverage  [factorCount]float64
	score     float64
}

func (m *Model) stand(w *weights, t [factorCount]terms) standing {
	s := standing{terms: t}
	for i := range m.plan.factors {
		s.takesPart[i] = m.plan.factors[i].takesPart(w, t[i].floor)
		s.factors[i], s.coverage[i] = m.factorPoint(i, w, t[i])
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
				x.Contribution = max(0, s.score-m.lookIf(s, w, r, 0, 1).score)
			}
		}
	}
}

// openQuestions are those of one pattern of evidence, in the order of rank.
type openQuestions struct {
	list  []openQuestion
	route route
}

// openQuestion is a rule without an answer to rely upon, and where the product
// would stand with one, both times with an audit's confidence.
type openQuestion struct {
	rule      int // in the plan
	good, bad outlook
	needed    bool    // on the route to a milder verdict
	telling   float64 // by which questions are ranked
	turn      int     // 0: the most telling one of its topic
}

// span is how many points lie between a good and a bad answer.
func (q *openQuestion) span() float64 { return q.bad.score - q.good.score }

// open returns the open questions whose answers could move the overall score.
// Products with the same pattern of evidence have the same questions, which are
// worked out once.
func (m *Model) open(s *standing, w *weights) *openQuestions {
	w.pattern(&s.terms)
	questions, ok := m.asked.find(w.key)
	if !ok {
		questions = m.openQuestions(s, w)
		m.asked.keep(w.key, questions)
	}
	return questions
}

func (m *Model) openQuestions(s *standing, w *weights) *openQuestions {
	o := &openQuestions{}
	for r := range w.specs {
		if !w.applies[r] || w.adverse[r] > 0 || w.clean[r] >= openConfidence {
			continue
		}
		q := openQuestion{rule: r, good: m.lookIf(s, w, r, 0, answerConfidence), bad: m.lookIf(s, w, r, w.strength[r]*answerConfidence, 0)}
		if q.span() > 1e-9 {
			o.list = append(o.list, q)
		}
	}
	m.rank(o.list, s, w)
	o.route = m.shortest(s, w, o.list)
	for i := range o.list {
		o.list[i].needed = slices.Contains(o.route.rules, o.list[i].rule)
	}
	return o
}

// rank orders open questions for one who can ask only a few. The most telling one
// of each topic comes before a second one of any, where the span of the answers
// counts times the weight of the topic for products of the class, compared with the
// other topics of the factor: the span alone hangs on the strengths of the rules,
// which are the same for all products, and would put the same questions to a
// storage array and to a cloud service. Those few are then listed by their span.
func (m *Model) rank(list []openQuestion, s *standing, w *weights) {
	emphasis := m.emphasis(s, w)
	for i := range list {
		list[i].telling = list[i].span() * emphasis[list[i].rule]
	}
	byTelling := func(a, b openQuestion) int { // rules come by id, so ties stay by id
		return cmp.Or(cmp.Compare(a.turn, b.turn), cmp.Compare(b.telling, a.telling))
	}
	slices.SortStableFunc(list, byTelling)
	turns := map[[2]string]int{}
	for i := range list {
		spec := w.specs[list[i].rule]
		topic := [2]string{string(spec.Factor), spec.Topic}
		list[i].turn = min(turns[topic], 1)
		turns[topic]++
	}
	slices.SortStableFunc(list, byTelling)
	slices.SortStableFunc(list[:min(len(list), questionsPerProduct)], func(a, b openQuestion) int {
		return cmp.Compare(b.span(), a.span())
	})
}

// emphasis is, by rule, the weight of its topic divided by the mean of those of its
// factor's topics that take part.
func (m *Model) emphasis(s *standing, w *weights) []float64 {
	out := make([]float64, len(w.specs))
	for i := range m.plan.factors {
		if s.takesPart[i] {
			m.plan.factors[i].emphasise(w, out)
		}
	}
	return out
}

func (f *planFactor) emphasise(w *weights, out []float64) {
	sum, n := 0.0, 0.0
	for i := range f.topics {
		if _, _, ok := f.topics[i].silence(w); ok {
			sum += f.topics[i].weights[w.class]
			n++
		}
	}
	if sum == 0 {
		return
	}
	for i := range f.topics {
		for _, r := range f.topics[i].rules {
			out[r] = f.topics[i].weights[w.class] * n / sum
		}
	}
}

// best writes the most telling questions into the assessment, with the verdicts
// that its gates leave.
func (m *Model) best(a *netvet.Assessment, o *openQuestions) {
	held := held(a.Gates)
	for _, q := range o.list[:min(len(o.list), questionsPerProduct)] {
		spec := m.plan.rules[q.rule]
		a.Questions = append(a.Questions, netvet.Question{Rule: spec.ID, Question: spec.Question,
			ScoreIfGood: q.good.score, ScoreIfBad: q.bad.score,
			VerdictIfGood: q.good.verdict(held), VerdictIfBad: q.bad.verdict(held)})
	}
	if v := o.route.end.verdict(held); len(o.route.rules) > 0 && v.Rank() < a.Verdict.Rank() {
		a.Milder = &netvet.Milder{Verdict: v, Score: o.route.end.score, Answers: len(o.route.rules)}
	}
}

// outlook is where a product would stand.
type outlook struct {
	score float64
	thin  bool // the evidence of a main factor would not suffice
}

// suggests is the verdict without any gate.
func (o outlook) suggests() netvet.Verdict {
	v := suggested(levelOf(o.score))
	if o.thin {
		v = worse(v, netvet.VerdictConditional)
	}
	return v
}

// verdict is the suggested one, raised by what holds whatever the answers.
func (o outlook) verdict(held netvet.Verdict) netvet.Verdict { return worse(o.suggests(), held) }

// held is the mildest verdict that the gates leave.
func held(gates []netvet.GateResult) netvet.Verdict {
	v := netvet.VerdictAccept
	for i := range gates {
		if gates[i].Possible {
			v = worse(v, netvet.VerdictConditional)
		} else {
			v = worse(v, gates[i].Verdict)
		}
	}
	return v
}

// lookIf is the outlook with other weights for one rule.
func (m *Model) lookIf(s *standing, w *weights, r int, adverse, clean float64) outlook {
	f := m.plan.factor[r]
	if f < 0 || !s.takesPart[f] {
		return s.outlook(m, s.factors, s.coverage)
	}
	a, b, c := w.adverse[r], w.clean[r], w.confidence[r]
	w.adverse[r], w.clean[r] = adverse, clean
	if adverse > 0 {
		w.confidence[r] = answerConfidence
	}
	factors, coverage := s.factors, s.coverage
	factors[f], coverage[f] = m.factorPoint(f, w, s.terms[f])
	w.adverse[r], w.clean[r], w.confidence[r] = a, b, c
	return s.outlook(m, factors, coverage)
}

func (s *standing) outlook(m *Model, factors, coverage [factorCount]float64) outlook {
	return outlook{m.overall(s, factors), s.thin(coverage)}
}

// thin reports whether a main factor has too little evidence to accept.
func (s *standing) thin(coverage [factorCount]float64) bool {
	for i := range netvet.MainFactors() {
		if s.takesPart[i] && coverage[i] < sufficientCoverage-1e-9 {
			return true
		}
	}
	return false
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

// factorPoint is the score R of one factor, and its coverage.
func (m *Model) factorPoint(i int, w *weights, t terms) (score, coverage float64) {
	f := &m.plan.factors[i]
	share, coverage := f.silence(w)
	adverse := adverseProduct(f.adverse(w), m.Parameters.Damping)
	silence := silenceProduct(m.Parameters.Prior, share)
	return factorScore(likelihood(m.Parameters.Leak, adverse, silence, t.mitigation), t.impact, t.floor), coverage
}

// pattern writes everything that the questions of a model depend on into w.key.
func (w *weights) pattern(t *[factorCount]terms) {
	w.key = binary.AppendUvarint(w.key[:0], uint64(w.class))
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
	known map[string]*openQuestions
}

func (c *questionCache) find(key []byte) (*openQuestions, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	questions, ok := c.known[string(key)]
	return questions, ok
}

func (c *questionCache) keep(key []byte, questions *openQuestions) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= maxPatterns {
		c.known = map[string]*openQuestions{}
	}
	c.known[string(key)] = questions
}

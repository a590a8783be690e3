package scanner

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/netvet/netvet"
)

// How the stability of the ranking is tested.
const (
	sensitivityDraws  = 1000
	sensitivitySpread = 0.20 // every strength is drawn within a fifth of its own
	sensitivitySeed   = 20221215
	// sensitivityVectors bounds how many different products are compared, at
	// about five kilobytes each.
	sensitivityVectors = 2000
	// unstableShare is the share of the draws from which on a level or verdict
	// that comes out otherwise is called unstable.
	unstableShare = 0.05
	// leastStableShown is how many unstable products are named.
	leastStableShown = 10
)

// vector is all that the score of a product hangs on. Many products share one.
type vector struct {
	hash     uint64 // of everything below
	example  string // id of the first product that has it
	products int

	class                      int
	applies                    []bool
	adverse, confidence, clean []float64
	terms                      [factorCount]terms
	held                       netvet.Verdict
}

// vector copies what weights and terms say of one product. It comes after
// pattern, which wrote most of it into w.key.
func (w *weights) vector(a *netvet.Assessment, t [factorCount]terms) *vector {
	v := &vector{example: a.Product.ID, products: 1, class: w.class, applies: slices.Clone(w.applies), adverse: slices.Clone(w.adverse),
		confidence: slices.Clone(w.confidence), clean: slices.Clone(w.clean), terms: t, held: held(a.Gates)}
	h := fnv.New64a()
	h.Write(w.key)
	h.Write([]byte(v.held))
	for _, c := range v.confidence { // which coverage takes, and pattern leaves out
		h.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(c)))
	}
	v.hash = mixed(h.Sum64() ^ sensitivitySeed)
	return v
}

// of is the vector as that of one product: those alike share the rest.
func (v *vector) of(p *netvet.Product) *vector {
	if v == nil {
		return nil
	}
	out := *v
	out.example = p.ID
	return &out
}

// mixed spreads a hash evenly over its range: the finaliser of SplitMix64.
func mixed(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// sample keeps the vectors with the smallest hashes: a random choice among the
// different ones, the same whatever their order and however often each comes. A
// vector that once fell out never comes back, so those kept are counted in full.
type sample struct {
	max   int
	kept  map[uint64]*vector
	bound uint64 // the largest hash kept, once the sample is full
	total int    // products
}

func newSample(most int) *sample { return &sample{max: most, kept: map[uint64]*vector{}} }

func (s *sample) add(v *vector) {
	s.total++
	if known, ok := s.kept[v.hash]; ok {
		known.products++
		return
	}
	full := len(s.kept) >= s.max
	if full && v.hash > s.bound {
		return
	}
	if full {
		delete(s.kept, s.bound)
	}
	s.kept[v.hash] = v
	if len(s.kept) >= s.max {
		s.bound = slices.Max(slices.Collect(maps.Keys(s.kept)))
	}
}

// distinct is how many different vectors there were: exactly, or estimated from
// how dense the hashes of a full sample lie.
func (s *sample) distinct() (n int, estimated bool) {
	if len(s.kept) < s.max {
		return len(s.kept), false
	}
	return int(float64(s.max-1) / (float64(s.bound) / (1 << 64))), true
}

// vectors returns the sample in the order of the hashes.
func (s *sample) vectors() []*vector {
	out := make([]*vector, 0, len(s.kept))
	for _, v := range s.kept {
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b *vector) int { return cmp.Compare(a.hash, b.hash) })
	return out
}

// sensitivity tells how far the ranking hangs on the strengths of the rules: it
// draws all of them anew a thousand times, each within a fifth of its own, scores
// every vector of the sample with them, and compares the ranking with the
// register's by Kendall's tau-b. The draws are the same in every run.
func (m *Model) sensitivity(s *sample, jobs int) *netvet.Sensitivity {
	vectors := s.vectors()
	out := &netvet.Sensitivity{Draws: sensitivityDraws, Spread: sensitivitySpread, Products: s.total, Sampled: len(vectors), UnstableShare: unstableShare}
	out.Distinct, out.Estimated = s.distinct()
	for _, v := range vectors {
		out.SampledProducts += v.products
	}
	if len(vectors) == 0 {
		return out
	}
	base := m.scoreAll(vectors, nil)
	scores := make([][]outlook, sensitivityDraws)
	eachDraw(jobs, func(draw int) { scores[draw] = m.scoreAll(vectors, m.strengths(draw)) })
	m.summarise(out, vectors, base, scores)
	return out
}

// eachDraw does the draws side by side.
func eachDraw(jobs int, do func(draw int)) {
	var workers sync.WaitGroup
	jobs = max(jobs, 1)
	for first := range jobs {
		workers.Go(func() {
			for draw := first; draw < sensitivityDraws; draw += jobs {
				do(draw)
			}
		})
	}
	workers.Wait()
}

// strengths are the factors by which one draw multiplies the strength of each
// rule.
func (m *Model) strengths(draw int) []float64 {
	rng := rand.New(rand.NewPCG(sensitivitySeed, uint64(draw)))
	out := make([]float64, len(m.compiled().rules))
	for i := range out {
		out[i] = 1 + sensitivitySpread*(2*rng.Float64()-1)
	}
	return out
}

// scoreAll scores the vectors with every strength multiplied.
func (m *Model) scoreAll(vectors []*vector, times []float64) []outlook {
	w := newWeights(m.compiled().rules)
	for r := range times {
		w.strength[r] = unit(w.strength[r] * times[r])
	}
	adverse := make([]float64, len(w.specs))
	out := make([]outlook, len(vectors))
	for i, v := range vectors {
		copy(adverse, v.adverse)
		for r := range times {
			adverse[r] = unit(adverse[r] * times[r])
		}
		w.class, w.applies, w.adverse, w.confidence, w.clean = v.class, v.applies, adverse, v.confidence, v.clean
		s := m.stand(w, v.terms)
		out[i] = outlook{round(s.score, formulaDigits), s.thin(s.coverage)}
	}
	return out
}

// summarise fills in what the draws changed.
func (m *Model) summarise(out *netvet.Sensitivity, vectors []*vector, base []outlook, draws [][]outlook) {
	worst := 0
	for i := range base {
		if base[i].score > base[worst].score {
			worst = i
		}
	}
	out.Worst = vectors[worst].example
	var taus []float64
	stays := 0
	for _, draw := range draws {
		if tau, ok := kendall(points(base), points(draw)); ok {
			taus = append(taus, tau)
		}
		if draw[worst].score >= slices.Max(points(draw)) {
			stays++
		}
	}
	out.WorstStays = round(float64(stays)/float64(len(draws)), 3)
	if len(taus) > 0 {
		slices.Sort(taus)
		sum := 0.0
		for _, tau := range taus {
			sum += tau
		}
		out.Tau = &netvet.Tau{Mean: round(sum/float64(len(taus)), 4), Min: round(taus[0], 4), Percentile5: round(taus[len(taus)/20], 4)}
	}
	for i, v := range vectors {
		p := unstable(v, i, base[i], draws)
		if p.LevelChanges > unstableShare {
			out.UnstableLevels += v.products
		}
		if p.VerdictChanges > unstableShare {
			out.UnstableVerdicts += v.products
		}
		if max(p.LevelChanges, p.VerdictChanges) > unstableShare {
			out.LeastStable = append(out.LeastStable, p)
		}
	}
	slices.SortStableFunc(out.LeastStable, func(a, b netvet.UnstableProduct) int {
		return cmp.Or(cmp.Compare(b.VerdictChanges, a.VerdictChanges), cmp.Compare(b.LevelChanges, a.LevelChanges), cmp.Compare(a.Product, b.Product))
	})
	out.LeastStable = out.LeastStable[:min(len(out.LeastStable), leastStableShown)]
}

func points(list []outlook) []float64 {
	out := make([]float64, len(list))
	for i := range list {
		out[i] = list[i].score
	}
	return out
}

// unstable says how often the draws gave one vector another level or verdict,
// and between which scores nine draws in ten lie.
func unstable(v *vector, i int, base outlook, draws [][]outlook) netvet.UnstableProduct {
	levels, verdicts := 0, 0
	scores := make([]float64, len(draws))
	for d, draw := range draws {
		scores[d] = draw[i].score
		if levelOf(draw[i].score) != levelOf(base.score) {
			levels++
		}
		if draw[i].verdict(v.held) != base.verdict(v.held) {
			verdicts++
		}
	}
	slices.Sort(scores)
	share := func(n int) float64 { return round(float64(n)/float64(len(draws)), 3) }
	return netvet.UnstableProduct{Product: v.example, Products: v.products, Score: round(base.score, 1),
		Level: levelOf(base.score), LevelChanges: share(levels), Verdict: base.verdict(v.held), VerdictChanges: share(verdicts),
		Low: round(scores[len(scores)/20], 1), High: round(scores[len(scores)-1-len(scores)/20], 1)}
}

// kendall is Kendall's tau-b of two rankings, which allows for ties: 1 when they
// agree, -1 when one is the other reversed. It is not defined, and false, when
// all of one ranking is tied. Knight's algorithm: sort by the first, count the
// exchanges that sorting by the second takes, in n log n steps.
func kendall(x, y []float64) (tau float64, ok bool) {
	n := len(x)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(x[a], x[b]), cmp.Compare(y[a], y[b])) })
	byX := make([]float64, n)
	for i, at := range order {
		byX[i] = y[at]
	}
	pairs := n * (n - 1) / 2
	tiedX := ties(n, func(i, j int) bool { return x[order[i]] == x[order[j]] })
	tiedBoth := ties(n, func(i, j int) bool { return x[order[i]] == x[order[j]] && byX[i] == byX[j] })
	exchanges := inversions(byX, make([]float64, n))
	tiedY := ties(n, func(i, j int) bool { return byX[i] == byX[j] }) // sorted now
	if tiedX == pairs || tiedY == pairs {
		return 0, false
	}
	agree := pairs - tiedX - tiedY + tiedBoth - 2*exchanges
	return float64(agree) / (math.Sqrt(float64(pairs-tiedX)) * math.Sqrt(float64(pairs-tiedY))), true
}

// ties counts the pairs within runs of equal neighbours.
func ties(n int, equal func(i, j int) bool) (pairs int) {
	run := 0
	for i := 1; i < n; i++ {
		if equal(i-1, i) {
			run++
			pairs += run
		} else {
			run = 0
		}
	}
	return pairs
}

// inversions sorts a list by merging and counts the pairs that stood in the wrong
// order.
func inversions(list, scratch []float64) (count int) {
	if len(list) < 2 {
		return 0
	}
	half := len(list) / 2
	count = inversions(list[:half], scratch[:half]) + inversions(list[half:], scratch[half:])
	copy(scratch, list)
	left, right := scratch[:half], scratch[half:]
	for i := range list {
		if len(right) == 0 || len(left) > 0 && left[0] <= right[0] {
			list[i], left = left[0], left[1:]
			continue
		}
		list[i], right = right[0], right[1:]
		count += len(left)
	}
	return count
}

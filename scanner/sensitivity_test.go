package scanner

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"github.com/netvet/netvet"
	"pgregory.net/rapid"
)

// plainKendall is the definition: every pair of one ranking against the other.
func plainKendall(x, y []float64) (float64, bool) {
	agree, tiedX, tiedY, pairs := 0.0, 0.0, 0.0, 0.0
	for i := range x {
		for j := range i {
			a, b := x[i]-x[j], y[i]-y[j]
			pairs++
			switch {
			case a*b > 0:
				agree++
			case a*b < 0:
				agree--
			}
			if a == 0 {
				tiedX++
			}
			if b == 0 {
				tiedY++
			}
		}
	}
	if tiedX == pairs || tiedY == pairs {
		return 0, false
	}
	return agree / math.Sqrt((pairs-tiedX)*(pairs-tiedY)), true
}

func TestKendallIsWhatItsDefinitionSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 40).Draw(t, "n")
		digit := rapid.SliceOfN(rapid.IntRange(0, 12), n, n) // few values, so that many tie
		x, y := floats(digit.Draw(t, "x")), floats(digit.Draw(t, "y"))
		want, defined := plainKendall(x, y)
		got, ok := kendall(x, y)
		if ok != defined || math.Abs(got-want) > 1e-12 {
			t.Fatalf("kendall %v %v, want %v %v", got, ok, want, defined)
		}
		if back, _ := kendall(y, x); math.Abs(back-got) > 1e-12 {
			t.Fatalf("the other way round %v, want %v", back, got)
		}
	})
}

func floats(list []int) []float64 {
	out := make([]float64, len(list))
	for i, v := range list {
		out[i] = float64(v)
	}
	return out
}

func TestKendallOfSameAndReversedRankings(t *testing.T) {
	same := []float64{1, 2, 3, 3, 5}
	reversed := []float64{5, 4, 3, 3, 1}
	if tau, ok := kendall(same, same); !ok || math.Abs(tau-1) > 1e-12 {
		t.Errorf("a ranking and itself: %v %v", tau, ok)
	}
	if tau, ok := kendall(same, reversed); !ok || math.Abs(tau+1) > 1e-12 {
		t.Errorf("a ranking and its reverse: %v %v", tau, ok)
	}
	if _, ok := kendall(same, []float64{2, 2, 2, 2, 2}); ok {
		t.Error("a ranking without order has a tau")
	}
}

func TestSampleTakesTheSameWhateverTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Uint64Range(0, 60), 1, 200).Draw(t, "vectors")
		fill := func(list []uint64) *sample {
			s := newSample(10)
			for _, n := range list {
				s.add(&vector{hash: mixed(n), products: 1})
			}
			return s
		}
		shuffled := rapid.Permutation(all).Draw(t, "shuffled")
		a, b := fill(all).vectors(), fill(shuffled).vectors()
		for i := range a {
			of := 0
			for _, n := range all {
				if mixed(n) == a[i].hash {
					of++
				}
			}
			if len(a) != len(b) || a[i].hash != b[i].hash || a[i].products != b[i].products || a[i].products != of {
				t.Fatalf("another sample in another order, or a miscount of %d products: %d", of, a[i].products)
			}
		}
	})
}

func TestSampleEstimatesHowManyDiffer(t *testing.T) {
	s := newSample(sensitivityVectors)
	for n := range uint64(100_000) {
		s.add(&vector{hash: mixed(n), products: 1})
	}
	if n, estimated := s.distinct(); !estimated || n < 90_000 || n > 110_000 {
		t.Errorf("%d of 100,000 that differ, estimated: %v", n, estimated)
	}
}

func TestSensitivity(t *testing.T) {
	s := testScanner(t, "cn-ciio")
	s.Sensitivity = true
	table := askedTable + "Dell,PowerEdge R760,D1,server\nDell,PowerEdge R760,D2,server\n"
	var first []byte
	for _, jobs := range []int{1, 3} {
		s.Jobs = jobs
		r := scan(t, s, in("inventory.csv", table))
		got := r.Summary.Sensitivity
		if got == nil || got.Draws != 1000 || got.Products != 7 || got.SampledProducts != 7 || got.Distinct >= 7 || got.Tau == nil {
			t.Fatalf("sensitivity %+v", got)
		}
		if got.Tau.Min > got.Tau.Percentile5 || got.Tau.Percentile5 > got.Tau.Mean || got.Tau.Mean > 1 || got.Tau.Mean < 0.5 {
			t.Errorf("tau %+v", got.Tau)
		}
		if got.Worst != r.Products[0].ID || got.WorstStays != 1 {
			t.Errorf("worst %s in %v of the draws, want the prohibited %s always", got.Worst, got.WorstStays, r.Products[0].ID)
		}
		if first == nil {
			first = marshal(t, got)
		}
		if !bytes.Equal(first, marshal(t, got)) {
			t.Errorf("%d jobs give another result", jobs)
		}
	}
}

// With strengths as they are the vectors score what the register says.
func TestVectorsScoreAsTheRegister(t *testing.T) {
	s := testScanner(t, "cn-ciio")
	s.Sensitivity = true
	r, err := s.start(Sink{})
	if err != nil {
		t.Fatal(err)
	}
	for i, maker := range []string{"Cisco Systems", "Micron", "Nobody Known GmbH"} {
		a := &netvet.Assessment{Product: netvet.Product{ID: string(rune('a' + i)), Manufacturer: maker}}
		a.Match = r.resolver.product(&a.Product)
		res, err := r.assess(a)
		if err != nil {
			t.Fatal(err)
		}
		got := r.model.scoreAll([]*vector{res.vector}, slices.Repeat([]float64{1}, len(r.model.compiled().rules)))[0]
		if math.Abs(got.score-a.Score) > 1e-5 || got.verdict(res.held) != a.Verdict {
			t.Errorf("%s: %v %s, register %v %s", maker, got.score, got.verdict(res.held), a.Score, a.Verdict)
		}
	}
}

package scanner

import (
	"slices"
	"strings"
	"testing"

	"github.com/netvet/netvet"
)

// bare are products of which nothing is known but their class, with questions
// that an engineer would ask of such a thing, and some that make no sense of it.
var bare = []struct {
	word, category string
	asked, not     []string
}{
	{"storage array", "mass-storage", []string{"F1-07", "F2-04", "F4-01"}, []string{"F4-04", "F4-19", "F1-20"}},
	{"switch", "core-network-equipment", []string{"F1-07", "F1-24", "F1-11", "F4-04"}, []string{"F4-19"}},
	{"server", "hpc-server", []string{"F1-07", "F1-08", "F1-09", "F1-20"}, []string{"F4-04", "F4-19"}},
	{"cloud service", "cloud-service", []string{"F4-19", "F1-25"}, []string{"F1-07", "F1-08", "F1-16", "F2-08", "F2-09", "F3-02", "F4-01"}},
	{"database", "large-database-application", []string{"F1-25", "F2-19"}, []string{"F1-07", "F1-08", "F1-11", "F1-16", "F2-08", "F4-19", "F4-01"}},
	{"firewall", "cybersecurity-equipment", []string{"F1-07", "F4-01", "F1-22"}, []string{"F4-04", "F4-19", "F1-20"}},
}

// TestBareProductsDiffer wants products without evidence to differ by class: in
// what is asked of them, and in the range that their silence leaves open.
func TestBareProductsDiffer(t *testing.T) {
	s := testScanner(t, "cn-ciio")
	s.All = true // also what does not apply
	rows := "Product,Model,Category\nBox,X-1,\n"
	for _, b := range bare {
		rows += "Thing,X-1," + b.word + "\n"
	}
	r := scan(t, s, in("bare.csv", rows))
	ranges, sets := map[[2]float64]string{}, map[string]string{}
	for _, b := range bare {
		i := slices.IndexFunc(r.Products, func(p netvet.RegisterProduct) bool { return p.Category != nil && string(*p.Category) == b.category })
		if i < 0 {
			t.Fatalf("no product of class %s", b.category)
		}
		p := &r.Products[i]
		open := openRules(r, p.ID)
		for _, rule := range b.asked {
			if !slices.Contains(open, rule) {
				t.Errorf("%s: %s is not asked", b.word, rule)
			}
		}
		for _, rule := range b.not {
			if slices.Contains(open, rule) {
				t.Errorf("%s: %s is asked", b.word, rule)
			}
		}
		if other := ranges[p.ScoreRange]; other != "" {
			t.Errorf("%s and %s have the range %v", b.word, other, p.ScoreRange)
		}
		ranges[p.ScoreRange] = b.word
		set := strings.Join(open, " ")
		if other := sets[set]; other != "" {
			t.Errorf("%s and %s have the same questions", b.word, other)
		}
		sets[set] = b.word
	}
	for i := range r.Products { // not to say what it is must not pay
		if box, p := unclassed(t, r), &r.Products[i]; p.Score > box.Score {
			t.Errorf("%s scores %.1f, more than a box of unknown class (%.1f)", word(p.Name), p.Score, box.Score)
		}
	}
}

// openRules are the rules of the pack that ask something of the product.
func openRules(r *netvet.Register, product string) []string {
	var out []string
	for _, f := range r.Findings {
		if _, rule, ok := strings.Cut(f.Rule, "/"); ok && f.Product == product && f.Outcome == netvet.OutcomeUnknown {
			out = append(out, rule)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func unclassed(t *testing.T, r *netvet.Register) *netvet.RegisterProduct {
	t.Helper()
	i := slices.IndexFunc(r.Products, func(p netvet.RegisterProduct) bool { return p.Category == nil })
	if i < 0 {
		t.Fatal("no product of unknown class")
	}
	return &r.Products[i]
}

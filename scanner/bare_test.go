package scanner

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/netvet/netvet"
)

// bare are products of which nothing is known but their class, with questions
// that an engineer would ask of such a thing, some that make no sense of it, and
// the topics that one would expect the first questions to be about.
var bare = []struct {
	word, category string
	asked, not     []string
	topics         []string
	like           string // whose questions are the same, in another order
}{
	{"storage array", "mass-storage", []string{"F1-07", "F2-04", "F4-01"}, []string{"F4-04", "F4-19", "F1-20"},
		[]string{"update-channel", "data-leak", "data-protection", "cryptography", "lifecycle"}, ""},
	{"switch", "core-network-equipment", []string{"F1-07", "F1-24", "F1-11", "F4-04"}, []string{"F4-19"},
		[]string{"remote-access", "out-of-band", "update-channel", "cloud-control", "remote-dependence", "certification"}, ""},
	{"server", "hpc-server", []string{"F1-07", "F1-08", "F1-09", "F1-20"}, []string{"F4-04", "F4-19"},
		[]string{"out-of-band", "update-channel", "origin", "integrity", "local-support"}, ""},
	{"cloud service", "cloud-service", []string{"F4-19", "F1-25"}, []string{"F1-07", "F1-08", "F1-16", "F2-08", "F2-09", "F2-22", "F3-02", "F4-01"},
		[]string{"cloud-control", "data-localisation", "data-export", "data-protection", "substitution", "foreign-access"}, ""},
	{"database", "large-database-application", []string{"F1-25", "F2-19"}, []string{"F1-07", "F1-08", "F1-11", "F1-16", "F2-08", "F4-19", "F4-01"},
		[]string{"transparency", "update-channel", "data-leak", "data-duties", "vulnerability-handling", "remote-dependence", "rebuild"}, ""},
	{"firewall", "cybersecurity-equipment", []string{"F1-07", "F4-01", "F1-22"}, []string{"F4-04", "F4-19", "F1-20"},
		[]string{"update-channel", "cloud-control", "weaknesses", "certification"}, ""},
	{"accelerator", "hpc-server", []string{"F1-20", "F7-05"}, []string{"F4-04", "F4-19"},
		[]string{"cloud-control", "remote-policy", "remote-dependence", "trade-measures"}, "server"},
	{"base station", "important-communication-product", []string{"F1-16", "F4-04"}, []string{"F4-19"},
		[]string{"undeclared", "certification", "trade-measures", "remote-access"}, "switch"},
}

// TestBareProductsDiffer wants products without evidence to differ by class: in
// what is asked of them, in what is asked first, and in the range that their
// silence leaves open.
func TestBareProductsDiffer(t *testing.T) {
	s := testScanner(t, "cn-ciio")
	s.All = true // also what does not apply
	rows := "Product,Model,Category\nBox,X-1,\n"
	for _, b := range bare {
		rows += b.word + ",X-1," + b.word + "\n"
	}
	r := scan(t, s, in("bare.csv", rows))
	ranges, sets, first := map[[2]float64]string{}, map[string]string{}, map[string]string{}
	differ := func(known map[string]string, what, key, of string) {
		if other := known[key]; other != "" {
			t.Errorf("%s and %s have the same %s: %s", of, other, what, key)
		}
		known[key] = of
	}
	for _, b := range bare {
		i := slices.IndexFunc(r.Products, func(p netvet.RegisterProduct) bool { return word(p.Name) == b.word })
		if i < 0 {
			t.Fatalf("no %s", b.word)
		}
		p := &r.Products[i]
		if p.Category == nil || string(*p.Category) != b.category {
			t.Errorf("%s is of class %v", b.word, p.Category)
		}
		if other := ranges[p.ScoreRange]; other != "" {
			t.Errorf("%s and %s have the range %v", b.word, other, p.ScoreRange)
		}
		ranges[p.ScoreRange] = b.word
		for j := range r.Products {
			if other := &r.Products[j]; other.Category != nil && other.ID != p.ID && !farApart(p, other) {
				t.Errorf("%s and %s are within a point in each factor", b.word, word(other.Name))
			}
		}
		open, best := openRules(r, p.ID), firstTopics(r, p)
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
		if b.like == "" {
			differ(sets, "questions", strings.Join(open, " "), b.word)
		}
		var rules []string
		for _, q := range p.Questions {
			rules = append(rules, q.Rule)
		}
		slices.Sort(rules)
		differ(first, "first questions", strings.Join(rules, " "), b.word)
		fit := slices.DeleteFunc(slices.Clone(best), func(topic string) bool { return !slices.Contains(b.topics, topic) })
		if len(best) != questionsPerProduct || len(slices.Compact(slices.Sorted(slices.Values(best)))) != len(best) || len(fit) < 3 {
			t.Errorf("%s: the first questions are about %v, want %d topics of which at least 3 are of %v", b.word, best, questionsPerProduct, b.topics)
		}
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

// firstTopics are the topics of the first questions about the product.
func firstTopics(r *netvet.Register, p *netvet.RegisterProduct) []string {
	var out []string
	for _, q := range p.Questions {
		i := slices.IndexFunc(r.Findings, func(f netvet.Finding) bool { return f.Product == p.ID && f.Rule == q.Rule })
		out = append(out, r.Findings[i].Topic)
	}
	return out
}

// farApart reports whether the ranges of a factor differ by more than a point, or a
// factor is scored for one alone.
func farApart(a, b *netvet.RegisterProduct) bool {
	for i := range a.Factors {
		x, y := &a.Factors[i], &b.Factors[i]
		if x.NotApplicable != y.NotApplicable || !x.NotApplicable && math.Abs(x.ScoreRange[1]-y.ScoreRange[1]) > 1 {
			return true
		}
	}
	return false
}

func unclassed(t *testing.T, r *netvet.Register) *netvet.RegisterProduct {
	t.Helper()
	i := slices.IndexFunc(r.Products, func(p netvet.RegisterProduct) bool { return p.Category == nil })
	if i < 0 {
		t.Fatal("no product of unknown class")
	}
	return &r.Products[i]
}

package scanner

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
)

var update = flag.Bool("update", false, "rewrite golden files and generated tables")

// corpus is a folder of real inputs beside the checkout. It is not part of the
// project: its files are other people's.
const corpus = "../../shared/corpus/sbom"

func needCorpus(t testing.TB) {
	t.Helper()
	if _, err := os.Stat(corpus); err != nil {
		t.Skipf("the corpus of real files is not at %s: %v", corpus, err)
	}
}

// proof is the best example of one outcome of one rule on a real file.
type proof struct{ rule, outcome, file, message string }

// TestCorpus scans every real bill of materials. Each file gives products, or a
// named error, or a gap; none is silently empty and nothing panics.
func TestCorpus(t *testing.T) {
	needCorpus(t)
	s := testScanner(t, "cn-ciio")
	s.All = true
	inputs, gaps, err := sbom.Walk([]string{corpus}, nil, s.Options)
	if err != nil {
		t.Fatal(err)
	}
	spoken := map[string]bool{}
	for _, g := range gaps {
		if g.Reason == "" {
			t.Errorf("%s: a gap without a reason", g.Input)
		}
		spoken[g.Input] = true
	}
	best := map[[2]string]proof{}
	register, err := s.Each(context.Background(), inputs, gaps, Sink{
		Product: func(r Result) error {
			for _, src := range r.Product.Sources {
				spoken[src.Input] = true
			}
			keepBest(best, r)
			return nil
		},
		Gap: func(g netvet.Gap) error { spoken[g.Input] = true; return nil },
	})
	var broken InputErrors
	if err != nil && !errors.As(err, &broken) {
		t.Fatal(err)
	}
	for _, in := range inputs {
		if !spoken[in.Name] {
			t.Errorf("%s: read without a product, a gap or an error", in.Name)
		}
	}
	t.Logf("%d inputs, %d products, %d components, %d gaps, %d files that could not be read",
		len(register.Inputs), register.Summary.Products, register.Summary.Components, register.Summary.Gaps, len(broken))
	checkProofs(t, s, best)
}

// keepBest keeps, of each outcome of each rule, the example in the first file
// by name, so that the table does not change from run to run.
func keepBest(best map[[2]string]proof, r Result) {
	if len(r.Product.Sources) == 0 {
		return
	}
	file, err := filepath.Rel(filepath.Dir(corpus), filepath.FromSlash(r.Product.Sources[0].Input))
	if err != nil || strings.Contains(file, "bad-derived") {
		return
	}
	for _, f := range r.Findings {
		if f.Outcome != netvet.OutcomeFail && f.Outcome != netvet.OutcomePass || f.Topic == "gate" {
			continue
		}
		message := f.Message
		if message == "" && len(f.Evidence) > 0 {
			message = f.Evidence[0].Text
		}
		key := [2]string{f.Rule, string(f.Outcome)}
		p := proof{f.Rule, string(f.Outcome), filepath.ToSlash(file), message}
		if old, ok := best[key]; !ok || cmp.Or(cmp.Compare(p.file, old.file), cmp.Compare(p.message, old.message)) < 0 {
			best[key] = p
		}
	}
}

// checkProofs compares the committed table of rules and real files with what
// the run gave.
func checkProofs(t *testing.T, s *Scanner, best map[[2]string]proof) {
	var proofs []proof
	rules := map[string]bool{}
	for _, p := range best {
		if strings.HasPrefix(p.rule, "cn-review-2022/") {
			proofs = append(proofs, p)
			rules[p.rule] = true
		}
	}
	slices.SortFunc(proofs, func(a, b proof) int {
		return cmp.Or(cmp.Compare(a.rule, b.rule), cmp.Compare(a.outcome, b.outcome))
	})
	var b strings.Builder
	fmt.Fprintf(&b, "# Rules that real files settle\n\n")
	fmt.Fprintf(&b, "Bills of materials that nobody on the project wrote make these %d rules of cn-review-2022 fail or\n", len(rules))
	fmt.Fprintf(&b, "pass, without any answer in a context. The files are public (their sources stand in the corpus's manifest)\n")
	fmt.Fprintf(&b, "and not part of this repository. `go test ./scanner -run TestCorpus -update` rewrites this table.\n\n")
	fmt.Fprintf(&b, "| rule | outcome | file | what was found |\n|---|---|---|---|\n")
	for _, p := range proofs {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", strings.TrimPrefix(p.rule, "cn-review-2022/"), p.outcome, p.file, cell(p.message))
	}
	const table = "../rules/CORPUS.md"
	if *update {
		if err := os.WriteFile(table, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != b.String() {
		t.Errorf("%s is not what the corpus gives; run with -update and read the difference", table)
	}
	if len(rules) < 30 {
		t.Errorf("real files settle %d rules, want at least 30", len(rules))
	}
}

func cell(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == '|' {
			return ' '
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 110 {
		s = string(r[:109]) + "…"
	}
	return s
}

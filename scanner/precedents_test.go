package scanner

import (
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/rules"
	"github.com/netvet/netvet/sbom"
	"github.com/netvet/netvet/vendors"
)

// asOf is the day on which all golden cases are assessed.
var asOf = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// TestPrecedents runs the precedents of the review regime from input files
// through the whole pipeline. Adverse evidence comes only from lists, supplier
// data and bills of materials; the contexts hold operator facts and clean
// answers. The scores are frozen within a point: a change of rules or data that
// moves them must be looked at.
func TestPrecedents(t *testing.T) {
	// aim is the figure that the scoring model was designed to give on a small
	// prototype of five rules a factor; score is what the real rules give.
	cases := []struct {
		name, input, profile, context string
		verdict                       netvet.Verdict
		basis                         string
		insufficient                  bool
		score, aim                    float64
		gate, why                     string // why: the distance from the aim
	}{
		{"Micron SSD bought directly", "micron-ssd.csv", "cn-ciio", "", "prohibited", "gate", true, 97.4, 97, "cn-review-2022/G-MICRON", ""},
		{"the same, already installed", "micron-ssd.csv", "cn-ciio", "operate.yaml", "review", "gate", true, 80.9, 0, "cn-review-2022/G-MICRON", ""},
		{"the same, buyer not a CIIO", "micron-ssd.csv", "cn", "", "review", "gate", true, 57.2, 55, "cn-review-2022/G-MICRON", ""},
		{"array with Micron SSDs", "array-micron.cdx.json", "cn-ciio", "", "review", "gate", true, 74.7, 76, "cn-review-2022/G-MICRON", ""},
		{"array with another SSD maker", "array-kioxia.cdx.json", "cn-ciio", "", "review", "coverage", true, 47.5, 43, "", "its processor's maker is on a foreign export control list, and its BOM lacks identifiers"},
		{"Nvidia H20 accelerator", "h20.csv", "cn-ciio", "", "review", "gate", true, 89.0, 88, "cn-review-2022/G-H20", ""},
		{"Nvidia network card", "nvidia-nic.csv", "cn-ciio", "", "review", "coverage", true, 53.9, 0, "", ""},
		{"Huawei switch for a federal buyer", "huawei-switch.csv", "us-federal", "", "prohibited", "gate", true, 98.4, 98, "us-federal/G-889", ""},
		{"Huawei switch for a CIIO", "huawei-switch.csv", "cn-ciio", "", "review", "coverage", true, 55.0, 50, "", "the Entity List weighs on supply alone, and the other factors are silence"},
		{"opaque box", "opaque-box.csv", "cn-ciio", "", "review", "coverage", true, 43.7, 44, "", ""},
		{"clean, self-attested", "clean-switch.csv", "cn-ciio", "self-attested.yaml", "conditional", "coverage", true, 29.5, 31, "", ""},
		{"clean, audited three years ago", "clean-switch.csv", "cn-ciio", "audited-2023.yaml", "review", "coverage", true, 37.1, 40, "", "facts of a bill of materials fade in a year and a half, not in one"},
		{"clean, audited now", "clean-switch.csv", "cn-ciio", "audited-now.yaml", "accept", "level", false, 8.7, 6, "", "an audit is worth 0.90, not certainty"},
		{"a namesake of Micron", "micron-solutions.csv", "cn-ciio", "", "review", "coverage", true, 43.7, 0, "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := scanOne(t, c.input, c.profile, c.context)
			t.Logf("score %.1f [%.1f, %.1f], verdict %s by %s, coverage %.2f, gates %v", p.Score, p.ScoreRange[0], p.ScoreRange[1], p.Verdict, p.VerdictBasis, p.Coverage, gateIDs(p))
			for _, f := range p.Factors {
				if f.Score != nil {
					t.Logf("  %s %.1f coverage %.2f %v", f.Factor, *f.Score, *f.Coverage, f.Rules)
				}
			}
			if p.Verdict != c.verdict {
				t.Errorf("verdict %s, want %s", p.Verdict, c.verdict)
			}
			if c.basis != "" && p.VerdictBasis != c.basis {
				t.Errorf("decided by %s, want %s", p.VerdictBasis, c.basis)
			}
			if p.Insufficient != c.insufficient {
				t.Errorf("insufficient evidence %v, want %v", p.Insufficient, c.insufficient)
			}
			if math.Abs(p.Score-c.score) > 0.5 {
				t.Errorf("score %.1f, want %.1f", p.Score, c.score)
			}
			if c.aim > 0 && math.Abs(c.score-c.aim) > 2.5 && c.why == "" {
				t.Errorf("score %.1f is far from the aim of %.0f and nobody says why", c.score, c.aim)
			}
			if got := gateIDs(p); c.gate == "" && len(got) > 0 || c.gate != "" && !slices.Contains(got, c.gate) {
				t.Errorf("gates %v, want %q", got, c.gate)
			}
		})
	}
}

// TestSilenceDoesNotPay keeps the order of the precedents: knowing is better than
// promising, promising better than an old audit, that better than silence, and
// silence better than a known fault.
func TestSilenceDoesNotPay(t *testing.T) {
	var last float64
	for _, c := range []struct{ input, context string }{
		{"clean-switch.csv", "audited-now.yaml"}, {"clean-switch.csv", "self-attested.yaml"}, {"clean-switch.csv", "audited-2023.yaml"},
		{"opaque-box.csv", ""}, {"micron-ssd.csv", ""},
	} {
		score := scanOne(t, c.input, "cn-ciio", c.context).Score
		if score <= last {
			t.Errorf("%s with %q scores %.1f, not more than the better case before it (%.1f)", c.input, c.context, score, last)
		}
		last = score
	}
}

// TestNamesakeFiresNoGate keeps a medical company apart from a memory maker.
func TestNamesakeFiresNoGate(t *testing.T) {
	p := scanOne(t, "micron-solutions.csv", "cn-ciio", "")
	if p.Supplier != nil || len(p.Gates) > 0 {
		t.Errorf("supplier %+v, gates %v; want neither", p.Supplier, gateIDs(p))
	}
}

// TestProofAgreesWithTheRegister recomputes every precedent's score from the
// register's own numbers.
func TestProofAgreesWithTheRegister(t *testing.T) {
	r := scanFiles(t, "cn-ciio", "", "../testdata/precedents")
	for _, p := range r.Products {
		if err := Explain(io.Discard, r, p.ID, true); err != nil {
			t.Errorf("%s: %v", p.ID, err)
		}
	}
	if len(r.Products) < 8 {
		t.Errorf("%d products in the precedents", len(r.Products))
	}
}

func gateIDs(p *netvet.RegisterProduct) []string {
	var ids []string
	for _, g := range p.Gates {
		ids = append(ids, g.Rule)
	}
	return ids
}

// scanOne scans one precedent file that holds one product.
func scanOne(t *testing.T, input, profile, context string) *netvet.RegisterProduct {
	t.Helper()
	r := scanFiles(t, profile, context, filepath.Join("../testdata/precedents", input))
	if len(r.Products) != 1 {
		t.Fatalf("%s gave %d products, want 1", input, len(r.Products))
	}
	return &r.Products[0]
}

func scanFiles(t *testing.T, profile, contextFile string, names ...string) *netvet.Register {
	t.Helper()
	s := testScanner(t, profile)
	if contextFile != "" {
		name := filepath.Join("../testdata/precedents", contextFile)
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if s.Context, err = LoadContext(name, data); err != nil {
			t.Fatal(err)
		}
	}
	inputs, gaps, err := sbom.Walk(names, nil, s.Options)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Scan(context.Background(), inputs, gaps)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func testScanner(t testing.TB, profile string) *Scanner {
	t.Helper()
	library, err := rules.Default()
	if err != nil {
		t.Fatal(err)
	}
	suppliers, err := vendors.Default()
	if err != nil {
		t.Fatal(err)
	}
	return &Scanner{Library: library, Suppliers: suppliers, Profile: profile, AsOf: asOf, Jobs: 2}
}

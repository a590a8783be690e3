package scanner

import (
	"context"
	"os"
	"path/filepath"
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
	cases := []struct {
		name, input, profile, context string
		verdict                       netvet.Verdict
		basis                         string
		insufficient                  bool
		score                         float64
		gate                          string
	}{
		{"Micron SSD bought directly", "micron-ssd.csv", "cn-ciio", "", "prohibited", "gate", true, 97, "cn-review-2022/G-MICRON"},
		{"the same, already installed", "micron-ssd.csv", "cn-ciio", "operate.yaml", "review", "gate", true, 0, "cn-review-2022/G-MICRON"},
		{"the same, buyer not a CIIO", "micron-ssd.csv", "cn", "", "review", "gate", true, 55, "cn-review-2022/G-MICRON"},
		{"array with Micron SSDs", "array-micron.cdx.json", "cn-ciio", "", "review", "gate", true, 76, "cn-review-2022/G-MICRON"},
		{"array with another SSD maker", "array-kioxia.cdx.json", "cn-ciio", "", "review", "", true, 43, ""},
		{"Nvidia H20 accelerator", "h20.csv", "cn-ciio", "", "review", "gate", true, 88, "cn-review-2022/G-H20"},
		{"Nvidia network card", "nvidia-nic.csv", "cn-ciio", "", "review", "", true, 0, ""},
		{"Huawei switch for a federal buyer", "huawei-switch.csv", "us-federal", "", "prohibited", "gate", true, 98, "us-federal/G-889"},
		{"Huawei switch for a CIIO", "huawei-switch.csv", "cn-ciio", "", "review", "", true, 50, ""},
		{"opaque box", "opaque-box.csv", "cn-ciio", "", "review", "coverage", true, 44, ""},
		{"clean, self-attested", "clean-switch.csv", "cn-ciio", "self-attested.yaml", "conditional", "", true, 31, ""},
		{"clean, audited three years ago", "clean-switch.csv", "cn-ciio", "audited-2023.yaml", "review", "", true, 40, ""},
		{"clean, audited now", "clean-switch.csv", "cn-ciio", "audited-now.yaml", "accept", "level", false, 6, ""},
		{"a namesake of Micron", "micron-solutions.csv", "cn-ciio", "", "review", "", true, 0, ""},
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
			if c.score > 0 && (p.Score < c.score-5 || p.Score > c.score+5) {
				t.Errorf("score %.1f, want near %.0f", p.Score, c.score)
			}
			if got := gateIDs(p); c.gate == "" && len(got) > 0 || c.gate != "" && !contains(got, c.gate) {
				t.Errorf("gates %v, want %q", got, c.gate)
			}
		})
	}
}

func gateIDs(p *netvet.RegisterProduct) []string {
	var ids []string
	for _, g := range p.Gates {
		ids = append(ids, g.Rule)
	}
	return ids
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
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

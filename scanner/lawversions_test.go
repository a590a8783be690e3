package scanner

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
)

// TestLawOfTheDay asks of the days around each change of the law which Measures
// were reviewed by, and which clauses the findings cite.
func TestLawOfTheDay(t *testing.T) {
	for _, c := range []struct {
		day     netvet.Date
		profile string
		packs   string
		fails   string // part of the error, for a day without law
		product string
		rule    string
		cites   []string
		not     []string
	}{
		{day: "2017-05-31", profile: "cn-ciio", fails: "none of its packs is in force on 2017-05-31"},
		{day: "2017-06-01", profile: "cn-ciio", packs: "cn-pilot-2017"},
		{day: "2020-05-31", profile: "cn-ciio", packs: "cn-pilot-2017"},
		{day: "2020-06-01", profile: "cn-ciio", packs: "cn-review-2020"},
		{day: "2022-02-14", profile: "cn-ciio", packs: "cn-review-2020"},
		{day: "2022-02-15", profile: "cn-ciio", packs: "cn-review-2022"},
		{day: "2022-02-14", profile: "cn-platform", packs: "cn-data"},
		{day: "2022-02-15", profile: "cn-platform", packs: "cn-review-2022 cn-data"},
		{day: "2025-12-31", profile: "cn-ciio", packs: "cn-review-2022", product: "7450 PRO", rule: "cn-review-2022/G-MICRON",
			cites: []string{"Cybersecurity Law (2017), Art. 35"}, not: []string{"as amended 2025"}},
		{day: "2026-01-01", profile: "cn-ciio", packs: "cn-review-2022", product: "7450 PRO", rule: "cn-review-2022/G-MICRON",
			cites: []string{"Cybersecurity Law (as amended 2025), Art. 37"}, not: []string{"(2017)"}},
		{day: "2025-12-31", profile: "cn-ciio", packs: "cn-review-2022", product: "CloudEngine 6881", rule: "cn-review-2022/F4-01",
			cites: []string{"Cybersecurity Law (2017), Art. 23"}, not: []string{"as amended 2025"}},
		{day: "2026-01-01", profile: "cn-ciio", packs: "cn-review-2022", product: "CloudEngine 6881", rule: "cn-review-2022/F4-01",
			cites: []string{"Cybersecurity Law (as amended 2025), Art. 25"}, not: []string{"(2017)"}},
	} {
		t.Run(string(c.day)+" "+c.profile, func(t *testing.T) {
			s := testScanner(t, c.profile)
			s.AsOf, s.All = c.day.Start(), true
			r, err := scanPurchases(t, s)
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) {
					t.Fatalf("%v, want %q", err, c.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(packIDs(r), " "); got != c.packs {
				t.Errorf("reviewed by %q, want %q", got, c.packs)
			}
			if c.rule == "" {
				return
			}
			cited := strings.Join(citesOf(t, r, c.product, c.rule), "; ")
			for _, want := range c.cites {
				if !strings.Contains(cited, want) {
					t.Errorf("%s does not cite %q: %s", c.rule, want, cited)
				}
			}
			for _, unwanted := range c.not {
				if strings.Contains(cited, unwanted) {
					t.Errorf("%s cites %q: %s", c.rule, unwanted, cited)
				}
			}
		})
	}
}

// scanPurchases reads the purchases of the precedents.
func scanPurchases(t *testing.T, s *Scanner) (*netvet.Register, error) {
	t.Helper()
	inputs, gaps, err := sbom.Walk([]string{filepath.Join(precedentsDir, "purchases.csv")}, nil, s.Options)
	if err != nil {
		t.Fatal(err)
	}
	return s.Scan(context.Background(), inputs, gaps)
}

func packIDs(r *netvet.Register) []string {
	var out []string
	for _, p := range r.Packs {
		out = append(out, p.ID)
	}
	return out
}

// citesOf are the clauses of the first finding of a rule on the product.
func citesOf(t *testing.T, r *netvet.Register, model, rule string) []string {
	t.Helper()
	for i := range r.Products {
		p := &r.Products[i]
		if word(p.Model) != model {
			continue
		}
		if j := slices.IndexFunc(r.Findings, func(f netvet.Finding) bool { return f.Product == p.ID && f.Rule == rule }); j >= 0 {
			var out []string
			for _, c := range r.Findings[j].Citations {
				out = append(out, cited(c))
			}
			return out
		}
	}
	t.Fatalf("%s says nothing of %s", rule, model)
	return nil
}

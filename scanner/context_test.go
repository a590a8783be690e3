package scanner

import (
	"strings"
	"testing"

	"github.com/netvet/netvet"
)

func TestLoadContextReportsAllFaultsWithLines(t *testing.T) {
	_, err := LoadContext("netvet.yaml", []byte(`operator: {role: ciio}
defaults: {criticallity: high, act: procured}
products:
  - match: {supplier: cisco}
    criticality: hgh
    impact: {sourcing: 1.5}
    answers:
      - {rule: cn-review-2022/F1-21, answer: maybe, reliability: audit, date: 2026-01-01}
  - criticality: low
`))
	if err == nil {
		t.Fatal("a context with faults was taken")
	}
	for _, want := range []string{`netvet.yaml:2:`, `unknown key "criticallity": did you mean "criticality"?`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("faults lack %q:\n%v", want, err)
		}
	}
	_, err = LoadContext("netvet.yaml", []byte(`operator: {role: ciio}
defaults: {act: procured}
products:
  - match: {supplier: cisco}
    criticality: hgh
    impact: {sourcing: 1.5}
    answers:
      - {rule: cn-review-2022/F1-21, answer: maybe, reliability: audit, date: 2026-01-01}
      - {rule: cn-review-2022/F1-22, answer: "yes", by: supplier}
  - criticality: low
`))
	for _, want := range []string{
		`netvet.yaml:1: an operator is a CIIO by notification`,
		`netvet.yaml:2: unknown value "procured": did you mean "procure"?`,
		`netvet.yaml:5: unknown value "hgh": did you mean "high"?`,
		`netvet.yaml:6: 1.5 is outside 0 to 1`,
		`netvet.yaml:8: unknown value "maybe"`,
		`netvet.yaml:9: reliability is missing`,
		`netvet.yaml:9: date is missing`,
		`netvet.yaml:10: the entry matches nothing`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("faults lack %q:\n%v", want, err)
		}
	}
}

func TestLoadContextKeepsNorway(t *testing.T) {
	c, err := LoadContext("netvet.yaml", []byte("operator: {storage_country: NO}\n"))
	if err != nil || c.Operator.StorageCountry != "NO" {
		t.Errorf("storage country %q, %v; want NO", c.Operator.StorageCountry, err)
	}
}

func TestContextMatches(t *testing.T) {
	a := &netvet.Assessment{
		Product: netvet.Product{ID: "p-1", Name: "core-sw", Model: "Catalyst 9300/48", Serial: "FCW1", Sources: []netvet.Source{{Input: "dc1.csv"}}},
		Match:   netvet.Match{Supplier: &netvet.Supplier{ID: "cisco"}},
	}
	for _, c := range []struct {
		match ContextMatch
		want  bool
	}{
		{ContextMatch{ID: "*"}, true},
		{ContextMatch{Supplier: "cisco", Model: "catalyst*"}, true},
		{ContextMatch{Model: "Catalyst 9300/*"}, true},
		{ContextMatch{Supplier: "cisco", Model: "Nexus*"}, false},
		{ContextMatch{Input: "dc1.csv"}, true},
		{ContextMatch{Input: "dc2.csv"}, false},
		{ContextMatch{Serial: "FCW1", Supplier: "dell"}, false},
	} {
		if got := c.match.matches(a); got != c.want {
			t.Errorf("%+v matches: %v, want %v", c.match, got, c.want)
		}
	}
}

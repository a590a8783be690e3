package scanner

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

func TestLoadContextReportsAllFaultsWithLines(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"form and words": {`operator: {role: ciio}
defaults: {criticallity: high, act: procured}
products:
  - match: {supplier: cisco}
    criticality: hgh
    stock_days: many
`, []string{
			`netvet.yaml:1: an operator is a CIIO by notification`,
			`netvet.yaml:2: unknown key "criticallity": did you mean "criticality"?`,
			`netvet.yaml:5: unknown value "hgh": did you mean "high"?`,
			`netvet.yaml:6: cannot unmarshal`,
		}},
		"no YAML": {"operator: [\n", []string{"netvet.yaml:1: did not find"}},
		"use": {`operator: {role: ciio}
defaults: {act: procured}
products:
  - match: {supplier: cisco}
    criticality: hgh
    impact: {sourcing: 1.5, surcing: 1}
    answers:
      - {rule: cn-review-2022/F1-21, answer: maybe, reliability: audit, date: 2026-01-01}
      - {rule: cn-review-2022/F1-22, answer: "yes", by: supplier}
  - criticality: low
    stock_days: -1
`, []string{
			`netvet.yaml:1: an operator is a CIIO by notification`,
			`netvet.yaml:2: unknown value "procured": did you mean "procure"?`,
			`netvet.yaml:5: unknown value "hgh": did you mean "high"?`,
			`netvet.yaml:6: 1.5 is outside 0 to 1`,
			`netvet.yaml:6: unknown factor "surcing": did you mean "sourcing"?`,
			`netvet.yaml:8: unknown value "maybe"`,
			`netvet.yaml:9: reliability is missing`,
			`netvet.yaml:9: date is missing`,
			`netvet.yaml:10: the entry matches nothing`,
			`netvet.yaml:11: -1 days`,
		}},
		"data and systems": {`defaults: {data: {class: personal, stored_in: [cn]}}
systems:
  billing:
    criticality: grave
    data: {personal_records: 10, sensitive_records: 11, stored_in: [Atlantis]}
  pay:
    data: {personal_records: 10, exported: {personal_records: 11, sensitive_records: -1}}
products:
  - match: {id: "*"}
    systems: [biling, pay]
`, []string{
			`netvet.yaml:1: unknown value "personal"`,
			`netvet.yaml:1: "cn" is no country code: did you mean "CN"?`,
			`netvet.yaml:4: unknown value "grave"`,
			`netvet.yaml:5: 11 persons with sensitive data, and 10 persons in all`,
			`netvet.yaml:5: "Atlantis" is no country code`,
			`netvet.yaml:7: more persons than data is held of`,
			`netvet.yaml:7: -1 persons`,
			`netvet.yaml:10: unknown system "biling": did you mean "billing"?`,
		}},
		"statements": {`suppliers:
  - id: cisco
    commitments:
      no-ilegal-data: {state: obtained, document: a.pdf, date: 2026-01-01}
      no-illegal-control: {state: obtained}
      no-unjustified-interruption: {state: refusd, date: 2026-01-01, reliability: hearsay}
    certificates:
      - {scheme: cn-security-product, number: A1}
      - {scheme: common-criterion, models: [x], number: A1}
      - {scheme: iso-27001, from: 2026-01-01, until: 2025-01-01}
  - id: cisco
`, []string{
			`netvet.yaml:4: unknown undertaking "no-ilegal-data": did you mean "no-illegal-data"?`,
			`netvet.yaml:5: date is missing`,
			`netvet.yaml:5: document is missing`,
			`netvet.yaml:6: unknown value "refusd": did you mean "refused"?`,
			`netvet.yaml:6: unknown value "hearsay"`,
			`netvet.yaml:8: a certificate of products, given for all of a supplier, names its models`,
			`netvet.yaml:9: unknown value "common-criterion": did you mean "common-criteria"?`,
			`netvet.yaml:10: number or document is missing`,
			`netvet.yaml:10: it ends on 2025-01-01, before it begins on 2026-01-01`,
			`netvet.yaml:11: supplier "cisco" is there already`,
		}},
	} {
		_, err := LoadContext("netvet.yaml", []byte(c.text))
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: faults lack %q:\n%v", name, want, err)
			}
		}
		var faults strictyaml.Faults
		if errors.As(err, &faults) && len(faults) != len(c.want) {
			t.Errorf("%s: %d faults, want %d:\n%v", name, len(faults), len(c.want), err)
		}
	}
}

func TestLoadContextTakesAHalfFilledQuestionnaire(t *testing.T) {
	c, err := LoadContext("netvet.yaml", []byte(`suppliers:
  - id: cisco
    answers:
      - {rule: cn-review-2022/F1-21, answer: "", by: "", reliability: "", date: "", document: ""}
      - {rule: cn-review-2022/F1-22, answer: unknown, by: cisco, reliability: self-attested, date: 2026-01-01}
      - {rule: cn-review-2022/F1-37, answer: no, by: cisco, reliability: self-attested, date: 2026-01-01}
`))
	if err != nil {
		t.Fatal(err)
	}
	given := slices.DeleteFunc(c.Suppliers[0].Answers, func(a ContextAnswer) bool { return !a.given() })
	if len(given) != 1 || given[0].Answer != "no" {
		t.Errorf("answers %+v, want the one that says no", given)
	}
}

func TestLoadContextKeepsNorway(t *testing.T) {
	c, err := LoadContext("netvet.yaml", []byte("defaults: {data: {stored_in: [NO]}}\n"))
	if err != nil || !slices.Equal(c.Defaults.Data.StoredIn, []string{"NO"}) {
		t.Errorf("stored in %q, %v; want NO", c.Defaults.Data.StoredIn, err)
	}
}

func TestSystemsTogether(t *testing.T) {
	n := func(v int64) *int64 { return &v }
	systems := map[string]ContextSystem{
		"low":     {Criticality: "low", Data: ContextData{Class: "general", PersonalRecords: n(0), StoredIn: []string{"CN"}}},
		"high":    {Criticality: "high", Data: ContextData{Class: "important", PersonalRecords: n(5), SensitiveRecords: n(1), StoredIn: []string{"CN", "DE"}}},
		"vague":   {Data: ContextData{PersonalRecords: n(7)}},
		"gravest": {Data: ContextData{Class: "core"}},
	}
	for _, c := range []struct {
		names       []string
		criticality string
		want        ContextData
	}{
		{nil, "", ContextData{}},
		{[]string{"high"}, "high", systems["high"].Data},
		{[]string{"low", "high"}, "high", ContextData{Class: "important", PersonalRecords: n(5), StoredIn: []string{"CN", "DE"}}},
		{[]string{"high", "vague"}, "high", ContextData{PersonalRecords: n(12)}},
		{[]string{"vague", "gravest"}, "", ContextData{Class: "core"}},
	} {
		criticality, got := serving(c.names, systems)
		if criticality != c.criticality || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v: %q %+v, want %q %+v", c.names, criticality, got, c.criticality, c.want)
		}
	}
}

func TestDataImpact(t *testing.T) {
	n := func(v int64) *int64 { return &v }
	for _, c := range []struct {
		data  ContextData
		want  float64
		known bool
	}{
		{ContextData{}, 0, false},
		{ContextData{Class: "core"}, 1, true},
		{ContextData{Class: "important", PersonalRecords: n(0)}, 0.9, true},
		{ContextData{Class: "general"}, 0, false},
		{ContextData{Class: "general", PersonalRecords: n(0)}, 0.2, true},
		{ContextData{PersonalRecords: n(0)}, 0.2, false},
		{ContextData{Class: "general", PersonalRecords: n(500)}, 0.4, false},
		{ContextData{Class: "general", PersonalRecords: n(500), SensitiveRecords: n(0)}, 0.4, true},
		{ContextData{Class: "general", PersonalRecords: n(100000), SensitiveRecords: n(0)}, 0.6, true},
		{ContextData{Class: "general", SensitiveRecords: n(10000)}, 0.8, true},
		{ContextData{PersonalRecords: n(1000000)}, 0.8, false},
	} {
		data := c.data.of()
		if got, known := dataImpact(&data); got != c.want || known != c.known {
			t.Errorf("%+v: impact %v, known %v; want %v, %v", c.data, got, known, c.want, c.known)
		}
	}
}

func TestCertificateCovers(t *testing.T) {
	p := &netvet.Product{Model: "C9300-48T", Version: "17.9.4"}
	for _, c := range []struct {
		cert ContextCertificate
		p    *netvet.Product
		want string
	}{
		{ContextCertificate{}, p, ""},
		{ContextCertificate{Models: []string{"C9200*", "C9300*"}}, p, "yes"},
		{ContextCertificate{Models: []string{"C9200*"}}, p, "no"},
		{ContextCertificate{Models: []string{"C9300*"}, Versions: []string{"17.12*"}}, p, "no"},
		{ContextCertificate{Models: []string{"C9300*"}, Versions: []string{"17.9*"}}, p, "yes"},
		{ContextCertificate{Models: []string{"C9300*"}, Versions: []string{"17.9*"}}, &netvet.Product{Model: "C9300-48T"}, ""},
		{ContextCertificate{Models: []string{"C9300*"}}, &netvet.Product{PartNumber: "C9300-24P"}, "yes"},
		{ContextCertificate{Models: []string{"C9300*"}}, &netvet.Product{Name: "switch"}, ""},
	} {
		if got := c.cert.covers(c.p); got != c.want {
			t.Errorf("%+v of %+v: %q, want %q", c.cert, *c.p, got, c.want)
		}
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

package scanner

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/rules"
	"github.com/netvet/netvet/sbom"
	"github.com/netvet/netvet/scanner/strictyaml"
	"github.com/netvet/netvet/vendors"
)

// asOf is the day on which golden cases are assessed unless they name another.
var asOf = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

const precedentsDir = "../testdata/precedents"

// precedent is one case of testdata/precedents/cases.yaml, which explains the
// fields.
type precedent struct {
	Case         string                    `yaml:"case"`
	Input        string                    `yaml:"input"`
	Product      string                    `yaml:"product"`
	Profile      string                    `yaml:"profile"`
	Context      string                    `yaml:"context"`
	AsOf         netvet.Date               `yaml:"as_of"`
	Verdict      netvet.Verdict            `yaml:"verdict"`
	Basis        string                    `yaml:"basis"`
	Sufficient   bool                      `yaml:"sufficient"`
	Score        [2]float64                `yaml:"score"`
	Aim          float64                   `yaml:"aim"`
	Why          string                    `yaml:"why"`
	Gates        map[string]netvet.Verdict `yaml:"gates"`
	Tells        []string                  `yaml:"tells"`
	Holds        []string                  `yaml:"holds"`
	Says         []string                  `yaml:"says"`
	Silent       []string                  `yaml:"silent"`
	Asks         string                    `yaml:"asks"`
	Possible     string                    `yaml:"possible"`
	NotSuppliers []string                  `yaml:"not_suppliers"`
}

func precedents(t *testing.T) []precedent {
	t.Helper()
	name := filepath.Join(precedentsDir, "cases.yaml")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Cases []precedent `yaml:"cases"`
	}
	if err := strictyaml.Decode(name, data, &table); err != nil {
		t.Fatal(err)
	}
	for i := range table.Cases {
		c := &table.Cases[i]
		if c.Profile == "" {
			c.Profile = "cn-ciio"
		}
		if c.AsOf == "" {
			c.AsOf = "2026-11-22"
		}
	}
	return table.Cases
}

// TestPrecedents runs the precedents from input files through the whole
// pipeline. Adverse evidence comes only from lists, supplier data and bills of
// materials; the contexts hold facts of the operator and clean answers.
func TestPrecedents(t *testing.T) {
	cases := precedents(t)
	registers := map[[4]string]*netvet.Register{}
	for i := range cases {
		c := &cases[i]
		t.Run(c.Case, func(t *testing.T) {
			key := [4]string{c.Input, c.Profile, c.Context, string(c.AsOf)}
			if registers[key] == nil {
				registers[key] = scanFiles(t, c.Profile, c.Context, c.AsOf, filepath.Join(precedentsDir, c.Input))
			}
			r := registers[key]
			p := c.product(t, r)
			c.score(t, p)
			c.gates(t, r, p)
			c.words(t, r, p)
			c.identity(t, p)
		})
	}
}

// product is the one that the case is about.
func (c *precedent) product(t *testing.T, r *netvet.Register) *netvet.RegisterProduct {
	t.Helper()
	var found []*netvet.RegisterProduct
	for i := range r.Products {
		p := &r.Products[i]
		if c.Product == "" || slices.Contains([]string{word(p.Name), word(p.Model), word(p.PartNumber)}, c.Product) {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%s has %d products called %q, want 1", c.Input, len(found), c.Product)
	}
	return found[0]
}

func (c *precedent) score(t *testing.T, p *netvet.RegisterProduct) {
	t.Helper()
	t.Logf("score %.1f [%.1f, %.1f], verdict %s by %s, coverage %.2f", p.Score, p.ScoreRange[0], p.ScoreRange[1], p.Verdict, p.VerdictBasis, p.Coverage)
	if p.Verdict != c.Verdict || p.VerdictBasis != c.Basis {
		t.Errorf("verdict %s by %s, want %s by %s", p.Verdict, p.VerdictBasis, c.Verdict, c.Basis)
	}
	if p.Insufficient == c.Sufficient {
		t.Errorf("insufficient evidence %v", p.Insufficient)
	}
	if p.Score < c.Score[0] || p.Score > c.Score[1] {
		t.Errorf("score %.1f is not in %v", p.Score, c.Score)
	}
	if c.Score[1]-c.Score[0] > 3 {
		t.Errorf("the band %v is too wide to notice a change", c.Score)
	}
	if c.Aim > 0 && math.Abs(p.Score-c.Aim) > 2.5 && c.Why == "" {
		t.Errorf("score %.1f is far from the aim of %.0f and nobody says why", p.Score, c.Aim)
	}
}

// gates compares those that decide, and those that only tell.
func (c *precedent) gates(t *testing.T, r *netvet.Register, p *netvet.RegisterProduct) {
	t.Helper()
	fired, told := map[string]netvet.Verdict{}, []string{}
	for _, g := range p.Gates {
		fired[g.Rule] = g.Verdict
	}
	for _, f := range gateFindings(r, p) {
		if f.Outcome == netvet.OutcomeUnknown {
			told = append(told, f.Rule)
		}
	}
	if c.Gates == nil {
		c.Gates = map[string]netvet.Verdict{}
	}
	if diff := cmp.Diff(c.Gates, fired); diff != "" {
		t.Errorf("gates that decide (- wanted, + got):\n%s", diff)
	}
	for _, held := range c.Holds {
		if fired[held] != "" {
			t.Errorf("%s decides", held)
		}
	}
	slices.Sort(told)
	slices.Sort(c.Tells)
	if !slices.Equal(c.Tells, told) {
		t.Errorf("gates that only tell: %v, want %v", told, c.Tells)
	}
}

// words looks for the words of the case in all that the register says of gates.
func (c *precedent) words(t *testing.T, r *netvet.Register, p *netvet.RegisterProduct) {
	t.Helper()
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetEscapeHTML(false)
	for _, what := range []any{p.Gates, gateFindings(r, p)} {
		if err := out.Encode(what); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range c.Says {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the register does not say %q of its gates:\n%s", want, text.String())
		}
	}
	for _, unwanted := range c.Silent {
		if strings.Contains(text.String(), unwanted) {
			t.Errorf("the register says %q of its gates:\n%s", unwanted, text.String())
		}
	}
}

// identity checks who the register takes for the maker, and what it asks.
func (c *precedent) identity(t *testing.T, p *netvet.RegisterProduct) {
	t.Helper()
	if p.Supplier != nil && slices.Contains(c.NotSuppliers, p.Supplier.ID) {
		t.Errorf("taken for %s", p.Supplier.ID)
	}
	if c.Possible != "" && !slices.ContainsFunc(p.PossibleSuppliers, func(m netvet.PossibleMatch) bool { return m.ID == c.Possible }) {
		t.Errorf("%s is not among the possible suppliers %v", c.Possible, p.PossibleSuppliers)
	}
	asked := len(p.Questions) > 0 && strings.Contains(p.Questions[0].Rule, "/G-")
	switch {
	case c.Asks == "" && asked:
		t.Errorf("asks %q", p.Questions[0].Question)
	case c.Asks != "" && (!asked || !strings.Contains(p.Questions[0].Question, c.Asks)):
		t.Errorf("the first question does not ask %q: %+v", c.Asks, p.Questions)
	case asked && p.Questions[0].ScoreIfBad < p.Questions[0].ScoreIfGood:
		t.Errorf("the gate would lower the score: %+v", p.Questions[0])
	}
}

func gateFindings(r *netvet.Register, p *netvet.RegisterProduct) []netvet.Finding {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f netvet.Finding) bool { return f.Product != p.ID || f.Topic != "gate" })
}

// TestPrecedentsCoverEveryGate wants of every gate of every pack a case in which
// it decides, where its list names anybody, and one in which it must not.
func TestPrecedentsCoverEveryGate(t *testing.T) {
	library, err := rules.Default()
	if err != nil {
		t.Fatal(err)
	}
	suppliers, err := vendors.Default()
	if err != nil {
		t.Fatal(err)
	}
	entries := map[string]int{}
	for _, l := range suppliers.Lists() {
		entries[l.ID] = len(l.Entries)
	}
	fires, holds := map[string]bool{}, map[string]bool{}
	cases := precedents(t)
	for i := range cases {
		for gate := range cases[i].Gates {
			fires[gate] = true
		}
		for _, gate := range slices.Concat(cases[i].Tells, cases[i].Holds) {
			holds[gate] = true
		}
	}
	if len(cases) < 45 {
		t.Errorf("%d cases", len(cases))
	}
	for _, pack := range library.Packs {
		for i := range pack.Gates {
			id := pack.ID + "/" + pack.Gates[i].ID
			if entries[pack.Gates[i].List] > 0 && !fires[id] {
				t.Errorf("%s decides in no case", id)
			}
			if !holds[id] {
				t.Errorf("%s keeps still in no case", id)
			}
		}
	}
}

// TestProofAgreesWithTheRegister recomputes every precedent's score from the
// register's own numbers.
func TestProofAgreesWithTheRegister(t *testing.T) {
	r := scanFiles(t, "cn-ciio", "", "2026-11-22", precedentsDir)
	for _, p := range r.Products {
		if err := Explain(io.Discard, r, p.ID, true); err != nil {
			t.Errorf("%s: %v", p.ID, err)
		}
	}
	if len(r.Products) < 50 {
		t.Errorf("%d products in the precedents", len(r.Products))
	}
}

func scanFiles(t *testing.T, profile, contextFile string, day netvet.Date, names ...string) *netvet.Register {
	t.Helper()
	s := testScanner(t, profile)
	s.AsOf = day.Start()
	var err error
	if s.Library, err = strictLibrary(); err != nil {
		t.Fatal(err)
	}
	if contextFile != "" {
		name := filepath.Join(precedentsDir, contextFile)
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

// strictLibrary is the built-in one with the profiles of the precedents' folder.
var strictLibrary = sync.OnceValues(func() (*rules.Library, error) {
	library, err := rules.Default()
	if err != nil {
		return nil, err
	}
	user, err := rules.Load(os.DirFS(filepath.Join(precedentsDir, "rules")))
	if err != nil {
		return nil, err
	}
	return library.Merge(user)
})

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

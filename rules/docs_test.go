package rules

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"github.com/netvet/netvet"
)

// The reference describes every variable and function that expressions can see,
// and none that they cannot.
func TestDocumentHasTheWholeVocabulary(t *testing.T) {
	c, err := newCompiler()
	if err != nil {
		t.Fatal(err)
	}
	standard, err := cel.NewEnv()
	if err != nil {
		t.Fatal(err)
	}
	var own []string
	for name := range c.env.Functions() {
		if _, known := standard.Functions()[name]; !known {
			own = append(own, strings.Replace(name, "@days_between", "days_since", 1))
		}
	}
	slices.Sort(own)
	described := ids(functionDocs(), func(f function) string { return f.name })
	slices.Sort(described)
	if !slices.Equal(own, described) {
		t.Errorf("functions are %v, described are %v", own, described)
	}
	names := ids(variables(), func(v variable) string { return v.name })
	slices.Sort(names)
	if titles := slices.Sorted(maps.Keys(variableTitles())); !slices.Equal(names, titles) {
		t.Errorf("variables are %v, described are %v", names, titles)
	}
}

func TestDocumentIsInTwoLanguages(t *testing.T) {
	l, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := l.Document(&b); err != nil {
		t.Fatal(err)
	}
	for _, p := range l.Packs {
		for _, r := range p.Rules {
			if want := "### " + r.ID + ": " + bilingual(r.Title) + "\n"; !strings.Contains(b.String(), want) {
				t.Errorf("no %q", want)
			}
		}
	}
	for _, want := range []string{"| `patterns` | map of string to int |", "| `component` | Candidate |", "Candidate: ", "`product.model`", "| `bmc` |"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q", want)
		}
	}
}

func TestAdjustments(t *testing.T) {
	base := fixture(t)
	half := 0.5
	base.adjustments = &adjustmentFile{Adjustments: []Adjustment{{Rule: "toy/T-BMC", Off: true}, {Rule: "toy/T-HIT", Strength: &half}}}
	profile, err := base.Profile("base")
	if err != nil {
		t.Fatal(err)
	}
	p, err := base.Program(profile, []netvet.List{acmeBan()}, fixtureDate)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range p.Rules() {
		if r.ID == "toy/T-BMC" || r.ID == "toy/T-HIT" && r.Strength != half {
			t.Errorf("%s is asked with strength %v", r.ID, r.Strength)
		}
	}
	if got := p.Adjusted(); len(got) != 2 || got[0].Was == 0 {
		t.Errorf("adjusted %+v", got)
	}
	if own := base.Packs[0].own("T-HIT"); own.Strength == half {
		t.Error("the library itself was changed")
	}
}

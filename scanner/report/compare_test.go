package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/netvet/netvet"
)

func TestComparisonGroupsProducts(t *testing.T) {
	c := NewComparison()
	verdicts := map[string][]netvet.Verdict{
		"p-1": {netvet.VerdictAccept, netvet.VerdictConditional},
		"p-2": {netvet.VerdictReview, netvet.VerdictAccept},
		"p-3": {netvet.VerdictReview, netvet.VerdictProhibited},
	}
	for i, profile := range []string{"one", "two"} {
		c.Begin(&netvet.Register{Profile: profile})
		for _, id := range []string{"p-1", "p-2", "p-3"} {
			c.Add(&netvet.RegisterProduct{ID: id, Verdict: verdicts[id][i]})
		}
	}
	c.Finish()
	for g, want := range map[Group]int{PassesAll: 1, PassesSome: 1, PassesNone: 1} {
		if c.Groups[g] != want {
			t.Errorf("%d products pass %s, want %d", c.Groups[g], g, want)
		}
	}
	if c.Products[0].ID != "p-3" || c.Profiles[0].Passed != 1 || c.Profiles[1].Passed != 2 {
		t.Errorf("the first is %s, %+v", c.Products[0].ID, c.Profiles)
	}
}

// A product that comes twice, or under one profile only, shifts no column.
func TestComparisonKeepsItsColumns(t *testing.T) {
	c := NewComparison()
	c.Begin(&netvet.Register{Profile: "one"})
	c.Add(&netvet.RegisterProduct{ID: "p-1", Verdict: netvet.VerdictAccept})
	c.Add(&netvet.RegisterProduct{ID: "p-1", Verdict: netvet.VerdictReview})
	c.Begin(&netvet.Register{Profile: "two"})
	c.Add(&netvet.RegisterProduct{ID: "p-2", Verdict: netvet.VerdictAccept})
	c.Finish()
	if len(c.Products) != 3 {
		t.Fatalf("%d products", len(c.Products))
	}
	for _, p := range c.Products {
		if len(p.Verdicts) != 2 || p.Group == PassesAll {
			t.Errorf("%s: %+v passes %s", p.ID, p.Verdicts, p.Group)
		}
	}
	for _, f := range ComparisonFormats() {
		var b bytes.Buffer
		if err := f.Write(&b, c, Options{}); err != nil || !strings.Contains(b.String(), "p-2") {
			t.Errorf("%s: %v\n%s", f.Name, err, b.String())
		}
		if f.Name == "compare-csv" && !strings.Contains(b.String(), ",accept,0,,\r\n") {
			t.Errorf("a profile that does not know a product has no score of it:\n%s", b.String())
		}
	}
}

package vendors

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netvet/netvet"
)

// labelled is a raw name with the supplier that a person says is meant, "NONE"
// for none of ours.
type labelled struct{ raw, expected, kind, note, source string }

const labelledNames = "../../shared/reference/vendors/name-match-dev.csv"

func readLabelled(t testing.TB) []labelled {
	t.Helper()
	f, err := os.Open(labelledNames)
	if err != nil {
		t.Skipf("no labelled names to measure with: %v", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	col := map[string]int{}
	for i, name := range rows[0] {
		col[name] = i
	}
	var out []labelled
	for _, row := range rows[1:] {
		out = append(out, labelled{row[col["raw"]], row[col["expected"]], row[col["kind"]], row[col["note"]], row[col["source"]]})
	}
	return out
}

// tallyOf counts what became of labelled names.
type tallyOf struct{ named, right, wrong, missed, falsely int }

func (t *tallyOf) add(want, got string) {
	if want != "NONE" {
		t.named++
	}
	switch {
	case got == want:
		t.right++
	case got == "NONE":
		t.missed++
	case want == "NONE":
		t.falsely++
	default:
		t.wrong++
	}
}

func share(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

// precision is the share of matches acted on that are right, recall that of the
// names of ours that were found.
func (t *tallyOf) precision(found int) float64 { return share(found, found+t.wrong+t.falsely) }

var measuredOn = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

func TestQuality(t *testing.T) {
	names := readLabelled(t)
	d, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	sets := []struct {
		name string
		in   func(l labelled) bool
	}{
		{"all", func(l labelled) bool { return true }},
		{"without easy", func(l labelled) bool { return !strings.Contains(l.note, "(easy)") }},
		{"without easy and handmade", func(l labelled) bool {
			return !strings.Contains(l.note, "(easy)") && !strings.HasPrefix(l.source, "handmade")
		}},
	}
	kinds := map[string]*tallyOf{}
	bands := map[string][2]int{}
	var order []string
	totals := make([]tallyOf, len(sets))
	founds := make([]int, len(sets))
	for _, l := range names {
		m := d.ResolveName(l.raw, measuredOn)
		got := "NONE"
		if m.Supplier != nil {
			got = m.Supplier.ID
		}
		if kinds[l.kind] == nil {
			kinds[l.kind] = &tallyOf{}
			order = append(order, l.kind)
		}
		kinds[l.kind].add(l.expected, got)
		for i, s := range sets {
			if s.in(l) {
				totals[i].add(l.expected, got)
				if got != "NONE" && got == l.expected {
					founds[i]++
				}
			}
		}
		b := band(m)
		c := bands[b]
		c[1]++
		best := got
		if got == "NONE" && len(m.Possible) > 0 {
			best = m.Possible[0].ID
		}
		if best == l.expected {
			c[0]++
		}
		bands[b] = c
		if got != l.expected {
			t.Logf("%-22s %-50q want %-20s got %-18s %.2f %s", l.kind, l.raw, l.expected, got, m.Confidence, m.Reason)
		}
	}
	slices.Sort(order)
	t.Logf("%-30s %5s %5s %6s %6s %7s", "kind", "names", "right", "wrong", "missed", "falsely")
	for _, k := range order {
		c := kinds[k]
		t.Logf("%-30s %5d %5d %6d %6d %7d", k, c.right+c.wrong+c.missed+c.falsely, c.right, c.wrong, c.missed, c.falsely)
	}
	for i, s := range sets {
		t.Logf("%-28s precision %.4f recall %.4f", s.name, totals[i].precision(founds[i]), share(founds[i], totals[i].named))
	}
	t.Logf("%-14s %5s %5s %s", "confidence", "names", "right", "share")
	for _, b := range sortedBands(bands) {
		c := bands[b]
		t.Logf("%-14s %5d %5d %.2f", b, c[1], c[0], share(c[0], c[1]))
	}
	const leastPrecision, leastRecall = 0.99, 0.95
	if p := totals[0].precision(founds[0]); p < leastPrecision {
		t.Errorf("precision %.4f is below %.2f", p, leastPrecision)
	}
	if r := share(founds[0], totals[0].named); r < leastRecall {
		t.Errorf("recall %.4f is below %.2f", r, leastRecall)
	}
}

// TestQualityHeldOut measures what the rules find by themselves: a fold of the
// suppliers is known by legal names only, without aliases, former names, brands
// and names in other scripts, and the labelled names of that fold are resolved.
func TestQualityHeldOut(t *testing.T) {
	names := readLabelled(t)
	d := builtIn(t)
	const folds = 5
	var all tallyOf
	found := 0
	for fold := range folds {
		records := slices.Clone(d.Records())
		held := map[string]bool{}
		for i, r := range records {
			if i%folds == fold {
				held[r.ID] = true
				records[i] = &Record{ID: r.ID, Name: r.Name, Countries: r.Countries, Owners: r.Owners, Categories: r.Categories, Families: r.Families, IDs: r.IDs, Date: r.Date, Source: r.Source, Confidence: r.Confidence}
			}
		}
		without := d.with(records)
		var tally tallyOf
		right := 0
		for _, l := range names {
			if l.expected != "NONE" && !held[l.expected] {
				continue
			}
			got := cmp.Or(idOf(without.ResolveName(l.raw, measuredOn)), "NONE")
			tally.add(l.expected, got)
			all.add(l.expected, got)
			if got != "NONE" && got == l.expected {
				right++
			}
			if got != "NONE" && got != l.expected {
				t.Logf("fold %d: %q wants %s, got %s", fold+1, l.raw, l.expected, got)
			}
		}
		found += right
		t.Logf("fold %d: %3d names of %3d suppliers held out, recall %.3f, precision %.3f", fold+1, tally.named, len(held), share(right, tally.named), tally.precision(right))
	}
	t.Logf("all folds: recall %.4f, precision %.4f", share(found, all.named), all.precision(found))
	const leastPrecision, leastRecall = 0.95, 0.50
	if p, r := all.precision(found), share(found, all.named); p < leastPrecision || r < leastRecall {
		t.Errorf("by legal names alone precision %.4f and recall %.4f, want at least %.2f and %.2f", p, r, leastPrecision, leastRecall)
	}
}

// band puts a match into a range of confidence.
func band(m netvet.Match) string {
	if m.Confidence == 0 {
		return "nothing found"
	}
	edges := []float64{0.99, 0.97, 0.95, 0.90, 0.85, 0.80, 0.60, 0.40, 0.20}
	for _, e := range edges {
		if m.Confidence >= e {
			return fmt.Sprintf("from %.2f", e)
		}
	}
	return "below 0.20"
}

func sortedBands(m map[string][2]int) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out
}

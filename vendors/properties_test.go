package vendors

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// answersOf are the ids and confidences of a directory for some names.
func answersOf(d *Directory, names []string) []string {
	out := make([]string, len(names))
	for i, raw := range names {
		m := d.ResolveName(raw, measuredOn)
		out[i] = idOf(m) + " " + m.Reason
	}
	return out
}

// with returns a directory of other records that has the counts of d.
func (d *Directory) with(records []*Record) *Directory {
	other := newDirectory(records, nil, nil)
	other.counted = d.counted
	return other
}

// someNames are names of all kinds: of suppliers, broken, and of nobody.
func someNames(t *testing.T, d *Directory) []string {
	names := []string{"Junpier Networks", "Huawei-3C0m", "Langchao", "Acme Medical", "Micron Solutions", "HP ProLiant DL380", "Delta", "华为(香港)"}
	for i, raw := range builtInNames(t, d) {
		if i%197 == 0 {
			names = append(names, raw, raw+" Deutschland GmbH", strings.ToLower(raw)+" switch", raw[:len(raw)/2])
		}
	}
	return names
}

// TestOrderChangesNothing: who is meant does not depend on the order of the
// suppliers.
func TestOrderChangesNothing(t *testing.T) {
	d := builtIn(t)
	names := someNames(t, d)
	want := answersOf(d, names)
	records := slices.Clone(d.Records())
	slices.Reverse(records)
	compareAnswers(t, names, want, answersOf(d.with(records), names), "")
}

// compareAnswers compares answers, but for names that hold a word.
func compareAnswers(t interface{ Fatalf(string, ...any) }, names, want, got []string, but string) {
	for i := range names {
		if got[i] != want[i] && (but == "" || !strings.Contains(strings.ToLower(names[i]), but)) {
			t.Fatalf("%q: %s, before %s", names[i], got[i], want[i])
		}
	}
}

// TestAnotherSupplierChangesNothing: a supplier that has nothing to do with a
// name does not change who is meant by it.
func TestAnotherSupplierChangesNothing(t *testing.T) {
	d := builtIn(t)
	names := someNames(t, d)
	want := answersOf(d, names)
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`Zq[b-df-hj-np-tv-z]{5,9}`).Draw(t, "name")
		kind := rapid.SampledFrom([]string{" Networks, Inc.", " GmbH", " Technologies", ""}).Draw(t, "form")
		own := &Record{ID: "own", Name: word + kind, Countries: Domicile{"DE", "DE"}, Categories: []string{"switch-router"}}
		compareAnswers(t, names, want, answersOf(d.with(append(slices.Clone(d.Records()), own)), names), strings.ToLower(word))
	})
}

// TestAliasTouchesItsStringsOnly: one alias more changes the answers for strings
// that hold it, and those only.
func TestAliasTouchesItsStringsOnly(t *testing.T) {
	d := builtIn(t)
	names := someNames(t, d)
	want := answersOf(d, names)
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`Zq[b-df-hj-np-tv-z]{5,9}`).Draw(t, "alias")
		at := rapid.IntRange(0, len(d.Records())-1).Draw(t, "supplier")
		records := slices.Clone(d.Records())
		changed := *records[at]
		changed.Aliases = append(slices.Clone(changed.Aliases), word)
		records[at] = &changed
		other := d.with(records)
		if got := idOf(other.ResolveName(word+" Inc.", measuredOn)); got != changed.ID {
			t.Fatalf("the alias %q of %s is taken for %q", word, changed.ID, got)
		}
		compareAnswers(t, names, want, answersOf(other, names), strings.ToLower(word))
	})
}

package vendors

import (
	"testing"

	"github.com/netvet/netvet"
)

// TestExamples: every raw string of a supplier file resolves to whom the file
// says, or to nobody.
func TestExamples(t *testing.T) {
	d := builtIn(t)
	at := day(t, "2026-11-21")
	n := 0
	for _, r := range d.Records() {
		for _, e := range r.Examples {
			want := e.Expect
			switch want {
			case "":
				want = r.ID
			case "none":
				want = ""
			}
			got := ""
			m := d.Resolve(netvet.Clues{Names: []string{e.Raw}}, at)
			if m.Supplier != nil {
				got = m.Supplier.ID
			}
			if got != want {
				t.Errorf("%s: %q resolves to %q (%s), want %q", r.ID, e.Raw, got, m.Reason, want)
			}
			n++
		}
	}
	if n < 50 {
		t.Errorf("%d examples: too few to tell", n)
	}
}

// TestLegalNames: every supplier is found by its full legal name.
func TestLegalNames(t *testing.T) {
	d := builtIn(t)
	at := day(t, "2026-11-21")
	for _, r := range d.Records() {
		if r.isAmbiguous(r.Name) {
			continue
		}
		m := d.Resolve(netvet.Clues{Names: []string{r.Name}}, at)
		if m.Supplier == nil || m.Supplier.ID != r.ID {
			t.Errorf("%s: its legal name %q resolves to %+v (%s)", r.ID, r.Name, m.Supplier, m.Reason)
		}
	}
}

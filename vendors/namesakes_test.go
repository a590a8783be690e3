package vendors

import (
	"slices"
	"testing"

	"github.com/netvet/netvet"
)

func TestNamesakes(t *testing.T) {
	d, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		supplier, name string
		known          bool
		has            string // one of the others
	}{
		{"quantum", "Quantum", true, "Quantum Co., Ltd."},
		{"quantum", "QUANTUM Inc.", true, "Quantum Co., Ltd."},
		{"nvidia", "Tesla", true, "Tesla Inc"},
		{"zte", "ZTE", true, ""},
		{"micron", "Micron", false, ""},
		{"nobody", "Quantum", false, ""},
		{"quantum", "", false, ""},
	} {
		others, known := d.Namesakes(c.supplier, c.name)
		if known != c.known || (c.has == "") != (len(others) == 0) || c.has != "" && !slices.Contains(others, c.has) {
			t.Errorf("%s as %q: %q %v", c.supplier, c.name, others, known)
		}
	}
}

// TestNamesakesOfMerged: those of the built-in suppliers stay; a supplier that
// the user replaced has none counted.
func TestNamesakesOfMerged(t *testing.T) {
	d, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	own := &Record{ID: "quantum", Name: "Quantum Gmbh", Ambiguous: []string{"Quantum"}, Countries: Domicile{"DE", "DE"}, Confidence: netvet.ConfidenceHigh}
	merged, err := d.Merge(newDirectory([]*Record{own}, nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, known := merged.Namesakes("quantum", "Quantum"); known {
		t.Error("the namesakes of a replaced supplier are said to be known")
	}
	if others, known := merged.Namesakes("nvidia", "Tesla"); !known || len(others) == 0 {
		t.Errorf("nvidia's Tesla: %q %v", others, known)
	}
}

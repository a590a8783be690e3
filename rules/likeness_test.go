package rules

import (
	"slices"
	"testing"
	"time"

	"github.com/netvet/netvet"
)

// An inventory has few kinds of products only as long as no rule needs to know in
// full what tells one row from the next: serial number, price, model.
func TestRulesSeeFewKindsOfProducts(t *testing.T) {
	library, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	var lists []netvet.List // of nobody: the gates are to have one
	for _, pack := range library.Packs {
		for _, gate := range pack.Gates {
			lists = append(lists, netvet.List{ID: gate.List})
		}
	}
	for i := range library.Profiles {
		profile, err := library.Profile(library.Profiles[i].ID)
		if err != nil {
			t.Fatal(err)
		}
		p, err := library.Program(profile, lists, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		told, _ := p.looks()
		for field, whole := range told {
			if whole {
				t.Errorf("profile %s: a rule or gate looks at product.%s in a way that only products with the same one are judged together: let its message name it no more, or ask about it alone", profile.ID, field)
			}
		}
	}
}

func TestMentionsReadsExpressions(t *testing.T) {
	for _, c := range []struct {
		text   string
		fields []string
		whole  bool
		later  bool
	}{
		{`product.serial != "" // the product's own`, []string{"serial"}, false, false},
		{"size(hits) > 0 // none\n&& product.model == 'x // product'", []string{"model"}, false, true},
		{"true // product.serial\r&& product.name == \"\"", []string{"name"}, false, false},
		{`supplier.product == "" && "//" != 'product'`, nil, false, false},
		{`[product].exists(p, p.serial != "")`, nil, true, false},
		{`product.name == "not ended`, nil, true, true},
		{"supplier.`product`", nil, true, true},
	} {
		m := mentions(c.text)
		if m.whole != c.whole || m.later != c.later {
			t.Errorf("%q: whole %v, later %v", c.text, m.whole, m.later)
		}
		for _, f := range hiddenFields() {
			if m.fields[f] != slices.Contains(c.fields, f) {
				t.Errorf("%q: looks at %s: %v", c.text, f, m.fields[f])
			}
		}
	}
}

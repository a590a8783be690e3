package sbom

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/netvet/netvet"
)

func TestParseProduct(t *testing.T) {
	got, err := ParseProduct(`maker="Micron Technology, Inc.", model=7450 PRO,part=MTFDKCC3T8TFR,version=E2MU200,serial=2237,name="3.84 ""U.3"" SSD",category=SSD,country=Singapore,quantity=4,location=DC1,vendor=Arrow,purl=pkg:generic/7450@1,mac=00:24:2F:01:02:03`)
	want := netvet.Product{
		Manufacturer: "Micron Technology, Inc.", Model: "7450 PRO", PartNumber: "MTFDKCC3T8TFR", Version: "E2MU200", Serial: "2237", Name: `3.84 "U.3" SSD`,
		CategoryText: "SSD", CountryOfOrigin: "SG", Quantity: 4, Location: "DC1", Vendor: "Arrow",
		Identifiers: []netvet.Identifier{{Type: netvet.IDPurl, Value: "pkg:generic/7450@1"}, {Type: netvet.IDMAC, Value: "00242f010203"}},
		Sources:     []netvet.Source{{Input: "--product"}},
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for text, want := range map[string]string{
		"":                         "nothing says what it is",
		"version=1":                "nothing says what it is",
		"makr=Cisco":               `unknown key "makr": did you mean "maker"?`,
		"colour of the box=red":    `unknown key "colour of the box": use maker, model`,
		"Cisco":                    `"Cisco" has no value: write key=value`,
		"maker=":                   "maker has no value",
		"maker=a,manufacturer=b":   "manufacturer is given twice",
		`maker="Cisco,model=x`:     "a quote is opened and never closed",
		"maker=x,quantity=two":     `quantity "two" is not a whole number`,
		"maker=x,country=Korea":    `country of origin "Korea" is not clear, it may be KP or KR`,
		"maker=x,cpe=cisco":        `cpe "cisco" is not valid`,
		"maker=x,mac=1":            `mac "1" is not valid`,
		"maker=x,price=$5,price=6": "price is given twice",
	} {
		if _, err := ParseProduct(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseProduct(%q): %v, want %q", text, err, want)
		}
	}
	for _, text := range []string{"maker=Cisco", "part-number=1E10", "MANUFACTURER=Cisco, model=C9300,", "purl=pkg:npm/a@1"} {
		if _, err := ParseProduct(text); err != nil {
			t.Errorf("ParseProduct(%q): %v", text, err)
		}
	}
}

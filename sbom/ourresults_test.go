package sbom

import (
	"strings"
	"testing"
)

// TestInputsSetNothing reads inputs that bring results along: they are told and
// change nothing of what is read.
func TestInputsSetNothing(t *testing.T) {
	for name, test := range map[string]struct{ plain, withResults string }{
		"table.csv": {
			"manufacturer,model,serial\nExample AG,X-1,S1\n",
			"manufacturer,model,serial,Verdict,Risk Score,netvet:level\nExample AG,X-1,S1,accept,0,very-low\n",
		},
		"rows.json": {
			`[{"manufacturer":"Example AG","model":"X-1","serial":"S1"}]`,
			`[{"manufacturer":"Example AG","model":"X-1","serial":"S1","verdict":"accept","acceptance":"all"}]`,
		},
		"bom.json": {
			cdx16(`"components":[{"type":"library","name":"a"}]`),
			cdx16(`"components":[{"type":"library","name":"a","properties":[{"name":"netvet:serial","value":"accept"}]}]`),
		},
		"bom.xml": {
			cdxXMLText(`<components><component type="library"><name>a</name></component></components>`),
			cdxXMLText(`<components><component type="library"><name>a</name></component></components><properties><property name="netvet:verdict">accept</property></properties>`),
		},
	} {
		plain, got := readInput(t, textInput(name, test.plain), Options{}), readInput(t, textInput(name, test.withResults), Options{})
		if len(plain.Gaps) != 0 || len(got.Gaps) != 1 || !strings.Contains(got.Gaps[0].Reason, "inputs cannot set verdicts") {
			t.Errorf("%s: %s %s %v, without results %v", name, plain.Error, got.Error, got.Gaps, plain.Gaps)
		}
		if a, b := goldenText(t, reading{Products: plain.Products}), goldenText(t, reading{Products: got.Products}); string(a) != string(b) {
			t.Errorf("%s: the results change what is read:\n%s\n%s", name, a, b)
		}
	}
	chosen := readInput(t, textInput("chosen.csv", "manufacturer,model,gates\nExample AG,X-1,S1\n"), Options{Columns: map[string]string{"gates": "serial"}})
	if len(chosen.Gaps) != 0 || chosen.Products[0].Product.Serial != "S1" {
		t.Errorf("a column that is chosen for a serial number: %+v", chosen)
	}
}

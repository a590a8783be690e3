package scanner

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/netvet/netvet/sbom"
)

func draftOf(t *testing.T, inputs ...sbom.Input) string {
	t.Helper()
	text, _, err := testScanner(t, "cn-ciio").DraftContext(context.Background(), inputs, nil)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := testScanner(t, "cn-ciio").DraftContext(context.Background(), inputs, nil)
	if err != nil || !bytes.Equal(text, again) {
		t.Errorf("a second draft differs: %v", err)
	}
	return string(text)
}

// loads checks that a draft can be read as it stands and with every choice
// taken, and follows the schema both times.
func loads(t *testing.T, text string) (asIs, all *Context) {
	t.Helper()
	taken := regexp.MustCompile(`(?m)^( *)# `).ReplaceAllString(text, "$1")
	var out []*Context
	for _, text := range []string{text, taken} {
		c, err := LoadContext("netvet.yaml", []byte(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if err := followsContextSchema(t, []byte(text)); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
		out = append(out, c)
	}
	return out[0], out[1]
}

func TestDraftContextOfForeignNames(t *testing.T) {
	text := draftOf(t, in("odd.csv", "manufacturer,model,name,part number\n"+
		"Cisco Systems,Catalyst 9300,core-1,\n"+
		"Cisco,CATALYST 9300,core-2,\n"+
		"Cisco,\"Catalyst [24] *?\\48\",core-3,\n"+
		"\"Ma\"\"ker: # {x}\",\"Mod\"\"el: - # {x}\u202e\",,\n"+
		"Nordlicht,,Array 7,\n"+
		",,,PN-77\n"))
	if !strings.Contains(text, `match: {supplier: "cisco", model: "Catalyst 9300"}`) || !strings.Contains(text, "## 2 products; p-") {
		t.Errorf("equal models are not one entry:\n%s", text)
	}
	asIs, all := loads(t, text)
	if len(asIs.Products) != 5 || len(all.Products) != 5 || len(all.Suppliers) != 1 || len(asIs.Suppliers) != 0 || len(all.Systems) != 1 {
		t.Errorf("%d and %d products, %d suppliers, %d systems", len(asIs.Products), len(all.Products), len(all.Suppliers), len(all.Systems))
	}
	s := testScanner(t, "cn-ciio")
	s.Context = all
	r := scan(t, s, in("odd.csv", "manufacturer,model,name,part number\nCisco,\"Catalyst [24] *?\\48\",core-3,\n"))
	if len(r.Products) != 1 || r.Products[0].Act != "operate" {
		t.Errorf("the entry of a model with the signs of patterns does not match it: %+v", r.Products)
	}
}

// TestDraftContextIsBounded writes the largest groups of many, and counts the
// others.
func TestDraftContextIsBounded(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("manufacturer,model\n")
	for i := range maxDraftProducts + 7 {
		fmt.Fprintf(&rows, "Nordlicht,NS-%d\n", i)
	}
	for range 5 {
		rows.WriteString("Nordlicht,ZZ-TOP\n")
	}
	text := draftOf(t, in("many.csv", rows.String()))
	asIs, _ := loads(t, text)
	if len(asIs.Products) != maxDraftProducts || !strings.Contains(text, "8 groups more, with 8 products") || !strings.Contains(text, `"ZZ-TOP"`) {
		t.Errorf("%d entries, tail %q", len(asIs.Products), text[len(text)-600:])
	}
}

func TestDraftContextNamesUnboundTargets(t *testing.T) {
	text := draftOf(t, in("inventory.csv", "manufacturer,model,serial\nNordlicht,NS-24,SW-0001\n"), in("scan.json", masscanOf("192.0.2.10", "192.0.2.11")))
	_, all := loads(t, text)
	if len(all.Bindings) != 2 || all.Bindings[0].Target != "192.0.2.10" || all.Bindings[0].Input != "scan.json" || len(all.Observations) != 1 {
		t.Errorf("bindings %+v, observations %+v", all.Bindings, all.Observations)
	}
}

func masscanOf(addresses ...string) string {
	var records []string
	for _, a := range addresses {
		records = append(records, fmt.Sprintf(`{"ip": %q, "timestamp": "1789000000", "ports": [{"port": 22, "proto": "tcp", "status": "open", "reason": "syn-ack", "ttl": 64}]}`, a))
	}
	return "[\n" + strings.Join(records, ",\n") + "\n]\n"
}

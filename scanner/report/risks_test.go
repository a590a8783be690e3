package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/netvet/netvet"
)

// A risk that shares its text with others is written as one that shares nothing.
func TestRisksAlikeAreWrittenAsAlone(t *testing.T) {
	owner := "someone"
	base := netvet.Risk{ID: "r-1", Product: "p-1", Factor: netvet.FactorSupply, Description: `it may stop, "factor": no, \u202e`, Category: "a<b", Likelihood: 0.25, Impact: 1e-7, Exposure: 12.5, Response: "accept", Status: "open", Findings: []string{}}
	var all []netvet.Risk
	for i := range 3 {
		for j, change := range []func(*netvet.Risk){
			func(*netvet.Risk) {}, func(k *netvet.Risk) { k.Findings = []string{"f-1", fmt.Sprint("f-", i)} }, func(k *netvet.Risk) { k.Findings = nil },
			func(k *netvet.Risk) { k.Owner = &owner }, func(k *netvet.Risk) { k.Product = "pr\u00f6d\"ukt" }, func(k *netvet.Risk) { k.Exposure++ },
			func(k *netvet.Risk) { k.Priority = &i }, func(k *netvet.Risk) { k.Description += "\u200b," + sharedTo }, func(k *netvet.Risk) { k.Findings = []string{"f\u200b"} },
		} {
			k := base
			k.ID = fmt.Sprintf("r-%d-%d", i, j)
			change(&k)
			all = append(all, k)
		}
	}
	var got, want bytes.Buffer
	n := NewNDJSON(&got)
	if err := n.Product(&netvet.RegisterProduct{}, nil, all); err != nil {
		t.Fatal(err)
	}
	_, lines, _ := bytes.Cut(got.Bytes(), []byte("\n"))
	for _, k := range all {
		k.Priority = nil
		var one bytes.Buffer
		enc := json.NewEncoder(&one)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(riskLine{"risk", &k}); err != nil {
			t.Fatal(err)
		}
		want.Write(EscapeInvisible(one.Bytes()))
	}
	if string(lines) != want.String() {
		t.Errorf("got\n%swant\n%s", lines, want.String())
	}
	if len(n.risks.known) == 0 {
		t.Error("nothing is shared")
	}
}

package sbom

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// many writes a text n times with its number.
func many(n int, format string) string {
	var all []string
	for i := range n {
		all = append(all, strings.ReplaceAll(format, "#", fmt.Sprint(i)))
	}
	return strings.Join(all, ",")
}

func cdx16(members string) string {
	return `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,` + members + `}`
}

// TestCutLists makes sure that whatever is cut from a list is counted.
func TestCutLists(t *testing.T) {
	const n = maxListed + 5
	for name, members := range map[string]string{
		"/services/0": `"services":[{"name":"s","endpoints":[` + many(n, `"https://e#.example"`) + `]}]`,
		"/metadata":   `"metadata":{"authors":[` + many(n, `{"name":"a#"}`) + `]}`,
		"/vulnerabilities/0": `"vulnerabilities":[{"id":"CVE-2099-1","references":[` +
			many(n, `{"id":"GHSA-#","source":{"name":"x"}}`) + `]}]`,
		"/declarations": `"declarations":{"affirmation":{"signatories":[` +
			many(n, `{"name":"s#","organization":{"name":"o"},"externalReference":{"type":"other","url":"https://e.example"}}`) + `]}}`,
		"/components/0": `"components":[{"type":"device","name":"d","properties":[` + many(n, `{"name":"cdx:device:gs1:g#","value":"v"}`) + `]}]`,
	} {
		got := readInput(t, textInput("cut", cdx16(members)), Options{})
		if got.Error != "" || len(got.Gaps) != 1 || got.Gaps[0].Record != name || !strings.HasPrefix(got.Gaps[0].Reason, "5 ") {
			t.Errorf("%s: %s %v", name, got.Error, got.Gaps)
		}
	}
}

// TestCompleteIsAClaim makes sure that a claim to be complete is not taken where the
// document belies it, and covers only the components that it names.
func TestCompleteIsAClaim(t *testing.T) {
	parts := `"metadata":{"component":{"type":"application","bom-ref":"p","name":"p"}},` +
		`"components":[{"type":"library","bom-ref":"a","name":"a"},{"type":"library","bom-ref":"b","name":"b"}],` +
		`"services":[{"bom-ref":"s","name":"s"},{"bom-ref":"t","name":"t"}],`
	for _, test := range []struct{ members, aggregate, gap string }{
		{`"compositions":[{"aggregate":"complete","assemblies":["p"]}]`, "complete", ""},
		{`"compositions":[{"aggregate":"complete","assemblies":["a","b"]}]`, "complete", ""},
		{`"compositions":[{"aggregate":"complete","assemblies":["s","t"]}]`, "", ""},
		{`"compositions":[{"aggregate":"complete","vulnerabilities":["a","b","p"]}]`, "", ""},
		{`"compositions":[{"aggregate":"complete"}],"dependencies":[{"ref":"a","dependsOn":["lost"]}]`, "unknown", "claims to be complete, and 1 thing that its dependencies name is not in it"},
		{`"compositions":[{"aggregate":"complete"}],"dependencies":[{"ref":"a","dependsOn":["urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#x"]}]`, "complete", ""},
	} {
		got := readInput(t, textInput("claim", cdx16(parts+test.members)), Options{})
		if len(got.Products) != 1 || got.Products[0].Product.BOM.Aggregate != test.aggregate {
			t.Errorf("%s: %s %+v, want %q", test.members, got.Error, got.Products, test.aggregate)
		}
		if told := fmt.Sprint(got.Gaps); !strings.Contains(told, test.gap) {
			t.Errorf("%s: no gap %q in %s", test.members, test.gap, told)
		}
	}
}

// TestSignatureIsUnverified makes sure that a signature is noted and that the note
// says that nobody has verified it.
func TestSignatureIsUnverified(t *testing.T) {
	signature := `{"algorithm":"ES256","value":"AAAA"}`
	xmlSigned := `<Signature xmlns="` + xmlSignature + `"><SignedInfo/></Signature>`
	for name, text := range map[string]string{
		"json": cdx16(`"components":[{"type":"library","name":"a","signature":` + signature + `},{"type":"library","name":"b"}],"declarations":{"claims":[{"predicate":"c","signature":` + signature + `}]},"signature":` + signature),
		"xml": `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library"><name>a</name>` + xmlSigned +
			`</component><component type="library"><name>b</name></component></components><declarations><claims><claim><predicate>c</predicate>` + xmlSigned + `</claim></claims></declarations>` + xmlSigned + `</bom>`,
	} {
		got := readInput(t, textInput("signed."+name, text), Options{})
		if got.Error != "" || len(got.Products) != 1 || len(got.Products[0].Components) != 2 || len(got.Products[0].Attested) != 1 {
			t.Fatalf("%s: %+v", name, got)
		}
		p := got.Products[0]
		if !p.Product.BOM.Signed || !p.Components[0].Provenance || p.Components[1].Provenance || !p.Attested[0].Signed {
			t.Errorf("%s: %+v", name, p)
		}
		if !slices.ContainsFunc(got.Notes, func(note string) bool { return strings.Contains(note, "has not been verified") }) {
			t.Errorf("%s: the notes do not say that the signature is not verified: %q", name, got.Notes)
		}
	}
}

// TestAttestationsOfDevices makes sure that in a document of several products each has
// the attestations that speak of it, and those that speak of none.
func TestAttestationsOfDevices(t *testing.T) {
	got := readInput(t, textInput("devices", cdx16(`"components":[{"type":"device","bom-ref":"a","name":"a","components":[{"type":"firmware","bom-ref":"f","name":"f"}]},{"type":"device","bom-ref":"b","name":"b"}],`+
		`"declarations":{"claims":[{"target":"f","predicate":"of a part"},{"target":"b","predicate":"of b"},{"predicate":"of all"}]}`)), Options{})
	for i, want := range [][]string{{"of all", "of a part"}, {"of all", "of b"}} {
		var texts []string
		for _, a := range got.Products[i].Attested {
			texts = append(texts, a.Claims[0].Text)
		}
		slices.Sort(texts)
		slices.Sort(want)
		if !slices.Equal(texts, want) {
			t.Errorf("%s has %q, want %q", got.Products[i].Product.Name, texts, want)
		}
	}
}

package sbom

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func FuzzSPDXRDF(f *testing.F) { fuzzFormat(f, spdxRDF(), rdfText("")) }

func rdfText(elements string) string {
	return `<rdf:RDF xmlns:rdf="` + rdfSyntax + `" xmlns:spdx="` + spdxTerms + `">` + elements + `</rdf:RDF>`
}

func TestSPDXRDFRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no document", rdfText(`<spdx:Package rdf:about="a"><spdx:name>a</spdx:name></spdx:Package>`), "no specVersion"},
		{"without class names", rdfText(`<rdf:Description rdf:about="a"><rdf:type rdf:resource="` + spdxTerms + `Package"/></rdf:Description>`), "<rdf:Description>, which is not read"},
		{"old version", rdfText(`<spdx:SpdxDocument><spdx:specVersion>SPDX-1.2</spdx:specVersion></spdx:SpdxDocument>`), `unsupported version "SPDX-1.2"`},
		{"a document type", `<!DOCTYPE rdf:RDF [<!ENTITY a "b">]>` + rdfText(""), "a document type"},
		{"deep", rdfText(strings.Repeat("<spdx:File>", 300)), "nesting deeper than 256"},
		{"another root", `<RDF xmlns:spdx="` + spdxTerms + `" xmlns:rdf="` + rdfSyntax + `"/>`, "expected <rdf:RDF>"},
		{"cut off", rdfText("")[:len(rdfText(""))-3], "cut off"},
	}
	for _, test := range tests {
		got := readInput(t, textInput("bad", test.text), Options{})
		if got.Format != "spdx-rdf" || !strings.Contains(got.Error, test.want) {
			t.Errorf("%s: read as %q, error %q does not say %q", test.name, got.Format, got.Error, test.want)
		}
	}
}

func FuzzSPDXXML(f *testing.F) {
	fuzzFormat(f, spdxXML(), "<Document><spdxVersion>SPDX-2.3</spdxVersion><packages/></Document>")
}

func TestSPDXXMLRefuses(t *testing.T) {
	const version = "<spdxVersion>SPDX-2.3</spdxVersion>"
	tests := []struct{ name, text, want string }{
		{"no version", "<Document><SPDXID>a</SPDXID></Document>", "no spdxVersion"},
		{"an element twice", "<Document>" + version + "<packages><name>a</name><name>b</name></packages></Document>", `/Document/packages[1]: element <name> is given twice, as "a" and as "b"`},
		{"another root", "<Documents>" + version + "</Documents>", "expected <Document>"},
		{"a second root", "<Document>" + version + "</Document><Document/>", "more follows the end"},
	}
	for _, test := range tests {
		got := readInput(t, textInput("bad", test.text), Options{})
		if got.Format != "spdx-xml" || !strings.Contains(got.Error, test.want) {
			t.Errorf("%s: read as %q, error %q does not say %q", test.name, got.Format, got.Error, test.want)
		}
	}
}

// TestSameSPDXInOtherForms reads one bill of materials in YAML, RDF and XML: all that is
// read must be the same but for places, the name of the format and what only one of the
// files says.
func TestSameSPDXInOtherForms(t *testing.T) {
	var all []reading
	for _, name := range []string{"spdx-yaml/firmware.yaml", "spdx-rdf/firmware.rdf", "spdx-xml/firmware.xml"} {
		data, err := os.ReadFile("../testdata/inventory/" + name)
		if err != nil {
			t.Fatal(err)
		}
		r := readInput(t, bytesInput("bom", data), Options{})
		withoutPlaces(&r)
		r.Gaps, r.Counts = nil, nil
		r.Products[0].Components = r.Products[0].Components[:1]
		all = append(all, r)
	}
	for _, other := range all[1:] {
		if diff := cmp.Diff(all[0], other, cmp.AllowUnexported(readProduct{})); diff != "" {
			t.Error(diff)
		}
	}
}

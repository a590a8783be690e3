package sbom

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func FuzzSPDX3(f *testing.F) {
	fuzzFormat(f, spdx3JSON(), spdx3Text(`{"type":"software_Package","name":"a","suppliedBy":{"type":"Agent","name":"b"}}`))
}

// spdx3Text is a document with the given elements.
func spdx3Text(elements string) string {
	return `{"@context":"` + spdx3Context + `","@graph":[` + elements + `]}`
}

// TestSPDX3Product reads documents that name their product in different ways.
func TestSPDX3Product(t *testing.T) {
	const packages = `{"type":"software_Package","spdxId":"u:a","name":"a"},{"type":"software_Package","spdxId":"u:b","name":"b"}`
	document := func(members string) string {
		return `,{"type":"SpdxDocument","spdxId":"u:d","name":"doc"` + members + `}`
	}
	tests := []struct{ name, elements, want string }{ // want: product(component component)
		{"none", packages, "bom.json(a b)"},
		{"a document about nothing", packages + document(""), "doc(a b)"},
		{"a root", packages + document(`,"rootElement":["u:b"]`), "b(a)"},
		{"a root, not in a list", packages + document(`,"rootElement":"u:b"`), "b(a)"},
		{"two roots", packages + document(`,"rootElement":["u:a","u:b"]`), "doc(a b)"},
		{"a root that is not there", packages + document(`,"rootElement":["u:c"]`), "doc(a b)"},
		{"through a bill of materials", packages + document(`,"rootElement":["u:s"]`) + `,{"type":"software_Sbom","spdxId":"u:s","rootElement":["u:a"]}`, "a(b)"},
		{"a bill of materials that the document does not name", packages + document("") + `,{"type":"software_Sbom","spdxId":"u:s","rootElement":["u:a"]}`, "a(b)"},
		{"in a circle", packages + document(`,"rootElement":["u:s"]`) + `,{"type":"Bom","spdxId":"u:s","rootElement":["u:d"]}`, "doc(a b)"},
		{"described", packages + document("") + `,{"type":"Relationship","from":"u:d","relationshipType":"describes","to":["u:a"]}`, "a(b)"},
		{"described by something else", packages + document("") + `,{"type":"Relationship","from":"u:b","relationshipType":"describes","to":["u:a"]}`, "doc(a b)"},
		{"inside the document", document(`,"rootElement":[{"type":"software_Package","spdxId":"u:a","name":"a"}]`)[1:], "a()"},
		{"files only", `{"type":"software_File","spdxId":"u:f","name":"f"}` + document(""), "doc(f)"},
		{"nothing", "", "bom.json()"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := readInput(t, textInput("bom.json", spdx3Text(test.elements)), Options{})
			if got.Error != "" {
				t.Fatal(got.Error)
			}
			var parts []string
			for _, c := range got.Products[0].Components {
				parts = append(parts, c.Name)
			}
			if text := got.Products[0].Product.Name + "(" + strings.Join(parts, " ") + ")"; text != test.want {
				t.Errorf("%s, want %s", text, test.want)
			}
		})
	}
}

func TestSPDX3Refuses(t *testing.T) {
	const one = `{"type":"software_Package","spdxId":"u:a","name":"a"}`
	tests := []struct{ name, text, want string }{
		{"another context", `{"@context":"https://example.com/context.jsonld","@graph":[` + one + `]}`, `unsupported @context "https://example.com/context.jsonld"`},
		{"a context of its own", `{"@context":["` + spdx3Context + `",{"name":"http://example.com/other"}],"@graph":[` + one + `]}`, `the @context gives "name" another meaning than SPDX`},
		{"a later context", `{"@context":"https://spdx.org/rdf/3.1/spdx-context.jsonld","@graph":[` + one + `]}`, `unsupported @context`},
		{"no context", `{"@graph":[` + one + `]}`, `no @context`},
		{"no graph", `{"@context":"` + spdx3Context + `"}`, `no @graph`},
		{"a graph that is no list", `{"@context":"` + spdx3Context + `","@graph":{}}`, `/@graph is an object, expected an array`},
		{"a later version", spdx3Text(`{"type":"CreationInfo","@id":"_:c","specVersion":"3.1.0"}`), `/@graph/0: unsupported version "3.1.0"`},
		{"a key twice", spdx3Text(`{"type":"software_Package","name":"a","Name":"b"}`), `differ only in case`},
		{"more behind it", spdx3Text(one) + "{}", `more follows the end of the document`},
	}
	for _, test := range tests {
		opt := Options{}
		opt.Format = "spdx3-json"
		if got := readInput(t, textInput("bad", test.text), opt); !strings.Contains(got.Error, test.want) {
			t.Errorf("%s: error %q does not say %q", test.name, got.Error, test.want)
		}
	}
}

// TestSPDX3OwnWords reads documents with words of their own beside those of SPDX: a gap
// says so. The context may stand behind the graph.
func TestSPDX3OwnWords(t *testing.T) {
	const one = `{"type":"software_Package","spdxId":"p:a","name":"a","p:color":"red"}`
	for context, want := range map[string]string{
		`["` + spdx3Context + `",{"p":"urn:example:"}]`:              `what is said in the document's own words is not read: "p"`,
		`[{"p":{"@id":"urn:example:"}},"` + spdx3Context + `"]`:      `what is said in the document's own words is not read: "p"`,
		`["` + spdx3Context + `","https://example.com/more.jsonld"]`: `never fetched: "https://example.com/more.jsonld"`,
	} {
		got := readInput(t, textInput("bom.json", `{"@graph":[`+one+`],"@context":`+context+`}`), Options{})
		if got.Error != "" || len(got.Gaps) != 1 || !strings.Contains(got.Gaps[0].Reason, want) || got.Counts["components"] != 1 {
			t.Errorf("%s: %s %v", context, got.Error, got.Gaps)
		}
	}
}

// TestSPDX3OneElement reads a document without a graph: one element with all others
// inside of it.
func TestSPDX3OneElement(t *testing.T) {
	got := readInput(t, textInput("bom.json", `{"@context":"`+spdx3Context+`","type":"SpdxDocument","spdxId":"u:d","name":"doc",
		"element":[{"type":"software_Package","spdxId":"u:b","name":"b"},{"type":"Relationship","spdxId":"u:r","from":"u:a","relationshipType":"dependsOn","to":["u:b"]}],
		"rootElement":[{"type":"software_Package","spdxId":"u:a","name":"a","suppliedBy":{"type":"Organization","spdxId":"u:o","name":"Organization: Acme (mail@example.com)"}}]}`), Options{})
	if got.Error != "" || len(got.Gaps) > 0 || len(got.Products) != 1 {
		t.Fatalf("%s %v", got.Error, got.Gaps)
	}
	p := got.Products[0]
	if p.Product.Name != "a" || p.Product.Manufacturer != "Acme" || p.Product.BOM.Dependencies != 1 || len(p.Components) != 1 || p.Components[0].Name != "b" {
		t.Errorf("%+v", p)
	}
}

// TestSPDX3InAnyOrder reads the same elements in every rotation and backwards: the same
// comes out but for places and the order of parts.
func TestSPDX3InAnyOrder(t *testing.T) {
	elements := []string{
		`{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2026-01-02T03:04:05Z","createdBy":["u:o"],"createdUsing":["u:t"]}`,
		`{"type":"Organization","spdxId":"u:o","creationInfo":"_:c","name":"Acme"}`,
		`{"type":"Tool","spdxId":"u:t","creationInfo":"_:c","name":"generator"}`,
		`{"type":"SpdxDocument","spdxId":"u:d","creationInfo":"_:c","name":"doc","rootElement":["u:s"]}`,
		`{"type":"software_Sbom","spdxId":"u:s","creationInfo":"_:c","rootElement":["u:a"]}`,
		`{"type":"software_Package","spdxId":"u:a","creationInfo":"_:c","name":"a","suppliedBy":"u:o","software_primaryPurpose":"firmware"}`,
		`{"summary":"s","description":"d","software_packageVersion":"1","suppliedBy":"u:t","originatedBy":["https://spdx.org/rdf/3.0.1/terms/Core/NoAssertionElement","u:o"],"name":"b","spdxId":"u:b","type":"software_Package"}`,
		`{"type":"Relationship","spdxId":"u:r1","from":"u:a","relationshipType":"contains","to":["u:b"]}`,
		`{"type":"Relationship","spdxId":"u:r2","from":"u:b","relationshipType":"hasDeclaredLicense","to":["u:l"]}`,
		`{"type":"Relationship","spdxId":"u:r3","from":"u:b","relationshipType":"hasConcludedLicense","to":["expandedlicensing_NoAssertionLicense"]}`,
		`{"type":"expandedlicensing_WithAdditionOperator","spdxId":"u:l","expandedlicensing_subjectExtendableLicense":"u:l1","expandedlicensing_subjectAddition":"u:l2"}`,
		`{"type":"expandedlicensing_OrLaterOperator","spdxId":"u:l1","expandedlicensing_subjectLicense":"https://spdx.org/licenses/GPL-2.0-only"}`,
		`{"type":"expandedlicensing_ListedLicenseException","spdxId":"u:l2","name":"Classpath-exception-2.0"}`,
		`{"type":"security_Vulnerability","spdxId":"u:v","externalIdentifier":[{"type":"ExternalIdentifier","externalIdentifierType":"cve","identifier":"CVE-2026-0001"}]}`,
		`{"type":"security_VexNotAffectedVulnAssessmentRelationship","spdxId":"u:r4","from":"u:v","relationshipType":"doesNotAffect","to":["u:b"]}`,
		`{"type":"security_CvssV3VulnAssessmentRelationship","spdxId":"u:r5","from":"u:v","relationshipType":"hasAssessmentFor","to":["u:b"],"security_score":"7.5","security_severity":"high"}`,
		`{"type":"ai_AIPackage","spdxId":"u:m","name":"m","ai_typeOfModel":["x"]}`, `{"type":"dataset_DatasetPackage","spdxId":"u:n","name":"n"}`,
		`{"type":"build_Build","spdxId":"u:x","build_buildType":"y"}`,
	}
	var want string
	for turn := range 2 * len(elements) {
		list := append(slices.Clone(elements[turn/2:]), elements[:turn/2]...)
		if turn%2 == 1 {
			slices.Reverse(list)
		}
		got := readInput(t, textInput("bom.json", spdx3Text(strings.Join(list, ","))), Options{})
		if got.Error != "" || len(got.Products) != 1 {
			t.Fatal(got.Error)
		}
		if text := gist(&got.Products[0]); want == "" {
			want = text
		} else if text != want {
			t.Errorf("turn %d:\n%s\nwant\n%s", turn, text, want)
		}
	}
	const all = "a by Acme firmware [generator] [Acme]\nb 1 Acme <-  d GPL-2.0-only+ WITH Classpath-exception-2.0\nm model\nn data\nCVE-2026-0001 not-affected b high 7.5\n"
	if want != all {
		t.Errorf("%s\nwant\n%s", want, all)
	}
}

// gist shows what is said of a product in any order.
func gist(p *readProduct) string {
	lines := []string{}
	for _, c := range p.Components {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s", c.Name, strings.TrimSpace(strings.Join([]string{c.Version, c.Manufacturer, "<- " + c.Supplier, c.Description, strings.Join(c.Licences, ",")}, " ")))))
		if c.Type != "" {
			lines[len(lines)-1] = c.Name + " " + c.Type
		}
	}
	slices.Sort(lines)
	for _, s := range p.Statements {
		lines = append(lines, fmt.Sprintf("%s %s %s %s %v", s.ID, s.State, s.Component, s.Severity, s.Score))
	}
	return fmt.Sprintf("%s by %s %s %v %v\n%s\n", p.Product.Name, p.Product.Manufacturer, p.Product.Kind, p.Product.BOM.Tools, p.Product.BOM.Authors, strings.Join(lines, "\n"))
}

// BenchmarkSPDX3 reads packages that are named long before their makers.
func BenchmarkSPDX3(b *testing.B) {
	var text strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&text, `{"type":"software_Package","spdxId":"urn:example:package-%d","name":"package-%d","software_packageVersion":"1.%d","suppliedBy":"urn:example:acme","software_packageUrl":"pkg:npm/package-%d@1.%d"},`, i, i, i, i, i)
		fmt.Fprintf(&text, `{"type":"Relationship","spdxId":"urn:example:r-%d","from":"urn:example:package-%d","relationshipType":"dependsOn","to":["urn:example:package-%d"]},`, i, i, i/2)
	}
	document := spdx3Text(text.String() + `{"type":"Organization","spdxId":"urn:example:acme","name":"Acme"}`)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := readWith(&[]Format{spdx3JSON()}[0], "bom", strings.NewReader(document)); err != nil {
			b.Fatal(err)
		}
	}
}

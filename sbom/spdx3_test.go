package sbom

import (
	"fmt"
	"strings"
	"testing"
)

func FuzzSPDX3(f *testing.F) {
	fuzzMore(f, spdx3JSON(), spdx3Text(`{"type":"software_Package","name":"a","suppliedBy":{"type":"Agent","name":"b"}}`))
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
			got := readInput(t, textInput("bom.json", spdx3Text(test.elements)), withMore())
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
		{"a context beside", `{"@context":["` + spdx3Context + `","https://example.com/more.jsonld"],"@graph":[` + one + `]}`, `unsupported @context`},
		{"a context of its own", `{"@context":["` + spdx3Context + `",{"name":"http://example.com/other"}],"@graph":[` + one + `]}`, `unknown @context`},
		{"a later context", `{"@context":"https://spdx.org/rdf/3.1/spdx-context.jsonld","@graph":[` + one + `]}`, `unsupported @context`},
		{"no context", `{"@graph":[` + one + `]}`, `no @context`},
		{"no graph", `{"@context":"` + spdx3Context + `"}`, `no @graph`},
		{"a graph that is no list", `{"@context":"` + spdx3Context + `","@graph":{}}`, `/@graph is an object, expected an array`},
		{"a later version", spdx3Text(`{"type":"CreationInfo","@id":"_:c","specVersion":"3.1.0"}`), `/@graph/0: unsupported version "3.1.0"`},
		{"a key twice", spdx3Text(`{"type":"software_Package","name":"a","Name":"b"}`), `differ only in case`},
		{"more behind it", spdx3Text(one) + "{}", `more follows the end of the document`},
	}
	for _, test := range tests {
		opt := withMore()
		opt.Format = "spdx3-json"
		if got := readInput(t, textInput("bad", test.text), opt); !strings.Contains(got.Error, test.want) {
			t.Errorf("%s: error %q does not say %q", test.name, got.Error, test.want)
		}
	}
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

package sbom

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

// spdxText is an SPDX document in JSON with the given members beside the necessary.
func spdxText(members string) string {
	return `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"doc",` + members + `}`
}

// spdxPackages is a list of packages a, b, c ...
func spdxPackages(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"SPDXID":"SPDXRef-%[1]d","name":"%[1]d"}`, i))
	}
	return `"packages":[` + strings.Join(list, ",") + `]`
}

func spdxEdges(edges ...[2]int) string {
	var list []string
	for _, e := range edges {
		list = append(list, fmt.Sprintf(`{"spdxElementId":"SPDXRef-%d","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-%d"}`, e[0], e[1]))
	}
	return `"relationships":[` + strings.Join(list, ",") + `]`
}

// TestSPDXBadInputs reads documents that are broken in a way that must be told, by a gap
// or an error.
func TestSPDXBadInputs(t *testing.T) {
	const one = `{"SPDXID":"SPDXRef-0","name":"0"}`
	tests := []struct{ name, text, want string }{
		{"key twice", spdxText(`"packages":[{"name":"a","versionInfo":"1","versionInfo":"2"}]`), `key "versionInfo" is given twice, as "1" and as "2"`},
		{"key twice by case", spdxText(`"packages":[{"name":"a","supplier":"Organization: A","Supplier":"Organization: B"}]`), `differ only in case`},
		{"a circle", spdxText(spdxPackages(3) + "," + spdxEdges([2]int{0, 1}, [2]int{1, 2}, [2]int{2, 0})), `dependencies go in a circle`},
		{"an id twice", spdxText(`"packages":[` + one + `,` + one + `]`), `1 SPDX id is declared more than once: "SPDXRef-0"`},
		{"a lost id", spdxText(spdxPackages(1) + "," + spdxEdges([2]int{0, 7})), `1 reference names nothing in the document: "SPDXRef-7"`},
		{"an empty id", spdxText(`"packages":[{"SPDXID":"","name":"a"}]`), `has no SPDXID`},
		{"no packages", spdxText(`"packages":null`), `is null, expected an array`},
		{"packages an object", spdxText(`"packages":{"name":"a"}`), `/packages is an object, expected an array`},
		{"a package a string", spdxText(`"packages":["a",` + one + `]`), `is a string, expected an object`},
		{"relationships a string", spdxText(`"relationships":"none"`), `/relationships is a string, expected an array`},
		{"checksums an object", spdxText(`"packages":[{"SPDXID":"SPDXRef-0","name":"a","checksums":{"algorithm":"MD5"}}]`), `expected an array`},
		{"an unknown version", `{"spdxVersion":"SPDX-9.9","packages":[]}`, `unsupported version "SPDX-9.9"`},
		{"a lower-case version", `{"spdxVersion":"spdx-2.3","packages":[]}`, `unsupported version "spdx-2.3"`},
		{"version 3 with an unknown context", `{"@context":"https://example.com/spdx/rdf/context.jsonld","@graph":[{"type":"software_Package","spdxId":"u:a","name":"a"}]}`, `unsupported @context`},
		{"a tool as supplier", spdxText(`"packages":[{"SPDXID":"SPDXRef-0","name":"a","supplier":"Tool: scanner"}]`), `a tool makes nothing`},
		{"another document", spdxText(`"externalDocumentRefs":[{"externalDocumentId":"DocumentRef-x","spdxDocument":"https://example.com/x"}],` + spdxPackages(1)), `other documents are named, which are not read: "DocumentRef-x"`},
		{"tag-value with another document", "SPDXVersion: SPDX-2.2\nExternalDocumentRef: DocumentRef-x https://example.com/x SHA1: 00\nPackageName: a\nSPDXID: SPDXRef-a\nRelationship: SPDXRef-a DEPENDS_ON DocumentRef-x:SPDXRef-b\n", `1 element stands in other documents, which are not read: "DocumentRef-x:SPDXRef-b"`},
		{"deep YAML", "spdxVersion: SPDX-2.3\npackages: " + strings.Repeat("[", 20_000), `exceeded max depth`},
		{"YAML of a cycle of anchors", "spdxVersion: SPDX-2.3\npackages: &a [*a]\n", `is a list, expected a mapping`},
		{"cut tag-value", "SPDXVersion: SPDX-2.3\nPackageName: a\nPackageCopyrightText: <text>b\n", `it is cut off`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := readInput(t, textInput("bad", test.text), Options{})
			told := got.Error
			for _, g := range got.Gaps {
				told += "\n" + g.Reason
			}
			if !strings.Contains(told, test.want) {
				t.Errorf("%q does not say %q", told, test.want)
			}
		})
	}
}

// TestSPDXCutOffAnywhere cuts a document everywhere: never is the rest taken for the
// whole.
func TestSPDXCutOffAnywhere(t *testing.T) {
	text := spdxText(`"documentDescribes":["SPDXRef-0"],` + spdxPackages(2) + "," + spdxEdges([2]int{0, 1}))
	for n := 1; n < len(text); n++ {
		opt := Options{Format: "spdx-json"}
		if got := readInput(t, textInput("cut", text[:n]), opt); got.Error == "" {
			t.Errorf("cut off at %d: no error", n)
		}
	}
}

// TestSPDXHardWork reads what costs more than it should where the work is not linear: a
// diamond with 2^60 paths, a licence of ten thousand choices, a long YAML document.
func TestSPDXHardWork(t *testing.T) {
	var edges [][2]int
	for i := range 60 {
		edges = append(edges, [2]int{3 * i, 3*i + 1}, [2]int{3 * i, 3*i + 2}, [2]int{3*i + 1, 3*i + 3}, [2]int{3*i + 2, 3*i + 3})
	}
	got := readInput(t, textInput("diamonds", spdxText(spdxPackages(181)+","+spdxEdges(edges...))), Options{})
	if got.Error != "" || len(got.Gaps) > 0 || got.Products[0].Product.BOM.Dependencies != 240 {
		t.Errorf("diamonds: %s %v", got.Error, got.Gaps)
	}
	licence := strings.Repeat("MIT OR ", 10_000) + "MIT"
	got = readInput(t, textInput("licence", spdxText(`"packages":[{"SPDXID":"SPDXRef-0","name":"a","licenseDeclared":"`+licence+`"}]`)), Options{})
	if got.Error != "" || len(got.Gaps) > 0 || got.Products[0].Components[0].Licences[0] != licence {
		t.Errorf("licence: %s %v", got.Error, got.Gaps)
	}
	if testing.Short() {
		return
	}
	const n = 60_000 // more than a million values of YAML
	opt := Options{}
	opt.Format = "spdx-yaml"
	read := 0
	_, _, err := Read(t.Context(), Input{Name: "long", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(string(generated(spdxYAMLOf, n)))), nil
	}}, opt, func(r Record) error {
		if _, ok := r.(Component); ok {
			read++
		}
		return nil
	})
	if err != nil || read != n {
		t.Errorf("YAML: %d of %d packages, %v", read, n, err)
	}
}

// TestSPDXMakers reads who is behind a package as documents write it.
func TestSPDXMakers(t *testing.T) {
	for text, want := range map[string]string{
		"Organization: Acme (mail@example.com)": "Acme", "Organization: Acme ()": "Acme", "Organization: Acme (Shenzhen) Co.": "Acme (Shenzhen) Co.",
		"Organization: Acme: Networks": "Acme: Networks", "Person: Jane Doe": "Jane Doe", "organization : Acme": "Acme", "Acme": "Acme",
		"NOASSERTION": "", "NONE": "", "noassertion": "", "Organization: NOASSERTION": "", "Organization: ": "", "Person: none ()": "", "Tool: scanner": "",
	} {
		got := readInput(t, textInput("makers", spdxText(fmt.Sprintf(`"packages":[{"SPDXID":"SPDXRef-0","name":"a","supplier":%q,"originator":%q}]`, text, text))), Options{})
		if c := got.Products[0].Components[0]; got.Error != "" || c.Supplier != want || c.Manufacturer != want {
			t.Errorf("%q: %q and %q, want %q", text, c.Supplier, c.Manufacturer, want)
		}
	}
}

// TestSPDXVersions reads the versions that are read alike.
func TestSPDXVersions(t *testing.T) {
	for _, version := range []string{"2.1", "2.2", "2.2.1", "2.2.2", "2.3", "2.3.1"} {
		for _, text := range []string{"SPDXVersion: SPDX-" + version + "\nPackageName: a\nSPDXID: SPDXRef-a\n", `{"spdxVersion":"SPDX-` + version + `","packages":[{"SPDXID":"SPDXRef-a","name":"a"}]}`} {
			if got := readInput(t, textInput("bom", text), Options{}); got.Error != "" || got.Version != version || got.Counts["components"] != 1 {
				t.Errorf("%s: read as %q, %s", version, got.Version, got.Error)
			}
		}
	}
}

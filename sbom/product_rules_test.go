package sbom

import (
	"strings"
	"testing"

	"github.com/netvet/netvet"
)

// TestWhatTheProductIs reads documents that name their product in different ways, or
// not at all.
func TestWhatTheProductIs(t *testing.T) {
	const (
		switches = `"components":[{"type":"device","name":"S1","components":[{"type":"firmware","name":"os"}]},{"type":"device","name":"S2"}]`
		mixed    = `"components":[{"type":"device","name":"S1"},{"type":"library","name":"zlib"}]`
		router   = `"metadata":{"component":{"type":"device","name":"R1"}}`
	)
	spdx := func(members string) string {
		return `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"doc",` + members + `}`
	}
	const packages = `"packages":[{"SPDXID":"SPDXRef-a","name":"a"},{"SPDXID":"SPDXRef-b","name":"b"}]`
	describes := func(ids ...string) string {
		var list []string
		for _, id := range ids {
			list = append(list, `{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-`+id+`"}`)
		}
		return `"relationships":[` + strings.Join(list, ",") + `]`
	}
	tests := []struct{ name, text, want string }{ // want: product(component component) ...
		{"described", cdxJSONText(router + "," + mixed), "R1(S1 zlib)"},
		{"described, devices only", cdxJSONText(router + "," + switches), "R1(os S1 S2)"},
		{"described last", cdxJSONText(switches + "," + router), "R1(os S1 S2)"},
		{"described last, mixed", cdxJSONText(mixed + "," + router), "R1(S1 zlib)"},
		{"not described", cdxJSONText(mixed), "bom.json(S1 zlib)"},
		{"not described, devices only", cdxJSONText(switches), "S1(os) S2()"},
		{"described by nothing", cdxJSONText(`"metadata":{},` + switches), "S1(os) S2()"},
		{"described without a name", cdxJSONText(`"metadata":{"component":{"type":"device"}},"components":[]`), "bom.json()"},
		{"nothing at all", cdxJSONText(`"version":1`), "bom.json()"},
		{"XML, devices only", cdxXMLText(`<components><component type="device"><name>S1</name><components><component type="firmware"><name>os</name></component></components></component><component type="device"><name>S2</name></component></components>`), "S1(os) S2()"},
		{"XML, not described", cdxXMLText(`<components><component type="device"><name>S1</name></component><component type="library"><name>zlib</name></component></components>`), "bom.json(S1 zlib)"},

		{"SPDX describes one", spdx(packages + "," + describes("a")), "a(b)"},
		{"SPDX describes one, said first", spdx(describes("a") + "," + packages), "a(b)"},
		{"SPDX describes one by documentDescribes", spdx(`"documentDescribes":["SPDXRef-b"],` + packages), "b(a)"},
		{"SPDX describes one by documentDescribes, said last", spdx(packages + `,"documentDescribes":["SPDXRef-b"]`), "b(a)"},
		{"SPDX is described by one", spdx(packages + `,"relationships":[{"spdxElementId":"SPDXRef-b","relationshipType":"DESCRIBED_BY","relatedSpdxElement":"SPDXRef-DOCUMENT"}]`), "b(a)"},
		{"SPDX describes none", spdx(packages), "doc(a b)"},
		{"SPDX describes two", spdx(packages + "," + describes("a", "b")), "doc(a b)"},
		{"SPDX describes two by documentDescribes", spdx(`"documentDescribes":["SPDXRef-a","SPDXRef-b"],` + packages), "doc(a b)"},
		{"SPDX describes one twice", spdx(packages + "," + describes("a", "a")), "a(b)"},
		{"SPDX describes a package and a file", spdx(packages + `,"files":[{"SPDXID":"SPDXRef-f","fileName":"f"}],` + describes("f", "b")), "b(a)"},
		{"SPDX describes a file only", spdx(packages + `,"files":[{"SPDXID":"SPDXRef-f","fileName":"f"}],` + describes("f")), "doc(a b)"},
		{"SPDX describes what is not there", spdx(packages + "," + describes("gone")), "doc(a b)"},
		{"SPDX of files", spdx(`"files":[{"SPDXID":"SPDXRef-f","fileName":"f"}]`), "doc(f)"},
		{"SPDX of files before packages", spdx(`"files":[{"SPDXID":"SPDXRef-f","fileName":"f"}],` + packages), "doc(a b)"},
		{"SPDX without a name", `{"spdxVersion":"SPDX-2.2","SPDXID":"SPDXRef-DOCUMENT"}`, "bom.json()"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := readInput(t, textInput("folder/bom.json", test.text), Options{})
			if got.Error != "" {
				t.Fatal(got.Error)
			}
			var products []string
			for _, p := range got.Products {
				var parts []string
				for _, c := range p.Components {
					parts = append(parts, c.Name)
				}
				products = append(products, p.Product.Name+"("+strings.Join(parts, " ")+")")
			}
			if text := strings.Join(products, " "); text != test.want {
				t.Errorf("%s, want %s", text, test.want)
			}
			if many := len(got.Products) > 1; many != (len(got.Notes) > 0) {
				t.Errorf("%d products, notes %q", len(got.Products), got.Notes)
			}
		})
	}
}

// TestProductIsKnownEarly makes sure that nothing waits when the product is known or
// can be none but the document.
func TestProductIsKnownEarly(t *testing.T) {
	for _, members := range []string{
		`"metadata":{"component":{"type":"device","name":"R1"}},"components":[{"type":"device","name":"S1"},{"type":"device","name":"S2"}]`,
		`"components":[{"type":"library","name":"a"},{"type":"device","name":"S2"}]`,
	} {
		src := &Stream{Name: "bom", Reader: strings.NewReader(cdxJSONText(members)), Options: Options{}.withDefaults()}
		r := newCDXJSON(src, nil)
		r.doc.emit = func(Record) error {
			if len(r.doc.held) > 1 {
				t.Errorf("%s: %d records are held", members, len(r.doc.held))
			}
			return nil
		}
		r.doc.faults.emit = r.doc.emit
		if _, err := r.read(); err != nil {
			t.Error(err)
		}
	}
}

func TestWhoMadeTheProduct(t *testing.T) {
	tests := []struct{ metadata, manufacturer, vendor string }{
		{`"component":{"name":"p","manufacturer":{"name":"M"},"supplier":{"name":"S"},"publisher":"P"}`, "M", "S"},
		{`"component":{"name":"p","supplier":{"name":"S"},"publisher":"P"}`, "S", "S"},
		{`"component":{"name":"p","publisher":"P"}`, "P", ""},
		{`"component":{"name":"p","author":"A"}`, "", ""},
		{`"component":{"name":"p","supplier":{"name":"S"}},"manufacture":{"name":"M"}`, "M", "S"},
		{`"component":{"name":"p"},"supplier":{"name":"S"},"manufacturer":{"name":"B"}`, "S", "S"},
		{`"component":{"name":"p"},"manufacturer":{"name":"B"}`, "B", ""},
		{`"manufacture":{"name":"M"},"supplier":{"name":"S"}`, "M", "S"},
	}
	for _, test := range tests {
		got := readInput(t, textInput("bom", cdxJSONText(`"metadata":{`+test.metadata+`}`)), Options{})
		p := got.Products[0].Product
		if p.Manufacturer != test.manufacturer || p.Vendor != test.vendor {
			t.Errorf("%s: made by %q, sold by %q", test.metadata, p.Manufacturer, p.Vendor)
		}
	}
}

func TestAggregate(t *testing.T) {
	const head = `"metadata":{"component":{"type":"device","bom-ref":"p","name":"p"}},"components":[{"type":"library","bom-ref":"a","name":"a"},{"type":"library","bom-ref":"b","name":"b"}],"compositions":[`
	tests := []struct{ compositions, want string }{
		{``, ""},
		{`{"aggregate":"complete"}`, "complete"},
		{`{"aggregate":"complete","assemblies":["p"]}`, "complete"},
		{`{"aggregate":"complete","dependencies":["p"]}`, "complete"},
		{`{"aggregate":"complete","assemblies":["a"]}`, ""},
		{`{"aggregate":"complete","assemblies":["a","b"]}`, "complete"},
		{`{"aggregate":"complete","assemblies":["a"]},{"aggregate":"complete","assemblies":["b"]}`, "complete"},
		{`{"aggregate":"complete","assemblies":["p"]},{"aggregate":"incomplete","assemblies":["a"]}`, "incomplete"},
		{`{"aggregate":"incomplete_third_party_only","assemblies":["a"]}`, "incomplete_third_party_only"},
		{`{"aggregate":"complete","assemblies":["p"]},{"aggregate":"unknown"}`, "unknown"},
		{`{"aggregate":"complete","vulnerabilities":["p"]}`, ""},
		{`{"aggregate":"not_specified"}`, "not_specified"},
	}
	for _, test := range tests {
		got := readInput(t, textInput("bom", cdxJSONText(head+test.compositions+`]`)), Options{})
		if aggregate := got.Products[0].Product.BOM.Aggregate; aggregate != test.want || got.Error != "" {
			t.Errorf("%s: %q, want %q %s", test.compositions, aggregate, test.want, got.Error)
		}
	}
}

func TestStatements(t *testing.T) {
	const head = `"components":[{"type":"library","bom-ref":"a","name":"zlib","version":"1.3"}],"vulnerabilities":[`
	tests := []struct {
		vulnerability string
		want          netvet.Vulnerability
	}{
		{`{"id":"V"}`, netvet.Vulnerability{}},
		{`{"id":"V","affects":[{"ref":"a"}]}`, netvet.Vulnerability{Ref: "a", Component: "zlib", Version: "1.3"}},
		{`{"id":"V","analysis":{"state":"exploitable"}}`, netvet.Vulnerability{State: "affected"}},
		{`{"id":"V","analysis":{"state":"in_triage"}}`, netvet.Vulnerability{State: "possibly-affected"}},
		{`{"id":"V","analysis":{"state":"false_positive"}}`, netvet.Vulnerability{State: "not-affected"}},
		{`{"id":"V","analysis":{"state":"resolved_with_pedigree"}}`, netvet.Vulnerability{State: "fixed"}},
		{`{"id":"V","affects":[{"ref":"a","versions":[{"version":"1.2"}]}]}`, netvet.Vulnerability{Ref: "a", Component: "zlib", Version: "1.2", State: "affected"}},
		{`{"id":"V","affects":[{"ref":"a","versions":[{"version":"1.2","status":"unaffected"},{"range":"vers:x/<1","status":"affected"}]}]}`, netvet.Vulnerability{Ref: "a", Component: "zlib", Version: "1.3", State: "affected"}},
		{`{"id":"V","affects":[{"ref":"a","versions":[{"version":"1.2","status":"unknown"}]}],"analysis":{"state":"not_affected"}}`, netvet.Vulnerability{Ref: "a", Component: "zlib", Version: "1.2", State: "not-affected"}},
		{`{"id":"V","affects":[{"ref":"urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#x"}]}`, netvet.Vulnerability{Ref: "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#x"}},
		{`{"id":"V","ratings":[{"severity":"high"},{"severity":"low"}]}`, netvet.Vulnerability{Severity: "high"}},
		{`{"id":"V","ratings":[{"severity":"critical"},{"score":7.5,"severity":"high"}]}`, netvet.Vulnerability{Severity: "high", Score: 7.5}},
		{`{"id":"V","ratings":[{"score":7.5,"severity":"unknown"}]}`, netvet.Vulnerability{Score: 7.5}},
	}
	for _, test := range tests {
		got := readInput(t, textInput("bom", cdxJSONText(head+test.vulnerability+`]`)), Options{})
		if got.Error != "" || len(got.Gaps) > 0 || len(got.Products[0].Statements) != 1 {
			t.Errorf("%s: %s %v", test.vulnerability, got.Error, got.Gaps)
			continue
		}
		s := got.Products[0].Statements[0]
		w := test.want
		if s.Ref != w.Ref || s.Component != w.Component || s.Version != w.Version || s.State != w.State || s.Severity != w.Severity || s.Score != w.Score {
			t.Errorf("%s: %+v", test.vulnerability, s)
		}
	}
}

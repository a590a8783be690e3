package scanner

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/google/go-cmp/cmp"
	"github.com/netvet/netvet"
)

// TestSameBOMSameRegister scans one bill of materials in other encodings, with other
// white space and in another order. What is found and how it scores must be the same.
func TestSameBOMSameRegister(t *testing.T) {
	s := testScanner(t, "cn-ciio")
	s.All = true
	for name, bom := range metamorphicBOMs(t) {
		t.Run(name, func(t *testing.T) {
			want := concluded(t, scan(t, s, in("same", encodeBOM(t, bom, cdx.BOMFileFormatJSON, false))))
			for form, text := range map[string]string{
				"JSON with white space":  encodeBOM(t, bom, cdx.BOMFileFormatJSON, true),
				"XML":                    encodeBOM(t, bom, cdx.BOMFileFormatXML, false),
				"XML with white space":   encodeBOM(t, bom, cdx.BOMFileFormatXML, true),
				"JSON in another order":  encodeBOM(t, shuffled(t, bom, 1), cdx.BOMFileFormatJSON, false),
				"XML in another order":   encodeBOM(t, shuffled(t, bom, 2), cdx.BOMFileFormatXML, true),
				"keys in another order":  reordered(t, encodeBOM(t, bom, cdx.BOMFileFormatJSON, false)),
				"JSON in a third order":  encodeBOM(t, shuffled(t, bom, 3), cdx.BOMFileFormatJSON, true),
				"JSON by way of the XML": encodeBOM(t, decodeBOM(t, encodeBOM(t, bom, cdx.BOMFileFormatXML, false), cdx.BOMFileFormatXML), cdx.BOMFileFormatJSON, false),
			} {
				if diff := cmp.Diff(want, concluded(t, scan(t, s, in("same", text)))); diff != "" {
					t.Errorf("%s:\n%s", form, diff)
				}
			}
		})
	}
}

// metamorphicBOMs are bills of materials of our own: those in testdata, and one made
// up of what rules ask for.
func metamorphicBOMs(t *testing.T) map[string]*cdx.BOM {
	t.Helper()
	boms := map[string]*cdx.BOM{"made up": madeUpBOM()}
	for _, file := range []string{"cyclonedx-json/array.json", "cyclonedx-json/declared.json"} {
		text, err := os.ReadFile("../testdata/inventory/" + file)
		if err != nil {
			t.Fatal(err)
		}
		boms[filepath.Base(file)] = decodeBOM(t, string(text), cdx.BOMFileFormatJSON)
	}
	return boms
}

// madeUpBOM has parts of many makers, versions, licences and kinds, parts in parts,
// services and statements.
func madeUpBOM() *cdx.BOM {
	makers := []string{"Cisco Systems", "Micron Technology, Inc.", "Huawei Technologies Co., Ltd.", "American Megatrends", "Nobody Known GmbH"}
	names := []string{"OpenSSL", "MegaRAC SP-X", "BusyBox", "Linux kernel", "U-Boot", "Intel Management Engine", "telnetd", "zlib", "PM7450", "log4j-core"}
	kinds := []cdx.ComponentType{cdx.ComponentTypeLibrary, cdx.ComponentTypeFirmware, cdx.ComponentTypeDevice, cdx.ComponentTypeApplication, cdx.ComponentTypeOS}
	var parts []cdx.Component
	for i := range 60 {
		c := cdx.Component{BOMRef: "c" + string(rune('0'+i/10)) + string(rune('0'+i%10)), Type: kinds[i%len(kinds)], Name: names[i%len(names)], Version: "1." + string(rune('0'+i%7))}
		c.Supplier = &cdx.OrganizationalEntity{Name: makers[i%len(makers)]}
		if i%3 == 0 {
			c.Licenses = &cdx.Licenses{{License: &cdx.License{ID: "MIT"}}, {License: &cdx.License{Name: "Proprietary"}}}
			c.PackageURL = "pkg:generic/" + strings.ToLower(strings.ReplaceAll(c.Name, " ", "-")) + "@" + c.Version
		}
		if i%4 == 0 {
			c.Components = &[]cdx.Component{{BOMRef: c.BOMRef + "-in", Type: cdx.ComponentTypeFirmware, Name: "inner firmware", Version: c.Version}}
			c.ExternalReferences = &[]cdx.ExternalReference{{Type: cdx.ERTypeVCS, URL: "https://git.example/" + c.BOMRef}, {Type: cdx.ERTypeAttestation, URL: "https://example.com/a"}}
		}
		parts = append(parts, c)
	}
	yes, no, score := true, false, 9.8
	bom := cdx.NewBOM()
	bom.SerialNumber = ""
	bom.Metadata = &cdx.Metadata{Component: &cdx.Component{BOMRef: "product", Type: cdx.ComponentTypeDevice, Name: "Array 9", Version: "1", Manufacturer: &cdx.OrganizationalEntity{Name: "Dell Inc."}}}
	bom.Components = &parts
	bom.Services = &[]cdx.Service{
		{BOMRef: "s1", Name: "telemetry", Endpoints: &[]string{"https://t.example"}, Authenticated: &no, CrossesTrustBoundary: &yes, Data: &[]cdx.DataClassification{{Flow: cdx.DataFlowOutbound, Classification: "PII"}}},
		{BOMRef: "s2", Name: "api", Authenticated: &yes, CrossesTrustBoundary: &no},
	}
	bom.Dependencies = &[]cdx.Dependency{{Ref: "product", Dependencies: &[]string{"c00", "c01"}}, {Ref: "c00", Dependencies: &[]string{"c02"}}}
	bom.Compositions = &[]cdx.Composition{{Aggregate: cdx.CompositionAggregateIncomplete, Assemblies: &[]cdx.BOMReference{"product"}}}
	bom.Vulnerabilities = &[]cdx.Vulnerability{
		{ID: "CVE-2099-0001", Ratings: &[]cdx.VulnerabilityRating{{Score: &score, Severity: cdx.SeverityCritical}}, Affects: &[]cdx.Affects{{Ref: "c00"}, {Ref: "c03"}}},
		{ID: "CVE-2099-0002", Analysis: &cdx.VulnerabilityAnalysis{State: cdx.IASNotAffected}, Affects: &[]cdx.Affects{{Ref: "c05"}}},
	}
	return bom
}

func encodeBOM(t *testing.T, bom *cdx.BOM, format cdx.BOMFileFormat, pretty bool) string {
	t.Helper()
	var b bytes.Buffer
	if err := cdx.NewBOMEncoder(&b, format).SetPretty(pretty).EncodeVersion(bom, cdx.SpecVersion1_6); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func decodeBOM(t *testing.T, text string, format cdx.BOMFileFormat) *cdx.BOM {
	t.Helper()
	bom := new(cdx.BOM)
	if err := cdx.NewBOMDecoder(strings.NewReader(text), format).Decode(bom); err != nil {
		t.Fatal(err)
	}
	bom.BOMFormat = cdx.BOMFormat // XML has no word for it
	return bom
}

// shuffled puts everything in another order that has none: components at each level,
// services, statements, dependencies and references.
func shuffled(t *testing.T, bom *cdx.BOM, seed uint64) *cdx.BOM {
	t.Helper()
	out := decodeBOM(t, encodeBOM(t, bom, cdx.BOMFileFormatJSON, false), cdx.BOMFileFormatJSON)
	r := rand.New(rand.NewPCG(seed, 0))
	shuffleComponents(r, out.Components)
	shuffleList(r, out.Services)
	shuffleList(r, out.Vulnerabilities)
	shuffleList(r, out.Dependencies)
	shuffleList(r, out.Compositions)
	return out
}

func shuffleList[T any](r *rand.Rand, list *[]T) {
	if list != nil {
		r.Shuffle(len(*list), func(i, j int) { (*list)[i], (*list)[j] = (*list)[j], (*list)[i] })
	}
}

func shuffleComponents(r *rand.Rand, list *[]cdx.Component) {
	if list == nil {
		return
	}
	shuffleList(r, list)
	for i := range *list {
		shuffleList(r, (*list)[i].ExternalReferences)
		shuffleList(r, (*list)[i].Properties)
		shuffleComponents(r, (*list)[i].Components)
	}
}

// reordered writes the members of every object in the order of their names.
func reordered(t *testing.T, text string) string {
	t.Helper()
	var tree any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	return string(marshal(t, tree))
}

// concluded is a register without the places at which something was read.
func concluded(t *testing.T, r *netvet.Register) any {
	t.Helper()
	var tree map[string]any
	if err := json.Unmarshal(marshal(t, r), &tree); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"inputs", "gaps"} {
		delete(tree, key) // hashes and places
	}
	delete(tree["summary"].(map[string]any), "gaps")
	return withoutOrder(withoutPlaces(tree))
}

// withoutPlaces drops what only says where, and in which encoding, something was
// read.
func withoutPlaces(v any) any {
	switch v := v.(type) {
	case map[string]any:
		// The library writes the references inside declarations as attributes of
		// XML, where the schema of CycloneDX has text.
		for _, key := range []string{"pointer", "sources", "record", "attestations"} {
			delete(v, key)
		}
		if format, ok := v["source"].(string); ok && strings.HasPrefix(format, "cyclonedx-") {
			delete(v, "source")
		}
		for key, value := range v {
			v[key] = withoutPlaces(value)
		}
	case []any:
		for i := range v {
			v[i] = withoutPlaces(v[i])
		}
	}
	return v
}

// withoutOrder sorts the findings of the register: products and risks have an order
// of their own.
func withoutOrder(v any) any {
	tree := v.(map[string]any)
	if list, ok := tree["findings"].([]any); ok {
		key := func(f any) string { b, _ := json.Marshal(f); return string(b) }
		slices.SortFunc(list, func(a, b any) int { return strings.Compare(key(a), key(b)) })
	}
	return tree
}

package sbom

import (
	"fmt"
	"strings"
	"testing"
)

func FuzzCSAF(f *testing.F) {
	fuzzFormat(f, csafJSON(), `{"document":{"csaf_version":"2.0"},"vulnerabilities":[{"cve":"a","product_status":{"fixed":["b",null,3]}},null]}`,
		`{"document":{"csaf_version":"2.1"},"product_tree":{"relationships":[{"product_reference":"a","relates_to_product_reference":"a","full_product_name":{"product_id":"a"}}]},"vulnerabilities":[{"title":"t","product_status":{"fixed":["a"]}}]}`)
}

func TestCSAFFaults(t *testing.T) {
	wantFacts(t, csafJSON(), `{"document":{}}`, "error | read in: the document has no csaf_version: which version of CSAF it follows is not known")
	wantFacts(t, csafJSON(), `{"document":{"csaf_version":"1.2"}}`, `error | read in: CSAF version "1.2" is not supported: expected 2.0 or 2.1`)
	wantFacts(t, csafJSON(), `{"document":{"csaf_version":"2.0"}}`, "gap | /vulnerabilities | the advisory states of no product whether a vulnerability affects it")
	wantFacts(t, csafJSON(), `{"document":{"csaf_version":"2.0","CSAF_VERSION":"2.1"}}`,
		`error | read in: /document/CSAF_VERSION: keys "csaf_version" and "CSAF_VERSION" differ only in case, with values "2.0" and "2.1" (byte 48): tools disagree on which counts; correct the file, or use --lenient to take the first`)
}

// TestDetectCSAF claims what has the version or the product tree of CSAF, and no
// bill of materials that has them too.
func TestDetectCSAF(t *testing.T) {
	for text, want := range map[string]float64{
		`{"document":{"title":"t","csaf_version":"2.0"`:                        1,
		`{"product_tree":{"branches":[`:                                        0.9,
		`{"product_tree":{}}`:                                                  0,
		`{"document":{"x":{"csaf_version":"2.0"}}}`:                            0,
		`{"csaf_version":"2.0"}`:                                               0,
		`{"document":{"csaf_version":"2.0"},"bomFormat":"CycloneDX"}`:          0,
		`{"spdxVersion":"SPDX-2.3","document":{"csaf_version":"2.0"}}`:         0,
		`{"bomFormat":"CycloneDX","properties":[{"name":"\"csaf_version\""}]}`: 0,
		`[{"document":{"csaf_version":"2.0"}}]`:                                0,
	} {
		if got := csafJSON().Detect(Sample{Head: []byte(text)}); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// TestCSAFGroupsBounded lets many flags speak of a large group: the work is
// bounded.
func TestCSAFGroupsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"document":{"csaf_version":"2.0"},"product_tree":{"product_groups":[{"group_id":"g","product_ids":["p"`)
	b.WriteString(strings.Repeat(`,"p"`, 20_000))
	b.WriteString(`]}]},"vulnerabilities":[{"cve":"CVE-2026-1","flags":[{"label":"a","group_ids":["g"]}`)
	b.WriteString(strings.Repeat(`,{"label":"a","group_ids":["g"]}`, 20_000))
	b.WriteString(`]}]}`)
	wantFacts(t, csafJSON(), b.String(), fmt.Sprintf("error | read in: more than %d entries in one document: raise --max-components to read it", DefaultMaxComponents))
}

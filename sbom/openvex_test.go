package sbom

import (
	"testing"
)

func FuzzOpenVEX(f *testing.F) {
	fuzzFormat(f, openVEX(), `{"@context":"https://openvex.dev/ns","statements":[{"vulnerability":7,"products":[null,{"subcomponents":[{"subcomponents":["a"]}]}],"status":"fixed"}]}`)
}

func TestOpenVEXFaults(t *testing.T) {
	wantFacts(t, openVEX(), `{"@context":"https://openvex.dev/ns/v0.2.0","statements":[]}`, "gap | /statements | the document states nothing")
	wantFacts(t, openVEX(), `{"author":"a"}`, "error | read in: the document has neither the context of OpenVEX nor statements")
	wantFacts(t, openVEX(), `{"@context":"https://openvex.dev/ns","statements":[7,{"vulnerability":"V","products":[{"@id":"p","subcomponents":[{"@id":"a","subcomponents":[{"@id":"b"}]}]}],"status":"fixed"}]}`,
		"advisory | p | V | status=fixed; component=a", "advisory | p | V | status=fixed; component=b",
		"gap | /statements/0 | is a number, expected an object")
}

// TestDetectOpenVEX claims what has the context or is of the form of OpenVEX, and
// no bill of materials that quotes either.
func TestDetectOpenVEX(t *testing.T) {
	for text, want := range map[string]float64{
		`{"@context":"https://openvex.dev/ns/v0.2.0"`:                                                             1,
		`{"author":"a","statements":[{"status":"fixed","vulnerability":"v"}]}`:                                    0.9,
		`{"author":"a","statements":[{"status":"open","vulnerability":"v"}]}`:                                     0,
		`{"@context":"https://example.com","statements":[{"status":"fixed","vulnerability":"v"}]}`:                0,
		`{"@context":"https://openvex.dev/ns","bomFormat":"CycloneDX"}`:                                           0,
		`{"bomFormat":"CycloneDX","@context":"https://openvex.dev/ns"}`:                                           0,
		`{"x":{"@context":"https://openvex.dev/ns"}}`:                                                             0,
		`{"statements":[{"status":"fixed","vulnerability":"v"}],"bomFormat":"CycloneDX","specVersion":"1.6"}`:     0,
		`{"@context":"https://openvex.dev/ns","statements":[{"status":"fixed","vulnerability":"v","products":["a`: 1,
	} {
		if got := openVEX().Detect(Sample{Head: []byte(text)}); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

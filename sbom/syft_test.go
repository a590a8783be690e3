package sbom

import (
	"strings"
	"testing"
)

func FuzzSyft(f *testing.F) { fuzzFormat(f, syftJSON(), `{"artifacts":null,"source":{"target":"x"}}`) }

func TestDetectSyft(t *testing.T) {
	const artifact = `{"id":"a","name":"b","foundBy":"c","locations":[],"cpes":[]}`
	tests := []struct {
		name, text string
		want       bool
	}{
		{"by the first artifact", `{"artifacts":[` + artifact, true},
		{"by the relationships before", `{"artifactRelationships":[{"parent":"a"`, true},
		{"by the schema", `{"artifacts":[],"schema":{"url":"https://raw.githubusercontent.com/anchore/syft/main/schema/json/schema-1.json"}}`, true},
		{"a report of Grype", `{"matches":[{"artifact":` + artifact + `}],"artifacts":[` + artifact + `]}`, false},
		{"artifacts of something else", `{"total_count":1,"artifacts":[{"id":1,"name":"build"}]}`, false},
		{"CycloneDX", `{"bomFormat":"CycloneDX","artifacts":[` + artifact + `]}`, false},
	}
	for _, test := range tests {
		if sure := detectSyft(Sample{Head: []byte(test.text)}); sure > 0 != test.want {
			t.Errorf("%s: %v", test.name, sure)
		}
	}
}

func TestSyftRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no artifacts", `{"source":{}}`, `no list "artifacts"`},
		{"artifacts that are no list", `{"artifacts":{}}`, "/artifacts is an object, expected an array"},
		{"a key twice", `{"artifacts":[{"name":"a","name":"b"}]}`, `key "name" is given twice`},
		{"an array", `[]`, "expected an object"},
	}
	for _, test := range tests {
		opt := Options{}
		opt.Format = "syft-json"
		if got := readInput(t, textInput("bad", test.text), opt); !strings.Contains(got.Error, test.want) {
			t.Errorf("%s: error %q does not say %q", test.name, got.Error, test.want)
		}
	}
}

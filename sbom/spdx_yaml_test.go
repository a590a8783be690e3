package sbom

import (
	"strings"
	"testing"
)

func FuzzSPDXYAML(f *testing.F) {
	fuzzFormat(f, spdxYAML(), "spdxVersion: SPDX-2.3\npackages: &a [*a]\n", "spdxVersion: SPDX-2.3\nspdxVersion: SPDX-2.2\n")
}

func TestSPDXYAMLRefuses(t *testing.T) {
	bomb := "spdxVersion: SPDX-2.3\npackages: [{packageVerificationCode: {x: &a [x, x, x, x, x, x, x, x, x]"
	for i := 'b'; i < 'k'; i++ {
		bomb += ", " + string(i) + ": &" + string(i) + " [" + strings.TrimSuffix(strings.Repeat("*"+string(i-1)+", ", 9), ", ") + "]"
	}
	tests := []struct{ name, text, want string }{
		{"a key twice", "spdxVersion: SPDX-2.3\nname: a\nname: b\n", `line 3: mapping key "name" already defined at line 2`},
		{"a key twice in a package", "spdxVersion: SPDX-2.3\npackages:\n- name: a\n  supplier: b\n  supplier: c\n", `line 5: mapping key "supplier" already defined at line 4`},
		{"two documents", "spdxVersion: SPDX-2.3\n---\nspdxVersion: SPDX-2.3\n", "more than one YAML document"},
		{"an alias bomb", bomb + "}}]\n", "nothing real is that large"},
		{"no version", "SPDXID: SPDXRef-DOCUMENT\npackages: []\n", "no spdxVersion"},
		{"SPDX 3", "spdxVersion: SPDX-3.0\n", "SPDX 3.0 is not supported"},
		{"broken", "spdxVersion: SPDX-2.3\npackages: [\n", "line "},
		{"not UTF-8", "spdxVersion: SPDX-2.3\nname: M\xfcller\n", "at byte 29: invalid UTF-8"},
	}
	for _, test := range tests {
		opt := Options{}
		opt.Format = "spdx-yaml"
		if got := readInput(t, textInput("bad", test.text), opt); !strings.Contains(got.Error, test.want) {
			t.Errorf("%s: error %q does not say %q", test.name, got.Error, test.want)
		}
	}
}

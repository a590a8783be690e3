package sbom

import (
	"strings"
	"testing"

	"github.com/netvet/netvet"
	"github.com/package-url/packageurl-go"
	"pgregory.net/rapid"
)

func TestNormalIdentifier(t *testing.T) {
	tests := []struct {
		scheme      netvet.IdentifierType
		value, want string // want is empty for a value that is none of the scheme
	}{
		{netvet.IDPurl, "pkg:npm/%40angular/core@17.0.0", "pkg:npm/%40angular/core@17.0.0"},
		{netvet.IDPurl, "pkg:deb/debian/curl@8.5.0-2?arch=amd64&distro=debian-12", "pkg:deb/debian/curl@8.5.0-2?arch=amd64&distro=debian-12"},
		{netvet.IDPurl, "pkg:golang/github.com/a/b@v1.0.0#cmd/x", "pkg:golang/github.com/a/b@v1.0.0#cmd/x"},
		{netvet.IDPurl, "pkg:NPM/left-pad@1.3.0", "pkg:npm/left-pad@1.3.0"},
		{netvet.IDPurl, "pkg:npm", ""},
		{netvet.IDPurl, "npm/core", ""},
		{netvet.IDPurl, "https://example.com", ""},
		{netvet.IDPurl, "pkg:generic/" + strings.Repeat("a", maxPurl), ""},
		{netvet.IDCPE, "cpe:2.3:h:cisco:catalyst_9300:-:*:*:*:*:*:*:*", "cpe:2.3:h:cisco:catalyst_9300:-:*:*:*:*:*:*:*"},
		{netvet.IDCPE, `cpe:2.3:a:foo\:bar:big\:thing:1:*:*:*:*:*:*:*`, `cpe:2.3:a:foo\:bar:big\:thing:1:*:*:*:*:*:*:*`},
		{netvet.IDCPE, "cpe:/o:huawei:s5700_firmware:v200r005", "cpe:/o:huawei:s5700_firmware:v200r005"},
		{netvet.IDCPE, "cpe:2.3:a:foo:bar", ""},
		{netvet.IDCPE, "cpe:2.3:x:foo:bar:1:*:*:*:*:*:*:*", ""},
		{netvet.IDCPE, "cpe:/z:foo", ""},
		{netvet.IDMAC, "0C:42:A1:00:00:2A", "0c42a100002a"},
		{netvet.IDMAC, "0c42.a100.002a", "0c42a100002a"},
		{netvet.IDMAC, "00-00-00-00-00-00", ""},
		{netvet.IDMAC, "ff:ff:ff:ff:ff:ff", ""},
		{netvet.IDMAC, "0C:42:A1", ""},
		{netvet.IDMAC, "N/A", ""},
		{netvet.IDPCI, "15B3:1017", "15b31017"},
		{netvet.IDPCI, "0x15b3", "15b3"},
		{netvet.IDPCI, "0x15b3 0x1017", "15b31017"},
		{netvet.IDPCI, "ffff:ffff", ""},
		{netvet.IDPCI, "0000", ""},
		{netvet.IDPCI, "Intel", ""},
		{netvet.IDUSB, "0bda:8153", "0bda8153"},
		{netvet.IDJEP106, "1:2c", "1:2C"},
		{netvet.IDJEP106, "80CE", "1:4E"},
		{netvet.IDJEP106, "0x002C", "1:2C"},
		{netvet.IDJEP106, "0198", "2:18"},
		{netvet.IDJEP106, "0000", ""},
		{netvet.IDJEP106, "Samsung", ""},
		{netvet.IDSWID, "", ""},
	}
	for _, test := range tests {
		got, ok := normalIdentifier(test.scheme, test.value)
		if ok != (test.want != "") || ok && got != (netvet.Identifier{Type: test.scheme, Value: test.want}) {
			t.Errorf("%s %q: %q %v, want %q", test.scheme, test.value, got.Value, ok, test.want)
		}
	}
}

// TestPlainPurls makes sure that what is recognised at a glance is what the library
// takes for a package URL.
func TestPlainPurls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-zA-Z0-9.\-]{0,4}/[a-z/@?=&.+~\-]{0,12}([?@][a-z=&/@]{0,6})?`).Draw(t, "text")
		if isPlainPurl(text) {
			if _, err := packageurl.FromString("pkg:" + text); err != nil {
				t.Fatalf("%q is taken for a package URL: %v", text, err)
			}
		}
	})
}

// TestIdentifiersStayNormal makes sure that normalising twice is normalising once.
func TestIdentifiersStayNormal(t *testing.T) {
	schemes := []netvet.IdentifierType{netvet.IDMAC, netvet.IDPCI, netvet.IDUSB, netvet.IDJEP106}
	rapid.Check(t, func(t *rapid.T) {
		scheme := rapid.SampledFrom(schemes).Draw(t, "scheme")
		value := rapid.StringMatching(`(0x)?[0-9a-fA-F:. \-]{0,20}`).Draw(t, "value")
		once, ok := normalIdentifier(scheme, value)
		if !ok {
			return
		}
		if twice, ok := normalIdentifier(scheme, once.Value); !ok || twice != once {
			t.Fatalf("%q becomes %q becomes %q", value, once.Value, twice.Value)
		}
	})
}

func TestHardwareProperties(t *testing.T) {
	for name, want := range map[string]string{
		"cdx:device:quantity":      "quantity",
		"cdx:device:serialNumber":  "serial",
		"Serial Number":            "serial",
		"manufacturer part number": "part",
		"acme:hw:PartNumber":       "part",
		"cdx:device:macAddress":    "mac",
		"Country of Origin":        "origin",
		"cdx:device:function":      "",
		"syft:package:foundBy":     "",
		"":                         "",
	} {
		if got := hardwareProperty(name); got != want {
			t.Errorf("%q means %q, want %q", name, got, want)
		}
	}
}

func TestSPDXAgent(t *testing.T) {
	for text, want := range map[string][2]string{
		"Organization: Red Hat":                         {"Organization", "Red Hat"},
		"Organization: Red Hat (secalert@redhat.com)":   {"Organization", "Red Hat"},
		"Organization: Example (China) Ltd":             {"Organization", "Example (China) Ltd"},
		"Organization: Example (China) (a@example.com)": {"Organization", "Example (China)"},
		"Person: Jane Doe ()":                           {"Person", "Jane Doe"},
		"Tool: syft-1.0":                                {"Tool", "syft-1.0"},
		"Organization:华为技术有限公司":                         {"Organization", "华为技术有限公司"},
		"Organization: NOASSERTION":                     {"Organization", ""},
		"NOASSERTION":                                   {"", ""},
		"NONE":                                          {"", ""},
		"":                                              {"", ""},
		"Acme Inc":                                      {"", "Acme Inc"},
	} {
		if kind, name := spdxAgent(text); kind != want[0] || name != want[1] {
			t.Errorf("%q: %q %q", text, kind, name)
		}
	}
}

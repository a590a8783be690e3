package sbom

import (
	"testing"

	"github.com/netvet/netvet"
)

func FuzzCycloneDXJSON(f *testing.F) {
	fuzzFormat(f, cyclonedxJSON(),
		cdxJSONText(`"components":[{"type":"library","name":"a","name":"b"}]`),
		cdxJSONText(`"metadata":{"component":{"name":"a"}},"components":[{"components":[{"type":"firmware"}]}]`),
	)
}

func FuzzSPDXJSON(f *testing.F) {
	fuzzFormat(f, spdxJSON(),
		`{"spdxVersion":"SPDX-2.3","packages":[{"name":"a","SPDXID":"SPDXRef-a"}],"documentDescribes":["SPDXRef-a"]}`,
	)
}

func FuzzCycloneDXXML(f *testing.F) {
	fuzzFormat(f, cyclonedxXML(),
		cdxXMLText(`<components><component type="library"><name>a</name><name>b</name></component></components>`),
		`<!DOCTYPE bom [<!ENTITY a "b">]><bom>&a;</bom>`,
	)
}

func FuzzSPDXTagValue(f *testing.F) {
	fuzzFormat(f, spdxTagValue(),
		"SPDXVersion: SPDX-2.3\rPackageName: a\r",
		"SPDXVersion: SPDX-2.3\nPackageName: a\nPackageComment: <text>b\nc</text>\nRelationship: a b c\n",
	)
}

// FuzzDetect lets any bytes be detected: that never fails but by an error.
func FuzzDetect(f *testing.F) {
	for _, s := range samples(f) {
		f.Add(s.data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		format, err := Detect(bytesInput("any", data), Options{})
		if (format == nil) == (err == nil) {
			t.Errorf("%v, %v", format, err)
		}
	})
}

func FuzzIdentifier(f *testing.F) {
	f.Add("pkg:npm/%40angular/core@17.0.0")
	f.Add(`cpe:2.3:a:foo\:bar:big\:thing:1:*:*:*:*:*:*:*`)
	f.Add("0C:42:A1:00:00:2A")
	f.Fuzz(func(t *testing.T, value string) {
		for _, scheme := range []netvet.IdentifierType{netvet.IDPurl, netvet.IDCPE, netvet.IDMAC, netvet.IDPCI, netvet.IDUSB, netvet.IDJEP106, netvet.IDSWID} {
			if id, ok := normalIdentifier(scheme, value); ok && (id.Value == "" || len(id.Value) > len(value)+4) {
				t.Errorf("%s %q becomes %q", scheme, value, id.Value)
			}
		}
	})
}

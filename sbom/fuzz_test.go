package sbom

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/netvet/netvet"
)

// The fuzz targets read any bytes as one format each. What holds for all of them: no
// panic, no hang; what is read does not depend on how the bytes arrive; what is read
// strictly is read leniently, and the same.

func FuzzCycloneDXJSON(f *testing.F) {
	fuzzReader(f, cyclonedxJSON(), []string{
		cdxJSONText(`"components":[{"type":"library","name":"a","name":"b"}]`),
		cdxJSONText(`"metadata":{"component":{"name":"a"}},"components":[{"components":[{"type":"firmware"}]}]`),
	})
}

func FuzzSPDXJSON(f *testing.F) {
	fuzzReader(f, spdxJSON(), []string{
		`{"spdxVersion":"SPDX-2.3","packages":[{"name":"a","SPDXID":"SPDXRef-a"}],"documentDescribes":["SPDXRef-a"]}`,
	})
}

func FuzzCycloneDXXML(f *testing.F) {
	fuzzReader(f, cyclonedxXML(), []string{
		cdxXMLText(`<components><component type="library"><name>a</name><name>b</name></component></components>`),
		`<!DOCTYPE bom [<!ENTITY a "b">]><bom>&a;</bom>`,
	})
}

func FuzzSPDXTagValue(f *testing.F) {
	fuzzReader(f, spdxTagValue(), []string{
		"SPDXVersion: SPDX-2.3\rPackageName: a\r",
		"SPDXVersion: SPDX-2.3\nPackageName: a\nPackageComment: <text>b\nc</text>\nRelationship: a b c\n",
	})
}

func fuzzReader(f *testing.F, format Format, seeds []string) {
	for _, file := range bomFiles(f) {
		if strings.Contains(file, "/"+format.Name+"/") {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	one := Options{Format: format.Name}
	f.Fuzz(func(t *testing.T, data []byte) {
		strict := readInput(t, bytesInput("same", data), one)
		pieces := bytesInput("same", data)
		pieces.Open = slowly(data)
		if diff := cmp.Diff(strict, readInput(t, pieces, one), cmp.AllowUnexported(readProduct{})); diff != "" {
			t.Errorf("read in pieces:\n%s", diff)
		}
		lenient := readInput(t, bytesInput("same", data), Options{Format: format.Name, Lenient: true})
		if strict.Error == "" {
			if diff := cmp.Diff(strict, lenient, cmp.AllowUnexported(readProduct{})); diff != "" {
				t.Errorf("read leniently:\n%s", diff)
			}
		}
		if strict.Error == "" && len(strict.Products) == 0 {
			t.Error("neither a product nor an error")
		}
	})
}

// slowly opens data so that it arrives byte by byte.
func slowly(data []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		return io.NopCloser(iotest.OneByteReader(bytes.NewReader(data))), nil
	}
}

// FuzzDetect lets any bytes be detected: that never fails but by an error.
func FuzzDetect(f *testing.F) {
	for _, file := range bomFiles(f) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
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

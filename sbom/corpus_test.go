package sbom

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"
	"github.com/spdx/tools-golang/tagvalue"
)

// corpus is the folder of real files beside the checkout.
const corpus = "../../shared/corpus"

// corpusRow is one line of the corpus's MANIFEST.csv.
type corpusRow struct{ path, format, expected string }

func corpusRows(t *testing.T) []corpusRow {
	t.Helper()
	file, err := os.Open(filepath.Join(corpus, "MANIFEST.csv"))
	if err != nil {
		t.Skipf("the corpus of real files is not at %s: %v", corpus, err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := make(map[string]int)
	for i, name := range rows[0] {
		column[name] = i
	}
	var list []corpusRow
	for _, row := range rows[1:] {
		list = append(list, corpusRow{row[column["path"]], row[column["format_version"]], row[column["expected"]]})
	}
	return list
}

func corpusInput(t *testing.T, row corpusRow) ([]byte, Input) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(corpus, row.path))
	if err != nil {
		t.Fatal(err)
	}
	return data, bytesInput(row.path, data)
}

var (
	cdxExpected  = regexp.MustCompile(`components\(recursive, without metadata\.component\)=(\d+)|components\(recursive\)=(\d+)`)
	spdxExpected = regexp.MustCompile(`packages=(\d+)`)
)

// TestCorpus reads every bill of materials of the corpus. One that is read must have
// as many components as the libraries of the formats and the manifest say; one that
// is not must say why.
func TestCorpus(t *testing.T) {
	read := 0
	for _, row := range corpusRows(t) {
		if !strings.HasPrefix(row.path, "sbom/") {
			continue
		}
		data, in := corpusInput(t, row)
		got := readInput(t, in, Options{})
		if got.Error != "" {
			t.Logf("%s (%s): %s", filepath.Base(row.path), row.format, strings.TrimPrefix(got.Error, "read "+row.path+": "))
			continue
		}
		if len(got.Products) == 0 {
			t.Errorf("%s: neither a product nor an error", row.path)
		}
		read++
		if !slices.Contains(bomFormats(), got.Format) {
			continue
		}
		count, libraryErr := libraryCount(got.Format, data)
		switch {
		case libraryErr != nil:
			t.Logf("%s: the library fails where %d components are read: %v", row.path, got.Counts["components"], libraryErr)
		case count != got.countAll():
			t.Errorf("%s: %d components, the library has %d", row.path, got.countAll(), count)
		}
		if want, ok := manifestCount(got.Format, row.expected); ok && want != got.countAll()-got.insideProduct() {
			t.Errorf("%s: %d components, the manifest has %d: %s", row.path, got.countAll()-got.insideProduct(), want, row.expected)
		}
	}
	if read < 300 {
		t.Errorf("only %d bills of materials were read", read)
	}
}

// countAll counts components, and for SPDX the package that is the product.
func (r *reading) countAll() int {
	n := 0
	for _, p := range r.Products {
		n += len(p.Components)
		if strings.HasPrefix(r.Format, "spdx") && len(p.Product.Sources) > 0 && p.Product.Sources[0].Record != "" {
			n++
		}
		if len(r.Products) > 1 {
			n++ // a device that is a product is a component of the document
		}
	}
	for _, p := range r.Products {
		for _, c := range p.Components {
			if strings.HasPrefix(r.Format, "spdx") && c.Type == "file" {
				n--
			}
		}
	}
	return n
}

// insideProduct counts the components inside metadata.component, which the manifest
// leaves out.
func (r *reading) insideProduct() int {
	n := 0
	for _, p := range r.Products {
		for _, c := range p.Components {
			if strings.HasPrefix(c.Pointer, "/metadata/component/") {
				n++
			}
		}
	}
	return n
}

func manifestCount(format, expected string) (int, bool) {
	pattern := cdxExpected
	if strings.HasPrefix(format, "spdx") {
		pattern = spdxExpected
	}
	match := pattern.FindStringSubmatch(expected)
	if match == nil {
		return 0, false
	}
	n, err := strconv.Atoi(match[1] + strings.Join(match[2:], ""))
	return n, err == nil
}

func libraryCount(format string, data []byte) (int, error) {
	switch format {
	case "cyclonedx-json", "cyclonedx-xml":
		kind := cdx.BOMFileFormatJSON
		if format == "cyclonedx-xml" {
			kind = cdx.BOMFileFormatXML
		}
		in, err := decodeText(bufio.NewReader(bytes.NewReader(data)), detectText(data))
		if err != nil {
			return 0, err
		}
		var bom cdx.BOM
		if err := cdx.NewBOMDecoder(in, kind).Decode(&bom); err != nil {
			return 0, err
		}
		n := countCDX(bom.Components)
		if bom.Metadata != nil && bom.Metadata.Component != nil {
			n += countCDX(bom.Metadata.Component.Components)
		}
		return n, nil
	}
	var doc v2_3.Document
	in, err := decodeText(bufio.NewReader(bytes.NewReader(data)), detectText(data))
	if err != nil {
		return 0, err
	}
	if format == "spdx-json" {
		err = spdxjson.ReadInto(in, &doc)
	} else {
		err = tagvalue.ReadInto(in, &doc)
	}
	return len(doc.Packages), err
}

func countCDX(list *[]cdx.Component) int {
	if list == nil {
		return 0
	}
	n := len(*list)
	for _, c := range *list {
		n += countCDX(c.Components)
	}
	return n
}

// TestCorpusConformance reads the conformance files of CycloneDX: what is valid must
// be read without a gap, what is invalid must be refused or reported.
func TestCorpusConformance(t *testing.T) {
	for _, row := range corpusRows(t) {
		if !strings.HasPrefix(row.path, "sbom/cdx-spec/") {
			continue
		}
		name := filepath.Base(row.path)
		_, in := corpusInput(t, row)
		got := readInput(t, in, Options{})
		reported := got.Error != "" || len(got.Gaps) > 0
		if strings.Contains(name, "_valid-") && reported {
			t.Errorf("%s is valid: %s %v", name, got.Error, got.Gaps)
		}
		if (strings.Contains(name, "_invalid-") || strings.Contains(row.expected, "SCHEMA-INVALID")) && !reported {
			t.Errorf("%s is invalid, which nobody is told", name)
		}
	}
}

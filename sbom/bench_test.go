package sbom

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/go-json-experiment/json/jsontext"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"
	"github.com/spdx/tools-golang/tagvalue"
	"github.com/xuri/excelize/v2"
)

// cycloneDXOf writes a CycloneDX 1.6 document of n components of about 1,165 bytes
// each: purl, supplier, two hashes, licence, two references, two properties, and
// dependencies.
func cycloneDXOf(b *bufio.Writer, n int) {
	b.WriteString(`{"$schema":"http://cyclonedx.org/schema/bom-1.6.schema.json","bomFormat":"CycloneDX","specVersion":"1.6","version":1,` +
		`"metadata":{"timestamp":"2026-01-02T03:04:05Z","component":{"type":"device","bom-ref":"product","name":"Array 9000","version":"4.2"}},"components":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(b, `{"type":"library","bom-ref":"pkg:deb/debian/lib-%[1]d@1.%[2]d.0-1?arch=amd64","supplier":{"name":"Maker %[3]d","url":["https://maker%[3]d.example.com/"]},`+
			`"group":"org.example.group%[3]d","name":"lib-%[1]d","version":"1.%[2]d.0-1","description":"A library that does one of many things, number %[1]d of them all",`+
			`"scope":"required","hashes":[{"alg":"SHA-256","content":"%064[1]x"},{"alg":"SHA-1","content":"%040[1]x"}],`+
			`"licenses":[{"license":{"id":"Apache-2.0"}}],"purl":"pkg:deb/debian/lib-%[1]d@1.%[2]d.0-1?arch=amd64&distro=debian-12",`+
			`"externalReferences":[{"type":"vcs","url":"https://git.example.com/group%[3]d/lib-%[1]d.git"},{"type":"website","url":"https://www.example.com/group%[3]d/lib-%[1]d/index.html"}],`+
			`"properties":[{"name":"example:package:foundBy","value":"dpkg-db-cataloger of the image"},{"name":"example:location:0:path","value":"/var/lib/dpkg/status.d/lib-%[1]d"}]}`,
			i, i%50, i%97)
	}
	b.WriteString(`],"dependencies":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(b, `{"ref":"pkg:deb/debian/lib-%[1]d@1.%[2]d.0-1?arch=amd64","dependsOn":["pkg:deb/debian/lib-%[3]d@1.%[4]d.0-1?arch=amd64"]}`,
			i, i%50, i/2, i/2%50)
	}
	b.WriteString(`]}`)
}

// spdxOf writes an SPDX 2.3 document of n packages with as much about each.
func spdxOf(b *bufio.Writer, n int) {
	b.WriteString(`{"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"array-9000",` +
		`"documentNamespace":"https://example.com/array-9000","creationInfo":{"created":"2026-01-02T03:04:05Z","creators":["Tool: example-1.0"]},"packages":[`)
	b.WriteString(`{"SPDXID":"SPDXRef-product","name":"Array 9000","versionInfo":"4.2","downloadLocation":"NOASSERTION","primaryPackagePurpose":"DEVICE"}`)
	for i := range n {
		fmt.Fprintf(b, `,{"SPDXID":"SPDXRef-Package-deb-lib-%[1]d","name":"lib-%[1]d","versionInfo":"1.%[2]d.0-1","supplier":"Organization: Maker %[3]d (mail@maker%[3]d.example.com)",`+
			`"originator":"Organization: Maker %[3]d","downloadLocation":"https://git.example.com/group%[3]d/lib-%[1]d.git","filesAnalyzed":false,"homepage":"https://www.example.com/group%[3]d/lib-%[1]d",`+
			`"checksums":[{"algorithm":"SHA256","checksumValue":"%064[1]x"},{"algorithm":"SHA1","checksumValue":"%040[1]x"}],"sourceInfo":"acquired package info from DPKG DB: /var/lib/dpkg/status",`+
			`"licenseConcluded":"NOASSERTION","licenseDeclared":"Apache-2.0","copyrightText":"NOASSERTION","description":"A library that does one of many things, number %[1]d of them all",`+
			`"externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:deb/debian/lib-%[1]d@1.%[2]d.0-1?arch=amd64"},`+
			`{"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:maker%[3]d:lib-%[1]d:1.%[2]d.0:*:*:*:*:*:*:*"}]}`,
			i, i%50, i%97)
	}
	b.WriteString(`],"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-product"}`)
	for i := range n {
		fmt.Fprintf(b, `,{"spdxElementId":"SPDXRef-product","relationshipType":"CONTAINS","relatedSpdxElement":"SPDXRef-Package-deb-lib-%d"}`, i)
	}
	b.WriteString(`]}`)
}

func cycloneDXXMLOf(b *bufio.Writer, n int) {
	b.WriteString(`<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1"><components>`)
	for i := range n {
		fmt.Fprintf(b, `<component type="library" bom-ref="lib-%[1]d"><supplier><name>Maker %[2]d</name></supplier><group>org.example.group%[2]d</group><name>lib-%[1]d</name>`+
			`<version>1.%[2]d.0</version><hashes><hash alg="SHA-256">%064[1]x</hash></hashes><licenses><license><id>Apache-2.0</id></license></licenses>`+
			`<purl>pkg:deb/debian/lib-%[1]d@1.%[2]d.0?arch=amd64</purl></component>`, i, i%97)
	}
	b.WriteString(`</components></bom>`)
}

func spdxTagValueOf(b *bufio.Writer, n int) {
	b.WriteString("SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: array-9000\n")
	for i := range n {
		fmt.Fprintf(b, "\nPackageName: lib-%[1]d\nSPDXID: SPDXRef-%[1]d\nPackageVersion: 1.%[2]d.0\nPackageSupplier: Organization: Maker %[2]d (mail@example.com)\nPackageDownloadLocation: NOASSERTION\n"+
			"PackageChecksum: SHA256: %064[1]x\nPackageLicenseDeclared: Apache-2.0\nPackageCopyrightText: <text>Copyright of\nMaker %[2]d</text>\n"+
			"ExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/lib-%[1]d@1.%[2]d.0\nRelationship: SPDXRef-DOCUMENT CONTAINS SPDXRef-%[1]d\n", i, i%97)
	}
}

func spdxYAMLOf(b *bufio.Writer, n int) {
	b.WriteString("spdxVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\nname: array-9000\npackages:\n")
	for i := range n {
		fmt.Fprintf(b, "- SPDXID: SPDXRef-%[1]d\n  name: lib-%[1]d\n  versionInfo: 1.%[2]d.0\n  supplier: 'Organization: Maker %[2]d'\n  downloadLocation: NOASSERTION\n"+
			"  checksums:\n  - algorithm: SHA256\n    checksumValue: \"%064[1]x\"\n  licenseDeclared: Apache-2.0\n  externalRefs:\n  - referenceCategory: PACKAGE-MANAGER\n"+
			"    referenceType: purl\n    referenceLocator: pkg:deb/debian/lib-%[1]d@1.%[2]d.0\n", i, i%97)
	}
}

func spdxRDFOf(b *bufio.Writer, n int) {
	b.WriteString(`<rdf:RDF xmlns:rdf="` + rdfSyntax + `" xmlns:spdx="` + spdxTerms + `"><spdx:SpdxDocument rdf:about="https://example.com/a#SPDXRef-DOCUMENT"><spdx:specVersion>SPDX-2.3</spdx:specVersion></spdx:SpdxDocument>`)
	for i := range n {
		fmt.Fprintf(b, `<spdx:Package rdf:about="https://example.com/a#SPDXRef-%[1]d"><spdx:name>lib-%[1]d</spdx:name><spdx:versionInfo>1.%[2]d.0</spdx:versionInfo><spdx:supplier>Organization: Maker %[2]d</spdx:supplier>`+
			`<spdx:licenseDeclared rdf:resource="http://spdx.org/licenses/Apache-2.0"/></spdx:Package>`, i, i%97)
	}
	b.WriteString(`</rdf:RDF>`)
}

func csvOf(b *bufio.Writer, n int) {
	b.WriteString("Manufacturer,Model,Serial Number,Category,Location,Purchase Date\n")
	for i := range n {
		fmt.Fprintf(b, "Maker %d,Model %d,SN%07d,switch,\"Hall %d, rack %d\",2025-03-04\n", i%97, i%17, i, i%9, i%40)
	}
}

func ndjsonOf(b *bufio.Writer, n int) {
	for i := range n {
		fmt.Fprintf(b, `{"manufacturer":"Maker %d","model":"Model %d","serial":"SN%07d","category":"switch","location":"Hall %d"}`+"\n", i%97, i%17, i, i%9)
	}
}

func xlsxOf(b *bufio.Writer, n int) {
	book := excelize.NewFile()
	rows, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		panic(err)
	}
	_ = rows.SetRow("A1", []any{"Manufacturer", "Model", "Serial Number", "Category"})
	for i := range n {
		_ = rows.SetRow(fmt.Sprintf("A%d", i+2), []any{fmt.Sprintf("Maker %d", i%97), fmt.Sprintf("Model %d", i%17), fmt.Sprintf("SN%07d", i), "switch"})
	}
	_ = rows.Flush()
	_, _ = book.WriteTo(b)
}

const benchComponents = 20_000

// generated returns a document of n components or rows.
func generated(write func(*bufio.Writer, int), n int) []byte {
	var doc bytes.Buffer
	b := bufio.NewWriter(&doc)
	write(b, n)
	_ = b.Flush()
	return doc.Bytes()
}

// judges are the libraries of the formats, each reading a whole document.
func judges() map[string]func([]byte) error {
	bom := func(format cdx.BOMFileFormat) func([]byte) error {
		return func(doc []byte) error { return cdx.NewBOMDecoder(bytes.NewReader(doc), format).Decode(new(cdx.BOM)) }
	}
	return map[string]func([]byte) error{
		"cyclonedx-json": bom(cdx.BOMFileFormatJSON),
		"cyclonedx-xml":  bom(cdx.BOMFileFormatXML),
		"spdx-json":      func(doc []byte) error { return spdxjson.ReadInto(bytes.NewReader(doc), new(v2_3.Document)) },
		"spdx-tagvalue":  func(doc []byte) error { return tagvalue.ReadInto(bytes.NewReader(doc), new(v2_3.Document)) },
	}
}

// benchFormats are the formats whose documents are long, with what writes one.
func benchFormats() map[string]func(*bufio.Writer, int) {
	return map[string]func(*bufio.Writer, int){"cyclonedx-json": cycloneDXOf, "cyclonedx-xml": cycloneDXXMLOf, "spdx-json": spdxOf,
		"spdx-tagvalue": spdxTagValueOf, "spdx-yaml": spdxYAMLOf, "spdx-rdf": spdxRDFOf, "csv": csvOf, "xlsx": xlsxOf, "json-rows": ndjsonOf}
}

// BenchmarkFormats measures each reader beside a plain pass over the JSON tokens of the
// same bytes, which is the floor, and beside the library of the format. They take turns
// and are compared by the CPU time of the process, so that a busy machine matters
// little; "x-tokens" and "x-faster" than the library are what to watch.
func BenchmarkFormats(b *testing.B) {
	for _, name := range slices.Sorted(maps.Keys(benchFormats())) {
		doc := generated(benchFormats()[name], benchComponents)
		i := slices.IndexFunc(Formats(), func(f Format) bool { return f.Name == name })
		if i < 0 {
			b.Fatalf("no format %q", name)
		}
		b.Run(name, func(b *testing.B) { benchmarkReader(b, Formats()[i], doc, judges()[name]) })
	}
}

func benchmarkReader(b *testing.B, f Format, doc []byte, judge func([]byte) error) {
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	resetPeak()
	var reads, floors, libraries []float64
	for b.Loop() {
		read := cpuTime(func() { readAll(b, f, bytes.NewReader(doc), benchComponents) }).Seconds()
		reads = append(reads, read)
		b.StopTimer()
		if strings.HasSuffix(f.Name, "-json") {
			floors = append(floors, read/cpuTime(func() { tokenPass(b, doc) }).Seconds())
		}
		b.StartTimer()
	}
	b.ReportMetric(peakMB(), "peak-MB")
	for range 3 {
		if judge != nil {
			libraries = append(libraries, cpuTime(func() {
				if err := judge(doc); err != nil {
					b.Fatal(err)
				}
			}).Seconds())
		}
	}
	if len(floors) > 0 {
		b.ReportMetric(median(floors), "x-tokens")
	}
	read := median(reads)
	if judge != nil {
		b.ReportMetric(median(libraries)/read, "x-faster")
	}
	b.ReportMetric(float64(len(doc))/1e6/read, "MB/cpu-s")
	b.ReportMetric(benchComponents/read, "components/cpu-s")
}

// BenchmarkMillion reads a million components or rows that are written while they are
// read, so that the document is nowhere held: what is held is the reader's own.
func BenchmarkMillion(b *testing.B) {
	const n = 1_000_000
	for _, name := range []string{"cyclonedx-json", "spdx-json", "spdx-tagvalue", "csv", "json-rows"} {
		i := slices.IndexFunc(Formats(), func(f Format) bool { return f.Name == name })
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				resetPeak()
				in, out := io.Pipe()
				size := &counter{w: out}
				go func() {
					w := bufio.NewWriterSize(size, 1<<20)
					benchFormats()[name](w, n)
					out.CloseWithError(w.Flush())
				}()
				readAll(b, Formats()[i], in, n)
				b.ReportMetric(float64(size.n)/1e6, "document-MB")
				b.ReportMetric(peakMB(), "peak-MB")
			}
			b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "components/s")
		})
	}
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// resetPeak makes Linux forget the peak of the memory of the process; elsewhere the
// figure stays that of the whole run.
func resetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}

// peakMB returns the most memory that the process had since resetPeak, 0 where that is
// not told.
func peakMB() float64 {
	status, _ := os.ReadFile("/proc/self/status")
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	kB := 0.0
	_, _ = fmt.Sscan(after, &kB)
	return kB / 1024
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// cpuTime returns the CPU time that the process spends in do.
func cpuTime(do func()) time.Duration {
	var before, after syscall.Rusage
	runtime.GC()
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	do()
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	return time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
}

// plainReader hides what a reader can do beside reading, so that nobody takes a
// short cut that a file would not give.
type plainReader struct{ io.Reader }

func readAll(tb testing.TB, f Format, doc io.Reader, want int) {
	src := &Stream{Name: "generated", Reader: plainReader{doc}, Options: Options{}.withDefaults()}
	n := 0
	_, err := f.Read(context.Background(), src, func(r Record) error {
		switch r := r.(type) {
		case Component:
			n++
		case ProductStart:
			if f.Rows {
				n++
			}
		case Gap:
			tb.Fatal(r.Reason)
		}
		return nil
	})
	if err != nil || n != want {
		tb.Fatalf("%d components, %v", n, err)
	}
}

func tokenPass(tb testing.TB, doc []byte) {
	d := jsontext.NewDecoder(plainReader{bytes.NewReader(doc)})
	for {
		if _, err := d.ReadToken(); err == io.EOF {
			return
		} else if err != nil {
			tb.Fatal(err)
		}
	}
}

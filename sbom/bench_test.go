package sbom

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// cycloneDXOf writes a CycloneDX 1.6 document of n components of about 1,165 bytes
// each: purl, supplier, two hashes, licence, two references, two properties, and
// dependencies.
func cycloneDXOf(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"$schema":"http://cyclonedx.org/schema/bom-1.6.schema.json","bomFormat":"CycloneDX","specVersion":"1.6","version":1,` +
		`"metadata":{"timestamp":"2026-01-02T03:04:05Z","component":{"type":"device","bom-ref":"product","name":"Array 9000","version":"4.2"}},"components":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"type":"library","bom-ref":"pkg:deb/debian/lib-%[1]d@1.%[2]d.0-1?arch=amd64","supplier":{"name":"Maker %[3]d","url":["https://maker%[3]d.example.com/"]},`+
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
		fmt.Fprintf(&b, `{"ref":"pkg:deb/debian/lib-%[1]d@1.%[2]d.0-1?arch=amd64","dependsOn":["pkg:deb/debian/lib-%[3]d@1.%[4]d.0-1?arch=amd64"]}`,
			i, i%50, i/2, i/2%50)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

// spdxOf writes an SPDX 2.3 document of n packages with as much about each.
func spdxOf(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"array-9000",` +
		`"documentNamespace":"https://example.com/array-9000","creationInfo":{"created":"2026-01-02T03:04:05Z","creators":["Tool: example-1.0"]},"packages":[`)
	b.WriteString(`{"SPDXID":"SPDXRef-product","name":"Array 9000","versionInfo":"4.2","downloadLocation":"NOASSERTION","primaryPackagePurpose":"DEVICE"}`)
	for i := range n {
		fmt.Fprintf(&b, `,{"SPDXID":"SPDXRef-Package-deb-lib-%[1]d","name":"lib-%[1]d","versionInfo":"1.%[2]d.0-1","supplier":"Organization: Maker %[3]d (mail@maker%[3]d.example.com)",`+
			`"originator":"Organization: Maker %[3]d","downloadLocation":"https://git.example.com/group%[3]d/lib-%[1]d.git","filesAnalyzed":false,"homepage":"https://www.example.com/group%[3]d/lib-%[1]d",`+
			`"checksums":[{"algorithm":"SHA256","checksumValue":"%064[1]x"},{"algorithm":"SHA1","checksumValue":"%040[1]x"}],"sourceInfo":"acquired package info from DPKG DB: /var/lib/dpkg/status",`+
			`"licenseConcluded":"NOASSERTION","licenseDeclared":"Apache-2.0","copyrightText":"NOASSERTION","description":"A library that does one of many things, number %[1]d of them all",`+
			`"externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:deb/debian/lib-%[1]d@1.%[2]d.0-1?arch=amd64"},`+
			`{"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:maker%[3]d:lib-%[1]d:1.%[2]d.0:*:*:*:*:*:*:*"}]}`,
			i, i%50, i%97)
	}
	b.WriteString(`],"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-product"}`)
	for i := range n {
		fmt.Fprintf(&b, `,{"spdxElementId":"SPDXRef-product","relationshipType":"CONTAINS","relatedSpdxElement":"SPDXRef-Package-deb-lib-%d"}`, i)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

const benchComponents = 20_000

func BenchmarkCycloneDXJSON(b *testing.B) {
	benchmarkReader(b, cyclonedxJSON(), cycloneDXOf(benchComponents))
}

func BenchmarkSPDXJSON(b *testing.B) {
	benchmarkReader(b, spdxJSON(), spdxOf(benchComponents))
}

// benchmarkReader measures a reader beside a plain pass over the tokens of the same
// bytes, which is the floor. The two take turns and are compared by the CPU time of
// the process, so that a busy machine matters little; "x-tokens" is what to watch.
func benchmarkReader(b *testing.B, f Format, doc []byte) {
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	var reads, tokens []float64
	for b.Loop() {
		reads = append(reads, cpuTime(func() { readAll(b, f, doc) }).Seconds())
		b.StopTimer()
		tokens = append(tokens, cpuTime(func() { tokenPass(b, doc) }).Seconds())
		b.StartTimer()
	}
	ratios := make([]float64, len(reads))
	for i := range reads {
		ratios[i] = reads[i] / tokens[i]
	}
	read := median(reads)
	b.ReportMetric(median(ratios), "x-tokens")
	b.ReportMetric(float64(len(doc))/1e6/read, "MB/cpu-s")
	b.ReportMetric(float64(benchComponents)/read, "components/cpu-s")
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

func readAll(tb testing.TB, f Format, doc []byte) {
	src := &Stream{Name: "generated", Reader: plainReader{bytes.NewReader(doc)}, Options: Options{}.withDefaults()}
	n := 0
	_, err := f.Read(context.Background(), src, func(r Record) error {
		switch r := r.(type) {
		case Component:
			n++
		case Gap:
			tb.Fatal(r.Reason)
		}
		return nil
	})
	if err != nil || n != benchComponents {
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

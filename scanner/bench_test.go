package scanner

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/netvet/netvet/sbom"
)

// writeBOM writes a CycloneDX 1.6 BOM of n components of about 1,165 bytes each,
// the size that real ones have: purl, supplier, two hashes, licence, two
// external references, two properties, dependencies.
func writeBOM(w io.Writer, n int) error {
	b := bufio.NewWriter(w)
	fmt.Fprint(b, `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"timestamp":"2026-10-01T00:00:00Z","component":{"bom-ref":"root","type":"firmware","name":"Array OS","version":"9.1","manufacturer":{"name":"Dell Inc."}}},"components":[`)
	suppliers := []string{"Red Hat, Inc.", "The Apache Software Foundation", "Canonical Ltd.", "Oracle Corporation", "A small software house", "Broadcom Inc."}
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(b, `{"bom-ref":"pkg:maven/org.example.group%d/artifact-%d@1.%d.%d?type=jar","type":"library","supplier":{"name":%q,"url":["https://example.com/supplier"]},"group":"org.example.group%d","name":"artifact-%d","version":"1.%d.%d","description":"A library that does what libraries of its kind do, described at the usual length of such descriptions in real bills of materials.","scope":"required","hashes":[{"alg":"SHA-1","content":"%040x"},{"alg":"SHA-256","content":"%064x"}],"licenses":[{"license":{"id":"Apache-2.0","url":"https://www.apache.org/licenses/LICENSE-2.0"}}],"purl":"pkg:maven/org.example.group%d/artifact-%d@1.%d.%d?type=jar","externalReferences":[{"type":"vcs","url":"https://github.com/example/artifact-%d"},{"type":"website","url":"https://example.org/projects/artifact-%d"}],"properties":[{"name":"syft:package:foundBy","value":"java-archive-cataloger"},{"name":"syft:location:0:path","value":"/opt/array/lib/artifact-%d.jar"}]}`,
			i%97, i, i%20, i%9, suppliers[i%len(suppliers)], i%97, i, i%20, i%9, i, i*7919, i%97, i, i%20, i%9, i, i, i)
	}
	fmt.Fprint(b, `],"dependencies":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(b, `{"ref":"pkg:maven/org.example.group%d/artifact-%d@1.%d.%d?type=jar","dependsOn":["pkg:maven/org.example.group%d/artifact-%d@1.%d.%d?type=jar"]}`,
			i%97, i, i%20, i%9, (i/2)%97, i/2, (i/2)%20, (i/2)%9)
	}
	fmt.Fprint(b, `]}`)
	return b.Flush()
}

func fileInput(tb testing.TB, name string) sbom.Input {
	tb.Helper()
	info, err := os.Stat(name)
	if err != nil {
		tb.Fatal(err)
	}
	return sbom.Input{Name: name, Size: info.Size(), Open: func() (io.ReadCloser, error) { return os.Open(name) }}
}

func generatedBOM(tb testing.TB, n int) sbom.Input {
	tb.Helper()
	name := tb.TempDir() + "/bom.cdx.json"
	f, err := os.Create(name)
	if err != nil {
		tb.Fatal(err)
	}
	if err := writeBOM(f, n); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return fileInput(tb, name)
}

// BenchmarkScanBOM is the whole scan of one large BOM, from file to register;
// BenchmarkReadBOM the reading alone, in the same run, as its baseline.
func BenchmarkScanBOM(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("components=%d", n), func(b *testing.B) {
			input, s := generatedBOM(b, n), testScanner(b, "cn-ciio")
			b.SetBytes(input.Size)
			b.ReportAllocs()
			for b.Loop() {
				r, err := s.Scan(context.Background(), []sbom.Input{input}, nil)
				if err != nil || r.Summary.Components != n {
					b.Fatalf("%d components, %v", r.Summary.Components, err)
				}
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "components/s")
		})
	}
}

// BenchmarkScanMany is the whole scan of 300,000 components, about 365 MB, with the most
// memory that the process had meanwhile, where Linux tells: it is to stay below 512 MiB.
func BenchmarkScanMany(b *testing.B) {
	const n = 300_000
	input, s := generatedBOM(b, n), testScanner(b, "cn-ciio")
	b.SetBytes(input.Size)
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // forgets the peak
	for b.Loop() {
		r, err := s.Scan(context.Background(), []sbom.Input{input}, nil)
		if err != nil || r.Summary.Components != n {
			b.Fatalf("%d components, %v", r.Summary.Components, err)
		}
	}
	status, _ := os.ReadFile("/proc/self/status")
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	kB := 0.0
	_, _ = fmt.Sscan(after, &kB)
	b.ReportMetric(kB/1024, "peak-MB")
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "components/s")
}

func BenchmarkReadBOM(b *testing.B) {
	const n = 100_000
	input := generatedBOM(b, n)
	b.SetBytes(input.Size)
	b.ReportAllocs()
	for b.Loop() {
		summary, _, err := sbom.Read(context.Background(), input, sbom.Options{}, func(sbom.Record) error { return nil })
		if err != nil || summary.Components != n {
			b.Fatalf("%d components, %v", summary.Components, err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "components/s")
}

// BenchmarkScanRows is a table of products without parts, streamed.
func BenchmarkScanRows(b *testing.B) {
	const n = 10_000
	table := rows(n)
	s := testScanner(b, "cn-ciio")
	b.SetBytes(int64(len(table)))
	for b.Loop() {
		products := 0
		_, err := s.Each(context.Background(), []sbom.Input{in("inventory.csv", table)}, nil, Sink{Product: func(Result) error { products++; return nil }})
		if err != nil || products != n {
			b.Fatalf("%d products, %v", products, err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "products/s")
}

// BenchmarkScanReal is a real storage product's SBOM of 14 MB.
func BenchmarkScanReal(b *testing.B) {
	needCorpus(b)
	input, s := fileInput(b, corpus+"/big/etc_test-data_openshift-container-storage-4.8.z.json"), testScanner(b, "cn-ciio")
	b.SetBytes(input.Size)
	for b.Loop() {
		if _, err := s.Scan(context.Background(), []sbom.Input{input}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

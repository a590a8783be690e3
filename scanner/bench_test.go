package scanner

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/netvet/netvet/rules"
	"github.com/netvet/netvet/sbom"
	"github.com/netvet/netvet/scanner/report"
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

// BenchmarkScanMany is the whole scan of 300,000 components, about 365 MB, under the
// rules of one profile and under all packs at once. It is to take at most four times
// the processor's time of a plain pass over the JSON tokens of the same file, which is
// measured in the same run, and to stay below 512 MiB.
func BenchmarkScanMany(b *testing.B) {
	const n = 300_000
	input := generatedBOM(b, n)
	for _, s := range []*Scanner{testScanner(b, "cn-ciio"), everyPack(b)} {
		b.Run("profile="+s.Profile, func(b *testing.B) {
			b.SetBytes(input.Size)
			for b.Loop() {
				floor := cpuTime(func() { tokenPass(b, input) })
				forgetPeak()
				scan := cpuTime(func() {
					r, err := s.Scan(context.Background(), []sbom.Input{input}, nil)
					if err != nil || r.Summary.Components != n {
						b.Fatalf("%d components, %v", r.Summary.Components, err)
					}
				})
				b.ReportMetric(scan.Seconds()/floor.Seconds(), "x-tokens")
				b.ReportMetric(scan.Seconds(), "cpu-s")
				b.ReportMetric(peakMB(), "peak-MB")
			}
		})
	}
}

// everyPack is a scanner of a profile of one's own with all packs there are.
func everyPack(tb testing.TB) *Scanner {
	tb.Helper()
	s := testScanner(tb, "everything")
	var ids []string
	for _, pack := range s.Library.Packs {
		ids = append(ids, pack.ID)
	}
	own, err := rules.Load(fstest.MapFS{"profiles/everything.yaml": {Data: []byte(
		"profile: everything\nextends: cn-ciio\ntitle: {en: 'Preview: everything', zh: 预览：全部}\nsource: a benchmark\npacks: [" + strings.Join(ids, ", ") + "]\n")}})
	if err != nil {
		tb.Fatal(err)
	}
	if s.Library, err = s.Library.Merge(own); err != nil {
		tb.Fatal(err)
	}
	return s
}

// tokenPass reads the JSON tokens of a file and does nothing with them.
func tokenPass(tb testing.TB, input sbom.Input) {
	tb.Helper()
	file, err := input.Open()
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	d := jsontext.NewDecoder(bufio.NewReaderSize(file, 1<<16))
	for {
		if _, err := d.ReadToken(); err == io.EOF {
			return
		} else if err != nil {
			tb.Fatal(err)
		}
	}
}

// forgetPeak makes Linux forget the peak of the memory of the process.
func forgetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}

// peakMB is the most memory that the process had since forgetPeak, 0 where that is
// not told.
func peakMB() float64 {
	status, _ := os.ReadFile("/proc/self/status")
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	kB := 0.0
	_, _ = fmt.Sscan(after, &kB)
	return kB / 1024
}

// cpuTime returns the time that the processor spends in do: on a busy machine it
// tells more than the clock.
func cpuTime(do func()) time.Duration {
	var before, after syscall.Rusage
	runtime.GC()
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	do()
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	return time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
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

// inventory is a table as an organisation keeps one: three hundred makers, one in ten
// of them known, each row with a serial number, place, price and date of its own, of one of
// so many models.
func inventory(n, models int) string {
	r := rand.New(rand.NewPCG(7, uint64(models)))
	known := []string{"Cisco", "Huawei Technologies Co., Ltd.", "Dell Inc.", "HPE", "Juniper Networks", "Arista", "Fortinet", "H3C", "ZTE", "Lenovo", "Inspur", "Supermicro", "IBM", "Oracle",
		"Micron Technology", "Samsung", "Western Digital", "Seagate", "NetApp", "F5", "Check Point", "Ruijie", "Hikvision", "Siemens", "Schneider Electric", "Rockwell Automation", "ABB", "Moxa", "Palo Alto Networks", "Dahua"}
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	type model struct{ maker, name, class, version, origin string }
	all := make([]model, models)
	for i := range all {
		maker := fmt.Sprintf("Works of %s %d Ltd", pick("Northern", "Eastern", "Blue", "Solid", "Harbour"), r.IntN(270))
		if r.IntN(10) == 0 {
			maker = pick(known...)
		}
		all[i] = model{maker, fmt.Sprintf("MDL-%05d", i), pick("switch", "router", "firewall", "server", "storage", "PLC", "access point", "database", "camera", "license"),
			fmt.Sprintf("%d.%d.%d", 1+r.IntN(17), r.IntN(10), r.IntN(10)), pick("CN", "US", "MY", "TW", "", "JP", "MX")}
	}
	var b strings.Builder
	b.WriteString("Asset ID,Manufacturer,Model,Part Number,Category,Serial Number,Firmware Version,Location,Country of Origin,Price,Currency,Purchase Date,Description\n")
	for i := range n {
		m := &all[i%models]
		if i >= models {
			m = &all[r.IntN(models)]
		}
		fmt.Fprintf(&b, "A-%06d,%q,%s,PN-%s,%s,SN%09d,%s,%s,%s,%d.50,USD,202%d-0%d-1%d,%s %s\n", i, m.maker, m.name, m.name, m.class, i*7919, m.version,
			pick("Beijing DC1", "Shanghai DC2", "Guangzhou Branch", "Chengdu DR", "Shenzhen Office", "Wuhan Plant"), m.origin, 100+r.IntN(90_000), r.IntN(7), 1+r.IntN(9), r.IntN(10), m.class, m.name)
	}
	return b.String()
}

// BenchmarkScanInventory is the whole scan of a table of 100,000 products, streamed and
// sorted, of 2,000 models and of as many as there are rows. It tells the processor's time
// a row and how many times that of reading the table alone it is. The stream's memory is
// not to grow with the number of products, which its peak for fewer rows shows.
func BenchmarkScanInventory(b *testing.B) {
	for _, of := range []struct {
		rows, models, jobs int
		form               string
	}{
		{10_000, 2_000, 1, "ndjson"}, {100_000, 2_000, 1, "ndjson"}, {100_000, 2_000, 2, "ndjson"}, {100_000, 2_000, 1, "json"},
		{100_000, 100_000, 1, "ndjson"}, {100_000, 100_000, 1, "json"},
	} {
		b.Run(fmt.Sprintf("rows=%d/models=%d/jobs=%d/%s", of.rows, of.models, of.jobs, of.form), func(b *testing.B) {
			s, input := testScanner(b, "cn-ciio"), in("inventory.csv", inventory(of.rows, of.models))
			s.Jobs = of.jobs
			for b.Loop() {
				read := cpuTime(func() {
					if _, _, err := sbom.Read(context.Background(), input, sbom.Options{}, func(sbom.Record) error { return nil }); err != nil {
						b.Fatal(err)
					}
				})
				forgetPeak()
				scan := cpuTime(func() { writeRegister(b, s, input, of.form, of.rows) })
				b.ReportMetric(peakMB(), "peak-MB")
				b.ReportMetric(scan.Seconds()*1e6/float64(of.rows), "cpu-us/row")
				b.ReportMetric(scan.Seconds()/read.Seconds(), "x-read")
			}
		})
	}
}

// writeRegister scans and writes the register nowhere.
func writeRegister(b *testing.B, s *Scanner, input sbom.Input, form string, products int) {
	n := 0
	stream := report.NewNDJSON(io.Discard)
	sink := Sink{Begin: stream.Begin, Gap: stream.Gap, Product: func(r Result) error { n++; return stream.Product(&r.Product, r.Findings, r.Risks) }}
	if form == "ndjson" {
		if _, err := s.Each(context.Background(), []sbom.Input{input}, nil, sink); err != nil || n != products {
			b.Fatalf("%d products, %v", n, err)
		}
		return
	}
	register, err := s.Scan(context.Background(), []sbom.Input{input}, nil)
	if err != nil || len(register.Products) != products {
		b.Fatalf("%d products, %v", len(register.Products), err)
	}
	at := slices.IndexFunc(report.Formats(), func(f report.Format) bool { return f.Name == form })
	if err := report.Formats()[at].Write(io.Discard, register, report.Options{}); err != nil {
		b.Fatal(err)
	}
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

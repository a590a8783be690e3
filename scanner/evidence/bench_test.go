package evidence

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/netvet/netvet"
)

// manyPurls makes n different package URLs of real ones of ecosystems that have
// records: the same packages in other versions, none twice.
func manyPurls(b testing.TB, n int) []string {
	b.Helper()
	var real []purl
	for _, text := range corpusPurls(b) {
		if p, ok := parsePurl(text); ok && (p.kind == "golang" || p.kind == "pypi" || p.kind == "maven" || p.kind == "cargo") {
			real = append(real, p)
		}
	}
	purls := make([]string, n)
	for i := range purls {
		p := real[i%len(real)]
		name := p.name
		if p.namespace != "" {
			name = p.namespace + "/" + name
		}
		version, _, _ := strings.Cut(strings.TrimPrefix(p.version, "v"), ".")
		if version == "" || strings.Trim(version, "0123456789") != "" {
			version = "1"
		}
		purls[i] = fmt.Sprintf("pkg:%s/%s@%s.%d.%d", p.kind, name, version, i/len(real)%13, i/len(real))
	}
	return purls
}

// cpuSeconds is what this process has used so far.
func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// BenchmarkMatcher looks up ever more components, each another package version.
func BenchmarkMatcher(b *testing.B) {
	k := corpusKit(b)
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		purls := manyPurls(b, n)
		b.Run(fmt.Sprintf("components=%d", n), func(b *testing.B) {
			before, found := cpuSeconds(), 0
			for b.Loop() {
				m, err := NewMatcher(k)
				if err != nil {
					b.Fatal(err)
				}
				found = 0
				for _, text := range purls {
					v, _, err := m.Component(&netvet.Component{Identifiers: []netvet.Identifier{{Type: netvet.IDPurl, Value: text}}})
					if err != nil {
						b.Fatal(err)
					}
					found += len(v)
				}
			}
			cpu := (cpuSeconds() - before) / float64(b.N)
			var mem runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&mem)
			b.ReportMetric(cpu, "cpu-s/op")
			b.ReportMetric(float64(n)/cpu, "lookups/cpu-s")
			b.ReportMetric(float64(found), "found")
			b.ReportMetric(float64(mem.HeapInuse)/(1<<20), "heap-MiB")
		})
	}
}

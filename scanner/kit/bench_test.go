package kit

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// corpusOSV is real records, beside the checkout.
const corpusOSV = "../../../shared/corpus/osv-db"

// manyRecords writes an archive of n records: the real ones over and over, each
// time for other packages.
func manyRecords(b testing.TB, n int) string {
	b.Helper()
	archives, err := filepath.Glob(filepath.Join(corpusOSV, "osv-scalibr/*/all.zip"))
	if err != nil || len(archives) == 0 {
		b.Skipf("the OSV records of the corpus are not at %s", corpusOSV)
	}
	var texts []string
	for _, name := range archives {
		z, err := zip.OpenReader(name)
		if err != nil {
			b.Fatal(err)
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				b.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil {
				b.Fatal(err)
			}
			texts = append(texts, string(text))
		}
		z.Close()
	}
	path := filepath.Join(b.TempDir(), "all.zip")
	out, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer out.Close()
	z := zip.NewWriter(out)
	for i := range n {
		text, round := texts[i%len(texts)], i/len(texts)
		if round > 0 {
			suffix := fmt.Sprintf("-%d", round)
			text = strings.Replace(text, `"id":"`, `"id":"R`+suffix, 1)
			text = strings.Replace(text, `"id": "`, `"id": "R`+suffix, 1)
			text = strings.ReplaceAll(text, `"name":"`, `"name":"r`+suffix)
			text = strings.ReplaceAll(text, `"name": "`, `"name": "r`+suffix)
		}
		w, err := z.Create(fmt.Sprintf("%d.json", i))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			b.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkBuild indexes real records, ten times as many in each step. The
// memory it holds must stay flat.
func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{6_000, 60_000} {
		b.Run(fmt.Sprintf("records=%d", n), func(b *testing.B) {
			path := manyRecords(b, n)
			var highest uint64
			build := Build{Paths: map[string][]string{"osv": {path}}, Built: time.Now(), Progress: func(_ string, records int) {
				if records%1000 == 0 {
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					highest = max(highest, m.HeapInuse)
				}
			}}
			b.ResetTimer()
			for b.Loop() {
				if _, err := build.Run(b.Context(), b.TempDir()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/record")
			b.ReportMetric(float64(highest)/(1<<20), "heap-MiB")
		})
	}
}

// BenchmarkLookUp asks small and large data for the same packages. Neither the
// time nor the memory may grow with the data.
func BenchmarkLookUp(b *testing.B) {
	for _, n := range []int{8_000, 80_000} {
		b.Run(fmt.Sprintf("records=%d", n), func(b *testing.B) {
			dir := b.TempDir()
			if _, err := (Build{Paths: map[string][]string{"osv": {manyRecords(b, n)}}, Built: time.Now()}).Run(b.Context(), dir); err != nil {
				b.Fatal(err)
			}
			started := time.Now()
			k, err := Open(dir)
			if err != nil {
				b.Fatal(err)
			}
			defer k.Close()
			opened := time.Since(started)
			for i := 0; b.Loop(); i++ {
				if _, err := k.OSV("PyPI", "django", fmt.Sprintf("%d.%d", i%5, i%17)); err != nil {
					b.Fatal(err)
				}
			}
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(opened.Microseconds()), "µs-to-open")
			b.ReportMetric(float64(m.HeapInuse)/(1<<20), "heap-MiB")
		})
	}
}

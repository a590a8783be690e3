//go:build osvscanner

package evidence

import (
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/netvet/netvet"
)

var updateReference = flag.Bool("update-reference", false, "rewrite "+referenceFile)

// scannerFolder is the corpus' records where osv-scanner may make its folder.
func scannerFolder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	archives, err := filepath.Abs(filepath.Join(corpusOSV, osvScannerFolder))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(archives, filepath.Join(dir, osvScannerFolder)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestOSVScannerReference runs osv-scanner on the package URLs of the corpus and
// compares or rewrites the table that the index is compared with.
func TestOSVScannerReference(t *testing.T) {
	purls := corpusPurls(t)
	found, missed, err := RunOSVScanner(t.Context(), scannerFolder(t), purls)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d package URLs, %d not asked for", len(purls), len(missed))
	var rows [][]string
	for _, text := range purls {
		if ids := found[text]; len(ids) > 0 {
			rows = append(rows, []string{text, strings.Join(ids, " ")})
		}
	}
	if *updateReference {
		f, err := os.Create(referenceFile)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := csv.NewWriter(f).WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		return
	}
	want := readTable(t, referenceFile, 2)
	if len(want) != len(rows) {
		t.Fatalf("%d package URLs with findings, %s has %d: run 'make osv-reference'", len(rows), referenceFile, len(want))
	}
	for i := range rows {
		if rows[i][0] != want[i][0] || rows[i][1] != want[i][1] {
			t.Errorf("row %d is %v, %s has %v", i+1, rows[i], referenceFile, want[i])
		}
	}
}

// BenchmarkAgainstOSVScanner looks the same package URLs up with both engines in
// one process. The index must not miss a finding that is right.
func BenchmarkAgainstOSVScanner(b *testing.B) {
	k, folder := corpusKit(b), scannerFolder(b)
	for _, n := range []int{10_000, 100_000} {
		purls := manyPurls(b, n)
		b.Run(fmt.Sprintf("components=%d", n), func(b *testing.B) {
			for b.Loop() {
				start := cpuSeconds()
				theirs, _, err := RunOSVScanner(b.Context(), folder, purls)
				if err != nil {
					b.Fatal(err)
				}
				between := cpuSeconds()
				m, err := NewMatcher(k)
				if err != nil {
					b.Fatal(err)
				}
				ours := map[string][]netvet.Vulnerability{}
				for _, text := range purls {
					found, _, err := m.Component(&netvet.Component{Identifiers: []netvet.Identifier{{Type: netvet.IDPurl, Value: text}}})
					if err != nil {
						b.Fatal(err)
					}
					if len(found) > 0 {
						ours[text] = found
					}
				}
				cpu := cpuSeconds() - between
				b.ReportMetric(between-start, "osv-scanner-cpu-s")
				b.ReportMetric(cpu, "index-cpu-s")
				b.ReportMetric((between-start)/cpu, "times")
				b.ReportMetric(float64(missedBy(b, ours, theirs)), "missed")
			}
		})
	}
}

// missedBy counts the findings of osv-scanner that the index does not have,
// without those for modules that it takes for the standard library.
func missedBy(b *testing.B, ours map[string][]netvet.Vulnerability, theirs map[string][]string) int {
	missed := 0
	for text, ids := range theirs {
		if p, _ := parsePurl(text); p.kind == "golang" && p.name == "go" {
			continue
		}
		var have []string
		for _, v := range ours[text] {
			have = append(have, strings.Split(strings.TrimPrefix(v.Source, "OSV "), ", ")...)
		}
		for _, id := range ids {
			if !slices.Contains(have, id) {
				missed++
				b.Errorf("%s: the index does not have %s", text, id)
			}
		}
	}
	return missed
}

//go:build osvscanner

package evidence

import (
	"encoding/csv"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
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

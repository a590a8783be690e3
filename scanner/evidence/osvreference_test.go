package evidence

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
	"github.com/netvet/netvet/scanner/kit"
)

// The corpus of real files beside the checkout is not part of the project.
const (
	corpusBOMs = "../../../shared/corpus/sbom"
	corpusOSV  = "../../../shared/corpus/osv-db"
)

// referenceFile is what osv-scanner finds for the package URLs of the corpus:
// 'make osv-reference' writes it.
const (
	referenceFile   = "testdata/osv-reference.csv"
	differencesFile = "testdata/osv-differences.csv"
)

// corpusKit builds the data from the records of the corpus.
func corpusKit(t testing.TB) *kit.Kit {
	t.Helper()
	if _, err := os.Stat(corpusOSV); err != nil {
		t.Skipf("the OSV records of the corpus are not at %s: %v", corpusOSV, err)
	}
	return buildKit(t, corpusOSV)
}

func buildKit(t testing.TB, osv string) *kit.Kit {
	t.Helper()
	dir := t.TempDir()
	if _, err := (kit.Build{Paths: map[string][]string{"osv": {osv}}, Built: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}).Run(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	k, err := kit.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	return k
}

// corpusPurls returns every package URL with a version in the bills of materials
// of the corpus, sorted.
func corpusPurls(t testing.TB) []string {
	t.Helper()
	if _, err := os.Stat(corpusBOMs); err != nil {
		t.Skipf("the bills of materials of the corpus are not at %s: %v", corpusBOMs, err)
	}
	inputs, _, err := sbom.Walk([]string{corpusBOMs}, nil, sbom.Options{})
	if err != nil {
		t.Fatal(err)
	}
	purls := map[string]bool{}
	for _, in := range inputs {
		// Files that are broken on purpose give what they have.
		_, _, _ = sbom.Read(context.Background(), in, sbom.Options{}, func(r sbom.Record) error {
			c, ok := r.(sbom.Component)
			if !ok {
				return nil
			}
			for _, id := range c.Identifiers {
				if p, ok := parsePurl(id.Value); id.Type == netvet.IDPurl && ok && p.version != "" {
					purls[id.Value] = true
				}
			}
			return nil
		})
	}
	return slices.Sorted(maps.Keys(purls))
}

// finding is one advisory for one package URL.
type finding struct{ purl, advisory string }

// difference is a finding that one of the two has, in the words of the advisory.
type difference struct{ side, class, words string }

func readTable(t testing.TB, name string, fields int) [][]string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord, r.Comment = fields, '#'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestOSVReference compares the index with what osv-scanner finds on the same
// package URLs and records. Every finding that only one of them has stands in
// the table of differences, with the reason.
func TestOSVReference(t *testing.T) {
	m, err := NewMatcher(corpusKit(t))
	if err != nil {
		t.Fatal(err)
	}
	purls := corpusPurls(t)
	reference := map[finding]bool{}
	for _, row := range readTable(t, referenceFile, 2) {
		for id := range strings.SplitSeq(row[1], " ") {
			reference[finding{row[0], id}] = true
		}
	}
	ours, possible := map[finding]bool{}, map[finding]bool{}
	for _, text := range purls {
		found, _, err := m.Component(&netvet.Component{Identifiers: []netvet.Identifier{{Type: netvet.IDPurl, Value: text}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range found {
			for id := range strings.SplitSeq(strings.TrimPrefix(v.Source, "OSV "), ", ") {
				if v.State == "affected" {
					ours[finding{text, id}] = true
				} else {
					possible[finding{text, id}] = true
				}
			}
		}
	}
	t.Logf("%d package URLs: osv-scanner has %d findings, the index %d, and %d possible ones", len(purls), len(reference), len(ours), len(possible))
	checkDifferences(t, reference, ours, possible)
}

// The sides of a difference.
const (
	sideExtra    = "extra"    // the index alone has it
	sideMissing  = "missing"  // osv-scanner alone has it
	sidePossible = "possible" // osv-scanner has it, the index says possibly affected
)

// The classes of differences: what osv-scanner does, and on which side it shows.
var classes = map[string]struct {
	side  string
	holds func(p purl, words string) bool
}{
	// It looks at the last element of a module's path alone: "go" is for it the standard library.
	"go-element": {sideMissing, func(p purl, words string) bool {
		return p.kind == "golang" && p.name == "go" && strings.Contains(words, `"stdlib"`)
	}},
	// It compares the paths of Go modules, in lower case, with those of the records, which have capitals.
	"go-case": {sideExtra, func(p purl, words string) bool {
		lower := strings.ToLower(p.namespace + "/" + p.name)
		return p.kind == "golang" && strings.Contains(strings.ToLower(words), lower) && !strings.Contains(words, lower)
	}},
	// It leaves the ranges of a package at the first one that gives commits.
	"git-first": {sideExtra, func(_ purl, words string) bool { return strings.HasPrefix(words, `[{"type":"GIT"`) }},
	// It orders texts that are no version, as "(devel)", before every version.
	"no-version": {sidePossible, func(p purl, _ string) bool { return !strings.ContainsAny(p.version, "0123456789") }},
}

// everyAdvisory stands in the table for all findings of a package URL that only
// one side has.
const everyAdvisory = "*"

func checkDifferences(t *testing.T, reference, ours, possible map[finding]bool) {
	t.Helper()
	explained, used := map[finding]difference{}, map[finding]bool{}
	for _, row := range readTable(t, differencesFile, 5) {
		f, d := finding{row[0], row[1]}, difference{row[2], row[3], row[4]}
		explained[f] = d
		p, _ := parsePurl(f.purl)
		if class, ok := classes[d.class]; !ok || class.side != d.side || !class.holds(p, d.words) {
			t.Errorf("%s %s: %s is no %s", f.purl, f.advisory, d.class, d.side)
		}
	}
	for f, side := range sidesOf(reference, ours, possible) {
		by := f
		if _, ok := explained[by]; !ok {
			by.advisory = everyAdvisory
		}
		used[by] = true
		if explained[by].side != side {
			t.Errorf("%s %s: %s, which %s does not explain", f.purl, f.advisory, side, differencesFile)
		}
	}
	for f := range explained {
		if !used[f] {
			t.Errorf("%s %s: %s explains a difference that there is not any more", f.purl, f.advisory, differencesFile)
		}
	}
	checkWords(t, explained)
}

// sidesOf says of every finding that the two do not share whose it is.
func sidesOf(reference, ours, possible map[finding]bool) map[finding]string {
	sides := map[finding]string{}
	for f := range reference {
		switch {
		case ours[f]:
		case possible[f]:
			sides[f] = sidePossible
		default:
			sides[f] = sideMissing
		}
	}
	for f := range ours {
		if !reference[f] {
			sides[f] = sideExtra
		}
	}
	return sides
}

// checkWords looks for the words of the table in the records themselves.
func checkWords(t *testing.T, explained map[finding]difference) {
	t.Helper()
	wanted := map[string][]string{}
	for f, d := range explained {
		if f.advisory != everyAdvisory {
			wanted[f.advisory+".json"] = append(wanted[f.advisory+".json"], d.words)
		}
	}
	archives, err := filepath.Glob(filepath.Join(corpusOSV, "osv-scalibr/*/all.zip"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range archives {
		z, err := zip.OpenReader(name)
		if err != nil {
			t.Fatal(err)
		}
		defer z.Close()
		for _, f := range z.File {
			words := wanted[f.Name]
			if words == nil {
				continue
			}
			delete(wanted, f.Name)
			text, err := fs.ReadFile(z, f.Name)
			var compact bytes.Buffer
			if err != nil || json.Compact(&compact, text) != nil {
				t.Fatalf("read %s: %v", f.Name, err)
			}
			for _, w := range words {
				if !strings.Contains(compact.String(), w) {
					t.Errorf("%s does not say %s", f.Name, w)
				}
			}
		}
	}
	for name := range wanted {
		t.Errorf("no record %s", name)
	}
}

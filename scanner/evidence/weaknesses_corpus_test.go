package evidence_test

import (
	"archive/zip"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/evidence"
	"github.com/netvet/netvet/scanner/kit"
	"github.com/netvet/netvet/scanner/versions"
	"github.com/netvet/netvet/vendors"
)

var update = flag.Bool("update", false, "write the tables of what was found and missed")

const advisories = "../../../shared/corpus/advisories/"

var asOf = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// needFile skips the test when a file of the corpus is not there.
func needFile(t testing.TB, path string) string {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Skipf("%s is missing", path)
	}
	return path
}

func directory(t testing.TB) *vendors.Directory {
	t.Helper()
	d, err := vendors.Default()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// resolver finds suppliers as the scanner does.
func resolver(d *vendors.Directory) func(name, cpe string) string {
	return func(name, cpe string) string {
		clues := netvet.Clues{Names: []string{name}}
		if cpe != "" {
			clues = netvet.Clues{Identifiers: []netvet.Identifier{{Type: netvet.IDCPE, Value: "cpe:2.3:a:" + cpe + ":x:*:*:*:*:*:*:*:*"}}}
		}
		if m := d.Resolve(clues, asOf); m.Supplier != nil {
			return m.Supplier.ID
		}
		return ""
	}
}

// buildKit builds a kit of sources.
func buildKit(t testing.TB, d *vendors.Directory, paths map[string][]string) *kit.Kit {
	t.Helper()
	dir := t.TempDir()
	if _, err := (kit.Build{Paths: paths, Built: asOf, Tool: "test", Resolve: resolver(d)}).Run(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	k, err := kit.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	return k
}

// recordRow is an inventory row made from a record: a version that it says is
// affected, or one that it says is fixed.
type recordRow struct {
	cve, vendor, product, version string
	fixed                         bool
	from                          string // the range, for the table
}

// TestRecordsFindThemselves makes inventory rows from the records: those with an
// affected version must find their CVE, those with a fixed one must not.
func TestRecordsFindThemselves(t *testing.T) {
	zipped := needFile(t, advisories+"cve-v5.zip")
	d := directory(t)
	w := evidence.NewWeaknesses(buildKit(t, d, map[string][]string{"cve": {zipped}}))
	rows := recordRows(t, zipped)
	var counts [2]struct{ rows, right, sure int }
	misses := map[string][]string{}
	for _, r := range rows {
		p := &netvet.Product{Name: r.product, Manufacturer: r.vendor, Version: r.version}
		m := d.Resolve(netvet.Clues{Names: []string{r.vendor}, Product: r.product}, asOf)
		got, err := w.Product(p, &m, nil)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(got.Found, func(v netvet.Vulnerability) bool { return v.ID == r.cve })
		n := &counts[0]
		if r.fixed {
			n = &counts[1]
		}
		n.rows++
		if (i >= 0) == !r.fixed {
			n.right++
			if i >= 0 && got.Found[i].State == "affected" {
				n.sure++
			}
			continue
		}
		state := "not found"
		if i >= 0 {
			state = got.Found[i].State + ": " + got.Found[i].Reason
		}
		class := classOf(r, state)
		misses[class] = append(misses[class], fmt.Sprintf("| %s | %s | %s | %s | %s | %s |", r.cve, cell(r.vendor), cell(r.product), cell(r.version), cell(r.from), cell(state)))
	}
	table := missTable(counts[0].rows, counts[0].right, counts[0].sure, counts[1].rows, counts[1].right, misses)
	if counts[0].right*100 < 95*counts[0].rows || counts[1].right*100 < 95*counts[1].rows {
		t.Errorf("%d of %d rows with an affected version find it, %d of %d with a fixed version do not", counts[0].right, counts[0].rows, counts[1].right, counts[1].rows)
	}
	golden(t, "CVE-MISSES.md", table)
}

// golden compares a text with a file of this folder, or writes it.
func golden(t *testing.T, name, text string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil || string(want) != text {
		t.Errorf("%s is not what is found now (%v): run the test with -update and read what changed", name, err)
	}
}

func cell(text string) string {
	text = strings.Join(strings.Fields(strings.ReplaceAll(text, "|", "/")), " ")
	if r := []rune(text); len(r) > 90 {
		return string(r[:90]) + "…"
	}
	return text
}

// classOf says why a row is missed, in the words of the table.
func classOf(r recordRow, state string) string {
	switch {
	case !r.fixed:
		return "an affected version that is not found"
	case strings.HasPrefix(state, "affected"):
		return "a fixed version that the record's other ranges hold, or that is not ordered as the maker does"
	}
	return "a fixed version that is possibly affected"
}

const shownMisses = 60

func missTable(rows, found, sure, fixedRows, quiet int, misses map[string][]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Inventory rows made from CVE records, and those that go wrong\n\nWritten by the test TestRecordsFindThemselves with -update. Rows are vendor, product and version as 4,242 records\nof network, server, storage and firmware makers give them.\n\n")
	fmt.Fprintf(&b, "| rows | | right | |\n|---|---|---|---|\n| with an affected version | %d | %d find their CVE, %d of them for certain | %.1f %% |\n", rows, found, sure, 100*float64(found)/float64(max(rows, 1)))
	fmt.Fprintf(&b, "| with a fixed version | %d | %d do not | %.1f %% |\n", fixedRows, quiet, 100*float64(quiet)/float64(max(fixedRows, 1)))
	var classes []string
	for c := range misses {
		classes = append(classes, c)
	}
	slices.Sort(classes)
	for _, c := range classes {
		list := misses[c]
		fmt.Fprintf(&b, "\n## %s: %d\n\n| CVE | vendor | product | version | the record's range | found |\n|---|---|---|---|---|---|\n", c, len(list))
		for _, line := range list[:min(len(list), shownMisses)] {
			b.WriteString(line + "\n")
		}
		if len(list) > shownMisses {
			fmt.Fprintf(&b, "\nand %d more of the same kind\n", len(list)-shownMisses)
		}
	}
	return b.String()
}

// recordRows makes rows of the authorities' own statements: of each product one
// for every kind of range, up to three of a kind.
func recordRows(t *testing.T, path string) []recordRow {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var rows []recordRow
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".json") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var rec rowRecord
		if err := json.NewDecoder(r).Decode(&rec); err != nil {
			t.Fatal(err)
		}
		r.Close()
		rows = append(rows, rec.rows()...)
	}
	return rows
}

type rowRecord struct {
	Metadata struct {
		ID string `json:"cveId"`
	} `json:"cveMetadata"`
	Containers struct {
		CNA struct {
			Affected []struct {
				Vendor, Product string
				Versions        []rowVersion
			}
		}
	}
}

type rowVersion struct{ Version, Status, LessThan, LessThanOrEqual, VersionType string }

// heldElsewhere reports whether another range of the same entry begins below a
// version and ends above it: the record then says that it is affected.
func heldElsewhere(list []rowVersion, but int, version string) bool {
	order := versions.Generic()
	for i, v := range list {
		end := cmp.Or(v.LessThan, v.LessThanOrEqual)
		if i == but || v.Status != "affected" || end == "" {
			continue
		}
		above, errAbove := order.Compare(version, end)
		below, errBelow := order.Compare(version, v.Version)
		if errAbove == nil && above < 0 && (errBelow != nil || below >= 0) {
			return true
		}
	}
	return false
}

var (
	plainVersion = regexp.MustCompile(`^[vV]?\d[\w.()\-]*$`)
	lastNumber   = regexp.MustCompile(`^(.*?)(\d+)(\D*)$`)
	nobody       = regexp.MustCompile(`(?i)^(n/a|na|unknown|unspecified|-)?$`)
)

func (rec *rowRecord) rows() []recordRow {
	var out []recordRow
	for _, a := range rec.Containers.CNA.Affected {
		if nobody.MatchString(a.Vendor) || nobody.MatchString(a.Product) {
			continue
		}
		kinds := map[string]int{}
		for i, v := range a.Versions {
			end := cmp.Or(v.LessThan, v.LessThanOrEqual)
			if v.Status != "affected" {
				continue
			}
			row := recordRow{cve: rec.Metadata.ID, vendor: a.Vendor, product: a.Product, from: v.Version + " .. " + end}
			add := func(kind, version string, fixed bool) {
				if kinds[kind]++; kinds[kind] <= 3 && plainVersion.MatchString(version) {
					row.version, row.fixed = version, fixed
					out = append(out, row)
				}
			}
			switch {
			case end == "":
				add("only", v.Version, false)
			case v.LessThanOrEqual != "" && v.LessThan == "":
				add("up to", end, false)
			default:
				if v.Version != end && v.Version != "0" {
					add("from", v.Version, false)
				}
				add("under", under(end), false)
				if !heldElsewhere(a.Versions, i, end) {
					add("fixed", end, true)
				}
			}
		}
	}
	return out
}

// under is a version below another: the last number is one less.
func under(version string) string {
	m := lastNumber.FindStringSubmatch(version)
	if m == nil {
		return ""
	}
	n, err := strconv.Atoi(m[2])
	if err != nil || n == 0 || strings.Contains(version, "*") {
		return ""
	}
	return fmt.Sprintf("%s%0*d%s", m[1], len(m[2]), n-1, m[3])
}

package sbom

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/netvet/netvet"
)

// corpus is the folder of real files beside the checkout.
const corpus = "../../shared/corpus"

// corpusRow is one line of the corpus's MANIFEST.csv.
type corpusRow struct{ path, format, what, expected, origin string }

func corpusRows(t *testing.T) []corpusRow {
	t.Helper()
	file, err := os.Open(filepath.Join(corpus, "MANIFEST.csv"))
	if err != nil {
		t.Skipf("the corpus of real files is not at %s: %v", corpus, err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := make(map[string]int)
	for i, name := range rows[0] {
		column[name] = i
	}
	var list []corpusRow
	for _, row := range rows[1:] {
		list = append(list, corpusRow{row[column["path"]], row[column["format_version"]], row[column["what_it_is"]], row[column["expected"]], row[column["origin"]]})
	}
	return list
}

func corpusInput(t *testing.T, row corpusRow) ([]byte, Input) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(corpus, row.path))
	if err != nil {
		t.Fatal(err)
	}
	return data, bytesInput(row.path, data)
}

// corpusFile is a file of the corpus and what is read of it.
type corpusFile struct {
	corpusRow
	reading
	data []byte // of a file, nil of a folder
}

// readCorpus reads a file as the command does: an archive by its entries, a folder as
// a whole.
func readCorpus(t *testing.T, row corpusRow) *corpusFile {
	t.Helper()
	f := &corpusFile{corpusRow: row}
	if !strings.HasSuffix(row.path, "/") {
		f.data, _ = corpusInput(t, row)
	}
	inputs, gaps, err := Walk([]string{filepath.Join(corpus, row.path)}, nil, Options{})
	if err != nil {
		f.Error = err.Error()
	}
	for _, in := range inputs {
		f.add(readInput(t, in, Options{}))
	}
	f.Gaps = append(f.Gaps, gaps...)
	return f
}

// add puts what was read of one more input beside the rest.
func (f *corpusFile) add(r reading) {
	if f.Format == "" {
		f.Format = r.Format
	}
	f.Error += r.Error
	f.Products = append(f.Products, r.Products...)
	f.Observations = append(f.Observations, r.Observations...)
	f.Declarations = append(f.Declarations, r.Declarations...)
	f.Gaps = append(f.Gaps, r.Gaps...)
	f.Notes = append(f.Notes, r.Notes...)
}

// claim is one thing that the manifest says of a file, and what was read.
type claim struct{ what, want, got string }

// claims compares a file with what the manifest says of it.
type claims func(t *testing.T, f *corpusFile) []claim

// corpusKind is one kind of file: those whose path and format in the manifest begin so.
type corpusKind struct {
	name         string // of the format that must read it
	path, format string
	says         claims
}

// corpusKinds lists the kinds, the first that fits counts. Each has a reader of its own
// for the column "expected" of the manifest; without one there is nothing to compare.
func corpusKinds() []corpusKind {
	return []corpusKind{
		{"cyclonedx-json", "", "CycloneDX JSON", cyclonedxClaims},
		{"cyclonedx-xml", "", "CycloneDX XML", cyclonedxClaims},
		{"spdx-json", "", "SPDX JSON", spdxClaims},
		{"spdx-tagvalue", "", "SPDX tag-value", spdxClaims},
		{"spdx-yaml", "", "SPDX YAML", spdxClaims},
		{"spdx-rdf", "", "SPDX RDF", spdxClaims},
		{"spdx-xml", "", "SPDX XML", spdxClaims},
		{"spdx3-json", "", "SPDX 3 JSON-LD", spdx3Claims},
		{"syft-json", "", "syft JSON", syftClaims},
		{"in-toto", "", "in-toto DSSE", attestationClaims},
		{"redfish", "redfish/", "Redfish resource tree", redfishTreeClaims},
		{"", "redfish/", "Redfish (no @odata.type)", nil}, // answers that are errors, and exports of settings
		{"redfish-json", "redfish/", "Redfish ", redfishClaims},
		{"oneview", "redfish/hpe-oneview-native/", "", oneviewClaims},
		{"dmidecode", "", "dmidecode text", dmidecodeClaims},
		{"ansible-facts", "", "Ansible facts", ansibleClaims},
		{"facter", "", "Facter facts", facterClaims},
		{"glpi-json", "", "GLPI inventory JSON", glpiClaims},
		{"glpi-xml", "", "GLPI/OCS/FusionInventory XML", glpiClaims},
		{"devicetype", "", "NetBox ", deviceTypeClaims},
		{"netbox", "dcim/netbox-demo/", "", netboxClaims},
		{"aws", "", "AWS ", awsClaims},
		{"azure", "", "Azure ARM", azureClaims},
		{"gcp", "", "GCP API", gcpClaims},
		{"terraform", "", "Terraform plan", terraformPlanClaims},
		{"terraform", "", "pytest-terraform", terraformStateClaims},
		{"librenms", "", "LibreNMS", librenmsClaims},
		{"snmprec", "", "snmpsim", snmprecClaims},
		{"", "network/napalm/optics__", "", nil}, // optical readings, which tell of no device
		{"napalm", "", "NAPALM expected_result", napalmClaims},
		{"show-commands", "", "CLI text", showClaims},
		{"nmap", "", "nmap XML", nmapClaims},
		{"zeek", "", "Zeek log", zeekClaims},
		{"mud", "", "RFC 8520", mudClaims},
		{"csaf", "", "CSAF 2", csafClaims},
		{"openvex", "", "OpenVEX", openvexClaims},
	}
}

// kindOf returns the kind of a row, or nil where the manifest says of a file only how
// large it is, or what it is broken as.
func kindOf(row corpusRow) *corpusKind {
	kinds := corpusKinds()
	i := slices.IndexFunc(kinds, func(k corpusKind) bool {
		return strings.HasPrefix(row.path, k.path) && strings.HasPrefix(row.format, k.format)
	})
	if i < 0 || kinds[i].says == nil || strings.Contains(row.expected, "None model=None part=None serial=None fw=None") {
		return nil
	}
	return &kinds[i]
}

// isInvalid tells files that are broken on purpose.
func isInvalid(row corpusRow) bool {
	for _, mark := range []string{"sbom/bad/", "sbom/bad-derived/", "csaf-oasis-invalid/", "guac-testdata/invalid-"} {
		if strings.Contains(row.path, mark) {
			return true
		}
	}
	return strings.Contains(row.expected, "SCHEMA-INVALID") || strings.HasPrefix(row.format, "MALFORMED")
}

// claimsThatFail returns the claims that do not hold, that the right format read the file
// among them.
func claimsThatFail(t *testing.T, kind *corpusKind, f *corpusFile) []claim {
	all := []claim{{"format", kind.name, f.Format}, {"error", "", f.Error}}
	if f.Error == "" && f.Format == kind.name {
		all = append(all, kind.says(t, f)...)
	}
	return slices.DeleteFunc(all, func(c claim) bool { return c.want == c.got })
}

// isSilent tells a file that was read without an error and of which nothing is told.
func (f *corpusFile) isSilent() bool {
	return f.Error == "" && len(f.Products)+len(f.Gaps)+len(f.Observations)+len(f.Declarations) == 0
}

// TestCorpusNote reads every file of the corpus and compares it with the manifest. The
// note CORPUS.md lists what differs and why; nothing may differ that it does not
// explain, and no more than 3 % of a kind.
func TestCorpusNote(t *testing.T) {
	note := newCorpusNote(t)
	for _, row := range corpusRows(t) {
		if strings.HasPrefix(row.path, "advisories/") {
			continue // for the data of vulnerabilities, which are no inventory
		}
		f, kind := readCorpus(t, row), kindOf(row)
		if f.isSilent() {
			t.Errorf("%s: neither a product, a fact, a gap nor an error", row.path)
		}
		switch {
		case isInvalid(row):
			note.invalid(kind, f)
		case kind == nil:
			note.other(f)
		default:
			note.compare(kind, f, claimsThatFail(t, kind, f))
		}
	}
	note.finish()
}

// parts are the components of all products.
func (r *reading) parts() []netvet.Component {
	var all []netvet.Component
	for _, p := range r.Products {
		all = append(all, p.Components...)
	}
	return all
}

func (r *reading) ofType(types ...string) []netvet.Component {
	return slices.DeleteFunc(r.parts(), func(c netvet.Component) bool { return !slices.Contains(types, c.Type) })
}

func (r *reading) ofPointer(prefix string) []netvet.Component {
	return slices.DeleteFunc(r.parts(), func(c netvet.Component) bool { return !strings.HasPrefix(c.Pointer, prefix) })
}

func (r *reading) first() netvet.Product {
	if len(r.Products) == 0 {
		return netvet.Product{}
	}
	return r.Products[0].Product
}

// claimed claims anything that can be written.
func claimed[T, U any](what string, want T, got U) claim {
	return claim{what, fmt.Sprint(want), fmt.Sprint(got)}
}

// stated claims a text that may be a filler or None.
func stated(what, want, got string) claim {
	if want == "None" || want == "NA" {
		want = ""
	}
	return claim{what, statedText(want), got}
}

// named claims a list as the manifest writes it: how many, and the first of them by
// name, cut after some characters, and "..." where there are more.
func named(what, number, names string, have map[string]bool) claim {
	var pieces, found []string
	for name := range have {
		pieces = append(append(pieces, name), strings.Split(name, "; ")...)
	}
	const cut = 30
	for _, name := range strings.Split(names, "; ") {
		if name == "..." || slices.ContainsFunc(pieces, func(piece string) bool {
			return piece == name || len(name) > cut && strings.HasPrefix(piece, name)
		}) {
			found = append(found, name)
		}
	}
	return claim{what, fmt.Sprintf("%s [%s]", number, names), fmt.Sprintf("%d [%s]", len(have), strings.Join(found, "; "))}
}

// gather collects what is not empty.
func gather(list map[string]bool, texts ...string) {
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			list[text] = true
		}
	}
}

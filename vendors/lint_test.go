package vendors

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
	"pgregory.net/rapid"
)

// supplierFile is a file without fault; cases change a line of it.
const supplierFile = `id: acme-networks
name: Acme Networks Testonly Ltd.
aliases: [Acme Testonly, ATO]
ambiguous: [ATO]
countries: {incorporated: IE, headquarters: US}
owners:
  - {id: cisco, share: control, from: 2020-01-01, source: annual report 2020, confidence: high}
categories: [switch-router]
identifiers:
  domain: [acme-testonly.example]
  pci: [f00d]
  part_patterns: ['^ACM\d{4}']
claims:
  - {what: something, source: somewhere, date: 2026-01, confidence: low}
examples:
  - {raw: Acme Testonly}
source: the company's site
date: 2026-11-21
confidence: high
`

const listFile = `id: xx-test
title: A list
authority: An authority
legal_basis: A law
jurisdiction: US
binds: somebody
effects: [procurement_ban]
status: in_force
grade: statute
reach: named_only
matching: named
url: https://authority.example/list
as_of: 2026-11-21
complete: true
confidence: high
source: the list
entries:
  - supplier: huawei
    listed_name: Huawei
    from: 2020-01-01
    scope: {any: true}
    scope_text: everything
    citation: page 1
`

func TestLintFaults(t *testing.T) {
	for _, tt := range []struct {
		list     bool
		old, new string
		line     int
		want     string
	}{
		{old: "id: acme-networks", new: "id: acme", line: 1, want: "not the file's name"},
		{old: "source: the company's site\n", new: "", want: "no source given"},
		{old: "date: 2026-11-21\nconf", new: "conf", want: "no date given"},
		{old: "confidence: high\n", new: "confidence: sure\n", line: 19, want: `"sure" is no confidence`},
		{old: "headquarters: US}", new: "headquarters: UK}", line: 5, want: `"UK" is no country code`},
		{old: "countries: {incorporated: IE, headquarters: US}", new: "countries: {incorporated: IE, headquarters: ''}", line: 5, want: "no headquarters given"},
		{old: "ambiguous: [ATO]", new: "ambiguous: [ATO, Nobody]", line: 4, want: `"Nobody" is no name`},
		{old: "{id: cisco,", new: "{id: ciscoo,", line: 7, want: `did you mean "cisco"`},
		{old: "{id: cisco,", new: "{id: acme-networks,", line: 7, want: "does not own itself"},
		{old: "{id: cisco,", new: "{id: cisco, name: Cisco,", line: 7, want: "either the id"},
		{old: "from: 2020-01-01, source", new: "from: 2020-01-01, to: 2019, source", line: 7, want: "ends 2019, not after"},
		{old: "categories:", new: "  - {name: B, share: control, from: 2021, source: s, confidence: low}\ncategories:", line: 8, want: "two owners in control at once"},
		{old: "share: control", new: "share: all", line: 7, want: `"all" is no share`},
		{old: "domain: [acme-testonly.example]", new: "domain: ['http://a.example']", line: 10, want: "not a lower-case host name"},
		{old: "pci: [f00d]", new: "pci: [F00D]", line: 11, want: "4 lower-case hexadecimal digits"},
		{old: "pci: [f00d]", new: "pci: ['1344']", line: 11, want: "also an identifier of micron"},
		{old: "'^ACM\\d{4}'", new: "'^AC'", line: 12, want: "names no digits"},
		{old: "'^ACM\\d{4}'", new: "'^A\\d'", line: 12, want: "is met by 2 characters"},
		{old: "'^ACM\\d{4}'", new: "'^A(\\d{4}'", line: 12, want: "does not compile"},
		{old: "'^ACM\\d{4}'", new: "'ACM\\d{4}'", line: 12, want: "may begin anywhere"},
		{old: "source: somewhere", new: "source: ''", line: 14, want: "no source given"},
		{old: "raw: Acme Testonly", new: "raw: ' '", line: 16, want: "no raw given"},
		{old: "aliases: [Acme Testonly, ATO]", new: "aliases: [Acme Testonly, ATO, micron technology]", line: 3, want: "also a name of micron"},
		{old: "categories", new: "catgories", line: 8, want: `did you mean "categories"`},

		{list: true, old: "id: xx-test", new: "id: test", line: 1, want: "not the file's name"},
		{list: true, old: "supplier: huawei", new: "supplier: huaweii", line: 18, want: `did you mean "huawei"`},
		{list: true, old: "citation: page 1", new: "citation: ''", line: 23, want: "no citation given"},
		{list: true, old: "from: 2020-01-01", new: "from: 2020-01-01\n    to: 2019-01-01", line: 21, want: "not after it begins"},
		{list: true, old: "[procurement_ban]", new: "[ban]", line: 7, want: `"ban" is no effect`},
		{list: true, old: "[procurement_ban]", new: "[]", line: 7, want: "no effects given"},
		{list: true, old: "status: in_force", new: "status: active", line: 8, want: `"active" is no status`},
		{list: true, old: "grade: statute", new: "grade: law", line: 9, want: `"law" is no grade`},
		{list: true, old: "reach: named_only", new: "reach: all", line: 10, want: `"all" is no reach`},
		{list: true, old: "jurisdiction: US", new: "jurisdiction: USA", line: 5, want: "is no jurisdiction"},
		{list: true, old: "matching: named", new: "matching: guess", line: 11, want: `"guess" is no matching`},
		{list: true, old: "url: https://authority.example/list", new: "url: see the site", line: 12, want: "is no address"},
		{list: true, old: "scope: {any: true}", new: "scope: {kinds: [thing]}", line: 21, want: `"thing" is no kind`},
		{list: true, old: "scope: {any: true}", new: "scope: {categories: [thing]}", line: 21, want: `"thing" is no category`},
		{list: true, old: "scope: {any: true}", new: "scope: {any: true, models: [H20]}", line: 21, want: "a narrower scope at once"},
	} {
		t.Run(tt.want+" "+tt.new, func(t *testing.T) {
			name, file := "data/acme-networks.yaml", supplierFile
			if tt.list {
				name, file = "lists/xx-test.yaml", listFile
			}
			i := strings.LastIndex(file, tt.old)
			if i < 0 {
				t.Fatalf("the file has no %q", tt.old)
			}
			file = file[:i] + tt.new + file[i+len(tt.old):]
			faults := Lint(fstest.MapFS{name: {Data: []byte(file)}})
			for _, f := range faults {
				if f.File == name && strings.Contains(f.Text, tt.want) && (tt.line == 0 || f.Line == tt.line) {
					return
				}
			}
			t.Errorf("want %s:%d: ...%s..., got:\n%v", name, tt.line, tt.want, faults)
		})
	}
}

func TestLintClean(t *testing.T) {
	if faults := Lint(fstest.MapFS{"data/acme-networks.yaml": {Data: []byte(supplierFile)}, "lists/xx-test.yaml": {Data: []byte(listFile)}}); len(faults) > 0 {
		t.Error(faults)
	}
}

// TestLintAll: every fault of every file comes at once, in order.
func TestLintAll(t *testing.T) {
	faults := Lint(fstest.MapFS{
		"data/a.yaml":  {Data: []byte("id: a\nname: A Testonly\n")},
		"data/b.yaml":  {Data: []byte("id: b\nnmae: B Testonly\ncountries: 3\n")},
		"data/c.yaml":  {Data: nil},
		"lists/d.yaml": {Data: []byte("id: e\n")},
	})
	files := map[string]int{}
	for _, f := range faults {
		files[f.File]++
	}
	if files["data/a.yaml"] < 4 || files["data/b.yaml"] != 2 || files["data/c.yaml"] != 1 || files["lists/d.yaml"] < 8 {
		t.Errorf("got:\n%v", faults)
	}
	if !slices.IsSortedFunc(faults, func(a, b strictyaml.Fault) int { return strings.Compare(a.File, b.File) }) {
		t.Errorf("not in order:\n%v", faults)
	}
}

func TestLintNothing(t *testing.T) {
	if faults := Lint(fstest.MapFS{"readme.txt": {}}); len(faults) != 1 || !strings.Contains(faults[0].Text, "data/<id>.yaml") {
		t.Errorf("got %v", faults)
	}
}

// TestLintCircle: ownership may go back and forth over the years, but not in a
// circle at one time.
func TestLintCircle(t *testing.T) {
	file := func(id, owner, from, to string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(fmt.Sprintf("id: %[1]s\nname: %[1]s testonly\ncountries: {headquarters: US}\nowners: [{id: %[2]s, share: control, from: %[3]s, to: %[4]s, source: s, confidence: low}]\nsource: s\ndate: 2026\nconfidence: low\n", id, owner, from, to))}
	}
	for _, tt := range []struct {
		name  string
		files fstest.MapFS
		want  int
	}{
		{"at one time", fstest.MapFS{"aa.yaml": file("aa", "bb", "2010", "2012"), "bb.yaml": file("bb", "cc", "2011", "2013"), "cc.yaml": file("cc", "aa", "2011-06", "2020")}, 3},
		{"one after another", fstest.MapFS{"aa.yaml": file("aa", "bb", "2010", "2012"), "bb.yaml": file("bb", "aa", "2012", "2013")}, 0},
		{"never all three", fstest.MapFS{"aa.yaml": file("aa", "bb", "2010", "2012"), "bb.yaml": file("bb", "cc", "2011", "2015"), "cc.yaml": file("cc", "aa", "2013", "2020")}, 0},
	} {
		faults := Lint(tt.files)
		if len(faults) != tt.want {
			t.Errorf("%s: %d faults, want %d:\n%v", tt.name, len(faults), tt.want, faults)
		}
	}
}

func TestCountries(t *testing.T) {
	codes := strings.Fields(countryCodes)
	if len(codes) != 249 || !slices.IsSorted(codes) {
		t.Errorf("%d codes, sorted %v: ISO 3166-1 has 249", len(codes), slices.IsSorted(codes))
	}
	for _, no := range []string{"UK", "EU", "us", "U", "", "A ", "USA", " U"} {
		if isCountry(no) {
			t.Errorf("%q is taken for a country", no)
		}
	}
}

// TestPackUnpack: whatever a record holds comes out of the index as it went in.
func TestPackUnpack(t *testing.T) {
	words := rapid.SliceOfN(rapid.String(), 0, 4)
	rapid.Check(t, func(t *rapid.T) {
		r := &Record{
			ID: rapid.String().Draw(t, "id"), Aliases: words.Draw(t, "aliases"), Community: rapid.Bool().Draw(t, "community"),
			Names:  rapid.MapOfN(rapid.String(), words, 0, 3).Draw(t, "names"),
			Owners: []Ownership{{ID: rapid.String().Draw(t, "owner"), From: netvet.Date(rapid.String().Draw(t, "from"))}},
			IDs:    IDs{OUI: words.Draw(t, "oui"), PartPatterns: words.Draw(t, "patterns")},
		}
		packed := pack([]*Record{r, r})
		var out []*Record
		if err := unpack(string(packed), &out); err != nil {
			t.Fatal(err)
		}
		if len(out) != 2 || string(pack(out)) != string(packed) {
			t.Fatalf("%v came out as %v", r, out)
		}
		if !slices.Equal(out[1].Aliases, r.Aliases) || !maps.EqualFunc(out[0].Names, r.Names, slices.Equal[[]string]) {
			t.Fatalf("%v came out as %v", r, out[1])
		}
	})
}

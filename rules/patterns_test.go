package rules

import (
	"fmt"
	"testing"

	"github.com/netvet/netvet"
)

func TestMatcher(t *testing.T) {
	l := fixture(t)
	m, slots := patternMatcher(l.Patterns)
	m.ready()
	k := m.picker()
	firmware := func(name string) netvet.Component { return netvet.Component{Name: name, Kind: netvet.KindFirmware} }
	withID := func(kind netvet.IdentifierType, value string) netvet.Component {
		return netvet.Component{Name: "x", Kind: netvet.KindDevice, Identifiers: []netvet.Identifier{{Type: kind, Value: value}}}
	}
	for _, c := range []struct {
		name      string
		component netvet.Component
		maker     *netvet.Supplier
		want      bool
	}{
		{"whole name", firmware("bmc"), nil, true},
		{"whole name only", firmware("BMC Helix"), nil, false},
		{"words", firmware("Dell iDRAC9 Enterprise"), nil, true},
		{"words in full width", firmware("ｉＤＲＡＣ９"), nil, true},
		{"not a part of a word", firmware("cidracula"), nil, false},
		{"another kind", netvet.Component{Name: "iDRAC9", Kind: netvet.KindSoftware}, nil, false},
		{"no kind stated", netvet.Component{Name: "iDRAC9"}, nil, true},
		{"a kind nobody knows", netvet.Component{Name: "iDRAC9", Kind: "quux"}, nil, false},
		{"described", netvet.Component{Name: "U12", Description: "AST2600 Baseboard  Management-Controller", Kind: netvet.KindDevice}, nil, true},
		{"group", netvet.Component{Group: "org.openbmc.web", Name: "x", Kind: netvet.KindFirmware}, nil, true},
		{"prefix of a part number", netvet.Component{Name: "x", PartNumber: "IDRAC9-X", Kind: netvet.KindDevice}, nil, true},
		{"CPE 2.3", withID(netvet.IDCPE, `cpe:2.3:o:AMI:megarac_sp-x:13:*:*:*:*:*:*:*`), nil, true},
		{"CPE 2.2", withID(netvet.IDCPE, "cpe:/o:ami:megarac_spx:12"), nil, true},
		{"CPE of another vendor", withID(netvet.IDCPE, "cpe:2.3:o:amix:megarac:13:*:*:*:*:*:*:*"), nil, false},
		{"no CPE at all", withID(netvet.IDCPE, "ami:megarac"), nil, false},
		{"purl", withID(netvet.IDPurl, "pkg:npm/%40OpenBMC/webui@1.2?x=y#z"), nil, true},
		{"purl of another name", withID(netvet.IDPurl, "pkg:npm/%40openbmc/webui2"), nil, false},
		{"purl of another namespace", withID(netvet.IDPurl, "pkg:npm/webui"), nil, false},
		{"PCI id", withID(netvet.IDPCI, "1A032000"), nil, true},
		{"supplier", firmware("x"), &netvet.Supplier{ID: "aspeed"}, true},
		{"exception by words", firmware("iDRAC plug-in of BMC Software"), nil, false},
		{"exception by supplier", firmware("iDRAC plug-in"), &netvet.Supplier{ID: "bmc-software"}, false},
	} {
		if got := k.match(&c.component, c.maker).has(slots["bmc"]); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	t.Run("categories of the maker", func(t *testing.T) {
		c := firmware("x")
		for _, s := range []struct {
			supplier netvet.Supplier
			want     bool
		}{
			{netvet.Supplier{ID: "a", Categories: []string{"modem"}}, true},
			{netvet.Supplier{ID: "b", Categories: []string{"modem", "cpu"}}, false},
			{netvet.Supplier{ID: "c"}, false},
		} {
			for range 2 { // the second time from the cache
				if got := k.match(&c, &s.supplier).has(slots["modem"]); got != s.want {
					t.Errorf("%s: %v", s.supplier.ID, got)
				}
			}
		}
	})
}

func TestRelevance(t *testing.T) {
	p := fixtureProgram(t, "base")
	for _, c := range []struct {
		component netvet.Component
		want      float64
	}{
		{netvet.Component{Name: "iDRAC", Kind: netvet.KindFirmware}, 1},
		{netvet.Component{Name: "iDRAC", Kind: netvet.KindFirmware, Scope: "optional"}, 0.1},
		{netvet.Component{Name: "Resistor 10k", Kind: netvet.KindDevice}, 0.1},
		{netvet.Component{Name: "resistor", Kind: netvet.KindSoftware}, 0.5},
		{netvet.Component{Name: "nvme", Kind: netvet.KindSoftware, Type: "device-driver"}, 0.7},
		{netvet.Component{}, 0.5},
	} {
		if got := p.Relevance(&c.component); got != c.want {
			t.Errorf("%+v: %v, want %v", c.component, got, c.want)
		}
	}
}

func TestTally(t *testing.T) {
	p := fixtureProgram(t, "base")
	tally := p.NewTally()
	by := matched(acme(), 0.9)
	possible := netvet.Match{Possible: []netvet.PossibleMatch{{ID: "acme", Confidence: 0.4}, {ID: "other", Confidence: 0.3}}}
	components := []netvet.Component{
		{Kind: netvet.KindSoftware, Name: "a", Version: "1", Licences: []string{"NOASSERTION"}, Repository: "https://github.com/a/a", Publisher: "A"},
		{Kind: netvet.KindSoftware, Name: "b", Licences: []string{"Acme EULA"}, Repository: "git@GitHub.com:a/b.git", Hashed: true},
		{Kind: netvet.KindSoftware, Name: "c", Licences: []string{"Acme EULA", "GPLv2+"}, Country: "CN", Provenance: true, Modified: true},
		{Kind: netvet.KindFirmware, Name: "BMC", Quantity: 64, Identifiers: []netvet.Identifier{{Type: netvet.IDPurl, Value: "pkg:deb/debian/bmc@1"}}},
		{Kind: netvet.KindDevice, Name: "DIMM", Quantity: 64},
		{Kind: netvet.KindService, Name: "API"},
		{Kind: netvet.KindOther, Name: "data"},
	}
	for i := range components {
		switch {
		case i < 2:
			tally.Component(&components[i], by)
		case i == 2:
			tally.Component(&components[i], possible)
		default:
			tally.Component(&components[i], netvet.Match{})
		}
	}
	var a netvet.Assessment
	tally.Fill(&a)
	c := a.Census
	for what, n := range map[string][2]int{
		"total": {c.Total, 7}, "software": {c.Software, 3}, "firmware": {c.Firmware, 1}, "devices": {c.Devices, 1}, "services": {c.Services, 1},
		"version": {c.WithVersion, 1}, "maker": {c.WithMaker, 1}, "identifier": {c.WithIdentifier, 1}, "hash": {c.WithHash, 1}, "licence": {c.WithLicence, 2},
		"proprietary": {c.Proprietary, 1}, "repository": {c.WithRepository, 2}, "provenance": {c.WithProvenance, 1}, "country": {c.WithCountry, 1},
		"modified": {c.Modified, 1}, "resolved": {c.Resolved, 2}, "github": {c.Hosts["github.com"], 2}, "deb": {c.Ecosystems["deb"], 1},
		"XX": {c.Countries["XX"], 2}, "CN": {c.Origins["CN"], 1},
	} {
		if n[0] != n[1] {
			t.Errorf("%s: %d, want %d", what, n[0], n[1])
		}
	}
	if len(a.Candidates) != 2 || a.Candidates[0].Pattern != "bmc" || a.Candidates[0].Count != 64 {
		t.Errorf("%+v", a.Candidates)
	}
	if len(a.Makers) != 2 || a.Makers[0].Match.Supplier.ID != "acme" || a.Makers[0].Count != 2 || a.Makers[1].Match.Possible[0].ID != "other" || !a.Makers[1].PossibleOnly {
		t.Errorf("%+v", a.Makers)
	}
}

func TestTallyIsBounded(t *testing.T) {
	tally := fixtureProgram(t, "base").NewTally()
	for i := range maxCandidates + 500 {
		tally.Component(&netvet.Component{Kind: netvet.KindFirmware, Name: "BMC", Version: fmt.Sprint(i), Repository: fmt.Sprintf("https://h%d.example.org/x", i), Quantity: 2}, netvet.Match{})
	}
	var a netvet.Assessment
	tally.Fill(&a)
	if len(a.Candidates) != 2*maxCandidates || len(a.Census.Hosts) != maxKeys+1 || a.Census.Hosts[otherKey] != maxCandidates+500-maxKeys {
		t.Errorf("%d candidates, %d hosts", len(a.Candidates), len(a.Census.Hosts))
	}
	if len(a.Gaps) != 2 || a.Gaps[0].Reason != "1000 more components of pattern bmc: only 2000 different ones are kept" {
		t.Errorf("%+v", a.Gaps)
	}
}

func TestLicences(t *testing.T) {
	l, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	known := newLicences(l.licences)
	for text, want := range map[string]licence{
		"Apache-2.0": licenceOpen, "MIT OR Proprietary": licenceOpen, "The MIT License": licenceOpen, "GPLv2+": licenceOpen, "BSD-3-Clause": licenceOpen,
		"LGPL-2.1-only WITH x": licenceOpen, "MulanPSL-2.0": licenceOpen, "https://www.apache.org/licenses/LICENSE-2.0": licenceOpen,
		"NOASSERTION": licenceSilent, "": licenceSilent, "none": licenceSilent,
		"Commercial": licenceOther, "LicenseRef-Dell-EULA": licenceOther, "BUSL-1.1": licenceOther, "SSPL-1.0": licenceOther,
	} {
		if got := known.classify(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

// benchLibrary has as many patterns as a real one.
func benchLibrary(b *testing.B) *Program {
	l := fixture(b)
	for i := range 60 {
		p := *l.Patterns[0]
		p.ID = fmt.Sprintf("bench-%d", i)
		p.Words = []string{fmt.Sprintf("zeta%d", i), fmt.Sprintf("eta %d theta", i), "sentry sdk"}
		p.Names = []string{fmt.Sprintf("iota%d", i), "frpc"}
		p.Identifiers = []string{fmt.Sprintf("cpe:kappa%d:lambda*", i), fmt.Sprintf("purl:npm/mu%d", i)}
		p.All, p.Described = false, nil
		l.Patterns = append(l.Patterns, &p)
	}
	f, err := l.Profile("base")
	if err != nil {
		b.Fatal(err)
	}
	p, err := l.Program(f, []netvet.List{acmeBan()}, fixtureDate)
	if err != nil {
		b.Fatal(err)
	}
	return p
}

func BenchmarkTallyComponent(b *testing.B) {
	p := benchLibrary(b)
	tally := p.NewTally()
	by := matched(acme(), 0.9)
	components := make([]netvet.Component, 1000)
	for i := range components {
		components[i] = netvet.Component{
			Ref: "r", Kind: netvet.KindSoftware, Type: "library", Group: "org.apache.commons", Name: fmt.Sprintf("commons-lang%d-util", i), Version: "3.12.0",
			Publisher: "The Apache Software Foundation", Licences: []string{"Apache-2.0"}, Hashed: true, Repository: "https://github.com/apache/commons-lang",
			Description: "Apache Commons Lang, a package of Java utility classes", Identifiers: []netvet.Identifier{{Type: netvet.IDPurl, Value: "pkg:maven/org.apache.commons/commons-lang3@3.12.0"}},
		}
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		tally.Component(&components[i%len(components)], by)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "components/s")
}

package evidence_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/evidence"
)

// asked is a product as an inventory gives it, and what must be found.
type asked struct {
	name, maker, model, version, description string
	kind                                     netvet.Kind
	parts                                    []netvet.Component
	cve, state, reason                       string // state is empty when it must not be found
	exploited                                bool
}

func check(t *testing.T, w *evidence.Weaknesses, c asked) {
	t.Helper()
	p := &netvet.Product{Name: c.name, Manufacturer: c.maker, Model: c.model, Version: c.version, Description: c.description, Kind: c.kind}
	m := directory(t).Resolve(netvet.Clues{Names: []string{c.maker}, Product: c.name, Model: c.model}, asOf)
	got, err := w.Product(p, &m, c.parts)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(got.Found, func(v netvet.Vulnerability) bool { return v.ID == c.cve })
	switch {
	case i < 0 && c.state == "":
	case i < 0:
		t.Errorf("%+v: %s is not found", c, c.cve)
	case got.Found[i].State != c.state || !strings.Contains(got.Found[i].Reason, c.reason) || got.Found[i].Exploited != c.exploited:
		t.Errorf("%+v: %s is %+v", c, c.cve, got.Found[i])
	}
}

func TestOwnRecords(t *testing.T) {
	w := evidence.NewWeaknesses(buildKit(t, directory(t), map[string][]string{"cve": {"testdata/cve"}, "kev": {"testdata/kev.json"}, "epss": {"testdata/epss.csv"}}))
	const affected, possible = "affected", "possibly-affected"
	for _, c := range []asked{
		{name: "FortiGate 100F", maker: "Fortinet", version: "FortiOS v7.0.13", cve: "CVE-2024-55591", state: affected, exploited: true},
		{name: "FortiGate 100F", maker: "Fortinet", version: "v7.0.13,build0566", cve: "CVE-2024-55591", state: affected, exploited: true},
		{name: "FortiGate 100F", maker: "Fortinet", version: "FortiOS 7.0.17", cve: "CVE-2024-55591"},
		{name: "FortiGate 100F", maker: "Fortinet", version: "FortiOS 7.4.1", cve: "CVE-2024-55591"},
		{name: "fw-1", maker: "Fortinet", model: "FortiGate-60F", cve: "CVE-2024-55591", state: possible, reason: "the version is not stated", exploited: true},
		{name: "FortiOS", maker: "Fortinet Inc.", version: "interim", cve: "CVE-2024-55591", state: possible, reason: "cannot be ordered", exploited: true},
		{name: "FortiAnalyzer", maker: "Fortinet", version: "7.0.13", cve: "CVE-2024-55591"},
		{name: "FortiOS", maker: "Cisco", version: "7.0.13", cve: "CVE-2024-55591"},
		{name: "MegaRAC SP-X", maker: "American Megatrends International", version: "13.2", cve: "CVE-2024-54085", state: affected, exploited: true},
		{name: "MegaRAC SP-X", maker: "AMI", version: "13.5", cve: "CVE-2024-54085"},
		{name: "server 7", maker: "AMI", version: "", parts: []netvet.Component{{Kind: netvet.KindFirmware, Type: "firmware", Name: "MegaRAC SP-X", Version: "SPx12-Update-6.00"}},
			cve: "CVE-2024-54085", state: affected, exploited: true},
		{name: "CMS8000 Patient Monitor", maker: "Contec Health", version: "smart3250-2.6.27-wlan2.1.7.cramfs", cve: "CVE-2025-0626", state: affected},
		{name: "CMS8000 Patient Monitor", maker: "Contec Health", version: "smart3250-2.6.28", cve: "CVE-2025-0626"},
		{name: "Gate 200", maker: "Example Networks", version: "2.4.0", cve: "CVE-2099-0001", state: affected},
		{name: "Gate 200", maker: "Example Networks", version: "2.4.1", cve: "CVE-2099-0001"},
		{name: "Gate 400", maker: "Example Networks", version: "2.4.0", cve: "CVE-2099-0001"},
		{name: "Beacon", maker: "Example Networks", version: "3.6.1", cve: "CVE-2099-0001", state: affected},
		{name: "Beacon", maker: "Example Networks", version: "2.9", cve: "CVE-2099-0001"},
		{name: "Relay", maker: "Example Networks", version: "1.0", cve: "CVE-2099-0001", state: possible, reason: "gives the versions as"},
		{name: "Relay", maker: "Example Networks", version: "1.0", cve: "CVE-2099-0002"},
	} {
		check(t, w, c)
	}
}

// TestCatalyst asks the records of the corpus for the product that the guide of
// the format shows first.
func TestCatalyst(t *testing.T) {
	w := evidence.NewWeaknesses(buildKit(t, directory(t), map[string][]string{"cve": {needFile(t, advisories+"cve-v5.zip")}, "kev": {needFile(t, advisories+"cisa-kev/known_exploited_vulnerabilities.json")}}))
	const cve = "CVE-2023-20198"
	for _, c := range []asked{
		{name: "Catalyst 9300", maker: "Cisco", version: "IOS XE 17.6.3", cve: cve, state: "affected", exploited: true},
		{name: "core-1", maker: "Cisco Systems", model: "C9300-48P", version: "17.6.3", kind: netvet.KindDevice, cve: cve, state: "possibly-affected", reason: "is taken from the model", exploited: true},
		{name: "core-1", maker: "Cisco", model: "C9300-48P", version: "17.6.3", description: "Cisco IOS Software [Bengaluru], Catalyst L3 Switch Software (CAT9K_IOSXE), Version 17.6.3, RELEASE SOFTWARE (fc4)", kind: netvet.KindDevice, cve: cve, state: "affected", exploited: true},
		{name: "Catalyst 9300", maker: "Cisco", version: "IOS XE 17.9.4a", cve: cve},
		{name: "Catalyst 9300", maker: "Cisco", version: "IOS XE special", cve: cve, state: "possibly-affected", reason: "cannot be ordered", exploited: true},
		{name: "Catalyst 9300", maker: "Cisco", cve: cve, state: "possibly-affected", reason: "the version is not stated", exploited: true},
		{name: "Catalyst 2960", maker: "Cisco", version: "15.2(4)E7", cve: cve},
		{name: "Nexus 9000", maker: "Cisco", version: "NX-OS 9.3(8)", cve: cve},
	} {
		check(t, w, c)
	}
}

// TestSideBySide asks from many goroutines, as the workers of a scan do.
func TestSideBySide(t *testing.T) {
	d := directory(t)
	w := evidence.NewWeaknesses(buildKit(t, d, map[string][]string{"cve": {"testdata/cve"}, "kev": {"testdata/kev.json"}, "eol": {"testdata/eol"}}))
	m := d.Resolve(netvet.Clues{Names: []string{"Fortinet"}}, asOf)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 50 {
				p := &netvet.Product{Name: "FortiGate", Manufacturer: "Fortinet", Version: fmt.Sprintf("FortiOS 7.0.%d", (i+n)%20)}
				got, err := w.Product(p, &m, nil)
				if err != nil || (len(got.Found) == 1) != ((i+n)%20 <= 16) {
					t.Errorf("%s: %d found, %v", p.Version, len(got.Found), err)
				}
				if _, err := w.Support(p, &m, nil, asOf); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

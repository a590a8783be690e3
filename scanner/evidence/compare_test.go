package evidence

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netvet/netvet"
)

func knowledge(t testing.TB) *Knowledge {
	t.Helper()
	k, err := LoadKnowledge()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// verdicts compares and writes each comparison as "verdict kind name".
func verdicts(t *testing.T, a *netvet.Assessment) (lines []string) {
	t.Helper()
	list, _ := knowledge(t).Compare(a)
	for _, c := range list {
		lines = append(lines, fmt.Sprintf("%s %s %s", c.Verdict, c.Kind, c.Name))
		if c.Verdict == netvet.VerdictNotCompared && c.Why == "" {
			t.Errorf("%s %s is unknown and does not say why", c.Kind, c.Name)
		}
	}
	return lines
}

func sees(kind, name, detail string) netvet.Observation {
	return netvet.Observation{Kind: kind, Name: name, Detail: detail, Source: "probe", From: "2026-09-01T00:00:00Z", To: "2026-09-02T00:00:00Z"}
}

func states(kind, name string) netvet.Declaration { return netvet.Declaration{Kind: kind, Name: name} }

func TestVerdicts(t *testing.T) {
	scanned := sees("host", "192.0.2.1", "scanned=1000 tcp ports by syn scan (1-1000,8443)")
	for _, c := range []struct {
		name string
		a    netvet.Assessment
		want string
	}{
		{"nothing is known", netvet.Assessment{}, ""},
		{"seen, and nothing declares anything", netvet.Assessment{Observations: []netvet.Observation{sees("port", "22/tcp", "")}}, "unknown port 22/tcp"},
		{"seen and not stated", netvet.Assessment{Observations: []netvet.Observation{sees("port", "23/tcp", "")}, Declarations: []netvet.Declaration{states("port", "22/tcp")}},
			"undeclared+observed port 23/tcp, unknown port 22/tcp"},
		{"a range states it", netvet.Assessment{Observations: []netvet.Observation{sees("port", "5005/udp", "")}, Declarations: []netvet.Declaration{states("port", "5000-5010/udp")}},
			"declared+observed port 5005/udp"},
		{"a range of another protocol does not", netvet.Assessment{Observations: []netvet.Observation{sees("port", "5005/tcp", "")}, Declarations: []netvet.Declaration{states("port", "5000-5010/udp")}},
			"undeclared+observed port 5005/tcp, unknown port 5000-5010/udp"},
		{"stated, looked for and not seen", netvet.Assessment{Observations: []netvet.Observation{scanned}, Declarations: []netvet.Declaration{states("port", "8443/tcp"), states("port", "9443/tcp")}},
			"declared+not-observed port 8443/tcp, unknown port 9443/tcp"},
		{"a filtered scan did not see", netvet.Assessment{Observations: []netvet.Observation{sees("host", "192.0.2.1", "filtered=3; scanned=1000 tcp ports by syn scan (1-1000)")},
			Declarations: []netvet.Declaration{states("port", "443/tcp")}}, "unknown port 443/tcp"},
		{"an entry without a port permits all", netvet.Assessment{Observations: []netvet.Observation{sees("port", "8080/tcp", ""), sees("port", "53/udp", "")},
			Declarations: []netvet.Declaration{states("mud-url", "https://example.com/mud"), {Kind: "peer", Name: "local-networks tcp", Detail: "direction=to-device; initiated=to-device"}}},
			"undeclared+observed port 53/udp, declared+observed port 8080/tcp"},
		{"an entry for replies permits none", netvet.Assessment{Observations: []netvet.Observation{sees("port", "8080/udp", "")},
			Declarations: []netvet.Declaration{states("mud-url", "https://example.com/mud"), {Kind: "peer", Name: "dns.example.com 53/udp", Detail: "direction=to-device"}}},
			"undeclared+observed port 8080/udp"},
		{"an empty list states that there is none", netvet.Assessment{Observations: []netvet.Observation{sees("radio", "Quectel EC25", "")},
			Declarations: []netvet.Declaration{states(netvet.FactInventory, "radio")}}, "undeclared+observed radio Quectel EC25"},
		{"a radio goes by several names", netvet.Assessment{Observations: []netvet.Observation{sees("radio", "Quectel EC25", "")},
			Declarations: []netvet.Declaration{states("radio", "LTE module")}}, "declared+observed radio Quectel EC25"},
		{"firmware of another version", netvet.Assessment{Observations: []netvet.Observation{sees("firmware", "BIOS 2.1", "")},
			Declarations: []netvet.Declaration{states("firmware", "BIOS 2.0")}}, "undeclared+observed firmware BIOS 2.1"},
		{"firmware of another name is not known to be another", netvet.Assessment{Observations: []netvet.Observation{sees("firmware", "UEFI 2.1", "")},
			Declarations: []netvet.Declaration{states("firmware", "BIOS 2.1")}}, "unknown firmware BIOS 2.1, unknown firmware UEFI 2.1"},
		{"an inventory would have listed it", netvet.Assessment{Observations: []netvet.Observation{sees(netvet.FactInventory, "account", "")},
			Declarations: []netvet.Declaration{states("account", "admin")}}, "declared+not-observed account admin"},
	} {
		if got := strings.Join(verdicts(t, &c.a), ", "); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestPeers(t *testing.T) {
	declared := []netvet.Declaration{states("mud-url", "https://example.com/mud"), states("peer", "*.update.example.com 443/tcp"), states("peer", "203.0.113.0/24 5000-5010/udp"),
		states("peer", "local-networks 80/tcp"), states("peer", "my-controller 8883/tcp"), states("peer-denied", "203.0.113.7 5001/udp")}
	seen := []netvet.Observation{
		sees("dns", "a.update.example.com", "answers=198.51.100.1, 198.51.100.2"), sees("dns", "b.example.net", "answers=198.51.100.9"), sees("dns", "c.example.net", ""),
		sees("peer", "198.51.100.2 443/tcp", ""), sees("peer", "198.51.100.2 8080/tcp", ""), sees("peer", "198.51.100.9 443/tcp", ""), sees("peer", "198.51.100.77 443/tcp", ""),
		sees("peer", "203.0.113.8 5001/udp", ""), sees("peer", "203.0.113.7 5001/udp", ""), sees("peer", "10.1.1.1 80/tcp", ""), sees("peer", "192.0.2.5 8883/tcp", ""),
		sees("peer", "10.1.1.53 53/udp", ""), sees("peer", "198.51.100.53 53/udp", ""), sees("peer", "255.255.255.255 67/udp", ""),
	}
	want := []string{
		"undeclared+observed peer 198.51.100.2 8080/tcp",
		"undeclared+observed peer 198.51.100.53 53/udp",
		"undeclared+observed peer 198.51.100.9 443/tcp",
		"undeclared+observed peer 203.0.113.7 5001/udp",
		"declared+observed peer 10.1.1.1 80/tcp",
		"declared+observed peer 10.1.1.53 53/udp",
		"declared+observed peer 198.51.100.2 443/tcp",
		"declared+observed peer 203.0.113.8 5001/udp",
		"unknown peer 192.0.2.5 8883/tcp",
		"unknown peer 198.51.100.77 443/tcp",
		"unknown peer c.example.net", // it may be the controller
		"unknown peer my-controller 8883/tcp",
	}
	if diff := cmp.Diff(want, verdicts(t, &netvet.Assessment{Declarations: declared, Observations: seen})); diff != "" {
		t.Error(diff)
	}
}

func TestDetail(t *testing.T) {
	got := Detail(`names=sw1.example.net; maker="Example; product=Faked"; output=a=b; empty`)
	want := map[string]string{"names": "sw1.example.net", "maker": "Example; product=Faked", "output": "a=b"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestStatedIsByTheWordOfTheFormat(t *testing.T) {
	parts := []netvet.Candidate{
		{Pattern: "bmc", Component: netvet.Component{Name: "OpenBMC", Kind: netvet.KindFirmware, Version: "2.14"}},
		{Pattern: "radio", Component: netvet.Component{Name: "wpa_supplicant", Kind: netvet.KindSoftware}},
	}
	for format, want := range map[string][2]int{"redfish": {1, 0}, "cyclonedx-json": {0, 1}, "csv": {0, 0}} {
		a := &netvet.Assessment{Product: netvet.Product{BOM: netvet.BOM{Format: format}}, Candidates: parts}
		knowledge(t).Stated(a)
		if got := [2]int{len(a.Observations), len(a.Declarations)}; got != want {
			t.Errorf("%s: %d observations and %d declarations, want %v", format, got[0], got[1], want)
		}
	}
}

func TestSurfaceTellsWhoseLawReachesAWay(t *testing.T) {
	a := &netvet.Assessment{
		Match:       netvet.Match{Supplier: &netvet.Supplier{ID: "dell", Name: "Dell", Countries: netvet.Countries{Incorporated: "US", Headquarters: "US"}}},
		Candidates:  []netvet.Candidate{{Pattern: "support-agent", Component: netvet.Component{Name: "TeamViewer"}, Maker: netvet.Supplier{ID: "teamviewer", Name: "TeamViewer", Countries: netvet.Countries{Headquarters: "DE"}}}},
		Comparisons: []netvet.Comparison{{Kind: "port", Name: "2222/tcp", Verdict: netvet.VerdictNotCompared, Observed: netvet.Sighting{Known: true, Source: "nmap 7.95", Detail: "service=telnet"}}},
	}
	var got []string
	for _, w := range knowledge(t).Surface(a) {
		got = append(got, fmt.Sprintf("%s %s %s %s %v", w.State, w.Way, w.Name, w.Maker.Supplier, w.Maker.Countries))
	}
	want := []string{"open telnet 2222/tcp dell [US]", "present support-agent TeamViewer teamviewer [DE]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// FuzzCompare checks that no text of a fact breaks a comparison, and that what
// comes out stands by its verdict.
func FuzzCompare(f *testing.F) {
	f.Add("port", "443/tcp", "scanned=1000 tcp ports by syn scan (1-", "5000-5010/udp")
	f.Add("peer", "203.0.113.0/24 3478-3481/udp", `a="b`, "*.example.com >=1024/tcp")
	f.Add("dns", "a.example", "answers=192.0.2.1, ...", "controller urn:x 53/udp")
	f.Add("host", "x", "scanned=1 udp ports by udp scan ()", "any eth")
	k := knowledge(f)
	f.Fuzz(func(t *testing.T, kind, name, detail, declared string) {
		a := &netvet.Assessment{Observations: []netvet.Observation{sees(kind, name, detail), sees("host", name, detail)},
			Declarations: []netvet.Declaration{states(kind, declared), states("mud-url", declared), states("peer-denied", name)}}
		list, _ := k.Compare(a)
		for _, c := range list {
			switch c.Verdict {
			case netvet.VerdictUndeclaredObserved, netvet.VerdictDeclaredObserved:
				if !c.Observed.Known {
					t.Errorf("%+v was not observed", c)
				}
			case netvet.VerdictDeclaredNotObserved:
				if c.Observed.Known || !c.Declared.Known {
					t.Errorf("%+v", c)
				}
			case netvet.VerdictNotCompared:
				if c.Why == "" {
					t.Errorf("%+v does not say why", c)
				}
			}
		}
	})
}

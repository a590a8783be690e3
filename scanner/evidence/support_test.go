package evidence_test

import (
	"testing"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/evidence"
)

// supportCase is a product and what must be said of its support.
type supportCase struct {
	name, maker, model, version string
	parts                       []netvet.Component
	subject, cycle              string // subject is empty when nothing must be said
	state                       netvet.SupportState
	possible                    bool
}

func checkSupport(t *testing.T, w *evidence.Weaknesses, c supportCase) {
	t.Helper()
	p := &netvet.Product{Name: c.name, Manufacturer: c.maker, Model: c.model, Version: c.version}
	m := directory(t).Resolve(netvet.Clues{Names: []string{c.maker}, Product: c.name, Model: c.model}, asOf)
	got, err := w.Support(p, &m, c.parts, asOf)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range got {
		if s.Subject == c.subject {
			if s.Cycle != c.cycle || s.State != c.state || (s.Reason != "") != c.possible {
				t.Errorf("%+v: %+v", c, s)
			}
			return
		}
	}
	if c.subject != "" || len(got) > 0 {
		t.Errorf("%+v: %+v", c, got)
	}
}

func TestSupportOwnData(t *testing.T) {
	w := evidence.NewWeaknesses(buildKit(t, directory(t), map[string][]string{"eol": {"testdata/eol"}, "eol-table": {"testdata/eol-table.csv"}}))
	for _, c := range []supportCase{
		{name: "Gateway OS", maker: "Example Networks", version: "7.0.13", subject: "Gateway OS", cycle: "7.0", state: netvet.SupportEnded},
		{name: "Gateway OS", maker: "Example Networks, Inc.", version: "v7.2.1", subject: "Gateway OS", cycle: "7.2", state: netvet.SupportSecurity},
		{name: "Gateway OS", maker: "Example Networks", version: "7.4", subject: "Gateway OS", cycle: "7.4", state: netvet.SupportFull},
		{name: "Gateway OS", maker: "Example Networks", version: "6.4.1", subject: "Gateway OS", cycle: "6.4", state: netvet.SupportExtended},
		{name: "Gateway OS", maker: "Example Networks", version: "9.1", subject: "Gateway OS", state: netvet.SupportUnknown},
		{name: "Gateway OS", maker: "Other Company", version: "7.0.13"},
		{name: "Example Directory Server 2019 Standard", maker: "Example Systems", version: "10.0.17763", subject: "example directory server", cycle: "2019", state: netvet.SupportEnded},
		{name: "box", maker: "Example Networks", parts: []netvet.Component{{Name: "libgate", Version: "1.2.3", Ref: "a", Identifiers: []netvet.Identifier{{Type: netvet.IDPurl, Value: "pkg:generic/example/libgate@1.2.3"}}}},
			subject: "libgate", cycle: "1", state: netvet.SupportEnded},
		{name: "core", maker: "Example Networks", model: "GX-4800-24", subject: "Example Networks GX-48*", cycle: "GX-48*", state: netvet.SupportEnded},
		{name: "core", maker: "Example Networks", model: "GX-4900", subject: "Example Networks GX-49*", cycle: "GX-49*", state: netvet.SupportUnknown},
		{name: "core", maker: "Example Networks", model: "GX-5000"},
	} {
		checkSupport(t, w, c)
	}
}

// TestSupportKnownProducts asks the product files of the corpus.
func TestSupportKnownProducts(t *testing.T) {
	w := evidence.NewWeaknesses(buildKit(t, directory(t), map[string][]string{"eol": {needFile(t, advisories+"endoflife")}}))
	for _, c := range []supportCase{
		{name: "FortiGate 100F", maker: "Fortinet", version: "FortiOS v7.0.13", subject: "FortiOS", cycle: "7.0", state: netvet.SupportEnded},
		{name: "FortiGate 100F", maker: "Fortinet", version: "7.6.1", subject: "FortiOS", cycle: "7.6", state: netvet.SupportFull},
		{name: "PA-3220", maker: "Palo Alto Networks", version: "PAN-OS 9.1.16-h5", subject: "Palo Alto Networks PAN-OS", cycle: "9.1", state: netvet.SupportEnded},
		{name: "esx-1", maker: "VMware", version: "VMware ESXi 7.0.3 build-21930508", subject: "VMware ESXi", cycle: "7.0", state: netvet.SupportEnded},
		{name: "MySQL", maker: "Oracle", version: "5.7.44", subject: "MySQL", cycle: "5.7", state: netvet.SupportEnded},
		{name: "Windows Server 2012 R2", maker: "Microsoft", version: "6.3.9600", subject: "Microsoft Windows Server", cycle: "2012-r2", state: netvet.SupportEnded},
		{name: "ONTAP", maker: "NetApp", version: "9.9.1P5", subject: "NetApp ONTAP", cycle: "9.9.1", state: netvet.SupportEnded},
	} {
		checkSupport(t, w, c)
	}
}

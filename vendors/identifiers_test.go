package vendors

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/publicsuffix"

	"github.com/netvet/netvet"
)

func identifier(kind netvet.IdentifierType, value string) netvet.Clues {
	return netvet.Clues{Identifiers: []netvet.Identifier{{Type: kind, Value: value}}}
}

// TestIdentifiers asks the built-in directory for one identifier after another.
func TestIdentifiers(t *testing.T) {
	d, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind    netvet.IdentifierType
		value   string
		want    string // supplier
		because string
	}{
		{netvet.IDPurl, "pkg:maven/com.huawei.hms/base@1.0", "huawei", "package namespace maven:com.huawei"},
		{netvet.IDPurl, "pkg:golang/github.com/vmware/govmomi@v0.30.0#vim25", "vmware", ""},
		{netvet.IDPurl, "pkg:npm/left-pad@1.3.0", "", "no supplier here has such an identifier"},
		{netvet.IDCPE, "cpe:2.3:o:huawei:vrp:*:*:*:*:*:*:*:*", "huawei", "CPE vendor huawei"},
		{netvet.IDCPE, "CPE:2.3:H:Huawei:s5735:-:*:*:*:*:*:*:*", "huawei", ""},
		{netvet.IDCPE, "cpe:/o:cisco:ios:15.1", "cisco", ""},
		{netvet.IDCPE, "cpe:/h:%63isco:x", "cisco", ""},
		{netvet.IDCPE, `cpe:2.3:h:d\-link:x:-:*:*:*:*:*:*:*`, "dlink", ""},
		{netvet.IDCPE, `cpe:2.3:h:a\:huawei:x:-:*:*:*:*:*:*:*`, "", ""},
		{netvet.IDCPE, "cpe:2.3:o:*:*:*:*:*:*:*:*:*:*", "", ""},
		{netvet.IDDomain, "support.huawei.com", "huawei", "domain huawei.com"},
		{netvet.IDDomain, "https://support.HUAWEI.com./x?y", "huawei", ""},
		{netvet.IDDomain, "huawei.com.evil.example", "", ""},
		{netvet.IDDomain, "nothuawei.com", "", ""},
		{netvet.IDDomain, "huawei.github.io", "", ""},
		{netvet.IDDomain, "com.cn", "", ""},
		{netvet.IDPEN, "2011", "huawei", "enterprise number 2011"},
		{netvet.IDPEN, "1.3.6.1.4.1.2011.2.23", "huawei", ""},
		{netvet.IDPEN, ".1.3.6.1.4.1.2011", "huawei", ""},
		{netvet.IDPEN, "SNMPv2-SMI::enterprises.2011.2.23", "huawei", ""},
		{netvet.IDPEN, "1.3.6.1.2.1.1", "", ""},
		{netvet.IDPEN, "4294967295", "", "in no registry"},
		{netvet.IDPCI, "8086:1521", "intel", "PCI vendor id 8086"},
		{netvet.IDPCI, "0x8086", "intel", ""},
		{netvet.IDPCI, "1af4:1000", "", "virtual devices"},
		{netvet.IDPCI, "1d0f", "", "virtual devices"},
		{netvet.IDPCI, "1234:1111", "", "virtual devices"},
		{netvet.IDPCI, "15ad:07b0", "", "virtual devices"},
		{netvet.IDPCI, "ffff", "", "given to nobody"},
		{netvet.IDPCI, "zzzz", "", ""},
		{netvet.IDUSB, "05a6", "cisco", ""},
		{netvet.IDLEI, "5493001KJTIIGC8Y1R12", "", "none of a supplier here"},
		{netvet.IDLEI, "5493001KJTIIGC8Y1R13", "", "check digits"},
		{netvet.IDMAC, "52:54:00:12:34:56", "", "QEMU"},
		{netvet.IDMAC, "00-50-56-aa-bb-cc", "", "VMware virtual machine"},
		{netvet.IDMAC, "0242ac110002", "", "Docker"},
		{netvet.IDMAC, "0000.5e00.0101", "", "VRRP"},
		{netvet.IDMAC, "00:00:0c:07:ac:01", "", "HSRP"},
		{netvet.IDMAC, "02:11:22:33:44:55", "", "locally administered"},
		{netvet.IDMAC, "01:00:5e:00:00:fb", "", "of a group"},
		{netvet.IDMAC, "not an address", "", ""},
		{netvet.IDJEP106, "1:2c", "micron", "JEP106 code 1:2c"},
		{netvet.IDJEP106, "80CE000080CE", "samsung-electronics", `written "80CE000080CE"`},
		{netvet.IDJEP106, "CE80", "samsung-electronics", ""},
		{netvet.IDJEP106, "CE00000000000000", "samsung-electronics", ""},
		{netvet.IDJEP106, "0xAD00000000000000", "sk-hynix", ""},
		{netvet.IDJEP106, "00AD00B300AD", "sk-hynix", ""},
		{netvet.IDJEP106, "002C0632002C", "micron", ""},
		{netvet.IDJEP106, "802C", "micron", ""},
		{netvet.IDJEP106, "0x2C", "micron", ""},
		{netvet.IDJEP106, "7F98000000000000", "kingston", ""},
		{netvet.IDJEP106, "7F7FFE0000000000", "elpida", ""},
		{netvet.IDJEP106, "004E", "samsung-electronics", ""}, // no parity bit
		{netvet.IDJEP106, "Bank 1, Hex 0xCE", "samsung-electronics", ""},
		{netvet.IDJEP106, "ZZ", "", ""},
	} {
		m := d.Resolve(identifier(c.kind, c.value), measuredOn)
		if got := idOf(m); got != c.want {
			t.Errorf("%s %q: taken for %q, want %q: %s", c.kind, c.value, got, c.want, m.Reason)
		}
		if !strings.Contains(m.Reason, c.because) {
			t.Errorf("%s %q: the reason %q does not say %q", c.kind, c.value, m.Reason, c.because)
		}
	}
}

// TestRegistrants: an identifier that no record lists is its registered holder's:
// a supplier where the name says so, else an organisation that is named.
func TestRegistrants(t *testing.T) {
	d := someSuppliers() // knows Huawei by name, and none of its identifiers
	nic := "Ethernet controller"
	for _, c := range []struct {
		clues        netvet.Clues
		want, orgHas string
	}{
		{netvet.Clues{Product: nic, Identifiers: identifier(netvet.IDMAC, "00:18:82:01:02:03").Identifiers}, "huawei", "HUAWEI"},
		{netvet.Clues{Product: "sw1", Identifiers: identifier(netvet.IDMAC, "00:18:82:01:02:03").Identifiers}, "", "HUAWEI"},
		{identifier(netvet.IDPEN, "1.3.6.1.4.1.2011.2"), "huawei", "HUAWEI"},
		{identifier(netvet.IDPEN, "9"), "cisco", "ciscoSystems"},
		{identifier(netvet.IDPCI, "8086"), "", "Intel"},
		{identifier(netvet.IDUSB, "046d"), "", "Logitech"},
		{identifier(netvet.IDMAC, "70b3d5001000"), "", ""},
		{netvet.Clues{Names: []string{"Cisco"}, Identifiers: identifier(netvet.IDPCI, "8086").Identifiers}, "cisco", "Intel"},
	} {
		m := d.Resolve(c.clues, measuredOn)
		if got := idOf(m); got != c.want {
			t.Errorf("%+v: taken for %q, want %q: %s", c.clues, got, c.want, m.Reason)
		}
		if len(m.Registered) == 0 || !strings.Contains(m.Registered[0].Organisation, c.orgHas) {
			t.Errorf("%+v: registered %+v, want %q", c.clues, m.Registered, c.orgHas)
		}
		if len(c.clues.Names) == 0 && c.orgHas != "" && !strings.Contains(m.Reason, "registered to") {
			t.Errorf("%+v: the reason is %q", c.clues, m.Reason)
		}
	}
	if m := someSuppliers().Resolve(identifier(netvet.IDPCI, "1344"), measuredOn); len(m.Registered) > 0 {
		t.Errorf("an identifier of a record is said to be registered: %+v", m.Registered)
	}
}

// TestNamesakesStayOthers: who only has a supplier's name keeps what is his.
func TestNamesakesStayOthers(t *testing.T) {
	d, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	r := d.resolverOf()
	notes := r.public().from.notes
	names := map[string]bool{}
	for _, row := range committedRows(r.public().from) {
		names[strings.ToLower(row.name)] = true
	}
	for _, n := range notes.Namesakes {
		if !names[strings.ToLower(n.Organisation)] {
			t.Errorf("namesake %q stands in no registry", n.Organisation)
		}
		if _, ok := d.Record(n.Supplier); !ok {
			t.Errorf("namesake %q: no supplier %q", n.Organisation, n.Supplier)
		}
		if rec, _ := r.readRegistrant(n.Organisation); rec >= 0 && r.records[rec].ID == n.Supplier {
			t.Errorf("%q is taken for %s", n.Organisation, n.Supplier)
		}
	}
}

// TestLoneChangesNothing: the quick answer to one identifier is that of the long
// way round.
func TestLoneChangesNothing(t *testing.T) {
	d, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	r := d.resolverOf()
	quick := 0
	others := &Record{IDs: IDs{PCI: []string{"8087", "0x1af4", "ffff"}, USB: []string{"1209"}, PEN: []string{"41234", "x"}, OUI: []string{"0050c2fab", "005056", "020000", "ffffff0"}, Domain: []string{"a.example"}, CPE: []string{"nobody"}}}
	for _, rec := range append([]*Record{others}, d.Records()...) {
		for _, clues := range identifiersOf(rec) {
			short, ok := r.lone(&clues)
			if !ok {
				continue
			}
			quick++
			q := question{r: r, clues: clues, at: measuredOn}
			long := q.answer()
			if short.chosen != long.chosen || short.confidence != long.confidence || short.reason != long.reason || short.input != long.input ||
				short.method != long.method || !slices.Equal(short.public, long.public) || !slices.Equal(short.possible, long.possible) {
				t.Fatalf("%+v: at once %+v, the long way %+v", clues, short, long)
			}
		}
	}
	if quick < 2000 {
		t.Errorf("only %d identifiers are answered at once", quick)
	}
}

// identifiersOf asks for every identifier of a record by itself.
func identifiersOf(rec *Record) []netvet.Clues {
	var out []netvet.Clues
	for _, list := range []struct {
		kind   netvet.IdentifierType
		values []string
	}{{netvet.IDDomain, rec.IDs.Domain}, {netvet.IDPCI, rec.IDs.PCI}, {netvet.IDUSB, rec.IDs.USB}, {netvet.IDPEN, rec.IDs.PEN}, {netvet.IDJEP106, rec.IDs.JEP106}} {
		for _, v := range list.values {
			out = append(out, identifier(list.kind, v))
		}
	}
	for _, v := range rec.IDs.OUI {
		out = append(out, identifier(netvet.IDMAC, v))
	}
	for _, v := range rec.IDs.CPE {
		out = append(out, identifier(netvet.IDCPE, "cpe:2.3:a:"+v+":x:1:*:*:*:*:*:*:*"))
	}
	return out
}

// TestOwnIdentifiers: every identifier of a record, but for doubtful ones, is
// looked up to it or to its owner.
func TestOwnIdentifiers(t *testing.T) {
	d, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range d.Records() {
		for _, clues := range identifiersOf(rec) {
			if sharedHosts[clues.Identifiers[0].Value] {
				continue
			}
			e := d.resolverOf().identify(clues.Identifiers[0])
			if e == nil || len(e.holders) == 0 && e.nobody == "" || len(e.holders) > 0 && !slices.Contains(e.holders, d.resolverOf().at[rec.ID]) {
				t.Errorf("%s: %+v gives %+v", rec.ID, clues.Identifiers, e)
			}
		}
	}
}

// TestPublicSuffixes: nobody but the supplier can have a name under a domain of
// its record. The places that the Public Suffix List has below such domains are
// sharedHosts; those that are known to be there are asked for.
func TestPublicSuffixes(t *testing.T) {
	d, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range d.Records() {
		for _, domain := range rec.IDs.Domain {
			if suffix, _ := publicsuffix.PublicSuffix(domain); suffix == domain && !sharedHosts[domain] {
				t.Errorf("%s: anybody can register a name under %s", rec.ID, domain)
			}
			for _, below := range []string{"s3", "elb", "compute", "cloudapp", "pages", "web", "apps", "customer", "cloud", "user", "static", "sites", "blob"} {
				host := "somebody." + below + "." + domain
				suffix, _ := publicsuffix.PublicSuffix(host)
				if e := d.resolverOf().byHost(host); e != nil && len(suffix) > len(domain) {
					t.Errorf("%s: %s is taken for its own, though anybody can register a name under %s", rec.ID, host, suffix)
				}
			}
		}
	}
}

func TestParseIdentifier(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"mac:00:1b:21:0a:0b:0c", "mac 00:1b:21:0a:0b:0c"}, {"OUI:001b21", "mac 001b21"}, {"00-1B-21-0a-0b-0c", "mac 00-1B-21-0a-0b-0c"},
		{"pci:8086:1521", "pci 8086:1521"}, {"usb:046d", "usb 046d"}, {" pen: 2011 ", "pen 2011"}, {"1.3.6.1.4.1.2011.2.23", "pen 1.3.6.1.4.1.2011.2.23"},
		{".1.3.6.1.4.1.9", "pen .1.3.6.1.4.1.9"}, {"oid:1.3.6.1.4.1.9", "pen 1.3.6.1.4.1.9"}, {"jep106:80CE", "jep106 80CE"}, {"lei:5493001KJTIIGC8Y1R12", "lei 5493001KJTIIGC8Y1R12"},
		{"domain:huawei.com", "domain huawei.com"}, {"pkg:npm/x@1", "purl pkg:npm/x@1"}, {"cpe:/o:cisco:ios", "cpe cpe:/o:cisco:ios"}, {"CPE:2.3:o:cisco:ios", "cpe CPE:2.3:o:cisco:ios"},
		{"pci:", ""}, {"Cisco: Systems", ""}, {"Micron", ""}, {"", ""}, {"1.3.6.1.4.1.", ""}, {"1.3.6.1.2.1", ""}, {"Organization: Acme", ""},
	} {
		got := ""
		if id, ok := ParseIdentifier(c.text); ok {
			got = string(id.Type) + " " + id.Value
		}
		if got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func benchmarkIdentifiers(b *testing.B, ids ...netvet.Identifier) {
	d, err := Default()
	if err != nil {
		b.Fatal(err)
	}
	clues := make([]netvet.Clues, len(ids))
	for i, id := range ids {
		clues[i].Identifiers = []netvet.Identifier{id}
		d.Resolve(clues[i], measuredOn) // build what is built on first need
	}
	b.ReportAllocs()
	begun, n := processorTime(b), 0
	for ; b.Loop(); n++ {
		d.Resolve(clues[n%len(clues)], measuredOn)
	}
	b.ReportMetric(float64(n)/(processorTime(b)-begun).Seconds(), "ids/s-core")
}

// BenchmarkIdentifier: identifiers of suppliers, by scheme.
func BenchmarkIdentifier(b *testing.B) {
	for _, id := range []netvet.Identifier{{Type: netvet.IDPCI, Value: "8086"}, {Type: netvet.IDUSB, Value: "05a6"}, {Type: netvet.IDPEN, Value: "1.3.6.1.4.1.2011.2.23"},
		{Type: netvet.IDJEP106, Value: "1:2c"}, {Type: netvet.IDMAC, Value: "001b21aabbcc"}, {Type: netvet.IDCPE, Value: "cpe:2.3:o:huawei:vrp:*:*:*:*:*:*:*:*"},
		{Type: netvet.IDPurl, Value: "pkg:maven/com.huawei/base@1.0"}, {Type: netvet.IDDomain, Value: "support.huawei.com"}} {
		b.Run(string(id.Type), func(b *testing.B) { benchmarkIdentifiers(b, id) })
	}
}

// BenchmarkIdentifierOfOthers: identifiers that public registries give to
// organisations which are no suppliers here.
func BenchmarkIdentifierOfOthers(b *testing.B) {
	for _, id := range []netvet.Identifier{{Type: netvet.IDPCI, Value: "0e11"}, {Type: netvet.IDPEN, Value: "41234"}, {Type: netvet.IDMAC, Value: "70b3d5fab000"}, {Type: netvet.IDPurl, Value: "pkg:npm/left-pad@1.3.0"}} {
		b.Run(string(id.Type), func(b *testing.B) { benchmarkIdentifiers(b, id) })
	}
}

package vendors

import (
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/netvet/netvet"
)

// someSuppliers is a small directory in which every rule has something to bite.
func someSuppliers() *Directory {
	us, cn := Domicile{"US", "US"}, Domicile{"CN", "CN"}
	return newDirectory([]*Record{
		{ID: "micron", Name: "Micron Technology, Inc.", Countries: us, Categories: []string{"memory", "ssd"},
			Names:   map[string][]string{"zh-Hans": {"美光科技", "美光"}, "ja": {"マイクロン"}, "ko": {"마이크론"}},
			Aliases: []string{"Micron", "Micron Semiconductor Products"}, Brands: []string{"Crucial"},
			IDs: IDs{Domain: []string{"micron.com"}, CPE: []string{"micron"}, PCI: []string{"1344"}, OUI: []string{"00a075"},
				JEP106: []string{"1:2c", "6:1b"}, PartPatterns: []string{`^MT[AC]\d+`}}},
		{ID: "huawei", Name: "Huawei Technologies Co., Ltd.", Countries: cn, Categories: []string{"switch-router", "telecom"},
			Names:   map[string][]string{"zh-Hans": {"华为", "华为技术有限公司"}, "ko": {"화웨이"}},
			Aliases: []string{"Huawei"}, Brands: []string{"OceanStor", "TaiShan"}, IDs: IDs{CPE: []string{"huawei"}, Purl: []string{"maven:com.huawei"}}},
		{ID: "h3c", Name: "New H3C Technologies Co., Ltd.", Countries: cn, Categories: []string{"switch-router"},
			Aliases: []string{"H3C", "Huawei-3Com"}, Ambiguous: []string{"H3C"}, IDs: IDs{PEN: []string{"25506"}}},
		{ID: "hp", Name: "HP Inc.", Countries: us, Categories: []string{"client", "printer"}, Aliases: []string{"Hewlett-Packard"}, Ambiguous: []string{"HP Inc."}},
		{ID: "hpe", Name: "Hewlett Packard Enterprise Company", Countries: us, Categories: []string{"server"}, Aliases: []string{"HPE"}, Brands: []string{"ProLiant"}},
		{ID: "cisco", Name: "Cisco Systems, Inc.", Countries: us, Categories: []string{"switch-router"}, Aliases: []string{"Cisco"}, IDs: IDs{OUI: []string{"00000c"}, USB: []string{"05a6"}}},
		{ID: "splunk", Name: "Splunk LLC", Countries: us, Categories: []string{"siem"}, Owners: []Ownership{{ID: "cisco", Share: ShareControl, From: "2024-03-18"}}},
		{ID: "juniper", Name: "Juniper Networks, Inc.", Countries: us, Categories: []string{"switch-router"}, Aliases: []string{"Juniper"}},
		{ID: "redhat", Name: "Red Hat, Inc.", Countries: us, Categories: []string{"os"}, IDs: IDs{Domain: []string{"redhat.com"}, PCI: []string{"1af4"}, Virtual: []string{"1af4"}}},
		{ID: "palo-alto-networks", Name: "Palo Alto Networks, Inc.", Countries: us, Categories: []string{"firewall"}},
		{ID: "delta", Name: "Delta Electronics, Inc.", Countries: Domicile{"TW", "TW"}, Categories: []string{"ups-power"}, Aliases: []string{"Delta"}, Ambiguous: []string{"Delta"},
			IDs: IDs{PEN: []string{"2254"}, Doubtful: []string{"pen:2254"}}},
		{ID: "coherent", Name: "Coherent Corp.", Countries: us, Categories: []string{"optics"}, Aliases: []string{"Coherent"}},
		{ID: "china-telecom", Name: "China Telecom Corporation Limited", Countries: cn, Categories: []string{"carrier"}},
		{ID: "nokia", Name: "Nokia Corporation", Countries: Domicile{"FI", "FI"}, Categories: []string{"telecom"}, Aliases: []string{"Nokia", "Nokia Siemens Networks"}},
		{ID: "kaspersky", Name: "AO Kaspersky Lab", Countries: Domicile{"RU", "RU"}, Categories: []string{"security-software"},
			Names: map[string][]string{"ru": {"Лаборатория Касперского"}}, Aliases: []string{"Kaspersky"}},
	}, nil, nil)
}

func idOf(m netvet.Match) string {
	if m.Supplier == nil {
		return ""
	}
	return m.Supplier.ID
}

func TestResolveName(t *testing.T) {
	d := someSuppliers()
	at := measuredOn
	for _, c := range []struct{ raw, want, because string }{
		{"Micron", "micron", "exact alias 'Micron'"},
		{"MICRON TECHNOLOGY INCORPORATED", "micron", "legal form 'incorporated'"},
		{"micron_technology", "micron", "exact alias"},
		{"ＭＩＣＲＯＮ", "micron", "exact alias"},
		{"Micron Europe Limited", "micron", ""},
		{"Huawei Technologies Deutschland GmbH", "huawei", ""},
		{"美光半导体(上海)有限责任公司", "micron", ""},
		{"華為技術有限公司", "huawei", ""},
		{"華為(香港)", "huawei", ""},
		{"마이크론 주식회사", "micron", ""},
		{"АО «Лаборатория Касперского»", "kaspersky", ""},
		{"Huawei-3Com", "h3c", "Huawei-3Com"},
		{"Hewlett Packard Enterprise", "hpe", ""},
		{"Hewlett Packard", "hp", ""},
		{"Nokia Siemens Networks GmbH & Co. KG.", "nokia", ""},
		{"palo-alto-networks", "palo-alto-networks", ""},
		{"Hua Wei Technologies", "huawei", ""},
		{"Micron_7450_MTFDKCC3T8TFR", "micron", ""},
		{"Micron / Crucial SSD", "micron", ""},
		{"OceanStor Dorado 5000 V6 (Huawei)", "huawei", ""},
		{"Huawei TaiShan 200 (Model 2280)", "huawei", ""},
		{"Splunk LLC, a Cisco company", "splunk", ""},
		{"JBoss, a division of Red Hat, Inc.", "redhat", "stated to be behind"},
		{"Nokia (formerly Cisco)", "nokia", ""},
		{"Jane Roe <jroe@redhat.com>", "redhat", "domain redhat.com"},
		{"https://www.micron.com/products", "micron", "domain micron.com"},
		{"Organization: Micron Technology", "micron", ""},
		{"80CE000080CE", "", ""},
		{"802C", "micron", "JEP106 code 1:2c"},
		{"0x2C", "micron", "JEP106"},
		{"2C00", "micron", "JEP106"},
		{"0x7F7F7F7F7F9B000000", "micron", "JEP106 code 6:1b"},
		{"Micron Technology 80 2C", "micron", ""},
		{"pkg:maven/com.huawei.storage/client@1.0", "huawei", "package namespace"},
		{"Junpier Networks", "juniper", "spelt almost"},
		{"Hewlet Packard Enterprise", "hpe", "spelt almost"},
		{"Hewlett Packard Enterpr", "hpe", "cut off"},
		{"Micron Technol", "micron", ""},
		{"Мicron", "micron", "letters that look Latin"},
		{"МІСRОN", "micron", "letters that look Latin"},
		{"HP Inc.", "hp", "legal form is that of its legal name"},

		{"Micron Solutions Inc", "", "other words beside it: 'solutions'"},
		{"Micronet", "", ""},
		{"Huawei Marine Networks", "", "'marine'"},
		{"华为海洋网络有限公司", "", ""},
		{"Huaweisoft", "", ""},
		{"Sysco Corporation", "", ""},
		{"Jupiter Networks", "", ""},
		{"Redhot OOO", "", "spelt almost"},
		{"Coherent Communications Systems Corporation", "", ""},
		{"Palo Alto Software, Inc.", "", ""},
		{"China Telecom Equipment Factory", "", ""},
		{"General Telecom", "", ""},
		{"Micron / Cisco", "", ""},
		{"Delta", "", "is ambiguous and nothing else points there"},
		{"H3C", "", "is ambiguous"},
		{"Crucial", "", "is a product line"},
		{"Inc.", "", ""},
		{"Technology Co., Ltd.", "", ""},
		{"China", "", ""},
		{"11420 CORP.", "", ""},
		{"😀", "", ""},
		{"", "", "no maker is named"},
		{"To Be Filled By O.E.M.", "", "placeholder"},
		{"Default string", "", "placeholder"},
		{"N/A", "", "placeholder"},
		{"0", "", "placeholder"},
		{"0000000000", "", "placeholder"},
		{"-", "", "placeholder"},
		{"未知", "", "placeholder"},
		{"Manufacturer01", "", "placeholder"},
		{"NOASSERTION", "", "placeholder"},
	} {
		m := d.ResolveName(c.raw, at)
		if got := idOf(m); got != c.want {
			t.Errorf("%q is taken for %q, want %q: %.2f %s", c.raw, got, c.want, m.Confidence, m.Reason)
		}
		if !strings.Contains(m.Reason, c.because) {
			t.Errorf("%q: the reason %q does not say %q", c.raw, m.Reason, c.because)
		}
		if (m.Supplier != nil) != (m.Confidence >= netvet.MatchThreshold) {
			t.Errorf("%q: supplier %q with confidence %.2f", c.raw, idOf(m), m.Confidence)
		}
	}
}

func TestResolveShowsWhoItMayBe(t *testing.T) {
	m := someSuppliers().ResolveName("Micron Solutions Inc", measuredOn)
	if m.Supplier != nil || len(m.Possible) != 1 || m.Possible[0].ID != "micron" || m.Possible[0].Supplier == nil || m.Possible[0].Confidence >= 0.5 {
		t.Errorf("%+v", m)
	}
}

func TestResolveClues(t *testing.T) {
	d := someSuppliers()
	id := func(kind netvet.IdentifierType, value string) netvet.Identifier {
		return netvet.Identifier{Type: kind, Value: value}
	}
	for _, c := range []struct {
		name    string
		clues   netvet.Clues
		want    string
		because string
	}{
		{"an identifier alone", netvet.Clues{Identifiers: []netvet.Identifier{id(netvet.IDPCI, "1344:51a2")}}, "micron", "PCI vendor id 1344"},
		{"an identifier and a placeholder", netvet.Clues{Names: []string{"Unknown"}, Identifiers: []netvet.Identifier{id(netvet.IDPCI, "1344")}}, "micron", ""},
		{"an identifier of a virtual device", netvet.Clues{Identifiers: []netvet.Identifier{id(netvet.IDPCI, "1af4")}}, "", ""},
		{"a doubtful identifier", netvet.Clues{Identifiers: []netvet.Identifier{id(netvet.IDPEN, "2254")}}, "", "doubtful"},
		{"a doubtful identifier and an ambiguous name", netvet.Clues{Names: []string{"Delta"}, Identifiers: []netvet.Identifier{id(netvet.IDPEN, "2254")}}, "delta", ""},
		{"an object identifier", netvet.Clues{Identifiers: []netvet.Identifier{id(netvet.IDPEN, "1.3.6.1.4.1.25506.1.1")}}, "h3c", "25506"},
		{"a CPE name", netvet.Clues{Identifiers: []netvet.Identifier{id(netvet.IDCPE, "cpe:2.3:o:huawei:vrp:*:*:*:*:*:*:*:*")}}, "huawei", ""},
		{"a CPE wildcard", netvet.Clues{Identifiers: []netvet.Identifier{id(netvet.IDCPE, "cpe:2.3:o:*:vrp:*:*:*:*:*:*:*:*")}}, "", ""},
		{"a network interface of a product that nobody names", netvet.Clues{Product: "core-1", Identifiers: []netvet.Identifier{id(netvet.IDMAC, "00:00:0C:12:34:56")}}, "", "may not be that of the product"},
		{"two ports of one adapter", netvet.Clues{Product: "core-1", Identifiers: []netvet.Identifier{id(netvet.IDMAC, "00:00:0C:12:34:56"), id(netvet.IDMAC, "00:00:0C:12:34:57")}}, "", "may not be that of the product"},
		{"a network interface by itself", netvet.Clues{Product: "Ethernet controller", Identifiers: []netvet.Identifier{id(netvet.IDMAC, "00:00:0C:12:34:56")}}, "cisco", ""},
		{"a network interface in another maker's product", netvet.Clues{Names: []string{"Juniper Networks"}, Identifiers: []netvet.Identifier{id(netvet.IDMAC, "00000c123456")}}, "juniper", ""},
		{"a network interface in an unknown maker's product", netvet.Clues{Names: []string{"Acme Medical"}, Identifiers: []netvet.Identifier{id(netvet.IDMAC, "00000c123456")}}, "", "network interface"},
		{"a locally administered address", netvet.Clues{Identifiers: []netvet.Identifier{id(netvet.IDMAC, "02000c123456")}}, "", ""},
		{"an identifier against a name", netvet.Clues{Names: []string{"Juniper"}, Identifiers: []netvet.Identifier{id(netvet.IDCPE, "cpe:/h:huawei:x")}}, "huawei", "though the name says Juniper"},
		{"identifiers against each other", netvet.Clues{Identifiers: []netvet.Identifier{id(netvet.IDCPE, "cpe:/h:huawei:x"), id(netvet.IDCPE, "cpe:/h:micron:x")}}, "", ""},
		{"an ambiguous name in a category that fits", netvet.Clues{Names: []string{"H3C"}, Category: string(netvet.CategoryCoreNetwork)}, "h3c", "category"},
		{"an ambiguous name and a word for the category", netvet.Clues{Names: []string{"H3C"}, Category: "Switch"}, "h3c", ""},
		{"an ambiguous name in another category", netvet.Clues{Names: []string{"Delta"}, Category: string(netvet.CategoryStorage)}, "", ""},
		{"an ambiguous name and the country alone", netvet.Clues{Names: []string{"H3C"}, Country: "CN"}, "", "country CN fits"},
		{"an ambiguous name and a model that says what it is", netvet.Clues{Names: []string{"Delta"}, Model: "UPS N Series"}, "delta", ""},
		{"an ambiguous name beside a sure one", netvet.Clues{Names: []string{"H3C", "New H3C Technologies"}}, "h3c", "agrees"},
		{"a product line with a category", netvet.Clues{Names: []string{"Crucial"}, Category: "SSD"}, "micron", ""},
		{"the seller of an unknown maker's product", netvet.Clues{Names: []string{"Acme Medical", "Cisco"}}, "", "named beside the maker"},
		{"the seller where the maker is a placeholder", netvet.Clues{Names: []string{"OEM", "Cisco"}}, "cisco", ""},
		{"a part number alone", netvet.Clues{PartNumber: "MTA18ASF2G72PDZ"}, "", "part number"},
		{"no maker, but the product says", netvet.Clues{Product: "Huawei OceanStor Dorado 5000"}, "huawei", "no maker is named"},
		{"no maker, and a name in the product", netvet.Clues{Product: "cisco"}, "", ""},
		{"nothing", netvet.Clues{}, "", "no maker is named"},
	} {
		m := d.Resolve(c.clues, measuredOn)
		if got := idOf(m); got != c.want {
			t.Errorf("%s: taken for %q, want %q: %.2f %s", c.name, got, c.want, m.Confidence, m.Reason)
		}
		if !strings.Contains(m.Reason, c.because) {
			t.Errorf("%s: the reason %q does not say %q", c.name, m.Reason, c.because)
		}
	}
}

func TestResolveFollowsOwnershipByDate(t *testing.T) {
	d := someSuppliers()
	before := d.ResolveName("Splunk LLC", netvet.Date("2023-01-01").Start())
	after := d.ResolveName("Splunk LLC", measuredOn)
	if before.Supplier == nil || before.Supplier.UltimateParent != "" || after.Supplier.UltimateParent != "cisco" {
		t.Errorf("before: %+v, after: %+v", before.Supplier, after.Supplier)
	}
}

func TestResolveIsSafeForManyGoroutines(t *testing.T) {
	d := someSuppliers()
	names := []string{"Micron", "Junpier Networks", "Delta", "美光科技", "Micr0n", "nobody we know"}
	want := make([]string, len(names))
	for i, raw := range names {
		want[i] = idOf(someSuppliers().ResolveName(raw, measuredOn))
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i, raw := range names {
				if got := idOf(d.ResolveName(raw, measuredOn)); got != want[i] {
					t.Errorf("%q is taken for %q, want %q", raw, got, want[i])
				}
			}
		})
	}
	wg.Wait()
}

// builtInNames are the names of the built-in suppliers that act.
func builtInNames(t testing.TB, d *Directory) []string {
	t.Helper()
	var out []string
	for _, r := range d.Records() {
		for _, n := range r.spellings() {
			if m := d.ResolveName(n.text, measuredOn); idOf(m) == r.ID && m.Confidence >= 0.95 {
				out = append(out, n.text)
			}
		}
	}
	if len(out) < 1000 {
		t.Fatalf("only %d names act", len(out))
	}
	return out
}

// TestSpellingChangesNothing: case, spaces, punctuation and a legal form more
// never change who is meant.
func TestSpellingChangesNothing(t *testing.T) {
	d, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	names := builtInNames(t, d)
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SampledFrom(names).Draw(t, "name")
		want := idOf(d.ResolveName(raw, measuredOn))
		changed := strings.Map(func(r rune) rune {
			if r == ' ' {
				return rapid.SampledFrom([]rune{' ', '-', '_', '\u00a0', '.'}).Draw(t, "space")
			}
			if r < utf8.RuneSelf && rapid.Bool().Draw(t, "upper") {
				return []rune(strings.ToUpper(string(r)))[0]
			}
			return r
		}, raw)
		pad := rapid.SampledFrom([]string{"", " ", "  ", "\t"})
		form := rapid.SampledFrom([]string{"", " Inc.", ", Inc", " Co., Ltd.", " GmbH", " S.p.A.", " LLC", " AB", " Pte. Ltd.", " 有限公司", " 株式会社", " Corporation"}).Draw(t, "form")
		changed = pad.Draw(t, "before") + changed + form + pad.Draw(t, "after")
		if m := d.ResolveName(changed, measuredOn); idOf(m) != want {
			t.Fatalf("%q is %q, but %q is %q (%.2f %s)", raw, want, changed, idOf(m), m.Confidence, m.Reason)
		}
	})
}

// TestAnotherWordNeverHelps: a distinctive word beside a name never makes it
// surer who is meant.
func TestAnotherWordNeverHelps(t *testing.T) {
	d, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range d.Records() {
		for _, n := range r.spellings() {
			names = append(names, n.text)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SampledFrom(names).Draw(t, "name")
		other := rapid.StringMatching(`zq[b-df-hj-np-tv-z]{5,9}`).Draw(t, "word")
		more := raw + " " + other
		if rapid.Bool().Draw(t, "front") {
			more = other + " " + raw
		}
		before, after := d.ResolveName(raw, measuredOn), d.ResolveName(more, measuredOn)
		if after.Confidence > before.Confidence {
			t.Fatalf("%q has %.2f (%s), %q has %.2f (%s)", raw, before.Confidence, before.Reason, more, after.Confidence, after.Reason)
		}
	})
}

// TestShortCutChangesNothing: the quick answer to a plain name is that of the
// long way round.
func TestShortCutChangesNothing(t *testing.T) {
	d, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	r := d.resolverOf()
	for _, raw := range builtInNames(t, d) {
		short, ok := r.exact(raw)
		if !ok {
			continue
		}
		q := question{r: r, at: measuredOn}
		o := q.closely(raw)
		if len(o.found) > 0 {
			continue // a name that is a domain too
		}
		long := o.top()
		if long == nil || short.chosen != long.rec || short.confidence != long.conf || short.method != long.method || short.reason != long.reason {
			t.Errorf("%q: at once %+v, the long way %+v", raw, short, long)
		}
	}
}

func FuzzResolve(f *testing.F) {
	for _, seed := range []string{"Micron Technology, Inc.", "Мicron", "美光科技(上海)", "80CE000080CE", "a\xffb", "A / B (C) - D, a E company", "S.p.A.", "pkg:npm/@x/y", "cpe:2.3:a:b:c",
		"<a@b.c>", "formerly formerly by by", "﷽", "Junpier Netwoks", strings.Repeat("华", 400), "\u202e\u200b", "((((", "....", "0x", "1:2c"} {
		f.Add(seed, "switch", "1344")
	}
	d, err := Default()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw, category, value string) {
		ids := []netvet.Identifier{{Type: netvet.IDPCI, Value: value}, {Type: netvet.IDMAC, Value: value}, {Type: netvet.IDPurl, Value: raw}, {Type: netvet.IDCPE, Value: raw},
			{Type: netvet.IDDomain, Value: raw}, {Type: netvet.IDJEP106, Value: value}, {Type: netvet.IDSWID, Value: raw}, {Type: netvet.IDPEN, Value: value}}
		for _, c := range []netvet.Clues{{Names: []string{raw}}, {Names: []string{raw, category}, Identifiers: ids, Category: category, Model: raw, Product: raw, PartNumber: value}} {
			m := d.Resolve(c, measuredOn)
			if !(m.Confidence >= 0 && m.Confidence <= 1) || (m.Supplier != nil) != (m.Confidence >= netvet.MatchThreshold) || m.Reason == "" {
				t.Fatalf("%q: %+v", raw, m)
			}
			if len(m.Possible) > maxPossible || !slices.IsSortedFunc(m.Possible, func(a, b netvet.PossibleMatch) int { return int(100 * (b.Confidence - a.Confidence)) }) {
				t.Fatalf("%q: possible %+v", raw, m.Possible)
			}
		}
	})
}

func benchmarkNames(b *testing.B, names ...string) {
	d, err := Default()
	if err != nil {
		b.Fatal(err)
	}
	d.ResolveName("nobody we know", measuredOn) // build what is built on first need
	clues := make([]netvet.Clues, len(names))
	for i, n := range names {
		clues[i].Names = []string{n}
	}
	b.ReportAllocs()
	begun := processorTime(b)
	n := 0
	for ; b.Loop(); n++ {
		d.Resolve(clues[n%len(clues)], measuredOn)
	}
	b.ReportMetric(float64(n)/(processorTime(b)-begun).Seconds(), "names/s-core")
}

// processorTime is the time that the process has had on all cores: on a busy
// machine it tells the work apart from the waiting.
func processorTime(tb testing.TB) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func BenchmarkResolveExact(b *testing.B) {
	benchmarkNames(b, "Micron Technology", "Cisco Systems, Inc.", "HUAWEI TECHNOLOGIES CO.,LTD.", "Samsung", "Dell Inc.")
}

func BenchmarkResolveInside(b *testing.B) {
	benchmarkNames(b, "Huawei Technologies Deutschland GmbH", "SAMSUNG MZ7LH960HAJR-00005", "美光半导体(上海)有限责任公司")
}

func BenchmarkResolveFuzzy(b *testing.B) {
	benchmarkNames(b, "Junpier Networks", "Hewlet Packard Enterprise", "Redhot OOO")
}

func BenchmarkResolveNobody(b *testing.B) {
	benchmarkNames(b, "Acme Medical Devices Ltd", "golang.org/x/text contributors", "Jane Roe")
}

// BenchmarkResolveHostile: a name made to be slow stays within milliseconds.
func BenchmarkResolveHostile(b *testing.B) {
	benchmarkNames(b, strings.Repeat("华为", 500), strings.Repeat("a1-", 400), strings.Repeat("x", 4000), strings.Repeat("A B1 / (c) ", 100))
}

func BenchmarkNewResolver(b *testing.B) {
	d, err := Default()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	begun, n := processorTime(b), 0
	for ; b.Loop(); n++ {
		newResolver(d.records)
	}
	b.ReportMetric(float64((processorTime(b)-begun).Microseconds())/1000/float64(n), "cpu-ms/op")
}

// BenchmarkStart is all that is done before the first name is resolved.
func BenchmarkStart(b *testing.B) {
	begun, n := processorTime(b), 0
	for ; b.Loop(); n++ {
		d, err := Default()
		if err != nil {
			b.Fatal(err)
		}
		d.ResolveName("Micron Technology", measuredOn)
	}
	b.ReportMetric(float64((processorTime(b)-begun).Microseconds())/1000/float64(n), "cpu-ms/op")
}

func BenchmarkSpellings(b *testing.B) {
	d, err := Default()
	if err != nil {
		b.Fatal(err)
	}
	r := newResolver(d.records)
	b.ReportAllocs()
	for b.Loop() {
		newMisspellings(r)
	}
}

package rules

import (
	"strings"
	"testing"
	"time"

	"github.com/netvet/netvet"
)

func TestHost(t *testing.T) {
	for address, want := range map[string]struct {
		host   string
		public bool
	}{
		"https://GitHub.com/a/b":                {"github.com", true},
		"git+ssh://git@gitlab.example.com:22/x": {"gitlab.example.com", true},
		"git@github.com:a/b.git":                {"github.com", true},
		"github.com/a/b":                        {"github.com", true},
		"//cdn.example.com/x":                   {"cdn.example.com", true},
		"https://example.com.":                  {"example.com", true},
		"https://user:p@ss@h.example.com:8443?": {"h.example.com", true},
		"http://localhost:8080/":                {"localhost", false},
		"http://buildserver/x":                  {"buildserver", false},
		"http://10.1.2.3/":                      {"10.1.2.3", false},
		"http://192.168.0.1:80":                 {"192.168.0.1", false},
		"http://100.64.0.1":                     {"100.64.0.1", false},
		"http://8.8.8.8":                        {"8.8.8.8", true},
		"https://[fd00::1]:443/":                {"fd00::1", false},
		"https://[::1]/":                        {"::1", false},
		"https://[2001:4860:4860::8888]/":       {"2001:4860:4860::8888", true},
		"https://[::ffff:10.0.0.1]/":            {"::ffff:10.0.0.1", false},
		"https://update.acme.local/":            {"update.acme.local", false},
		"https://repo.corp/":                    {"repo.corp", false},
		"mirror.internal":                       {"mirror.internal", false},
		"/relative/path":                        {"", false},
		"NOASSERTION":                           {"", false},
		"":                                      {"", false},
		"://":                                   {"", false},
	} {
		if got := host(address); got != want.host {
			t.Errorf("host(%q) = %q, want %q", address, got, want.host)
		}
		if got := publicHost(address); got != want.public {
			t.Errorf("publicHost(%q) = %v", address, got)
		}
	}
}

func TestDaysSince(t *testing.T) {
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]int64{
		"2026-11-21": 1, "2026-11": 21, "2026": 325, "2026-11-21T12:00:00+02:00": 0, "2027-01-01": 0, "": -1, "soon": -1,
	} {
		if got := daysSince(text, at); got != want {
			t.Errorf("daysSince(%q) = %d, want %d", text, got, want)
		}
	}
}

// TestExpressions checks that every variable can be read and every function
// called, on a product of which nothing is known and on a full one.
func TestExpressions(t *testing.T) {
	c, err := newCompiler()
	if err != nil {
		t.Fatal(err)
	}
	p := fixtureProgram(t, "base")
	held, leaving, abroad := int64(900), int64(20), false
	a := &netvet.Assessment{
		Product: netvet.Product{Name: "Box", Category: netvet.CategoryServer, References: []netvet.Reference{{Type: "advisories", URL: "https://a.example.com"}},
			BOM: netvet.BOM{Created: "2026-11-01", Authors: []string{"x"}}, PurchaseDate: "2026-01-01", Price: netvet.Price{Amount: 2}},
		Census: netvet.Census{Total: 4, WithHash: 1, Countries: map[string]int{"CN": 2}}, Match: matched(acme(), 0.9),
		Services:        []netvet.Service{{Name: "api", Endpoints: []string{"https://x.example.com"}}},
		Vulnerabilities: []netvet.Vulnerability{{ID: "CVE-1", CWEs: []int64{912}}},
		Hits:            []netvet.ListHit{{List: "l", Effects: []string{"procurement_ban"}, From: "2020"}},
		Makers:          []netvet.MakerGroup{{Match: matched(acme(), 1), Count: 3}, {PossibleOnly: true}},
		Candidates:      []netvet.Candidate{{Pattern: "bmc", Count: 2}},
		Circumstances:   netvet.Circumstances{Data: netvet.Data{StoredIn: []string{"CN"}, Personal: &held, ExportedPersonal: &leaving}, StockDays: 30, Users: 5, ListingAbroad: &abroad},
	}
	a.Match.Supplier.Owners = []netvet.Owner{{ID: "holding", Country: "XX"}}
	full := &evaluation{p: p, a: a, component: &netvet.Candidate{Component: netvet.Component{Name: "b"}, Maker: *acme(), Count: 2}}
	empty := &evaluation{p: p, a: &netvet.Assessment{}, component: &netvet.Candidate{}}
	for _, text := range []string{
		`product.name == "Box" && product.category == "hpc-server" && product.references.exists(r, r.type == "advisories" && public_host(r.url))`,
		`product.price.amount > 1.0 && product.purchase_date < "2026-02" && days_since(product.purchase_date) > 300`,
		`days_since(bom.created) == 21 && "x" in bom.authors && product.bom.created == bom.created`,
		`supplier.id == "acme" && supplier.countries.headquarters in profile.concern && match_confidence > 0.8 && supplier.owners[0].country == "XX"`,
		`percent(components.with_hash, components.total) == 25.0 && components.countries["CN"] == 2`,
		`patterns.bmc == 2 && patterns["modem"] == 0`,
		`services.exists(s, s.endpoints.exists(e, host(e) == "x.example.com"))`,
		`vulnerabilities.exists(v, 912 in v.cwes) && hits.all(h, h.from < "2021" && "procurement_ban" in h.effects)`,
		`makers.size() == 1 && makers[0].supplier.name == "Acme Corp" && makers[0].count == 3 && makers[0].confidence == 1.0`,
		`operator.role == "enterprise" && operator.stored_in == ["CN"] && operator.stock_days == 30 && operator.users == 5 && !operator.act_assumed`,
		`operator.personal_records == 900 && operator.sensitive_records == -1 && operator.exported_personal == 20 && operator.exports == "yes" && operator.listing_abroad == "no"`,
		`profile.id == "base" && profile.home == "CN" && as_of > timestamp("2026-01-01T00:00:00Z") && size(possible) == 0`,
		`component.name == "b" && component.maker.id == "acme" && component.count == 2 && component.confidence == 0.0`,
		`words("Dell iDRAC9", "idrac 9") && lower("ABC") == "abc" && !words("x", "")`,
	} {
		cond := c.condition(text)
		if flaws := c.check(cond, eachComponent); flaws != nil {
			t.Errorf("%s: %+v", text, flaws)
			continue
		}
		if ok, err := cond.holds(full); !ok || err != nil {
			t.Errorf("%s: %v %v", text, ok, err)
		}
		if ok, _ := cond.holds(empty); ok && !strings.Contains(text, "words") && !strings.Contains(text, "profile.id") {
			t.Errorf("%s holds of nothing", text)
		}
	}
}

func TestExpressionFlaws(t *testing.T) {
	c, err := newCompiler()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`product.nmae == ""`:             "undefined field 'nmae'",
		`product.name`:                   "gives string, not bool",
		`product.name == 3`:              "found no matching overload",
		`service.name == ""`:             "service is known only in an expression of a rule with each: service",
		`true &&`:                        "Syntax error",
		`nonsense`:                       "undeclared reference",
		`days_since(3) > 1`:              "found no matching overload",
		`product.sources.exists(x, 3)`:   "",
		"product.name == \"\" &&\nfoo.b": "undeclared reference",
	} {
		flaws := c.check(c.condition(text), eachProduct)
		if len(flaws) == 0 || !strings.Contains(flaws[0].text, want) || flaws[0].line < 1 || flaws[0].column < 1 {
			t.Errorf("%s: %+v, want %q", text, flaws, want)
		}
	}
}

func TestCostIsLimited(t *testing.T) {
	c, err := newCompiler()
	if err != nil {
		t.Fatal(err)
	}
	cond := c.condition(`vulnerabilities.all(a, vulnerabilities.all(b, a.id != b.id + "x"))`)
	if flaws := c.check(cond, eachProduct); flaws != nil {
		t.Fatal(flaws)
	}
	e := &evaluation{p: fixtureProgram(t, "base"), a: &netvet.Assessment{Vulnerabilities: make([]netvet.Vulnerability, 20_000)}}
	began := time.Now()
	if _, err := cond.holds(e); err == nil || !strings.Contains(err.Error(), "cost limit") {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

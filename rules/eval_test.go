package rules

import (
	"strings"
	"testing"

	"github.com/netvet/netvet"
)

func bom(created string) netvet.Product {
	return netvet.Product{ID: "p-1", Name: "Box", BOM: netvet.BOM{Present: true, Format: "CycloneDX", Created: created},
		Sources: []netvet.Source{{Input: "box.cdx.json"}}}
}

func bmcFirmware(version string) made {
	return made{Component: netvet.Component{Name: "iDRAC9", Version: version, Kind: netvet.KindFirmware, Pointer: "/components/3"}}
}

func TestComponentRule(t *testing.T) {
	p := fixtureProgram(t, "base")
	t.Run("no bill of materials", func(t *testing.T) {
		a := assess(t, p, &netvet.Assessment{Product: netvet.Product{Name: "Box"}})
		r := one(t, a, "T-BMC")
		if r.Outcome != netvet.OutcomeUnknown || !r.Settled || len(r.Evidence) != 0 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("no candidate is not clean", func(t *testing.T) {
		r := one(t, assess(t, p, &netvet.Assessment{Product: bom("")}), "T-BMC")
		if r.Outcome != netvet.OutcomeUnknown {
			t.Errorf("%+v", r)
		}
	})
	t.Run("a claim to be complete is the vendor's own word", func(t *testing.T) {
		product := bom("")
		product.BOM.Aggregate = "complete"
		software := made{Component: netvet.Component{Name: "bash", Kind: netvet.KindSoftware}}
		for _, parts := range [][]made{nil, {software}} {
			if r := one(t, assess(t, p, &netvet.Assessment{Product: product}, parts...), "T-BMC"); r.Outcome != netvet.OutcomeUnknown {
				t.Errorf("a list without hardware says nothing of it: %+v", r)
			}
		}
		board := made{Component: netvet.Component{Name: "Mainboard", Kind: netvet.KindDevice}}
		r := one(t, assess(t, p, &netvet.Assessment{Product: product}, software, board), "T-BMC")
		if r.Outcome != netvet.OutcomePass || r.Evidence[0].Reliability != netvet.ReliabilitySelfAttested {
			t.Errorf("%+v", r)
		}
	})
	t.Run("an observation of all parts of the kinds", func(t *testing.T) {
		a := &netvet.Assessment{Product: bom(""), Observations: []netvet.Observation{{Kind: "inventory", Name: "firmware"}}}
		if r := one(t, assess(t, p, a), "T-BMC"); r.Outcome != netvet.OutcomeUnknown {
			t.Errorf("devices were not observed: %+v", r)
		}
		a.Observations = append(a.Observations, netvet.Observation{Kind: "inventory", Name: "device"})
		if r := one(t, assess(t, p, a), "T-BMC"); r.Outcome != netvet.OutcomePass || r.Evidence[0].Reliability != netvet.ReliabilityObservation {
			t.Errorf("%+v", r)
		}
	})
	t.Run("adverse, counted and weighed", func(t *testing.T) {
		a := assess(t, p, &netvet.Assessment{Product: bom("2026-11-01T00:00:00Z")}, bmcFirmware(""), bmcFirmware(""))
		r := one(t, a, "T-BMC")
		if r.Outcome != netvet.OutcomeFail || r.Count != 2 || r.Message != "iDRAC9 has no version (2 times)" {
			t.Errorf("%+v", r)
		}
		e := r.Evidence[0]
		if e.Reliability != netvet.ReliabilityDocument || e.Relevance != 1 || e.Match != 1 || e.Pointer != "/components/3" || e.Input != "box.cdx.json" || e.Observed.IsZero() {
			t.Errorf("%+v", e)
		}
	})
	t.Run("subjects stay separate", func(t *testing.T) {
		a := assess(t, p, &netvet.Assessment{Product: bom("")}, bmcFirmware("1.0"), bmcFirmware(""))
		rs := resultsOf(a, "T-BMC")
		if len(rs) != 2 {
			t.Fatalf("%+v", rs)
		}
		if rs[1].Outcome != netvet.OutcomePass || rs[1].Evidence[0].Text != "iDRAC9 states version 1.0" {
			t.Errorf("%+v", rs[1])
		}
	})
	t.Run("dated after the as-of date", func(t *testing.T) {
		a := assess(t, p, &netvet.Assessment{Product: bom("2026-11-23T00:00:00Z")}, bmcFirmware(""))
		if r := one(t, a, "T-BMC"); r.Outcome != netvet.OutcomeUnknown {
			t.Errorf("%+v", r)
		}
		if len(a.Gaps) != 1 || !strings.Contains(a.Gaps[0].Reason, "dated after 2026-11-22") {
			t.Errorf("%+v", a.Gaps)
		}
	})
	t.Run("dated in the course of the as-of date", func(t *testing.T) {
		a := assess(t, p, &netvet.Assessment{Product: bom("2026-11-22T15:00:00Z")}, bmcFirmware(""))
		if r := one(t, a, "T-BMC"); r.Outcome != netvet.OutcomeFail || !r.Evidence[0].Observed.Equal(fixtureDate) {
			t.Errorf("%+v", r)
		}
	})
}

func TestMakerOfComponent(t *testing.T) {
	p := fixtureProgram(t, "base")
	by := bmcFirmware("1")
	by.by = matched(acme(), 0.9)
	r := one(t, assess(t, p, &netvet.Assessment{Product: bom("")}, by), "T-MAKER")
	if r.Outcome != netvet.OutcomeFail || r.Evidence[0].Match != 0.9 || r.Evidence[0].Reliability != 0.90 {
		t.Errorf("%+v", r)
	}
	r = one(t, assess(t, p, &netvet.Assessment{Product: bom("")}, bmcFirmware("1")), "T-MAKER")
	if r.Outcome != netvet.OutcomeUnknown {
		t.Errorf("nobody knows who made it: %+v", r)
	}
	cloud := bom("")
	cloud.Category = netvet.CategoryCloud
	r = one(t, assess(t, p, &netvet.Assessment{Product: cloud}, by), "T-MAKER")
	if r.Outcome != netvet.OutcomeNotApplicable {
		t.Errorf("%+v", r)
	}
}

func TestBrokenExpression(t *testing.T) {
	p := fixtureProgram(t, "base")
	a := assess(t, p, &netvet.Assessment{Product: bom("")})
	for _, id := range []string{"T-HASH", "T-BREAK"} {
		r := one(t, a, id)
		if r.Outcome != netvet.OutcomeUnknown || r.Settled || r.Message == "" {
			t.Errorf("%s: %+v", id, r)
		}
	}
}

func TestHitRule(t *testing.T) {
	p := fixtureProgram(t, "base")
	ban := netvet.ListHit{List: "acme-ban", Supplier: "acme", Party: "acme", Relation: "self", Effects: []string{"procurement_ban"}, Grade: netvet.GradeConclusion, Confidence: netvet.ConfidenceHigh}
	doubtful := ban
	doubtful.Confidence = netvet.ConfidenceLow
	other := ban
	other.List, other.Effects = "controls", []string{"export_control"}
	for _, c := range []struct {
		name        string
		a           netvet.Assessment
		want        netvet.Outcome
		reliability netvet.Reliability
	}{
		{"listed", netvet.Assessment{Match: matched(acme(), 0.95), Hits: []netvet.ListHit{ban}}, netvet.OutcomeFail, 1},
		{"listed, our reading is doubtful", netvet.Assessment{Match: matched(acme(), 0.95), Hits: []netvet.ListHit{doubtful}}, netvet.OutcomeFail, 0.3},
		{"on another list", netvet.Assessment{Match: matched(acme(), 0.95), Hits: []netvet.ListHit{other}}, netvet.OutcomePass, 1},
		{"on none", netvet.Assessment{Match: matched(acme(), 0.95)}, netvet.OutcomePass, 0.9},
		{"nobody knows who", netvet.Assessment{}, netvet.OutcomeUnknown, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := one(t, assess(t, p, &c.a), "T-HIT")
			if r.Outcome != c.want {
				t.Fatalf("%+v", r)
			}
			if len(r.Evidence) > 0 && (r.Evidence[0].Reliability != c.reliability || r.Evidence[0].Match != 0.95) {
				t.Errorf("%+v", r.Evidence[0])
			}
		})
	}
	t.Run("the maker of a part is clean, that of the product unknown", func(t *testing.T) {
		part := other
		part.Component = true
		rs := resultsOf(assess(t, p, &netvet.Assessment{Hits: []netvet.ListHit{part}}), "T-HIT")
		if len(rs) != 2 || rs[1].Outcome != netvet.OutcomeUnknown {
			t.Errorf("%+v", rs)
		}
	})
}

func TestVulnerabilityRule(t *testing.T) {
	p := fixtureProgram(t, "base")
	a := &netvet.Assessment{Product: bom("")}
	if r := one(t, assess(t, p, a), "T-VULN"); r.Outcome != netvet.OutcomeUnknown {
		t.Errorf("silence: %+v", r)
	}
	for range 2 {
		a.Vulnerabilities = append(a.Vulnerabilities, netvet.Vulnerability{ID: "CVE-1", State: "affected", CWEs: []int64{912}, Component: "x"})
	}
	for range 200 {
		a.Vulnerabilities = append(a.Vulnerabilities, netvet.Vulnerability{ID: "CVE-" + strings.Repeat("9", len(a.Vulnerabilities)), State: "fixed"})
	}
	a.Vulnerabilities = append(a.Vulnerabilities, netvet.Vulnerability{ID: "CVE-8"})
	rs := resultsOf(assess(t, p, a), "T-VULN")
	total, fails, unknown := 0, 0, 0
	for _, r := range rs {
		switch r.Outcome {
		case netvet.OutcomeFail:
			fails += r.Count
		case netvet.OutcomePass:
			total += r.Count
		case netvet.OutcomeUnknown:
			unknown += r.Count
		}
	}
	if fails != 2 || total != 200 || unknown != 1 || len(rs) > maxSeparatePasses+2 {
		t.Errorf("%d results: fails %d, passes %d, unknown %d", len(rs), fails, total, unknown)
	}
}

func TestAnswers(t *testing.T) {
	p := fixtureProgram(t, "base")
	clean := netvet.Answer{Rules: []string{"toy/T-*"}, Clean: true, Answer: "all documented", By: "supplier", Reliability: "audit", Date: "2026-10-01"}
	adverse := netvet.Answer{Rules: []string{"T-ASK"}, Answer: "none", Reliability: "nonsense"}
	future := clean
	future.Date = "2027-01-01"
	with := func(answers ...netvet.Answer) *netvet.Assessment {
		return &netvet.Assessment{Product: bom(""), Circumstances: netvet.Circumstances{Answers: answers}}
	}
	t.Run("clean without any evidence", func(t *testing.T) {
		a := assess(t, p, with(clean))
		for _, id := range []string{"T-ASK", "T-BMC", "T-VULN"} {
			r := one(t, a, id)
			if r.Outcome != netvet.OutcomePass || r.Evidence[0].Reliability != netvet.ReliabilityAudit || r.Subject.Kind != "product" {
				t.Errorf("%s: %+v", id, r)
			}
		}
	})
	t.Run("adverse, of unknown reliability", func(t *testing.T) {
		r := one(t, assess(t, p, with(adverse)), "T-ASK")
		if r.Outcome != netvet.OutcomeFail || r.Evidence[0].Reliability != netvet.ReliabilitySelfAttested {
			t.Errorf("%+v", r)
		}
	})
	t.Run("both: adverse counts and the conflict is told", func(t *testing.T) {
		r := one(t, assess(t, p, with(clean, adverse)), "T-ASK")
		if r.Outcome != netvet.OutcomeFail || len(r.Evidence) != 2 || !strings.Contains(r.Message, "against this stands") {
			t.Errorf("%+v", r)
		}
	})
	t.Run("an answer clears no adverse part", func(t *testing.T) {
		rs := resultsOf(assess(t, p, with(clean), bmcFirmware("")), "T-BMC")
		if len(rs) != 2 || rs[0].Outcome != netvet.OutcomeFail || rs[1].Outcome != netvet.OutcomePass {
			t.Errorf("%+v", rs)
		}
	})
	t.Run("an answer settles parts of which nothing is known", func(t *testing.T) {
		if r := one(t, assess(t, p, with(clean), bmcFirmware("1")), "T-MAKER"); r.Outcome != netvet.OutcomePass {
			t.Errorf("%+v", r)
		}
	})
	t.Run("an answer given later settles nothing", func(t *testing.T) {
		a := assess(t, p, with(future))
		if r := one(t, a, "T-ASK"); r.Outcome != netvet.OutcomeUnknown || len(a.Gaps) != 1 {
			t.Errorf("%+v %+v", r, a.Gaps)
		}
	})
}

func TestRulesNotYetInForce(t *testing.T) {
	l := fixture(t)
	pack, _ := l.Pack("toy")
	pack.Rules[0].InForce.From = "2027-01-01"
	f, _ := l.Profile("base")
	p, err := l.Program(f, []netvet.List{acmeBan()}, fixtureDate)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Rules()) != len(pack.Rules)-1 || p.Rules()[0].ID != "toy/T-MAKER" {
		t.Errorf("%d rules", len(p.Rules()))
	}
}

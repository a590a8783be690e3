package rules

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/netvet/netvet"
)

// buyer is a CIIO that procures, the case the gate was made for.
func buyer() netvet.Circumstances {
	return netvet.Circumstances{Role: netvet.RoleCIIO, Act: netvet.ActProcure}
}

func part(by netvet.Match, name string) made {
	return made{Component: netvet.Component{Name: name, Kind: netvet.KindDevice, Pointer: "/components/1"}, by: by}
}

func subsidiary() *netvet.Supplier {
	return &netvet.Supplier{ID: "acme-sub", Name: "Acme Sub", UltimateParent: "acme", Owners: []netvet.Owner{{ID: "acme"}}, Confidence: netvet.ConfidenceHigh}
}

func TestGate(t *testing.T) {
	other := &netvet.Supplier{ID: "other", Name: "Other"}
	possible := netvet.Match{Input: "Acme Medical", Possible: []netvet.PossibleMatch{{ID: "acme", Supplier: acme(), Confidence: 0.5, Reason: "name"}}}
	h20 := netvet.Scope{Models: []string{"H20"}}
	// change edits the ban, the gate's circumstances or the product of one case.
	type setup struct {
		list    netvet.List
		a       netvet.Assessment
		parts   []made
		profile string
	}
	entry := func(edit func(e *netvet.Entry)) func(*setup) {
		return func(s *setup) { edit(&s.list.Entries[0]) }
	}
	for _, c := range []struct {
		name    string
		edit    func(s *setup)
		want    netvet.Verdict
		none    bool
		floor   float64 // of provider-compliance
		policy  string  // part of it
		options func(r netvet.GateResult) bool
	}{
		{name: "bought directly", edit: func(*setup) {}, want: netvet.VerdictProhibited, floor: 95, policy: "direct"},
		{name: "already installed", edit: func(s *setup) { s.a.Circumstances.Act = netvet.ActOperate }, want: netvet.VerdictReview, floor: 36, policy: "act: operate"},
		{name: "no CIIO", edit: func(s *setup) { s.a.Circumstances.Role = netvet.RoleEnterprise }, want: netvet.VerdictReview, floor: 36, policy: "role: enterprise is not ciio"},
		{name: "the role comes from the profile", edit: func(s *setup) { s.a.Circumstances.Role, s.profile = "", "ciio" }, want: netvet.VerdictProhibited, floor: 95},
		{name: "another supplier", edit: func(s *setup) { s.a.Match = matched(other, 1) }, none: true},
		{name: "a match below the threshold", edit: func(s *setup) { s.a.Match.Confidence = 0.79 }, none: true},
		{name: "a subsidiary", edit: func(s *setup) { s.a.Match = matched(subsidiary(), 1) }, want: netvet.VerdictProhibited, floor: 95, policy: "owner: acme"},
		{name: "a subsidiary that the list does not reach", edit: func(s *setup) {
			s.a.Match, s.list.Reach = matched(subsidiary(), 1), netvet.ReachNamedOnly
		}, none: true},
		{name: "a part of another maker's product", edit: func(s *setup) {
			s.a.Match, s.parts = matched(other, 1), []made{part(matched(acme(), 0.9), "Acme 7450")}
		}, want: netvet.VerdictReview, floor: 36, policy: "embedded: review", options: func(r netvet.GateResult) bool {
			return r.Embedded && strings.Contains(r.Message, "Acme 7450") && r.Evidence[0].Match == 0.9
		}},
		{name: "a part, of a product whose supplier nobody knows", edit: func(s *setup) {
			s.a.Match, s.parts = netvet.Match{}, []made{part(matched(acme(), 0.9), "Acme 7450")}
		}, want: netvet.VerdictReview, floor: 36},
		{name: "a possible match", edit: func(s *setup) { s.a.Match = possible }, want: netvet.VerdictConditional, policy: "possible match", options: func(r netvet.GateResult) bool {
			return r.Possible && strings.Contains(r.Message, "may be Acme Corp") && strings.Contains(r.Message, "toy/G-ACME would then apply")
		}},
		{name: "a possible match of a part", edit: func(s *setup) {
			s.a.Match, s.parts = matched(other, 1), []made{part(possible, "SSD")}
		}, want: netvet.VerdictConditional, options: func(r netvet.GateResult) bool { return r.Possible && r.Embedded }},
		{name: "sales ban", edit: entry(func(e *netvet.Entry) { e.Effects = []netvet.Effect{netvet.EffectSalesBan} }), want: netvet.VerdictRestricted, floor: 95},
		{name: "ban with conditions", edit: entry(func(e *netvet.Entry) { e.Conditions = []string{"phase out by 2028"} }), want: netvet.VerdictRestricted, floor: 95, policy: "phase out by 2028"},
		{name: "summons", edit: entry(func(e *netvet.Entry) { e.Effects = []netvet.Effect{netvet.EffectSummons} }), want: netvet.VerdictReview, floor: 36},
		{name: "export control is evidence", edit: entry(func(e *netvet.Entry) { e.Effects = []netvet.Effect{netvet.EffectExportControl} }), none: true},
		{name: "allow list", edit: entry(func(e *netvet.Entry) { e.Effects = []netvet.Effect{netvet.EffectAllowList} }), none: true},
		{name: "reported", edit: entry(func(e *netvet.Entry) { e.Status = netvet.StatusReported }), want: netvet.VerdictReview, floor: 36, policy: "status: reported"},
		{name: "medium confidence", edit: entry(func(e *netvet.Entry) { e.Confidence = netvet.ConfidenceMedium }), want: netvet.VerdictReview, floor: 36, policy: "confidence: medium"},
		{name: "a press report", edit: func(s *setup) { s.list.Grade = netvet.GradePress }, want: netvet.VerdictReview, floor: 36, policy: "grade: press-report"},
		{name: "not yet in force", edit: entry(func(e *netvet.Entry) { e.From = "2027-12-23" }), want: "", policy: "not in force before 2027-12-23"},
		{name: "ended", edit: entry(func(e *netvet.Entry) { e.To = "2026-11-22" }), want: "", policy: "ended on 2026-11-22"},
		{name: "suspended", edit: entry(func(e *netvet.Entry) { e.Status = netvet.StatusSuspended }), want: "", policy: "status: suspended"},
		{name: "enacted, not yet effective", edit: entry(func(e *netvet.Entry) { e.Status, e.From = netvet.StatusNotYet, "2026-11-23" }), want: "", policy: "not in force before 2026-11-23"},
		{name: "enacted, and its day has come", edit: entry(func(e *netvet.Entry) { e.Status, e.From = netvet.StatusNotYet, "2026-11-22" }), want: netvet.VerdictProhibited, floor: 95, policy: "by its own terms"},
		{name: "a launch on a list of conclusions", edit: entry(func(e *netvet.Entry) { e.Grade = netvet.GradeSummons }), want: netvet.VerdictReview, floor: 36, policy: "grade: official-summons"},
		{name: "proposal", edit: entry(func(e *netvet.Entry) { e.Effects = []netvet.Effect{netvet.EffectProposal} }), want: ""},
		{name: "the model listed", edit: func(s *setup) { s.list.Entries[0].Scope, s.a.Product.Model = h20, "HGX H20 96GB" }, want: netvet.VerdictProhibited, floor: 95},
		{name: "another model", edit: func(s *setup) { s.list.Entries[0].Scope, s.a.Product.Model = h20, "ConnectX-7" }, none: true},
		{name: "a model that begins alike", edit: func(s *setup) { s.list.Entries[0].Scope, s.a.Product.Model = h20, "H200" }, none: true},
		{name: "no model given", edit: func(s *setup) { s.list.Entries[0].Scope, s.a.Product.Name = h20, "accelerator" }, want: netvet.VerdictReview, floor: 36, policy: "scope"},
		{name: "a category that is not known", edit: entry(func(e *netvet.Entry) { e.Scope = netvet.Scope{Categories: []netvet.Category{netvet.CategoryStorage}} }), want: netvet.VerdictReview, floor: 36, policy: "scope"},
		{name: "the category listed, as the user says", edit: func(s *setup) {
			s.list.Entries[0].Scope = netvet.Scope{Categories: []netvet.Category{netvet.CategoryStorage}}
			s.a.Product.Category, s.a.Circumstances.Category = netvet.CategoryOther, netvet.CategoryStorage
		}, want: netvet.VerdictProhibited, floor: 95},
		{name: "another kind", edit: func(s *setup) {
			s.list.Entries[0].Scope, s.a.Product.Kind = netvet.Scope{Kinds: []netvet.Kind{netvet.KindDevice}}, netvet.KindSoftware
		}, none: true},
		{name: "a listed model among many parts", edit: func(s *setup) {
			s.list.Entries[0].Scope, s.a.Match = h20, matched(other, 1)
			for range 10 {
				s.parts = append(s.parts, part(matched(acme(), 1), "ConnectX"))
			}
			s.parts = append(s.parts, part(matched(acme(), 1), "H20 board"))
		}, want: netvet.VerdictReview, floor: 36},
		{name: "no listed model among many parts", edit: func(s *setup) {
			s.list.Entries[0].Scope, s.a.Match = h20, matched(other, 1)
			for range 10 {
				s.parts = append(s.parts, part(matched(acme(), 1), "ConnectX"))
			}
		}, none: true},
		{name: "parts of another kind", edit: func(s *setup) {
			s.list.Entries[0].Scope, s.a.Match = netvet.Scope{Kinds: []netvet.Kind{netvet.KindSoftware}}, matched(other, 1)
			for range 10 {
				s.parts = append(s.parts, part(matched(acme(), 1), "ConnectX"))
			}
		}, none: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := setup{list: acmeBan(), profile: "base"}
			s.a = netvet.Assessment{Product: netvet.Product{Name: "Box"}, Match: matched(acme(), 1), Circumstances: buyer()}
			c.edit(&s)
			a := assess(t, fixtureProgram(t, s.profile, s.list), &s.a, s.parts...)
			if c.none {
				if len(a.Gates) != 0 {
					t.Fatalf("%+v", a.Gates)
				}
				return
			}
			if len(a.Gates) != 1 {
				t.Fatalf("%d results: %+v", len(a.Gates), a.Gates)
			}
			g := a.Gates[0]
			if g.Verdict != c.want || g.Floors[netvet.FactorCompliance] != c.floor || !strings.Contains(g.Policy, c.policy) || g.Message == "" || len(g.Evidence) != 1 {
				t.Errorf("%+v", g)
			}
			if c.options != nil && !c.options(g) {
				t.Errorf("%+v", g)
			}
		})
	}
}

func TestGateRefusesWordsOnly(t *testing.T) {
	l := fixture(t)
	f, _ := l.Profile("base")
	list := acmeBan()
	list.Entries[0].Scope = netvet.Scope{}
	if _, err := l.Program(f, []netvet.List{list}, fixtureDate); err == nil || !strings.Contains(err.Error(), "in words only") {
		t.Error(err)
	}
	if _, err := l.Program(f, nil, fixtureDate); err == nil || !strings.Contains(err.Error(), `no list "acme-ban"`) || !strings.Contains(err.Error(), "packs/toy.yaml:1") {
		t.Error(err)
	}
}

func TestGateOfTwoEntries(t *testing.T) {
	list := acmeBan()
	second := list.Entries[0]
	second.Effects = []netvet.Effect{netvet.EffectGuidance}
	list.Entries = []netvet.Entry{second, list.Entries[0]}
	a := assess(t, fixtureProgram(t, "base", list), &netvet.Assessment{Match: matched(acme(), 1), Circumstances: buyer()}, part(matched(acme(), 1), "SSD"))
	if len(a.Gates) != 1 || a.Gates[0].Verdict != netvet.VerdictProhibited || a.Gates[0].Embedded {
		t.Errorf("%+v", a.Gates)
	}
}

// world draws a gate, a list and a product.
type world struct {
	list  netvet.List
	gate  Gate
	a     netvet.Assessment
	parts []made
}

func drawWorld(t *rapid.T) world {
	w := world{list: acmeBan()}
	all := func(name string) float64 { return rapid.Float64Range(0, 100).Draw(t, name) }
	w.gate = Gate{ID: "G-ACME", List: "acme-ban", Direct: rapid.SampledFrom(netvet.Verdicts()).Draw(t, "direct"),
		Embedded:   rapid.SampledFrom([]string{"profile", "none", "review", "prohibited"}).Draw(t, "embedded"),
		Otherwise:  GateOtherwise{Role: rapid.SampledFrom(netvet.Verdicts()).Draw(t, "otherwise role"), Act: rapid.SampledFrom(netvet.Verdicts()).Draw(t, "otherwise act")},
		Applies:    GateApplies{Role: rapid.SampledFrom([]netvet.Role{"", netvet.RoleCIIO}).Draw(t, "role"), Act: rapid.SampledFrom([]netvet.Act{"", netvet.ActProcure}).Draw(t, "act")},
		Floors:     map[netvet.Factor]float64{netvet.FactorCompliance: all("floor")},
		WeakFloors: map[netvet.Factor]float64{netvet.FactorCompliance: all("weak floor")},
		Message:    Text{EN: "{party.name}"},
	}
	w.gate.Applies.Products = rapid.SampledFrom([]netvet.Scope{{}, {Any: true}, drawScope(t)}).Draw(t, "products")
	w.list.Entries = nil
	for range rapid.IntRange(1, 3).Draw(t, "entries") {
		e := acmeBan().Entries[0]
		e.Supplier = rapid.SampledFrom([]string{"acme", "other"}).Draw(t, "listed")
		e.Effects = []netvet.Effect{rapid.SampledFrom([]netvet.Effect{netvet.EffectProcurementBan, netvet.EffectSalesBan, netvet.EffectSummons, netvet.EffectExportControl}).Draw(t, "effect")}
		e.From = rapid.SampledFrom([]netvet.Date{"2020", "2030"}).Draw(t, "from")
		e.Scope = drawScope(t)
		w.list.Entries = append(w.list.Entries, e)
	}
	w.a.Product = netvet.Product{Kind: rapid.SampledFrom([]netvet.Kind{"", netvet.KindDevice, netvet.KindSoftware}).Draw(t, "kind"),
		Model: rapid.SampledFrom([]string{"", "H20", "H200"}).Draw(t, "model"), Category: rapid.SampledFrom(append(netvet.Categories(), "")).Draw(t, "category")}
	w.a.Circumstances = netvet.Circumstances{Role: rapid.SampledFrom([]netvet.Role{netvet.RoleCIIO, netvet.RoleEnterprise}).Draw(t, "buyer"), Act: rapid.SampledFrom([]netvet.Act{netvet.ActProcure, netvet.ActOperate}).Draw(t, "does")}
	w.a.Match = drawMatch(t)
	for range rapid.IntRange(0, 6).Draw(t, "parts") {
		w.parts = append(w.parts, part(drawMatch(t), rapid.SampledFrom([]string{"H20", "SSD"}).Draw(t, "part")))
	}
	return w
}

func drawScope(t *rapid.T) netvet.Scope {
	s := netvet.Scope{
		Kinds:      rapid.SampledFrom([][]netvet.Kind{nil, {netvet.KindDevice}, {netvet.KindSoftware}}).Draw(t, "kinds"),
		Categories: rapid.SampledFrom([][]netvet.Category{nil, {netvet.CategoryStorage}}).Draw(t, "categories"),
		Models:     rapid.SampledFrom([][]string{nil, {"H20"}}).Draw(t, "models"),
	}
	s.Any = scopeEmpty(&s)
	return s
}

// widen makes a scope hold more.
func widen(t *rapid.T, s netvet.Scope) netvet.Scope {
	s.Kinds, s.Categories, s.Models = slices.Clone(s.Kinds), slices.Clone(s.Categories), slices.Clone(s.Models)
	switch rapid.IntRange(0, 4).Draw(t, "widen") {
	case 0:
		s.Any = true
	case 1:
		if len(s.Kinds) > 0 {
			s.Kinds = append(s.Kinds, netvet.KindDevice)
		}
	case 2:
		if len(s.Categories) > 0 {
			s.Categories = append(s.Categories, netvet.Categories()...)
		}
	case 3:
		if len(s.Models) > 0 {
			s.Models = append(s.Models, "H200", "SSD")
		}
	case 4:
		s.Models = nil
		s.Any = s.Any || scopeEmpty(&s)
	}
	return s
}

func drawMatch(t *rapid.T) netvet.Match {
	other := &netvet.Supplier{ID: "other", Name: "Other"}
	return rapid.SampledFrom([]netvet.Match{
		matched(acme(), 1), matched(other, 0.9), matched(subsidiary(), 0.85), {},
		{Possible: []netvet.PossibleMatch{{ID: "acme", Supplier: acme(), Confidence: 0.5}}},
	}).Draw(t, "match")
}

// verdict is the highest that the gates of a world give.
func (w *world) verdict(t *rapid.T, l *Library) netvet.Verdict {
	pack := *l.Packs[0]
	pack.Gates = []Gate{w.gate}
	own := *l
	own.Packs = []*Pack{&pack}
	f, err := own.Profile("base")
	if err != nil {
		t.Fatal(err)
	}
	p, err := own.Program(f, []netvet.List{w.list}, fixtureDate)
	if err != nil {
		t.Fatal(err)
	}
	a := w.a
	tally := p.NewTally()
	for i := range w.parts {
		tally.Component(&w.parts[i].Component, w.parts[i].by)
	}
	tally.Fill(&a)
	if err := p.Evaluate(&a); err != nil {
		t.Fatal(err)
	}
	var top netvet.Verdict
	for _, g := range a.Gates {
		if g.Possible && (g.Verdict != netvet.VerdictConditional || len(g.Floors) != 0) {
			t.Fatalf("a possible match fired: %+v", g)
		}
		if g.Verdict.Rank() > top.Rank() {
			top = g.Verdict
		}
	}
	return top
}

// gateLibrary is the fixture without its rules, for speed.
func gateLibrary(t *testing.T) *Library {
	l := fixture(t)
	pack := *l.Packs[0]
	pack.Rules = nil
	l.Packs = []*Pack{&pack}
	return l
}

func TestWideningNeverLowers(t *testing.T) {
	l := gateLibrary(t)
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		before := w.verdict(t, l)
		wide := w
		wide.list.Entries = slices.Clone(w.list.Entries)
		if i := rapid.IntRange(-1, len(w.list.Entries)-1).Draw(t, "which"); i >= 0 {
			wide.list.Entries[i].Scope = widen(t, wide.list.Entries[i].Scope)
		} else if !scopeEmpty(&wide.gate.Applies.Products) {
			wide.gate.Applies.Products = widen(t, wide.gate.Applies.Products)
		}
		if after := wide.verdict(t, l); after.Rank() < before.Rank() {
			t.Fatalf("%q became %q", before, after)
		}
	})
}

func TestProhibitingGateProhibits(t *testing.T) {
	l := gateLibrary(t)
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		w.gate.Direct = netvet.VerdictProhibited
		w.gate.Applies.Products = netvet.Scope{}
		w.a.Match = matched(acme(), 1)
		w.a.Circumstances = buyer()
		w.list.Entries = append(w.list.Entries, acmeBan().Entries[0])
		if got := w.verdict(t, l); got != netvet.VerdictProhibited {
			t.Fatalf("got %q", got)
		}
	})
}

func TestOrderOfEntriesAndPartsChangesNothing(t *testing.T) {
	l := gateLibrary(t)
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		before := w.verdict(t, l)
		turned := w
		turned.list.Entries, turned.parts = slices.Clone(w.list.Entries), slices.Clone(w.parts)
		slices.Reverse(turned.list.Entries)
		slices.Reverse(turned.parts)
		if after := turned.verdict(t, l); after != before {
			t.Fatalf("%q became %q", before, after)
		}
	})
}

func TestFloorsBelongToTheResult(t *testing.T) {
	p := fixtureProgram(t, "base")
	want := maps.Clone(p.gates[0].Floors)
	a := assess(t, p, &netvet.Assessment{Match: matched(acme(), 1), Circumstances: buyer()})
	a.Gates[0].Floors[netvet.FactorOther] = 1
	if !maps.Equal(want, p.gates[0].Floors) {
		t.Error("a result shares the gate's floors")
	}
	if !p.AsOf().Equal(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)) {
		t.Error(p.AsOf())
	}
}

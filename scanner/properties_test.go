package scanner

import (
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/netvet/netvet"
	"pgregory.net/rapid"
)

// property checks prop on a thousand random cases, or on as many as
// -rapid.checks asks for.
func property(t *testing.T, prop func(*rapid.T)) {
	t.Helper()
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		if err := checks.Value.Set("1000"); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, prop)
}

// lastBits is what sums in floating point may differ by.
const lastBits = 1e-9

func oneOf[T any](t *rapid.T, label string, values ...T) T {
	return values[rapid.IntRange(0, len(values)-1).Draw(t, label)]
}

func fraction(t *rapid.T, label string) float64 {
	return float64(rapid.IntRange(0, 20).Draw(t, label)) / 20
}

func drawModel(t *rapid.T) *Model {
	m := &Model{Parameters: DefaultParameters()}
	m.Parameters.Prior = oneOf(t, "prior", 0.33, 0, 0.15, 0.6, 0.95, 0.99)
	if rapid.Bool().Draw(t, "more factors") {
		m.Factors = []netvet.Factor{netvet.FactorDataExposure, netvet.FactorForeignInfluence}
	}
	factors := netvet.Factors()[:6]
	for _, f := range factors { // t0 is declared by two packs, t2 by none
		for _, id := range []string{"t0", "t1", "t0"} {
			m.Topics = append(m.Topics, TopicSpec{ID: id, Factor: f, Weight: float64(rapid.IntRange(1, 4).Draw(t, "Q")),
				ByClass: map[Class]float64{{Category: netvet.CategoryStorage}: float64(rapid.IntRange(1, 4).Draw(t, "Q of storage"))}})
		}
	}
	for i := range rapid.IntRange(1, 12).Draw(t, "rules") {
		m.Rules = append(m.Rules, drawRule(t, fmt.Sprintf("pack/R-%02d", i), oneOf(t, "factor", factors...)))
	}
	return m
}

func drawRule(t *rapid.T, id string, f netvet.Factor) RuleSpec {
	return RuleSpec{
		ID: id, Factor: f, Topic: oneOf(t, "topic", "t0", "t1", "t2"),
		Strength: float64(rapid.IntRange(1, 10).Draw(t, "q")) / 10,
		HalfLife: time.Duration(oneOf(t, "half-life", 0, 365, 730)) * 24 * time.Hour,
	}
}

func drawItem(t *rapid.T, adverse bool) netvet.Evidence {
	e := netvet.Evidence{
		Adverse: adverse, Match: oneOf(t, "m", 1, 0.9, 0.5), Relevance: oneOf(t, "rho", 1, 0.7, 0.1),
		Reliability: oneOf(t, "r", netvet.ReliabilityOfficial, netvet.ReliabilityAudit, netvet.ReliabilityDocument, netvet.ReliabilityRumour),
	}
	if days := rapid.IntRange(-30, 2000).Draw(t, "age"); days < 1900 { // else undated
		e.Observed = scoringDay.AddDate(0, 0, -days)
	}
	return e
}

func drawItems(t *rapid.T, least int, adverse bool) []netvet.Evidence {
	var items []netvet.Evidence
	for range rapid.IntRange(least, 2).Draw(t, "items") {
		items = append(items, drawItem(t, adverse))
	}
	return items
}

var subjects = []netvet.Subject{{Kind: "product"}, {Kind: "component", Name: "bmc", Version: "1"}, {Kind: "component", Name: "bmc", Version: "2"}}

func drawResult(t *rapid.T, rule string) netvet.RuleResult {
	r := netvet.RuleResult{Rule: rule, Subject: oneOf(t, "subject", subjects...), Count: 1,
		Outcome: oneOf(t, "outcome", netvet.OutcomeUnknown, netvet.OutcomePass, netvet.OutcomeFail, netvet.OutcomeNotApplicable)}
	switch r.Outcome {
	case netvet.OutcomePass:
		r.Evidence = drawItems(t, 1, false)
	case netvet.OutcomeFail:
		r.Evidence = append(drawItems(t, 1, true), drawItems(t, 0, false)...)
	case netvet.OutcomeUnknown:
		r.Evidence = drawItems(t, 0, rapid.Bool().Draw(t, "adverse"))
	}
	return r
}

func drawGate(t *rapid.T, id string) netvet.GateResult {
	g := netvet.GateResult{Gate: id, Possible: rapid.IntRange(0, 3).Draw(t, "possible") == 0,
		Verdict: oneOf(t, "verdict", "", netvet.VerdictConditional, netvet.VerdictReview, netvet.VerdictRestricted, netvet.VerdictProhibited)}
	g.Floors = map[netvet.Factor]float64{oneOf(t, "floored", netvet.Factors()...): oneOf(t, "floor", 0.0, 36, 64, 95)}
	return g
}

func drawMitigation(t *rapid.T) netvet.Mitigation {
	return netvet.Mitigation{
		Kind: oneOf(t, "kind", "second-source", "stock", "escrow", "local-support", "isolation", "none such"), Strength: fraction(t, "e"),
		Reliability: oneOf(t, "r", "", "audit", "official", "document"), Evidence: oneOf(t, "document", "", "a.pdf", "b.pdf"),
		Date: oneOf(t, "date", netvet.Date(""), "2026-03", "2024", "2027-01-01"),
	}
}

func drawAssessment(t *rapid.T, m *Model) *netvet.Assessment {
	a := &netvet.Assessment{}
	for i := range m.Rules {
		for range rapid.IntRange(0, 3).Draw(t, "results") {
			a.Results = append(a.Results, drawResult(t, m.Rules[i].ID))
		}
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "gates") {
		a.Gates = append(a.Gates, drawGate(t, fmt.Sprint("pack/G-", i)))
	}
	a.Circumstances.Role = oneOf(t, "role", netvet.RoleCIIO, netvet.RoleEnterprise)
	if rapid.Bool().Draw(t, "impact stated") {
		a.Circumstances.Impact = map[netvet.Factor]float64{netvet.FactorHiddenControl: fraction(t, "I"), netvet.FactorSupply: fraction(t, "I")}
	}
	for range rapid.IntRange(0, 2).Draw(t, "mitigations") {
		a.Circumstances.Mitigations = append(a.Circumstances.Mitigations, drawMitigation(t))
	}
	return a
}

func drawCase(t *rapid.T) (*Model, *netvet.Assessment) {
	m := drawModel(t)
	a := drawAssessment(t, m)
	a.Product.Category = oneOf(t, "category", netvet.CategoryUnknown, netvet.CategoryStorage, netvet.CategoryCloud)
	return m, a
}

// copied is a deep copy of what goes into a score.
func copied(a *netvet.Assessment) *netvet.Assessment {
	b := &netvet.Assessment{Product: a.Product, Results: slices.Clone(a.Results), Gates: slices.Clone(a.Gates), Circumstances: a.Circumstances}
	for i := range b.Results {
		b.Results[i].Evidence = slices.Clone(b.Results[i].Evidence)
	}
	for i := range b.Gates {
		b.Gates[i].Floors = maps.Clone(b.Gates[i].Floors)
	}
	b.Circumstances.Impact = maps.Clone(a.Circumstances.Impact)
	b.Circumstances.Mitigations = slices.Clone(a.Circumstances.Mitigations)
	return b
}

func scored(m *Model, a *netvet.Assessment) *netvet.Assessment {
	b := copied(a)
	m.Score(b, scoringDay)
	return b
}

// wantNotBelow fails unless every score of b is at least that of a.
func wantNotBelow(t *rapid.T, what string, b, a *netvet.Assessment) {
	t.Helper()
	check := func(name string, got, least float64) {
		if got < least-lastBits {
			t.Fatalf("%s: %s fell from %v to %v", what, name, least, got)
		}
	}
	check("score", b.Score, a.Score)
	check("low", b.Low, a.Low)
	check("high", b.High, a.High)
	for i := range a.Factors {
		check(string(a.Factors[i].Factor), b.Factors[i].Score, a.Factors[i].Score)
	}
}

// wantSame fails unless everything that was concluded is equal to the last bit.
func wantSame(t *rapid.T, what string, a, b *netvet.Assessment) {
	t.Helper()
	x, y := conclusions(a), conclusions(b)
	if !reflect.DeepEqual(x, y) {
		t.Fatalf("%s:\n%+v\n%+v", what, x, y)
	}
}

func conclusions(a *netvet.Assessment) *netvet.Assessment {
	b := *a
	b.Results, b.Gates, b.Circumstances = nil, nil, netvet.Circumstances{}
	return &b
}

func anyRule(t *rapid.T, m *Model) RuleSpec { return oneOf(t, "rule", m.Rules...) }

// 1
func TestAdverseEvidenceNeverLowersAScore(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		b := copied(a)
		b.Results = append(b.Results, netvet.RuleResult{Rule: anyRule(t, m).ID, Outcome: netvet.OutcomeFail,
			Subject: oneOf(t, "subject", append(subjects, netvet.Subject{Name: "new"})...), Evidence: []netvet.Evidence{drawItem(t, true)}})
		wantNotBelow(t, "with adverse evidence", scored(m, b), scored(m, a))
	})
}

// 2: clean evidence about the whole product, about a part that the rule already
// asks about, or the first about a rule. About a further part it says that there
// is more to clear.
func TestCleanEvidenceNeverRaisesAScore(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		rule, e := anyRule(t, m).ID, drawItem(t, false)
		if after(e.Observed, scoringDay) {
			t.Skip("not evidence yet")
		}
		r := netvet.RuleResult{Rule: rule, Outcome: netvet.OutcomePass, Subject: subjects[0], Evidence: []netvet.Evidence{e}}
		for _, other := range a.Results {
			if other.Rule != rule {
				continue
			}
			if other.Outcome == netvet.OutcomeNotApplicable {
				t.Skip("the rule may not apply")
			}
			r.Subject = oneOf(t, "subject", subjects[0], other.Subject)
		}
		b := copied(a)
		b.Results = append(b.Results, r)
		wantNotBelow(t, "without clean evidence", scored(m, a), scored(m, b))
	})
}

// 2
func TestMitigationNeverRaisesAScore(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		b := copied(a)
		b.Circumstances.Mitigations = append(b.Circumstances.Mitigations, drawMitigation(t))
		x, y := scored(m, a), scored(m, b)
		wantNotBelow(t, "without a mitigation", x, y)
		if y.Verdict.Rank() < netvet.VerdictRestricted.Rank() && x.Verdict.Rank() >= netvet.VerdictRestricted.Rank() {
			t.Fatalf("a mitigation removed a gate: %s became %s", x.Verdict, y.Verdict)
		}
	})
}

// 3 and 4
func TestCleanUnknownAdverse(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		rule := anyRule(t, m).ID
		with := func(results ...netvet.RuleResult) *netvet.Assessment {
			b := copied(a)
			b.Results = append(slices.DeleteFunc(b.Results, func(r netvet.RuleResult) bool { return r.Rule == rule }), results...)
			return scored(m, b)
		}
		clean := with(netvet.RuleResult{Rule: rule, Outcome: netvet.OutcomePass, Evidence: []netvet.Evidence{drawItem(t, false)}})
		unknown := with(netvet.RuleResult{Rule: rule, Outcome: netvet.OutcomeUnknown})
		adverse := with(netvet.RuleResult{Rule: rule, Outcome: netvet.OutcomeFail, Evidence: []netvet.Evidence{drawItem(t, true)}})
		wantNotBelow(t, "unknown against clean", unknown, clean)
		wantNotBelow(t, "adverse against unknown", adverse, unknown)
		wantSame(t, "silence against unknown", with(), unknown)
	})
}

// 3b
func TestUnknownSubjectNeverHelps(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		b := copied(a)
		b.Results = append(b.Results, netvet.RuleResult{Rule: anyRule(t, m).ID, Outcome: netvet.OutcomeUnknown, Subject: netvet.Subject{Name: "new"}})
		x, y := scored(m, a), scored(m, b)
		wantNotBelow(t, "with an unknown subject", y, x)
		if y.Coverage > x.Coverage+lastBits {
			t.Fatalf("coverage rose from %v to %v", x.Coverage, y.Coverage)
		}
	})
}

// 4
func TestTakingCleanEvidenceAwayNeverLowersAScore(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		rule := anyRule(t, m).ID
		b := copied(a)
		for i := range b.Results {
			if r := &b.Results[i]; r.Rule == rule {
				r.Evidence = slices.DeleteFunc(r.Evidence, func(e netvet.Evidence) bool { return !e.Adverse })
			}
		}
		wantNotBelow(t, "without clean evidence", scored(m, b), scored(m, a))
	})
}

// 5
func TestAgeingCleanEvidenceNeverLowersAScore(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		days := rapid.IntRange(1, 1000).Draw(t, "days")
		b := copied(a)
		for i := range b.Results {
			for j := range b.Results[i].Evidence {
				e := &b.Results[i].Evidence[j]
				if e.Adverse || e.Observed.After(scoringDay) {
					continue
				}
				if e.Observed.IsZero() {
					e.Observed = scoringDay
				}
				e.Observed = e.Observed.AddDate(0, 0, -days)
			}
		}
		for i := range b.Circumstances.Mitigations {
			if x := &b.Circumstances.Mitigations[i]; x.Date == "" {
				x.Date = "2020"
			}
		}
		wantNotBelow(t, "aged", scored(m, b), scored(m, a))
	})
}

// 6 and 7
func TestBounds(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		b := scored(m, a)
		if !(0 <= b.Low && b.Low <= b.Score && b.Score <= b.High && b.High <= 100) {
			t.Fatalf("score %v, range %v to %v", b.Score, b.Low, b.High)
		}
		for _, f := range b.Factors {
			if !(f.Low <= f.Score && f.Score <= f.High && f.Score <= b.Score && f.Low <= b.Low && f.High <= b.High) {
				t.Fatalf("%s: %v in %v to %v; overall %v in %v to %v", f.Factor, f.Score, f.Low, f.High, b.Score, b.Low, b.High)
			}
			if !(0 <= f.Coverage && f.Coverage <= 1 && 0 <= f.Share && f.Share <= 1) {
				t.Fatalf("%s: coverage %v, share %v", f.Factor, f.Coverage, f.Share)
			}
		}
	})
}

// 8
func TestDuplicatesChangeNothing(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		b := copied(a)
		b.Results = append(b.Results, a.Results...)
		b.Gates = append(b.Gates, a.Gates...)
		b.Circumstances.Mitigations = append(b.Circumstances.Mitigations, a.Circumstances.Mitigations...)
		for i := range b.Results {
			r := &b.Results[i]
			r.Evidence, r.Count = slices.Concat(r.Evidence, r.Evidence), 64
		}
		wantSame(t, "with everything twice", scored(m, a), scored(m, b))
	})
}

// 9
func TestOrderChangesNothing(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		b := copied(a)
		shuffle(rng, b.Results)
		for i := range b.Results {
			shuffle(rng, b.Results[i].Evidence)
		}
		shuffle(rng, b.Gates)
		shuffle(rng, b.Circumstances.Mitigations)
		n := &Model{Parameters: m.Parameters, Factors: slices.Clone(m.Factors), Topics: slices.Clone(m.Topics), Rules: slices.Clone(m.Rules)}
		shuffle(rng, n.Factors)
		shuffle(rng, n.Topics)
		shuffle(rng, n.Rules)
		wantSame(t, "in another order", scored(m, a), scored(n, b))
	})
}

func shuffle[T any](rng *rand.Rand, list []T) {
	rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

// 10
func TestProhibitingGateProhibits(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		f, floor := oneOf(t, "floored", netvet.MainFactors()...), oneOf(t, "floor", 36.0, 64, 95)
		a.Gates = append(a.Gates, netvet.GateResult{Gate: "pack/G-9", Verdict: netvet.VerdictProhibited, Floors: map[netvet.Factor]float64{f: floor}})
		b := scored(m, a)
		if b.Verdict != netvet.VerdictProhibited || b.VerdictBasis != basisGate || b.Low < floor {
			t.Fatalf("verdict %s by %s, low %v; want prohibited by the gate, at least %v", b.Verdict, b.VerdictBasis, b.Low, floor)
		}
		if got := b.Factors[slices.Index(netvet.Factors(), f)]; got.Score < floor || got.Low < floor {
			t.Fatalf("%s scores %v, below the floor %v", f, got.Score, floor)
		}
	})
}

// 10: and nothing but a gate restricts or prohibits.
func TestScoreAloneNeverProhibits(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		for i := range a.Gates {
			a.Gates[i].Possible = true
		}
		b := scored(m, a)
		if b.Verdict.Rank() >= netvet.VerdictRestricted.Rank() || b.VerdictBasis == basisGate {
			t.Fatalf("score %v without a gate: %s by %s", b.Score, b.Verdict, b.VerdictBasis)
		}
		if b.Verdict == netvet.VerdictAccept && (b.Insufficient || len(a.Gates) > 0) {
			t.Fatalf("accepted with evidence insufficient %v and %d possible gates", b.Insufficient, len(a.Gates))
		}
	})
}

// 11
func TestMonotoneInImpactAndPrior(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		b := copied(a)
		f := oneOf(t, "factor", netvet.Factors()...)
		if b.Circumstances.Impact == nil {
			b.Circumstances.Impact = map[netvet.Factor]float64{}
		}
		b.Circumstances.Impact[f] = min(1, impactOn(f, &a.Circumstances)+fraction(t, "more impact"))
		x := scored(m, a)
		wantNotBelow(t, "with more impact", scored(m, b), x)

		n := &Model{Parameters: m.Parameters, Factors: m.Factors, Topics: m.Topics, Rules: m.Rules}
		n.Parameters.Prior = min(1, n.Parameters.Prior+fraction(t, "more prior"))
		wantNotBelow(t, "with a higher prior", scored(n, a), x)
	})
}

// 11b
func TestRulesCannotBeWateredDown(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		old := anyRule(t, m)
		more := func(spec ...RuleSpec) *Model {
			return &Model{Parameters: m.Parameters, Factors: m.Factors, Topics: m.Topics, Rules: append(slices.Clone(m.Rules), spec...)}
		}
		added := drawRule(t, "pack/new", old.Factor)
		added.Topic = old.Topic
		half := old
		half.ID, half.Strength = old.ID+"b", old.Strength/2
		unknown := &netvet.Assessment{Circumstances: a.Circumstances}
		for name, n := range map[string]*Model{"added": more(added), "split": more(half)} {
			x, y := scored(m, unknown), scored(n, unknown)
			if x.Score != y.Score || x.Low != y.Low || x.High != y.High || x.Coverage != y.Coverage {
				t.Fatalf("a rule %s for an unknown product: %v became %v", name, x.Score, y.Score)
			}
		}

		trivial := added
		trivial.Strength = 0.01
		cleared := copied(a)
		cleared.Results = append(cleared.Results, resultOf(trivial.ID, item(false, 1, 0)))
		x, y := scored(m, a), scored(more(trivial), cleared)
		for i := range x.Factors {
			for _, topic := range x.Factors[i].Topics {
				same := x.Factors[i].Factor == added.Factor && topic.Topic == added.Topic
				if !same && !slices.Contains(y.Factors[i].Topics, topic) {
					t.Fatalf("a cleared trivial rule in %s changed topic %s: %+v", added.Topic, topic.Topic, y.Factors[i].Topics)
				}
			}
		}
	})
}

// 12
func TestWiderGateNeverLowersAVerdict(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		b := copied(a)
		b.Gates = append(b.Gates, drawGate(t, "pack/G-9"))
		x, y := scored(m, a), scored(m, b)
		wantNotBelow(t, "with a gate more", y, x)
		if y.Verdict.Rank() < x.Verdict.Rank() {
			t.Fatalf("with a gate more: %s became %s", x.Verdict, y.Verdict)
		}
	})
}

// 13
func TestBetterSupplierNeverRaisesAScore(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		b := copied(a)
		for i := range b.Results {
			r := &b.Results[i]
			if rapid.Bool().Draw(t, "no better here") {
				continue
			}
			r.Evidence = slices.DeleteFunc(r.Evidence, func(e netvet.Evidence) bool { return e.Adverse })
			for j := range r.Evidence {
				r.Evidence[j].Reliability = netvet.ReliabilityOfficial
			}
			if r.Outcome == netvet.OutcomeUnknown && rapid.Bool().Draw(t, "answered") {
				r.Outcome, r.Evidence = netvet.OutcomePass, []netvet.Evidence{drawItem(t, false)}
			}
		}
		b.Gates = slices.DeleteFunc(b.Gates, func(netvet.GateResult) bool { return rapid.Bool().Draw(t, "gate gone") })
		wantNotBelow(t, "with the worse supplier", scored(m, a), scored(m, b))
	})
}

// 14
func TestNamesDoNotMatter(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		b := copied(a)
		for i := range b.Results {
			r := &b.Results[i]
			r.Subject = netvet.Subject{Kind: r.Subject.Kind, Name: "美光 " + r.Subject.Name, Version: r.Subject.Version, Ref: "ref-" + r.Subject.Name}
			r.Message = "another"
			for j := range r.Evidence {
				r.Evidence[j].Text, r.Evidence[j].Source, r.Evidence[j].Input = "text", "source", "other.json"
			}
		}
		b.Product = netvet.Product{Name: "renamed", Category: a.Product.Category}
		x, y := scored(m, a), scored(m, b)
		y.Product = x.Product
		wantSame(t, "renamed", x, y)
	})
}

// 15
func TestSplittingABillOfMaterialsChangesNothing(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		var left, right []netvet.RuleResult
		for _, r := range a.Results {
			l, rest := r, r
			cut := rapid.IntRange(0, len(r.Evidence)).Draw(t, "cut")
			l.Evidence, rest.Evidence = r.Evidence[:cut], r.Evidence[cut:]
			left, right = append(left, l), append(right, rest)
		}
		b := copied(a)
		b.Results = slices.Concat(right, left)
		wantSame(t, "split and merged", scored(m, a), scored(m, b))
	})
}

// 17
func TestScoreIsDeterministic(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		run := func(m *Model) *netvet.Assessment {
			b := scored(m, a)
			m.explain(b, scoringDay, false)
			return b
		}
		want := run(&Model{Parameters: m.Parameters, Factors: m.Factors, Topics: m.Topics, Rules: m.Rules})
		for _, other := range []*netvet.Assessment{drawAssessment(t, m), lessClean(a)} { // must leave no trace in the model
			other = scored(m, other)
			m.explain(other, scoringDay, false)
		}
		var wg sync.WaitGroup
		got := make([]*netvet.Assessment, 4)
		for i := range got {
			wg.Go(func() { got[i] = run(m) })
		}
		wg.Wait()
		for _, b := range got {
			if !reflect.DeepEqual(b, want) {
				t.Fatalf("a second run gives\n%+v\nnot\n%+v", b, want)
			}
		}
	})
}

// lessClean is a with weaker clean evidence.
func lessClean(a *netvet.Assessment) *netvet.Assessment {
	b := copied(a)
	for i := range b.Results {
		for j := range b.Results[i].Evidence {
			if e := &b.Results[i].Evidence[j]; !e.Adverse {
				e.Reliability /= 2
			}
		}
	}
	return b
}

// The contribution of a rule is what the score loses when the rule is answered
// clean beyond doubt; a question's scores are those that its answers give.
func TestExplanationsAreWhatRescoringGives(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		b := scored(m, a)
		open, _ := m.explain(b, scoringDay, false)
		with := func(rule string, e netvet.Evidence) float64 {
			c := copied(a)
			c.Results = append(slices.DeleteFunc(c.Results, func(r netvet.RuleResult) bool { return r.Rule == rule }), resultOf(rule, e))
			return scored(m, c).Score
		}
		for _, f := range b.Factors {
			for _, w := range f.Weights {
				if want := b.Score - with(w.Rule, item(false, 1, 0)); math.Abs(w.Contribution-want) > lastBits {
					t.Fatalf("%s contributes %v, rescoring says %v", w.Rule, w.Contribution, want)
				}
			}
		}
		topics, asked := map[[2]string]bool{}, map[[2]string]bool{}
		for _, q := range open {
			spec := m.plan.rules[q.rule]
			topics[[2]string{string(spec.Factor), spec.Topic}] = true
		}
		for _, q := range b.Questions {
			spec := m.plan.rules[m.plan.index[q.Rule]]
			asked[[2]string{string(spec.Factor), spec.Topic}] = true
		}
		if want := min(len(topics), questionsPerProduct); len(asked) != want {
			t.Fatalf("the first questions are of %d topics, want %d", len(asked), want)
		}
		last := math.Inf(1)
		for _, q := range b.Questions {
			good, bad := with(q.Rule, item(false, 0.9, 0)), with(q.Rule, item(true, 0.9, 0))
			if math.Abs(q.ScoreIfGood-good) > lastBits || math.Abs(q.ScoreIfBad-bad) > lastBits {
				t.Fatalf("%s: good %v, bad %v; rescoring says %v and %v", q.Rule, q.ScoreIfGood, q.ScoreIfBad, good, bad)
			}
			if span := bad - good; span > last+lastBits {
				t.Fatalf("%s, with a span of %v, comes after a lesser one", q.Rule, span)
			} else {
				last = span
			}
		}
	})
}

// The model against the formulas written out once more, in the plainest way.
func TestScoreAgainstPlainFormulas(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		b := scored(m, a)
		for prior, got := range map[float64]float64{m.Parameters.Prior: b.Score, 0: b.Low, max(m.Parameters.Prior, 0.95): b.High} {
			if want := plainScore(m, a, prior); math.Abs(got-want) > lastBits {
				t.Fatalf("prior %v: %v, the plain formulas give %v", prior, got, want)
			}
		}
	})
}

func plainScore(m *Model, a *netvet.Assessment, prior float64) float64 {
	var scores []float64
	for i, f := range netvet.Factors() {
		if i > 3 && !slices.Contains(m.Factors, f) {
			continue
		}
		floor := 0.0
		for _, g := range a.Gates {
			if !g.Possible && g.Verdict != "" {
				floor = max(floor, g.Floors[f])
			}
		}
		share, weights, any := plainFactor(m, a, f)
		if i > 3 && !any && floor == 0 {
			continue
		}
		slices.Sort(weights)
		slices.Reverse(weights)
		product := 1.0
		for k, w := range weights {
			product *= 1 - math.Pow(0.7, float64(k))*w
		}
		impact, ok := a.Circumstances.Impact[f]
		if !ok {
			impact = map[bool]float64{true: 0.8, false: 0.5}[a.Circumstances.Role == netvet.RoleCIIO]
		}
		l := 1 - 0.98*product*math.Pow(1-prior, share)
		l *= max(mitigation(f, m.measures(a.Circumstances.Mitigations, scoringDay)), 0.4)
		scores = append(scores, max(100*l*impact, floor))
	}
	slices.Sort(scores)
	slices.Reverse(scores)
	product := 1.0
	for k, r := range scores {
		product *= 1 - math.Pow(0.5, float64(k))*r/100
	}
	return 100 * (1 - product)
}

func plainFactor(m *Model, a *netvet.Assessment, f netvet.Factor) (share float64, weights []float64, any bool) {
	open, all := map[string]float64{}, map[string]float64{}
	for _, spec := range m.Rules {
		if spec.Factor != f {
			continue
		}
		seen, applies := false, false
		adverse, clean := 0.0, map[netvet.Subject]float64{}
		for _, r := range a.Results {
			if r.Rule != spec.ID {
				continue
			}
			seen = true
			if r.Outcome == netvet.OutcomeNotApplicable {
				continue
			}
			applies = true
			clean[r.Subject] += 0
			for _, e := range r.Evidence {
				if r.Outcome == netvet.OutcomeUnknown || e.Observed.After(scoringDay) {
					continue
				}
				c := float64(e.Reliability) * e.Match
				if age := scoringDay.Sub(e.Observed); !e.Observed.IsZero() && spec.HalfLife > 0 {
					c *= math.Pow(2, -age.Hours()/spec.HalfLife.Hours())
				}
				if e.Adverse {
					adverse = max(adverse, spec.Strength*c*e.Relevance)
				} else {
					clean[r.Subject] = max(clean[r.Subject], c)
				}
			}
		}
		if seen && !applies {
			continue
		}
		whole := clean[netvet.Subject{Kind: "product"}]
		if whole > 0 {
			delete(clean, netvet.Subject{Kind: "product"})
		}
		least := whole
		if len(clean) > 0 {
			least = max(whole, slices.Min(slices.Collect(maps.Values(clean))))
		}
		open[spec.Topic] += spec.Strength * (1 - least)
		all[spec.Topic] += spec.Strength
		if adverse > 0 {
			weights = append(weights, adverse)
		}
	}
	sum, total := 0.0, 0.0
	for topic := range all {
		q := 0.0
		for _, spec := range m.Topics {
			if spec.ID == topic && spec.Factor == f {
				own, ok := spec.ByClass[Class{Category: a.Product.Category}]
				if !ok {
					own = spec.Weight
				}
				q = max(q, own)
			}
		}
		if q == 0 {
			q = 1
		}
		sum += q * open[topic] / all[topic]
		total += q
	}
	if total == 0 {
		return 1, weights, false
	}
	return sum / total, weights, true
}

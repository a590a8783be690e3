package scanner

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/netvet/netvet"
)

var scoringDay = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// fiveRules is a model of five rules of unequal strength in two topics for each
// of the four main factors, whose evidence halves in a year.
func fiveRules() *Model {
	m := &Model{Parameters: DefaultParameters()}
	for _, f := range netvet.MainFactors() {
		m.Topics = append(m.Topics, TopicSpec{ID: "grave", Factor: f, Weight: 3}, TopicSpec{ID: "light", Factor: f, Weight: 1})
		for i, q := range []float64{0.8, 0.6, 0.5, 0.4, 0.2} {
			topic := "grave"
			if i >= 3 {
				topic = "light"
			}
			m.Rules = append(m.Rules, RuleSpec{
				ID: fmt.Sprintf("%s/%d", f, i+1), Factor: f, Topic: topic, Strength: q, HalfLife: 365 * 24 * time.Hour,
			})
		}
	}
	return m
}

func ciio() netvet.Circumstances { return netvet.Circumstances{Role: netvet.RoleCIIO} }

// answered gives every rule of m one result with one item of evidence.
func answered(m *Model, e netvet.Evidence) *netvet.Assessment {
	a := &netvet.Assessment{Circumstances: ciio()}
	for _, r := range m.Rules {
		a.Results = append(a.Results, resultOf(r.ID, e))
	}
	return a
}

func resultOf(rule string, e netvet.Evidence) netvet.RuleResult {
	outcome := netvet.OutcomePass
	if e.Adverse {
		outcome = netvet.OutcomeFail
	}
	return netvet.RuleResult{Rule: rule, Outcome: outcome, Subject: netvet.Subject{Kind: "product"}, Evidence: []netvet.Evidence{e}, Count: 1}
}

func item(adverse bool, r netvet.Reliability, daysAgo int) netvet.Evidence {
	return netvet.Evidence{Adverse: adverse, Reliability: r, Match: 1, Relevance: 1, Observed: scoringDay.AddDate(0, 0, -daysAgo)}
}

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if math.Abs(got-want) > within {
		t.Errorf("%s: got %.6f, want %.6f", what, got, want)
	}
}

func TestOverallWorstFactorFirst(t *testing.T) {
	for _, c := range []struct {
		factors []float64
		want    float64
	}{
		{[]float64{5, 5, 90, 5}, 90.4},
		{[]float64{50, 50, 50, 50}, 69.2},
		{[]float64{15, 15, 15, 15}, 25.7},
		{[]float64{100, 100, 100, 100}, 100},
		{[]float64{0, 0, 0, 0}, 0},
		{[]float64{33.3}, 33.3},
		{nil, 0},
	} {
		near(t, fmt.Sprint(c.factors), overall(c.factors, 0.5), c.want, 0.05)
	}
}

func TestOpaqueBox(t *testing.T) {
	m := fiveRules()
	a := &netvet.Assessment{Circumstances: ciio()}
	m.Score(a, scoringDay)
	for _, f := range a.Factors[:4] {
		near(t, "A", f.Adverse, 1, 0)
		near(t, "s", f.Share, 1, 0)
		near(t, "U", f.Silence, 0.67, 1e-12)
		near(t, "L", f.Likelihood, 0.3434, 1e-4)
		near(t, "I", f.Impact, 0.8, 0)
		near(t, "R", f.Score, 27.5, 0.05)
		if f.UnknownRules != 5 || f.Coverage != 0 {
			t.Errorf("%s: %d unknown rules, coverage %v; want 5 and 0", f.Factor, f.UnknownRules, f.Coverage)
		}
	}
	for _, f := range a.Factors[4:] {
		if !f.NotApplicable {
			t.Errorf("%s is scored without a rule", f.Factor)
		}
	}
	near(t, "overall", a.Score, 43.7, 0.05)
	if a.High-a.Low < 50 {
		t.Errorf("the range of an opaque box is %.1f to %.1f: too narrow", a.Low, a.High)
	}
	wantVerdict(t, a, netvet.VerdictReview, basisCoverage, true)
}

// The figures of the aims, from the same five rules a factor.
func TestOrderOfEvidence(t *testing.T) {
	m := fiveRules()
	for _, c := range []struct {
		name     string
		evidence netvet.Evidence
		score    float64
		verdict  netvet.Verdict
		basis    string
		thin     bool
	}{
		{"audited now", item(false, netvet.ReliabilityAttestation, 0), 6, netvet.VerdictAccept, basisLevel, false},
		{"self-attested", item(false, netvet.ReliabilitySelfAttested, 0), 31, netvet.VerdictConditional, basisCoverage, true},
		{"audited three years ago", item(false, netvet.ReliabilityAudit, 3*365), 40, netvet.VerdictReview, basisCoverage, true},
		{"adverse", item(true, netvet.ReliabilityAudit, 0), 88, netvet.VerdictReview, basisLevel, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := answered(m, c.evidence)
			m.Score(a, scoringDay)
			near(t, "overall", a.Score, c.score, 0.6)
			wantVerdict(t, a, c.verdict, c.basis, c.thin)
		})
	}
}

func wantVerdict(t *testing.T, a *netvet.Assessment, v netvet.Verdict, basis string, insufficient bool) {
	t.Helper()
	if a.Verdict != v || a.VerdictBasis != basis || a.Insufficient != insufficient {
		t.Errorf("score %.1f %s: verdict %s by %s, insufficient %v; want %s by %s, %v",
			a.Score, a.Level, a.Verdict, a.VerdictBasis, a.Insufficient, v, basis, insufficient)
	}
}

// The order must hold for any prior, and facts must stay put when it moves.
func TestOrderOfEvidenceForAnyPrior(t *testing.T) {
	cases := []*netvet.Evidence{
		ptr(item(false, netvet.ReliabilityAttestation, 0)),
		ptr(item(false, netvet.ReliabilitySelfAttested, 0)),
		ptr(item(false, netvet.ReliabilityAudit, 3*365)),
		nil,
		ptr(item(true, netvet.ReliabilityAudit, 0)),
	}
	var adverse, opaque []float64
	for _, prior := range []float64{0.01, 0.15, 0.33, 0.5, 0.8, 0.95} {
		m := fiveRules()
		m.Parameters.Prior = prior
		last := -1.0
		for i, e := range cases {
			a := &netvet.Assessment{Circumstances: ciio()}
			if e != nil {
				a = answered(m, *e)
			}
			m.Score(a, scoringDay)
			if a.Score <= last {
				t.Errorf("prior %v: case %d scores %v, not above %v", prior, i, a.Score, last)
			}
			if last = a.Score; e == nil {
				opaque = append(opaque, last)
			}
		}
		adverse = append(adverse, last)
	}
	if facts, silence := slices.Max(adverse)-slices.Min(adverse), slices.Max(opaque)-slices.Min(opaque); facts > 6 || silence < 60 {
		t.Errorf("over the priors, known facts move by %.1f points and ignorance by %.1f", facts, silence)
	}
}

func ptr[T any](v T) *T { return &v }

func TestAdverseWeights(t *testing.T) {
	// 1 - 0.5, 1 - 0.7*0.4, 1 - 0.49*0.2, from the largest down.
	near(t, "A", adverseProduct([]float64{0.2, 0.5, 0.4}, 0.7), 0.5*0.72*0.902, 1e-12)
}

func TestOneAuditedControllerDoesNotClearTheOthers(t *testing.T) {
	m := &Model{Parameters: DefaultParameters(), Rules: []RuleSpec{{ID: "r", Factor: netvet.FactorHiddenControl, Topic: "t", Strength: 0.5}}}
	part := func(name string, e ...netvet.Evidence) netvet.RuleResult {
		return netvet.RuleResult{Rule: "r", Outcome: netvet.OutcomePass, Subject: netvet.Subject{Kind: "component", Name: name}, Evidence: e}
	}
	audited, attested := item(false, netvet.ReliabilityAudit, 0), item(false, netvet.ReliabilitySelfAttested, 0)
	silent := part("silent")
	silent.Outcome = netvet.OutcomeUnknown
	for _, c := range []struct {
		name    string
		results []netvet.RuleResult
		share   float64
	}{
		{"one audited", []netvet.RuleResult{part("a", audited)}, 0.1},
		{"audited and attested", []netvet.RuleResult{part("a", attested, audited)}, 0.1},
		{"a second one attested", []netvet.RuleResult{part("a", audited), part("b", attested)}, 0.6},
		{"a third one silent", []netvet.RuleResult{part("a", audited), part("b", attested), silent}, 1},
		{"the product attested as a whole", []netvet.RuleResult{part("a", audited), silent, resultOf("r", attested)}, 0.6},
		{"the product less well than its parts", []netvet.RuleResult{part("a", audited), part("b", audited), resultOf("r", attested)}, 0.1},
		{"the product better than its parts", []netvet.RuleResult{part("a", attested), resultOf("r", audited)}, 0.1},
		{"the product unknown", []netvet.RuleResult{part("a", audited), {Rule: "r", Outcome: netvet.OutcomeUnknown, Subject: netvet.Subject{Kind: "product"}}}, 1},
	} {
		a := &netvet.Assessment{Results: c.results}
		m.Score(a, scoringDay)
		near(t, c.name, a.Factors[0].Share, c.share, 1e-12)
	}
}

func TestConflictCountsAdverseInFull(t *testing.T) {
	m := &Model{Parameters: DefaultParameters(), Rules: []RuleSpec{{ID: "r", Factor: netvet.FactorSourcing, Topic: "t", Strength: 0.5}}}
	r := resultOf("r", item(true, netvet.ReliabilityDocument, 0))
	r.Evidence = append(r.Evidence, item(false, netvet.ReliabilityAudit, 0))
	a := &netvet.Assessment{Results: []netvet.RuleResult{r}}
	m.Score(a, scoringDay)
	f := a.Factors[2]
	near(t, "A", f.Adverse, 1-0.35, 1e-12)
	near(t, "s", f.Share, 0.1, 1e-12)
	near(t, "coverage", f.Coverage, 0.9, 1e-12)
}

func TestEvidenceThatWeighsNothing(t *testing.T) {
	m := fiveRules()
	opaque := &netvet.Assessment{Circumstances: ciio()}
	m.Score(opaque, scoringDay)
	rule := m.Rules[0].ID
	later := resultOf(rule, item(true, 1, -1))
	unsettled := resultOf(rule, item(true, 1, 0))
	unsettled.Outcome = netvet.OutcomeUnknown
	for name, r := range map[string]netvet.RuleResult{
		"dated tomorrow": later, "not settled": unsettled, "of no rule": resultOf("nobody/knows", item(true, 1, 0)),
	} {
		a := &netvet.Assessment{Circumstances: ciio(), Results: []netvet.RuleResult{r}}
		m.Score(a, scoringDay)
		near(t, name, a.Score, opaque.Score, 0)
	}
	sameDay := item(true, 1, 0)
	sameDay.Observed = scoringDay.Add(10 * time.Hour)
	a := &netvet.Assessment{Circumstances: ciio(), Results: []netvet.RuleResult{resultOf(rule, sameDay)}}
	if m.Score(a, scoringDay); a.Score <= opaque.Score {
		t.Errorf("evidence of the as-of day itself was left out")
	}
}

func TestNotApplicableTakesNoPart(t *testing.T) {
	m := fiveRules()
	m.Factors = []netvet.Factor{netvet.FactorDataExposure, netvet.FactorOther}
	m.Rules = append(m.Rules, RuleSpec{ID: "data", Factor: netvet.FactorDataExposure, Topic: "t", Strength: 1})
	a := answered(m, item(false, 1, 0))
	for i := range a.Results {
		if a.Results[i].Rule == "data" || a.Results[i].Rule == m.Rules[0].ID {
			a.Results[i] = netvet.RuleResult{Rule: a.Results[i].Rule, Outcome: netvet.OutcomeNotApplicable}
		}
	}
	m.Score(a, scoringDay)
	near(t, "share of the rest", a.Factors[0].Share, 0, 0)
	if !a.Factors[4].NotApplicable || !a.Factors[5].NotApplicable || !a.Factors[6].NotApplicable {
		t.Errorf("factors without a rule that applies must be not applicable: %+v", a.Factors[4:])
	}
	near(t, "coverage over the applicable factors", a.Coverage, 1, 1e-12)

	// A main factor that nobody asks about is not known, and not safe.
	bare := &Model{Parameters: DefaultParameters()}
	b := &netvet.Assessment{Circumstances: ciio()}
	bare.Score(b, scoringDay)
	near(t, "a model without rules", b.Score, 43.7, 0.05)
	wantVerdict(t, b, netvet.VerdictReview, basisCoverage, true)
}

// TestTopicsWeighByClass scores products of which the grave topic is cleared, with
// the weights of their classes.
func TestTopicsWeighByClass(t *testing.T) {
	f := netvet.FactorSourcing
	m := &Model{Parameters: DefaultParameters(),
		Topics: []TopicSpec{{ID: "parts", Factor: f, Weight: 1, ByClass: byClass(map[string]float64{"hpc-server": 3, "accelerator": 7})}, {ID: "papers", Factor: f, Weight: 1}},
		Rules:  []RuleSpec{{ID: "pack/R-1", Factor: f, Topic: "parts", Strength: 0.5}, {ID: "pack/R-2", Factor: f, Topic: "papers", Strength: 0.5}}}
	for _, c := range []struct {
		category    netvet.Category
		subcategory netvet.Subcategory
		weight      float64
	}{
		{netvet.CategoryUnknown, "", 1},
		{netvet.CategoryCloud, "", 1},
		{netvet.CategoryServer, "", 3},
		{netvet.CategoryServer, netvet.SubcategoryAccelerator, 7},
		{netvet.CategoryServer, "blade", 3},
	} {
		a := &netvet.Assessment{Product: netvet.Product{Category: c.category, Subcategory: c.subcategory}, Circumstances: ciio()}
		a.Results = []netvet.RuleResult{resultOf("pack/R-1", item(false, netvet.ReliabilityOfficial, 0))}
		m.Score(a, scoringDay)
		s := a.Factors[slices.Index(netvet.Factors(), f)]
		near(t, string(c.category)+" share", s.Share, 1/(1+c.weight), 1e-12)
		for _, topic := range s.Topics {
			if want := map[string]float64{"parts": c.weight, "papers": 1}[topic.Topic]; topic.Weight != want {
				t.Errorf("%s %s: topic %s weighs %v, want %v", c.category, c.subcategory, topic.Topic, topic.Weight, want)
			}
		}
	}
}

func TestMitigations(t *testing.T) {
	m := fiveRules()
	for _, c := range []struct {
		name     string
		measures []netvet.Mitigation
		want     [4]float64 // of the four main factors
	}{
		{"none", nil, [4]float64{1, 1, 1, 1}},
		{"second source", []netvet.Mitigation{{Kind: "second-source", Strength: 0.5, Reliability: "audit"}}, [4]float64{1, 0.55, 0.55, 1}},
		{"stated twice", []netvet.Mitigation{{Kind: "stock", Strength: 0.5, Reliability: "audit"}, {Kind: "stock", Strength: 0.4, Reliability: "audit"}}, [4]float64{1, 0.55, 0.55, 1}},
		{"two documents", []netvet.Mitigation{{Kind: "escrow", Strength: 0.2, Reliability: "official", Evidence: "a"}, {Kind: "escrow", Strength: 0.5, Reliability: "official", Evidence: "b"}}, [4]float64{1, 0.4, 1, 1}},
		{"half faded", []netvet.Mitigation{{Kind: "local-support", Strength: 0.5, Reliability: "official", Date: "2024-11-22"}}, [4]float64{1, 0.75, 1, 1}},
		{"isolation, own word", []netvet.Mitigation{{Kind: "isolation", Strength: 0.5}}, [4]float64{0.8, 1, 1, 1}},
		{"not more than the floor", []netvet.Mitigation{{Kind: "isolation", Strength: 1, Reliability: "official"}}, [4]float64{0.4, 1, 1, 1}},
		{"not yet", []netvet.Mitigation{{Kind: "isolation", Strength: 1, Reliability: "official", Date: "2027-01-01"}}, [4]float64{1, 1, 1, 1}},
		{"unknown kind, unknown word", []netvet.Mitigation{{Kind: "prayer", Strength: 1, Reliability: "official"}, {Kind: "stock", Strength: 1, Reliability: "hope"}}, [4]float64{1, 1, 1, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &netvet.Assessment{Circumstances: netvet.Circumstances{Mitigations: c.measures}}
			m.Score(a, scoringDay)
			for i, want := range c.want {
				near(t, string(a.Factors[i].Factor), a.Factors[i].Mitigation, want, 1e-3)
			}
		})
	}
}

func TestImpact(t *testing.T) {
	m := fiveRules()
	a := &netvet.Assessment{}
	m.Score(a, scoringDay)
	near(t, "impact elsewhere", a.Factors[0].Impact, 0.5, 0)
	a.Circumstances = netvet.Circumstances{Role: netvet.RoleCIIO, Impact: map[netvet.Factor]float64{netvet.FactorSupply: 0.2}}
	m.Score(a, scoringDay)
	near(t, "impact of a CIIO", a.Factors[0].Impact, 0.8, 0)
	near(t, "impact as stated", a.Factors[1].Impact, 0.2, 0)
}

func TestLevels(t *testing.T) {
	for score, want := range map[float64]netvet.Level{
		0: netvet.LevelVeryLow, 3.94: netvet.LevelVeryLow, 4: netvet.LevelLow, 15.9: netvet.LevelLow, 16: netvet.LevelModerate,
		35.9: netvet.LevelModerate, 35.96: netvet.LevelHigh, 36: netvet.LevelHigh, 63.9: netvet.LevelHigh, 63.96: netvet.LevelCritical, 64: netvet.LevelCritical, 100: netvet.LevelCritical,
	} {
		if got := levelOf(score); got != want {
			t.Errorf("level of %v: %s, want %s", score, got, want)
		}
	}
}

func TestGates(t *testing.T) {
	m := fiveRules()
	clean := item(false, netvet.ReliabilityAttestation, 0)
	floors := map[netvet.Factor]float64{netvet.FactorCompliance: 95, netvet.FactorHiddenControl: 64, netvet.FactorSourcing: 36, netvet.FactorOther: 90}
	for _, c := range []struct {
		name  string
		gates []netvet.GateResult
		v     netvet.Verdict
		basis string
		score float64
	}{
		{"prohibited", []netvet.GateResult{{Gate: "g", Verdict: netvet.VerdictProhibited, Floors: floors}}, netvet.VerdictProhibited, basisGate, 96.9},
		{"embedded, review", []netvet.GateResult{{Gate: "g", Verdict: netvet.VerdictReview, Embedded: true, Floors: map[netvet.Factor]float64{netvet.FactorCompliance: 36}}}, netvet.VerdictReview, basisGate, 37.5},
		{"finding only", []netvet.GateResult{{Gate: "g", Floors: floors}}, netvet.VerdictAccept, basisLevel, 5.9},
		{"possible", []netvet.GateResult{{Gate: "g", Verdict: netvet.VerdictProhibited, Floors: floors, Possible: true}}, netvet.VerdictConditional, basisCoverage, 5.9},
		{"two", []netvet.GateResult{{Gate: "b", Verdict: netvet.VerdictReview}, {Gate: "a", Verdict: netvet.VerdictRestricted}}, netvet.VerdictRestricted, basisGate, 5.9},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := answered(m, clean)
			a.Gates = c.gates
			m.Score(a, scoringDay)
			wantVerdict(t, a, c.v, c.basis, false)
			near(t, "overall", a.Score, c.score, 0.5)
		})
	}
}

// A gate may set a floor for a factor that has no rule of its own here.
func TestGateMakesAFactorApply(t *testing.T) {
	m := fiveRules()
	m.Factors = []netvet.Factor{netvet.FactorForeignInfluence}
	a := answered(m, item(false, 1, 0))
	a.Gates = []netvet.GateResult{{Gate: "z", Verdict: netvet.VerdictReview, Floors: map[netvet.Factor]float64{netvet.FactorForeignInfluence: 50}},
		{Gate: "y", Verdict: netvet.VerdictReview, Floors: map[netvet.Factor]float64{netvet.FactorForeignInfluence: 50}}}
	m.Score(a, scoringDay)
	f := a.Factors[5]
	if f.NotApplicable || f.Score != 50 || f.Low != 50 || f.FloorGate != "y" {
		t.Errorf("got %+v; want a score of 50 by gate y", f)
	}
}

func TestForeignNumbersStayInBounds(t *testing.T) {
	m := fiveRules()
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -3, 7} {
		a := answered(m, netvet.Evidence{Adverse: true, Reliability: netvet.Reliability(v), Match: v, Relevance: v})
		a.Circumstances.Impact = map[netvet.Factor]float64{netvet.FactorSupply: v}
		a.Circumstances.Mitigations = []netvet.Mitigation{{Kind: "stock", Strength: v}}
		a.Gates = []netvet.GateResult{{Verdict: netvet.VerdictReview, Floors: map[netvet.Factor]float64{netvet.FactorSupply: v}}}
		m.Score(a, scoringDay)
		if !(a.Score >= 0 && a.Score <= 100) || !(a.Coverage >= 0 && a.Coverage <= 1) {
			t.Errorf("with %v everywhere: score %v, coverage %v", v, a.Score, a.Coverage)
		}
	}
}

// sixtyRules is the size of a real pack, with a product of mixed evidence.
func sixtyRules() (*Model, *netvet.Assessment) {
	m := &Model{Parameters: DefaultParameters()}
	a := &netvet.Assessment{Circumstances: ciio()}
	a.Circumstances.Mitigations = []netvet.Mitigation{{Kind: "stock", Strength: 0.3, Reliability: "document", Date: "2026-01-01"}}
	for i := range 60 {
		f := netvet.MainFactors()[i%4]
		r := RuleSpec{ID: fmt.Sprintf("cn-review-2022/F%d-%02d", i%4+1, i/4), Factor: f, Topic: fmt.Sprint("topic", i/4%5), Strength: 0.2 + float64(i%7)/10, HalfLife: 730 * 24 * time.Hour}
		m.Rules = append(m.Rules, r)
		switch i % 3 {
		case 0:
			a.Results = append(a.Results, netvet.RuleResult{Rule: r.ID, Outcome: netvet.OutcomeUnknown, Subject: netvet.Subject{Kind: "product"}})
		case 1:
			a.Results = append(a.Results, resultOf(r.ID, item(i%2 == 0, netvet.ReliabilityDocument, i)))
		case 2:
			for k := range 3 {
				x := resultOf(r.ID, item(false, netvet.ReliabilityDocument, i))
				x.Subject = netvet.Subject{Kind: "component", Name: fmt.Sprint("part ", k)}
				a.Results = append(a.Results, x)
			}
		}
	}
	return m, a
}

func BenchmarkScore(b *testing.B) {
	m, a := sixtyRules()
	b.ReportAllocs()
	for b.Loop() {
		m.Score(a, scoringDay)
	}
}

func BenchmarkExplainKnownPattern(b *testing.B) {
	m, a := sixtyRules()
	m.Score(a, scoringDay)
	b.ReportAllocs()
	for b.Loop() {
		m.explain(a, scoringDay, false)
	}
}

func BenchmarkExplainNewPattern(b *testing.B) {
	m, a := sixtyRules()
	m.Score(a, scoringDay)
	b.ReportAllocs()
	for b.Loop() {
		m.asked.known = nil
		m.explain(a, scoringDay, false)
	}
}

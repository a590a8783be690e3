package scanner

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/netvet/netvet"
)

// header starts the register: what will be used, before anything is read.
func (r *run) header() *netvet.Register {
	reg := &netvet.Register{
		SchemaVersion: netvet.SchemaVersion,
		AsOf:          r.AsOf.UTC().Format(time.RFC3339),
		Tool:          netvet.Tool{Name: "netvet", Version: cmp.Or(r.Version, "devel")},
		Profile:       r.profile.ID,
		Parameters:    r.model.Parameters,
		Data:          nonNil(r.Suppliers.DataSets()),
		Packs:         []netvet.DataSet{}, Inputs: []netvet.InputSummary{}, Products: []netvet.RegisterProduct{},
		Findings: []netvet.Finding{}, Unknowns: []netvet.UnknownRule{}, Risks: []netvet.Risk{}, Gaps: []netvet.Gap{},
		Summary: netvet.Summary{Verdicts: map[netvet.Verdict]int{}, Levels: map[netvet.Level]int{}},
	}
	for _, v := range netvet.Verdicts() {
		reg.Summary.Verdicts[v] = 0
	}
	for _, l := range netvet.Levels() {
		reg.Summary.Levels[l] = 0
	}
	reg.Adjustments = r.program.Adjusted()
	for _, p := range r.program.Packs {
		reg.Packs = append(reg.Packs, netvet.DataSet{ID: p.ID, Version: string(p.Version), SHA256: p.SHA256})
	}
	reg.Notice = "Aid to a pre-judgement, not legal advice. " + listsNotice(reg.Data)
	return reg
}

func listsNotice(data []netvet.DataSet) string {
	for _, d := range data {
		if d.ID == "lists" && d.AsOf != "" {
			return "Lists of authorities as of " + d.AsOf + "; check them before you act."
		}
	}
	return "The lists of authorities carry no date; check them before you act."
}

// result turns an assessment into its rows of the register.
func (r *run) result(a *netvet.Assessment) Result {
	out := Result{Product: r.registerProduct(a), Empty: saysNothing(a)}
	var ids []string
	for i := range a.Results {
		res := &a.Results[i]
		if res.Outcome == netvet.OutcomeUnknown && len(res.Evidence) == 0 {
			out.Unknown = append(out.Unknown, res.Rule)
		}
		if r.shown(res) {
			out.Findings = append(out.Findings, r.finding(a, res))
		}
	}
	for i := range a.Gates {
		if f, ok := r.gateFinding(a, &a.Gates[i]); ok {
			out.Findings = append(out.Findings, f)
		}
	}
	distinct(out.Findings)
	slices.SortFunc(out.Findings, func(a, b netvet.Finding) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.ID, b.ID))
	})
	for _, f := range out.Findings {
		ids = append(ids, f.ID)
	}
	slices.Sort(out.Unknown)
	out.Unknown = slices.Compact(out.Unknown)
	out.Product.Findings = nonNil(ids)
	out.Risks = r.risks(a, out.Findings)
	return out
}

// shown tells which results become findings: what failed, and what has evidence
// that does not settle it; with All everything that was asked.
func (r *run) shown(res *netvet.RuleResult) bool {
	switch res.Outcome {
	case netvet.OutcomeFail:
		return true
	case netvet.OutcomeUnknown:
		return len(res.Evidence) > 0 || r.All
	default:
		return r.All
	}
}

func (r *run) registerProduct(a *netvet.Assessment) netvet.RegisterProduct {
	p := &a.Product
	out := netvet.RegisterProduct{
		ID: p.ID, Name: text(p.Name), Model: text(p.Model), PartNumber: text(p.PartNumber), Version: text(p.Version),
		Serial: text(r.redact("serial", p.Serial)), Location: text(r.redact("location", p.Location)),
		Manufacturer: text(cmp.Or(p.Manufacturer, p.Vendor)), CountryOfOrigin: text(p.CountryOfOrigin),
		Identifiers: map[netvet.IdentifierType][]string{}, Act: a.Circumstances.Act, ActAssumed: a.Circumstances.ActAssumed,
		ImpactAssumed: a.Circumstances.ImpactAssumed, CategoryBasis: text(p.CategoryBasis), Systems: r.systems(a),
		PossibleSuppliers: nonNil(a.Match.Possible), Registered: a.Match.Registered, Components: a.Census.Total,
		Score: round(a.Score, 1), ScoreRange: [2]float64{round(a.Low, 1), round(a.High, 1)},
		Level: a.Level, Coverage: round(a.Coverage, 2), Verdict: a.Verdict, VerdictBasis: a.VerdictBasis, Insufficient: a.Insufficient,
		RemoteControl: a.RemoteControl, Comparisons: compared(a.Comparisons), Attestations: attestations(a.Attestations),
		Factors: []netvet.RegisterFactor{}, Gates: []netvet.RegisterGate{}, Questions: []netvet.RegisterQuestion{}, Sources: nonNil(p.Sources),
	}
	if p.Quantity > 0 {
		out.Quantity = &p.Quantity
	}
	if p.Price != (netvet.Price{}) {
		out.Price = &p.Price
	}
	if p.Category != netvet.CategoryUnknown {
		out.Category = &p.Category
	}
	for _, id := range p.Identifiers {
		out.Identifiers[id.Type] = append(out.Identifiers[id.Type], id.Value)
	}
	if a.Match.Supplier != nil {
		out.Supplier = registerSupplier(&a.Match)
	}
	for i := range a.Factors {
		out.Factors = append(out.Factors, registerFactor(&a.Factors[i]))
	}
	for i := range a.Gates {
		// A gate that would apply to a possible match is a finding, not a gate.
		if g := &a.Gates[i]; g.Verdict != "" && !g.Possible {
			out.Gates = append(out.Gates, netvet.RegisterGate{
				Rule: g.Gate, Verdict: g.Verdict, Instrument: g.Instrument, Date: string(g.Date), URL: g.URL,
				Grade: g.Grade, Confidence: g.Confidence, Policy: g.Policy, Conditions: g.Conditions, Message: g.Message,
				Authority: g.Authority, Binds: g.Binds, Citation: g.Citation, Citations: g.Citations,
			})
		}
	}
	out.Questions = append(out.Questions, r.identityQuestions(a, &out)...)
	for _, q := range a.Questions {
		out.Questions = append(out.Questions, netvet.RegisterQuestion{
			Rule: q.Rule, Question: q.Question, ScoreIfGood: round(q.ScoreIfGood, 1), ScoreIfBad: round(q.ScoreIfBad, 1),
			VerdictIfGood: q.VerdictIfGood, VerdictIfBad: q.VerdictIfBad,
		})
	}
	if a.Milder != nil {
		out.Milder = &netvet.Milder{Verdict: a.Milder.Verdict, Score: round(a.Milder.Score, 1), Answers: a.Milder.Answers}
	}
	return out
}

// compared leaves out comparisons of a product of which nothing was observed.
func compared(all []netvet.Comparison) []netvet.Comparison {
	if slices.ContainsFunc(all, func(c netvet.Comparison) bool { return c.Observed.Known }) {
		return all
	}
	return nil
}

func registerSupplier(m *netvet.Match) *netvet.RegisterSupplier {
	s := m.Supplier
	return &netvet.RegisterSupplier{
		ID: s.ID, Name: s.Name, Country: text(s.Country()), UltimateParent: text(s.UltimateParent), Countries: s.Countries,
		Confidence: s.Confidence,
		Match:      netvet.RegisterMatch{Input: m.Input, Method: m.Method, Confidence: round(m.Confidence, 3), Reason: m.Reason},
	}
}

// Numbers that enter formulas keep six digits, so that a reader who recomputes
// a score by hand gets the one shown.
const formulaDigits = 6

func registerFactor(f *netvet.FactorScore) netvet.RegisterFactor {
	out := netvet.RegisterFactor{Factor: f.Factor, NotApplicable: f.NotApplicable, UnknownRules: f.UnknownRules,
		Topics: []netvet.RegisterTopic{}, Rules: []netvet.RegisterRule{}}
	if f.NotApplicable {
		return out
	}
	out.Score, out.ScoreRange = number(f.Score, 1), &[2]float64{round(f.Low, 1), round(f.High, 1)}
	out.Likelihood, out.Impact = number(f.Likelihood, formulaDigits), number(f.Impact, formulaDigits)
	out.Coverage = number(f.Coverage, 2)
	out.AdverseProduct, out.SilenceProduct = round(f.Adverse, formulaDigits), round(f.Silence, formulaDigits)
	out.SilenceShare, out.Mitigation = round(f.Share, formulaDigits), round(f.Mitigation, formulaDigits)
	if f.Floor > 0 {
		out.Floor, out.FloorGate = &f.Floor, text(f.FloorGate)
	}
	for _, t := range f.Topics {
		out.Topics = append(out.Topics, netvet.RegisterTopic{Topic: t.Topic, Weight: round(t.Weight, formulaDigits),
			Open: round(t.Open, formulaDigits), Adverse: round(t.Adverse, formulaDigits)})
	}
	for _, w := range f.Weights {
		out.Rules = append(out.Rules, netvet.RegisterRule{Rule: w.Rule, Weight: round(w.Adverse, formulaDigits),
			Strength: w.Strength, Contribution: round(w.Contribution, 1)})
	}
	return out
}

// finding turns one result of one rule into a row.
func (r *run) finding(a *netvet.Assessment, res *netvet.RuleResult) netvet.Finding {
	rule := r.rules[res.Rule]
	f := netvet.Finding{
		ID:   fingerprint(res.Rule, a.Product.ID, res.Subject),
		Rule: res.Rule, Title: rule.Title.EN, Factor: rule.Factor, Topic: rule.Topic, Outcome: res.Outcome, Severity: rule.Severity,
		Product: a.Product.ID, Subject: res.Subject, Count: max(res.Count, 1), Message: res.Message,
		Evidence: []netvet.FindingEvidence{}, Citations: nonNil(rule.Cites), Remediation: rule.Remedy.EN,
	}
	for i := range res.Evidence {
		e := &res.Evidence[i]
		if e.Adverse {
			f.Weight = max(f.Weight, round(rule.Strength*r.model.Confidence(e, rule.HalfLife, r.AsOf)*e.Relevance, formulaDigits))
		}
		f.Evidence = append(f.Evidence, findingEvidence(e))
	}
	f.Vulnerability = vulnerabilityOf(a, res)
	return f
}

func findingEvidence(e *netvet.Evidence) netvet.FindingEvidence {
	out := netvet.FindingEvidence{Text: e.Text, Input: text(e.Input), Pointer: text(e.Pointer), Source: text(e.Source),
		URL: text(e.URL), Reliability: float64(e.Reliability), Verdict: text(e.Verdict)}
	if !e.Observed.IsZero() {
		at := e.Observed.UTC().Format(time.RFC3339)
		out.Observed = &at
	}
	return out
}

// vulnerabilityOf names the weakness a finding is about, if it is about one.
func vulnerabilityOf(a *netvet.Assessment, res *netvet.RuleResult) *netvet.FindingVulnerability {
	if res.Subject.Kind != "vulnerability" {
		return nil
	}
	for i := range a.Vulnerabilities {
		if v := &a.Vulnerabilities[i]; v.ID == res.Subject.Name && cmp.Or(v.Ref, v.Component) == res.Subject.Ref {
			return &netvet.FindingVulnerability{ID: v.ID, Aliases: nonNil(v.Aliases), Fixed: text(v.Fixed),
				Status: cmp.Or(v.State, "possibly-affected"), Source: cmp.Or(v.Source, "the bill of materials")}
		}
	}
	return nil
}

// gateFinding makes a gate that fired, or nearly did, a finding of its own.
func (r *run) gateFinding(a *netvet.Assessment, g *netvet.GateResult) (netvet.Finding, bool) {
	if g.Message == "" {
		return netvet.Finding{}, false
	}
	gate := r.gates[g.Gate]
	subject := netvet.Subject{Kind: "supplier", Name: g.Party}
	if g.Embedded {
		subject.Version = "component"
	}
	f := netvet.Finding{
		ID: fingerprint(g.Gate, a.Product.ID, subject), Rule: g.Gate, Title: gate.Title.EN, Factor: gateFactor(g), Topic: "gate",
		Outcome: netvet.OutcomeFail, Severity: gateSeverity(g.Verdict), Product: a.Product.ID, Subject: netvet.Subject{Kind: "supplier", Name: g.Party},
		Count: 1, Message: g.Message, Evidence: []netvet.FindingEvidence{}, Citations: nonNil(g.Citations), Remediation: gate.Remedy.EN,
	}
	if g.Possible || g.Verdict == "" {
		f.Outcome = netvet.OutcomeUnknown
	}
	for i := range g.Evidence {
		f.Evidence = append(f.Evidence, findingEvidence(&g.Evidence[i]))
	}
	return f, true
}

// gateFactor is the factor that a gate raises most, and provider compliance
// when it raises none.
func gateFactor(g *netvet.GateResult) netvet.Factor {
	best := netvet.FactorCompliance
	for _, f := range netvet.Factors() {
		if g.Floors[f] > g.Floors[best] {
			best = f
		}
	}
	return best
}

func gateSeverity(v netvet.Verdict) netvet.Severity {
	switch v {
	case netvet.VerdictProhibited, netvet.VerdictRestricted:
		return netvet.SeverityCritical
	case netvet.VerdictReview:
		return netvet.SeverityHigh
	case netvet.VerdictConditional:
		return netvet.SeverityMedium
	}
	return netvet.SeverityLow
}

// count adds one result to the summary.
func (r *run) count(res *Result) {
	s, p := &r.register.Summary, &res.Product
	s.Products++
	if res.Empty {
		s.Empty++
	}
	r.assessed.Add(1)
	s.Verdicts[p.Verdict]++
	s.Levels[p.Level]++
	if p.Insufficient {
		s.InsufficientEvidence++
	}
	if p.Supplier == nil {
		s.UnresolvedSuppliers++
	} else {
		r.parties[p.Supplier.ID] = true
	}
	for _, id := range res.Unknown {
		r.unknown[id]++
	}
	r.inquiry.add(res)
	if res.vector != nil {
		r.sample.add(res.vector)
	}
}

// systems are those that the product serves, unless nothing of the operator is
// to be told.
func (r *run) systems(a *netvet.Assessment) []netvet.System {
	if slices.Contains(r.Redact, "operator") {
		return nil
	}
	return a.Circumstances.Systems
}

// redact replaces a value that must not leave the organisation.
func (r *run) redact(field, value string) string {
	if value != "" && slices.Contains(r.Redact, field) {
		return "[redacted]"
	}
	return value
}

// fingerprint is stable for the same rule, product and subject, whatever the
// message says.
func fingerprint(rule, product string, s netvet.Subject) string {
	h := fnv.New64a()
	h.Write([]byte(strings.Join([]string{rule, product, s.Kind, s.Name, s.Version}, "\x00")))
	return "f-" + hex.EncodeToString(h.Sum(nil))
}

// distinct gives findings of equal subjects (two parts of one name and version)
// ids of their own, by their references.
func distinct(findings []netvet.Finding) {
	seen := map[string]int{}
	for i := range findings {
		id := findings[i].ID
		seen[id]++
		if n := seen[id]; n > 1 {
			findings[i].ID = fmt.Sprintf("%s-%d", id, n)
		}
	}
}

func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func number(v float64, digits int) *float64 {
	v = round(v, digits)
	return &v
}

func round(v float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(v*scale) / scale
}

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
	"github.com/netvet/netvet/rules"
)

// header starts the register: what will be used, before anything is read.
func (r *run) header() *netvet.Register {
	reg := &netvet.Register{
		SchemaVersion: netvet.SchemaVersion,
		AsOf:          r.AsOf.UTC().Format(time.RFC3339),
		Tool:          netvet.Tool{Name: "netvet", Version: cmp.Or(r.Version, "devel")},
		Profile:       r.profile.ID,
		Parameters:    r.model.Parameters,
		Data:          nonNil(append(r.Suppliers.DataSets(), r.Scanner.Data...)),
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
	return r.concluded(a).of(r, a)
}

// conclusion is what an assessment comes to, before it is written down as that of
// one product: products that are alike share it, and it is never changed.
type conclusion struct {
	product  netvet.RegisterProduct // but for what describe fills in
	findings []netvet.Finding       // without ids, in the order of the rules
	subjects []netvet.Subject       // of the findings, as their ids tell them apart
	risks    []netvet.Risk          // without ids
	unknown  []string
	self     netvet.Subject // the product as a whole
	source   netvet.Source  // where it was read
	gaps     []netvet.Gap

	open   []openQuestion
	held   netvet.Verdict // by gates
	vector *vector        // nil unless Sensitivity
}

func (r *run) concluded(a *netvet.Assessment) *conclusion {
	c := &conclusion{product: r.judgedProduct(a), self: rules.ProductSubject(&a.Product), gaps: a.Gaps}
	if len(a.Product.Sources) > 0 {
		c.source = a.Product.Sources[0]
	}
	weaknesses := bySubject(a)
	for i := range a.Results {
		res := &a.Results[i]
		if res.Outcome == netvet.OutcomeUnknown && len(res.Evidence) == 0 {
			c.unknown = append(c.unknown, res.Rule)
		}
		if r.shown(res) {
			c.add(r.finding(res, weaknesses[res.Subject]), res.Subject)
		}
	}
	for i := range a.Gates {
		if f, subject, ok := r.gateFinding(&a.Gates[i]); ok {
			c.add(f, subject)
		}
	}
	slices.Sort(c.unknown)
	c.unknown = slices.Clip(slices.Compact(c.unknown))
	c.risks = r.risks(a, weightiest(c.findings))
	return c
}

func (c *conclusion) add(f netvet.Finding, subject netvet.Subject) {
	c.findings = append(c.findings, f)
	c.subjects = append(c.subjects, subject)
}

// weightiest puts findings into the order of their weights, and of the rules
// where these are equal: the same for all products that are alike.
func weightiest(findings []netvet.Finding) []netvet.Finding {
	out := slices.Clone(findings)
	slices.SortStableFunc(out, func(a, b netvet.Finding) int { return cmp.Compare(b.Weight, a.Weight) })
	return out
}

// of writes the conclusion down for one product: with its ids, its texts, and the
// place where it was read.
func (c *conclusion) of(r *run, a *netvet.Assessment) Result {
	p := &a.Product
	out := Result{Product: c.product, Unknown: c.unknown, Empty: saysNothing(a), open: c.open, held: c.held, vector: c.vector.of(p)}
	r.describe(&out.Product, p)
	c.place(&out.Product, p)
	out.Findings = c.findingsOf(p)
	ids := make([]string, len(out.Findings))
	for i := range out.Findings {
		ids[i] = out.Findings[i].ID
	}
	out.Product.Findings = ids
	out.Risks = slices.Clone(c.risks)
	for i := range out.Risks {
		k := &out.Risks[i]
		k.ID, k.Product, k.Findings = riskID(p.ID, k.Factor), p.ID, []string{}
		for j := range out.Findings {
			if f := &out.Findings[j]; bearsOn(f, k.Factor) {
				k.Findings = append(k.Findings, f.ID)
			}
		}
	}
	return out
}

// place puts the place where the product was read for that where the first of
// those alike was, in what is told of ways in and of things compared.
func (c *conclusion) place(out *netvet.RegisterProduct, p *netvet.Product) {
	if !c.elsewhere(p) {
		return
	}
	at := func(input, pointer *string) {
		if *input == c.source.Input {
			*input = p.Sources[0].Input
		}
		if *pointer == c.source.Record {
			*pointer = p.Sources[0].Record
		}
	}
	out.RemoteControl, out.Comparisons = slices.Clone(out.RemoteControl), slices.Clone(out.Comparisons)
	for i := range out.RemoteControl {
		at(&out.RemoteControl[i].Input, &out.RemoteControl[i].Pointer)
	}
	for i := range out.Comparisons {
		at(&out.Comparisons[i].Declared.Input, &out.Comparisons[i].Declared.Pointer)
		at(&out.Comparisons[i].Observed.Input, &out.Comparisons[i].Observed.Pointer)
	}
}

// elsewhere reports whether the product was read at another place than the one
// that was judged.
func (c *conclusion) elsewhere(p *netvet.Product) bool {
	return len(p.Sources) > 0 && (p.Sources[0].Input != c.source.Input || p.Sources[0].Record != c.source.Record)
}

func (c *conclusion) findingsOf(p *netvet.Product) []netvet.Finding {
	if len(c.findings) == 0 {
		return nil
	}
	self, out := rules.ProductSubject(p), slices.Clone(c.findings)
	for i := range out {
		f, subject := &out[i], c.subjects[i]
		if subject == c.self {
			subject = self
		}
		if f.Subject == c.self {
			f.Subject = self
		}
		f.ID, f.Product = fingerprint(f.Rule, p.ID, subject), p.ID
		f.Evidence = c.evidenceOf(f.Evidence, p)
	}
	distinct(out)
	slices.SortFunc(out, func(a, b netvet.Finding) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// evidenceOf puts the place where the product was read for that where the first
// of those alike was.
func (c *conclusion) evidenceOf(list []netvet.FindingEvidence, p *netvet.Product) []netvet.FindingEvidence {
	if !c.elsewhere(p) {
		return list
	}
	out := slices.Clone(list)
	for i := range out {
		e := &out[i]
		if e.Input != nil && *e.Input == c.source.Input {
			e.Input = &p.Sources[0].Input
		}
		if e.Pointer != nil && *e.Pointer == c.source.Record {
			e.Pointer = &p.Sources[0].Record
		}
	}
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

// judgedProduct is the part of a product's row that its evidence gives.
func (r *run) judgedProduct(a *netvet.Assessment) netvet.RegisterProduct {
	out := netvet.RegisterProduct{
		Act: a.Circumstances.Act, ActAssumed: a.Circumstances.ActAssumed, ImpactAssumed: a.Circumstances.ImpactAssumed, Systems: r.systems(a),
		PossibleSuppliers: nonNil(a.Match.Possible), Registered: a.Match.Registered, Components: a.Census.Total,
		Score: round(a.Score, 1), ScoreRange: [2]float64{round(a.Low, 1), round(a.High, 1)},
		Level: a.Level, Coverage: round(a.Coverage, 2), Verdict: a.Verdict, VerdictBasis: a.VerdictBasis, Insufficient: a.Insufficient,
		Weaknesses: knownWeaknesses(a), Support: a.Support, RemoteControl: a.RemoteControl, Comparisons: compared(a.Comparisons), Attestations: attestations(a.Attestations),
		Factors: []netvet.RegisterFactor{}, Gates: []netvet.RegisterGate{}, Questions: []netvet.RegisterQuestion{},
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

// describe fills in the part of a product's row that the inputs give. It copies,
// so that a register does not hold on to assessments.
func (r *run) describe(out *netvet.RegisterProduct, p *netvet.Product) {
	out.ID, out.Name, out.Model, out.PartNumber, out.Version = p.ID, text(p.Name), text(p.Model), text(p.PartNumber), text(p.Version)
	out.Serial, out.Location = text(r.redact("serial", p.Serial)), text(r.redact("location", p.Location))
	out.Manufacturer, out.CountryOfOrigin = text(cmp.Or(p.Manufacturer, p.Vendor)), text(p.CountryOfOrigin)
	out.CategoryBasis, out.Sources = text(p.CategoryBasis), nonNil(p.Sources)
	out.Identifiers = map[netvet.IdentifierType][]string{}
	for _, id := range p.Identifiers {
		out.Identifiers[id.Type] = append(out.Identifiers[id.Type], id.Value)
	}
	if quantity := p.Quantity; quantity > 0 {
		out.Quantity = &quantity
	}
	if price := p.Price; price != (netvet.Price{}) {
		out.Price = &price
	}
	if category := p.Category; category != netvet.CategoryUnknown {
		out.Category = &category
	}
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
func (r *run) finding(res *netvet.RuleResult, weaknesses []*netvet.Vulnerability) netvet.Finding {
	rule := r.rules[res.Rule]
	f := netvet.Finding{
		Rule: res.Rule, Title: rule.Title.EN, Factor: rule.Factor, Topic: rule.Topic, Outcome: res.Outcome, Severity: rule.Severity,
		Subject: res.Subject, Count: max(res.Count, 1), Message: res.Message,
		Evidence: []netvet.FindingEvidence{}, Citations: nonNil(rule.Cites), Remediation: rule.Remedy.EN,
	}
	for i := range res.Evidence {
		e := &res.Evidence[i]
		if e.Adverse {
			f.Weight = max(f.Weight, round(rule.Strength*r.model.Confidence(e, rule.HalfLife, r.AsOf)*e.Relevance, formulaDigits))
		}
		f.Evidence = append(f.Evidence, findingEvidence(e))
	}
	f.Vulnerability = r.vulnerabilityOf(weaknesses, res)
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

// gateFinding makes a gate that fired, or nearly did, a finding of its own.
// The subject is what tells it from others.
func (r *run) gateFinding(g *netvet.GateResult) (f netvet.Finding, subject netvet.Subject, ok bool) {
	if g.Message == "" {
		return f, subject, false
	}
	gate := r.gates[g.Gate]
	subject = netvet.Subject{Kind: "supplier", Name: g.Party}
	if g.Embedded {
		subject.Version = "component"
	}
	f = netvet.Finding{
		Rule: g.Gate, Title: gate.Title.EN, Factor: gateFactor(g), Topic: "gate",
		Outcome: netvet.OutcomeFail, Severity: gateSeverity(g.Verdict), Subject: netvet.Subject{Kind: "supplier", Name: g.Party},
		Count: 1, Message: g.Message, Evidence: []netvet.FindingEvidence{}, Citations: nonNil(g.Citations), Remediation: gate.Remedy.EN,
	}
	if g.Possible || g.Verdict == "" {
		f.Outcome = netvet.OutcomeUnknown
	}
	for i := range g.Evidence {
		f.Evidence = append(f.Evidence, findingEvidence(&g.Evidence[i]))
	}
	return f, subject, true
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
	r.countUnknown(res.Unknown)
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

// unanswered is a list of rules that could not be answered, and of how many
// products.
type unanswered struct {
	rules    []string
	products int
}

// countUnknown counts the rules that could not be answered. Products judged
// together share their list, which is counted as a whole.
func (r *run) countUnknown(rules []string) {
	if len(rules) == 0 {
		return
	}
	if len(r.unanswered) >= recalledLoad {
		r.sumUnknown()
	}
	u := r.unanswered[&rules[0]]
	if u == nil {
		u = &unanswered{rules: rules}
		r.unanswered[&rules[0]] = u
	}
	u.products++
}

// sumUnknown adds what was counted by list to the rules.
func (r *run) sumUnknown() {
	for _, u := range r.unanswered {
		for _, id := range u.rules {
			r.unknown[id] += u.products
		}
	}
	clear(r.unanswered)
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

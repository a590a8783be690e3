package scanner

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// Explain writes why the register says what it says of one product, finding or
// risk, named by its id or the beginning of one that no other shares. With prove
// it adds the formulas with their numbers, recomputes the scores of the product
// from the register alone, and fails when they are not the register's.
func Explain(w io.Writer, r *netvet.Register, id string, prove bool) error {
	x := &explainer{page: &page{w: w}, register: r, parameters: r.Parameters}
	product, err := x.explain(id)
	if err != nil {
		return err
	}
	if prove {
		if err := x.prove(product); err != nil {
			return err
		}
	}
	if r.Notice != "" {
		x.heading("%s", r.Notice)
	}
	return x.err
}

// explainer writes explanations of one register.
type explainer struct {
	*page
	register   *netvet.Register
	parameters netvet.Parameters
}

// explain writes the part about one id and returns the product it belongs to.
func (x *explainer) explain(id string) (*netvet.RegisterProduct, error) {
	id, err := x.resolve(id)
	if err != nil {
		return nil, err
	}
	if p := x.product(id); p != nil {
		x.productPage(p)
		return p, nil
	}
	for i := range x.register.Findings {
		if f := &x.register.Findings[i]; f.ID == id {
			p := x.product(f.Product)
			if p == nil {
				return nil, fmt.Errorf("explain finding %s: the register has no product %q: it is not whole, scan again", id, f.Product)
			}
			x.findingPage(p, f)
			return p, nil
		}
	}
	for i := range x.register.Risks {
		if k := &x.register.Risks[i]; k.ID == id {
			p := x.product(k.Product)
			if p == nil {
				return nil, fmt.Errorf("explain risk %s: the register has no product %q: it is not whole, scan again", id, k.Product)
			}
			x.riskPage(p, k)
			return p, nil
		}
	}
	return nil, fmt.Errorf("explain %s: the register lists nothing under this id", id)
}

func (x *explainer) product(id string) *netvet.RegisterProduct {
	for i := range x.register.Products {
		if x.register.Products[i].ID == id {
			return &x.register.Products[i]
		}
	}
	return nil
}

// productPage explains one product.
func (x *explainer) productPage(p *netvet.RegisterProduct) {
	x.text(0, 2, "PRODUCT %s  %s", p.ID, titleOf(p))
	x.identity(p)
	x.verdict(p)
	x.gates(p)
	x.heading("FACTORS  score = 100 x likelihood x impact, raised to the floor of a gate")
	for i := range p.Factors {
		x.factor(p, &p.Factors[i])
	}
	x.findings(p, x.findingsOf(p))
	x.knownWeaknesses(p)
	x.support(p)
	x.remoteControl(p)
	x.comparisons(p)
	x.attestations(p)
	x.questions(p)
	x.changes(p)
	x.contributions(p)
	x.tornado(p)
}

// identity says what the product is and how its supplier was found.
func (x *explainer) identity(p *netvet.RegisterProduct) {
	var facts []string
	add := func(label string, s *string) {
		if s != nil {
			facts = append(facts, label+" "+*s)
		}
	}
	add("model", p.Model)
	add("part number", p.PartNumber)
	add("version", p.Version)
	add("serial", p.Serial)
	add("at", p.Location)
	add("country of origin", p.CountryOfOrigin)
	if p.Quantity != nil {
		facts = append(facts, fmt.Sprint("quantity ", *p.Quantity))
	}
	x.field("known by", "%s", strings.Join(facts, ", "))
	if p.Category != nil {
		x.field("class", "%s%s", *p.Category, inBrackets(word(p.CategoryBasis)))
	}
	x.field("components", "%d", p.Components)
	x.field("act", "%s%s", p.Act, map[bool]string{true: " (assumed: the context does not say)"}[p.ActAssumed])
	for _, system := range p.Systems {
		x.field("serves", "%s%s", system.Name, inBrackets(system.Function))
	}
	x.field("made by", "%s", cmp.Or(word(p.Manufacturer), "not stated"))
	x.supplier(p)
	for _, s := range p.Sources {
		x.field("read from", "%s", strings.TrimSuffix(s.Input+", "+s.Record, ", "))
	}
}

func (x *explainer) supplier(p *netvet.RegisterProduct) {
	if s := p.Supplier; s == nil {
		x.field("supplier", "not known")
	} else {
		x.field("supplier", "%s (%s), headquarters %s, incorporated %s, controlled from %s", s.Name, s.ID,
			cmp.Or(s.Countries.Headquarters, "unknown"), cmp.Or(s.Countries.Incorporated, "unknown"), cmp.Or(s.Countries.ControlledFrom, "unknown"))
		x.field("ultimate parent", "%s", word(s.UltimateParent))
		x.field("matched", "%q by %s, confidence %.2f: %s", s.Match.Input, s.Match.Method, s.Match.Confidence, s.Match.Reason)
		if s.Confidence != netvet.ConfidenceHigh {
			x.field("record", "of %s confidence", cmp.Or(string(s.Confidence), "unstated"))
		}
	}
	for _, m := range p.PossibleSuppliers {
		x.field("perhaps", "%s, confidence %.2f: %s; too weak to act on", m.ID, m.Confidence, m.Reason)
	}
	for _, g := range p.Registered {
		x.field("registered", "%s has %s as %s", g.Registry, g.ID, g.Organisation)
	}
}

// verdict says what was concluded, and what decided it.
func (x *explainer) verdict(p *netvet.RegisterProduct) {
	x.heading("VERDICT  %s, decided by %s", p.Verdict, decidedBy(p))
	x.field("score", "%.1f of 100, level %s; between %.1f and %.1f, depending on what is not known", p.Score, p.Level, p.ScoreRange[0], p.ScoreRange[1])
	x.field("coverage", "%.2f of the questions by weight have evidence", p.Coverage)
	if p.Insufficient {
		var thin []string
		for _, f := range p.Factors {
			if f.Coverage != nil && *f.Coverage < sufficientCoverage && slices.Contains(netvet.MainFactors(), f.Factor) {
				thin = append(thin, fmt.Sprintf("%s %.2f", f.Factor, *f.Coverage))
			}
		}
		x.field("insufficient", "evidence below %.2f in %s: the verdict may not be accept", sufficientCoverage, strings.Join(thin, ", "))
	}
	if p.ImpactAssumed {
		x.field("impact", "assumed by the profile: the context does not say how critical the product is")
	}
}

func decidedBy(p *netvet.RegisterProduct) string {
	switch p.VerdictBasis {
	case basisGate:
		var ids []string
		for _, g := range p.Gates {
			if g.Verdict == p.Verdict {
				ids = append(ids, g.Rule)
			}
		}
		return "the gate " + strings.Join(ids, ", ")
	case basisCoverage:
		return "what is not known: by the known facts alone it would be milder"
	case basisLevel:
		return "the level of the score, by what is known"
	}
	return p.VerdictBasis
}

// gates lists the decisions of authorities that apply.
func (x *explainer) gates(p *netvet.RegisterProduct) {
	if len(p.Gates) == 0 {
		x.heading("GATES  none: no decision of an authority applies")
		return
	}
	x.heading("GATES")
	for _, g := range p.Gates {
		x.text(2, 4, "%s  %s: %s", g.Rule, g.Verdict, g.Message)
		x.text(4, 6, "%s, %s (%s, confidence %s)", g.Instrument, cmp.Or(g.Date, "no date"), cmp.Or(string(g.Grade), "no grade"), cmp.Or(string(g.Confidence), "not stated"))
		if g.Authority != "" {
			x.text(4, 6, "by %s; binds %s", g.Authority, cmp.Or(g.Binds, "not stated"))
		}
		for _, c := range g.Citations {
			x.text(4, 6, "clause: %s", cited(c))
		}
		if g.Citation != "" {
			x.text(4, 6, "named in: %s", g.Citation)
		}
		if g.URL != "" {
			x.text(4, 6, "%s%s", g.URL, homePage(g.URL))
		}
		if g.Policy != "" {
			x.text(4, 6, "why this verdict: %s", g.Policy)
		}
		for _, c := range g.Conditions {
			x.text(4, 6, "condition: %s", c)
		}
	}
}

// homePage warns of an address that leads to an authority or a newspaper, not to
// the document.
func homePage(address string) string {
	u, err := url.Parse(address)
	if err != nil || strings.Trim(u.Path, "/") != "" {
		return ""
	}
	return " (the publisher's page, not the document)"
}

// cited is a clause as lawyers write it.
func cited(c netvet.Citation) string {
	return strings.TrimSpace(strings.TrimSuffix(c.Instrument+", "+c.Clause, ", "))
}

// How many adverse rules and open topics a factor lists.
const (
	rulesShown  = 5
	topicsShown = 4
)

// factor explains the score of one factor.
func (x *explainer) factor(p *netvet.RegisterProduct, f *netvet.RegisterFactor) {
	if f.NotApplicable || f.Score == nil {
		x.text(2, 4, "%s  not applicable here", f.Factor)
		return
	}
	x.text(2, 4, "%-22s %5.1f  (%.1f to %.1f)  likelihood %.2f x impact %.2f, coverage %.2f", f.Factor, *f.Score,
		at(f.ScoreRange, 0), at(f.ScoreRange, 1), value(f.Likelihood), value(f.Impact), value(f.Coverage))
	if f.Floor != nil {
		x.text(6, 8, "floor %.1f by %s", *f.Floor, cmp.Or(word(f.FloorGate), "a gate"))
	}
	for i, rule := range f.Rules {
		if i == rulesShown {
			x.text(6, 8, "and %s more", counted(len(f.Rules)-i, "rule"))
			break
		}
		x.text(6, 8, "%s", strings.TrimSpace(fmt.Sprintf("weight %.2f  %s  %s", rule.Weight, rule.Rule, x.titleOfRule(p, rule.Rule))))
		x.text(8, 8, "clean, it would take %.1f off the score of %.1f", rule.Contribution, p.Score)
	}
	if len(f.Rules) == 0 {
		x.text(6, 8, "nothing adverse is known")
	}
	if open := openTopics(f); f.UnknownRules > 0 || open != "" {
		if open != "" {
			open = "; open, by weight: " + open
		}
		x.text(6, 8, "%s without evidence%s", counted(f.UnknownRules, "rule"), open)
	}
}

// openTopics names the topics that are at least half open, those that cost most
// first, each with the open share of the factor that lies in it: its weight for
// the product's class, as far as it is open.
func openTopics(f *netvet.RegisterFactor) string {
	topics := slices.Clone(f.Topics)
	slices.SortStableFunc(topics, func(a, b netvet.RegisterTopic) int { return cmp.Compare(b.Weight*b.Open, a.Weight*a.Open) })
	var out []string
	sum := 0.0
	for _, t := range topics {
		sum += t.Weight
	}
	for _, t := range topics {
		if t.Open >= 0.5 {
			out = append(out, fmt.Sprintf("%s %.0f %%", t.Topic, 100*t.Weight*t.Open/sum))
		}
	}
	if len(out) > topicsShown {
		out = append(out[:topicsShown], counted(len(out)-topicsShown, "topic")+" more")
	}
	return strings.Join(out, ", ")
}

// titleOfRule is the title that the product's findings give to a rule.
func (x *explainer) titleOfRule(p *netvet.RegisterProduct, rule string) string {
	for i := range x.register.Findings {
		if f := &x.register.Findings[i]; f.Product == p.ID && f.Rule == rule {
			return f.Title
		}
	}
	return ""
}

// findingsOf returns the findings of a product, as the register orders them.
func (x *explainer) findingsOf(p *netvet.RegisterProduct) []*netvet.Finding {
	var out []*netvet.Finding
	for i := range x.register.Findings {
		if f := &x.register.Findings[i]; f.Product == p.ID {
			out = append(out, f)
		}
	}
	return out
}

// findingsShown is how many findings a page writes out.
const findingsShown = 20

func (x *explainer) findings(p *netvet.RegisterProduct, all []*netvet.Finding) {
	if len(all) == 0 {
		x.heading("FINDINGS  none")
		return
	}
	x.heading("FINDINGS  %d, the heaviest first", len(all))
	for i, f := range all {
		if i == findingsShown {
			x.text(2, 4, "and %s more: in the register, under product %s", counted(len(all)-i, "finding"), p.ID)
			return
		}
		x.finding(f)
	}
}

// finding writes one finding with its evidence and citations.
func (x *explainer) finding(f *netvet.Finding) {
	x.text(2, 4, "%s  %s, %s, weight %.2f  %s  %s", f.ID, f.Outcome, f.Severity, f.Weight, f.Rule, f.Title)
	if f.Message != "" {
		x.text(6, 8, "%s", f.Message)
	}
	if s := f.Subject; s.Kind != wholeProduct && s.Name != "" {
		count := ""
		if f.Count > 1 {
			count = fmt.Sprintf(", %d times", f.Count)
		}
		x.text(6, 8, "about %s %s%s", s.Kind, strings.TrimSpace(s.Name+" "+s.Version), count)
	}
	if v := f.Vulnerability; v != nil {
		x.text(6, 8, "%s", weaknessWords(v))
	}
	for _, e := range f.Evidence {
		if e.Text == "" || e.Text == f.Message {
			x.text(6, 8, "evidence: %s", whence(&e))
		} else {
			x.text(6, 8, "evidence: %s (%s)", e.Text, whence(&e))
		}
		if e.URL != nil {
			x.text(8, 8, "%s", *e.URL)
		}
	}
	x.citations(f.Citations)
	if f.Remediation != "" {
		x.text(6, 8, "remedy: %s", f.Remediation)
	}
	if a := f.Acceptance; a != nil {
		x.text(6, 8, "accepted by %s until %s: %s", a.Owner, a.Until, a.Reason)
	}
}

// whence says where an item of evidence stands, when it was seen and how far it
// can be trusted.
func whence(e *netvet.FindingEvidence) string {
	place := strings.TrimSpace(word(e.Input) + " " + word(e.Pointer))
	if s := word(e.Source); s != "" && s != word(e.Input) {
		place = strings.TrimPrefix(place+", "+s, ", ")
	}
	if e.Observed != nil {
		place += ", observed " + *e.Observed
	}
	if e.Verdict != nil {
		place += ", " + *e.Verdict
	}
	return strings.TrimPrefix(fmt.Sprintf("%s, reliability %.2f", place, e.Reliability), ", ")
}

func (x *explainer) citations(list []netvet.Citation) {
	for _, c := range list {
		x.text(6, 8, "cites %s", cited(c))
		if c.URL != "" {
			x.text(8, 8, "%s", c.URL)
		}
	}
}

// questions lists what to ask, the most telling question first.
func (x *explainer) questions(p *netvet.RegisterProduct) {
	if len(p.Questions) == 0 {
		x.heading("OPEN QUESTIONS  none that could move the score")
		return
	}
	x.heading("OPEN QUESTIONS  those that tell most of such a product, with the score an audited answer would give")
	for i, q := range p.Questions {
		x.text(2, 5, "%d. %s  %s", i+1, q.Rule, q.Question)
		x.text(5, 7, "good: %s; bad: %s", x.outcome(p, q.ScoreIfGood, q.VerdictIfGood), x.outcome(p, q.ScoreIfBad, q.VerdictIfBad))
	}
}

// outcome is another score of a product and where it would lead: to the verdict
// that the register gives, else to that of the score.
func (x *explainer) outcome(p *netvet.RegisterProduct, score float64, v netvet.Verdict) string {
	return fmt.Sprintf("score %.1f, %s, verdict %s", score, levelOf(score), cmp.Or(v, x.verdictAt(p, score, p.Gates)))
}

// findingPage explains one finding.
func (x *explainer) findingPage(p *netvet.RegisterProduct, f *netvet.Finding) {
	x.text(0, 2, "FINDING %s  of product %s, %s", f.ID, p.ID, titleOf(p))
	x.finding(f)
	for i := range p.Factors {
		if factor := &p.Factors[i]; factor.Factor == f.Factor {
			x.heading("FACTOR")
			x.factor(p, factor)
		}
	}
	x.verdict(p)
	x.text(2, 4, "More: netvet explain REGISTER %s", p.ID)
}

// riskPage explains one row of the register proper.
func (x *explainer) riskPage(p *netvet.RegisterProduct, k *netvet.Risk) {
	x.text(0, 2, "RISK %s  of product %s, %s", k.ID, p.ID, titleOf(p))
	x.text(2, 2, "%s", k.Description)
	if k.Priority != nil {
		x.field("priority", "%d of %d", *k.Priority, len(x.register.Risks))
	}
	x.field("class", "%s", k.Category)
	x.field("exposure", "%.1f = 100 x likelihood %.4f x impact %.4f, raised to the floor of a gate", k.Exposure, k.Likelihood, k.Impact)
	x.field("response", "%s: %s", k.Response, k.ResponseDescription)
	x.field("owner", "%s", word(k.Owner))
	x.field("status", "%s", k.Status)
	x.heading("FACTOR")
	for i := range p.Factors {
		if p.Factors[i].Factor == k.Factor {
			x.factor(p, &p.Factors[i])
		}
	}
	x.findings(p, slices.DeleteFunc(x.findingsOf(p), func(f *netvet.Finding) bool { return !slices.Contains(k.Findings, f.ID) }))
	x.verdict(p)
	x.text(2, 4, "More: netvet explain REGISTER %s", p.ID)
}

func titleOf(p *netvet.RegisterProduct) string {
	maker, name := word(p.Manufacturer), cmp.Or(word(p.Name), cmp.Or(word(p.Model), cmp.Or(word(p.PartNumber), "without a name")))
	if maker == "" || strings.HasPrefix(strings.ToLower(name), strings.ToLower(maker)) {
		return name
	}
	return maker + " " + name
}

func word(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func value(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}

func at(r *[2]float64, i int) float64 {
	if r == nil {
		return 0
	}
	return r[i]
}

func inBrackets(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func firstFew(list []string, n int) string {
	if len(list) <= n {
		return strings.Join(list, ", ")
	}
	return strings.Join(list[:n], ", ") + ", ..."
}

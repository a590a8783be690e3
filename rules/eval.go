package rules

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"

	"github.com/netvet/netvet"
)

// What a rule may be evaluated on.
const (
	eachProduct       = "product"
	eachComponent     = "component"
	eachService       = "service"
	eachVulnerability = "vulnerability"
	eachHit           = "hit"
)

// Whose word a rule may rest on.
const (
	evidenceBOM         = "bom"
	evidenceInventory   = "inventory"
	evidenceSupplier    = "supplier"
	evidenceList        = "list"
	evidenceObservation = "observation"
)

// maxSeparatePasses is how many clean subjects of one rule get a result each;
// those beyond that are folded into one that counts them, since equal clean
// evidence weighs the same however many subjects share it.
const maxSeparatePasses = 50

// Evaluate runs every rule and gate on one product and fills in Results and
// Gates. Each rule gives at least one result; subjects of which nothing could be
// said share one.
func (p *Program) Evaluate(a *netvet.Assessment) error {
	e := &evaluation{p: p, a: a}
	a.Results = slices.Grow(a.Results[:0], len(p.rules)+len(p.rules)/8)
	for _, r := range p.rules {
		e.rule(r)
	}
	a.Gates = a.Gates[:0]
	for _, g := range p.gates {
		e.gate(g)
	}
	e.report()
	return nil
}

// evaluation is the evaluation of one product. It resolves the variables of
// expressions and templates.
type evaluation struct {
	p *Program
	a *netvet.Assessment

	// The thing that a rule is being evaluated on; nil when it is none.
	component     *netvet.Candidate
	service       *netvet.Service
	vulnerability *netvet.Vulnerability
	hit           *netvet.ListHit
	count         int

	values  map[string]any // variables that are the same for the whole product
	created time.Time      // of the bill of materials
	dated   bool           // created has been read
	late    int            // items of evidence left out as dated after the as-of date
	results ruleResults    // of the rule at hand
	picker  *picker
}

// ResolveName gives expressions the value of a variable.
func (e *evaluation) ResolveName(name string) (any, bool) {
	switch name {
	case varComponent:
		return e.component, e.component != nil
	case eachService:
		return e.service, e.service != nil
	case eachVulnerability:
		return e.vulnerability, e.vulnerability != nil
	case eachHit:
		return e.hit, e.hit != nil
	case varCount:
		return e.count, true
	}
	v, ok := e.values[name]
	if !ok {
		if v, ok = e.value(name); ok {
			if e.values == nil {
				e.values = map[string]any{}
			}
			e.values[name] = v
		}
	}
	return v, ok
}

// Parent is part of cel.Activation.
func (e *evaluation) Parent() cel.Activation { return nil }

// value makes the value of a variable that is the same for the whole product.
func (e *evaluation) value(name string) (any, bool) {
	switch name {
	case "product":
		return &e.a.Product, true
	case "bom":
		return &e.a.Product.BOM, true
	case varSupplier:
		if e.a.Match.Supplier == nil {
			return &netvet.Supplier{}, true
		}
		return e.a.Match.Supplier, true
	case varConfidence:
		return confidenceOf(&e.a.Match), true
	case "possible":
		return e.a.Match.Possible, true
	case "components":
		return &e.a.Census, true
	case varPatterns:
		return e.counts(), true
	case "services":
		return e.a.Services, true
	case "vulnerabilities":
		return e.a.Vulnerabilities, true
	case "hits":
		return e.a.Hits, true
	case "makers":
		return e.makers(), true
	case "operator":
		return e.operator(), true
	case "profile":
		f := e.p.Profile
		return &PointOfView{ID: f.ID, Role: f.Role, Home: f.Home, Concern: f.Concern, Factors: f.Factors}, true
	case "as_of":
		return e.p.asOf, true
	}
	return nil, false
}

// root gives templates the value of a variable.
func (e *evaluation) root(name string) reflect.Value {
	v, ok := e.ResolveName(name)
	if !ok {
		return reflect.Value{}
	}
	return reflect.Indirect(reflect.ValueOf(v))
}

func (e *evaluation) operator() *Operator {
	c := &e.a.Circumstances
	return &Operator{Role: e.role(), Act: c.Act, ActAssumed: c.ActAssumed, Criticality: c.Criticality, DataClass: c.DataClass,
		StoredIn: c.StoredIn, StockDays: c.StockDays, ForeignListing: c.ForeignListing, Users: c.Users}
}

// role is what the buyer is: as the context says, else as the profile does.
func (e *evaluation) role() netvet.Role {
	if e.a.Circumstances.Role != "" {
		return e.a.Circumstances.Role
	}
	return e.p.Profile.Role
}

// category is the class of the product: as the context says, else as inferred.
func (e *evaluation) category() netvet.Category {
	if e.a.Circumstances.Category != "" {
		return e.a.Circumstances.Category
	}
	return e.a.Product.Category
}

// counts gives the number of components that each pattern found.
func (e *evaluation) counts() map[string]int {
	if v, ok := e.values[varPatterns]; ok {
		return v.(map[string]int)
	}
	out := make(map[string]int, len(e.p.patterns))
	for _, p := range e.p.patterns {
		out[p.ID] = 0
	}
	for i := range e.a.Candidates {
		c := &e.a.Candidates[i]
		out[c.Pattern] = plus(out[c.Pattern], c.Count)
	}
	return out
}

// makers are the resolved makers of components.
func (e *evaluation) makers() []Maker {
	var out []Maker
	for i := range e.a.Makers {
		if g := &e.a.Makers[i]; g.Match.Supplier != nil && !g.PossibleOnly {
			out = append(out, Maker{*g.Match.Supplier, g.Count, g.Match.Confidence})
		}
	}
	return out
}

// rule evaluates one rule on all its subjects.
func (e *evaluation) rule(r *CompiledRule) {
	if r.applies != nil {
		applies, err := r.applies.holds(e)
		if err != nil {
			e.a.Results = append(e.a.Results, e.broken(r, "applies", err, e.product()))
			return
		}
		if !applies {
			e.a.Results = append(e.a.Results, netvet.RuleResult{Rule: r.ID, Outcome: netvet.OutcomeNotApplicable, Subject: e.product(), Count: 1, Settled: true})
			return
		}
	}
	out := &e.results
	out.begin(e, r)
	if e.met(r) {
		out.subjects()
	}
	for _, item := range e.answers(r) {
		out.answered = out.add(item, "") || out.answered
	}
	out.finish()
}

func (e *evaluation) met(r *CompiledRule) bool {
	for _, need := range r.needs {
		if !need(e) {
			return false
		}
	}
	return true
}

// ruleResults gathers what one rule says of its subjects.
type ruleResults struct {
	e         *evaluation
	r         *CompiledRule
	results   []netvet.RuleResult
	bySubject map[netvet.Subject]int // when there are many
	broken    []netvet.RuleResult
	answered  bool
	open      int // subjects of which nothing can be said
	openFirst netvet.Subject
}

// fewResults is up to how many results a subject is sought one by one.
const fewResults = 16

// begin makes ready for another rule, in the memory of the last.
func (o *ruleResults) begin(e *evaluation, r *CompiledRule) {
	*o = ruleResults{e: e, r: r, results: o.results[:0], broken: o.broken[:0]}
}

// of returns the place of the subject's result, -1 when it has none yet.
func (o *ruleResults) of(subject netvet.Subject) int {
	if o.bySubject == nil {
		return slices.IndexFunc(o.results, func(r netvet.RuleResult) bool { return r.Subject == subject })
	}
	if i, ok := o.bySubject[subject]; ok {
		return i
	}
	return -1
}

// begun adds a result for a subject that has none yet.
func (o *ruleResults) begun(subject netvet.Subject) int {
	i := len(o.results)
	o.results = append(o.results, netvet.RuleResult{Rule: o.r.ID, Outcome: netvet.OutcomePass, Subject: subject, Settled: true})
	if o.bySubject != nil {
		o.bySubject[subject] = i
	} else if len(o.results) > fewResults {
		o.bySubject = map[netvet.Subject]int{}
		for i := range o.results {
			o.bySubject[o.results[i].Subject] = i
		}
	}
	return i
}

// subjects evaluates the rule on each of the things it asks about.
func (o *ruleResults) subjects() {
	e, r := o.e, o.r
	switch r.Each {
	case eachProduct:
		input, record := sourceOf(&e.a.Product)
		o.judge(e.product(), 1, input, record, e.supplierMatch(r), 1)
	case eachComponent:
		o.components()
	case eachService:
		for i := range e.a.Services {
			e.service = &e.a.Services[i]
			o.judge(netvet.Subject{Kind: eachService, Name: e.service.Name, Version: e.service.Version, Ref: e.service.Ref}, 1, "", e.service.Pointer, e.supplierMatch(r), 1)
		}
		e.service = nil
	case eachVulnerability:
		for i := range e.a.Vulnerabilities {
			v := &e.a.Vulnerabilities[i]
			e.vulnerability = v
			o.judge(netvet.Subject{Kind: eachVulnerability, Name: v.ID, Version: v.Version, Ref: firstOf(v.Ref, v.Component)}, 1, "", v.Pointer, e.supplierMatch(r), 1)
		}
		e.vulnerability = nil
	case eachHit:
		o.hits()
	}
}

func (o *ruleResults) components() {
	e, r := o.e, o.r
	found := false
	for i := range e.a.Candidates {
		c := &e.a.Candidates[i]
		if c.Pattern != r.Candidates.Pattern {
			continue
		}
		found = true
		e.component = c
		match := e.supplierMatch(r)
		if c.Maker.ID != "" && r.usesMaker() {
			match *= c.Confidence
		}
		o.judge(netvet.Subject{Kind: eachComponent, Name: c.Name, Version: c.Version, Ref: firstOf(c.Ref, c.Pointer)}, c.Count, "", c.Pointer, match, e.relevance(c))
	}
	e.component = nil
	if !found {
		o.noCandidate()
	}
}

// noCandidate is what it means that no part of the kind was found: nothing,
// unless someone says that all parts are there. A document's claim to be
// complete is the vendor's own word; a probe that lists all parts of the kind is
// an observation.
func (o *ruleResults) noCandidate() {
	e := o.e
	pattern := e.p.patterns[e.p.pattern[o.r.Candidates.Pattern]]
	item := o.item(e.product(), false, 1, 1)
	item.Input, item.Pointer = sourceOf(&e.a.Product)
	switch {
	case e.observedAll(pattern.Kinds):
		item.Reliability = netvet.ReliabilityObservation
		item.Text = fmt.Sprintf("an observation of all parts of its kind shows no %s", lowerFirst(pattern.Title.EN))
	case e.a.Product.BOM.Aggregate == aggregateComplete:
		item.Reliability = netvet.ReliabilitySelfAttested
		item.Text = fmt.Sprintf("the bill of materials claims to be complete and has no %s", lowerFirst(pattern.Title.EN))
	default:
		o.unsaid(e.product())
		return
	}
	o.add(item, "")
}

// aggregateComplete is a document's claim that it leaves nothing out.
const aggregateComplete = "complete"

// observedAll reports whether probes listed all parts of each of the kinds. Such
// a probe says so by an observation of kind "inventory" named after the kind of
// part.
func (e *evaluation) observedAll(kinds []netvet.Kind) bool {
	return len(kinds) > 0 && !slices.ContainsFunc(kinds, func(k netvet.Kind) bool {
		return !slices.ContainsFunc(e.a.Observations, func(o netvet.Observation) bool {
			return o.Kind == "inventory" && o.Name == string(k)
		})
	})
}

func (o *ruleResults) hits() {
	e, r := o.e, o.r
	for i := range e.a.Hits {
		h := &e.a.Hits[i]
		e.hit = h
		o.judge(netvet.Subject{Kind: evidenceSupplier, Name: h.Supplier, Version: "", Ref: h.List}, 1, "", "", e.hitMatch(h), 1)
	}
	e.hit = nil
	if e.a.Match.Supplier == nil || e.p.listCount == 0 {
		// Who made it, or who is listed, is not known: others may be on a list.
		o.unsaid(e.product())
		return
	}
	if len(e.a.Hits) == 0 {
		if !r.ClearWhenNone {
			o.unsaid(e.product())
			return
		}
		item := o.item(e.product(), false, confidenceOf(&e.a.Match), 1)
		item.Source = "supplier data and lists"
		item.Reliability = supplierReliability(e.a.Match.Supplier.Confidence)
		item.Text = fmt.Sprintf("%s and its owners are on none of %d lists", e.a.Match.Supplier.Name, e.p.listCount)
		o.add(item, "")
	}
}

// hitMatch is how sure it is that the listed party is one of the product.
func (e *evaluation) hitMatch(h *netvet.ListHit) float64 {
	if !h.Component {
		return confidenceOf(&e.a.Match)
	}
	for i := range e.a.Makers {
		if g := &e.a.Makers[i]; g.Match.Supplier != nil && g.Match.Supplier.ID == h.Party {
			return g.Match.Confidence
		}
	}
	return 1
}

// supplierMatch is the confidence in the supplier where the rule rests on it.
func (e *evaluation) supplierMatch(r *CompiledRule) float64 {
	if e.a.Match.Supplier != nil && r.usesSupplier() {
		return e.a.Match.Confidence
	}
	return 1
}

func (e *evaluation) relevance(c *netvet.Candidate) float64 {
	if e.picker == nil {
		e.picker = e.p.matcher.picker()
	}
	return e.p.weigher.weigh(e.picker, &c.Component, e.picker.match(&c.Component, &c.Maker))
}

// product is the subject of what is said of the product as a whole.
func (e *evaluation) product() netvet.Subject {
	p := &e.a.Product
	return netvet.Subject{Kind: eachProduct, Name: firstOf(p.Name, p.Model, p.PartNumber, p.Manufacturer), Version: p.Version, Ref: p.ID}
}

// judge evaluates the conditions on the present subject and notes what they say.
func (o *ruleResults) judge(subject netvet.Subject, count int, input, pointer string, match, relevance float64) {
	e, r := o.e, o.r
	e.count = count
	adverse, err := r.when.holds(e)
	key := "when"
	var clean bool
	if err == nil && !adverse {
		key = "clear"
		clean, err = r.clear.holds(e)
	}
	if err != nil {
		o.fail(key, err, subject)
		return
	}
	if !adverse && !clean {
		o.unsaid(subject)
		return
	}
	item := o.item(subject, adverse, match, relevance)
	item.Count = count
	item.Input, item.Pointer = firstOf(input, item.Input), pointer
	message := ""
	if adverse {
		message = r.message.fill(e.root)
		item.Text = message
	} else if item.Text = r.cleared.fill(e.root); item.Text == "" {
		item.Text = "nothing adverse: " + lowerFirst(r.Title.EN)
	}
	o.add(item, message)
}

// item begins an item of evidence with whose word it is and what that is worth.
func (o *ruleResults) item(subject netvet.Subject, adverse bool, match, relevance float64) netvet.Evidence {
	e, r := o.e, o.r
	item := netvet.Evidence{Rule: r.ID, Subject: subject, Adverse: adverse, Count: 1, Match: match, Relevance: relevance}
	item.Input, _ = sourceOf(&e.a.Product)
	switch r.Evidence {
	case evidenceBOM:
		item.Reliability, item.Observed, item.Source = netvet.ReliabilityDocument, e.bomCreated(), e.a.Product.BOM.Format
	case evidenceInventory:
		item.Reliability, item.Source = netvet.ReliabilityDocument, "inventory"
	case evidenceSupplier:
		item.Reliability, item.Source = netvet.ReliabilityRumour, "supplier data"
		if s := e.a.Match.Supplier; s != nil {
			item.Reliability, item.Source = supplierReliability(s.Confidence), "supplier data: "+s.ID
		}
		if e.component != nil && e.component.Maker.ID != "" {
			item.Reliability, item.Source = supplierReliability(e.component.Maker.Confidence), "supplier data: "+e.component.Maker.ID
		}
	case evidenceList:
		item.Reliability, item.Source = netvet.ReliabilityOfficial, "lists"
		if e.hit != nil {
			item.Reliability, item.Source, item.URL = listReliability(e.hit.Confidence, e.hit.Grade), e.hit.List, e.hit.Entry.URL
		}
	case evidenceObservation:
		item.Reliability, item.Source = netvet.ReliabilityObservation, "observation"
	}
	return item
}

// supplierReliability is what a fact of the supplier data is worth. A record
// that does not grade itself is worth no more than one of low confidence.
func supplierReliability(c netvet.Confidence) netvet.Reliability {
	switch c {
	case netvet.ConfidenceHigh:
		return 0.90
	case netvet.ConfidenceMedium:
		return 0.70
	}
	return 0.30
}

// listReliability is what an entry of a list is worth: an official measure in
// full, lowered when it was only reported or when our reading of it is doubtful.
func listReliability(c netvet.Confidence, g netvet.Grade) netvet.Reliability {
	r := netvet.ReliabilityOfficial
	switch g {
	case netvet.GradePress, netvet.GradeAssociation:
		r = netvet.ReliabilityPress
	case netvet.GradeAllegation:
		r = netvet.ReliabilityRumour
	}
	switch c {
	case netvet.ConfidenceMedium:
		return min(r, 0.70)
	case netvet.ConfidenceLow:
		return min(r, 0.30)
	}
	return r
}

func (e *evaluation) bomCreated() time.Time {
	if !e.dated {
		e.created, e.dated = moment(e.a.Product.BOM.Created), true
	}
	return e.created
}

// add notes an item of evidence, unless it is dated after the as-of date, and
// reports whether it did. Dates are days: what was seen in the course of the
// as-of date counts as seen on it.
func (o *ruleResults) add(item netvet.Evidence, message string) bool {
	asOf := o.e.p.asOf
	if !item.Observed.IsZero() && item.Observed.After(asOf) {
		if item.Observed.UTC().Truncate(24 * time.Hour).After(asOf) {
			o.e.late++
			o.unsaid(item.Subject)
			return false
		}
		item.Observed = asOf
	}
	i := o.of(item.Subject)
	if i < 0 {
		if !item.Adverse && o.fold(item) {
			return true
		}
		i = o.begun(item.Subject)
	}
	o.results[i].Evidence = o.merge(&o.results[i], item)
	if item.Adverse {
		o.results[i].Outcome = netvet.OutcomeFail
		o.results[i].Message = firstOf(o.results[i].Message, message, item.Text)
	}
	return true
}

// merge adds an item to the evidence of its subject; one that says the same as
// another counts it up.
func (o *ruleResults) merge(r *netvet.RuleResult, item netvet.Evidence) []netvet.Evidence {
	for i := range r.Evidence {
		old := &r.Evidence[i]
		if old.Adverse == item.Adverse && old.Text == item.Text && weighsSame(old, &item) {
			old.Count = plus(old.Count, item.Count)
			r.Count = plus(r.Count, item.Count)
			return r.Evidence
		}
	}
	r.Count = max(r.Count, item.Count)
	return append(r.Evidence, item)
}

// fold counts a clean subject with another that is clean by equal evidence, once
// there are many.
func (o *ruleResults) fold(item netvet.Evidence) bool {
	if len(o.results) < maxSeparatePasses {
		return false
	}
	for i := range o.results {
		r := &o.results[i]
		if r.Outcome == netvet.OutcomePass && len(r.Evidence) == 1 && weighsSame(&r.Evidence[0], &item) {
			r.Evidence[0].Count = plus(r.Evidence[0].Count, item.Count)
			r.Count = plus(r.Count, item.Count)
			return true
		}
	}
	return false
}

func weighsSame(a, b *netvet.Evidence) bool {
	return a.Source == b.Source && a.Reliability == b.Reliability && a.Match == b.Match && a.Relevance == b.Relevance && a.Observed.Equal(b.Observed)
}

// unsaid notes a subject of which nothing can be said.
func (o *ruleResults) unsaid(subject netvet.Subject) {
	if o.open == 0 {
		o.openFirst = subject
	}
	o.open++
}

// fail notes an expression that could not be evaluated.
func (o *ruleResults) fail(key string, err error, subject netvet.Subject) {
	result := o.e.broken(o.r, key, err, subject)
	for i := range o.broken {
		if o.broken[i].Message == result.Message {
			o.broken[i].Count++
			return
		}
	}
	o.broken = append(o.broken, result)
}

func (e *evaluation) broken(r *CompiledRule, key string, err error, subject netvet.Subject) netvet.RuleResult {
	return netvet.RuleResult{Rule: r.ID, Outcome: netvet.OutcomeUnknown, Subject: subject, Count: 1,
		Message: fmt.Sprintf("rule %s could not be evaluated: %s: %v", r.ID, key, err)}
}

// finish hands the results over. What an answer about the product as a whole
// settles is no longer open.
func (o *ruleResults) finish() {
	for i := range o.results {
		tellConflict(&o.results[i])
	}
	o.results = append(o.results, o.broken...)
	if o.open > 0 && !o.answered {
		o.results = append(o.results, netvet.RuleResult{Rule: o.r.ID, Outcome: netvet.OutcomeUnknown, Subject: o.openFirst, Count: o.open, Settled: true})
	}
	if len(o.results) == 0 {
		o.results = append(o.results, netvet.RuleResult{Rule: o.r.ID, Outcome: netvet.OutcomeUnknown, Subject: o.e.product(), Count: 1, Settled: true})
	}
	o.e.a.Results = append(o.e.a.Results, o.results...)
}

// tellConflict says so when clean evidence of the subject stands against the
// adverse, which counts in full.
func tellConflict(r *netvet.RuleResult) {
	if r.Outcome != netvet.OutcomeFail {
		return
	}
	for i := range r.Evidence {
		if !r.Evidence[i].Adverse {
			r.Message += "; against this stands: " + r.Evidence[i].Text
			return
		}
	}
}

// answers are the items of evidence that replies to the rule's question give.
// They hold whatever the documents lack.
func (e *evaluation) answers(r *CompiledRule) []netvet.Evidence {
	var out []netvet.Evidence
	for i := range e.a.Circumstances.Answers {
		a := &e.a.Circumstances.Answers[i]
		if !slices.ContainsFunc(a.Rules, func(id string) bool { return meansRule(id, r) }) {
			continue
		}
		reliability, ok := netvet.Reliabilities()[a.Reliability]
		if !ok {
			reliability = netvet.ReliabilitySelfAttested
		}
		out = append(out, netvet.Evidence{Rule: r.ID, Subject: e.product(), Adverse: !a.Clean, Count: 1, Text: answerText(a), Input: a.Document,
			Source: firstOf(a.By, "answer"), Observed: a.Date.Start(), Reliability: reliability, Match: 1, Relevance: 1})
	}
	return out
}

// meansRule reports whether an id of an answer means the rule: its full id, its
// id in its pack, or the beginning of either before a star.
func meansRule(id string, r *CompiledRule) bool {
	if stem, ok := strings.CutSuffix(id, "*"); ok {
		return strings.HasPrefix(r.ID, stem) || strings.HasPrefix(r.Rule.ID, stem)
	}
	return id == r.ID || id == r.Rule.ID
}

func answerText(a *netvet.Answer) string {
	text := fmt.Sprintf("answer: %s", firstOf(a.Answer, map[bool]string{true: "clean", false: "adverse"}[a.Clean]))
	if a.By != "" {
		text += " (" + a.By + ")"
	}
	return text
}

// report tells what was left out, in one gap a product.
func (e *evaluation) report() {
	if e.late == 0 {
		return
	}
	input, record := sourceOf(&e.a.Product)
	e.a.Gaps = append(e.a.Gaps, netvet.Gap{Input: input, Record: firstOf(record, e.a.Product.Name),
		Reason: fmt.Sprintf("%d items of evidence dated after %s were left out", e.late, e.p.asOf.Format(time.DateOnly))})
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// lowerFirst puts a title into a sentence, unless its first word is an
// abbreviation.
func lowerFirst(s string) string {
	if len(s) > 1 && 'A' <= s[0] && s[0] <= 'Z' && 'a' <= s[1] && s[1] <= 'z' {
		return string(s[0]+'a'-'A') + s[1:]
	}
	return s
}

package rules

import (
	"fmt"
	"slices"
	"time"

	"github.com/netvet/netvet"
)

// ruleResults gathers what one rule says of its subjects.
type ruleResults struct {
	e         *evaluation
	r         *CompiledRule
	results   []netvet.RuleResult
	bySubject map[netvet.Subject]int // when there are many
	broken    []netvet.RuleResult
	answered  bool
	said      map[netvet.Subject]*wordsOn // of weaknesses: by whom
	open      int                         // subjects of which nothing can be said
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
		o.weaknesses()
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
	case e.a.Product.BOM.Aggregate == aggregateComplete && e.lists(pattern.Kinds):
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

// lists reports whether the bill of materials lists parts of the kinds at all: a
// complete list of packages says nothing of the board that they run on. Where a
// part may be a device, hardware or firmware must be listed.
func (e *evaluation) lists(kinds []netvet.Kind) bool {
	c := &e.a.Census
	if slices.Contains(kinds, netvet.KindDevice) {
		return c.Devices+c.Firmware > 0
	}
	listed := map[netvet.Kind]int{netvet.KindSoftware: c.Software, netvet.KindFirmware: c.Firmware, netvet.KindService: c.Services, netvet.KindOther: c.Total}
	return slices.ContainsFunc(kinds, func(k netvet.Kind) bool { return listed[k] > 0 }) || len(kinds) == 0 && c.Total > 0
}

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
func (e *evaluation) product() netvet.Subject { return ProductSubject(&e.a.Product) }

// ProductSubject is the subject of results about a product as a whole.
func ProductSubject(p *netvet.Product) netvet.Subject {
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
		if !o.perhaps(subject, input, pointer, match) {
			o.unsaid(subject)
		}
		return
	}
	item := o.item(subject, adverse, match, relevance)
	item.Count = count
	item.Input, item.Pointer = firstOf(input, item.Input), pointer
	if e.component != nil {
		item.Verdict = e.verdictOf(e.component)
	}
	message := ""
	if adverse {
		message = r.message.fill(e.root)
		if e.vulnerability != nil {
			message = tidy(message) + howKnown(e.vulnerability)
		}
		item.Text = message
	} else if item.Text = r.cleared.fill(e.root); item.Text == "" {
		item.Text = "nothing adverse: " + lowerFirst(r.Title.EN)
	}
	if e.vulnerability != nil {
		e.attributed(&item, e.vulnerability)
	}
	if o.add(item, message) && e.vulnerability != nil {
		o.heard(subject, &item, e.vulnerability)
	}
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
	if i >= 0 && o.r.Each == eachHit && o.listed(i, &item) {
		return true
	}
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

// listed settles what the entries of one list say of one party: that some do not
// concern the product is no evidence against the one that does. It reports
// whether the item adds nothing.
func (o *ruleResults) listed(i int, item *netvet.Evidence) bool {
	r := &o.results[i]
	if !item.Adverse {
		return r.Outcome == netvet.OutcomeFail && slices.ContainsFunc(r.Evidence, func(old netvet.Evidence) bool { return old.Adverse && old.Source == item.Source })
	}
	r.Evidence = slices.DeleteFunc(r.Evidence, func(old netvet.Evidence) bool { return !old.Adverse && old.Source == item.Source })
	return false
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
		if !o.ruledOut(&o.results[i]) {
			tellConflict(&o.results[i])
		}
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

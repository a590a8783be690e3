package rules

import (
	"fmt"
	"strings"
	"time"

	"github.com/netvet/netvet"
)

// The states of a weakness that evaluation tells apart.
const (
	stateAffected = "affected"
	statePossible = "possibly-affected"
)

// weaknesses judges each weakness that is stated or known.
func (o *ruleResults) weaknesses() {
	e := o.e
	for i := range e.a.Vulnerabilities {
		v := &e.a.Vulnerabilities[i]
		e.vulnerability = v
		subject := netvet.Subject{Kind: eachVulnerability, Name: v.ID, Version: v.Version, Ref: firstOf(v.Ref, v.Component)}
		if v.Component == "" {
			named := *v
			named.Component = "the product"
			e.vulnerability, v = &named, &named
		}
		match := e.supplierMatch(o.r)
		if v.Match > 0 {
			match *= v.Match
		}
		o.judge(subject, 1, v.Input, v.Pointer, match, 1)
	}
	e.vulnerability = nil
}

// perhaps notes a weakness that only possibly affects the product and would speak
// against it: evidence that settles nothing. It reports whether it did.
func (o *ruleResults) perhaps(subject netvet.Subject, input, pointer string, match float64) bool {
	e, v := o.e, o.e.vulnerability
	if v == nil || v.State != statePossible {
		return false
	}
	sure := *v
	sure.State = stateAffected
	e.vulnerability = &sure
	adverse, err := o.r.when.holds(e)
	e.vulnerability = v
	if err != nil || !adverse {
		return false
	}
	item := o.item(subject, true, match, 1)
	item.Input, item.Pointer = firstOf(input, item.Input), pointer
	item.Text = tidy(o.r.message.fill(e.root)) + howKnown(v)
	message := item.Text
	e.attributed(&item, v)
	i := o.of(subject)
	if i < 0 {
		i = o.begun(subject)
	}
	r := &o.results[i]
	if r.Outcome == netvet.OutcomePass && len(r.Evidence) == 0 {
		r.Outcome, r.Settled, r.Message = netvet.OutcomeUnknown, false, message
	}
	r.Evidence = o.merge(r, item)
	return true
}

// tidy closes the gaps that a version which is not known leaves in a text.
func tidy(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), " ,", ",")
}

// howKnown says whose word it is that a weakness affects the product, and for
// which versions.
func howKnown(v *netvet.Vulnerability) string {
	var b strings.Builder
	switch {
	case v.State == statePossible:
		b.WriteString(": possibly affected")
		if v.Reason != "" {
			b.WriteString(", because " + v.Reason)
		}
	case v.Matched:
		b.WriteString(": affected")
	default:
		b.WriteString(": stated to be affected")
	}
	if !v.Matched {
		return b.String()
	}
	b.WriteString("; source: " + v.Source)
	for _, part := range []struct{ before, text string }{{" of ", dayOf(v.SourceDate)}, {", versions ", v.Range}, {"; fixed in ", strings.Join(v.Fixed, ", ")}} {
		if part.text != "" {
			b.WriteString(part.before + part.text)
		}
	}
	return b.String()
}

// dayOf is the day of a moment.
func dayOf(text string) string { return text[:min(len(text), len(time.DateOnly))] }

// attributed makes an item of evidence the word of who says so: the offline data,
// or who wrote the advisory. A maker's word that its own product is free of a
// weakness is no more than its word, and so is that of the document that goes
// with it.
func (e *evaluation) attributed(item *netvet.Evidence, v *netvet.Vulnerability) {
	switch {
	case v.Matched:
		item.Source = v.Source
		return
	case v.Document+v.Author == "":
		if !item.Adverse && e.a.Product.BOM.Document {
			item.Reliability = netvet.ReliabilitySelfAttested
			item.Text += ", says the document that goes with the product"
		}
		if !item.Adverse && v.Justification != "" {
			item.Text += ", because " + v.Justification
		}
		return
	}
	item.Text += fmt.Sprintf("; stated by %s", firstOf(v.Author, "an author who is not named"))
	for _, part := range []struct{ before, text string }{{" on ", v.Stated}, {" in ", v.Document}, {", because ", v.Justification}, {"; remedy: ", v.Remedy}, {"; bound by ", v.Bound}} {
		if part.text != "" {
			item.Text += part.before + part.text
		}
	}
	item.Source, item.Observed = firstOf(v.Document, v.Author), moment(v.Stated)
	if !item.Adverse && v.SelfAttested {
		item.Reliability = netvet.ReliabilitySelfAttested
	}
}

// wordsOn is who says what of one weakness.
type wordsOn struct {
	stated bool // by a document: affected
	// The best word for it: not affected, or fixed.
	clean       string
	reliability netvet.Reliability
}

// heard notes who said what of a weakness.
func (o *ruleResults) heard(subject netvet.Subject, item *netvet.Evidence, v *netvet.Vulnerability) {
	if o.said == nil {
		o.said = map[netvet.Subject]*wordsOn{}
	}
	w := o.said[subject]
	if w == nil {
		w = &wordsOn{}
		o.said[subject] = w
	}
	switch {
	case item.Adverse:
		w.stated = w.stated || !v.Matched
	case item.Reliability > w.reliability:
		w.clean, w.reliability = item.Text, item.Reliability
	}
}

// ruledOut settles what the offline data matched and a document rules out. The
// maker's own word leaves it open; that of another party clears it. Where a
// document says that it is affected, both are told. It reports whether it did.
func (o *ruleResults) ruledOut(r *netvet.RuleResult) bool {
	w := o.said[r.Subject]
	if w == nil || w.stated || w.clean == "" || r.Outcome == netvet.OutcomePass {
		return false
	}
	r.Message += "; against this stands: " + w.clean
	if w.reliability <= netvet.ReliabilitySelfAttested {
		r.Outcome, r.Settled = netvet.OutcomeUnknown, false
		r.Message += ": the maker's own word, which settles nothing"
		return true
	}
	r.Outcome, r.Settled = netvet.OutcomePass, true
	kept := r.Evidence[:0]
	for _, item := range r.Evidence {
		if !item.Adverse {
			item.Text = firstOf(w.clean, item.Text) + "; against what the offline data says: " + firstAdverse(r.Evidence)
			kept = append(kept, item)
		}
	}
	r.Evidence = kept
	return true
}

func firstAdverse(list []netvet.Evidence) string {
	for i := range list {
		if list[i].Adverse {
			return list[i].Source
		}
	}
	return ""
}

// noneKnown is what it means that everything of the product was looked up and
// nothing such is known of it. It holds for a rule that asks about known
// weaknesses, is worth as much as the versions that a document states, and ages
// with the data: what is found later is not in it.
func (o *ruleResults) noneKnown() {
	e, r := o.e, o.r
	l := &e.a.LookedUp
	if r.Each != eachVulnerability || !r.ClearWhenNone || !l.Complete || len(o.broken) > 0 {
		return
	}
	for i := range o.results {
		if o.results[i].Outcome != netvet.OutcomePass {
			return
		}
	}
	for i := range e.a.Vulnerabilities {
		if v := &e.a.Vulnerabilities[i]; !v.Matched && v.State != stateAffected && v.State != "not-affected" && v.State != "fixed" {
			return // listed, and nobody says what it means for the product
		}
	}
	item := o.item(e.product(), false, 1, 1)
	item.Reliability, item.Source, item.Observed = netvet.ReliabilityDocument, "offline data", l.AsOf.Start()
	item.Text = fmt.Sprintf("none is known as of %s: %s", l.AsOf, lookedUpWords(l))
	o.answered = o.add(item, "") || o.answered
}

func lookedUpWords(l *netvet.LookedUp) string {
	var parts []string
	if l.Components > 0 {
		parts = append(parts, fmt.Sprintf("all %d packages were looked up", l.Components))
	}
	if l.Records > 0 {
		parts = append(parts, fmt.Sprintf("%d records that speak of the product were compared with its version", l.Records))
	}
	return strings.Join(parts, ", ")
}

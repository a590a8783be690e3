package rules

import (
	"github.com/netvet/netvet"
)

// comparisons evaluates what the rule asks about the comparison of declared and
// observed things. What one says to the rule settles what the documents leave
// open.
func (o *ruleResults) comparisons() {
	e, q := o.e, o.r.compared
	if q == nil {
		return
	}
	for i := range e.a.Comparisons {
		e.comparison = &e.a.Comparisons[i]
		adverse, err := q.when.holds(e)
		clean := false
		if err == nil && !adverse {
			clean, err = q.clear.holds(e)
		}
		subject := comparisonSubject(e.comparison)
		switch {
		case err != nil:
			o.fail("compared", err, subject)
		case adverse:
			message := q.message.fill(e.root)
			o.answered = o.add(o.compared(subject, true, message), message) || o.answered
		case clean:
			text := q.cleared.fill(e.root)
			o.answered = o.add(o.compared(subject, false, firstOf(text, "nothing adverse: "+lowerFirst(o.r.Title.EN))), "") || o.answered
		}
	}
	e.comparison = nil
}

func comparisonSubject(c *netvet.Comparison) netvet.Subject {
	return netvet.Subject{Kind: "observation", Name: c.Kind + " " + c.Name, Ref: firstOf(c.Observed.Pointer, c.Declared.Pointer)}
}

// compared is the evidence that a comparison gives. What was seen is an
// observation; what is only stated is the word of a document.
func (o *ruleResults) compared(subject netvet.Subject, adverse bool, text string) netvet.Evidence {
	c := o.e.comparison
	item := netvet.Evidence{Rule: o.r.ID, Subject: subject, Adverse: adverse, Count: 1, Text: text, Match: 1, Relevance: 1,
		Verdict: string(c.Verdict), Reliability: netvet.ReliabilityObservation}
	from := &c.Observed
	if !from.Known {
		item.Reliability = netvet.ReliabilityDocument
		if !c.Complete && c.Verdict != netvet.VerdictDeclaredNotObserved {
			from = &c.Declared
		}
	}
	if from.Match > 0 {
		item.Match = from.Match
	}
	if from.Bound != "" {
		item.Text += "; bound by " + from.Bound
	}
	item.Input, item.Pointer, item.Source, item.Observed = from.Input, from.Pointer, from.Source, moment(firstOf(from.To, from.From))
	return item
}

// verdictOf is what the comparison says of a component, empty when it was not
// compared.
func (e *evaluation) verdictOf(c *netvet.Candidate) string {
	for i := range e.a.Comparisons {
		x := &e.a.Comparisons[i]
		if x.Name == c.Name && (x.Kind == netvet.ComparedRadio || x.Kind == netvet.ComparedManagement) {
			return string(x.Verdict)
		}
	}
	return ""
}

package rules

import (
	"slices"
	"time"

	"github.com/netvet/netvet"
)

// asked is the part that asks, in the form that comparisons are asked in.
func (q *Recorded) asked() *Compared { return &Compared{q.When, q.Clear, q.Message, q.Cleared} }

// recorded evaluates what the rule asks about the commitments or certificates
// that the context records. What one says settles what the documents leave open.
func (o *ruleResults) recorded() {
	if o.r.asked == nil {
		return
	}
	e := o.e
	switch o.r.Recorded.Of {
	case eachCommitment:
		for i := range e.a.Circumstances.Commitments {
			e.commitment = &e.a.Circumstances.Commitments[i]
			o.record(committed(e.commitment))
		}
		e.commitment = nil
	case eachCertificate:
		for _, c := range certificates(e.a.Circumstances.Certificates, e.p.asOf) {
			e.certificate = &c
			o.record(certified(&c))
		}
		e.certificate = nil
	}
}

// record asks about the record at hand; item says whose word it is and how old.
func (o *ruleResults) record(item netvet.Evidence) {
	e, q := o.e, o.r.asked
	adverse, err := q.when.holds(e)
	clean := false
	if err == nil && !adverse {
		clean, err = q.clear.holds(e)
	}
	item.Rule, item.Subject, item.Adverse = o.r.ID, e.product(), adverse
	switch {
	case err != nil:
		o.fail("recorded", err, item.Subject)
	case adverse:
		item.Text = q.message.fill(e.root)
		o.answered = o.add(item, item.Text) || o.answered
	case clean:
		item.Text = firstOf(q.cleared.fill(e.root), "nothing adverse: "+lowerFirst(o.r.Title.EN))
		o.answered = o.add(item, "") || o.answered
	}
}

// committed begins the evidence of a commitment, which is as old as its date.
func committed(c *netvet.Commitment) netvet.Evidence {
	return netvet.Evidence{Count: 1, Match: 1, Relevance: 1, Input: c.Document, Source: firstOf(c.By, "context"),
		Observed: c.Date.Start(), Reliability: reliabilityOf(c.Reliability)}
}

// certified begins the evidence of a certificate. While it is valid it does not
// age; one without a stated end ages from its first day.
func certified(c *netvet.Certificate) netvet.Evidence {
	item := netvet.Evidence{Count: 1, Match: 1, Relevance: 1, Input: c.Document, Source: firstOf(c.Issuer, "context"), Reliability: reliabilityOf(c.Reliability)}
	if c.State == netvet.CertificateUndated {
		item.Observed = c.From.Start()
	}
	return item
}

// certificates are the certificates with their state on a day, without those
// that are expired and that one of the same scheme, in force and of no other
// model, has taken the place of.
func certificates(all []netvet.Certificate, day time.Time) []netvet.Certificate {
	out := slices.Clone(all)
	for i := range out {
		out[i].State, out[i].Flaw = out[i].On(day), out[i].FlawOn(day)
	}
	renewed := func(c netvet.Certificate) bool {
		return slices.ContainsFunc(out, func(x netvet.Certificate) bool {
			same := x.Scheme == c.Scheme && (c.Scheme != netvet.SchemeOther || x.Issuer == c.Issuer)
			return same && x.State == netvet.CertificateValid && x.Flaw == ""
		})
	}
	kept := make([]netvet.Certificate, 0, len(out))
	for _, c := range out {
		if c.State != netvet.CertificateExpired || !renewed(c) {
			kept = append(kept, c)
		}
	}
	return kept
}

// reliabilityOf is what a word of reliability is worth; without one, or with one
// that is not known, a statement is its maker's own.
func reliabilityOf(word string) netvet.Reliability {
	if r, ok := netvet.Reliabilities()[word]; ok {
		return r
	}
	return netvet.ReliabilitySelfAttested
}

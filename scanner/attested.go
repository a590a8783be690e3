package scanner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/evidence"
)

// attest makes what is attested of a product answers to the questions it is about.
func (r *run) attest(a *netvet.Assessment) {
	if len(a.Attestations) == 0 {
		return
	}
	a.Attestations = slices.Clone(a.Attestations) // a shared bill of materials is of several products
	answers := r.attested.Answers(a.Attestations, lastSource(&a.Product).Input, a.Product.BOM.Created)
	a.Circumstances.Answers = append(slices.Clip(a.Circumstances.Answers), answers...)
}

// maxAttestations is how many a register lists of one product, those that answer
// a question first.
const maxAttestations = 100

func attestations(list []netvet.Attestation) (out []netvet.RegisterAttestation) {
	for _, answers := range []bool{true, false} {
		for i := range list {
			a := &list[i]
			if answers != (len(a.Rules) > 0) || len(out) == maxAttestations {
				continue
			}
			text := a.Summary
			if len(a.Claims) > 0 {
				text = cmp.Or(a.Claims[0].Text, text)
			}
			out = append(out, netvet.RegisterAttestation{Standard: strings.TrimSpace(a.Standard.Name + " " + a.Standard.Version), Requirement: a.Requirement,
				Assessor: a.Assessor, Signature: evidence.SignatureState(a), Conformance: a.Conformance, Text: text,
				Claims: len(a.Claims), Against: len(a.CounterClaims), Rules: nonNil(a.Rules), Pointer: a.Pointer})
		}
	}
	return out
}

// attestations lists what is attested and what that answers.
func (x *explainer) attestations(p *netvet.RegisterProduct) {
	if len(p.Attestations) == 0 {
		return
	}
	x.heading("ATTESTED  the word of whoever attests; nothing of it was verified here")
	for i := range p.Attestations {
		if i == comparisonsShown {
			x.text(2, 4, "and %s more: in the register, under attestations", counted(len(p.Attestations)-i, "attestation"))
			return
		}
		a := &p.Attestations[i]
		x.text(2, 4, "%s: %s", cmp.Or(strings.TrimSpace(a.Standard+" "+a.Requirement), "no requirement"), cmp.Or(a.Text, "nothing more is said"))
		x.text(6, 8, "%s%s", a.Signature, inBrackets(a.Assessor))
		if a.Conformance != nil {
			x.text(6, 8, "conformance %.0f %%, %s against it", 100**a.Conformance, counted(a.Against, "claim"))
		}
		if len(a.Rules) == 0 {
			x.text(6, 8, "no question here asks for it: it does not count")
		} else {
			x.text(6, 8, "answers %s", strings.Join(a.Rules, ", "))
		}
	}
}

package sbom

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/netvet/netvet"
)

// cdxDeclarations is what a document declares of conformance, and the standards
// that it defines, while it is read. Its parts name each other by reference and may
// come in any order, so that it is put together at the end.
type cdxDeclarations struct {
	assessors    map[string]cdxAssessor
	attestations []cdxAttestation
	claims       []cdxClaim
	evidence     map[string]netvet.ClaimEvidence
	requirements map[string]cdxRequirement
	statement    string
	signatories  []netvet.Signatory
	signed       bool // all of it, or the affirmation
	leftOut      int  // elements of lists beyond maxListed
}

type cdxAssessor struct {
	ref, name  string
	thirdParty bool
}

// cdxAttestation answers one requirement with claims named by reference.
type cdxAttestation struct {
	netvet.Attestation
	assessor, requirement string
	claims, counterClaims []string
}

// cdxClaim is a claim with what it names by reference.
type cdxClaim struct {
	netvet.Claim
	pointer, ref                           string
	evidence, counterEvidence, mitigations []string
	signed                                 bool
}

type cdxRequirement struct {
	ref, identifier, title string
	standard               *netvet.Standard
}

func newCDXDeclarations() cdxDeclarations {
	return cdxDeclarations{assessors: make(map[string]cdxAssessor), evidence: make(map[string]netvet.ClaimEvidence), requirements: make(map[string]cdxRequirement)}
}

// assessor takes somebody who attests. Of equal references the first counts.
func (d *cdxDocument) assessor(a cdxAssessor) error {
	if _, known := d.declared.assessors[a.ref]; a.ref != "" && !known {
		d.declared.assessors[a.ref] = a
	}
	return d.declare(a.ref, a.name)
}

// evidence takes something that claims may name.
func (d *cdxDocument) evidence(e netvet.ClaimEvidence) error {
	if _, known := d.declared.evidence[e.Ref]; e.Ref != "" && !known {
		d.declared.evidence[e.Ref] = e
	}
	return d.declare(e.Ref, "")
}

// requirement takes a requirement, or a level, of a standard. The standard may be
// filled in later.
func (d *cdxDocument) requirement(q cdxRequirement) error {
	if _, known := d.declared.requirements[q.ref]; q.ref != "" && !known {
		d.declared.requirements[q.ref] = q
	}
	return d.declare(q.ref, "")
}

func (d *cdxDocument) claim(c cdxClaim) error {
	d.declared.claims = append(d.declared.claims, c)
	return d.declare(c.ref, "")
}

// answers takes what one assessor attests. A summary alone is kept, too.
func (d *cdxDocument) answers(pointer string, shared cdxAttestation, answers []cdxAttestation) error {
	if len(answers) == 0 {
		answers = []cdxAttestation{{Attestation: netvet.Attestation{Pointer: pointer}}}
	}
	for _, a := range answers {
		a.Summary, a.Signed, a.assessor = shared.Summary, shared.Signed, shared.assessor
		if err := d.attestation(a); err != nil {
			return err
		}
	}
	return nil
}

func (d *cdxDocument) attestation(a cdxAttestation) error {
	d.declared.attestations = append(d.declared.attestations, a)
	return d.wait(1)
}

func (d *cdxDocument) signatory(s netvet.Signatory) {
	if len(d.declared.signatories) >= maxListed {
		d.declared.leftOut++
		return
	}
	d.declared.signatories = append(d.declared.signatories, s)
}

// mention notes that a reference is named.
func (d *cdxDocument) mention(ref string) {
	if ref != "" {
		d.refs.mention([]byte(ref))
	}
}

// declare notes a reference and that something is held for it.
func (d *cdxDocument) declare(ref, name string) error {
	if ref != "" {
		d.refs.declare(ref, name, "")
	}
	return d.wait(1)
}

// score reads a score of conformance or confidence.
func (d *cdxDocument) score(pointer, text string) *float64 {
	if text == "" {
		return nil
	}
	score, err := strconv.ParseFloat(text, 64)
	if err != nil || !(score >= 0 && score <= 1) {
		d.faults.add("score out of range", pointer, fmt.Sprintf("the score %q is no number from 0 to 1", short(text)))
		return nil
	}
	return &score
}

// attested puts the attestations together: one for each requirement, and one for
// each claim that answers none.
func (d *cdxDocument) attested() []netvet.Attestation {
	claims := make(map[string]*cdxClaim)
	for i := range d.declared.claims {
		c := &d.declared.claims[i]
		if _, known := claims[c.ref]; c.ref != "" && !known {
			claims[c.ref] = c
		}
	}
	used := make(map[*cdxClaim]bool)
	spell := func(refs []string) (list []netvet.Claim) {
		for _, ref := range refs {
			c := claims[ref]
			if c == nil {
				c = &cdxClaim{Claim: netvet.Claim{Text: ref}}
			}
			used[c] = true
			list = append(list, d.spelled(c))
		}
		return list
	}
	var all []netvet.Attestation
	for _, a := range d.declared.attestations {
		one := d.answered(a)
		one.Claims, one.CounterClaims = spell(a.claims), spell(a.counterClaims)
		all = append(all, one)
	}
	for i := range d.declared.claims {
		if c := &d.declared.claims[i]; !used[c] {
			one := d.answered(cdxAttestation{Attestation: netvet.Attestation{Pointer: c.pointer, Signed: c.signed}})
			one.Claims = []netvet.Claim{d.spelled(c)}
			all = append(all, one)
		}
	}
	d.moreThanKept("/declarations", d.declared.leftOut, "claims, evidence and signatories")
	return all
}

// answered says which requirement of which standard an attestation answers, and who
// stands behind it.
func (d *cdxDocument) answered(a cdxAttestation) netvet.Attestation {
	one := a.Attestation
	one.Requirement = a.requirement
	if q, ok := d.declared.requirements[a.requirement]; ok {
		one.Standard = *q.standard
		one.Requirement = cmp.Or(joinWords(q.identifier, q.title), q.ref)
	}
	if who, ok := d.declared.assessors[a.assessor]; ok {
		one.Assessor, one.ThirdParty = who.name, who.thirdParty
	}
	one.Assessor = cmp.Or(one.Assessor, a.assessor)
	one.Affirmation, one.Signatories = d.declared.statement, d.declared.signatories
	one.Signed = one.Signed || d.declared.signed
	return one
}

// spelled is a claim with what it names.
func (d *cdxDocument) spelled(c *cdxClaim) netvet.Claim {
	one := c.Claim
	if target, ok := d.refs.lookup(one.TargetRef); ok {
		one.Target = target.name
	}
	one.Target = cmp.Or(one.Target, one.TargetRef)
	one.Evidence, one.CounterEvidence, one.Mitigations = d.evidenced(c.evidence), d.evidenced(c.counterEvidence), d.evidenced(c.mitigations)
	return one
}

func (d *cdxDocument) evidenced(refs []string) (list []netvet.ClaimEvidence) {
	for _, ref := range refs {
		e := d.declared.evidence[ref]
		e.Ref = ref
		list = append(list, e)
	}
	return list
}

// claimedOf lists the top-level devices that an attestation speaks of; empty when it
// names none of them.
func claimedOf(a netvet.Attestation, inside map[string]int) map[int]bool {
	tops := make(map[int]bool)
	for _, claims := range [][]netvet.Claim{a.Claims, a.CounterClaims} {
		for _, c := range claims {
			if top, ok := inside[c.TargetRef]; ok && c.TargetRef != "" {
				tops[top] = true
			}
		}
	}
	return tops
}

// appendCounted adds a text that is not empty, up to the limit of a list, and counts
// what is beyond it.
func appendCounted(list []string, text string, leftOut *int) []string {
	if text != "" && len(list) >= maxListed {
		*leftOut++
	}
	return appendName(list, text)
}

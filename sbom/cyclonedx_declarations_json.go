package sbom

import (
	"cmp"
	"strconv"

	"github.com/netvet/netvet"
)

func (r *cdxJSON) declarationsMember(key []byte) error {
	d := &r.doc.declared
	switch string(key) {
	case "assessors":
		return r.array(func(int) error { return r.assessor() })
	case "attestations":
		return r.array(func(i int) error { return r.attestation("/declarations/attestations/" + strconv.Itoa(i)) })
	case "claims":
		return r.array(func(i int) error { return r.claim("/declarations/claims/" + strconv.Itoa(i)) })
	case "evidence":
		return r.array(func(int) error { return r.claimEvidence() })
	case "targets":
		return r.object(func([]byte) error { return r.array(func(int) error { return r.target() }) })
	case "affirmation":
		return r.object(r.affirmationMember)
	case "signature":
		d.signed = d.signed || r.kind() == '{'
	}
	return nil
}

func (r *cdxJSON) assessor() error {
	var a cdxAssessor
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "bom-ref":
			a.ref, err = r.string()
		case "thirdParty":
			var yes string
			yes, err = r.boolean()
			a.thirdParty = yes == "yes"
		case "organization":
			var o cdxOrganization
			o, err = r.organization()
			a.name = o.name
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.doc.assessor(a)
}

// attestation reads what one assessor attests: an answer for each requirement, or a
// summary alone. The members that all answers share may come last.
func (r *cdxJSON) attestation(pointer string) error {
	var shared cdxAttestation
	var answers []cdxAttestation
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "summary":
			shared.Summary, err = r.string()
		case "assessor":
			shared.assessor, err = r.mention()
		case "signature":
			shared.Signed = r.kind() == '{'
		case "map":
			err = r.array(func(i int) error {
				a, err := r.answer(pointer + "/map/" + strconv.Itoa(i))
				answers = append(answers, a)
				return err
			})
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.doc.answers(pointer, shared, answers)
}

func (r *cdxJSON) answer(pointer string) (a cdxAttestation, err error) {
	a.Pointer = pointer
	err = r.object(func(key []byte) (err error) {
		switch string(key) {
		case "requirement":
			a.requirement, err = r.mention()
		case "claims":
			a.claims, err = r.mentions()
		case "counterClaims":
			a.counterClaims, err = r.mentions()
		case "conformance":
			a.Conformance, a.Rationale, err = r.score(pointer + "/conformance")
		case "confidence":
			a.Confidence, _, err = r.score(pointer + "/confidence")
		}
		return err
	})
	return a, err
}

func (r *cdxJSON) score(pointer string) (score *float64, rationale string, err error) {
	err = r.object(func(key []byte) (err error) {
		switch string(key) {
		case "score":
			var text string
			text, err = r.number()
			score = r.doc.score(pointer, text)
		case "rationale":
			rationale, err = r.string()
		case "mitigationStrategies":
			_, err = r.mentions()
		}
		return err
	})
	return score, rationale, err
}

func (r *cdxJSON) claim(pointer string) error {
	c := cdxClaim{pointer: pointer}
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "bom-ref":
			c.ref, err = r.string()
		case "target":
			c.TargetRef, err = r.mention()
		case "predicate":
			c.Text, err = r.string()
		case "reasoning":
			c.Reasoning, err = r.string()
		case "evidence":
			c.evidence, err = r.mentions()
		case "counterEvidence":
			c.counterEvidence, err = r.mentions()
		case "mitigationStrategies":
			c.mitigations, err = r.mentions()
		case "signature":
			c.signed = r.kind() == '{'
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.doc.claim(c)
}

func (r *cdxJSON) claimEvidence() error {
	var e netvet.ClaimEvidence
	var property string
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "bom-ref":
			e.Ref, err = r.string()
		case "propertyName":
			property, err = r.string()
		case "description":
			e.Text, err = r.string()
		case "created":
			e.Created, err = r.string()
		case "expires":
			e.Expires, err = r.string()
		case "data":
			err = r.array(func(int) error {
				url, err := r.contentsURL()
				e.URL = cmp.Or(e.URL, url)
				return err
			})
		}
		return err
	})
	if err != nil {
		return err
	}
	e.Text = cmp.Or(e.Text, property)
	return r.doc.evidence(e)
}

// contentsURL reads where data that serves as evidence can be had.
func (r *cdxJSON) contentsURL() (url string, err error) {
	err = r.object(func(key []byte) error {
		if string(key) != "contents" {
			return nil
		}
		return r.object(func(key []byte) (err error) {
			if string(key) == "url" {
				url, err = r.string()
			}
			return err
		})
	})
	return url, err
}

// target reads a company, component or service that claims speak of. It is no part
// of the product for that.
func (r *cdxJSON) target() error {
	var ref, name string
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "bom-ref":
			ref, err = r.string()
		case "name":
			name, err = r.string()
		case "components", "services":
			err = r.array(func(int) error { return r.target() })
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.doc.declare(ref, name)
}

func (r *cdxJSON) affirmationMember(key []byte) (err error) {
	d := &r.doc.declared
	switch string(key) {
	case "statement":
		d.statement, err = r.string()
	case "signatories":
		return r.array(func(int) error { return r.signatory() })
	case "signature":
		d.signed = d.signed || r.kind() == '{'
	}
	return err
}

func (r *cdxJSON) signatory() error {
	var s netvet.Signatory
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "name":
			s.Name, err = r.string()
		case "role":
			s.Role, err = r.string()
		case "organization":
			var o cdxOrganization
			o, err = r.organization()
			s.Organization = o.name
		case "signature":
			r.doc.declared.signed = r.doc.declared.signed || r.kind() == '{'
		}
		return err
	})
	r.doc.signatory(s)
	return err
}

// standard reads a standard for its requirements and levels. Its name may come
// after them.
func (r *cdxJSON) standard() error {
	standard := new(netvet.Standard)
	return r.object(func(key []byte) (err error) {
		switch string(key) {
		case "bom-ref":
			return r.declare()
		case "name":
			standard.Name, err = r.string()
		case "version":
			standard.Version, err = r.string()
		case "owner":
			standard.Owner, err = r.string()
		case "requirements", "levels":
			return r.array(func(int) error { return r.requirement(standard) })
		}
		return err
	})
}

func (r *cdxJSON) requirement(standard *netvet.Standard) error {
	q := cdxRequirement{standard: standard}
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "bom-ref":
			q.ref, err = r.string()
		case "identifier":
			q.identifier, err = r.string()
		case "title":
			q.title, err = r.string()
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.doc.requirement(q)
}

// mention reads a reference to something.
func (r *cdxJSON) mention() (string, error) {
	ref, err := r.string()
	r.doc.mention(ref)
	return ref, err
}

func (r *cdxJSON) mentions() (refs []string, err error) {
	err = r.array(func(int) error {
		ref, err := r.mention()
		refs = appendCounted(refs, ref, &r.doc.declared.leftOut)
		return err
	})
	return refs, err
}

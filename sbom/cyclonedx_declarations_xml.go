package sbom

import (
	"cmp"
	"encoding/xml"
	"strconv"

	"github.com/netvet/netvet"
)

func (r *cdxXML) declarationsMember(e xml.StartElement) error {
	d := &r.doc.declared
	switch e.Name.Local {
	case "assessors":
		return r.each("assessor", func(_ int, e xml.StartElement) error { return r.assessor(e) })
	case "attestations":
		return r.each("attestation", func(i int, _ xml.StartElement) error {
			return r.attestation("/declarations/attestations/" + strconv.Itoa(i))
		})
	case "claims":
		return r.each("claim", func(i int, e xml.StartElement) error {
			return r.claim("/declarations/claims/"+strconv.Itoa(i), e)
		})
	case "evidence":
		return r.each("evidence", func(_ int, e xml.StartElement) error { return r.claimEvidence(e) })
	case "targets":
		return r.list(func(xml.StartElement) error { return r.list(r.target) })
	case "affirmation":
		return r.record("/declarations/affirmation", r.affirmationMember)
	}
	d.signed = d.signed || isXMLSignature(e)
	return nil
}

func (r *cdxXML) assessor(e xml.StartElement) error {
	a := cdxAssessor{ref: attribute(e, "bom-ref")}
	err := r.record("/declarations/assessors", func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "thirdParty":
			var yes string
			yes, err = r.boolean()
			a.thirdParty = yes == "yes"
		case "organization":
			var o cdxOrganization
			o, err = r.organization(e)
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
// summary alone.
func (r *cdxXML) attestation(pointer string) error {
	var shared cdxAttestation
	var answers []cdxAttestation
	err := r.list(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "summary":
			shared.Summary, err = r.text()
		case "assessor":
			shared.assessor, err = r.mention()
		case "map":
			var a cdxAttestation
			a, err = r.answer(pointer + "/map/" + strconv.Itoa(len(answers)))
			answers = append(answers, a)
		}
		shared.Signed = shared.Signed || isXMLSignature(e)
		return err
	})
	if err != nil {
		return err
	}
	return r.doc.answers(pointer, shared, answers)
}

func (r *cdxXML) answer(pointer string) (a cdxAttestation, err error) {
	a.Pointer = pointer
	err = r.record(pointer, func(e xml.StartElement) (err error) {
		switch e.Name.Local {
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

func (r *cdxXML) score(pointer string) (score *float64, rationale string, err error) {
	err = r.record(pointer, func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "score":
			var text string
			text, err = r.text()
			score = r.doc.score(pointer, text)
		case "rationale":
			rationale, err = r.text()
		case "mitigationStrategies":
			_, err = r.mentions()
		}
		return err
	})
	return score, rationale, err
}

func (r *cdxXML) claim(pointer string, e xml.StartElement) error {
	c := cdxClaim{pointer: pointer, ref: attribute(e, "bom-ref")}
	one := func(list *[]string) error {
		ref, err := r.mention()
		*list = appendCounted(*list, ref, &r.doc.declared.leftOut)
		return err
	}
	err := r.list(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "target":
			c.TargetRef, err = r.mention()
		case "predicate":
			c.Text, err = r.text()
		case "reasoning":
			c.Reasoning, err = r.text()
		case "evidence":
			err = one(&c.evidence)
		case "counterEvidence":
			err = one(&c.counterEvidence)
		case "mitigationStrategies":
			c.mitigations, err = r.mentions()
		}
		c.signed = c.signed || isXMLSignature(e)
		return err
	})
	if err != nil {
		return err
	}
	return r.doc.claim(c)
}

func (r *cdxXML) claimEvidence(e xml.StartElement) error {
	evidence := netvet.ClaimEvidence{Ref: attribute(e, "bom-ref")}
	var property string
	err := r.list(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "propertyName":
			property, err = r.text()
		case "description":
			evidence.Text, err = r.text()
		case "created":
			evidence.Created, err = r.text()
		case "expires":
			evidence.Expires, err = r.text()
		case "data":
			err = r.list(func(e xml.StartElement) error {
				if e.Name.Local != "contents" {
					return nil
				}
				url, err := r.only("url")
				evidence.URL = cmp.Or(evidence.URL, url)
				return err
			})
		}
		return err
	})
	if err != nil {
		return err
	}
	evidence.Text = cmp.Or(evidence.Text, property)
	return r.doc.evidence(evidence)
}

// target reads a company, component or service that claims speak of. It is no part
// of the product for that.
func (r *cdxXML) target(e xml.StartElement) error {
	ref, name := attribute(e, "bom-ref"), ""
	err := r.list(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "name":
			name, err = r.text()
		case "components", "services":
			err = r.list(r.target)
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.doc.declare(ref, name)
}

func (r *cdxXML) affirmationMember(e xml.StartElement) (err error) {
	d := &r.doc.declared
	switch e.Name.Local {
	case "statement":
		d.statement, err = r.text()
	case "signatories":
		return r.each("signatory", func(int, xml.StartElement) error { return r.signatory() })
	}
	d.signed = d.signed || isXMLSignature(e)
	return err
}

func (r *cdxXML) signatory() error {
	var s netvet.Signatory
	err := r.record("/declarations/affirmation/signatories", func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "name":
			s.Name, err = r.text()
		case "role":
			s.Role, err = r.text()
		case "organization":
			var o cdxOrganization
			o, err = r.organization(e)
			s.Organization = o.name
		}
		r.doc.declared.signed = r.doc.declared.signed || isXMLSignature(e)
		return err
	})
	r.doc.signatory(s)
	return err
}

// standard reads a standard for its requirements and levels.
func (r *cdxXML) standard(e xml.StartElement) error {
	r.declare(e)
	standard := new(netvet.Standard)
	return r.record("/definitions/standards", func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "name":
			standard.Name, err = r.text()
		case "version":
			standard.Version, err = r.text()
		case "owner":
			standard.Owner, err = r.text()
		case "requirements", "levels":
			return r.list(func(e xml.StartElement) error { return r.requirement(standard, e) })
		}
		return err
	})
}

func (r *cdxXML) requirement(standard *netvet.Standard, e xml.StartElement) error {
	q := cdxRequirement{ref: attribute(e, "bom-ref"), standard: standard}
	err := r.list(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "identifier":
			q.identifier, err = r.text()
		case "title":
			q.title, err = r.text()
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.doc.requirement(q)
}

// mention reads a reference to something.
func (r *cdxXML) mention() (string, error) {
	ref, err := r.text()
	r.doc.mention(ref)
	return ref, err
}

func (r *cdxXML) mentions() (refs []string, err error) {
	err = r.list(func(xml.StartElement) error {
		ref, err := r.mention()
		refs = appendCounted(refs, ref, &r.doc.declared.leftOut)
		return err
	})
	return refs, err
}

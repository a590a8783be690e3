package sbom

import (
	"strings"

	"github.com/netvet/netvet"
)

// spdx3Element is an element while it is read, whatever its class: the class may
// be its last member.
type spdx3Element struct {
	spdxPart // the name, the id and what a package has
	class    string

	purpose                     string
	supplied, originated        int32
	info                        int32
	roots                       []int32 // of a collection
	from                        int32   // of a relationship
	kind                        string
	to                          []int32
	ends                        bool // to is given, if only to say that there is nothing
	specVersion, created        string
	createdBy, createdUsing     []int32
	expression, vulnerabilityID string
	members                     []int32 // of a set of licences, or what an addition is to
	addition                    int32   // to a licence
	score, severity             string  // of a weakness
}

// element reads an element and returns its number, or -1.
func (r *spdx3Reader) element(pointer string) (int32, error) {
	if r.level == len(r.levels) {
		r.levels = append(r.levels, new(spdx3Element))
	}
	e := r.levels[r.level]
	e.reset()
	e.Pointer = pointer
	r.level++
	err := r.object(func(key []byte) error { return r.member(e, key) })
	r.level--
	if err != nil {
		return -1, err
	}
	return r.take(e)
}

func (e *spdx3Element) reset() {
	e.spdxPart.reset()
	*e = spdx3Element{spdxPart: e.spdxPart, supplied: -1, originated: -1, info: -1, from: -1, addition: -1, roots: e.roots[:0], to: e.to[:0],
		createdBy: e.createdBy[:0], createdUsing: e.createdUsing[:0], members: e.members[:0]}
}

func (r *spdx3Reader) member(e *spdx3Element, key []byte) (err error) {
	switch string(key) {
	case "type", "@type":
		e.class, err = r.word()
	case "spdxId", "@id":
		e.Ref, err = r.string()
	case "name":
		e.Name, err = r.string()
	case "creationInfo":
		e.info, err = r.reference()
	case "from":
		e.from, err = r.reference()
	case "to":
		e.ends = true
		e.to, err = r.references(e.to)
	case "relationshipType":
		e.kind, err = r.word()
	case "rootElement":
		e.roots, err = r.references(e.roots)
	case "element":
		return r.each(func() error { // an element may stand in the place of its id
			_, err := r.reference()
			return err
		})
	case "import":
		return r.each(r.imported)
	case "specVersion":
		e.specVersion, err = r.word()
	case "created":
		e.created, err = r.string()
	case "createdBy":
		e.createdBy, err = r.references(e.createdBy)
	case "createdUsing":
		e.createdUsing, err = r.references(e.createdUsing)
	case "simplelicensing_licenseExpression", "licenseExpression":
		e.expression, err = r.word()
	case "expandedlicensing_member", "expandedlicensing_subjectLicense", "expandedlicensing_subjectExtendableLicense":
		e.members, err = r.references(e.members)
	case "expandedlicensing_subjectAddition":
		e.addition, err = r.reference()
	case "security_score":
		e.score, err = scalarText(r.jsonTokens)
	case "security_severity":
		e.severity, err = r.word()
	default:
		return r.artifactMember(e, key)
	}
	return err
}

// artifactMember reads a member that packages have.
func (r *spdx3Reader) artifactMember(e *spdx3Element, key []byte) (err error) {
	var text string
	switch string(key) {
	case "suppliedBy":
		e.supplied, err = r.firstOf(e)
	case "originatedBy":
		e.originated, err = r.firstOf(e)
	case "software_packageVersion":
		e.Version, err = r.string()
	case "software_packageUrl":
		text, err = r.string()
		r.doc.externalRef(&e.spdxPart, []byte("purl"), []byte(text))
	case "software_downloadLocation":
		text, err = r.string()
		e.setLocation(text)
	case "software_homePage":
		text, err = r.string()
		e.setHomepage(text)
	case "software_primaryPurpose":
		e.purpose, err = r.word()
	case "description", "summary":
		summary := string(key) == "summary" // the key is gone after the next read
		text, err = r.string()
		e.setDescription(text, summary)
	case "software_contentIdentifier": // hashes of the content, as all of its types are
		e.Hashed = e.Hashed || r.kind() == '{' || r.kind() == '['
	case "verifiedUsing":
		err = r.each(func() error { return r.integrity(e) })
	case "externalIdentifier", "externalIdentifiers": // the latter by some tools
		err = r.each(func() error { return r.externalIdentifier(e) })
	case "externalRef":
		err = r.each(func() error { return r.externalReference(e) })
	}
	return err
}

// reference reads the id of another element, or that element itself where it
// stands in the place of its id.
func (r *spdx3Reader) reference() (int32, error) {
	if r.kind() == '{' {
		return r.element(r.pointer())
	}
	id, err := r.bytes()
	if err != nil || isSPDX3Nothing(string(id)) {
		return -1, err
	}
	return r.doc.refs.mention(id), nil
}

func (r *spdx3Reader) references(list []int32) ([]int32, error) {
	err := r.each(func() error {
		number, err := r.reference()
		list = append(list, number)
		return err
	})
	return list, err
}

// firstOf reads references and returns the first that names something.
func (r *spdx3Reader) firstOf(e *spdx3Element) (first int32, err error) {
	first = -1
	err = r.each(func() error {
		number, err := r.reference()
		switch {
		case first < 0:
			first = number
		case number >= 0 && number != first:
			r.doc.faults.add("further maker", e.Pointer, "several makers are named: the first counts")
		}
		return err
	})
	return first, err
}

// isSPDX3Nothing tells the ids by which SPDX 3 says that nothing is said.
func isSPDX3Nothing(id string) bool {
	switch id[strings.LastIndexAny(id, "/:#_")+1:] {
	case "NoAssertionElement", "NoneElement", "NoAssertionLicense", "NoneLicense":
		return true
	}
	return isNothing(id)
}

// imported reads one entry of what a document takes from others.
func (r *spdx3Reader) imported() error {
	if r.kind() != '{' {
		return r.skip() // older documents name whole documents
	}
	return r.object(func(key []byte) error {
		if string(key) != "externalSpdxId" {
			return nil
		}
		id, err := r.string()
		if number := r.doc.refs.declare(id, "", ""); id != "" && len(r.imports) < maxSPDX3Names {
			r.imports = append(r.imports, number)
		}
		return err
	})
}

// integrity reads one way by which an element can be verified.
func (r *spdx3Reader) integrity(e *spdx3Element) error {
	if r.kind() != '{' {
		return r.mismatch("an object")
	}
	var class, algorithm, value string
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "type", "@type":
			class, err = r.word()
		case "algorithm":
			algorithm, err = r.word()
		case "hashValue":
			value, err = r.string()
		}
		return err
	})
	if err == nil && (class == "" || class == "Hash" || class == "PackageVerificationCode") {
		e.Hashed = r.doc.checksum([]byte(spdx2Algorithm(algorithm)), []byte(value), e.Pointer) || e.Hashed
	}
	return err
}

// spdx2Algorithm returns the name of a hash algorithm as SPDX 2 spells it:
// "sha3_256" is "SHA3-256", "blake2b256" is "BLAKE2B-256".
func spdx2Algorithm(name string) string {
	name = strings.ToUpper(strings.ReplaceAll(name, "_", "-"))
	if size, ok := strings.CutPrefix(name, "BLAKE2B"); ok && !strings.HasPrefix(size, "-") {
		return "BLAKE2B-" + size
	}
	return name
}

func (r *spdx3Reader) externalIdentifier(e *spdx3Element) error {
	if r.kind() != '{' {
		return r.mismatch("an object")
	}
	var kind, value string
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "externalIdentifierType":
			kind, err = r.word()
		case "identifier":
			value, err = r.string()
		}
		return err
	})
	switch kind {
	case "packageUrl":
		r.doc.externalRef(&e.spdxPart, []byte("purl"), []byte(value))
	case "cpe22", "cpe23":
		r.doc.externalRef(&e.spdxPart, []byte(kind+"Type"), []byte(value))
	case "swid":
		r.doc.externalRef(&e.spdxPart, []byte(kind), []byte(value))
	case "cve":
		e.vulnerabilityID = value
	}
	return err
}

func (r *spdx3Reader) externalReference(e *spdx3Element) error {
	if r.kind() != '{' {
		return r.mismatch("an object")
	}
	var kind string
	var locators []string
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "externalRefType":
			kind, err = r.word()
		case "locator":
			locators, err = textList(r.jsonTokens)
		}
		return err
	})
	for _, locator := range locators {
		if len(e.references) < maxListed {
			e.references = append(e.references, netvet.Reference{Type: kind, URL: locator})
		}
	}
	return err
}

package sbom

import (
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

func spdxRDF() Format {
	return Format{
		Name:   "spdx-rdf",
		Title:  "SPDX 2.1 to 2.3, RDF/XML",
		Expect: `SPDX RDF/XML (an <rdf:RDF> element with the namespace "` + spdxTerms + `")`,
		Detect: detectSPDXRDF,
		Read:   readSPDXRDF,
	}
}

const (
	spdxTerms = "http://spdx.org/rdf/terms#"
	rdfSyntax = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	doapTerms = "http://usefulinc.com/ns/doap#"
)

func detectSPDXRDF(s Sample) float64 {
	has := func(text string) bool { return bytes.Contains(s.Head, []byte(text)) }
	if bytes.HasPrefix(bytes.TrimLeft(s.Head, " \t\r\n"), []byte("<")) && has(spdxTerms) && has(rdfSyntax) && has("RDF") {
		return 1
	}
	return 0
}

// rdfReader reads the RDF/XML encoding of SPDX 2. An element may stand anywhere: at
// the top, or inside another in the place of its address, however deep.
type rdfReader struct {
	*xmlTokens
	doc   *spdxDocument
	base  string // of the document: what stands before # in its own addresses
	edges int    // relationships so far
	flat  bool   // elements are described without their class as a name, which is not read
}

func readSPDXRDF(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	doc := newSPDXDocument(src, "spdx-rdf", emit)
	r := &rdfReader{doc: doc}
	r.xmlTokens = newXMLTokens(src.Reader, src.Options, func(pointer, reason string) {
		doc.faults.add("element given twice", pointer, reason)
	})
	err := r.document()
	if err == nil {
		err = doc.faults.err
	}
	if err != nil {
		return Info{Version: doc.version}, err
	}
	return doc.finish()
}

func (r *rdfReader) document() error {
	root, err := r.root()
	if err != nil {
		return err
	}
	if root.Name.Space != rdfSyntax || root.Name.Local != "RDF" {
		return fmt.Errorf("the document is a <%s>, expected <rdf:RDF>", short(root.Name.Local))
	}
	if err := r.children(func(e xml.StartElement) error {
		_, err := r.node(e)
		return err
	}); err != nil {
		return err
	}
	if err := r.end(); err != nil {
		return err
	}
	if r.doc.version == "" && r.flat {
		return errors.New("the elements are written as <rdf:Description>, which is not read: convert it to SPDX JSON")
	}
	if r.doc.version == "" {
		return errors.New("the document has no specVersion: which version of SPDX it follows is not known")
	}
	return nil
}

// children reads the elements in the one that was begun, of any namespace.
func (r *rdfReader) children(child func(e xml.StartElement) error) error {
	for {
		token, err := r.inside()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.EndElement:
			r.reads++
			return nil
		case xml.StartElement:
			before := r.reads
			if err := child(t); err != nil {
				return err
			}
			if r.reads == before {
				if err := r.skip(); err != nil {
					return err
				}
			}
		}
	}
}

// value reads a property: its text, or the address or the node that it names.
func (r *rdfReader) value(e xml.StartElement) (string, error) {
	if resource := rdfAttribute(e, "resource"); resource != "" {
		return resource, r.skip()
	}
	if node := rdfAttribute(e, "nodeID"); node != "" {
		return "_:" + node, r.skip()
	}
	var text strings.Builder
	for {
		token, err := r.inside()
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.EndElement:
			r.reads++
			return strings.TrimSpace(text.String()), nil
		case xml.CharData:
			if text.Len()+len(t) > r.opt.MaxString {
				return "", fmt.Errorf("a text longer than %d bytes at byte %d", r.opt.MaxString, r.dec.InputOffset())
			}
			text.Write(t)
		case xml.StartElement:
			id, err := r.node(t)
			if err != nil {
				return "", err
			}
			text.Reset()
			text.WriteString(id)
		}
	}
}

// node reads a node, whatever it is, and returns its address or what stands for it.
func (r *rdfReader) node(e xml.StartElement) (string, error) {
	about := cmp.Or(rdfAttribute(e, "about"), rdfAttribute(e, "ID"))
	if node := rdfAttribute(e, "nodeID"); node != "" {
		about = "_:" + node
	}
	if e.Name.Space != spdxTerms {
		r.flat = r.flat || e.Name.Local == "Description"
		return about, r.properties(func(xml.StartElement) error { return nil })
	}
	switch e.Name.Local {
	case "SpdxDocument":
		return about, r.spdxDocument(about)
	case "Package":
		return about, r.pack(about)
	case "File":
		return about, r.file(about)
	case "Snippet":
		r.doc.refs.declare(r.id(about), "", "")
	case "License", "ListedLicense", "ExtractedLicensingInfo", "SimpleLicensingInfo", "ConjunctiveLicenseSet", "DisjunctiveLicenseSet",
		"WithExceptionOperator", "OrLaterOperator", "LicenseException", "ListedLicenseException":
		return r.licence(e.Name.Local, about)
	}
	return about, r.properties(func(xml.StartElement) error { return nil })
}

// properties reads the properties of a node. One that is left unread is searched for
// nodes, because elements may be described inside of it.
func (r *rdfReader) properties(property func(e xml.StartElement) error) error {
	return r.children(func(e xml.StartElement) error {
		before := r.reads
		if err := property(e); err != nil || r.reads > before {
			return err
		}
		_, err := r.value(e)
		return err
	})
}

// id returns an address as the other encodings write it: without the namespace of
// the document, which is that of the first element with an address.
func (r *rdfReader) id(about string) string {
	space, id, ok := strings.Cut(about, "#")
	if !ok {
		return about
	}
	if r.base == "" {
		r.base = space
	}
	if space == r.base {
		return id
	}
	return otherDocumentRef + about
}

func (r *rdfReader) place() string { return fmt.Sprintf("byte %d", r.dec.InputOffset()) }

func (r *rdfReader) spdxDocument(about string) error {
	r.doc.setID(r.id(about))
	return r.properties(func(e xml.StartElement) (err error) {
		switch {
		case e.Name.Space != spdxTerms:
		case e.Name.Local == "specVersion":
			var version string
			if version, err = r.value(e); err == nil {
				err = r.doc.setVersion(version)
			}
		case e.Name.Local == "name":
			r.doc.name, err = r.value(e)
		case e.Name.Local == "creationInfo":
			err = r.children(r.creationInfo)
		case e.Name.Local == "externalDocumentRef":
			err = r.otherDocument()
		case e.Name.Local == "describesPackage":
			var id string
			id, err = r.value(e)
			r.doc.describes(r.doc.mention([]byte(r.id(id))))
		case e.Name.Local == "relationship":
			err = r.relationships(e, about)
		}
		return err
	})
}

// otherDocument reads the name of another document.
func (r *rdfReader) otherDocument() error {
	return r.children(func(xml.StartElement) error {
		return r.properties(func(e xml.StartElement) error {
			if e.Name != spdxName("externalDocumentId") && e.Name != spdxName("spdxDocument") {
				return nil
			}
			name, err := r.value(e)
			r.doc.otherDocument(name)
			return err
		})
	})
}

func (r *rdfReader) creationInfo(xml.StartElement) error {
	return r.properties(func(e xml.StartElement) error {
		if e.Name.Space != spdxTerms || e.Name.Local != "creator" && e.Name.Local != "created" {
			return nil
		}
		text, err := r.value(e)
		if e.Name.Local == "creator" {
			r.doc.creator(text)
		} else {
			r.doc.bom.Created = text
		}
		return err
	})
}

func (r *rdfReader) pack(about string) error {
	p := &spdxPart{}
	p.Pointer, p.Ref = r.place(), r.id(about)
	said := false
	err := r.properties(func(e xml.StartElement) error {
		said = true
		return r.packageProperty(p, e, about)
	})
	if err != nil || !said && about != "" {
		return err // a mention, and no description
	}
	return r.doc.part(p)
}

func (r *rdfReader) packageProperty(p *spdxPart, e xml.StartElement, about string) (err error) {
	var text string
	switch e.Name {
	case xml.Name{Space: doapTerms, Local: "homepage"}:
		text, err = r.value(e)
		p.setHomepage(nothingOf(text))
	case spdxName("name"):
		p.Name, err = r.value(e)
	case spdxName("versionInfo"):
		p.Version, err = r.value(e)
	case spdxName("supplier"):
		text, err = r.value(e)
		p.Supplier = r.doc.agent(nothingOf(text))
	case spdxName("originator"):
		text, err = r.value(e)
		p.Manufacturer = r.doc.agent(nothingOf(text))
	case spdxName("downloadLocation"):
		text, err = r.value(e)
		p.setLocation(nothingOf(text))
	case spdxName("licenseConcluded"), spdxName("licenseDeclared"):
		text, err = r.value(e)
		p.addLicence(licenceName(text))
	case spdxName("primaryPackagePurpose"):
		text, err = r.value(e)
		_, word, _ := strings.Cut(text, "purpose_")
		r.doc.setPurpose(p, strings.ToUpper(strings.ReplaceAll(cmp.Or(word, text), "_", "-")))
	case spdxName("description"), spdxName("summary"):
		text, err = r.value(e)
		p.setDescription(text, e.Name.Local == "summary")
	case spdxName("checksum"):
		var hashed bool
		hashed, err = r.checksum(e)
		p.Hashed = p.Hashed || hashed
	case spdxName("packageVerificationCode"):
		p.Hashed = true
	case spdxName("externalRef"):
		err = r.externalRef(p)
	case spdxName("relationship"):
		err = r.relationships(e, about)
	}
	return err
}

func spdxName(local string) xml.Name { return xml.Name{Space: spdxTerms, Local: local} }

func (r *rdfReader) file(about string) error {
	ref, name, pointer, hashed, said := r.id(about), "", r.place(), false, false
	err := r.properties(func(e xml.StartElement) (err error) {
		said = true
		switch e.Name {
		case spdxName("fileName"):
			name, err = r.value(e)
		case spdxName("checksum"):
			var h bool
			h, err = r.checksum(e)
			hashed = hashed || h
		case spdxName("relationship"):
			err = r.relationships(e, about)
		}
		return err
	})
	if err != nil || !said && about != "" {
		return err
	}
	return r.doc.file(ref, name, pointer, hashed)
}

// checksum reads the checksum in the property that was begun, or takes it that the one
// it refers to is good: that one is checked where it stands.
func (r *rdfReader) checksum(e xml.StartElement) (hashed bool, err error) {
	if rdfAttribute(e, "nodeID") != "" || rdfAttribute(e, "resource") != "" {
		return true, r.skip()
	}
	pointer := r.place()
	err = r.children(func(xml.StartElement) error {
		var algorithm, value string
		err := r.properties(func(e xml.StartElement) (err error) {
			switch e.Name {
			case spdxName("algorithm"):
				algorithm, err = r.value(e)
			case spdxName("checksumValue"):
				value, err = r.value(e)
			}
			return err
		})
		_, name, _ := strings.Cut(algorithm, "checksumAlgorithm_")
		hashed = r.doc.checksum([]byte(spdx2Algorithm(cmp.Or(name, algorithm))), []byte(value), pointer) || hashed
		return err
	})
	return hashed, err
}

// externalRef reads the external reference in the property that was begun.
func (r *rdfReader) externalRef(p *spdxPart) error {
	return r.children(func(xml.StartElement) error {
		var kind, locator string
		err := r.properties(func(e xml.StartElement) (err error) {
			switch e.Name {
			case spdxName("referenceType"):
				kind, err = r.value(e)
			case spdxName("referenceLocator"):
				locator, err = r.value(e)
			}
			return err
		})
		r.doc.externalRef(p, []byte(kind), []byte(locator))
		return err
	})
}

// relationships reads the relationship in the property that was begun.
func (r *rdfReader) relationships(e xml.StartElement, from string) error {
	if rdfAttribute(e, "resource") != "" || rdfAttribute(e, "nodeID") != "" {
		return nil
	}
	return r.children(func(xml.StartElement) error {
		var kind, to string
		err := r.properties(func(e xml.StartElement) (err error) {
			switch e.Name {
			case spdxName("relationshipType"):
				kind, err = r.value(e)
			case spdxName("relatedSpdxElement"):
				to, err = r.value(e)
			}
			return err
		})
		if err != nil {
			return err
		}
		if _, name, ok := strings.Cut(kind, "relationshipType_"); ok {
			kind = upperSnake(name)
		}
		r.doc.relationship([]byte(r.id(from)), []byte(kind), []byte(cmp.Or(r.id(nothingOf(to)), "NOASSERTION")), "relationship ", r.edges)
		r.edges++
		return r.doc.faults.err
	})
}

// upperSnake writes "dependsOn" as "DEPENDS_ON".
func upperSnake(word string) string {
	var b strings.Builder
	for i, c := range word {
		if unicode.IsUpper(c) && i > 0 && !strings.HasSuffix(b.String(), "_") {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(c))
	}
	return b.String()
}

// licence reads a licence, or an expression of several, and returns it in words.
func (r *rdfReader) licence(class, about string) (string, error) {
	var id, base string
	var members []string
	err := r.properties(func(e xml.StartElement) (err error) {
		var text string
		switch e.Name {
		case spdxName("licenseId"), spdxName("licenseExceptionId"):
			id, err = r.value(e)
		case spdxName("member"), spdxName("licenseException"):
			text, err = r.value(e)
			if text = licenceName(text); text != "" && len(members) < maxListed {
				members = append(members, text)
			}
		}
		return err
	})
	switch class {
	case "ConjunctiveLicenseSet", "DisjunctiveLicenseSet":
		word := map[string]string{"ConjunctiveLicenseSet": " AND ", "DisjunctiveLicenseSet": " OR "}[class]
		base = "(" + strings.Join(members, word) + ")"
		if len(members) == 0 || len(base) > maxPointer*maxListed {
			base = ""
		}
	case "WithExceptionOperator":
		base = strings.Join(members, " WITH ")
	case "OrLaterOperator":
		if len(members) > 0 {
			base = members[0] + "+"
		}
	default:
		base = cmp.Or(id, licenceName(about))
	}
	return base, err
}

// licenceName returns a licence by its address or as it is written.
func licenceName(text string) string {
	if id := listedLicence(text); id != "" {
		return id
	}
	if at := strings.LastIndexByte(text, '#'); at >= 0 {
		text = text[at+1:]
	}
	return nothingOf(text)
}

// nothingOf returns a text, or nothing for the addresses and words by which SPDX says
// that nothing is said.
func nothingOf(text string) string {
	switch text {
	case spdxTerms + "noassertion", spdxTerms + "none", "noassertion", "none":
		return ""
	}
	return text
}

// rdfAttribute returns an attribute of the syntax of RDF.
func rdfAttribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == rdfSyntax {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

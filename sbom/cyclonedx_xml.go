package sbom

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
)

// cdxNamespace is what the namespace of a CycloneDX document begins with; its
// version follows.
const cdxNamespace = "http://cyclonedx.org/schema/bom/"

// xmlSignature is the namespace of XML signatures.
const xmlSignature = "http://www.w3.org/2000/09/xmldsig#"

func isXMLSignature(e xml.StartElement) bool {
	return e.Name.Space == xmlSignature && e.Name.Local == "Signature"
}

func cyclonedxXML() Format {
	return Format{
		Name:   "cyclonedx-xml",
		Title:  "CycloneDX 1.0 to 1.7, XML",
		Expect: `CycloneDX XML (a <bom xmlns="http://cyclonedx.org/schema/bom/1.6">)`,
		Detect: detectCycloneDXXML,
		Read:   readCycloneDXXML,
	}
}

// detectCycloneDXXML takes documents of a wrong root or namespace too, so that
// they are reported as broken and not passed over as unknown.
func detectCycloneDXXML(s Sample) float64 {
	text := bytes.TrimLeft(s.Head, " \t\r\n")
	has := func(word string) bool { return bytes.Contains(text, []byte(word)) }
	markup := bytes.HasPrefix(text, []byte("<"))
	switch {
	case markup && has("cyclonedx.org/schema/bom") && has("<"):
		return 1
	case markup && (has("<bom ") || has("<bom>") || has(":bom ")):
		return 0.8
	case has("cyclonedx.org/schema/bom/") && has("<bom"):
		return 0.5
	}
	return 0
}

// cdxXML reads the XML encoding of CycloneDX.
type cdxXML struct {
	*xmlTokens
	doc   *cdxDocument
	parts []*cdxPart // one for each level of nesting, used again and again
}

func readCycloneDXXML(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	doc := newCDXDocument(src, "cyclonedx-xml", emit)
	r := &cdxXML{doc: doc}
	r.xmlTokens = newXMLTokens(src.Reader, src.Options, func(pointer, reason string) {
		doc.faults.add("element given twice", pointer, reason)
	})
	if err := r.document(); err != nil {
		return Info{Version: doc.version}, err
	}
	return doc.finish()
}

func (r *cdxXML) document() error {
	root, err := r.root()
	if err != nil {
		return err
	}
	version, ok := strings.CutPrefix(root.Name.Space, cdxNamespace)
	if root.Name.Local != "bom" || !ok {
		return fmt.Errorf("the root is <%s> of namespace %q, expected <bom> of namespace %q and a version", root.Name.Local, short(root.Name.Space), cdxNamespace)
	}
	if err := r.doc.setVersion(version, "1.0"); err != nil {
		return err
	}
	if err := r.conform(version, root); err != nil {
		return err
	}
	if err := r.bom(); err != nil {
		return err
	}
	return r.end()
}

// bom reads the members of the root, and the signature, which is of another
// namespace.
func (r *cdxXML) bom() error {
	var seen []string
	for {
		token, err := r.inside()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.EndElement:
			return nil
		case xml.StartElement:
			before := r.reads
			switch t.Name.Space {
			case xmlSignature:
				r.doc.bom.Signed = r.doc.bom.Signed || isXMLSignature(t)
			case r.space:
				for _, s := range seen {
					if strings.EqualFold(s, t.Name.Local) {
						return fmt.Errorf("at byte %d: element <%s> is given twice", r.dec.InputOffset(), t.Name.Local)
					}
				}
				seen = append(seen, t.Name.Local)
				if err := r.member(t); err != nil {
					return err
				}
			}
			if r.reads == before {
				if err := r.skip(); err != nil {
					return err
				}
			}
		}
	}
}

func (r *cdxXML) member(e xml.StartElement) error {
	switch e.Name.Local {
	case "metadata":
		if err := r.record("/metadata", r.metadataMember); err != nil {
			return err
		}
		return r.doc.metadataDone()
	case "components":
		r.doc.listed = true
		return r.components("/components", 0)
	case "services":
		return r.services("/services")
	case "dependencies":
		return r.each("dependency", func(_ int, e xml.StartElement) error { return r.dependency(e) })
	case "compositions":
		return r.each("composition", func(_ int, e xml.StartElement) error { return r.composition(e) })
	case "declarations":
		return r.record("/declarations", r.declarationsMember)
	case "definitions":
		return r.list(func(e xml.StartElement) error {
			if e.Name.Local != "standards" {
				return nil
			}
			return r.each("standard", func(_ int, e xml.StartElement) error { return r.standard(e) })
		})
	case "formulation":
		r.doc.formulated = true
	case "properties":
		return r.ownProperties("/properties")
	case "vulnerabilities":
		return r.each("vulnerability", func(i int, e xml.StartElement) error { return r.vulnerability("/vulnerabilities/"+strconv.Itoa(i), e) })
	}
	return nil
}

// each reads a list of elements of one name.
func (r *cdxXML) each(name string, element func(i int, e xml.StartElement) error) error {
	i := -1
	return r.list(func(e xml.StartElement) error {
		if e.Name.Local != name {
			return nil
		}
		i++
		return element(i, e)
	})
}

func (r *cdxXML) metadataMember(e xml.StartElement) (err error) {
	d := r.doc
	switch e.Name.Local {
	case "timestamp":
		d.bom.Created, err = r.text()
	case "tools":
		return r.tools()
	case "authors":
		return r.each("author", func(_ int, e xml.StartElement) error {
			who, err := r.organization(e)
			d.bom.Authors = appendCounted(d.bom.Authors, who.name, &d.leftOut)
			return err
		})
	case "component":
		return r.component(describedAt, 0, e, d.described)
	case "manufacture":
		d.metadata.manufacture, err = r.organization(e)
	case "manufacturer":
		d.metadata.manufacturer, err = r.organization(e)
	case "supplier":
		d.metadata.supplier, err = r.organization(e)
	case "lifecycles":
		return r.each("lifecycle", func(int, xml.StartElement) error {
			return r.list(func(e xml.StartElement) error {
				if e.Name.Local != "phase" && e.Name.Local != "name" {
					return nil
				}
				phase, err := r.text()
				d.bom.Lifecycles = appendCounted(d.bom.Lifecycles, phase, &d.leftOut)
				return err
			})
		})
	case "properties":
		return r.ownProperties("/metadata/properties")
	}
	return err
}

func (r *cdxXML) tools() error {
	return r.list(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "tool":
			return r.tool(e)
		case "components", "services":
			return r.list(r.tool)
		}
		return nil
	})
}

func (r *cdxXML) tool(e xml.StartElement) error {
	var vendor, name, version string
	r.declare(e)
	err := r.record("/metadata/tools", func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "vendor", "publisher", "group":
			var v string
			if v, err = r.text(); v != "" {
				vendor = v
			}
		case "name":
			name, err = r.text()
		case "version":
			version, err = r.text()
		}
		return err
	})
	r.doc.bom.Tools = appendCounted(r.doc.bom.Tools, joinWords(vendor, name, version), &r.doc.leftOut)
	return err
}

// declare notes the bom-ref of something that is neither component nor service
// but may be named by others.
func (r *cdxXML) declare(e xml.StartElement) {
	if ref := attribute(e, "bom-ref"); ref != "" {
		r.doc.refs.declare(ref, "", "")
	}
}

// organization reads a company or person: its name and the country of its
// address. Its web pages and contacts may be many.
func (r *cdxXML) organization(e xml.StartElement) (o cdxOrganization, err error) {
	r.declare(e)
	err = r.list(func(e xml.StartElement) (err error) {
		switch {
		case e.Name.Local == "name" && o.name == "":
			o.name, err = r.text()
		case e.Name.Local == "address":
			return r.record("address", func(e xml.StartElement) error {
				if e.Name.Local != "country" {
					return nil
				}
				country, err := r.text()
				o.country = r.doc.country(country)
				return err
			})
		}
		return err
	})
	return o, err
}

func (r *cdxXML) components(pointer string, depth int) error {
	return r.each("component", func(i int, e xml.StartElement) error {
		if depth == 0 {
			r.doc.top = i
		}
		return r.component(pointer+"/"+strconv.Itoa(i), depth, e, func(p *cdxPart) error { return r.doc.component(p, depth) })
	})
}

// component reads a component and hands it to done; those nested in it come
// before it.
func (r *cdxXML) component(pointer string, depth int, e xml.StartElement, done func(*cdxPart) error) error {
	if depth == len(r.parts) {
		r.parts = append(r.parts, new(cdxPart))
	}
	p := r.parts[depth]
	p.reset()
	p.Pointer, p.compared = pointer, true
	p.mayBeProduct = depth == 0 && (!r.doc.started || pointer == describedAt)
	p.Type = attribute(e, "type")
	p.Ref = r.ref(e, pointer)
	if err := r.record(pointer, func(e xml.StartElement) error { return r.componentMember(p, e, depth) }); err != nil {
		return err
	}
	return done(p)
}

// ref returns a bom-ref, which must not be empty.
func (r *cdxXML) ref(e xml.StartElement, pointer string) string {
	ref := attribute(e, "bom-ref")
	if ref == "" && hasAttribute(e, "bom-ref") {
		r.doc.faults.add("empty bom-ref", pointer, "the bom-ref is empty")
	}
	return ref
}

func (r *cdxXML) componentMember(p *cdxPart, e xml.StartElement, depth int) (err error) {
	switch e.Name.Local {
	case "group":
		p.Group, err = r.text()
	case "name":
		p.Name, err = r.text()
		p.named = true
	case "version":
		p.Version, err = r.text()
	case "description":
		p.Description, err = r.text()
	case "publisher":
		p.Publisher, err = r.text()
	case "supplier":
		p.supplier, err = r.organization(e)
	case "manufacturer":
		p.manufacturer, err = r.organization(e)
	case "scope":
		p.Scope, err = r.text()
	case "purl":
		err = r.identifier(p, netvet.IDPurl)
	case "cpe":
		err = r.identifier(p, netvet.IDCPE)
	case "hashes":
		err = r.each("hash", func(_ int, e xml.StartElement) error {
			content, err := r.text()
			r.doc.hash(p, []byte(attribute(e, "alg")), []byte(content))
			return err
		})
	case "licenses":
		err = r.licences(p)
	case "externalReferences":
		err = r.each("reference", func(_ int, e xml.StartElement) error { return r.reference(p, e) })
	case "properties":
		err = r.properties(p)
	case "components":
		err = r.components(p.Pointer+"/components", depth+1)
	case "swid":
		r.swid(p, e)
	case "pedigree":
		err = r.pedigree(p)
	case "modified":
		var modified string
		modified, err = r.text()
		p.Modified = p.Modified || modified == "true" || modified == "1"
	}
	p.Provenance = p.Provenance || isXMLSignature(e)
	return err
}

func (r *cdxXML) identifier(p *cdxPart, scheme netvet.IdentifierType) error {
	value, err := r.text()
	if err == nil && value != "" {
		r.doc.identifier(p, scheme, value)
	}
	return err
}

// licences reads licences with an SPDX id or a name, and expressions. Version 1.0
// allowed several ids in one licence by mistake.
func (r *cdxXML) licences(p *cdxPart) error {
	return r.list(func(e xml.StartElement) error {
		r.declare(e)
		switch e.Name.Local {
		case "expression":
			text, err := r.text()
			p.addLicence(text)
			return err
		case "expression-detailed":
			p.addLicence(attribute(e, "expression"))
		case "license":
			member := func(e xml.StartElement) error { return r.licenceMember(p, e) }
			if r.doc.version == "1.0" {
				return r.list(member)
			}
			return r.record(p.Pointer+"/licenses", member)
		}
		return nil
	})
}

func (r *cdxXML) licenceMember(p *cdxPart, e xml.StartElement) error {
	switch e.Name.Local {
	case "id", "name":
		text, err := r.text()
		p.addLicence(text)
		return err
	}
	return nil
}

func (r *cdxXML) reference(p *cdxPart, e xml.StartElement) error {
	kind := attribute(e, "type")
	return r.record(p.Pointer+"/externalReferences", func(e xml.StartElement) error {
		if e.Name.Local != "url" {
			return nil
		}
		url, err := r.text()
		r.doc.reference(p, []byte(kind), []byte(url))
		return err
	})
}

func (r *cdxXML) properties(p *cdxPart) error {
	return r.each("property", func(_ int, e xml.StartElement) error {
		value, err := r.text()
		r.doc.namedProperty(p, []byte(attribute(e, "name")), []byte(value))
		return err
	})
}

// ownProperties looks for properties in our own name where no others are read.
func (r *cdxXML) ownProperties(pointer string) error {
	return r.each("property", func(_ int, e xml.StartElement) error {
		r.doc.ownProperty(pointer, []byte(attribute(e, "name")))
		return nil
	})
}

func (r *cdxXML) swid(p *cdxPart, e xml.StartElement) {
	if tag := attribute(e, "tagId"); tag != "" {
		r.doc.identifier(p, netvet.IDSWID, tag)
	}
}

// pedigree reads whether a component was changed: it has an ancestor, or commits
// or patches of its own. Relatives in a pedigree are no parts of the product.
func (r *cdxXML) pedigree(p *cdxPart) error {
	return r.record(p.Pointer+"/pedigree", func(e xml.StartElement) error {
		switch e.Name.Local {
		case "ancestors", "commits", "patches":
			return r.list(func(xml.StartElement) error {
				p.Modified = true
				return nil
			})
		}
		return nil
	})
}

func (r *cdxXML) services(pointer string) error {
	return r.each("service", func(i int, e xml.StartElement) error { return r.service(pointer+"/"+strconv.Itoa(i), e) })
}

func (r *cdxXML) service(pointer string, e xml.StartElement) error {
	s := cdxService{Service: netvet.Service{Pointer: pointer, Ref: r.ref(e, pointer)}}
	err := r.record(pointer, func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "group":
			s.group, err = r.text()
		case "name":
			s.Name, err = r.text()
		case "version":
			s.Version, err = r.text()
		case "provider":
			var provider cdxOrganization
			provider, err = r.organization(e)
			s.Provider, s.ProviderCountry = provider.name, provider.country
		case "endpoints":
			err = r.each("endpoint", func(int, xml.StartElement) error {
				endpoint, err := r.text()
				s.Endpoints = appendCounted(s.Endpoints, endpoint, &s.leftOut)
				return err
			})
		case "authenticated":
			s.Authenticated, err = r.boolean()
		case "x-trust-boundary":
			s.CrossesBoundary, err = r.boolean()
		case "trustZone":
			s.TrustZone, err = r.text()
		case "data":
			err = r.data(&s)
		case "properties":
			err = r.ownProperties(pointer)
		case "services":
			err = r.services(pointer + "/services")
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.doc.service(s)
}

// boolean reads true or false as "yes" or "no".
func (r *cdxXML) boolean() (string, error) {
	text, err := r.text()
	switch text {
	case "true", "1":
		return "yes", err
	case "false", "0":
		return "no", err
	}
	return "", err
}

// data reads the data flows of a service: bare classifications, and since 1.5
// flows that hold one.
func (r *cdxXML) data(s *cdxService) error {
	classification := func(e xml.StartElement) error {
		class, err := r.text()
		s.Data = appendCounted(s.Data, attribute(e, "flow")+":"+class, &s.leftOut)
		return err
	}
	return r.list(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "classification":
			return classification(e)
		case "dataflow":
			return r.list(func(e xml.StartElement) (err error) {
				switch e.Name.Local {
				case "classification":
					err = classification(e)
				case "source":
					s.DataFrom, err = r.urls(s.DataFrom, &s.leftOut)
				case "destination":
					s.DataTo, err = r.urls(s.DataTo, &s.leftOut)
				}
				return err
			})
		}
		return nil
	})
}

// urls reads the ends of a data flow.
func (r *cdxXML) urls(list []string, leftOut *int) ([]string, error) {
	err := r.each("url", func(int, xml.StartElement) error {
		url, err := r.text()
		list = appendCounted(list, url, leftOut)
		return err
	})
	return list, err
}

func (r *cdxXML) dependency(e xml.StartElement) error {
	ref := attribute(e, "ref")
	if ref == "" {
		return nil // the schema tells
	}
	from := r.doc.refs.mention([]byte(ref))
	return r.each("dependency", func(_ int, e xml.StartElement) error {
		if to := attribute(e, "ref"); to != "" {
			r.doc.dependency(from, []byte(to))
		}
		return nil
	})
}

func (r *cdxXML) composition(e xml.StartElement) error {
	r.declare(e)
	c := cdxComposition{whole: true}
	err := r.record("/compositions", func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "aggregate":
			c.aggregate, err = r.text()
		case "assemblies", "dependencies", "vulnerabilities":
			of := e.Name.Local
			c.whole = false
			err = r.list(func(e xml.StartElement) error {
				r.doc.composes(&c, of, []byte(attribute(e, "ref")))
				return nil
			})
		}
		return err
	})
	if err == nil {
		r.doc.composition(c)
	}
	return err
}

func (r *cdxXML) vulnerability(pointer string, e xml.StartElement) error {
	r.declare(e)
	v := cdxVulnerability{statement: netvet.Vulnerability{Pointer: pointer}}
	s := &v.statement
	err := r.record(pointer, func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "id":
			s.ID, err = r.text()
		case "source":
			s.Source, err = r.only("name")
		case "references":
			err = r.each("reference", func(int, xml.StartElement) error {
				alias, err := r.only("id")
				s.Aliases = appendCounted(s.Aliases, alias, &v.leftOut)
				return err
			})
		case "ratings":
			err = r.each("rating", func(int, xml.StartElement) error { return r.rating(s) })
		case "cwes":
			err = r.each("cwe", func(int, xml.StartElement) error {
				text, err := r.text()
				r.doc.weakness(&v, text)
				return err
			})
		case "published":
			s.Published, err = r.text()
		case "analysis":
			var state string
			if state, err = r.only("state"); state != "" {
				s.State = analysisState(state)
			}
		case "properties":
			err = r.ownProperties(pointer)
		case "affects":
			err = r.each("target", func(int, xml.StartElement) error {
				a, err := r.affects()
				v.affects = append(v.affects, a)
				return err
			})
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.doc.vulnerability(v)
}

// only reads a record of which one element matters.
func (r *cdxXML) only(name string) (value string, err error) {
	err = r.list(func(e xml.StartElement) (err error) {
		if e.Name.Local == name && value == "" {
			value, err = r.text()
		}
		return err
	})
	return value, err
}

func (r *cdxXML) rating(s *netvet.Vulnerability) error {
	var score, severity string
	err := r.record(s.Pointer+"/ratings", func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "score":
			score, err = r.text()
		case "severity":
			severity, err = r.text()
		}
		return err
	})
	if err == nil {
		r.doc.rating(s, score, severity)
	}
	return err
}

func (r *cdxXML) affects() (a cdxAffects, err error) {
	var states []string
	err = r.list(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "ref":
			a.ref, err = r.text()
			r.doc.refs.mention([]byte(a.ref))
		case "versions":
			err = r.each("version", func(int, xml.StartElement) error {
				var status string
				err := r.list(func(e xml.StartElement) (err error) {
					switch e.Name.Local {
					case "version", "range":
						a.version, err = r.text()
					case "status":
						status, err = r.text()
					}
					return err
				})
				states = append(states, versionState(status))
				return err
			})
		}
		return err
	})
	a.settle(states)
	return a, err
}

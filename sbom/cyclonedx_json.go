package sbom

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/netvet/netvet"
)

func cyclonedxJSON() Format {
	return Format{
		Name:   "cyclonedx-json",
		Title:  "CycloneDX 1.2 to 1.7, JSON",
		Expect: `CycloneDX JSON (an object with "bomFormat": "CycloneDX")`,
		Detect: detectCycloneDXJSON,
		Read:   readCycloneDXJSON,
	}
}

// detectCycloneDXJSON takes damaged documents too, so that they are reported as
// broken and not passed over as unknown.
func detectCycloneDXJSON(s Sample) float64 {
	object := bytes.HasPrefix(bytes.TrimLeft(s.Head, " \t\r\n"), []byte("{"))
	has := func(word string) bool { return bytes.Contains(s.Head, []byte(word)) }
	switch {
	case object && has(`"bomFormat"`):
		return 1
	case object && has(`"specVersion"`) && (has(`"components"`) || has(`"metadata"`)):
		return 0.8
	case object && has(`"components"`) && (has(`"bom-ref"`) || has(`"purl"`)):
		return 0.7 // bomFormat may come last
	case has(`"bomFormat"`) && has(`"CycloneDX"`):
		return 0.5
	}
	return 0
}

// cdxJSON reads the JSON encoding of CycloneDX.
type cdxJSON struct {
	*jsonTokens
	doc   *cdxDocument
	parts []*cdxPart // one for each level of nesting, used again and again
	// first and second are for pairs of strings that are mostly looked at and not
	// kept: the two of a hash, reference or property.
	first, second []byte
	conformance   *cdxConformance
}

func readCycloneDXJSON(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	in := bufio.NewReaderSize(src.Reader, headSize)
	src.Reader = in
	r := newCDXJSON(src, emit)
	if err := r.conform(in); err != nil {
		return Info{}, err
	}
	return r.read()
}

func newCDXJSON(src *Stream, emit func(Record) error) *cdxJSON {
	doc := newCDXDocument(src, "cyclonedx-json", emit)
	r := &cdxJSON{doc: doc}
	r.jsonTokens = newJSONTokens(src.Reader, src.Options, func(pointer, reason string) {
		doc.faults.add("value of the wrong type, or given twice", pointer, reason)
	})
	r.conformance = &cdxConformance{doc: doc, tokens: r.jsonTokens}
	return r
}

func (r *cdxJSON) read() (Info, error) {
	if err := r.document(); err != nil {
		return Info{Version: r.doc.version}, err
	}
	info, err := r.doc.finish()
	if r.passed > 0 {
		info.Notes = append(info.Notes, fmt.Sprintf("of the elements after the first %d of a list each %dth was compared with the schema of CycloneDX; %d were not", fullyCompared, comparedEach, r.passed))
	}
	return info, err
}

func (r *cdxJSON) document() error {
	if kind := r.kind(); kind != '{' {
		if err := r.skip(); err != nil {
			return err
		}
		return errors.New("the document is " + jsonKindName(kind) + ", expected an object")
	}
	var format string
	if err := r.object(func(key []byte) error { return r.member(key, &format) }); err != nil {
		return err
	}
	if err := r.end(); err != nil {
		return err
	}
	if format == "" {
		return errors.New(`the document has no bomFormat: a CycloneDX document says "bomFormat": "CycloneDX"`)
	}
	if r.doc.version == "" {
		return errors.New("the document has no specVersion: which version of CycloneDX it follows is not known")
	}
	return nil
}

func (r *cdxJSON) member(key []byte, format *string) (err error) {
	d := r.doc
	switch string(key) {
	case "bomFormat":
		if *format, err = r.string(); err == nil && *format != "CycloneDX" {
			return fmt.Errorf(`bomFormat is %q, expected exactly "CycloneDX"`, short(*format))
		}
		return err
	case "specVersion":
		version, err := r.string()
		if err != nil {
			return err
		}
		if err := d.setVersion(version, "1.2"); err != nil {
			return err
		}
		r.conformance.settle(version)
		return nil
	case "metadata":
		if err := r.object(r.metadataMember); err != nil {
			return err
		}
		return d.metadataDone()
	case "components":
		d.listed = true
		return r.components("/components", 0)
	case "services":
		return r.services("/services")
	case "dependencies":
		return r.array(func(int) error { return r.dependency() })
	case "compositions":
		return r.array(func(int) error { return r.composition() })
	case "vulnerabilities":
		return r.array(func(i int) error { return r.vulnerability("/vulnerabilities/" + strconv.Itoa(i)) })
	case "declarations":
		return r.object(r.declarationsMember)
	case "definitions":
		return r.object(func(key []byte) error {
			if string(key) != "standards" {
				return nil
			}
			return r.array(func(int) error { return r.standard() })
		})
	case "formulation":
		d.formulated = true
	case "properties":
		return r.ownProperties("/properties")
	case "signature":
		d.bom.Signed = r.kind() == '{'
	}
	return nil
}

func (r *cdxJSON) metadataMember(key []byte) (err error) {
	d := r.doc
	switch string(key) {
	case "timestamp":
		d.bom.Created, err = r.string()
	case "tools":
		return r.tools()
	case "authors":
		return r.array(func(int) error {
			who, err := r.organization()
			d.bom.Authors = appendCounted(d.bom.Authors, who.name, &d.leftOut)
			return err
		})
	case "component":
		if r.kind() != '{' {
			return nil
		}
		return r.component(describedAt, 0, d.described)
	case "manufacture":
		d.metadata.manufacture, err = r.organization()
	case "manufacturer":
		d.metadata.manufacturer, err = r.organization()
	case "supplier":
		d.metadata.supplier, err = r.organization()
	case "lifecycles":
		return r.array(func(int) error {
			return r.object(func(key []byte) error {
				if string(key) == "phase" || string(key) == "name" {
					phase, err := r.string()
					d.bom.Lifecycles = appendCounted(d.bom.Lifecycles, phase, &d.leftOut)
					return err
				}
				return nil
			})
		})
	case "properties":
		return r.ownProperties("/metadata/properties")
	}
	return err
}

// tools reads the list of tools: objects of their own until 1.4, components and
// services since 1.5.
func (r *cdxJSON) tools() error {
	if r.kind() == '[' {
		return r.array(func(int) error { return r.tool() })
	}
	return r.object(func(key []byte) error {
		switch string(key) {
		case "components", "services":
			return r.array(func(int) error { return r.tool() })
		}
		return nil
	})
}

func (r *cdxJSON) tool() error {
	var vendor, name, version string
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "vendor", "publisher", "group":
			var v string
			if v, err = r.string(); v != "" {
				vendor = v
			}
		case "name":
			name, err = r.string()
		case "version":
			version, err = r.string()
		case "bom-ref":
			return r.declare()
		}
		return err
	})
	r.doc.bom.Tools = appendCounted(r.doc.bom.Tools, joinWords(vendor, name, version), &r.doc.leftOut)
	return err
}

// declare reads the bom-ref of something that is neither component nor service
// but may be named by others.
func (r *cdxJSON) declare() error {
	ref, err := r.string()
	if ref != "" {
		r.doc.refs.declare(ref, "", "")
	}
	return err
}

// organization reads a company or person: its name and the country of its
// address.
func (r *cdxJSON) organization() (o cdxOrganization, err error) {
	err = r.object(func(key []byte) (err error) {
		switch string(key) {
		case "name":
			o.name, err = r.word()
		case "bom-ref":
			return r.declare()
		case "address":
			return r.object(func(key []byte) error {
				if string(key) != "country" {
					return nil
				}
				country, err := r.word()
				o.country = r.doc.country(country)
				return err
			})
		}
		return err
	})
	return o, err
}

func (r *cdxJSON) components(pointer string, depth int) error {
	switch kind := r.kind(); kind {
	case '[':
	case 'n':
		r.doc.faults.add("no list of components", pointer, "is null, expected an array")
		return nil
	default:
		if err := r.skip(); err != nil {
			return err
		}
		return fmt.Errorf("%s is %s, expected an array", pointer, jsonKindName(kind))
	}
	return r.array(func(i int) error {
		at := pointer + "/" + strconv.Itoa(i)
		if depth == 0 {
			r.doc.top = i
		}
		if kind := r.kind(); kind != '{' {
			if err := r.skip(); err != nil {
				return err
			}
			r.doc.faults.add("component that is no object", at, "is "+jsonKindName(kind)+", expected a component")
			return nil
		}
		return r.component(at, depth, func(p *cdxPart) error { return r.doc.component(p, depth) })
	})
}

// component reads a component and hands it to done; those nested in it come
// before it.
func (r *cdxJSON) component(pointer string, depth int, done func(*cdxPart) error) error {
	if depth == len(r.parts) {
		r.parts = append(r.parts, new(cdxPart))
	}
	p := r.parts[depth]
	p.reset()
	p.Pointer, p.compared = pointer, len(r.schema) > 0
	p.mayBeProduct = depth == 0 && (!r.doc.started || pointer == describedAt)
	if err := r.object(func(key []byte) error { return r.componentMember(p, key, depth) }); err != nil {
		return err
	}
	return done(p)
}

func (r *cdxJSON) componentMember(p *cdxPart, key []byte, depth int) (err error) {
	switch string(key) {
	case "type":
		p.Type, err = r.word()
	case "bom-ref":
		p.Ref, err = r.ref(p.Pointer)
	case "group":
		p.Group, err = r.word()
	case "name":
		p.Name, err = r.string()
		p.named = true
	case "version":
		p.Version, err = r.string()
	case "description":
		p.Description, err = r.string()
	case "publisher":
		p.Publisher, err = r.word()
	case "supplier":
		p.supplier, err = r.organization()
	case "manufacturer":
		p.manufacturer, err = r.organization()
	case "scope":
		p.Scope, err = r.word()
	case "purl":
		err = r.identifier(p, netvet.IDPurl)
	case "cpe":
		err = r.identifier(p, netvet.IDCPE)
	case "hashes":
		err = r.array(func(int) error { return r.hash(p) })
	case "licenses":
		err = r.array(func(int) error { return r.licence(p) })
	case "externalReferences":
		err = r.array(func(int) error { return r.reference(p) })
	case "properties":
		err = r.properties(p)
	case "components":
		err = r.components(p.Pointer+"/components", depth+1)
	case "swid":
		err = r.swid(p)
	case "pedigree":
		err = r.object(func(key []byte) error { return r.pedigree(p, key) })
	case "modified":
		var modified string
		modified, err = r.boolean()
		p.Modified = p.Modified || modified == "yes"
	case "signature":
		p.Provenance = p.Provenance || r.kind() == '{'
	}
	return err
}

// ref reads a bom-ref, which must not be empty.
func (r *cdxJSON) ref(pointer string) (string, error) {
	told := r.told()
	ref, err := r.string()
	if err == nil && ref == "" && told == r.told() {
		r.doc.faults.add("empty bom-ref", pointer, "the bom-ref is empty")
	}
	return ref, err
}

func (r *cdxJSON) identifier(p *cdxPart, scheme netvet.IdentifierType) error {
	value, err := r.string()
	if err == nil && value != "" {
		r.doc.identifier(p, scheme, value)
	}
	return err
}

func (r *cdxJSON) hash(p *cdxPart) error {
	r.first, r.second = r.first[:0], r.second[:0]
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "alg":
			r.first, err = r.appendTo(r.first)
		case "content":
			r.second, err = r.appendTo(r.second)
		}
		return err
	})
	if err == nil {
		r.doc.hash(p, r.first, r.second)
	}
	return err
}

// licence reads one choice of a licence: an expression, or a licence with an SPDX
// id or a name.
func (r *cdxJSON) licence(p *cdxPart) error {
	return r.object(func(key []byte) error {
		switch string(key) {
		case "expression":
			text, err := r.word()
			p.addLicence(text)
			return err
		case "license":
			return r.object(func(key []byte) error {
				switch string(key) {
				case "id", "name":
					text, err := r.word()
					p.addLicence(text)
					return err
				case "bom-ref":
					return r.declare()
				}
				return nil
			})
		case "bom-ref":
			return r.declare()
		}
		return nil
	})
}

func (r *cdxJSON) reference(p *cdxPart) error {
	r.first, r.second = r.first[:0], r.second[:0]
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "type":
			r.first, err = r.appendTo(r.first)
		case "url":
			r.second, err = r.appendTo(r.second)
		}
		return err
	})
	if err == nil {
		r.doc.reference(p, r.first, r.second)
	}
	return err
}

func (r *cdxJSON) properties(p *cdxPart) error {
	return r.array(func(int) error {
		r.first, r.second = r.first[:0], r.second[:0]
		err := r.object(func(key []byte) (err error) {
			switch string(key) {
			case "name":
				r.first, err = r.appendTo(r.first)
			case "value":
				r.second, err = r.appendTo(r.second)
			}
			return err
		})
		if err == nil {
			r.doc.namedProperty(p, r.first, r.second)
		}
		return err
	})
}

// ownProperties looks for properties in our own name where no others are read.
func (r *cdxJSON) ownProperties(pointer string) error {
	return r.array(func(int) error {
		return r.object(func(key []byte) (err error) {
			if string(key) == "name" {
				r.first, err = r.appendTo(r.first[:0])
				r.doc.ownProperty(pointer, r.first)
			}
			return err
		})
	})
}

func (r *cdxJSON) swid(p *cdxPart) error {
	return r.object(func(key []byte) error {
		if string(key) == "tagId" {
			return r.identifier(p, netvet.IDSWID)
		}
		return nil
	})
}

// pedigree reads whether a component was changed: it has an ancestor, or commits
// or patches of its own. Relatives in a pedigree are no parts of the product.
func (r *cdxJSON) pedigree(p *cdxPart, key []byte) error {
	switch string(key) {
	case "ancestors", "commits", "patches":
		return r.array(func(int) error {
			p.Modified = true
			return nil
		})
	}
	return nil
}

func (r *cdxJSON) services(pointer string) error {
	return r.array(func(i int) error { return r.service(pointer + "/" + strconv.Itoa(i)) })
}

func (r *cdxJSON) service(pointer string) error {
	s := cdxService{Service: netvet.Service{Pointer: pointer}}
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "bom-ref":
			s.Ref, err = r.ref(pointer)
		case "group":
			s.group, err = r.string()
		case "name":
			s.Name, err = r.string()
		case "version":
			s.Version, err = r.string()
		case "provider":
			var provider cdxOrganization
			provider, err = r.organization()
			s.Provider, s.ProviderCountry = provider.name, provider.country
		case "endpoints":
			err = r.array(func(int) error {
				endpoint, err := r.string()
				s.Endpoints = appendCounted(s.Endpoints, endpoint, &s.leftOut)
				return err
			})
		case "authenticated":
			s.Authenticated, err = r.boolean()
		case "x-trust-boundary":
			s.CrossesBoundary, err = r.boolean()
		case "trustZone":
			s.TrustZone, err = r.string()
		case "data":
			err = r.array(func(int) error { return r.dataFlow(&s) })
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

func (r *cdxJSON) dataFlow(s *cdxService) error {
	var flow, class string
	ends := func(list *[]string) error {
		return r.array(func(int) error {
			url, err := r.string()
			*list = appendCounted(*list, url, &s.leftOut)
			return err
		})
	}
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "flow":
			flow, err = r.word()
		case "classification":
			class, err = r.word()
		case "source":
			err = ends(&s.DataFrom)
		case "destination":
			err = ends(&s.DataTo)
		}
		return err
	})
	s.Data = appendCounted(s.Data, flow+":"+class, &s.leftOut)
	return err
}

func (r *cdxJSON) dependency() error {
	from := int32(-1)
	var to []string
	err := r.object(func(key []byte) error {
		switch string(key) {
		case "ref":
			ref, err := r.bytes()
			if err == nil {
				from = r.doc.refs.mention(ref)
			}
			return err
		case "dependsOn":
			return r.array(func(int) error {
				if from >= 0 {
					ref, err := r.bytes()
					if err == nil {
						r.doc.dependency(from, ref)
					}
					return err
				}
				ref, err := r.string()
				to = append(to, ref)
				return err
			})
		}
		return nil
	})
	if err != nil {
		return err
	}
	if from < 0 {
		return nil // the schema tells
	}
	for _, ref := range to {
		r.doc.dependency(from, []byte(ref))
	}
	return nil
}

func (r *cdxJSON) composition() error {
	c := cdxComposition{whole: true}
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "aggregate":
			c.aggregate, err = r.string()
		case "assemblies", "dependencies", "vulnerabilities":
			of := string(key)
			c.whole = false
			err = r.array(func(int) error {
				ref, err := r.bytes()
				if err == nil {
					r.doc.composes(&c, of, ref)
				}
				return err
			})
		case "bom-ref":
			err = r.declare()
		}
		return err
	})
	if err == nil {
		r.doc.composition(c)
	}
	return err
}

func (r *cdxJSON) vulnerability(pointer string) error {
	v := cdxVulnerability{statement: netvet.Vulnerability{Pointer: pointer}}
	s := &v.statement
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "id":
			s.ID, err = r.string()
		case "bom-ref":
			err = r.declare()
		case "source":
			s.Source, err = r.source()
		case "references":
			err = r.array(func(int) error {
				return r.object(func(key []byte) error {
					if string(key) != "id" {
						return nil
					}
					alias, err := r.string()
					s.Aliases = appendCounted(s.Aliases, alias, &v.leftOut)
					return err
				})
			})
		case "ratings":
			err = r.array(func(int) error { return r.rating(s) })
		case "cwes":
			err = r.array(func(int) error { return r.weakness(&v) })
		case "published":
			s.Published, err = r.string()
		case "analysis":
			err = r.object(func(key []byte) error {
				if string(key) != "state" {
					return nil
				}
				state, err := r.word()
				s.State = analysisState(state)
				return err
			})
		case "properties":
			err = r.ownProperties(pointer)
		case "affects":
			err = r.array(func(int) error {
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

func (r *cdxJSON) source() (name string, err error) {
	err = r.object(func(key []byte) (err error) {
		if string(key) == "name" {
			name, err = r.word()
		}
		return err
	})
	return name, err
}

func (r *cdxJSON) rating(s *netvet.Vulnerability) error {
	var score, severity string
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "score":
			score, err = r.number()
		case "severity":
			severity, err = r.word()
		}
		return err
	})
	if err == nil {
		r.doc.rating(s, score, severity)
	}
	return err
}

func (r *cdxJSON) weakness(v *cdxVulnerability) error {
	text, err := r.number()
	if err == nil && text != "" {
		r.doc.weakness(v, text)
	}
	return err
}

// affects reads one target of a vulnerability. The versions of a target count
// when the analysis says nothing: it is not affected only if no version is.
func (r *cdxJSON) affects() (a cdxAffects, err error) {
	var states []string
	err = r.object(func(key []byte) (err error) {
		switch string(key) {
		case "ref":
			a.ref, err = r.string()
			r.doc.refs.mention([]byte(a.ref))
		case "versions":
			err = r.array(func(int) error {
				var version, status string
				err := r.object(func(key []byte) (err error) {
					switch string(key) {
					case "version":
						version, err = r.string()
					case "range":
						version, err = r.string()
					case "status":
						status, err = r.word()
					}
					return err
				})
				states = append(states, versionState(status))
				a.version = version
				return err
			})
		}
		return err
	})
	a.settle(states)
	return a, err
}

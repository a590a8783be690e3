package sbom

import (
	"bytes"
	"context"
	"errors"
	"strconv"
)

func spdxJSON() Format {
	return Format{
		Name:   "spdx-json",
		Title:  "SPDX 2.1 to 2.3, JSON",
		Expect: `SPDX JSON (an object with "spdxVersion": "SPDX-2.3")`,
		Detect: detectSPDXJSON,
		Read:   readSPDXJSON,
	}
}

func detectSPDXJSON(s Sample) float64 {
	object := bytes.HasPrefix(bytes.TrimLeft(s.Head, " \t\r\n"), []byte("{"))
	has := func(word string) bool { return bytes.Contains(s.Head, []byte(word)) }
	switch {
	case object && has(`"spdxVersion"`):
		return 1
	case object && has(`"SPDXID"`):
		return 0.8
	case has(`"spdxVersion"`) && has(`"SPDXID"`):
		return 0.5 // damaged
	}
	return 0
}

// spdxJSONReader reads the JSON encoding of SPDX 2.
type spdxJSONReader struct {
	*jsonTokens
	doc  *spdxDocument
	pack spdxPart // used again and again
	// first to third are for strings that are mostly looked at and not kept: those
	// of a checksum, external reference or relationship.
	first, second, third []byte
}

func readSPDXJSON(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	return newSPDXJSON(src, emit).read()
}

func newSPDXJSON(src *Stream, emit func(Record) error) *spdxJSONReader {
	doc := newSPDXDocument(src, "spdx-json", emit)
	r := &spdxJSONReader{doc: doc}
	r.jsonTokens = newJSONTokens(src.Reader, src.Options, func(pointer, reason string) {
		doc.faults.add("value of the wrong type, or given twice", pointer, reason)
	})
	return r
}

func (r *spdxJSONReader) read() (Info, error) {
	if err := r.document(); err != nil {
		return Info{Version: r.doc.version}, err
	}
	return r.doc.finish()
}

func (r *spdxJSONReader) document() error {
	if kind := r.kind(); kind != '{' {
		if err := r.skip(); err != nil {
			return err
		}
		return errors.New("the document is " + jsonKindName(kind) + ", expected an object")
	}
	if err := r.object(r.member); err != nil {
		return err
	}
	if err := r.end(); err != nil {
		return err
	}
	if r.doc.version == "" {
		return errors.New("the document has no spdxVersion: which version of SPDX it follows is not known")
	}
	return nil
}

func (r *spdxJSONReader) member(key []byte) (err error) {
	d := r.doc
	switch string(key) {
	case "spdxVersion":
		version, err := r.string()
		if err != nil {
			return err
		}
		return d.setVersion(version)
	case "SPDXID":
		var id string
		id, err = r.string()
		d.setID(id)
	case "name":
		d.name, err = r.string()
	case "creationInfo":
		return r.object(r.creationMember)
	case "documentDescribes":
		if err := r.array(func(int) error {
			id, err := r.string()
			d.describes(d.mention([]byte(id)))
			return err
		}); err != nil {
			return err
		}
		d.decided = d.packages == 0 && len(d.described) == 1 // several may be one package and files
	case "externalDocumentRefs":
		return r.array(func(int) error {
			return r.object(func(key []byte) error {
				if string(key) != "externalDocumentId" {
					return nil
				}
				name, err := r.string()
				d.otherDocument(name)
				return err
			})
		})
	case "packages":
		return r.elements("/packages", r.packageAt)
	case "files":
		return r.elements("/files", r.fileAt)
	case "snippets":
		return r.elements("/snippets", r.snippetAt)
	case "relationships":
		return r.elements("/relationships", r.relationshipAt)
	}
	return err
}

func (r *spdxJSONReader) creationMember(key []byte) (err error) {
	switch string(key) {
	case "created":
		r.doc.bom.Created, err = r.string()
	case "creators":
		return r.array(func(int) error {
			creator, err := r.string()
			r.doc.creator(creator)
			return err
		})
	}
	return err
}

// elements reads a list of objects. A list that is none is an error: what it
// holds would be lost as a whole.
func (r *spdxJSONReader) elements(pointer string, element func(i int) error) error {
	switch kind := r.kind(); kind {
	case '[':
	case 'n':
		r.doc.faults.add("no list", pointer, "is null, expected an array")
		return nil
	default:
		if err := r.skip(); err != nil {
			return err
		}
		return errors.New(pointer + " is " + jsonKindName(kind) + ", expected an array")
	}
	return r.array(func(i int) error {
		if kind := r.kind(); kind != '{' {
			if err := r.skip(); err != nil {
				return err
			}
			r.doc.faults.add("element that is no object", pointer+"/"+strconv.Itoa(i), "is "+jsonKindName(kind)+", expected an object")
			return nil
		}
		return element(i)
	})
}

func (r *spdxJSONReader) packageAt(i int) error {
	p := &r.pack
	p.reset()
	r.first = strconv.AppendInt(append(r.first[:0], "/packages/"...), int64(i), 10)
	p.Pointer = string(r.first)
	if err := r.object(func(key []byte) error { return r.packageMember(p, key) }); err != nil {
		return err
	}
	return r.doc.part(p)
}

func (r *spdxJSONReader) packageMember(p *spdxPart, key []byte) (err error) {
	var text string
	switch string(key) {
	case "SPDXID":
		p.Ref, err = r.string()
	case "name":
		p.Name, err = r.string()
	case "versionInfo":
		p.Version, err = r.string()
	case "supplier":
		text, err = r.word()
		p.Supplier = r.doc.agent(text)
	case "originator":
		text, err = r.word()
		p.Manufacturer = r.doc.agent(text)
	case "downloadLocation":
		text, err = r.string()
		p.setLocation(text)
	case "homepage":
		text, err = r.string()
		p.setHomepage(text)
	case "licenseConcluded", "licenseDeclared":
		text, err = r.word()
		p.addLicence(text)
	case "primaryPackagePurpose":
		text, err = r.word()
		r.doc.setPurpose(p, text)
	case "description", "summary":
		summary := string(key) == "summary" // the key is gone after the next read
		text, err = r.string()
		p.setDescription(text, summary)
	case "checksums":
		err = r.array(func(int) error {
			hashed, err := r.checksum(p.Pointer)
			p.Hashed = p.Hashed || hashed
			return err
		})
	case "packageVerificationCode":
		err = r.object(func(key []byte) error {
			if string(key) != "packageVerificationCodeValue" {
				return nil
			}
			code, err := r.bytes()
			p.Hashed = p.Hashed || len(code) > 0
			return err
		})
	case "externalRefs":
		err = r.array(func(int) error { return r.externalRef(p) })
	}
	return err
}

func (r *spdxJSONReader) checksum(pointer string) (hashed bool, err error) {
	r.first, r.second = r.first[:0], r.second[:0]
	err = r.object(func(key []byte) (err error) {
		switch string(key) {
		case "algorithm":
			r.first, err = r.appendTo(r.first)
		case "checksumValue":
			r.second, err = r.appendTo(r.second)
		}
		return err
	})
	if err != nil {
		return false, err
	}
	return r.doc.checksum(r.first, r.second, pointer), nil
}

func (r *spdxJSONReader) externalRef(p *spdxPart) error {
	r.first, r.second = r.first[:0], r.second[:0]
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "referenceType":
			r.first, err = r.appendTo(r.first)
		case "referenceLocator":
			r.second, err = r.appendTo(r.second)
		}
		return err
	})
	if err == nil {
		r.doc.externalRef(p, r.first, r.second)
	}
	return err
}

func (r *spdxJSONReader) fileAt(i int) error {
	pointer := "/files/" + strconv.Itoa(i)
	var ref, name string
	var hashed bool
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "SPDXID":
			ref, err = r.string()
		case "fileName":
			name, err = r.string()
		case "checksums":
			if r.doc.packages > 0 {
				return nil // a file is then no component
			}
			err = r.array(func(int) error {
				h, err := r.checksum(pointer)
				hashed = hashed || h
				return err
			})
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.doc.file(ref, name, pointer, hashed)
}

func (r *spdxJSONReader) snippetAt(int) error {
	return r.object(func(key []byte) error {
		if string(key) != "SPDXID" {
			return nil
		}
		ref, err := r.string()
		if ref != "" {
			r.doc.refs.declare(ref, "", "")
		}
		return err
	})
}

func (r *spdxJSONReader) relationshipAt(i int) error {
	r.first, r.second, r.third = r.first[:0], r.second[:0], r.third[:0]
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "spdxElementId":
			r.first, err = r.appendTo(r.first)
		case "relationshipType":
			r.second, err = r.appendTo(r.second)
		case "relatedSpdxElement":
			r.third, err = r.appendTo(r.third)
		}
		return err
	})
	if err == nil {
		r.doc.relationship(r.first, r.second, r.third, "/relationships/", i)
	}
	return err
}

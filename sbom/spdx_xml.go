package sbom

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
)

func spdxXML() Format {
	return Format{
		Name:   "spdx-xml",
		Title:  "SPDX 2.1 to 2.3, XML",
		Expect: `SPDX XML (a <Document> with <spdxVersion>SPDX-2.3</spdxVersion>)`,
		Detect: detectSPDXXML,
		Read:   readSPDXXML,
	}
}

func detectSPDXXML(s Sample) float64 {
	has := func(text string) bool { return bytes.Contains(s.Head, []byte(text)) }
	if bytes.HasPrefix(bytes.TrimLeft(s.Head, " \t\r\n"), []byte("<")) && has("<Document") && (has("<spdxVersion>") || has("<SPDXID>")) {
		return 1
	}
	return 0
}

// spdxXMLReader reads the XML encoding of SPDX 2: that of JSON with an element for
// each member, and for each value of a list.
type spdxXMLReader struct {
	*xmlTokens
	doc   *spdxDocument
	part  spdxPart
	count map[string]int // elements of each list so far
}

func readSPDXXML(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	doc := newSPDXDocument(src, "spdx-xml", emit)
	r := &spdxXMLReader{doc: doc, count: make(map[string]int)}
	r.xmlTokens = newXMLTokens(src.Reader, src.Options, func(pointer, reason string) {
		doc.faults.add("element given twice", pointer, reason)
	})
	if err := r.document(); err != nil {
		return Info{Version: doc.version}, err
	}
	return doc.finish()
}

func (r *spdxXMLReader) document() error {
	root, err := r.root()
	if err != nil {
		return err
	}
	if root.Name.Local != "Document" {
		return fmt.Errorf("the document is a <%s>, expected <Document>", short(root.Name.Local))
	}
	var in spdx2Document
	texts := map[string]*string{"spdxVersion": &in.Version, "SPDXID": &in.ID, "name": &in.Name}
	if err := r.fields("/Document", texts, func(e xml.StartElement) error { return r.documentField(&in, e) }); err != nil {
		return err
	}
	if err := r.end(); err != nil {
		return err
	}
	if in.Version == "" {
		return errors.New("the document has no spdxVersion: which version of SPDX it follows is not known")
	}
	if err := r.doc.setVersion(in.Version); err != nil {
		return err
	}
	in.describe(r.doc)
	return r.doc.faults.err
}

// documentField reads a part of the document that is more than a text. Packages are
// not held.
func (r *spdxXMLReader) documentField(in *spdx2Document, e xml.StartElement) error {
	place := "/Document/" + e.Name.Local + "[" + strconv.Itoa(r.count[e.Name.Local]+1) + "]" // an XPath
	defer func() { r.count[e.Name.Local]++ }()
	r.doc.setID(in.ID) // relationships name it
	switch e.Name.Local {
	case "creationInfo":
		return r.fields(place, map[string]*string{"created": &in.CreationInfo.Created}, func(e xml.StartElement) error {
			if e.Name.Local != "creators" {
				return nil
			}
			creator, err := r.text()
			in.CreationInfo.Creators = appendName(in.CreationInfo.Creators, creator)
			return err
		})
	case "documentDescribes":
		id, err := r.text()
		r.doc.describes(r.doc.mention([]byte(id)))
		return err
	case "externalDocumentRefs":
		var id string
		err := r.fields(place, map[string]*string{"externalDocumentId": &id}, leaveUnread)
		r.doc.otherDocument(id)
		return err
	case "packages":
		return r.packageAt(place)
	case "files":
		return r.fileAt(place)
	case "snippets":
		var s spdx2File
		err := r.fields(place, map[string]*string{"SPDXID": &s.ID}, leaveUnread)
		if s.ID != "" {
			r.doc.refs.declare(s.ID, "", "")
		}
		return err
	case "relationships":
		var s spdx2Relationship
		err := r.fields(place, map[string]*string{"spdxElementId": &s.From, "relationshipType": &s.Type, "relatedSpdxElement": &s.To}, leaveUnread)
		r.doc.relationship([]byte(s.From), []byte(s.Type), []byte(s.To), "/Document/relationships ", r.count["relationships"]+1)
		return err
	}
	return nil
}

func leaveUnread(xml.StartElement) error { return nil }

// fields reads the element that was begun: texts that stand in it once, and the rest.
func (r *spdxXMLReader) fields(where string, texts map[string]*string, rest func(e xml.StartElement) error) error {
	seen := make(map[string]string)
	return r.list(func(e xml.StartElement) error {
		name := e.Name.Local
		to, ok := texts[name]
		if !ok {
			return rest(e)
		}
		value, err := r.text()
		if err != nil {
			return err
		}
		if first, twice := seen[name]; twice {
			return r.repeated(where, xmlField{name: name, value: first}, xmlField{name: name, value: short(value)})
		}
		*to, seen[name] = value, short(value)
		return nil
	})
}

func (r *spdxXMLReader) packageAt(place string) error {
	var in spdx2Package
	texts := map[string]*string{"SPDXID": &in.ID, "name": &in.Name, "versionInfo": &in.Version, "supplier": &in.Supplier, "originator": &in.Originator,
		"downloadLocation": &in.DownloadLocation, "homepage": &in.Homepage, "licenseConcluded": &in.Concluded, "licenseDeclared": &in.Declared,
		"primaryPackagePurpose": &in.Purpose, "description": &in.Description, "summary": &in.Summary}
	if err := r.fields(place, texts, func(e xml.StartElement) error {
		switch e.Name.Local {
		case "checksums":
			return r.checksum(place, &in.Checksums)
		case "packageVerificationCode":
			in.Verification = map[string]any{"given": true}
		case "externalRefs":
			var ref spdx2Reference
			err := r.fields(place+"/externalRefs", map[string]*string{"referenceType": &ref.Type, "referenceLocator": &ref.Locator}, leaveUnread)
			if len(in.ExternalRefs) < 2*maxListed {
				in.ExternalRefs = append(in.ExternalRefs, ref)
			}
			return err
		}
		return nil
	}); err != nil {
		return err
	}
	r.part.reset()
	in.fill(r.doc, &r.part, place)
	return r.doc.part(&r.part)
}

func (r *spdxXMLReader) checksum(place string, list *[]spdx2Checksum) error {
	var c spdx2Checksum
	err := r.fields(place+"/checksums", map[string]*string{"algorithm": &c.Algorithm, "checksumValue": &c.Value}, leaveUnread)
	if len(*list) < maxListed {
		*list = append(*list, c)
	}
	return err
}

func (r *spdxXMLReader) fileAt(place string) error {
	var in spdx2File
	if err := r.fields(place, map[string]*string{"SPDXID": &in.ID, "fileName": &in.Name}, func(e xml.StartElement) error {
		if e.Name.Local != "checksums" {
			return nil
		}
		return r.checksum(place, &in.Checksums)
	}); err != nil {
		return err
	}
	return r.doc.file(in.ID, in.Name, place, r.doc.packages == 0 && checksums(r.doc, in.Checksums, place))
}

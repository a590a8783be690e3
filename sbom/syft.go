package sbom

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
)

func syftJSON() Format {
	return Format{
		Name:   "syft-json",
		Title:  "Syft's own JSON",
		Expect: `Syft JSON (an object with "artifacts", "source" and "descriptor")`,
		Detect: detectSyft,
		Read:   readSyft,
	}
}

// detectSyft goes by the schema, or by the form of the first artifact: in a long
// document the schema comes beyond the head.
func detectSyft(s Sample) (sure float64) {
	if !bytes.Contains(s.Head, []byte(`"artifact`)) {
		return 0
	}
	artifacts := false
	lookAtJSON(s.Head, func(j *jsonTokens, key string) error {
		switch {
		case isInventoryKey(key) || key == "matches":
			sure = 0
			return errSeen
		case key == "artifactRelationships" && j.kind() == '[':
			sure = max(sure, 0.9)
		case key == "artifacts" && j.kind() == '[':
			artifacts = true
			return j.array(func(i int) error {
				if i == 0 && isSyftArtifact(j) {
					sure = 1
				}
				return nil
			})
		}
		return nil
	})
	if artifacts && bytes.Contains(s.Head, []byte("anchore/syft/")) {
		sure = 1
	}
	return sure
}

func isSyftArtifact(j *jsonTokens) bool {
	if j.kind() != '{' {
		return false
	}
	seen := 0
	_ = j.object(func(key []byte) error {
		switch string(key) {
		case "foundBy", "locations", "metadataType", "cpes", "purl":
			seen++
		}
		return nil
	})
	return seen >= 3
}

// syftReader reads the JSON that Syft writes for itself, of any version of its
// schema. The product is the source that was looked at.
type syftReader struct {
	*jsonTokens
	src       *Stream
	emit      func(Record) error
	faults    *faults
	version   string // of the schema
	product   netvet.Product
	artifact  netvet.Component // used again and again
	started   bool
	artifacts bool // the list was there
	refs      *refTable
	depends   graph
	tool      [2]string // that wrote the document, and its version
	ids       [3][]byte // of a relationship: parent, child, type
}

func readSyft(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	r := &syftReader{src: src, emit: emit, faults: newFaults(emit), refs: newRefTable(),
		product: netvet.Product{Kind: netvet.KindSoftware, BOM: netvet.BOM{Present: true, Document: true, Format: "syft-json"}, Sources: []netvet.Source{{Input: src.Name}}}}
	r.jsonTokens = newJSONTokens(src.Reader, src.Options, func(pointer, reason string) {
		r.faults.add("value of the wrong type, or given twice", pointer, reason)
	})
	err := jsonDocument(r.jsonTokens, r.member)
	if err == nil && !r.artifacts {
		err = errors.New(`the document has no list "artifacts": it is no inventory of Syft`)
	}
	if err == nil {
		err = r.finish()
	}
	return Info{Version: r.version}, err
}

func (r *syftReader) member(key []byte) (err error) {
	switch string(key) {
	case "artifacts":
		return r.list("/artifacts", r.artifactAt)
	case "artifactRelationships":
		return r.list("/artifactRelationships", func(int) error { return r.relationship() })
	case "source":
		r.product.Sources[0].Record = "/source"
		return r.object(r.sourceMember)
	case "distro":
		return r.distro()
	case "descriptor":
		return r.object(r.descriptorMember)
	case "schema":
		return r.object(func(key []byte) (err error) {
			if string(key) == "version" {
				r.version, err = scalarText(r.jsonTokens)
				r.product.BOM.SpecVersion = r.version
			}
			return err
		})
	}
	return nil
}

// list reads a list of objects. A list that is none is an error: what it holds would
// be lost as a whole.
func (r *syftReader) list(pointer string, element func(i int) error) error {
	switch kind := r.kind(); kind {
	case '[':
	case 'n':
		r.artifacts = r.artifacts || pointer == "/artifacts" // Syft writes null for none
		return r.skip()
	default:
		if err := r.skip(); err != nil {
			return err
		}
		return errors.New(pointer + " is " + jsonKindName(kind) + ", expected an array")
	}
	r.artifacts = r.artifacts || pointer == "/artifacts"
	return r.array(func(i int) error {
		if r.kind() != '{' {
			return r.mismatch("an object")
		}
		return element(i)
	})
}

func (r *syftReader) start() error {
	if r.started {
		return r.faults.err
	}
	r.started = true
	return r.emit(ProductStart{r.described()})
}

// described is the product with what is known by now.
func (r *syftReader) described() netvet.Product {
	p := r.product
	p.Name = cmp.Or(p.Name, documentName(r.src.Name))
	p.BOM.Tools = appendName(nil, joinWords(r.tool[:]...))
	return p
}

func (r *syftReader) finish() error {
	reportCycle(r.faults, r.refs, &r.depends, "/artifactRelationships")
	if err := r.start(); err != nil {
		return err
	}
	if err := r.emit(ProductEnd{r.described()}); err != nil {
		return err
	}
	return r.faults.finish()
}

func (r *syftReader) component(c *netvet.Component) error {
	if err := r.start(); err != nil {
		return err
	}
	return r.emit(Component{c})
}

func (r *syftReader) artifactAt(i int) error {
	c := &r.artifact
	*c = netvet.Component{Kind: netvet.KindSoftware, Pointer: "/artifacts/" + strconv.Itoa(i), Licences: c.Licences[:0], Identifiers: c.Identifiers[:0]}
	if err := r.object(func(key []byte) error { return r.artifactMember(c, key) }); err != nil {
		return err
	}
	if c.Name == "" {
		r.faults.add("artifact without a name", c.Pointer, "an artifact has no name")
	}
	if c.Ref != "" {
		r.refs.declare(c.Ref, c.Name, c.Version)
	}
	return r.component(c)
}

func (r *syftReader) artifactMember(c *netvet.Component, key []byte) (err error) {
	var text string
	switch string(key) {
	case "id":
		c.Ref, err = r.string()
	case "name":
		c.Name, err = r.string()
	case "version":
		c.Version, err = r.string()
	case "type":
		c.Type, err = r.word()
	case "purl":
		text, err = r.string()
		r.identifier(c, netvet.IDPurl, text)
	case "cpes":
		err = r.array(func(int) error {
			text, err := r.textOf("cpe")
			r.identifier(c, netvet.IDCPE, text)
			return err
		})
	case "licenses":
		err = r.array(func(int) error {
			text, err := r.textOf("value", "spdxExpression")
			if text != "" && len(c.Licences) < maxListed && !slices.Contains(c.Licences, text) {
				c.Licences = append(c.Licences, text)
			}
			return err
		})
	case "metadata":
		if r.kind() != '{' {
			return r.skip()
		}
		err = r.object(func(key []byte) error { return r.metadataMember(c, key) })
	}
	return err
}

// textOf reads a string, or the first of the given members of an object: newer
// schemas have an object where older ones have a string.
func (r *syftReader) textOf(members ...string) (string, error) {
	if r.kind() != '{' {
		return r.string()
	}
	found := make([]string, len(members))
	err := r.object(func(key []byte) (err error) {
		if i := slices.Index(members, string(key)); i >= 0 {
			found[i], err = scalarText(r.jsonTokens)
		}
		return err
	})
	return cmp.Or(found...), err
}

func (r *syftReader) identifier(c *netvet.Component, scheme netvet.IdentifierType, value string) {
	if value == "" {
		return
	}
	id, ok := normalIdentifier(scheme, value)
	switch {
	case !ok:
		r.faults.add("invalid "+string(scheme), c.Pointer, fmt.Sprintf("%s %q is not valid and is left out", scheme, short(value)))
	case len(c.Identifiers) < maxListed && !slices.Contains(c.Identifiers, id):
		c.Identifiers = append(c.Identifiers, id)
	}
}

// metadataMember reads what the package's own records say, which differs by the
// kind of package: who packed it ("maintainer" of deb and apk, "vendor" of RPM), who
// made it ("companyName" of Windows programs, the manifest of a Java archive).
func (r *syftReader) metadataMember(c *netvet.Component, key []byte) (err error) {
	var text string
	switch string(key) {
	case "maintainer", "vendor":
		if text, err = scalarText(r.jsonTokens); c.Publisher == "" {
			c.Publisher = withoutMail(text)
		}
	case "companyName", "company_name":
		text, err = scalarText(r.jsonTokens)
		c.Manufacturer = strings.TrimSpace(text)
	case "manifest":
		if r.kind() == '{' {
			err = r.object(func(key []byte) error { return r.manifestMember(c, key) })
		}
	case "digest":
		err = r.digest(c)
	case "sha256", "hash", "h1Digest", "integrity":
		text, err = scalarText(r.jsonTokens)
		c.Hashed = c.Hashed || text != ""
	}
	return err
}

// digest reads the hashes of an archive: a list, or a single text.
func (r *syftReader) digest(c *netvet.Component) error {
	if r.kind() != '[' {
		text, err := scalarText(r.jsonTokens)
		c.Hashed = c.Hashed || text != ""
		return err
	}
	return r.array(func(int) error {
		text, err := r.textOf("value")
		c.Hashed = c.Hashed || text != ""
		return err
	})
}

// manifestMember reads the main section of the manifest of a Java archive: an
// object, or a list of keys and values in newer schemas.
func (r *syftReader) manifestMember(c *netvet.Component, key []byte) error {
	if string(key) != "main" {
		return nil
	}
	take := func(key, value string) {
		switch {
		case key == "Implementation-Vendor":
			c.Manufacturer = strings.TrimSpace(value)
		case key == "Bundle-Vendor" && c.Manufacturer == "":
			c.Manufacturer = strings.TrimSpace(value)
		}
	}
	switch r.kind() {
	case '{':
		return r.object(func(key []byte) error {
			name := string(key)
			value, err := scalarText(r.jsonTokens)
			take(name, value)
			return err
		})
	case '[':
		return r.array(func(int) error {
			var name, value string
			if r.kind() != '{' {
				return r.skip()
			}
			err := r.object(func(key []byte) (err error) {
				switch string(key) {
				case "key":
					name, err = scalarText(r.jsonTokens)
				case "value":
					value, err = scalarText(r.jsonTokens)
				}
				return err
			})
			take(name, value)
			return err
		})
	}
	return nil
}

// withoutMail drops the address behind a name: "Debian X <x@debian.org>".
func withoutMail(text string) string {
	name, _, _ := strings.Cut(text, " <")
	return strings.TrimSpace(name)
}

// relationship reads one relationship. The parent of a "dependency-of" is what the
// child needs.
func (r *syftReader) relationship() error {
	for i := range r.ids {
		r.ids[i] = r.ids[i][:0]
	}
	err := r.object(func(key []byte) (err error) {
		if i := slices.Index([]string{"parent", "child", "type"}, string(key)); i >= 0 {
			r.ids[i], err = r.appendTo(r.ids[i])
		}
		return err
	})
	if err == nil && string(r.ids[2]) == "dependency-of" && len(r.ids[0]) > 0 && len(r.ids[1]) > 0 {
		r.product.BOM.Dependencies++
		r.depends.add(r.refs.mention(r.ids[1]), r.refs.mention(r.ids[0]))
	}
	return err
}

// sourceMember reads what was looked at. Older schemas tell of it in "target", newer
// ones in "metadata".
func (r *syftReader) sourceMember(key []byte) (err error) {
	p := &r.product
	var text string
	switch string(key) {
	case "name":
		if text, err = r.string(); text != "" {
			p.Name = text
		}
	case "version":
		if text, err = r.string(); text != "" {
			p.Version = text
		}
	case "supplier":
		p.Vendor, err = r.string()
		p.Manufacturer = cmp.Or(p.Manufacturer, p.Vendor)
	case "type":
		p.CategoryText, err = r.string()
	case "target", "metadata":
		if r.kind() != '{' {
			text, err = scalarText(r.jsonTokens)
			p.Name = cmp.Or(p.Name, text)
			return err
		}
		return r.object(r.targetMember)
	}
	return err
}

func (r *syftReader) targetMember(key []byte) (err error) {
	p := &r.product
	var text string
	switch string(key) {
	case "userInput", "path":
		text, err = scalarText(r.jsonTokens)
		p.Name = cmp.Or(p.Name, text)
	case "manifestDigest":
		text, err = scalarText(r.jsonTokens)
		p.Version = cmp.Or(p.Version, text)
	case "labels":
		if r.kind() == '{' {
			err = r.object(r.labelMember)
		}
	}
	return err
}

// labelMember reads the labels that images carry by the rules of the Open Container
// Initiative.
func (r *syftReader) labelMember(key []byte) (err error) {
	p := &r.product
	switch string(key) {
	case "org.opencontainers.image.vendor":
		p.Manufacturer, err = scalarText(r.jsonTokens)
	case "org.opencontainers.image.description":
		p.Description, err = scalarText(r.jsonTokens)
	}
	return err
}

// distro reads the operating system that was found, which is a component like any
// other package.
func (r *syftReader) distro() error {
	if r.kind() != '{' {
		return r.skip()
	}
	said := make(map[string]string)
	cpe := ""
	if err := r.object(func(key []byte) (err error) {
		switch name := string(key); name {
		case "name", "prettyName", "id", "version", "versionID":
			said[name], err = scalarText(r.jsonTokens)
		case "cpeName":
			cpe, err = scalarText(r.jsonTokens)
		}
		return err
	}); err != nil {
		return err
	}
	c := netvet.Component{Kind: netvet.KindSoftware, Type: "operating-system", Pointer: "/distro",
		Name: cmp.Or(said["name"], said["prettyName"], said["id"]), Version: cmp.Or(said["versionID"], said["version"])}
	if c.Name == "" {
		return nil
	}
	r.identifier(&c, netvet.IDCPE, cpe)
	return r.component(&c)
}

func (r *syftReader) descriptorMember(key []byte) (err error) {
	switch string(key) {
	case "name":
		r.tool[0], err = scalarText(r.jsonTokens)
	case "version":
		r.tool[1], err = scalarText(r.jsonTokens)
	case "timestamp":
		r.product.BOM.Created, err = scalarText(r.jsonTokens)
	}
	return err
}

package sbom

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
)

// spdxDocument is an SPDX 2 document while it is read, whatever its encoding. The
// readers of JSON and tag-value fill it in document order.
//
// The one described package is the product and no component of itself. Which it
// is may be said only after the packages: then the components wait on a shelf
// until it is known. A document that describes no package, or several, is the
// product itself, and so is one that describes only files.
type spdxDocument struct {
	src    *Stream
	emit   func(Record) error
	faults *faults
	refs   *refTable

	version   string
	id        string
	name      string
	bom       netvet.BOM
	described map[int32]bool // numbers of the ids, as far as said
	decided   bool           // described is complete
	started   bool           // ProductStart is out
	product   *spdxPart      // the described package, once it was read
	shelf     shelf          // packages that wait
	waiting   []int32        // the numbers of their ids
	files     shelf          // the components of a document without packages
	packages  int
	depends   graph
	others    []string          // names of other documents that this one refers to
	agents    map[string]string // names of the suppliers and originators met
}

// documentRef is the id that every SPDX document should have.
const documentRef = "SPDXRef-DOCUMENT"

func newSPDXDocument(src *Stream, format string, emit func(Record) error) *spdxDocument {
	d := &spdxDocument{src: src, emit: emit, faults: newFaults(emit), refs: newRefTable(),
		id: documentRef, described: make(map[int32]bool), bom: netvet.BOM{Present: true, Document: true, Format: format}, agents: make(map[string]string)}
	d.refs.declare(documentRef, "", "")
	return d
}

// setVersion takes the spdxVersion of the document.
func (d *spdxDocument) setVersion(version string) error {
	number, ok := strings.CutPrefix(version, "SPDX-")
	switch {
	case ok && isSPDX2(number):
		d.version, d.bom.SpecVersion = number, number
		return nil
	case ok && strings.HasPrefix(number, "3"):
		return fmt.Errorf("SPDX %s is not supported in the form of SPDX 2: netvet reads SPDX 3.0 as JSON-LD, and SPDX 2.1 to 2.3 in this form", short(number))
	}
	return fmt.Errorf("unsupported version %q of SPDX: netvet reads SPDX-2.1 to SPDX-2.3", short(version))
}

// isSPDX2 tells the versions that name what is read alike. 2.2.1 and 2.2.2 are 2.2 as
// published by ISO and corrected.
func isSPDX2(number string) bool {
	switch number {
	case "2.1", "2.2", "2.2.1", "2.2.2", "2.3", "2.3.1":
		return true
	}
	return false
}

// otherDocument takes the name of another document that this one refers to.
func (d *spdxDocument) otherDocument(name string) {
	d.others = appendName(d.others, strconv.Quote(short(name)))
}

// reportOthers tells of what stands in other documents.
func (d *spdxDocument) reportOthers() {
	var named []int32
	for id, declared := range d.refs.declared {
		if !declared && strings.HasPrefix(d.refs.text(int32(id)).ref, otherDocumentRef) {
			named = append(named, int32(id))
		}
	}
	switch {
	case len(named) > 0:
		d.faults.gap("", fmt.Sprintf("%s in other documents, which are not read: %s", plural(len(named), "element stands", "elements stand"), d.refs.names(named)))
	case len(d.others) > 0:
		d.faults.gap("", "other documents are named, which are not read: "+strings.Join(d.others, ", "))
	}
}

// otherDocumentRef begins the id of an element of another document.
const otherDocumentRef = "DocumentRef-"

// setID takes the id of the document.
func (d *spdxDocument) setID(id string) {
	if id != "" && id != d.id {
		d.id = id
		d.refs.declare(id, "", "")
	}
}

// creator takes one creator of the document: "Tool: x", "Person: y (mail)".
func (d *spdxDocument) creator(text string) {
	kind, name := spdxAgent(text)
	switch kind {
	case "Tool":
		d.bom.Tools = appendName(d.bom.Tools, name)
	case "Organization":
		d.bom.Supplier = cmp.Or(d.bom.Supplier, name)
		d.bom.Authors = appendName(d.bom.Authors, name)
	default:
		d.bom.Authors = appendName(d.bom.Authors, name)
	}
}

// describes takes the id of something that the document describes.
func (d *spdxDocument) describes(id int32) {
	if id >= 0 {
		d.described[id] = true
	}
}

// part takes a package.
func (d *spdxDocument) part(p *spdxPart) error {
	id := d.checkPackage(p)
	if d.packages++; d.packages > d.src.Options.MaxComponents {
		return tooManyComponents(d.src.Options.MaxComponents)
	}
	d.files.clear() // the parts of a document are its packages, if it has any
	if !d.decided {
		d.shelf.put(&p.Component, p.references)
		d.waiting = append(d.waiting, id)
		return d.faults.err
	}
	if d.product == nil && len(d.described) == 1 && d.described[id] {
		product := spdxPart{Component: p.Component, references: slices.Clone(p.references)}
		product.Licences, product.Identifiers = slices.Clone(p.Licences), slices.Clone(p.Identifiers)
		d.product = &product
		return d.faults.err
	}
	if err := d.start(); err != nil {
		return err
	}
	return d.emit(Component{&p.Component})
}

func (d *spdxDocument) start() error {
	if d.started {
		return d.faults.err
	}
	d.started = true
	return d.emit(ProductStart{d.theProduct()})
}

// file takes a file, which is a component only of a document without packages.
func (d *spdxDocument) file(ref, name, pointer string, hashed bool) error {
	if ref != "" {
		d.refs.declare(ref, name, "")
	}
	if d.packages > 0 {
		return nil
	}
	if d.files.n >= d.src.Options.MaxComponents {
		return tooManyComponents(d.src.Options.MaxComponents)
	}
	d.files.put(&netvet.Component{Ref: ref, Pointer: pointer, Kind: netvet.KindOther, Type: "file", Name: name, Hashed: hashed}, nil)
	return nil
}

// relationship takes one relationship between two elements.
func (d *spdxDocument) relationship(from, kind, to []byte, place string, i int) {
	if len(from) == 0 || len(kind) == 0 || len(to) == 0 {
		d.faults.add("incomplete relationship", fmt.Sprintf("%s%d", place, i), "the relationship does not name both its ends and its type")
		return
	}
	a, b := d.mention(from), d.mention(to)
	switch string(kind) {
	case "DESCRIBES", "DESCRIBE": // the latter is what Trivy wrote until 0.38
		if string(from) == d.id {
			d.describes(b)
		}
	case "DESCRIBED_BY":
		if string(to) == d.id {
			d.describes(a)
		}
	case "DEPENDS_ON", "HAS_PREREQUISITE", "DYNAMIC_LINK", "STATIC_LINK":
		d.dependency(a, b)
	case "DEPENDENCY_OF", "BUILD_DEPENDENCY_OF", "DEV_DEPENDENCY_OF", "OPTIONAL_DEPENDENCY_OF",
		"PROVIDED_DEPENDENCY_OF", "RUNTIME_DEPENDENCY_OF", "TEST_DEPENDENCY_OF", "PREREQUISITE_FOR":
		d.dependency(b, a)
	}
}

// dependency takes one edge of the dependency graph. To depend on nothing is none.
func (d *spdxDocument) dependency(from, to int32) {
	if from >= 0 && to >= 0 {
		d.bom.Dependencies++
		d.depends.add(from, to)
	}
}

// mention returns the number of an id, or -1 for the words that stand for none.
func (d *spdxDocument) mention(id []byte) int32 {
	if isNothing(string(id)) {
		return -1
	}
	return d.refs.mention(id)
}

// finish ends the document.
func (d *spdxDocument) finish() (Info, error) {
	info := Info{Version: d.version}
	place := d.findProduct()
	d.checkRefs()
	err := d.start()
	pass := func(c *netvet.Component) error { return d.emit(Component{c}) }
	if err == nil {
		err = d.shelf.empty(place, pass)
	}
	if err == nil {
		err = d.files.empty(-1, pass)
	}
	if err == nil {
		err = d.emit(ProductEnd{d.theProduct()})
	}
	if err != nil {
		return info, err
	}
	return info, d.faults.finish()
}

// findProduct looks on the shelf for the one described package and returns its
// place, or -1. Files that are described beside it do not count.
func (d *spdxDocument) findProduct() int {
	described := maps.Clone(d.described)
	place, found := -1, 0
	for i, id := range d.waiting {
		if described[id] {
			delete(described, id) // a package of the same id is another component
			place = i
			found++
		}
	}
	if found != 1 {
		return -1
	}
	c, references := d.shelf.at(place)
	d.product = &spdxPart{Component: c, references: references}
	return place
}

// theProduct describes the product with what is known by now.
func (d *spdxDocument) theProduct() netvet.Product {
	product := netvet.Product{
		Name:    cmp.Or(d.name, documentName(d.src.Name)),
		BOM:     d.bom,
		Sources: []netvet.Source{{Input: d.src.Name}},
	}
	p := d.product
	if p == nil {
		return product
	}
	product.Name = cmp.Or(p.Name, product.Name)
	product.Kind = p.Kind
	product.Manufacturer = p.Maker()
	product.Vendor = p.Supplier
	product.Version = p.Version
	product.Description = p.Description
	product.Identifiers = p.Identifiers
	product.References = p.references
	product.Sources[0].Record = p.Pointer
	if p.Kind == netvet.KindDevice {
		product.Model = p.Name
	}
	return product
}

func (d *spdxDocument) checkRefs() {
	reportRefs(d.faults, d.refs, "SPDX id", func(ref string) bool { return strings.HasPrefix(ref, otherDocumentRef) || isNothing(ref) })
	d.reportOthers()
	reportCycle(d.faults, d.refs, &d.depends, "/relationships")
}

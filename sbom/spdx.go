package sbom

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
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
	agents    map[string]string // names of the suppliers and originators met
}

// spdxPart is a package while it is read: a component, and the references that only
// a product keeps.
type spdxPart struct {
	netvet.Component
	references []netvet.Reference
	summarised bool // the description is only a summary
}

func (p *spdxPart) reset() {
	*p = spdxPart{
		Component:  netvet.Component{Licences: p.Licences[:0], Identifiers: p.Identifiers[:0]},
		references: p.references[:0],
	}
}

// documentRef is the id that every SPDX document should have.
const documentRef = "SPDXRef-DOCUMENT"

func newSPDXDocument(src *Stream, format string, emit func(Record) error) *spdxDocument {
	d := &spdxDocument{src: src, emit: emit, faults: newFaults(emit), refs: newRefTable(),
		id: documentRef, described: make(map[int32]bool), bom: netvet.BOM{Present: true, Format: format}, agents: make(map[string]string)}
	d.refs.declare(documentRef, "", "")
	return d
}

// setVersion takes the spdxVersion of the document.
func (d *spdxDocument) setVersion(version string) error {
	number, ok := strings.CutPrefix(version, "SPDX-")
	switch {
	case ok && (number == "2.2" || number == "2.3"):
		d.version, d.bom.SpecVersion = number, number
		return nil
	case ok && strings.HasPrefix(number, "3"):
		return fmt.Errorf("SPDX %s is not supported yet: netvet reads SPDX 2.2 and 2.3", short(number))
	}
	return fmt.Errorf("unsupported version %q of SPDX: netvet reads SPDX-2.2 and SPDX-2.3", short(version))
}

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
	reportRefs(d.faults, d.refs, "SPDX id", func(ref string) bool { return strings.HasPrefix(ref, "DocumentRef-") || isNothing(ref) })
	reportCycle(d.faults, d.refs, &d.depends, "/relationships")
}

// checkPackage settles the fields of a package, reports its faults and returns the
// number of its id, or -1.
func (d *spdxDocument) checkPackage(p *spdxPart) int32 {
	if p.Kind == "" {
		p.Kind = netvet.KindSoftware
	}
	if p.Name == "" {
		d.faults.add("package without a name", p.Pointer, "a package has no name")
	}
	if p.Ref == "" {
		d.faults.add("package without an id", p.Pointer, fmt.Sprintf("package %q has no SPDXID: nothing can refer to it", short(p.Name)))
		return -1
	}
	return d.refs.declare(p.Ref, p.Name, p.Version)
}

// agent returns the name of whoever is behind a package. The originator made it,
// the supplier passed it on; a document names few.
func (d *spdxDocument) agent(text string) string {
	name, ok := d.agents[text]
	if !ok {
		_, name = spdxAgent(text)
		if len(d.agents) < maxWords {
			d.agents[text] = name
		}
	}
	return name
}

// spdxAgent splits "Organization: Name (mail)" into kind and name. What stands
// for no one gives no name.
func spdxAgent(text string) (kind, name string) {
	text = strings.TrimSpace(text)
	if isNothing(text) {
		return "", ""
	}
	name = text
	for _, k := range []string{"Organization", "Person", "Tool"} {
		if rest, ok := strings.CutPrefix(text, k+":"); ok {
			kind, name = k, strings.TrimSpace(rest)
			break
		}
	}
	if i := strings.LastIndexByte(name, '('); i > 0 && strings.HasSuffix(name, ")") {
		if mail := strings.TrimSpace(name[i+1 : len(name)-1]); mail == "" || strings.Contains(mail, "@") {
			name = strings.TrimSpace(name[:i])
		}
	}
	if isNothing(name) {
		return kind, ""
	}
	return kind, name
}

// isNothing tells the words by which SPDX says that nothing is said.
func isNothing(text string) bool {
	return text == "" || text == "NOASSERTION" || text == "NONE"
}

// setPurpose takes the primary purpose of a package.
func (d *spdxDocument) setPurpose(p *spdxPart, purpose string) {
	p.Type = strings.ToLower(purpose)
	switch purpose {
	case "APPLICATION", "FRAMEWORK", "LIBRARY", "CONTAINER", "OPERATING-SYSTEM", "OPERATING_SYSTEM", "SOURCE", "ARCHIVE", "INSTALL":
		p.Kind = netvet.KindSoftware
	case "FIRMWARE":
		p.Kind = netvet.KindFirmware
	case "DEVICE":
		p.Kind = netvet.KindDevice
	case "FILE", "OTHER":
		p.Kind = netvet.KindOther
	case "":
	default:
		p.Kind = netvet.KindOther
		d.faults.add("unknown purpose", p.Pointer, fmt.Sprintf("package %q has the unknown purpose %q", short(p.Name), short(purpose)))
	}
}

// setDescription takes a description, or a summary, which counts only without one.
func (p *spdxPart) setDescription(text string, summary bool) {
	if text != "" && (p.Description == "" || p.summarised && !summary) {
		p.Description, p.summarised = text, summary
	}
}

// setHomepage takes the web page of a package.
func (p *spdxPart) setHomepage(url string) {
	if !isNothing(url) {
		p.references = append(p.references, netvet.Reference{Type: "homepage", URL: url})
	}
}

// setLocation takes where the package can be had.
func (p *spdxPart) setLocation(text string) {
	if !isNothing(text) {
		p.Repository = text
	}
}

// addLicence takes a concluded or declared licence.
func (p *spdxPart) addLicence(text string) {
	if !isNothing(text) && len(p.Licences) < maxListed && !slices.Contains(p.Licences, text) {
		p.Licences = append(p.Licences, text)
	}
}

// checksum takes one checksum of a package or file. Some tools write the algorithm
// in lower case, which leaves no doubt.
func (d *spdxDocument) checksum(algorithm, value []byte, pointer string) (hashed bool) {
	length, known := spdxHashLength(string(algorithm))
	if !known {
		length, known = spdxHashLength(strings.ToUpper(string(algorithm)))
	}
	switch {
	case !known:
		d.faults.add("unknown hash algorithm", pointer, fmt.Sprintf("checksum algorithm %q is not known", short(string(algorithm))))
	case !isHex(value) || length > 0 && len(value) != length:
		d.faults.add("invalid hash", pointer, fmt.Sprintf("%q is no %s checksum", short(string(value)), algorithm))
	default:
		return length != adler32Digits // guards against accidents only
	}
	return false
}

const adler32Digits = 8

// spdxHashLength returns how many hexadecimal digits a checksum of SPDX 2.3 has;
// 0 when it may have several lengths.
func spdxHashLength(algorithm string) (int, bool) {
	switch algorithm {
	case "SHA256":
		return 64, true
	case "SHA1":
		return 40, true
	case "MD5", "MD2", "MD4":
		return 32, true
	case "SHA512":
		return 128, true
	case "SHA384":
		return 96, true
	case "SHA224":
		return 56, true
	case "ADLER32":
		return adler32Digits, true
	case "SHA3-256", "BLAKE2B-256":
		return 64, true
	case "SHA3-384", "BLAKE2B-384":
		return 96, true
	case "SHA3-512", "BLAKE2B-512":
		return 128, true
	case "MD6", "BLAKE3":
		return 0, true
	}
	return 0, false
}

// externalRef takes one external reference of a package. References to what is no
// identifier are kept while the package may be the product.
func (d *spdxDocument) externalRef(p *spdxPart, kind, locator []byte) {
	kind = kind[bytes.LastIndexByte(kind, '/')+1:]
	var scheme netvet.IdentifierType
	switch string(kind) {
	case "purl":
		scheme = netvet.IDPurl
	case "cpe22Type", "cpe23Type":
		scheme = netvet.IDCPE
	case "swid":
		scheme = netvet.IDSWID
	default:
		if len(locator) > 0 && len(p.references) < maxListed {
			p.references = append(p.references, netvet.Reference{Type: string(kind), URL: string(locator)})
		}
		return
	}
	id, ok := normalIdentifier(scheme, string(locator))
	if !ok {
		d.faults.add("invalid "+string(scheme), p.Pointer, fmt.Sprintf("%s of package %q is not valid and is left out", scheme, short(p.Name)))
		return
	}
	if len(p.Identifiers) < maxListed && !slices.Contains(p.Identifiers, id) {
		p.Identifiers = append(p.Identifiers, id)
	}
}

package sbom

import (
	"cmp"
	"fmt"
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
	described []string    // ids, as far as said; nothing else is the product
	decided   bool        // described is complete
	started   bool        // ProductStart is out
	product   *spdxPart   // the described package, once it was read
	shelf     shelf       // packages that wait
	extras    []spdxExtra // what of those only a product needs
	files     shelf       // the components of a document without packages
	packages  int
	edges     [][2]int32
}

// spdxPart is a package while it is read.
type spdxPart struct {
	netvet.Component
	homepage   string
	references []netvet.Reference
}

// spdxExtra is what a package on the shelf has beside the component, by its id.
type spdxExtra struct {
	ref        string
	homepage   string
	references []netvet.Reference
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
		id: documentRef, bom: netvet.BOM{Present: true, Format: format}}
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
		return fmt.Errorf("SPDX %s is not supported yet: netvet reads SPDX 2.2 and 2.3", number)
	}
	return fmt.Errorf("unsupported version %q of SPDX: netvet reads SPDX-2.2 and SPDX-2.3", version)
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
func (d *spdxDocument) describes(id string) {
	if !slices.Contains(d.described, id) && len(d.described) < d.src.Options.MaxComponents {
		d.described = append(d.described, id)
	}
	d.refs.mention(id)
}

// part takes a package.
func (d *spdxDocument) part(p *spdxPart) error {
	d.checkPackage(p)
	if d.packages++; d.packages > d.src.Options.MaxComponents {
		return tooManyComponents(d.src.Options.MaxComponents)
	}
	d.files.clear() // the parts of a document are its packages, if it has any
	if !d.decided {
		d.shelf.put(&p.Component)
		if p.homepage != "" || len(p.references) > 0 {
			d.extras = append(d.extras, spdxExtra{p.Ref, p.homepage, slices.Clone(p.references)})
		}
		return d.faults.err
	}
	if d.isProduct(p.Ref) {
		d.take(&p.Component, p.homepage, p.references)
		return d.faults.err
	}
	if err := d.start(); err != nil {
		return err
	}
	return d.emit(Component{&p.Component})
}

// isProduct tells whether the package is the one that is described.
func (d *spdxDocument) isProduct(ref string) bool {
	return len(d.described) == 1 && d.described[0] == ref && d.product == nil
}

// take keeps the described package as the product.
func (d *spdxDocument) take(c *netvet.Component, homepage string, references []netvet.Reference) {
	p := spdxPart{Component: *c, homepage: homepage, references: slices.Clone(references)}
	p.Licences, p.Identifiers = slices.Clone(c.Licences), slices.Clone(c.Identifiers)
	d.product = &p
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
	d.files.put(&netvet.Component{Ref: ref, Pointer: pointer, Kind: netvet.KindOther, Type: "file", Name: name, Hashed: hashed})
	return nil
}

// relationship takes one relationship between two elements.
func (d *spdxDocument) relationship(from, kind, to, pointer string) {
	if from == "" || kind == "" || to == "" {
		d.faults.add("incomplete relationship", pointer, "the relationship does not name both its ends and its type")
		return
	}
	switch kind {
	case "DESCRIBES", "DESCRIBE": // the latter is what Trivy wrote until 0.38
		if from == d.id {
			d.describes(to)
		}
	case "DESCRIBED_BY":
		if to == d.id {
			d.describes(from)
		}
	case "DEPENDS_ON", "HAS_PREREQUISITE", "DYNAMIC_LINK", "STATIC_LINK":
		d.dependency(from, to)
	case "DEPENDENCY_OF", "BUILD_DEPENDENCY_OF", "DEV_DEPENDENCY_OF", "OPTIONAL_DEPENDENCY_OF",
		"PROVIDED_DEPENDENCY_OF", "RUNTIME_DEPENDENCY_OF", "TEST_DEPENDENCY_OF", "PREREQUISITE_FOR":
		d.dependency(to, from)
	}
	d.mention(from)
	d.mention(to)
}

func (d *spdxDocument) dependency(from, to string) {
	if isNothing(from) || isNothing(to) {
		return // "depends on NONE" states that there is no dependency
	}
	d.bom.Dependencies++
	d.edges = append(d.edges, [2]int32{d.refs.mention(from), d.refs.mention(to)})
}

// mention notes an id that must lead somewhere, unless it is in another document.
func (d *spdxDocument) mention(id string) {
	if !isNothing(id) && !strings.HasPrefix(id, "DocumentRef-") {
		d.refs.mention(id)
	}
}

// finish ends the document.
func (d *spdxDocument) finish() (Info, error) {
	info := Info{Version: d.version}
	d.decided = true
	if d.product == nil && !d.started {
		d.findProduct()
	}
	d.checkRefs()
	if err := d.release(); err != nil {
		return info, err
	}
	if err := d.emit(ProductEnd{d.theProduct()}); err != nil {
		return info, err
	}
	return info, d.faults.finish()
}

// findProduct looks for the described package on the shelf. Files that are
// described beside it do not count.
func (d *spdxDocument) findProduct() {
	packages := make(map[string]bool, len(d.described))
	for _, id := range d.described {
		packages[id] = false
	}
	_ = d.shelf.each(func(c *netvet.Component) error { // the callback never fails
		if _, ok := packages[c.Ref]; ok {
			packages[c.Ref] = true
		}
		return nil
	})
	d.described = slices.DeleteFunc(d.described, func(id string) bool { return !packages[id] })
}

// release yields what waited on the shelf.
func (d *spdxDocument) release() error {
	err := d.shelf.each(func(c *netvet.Component) error {
		if d.isProduct(c.Ref) {
			var extra spdxExtra
			if i := slices.IndexFunc(d.extras, func(e spdxExtra) bool { return e.ref == c.Ref }); i >= 0 {
				extra = d.extras[i]
			}
			d.take(c, extra.homepage, extra.references)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := d.start(); err != nil {
		return err
	}
	taken := false
	pass := func(c *netvet.Component) error {
		if d.product != nil && !taken && c.Ref == d.product.Ref && c.Pointer == d.product.Pointer {
			taken = true
			return nil
		}
		return d.emit(Component{c})
	}
	return cmp.Or(d.shelf.each(pass), d.files.each(pass))
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
	if p.homepage != "" {
		product.References = append(slices.Clone(p.references), netvet.Reference{Type: "homepage", URL: p.homepage})
	}
	product.Sources[0].Record = p.Pointer
	if p.Kind == netvet.KindDevice {
		product.Model = p.Name
	}
	return product
}

func (d *spdxDocument) checkRefs() {
	reportRefs(d.faults, d.refs, "SPDX id", func(ref string) bool { return strings.HasPrefix(ref, "DocumentRef-") || isNothing(ref) })
	reportCycle(d.faults, d.refs, d.edges, "/relationships")
}

// checkPackage settles the fields of a package and reports its faults.
func (d *spdxDocument) checkPackage(p *spdxPart) {
	if p.Kind == "" {
		p.Kind = netvet.KindSoftware
	}
	if p.Name == "" {
		d.faults.add("package without a name", p.Pointer, "a package has no name")
	}
	if p.Ref == "" {
		d.faults.add("package without an id", p.Pointer, fmt.Sprintf("package %q has no SPDXID: nothing can refer to it", p.Name))
		return
	}
	d.refs.declare(p.Ref, p.Name, p.Version)
}

// supplier and originator take who is behind a package. The originator made it,
// the supplier passed it on.
func (p *spdxPart) setSupplier(text string)   { _, p.Supplier = spdxAgent(text) }
func (p *spdxPart) setOriginator(text string) { _, p.Manufacturer = spdxAgent(text) }

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
		d.faults.add("unknown purpose", p.Pointer, fmt.Sprintf("package %q has the unknown purpose %q", p.Name, purpose))
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
func (d *spdxDocument) checksum(algorithm, value, pointer string) (hashed bool) {
	algorithm = strings.ToUpper(algorithm)
	length, known := spdxHashLength(algorithm)
	switch {
	case !known:
		d.faults.add("unknown hash algorithm", pointer, fmt.Sprintf("checksum algorithm %q is not known", algorithm))
	case !isHex(value) || length > 0 && len(value) != length:
		d.faults.add("invalid hash", pointer, fmt.Sprintf("%q is no %s checksum", value, algorithm))
	default:
		return algorithm != "ADLER32" // guards against accidents only
	}
	return false
}

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
		return 8, true
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

// externalRef takes one external reference of a package.
func (d *spdxDocument) externalRef(p *spdxPart, kind, locator string) {
	kind = kind[strings.LastIndexByte(kind, '/')+1:]
	scheme := netvet.IdentifierType("")
	switch kind {
	case "purl":
		scheme = netvet.IDPurl
	case "cpe22Type", "cpe23Type":
		scheme = netvet.IDCPE
	case "swid":
		scheme = netvet.IDSWID
	default:
		if locator != "" && len(p.references) < maxListed {
			p.references = append(p.references, netvet.Reference{Type: kind, URL: locator})
		}
		return
	}
	id, ok := normalIdentifier(scheme, locator)
	if !ok {
		d.faults.add("invalid "+string(scheme), p.Pointer, fmt.Sprintf("%s of package %q is not valid and is left out", scheme, p.Name))
		return
	}
	if len(p.Identifiers) < maxListed && !slices.Contains(p.Identifiers, id) {
		p.Identifiers = append(p.Identifiers, id)
	}
}

package sbom

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// cdxVersions are the versions of CycloneDX that are read; JSON begins with 1.2.
func cdxVersions() []string {
	return []string{"1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"}
}

// describedAt is the place of the product in a document, which may come last.
const describedAt = "/metadata/component"

// cdxDocument is a CycloneDX document while it is read, whatever its encoding.
// The readers of JSON and XML fill it in document order; it decides what the
// product is and passes the records on as soon as that is known.
//
// The product is metadata.component. A document without one is the product
// itself, unless all its top-level components are devices: then each of them is
// a product with the components inside it. So records are held back while only
// devices have been seen and metadata.component may still be missing; in all
// other cases nothing is held.
type cdxDocument struct {
	src    *Stream
	emit   func(Record) error
	faults *faults
	refs   *refTable

	version      string
	bom          netvet.BOM
	metadata     cdxMetadata
	product      *cdxPart    // metadata.component; nil when there is none
	productRef   int32       // -1 when it has none
	started      bool        // ProductStart is out
	top          int         // index of the top-level component being read
	held         []cdxHeld   // records that wait for the decision
	devices      []cdxDevice // the top-level components held
	claims       []cdxVulnerability
	compositions []cdxComposition
	depends      graph
	declared     cdxDeclarations
	formulated   bool   // how the product was built is told
	parts        []bool // which references are of components, by number
	leftOut      int    // authors, tools and lifecycles beyond maxListed
	listed       bool   // the list of components is read
	waiting      int    // records held and targets of claims, for the limit
	components   int
	countries    map[string]string // codes of the country names met
	meanings     map[string]string // of the names of properties met
}

// cdxMetadata is what the head of the document says of who made what it
// describes.
type cdxMetadata struct {
	manufacture  cdxOrganization // of the described component; deprecated by 1.6
	manufacturer cdxOrganization // of the document, from 1.6
	supplier     cdxOrganization // of the described component
}

type cdxOrganization struct{ name, country string }

// cdxPart is a component while it is read: what a Component keeps, and what only
// a product needs.
type cdxPart struct {
	netvet.Component
	supplier, manufacturer cdxOrganization
	model, location        string
	origin                 string // stated country of manufacture
	category               string
	compared               bool // with the schema, which tells the faults that it sees
	leftOut                int  // licences, identifiers, references and properties beyond maxListed
	named                  bool // a name is given, maybe an empty one
	repositoryRank         int
	mayBeProduct           bool // keep what only a product needs
	references             []netvet.Reference
}

// cdxService is a service while it is read.
type cdxService struct {
	netvet.Service
	group   string
	leftOut int // endpoints and data flows beyond maxListed
}

// reset makes the part ready for the next component and keeps its memory.
func (p *cdxPart) reset() {
	*p = cdxPart{
		Component:  netvet.Component{Licences: p.Licences[:0], Identifiers: p.Identifiers[:0], Properties: p.Properties[:0]},
		references: p.references[:0],
	}
}

// cdxHeld is a record that waits, with the top-level component it belongs to;
// -1 belongs to none.
type cdxHeld struct {
	top    int
	record Record
}

// cdxDevice is a top-level device that may turn out to be a product.
type cdxDevice struct {
	top  int
	part cdxPart
}

type cdxVulnerability struct {
	statement netvet.Vulnerability // without the component it speaks of
	affects   []cdxAffects
	leftOut   int // aliases and CWEs beyond maxListed
}

// cdxAffects is one target of a vulnerability with what is said of it alone.
type cdxAffects struct{ ref, version, state string }

type cdxComposition struct {
	aggregate string
	refs      []int32 // of assemblies and dependencies
	whole     bool    // names nothing: speaks of the document
	named     []netvet.Composition
}

func newCDXDocument(src *Stream, format string, emit func(Record) error) *cdxDocument {
	return &cdxDocument{src: src, emit: emit, faults: newFaults(emit), refs: newRefTable(),
		bom: netvet.BOM{Present: true, Document: true, Format: format}, productRef: -1, top: -1, declared: newCDXDeclarations(),
		countries: make(map[string]string), meanings: make(map[string]string)}
}

// setVersion takes the version of the specification.
func (d *cdxDocument) setVersion(version, least string) error {
	if !slices.Contains(cdxVersions(), version) || version < least {
		return fmt.Errorf("unsupported version %q of CycloneDX: netvet reads %s to 1.7", short(version), least)
	}
	d.version, d.bom.SpecVersion = version, version
	return nil
}

// described takes metadata.component.
func (d *cdxDocument) described(p *cdxPart) error {
	d.checkComponent(p)
	product := p.clone()
	d.product = &product
	if p.Ref != "" {
		d.productRef = d.refs.declare(p.Ref, p.Name, p.Version)
	}
	return nil
}

// metadataDone is called at the end of the metadata. With a described component
// the product is known from here on.
func (d *cdxDocument) metadataDone() error {
	if d.product == nil {
		return nil
	}
	return d.start()
}

// component takes a component that has been read; those inside it came before.
func (d *cdxDocument) component(p *cdxPart, depth int) error {
	d.checkComponent(p)
	if p.Ref != "" {
		d.isPart(d.refs.declare(p.Ref, p.Name, p.Version))
	}
	if d.components++; d.components > d.src.Options.MaxComponents {
		return tooManyComponents(d.src.Options.MaxComponents)
	}
	if d.started {
		return d.emit(Component{&p.Component})
	}
	if depth > 0 {
		held := p.clone()
		d.held = append(d.held, cdxHeld{d.top, Component{&held.Component}})
		return d.faults.err
	}
	d.devices = append(d.devices, cdxDevice{d.top, p.clone()})
	device := &d.devices[len(d.devices)-1]
	d.held = append(d.held, cdxHeld{d.top, Component{&device.part.Component}})
	if p.Kind != netvet.KindDevice {
		return d.start()
	}
	return d.faults.err
}

// pass passes a record on, or holds it while the product is not known. A record
// of the reader's own memory must not be held.
func (d *cdxDocument) pass(r Record) error {
	if d.started {
		return d.emit(r)
	}
	d.held = append(d.held, cdxHeld{-1, r})
	return d.wait(1)
}

// wait counts what is held until the end, which must fit into memory.
func (d *cdxDocument) wait(n int) error {
	if d.waiting += n; d.waiting > d.src.Options.MaxComponents {
		return fmt.Errorf("more than %d services and vulnerabilities before the components they speak of", d.src.Options.MaxComponents)
	}
	return d.faults.err
}

// start begins the one product of the document and lets go of what was held.
func (d *cdxDocument) start() error {
	if d.started {
		return d.faults.err
	}
	d.started = true
	if err := d.emit(ProductStart{d.theProduct()}); err != nil {
		return err
	}
	for _, h := range d.held {
		if err := d.emit(h.record); err != nil {
			return err
		}
	}
	d.held, d.devices = nil, nil
	return d.faults.err
}

// isPart notes that a reference is of a component.
func (d *cdxDocument) isPart(ref int32) {
	if ref < 0 {
		return
	}
	if n := int(ref) + 1 - len(d.parts); n > 0 {
		d.parts = append(d.parts, make([]bool, n)...)
	}
	d.parts[ref] = true
}

// service takes a service. Its group stands for a provider that is not named.
func (d *cdxDocument) service(s cdxService) error {
	if s.Ref != "" {
		d.refs.declare(s.Ref, s.Name, s.Version)
	}
	if s.Name == "" {
		d.faults.add("service without a name", s.Pointer, "a service has no name")
	}
	d.moreThanKept(s.Pointer, s.leftOut, "endpoints and data flows")
	s.Provider = cmp.Or(s.Provider, s.group)
	return d.pass(Service{s.Service})
}

// moreThanKept reports what a list has no room for.
func (d *cdxDocument) moreThanKept(pointer string, n int, what string) {
	if n > 0 {
		d.faults.add("more than is kept", pointer, fmt.Sprintf("%d %s beyond the first %d of a kind are left out", n, what, maxListed))
	}
}

// vulnerability takes what the document states of a vulnerability. Before the
// components are known it has to wait.
func (d *cdxDocument) vulnerability(v cdxVulnerability) error {
	d.moreThanKept(v.statement.Pointer, v.leftOut, "aliases and weaknesses")
	if d.started && d.listed {
		return d.state(v)
	}
	d.claims = append(d.claims, v)
	return d.wait(1 + len(v.affects))
}

// state passes on a vulnerability of the one product.
func (d *cdxDocument) state(v cdxVulnerability) error {
	for _, s := range d.statements(v) {
		if err := d.emit(Statement{s}); err != nil {
			return err
		}
	}
	return d.faults.err
}

// country returns the code of a country as a document writes it.
func (d *cdxDocument) country(text string) string {
	code, ok := d.countries[text]
	if !ok {
		code = countryCode(text)
		if len(d.countries) < maxWords {
			d.countries[text] = code
		}
	}
	return code
}

// dependency takes one edge of the dependency graph.
func (d *cdxDocument) dependency(from int32, to []byte) {
	d.bom.Dependencies++
	d.depends.add(from, d.refs.mention(to))
}

// finish ends the document: it yields what waited for the end.
func (d *cdxDocument) finish() (Info, error) {
	info := Info{Version: d.version}
	d.moreThanKept("/metadata", d.leftOut, "authors, tools and lifecycles")
	d.bom.Aggregate = d.trusted(d.aggregate())
	d.bom.Supplier = cmp.Or(d.metadata.supplier.name, d.metadata.manufacturer.name)
	d.checkRefs()
	if d.bom.Signed {
		info.Notes = append(info.Notes, "the document carries a signature, which has not been verified")
	}
	if d.formulated {
		info.Notes = append(info.Notes, "the document tells how the product was built: what is named there is no part of the product and is not read")
	}
	var err error
	if !d.started && d.product == nil && len(d.devices) > 0 {
		info.Notes = append(info.Notes, fmt.Sprintf(
			"the document describes no product of its own and its %d top-level components are devices: each is a product", len(d.devices)))
		err = d.finishDevices()
	} else {
		err = d.finishProduct()
	}
	if err != nil {
		return info, err
	}
	return info, d.faults.finish()
}

func (d *cdxDocument) finishProduct() error {
	if err := d.start(); err != nil {
		return err
	}
	for _, v := range d.claims {
		if err := d.state(v); err != nil {
			return err
		}
	}
	for _, a := range d.attested() {
		if err := d.emit(Attestation{a}); err != nil {
			return err
		}
	}
	return d.emit(ProductEnd{d.theProduct()})
}

// finishDevices yields each top-level device as a product with what is inside
// it. Services belong to no one device and so are told with each, as are
// attestations that speak of none.
func (d *cdxDocument) finishDevices() error {
	inside := make(map[string]int) // reference -> top-level component
	byTop := make(map[int][]Record)
	for _, h := range d.held {
		if c, ok := h.record.(Component); ok && c.Ref != "" {
			inside[c.Ref] = h.top
		}
		byTop[h.top] = append(byTop[h.top], h.record)
	}
	for _, v := range d.claims {
		for _, s := range d.statements(v) {
			top, ok := inside[s.Ref]
			if !ok {
				d.faults.add("statement about no device", s.Pointer,
					fmt.Sprintf("the statement on %s speaks of %q, which is none of the devices", short(s.ID), short(s.Ref)))
				continue
			}
			byTop[top] = append(byTop[top], Statement{s})
		}
	}
	for _, a := range d.attested() {
		tops := claimedOf(a, inside)
		if len(tops) == 0 {
			tops[-1] = true
		}
		for top := range tops {
			byTop[top] = append(byTop[top], Attestation{a})
		}
	}
	for i := range d.devices {
		device := &d.devices[i]
		if err := d.finishDevice(&device.part, append(byTop[device.top], byTop[-1]...)); err != nil {
			return err
		}
	}
	return nil
}

func (d *cdxDocument) finishDevice(p *cdxPart, records []Record) error {
	product := d.productOf(p)
	product.BOM.Aggregate = "" // the claim is for the document
	if err := d.emit(ProductStart{product}); err != nil {
		return err
	}
	for _, r := range records {
		switch v := r.(type) {
		case Component:
			if v.Pointer == p.Pointer {
				continue // the device itself
			}
		case Statement:
			if v.Ref == p.Ref {
				v.Ref = ""
				r = v
			}
		}
		if err := d.emit(r); err != nil {
			return err
		}
	}
	return d.emit(ProductEnd{product})
}

// statements spells out a vulnerability, one statement for each component it
// speaks of.
func (d *cdxDocument) statements(v cdxVulnerability) []netvet.Vulnerability {
	if len(v.affects) == 0 {
		return []netvet.Vulnerability{v.statement}
	}
	list := make([]netvet.Vulnerability, 0, len(v.affects))
	for _, a := range v.affects {
		s := v.statement
		s.Ref, s.Version = a.ref, a.version
		if s.State == "" {
			s.State = a.state
		}
		if target, ok := d.refs.lookup(a.ref); ok {
			s.Component, s.Version = target.name, cmp.Or(s.Version, target.version)
			if d.productRef >= 0 && d.refs.mention([]byte(a.ref)) == d.productRef {
				s.Ref = ""
			}
		}
		list = append(list, s)
	}
	return list
}

// theProduct describes the one product with what is known by now.
func (d *cdxDocument) theProduct() netvet.Product {
	if d.product != nil {
		return d.productOf(d.product)
	}
	return netvet.Product{
		Name:         documentName(d.src.Name),
		Manufacturer: cmp.Or(d.metadata.manufacture.name, d.metadata.supplier.name),
		Vendor:       d.metadata.supplier.name,
		BOM:          d.bom,
		Sources:      []netvet.Source{{Input: d.src.Name}},
	}
}

// productOf describes a component as a product. A supplier counts as the maker
// when no maker is stated, as it does for components.
func (d *cdxDocument) productOf(p *cdxPart) netvet.Product {
	described := d.metadata
	if d.product == nil {
		described = cdxMetadata{} // speaks of the document, not of one device in it
	}
	product := netvet.Product{
		Name:            cmp.Or(p.Name, documentName(d.src.Name)),
		Kind:            p.Kind,
		Manufacturer:    cmp.Or(p.Manufacturer, described.manufacture.name, p.Supplier, described.supplier.name, p.Publisher, described.manufacturer.name),
		Vendor:          cmp.Or(p.Supplier, described.supplier.name),
		Model:           p.model,
		PartNumber:      p.PartNumber,
		Version:         p.Version,
		Serial:          p.Serial,
		Quantity:        p.Quantity,
		Location:        p.location,
		CountryOfOrigin: p.origin,
		Description:     p.Description,
		CategoryText:    p.category,
		Identifiers:     p.Identifiers,
		References:      p.references,
		Properties:      p.Properties,
		BOM:             d.bom,
		Sources:         []netvet.Source{{Input: d.src.Name, Record: p.Pointer}},
	}
	if product.Model == "" && p.Kind == netvet.KindDevice {
		product.Model = p.Name
	}
	return product
}

// aggregate returns what the compositions claim of the product as a whole: the
// weakest claim of those that cover it. Being complete in some part claims
// nothing for the whole.
func (d *cdxDocument) aggregate() string {
	covering, partial := "", ""
	covered := make(map[int32]bool)
	for _, c := range d.compositions {
		if c.whole || d.productRef >= 0 && slices.Contains(c.refs, d.productRef) {
			covering = weakerAggregate(covering, c.aggregate)
			continue
		}
		partial = weakerAggregate(partial, c.aggregate)
		for _, ref := range c.refs {
			if int(ref) < len(d.parts) && ref >= 0 && d.parts[ref] {
				covered[ref] = true
			}
		}
	}
	switch {
	case covering != "":
		return weakerAggregate(covering, withoutComplete(partial))
	case len(covered) > 0 && len(covered) >= d.components:
		return partial
	}
	return withoutComplete(partial)
}

func withoutComplete(aggregate string) string {
	if aggregate == "complete" {
		return ""
	}
	return aggregate
}

// cdxAggregates lists the claims of completeness from strong to weak.
func cdxAggregates() []string {
	return []string{"", "complete",
		"incomplete_first_party_only", "incomplete_first_party_opensource_only", "incomplete_first_party_proprietary_only",
		"incomplete_third_party_only", "incomplete_third_party_opensource_only", "incomplete_third_party_proprietary_only",
		"incomplete", "unknown", "not_specified"}
}

func weakerAggregate(a, b string) string {
	all := cdxAggregates()
	if slices.Index(all, a) < slices.Index(all, b) {
		return b
	}
	return a
}

// composes takes one thing that a claim of completeness names: an assembly, a
// dependency or a vulnerability.
func (d *cdxDocument) composes(c *cdxComposition, of string, ref []byte) {
	id := d.refs.mention(ref)
	if of != "vulnerabilities" { // what is said of those is no matter of parts
		c.refs = append(c.refs, id)
	}
	if n := len(c.named); n == 0 || c.named[n-1].Of != of {
		c.named = append(c.named, netvet.Composition{Of: of})
	}
	last := &c.named[len(c.named)-1]
	last.Parts++
	if len(last.Refs) < maxListed {
		last.Refs = append(last.Refs, string(ref))
	}
}

// composition takes a claim of completeness.
func (d *cdxDocument) composition(c cdxComposition) {
	if c.aggregate == "" || !slices.Contains(cdxAggregates(), c.aggregate) {
		c.aggregate = "unknown"
	}
	if c.whole || len(c.refs) > 0 {
		d.compositions = append(d.compositions, c)
	}
	if c.whole {
		c.named = []netvet.Composition{{Of: "document"}}
	}
	for _, one := range c.named {
		d.sumUp(c.aggregate, one)
	}
}

// sumUp adds a claim to those of the same kind.
func (d *cdxDocument) sumUp(aggregate string, c netvet.Composition) {
	i := slices.IndexFunc(d.bom.Compositions, func(o netvet.Composition) bool { return o.Aggregate == aggregate && o.Of == c.Of })
	if i < 0 {
		c.Aggregate = aggregate
		d.bom.Compositions = append(d.bom.Compositions, c)
		return
	}
	sum := &d.bom.Compositions[i]
	sum.Parts += c.Parts
	sum.Refs = append(sum.Refs, c.Refs[:min(len(c.Refs), maxListed-len(sum.Refs))]...)
}

// trusted returns a claim of completeness, unless the document itself belies it: then
// how complete it is, is unknown.
func (d *cdxDocument) trusted(aggregate string) string {
	if aggregate != "complete" {
		return aggregate
	}
	missing := make(map[int32]bool)
	for _, edge := range d.depends.edges {
		for _, ref := range edge {
			if ref >= 0 && !d.refs.declared[ref] && !elsewhere(d.refs.text(ref).ref) {
				missing[ref] = true
			}
		}
	}
	if len(missing) == 0 {
		return aggregate
	}
	d.faults.add("a claim that the document belies", "/compositions",
		fmt.Sprintf("the document claims to be complete, and %s not in it: the claim is not taken", plural(len(missing), "thing that its dependencies name is", "things that its dependencies name are")))
	return "unknown"
}

// elsewhere tells references to other documents: BOM-Links.
func elsewhere(ref string) bool { return strings.HasPrefix(ref, "urn:cdx:") }

// checkRefs reports references that clash, lead nowhere, or go in a circle.
func (d *cdxDocument) checkRefs() {
	reportRefs(d.faults, d.refs, "bom-ref", elsewhere)
	reportCycle(d.faults, d.refs, &d.depends, "/dependencies")
}

// documentName is the name of a product that is known only as a document.
func documentName(input string) string {
	if input == standardInput {
		return "standard input"
	}
	return path.Base(strings.ReplaceAll(input, "!", "/"))
}

// clone copies a part so that it can be kept.
func (p *cdxPart) clone() cdxPart {
	c := *p
	c.Licences = slices.Clone(p.Licences)
	c.Identifiers = slices.Clone(p.Identifiers)
	c.Properties = slices.Clone(p.Properties)
	c.references = slices.Clone(p.references)
	return c
}

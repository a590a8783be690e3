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
	"unicode"

	"github.com/netvet/netvet"
)

func spdx3JSON() Format {
	return Format{
		Name:   "spdx3-json",
		Title:  "SPDX 3.0, JSON-LD",
		Expect: `SPDX 3 JSON-LD (an object with "@context": "` + spdx3Context + `")`,
		Detect: detectSPDX3,
		Read:   readSPDX3,
	}
}

// spdx3Context is the context of an SPDX 3.0.1 document.
const spdx3Context = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"

// spdx3Version returns the version of SPDX whose words a context defines.
func spdx3Version(context string) (version string, ok bool) {
	switch context {
	case spdx3Context, "https://spdx.github.io/spdx-spec/v3.0.1/rdf/spdx-context.jsonld":
		return "3.0.1", true
	case "https://spdx.org/rdf/3.0.0/spdx-context.jsonld", "https://spdx.github.io/spdx-spec/v3.0/rdf/spdx-context.jsonld":
		return "3.0.0", true
	}
	return "", false
}

func detectSPDX3(s Sample) (sure float64) {
	has := func(word string) bool { return bytes.Contains(s.Head, []byte(word)) }
	if !has(`"@context"`) && !has(`"@graph"`) {
		return 0
	}
	lookAtJSON(s.Head, func(j *jsonTokens, key string) error {
		switch key {
		case "bomFormat", "spdxVersion":
			sure = 0
			return errSeen
		case "@context":
			contexts, err := textList(j)
			for _, context := range contexts {
				if strings.Contains(context, "spdx") && strings.Contains(context, "/rdf/") {
					sure = 1
				}
			}
			return err
		case "@graph":
			if has(`"spdxId"`) {
				sure = max(sure, 0.9)
			}
		}
		return nil
	})
	return sure
}

// spdx3Reader reads the graph of an SPDX 3 document. What a package says by
// reference (who made it, its licences, whether it is the product) may stand
// anywhere in the graph, so packages wait on a shelf with numbers in the place of
// names until the graph is through.
type spdx3Reader struct {
	*jsonTokens
	doc     *spdxDocument
	context string // version of SPDX by the context
	levels  []*spdx3Element
	level   int // elements that are open inside each other

	agents     map[int32]spdx3Agent
	infos      map[int32]spdx3Creation
	firstInfo  int32
	documents  []int32 // the elements that are documents
	bundles    []int32 // other elements that are about others: bills of materials
	info       int32   // the creation info of the first of them
	roots      graph   // from a collection to what it is about
	licences   map[int32]spdx3Licence
	licensed   graph            // from a package to a licence
	weaknesses map[int32]string // what a vulnerability is called
	verdicts   []spdx3Verdict
	anonymous  int // elements without an id so far
}

// spdx3Element is an element while it is read, whatever its class: the class may
// be its last member.
type spdx3Element struct {
	spdxPart // the name, the id and what a package has
	class    string

	purpose                     string
	supplied, originated        int32
	info                        int32
	roots                       []int32 // of a collection
	from                        int32   // of a relationship
	kind                        string
	to                          []int32
	ends                        bool // to is given, if only to say that there is nothing
	specVersion, created        string
	createdBy, createdUsing     []int32
	expression, vulnerabilityID string
	members                     []int32 // of a set of licences
}

type spdx3Agent struct {
	name         string
	organization bool
}

type spdx3Creation struct {
	version, created string
	by, using        []int32
}

type spdx3Licence struct {
	text    string
	joined  string // how the members of a set are joined
	members []int32
}

// spdx3Verdict is what a document says of a weakness of one of its elements.
type spdx3Verdict struct {
	vulnerability, element int32
	state, pointer         string
}

// maxSPDX3Names bounds the agents, licences and other named things of a document
// that are held in memory.
const maxSPDX3Names = 1_000_000

func readSPDX3(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	return newSPDX3(src, emit).read()
}

func newSPDX3(src *Stream, emit func(Record) error) *spdx3Reader {
	doc := newSPDXDocument(src, "spdx3-json", emit)
	doc.refs = newRefTable() // the id of the document is not fixed
	r := &spdx3Reader{doc: doc, info: -1, firstInfo: -1, agents: make(map[int32]spdx3Agent), infos: make(map[int32]spdx3Creation),
		licences: make(map[int32]spdx3Licence), weaknesses: make(map[int32]string)}
	r.jsonTokens = newJSONTokens(src.Reader, src.Options, func(pointer, reason string) {
		doc.faults.add("value of the wrong type, or given twice", pointer, reason)
	})
	return r
}

func (r *spdx3Reader) read() (Info, error) {
	graph := false
	err := jsonDocument(r.jsonTokens, func(key []byte) error {
		switch string(key) {
		case "@context":
			return r.each(r.readContext)
		case "@graph":
			graph = true
			return r.graph()
		}
		return nil
	})
	switch {
	case err != nil:
	case r.context == "":
		err = fmt.Errorf("the document has no @context: which words it uses is not known; expected %q", spdx3Context)
	case !graph:
		err = errors.New("the document has no @graph: it has no elements")
	default:
		return r.finish()
	}
	return Info{Version: r.version()}, err
}

func (r *spdx3Reader) version() string { return cmp.Or(r.doc.version, r.context) }

// readContext reads one context. It is compared and never fetched: another one
// could give any meaning to any word.
func (r *spdx3Reader) readContext() error {
	if r.kind() == '{' {
		return errors.New("unknown @context: one of its own could give another meaning to any word; expected only " + strconv.Quote(spdx3Context))
	}
	context, err := r.string()
	if err != nil {
		return err
	}
	version, ok := spdx3Version(context)
	if !ok {
		return fmt.Errorf("unsupported @context %q: netvet reads SPDX 3.0 with the context %q, and fetches none", short(context), spdx3Context)
	}
	r.context = version
	return nil
}

// each reads a list, or one value that stands for a list of one.
func (r *spdx3Reader) each(read func() error) error {
	if r.kind() == '[' {
		return r.array(func(int) error { return read() })
	}
	return read()
}

func (r *spdx3Reader) graph() error {
	if kind := r.kind(); kind != '[' {
		if err := r.skip(); err != nil {
			return err
		}
		return errors.New("/@graph is " + jsonKindName(kind) + ", expected an array")
	}
	return r.array(func(i int) error {
		if r.kind() != '{' {
			return r.mismatch("an object")
		}
		_, err := r.element("/@graph/" + strconv.Itoa(i))
		if err == nil {
			err = r.doc.faults.err
		}
		return err
	})
}

// element reads an element and returns its number, or -1.
func (r *spdx3Reader) element(pointer string) (int32, error) {
	if r.level == len(r.levels) {
		r.levels = append(r.levels, new(spdx3Element))
	}
	e := r.levels[r.level]
	e.reset()
	e.Pointer = pointer
	r.level++
	err := r.object(func(key []byte) error { return r.member(e, key) })
	r.level--
	if err != nil {
		return -1, err
	}
	return r.take(e)
}

func (e *spdx3Element) reset() {
	e.spdxPart.reset()
	*e = spdx3Element{spdxPart: e.spdxPart, supplied: -1, originated: -1, info: -1, from: -1, roots: e.roots[:0], to: e.to[:0],
		createdBy: e.createdBy[:0], createdUsing: e.createdUsing[:0], members: e.members[:0]}
}

func (r *spdx3Reader) member(e *spdx3Element, key []byte) (err error) {
	switch string(key) {
	case "type", "@type":
		e.class, err = r.word()
	case "spdxId", "@id":
		e.Ref, err = r.string()
	case "name":
		e.Name, err = r.string()
	case "creationInfo":
		e.info, err = r.reference()
	case "from":
		e.from, err = r.reference()
	case "to":
		e.ends = true
		e.to, err = r.references(e.to)
	case "relationshipType":
		e.kind, err = r.word()
	case "rootElement":
		e.roots, err = r.references(e.roots)
	case "import":
		return r.each(r.imported)
	case "specVersion":
		e.specVersion, err = r.word()
	case "created":
		e.created, err = r.string()
	case "createdBy":
		e.createdBy, err = r.references(e.createdBy)
	case "createdUsing":
		e.createdUsing, err = r.references(e.createdUsing)
	case "simplelicensing_licenseExpression", "licenseExpression":
		e.expression, err = r.word()
	case "expandedlicensing_member":
		e.members, err = r.references(e.members)
	default:
		return r.artifactMember(e, key)
	}
	return err
}

// artifactMember reads a member that packages have.
func (r *spdx3Reader) artifactMember(e *spdx3Element, key []byte) (err error) {
	var text string
	switch string(key) {
	case "suppliedBy":
		e.supplied, err = r.firstOf()
	case "originatedBy":
		e.originated, err = r.firstOf()
	case "software_packageVersion":
		e.Version, err = r.string()
	case "software_packageUrl":
		text, err = r.string()
		r.doc.externalRef(&e.spdxPart, []byte("purl"), []byte(text))
	case "software_downloadLocation":
		text, err = r.string()
		e.setLocation(text)
	case "software_homePage":
		text, err = r.string()
		e.setHomepage(text)
	case "software_primaryPurpose":
		e.purpose, err = r.word()
	case "description", "summary":
		if text, err = r.string(); e.Description == "" {
			e.Description = text
		}
	case "verifiedUsing":
		err = r.each(func() error { return r.integrity(e) })
	case "externalIdentifier", "externalIdentifiers": // the latter by some tools
		err = r.each(func() error { return r.externalIdentifier(e) })
	case "externalRef":
		err = r.each(func() error { return r.externalReference(e) })
	}
	return err
}

// reference reads the id of another element, or that element itself where it
// stands in the place of its id.
func (r *spdx3Reader) reference() (int32, error) {
	if r.kind() == '{' {
		return r.element(r.pointer())
	}
	id, err := r.bytes()
	if err != nil || isSPDX3Nothing(string(id)) {
		return -1, err
	}
	return r.doc.refs.mention(id), nil
}

func (r *spdx3Reader) references(list []int32) ([]int32, error) {
	err := r.each(func() error {
		number, err := r.reference()
		list = append(list, number)
		return err
	})
	return list, err
}

// firstOf reads references and returns the first that names something.
func (r *spdx3Reader) firstOf() (first int32, err error) {
	first = -1
	err = r.each(func() error {
		number, err := r.reference()
		if first < 0 {
			first = number
		}
		return err
	})
	return first, err
}

// isSPDX3Nothing tells the ids by which SPDX 3 says that nothing is said.
func isSPDX3Nothing(id string) bool {
	switch id[strings.LastIndexAny(id, "/:#")+1:] {
	case "NoAssertionElement", "NoneElement", "NoAssertionLicense", "NoneLicense":
		return true
	}
	return isNothing(id)
}

// imported reads one entry of what a document takes from others.
func (r *spdx3Reader) imported() error {
	if r.kind() != '{' {
		return r.skip() // older documents name whole documents
	}
	return r.object(func(key []byte) error {
		if string(key) != "externalSpdxId" {
			return nil
		}
		id, err := r.string()
		if id != "" {
			r.doc.refs.declare(id, "", "")
		}
		return err
	})
}

// integrity reads one way by which an element can be verified.
func (r *spdx3Reader) integrity(e *spdx3Element) error {
	if r.kind() != '{' {
		return r.mismatch("an object")
	}
	var class, algorithm, value string
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "type", "@type":
			class, err = r.word()
		case "algorithm":
			algorithm, err = r.word()
		case "hashValue":
			value, err = r.string()
		}
		return err
	})
	if err == nil && (class == "" || class == "Hash" || class == "PackageVerificationCode") {
		e.Hashed = r.doc.checksum([]byte(spdx2Algorithm(algorithm)), []byte(value), e.Pointer) || e.Hashed
	}
	return err
}

// spdx2Algorithm returns the name of a hash algorithm as SPDX 2 spells it:
// "sha3_256" is "SHA3-256", "blake2b256" is "BLAKE2B-256".
func spdx2Algorithm(name string) string {
	name = strings.ToUpper(strings.ReplaceAll(name, "_", "-"))
	if size, ok := strings.CutPrefix(name, "BLAKE2B"); ok && !strings.HasPrefix(size, "-") {
		return "BLAKE2B-" + size
	}
	return name
}

func (r *spdx3Reader) externalIdentifier(e *spdx3Element) error {
	if r.kind() != '{' {
		return r.mismatch("an object")
	}
	var kind, value string
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "externalIdentifierType":
			kind, err = r.word()
		case "identifier":
			value, err = r.string()
		}
		return err
	})
	switch kind {
	case "packageUrl":
		r.doc.externalRef(&e.spdxPart, []byte("purl"), []byte(value))
	case "cpe22", "cpe23":
		r.doc.externalRef(&e.spdxPart, []byte(kind+"Type"), []byte(value))
	case "swid":
		r.doc.externalRef(&e.spdxPart, []byte(kind), []byte(value))
	case "cve":
		e.vulnerabilityID = value
	}
	return err
}

func (r *spdx3Reader) externalReference(e *spdx3Element) error {
	if r.kind() != '{' {
		return r.mismatch("an object")
	}
	var kind string
	var locators []string
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "externalRefType":
			kind, err = r.word()
		case "locator":
			locators, err = textList(r.jsonTokens)
		}
		return err
	})
	for _, locator := range locators {
		if len(e.references) < maxListed {
			e.references = append(e.references, netvet.Reference{Type: kind, URL: locator})
		}
	}
	return err
}

// take takes an element that was read and returns its number, or -1.
func (r *spdx3Reader) take(e *spdx3Element) (int32, error) {
	d := r.doc
	switch e.class {
	case "software_Package", "ai_AIPackage", "dataset_DatasetPackage":
		return r.takePackage(e)
	case "software_File":
		r.setPurpose(e)
		err := d.file(e.Ref, e.Name, e.Pointer, e.Hashed)
		return r.number(e), err
	case "":
		if e.Ref != "" {
			return d.refs.mention([]byte(e.Ref)), nil // only a reference, in the form of an object
		}
		d.faults.add("element without a type", e.Pointer, "an element has no type: not read")
		return -1, nil
	}
	number := r.declare(e)
	switch e.class {
	case "Agent", "Person", "Organization", "SoftwareAgent", "Tool":
		if hold(r.agents, number) && !isNothing(e.Name) {
			r.agents[number] = spdx3Agent{e.Name, e.class == "Organization"}
		}
	case "CreationInfo":
		return number, r.takeCreation(number, e)
	case "SpdxDocument":
		r.documents = append(r.documents, number)
		d.name = cmp.Or(d.name, e.Name)
		if r.info < 0 {
			r.info = e.info
		}
		r.takeRoots(number, e)
	case "software_Sbom", "Bom", "Bundle":
		r.bundles = append(r.bundles, number)
		r.takeRoots(number, e)
	case "security_Vulnerability":
		if hold(r.weaknesses, number) {
			r.weaknesses[number] = cmp.Or(e.vulnerabilityID, e.Name, e.Ref)
		}
	default:
		switch {
		case strings.HasSuffix(e.class, "Relationship"):
			r.takeRelationship(e)
		case strings.Contains(strings.ToLower(e.class), "licens"):
			r.takeLicence(number, e)
		}
	}
	return number, nil
}

// hold says whether one more thing of a kind may be held.
func hold[V any](held map[int32]V, number int32) bool {
	return number >= 0 && len(held) < maxSPDX3Names
}

// declare gives an element its number. One that stands inside another needs no id
// of its own.
func (r *spdx3Reader) declare(e *spdx3Element) int32 {
	if e.Ref != "" {
		return r.doc.refs.declare(e.Ref, e.Name, "")
	}
	if r.level == 0 {
		return -1
	}
	r.anonymous++
	return r.doc.refs.declare("_:"+e.Pointer+" "+strconv.Itoa(r.anonymous), e.Name, "")
}

func (r *spdx3Reader) number(e *spdx3Element) int32 {
	if e.Ref == "" {
		return -1
	}
	return r.doc.refs.mention([]byte(e.Ref))
}

func (r *spdx3Reader) takePackage(e *spdx3Element) (int32, error) {
	r.setPurpose(e)
	// The names of agents are looked up when the graph is through.
	e.Manufacturer, e.Supplier = numberText(e.originated), numberText(e.supplied)
	if err := r.doc.part(&e.spdxPart); err != nil {
		return -1, err
	}
	return r.doc.waiting[len(r.doc.waiting)-1], nil
}

func numberText(number int32) string {
	if number < 0 {
		return ""
	}
	return strconv.Itoa(int(number))
}

// setPurpose takes the primary purpose of a package, or what its class says.
func (r *spdx3Reader) setPurpose(e *spdx3Element) {
	e.Type = hyphenated(e.purpose)
	switch e.purpose {
	case "application", "archive", "container", "deviceDriver", "diskImage", "executable", "filesystemImage", "framework",
		"install", "library", "module", "operatingSystem", "patch", "platform", "source":
		e.Kind = netvet.KindSoftware
	case "firmware":
		e.Kind = netvet.KindFirmware
	case "device":
		e.Kind = netvet.KindDevice
	case "bom", "configuration", "data", "documentation", "evidence", "file", "manifest", "model", "other", "requirement",
		"specification", "test":
		e.Kind = netvet.KindOther
	case "":
		switch e.class {
		case "ai_AIPackage":
			e.Type, e.Kind = "model", netvet.KindOther
		case "dataset_DatasetPackage":
			e.Type, e.Kind = "data", netvet.KindOther
		}
	default:
		e.Kind = netvet.KindOther
		r.doc.faults.add("unknown purpose", e.Pointer, fmt.Sprintf("package %q has the unknown purpose %q", short(e.Name), short(e.purpose)))
	}
}

// hyphenated writes "operatingSystem" as "operating-system", the spelling of the
// other formats.
func hyphenated(word string) string {
	var b strings.Builder
	for i, c := range word {
		if unicode.IsUpper(c) && i > 0 {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

func (r *spdx3Reader) takeCreation(number int32, e *spdx3Element) error {
	if e.specVersion != "" && e.specVersion != "3.0" && !strings.HasPrefix(e.specVersion, "3.0.") {
		return fmt.Errorf("%s: unsupported version %q of SPDX: netvet reads SPDX 3.0, and 2.2 and 2.3 in their own formats", e.Pointer, short(e.specVersion))
	}
	if !hold(r.infos, number) {
		return nil
	}
	if r.firstInfo < 0 {
		r.firstInfo = number
	}
	r.infos[number] = spdx3Creation{e.specVersion, e.created, few(e.createdBy), few(e.createdUsing)}
	return nil
}

// takeRoots takes the root elements of a document or bill of materials: what it is
// about.
func (r *spdx3Reader) takeRoots(number int32, e *spdx3Element) {
	for _, root := range e.roots {
		if root >= 0 {
			r.roots.add(number, root)
		}
	}
}

func (r *spdx3Reader) takeRelationship(e *spdx3Element) {
	if e.from < 0 || e.kind == "" || !e.ends {
		r.doc.faults.add("incomplete relationship", e.Pointer, "the relationship does not name both its ends and its type")
		return
	}
	for _, to := range e.to {
		if to < 0 {
			continue
		}
		switch e.kind {
		case "describes":
			r.roots.add(e.from, to)
		case "dependsOn", "hasPrerequisite", "hasDynamicLink", "hasStaticLink", "hasOptionalDependency", "hasProvidedDependency":
			r.doc.dependency(e.from, to)
		case "hasConcludedLicense", "hasDeclaredLicense":
			r.licensed.add(e.from, to)
		case "affects", "doesNotAffect", "fixedIn", "underInvestigationFor":
			if len(r.verdicts) < maxSPDX3Names && strings.HasPrefix(e.class, "security_Vex") {
				r.verdicts = append(r.verdicts, spdx3Verdict{e.from, to, spdx3State(e.kind), e.Pointer})
			}
		}
	}
}

func spdx3State(relationship string) string {
	switch relationship {
	case "affects":
		return "affected"
	case "doesNotAffect":
		return "not-affected"
	case "fixedIn":
		return "fixed"
	}
	return "possibly-affected"
}

func (r *spdx3Reader) takeLicence(number int32, e *spdx3Element) {
	if !hold(r.licences, number) {
		return
	}
	licence := spdx3Licence{text: e.expression}
	switch {
	case strings.HasSuffix(e.class, "ConjunctiveLicenseSet") && len(e.members) > 0:
		licence.joined, licence.members = " AND ", few(e.members)
	case strings.HasSuffix(e.class, "DisjunctiveLicenseSet") && len(e.members) > 0:
		licence.joined, licence.members = " OR ", few(e.members)
	case licence.text == "":
		licence.text = cmp.Or(listedLicence(e.Ref), e.Name)
	}
	r.licences[number] = licence
}

// few copies the beginning of a list.
func few(list []int32) []int32 { return slices.Clone(list[:min(len(list), maxListed)]) }

// listedLicence returns the id of a licence of the SPDX list by its address.
func listedLicence(ref string) string {
	for _, list := range []string{"https://spdx.org/licenses/", "http://spdx.org/licenses/"} {
		if id, ok := strings.CutPrefix(ref, list); ok {
			return strings.TrimSuffix(id, ".html")
		}
	}
	return ""
}

// finish ends the document: it finds out what the product is and passes on the
// packages with the names that their references stand for.
func (r *spdx3Reader) finish() (Info, error) {
	d := r.doc
	r.creation()
	d.described = r.reached()
	slices.SortStableFunc(r.licensed.edges, func(a, b [2]int32) int { return cmp.Compare(a[0], b[0]) })
	place := d.findProduct()
	if place >= 0 {
		r.complete(&d.product.Component, d.waiting[place])
	}
	reportRefs(d.faults, d.refs, "SPDX id", func(ref string) bool { return isSPDX3Nothing(ref) || strings.Contains(ref, "://spdx.org/") })
	reportCycle(d.faults, d.refs, &d.depends, "/@graph")
	info := Info{Version: r.version()}
	if err := d.start(); err != nil {
		return info, err
	}
	if err := r.pass(place); err != nil {
		return info, err
	}
	if err := d.emit(ProductEnd{d.theProduct()}); err != nil {
		return info, err
	}
	return info, d.faults.finish()
}

// pass passes on all packages but the product, or the files of a document without
// packages, and what is said of weaknesses.
func (r *spdx3Reader) pass(product int) error {
	d := r.doc
	at := 0
	err := d.shelf.empty(product, func(c *netvet.Component) error {
		if at == product {
			at++
		}
		r.complete(c, d.waiting[at])
		at++
		return d.emit(Component{c})
	})
	if err == nil {
		err = d.files.empty(-1, func(c *netvet.Component) error { return d.emit(Component{c}) })
	}
	for _, v := range r.verdicts {
		if err != nil {
			return err
		}
		about := d.refs.text(v.element)
		err = d.emit(Statement{netvet.Vulnerability{ID: cmp.Or(r.weaknesses[v.vulnerability], d.refs.text(v.vulnerability).ref), Pointer: v.pointer,
			State: v.state, Ref: about.ref, Component: about.name, Version: about.version}})
	}
	return err
}

// complete puts the names of agents and licences in the place of references.
func (r *spdx3Reader) complete(c *netvet.Component, number int32) {
	c.Manufacturer, c.Supplier = r.agent(c.Manufacturer), r.agent(c.Supplier)
	if number < 0 {
		return
	}
	edges := r.licensed.edges
	first, _ := slices.BinarySearchFunc(edges, number, func(e [2]int32, n int32) int { return cmp.Compare(e[0], n) })
	for _, e := range edges[first:] {
		if e[0] != number || len(c.Licences) >= maxListed {
			break
		}
		if text := r.licence(e[1], 0); text != "" && !isNothing(text) && !slices.Contains(c.Licences, text) {
			c.Licences = append(c.Licences, text)
		}
	}
}

func (r *spdx3Reader) agent(number string) string {
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil {
		return ""
	}
	return r.agents[int32(n)].name
}

// licence returns a licence in words; sets inside each other are bounded, because
// they may go in a circle.
func (r *spdx3Reader) licence(number int32, depth int) string {
	licence, ok := r.licences[number]
	if !ok {
		return listedLicence(r.doc.refs.text(number).ref)
	}
	if licence.text != "" || depth > 3 {
		return licence.text
	}
	var parts []string
	for _, member := range licence.members {
		if text := r.licence(member, depth+1); text != "" {
			parts = append(parts, text)
		}
	}
	text := strings.Join(parts, licence.joined)
	if depth > 0 && len(parts) > 1 {
		text = "(" + text + ")"
	}
	return text
}

// creation takes what is said of how the document came to be.
func (r *spdx3Reader) creation() {
	d := r.doc
	info, ok := r.infos[r.info]
	if !ok {
		info = r.infos[r.firstInfo]
	}
	d.version = info.version
	d.bom.SpecVersion, d.bom.Created = r.version(), info.created
	for _, by := range info.by {
		agent := r.agents[by]
		if agent.organization {
			d.bom.Supplier = cmp.Or(d.bom.Supplier, agent.name)
		}
		d.bom.Authors = appendName(d.bom.Authors, agent.name)
	}
	for _, tool := range info.using {
		d.bom.Tools = appendName(d.bom.Tools, r.agents[tool].name)
	}
}

// reached returns what the documents are about, through the bills of materials they
// name. Where they name nothing, the bills of materials are asked.
func (r *spdx3Reader) reached() map[int32]bool {
	below := make(map[int32][]int32)
	for _, e := range r.roots.edges {
		below[e[0]] = append(below[e[0]], e[1])
	}
	asks := make(map[int32]bool) // what may be about something else
	for _, n := range slices.Concat(r.documents, r.bundles) {
		asks[n] = true
	}
	reached := make(map[int32]bool)
	for _, from := range [][]int32{r.documents, r.bundles} {
		for queue := slices.Clone(from); len(queue) > 0; queue = queue[1:] {
			for _, n := range below[queue[0]] {
				if !reached[n] && asks[n] {
					queue = append(queue, n)
				}
				reached[n] = true
			}
		}
		if len(reached) > 0 {
			break
		}
	}
	return reached
}

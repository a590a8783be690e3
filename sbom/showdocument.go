package sbom

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

func showJSON() Format {
	return Format{
		Name:   "show-json",
		Title:  "Output of show commands and REST answers of network devices, JSON",
		Expect: `output of "show version | json", "show chassis hardware | display json" and their like`,
		Detect: func(s Sample) float64 { return detectShown(s, "{[") },
		Read:   readShownJSON,
	}
}

func showXML() Format {
	return Format{
		Name:   "show-xml",
		Title:  "Output of show commands of network devices, XML",
		Expect: `output of "show chassis hardware | display xml", or of the XML API or NETCONF of a device`,
		Detect: func(s Sample) float64 { return detectShown(s, "<") },
		Read:   readShownXML,
	}
}

func detectShown(s Sample, begins string) float64 {
	head := bytes.TrimSpace(s.Head)
	if len(head) > 0 && strings.IndexByte(begins, head[0]) >= 0 && len(shownDocuments(head)) > 0 {
		return 0.9
	}
	return 0
}

// shownDocuments are the kinds of document that a text begins like.
func shownDocuments(text []byte) []*shownDocument {
	var list []*shownDocument
	for i := range knownShown().Documents {
		if d := &knownShown().Documents[i]; d.in(text) {
			list = append(list, d)
		}
	}
	return list
}

// in tells whether a document that begins like the text is of the kind.
func (d *shownDocument) in(text []byte) bool {
	return slices.ContainsFunc(d.Signs, func(words []string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return !bytes.Contains(text, []byte(w)) })
	})
}

// enginePrompt is the line with which Junos names the engine that answered.
var enginePrompt = regexp.MustCompile(`(?m)^\{(?:master|backup|linecard|primary|secondary)[\w:-]*\}[ \t\r]*$`)

// nextDocument is where a device that has several engines begins another document.
var nextDocument = regexp.MustCompile(`\n}[ \t\r]*\n\s*{`)

func readShownJSON(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	limited := io.LimitReader(src.Reader, maxHostDocument+1)
	text, err := io.ReadAll(limited)
	switch {
	case err != nil:
		return Info{}, err
	case len(text) > maxHostDocument:
		return Info{}, tooBigHost()
	}
	text = enginePrompt.ReplaceAll(text, nil)
	var trees []*hostTree
	for rest := text; len(rest) > 0; {
		n := len(rest)
		if at := nextDocument.FindIndex(rest); at != nil {
			n = at[1] - 1
		}
		one := *src
		one.Reader = bytes.NewReader(rest[:n])
		tree, err := readHostJSON(&one)
		if err != nil {
			return Info{}, err
		}
		trees, rest = append(trees, tree), rest[n:]
	}
	return readShownTrees(src, emit, text[:min(len(text), headSize)], trees)
}

func readShownXML(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	head := &headKeeper{r: src.Reader}
	kept := *src
	kept.Reader = head
	tree, err := readHostXML(&kept)
	if err != nil {
		return Info{}, err
	}
	return readShownTrees(src, emit, head.text, []*hostTree{tree})
}

// readShownTrees takes the devices from documents, whose kind their beginning tells.
func readShownTrees(src *Stream, emit func(Record) error, head []byte, trees []*hostTree) (Info, error) {
	faults := newFaults(emit)
	for _, tree := range trees {
		if err := tree.settle(faults); err != nil {
			return Info{}, err
		}
	}
	devices := 0
	for _, document := range shownDocuments(head) {
		r := &shownTree{document: document, device: newShownDevice()}
		for _, tree := range trees {
			r.visit(tree.root, new(treePath))
		}
		for _, d := range append(r.devices, r.device) {
			if d.saysNothing() {
				continue
			}
			d.place(src.Name)
			devices++
			if err := d.emit(src, emit); err != nil {
				return Info{}, err
			}
		}
		if devices > 0 {
			return Info{}, faults.finish()
		}
	}
	return Info{}, errors.New("nothing in it describes a device: give the output of show version or show inventory with it")
}

// headKeeper keeps the beginning of what is read through it.
type headKeeper struct {
	r    io.Reader
	text []byte
}

func (h *headKeeper) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	h.text = append(h.text, p[:min(n, headSize-len(h.text))]...)
	return n, err
}

// shownTree takes from a document what the rules of its kind say.
type shownTree struct {
	document *shownDocument
	device   *shownDevice
	devices  []*shownDevice // those that are whole
}

// treePath is where an object stands: the names of the members above it, and of the
// parts that it is in.
type treePath struct{ keys, parts []string }

// visit looks at every object, the members of one in the order of their names.
func (t *shownTree) visit(n hostNode, path *treePath) {
	if list, ok := n.v.([]any); ok {
		for i := range list {
			t.visit(n.element(list, i), path)
		}
		return
	}
	if !n.isObject() {
		return
	}
	below := &treePath{parts: path.parts}
	if name := t.object(n, path); name != "" {
		below.parts = append(path.parts[:len(path.parts):len(path.parts)], name)
	}
	for key, item := range n.each() {
		below.keys = append(path.keys[:len(path.keys):len(path.keys)], key)
		t.visit(item, below)
	}
}

// memberName returns the name of a member as the rules write it.
func memberName(name string) string {
	if _, rest, ok := strings.Cut(name, ":"); ok {
		name = rest
	}
	return plainKey(strings.ToLower(name))
}

// object applies the rules to an object and returns the name of the part that it is.
func (t *shownTree) object(n hostNode, path *treePath) string {
	members := make(map[string]string)
	for name, item := range n.each() {
		if key := memberName(name); members[key] == "" {
			members[key] = scalarOf(item)
		}
	}
	for i := range t.document.Each {
		if r := &t.document.Each[i]; r.fits(members, path) {
			t.next()
			t.describeDevice(r, members, n.place)
		}
	}
	for i := range t.document.Device {
		if r := &t.document.Device[i]; r.fits(members, path) {
			if t.another(r, members) {
				t.next()
			}
			t.describeDevice(r, members, n.place)
		}
	}
	for i := range t.document.Parts {
		if r := &t.document.Parts[i]; r.fits(members, path) {
			return t.part(r, members, path, n.place)
		}
	}
	return ""
}

// scalarOf returns the text that a member is or, as Junos writes it, wraps in a list
// of one object.
func scalarOf(n hostNode) string {
	for {
		n = n.only()
		switch {
		case !n.isObject():
			return n.value()
		case n.has("data"):
			n = n.member("data")
		case n.xml:
			return n.value()
		default:
			return ""
		}
	}
}

// fits tells whether a rule is for an object. Numbers that index a list of objects
// by name are no names.
func (r *shownRule) fits(members map[string]string, path *treePath) bool {
	for _, name := range r.Has {
		if _, ok := members[name]; !ok {
			return false
		}
	}
	n := len(path.keys)
	switch {
	case r.In == "":
		return true
	case n > 0 && memberName(path.keys[n-1]) == r.In:
		return true
	}
	return n > 1 && memberName(path.keys[n-2]) == r.In && strings.ContainsAny(path.keys[n-1], "0123456789")
}

// another tells whether an object says of a device what another one is known by.
func (t *shownTree) another(r *shownRule, members map[string]string) bool {
	serial, known := deviceText(members[r.Take["serial"]]), t.device.product.Serial
	return r.Take["model"] != "" && serial != "" && known != "" && serial != known && t.device.product.Model != ""
}

// next begins another device.
func (t *shownTree) next() {
	if !t.device.saysNothing() {
		t.devices = append(t.devices, t.device)
		t.device = newShownDevice()
	}
}

func (t *shownTree) describeDevice(r *shownRule, members map[string]string, place string) {
	d := t.device
	d.record = cmp.Or(d.record, place)
	for field, name := range r.Take { // the fields are of different rules or different members: their order does not count
		value := r.value(field, members[name])
		if field == "mac" {
			d.product.Identifiers = addIdentifier(d.product.Identifiers, netvet.IDMAC, value)
			continue
		}
		if f := deviceField(&d.product, field); f != nil {
			*f = cmp.Or(*f, deviceText(value))
		}
	}
	d.product.Manufacturer = cmp.Or(d.product.Manufacturer, t.document.Maker)
	d.os, d.osMaker = t.document.OS, t.document.Maker
}

// value returns what a rule takes of a text.
func (r *shownRule) value(field, text string) string {
	if r.match == nil || field != "version" {
		return text
	}
	if found := r.match.FindStringSubmatch(text); found != nil {
		return found[1]
	}
	return ""
}

// part adds the part that an object describes and returns its name.
func (t *shownTree) part(r *shownRule, members map[string]string, path *treePath, place string) string {
	take := func(field string) string { return deviceText(r.value(field, members[r.Take[field]])) }
	name := cmp.Or(take("name"), take("name-last"))
	if r.Take["name"] == "" && r.Take["name-last"] == "" {
		name = strings.Join(path.keys[max(0, len(path.keys)-2):], " ")
	}
	name = strings.TrimSpace(r.Called + " " + name)
	c := netvet.Component{Name: strings.Join(append(path.parts[:len(path.parts):len(path.parts)], name), "/"), Kind: cmp.Or(r.Kind, netvet.KindDevice),
		Type: r.Type, PartNumber: take("part"), Serial: take("serial"), Version: take("version"), Description: take("description"), Manufacturer: take("maker")}
	if c.PartNumber == "" && c.Serial == "" && c.Description == "" && c.Version == "" {
		return ""
	}
	t.device.addNamed(c, place)
	return name
}

// addNamed adds a part, or completes the one of that name of which nothing is known
// that differs.
func (d *shownDevice) addNamed(c netvet.Component, place string) {
	c.Pointer = place
	i, known := d.known[c.Name]
	if known {
		p := &d.parts[i]
		differs := func(a, b string) bool { return a != "" && b != "" && a != b }
		known = !differs(p.PartNumber, c.PartNumber) && !differs(p.Serial, c.Serial)
		if known {
			complete(p, &c)
			return
		}
	}
	d.known[c.Name] = len(d.parts)
	d.parts = append(d.parts, c)
}

// place completes a device that a document describes.
func (d *shownDevice) place(input string) {
	p := &d.product
	describe(p, p.Description)
	d.complete(input, cmp.Or(d.record, "/"))
	p.Name = cmp.Or(p.Name, p.Model, documentName(input))
	p.BOM.Format = "show-document"
}

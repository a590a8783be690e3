package evidence

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/kit"
	"github.com/netvet/netvet/scanner/versions"
)

// target is one thing with one version that records may speak of: a product, the
// system it runs, or a part of it.
type target struct {
	supplier   string // id, empty when not known
	makers     []string
	names      []targetName
	version    string
	system     string   // that the version is of, where one is known
	platform   string   // the words of the model and name of a device
	model      string   // of a device
	suppliers  []string // who made the device, and who owns that
	recordedBy string   // another supplier whose records speak of it
	texts      []string // in which a release may stand: "Windows Server 2019"

	ref, component, pointer string // of a part
}

// targetName is a name under which a target is looked up.
type targetName struct {
	key  string
	why  string // why it is only possible that the target goes by it
	weak bool   // only a part of what the target is called
}

// key tells targets apart of which other things are found.
func (t *target) key() string {
	var b strings.Builder
	for _, text := range slices.Concat([]string{t.supplier, t.version, t.system, t.platform, t.model}, t.makers) {
		b.WriteString(text)
		b.WriteByte(0)
	}
	for _, n := range t.names {
		b.WriteString(n.key + "\x01" + n.why + "\x00")
	}
	return b.String()
}

// add adds the names of a text: of a maker's products, or parts of them.
func (t *target) add(maker, text, why string) {
	for _, n := range kit.ProductNames(maker, text) {
		reason := why
		if !n.Whole && reason == "" {
			reason = fmt.Sprintf("only a part of the name %q", text)
		}
		t.addKey(targetName{key: n.Key, why: reason})
	}
}

func (t *target) addKey(n targetName) {
	i := slices.IndexFunc(t.names, func(have targetName) bool { return have.key == n.key })
	switch {
	case i < 0:
		t.names = append(t.names, n)
	case n.why == "":
		t.names[i] = n
	}
}

// asked is a product that is taken apart into targets.
type asked struct {
	p         *netvet.Product
	suppliers []string // who made it, then who owns that
	maker     string   // as written
	makers    []string // keys
	system    runs
	runsOne   bool
}

// targets takes a product apart; not says why it cannot be looked up itself.
func (w *Weaknesses) targets(p *netvet.Product, m *netvet.Match, parts []netvet.Component) (list []target, not string, err error) {
	a := asked{p: p, maker: p.Manufacturer}
	if a.maker == "" {
		a.maker = p.Vendor
	}
	a.suppliers = suppliersOf(m)
	if a.makers, err = w.makerKeys(a.suppliers, a.maker); err != nil {
		return nil, "", err
	}
	if a.system, a.runsOne = systemOf(a.suppliers, systemTexts(parts, isOperating), nil); !a.runsOne {
		a.system, a.runsOne = systemOf(a.suppliers, a.texts(parts), []string{p.Model, p.PartNumber, p.Name})
	}
	if t, ok := a.product(); ok {
		list = append(list, t)
	} else {
		not = "no maker or no name"
	}
	if t, ok := a.systemTarget(parts); ok {
		if by := t.recordedBy; by != "" {
			makers, err := w.makersOf(by)
			if err != nil {
				return nil, "", err
			}
			t.makers = slices.Concat(t.makers, makers)
		}
		list = append(list, t)
	}
	for i := range parts {
		t, ok, err := w.part(&a, &parts[i])
		if err != nil {
			return nil, "", err
		}
		if ok {
			list = append(list, t)
		}
	}
	return list, not, nil
}

// suppliersOf are the ids of who made a product, and of who controls that.
func suppliersOf(m *netvet.Match) []string {
	if m == nil || m.Supplier == nil {
		return nil
	}
	out := []string{m.Supplier.ID}
	for _, o := range m.Supplier.Owners {
		if o.ID != "" {
			out = append(out, o.ID)
		}
	}
	return out
}

// makerKeys are the names under which records know the maker: those of the
// suppliers, and the one that is written.
func (w *Weaknesses) makerKeys(suppliers []string, written string) ([]string, error) {
	var out []string
	for _, id := range suppliers {
		list, err := w.makersOf(id)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	if key := kit.MakerKey(written); key != "" && !slices.Contains(out, key) {
		out = append(out, key)
	}
	return out, nil
}

// texts are where a product may state its system.
func (a *asked) texts(parts []netvet.Component) []string {
	return append([]string{a.p.Version, a.p.Name, a.p.Description}, systemTexts(parts, isSystem)...)
}

func systemTexts(parts []netvet.Component, of func(*netvet.Component) bool) (out []string) {
	for i := range parts {
		if c := &parts[i]; of(c) {
			out = append(out, c.Name+" "+c.Version)
		}
	}
	return out
}

// isOperating reports whether a part is stated as the system itself, which says
// more than the name that a device was given.
func isOperating(c *netvet.Component) bool { return strings.Contains(c.Type, "operating") }

// isSystem reports whether a part is what the product runs on.
func isSystem(c *netvet.Component) bool {
	return isOperating(c) || c.Kind == netvet.KindFirmware && c.Type != "bios"
}

func (a *asked) supplier() string {
	if len(a.suppliers) > 0 {
		return a.suppliers[0]
	}
	return ""
}

// product is the target of the product itself.
func (a *asked) product() (target, bool) {
	p := a.p
	t := target{supplier: a.supplier(), makers: a.makers, texts: []string{p.Name, p.Model}, component: cmp.Or(p.Model, p.Name)}
	for _, text := range []string{p.Name, p.Model, p.PartNumber} {
		t.add(a.maker, text, "")
	}
	for _, id := range p.Identifiers {
		if maker, product, ok := cpeNames(id); ok {
			t.makers = appendNew(t.makers, maker)
			t.add("", product, "")
		}
	}
	for _, text := range []string{p.Name, p.Model} {
		for _, key := range within(kit.ProductWords(a.maker, text)) {
			t.addKey(targetName{key: key, why: fmt.Sprintf("only a part of the name %q", text), weak: true})
		}
	}
	if a.runsOne {
		t.system = a.system.Name
	}
	if p.Kind == netvet.KindDevice || p.Kind == "" {
		t.platform, t.model, t.suppliers = strings.Join(textWords(p.Model+" "+p.Name), " "), cmp.Or(p.Model, p.Name), a.suppliers
	}
	t.version = written(versions.For(t.supplier, t.system+" "+p.Name), p.Version)
	return t, len(t.makers) > 0 && len(t.names) > 0
}

// systemTarget is the target of the system that the product runs.
func (a *asked) systemTarget(parts []netvet.Component) (target, bool) {
	if !a.runsOne {
		return target{}, false
	}
	s := a.system
	t := target{supplier: s.Supplier, makers: a.makers, system: s.Name, component: s.Name, recordedBy: s.RecordedBy}
	for _, text := range append([]string{s.Name}, s.Records...) {
		for _, n := range kit.ProductNames(a.maker, text) {
			t.addKey(targetName{key: n.Key, why: s.why})
		}
	}
	t.platform, t.model, t.suppliers = strings.Join(textWords(a.p.Model+" "+a.p.Name), " "), cmp.Or(a.p.Model, a.p.Name), a.suppliers
	order := versions.For(s.Supplier, s.Name)
	for _, text := range []string{a.p.Version, a.p.Description} {
		if t.version == "" && (text == a.p.Version || s.isStated(text)) {
			t.version = stated(order, text, text == a.p.Version)
		}
	}
	for i := range parts {
		if c := &parts[i]; t.version == "" && isSystem(c) && s.isStated(c.Name+" "+c.Version) {
			t.version = stated(order, c.Version, true)
		}
	}
	t.version = s.numbered(t.version)
	if why := s.patchless(t.version); why != "" {
		for i := range t.names {
			t.names[i].why = cmp.Or(t.names[i].why, why)
		}
	}
	return t, true
}

// stated returns the version that a text gives; the text itself when it is meant
// as a version but not written so.
func stated(order *versions.Scheme, text string, meant bool) string {
	if v, ok := order.Find(text); ok {
		return asWritten(text, v.Text)
	}
	if meant {
		return text
	}
	return ""
}

// written returns a version as its scheme writes it, when more stands around it.
// Plain dotted numbers are taken from among words only when they stand alone:
// anything may hold one.
func written(order *versions.Scheme, text string) string {
	if _, err := order.Parse(text); err == nil {
		return text
	}
	if order != versions.Generic() {
		if v, ok := order.Find(text); ok {
			return asWritten(text, v.Text)
		}
		return text
	}
	found := ""
	for _, word := range strings.Fields(text) {
		if _, err := order.Parse(word); err != nil || !strings.Contains(word, ".") {
			continue
		}
		if found != "" {
			return text
		}
		found = word
	}
	if found == "" {
		return text
	}
	return found
}

// asWritten returns what was found in a text in the letters of the text.
func asWritten(text, found string) string {
	lower := strings.ToLower(text)
	if at := strings.Index(lower, found); at >= 0 && len(lower) == len(text) {
		return text[at : at+len(found)]
	}
	return found
}

// IsPart reports whether a component is one that records of network products may
// speak of: a system, firmware or a device.
func IsPart(c *netvet.Component) bool {
	return c.Name != "" && (strings.Contains(c.Type, "operating") || c.Kind == netvet.KindFirmware || c.Kind == netvet.KindDevice)
}

// part is the target of a part that has a version of its own.
func (w *Weaknesses) part(a *asked, c *netvet.Component) (target, bool, error) {
	if !IsPart(c) || c.Version == "" {
		return target{}, false, nil
	}
	system := strings.Contains(c.Type, "operating")
	t := target{supplier: a.supplier(), makers: a.makers, texts: []string{c.Name}, ref: c.Ref, component: c.Name, pointer: c.Pointer}
	maker := a.maker
	if own := c.Maker(); own != "" {
		maker = own
		t.makers = appendNew(t.makers, kit.MakerKey(own))
	}
	for _, model := range []string{a.p.Model, a.p.Name} {
		if model != "" {
			t.add(maker, model+" "+c.Name, "")
		}
	}
	why := ""
	if common(c.Name) {
		why = fmt.Sprintf("%q is the name of parts of many products", c.Name)
	}
	t.add(maker, c.Name, why)
	if s, ok := systemOf(a.suppliers, []string{c.Name, c.Version}, nil); ok {
		if a.runsOne && a.system.why == "" && s.system == a.system.system && (system || c.Version == a.p.Version) {
			return target{}, false, nil // it is looked up with the product
		}
		t.system = s.Name
		for _, text := range s.Records {
			t.add(maker, text, "")
		}
	}
	for _, id := range c.Identifiers {
		if maker, product, ok := cpeNames(id); ok {
			t.makers = appendNew(t.makers, maker)
			t.add("", product, "")
		}
	}
	t.version = written(versions.For(t.supplier, t.system+" "+c.Name), c.Version)
	return t, len(t.makers) > 0 && len(t.names) > 0, nil
}

// commonParts are words of which the names of parts are made that any product
// may have.
var commonParts = []string{"bios", "uefi", "bmc", "firmware", "system", "rom", "controller", "management", "module", "bootloader", "boot", "loader", "cpld", "fpga", "backplane", "power", "supply", "nic", "network", "adapter", "disk", "drive", "storage", "raid", "os", "operating", "software", "kernel", "image", "version", "processor", "cpu", "memory", "fan", "board", "chassis"}

func common(name string) bool {
	return !slices.ContainsFunc(textWords(name), func(w string) bool {
		return !slices.Contains(commonParts, w) && strings.ContainsFunc(w, unicode.IsLetter)
	})
}

// cpeNames are maker and product of a CPE name.
func cpeNames(id netvet.Identifier) (maker, product string, ok bool) {
	if id.Type != netvet.IDCPE {
		return "", "", false
	}
	return kit.CPE(id.Value)
}

func appendNew(list []string, text string) []string {
	if text == "" || slices.Contains(list, text) {
		return list
	}
	return append(slices.Clip(list), text)
}

// The bounds of names that are tried within a longer one.
const (
	maxNameWords   = 12
	leastNameBytes = 4
	leastWords     = 10 // bytes of a name that is words alone, of which there are two at least
)

// within are the runs of words of a name that may be a product's by themselves: a
// model number, or words long enough.
func within(words []string) []string {
	words = words[:min(len(words), maxNameWords)]
	var out []string
	for i := range words {
		for j := i + 1; j <= len(words); j++ {
			key := strings.Join(words[i:j], "")
			numbered := strings.ContainsFunc(key, unicode.IsDigit) && strings.ContainsFunc(key, unicode.IsLetter)
			if j-i < len(words) && (numbered && len(key) >= leastNameBytes || j-i > 1 && len(key) >= leastWords) {
				out = append(out, key)
			}
		}
	}
	return out
}

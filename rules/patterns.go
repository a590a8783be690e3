package rules

import (
	"net/url"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// patternFile is patterns.yaml.
type patternFile struct {
	Version  netvet.Date        `yaml:"version"`
	Source   string             `yaml:"source"`
	Patterns map[string]Pattern `yaml:"patterns"`
}

// Pattern picks out the components that rules look at. A component is picked
// when its kind and type are among those given, one of the selectors holds, and
// no exception does. Texts are compared word by word.
type Pattern struct {
	ID    string        `yaml:"-" json:"id"`
	Title Text          `yaml:"title" json:"title"`
	Kinds []netvet.Kind `yaml:"kinds" json:"kinds,omitempty"` // empty: any
	Types []string      `yaml:"types" json:"types,omitempty"` // the document's own word; empty: any

	// The selectors.
	Names              []string `yaml:"names" json:"names,omitempty"`                             // the whole name
	Words              []string `yaml:"words" json:"words,omitempty"`                             // anywhere in the name
	Groups             []string `yaml:"groups" json:"groups,omitempty"`                           // anywhere in the group
	Described          []string `yaml:"described" json:"described,omitempty"`                     // anywhere in the name or description
	Prefixes           []string `yaml:"prefixes" json:"prefixes,omitempty"`                       // of a word of the name or part number
	Identifiers        []string `yaml:"identifiers" json:"identifiers,omitempty"`                 // cpe:VENDOR:PRODUCT, purl:TYPE/NAMESPACE/NAME, TYPE:VALUE
	Suppliers          []string `yaml:"suppliers" json:"suppliers,omitempty"`                     // ids of resolved makers
	SupplierCategories []string `yaml:"supplier_categories" json:"supplier_categories,omitempty"` // makers of nothing else
	Typed              []string `yaml:"typed" json:"typed,omitempty"`                             // the document's own word for what it is
	All                bool     `yaml:"all" json:"all,omitempty"`                                 // every component of the kinds and types

	// The exceptions.
	Except          []string `yaml:"except" json:"except,omitempty"` // anywhere in the name or group
	ExceptSuppliers []string `yaml:"except_suppliers" json:"except_suppliers,omitempty"`

	// Names that must and must not match, run by Lint.
	Matches    []string `yaml:"matches" json:"matches,omitempty"`
	LookAlikes []string `yaml:"look_alikes" json:"look_alikes,omitempty"`

	data []byte // of the file, for the lines of faults
}

// The fields of a component that word sequences are looked for in.
type field uint8

const (
	inName field = 1 << iota
	wholeName
	inGroup
	inDescription
	inPartNumber
)

// prefixLength is the least length of a prefix, by which they are indexed.
const prefixLength = 3

// matcher finds all patterns that a component matches in one pass over its
// words, whatever the number of patterns. It is not changed once built.
type matcher struct {
	slots      []slot
	ids        map[string]int32 // word -> number, from 1
	shapes     [256]uint64      // by first byte, which lengths of words there are: most words of a document need no look-up
	byFirst    [][]sequence     // by the number of the first word
	prefixes   map[string][]prefix
	exact      map[idKey][]glob
	loose      map[netvet.IdentifierType][]glob
	schemes    map[netvet.IdentifierType]bool // that any glob looks at
	suppliers  map[string][]int
	exempt     map[string][]int
	categories []categorySlot
	typed      map[string][]int
	always     []int
	masks      map[netvet.Kind]bits // slots that allow a kind
	described  bool                 // any sequence looks at descriptions
}

// slot is one thing to find: a pattern, an entry of relevance.yaml, the models
// of the gates.
type slot struct {
	kinds []netvet.Kind
	types []string
}

type sequence struct {
	words  []int32
	where  field
	except bool
	slot   int
}

type prefix struct {
	text string
	slot int
}

type categorySlot struct {
	categories []string
	slot       int
}

// idKey finds globs by the one part of an identifier that they give in full.
type idKey struct {
	kind  netvet.IdentifierType
	value string
}

// glob is an identifier with wild cards: its parts, of which each may end in *.
type glob struct {
	parts [3]string
	slot  int
}

// bits is a set of slots.
type bits []uint64

func (b bits) set(i int)      { b[i/64] |= 1 << (i % 64) }
func (b bits) has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }

func newMatcher() *matcher {
	return &matcher{
		ids: map[string]int32{}, byFirst: [][]sequence{nil}, prefixes: map[string][]prefix{},
		exact: map[idKey][]glob{}, loose: map[netvet.IdentifierType][]glob{}, schemes: map[netvet.IdentifierType]bool{},
		suppliers: map[string][]int{}, exempt: map[string][]int{}, typed: map[string][]int{},
	}
}

// add gives a pattern its slot.
func (m *matcher) add(p *Pattern) int {
	n := m.slot(p.Kinds, p.Types)
	m.sequences(n, wholeName, false, p.Names)
	m.sequences(n, inName, false, p.Words)
	m.sequences(n, inGroup, false, p.Groups)
	m.sequences(n, inName|inDescription, false, p.Described)
	m.sequences(n, inName|inGroup, true, p.Except)
	for _, text := range p.Prefixes {
		text = strings.ToLower(text)
		if len(text) >= prefixLength {
			m.prefixes[text[:prefixLength]] = append(m.prefixes[text[:prefixLength]], prefix{text, n})
		}
	}
	for _, text := range p.Identifiers {
		m.identifier(n, text)
	}
	for _, id := range p.Suppliers {
		m.suppliers[id] = append(m.suppliers[id], n)
	}
	for _, id := range p.ExceptSuppliers {
		m.exempt[id] = append(m.exempt[id], n)
	}
	if len(p.SupplierCategories) > 0 {
		m.categories = append(m.categories, categorySlot{p.SupplierCategories, n})
	}
	for _, typ := range p.Typed {
		m.typed[typ] = append(m.typed[typ], n)
	}
	if p.All {
		m.always = append(m.always, n)
	}
	return n
}

func (m *matcher) slot(kinds []netvet.Kind, types []string) int {
	m.slots = append(m.slots, slot{kinds, types})
	return len(m.slots) - 1
}

func (m *matcher) sequences(slot int, where field, except bool, texts []string) {
	for _, text := range texts {
		ws := words(text)
		if len(ws) == 0 {
			continue
		}
		q := sequence{where: where, except: except, slot: slot}
		for _, w := range ws {
			q.words = append(q.words, m.number(w))
		}
		m.byFirst[q.words[0]] = append(m.byFirst[q.words[0]], q)
		m.described = m.described || where&inDescription != 0
	}
}

func (m *matcher) number(word string) int32 {
	n, ok := m.ids[word]
	if !ok {
		n = int32(len(m.byFirst))
		m.ids[word] = n
		m.shapes[word[0]] |= 1 << min(len(word), 63)
		m.byFirst = append(m.byFirst, nil)
	}
	return n
}

func (m *matcher) identifier(slot int, text string) {
	kind, value, _ := strings.Cut(strings.ToLower(text), ":")
	g := glob{slot: slot}
	key := 0 // the part by which a concrete identifier finds this glob
	switch t := netvet.IdentifierType(kind); t {
	case netvet.IDCPE:
		g.parts[0], g.parts[1], _ = strings.Cut(value, ":")
	case netvet.IDPurl:
		g.parts[0], value, _ = strings.Cut(value, "/")
		if i := strings.LastIndexByte(value, '/'); i >= 0 {
			g.parts[1], value = value[:i], value[i+1:]
		}
		g.parts[2], key = value, 2
	default:
		g.parts[0] = value
	}
	t := netvet.IdentifierType(kind)
	m.schemes[t] = true
	if strings.HasSuffix(g.parts[key], "*") {
		m.loose[t] = append(m.loose[t], g)
		return
	}
	k := idKey{t, g.parts[key]}
	m.exact[k] = append(m.exact[k], g)
}

// ready finishes the matcher once every slot is there.
func (m *matcher) ready() {
	m.masks = map[netvet.Kind]bits{}
	for _, kind := range []netvet.Kind{"", netvet.KindSoftware, netvet.KindFirmware, netvet.KindDevice, netvet.KindService, netvet.KindOther} {
		mask := m.bits()
		for i, s := range m.slots {
			// A component of no stated kind may be of any.
			if len(s.kinds) == 0 || kind == "" || slices.Contains(s.kinds, kind) {
				mask.set(i)
			}
		}
		m.masks[kind] = mask
	}
}

func (m *matcher) bits() bits { return make(bits, (len(m.slots)+63)/64) }

// picker matches one component after another, with the buffers it needs.
type picker struct {
	m        *matcher
	split    splitter
	numbers  []int32
	picked   bits
	excepted bits
	makers   map[string]bits // by supplier id: what the categories of a maker select
}

func (m *matcher) picker() *picker {
	return &picker{m: m, picked: m.bits(), excepted: m.bits(), makers: map[string]bits{}}
}

// match returns the slots that the component matches; the set is good until the
// next call.
func (p *picker) match(c *netvet.Component, maker *netvet.Supplier) bits {
	clear(p.picked)
	clear(p.excepted)
	for _, n := range p.m.always {
		p.picked.set(n)
	}
	if c.Type != "" {
		for _, n := range p.m.typed[c.Type] {
			p.picked.set(n)
		}
	}
	p.text(c.Name, inName|wholeName)
	p.text(c.Group, inGroup)
	if p.m.described {
		p.text(c.Description, inDescription)
	}
	if len(p.m.prefixes) > 0 && c.PartNumber != "" {
		p.text(c.PartNumber, inPartNumber)
	}
	for i := range c.Identifiers {
		p.identifier(&c.Identifiers[i])
	}
	if maker != nil && maker.ID != "" {
		p.maker(maker)
	}
	mask, known := p.m.masks[c.Kind]
	if !known {
		mask = p.m.masks[netvet.KindOther]
	}
	for i := range p.picked {
		p.picked[i] &^= p.excepted[i]
		p.picked[i] &= mask[i]
	}
	return p.picked
}

// of reports whether the component's type is one that the slot allows.
func (p *picker) of(slot int, typ string) bool {
	types := p.m.slots[slot].types
	return len(types) == 0 || slices.Contains(types, typ)
}

func (p *picker) text(text string, in field) {
	if text == "" {
		return
	}
	p.numbers = p.numbers[:0]
	known := false
	p.split.reset(text)
	for p.split.next() {
		n := int32(0)
		if w := p.split.word; p.m.shapes[w[0]]>>min(len(w), 63)&1 != 0 {
			n = p.m.ids[string(w)]
			known = known || n != 0
		}
		p.numbers = append(p.numbers, n)
		if in&(inName|inPartNumber) != 0 && len(p.split.word) >= prefixLength {
			p.prefix(p.split.word)
		}
	}
	if !known || in == inPartNumber {
		return
	}
	for i, n := range p.numbers {
		if n == 0 {
			continue
		}
		for j := range p.m.byFirst[n] {
			q := &p.m.byFirst[n][j]
			if q.where&in == 0 || len(q.words) > len(p.numbers)-i || !slices.Equal(q.words, p.numbers[i:i+len(q.words)]) {
				continue
			}
			if q.where&wholeName != 0 && len(q.words) != len(p.numbers) {
				continue
			}
			if q.except {
				p.excepted.set(q.slot)
			} else {
				p.picked.set(q.slot)
			}
		}
	}
}

func (p *picker) prefix(word []byte) {
	for _, f := range p.m.prefixes[string(word[:prefixLength])] {
		if len(word) >= len(f.text) && string(word[:len(f.text)]) == f.text {
			p.picked.set(f.slot)
		}
	}
}

func (p *picker) maker(maker *netvet.Supplier) {
	for _, n := range p.m.suppliers[maker.ID] {
		p.picked.set(n)
	}
	for _, n := range p.m.exempt[maker.ID] {
		p.excepted.set(n)
	}
	if len(p.m.categories) == 0 || len(maker.Categories) == 0 {
		return
	}
	set, ok := p.makers[maker.ID]
	if !ok {
		set = p.m.bits()
		for _, c := range p.m.categories {
			if !slices.ContainsFunc(maker.Categories, func(s string) bool { return !slices.Contains(c.categories, s) }) {
				set.set(c.slot)
			}
		}
		p.makers[maker.ID] = set
	}
	for i := range set {
		p.picked[i] |= set[i]
	}
}

func (p *picker) identifier(id *netvet.Identifier) {
	if !p.m.schemes[id.Type] {
		return
	}
	var parts [3]string
	key := 0
	switch id.Type {
	case netvet.IDCPE:
		parts[0], parts[1] = cpeParts(id.Value)
	case netvet.IDPurl:
		parts[0], parts[1], parts[2] = purlParts(id.Value)
		key = 2
	default:
		parts[0] = strings.ToLower(id.Value)
	}
	for _, g := range p.m.exact[idKey{id.Type, parts[key]}] {
		p.glob(g, parts)
	}
	for _, g := range p.m.loose[id.Type] {
		p.glob(g, parts)
	}
}

func (p *picker) glob(g glob, parts [3]string) {
	for i, want := range g.parts {
		stem, wild := strings.CutSuffix(want, "*")
		if wild && !strings.HasPrefix(parts[i], stem) || !wild && parts[i] != want {
			return
		}
	}
	p.picked.set(g.slot)
}

// cpeParts returns the vendor and product of a CPE 2.3 or 2.2 name in lower
// case, without escapes.
func cpeParts(cpe string) (vendor, product string) {
	rest, ok := strings.CutPrefix(cpe, "cpe:2.3:")
	if !ok {
		if rest, ok = strings.CutPrefix(cpe, "cpe:/"); !ok {
			return "", ""
		}
	}
	_, rest = cpePart(rest)
	vendor, rest = cpePart(rest)
	product, _ = cpePart(rest)
	return plainCPE(vendor), plainCPE(product)
}

func cpePart(s string) (part, rest string) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ':':
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

func plainCPE(s string) string {
	if strings.IndexByte(s, '\\') >= 0 {
		s = strings.ReplaceAll(s, `\`, "")
	}
	return strings.ToLower(s)
}

// purlParts returns the type, namespace and name of a package URL in lower
// case: pattern and component are compared without regard to case, since the
// registries that know a difference have no such twins worth telling apart here.
func purlParts(purl string) (kind, namespace, name string) {
	rest, ok := strings.CutPrefix(purl, "pkg:")
	if !ok {
		return "", "", ""
	}
	rest = strings.TrimLeft(rest, "/")
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		rest = rest[:i]
	}
	kind, rest, _ = strings.Cut(rest, "/")
	if i := strings.LastIndexByte(rest, '@'); i > strings.LastIndexByte(rest, '/') && i > 0 {
		rest = rest[:i]
	}
	if i := strings.LastIndexByte(rest, '/'); i >= 0 {
		namespace, rest = rest[:i], rest[i+1:]
	}
	return strings.ToLower(kind), plainPurl(namespace), plainPurl(rest)
}

func plainPurl(s string) string {
	if strings.IndexByte(s, '%') >= 0 {
		if t, err := url.PathUnescape(s); err == nil {
			s = t
		}
	}
	return strings.ToLower(s)
}

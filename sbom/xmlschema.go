package sbom

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What follows checks an XML document against a schema (XSD 1.0) while another reader
// walks it, as far as the schemas it is used for go.

// xmlType is what a schema says of an element, or of the text of an attribute.
type xmlType struct {
	name       string
	attributes map[string]xmlAttribute
	foreign    bool // attributes of any name are allowed
	elements   map[string]*xmlType
	order      *xmlOrder // of the elements; nil: there are none
	content    *xmlType  // of the text; nil: there is none
	mixed      bool      // text may stand between the elements
	xmlText
}

type xmlAttribute struct {
	required bool
	text     *xmlType
}

// xmlText is what a schema says of a text.
type xmlText struct {
	base              *xmlType
	builtin           string // the name of a type of XSD itself
	licenceID         bool
	enum              []string
	pattern           *regexp.Regexp
	least, most       string // of a number
	shortest, longest int    // 0: any
	union             []*xmlType
}

// foreignName stands for elements of other namespaces in an order.
const foreignName = "##other"

// xmlSchemaCompiler turns the definitions of a schema into types.
type xmlSchemaCompiler struct {
	definitions map[string]jsonValue
	types       map[string]*xmlType
	fail        error
}

// compileXMLSchema returns the type of the root element.
func compileXMLSchema(definitions map[string]jsonValue, root string) (*xmlType, error) {
	c := &xmlSchemaCompiler{definitions: definitions, types: make(map[string]*xmlType)}
	t := c.named(root)
	return t, c.fail
}

func (c *xmlSchemaCompiler) errorf(format string, args ...any) {
	if c.fail == nil {
		c.fail = fmt.Errorf(format, args...)
	}
}

func (c *xmlSchemaCompiler) named(name string) *xmlType {
	if t, ok := c.types[name]; ok {
		return t
	}
	t := &xmlType{name: name}
	c.types[name] = t
	if builtin, ok := strings.CutPrefix(name, "xs:"); ok {
		t.builtin = builtin
		return t
	}
	if name == "spdx:licenseId" {
		t.licenceID = true
		return t
	}
	v, ok := c.definitions[name]
	if !ok {
		c.errorf("the schema has no type %q", name)
		return t
	}
	for word := range v.members() {
		c.word(t, word, v.get(word))
	}
	return t
}

func (c *xmlSchemaCompiler) word(t *xmlType, word string, v jsonValue) {
	switch word {
	case "attributes":
		t.attributes = make(map[string]xmlAttribute)
		for name := range v.members() {
			text, required := strings.CutSuffix(v.text(name), "!")
			t.attributes[name] = xmlAttribute{required, c.named(text)}
		}
	case "foreign":
		t.foreign = true
	case "mixed":
		t.mixed = true
	case "order":
		order, err := parseXMLOrder(v.text())
		if err != nil {
			c.errorf("the order of %s: %w", t.name, err)
		}
		t.order = order
	case "elements":
		t.elements = make(map[string]*xmlType)
		for name := range v.members() {
			t.elements[name] = c.named(v.text(name))
		}
	case "text":
		t.content = c.named(v.text())
	case "base":
		t.base = c.named(v.text())
	case "enum":
		for _, value := range v.list() {
			text, _ := value.v.(string)
			t.enum = append(t.enum, text)
		}
	case "pattern":
		pattern, err := regexp.Compile("^(?:" + v.text() + ")$")
		if err != nil {
			c.errorf("the schema has a pattern that cannot be read: %w", err)
		}
		t.pattern = pattern
	case "least":
		t.least = v.text()
	case "most":
		t.most = v.text()
	case "shortest":
		t.shortest, _ = strconv.Atoi(v.text())
	case "longest":
		t.longest, _ = strconv.Atoi(v.text())
	case "union":
		for _, member := range v.list() {
			t.union = append(t.union, c.named(member.text()))
		}
	default:
		c.errorf("the schema of %s has the unknown word %q", t.name, word)
	}
}

// xmlOrder says in which order elements may follow each other: an automaton of
// Glushkov, whose states are the places of the order where a name stands. State 0 is
// the begin.
type xmlOrder struct {
	names []string // by state
	next  [][]int
	last  []bool // the element may end there
}

// xmlParticle is a part of an order: the states it may begin and end with, and
// whether it may be empty.
type xmlParticle struct {
	first, last []int
	empty       bool
}

// parseXMLOrder reads an order: "(a b? (c|d)* ##other*)". A space means that one
// follows the other, a bar that one of them stands there.
func parseXMLOrder(text string) (*xmlOrder, error) {
	o := &xmlOrder{names: []string{""}, next: make([][]int, 1)}
	p, rest, err := o.particle(text)
	if err == nil && rest != "" {
		err = fmt.Errorf("%q is left over", rest)
	}
	if err != nil {
		return nil, err
	}
	o.next[0] = p.first
	o.last = make([]bool, len(o.names))
	o.last[0] = p.empty
	for _, state := range p.last {
		o.last[state] = true
	}
	return o, nil
}

// particle reads a name or a group, with how often it may stand.
func (o *xmlOrder) particle(text string) (p xmlParticle, rest string, err error) {
	if rest, ok := strings.CutPrefix(text, "("); ok {
		if p, text, err = o.group(rest); err != nil {
			return p, text, err
		}
	} else {
		end := strings.IndexAny(text+" ", " |()?*+")
		if end == 0 {
			return p, text, fmt.Errorf("a name is missing before %q", text)
		}
		state := len(o.names)
		o.names = append(o.names, text[:end])
		o.next = append(o.next, nil)
		p, text = xmlParticle{[]int{state}, []int{state}, false}, text[end:]
	}
	if text == "" || !strings.ContainsRune("?*+", rune(text[0])) {
		return p, text, nil
	}
	if text[0] != '?' {
		o.join(p.last, p.first)
	}
	p.empty = p.empty || text[0] != '+'
	return p, text[1:], nil
}

// group reads particles up to the closing bracket.
func (o *xmlOrder) group(text string) (all xmlParticle, rest string, err error) {
	all.empty = true
	if rest, ok := strings.CutPrefix(text, ")"); ok {
		return all, rest, nil
	}
	for first := true; ; first = false {
		p, rest, err := o.particle(text)
		switch {
		case err != nil:
			return all, rest, err
		case rest == "":
			return all, rest, fmt.Errorf("a bracket is not closed")
		}
		all = o.joined(all, p, first)
		text = rest[1:]
		switch rest[0] {
		case ')':
			return all, text, nil
		case '|':
			p, rest, err := o.group(text)
			if err != nil {
				return all, rest, err
			}
			return xmlParticle{append(all.first, p.first...), append(all.last, p.last...), all.empty || p.empty}, rest, nil
		}
	}
}

// joined lets a particle follow those before it.
func (o *xmlOrder) joined(all, p xmlParticle, first bool) xmlParticle {
	if first {
		return p
	}
	o.join(all.last, p.first)
	if all.empty {
		all.first = append(all.first, p.first...)
	}
	if p.empty {
		all.last = append(slices.Clone(all.last), p.last...)
	} else {
		all.last = p.last
	}
	all.empty = all.empty && p.empty
	return all
}

func (o *xmlOrder) join(from, to []int) {
	for _, state := range from {
		for _, next := range to {
			if !slices.Contains(o.next[state], next) {
				o.next[state] = append(o.next[state], next)
			}
		}
	}
}

// step returns the state after one more element, or -1 when it may not stand there.
func (o *xmlOrder) step(state int, name string) int {
	for _, next := range o.next[state] {
		if o.names[next] == name {
			return next
		}
	}
	return -1
}

// expected names what may follow a state.
func (o *xmlOrder) expected(state int) string {
	var names []string
	for _, next := range o.next[state] {
		if name := "<" + o.names[next] + ">"; o.names[next] != foreignName && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " or ")
}

package sbom

import (
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// hostNode is a value in a document that describes a host, and its place. Such
// documents are small and say the same thing in many ways (a number here, a string
// there), so they are held as a whole and asked by path. Where a path meets a list
// it goes on in the first element: what XML gives once is an element, and what it
// gives twice a list.
type hostNode struct {
	jsonValue
	place string // a JSON pointer, or a path of XML elements
	xml   bool
}

const (
	// maxHostDocument is the size in bytes of a document that is held as a whole. The
	// largest of one host, with all its packages, stays far below.
	maxHostDocument = 64 << 20
	// maxHostValues bounds the values in it.
	maxHostValues = 4 << 20
)

// xmlTextMember is the member that holds the text of an element which has attributes or
// elements too. No element has this name.
const xmlTextMember = ""

// hostTree is a document that was read.
type hostTree struct {
	opt   Options
	root  hostNode
	twice []string // what is given twice and tolerated
	aside []string // what a person should know of the keys
	left  int      // values that may still come
}

// readHostJSON reads a JSON document as a whole. Keys count with their case: the
// environment of a host has "http_proxy" and "HTTP_PROXY", and the controllers of
// servers write old and new names beside each other.
func readHostJSON(src *Stream) (*hostTree, error) {
	limited := &io.LimitedReader{R: src.Reader, N: maxHostDocument + 1}
	t := &hostTree{opt: src.Options}
	j := newJSONTokens(limited, src.Options, func(pointer, reason string) {
		t.twice = append(t.twice, strings.TrimPrefix(pointer+": "+reason, ": "))
	})
	j.caseCounts = true
	value, err := j.heldUpTo(maxHostValues)
	if err == nil {
		err = j.end()
	}
	if limited.N <= 0 {
		return nil, tooBigHost()
	}
	t.root = hostNode{jsonValue: value}
	return t, err
}

func tooBigHost() error {
	return fmt.Errorf("larger than %d bytes, which a document of this format may not be: split it into one file a host", maxHostDocument)
}

// readHostXML reads an XML document as a whole. Attributes and elements become
// members; an element that has text only is a string.
func readHostXML(src *Stream) (*hostTree, error) {
	limited := &io.LimitedReader{R: src.Reader, N: maxHostDocument + 1}
	t := &hostTree{opt: src.Options, left: maxHostValues}
	x := newXMLTokens(limited, src.Options, func(string, string) {})
	root, err := x.root()
	if err == nil {
		var top any
		top, err = t.element(x, root)
		t.root = hostNode{jsonValue: jsonValue{map[string]any{root.Name.Local: top}}, xml: true}
	}
	if err == nil {
		err = x.end()
	}
	if limited.N <= 0 {
		return nil, tooBigHost()
	}
	return t, err
}

func (t *hostTree) element(x *xmlTokens, e xml.StartElement) (any, error) {
	if t.left -= 1 + len(e.Attr); t.left < 0 {
		return nil, fmt.Errorf("more than %d elements before byte %d, which a document of this format may not have", maxHostValues, x.dec.InputOffset())
	}
	members := make(map[string]any)
	for _, a := range e.Attr {
		addXMLMember(members, a.Name.Local, a.Value)
	}
	var text strings.Builder
	for {
		token, err := x.inside()
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.EndElement:
			if len(members) == 0 {
				return text.String(), nil
			}
			if said := strings.TrimSpace(text.String()); said != "" {
				members[xmlTextMember] = said
			}
			return members, nil
		case xml.CharData:
			if text.Len()+len(token) > t.opt.MaxString {
				return nil, fmt.Errorf("a text longer than %d bytes at byte %d", t.opt.MaxString, x.dec.InputOffset())
			}
			text.Write(token)
		case xml.StartElement:
			name := token.Name.Local
			item, err := t.element(x, token)
			if err != nil {
				return nil, err
			}
			addXMLMember(members, name, item)
		}
	}
}

func addXMLMember(members map[string]any, name string, item any) {
	switch have := members[name].(type) {
	case nil:
		members[name] = item
	case []any:
		members[name] = append(have, item)
	default:
		members[name] = []any{have, item}
	}
}

// settle reports what was found to be given twice: it is an error but for
// lenient reading. It is called when all was read, before anything is emitted.
func (t *hostTree) settle(faults *faults) error {
	for _, text := range t.twice {
		if !t.opt.Lenient {
			return fmt.Errorf("%s: tools disagree on which counts; correct the file, or use --lenient to take the first", text)
		}
		faults.add("given twice", "", text)
	}
	for _, text := range t.aside {
		faults.add("keys that differ only in case", "", text)
	}
	return faults.err
}

// single checks that a record gives none of the fields twice with different
// texts, which XML allows.
func (t *hostTree) single(n hostNode, fields ...string) {
	for _, field := range fields {
		all := n.list(field)
		for _, other := range all {
			if first := all[0].value(); other.value() != first {
				t.twice = append(t.twice, fmt.Sprintf("%s: element <%s> is given twice, as %q and as %q", n.place, n.named(field), short(first), short(other.value())))
				break
			}
		}
	}
}

// twins looks for keys that differ only in case and say different things. The one
// that the format has is read; who wrote the document may have shown other readers
// the other. Documents in which keys are names of someone's choice are not checked.
func (t *hostTree) twins(n hostNode) {
	members := n.jsonValue.members()
	if len(members) > 1 {
		said := make(map[string]string, len(members))
		for _, key := range slices.Sorted(maps.Keys(members)) {
			text, plain := hostNode{jsonValue: jsonValue{members[key]}}.value(), strings.ToLower(key)
			if other, have := said[plain]; have && other != "" && text != "" && other != text {
				t.aside = append(t.aside, fmt.Sprintf("%s: key %q is given in another case too: one says %q, the other %q", n.place, short(key), short(other), short(text)))
			}
			said[plain] = text
		}
	}
	for _, item := range n.each() {
		t.twins(item)
	}
}

// named is the name of a member as the document spells it: GLPI writes its XML in
// capitals.
func (n hostNode) named(name string) string {
	members := n.jsonValue.members()
	if _, have := members[name]; n.xml && !have {
		if _, have := members[strings.ToUpper(name)]; have {
			return strings.ToUpper(name)
		}
	}
	return name
}

// only is the node itself, or the first element of a list.
func (n hostNode) only() hostNode {
	if list, ok := n.v.([]any); ok {
		if len(list) == 0 {
			return hostNode{place: n.place, xml: n.xml}
		}
		return n.element(list, 0)
	}
	return n
}

func (n hostNode) element(list []any, i int) hostNode {
	place := shortPointer(elementPointer(n.place, i))
	if n.xml {
		place = shortPointer(n.place + "[" + strconv.Itoa(i+1) + "]")
	}
	return hostNode{jsonValue{list[i]}, place, n.xml}
}

func (n hostNode) member(name string) hostNode {
	name = n.named(name)
	return hostNode{n.jsonValue.get(name), shortPointer(childPointer(n.place, name)), n.xml}
}

// get follows the names. What is not there is a node without a value.
func (n hostNode) get(path ...string) hostNode {
	for _, name := range path {
		n = n.only().member(name)
	}
	return n
}

// value returns the text at the path, without space around it; empty when there
// is none. True and false are texts too.
func (n hostNode) value(path ...string) string {
	for _, name := range path { // get, without the place
		n.jsonValue = n.only().jsonValue
		n.jsonValue = n.jsonValue.get(n.named(name))
	}
	n = n.only()
	switch v := n.v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case map[string]any:
		if n.xml {
			return n.text(xmlTextMember)
		}
	}
	return n.text()
}

// stated returns the text at the path unless it is a filler.
func (n hostNode) stated(path ...string) string { return statedText(n.value(path...)) }

// list returns what stands at the path: the elements of a list, or one value; null
// is none.
func (n hostNode) list(path ...string) []hostNode {
	n = n.get(path...)
	list, ok := n.v.([]any)
	if !ok {
		if n.v == nil {
			return nil
		}
		return []hostNode{n}
	}
	all := make([]hostNode, len(list))
	for i := range list {
		all[i] = n.element(list, i)
	}
	return all
}

// each goes through the members of an object in the order of their names, or through
// the elements of a list.
func (n hostNode) each() iter.Seq2[string, hostNode] {
	return func(yield func(string, hostNode) bool) {
		switch v := n.v.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				if !yield(name, hostNode{jsonValue{v[name]}, shortPointer(childPointer(n.place, name)), n.xml}) {
					return
				}
			}
		case []any:
			for i := range v {
				if !yield("", n.element(v, i)) {
					return
				}
			}
		}
	}
}

// objects returns the members of an object, or the elements of a list, that are
// objects.
func (n hostNode) objects() []hostNode {
	var all []hostNode
	for _, item := range n.each() {
		if item.isObject() {
			all = append(all, item)
		}
	}
	return all
}

package sbom

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// hostNode is one value of a document that describes a host. Such documents are
// small and say the same thing in many ways (a number here, a string there), so
// they are held as a whole and asked by path.
type hostNode struct {
	kind  byte     // as jsonTokens.kind tells it; an XML element of text only is '"'
	text  string   // of a scalar, as it is meant; a number as it is written
	names []string // of the members of an object; nil for a list
	items []*hostNode
	place string // of an object: a JSON pointer, or a path of XML elements
}

// maxHostDocument is the size in bytes of a document that is held as a tree. The
// largest of one host, with all its packages, stays far below.
const maxHostDocument = 64 << 20

// hostTree reads a document into nodes.
type hostTree struct {
	opt   Options
	root  *hostNode
	err   error    // what ended the reading, before the library put words around it
	twice []string // what is given twice and tolerated
}

// readHostJSON reads a JSON document as a whole.
func readHostJSON(src *Stream) (*hostTree, error) {
	limited := &io.LimitedReader{R: src.Reader, N: maxHostDocument + 1}
	small := *src
	small.Reader = limited
	t := &hostTree{opt: src.Options}
	err := decodeJSON(&small, t)
	var syntax *jsontext.SyntacticError
	switch {
	case limited.N <= 0:
		return nil, tooBigHost()
	case err == nil:
		return t, nil
	case t.err != nil && !errors.As(t.err, &syntax) && !errors.Is(t.err, io.ErrUnexpectedEOF):
		return nil, t.err
	}
	return nil, err
}

func tooBigHost() error {
	return fmt.Errorf("larger than %d bytes, which a document of this format may not be: split it into one file a host", maxHostDocument)
}

// UnmarshalJSONFrom reads the document from the decoder that decodeJSON set up.
func (t *hostTree) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	t.root, t.err = t.value(dec)
	return t.err
}

func (t *hostTree) value(dec *jsontext.Decoder) (*hostNode, error) {
	token, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	n := &hostNode{kind: byte(token.Kind())}
	switch n.kind {
	case '{', '[':
		if dec.StackDepth() > t.opt.MaxDepth {
			return nil, fmt.Errorf("nesting deeper than %d at byte %d", t.opt.MaxDepth, dec.InputOffset())
		}
	case 'n':
		return n, nil
	default:
		n.text = token.String()
		return n, t.checkString(n.text, dec.InputOffset())
	}
	if n.kind == '[' {
		for dec.PeekKind() != ']' {
			item, err := t.value(dec)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, item)
		}
		_, err = dec.ReadToken()
		return n, err
	}
	n.place = shortPointer(string(dec.StackPointer()))
	n.names = []string{}
	seen := make(map[string]bool)
	for dec.PeekKind() != '}' {
		key, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		name := key.String()
		if err := t.checkString(name, dec.InputOffset()); err != nil {
			return nil, err
		}
		item, err := t.value(dec)
		if err != nil {
			return nil, err
		}
		if seen[name] { // only lenient reading comes here
			t.twice = append(t.twice, fmt.Sprintf("%s: key %q is given twice; the first is taken", n.place, name))
			continue
		}
		seen[name] = true
		n.names, n.items = append(n.names, name), append(n.items, item)
	}
	_, err = dec.ReadToken()
	return n, err
}

func (t *hostTree) checkString(text string, offset int64) error {
	if len(text) > t.opt.MaxString {
		return fmt.Errorf("a string longer than %d bytes before byte %d", t.opt.MaxString, offset)
	}
	return nil
}

// readHostXML reads an XML document as a whole, with all names in lower case.
func readHostXML(src *Stream) (*hostTree, error) {
	limited := &io.LimitedReader{R: src.Reader, N: maxHostDocument + 1}
	t := &hostTree{opt: src.Options}
	x := newXMLTokens(limited, src.Options, func(string, string) {})
	root, err := x.root()
	if err == nil {
		name := strings.ToLower(root.Name.Local)
		var top *hostNode
		top, err = t.element(x, root, "/"+root.Name.Local)
		t.root = &hostNode{kind: '{', names: []string{name}, items: []*hostNode{top}}
	}
	if err == nil {
		err = x.end()
	}
	if limited.N <= 0 {
		return nil, tooBigHost()
	}
	return t, err
}

// element reads the element that was begun: its attributes and elements become
// members, in order; one that has text only is a string.
func (t *hostTree) element(x *xmlTokens, e xml.StartElement, place string) (*hostNode, error) {
	n := &hostNode{kind: '"', place: place}
	for _, a := range e.Attr {
		n.names = append(n.names, strings.ToLower(a.Name.Local))
		n.items = append(n.items, &hostNode{kind: '"', text: a.Value})
	}
	var text strings.Builder
	counts := make(map[string]int)
	for {
		token, err := x.inside()
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.EndElement:
			n.text = text.String()
			return n, nil
		case xml.CharData:
			if text.Len()+len(token) > t.opt.MaxString {
				return nil, fmt.Errorf("a text longer than %d bytes at byte %d", t.opt.MaxString, x.dec.InputOffset())
			}
			text.Write(token)
		case xml.StartElement:
			name := token.Name.Local
			counts[name]++
			item, err := t.element(x, token, shortPointer(fmt.Sprintf("%s/%s[%d]", place, name, counts[name])))
			if err != nil {
				return nil, err
			}
			n.kind = '{'
			n.names, n.items = append(n.names, strings.ToLower(name)), append(n.items, item)
		}
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
	return faults.err
}

// get follows the names and returns the node there, or nil. It may be called on
// nil. Of elements of one name it takes the first.
func (n *hostNode) get(path ...string) *hostNode {
	for _, name := range path {
		n = n.member(name)
	}
	return n
}

func (n *hostNode) member(name string) *hostNode {
	if n == nil {
		return nil
	}
	for i := range n.names {
		if n.names[i] == name {
			return n.items[i]
		}
	}
	return nil
}

func (n *hostNode) has(name string) bool { return n.member(name) != nil }

// value returns the text at the path, without space around it; empty when there
// is none.
func (n *hostNode) value(path ...string) string {
	if n = n.get(path...); n == nil {
		return ""
	}
	return strings.TrimSpace(n.text)
}

// stated returns the text at the path unless it is a filler.
func (n *hostNode) stated(path ...string) string { return statedText(n.value(path...)) }

// list returns the objects at the path: the elements of an array, or all members
// of the last name.
func (n *hostNode) list(path ...string) []*hostNode {
	last := len(path) - 1
	if n = n.get(path[:last]...); n == nil {
		return nil
	}
	var all []*hostNode
	for i := range n.names {
		switch item := n.items[i]; {
		case n.names[i] != path[last]:
		case item.kind == '[':
			all = append(all, item.items...)
		case item.kind != 'n':
			all = append(all, item)
		}
	}
	return all
}

// single checks that a record gives none of the fields twice with different
// texts, which XML allows.
func (t *hostTree) single(n *hostNode, fields ...string) {
	if n == nil {
		return
	}
	for _, field := range fields {
		first := n.member(field)
		for i := range n.names {
			if n.names[i] == field && n.items[i].text != first.text {
				t.twice = append(t.twice, fmt.Sprintf("%s: element <%s> is given twice, as %q and as %q",
					n.place, strings.ToUpper(field), short(first.text), short(n.items[i].text)))
				break
			}
		}
	}
}

// members returns the members of an object that are objects.
func (n *hostNode) members() []*hostNode {
	if n == nil {
		return nil
	}
	var all []*hostNode
	for _, item := range n.items {
		if item.kind == '{' {
			all = append(all, item)
		}
	}
	return all
}

package sbom

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// xmlTokens walks an XML document from front to back and holds no more of it than
// the token at hand. It is stricter than the decoder beneath: one root and nothing
// around it, no document type (so no entities), no attribute given twice, and in a
// record no element given twice.
//
// Elements are read by the methods below, each of which ends behind the end of the
// element it was called in. A callback that leaves its element unread has it
// skipped.
type xmlTokens struct {
	dec    *xml.Decoder
	opt    Options
	fault  func(pointer, reason string) // elements given twice, when lenient
	space  string                       // of the root; elements of others are extensions
	depth  int
	offset int64          // of the end of the last token
	reads  int            // elements read to their end
	last   string         // text of the element read last, for the error that names both
	schema *xmlSchemaWalk // compares the document with a schema; nil: nobody does
}

// maxAttributes is far above what any element of a known format has.
const maxAttributes = 64

func newXMLTokens(r io.Reader, opt Options, fault func(pointer, reason string)) *xmlTokens {
	x := &xmlTokens{opt: opt, fault: fault}
	x.dec = xml.NewDecoder(&xmlGuard{r: r, x: x})
	x.dec.CharsetReader = func(charset string, r io.Reader) (io.Reader, error) {
		if name := strings.ToLower(charset); name == "us-ascii" || name == "ascii" || strings.HasPrefix(name, "utf-16") {
			return r, nil // UTF-16 was converted before it came here; anything else fails as UTF-8
		}
		return nil, fmt.Errorf("text in %s is not read: convert it to UTF-8", charset)
	}
	return x
}

// xmlSlack is what the decoder may have read ahead of the token at hand, in bytes.
const xmlSlack = 512 << 10

// xmlGuard stops a token that would not fit into memory.
type xmlGuard struct {
	r    io.Reader
	x    *xmlTokens
	read int64
}

func (g *xmlGuard) Read(p []byte) (int, error) {
	if g.read-g.x.offset > int64(g.x.opt.MaxString)+xmlSlack {
		return 0, fmt.Errorf("an element, text or comment longer than %d bytes after byte %d", g.x.opt.MaxString, g.x.offset)
	}
	n, err := g.r.Read(p)
	g.read += int64(n)
	return n, err
}

// root reads up to the start of the one root element.
func (x *xmlTokens) root() (xml.StartElement, error) {
	for {
		token, err := x.inside()
		if err != nil {
			return xml.StartElement{}, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			x.space = t.Name.Space
			return t, nil
		case xml.CharData:
			if len(strings.TrimSpace(string(t))) > 0 {
				return xml.StartElement{}, fmt.Errorf("at byte %d: text before the document", x.dec.InputOffset())
			}
		}
	}
}

// end makes sure that nothing but white space follows the root.
func (x *xmlTokens) end() error {
	for {
		token, err := x.token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			return fmt.Errorf("at byte %d: more follows the end of the document: <%s>", x.dec.InputOffset(), t.Name.Local)
		case xml.CharData:
			if len(strings.TrimSpace(string(t))) > 0 {
				return fmt.Errorf("at byte %d: more follows the end of the document", x.dec.InputOffset())
			}
		}
	}
}

// token reads the next token.
func (x *xmlTokens) token() (xml.Token, error) {
	token, err := x.dec.Token()
	if err != nil {
		return nil, x.explain(err)
	}
	x.offset = x.dec.InputOffset()
	switch t := token.(type) {
	case xml.Directive:
		return nil, fmt.Errorf("at byte %d: a document type (<!%s ...>) is refused: an inventory needs none, and it can make a reader fetch or expand what it should not",
			x.dec.InputOffset(), firstWord(string(t)))
	case xml.StartElement:
		if x.depth++; x.depth > x.opt.MaxDepth {
			return nil, fmt.Errorf("nesting deeper than %d at byte %d", x.opt.MaxDepth, x.dec.InputOffset())
		}
		if err := x.checkAttributes(t); err != nil {
			return nil, err
		}
	case xml.EndElement:
		x.depth--
	}
	if x.schema != nil {
		x.schema.token(token)
	}
	return token, nil
}

func (x *xmlTokens) checkAttributes(e xml.StartElement) error {
	if len(e.Attr) > maxAttributes {
		return fmt.Errorf("at byte %d: element <%s> has more than %d attributes", x.dec.InputOffset(), e.Name.Local, maxAttributes)
	}
	for i, a := range e.Attr {
		for _, b := range e.Attr[:i] {
			if a.Name == b.Name {
				return fmt.Errorf("at byte %d: element <%s> has attribute %q twice, as %q and as %q",
					x.dec.InputOffset(), e.Name.Local, a.Name.Local, short(b.Value), short(a.Value))
			}
		}
	}
	return nil
}

// list reads the element that was begun as a list: child is called with each
// element in it that is no extension, and with signatures.
func (x *xmlTokens) list(child func(e xml.StartElement) error) error {
	for {
		token, err := x.inside()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.EndElement:
			x.reads++
			return nil
		case xml.StartElement:
			before := x.reads
			if t.Name.Space == x.space || isXMLSignature(t) {
				if err := child(t); err != nil {
					return err
				}
			}
			if x.reads == before {
				if err := x.skip(); err != nil {
					return err
				}
			}
		}
	}
}

// record reads the element that was begun as a record: no element that field reads
// may stand in it twice, whatever its case. Where is its place for people.
func (x *xmlTokens) record(where string, field func(e xml.StartElement) error) error {
	var seen []xmlField
	return x.list(func(e xml.StartElement) error {
		name := e.Name.Local
		first := slices.IndexFunc(seen, func(f xmlField) bool { return strings.EqualFold(f.name, name) })
		if first >= 0 && seen[first].read {
			value, err := x.text()
			if err != nil {
				return err
			}
			return x.repeated(where, seen[first], xmlField{name: name, value: short(value)})
		}
		x.last = ""
		before := x.reads
		if err := field(e); err != nil {
			return err
		}
		this := xmlField{name, short(x.last), x.reads > before}
		if first >= 0 && this.read {
			return x.repeated(where, seen[first], this)
		}
		seen = append(seen, this)
		return nil
	})
}

// xmlField remembers an element of a record.
type xmlField struct {
	name, value string
	read        bool
}

func (x *xmlTokens) repeated(where string, a, b xmlField) error {
	reason := fmt.Sprintf("element <%s> is given twice, as %q and as %q", a.name, a.value, b.value)
	if a.name != b.name {
		reason = fmt.Sprintf("elements <%s> and <%s> differ only in case, with values %q and %q", a.name, b.name, a.value, b.value)
	}
	if !x.opt.Lenient {
		return fmt.Errorf("%s: %s (byte %d): tools disagree on which counts; correct the file, or use --lenient to take one",
			where, reason, x.dec.InputOffset())
	}
	x.fault(where, reason)
	return nil
}

// text reads the element that was begun as text. Elements inside it are skipped.
func (x *xmlTokens) text() (string, error) {
	var b strings.Builder
	for {
		token, err := x.inside()
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.EndElement:
			x.reads++
			x.last = strings.TrimSpace(b.String())
			return x.last, nil
		case xml.CharData:
			if b.Len()+len(t) > x.opt.MaxString {
				return "", fmt.Errorf("a text longer than %d bytes at byte %d", x.opt.MaxString, x.dec.InputOffset())
			}
			b.Write(t)
		case xml.StartElement:
			if err := x.skip(); err != nil {
				return "", err
			}
		}
	}
}

// skip reads to the end of the element that was begun.
func (x *xmlTokens) skip() error {
	for depth := x.depth; x.depth >= depth; {
		if _, err := x.inside(); err != nil {
			return err
		}
	}
	x.reads++
	return nil
}

// inside reads a token of an element, so that the end of the document is an error.
func (x *xmlTokens) inside() (xml.Token, error) {
	token, err := x.token()
	if err == io.EOF {
		err = errors.New("the document ends in the middle: it is cut off")
	}
	return token, err
}

func (x *xmlTokens) explain(err error) error {
	var syntax *xml.SyntaxError
	switch {
	case err == io.EOF:
		return err
	case errors.As(err, &syntax) && syntax.Msg == "unexpected EOF":
		return fmt.Errorf("at byte %d (line %d): the document ends in the middle: it is cut off", x.dec.InputOffset(), syntax.Line)
	case errors.As(err, &syntax):
		return fmt.Errorf("at byte %d (line %d): %s", x.dec.InputOffset(), syntax.Line, syntax.Msg)
	}
	return fmt.Errorf("after byte %d: %w", x.dec.InputOffset(), err)
}

// attribute returns the value of an attribute without a namespace.
func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

func hasAttribute(e xml.StartElement, name string) bool {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return true
		}
	}
	return false
}

func firstWord(text string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	return short(word)
}

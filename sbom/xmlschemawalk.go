package sbom

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// xmlSchemaWalk follows a walk over an XML document and compares it with a schema. It
// holds the path to the element at hand.
type xmlSchemaWalk struct {
	space  string // of the schema
	fault  func(kind, pointer, reason string)
	frames []xmlSchemaFrame
	root   *xmlType
}

// xmlSchemaFrame is an open element.
type xmlSchemaFrame struct {
	name     string
	of       *xmlType // nil: anything
	state    int
	text     []byte
	children int
	lost     bool // an element stood where it may not: what is missing cannot be said
}

// token is told of a token.
func (w *xmlSchemaWalk) token(token xml.Token) {
	switch t := token.(type) {
	case xml.StartElement:
		w.start(t)
	case xml.EndElement:
		w.end()
	case xml.CharData:
		w.text(t)
	}
}

// start is told of the begin of an element.
func (w *xmlSchemaWalk) start(e xml.StartElement) {
	of := w.root
	if len(w.frames) > 0 {
		of = w.child(&w.frames[len(w.frames)-1], e)
	}
	w.frames = append(w.frames, xmlSchemaFrame{name: e.Name.Local, of: of})
	if of != nil {
		w.attributes(of, e)
	}
}

// child finds the type of an element in another, and whether it may stand there.
func (w *xmlSchemaWalk) child(f *xmlSchemaFrame, e xml.StartElement) *xmlType {
	f.children++
	if f.of == nil {
		return nil
	}
	name := e.Name.Local
	if e.Name.Space != w.space {
		name = foreignName
	}
	next := -1
	if f.of.order != nil {
		next = f.of.order.step(f.state, name)
	}
	if next >= 0 {
		f.state = next
		return f.of.elements[name]
	}
	if !f.lost {
		f.lost = true
		w.tell(f.of, w.misplaced(f, name, e))
	}
	return f.of.elements[name]
}

func (w *xmlSchemaWalk) misplaced(f *xmlSchemaFrame, name string, e xml.StartElement) string {
	expected := ""
	if f.of.order != nil {
		expected = f.of.order.expected(f.state)
	}
	if expected != "" {
		expected = ", expected " + expected
	}
	if name == foreignName {
		name = e.Name.Local
		return fmt.Sprintf("has the element <%s> of another namespace%s", short(name), expected)
	}
	return fmt.Sprintf("has the element <%s> where it may not stand%s", short(name), expected)
}

func (w *xmlSchemaWalk) attributes(of *xmlType, e xml.StartElement) {
	for _, a := range e.Attr {
		if a.Name.Space != "" || a.Name.Local == "xmlns" {
			continue
		}
		attribute, ok := of.attributes[a.Name.Local]
		if !ok && !of.foreign {
			w.tell(of, fmt.Sprintf("has the unknown attribute %q", short(a.Name.Local)))
		}
		if ok {
			if reason := attribute.text.misfit(a.Value); reason != "" {
				w.tell(of, fmt.Sprintf("attribute %s: %s", a.Name.Local, reason))
			}
		}
	}
	for _, name := range sortedNames(of.attributes) {
		if of.attributes[name].required && !hasAttribute(e, name) {
			w.tell(of, fmt.Sprintf("attribute %q is missing", name))
		}
	}
}

func sortedNames(attributes map[string]xmlAttribute) []string {
	names := make([]string, 0, len(attributes))
	for name := range attributes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// text is told of text in the open element.
func (w *xmlSchemaWalk) text(text []byte) {
	if len(w.frames) == 0 {
		return
	}
	f := &w.frames[len(w.frames)-1]
	if f.of == nil || f.of.mixed || len(f.text) > DefaultMaxString {
		return
	}
	if f.of.hasText() || strings.TrimSpace(string(text)) != "" {
		f.text = append(f.text, text...)
	}
}

// hasText reports whether an element of the type holds text and no elements.
func (t *xmlType) hasText() bool { return t.content != nil || t.isText() }

func (t *xmlType) isText() bool {
	return t.builtin != "" || t.base != nil || t.licenceID || len(t.union) > 0
}

// end is told of the end of the open element.
func (w *xmlSchemaWalk) end() {
	f := &w.frames[len(w.frames)-1]
	if f.of != nil {
		w.check(f)
	}
	w.frames = w.frames[:len(w.frames)-1]
}

func (w *xmlSchemaWalk) check(f *xmlSchemaFrame) {
	switch {
	case f.of.content != nil:
		if reason := f.of.content.misfit(string(f.text)); reason != "" {
			w.tell(f.of, reason)
		}
	case f.of.isText():
		if reason := f.of.misfit(string(f.text)); reason != "" {
			w.tell(f.of, reason)
		}
	case len(f.text) > 0:
		w.tell(f.of, fmt.Sprintf("has the text %q, where only elements may stand", short(strings.TrimSpace(string(f.text)))))
	}
	if f.of.order != nil && !f.of.order.last[f.state] && !f.lost {
		w.tell(f.of, "ends where "+f.of.order.expected(f.state)+" is missing")
	}
}

func (w *xmlSchemaWalk) tell(of *xmlType, reason string) {
	var path strings.Builder
	for i, f := range w.frames {
		path.WriteString("/" + f.name)
		if i > 0 && w.frames[i-1].children > 1 {
			fmt.Fprintf(&path, "[%d]", w.frames[i-1].children)
		}
	}
	w.fault(of.name, shortPointer(path.String()), reason)
}

// misfit says why a text does not fit the type.
func (t *xmlType) misfit(text string) string {
	if t.base != nil {
		if reason := t.base.misfit(text); reason != "" {
			return reason
		}
	}
	if t.collapses() {
		text = strings.Join(strings.Fields(text), " ")
	}
	shown := strconv.Quote(short(text))
	switch {
	case t.builtin != "" && !fitsBuiltin(t.builtin, text):
		return shown + " is no " + t.builtin
	case t.licenceID && !isLicenceID([]byte(text)):
		return shown + " is no id of the SPDX licence list"
	case len(t.enum) > 0 && !slices.Contains(t.enum, text):
		return shown + " is none of the words known there"
	case t.pattern != nil && !t.pattern.MatchString(text):
		return shown + " has not the form expected there"
	case utf8.RuneCountInString(text) < t.shortest || t.longest > 0 && utf8.RuneCountInString(text) > t.longest:
		return shown + " is longer or shorter than allowed"
	case !inRange(text, t.least, t.most):
		return shown + " is out of range"
	case len(t.union) > 0 && !slices.ContainsFunc(t.union, func(u *xmlType) bool { return u.misfit(text) == "" }):
		return shown + " has none of the forms expected there"
	}
	return ""
}

// collapses reports whether white space around the text does not count.
func (t *xmlType) collapses() bool {
	switch {
	case t.builtin != "":
		return t.builtin != "string" && t.builtin != "normalizedString"
	case t.base != nil:
		return t.base.collapses()
	}
	return false
}

// fitsBuiltin checks a text against a type of XSD itself. Any text is an address.
func fitsBuiltin(name, text string) bool {
	switch name {
	case "boolean":
		return text == "true" || text == "false" || text == "1" || text == "0"
	case "integer", "nonNegativeInteger", "positiveInteger":
		return isWhole(text, name)
	case "decimal":
		_, err := strconv.ParseFloat(text, 64)
		return err == nil && !strings.ContainsAny(text, "eEnNxXpP_")
	case "dateTime":
		return isXMLTime(text)
	case "date":
		zone := strings.IndexAny(text, "Z+")
		if zone < 0 {
			zone = len(text)
		}
		return isXMLTime(text[:zone] + "T00:00:00" + text[zone:])
	}
	return true
}

func isWhole(text, name string) bool {
	digits := strings.TrimLeft(text, "+-")
	if digits == "" || len(text)-len(digits) > 1 || strings.Trim(digits, "0123456789") != "" {
		return false
	}
	zero := strings.Trim(digits, "0") == ""
	switch name {
	case "nonNegativeInteger":
		return text[0] != '-' || zero
	case "positiveInteger":
		return text[0] != '-' && !zero
	}
	return true
}

// isXMLTime reports whether a text is a date and time, with or without a zone.
func isXMLTime(text string) bool {
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04:05Z07:00"} {
		if _, err := time.Parse(layout, text); err == nil {
			return !strings.Contains(text, ",")
		}
	}
	return false
}

func inRange(text, least, most string) bool {
	if least == "" && most == "" {
		return true
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return false
	}
	low, lowErr := strconv.ParseFloat(least, 64)
	high, highErr := strconv.ParseFloat(most, 64)
	return (lowErr != nil || n >= low) && (highErr != nil || n <= high)
}

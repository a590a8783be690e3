package sbom

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonValue is one value of a document, held as a whole: what one resource of a
// cloud or one object of an inventory is, however long the list it stands in.
// The readers ask it for what they know and pass over the rest.
type jsonValue struct{ v any } // map[string]any, []any, string, jsonNumber, bool or nil

// jsonNumber is a number as it is written: ids are longer than a float holds.
type jsonNumber string

// maxHeldValues bounds the values in one jsonValue.
const maxHeldValues = 1 << 20

// held reads the next value, one record of many, as a whole.
func (j *jsonTokens) held() (jsonValue, error) { return j.heldUpTo(maxHeldValues) }

// heldUpTo reads the next value as a whole unless it holds more than so many.
func (j *jsonTokens) heldUpTo(values int) (jsonValue, error) {
	left := values
	v, err := j.heldValue(&left)
	if left < 0 {
		err = fmt.Errorf("more than %d values in one record before byte %d: nothing real is that large", values, j.at())
	}
	return jsonValue{v}, err
}

var errTooManyValues = errors.New("too many values")

func (j *jsonTokens) heldValue(left *int) (any, error) {
	if *left--; *left < 0 {
		return nil, errTooManyValues
	}
	switch j.kind() {
	case '{':
		object := make(map[string]any)
		err := j.object(func(key []byte) error {
			name := string(key)
			v, err := j.heldValue(left)
			object[name] = v
			return err
		})
		return object, err
	case '[':
		list := []any{}
		err := j.array(func(int) error {
			v, err := j.heldValue(left)
			list = append(list, v)
			return err
		})
		return list, err
	case '"':
		return j.string()
	case '0':
		n, err := j.number()
		return jsonNumber(n), err
	case 't', 'f':
		b, err := j.boolean()
		return b == "yes", err
	}
	_, err := j.scalar()
	return nil, err
}

// parseJSON reads JSON that stands inside a string, as APIs like to nest it. It
// is zero when the string holds none.
func parseJSON(text string, opt Options) jsonValue {
	if first := strings.TrimLeft(text, " \t\r\n"); first == "" || first[0] != '{' && first[0] != '[' {
		return jsonValue{}
	}
	j := newJSONTokens(strings.NewReader(text), opt, func(string, string) {})
	value, err := j.held()
	if err != nil || j.end() != nil {
		return jsonValue{}
	}
	return value
}

// get follows keys into objects. What is not there is the zero value.
func (v jsonValue) get(path ...string) jsonValue {
	for _, key := range path {
		object, _ := v.v.(map[string]any)
		v = jsonValue{object[key]}
	}
	return v
}

// has reports whether an object has a member that is not null.
func (v jsonValue) has(key string) bool { return v.get(key).v != nil }

// or returns the value, or another when it is null or not there.
func (v jsonValue) or(other jsonValue) jsonValue {
	if v.v == nil {
		return other
	}
	return v
}

// text returns a string or number without space around it; empty for all else.
func (v jsonValue) text(path ...string) string {
	switch t := v.get(path...).v.(type) {
	case string:
		return strings.TrimSpace(t)
	case jsonNumber:
		return string(t)
	}
	return ""
}

// first returns the first text that some member has.
func (v jsonValue) first(keys ...string) string {
	for _, key := range keys {
		if t := v.text(key); t != "" {
			return t
		}
	}
	return ""
}

// list returns the elements of an array.
func (v jsonValue) list(path ...string) []jsonValue {
	array, _ := v.get(path...).v.([]any)
	values := make([]jsonValue, len(array))
	for i, element := range array {
		values[i] = jsonValue{element}
	}
	return values
}

// members returns an object as it is; nil for all else.
func (v jsonValue) members() map[string]any {
	object, _ := v.v.(map[string]any)
	return object
}

// isObject reports whether the value is an object.
func (v jsonValue) isObject() bool {
	_, ok := v.v.(map[string]any)
	return ok
}

// jsonHead is what the first bytes of a JSON document show of its outermost
// object, or of the first object of its outermost array.
type jsonHead struct {
	array bool
	keys  []jsonHeadKey
}

type jsonHeadKey struct {
	name string
	kind byte   // of its value, as jsontext names kinds
	text string // of a string or number; else empty
	rest []byte // from the value on, to the end of the head
}

// headOfJSON reads the head of a document as far as it goes.
func headOfJSON(head []byte) jsonHead {
	var h jsonHead
	start := bytes.TrimLeft(head, " \t\r\n")
	if len(start) == 0 || start[0] != '{' && start[0] != '[' {
		return h
	}
	dec := jsontext.NewDecoder(bytes.NewReader(head), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if h.array = start[0] == '['; h.array {
		if _, err := dec.ReadToken(); err != nil {
			return h
		}
	}
	if dec.PeekKind() != '{' {
		return h
	}
	if _, err := dec.ReadToken(); err != nil {
		return h
	}
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return h
		}
		key := jsonHeadKey{name: name.String()}
		key.kind = byte(dec.PeekKind())
		at := min(int(dec.InputOffset()), len(head))
		key.rest = bytes.TrimLeft(head[at:], ": \t\r\n")
		value, err := dec.ReadValue()
		if err == nil && (key.kind == '"' || key.kind == '0') {
			key.text = string(value)
			if key.kind == '"' {
				key.text, _ = unquoteJSON(value)
			}
		}
		h.keys = append(h.keys, key)
		if err != nil {
			return h
		}
	}
	return h
}

func unquoteJSON(raw []byte) (string, error) {
	text, err := jsontext.AppendUnquote(nil, raw)
	return string(text), err
}

// key finds a key of the outermost object.
func (h jsonHead) key(name string) (jsonHeadKey, bool) {
	for _, k := range h.keys {
		if k.name == name {
			return k, true
		}
	}
	return jsonHeadKey{}, false
}

// has reports whether the outermost object has all the keys.
func (h jsonHead) has(names ...string) bool {
	for _, name := range names {
		if _, ok := h.key(name); !ok {
			return false
		}
	}
	return true
}

// text returns the text of a key, or the empty string.
func (h jsonHead) text(name string) string {
	k, _ := h.key(name)
	return k.text
}

// childPointer is the place of a member or element.
func childPointer(pointer, key string) string {
	if strings.ContainsAny(key, "~/") {
		key = strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
	}
	return pointer + "/" + key
}

func elementPointer(pointer string, i int) string { return pointer + "/" + strconv.Itoa(i) }

// clip cuts a text that is longer than anybody would read, at a whole character.
func clip(text string, length int) string {
	if len(text) <= length {
		return text
	}
	for length > 0 && !utf8.RuneStart(text[length]) {
		length--
	}
	return text[:length] + "..."
}

package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/netvet/netvet"
)

// writeJSON writes the register indented by two spaces. The lists are written
// element by element, so that the text of a large register is never held as a
// whole.
func writeJSON(w io.Writer, r *netvet.Register, _ Options) error {
	v := reflect.ValueOf(r).Elem()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		opening := ",\n"
		if i == 0 {
			opening = "{\n"
		}
		if _, err := fmt.Fprintf(w, "%s  %q: ", opening, name); err != nil {
			return err
		}
		write := writeValue
		if v.Field(i).Kind() == reflect.Slice {
			write = writeList
		}
		if err := write(w, v.Field(i), "  "); err != nil {
			return fmt.Errorf("write register field %s: %w", name, err)
		}
	}
	_, err := io.WriteString(w, "\n}\n")
	return err
}

// writeList writes a list of which no element is held longer than it takes. A
// list that was never made is an empty one.
func writeList(w io.Writer, list reflect.Value, indent string) error {
	if list.Len() == 0 {
		_, err := io.WriteString(w, "[]")
		return err
	}
	for i := range list.Len() {
		opening := ",\n"
		if i == 0 {
			opening = "[\n"
		}
		if _, err := io.WriteString(w, opening+indent+"  "); err != nil {
			return err
		}
		if err := writeValue(w, list.Index(i), indent+"  "); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "\n"+indent+"]")
	return err
}

func writeValue(w io.Writer, v reflect.Value, indent string) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent(indent, "  ")
	if err := enc.Encode(v.Interface()); err != nil {
		return err
	}
	_, err := w.Write(EscapeInvisible(bytes.TrimSuffix(b.Bytes(), []byte("\n"))))
	return err
}

// EscapeInvisible replaces characters that act on a terminal or hide in a text
// by their \u escapes. JSON has no such characters outside strings, and
// encoding/json leaves those above U+001F as they are.
func EscapeInvisible(text []byte) []byte {
	first := bytes.IndexFunc(text, invisible)
	if first < 0 {
		return text
	}
	out := append([]byte(nil), text[:first]...)
	for rest := text[first:]; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		switch {
		case !invisible(r):
			out = append(out, rest[:n]...)
		case r > 0xFFFF:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xD800+r>>10, 0xDC00+r&0x3FF)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		rest = rest[n:]
	}
	return out
}

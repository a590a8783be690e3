package report

import (
	"bytes"
	"encoding/binary"
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
	out := jsonWriter{w: w, products: newProductWriter("    ", "  ")}
	out.enc = json.NewEncoder(&out.buf)
	out.enc.SetEscapeHTML(false)
	opening := "{\n"
	v := reflect.ValueOf(r).Elem()
	for i := range v.NumField() {
		name, rest, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if rest == "omitempty" && v.Field(i).IsZero() {
			continue
		}
		out.text(fmt.Sprintf("%s  %q: ", opening, name))
		opening = ",\n"
		if field := v.Field(i); field.Kind() == reflect.Slice {
			out.list(field, "  ")
		} else {
			out.value(field, "  ")
		}
	}
	out.text("\n}\n")
	return out.err
}

// jsonWriter writes JSON piece by piece until a first error.
type jsonWriter struct {
	w        io.Writer
	buf      bytes.Buffer
	enc      *json.Encoder // into buf
	products *productWriter
	err      error
}

func (j *jsonWriter) text(s string) {
	if j.err == nil {
		_, j.err = io.WriteString(j.w, s)
	}
}

// list writes a list of which no element is held longer than it takes. A list
// that was never made is an empty one.
func (j *jsonWriter) list(list reflect.Value, indent string) {
	if list.Len() == 0 {
		j.text("[]")
		return
	}
	opening := "[\n"
	for i := range list.Len() {
		j.text(opening + indent + "  ")
		opening = ",\n"
		j.value(list.Index(i), indent+"  ")
	}
	j.text("\n" + indent + "]")
}

func (j *jsonWriter) value(v reflect.Value, indent string) {
	if j.err != nil {
		return
	}
	if p, ok := v.Addr().Interface().(*netvet.RegisterProduct); ok {
		q := *p
		j.err = j.products.write(j.w, &q, &q, p)
		return
	}
	j.buf.Reset()
	j.enc.SetIndent(indent, "  ")
	if j.err = j.enc.Encode(v.Addr().Interface()); j.err == nil {
		_, j.err = j.w.Write(EscapeInvisible(bytes.TrimSuffix(j.buf.Bytes(), []byte("\n"))))
	}
}

// EscapeInvisible replaces characters that act on a terminal or hide in a text
// by their \u escapes. JSON has no such characters outside strings, and
// encoding/json leaves those above U+001F as they are.
func EscapeInvisible(text []byte) []byte {
	ascii := 0
	for ; ascii+8 <= len(text); ascii += 8 { // eight bytes below 0x7F at once
		eight := binary.LittleEndian.Uint64(text[ascii:])
		if (eight|(eight+0x0101010101010101))&0x8080808080808080 != 0 {
			break
		}
	}
	for ascii < len(text) && text[ascii] < 0x7F {
		ascii++
	}
	first := bytes.IndexFunc(text[ascii:], invisible)
	if first < 0 {
		return text
	}
	first += ascii
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

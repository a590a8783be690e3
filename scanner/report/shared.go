package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/netvet/netvet"
)

// maxShared bounds how many lists a writer remembers as they are written, of some
// 5 kB each; past it, it starts afresh.
const maxShared = 2048

// productWriter writes products as JSON. Products that were judged together share
// their lists of factors and questions, most of what there is to write: each is
// worked out once.
type productWriter struct {
	prefix, indent string // of the lines of a product after its first; both empty: one line
	buf            bytes.Buffer
	enc            *json.Encoder // into buf
	known          map[listOf][]byte
}

// listOf is the identity of a list: its first element and its length.
type listOf struct {
	first any
	n     int
}

func newProductWriter(prefix, indent string) *productWriter {
	p := &productWriter{prefix: prefix, indent: indent, known: map[listOf][]byte{}}
	p.enc = json.NewEncoder(&p.buf)
	p.enc.SetEscapeHTML(false)
	return p
}

// write writes v, which holds the product q: a copy without its lists, whose
// places are filled in.
func (p *productWriter) write(w io.Writer, v any, q, whole *netvet.RegisterProduct) error {
	factors, err := p.list(listKey(whole.Factors), whole.Factors)
	if err != nil {
		return err
	}
	questions, err := p.list(listKey(whole.Questions), whole.Questions)
	if err != nil {
		return err
	}
	q.Factors, q.Questions = emptied(whole.Factors), emptied(whole.Questions)
	rest, err := p.encode(v, p.prefix)
	if err != nil {
		return err
	}
	for _, part := range []struct {
		name string
		text []byte
	}{{"factors", factors}, {"questions", questions}} {
		if part.text == nil {
			continue
		}
		// A quotation mark in a string would be escaped: this is the field.
		mark := `"` + part.name + `":`
		if p.indent != "" {
			mark += " "
		}
		before, after, found := bytes.Cut(rest, []byte(mark+"[]"))
		if !found {
			return fmt.Errorf("write product %s: no place for its %s", q.ID, part.name)
		}
		if err := writeAll(w, EscapeInvisible(before), []byte(mark), part.text); err != nil {
			return err
		}
		rest = after
	}
	return writeAll(w, EscapeInvisible(rest))
}

func writeAll(w io.Writer, parts ...[]byte) error {
	for _, part := range parts {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// emptied is an empty list in the place of one that has something.
func emptied[T any](list []T) []T {
	if len(list) == 0 {
		return list
	}
	return []T{}
}

func listKey[T any](list []T) listOf {
	if len(list) == 0 {
		return listOf{}
	}
	return listOf{&list[0], len(list)}
}

// list returns a list as it is written within a product, nil for an empty one.
func (p *productWriter) list(key listOf, list any) ([]byte, error) {
	if key.n == 0 {
		return nil, nil
	}
	if text, ok := p.known[key]; ok {
		return text, nil
	}
	text, err := p.encode(list, p.prefix+p.indent)
	if err != nil {
		return nil, err
	}
	if len(p.known) >= maxShared {
		clear(p.known)
	}
	text = bytes.Clone(EscapeInvisible(text))
	p.known[key] = text
	return text, nil
}

func (p *productWriter) encode(v any, prefix string) ([]byte, error) {
	p.buf.Reset()
	p.enc.SetIndent(prefix, p.indent)
	err := p.enc.Encode(v)
	return bytes.TrimSuffix(p.buf.Bytes(), []byte("\n")), err
}

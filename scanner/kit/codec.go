package kit

import "encoding/binary"

// Values of the store are written field by field: numbers as varints, texts and
// lists behind their length. A field can be added at the end of a value: a
// reader that finds none there gets its zero.

// encoder writes a value.
type encoder struct{ b []byte }

func (e *encoder) number(n int) { e.b = binary.AppendVarint(e.b, int64(n)) }

func (e *encoder) text(s string) {
	e.b = binary.AppendUvarint(e.b, uint64(len(s)))
	e.b = append(e.b, s...)
}

func (e *encoder) list(texts []string) {
	e.number(len(texts))
	for _, s := range texts {
		e.text(s)
	}
}

// decoder reads a value. After a fault everything reads as zero and bad is set.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) number() int {
	if len(d.b) == 0 {
		return 0
	}
	n, size := binary.Varint(d.b)
	if size <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[size:]
	return int(n)
}

// count reads the length of a list, each element of which takes a byte at least.
func (d *decoder) count() int {
	n := d.number()
	if n < 0 || n > len(d.b) {
		d.fail()
		return 0
	}
	return n
}

// raw reads a text without copying it: it is valid as long as the value.
func (d *decoder) raw() []byte {
	if len(d.b) == 0 {
		return nil
	}
	n, size := binary.Uvarint(d.b)
	if size <= 0 || n > uint64(len(d.b)-size) {
		d.fail()
		return nil
	}
	text := d.b[size : size+int(n)]
	d.b = d.b[size+int(n):]
	return text
}

func (d *decoder) text() string { return string(d.raw()) }

func (d *decoder) list() []string {
	n := d.count()
	if n == 0 {
		return nil
	}
	texts := make([]string, n)
	for i := range texts {
		texts[i] = d.text()
	}
	return texts
}

func (d *decoder) fail() { d.b, d.bad = nil, true }

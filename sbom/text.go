package sbom

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// textForm is how an input writes its text, as far as its first bytes tell.
type textForm struct {
	mark  int    // bytes of the mark
	width int    // bytes of a unit: 1, 2 or 4
	big   bool   // big-endian
	name  string // empty: nothing is known and nothing is to be done
}

// detectText looks for a Unicode mark, or for the zero bytes that UTF-16 puts
// between the letters of plain text.
func detectText(head []byte) textForm {
	switch {
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE, 0, 0}):
		return textForm{mark: 4, width: 4, name: "UTF-32LE"}
	case bytes.HasPrefix(head, []byte{0, 0, 0xFE, 0xFF}):
		return textForm{mark: 4, width: 4, big: true, name: "UTF-32BE"}
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		return textForm{mark: 3, width: 1, name: "UTF-8"}
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		return textForm{mark: 2, width: 2, name: "UTF-16LE"}
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return textForm{mark: 2, width: 2, big: true, name: "UTF-16BE"}
	}
	if len(head) < 4 {
		return textForm{width: 1}
	}
	plain := func(b byte) bool { return b == '\t' || b == '\n' || b == '\r' || ' ' <= b && b < 0x7F }
	switch {
	case plain(head[0]) && head[1] == 0 && plain(head[2]) && head[3] == 0:
		return textForm{width: 2, name: "UTF-16LE"}
	case head[0] == 0 && plain(head[1]) && head[2] == 0 && plain(head[3]):
		return textForm{width: 2, big: true, name: "UTF-16BE"}
	}
	return textForm{width: 1}
}

// decodeText returns the input as UTF-8 without a mark. Input whose form is not
// known is passed on as it is.
func decodeText(r *bufio.Reader, form textForm) (io.Reader, error) {
	if form.width == 4 {
		return nil, fmt.Errorf("text in %s is not read: convert it to UTF-8", form.name)
	}
	if _, err := r.Discard(form.mark); err != nil {
		return nil, err
	}
	if form.width == 2 {
		return bufio.NewReaderSize(&utf16Reader{r: r, form: form, offset: int64(form.mark)}, headSize), nil
	}
	return r, nil
}

// utf16Reader turns UTF-16 into UTF-8. What is not UTF-16 is an error and never
// replaced.
type utf16Reader struct {
	r      *bufio.Reader
	form   textForm
	offset int64 // in the input, of the next unit
	rest   []byte
	buf    [utf8.UTFMax]byte
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(u.rest) > 0 {
			k := copy(p[n:], u.rest)
			u.rest = u.rest[k:]
			n += k
			continue
		}
		r, err := u.next()
		if err != nil {
			if n > 0 && err == io.EOF {
				err = nil
			}
			return n, err
		}
		u.rest = utf8.AppendRune(u.buf[:0], r)
	}
	return n, nil
}

func (u *utf16Reader) next() (rune, error) {
	at := u.offset
	first, err := u.unit()
	if err != nil || !utf16.IsSurrogate(first) {
		return first, err
	}
	second, err := u.unit()
	if err == io.EOF {
		return 0, fmt.Errorf("%s text ends inside a character at byte %d", u.form.name, at)
	}
	if err != nil {
		return 0, err
	}
	r := utf16.DecodeRune(first, second)
	if r == utf8.RuneError {
		return 0, fmt.Errorf("invalid %s at byte %d: half of a surrogate pair", u.form.name, at)
	}
	return r, nil
}

func (u *utf16Reader) unit() (rune, error) {
	a, err := u.r.ReadByte()
	if err != nil {
		return 0, err
	}
	b, err := u.r.ReadByte()
	if err == io.EOF {
		return 0, fmt.Errorf("%s text ends inside a character at byte %d", u.form.name, u.offset)
	}
	if err != nil {
		return 0, err
	}
	u.offset += 2
	if u.form.big {
		return rune(a)<<8 | rune(b), nil
	}
	return rune(b)<<8 | rune(a), nil
}

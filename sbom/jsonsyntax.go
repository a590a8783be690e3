package sbom

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The bytes of a JSON document: the window that holds some of them, and the grammar of
// RFC 8259 by which they are checked.

// jsonNext says what may come next.
type jsonNext byte

const (
	jsonTop    jsonNext = iota // a value, or the end of the document
	jsonFirst                  // the first element of an object or array, or its end
	jsonValueN                 // a value, or a key
	jsonColon                  // behind a key
	jsonComma                  // behind an element: a comma, or the end of the object or array
)

// more reads on. What stands before the token that is being read leaves the window.
func (j *jsonTokens) more() bool {
	if j.err != nil {
		return false
	}
	if j.in == nil {
		j.err = io.EOF
		return false
	}
	if j.pos-j.token > min(j.opt.MaxString+2, maxJSONWindow) {
		j.err = j.tooLong()
		return false
	}
	if j.token > 0 || j.buf == nil {
		j.slide()
	}
	if len(j.buf) == cap(j.buf) {
		j.buf = append(make([]byte, 0, max(2*cap(j.buf), jsonWindow)), j.buf...)
	}
	for range 100 {
		n, err := j.in.Read(j.buf[len(j.buf):cap(j.buf)])
		j.buf = j.buf[:len(j.buf)+n]
		switch {
		case n > 0:
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			j.err = io.EOF
			return false
		case err != nil:
			j.err = fmt.Errorf("after byte %d: %w", j.base+int64(len(j.buf)), err)
			return false
		}
		if n > 0 {
			return true
		}
	}
	j.err = io.ErrNoProgress
	return false
}

// slide moves the window on to the token that is being read.
func (j *jsonTokens) slide() {
	for ; j.saved < len(j.keys); j.saved++ {
		k := &j.keys[j.saved]
		start := int32(len(j.text))
		j.text = append(j.text, j.buf[k.start:min(k.colon, k.start+maxPointer)]...)
		colon := int32(len(j.text))
		if k.end > k.colon {
			j.text = append(j.text, shownOf(j.buf[k.colon+1:k.end])...)
		}
		k.start, k.colon, k.end = start, colon, int32(len(j.text))
	}
	j.buf = j.buf[:copy(j.buf, j.buf[j.token:])]
	j.base += int64(j.token)
	j.pos -= j.token
	j.token = 0
}

func (j *jsonTokens) tooLong() error {
	return fmt.Errorf("a string longer than %d bytes after byte %d", j.opt.MaxString, j.base+int64(j.token))
}

// kind tells what value comes next: '{', '[', '"', '0', 't', 'f' or 'n'; or the
// end of the innermost object or array; or 0 when the input is broken there.
func (j *jsonTokens) kind() byte {
	for {
		if j.pos == len(j.buf) {
			if j.token = j.pos; !j.more() {
				return 0
			}
		}
		c := j.buf[j.pos]
		if c == '"' && j.next <= jsonValueN {
			return c
		}
		switch c {
		case ' ', '\t', '\r', '\n':
		case ',':
			if j.next != jsonComma {
				return j.broken()
			}
			j.next = jsonValueN
		case ':':
			if j.next != jsonColon {
				return j.broken()
			}
			j.next = jsonValueN
		case '}', ']':
			if j.next != jsonComma && j.next != jsonFirst || j.inArray != (c == ']') {
				return j.broken()
			}
			return c
		default:
			if j.next > jsonValueN {
				return j.broken()
			}
			return j.begins(c)
		}
		j.pos++
	}
}

// begins tells the kind of value that begins with c.
func (j *jsonTokens) begins(c byte) byte {
	switch c {
	case '{', '[', 't', 'f', 'n':
		return c
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return '0'
	}
	return j.broken()
}

// broken remembers that the next byte may not stand where it does.
func (j *jsonTokens) broken() byte {
	where := "at start of value"
	switch j.next {
	case jsonColon:
		where = "after object name (expecting ':')"
	case jsonComma:
		where = "after object value (expecting ',' or '}')"
		if j.inArray {
			where = "after array element (expecting ',' or ']')"
		}
	}
	j.invalid(where)
	return 0
}

// invalid remembers that the next byte is wrong, as RFC 8259 has it.
func (j *jsonTokens) invalid(where string) {
	if j.err != nil && j.err != io.EOF {
		return
	}
	c, _ := utf8.DecodeRune(j.buf[j.pos:])
	what := "invalid character " + strconv.QuoteRune(c)
	if c == utf8.RuneError {
		what = fmt.Sprintf("invalid character '\\x%02x'", j.buf[j.pos])
	}
	j.err = j.placed(errors.New(what + " " + where))
}

// placed says where an error is.
func (j *jsonTokens) placed(err error) error {
	if pointer := j.pointer(); pointer != "" {
		return fmt.Errorf("at byte %d (%s): %w", j.at(), pointer, err)
	}
	return fmt.Errorf("at byte %d: %w", j.at(), err)
}

// reason returns why there is nothing to read.
func (j *jsonTokens) reason() error {
	switch {
	case j.err == nil: // an end where a value should be
		j.invalid("at start of value")
		return j.err
	case j.err == io.EOF:
		return j.placed(errCutOff)
	}
	return j.err
}

// value reads a string, number, boolean or null.
func (j *jsonTokens) value() ([]byte, error) {
	switch j.kind() {
	case '"':
		return j.quoted()
	case '0':
		return j.digits()
	case 't':
		return j.literal("true")
	case 'f':
		return j.literal("false")
	case 'n':
		return j.literal("null")
	}
	return nil, j.reason()
}

// quoted reads a string.
func (j *jsonTokens) quoted() ([]byte, error) {
	j.token = j.pos
	j.pos++
	j.escaped = false
	for {
		j.plain()
		if j.pos == len(j.buf) {
			if !j.more() {
				return nil, j.reason()
			}
			continue
		}
		switch c := j.buf[j.pos]; {
		case c == '"':
			j.pos++
			return j.buf[j.token:j.pos], nil
		case c == '\\':
			j.escape()
		case c < ' ':
			j.invalid("within string (expecting non-control character)")
		default:
			j.letter()
		}
		if j.err != nil && j.err != io.EOF {
			return nil, j.err
		}
	}
}

// plain passes over the bytes of a string that need no second look.
func (j *jsonTokens) plain() {
	text, at := j.buf, j.pos
	for ; at+8 <= len(text); at += 8 {
		if stops := notPlain(binary.LittleEndian.Uint64(text[at:])); stops != 0 {
			j.pos = at + bits.TrailingZeros64(stops)/8
			return
		}
	}
	for at < len(text) && text[at] >= ' ' && text[at] < utf8.RuneSelf && text[at] != '"' && text[at] != '\\' {
		at++
	}
	j.pos = at
}

// has makes sure that n bytes are in the window, if the document has so many.
func (j *jsonTokens) has(n int) bool {
	for len(j.buf)-j.pos < n {
		if !j.more() {
			return false
		}
	}
	return true
}

// letter passes over a letter beyond ASCII.
func (j *jsonTokens) letter() {
	for !utf8.FullRune(j.buf[j.pos:]) && j.more() {
	}
	if r, n := utf8.DecodeRune(j.buf[j.pos:]); r == utf8.RuneError && n == 1 {
		j.wrong(errors.New("invalid UTF-8"))
	} else {
		j.pos += n
	}
}

// wrong remembers what is wrong with the next bytes.
func (j *jsonTokens) wrong(err error) {
	if j.err == nil || j.err == io.EOF {
		j.err = j.placed(err)
	}
}

// escape passes over an escape.
func (j *jsonTokens) escape() {
	j.escaped = true
	if !j.has(2) {
		j.wrong(errCutOff)
		return
	}
	switch j.buf[j.pos+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		j.pos += 2
		return
	case 'u':
	default:
		j.wrong(fmt.Errorf("invalid escape sequence %q in a string", j.buf[j.pos:j.pos+2]))
		return
	}
	unit, ok := j.unit()
	if !ok || unit < 0xD800 || unit > 0xDFFF {
		return
	}
	if unit <= 0xDBFF && j.has(2) && j.buf[j.pos] == '\\' && j.buf[j.pos+1] == 'u' {
		if low, ok := j.unit(); !ok || 0xDC00 <= low && low <= 0xDFFF {
			return
		}
	}
	j.wrong(errors.New("half of a surrogate pair in a string"))
}

// unit reads \uXXXX: a unit of UTF-16.
func (j *jsonTokens) unit() (uint64, bool) {
	if !j.has(6) {
		j.wrong(errCutOff)
		return 0, false
	}
	unit, err := strconv.ParseUint(string(j.buf[j.pos+2:j.pos+6]), 16, 16)
	if err != nil {
		j.wrong(fmt.Errorf("invalid escape sequence %q in a string", j.buf[j.pos:j.pos+6]))
		return 0, false
	}
	j.pos += 6
	return unit, true
}

// literal reads true, false or null.
func (j *jsonTokens) literal(word string) ([]byte, error) {
	j.token = j.pos
	for i := range len(word) {
		if !j.has(1) {
			return nil, j.reason()
		}
		if j.buf[j.pos] != word[i] {
			j.invalid("in literal " + word)
			return nil, j.err
		}
		j.pos++
	}
	return j.buf[j.token:j.pos], nil
}

// digits reads a number by the grammar of RFC 8259, section 6.
func (j *jsonTokens) digits() ([]byte, error) {
	j.token = j.pos
	j.oneOf("-")
	ok := j.oneOf("0") || j.run()
	if ok && j.oneOf(".") {
		ok = j.run()
	}
	if ok && j.oneOf("eE") {
		j.oneOf("+-")
		ok = j.run()
	}
	if !ok {
		if j.has(1) {
			j.invalid("in number (expecting digit)")
		}
		return nil, j.reason()
	}
	if j.err != nil && j.err != io.EOF {
		return nil, j.err // what follows the number could not be read
	}
	return j.buf[j.token:j.pos], nil
}

// oneOf passes over one of the given bytes.
func (j *jsonTokens) oneOf(set string) bool {
	if !j.has(1) || strings.IndexByte(set, j.buf[j.pos]) < 0 {
		return false
	}
	j.pos++
	return true
}

// run passes over digits and tells whether there were any.
func (j *jsonTokens) run() (any bool) {
	for j.has(1) && '0' <= j.buf[j.pos] && j.buf[j.pos] <= '9' {
		j.pos++
		any = true
	}
	return any
}

// isDelimiter tells what ends a value that is no string.
func isDelimiter(c byte) bool {
	switch c {
	case ',', ']', '}', ' ', '\t', '\r', '\n':
		return true
	}
	return false
}

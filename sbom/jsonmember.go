package sbom

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// memberCutter passes one JSON object on and stops before the value of a member of
// one of the given names, so that the value can be read as a stream of its own,
// however long it is. In the place of the value comes null. A value that nobody
// asks for is passed over. It ends with the object.
type memberCutter struct {
	r     *bufio.Reader
	names []string

	depth   int
	text    bool   // inside a string
	escaped bool   // behind a backslash
	naming  bool   // the next string at the top is a key
	key     []byte // the last key at the top
	at      *memberValue
	ahead   []byte // read and not passed on
	done    bool
}

var errCutOff = errors.New("the document ends in the middle: it is cut off")

// holds tells whether the member of this name, whose key was read last, is one to
// be read as a stream.
func (c *memberCutter) holds(name string) bool {
	for c.at == nil && !c.done { // the colon may not have been read
		b, err := c.next()
		if err != nil {
			return false // comes again
		}
		c.ahead = append(c.ahead, b)
		if c.at == nil && !isJSONSpace(b) {
			return false
		}
	}
	return c.at != nil && string(c.key) == name
}

// value returns the value that the cutter stands before.
func (c *memberCutter) value() *memberValue {
	v := c.at
	if !v.begun {
		v.begin()
	}
	return v
}

func (c *memberCutter) Read(p []byte) (int, error) {
	n := copy(p, c.ahead)
	c.ahead = c.ahead[n:]
	if n > 0 {
		return n, nil
	}
	if c.at != nil {
		if _, err := io.Copy(io.Discard, c.value()); err != nil {
			return 0, err
		}
		c.at = nil
		c.ahead = append(c.ahead[:0], "null"...)
		return c.Read(p)
	}
	for n < len(p) && c.at == nil && !c.done {
		b, err := c.next()
		if err != nil {
			return n, err
		}
		p[n] = b
		n++
	}
	if n == 0 && c.done && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// next reads a byte and keeps track of where it stands.
func (c *memberCutter) next() (byte, error) {
	b, err := c.r.ReadByte()
	if err != nil {
		return 0, err
	}
	switch {
	case c.text:
		c.inText(b)
	case b == '"':
		c.text = true
		if c.naming {
			c.key = c.key[:0]
		}
	case b == '{' || b == '[':
		c.depth++
		c.naming = b == '{' && c.depth == 1
	case b == '}' || b == ']':
		c.depth--
		c.done = c.depth <= 0
	case b == ',':
		c.naming = c.depth == 1
	case b == ':' && c.naming && c.depth == 1:
		c.naming = false
		if slices.Contains(c.names, string(c.key)) {
			c.at = &memberValue{r: c.r}
		}
	}
	return b, nil
}

func (c *memberCutter) inText(b byte) {
	switch {
	case c.escaped:
		c.escaped = false
	case b == '\\':
		c.escaped = true
	case b == '"':
		c.text = false
		return
	}
	if c.naming && len(c.key) < maxWordLength {
		c.key = append(c.key, b)
	}
}

// memberValue is one JSON value as a stream: a string as it is meant, anything else as
// it is written.
type memberValue struct {
	r       *bufio.Reader
	begun   bool
	text    bool // the value is a string
	depth   int
	quoted  bool // inside a string of it
	escaped bool
	rest    []byte // of a character
	err     error
}

// begin looks at the first byte of the value.
func (v *memberValue) begin() {
	v.begun = true
	if v.err = skipSpace(v.r); v.err != nil {
		v.err = cutOff(v.err)
		return
	}
	if b, _ := v.r.ReadByte(); b == '"' {
		v.text = true
	} else {
		v.err = v.r.UnreadByte()
	}
}

func cutOff(err error) error {
	if err == io.EOF {
		return errCutOff
	}
	return err
}

func (v *memberValue) Read(p []byte) (n int, err error) {
	n = copy(p, v.rest)
	v.rest = v.rest[n:]
	if n > 0 || len(p) == 0 {
		return n, nil
	}
	if v.err != nil {
		return 0, v.err
	}
	if _, err := v.r.Peek(1); err != nil {
		v.err = cutOff(err)
		return 0, v.err
	}
	ready, _ := v.r.Peek(min(v.r.Buffered(), len(p)))
	if v.text {
		n = v.string(p, ready)
	} else {
		n = v.written(p, ready)
	}
	if n == 0 && v.err == nil {
		return v.Read(p)
	}
	if n > 0 {
		return n, nil
	}
	return 0, v.err
}

// string reads a part of a string as it is meant.
func (v *memberValue) string(p, ready []byte) int {
	end := bytes.IndexAny(ready, "\"\\")
	if end < 0 {
		end = len(ready)
	}
	n := copy(p, ready[:end])
	stop := byte(0)
	if end < len(ready) {
		stop = ready[end]
	}
	_, _ = v.r.Discard(end)
	switch {
	case n > 0 || stop == 0:
	case stop == '"':
		_, _ = v.r.Discard(1)
		v.err = io.EOF
	default:
		v.rest, v.err = v.escape()
	}
	return n
}

// escape reads a character that is written with a backslash.
func (v *memberValue) escape() ([]byte, error) {
	r, err := v.unit()
	if err != nil || !utf16.IsSurrogate(r) {
		return utf8.AppendRune(nil, r), err
	}
	second, err := v.unit()
	if err == nil {
		if r = utf16.DecodeRune(r, second); r == utf8.RuneError {
			err = errors.New("half of a surrogate pair in a string")
		}
	}
	return utf8.AppendRune(nil, r), err
}

func (v *memberValue) unit() (rune, error) {
	two, err := v.r.Peek(2)
	if err != nil {
		return 0, cutOff(err)
	}
	plain := bytes.IndexByte([]byte(`"\/bfnrt`), two[1])
	switch {
	case two[0] != '\\':
		return 0, errors.New("half of a surrogate pair in a string")
	case plain >= 0:
		_, _ = v.r.Discard(2)
		return rune("\"\\/\b\f\n\r\t"[plain]), nil
	case two[1] != 'u':
		return 0, errors.New("an unknown escape in a string")
	}
	six, err := v.r.Peek(6)
	if err != nil {
		return 0, cutOff(err)
	}
	unit, err := strconv.ParseUint(string(six[2:]), 16, 16)
	if err != nil {
		return 0, errors.New("an invalid escape in a string")
	}
	_, _ = v.r.Discard(6)
	return rune(unit), nil
}

// written reads a part of a value that is no string as it is written.
func (v *memberValue) written(p, ready []byte) int {
	n := 0
	for _, b := range ready {
		if v.depth == 0 && isDelimiter(b) {
			v.err = io.EOF
			break
		}
		p[n] = b
		n++
		if v.follow(b); v.err != nil {
			break
		}
	}
	_, _ = v.r.Discard(n)
	return n
}

// follow keeps track of where in an object or array a byte stands.
func (v *memberValue) follow(b byte) {
	switch {
	case v.quoted && v.escaped:
		v.escaped = false
	case v.quoted:
		v.escaped = b == '\\'
		v.quoted = b != '"'
	case b == '"':
		v.quoted = true
	case b == '{' || b == '[':
		v.depth++
	case b == '}' || b == ']':
		if v.depth--; v.depth == 0 {
			v.err = io.EOF
		}
	}
}

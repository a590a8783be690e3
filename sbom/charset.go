package sbom

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// charsetWindow is how many bytes, from the first that is no plain ASCII, decide
// in which encoding a text without a mark is.
const charsetWindow = 256 << 10

// charsetReader turns text into UTF-8 without a mark. It passes ASCII on until
// the first other byte, decides there, and keeps to the decision: what does not
// fit it later is an error with its place, and nothing is ever replaced.
type charsetReader struct {
	src    *bufio.Reader
	forced string // Options.Encoding
	name   string // of the encoding, once it is decided; "" while all is ASCII
	mark   string // the encoding, when it was known before
	enc    encoding.Encoding
	before []byte // the last of the ASCII, which may begin a header
	offset int64  // in the input, of the next byte of src
	buf    []byte
	out    []byte // what of buf is still to be read
	err    error
}

func newCharsetReader(r io.Reader, forced string) *charsetReader {
	return &charsetReader{src: bufio.NewReaderSize(r, charsetWindow), forced: forced}
}

func (c *charsetReader) Read(p []byte) (int, error) {
	for len(c.out) == 0 && c.err == nil {
		c.fill()
	}
	n := copy(p, c.out)
	c.out = c.out[n:]
	if n > 0 {
		return n, nil
	}
	return 0, c.err
}

// marked says that a mark or zero bytes told the encoding, and that the text
// comes in UTF-8 already, without a mark.
func (c *charsetReader) marked(charset string) {
	if charset == "" {
		return
	}
	c.name, c.mark = "UTF-8", charset
	if charset == "UTF-8" {
		c.offset = 3 // bytes of the mark
	}
}

// describe names the encoding, once the text was read.
func (c *charsetReader) describe() string {
	switch {
	case c.mark != "":
		return c.mark
	case c.name == "":
		return "ASCII"
	case c.forced != "":
		return c.name + ", as chosen"
	case c.enc != nil:
		return c.name + ", found by its bytes"
	}
	return c.name
}

// fill decodes the next bytes into c.out, or sets c.err.
func (c *charsetReader) fill() {
	head, err := c.src.Peek(charsetWindow)
	if err != nil && err != io.EOF || len(head) == 0 {
		c.err = err
		return
	}
	atEOF := err == io.EOF
	if c.name == "" && c.offset == 0 {
		if head, c.err = c.begin(head); c.err != nil || len(head) == 0 {
			return
		}
	}
	if c.name == "" {
		if n := asciiPrefix(head); n > 0 {
			c.before = append(c.before[:0], head[max(0, n-maxHeader):n]...)
			c.take(head, n)
			return
		}
		if c.err = c.choose(head, atEOF); c.err != nil {
			return
		}
	}
	if c.enc == nil {
		c.utf8(head)
		return
	}
	c.decode(head, atEOF)
}

// begin looks at the first bytes for a mark, or for the zero bytes of UTF-16,
// and else takes the encoding that the user named. It returns what follows the
// mark.
func (c *charsetReader) begin(head []byte) ([]byte, error) {
	mark := 0
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		mark, c.name = 3, "UTF-8"
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		mark, c.name, c.enc = 2, "UTF-16LE", utf16LE()
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		mark, c.name, c.enc = 2, "UTF-16BE", utf16BE()
	case c.forced != "":
		enc, err := htmlindex.Get(strings.TrimSpace(c.forced))
		if err != nil {
			return nil, fmt.Errorf("unknown encoding %q: use a name such as utf-8, gb18030, big5, shift_jis or windows-1252", c.forced)
		}
		if c.name, _ = htmlindex.Name(enc); c.name != "utf-8" {
			c.enc = enc
		}
	default:
		c.name, c.enc = utf16Pattern(head)
	}
	c.discard(mark)
	return head[mark:], nil
}

func utf16LE() encoding.Encoding { return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM) }
func utf16BE() encoding.Encoding { return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM) }

// utf16Pattern tells UTF-16 without a mark by its zero bytes: the delimiters,
// digits and line ends of a table have one each, all on the same side.
func utf16Pattern(head []byte) (string, encoding.Encoding) {
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch {
	case zeros[0]+zeros[1] < 2 || len(head)/64 > zeros[0]+zeros[1]:
		return "", nil
	case zeros[0]*20 < zeros[1]:
		return "UTF-16LE", utf16LE()
	case zeros[1]*20 < zeros[0]:
		return "UTF-16BE", utf16BE()
	}
	return "", nil
}

// choose decides the encoding of a text by a window of it that begins with a
// byte beyond ASCII.
func (c *charsetReader) choose(window []byte, atEOF bool) error {
	whole := window
	if !atEOF {
		whole = window[:len(window)-partialRune(window)]
	}
	if utf8.Valid(whole) {
		c.name = "UTF-8"
		return nil
	}
	if mostlyUTF8(whole) {
		return fmt.Errorf("invalid UTF-8 at byte %d: repair the file or name its encoding with --encoding", c.offset+int64(invalidAt(whole)))
	}
	if guess, ok := guessCharset(c.before, window, atEOF); ok {
		c.name, c.enc = guess.name, guess.enc
		return nil
	}
	return fmt.Errorf("text is not UTF-8, first at byte %d, and in no other encoding beyond doubt: name it with --encoding (windows-1252, gb18030, shift_jis ...)", c.offset)
}

// mostlyUTF8 tells a damaged UTF-8 text from one in another encoding: most of
// what is beyond ASCII are whole characters.
func mostlyUTF8(text []byte) bool {
	good, bad := 0, 0
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		text = text[n:]
	}
	return good > bad
}

// invalidAt returns the place of the first byte that is not UTF-8.
func invalidAt(text []byte) int {
	at := 0
	for at < len(text) {
		r, n := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		at += n
	}
	return at
}

// utf8 passes on what is whole and valid; what the end of the window cuts comes
// whole with the next.
func (c *charsetReader) utf8(head []byte) {
	n := invalidAt(head)
	if n == 0 {
		c.err = fmt.Errorf("invalid UTF-8 at byte %d: repair the file or name its encoding with --encoding", c.offset)
		return
	}
	c.take(head, n)
}

// decode passes on what the encoding makes of the next bytes.
func (c *charsetReader) decode(head []byte, atEOF bool) {
	decoder := c.enc.NewDecoder().Transformer
	out := slices.Grow(c.buf[:0], 3*len(head)+utf8.UTFMax)
	out = out[:cap(out)]
	n, used, err := decoder.Transform(out, head, atEOF)
	if at := bytes.IndexRune(out[:n], utf8.RuneError); at >= 0 {
		_, used, _ = decoder.Transform(out[:at], head, true) // up to the fault
		err = errors.New("invalid")
	}
	if err != nil && !errors.Is(err, transform.ErrShortSrc) || used == 0 {
		c.err = fmt.Errorf("invalid %s at byte %d: repair the file or name its encoding with --encoding", c.name, c.offset+int64(used))
		return
	}
	c.buf, c.out = out, out[:n]
	c.discard(used)
}

// take passes n bytes on as they are.
func (c *charsetReader) take(head []byte, n int) {
	c.buf = append(c.buf[:0], head[:n]...)
	c.out = c.buf
	c.discard(n)
}

// discard steps over bytes that were peeked at.
func (c *charsetReader) discard(n int) {
	c.offset += int64(n)
	_, _ = c.src.Discard(n)
}

func asciiPrefix(text []byte) int {
	for i, b := range text {
		if b >= utf8.RuneSelf {
			return i
		}
	}
	return len(text)
}

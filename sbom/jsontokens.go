package sbom

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonTokens walks a JSON document from front to back and holds no more of it
// than a window. It is stricter than RFC 8259: a key may stand in an object
// only once, whatever its case, because tools differ in which of two they
// believe; and text must be UTF-8 without half surrogates.
//
// Values are read by the methods below. A callback that leaves a value unread
// has it skipped. A value of the wrong type is reported to fault and skipped, so
// that a document is read as far as it makes sense.
//
// The bytes are checked while they are walked, in one pass and eight at a time,
// which costs less than a pass by the tokens of a library; that library is the
// judge in the tests. It still turns escapes into text.
type jsonTokens struct {
	opt   Options
	fault func(pointer, reason string) // wrong types, and keys given twice when lenient

	schema []*schemaWalk // compare the document with schemas, and are told of all that is read
	passed int           // elements that were not compared with a schema

	in    io.Reader // nil when the window is all there is
	buf   []byte    // the window
	pos   int       // in the window, of the next byte
	token int       // in the window, of what is being read
	base  int64     // offset in the document of the window
	err   error     // why there is nothing more, or what is wrong

	next  jsonNext
	depth int
	reads int       // values read so far: shows whether a callback read its own
	keys  []jsonKey // of all open objects, innermost last
	saved int       // how many of them have left the window
	text  []byte    // those keys and their values
	path  []int32   // to the value read last: an index, or the complement of a place in keys

	caseCounts bool // keys that differ in case only are different keys

	inArray bool   // the innermost open value is an array
	escaped bool   // the string read last holds an escape
	scratch []byte // for strings that hold escapes
	words   map[string]string
}

const (
	maxPointer    = 200  // bytes of a place shown
	manyKeys      = 32   // from here on an object's keys are found by map
	maxWords      = 4096 // distinct strings kept to be shared
	maxWordLength = 64
	jsonWindow    = 64 << 10 // bytes; it grows for a long string
	maxJSONWindow = 1 << 30
	noStep        = math.MinInt32 // in path: nothing was read yet at this level
)

func newJSONTokens(r io.Reader, opt Options, fault func(pointer, reason string)) *jsonTokens {
	return &jsonTokens{in: r, opt: opt, fault: fault, words: make(map[string]string)}
}

// within makes text the document to be read, which ends at offset of a longer one.
func (j *jsonTokens) within(text []byte, end int64) {
	j.in, j.buf, j.pos, j.token, j.base = nil, text, 0, 0, end-int64(len(text))
	j.err, j.next, j.depth, j.inArray = nil, jsonTop, 0, false
	j.keys, j.path, j.text, j.saved = j.keys[:0], j.path[:0], j.text[:0], 0
}

// at returns the offset in the document behind what was read last.
func (j *jsonTokens) at() int64 { return j.base + int64(j.pos) }

// pointer returns the RFC 6901 pointer to the value read last.
func (j *jsonTokens) pointer() string {
	pointer := ""
	for _, step := range j.path {
		switch {
		case step == noStep || len(pointer) > maxPointer:
		case step >= 0:
			pointer = elementPointer(pointer, int(step))
		default:
			pointer = childPointer(pointer, j.unquoted(int(^step)))
		}
	}
	return shortPointer(pointer)
}

// shortPointer cuts a place that no person would follow.
func shortPointer(pointer string) string {
	if len(pointer) <= maxPointer {
		return pointer
	}
	return strings.ToValidUTF8(pointer[:maxPointer], "") + "..."
}

// object reads an object, calling field with each key. The key is valid until
// the next read. Null counts as an empty object.
func (j *jsonTokens) object(field func(key []byte) error) error {
	if ok, err := j.open('{', "an object"); !ok || err != nil {
		return err
	}
	base, outer := len(j.keys), j.inArray
	j.inArray = false
	var index map[uint64]int
	for j.kind() != '}' {
		before := j.reads
		key, fresh, err := j.key(base, &index)
		if err != nil {
			return err
		}
		if fresh {
			if err := field(key); err != nil {
				return err
			}
		}
		if j.reads == before {
			if err := j.skip(); err != nil {
				return err
			}
		}
	}
	if j.saved > base {
		j.text, j.saved = j.text[:j.keys[base].start], base
	}
	j.keys = j.keys[:base]
	j.close(outer)
	return nil
}

// array reads an array, calling element with each index. Null counts as an
// empty array.
func (j *jsonTokens) array(element func(i int) error) error {
	if ok, err := j.open('[', "an array"); !ok || err != nil {
		return err
	}
	outer := j.inArray
	j.inArray = true
	for i := 0; j.kind() != ']'; i++ {
		j.path[len(j.path)-1] = int32(i)
		paused := j.pause(i)
		before := j.reads
		if err := element(i); err != nil {
			return err
		}
		if j.reads == before {
			if err := j.skip(); err != nil {
				return err
			}
		}
		j.resume(paused)
	}
	j.close(outer)
	return nil
}

// open begins an object or array. It reports false when there is none to read.
func (j *jsonTokens) open(kind byte, want string) (bool, error) {
	switch got := j.kind(); got {
	case kind:
	case 'n':
		_, err := j.scalar()
		return false, err
	default:
		return false, j.mismatch(want)
	}
	j.reads++
	if j.depth++; j.depth > j.opt.MaxDepth {
		return false, fmt.Errorf("nesting deeper than %d at byte %d", j.opt.MaxDepth, j.at())
	}
	for _, s := range j.schema {
		s.open(kind)
	}
	j.pos++
	j.next = jsonFirst
	j.path = append(j.path, noStep)
	return true, nil
}

const (
	// fullyCompared is how many elements of a list are all compared with a schema. Of
	// those that follow each comparedEach-th is: tools write the thousandth as they
	// wrote the first, and looking at all would double the work.
	fullyCompared = 2000
	comparedEach  = 16
)

// pause stops the comparison with schemas for an element of a long list.
func (j *jsonTokens) pause(i int) []*schemaWalk {
	if i < fullyCompared || i%comparedEach == 0 || len(j.schema) == 0 {
		return nil
	}
	paused := j.schema
	j.schema = nil
	j.passed++
	return paused
}

func (j *jsonTokens) resume(paused []*schemaWalk) {
	if paused == nil {
		return
	}
	j.schema = paused
	for _, s := range j.schema {
		s.frames[len(s.frames)-1].elements++
	}
}

// told counts the faults that the schemas found.
func (j *jsonTokens) told() (n int) {
	for _, s := range j.schema {
		n += s.told
	}
	return n
}

// close ends an object or array, which stands in an array or not.
func (j *jsonTokens) close(inArray bool) {
	j.pos++
	j.depth--
	j.path = j.path[:len(j.path)-1]
	j.inArray = inArray
	for _, s := range j.schema {
		s.close()
	}
	j.after()
}

// after says what may follow a value.
func (j *jsonTokens) after() {
	if j.next = jsonComma; j.depth == 0 {
		j.next = jsonTop
	}
}

// scalar reads a string, number, boolean or null as it stands. The bytes are
// valid until the next read.
func (j *jsonTokens) scalar() ([]byte, error) {
	j.reads++
	raw, err := j.value()
	if err != nil {
		return nil, err
	}
	if len(raw) > j.opt.MaxString+2 {
		return nil, j.tooLong()
	}
	for _, s := range j.schema {
		s.scalar(raw)
	}
	j.after()
	if last := len(j.keys) - 1; !j.inArray && last >= 0 {
		k := &j.keys[last]
		switch {
		case k.end != k.colon:
		case last >= j.saved:
			k.end = int32(j.pos)
		default:
			j.text = append(j.text[:k.colon], shownOf(raw)...)
			k.end = int32(len(j.text))
		}
	}
	return raw, nil
}

// bytes reads a string. A number or boolean is taken as it is written, and
// reported; null is the empty string. The bytes are valid until the next read.
func (j *jsonTokens) bytes() ([]byte, error) {
	switch kind := j.kind(); kind {
	case '"', 'n', 0:
	case '{', '[':
		return nil, j.mismatch("a string")
	default:
		told := j.told()
		raw, err := j.scalar()
		if err == nil && told == j.told() {
			j.fault(j.pointer(), "is "+jsonKindName(kind)+", expected a string")
		}
		return raw, err
	}
	raw, err := j.scalar()
	if err != nil || raw[0] == 'n' {
		return nil, err
	}
	if !j.escaped {
		return raw[1 : len(raw)-1], nil
	}
	j.scratch, err = unquoteTo(j.scratch[:0], raw)
	return j.scratch, err
}

// unquoteTo appends a string as it is meant to b.
func unquoteTo(b, raw []byte) ([]byte, error) { return jsontext.AppendUnquote(b, raw) }

// string reads a string.
func (j *jsonTokens) string() (string, error) {
	b, err := j.bytes()
	return string(b), err
}

// appendTo reads a string and appends it to b.
func (j *jsonTokens) appendTo(b []byte) ([]byte, error) {
	text, err := j.bytes()
	return append(b, text...), err
}

// word reads a string of which a document has many equal ones: they share memory.
func (j *jsonTokens) word() (string, error) {
	b, err := j.bytes()
	if err != nil || len(b) > maxWordLength {
		return string(b), err
	}
	if w, ok := j.words[string(b)]; ok {
		return w, nil
	}
	w := string(b)
	if len(j.words) < maxWords {
		j.words[w] = w
	}
	return w, nil
}

// number reads a number as it is written; null is empty.
func (j *jsonTokens) number() (string, error) {
	switch j.kind() {
	case '0':
		raw, err := j.scalar()
		return string(raw), err
	case 'n':
		_, err := j.scalar()
		return "", err
	}
	return "", j.mismatch("a number")
}

// boolean reads true or false as "yes" or "no"; null is empty.
func (j *jsonTokens) boolean() (string, error) {
	switch j.kind() {
	case 't', 'f', 'n':
		raw, err := j.scalar()
		if err != nil || raw[0] == 'n' {
			return "", err
		}
		if raw[0] == 't' {
			return "yes", nil
		}
		return "no", nil
	}
	return "", j.mismatch("true or false")
}

// skip reads a value for its form only.
func (j *jsonTokens) skip() error {
	switch j.kind() {
	case '{':
		return j.object(func([]byte) error { return nil })
	case '[':
		return j.array(func(int) error { return nil })
	}
	_, err := j.scalar()
	return err
}

// mismatch skips a value of the wrong type and reports it.
func (j *jsonTokens) mismatch(want string) error {
	kind := j.kind()
	if kind == 0 || kind == '}' || kind == ']' {
		_, err := j.scalar() // gives the reason
		return err
	}
	told := j.told()
	if err := j.skip(); err != nil {
		return err
	}
	if told == j.told() {
		j.fault(j.pointer(), "is "+jsonKindName(kind)+", expected "+want)
	}
	return nil
}

// end makes sure that nothing but white space follows the document.
func (j *jsonTokens) end() error {
	for {
		if j.pos == len(j.buf) {
			if j.token = j.pos; !j.more() {
				break
			}
		}
		switch j.buf[j.pos] {
		case ' ', '\t', '\r', '\n':
			j.pos++
		default:
			return fmt.Errorf("at byte %d: more follows the end of the document", j.at())
		}
	}
	if j.err == io.EOF {
		return nil
	}
	return j.reason()
}

func jsonKindName(kind byte) string {
	switch kind {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "nothing"
}

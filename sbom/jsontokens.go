package sbom

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonTokens walks a JSON document from front to back and holds no more of it
// than one element of a list. It is stricter than JSON: a key may stand in an object
// only once, whatever its case, because tools differ in which of two they
// believe. This is the only file that knows the JSON library.
//
// Values are read by the methods below. A callback that leaves a value unread
// has it skipped. A value of the wrong type is reported to fault and skipped, so
// that a document is read as far as it makes sense.
//
// Lists are where documents are long. The decoder checks an element of a list as a
// whole, up to wholeSize, and the walk goes over the bytes it checked, which is
// twice as fast as token by token. Larger elements are walked by token.
type jsonTokens struct {
	dec    *jsontext.Decoder
	opt    Options
	fault  func(pointer, reason string) // wrong types, and keys given twice when lenient
	schema []*schemaWalk                // compare the document with schemas, and are told of all that is read
	passed int                          // elements that were not compared with a schema
	offset int64                        // of the end of the last token or element of the decoder
	depth  int
	reads  int       // values read so far: shows whether a callback read its own
	keys   []jsonKey // of all open objects, innermost last
	text   []byte    // keys and values of objects walked by token

	whole    []byte  // the element that is walked as a whole; nil by token
	pos      int     // in whole
	wholeMax int64   // length up to which an element is taken as a whole; 0: none is
	wanting  bool    // the decoder reads an element for whole
	path     []int32 // to the value in whole: an index, or the complement of a place in keys

	inArray bool   // the innermost open value is an array
	scratch []byte // for keys and strings that hold escapes
	words   map[string]string
}

// jsonKey remembers a key of an open object and its value, for the error that
// names both values. Places are in whole or else in text.
type jsonKey struct {
	hash              uint64 // of the spelling without case
	start, colon, end int32  // the key; the value, if it is a scalar, goes from colon to end
	inWhole           bool
}

const (
	maxPointer    = 200  // bytes of a place shown
	manyKeys      = 32   // from here on an object's keys are found by map
	maxWords      = 4096 // distinct strings kept to be shared
	maxWordLength = 64
	// wholeSize is the length up to which an element of a list is taken as a whole.
	wholeSize = 256 << 10
	// jsonSlack is what the decoder may hold beside the token at hand: the
	// buffer it reads ahead into.
	jsonSlack = 2 * wholeSize
)

func newJSONTokens(r io.Reader, opt Options, fault func(pointer, reason string)) *jsonTokens {
	j := &jsonTokens{opt: opt, fault: fault, wholeMax: wholeSize, words: make(map[string]string)}
	// Keys given twice are found here, with both values, and not by the decoder.
	j.dec = jsontext.NewDecoder(&jsonGuard{r: r, j: j}, jsontext.AllowDuplicateNames(true))
	return j
}

// jsonGuard stops a token that would not fit into memory: the decoder has to
// hold every token as a whole.
type jsonGuard struct {
	r    io.Reader
	j    *jsonTokens
	read int64
}

// errNotWhole makes the decoder give up an element that is too long to be taken as
// a whole. It keeps what it has and can go on by token.
var errNotWhole = errors.New("too long to be read as a whole")

func (g *jsonGuard) Read(p []byte) (int, error) {
	held := g.read - g.j.offset
	if g.j.wanting && held > g.j.wholeMax {
		return 0, errNotWhole
	}
	if held > int64(g.j.opt.MaxString)+jsonSlack {
		return 0, g.j.tooLong()
	}
	n, err := g.r.Read(p)
	g.read += int64(n)
	return n, err
}

func (j *jsonTokens) tooLong() error {
	return fmt.Errorf("a string longer than %d bytes after byte %d", j.opt.MaxString, j.at())
}

// at returns the offset in the document behind what was read last.
func (j *jsonTokens) at() int64 {
	if j.whole != nil {
		return j.offset - int64(len(j.whole)-j.pos)
	}
	return j.offset
}

// pointer returns the RFC 6901 pointer to the value read last.
func (j *jsonTokens) pointer() string {
	pointer := j.dec.StackPointer()
	for _, step := range j.path {
		if step >= 0 {
			pointer = pointer.AppendToken(strconv.Itoa(int(step)))
		} else {
			pointer = pointer.AppendToken(j.unquoted(j.keys[^step]))
		}
	}
	return shortPointer(string(pointer))
}

// shortPointer cuts a place that no person would follow.
func shortPointer(pointer string) string {
	if len(pointer) <= maxPointer {
		return pointer
	}
	return strings.ToValidUTF8(pointer[:maxPointer], "") + "..."
}

// kind tells what value comes next: '{', '[', '"', '0', 't', 'f' or 'n'; or the
// end of the innermost object or array; or 0 when the input is broken there.
func (j *jsonTokens) kind() byte {
	if j.whole == nil {
		return byte(j.dec.PeekKind())
	}
	for ; j.pos < len(j.whole); j.pos++ { // what is walked as a whole is known to be valid
		switch c := j.whole[j.pos]; {
		case c >= 'A' || c == '"':
			return c
		case c == '-' || '0' <= c && c <= '9':
			return '0'
		}
	}
	return 0
}

// object reads an object, calling field with each key. The key is valid until
// the next read. Null counts as an empty object.
func (j *jsonTokens) object(field func(key []byte) error) error {
	if ok, err := j.open('{', "an object"); !ok || err != nil {
		return err
	}
	base, mark, outer := len(j.keys), len(j.text), j.inArray
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
	j.keys, j.text, j.inArray = j.keys[:base], j.text[:mark], outer
	return j.close()
}

// array reads an array, calling element with each index. Null counts as an
// empty array.
func (j *jsonTokens) array(element func(i int) error) error {
	if ok, err := j.open('[', "an array"); !ok || err != nil {
		return err
	}
	outer := j.inArray
	j.inArray = true
	for i := 0; ; i++ {
		kind := j.kind()
		if kind == ']' {
			break
		}
		took := j.whole == nil && kind == '{' && j.wholeMax > 0
		var paused []*schemaWalk
		if took {
			paused = j.pause(i)
			j.take()
		} else if j.whole != nil {
			j.path[len(j.path)-1] = int32(i)
		}
		before := j.reads
		if err := element(i); err != nil {
			return err
		}
		if j.reads == before {
			if err := j.skip(); err != nil {
				return err
			}
		}
		if took {
			j.whole, j.pos = nil, 0
			j.resume(paused)
		}
	}
	j.inArray = outer
	return j.close()
}

// take takes the next element as a whole, unless it is too long or broken: the walk
// by token then finds out what is wrong with it and where.
func (j *jsonTokens) take() {
	j.wanting = true
	raw, err := j.dec.ReadValue()
	j.wanting = false
	if err == nil {
		j.whole, j.pos, j.offset = raw, 0, j.dec.InputOffset()
	}
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
	if j.whole != nil {
		j.schemaOpen(kind, j.pos)
		j.pos++
		j.path = append(j.path, 0)
		return true, nil
	}
	_, err := j.dec.ReadToken()
	j.offset = j.dec.InputOffset()
	j.schemaOpen(kind, -1)
	return err == nil, j.explain(err)
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

func (j *jsonTokens) schemaOpen(kind byte, start int) {
	for _, s := range j.schema {
		s.open(kind, start)
	}
}

func (j *jsonTokens) schemaClose(text []byte) {
	for _, s := range j.schema {
		s.close(text)
	}
}

func (j *jsonTokens) close() error {
	j.depth--
	if j.whole != nil {
		j.pos++
		j.path = j.path[:len(j.path)-1]
		j.schemaClose(j.whole[:j.pos])
		return nil
	}
	_, err := j.dec.ReadToken()
	j.offset = j.dec.InputOffset()
	if err == nil {
		j.schemaClose(nil)
	}
	return j.explain(err)
}

// key reads the next key of the object whose keys begin at base. It is not
// fresh when the object had it before and that is to be tolerated.
func (j *jsonTokens) key(base int, index *map[uint64]int) (key []byte, fresh bool, err error) {
	key, hash, err := j.nextKey()
	if err != nil {
		return nil, false, err
	}
	for _, s := range j.schema {
		s.key(key, hash)
	}
	last, first := len(j.keys)-1, -1
	if last-base >= maxKeysOfObject {
		return nil, false, fmt.Errorf("an object with more than %d keys at byte %d", maxKeysOfObject, j.at())
	}
	if *index == nil && last-base < manyKeys {
		for i := last - 1; i >= base; i-- {
			if j.keys[i].hash == hash {
				first = i
			}
		}
	} else {
		first = j.indexed(base, index)
	}
	if first >= 0 {
		return nil, false, j.repeated(first)
	}
	return key, true, nil
}

// indexed finds the place of the key read last in an object of many keys, or -1.
func (j *jsonTokens) indexed(base int, index *map[uint64]int) int {
	last := len(j.keys) - 1
	if *index == nil {
		*index = make(map[uint64]int)
		for i := last - 1; i >= base; i-- {
			(*index)[j.keys[i].hash] = i
		}
	}
	hash := j.keys[last].hash
	if first, ok := (*index)[hash]; ok {
		return first
	}
	(*index)[hash] = last
	return -1
}

// nextKey reads a key and remembers it. The hash of its spelling does not depend on
// case (FNV-1a over the folded bytes).
func (j *jsonTokens) nextKey() (key []byte, hash uint64, err error) {
	if j.whole == nil {
		raw, err := j.value()
		if err != nil {
			return nil, 0, err
		}
		key, hash = j.foldKey(raw)
		start := int32(len(j.text))
		j.text = append(j.text, key[:min(len(key), maxPointer)]...)
		colon := int32(len(j.text))
		j.keys = append(j.keys, jsonKey{hash, start, colon, colon, false})
		return key, hash, nil
	}
	start := j.pos + 1 // kind has found the quote
	end := start
	hash = fnvOffset
	for c := j.whole[end]; c != '"'; c = j.whole[end] {
		if c == '\\' || c >= utf8.RuneSelf {
			end = stringEnd(j.whole, j.pos) - 1
			key, hash = j.foldRunes(j.whole[j.pos : end+1])
			break
		}
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		hash = (hash ^ uint64(c)) * fnvPrime
		end++
	}
	if key == nil {
		key = j.whole[start:end]
	}
	j.path[len(j.path)-1] = ^int32(len(j.keys))
	j.keys = append(j.keys, jsonKey{hash, int32(start), int32(end), int32(end), true})
	j.pos = end + 1
	return key, hash, nil
}

// The constants of the 64-bit FNV-1a hash.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// foldKey returns a key without its quotes, and its hash.
func (j *jsonTokens) foldKey(raw []byte) ([]byte, uint64) {
	key := raw[1 : len(raw)-1]
	hash := uint64(fnvOffset)
	for _, c := range key {
		if c == '\\' || c >= utf8.RuneSelf {
			return j.foldRunes(raw)
		}
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		hash = (hash ^ uint64(c)) * fnvPrime
	}
	return key, hash
}

// foldRunes is foldKey for keys with escapes or letters beyond ASCII, some of
// which fold to ASCII: the Kelvin sign is a k.
func (j *jsonTokens) foldRunes(raw []byte) ([]byte, uint64) {
	j.scratch, _ = jsontext.AppendUnquote(j.scratch[:0], raw)
	hash := uint64(fnvOffset)
	for _, r := range string(j.scratch) {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		for _, c := range []byte(string(unicode.ToLower(least))) {
			hash = (hash ^ uint64(c)) * fnvPrime
		}
	}
	return j.scratch, hash
}

// repeated reports the key read last, which the object had before.
func (j *jsonTokens) repeated(first int) error {
	last := len(j.keys) - 1
	name, value := j.shown(j.keys[first])
	at, pointer := j.at(), j.pointer()
	if k := j.kind(); k != '{' && k != '[' {
		if _, err := j.scalar(); err != nil {
			return err
		}
	}
	again, other := j.shown(j.keys[last])
	text := fmt.Sprintf("key %q is given twice, as %s and as %s", name, value, other)
	if name != again {
		text = fmt.Sprintf("keys %q and %q differ only in case, with values %s and %s", name, again, value, other)
	}
	if !j.opt.Lenient {
		return fmt.Errorf("%s: %s (byte %d): tools disagree on which counts; correct the file, or use --lenient to take the first", pointer, text, at)
	}
	j.fault(pointer, text+"; the first is taken")
	return nil
}

// unquoted returns a key as it is meant.
func (j *jsonTokens) unquoted(k jsonKey) string {
	text := j.text
	if k.inWhole {
		text = j.whole
	}
	if !k.inWhole {
		return string(text[k.start:k.colon]) // kept as it is meant
	}
	name, _ := jsontext.AppendUnquote(nil, `"`+string(text[k.start:k.colon])+`"`)
	return string(name)
}

// shown returns a key and its value as an error shows them.
func (j *jsonTokens) shown(k jsonKey) (name, value string) {
	text := j.text
	if k.inWhole {
		text = j.whole
	}
	name = j.unquoted(k)
	if k.end == k.colon {
		return name, "an object or array"
	}
	value = string(text[k.colon:k.end])
	if k.inWhole {
		value = strings.TrimLeft(value[1:], ": \t\r\n")
	}
	return short(name), short(value)
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
	if !j.inArray && len(j.keys) > 0 {
		k := &j.keys[len(j.keys)-1]
		switch {
		case k.end != k.colon:
		case k.inWhole:
			k.end = int32(j.pos)
		default:
			j.text = append(j.text[:k.colon], raw[:min(len(raw), 2*shownValue)]...)
			k.end = int32(len(j.text))
		}
	}
	return raw, nil
}

// value reads a key, or a string, number, boolean or null.
func (j *jsonTokens) value() ([]byte, error) {
	if j.whole == nil {
		raw, err := j.dec.ReadValue()
		j.offset = j.dec.InputOffset()
		return raw, j.explain(err)
	}
	kind := j.kind()
	start := j.pos
	if kind == '"' {
		j.pos = stringEnd(j.whole, start)
	} else {
		for j.pos++; !isDelimiter(j.whole[j.pos]); j.pos++ { // an object or array always follows with its end
		}
	}
	return j.whole[start:j.pos], nil
}

// stringEnd returns the end of the string that begins at start.
func stringEnd(text []byte, start int) int {
	for at := start + 1; ; at++ {
		at += bytes.IndexByte(text[at:], '"')
		escapes := 0
		for text[at-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return at + 1
		}
	}
}

func isDelimiter(c byte) bool {
	switch c {
	case ',', ']', '}', ' ', '\t', '\r', '\n':
		return true
	}
	return false
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
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1], nil
	}
	j.scratch, err = jsontext.AppendUnquote(j.scratch[:0], raw)
	return j.scratch, err
}

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

// told counts the faults that the schemas found.
func (j *jsonTokens) told() (n int) {
	for _, s := range j.schema {
		n += s.told
	}
	return n
}

// end makes sure that nothing but white space follows the document.
func (j *jsonTokens) end() error {
	_, err := j.dec.ReadToken()
	if err == io.EOF {
		return nil
	}
	if err == nil {
		return fmt.Errorf("at byte %d: more follows the end of the document", j.offset)
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		return fmt.Errorf("at byte %d: more follows the end of the document", syntax.ByteOffset)
	}
	return j.explain(err)
}

// explain turns an error of the library into one that says where.
func (j *jsonTokens) explain(err error) error {
	var syntax *jsontext.SyntacticError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		reason := syntax.Err
		if errors.Is(reason, io.ErrUnexpectedEOF) {
			reason = errors.New("the document ends in the middle: it is cut off")
		}
		if syntax.JSONPointer == "" {
			return fmt.Errorf("at byte %d: %w", syntax.ByteOffset, reason)
		}
		return fmt.Errorf("at byte %d (%s): %w", syntax.ByteOffset, shortPointer(string(syntax.JSONPointer)), reason)
	case err == io.EOF:
		return errors.New("the document ends in the middle: it is cut off")
	}
	return fmt.Errorf("after byte %d: %w", j.offset, err)
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

package sbom

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonTokens walks a JSON document from front to back and holds no more of it
// than the token at hand. It is stricter than JSON: a key may stand in an object
// only once, whatever its case, because tools differ in which of two they
// believe. This is the only file that knows the JSON library.
//
// Values are read by the methods below. A callback that leaves a value unread
// has it skipped. A value of the wrong type is reported to fault and skipped, so
// that a document is read as far as it makes sense.
type jsonTokens struct {
	dec     *jsontext.Decoder
	opt     Options
	fault   func(pointer, reason string) // wrong types, and keys given twice when lenient
	offset  int64                        // of the end of the last token
	depth   int
	reads   int       // values read so far: shows whether a callback read its own
	keys    []jsonKey // of all open objects, innermost last
	text    []byte    // what the keys point into
	inArray bool      // the innermost open value is an array
	scratch []byte    // for keys and strings that hold escapes
	words   map[string]string
}

// jsonKey remembers a key of an open object and its value, for the error that
// names both values.
type jsonKey struct {
	hash              uint64 // of the spelling without case
	start, colon, end int    // text[start:colon] is the key, text[colon:end] its value if that is a scalar
}

const (
	shownValue    = 48   // bytes of a value shown in an error
	manyKeys      = 32   // from here on an object's keys are found by map
	maxWords      = 4096 // distinct strings kept to be shared
	maxWordLength = 64
	// jsonSlack is what the decoder may hold beside the token at hand: the
	// buffer it reads ahead into.
	jsonSlack = 256 << 10
)

func newJSONTokens(r io.Reader, opt Options, fault func(pointer, reason string)) *jsonTokens {
	j := &jsonTokens{opt: opt, fault: fault, words: make(map[string]string)}
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

func (g *jsonGuard) Read(p []byte) (int, error) {
	if g.read-g.j.offset > int64(g.j.opt.MaxString)+jsonSlack {
		return 0, g.j.tooLong()
	}
	n, err := g.r.Read(p)
	g.read += int64(n)
	return n, err
}

func (j *jsonTokens) tooLong() error {
	return fmt.Errorf("a string longer than %d bytes after byte %d", j.opt.MaxString, j.offset)
}

// kind tells what value comes next: '{', '[', '"', '0', 't', 'f' or 'n'; or the
// end of the innermost object or array; or 0 when the input is broken there.
func (j *jsonTokens) kind() byte { return byte(j.dec.PeekKind()) }

// pointer returns the RFC 6901 pointer to the value read last.
func (j *jsonTokens) pointer() string { return string(j.dec.StackPointer()) }

// object reads an object, calling field with each key. The key is valid until
// the next read. Null counts as an empty object.
func (j *jsonTokens) object(field func(key []byte) error) error {
	if ok, err := j.open('{', "an object"); !ok || err != nil {
		return err
	}
	base, mark, outer := len(j.keys), len(j.text), j.inArray
	j.inArray = false
	var index map[uint64]int
	for j.dec.PeekKind() != '}' {
		key, fresh, err := j.key(base, &index)
		if err != nil {
			return err
		}
		before := j.reads
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
	for i := 0; j.dec.PeekKind() != ']'; i++ {
		before := j.reads
		if err := element(i); err != nil {
			return err
		}
		if j.reads == before {
			if err := j.skip(); err != nil {
				return err
			}
		}
	}
	j.inArray = outer
	return j.close()
}

// open begins an object or array. It reports false when there is none to read.
func (j *jsonTokens) open(kind jsontext.Kind, want string) (bool, error) {
	switch got := j.dec.PeekKind(); got {
	case kind:
	case 'n':
		_, err := j.scalar()
		return false, err
	default:
		return false, j.mismatch(want)
	}
	j.reads++
	if j.depth++; j.depth > j.opt.MaxDepth {
		return false, fmt.Errorf("nesting deeper than %d at byte %d", j.opt.MaxDepth, j.offset)
	}
	_, err := j.dec.ReadToken()
	j.offset = j.dec.InputOffset()
	return err == nil, j.explain(err)
}

func (j *jsonTokens) close() error {
	j.depth--
	_, err := j.dec.ReadToken()
	j.offset = j.dec.InputOffset()
	return j.explain(err)
}

// key reads the next key of the object whose keys begin at base. It is not
// fresh when the object had it before and that is to be tolerated.
func (j *jsonTokens) key(base int, index *map[uint64]int) (key []byte, fresh bool, err error) {
	raw, err := j.dec.ReadValue()
	if err != nil {
		return nil, false, j.explain(err)
	}
	j.offset = j.dec.InputOffset()
	key, hash := j.foldKey(raw)
	first := -1
	if *index != nil {
		if at, ok := (*index)[hash]; ok {
			first = at
		}
	} else {
		for i := base; i < len(j.keys); i++ {
			if j.keys[i].hash == hash {
				first = i
				break
			}
		}
	}
	start := len(j.text)
	j.text = append(j.text, key...)
	j.keys = append(j.keys, jsonKey{hash: hash, start: start, colon: len(j.text), end: len(j.text)})
	if *index != nil {
		if first < 0 {
			(*index)[hash] = len(j.keys) - 1
		}
	} else if len(j.keys)-base > manyKeys {
		*index = make(map[uint64]int)
		for i := base; i < len(j.keys); i++ {
			if _, ok := (*index)[j.keys[i].hash]; !ok {
				(*index)[j.keys[i].hash] = i
			}
		}
	}
	if first >= 0 {
		return nil, false, j.repeated(first)
	}
	return key, true, nil
}

// foldKey returns the key without quotes and a hash of it that does not depend
// on case (FNV-1a over the folded bytes).
func (j *jsonTokens) foldKey(raw []byte) ([]byte, uint64) {
	const offset, prime = 14695981039346656037, 1099511628211
	key := raw[1 : len(raw)-1]
	hash := uint64(offset)
	for _, c := range key {
		if c == '\\' || c >= utf8.RuneSelf {
			return j.foldRunes(raw)
		}
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		hash = (hash ^ uint64(c)) * prime
	}
	return key, hash
}

// foldRunes is foldKey for keys with escapes or letters beyond ASCII, some of
// which fold to ASCII: the Kelvin sign is a k.
func (j *jsonTokens) foldRunes(raw []byte) ([]byte, uint64) {
	const offset, prime = 14695981039346656037, 1099511628211
	j.scratch, _ = jsontext.AppendUnquote(j.scratch[:0], raw)
	hash := uint64(offset)
	for _, r := range string(j.scratch) {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		for _, c := range []byte(string(unicode.ToLower(least))) {
			hash = (hash ^ uint64(c)) * prime
		}
	}
	return j.scratch, hash
}

// repeated reports the key read last, which the object had before.
func (j *jsonTokens) repeated(first int) error {
	a, b := j.keys[first], j.keys[len(j.keys)-1]
	name, again := string(j.text[a.start:a.colon]), string(j.text[b.start:b.colon])
	value := j.shown(a)
	at, pointer := j.offset, j.pointer()
	if k := j.dec.PeekKind(); k != '{' && k != '[' {
		if _, err := j.scalar(); err != nil {
			return err
		}
	}
	text := fmt.Sprintf("key %q is given twice, as %s and as %s", name, value, j.shown(j.keys[len(j.keys)-1]))
	if name != again {
		text = fmt.Sprintf("keys %q and %q differ only in case, with values %s and %s", name, again, value, j.shown(j.keys[len(j.keys)-1]))
	}
	if !j.opt.Lenient {
		return fmt.Errorf("%s: %s (byte %d): tools disagree on which counts; correct the file, or use --lenient to take the first", pointer, text, at)
	}
	j.fault(pointer, text+"; the first is taken")
	return nil
}

func (j *jsonTokens) shown(k jsonKey) string {
	if k.end == k.colon {
		return "an object or array"
	}
	return string(j.text[k.colon:k.end])
}

// scalar reads a string, number, boolean or null as it stands. The bytes are
// valid until the next read.
func (j *jsonTokens) scalar() ([]byte, error) {
	j.reads++
	raw, err := j.dec.ReadValue()
	if err != nil {
		return nil, j.explain(err)
	}
	j.offset = j.dec.InputOffset()
	if len(raw) > j.opt.MaxString+2 {
		return nil, j.tooLong()
	}
	if !j.inArray && len(j.keys) > 0 {
		k := &j.keys[len(j.keys)-1]
		if k.end == k.colon {
			j.text = append(j.text[:k.colon], raw[:min(len(raw), shownValue)]...)
			k.end = len(j.text)
		}
	}
	return raw, nil
}

// bytes reads a string. A number or boolean is taken as it is written, and
// reported; null is the empty string. The bytes are valid until the next read.
func (j *jsonTokens) bytes() ([]byte, error) {
	switch kind := j.dec.PeekKind(); kind {
	case '"', 'n', 0:
	case '{', '[':
		return nil, j.mismatch("a string")
	default:
		raw, err := j.scalar()
		if err == nil {
			j.fault(j.pointer(), "is "+jsonKindName(byte(kind))+", expected a string")
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
	switch j.dec.PeekKind() {
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
	switch j.dec.PeekKind() {
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
	switch j.dec.PeekKind() {
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
	if err := j.skip(); err != nil {
		return err
	}
	j.fault(j.pointer(), "is "+jsonKindName(kind)+", expected "+want)
	return nil
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
		return fmt.Errorf("at byte %d (%s): %w", syntax.ByteOffset, syntax.JSONPointer, reason)
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

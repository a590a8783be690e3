package sbom

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// jsonKey remembers a key of an open object and its value, for the error that
// names both values. Places are in the window, or in text when it is saved.
type jsonKey struct {
	hash              uint64 // of the spelling without case
	start, colon, end int32  // the key; the value, if it is a scalar, goes from colon (the quote that ends the key) to end
}

// shownOf returns as much of a value as an error may show.
func shownOf(value []byte) []byte {
	value = bytes.TrimLeft(value, ": \t\r\n")
	return value[:min(len(value), 2*shownValue)]
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
// case, unless case counts.
func (j *jsonTokens) nextKey() (key []byte, hash uint64, err error) {
	if kind := j.kind(); kind != '"' {
		if kind != 0 {
			j.invalid("at start of string (expecting an object name)")
		}
		return nil, 0, j.reason()
	}
	start := j.pos + 1
	end, hash, plain := scanKey(j.buf, start)
	if plain && end < len(j.buf) {
		key = j.buf[start:end]
		j.pos = end + 1
	} else {
		raw, err := j.quoted()
		if err != nil {
			return nil, 0, err
		}
		if len(raw) > j.opt.MaxString+2 {
			return nil, 0, j.tooLong()
		}
		key, hash = j.foldKey(raw)
		start, end = j.token+1, j.pos-1
	}
	if j.caseCounts {
		hash = exactHash(key)
	}
	j.path[len(j.path)-1] = ^int32(len(j.keys))
	j.keys = append(j.keys, jsonKey{hash, int32(start), int32(end), int32(end)})
	j.next = jsonColon
	return key, hash, nil
}

// scanKey finds the quote that ends the key which begins at start, and its hash, eight
// bytes at a time. A key is not plain when it holds an escape, a control character or
// a letter beyond ASCII, or does not end: then the rest of it was not looked at.
func scanKey(text []byte, start int) (end int, hash uint64, plain bool) {
	for end = start; ; end += 8 {
		var eight uint64
		if end+8 <= len(text) {
			eight = binary.LittleEndian.Uint64(text[end:])
		} else {
			var rest [8]byte // beyond the window, zeros, which are no plain text
			copy(rest[:], text[end:])
			eight = binary.LittleEndian.Uint64(rest[:])
		}
		if stops := notPlain(eight); stops != 0 {
			n := bits.TrailingZeros64(stops) / 8
			if end += n; end >= len(text) || text[end] != '"' {
				return end, 0, false
			}
			return end, mixKey(mixKey(hash, lowerCase(eight&(1<<(8*n)-1))), uint64(end-start)), true
		}
		hash = mixKey(hash, lowerCase(eight))
	}
}

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// bytesEqual sets the high bit of the bytes of eight that are c, and perhaps of some
// above the lowest such byte.
func bytesEqual(eight uint64, c byte) uint64 {
	eight ^= lowBits * uint64(c)
	return (eight - lowBits) &^ eight & highBits
}

// notPlain sets the high bit of the lowest byte of eight that ends a string, begins an
// escape, is a control character or belongs to a letter beyond ASCII, and perhaps of
// bytes above it.
func notPlain(eight uint64) uint64 {
	control := (eight - lowBits*' ') &^ eight
	return (bytesEqual(eight, '"') | bytesEqual(eight, '\\') | control | eight) & highBits
}

// lowerCase puts ASCII letters into lower case.
func lowerCase(eight uint64) uint64 {
	fromA, afterZ := eight+lowBits*(0x80-'A'), eight+lowBits*(0x80-'Z'-1)
	return eight | (fromA&^afterZ&^eight&highBits)>>2
}

// mixKey adds eight bytes of a key to its hash. Keys of up to eight bytes that differ
// have hashes that differ.
func mixKey(hash, eight uint64) uint64 {
	hash = (hash ^ eight) * hashFactor
	return hash ^ hash>>32
}

// exactHash is the hash of a key in which case counts.
func exactHash(key []byte) (hash uint64) {
	length := uint64(len(key))
	for ; len(key) >= 8; key = key[8:] {
		hash = mixKey(hash, binary.LittleEndian.Uint64(key))
	}
	var rest [8]byte
	copy(rest[:], key)
	return mixKey(mixKey(hash, binary.LittleEndian.Uint64(rest[:])), length)
}

const hashFactor = 0x9E3779B97F4A7C15 // odd, 2^64 divided by the golden ratio

// foldKey returns a key without its quotes, and its hash.
func (j *jsonTokens) foldKey(raw []byte) ([]byte, uint64) {
	if end, hash, plain := scanKey(raw, 1); plain {
		return raw[1:end], hash
	}
	return j.foldRunes(raw)
}

// foldRunes is foldKey for keys with escapes or letters beyond ASCII, some of
// which fold to ASCII: the Kelvin sign is a k.
func (j *jsonTokens) foldRunes(raw []byte) (key []byte, hash uint64) {
	j.scratch, _ = unquoteTo(j.scratch[:0], raw)
	var folded []byte
	for _, r := range string(j.scratch) {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		folded = utf8.AppendRune(folded, unicode.ToLower(least))
	}
	return j.scratch, exactHash(folded)
}

// repeated reports the key read last, which the object had before.
func (j *jsonTokens) repeated(first int) error {
	last := len(j.keys) - 1
	name, value := j.shown(first)
	at, pointer := j.at(), j.pointer()
	if k := j.kind(); k != '{' && k != '[' {
		if _, err := j.scalar(); err != nil {
			return err
		}
	}
	again, other := j.shown(last)
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

// written returns the key of a place in keys as it is written, and what is known of
// its value.
func (j *jsonTokens) written(i int) (key, value []byte) {
	k, text := j.keys[i], j.buf
	if i < j.saved {
		text = j.text
	}
	return text[k.start:k.colon], text[k.colon:k.end]
}

// unquoted returns a key as it is meant.
func (j *jsonTokens) unquoted(i int) string {
	key, _ := j.written(i)
	name, _ := unquoteTo(nil, []byte(`"`+string(key)+`"`))
	return string(name)
}

// shown returns a key and its value as an error shows them.
func (j *jsonTokens) shown(i int) (name, value string) {
	name = j.unquoted(i)
	_, text := j.written(i)
	if len(text) == 0 {
		return name, "an object or array"
	}
	if i >= j.saved {
		text = shownOf(text[1:]) // behind the quote that ends the key
	}
	return short(name), short(string(text))
}

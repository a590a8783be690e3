package rules

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// splitter cuts text into words: runs of letters and runs of digits, in lower
// case, without marks, with compatibility forms folded, so that "ｉＤＲＡＣ９" is
// "idrac" "9". Han and kana are written without spaces: each character is a
// word, which makes a word sequence there the same as a piece of text. It does
// not allocate once its buffer has grown.
type splitter struct {
	text    string
	pending string // rest of a decomposed character
	word    []byte
}

type class uint8

const (
	between  class = iota // separates words
	letter                // part of a run of letters
	digit                 // part of a run of digits
	sign                  // a word by itself
	unmarked              // no part of any word and no separator: marks, zero-width characters
)

func (s *splitter) reset(text string) { s.text, s.pending = text, "" }

// next reads the next word into s.word and reports whether there was one.
func (s *splitter) next() bool {
	s.word = s.word[:0]
	run := between
	for s.text != "" || s.pending != "" {
		if s.pending == "" {
			if end := s.ascii(&run); end {
				return true
			}
			if s.text == "" {
				break
			}
		}
		r, size := s.peek()
		c := classify(r)
		switch {
		case c == unmarked:
		case c == between:
			if run != between {
				return true
			}
		case c == sign && run == between:
			s.word = utf8.AppendRune(s.word, r)
			s.skip(size)
			return true
		case run != between && c != run:
			return true
		default:
			run = c
			s.word = utf8.AppendRune(s.word, unicode.ToLower(r))
		}
		s.skip(size)
	}
	return run != between
}

// ascii takes the plain characters that come next, which are most there are: it
// reports whether the word is whole, and stops at any other character.
func (s *splitter) ascii(run *class) (end bool) {
	text := s.text
	for i := 0; i < len(text); i++ {
		b := text[i]
		if b >= utf8.RuneSelf {
			s.text = text[i:]
			return false
		}
		c := asciiClass[b]
		if *run != between && c != *run {
			s.text = text[i:]
			return true
		}
		if c != between {
			*run = c
			if 'A' <= b && b <= 'Z' {
				b += 'a' - 'A'
			}
			s.word = append(s.word, b)
		}
	}
	s.text = ""
	return false
}

// asciiClass is classify for the characters that need no look at Unicode.
var asciiClass = func() (table [utf8.RuneSelf]class) {
	for b := range table {
		switch {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z':
			table[b] = letter
		case '0' <= b && b <= '9':
			table[b] = digit
		}
	}
	return table
}()

// peek returns the next character, decomposed, and how many bytes of its string
// it takes.
func (s *splitter) peek() (rune, int) {
	if s.pending != "" {
		return utf8.DecodeRuneInString(s.pending)
	}
	if d := norm.NFKD.PropertiesString(s.text).Decomposition(); d != nil {
		_, size := utf8.DecodeRuneInString(s.text)
		s.text, s.pending = s.text[size:], string(d)
		return utf8.DecodeRuneInString(s.pending)
	}
	return utf8.DecodeRuneInString(s.text)
}

func (s *splitter) skip(size int) {
	if s.pending != "" {
		s.pending = s.pending[size:]
		return
	}
	s.text = s.text[size:]
}

func classify(r rune) class {
	switch {
	case r < utf8.RuneSelf:
		return asciiClass[r]
	case r == utf8.RuneError:
		return between
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
		return sign
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return unmarked
	case unicode.IsLetter(r):
		return letter
	case unicode.IsNumber(r):
		return digit
	}
	return between
}

// words returns all words of text.
func words(text string) []string {
	var s splitter
	var out []string
	s.reset(text)
	for s.next() {
		out = append(out, string(s.word))
	}
	return out
}

// holdsWords reports whether the words of phrase stand in text, side by side
// and in that order. A phrase without words is held by nothing.
func holdsWords(text, phrase string) bool {
	want := words(phrase)
	have := words(text)
	if len(want) == 0 {
		return false
	}
	for ; len(have) >= len(want); have = have[1:] {
		if slices.Equal(have[:len(want)], want) {
			return true
		}
	}
	return false
}

// Words splits text as patterns and the words function do: in lower case, at
// everything that is no letter or digit and at the border between the two; each
// Han or kana character is a word.
func Words(text string) []string { return words(text) }

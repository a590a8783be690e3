package sbom

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/transform"
)

// charsetGuess is an encoding that a text without a mark may be in.
type charsetGuess struct {
	name string
	enc  encoding.Encoding
	// usual tells the two-byte characters that people write most by their bytes.
	// It is nil for encodings of one byte, in which any text reads: those are taken
	// only where they make a header that netvet knows.
	usual func(lead, trail byte) bool
}

// charsetGuesses are in the order in which they are taken among equals.
func charsetGuesses() []charsetGuess {
	return []charsetGuess{
		// GB 2312 rows 01 to 87; Western letters read as GB18030 lie outside.
		{"GB18030", simplifiedchinese.GB18030, func(lead, trail byte) bool { return 0xA1 <= lead && lead <= 0xF7 && trail >= 0xA1 }},
		// Symbols and the frequent characters (level 1).
		{"Big5", traditionalchinese.Big5, func(lead, _ byte) bool { return 0xA1 <= lead && lead <= 0xC6 }},
		// Symbols, kana and JIS X 0208 level 1.
		{"Shift-JIS", japanese.ShiftJIS, func(lead, trail byte) bool {
			return (lead == 0x81 || lead == 0x82 || lead == 0x83 || 0x88 <= lead && lead <= 0x98) && trail >= 0x40
		}},
		{"EUC-JP", japanese.EUCJP, func(lead, trail byte) bool {
			return (lead == 0xA1 || lead == 0xA3 || lead == 0xA4 || lead == 0xA5 || 0xB0 <= lead && lead <= 0xCF) && trail >= 0xA1
		}},
		// The syllables of KS X 1001.
		{"EUC-KR", korean.EUCKR, func(lead, trail byte) bool { return (lead == 0xA1 || 0xB0 <= lead && lead <= 0xC8) && trail >= 0xA1 }},
		{"windows-1252", charmap.Windows1252, nil},
		{"windows-1251", charmap.Windows1251, nil},
		{"windows-1250", charmap.Windows1250, nil},
	}
}

// enoughCharacters is how many characters of two bytes a text must have for its
// encoding to be told by them alone. Short Chinese is taken for GB18030 all the
// same: by far the most such tables are.
const enoughCharacters = 20

// guessCharset finds the encoding of a text of which the bytes before are ASCII:
// the one in which most headers are known, else the first in which nearly all
// characters are such as people write. Korean reads as Chinese without a fault,
// but uses only the first of its rows.
func guessCharset(before, text []byte, atEOF bool) (charsetGuess, bool) {
	var best charsetGuess
	most := 0
	for _, guess := range charsetGuesses() {
		usual, all := guess.share(text)
		if guess.usual != nil && usual*5 < all*4 {
			continue
		}
		decoded, ok := guess.decode(text, atEOF)
		if !ok {
			continue
		}
		headers := foreignHeaders(append(bytes.Clone(before), decoded...))
		switch {
		case headers > most:
			best, most = guess, headers
		case headers < most || guess.usual == nil || best.enc != nil && !(guess.name == "EUC-KR" && best.name == "GB18030" && most == 0):
		case guess.name == "GB18030" || usual >= enoughCharacters:
			best = guess
		}
	}
	return best, best.enc != nil
}

// share counts the characters of a text that are usual, and all beyond ASCII.
func (g charsetGuess) share(text []byte) (usual, all int) {
	if g.usual == nil {
		return 0, 0
	}
	for i := 0; i+1 < len(text); i++ {
		if text[i] < utf8.RuneSelf {
			continue
		}
		all++
		if g.usual(text[i], text[i+1]) {
			usual++
		}
		i++
	}
	return usual, all
}

// decode reads a text in the encoding; it fails if any byte does not fit.
func (g charsetGuess) decode(text []byte, atEOF bool) ([]byte, bool) {
	out := make([]byte, 3*len(text)+utf8.UTFMax)
	n, _, err := g.enc.NewDecoder().Transform(out, text, atEOF)
	if err != nil && !errors.Is(err, transform.ErrShortSrc) || bytes.ContainsRune(out[:n], utf8.RuneError) {
		return nil, false
	}
	return out[:n], true
}

// foreignHeaders counts the cells beyond ASCII that are known headers, in the first
// lines of a table.
func foreignHeaders(text []byte) int {
	words, err := defaultSynonyms()
	if err != nil {
		return 0
	}
	n := 0
	lines := bytes.SplitN(text, []byte("\n"), maxAboveHeader)
	for _, line := range lines[:max(len(lines)-1, 1)] {
		if len(line) > headSize {
			break
		}
		for _, cell := range strings.FieldsFunc(string(line), func(r rune) bool { return strings.ContainsRune(csvDelimiters+"\r\"", r) }) {
			if asciiPrefix([]byte(cell)) == len(cell) {
				continue
			}
			if m, ok := words.meaning(cell); ok && m.known {
				n++
			}
		}
	}
	return n
}

package vendors

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// reread returns what a text may have been before it was read in the wrong
// character set: UTF-8 as Windows-1252, Latin-1 or GBK, or an East Asian set as
// Windows-1252 or Latin-1.
func reread(text string) (out []string) {
	if ascii(text) {
		return nil
	}
	if raw, ok := westernBytes(text); ok {
		if utf8.Valid(raw) {
			return []string{string(raw)}
		}
		for _, set := range []encoding.Encoding{simplifiedchinese.GBK, traditionalchinese.Big5, japanese.ShiftJIS, korean.EUCKR} {
			if s, err := set.NewDecoder().Bytes(raw); err == nil && !strings.ContainsRune(string(s), utf8.RuneError) {
				out = append(out, string(s))
			}
		}
		return out
	}
	// The last byte of an odd number has no partner in GBK and is lost.
	whole := strings.TrimRight(text, "?\ufffd")
	if raw, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(whole)); err == nil {
		for cut := 0; cut < utf8.UTFMax && cut < len(raw); cut++ {
			if s := string(raw[:len(raw)-cut]); utf8.ValidString(s) {
				return []string{s}
			}
		}
	}
	return nil
}

// westernBytes turns a text back into the bytes that Windows-1252 or Latin-1
// made it of.
func westernBytes(text string) ([]byte, bool) {
	out := make([]byte, 0, len(text))
	for _, r := range text {
		b, ok := charmap.Windows1252.EncodeRune(r)
		if !ok {
			if r > 0xff {
				return nil, false
			}
			b = byte(r)
		}
		out = append(out, b)
	}
	return out, true
}

package sbom

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/go-json-experiment/json/jsontext"
)

// FuzzJSONTokens reads any bytes beside the library: what is JSON for one is JSON for
// the other, value by value, however the bytes arrive.
func FuzzJSONTokens(f *testing.F) {
	for _, seed := range jsonSamples() {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { compareTokens(t, data) })
}

func TestJSONTokensBesideTheLibrary(t *testing.T) {
	for _, sample := range jsonSamples() {
		compareTokens(t, []byte(sample))
	}
}

// jsonSamples are values and near misses, also where eight bytes or the window end.
func jsonSamples() []string {
	samples := []string{"", " ", "null", "nul", "nulls", "truefalse", "true false", "-", "-0", "01", "1.", ".5", "1e", "1e+", "1E-07", "1.5e+300", "0x1", "+1",
		`"`, `"a`, `"a"`, `"\`, `"\x"`, `"\u12"`, `"\u123g"`, `"\u00e9"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ud83dx"`, `"\ud83d\u0041"`, `"\ude00"`, "\"\x00\"", "\"\t\"",
		"\"\x7f\"", "\"é\"", "\"\xc3\"", "\"\xff\"", "\"\xed\xa0\x80\"", "\"😀\"", "\"\xf0\x9f\x98", "[", "]", "[]", "[,]", "[1,]", "[1 2]", "[1,2]", "[1:2]", "[1}", "{", "}", "{}",
		"{,}", `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a" 1}`, `{"a",1}`, `{"a":1 "b":2}`, `{"a":1,"b":[{"c":null}]}`, `{1:2}`, `{null:1}`, `{"a":1]`, "[]]", "[] []", "\ufeff[]", "[1]x",
		`{"\u0061":1,"b":"\n"}`, `{"eight888":1,"sevens7":2,"nine99999":3,"ünder":4}`, "{\"a\tb\":1}", "[1\x00]", "/**/1", "NaN", "'a'"}
	for n := range 18 {
		text := strings.Repeat("x", n)
		samples = append(samples, `{"`+text+`":"`+text+`"}`, `"`+text+`\n"`, `"`+text+"\x1f\"", `"`+text+"é\"", `{"`+text+`\t":1}`, `{"`+text+"\xe9\":1}")
	}
	for n := jsonWindow - 12; n < jsonWindow+2; n++ {
		samples = append(samples, `{"key":"`+strings.Repeat("x", n)+`","\u0061b":12.5e1,"é":true,"next":[null,"\ud83d\ude00"]}`)
	}
	return samples
}

func compareTokens(t *testing.T, data []byte) {
	want, judged := libraryTokens(data)
	for _, in := range []io.Reader{bytes.NewReader(data), iotest.OneByteReader(bytes.NewReader(data)), iotest.DataErrReader(bytes.NewReader(data))} {
		got, err := ourTokens(in)
		if err != nil && (strings.Contains(err.Error(), "given twice") || strings.Contains(err.Error(), "differ only in case") || strings.Contains(err.Error(), "nesting deeper")) {
			return // stricter than the library
		}
		if (err == nil) != (judged == nil) {
			t.Errorf("%.80q: %v, the library says %v", data, err, judged)
		} else if err == nil && got != want {
			t.Errorf("%.80q:\n%.200s\nthe library has\n%.200s", data, got, want)
		}
	}
}

// ourTokens writes all tokens of a document, strings as they are meant.
func ourTokens(in io.Reader) (string, error) {
	j := newJSONTokens(in, Options{}.withDefaults(), func(string, string) {})
	var b strings.Builder
	var value func() error
	value = func() error {
		switch kind := j.kind(); kind {
		case '{':
			b.WriteString("{ ")
			err := j.object(func(key []byte) error {
				b.Write(jsonQuoted(string(key)))
				return value()
			})
			b.WriteString("} ")
			return err
		case '[':
			b.WriteString("[ ")
			err := j.array(func(int) error { return value() })
			b.WriteString("] ")
			return err
		case '"':
			text, err := j.string()
			b.Write(jsonQuoted(text))
			return err
		}
		raw, err := j.scalar()
		b.WriteString(string(raw) + " ")
		return err
	}
	if err := value(); err != nil {
		return "", err
	}
	return b.String(), j.end()
}

func libraryTokens(data []byte) (string, error) {
	dec := jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true))
	var b strings.Builder
	for values := 0; ; {
		token, err := dec.ReadToken()
		if err == io.EOF && values == 1 {
			return b.String(), nil
		} else if err != nil {
			return "", err
		}
		if token.Kind() == '"' {
			b.Write(jsonQuoted(token.String()))
		} else {
			b.WriteString(token.String() + " ")
		}
		if dec.StackDepth() == 0 {
			values++
		}
	}
}

func jsonQuoted(text string) []byte {
	quoted, _ := jsontext.AppendQuote(nil, text)
	return append(quoted, ' ')
}

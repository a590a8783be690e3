package sbom

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/netvet/netvet/scanner/strictyaml"
	"golang.org/x/text/unicode/norm"
)

//go:embed columns.yaml
var columnsYAML []byte

// columnsFile is the form of columns.yaml.
type columnsFile struct {
	Qualifiers []string           `yaml:"qualifiers"`
	Fields     map[field][]string `yaml:"fields"`
	Doubtful   []doubtfulHeaders  `yaml:"doubtful"`
	Foreign    []string           `yaml:"foreign"`
	Other      []string           `yaml:"other"`
}

type doubtfulHeaders struct {
	Headers   []string `yaml:"headers"`
	Field     field    `yaml:"field"`
	When      []string `yaml:"when"`
	Unless    []string `yaml:"unless"`
	Otherwise field    `yaml:"otherwise"`
}

// headerMeaning is what columns.yaml says of one header. Doubtful is the place
// in the list of doubtful headers plus one; a known header with neither is of no
// use.
type headerMeaning struct {
	field    field
	doubtful int
	foreign  bool // no column of an inventory
}

// synonyms is columns.yaml made ready for look-ups by headerKey.
type synonyms struct {
	meanings   map[string]headerMeaning
	qualifiers []string // longest first
	doubtful   []doubtfulHeaders
}

// defaultSynonyms reads the embedded file at first use.
var defaultSynonyms = sync.OnceValues(func() (*synonyms, error) { return loadSynonyms("columns.yaml", columnsYAML) })

// loadSynonyms reads columns.yaml and returns all that is wrong with it.
func loadSynonyms(name string, data []byte) (*synonyms, error) {
	var file columnsFile
	if err := strictyaml.Decode(name, data, &file); err != nil {
		return nil, err
	}
	s := &synonyms{meanings: make(map[string]headerMeaning, 1500), doubtful: file.Doubtful}
	var faults strictyaml.Faults
	lines := strictyaml.Lines(data)
	fault := func(path, text string, args ...any) {
		faults = append(faults, strictyaml.Fault{File: name, Line: lines[path], Text: fmt.Sprintf(text, args...)})
	}
	add := func(path, header string, m headerMeaning) {
		key := headerKey(header)
		if _, taken := s.meanings[key]; taken || key == "" {
			fault(path, "header %q stands in two places or is empty", header)
		}
		s.meanings[key] = m
	}
	known := func(path string, f field) {
		if f != fieldNone && !slices.Contains(tableFields(), f) {
			fault(path, "unknown field %q", f)
		}
	}
	for _, f := range slices.Sorted(maps.Keys(file.Fields)) {
		known("fields."+string(f), f)
		for i, header := range file.Fields[f] {
			add(fmt.Sprintf("fields.%s.%d", f, i), header, headerMeaning{field: f})
		}
	}
	for n, d := range file.Doubtful {
		path := fmt.Sprintf("doubtful.%d", n)
		known(path+".field", d.Field)
		known(path+".otherwise", d.Otherwise)
		for i, header := range d.Headers {
			add(fmt.Sprintf("%s.headers.%d", path, i), header, headerMeaning{doubtful: n + 1})
		}
	}
	for i, header := range file.Foreign {
		add(fmt.Sprintf("foreign.%d", i), header, headerMeaning{foreign: true})
	}
	for i, header := range file.Other {
		add(fmt.Sprintf("other.%d", i), header, headerMeaning{})
	}
	for _, q := range file.Qualifiers {
		s.qualifiers = append(s.qualifiers, headerKey(q))
	}
	slices.SortStableFunc(s.qualifiers, func(a, b string) int { return len(b) - len(a) })
	return s, faults.Err()
}

// headerKey is what two spellings of one header have in common: its letters and
// digits without marks, in lower case, without what stands in brackets; "#" is
// the number it stands for.
func headerKey(header string) string {
	if key, ok := plainHeaderKey(header); ok {
		return key
	}
	plain := strings.ToLower(norm.NFKC.String(header))
	plain = strings.NewReplacer("#", "number", "№", "number").Replace(plain)
	if outside := letters(withoutBrackets(plain)); outside != "" {
		return outside
	}
	return letters(plain)
}

// plainHeaderKey is headerKey for ASCII text without brackets, at a tenth of the
// cost: every row of a table is compared with a header.
func plainHeaderKey(header string) (string, bool) {
	var buf [64]byte
	key := buf[:0]
	for i := range len(header) {
		switch b := header[i]; {
		case b >= utf8.RuneSelf || len(key) == len(buf) || strings.IndexByte("([{<#", b) >= 0:
			return "", false
		case 'a' <= b && b <= 'z' || '0' <= b && b <= '9':
			key = append(key, b)
		case 'A' <= b && b <= 'Z':
			key = append(key, b+'a'-'A')
		}
	}
	return string(key), true
}

func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, norm.NFD.String(text))
}

// withoutBrackets drops every bracketed part; an open bracket runs to the end.
func withoutBrackets(text string) string {
	var b strings.Builder
	depth := 0
	for _, r := range text {
		switch r {
		case '(', '[', '{', '【', '<', '〔', '「':
			depth++
		case ')', ']', '}', '】', '>', '〕', '」':
			depth = max(depth-1, 0)
		default:
			if depth == 0 {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

// meaning finds what a header says: as it stands, after a qualifier, in two
// languages side by side, or as a price with its currency.
func (s *synonyms) meaning(header string) (headerMeaning, bool) {
	if len(header) > maxHeader {
		return headerMeaning{}, false
	}
	key := headerKey(header)
	if m, ok := s.meanings[key]; ok {
		return m, true
	}
	for _, q := range s.qualifiers {
		if rest, ok := strings.CutPrefix(key, q); ok {
			if m, ok := s.meanings[rest]; ok {
				return m, true
			}
		}
	}
	if m, ok := s.bilingual(header); ok {
		return m, true
	}
	for _, unit := range priceUnits {
		if rest, ok := strings.CutSuffix(key, unit); ok && s.meanings[rest].field == fieldPrice {
			return s.meanings[rest], true
		}
	}
	return headerMeaning{}, false
}

// maxHeader is the longest text, in bytes, that is taken for a header.
const maxHeader = 200

// bilingual reads a header that says the same thing twice, "型号 Model" or
// "Serial / 序列号": every part must be known and mean the same.
func (s *synonyms) bilingual(header string) (headerMeaning, bool) {
	parts := strings.FieldsFunc(header, func(r rune) bool { return strings.ContainsRune("/|\n\r／｜", r) })
	if len(parts) < 2 {
		parts = byScript(header)
	}
	if len(parts) < 2 {
		return headerMeaning{}, false
	}
	first, ok := s.meanings[headerKey(parts[0])]
	for _, part := range parts[1:] {
		if m, known := s.meanings[headerKey(part)]; !known || m != first {
			ok = false
		}
	}
	return first, ok
}

// byScript parts a header where Han text and other text meet.
func byScript(header string) []string {
	var parts []string
	start, han := 0, false
	for i, r := range header {
		if !unicode.IsLetter(r) {
			continue
		}
		is := unicode.Is(unicode.Han, r)
		if i > start && is != han && headerKey(header[start:i]) != "" {
			parts = append(parts, header[start:i])
			start = i
		}
		han = is
	}
	return append(parts, header[start:])
}

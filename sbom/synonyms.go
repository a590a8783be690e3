package sbom

import (
	"cmp"
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
	Equipment  equipmentWords     `yaml:"equipment"`
	Fields     map[field][]string `yaml:"fields"`
	Addresses  []string           `yaml:"addresses"`
	Doubtful   []doubtfulHeaders  `yaml:"doubtful"`
	Foreign    []string           `yaml:"foreign"`
	Results    []string           `yaml:"results"`
	Elsewhere  []string           `yaml:"elsewhere"`
	Exports    []exportHeaders    `yaml:"exports"`
	Other      []string           `yaml:"other"`
}

// equipmentWords say that a table is of equipment: before a header, or as one.
type equipmentWords struct {
	Qualifiers []string `yaml:"qualifiers"`
	Headers    []string `yaml:"headers"`
}

// exportHeaders are the headers of what one product exports, as its documentation
// has them.
type exportHeaders struct {
	Product   string             `yaml:"product"`
	Source    string             `yaml:"source"`
	Fields    map[field][]string `yaml:"fields"`
	Equipment []string           `yaml:"equipment"`
	Other     []string           `yaml:"other"`
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
	known     bool
	field     field
	doubtful  int
	equipment bool // the table is of equipment
	address   bool // an address or host name of the product
	foreign   bool // no column of an inventory
	result    bool // what a register concludes
	elsewhere bool // more often a column of something else
	qualified bool // a word such as "device" stands before it
}

// synonyms is columns.yaml made ready for look-ups by headerKey.
type synonyms struct {
	meanings   map[string]headerMeaning
	qualifiers []qualifier // longest first
	doubtful   []doubtfulHeaders
}

type qualifier struct {
	key       string
	equipment bool
}

// standsBefore tells a short qualifier from the first letters of a word: "u_pn" of
// a ServiceNow table says what "pn" says, "UPN" does not.
func (q qualifier) standsBefore(header string) bool {
	n := len(q.key)
	return n > 2 || len(header) > n && !unicode.IsLetter(rune(header[n]))
}

// defaultSynonyms reads the embedded file at first use.
var defaultSynonyms = sync.OnceValues(func() (*synonyms, error) { return loadSynonyms("columns.yaml", columnsYAML) })

// loadSynonyms reads columns.yaml and returns all that is wrong with it.
func loadSynonyms(name string, data []byte) (*synonyms, error) {
	var file columnsFile
	if err := strictyaml.Decode(name, data, &file); err != nil {
		return nil, err
	}
	l := &synonymsLoader{name: name, lines: strictyaml.Lines(data), out: &synonyms{meanings: make(map[string]headerMeaning, 4000), doubtful: file.Doubtful}}
	l.qualifiers(file.Qualifiers, false)
	l.qualifiers(file.Equipment.Qualifiers, true)
	for _, f := range slices.Sorted(maps.Keys(file.Fields)) {
		l.field("fields."+string(f), f)
		l.headers("fields."+string(f), file.Fields[f], headerMeaning{field: f})
	}
	for n, d := range file.Doubtful {
		path := fmt.Sprintf("doubtful.%d", n)
		l.field(path+".field", d.Field)
		l.field(path+".otherwise", d.Otherwise)
		l.headers(path+".headers", d.Headers, headerMeaning{doubtful: n + 1})
	}
	l.headers("equipment.headers", file.Equipment.Headers, headerMeaning{equipment: true})
	l.headers("foreign", file.Foreign, headerMeaning{foreign: true})
	l.headers("results", file.Results, headerMeaning{result: true})
	l.headers("elsewhere", file.Elsewhere, headerMeaning{elsewhere: true})
	l.headers("other", file.Other, headerMeaning{})
	l.addresses(file.Addresses)
	for n, export := range file.Exports {
		l.export(fmt.Sprintf("exports.%d", n), export)
	}
	return l.out, l.faults.Err()
}

// synonymsLoader collects what columns.yaml says and what is wrong with it.
type synonymsLoader struct {
	name   string
	lines  map[string]int
	out    *synonyms
	faults strictyaml.Faults
}

func (l *synonymsLoader) fault(path, text string, args ...any) {
	l.faults = append(l.faults, strictyaml.Fault{File: l.name, Line: l.lines[path], Text: fmt.Sprintf(text, args...)})
}

func (l *synonymsLoader) field(path string, f field) {
	if f != fieldNone && !slices.Contains(tableFields(), f) {
		l.fault(path, "unknown field %q", f)
	}
}

// headers gives a list of headers their meaning: each stands in one place.
func (l *synonymsLoader) headers(path string, headers []string, m headerMeaning) {
	m.known = true
	for i, header := range headers {
		key := headerKey(header)
		if _, taken := l.out.meanings[key]; taken || key == "" {
			l.fault(fmt.Sprintf("%s.%d", path, i), "header %q stands in two places or is empty", header)
		}
		l.out.meanings[key] = m
	}
}

// addresses marks the headers of addresses, whatever else they mean. One that
// stands nowhere else shows that a table is of equipment.
func (l *synonymsLoader) addresses(headers []string) {
	for _, header := range headers {
		key := headerKey(header)
		m, known := l.out.meanings[key]
		m.known, m.address, m.equipment = true, true, m.equipment || !known
		l.out.meanings[key] = m
	}
}

// export adds the headers of a product; those known already must mean the same.
func (l *synonymsLoader) export(path string, export exportHeaders) {
	if export.Product == "" || !strings.HasPrefix(export.Source, "https://") {
		l.fault(path, "an export needs a product and a source that begins with https://")
	}
	for _, f := range slices.Sorted(maps.Keys(export.Fields)) {
		l.field(path+".fields."+string(f), f)
		for i, header := range export.Fields[f] {
			l.exported(fmt.Sprintf("%s.fields.%s.%d", path, f, i), header, headerMeaning{known: true, field: f})
		}
	}
	for i, header := range export.Equipment {
		l.exported(fmt.Sprintf("%s.equipment.%d", path, i), header, headerMeaning{known: true, equipment: true})
	}
	for i, header := range export.Other {
		l.exported(fmt.Sprintf("%s.other.%d", path, i), header, headerMeaning{known: true})
	}
}

func (l *synonymsLoader) exported(path, header string, m headerMeaning) {
	key := headerKey(header)
	old, ok := l.out.meanings[key]
	derived, _ := l.out.meaning(header)
	switch {
	case key == "":
		l.fault(path, "a header is empty")
	case !ok && derived.field == m.field && derived.known: // "Asset name" is a name
	case !ok:
		l.out.meanings[key] = m
	case old.doubtful > 0 && (m.field == fieldNone || l.out.doubtful[old.doubtful-1].may(m.field)):
	case old.field != m.field:
		l.fault(path, "header %q means %s above and %s here", header, cmp.Or(old.field, "nothing"), cmp.Or(m.field, "nothing"))
	}
}

// may says whether doubtful headers can mean the field.
func (d doubtfulHeaders) may(f field) bool { return f == d.Field || f == d.Otherwise }

func (l *synonymsLoader) qualifiers(words []string, equipment bool) {
	for _, word := range words {
		l.out.qualifiers = append(l.out.qualifiers, qualifier{headerKey(word), equipment})
	}
	slices.SortStableFunc(l.out.qualifiers, func(a, b qualifier) int { return len(b.key) - len(a.key) })
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
		if rest, ok := strings.CutPrefix(key, q.key); ok && q.standsBefore(header) {
			if m, ok := s.meanings[rest]; ok {
				m.qualified, m.equipment = true, m.equipment || q.equipment
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

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
	"golang.org/x/text/currency"
	"golang.org/x/text/unicode/norm"
)

//go:embed columns.yaml
var columnsYAML []byte

// field is one thing a column of a table can hold, in the words of columns.yaml,
// of Options.Columns and of --product.
type field string

const (
	fieldManufacturer field = "manufacturer"
	fieldVendor       field = "vendor"
	fieldName         field = "name"
	fieldModel        field = "model"
	fieldPartNumber   field = "part_number"
	fieldSerial       field = "serial"
	fieldVersion      field = "version"
	fieldQuantity     field = "quantity"
	fieldLocation     field = "location"
	fieldOrigin       field = "country_of_origin"
	fieldCategory     field = "category"
	fieldPrice        field = "price"
	fieldCurrency     field = "currency"
	fieldPurchased    field = "purchase_date"
	fieldDescription  field = "description"
	fieldMAC          field = "mac"
	fieldCPE          field = "cpe"
	fieldPurl         field = "purl"
	fieldNone         field = "" // a column that is not read
)

// tableFields lists the fields in the order in which they are shown.
func tableFields() []field {
	return []field{fieldManufacturer, fieldVendor, fieldName, fieldModel, fieldPartNumber, fieldSerial, fieldVersion,
		fieldQuantity, fieldLocation, fieldOrigin, fieldCategory, fieldPrice, fieldCurrency, fieldPurchased,
		fieldDescription, fieldMAC, fieldCPE, fieldPurl}
}

// identifies says whether the field alone tells something of what a row is.
func (f field) identifies() bool {
	switch f {
	case fieldManufacturer, fieldVendor, fieldName, fieldModel, fieldPartNumber, fieldSerial:
		return true
	}
	return false
}

// words is the field as a message names it.
func (f field) words() string { return strings.ReplaceAll(string(f), "_", " ") }

// columnsFile is the form of columns.yaml.
type columnsFile struct {
	Qualifiers []string           `yaml:"qualifiers"`
	Fields     map[field][]string `yaml:"fields"`
	Doubtful   []doubtfulHeaders  `yaml:"doubtful"`
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

// columns says what each column of a table holds.
type columns struct {
	headers []string
	fields  []field // of each header
	known   int     // headers that are recognised
	// identifying is true when a column tells what a row is.
	identifying bool
	chosen      bool // a column was assigned by Options.Columns
	currency    string
	factor      float64       // 10000 for prices in units of ten thousand
	second      map[int]field // columns of a field that an earlier column has
}

// header reads a row as a header row.
func (s *synonyms) header(cells []string, choice map[string]field) columns {
	c := columns{headers: trimRight(cells), factor: 1, second: make(map[int]field)}
	c.fields = make([]field, len(c.headers))
	meanings := make([]headerMeaning, len(c.headers))
	taken := make(map[field]bool)
	present := make(map[string]bool)
	take := func(i int, f field) {
		switch {
		case f == fieldNone:
		case taken[f]:
			c.second[i] = f
		default:
			c.fields[i] = f
			taken[f] = true
			c.identifying = c.identifying || f.identifies()
		}
	}
	for i, header := range c.headers {
		key := headerKey(header)
		present[key] = true
		if f, ok := choice[key]; ok && key != "" {
			c.known++
			c.chosen = true
			take(i, f)
			continue
		}
		var ok bool
		if meanings[i], ok = s.meaning(header); ok {
			c.known++
		}
	}
	for i, m := range meanings {
		take(i, m.field)
	}
	for n, d := range s.doubtful {
		for i, m := range meanings {
			if m.doubtful == n+1 {
				take(i, d.choose(taken, present))
			}
		}
	}
	for i, f := range c.fields {
		if f == fieldPrice {
			c.currency, c.factor = headerCurrency(c.headers[i])
		}
	}
	return c
}

// choose decides what a doubtful header means beside the columns there are.
func (d doubtfulHeaders) choose(taken map[field]bool, present map[string]bool) field {
	is := func(word string) bool { return taken[field(word)] || present[headerKey(word)] }
	if len(d.When) > 0 && !slices.ContainsFunc(d.When, is) || slices.ContainsFunc(d.Unless, is) {
		return d.Otherwise
	}
	return d.Field
}

// isHeader tells whether a row with these columns is the header of an inventory.
func (c columns) isHeader() bool {
	return c.identifying && (c.known >= 2 || c.chosen)
}

// has tells whether a column holds the field.
func (c columns) has(f field) bool { return slices.Contains(c.fields, f) }

// note tells in one line what the columns are taken for.
func (c columns) note() string {
	var used, unused, second []string
	for _, f := range tableFields() {
		if i := slices.Index(c.fields, f); i >= 0 {
			used = append(used, fmt.Sprintf("%s=%s", f, oneLine(c.headers[i])))
		}
	}
	for i, f := range c.fields {
		h := oneLine(c.headers[i])
		if again, ok := c.second[i]; ok {
			second = append(second, fmt.Sprintf("%s=%s", again, h))
		} else if f == fieldNone && h != "" {
			unused = append(unused, h)
		}
	}
	text := "columns: " + strings.Join(used, ", ")
	if len(unused) > maxListed {
		unused = append(unused[:maxListed], fmt.Sprintf("and %d more", len(unused)-maxListed))
	}
	if len(unused) > 0 {
		text += "; unused: " + strings.Join(unused, ", ")
	}
	if len(second) > 0 {
		text += "; not used, being the second of a kind: " + strings.Join(second, ", ")
	}
	return text
}

// columnChoice checks what the user says of the columns and makes it ready for
// look-ups.
func columnChoice(chosen map[string]string) (map[string]field, error) {
	choice := make(map[string]field, len(chosen))
	var names []string
	for _, f := range tableFields() {
		names = append(names, string(f))
	}
	for _, header := range slices.Sorted(maps.Keys(chosen)) {
		f := strings.ToLower(strings.TrimSpace(chosen[header]))
		if f == "ignore" || f == "-" {
			f = ""
		}
		if f != "" && !slices.Contains(names, f) {
			err := fmt.Errorf("unknown field %q for column %q: one of %s, or ignore", f, header, strings.Join(names, ", "))
			if near := strictyaml.Nearest(f, names); near != "" {
				err = fmt.Errorf("unknown field %q for column %q: did you mean %q?", f, header, near)
			}
			return nil, err
		}
		choice[headerKey(header)] = field(f)
	}
	return choice, nil
}

// priceUnits are the currencies that may end a header of prices, as headerKey
// writes them; the longest first.
var priceUnits = []string{"万元人民币", "人民币万元", "万元", "万美元", "人民币元", "人民币", "美元", "欧元", "港元", "日元", "元", "usd", "eur", "cny", "rmb", "gbp", "jpy",
	"hkd", "twd", "krw", "inr", "sgd", "aud", "cad", "chf"}

// headerCurrency reads the currency that a price header names, in brackets or at
// its end, and what its numbers are to be multiplied with.
func headerCurrency(header string) (code string, factor float64) {
	plain := strings.ToUpper(norm.NFKC.String(header))
	factor = 1
	if strings.Contains(plain, "万") || strings.Contains(plain, "萬") {
		factor = 10_000
	}
	for _, sign := range currencySigns {
		if strings.Contains(plain, sign[0]) {
			return sign[1], factor
		}
	}
	for _, word := range strings.FieldsFunc(plain, func(r rune) bool { return !unicode.IsLetter(r) || r > unicode.MaxASCII }) {
		if unit, err := currency.ParseISO(word); err == nil && len(word) == 3 {
			return unit.String(), factor
		}
	}
	return "", factor
}

// trimRight drops the empty cells at the end of a row.
func trimRight(cells []string) []string {
	n := len(cells)
	for n > 0 && strings.TrimSpace(cells[n-1]) == "" {
		n--
	}
	return slices.Clone(cells[:n])
}

// oneLine makes a header fit for a line of text.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > 60 {
		text = string(runes[:60]) + "..."
	}
	return text
}

package sbom

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/netvet/netvet/scanner/strictyaml"
	"golang.org/x/text/currency"
	"golang.org/x/text/unicode/norm"
)

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

// columns says what each column of a table holds.
type columns struct {
	headers []string
	fields  []field // of each header
	known   int     // headers that are recognised
	// identifying is true when a column tells what a row is.
	identifying bool
	chosen      bool // a column was assigned by Options.Columns
	foreign     bool // a column shows that the table is no inventory
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
		c.foreign = c.foreign || meanings[i].foreign
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
	return c.identifying && (c.chosen || c.known >= 2 && !c.foreign)
}

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

package sbom

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

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

// isExact says whether the field tells an inventory of products from a list of
// anything that has names, places and suppliers.
func (f field) isExact() bool {
	switch f {
	case fieldModel, fieldPartNumber, fieldSerial, fieldCPE, fieldPurl:
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
	telling     bool // a column says who made it, or which it is: more than a name
	exact       bool // a column says which it is
	named       bool
	equipment   bool  // a column shows that the table is of equipment
	foreign     bool  // a column shows that the table is no inventory
	elsewhere   bool  // a column is more often found in other tables
	addresses   []int // columns of addresses and host names
	currency    string
	factor      float64       // 10000 for prices in units of ten thousand
	second      map[int]field // columns of a field that an earlier column has
	meanings    []headerMeaning
	why         map[int]string // what decided a doubtful header
}

// header reads a row as a header row.
func (s *synonyms) header(cells []string, choice map[string]field) columns {
	c := columns{headers: trimRight(cells), factor: 1, second: make(map[int]field), why: make(map[int]string)}
	c.fields = make([]field, len(c.headers))
	c.meanings = make([]headerMeaning, len(c.headers))
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
			c.named = c.named || f == fieldName
			c.exact = c.exact || f.isExact()
			c.telling = c.telling || f.isExact() || f == fieldManufacturer && c.meanings[i].doubtful == 0
		}
	}
	for i, header := range c.headers {
		key := headerKey(header)
		present[key] = true
		if f, ok := choice[key]; ok && key != "" {
			c.known++
			c.chosen = true
			c.meanings[i] = headerMeaning{known: true}
			c.why[i] = whyChosen
			take(i, f)
			continue
		}
		c.meanings[i], _ = s.meaning(header)
		if c.meanings[i].known {
			c.known++
		}
		c.foreign = c.foreign || c.meanings[i].foreign
		c.elsewhere = c.elsewhere || c.meanings[i].elsewhere
		c.equipment = c.equipment || c.meanings[i].equipment
	}
	for i, m := range c.meanings { // "Device name" goes before "Name", which may be its user's
		if m.qualified && m.field == fieldName {
			take(i, m.field)
		}
	}
	for i, m := range c.meanings {
		if !m.qualified || m.field != fieldName {
			take(i, m.field)
		}
	}
	for n, d := range s.doubtful {
		for i, m := range c.meanings {
			if m.doubtful == n+1 {
				var f field
				f, c.why[i] = d.choose(taken, present)
				take(i, f)
			}
		}
	}
	for i, f := range c.fields {
		if c.meanings[i].address {
			c.addresses = append(c.addresses, i)
		}
		if f == fieldPrice {
			c.currency, c.factor = headerCurrency(c.headers[i])
		}
	}
	return c
}

// choose decides what a doubtful header means beside the columns there are, and
// says what decided.
func (d doubtfulHeaders) choose(taken map[field]bool, present map[string]bool) (field, string) {
	is := func(word string) bool { return taken[field(word)] || present[headerKey(word)] }
	if i := slices.IndexFunc(d.Unless, is); i >= 0 {
		return d.Otherwise, "beside " + field(d.Unless[i]).words()
	}
	if len(d.When) == 0 {
		return d.Field, "since no column is " + field(strings.Join(d.Unless, " or ")).words()
	}
	if i := slices.IndexFunc(d.When, is); i >= 0 {
		return d.Field, "beside " + field(d.When[i]).words()
	}
	return d.Otherwise, "since no column is " + field(strings.Join(d.When, " or ")).words()
}

// isHeader tells whether a row with these columns is the header of an inventory.
func (c columns) isHeader() bool {
	switch {
	case !c.identifying:
		return false
	case c.chosen:
		return true
	case c.known < 2 || c.foreign || c.elsewhere && !c.exact && !(c.telling && c.equipment):
		return false
	}
	return c.telling || c.named && (c.equipment || slices.Contains(c.fields, fieldVersion) || slices.Contains(c.fields, fieldManufacturer))
}

// note tells in one line what the columns are taken for.
func (c columns) note() string {
	var used, known, unknown, second []string
	for _, f := range tableFields() {
		if i := slices.Index(c.fields, f); i >= 0 {
			used = append(used, fmt.Sprintf("%s=%s", f, oneLine(c.headers[i])))
			if c.meanings[i].doubtful > 0 {
				used[len(used)-1] += " (" + c.why[i] + ")"
			}
		}
	}
	for i, f := range c.fields {
		h := oneLine(c.headers[i])
		switch again, ok := c.second[i]; {
		case ok:
			second = append(second, fmt.Sprintf("%s=%s", again, h))
		case f != fieldNone || h == "":
		case c.meanings[i].address:
			used = append(used, "address="+h)
		case c.meanings[i].known:
			known = append(known, h)
		default:
			unknown = append(unknown, h)
		}
	}
	text := "columns: " + strings.Join(used, ", ")
	for _, rest := range []struct {
		what    string
		headers []string
	}{{"of no use here: ", known}, {"not recognised: ", unknown}, {"not used, being the second of a kind: ", second}} {
		if n := len(rest.headers) - maxListed; n > 0 {
			rest.headers = append(rest.headers[:maxListed], fmt.Sprintf("and %d more", n))
		}
		if len(rest.headers) > 0 {
			text += "; " + rest.what + strings.Join(rest.headers, ", ")
		}
	}
	return text
}

// Why a column is taken for its field, where not the columns beside it decided.
const (
	whyKnown  = "a known name"
	whyChosen = "as chosen"
)

// list says of each column what it is taken for and why.
func (c columns) list() []Column {
	var list []Column
	for i, header := range c.headers {
		if header == "" {
			continue
		}
		again, isSecond := c.second[i]
		column := Column{Header: header, Field: string(c.fields[i]), Why: c.why[i]}
		switch {
		case isSecond:
			column.Why = "a second column for " + again.words() + ": the first is read"
		case column.Why != "":
		case c.fields[i] != fieldNone:
			column.Why = whyKnown
		case c.meanings[i].foreign:
			column.Why = "known: a column of something else than products"
		case c.meanings[i].address:
			column.Why = "an address: what was seen of it is about the product"
		case c.isResult(i):
			column.Why = "not read: " + inputsSetNothing
		case c.meanings[i].known:
			column.Why = "known, and of no use here"
		default:
			column.Why = "not recognised"
		}
		list = append(list, column)
	}
	return list
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

package sbom

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
)

// maxAboveHeader is how many rows (a title, who printed it, when) may stand
// above the header of a table.
const maxAboveHeader = 100

// errNoHeader says that a table is no inventory, or that its columns have names
// nobody has told us.
var errNoHeader = errors.New("no header row found: expected at least two known column names in one of the first rows, one of them for a manufacturer, vendor, name, model, part number or serial; name the columns with --columns")

// tableRow is one row of a table, whatever file it comes from.
type tableRow struct {
	record string   // where it is: "row 7"
	cells  []string // as shown
	stored []string // as a workbook stores them, where it shows dates and numbers otherwise; nil for text
	fault  string   // what is odd about how the row is written
	// merged are the values of cells above that reach into this row, by column.
	merged map[int]string
}

// tableReader turns the rows of a table into products, one a row. It holds one
// row at a time.
type tableReader struct {
	input    string // its name
	synonyms *synonyms
	choice   map[string]field
	emit     func(Record) error
	faults   *faults // of cells: rows that are not read have a gap each

	comma     bool // prices likely have a decimal comma
	since1904 bool // days of a workbook count from 1904

	width int // cells a row may have, empty ones beyond the header too

	columns columns
	price   priceColumn
	found   bool            // the header
	above   int             // rows above it, blank ones left out
	signs   map[string]bool // bare currency signs that were taken for one currency
}

// newTableReader prepares to read one table; of cells of its kind only so many
// faults are told one by one.
func newTableReader(src *Stream, emit func(Record) error) (*tableReader, error) {
	words, err := defaultSynonyms()
	if err != nil {
		return nil, err
	}
	choice, err := columnChoice(src.Options.Columns)
	if err != nil {
		return nil, err
	}
	return &tableReader{input: src.Name, synonyms: words, choice: choice, emit: emit, faults: newFaults(emit), signs: make(map[string]bool)}, nil
}

// row takes the next row of the table. It returns errNoHeader when the header
// should have come by now.
func (t *tableReader) row(r tableRow) error {
	for i, cell := range r.cells {
		r.cells[i] = strings.TrimSpace(cell)
	}
	if firstCell(r.cells) == "" {
		return nil
	}
	switch {
	case t.found && t.isHeaderAgain(r.cells):
		return t.anotherHeader(r)
	case t.found:
		return t.data(r)
	}
	if c := t.synonyms.header(r.cells, t.choice); c.isHeader() {
		t.use(c)
		return nil
	}
	if t.above++; t.above > maxAboveHeader {
		return errNoHeader
	}
	return nil
}

func (t *tableReader) use(c columns) {
	t.found = true
	t.columns = c
	t.price = priceColumn{currency: c.currency, factor: c.factor, comma: t.comma}
}

// isHeaderAgain tells the header from data where it is repeated, on every
// printed page or where files were joined: the same row, or one in which every
// cell is a known header.
func (t *tableReader) isHeaderAgain(cells []string) bool {
	if cells[0] == t.columns.headers[0] && slices.Equal(trimRight(cells), t.columns.headers) {
		return true
	}
	known := 0
	for _, cell := range cells {
		if cell == "" {
			continue
		}
		if _, ok := t.synonyms.meanings[headerKey(cell)]; !ok {
			return false
		}
		known++
	}
	return known >= 3 && t.synonyms.header(cells, t.choice).isHeader()
}

// anotherHeader reads what follows by the new header.
func (t *tableReader) anotherHeader(r tableRow) error {
	c := t.synonyms.header(r.cells, t.choice)
	if slices.Equal(c.headers, t.columns.headers) {
		return t.gap(r.record, "the header is repeated: not read as a product")
	}
	t.use(c)
	return t.gap(r.record, "another header: not read as a product; from here "+c.note())
}

// data reads a row below the header.
func (t *tableReader) data(r tableRow) error {
	r.cells = t.withMerged(r)
	if reason := t.unusable(r); reason != "" {
		return t.gap(r.record, reason)
	}
	p := rowProduct{table: t, Product: netvet.Product{Sources: []netvet.Source{{Input: t.input, Record: r.record}}}}
	if r.fault != "" {
		p.problem("a row with odd quotes", "%s", r.fault)
	}
	if width := len(t.columns.headers); r.stored == nil && len(r.cells) < width {
		p.problem("a row with fewer cells than the header", "the row has %s and the header %d: the missing ones are read as empty", plural(len(r.cells), "cell", "cells"), width)
	}
	for i, f := range t.columns.fields {
		if text := cellAt(r.cells, i); f != fieldNone && !isBlank(text) {
			p.cell(f, text, cellAt(r.stored, i))
		}
	}
	p.finish()
	return t.product(r.record, p)
}

// withMerged puts the values of merged cells where a row has none of its own:
// of what rows of one kind share, never what is each row's own or counted.
func (t *tableReader) withMerged(r tableRow) []string {
	for i, f := range t.columns.fields {
		value, ok := r.merged[i]
		if !ok || cellAt(r.cells, i) != "" {
			continue
		}
		switch f {
		case fieldSerial, fieldQuantity, fieldPrice, fieldMAC:
			continue
		}
		for len(r.cells) <= i {
			r.cells = append(r.cells, "")
		}
		r.cells[i] = strings.TrimSpace(value)
	}
	return r.cells
}

// unusable says why a row cannot be read as a product, or nothing.
func (t *tableReader) unusable(r tableRow) string {
	width := len(t.columns.headers)
	if n := len(r.cells); n > max(width, t.width) && r.stored == nil || n > width && firstCell(r.cells[width:]) != "" {
		return fmt.Sprintf("the row has %d cells and the header %d: which belongs where is not known, so it was not read; quote cells that hold the delimiter", n, width)
	}
	total := totalRow.MatchString(firstCell(r.cells))
	for i, f := range t.columns.fields {
		text := cellAt(r.cells, i)
		if f.identifies() && !isBlank(text) && !spreadsheetError(text) {
			if !totalRow.MatchString(text) {
				return ""
			}
			total = true
		}
	}
	if total {
		return "a row of totals: not read as a product"
	}
	return "no manufacturer, vendor, name, model, part number or serial: not read as a product"
}

// product emits a product with its gaps inside.
func (t *tableReader) product(record string, p rowProduct) error {
	if err := t.emit(ProductStart{p.Product}); err != nil {
		return err
	}
	for _, problem := range p.problems {
		t.faults.add(problem.kind, record, problem.reason)
	}
	if t.faults.err != nil {
		return t.faults.err
	}
	return t.emit(ProductEnd{p.Product})
}

// notes tell how the table was read.
func (t *tableReader) notes() []string {
	notes := []string{t.columns.note()}
	if t.above > 0 {
		notes = append(notes, plural(t.above, "row", "rows")+" above the header not read")
	}
	for _, s := range currencySigns {
		if t.signs[s[0]] {
			notes = append(notes, fmt.Sprintf("prices with %s alone are read as %s: a currency column or header can say otherwise", s[0], s[1]))
		}
	}
	return notes
}

func (t *tableReader) gap(record, reason string) error {
	return t.emit(Gap{netvet.Gap{Record: record, Reason: reason}})
}

// rowProduct is a product while the cells of its row are read.
type rowProduct struct {
	netvet.Product
	table           *tableReader
	price, currency string // as written: they are read together
	problems        []cellProblem
}

// cellProblem is a cell that could not be used as it should, and what kind of
// fault that is.
type cellProblem struct{ kind, reason string }

func (p *rowProduct) problem(kind, format string, args ...any) {
	p.problems = append(p.problems, cellProblem{kind: kind, reason: fmt.Sprintf(format, args...)})
}

// cell reads one cell that is not blank.
func (p *rowProduct) cell(f field, text, stored string) {
	if spreadsheetError(text) {
		p.problem("an error of the spreadsheet", "%s is %s, an error of the spreadsheet: left empty", f.words(), text)
		return
	}
	if decodedWrongly(text) {
		p.problem("text that was decoded wrongly", "%s %s was decoded wrongly by a program before: read as written", f.words(), quote(text))
	}
	switch f {
	case fieldManufacturer:
		p.Manufacturer = text
	case fieldVendor:
		p.Vendor = text
	case fieldName:
		p.Name = text
	case fieldModel:
		p.Model = p.undamaged(f, text)
	case fieldPartNumber:
		p.PartNumber = p.undamaged(f, text)
	case fieldSerial:
		p.Serial = p.undamaged(f, text)
	case fieldVersion:
		p.Version = text
	case fieldLocation:
		p.Location = text
	case fieldCategory:
		p.CategoryText = text
	case fieldDescription:
		p.Description = text
	case fieldQuantity:
		p.quantity(text)
	case fieldOrigin:
		p.origin(text)
	case fieldPrice:
		p.price = storedPrice(text, stored)
	case fieldCurrency:
		p.currency = text
	case fieldPurchased:
		p.purchased(text, stored)
	case fieldMAC, fieldCPE, fieldPurl:
		p.identifiers(f, text)
	}
}

// finish reads what takes more than one cell.
func (p *rowProduct) finish() {
	if p.price == "" {
		return
	}
	price, sign, problem := p.table.price.parse(p.price, p.currency)
	if problem != "" {
		p.problem("a price that is not clear", "price %s %s", quote(p.price), problem)
	}
	if sign != "" {
		p.table.signs[sign] = true
	}
	p.Price = price
}

// damageKind is the kind of a value that may be right as it stands.
const damageKind = "possible spreadsheet damage"

// undamaged returns the text as it is and tells what a spreadsheet may have done
// to it.
func (p *rowProduct) undamaged(f field, text string) string {
	if damage := spreadsheetDamage(text); damage != "" {
		p.problem(damageKind, "possible spreadsheet damage: %s %s %s; read as written", f.words(), quote(text), damage)
	}
	return text
}

func (p *rowProduct) quantity(text string) {
	count, problem := parseQuantity(text)
	if problem != "" {
		p.problem("a quantity that is no count", "quantity %s %s", quote(text), problem)
	}
	p.Quantity = count
}

func (p *rowProduct) origin(text string) {
	code, candidates := CountryCode(text)
	switch {
	case code != "":
		p.CountryOfOrigin = code
	case len(candidates) > 0:
		p.problem("a country of origin that is not clear", "country of origin %s is not clear, it may be %s: left empty", quote(text), strings.Join(candidates, " or "))
	default:
		p.problem("a country of origin that is not known", "country of origin %s is no country known by that name: left empty", quote(text))
	}
}

// A number in a date cell of a workbook is a year up to maxYear, else a day up
// to 9999-12-31.
const (
	maxYear   = 9999
	maxSerial = 2_958_465
)

func (p *rowProduct) purchased(text, stored string) {
	day, problem := parseDay(text)
	if serial, err := strconv.ParseFloat(stored, 64); err == nil && serial > maxYear && serial <= maxSerial {
		day, problem = daySerial(int(serial), p.table.since1904)
	}
	if problem != "" {
		p.problem("a purchase date that is not clear", "purchase date %s %s", quote(text), problem)
	}
	p.PurchaseDate = day
}

func (p *rowProduct) identifiers(f field, text string) {
	ids, bad := addIdentifiers(p.Identifiers, netvet.IdentifierType(f), text)
	if bad != "" {
		p.problem("an identifier that is not valid", "%s %s is not valid: left out", f.words(), quote(bad))
	}
	p.Identifiers = ids
}

// storedPrice puts the number that a workbook stores in the place of the one it
// shows, which may be rounded, and keeps the sign of the currency. Two decimals
// at least: what is stored never has marks of thousands.
func storedPrice(text, stored string) string {
	number, err := strconv.ParseFloat(stored, 64)
	if err != nil {
		return text
	}
	plain := strconv.FormatFloat(number, 'f', -1, 64)
	if _, decimals, _ := strings.Cut(plain, "."); len(decimals) == 3 {
		plain += "0"
	}
	sign := strings.Map(func(r rune) rune {
		if strings.ContainsRune("0123456789.,-+'eE \u00a0", r) {
			return -1
		}
		return r
	}, text)
	return sign + plain
}

// cellAt returns a cell, or nothing beyond the end of the row.
func cellAt(cells []string, i int) string {
	if i < len(cells) {
		return cells[i]
	}
	return ""
}

func firstCell(cells []string) string {
	for _, cell := range cells {
		if cell != "" {
			return cell
		}
	}
	return ""
}

// quote shows a cell in a message, shortened.
func quote(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		text = string(runes[:60]) + "..."
	}
	return strconv.Quote(text)
}

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
	days      dayOrder
	digits    map[field]*digitColumn // numbers by which a row is known

	width int // cells a row may have, empty ones beyond the header too

	columns columns
	price   priceColumn
	found   bool // the header
	first   bool // the next row is the first below it
	// previous is the row above, while the header is looked for: it may be a part of it.
	previous []string
	headers  int             // so far: files that are joined have several
	above    int             // rows above it, blank ones left out
	signs    map[string]bool // bare currency signs that were taken for one currency

	countries map[string]string // codes by name as written
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
	return &tableReader{input: src.Name, synonyms: words, choice: choice, emit: emit, faults: newFaults(emit), signs: make(map[string]bool), countries: make(map[string]string)}, nil
}

// row takes the next row of the table. It returns errNoHeader when the header
// should have come by now.
func (t *tableReader) row(r tableRow) error {
	for i, cell := range r.cells {
		r.cells[i] = strings.TrimSpace(cell)
	}
	if firstCell(r.cells) == "" {
		t.previous = nil
		return nil
	}
	if t.found {
		return t.below(r)
	}
	if c, ok := t.headerBelow(t.previous, r.cells); ok {
		return t.header(r.record, c)
	}
	t.previous = slices.Clone(r.cells)
	if t.above++; t.above > maxAboveHeader {
		return errNoHeader
	}
	return nil
}

// below reads a row below the header.
func (t *tableReader) below(r tableRow) error {
	first := t.first
	t.first = false
	switch {
	case t.isHeaderAgain(r.cells):
		return t.anotherHeader(r)
	case first:
		if c, ok := t.secondHeader(r.cells); ok {
			return t.header(r.record, c)
		}
	}
	return t.data(r)
}

// headerBelow reads a row as a header. In a header of two rows, cells that span both
// stand in the upper one.
func (t *tableReader) headerBelow(upper, cells []string) (columns, bool) {
	c := t.synonyms.header(cells, t.choice)
	if !c.isHeader() || len(upper) == 0 {
		return c, c.isHeader()
	}
	if both := t.synonyms.header(overlay(upper, cells), t.choice); both.known > c.known && both.isHeader() {
		return both, true
	}
	return c, true
}

// secondHeader tells the lower row of a header of two rows: all that stands in it
// are headers, and it has none where the upper row has one for both.
func (t *tableReader) secondHeader(cells []string) (columns, bool) {
	known, blank := 0, false
	for i, cell := range cells {
		m, ok := t.synonyms.meaning(cell)
		switch {
		case cell == "":
			blank = blank || i < len(t.columns.fields) && t.columns.fields[i] != fieldNone
		case !ok || !m.known:
			return columns{}, false
		default:
			known++
		}
	}
	if known < 2 || !blank {
		return columns{}, false
	}
	c := t.synonyms.header(overlay(t.columns.headers, cells), t.choice)
	return c, c.isHeader()
}

// overlay puts the cells of a lower row over those of the upper one.
func overlay(upper, lower []string) []string {
	cells := slices.Clone(upper)
	for i, cell := range lower {
		if i >= len(cells) {
			cells = append(cells, cell)
		} else if cell != "" {
			cells[i] = cell
		}
	}
	return cells
}

// header reads what follows by a header, and tells how it is understood.
func (t *tableReader) header(record string, c columns) error {
	t.use(c)
	t.first = true
	if t.headers++; t.headers > maxListed {
		return nil
	}
	if err := c.resultGap(record, t.emit); err != nil {
		return err
	}
	return t.emit(Table{Record: record, Columns: c.list()})
}

func (t *tableReader) use(c columns) {
	t.found = true
	t.columns = c
	t.price = priceColumn{currency: c.currency, factor: c.factor, comma: t.comma}
	t.days = orderUnknown
	t.digits = map[field]*digitColumn{fieldSerial: {}, fieldPartNumber: {}}
	if i := slices.Index(c.fields, fieldPurchased); i >= 0 {
		t.days = headerDayOrder(c.headers[i])
	}
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
	if err := t.header(r.record, c); err != nil {
		return err
	}
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
	for _, i := range t.columns.addresses {
		p.Addresses = cellAddresses(p.Addresses, cellAt(r.cells, i))
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
	identified, total := 0, false
	for i, f := range t.columns.fields {
		text := cellAt(r.cells, i)
		if f.identifies() && !isBlank(text) && !spreadsheetError(text) {
			identified++
		}
	}
	if identified >= 2 {
		return ""
	}
	for i, f := range t.columns.fields {
		text := cellAt(r.cells, i)
		if is := totalRow.MatchString(text); is && (f.identifies() || text == firstCell(r.cells)) {
			total = true
			if f.identifies() {
				identified--
			}
		}
	}
	if identified > 0 {
		return ""
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

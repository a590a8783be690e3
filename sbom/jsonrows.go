package sbom

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// jsonRowsFormat reads inventories that programs write as JSON objects of one row
// each: one a line (NDJSON, JSON Lines), in one array, or in one array of the answer
// of an API, {"result": [...]}.
func jsonRowsFormat() Format {
	return Format{
		Name:   "json-rows",
		Title:  "table of products in JSON: an object a line (NDJSON), an array of objects, or such an array in the answer of an API",
		Expect: "NDJSON or a JSON array of objects with keys such as manufacturer, model, serial number (制造商, 型号, 序列号)",
		Rows:   true,
		Detect: detectJSONRows,
		Read:   readJSONRows,
	}
}

// maxRowKeys bounds the different keys of rows: with each new one the columns are
// understood anew.
const maxRowKeys = 2000

// eachCell reads a value as one cell, or as several if it is an object that is no
// reference: {"assetCustom": {"model": ...}} gives the cell of "assetCustom.model".
func eachCell(j *jsonTokens, header string, cell func(header, text string, flat bool) error) error {
	if j.kind() != '{' {
		text, flat, err := cellText(j)
		if err != nil {
			return err
		}
		return cell(header, text, flat)
	}
	var inside []jsonCell
	if err := j.object(func(key []byte) error {
		c := jsonCell{key: string(key)}
		var err error
		c.text, c.flat, err = cellText(j)
		if len(inside) < maxRowKeys {
			inside = append(inside, c)
		}
		return err
	}); err != nil {
		return err
	}
	if text, flat, ok := referenceText(inside); ok {
		return cell(header, text, flat)
	}
	for _, c := range inside {
		if err := cell(header+"."+c.key, c.text, c.flat); err != nil {
			return err
		}
	}
	return nil
}

type jsonCell struct {
	key, text string
	flat      bool
}

// referenceText returns the text by which an object stands for another thing:
// {"id": 1, "name": "Cisco"} of Snipe-IT, {"display_value": "Cisco", "link": "..."}
// of ServiceNow, {"date": "2024-01-31", "formatted": "..."}. A reference that has an
// identifier only says nothing that a cell could hold.
func referenceText(inside []jsonCell) (text string, flat, ok bool) {
	find := func(keys ...string) int {
		for _, key := range keys {
			if i := slices.IndexFunc(inside, func(c jsonCell) bool { return c.key == key }); i >= 0 {
				return i
			}
		}
		return -1
	}
	named := find("display_value", "name", "display", "displayName", "label", "title", "date", "formatted", "value")
	if named < 0 || len(inside) > 3 && find("id", "sys_id", "link", "url", "href", "slug", "display_value") < 0 {
		return "", false, false
	}
	if c := inside[named]; c.key == "value" && find("link") >= 0 {
		return "", false, true
	}
	return inside[named].text, inside[named].flat, true
}

// cellText reads a value as the text of a cell: lists are joined. What holds objects
// is not flat.
func cellText(j *jsonTokens) (text string, flat bool, err error) {
	switch j.kind() {
	case '{':
		return "", false, j.skip()
	case '[':
		var parts []string
		flat = true
		err = j.array(func(int) error {
			if kind := j.kind(); kind == '{' || kind == '[' {
				flat = false
				return j.skip()
			}
			part, err := scalarText(j)
			if part != "" && len(parts) < maxListed {
				parts = append(parts, part)
			}
			return err
		})
		return strings.Join(parts, "; "), flat, err
	}
	text, err = scalarText(j)
	return text, true, err
}

// jsonRowsReader gives the objects to the table as rows: the keys are the header, to
// which a later object may add.
type jsonRowsReader struct {
	*jsonTokens
	table   *tableReader
	headers []string
	column  map[string]int
	cells   []string
	nested  []int // columns whose value is more than a text
}

func readJSONRows(ctx context.Context, src *Stream, emit func(Record) error) (Info, error) {
	table, err := newTableReader(src, emit)
	if err != nil {
		return Info{}, err
	}
	text := bufio.NewReaderSize(src.Reader, headSize)
	head, err := text.Peek(headSize)
	if err != nil && err != io.EOF {
		return Info{}, err
	}
	r := &jsonRowsReader{table: table, column: make(map[string]int)}
	r.jsonTokens = newJSONTokens(text, src.Options, func(pointer, reason string) {
		table.faults.add("value given twice", pointer, reason)
	})
	look := lookAtRows(head)
	for _, key := range look.keys {
		r.columnOf(key)
	}
	if r.use(); !table.columns.isHeader() {
		return Info{}, errors.New("no keys of an inventory found: expected at least two known names, one of them for a manufacturer, vendor, name, model, part number or serial; name them with --columns")
	}
	notes := table.notes
	switch {
	case look.lines:
		err = r.lines(ctx, text)
	case look.path != "":
		err = r.inside(ctx, look.path)
		notes = func() []string { return append([]string{"rows: those of " + look.path}, table.notes()...) }
	default:
		err = r.document(ctx)
	}
	if err == nil {
		err = table.faults.finish()
	}
	if err == nil {
		err = table.columns.resultGap("", emit)
	}
	if err == nil {
		err = emit(Table{Columns: table.columns.list()})
	}
	return Info{Notes: notes()}, err
}

// columnOf returns the column of a key, a new one if there is none; -1 for a key that
// is no name.
func (r *jsonRowsReader) columnOf(key string) int {
	if i, ok := r.column[key]; ok {
		return i
	}
	i := -1
	if strings.TrimSpace(key) != "" {
		i = len(r.headers)
		r.headers = append(r.headers, key)
	}
	r.column[key] = i
	return i
}

// use makes all keys so far the header of the table.
func (r *jsonRowsReader) use() {
	r.table.use(r.table.synonyms.header(slices.Clone(r.headers), r.table.choice))
}

// document reads a document that is an array of objects.
func (r *jsonRowsReader) document(ctx context.Context) error {
	if err := r.list(ctx, ""); err != nil {
		return err
	}
	return r.end()
}

// inside reads the array of objects at a path of a document. Another array of
// objects is told, so that nobody takes its rows for read.
func (r *jsonRowsReader) inside(ctx context.Context, path string) error {
	var walk func(at string, depth int) error
	walk = func(at string, depth int) error {
		return r.object(func(key []byte) error {
			here := at + "/" + string(key)
			switch kind := r.kind(); {
			case kind == '[' && here == path:
				return r.list(ctx, here)
			case kind == '{' && depth < maxEnvelope:
				return walk(here, depth+1)
			case kind == '[':
				return r.otherList(here, path)
			}
			return r.skip()
		})
	}
	if err := walk("", 1); err != nil {
		return err
	}
	return r.end()
}

// otherList passes over an array that is not the one of the rows.
func (r *jsonRowsReader) otherList(at, path string) error {
	objects := 0
	if err := r.array(func(int) error {
		if r.kind() == '{' {
			objects++
		}
		return r.skip()
	}); err != nil || objects == 0 {
		return err
	}
	return r.table.gap(shortPointer(at), fmt.Sprintf("%s not read: the rows are those of %s; give each list as a file of its own", plural(objects, "object", "objects"), path))
}

// list reads an array of objects.
func (r *jsonRowsReader) list(ctx context.Context, path string) error {
	return r.array(func(i int) error {
		record := path + "/" + strconv.Itoa(i)
		if kind := r.kind(); kind != '{' && kind != 0 {
			if err := r.skip(); err != nil {
				return err
			}
			return r.table.gap(record, "is "+jsonKindName(kind)+", expected an object: not read")
		}
		return cmp.Or(ctx.Err(), r.row(record))
	})
}

// lines reads an object a line. A line that is none is a gap, unless it is the last:
// then the file is cut off.
func (r *jsonRowsReader) lines(ctx context.Context, text *bufio.Reader) error {
	var offset int64
	for n := 1; ; n++ {
		line, err := readLineOf(text, r.opt.MaxString)
		if err != nil && err != io.EOF {
			return fmt.Errorf("line %d: %w", n, err)
		}
		last := err == io.EOF
		offset += int64(len(line))
		if line = bytes.TrimSpace(line); len(line) > 0 {
			err = cmp.Or(ctx.Err(), r.line(line, n, offset, last))
			if err != nil {
				return err
			}
		}
		if last {
			return nil
		}
	}
}

// readLineOf reads a line with its end, and the last with io.EOF.
func readLineOf(text *bufio.Reader, limit int) ([]byte, error) {
	line, err := text.ReadSlice('\n')
	if err != bufio.ErrBufferFull {
		return line, err
	}
	whole := bytes.Clone(line)
	for err == bufio.ErrBufferFull && len(whole) <= limit {
		line, err = text.ReadSlice('\n')
		whole = append(whole, line...)
	}
	if len(whole) > limit {
		return nil, fmt.Errorf("longer than %d bytes", limit)
	}
	return whole, err
}

func (r *jsonRowsReader) line(line []byte, n int, offset int64, last bool) error {
	record := "line " + strconv.Itoa(n)
	switch {
	case !utf8.Valid(line):
		return fmt.Errorf("%s: invalid UTF-8: convert the file to UTF-8", record)
	case !json.Valid(line) && last:
		return fmt.Errorf("%s: the last line is no whole JSON object: the file is cut off", record)
	case !json.Valid(line):
		return r.table.gap(record, "the line is no JSON: not read")
	case line[0] != '{':
		return r.table.gap(record, "the line is no JSON object: not read")
	}
	r.within(line, offset)
	if err := r.row(record); err != nil {
		return fmt.Errorf("%s: %w", record, err)
	}
	return nil
}

// cell puts a value in its column, a new one if there is none yet.
func (r *jsonRowsReader) cell(record, header, text string, flat bool) error {
	i := r.columnOf(header)
	if i < 0 {
		return nil
	}
	if i >= maxRowKeys {
		return fmt.Errorf("%s: more than %d different keys", record, maxRowKeys)
	}
	for len(r.cells) <= i {
		r.cells = append(r.cells, "")
	}
	r.cells[i] = strings.TrimSpace(text)
	if !flat {
		r.nested = append(r.nested, i)
	}
	return nil
}

// row reads one object as a row of the table.
func (r *jsonRowsReader) row(record string) error {
	for i := range r.cells {
		r.cells[i] = ""
	}
	r.nested = r.nested[:0]
	known := len(r.headers)
	if err := r.object(func(key []byte) error {
		return eachCell(r.jsonTokens, string(key), func(header, text string, flat bool) error { return r.cell(record, header, text, flat) })
	}); err != nil {
		return err
	}
	if len(r.headers) > known {
		r.use()
	}
	for len(r.cells) < len(r.headers) {
		r.cells = append(r.cells, "")
	}
	for _, i := range r.nested {
		if f := r.table.columns.fields[i]; f != fieldNone {
			r.table.faults.add("a value that is no text", record, fmt.Sprintf("%s (key %q) is not a text or a number: not read", f.words(), short(r.headers[i])))
		}
	}
	return r.table.data(tableRow{record: record, cells: r.cells})
}

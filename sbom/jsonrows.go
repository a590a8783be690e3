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
// each: one a line (NDJSON, JSON Lines), or in one array.
func jsonRowsFormat() Format {
	return Format{
		Name:   "json-rows",
		Title:  "table of products in JSON: an object a line (NDJSON), or an array of flat objects",
		Expect: "NDJSON or a JSON array of flat objects with keys such as manufacturer, model, serial number (制造商, 型号, 序列号)",
		Rows:   true,
		Detect: detectJSONRows,
		Read:   readJSONRows,
	}
}

// detectJSONRows is sure only where the keys of flat objects say what is a product:
// two that identify it, and not just a name.
func detectJSONRows(s Sample) float64 {
	head := lookAtRows(s.Head)
	if !head.flat || head.rows == 0 {
		return 0
	}
	words, err := defaultSynonyms()
	if err != nil {
		return 0
	}
	identifying, telling := 0, 0
	columns := words.header(head.keys, nil)
	for _, f := range columns.fields {
		if f.identifies() {
			identifying++
			if f != fieldName {
				telling++
			}
		}
	}
	switch {
	case telling == 0 || identifying < 2:
		return 0
	case head.lines && head.rows == 1: // any document may stand on one line
		return 0.5
	case telling >= 2:
		return 0.9
	}
	return 0.6
}

// rowsHead is what the beginning of an input tells of its rows.
type rowsHead struct {
	keys  []string // of all objects, in the order in which they come
	rows  int      // objects that were read to their end
	flat  bool     // every value is a text, a number, or a list of such
	lines bool     // an object a line
}

func lookAtRows(head []byte) rowsHead {
	look := rowsHead{flat: true}
	text := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case len(text) == 0:
	case text[0] == '{':
		look.lines = true
		for len(text) > 0 && look.flat {
			line, rest, whole := bytes.Cut(text, []byte("\n"))
			text = rest
			if line = bytes.TrimSpace(line); len(line) == 0 || !whole && !json.Valid(line) && look.rows > 0 {
				continue // the last one is cut
			}
			look.flat = line[0] == '{' && json.Valid(line)
			if look.flat {
				_ = look.object(headTokens(line))
			}
		}
	case text[0] == '[':
		j := headTokens(text)
		_ = j.array(func(int) error { return look.object(j) }) // what is cut off or broken is for the reader
	}
	look.flat = look.flat && !slices.ContainsFunc(look.keys, isReservedKey)
	return look
}

func headTokens(text []byte) *jsonTokens {
	return newJSONTokens(bytes.NewReader(text), Options{Lenient: true}.withDefaultLimits(), func(string, string) {})
}

// isReservedKey tells keys of documents that have readers of their own, or none.
func isReservedKey(key string) bool {
	return isInventoryKey(key) || strings.HasPrefix(key, "@") || strings.HasPrefix(key, "$") || key == "_type" || key == "payload" || key == "predicate"
}

func (look *rowsHead) object(j *jsonTokens) error {
	if kind := j.kind(); kind != '{' {
		look.flat = look.flat && kind == 0
		return errSeen
	}
	err := j.object(func(key []byte) error {
		if !slices.Contains(look.keys, string(key)) && len(look.keys) < maxRowCells {
			look.keys = append(look.keys, string(key))
		}
		_, flat, err := cellText(j)
		if err == nil && !flat {
			look.flat = false
			return errSeen
		}
		return err
	})
	if err == nil {
		look.rows++
	}
	return err
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
	if look.lines {
		err = r.lines(ctx, text)
	} else {
		err = r.list(ctx)
	}
	if err == nil {
		err = table.faults.finish()
	}
	return Info{Notes: table.notes()}, err
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

// list reads an array of objects.
func (r *jsonRowsReader) list(ctx context.Context) error {
	if err := r.array(func(i int) error {
		record := "/" + strconv.Itoa(i)
		if kind := r.kind(); kind != '{' && kind != 0 {
			if err := r.skip(); err != nil {
				return err
			}
			return r.table.gap(record, "is "+jsonKindName(kind)+", expected an object: not read")
		}
		return cmp.Or(ctx.Err(), r.row(record))
	}); err != nil {
		return err
	}
	return r.end()
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

// row reads one object as a row of the table.
func (r *jsonRowsReader) row(record string) error {
	for i := range r.cells {
		r.cells[i] = ""
	}
	r.nested = r.nested[:0]
	known := len(r.headers)
	if err := r.object(func(key []byte) error {
		i := r.columnOf(string(key))
		if i < 0 {
			return nil
		}
		if i >= maxRowCells {
			return fmt.Errorf("%s: more than %d different keys", record, maxRowCells)
		}
		text, flat, err := cellText(r.jsonTokens)
		for len(r.cells) <= i {
			r.cells = append(r.cells, "")
		}
		r.cells[i] = strings.TrimSpace(text)
		if !flat {
			r.nested = append(r.nested, i)
		}
		return err
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

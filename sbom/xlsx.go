package sbom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// xlsxFormat reads the inventories in a workbook: every sheet that has a header
// row. It is the only importer of excelize.
func xlsxFormat() Format {
	return Format{
		Name:   "xlsx",
		Title:  "table of products in an Excel workbook (XLSX, XLSM)",
		Expect: "an XLSX workbook with a sheet whose header row names columns such as manufacturer, model, serial number (制造商, 型号, 序列号)",
		Rows:   true,
		Detect: detectXLSX,
		Read:   readXLSX,
	}
}

const (
	// maxWorkbook bounds the bytes of a workbook, packed and unpacked: it is held
	// in memory as a whole.
	maxWorkbook = 512 << 20
	// maxSheetColumns bounds the cells of a row; an inventory has far fewer.
	maxSheetColumns = 1024
)

// errSPDXSheets refuses the spreadsheet form of SPDX 2: its sheets are no
// inventories, and what looks like one lists snippets or licences.
var errSPDXSheets = errors.New("SPDX spreadsheets are not supported: export the document as SPDX JSON or tag-value")

// detectXLSX tells a workbook by the names of its parts, which stand in the
// archive before their contents.
func detectXLSX(s Sample) float64 {
	switch {
	case !bytes.HasPrefix(s.Head, []byte("PK\x03\x04")):
		return 0
	case bytes.Contains(s.Head, []byte("xl/workbook")), bytes.Contains(s.Head, []byte("xl/worksheets/")):
		return 1
	case bytes.Contains(s.Head, []byte("[Content_Types].xml")) && bytes.Contains(s.Head, []byte("xl/")):
		return 0.9
	}
	return 0
}

func readXLSX(ctx context.Context, src *Stream, emit func(Record) error) (Info, error) {
	limit := int64(maxWorkbook)
	if most := src.Options.MaxFileSize; most > 0 {
		limit = min(limit, most)
	}
	data, err := io.ReadAll(io.LimitReader(src.Reader, limit+1))
	if err != nil {
		return Info{}, err
	}
	if int64(len(data)) > limit {
		return Info{}, fmt.Errorf("the workbook is larger than %d bytes, which are held in memory: save it as CSV", limit)
	}
	parts, err := checkWorkbook(ctx, data, limit)
	if err != nil {
		return Info{}, err
	}
	book, err := openWorkbook(parts.data, limit)
	if err != nil {
		return Info{}, err
	}
	defer book.file.Close()
	return book.read(ctx, src, parts, emit)
}

// workbook is an opened workbook.
type workbook struct {
	file      *excelize.File
	formatted bool // some cells are shown otherwise than stored
	since1904 bool
}

// openWorkbook opens a workbook that has been checked. Whatever goes wrong in
// the library on a broken one is an error of this input.
func openWorkbook(data []byte, limit int64) (book *workbook, err error) {
	defer recovered(&err)
	// With both limits equal nothing is written to temporary files.
	file, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: limit, UnzipXMLSizeLimit: limit})
	if err != nil {
		return nil, fmt.Errorf("open the workbook: %w", err)
	}
	book = &workbook{file: file}
	if props, err := file.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		book.since1904 = *props.Date1904
	}
	if file.Styles != nil && file.Styles.CellXfs != nil {
		for _, xf := range file.Styles.CellXfs.Xf {
			// 0 is General and 49 text: both show what is stored.
			if xf.NumFmtID != nil && *xf.NumFmtID != 0 && *xf.NumFmtID != 49 {
				book.formatted = true
			}
		}
	}
	return book, nil
}

// recovered turns a panic of the library into an error.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("the workbook is broken: %v: open it in a spreadsheet program and save it anew", r)
	}
}

// read reads all sheets in their order.
func (b *workbook) read(ctx context.Context, src *Stream, parts *workbookParts, emit func(Record) error) (Info, error) {
	var info Info
	if parts.macros {
		info.Notes = append(info.Notes, "the workbook has macros: ignored")
	}
	if parts.external {
		info.Notes = append(info.Notes, "the workbook refers to other files: ignored, values as last stored")
	}
	sheets := b.file.GetSheetList()
	if slices.Contains(sheets, "Document Info") && slices.Contains(sheets, "Package Info") {
		return info, errSPDXSheets
	}
	inventories := 0
	for _, name := range sheets {
		facts := parts.sheet(name)
		table, err := newTableReader(src, emit)
		if err != nil {
			return info, err
		}
		table.since1904 = b.since1904
		err = b.sheet(ctx, name, facts, table)
		where := fmt.Sprintf("sheet %q: ", name)
		switch {
		case errors.Is(err, errNoHeader) || err == nil && !table.found:
			info.Notes = append(info.Notes, where+"no header row found: not read")
			continue
		case table.found:
			inventories++
			for _, note := range append(table.notes(), facts.notes()...) {
				info.Notes = append(info.Notes, where+note)
			}
			if visible, _ := b.file.GetSheetVisible(name); !visible {
				info.Notes = append(info.Notes, where+"it is hidden, and read like the others")
			}
		}
		if err != nil {
			return info, fmt.Errorf("sheet %q: %w", name, err)
		}
	}
	if inventories == 0 {
		return info, errNoHeader
	}
	return info, nil
}

// sheet passes the rows of one sheet to the table.
func (b *workbook) sheet(ctx context.Context, name string, facts *sheetFacts, table *tableReader) error {
	shown, err := b.rows(name, false)
	if err != nil {
		return err
	}
	defer shown.close()
	stored := shown
	if b.formatted {
		if stored, err = b.rows(name, true); err != nil {
			return err
		}
		defer stored.close()
	}
	merged := mergedRows{ranges: facts.merged}
	for {
		row, err := b.next(name, shown, stored)
		if err == io.EOF {
			return table.faults.finish()
		}
		if err == nil {
			row.merged = merged.at(shown.number, row.cells)
			err = ctx.Err()
		}
		if err == nil {
			err = table.row(row)
		}
		if err != nil {
			return err
		}
	}
}

// next reads the next row as it is shown and as it is stored.
func (b *workbook) next(name string, shown, stored *sheetRows) (tableRow, error) {
	cells, err := shown.next()
	if err != nil {
		return tableRow{}, err
	}
	row := tableRow{record: name + " row " + strconv.Itoa(shown.number), cells: cells, stored: cells}
	if stored != shown {
		row.stored, err = stored.next()
	}
	return row, err
}

// sheetRows reads the rows of one sheet, with the empty ones between.
type sheetRows struct {
	rows    *excelize.Rows
	options excelize.Options
	number  int
}

func (b *workbook) rows(name string, raw bool) (rows *sheetRows, err error) {
	defer recovered(&err)
	r, err := b.file.Rows(name)
	if err != nil {
		return nil, err
	}
	return &sheetRows{rows: r, options: excelize.Options{RawCellValue: raw}}, nil
}

func (r *sheetRows) next() (cells []string, err error) {
	defer recovered(&err)
	if !r.rows.Next() {
		if err := r.rows.Error(); err != nil {
			return nil, err
		}
		return nil, io.EOF
	}
	r.number++
	cells, err = r.rows.Columns(r.options)
	if err == nil && len(cells) > maxSheetColumns {
		err = fmt.Errorf("row %d has more than %d columns: delete those without content", r.number, maxSheetColumns)
	}
	return cells, err
}

func (r *sheetRows) close() { _ = r.rows.Close() }

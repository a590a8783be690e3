package sbom

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
)

// The limits of what is inside a workbook, against archives that unpack to far
// more than they seem. All count what is really unpacked.
const (
	maxWorkbookParts = 10_000
	maxPartRatio     = 100       // unpacked bytes to packed, beyond the first MiB
	maxSmallPart     = 16 << 20  // styles, relations and the like, held as structures
	maxSharedStrings = 2_000_000 // texts, held as structures
	maxMergedCells   = 100_000   // of a sheet
	maxPartDepth     = 64        // elements inside each other
	maxSheetRows     = 1_048_576 // of a sheet, by the format
)

// workbookParts is a workbook reduced to the parts that hold values, and what
// was seen when they were checked.
type workbookParts struct {
	data     []byte // an archive of those parts only
	macros   bool
	external bool
	files    map[string]*sheetFacts // by path
	sheets   map[string]string      // path by name
}

// sheetFacts is what the rows of a sheet do not tell.
type sheetFacts struct {
	formulas int
	unstored int           // formulas without a stored value
	hidden   int           // rows
	columns  int           // that are hidden
	merged   []mergedRange // that span rows, by first row
}

type mergedRange struct{ firstRow, lastRow, column int }

// sheet returns the facts of a sheet; none are known of one that is no part.
func (w *workbookParts) sheet(name string) *sheetFacts {
	if facts := w.files[w.sheets[name]]; facts != nil {
		return facts
	}
	return &sheetFacts{}
}

func (f *sheetFacts) notes() []string {
	var notes []string
	if stored := f.formulas - f.unstored; stored > 0 {
		notes = append(notes, plural(stored, "formula", "formulas")+": the values last stored for them are read")
	}
	if f.unstored > 0 {
		notes = append(notes, plural(f.unstored, "formula has", "formulas have")+" no stored value: read as empty; open and save the workbook in a spreadsheet program")
	}
	if f.hidden > 0 {
		notes = append(notes, plural(f.hidden, "row is", "rows are")+" hidden, and read like the others")
	}
	if f.columns > 0 {
		notes = append(notes, plural(f.columns, "column is", "columns are")+" hidden, and read like the others")
	}
	if len(f.merged) > 0 {
		notes = append(notes, plural(len(f.merged), "merged cell spans", "merged cells span")+" rows: the value holds for each of them, serials, quantities, prices and addresses left out")
	}
	return notes
}

// checkWorkbook reads every part of value through once, within the limits, and
// returns a workbook without the rest: macros, pictures, links to other files.
func checkWorkbook(ctx context.Context, data []byte, limit int64) (*workbookParts, error) {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("open the workbook: %w: it may be cut off or damaged", err)
	}
	if len(archive.File) > maxWorkbookParts {
		return nil, fmt.Errorf("the workbook has more than %d parts", maxWorkbookParts)
	}
	w := &workbookParts{files: make(map[string]*sheetFacts), sheets: make(map[string]string)}
	var kept bytes.Buffer
	out := zip.NewWriter(&kept)
	seen := make(map[string]bool)
	for _, file := range archive.File {
		name := strings.ToLower(strings.ReplaceAll(file.Name, `\`, "/"))
		w.macros = w.macros || strings.Contains(name, "vbaproject") || strings.Contains(name, "macrosheets/")
		w.external = w.external || strings.Contains(name, "externallinks/")
		switch {
		case strings.HasSuffix(name, "workbook.bin"):
			return nil, errors.New("binary workbooks (.xlsb) are not read: save it as .xlsx")
		case !isValuePart(name):
			continue
		case seen[name]:
			return nil, fmt.Errorf("the workbook has two parts named %s", file.Name)
		}
		seen[name] = true
		if limit, err = w.check(ctx, file, name, limit); err != nil {
			return nil, fmt.Errorf("workbook part %s: %w", file.Name, err)
		}
		if err := out.Copy(file); err != nil {
			return nil, fmt.Errorf("workbook part %s: %w", file.Name, err)
		}
	}
	if err := out.Close(); err != nil {
		return nil, err
	}
	w.data = kept.Bytes()
	return w, w.nameSheets(archive)
}

// isValuePart tells the parts that a table is made of.
func isValuePart(name string) bool {
	switch folder, file := path.Split(name); folder {
	case "", "_rels/", "xl/_rels/":
		return strings.HasSuffix(file, ".xml") || strings.HasSuffix(file, ".rels")
	case "xl/":
		return strings.HasSuffix(file, ".xml") && file != "calcchain.xml"
	case "xl/worksheets/":
		return strings.HasSuffix(file, ".xml")
	}
	return false
}

// check reads one part through and returns what is left of the limit.
func (w *workbookParts) check(ctx context.Context, file *zip.File, name string, limit int64) (int64, error) {
	if file.Flags&1 != 0 {
		return 0, errors.New("it is encrypted: save the workbook without a password")
	}
	small := !strings.HasPrefix(name, "xl/worksheets/") && name != "xl/sharedstrings.xml"
	most := limit
	if small {
		most = min(most, maxSmallPart)
	}
	if packed := int64(file.CompressedSize64); packed < most/maxPartRatio {
		most = min(most, max(packed*maxPartRatio, 1<<20))
	}
	part, err := file.Open()
	if err != nil {
		return 0, err
	}
	defer part.Close()
	counted := &partReader{ctx: ctx, r: part, left: most}
	facts, err := readPart(counted)
	if err != nil {
		return 0, err
	}
	w.files[strings.ReplaceAll(file.Name, `\`, "/")] = facts
	return limit - counted.n, nil
}

// partReader counts what is unpacked and stops at the limit, and where a tag or
// text runs longer than any cell.
type partReader struct {
	ctx  context.Context
	r    io.Reader
	n    int64
	left int64
	tag  int // bytes since the last tag began
}

var errPartSize = errors.New("unpacks to more than a workbook may: it is larger than the limit, or an attack; save it as CSV")

func (p *partReader) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := p.r.Read(b)
	p.n += int64(n)
	if p.left -= int64(n); p.left < 0 {
		return n, errPartSize
	}
	if at := bytes.LastIndexByte(b[:n], '<'); at >= 0 {
		p.tag = n - at
	} else {
		p.tag += n
	}
	if p.tag > DefaultMaxString {
		return n, fmt.Errorf("has a text or tag longer than %d bytes", DefaultMaxString)
	}
	return n, err
}

// readPart checks that a part is well-formed XML of sane size and collects what
// matters of a sheet.
func readPart(r io.Reader) (*sheetFacts, error) {
	facts := &sheetFacts{}
	decoder := xml.NewDecoder(r)
	depth, rows, texts, links := 0, 0, 0, 0
	formula, value := false, false // in the cell that is open
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			slices.SortStableFunc(facts.merged, func(a, b mergedRange) int { return cmp.Compare(a.firstRow, b.firstRow) })
			return facts, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, errors.New("has a document type declaration, which no spreadsheet writes: refused")
		case xml.EndElement:
			depth--
			if t.Name.Local == "c" && formula && !value {
				facts.unstored++
			}
		case xml.StartElement:
			depth++
			switch t.Name.Local {
			case "c":
				formula, value = false, false
			case "f":
				formula = true
				facts.formulas++
			case "v":
				value = true
			case "col":
				facts.columns += hiddenColumns(t)
			case "row":
				if isHidden(t) {
					facts.hidden++
				}
				if rows, err = rowNumber(t, rows); err != nil {
					return nil, err
				}
			case "si":
				texts++
			case "sheet", "Relationship":
				links++
			case "mergeCell":
				facts.merge(t)
			}
		}
		switch {
		case depth > maxPartDepth:
			return nil, fmt.Errorf("has more than %d elements inside each other", maxPartDepth)
		case texts > maxSharedStrings:
			return nil, fmt.Errorf("has more than %d texts: save it as CSV", maxSharedStrings)
		case links > maxWorkbookParts:
			return nil, fmt.Errorf("has more than %d sheets or relations", maxWorkbookParts)
		case len(facts.merged) > maxMergedCells:
			return nil, fmt.Errorf("has more than %d merged cells: save it as CSV", maxMergedCells)
		}
	}
}

// hiddenColumns counts the columns that a "col" element hides.
func hiddenColumns(element xml.StartElement) int {
	if !isHidden(element) {
		return 0
	}
	first, err := strconv.Atoi(attribute(element, "min"))
	last, err2 := strconv.Atoi(attribute(element, "max"))
	if err != nil || err2 != nil || first > last || last > maxRowCells {
		return 0
	}
	return last - first + 1
}

func isHidden(element xml.StartElement) bool {
	value := attribute(element, "hidden")
	return value == "1" || value == "true"
}

// rowNumber returns the number of a row, which must be beyond the one before: the
// library would read cells of one row into another.
func rowNumber(element xml.StartElement, last int) (int, error) {
	row := last + 1
	for _, attr := range element.Attr {
		if attr.Name.Local == "r" {
			n, err := strconv.Atoi(attr.Value)
			if err != nil || n <= last {
				return 0, fmt.Errorf("has a row %q after row %d: open it in a spreadsheet program and save it anew", attr.Value, last)
			}
			row = n
		}
	}
	if row > maxSheetRows {
		return 0, fmt.Errorf("has a row beyond %d: save it as CSV", maxSheetRows)
	}
	return row, nil
}

// merge keeps a merged range that spans rows: "A2:A6".
func (f *sheetFacts) merge(element xml.StartElement) {
	for _, attr := range element.Attr {
		from, to, _ := strings.Cut(attr.Value, ":")
		column, first, ok := cellReference(from)
		_, last, ok2 := cellReference(to)
		if attr.Name.Local == "ref" && ok && ok2 && last > first {
			f.merged = append(f.merged, mergedRange{firstRow: first, lastRow: last, column: column})
		}
	}
}

// cellReference reads "AB12": column 27, counted from 0, and row 12.
func cellReference(ref string) (column, row int, ok bool) {
	letters := strings.TrimRight(ref, "0123456789")
	row, err := strconv.Atoi(ref[len(letters):])
	if err != nil || letters == "" || len(letters) > 3 {
		return 0, 0, false
	}
	for _, c := range strings.ToUpper(letters) {
		if c < 'A' || c > 'Z' {
			return 0, 0, false
		}
		column = column*26 + int(c-'A') + 1
	}
	return column - 1, row, true
}

// mergedRows follows the merged cells of a sheet row by row.
type mergedRows struct {
	ranges []mergedRange // still to come, by first row
	open   map[int]mergedValue
}

type mergedValue struct {
	text    string
	lastRow int
}

// at returns the values that reach into a row from above, by column, and takes
// note of those that begin in it.
func (m *mergedRows) at(row int, cells []string) map[int]string {
	var values map[int]string
	for column, v := range m.open {
		if row > v.lastRow {
			delete(m.open, column)
			continue
		}
		if values == nil {
			values = make(map[int]string)
		}
		values[column] = v.text
	}
	for len(m.ranges) > 0 && m.ranges[0].firstRow <= row {
		r := m.ranges[0]
		m.ranges = m.ranges[1:]
		if text := cellAt(cells, r.column); r.firstRow == row && text != "" {
			if m.open == nil {
				m.open = make(map[int]mergedValue)
			}
			m.open[r.column] = mergedValue{text: text, lastRow: r.lastRow}
		}
	}
	return values
}

// nameSheets finds out which part each sheet is.
func (w *workbookParts) nameSheets(archive *zip.Reader) error {
	var book struct {
		Sheets []struct {
			Name string     `xml:"name,attr"`
			Attr []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	var relations struct {
		Relation []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	for name, into := range map[string]any{"xl/workbook.xml": &book, "xl/_rels/workbook.xml.rels": &relations} {
		if w.files[name] == nil {
			return nil // an unusual layout: the library may know it
		}
		part, err := archive.Open(name)
		if err != nil {
			return nil
		}
		err = xml.NewDecoder(part).Decode(into)
		part.Close()
		if err != nil {
			return fmt.Errorf("workbook part %s: %w", name, err)
		}
	}
	targets := make(map[string]string)
	for _, relation := range relations.Relation {
		targets[relation.ID] = partPath(relation.Target)
	}
	for _, sheet := range book.Sheets {
		for _, attr := range sheet.Attr {
			if attr.Name.Local == "id" {
				w.sheets[sheet.Name] = targets[attr.Value]
			}
		}
	}
	return nil
}

// partPath resolves the target of a relation of the workbook.
func partPath(target string) string {
	if rooted, ok := strings.CutPrefix(target, "/"); ok {
		return rooted
	}
	return path.Join("xl", target)
}

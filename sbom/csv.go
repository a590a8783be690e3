package sbom

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// csvFormat reads inventories in delimited text: CSV with any of the usual
// delimiters, TSV, and what spreadsheets and asset systems export as such.
func csvFormat() Format {
	return Format{
		Name:   "csv",
		Title:  "table of products in delimited text (CSV, TSV)",
		Expect: "a CSV or TSV table with a header row that names columns such as manufacturer, model, serial number (制造商, 型号, 序列号)",
		Rows:   true,
		Detect: detectCSV,
		Read:   readCSV,
	}
}

// csvDelimiters are tried in this order; the first wins among equals.
const csvDelimiters = ",;\t|"

// dialect is how a delimited text is written.
type dialect struct {
	delim   byte
	sepLine bool // the first line is "sep=;", which spreadsheets do not show
	found   bool // a header row
	header  columns
	width   int     // cells of the header row, empty ones too
	usual   int     // cells of the rows below it: as many, or one more that is empty
	below   int     // rows seen below the header
	share   float64 // of those that have the usual cells
}

func detectCSV(s Sample) float64 {
	text, err := io.ReadAll(newCharsetReader(bytes.NewReader(s.Head), ""))
	if err != nil && len(text) == 0 || bytes.IndexByte(text, 0) >= 0 {
		return 0
	}
	if first := bytes.TrimSpace(text); len(first) == 0 || bytes.IndexByte([]byte("{[<"), first[0]) >= 0 {
		return 0
	}
	words, err := defaultSynonyms()
	if err != nil {
		return 0
	}
	d := findDialect(text, words, nil)
	switch known := d.header.known; {
	case !d.found:
		return 0
	case d.below == 0 && known*2 < d.width, d.below > 0 && known < 4 && d.share < 0.5, d.share < 0.2 && d.below > 0: // prose with commas
		return 0
	case known >= 3:
		return 0.9
	}
	return 0.6
}

// findDialect tries the delimiters on the beginning of a text: the best is the
// one under which the header row names most, then the one under which most rows
// have as many cells as the header.
func findDialect(text []byte, words *synonyms, choice map[string]field) dialect {
	if delim, rest, ok := sepLine(text); ok {
		return tryDelimiter(rest, delim, words, choice, true)
	}
	best := dialect{delim: csvDelimiters[0]}
	for i := range len(csvDelimiters) {
		d := tryDelimiter(text, csvDelimiters[i], words, choice, false)
		if d.found && (!best.found || d.header.known > best.header.known || d.header.known == best.header.known && d.share > best.share) {
			best = d
		}
	}
	return best
}

// sepLine reads the first line "sep=;" by which spreadsheets are told the
// delimiter, and returns what follows it.
func sepLine(text []byte) (delim byte, rest []byte, ok bool) {
	end := bytes.IndexAny(text, "\r\n")
	if end < 0 {
		return 0, nil, false
	}
	line := bytes.Trim(text[:end], `"`)
	if len(line) != len("sep=;") || !strings.EqualFold(string(line[:4]), "sep=") || strings.IndexByte(csvDelimiters+"^~:", line[4]) < 0 {
		return 0, nil, false
	}
	return line[4], text[end+1:], true
}

// maxTrial is how many bytes a delimiter may make the trial read again. Under a
// wrong one quotes seem never to be closed, and every row would be read to the
// end of the text.
const maxTrial = 4 * headSize

// tryDelimiter reads the beginning of a text with one delimiter.
func tryDelimiter(text []byte, delim byte, words *synonyms, choice map[string]field, sep bool) dialect {
	d := dialect{delim: delim, sepLine: sep}
	rows := newCSVRows(bufio.NewReader(bytes.NewReader(text)), delim, headSize)
	same, trailing := 0, 0
	for n := 0; n < maxAboveHeader+50; n++ {
		row, err := rows.next()
		if err != nil || rows.reread > maxTrial {
			break
		}
		switch {
		case len(trimRight(row.cells)) == 0:
		case d.found:
			d.below++
			if n := len(row.cells); n == d.width {
				same++
			} else if n == d.width+1 && row.cells[n-1] == "" {
				trailing++
			}
		default:
			if c := words.header(row.cells, choice); c.isHeader() && len(c.headers) > 1 {
				d.found, d.header, d.width = true, c, len(row.cells)
				rows.width = d.width
			}
		}
	}
	d.usual = d.width
	if trailing > same { // every row ends in a delimiter
		d.usual++
	}
	if d.below > 0 {
		d.share = float64(max(same, trailing)) / float64(d.below)
	}
	return d
}

func readCSV(ctx context.Context, src *Stream, emit func(Record) error) (Info, error) {
	table, err := newTableReader(src, emit)
	if err != nil {
		return Info{}, err
	}
	charset := newCharsetReader(src.Reader, src.Options.Encoding)
	charset.marked(src.Charset)
	text := bufio.NewReaderSize(charset, headSize)
	head, err := text.Peek(headSize)
	if err != nil && err != io.EOF && len(head) == 0 {
		return Info{}, err
	}
	d := findDialect(head, table.synonyms, table.choice)
	if !d.found {
		return Info{}, errNoHeader
	}
	if d.sepLine {
		if err := skipLine(text); err != nil {
			return Info{}, err
		}
	}
	table.comma = d.delim == ';'
	table.width = d.usual
	rows := newCSVRows(text, d.delim, cmp.Or(src.Options.MaxString, DefaultMaxString))
	rows.width = d.usual
	err = readRows(ctx, rows, table)
	notes := append([]string{d.note(charset)}, table.notes()...)
	return Info{Notes: notes}, err
}

// readRows passes all rows to the table.
func readRows(ctx context.Context, rows *csvRows, table *tableReader) error {
	for {
		row, err := rows.next()
		if err == io.EOF {
			return table.faults.finish()
		}
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = table.row(tableRow{record: "row " + strconv.Itoa(row.number), cells: row.cells, fault: row.fault})
		}
		if err != nil {
			return err
		}
	}
}

// skipLine steps over the first line, whatever ends it.
func skipLine(text *bufio.Reader) error {
	for {
		b, err := text.ReadByte()
		if err != nil {
			return err
		}
		if b == '\r' {
			if next, _ := text.Peek(1); len(next) == 1 && next[0] == '\n' {
				_, err = text.Discard(1)
			}
			return err
		}
		if b == '\n' {
			return nil
		}
	}
}

// note tells what was found out about the text.
func (d dialect) note(charset *charsetReader) string {
	names := map[byte]string{',': "comma", ';': "semicolon", '\t': "tab", '|': "vertical bar"}
	name := names[d.delim]
	if name == "" {
		name = strconv.QuoteRune(rune(d.delim))
	}
	if d.sepLine {
		name += ", as its first line says"
	}
	return fmt.Sprintf("text: %s, delimiter %s", charset.describe(), name)
}

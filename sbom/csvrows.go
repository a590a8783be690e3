package sbom

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	// maxRowCells is the number of columns a spreadsheet can have.
	maxRowCells = 16_384
	// maxReread bounds the bytes that are read again because of a quote that is
	// never closed.
	maxReread = 64 << 20
)

// csvRow is one record of delimited text. The cells are valid until the next
// record is read; their text may be kept.
type csvRow struct {
	number int // as a spreadsheet shows it: an empty line is a row, a line break in quotes is none
	cells  []string
	fault  string // what is odd about its quotes, empty when nothing is
}

// csvRows parts delimited text into rows. Rows end at LF, CRLF or CR. A quote
// inside an unquoted cell is text, and so is one inside a quoted cell that no
// delimiter follows.
type csvRows struct {
	r      *bufio.Reader
	delim  byte
	maxRow int // bytes
	width  int // cells that a row should have, 0 when that is not known
	number int
	reread int
	lines  int    // line breaks inside the quotes of the record
	raw    []byte // its bytes, to read it again
	text   []byte
	ends   []int
	cells  []string
}

func newCSVRows(r *bufio.Reader, delim byte, maxRow int) *csvRows {
	return &csvRows{r: r, delim: delim, maxRow: maxRow}
}

var (
	errQuoteOpen = errors.New("a quote is opened and never closed")
	errRowSize   = errors.New("row too long")
)

// next returns the next row, or io.EOF after the last. A quote that is never
// closed swallows the rows below it: then, or when a row over several lines has
// not the cells it should while its first line alone has, that line is read with
// its quotes as text.
func (c *csvRows) next() (csvRow, error) {
	row, err := c.record(true)
	misfit := err == nil && c.lines > 0 && c.width > 0 && len(row.cells) != c.width && c.firstLineCells() == c.width
	if err != errQuoteOpen && !misfit {
		return row, err
	}
	if c.reread += len(c.raw); c.reread > maxReread {
		return row, fmt.Errorf("row %d: %w, as in too many rows before: repair the quotes of the file", c.number, errQuoteOpen)
	}
	c.number--
	c.r = bufio.NewReaderSize(io.MultiReader(bytes.NewReader(bytes.Clone(c.raw)), c.r), headSize)
	row, err = c.record(false)
	row.fault = "a quote is opened and never closed: the line is read with its quotes as text"
	return row, err
}

// firstLineCells counts the cells of the first line of the record, quotes being
// text.
func (c *csvRows) firstLineCells() int {
	line := c.raw
	if at := bytes.IndexAny(line, "\r\n"); at >= 0 {
		line = line[:at]
	}
	return bytes.Count(line, []byte{c.delim}) + 1
}

// record reads one row; without quotes they are text like any other.
func (c *csvRows) record(quotes bool) (csvRow, error) {
	c.raw, c.text, c.ends, c.lines = c.raw[:0], c.text[:0], c.ends[:0], 0
	fault := ""
	quoted, start := false, true // inside quotes; at the first byte of a cell
	for {
		b, err := c.r.ReadByte()
		switch {
		case err == io.EOF && quoted:
			c.number++
			return csvRow{number: c.number}, errQuoteOpen
		case err == io.EOF && len(c.raw) == 0:
			return csvRow{}, io.EOF
		case err == io.EOF:
			return c.finish(fault), nil
		case err != nil:
			return csvRow{}, err
		}
		c.raw = append(c.raw, b)
		switch {
		case len(c.raw) > c.maxRow && quoted:
			c.number++
			return csvRow{number: c.number}, errQuoteOpen
		case len(c.raw) > c.maxRow || len(c.ends) >= maxRowCells:
			return csvRow{}, fmt.Errorf("row %d has more than %d bytes or %d cells: %w", c.number+1, c.maxRow, maxRowCells, errRowSize)
		case quoted && b == '"':
			next, _ := c.r.Peek(1)
			switch {
			case len(next) == 0 || next[0] == c.delim || next[0] == '\n' || next[0] == '\r':
				quoted = false
			case next[0] == '"':
				c.raw = append(c.raw, '"')
				_, _ = c.r.Discard(1)
				c.text = append(c.text, '"')
			default:
				c.text = append(c.text, '"')
				fault = "a quote inside a quoted cell is not doubled: read as text"
			}
		case quoted:
			if b == '\n' || b == '\r' {
				c.lines++
			}
			c.text = append(c.text, b)
		case b == '"' && start && quotes:
			quoted, start = true, false
		case b == c.delim:
			c.ends = append(c.ends, len(c.text))
			start = true
		case b == '\n':
			return c.finish(fault), nil
		case b == '\r':
			if next, _ := c.r.Peek(1); len(next) == 1 && next[0] == '\n' {
				c.raw = append(c.raw, '\n')
				_, _ = c.r.Discard(1)
			}
			return c.finish(fault), nil
		default:
			c.text = append(c.text, b)
			start = start && b == ' ' // a blank may stand before a quoted cell
		}
	}
}

// finish makes the row of what was collected.
func (c *csvRows) finish(fault string) csvRow {
	c.number++
	text := string(c.text)
	c.cells = c.cells[:0]
	at := 0
	for _, end := range append(c.ends, len(c.text)) {
		c.cells = append(c.cells, strings.TrimSpace(text[at:end]))
		at = end
	}
	return csvRow{number: c.number, cells: c.cells, fault: fault}
}

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
	// maxQuoteRepairs bounds how often a row is read again because a quote in it
	// is never closed.
	maxQuoteRepairs = 20
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
	r       *bufio.Reader
	delim   byte
	maxRow  int // bytes
	number  int
	repairs int
	raw     []byte // the bytes of the record, to read it again
	text    []byte
	ends    []int
	cells   []string
}

func newCSVRows(r *bufio.Reader, delim byte, maxRow int) *csvRows {
	return &csvRows{r: r, delim: delim, maxRow: maxRow}
}

var (
	errQuoteOpen = errors.New("a quote is opened and never closed")
	errRowSize   = errors.New("row too long")
)

// next returns the next row, or io.EOF after the last.
func (c *csvRows) next() (csvRow, error) {
	row, err := c.record(true)
	if err != errQuoteOpen {
		return row, err
	}
	if c.repairs++; c.repairs > maxQuoteRepairs {
		return row, fmt.Errorf("row %d: a quote is opened and never closed, for the %dth time: repair the quotes of the file", c.number, c.repairs)
	}
	c.number--
	c.r = bufio.NewReaderSize(io.MultiReader(bytes.NewReader(bytes.Clone(c.raw)), c.r), 64<<10)
	row, err = c.record(false)
	row.fault = "a quote is opened and never closed: read as text up to the end of the line"
	return row, err
}

// record reads one row; without quotes they are text like any other.
func (c *csvRows) record(quotes bool) (csvRow, error) {
	c.raw, c.text, c.ends = c.raw[:0], c.text[:0], c.ends[:0]
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

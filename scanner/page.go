package scanner

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"github.com/netvet/netvet/scanner/report"
)

// pageWidth is how many columns a page of text has.
const pageWidth = 100

// page writes plain text for people: headings, and paragraphs that are wrapped
// to the width. Foreign text comes out inert. The first error ends all writing.
type page struct {
	w   io.Writer
	err error
}

func (p *page) heading(format string, args ...any) {
	p.raw("\n")
	p.text(0, 2, format, args...)
}

// text writes a paragraph that begins at the given column; its further lines
// begin at hang.
func (p *page) text(indent, hang int, format string, args ...any) {
	lead := strings.Repeat(" ", indent)
	for _, line := range wrapped(report.Visible(fmt.Sprintf(format, args...)), pageWidth-indent, pageWidth-hang) {
		p.raw(lead + line + "\n")
		lead = strings.Repeat(" ", hang)
	}
}

// labelWidth leaves room for the longest label and a space.
const labelWidth = 16

// field writes a label and what it stands for, if anything is known.
func (p *page) field(label, format string, args ...any) {
	if value := fmt.Sprintf(format, args...); value != "" {
		p.text(2, 2+labelWidth, "%-*s%s", labelWidth, label, value)
	}
}

func (p *page) raw(s string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, s)
	}
}

// wrapped breaks text into lines: the first of at most first columns, the others
// of at most rest. Spaces within a line stay. A word too long for a line is
// broken, except a link, which must stay whole to be of use.
func wrapped(text string, first, rest int) []string {
	var lines []string
	line, room := "", first
	for _, word := range strings.SplitAfter(text, " ") {
		for {
			n := runeRoom(strings.TrimRight(word, " "), room-textColumns(line))
			if n == len(strings.TrimRight(word, " ")) || line == "" && strings.HasPrefix(word, "http") {
				line += word
				break
			}
			if strings.TrimSpace(line) == "" || wideAt(word) && n > 0 {
				line += word[:max(n, 1)]
				word = word[max(n, 1):]
			}
			lines = append(lines, strings.TrimRight(line, " "))
			line, room = "", rest
		}
	}
	return append(lines, strings.TrimRight(line, " "))
}

// runeRoom returns how many bytes of s fit into the columns.
func runeRoom(s string, columns int) int {
	for i, r := range s {
		if columns -= runeWidth(r); columns < 0 {
			return i
		}
	}
	return len(s)
}

// wideAt reports whether a word begins in a script that needs no spaces to be
// broken.
func wideAt(word string) bool {
	for _, r := range word {
		return runeWidth(r) == 2
	}
	return false
}

func textColumns(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

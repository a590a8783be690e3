package report

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Visible returns s so that it can be shown on a terminal: control characters,
// escape sequences, direction overrides and characters of no width are spelt
// out (\x1b, \u202e), white space of any kind becomes a plain space.
func Visible(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r != ' ' && (r == utf8.RuneError || !unicode.IsPrint(r)) }) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case unicode.Is(unicode.Zs, r):
			b.WriteByte(' ')
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		s = s[n:]
	}
	return b.String()
}

// invisible reports whether r is a control or format character that JSON would
// carry unseen, line feeds of the JSON text itself excepted.
func invisible(r rune) bool {
	return r >= 0x7F && (unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r))
}

// columns returns how many columns of a terminal the visible text s takes: two
// for wide East Asian characters, none for combining marks.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	if r < 0x300 {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// shorten cuts the visible text s to at most n columns, with … for what is gone.
func shorten(s string, n int) string {
	if columns(s) <= n {
		return s
	}
	if n < 1 {
		return ""
	}
	left := n - 1
	for i, r := range s {
		left -= runeColumns(r)
		if left < 0 {
			return strings.TrimRight(s[:i], " ") + "…"
		}
	}
	return s
}

// pad fills the visible text s with spaces to n columns.
func pad(s string, n int) string {
	return s + strings.Repeat(" ", max(0, n-columns(s)))
}

// Columns writes rows as aligned columns, two spaces apart, every cell shown as
// Visible does and shortened to at most most columns of the terminal.
func Columns(w io.Writer, rows [][]string, indent string, most int) error {
	widths := make([]int, 0, 8)
	for _, row := range rows {
		for c, cell := range row {
			row[c] = shorten(Visible(cell), most)
			if c == len(widths) {
				widths = append(widths, 0)
			}
			widths[c] = max(widths[c], columns(row[c]))
		}
	}
	for _, row := range rows {
		line := indent
		for c, cell := range row {
			line += pad(cell, widths[c]+2)
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	return nil
}

package sbom

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/netvet/netvet/scanner/strictyaml"
)

// ignoreColumn is the word of a columns file for a column that is not read.
const ignoreColumn = "ignore"

// ReadColumns reads a columns file: a line "header: field" for every column that
// netvet is to take for another field than it would, or to leave out. All faults
// come at once, with their lines.
func ReadColumns(name string, data []byte) (map[string]string, error) {
	var chosen map[string]string
	if err := strictyaml.Decode(name, data, &chosen); err != nil {
		return nil, err
	}
	var faults strictyaml.Faults
	lines := strictyaml.Lines(data)
	first := make(map[string]string)
	for _, header := range slices.SortedFunc(maps.Keys(chosen), func(a, b string) int {
		return cmp.Or(cmp.Compare(lines[a], lines[b]), strings.Compare(a, b))
	}) {
		fault := func(text string, args ...any) {
			faults = append(faults, strictyaml.Fault{File: name, Line: lines[header], Text: fmt.Sprintf(text, args...)})
		}
		if _, err := chosenField(header, chosen[header]); err != nil {
			fault("%v", err)
		}
		key := headerKey(header)
		if other, ok := first[key]; ok {
			fault("column %q is the same as %q above: case, spaces and brackets tell no headers apart", header, other)
		}
		if key == "" {
			fault("column %q has no letter or digit to be known by", header)
		}
		first[key] = header
	}
	return chosen, faults.Err()
}

// columnChoice checks what the user says of the columns and makes it ready for
// look-ups.
func columnChoice(chosen map[string]string) (map[string]field, error) {
	choice := make(map[string]field, len(chosen))
	for _, header := range slices.Sorted(maps.Keys(chosen)) {
		f, err := chosenField(header, chosen[header])
		if err != nil {
			return nil, err
		}
		choice[headerKey(header)] = f
	}
	return choice, nil
}

// chosenField reads the field that is named for a column.
func chosenField(header, name string) (field, error) {
	f := strings.ToLower(strings.TrimSpace(name))
	if f == ignoreColumn || f == "-" {
		return fieldNone, nil
	}
	if known, ok := productKeys()[f]; ok {
		return known, nil
	}
	var names []string
	for _, known := range tableFields() {
		names = append(names, string(known))
	}
	switch near := strictyaml.Nearest(f, names); {
	case f == "":
		return fieldNone, fmt.Errorf("no field for column %q: name one of %s, or %s", header, strings.Join(names, ", "), ignoreColumn)
	case near != "":
		return fieldNone, fmt.Errorf("unknown field %q for column %q: did you mean %q?", f, header, near)
	}
	return fieldNone, fmt.Errorf("unknown field %q for column %q: one of %s, or %s", f, header, strings.Join(names, ", "), ignoreColumn)
}

// InputTable is a table and the input it was read from.
type InputTable struct {
	Input string
	Table
}

// WriteColumns writes how the tables were understood as a columns file, for a
// person to correct and ReadColumns to read. What is not read, or was decided by
// the columns beside it, stands in it as a comment, and so does a header that means
// different things in two tables.
func WriteColumns(w io.Writer, tables []InputTable) error {
	out := bufio.NewWriter(w)
	out.WriteString("# How netvet understood the columns of tables. Correct the words after the colons, and\n" +
		"# give this file with --columns. A line that begins with # is left to netvet, which says\n" +
		"# behind it why: take the # away to decide it yourself. The fields are:\n")
	var names []string
	for _, f := range tableFields() {
		names = append(names, string(f))
	}
	for len(names) > 0 {
		n := min(len(names), 7)
		fmt.Fprintf(out, "#   %s\n", strings.Join(names[:n], ", "))
		names = names[n:]
	}
	fmt.Fprintf(out, "# and %q for a column that is not to be read.\n", ignoreColumn)
	fields := fieldsByHeader(tables)
	written := make(map[string]bool)
	for _, t := range tables {
		fmt.Fprintf(out, "\n# %s\n", oneLine(strings.TrimSpace(t.Input+" "+t.Record)))
		for _, c := range t.Columns {
			if key := headerKey(c.Header); key != "" && !written[key] {
				written[key] = true
				out.WriteString(columnLine(c, fields[key]) + "\n")
			}
		}
	}
	return out.Flush()
}

// UnknownColumns lists the headers of a columns file that no table has, each with
// the nearest one that is there.
func UnknownColumns(chosen map[string]string, tables []InputTable) []string {
	fields := fieldsByHeader(tables)
	var headers []string
	for _, t := range tables {
		for _, c := range t.Columns {
			headers = append(headers, c.Header)
		}
	}
	var unknown []string
	for _, header := range slices.Sorted(maps.Keys(chosen)) {
		if fields[headerKey(header)] != nil {
			continue
		}
		text := fmt.Sprintf("no table has the column %q", header)
		if near := strictyaml.Nearest(header, headers); near != "" {
			text += fmt.Sprintf(": did you mean %q?", near)
		}
		unknown = append(unknown, text)
	}
	return unknown
}

// columnLine is the line of one column; the fields are what it means in all tables.
func columnLine(c Column, fields []string) string {
	header, why := strconv.QuoteToGraphic(c.Header), strings.ToValidUTF8(oneLine(c.Why), "")
	if len(fields) > 1 {
		return fmt.Sprintf("# %s: %s # means %s in different tables", header, fields[0], strings.Join(fields, " and "))
	}
	line := fmt.Sprintf("%s: %s # %s", header, cmp.Or(c.Field, ignoreColumn), why)
	if c.Why != whyKnown && c.Why != whyChosen {
		line = "# " + line
	}
	return line
}

// fieldsByHeader lists what each header means in the tables that have it.
func fieldsByHeader(tables []InputTable) map[string][]string {
	fields := make(map[string][]string)
	for _, t := range tables {
		for _, c := range t.Columns {
			key, f := headerKey(c.Header), cmp.Or(c.Field, ignoreColumn)
			if !slices.Contains(fields[key], f) {
				fields[key] = append(fields[key], f)
			}
		}
	}
	return fields
}

// Package report writes a risk register in the forms people and programs read,
// and reads a saved one back. A register is complete in itself: every form can
// be made from it later. What comes from foreign files is written so that it
// stays text: no spreadsheet formula, no terminal escape.
//
// To add a form, write one file with a Format value and list it in Formats.
package report

import (
	"io"

	"github.com/netvet/netvet"
)

// Format writes a register in one form. It is a value: a name and a function.
type Format struct {
	Name  string // the word for -o
	Ext   string // of files of this form, with the dot
	Title string // for people
	Write func(w io.Writer, r *netvet.Register, o Options) error
}

// Options are choices that concern only how a register looks to a person.
type Options struct {
	Color bool
	Width int    // columns of the terminal; 0 takes 100
	Saved string // the file in which the register was saved as JSON, for the next step; empty when it was not
}

// Formats lists all forms; the first is the default.
func Formats() []Format {
	return []Format{
		{Name: "table", Ext: ".txt", Title: "a table for people, with summary, gaps and the next step", Write: writeTable},
		{Name: "json", Ext: ".json", Title: "the whole register; netvet report makes any other form from it", Write: writeJSON},
		{Name: "ndjson", Ext: ".ndjson", Title: "one JSON object a line, product by product, for registers of any size", Write: writeNDJSON},
		{Name: "csv", Ext: ".csv", Title: "one row a risk, safe to open in a spreadsheet", Write: writeCSV},
	}
}

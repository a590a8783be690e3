package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/report"
)

// shownProducts is how many products inspect shows to a person.
const shownProducts = 50

// shownFacts is how many facts inspect shows to a person.
const shownFacts = 50

func (v *inspection) writeText(w io.Writer) error {
	for i, in := range v.inputs {
		format := cmp.Or(in.Format, "unknown format")
		if in.Version != nil {
			format += " " + *in.Version
		}
		fmt.Fprintf(w, "%s\n  %s, %s: %s, %s, %s\n", report.Visible(in.Name), report.Visible(format), report.Count(int(in.Bytes), "byte"),
			report.Count(in.Products, "product"), report.Count(in.Components, "component"), report.Count(in.Gaps, "gap"))
		if n := v.attested[i]; n > 0 {
			fmt.Fprintf(w, "  %s, not verified\n", report.Count(n, "attestation"))
		}
		for _, note := range v.notes[i] {
			for line := range strings.Lines(note) {
				fmt.Fprintf(w, "  %s\n", report.Visible(strings.TrimSuffix(line, "\n")))
			}
		}
	}
	rows := [][]string{{"PRODUCT", "MODEL", "VERSION", "MAKER AS WRITTEN", "PARTS", "CLASS", "READ IN"}}
	for _, q := range v.products.kept {
		rows = append(rows, []string{or(q.Name), or(q.Model), or(q.Version), or(q.Manufacturer), fmt.Sprint(q.Components), or(q.Category), source(q.Source)})
	}
	fmt.Fprintln(w, "\nProducts:", v.products.n)
	if len(rows) > 1 {
		report.Columns(w, rows, "  ", 28)
	}
	if n := v.products.n - len(v.products.kept); n > 0 {
		fmt.Fprintf(w, "  and %d more; --json lists them all\n", n)
	}
	if v.products.keepParts > 0 {
		v.writeParts(w)
	}
	if v.factCount > 0 {
		v.writeFacts(w)
	}
	if v.data != nil {
		fmt.Fprintln(w, "\nOffline data:", agesOf(v.data, time.Now()))
	}
	fmt.Fprintln(w, "\nGaps:", len(v.gaps))
	for _, g := range v.gaps {
		fmt.Fprintf(w, "  %s: %s\n", report.Visible(strings.TrimSpace(g.Input+" "+g.Record)), report.Visible(g.Reason))
	}
	return nil
}

// shownParts is how many components of a product are listed as text.
const shownParts = 200

// writeParts lists the components of the products that are shown.
func (v *inspection) writeParts(w io.Writer) {
	for _, q := range v.products.kept {
		fmt.Fprintf(w, "\nParts of %s, read in %s: %d\n", report.Visible(cmp.Or(or(q.Name), or(q.Model), "a product without a name")), report.Visible(source(q.Source)), q.Components)
		if q.Category != nil {
			fmt.Fprintf(w, "  class %s: %s\n", *q.Category, report.Visible(q.basis))
		}
		rows := [][]string{{"KIND", "NAME", "VERSION", "MAKER AS WRITTEN", "PART NUMBER", "SERIAL", "IDENTIFIERS", "READ AT"}}
		for _, c := range q.parts {
			rows = append(rows, []string{string(c.Kind), c.Name, or(c.Version), or(c.Manufacturer), or(c.PartNumber), or(c.Serial), identifierWords(c.Identifiers), or(c.Pointer)})
		}
		if len(rows) > 1 {
			report.Columns(w, rows, "  ", 36)
		}
		if n := q.Components - len(q.parts); n > 0 {
			fmt.Fprintf(w, "  and %d more; --json lists them all\n", n)
		}
	}
}

// identifierWords writes identifiers in a line: a package URL and a CPE name say
// themselves what they are.
func identifierWords(list []netvet.Identifier) string {
	var words []string
	for _, id := range list {
		if id.Type == netvet.IDPurl || id.Type == netvet.IDCPE {
			words = append(words, id.Value)
			continue
		}
		words = append(words, string(id.Type)+":"+id.Value)
	}
	return strings.Join(words, " ")
}

// writeFacts lists what was observed or declared about products that the inputs
// themselves do not hold.
func (v *inspection) writeFacts(w io.Writer) {
	fmt.Fprintln(w, "\nFacts about products that stand elsewhere:", v.factCount)
	rows := [][]string{{"", "ABOUT", "WHAT", "NAME", "DETAIL", "READ AT"}}
	for _, f := range v.facts {
		rows = append(rows, []string{f.what, f.target, f.kind, f.name, f.detail, f.pointer})
	}
	report.Columns(w, rows, "  ", 40)
	if n := v.factCount - len(v.facts); n > 0 {
		fmt.Fprintf(w, "  and %d more\n", n)
	}
}

func source(s *netvet.Source) string {
	if s == nil {
		return ""
	}
	return strings.TrimSpace(s.Input + " " + s.Record)
}

// or is text that may not be known, for a table.
func or(s *string) string {
	if s == nil {
		return "-"
	}
	return *s
}

package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
	"github.com/netvet/netvet/scanner/report"
)

// inspectInput is an input as inspect --json prints it.
type inspectInput struct {
	Name       string         `json:"name"`
	Format     *string        `json:"format"`
	Version    *string        `json:"version"`
	Bytes      int64          `json:"bytes"`
	Products   int            `json:"products"`
	Components int            `json:"components"`
	Gaps       int            `json:"gaps"`
	Attested   int            `json:"attestations,omitempty"`
	Tables     []inspectTable `json:"tables,omitempty"`
}

// inspectTable is how the header of a table was understood.
type inspectTable struct {
	Record  *string       `json:"record"`
	Columns []sbom.Column `json:"columns"`
}

func inspectTables(tables []sbom.Table) []inspectTable {
	var shown []inspectTable
	for _, t := range tables {
		shown = append(shown, inspectTable{known(t.Record), t.Columns})
	}
	return shown
}

// inspectProduct is a product as inspect --json prints it; text that is not
// known is null.
type inspectProduct struct {
	ID           string         `json:"id"`
	Name         *string        `json:"name"`
	Model        *string        `json:"model"`
	Version      *string        `json:"version"`
	Category     *string        `json:"category"`
	Manufacturer *string        `json:"manufacturer"`
	Serial       *string        `json:"serial"`
	PartNumber   *string        `json:"part_number"`
	Components   int            `json:"components"`
	Source       *netvet.Source `json:"source"`

	basis string             // of the category
	parts []inspectComponent // the first of them, where they are shown as text
}

type inspectComponent struct {
	Name         string              `json:"name"`
	Version      *string             `json:"version"`
	Manufacturer *string             `json:"manufacturer"`
	Kind         netvet.Kind         `json:"kind"`
	Identifiers  []netvet.Identifier `json:"identifiers"`
	PartNumber   *string             `json:"part_number"`
	Serial       *string             `json:"serial"`
	Pointer      *string             `json:"pointer"`
}

// productList writes products as a JSON list while they are read. A product
// comes out component by component, its own fields last, so that memory does
// not grow with their number. Of a product in which its input breaks off,
// nothing but the components is known.
type productList struct {
	out        io.Writer
	components bool // write component_list
	keep       int  // products to remember
	keepParts  int  // components of each to remember
	kept       []inspectProduct
	parts      []inspectComponent // of the product that was begun
	n          int                // products so far
	inside     int                // components of the product that was begun
	open       bool
	listed     bool // the list of the product that was begun has been started
	err        error
}

func (l *productList) begin() { l.inside, l.listed, l.open = 0, false, true }

func (l *productList) component(c *netvet.Component) {
	l.inside++
	if len(l.parts) < l.keepParts && len(l.kept) < l.keep {
		l.parts = append(l.parts, inspected(c))
	}
	if !l.components {
		return
	}
	if !l.listed {
		l.separate()
		l.text(`{"component_list":[`)
	} else {
		l.text(",")
	}
	l.listed = true
	l.value(inspected(c))
}

// inspected copies what is shown of a component, which belongs to the reader.
func inspected(c *netvet.Component) inspectComponent {
	return inspectComponent{Name: c.Name, Version: known(c.Version), Manufacturer: known(c.Maker()), Kind: c.Kind,
		Identifiers: append([]netvet.Identifier{}, c.Identifiers...), PartNumber: known(c.PartNumber), Serial: known(c.Serial), Pointer: known(c.Pointer)}
}

func (l *productList) end(p *netvet.Product) {
	v := inspectProduct{
		ID: p.ID, Name: known(p.Name), Model: known(p.Model), Version: known(p.Version), Category: known(string(p.Category)),
		Manufacturer: known(cmp.Or(p.Manufacturer, p.Vendor)), Serial: known(p.Serial), PartNumber: known(p.PartNumber), Components: l.inside,
	}
	if len(p.Sources) > 0 {
		v.Source = &p.Sources[0]
	}
	if len(l.kept) < l.keep {
		v.basis, v.parts = p.CategoryBasis, l.parts
		l.kept = append(l.kept, v)
	}
	l.parts = nil
	switch {
	case l.listed:
		l.text("],")
	case l.components:
		l.separate()
		l.text(`{"component_list":[],`)
	default:
		l.separate()
		l.text("{")
	}
	l.fields(v)
	l.n++
	l.open = false
}

// abandon closes a product in which its input broke off, if any of it is written.
func (l *productList) abandon() {
	if l.open && l.listed {
		l.end(&netvet.Product{})
	}
	l.open = false
}

func (l *productList) separate() {
	if l.n > 0 {
		l.text(",\n")
	}
}

// fields writes the members of v and the closing brace.
func (l *productList) fields(v any) {
	line, err := marshalLine(v)
	l.err = cmp.Or(l.err, err)
	l.text(strings.TrimPrefix(string(line), "{"))
}

func (l *productList) value(v any) {
	line, err := marshalLine(v)
	l.err = cmp.Or(l.err, err)
	l.text(string(line))
}

func (l *productList) text(s string) {
	if l.err == nil {
		_, l.err = io.WriteString(l.out, s)
	}
}

// known is nil for text that is not known.
func known(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// marshalLine is v as JSON on one line, for people to read too: < and & stand
// as they are.
func marshalLine(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return report.EscapeInvisible(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), err
}

// writeJSON is the rest of the JSON after the products, which stand already.
func (v *inspection) writeJSON(w io.Writer) error {
	shown := []inspectInput{}
	for i, in := range v.inputs {
		shown = append(shown, inspectInput{in.Name, known(in.Format), in.Version, in.Bytes, in.Products, in.Components, in.Gaps, v.attested[i], inspectTables(v.tables[i])})
	}
	inputs, err := marshalLine(shown)
	if err != nil {
		return err
	}
	gaps, err := marshalLine(append([]netvet.Gap{}, v.gaps...))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "],\n\"inputs\":%s,\n\"facts\":%d,\n\"gaps\":%s}\n", inputs, v.factCount, gaps)
	return err
}

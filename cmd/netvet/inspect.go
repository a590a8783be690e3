package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
	"github.com/netvet/netvet/scanner"
	"github.com/netvet/netvet/scanner/report"
	"github.com/spf13/cobra"
)

// shownProducts is how many products inspect shows to a person.
const shownProducts = 50

type inspectFlags struct {
	read        readFlags
	know        knowledgeFlags
	context     string
	json        bool
	components  bool
	saveColumns string
}

func (p *program) inspectCommand() *cobra.Command {
	f := &inspectFlags{}
	cmd := &cobra.Command{
		Use:   "inspect [flags] INPUT...",
		Short: "Show what can be read of inputs and what cannot, before any scoring",
		Long: `inspect reads inputs as scan does and shows, for each, its format and what is in
it, how the columns of a table were understood, the products, and the gaps. Run
it first on files you have not seen before. Where a column was misunderstood,
write the understanding to a file with --save-columns, correct it, and give it
to inspect and scan with --columns.

` + exitCodesHelp(),
		Example: `  netvet inspect vendor-files/
  netvet inspect --json --components array.cdx.json | jq '.products[0].component_list[].name'
  netvet inspect --encoding gb18030 资产清单.csv
  netvet inspect --save-columns columns.yaml inventory.csv`,
		RunE: func(cmd *cobra.Command, args []string) error { return fault(p.inspect(cmd.Context(), args, f)) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.json, "json", false, "print JSON")
	flags.BoolVar(&f.components, "components", false, "list the components of each product")
	flags.StringVar(&f.saveColumns, "save-columns", "", "write how the columns of tables were understood to `FILE`, to be corrected and given with --columns")
	flags.StringVar(&f.context, "context", contextFile, "`FILE` to check along with the inputs; the default only if the working directory has one")
	f.know.addSuppliers(flags)
	f.read.add(flags)
	return cmd
}

func (p *program) inspect(ctx context.Context, args []string, f *inspectFlags) error {
	if err := f.read.checkArgs(args); err != nil {
		return err
	}
	if err := checkNewFile(f.saveColumns); err != nil {
		return err
	}
	options, err := f.read.options()
	if err != nil {
		return err
	}
	inputs, gaps, unreadable := p.inputs(args, &f.read, options)
	if _, gaps, err = p.readContext(f.context, gaps); err != nil {
		return err
	}
	suppliers, err := f.know.directory()
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(p.stdout, 1<<16)
	view := inspection{describer: scanner.NewDescriber(suppliers, f.know.asOf.orToday()), gaps: gaps}
	if f.json {
		view.products = &productList{out: out, components: f.components}
		view.products.text("{\"products\":[\n")
	} else {
		view.products = &productList{out: io.Discard, keep: shownProducts}
		if f.components {
			view.products.keepParts = shownParts
		}
	}
	if err := view.read(ctx, inputs, options); err != nil {
		return err
	}
	if f.json {
		err = view.writeJSON(out)
	} else {
		err = view.writeText(out)
	}
	if err = cmp.Or(err, out.Flush()); err != nil {
		return fmt.Errorf("write %s: %w", place(""), err)
	}
	for _, unknown := range sbom.UnknownColumns(options.Columns, view.inputTables()) {
		p.say("warning", fmt.Sprintf("%s: %s", f.read.columns, unknown))
	}
	if err := p.saveColumns(f.saveColumns, view.inputTables()); err != nil {
		return err
	}
	failed := p.tell(unreadable)
	failed = p.tell(view.broken.orNil()) || failed
	switch {
	case failed:
		return &exit{exitUsage, nil}
	case view.products.n+view.factCount == 0:
		p.say("error", "no input holds a product")
		return &exit{exitNothing, nil}
	}
	return nil
}

// inspection is what was read.
type inspection struct {
	describer *scanner.Describer
	inputs    []netvet.InputSummary
	notes     [][]string     // by input
	tables    [][]sbom.Table // by input
	attested  []int          // attestations, by input
	products  *productList
	gaps      []netvet.Gap
	facts     []fact // the first of them
	factCount int
	broken    faults
}

// fact is what a probe saw or a specification states about some product.
type fact struct{ what, target, kind, name, detail, pointer string }

// shownFacts is how many facts inspect shows to a person.
const shownFacts = 50

func (v *inspection) fact(f fact) {
	v.factCount++
	if len(v.facts) < shownFacts {
		v.facts = append(v.facts, f)
	}
}

// faults are errors that did not end the run.
type faults []error

func (f faults) orNil() error {
	if len(f) == 0 {
		return nil
	}
	return scanner.InputErrors(f)
}

func (v *inspection) read(ctx context.Context, inputs []sbom.Input, options sbom.Options) error {
	for _, in := range inputs {
		v.tables, v.attested = append(v.tables, nil), append(v.attested, 0)
		summary, notes, err := sbom.Read(ctx, in, options, v.record)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if v.products.err != nil {
			return fmt.Errorf("write %s: %w", place(""), v.products.err)
		}
		if err != nil {
			v.broken = append(v.broken, err)
			v.gaps = append(v.gaps, netvet.Gap{Input: in.Name, Reason: err.Error()})
			summary.Gaps++
			v.products.abandon()
		}
		v.inputs, v.notes = append(v.inputs, summary), append(v.notes, notes)
	}
	return nil
}

func (v *inspection) record(rec sbom.Record) error {
	switch rec := rec.(type) {
	case sbom.ProductStart:
		v.products.begin()
	case sbom.Table:
		last := len(v.tables) - 1
		v.tables[last] = append(v.tables[last], rec)
	case sbom.Component:
		v.describer.Component(rec.Component)
		v.products.component(rec.Component)
	case sbom.Attestation:
		v.attested[len(v.attested)-1]++
	case sbom.ProductEnd:
		v.describer.Describe(&rec.Product)
		v.products.end(&rec.Product)
	case sbom.Observation:
		v.fact(fact{"observed", rec.Target, rec.Kind, rec.Name, rec.Detail, rec.Pointer})
	case sbom.Declaration:
		v.fact(fact{"declared", rec.Target, rec.Kind, rec.Name, rec.Detail, rec.Pointer})
	case sbom.Gap:
		v.gaps = append(v.gaps, rec.Gap)
	}
	return v.products.err
}

// checkNewFile refuses to write over a file that somebody may have corrected.
func checkNewFile(file string) error {
	if file == "" {
		return nil
	}
	if _, err := os.Lstat(file); err == nil {
		return usage("--save-columns: %s is there already, and may have been corrected by hand: name another file or remove it", file)
	}
	return checkFile(file, nil)
}

// saveColumns writes how the columns were understood.
func (p *program) saveColumns(file string, tables []sbom.InputTable) error {
	if file == "" {
		return nil
	}
	if len(tables) == 0 {
		return usage("--save-columns: no input is a table, so %s was not written", file)
	}
	var text bytes.Buffer
	if err := sbom.WriteColumns(&text, tables); err != nil {
		return err
	}
	if err := os.WriteFile(file, text.Bytes(), 0o666); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}

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

// inputTables lists all tables with their inputs.
func (v *inspection) inputTables() []sbom.InputTable {
	var all []sbom.InputTable
	for i, tables := range v.tables {
		for _, t := range tables {
			all = append(all, sbom.InputTable{Input: v.inputs[i].Name, Table: t})
		}
	}
	return all
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

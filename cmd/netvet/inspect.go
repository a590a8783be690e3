package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
	"github.com/netvet/netvet/scanner"
	"github.com/netvet/netvet/scanner/kit"
	"github.com/spf13/cobra"
)

type inspectFlags struct {
	read        readFlags
	know        knowledgeFlags
	context     string
	json        bool
	components  bool
	saveColumns string
	data        string
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
	dataFlag(cmd, &f.data)
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
	if view.data, err = dataStatus(f.data); err != nil {
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
	data      *kit.Manifest // nil when no data was named
}

// fact is what a probe saw or a specification states about some product.
type fact struct{ what, target, kind, name, detail, pointer string }

func (v *inspection) fact(f fact) {
	v.factCount++
	if len(v.facts) < shownFacts {
		v.facts = append(v.facts, f)
	}
}

// dataStatus is what the offline data holds that a scan of the inputs would ask.
func dataStatus(dir string) (*kit.Manifest, error) {
	if dir == "" {
		return nil, nil
	}
	k, err := openData(dir)
	if err != nil {
		return nil, err
	}
	defer k.Close()
	m := k.Manifest()
	return &m, nil
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

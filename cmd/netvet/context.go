package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/netvet/netvet/scanner"
	"github.com/spf13/cobra"
)

func (p *program) contextCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "context",
		Short: "Begin a netvet.yaml: what only you know of the products",
		Long: `A context is a file of yours, netvet.yaml, with what no input says: who you are,
which systems the products serve and what data these hold, what suppliers
undertook, proved and answered, and which product a scan or log is about.`,
		Args: cobra.ArbitraryArgs, RunE: group,
	}
	cmd.AddCommand(p.contextInit(), p.contextSchema())
	return cmd
}

type contextFlags struct {
	read   readFlags
	know   knowledgeFlags
	output string
	force  bool
}

func (p *program) contextInit() *cobra.Command {
	f := &contextFlags{}
	cmd := &cobra.Command{
		Use:   "init [flags] INPUT...",
		Short: "Write a commented netvet.yaml for inputs",
		Long: `init reads inputs as scan does and writes a netvet.yaml for them: an entry for
each supplier and model, with the choices that you have as comments, and a line
for each target of a scan, log or specification that no product is known for.
It can be read as it stands, and changes nothing until you remove a #.

` + exitCodesHelp(),
		Example: `  netvet context init inventory.csv > netvet.yaml
  netvet context init -o netvet.yaml inventory.csv scan.xml
  netvet context init --force -o netvet.yaml vendor-files/`,
		RunE: func(cmd *cobra.Command, args []string) error { return p.initContext(cmd.Context(), args, f) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "", "write to `FILE` instead of standard output")
	flags.BoolVar(&f.force, "force", false, "write over a file that is there")
	f.know.addSuppliers(flags)
	f.read.add(flags)
	return cmd
}

func (p *program) contextSchema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of netvet.yaml, for editors",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := p.stdout.Write(scanner.ContextSchema())
			return fault(err)
		},
	}
}

func (p *program) initContext(ctx context.Context, args []string, f *contextFlags) error {
	if err := f.read.checkArgs(args); err != nil {
		return err
	}
	if _, err := os.Lstat(f.output); f.output != "" && err == nil && !f.force && !special(f.output) {
		return usage("%s is there already, and may be corrected by hand: name another file, or say --force", f.output)
	}
	s, err := f.scanner()
	if err != nil {
		return err
	}
	inputs, gaps, unreadable := p.inputs(args, &f.read, s.Options)
	stdin := &spool{limit: s.Options.MaxFileSize}
	defer stdin.remove()
	stdin.replace(inputs)
	text, register, err := s.DraftContext(ctx, inputs, gaps)
	var broken scanner.InputErrors
	if err != nil && !errors.As(err, &broken) {
		return fault(err)
	}
	failed := p.tell(unreadable)
	failed = p.tell(err) || failed
	if nothing := register.Summary.Products == 0; nothing && !failed {
		p.say("error", "no input holds a product, so nothing was written; netvet inspect shows what was read")
		return &exit{exitNothing, nil}
	} else if !nothing {
		if err := p.writeContext(f.output, text); err != nil {
			return err
		}
	}
	if n := register.Summary.Gaps; n > 0 {
		p.note("%d gaps in what was read: netvet inspect shows them", n)
	}
	if failed {
		return &exit{exitUsage, nil}
	}
	return nil
}

func (f *contextFlags) scanner() (*scanner.Scanner, error) {
	options, err := f.read.options()
	if err != nil {
		return nil, err
	}
	library, err := f.know.library()
	if err != nil {
		return nil, err
	}
	suppliers, err := f.know.directory()
	if err != nil {
		return nil, err
	}
	return &scanner.Scanner{Library: library, Suppliers: suppliers, AsOf: f.know.asOf.orToday(), Jobs: runtime.GOMAXPROCS(0), Options: options}, nil
}

func (p *program) writeContext(file string, text []byte) error {
	d, err := p.create(file)
	if err != nil {
		return err
	}
	defer d.discard()
	if _, err := d.Write(text); err != nil {
		return fault(fmt.Errorf("write %s: %w", place(file), err))
	}
	if err := d.commit(); err != nil {
		return err
	}
	if file != "" {
		p.note("wrote %s", file)
	}
	return nil
}

package main

import (
	"os"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
	"github.com/netvet/netvet/scanner/report"
	"github.com/spf13/cobra"
)

func (p *program) reportCommand() *cobra.Command {
	var outs outputs
	cmd := &cobra.Command{
		Use:   "report [-o FORMAT[=FILE]]... REGISTER.json",
		Short: "Write a saved register in another form",
		Long: `report reads a register that 'netvet scan -o json=REGISTER.json' wrote, and writes
it in any other form. Nothing is assessed again.`,
		Example: `  netvet report register.json
  netvet report -o csv=risks.csv -o table register.json`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return fault(p.report(args[0], outs.orDefault())) },
	}
	cmd.Flags().VarP(&outs, "output", "o", outputHelp()+"\n(default the table)")
	return cmd
}

func (p *program) report(name string, outs outputs) error {
	r, err := p.readRegister(name)
	if err != nil {
		return err
	}
	if err := outs.check(1, []sbom.Input{{Name: name}}); err != nil {
		return err
	}
	for _, out := range outs {
		if err := out.write(p, r, name); err != nil {
			return err
		}
		if out.file != "" {
			p.note("wrote %s", out.file)
		}
	}
	return nil
}

// readRegister reads a saved register, from standard input for "-".
func (p *program) readRegister(name string) (*netvet.Register, error) {
	in := p.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, usage("read register: %w", err)
		}
		defer f.Close()
		in = f
	}
	r, err := report.Read(in)
	if err != nil {
		return nil, usage("read register %s: %w", name, err)
	}
	return r, nil
}

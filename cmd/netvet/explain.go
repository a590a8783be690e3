package main

import (
	"bufio"

	"github.com/netvet/netvet/scanner"
	"github.com/spf13/cobra"
)

func (p *program) explainCommand() *cobra.Command {
	prove := false
	cmd := &cobra.Command{
		Use:   "explain REGISTER.json ID",
		Short: "Tell why a product, finding or risk of a register is what it is",
		Long: `explain follows a product (p-...), finding (f-...) or risk (r-...) of a saved
register back to its evidence, the rules and the cited clauses, and tells what
would change the verdict. With --prove it prints the formula with its numbers,
so that every score can be recomputed by hand.`,
		Example: `  netvet scan inventory.csv -o table -o json=register.json
  netvet explain register.json p-0123456789abcdef
  netvet explain --prove register.json p-0123456789abcdef`,
		Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := p.readRegister(args[0])
			if err != nil {
				return err
			}
			out := bufio.NewWriter(p.stdout)
			if err := scanner.Explain(out, r, args[1], prove); err != nil {
				return usage("%w", err)
			}
			return fault(out.Flush())
		},
	}
	cmd.Flags().BoolVar(&prove, "prove", false, "print the formula with its numbers")
	return cmd
}

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/netvet/netvet/sbom"
	"github.com/netvet/netvet/scanner/report"
	"github.com/spf13/cobra"
)

func (p *program) questionsCommand() *cobra.Command {
	c := report.Choice{}
	var outs questionOutputs
	cmd := &cobra.Command{
		Use:   "questions [flags] REGISTER.json",
		Short: "Write what to ask each supplier, the most telling question first",
		Long: `questions reads a register that 'netvet scan -o json=REGISTER.json' wrote, and
writes for every maker the shortest questionnaire: the open questions that can
move a verdict, alone or with others, and those that can move a score by
--min-points, ranked by how many points lie between a good and a bad answer over
all products of that maker. Where a maker is no known supplier, it is named as
written.

As md and csv it goes to the supplier. As yaml it goes into netvet.yaml: fill in
the answers and scan again. An answer rests on somebody's word: the scores are
those of an answer backed by an audit.`,
		Example: `  netvet questions register.json
  netvet questions register.json --supplier cisco -o csv=cisco.csv
  netvet questions register.json --supplier cisco -o yaml >> netvet.yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return fault(p.questions(args[0], c, outs)) },
	}
	flags := cmd.Flags()
	flags.StringVar(&c.Supplier, "supplier", "", "only the questions to this supplier: `ID`, or a maker as written, or \"not stated\"")
	flags.StringVar(&c.Product, "product", "", "only the questions about the product of this `ID`")
	flags.IntVar(&c.Max, "max", 20, "ask each maker no more questions; 0 for no bound")
	flags.Float64Var(&c.MinPoints, "min-points", 1, "leave out questions that can move no verdict and no score by as much")
	flags.VarP(&outs, "output", "o", outs.help())
	return cmd
}

func (p *program) questions(name string, c report.Choice, outs questionOutputs) error {
	if c.Max < 0 || !(c.MinPoints >= 0) {
		return usage("--max and --min-points must not be negative")
	}
	if c.Supplier != "" && c.Product != "" {
		return usage("--supplier and --product exclude each other: a product has one maker")
	}
	r, err := p.readRegister(name)
	if err != nil {
		return err
	}
	questions, err := report.Ask(r, c)
	if err != nil {
		return usage("questions of %s: %w", name, err)
	}
	if len(outs) == 0 {
		outs = questionOutputs{{format: report.QuestionFormats()[0]}}
	}
	for _, out := range outs {
		if err := checkFile(out.file, []sbom.Input{{Name: name}}); err != nil {
			return err
		}
	}
	for _, out := range outs {
		if err := out.write(p, questions); err != nil {
			return err
		}
	}
	return nil
}

// questionOutputs is the repeatable flag -o of questions.
type questionOutputs []questionOutput

type questionOutput struct {
	format report.QuestionFormat
	file   string // empty: standard output
}

func (o *questionOutputs) Type() string { return "format" }

func (o *questionOutputs) String() string {
	words := make([]string, len(*o))
	for i, out := range *o {
		words[i] = strings.TrimSuffix(out.format.Name+"="+out.file, "=")
	}
	return strings.Join(words, ",")
}

func (o *questionOutputs) help() string {
	help := "`FORMAT[=FILE]` of the questions, repeatable:"
	for _, f := range report.QuestionFormats() {
		help += "\n" + f.Name + ": " + f.Title
	}
	return help + "\n(default md)"
}

func (o *questionOutputs) Set(value string) error {
	name, file, hasFile := strings.Cut(value, "=")
	var known []string
	for _, f := range report.QuestionFormats() {
		known = append(known, f.Name)
	}
	at := slices.Index(known, name)
	switch {
	case at < 0:
		return fmt.Errorf("unknown format %q%s", name, didYouMean(name, known))
	case hasFile && file == "":
		return fmt.Errorf("%q names no file: write %s=FILE, or %s for standard output", value, name, name)
	case file == "-":
		file = ""
	}
	for _, other := range *o {
		if other.file == file {
			return fmt.Errorf("%s is written to by two formats: give each its own FILE", place(file))
		}
	}
	*o = append(*o, questionOutput{report.QuestionFormats()[at], file})
	return nil
}

func (o *questionOutput) write(p *program, q *report.Questions) error {
	d, err := p.create(o.file)
	if err != nil {
		return err
	}
	defer d.discard()
	if err := o.format.Write(d, q); err != nil {
		return fault(fmt.Errorf("write %s: %w", place(o.file), err))
	}
	if err := d.commit(); err != nil {
		return err
	}
	if o.file != "" {
		p.note("wrote %s", o.file)
	}
	return nil
}

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/netvet/netvet/rules"
	"github.com/netvet/netvet/scanner/report"
	"github.com/spf13/cobra"
)

func (p *program) rulesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List, show, test and check the rules",
		Long: `rules shows the packs of rules that products are judged by. A rule is a question
with the evidence that it needs; a gate carries a verdict because an authority
decided. Packs of your own are read from --rules DIR: packs/*.yaml,
profiles/*.yaml, patterns.yaml, and cases in testdata/*.yaml. An adjustments.yaml
there turns rules off or gives them another strength, each with rule, off: true or
strength, reason, by and date; every register made with it says so. Gates cannot
be adjusted: they are decisions of authorities.`,
		Args: cobra.ArbitraryArgs, RunE: group,
	}
	cmd.AddCommand(p.rulesList(), p.rulesShow(), p.rulesTest(), p.rulesLint(), p.rulesDocs())
	return cmd
}

func (p *program) rulesList() *cobra.Command {
	var know knowledgeFlags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List all rules and gates by pack",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			library, err := know.library()
			if err != nil {
				return err
			}
			rows := [][]string{{"ID", "FACTOR", "TOPIC", "SEVERITY", "STRENGTH", "TITLE"}}
			nRules, nGates := 0, 0
			for _, pack := range library.Packs {
				for i := range pack.Gates {
					g := &pack.Gates[i]
					rows = append(rows, []string{pack.ID + "/" + g.ID, "", "list " + g.List, string(g.Direct), "gate", g.Title.EN})
				}
				for i := range pack.Rules {
					r := &pack.Rules[i]
					rows = append(rows, []string{pack.ID + "/" + r.ID, string(r.Factor), r.Topic, string(r.Severity), fmt.Sprintf("%.2f", r.Strength), r.Title.EN})
				}
				nRules, nGates = nRules+len(pack.Rules), nGates+len(pack.Gates)
			}
			return p.columns(rows, fmt.Sprintf("%d rules and %d gates in %d packs; netvet rules show ID shows one", nRules, nGates, len(library.Packs)))
		},
	}
	know.addRules(cmd.Flags())
	return cmd
}

func (p *program) rulesShow() *cobra.Command {
	var know knowledgeFlags
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show one rule or gate, or one pack: question, reason, evidence, law",
		Example: `  netvet rules show cn-review-2022/F1-07
  netvet rules show F1-07
  netvet rules show cn-review-2022`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			library, err := know.library()
			if err != nil {
				return err
			}
			return p.showRules(library, args[0])
		},
	}
	know.addRules(cmd.Flags())
	return cmd
}

// showRules shows every pack, rule, gate and pattern of that id; the pack may be
// left out of the id of a rule.
func (p *program) showRules(library *rules.Library, id string) error {
	var text bytes.Buffer
	if err := library.Show(&text, id); err != nil {
		return usage("%w", err)
	}
	return p.lines(text.String())
}

// lines prints a text of which some may be foreign.
func (p *program) lines(text string) error {
	out := bufio.NewWriter(p.stdout)
	for line := range strings.Lines(text) {
		fmt.Fprintln(out, report.Visible(strings.TrimSuffix(line, "\n")))
	}
	return fault(out.Flush())
}

func (p *program) rulesDocs() *cobra.Command {
	var know knowledgeFlags
	cmd := &cobra.Command{
		Use:   "docs",
		Short: "Write the reference of all rules in Markdown",
		Long: `docs writes every pack with its rules and gates, their questions, reasons and
clauses in English and Chinese, and the vocabulary in which rules are written.`,
		Example: "  netvet rules docs > RULES.md",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			library, err := know.library()
			if err != nil {
				return err
			}
			var text bytes.Buffer
			if err := library.Document(&text); err != nil {
				return fault(err)
			}
			return p.lines(text.String())
		},
	}
	know.addRules(cmd.Flags())
	return cmd
}

// fields writes one labelled line for every text that is not empty.
type fields struct{ w io.Writer }

func (f fields) line(label, text string) {
	if text != "" {
		fmt.Fprintf(f.w, "  %-12s %s\n", label, report.Visible(text))
	}
}

func (f fields) text(label string, t rules.Text) {
	f.line(label, t.EN)
	f.line("", t.ZH)
}

func span(s rules.Span) string {
	switch {
	case s.From == "" && s.To == "":
		return ""
	case s.To == "":
		return "from " + string(s.From)
	}
	return strings.TrimSpace(fmt.Sprintf("%s to %s", s.From, s.To))
}

func plainOr(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func (p *program) rulesLint() *cobra.Command {
	return &cobra.Command{
		Use:   "lint [DIR]",
		Short: "Check rules of your own, or the built-in ones",
		Long: `lint reads a folder of rules and prints everything that is wrong with it, with
file and line: unknown keys, expressions that do not compile, rules without
citations or cases, patterns that pick their own look-alikes.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return p.lintBuiltIn()
			}
			dir, err := folder(args[0])
			if err != nil {
				return err
			}
			return p.lint(args[0], rules.Lint(dir))
		},
	}
}

// lintBuiltIn compiles every built-in profile against the built-in lists.
func (p *program) lintBuiltIn() error {
	var know knowledgeFlags
	library, err := know.library()
	if err != nil {
		return err
	}
	directory, err := know.directory()
	if err != nil {
		return err
	}
	for _, profile := range library.Profiles {
		resolved, err := library.Profile(profile.ID)
		if err == nil {
			_, err = library.Program(resolved, directory.Lists(), know.asOf.orToday())
		}
		if err != nil {
			return usage("profile %s: %w", profile.ID, err)
		}
	}
	return p.println("built-in rules: nothing wrong with %d packs and %d profiles", len(library.Packs), len(library.Profiles))
}

func (p *program) rulesTest() *cobra.Command {
	all := false
	cmd := &cobra.Command{
		Use:   "test [DIR]",
		Short: "Run the packs' own tests, built-in and those of DIR",
		Long: `test runs the cases that come with the packs: small products, each with the
outcome that a rule or gate must give. With DIR the rules there are laid over
the built-in ones, and the cases in its testdata/ run too. Exit code 1 means
that a case came out otherwise.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return fault(p.testRules(args, all)) },
	}
	cmd.Flags().BoolVar(&all, "all", false, "print every case, not only those that fail")
	return cmd
}

func (p *program) testRules(args []string, all bool) error {
	var know knowledgeFlags
	if len(args) > 0 {
		know.rules = args[0]
	}
	library, err := know.library()
	if err != nil {
		return err
	}
	results, err := library.Test(nil)
	if err != nil {
		return usage("run the built-in cases:\n%w", err)
	}
	if len(args) > 0 {
		dir, err := folder(args[0])
		if err != nil {
			return err
		}
		own, err := library.Test(dir)
		if err != nil {
			return usage("run the cases of %s:\n%w", args[0], err)
		}
		results = append(results, own...)
	}
	failed := 0
	for _, r := range results {
		word := "ok  "
		if !r.Pass() {
			word, failed = "FAIL", failed+1
		} else if !all {
			continue
		}
		if err := p.println("%s %s/%s %q (%s:%d): want %s, got %s  %s", word, r.Pack, r.Rule, r.Name, r.File, r.Line, r.Want, r.Got, report.Visible(r.Detail)); err != nil {
			return err
		}
	}
	if err := p.println("%d cases, %d failed", len(results), failed); err != nil {
		return err
	}
	if failed > 0 {
		return &exit{exitMet, nil}
	}
	return nil
}

package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/netvet/netvet"
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
profiles/*.yaml, patterns.yaml, and cases in testdata/*.yaml.`,
		Args: cobra.ArbitraryArgs, RunE: group,
	}
	cmd.AddCommand(p.rulesList(), p.rulesShow(), p.rulesTest(), p.rulesLint())
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

// showRules shows every pack, rule and gate of that id; the pack may be left
// out of the id of a rule.
func (p *program) showRules(library *rules.Library, id string) error {
	out := bufio.NewWriter(p.stdout)
	var ids []string
	found := 0
	is := func(pack, rule string) bool {
		ids = append(ids, pack+"/"+rule)
		if id == pack+"/"+rule || id == rule {
			found++
			return true
		}
		return false
	}
	for _, pack := range library.Packs {
		ids = append(ids, pack.ID)
		if pack.ID == id {
			found++
			showPack(out, pack)
		}
		for i := range pack.Gates {
			if is(pack.ID, pack.Gates[i].ID) {
				showGate(out, pack, &pack.Gates[i])
			}
		}
		for i := range pack.Rules {
			if is(pack.ID, pack.Rules[i].ID) {
				showRule(out, pack, &pack.Rules[i])
			}
		}
	}
	if found == 0 {
		return usage("unknown rule %q%s", id, strings.TrimSuffix(didYouMean(id, ids), ": one of "+strings.Join(ids, ", ")))
	}
	return fault(out.Flush())
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

func (f fields) cites(pack *rules.Pack, cites []netvet.Citation) {
	for _, c := range cites {
		if c.Instrument == "" {
			c.Instrument = pack.Instrument.Name
		}
		f.line("law", strings.Join(slices.DeleteFunc([]string{c.Instrument, c.Clause, span(rules.Span{From: c.From, To: c.To}), c.URL}, func(s string) bool { return s == "" }), ", "))
	}
}

func showPack(w io.Writer, pack *rules.Pack) {
	f := fields{w}
	fmt.Fprintf(w, "%s\n", pack.ID)
	f.text("title", pack.Title)
	f.line("jurisdiction", pack.Jurisdiction)
	f.line("instrument", strings.TrimSpace(pack.Instrument.Name+" "+pack.Instrument.Order))
	f.line("in force", span(pack.Instrument.InForce))
	f.line("preview", map[bool]string{true: "not law: a proposal"}[pack.Preview])
	f.line("url", pack.Instrument.URL)
	f.line("verified", yesNo(pack.Instrument.Verified))
	f.line("source", strings.TrimSpace(pack.Instrument.Source+" "+string(pack.Instrument.Date)))
	f.line("version", string(pack.Version))
	f.line("sha256", pack.SHA256)
	for _, t := range pack.Topics {
		f.line("topic", fmt.Sprintf("%s: %s, weight %v of %s", t.ID, t.Title.EN, t.Weight, t.Factor))
	}
	f.line("rules", fmt.Sprintf("%d, and %d gates", len(pack.Rules), len(pack.Gates)))
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

func showRule(w io.Writer, pack *rules.Pack, r *rules.Rule) {
	f := fields{w}
	fmt.Fprintf(w, "%s/%s\n", pack.ID, r.ID)
	f.text("title", r.Title)
	f.line("factor", string(r.Factor)+", topic "+r.Topic)
	f.text("question", r.Question)
	f.line("good answer", r.Good)
	f.text("why", r.Why)
	f.line("asked of", r.Each)
	if r.Candidates != nil {
		f.line("candidates", "components of the pattern "+r.Candidates.Pattern)
	}
	f.line("needs", strings.Join(r.Needs, ", "))
	f.line("applies", r.Applies)
	f.line("fails when", r.When)
	f.line("clear when", r.Clear)
	f.line("evidence", r.Evidence)
	f.line("strength", fmt.Sprintf("%v, severity %s", r.Strength, r.Severity))
	f.line("half-life", r.HalfLife)
	f.line("in force", span(r.InForce))
	f.text("message", r.Message)
	f.text("remedy", r.Remedy)
	f.cites(pack, r.Cites)
	f.line("basis", r.Basis)
	f.line("source", r.Source)
	f.line("taken from", r.From)
	f.line("indicators", strings.Join(r.Indicators, ", "))
}

func showGate(w io.Writer, pack *rules.Pack, g *rules.Gate) {
	f := fields{w}
	fmt.Fprintf(w, "%s/%s\n", pack.ID, g.ID)
	f.text("title", g.Title)
	f.line("list", g.List+" (netvet suppliers lists "+g.List+")")
	f.line("binds", strings.TrimSpace(strings.Join([]string{plainOr(string(g.Applies.Role), "any role"), plainOr(string(g.Applies.Act), "any act")}, ", ")))
	f.line("verdict", "at most "+string(g.Direct))
	f.line("other role", string(g.Otherwise.Role))
	f.line("other act", string(g.Otherwise.Act))
	f.line("embedded", g.Embedded)
	for _, factor := range netvet.Factors() {
		if v, ok := g.Floors[factor]; ok {
			f.line("floor", fmt.Sprintf("%s at least %v", factor, v))
		}
	}
	f.text("message", g.Message)
	f.text("remedy", g.Remedy)
	f.cites(pack, g.Cites)
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

package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// program is what all commands share: the streams, the environment and the
// flags that are not about any one command.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	env            map[string]string

	quiet      bool
	noProgress bool
	color      choice
	logFormat  choice
}

func newProgram(stdin io.Reader, stdout, stderr io.Writer, env []string) *program {
	p := &program{
		stdin: stdin, stdout: &quietPipe{w: stdout}, stderr: stderr, env: map[string]string{},
		color:     choice{value: "auto", known: []string{"auto", "always", "never"}},
		logFormat: choice{value: "text", known: []string{"text", "json"}},
	}
	for _, pair := range env {
		if name, value, ok := strings.Cut(pair, "="); ok {
			p.env[name] = value
		}
	}
	return p
}

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "netvet",
		Short: "Vet network products before you buy them and while you run them",
		Long: `netvet reads bills of materials (SBOM, HBOM) and inventories of storage systems,
servers, network equipment and cloud services, works out who really made every
product and every part, and scores each product against the factors that a
cybersecurity review asks about. The result is a risk register whose every
number can be followed back to evidence, a rule and a cited clause.

It works offline: nothing you give it ever reaches the network.

` + exitCodesHelp(),
		Example: `  netvet inspect vendor-files/                      what can be read, and what cannot
  netvet scan vendor-files/ -o table -o json=register.json
  netvet explain register.json p-0123456789abcdef   why that product scores as it does
  netvet suppliers resolve "华为技术有限公司"`,
		SilenceErrors: true, SilenceUsage: true,
		Args: cobra.ArbitraryArgs, RunE: group,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return p.fromEnvironment(cmd) },
	}
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SetFlagErrorFunc(flagError)
	root.CompletionOptions.HiddenDefaultCmd = false
	flags := root.PersistentFlags()
	flags.BoolVarP(&p.quiet, "quiet", "q", false, "print nothing but results and errors")
	flags.BoolVar(&p.noProgress, "no-progress", false, "show no progress, not even on a terminal")
	flags.Var(&p.color, "color", "colour the table: "+p.color.words()+"; NO_COLOR in the environment turns auto off")
	flags.Var(&p.logFormat, "log-format", "how messages on standard error look: "+p.logFormat.words())
	root.AddCommand(p.scanCommand(), p.inspectCommand(), p.reportCommand(), p.explainCommand(), p.questionsCommand(),
		p.suppliersCommand(), p.rulesCommand(), p.profilesCommand(), p.contextCommand(), p.dataCommand(), p.versionCommand())
	return root
}

// group is the work of a command that only has subcommands.
func group(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	var known []string
	for _, c := range cmd.Commands() {
		known = append(known, c.Name())
	}
	return usage("unknown command %q for %q%s", args[0], cmd.CommandPath(), didYouMean(args[0], known))
}

// colored tells whether standard output gets color.
func (p *program) colored() bool {
	switch p.color.value {
	case "always":
		return true
	case "never":
		return false
	}
	return p.env["NO_COLOR"] == "" && p.env["TERM"] != "dumb" && isTerminal(p.stdout)
}

// width returns the columns of the terminal on standard output, 0 if it is none.
func (p *program) width() int {
	if f, ok := terminalFile(p.stdout); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			return w
		}
	}
	return 0
}

func isTerminal(w io.Writer) bool {
	_, ok := terminalFile(w)
	return ok
}

func terminalFile(w io.Writer) (*os.File, bool) {
	if q, ok := w.(*quietPipe); ok {
		w = q.w
	}
	f, ok := w.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// println writes a line of results.
func (p *program) println(format string, args ...any) error {
	_, err := fmt.Fprintf(p.stdout, format+"\n", args...)
	return fault(err)
}

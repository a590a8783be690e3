package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
	"github.com/netvet/netvet/scanner"
	"github.com/netvet/netvet/scanner/report"
	"github.com/spf13/cobra"
)

// contextFile is the operator's own file in the working directory.
const contextFile = "netvet.yaml"

type scanFlags struct {
	read        readFlags
	know        knowledgeFlags
	profiles    []string
	context     string
	outputs     outputs
	all         bool
	sensitivity bool
	failOn      failOn
	jobs        int
	allowEmpty  bool
	redact      choices
	maxProducts int
	data        string
	maxAge      maxAge
	tooOld      error // of the data, when it is older than maxAge
	osvEngine   choice
}

func (p *program) scanCommand() *cobra.Command {
	f := &scanFlags{redact: choices{known: []string{"serial", "location", "operator"}},
		osvEngine: choice{value: engineIndex, known: []string{engineIndex, engineScanner}}}
	cmd := &cobra.Command{
		Use:   "scan [flags] INPUT...",
		Short: "Read inventories and write the risk register",
		Long: `scan reads bills of materials and inventories, resolves who made every product
and part, collects evidence, evaluates the rules of a profile, scores, and
writes the risk register.

INPUT is a file, a folder (walked), a glob, "-" for standard input, or @FILE (a
list of inputs, one a line). A ZIP or tar archive is read as the files in it,
each named as vendor.zip!inventory/a.csv, and a compressed file as what is in it.
The format is detected from the content. What cannot be read, matched or known is
listed under gaps; no row is ever dropped. Rows and files about one product (same
maker and serial number) become one product; for that a table is read twice.

What is not known is never taken for safe: every score has a range and a
coverage, and only a cited decision of an authority gives "prohibited".

Every flag has an environment variable, as NETVET_FAIL_ON for --fail-on; a flag
that is given beats its variable.

` + exitCodesHelp(),
		Example: `  netvet scan inventory.xlsx
  netvet scan --profile cn-ciio,us-federal vendor-files/ -o table -o json=register.json
  netvet scan --product 'maker=Micron,model=Crucial MX500 SSD'
  netvet scan --fail-on verdict=restricted,incomplete --quiet -o json=register.json boms/
  ssh nms export-assets | netvet scan - -o csv=risks.csv`,
		RunE: func(cmd *cobra.Command, args []string) error { return fault(p.scan(cmd.Context(), args, f)) },
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&f.profiles, "profile", []string{"cn-ciio"}, "the point of view, or several: netvet profiles list")
	flags.StringVar(&f.context, "context", contextFile, "`FILE` on the operator, the use of products and answers of suppliers; the default only if the\nworking directory has one; empty for none")
	flags.VarP(&f.outputs, "output", "o", outputHelp()+"\n(default the table)")
	flags.BoolVar(&f.all, "all", false, "write findings for passes and for plain unknowns too")
	flags.BoolVar(&f.sensitivity, "sensitivity", false, "add how far the ranking hangs on the strengths of the rules: 1,000 draws of +-20 %")
	flags.Var(&f.failOn, "fail-on", "exit 1 if a product meets one of: verdict=WORD, level=WORD, score=N (at or above),\ncoverage=X (below); exit 5 for incomplete (any gap) alone")
	flags.IntVar(&f.jobs, "jobs", runtime.GOMAXPROCS(0), "workers that assess products; the result does not depend on it")
	flags.BoolVar(&f.allowEmpty, "allow-empty", false, "exit 0 when nothing was assessed")
	flags.Var(&f.redact, "redact", "leave out of the result: "+strings.Join(f.redact.known, ","))
	flags.IntVar(&f.maxProducts, "max-products", scanner.DefaultMaxProducts, "products that a sorted register may hold; -o ndjson has no bound")
	dataFlag(cmd, &f.data)
	maxAgeFlag(cmd, &f.maxAge)
	flags.Var(&f.osvEngine, "osv-engine", "what looks components up in the data: "+f.osvEngine.words()+" (over DATA/osv-scalibr/<Ecosystem>/all.zip)")
	f.know.addRules(flags)
	f.know.addSuppliers(flags)
	f.read.add(flags)
	return cmd
}

func (p *program) scan(ctx context.Context, args []string, f *scanFlags) error {
	if err := f.read.checkArgs(args); err != nil {
		return err
	}
	s, err := p.newScanner(f)
	if err != nil {
		return err
	}
	inputs, gaps, unreadable := p.inputs(args, &f.read, s.Options)
	f.outputs = f.outputs.orDefault()
	inputs, gaps = withoutOwn(inputs, gaps, args, f.outputs, f.profiles)
	if err := f.outputs.check(len(f.profiles), inputs); err != nil {
		return err
	}
	if s.Context, gaps, err = p.readContext(f.context, gaps); err != nil {
		return err
	}
	stdin := &spool{limit: s.Options.MaxFileSize}
	defer stdin.remove()
	stdin.replace(inputs)
	closeData, err := p.useData(ctx, s, f, inputs)
	if err != nil {
		return err
	}
	defer closeData()
	codes := []int{exitDone}
	if p.tell(unreadable) {
		codes = append(codes, exitUsage)
	}
	compared := f.comparison()
	for _, profile := range f.profiles {
		s.Profile = profile
		code, err := p.scanProfile(ctx, s, f, inputs, gaps, compared)
		if err != nil {
			return err
		}
		codes = append(codes, code)
	}
	if err := p.compare(f, compared); err != nil {
		return err
	}
	if f.tooOld != nil {
		p.say("error", f.tooOld.Error())
		codes = append(codes, exitOld)
	}
	if code := first(codes); code != exitDone {
		return &exit{code, nil}
	}
	return nil
}

// comparison is what sets several profiles side by side, nil when nothing asks
// for it.
func (f *scanFlags) comparison() *report.Comparison {
	if len(f.profiles) < 2 || len(f.outputs.comparisons()) == 0 {
		return nil
	}
	return report.NewComparison()
}

// compare writes the comparison, after all profiles.
func (p *program) compare(f *scanFlags, c *report.Comparison) error {
	if c == nil {
		return nil
	}
	c.Finish()
	for _, out := range f.outputs.comparisons() {
		if out.file == "" && f.outputs.onStdout("table") {
			if err := p.println(""); err != nil {
				return err
			}
		}
		if err := out.to(p, "", func(w io.Writer, o report.Options) error { return out.compare.Write(w, c, o) }); err != nil {
			return err
		}
		if out.file != "" {
			p.note("wrote %s", out.file)
		}
	}
	return nil
}

// newScanner checks the flags and loads what a scan needs to know.
func (p *program) newScanner(f *scanFlags) (*scanner.Scanner, error) {
	options, err := f.read.options()
	if err != nil {
		return nil, err
	}
	if f.jobs < 1 || f.maxProducts < 1 {
		return nil, usage("--jobs and --max-products must be at least 1")
	}
	if len(f.profiles) == 0 {
		return nil, usage("--profile names no profile")
	}
	for i, profile := range f.profiles {
		if slices.Contains(f.profiles[:i], profile) {
			return nil, usage("--profile names %s twice", profile)
		}
	}
	library, err := f.know.library()
	if err != nil {
		return nil, err
	}
	for _, profile := range f.profiles {
		if _, err := library.Profile(profile); err != nil {
			return nil, usage("%w", err)
		}
	}
	suppliers, err := f.know.directory()
	if err != nil {
		return nil, err
	}
	return &scanner.Scanner{
		Library: library, Suppliers: suppliers, AsOf: f.know.asOf.orToday(), Jobs: f.jobs, Options: options,
		All: f.all, Sensitivity: f.sensitivity, Redact: f.redact.chosen, Version: newVersion().Version, MaxProducts: f.maxProducts,
	}, nil
}

// inputs lists what there is to read. Unreadable are the arguments that are not.
func (p *program) inputs(args []string, f *readFlags, options sbom.Options) (inputs []sbom.Input, gaps []netvet.Gap, unreadable error) {
	inputs, gaps, unreadable = sbom.Walk(args, p.stdin, options)
	if len(f.product) > 0 {
		inputs = append(inputs, productInput(f.product))
	}
	return inputs, gaps, unreadable
}

// readContext reads the operator's own file. The default file is not taken when
// it was met among the inputs: then it may be somebody else's.
func (p *program) readContext(name string, gaps []netvet.Gap) (*scanner.Context, []netvet.Gap, error) {
	info, err := os.Stat(name)
	chosen := name != contextFile
	if name == "" || err != nil && !chosen {
		return nil, gaps, nil
	}
	met := slices.IndexFunc(gaps, func(g netvet.Gap) bool { return err == nil && sameFile(info, g.Input) })
	if met >= 0 && !chosen {
		p.warn("%s is not read as your own, because it lies among the inputs; if it is, say --context ./%s", name, name)
		return nil, gaps, nil
	}
	if met >= 0 {
		gaps = slices.Delete(slices.Clone(gaps), met, met+1)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, usage("read the context: %w", err)
	}
	c, err := scanner.LoadContext(name, data)
	if err != nil {
		return nil, nil, usage("read the context:\n%w", err)
	}
	return c, gaps, nil
}

func sameFile(info os.FileInfo, name string) bool {
	other, err := os.Stat(name)
	return err == nil && os.SameFile(info, other)
}

// withoutOwn leaves out files of earlier runs that this run will write anew and
// that were met in a folder: else a second run would read the first.
func withoutOwn(inputs []sbom.Input, gaps []netvet.Gap, args []string, o outputs, profiles []string) ([]sbom.Input, []netvet.Gap) {
	var own []os.FileInfo
	for _, profile := range profiles {
		for _, out := range append(o.of(profile, len(profiles)), o.comparisons()...) {
			if info, err := os.Stat(out.file); out.file != "" && err == nil {
				own = append(own, info)
			}
		}
	}
	if len(own) == 0 {
		return inputs, gaps
	}
	isOwn := func(name string) bool {
		named := slices.ContainsFunc(args, func(arg string) bool { return filepath.Clean(arg) == filepath.Clean(name) })
		return !named && slices.ContainsFunc(own, func(info os.FileInfo) bool { return sameFile(info, name) })
	}
	return slices.DeleteFunc(inputs, func(in sbom.Input) bool { return isOwn(cmp.Or(in.File, in.Name)) }),
		slices.DeleteFunc(gaps, func(g netvet.Gap) bool { return isOwn(g.Input) })
}

// scanProfile makes the register of one profile, writes it, and returns the
// exit code that it gives.
func (p *program) scanProfile(ctx context.Context, s *scanner.Scanner, f *scanFlags, inputs []sbom.Input, gaps []netvet.Gap, compared *report.Comparison) (int, error) {
	bar := p.newProgress()
	if bar != nil {
		s.Progress = bar.report
	}
	f.failOn.reset()
	r := &receiver{program: p, outs: f.outputs.of(s.Profile, len(f.profiles)), failOn: &f.failOn, max: f.maxProducts, compared: compared}
	defer r.discard()
	register, err := s.Each(ctx, inputs, gaps, scanner.Sink{Begin: r.begin, Product: r.product, Gap: r.gap})
	bar.done()
	var broken scanner.InputErrors
	var many *scanner.TooManyProductsError
	code := exitDone
	switch {
	case errors.As(err, &broken):
		p.tell(broken)
		code = exitUsage
	case errors.As(err, &many), err != nil && !r.begun: // before that, only what the user gave can be wrong
		return exitUsage, usage("%w", err)
	case err != nil:
		return exitFault, fault(err)
	}
	if err := r.finish(register); err != nil {
		return exitFault, err
	}
	return first([]int{code, p.conclude(s.Profile, f, register)}), nil
}

// conclude says how a run ended, and gives its exit code.
func (p *program) conclude(profile string, f *scanFlags, r *netvet.Register) int {
	for _, out := range f.outputs.of(profile, len(f.profiles)) {
		if out.file != "" {
			p.note("wrote %s", out.file)
		}
	}
	p.tellLookUps(f, r.Summary.LookedUp)
	if why := nothingAssessed(&r.Summary); why != "" && !f.allowEmpty {
		p.say("error", "nothing was assessed: "+why+"; netvet inspect shows what was read")
		return exitNothing
	}
	words, code := f.failOn.met(r)
	if code != exitDone {
		p.note("met --fail-on under %s: %s", profile, words)
	}
	return code
}

// nothingAssessed says why there was nothing to assess, or nothing.
func nothingAssessed(s *netvet.Summary) string {
	switch {
	case s.Products == 0:
		return "no input holds a product"
	case s.Products == s.Empty:
		return "the inputs list no part and name no maker"
	}
	return ""
}

// tell prints errors about inputs, one a line, and whether there were any.
func (p *program) tell(err error) bool {
	if err == nil {
		return false
	}
	for line := range strings.Lines(err.Error()) {
		p.say("error", strings.TrimSuffix(line, "\n"))
	}
	return true
}

// first returns the exit code that comes first in their order.
func first(codes []int) int {
	for _, e := range exitCodes() {
		if slices.Contains(codes, e.code) {
			return e.code
		}
	}
	return exitFault
}

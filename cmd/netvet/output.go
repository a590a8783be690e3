package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
	"github.com/netvet/netvet/scanner/report"
)

// output is one -o FORMAT[=FILE]; the file is empty for standard output.
type output struct {
	format  report.Format
	compare *report.ComparisonFormat // instead of format: one result for all profiles
	file    string
}

// name is the word for the format.
func (o *output) name() string {
	if o.compare != nil {
		return o.compare.Name
	}
	return o.format.Name
}

// outputs is the repeatable flag -o.
type outputs []output

func (o *outputs) Type() string { return "format" }

func (o *outputs) String() string {
	var words []string
	for _, out := range *o {
		words = append(words, strings.TrimSuffix(out.name()+"="+out.file, "="))
	}
	return strings.Join(words, ",")
}

func (o *outputs) Set(value string) error {
	name, file, hasFile := strings.Cut(value, "=")
	at := slices.Index(formatNames(), name)
	switch {
	case at < 0:
		return fmt.Errorf("unknown format %q%s", name, didYouMean(name, formatNames()))
	case hasFile && file == "":
		return fmt.Errorf("%q names no file: write %s=FILE, or %s for standard output", value, name, name)
	case file == "-":
		file = ""
	}
	out := output{file: file}
	if n := len(report.Formats()); at < n {
		out.format = report.Formats()[at]
	} else {
		out.compare = &report.ComparisonFormats()[at-n]
	}
	*o = append(*o, out)
	return nil
}

func formatNames() []string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	for _, f := range report.ComparisonFormats() {
		names = append(names, f.Name)
	}
	return names
}

func outputHelp() string {
	help := "`FORMAT[=FILE]` of the result, repeatable:"
	for _, f := range report.Formats() {
		help += "\n" + f.Name + ": " + f.Title
	}
	for _, f := range report.ComparisonFormats() {
		help += "\n" + f.Name + ": " + f.Title
	}
	return help
}

// orDefault is the table on standard output when nothing was asked for.
func (o outputs) orDefault() outputs {
	if len(o) == 0 {
		return outputs{{format: report.Formats()[0]}}
	}
	return o
}

// check refuses, before any work is done, what cannot be written.
func (o outputs) check(profiles int, inputs []sbom.Input) error {
	seen := map[string]bool{}
	for _, out := range o {
		if out.compare != nil && profiles < 2 {
			return usage("-o %s: there is nothing to compare: name several profiles, as in --profile cn-ciio,us-federal", out.name())
		}
		if seen[out.file] {
			return usage("-o %s: %s is written to by two formats: give each its own FILE, as in -o %s=FILE", out.name(), place(out.file), out.name())
		}
		seen[out.file] = true
		if out.file == "" && profiles > 1 && out.compare == nil && out.format.Name != "table" && out.format.Name != "ndjson" {
			return usage("-o %s: several profiles cannot share standard output in this format: write -o %s=FILE, which gives each profile a file", out.format.Name, out.format.Name)
		}
		if err := checkFile(out.file, inputs); err != nil {
			return err
		}
	}
	return nil
}

func checkFile(file string, inputs []sbom.Input) error {
	if file == "" {
		return nil
	}
	info, err := os.Stat(file)
	if err != nil {
		if dir, err := os.Stat(filepath.Dir(file)); err != nil || !dir.IsDir() {
			return usage("cannot write %s: there is no folder %s", file, filepath.Dir(file))
		}
		return nil
	}
	if info.IsDir() {
		return usage("cannot write %s: it is a folder", file)
	}
	for _, in := range inputs {
		if same, err := os.Stat(cmp.Or(in.File, in.Name)); err == nil && os.SameFile(info, same) {
			return usage("cannot write %s: it is one of the inputs", file)
		}
	}
	return nil
}

func place(file string) string {
	if file == "" {
		return "standard output"
	}
	return file
}

// of returns the outputs of one of several profiles: every file gets the
// profile before its extension.
func (o outputs) of(profile string, profiles int) outputs {
	if profiles == 1 {
		return o
	}
	own := slices.DeleteFunc(slices.Clone(o), func(out output) bool { return out.compare != nil })
	for i := range own {
		if own[i].file != "" && !special(own[i].file) {
			ext := filepath.Ext(own[i].file)
			own[i].file = strings.TrimSuffix(own[i].file, ext) + "." + profile + ext
		}
	}
	return own
}

// savedJSON is the file that holds the register as JSON, if any.
func (o outputs) savedJSON() string {
	for _, out := range o {
		if out.format.Name == "json" && out.file != "" {
			return out.file
		}
	}
	return ""
}

// write writes the register in every form but ndjson streams, which were
// written while the products came.
func (o outputs) write(p *program, r *netvet.Register) error {
	for _, out := range o {
		if out.format.Name == "ndjson" {
			continue
		}
		if err := out.write(p, r, o.savedJSON()); err != nil {
			return err
		}
	}
	return nil
}

func (o *output) write(p *program, r *netvet.Register, saved string) error {
	return o.to(p, saved, func(w io.Writer, options report.Options) error { return o.format.Write(w, r, options) })
}

// to writes one result to its place.
func (o *output) to(p *program, saved string, write func(io.Writer, report.Options) error) error {
	d, err := p.create(o.file)
	if err != nil {
		return err
	}
	defer d.discard()
	options := report.Options{Saved: saved, Color: p.color.value == "always"}
	if o.file == "" {
		options.Color, options.Width = p.colored(), p.width()
	}
	if err := write(d, options); err != nil {
		return fault(fmt.Errorf("write %s: %w", place(o.file), err))
	}
	return d.commit()
}

// onStdout reports whether a format goes to standard output.
func (o outputs) onStdout(format string) bool {
	return slices.ContainsFunc(o, func(out output) bool { return out.name() == format && out.file == "" })
}

// comparisons are the outputs that set profiles side by side. Tables on standard
// output are followed by such a table.
func (o outputs) comparisons() outputs {
	all := slices.DeleteFunc(slices.Clone(o), func(out output) bool { return out.compare == nil })
	if o.onStdout("table") {
		all = append(all, output{compare: &report.ComparisonFormats()[0]})
	}
	return all
}

// destination is where one result goes. A file appears under its name only when
// all of it is safely on disk.
type destination struct {
	*bufio.Writer
	name string
	temp *os.File // that becomes the file; nil for standard output, devices and pipes
	open *os.File // an existing device or pipe
}

// create opens standard output for an empty name.
func (p *program) create(name string) (*destination, error) {
	if name == "" {
		return &destination{Writer: bufio.NewWriterSize(p.stdout, 1<<16)}, nil
	}
	if special(name) {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return nil, fault(fmt.Errorf("write %s: %w", name, err))
		}
		return &destination{Writer: bufio.NewWriterSize(&quietPipe{w: f}, 1<<16), name: name, open: f}, nil
	}
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target // a link stays a link
	}
	temp, err := createBeside(name)
	if err != nil {
		return nil, fault(fmt.Errorf("write %s: %w", name, err))
	}
	return &destination{Writer: bufio.NewWriterSize(temp, 1<<16), name: name, temp: temp}, nil
}

// special tells whether a name is an existing device or pipe.
func special(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.Mode().IsRegular() && !info.IsDir()
}

// createBeside makes a new file next to the one it will replace. Unlike
// os.CreateTemp it leaves the permissions to the user's mask.
func createBeside(name string) (*os.File, error) {
	for n := os.Getpid(); ; n++ {
		f, err := os.OpenFile(fmt.Sprintf("%s.%d.tmp", name, n), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// commit puts what was written in its place.
func (d *destination) commit() error {
	err := d.Flush()
	switch {
	case d.temp != nil:
		err = errors.Join(err, d.temp.Sync(), d.temp.Close())
		if err == nil {
			err = os.Rename(d.temp.Name(), d.name)
		}
		if err == nil {
			d.temp = nil
		}
	case d.open != nil:
		err = errors.Join(err, d.open.Close())
	}
	if err != nil {
		return fault(fmt.Errorf("write %s: %w", place(d.name), err))
	}
	return nil
}

// discard removes what was not committed.
func (d *destination) discard() {
	if d.temp != nil {
		d.temp.Close()
		os.Remove(d.temp.Name())
	}
}

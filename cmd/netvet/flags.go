package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netvet/netvet/rules"
	"github.com/netvet/netvet/sbom"
	"github.com/netvet/netvet/scanner/kit"
	"github.com/netvet/netvet/vendors"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// fromEnvironment sets every flag that was not given from its variable:
// --fail-on from NETVET_FAIL_ON.
func (p *program) fromEnvironment(cmd *cobra.Command) error {
	var faults []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := "NETVET_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := p.env[name]
		if !ok || value == "" || f.Changed || f.Name == "help" {
			return
		}
		for _, v := range values(f, value) {
			if err := cmd.Flags().Set(f.Name, v); err != nil {
				faults = append(faults, fmt.Sprintf("environment variable %s: %v", name, err))
				return
			}
		}
	})
	if len(faults) > 0 {
		return usage("%s", strings.Join(faults, "\n"))
	}
	return nil
}

// values splits the variable of a flag that may be given several times.
func values(f *pflag.Flag, value string) []string {
	if f.Value.Type() == "stringArray" || f.Name == "output" {
		return strings.Split(value, ",")
	}
	return []string{value}
}

// choice is a flag that takes one of a few words.
type choice struct {
	value string
	known []string
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return "word" }
func (c *choice) words() string  { return strings.Join(c.known, ", ") }

func (c *choice) Set(value string) error {
	if !slices.Contains(c.known, value) {
		return fmt.Errorf("unknown word %q%s", value, didYouMean(value, c.known))
	}
	c.value = value
	return nil
}

// choices is a flag that takes several of a few words, comma separated.
type choices struct {
	chosen []string
	known  []string
}

func (c *choices) String() string { return strings.Join(c.chosen, ",") }
func (c *choices) Type() string   { return "words" }

func (c *choices) Set(value string) error {
	for word := range strings.SplitSeq(value, ",") {
		if !slices.Contains(c.known, word) {
			return fmt.Errorf("unknown word %q%s", word, didYouMean(word, c.known))
		}
		c.chosen = append(c.chosen, word)
	}
	return nil
}

// size is a flag in bytes: 1048576, 512MiB, 8GB.
type size int64

func (s *size) String() string {
	for _, u := range []struct {
		bytes int64
		name  string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if n := int64(*s); n > 0 && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(*s), 10)
}

func (s *size) Type() string { return "size" }

func (s *size) Set(value string) error {
	digits := strings.TrimRight(strings.TrimSpace(value), "KMGTiBkmgtb ")
	unit := map[string]float64{
		"": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "t": 1e12, "tb": 1e12,
		"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
	}[strings.ToLower(strings.TrimSpace(value[len(digits):]))]
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || unit == 0 || !(n*unit >= 1 && n*unit <= 1<<62) {
		return fmt.Errorf("%q is no size: write bytes, or a number with KiB, MiB, GiB, KB, MB or GB", value)
	}
	*s = size(n * unit)
	return nil
}

// day is a flag that takes a date; a time of day may follow.
type day struct{ time.Time }

func (d *day) Type() string { return "date" }

func (d *day) String() string {
	if d.IsZero() {
		return "today"
	}
	return d.Format(time.DateOnly)
}

func (d *day) Set(value string) error {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, value); err == nil {
			d.Time = t.UTC()
			return nil
		}
	}
	return fmt.Errorf("%q is no date: write YYYY-MM-DD", value)
}

// maxAge is a flag that takes a time span: 30d, 2w, 720h.
type maxAge time.Duration

func (a *maxAge) Type() string { return "duration" }

func (a *maxAge) String() string {
	if *a == 0 {
		return ""
	}
	return time.Duration(*a).String()
}

func (a *maxAge) Set(value string) error {
	for unit, hours := range map[string]float64{"d": 24, "w": 7 * 24} {
		n, err := strconv.ParseFloat(strings.TrimSuffix(value, unit), 64)
		if strings.HasSuffix(value, unit) && err == nil && n > 0 && n*hours < 1e6 {
			*a = maxAge(n * hours * float64(time.Hour))
			return nil
		}
	}
	d, err := time.ParseDuration(value)
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is no time span: write 30d, 2w or 720h", value)
	}
	*a = maxAge(d)
	return nil
}

// orToday is the date that was given, else the first moment of today, so that runs of one day give one result.
func (d day) orToday() time.Time {
	if d.IsZero() {
		return time.Now().UTC().Truncate(24 * time.Hour)
	}
	return d.Time
}

// readFlags are the choices and limits of reading inputs.
type readFlags struct {
	format        choice
	lenient       bool
	encoding      string
	columns       string
	product       []string
	maxFileSize   size
	maxComponents int
	maxDepth      int

	maxUnpacked       size
	maxArchiveMemory  size
	maxUnpackRatio    int
	maxArchiveEntries int
	maxArchiveDepth   int
}

func (f *readFlags) add(flags *pflag.FlagSet) {
	f.maxFileSize = sbom.DefaultMaxFileSize
	for _, format := range sbom.Formats() {
		f.format.known = append(f.format.known, format.Name)
	}
	flags.Var(&f.format, "format-in", "take every input for this format instead of detecting it: "+f.format.words())
	flags.BoolVar(&f.lenient, "lenient", false, "let duplicate keys in a document be gaps instead of errors")
	flags.StringVar(&f.encoding, "encoding", "", "encoding of tables without a mark, such as shift_jis (default: UTF-8, else the one of GB18030, Big5, Shift-JIS, EUC-JP and EUC-KR in which the text reads cleanly)")
	flags.StringVar(&f.columns, "columns", "", "`FILE` in YAML that says what columns of tables hold, a line each: \"Asset owner: location\"; netvet inspect --save-columns writes one to start from")
	flags.StringArrayVar(&f.product, "product", nil, "a one-row inventory without a file, 'maker=...,model=...,part=...,version=...'; repeatable")
	flags.Var(&f.maxFileSize, "max-file-size", "refuse inputs larger than this")
	flags.IntVar(&f.maxComponents, "max-components", sbom.DefaultMaxComponents, "refuse products with more components")
	flags.IntVar(&f.maxDepth, "max-depth", sbom.DefaultMaxDepth, "refuse documents nested deeper")
	f.addArchive(flags)
}

// addArchive adds the limits on archives and compressed files.
func (f *readFlags) addArchive(flags *pflag.FlagSet) {
	f.maxUnpacked, f.maxArchiveMemory = sbom.DefaultMaxUnpacked, sbom.DefaultMaxArchiveMemory
	flags.Var(&f.maxUnpacked, "max-unpacked", "refuse archives that unpack to more, with those inside them")
	flags.IntVar(&f.maxUnpackRatio, "max-unpack-ratio", sbom.DefaultMaxUnpackRatio, "refuse what unpacks to more than so many times its size")
	flags.IntVar(&f.maxArchiveEntries, "max-archive-entries", sbom.DefaultMaxArchiveEntries, "refuse archives with more entries, with those inside them")
	flags.IntVar(&f.maxArchiveDepth, "max-archive-depth", sbom.DefaultMaxArchiveDepth, "do not open archives inside each other deeper than this")
	flags.Var(&f.maxArchiveMemory, "max-archive-memory", "hold no more of archives that cannot be read in place: from standard input, inside others, compressed tars")
}

// checkArgs wants at least one input.
func (f *readFlags) checkArgs(args []string) error {
	if len(args) == 0 && len(f.product) == 0 {
		return usage("no input: name a file, a folder, a glob, - for standard input, or give --product")
	}
	return nil
}

func (f *readFlags) options() (sbom.Options, error) {
	if min(f.maxComponents, f.maxDepth, f.maxUnpackRatio, f.maxArchiveEntries, f.maxArchiveDepth) < 1 {
		return sbom.Options{}, usage("--max-components, --max-depth, --max-unpack-ratio, --max-archive-entries and --max-archive-depth must be at least 1")
	}
	for _, row := range f.product {
		if strings.ContainsAny(row, "\r\n") {
			return sbom.Options{}, usage("--product: a product stands on one line; give the flag once for each")
		}
		if _, err := sbom.ParseProduct(row); err != nil {
			return sbom.Options{}, usage("--product: %w", err)
		}
	}
	formats := sbom.Formats()
	if len(f.product) > 0 {
		formats = append(formats, productFormat())
	}
	columns, err := readColumns(f.columns)
	return sbom.Options{
		MaxFileSize: int64(f.maxFileSize), MaxComponents: f.maxComponents, MaxDepth: f.maxDepth,
		MaxUnpacked: int64(f.maxUnpacked), MaxUnpackRatio: f.maxUnpackRatio, MaxArchiveEntries: f.maxArchiveEntries,
		MaxArchiveDepth: f.maxArchiveDepth, MaxArchiveMemory: int64(f.maxArchiveMemory),
		Lenient: f.lenient, Encoding: f.encoding, Columns: columns, Format: f.format.value,
		Formats: formats,
	}, err
}

// readColumns reads what --columns names.
func readColumns(file string) (map[string]string, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usage("read the columns: %w", err)
	}
	columns, err := sbom.ReadColumns(file, data)
	if err != nil {
		return nil, usage("%w", err)
	}
	return columns, nil
}

// knowledgeFlags choose the rules and suppliers, and the day they are read for.
type knowledgeFlags struct {
	rules     string
	suppliers string
	asOf      day
	overrides kit.Overrides // that came with the offline data
}

func (f *knowledgeFlags) addRules(flags *pflag.FlagSet) {
	flags.StringVar(&f.rules, "rules", "", "`DIR` with packs, profiles and patterns of your own, laid over the built-in ones")
}

func (f *knowledgeFlags) addSuppliers(flags *pflag.FlagSet) {
	flags.StringVar(&f.suppliers, "suppliers", "", "`DIR` with suppliers and lists of your own, laid over the built-in ones")
	flags.Var(&f.asOf, "as-of", "the day for which law and ownership are read, YYYY-MM-DD")
}

// library loads the built-in rules and lays over them those that came with the
// data, and over these the user's.
func (f *knowledgeFlags) library() (*rules.Library, error) {
	library, err := rules.Default()
	if err != nil {
		return nil, fault(fmt.Errorf("load the built-in rules: %w", err))
	}
	if f.overrides.Rules != nil {
		if library, err = overRules(library, f.overrides.Rules); err != nil {
			return nil, usage("load the rules that came with the data:\n%w", err)
		}
	}
	if f.rules == "" {
		return library, nil
	}
	dir, err := folder(f.rules)
	if err != nil {
		return nil, err
	}
	user, err := rules.Load(dir)
	if err == nil {
		library, err = library.Merge(user)
	}
	if err != nil {
		return nil, usage("load rules %s:\n%w", f.rules, err)
	}
	return library, nil
}

// directory loads the built-in suppliers and lays over them those that came with
// the data, and over these the user's.
func (f *knowledgeFlags) directory() (*vendors.Directory, error) {
	directory, err := vendors.Default()
	if err != nil {
		return nil, fault(fmt.Errorf("load the built-in suppliers: %w", err))
	}
	if f.overrides.Suppliers != nil {
		if directory, err = overSuppliers(directory, f.overrides.Suppliers); err != nil {
			return nil, usage("load the suppliers that came with the data:\n%w", err)
		}
	}
	if f.suppliers == "" {
		return directory, nil
	}
	dir, err := folder(f.suppliers)
	if err != nil {
		return nil, err
	}
	user, err := vendors.Load(dir)
	if err == nil {
		directory, err = directory.Merge(user)
	}
	if err != nil {
		return nil, usage("load suppliers %s:\n%w", f.suppliers, err)
	}
	return directory, nil
}

// folder opens a folder that was named on the command line.
func folder(name string) (fs.FS, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, usage("open folder: %w", err)
	}
	if !info.IsDir() {
		return nil, usage("open folder %s: it is a file", name)
	}
	return os.DirFS(filepath.Clean(name)), nil
}

package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/evidence"
	"github.com/netvet/netvet/scanner/report"
	"github.com/netvet/netvet/scanner/strictyaml"
	"github.com/netvet/netvet/vendors"
	"github.com/spf13/cobra"
)

func (p *program) suppliersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "suppliers",
		Short: "Look up companies, their owners, and the lists that name them",
		Long: `suppliers shows what netvet knows of the companies behind names: what they are
called, where they are, who owns them and since when, and which authorities'
lists name them. Every fact has its source, date and confidence.`,
		Args: cobra.ArbitraryArgs, RunE: group,
	}
	cmd.AddCommand(p.suppliersResolve(), p.suppliersShow(), p.suppliersList(), p.suppliersLists(), p.suppliersLint())
	return cmd
}

func (p *program) suppliersResolve() *cobra.Command {
	var know knowledgeFlags
	asJSON, stdin := false, false
	cmd := &cobra.Command{
		Use:   "resolve NAME|IDENTIFIER...",
		Short: "Tell which company a name or an identifier is, and why",
		Long: `resolve tells which company a name as written is taken to be, how surely, and
why. A match that is not sure enough to act on is only possible, and is listed
as such: it can never fire a gate.

Identifiers are written with their kind: mac:00:1b:21:0a:0b:0c, pci:8086,
usb:046d, pen:2011, jep106:80CE, lei:5493001KJTIIGC8Y1R12, domain:huawei.com,
swid:regid...; package URLs (pkg:...), CPE names (cpe:...) and object identifiers
(1.3.6.1.4.1.2011.2.23) as they are. One whose holder is no supplier here is
shown with the organisation that the public registry has for it. The holder of
a MAC address block made the network interface, not always what it is in.`,
		Example: `  netvet suppliers resolve "Micron Technology" "华为技术有限公司" "Micron Solutions Inc"
  netvet suppliers resolve mac:00:1b:21:0a:0b:0c 1.3.6.1.4.1.2011.2.23 cpe:2.3:o:cisco:ios:15.1
  cut -d, -f3 inventory.csv | netvet suppliers resolve --stdin --json`,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && !stdin {
				return usage("no name: give names or identifiers, or --stdin")
			}
			return fault(p.resolve(args, stdin, asJSON, &know))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line, in the order of the names")
	cmd.Flags().BoolVar(&stdin, "stdin", false, "read names and identifiers from standard input too, one a line")
	know.addSuppliers(cmd.Flags())
	return cmd
}

// resolved is one line of suppliers resolve --json.
type resolved struct {
	Input      string             `json:"input"`
	Supplier   *string            `json:"supplier"`
	Name       *string            `json:"name"`
	Confidence float64            `json:"confidence"`
	Method     *string            `json:"method"`
	Possible   []resolvedPossible `json:"possible"`
	Reason     string             `json:"reason"`
	// Registered are holders of the identifier in public registries.
	Registered []netvet.Registration `json:"registered"`
}

type resolvedPossible struct {
	Supplier   string  `json:"supplier"`
	Confidence float64 `json:"confidence"`
	Reason     string  `json:"reason,omitempty"`
}

func (p *program) resolve(names []string, stdin, asJSON bool, know *knowledgeFlags) error {
	d, err := know.directory()
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(p.stdout, 1<<16)
	at := know.asOf.orToday()
	one := func(name string) error {
		v := resolveOne(d, name, at)
		if !asJSON {
			return v.print(out)
		}
		line, err := marshalLine(v)
		if err != nil {
			return err
		}
		_, err = out.Write(append(line, '\n'))
		return err
	}
	for _, name := range names {
		if err := one(name); err != nil {
			return err
		}
	}
	if stdin {
		if err := eachLine(p.stdin, one); err != nil {
			return err
		}
	}
	return out.Flush()
}

// eachLine hands over every line of in, however long.
func eachLine(in io.Reader, do func(string) error) error {
	lines := bufio.NewReaderSize(in, 1<<16)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			if err := do(strings.TrimRight(line, "\r\n")); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read standard input: %w", err)
		}
	}
}

// cluesOf takes a text for an identifier if it is written as one, else for a
// name. Who asks for an address asks for the interface that has it.
func cluesOf(text string) netvet.Clues {
	id, ok := vendors.ParseIdentifier(text)
	if !ok {
		return netvet.Clues{Names: []string{text}}
	}
	c := netvet.Clues{Identifiers: []netvet.Identifier{id}}
	if id.Type == netvet.IDMAC {
		c.Category = "network interface"
	}
	return c
}

func resolveOne(d *vendors.Directory, text string, at time.Time) resolved {
	m := d.Resolve(cluesOf(text), at)
	v := resolved{Input: text, Confidence: m.Confidence, Method: known(m.Method), Possible: []resolvedPossible{}, Reason: m.Reason,
		Registered: append([]netvet.Registration{}, m.Registered...)}
	if m.Supplier != nil {
		v.Supplier, v.Name = &m.Supplier.ID, &m.Supplier.Name
	}
	for _, q := range m.Possible {
		v.Possible = append(v.Possible, resolvedPossible{q.ID, q.Confidence, q.Reason})
	}
	return v
}

func (v *resolved) print(w io.Writer) error {
	supplier := "nobody known"
	if v.Supplier != nil {
		supplier = fmt.Sprintf("%s (%s), confidence %.2f by %s", *v.Supplier, *v.Name, v.Confidence, or(v.Method))
	}
	if _, err := fmt.Fprintf(w, "%s: %s\n", report.Visible(v.Input), report.Visible(supplier)); err != nil {
		return err
	}
	if v.Reason != "" {
		fmt.Fprintf(w, "  %s\n", report.Visible(v.Reason))
	}
	for _, q := range v.Possible {
		fmt.Fprintf(w, "  possibly %s, confidence %.2f: %s\n", q.Supplier, q.Confidence, report.Visible(q.Reason))
	}
	for _, g := range v.Registered {
		fmt.Fprintf(w, "  registered: %s has %s as %s\n", g.Registry, g.ID, report.Visible(g.Organisation))
	}
	return nil
}

func (p *program) suppliersShow() *cobra.Command {
	var know knowledgeFlags
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show a company: names, owners over time, lists, identifiers, sources",
		Example: `  netvet suppliers show h3c
  netvet suppliers show h3c --as-of 2012-01-01`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			d, err := know.directory()
			if err != nil {
				return err
			}
			r, ok := d.Record(args[0])
			if !ok {
				return usage("unknown supplier %q%s", args[0], nearestSupplier(d, args[0]))
			}
			out := bufio.NewWriter(p.stdout)
			showSupplier(out, d, r, know.asOf.orToday())
			return fault(out.Flush())
		},
	}
	know.addSuppliers(cmd.Flags())
	return cmd
}

func nearestSupplier(d *vendors.Directory, id string) string {
	var ids []string
	for _, r := range d.Records() {
		ids = append(ids, r.ID)
	}
	if near := strictyaml.Nearest(id, ids); near != "" {
		return fmt.Sprintf(": did you mean %q?", near)
	}
	return "; netvet suppliers resolve NAME finds ids"
}

func showSupplier(w io.Writer, d *vendors.Directory, r *vendors.Record, at time.Time) {
	s, _ := d.Supplier(r.ID, at)
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(w, "  %-16s %s\n", label, report.Visible(text))
		}
	}
	fmt.Fprintf(w, "%s: %s%s\n", r.ID, report.Visible(r.Name), doubt(r.Confidence))
	for _, language := range slices.Sorted(maps.Keys(r.Names)) {
		line("name "+language, strings.Join(r.Names[language], ", "))
	}
	line("also", strings.Join(r.Aliases, ", "))
	line("formerly", strings.Join(r.Former, ", "))
	line("brands", strings.Join(r.Brands, ", "))
	line("ambiguous", strings.Join(r.Ambiguous, ", "))
	line("incorporated", r.Countries.Incorporated)
	line("headquarters", r.Countries.Headquarters)
	line("controlled from", s.Countries.ControlledFrom)
	line("makes", strings.Join(r.Categories, ", "))
	if r.Community {
		line("kind", "a community or foundation, no company")
	}
	line("note", r.Note)
	fmt.Fprintf(w, "\nOwners on %s\n", at.Format(time.DateOnly))
	for _, o := range s.Owners {
		fmt.Fprintf(w, "  controlled by %s\n", report.Visible(owner(cmp.Or(o.ID, o.Name), o.Country)))
	}
	if len(s.Owners) == 0 {
		fmt.Fprintln(w, "  nobody is known to control it")
	}
	if len(r.Owners) > 0 {
		fmt.Fprintln(w, "\nOwners over time")
	}
	for _, o := range r.Owners {
		fmt.Fprintf(w, "  %s to %s  %s, %s%s\n", cmp.Or(string(o.From), "ever"), cmp.Or(string(o.To), "now"),
			report.Visible(owner(cmp.Or(o.ID, o.Name), o.Country)), o.Share, doubt(o.Confidence))
		line("  note", o.Note)
		line("  source", o.Source)
	}
	showHits(w, d, s, at)
	fmt.Fprintln(w, "\nIdentifiers")
	for _, id := range identifiers(&r.IDs) {
		line(id.label, id.text)
	}
	if len(r.Claims) > 0 {
		fmt.Fprintln(w, "\nClaims")
	}
	for _, c := range r.Claims {
		fmt.Fprintf(w, "  %s%s\n", report.Visible(c.What), doubt(c.Confidence))
		line("  source", strings.TrimSpace(c.Source+" "+string(c.Date)))
	}
	fmt.Fprintf(w, "\nSource\n  %s, read %s, confidence %s\n", report.Visible(r.Source), r.Date, r.Confidence)
}

func owner(name, country string) string {
	if country == "" {
		return name
	}
	return name + " (" + country + ")"
}

// doubt says so where a fact is of low confidence.
func doubt(c netvet.Confidence) string {
	if c == netvet.ConfidenceHigh || c == "" {
		return ""
	}
	return " [confidence " + string(c) + "]"
}

// showHits writes the lists that reach a supplier or its owners on a day.
func showHits(w io.Writer, d *vendors.Directory, s *netvet.Supplier, at time.Time) {
	fmt.Fprintf(w, "\nLists on %s\n", at.Format(time.DateOnly))
	hits := evidence.ListHits(&netvet.Assessment{Match: netvet.Match{Supplier: s}}, evidence.NewLists(d.Lists(), at))
	for _, h := range hits {
		through := ""
		if h.Relation == "owner" {
			through = ", through its owner " + h.Supplier
		}
		fmt.Fprintf(w, "  %s: %s, %s since %s%s%s%s\n", h.List, strings.Join(h.Effects, ", "), h.Status, cmp.Or(string(h.From), "?"), through, standing(h.Status), doubt(h.Confidence))
		if l, err := findList(d, h.List); err == nil && stale(l.AsOf, at) {
			fmt.Fprintf(w, "    list as of %s\n", age(l.AsOf, at))
		}
		if scope := cmp.Or(h.Entry.ScopeText, h.Entry.Note); scope != "" {
			fmt.Fprintf(w, "    %s\n", report.Visible(scope))
		}
		if h.Entry.Citation != "" || h.Entry.URL != "" {
			fmt.Fprintf(w, "    %s\n", report.Visible(strings.TrimSpace(h.Entry.Citation+" "+h.Entry.URL)))
		}
	}
	if len(hits) == 0 {
		fmt.Fprintln(w, "  none of the lists here names it; netvet suppliers lists tells how complete and how old they are")
	}
}

// standing says so where a listing binds nobody.
func standing(s netvet.ListStatus) string {
	if s == netvet.StatusInForce {
		return ""
	}
	return " (not law in force)"
}

type labelled struct{ label, text string }

func identifiers(ids *vendors.IDs) []labelled {
	// Address prefixes run to hundreds for large makers.
	short := func(list []string) string {
		const most = 12
		if len(list) <= most {
			return strings.Join(list, " ")
		}
		return fmt.Sprintf("%s and %d more", strings.Join(list[:most], " "), len(list)-most)
	}
	return []labelled{
		{"domain", short(ids.Domain)}, {"cpe vendor", short(ids.CPE)}, {"purl", short(ids.Purl)}, {"pci", short(ids.PCI)},
		{"pci, virtual", short(ids.Virtual)}, {"usb", short(ids.USB)}, {"mac prefix", short(ids.OUI)}, {"iana pen", short(ids.PEN)},
		{"jep106", short(ids.JEP106)}, {"lei", short(ids.LEI)}, {"part numbers", short(ids.PartPatterns)}, {"doubtful", short(ids.Doubtful)},
	}
}

func (p *program) suppliersList() *cobra.Command {
	var know knowledgeFlags
	country, list, category := "", "", ""
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List companies, all or those of a country, list or category",
		Example: `  netvet suppliers list --country CN --category switch-router
  netvet suppliers list --list us-fcc-covered`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			d, err := know.directory()
			if err != nil {
				return err
			}
			on, err := namedBy(d, list, know.asOf.orToday())
			if err != nil {
				return err
			}
			if err := knownTo(d, country, category); err != nil {
				return err
			}
			rows := [][]string{{"ID", "NAME", "COUNTRY", "CONTROLLED FROM", "MAKES", ""}}
			for _, r := range d.Records() {
				s, _ := d.Supplier(r.ID, know.asOf.orToday())
				if country != "" && !strings.EqualFold(s.Country(), country) && !strings.EqualFold(s.Countries.ControlledFrom, country) ||
					category != "" && !slices.Contains(r.Categories, category) || list != "" && !on[r.ID] {
					continue
				}
				rows = append(rows, []string{r.ID, r.Name, s.Country(), s.Countries.ControlledFrom, strings.Join(r.Categories, " "), strings.TrimSpace(doubt(r.Confidence))})
			}
			return p.columns(rows, fmt.Sprintf("%d suppliers", len(rows)-1))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&country, "country", "", "only those with headquarters in, or controlled from, this country (ISO 3166-1 alpha-2)")
	flags.StringVar(&list, "list", "", "only those that this list names")
	flags.StringVar(&category, "category", "", "only those that make this, such as switch-router or ssd")
	know.addSuppliers(flags)
	return cmd
}

// knownTo complains of a country or category that no supplier has: more likely a
// slip than a question.
func knownTo(d *vendors.Directory, country, category string) error {
	countries, categories := map[string]bool{}, map[string]bool{}
	for _, r := range d.Records() {
		countries[r.Countries.Headquarters], countries[r.Countries.Incorporated] = true, true
		for _, o := range r.Owners {
			countries[o.Country] = true
		}
		for _, c := range r.Categories {
			categories[c] = true
		}
	}
	if c := strings.ToUpper(country); c != "" && !countries[c] {
		return usage("no supplier here is of the country %q: give a code of ISO 3166-1 alpha-2, such as CN", country)
	}
	if category != "" && !categories[category] {
		return usage("no supplier here makes %q%s", category, didYouMean(category, slices.Sorted(maps.Keys(categories))))
	}
	return nil
}

// columns writes rows as a table and a line below it.
func (p *program) columns(rows [][]string, below string) error {
	out := bufio.NewWriter(p.stdout)
	if err := report.Columns(out, rows, "", 48); err != nil {
		return fault(err)
	}
	fmt.Fprintf(out, "\n%s\n", below)
	return fault(out.Flush())
}

// namedBy returns the suppliers that a list names on a day.
func namedBy(d *vendors.Directory, id string, at time.Time) (map[string]bool, error) {
	on := map[string]bool{}
	if id == "" {
		return on, nil
	}
	l, err := findList(d, id)
	if err != nil {
		return nil, err
	}
	for i := range l.Entries {
		if l.InForce(&l.Entries[i], at) {
			on[l.Entries[i].Supplier] = true
		}
	}
	return on, nil
}

func findList(d *vendors.Directory, id string) (*netvet.List, error) {
	var ids []string
	for i := range d.Lists() {
		l := &d.Lists()[i]
		if l.ID == id {
			return l, nil
		}
		ids = append(ids, l.ID)
	}
	return nil, usage("unknown list %q%s", id, didYouMean(id, ids))
}

func (p *program) suppliersLists() *cobra.Command {
	var know knowledgeFlags
	cmd := &cobra.Command{
		Use:   "lists [ID]",
		Short: "List the authorities' lists, how old and how complete they are, or show one",
		Example: `  netvet suppliers lists
  netvet suppliers lists cn-cac-micron-2023`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			d, err := know.directory()
			if err != nil {
				return err
			}
			at := know.asOf.orToday()
			if len(args) == 0 {
				rows := [][]string{{"ID", "IN", "EFFECT", "STATUS", "GRADE", "REACH", "ENTRIES", "COMPLETE", "LIST AS OF"}}
				for _, l := range d.Lists() {
					rows = append(rows, []string{l.ID, l.Jurisdiction, strings.Join(plain(l.Effects), " "), string(l.Status), string(l.Grade), string(l.Reach),
						fmt.Sprint(len(l.Entries)), yesNo(l.Complete), age(l.AsOf, at) + doubt(l.Confidence)})
				}
				return p.columns(rows, fmt.Sprintf("%d lists; netvet suppliers lists ID shows one", len(rows)-1))
			}
			l, err := findList(d, args[0])
			if err != nil {
				return err
			}
			out := bufio.NewWriter(p.stdout)
			showList(out, l, at)
			return fault(out.Flush())
		},
	}
	know.addSuppliers(cmd.Flags())
	return cmd
}

func showList(w io.Writer, l *netvet.List, at time.Time) {
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(w, "  %-13s %s\n", label, report.Visible(text))
		}
	}
	fmt.Fprintf(w, "%s: %s%s\n", l.ID, report.Visible(l.Title), doubt(l.Confidence))
	line("title", l.TitleZH)
	line("authority", l.Authority)
	line("legal basis", l.LegalBasis)
	line("jurisdiction", l.Jurisdiction)
	line("binds", l.Binds)
	line("effect", strings.Join(plain(l.Effects), ", "))
	line("status", string(l.Status)+standing(l.Status))
	line("grade", string(l.Grade))
	line("reach", string(l.Reach))
	line("complete", yesNo(l.Complete)+map[bool]string{false: ": parties of the official list are missing here"}[l.Complete])
	line("list as of", age(l.AsOf, at))
	line("url", l.URL)
	line("note", l.Note)
	line("source", l.Source)
	fmt.Fprintf(w, "\nEntries: %d\n", len(l.Entries))
	for _, e := range l.Entries {
		state := "since " + cmp.Or(string(e.From), "?")
		switch {
		case e.To != "":
			state = fmt.Sprintf("%s to %s", cmp.Or(string(e.From), "?"), e.To)
		case at.Before(e.From.Start()):
			state = "from " + string(e.From)
		}
		if e.Status != "" {
			state += ", " + string(e.Status)
		}
		if len(e.Effects) > 0 {
			state += ", " + strings.Join(plain(e.Effects), ", ")
		}
		fmt.Fprintf(w, "  %s: %s%s\n", report.Visible(cmp.Or(e.Supplier, "(a class of products)")+" as \""+e.ListedName+"\""), state, doubt(e.Confidence))
		for _, text := range append([]string{e.ScopeText, strings.TrimSpace(e.Citation + " " + e.URL), e.Note}, e.Conditions...) {
			if text != "" {
				fmt.Fprintf(w, "    %s\n", report.Visible(text))
			}
		}
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// staleDays is the age from which that of a list is told everywhere.
const staleDays = 60

func daysOld(d netvet.Date, at time.Time) int { return int(at.Sub(d.Start()).Hours() / 24) }

// stale reports whether a list was checked long before, or only after, a day.
func stale(d netvet.Date, at time.Time) bool {
	days := daysOld(d, at)
	return d == "" || days < 0 || days >= staleDays
}

// age tells a date and how long ago it was.
func age(d netvet.Date, at time.Time) string {
	if d == "" {
		return "unknown"
	}
	days := daysOld(d, at)
	switch {
	case days < 0:
		return string(d) + ", after the as-of date"
	case days < staleDays:
		return fmt.Sprintf("%s, %s old", d, report.Count(days, "day"))
	}
	return fmt.Sprintf("%s, %d months old", d, days*12/365)
}

func (p *program) suppliersLint() *cobra.Command {
	return &cobra.Command{
		Use:   "lint DIR",
		Short: "Check suppliers and lists of your own",
		Long: `lint reads a folder with data/*.yaml (one supplier a file) and lists/*.yaml (one
list a file) and prints everything that is wrong with it, with file and line.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir, err := folder(args[0])
			if err != nil {
				return err
			}
			return p.lint(args[0], vendors.Lint(dir))
		},
	}
}

// lint prints what is wrong with a folder of knowledge.
func (p *program) lint(dir string, found strictyaml.Faults) error {
	if len(found) == 0 {
		return p.println("%s: nothing wrong", dir)
	}
	if err := found.Err(); err != nil {
		if err := p.println("%s", visibleLines(err.Error())); err != nil {
			return err
		}
	}
	return usage("%d faults in %s", len(found), dir)
}

func visibleLines(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, report.Visible(strings.TrimSuffix(line, "\n")))
	}
	return strings.Join(lines, "\n")
}

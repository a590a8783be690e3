package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/netvet/netvet/scanner"
	"github.com/netvet/netvet/scanner/kit"
	"github.com/spf13/cobra"
)

func (p *program) dataCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "data",
		Short: "Get, build, carry and look at the offline data: known vulnerabilities and how old they are",
		Long: `The offline data is a folder. 'data update' gets its sources and builds it, 'data
build' makes it from what lies on disk, 'data export' and 'data import' carry it in
one signed file, and 'data status' says what it holds and how old that is. Runs
that use the folder while it is replaced keep what they have opened. Nothing but
'data update' reaches the network.`,
		Args: cobra.ArbitraryArgs, RunE: group,
	}
	cmd.AddCommand(p.dataBuild(), p.dataUpdate(), p.dataStatus(), p.dataExport(), p.dataImport(), p.dataKeygen())
	return cmd
}

// dataFlag is the flag that says where the data is.
func dataFlag(cmd *cobra.Command, dir *string) {
	cmd.Flags().StringVar(dir, "data", "", "`folder` of the offline data")
}

func needData(dir string) error {
	if dir == "" {
		return usage("which data? give --data DIR, or set NETVET_DATA")
	}
	return nil
}

func (p *program) dataBuild() *cobra.Command {
	var dir string
	given := map[string]*[]string{}
	cmd := &cobra.Command{
		Use:   "build",
		Short: "Build the data from archives and folders on disk",
		Long: `Build makes the data from what the flags name, and from nothing else: a source
that is not named is not in it. A path is a file, an archive or a folder, which
is walked; records of the source are taken, everything else is counted with the
reason. The new data takes the place of the old at once, when all of it is there.`,
		Example: "  netvet data build --data /srv/netvet --osv osv-archives/",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needData(dir); err != nil {
				return err
			}
			paths := map[string][]string{}
			for id, list := range given {
				if len(*list) > 0 {
					paths[id] = *list
				}
			}
			return p.buildData(cmd, dir, paths, nil)
		},
	}
	dataFlag(cmd, &dir)
	for _, s := range kit.Sources() {
		given[s.ID] = new([]string)
		cmd.Flags().StringArrayVar(given[s.ID], s.ID, nil, s.Title+" from `path`: "+s.Accepts+"; repeat for more")
	}
	return cmd
}

// buildData builds the data from paths by the id of their source, and shows it.
// Fetched says when a source was last asked whether this is all.
func (p *program) buildData(cmd *cobra.Command, dir string, paths map[string][]string, fetched map[string]time.Time) error {
	for _, list := range paths {
		for _, path := range list {
			if _, err := os.Stat(path); err != nil {
				return usage("%w", err)
			}
		}
	}
	if len(paths) == 0 {
		return usage("build the data from what? give at least one source: %s", strings.Join(sourceFlags(), ", "))
	}
	suppliers, err := (&knowledgeFlags{}).directory()
	if err != nil {
		return err
	}
	watch, now := p.newProgress(), time.Now()
	build := kit.Build{Paths: paths, Built: now, Tool: newVersion().Version, Resolve: scanner.ResolveMaker(suppliers, now), Fetched: fetched}
	if watch != nil {
		build.Progress = func(source string, records int) { watch.count(source, records) }
	}
	m, err := build.Run(cmd.Context(), dir)
	watch.done()
	if err != nil {
		return fault(err)
	}
	for _, s := range m.Sources {
		for _, skipped := range s.Skipped {
			p.note("%s: skipped %d: %s, such as %s", s.ID, skipped.Count, skipped.Reason, skipped.Examples[0])
		}
	}
	if err := p.showData(m, m.Built); err != nil {
		return err
	}
	for _, s := range m.Sources {
		if s.Records == 0 {
			return &exit{exitNothing, fmt.Errorf("%s: no record was found in what was given: %s", s.ID, strings.Join(paths[s.ID], ", "))}
		}
	}
	return nil
}

func sourceFlags() []string {
	var flags []string
	for _, s := range kit.Sources() {
		flags = append(flags, "--"+s.ID)
	}
	return flags
}

func (p *program) dataStatus() *cobra.Command {
	var dir string
	var asJSON, verify bool
	var limit maxAge
	cmd := &cobra.Command{
		Use:     "status",
		Short:   "Say what the data holds, how old it is and under which licence",
		Example: "  netvet data status --data /srv/netvet",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := needData(dir); err != nil {
				return err
			}
			k, err := openData(dir)
			if err != nil {
				return err
			}
			defer k.Close()
			if verify {
				if err := k.Verify(); err != nil {
					return fault(err)
				}
			}
			m, now := k.Manifest(), time.Now()
			show := p.showData
			if asJSON {
				show = p.dataJSON
			}
			if err := show(&m, now); err != nil {
				return err
			}
			return tooOld(&m, limit, now)
		},
	}
	dataFlag(cmd, &dir)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	maxAgeFlag(cmd, &limit)
	cmd.Flags().BoolVar(&verify, "verify", false, "read all of the data and compare its checksum")
	return cmd
}

// maxAgeFlag is the flag that says how old data may be.
func maxAgeFlag(cmd *cobra.Command, limit *maxAge) {
	cmd.Flags().Var(limit, "max-data-age", "exit 6 when a source of the data is older, as 30d, 2w or 720h")
}

// tooOld ends a command when data is older than allowed.
func tooOld(m *kit.Manifest, limit maxAge, now time.Time) error {
	if limit == 0 {
		return nil
	}
	var old []string
	for _, s := range m.OlderThan(time.Duration(limit), now) {
		old = append(old, s.ID+" ("+ageInWords(m, s, now)+")")
	}
	if len(old) == 0 {
		return nil
	}
	return &exit{exitOld, fmt.Errorf("data older than --max-data-age allows: %s; run 'netvet data update', or import a newer bundle", strings.Join(old, ", "))}
}

func ageInWords(m *kit.Manifest, s kit.ManifestSource, now time.Time) string {
	if age, ok := m.Age(s, now); ok {
		return kit.AgeInWords(age)
	}
	return "unknown"
}

// openData opens the data that a flag names.
func openData(dir string) (*kit.Kit, error) {
	k, err := kit.Open(dir)
	if errors.Is(err, kit.ErrNoKit) || errors.Is(err, fs.ErrNotExist) {
		return nil, usage("%w", err)
	}
	return k, fault(err)
}

func (p *program) dataJSON(m *kit.Manifest, _ time.Time) error {
	text, err := json.Marshal(m)
	if err != nil {
		return fault(err)
	}
	return p.println("%s", text)
}

// showData prints one line a source, and those that the data does not have.
func (p *program) showData(m *kit.Manifest, now time.Time) error {
	rows := [][]string{{"SOURCE", "RECORDS", "NEWEST", "AGE", "CHECKED", "SKIPPED", "SHA256", "LICENCE"}}
	for _, s := range kit.Sources() {
		have, ok := m.Source(s.ID)
		if !ok {
			rows = append(rows, []string{s.ID, "-", "-", "-", "-", "-", "-", "not in the data"})
			continue
		}
		skipped := 0
		for _, reason := range have.Skipped {
			skipped += reason.Count
		}
		rows = append(rows, []string{s.ID, strconv.Itoa(have.Records), day10(have.Newest), ageInWords(m, have, now), day10(have.Fetched), strconv.Itoa(skipped), have.SHA256[:min(12, len(have.SHA256))], have.Licence})
	}
	title := fmt.Sprintf("built %s by netvet %s, %s", m.Built.Format(time.DateOnly), m.Tool, megabytes(m.Store.Bytes))
	if o := m.Overrides; o != nil {
		title += fmt.Sprintf("; with %d files of suppliers and lists, %d of rules", o.Suppliers, o.Rules)
	}
	return p.columns(rows, title)
}

// day10 is the day of a date, "-" when there is none.
func day10(date string) string {
	if len(date) < len(time.DateOnly) {
		return "-"
	}
	return date[:len(time.DateOnly)]
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

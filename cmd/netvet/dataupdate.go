package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/netvet/netvet/scanner/download"
	"github.com/netvet/netvet/scanner/kit"
	"github.com/spf13/cobra"
)

// sourcesFile is the user's own file of addresses in the folder of the data.
const sourcesFile = "sources.yaml"

func (p *program) dataUpdate() *cobra.Command {
	var dir, file string
	var only []string
	cmd := &cobra.Command{
		Use:   "update",
		Short: "Get the sources from where they are published, and build the data",
		Long: `Update gets each source from its address and builds the data from what came. What
has not changed is not got again, and what was interrupted goes on where it
stopped. A source that cannot be had stays as it was, with its age.

This is the only command that reaches the network, and only the addresses of the
sources. A file sources.yaml in the folder of the data, or --sources, names other
addresses (a mirror), or files on this machine:

  sources:
    - {id: osv, parts: [PyPI, npm, Debian]}
    - {id: cve, url: ["https://mirror.example/cve/all_CVEs.zip"]}
    - {id: epss, off: true}
    - {id: kev, path: /srv/feeds/known_exploited_vulnerabilities.json}

Proxies are those of HTTPS_PROXY and NO_PROXY. Redirects to hosts that the source
does not name are refused.`,
		Example: "  netvet data update --data /srv/netvet",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needData(dir); err != nil {
				return err
			}
			sources, err := readSources(dir, file)
			if err != nil {
				return err
			}
			if err := knownSources(sources, only); err != nil {
				return err
			}
			return p.updateData(cmd, dir, download.Update{Sources: sources, Only: only, Dir: dir, Now: time.Now().UTC(), Agent: "netvet/" + newVersion().Version})
		},
	}
	dataFlag(cmd, &dir)
	cmd.Flags().StringVar(&file, "sources", "", "`FILE` with addresses (default sources.yaml in the folder of the data, if it is there)")
	cmd.Flags().StringArrayVar(&only, "source", nil, "ask for this source alone, by its `ID`; repeat for more")
	return cmd
}

// readSources lays the user's file over the addresses that are built in.
func readSources(dir, file string) ([]download.Source, error) {
	sources, err := download.Default()
	if err != nil {
		return nil, fault(err)
	}
	sources = slices.DeleteFunc(sources, func(s download.Source) bool { return !inKit(s.ID) })
	name := file
	if name == "" {
		name = filepath.Join(dir, sourcesFile)
	}
	text, err := os.ReadFile(name)
	if file == "" && errors.Is(err, fs.ErrNotExist) {
		return sources, nil
	}
	if err != nil {
		return nil, usage("read the sources: %w", err)
	}
	if sources, err = download.Merge(sources, name, text); err != nil {
		return nil, usage("read the sources:\n%w", err)
	}
	return sources, nil
}

// inKit reports whether the data can hold a source.
func inKit(id string) bool {
	return slices.ContainsFunc(kit.Sources(), func(s kit.Source) bool { return s.ID == id })
}

// knownSources checks the ids that the user wrote.
func knownSources(sources []download.Source, only []string) error {
	var ids []string
	for _, s := range sources {
		if !inKit(s.ID) {
			return usage("the data has no source %q%s", s.ID, didYouMean(s.ID, kitIDs()))
		}
		ids = append(ids, s.ID)
	}
	for _, id := range only {
		if !slices.Contains(ids, id) {
			return usage("--source: there is no address of %q%s", id, didYouMean(id, ids))
		}
	}
	return nil
}

func kitIDs() []string {
	var ids []string
	for _, s := range kit.Sources() {
		ids = append(ids, s.ID)
	}
	return ids
}

func (p *program) updateData(cmd *cobra.Command, dir string, u download.Update) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fault(err)
	}
	unlock, err := kit.LockDownloads(dir)
	if err != nil {
		return fault(err)
	}
	defer unlock()
	have := installedManifest(dir)
	if err := allNamed(dir, have, u.Sources); err != nil {
		return err
	}
	watch := p.newProgress()
	if watch != nil {
		u.Progress = func(_, file string, have, of int64) { watch.download(file, have, of) }
	}
	results := u.Run(cmd.Context())
	watch.done()
	if err := cmd.Context().Err(); err != nil {
		return fault(err)
	}
	failed := p.tellResults(results)
	paths, fetched := map[string][]string{}, map[string]time.Time{}
	for _, r := range results {
		if len(r.Paths) == 0 {
			continue
		}
		paths[r.Source] = r.Paths
		if !r.Fetched.IsZero() {
			fetched[r.Source] = r.Fetched
		}
	}
	if len(paths) == 0 {
		return &exit{exitFault, errors.New("update the data: no source could be had, and none was had before")}
	}
	if err := nothingLost(have, paths, failed); err != nil {
		return err
	}
	if sameAsBefore(have, results) {
		err = p.confirmData(dir, fetched)
	} else {
		err = p.buildData(cmd, dir, paths, fetched)
	}
	if err == nil && len(failed) > 0 {
		err = &exit{exitFault, fmt.Errorf("update the data: not brought up to date: %s", strings.Join(failed, ", "))}
	}
	return err
}

// installedManifest tells what is there; an empty one when nothing is.
func installedManifest(dir string) kit.Manifest {
	k, err := kit.Open(dir)
	if err != nil {
		return kit.Manifest{} // what cannot be opened cannot be lost
	}
	defer k.Close()
	return k.Manifest()
}

// allNamed refuses to replace data that has a source of which there is no address.
func allNamed(dir string, have kit.Manifest, sources []download.Source) error {
	for _, s := range have.Sources {
		if !slices.ContainsFunc(sources, func(d download.Source) bool { return d.ID == s.ID }) {
			return usage("the data in %s has %s, of which there is no address: name its files in %s (- {id: %s, path: FILE}), or write - {id: %s, off: true} to leave it out",
				dir, s.ID, filepath.Join(dir, sourcesFile), s.ID, s.ID)
		}
	}
	return nil
}

// nothingLost refuses to replace data of a source that could not be had, or not
// all of it, when what is there did not come from an update: of that no files
// are kept.
func nothingLost(have kit.Manifest, paths map[string][]string, failed []string) error {
	for _, s := range have.Sources {
		if slices.Contains(failed, s.ID) && (s.Fetched == "" || len(paths[s.ID]) == 0) {
			return &exit{exitFault, fmt.Errorf("update the data: %s could not be had, and what the data has of it did not come from an update: everything stays as it was", s.ID)}
		}
	}
	return nil
}

// sameAsBefore reports whether a build would give what is there.
func sameAsBefore(have kit.Manifest, results []download.Result) bool {
	if have.Schema != kit.SchemaVersion || have.Tool != newVersion().Version {
		return false
	}
	n := 0
	for _, r := range results {
		if len(r.Paths) == 0 {
			continue
		}
		n++
		s, ok := have.Source(r.Source)
		if !ok || r.Fetched.IsZero() || s.SHA256 != kit.SumOfFiles(r.SHA256) {
			return false
		}
	}
	return n == len(have.Sources)
}

// confirmData says of data that nothing newer than it is published.
func (p *program) confirmData(dir string, fetched map[string]time.Time) error {
	m, err := kit.Confirm(dir, fetched)
	if err != nil {
		return fault(err)
	}
	p.note("nothing is new: the data stays")
	return p.showData(m, time.Now())
}

// tellResults says how it went with each source, and which failed.
func (p *program) tellResults(results []download.Result) (failed []string) {
	for _, r := range results {
		if r.New+r.Unchanged > 0 {
			p.note("%s: %d files new, %d unchanged, %s", r.Source, r.New, r.Unchanged, megabytes(r.Bytes))
		}
		if len(r.Redirects) > 0 {
			p.note("%s: redirected to %s", r.Source, strings.Join(r.Redirects, ", "))
		}
		if r.Err == nil {
			continue
		}
		failed = append(failed, r.Source)
		for line := range strings.Lines(r.Err.Error()) {
			p.warn("%s: %s", r.Source, strings.TrimSuffix(line, "\n"))
		}
		if len(r.Paths) > 0 && !r.Fetched.IsZero() {
			p.warn("%s: what was had before stays, of %s", r.Source, r.Fetched.Format(time.DateOnly))
		}
	}
	return failed
}

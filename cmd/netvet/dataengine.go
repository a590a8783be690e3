package main

import (
	"context"
	"strings"
	"time"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
	"github.com/netvet/netvet/scanner"
	"github.com/netvet/netvet/scanner/evidence"
	"github.com/netvet/netvet/scanner/kit"
)

// The engines that look components up.
const (
	engineIndex   = "index"
	engineScanner = "osv-scanner"
)

// useData opens the offline data, if there is any, for a scan. What is returned
// closes it.
func (p *program) useData(ctx context.Context, s *scanner.Scanner, f *scanFlags, inputs []sbom.Input) (done func(), err error) {
	done = func() {}
	if f.data == "" {
		if f.osvEngine.value != engineIndex {
			return done, usage("--osv-engine %s: which data? give --data DIR", f.osvEngine.value)
		}
		if f.maxAge > 0 {
			return done, usage("--max-data-age: of which data? give --data DIR, or set NETVET_DATA")
		}
		return done, nil
	}
	k, err := openData(f.data)
	if err != nil {
		return done, err
	}
	done = func() { _ = k.Close() } // it was only read
	if err := useOverrides(s, f, k.Overrides()); err != nil {
		return done, err
	}
	manifest := k.Manifest()
	s.Data, s.Weaknesses = manifest.DataSets(), evidence.NewWeaknesses(k)
	f.tooOld = tooOld(&manifest, f.maxAge, time.Now())
	p.note("offline data: %s", agesOf(&manifest, time.Now()))
	if _, ok := manifest.Source("osv"); !ok {
		p.warn("the data in %s has no advisories of OSV: known weaknesses of packages are not looked up", f.data)
		return done, nil
	}
	if s.Matcher, err = evidence.NewMatcher(k); err != nil {
		return done, fault(err)
	}
	if f.osvEngine.value == engineScanner {
		if s.Matcher, err = p.osvScanner(ctx, s, f.data, inputs); err != nil {
			return done, err
		}
	}
	return done, nil
}

// agesOf tells how old the data of each source is.
func agesOf(m *kit.Manifest, now time.Time) string {
	var ages []string
	for _, s := range m.Sources {
		ages = append(ages, s.ID+" ("+ageInWords(m, s, now)+")")
	}
	return strings.Join(ages, ", ")
}

// tellLookUps says on every run what known weaknesses were looked up for.
func (p *program) tellLookUps(f *scanFlags, l *netvet.LookUps) {
	if f.data == "" {
		p.note("known weaknesses are not looked up: no offline data; build it with netvet data build, then scan with --data DIR")
		return
	}
	for _, note := range scanner.LookUpNotes(l) {
		p.note("%s", note)
	}
}

// useOverrides lays what came with the data between the built-in suppliers and
// rules and the user's own.
func useOverrides(s *scanner.Scanner, f *scanFlags, o kit.Overrides) (err error) {
	if o == (kit.Overrides{}) {
		return nil
	}
	f.know.overrides = o
	if s.Library, err = f.know.library(); err != nil {
		return err
	}
	s.Suppliers, err = f.know.directory()
	return err
}

// osvScanner asks osv-scanner for every package URL of the inputs.
func (p *program) osvScanner(ctx context.Context, s *scanner.Scanner, dir string, inputs []sbom.Input) (*evidence.Matcher, error) {
	if !evidence.OSVScanner {
		_, _, err := evidence.RunOSVScanner(ctx, dir, nil)
		return nil, usage("--osv-engine %s: %w", engineScanner, err)
	}
	purls, err := scanner.Purls(ctx, inputs, s.Options)
	if err != nil {
		return nil, err
	}
	found, missed, err := evidence.RunOSVScanner(ctx, dir, purls)
	if err != nil {
		return nil, fault(err)
	}
	return s.Matcher.Answering(found, missed), nil
}

package kit

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
)

// The buckets of OSV. A package's advisories stand side by side, so that one
// look-up reads them in a row.
const (
	bucketOSV        = "osv"        // ecosystem, 0, name, 0, id -> the versions that are affected
	bucketAdvisories = "advisories" // id -> what is known of it
	bucketBinaries   = "binaries"   // ecosystem, 0, binary package, 0, source package -> nothing
)

func osvSource() Source {
	return Source{
		ID: "osv", Title: "OSV advisories", Accepts: "a folder of <Ecosystem>/all.zip, an archive, or a folder of OSV records (JSON)",
		Licence: "each database of OSV its own: CC-BY-4.0 (GitHub, Go, PyPI, OSS-Fuzz, Ubuntu ...), CC0-1.0 (RustSec, Alpine ...), MIT or Apache-2.0 (Debian, malicious packages)",
		URL:     "https://osv.dev",
		Match:   func(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".json") },
		Read:    readOSV,
	}
}

// readOSV takes one record.
func readOSV(_ context.Context, f File, in *Intake) error {
	text, err := f.ReadAll()
	if err != nil {
		return err
	}
	var r osvRecord
	if err := json.Unmarshal(text, &r); err != nil {
		if json.Valid(text) {
			return ErrOtherKind
		}
		return &UnreadableError{err}
	}
	if r.ID == "" || r.Modified == "" || strings.ContainsRune(r.ID, 0) {
		return ErrOtherKind
	}
	takeOSV(&r, f.Name, in)
	return nil
}

// takeOSV stores a record unless the same or a newer state of it is there: one
// record stands in the archive of every ecosystem that it speaks of.
func takeOSV(r *osvRecord, where string, in *Intake) {
	if have := in.Get(bucketAdvisories, []byte(r.ID)); have != nil {
		d := decoder{b: have}
		if d.text() >= r.Modified {
			in.Skip("record that was there already", where)
			return
		}
		in.Skip("record that a newer state replaced", where)
	}
	advisory := r.advisory()
	if r.Withdrawn != "" {
		// Kept as a tombstone, or an older state in another archive would stand.
		in.Put(bucketAdvisories, []byte(r.ID), advisory.encode())
		in.Skip("record that was withdrawn", where)
		return
	}
	parts := []string{}
	for _, group := range byPackage(r.Affected) {
		p := group[0].Package
		if p.Ecosystem == "" || p.Name == "" || strings.ContainsRune(p.Ecosystem+p.Name, 0) {
			in.Skip("affected entry without a package", where)
			continue
		}
		value, comparable := encodeAffected(r.Modified, p.Ecosystem, group)
		if !comparable {
			in.Skip("affected entry that gives commits alone: not comparable with a version", where)
			continue
		}
		in.Put(bucketOSV, osvKey(p.Ecosystem, p.Name, r.ID), value)
		for _, a := range group {
			for _, name := range binaries(a.Ecosystem) {
				if name != p.Name && !strings.ContainsRune(name, 0) {
					in.Put(bucketBinaries, osvKey(p.Ecosystem, name, p.Name), nil)
				}
			}
		}
		if !slices.Contains(parts, p.Ecosystem) {
			parts = append(parts, p.Ecosystem)
		}
	}
	if len(parts) == 0 {
		in.Skip("record that names no package and version", where)
		return
	}
	in.Put(bucketAdvisories, []byte(r.ID), advisory.encode())
	in.Record(r.Modified, parts...)
}

// byPackage brings the entries of one package together: a record may have
// several for one, and one key holds them all.
func byPackage(list []osvAffected) [][]osvAffected {
	var groups [][]osvAffected
	at := map[string]int{}
	for _, a := range list {
		key := string(osvKey(a.Package.Ecosystem, a.Package.Name, ""))
		i, ok := at[key]
		if !ok {
			i = len(groups)
			at[key] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], a)
	}
	return groups
}

func osvKey(ecosystem, name, id string) []byte {
	name = osvName(ecosystem, name)
	key := make([]byte, 0, len(ecosystem)+len(name)+len(id)+2)
	key = append(append(key, ecosystem...), 0)
	key = append(append(key, name...), 0)
	return append(key, id...)
}

// Advisory is what is known of one record of OSV.
type Advisory struct {
	Modified, Published string // RFC 3339
	Withdrawn           bool
	ID                  string
	Aliases             []string
	Upstream            []string // what a distribution's record covers
	Summary             string
	Severity            string  // critical, high, medium, low, none, or empty
	Score               float64 // CVSS base score, 0 when not stated
	CWEs                []int64
	URL                 string
	Informational       string // of RustSec: unmaintained, unsound, notice; else empty
	Malicious           bool   // the package itself is malware
	Remote              bool   // reached over a network without privileges, as a CVSS vector says
}

func (r *osvRecord) advisory() Advisory {
	raws := []json.RawMessage{r.Specific}
	for _, a := range r.Affected {
		raws = append(raws, a.Specific, a.Ecosystem)
	}
	s := readSpecific(raws...)
	a := Advisory{Modified: r.Modified, Published: r.Published, Withdrawn: r.Withdrawn != "", ID: r.ID, Aliases: r.Aliases, Upstream: r.Upstream,
		Summary: r.title(), CWEs: s.cwes, URL: r.pageOf(s), Informational: s.informational,
		Malicious: s.malicious || strings.HasPrefix(r.ID, "MAL-")}
	ratings := slices.Clone(r.Severity)
	for _, affected := range r.Affected {
		ratings = append(ratings, affected.Severity...)
	}
	a.Score, a.Severity = rate(ratings)
	a.Remote = slices.ContainsFunc(ratings, func(s osvSeverity) bool { return remote(s.Score) })
	if a.Severity == "" {
		a.Score, a.Severity = s.score, s.severity
	}
	if a.Severity == "" && (s.informational == "unmaintained" || s.informational == "notice") {
		a.Severity = "none" // no weakness in itself
	}
	return a
}

// encode writes the fields; the date stands first, where takeOSV looks for it.
func (a Advisory) encode() []byte {
	var e encoder
	e.text(a.Modified)
	e.number(flag(a.Withdrawn) | flag(a.Malicious)<<1 | flag(a.Remote)<<2)
	e.text(a.Published)
	e.list(a.Aliases)
	e.list(a.Upstream)
	e.text(a.Summary)
	e.text(a.Severity)
	e.number(int(a.Score*10 + 0.5))
	e.number(len(a.CWEs))
	for _, n := range a.CWEs {
		e.number(int(n))
	}
	e.text(a.URL)
	e.text(a.Informational)
	return e.b
}

func decodeAdvisory(id string, value []byte) (Advisory, bool) {
	d := decoder{b: value}
	a := Advisory{ID: id, Modified: d.text()}
	flags := d.number()
	a.Withdrawn, a.Malicious, a.Remote = flags&1 != 0, flags&2 != 0, flags&4 != 0
	a.Published, a.Aliases, a.Upstream = d.text(), d.list(), d.list()
	a.Summary, a.Severity, a.Score = d.text(), d.text(), float64(d.number())/10
	a.CWEs = make([]int64, d.count())
	for i := range a.CWEs {
		a.CWEs[i] = int64(d.number())
	}
	a.URL, a.Informational = d.text(), d.text()
	return a, !d.bad
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// The kinds of events, in the order in which they apply to one version: what is
// introduced and fixed in the same version is fixed.
const (
	eventIntroduced = iota
	eventFixed
	eventLastAffected
	eventLimit
)

type osvEvent struct {
	kind    int
	version string
}

// How the versions of a range are ordered.
const (
	orderOfEcosystem = iota
	orderOfSemver
	orderUnknown // as of an ecosystem whose order is not known
)

// encodeAffected writes the ranges and versions of a package. The events of a
// range stand in the order of their versions, so that a look-up goes through
// them once. Comparable is false when neither can be compared with a version.
func encodeAffected(modified, ecosystem string, group []osvAffected) (value []byte, comparable bool) {
	var e encoder
	e.text(modified)
	var versions []string
	var ranges []osvRange
	for _, a := range group {
		versions = append(versions, a.Versions...)
		for _, r := range a.Ranges {
			if r.Type == "SEMVER" || r.Type == "ECOSYSTEM" {
				ranges = append(ranges, r)
			}
		}
	}
	slices.Sort(versions)
	e.list(slices.Compact(versions))
	e.number(len(ranges))
	for _, r := range ranges {
		encodeRange(&e, ecosystem, r)
	}
	return e.b, len(versions)+len(ranges) > 0
}

func encodeRange(e *encoder, ecosystem string, r osvRange) {
	order, by := orderOfEcosystem, ecosystem
	if r.Type == "SEMVER" {
		order, by = orderOfSemver, osvSemver
	}
	events := readEvents(r)
	if !sortEvents(events, by) {
		order = orderUnknown
	}
	e.number(order)
	e.number(len(events))
	for _, event := range events {
		e.number(event.kind)
		e.text(event.version)
	}
}

func readEvents(r osvRange) []osvEvent {
	var events []osvEvent
	for _, fields := range r.Events {
		for kind, name := range []string{"introduced", "fixed", "last_affected", "limit"} {
			if version := fields[name]; version != "" {
				events = append(events, osvEvent{kind, version})
			}
		}
	}
	return events
}

// sortEvents orders events by version; "0" is before every version. It leaves
// them as they are and reports false when one of them cannot be ordered.
func sortEvents(events []osvEvent, ecosystem string) bool {
	parsed := map[string]*osvVersion{}
	for _, e := range events {
		v, ok := parseOSVVersion(ecosystem, e.version)
		if !ok && e.version != "0" && !(e.kind == eventLimit && e.version == "*") {
			return false
		}
		parsed[e.version] = v
	}
	sorted := slices.Clone(events)
	fine := true
	slices.SortStableFunc(sorted, func(a, b osvEvent) int {
		switch {
		case a.version == b.version || a.kind == eventLimit || b.kind == eventLimit:
			return cmp.Compare(flag(a.kind == eventLimit)*8+a.kind, flag(b.kind == eventLimit)*8+b.kind)
		case a.version == "0":
			return -1
		case b.version == "0":
			return 1
		}
		v := parsed[a.version]
		n, ok := v.compare(b.version)
		fine = fine && ok
		return cmp.Or(n, cmp.Compare(a.kind, b.kind))
	})
	if fine {
		copy(events, sorted)
	}
	return fine
}

package kit

import (
	"cmp"
	"strings"
)

// OSVHit is one advisory that speaks of a version of a package.
type OSVHit struct {
	Advisory Advisory
	Fixed    []string // versions of the ranges that hold the fix, lowest first
	Range    string   // that holds the version, "from 1.0 before 1.3.0"; empty when it is listed by itself
	Possible string   // why it is only possible, empty when the version is affected
}

// Why an advisory only possibly affects a version.
const (
	PossibleNoVersion  = "the version is not stated"
	PossibleUnordered  = "the version cannot be ordered among those of the advisory"
	PossibleNoRelease  = "the release of the distribution is not stated"
	PossibleNoVersions = "the advisory names no version of the package"
)

// OSV returns the advisories for a version of a package, in the order of their
// ids. An empty version is possibly affected by all of them. A name may be that
// of a binary package where the records name its source package.
func (k *Kit) OSV(ecosystem, name, version string) ([]OSVHit, error) {
	q := &osvQuery{ecosystem: ecosystem, version: version}
	var hits []OSVHit
	err := k.store.read(func(r *reading) error {
		for _, prefix := range packages(r, ecosystem, name) {
			some, bad := q.hits(r, prefix)
			if bad != "" {
				return k.damaged(bad)
			}
			hits = append(hits, some...)
		}
		return nil
	})
	return hits, err
}

// packages returns the beginnings of the keys of a package and of the source
// packages that it is built from.
func packages(r *reading, ecosystem, name string) [][]byte {
	own := osvKey(ecosystem, name, "")
	all := [][]byte{own}
	r.prefix(bucketBinaries, own, func(key, _ []byte) bool {
		all = append(all, osvKey(ecosystem, string(key[len(own):]), ""))
		return true
	})
	return all
}

// hits asks every advisory of one package. Bad is the id of one that cannot be read.
func (q *osvQuery) hits(r *reading, prefix []byte) (hits []OSVHit, bad string) {
	r.prefix(bucketOSV, prefix, func(key, value []byte) bool {
		id := key[len(prefix):]
		answer, ok := q.ask(value)
		if !ok {
			bad = string(id)
			return false
		}
		if !answer.affected && answer.possible == "" {
			return true
		}
		a, ok := decodeAdvisory(string(id), r.get(bucketAdvisories, id))
		if !ok {
			bad = string(id)
			return false
		}
		if !a.Withdrawn && a.Modified == answer.modified { // else left behind by an older state of the record
			hits = append(hits, OSVHit{Advisory: a, Fixed: answer.fixed, Range: answer.span, Possible: answer.possible})
		}
		return true
	})
	return hits, bad
}

// Advisory returns one record of OSV by its id.
func (k *Kit) Advisory(id string) (a Advisory, ok bool, err error) {
	ok, err = k.find(bucketAdvisories, id, func(value []byte) (ok bool) { a, ok = decodeAdvisory(id, value); return ok })
	return a, ok && !a.Withdrawn, err
}

// osvQuery is a version, read once for all advisories of its package, and not
// before there is one.
type osvQuery struct {
	ecosystem, version string
	own, semver        *osvVersion // nil: not read yet
	ownOK, semverOK    bool
}

type osvAnswer struct {
	modified string
	affected bool
	possible string
	fixed    []string
	span     string // in words
}

// ask goes through the versions and ranges of one advisory. One of them that
// holds the version is enough; one that cannot be compared leaves it possible.
func (q *osvQuery) ask(value []byte) (a osvAnswer, ok bool) {
	d := decoder{b: value}
	a.modified = d.text()
	listed := d.count()
	for range listed {
		if string(d.raw()) == q.version && q.version != "" {
			a.affected = true
		}
	}
	ranges := d.count()
	for range ranges {
		order, events := d.number(), d.count()
		in, known := q.within(&d, order, events, &a)
		a.affected = a.affected || in
		if !known {
			a.possible = PossibleUnordered
		}
	}
	switch {
	case a.affected:
		a.possible = ""
	case q.version == "":
		a.possible = PossibleNoVersion
	case listed == 0 && ranges == 0:
		a.possible = PossibleNoVersions
	}
	return a, !d.bad
}

// within reports whether a range holds the version, by the algorithm of the OSV
// schema ("Evaluation"), over events that stand in order.
func (q *osvQuery) within(d *decoder, order, events int, a *osvAnswer) (in, known bool) {
	v, comparable := q.ordered(order)
	limited, within := false, false
	var span osvSpan
	known = comparable
	for range events {
		kind, text := d.number(), d.text()
		if kind == eventFixed {
			a.fixed = append(a.fixed, text)
		}
		if !comparable {
			// Every version is affected, whatever its form is.
			if every := events == 1 && kind == eventIntroduced && text == "0"; every {
				a.span = osvSpan{}.String()
				return true, true
			}
			continue
		}
		n, ok := 1, true
		switch {
		case kind == eventLimit && text == "*":
			n = -1
		case text != "0":
			n, ok = v.compare(text)
		}
		known = known && ok
		span.meet(kind, text, n)
		switch kind {
		case eventIntroduced:
			in = in || n >= 0
		case eventFixed:
			in = in && n < 0
			if ok && n >= 0 { // older than the version: no way out
				a.fixed = a.fixed[:len(a.fixed)-1]
			}
		case eventLastAffected:
			in = in && n <= 0
		case eventLimit:
			limited, within = true, within || n < 0
		}
	}
	in = in && known && (!limited || within)
	if in {
		a.span = span.String()
	}
	return in, known
}

// osvSpan is the part of a range that holds a version.
type osvSpan struct{ from, end string }

// meet takes the next event, of which n tells where the version stands to it.
func (s *osvSpan) meet(kind int, text string, n int) {
	switch {
	case kind == eventIntroduced && n >= 0:
		s.from, s.end = text, ""
	case kind == eventFixed && n < 0 && s.end == "":
		s.end = "before " + text
	case kind == eventLastAffected && n <= 0 && s.end == "":
		s.end = "up to " + text
	}
}

func (s osvSpan) String() string {
	from := ""
	if s.from != "" && s.from != "0" {
		from = "from " + s.from
	}
	return cmp.Or(strings.TrimSpace(from+" "+s.end), "all versions")
}

// ordered returns the version in the order of a range.
func (q *osvQuery) ordered(order int) (v *osvVersion, ok bool) {
	switch order {
	case orderOfEcosystem:
		if q.own == nil {
			q.own, q.ownOK = parseOSVVersion(q.ecosystem, q.version)
		}
		return q.own, q.ownOK
	case orderOfSemver:
		if q.semver == nil {
			q.semver, q.semverOK = parseOSVVersion(osvSemver, strings.TrimPrefix(q.version, "v"))
		}
		return q.semver, q.semverOK
	}
	return nil, false
}

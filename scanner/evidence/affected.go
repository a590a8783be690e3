package evidence

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/netvet/netvet/scanner/kit"
	"github.com/netvet/netvet/scanner/versions"
)

// verdict is what the statements of a record come to for one version.
type verdict struct {
	state   state
	reason  string // why it is only possible
	open    bool   // it is possible because the version could not be placed
	mute    bool   // and that because no versions are given
	limited bool   // it is possible because the record speaks of other platforms
	fixed   []string
	span    string // the range that holds the version, in words
}

// state orders what may be said of a version.
type state int

const (
	untouched state = iota // the record says that it is not, or speaks of others
	possible
	affected
)

// judging is a version that is held against records.
type judging struct {
	version  string // as the product states it
	supplier string
	systems  string // the system that the version is of, where one is known
	platform string // the words of a device's model and name, for statements about platforms
	model    string // of a device
	code     code   // that, when it is written as the maker's are
	coded    bool
	parsed   *parsedVersions
}

// judge joins the statements of one record about one product. The word of the
// authority that assigned the id counts. Where that could not place the version,
// who added to the record may confirm it, and deny it where no versions were given.
func (j *judging) judge(list []kit.Statement) verdict {
	own, said := j.best(list, func(s kit.Statement) bool { return s.Source != kit.ByADP })
	if said && own.state != possible {
		return own
	}
	other, heard := j.best(list, func(s kit.Statement) bool { return s.Source == kit.ByADP })
	if !said || heard && (own.open && other.state == affected || own.mute && other.state == untouched) {
		return other
	}
	return own
}

func (j *judging) best(list []kit.Statement, of func(kit.Statement) bool) (best verdict, said bool) {
	for _, s := range list {
		if !of(s) {
			continue
		}
		v := j.statement(s)
		if !said || v.state > best.state {
			best, said = v, true
		}
	}
	return best, said
}

// statement judges one statement: a range that holds the version decides, else
// one that cannot be compared leaves it open, else the status of all others.
func (j *judging) statement(s kit.Statement) verdict {
	order := j.scheme(s.Product)
	v := verdict{}
	reason, cleared, mute := "", false, false
	ordered := slices.ContainsFunc(s.Ranges, func(r kit.Range) bool { return r.End != "" || j.parsed.reads(order, r.Version) })
	for _, r := range j.ownRelease(order, s.Ranges) {
		in, why := j.within(order, r, ordered, len(s.Ranges) == 1)
		status := r.Status
		if in == inside {
			status = j.changed(order, r)
		}
		switch {
		case in == inside && status == "affected":
			v.state = affected
			v.fixed = appendFixed(v.fixed, r)
			v.span = cmp.Or(v.span, rangeWords(r))
		case in == inside && status == "unaffected":
			cleared = true
		case in == unsure && reason == "" && (r.Status == "affected" || s.Default == "affected"):
			reason, mute = why, strings.HasPrefix(why, noVersions)
		}
	}
	if v.state == affected {
		return j.checked(s, v)
	}
	switch {
	case cleared:
		return verdict{}
	case reason != "":
		return verdict{state: possible, reason: reason, open: true, mute: mute}
	case len(s.Ranges) == 0 && s.Default != "unaffected" && s.Default != "affected":
		return verdict{state: possible, reason: "the record names no versions", open: true, mute: true}
	case s.Default == "affected" && listsAffected(s.Ranges):
		return verdict{state: possible, reason: "the record lists affected versions and yet says that all others are affected"}
	case s.Default == "affected":
		return j.checked(s, verdict{state: affected})
	}
	return verdict{}
}

// places reports whether the authority gives versions that can be ordered: prose
// that cannot be read denies nothing.
func (j *judging) places(list []kit.Statement) bool {
	return slices.ContainsFunc(list, func(s kit.Statement) bool {
		order := j.scheme(s.Product)
		return s.Source != kit.ByADP && slices.ContainsFunc(s.Ranges, func(r kit.Range) bool { return r.End != "" || j.parsed.reads(order, r.Version) })
	})
}

// rangeWords is a range as a person reads it.
func rangeWords(r *kit.Range) string {
	from := ""
	if start := begins(r.Version); start != "" && start != "0" {
		from = "from " + start
		if r.Open {
			from = "after " + start
		}
	}
	switch {
	case r.End == "":
		return r.Version
	case endless(r.End):
		return cmp.Or(from, "all versions")
	case r.Closed:
		return strings.TrimSpace(from + " up to " + r.End)
	}
	return strings.TrimSpace(from + " before " + r.End)
}

// listsAffected reports whether ranges are of affected versions alone.
func listsAffected(ranges []kit.Range) bool {
	return len(ranges) > 0 && !slices.ContainsFunc(ranges, func(r kit.Range) bool { return r.Status != "affected" })
}

// noVersions begins the reason for a record that says nothing of versions.
const noVersions = "the record gives the versions as"

// ownRelease leaves, of ranges of which some begin in the version's own release,
// those alone: records list releases one by one, and the oldest often without an
// end.
func (j *judging) ownRelease(order *versions.Scheme, ranges []kit.Range) []*kit.Range {
	var all, own []*kit.Range
	release := leading.FindString(j.version)
	for i := range ranges {
		r := &ranges[i]
		all = append(all, r)
		start := begins(r.Version)
		if release == "" || r.End == "" || leading.FindString(start) != release {
			continue
		}
		if c, why := j.order(order, start); why == "" && c >= 0 {
			own = append(own, r)
		}
	}
	if len(own) == 0 {
		return all
	}
	for _, r := range all {
		if r.End == "" {
			own = append(own, r) // versions one by one
		}
	}
	return own
}

// checked weakens what a statement says when its product is one of several names
// or its platforms are not the product's.
func (j *judging) checked(s kit.Statement, v verdict) verdict {
	if !s.Whole {
		v.state, v.reason = possible, fmt.Sprintf("the record speaks of %q", s.Product)
	}
	if p := j.foreignPlatforms(s.Platforms); p != "" {
		if j.coded && platformsFit(s.Platforms, j.code) == fitTheirs {
			return verdict{}
		}
		v.state, v.limited, v.reason = possible, true, "the record speaks of the platforms "+p
	}
	return v
}

// plainPlatforms are not models of devices.
var plainPlatforms = regexp.MustCompile(`(?i)windows|linux|macos|android|\bios\b|unix|x86|x64|arm|bit|all\b|n/a|unknown|unspecified`)

// foreignPlatforms names the platforms of a statement when the product is known
// to be of none of them.
func (j *judging) foreignPlatforms(platforms []string) string {
	if len(platforms) == 0 || j.platform == "" {
		return ""
	}
	for _, p := range platforms {
		words := textWords(p)
		if len(words) == 0 || plainPlatforms.MatchString(p) {
			return ""
		}
		if !j.coded && strings.Contains(" "+j.platform, " "+words[0]) || j.coded && platformFit(p, j.code) == fitOurs {
			return ""
		}
	}
	return strings.Join(platforms, ", ")
}

// appendFixed notes the version that no longer has the weakness.
func appendFixed(list []string, r *kit.Range) []string {
	if r.End == "" || r.Closed || endless(r.End) || slices.Contains(list, r.End) {
		return list
	}
	return append(list, r.End)
}

// scheme is how the versions of a product are numbered: as the record's product
// is, else as the system that the version is of.
func (j *judging) scheme(product string) *versions.Scheme {
	if s := versions.For(j.supplier, product); s != versions.Generic() || j.systems == "" {
		return s
	}
	return versions.For(j.supplier, j.systems)
}

// holding is whether a version is in a range.
type holding int

const (
	outside holding = iota
	unsure
	inside
)

// within tells whether the version is in a range, and when that is open, why.
func (j *judging) within(order *versions.Scheme, r *kit.Range, ordered, alone bool) (holding, string) {
	if r.End == "" {
		return j.single(order, r, ordered)
	}
	s := span{from: begins(r.Version), fromOut: r.Open, toOut: !r.Closed, to: r.End}
	if endless(r.End) {
		s.to = ""
		if s.from == "" {
			s.all = true
		}
	} else if words := readSpan(r.End); words.to != "" && words.from == "" {
		s.to = words.to // "<=6.11.8"
	} else {
		s.to = order.Bound(s.from, strings.TrimLeft(s.to, "= "))
	}
	if s.from != "" && j.same(order, s.from, s.to) {
		return j.emptyRange(order, s, alone)
	}
	return j.span(order, s)
}

// leading are the two numbers that mostly name a release.
var leading = regexp.MustCompile(`^\d+\.\d+`)

// emptyRange is a range that ends with the version with which it begins: makers
// write so for all of a release up to that version, and for all versions when it
// is the only range.
func (j *judging) emptyRange(order *versions.Scheme, s span, alone bool) (holding, string) {
	c, why := j.order(order, s.to)
	switch {
	case why != "":
		return unsure, why
	case c == 0 && !s.toOut:
		return inside, ""
	case c >= 0:
		return outside, ""
	}
	if alone && !s.toOut {
		return unsure, fmt.Sprintf("the record gives %q as beginning and as end", s.to)
	}
	if numbers := leading.FindString(s.to); numbers == "" || !strings.HasPrefix(leading.FindString(j.version)+".", numbers+".") {
		return outside, ""
	}
	return unsure, fmt.Sprintf("the record gives %q as beginning and as end", s.to)
}

// single judges a version that a record gives without an end.
func (j *judging) single(order *versions.Scheme, r *kit.Range, ordered bool) (holding, string) {
	s := readSpan(r.Version)
	switch {
	case s.all:
		return inside, ""
	case s.nothingSaid:
		return unsure, fmt.Sprintf(noVersions+" %q", r.Version)
	case !s.only:
		return j.span(order, s)
	}
	if base, ok := wildcard(s.from); ok {
		return j.release(order, base)
	}
	if bare(r.Version) == bare(j.version) {
		return inside, ""
	}
	if !ordered || !j.parsed.reads(order, r.Version) && oneWord(r.Version) {
		return outside, "" // a list of names: the version is another
	}
	c, why := j.order(order, r.Version)
	switch {
	case why != "":
		return j.trains(order, r.Version, why)
	case c == 0:
		return inside, ""
	}
	return outside, ""
}

// trains settles two versions without an order: versions that can both be read
// are of two trains and so not the same one.
func (j *judging) trains(order *versions.Scheme, text, why string) (holding, string) {
	if j.parsed.reads(order, text) && j.parsed.reads(order, j.version) {
		return outside, ""
	}
	return unsure, why
}

// bare is a version without the words that say that it is one.
func bare(text string) string {
	words := textWords(text)
	for len(words) > 1 && (words[0] == "firmware" || words[0] == "version" || words[0] == "software" || words[0] == "v") {
		words = words[1:]
	}
	return strings.TrimPrefix(strings.Join(words, " "), "v")
}

func oneWord(text string) bool { return !strings.ContainsAny(strings.TrimSpace(text), " ,;") }

// release tells whether the version is of a release that a record names in short.
func (j *judging) release(order *versions.Scheme, base string) (holding, string) {
	v, ok := j.parsed.parse(order, j.version)
	switch {
	case !ok:
		return unsure, unordered(j.version, base)
	case v.Within(base):
		return inside, ""
	}
	return outside, ""
}

func (j *judging) span(order *versions.Scheme, s span) (holding, string) {
	if s.all {
		return inside, ""
	}
	from, whyFrom := j.after(order, s)
	to, whyTo := j.before(order, s)
	switch {
	case from == outside || to == outside:
		return outside, ""
	case from == inside && to == inside:
		return inside, ""
	case whyFrom != "":
		return unsure, whyFrom
	}
	return unsure, whyTo
}

// after tells whether the version comes after the beginning of a span.
func (j *judging) after(order *versions.Scheme, s span) (holding, string) {
	if s.from == "" {
		return inside, ""
	}
	base, _ := wildcard(s.from)
	c, why := j.order(order, base)
	return whether(c > 0 || c == 0 && !s.fromOut, why), why
}

// before tells whether the version comes before the end of a span.
func (j *judging) before(order *versions.Scheme, s span) (holding, string) {
	if s.to == "" {
		return inside, ""
	}
	if ends := strings.Split(s.to, ","); len(ends) > 1 {
		return j.beforeAll(order, s, ends)
	}
	base, wild := wildcard(s.to)
	if wild {
		if in, _ := j.release(order, base); in == inside {
			return inside, ""
		}
	}
	c, why := j.order(order, base)
	return whether(c < 0 || c == 0 && !s.toOut, why), why
}

// beforeAll does so with several ends, "22.3R2-S2, 22.3R3": before the first of
// them all is in, after the last all is out, and what is between is open.
func (j *judging) beforeAll(order *versions.Scheme, s span, ends []string) (holding, string) {
	in, out := 0, 0
	for _, end := range ends {
		s.to = strings.TrimSpace(end)
		switch held, _ := j.before(order, s); held {
		case inside:
			in++
		case outside:
			out++
		}
	}
	switch len(ends) {
	case in:
		return inside, ""
	case out:
		return outside, ""
	}
	return unsure, fmt.Sprintf("the record gives several ends: %s", strings.Join(ends, ","))
}

func whether(in bool, open string) holding {
	switch {
	case open != "":
		return unsure
	case in:
		return inside
	}
	return outside
}

// changed is the status of the version in a range that holds it.
func (j *judging) changed(order *versions.Scheme, r *kit.Range) string {
	status := r.Status
	for _, c := range r.Changes {
		if n, why := j.order(order, c.At); why == "" && n >= 0 {
			status = c.Status
		}
	}
	return status
}

// order compares the version with another; why is not empty when they have none.
func (j *judging) order(order *versions.Scheme, other string) (c int, why string) {
	c, ok := j.parsed.compare(order, j.version, other)
	if !ok {
		return 0, unordered(j.version, other)
	}
	return c, ""
}

func (j *judging) same(order *versions.Scheme, a, b string) bool {
	c, ok := j.parsed.compare(order, a, b)
	return ok && c == 0
}

func unordered(a, b string) string {
	return fmt.Sprintf("the version %q cannot be ordered among those of the record, such as %q", a, b)
}

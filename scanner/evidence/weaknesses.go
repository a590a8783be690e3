package evidence

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/kit"
)

// Weaknesses finds what the offline data knows of network products and firmware:
// maker, product and version against the records of weaknesses. It is safe for
// concurrent use.
type Weaknesses struct {
	kit    *kit.Kit
	parsed parsedVersions

	mu     sync.Mutex
	makers map[string][]string // by supplier
	asked  map[string]told     // by what was asked: fleets hold the same product again and again
}

// NewWeaknesses looks up in a kit, which must stay open.
func NewWeaknesses(k *kit.Kit) *Weaknesses {
	return &Weaknesses{kit: k, makers: map[string][]string{}, asked: map[string]told{}}
}

// told is what was found of a target.
type told struct {
	found   []netvet.Vulnerability
	records int // that speak of it by its own name and were compared with its version
}

// maxAsked bounds what is remembered of each; past it, it starts afresh.
const maxAsked = 1 << 12

// Looked is what was found of a product, and of what could not be looked up.
type Looked struct {
	Found   []netvet.Vulnerability
	Records int    // that speak of the product or its system and were compared with the version
	Unknown int    // parts of which there is no such record
	Not     string // why the product itself was not looked up, empty when it was
}

// The words of State for what is found here.
const (
	stateAffected = "affected"
	statePossible = "possibly-affected"
)

// Product looks up a product and those of its parts that have a version of their
// own: systems, firmware, devices. The match tells who made it.
func (w *Weaknesses) Product(p *netvet.Product, m *netvet.Match, parts []netvet.Component) (Looked, error) {
	var out Looked
	targets, not, err := w.targets(p, m, parts)
	if out.Not = not; err != nil {
		return out, err
	}
	seen := map[string]int{}
	for i := range targets {
		t := &targets[i]
		got, err := w.target(t)
		if err != nil {
			return out, err
		}
		out.count(t, got.records)
		for _, v := range got.found {
			key := v.ID + "\x00" + t.ref + "\x00" + t.pointer
			at, known := seen[key]
			switch {
			case !known:
				seen[key] = len(out.Found)
				out.Found = append(out.Found, v)
			case v.State == stateAffected && out.Found[at].State != stateAffected:
				out.Found[at] = v
			}
		}
	}
	slices.SortStableFunc(out.Found, gravest)
	switch {
	case out.Not != "" || out.Records > 0:
	case p.Version == "":
		out.Not = "no version"
	default:
		out.Not = "no record that speaks of it"
	}
	return out, nil
}

// count notes how many records spoke of a target.
func (l *Looked) count(t *target, records int) {
	switch own := t.ref+t.pointer == ""; {
	case own:
		l.Records += records
	case records == 0:
		l.Unknown++
	}
}

// gravest orders weaknesses: exploited first, certain before possible, then by
// score and id.
func gravest(a, b netvet.Vulnerability) int {
	return cmp.Or(-compareBool(a.Exploited, b.Exploited), cmp.Compare(a.State, b.State), cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Ref, b.Ref), cmp.Compare(a.Component, b.Component))
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// target looks up one thing with one version, or remembers what was found.
func (w *Weaknesses) target(t *target) (told, error) {
	key := t.key()
	w.mu.Lock()
	found, known := w.asked[key]
	w.mu.Unlock()
	if !known {
		var err error
		if found, err = w.look(t); err != nil {
			return told{}, err
		}
		w.mu.Lock()
		if len(w.asked) >= maxAsked {
			clear(w.asked)
		}
		w.asked[key] = found
		w.mu.Unlock()
	}
	found.found = slices.Clone(found.found)
	for i := range found.found {
		v := &found.found[i]
		v.Ref, v.Component, v.Pointer = t.ref, t.component, t.pointer
	}
	return found, nil
}

// look asks the kit under every name of the target.
func (w *Weaknesses) look(t *target) (told, error) {
	h := heard{at: map[string]int{}, settled: map[string]bool{}, closed: map[string]bool{}}
	for _, name := range t.names {
		for _, maker := range t.makers {
			if err := w.named(t, maker, name, &h); err != nil {
				return told{}, err
			}
		}
	}
	var out []netvet.Vulnerability
	for _, a := range h.entries {
		if !a.added || !h.closed[a.found.ID] {
			out = append(out, a.found)
		}
	}
	records := 0
	for _, own := range h.settled {
		if own {
			records++
		}
	}
	return told{out, records}, nil
}

// heard is what records have said of a target so far, under all of its names.
type heard struct {
	entries []judged
	at      map[string]int
	settled map[string]bool // by the target's own name
	closed  map[string]bool // by the authority that assigned the id, which could place the version
}

// judged is what one entry of a record comes to.
type judged struct {
	found netvet.Vulnerability
	added bool // the entry is of who added to the record
}

// note keeps the gravest answer; the authority's own goes before what was added.
func (h *heard) note(a judged) {
	i, known := h.at[a.found.ID]
	switch have := &h.entries; {
	case !known:
		h.at[a.found.ID] = len(*have)
		*have = append(*have, a)
	case h.closed[a.found.ID] && (*have)[i].added != a.added:
		if !a.added {
			(*have)[i] = a
		}
	case a.found.State == stateAffected && (*have)[i].found.State != stateAffected:
		(*have)[i] = a
	}
}

// named asks for one name of one maker. Without a version only what is known to be
// exploited is worth a look: everything else would be every weakness there was.
// What a record says of the target by its own name settles it: what it says of
// names that only may be the target's is not heard.
func (w *Weaknesses) named(t *target, maker string, name targetName, h *heard) error {
	if t.version == "" {
		found, err := w.exploited(t, maker, name)
		for _, v := range found {
			h.note(judged{found: v})
		}
		return err
	}
	list, err := w.kit.Affected(maker, name.key)
	if err != nil {
		return err
	}
	j := judging{version: t.version, supplier: t.supplier, systems: t.system, platform: t.platform, model: t.model, parsed: &w.parsed}
	j.code, j.coded = deviceCode(t.suppliers, t.model)
	for i := range list {
		if err := w.entry(&j, &list[i], name, h); err != nil {
			return err
		}
	}
	return nil
}

// entry judges what one record says of one name.
func (w *Weaknesses) entry(j *judging, e *kit.Affected, name targetName, h *heard) error {
	id := e.CVE.ID
	own := name.why == "" && slices.ContainsFunc(e.Statements, func(s kit.Statement) bool { return s.Whole })
	if !own && h.settled[id] {
		return nil
	}
	h.settled[id] = h.settled[id] || own
	v := j.judge(e.Statements)
	added := !slices.ContainsFunc(e.Statements, func(s kit.Statement) bool { return s.Source != kit.ByADP })
	if own && !added && (v.limited || v.state != possible) && j.places(e.Statements) {
		h.closed[id] = true
	}
	if v.state == untouched || v.state == possible && name.weak {
		return nil
	}
	if v.state == affected && name.why != "" {
		v.state, v.reason = possible, name.why
	}
	if p := j.otherPlatforms(e.CVE.Summary); p != "" && v.state == affected {
		v.state, v.reason = possible, "the record speaks of "+p
	}
	found, err := w.vulnerability(&e.CVE, v, j.version)
	if err != nil {
		return err
	}
	if by := e.Statements[0].Source; by != kit.ByCNA && by != kit.ByADP {
		found.Source, found.SourceDate = sourceCSAF+" "+by, ""
	}
	h.note(judged{found, added})
	return nil
}

// vulnerability puts together what is known of a weakness.
func (w *Weaknesses) vulnerability(c *kit.CVE, v verdict, version string) (netvet.Vulnerability, error) {
	out := netvet.Vulnerability{ID: c.ID, Source: sourceCVE, SourceDate: c.Updated, Severity: c.Severity, Score: c.Score, CWEs: c.CWEs,
		State: stateAffected, Version: version, Published: c.Published, Summary: c.Summary, Fixed: v.fixed, Matched: true, Range: v.span, Reason: v.reason, Remote: c.Remote, Exploited: c.Exploited != ""}
	if v.state != affected {
		out.State = statePossible
	}
	return out, exploitation(w.kit, &out)
}

// The names of the sources of what is found.
const (
	sourceCVE  = "CVE List v5"
	sourceCSAF = "CSAF advisory"
	sourceKEV  = "CISA Known Exploited Vulnerabilities"
)

// exploited finds what is known to be exploited in a product whose version is not
// known: by the records of its weaknesses, and by the catalogue's own word for the
// product.
func (w *Weaknesses) exploited(t *target, maker string, name targetName) ([]netvet.Vulnerability, error) {
	if name.weak {
		return nil, nil
	}
	list, err := w.kit.Affected(maker, name.key)
	if err != nil {
		return nil, err
	}
	open := verdict{state: possible, reason: strings.TrimPrefix(name.why+"; the version is not stated", "; ")}
	var out []netvet.Vulnerability
	for i := range list {
		v, err := w.vulnerability(&list[i].CVE, open, "")
		if err != nil {
			return nil, err
		}
		if v.Exploited {
			out = append(out, v)
		}
	}
	listed, err := w.kit.KEVs(maker, name.key)
	if err != nil {
		return nil, err
	}
	for _, e := range listed {
		c, known, err := w.kit.CVE(e.ID)
		if err != nil {
			return nil, err
		}
		if known && c.Rejected || slices.ContainsFunc(out, func(v netvet.Vulnerability) bool { return v.ID == e.ID }) {
			continue
		}
		if !known {
			c = kit.CVE{ID: e.ID, Summary: e.Name, Exploited: e.Added}
		}
		v, err := w.vulnerability(&c, open, "")
		if err != nil {
			return nil, err
		}
		if !known {
			v.Source, v.SourceDate = sourceKEV, e.Added
		}
		out = append(out, v)
	}
	return out, nil
}

// makersOf are the names under which records know a supplier.
func (w *Weaknesses) makersOf(supplier string) ([]string, error) {
	w.mu.Lock()
	list, known := w.makers[supplier]
	w.mu.Unlock()
	if known {
		return list, nil
	}
	list, err := w.kit.Makers(supplier)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.makers) >= maxAsked {
		clear(w.makers)
	}
	w.makers[supplier] = list
	return list, nil
}

package evidence

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/kit"
)

// Matcher finds the known vulnerabilities of software components in the offline
// data. It is safe for concurrent use.
type Matcher struct {
	kit        *kit.Kit
	date       string // of the newest record
	parts      map[string]kit.ManifestPart
	ecosystems *ecosystems

	engine *engine // nil: the index answers

	mu     sync.RWMutex
	recent map[string]looked // by package URL and version
}

// maxRecent bounds what is kept of earlier look-ups. Parts repeat in the
// products of one operator; what is kept is dropped as a whole when it is full.
const maxRecent = 1 << 14

type looked struct {
	found  []netvet.Vulnerability // without the component
	missed Missed
}

// NewMatcher looks things up in a kit, which stays open as long as it is used.
func NewMatcher(k *kit.Kit) (*Matcher, error) {
	m := k.Manifest()
	source, ok := m.Source("osv")
	if !ok {
		return nil, fmt.Errorf("the data has no advisories of OSV: build it with 'netvet data build --osv PATH'")
	}
	e, err := loadEcosystems()
	if err != nil {
		return nil, err
	}
	return &Matcher{kit: k, date: source.Newest, parts: source.Parts, ecosystems: e, recent: map[string]looked{}}, nil
}

// Missed says why a component could not be judged; the zero value says that it was.
type Missed struct {
	Reason string // one of the texts below
	Detail string // which type, ecosystem or version
}

// The reasons for which a component is not judged.
const (
	MissedNoKit        = "no offline data"
	MissedNoOSV        = "data without advisories of OSV"
	MissedNoIdentifier = "no package URL"
	MissedBadPurl      = "a package URL that cannot be read"
	MissedNoEcosystem  = "a kind of package without an ecosystem of advisories"
	MissedNoData       = "an ecosystem of which the data has no advisories"
	MissedNoVersion    = "no version, and advisories for some versions"
	MissedBadVersion   = "a version that cannot be compared, and advisories for some versions"
	MissedNoRelease    = "no release of its distribution, and advisories for some releases"
)

// Component returns what is known of a component, and why that may not be all:
// what cannot be decided is possibly affected and missed too. The vulnerabilities
// are in the order of their ids.
func (m *Matcher) Component(c *netvet.Component) ([]netvet.Vulnerability, Missed, error) {
	missed := Missed{Reason: MissedNoIdentifier}
	var found []netvet.Vulnerability
	for _, id := range c.Identifiers {
		if id.Type != netvet.IDPurl {
			continue
		}
		one, why, err := m.purl(id.Value, c.Version)
		if err != nil {
			return nil, why, err
		}
		if missed.Reason != "" {
			missed = why // an identifier that was looked up is enough
		}
		found = append(found, one...)
	}
	found = slices.Clone(found) // what is kept of look-ups is shared
	slices.SortStableFunc(found, func(a, b netvet.Vulnerability) int { return cmp.Compare(a.ID, b.ID) })
	found = slices.CompactFunc(found, func(a, b netvet.Vulnerability) bool { return a.ID == b.ID })
	for i := range found {
		v := &found[i]
		v.Ref, v.Pointer, v.Component = c.Ref, c.Pointer, c.Name
		v.Version = cmp.Or(c.Version, v.Version)
	}
	return found, missed, nil
}

// purl looks one package URL up, or remembers it.
func (m *Matcher) purl(text, version string) ([]netvet.Vulnerability, Missed, error) {
	key := text + "\x00" + version
	m.mu.RLock()
	known, ok := m.recent[key]
	m.mu.RUnlock()
	if ok {
		return known.found, known.missed, nil
	}
	found, missed, err := m.lookUp(text, version)
	if err != nil {
		return nil, missed, err
	}
	m.mu.Lock()
	if len(m.recent) >= maxRecent {
		clear(m.recent)
	}
	m.recent[key] = looked{found, missed}
	m.mu.Unlock()
	return found, missed, nil
}

func (m *Matcher) lookUp(text, version string) ([]netvet.Vulnerability, Missed, error) {
	p, ok := parsePurl(text)
	if !ok {
		return nil, Missed{MissedBadPurl, text}, nil
	}
	if m.engine != nil {
		return m.answered(withVersion(text, version), cmp.Or(p.version, version))
	}
	p.version = cmp.Or(p.version, version)
	at, missed := m.ecosystems.find(p, m.parts)
	if missed.Reason != "" {
		return nil, missed, nil
	}
	var hits []kit.OSVHit
	for _, ecosystem := range at.ecosystems {
		for _, name := range at.names {
			some, err := m.kit.OSV(ecosystem, name, at.version)
			if err != nil {
				return nil, Missed{}, err
			}
			hits = append(hits, some...)
		}
	}
	for i := range hits {
		if hits[i].Possible == "" && !hits[i].Advisory.Malicious {
			hits[i].Possible = at.possible
		}
	}
	found, err := m.merge(hits, at.version)
	return found, undecided(hits, at), err
}

// undecided says whether something kept the hits from being judged.
func undecided(hits []kit.OSVHit, at place) Missed {
	for _, h := range hits {
		switch h.Possible {
		case kit.PossibleNoVersion:
			return Missed{MissedNoVersion, ""}
		case kit.PossibleUnordered:
			return Missed{MissedBadVersion, at.version}
		case kit.PossibleNoRelease:
			return Missed{MissedNoRelease, ""}
		}
	}
	if len(hits) == 0 {
		return at.silence
	}
	return Missed{}
}

// merge makes one vulnerability of all records that are aliases of each other.
func (m *Matcher) merge(hits []kit.OSVHit, version string) ([]netvet.Vulnerability, error) {
	groups := byAlias(hits)
	found := make([]netvet.Vulnerability, 0, len(groups))
	for _, group := range groups {
		v := m.vulnerability(group, version)
		if err := inform(m.kit, &v); err != nil {
			return nil, err
		}
		found = append(found, v)
	}
	slices.SortFunc(found, func(a, b netvet.Vulnerability) int { return cmp.Compare(a.ID, b.ID) })
	return found, nil
}

// byAlias groups records that share an id. What a record of a distribution
// covers counts as its other name only when it is one thing.
func byAlias(hits []kit.OSVHit) [][]kit.OSVHit {
	var groups [][]kit.OSVHit
	at := map[string]int{} // id -> group
	for _, h := range hits {
		names := append([]string{h.Advisory.ID}, h.Advisory.Aliases...)
		if len(h.Advisory.Upstream) == 1 {
			names = append(names, h.Advisory.Upstream[0])
		}
		into := -1
		for _, name := range names {
			if i, ok := at[name]; ok && i != into {
				if into < 0 {
					into = i
					continue
				}
				groups[into], groups[i] = append(groups[into], groups[i]...), nil
				for id, group := range at {
					if group == i {
						at[id] = into
					}
				}
			}
		}
		if into < 0 {
			into, groups = len(groups), append(groups, nil)
		}
		groups[into] = append(groups[into], h)
		for _, name := range names {
			at[name] = into
		}
	}
	return slices.DeleteFunc(groups, func(g []kit.OSVHit) bool { return len(g) == 0 })
}

// embeddedMalware is the weakness class of a package that is malware itself:
// CWE-506, Embedded Malicious Code.
const embeddedMalware = 506

// vulnerability sums up the records of one vulnerability.
func (m *Matcher) vulnerability(group []kit.OSVHit, version string) netvet.Vulnerability {
	v := netvet.Vulnerability{Matched: true, State: "possibly-affected", SourceDate: m.date, Version: version}
	var ids, sources []string
	for _, h := range group {
		a := &h.Advisory
		ids = append(append(ids, a.ID), a.Aliases...)
		if len(a.Upstream) == 1 {
			ids = append(ids, a.Upstream...)
		} else {
			v.Covers = append(v.Covers, a.Upstream...)
		}
		sources = append(sources, a.ID)
		if h.Possible == "" {
			v.State = "affected"
		}
		v.Fixed = append(v.Fixed, h.Fixed...)
		v.CWEs = append(v.CWEs, a.CWEs...)
		if a.Malicious {
			v.CWEs, v.Severity = append(v.CWEs, embeddedMalware), "critical"
		}
		if a.Score > v.Score || v.Severity == "" {
			v.Score, v.Severity = max(v.Score, a.Score), cmp.Or(a.Severity, v.Severity)
		}
		v.Summary = cmp.Or(v.Summary, a.Summary)
		if v.Published == "" || a.Published != "" && a.Published < v.Published {
			v.Published = a.Published
		}
		v.Reason, v.Range = cmp.Or(v.Reason, h.Possible), cmp.Or(v.Range, h.Range)
		v.Remote = v.Remote || a.Remote
	}
	if v.State == "affected" {
		v.Reason = ""
	}
	v.ID, v.Aliases = preferred(ids)
	v.Covers = unique(v.Covers)
	slices.Sort(sources)
	v.Source = "OSV " + strings.Join(slices.Compact(sources), ", ")
	slices.Sort(v.CWEs)
	v.CWEs, v.Fixed = slices.Compact(v.CWEs), unique(v.Fixed)
	return v
}

// preferred picks the id by which a vulnerability is best known.
func preferred(ids []string) (id string, others []string) {
	rank := func(id string) int {
		return slices.IndexFunc([]string{"CVE-", "MAL-", "GHSA-", ""}, func(prefix string) bool { return strings.HasPrefix(id, prefix) })
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b)) })
	ids = slices.Compact(ids)
	return ids[0], ids[1:]
}

// unique drops what stands earlier in the list already.
func unique(list []string) []string {
	var kept []string
	for _, s := range list {
		if !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept
}

package rules

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// Bounds on what is kept of one product, however large it is.
const (
	maxCandidates   = 2000 // distinct ones of one pattern
	maxExamples     = 3    // of the components of one maker, beside one of each kind
	maxKeys         = 64   // distinct hosts, ecosystems or countries of a census; the rest is "other"
	maxStatements   = 100_000
	maxServices     = 10_000
	maxAttestations = 10_000
	maxLicences     = 4096 // licence texts whose class is remembered
)

// otherKey stands for what a bounded count has no room for.
const otherKey = "other"

// Tally gathers what the rules need of one product in one pass over its parts:
// the census, the candidates of each pattern and the makers. It keeps no
// component but the candidates and a few examples. It is for one goroutine.
type Tally struct {
	p          *Program
	picker     *picker
	census     netvet.Census
	candidates map[candidateKey]*netvet.Candidate
	distinct   []int // candidates kept, by slot
	overflow   []int // components left out, by slot
	makers     map[makerKey]*makerTally
	services   []netvet.Service
	statements []netvet.Vulnerability
	attested   []netvet.Attestation
	unkept     struct{ services, statements, attested int }
	licences   map[string]licence
}

// candidateKey says which components are equal to a rule.
type candidateKey struct {
	slot                 int
	name, version, maker string
}

type makerKey struct {
	id       string
	possible bool
}

type makerTally struct {
	netvet.MakerGroup
	gated int // examples at the front whose name is one that a gate asks for
}

// NewTally returns an empty tally for one product.
func (p *Program) NewTally() *Tally {
	n := len(p.patterns)
	return &Tally{
		p: p, picker: p.matcher.picker(),
		census: netvet.Census{
			Countries: map[string]int{}, Origins: map[string]int{}, Hosts: map[string]int{}, Ecosystems: map[string]int{},
		},
		candidates: map[candidateKey]*netvet.Candidate{},
		distinct:   make([]int, n), overflow: make([]int, n),
		makers:   map[makerKey]*makerTally{},
		licences: map[string]licence{},
	}
}

// Component counts one component whose maker was matched as m. The component is
// not kept; what is needed of it is copied.
func (t *Tally) Component(c *netvet.Component, m netvet.Match) {
	t.count(c, m.Supplier)
	matched := t.picker.match(c, m.Supplier)
	for slot := range t.p.patterns {
		if matched.has(slot) && t.picker.of(slot, c.Type) {
			t.candidate(slot, c, &m)
		}
	}
	if m.Supplier == nil && len(m.Possible) == 0 {
		return
	}
	weight := t.p.weigher.weigh(t.picker, c, matched)
	gated := t.p.gateModels >= 0 && matched.has(t.p.gateModels)
	if m.Supplier != nil {
		t.maker(makerKey{m.Supplier.ID, false}, m, c, weight, gated)
		return
	}
	for _, possible := range m.Possible {
		one := netvet.Match{Input: m.Input, Method: m.Method, Confidence: possible.Confidence, Reason: possible.Reason, Possible: []netvet.PossibleMatch{possible}}
		t.maker(makerKey{possible.ID, true}, one, c, weight, gated)
	}
}

// Service keeps one service of the product.
func (t *Tally) Service(s netvet.Service) {
	if len(t.services) == maxServices {
		t.unkept.services++
		return
	}
	t.services = append(t.services, s)
}

// Statement keeps what the document says of one vulnerability.
func (t *Tally) Statement(v netvet.Vulnerability) {
	if len(t.statements) == maxStatements {
		t.unkept.statements++
		return
	}
	t.statements = append(t.statements, v)
}

// Attestation keeps what the document declares of one requirement.
func (t *Tally) Attestation(a netvet.Attestation) {
	if len(t.attested) == maxAttestations {
		t.unkept.attested++
		return
	}
	t.attested = append(t.attested, a)
}

// Fill puts the tally into the assessment, in an order that does not depend on
// that of the components.
func (t *Tally) Fill(a *netvet.Assessment) {
	a.Census = t.census
	slices.SortStableFunc(t.services, func(x, y netvet.Service) int {
		return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Version, y.Version), cmp.Compare(x.Provider, y.Provider), cmp.Compare(x.Ref, y.Ref))
	})
	a.Services = t.services
	slices.SortStableFunc(t.statements, func(x, y netvet.Vulnerability) int {
		return cmp.Or(cmp.Compare(x.ID, y.ID), cmp.Compare(x.Component, y.Component), cmp.Compare(x.Version, y.Version), cmp.Compare(x.Ref, y.Ref), cmp.Compare(x.State, y.State))
	})
	a.Vulnerabilities = t.statements
	a.Attestations = t.attested
	a.Candidates = a.Candidates[:0]
	for _, c := range t.candidates {
		a.Candidates = append(a.Candidates, *c)
	}
	slices.SortFunc(a.Candidates, func(x, y netvet.Candidate) int {
		return cmp.Or(cmp.Compare(x.Pattern, y.Pattern), cmp.Compare(x.Name, y.Name),
			cmp.Compare(x.Version, y.Version), cmp.Compare(x.Maker.ID, y.Maker.ID))
	})
	a.Makers = t.groups()
	t.gaps(a)
}

// groups returns the makers, most components first. A supplier that made some
// component for certain needs no group of what it may have made as well.
func (t *Tally) groups() []netvet.MakerGroup {
	var out []netvet.MakerGroup
	for key, g := range t.makers {
		if _, certain := t.makers[makerKey{key.id, false}]; key.possible && certain {
			continue
		}
		out = append(out, g.MakerGroup)
	}
	slices.SortFunc(out, func(x, y netvet.MakerGroup) int {
		return cmp.Or(cmp.Compare(y.Count, x.Count), cmp.Compare(groupID(&x), groupID(&y)))
	})
	return out
}

// groupID is the id of the supplier that a group is of, or may be of.
func groupID(g *netvet.MakerGroup) string {
	if g.Match.Supplier != nil {
		return g.Match.Supplier.ID
	}
	if len(g.Match.Possible) > 0 {
		return g.Match.Possible[0].ID
	}
	return ""
}

func (t *Tally) gaps(a *netvet.Assessment) {
	input, _ := sourceOf(&a.Product)
	gap := func(n int, format string, args ...any) {
		if n > 0 {
			a.Gaps = append(a.Gaps, netvet.Gap{Input: input, Record: a.Product.Name, Reason: fmt.Sprintf(format, args...)})
		}
	}
	for slot, n := range t.overflow {
		gap(n, "%d more components of pattern %s: only %d different ones are kept", n, t.p.patterns[slot].ID, maxCandidates)
	}
	gap(t.unkept.services, "%d more services: only %d are kept", t.unkept.services, maxServices)
	gap(t.unkept.statements, "%d more statements about vulnerabilities: only %d are kept", t.unkept.statements, maxStatements)
	gap(t.unkept.attested, "%d more attestations: only %d are kept", t.unkept.attested, maxAttestations)
}

// count takes the component into the census. Each entry of the document counts
// once, whatever its quantity.
func (t *Tally) count(c *netvet.Component, maker *netvet.Supplier) {
	n := &t.census
	n.Total++
	switch c.Kind {
	case netvet.KindSoftware:
		n.Software++
	case netvet.KindFirmware:
		n.Firmware++
	case netvet.KindDevice:
		n.Devices++
		n.CountPart(c)
	case netvet.KindService:
		n.Services++
	}
	for _, has := range []struct {
		yes bool
		n   *int
	}{
		{c.Version != "", &n.WithVersion}, {c.Manufacturer != "" || c.Supplier != "" || c.Publisher != "", &n.WithMaker},
		{len(c.Identifiers) > 0, &n.WithIdentifier}, {c.Hashed, &n.WithHash}, {c.Repository != "", &n.WithRepository},
		{c.Provenance, &n.WithProvenance}, {c.Country != "", &n.WithCountry}, {c.Modified, &n.Modified}, {maker != nil, &n.Resolved},
	} {
		if has.yes {
			*has.n++
		}
	}
	t.licence(c.Licences)
	bump(n.Origins, c.Country)
	if c.Repository != "" {
		bump(n.Hosts, host(c.Repository))
	}
	if maker != nil {
		bump(n.Countries, maker.Country())
	}
	for i := range c.Identifiers {
		if c.Identifiers[i].Type == netvet.IDPurl {
			rest, _ := strings.CutPrefix(c.Identifiers[i].Value, "pkg:")
			kind, _, _ := strings.Cut(rest, "/")
			bump(n.Ecosystems, strings.ToLower(kind))
			break
		}
	}
}

// licence counts a component as licensed when any statement says something, and
// as proprietary when none of those is a known open-source licence.
func (t *Tally) licence(statements []string) {
	stated, open := false, false
	for _, s := range statements {
		kind, known := t.licences[s]
		if !known {
			kind = t.p.licences.classify(s)
			if len(t.licences) < maxLicences {
				t.licences[s] = kind
			}
		}
		stated = stated || kind != licenceSilent
		open = open || kind == licenceOpen
	}
	if stated {
		t.census.WithLicence++
		if !open {
			t.census.Proprietary++
		}
	}
}

func bump(counts map[string]int, key string) {
	if key == "" {
		return
	}
	if _, known := counts[key]; !known && len(counts) >= maxKeys {
		key = otherKey
	}
	counts[key]++
}

func (t *Tally) candidate(slot int, c *netvet.Component, m *netvet.Match) {
	n := max(1, c.Quantity)
	key := candidateKey{slot, c.Name, c.Version, ""}
	if m.Supplier != nil {
		key.maker = m.Supplier.ID
	}
	if known, ok := t.candidates[key]; ok {
		if before(c, &known.Component) {
			known.Component = keep(c)
		}
		known.Count = plus(known.Count, n)
		known.Confidence = max(known.Confidence, confidenceOf(m))
		return
	}
	if t.distinct[slot] == maxCandidates {
		t.overflow[slot] = plus(t.overflow[slot], n)
		return
	}
	t.distinct[slot]++
	one := &netvet.Candidate{Component: keep(c), Pattern: t.p.patterns[slot].ID, Count: n, Confidence: confidenceOf(m)}
	if m.Supplier != nil {
		one.Maker = *m.Supplier
	}
	t.candidates[key] = one
}

// before says which of two equal components stands for both, whichever came first:
// the one of the lesser reference, else the one of which less is known.
func before(a, b *netvet.Component) bool {
	return cmp.Or(cmp.Compare(a.Ref, b.Ref), cmp.Compare(ordinal(a.Hashed), ordinal(b.Hashed)), cmp.Compare(ordinal(a.Provenance), ordinal(b.Provenance)),
		cmp.Compare(ordinal(b.Modified), ordinal(a.Modified)), cmp.Compare(a.Country, b.Country), cmp.Compare(a.Repository, b.Repository),
		cmp.Compare(len(a.Identifiers), len(b.Identifiers)), cmp.Compare(len(a.Licences), len(b.Licences))) < 0
}

func ordinal(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// maker adds a component to the group of a maker. Components whose name a gate
// asks for come first among the examples, and there is one of each kind, so that
// a gate sees what matters to it.
func (t *Tally) maker(key makerKey, m netvet.Match, c *netvet.Component, weight float64, gated bool) {
	g, ok := t.makers[key]
	if !ok {
		g = &makerTally{MakerGroup: netvet.MakerGroup{Match: m, PossibleOnly: key.possible}}
		t.makers[key] = g
	}
	g.Count = plus(g.Count, max(1, c.Quantity))
	g.Weight = max(g.Weight, weight)
	if m.Confidence > g.Match.Confidence {
		g.Match = m
	}
	switch {
	case gated && g.gated < maxExamples:
		g.Examples = slices.Insert(g.Examples, g.gated, keep(c))
		g.gated++
	case len(g.Examples)-g.gated < maxExamples, !g.hasKind(c.Kind):
		g.Examples = append(g.Examples, keep(c))
	}
}

func (g *makerTally) hasKind(k netvet.Kind) bool {
	return slices.ContainsFunc(g.Examples, func(c netvet.Component) bool { return c.Kind == k })
}

func confidenceOf(m *netvet.Match) float64 {
	if m.Supplier == nil {
		return 0
	}
	return m.Confidence
}

// keep copies a component that belongs to the reader.
func keep(c *netvet.Component) netvet.Component {
	out := *c
	out.Licences = slices.Clone(c.Licences)
	out.Identifiers = slices.Clone(c.Identifiers)
	out.Properties = slices.Clone(c.Properties)
	return out
}

// plus adds without running over: quantities are foreign numbers.
func plus(a, b int) int {
	if b > math.MaxInt-a {
		return math.MaxInt
	}
	return a + b
}

// sourceOf is where a product was read.
func sourceOf(p *netvet.Product) (input, record string) {
	if len(p.Sources) == 0 {
		return "", ""
	}
	return p.Sources[0].Input, p.Sources[0].Record
}

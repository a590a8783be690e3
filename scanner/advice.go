package scanner

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/evidence"
)

// maxAdvice is how many statements of advisories are kept for a run: at some
// 500 bytes each, 100 MB.
const maxAdvice = 200_000

// adviceStore keeps what advisories and VEX documents state of vulnerabilities, by
// the product that they speak of, to be found by the products and components of the
// run.
type adviceStore struct {
	resolver *resolver
	makers   map[string]*netvet.Supplier // by name as written
	products map[string]*advised
	order    []*advised
	byKey    map[string][]*advised
	kept     int
	full     map[string]int // statements beyond maxAdvice, by input
}

// advised is a product as an advisory names it, with what is said of it.
type advised struct {
	input, target string
	maker         *netvet.Supplier
	purl          purl
	cpe           cpeName
	version       string // the one that it speaks of
	versions      string // or a range of them
	patch         string // within the version
	part          string // the statement is about this part of the product alone
	statements    []advice
	bound         bool
}

// advice is one statement.
type advice struct {
	netvet.Vulnerability
	author  *netvet.Supplier
	outside bool // the author says that it is not the maker
}

func newAdviceStore(makers *resolver) *adviceStore {
	return &adviceStore{resolver: makers, makers: map[string]*netvet.Supplier{}, products: map[string]*advised{}, byKey: map[string][]*advised{}, full: map[string]int{}}
}

// add keeps a declaration of kind "advisory".
func (s *adviceStore) add(input string, d *netvet.Declaration) {
	if s.kept == maxAdvice {
		s.full[input]++
		return
	}
	s.kept++
	detail := evidence.Detail(d.Detail)
	p := s.product(input, d.Target, detail)
	p.statements = append(p.statements, s.statement(input, d, detail))
}

// product finds or begins the product that a statement is about.
func (s *adviceStore) product(input, target string, detail map[string]string) *advised {
	key := input + "\x00" + target
	for _, name := range []string{"product", "vendor", "family", "model", "version", "versions", "patch", "purl", "cpe", "models", "serials", "component", "platform"} {
		key += "\x00" + detail[name]
	}
	if p := s.products[key]; p != nil {
		return p
	}
	p := &advised{input: input, target: target, maker: s.maker(detail["vendor"]), version: detail["version"], versions: detail["versions"], patch: detail["patch"]}
	p.purl, p.cpe = parsePurl(cmp.Or(detail["purl"], target)), parseCPE(cmp.Or(detail["cpe"], target))
	_, onPlatform := detail["platform"]
	if !onPlatform {
		p.part = detail["component"] // of OpenVEX; in CSAF it comes with a platform
	}
	s.products[key] = p
	s.order = append(s.order, p)
	for _, key := range p.keys(detail, onPlatform) {
		s.byKey[key] = append(s.byKey[key], p)
	}
	return p
}

// keys are the identities by which the product may be found. A part on a platform
// is known by its package URL or CPE alone.
func (p *advised) keys(detail map[string]string, onPlatform bool) (keys []string) {
	add := func(key string) {
		if key != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	add(p.purl.key())
	add(p.cpe.key())
	if onPlatform {
		return keys
	}
	for _, serial := range strings.Fields(detail["serials"]) {
		add(serialIdentity(serial))
	}
	maker := ""
	if p.maker != nil {
		maker = "#" + p.maker.ID
	} else if detail["vendor"] != "" {
		maker = plainKey(detail["vendor"])
	}
	models := append(strings.Fields(detail["models"]), detail["model"])
	for _, model := range models {
		if plain := plainKey(model); plain != "" && maker != "" && !strings.ContainsAny(model, "*?") {
			add(keyModel + maker + " " + plain)
		}
	}
	return keys
}

func (s *adviceStore) maker(name string) *netvet.Supplier {
	name, _, _ = strings.Cut(name, "<") // an address of mail
	name = strings.TrimSpace(name)
	if name == "" {
		return nil
	}
	m, known := s.makers[name]
	if !known {
		m = s.resolver.product(&netvet.Product{Manufacturer: name}).Supplier
		s.makers[name] = m
	}
	return m
}

// statement is what is said, without the product that it is said of.
func (s *adviceStore) statement(input string, d *netvet.Declaration, detail map[string]string) advice {
	v := netvet.Vulnerability{ID: d.Name, Pointer: d.Pointer, State: detail["status"], Aliases: strings.Fields(detail["aliases"]),
		Justification: cmp.Or(detail["reason"], detail["text"]), Remedy: detail["remedy"], Document: detail["advisory"],
		Stated: cmp.Or(detail["released"], detail["said"]), Input: input}
	v.Published = v.Stated
	v.Author, v.Source = detail["publisher"], strings.TrimSuffix(detail["advisory"]+" by "+detail["publisher"], " by ")
	if base, rest, _ := strings.Cut(detail["score"], " "); base != "" {
		v.Score, _ = strconv.ParseFloat(base, 64)
		v.Severity, _, _ = strings.Cut(rest, " ")
	}
	for _, cwe := range strings.Fields(detail["cwes"]) {
		if n, err := strconv.ParseInt(cwe, 10, 64); err == nil {
			v.CWEs = append(v.CWEs, n)
		}
	}
	a := advice{Vulnerability: v}
	name, category, categorised := strings.Cut(v.Author, " (")
	a.author = s.maker(name)
	a.outside = categorised && category != "vendor)"
	return a
}

// find yields what is stated of something with these keys: a product, or a
// component of one. Version and supplier are its own.
func (s *adviceStore) find(x *advisable, yield func(netvet.Vulnerability)) {
	met := map[*advised]bool{}
	for _, key := range x.keys {
		for _, p := range s.byKey[key] {
			if met[p] {
				continue
			}
			met[p] = true
			fit, by, match := p.fits(x, key)
			if fit == fitNo || p.part != "" && x.component {
				continue
			}
			p.bound = true
			for i := range p.statements {
				if v, ok := p.about(x, &p.statements[i], fit); ok {
					v.Bound, v.Match = by, match
					yield(v)
				}
			}
		}
	}
}

// advisable is a product or component that statements may be about.
type advisable struct {
	keys      []string
	purls     []purl
	cpes      []cpeName
	name      string
	ref       string
	version   string
	maker     *netvet.Supplier
	sure      float64 // of the maker
	component bool
}

// about is a statement as one about the thing that was found. One that holds for
// a version that may not be its own says no more than that it may be affected.
func (p *advised) about(x *advisable, s *advice, fit fitness) (netvet.Vulnerability, bool) {
	v := s.Vulnerability
	switch {
	case v.State == "recommended":
		return v, false
	case v.State == "unknown":
		v.State = "under-investigation"
	case fit == fitPerhaps && v.State == "affected":
		v.State = "possibly-affected"
	case fit == fitPerhaps && v.State != "under-investigation":
		return v, false
	}
	v.Component, v.Ref, v.Version = cmp.Or(p.part, x.name), x.ref, x.version
	v.SelfAttested = !s.outside && (s.author == nil || x.maker == nil || related(s.author, x.maker))
	return v, true
}

// related reports whether a company is the other, owns it or has the same owner.
func related(a, b *netvet.Supplier) bool {
	top := func(s *netvet.Supplier) string { return cmp.Or(s.UltimateParent, s.ID) }
	return top(a) == top(b)
}

// advisedComponent yields what is stated of a component.
func (s *adviceStore) advisedComponent(c *netvet.Component, m *netvet.Match, yield func(netvet.Vulnerability)) {
	if s == nil || len(s.order) == 0 {
		return
	}
	x := advisable{name: c.Name, ref: c.Ref, version: c.Version, component: true}
	x.identifiers(c.Identifiers)
	x.of(m, serialIdentity(c.Serial), c.Name, c.PartNumber)
	s.find(&x, yield)
}

// advise adds to a product what is stated of it, and tells of contradictions.
func (s *adviceStore) advise(a *netvet.Assessment) {
	if s == nil || len(s.order) == 0 {
		return
	}
	p := &a.Product
	x := advisable{name: cmp.Or(p.Name, p.Model, p.PartNumber), version: p.Version}
	x.identifiers(p.Identifiers)
	x.of(&a.Match, serialIdentity(p.Serial), p.Model, p.PartNumber, p.Name)
	if a.Match.Supplier == nil {
		x.keys = append(x.keys, modelKeys(a)...)
	}
	a.Vulnerabilities = slices.Clip(a.Vulnerabilities)
	s.find(&x, func(v netvet.Vulnerability) { a.Vulnerabilities = append(a.Vulnerabilities, v) })
	a.Gaps = append(slices.Clip(a.Gaps), contradictions(a)...)
}

func (x *advisable) identifiers(list []netvet.Identifier) {
	for _, id := range list {
		switch id.Type {
		case netvet.IDPurl:
			p := parsePurl(id.Value)
			x.purls, x.keys = append(x.purls, p), append(x.keys, p.key())
		case netvet.IDCPE:
			c := parseCPE(id.Value)
			x.cpes, x.keys = append(x.cpes, c), append(x.keys, c.key())
		}
	}
}

// of adds the keys of a serial number and of the maker's models.
func (x *advisable) of(m *netvet.Match, serial string, models ...string) {
	if serial != "" {
		x.keys = append(x.keys, serial)
	}
	if m.Supplier == nil {
		return
	}
	x.maker, x.sure = m.Supplier, m.Confidence
	for _, model := range models {
		if plain := plainKey(model); plain != "" {
			x.keys = append(x.keys, keyModel+"#"+m.Supplier.ID+" "+plain)
		}
	}
}

// contradictions tells of vulnerabilities of which documents say different things.
func contradictions(a *netvet.Assessment) (gaps []netvet.Gap) {
	decided := map[string]string{"affected": "affected", "not-affected": "not affected", "fixed": "not affected"}
	first := map[[3]string]*netvet.Vulnerability{}
	told := map[[3]string]bool{}
	for i := range a.Vulnerabilities {
		v := &a.Vulnerabilities[i]
		key := [3]string{v.ID, cmp.Or(v.Ref, v.Component), v.Version}
		old := first[key]
		if old == nil && decided[v.State] != "" {
			first[key] = v
		}
		if old == nil || decided[v.State] == "" || decided[v.State] == decided[old.State] || told[key] || old.Document == v.Document && old.Input == v.Input {
			continue
		}
		told[key] = true
		gaps = append(gaps, netvet.Gap{Input: v.Input, Record: v.Pointer, Reason: fmt.Sprintf("conflict: %s of %s is %s by %s and %s by %s: both are kept, the adverse one counts",
			v.ID, cmp.Or(v.Component, "the product"), old.State, cmp.Or(old.Source, "the bill of materials"), v.State, cmp.Or(v.Source, "the bill of materials"))})
	}
	return gaps
}

// gaps counts, for each input, the statements that are about nothing in the run.
func (s *adviceStore) gaps() (gaps []netvet.Gap) {
	var inputs []string
	loose := map[string]*unbound{}
	for _, p := range s.order {
		if p.bound {
			continue
		}
		if loose[p.input] == nil {
			loose[p.input] = &unbound{}
			inputs = append(inputs, p.input)
		}
		for range p.statements {
			loose[p.input].add("declaration", p.target)
		}
	}
	for _, input := range inputs {
		gap, _ := loose[input].gap(input)
		gaps = append(gaps, gap)
	}
	for _, p := range s.order {
		if n := s.full[p.input]; n > 0 {
			delete(s.full, p.input)
			gaps = append(gaps, netvet.Gap{Input: p.input, Reason: fmt.Sprintf("not used: %s beyond the first %d of a run: give the inputs in parts", counted(n, "statement"), maxAdvice)})
		}
	}
	return gaps
}

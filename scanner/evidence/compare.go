package evidence

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// maxComparisons bounds what is compared of one product; the rest is counted.
const maxComparisons = 200

// Compare sets what a product is declared to do and have against what was seen
// of it, the strongest signal first, and tells how many comparisons more there
// are than are kept.
//
// What is seen is undeclared only where something declares things of its kind.
// What is declared is not observed only where an observation could have seen it.
// All else is unknown, and says what is missing.
func (k *Knowledge) Compare(a *netvet.Assessment) (list []netvet.Comparison, left int) {
	if len(a.Observations)+len(a.Declarations) == 0 {
		return nil, 0
	}
	c := &comparing{knowledge: k, declared: map[string]*listing{}, observed: map[string]*listing{}, namesOf: map[string][]string{}, addressesOf: map[string][]string{}}
	for i := range a.Declarations {
		c.declare(&a.Declarations[i])
	}
	for i := range a.Observations {
		c.resolveNames(&a.Observations[i])
	}
	for i := range a.Observations {
		c.observe(&a.Observations[i])
	}
	for _, kind := range netvet.ComparedKinds() {
		if kind == netvet.ComparedPeer {
			list = append(list, c.peers()...)
		} else {
			list = append(list, c.compare(kind)...)
		}
	}
	order := netvet.ComparisonVerdicts()
	slices.SortStableFunc(list, func(x, y netvet.Comparison) int {
		return cmp.Or(cmp.Compare(slices.Index(order, x.Verdict), slices.Index(order, y.Verdict)), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Name, y.Name))
	})
	if len(list) > maxComparisons {
		left = len(list) - maxComparisons
		list = list[:maxComparisons]
	}
	return list, left
}

// comparing is the comparison of one product.
type comparing struct {
	knowledge          *Knowledge
	declared, observed map[string]*listing // by kind
	scans              []scan
	mud                bool
	denied             []peer
	namesOf            map[string][]string // address -> names that the product asked for
	addressesOf        map[string][]string
}

// listing is what one side says of a kind of thing. One that is there and empty
// says that there are none.
type listing struct {
	all   bool // it holds all there is
	order []string
	items map[string]*item
	first map[string]*item // by key, whatever the version
	named map[string]*item // by name
	types map[string]bool  // of package URLs
}

// item is one thing. Its key is what it is compared by.
type item struct {
	key, name string
	version   string // of firmware and components
	plain     string // name of a component without its version
	registry  string // type of its package URL
	peer      peer   // of a peer
	sighting  netvet.Sighting
}

func of(side map[string]*listing, kind string) *listing {
	if side[kind] == nil {
		side[kind] = &listing{items: map[string]*item{}, first: map[string]*item{}, named: map[string]*item{}, types: map[string]bool{}}
	}
	return side[kind]
}

// add keeps the first sighting of a thing and widens its window by the others.
func (l *listing) add(i item) {
	known := l.items[i.key+"\n"+i.version]
	if known == nil {
		l.items[i.key+"\n"+i.version] = &i
		l.order = append(l.order, i.key+"\n"+i.version)
		l.note(&i)
		return
	}
	if s := i.sighting; s.From != "" && (known.sighting.From == "" || s.From < known.sighting.From) {
		known.sighting.From = s.From
	}
	known.sighting.To = max(known.sighting.To, i.sighting.To)
}

// note indexes a thing.
func (l *listing) note(i *item) {
	if l.first[i.key] == nil {
		l.first[i.key] = i
	}
	if i.plain != "" && l.named[i.plain] == nil {
		l.named[i.plain] = i
	}
	if i.registry != "" {
		l.types[i.registry] = true
	}
}

func (l *listing) each() (items []*item) {
	if l != nil {
		for _, key := range l.order {
			items = append(items, l.items[key])
		}
	}
	return items
}

func (c *comparing) declare(d *netvet.Declaration) {
	s := netvet.Sighting{Known: true, Detail: d.Detail, Source: cmp.Or(d.Source, d.Input), Input: d.Input, Pointer: d.Pointer, From: d.Date, Bound: d.Bound, Match: d.Match}
	switch {
	case d.Kind == netvet.FactInventory:
		of(c.declared, d.Name)
	case d.Kind == "software-rev" || d.Kind == "firmware-rev":
		of(c.declared, netvet.ComparedFirmware).add(c.item(netvet.ComparedFirmware, systemSoftware+" "+strings.Join(strings.Fields(d.Name), "_"), s))
	case d.Kind == "mud-url":
		// What a MUD file does not permit is denied (RFC 8520).
		c.mud = true
		of(c.declared, netvet.ComparedPeer)
		of(c.declared, netvet.ComparedPort)
	case d.Kind == "peer-denied":
		c.denied = append(c.denied, parsePeer(d.Name))
	case d.Kind == netvet.ComparedPeer && Detail(d.Detail)["direction"] == "to-device":
		for _, span := range servedSpans(d) {
			of(c.declared, netvet.ComparedPort).add(c.item(netvet.ComparedPort, span, s))
		}
	case slices.Contains(netvet.ComparedKinds(), d.Kind):
		of(c.declared, d.Kind).add(c.item(d.Kind, d.Name, s))
	}
}

func (c *comparing) observe(o *netvet.Observation) {
	s := netvet.Sighting{Known: true, Detail: o.Detail, Source: o.Source, Input: o.Input, Pointer: o.Pointer, From: o.From, To: o.To, Vantage: o.Vantage, Authorisation: o.Authorisation, Bound: o.Bound, Match: o.Match}
	switch {
	case o.Kind == netvet.FactInventory:
		of(c.observed, o.Name).all = true
	case o.Kind == "host":
		if scan, ok := scanOf(o); ok {
			c.scans = append(c.scans, scan)
			of(c.observed, netvet.ComparedPort)
		}
	case o.Kind == "tls":
		of(c.observed, netvet.ComparedPeer).add(c.item(netvet.ComparedPeer, o.Name, s))
	case o.Kind == "dns":
		of(c.observed, netvet.ComparedPeer).add(c.item(netvet.ComparedPeer, o.Name, s))
	case slices.Contains(netvet.ComparedKinds(), o.Kind):
		of(c.observed, o.Kind).add(c.item(o.Kind, o.Name, s))
	}
}

// item makes the thing that a fact names.
func (c *comparing) item(kind, name string, s netvet.Sighting) item {
	i := item{key: strings.ToLower(strings.Join(strings.Fields(name), " ")), name: name, sighting: s}
	switch kind {
	case netvet.ComparedFirmware:
		if at := strings.LastIndexByte(i.key, ' '); at > 0 {
			i.key, i.version = i.key[:at], i.key[at+1:]
		}
	case netvet.ComparedRadio, netvet.ComparedManagement, netvet.ComparedService:
		i.key = cmp.Or(c.knowledge.class(kind, name), i.key)
	case netvet.ComparedPeer:
		i.peer = parsePeer(name)
	case netvet.ComparedComponent:
		i.component(Detail(s.Detail))
	}
	return i
}

// undeclaredWhy is what is wrong with a thing that was seen.
const undeclaredWhy = "what is declared does not list it"

// compare compares the things of one kind.
func (c *comparing) compare(kind string) (list []netvet.Comparison) {
	declared, observed := c.declared[kind], c.observed[kind]
	byName := kind == netvet.ComparedFirmware || kind == netvet.ComparedComponent
	if byName && (declared == nil || observed == nil) {
		return nil
	}
	met := map[*item]bool{}
	complete := observed != nil && observed.all || kind == netvet.ComparedPort && slices.ContainsFunc(c.scans, scan.complete)
	for _, o := range observed.each() {
		x := netvet.Comparison{Kind: kind, Name: o.name, Verdict: netvet.VerdictUndeclaredObserved, Why: undeclaredWhy, Observed: o.sighting, Complete: complete}
		d := match(kind, declared, o)
		switch {
		case declared == nil:
			x.Verdict, x.Why = netvet.VerdictNotCompared, fmt.Sprintf("nothing declares what %ss there are", plainKind(kind))
		case d == nil && byName && !declared.types[o.registry]:
			// Makers and probes call the same part by many names.
			x.Verdict, x.Why = netvet.VerdictNotCompared, fmt.Sprintf("no declared %s goes by this name", plainKind(kind))
		case d != nil && d.version != "" && o.version != "" && d.version != o.version:
			met[d] = true
			x.Declared, x.Why = d.sighting, fmt.Sprintf("declared is version %s", d.version)
		case d != nil:
			met[d] = true
			x.Verdict, x.Why, x.Declared = netvet.VerdictDeclaredObserved, "", d.sighting
		}
		list = append(list, x)
	}
	for _, d := range declared.each() {
		if met[d] {
			continue
		}
		x := netvet.Comparison{Kind: kind, Name: d.name, Verdict: netvet.VerdictNotCompared, Declared: d.sighting, Complete: complete,
			Why: fmt.Sprintf("no observation could have seen this %s", plainKind(kind))}
		if s, ok := c.couldSee(kind, d, complete); ok {
			x.Verdict, x.Why, x.Observed = netvet.VerdictDeclaredNotObserved, "", s
			x.Observed.Known = false
		}
		list = append(list, x)
	}
	return list
}

func plainKind(kind string) string { return strings.ReplaceAll(kind, "-", " ") }

// match finds what declares a thing that was observed.
func match(kind string, declared *listing, o *item) *item {
	if declared == nil {
		return nil
	}
	if d := cmp.Or(declared.items[o.key+"\n"+o.version], declared.first[o.key]); d != nil {
		return d
	}
	if d := declared.named[o.plain]; o.plain != "" && d != nil && (d.registry == "" || o.registry == "") {
		return d
	}
	if kind == netvet.ComparedPort {
		for _, d := range declared.each() {
			if portWithin(o.key, d.key) {
				return d
			}
		}
	}
	return nil
}

// couldSee tells whether a thing that is declared would have been seen, and in
// which window.
func (c *comparing) couldSee(kind string, d *item, complete bool) (netvet.Sighting, bool) {
	if kind == netvet.ComparedPort {
		for _, s := range c.scans {
			if s.covers(d.key) {
				return s.sighting, true
			}
		}
		return netvet.Sighting{}, false
	}
	// A tool that finds packages of a registry at all would have found this one.
	return netvet.Sighting{}, complete || d.registry != "" && c.observed[kind] != nil && c.observed[kind].types[d.registry]
}

// resolveNames notes which names stand for which addresses, as the product was told.
func (c *comparing) resolveNames(o *netvet.Observation) {
	if o.Kind != "dns" && o.Kind != "tls" {
		return
	}
	detail := Detail(o.Detail)
	name := strings.ToLower(o.Name)
	addresses := strings.Split(detail["answers"], ", ")
	if o.Kind == "tls" {
		name, addresses = parsePeer(name).host, strings.Split(detail["server"], ", ")
	}
	for _, address := range addresses {
		address = parsePeer(address).host
		if _, ok := parseAddress(address); ok && address != name {
			c.namesOf[address] = append(c.namesOf[address], name)
			c.addressesOf[name] = append(c.addressesOf[name], address)
		}
	}
}

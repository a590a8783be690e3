package scanner

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/evidence"
)

// maxFacts is how many facts of probes, logs and specifications are kept until
// the products are known: at some 500 bytes each, 50 MB. The rest is counted.
const maxFacts = 100_000

// factStore keeps what inputs say of things that are no products by themselves,
// by input and target, until a product is found that they are about.
type factStore struct {
	context *Context
	known   *evidence.Knowledge
	role    netvet.Role
	groups  map[[2]string]*factGroup
	order   []*factGroup
	kept    int
	refused map[string]*refused // by input

	byName map[string][]*factGroup // address or name of a target
	byKey  map[string][]*factGroup // identity of a product that a target has
	claims map[string]*claim       // of those identities: the product that states it
}

// factGroup is all that one input says of one target.
type factGroup struct {
	input, target string
	names         []string // addresses and names that the target has as well
	keys          []string // identities: hardware address, serial number
	maker, model  string   // of the kind of device that a specification is of
	described     string   // the same in the words of its maker
	observations  []netvet.Observation
	declarations  []netvet.Declaration
	told          bool // the context says what it is about
	bound         bool
	refused       string // why it is not the product's that states its address
}

// refused counts the facts of an input that are not kept.
type refused struct{ full, forbidden int }

func newFactStore(c *Context, known *evidence.Knowledge, role netvet.Role) *factStore {
	return &factStore{context: c, known: known, role: role, groups: map[[2]string]*factGroup{}, refused: map[string]*refused{},
		byName: map[string][]*factGroup{}, byKey: map[string][]*factGroup{}, claims: map[string]*claim{}}
}

// observe keeps an observation. One of an active probe without leave is not used
// by an operator of critical infrastructure.
func (s *factStore) observe(input string, o netvet.Observation) {
	told := s.told(input)
	o.Input, o.Vantage, o.Authorisation = input, told.Vantage, told.Authorisation.String()
	if s.role == netvet.RoleCIIO && o.Authorisation == "" && active(&o) {
		s.refusal(input).forbidden++
		return
	}
	if g := s.group(input, o.Target); g != nil {
		g.observations = append(g.observations, o)
		g.learn(&o)
	}
}

func (s *factStore) declare(input string, d netvet.Declaration) {
	d.Input = input
	if g := s.group(input, d.Target); g != nil {
		g.declarations = append(g.declarations, d)
		switch d.Kind { // of RFC 8520
		case "mfg-name":
			g.maker = d.Name
		case "model-name":
			g.model = d.Name
		case "systeminfo":
			g.described = d.Name
		}
	}
}

// active tells probes that send to what they observe from logs that listen.
func active(o *netvet.Observation) bool { return !strings.HasPrefix(o.Source, "zeek") }

func (s *factStore) told(input string) ContextObservation {
	for i := len(s.context.Observations) - 1; i >= 0; i-- {
		if ofInput(s.context.Observations[i].Input, input) {
			return s.context.Observations[i]
		}
	}
	return ContextObservation{}
}

func (s *factStore) refusal(input string) *refused {
	if s.refused[input] == nil {
		s.refused[input] = &refused{}
	}
	return s.refused[input]
}

// group returns the group of a target, nil when there is no more room.
func (s *factStore) group(input, target string) *factGroup {
	if s.kept == maxFacts {
		s.refusal(input).full++
		return nil
	}
	s.kept++
	key := [2]string{input, target}
	g := s.groups[key]
	if g == nil {
		g = &factGroup{input: input, target: target, names: []string{plainAddress(target)}, keys: []string{serialIdentity(target)}}
		s.groups[key] = g
		s.order = append(s.order, g)
	}
	return g
}

// learn takes what an observation says of who the target is.
func (g *factGroup) learn(o *netvet.Observation) {
	if o.Kind != "host" {
		return
	}
	detail := evidence.Detail(o.Detail)
	for _, key := range []string{"addresses", "names"} {
		for _, name := range strings.Fields(detail[key]) {
			if name = plainAddress(name); !slices.Contains(g.names, name) {
				g.names = append(g.names, name)
			}
		}
	}
	if mac := macIdentity(detail["mac"]); mac != "" && !slices.Contains(g.keys, mac) {
		g.keys = append(g.keys, mac)
	}
}

// plainAddress writes an address in its one form, and a name in lower case.
func plainAddress(text string) string {
	if address, err := netip.ParseAddr(text); err == nil {
		return address.Unmap().String()
	}
	return strings.ToLower(strings.TrimSuffix(text, "."))
}

// named returns the groups that a binding names.
func (s *factStore) named(b *ContextBinding) (groups []*factGroup) {
	all, target := s.order, ""
	if exact(b.Target) {
		all = s.byName[plainAddress(b.Target)]
	} else {
		target = b.Target
	}
	for _, g := range all {
		if ofInput(b.Input, g.input) && fits(target, g.names...) {
			groups = append(groups, g)
		}
	}
	return groups
}

// gaps tells, for each input, what came to nothing and why.
func (s *factStore) gaps() (gaps []netvet.Gap) {
	loose := map[string]*unbound{}
	var inputs []string
	of := func(input string) *unbound {
		if loose[input] == nil {
			loose[input] = &unbound{}
			inputs = append(inputs, input)
		}
		return loose[input]
	}
	for _, g := range s.order {
		if g.bound {
			continue
		}
		if reason := s.doubt(g); reason != "" {
			gaps = append(gaps, netvet.Gap{Input: g.input, Record: g.target, Reason: reason})
			continue
		}
		for range g.observations {
			of(g.input).add("observation", g.target)
		}
		for range g.declarations {
			of(g.input).add("declaration", g.target)
		}
	}
	for _, input := range inputs {
		if gap, ok := loose[input].gap(input); ok {
			gaps = append(gaps, gap)
		}
	}
	return append(gaps, s.refusals()...)
}

func (s *factStore) refusals() (gaps []netvet.Gap) {
	for _, input := range slices.Sorted(maps.Keys(s.refused)) {
		if n := s.refused[input].forbidden; n > 0 {
			gaps = append(gaps, netvet.Gap{Input: input, Reason: fmt.Sprintf("not used: %s of an active probe of critical information infrastructure without a stated authorisation"+
				" (Regulations on the Security Protection of Critical Information Infrastructure, Art. 31): state it under observations in netvet.yaml", counted(n, "observation"))})
		}
		if n := s.refused[input].full; n > 0 {
			gaps = append(gaps, netvet.Gap{Input: input, Reason: fmt.Sprintf("not used: %s beyond the first %d of a run: give the inputs in parts", counted(n, "fact"), maxFacts)})
		}
	}
	return gaps
}

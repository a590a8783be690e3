package scanner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// Facts find their product by what the target and a product of the run have in
// common: serial number and hardware address for certain, the maker and model
// that a specification names, and an address or host name that one product alone
// states, which is less sure.

// The kinds of identities, which the keys begin with.
const (
	keySerial  = "serial "
	keyMAC     = "mac "
	keyAddress = "address "
	keyModel   = "model "
	keyWords   = "words "
)

// shortestSerial is the least length of a serial number that is taken for one
// without being asked: shorter texts may be anything.
const shortestSerial = 6

func serialIdentity(serial string) string {
	if plain := plainKey(serial); len(plain) >= shortestSerial && !placeholder(serial) {
		return keySerial + plain
	}
	return ""
}

func macIdentity(mac string) string {
	plain := plainKey(mac)
	if len(plain) != 12 || strings.Trim(plain, "0123456789abcdef") != "" || strings.Trim(plain, plain[:1]) == "" {
		return ""
	}
	return keyMAC + plain
}

// identityKeys are the identities that a product states, the surest first.
func identityKeys(p *netvet.Product) (keys []string) {
	if key := serialIdentity(p.Serial); key != "" {
		keys = append(keys, key)
	}
	for i := range p.Identifiers {
		if p.Identifiers[i].Type == netvet.IDMAC {
			if key := macIdentity(p.Identifiers[i].Value); key != "" {
				keys = append(keys, key)
			}
		}
	}
	for _, address := range p.Addresses {
		keys = append(keys, keyAddress+address)
	}
	return keys
}

// modelKeys are the ways in which a specification may name the kind of device
// that a product is.
func modelKeys(a *netvet.Assessment) (keys []string) {
	p, maker := &a.Product, makerKey(a)
	for _, model := range []string{p.Model, p.PartNumber, p.Name} {
		if plain := plainKey(model); plain != "" && maker != "" {
			keys = append(keys, keyModel+maker+" "+plain)
		}
	}
	if p.Manufacturer != "" && p.Model != "" {
		keys = append(keys, keyWords+plainKey(p.Manufacturer+p.Model))
	}
	return keys
}

// ready indexes what was kept. An address that several hardware addresses had in
// turn is that of no one product.
func (s *factStore) ready(makers *resolver) {
	s.addServed()
	for _, g := range s.order {
		for _, name := range g.names {
			s.byName[name] = append(s.byName[name], g)
		}
		for _, key := range s.keysOf(g, makers) {
			if key != "" {
				s.byKey[key] = append(s.byKey[key], g)
			}
		}
	}
}

// keysOf are the identities of a target.
func (s *factStore) keysOf(g *factGroup, makers *resolver) []string {
	keys := slices.Clone(g.keys)
	if len(g.observations) > 0 {
		for _, name := range g.names {
			if match, _ := s.known.AddressMatch(name); match > 0 {
				keys = append(keys, keyAddress+name)
			}
		}
	}
	if len(g.macs()) > 1 {
		keys = slices.DeleteFunc(keys, func(key string) bool { return strings.HasPrefix(key, keyMAC) || strings.HasPrefix(key, keyAddress) })
	}
	if g.maker != "" && g.model != "" {
		kind := netvet.Assessment{Product: netvet.Product{Manufacturer: g.maker, Model: g.model}}
		kind.Match = makers.product(&kind.Product)
		keys = append(keys, keyModel+makerKey(&kind)+" "+plainKey(g.model))
	}
	if g.described != "" {
		keys = append(keys, keyWords+plainKey(g.described))
	}
	return keys
}

func (g *factGroup) macs() (macs []string) {
	for _, key := range g.keys {
		if mac, ok := strings.CutPrefix(key, keyMAC); ok {
			macs = append(macs, mac)
		}
	}
	return macs
}

// claim is the product that states an identity.
type claim struct {
	owner string // what tells it from others
	at    string // where it stands
	other string // where another stands that states the same; then it is neither's
}

// claim notes that a product states its identities. A row is the source of a
// product without a serial number.
func (s *factStore) claim(p *netvet.Product) {
	if len(s.byKey) == 0 {
		return
	}
	for _, key := range identityKeys(p) {
		if s.byKey[key] == nil {
			continue
		}
		from := lastSource(p)
		c := claim{owner: "row " + from.Input + " " + from.Record, at: strings.TrimSpace(from.Input + " " + from.Record)}
		if !placeholder(p.Serial) {
			c.owner = keySerial + plainKey(p.Serial)
		}
		if strings.HasPrefix(key, keySerial) {
			c.owner = plainKey(p.Manufacturer)
		}
		switch before := s.claims[key]; {
		case before == nil:
			s.claims[key] = &c
		case before.owner != c.owner && before.other == "":
			before.other = c.at
		}
	}
}

// boundGroup is a group of facts with how it came to the product.
type boundGroup struct {
	*factGroup
	by    string
	match float64 // 0: certain
}

// certain returns the groups whose target has a serial number, hardware address or
// model of the product.
func (s *factStore) certain(a *netvet.Assessment, keys []string) (groups []boundGroup) {
	for _, key := range slices.Concat(keys, modelKeys(a)) {
		if c := s.claims[key]; strings.HasPrefix(key, keyAddress) || c != nil && c.other != "" {
			continue
		}
		for _, g := range s.byKey[key] {
			groups = append(groups, boundGroup{factGroup: g, by: keyInWords(key, g)})
		}
	}
	return groups
}

func keyInWords(key string, g *factGroup) string {
	kind, value, _ := strings.Cut(key, " ")
	switch kind + " " {
	case keyModel:
		return "maker and model: " + g.maker + " " + g.model
	case keyWords:
		return "maker and model: " + g.described
	case keyMAC:
		return "hardware address " + value
	}
	return "serial number"
}

// byAddress returns the groups of facts about an address or host name that the
// product alone states.
func (s *factStore) byAddress(a *netvet.Assessment, keys []string) (groups []boundGroup) {
	for _, key := range keys {
		address, ok := strings.CutPrefix(key, keyAddress)
		c := s.claims[key]
		if !ok || c == nil || c.other != "" {
			continue
		}
		match, what := s.known.AddressMatch(address)
		by := fmt.Sprintf("%s %s, which this product alone states (%s); it may be another's at another time", what, address, c.at)
		for _, g := range s.byKey[key] {
			if g.told {
				continue
			}
			if g.refused = s.against(g, a, address, keys); g.refused == "" {
				groups = append(groups, boundGroup{factGroup: g, by: by, match: match})
			}
		}
	}
	return groups
}

// against tells why what was seen of an address is not about the product that
// states it: the hardware address is another's.
func (s *factStore) against(g *factGroup, a *netvet.Assessment, address string, keys []string) string {
	for _, key := range g.keys {
		if c := s.claims[key]; c != nil && !slices.Contains(keys, key) {
			return fmt.Sprintf("not used: %s is stated in %s, but the %s is that of %s: bind it in netvet.yaml", address, lastSource(&a.Product).Input, keyInWords(key, g), c.at)
		}
	}
	var own []string
	for i := range a.Product.Identifiers {
		if id := &a.Product.Identifiers[i]; id.Type == netvet.IDMAC && len(id.Value) == 12 {
			own = append(own, id.Value[:6])
		}
	}
	for _, mac := range g.macs() {
		// Interfaces of one product have different addresses of one maker.
		if len(own) > 0 && !slices.Contains(own, mac[:6]) {
			return fmt.Sprintf("not used: %s was seen with hardware address %s, and the product that states it (%s) has none of that maker: bind it in netvet.yaml if it is the same",
				address, mac, lastSource(&a.Product).Record)
		}
	}
	return ""
}

// doubt tells why facts came to no product although one states their address.
func (s *factStore) doubt(g *factGroup) string {
	if g.refused != "" || len(g.observations) == 0 {
		return g.refused
	}
	for _, name := range g.names {
		if c := s.claims[keyAddress+name]; c != nil && c.other != "" {
			return fmt.Sprintf("not used: %s about %s, which two products state, %s and %s: bind it to one in netvet.yaml",
				counted(len(g.observations), "observation"), name, c.at, c.other)
		}
	}
	return ""
}

// bind gives a product the facts that are about it: those that the context binds
// to it, and those whose target is the product.
func (r *run) bind(a *netvet.Assessment) {
	r.advice.advise(a)
	r.findings.give(a)
	if r.facts == nil || len(r.facts.order) == 0 {
		return
	}
	keys := identityKeys(&a.Product)
	groups := slices.Concat(r.bindings.of(a), r.facts.certain(a, keys), r.facts.byAddress(a, keys))
	taken, facts := map[*factGroup]bool{}, 0
	a.Observations, a.Declarations = slices.Clip(a.Observations), slices.Clip(a.Declarations)
	for _, g := range groups {
		if taken[g.factGroup] {
			continue
		}
		taken[g.factGroup], g.bound = true, true
		if facts += len(g.observations) + len(g.declarations); facts > maxFactsOfProduct {
			continue
		}
		g.give(a)
	}
	if facts > maxFactsOfProduct {
		at := lastSource(&a.Product)
		a.Gaps = append(slices.Clip(a.Gaps), netvet.Gap{Input: at.Input, Record: at.Record,
			Reason: fmt.Sprintf("%s bound to this product, more than the %d that are compared: bind fewer targets to it", counted(facts, "fact"), maxFactsOfProduct)})
	}
}

// give adds the facts of a group to a product.
func (g boundGroup) give(a *netvet.Assessment) {
	for _, o := range g.observations {
		o.Bound, o.Match = g.by, g.match
		a.Observations = append(a.Observations, o)
	}
	for _, d := range g.declarations {
		d.Bound, d.Match = g.by, g.match
		a.Declarations = append(a.Declarations, d)
	}
}

// maxFactsOfProduct bounds what is compared of one product: a binding with "*"
// may name a whole network.
const maxFactsOfProduct = 20_000

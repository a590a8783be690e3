package evidence

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// peer is whom a product talks to: a name, an address, a network, or a word of
// RFC 8520 for a party that the file does not name.
type peer struct {
	host  string
	ports ports
	any   bool // of ports
}

// parsePeer reads "update.example.com 443/tcp", "203.0.113.0/24 3478-3481/udp",
// "local-networks tcp" and "my-controller".
func parsePeer(name string) peer {
	words := strings.Fields(strings.ToLower(name))
	p := peer{any: true}
	if n := len(words); n > 1 {
		if span, ok := parsePorts(words[n-1]); ok && !strings.ContainsAny(words[n-1], ".:") {
			p.ports, p.any, words = span, false, words[:n-1]
		}
	}
	p.host = strings.TrimSuffix(strings.Join(words, " "), ".")
	return p
}

func parseAddress(text string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(text)
	return a.Unmap(), err == nil
}

// answer of whether a declaration speaks of a peer.
type answer int

const (
	no answer = iota
	perhaps
	yes
)

// peers compares whom the product talked to with whom it is declared to talk to.
func (c *comparing) peers() (list []netvet.Comparison) {
	declared, observed := c.declared[netvet.ComparedPeer], c.observed[netvet.ComparedPeer]
	best := map[*item]answer{}
	met := c.connected(observed)
	for _, o := range observed.each() {
		if noParty(o.peer) || o.peer.any && met[o.peer.host] {
			continue
		}
		list = append(list, c.peer(o, declared, best))
	}
	for _, d := range declared.each() {
		if best[d] == yes {
			continue
		}
		x := netvet.Comparison{Kind: netvet.ComparedPeer, Name: d.name, Verdict: netvet.VerdictDeclaredNotObserved, Declared: d.sighting}
		switch {
		case observed == nil:
			x.Verdict, x.Why = netvet.VerdictNotCompared, "no observation of its traffic"
		case best[d] == perhaps || role(d.peer.host):
			x.Verdict, x.Why = netvet.VerdictNotCompared, "which address this is, is not known"
		default:
			x.Observed = window(observed)
		}
		list = append(list, x)
	}
	return list
}

// peer compares one peer that was seen.
func (c *comparing) peer(o *item, declared *listing, best map[*item]answer) netvet.Comparison {
	p := o.peer
	x := netvet.Comparison{Kind: netvet.ComparedPeer, Name: o.name, Verdict: netvet.VerdictUndeclaredObserved, Why: undeclaredWhy, Observed: o.sighting}
	if names := c.namesOf[p.host]; len(names) > 0 {
		x.Observed.Detail = strings.TrimPrefix(o.sighting.Detail+"; name="+strings.Join(slices.Compact(slices.Sorted(slices.Values(names))), " "), "; ")
	}
	if declared == nil {
		x.Verdict, x.Why = netvet.VerdictNotCompared, "nothing declares whom the product talks to"
		return x
	}
	if slices.ContainsFunc(c.denied, func(d peer) bool { return c.speaksOf(d, p) == yes }) {
		x.Why = "its declaration denies it"
		return x
	}
	if c.mud && isLocal(p.host) && (p.ports.first == 53 || p.ports.first == 123) && p.ports.first == p.ports.last {
		// Local DNS and NTP are permitted to all that have a MUD file (RFC 8520).
		x.Verdict, x.Why = netvet.VerdictDeclaredObserved, "local DNS and NTP need no declaration (RFC 8520)"
		return x
	}
	found := no
	for _, d := range declared.each() {
		said := c.speaksOf(d.peer, p)
		best[d] = max(best[d], said)
		if said > found {
			found, x.Declared = said, d.sighting
			if said == perhaps {
				x.Why = fmt.Sprintf("it may be %q, which is declared", d.name)
			}
		}
	}
	switch found {
	case yes:
		x.Verdict, x.Why = netvet.VerdictDeclaredObserved, ""
	case perhaps:
		x.Verdict, x.Declared = netvet.VerdictNotCompared, netvet.Sighting{}
	}
	return x
}

// speaksOf reports whether a declared peer is one that was seen.
func (c *comparing) speaksOf(d, o peer) answer {
	if !d.any && !o.any && !d.ports.holds(o.ports) {
		return no
	}
	if d.host == "any" {
		if d.ports.protocol == "eth" {
			return no
		}
		return yes
	}
	if d.host == "local-networks" {
		return local(o.host)
	}
	if role(d.host) {
		return perhaps
	}
	if network, ok := parseNetwork(d.host); ok {
		return c.within(network, o.host)
	}
	return c.named(d.host, o.host)
}

// role reports whether a peer is given by what it is to the device.
func role(host string) bool {
	word, _, _ := strings.Cut(host, " ")
	return slices.Contains([]string{"controller", "my-controller", "manufacturer", "same-manufacturer", "model"}, word)
}

func parseNetwork(text string) (netip.Prefix, bool) {
	if a, ok := parseAddress(text); ok {
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(text)
	return p, err == nil
}

func (c *comparing) within(network netip.Prefix, host string) answer {
	if a, ok := parseAddress(host); ok {
		if network.Contains(a) {
			return yes
		}
		return no
	}
	addresses := c.addressesOf[host]
	for _, text := range addresses {
		if a, ok := parseAddress(text); ok && network.Contains(a) {
			return yes
		}
	}
	if len(addresses) == 0 {
		return perhaps
	}
	return no
}

// named compares a declared name, which may begin with "*.", with a host. An
// address whose name is not known may be any of them.
func (c *comparing) named(name, host string) answer {
	fits := func(host string) bool {
		suffix, wild := strings.CutPrefix(name, "*")
		return host == name || wild && strings.HasSuffix(host, suffix)
	}
	names := []string{host}
	if _, isAddress := parseAddress(host); isAddress {
		if names = c.namesOf[host]; len(names) == 0 {
			return perhaps
		}
	}
	if slices.ContainsFunc(names, fits) {
		return yes
	}
	return no
}

func local(host string) answer {
	switch _, isAddress := parseAddress(host); {
	case isLocal(host):
		return yes
	case isAddress:
		return no
	}
	return perhaps
}

func isLocal(host string) bool {
	a, ok := parseAddress(host)
	return ok && (a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsLoopback() || a.IsMulticast()) || strings.HasSuffix(host, ".local")
}

// noParty leaves out what names no other party: broadcasts, multicasts, and the
// lookups of addresses.
func noParty(p peer) bool {
	a, ok := parseAddress(p.host)
	return ok && (a.IsMulticast() || a.IsUnspecified() || a.IsLoopback() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255})) ||
		strings.HasSuffix(p.host, ".arpa") || p.host == "" || !ok && p.any && !strings.Contains(p.host, ".")
}

// connected are the names that were talked to and not only asked for: then the
// conversation is what is compared.
func (c *comparing) connected(observed *listing) map[string]bool {
	met := map[string]bool{}
	for _, o := range observed.each() {
		if o.peer.any {
			continue
		}
		met[o.peer.host] = true
		for _, name := range c.namesOf[o.peer.host] {
			met[name] = true
		}
	}
	return met
}

// window is the time in which traffic was observed.
func window(observed *listing) (s netvet.Sighting) {
	for _, o := range observed.each() {
		if s.From == "" {
			s = o.sighting
			s.Known, s.Detail, s.Pointer = false, "", ""
		}
		if o.sighting.From != "" {
			s.From = min(s.From, o.sighting.From)
		}
		s.To = max(s.To, o.sighting.To)
	}
	return s
}

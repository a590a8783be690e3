package scanner

import (
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/evidence"
)

// addServed turns conversations that a log saw into open ports of whom they were
// with: a host that took part in one at a port serves that port. That holds for
// TCP, where the log knows who began, and it is kept for hosts alone that the
// inputs or the context speak of: the rest of the network is not looked at.
func (s *factStore) addServed() {
	wanted := map[string]bool{}
	for _, g := range s.order {
		for _, name := range g.names {
			wanted[name] = true
		}
	}
	for i := range s.context.Bindings {
		wanted[plainAddress(s.context.Bindings[i].Target)] = true
	}
	served := map[[3]string]bool{}
	for _, g := range s.order[:len(s.order):len(s.order)] {
		for i := range g.observations {
			o, ok := servedPort(&g.observations[i])
			key := [3]string{o.Input, o.Target, o.Name}
			if !ok || !wanted[plainAddress(o.Target)] || served[key] {
				continue
			}
			served[key] = true
			if to := s.group(o.Input, o.Target); to != nil {
				to.observations = append(to.observations, o)
			}
		}
	}
}

// servedPort is the port at which a conversation was answered.
func servedPort(o *netvet.Observation) (netvet.Observation, bool) {
	host, port, ok := strings.Cut(o.Name, " ")
	if o.Kind != netvet.ComparedPeer || !ok || !strings.HasSuffix(port, "/tcp") {
		return netvet.Observation{}, false
	}
	detail := evidence.Detail(o.Detail)
	if n := detail["answered"]; n == "" || n == "0" {
		return netvet.Observation{}, false
	}
	seen := *o
	seen.Target, seen.Kind, seen.Name = host, netvet.ComparedPort, port
	seen.Detail = "basis=traffic; peer=" + o.Target
	if detail["service"] != "" {
		seen.Detail = "service=" + detail["service"] + "; " + seen.Detail
	}
	return seen, true
}

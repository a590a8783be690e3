package evidence

import (
	"net/url"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// Stated turns what one input says of the parts and services of a product into
// facts that can be compared: observations when the product itself was asked,
// declarations when its maker states it.
func (k *Knowledge) Stated(a *netvet.Assessment) {
	if a.Product.BOM.Format == "" {
		return // a row of an inventory
	}
	observed := slices.Contains(k.Sources.Observed, a.Product.BOM.Format)
	if !observed && !slices.Contains(k.Sources.Declared, a.Product.BOM.Format) {
		return
	}
	s := stating{a: a, observed: observed}
	if n := len(a.Product.Sources); n > 0 {
		s.input, s.record = a.Product.Sources[n-1].Input, a.Product.Sources[n-1].Record
	}
	s.date = a.Product.BOM.Created
	for i := range a.Services {
		s.service(k, &a.Services[i])
	}
	for i := range a.Candidates {
		s.part(k, &a.Candidates[i])
	}
	s.software(k)
	if !observed && a.Census.Devices+a.Census.Firmware > 0 {
		// A document that lists hardware says by that which radios and
		// controllers there are; one that lists software alone says nothing of them.
		for _, kind := range []string{netvet.ComparedRadio, netvet.ComparedManagement} {
			s.add(netvet.FactInventory, kind, "", s.record)
		}
	}
}

// stating gathers the facts of one product.
type stating struct {
	a                   *netvet.Assessment
	observed            bool
	input, record, date string
}

func (s *stating) add(kind, name, detail, pointer string) {
	if s.observed {
		s.a.Observations = append(s.a.Observations, netvet.Observation{Kind: kind, Name: name, Detail: detail, Source: s.a.Product.BOM.Format,
			From: s.date, To: s.date, Input: s.input, Pointer: pointer})
		return
	}
	s.a.Declarations = append(s.a.Declarations, netvet.Declaration{Kind: kind, Name: name, Detail: detail, Source: s.a.Product.BOM.Format,
		Date: s.date, Input: s.input, Pointer: pointer})
}

// systemSoftware is the name under which the software that a device runs is
// compared, whatever its maker calls it.
const systemSoftware = "system software"

// software states the version of the software that a device runs.
func (s *stating) software(k *Knowledge) {
	p := &s.a.Product
	runs := slices.Contains(k.Sources.Software, p.BOM.Format) || !s.observed && (p.Kind == netvet.KindDevice || p.Kind == netvet.KindFirmware)
	if version := strings.Join(strings.Fields(p.Version), "_"); version != "" && runs {
		s.add(netvet.ComparedFirmware, systemSoftware+" "+version, "", s.record)
	}
}

// part states a component that a pattern picked. Software for a radio is no radio.
func (s *stating) part(k *Knowledge, c *netvet.Candidate) {
	kind := k.Parts[c.Pattern]
	if kind == "" || c.Kind != netvet.KindDevice && c.Kind != netvet.KindFirmware {
		return
	}
	name := strings.TrimSpace(c.Name)
	if c.Type == "bmc" && kind != netvet.ComparedManagement {
		s.add(netvet.ComparedManagement, name, c.Version, c.Pointer)
	}
	if kind == netvet.ComparedFirmware {
		if c.Version == "" {
			return
		}
		name += " " + strings.Join(strings.Fields(c.Version), "_")
	}
	s.add(kind, name, c.Version, c.Pointer)
}

// service states the ports at which a service is served, else its name.
func (s *stating) service(k *Knowledge, v *netvet.Service) {
	stated := false
	for _, endpoint := range v.Endpoints {
		if port, ok := servedPort(endpoint); ok {
			detail := "service=" + v.Name
			if v.Version != "" {
				detail += "; version=" + v.Version
			}
			s.add(netvet.ComparedPort, port, detail, v.Pointer)
			stated = true
		} else if peer, ok := calledPeer(endpoint); ok {
			s.add(netvet.ComparedPeer, peer, "service="+v.Name, v.Pointer)
			stated = true
		}
	}
	if !stated && k.class(netvet.ComparedService, v.Name) != "" {
		s.add(netvet.ComparedService, v.Name, "", v.Pointer)
	}
}

// defaultPorts are those of schemes that stand in endpoints.
var defaultPorts = map[string]string{"http": "80", "https": "443", "ssh": "22", "telnet": "23", "ftp": "21", "ldap": "389", "ldaps": "636", "mqtt": "1883", "mqtts": "8883"}

// servedPort reads an endpoint at the product itself: a bare port, or an address
// whose host is none or local.
func servedPort(endpoint string) (string, bool) {
	if span, ok := parsePorts(endpoint); ok && span.first == span.last && span.protocol != "" {
		return strings.ToLower(endpoint), true
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme == "" {
		return "", false
	}
	host := u.Hostname()
	if host != "" && host != "localhost" && host != "0.0.0.0" && host != "::" && !isLocal(host) {
		return "", false
	}
	port := u.Port()
	if port == "" {
		port = defaultPorts[u.Scheme]
	}
	return port + "/tcp", port != ""
}

// calledPeer reads an endpoint elsewhere.
func calledPeer(endpoint string) (string, bool) {
	u, err := url.Parse(endpoint)
	if err != nil || !strings.Contains(u.Hostname(), ".") {
		return "", false
	}
	port := u.Port()
	if port == "" {
		port = defaultPorts[u.Scheme]
	}
	if port == "" {
		return strings.ToLower(u.Hostname()), true
	}
	return strings.ToLower(u.Hostname()) + " " + port + "/tcp", true
}

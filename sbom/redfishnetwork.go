package sbom

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
)

// takeAddresses adds the hardware addresses and PCI ids that resources of their own
// give for systems, managers, adapters and devices.
func (s *redfishService) takeAddresses() {
	decimal := s.writesDecimal()
	for _, r := range s.resources {
		s.reachable(r)
		scheme, values := r.addresses(decimal)
		for _, value := range values {
			s.identify(r.uri, scheme, value)
			if r.kind != "PCIeFunction" {
				continue
			}
			for _, name := range []string{"Drives", "StorageControllers", "NetworkDeviceFunctions", "Processor"} {
				for _, link := range redfishLinks(r.hostNode, name) {
					s.identify(link, scheme, value)
				}
			}
		}
	}
}

// reachable notes under which addresses and names a system or its manager answers.
func (s *redfishService) reachable(r *redfishResource) {
	p := s.ownerAt(r.uri)
	if p == nil || r.kind != "EthernetInterface" && r.kind != "ManagerNetworkProtocol" && r.kind != "ComputerSystem" {
		return
	}
	p.Addresses = addAddresses(p.Addresses, r.value("FQDN"), r.value("HostName"))
	for _, name := range []string{"IPv4Addresses", "IPv4StaticAddresses", "IPv6Addresses", "IPv6StaticAddresses"} {
		for _, n := range r.list(name) {
			p.Addresses = addAddresses(p.Addresses, n.value("Address"))
		}
	}
}

func (r *redfishResource) addresses(decimal bool) (netvet.IdentifierType, []string) {
	switch r.kind {
	case "EthernetInterface":
		return netvet.IDMAC, []string{cmp.Or(r.value("PermanentMACAddress"), r.value("MACAddress"))}
	case "NetworkDeviceFunction":
		return netvet.IDMAC, []string{cmp.Or(r.value("Ethernet", "PermanentMACAddress"), r.value("Ethernet", "MACAddress"))}
	case "NetworkPort", "Port":
		var all []string
		for _, n := range slices.Concat(r.list("AssociatedNetworkAddresses"), r.get("Ethernet").list("AssociatedMACAddresses")) {
			all = append(all, n.value())
		}
		return netvet.IDMAC, all
	case "PCIeFunction", "PCIeDevice":
		vendor, device := r.busNumber("VendorI", decimal), r.busNumber("DeviceI", decimal)
		if vendor != "" {
			return netvet.IDPCI, []string{strings.Trim(vendor+":"+device, ":")}
		}
	}
	return "", nil
}

// busNumber is a number of a maker or device on the bus: text in hexadecimal digits
// (DSP2046: "0x" and four), or a number as JSON writes it. HPE's own types end the name
// in ID.
func (r *redfishResource) busNumber(name string, decimal bool) string {
	n := r.get(name + "d")
	if n.v == nil {
		n = r.get(name + "D")
	}
	if _, number := n.v.(jsonNumber); !number && !decimal {
		return n.value()
	}
	if id, err := strconv.ParseUint(n.value(), 10, 16); err == nil {
		return fmt.Sprintf("%04x", id)
	}
	return ""
}

// writesDecimal reports whether the service writes the numbers of PCI functions in
// decimal digits, as some versions of iLO 5 do: then numbers of five digits occur, and
// none with a letter.
func (s *redfishService) writesDecimal() bool {
	long, letters := false, false
	s.each("PCIeFunction", func(r *redfishResource) {
		for _, name := range []string{"VendorId", "DeviceId", "SubsystemVendorId", "SubsystemId"} {
			text := r.value(name)
			long = long || len(text) == 5
			letters = letters || strings.Trim(text, "0123456789") != ""
		}
	})
	return long && !letters
}

// identify adds an identifier to the part at the address or above it, or else to the
// system there.
func (s *redfishService) identify(uri string, scheme netvet.IdentifierType, value string) {
	for ; strings.Contains(uri, "/"); uri = uri[:strings.LastIndexByte(uri, '/')] {
		r := s.at(uri)
		if r == nil || r.owner == nil {
			continue
		}
		if r.part >= 0 {
			c := &r.owner.parts[r.part]
			c.Identifiers = withIdentifier(c.Identifiers, scheme, value)
		} else {
			r.owner.Identifiers = withIdentifier(r.owner.Identifiers, scheme, value)
		}
		return
	}
}

// redfishProtocols are the protocols that a manager can offer (ManagerNetworkProtocol,
// DSP2046), with the transport that their registered ports have.
func redfishProtocols() []struct{ name, transport string } {
	return []struct{ name, transport string }{
		{"FTP", "tcp"}, {"FTPS", "tcp"}, {"HTTP", "tcp"}, {"HTTPS", "tcp"}, {"IPMI", "udp"}, {"KVMIP", "tcp"}, {"ModbusTCP", "tcp"}, {"RDP", "tcp"}, {"RFB", "tcp"},
		{"SCP", "tcp"}, {"SFTP", "tcp"}, {"SNMP", "udp"}, {"SSDP", "udp"}, {"SSH", "tcp"}, {"Telnet", "tcp"}, {"VirtualMedia", "tcp"},
	}
}

// takeServices takes the ways into a machine, and out of it, that its managers say are
// on: protocols, consoles, the interface for the host, accounts kept elsewhere, and
// who is told of events.
func (s *redfishService) takeServices() {
	for _, r := range s.resources {
		var found []netvet.Service
		switch r.kind {
		case "ManagerNetworkProtocol":
			found = r.protocols()
		case "Manager":
			found = r.consoles()
		case "HostInterface":
			found = r.hostInterface()
		case "EventDestination":
			found = r.subscription()
		case "AccountService":
			found = append(r.accountProvider(r.get("LDAP"), "LDAP"), r.accountProvider(r.get("ActiveDirectory"), "Active Directory")...)
		case "ExternalAccountProvider":
			found = r.accountProvider(r.hostNode, cmp.Or(r.stated("AccountProviderType"), r.stated("Name")))
		}
		if r.kind == "ManagerAccount" && len(s.products) > 0 {
			p := cmp.Or(s.ownerAt(r.uri), s.servedProduct(), s.products[0])
			p.account(r.stated("UserName"), r.uri, factDetail("role", r.stated("RoleId"), "enabled", r.value("Enabled"), "locked", r.value("Locked")))
		}
		if len(found) == 0 || len(s.products) == 0 {
			continue
		}
		p := cmp.Or(s.ownerAt(r.uri), s.servedProduct(), s.products[0])
		p.services = append(p.services, found...)
	}
}

func (r *redfishResource) protocols() (all []netvet.Service) {
	for _, protocol := range redfishProtocols() {
		n := r.get(protocol.name)
		if n.value("ProtocolEnabled") != "true" {
			continue
		}
		service := netvet.Service{Pointer: r.uri + "/" + protocol.name, Name: protocol.name}
		if protocol.name == "SNMP" {
			service.Version = snmpVersions(n)
		}
		if port := n.value("Port"); port != "" && port != "0" {
			service.Endpoints = []string{portName(port, protocol.transport)}
		}
		all = append(all, service)
	}
	return all
}

// snmpVersions names the versions that an agent answers and, where a community
// may change things, that it may.
func snmpVersions(n hostNode) string {
	var words []string
	old := false
	for _, version := range []string{"v1", "v2c", "v3"} {
		if n.value("EnableSNMP"+version) == "true" {
			words = append(words, version)
			old = old || version != "v3"
		}
	}
	for _, community := range n.list("CommunityStrings") {
		if old && community.value("AccessMode") == "Full" {
			return joinTexts(append(words, "a community may write")...)
		}
	}
	return joinTexts(words...)
}

func (r *redfishResource) consoles() (all []netvet.Service) {
	for _, name := range []string{"CommandShell", "GraphicalConsole", "SerialConsole"} {
		if n := r.get(name); n.value("ServiceEnabled") == "true" {
			all = append(all, netvet.Service{Pointer: r.uri + "/" + name, Name: joinTexts(append([]string{name}, textsOf(n.list("ConnectTypesSupported"))...)...)})
		}
	}
	return all
}

func textsOf(list []hostNode) (texts []string) {
	for _, n := range list[:min(len(list), maxListed)] {
		texts = append(texts, n.stated())
	}
	return texts
}

// hostInterface is the way from the operating system into the manager.
func (r *redfishResource) hostInterface() []netvet.Service {
	if r.value("InterfaceEnabled") == "false" {
		return nil
	}
	service := netvet.Service{Pointer: r.uri, Name: joinTexts("HostInterface", r.stated("HostInterfaceType"))}
	modes := textsOf(r.list("AuthenticationModes"))
	switch {
	case slices.Contains(modes, "AuthNone"):
		service.Authenticated = "no"
	case len(modes) > 0:
		service.Authenticated = "yes"
	}
	return []netvet.Service{service}
}

func (r *redfishResource) subscription() []netvet.Service {
	to := r.stated("Destination")
	if to == "" {
		return nil
	}
	return []netvet.Service{{Pointer: r.uri, Name: joinTexts("event subscription", r.stated("Protocol")), Endpoints: []string{to}}}
}

// accountProvider is a server that decides who may use the manager.
func (r *redfishResource) accountProvider(n hostNode, kind string) []netvet.Service {
	addresses := slices.DeleteFunc(textsOf(n.list("ServiceAddresses")), func(text string) bool { return text == "" })
	if n.value("ServiceEnabled") != "true" || len(addresses) == 0 {
		return nil
	}
	return []netvet.Service{{Pointer: r.uri, Name: "account provider " + kind, Endpoints: addresses}}
}

package sbom

import (
	"cmp"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// redfishProduct is a system, or a chassis that is no part of one.
type redfishProduct struct {
	*host
	uri    string
	holder bool // an enclosure, rack or shelf
}

func (s *redfishService) newProduct(r *redfishResource) *redfishProduct {
	p := &redfishProduct{host: newHost(s.src, s.format, r.uri), uri: r.uri}
	p.Manufacturer = r.stated("Manufacturer")
	p.Model = r.stated("Model")
	p.PartNumber = cmp.Or(r.stated("PartNumber"), r.stated("SKU"))
	p.Serial = r.stated("SerialNumber")
	p.Location = redfishLocation(r.hostNode)
	r.owner = p
	s.products = append(s.products, p)
	return p
}

// findProducts makes a product of every system, and of every chassis that belongs to
// none: an enclosure, a rack, a shelf of drives.
func (s *redfishService) findProducts() {
	s.each("ComputerSystem", s.system)
	s.systems = len(s.products)
	s.each("Chassis", func(r *redfishResource) {
		for _, inside := range redfishLinks(r.hostNode, "Contains") {
			if s.inside[addressKey(inside)] == nil {
				s.inside[addressKey(inside)] = r
			}
		}
	})
	s.each("Chassis", func(r *redfishResource) { s.chassisOwner(r, 0) })
	s.each("Chassis", func(r *redfishResource) {
		if r.owner == nil && (isDistinct(r) || s.only("Chassis")) {
			p := s.newProduct(r)
			p.holder = holdsMachines(r.value("ChassisType"))
			p.Name = cmp.Or(p.Model, r.stated("Name"), r.stated("Id"))
			p.Description = withSKU(r.stated("Description"), r, p.PartNumber)
			p.CategoryText = joinTexts("chassis", r.stated("ChassisType"))
		}
	})
	s.each("Chassis", s.chassisPart)
	for _, kind := range []string{"PowerDistribution", "CoolingUnit"} {
		s.each(kind, func(r *redfishResource) {
			p := s.newProduct(r)
			p.Version = r.stated("FirmwareVersion")
			p.CategoryText = cmp.Or(r.stated("EquipmentType"), map[string]string{"PowerDistribution": "power distribution", "CoolingUnit": "cooling unit"}[kind])
		})
	}
}

func (s *redfishService) system(r *redfishResource) {
	p := s.newProduct(r)
	p.Name = cmp.Or(r.stated("HostName"), p.Model, r.stated("Name"), r.stated("Id"))
	p.Description = withSKU(r.stated("Description"), r, p.PartNumber)
	p.CategoryText = joinTexts("computer system", r.stated("SystemType"))
	for _, role := range r.list("HostingRoles") {
		if role.value() == "StorageServer" {
			p.CategoryText = "storage system"
		}
	}
	if bios := r.stated("BiosVersion"); bios != "" {
		p.add(netvet.Component{Kind: netvet.KindFirmware, Type: "bios", Name: "BIOS", Version: bios, Pointer: r.uri + "/BiosVersion"})
	}
	for _, link := range slices.Concat(redfishLinks(r.hostNode, "Chassis"), redfishLinks(r.hostNode, "ManagedBy")) {
		if s.linked[addressKey(link)] == nil {
			s.linked[addressKey(link)] = p
		}
	}
}

// joinTexts joins the texts that say something.
func joinTexts(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(text string) bool { return text == "" }), ", ")
}

// holdsMachines reports whether a type of chassis holds several machines, each bought
// for itself.
func holdsMachines(chassisType string) bool {
	switch chassisType {
	case "Enclosure", "Rack", "Row", "Pod", "Zone", "Shelf", "RackGroup", "StorageEnclosure", "IPBasedDrive":
		return true
	}
	return false
}

// isDistinct reports whether a chassis is something that is bought for itself: a card
// or a module is part of another, and so is one of which no model or number is known.
func isDistinct(r *redfishResource) bool {
	switch r.value("ChassisType") {
	case "Component", "Module", "Card", "Cartridge", "Expansion":
		return false
	}
	return r.stated("Model")+r.stated("SerialNumber")+r.stated("PartNumber")+r.stated("SKU") != ""
}

// only reports whether the input has one resource of a type and no system.
func (s *redfishService) only(kind string) bool {
	n := 0
	s.each(kind, func(*redfishResource) { n++ })
	return n == 1 && s.systems == 0
}

// maxChassis is how many chassis may stand inside each other.
const maxChassis = 16

// chassisOwner finds the system that a chassis belongs to and remembers it. Up counts
// the chassis on the way to those that contain it.
func (s *redfishService) chassisOwner(r *redfishResource, up int) *redfishProduct {
	if r.owner != nil || up > maxChassis {
		return r.owner
	}
	holder := holdsMachines(r.value("ChassisType"))
	links := redfishLinks(r.hostNode, "ComputerSystems")
	switch system := s.firstSystem(links); {
	case system != nil && (!holder || len(links) == 1):
		r.owner = system
	case holder:
		return nil
	default:
		r.owner = s.linked[addressKey(r.uri)]
	}
	if parent := s.container(r); r.owner == nil && parent != nil {
		r.owner = s.chassisOwner(parent, up+1)
	}
	if r.owner == nil && len(links) == 0 {
		r.owner = s.likeSystem(r)
	}
	return r.owner
}

// container is the chassis that a chassis is in.
func (s *redfishService) container(r *redfishResource) *redfishResource {
	for _, link := range redfishLinks(r.hostNode, "ContainedBy") {
		if parent := s.at(link); parent != nil && parent.kind == "Chassis" {
			return parent
		}
	}
	return s.inside[addressKey(r.uri)]
}

// likeSystem finds the system of a chassis that links to none: the only one, or the one
// of the same id.
func (s *redfishService) likeSystem(r *redfishResource) *redfishProduct {
	if s.systems == 1 {
		return s.products[0]
	}
	var found *redfishProduct
	s.each("ComputerSystem", func(system *redfishResource) {
		if id := r.value("Id"); id != "" && system.value("Id") == id {
			found = system.owner
		}
	})
	return found
}

// firstSystem returns the first of the systems at the addresses that the input has.
func (s *redfishService) firstSystem(addresses []string) *redfishProduct {
	for _, uri := range addresses {
		if system := s.at(uri); system != nil && system.kind == "ComputerSystem" {
			return system.owner
		}
	}
	return nil
}

// chassisPart takes a chassis that is no product as a part of one. One that is the
// system's own body tells its maker and numbers where the system does not, and is a
// part only if it says something else than the system.
func (s *redfishService) chassisPart(r *redfishResource) {
	if r.owner == nil {
		if parent := s.container(r); parent != nil {
			r.owner = parent.owner
		}
		if r.owner == nil {
			r.owner = s.orphanage()
		}
	} else if r.owner.uri == r.uri {
		return
	}
	p := r.owner
	if s.container(r) == nil && isDistinct(r) {
		p.Manufacturer = cmp.Or(p.Manufacturer, r.stated("Manufacturer"))
		p.Model = cmp.Or(p.Model, r.stated("Model"))
		p.Serial = cmp.Or(p.Serial, r.stated("SerialNumber"))
		p.Location = cmp.Or(p.Location, redfishLocation(r.hostNode))
	}
	c := redfishComponent(r)
	c.Kind, c.Type = netvet.KindDevice, strings.TrimSpace("chassis "+r.stated("ChassisType"))
	same := func(of, to string) bool { return of == "" || of == to }
	if same(c.Manufacturer, p.Manufacturer) && same(r.stated("Model"), p.Model) && same(c.Serial, p.Serial) && same(c.PartNumber, p.PartNumber) && (isDistinct(r) || !p.holder) {
		return // the product itself
	}
	r.part = p.add(c)
}

// servedProduct returns the product that the service is of: the only one, the only
// system, or the only enclosure of several, or the only one of the model that the service names; nil when that does
// not tell.
func (s *redfishService) servedProduct() *redfishProduct {
	if len(s.products) == 1 {
		return s.products[0]
	}
	one := func(fits func(*redfishProduct) bool) *redfishProduct {
		if i := slices.IndexFunc(s.products, fits); i >= 0 && !slices.ContainsFunc(s.products[i+1:], fits) {
			return s.products[i]
		}
		return nil
	}
	if s.systems == 1 {
		return s.products[0] // the systems come first
	}
	if p := one(func(p *redfishProduct) bool { return p.holder }); p != nil {
		return p
	}
	return one(func(p *redfishProduct) bool { return s.name != "" && p.Model == s.name })
}

// orphanage is the product that parts of no known system belong to.
func (s *redfishService) orphanage() *redfishProduct {
	if s.orphans == nil {
		s.orphans = s.servedProduct()
	}
	if s.orphans == nil {
		s.orphans = &redfishProduct{host: newHost(s.src, s.format, "/redfish/v1"), uri: "/redfish/v1"}
		s.orphans.Name, s.orphans.Manufacturer = s.name, s.vendor
		s.orphans.Description = "parts that the service ties to no system"
		s.products = append(s.products, s.orphans)
	}
	return s.orphans
}

// ownerOf finds the product a part belongs to by its address and then by its links.
// What links to several machines belongs to the enclosure they are in, if there is one.
func (s *redfishService) ownerOf(r *redfishResource) *redfishProduct {
	if p := s.ownerAt(r.uri); p != nil {
		return p
	}
	var found *redfishProduct
	for _, link := range ownerLinks(r) {
		p := s.ownerAt(link)
		if p != nil && found != nil && p != found {
			return cmp.Or(s.servedProduct(), found)
		}
		found = cmp.Or(found, p)
	}
	return cmp.Or(found, s.linked[addressKey(r.uri)], s.namedOwner(r))
}

func ownerLinks(r *redfishResource) []string {
	var links []string
	for _, name := range []string{"ManagerForServers", "ManagerForChassis", "ComputerSystems", "ComputerSystem", "Chassis", "Processors", "PCIeDevices"} {
		links = append(links, redfishLinks(r.hostNode, name)...)
	}
	for _, related := range r.list("RelatedItem") {
		links = append(links, strings.TrimRight(related.value("@odata.id"), "/"))
	}
	return links
}

// namedOwner finds the system whose id begins the id of an item of firmware, as
// services of several systems name them: "Node0.BIOS".
func (s *redfishService) namedOwner(r *redfishResource) *redfishProduct {
	if r.kind != "SoftwareInventory" || s.systems < 2 {
		return nil
	}
	var found *redfishProduct
	s.each("ComputerSystem", func(system *redfishResource) {
		id := system.value("Id")
		for _, sign := range []string{".", "_", "-", "/"} {
			if id != "" && strings.HasPrefix(r.value("Id"), id+sign) {
				found = system.owner
			}
		}
	})
	return found
}

// ownerAt finds the product whose system, chassis or manager is at the address or
// above it.
func (s *redfishService) ownerAt(uri string) *redfishProduct {
	uri, _, _ = strings.Cut(uri, "#")
	for ; strings.Contains(uri, "/"); uri = uri[:strings.LastIndexByte(uri, '/')] {
		if r := s.at(uri); r != nil && r.owner != nil {
			return r.owner
		}
	}
	return nil
}

// redfishLocation says where a chassis stands.
func redfishLocation(n hostNode) string {
	var words []string
	for _, path := range [][]string{{"PostalAddress", "City"}, {"PostalAddress", "Building"}, {"PostalAddress", "Room"},
		{"Placement", "Row"}, {"Placement", "Rack"}, {"Placement", "RackOffset"}, {"PartLocation", "ServiceLabel"}, {"Info"}} {
		if text := n.stated(append([]string{"Location"}, path...)...); text != "" {
			words = append(words, text)
		}
	}
	return strings.Join(words, ", ")
}

package sbom

import (
	"cmp"
	"path"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
)

// withSKU adds the maker's own order number, which for some makers is what identifies
// the thing, to a description.
func withSKU(text string, r *redfishResource, partNumber string) string {
	if sku := r.stated("SKU"); sku != "" && sku != partNumber {
		return joinTexts(text, "SKU "+sku)
	}
	return text
}

// redfishComponent is a resource as a component.
func redfishComponent(r *redfishResource) netvet.Component {
	name := cmp.Or(r.stated("Name"), r.stated("Id"), r.stated("MemberId"))
	c := netvet.Component{
		Kind: cmp.Or(redfishKind(r.kind), netvet.KindDevice), Type: r.kind, Ref: r.stated("Id"), Pointer: cmp.Or(r.uri, r.place),
		Name:         cmp.Or(r.stated("Model"), name),
		Manufacturer: cmp.Or(r.stated("Manufacturer"), r.stated("Producer"), r.stated("Vendor")),
		PartNumber:   cmp.Or(r.stated("PartNumber"), r.stated("SKU")),
		Serial:       r.stated("SerialNumber"),
		Version: cmp.Or(r.stated("FirmwareVersion"), r.stated("FirmwareVersion", "Current", "VersionString"), r.stated("Firmware", "Current", "VersionString"),
			r.stated("BiosVersion"), r.stated("FirmwareRevision"), r.stated("Revision"), r.stated("Version")),
	}
	if name != c.Name {
		c.Description = name
	}
	c.Description = withSKU(c.Description, r, c.PartNumber)
	return c
}

// takeParts gives every product its parts. What controllers only list by name comes
// last, when the drives themselves are known.
func (s *redfishService) takeParts() {
	parts := 0
	for _, r := range s.resources {
		if isPart(r) {
			parts++
		}
	}
	words := s.softwareWords()
	twins := make(map[redfishTwin]*redfishResource)
	for _, simple := range []bool{false, true} {
		for _, r := range s.resources {
			if isPart(r) && (r.kind == "SimpleStorageDevice") == simple && !r.isIdle() {
				s.part(r, words, twins, parts)
			}
		}
	}
}

func isPart(r *redfishResource) bool { return redfishKind(r.kind) != "" || !saysMore(r.kind) }

// isIdle reports whether a resource is no part: an empty slot or cage, or a core or
// thread of a processor.
func (r *redfishResource) isIdle() bool {
	state := r.value("Status", "State")
	switch {
	case state == "Absent", strings.HasPrefix(strings.ToLower(r.value("Name")), "empty "):
		return true
	case r.kind == "Memory" && (state != "Enabled" && cmp.Or(r.value("CapacityMiB"), r.value("SizeMB")) == "0" || r.value("DIMMStatus") == "NotPresent"):
		return true
	case r.kind == "SFP":
		return r.stated("Manufacturer")+r.stated("PartNumber")+r.stated("SerialNumber") == ""
	}
	kind := r.value("ProcessorType")
	return r.kind == "Processor" && (kind == "Core" || kind == "Thread")
}

// redfishTwin is what tells that two resources are one part: services list a drive both
// below its controller and below its chassis.
type redfishTwin struct {
	owner               *redfishProduct
	kind, serial, model string
}

func (s *redfishService) part(r *redfishResource, words redfishWords, twins map[redfishTwin]*redfishResource, parts int) {
	c := redfishComponent(r)
	s.special(r, &c, words)
	p := s.ownerOf(r)
	if p == nil && parts == 1 && len(s.products) == 0 {
		s.alone(r, c)
		return
	}
	if p == nil {
		p = s.orphanage()
	}
	if r.kind == "SimpleStorageDevice" && p.hasDrive(c.Name) {
		return
	}
	twin := redfishTwin{p, r.kind, c.Serial, cmp.Or(c.PartNumber, c.Name)}
	if c.Serial == "" && r.kind == "StorageController" { // in its list, and as a resource
		storage, _, _ := strings.Cut(strings.Replace(r.uri, "/Controllers/", "#", 1), "#")
		twin.serial = storage
	}
	if first := twins[twin]; first != nil && twin.serial != "" && path.Dir(first.uri) != path.Dir(r.uri) && isListedTwice(r.kind) {
		r.owner, r.part = first.owner, first.part
		return
	}
	r.owner, r.part = p, p.add(c)
	if twins[twin] == nil {
		twins[twin] = r
	}
}

// isListedTwice reports whether services list parts of a type at several places. Of
// other types equal numbers are those of a board that carries several of them.
func isListedTwice(kind string) bool {
	switch kind {
	case "Drive", "StorageController", "PowerSupply", "Fan", "Battery":
		return true
	}
	return false
}

func (p *redfishProduct) hasDrive(model string) bool {
	for i := range p.parts {
		if p.parts[i].Type == "Drive" && p.parts[i].Name == model {
			return true
		}
	}
	return false
}

// special adds what only resources of one type say.
func (s *redfishService) special(r *redfishResource, c *netvet.Component, words redfishWords) {
	switch r.kind {
	case "Manager":
		c.Type = "bmc"
		if r.stated("ManagerType") == "Service" {
			c.Type = "management-service" // software elsewhere that manages the system
		}
		c.Supplier = s.vendor // the service is what the manager runs
	case "SoftwareInventory":
		words.describe(r, c)
	case "Processor":
		c.Type = cmp.Or(r.stated("ProcessorType"), c.Type)
		c.Manufacturer = cmp.Or(c.Manufacturer, r.stated("ProcessorId", "VendorId"))
	case "Memory":
		c.Identifiers = withIdentifier(c.Identifiers, netvet.IDJEP106, r.value("ModuleManufacturerID"))
		if name := moduleName(r); name != "" && r.stated("Model") == "" {
			c.Name, c.Description = name, joinTexts(c.Name, c.Description)
		}
	case "NetworkAdapter":
		for _, controller := range r.list("Controllers") {
			c.Version = cmp.Or(c.Version, controller.stated("FirmwarePackageVersion"))
		}
		for _, port := range r.list("PhysicalPorts") {
			c.Identifiers = withIdentifier(c.Identifiers, netvet.IDMAC, port.value("MacAddress"))
		}
	case "TrustedModule":
		c.Name = cmp.Or(r.stated("InterfaceType"), c.Name)
	case "SFP":
		c.Name = cmp.Or(r.stated("PartNumber"), "transceiver")
	}
}

// moduleName says how large a memory module is and of what type.
func moduleName(r *redfishResource) string {
	mebibytes, err := strconv.Atoi(cmp.Or(r.value("CapacityMiB"), r.value("SizeMB")))
	if err != nil || mebibytes <= 0 {
		return ""
	}
	size := strconv.Itoa(mebibytes) + " MiB"
	if mebibytes%1024 == 0 {
		size = strconv.Itoa(mebibytes/1024) + " GiB"
	}
	words := []string{size}
	for _, word := range []string{r.stated("MemoryDeviceType"), cmp.Or(r.stated("BaseModuleType"), r.stated("DIMMType"))} {
		if word != "" && word != "Other" {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

// redfishWords is what must be known of all firmware to describe one item of it.
type redfishWords struct {
	names    map[string]int // how many items have the name
	firmware bool           // there is a collection of firmware apart from that of software
}

func (s *redfishService) softwareWords() redfishWords {
	words := redfishWords{names: make(map[string]int)}
	s.each("SoftwareInventory", func(r *redfishResource) {
		words.names[r.value("Name")]++
		words.firmware = words.firmware || strings.Contains(r.uri, "/FirmwareInventory/")
	})
	return words
}

// describe tells items of firmware apart. Some services give all firmware one name:
// then the id is the name. iDRAC lists, beside what is installed, the images it keeps
// to go back to ("Previous-...") or has ready ("Available-...").
func (w redfishWords) describe(r *redfishResource, c *netvet.Component) {
	kept := strings.HasPrefix(c.Ref, "Previous-") || strings.HasPrefix(c.Ref, "Available-")
	if w.names[r.value("Name")] > 1 && strings.Trim(c.Ref, "0123456789") != "" && !kept {
		c.Name, c.Description = cmp.Or(c.Ref, c.Name), r.stated("Name")
	}
	if strings.Contains(r.uri, "/SoftwareInventory/") && w.firmware {
		c.Kind = netvet.KindSoftware
	}
	if kept {
		c.Scope = "excluded"
		c.Description = joinTexts(c.Description, "kept beside what is installed")
	}
}

// alone makes a product of the only part in the input.
func (s *redfishService) alone(r *redfishResource, c netvet.Component) {
	p := s.newProduct(r)
	p.Kind, p.Name, p.Version, p.Manufacturer, p.CategoryText = c.Kind, c.Name, c.Version, c.Manufacturer, c.Type
	p.Identifiers, p.Description, p.Vendor = c.Identifiers, c.Description, c.Supplier
}

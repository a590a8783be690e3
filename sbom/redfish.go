package sbom

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
)

func redfishTree() Format {
	return Format{
		Name:   "redfish",
		Title:  "Redfish, a folder of resources (a mockup)",
		Expect: "a folder of Redfish resources (redfish/v1/index.json, or files named after their addresses)",
		Tree:   true,
		Detect: detectRedfishTree,
		Read:   readRedfishTree,
	}
}

func redfishJSON() Format {
	return Format{
		Name:   "redfish-json",
		Title:  "Redfish, one resource or an expanded service in JSON",
		Expect: `Redfish JSON (an object with "@odata.id": "/redfish/v1/...")`,
		Detect: detectRedfishJSON,
		Read:   readRedfishJSON,
	}
}

// redfishSign matches what only a Redfish resource has: the address of the service,
// or a type in the versioned form of its schemas.
var redfishSign = regexp.MustCompile(`"@odata\.(?:id|context)"\s*:\s*"/redfish/v\d|"@odata\.type"\s*:\s*"#[A-Z]\w*\.v\d+_\d+_\d+\.`)

func detectRedfishJSON(s Sample) float64 {
	if !bytes.HasPrefix(bytes.TrimLeft(s.Head, " \t\r\n"), []byte("{")) || !redfishSign.Match(s.Head) {
		return 0
	}
	return 1
}

// redfishRoots are where the entry point of a mockup lies. Dumps that name files after
// addresses, and loose collections, have it in a file of their own at the top.
func redfishRoots() []string { return []string{"redfish/v1/index.json", "v1/index.json", "index.json"} }

// serviceRoot matches the entry point of a service.
var serviceRoot = regexp.MustCompile(`"@odata\.type"\s*:\s*"#ServiceRoot\.`)

// maxRootFiles is how many files at the top of a folder are looked into for the entry
// point of a service.
const maxRootFiles = 200

func detectRedfishTree(s Sample) float64 {
	if s.Files == nil {
		return 0
	}
	for _, name := range redfishRoots() {
		if head := headOf(s.Files, name); serviceRoot.Match(head) || redfishSign.Match(head) {
			return 1
		}
	}
	// A reduced mockup may lack its entry point and have the collections only.
	for _, name := range []string{"redfish/v1/Systems/index.json", "redfish/v1/Chassis/index.json", "Systems/index.json", "Chassis/index.json"} {
		if redfishSign.Match(headOf(s.Files, name)) {
			return 1
		}
	}
	entries, err := fs.ReadDir(s.Files, ".")
	if err != nil {
		return 0
	}
	looked := 0
	for _, entry := range entries {
		name := strings.ToLower(entry.Name())
		likely := strings.Contains(name, "root") || strings.Contains(name, "redfish") || strings.HasPrefix(name, "v1")
		if entry.IsDir() || path.Ext(name) != ".json" || !likely {
			continue
		}
		if looked++; looked > maxRootFiles {
			break
		}
		if serviceRoot.Match(headOf(s.Files, entry.Name())) {
			return 1
		}
	}
	return 0
}

// headOf returns the first bytes of a file, or none if it cannot be read.
func headOf(files fs.FS, name string) []byte {
	file, err := files.Open(name)
	if err != nil {
		return nil
	}
	defer file.Close()
	head := make([]byte, 8<<10)
	n, _ := file.Read(head)
	return head[:n]
}

func readRedfishJSON(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	s := newRedfishService(src, "redfish-json", emit)
	t, err := readHostJSON(src)
	if err != nil {
		return Info{}, err
	}
	t.twins(t.root)
	if err := t.settle(s.faults); err != nil {
		return Info{}, err
	}
	s.collect(t.root, "")
	if len(s.resources) == 0 {
		s.faults.add("nothing to read", "", fmt.Sprintf("the document is a Redfish %s, which describes no system, chassis or part", cmp.Or(redfishType(t.root, ""), "resource")))
	}
	return s.finish()
}

// maxRedfishTree bounds the bytes of the resources that are read of one folder.
const maxRedfishTree = 256 << 20

func readRedfishTree(ctx context.Context, src *Stream, emit func(Record) error) (Info, error) {
	s := newRedfishService(src, "redfish", emit)
	total := int64(0)
	err := fs.WalkDir(src.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || !entry.Type().IsRegular() || besideRedfish(name) {
			return err
		}
		if !strings.EqualFold(path.Ext(name), ".json") {
			return s.leaveOut(name)
		}
		if info, err := entry.Info(); err == nil {
			total += info.Size()
		}
		if total > maxRedfishTree {
			return fmt.Errorf("the files in it are larger than %d bytes together: give the folder of one service", maxRedfishTree)
		}
		return s.file(name)
	})
	if err != nil {
		return Info{Version: s.version}, err
	}
	return s.finish()
}

// redfishService is what one Redfish service, a folder or a document, says.
type redfishService struct {
	src       *Stream
	format    string
	emit      func(Record) error
	faults    *faults
	version   string
	name      string // of the service
	vendor    string
	resources []*redfishResource // that matter here, as found
	known     map[string]*redfishResource
	products  []*redfishProduct // the systems first
	systems   int
	linked    map[string]*redfishProduct // the systems, by the chassis and managers they link to
	orphans   *redfishProduct            // of parts of no known system
}

// redfishResource is one resource: its address, its type and what it says.
type redfishResource struct {
	hostNode
	uri   string
	kind  string
	file  string
	owner *redfishProduct
	part  int // its place in the parts of its owner, or -1
}

// redfishProduct is a system, or a chassis that is no part of one.
type redfishProduct struct {
	*host
	uri string
}

func newRedfishService(src *Stream, format string, emit func(Record) error) *redfishService {
	return &redfishService{src: src, format: format, emit: emit, faults: newFaults(emit), known: make(map[string]*redfishResource), linked: make(map[string]*redfishProduct)}
}

// file reads one file of the folder. One that is no JSON document is left out.
func (s *redfishService) file(name string) error {
	file, err := s.src.Files.Open(name)
	if err != nil {
		s.faults.add("file that cannot be read", name, cause(err).Error())
		return s.faults.err
	}
	defer file.Close()
	t, err := readHostJSON(&Stream{Name: name, Reader: file, Options: s.src.Options})
	if err == nil {
		t.twins(t.root)
		err = t.settle(s.faults)
	}
	if err != nil {
		s.faults.add("file that cannot be read", name, "the resource is left out: "+err.Error())
		return s.faults.err
	}
	if !t.root.has("@odata.id") && !t.root.has("@odata.type") && !t.root.has("@odata.context") {
		return s.leaveOut(name)
	}
	s.collect(t.root, name)
	return s.faults.err
}

// besideRedfish reports whether a file is one that mockups hold beside the resources:
// the schemas, what the tool that made it kept, a page for people.
func besideRedfish(name string) bool {
	switch base := strings.ToLower(path.Base(name)); base {
	case "index.xml", "index.html", "headers.json", "time.json", "license", "explorer_config.json":
		return true
	default:
		return strings.HasPrefix(base, ".") || strings.HasPrefix(base, "readme") || path.Ext(base) == ".md"
	}
}

// leaveOut reports a file that is no resource, so that an inventory among them is not
// lost without a word.
func (s *redfishService) leaveOut(name string) error {
	s.faults.add("file that is no resource", name, "no Redfish resource: it is left out; give it by itself to read it")
	return s.faults.err
}

// redfishKind returns the kind of component that resources of a type are, or empty
// when they are no parts.
func redfishKind(kind string) netvet.Kind {
	switch kind {
	case "Processor", "Memory", "Drive", "SimpleStorageDevice", "StorageController", "NetworkAdapter", "PCIeDevice", "GraphicsController",
		"USBController", "PowerSupply", "Fan", "Battery", "Heater", "Pump", "Assembly", "TrustedComponent", "Switch", "Cable":
		return netvet.KindDevice
	case "Manager", "SoftwareInventory", "TrustedModule", "AccelerationFunction":
		return netvet.KindFirmware
	}
	return ""
}

// saysMore reports whether resources of a type are no parts but say something of
// products or parts.
func saysMore(kind string) bool {
	switch kind {
	case "ServiceRoot", "ComputerSystem", "Chassis", "PowerDistribution", "EthernetInterface", "NetworkDeviceFunction", "NetworkPort", "Port", "PCIeFunction":
		return true
	}
	return false
}

// memberType is the type of the parts that stand in a list inside a resource of the
// given type.
func memberType(kind, list string) string {
	switch list {
	case "Members":
		return strings.TrimSuffix(kind, "Collection")
	case "PowerSupplies":
		return "PowerSupply"
	case "StorageControllers":
		return "StorageController"
	case "Fans":
		return "Fan"
	case "Batteries":
		return "Battery"
	case "Assemblies":
		return "Assembly"
	case "TrustedModules":
		return "TrustedModule"
	case "Devices":
		if kind == "SimpleStorage" {
			return "SimpleStorageDevice"
		}
	}
	return ""
}

// hpeType is the type of Redfish that one of HPE's own stands for: iLO 4 and 5 use
// them where Redfish had none yet.
func hpeType(kind string) string {
	switch strings.TrimPrefix(strings.TrimPrefix(kind, "Hpe"), "Hp") {
	case "SmartStorageDiskDrive":
		return "Drive"
	case "SmartStorageArrayController":
		return "StorageController"
	case "ServerPciDevice", "ServerPCIDevice":
		return "PCIeDevice"
	case "BaseNetworkAdapter":
		return "NetworkAdapter"
	case "AssemblyData":
		return "Assembly"
	}
	return kind
}

// redfishType returns the type of an object: the last word of "#Power.v1_7_1.PowerSupply".
// An object in a list of a known type need not say it.
func redfishType(n hostNode, hint string) string {
	kind := n.value("@odata.type")
	if at := strings.LastIndexByte(kind, '.'); at >= 0 {
		return hpeType(kind[at+1:])
	}
	return hint
}

// collect keeps the resources that matter in a document, wherever they stand in it.
func (s *redfishService) collect(n hostNode, file string) {
	if n.isObject() {
		s.object(n, file, "", "")
	}
}

func (s *redfishService) object(n hostNode, file, hint, uri string) {
	kind := redfishType(n, hint)
	uri = cmp.Or(strings.TrimRight(n.value("@odata.id"), "/"), uri)
	if isRedfishResource(n, kind, uri) {
		s.resource(&redfishResource{hostNode: n, uri: uri, kind: kind, file: file, part: -1})
	}
	for name, item := range n.each() {
		if name == "Oem" || name == "Links" || strings.HasPrefix(name, "@Redfish") {
			continue
		}
		if item.isObject() {
			s.object(item, file, "", "")
			continue
		}
		hint := memberType(kind, name)
		for k, element := range item.list() {
			if element.isObject() {
				s.object(element, file, hint, uri+"#/"+name+"/"+strconv.Itoa(k))
			}
		}
	}
}

// isRedfishResource reports whether the object is a resource of its own that matters
// here: no link to one, no settings to come, and no template to compose one by.
func isRedfishResource(n hostNode, kind, uri string) bool {
	if redfishKind(kind) == "" && !saysMore(kind) {
		return false
	}
	if kind == "Assembly" && n.has("Assemblies") || strings.HasSuffix(uri, "/Settings") || strings.HasSuffix(uri, "/SD") {
		return false
	}
	plain := 0
	for name := range n.jsonValue.members() {
		if strings.HasSuffix(name, "@Redfish.RequiredOnCreate") {
			return false
		}
		if !strings.HasPrefix(name, "@") {
			plain++
		}
	}
	return plain > 0
}

func (s *redfishService) resource(r *redfishResource) {
	if r.kind == "ServiceRoot" {
		s.version = cmp.Or(s.version, r.value("RedfishVersion"))
		s.name, s.vendor = cmp.Or(s.name, r.stated("Product")), cmp.Or(s.vendor, r.stated("Vendor"))
		return
	}
	if first := s.known[r.uri]; first != nil && r.uri != "" && first.kind == r.kind {
		if first.file != r.file {
			s.faults.add("resource given twice", r.uri, fmt.Sprintf("the resource is given in %s and in %s: the first is taken", first.file, r.file))
		}
		return
	}
	if r.uri != "" {
		s.known[r.uri] = r
	}
	s.resources = append(s.resources, r)
}

// finish finds the products, gives each its parts, and yields them.
func (s *redfishService) finish() (Info, error) {
	s.findProducts()
	s.takeParts()
	s.takeAddresses()
	for _, p := range s.products {
		if s.faults.err != nil {
			break
		}
		if err := p.emit(s.src, s.emit); err != nil {
			return Info{Version: s.version}, err
		}
	}
	return Info{Version: s.version}, s.faults.finish()
}

func (s *redfishService) each(kind string, do func(*redfishResource)) {
	for _, r := range s.resources {
		if r.kind == kind {
			do(r)
		}
	}
}

func (s *redfishService) newProduct(r *redfishResource) *redfishProduct {
	p := &redfishProduct{newHost(s.src, s.format, r.uri), r.uri}
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
	s.each("ComputerSystem", func(r *redfishResource) {
		p := s.newProduct(r)
		p.Name = r.stated("HostName")
		p.Description = withSKU(r.stated("Description"), r, p.PartNumber)
		p.CategoryText = strings.Join(slices.DeleteFunc([]string{"computer system", r.stated("SystemType")}, isEmpty), ", ")
		p.add(netvet.Component{Kind: netvet.KindFirmware, Type: "bios", Name: nameIf("BIOS", r.stated("BiosVersion")), Version: r.stated("BiosVersion"), Pointer: r.uri + "/BiosVersion"})
		for _, link := range slices.Concat(redfishLinks(r.hostNode, "Chassis"), redfishLinks(r.hostNode, "ManagedBy")) {
			if s.linked[link] == nil {
				s.linked[link] = p
			}
		}
	})
	s.systems = len(s.products)
	s.each("Chassis", func(r *redfishResource) { s.chassisOwner(r, 0) })
	s.each("Chassis", func(r *redfishResource) {
		if r.owner == nil {
			p := s.newProduct(r)
			p.Description = withSKU(r.stated("Description"), r, p.PartNumber)
			p.CategoryText = strings.Join(slices.DeleteFunc([]string{"chassis", r.stated("ChassisType")}, isEmpty), ", ")
			return
		}
		if r.owner.uri != r.uri {
			s.chassisPart(r)
		}
	})
	s.each("PowerDistribution", func(r *redfishResource) {
		p := s.newProduct(r)
		p.Version = r.stated("FirmwareVersion")
		p.CategoryText = cmp.Or(r.stated("EquipmentType"), "power distribution")
	})
}

func isEmpty(text string) bool { return text == "" }

// nameIf returns the name unless there is nothing to name.
func nameIf(name, of string) string {
	if of == "" {
		return ""
	}
	return name
}

// holdsMachines reports whether a type of chassis holds several machines, each bought
// for itself.
func holdsMachines(chassisType string) bool {
	switch chassisType {
	case "Enclosure", "Rack", "Row", "Pod", "Zone", "Shelf", "RackGroup", "StorageEnclosure":
		return true
	}
	return false
}

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
		r.owner = s.linked[r.uri]
	}
	parents := redfishLinks(r.hostNode, "ContainedBy")
	if r.owner == nil && len(parents) > 0 {
		if parent := s.known[parents[0]]; parent != nil && parent.kind == "Chassis" {
			r.owner = s.chassisOwner(parent, up+1)
		}
	}
	if r.owner == nil && s.systems == 1 && len(links) == 0 {
		r.owner = s.products[0] // the systems come first
	}
	return r.owner
}

// maxChassis is how many chassis may stand inside each other.
const maxChassis = 16

// firstSystem returns the first of the systems at the addresses that the input has.
func (s *redfishService) firstSystem(addresses []string) *redfishProduct {
	for _, uri := range addresses {
		if system := s.known[uri]; system != nil && system.kind == "ComputerSystem" {
			return system.owner
		}
	}
	return nil
}

// chassisPart takes a chassis of a system as a part of it. One that is the system's own
// body tells its maker and numbers where the system does not.
func (s *redfishService) chassisPart(r *redfishResource) {
	p := r.owner
	body := len(redfishLinks(r.hostNode, "ContainedBy")) == 0 && !slices.Contains([]string{"Component", "Module", "Card", "Other"}, r.value("ChassisType"))
	if body {
		p.Manufacturer = cmp.Or(p.Manufacturer, r.stated("Manufacturer"))
		p.Model = cmp.Or(p.Model, r.stated("Model"))
		p.Serial = cmp.Or(p.Serial, r.stated("SerialNumber"))
		p.Location = cmp.Or(p.Location, redfishLocation(r.hostNode))
	}
	c := redfishComponent(r)
	c.Kind, c.Type = netvet.KindDevice, cmp.Or("chassis "+r.stated("ChassisType"), "chassis")
	c.Type = strings.TrimSpace(c.Type)
	r.part = p.add(c)
}

// withSKU adds the maker's own order number, which for some makers is what identifies
// the thing, to a description.
func withSKU(text string, r *redfishResource, partNumber string) string {
	if sku := r.stated("SKU"); sku != "" && sku != partNumber {
		return strings.TrimPrefix(text+", SKU "+sku, ", ")
	}
	return text
}

// redfishComponent is a resource as a component.
func redfishComponent(r *redfishResource) netvet.Component {
	name := cmp.Or(r.stated("Name"), r.stated("Id"), r.stated("MemberId"))
	c := netvet.Component{
		Kind: redfishKind(r.kind), Type: r.kind, Ref: r.stated("Id"), Pointer: cmp.Or(r.uri, r.place),
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

// takeParts gives every product its parts.
func (s *redfishService) takeParts() {
	var parts []*redfishResource
	for _, r := range s.resources {
		if redfishKind(r.kind) != "" {
			parts = append(parts, r)
		}
	}
	names := make(map[string]int)
	s.each("SoftwareInventory", func(r *redfishResource) { names[r.value("Name")]++ })
	serials := make(map[string]bool)
	for _, r := range parts {
		state := r.value("Status", "State")
		if state == "Absent" || r.kind == "Memory" && state != "Enabled" && r.value("CapacityMiB") == "0" {
			continue // an empty slot
		}
		c := redfishComponent(r)
		switch r.kind {
		case "Manager":
			c.Type = "bmc"
		case "SoftwareInventory":
			// Some services give all firmware one name: then the id tells them apart.
			if names[r.value("Name")] > 1 {
				c.Name, c.Description = cmp.Or(c.Ref, c.Name), r.stated("Name")
			}
			if strings.Contains(r.uri, "/SoftwareInventory/") {
				c.Kind = netvet.KindSoftware
			}
		case "Processor":
			c.Type = cmp.Or(r.stated("ProcessorType"), c.Type)
		case "Memory":
			c.Identifiers = withIdentifier(c.Identifiers, netvet.IDJEP106, r.value("ModuleManufacturerID"))
		case "NetworkAdapter":
			for _, controller := range r.list("Controllers") {
				c.Version = cmp.Or(c.Version, controller.stated("FirmwarePackageVersion"))
			}
			for _, port := range r.list("PhysicalPorts") {
				c.Identifiers = withIdentifier(c.Identifiers, netvet.IDMAC, port.value("MacAddress"))
			}
		case "TrustedModule":
			c.Name = cmp.Or(r.stated("InterfaceType"), c.Name)
		case "PowerSupply":
			// A service may list its supplies both in Power and in PowerSubsystem.
			if key := c.Serial + "/" + c.PartNumber; c.Serial != "" {
				if serials[key] {
					continue
				}
				serials[key] = true
			}
		}
		s.give(r, c, len(parts))
	}
}

// give adds a part to the product it belongs to.
func (s *redfishService) give(r *redfishResource, c netvet.Component, parts int) {
	p := s.ownerOf(r)
	if p == nil && parts == 1 && len(s.products) == 0 {
		s.alone(r, c)
		return
	}
	if p == nil {
		p = s.orphanage()
	}
	r.owner, r.part = p, p.add(c)
}

// alone makes a product of the only part in the input.
func (s *redfishService) alone(r *redfishResource, c netvet.Component) {
	p := s.newProduct(r)
	p.Kind, p.Name, p.Version, p.Manufacturer, p.CategoryText = c.Kind, c.Name, c.Version, c.Manufacturer, c.Type
	p.Identifiers, p.Description = c.Identifiers, c.Description
}

// servedProduct returns the product that the service is of: the only one, or the only
// one of the model that the service names; nil when that does not tell.
func (s *redfishService) servedProduct() *redfishProduct {
	if len(s.products) == 1 {
		return s.products[0]
	}
	var found *redfishProduct
	for _, p := range s.products {
		if s.name == "" || p.Model != s.name {
			continue
		}
		if found != nil {
			return nil
		}
		found = p
	}
	return found
}

// orphanage is the product that parts of no known system belong to.
func (s *redfishService) orphanage() *redfishProduct {
	if s.orphans == nil {
		s.orphans = s.servedProduct()
	}
	if s.orphans == nil {
		s.orphans = &redfishProduct{newHost(s.src, s.format, "/redfish/v1"), "/redfish/v1"}
		s.orphans.Name, s.orphans.Manufacturer = s.name, s.vendor
		s.orphans.Description = "parts that the service ties to no system"
		s.products = append(s.products, s.orphans)
	}
	return s.orphans
}

// ownerOf finds the product a part belongs to by its address and then by its links.
func (s *redfishService) ownerOf(r *redfishResource) *redfishProduct {
	if p := s.ownerAt(r.uri); p != nil {
		return p
	}
	var links []string
	for _, name := range []string{"ManagerForServers", "ManagerForChassis", "ComputerSystems", "ComputerSystem", "Chassis", "Processors", "PCIeDevices"} {
		links = append(links, redfishLinks(r.hostNode, name)...)
	}
	for _, related := range r.list("RelatedItem") {
		links = append(links, strings.TrimRight(related.value("@odata.id"), "/"))
	}
	for _, link := range links {
		if p := s.ownerAt(link); p != nil {
			return p
		}
	}
	return s.linked[r.uri]
}

// ownerAt finds the product whose system, chassis or manager is at the address or
// above it.
func (s *redfishService) ownerAt(uri string) *redfishProduct {
	uri, _, _ = strings.Cut(uri, "#")
	for ; strings.Contains(uri, "/"); uri = uri[:strings.LastIndexByte(uri, '/')] {
		if r := s.known[uri]; r != nil && r.owner != nil {
			return r.owner
		}
	}
	return nil
}

// takeAddresses adds the hardware addresses and PCI ids that resources of their own
// give for systems, managers, adapters and devices.
func (s *redfishService) takeAddresses() {
	for _, r := range s.resources {
		scheme, values := r.addresses()
		for _, value := range values {
			s.identify(r.uri, scheme, value)
		}
	}
}

func (r *redfishResource) addresses() (netvet.IdentifierType, []string) {
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
	case "PCIeFunction":
		if vendor := r.value("VendorId"); vendor != "" {
			return netvet.IDPCI, []string{strings.Trim(vendor+":"+r.value("DeviceId"), ":")}
		}
	}
	return "", nil
}

// identify adds an identifier to the part at the address or above it, or else to the
// system there.
func (s *redfishService) identify(uri string, scheme netvet.IdentifierType, value string) {
	for ; strings.Contains(uri, "/"); uri = uri[:strings.LastIndexByte(uri, '/')] {
		r := s.known[uri]
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

// redfishLinks returns the addresses that a resource links to under a name: one or
// many, in Links or beside it.
func redfishLinks(n hostNode, name string) []string {
	var all []string
	for _, links := range []hostNode{n.get("Links"), n.get("links")} {
		for _, link := range links.list(name) {
			if uri := strings.TrimRight(link.value("@odata.id"), "/"); uri != "" {
				all = append(all, uri)
			}
		}
	}
	return all
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

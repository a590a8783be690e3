package sbom

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/netvet/netvet"
)

func glpiJSON() Format {
	return Format{
		Name:   "glpi-json",
		Title:  "GLPI agent inventory, JSON",
		Expect: `a GLPI inventory in JSON (an object with "deviceid" and "content")`,
		Detect: detectGLPIJSON,
		Read:   readGLPIJSON,
	}
}

func glpiXML() Format {
	return Format{
		Name:   "glpi-xml",
		Title:  "GLPI, FusionInventory or OCS inventory, XML",
		Expect: `an inventory of GLPI, FusionInventory or OCS in XML (<REQUEST><CONTENT>)`,
		Detect: detectGLPIXML,
		Read:   readGLPIXML,
	}
}

var (
	glpiSections = regexp.MustCompile(`"(?:versionclient|hardware|bios|network_device|network_components|softwares|operatingsystem|accesslog|versionprovider|cpus|memories|storages|controllers|network_ports|antivirus|batteries|firmwares)"\s*:\s*[\[{"]`)
	glpiContent  = regexp.MustCompile(`"content"\s*:\s*\{`)
	glpiDevice   = regexp.MustCompile(`"(?:deviceid|versionclient|itemtype)"\s*:\s*"|"action"\s*:\s*"(?:inventory|netinventory|netdiscovery)"`)
	glpiXMLSign  = regexp.MustCompile(`^(?:<\?xml[^>]*>\s*)?(?:<!--(?s:.*?)-->\s*)*<REQUEST>\s*<(?:CONTENT|DEVICEID|QUERY|TAG|ITEMTYPE)>`)
)

func detectGLPIJSON(s Sample) float64 {
	head := bytes.TrimLeft(s.Head, " \t\r\n")
	if !bytes.HasPrefix(head, []byte("{")) || !glpiContent.Match(head) || !glpiSections.Match(head) {
		return 0
	}
	if glpiDevice.Match(head) {
		return 1
	}
	if len(glpiSections.FindAll(head, 4)) >= 3 {
		return 0.9 // the device stands behind a long list of programs
	}
	return 0
}

func detectGLPIXML(s Sample) float64 {
	if glpiXMLSign.Match(bytes.TrimLeft(s.Head, " \t\r\n")) {
		return 1
	}
	return 0
}

func readGLPIJSON(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	t, err := readHostJSON(src)
	if err != nil {
		return Info{}, err
	}
	return newGLPI(t, src, emit, "glpi-json").read(t.root)
}

func readGLPIXML(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	t, err := readHostXML(src)
	if err != nil {
		return Info{}, err
	}
	if !t.root.get("request").isObject() {
		return Info{}, errors.New("the root of the document is not <REQUEST>")
	}
	return newGLPI(t, src, emit, "glpi-xml").read(t.root.get("request"))
}

// glpiReader reads an inventory. The JSON and the XML have the same sections and
// fields, in XML in capitals.
type glpiReader struct {
	tree   *hostTree
	src    *Stream
	emit   func(Record) error
	faults *faults
	format string
	kind   string // of the thing, as the inventory says: Computer, Phone
	hosts  []*host
}

func newGLPI(t *hostTree, src *Stream, emit func(Record) error, format string) *glpiReader {
	return &glpiReader{tree: t, src: src, emit: emit, faults: newFaults(emit), format: format}
}

func (r *glpiReader) read(request hostNode) (Info, error) {
	content := request.get("content")
	if content = content.only(); !content.isObject() {
		return Info{}, errors.New("there is no content in it: what was found of the device is not in this file")
	}
	info := Info{Version: content.value("versionclient")}
	r.kind = request.stated("itemtype")
	devices := content.list("device") // of the XML of network inventories
	for _, device := range devices {
		if device.isObject() {
			r.device(device)
		}
	}
	if len(devices) == 0 {
		r.computer(content)
	}
	r.tree.twins(r.tree.root)
	if err := r.tree.settle(r.faults); err != nil {
		return info, err
	}
	if len(r.hosts) == 0 {
		r.faults.add("nothing to read", content.place, "the inventory describes no computer or device: "+cmp.Or(request.value("query"), request.value("action"), "it is empty"))
	}
	for _, h := range r.hosts {
		if err := h.emit(r.src, r.emit); err != nil {
			return info, err
		}
	}
	return info, r.faults.finish()
}

func (r *glpiReader) newHost(record string) *host {
	h := newHost(r.src, r.format, record)
	r.hosts = append(r.hosts, h)
	return h
}

// device reads a device that was asked over the network, in XML: what it is stands in
// <INFO>, or, when it was only discovered, in the element itself.
func (r *glpiReader) device(n hostNode) {
	h := r.newHost(n.place)
	info := n
	if inner := n.get("info").only(); inner.isObject() {
		info = inner
	}
	r.networkDevice(h, info)
	r.parts(h, n)
	for _, c := range n.get("components").list("component") {
		h.networkComponent(c)
	}
}

// networkDevice takes what a device on the network says of itself.
func (r *glpiReader) networkDevice(h *host, n hostNode) {
	r.tree.single(n, "manufacturer", "model", "serial", "name", "firmware", "type", "location", "mac")
	h.Name = cmp.Or(n.stated("name"), n.stated("snmphostname"), n.stated("dnshostname"), n.stated("netbiosname"), n.stated("ip"))
	h.Manufacturer = n.stated("manufacturer")
	h.Model = n.stated("model")
	h.Serial = n.stated("serial")
	h.Version = n.stated("firmware")
	h.Location = n.stated("location")
	h.CategoryText = cmp.Or(n.stated("type"), r.kind)
	h.Description = cmp.Or(n.stated("description"), n.stated("comments"))
	h.Identifiers = withIdentifier(h.Identifiers, netvet.IDMAC, n.value("mac"))
	h.Addresses = addAddresses(h.Addresses, n.value("ip"), n.value("snmphostname"), n.value("dnshostname"))
	for _, list := range [][]hostNode{n.list("ips"), n.get("ips").list("ip")} {
		for _, address := range list {
			h.Addresses = addAddresses(h.Addresses, address.value())
		}
	}
}

// computer reads the inventory of the machine the agent runs on, or of a device in
// JSON.
func (r *glpiReader) computer(content hostNode) {
	device, bios, hardware := content.get("network_device").only(), content.get("bios").only(), content.get("hardware").only()
	if device.v == nil && bios.v == nil && hardware.v == nil && len(content.objects())+len(content.list("softwares")) == 0 {
		return
	}
	h := r.newHost(content.place)
	if device.v != nil {
		r.networkDevice(h, device)
	} else {
		r.tree.single(bios, "smanufacturer", "smodel", "ssn", "mmanufacturer", "mmodel", "msn", "bmanufacturer", "bversion", "skunumber")
		r.tree.single(hardware, "name", "chassis_type")
		h.Name = hardware.stated("name")
		h.Manufacturer = bios.stated("smanufacturer")
		h.Model = bios.stated("smodel")
		h.Serial = bios.stated("ssn")
		h.PartNumber = bios.stated("skunumber")
		h.CategoryText = cmp.Or(hardware.stated("chassis_type"), bios.stated("type"), r.kind)
		if vm := hardware.value("vmsystem"); vm != "" && vm != "Physical" {
			h.virtual(vm)
		} else {
			h.seemsVirtual()
		}
	}
	if bios.v != nil {
		firmware := dmiFirmware(bios.value("bmanufacturer"), bios.value("bversion"), bios.place)
		h.add(firmware)
		h.add(netvet.Component{Kind: netvet.KindDevice, Type: "board", Name: bios.stated("mmodel"), Manufacturer: bios.stated("mmanufacturer"),
			Serial: bios.stated("msn"), Pointer: bios.place})
	}
	r.parts(h, content)
	for _, c := range content.list("network_components") {
		h.networkComponent(c)
	}
}

// glpiSection is a list of parts in an inventory.
type glpiSection struct {
	name, kind string
	take       func(h *host, n hostNode, c netvet.Component) (netvet.Component, bool)
}

func glpiSectionsOfParts() []glpiSection {
	return []glpiSection{
		{"firmwares", "firmware", takeGLPIFirmware},
		{"cpus", "processor", takeGLPIPlain},
		{"memories", "memory", takeGLPIMemory},
		{"storages", "storage", takeGLPIStorage},
		{"controllers", "controller", takeGLPINumbered},
		{"videos", "video", takeGLPIPlain},
		{"sounds", "sound", takeGLPIPlain},
		{"modems", "modem", takeGLPIPlain},
		{"monitors", "monitor", takeGLPIPlain},
		{"batteries", "battery", takeGLPIPlain},
		{"powersupplies", "power supply", takeGLPIPower},
		{"usbdevices", "usb", takeGLPINumbered},
		{"networks", "network", takeGLPINetwork},
		{"operatingsystem", "operating-system", takeGLPISystem},
		{"antivirus", "antivirus", takeGLPISoftware},
		{"softwares", "package", takeGLPISoftware},
	}
}

// parts takes the sections that list parts.
func (r *glpiReader) parts(h *host, n hostNode) {
	for _, section := range glpiSectionsOfParts() {
		for _, item := range n.list(section.name) {
			if !item.isObject() {
				continue
			}
			c := netvet.Component{
				Kind: netvet.KindDevice, Type: section.kind, Pointer: item.place,
				Name:         cmp.Or(item.stated("name"), item.stated("caption"), item.stated("description")),
				Manufacturer: item.stated("manufacturer"),
				Serial:       cmp.Or(item.stated("serial"), item.stated("serialnumber")),
			}
			if c, ok := section.take(h, item, c); ok {
				h.add(c)
			}
		}
	}
}

func takeGLPIPlain(_ *host, _ hostNode, c netvet.Component) (netvet.Component, bool) { return c, true }

func takeGLPIFirmware(_ *host, n hostNode, c netvet.Component) (netvet.Component, bool) {
	c.Kind, c.Version, c.Description = netvet.KindFirmware, n.stated("version"), n.stated("description")
	return c, true
}

// takeGLPIMemory leaves out empty slots.
func takeGLPIMemory(_ *host, n hostNode, c netvet.Component) (netvet.Component, bool) {
	capacity := n.value("capacity")
	if strings.Trim(capacity, "0123456789") != "" || strings.Trim(capacity, "0") == "" && c.Manufacturer+c.Serial == "" {
		return c, false
	}
	c.PartNumber = n.stated("model")
	memoryMaker(&c)
	c.Name = strings.TrimSpace(cmp.Or(c.Name, "memory") + " " + n.stated("type"))
	return c, true
}

func takeGLPIStorage(_ *host, n hostNode, c netvet.Component) (netvet.Component, bool) {
	c.Ref, c.Name = c.Name, cmp.Or(n.stated("model"), c.Name)
	c.Manufacturer, c.Version = diskMaker(c.Manufacturer), n.stated("firmware")
	return c, true
}

// takeGLPINumbered takes a device with the numbers of its maker and itself on its bus.
func takeGLPINumbered(_ *host, n hostNode, c netvet.Component) (netvet.Component, bool) {
	scheme := netvet.IDPCI
	if c.Type == "usb" {
		scheme = netvet.IDUSB
	}
	c.Identifiers = withIdentifier(c.Identifiers, scheme, strings.Trim(n.value("vendorid")+":"+n.value("productid"), ":"))
	c.Description = n.stated("type")
	return c, !isRootHub(c)
}

// isRootHub reports whether a device is one that the kernel makes up for each of its USB
// controllers: the number is that of the Linux Foundation.
func isRootHub(c netvet.Component) bool {
	return len(c.Identifiers) > 0 && c.Identifiers[0].Type == netvet.IDUSB && strings.HasPrefix(c.Identifiers[0].Value, "1d6b")
}

func takeGLPIPower(_ *host, n hostNode, c netvet.Component) (netvet.Component, bool) {
	c.PartNumber = n.stated("partnum")
	return c, true
}

// takeGLPINetwork takes an interface: its address is one of the host. Those that are
// no hardware are no parts.
func takeGLPINetwork(h *host, n hostNode, c netvet.Component) (netvet.Component, bool) {
	if virtual := n.value("virtualdev"); virtual == "true" || virtual == "1" || n.value("type") == "loopback" {
		return c, false
	}
	mac := cmp.Or(n.value("mac"), n.value("macaddr"))
	h.Addresses = addAddresses(h.Addresses, n.value("ipaddress"), n.value("ipaddress6"))
	h.Identifiers = withIdentifier(h.Identifiers, netvet.IDMAC, mac)
	if number := n.value("pciid"); number != "" { // vendor:device:subsystem
		fields := strings.SplitN(number, ":", 3)
		c.Identifiers = withIdentifier(c.Identifiers, netvet.IDPCI, strings.Join(fields[:min(2, len(fields))], ":"))
	}
	c.Identifiers = withIdentifier(c.Identifiers, netvet.IDMAC, mac)
	c.Name = cmp.Or(n.stated("model"), c.Name)
	return c, len(c.Identifiers) > 0
}

func takeGLPISystem(_ *host, n hostNode, c netvet.Component) (netvet.Component, bool) {
	c.Kind = netvet.KindSoftware
	c.Name, c.Version = cmp.Or(n.stated("name"), n.stated("full_name")), cmp.Or(n.stated("version"), n.stated("kernel_version"))
	c.Description = n.stated("full_name")
	return c, true
}

func takeGLPISoftware(_ *host, n hostNode, c netvet.Component) (netvet.Component, bool) {
	c.Kind, c.Version, c.Publisher = netvet.KindSoftware, n.stated("version"), n.stated("publisher")
	if from := n.stated("from"); from != "" && c.Type == "package" {
		c.Type = from
	}
	return c, true
}

// networkComponent takes an entity of a network device (ENTITY-MIB). Ports, sensors and
// slots that nobody gave a model or a number are places in it, no parts.
func (h *host) networkComponent(n hostNode) {
	kind := n.stated("type")
	c := netvet.Component{Kind: netvet.KindDevice, Type: cmp.Or(kind, "component"), Ref: n.value("index"), Pointer: n.place,
		Name: cmp.Or(n.stated("model"), n.stated("name"), n.stated("description")), Manufacturer: n.stated("manufacturer"),
		Serial: n.stated("serial"), Version: cmp.Or(n.stated("firmware"), n.stated("version")), Description: n.stated("description")}
	switch kind {
	case "port", "sensor", "container", "backplane", "other":
		if c.Serial == "" && c.Version == "" {
			return
		}
	}
	h.add(c)
}

package sbom

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/netvet/netvet"
)

func oneviewFormat() Format {
	return Format{
		Name:   "oneview",
		Title:  "HPE OneView REST answers, JSON",
		Expect: `HPE OneView JSON (resources with "uri": "/rest/server-hardware/...")`,
		Detect: detectOneview,
		Read:   readOneview,
	}
}

// oneviewSign matches the address of a resource of OneView; its other tools do not
// have their resources under /rest/ and a category beside it.
var (
	oneviewSign     = regexp.MustCompile(`"(?:uri|resourceUri|locationUri|physicalInterconnectUri|interconnectUri|subnetUri|serverHardwareUri|serverHardwareTypeUri|enclosureGroupUri|deviceUri|driveEnclosureUri)"\s*:\s*"/rest/[a-z-]+/`)
	oneviewCategory = regexp.MustCompile(`"(?:category|eTag)"\s*:`)

	// oneviewSettings matches how the settings of a server hardware type begin: there
	// are so many that its own address may stand behind what detection looks at.
	oneviewSettings = regexp.MustCompile(`"biosSettings"\s*:\s*\[\s*\{[^{}]*"(?:scalarIncrement|helpText|warningText)"\s*:`)
)

func detectOneview(s Sample) float64 {
	head := bytes.TrimLeft(s.Head, " \t\r\n")
	if len(head) == 0 || head[0] != '{' && head[0] != '[' || redfishSign.Match(head) {
		return 0
	}
	if (oneviewSign.Match(head) || oneviewSettings.Match(head)) && oneviewCategory.Match(head) {
		return 1
	}
	return 0
}

// oneviewReader reads resources: one, a list, or the pages of a collection.
type oneviewReader struct {
	src    *Stream
	emit   func(Record) error
	faults *faults
}

func readOneview(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	r := &oneviewReader{src: src, emit: emit, faults: newFaults(emit)}
	t, err := readHostJSON(src)
	if err == nil {
		t.twins(t.root)
		err = t.settle(r.faults)
	}
	if err == nil {
		err = r.resources(t.root, "")
	}
	if err != nil {
		return Info{}, err
	}
	return Info{Notes: []string{"OneView states who made a drive enclosure or an adapter, but not who made a server or an enclosure"}}, r.faults.finish()
}

func (r *oneviewReader) resources(n hostNode, place string) error {
	list := n.list()
	if n.isObject() {
		if !n.has("members") {
			return r.resource(n, place)
		}
		list, place = n.list("members"), place+"/members"
	}
	for i, item := range list {
		if err := r.resource(item, fmt.Sprintf("%s/%d", place, i)); err != nil {
			return err
		}
	}
	if len(list) == 0 {
		r.faults.add("nothing to read", place, "the list holds no resource")
	}
	return r.faults.err
}

func (r *oneviewReader) resource(n hostNode, place string) error {
	h := newHost(r.src, "oneview", cmp.Or(n.value("uri"), place))
	category := n.value("category")
	h.Addresses = addAddresses(h.Addresses, n.value("mpHostInfo", "mpHostName"), n.value("mpDnsName"), n.value("mpIpAddress"))
	for _, address := range n.get("mpHostInfo").list("mpIpAddresses") {
		h.Addresses = addAddresses(h.Addresses, address.value("address"))
	}
	h.Name = n.stated("name")
	h.Manufacturer = n.stated("manufacturer")
	h.Model = cmp.Or(n.stated("model"), n.stated("productName"))
	h.PartNumber = n.stated("partNumber")
	h.Serial = n.stated("serialNumber")
	h.Version = cmp.Or(n.stated("firmwareVersion"), n.stated("softwareVersion"))
	h.CategoryText = strings.ReplaceAll(category, "-", " ")
	switch {
	case strings.HasPrefix(n.value("type"), "IndexResource"):
		category = "index entry"
	case category == "server-hardware":
		h.addServer(n)
	case category == "enclosures":
		h.addEnclosure(n)
	case category == "drive-enclosures":
		h.addDriveEnclosure(n)
	case category == "racks", category == "interconnects", category == "sas-interconnects", category == "fc-sans",
		category == "storage-systems", category == "power-devices", category == "unmanaged-devices":
		h.Name = cmp.Or(h.Name, n.stated("hostname"))
	case n.value("family") != "" && n.value("modelNumber") != "":
		h.Name, h.Model = n.stated("family"), n.stated("modelNumber")
	default:
		h = nil
	}
	if h == nil || category == "index entry" {
		what := cmp.Or(category, n.value("type"), "resource of no category")
		r.faults.add("no device: "+what, cmp.Or(n.value("uri"), place), "is "+what+" of OneView, which describes no device: give the answers for server-hardware, enclosures, drive-enclosures, interconnects or racks")
		return r.faults.err
	}
	return h.emit(r.src, r.emit)
}

// addServer takes the parts of a compute module that its own resource tells.
func (h *host) addServer(n hostNode) {
	place := h.Sources[0].Record
	h.CategoryText = "server hardware"
	h.Location = n.stated("position")
	if h.Location != "" {
		h.Location = "bay " + h.Location
	}
	h.add(netvet.Component{Kind: netvet.KindFirmware, Type: "bios", Name: nameIf("System ROM", n.stated("romVersion")), Version: n.stated("romVersion"), Pointer: place + "/romVersion"})
	h.add(netvet.Component{Kind: netvet.KindFirmware, Type: "bmc", Name: n.stated("mpModel"), Version: n.stated("mpFirmwareVersion"), Pointer: place + "/mpFirmwareVersion"})
	h.add(netvet.Component{Kind: netvet.KindFirmware, Type: "firmware", Name: nameIf("Intelligent Provisioning", n.stated("intelligentProvisioningVersion")),
		Version: n.stated("intelligentProvisioningVersion"), Pointer: place + "/intelligentProvisioningVersion"})
	h.add(netvet.Component{Kind: netvet.KindDevice, Type: "processor", Name: n.stated("processorType"), Quantity: count(n.value("processorCount")), Pointer: place + "/processorType"})
	for i, slot := range n.get("portMap").list("deviceSlots") {
		c := netvet.Component{Kind: netvet.KindDevice, Type: "adapter", Name: slot.stated("deviceName"), Description: strings.TrimSpace(slot.stated("location") + " " + slot.value("slotNumber")),
			Pointer: fmt.Sprintf("%s/portMap/deviceSlots/%d", place, i)}
		if c.Name == "" {
			continue // an empty slot
		}
		for _, port := range slot.list("physicalPorts") {
			c.Identifiers = withIdentifier(c.Identifiers, netvet.IDMAC, port.value("mac"))
		}
		h.add(c)
	}
}

// nameIf returns the name unless there is nothing to name.
func nameIf(name, of string) string {
	if of == "" {
		return ""
	}
	return name
}

// count reads a small number; 0 when it is none.
func count(text string) int {
	n := 0
	for _, r := range text {
		if r < '0' || r > '9' || n > 1_000_000 {
			return 0
		}
		n = n*10 + int(r-'0')
	}
	return n
}

func (h *host) addEnclosure(n hostNode) {
	h.Model = cmp.Or(n.stated("enclosureModel"), n.stated("enclosureType"))
	h.Version = ""
	for _, bays := range []struct{ list, kind, model string }{
		{"managerBays", "manager", "model"}, {"applianceBays", "appliance", "model"}, {"interconnectBays", "interconnect", "interconnectModel"},
		{"powerSupplyBays", "power supply", "model"}, {"fanBays", "fan", "model"},
	} {
		for i, bay := range n.list(bays.list) {
			if bay.value("devicePresence") == "Absent" {
				continue
			}
			h.add(netvet.Component{Kind: netvet.KindDevice, Type: bays.kind, Name: bay.stated(bays.model), PartNumber: bay.stated("partNumber"),
				Serial: bay.stated("serialNumber"), Version: bay.stated("fwVersion"), Pointer: fmt.Sprintf("%s/%s/%d", h.Sources[0].Record, bays.list, i)})
		}
	}
}

func (h *host) addDriveEnclosure(n hostNode) {
	part := func(n hostNode, kind, list string, i int) {
		h.add(netvet.Component{Kind: netvet.KindDevice, Type: kind, Name: cmp.Or(n.stated("model"), n.stated("name")), Manufacturer: n.stated("manufacturer"),
			PartNumber: n.stated("partNumber"), Serial: n.stated("serialNumber"), Version: n.stated("firmwareVersion"),
			Pointer: cmp.Or(n.value("uri"), fmt.Sprintf("%s/%s/%d", h.Sources[0].Record, list, i))})
	}
	for i, bay := range n.list("driveBays") {
		if drive := bay.get("drive"); drive.isObject() {
			part(drive, "drive", "driveBays", i)
		}
	}
	for i, adapter := range n.list("ioAdapters") {
		part(adapter, "I/O adapter", "ioAdapters", i)
	}
}

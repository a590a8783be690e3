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

func lshwJSON() Format {
	return Format{
		Name:   "lshw-json",
		Title:  "lshw -json",
		Expect: `the JSON of lshw (an object with "class": "system" and "children")`,
		Detect: detectLshwJSON,
		Read:   readLshwJSON,
	}
}

func lshwXML() Format {
	return Format{
		Name:   "lshw-xml",
		Title:  "lshw -xml",
		Expect: `the XML of lshw (<list><node id="..." class="system">)`,
		Detect: detectLshwXML,
		Read:   readLshwXML,
	}
}

// The members of a node come in the order id, class; class is a word of lshw's own.
var (
	lshwJSONSign = regexp.MustCompile(`^(?:\[\s*)?\{\s*"id"\s*:\s*"[^"]*",\s*"class"\s*:\s*"(?:system|bus|memory|processor|network|storage|disk|display|bridge|power|generic|multimedia|communication|input|volume)",\s*"(?:claimed|handle|disabled|description|product|children)"\s*:`)
	lshwXMLSign  = regexp.MustCompile(`<node\s+id="[^"]*"[^>]*\sclass="(?:system|bus|memory|processor|network|storage|disk|display|bridge|power|generic|multimedia|communication|input|volume)"`)
)

func detectLshwJSON(s Sample) float64 {
	if lshwJSONSign.Match(bytes.TrimLeft(s.Head, " \t\r\n")) {
		return 1
	}
	return 0
}

func detectLshwXML(s Sample) float64 {
	head := bytes.TrimLeft(s.Head, " \t\r\n")
	if bytes.HasPrefix(head, []byte("<")) && lshwXMLSign.Match(head) {
		return 1
	}
	return 0
}

func readLshwJSON(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	t, err := readHostJSON(src)
	if err != nil {
		return Info{}, err
	}
	r := &lshwReader{t, src, emit, newFaults(emit), "lshw-json"}
	return Info{}, r.read(t.root.list())
}

func readLshwXML(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	t, err := readHostXML(src)
	if err != nil {
		return Info{}, err
	}
	nodes := t.root.list("node")
	if list := t.root.get("list"); list.v != nil {
		nodes = list.list("node")
	}
	r := &lshwReader{t, src, emit, newFaults(emit), "lshw-xml"}
	return Info{}, r.read(nodes)
}

// lshwReader reads the nodes of a machine: in JSON the nodes inside a node are its
// children, in XML its elements of that name.
type lshwReader struct {
	tree   *hostTree
	src    *Stream
	emit   func(Record) error
	faults *faults
	format string
}

// read takes the machines. Output of a part of a machine (lshw -class network) has no
// system at its top: the nodes are then parts of a machine that is not described.
func (r *lshwReader) read(nodes []hostNode) error {
	var hosts []*host
	var loose *host
	for _, n := range nodes {
		if !n.isObject() {
			continue
		}
		h := loose
		if n.value("class") == "system" || h == nil {
			h = newHost(r.src, r.format, n.place)
			hosts = append(hosts, h)
		}
		if n.value("class") == "system" {
			r.system(h, n)
		} else {
			loose = h
			r.node(h, n)
		}
	}
	if len(hosts) == 0 {
		return errors.New("there is no node in it: run lshw as root on the machine itself")
	}
	r.tree.twins(r.tree.root)
	if err := r.tree.settle(r.faults); err != nil {
		return err
	}
	for _, h := range hosts {
		if err := h.emit(r.src, r.emit); err != nil {
			return err
		}
	}
	return r.faults.finish()
}

func (r *lshwReader) system(h *host, n hostNode) {
	r.tree.single(n, "vendor", "product", "serial", "version", "description")
	h.Manufacturer = n.stated("vendor")
	h.Model, _ = lshwID(n.stated("product"))
	h.Serial = n.stated("serial")
	h.Version = n.stated("version")
	h.CategoryText = n.stated("description")
	h.PartNumber = lshwSetting(n, "sku")
	h.Description = lshwSetting(n, "family")
	if name := n.value("id"); name != "system" && name != "computer" {
		h.Name = statedText(name) // newer versions give the name of the host as id
	}
	h.seemsVirtual()
	r.inside(h, n)
}

func (r *lshwReader) inside(h *host, n hostNode) {
	for _, list := range []string{"children", "node"} {
		for _, child := range n.list(list) {
			if child.isObject() {
				r.node(h, child)
			}
		}
	}
}

// lshwID cuts what lshw -numeric adds to a name: "I350 [8086:1521]".
func lshwID(text string) (name, id string) {
	if m := lshwNumber.FindStringSubmatch(text); m != nil {
		return m[1], m[2]
	}
	return text, ""
}

var lshwNumber = regexp.MustCompile(`^(.*\S)\s*\[([0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4})?)\]$`)

// lshwSetting returns a value of the configuration of a node.
func lshwSetting(n hostNode, name string) string {
	if text := n.stated("configuration", name); text != "" {
		return text
	}
	for _, setting := range n.get("configuration").list("setting") {
		if setting.value("id") == name {
			return setting.stated("value")
		}
	}
	return ""
}

// node takes one node and those inside it. Volumes are data, caches are inside the
// processor, and host controllers of the kernel's USB stack are programs.
func (r *lshwReader) node(h *host, n hostNode) {
	r.tree.single(n, "vendor", "product", "serial", "version", "description")
	id, class := n.value("id"), n.value("class")
	vendor, vendorID := lshwID(n.stated("vendor"))
	product, productID := lshwID(n.stated("product"))
	c := netvet.Component{Kind: netvet.KindDevice, Type: class, Name: product, Manufacturer: vendor, Version: n.stated("version"),
		Serial: n.stated("serial"), Description: n.stated("description"), Pointer: n.place}
	switch {
	case class == "volume", strings.HasPrefix(id, "cache"), strings.HasPrefix(vendor, "Linux "),
		strings.Contains(product, "[empty]"), strings.Contains(c.Description, "[empty]"), n.value("product") == "NO DIMM":
	case vendor+product+c.Serial == "" && class != "processor":
	case class == "memory" && strings.HasPrefix(id, "firmware"):
		h.add(dmiFirmware(vendor, c.Version, c.Pointer))
	case class == "processor" && (n.value("disabled") == "true" || vendor+product == ""):
	default:
		r.part(h, n, c, cmp.Or(productID, vendorID))
	}
	r.inside(h, n)
}

func (r *lshwReader) part(h *host, n hostNode, c netvet.Component, number string) {
	switch bus := n.value("businfo"); {
	case strings.HasPrefix(bus, "pci@"):
		c.Identifiers = withIdentifier(c.Identifiers, netvet.IDPCI, number)
	case strings.HasPrefix(bus, "usb@"):
		c.Identifiers = withIdentifier(c.Identifiers, netvet.IDUSB, number)
	}
	switch c.Type {
	case "network": // of a network interface, the serial number is its address
		c.Identifiers = withIdentifier(c.Identifiers, netvet.IDMAC, c.Serial)
		h.Identifiers = withIdentifier(h.Identifiers, netvet.IDMAC, c.Serial)
		h.Addresses = addAddresses(h.Addresses, lshwSetting(n, "ip"))
		c.Serial = ""
		c.Version = cmp.Or(lshwSetting(n, "firmware"), c.Version)
	case "memory":
		c.PartNumber, c.Name = c.Name, cmp.Or(c.Description, c.Name)
		c.Description = n.stated("slot")
		memoryMaker(&c)
	case "processor":
		c.Name = cmp.Or(c.Name, c.Version)
		c.Version = ""
	}
	c.Name = cmp.Or(c.Name, c.Description)
	h.add(c)
}

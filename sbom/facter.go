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

func facterFormat() Format {
	return Format{
		Name:   "facter",
		Title:  "Facter facts, JSON",
		Expect: `Facter JSON (an object with "facterversion")`,
		Detect: detectFacter,
		Read:   readFacter,
	}
}

// facterWords are facts that only Facter has, of which any two tell its output.
var facterWords = regexp.MustCompile(`"(facterversion|aio_agent_version|puppetversion|is_virtual|system_uptime|kernelmajversion|load_averages|fips_enabled|rubysitedir|timezone|kernelrelease)"\s*:`)

func detectFacter(s Sample) float64 {
	if !bytes.HasPrefix(bytes.TrimLeft(s.Head, " \t\r\n"), []byte("{")) {
		return 0
	}
	seen := make(map[string]bool)
	for _, m := range facterWords.FindAllSubmatch(s.Head, -1) {
		seen[string(m[1])] = true
	}
	switch {
	case bytes.Contains(s.Head, []byte(`"ansible_facts"`)), bytes.Contains(s.Head, []byte(`"ansible_`)):
		return 0 // Ansible embeds the facts of Facter in its own
	case seen["facterversion"]:
		return 1
	case len(seen) >= 4:
		return 0.9
	}
	return 0
}

func readFacter(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	t, err := readHostJSON(src)
	if err != nil {
		return Info{}, err
	}
	faults := newFaults(emit)
	if err := t.settle(faults); err != nil {
		return Info{}, err
	}
	facts := t.root
	for _, wrap := range []string{"values", "facts"} { // as Puppet's own commands put them
		if inner := facts.get(wrap); inner.isObject() {
			facts = inner
		}
	}
	if !facts.isObject() {
		return Info{}, errors.New("the document is no object of facts")
	}
	info := Info{Version: facts.value("facterversion")}
	h := newHost(src, "facter", facts.place)
	f := facterFacts{facts}
	f.system(h)
	f.parts(h)
	if err := h.emit(src, emit); err != nil {
		return info, err
	}
	return info, faults.finish()
}

// facterFacts asks for facts by their path and by the flat name they had before
// Facter 3.
type facterFacts struct{ hostNode }

func (f facterFacts) fact(flat string, path ...string) string {
	return cmp.Or(f.stated(path...), f.stated(flat))
}

func (f facterFacts) system(h *host) {
	h.Name = cmp.Or(f.fact("fqdn", "networking", "fqdn"), f.fact("hostname", "networking", "hostname"), f.stated("certname"))
	h.Manufacturer = f.fact("manufacturer", "dmi", "manufacturer")
	h.Model = f.fact("productname", "dmi", "product", "name")
	h.Serial = f.fact("serialnumber", "dmi", "product", "serial_number")
	h.Version = f.stated("dmi", "product", "version")
	h.PartNumber = f.stated("dmi", "product", "sku")
	h.CategoryText = f.fact("chassistype", "dmi", "chassis", "type")
	if f.value("is_virtual") == "true" {
		h.virtual(f.value("virtual"))
	}
	h.Addresses = addAddresses(h.Addresses, f.fact("fqdn", "networking", "fqdn"), f.fact("ipaddress", "networking", "ip"), f.fact("ipaddress6", "networking", "ip6"))
	for _, n := range f.get("networking", "interfaces").objects() {
		h.Addresses = addAddresses(h.Addresses, n.value("ip"), n.value("ip6"))
		h.Identifiers = withIdentifier(h.Identifiers, netvet.IDMAC, n.value("mac"))
	}
	for name, fact := range f.each() {
		if name == "macaddress" || strings.HasPrefix(name, "macaddress_") {
			h.Identifiers = withIdentifier(h.Identifiers, netvet.IDMAC, fact.value())
		}
	}
}

func (f facterFacts) parts(h *host) {
	h.add(dmiFirmware(f.fact("bios_vendor", "dmi", "bios", "vendor"), f.fact("bios_version", "dmi", "bios", "version"), "/dmi/bios"))
	h.add(netvet.Component{Kind: netvet.KindDevice, Type: "board", Name: f.fact("boardproductname", "dmi", "board", "product"),
		Manufacturer: f.fact("boardmanufacturer", "dmi", "board", "manufacturer"), Serial: f.fact("boardserialnumber", "dmi", "board", "serial_number"), Pointer: "/dmi/board"})
	f.processors(h)
	for _, disk := range f.get("disks").objects() {
		h.add(netvet.Component{Kind: netvet.KindDevice, Type: "disk", Name: cmp.Or(disk.stated("model"), disk.stated("product")),
			Manufacturer: diskMaker(disk.stated("vendor")), Serial: cmp.Or(disk.stated("serial"), disk.stated("serial_number")), Pointer: disk.place})
	}
	h.add(netvet.Component{Kind: netvet.KindSoftware, Type: "operating-system",
		Name:    cmp.Or(f.stated("os", "windows", "product_name"), f.stated("os", "macosx", "product"), f.fact("operatingsystem", "os", "name")),
		Version: f.fact("operatingsystemrelease", "os", "release", "full"), Description: f.value("kernelrelease"), Pointer: "/os"})
}

// processors takes the distinct models, one component each.
func (f facterFacts) processors(h *host) {
	models := make(map[string]bool)
	for _, n := range f.get("processors").list("models") {
		name := processorName(n.value())
		if name == "" || models[name] {
			continue
		}
		models[name] = true
		h.add(netvet.Component{Kind: netvet.KindDevice, Type: "processor", Name: name, Pointer: "/processors/models"})
	}
	if len(models) == 0 {
		h.add(netvet.Component{Kind: netvet.KindDevice, Type: "processor", Name: f.stated("processor0"), Pointer: "/processor0"})
		return
	}
	if len(models) == 1 {
		h.parts[len(h.parts)-1].Quantity = count(f.value("processors", "physicalcount"))
	}
}

// diskMaker returns who made a disk. Linux shows the T10 vendor of a disk, which for
// one behind a translation from SCSI is the name of the interface (SAT, section
// 8.1: "ATA").
func diskMaker(vendor string) string {
	switch strings.ToUpper(vendor) {
	case "ATA", "NVME", "USB", "SCSI":
		return ""
	}
	if strings.HasPrefix(vendor, "0x") {
		return "" // the PCI number of a virtual disk's driver
	}
	return vendor
}

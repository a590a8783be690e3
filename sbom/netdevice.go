package sbom

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/netvet/netvet"
)

// What the formats that describe network devices share: the texts of devices, and
// the table of physical parts of ENTITY-MIB (RFC 6933).

// deviceText returns a text of a device without the space around it, and nothing
// for what devices and people write where there is nothing to say.
func deviceText(text string) string {
	text = strings.TrimSpace(strings.Trim(text, "\x00"))
	if isNoDeviceText(text) {
		return ""
	}
	return text
}

func isNoDeviceText(text string) bool {
	switch strings.ToLower(strings.Trim(text, " .\"()[]")) {
	case "", "-", "--", "---", "n/a", "na", "null", "nil", "none", "unknown", "undefined", "not specified", "not available",
		"not applicable", "unspecified", "to be filled by o.e.m", "default string", "empty", "absent", "not present", "not inserted", "not installed", "not detected", "builtin", "private", "serial", "to be filled by oem":
		return true
	}
	masked := strings.Trim(text, "xX*#?") == "" && len(text) > 2
	return masked || strings.Trim(text, "0") == "" || strings.HasPrefix(text, "<") && strings.HasSuffix(text, ">")
}

// firstLine returns the first line of a text that may have many.
func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(line)
}

// maxShortDescription is the length of a description that can stand for a name.
const maxShortDescription = 80

// shortDescription returns what a description begins with, for a device that has no
// other name.
func shortDescription(text string) string {
	text, _, _ = strings.Cut(firstLine(text), " Copyright")
	if len(text) <= maxShortDescription {
		return text
	}
	at := strings.LastIndexByte(text[:maxShortDescription], ' ')
	if at < 0 {
		at = maxShortDescription
	}
	return strings.ToValidUTF8(strings.TrimRight(text[:at], " ,;:-("), "")
}

// enterprises is the branch of the OID tree that holds one number for each
// organisation that IANA registered.
const enterprises = "1.3.6.1.4.1."

// enterpriseNumber returns the private enterprise number in a sysObjectID. Agents
// that anyone may run on any device name themselves and not the device's maker.
func enterpriseNumber(oid string) (netvet.Identifier, bool) {
	oid = strings.TrimPrefix(strings.TrimSpace(oid), ".")
	rest, ok := strings.CutPrefix(strings.Replace(oid, "iso.3.", "1.3.", 1), enterprises)
	if !ok {
		_, rest, ok = strings.Cut(oid, "enterprises.")
	}
	number, _, _ := strings.Cut(rest, ".")
	switch {
	case !ok, number == "", len(number) > 10, strings.Trim(number, "0123456789") != "", strings.Trim(number, "0") == "":
		return netvet.Identifier{}, false
	case number == "8072", number == "2021": // Net-SNMP and its ancestor UCD-SNMP
		return netvet.Identifier{}, false
	}
	return normalIdentifier(netvet.IDPEN, number)
}

// addIdentifier adds an identifier that is valid and not there yet.
func addIdentifier(list []netvet.Identifier, scheme netvet.IdentifierType, value string) []netvet.Identifier {
	id, ok := normalIdentifier(scheme, value)
	if !ok || len(list) >= maxListed || slices.Contains(list, id) {
		return list
	}
	return append(list, id)
}

// deviceMaker is a maker and the names by which texts of its devices state it: its
// own and those of its product lines and systems that nobody else may use.
type deviceMaker struct {
	name  string
	words *regexp.Regexp
}

var deviceMakers = sync.OnceValue(func() []deviceMaker {
	var list []deviceMaker
	for _, m := range [][2]string{
		{"Cisco Systems", `cisco|nexus ?\d{4}|catalyst|nx-os|ios[- ]x[er]|asa ?55\d\d|asr ?\d{3,4}`},
		{"Arista Networks", `arista`},
		{"Juniper Networks", `juniper|junos|non-jnpr`},
		{"Huawei", `huawei|quidway|versatile routing platform|vrp \(r\)`},
		{"H3C", `h3c|hangzhou h3c|new h3c`},
		{"Hewlett Packard Enterprise", `hpe|hewlett[- ]packard enterprise`},
		{"Hewlett-Packard", `hp|hewlett[- ]packard|procurve`},
		{"Aruba", `aruba|arubaos(?:-cx)?`},
		{"Fortinet", `fortinet|forti[a-z]+`},
		{"Palo Alto Networks", `palo alto networks|pan-os|wildfire|globalprotect|global-protect`},
		{"Dell", `dell|powerconnect|force10`},
		{"Extreme Networks", `extreme networks|extremexos|exos`},
		{"Nokia", `nokia|timos`},
		{"Alcatel-Lucent Enterprise", `alcatel-lucent enterprise`},
		{"ZTE", `zte|zxr10|zxctn`},
		{"Ruckus Networks", `ruckus`},
		{"Brocade", `brocade`},
		{"Ubiquiti", `ubiquiti|edgeos|edgerouter|edgeswitch|unifi`},
		{"MikroTik", `mikrotik|routeros|routerboard`},
		{"Ericsson", `ericsson`},
		{"Check Point", `check point`},
		{"Eltex", `eltex`},
		{"Edge-Core", `edge-?core`},
		{"Ruijie Networks", `ruijie`},
		{"D-Link", `d-link`},
		{"TP-Link", `tp-link`},
		{"Netgear", `netgear`},
		{"Zyxel", `zyxel`},
		{"Allied Telesis", `allied telesis`},
		{"F5", `f5 networks|big-ip`},
		{"Ciena", `ciena`},
		{"Calix", `calix`},
		{"Avaya", `avaya`},
		{"OneAccess", `oneaccess|oneos`},
		{"VMware", `vmware`},
	} {
		list = append(list, deviceMaker{m[0], regexp.MustCompile(`(?i)(?:^|[^a-z0-9])(?:` + m[1] + `)(?:$|[^a-z])`)})
	}
	return list
})

// maxMakerText is as much of a text as is looked at for a maker, in bytes: a device
// says who made it at once or not at all.
const maxMakerText = 1 << 10

// makerInText returns the maker that a device's own text states first, or nothing.
func makerInText(text string) string {
	text = text[:min(len(text), maxMakerText)]
	best, at := "", len(text)+1
	for _, m := range deviceMakers() {
		if found := m.words.FindStringIndex(text); found != nil && found[0] < at {
			best, at = m.name, found[0]
		}
	}
	return best
}

// unameHost is the name of the machine in what Unix systems say of themselves.
var unameHost = regexp.MustCompile(`^(\w*(?:Linux|BSD|SunOS|Darwin|HP-UX|AIX)) +\S+ `)

// withoutHost drops from a description the name that somebody gave the device: it may
// name anyone.
func withoutHost(descr, name string) string {
	descr = unameHost.ReplaceAllString(descr, "$1 ")
	if len(name) > 2 {
		descr = strings.ReplaceAll(descr, name, "")
	}
	return descr
}

var deviceClass = regexp.MustCompile(`(?i)\b(firewall|switch|router|load balancer|access point|wireless controller)\b`)

// classInText returns the class of device that a text states first, or nothing.
func classInText(text string) string { return strings.ToLower(deviceClass.FindString(text)) }

var (
	versionInText = regexp.MustCompile(`(?i)\b(?:version|release|revision|firmware|junos|v(?:er)?\.)[:\s]+(v?[0-9][^\s,;\]]*)`)
	singleWord    = regexp.MustCompile(`^[^\s]*\d[^\s]*$`)
)

// entPhysical is one row of entPhysicalTable, as written.
type entPhysical struct {
	index, parent, class, descr, name                  string
	model, maker, serial, hardware, firmware, software string
	pointer                                            string
}

// component returns the row as a component. Every row is one, so that what was
// counted on the device is counted here; rows that are places and not parts are of
// no kind.
func (e *entPhysical) component() netvet.Component {
	c := netvet.Component{Pointer: e.pointer, Kind: netvet.KindDevice, Type: e.class,
		Manufacturer: deviceText(e.maker), PartNumber: deviceText(e.model), Serial: deviceText(e.serial)}
	if e.index != "" {
		c.Ref = "entPhysicalIndex " + e.index
	}
	descr := deviceText(e.descr)
	c.Name = cmp.Or(deviceText(e.name), descr, c.PartNumber, c.Ref)
	if c.Name != descr {
		c.Description = descr
	}
	hardware, firmware, software := deviceText(e.hardware), deviceText(e.firmware), deviceText(e.software)
	c.Version = cmp.Or(software, firmware, hardware)
	c.Description = withRevisions(c.Description, hardware, firmware, software)
	if !e.isPart() && c.Manufacturer == "" && c.PartNumber == "" && c.Serial == "" {
		c.Kind = netvet.KindOther
	}
	return c
}

// isPart tells whether the class is one of things rather than of places, ports and
// readings.
func (e *entPhysical) isPart() bool {
	switch strings.ToLower(e.class) {
	case "", "other", "unknown", "container", "sensor", "port", "stack":
		return false
	}
	return true
}

// withRevisions adds the revisions of a part to its description when there is more
// than the one that became its version.
func withRevisions(descr, hardware, firmware, software string) string {
	var list []string
	for _, r := range [][2]string{{"hardware ", hardware}, {"firmware ", firmware}, {"software ", software}} {
		if r[1] != "" {
			list = append(list, r[0]+r[1])
		}
	}
	if len(list) == 0 || len(list) == 1 && hardware == "" {
		return descr
	}
	if descr != "" {
		descr += "; "
	}
	return descr + strings.Join(list, ", ")
}

// entTree finds among the rows the one that is the device itself.
type entTree struct {
	rows, roots  int
	chassisCount int
	chassis      *entPhysical // on top, or in a stack
	inner        *entPhysical // a chassis inside something else
	named        *entPhysical // of another class, but called a chassis
	root         *entPhysical
	stacks       map[string]bool
}

func (t *entTree) add(e entPhysical) {
	t.rows++
	class := strings.ToLower(e.class)
	top := e.parent == "" || e.parent == "0" || e.parent == "-1"
	if class == "stack" {
		if t.stacks == nil {
			t.stacks = make(map[string]bool)
		}
		t.stacks[e.index] = true
	}
	switch {
	case strings.Contains(class, "chassis") && (top || t.stacks[e.parent]):
		t.chassisCount++
		t.chassis = t.better(t.chassis, e)
	case strings.Contains(class, "chassis"):
		t.inner = t.better(t.inner, e)
	case top && strings.Contains(strings.ToLower(e.name+e.descr), "chassis"):
		t.named = t.better(t.named, e)
	}
	if top {
		t.roots++
		t.root = t.better(t.root, e)
	}
}

// better keeps the first row, unless only the next says which one it is.
func (t *entTree) better(old *entPhysical, e entPhysical) *entPhysical {
	if old == nil || deviceText(old.model) == "" && deviceText(old.serial) == "" && (deviceText(e.model) != "" || deviceText(e.serial) != "") {
		return &e
	}
	return old
}

// device returns the row that describes the device: its chassis, or the one row
// that holds all others.
func (t *entTree) device() entPhysical {
	switch {
	case t.chassis != nil:
		return *t.chassis
	case t.named != nil:
		return *t.named
	case t.root != nil && t.roots == 1 && deviceText(t.root.model) != "":
		return *t.root
	case t.inner != nil:
		return *t.inner
	case t.root != nil && t.roots == 1:
		return *t.root
	}
	return entPhysical{}
}

// notes says what a person should know about how the rows became one product.
func (t *entTree) notes() []string {
	if t.chassisCount < 2 {
		return nil
	}
	return []string{fmt.Sprintf("%d chassis answer as one device: the first describes the product, all are its components", t.chassisCount)}
}

// systemGroup is what a device says of itself in the system group of MIB-2.
type systemGroup struct{ descr, objectID, name, location string }

// fill completes a product from the system group and the row of the device itself.
// What the product has already is kept.
func (s systemGroup) fill(p *netvet.Product, chassis entPhysical) {
	descr := deviceText(s.descr)
	p.Kind = netvet.KindDevice
	p.Description = descr
	if maker := deviceText(chassis.maker); maker != deviceText(chassis.model) { // some agents repeat the part number
		p.Manufacturer = cmp.Or(p.Manufacturer, maker)
	}
	p.Manufacturer = cmp.Or(p.Manufacturer, makerInText(withoutHost(descr, deviceText(s.name))))
	p.Model = cmp.Or(p.Model, deviceText(chassis.model))
	if p.Model == "" && singleWord.MatchString(descr) {
		p.Model = descr
	}
	if model := deviceText(chassis.model); model != p.Model {
		p.PartNumber = cmp.Or(p.PartNumber, model)
	}
	p.Serial = cmp.Or(p.Serial, deviceText(chassis.serial))
	p.Version = cmp.Or(p.Version, deviceText(chassis.software), deviceText(chassis.firmware))
	if found := versionInText.FindStringSubmatch(descr); p.Version == "" && found != nil {
		p.Version = found[1]
	}
	p.Location = cmp.Or(p.Location, deviceText(s.location))
	p.Name = cmp.Or(deviceText(s.name), p.Model, p.PartNumber, shortDescription(descr), p.Name)
	if class := cmp.Or(classInText(descr), classInText(p.Model), classInText(chassis.descr)); class != "" {
		p.CategoryText = class
	}
	if id, ok := enterpriseNumber(s.objectID); ok {
		p.Identifiers = append(p.Identifiers, id)
	}
}

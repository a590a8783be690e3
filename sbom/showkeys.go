package sbom

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/netvet/netvet"
)

// Many devices describe themselves in lines of "Key: value", "Key.... value" or
// "Key = value".

var (
	keyLine = regexp.MustCompile(`^\s*(?:/\$)?([A-Za-z][\w /#.()&-]*?)(?:\s*\.{3,}\s*|\s*[:=]\s*)(.*)$`)
	// nextKey is where a second pair begins in a line: "Software revision  : W.15   Base MAC Addr : 2c59e5".
	nextKey = regexp.MustCompile(`\s{2,}[A-Z][A-Za-z()%. ]*?\s*:\s`)
)

// maxPairLine is the length beyond which a line is no key and value.
const maxPairLine = 4 << 10

// shownPair is a key, in lower case and without spaces and signs, and its value.
type shownPair struct {
	key, written, value string
	line                int
}

// pairs returns the pairs in lines.
func pairs(lines []shownLine) []shownPair {
	var list []shownPair
	for _, line := range lines {
		rest := line.text
		for rest != "" && len(line.text) <= maxPairLine {
			found := keyLine.FindStringSubmatch(rest)
			if found == nil {
				break
			}
			value := found[2]
			rest = ""
			if at := nextKey.FindStringIndex(value); at != nil {
				value, rest = value[:at[0]], value[at[0]:]
			}
			value = strings.TrimSuffix(strings.TrimSpace(value), ",")
			list = append(list, shownPair{plainKey(found[1]), strings.TrimSpace(found[1]), value, line.number})
		}
	}
	return list
}

// plainKey drops what devices write differently: case, spaces and signs other than
// "#" and "_".
func plainKey(key string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '#', c == '_':
			return c
		case c >= 'A' && c <= 'Z':
			return c - 'A' + 'a'
		}
		return -1
	}, key)
}

// keyField returns the field that a key is for, or nothing.
func keyField(key string) string {
	switch key {
	case "hostname", "systemname", "name":
		return "name"
	case "model", "modelname", "modelnumber", "productname", "product", "hwmodel", "hardwaremodel", "machinemodel", "systemmodelid", "switchmodel",
		"scmodel#", "chassistype", "systemtype", "device", "device_name", "boardtype", "chassismodel", "platform", "productmodel":
		return "model"
	case "machinetype":
		return "model when there is none"
	case "boardname":
		return "description when there is none"
	case "serialnumber", "serialno", "serialnum", "serial", "serial#", "systemserial#", "systemserialnumber", "chassisserialnbr", "chassisserialnumber",
		"productserialnumber", "hwsn", "device_serial_number", "barcode", "chassisserial#", "switchserialnumber":
		return "serial"
	case "servicetag":
		return "serial when there is none"
	case "partnumber", "systempartnumber", "productpartnumber", "item", "chassispartnumber":
		return "part"
	case "version", "swversion", "softwareversion", "softwareimageversion", "osversion", "arubaoscxversion", "operationcodeversion", "mainsoftwareversion",
		"softwarerevision", "currentfirmware", "dellapplicationsoftwareversion", "systemsoftwareversion", "firmwareversion", "runtimeversion", "activeimageversion":
		return "version"
	case "vendor", "vendorname", "vendor_name", "manufacturer":
		return "maker"
	case "basemacaddress", "basemacaddr", "systemmacaddress", "burnedinmacaddress", "macaddress", "mac_address", "hwmacaddr", "hardwaremacaddress",
		"baseethernetmacaddress", "macaddressunit1", "chassismacaddress":
		return "mac"
	case "systemlocation", "location":
		return "location"
	case "systemdescription", "description", "machinedescription", "productdescription":
		return "description"
	case "systemobjectid", "systemoidstring", "objectid":
		return "oid"
	case "biosversion", "bootromversion", "loaderversion", "ubootversion", "romversion", "bootloaderversion", "cpldversion", "epldversion", "fpgaversion",
		"activebootrom", "bootcodeversion", "cmpbiosversion":
		return "firmware"
	}
	return ""
}

// readKeys takes what the pairs state. What is stated again is of another unit of
// a stack and does not count.
func readKeys(d *shownDevice, lines []shownLine) {
	p := &d.product
	for _, pair := range pairs(lines) {
		switch field := keyField(pair.key); field {
		case "serial":
			serial, _, _ := strings.Cut(pair.value, " (Date:")
			d.set(&p.Serial, serial, pair.line)
		case "name", "model", "part", "version", "description":
			d.set(productField(field)(p), pair.value, pair.line)
		case "maker":
			if !strings.HasPrefix(pair.value, "0x") {
				d.set(&p.Manufacturer, pair.value, pair.line)
			}
		case "location":
			d.set(&p.Location, pair.value, pair.line)
		case "mac":
			address, _, _ := strings.Cut(pair.value, " to ")
			p.Identifiers = addIdentifier(p.Identifiers, netvet.IDMAC, address)
		case "oid":
			if id, ok := enterpriseNumber(pair.value); ok {
				p.Identifiers = addIdentifier(p.Identifiers, netvet.IDPEN, id.Value)
			}
		case "firmware":
			value := strings.TrimSuffix(strings.TrimPrefix(pair.value, "(Rev: "), ")")
			d.firmware(strings.TrimSuffix(strings.TrimSuffix(pair.written, " Version"), " version"), value, pair.line)
		}
	}
	for _, pair := range pairs(lines) {
		switch keyField(pair.key) {
		case "model when there is none":
			d.set(&p.Model, pair.value, pair.line)
		case "description when there is none":
			d.set(&p.Description, pair.value, pair.line)
		case "serial when there is none":
			d.set(&p.Serial, pair.value, pair.line)
		}
	}
	d.describe()
	d.facts(lines, []fact{{esnLine, productField("serial")}})
}

var (
	esnLine = regexp.MustCompile(`^ESN of [\w ]+: *(\S+)`)
	// modelFirst is a description that begins with a model: "MES3124 28-port 1G/10G Managed Switch".
	modelFirst = regexp.MustCompile(`^([A-Z]{2,}[A-Z0-9]*-?\d[\w/+-]*)\s`)
	modelLast  = regexp.MustCompile(`\s([A-Z]{2,}[\w-]*\d[\w/+-]*)$`)
	afterMaker = regexp.MustCompile(`(?i)^Alcatel-Lucent Enterprise (\S+) (\d\S+)`)
)

// describe takes model and version from a description when nothing else stated
// them.
func (d *shownDevice) describe() {
	p := &d.product
	if found := afterMaker.FindStringSubmatch(p.Description); found != nil {
		p.Model, p.Version = cmp.Or(p.Model, found[1]), cmp.Or(p.Version, found[2])
	}
	for _, re := range []*regexp.Regexp{modelFirst, modelLast} {
		if found := re.FindStringSubmatch(p.Description); found != nil && p.Model == "" {
			p.Model = found[1]
		}
	}
}

// shownBlock is a heading with the pairs that follow it.
type shownBlock struct {
	title string
	line  int
	pairs []shownPair
}

// blocks cuts lines at headings. The heading pattern has one group, the title.
func blocks(lines []shownLine, heading *regexp.Regexp) []shownBlock {
	var list []shownBlock
	begin := 0
	end := func(i int) {
		if len(list) > 0 {
			list[len(list)-1].pairs = pairs(lines[begin:i])
		}
	}
	for i, line := range lines {
		if found := heading.FindStringSubmatch(line.text); found != nil {
			end(i)
			list = append(list, shownBlock{title: strings.TrimSpace(found[1]), line: line.number})
			begin = i + 1
		}
	}
	end(len(lines))
	return list
}

// component returns the part that a block describes, and false when it names none.
func (b shownBlock) component() (netvet.Component, bool) {
	c := netvet.Component{Kind: netvet.KindDevice, Name: b.title}
	set := func(field *string, text string) { *field = cmp.Or(*field, deviceText(text)) }
	var model, part string
	for _, pair := range b.pairs {
		switch keyField(pair.key) {
		case "model", "model when there is none", "description when there is none":
			set(&model, pair.value)
		case "part":
			set(&part, pair.value)
		case "serial":
			set(&c.Serial, pair.value)
		case "maker":
			set(&c.Manufacturer, pair.value)
		case "description":
			set(&c.Description, pair.value)
		case "mac":
			c.Identifiers = addIdentifier(c.Identifiers, netvet.IDMAC, pair.value)
		case "version", "firmware":
			set(&c.Version, pair.value)
		}
	}
	c.PartNumber = cmp.Or(part, model)
	if model != "" && model != c.PartNumber {
		c.Description = strings.TrimPrefix(c.Description+"; "+model, "; ")
	}
	return c, c.PartNumber != "" || c.Serial != "" || c.Description != ""
}

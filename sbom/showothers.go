package sbom

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/netvet/netvet"
)

// Readers of the other makers, each for the outputs that are not only lines of
// "Key: value".

var aristaModel = regexp.MustCompile(`^Arista (\S+)\s*$`)

// readAristaVersion reads "show version" of EOS.
func readAristaVersion(d *shownDevice, lines []shownLine) {
	d.facts(lines, []fact{{aristaModel, productField("model")}})
	readKeys(d, lines)
}

var junosPackage = regexp.MustCompile(`^(?:JUNOS|Junos) ([^\[]+?) \[([^\]]+)\]\s*$`)

// readJunosVersion reads "show version" of Junos: the packages of the system.
func readJunosVersion(d *shownDevice, lines []shownLine) {
	d.facts(lines, factsOf(map[string][]string{
		"name":    {`^Hostname: (\S+)`},
		"model":   {`^Model: (\S+)`},
		"version": {`^Junos: (\S+)`, `^JUNOS (?:Software Release|Base OS boot|OS Kernel[^\[]*|EX  ?Software Suite|Base OS Software Suite) ?\[([^\]]+)\]`, `^JUNOS [^\[]+\[([^\]]+)\]`},
	}))
	for _, line := range lines {
		if found := junosPackage.FindStringSubmatch(line.text); found != nil {
			d.add(netvet.Component{Kind: netvet.KindSoftware, Name: "JUNOS " + strings.TrimSpace(found[1]), Version: found[2]}, line.number)
		}
	}
}

// readChassisHardware reads "show chassis hardware": a tree by indentation with
// columns where the heading puts them.
func readChassisHardware(d *shownDevice, lines []shownLine) {
	var t shownTable
	var path []string
	for _, line := range lines {
		trimmed := strings.TrimSpace(line.text)
		if strings.HasPrefix(trimmed, "Item ") && strings.Contains(trimmed, "Serial number") {
			t = shownTable{columns: chassisColumns(line.text)}
			continue
		}
		if len(t.columns) == 0 || trimmed == "" || strings.HasPrefix(trimmed, "{") || dashLine.MatchString(trimmed) || strings.HasSuffix(trimmed, ":") {
			continue
		}
		row := shownRow{line.number, t.cells(line.text)}
		depth := min((len(line.text)-len(strings.TrimLeft(line.text, " ")))/2, len(path))
		path = append(path[:depth:depth], row.cells[0])
		part := t.cell(row, "partnumber")
		c := netvet.Component{Kind: netvet.KindDevice, Name: strings.Join(path, "/"), PartNumber: part, Version: t.cell(row, "version"),
			Serial: t.cell(row, "serialnumber"), Description: t.cell(row, "description")}
		if part == "NON-JNPR" { // the device tells its maker's parts from others
			d.product.Manufacturer = cmp.Or(d.product.Manufacturer, "Juniper Networks")
		}
		if c.Name == "Chassis" {
			d.set(&d.product.Model, c.Description, line.number)
			d.set(&d.product.Serial, c.Serial, line.number)
		}
		if strings.HasPrefix(row.cells[0], "Xcvr") {
			c.Type = "transceiver"
		}
		d.add(c, line.number)
	}
}

// chassisColumns returns the columns of a heading whose names hold single spaces.
func chassisColumns(heading string) []shownColumn {
	var columns []shownColumn
	for _, name := range []string{"Item", "Version", "Part number", "Serial number", "Description", "CLEI code", "FRU model number"} {
		if at := strings.Index(heading, name); at >= 0 {
			if n := len(columns); n > 0 {
				columns[n-1].end = at
			}
			columns = append(columns, shownColumn{plainKey(name), at, len(heading) + 1})
		}
	}
	return columns
}

var vrpFacts = sync.OnceValue(func() []fact {
	return factsOf(map[string][]string{
		"model":       {`(?i)^(?:HUAWEI|Quidway) (\S+).* uptime is`, `^VRP \(R\) software, Version \S+ \((\S+) \S+\)`},
		"version":     {`^VRP \(R\) software, Version \S+ \((?:\S+ )?(V\d+R\w+)\)`, `^VRP \(R\) software, Version ([^\s,]+)`},
		"description": {`(?i)^((?:HUAWEI|Quidway) \S+.*) uptime is`, `^(VRP \(R\) software.*)`},
	})
})

// readVRPVersion reads "display version" of Huawei.
func readVRPVersion(d *shownDevice, lines []shownLine) {
	d.facts(lines, vrpFacts())
	seen := make(map[string]bool)
	for _, pair := range pairs(lines) {
		if keyField(pair.key) == "firmware" && !seen[pair.key+pair.value] {
			seen[pair.key+pair.value] = true
			d.firmware(strings.TrimSuffix(strings.TrimSpace(strings.TrimSuffix(pair.written, "Version")), " version"), pair.value, pair.line)
		}
	}
}

// readDisplayDevice reads "display device": the boards of a chassis.
func readDisplayDevice(d *shownDevice, lines []shownLine) {
	d.facts(lines, chassisTypeFacts())
	readTables(d, lines)
}

var elabelHeading = regexp.MustCompile(`^\s*\[([\w ./-]+)\]\s*:?\s*$`)

// readELabels reads "display elabel": the label of each board and of the chassis.
func readELabels(d *shownDevice, lines []shownLine) {
	var parts []netvet.Component
	place := ""
	for _, b := range blocks(lines, elabelHeading) {
		switch strings.ToLower(b.title) {
		case "board properties", "port properties", "archivesinfo version", "rack properties", "main_board":
		default:
			place = b.title
		}
		b.title = place
		if c, ok := b.component(); ok {
			d.add(c, b.line)
			parts = append(parts, c)
		}
	}
	for _, c := range parts {
		if c.Serial == "" {
			continue
		}
		p := &d.product
		p.Model = cmp.Or(p.Model, labelModel(c))
		p.Serial, p.PartNumber = cmp.Or(p.Serial, c.Serial), cmp.Or(p.PartNumber, c.PartNumber)
		p.Manufacturer = cmp.Or(p.Manufacturer, c.Manufacturer)
		p.Description = cmp.Or(p.Description, c.Description)
		return
	}
}

// labelModel returns the type of board that a label's description ends with.
func labelModel(c netvet.Component) string {
	if at := strings.LastIndex(c.Description, "; "); at >= 0 {
		return c.Description[at+2:]
	}
	return c.PartNumber
}

var comwareFacts = sync.OnceValue(func() []fact {
	return factsOf(map[string][]string{
		"model":       {`^(?:H3C|HPE?) (\S+).* uptime is`, `^(?:H3C|HPE?) (\S*\d\S*)(?: \S+)* (?:Switch|Router|Firewall)\b`},
		"version":     {`^(?:\S+ )?Comware (?:Platform )?Software, (?:Software )?Version ([\d.]+,? *(?:Release|ESS|Feature|Test|Beta|Alpha|Demo|Customer)? *[\w]*)`},
		"description": {`^((?:H3C|HPE?) .*) uptime is`},
	})
})

var comwareMaker = regexp.MustCompile(`^(H3C|HPE|HP) (?:Comware|\S+.* uptime is)`)

// readComwareVersion reads "display version" of H3C and HPE.
func readComwareVersion(d *shownDevice, lines []shownLine) {
	d.facts(lines, comwareFacts())
	for _, line := range lines {
		if found := comwareMaker.FindStringSubmatch(line.text); found != nil && d.product.Manufacturer == "" {
			d.product.Manufacturer = makerInText(found[1])
		}
		if pair := pairs([]shownLine{line}); len(pair) == 1 && keyField(pair[0].key) == "firmware" && d.countFirmware(pair[0].written) == 0 {
			d.firmware(strings.TrimSpace(strings.TrimSuffix(pair[0].written, "Version")), pair[0].value, line.number)
		}
	}
}

func (d *shownDevice) countFirmware(written string) int {
	n := 0
	for _, c := range d.parts {
		if c.Kind == netvet.KindFirmware && strings.HasPrefix(written, c.Name) {
			n++
		}
	}
	return n
}

var manuInfoHeading = regexp.MustCompile(`(?i)^\s*((?:chassis|slot|subslot|power|fan|cpu|module|board)[\w \-/]*?)\s*:?\s*$`)

// readManuInfo reads "display device manuinfo" of Comware.
func readManuInfo(d *shownDevice, lines []shownLine) {
	all := blocks(lines, manuInfoHeading)
	if len(all) == 0 {
		readKeys(d, lines)
		return
	}
	for _, b := range all {
		c, ok := b.component()
		if !ok || !slices.ContainsFunc(b.pairs, func(pair shownPair) bool { return strings.HasPrefix(pair.key, "device_") }) {
			continue
		}
		d.add(c, b.line)
		p := &d.product
		if title := strings.ToLower(b.title); p.Serial == "" && (strings.HasPrefix(title, "slot") || strings.HasPrefix(title, "chassis")) {
			p.Model = cmp.Or(p.Model, c.PartNumber)
			p.Serial, p.Manufacturer = c.Serial, cmp.Or(p.Manufacturer, c.Manufacturer)
			p.Identifiers = append(p.Identifiers, c.Identifiers...)
		}
	}
}

// readFortinetStatus reads "get system status".
func readFortinetStatus(d *shownDevice, lines []shownLine) {
	d.facts(lines, factsOf(map[string][]string{
		"model":   {`^\s*Version: *(\S+) v\d`},
		"version": {`^\s*Version: *\S+ (v\S+)`},
		"serial":  {`^\s*Serial-Number: *(\S+)`},
	}))
	readKeys(d, lines)
}

// readImageStamp reads "show version" of HP ProCurve and its heirs: the version
// stands alone in a line.
func readImageStamp(d *shownDevice, lines []shownLine) {
	d.facts(lines, factsOf(map[string][]string{"version": {`^\s*([A-Z]{1,2}\.\d{2}\.\d{2}\S*)\s*$`}}))
	readKeys(d, lines)
}

func readCheckPoint(d *shownDevice, lines []shownLine) {
	d.facts(lines, factsOf(map[string][]string{
		"description": {`^Product version (Check Point \S+ \S+)`},
		"version":     {`^Product version Check Point (?:\S+ )?(\S+)\s*$`},
	}))
	for _, line := range lines {
		if version, ok := strings.CutPrefix(line.text, "OS kernel version "); ok {
			d.add(netvet.Component{Kind: netvet.KindSoftware, Name: "OS kernel", Version: deviceText(version)}, line.number)
		}
	}
}

var iposPart = regexp.MustCompile(`^(Operating System|System Bootstrap|Kernel|Golden Bootstrap|Golden SBI|Primary SBI|FPGA|CHIMP) version is (.+)$`)

func readIPOS(d *shownDevice, lines []shownLine) {
	d.facts(lines, factsOf(map[string][]string{"version": {`^Ericsson IPOS Version (?:IPOS-v)?(\S+?)(?:-Release)?$`}}))
	for _, line := range lines {
		if found := iposPart.FindStringSubmatch(line.text); found != nil {
			d.firmware(found[1], found[2], line.number)
		}
	}
}

// readDell reads "show version" and "show inventory" of Dell's switches.
func readDell(d *shownDevice, lines []shownLine) {
	readKeys(d, lines)
	readTables(d, lines)
}

var (
	ironUnit   = regexp.MustCompile(`^\s*(?:UNIT (\d+): )?SL (\d+): (.+)$`)
	ironSerial = regexp.MustCompile(`^\s*Serial\s+#:\s*(\S+)`)
	ironBoot   = regexp.MustCompile(`Boot Code size = \d+, Version:\s*(\S+)`)
)

// readFastIron reads "show version" of Brocade's and Ruckus's switches.
func readFastIron(d *shownDevice, lines []shownLine) {
	d.facts(lines, factsOf(map[string][]string{
		"model":   {`^\s*HW: (?:Stackable |Chassis )?(\S.*)$`},
		"version": {`^\s*SW: Version (\S+)`, `^\s*(?:IronWare|System): Version (\S+)`},
		"serial":  {ironSerial.String()},
	}))
	for i, line := range lines {
		if found := ironUnit.FindStringSubmatch(line.text); found != nil {
			c := netvet.Component{Kind: netvet.KindDevice, Name: strings.TrimPrefix("Unit "+found[1]+"/Slot "+found[2], "Unit /"), Description: found[3]}
			c.PartNumber, _, _ = strings.Cut(found[3], " ")
			if i+1 < len(lines) {
				if serial := ironSerial.FindStringSubmatch(lines[i+1].text); serial != nil {
					c.Serial = deviceText(serial[1])
				}
			}
			d.add(c, line.number)
		}
		if found := ironBoot.FindStringSubmatch(line.text); found != nil && d.countFirmware("Boot code") == 0 {
			d.firmware("Boot code", found[1], line.number)
		}
	}
}

var zxBoard = regexp.MustCompile(`^\[([^\]]+)\]:\s*$`)

// readZXROS reads "show version" of ZTE.
func readZXROS(d *shownDevice, lines []shownLine) {
	d.facts(lines, factsOf(map[string][]string{
		"model":   {`^(ZX\w+ \S+)\s*$`, `^ZTE (\S+) Software`},
		"version": {`^ZTE \S+ Software, Version: *(?:\S+ )?(V[^,\s]+)`, `^ZTE \S+ Software, Version: *([^,\s]+)`},
	}))
	for _, b := range blocks(lines, zxBoard) {
		if c, ok := b.component(); ok {
			d.add(c, b.line)
		}
	}
}

var mediaName = regexp.MustCompile(`^Name: (\S+)\s*$`)

// readMedia reads "show interfaces transceiver hardware": what each port holds.
func readMedia(d *shownDevice, lines []shownLine) {
	for _, b := range blocks(lines, mediaName) {
		c := netvet.Component{Kind: netvet.KindDevice, Type: "transceiver", Name: b.title}
		for _, pair := range b.pairs {
			switch pair.key {
			case "mediatype":
				c.Description = deviceText(pair.value)
			case "manufacturer", "vendor":
				c.Manufacturer = deviceText(pair.value)
			case "model", "partnumber":
				c.PartNumber = deviceText(pair.value)
			case "serialnumber":
				c.Serial = deviceText(pair.value)
			}
		}
		if c.Description != "" || c.PartNumber != "" || c.Manufacturer != "" {
			d.add(c, b.line)
		}
	}
}

package sbom

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// Outputs whose lines hang together in ways of their own.

// wideGap parts the fields of disks, which stand in no columns.
var wideGap = regexp.MustCompile(` {2,}`)

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
		if disk := wideGap.Split(trimmed, -1); strings.Contains(row.cells[0], "  ") && len(disk) >= 4 { // "ada0  3998 MB  SMART EUSB  SE012345  Flash"
			path[depth] = disk[0]
			c = netvet.Component{Kind: netvet.KindDevice, Name: strings.Join(path, "/"), PartNumber: disk[2], Serial: deviceText(disk[3]), Description: disk[1]}
		}
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

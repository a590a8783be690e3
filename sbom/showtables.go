package sbom

import (
	"regexp"
	"strings"

	"github.com/netvet/netvet"
)

// Tables of devices have a heading, a line of dashes below it, and rows to the next
// empty line. Where the line of dashes has gaps, those bound the columns; where it
// has none, the words of the heading do.

var (
	dashLine = regexp.MustCompile(`^[ ]*-{2,}(?:[ +]+-+)*[ ]*$`)
	dashes   = regexp.MustCompile(`-+`)
	headings = regexp.MustCompile(`\S+(?: \S+)*`)
	// closeHeadings are names of columns that stand one space apart.
	closeHeadings = regexp.MustCompile(`\b(Power|Register|Alarm|Slot|Card|Sub) (Register|Alarm|Primary|Card|Sub|Type)\b`)
)

// maxTableColumns is the number of columns beyond which lines are no table.
const maxTableColumns = 40

type shownTable struct {
	columns []shownColumn
	rows    []shownRow
}

type shownColumn struct {
	name       string // plain
	start, end int
}

type shownRow struct {
	line  int
	cells []string
}

// tables finds the tables in lines.
func tables(lines []shownLine) []shownTable {
	var list []shownTable
	for i := 0; i < len(lines); i++ {
		if i == 0 || !dashLine.MatchString(lines[i].text) || strings.TrimSpace(lines[i-1].text) == "" || dashLine.MatchString(lines[i-1].text) {
			continue
		}
		t := shownTable{columns: columnsOf(lines[i-1].text, lines[i].text)}
		if i > 2 && lines[i-3].text == lines[i].text && strings.TrimSpace(lines[i-2].text) != "" && !dashLine.MatchString(lines[i-2].text) {
			t.nameAlso(lines[i-2].text)
		}
		if len(t.columns) < 2 || len(t.columns) > maxTableColumns {
			continue
		}
		if i+1 < len(lines) && lines[i+1].text == "" {
			i++ // some leave a line below the dashes
		}
		for i++; i < len(lines) && strings.TrimSpace(lines[i].text) != "" && !dashLine.MatchString(lines[i].text); i++ {
			t.rows = append(t.rows, shownRow{lines[i].number, t.cells(lines[i].text)})
		}
		i--
		list = append(list, t)
	}
	return list
}

// columnsOf returns the columns below a heading.
func columnsOf(heading, rule string) []shownColumn {
	bounds := dashes.FindAllStringIndex(rule, -1)
	if len(bounds) < 2 {
		for range 2 { // a name may be close to both its neighbours
			heading = closeHeadings.ReplaceAllString(heading, "$1\t$2")
		}
		bounds = headings.FindAllStringIndex(heading, -1)
	}
	var columns []shownColumn
	for i, b := range bounds {
		c := shownColumn{start: b[0], end: len(rule) + len(heading)}
		if i == 0 {
			c.start = 0
		}
		nameEnd := len(heading)
		if i+1 < len(bounds) {
			c.end = bounds[i+1][0]
			nameEnd = c.end
		}
		if c.start < len(heading) {
			c.name = plainKey(heading[c.start:min(nameEnd, len(heading))])
		}
		columns = append(columns, c)
	}
	return columns
}

// nameAlso puts the first line of a heading of two before the names of the columns.
func (t *shownTable) nameAlso(line string) {
	for i := range t.columns {
		c := &t.columns[i]
		if c.start < len(line) {
			c.name = plainKey(line[c.start:min(c.end, len(line))]) + c.name
		}
	}
}

// cells cuts a row at its columns; a word that crosses a bound belongs where it
// begins.
func (t *shownTable) cells(text string) []string {
	cells := make([]string, len(t.columns))
	from := 0
	for i, c := range t.columns {
		to := len(text)
		if i+1 < len(t.columns) {
			to = min(c.end, len(text))
			for to > from && to < len(text) && text[to-1] != ' ' && text[to] != ' ' {
				to++
			}
		}
		if from < to {
			cells[i] = strings.TrimSpace(text[from:to])
			from = to
		}
	}
	return cells
}

func (t *shownTable) has(names ...string) bool {
	for _, c := range t.columns {
		for _, name := range names {
			if c.name == name {
				return true
			}
		}
	}
	return false
}

// cell returns the cell of the first of the named columns that says anything.
func (t *shownTable) cell(row shownRow, names ...string) string {
	for _, name := range names {
		for i, c := range t.columns {
			if c.name == name {
				if text := deviceText(row.cells[i]); text != "" {
					return text
				}
			}
		}
	}
	return ""
}

func (t *shownTable) model(row shownRow) string {
	return t.cell(row, "model", "modelname", "pid", "partnumber", "type", "productid", "productnumber")
}

func (t *shownTable) serial(row shownRow) string {
	return t.cell(row, "serialno", "serialnum", "serialnumber", "serial", "svctag", "servicetag")
}

func (t *shownTable) position(row shownRow) string {
	text := t.cell(row, "mod", "m", "xbar", "switch", "unit", "slot", "module", "port", "member")
	if t.columns[0].name == "unittype" { // "* 1  S4148F-ON"
		text, _ = unitAndType(row.cells[0])
	}
	text = strings.TrimSpace(strings.Trim(text, "* "))
	if text == "" && len(row.cells) > 0 && t.has("mod", "m", "xbar", "switch", "unit", "slot", "module", "port") {
		text = strings.TrimSpace(strings.Trim(row.cells[0], "* ")) // "0" says something here
	}
	if card := t.cell(row, "card", "sub"); card != "" {
		text = strings.TrimSpace(text + "/" + card)
	}
	return text
}

// readTables takes the tables that list parts, and those that say more of the parts
// of a table before.
func readTables(d *shownDevice, lines []shownLine) {
	first := make(map[string]int) // the part of a position
	slot := ""
	for _, t := range tables(lines) {
		models, serials := t.has("model", "modelname", "type", "pid", "partnumber", "productid"), t.has("serialno", "serialnum", "serialnumber", "serial", "svctag")
		switch {
		case models && t.has("description") && t.columns[0].name == "model":
			for _, row := range t.rows {
				d.set(&d.product.Model, t.model(row), row.line)
				d.set(&d.product.Description, t.cell(row, "description"), row.line)
			}
		case serials && t.columns[0].name == "hwversion":
			for _, row := range t.rows {
				d.set(&d.product.Serial, t.serial(row), row.line)
			}
		case !models && t.has("hw", "sw", "fw", "hwversion", "swversion", "macaddresses", "macaddressrange") && !t.has("ssmapplicationname"):
			for _, row := range t.rows {
				if i, ok := first[t.group()+t.position(row)]; ok {
					t.complete(&d.parts[i], row)
				}
			}
		case models && (serials || t.has("status", "online", "manufacturer", "swversion", "cardtype", "moduletype")) || serials && t.has("unit", "macaddress", "description", "productnumber"):
			for _, row := range t.rows {
				if c, ok := t.component(row, &slot); ok {
					before := len(d.parts)
					d.add(c, row.line)
					key := t.group() + t.position(row)
					if _, known := first[key]; !known && len(d.parts) > before {
						first[key] = before
					}
					d.unitOf(&t, c, t.position(row), row.line)
				}
			}
		}
	}
}

// group keeps modules and fabric modules of equal numbers apart.
func (t *shownTable) group() string {
	if t.columns[0].name == "xbar" {
		return "xbar "
	}
	return ""
}

func (t *shownTable) component(row shownRow, slot *string) (netvet.Component, bool) {
	position := t.position(row)
	if strings.HasPrefix(position, "/") { // a card of the slot above
		position = *slot + position
	} else {
		*slot = position
	}
	c := netvet.Component{Kind: netvet.KindDevice, PartNumber: strings.TrimPrefix(t.model(row), "*"), Serial: t.serial(row),
		Manufacturer: t.cell(row, "manufacturer", "vendor"), Description: t.cell(row, "cardtype", "moduletype", "submodule", "description", "media")}
	switch t.columns[0].name {
	case "mod", "m", "module":
		c.Name = "Module " + position
	case "unittype":
		_, c.Description = unitAndType(row.cells[0])
		c.Name = "Unit " + position + " " + c.Description
		c.PartNumber = t.cell(row, "partnumber")
	default:
		c.Name = strings.TrimSpace(titled(t.columns[0].name) + " " + position)
	}
	c.Version = t.cell(row, "swversion", "swver", "sw", "hardwareversion", "hwver", "hw", "rev")
	c.Identifiers = addIdentifier(nil, netvet.IDMAC, t.cell(row, "macaddress"))
	if t.has("submodule") {
		c.Name += " " + c.Description
	}
	return c, c.PartNumber != "" || c.Serial != "" || c.Description != ""
}

// unitAndType parts the cells of a column that has two: "* 1  S4148F-ON".
func unitAndType(cell string) (unit, kind string) {
	unit, kind, _ = strings.Cut(strings.TrimLeft(cell, "* "), " ")
	return unit, strings.TrimSpace(kind)
}

func titled(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// complete adds what a later table says of a part.
func (t *shownTable) complete(c *netvet.Component, row shownRow) {
	hardware, firmware, software := t.cell(row, "hw", "hwversion"), t.cell(row, "fw", "fwversion"), t.cell(row, "sw", "swversion")
	if c.Version == "" {
		for _, v := range []string{software, firmware, hardware} {
			if v != "" {
				c.Version = v
				break
			}
		}
	}
	if c.Serial == "" {
		c.Serial = t.serial(row)
	}
	c.Description = withRevisions(c.Description, hardware, firmware, software)
	address, _, _ := strings.Cut(t.cell(row, "macaddresses", "macaddressrange"), " to ")
	c.Identifiers = addIdentifier(c.Identifiers, netvet.IDMAC, address)
}

// unitOf takes the first unit of a stack, or module 0, for the device.
func (d *shownDevice) unitOf(t *shownTable, c netvet.Component, position string, line int) {
	switch t.columns[0].name {
	case "switch", "unit", "unittype":
	default:
		if position != "0" {
			return
		}
	}
	if d.product.Serial == "" && d.product.Model != "" && d.product.Model == c.Description {
		d.set(&d.product.Serial, c.Serial, line)
		d.set(&d.product.PartNumber, c.PartNumber, line)
	}
	if d.product.Model == "" && d.product.Serial == "" {
		d.set(&d.product.Model, c.PartNumber, line)
		d.set(&d.product.Serial, c.Serial, line)
		if c.Version != "" && t.has("swversion", "swver", "sw") {
			d.set(&d.product.Version, c.Version, line)
		}
		d.set(&d.product.Description, c.Description, line)
		d.product.Identifiers = append(d.product.Identifiers, c.Identifiers...)
	}
}

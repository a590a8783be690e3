package sbom

import (
	"bytes"
	"cmp"
	"regexp"
	"strings"

	"github.com/netvet/netvet"
)

// shownReaders are the names by which the data calls what reads an output as a whole.
func shownReaders() []string {
	return []string{"keys", "firmware", "tables", "inventory", "chassis", "elabels", "manuinfo"}
}

func (d *shownDevice) readAs(reader string, lines []shownLine) {
	switch reader {
	case "keys":
		readKeys(d, lines)
	case "firmware":
		readFirmware(d, lines)
	case "tables":
		readTables(d, lines)
	case "inventory":
		readInventoryRows(d, lines)
	case "chassis":
		readChassisHardware(d, lines)
	case "elabels":
		readELabels(d, lines)
	case "manuinfo":
		readManuInfo(d, lines)
	}
}

// read takes from lines, and the text that they are, what an output says.
func (d *shownDevice) read(o *shownOutput, lines []shownLine, text []byte) {
	p := &d.product
	p.Manufacturer = cmp.Or(p.Manufacturer, o.Maker)
	d.class = cmp.Or(d.class, o.Type)
	if d.os == "" && o.OS != "" {
		d.os, d.osMaker = o.OS, o.Maker
	}
	own := lines // of this device and not of the other members of a stack
	if o.members != nil {
		if at := o.members.FindIndex(text); at != nil {
			n := bytes.Count(text[:at[0]], []byte("\n"))
			own, text = lines[:n], text[:at[0]]
		}
	}
	for _, re := range o.lines {
		d.readLine(re, text, own)
	}
	for i := range o.Parts {
		d.readParts(&o.Parts[i], text, own)
	}
	if o.blocks != nil {
		d.readBlocks(o, own)
	}
	for _, reader := range o.Read {
		d.readAs(reader, own)
	}
	d.readMembers(lines[len(own):])
	d.outputDone()
}

// linePlace is a line of a text and where it is, from which later lines are counted on.
type linePlace struct{ line, offset int }

func (l *linePlace) at(text []byte, offset int) int {
	l.line += bytes.Count(text[l.offset:offset], []byte("\n"))
	l.offset = offset
	return l.line
}

// readLine takes what a pattern finds for the fields that nothing was found for yet.
func (d *shownDevice) readLine(re *regexp.Regexp, text []byte, lines []shownLine) {
	groups := re.SubexpNames()
	wanted := false
	for _, group := range groups {
		field := deviceField(&d.product, group)
		wanted = wanted || group == "mac" || group == "os" || field != nil && *field == ""
	}
	if !wanted {
		return
	}
	for rest, place := 0, new(linePlace); rest <= len(text); {
		at := re.FindSubmatchIndex(text[rest:])
		if at == nil {
			return
		}
		line := lines[min(place.at(text, rest+at[0]), len(lines)-1)].number
		said := false
		for i, group := range groups {
			if i > 0 && at[2*i] >= 0 {
				said = d.takeGroup(group, string(text[rest+at[2*i]:rest+at[2*i+1]]), line) || said
			}
		}
		if said {
			return
		}
		rest += max(at[1], at[0]+1)
	}
}

// takeGroup takes the value of a named group, and tells whether it says anything.
func (d *shownDevice) takeGroup(group, value string, line int) bool {
	value = strings.TrimSpace(value)
	p := &d.product
	switch field := deviceField(p, group); {
	case group == "mac":
		before := len(p.Identifiers)
		p.Identifiers = addIdentifier(p.Identifiers, netvet.IDMAC, value)
		return len(p.Identifiers) > before
	case group == "os":
		d.os = cmp.Or(value, d.os)
		return value != ""
	case field == nil:
		return false
	default:
		d.set(field, value, line)
		return deviceText(value) != ""
	}
}

// readParts takes a part from every match.
func (d *shownDevice) readParts(part *shownPart, text []byte, lines []shownLine) {
	place := new(linePlace)
	for _, at := range part.re.FindAllSubmatchIndex(text, -1) {
		c := netvet.Component{Kind: cmp.Or(part.Kind, netvet.KindDevice), Type: part.Type}
		if c.Kind == netvet.KindFirmware {
			c.Type = cmp.Or(c.Type, "firmware")
		}
		for i, group := range part.re.SubexpNames() {
			if i == 0 || at[2*i] < 0 {
				continue
			}
			value := deviceText(string(text[at[2*i]:at[2*i+1]]))
			switch group {
			case "name":
				c.Name = value
			case "part":
				c.PartNumber = value
			case "serial":
				c.Serial = value
			case "version":
				c.Version = value
			case "description":
				c.Description = value
			case "maker":
				c.Manufacturer = value
			}
		}
		if part.Name != "" {
			c.Name = strings.Join(strings.Fields(string(part.re.Expand(nil, []byte(part.Name), text, at))), " ")
		}
		if c.Name == "" || c.PartNumber == "" && c.Serial == "" && c.Version == "" && c.Description == "" {
			continue
		}
		d.add(c, lines[min(place.at(text, at[0]), len(lines)-1)].number)
	}
}

// readBlocks takes a part from the keys below each heading.
func (d *shownDevice) readBlocks(o *shownOutput, lines []shownLine) {
	for _, b := range blocks(lines, o.blocks) {
		if c, ok := b.component(); ok {
			c.Type = o.TypeOfParts
			d.add(c, b.line)
		}
	}
}

// memberHeading is the number of another member of a stack.
var memberHeading = regexp.MustCompile(`^Switch (\d+)\s*$`)

// readMembers takes the other members of a stack.
func (d *shownDevice) readMembers(lines []shownLine) {
	for _, b := range blocks(lines, memberHeading) {
		if c, ok := b.component(); ok {
			c.Name = "Switch " + strings.TrimLeft(b.title, "0")
			d.add(c, b.line)
		}
	}
}

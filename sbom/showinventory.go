package sbom

import (
	"regexp"
	"strings"

	"github.com/netvet/netvet"
)

// readInventoryRows reads "show inventory": two lines a part.
func readInventoryRows(d *shownDevice, lines []shownLine) {
	var name, descr string
	at := 0
	var parts []netvet.Component
	for _, line := range lines {
		if text, ok := afterLabel(line.text, "NAME:"); ok {
			name, descr, _ = cutLabel(text, "DESCR:")
			name, descr, at = strings.Trim(name, `"`), strings.Trim(descr, `"`), line.number
		} else if text, ok := afterLabel(line.text, "PID:"); ok && at > 0 {
			part, rest, _ := cutLabel(text, "VID:")
			revision, serial, cut := cutLabel(rest, "SN:")
			if !cut && rest == "" {
				part, serial, _ = cutLabel(text, "SN:")
			}
			c := inventoryPart(name, descr, part, revision, serial)
			d.add(c, at)
			parts = append(parts, c)
			at = 0
		}
	}
	describeByChassis(&d.product, parts)
}

// afterLabel returns what follows a label that a line begins with, in any case.
func afterLabel(line, label string) (string, bool) {
	line = strings.TrimLeft(line, " \t")
	if len(line) < len(label) || !strings.EqualFold(line[:len(label)], label) {
		return "", false
	}
	return line[len(label):], true
}

// cutLabel parts a line at a label, and drops the space and comma before it.
func cutLabel(text, label string) (before, after string, found bool) {
	before, after, found = strings.Cut(text, label)
	return strings.TrimRight(strings.TrimSpace(before), " ,"), strings.TrimSpace(after), found
}

// transceiver is a part that a port holds: its description is who made it, and its
// revision is the maker's own part number.
var transceiver = regexp.MustCompile(`(?i)^(?:ethernet|fc|mgmt)\s?\d+/`)

// inventoryPart returns one part of an inventory.
func inventoryPart(name, descr, part, revision, serial string) netvet.Component {
	c := netvet.Component{Kind: netvet.KindDevice, Name: deviceText(name), Description: deviceText(descr),
		PartNumber: deviceText(part), Version: deviceText(revision), Serial: deviceText(serial)}
	if transceiver.MatchString(c.Name) {
		c.Type, c.Manufacturer = "transceiver", c.Description
		if c.PartNumber == "" || strings.ContainsAny(c.Version, "-") {
			c.Description = strings.TrimSpace(c.PartNumber)
			c.PartNumber, c.Version = c.Version, ""
		}
	}
	if c.Name == "" {
		c.Name = c.PartNumber
	}
	return c
}

// describeByChassis takes from the parts of an inventory the one that is the
// device: called a chassis, or the first that has a number of its own.
func describeByChassis(p *netvet.Product, parts []netvet.Component) {
	var chassis *netvet.Component
	for _, is := range []func(c *netvet.Component) bool{
		func(c *netvet.Component) bool { return strings.Contains(strings.ToLower(c.Name), "chassis") },
		func(c *netvet.Component) bool { return strings.HasSuffix(strings.ToLower(c.Description), "chassis") },
		func(c *netvet.Component) bool { return c.Type == "" },
	} {
		for i := range parts {
			if c := &parts[i]; chassis == nil && c.PartNumber != "" && is(c) {
				chassis = c
			}
		}
	}
	if chassis == nil {
		return
	}
	if p.Model == "" {
		p.Model = chassis.PartNumber
	} else if p.PartNumber == "" && p.Model != chassis.PartNumber {
		p.PartNumber = chassis.PartNumber
	}
	if p.Serial == "" {
		p.Serial = chassis.Serial
	}
	if p.Description == "" {
		p.Description = chassis.Description
	}
	if p.Manufacturer == "" {
		p.Manufacturer = makerInText(chassis.Description + " " + chassis.PartNumber)
	}
	if p.CategoryText == "" {
		p.CategoryText = classInText(chassis.Description)
	}
}

package sbom

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

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
	masked := strings.Trim(text, "xX*#?") == "" && len(text) > 2
	return masked || strings.Trim(text, "0") == "" || strings.HasPrefix(text, "<") && strings.HasSuffix(text, ">") || knownNetDevices().isFiller(text)
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

// maxMakerText is as much of a text as is looked at for a maker, in bytes: a device
// says who made it at once or not at all.
const maxMakerText = 1 << 10

// makerInText returns the maker that a device's own text states first, or nothing.
func makerInText(text string) string {
	text = text[:min(len(text), maxMakerText)]
	best, at := "", len(text)+1
	for _, m := range knownNetDevices().Makers {
		if found := m.re.FindStringIndex(text); found != nil && found[0] < at {
			best, at = m.Name, found[0]
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

// makerOfModel returns the maker whose own scheme of part numbers a model is of, or
// nothing.
func makerOfModel(model string) string {
	for _, m := range knownNetDevices().Makers {
		if m.models != nil && m.models.MatchString(model) {
			return m.Name
		}
	}
	return ""
}

// lineOfModel returns the product line that a model is of, or nil.
func lineOfModel(model string) *netLine {
	for i, line := range knownNetDevices().Lines {
		if line.re.MatchString(model) {
			return &knownNetDevices().Lines[i]
		}
	}
	return nil
}

// describe completes a product from what its description says in a form that is
// known.
func describe(p *netvet.Product, text string) {
	text = text[:min(len(text), maxMakerText)]
	for _, d := range knownNetDevices().Descriptions {
		found := d.re.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		p.Manufacturer = cmp.Or(p.Manufacturer, d.Maker)
		for i, group := range d.re.SubexpNames() {
			switch field := deviceField(p, group); {
			case group == "type":
				d.Type = cmp.Or(classInText(found[i]), d.Type)
			case group == "maker":
				p.Manufacturer = cmp.Or(p.Manufacturer, makerInText(found[i]))
			case field != nil:
				*field = cmp.Or(*field, deviceText(found[i]))
			}
		}
		p.CategoryText = cmp.Or(p.CategoryText, d.Type)
		return
	}
}

// classify gives a device the word for its kind that its product line, its model or
// other texts state.
func classify(p *netvet.Product, texts ...string) {
	for _, model := range []string{p.Model, p.PartNumber} {
		if line := lineOfModel(model); line != nil {
			p.CategoryText = cmp.Or(p.CategoryText, line.Type)
		}
	}
	for _, text := range append([]string{p.Model, p.Description}, texts...) {
		p.CategoryText = cmp.Or(p.CategoryText, classInText(text))
	}
}

var (
	versionInText = regexp.MustCompile(`(?i)\b(?:version|release|revision|firmware|junos|v(?:er)?\.)[:\s]+(v?[0-9][^\s,;\]]*)`)
	singleWord    = regexp.MustCompile(`^[^\s]*\d[^\s]*$`)
)

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
	word := p.CategoryText // of the tool that asked: what the device itself says is surer
	p.CategoryText = ""
	p.Model = cmp.Or(p.Model, deviceText(chassis.model))
	p.Version = cmp.Or(p.Version, deviceText(chassis.software), deviceText(chassis.firmware))
	describe(p, descr)
	p.Manufacturer = cmp.Or(p.Manufacturer, makerInText(withoutHost(descr, deviceText(s.name))), makerOfModel(p.Model))
	if p.Model == "" && singleWord.MatchString(descr) {
		p.Model = descr
	}
	if model := deviceText(chassis.model); model != p.Model {
		p.PartNumber = cmp.Or(p.PartNumber, model)
	}
	p.Serial = cmp.Or(p.Serial, deviceText(chassis.serial))
	if found := versionInText.FindStringSubmatch(descr); p.Version == "" && found != nil {
		p.Version = found[1]
	}
	p.Location = cmp.Or(p.Location, deviceText(s.location))
	p.Name = cmp.Or(deviceText(s.name), p.Model, p.PartNumber, shortDescription(descr), p.Name)
	classify(p, descr, chassis.descr)
	p.CategoryText = cmp.Or(p.CategoryText, word)
	if id, ok := enterpriseNumber(s.objectID); ok {
		p.Identifiers = append(p.Identifiers, id)
	}
}

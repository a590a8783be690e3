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
func keyField(key string) string { return knownShown().fields[key] }

// readKeys takes what the pairs state. What is stated again is of another unit of
// a stack and does not count.
func readKeys(d *shownDevice, lines []shownLine) {
	p := &d.product
	all := pairs(lines)
	for _, pair := range all {
		switch field := keyField(pair.key); field {
		case "serial":
			serial, _, _ := strings.Cut(pair.value, " (Date:")
			d.set(&p.Serial, serial, pair.line)
		case "name", "model", "part", "version", "description", "location":
			d.set(deviceField(p, field), pair.value, pair.line)
		case "maker":
			if !strings.HasPrefix(pair.value, "0x") {
				d.set(&p.Manufacturer, pair.value, pair.line)
			}
		case "mac":
			address, _, _ := strings.Cut(pair.value, " to ")
			p.Identifiers = addIdentifier(p.Identifiers, netvet.IDMAC, address)
		case "oid":
			if id, ok := enterpriseNumber(pair.value); ok {
				p.Identifiers = addIdentifier(p.Identifiers, netvet.IDPEN, id.Value)
			}
		case "firmware":
			d.firmwareKey(pair)
		}
	}
	for _, pair := range all {
		if field, last := strings.CutSuffix(keyField(pair.key), "-last"); last {
			d.set(deviceField(p, field), pair.value, pair.line)
		}
	}
	d.describe()
}

// readFirmware takes the pairs that are of firmware.
func readFirmware(d *shownDevice, lines []shownLine) {
	for _, pair := range pairs(lines) {
		if keyField(pair.key) == "firmware" {
			d.firmwareKey(pair)
		}
	}
}

func (d *shownDevice) firmwareKey(pair shownPair) {
	name := strings.TrimSpace(pair.written)
	if len(name) > len("version") && strings.EqualFold(name[len(name)-len("version"):], "version") {
		name = strings.TrimSpace(name[:len(name)-len("version")])
	}
	d.firmware(name, strings.TrimSuffix(strings.TrimPrefix(pair.value, "(Rev: "), ")"), pair.line)
}

var (
	// modelFirst is a description that begins with a model: "MES3124 28-port 1G/10G Managed Switch".
	modelFirst = regexp.MustCompile(`^([A-Z]{2,}[A-Z0-9]*-?\d[\w/+-]*)\s`)
	modelLast  = regexp.MustCompile(`\s([A-Z]{2,}[\w-]*\d[\w/+-]*)$`)
)

// describe takes model and version from a description when nothing else stated
// them.
func (d *shownDevice) describe() {
	p := &d.product
	describe(p, p.Description)
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
		case "model", "model-last":
			set(&model, pair.value)
		case "part":
			set(&part, pair.value)
		case "serial", "serial-last":
			set(&c.Serial, pair.value)
		case "maker":
			set(&c.Manufacturer, pair.value)
		case "description", "description-of-part":
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
	return c, c.PartNumber != "" || c.Serial != "" || c.Description != "" || c.Manufacturer != ""
}

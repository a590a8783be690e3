package sbom

import (
	"cmp"
	"fmt"

	"github.com/netvet/netvet"
)

// shownDevice is what the outputs of one device said of it so far.
type shownDevice struct {
	product   netvet.Product
	parts     []netvet.Component
	line      int            // the first that said anything
	known     map[string]int // parts by name and part number
	earlier   map[string]int // parts of the outputs before this one, by serial number
	partLines map[int]bool   // where parts are described
	os        string         // the system it runs, and who made that
	osMaker   string
	class     string // that the form of an output proves
	record    string // where a document describes it
}

func newShownDevice() *shownDevice {
	return &shownDevice{product: netvet.Product{Kind: netvet.KindDevice}, known: make(map[string]int), earlier: make(map[string]int), partLines: make(map[int]bool)}
}

// saysNothing tells whether nothing was read that describes a device.
func (d *shownDevice) saysNothing() bool {
	p := &d.product
	return p.Model == "" && p.Version == "" && p.Serial == "" && p.Description == "" && p.PartNumber == "" && len(p.Identifiers) == 0 && len(d.parts) == 0
}

// set takes a text for a field that has none yet.
func (d *shownDevice) set(field *string, text string, line int) {
	if text = deviceText(text); text == "" || *field != "" {
		return
	}
	*field = text
	d.said(line)
}

func (d *shownDevice) said(line int) {
	if d.line == 0 || line < d.line {
		d.line = line
	}
}

// add adds a part, or completes the one that an output stated before.
func (d *shownDevice) add(c netvet.Component, line int) {
	key := c.Name + "\x00" + c.PartNumber
	i, known := d.known[key]
	if before, ok := d.earlier[c.Serial]; ok {
		i, known = before, true
	}
	if known {
		if p := &d.parts[i]; p.Serial == "" || c.Serial == "" || p.Serial == c.Serial {
			complete(p, &c)
			d.partLines[line] = true
			return
		}
	}
	c.Pointer = fmt.Sprintf("line %d", line)
	d.said(line)
	d.known[key] = len(d.parts)
	d.partLines[line] = true
	d.parts = append(d.parts, c)
}

// complete gives a part what another statement about it says that it has not.
func complete(p, c *netvet.Component) {
	p.Serial = cmp.Or(p.Serial, c.Serial)
	p.PartNumber = cmp.Or(p.PartNumber, c.PartNumber)
	p.Manufacturer = cmp.Or(p.Manufacturer, c.Manufacturer)
	p.Version = cmp.Or(p.Version, c.Version)
	p.Description = cmp.Or(p.Description, c.Description)
}

// outputDone lets the parts of an output be found by those after it: one output may
// give a chassis and its only board the same serial number, but two outputs that
// give the same one speak of the same part.
func (d *shownDevice) outputDone() {
	for i, c := range d.parts {
		if _, known := d.earlier[c.Serial]; c.Serial != "" && !known {
			d.earlier[c.Serial] = i
		}
	}
}

// firmware adds a program that runs below the system.
func (d *shownDevice) firmware(name, version string, line int) {
	if version = deviceText(version); version != "" {
		d.add(netvet.Component{Kind: netvet.KindFirmware, Name: name, Version: version, Type: "firmware"}, line)
	}
}

// emit yields the device and its parts.
func (d *shownDevice) emit(src *Stream, emit func(Record) error) error {
	if err := emit(ProductStart{d.product}); err != nil {
		return err
	}
	for i := range d.parts {
		if i >= src.Options.MaxComponents {
			return tooManyComponents(src.Options.MaxComponents)
		}
		if err := emit(Component{&d.parts[i]}); err != nil {
			return err
		}
	}
	return emit(ProductEnd{d.product})
}

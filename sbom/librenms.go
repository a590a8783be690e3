package sbom

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

func librenmsFormat() Format {
	return Format{
		Name:   "librenms",
		Title:  "LibreNMS device data, JSON",
		Expect: `LibreNMS device data (an object of modules, "os" and "entity-physical" among them, each with "discovery")`,
		Detect: detectLibreNMS,
		Read:   readLibreNMS,
	}
}

// librenmsStart is how every dump begins: a module, and in it a phase.
var librenmsStart = regexp.MustCompile(`^\s*\{\s*"[a-z0-9-]+":\s*\{\s*"(?:discovery|poller)":\s*[{"]`)

func detectLibreNMS(s Sample) float64 {
	if librenmsStart.Match(s.Head) {
		return 1
	}
	return 0
}

// librenmsReader reads a dump: modules, each with the tables it filled when the
// device was discovered and when it was polled.
type librenmsReader struct {
	*jsonTokens
	emit    func(Record) error
	faults  *faults
	started bool
	product netvet.Product
	system  systemGroup
	tree    entTree
	devices int
	phase   string // discovery or poller
	parts   string // the phase that the parts came from
}

func readLibreNMS(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	r := &librenmsReader{emit: emit, faults: newFaults(emit)}
	r.jsonTokens = newJSONTokens(src.Reader, src.Options, func(pointer, reason string) {
		r.faults.add("value of the wrong type, or given twice", pointer, reason)
	})
	r.product = netvet.Product{Name: documentName(src.Name), Kind: netvet.KindDevice,
		Sources: []netvet.Source{{Input: src.Name}}, BOM: netvet.BOM{Format: "librenms"}}
	if err := r.document(); err != nil {
		return Info{}, err
	}
	return r.finish()
}

func (r *librenmsReader) document() error {
	if kind := r.kind(); kind != '{' {
		if err := r.skip(); err != nil {
			return err
		}
		return errors.New("the document is " + jsonKindName(kind) + ", expected an object")
	}
	if err := r.object(r.module); err != nil {
		return err
	}
	return r.end()
}

func (r *librenmsReader) module(key []byte) error {
	table, row := "", (func(string) error)(nil)
	switch string(key) {
	case "os":
		table, row = "devices", r.device
	case "entity-physical":
		table, row = "entPhysical", r.part
	default:
		return nil
	}
	module := string(key)
	if r.kind() != '{' {
		return r.mismatch("an object")
	}
	return r.object(func(key []byte) error {
		if r.phase = string(key); r.kind() != '{' { // "matches discovery"
			return nil
		}
		return r.object(func(key []byte) error {
			if string(key) != table {
				return nil
			}
			return r.array(func(i int) error { return row(fmt.Sprintf("/%s/%s/%s/%d", module, r.phase, table, i)) })
		})
	})
}

// text reads a scalar as it is written; null is empty.
func (r *librenmsReader) text() (string, error) {
	if r.kind() == '0' {
		return r.number()
	}
	return r.string()
}

// device reads what LibreNMS recognised of the device. What polling found later
// completes what discovery found.
func (r *librenmsReader) device(pointer string) error {
	if r.kind() != '{' {
		return r.mismatch("an object")
	}
	var p netvet.Product
	var s systemGroup
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "sysName":
			s.name, err = r.text()
		case "hostname", "ip", "overwrite_ip":
			var address string
			if r.kind() == '"' {
				address, err = r.text()
			}
			p.Addresses = addAddresses(p.Addresses, address)
		case "sysObjectID":
			s.objectID, err = r.text()
		case "sysDescr":
			s.descr, err = r.text()
		case "location":
			if r.kind() == '"' {
				s.location, err = r.text()
			}
		case "hardware":
			p.Model, err = r.text()
		case "version":
			p.Version, err = r.text()
		case "serial":
			p.Serial, err = r.text()
		case "type":
			p.CategoryText, err = r.text()
		}
		return err
	})
	if err != nil {
		return err
	}
	if strings.HasSuffix(pointer, "/0") {
		r.devices++
		if r.product.Sources[0].Record == "" {
			r.product.Sources[0].Record = pointer
		}
		r.complete(p, s)
		return nil
	}
	r.faults.add("another device", pointer, "a dump describes one device: this one is left out")
	return r.faults.err
}

func (r *librenmsReader) complete(p netvet.Product, s systemGroup) {
	take := func(dst *string, text string) { *dst = cmp.Or(*dst, deviceText(text)) }
	take(&r.system.name, s.name)
	take(&r.system.objectID, s.objectID)
	take(&r.system.descr, s.descr)
	take(&r.system.location, s.location)
	take(&r.product.Model, p.Model)
	r.product.Addresses = addAddresses(r.product.Addresses, p.Addresses...)
	take(&r.product.Version, p.Version)
	take(&r.product.Serial, p.Serial)
	take(&r.product.CategoryText, p.CategoryText)
}

func (r *librenmsReader) part(pointer string) error {
	if r.kind() != '{' {
		return r.mismatch("an object")
	}
	e := entPhysical{pointer: pointer}
	err := r.object(func(key []byte) (err error) {
		if field := e.field(string(key)); field != nil {
			*field, err = r.text()
		}
		return err
	})
	if err != nil {
		return err
	}
	if r.parts == "" {
		r.parts = r.phase
	}
	if r.parts != r.phase {
		return nil // the same parts again
	}
	if err := r.start(); err != nil {
		return err
	}
	r.tree.add(e)
	c := e.component()
	return r.emit(Component{&c})
}

// field returns where the value of a column belongs, by the column's name.
func (e *entPhysical) field(column string) *string {
	switch column {
	case "entPhysicalIndex":
		return &e.index
	case "entPhysicalContainedIn":
		return &e.parent
	case "entPhysicalClass":
		return &e.class
	case "entPhysicalDescr":
		return &e.descr
	case "entPhysicalName":
		return &e.name
	case "entPhysicalModelName":
		return &e.model
	case "entPhysicalMfgName":
		return &e.maker
	case "entPhysicalSerialNum":
		return &e.serial
	case "entPhysicalHardwareRev":
		return &e.hardware
	case "entPhysicalFirmwareRev":
		return &e.firmware
	case "entPhysicalSoftwareRev":
		return &e.software
	}
	return nil
}

func (r *librenmsReader) start() error {
	if r.started {
		return nil
	}
	r.started = true
	return r.emit(ProductStart{netvet.Product{Name: r.product.Name, Kind: r.product.Kind, Sources: slices.Clone(r.product.Sources)}})
}

func (r *librenmsReader) finish() (Info, error) {
	if r.devices == 0 && r.tree.rows == 0 {
		return Info{}, errors.New(`no device: neither module "os" nor "entity-physical" holds anything`)
	}
	if err := r.start(); err != nil {
		return Info{}, err
	}
	chassis := r.tree.device()
	if !strings.ContainsAny(r.product.Model, "0123456789") && (chassis.model != "" || strings.EqualFold(r.product.Model, chassis.name)) {
		r.product.Model = deviceText(chassis.model) // "Chassis" and "Multi Chassis System" name no model
	}
	r.system.fill(&r.product, chassis)
	r.product.BOM.Present = r.tree.rows > 0
	if err := r.faults.finish(); err != nil {
		return Info{}, err
	}
	return Info{Notes: r.tree.notes()}, r.emit(ProductEnd{r.product})
}

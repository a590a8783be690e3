package sbom

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"regexp"

	"github.com/netvet/netvet"
)

func napalmFormat() Format {
	return Format{
		Name:   "napalm",
		Title:  "Facts of network devices by NAPALM get_facts, and NX-OS show inventory, JSON",
		Expect: `NAPALM facts (an object with "os_version", "vendor" and "serial_number")`,
		Detect: detectNAPALM,
		Read:   readNAPALM,
	}
}

var tableInv = regexp.MustCompile(`^\s*\{\s*"TABLE_inv"\s*:`)

func detectNAPALM(s Sample) float64 {
	head := bytes.TrimLeft(s.Head, " \t\r\n")
	has := func(key string) bool { return bytes.Contains(head, []byte(`"`+key+`"`)) }
	switch {
	case len(head) == 0 || head[0] != '{' && head[0] != '[':
		return 0
	case tableInv.Match(head):
		return 1
	case has("os_version") && has("serial_number") && has("vendor") && (has("interface_list") || has("fqdn") && has("uptime")):
		return 1
	case has("interface_list") && (has("os_version") || has("serial_number")) && has("uptime"):
		return 0.9 // the list of a large device fills the head
	}
	return 0
}

// napalmReader reads facts wherever they stand in a document: alone, below
// "get_facts", or below the name of each device as Nornir and Ansible write them.
type napalmReader struct {
	*jsonTokens
	emit     func(Record) error
	faults   *faults
	input    string
	products int
}

func readNAPALM(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	r := &napalmReader{emit: emit, faults: newFaults(emit), input: src.Name}
	r.jsonTokens = newJSONTokens(src.Reader, src.Options, func(pointer, reason string) {
		r.faults.add("value of the wrong type, or given twice", pointer, reason)
	})
	if err := r.value(""); err != nil {
		return Info{}, err
	}
	if err := r.end(); err != nil {
		return Info{}, err
	}
	if r.products == 0 {
		return Info{}, errors.New(`no device: nowhere in the document do "vendor", "model", "os_version" or "serial_number" say anything of one`)
	}
	return Info{}, r.faults.finish()
}

// value looks for facts in a value. The name is the key it stands under.
func (r *napalmReader) value(name string) error {
	switch r.kind() {
	case '{':
		return r.facts(name)
	case '[':
		return r.array(func(int) error { return r.value(name) })
	}
	return r.skip()
}

// facts reads an object that may be the facts of one device or hold such objects.
func (r *napalmReader) facts(name string) error {
	pointer := r.pointer()
	var p netvet.Product
	var fqdn string
	facts := 0
	read := func(dst *string) (err error) {
		switch r.kind() {
		case '"', 'n':
			facts++
			*dst, err = r.string()
		case '0':
			facts++
			*dst, err = r.number()
		}
		return err
	}
	err := r.object(func(key []byte) error {
		if pointer == "" {
			pointer = parentPointer(r.pointer())
		}
		switch string(key) {
		case "vendor":
			return read(&p.Manufacturer)
		case "model":
			return read(&p.Model)
		case "os_version":
			return read(&p.Version)
		case "serial_number":
			return read(&p.Serial)
		case "hostname":
			return read(&p.Name)
		case "fqdn":
			return read(&fqdn)
		case "interface_list", "uptime":
			return nil
		case "TABLE_inv":
			return r.inventory()
		}
		if wrapsFacts(string(key)) {
			return r.value(name)
		}
		return r.value(string(key))
	})
	if err != nil || facts < 3 {
		return err
	}
	for _, field := range []*string{&p.Manufacturer, &p.Model, &p.Version, &p.Serial} {
		*field = deviceText(*field)
	}
	if p.Manufacturer == "" && p.Model == "" && p.Version == "" && p.Serial == "" {
		r.faults.add("no facts", pointer, "says nothing of the device: neither maker nor model, version or serial number")
		return r.faults.err
	}
	p.Addresses = addAddresses(nil, deviceText(p.Name), deviceText(fqdn))
	p.Name = cmp.Or(deviceText(p.Name), deviceText(fqdn), name, p.Model)
	p.Kind = netvet.KindDevice
	classify(&p)
	p.Sources = []netvet.Source{{Input: r.input, Record: cmp.Or(pointer, "/")}}
	return r.product(p, nil)
}

// wrapsFacts tells whether a key is a word of the tools around NAPALM and not the
// name of a device.
func wrapsFacts(key string) bool {
	switch key {
	case "get_facts", "facts", "napalm_get", "napalm_facts", "ansible_facts", "result", "results", "data":
		return true
	}
	return false
}

// parentPointer returns the place of the object that a member's place is in.
func parentPointer(pointer string) string {
	for i := len(pointer) - 1; i >= 0; i-- {
		if pointer[i] == '/' {
			return pointer[:i]
		}
	}
	return ""
}

func (r *napalmReader) product(p netvet.Product, parts []netvet.Component) error {
	r.products++
	if err := r.emit(ProductStart{p}); err != nil {
		return err
	}
	for i := range parts {
		if err := r.emit(Component{&parts[i]}); err != nil {
			return err
		}
	}
	return r.emit(ProductEnd{p})
}

// inventory reads what NX-OS answers to "show inventory | json": a list of parts,
// or one part alone.
func (r *napalmReader) inventory() error {
	var parts []netvet.Component
	one := func() error {
		c, err := r.inventoryRow()
		if err == nil && len(parts) >= r.opt.MaxComponents {
			err = tooManyComponents(r.opt.MaxComponents)
		}
		parts = append(parts, c)
		return err
	}
	err := r.object(func(key []byte) error {
		switch {
		case string(key) != "ROW_inv":
			return nil
		case r.kind() == '{':
			return one()
		}
		return r.array(func(int) error { return one() })
	})
	if err != nil {
		return err
	}
	if len(parts) == 0 {
		r.faults.add("no parts", r.pointer(), "an inventory without parts")
		return r.faults.err
	}
	p := netvet.Product{Name: documentName(r.input), Kind: netvet.KindDevice, BOM: netvet.BOM{Present: true, Format: "napalm"},
		Sources: []netvet.Source{{Input: r.input, Record: "/TABLE_inv"}}}
	describeByChassis(&p, parts)
	return r.product(p, parts)
}

func (r *napalmReader) inventoryRow() (netvet.Component, error) {
	var name, descr, part, revision, serial, pointer string
	err := r.object(func(key []byte) (err error) {
		if pointer == "" {
			pointer = parentPointer(r.pointer())
		}
		switch string(key) {
		case "name":
			name, err = r.string()
		case "desc":
			descr, err = r.string()
		case "productid":
			part, err = r.string()
		case "vendorid":
			revision, err = r.string()
		case "serialnum":
			serial, err = r.string()
		}
		return err
	})
	c := inventoryPart(name, descr, part, revision, serial)
	c.Pointer = pointer
	return c, err
}

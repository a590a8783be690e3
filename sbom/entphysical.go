package sbom

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/netvet/netvet"
)

// entPhysical is one row of entPhysicalTable, as written.
type entPhysical struct {
	index, parent, class, descr, name                  string
	model, maker, serial, hardware, firmware, software string
	pointer                                            string

	table  *netTable // of a vendor, when the row is not of ENTITY-MIB
	unread string
}

// component returns the row as a component. Every row is one, so that what was
// counted on the device is counted here; rows that are places and not parts are of
// no kind.
func (e *entPhysical) component() netvet.Component {
	c := netvet.Component{Pointer: e.pointer, Kind: netvet.KindDevice, Type: e.class,
		Manufacturer: deviceText(e.maker), PartNumber: deviceText(e.model), Serial: deviceText(e.serial)}
	switch {
	case e.table != nil:
		c.Ref = e.table.MIB + " " + e.index
	case e.index != "":
		c.Ref = "entPhysicalIndex " + e.index
	}
	descr := deviceText(e.descr)
	c.Name = cmp.Or(deviceText(e.name), descr, c.PartNumber, c.Ref)
	if c.Name != descr {
		c.Description = descr
	}
	hardware, firmware, software := deviceText(e.hardware), deviceText(e.firmware), deviceText(e.software)
	c.Version = cmp.Or(software, firmware, hardware)
	c.Description = withRevisions(c.Description, hardware, firmware, software)
	if e.table == nil && !e.isPart() && c.Manufacturer == "" && c.PartNumber == "" && c.Serial == "" {
		c.Kind = netvet.KindOther
	}
	return c
}

// isPart tells whether the class is one of things rather than of places, ports and
// readings.
func (e *entPhysical) isPart() bool {
	switch strings.ToLower(e.class) {
	case "", "other", "unknown", "container", "sensor", "port", "stack":
		return false
	}
	return true
}

// withRevisions adds the revisions of a part to its description when there is more
// than the one that became its version.
func withRevisions(descr, hardware, firmware, software string) string {
	var list []string
	for _, r := range [][2]string{{"hardware ", hardware}, {"firmware ", firmware}, {"software ", software}} {
		if r[1] != "" {
			list = append(list, r[0]+r[1])
		}
	}
	if len(list) == 0 || len(list) == 1 && hardware == "" {
		return descr
	}
	if descr != "" {
		descr += "; "
	}
	return descr + strings.Join(list, ", ")
}

// entTree finds among the rows the one that is the device itself.
type entTree struct {
	rows, roots  int
	chassisCount int
	chassis      *entPhysical // on top, or in a stack
	inner        *entPhysical // a chassis inside something else
	named        *entPhysical // of another class, but called a chassis
	root         *entPhysical
	stacks       map[string]bool
}

func (t *entTree) add(e entPhysical) {
	t.rows++
	class := strings.ToLower(e.class)
	top := e.parent == "" || e.parent == "0" || e.parent == "-1"
	if class == "stack" {
		if t.stacks == nil {
			t.stacks = make(map[string]bool)
		}
		t.stacks[e.index] = true
	}
	switch {
	case strings.Contains(class, "chassis") && (top || t.stacks[e.parent]):
		t.chassisCount++
		t.chassis = t.better(t.chassis, e)
	case strings.Contains(class, "chassis"):
		t.inner = t.better(t.inner, e)
	case top && strings.Contains(strings.ToLower(e.name+e.descr), "chassis"):
		t.named = t.better(t.named, e)
	}
	if top {
		t.roots++
		t.root = t.better(t.root, e)
	}
}

// better keeps the first row, unless only the next says which one it is.
func (t *entTree) better(old *entPhysical, e entPhysical) *entPhysical {
	if old == nil || deviceText(old.model) == "" && deviceText(old.serial) == "" && (deviceText(e.model) != "" || deviceText(e.serial) != "") {
		return &e
	}
	return old
}

// device returns the row that describes the device: its chassis, or the one row
// that holds all others.
func (t *entTree) device() entPhysical {
	switch {
	case t.chassis != nil:
		return *t.chassis
	case t.named != nil:
		return *t.named
	case t.root != nil && t.roots == 1 && deviceText(t.root.model) != "":
		return *t.root
	case t.inner != nil:
		return *t.inner
	case t.root != nil && t.roots == 1:
		return *t.root
	}
	return entPhysical{}
}

// notes says what a person should know about how the rows became one product.
func (t *entTree) notes() []string {
	if t.chassisCount < 2 {
		return nil
	}
	return []string{fmt.Sprintf("%d chassis answer as one device: the first describes the product, all are its components", t.chassisCount)}
}

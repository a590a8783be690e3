package sbom

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/netvet/netvet"
)

// netboxDump holds the objects of a database dump that devices refer to, by model
// and key. A dump lists them in any order, so devices wait for its end.
type netboxDump map[string]*netboxTable

type netboxTable struct {
	rows map[string]jsonValue
	keys []string // in the order of the dump
}

// dumpFields are the fields that are kept of the objects of a dump.
func dumpFields() map[string][]string {
	return map[string][]string{
		"dcim.manufacturer":             {"name"},
		"dcim.devicetype":               {"manufacturer", "model", "part_number", "description", "comments"},
		"dcim.moduletype":               {"manufacturer", "model", "part_number", "description", "comments"},
		"dcim.device":                   {"name", "serial", "device_type", "role", "device_role", "platform", "site", "location", "rack", "description", "comments", "custom_field_data", "_custom_field_data"},
		"dcim.module":                   {"device", "module_type", "module_bay", "serial"},
		"dcim.modulebay":                {"name"},
		"dcim.inventoryitem":            {"device", "name", "label", "manufacturer", "part_id", "serial", "description"},
		"dcim.platform":                 {"name", "manufacturer"},
		"dcim.devicerole":               {"name"},
		"extras.role":                   {"name"},
		"dcim.site":                     {"name"},
		"dcim.location":                 {"name"},
		"dcim.rack":                     {"name"},
		"dcim.interface":                {"device", "mac_address"},
		"virtualization.virtualmachine": {"name", "serial", "cluster", "platform", "site", "description", "comments"},
		"virtualization.cluster":        {"name", "type", "cluster_type"},
		"virtualization.clustertype":    {"name"},
	}
}

// add keeps an object of the dump, if it is one of those.
func (d netboxDump) add(v jsonValue) {
	model := v.text("model")
	fields, ok := dumpFields()[model]
	if !ok {
		d.table("") // shows that there is a dump
		return
	}
	if model == "dcim.interface" && v.text("fields", "mac_address") == "" {
		return // of thousands of interfaces few are told by an address
	}
	kept := make(map[string]any, len(fields))
	for _, field := range fields {
		if value := v.get("fields", field); value.v != nil {
			kept[field] = value.v
		}
	}
	table := d.table(model)
	key := cmp.Or(dumpKey(v.get("pk")), fmt.Sprintf("#%d", len(table.keys)))
	if _, twice := table.rows[key]; !twice {
		table.keys = append(table.keys, key)
	}
	table.rows[key] = jsonValue{kept}
}

// dumpKey is the key of an object: a number, a UUID, or a list of names that
// together are unique.
func dumpKey(v jsonValue) string {
	key := v.text()
	for _, name := range v.list() {
		key += name.text() + "\x00"
	}
	return key
}

func (d netboxDump) table(model string) *netboxTable {
	if d[model] == nil {
		d[model] = &netboxTable{rows: make(map[string]jsonValue)}
	}
	return d[model]
}

// row finds the object that a field refers to. A reference by name is the object
// as far as it is known.
func (d netboxDump) row(model string, ref jsonValue) jsonValue {
	if row := d.table(model).rows[dumpKey(ref)]; row.v != nil {
		return row
	}
	if names := ref.list(); len(names) > 0 {
		return jsonValue{map[string]any{"name": names[len(names)-1].v}}
	}
	return jsonValue{}
}

// with returns an object with a reference replaced by what it refers to.
func with(v jsonValue, field string, to jsonValue) jsonValue {
	object := make(map[string]any, len(v.members()))
	for key, value := range v.members() {
		object[key] = value
	}
	object[field] = to.v
	return jsonValue{object}
}

func (d netboxDump) deviceType(model string, ref jsonValue) jsonValue {
	kind := d.row(model, ref)
	return with(kind, "manufacturer", d.row("dcim.manufacturer", kind.get("manufacturer")))
}

// resolved returns a device or virtual machine with all it refers to.
func (d netboxDump) resolved(v jsonValue) jsonValue {
	for field, model := range map[string]string{"site": "dcim.site", "location": "dcim.location", "rack": "dcim.rack", "device_role": "dcim.devicerole"} {
		v = with(v, field, d.row(model, v.get(field)))
	}
	v = with(v, "role", d.row("dcim.devicerole", v.get("role")).or(d.row("extras.role", v.get("role"))))
	platform := d.row("dcim.platform", v.get("platform"))
	if platform.isObject() {
		platform = with(platform, "manufacturer", d.row("dcim.manufacturer", platform.get("manufacturer")))
	}
	return with(v, "platform", platform)
}

// fromDump passes on the devices of a dump and its virtual machines, or, when it
// has no devices, its types of devices.
func (r *netboxReader) fromDump() error {
	d := r.dump
	if len(d) == 0 {
		return nil
	}
	parts, macs := d.parts(r)
	used := make(map[string]bool)
	for _, key := range d.table("dcim.device").keys {
		v := d.table("dcim.device").rows[key]
		kind := d.deviceType("dcim.devicetype", v.get("device_type"))
		used["dcim.devicetype\x00"+dumpKey(v.get("device_type"))] = true
		v = with(with(d.resolved(v), "device_type", kind), "macs", jsonValue{macs[key]})
		if err := r.device(v, "dcim.device "+shownKey(key), parts[key]); err != nil {
			return err
		}
	}
	for _, key := range d.table("virtualization.virtualmachine").keys {
		v := d.resolved(d.table("virtualization.virtualmachine").rows[key])
		cluster := d.row("virtualization.cluster", v.get("cluster"))
		if kind := d.row("virtualization.clustertype", cluster.get("type").or(cluster.get("cluster_type"))); kind.isObject() {
			cluster = with(cluster, "type", kind)
		}
		if err := r.machine(with(v, "cluster", cluster), "virtualization.virtualmachine "+shownKey(key)); err != nil {
			return err
		}
	}
	for _, key := range d.table("dcim.module").keys {
		used["dcim.moduletype\x00"+dumpKey(d.table("dcim.module").rows[key].get("module_type"))] = true
	}
	for _, model := range []string{"dcim.devicetype", "dcim.moduletype"} {
		for _, key := range d.table(model).keys {
			kind, at := d.deviceType(model, jsonValue{key}), model+" "+shownKey(key)
			switch {
			case used[model+"\x00"+key]: // told by the devices that are of it
			case len(d.table("dcim.device").keys) > 0:
				r.faults.add("type of no device", at, fmt.Sprintf("%s %s: no device is of this type: not read as a product", netboxName(kind.get("manufacturer")), kind.text("model")))
			default:
				if err := r.kind(kind, at); err != nil {
					return err
				}
			}
		}
	}
	if r.count == 0 {
		r.faults.add("dump without devices", "", "the dump has no devices, virtual machines or device types: dump the apps dcim and virtualization")
	}
	return r.faults.err
}

// parts lists the modules, inventory items and addresses of the devices.
func (d netboxDump) parts(r *netboxReader) (parts map[string][]netvet.Component, macs map[string]any) {
	parts, macs = make(map[string][]netvet.Component), make(map[string]any)
	add := func(model string, describe func(v jsonValue, pointer string) netvet.Component) {
		for _, key := range d.table(model).keys {
			v, at := d.table(model).rows[key], model+" "+shownKey(key)
			device := dumpKey(v.get("device"))
			if !d.table("dcim.device").rows[device].isObject() {
				r.faults.add("part of no device", at, "its device is not in the dump: not read")
				continue
			}
			parts[device] = append(parts[device], describe(v, at))
		}
	}
	add("dcim.module", func(v jsonValue, at string) netvet.Component {
		v = with(v, "module_type", d.deviceType("dcim.moduletype", v.get("module_type")))
		return netboxModule(with(v, "module_bay", d.row("dcim.modulebay", v.get("module_bay"))), at)
	})
	add("dcim.inventoryitem", func(v jsonValue, at string) netvet.Component {
		return netboxItem(with(v, "manufacturer", d.row("dcim.manufacturer", v.get("manufacturer"))), at)
	})
	for _, key := range d.table("dcim.interface").keys {
		v := d.table("dcim.interface").rows[key]
		device := dumpKey(v.get("device"))
		list, _ := macs[device].([]any)
		macs[device] = append(list, v.get("mac_address").v)
	}
	return parts, macs
}

// shownKey is a key as a person can find it.
func shownKey(key string) string {
	return clip(strings.ReplaceAll(strings.TrimSuffix(key, "\x00"), "\x00", " "), 80)
}

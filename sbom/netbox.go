package sbom

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// netbox reads what NetBox and Nautobot say of devices, virtual machines, types
// of devices and modules, modules and inventory items: answers of their REST and
// GraphQL interfaces, lists of such objects, and dumps of their database
// ("manage.py dumpdata").
func netbox() Format {
	return Format{
		Name:   "netbox",
		Title:  "NetBox and Nautobot: REST and GraphQL answers, database dumps, JSON",
		Expect: `NetBox or Nautobot JSON (an answer of /api/dcim/devices/ with "results", or a dumpdata list)`,
		Detect: detectNetBox,
		Read:   readNetBox,
	}
}

var (
	netboxURL   = regexp.MustCompile(`/api/(?:dcim|virtualization)/([a-z-]+)/`)
	djangoModel = regexp.MustCompile(`^[a-z_]+\.[a-z]+$`)
)

func detectNetBox(s Sample) float64 {
	if !startsLikeJSON(s.Head) {
		return boolSure(isNetBoxYAML(s.Head))
	}
	head := headOfJSON(s.Head)
	if head.array && djangoModel.MatchString(head.text("model")) && head.has("fields") {
		for _, sign := range []string{`"dcim.`, `"app_label": "dcim"`, `"app_label":"dcim"`, `["dcim"`} {
			if bytes.Contains(s.Head, []byte(sign)) {
				return 1
			}
		}
		return 0
	}
	if isNetBoxObject(head) || head.has("id") && isNetBoxShape(head) && netboxURL.Match(s.Head) {
		return 1
	}
	if data, ok := head.key("data"); ok && data.kind == '{' {
		for _, list := range headOfJSON(data.rest).keys {
			if netboxList(list.name) != "" && list.kind == '[' && isNetBoxShape(headOfJSON(list.rest)) {
				return 1
			}
		}
	}
	results, ok := head.key("results")
	if !ok || results.kind != '[' || !head.has("count") {
		return 0
	}
	first := headOfJSON(results.rest)
	switch {
	case isNetBoxObject(first), isNetBoxShape(first):
		return 1
	case netboxURL.MatchString(head.text("next") + head.text("previous")):
		return 1
	case first.has("id") && netboxURL.Match(results.rest):
		return 1 // other objects, whose references are to NetBox
	}
	return 0
}

// isNetBoxYAML recognises a list of devices, types or virtual machines by the keys
// of its first object.
func isNetBoxYAML(head []byte) bool {
	keys := make(map[string]bool)
	for line := range bytes.Lines(head) {
		line = bytes.TrimRight(line, "\r\n")
		first := bytes.HasPrefix(line, []byte("- "))
		switch {
		case first && len(keys) > 0:
			return isNetBoxKeys(keys)
		case first, len(keys) > 0 && bytes.HasPrefix(line, []byte("  ")) && len(line) > 2 && line[2] != ' ' && line[2] != '-' && line[2] != '#':
			if key, _, ok := bytes.Cut(line[2:], []byte(":")); ok {
				keys[string(bytes.Trim(key, `"' `))] = true
			}
		case len(keys) == 0 && len(bytes.TrimSpace(line)) > 0 && line[0] != '#' && !isDocumentMark(line):
			return false
		}
	}
	return isNetBoxKeys(keys)
}

func isNetBoxKeys(keys map[string]bool) bool {
	switch {
	case keys["device_type"] && keys["name"] && (keys["role"] || keys["device_role"]):
		return true
	case keys["manufacturer"] && keys["model"] && (keys["u_height"] || keys["slug"] || keys["part_number"]):
		return true
	case keys["cluster"] && keys["vcpus"]:
		return true
	}
	return keys["device"] && (keys["part_id"] || keys["module_type"])
}

func isNetBoxObject(h jsonHead) bool {
	return h.has("id") && netboxURL.MatchString(h.text("url"))
}

// isNetBoxShape recognises objects whose address is not given.
func isNetBoxShape(h jsonHead) bool {
	return h.has("device_type", "name") || h.has("manufacturer", "model") || h.has("module_type", "device") || h.has("device", "part_id") || h.has("cluster", "vcpus")
}

// netboxList returns the kind of the objects in a list of a GraphQL answer.
func netboxList(name string) string {
	switch strings.TrimSuffix(name, "_list") {
	case "devices", "device":
		return "devices"
	case "virtual_machines", "virtual_machine":
		return "virtual-machines"
	case "device_types", "device_type":
		return "device-types"
	case "module_types", "module_type":
		return "module-types"
	case "modules", "module":
		return "modules"
	case "inventory_items", "inventory_item":
		return "inventory-items"
	}
	return ""
}

func newNetBoxReader(src *Stream, emit func(Record) error) *netboxReader {
	return &netboxReader{src: src, emit: emit, faults: newFaults(emit), parts: make(map[string]*netboxParts), dump: make(netboxDump)}
}

func readNetBox(ctx context.Context, src *Stream, emit func(Record) error) (Info, error) {
	r := newNetBoxReader(src, emit)
	text := bufio.NewReaderSize(src.Reader, kubeHead)
	head, err := text.Peek(kubeHead)
	if err != nil && err != io.EOF {
		return Info{}, err
	}
	if bytes.HasPrefix(head, []byte("-")) || bytes.HasPrefix(head, []byte("#")) {
		small := *src
		small.Reader = text
		err = readYAML(ctx, &small, r.yaml)
	} else {
		r.j = newJSONTokens(text, src.Options, func(pointer, reason string) {
			r.faults.add("value of the wrong type, or given twice", pointer, reason)
		})
		err = r.document()
	}
	if err != nil {
		return Info{}, err
	}
	return r.finish()
}

// yaml reads a list of objects in YAML, as export templates and tools that fill
// NetBox write it.
func (r *netboxReader) yaml(v jsonValue, line int) error {
	list, ok := v.v.([]any)
	if !ok {
		list = []any{v.v}
	}
	for i, object := range list {
		if err := r.object(jsonValue{object}, "", fmt.Sprintf("line %d/%d", line, i)); err != nil {
			return err
		}
	}
	return nil
}

// finish passes on what had to wait for the end.
func (r *netboxReader) finish() (Info, error) {
	if err := r.fromDump(); err != nil {
		return Info{}, err
	}
	if err := r.devicesOfParts(); err != nil {
		return Info{}, err
	}
	if r.count == 0 && len(r.faults.kinds) == 0 {
		r.faults.add("empty answer", "", "the answer lists no objects")
	}
	return Info{}, r.faults.finish()
}

type netboxReader struct {
	src    *Stream
	emit   func(Record) error
	faults *faults
	j      *jsonTokens
	count  int

	parts map[string]*netboxParts // of devices that are named only by their parts
	order []string                // of parts
	dump  netboxDump
}

// netboxParts are the parts of one device.
type netboxParts struct {
	device  jsonValue
	pointer string
	list    []netvet.Component
}

func (r *netboxReader) document() error {
	switch r.j.kind() {
	case '[':
		if err := r.list("", ""); err != nil {
			return err
		}
	case '{':
		if err := r.answer(); err != nil {
			return err
		}
	default:
		if err := r.j.skip(); err != nil {
			return err
		}
		return errors.New("the document is neither an object nor an array")
	}
	return r.j.end()
}

func (r *netboxReader) answer() error {
	rest := make(map[string]any)
	listed := false
	err := r.j.object(func(key []byte) error {
		name := string(key)
		kind := r.j.kind()
		switch {
		case name == "results" && kind == '[':
			listed = true
			return r.list("", "/results")
		case name == "data" && kind == '{':
			listed = true
			return r.j.object(func(key []byte) error {
				list := string(key)
				if r.j.kind() != '[' {
					return nil
				}
				return r.list(netboxList(list), childPointer("/data", list))
			})
		}
		value, err := r.j.held()
		rest[name] = value.v
		return err
	})
	if err != nil {
		return err
	}
	v := jsonValue{rest}
	if !listed {
		return r.object(v, "", "")
	}
	if next := v.text("next"); next != "" {
		// Whoever reads the register must know that there is more.
		r.faults.add("one page of several", "/next", "the answer is one page of "+cmp.Or(v.text("count"), "several")+" objects: fetch the rest with ?limit=0, or give every page")
	}
	return r.faults.err
}

func (r *netboxReader) list(kind, pointer string) error {
	return r.j.array(func(i int) error {
		v, err := r.j.held()
		if err != nil {
			return err
		}
		if v.has("fields") && djangoModel.MatchString(v.text("model")) {
			r.dump.add(v)
			return nil
		}
		return r.object(v, kind, elementPointer(pointer, i))
	})
}

// kindOf tells what an object is: by its address, else by what it has.
func (r *netboxReader) kindOf(v jsonValue) string {
	if m := netboxURL.FindStringSubmatch(v.text("url")); m != nil {
		return m[1]
	}
	switch {
	case v.has("module_type"):
		return "modules"
	case v.has("device_type"):
		// A template of a port refers to its type as well.
		for _, key := range strings.Fields("role device_role site location rack serial status platform asset_tag tenant cluster") {
			if v.members()[key] != nil {
				return "devices"
			}
		}
		if v.has("type") || v.has("id") {
			return "component-templates"
		}
		return "devices"
	case v.has("part_id") || v.has("device") && v.has("manufacturer"):
		return "inventory-items"
	case v.has("manufacturer") && v.has("model"):
		return "device-types"
	case v.has("cluster") && v.has("vcpus"):
		return "virtual-machines"
	}
	return ""
}

// object reads one object.
func (r *netboxReader) object(v jsonValue, kind, pointer string) error {
	if !v.isObject() {
		r.faults.add("element that is no object", pointer, "expected an object")
		return r.faults.err
	}
	switch kind = cmp.Or(kind, r.kindOf(v)); kind {
	case "devices":
		return r.device(v, pointer, nil)
	case "virtual-machines":
		return r.machine(v, pointer)
	case "device-types", "module-types", "rack-types":
		return r.kind(v, pointer)
	case "modules":
		r.part(v, pointer, netboxModule(v, pointer))
	case "inventory-items":
		r.part(v, pointer, netboxItem(v, pointer))
	default:
		r.faults.add("object that is no product", pointer, fmt.Sprintf("%s %q is neither a device nor a part of one: not read as a product",
			cmp.Or(kind, "object"), netboxName(v)))
	}
	return r.faults.err
}

// netboxName returns the name of an object, or of a reference to one: the member
// has been called differently over the years.
func netboxName(v jsonValue) string {
	if text := v.text(); text != "" {
		return text
	}
	return v.first("name", "label", "model", "display", "display_name", "value", "slug")
}

// device reads a device with the parts that are known of it.
func (r *netboxReader) device(v jsonValue, pointer string, parts []netvet.Component) error {
	kind := v.get("device_type")
	model := cmp.Or(kind.first("model", "display", "display_name"), kind.text())
	p := netvet.Product{
		Kind:         netvet.KindDevice,
		Name:         v.first("name", "display", "display_name"),
		Manufacturer: netboxName(kind.get("manufacturer")),
		Model:        model,
		PartNumber:   kind.text("part_number"),
		Serial:       cmp.Or(v.text("serial"), netboxCustom(v, "serial")),
		Version:      netboxVersion(v),
		Location:     netboxPlace(v),
		CategoryText: netboxName(v.get("role").or(v.get("device_role"))),
		Description:  v.first("description", "comments"),
		Sources:      []netvet.Source{{Input: r.src.Name, Record: pointer}},
	}
	if kind.v != nil && p.Manufacturer == "" && p.Model == "" {
		r.faults.add("device type by reference only", pointer, fmt.Sprintf("device %q: its type is a reference without maker and model: give the device types too (ask the REST interface with ?depth=1)", p.Name))
	}
	for _, mac := range v.list("macs") {
		if id, ok := normalIdentifier(netvet.IDMAC, mac.text()); ok && !slices.Contains(p.Identifiers, id) && len(p.Identifiers) < maxListed {
			p.Identifiers = append(p.Identifiers, id)
		}
	}
	for _, key := range []string{"primary_ip", "primary_ip4", "primary_ip6", "oob_ip"} {
		ip := v.get(key)
		p.Addresses = addAddresses(p.Addresses, ip.text(), ip.first("address", "display"), ip.text("dns_name"))
	}
	if platform := v.get("platform"); netboxName(platform) != "" {
		parts = append(parts, netboxPlatform(platform, pointer))
	}
	return r.product(p, parts)
}

// netboxPlace says where a device stands, the wider place first.
func netboxPlace(v jsonValue) string {
	var places []string
	for _, key := range []string{"site", "location", "rack"} {
		if name := netboxName(v.get(key)); name != "" && !slices.Contains(places, name) {
			places = append(places, name)
		}
	}
	return strings.Join(places, " / ")
}

// netboxVersion is the version of the software or firmware: Nautobot has a field for
// it, users of NetBox give it a custom field.
func netboxVersion(v jsonValue) string {
	software := v.get("software_version")
	return cmp.Or(software.first("version", "display"), software.text(), netboxCustom(v, "firmware"), netboxCustom(v, "softwareversion"), netboxCustom(v, "osversion"), netboxCustom(v, "swversion"))
}

// netboxCustom returns the custom field whose name has the word in it.
func netboxCustom(v jsonValue, word string) string {
	for _, list := range []string{"custom_fields", "custom_field_data", "_custom_field_data"} {
		fields := v.get(list)
		for _, name := range slices.Sorted(maps.Keys(fields.members())) {
			if strings.Contains(plainField(name), word) {
				if text := netboxName(fields.get(name)); text != "" {
					return text
				}
			}
		}
	}
	return ""
}

func netboxPlatform(platform jsonValue, pointer string) netvet.Component {
	return netvet.Component{Pointer: childPointer(pointer, "platform"), Kind: netvet.KindSoftware, Type: "platform",
		Name: netboxName(platform), Manufacturer: netboxName(platform.get("manufacturer"))}
}

// machine reads a virtual machine.
func (r *netboxReader) machine(v jsonValue, pointer string) error {
	cluster := v.get("cluster")
	p := netvet.Product{
		Kind:         netvet.KindService,
		Name:         v.first("name", "display", "display_name"),
		Serial:       v.text("serial"),
		Location:     netboxPlace(v),
		CategoryText: "virtual machine",
		Description:  v.first("description", "comments"),
		Sources:      []netvet.Source{{Input: r.src.Name, Record: pointer}},
	}
	if name := netboxName(cluster); name != "" {
		in := "in cluster " + name
		if kind := netboxName(cluster.get("type")); kind != "" {
			in += " (" + kind + ")"
		}
		p.Description = strings.TrimSpace(strings.TrimPrefix(p.Description+"; "+in, "; "))
	}
	var parts []netvet.Component
	if platform := v.get("platform"); netboxName(platform) != "" {
		parts = append(parts, netboxPlatform(platform, pointer))
	}
	return r.product(p, parts)
}

// kind reads the type of a device or module: the description of a model.
func (r *netboxReader) kind(v jsonValue, pointer string) error {
	return r.product(netvet.Product{
		Kind:         netvet.KindDevice,
		Name:         v.text("model"),
		Manufacturer: netboxName(v.get("manufacturer")),
		Model:        v.text("model"),
		PartNumber:   v.text("part_number"),
		Description:  v.first("description", "comments"),
		Sources:      []netvet.Source{{Input: r.src.Name, Record: pointer}},
	}, nil)
}

func netboxModule(v jsonValue, pointer string) netvet.Component {
	kind := v.get("module_type")
	return netvet.Component{
		Pointer: pointer, Kind: netvet.KindDevice, Type: "module",
		Name:         kind.first("model", "display", "display_name"),
		Manufacturer: netboxName(kind.get("manufacturer")),
		PartNumber:   kind.text("part_number"),
		Version:      netboxVersion(v),
		Serial:       v.text("serial"),
		Description:  netboxName(v.get("module_bay")),
	}
}

func netboxItem(v jsonValue, pointer string) netvet.Component {
	return netvet.Component{
		Pointer: pointer, Kind: netvet.KindDevice, Type: "inventory-item",
		Name:         v.first("name", "label", "display"),
		Version:      netboxVersion(v),
		Manufacturer: netboxName(v.get("manufacturer")),
		PartNumber:   v.text("part_id"),
		Serial:       v.text("serial"),
		Description:  v.text("description"),
	}
}

// part keeps a part until all parts of its device are known.
func (r *netboxReader) part(v jsonValue, pointer string, c netvet.Component) {
	device := v.get("device")
	key := cmp.Or(device.text("id"), device.text("url"), netboxName(device))
	if r.parts[key] == nil {
		r.parts[key] = &netboxParts{device: device, pointer: pointer}
		r.order = append(r.order, key)
	}
	r.parts[key].list = append(r.parts[key].list, c)
}

// devicesOfParts passes on the devices that are known by their parts only.
func (r *netboxReader) devicesOfParts() error {
	for _, key := range r.order {
		parts := r.parts[key]
		if err := r.device(parts.device, parts.pointer, parts.list); err != nil {
			return err
		}
	}
	return nil
}

func (r *netboxReader) product(p netvet.Product, parts []netvet.Component) error {
	if p.Name == "" && p.Model == "" && p.Manufacturer == "" && len(parts) == 0 {
		r.faults.add("object without a name", p.Sources[0].Record, "neither name nor type: not read as a product")
		return r.faults.err
	}
	// What runs on a device is no list of its parts.
	if slices.ContainsFunc(parts, func(c netvet.Component) bool { return c.Type != "platform" }) {
		p.BOM = netvet.BOM{Present: true, Format: "netbox"}
	}
	r.count++
	if err := r.emit(ProductStart{p}); err != nil {
		return err
	}
	for i := range parts {
		if err := r.emit(Component{&parts[i]}); err != nil {
			return err
		}
	}
	if err := r.emit(ProductEnd{p}); err != nil {
		return err
	}
	return r.faults.err
}

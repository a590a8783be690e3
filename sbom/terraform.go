package sbom

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// terraform reads Terraform's and OpenTofu's state (versions 3 and 4), what "terraform
// show -json" prints of a state or plan, and the resources that pytest-terraform
// records.
func terraform() Format {
	return Format{
		Name:   "terraform",
		Title:  "Terraform and OpenTofu: state, and terraform show -json of a state or plan",
		Expect: `Terraform JSON (a state with "terraform_version", or the output of terraform show -json)`,
		Detect: detectTerraform,
		Read:   readTerraform,
	}
}

func detectTerraform(s Sample) float64 {
	head := headOfJSON(s.Head)
	switch {
	case head.array || len(head.keys) == 0:
		return 0
	case head.has("pytest-terraform"), head.has("terraform_version", "format_version"), head.has("terraform_version", "version"):
		return 1
	case head.has("format_version") && (head.has("planned_values") || head.has("values") || head.has("resource_changes")):
		return 1
	case head.has("lineage", "serial") && (head.has("resources") || head.has("outputs")):
		return 1
	}
	return boolSure(isTerraformOutputs(head))
}

func boolSure(sure bool) float64 {
	if sure {
		return 1
	}
	return 0
}

// isTerraformOutputs recognises what "terraform output -json" prints: values
// without the resources they are of.
func isTerraformOutputs(head jsonHead) bool {
	for i, k := range head.keys {
		inner := headOfJSON(k.rest)
		if k.kind != '{' || !inner.has("sensitive", "type") || inner.keys[0].name != "sensitive" {
			return i > 0 && i == len(head.keys)-1 && bytes.Count(k.rest, []byte("}")) == 0 // cut by the end of the head
		}
	}
	return len(head.keys) > 0
}

func readTerraform(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	e, err := newCloudEmitter(src, "terraform", emit)
	if err != nil {
		return Info{}, err
	}
	r := &terraformReader{cloudEmitter: e, j: e.tokens()}
	if kind := r.j.kind(); kind != '{' {
		if err := r.j.skip(); err != nil {
			return Info{}, err
		}
		return Info{}, errors.New("the document is " + jsonKindName(kind) + ", expected an object")
	}
	if err := r.j.object(r.member); err != nil {
		return Info{}, err
	}
	if err := r.j.end(); err != nil {
		return Info{}, err
	}
	info := Info{Version: cmp.Or(r.format, r.version)}
	if r.count == 0 && len(r.faults.kinds) == 0 {
		reason := "no resources in it"
		if r.backend {
			reason = "it only says where the state is kept: give the state itself (terraform state pull)"
		}
		if r.outputs > 0 {
			reason = "only outputs in it, which name no resources: give the state, or the output of terraform show -json"
		}
		r.faults.add("no resources", "", reason)
	}
	return info, r.faults.finish()
}

type terraformReader struct {
	*cloudEmitter
	j               *jsonTokens
	version, format string
	outputs         int
	backend         bool // the file names where the state is kept
}

func (r *terraformReader) member(key []byte) (err error) {
	name := string(key)
	kind := r.j.kind()
	switch name {
	case "version":
		if kind == '0' {
			if r.version, err = r.j.number(); err == nil && r.version != "4" && r.version != "3" {
				err = fmt.Errorf("a state of version %s: versions 3 and 4 are read; open it with a current terraform, or give the output of terraform show -json", short(r.version))
			}
		}
	case "modules": // of version 3
		return r.j.array(func(i int) error { return r.oldModule(elementPointer("/modules", i)) })
	case "backend":
		r.backend = true
	case "format_version":
		r.format, err = r.j.string()
	case "resources":
		switch kind {
		case '[':
			return r.j.array(func(i int) error { return r.stateResource(elementPointer("/resources", i)) })
		case '{':
			return r.recorded()
		}
	case "planned_values", "values":
		if kind == '{' {
			return r.j.object(func(key []byte) error {
				if string(key) == "root_module" {
					return r.module(childPointer(childPointer("", name), "root_module"))
				}
				return nil
			})
		}
	case "resource_changes":
		planned := r.count > 0
		return r.j.array(func(i int) error { return r.change(elementPointer("/resource_changes", i), planned) })
	default:
		if kind == '{' && r.version == "" && r.format == "" {
			value, err := r.j.held()
			if value.has("sensitive") && value.has("type") {
				r.outputs++
			}
			return err
		}
	}
	return err
}

// stateResource reads a resource of a state with all its instances.
func (r *terraformReader) stateResource(pointer string) error {
	v, err := r.j.held()
	if err != nil {
		return err
	}
	address := v.text("type") + "." + v.text("name")
	if v.text("mode") == "data" {
		address = "data." + address
	}
	if module := v.text("module"); module != "" {
		address = module + "." + address
	}
	instances := v.list("instances")
	if len(instances) == 0 {
		r.faults.add("resource without an instance", pointer, address+" has no instances: not read as a product")
		return r.faults.err
	}
	for _, instance := range instances {
		at := address
		if index := instance.get("index_key"); index.v != nil {
			at += "[" + index.text() + "]"
		}
		attributes := instance.get("attributes")
		if !attributes.isObject() {
			attributes = instance.get("attributes_flat")
		}
		attributes = withoutSensitive(attributes, instance.get("sensitive_attributes"))
		if err := r.one(at, v.text("mode"), v.text("type"), v.text("provider"), attributes, pointer); err != nil {
			return err
		}
	}
	return nil
}

// oldModule reads a module of a state of version 3: {"path": ["root"], "resources":
// {"aws_instance.web": {"type", "primary": {"attributes"}, "provider"}}}, with the
// attributes flat: "tags.Name".
func (r *terraformReader) oldModule(pointer string) error {
	v, err := r.j.held()
	if err != nil {
		return err
	}
	var path []string
	for _, name := range v.list("path") {
		if name.text() != "root" {
			path = append(path, "module."+name.text())
		}
	}
	resources := v.get("resources")
	for _, key := range slices.Sorted(maps.Keys(resources.members())) {
		resource, mode := resources.get(key), "managed"
		if strings.HasPrefix(key, "data.") {
			mode = "data"
		}
		attributes := nestedAttributes(resource.get("primary", "attributes"))
		address := strings.Join(append(path, key), ".")
		if err := r.one(address, mode, resource.text("type"), resource.text("provider"), attributes, childPointer(pointer+"/resources", key)); err != nil {
			return err
		}
	}
	return nil
}

// nestedAttributes undoes the flat form: "tags.Name" is the member Name of tags. The
// counts of lists and maps ("tags.%") are left out.
func nestedAttributes(flat jsonValue) jsonValue {
	nested := make(map[string]any)
	members := flat.members()
	for _, key := range slices.Sorted(maps.Keys(members)) {
		path := strings.Split(key, ".")
		if last := path[len(path)-1]; last == "#" || last == "%" || len(path) > 8 {
			continue
		}
		at := nested
		for _, name := range path[:len(path)-1] {
			inner, ok := at[name].(map[string]any)
			if !ok {
				inner = make(map[string]any)
				at[name] = inner
			}
			at = inner
		}
		if name := path[len(path)-1]; at[name] == nil {
			at[name] = members[key]
		}
	}
	return jsonValue{nested}
}

// withoutSensitive takes out of the attributes what Terraform says nobody is to see:
// a list of paths in a state, an object with true in the output of show.
func withoutSensitive(attributes, sensitive jsonValue) jsonValue {
	hidden := make(map[string]bool)
	for _, path := range sensitive.list() {
		step := path
		if steps := path.list(); len(steps) > 0 {
			step = steps[0]
		}
		hidden[step.text("value")] = true
	}
	for key, value := range sensitive.members() {
		if secret, ok := value.(bool); ok && secret {
			hidden[key] = true
		}
	}
	if len(hidden) == 0 {
		return attributes
	}
	seen := make(map[string]any)
	for key, value := range attributes.members() {
		if !hidden[key] {
			seen[key] = value
		}
	}
	return jsonValue{seen}
}

// recorded reads {type: {name: attributes}}.
func (r *terraformReader) recorded() error {
	return r.j.object(func(key []byte) error {
		kind := string(key)
		return r.j.object(func(key []byte) error {
			name := string(key)
			attributes, err := r.j.held()
			if err != nil {
				return err
			}
			return r.one(kind+"."+name, "", kind, "", attributes, childPointer(childPointer("/resources", kind), name))
		})
	})
}

// module reads the resources of a module and of those inside it.
func (r *terraformReader) module(pointer string) error {
	return r.j.object(func(key []byte) error {
		switch string(key) {
		case "resources":
			return r.j.array(func(i int) error {
				v, err := r.j.held()
				if err != nil {
					return err
				}
				return r.one(v.text("address"), v.text("mode"), v.text("type"), v.text("provider_name"), withoutSensitive(v.get("values"), v.get("sensitive_values")), elementPointer(pointer+"/resources", i))
			})
		case "child_modules":
			return r.j.array(func(i int) error { return r.module(elementPointer(pointer+"/child_modules", i)) })
		}
		return nil
	})
}

// change reads what a plan is to do: what it keeps or makes has been read with
// the planned values, if there were any.
func (r *terraformReader) change(pointer string, planned bool) error {
	v, err := r.j.held()
	if err != nil {
		return err
	}
	after := withoutSensitive(v.get("change", "after"), v.get("change", "after_sensitive"))
	switch {
	case !after.isObject() && v.has("change"):
		r.faults.add("resource to be destroyed", pointer, v.text("address")+" is to be destroyed: not read as a product")
	case !planned:
		return r.one(v.text("address"), v.text("mode"), v.text("type"), v.text("provider_name"), after, pointer)
	}
	return r.faults.err
}

// one reads one instance of a resource.
func (r *terraformReader) one(address, mode, kind, provider string, attributes jsonValue, pointer string) error {
	address = cmp.Or(address, kind)
	name := terraformProvider(provider, kind)
	switch {
	case kind == "":
		r.faults.add("record that is no resource", pointer, "has no type: not read as a product")
		return r.faults.err
	case mode == "data":
		r.faults.add("data source", pointer, address+" is looked up and not run: not read as a product")
		return r.faults.err
	case slices.Contains(r.words.Terraform.Local, name):
		r.faults.add("resource of Terraform's own", pointer, address+" exists in the state only: not read as a product")
		return r.faults.err
	}
	f := fieldsOf(attributes)
	arn := f.first("arn")
	item := &cloudItem{pointer: pointer, seen: []cloudSeen{{attributes, ""}}}
	item.product = netvet.Product{
		Manufacturer: cmp.Or(r.words.Terraform.Providers[name], terraformMaker(provider, name)),
		Model:        kind,
		Name: cmp.Or(f.first("name"), awsTag(attributes, "Name"), f.first("bucket", "functionname", "identifier", "clusteridentifier", "clusterid", "domainname", "displayname", "label"),
			address[strings.LastIndex(address, ".")+1:]),
		Serial:      terraformSerial(f, arn),
		Location:    cmp.Or(f.first("location", "region"), awsRegion(attributes, arn), f.first("zone", "availabilityzone")),
		Description: f.first("description"),
	}
	if item.product.Manufacturer == "" {
		item.product.Description = cmp.Or(item.product.Description, "managed by the Terraform provider "+cmp.Or(provider, name))
	}
	for i, profile := range attributes.list("source_image_reference") {
		if offer := profile.text("offer"); offer != "" {
			item.components = append(item.components, netvet.Component{
				Pointer: elementPointer(childPointer(pointer, "source_image_reference"), i), Kind: netvet.KindSoftware, Type: "operating-system",
				Name: strings.TrimSpace(offer + " " + profile.text("sku")), Version: profile.text("version"), Publisher: profile.text("publisher"),
			})
		}
	}
	return r.resource(item)
}

// terraformMaker returns the company that publishes a provider for its own service,
// as "datadog/datadog" is. A provider that
// others wrote for a service does not name who is behind the service.
func terraformMaker(address, name string) string {
	if _, inside, ok := strings.Cut(address, `["`); ok {
		address, _, _ = strings.Cut(inside, `"]`)
	}
	parts := strings.Split(address, "/")
	if len(parts) >= 2 && strings.EqualFold(plainField(parts[len(parts)-2]), plainField(name)) {
		return parts[len(parts)-2]
	}
	return ""
}

// terraformProvider returns the last part of a provider's address, which is
// written "registry.terraform.io/hashicorp/aws", `provider["..."]` or
// "provider.aws". Without one it is the first word of the type.
func terraformProvider(address, kind string) string {
	if _, inside, ok := strings.Cut(address, `["`); ok {
		address, _, _ = strings.Cut(inside, `"]`)
	}
	address = strings.TrimPrefix(address, "provider.")
	if name := lastSegment(address); name != "" {
		return name
	}
	name, _, _ := strings.Cut(kind, "_")
	return name
}

// terraformSerial is the id that no other resource has, as the provider itself
// writes it in its own exports.
func terraformSerial(f cloudFields, arn string) string {
	id, link := f.first("id"), f.first("selflink")
	switch {
	case arn != "":
		return awsSerial(arn)
	case isGoogleAPI(link):
		return link[max(strings.Index(link, "projects/"), 0):]
	case strings.HasPrefix(id, "/subscriptions/"), strings.HasPrefix(id, "projects/"), awsIDPattern.MatchString(`"` + id + `"`):
		return id
	}
	return ""
}

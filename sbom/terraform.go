package sbom

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// terraform reads Terraform's and OpenTofu's state (version 4), what "terraform
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
}

func (r *terraformReader) member(key []byte) (err error) {
	name := string(key)
	kind := r.j.kind()
	switch name {
	case "version":
		if kind == '0' {
			if r.version, err = r.j.number(); err == nil && r.version != "4" {
				err = fmt.Errorf("a state of version %s: version 4 is read; open it with a current terraform, or give the output of terraform show -json", short(r.version))
			}
		}
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
		if err := r.one(at, v.text("mode"), v.text("type"), v.text("provider"), attributes, pointer); err != nil {
			return err
		}
	}
	return nil
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
				return r.one(v.text("address"), v.text("mode"), v.text("type"), v.text("provider_name"), v.get("values"), elementPointer(pointer+"/resources", i))
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
	after := v.get("change", "after")
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
		Manufacturer: r.words.Terraform.Providers[name],
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

package sbom

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/netvet/netvet"
)

// azure reads resources as Azure Resource Manager describes them: single ones,
// lists ("value"), answers of Resource Graph ("data", as objects or as a table),
// what az prints, and the resources of templates.
func azure() Format {
	return Format{
		Name:   "azure",
		Title:  "Azure resources: ARM, Resource Graph, az, JSON",
		Expect: `Azure JSON (resources with "id": "/subscriptions/..." and "type": "Microsoft...")`,
		Detect: detectAzure,
		Read:   readAzure,
	}
}

var (
	azureID   = regexp.MustCompile(`(?i)"id"\s*:\s*"/?(subscriptions|providers|tenants)/`)
	azureType = regexp.MustCompile(`"type"\s*:\s*"[A-Za-z0-9]+(\.[A-Za-z0-9]+)+/[A-Za-z0-9./]+"`)
)

func detectAzure(s Sample) float64 {
	head := headOfJSON(s.Head)
	template := bytes.Contains(s.Head, []byte("deploymentTemplate.json#"))
	resources := azureType.Match(s.Head) && (azureID.Match(s.Head) || template)
	switch {
	case len(head.keys) == 0 || head.has("terraform_version") || head.has("format_version"):
		return 0
	case template && head.has("$schema"):
		return 1
	case !resources:
		if head.has("value") && head.has("nextLink") && azureID.Match(s.Head) {
			return 0.9
		}
		if data, ok := head.key("data"); ok && data.kind == '{' && bytes.Contains(data.rest, []byte(`"columns"`)) && bytes.Contains(data.rest, []byte("/subscriptions/")) {
			return 1
		}
		return 0
	case head.has("type", "id"), head.has("type", "name", "properties"):
		return 1
	}
	for _, name := range []string{"value", "data", "resources"} {
		if list, ok := head.key(name); ok && list.kind == '[' {
			if first := headOfJSON(list.rest); first.array && (first.has("id") || first.has("type")) {
				return 1
			}
		}
	}
	return 0
}

func readAzure(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	e, err := newCloudEmitter(src, "azure", emit)
	if err != nil {
		return Info{}, err
	}
	r := &azureReader{cloudEmitter: e, j: e.tokens()}
	if err := r.document(); err != nil {
		return Info{}, err
	}
	if err := r.j.end(); err != nil {
		return Info{}, err
	}
	if r.count == 0 && len(r.faults.kinds) == 0 {
		r.faults.add("empty answer", "", "the answer lists no resources")
	}
	return Info{}, r.faults.finish()
}

type azureReader struct {
	*cloudEmitter
	j *jsonTokens
}

func (r *azureReader) document() error {
	switch r.j.kind() {
	case '[':
		return r.list("")
	case '{':
	default:
		if err := r.j.skip(); err != nil {
			return err
		}
		return errors.New("the document is neither an object nor an array")
	}
	rest := make(map[string]any)
	listed := false
	err := r.j.object(func(key []byte) error {
		name := string(key)
		kind := r.j.kind()
		at := childPointer("", name)
		switch {
		case kind == '[' && (name == "value" || name == "data" || name == "resources"):
			listed = true
			return r.list(at)
		case kind == '{' && name == "data":
			listed = true
			return r.table(at)
		case kind == '{' && name == "resources": // of templates in the newer language
			listed = true
			return r.j.object(func(key []byte) error { return r.element(childPointer(at, string(key))) })
		}
		value, err := r.j.held()
		rest[name] = value.v
		return err
	})
	if err != nil || listed && rest["type"] == nil {
		return err
	}
	return r.one(jsonValue{rest}, "")
}

func (r *azureReader) list(pointer string) error {
	return r.j.array(func(i int) error { return r.element(elementPointer(pointer, i)) })
}

func (r *azureReader) element(pointer string) error {
	value, err := r.j.held()
	if err != nil {
		return err
	}
	return r.one(value, pointer)
}

// table reads an answer of Resource Graph that is in columns and rows.
func (r *azureReader) table(pointer string) error {
	var columns []string
	return r.j.object(func(key []byte) error {
		switch string(key) {
		case "columns":
			list, err := r.j.held()
			for _, column := range list.list() {
				columns = append(columns, column.text("name"))
			}
			return err
		case "rows":
			return r.j.array(func(i int) error {
				row, err := r.j.held()
				if err != nil {
					return err
				}
				resource := make(map[string]any)
				for k, cell := range row.list() {
					if k < len(columns) {
						resource[columns[k]] = cell.v
					}
				}
				return r.one(jsonValue{resource}, elementPointer(childPointer(pointer, "rows"), i))
			})
		}
		return nil
	})
}

// one reads one resource.
func (r *azureReader) one(v jsonValue, pointer string) error {
	id, kind, name := v.text("id"), v.text("type"), v.first("name", "displayName")
	if kind == "" {
		kind = azureTypeOfID(id)
	}
	if !v.isObject() || kind == "" && id == "" {
		r.faults.add("record that is no resource", pointer, "neither id nor type: not read as a product")
		return r.faults.err
	}
	properties := v.get("properties")
	if text, ok := properties.v.(string); ok {
		properties = parseJSON(text, r.src.Options)
	}
	item := &cloudItem{pointer: pointer, seen: []cloudSeen{{properties, "/properties"}}}
	item.product = netvet.Product{
		Manufacturer: microsoftAzure,
		Model:        kind,
		PartNumber:   cmp.Or(v.text("sku", "name"), properties.text("hardwareProfile", "vmSize"), properties.text("sku", "name")),
		Name:         cmp.Or(name, lastSegment(id)),
		Serial:       azureSerial(id),
		Location:     cmp.Or(v.text("location"), properties.text("location")),
		Description:  properties.text("description"),
	}
	if space, _, _ := strings.Cut(kind, "."); strings.Contains(kind, ".") && !strings.EqualFold(space, "Microsoft") {
		// The service of another company that is ordered through Azure.
		item.product.Manufacturer, item.product.Vendor = space, microsoftAzure
	}
	item.components = azureParts(properties, kind, childPointer(pointer, "properties"))
	return r.resource(item)
}

// azureSerial is the id that no other resource has. The placeholders of templates
// are none.
func azureSerial(id string) string {
	if strings.HasPrefix(id, "[") {
		return ""
	}
	return id
}

// azureTypeOfID returns the type that an id spells out:
// ".../providers/Microsoft.Sql/servers/s/databases/d" is Microsoft.Sql/servers/databases.
func azureTypeOfID(id string) string {
	at := strings.LastIndex(strings.ToLower(id), "/providers/")
	if at < 0 {
		return ""
	}
	segments := strings.Split(id[at+len("/providers/"):], "/")
	kind := segments[0]
	for i := 1; i < len(segments); i += 2 {
		kind += "/" + segments[i]
	}
	return kind
}

// azureParts are the programs that a resource runs and that others made.
func azureParts(properties jsonValue, kind, pointer string) []netvet.Component {
	var parts []netvet.Component
	add := func(at, what, publisher, name, version string) {
		if name != "" {
			parts = append(parts, netvet.Component{Pointer: childPointer(pointer, at), Kind: netvet.KindSoftware, Type: what,
				Name: name, Version: version, Publisher: publisher})
		}
	}
	for _, profile := range []jsonValue{properties, properties.get("virtualMachineProfile")} {
		image := profile.get("storageProfile", "imageReference")
		add("storageProfile/imageReference", "operating-system", image.text("publisher"),
			strings.TrimSpace(image.text("offer")+" "+image.text("sku")), cmp.Or(image.text("exactVersion"), image.text("version")))
	}
	if strings.HasSuffix(strings.ToLower(kind), "/extensions") {
		add("type", "extension", properties.text("publisher"), properties.text("type"), properties.text("typeHandlerVersion"))
	}
	model := properties.get("model")
	add("model", "machine-learning-model", model.text("format"), model.text("name"), model.text("version"))
	return parts
}

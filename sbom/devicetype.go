package sbom

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

// deviceType reads definitions of device, module and rack types as NetBox and
// Nautobot import and export them and as their community library keeps them. A
// definition describes a model and no single thing: it has no serial number.
// Slots and ports are places for parts; only inventory items are parts.
func deviceType() Format {
	return Format{
		Name:   "devicetype",
		Title:  "NetBox and Nautobot device, module and rack types, YAML",
		Expect: "a NetBox device type in YAML (manufacturer: and model: at the start of a line)",
		Detect: detectDeviceType,
		Read:   readDeviceType,
	}
}

// maxDeviceTypes is the size of a file of definitions, in bytes: the whole
// community library is smaller.
const maxDeviceTypes = 64 << 20

// deviceTypeKeys are the keys of a definition beside manufacturer and model, as
// the schema of the community library has them.
func deviceTypeKeys() map[string]bool {
	keys := make(map[string]bool)
	for _, key := range strings.Fields(`slug part_number u_height is_full_depth airflow front_image rear_image subdevice_role comments description
		is_powered weight weight_unit console-ports console-server-ports power-ports power-outlets interfaces front-ports rear-ports
		module-bays device-bays inventory-items exclude_from_utilization default_platform profile attributes attribute_data
		form_factor width starting_unit desc_units outer_width outer_height outer_depth outer_unit mounting_depth max_weight
		device_family device_type tags custom_fields natural_slug`) {
		keys[key] = true
	}
	return keys
}

// detectDeviceType looks at the keys of the first document that stand at the
// start of a line.
func detectDeviceType(s Sample) float64 {
	known := deviceTypeKeys()
	maker, model, others, strange := false, false, 0, 0
	for n, line := range bytes.Split(s.Head, []byte("\n")) {
		if isDocumentMark(line) {
			if maker || model {
				break
			}
			continue
		}
		if n == 0 && bytes.HasPrefix(line, []byte("%YAML")) || len(bytes.TrimSpace(line)) == 0 || strings.IndexByte(" \t#-]}", line[0]) >= 0 {
			continue
		}
		key, _, ok := bytes.Cut(line, []byte(":"))
		switch name := strings.Trim(string(key), `"' `); {
		case !ok:
			strange++ // the head may end inside a line
		case name == "manufacturer":
			maker = true
		case name == "model":
			model = true
		case known[name]:
			others++
		default:
			strange++
		}
	}
	switch {
	case !maker || !model || strange > others+2:
		return 0
	case others == 0:
		return 0.9
	}
	return 1
}

// isDocumentMark tells the lines that separate documents; nothing inside a
// document may look like them.
func isDocumentMark(line []byte) bool {
	mark := bytes.HasPrefix(line, []byte("---")) || bytes.HasPrefix(line, []byte("..."))
	return mark && (len(line) == 3 || strings.IndexByte(" \t\r", line[3]) >= 0)
}

// deviceTypeFile is what is kept of a definition.
type deviceTypeFile struct {
	Manufacturer string           `yaml:"manufacturer"`
	Model        string           `yaml:"model"`
	PartNumber   string           `yaml:"part_number"`
	Description  string           `yaml:"description"`
	Comments     string           `yaml:"comments"`
	Items        []deviceTypeItem `yaml:"inventory-items"`
}

type deviceTypeItem struct {
	Name         string `yaml:"name"`
	Label        string `yaml:"label"`
	Manufacturer string `yaml:"manufacturer"`
	PartID       string `yaml:"part_id"`
	Description  string `yaml:"description"`
}

func readDeviceType(ctx context.Context, src *Stream, emit func(Record) error) (Info, error) {
	data, err := io.ReadAll(io.LimitReader(src.Reader, maxDeviceTypes+1))
	if err != nil {
		return Info{}, err
	}
	if len(data) > maxDeviceTypes {
		return Info{}, fmt.Errorf("larger than %d bytes, which are held in memory: give the definitions in several files", maxDeviceTypes)
	}
	r := deviceTypeReader{src: src, emit: emit, faults: newFaults(emit)}
	for line, from := 1, 0; from < len(data); {
		end, lines := documentEnd(data[from:])
		if err := ctx.Err(); err != nil {
			return Info{}, err
		}
		if err := r.document(data[from:from+end], line); err != nil {
			return Info{}, err
		}
		from, line = from+end, line+lines
	}
	if r.types == 0 && r.faults.err == nil {
		return Info{}, errors.New("no device type in it: each needs a manufacturer and a model")
	}
	return Info{}, r.faults.finish()
}

// documentEnd returns the bytes and lines up to the next document: comments,
// directives and a mark at its beginning belong to it.
func documentEnd(data []byte) (end, lines int) {
	content := false
	for end < len(data) {
		line, _, _ := bytes.Cut(data[end:], []byte("\n"))
		begins := isDocumentMark(line) && line[0] == '-'
		if begins && content {
			return end, lines
		}
		end, lines = min(end+len(line)+1, len(data)), lines+1
		if isDocumentMark(line) && !begins {
			return end, lines
		}
		content = content || len(bytes.TrimSpace(line)) > 0 && line[0] != '#' && line[0] != '%'
	}
	return end, lines
}

type deviceTypeReader struct {
	src    *Stream
	emit   func(Record) error
	faults *faults
	types  int
}

// document reads the definition that begins at the given line.
func (r *deviceTypeReader) document(data []byte, line int) error {
	if isBlankYAML(data) {
		return nil
	}
	var def deviceTypeFile
	err := strictyaml.Value(r.src.Name, data, &def)
	var wrong strictyaml.Faults
	if err != nil && (!errors.As(err, &wrong) || def.Manufacturer == "" && def.Model == "") {
		return lineError(err, line)
	}
	place := fmt.Sprintf("line %d", line)
	for _, fault := range wrong {
		r.faults.add("value of the wrong type", fmt.Sprintf("line %d", line+fault.Line-1), fault.Text)
	}
	p := netvet.Product{
		Kind:         netvet.KindDevice,
		Manufacturer: strings.TrimSpace(def.Manufacturer),
		Model:        strings.TrimSpace(def.Model),
		PartNumber:   strings.TrimSpace(def.PartNumber),
		Description:  strings.TrimSpace(cmp.Or(def.Description, def.Comments)),
		Sources:      []netvet.Source{{Input: r.src.Name, Record: place}},
	}
	p.Name = p.Model
	if p.Manufacturer == "" && p.Model == "" {
		r.faults.add("document that is no device type", place, "neither manufacturer nor model: not read as a product")
		return r.faults.err
	}
	if len(def.Items) > 0 {
		p.BOM = netvet.BOM{Present: true, Format: "devicetype"}
	}
	r.types++
	if err := r.emit(ProductStart{p}); err != nil {
		return err
	}
	for i, item := range def.Items {
		if err := r.emit(Component{item.component(i)}); err != nil {
			return err
		}
	}
	if err := r.emit(ProductEnd{p}); err != nil {
		return err
	}
	return r.faults.err
}

func (p deviceTypeItem) component(i int) *netvet.Component {
	return &netvet.Component{
		Pointer:      fmt.Sprintf("/inventory-items/%d", i),
		Kind:         netvet.KindDevice,
		Type:         "inventory-item",
		Name:         strings.TrimSpace(cmp.Or(p.Name, p.Label)),
		Manufacturer: strings.TrimSpace(p.Manufacturer),
		PartNumber:   strings.TrimSpace(p.PartID),
		Description:  strings.TrimSpace(p.Description),
	}
}

// isBlankYAML tells a document of marks and comments only.
func isBlankYAML(data []byte) bool {
	for _, line := range bytes.Split(data, []byte("\n")) {
		text := bytes.TrimSpace(line)
		if len(text) > 0 && text[0] != '#' && !isDocumentMark(bytes.TrimSuffix(line, []byte("\r"))) {
			return false
		}
	}
	return true
}

// lineError counts the lines of the faults of a document from the start of the
// file, which is named already.
func lineError(err error, line int) error {
	var wrong strictyaml.Faults
	if !errors.As(err, &wrong) || len(wrong) == 0 {
		return err
	}
	if wrong[0].Line == 0 {
		return fmt.Errorf("the document at line %d: %s", line, wrong[0].Text)
	}
	return fmt.Errorf("line %d: %s", line+wrong[0].Line-1, wrong[0].Text)
}

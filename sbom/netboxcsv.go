package sbom

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// netboxCSV reads the tables that NetBox and Nautobot export: devices, virtual
// machines, types, modules and inventory items. Each row is read as the object of
// their REST interface that it shows, so that parts come to their devices.
func netboxCSV() Format {
	return Format{
		Name:   "netbox-csv",
		Title:  "NetBox and Nautobot: exported tables, CSV",
		Expect: "a CSV export of NetBox or Nautobot (devices, types, modules, inventory items or virtual machines)",
		Detect: detectNetBoxCSV,
		Read:   readNetBoxCSV,
	}
}

func detectNetBoxCSV(s Sample) float64 {
	line, _, ok := strings.Cut(string(s.Head), "\n")
	if !ok || len(line) > 4096 {
		return 0
	}
	header, err := csv.NewReader(strings.NewReader(line)).Read()
	if err != nil {
		return 0
	}
	return boolSure(netboxTableKind(header) != "")
}

// netboxTableKind tells by its header what a table lists. A header of which other
// tools have as much is left to the reader of tables.
func netboxTableKind(header []string) string {
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = netboxColumn(name)
	}
	has := func(columns ...string) bool {
		for _, column := range columns {
			if !slices.ContainsFunc(strings.Split(column, "|"), func(name string) bool { return slices.Contains(names, name) }) {
				return false
			}
		}
		return true
	}
	switch {
	case has("device|device__name", "module_bay|module_bay__name|parent_module_bay__name", "module_type|module_type__model"):
		return "modules"
	case has("device|device__name", "name", "manufacturer|manufacturer__name", "part_id"):
		return "inventory-items"
	case has("device_type__model", "name"),
		has("name", "manufacturer", "device_type|type", "status", "tenant", "site|location", "role|device_role"):
		return "devices"
	case has("manufacturer|manufacturer__name", "device_type|model", "u_height"):
		return "device-types"
	case has("manufacturer|manufacturer__name", "module_type", "part_number"), has("manufacturer__name", "model", "part_number"):
		return "module-types"
	case has("name", "cluster|cluster__name", "vcpus"):
		return "virtual-machines"
	}
	return ""
}

// netboxColumn spells the title of a column ("Serial number") as its field is
// called ("serial_number").
func netboxColumn(title string) string {
	title, _, _ = strings.Cut(strings.TrimPrefix(title, "\ufeff"), " (") // "Memory (MB)"
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(title)), " ", "_")
}

// netboxField is where a column stands in the object of the REST interface. A
// double underscore goes into an object.
func netboxField(kind, column string) string {
	switch column {
	case "serial_number":
		return "serial"
	case "type", "device_type":
		if kind == "devices" {
			return "device_type__model"
		}
		return "model"
	case "module_type":
		if kind == "modules" {
			return "module_type__model"
		}
		return "model"
	case "manufacturer", "manufacturer__name":
		switch kind {
		case "devices":
			return "device_type__manufacturer__name"
		case "modules":
			return "module_type__manufacturer__name"
		}
		return "manufacturer__name"
	case "device", "device__name":
		return "device__name"
	case "location", "site", "rack", "role", "device_role", "platform", "cluster", "module_bay":
		return column + "__name"
	case "rack_name":
		return "rack__name"
	case "module_bay__name", "parent_module_bay__name":
		return "module_bay__name"
	case "software_version":
		return "software_version__version"
	}
	return column
}

func readNetBoxCSV(ctx context.Context, src *Stream, emit func(Record) error) (Info, error) {
	r := newNetBoxReader(src, emit)
	rows := csv.NewReader(src.Reader)
	rows.FieldsPerRecord, rows.ReuseRecord = -1, true
	header, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return Info{}, errors.New("the table is empty")
	} else if err != nil {
		return Info{}, err
	}
	header = slices.Clone(header)
	kind := netboxTableKind(header)
	if kind == "" {
		return Info{}, errors.New("the header names neither devices nor types, modules, inventory items or virtual machines of NetBox")
	}
	for i, title := range header {
		header[i] = netboxField(kind, netboxColumn(title))
	}
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Info{}, err
		}
		line, _ := rows.FieldPos(0)
		place := fmt.Sprintf("line %d", line)
		if len(cells) != len(header) {
			r.faults.add("row of another length", place, fmt.Sprintf("%d cells where the header has %d: not read", len(cells), len(header)))
			continue
		}
		if err := r.object(netboxRow(header, cells), kind, place); err != nil {
			return Info{}, err
		}
		if ctx.Err() != nil {
			return Info{}, ctx.Err()
		}
	}
	return r.finish()
}

// netboxRow makes an object of a row.
func netboxRow(header, cells []string) jsonValue {
	object := make(map[string]any)
	for i, cell := range cells {
		if cell = strings.TrimSpace(cell); cell == "" || cell == "—" || cell == "NULL" || cell == "NoObject" {
			continue
		}
		path := strings.Split(header[i], "__")
		at := object
		for _, name := range path[:len(path)-1] {
			inner, ok := at[name].(map[string]any)
			if !ok {
				inner = make(map[string]any)
				at[name] = inner
			}
			at = inner
		}
		if name := path[len(path)-1]; at[name] == nil {
			at[name] = cell
		}
	}
	return jsonValue{object}
}

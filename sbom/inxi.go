package sbom

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/netvet/netvet"
)

func inxiFormat() Format {
	return Format{
		Name:   "inxi",
		Title:  "inxi, text or JSON",
		Expect: `what inxi -F prints (sections "System:", "Machine:", "CPU:"), or its JSON`,
		Detect: detectInxi,
		Read:   readInxi,
	}
}

var (
	// inxiJSONSign matches the first section of the JSON. Keys carry their place in the
	// text before their name.
	inxiJSONSign = regexp.MustCompile(`^\s*\[?\s*\{\s*"\d+#\d+#\d+#System"\s*:`)
	inxiColour   = regexp.MustCompile(`\x1b\[[0-9;]*m|\x03\d{0,2}`)
	inxiSection  = regexp.MustCompile(`^([A-Z][A-Za-z]*):(?:\s|$)`)
	inxiKey      = regexp.MustCompile(`(?:^|\s)([A-Za-z][A-Za-z/-]*(?:-\d+)?):(?:\s|$)`)
)

// detectInxi looks for the section System, which comes first and names the host or its
// kernel, and for two of the others.
func detectInxi(s Sample) float64 {
	if inxiJSONSign.Match(s.Head) {
		return 1
	}
	if !bytes.Contains(s.Head, []byte("System:")) || !bytes.Contains(s.Head, []byte("Kernel:")) {
		return 0
	}
	sections := inxiFields(string(s.Head[:min(len(s.Head), 16<<10)]))
	others := 0
	for _, name := range []string{"Machine", "CPU", "Graphics", "Network", "Drives", "Info"} {
		if len(sections[name]) > 0 {
			others++
		}
	}
	for _, f := range sections["System"] {
		if f.key == "Kernel" && others >= 2 {
			return 1
		}
	}
	return 0
}

// inxiField is one "key: value" of the text.
type inxiField struct {
	key, value, place string
}

// maxInxi is the size in bytes that the text may have: it describes one machine.
const maxInxi = 4 << 20

func readInxi(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	text, err := io.ReadAll(io.LimitReader(src.Reader, maxInxi+1))
	switch {
	case err != nil:
		return Info{}, err
	case len(text) > maxInxi:
		return Info{}, fmt.Errorf("larger than %d bytes, which the description of one machine may not be", maxInxi)
	case !utf8.Valid(text):
		return Info{}, errors.New("invalid UTF-8: run inxi with LC_ALL=C.UTF-8")
	}
	var sections map[string][]inxiField
	faults := newFaults(emit)
	if inxiJSONSign.Match(text) {
		if sections, err = inxiJSON(src, text, faults); err != nil {
			return Info{}, err
		}
	} else {
		sections = inxiFields(string(text))
	}
	if len(sections["System"])+len(sections["Machine"]) == 0 {
		return Info{}, errors.New("there is no section System or Machine in it: run inxi -F")
	}
	h := newHost(src, "inxi", "")
	for _, g := range inxiGroups(sections["System"], "Host", "Kernel", "Distro") {
		h.inxiSystem(g)
	}
	for _, g := range inxiGroups(sections["Machine"], "Type", "System", "Chassis", "Mobo", "BIOS", "Bios", "UEFI", "UEFI-[Legacy]", "Device") {
		h.inxiMachine(g)
	}
	for _, g := range inxiGroups(sections["CPU"], "Info", "Topology") {
		h.add(netvet.Component{Kind: netvet.KindDevice, Type: "processor", Name: g.stated("model"), Pointer: g.place()})
	}
	for _, section := range []string{"Memory", "Graphics", "Audio", "Network", "Bluetooth", "RAID", "Drives", "Battery"} {
		for _, g := range inxiGroups(sections[section], "Device", "Card", "ID", "Hardware", "IF", "Array", "Report", "RAM", "Local", "Display", "API", "Server") {
			h.inxiDevice(section, g)
		}
	}
	if err := h.emit(src, emit); err != nil {
		return Info{}, err
	}
	return Info{}, faults.finish()
}

// inxiFields cuts the text into sections and those into fields.
func inxiFields(text string) map[string][]inxiField {
	sections, section := make(map[string][]inxiField), ""
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(inxiColour.ReplaceAllString(line, ""), " \r")
		if m := inxiSection.FindStringSubmatch(line); m != nil {
			section, line = m[1], line[len(m[1])+1:]
		}
		keys := inxiKey.FindAllStringSubmatchIndex(line, -1)
		for k, at := range keys {
			end := len(line)
			if k+1 < len(keys) {
				end = keys[k+1][0]
			}
			sections[section] = append(sections[section], inxiField{line[at[2]:at[3]], strings.TrimSpace(line[at[1]:max(at[1], end)]), fmt.Sprintf("line %d", i+1)})
		}
	}
	return sections
}

// inxiJSON takes the fields out of the JSON: objects of sections, each with a list of
// objects whose keys are in order by their numbers.
func inxiJSON(src *Stream, text []byte, faults *faults) (map[string][]inxiField, error) {
	t, err := readHostJSON(&Stream{Name: src.Name, Reader: bytes.NewReader(text), Options: src.Options})
	if err != nil {
		return nil, err
	}
	if err := t.settle(faults); err != nil {
		return nil, err
	}
	sections := make(map[string][]inxiField)
	var walk func(section string, n hostNode)
	walk = func(section string, n hostNode) {
		for key, item := range n.each() {
			name := key[strings.LastIndexByte(key, '#')+1:]
			if item.value() != "" {
				sections[section] = append(sections[section], inxiField{name, item.value(), item.place})
			} else {
				walk(section, item)
			}
		}
	}
	for _, part := range t.root.list() {
		for key, section := range part.each() {
			walk(key[strings.LastIndexByte(key, '#')+1:], section)
		}
	}
	return sections, nil
}

// inxiGroup is what is said of one thing: its fields, the first of which names it.
type inxiGroup []inxiField

// inxiGroups begins a group at each of the keys; "Device" stands for "Device-1".
func inxiGroups(fields []inxiField, starts ...string) []inxiGroup {
	var groups []inxiGroup
	for _, f := range fields {
		name := strings.TrimRight(strings.TrimRight(f.key, "0123456789"), "-")
		begins := false
		for _, start := range starts {
			begins = begins || name == start
		}
		if begins || len(groups) == 0 {
			groups = append(groups, nil)
		}
		last := len(groups) - 1
		groups[last] = append(groups[last], f)
	}
	return groups
}

func (g inxiGroup) place() string { return g[0].place }

func (g inxiGroup) stated(key string) string {
	for _, f := range g {
		if f.key == key {
			return statedText(f.value)
		}
	}
	return ""
}

func (h *host) inxiSystem(g inxiGroup) {
	switch g[0].key {
	case "Host":
		h.Name = g.stated("Host")
		h.Sources[0].Record = g.place()
	case "Distro":
		h.add(netvet.Component{Kind: netvet.KindSoftware, Type: "operating-system", Name: g.stated("Distro"), Pointer: g.place()})
	}
}

func (h *host) inxiMachine(g inxiGroup) {
	switch g[0].key {
	case "Type", "Device": // as versions until 2.3 say
		h.CategoryText = g.stated(g[0].key)
	case "System":
		h.Manufacturer, h.Model = g.stated("System"), g.stated("product")
		h.Version, h.Serial = g.stated("v"), g.stated("serial")
		h.seemsVirtual()
	case "Mobo":
		h.add(netvet.Component{Kind: netvet.KindDevice, Type: "board", Name: g.stated("model"), Manufacturer: g.stated("Mobo"),
			Version: g.stated("v"), Serial: g.stated("serial"), Pointer: g.place()})
	case "BIOS", "Bios", "UEFI", "UEFI-[Legacy]":
		h.add(dmiFirmware(g[0].value, g.stated("v"), g.place()))
	}
}

// inxiDevice takes a device. The maker that inxi calls vendor is that of a drive, but of
// a card it is who sold it: who made the chip stands in its name.
func (h *host) inxiDevice(section string, g inxiGroup) {
	key := strings.TrimRight(g[0].key, "-0123456789")
	c := netvet.Component{Kind: netvet.KindDevice, Type: strings.ToLower(section), Name: g.stated(g[0].key), Serial: g.stated("serial"), Pointer: g.place()}
	switch {
	case section == "Network" && key == "IF":
		h.Identifiers = withIdentifier(h.Identifiers, netvet.IDMAC, g.stated("mac"))
		return
	case key != "Device" && key != "Card" && key != "ID" && key != "Hardware":
		return
	case section == "Memory":
		if size := g.stated("size"); size == "" || strings.HasPrefix(size, "No Module") {
			return
		}
		c.Manufacturer, c.PartNumber, c.Description = g.stated("manufacturer"), g.stated("part-no"), c.Name
		c.Name = strings.TrimSpace(g.stated("size") + " " + g.stated("type"))
		memoryMaker(&c)
	case section == "Drives", section == "Battery":
		c.Ref, c.Name = c.Name, cmp.Or(g.stated("model"), c.Name)
		c.Manufacturer, c.Version = g.stated("vendor"), cmp.Or(g.stated("fw-rev"), g.stated("rev"))
	default:
		c.Supplier = g.stated("vendor")
		scheme := netvet.IDPCI
		if g.stated("type") == "USB" || strings.Contains(g.stated("bus-ID"), "-") {
			scheme = netvet.IDUSB
		}
		c.Identifiers = withIdentifier(c.Identifiers, scheme, g.stated("chip-ID"))
	}
	h.add(c)
}

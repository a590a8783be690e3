package sbom

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/netvet/netvet"
)

func dmidecodeFormat() Format {
	return Format{
		Name:   "dmidecode",
		Title:  "dmidecode, text",
		Expect: `the text of dmidecode (lines "Handle 0x0001, DMI type 1, 27 bytes")`,
		Detect: detectDmidecode,
		Read:   readDmidecode,
	}
}

// dmiHandle matches the line that begins a structure. Until version 2.8 the type
// stood in the line that follows.
var (
	dmiHandle = regexp.MustCompile(`^Handle (0x[0-9A-Fa-f]{1,8})(?:, DMI type (\d{1,3}), \d+ bytes\.?)?$`)
	dmiType   = regexp.MustCompile(`^DMI type (\d{1,3}), \d+ bytes\.?$`)
	dmiSign   = regexp.MustCompile(`(?m)^Handle 0x[0-9A-Fa-f]+(?:, DMI type \d+, \d+ bytes\.?\r?$|\r?\n\s+DMI type \d+, \d+ bytes\.?\r?$)`)
	dmiTool   = regexp.MustCompile(`^# dmidecode \d`)
)

func detectDmidecode(s Sample) float64 {
	head := bytes.TrimLeft(s.Head, " \t\r\n")
	if len(head) == 0 || head[0] == '{' || head[0] == '[' || head[0] == '<' {
		return 0
	}
	if dmiTool.Match(head) || dmiSign.Match(head) {
		return 1
	}
	return 0
}

// dmiStructure is one structure of the DMI table.
type dmiStructure struct {
	handle string
	kind   int
	fields map[string]string // the properties with a value in their own line, the first of each name
	indent int               // of the properties; -1 before the first
	title  bool              // the title was read
}

func (s *dmiStructure) place() string {
	return fmt.Sprintf("DMI type %d handle %s", s.kind, s.handle)
}

func (s *dmiStructure) stated(name string) string {
	text, have := s.fields[name]
	if !have {
		text = s.fields[dmiOldNames()[name]]
	}
	return statedText(text)
}

// dmiOldNames are the names that properties had until version 2.0 of the tool.
func dmiOldNames() map[string]string {
	return map[string]string{"Manufacturer": "Vendor", "Product Name": "Product", "Type": "Chassis Type"}
}

// maxDMIStructures is how many structures a table can hold: handles have 16 bits
// (SMBIOS specification, section 6.1.2).
const maxDMIStructures = 1 << 16

// dmiReader reads the text line by line. Every run of the tool in it is a host.
type dmiReader struct {
	src     *Stream
	emit    func(Record) error
	faults  *faults
	version string // of SMBIOS
	host    *dmiHost
	open    *dmiStructure
	hosts   int
	line    int
	offset  int64
}

// dmiHost is the host of one table.
type dmiHost struct {
	*host
	structures int
	system     bool
	isVirtual  bool
	board      string
	modules    map[string]int // place of memory modules in parts, by handle
}

func readDmidecode(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	r := &dmiReader{src: src, emit: emit, faults: newFaults(emit)}
	err := r.read()
	return Info{Version: r.version}, err
}

func (r *dmiReader) read() error {
	lines := bufio.NewReader(r.src.Reader)
	for {
		raw, err := readTextLine(lines, r.src.Options.MaxString)
		if err != nil && err != io.EOF {
			return fmt.Errorf("after line %d (byte %d): %w", r.line, r.offset, err)
		}
		if len(raw) > 0 {
			r.line++
			if err := r.take(strings.TrimRight(string(raw), "\r\n")); err != nil {
				return err
			}
			r.offset += int64(len(raw))
		}
		if err == io.EOF {
			break
		}
	}
	if err := r.endHost(); err != nil {
		return err
	}
	if r.hosts == 0 {
		return errors.New("there is no DMI table in it: run dmidecode as root on the machine itself")
	}
	return r.faults.finish()
}

// readTextLine reads a line with its end. A line longer than the limit is an error.
func readTextLine(r *bufio.Reader, limit int) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > limit {
			return nil, fmt.Errorf("a line longer than %d bytes", limit)
		}
		if err != bufio.ErrBufferFull {
			return line, err
		}
	}
}

func (r *dmiReader) take(line string) error {
	text := strings.TrimSpace(line)
	if !utf8.ValidString(text) {
		r.faults.add("invalid UTF-8", "line "+strconv.Itoa(r.line), fmt.Sprintf("invalid UTF-8 after byte %d: the line is left out", r.offset))
		return r.faults.err
	}
	if m := dmiHandle.FindStringSubmatch(text); m != nil {
		return r.begin(m[1], m[2])
	}
	indent := len(line) - len(strings.TrimLeft(line, " \t"))
	s := r.open
	switch {
	case text == "":
	case indent == 0 && strings.HasPrefix(text, "# dmidecode "):
		return r.endHost()
	case indent == 0 && strings.HasPrefix(text, "SMBIOS ") && strings.HasSuffix(text, " present."):
		r.version = cmp.Or(r.version, strings.TrimSuffix(strings.TrimPrefix(text, "SMBIOS "), " present."))
	case s == nil:
	case text == "Header and Data:" && s.kind >= 0 && s.kind <= 4: // of other types, only those of makers are not decoded
		return fmt.Errorf("line %d: the structures are not decoded: run dmidecode without -u", r.line)
	case s.kind == 0 && text == "System is a virtual machine":
		r.host.isVirtual = true
	case s.kind < 0:
		if m := dmiType.FindStringSubmatch(text); m != nil {
			s.kind, _ = strconv.Atoi(m[1])
		}
	case !s.title:
		s.title = true
	case text == "<TRUNCATED>":
		r.faults.add("truncated structure", s.place(), "the structure is cut off in the DMI table of the machine: what it would say is not known")
	case indent < s.indent && !strings.Contains(text, ":"): // type 10 lists its devices under a title each
		r.host.structure(s)
		s.fields, s.indent = make(map[string]string), -1
	default:
		s.property(indent, text)
	}
	return r.faults.err
}

// property takes a line "Name: value". Lines set in deeper are elements of a list.
func (s *dmiStructure) property(indent int, text string) {
	if s.indent < 0 {
		s.indent = indent
	}
	name, value, ok := strings.Cut(text, ":")
	if !ok && s.kind == 130 && s.fields["data"] == "" {
		s.fields["data"] = text
	}
	if !ok || indent > s.indent {
		return
	}
	if _, have := s.fields[name]; !have {
		s.fields[name] = strings.TrimSpace(value)
	}
}

func (r *dmiReader) begin(handle, kind string) error {
	r.end()
	if r.host == nil {
		r.host = &dmiHost{host: newHost(r.src, "dmidecode", ""), modules: make(map[string]int)}
		r.hosts++
	}
	if r.host.structures++; r.host.structures > maxDMIStructures {
		return fmt.Errorf("line %d: more than %d structures in one DMI table, which cannot be", r.line, maxDMIStructures)
	}
	r.open = &dmiStructure{handle: handle, kind: -1, fields: make(map[string]string), indent: -1}
	if kind != "" {
		r.open.kind, _ = strconv.Atoi(kind)
	}
	return r.faults.err
}

// end settles the structure that was begun.
func (r *dmiReader) end() {
	s := r.open
	r.open = nil
	if s != nil && s.kind < 0 {
		r.faults.add("structure without a type", "handle "+s.handle, "the type of the structure is not given: it is left out")
	} else if s != nil {
		r.host.structure(s)
	}
}

func (r *dmiReader) endHost() error {
	r.end()
	h := r.host
	r.host = nil
	if h == nil {
		return r.faults.err
	}
	if !h.system {
		r.faults.add("no system information", "", "there is no structure of DMI type 1: which system this is, is not known")
		if r.faults.err != nil {
			return r.faults.err
		}
	}
	h.Name = cmp.Or(h.Model, h.board)
	if h.seemsVirtual(); h.isVirtual {
		h.virtual("")
	}
	return h.emit(r.src, r.emit)
}

// structure takes one structure of the table. The numbers are those of the SMBIOS
// specification, section 7.
func (h *dmiHost) structure(s *dmiStructure) {
	switch s.kind {
	case 0:
		h.add(dmiFirmware(s.fields["Vendor"], s.fields["Version"], s.place()))
	case 1:
		if !h.system {
			h.setSystem(s)
		}
	case 2:
		board := s.device("Product Name", cmp.Or(s.stated("Type"), "Base Board"))
		h.board = cmp.Or(h.board, board.Name)
		h.add(board)
	case 3:
		h.CategoryText = cmp.Or(h.CategoryText, s.stated("Type"))
		c := s.device("", "Chassis")
		c.PartNumber = s.stated("SKU Number")
		h.add(c)
	case 4:
		if !strings.Contains(s.fields["Status"], "Unpopulated") {
			h.add(s.device("Version", cmp.Or(s.stated("Type"), "Processor")))
		}
	case 10, 41:
		h.addOnboard(s)
	case 17:
		h.addModule(s)
	case 22:
		h.add(s.device("Name", "Battery"))
	case 38:
		h.add(netvet.Component{Kind: netvet.KindFirmware, Type: "bmc", Name: "IPMI device", Pointer: s.place(),
			Description: strings.TrimSpace("IPMI " + s.stated("Specification Version") + " " + s.stated("Interface Type"))})
	case 39:
		if !strings.Contains(s.fields["Status"], "Not Present") {
			h.add(s.powerSupply())
		}
	case 43:
		h.add(netvet.Component{Kind: netvet.KindDevice, Type: "TPM", Name: "TPM", Manufacturer: s.stated("Vendor ID"),
			Version: s.stated("Firmware Revision"), Description: s.stated("Description"), Pointer: s.place()})
	case 45:
		h.add(netvet.Component{Kind: netvet.KindFirmware, Type: "firmware", Name: s.stated("Firmware Component Name"),
			Manufacturer: s.stated("Manufacturer"), Version: s.stated("Firmware Version"), Pointer: s.place()})
	case 130:
		h.addAMT(s)
	case 202, 237:
		h.addModuleMaker(s)
	}
}

// addAMT takes what the firmware of Intel machines says of Active Management
// Technology: behind the sign "$AMT" a byte whether the machine has it, and one
// whether it is switched on.
func (h *dmiHost) addAMT(s *dmiStructure) {
	data := strings.Fields(s.fields["data"])
	if len(data) < 10 || strings.Join(data[4:8], "") != "24414D54" || data[8] != "01" {
		return
	}
	state := "not enabled"
	if data[9] == "01" {
		state = "enabled"
	}
	h.add(netvet.Component{Kind: netvet.KindFirmware, Type: "management engine", Name: "Intel AMT", Manufacturer: "Intel",
		Description: state + " in the firmware", Pointer: s.place()})
}

func (h *dmiHost) setSystem(s *dmiStructure) {
	h.system = true
	h.Manufacturer = s.stated("Manufacturer")
	h.Model = s.stated("Product Name")
	h.Version = s.stated("Version")
	h.Serial = s.stated("Serial Number")
	h.PartNumber = s.stated("SKU Number")
	h.Description = s.stated("Family")
	h.Sources[0].Record = s.place()
}

// device is a part whose name stands in the given property.
func (s *dmiStructure) device(name, kind string) netvet.Component {
	c := netvet.Component{
		Kind: netvet.KindDevice, Type: kind, Name: s.stated(name), Manufacturer: s.stated("Manufacturer"),
		PartNumber: s.stated("Part Number"), Serial: s.stated("Serial Number"), Pointer: s.place(),
	}
	if name != "Version" {
		c.Version = s.stated("Version")
	}
	return c
}

func (s *dmiStructure) powerSupply() netvet.Component {
	c := s.device("Name", "Power Supply")
	c.PartNumber = s.stated("Model Part Number")
	c.Version = s.stated("Revision")
	return c
}

// addModule takes a memory module. A slot without one is no part.
func (h *dmiHost) addModule(s *dmiStructure) {
	switch size := s.fields["Size"]; {
	case size == "", strings.HasPrefix(size, "No"), strings.HasPrefix(size, "0 "): // "No Module Installed", "Not Installed"
		return
	}
	c := s.device("", "Memory Device")
	c.Name = strings.TrimSpace(s.fields["Size"] + " " + s.stated("Type") + " " + s.stated("Form Factor"))
	c.Version = s.stated("Firmware Version")
	c.Description = s.stated("Locator")
	if id, ok := dmiJEP106(s.fields["Module Manufacturer ID"]); ok {
		c.Identifiers = withIdentifier(c.Identifiers, netvet.IDJEP106, id)
	} else {
		memoryMaker(&c)
	}
	h.modules[s.handle] = h.add(c)
}

// dmiJEP106 reads "Bank 5, Hex 0x16": the bank from 1, and the code with its
// parity bit.
func dmiJEP106(text string) (string, bool) {
	var bank, code int
	if n, err := fmt.Sscanf(text, "Bank %d, Hex 0x%x", &bank, &code); n != 2 || err != nil || bank < 1 || code < 0 || code > 0xFF {
		return "", false
	}
	return fmt.Sprintf("%d:%02X", bank, code&0x7F), true
}

// addModuleMaker takes HPE's own structures on memory modules (202 until Gen9, 237
// since), which name the maker where type 17 does not.
func (h *dmiHost) addModuleMaker(s *dmiStructure) {
	at, ok := h.modules[cmp.Or(s.fields["Associated Handle"], s.fields["Associated Memory Record"])]
	if !ok {
		return
	}
	c := &h.parts[at]
	c.Manufacturer = cmp.Or(c.Manufacturer, s.stated("DIMM Manufacturer"), s.stated("DIMM Vendor Name"))
	c.PartNumber = cmp.Or(c.PartNumber, s.stated("DIMM Manufacturer Part Number"), s.stated("DIMM Vendor Part Number"))
	c.Serial = cmp.Or(c.Serial, s.stated("DIMM Vendor Serial Number"))
}

// addOnboard takes a device on the board, of which the table tells the name only.
func (h *dmiHost) addOnboard(s *dmiStructure) {
	if s.fields["Status"] != "Enabled" {
		return
	}
	name := cmp.Or(s.stated("Reference Designation"), s.stated("Description"))
	if name == "" {
		return
	}
	h.add(netvet.Component{Kind: netvet.KindDevice, Type: cmp.Or(s.stated("Type"), "Onboard Device"), Name: name, Pointer: s.place()})
}

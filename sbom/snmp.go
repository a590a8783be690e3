package sbom

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/netvet/netvet"
)

func snmprecFormat() Format {
	return Format{
		Name:   "snmprec",
		Title:  "SNMP walk as recorded by snmpsim (.snmprec)",
		Expect: `an snmpsim record (lines such as "1.3.6.1.2.1.1.1.0|4|text")`,
		Detect: func(s Sample) float64 { return detectWalk(s, snmprecLine.Match) },
		Read: func(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
			return newWalkReader(src, "snmprec", emit).read(splitSNMPRec)
		},
	}
}

func snmpwalkFormat() Format {
	return Format{
		Name:   "snmpwalk",
		Title:  "SNMP walk as printed by snmpwalk",
		Expect: `output of snmpwalk -On (lines such as ".1.3.6.1.2.1.1.1.0 = STRING: text")`,
		Detect: func(s Sample) float64 {
			return detectWalk(s, func(line []byte) bool { return walkLine(string(line)) != nil })
		},
		Read: func(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
			return newWalkReader(src, "snmpwalk", emit).read(splitSNMPWalk)
		},
	}
}

var (
	snmprecLine = regexp.MustCompile(`^\.?[012](?:\.\d+)+\|\d+[a-z]*(?::[\w-]+)?\|`)
	// snmpwalkLine matches objects as numbers (-On), from "iso" on (the default
	// without MIBs), by the name of the MIB or all names (with MIBs), and by their own
	// name (-Os), which needs the type behind it; indices stand behind points or in
	// brackets (-OX).
	snmpwalkLine = regexp.MustCompile(`^(\.?[012](?:\.\d+)+|\.?iso(?:\.[\w-]+)+|[A-Za-z][\w-]*::[A-Za-z][\w-]*(?:\.[\w."-]+|\[[^\]]*\])*) = ?(.*)`)
	snmpwalkName = regexp.MustCompile(`^([a-z][\w-]*(?:\.[\w"-]+|\[[^\]]*\])+) = ((?:STRING|OID|INTEGER|Timeticks|Hex-STRING|Counter32|Counter64|Gauge32|IpAddress|Network Address|BITS|Opaque):.*|"".*)`)
	// snmpwalkQuick matches what stands without sign and type (-Oq).
	snmpwalkQuick = regexp.MustCompile(`^(\.?1\.3\.6\.1(?:\.\d+)+|\.?iso(?:\.[\w-]+){3,}|[A-Z][\w-]*::[a-z][\w-]*(?:\.[\w."-]+|\[[^\]]*\])+) (.*)`)
	walkCommand   = regexp.MustCompile(`^\S*[$#>%] *snmp\w*walk |^snmp\w*walk |^#`)
)

// detectWalk looks for a walk at the first line that is not the command itself.
func detectWalk(s Sample, isLine func([]byte) bool) float64 {
	rest := s.Head
	for len(rest) > 0 {
		var text []byte
		text, rest, _ = bytes.Cut(rest, []byte("\n"))
		text = bytes.TrimSpace(text)
		switch {
		case len(text) == 0 || walkCommand.Match(text):
		case isLine(text):
			return 1
		default:
			return 0
		}
	}
	return 0
}

// walkLine parts a line into the object and its value.
func walkLine(line string) []string {
	for _, re := range []*regexp.Regexp{snmpwalkLine, snmpwalkName, snmpwalkQuick} {
		if found := re.FindStringSubmatch(line); found != nil {
			return found
		}
	}
	return nil
}

// The objects that are read, of SNMPv2-MIB, BRIDGE-MIB and ENTITY-MIB.
const (
	systemOID      = "1.3.6.1.2.1.1."
	bridgeOID      = "1.3.6.1.2.1.17.1.1.0"  // dot1dBaseBridgeAddress
	addressOID     = "1.3.6.1.2.1.4.20.1.1." // ipAdEntAddr of IP-MIB, indexed by the address
	entPhysicalOID = "1.3.6.1.2.1.47.1.1.1.1."
)

// walkNames are the objects by name, for walks that were made with MIBs.
func walkNames() map[string]string {
	names := map[string]string{
		"enterprises": "1.3.6.1.4.1", "mib-2": "1.3.6.1.2.1",
		"sysDescr": systemOID + "1", "sysObjectID": systemOID + "2", "sysName": systemOID + "5", "sysLocation": systemOID + "6",
		"dot1dBaseBridgeAddress": strings.TrimSuffix(bridgeOID, ".0"), "ipAdEntAddr": strings.TrimSuffix(addressOID, "."),
		"entPhysicalDescr": entPhysicalOID + "2", "entPhysicalVendorType": entPhysicalOID + "3",
		"entPhysicalContainedIn": entPhysicalOID + "4", "entPhysicalClass": entPhysicalOID + "5",
		"entPhysicalParentRelPos": entPhysicalOID + "6", "entPhysicalName": entPhysicalOID + "7",
		"entPhysicalHardwareRev": entPhysicalOID + "8", "entPhysicalFirmwareRev": entPhysicalOID + "9",
		"entPhysicalSoftwareRev": entPhysicalOID + "10", "entPhysicalSerialNum": entPhysicalOID + "11",
		"entPhysicalMfgName": entPhysicalOID + "12", "entPhysicalModelName": entPhysicalOID + "13",
		"entPhysicalIsFRU": entPhysicalOID + "16",
	}
	for _, o := range knownNetDevices().Objects {
		if at := strings.LastIndexByte(o.OID, '.'); len(o.Name) > len("serialNumber") { // shorter names are of many MIBs
			names[o.Name] = o.OID[:at]
		}
	}
	for _, t := range knownNetDevices().Tables {
		for column, c := range t.Columns {
			names[c.Name] = t.OID + column
		}
	}
	return names
}

// walkReader reads a walk. A walk goes column by column, so the rows of the table
// of parts are held until the end.
type walkReader struct {
	lines  *bufio.Reader
	opt    Options
	emit   func(Record) error
	faults *faults
	source netvet.Source
	format string
	offset int64
	line   int
	names  map[string]string
	system systemGroup
	mac    string
	ips    []string
	stated netvet.Product // what vendors' own objects hold
	unread string         // takes columns that make a row and say nothing that is kept
	found  bool
	rows   map[string]*entPhysical
	order  []string
}

func newWalkReader(src *Stream, format string, emit func(Record) error) *walkReader {
	return &walkReader{lines: tagValueLines(src.Reader), opt: src.Options, emit: emit, faults: newFaults(emit), format: format,
		source: netvet.Source{Input: src.Name}, names: walkNames(), rows: make(map[string]*entPhysical)}
}

// walkValue is one value of a walk, at the line where it begins.
type walkValue struct {
	oid  string
	text []byte
	hex  bool
	line int
}

// read takes every line of the walk. The function splits a line into object and
// value; a line that is neither continues the value before it.
func (r *walkReader) read(split func(*walkReader, string) (walkValue, bool)) (Info, error) {
	var last walkValue
	for {
		line, err := r.readLine()
		if err == io.EOF {
			break
		}
		if err != nil {
			return Info{}, err
		}
		if strings.TrimSpace(line) == "" || walkCommand.MatchString(line) {
			continue
		}
		value, ok := split(r, line)
		if !ok {
			if err := r.more(&last, line); err != nil {
				return Info{}, err
			}
			continue
		}
		if err := r.take(last); err != nil {
			return Info{}, err
		}
		last = value
		last.line = r.line
	}
	if err := r.take(last); err != nil {
		return Info{}, err
	}
	return r.finish()
}

// more adds a line to the value it continues.
func (r *walkReader) more(last *walkValue, line string) error {
	if last.oid == "" || r.format == "snmprec" {
		r.faults.add("line that is no value", r.place(r.line), "is no object and value: left out")
		return r.faults.err
	}
	if len(last.text)+len(line) > r.opt.MaxString {
		return fmt.Errorf("line %d: a value longer than %d bytes", last.line, r.opt.MaxString)
	}
	if r.field(last.oid) != nil {
		last.text = append(append(last.text, '\n'), line...)
	}
	return nil
}

func (r *walkReader) place(line int) string { return "line " + strconv.Itoa(line) }

// readLine reads a line without its end.
func (r *walkReader) readLine() (string, error) {
	var line []byte
	for {
		part, err := r.lines.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > r.opt.MaxString {
			return "", fmt.Errorf("at byte %d: a line longer than %d bytes", r.offset, r.opt.MaxString)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil && (err != io.EOF || len(line) == 0) {
			return "", err
		}
		break
	}
	r.offset += int64(len(line))
	r.line++
	return string(bytes.TrimRight(line, "\r\n")), nil
}

func splitSNMPRec(_ *walkReader, line string) (walkValue, bool) {
	if !snmprecLine.MatchString(line) {
		return walkValue{}, false
	}
	parts := strings.SplitN(line, "|", 3)
	tag, _, _ := strings.Cut(parts[1], ":")
	return walkValue{oid: strings.TrimPrefix(parts[0], "."), text: []byte(parts[2]), hex: strings.HasSuffix(tag, "x")}, true
}

func splitSNMPWalk(r *walkReader, line string) (walkValue, bool) {
	found := walkLine(line)
	if found == nil {
		return walkValue{}, false
	}
	v := walkValue{oid: r.numeric(found[1])}
	text := found[2]
	kind, value, typed := strings.Cut(text, ": ")
	switch {
	case strings.HasPrefix(text, "No Such ") || strings.HasPrefix(text, "No more variables"):
		v.oid = noObject
	case !typed && strings.HasSuffix(text, ":") && !strings.Contains(text, " "):
		text = "" // a type without a value
	case typed && (kind == "Hex-STRING" || kind == "STRING" || kind == "OID" || kind == "INTEGER"):
		text, v.hex = value, kind == "Hex-STRING"
	}
	v.text = []byte(text)
	return v, true
}

// noObject stands for an object that the device says it does not have.
const noObject = "none"

// numeric turns the name of an object into numbers, if it is one that is read.
func (r *walkReader) numeric(name string) string {
	plain := strings.TrimPrefix(name, ".")
	if strings.HasPrefix(plain, "1.") {
		return plain
	}
	if rest, ok := strings.CutPrefix(plain, "iso.3."); ok {
		return "1.3." + rest
	}
	if _, rest, ok := strings.Cut(plain, "::"); ok {
		plain = rest
	}
	labels := strings.Split(strings.ReplaceAll(strings.ReplaceAll(plain, "[", "."), "]", ""), ".")
	for i, label := range slices.Backward(labels) {
		if oid, ok := r.names[label]; ok {
			return oid + "." + strings.Join(labels[i+1:], ".")
		}
	}
	return plain
}

// take keeps a value if it is one of those that are read.
func (r *walkReader) take(v walkValue) error {
	if address, ok := strings.CutPrefix(v.oid, addressOID); ok {
		r.ips = addAddresses(r.ips, address)
		return nil
	}
	field := r.field(v.oid)
	if field == nil {
		return nil
	}
	if field == &r.mac {
		r.mac = hexOfAddress(v)
		return nil
	}
	text, ok := r.valueText(v)
	if !ok && field != &r.unread {
		r.faults.add("value that is no text", r.place(v.line), v.oid+" is no text: left out")
		text = ""
	}
	*field = text
	r.found = true
	if row := r.row(v.oid); row != nil {
		if row.pointer == "" {
			row.pointer = r.place(v.line)
		}
		if len(r.order) > r.opt.MaxComponents {
			return tooManyComponents(r.opt.MaxComponents)
		}
	} else if r.source.Record == "" {
		r.source.Record = r.place(v.line)
	}
	return r.faults.err
}

// field returns where the value of an object belongs, or nil.
func (r *walkReader) field(oid string) *string {
	switch oid {
	case systemOID + "1.0":
		return &r.system.descr
	case systemOID + "2.0":
		return &r.system.objectID
	case systemOID + "5.0":
		return &r.system.name
	case systemOID + "6.0":
		return &r.system.location
	case bridgeOID:
		return &r.mac
	}
	if object := knownNetDevices().objects[oid]; object != nil {
		return deviceField(&r.stated, object.Field)
	}
	row := r.row(oid)
	if row == nil {
		return nil
	}
	if row.table != nil {
		return row.table.field(row, oid)
	}
	column, _, _ := strings.Cut(strings.TrimPrefix(oid, entPhysicalOID), ".")
	switch column {
	case "2":
		return &row.descr
	case "4":
		return &row.parent
	case "5":
		return &row.class
	case "7":
		return &row.name
	case "8":
		return &row.hardware
	case "9":
		return &row.firmware
	case "10":
		return &row.software
	case "11":
		return &row.serial
	case "12":
		return &row.maker
	case "13":
		return &row.model
	}
	return &r.unread
}

// row returns the row of a table of parts that an object belongs to, or nil.
func (r *walkReader) row(oid string) *entPhysical {
	rest, ok := strings.CutPrefix(oid, entPhysicalOID)
	prefix, table := "", (*netTable)(nil)
	for i := range knownNetDevices().Tables {
		if t := &knownNetDevices().Tables[i]; !ok {
			if rest, ok = strings.CutPrefix(oid, t.OID); ok {
				prefix, table = t.OID, t
			}
		}
	}
	column, index, indexed := strings.Cut(rest, ".")
	if !ok || !indexed || index == "" || strings.Trim(column+index, "0123456789.") != "" || table == nil && strings.Contains(index, ".") {
		return nil
	}
	row := r.rows[prefix+index]
	if row == nil {
		row = &entPhysical{index: strings.Clone(index), table: table}
		r.rows[prefix+row.index] = row
		r.order = append(r.order, prefix+row.index)
	}
	return row
}

// field returns where the value of a column of a vendor's table belongs.
func (t *netTable) field(row *entPhysical, oid string) *string {
	column, _, _ := strings.Cut(strings.TrimPrefix(oid, t.OID), ".")
	switch t.Columns[column].Field {
	case "description":
		return &row.descr
	case "serial":
		return &row.serial
	case "version":
		return &row.hardware
	case "part":
		return &row.model
	}
	return &row.unread
}

// parts returns the rows that are the device's parts: those of ENTITY-MIB, or where
// there are none, those of a vendor's own table that say anything.
func (r *walkReader) parts() []*entPhysical {
	var standard, own []*entPhysical
	for _, key := range r.order {
		switch row := r.rows[key]; {
		case row.table == nil:
			standard = append(standard, row)
		case deviceText(row.descr) != "" || deviceText(row.serial) != "" || deviceText(row.model) != "":
			own = append(own, row)
		}
	}
	if len(standard) > 0 {
		return standard
	}
	return own
}

// valueText returns a value as text: decoded, without quotes and control
// characters, and with the word for a number of entPhysicalClass.
func (r *walkReader) valueText(v walkValue) (string, bool) {
	text := string(v.text)
	if v.hex {
		raw, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
		if err != nil {
			return "", false
		}
		text, _, _ = strings.Cut(string(raw), "\x00") // what follows is what the agent's memory held
	}
	if !utf8.ValidString(text) {
		return "", false
	}
	if r.format == "snmpwalk" && len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		text = text[1 : len(text)-1]
	}
	text = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' && c != '\t' {
			return -1
		}
		return c
	}, text)
	switch {
	case strings.HasPrefix(v.oid, entPhysicalOID+"5."):
		return physicalClass(text), true
	case strings.HasPrefix(v.oid, entPhysicalOID+"4."), v.oid == systemOID+"2.0":
		return strings.TrimSpace(text), true
	}
	return text, true
}

var enumerated = regexp.MustCompile(`^([\w-]+)\((\d+)\)$`)

// physicalClass returns the word for a number of PhysicalClass (RFC 6933).
func physicalClass(text string) string {
	if found := enumerated.FindStringSubmatch(text); found != nil {
		return found[1]
	}
	words := []string{"", "other", "unknown", "chassis", "backplane", "container", "powerSupply", "fan", "sensor",
		"module", "port", "stack", "cpu", "energyObject", "battery", "storageDrive"}
	if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && n > 0 && n < len(words) {
		return words[n]
	}
	return text
}

// hexOfAddress returns the digits of a MAC address, which walks show as bytes, as
// "0:1b:54:c2:ed:d0", or with blanks between.
func hexOfAddress(v walkValue) string {
	text := strings.TrimSpace(string(v.text))
	if parts := strings.Split(text, ":"); len(parts) == 6 {
		for i, part := range parts {
			if len(part) == 1 {
				parts[i] = "0" + part
			}
		}
		text = strings.Join(parts, "")
	}
	return text
}

func (r *walkReader) finish() (Info, error) {
	if !r.found {
		return Info{}, errors.New("the walk holds neither the system group nor ENTITY-MIB, so nothing says which device it is of: walk .1.3.6.1.2.1.1 and .1.3.6.1.2.1.47 as well")
	}
	if r.source.Record == "" {
		r.source.Record = "line 1"
	}
	p := netvet.Product{Name: documentName(r.source.Input), Kind: netvet.KindDevice, Sources: []netvet.Source{r.source},
		BOM: netvet.BOM{Format: r.format}}
	parts := r.parts()
	p.BOM.Present = len(parts) > 0
	var tree entTree
	for _, row := range parts {
		if row.table == nil {
			tree.add(*row)
		}
	}
	r.system.fill(&p, tree.device())
	r.fillStated(&p)
	p.Identifiers = addIdentifier(p.Identifiers, netvet.IDMAC, r.mac)
	p.Addresses = addAddresses(r.ips, deviceText(r.system.name))
	start := p
	start.Identifiers, start.Sources = slices.Clone(p.Identifiers), slices.Clone(p.Sources)
	if err := r.emit(ProductStart{start}); err != nil {
		return Info{}, err
	}
	for _, row := range parts {
		c := row.component()
		if err := r.emit(Component{&c}); err != nil {
			return Info{}, err
		}
	}
	if err := r.faults.finish(); err != nil {
		return Info{}, err
	}
	return Info{Notes: tree.notes()}, r.emit(ProductEnd{p})
}

// fillStated completes a product from the objects that vendors keep for its model,
// serial number and version.
func (r *walkReader) fillStated(p *netvet.Product) {
	r.stated.Version, _, _ = strings.Cut(r.stated.Version, ",") // "v7.2.5,build1517,230606"
	for _, word := range []string{"maker", "model", "version", "serial", "part", "description"} {
		to, from := deviceField(p, word), deviceField(&r.stated, word)
		*to = cmp.Or(*to, deviceText(*from))
	}
	p.Manufacturer = cmp.Or(p.Manufacturer, makerOfModel(p.Model))
	classify(p)
}

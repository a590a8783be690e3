package sbom

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/netvet/netvet"
)

func showCommandsFormat() Format {
	return Format{
		Name:   "show-commands",
		Title:  "Output of show and display commands of network devices, text",
		Expect: `output of "show version", "show inventory", "show chassis hardware", "display device" and their like`,
		Detect: detectShowCommands,
		Read:   readShowCommands,
	}
}

// maxShown is the size of a session that is read, in bytes: the largest chassis
// print some hundred kilobytes, support bundles some megabytes.
const maxShown = 16 << 20

// shownOutput is one kind of output: how it is recognised, and what reads it. The
// maker is that which the sign itself states, if it does. One of the words stands in
// every text that has the sign: to look for them is a hundred times faster.
type shownOutput struct {
	words []string
	sign  *regexp.Regexp
	maker string
	read  func(*shownDevice, []shownLine)
}

// shownOutputs lists the kinds of output. Those that say most of the device come
// first: what one has stated, those after it only complete.
var shownOutputs = sync.OnceValue(func() []shownOutput {
	var list []shownOutput
	for _, o := range []struct {
		words, sign, maker string
		read               func(*shownDevice, []shownLine)
	}{
		{"isco", `^Cisco IOS Software\b.*(?:Version|Software)|^Cisco Internetwork Operating System Software|^IOS \(tm\) .* Version|^Cisco IOS[ -]X[ER] Software, (?:Copyright|Version)|^Cisco IOS-XE software, Copyright`, "Cisco Systems", readCiscoVersion},
		{" version ", `^Cisco Nexus Operating System \(NX-OS\) Software|^\s+(?:NXOS|kickstart|system): +version \d`, "Cisco Systems", readCiscoVersion},
		{"Cisco ", `^\s*Cisco (?:Adaptive Security Appliance|Firepower Threat Defense)[ \w]*(?:, )?Version \d`, "Cisco Systems", readCiscoVersion},
		{"PID:", `^\s*(?:NAME|Name): *\S.*, *DESCR: .*\n\s*PID:`, "", readInventoryRows},
		{"Software image version:", `^Arista \S+[ \t]*\n(?:.*\n)*?Software image version:`, "Arista Networks", readAristaVersion},
		{"System information", `^System information[ \t]*\n\s+Model\s+Description`, "", readTables},
		{"unos|JUNOS", `^(?:JUNOS|Junos)(?: [\w .()-]+\[|: )|^Model: \S+\n(?:.*\n){0,3}?(?:JUNOS|Junos)`, "Juniper Networks", readJunosVersion},
		{"Serial number", `^Item +Version +Part number +Serial number +Description`, "", readChassisHardware},
		{"VRP|HUAWEI|Huawei|Quidway", `^Huawei Versatile Routing Platform|^VRP \(R\) software|^(?:HUAWEI|Huawei|Quidway) \S+.* uptime is`, "Huawei", readVRPVersion},
		{"Device status:", `^(?:.*'s )?Device status:[ \t]*\n-+\n *Slot `, "", readDisplayDevice},
		{"Slot", `^ *Slot +(?:Card|Sub) +Type +(?:Online|Serial)`, "", readTables},
		{"BarCode=|BoardType=", `^\s*\[(?:Slot|BackPlane|Rack|Main_Board|Board|Power_Slot|Fan)[\w .-]*\](?:.*\n)+?\s*(?:BoardType|BarCode)=`, "", readELabels},
		{"ESN of", `^ESN of (?:slot|device|chassis|master)`, "", readKeys},
		{"Comware", `^(?:H3C |HPE? )?Comware (?:Platform )?Software, `, "", readComwareVersion},
		{"DEVICE_NAME", `^\s*DEVICE_NAME\s*:`, "", readManuInfo},
		{"Version: ", `^\s*Version: *Forti\w+-?\S* v\d`, "Fortinet", readFortinetStatus},
		{"sw-version", `^sw-version: *\d|^ *<sw-version>`, "", readKeys},
		{"ArubaOS-CX|Chassis Serial Nbr", `^(?:ArubaOS-CX Version|Chassis Serial Nbr) *:`, "", readKeys},
		{"Supervisor Card slot", `^Supervisor Card slot +:`, "", readKeys},
		{"Image stamp:", `^Image stamp:\s`, "", readImageStamp},
		{"General System Information", `^ *Status and Counters - General System Information`, "", readKeys},
		{"Machine |System Model ID", `^(?:Machine (?:Model|Type|Description)|System Model ID)\.{3,}`, "", readKeys},
		{"Dell ", `^Dell (?:Networking|EMC|Real Time|Operating|Application|SmartFabric|Force10)\b`, "Dell", readDell},
		{"Product ", `^Product Base *:|^Product Serial Number *:`, "", readDell},
		{"routerboard:", `^\s*routerboard: (?:yes|no)\s*$`, "", readKeys},
		{"HW model:", `^HW model: .*\n(?:HW S/N|Uptime):`, "", readKeys},
		{"Operation Code Version:", `^ *Operation Code Version: `, "", readKeys},
		{"System O", `^System (?:OID String|Object ID): `, "", readKeys},
		{"System:", `^System:\s*\n\s+Description: .*,\s*\n\s+Object ID:`, "", readKeys},
		{"HARDWARE DESCRIPTION", `^\s*HARDWARE DESCRIPTION\s*\n\s*\n?\s*Device +:`, "", readKeys},
		{"main software version", `^main software version +=`, "", readKeys},
		{"Serial number", `\A\s*Serial number *: *\w{6,}\s*\z`, "", readKeys},
		{"Check Point", `^Product version Check Point \S+`, "Check Point", readCheckPoint},
		{"Ericsson IPOS", `^Ericsson IPOS Version \S+`, "Ericsson", readIPOS},
		{"UNIT |HW: ", `^ *(?:UNIT \d+: compiled on|HW: (?:Stackable|Chassis|FastIron|NetIron|ServerIron|Router)\b)`, "", readFastIron},
		{"ZTE ", `^ZTE \S+ Software, Version`, "ZTE", readZXROS},
		{"---", `^(?: ?M|Mod|Xbar|Switch|Unit|Slot|Module) +.*\b(?:Serial|Model|Hardware version)\b.*\n *[-+ ]{6,}\s*$`, "", readTables},
		{"Name: ", `^Name: \S+\n(?:Media type|Module presence): `, "", readMedia},
	} {
		list = append(list, shownOutput{strings.Split(o.words, "|"), regexp.MustCompile(`(?m)` + o.sign), o.maker, o.read})
	}
	return list
})

// in tells whether the text holds such an output.
func (o *shownOutput) in(text []byte) bool {
	return slices.ContainsFunc(o.words, func(w string) bool { return bytes.Contains(text, []byte(w)) }) && o.sign.Match(text)
}

func detectShowCommands(s Sample) float64 {
	head := bytes.TrimSpace(s.Head)
	if len(head) == 0 || otherText.Match(head) && !promptLine.Match(firstLineOf(head)) || bytes.IndexByte(head, 0) >= 0 {
		return 0
	}
	head = bytes.ReplaceAll(s.Head, []byte("\r"), nil)
	for _, o := range shownOutputs() {
		if o.in(head) {
			return 0.95
		}
	}
	return 0
}

// otherText is how JSON and XML begin.
var otherText = regexp.MustCompile(`^(?:[{\[]\s*["{}\[\]\d]|<)`)

func firstLineOf(text []byte) []byte {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return line
}

// shownLine is a line of a session with its number.
type shownLine struct {
	number int
	text   string
}

// shownDevice is what the outputs of one device said of it so far.
type shownDevice struct {
	product   netvet.Product
	parts     []netvet.Component
	line      int            // the first that said anything
	known     map[string]int // parts by name and part number
	earlier   map[string]int // parts of the outputs before this one, by serial number
	partLines map[int]bool   // where parts are described
}

// set takes a text for a field that has none yet.
func (d *shownDevice) set(field *string, text string, line int) {
	if text = deviceText(text); text == "" || *field != "" {
		return
	}
	*field = text
	d.said(line)
}

func (d *shownDevice) said(line int) {
	if d.line == 0 || line < d.line {
		d.line = line
	}
}

// add adds a part, or completes the one that an output stated before.
func (d *shownDevice) add(c netvet.Component, line int) {
	key := c.Name + "\x00" + c.PartNumber
	i, known := d.known[key]
	if before, ok := d.earlier[c.Serial]; ok {
		i, known = before, true
	}
	if known {
		if p := &d.parts[i]; p.Serial == "" || c.Serial == "" || p.Serial == c.Serial {
			p.Serial = cmp.Or(p.Serial, c.Serial)
			p.PartNumber = cmp.Or(p.PartNumber, c.PartNumber)
			p.Manufacturer = cmp.Or(p.Manufacturer, c.Manufacturer)
			p.Version = cmp.Or(p.Version, c.Version)
			p.Description = cmp.Or(p.Description, c.Description)
			d.partLines[line] = true
			return
		}
	}
	c.Pointer = fmt.Sprintf("line %d", line)
	d.said(line)
	d.known[key] = len(d.parts)
	d.partLines[line] = true
	d.parts = append(d.parts, c)
}

// outputDone lets the parts of an output be found by those after it: one output may
// give a chassis and its only board the same serial number, but two outputs that
// give the same one speak of the same part.
func (d *shownDevice) outputDone() {
	for i, c := range d.parts {
		if _, known := d.earlier[c.Serial]; c.Serial != "" && !known {
			d.earlier[c.Serial] = i
		}
	}
}

// firmware adds a program that runs below the system.
func (d *shownDevice) firmware(name, version string, line int) {
	if version = deviceText(version); version != "" {
		d.add(netvet.Component{Kind: netvet.KindFirmware, Name: name, Version: version, Type: "firmware"}, line)
	}
}

// fact is something that one line states: a pattern with one group, and the field
// it is for.
type fact struct {
	re    *regexp.Regexp
	field func(*netvet.Product) *string
}

func (d *shownDevice) facts(lines []shownLine, facts []fact) {
	for _, f := range facts {
		for _, line := range lines {
			if found := f.re.FindStringSubmatch(line.text); found != nil {
				d.set(f.field(&d.product), found[1], line.number)
				if *f.field(&d.product) != "" {
					break
				}
			}
		}
	}
}

func factsOf(list map[string][]string) []fact { // by field, the surest pattern first
	var facts []fact
	for _, name := range []string{"name", "model", "version", "serial", "part", "description"} {
		for _, pattern := range list[name] {
			facts = append(facts, fact{regexp.MustCompile(pattern), productField(name)})
		}
	}
	return facts
}

func productField(name string) func(*netvet.Product) *string {
	return func(p *netvet.Product) *string {
		switch name {
		case "name":
			return &p.Name
		case "model":
			return &p.Model
		case "version":
			return &p.Version
		case "serial":
			return &p.Serial
		case "part":
			return &p.PartNumber
		}
		return &p.Description
	}
}

var (
	// promptLine is a prompt with a command: "core1#show version",
	// "admin@fw> show system info", "<sw1> display version", "[sw1] display elabel",
	// "RP/0/RSP0/CPU0:r1#show inventory", "FGT (global) # get system status".
	promptLine = regexp.MustCompile(`^\s*(?:[\w/]+:)?(?:[\w.-]+@)?[<\[~]?([A-Za-z0-9][\w.-]*)(?:\([^)]*\)|:~?)?\s*(?: \([\w-]+\) ?)?[#>\]$%]\s*((?:sh(?:o|ow)?|dis(?:p|play)?|get|admin show)\s+\S.*|/system \S.*|ver.*)$`)
	pager      = regexp.MustCompile(`(?: *<?-+ ?\(?[Mm][Oo][Rr][Ee](?: *\(?\d+%\)?)?\)? ?-+>? *)[ \x08\r]*`)
)

func readShowCommands(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	lines, err := shownLines(src)
	if err != nil {
		return Info{}, err
	}
	devices := 0
	for _, session := range splitByHost(lines) {
		d := readSession(session, src.Name)
		if d == nil {
			continue
		}
		devices++
		if err := d.emit(src, emit); err != nil {
			return Info{}, err
		}
	}
	if devices == 0 {
		return Info{}, errors.New("nothing in it describes a device: give the output of show version or show inventory with it")
	}
	return Info{}, nil
}

// shownLines reads a session: text without what pagers leave in it.
func shownLines(src *Stream) ([]shownLine, error) {
	text, err := io.ReadAll(io.LimitReader(src.Reader, maxShown+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxShown:
		return nil, fmt.Errorf("larger than %d bytes, which the output of a device may not be", maxShown)
	case !utf8.Valid(text):
		return nil, fmt.Errorf("at byte %d: invalid UTF-8: convert the file to UTF-8", firstInvalid(text))
	}
	var lines []shownLine
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, " \t\r\n")
		if len(line) > src.Options.MaxString {
			return nil, fmt.Errorf("line %d: longer than %d bytes", len(lines)+1, src.Options.MaxString)
		}
		if len(line) <= maxPrompt && strings.ContainsAny(line, "-\b") {
			line = strings.ReplaceAll(pager.ReplaceAllString(line, ""), "\b", "")
		}
		lines = append(lines, shownLine{len(lines) + 1, line})
	}
	return lines, nil
}

// shownSession is the part of a text that one device wrote.
type shownSession struct {
	host  string
	lines []shownLine
}

// maxPrompt is the length beyond which a line is no prompt with a command and holds
// nothing of a pager.
const maxPrompt = 300

func promptOf(line string) []string {
	if len(line) > maxPrompt || !strings.ContainsAny(line, "#>]$%") {
		return nil
	}
	return promptLine.FindStringSubmatch(line)
}

// splitByHost cuts a text where the prompt of another device begins.
func splitByHost(lines []shownLine) []shownSession {
	sessions := []shownSession{{}}
	for _, line := range lines {
		s := &sessions[len(sessions)-1]
		if found := promptOf(line.text); found != nil {
			if host := found[1]; s.host == "" {
				s.host = host
			} else if host != s.host {
				sessions = append(sessions, shownSession{host: host})
				s = &sessions[len(sessions)-1]
			}
			line.text = ""
		}
		s.lines = append(s.lines, line)
	}
	return sessions
}

// readSession reads what one device wrote with every reader whose sign is in it.
// It returns nil when nothing in it describes a device.
func readSession(s shownSession, input string) *shownDevice {
	d := &shownDevice{product: netvet.Product{Kind: netvet.KindDevice}, known: make(map[string]int), earlier: make(map[string]int), partLines: make(map[int]bool)}
	var text []byte
	for _, line := range s.lines {
		text = append(append(text, line.text...), '\n')
	}
	for _, o := range shownOutputs() {
		if o.in(text) {
			d.product.Manufacturer = cmp.Or(d.product.Manufacturer, o.maker)
			o.read(d, s.lines)
			d.outputDone()
		}
	}
	p := &d.product
	if p.Model == "" && p.Version == "" && p.Serial == "" && p.Description == "" && len(p.Identifiers) == 0 && len(d.parts) == 0 {
		return nil
	}
	p.Name = cmp.Or(p.Name, s.host, p.Model, documentName(input))
	p.Manufacturer = cmp.Or(p.Manufacturer, makerInText(p.Model+"\n"+p.Description), d.statedMaker(s.lines))
	p.CategoryText = cmp.Or(p.CategoryText, classInText(p.Model), classInText(p.Description))
	p.Sources = []netvet.Source{{Input: input, Record: fmt.Sprintf("line %d", max(d.line, 1))}}
	p.BOM = netvet.BOM{Present: len(d.parts) > 0, Format: "show-commands"}
	return d
}

// maxMakerLines is the number of lines that are looked at for a maker.
const maxMakerLines = 1000

// statedMaker returns the maker that the lines state, but for those that describe
// parts, which others may have made, and for names, places and people, which may be
// called anything.
func (d *shownDevice) statedMaker(lines []shownLine) string {
	for _, line := range lines[:min(len(lines), maxMakerLines)] {
		if line.text == "" || d.partLines[line.number] || givenLine.MatchString(line.text) {
			continue
		}
		if maker := makerInText(withoutHost(line.text, d.product.Name)); maker != "" {
			return maker
		}
	}
	return ""
}

// givenLine is a line with what somebody entered.
var givenLine = regexp.MustCompile(`(?i)^\s*(?:(?:system |device |host ?|sys|snmp )?(?:name|location|contact|hostname)\b.*[:=]|hostname\b|(?:last reload|reason)|.* uptime is )`)

func (d *shownDevice) emit(src *Stream, emit func(Record) error) error {
	if err := emit(ProductStart{d.product}); err != nil {
		return err
	}
	for i := range d.parts {
		if i >= src.Options.MaxComponents {
			return tooManyComponents(src.Options.MaxComponents)
		}
		if err := emit(Component{&d.parts[i]}); err != nil {
			return err
		}
	}
	return emit(ProductEnd{d.product})
}

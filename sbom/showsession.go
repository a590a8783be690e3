package sbom

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/netvet/netvet"
)

// shownSession is the part of a text that one device wrote, cut into what each
// command answered, as far as prompts and headings tell.
type shownSession struct {
	host     string
	sections [][]shownLine
}

const (
	// maxPrompt is the length beyond which a line is no prompt with a command and
	// holds nothing of a pager.
	maxPrompt = 300
	// maxHeading is the length beyond which a line is no command alone.
	maxHeading = 100
)

var (
	// promptLine is a prompt with a command: "core1#show version",
	// "admin@fw> show system info", "<sw1> display version", "[sw1] display elabel",
	// "RP/0/RSP0/CPU0:r1#show inventory", "FGT (global) # get system status",
	// "[admin@MikroTik] > /system routerboard print", "A:admin@sr1# show chassis",
	// "sw1:admin> switchshow", "sw1 [standalone: master] > show version".
	promptLine = regexp.MustCompile(`^\s*\*?(?:[A-D]:|\w+/[\w/]+:)?(?:[<\[]?[\w.-]+@)?[<\[~]?([A-Za-z0-9][\w.-]*)\]?(?:\([^)]*\)|:[\w~/]*)?\s*(?: ?\([\w-]+\) ?| ?\[[^\]]*\] ?)?[#>\]$%]\s*((?:sudo )?(?:sh(?:o|ow)?|dis(?:p|play)?|get|diag(?:nose)?|admin show|tmsh|net show|nv show|info|fw|cpinfo|cpstat|acidiag|software show|chassis show)\s+\S.*|/?system[ /]\S.*|(?:ver|chassisshow|switchshow|decode-syseeprom).*)$`)
	// promptCount is what ExtremeXOS puts behind the name: the number of the command.
	promptCount = regexp.MustCompile(`\.\d+ # `)
	// commandLine is a command that stands alone above its answer, with or without
	// marks around it, as support bundles and collectors write it.
	commandLine = regexp.MustCompile("^(?:[-=*#+]{2,} ?`?)?(?:show|display|get|diagnose|admin show|tmsh show) [a-z][\\w ./|\"-]*?(?:`? ?[-=*#+]{2,})?$")
)

func promptOf(line string) []string {
	if len(line) > maxPrompt || !strings.ContainsAny(line, "#>]$%") {
		return nil
	}
	return promptLine.FindStringSubmatch(promptCount.ReplaceAllString(line, " # "))
}

// splitByHost cuts a text where the prompt of another device begins, and where
// another command does. What one device wrote is together, wherever it stands.
func splitByHost(lines []shownLine) []*shownSession {
	s := &shownSession{sections: make([][]shownLine, 1)}
	sessions, byHost := []*shownSession{s}, make(map[string]*shownSession)
	for _, line := range lines {
		if found := promptOf(line.text); found != nil {
			host := found[1]
			switch other := byHost[host]; {
			case other != nil:
				s = other
			case s.host == "":
				s.host = host
			default:
				s = &shownSession{host: host}
				sessions = append(sessions, s)
			}
			byHost[host] = s
			s.sections = append(s.sections, nil)
			continue
		}
		if len(line.text) <= maxHeading && commandLine.MatchString(line.text) {
			s.sections = append(s.sections, nil)
			continue
		}
		last := len(s.sections) - 1
		s.sections[last] = append(s.sections[last], line)
	}
	return sessions
}

// textOf joins lines.
func textOf(lines []shownLine) []byte {
	var text []byte
	for _, line := range lines {
		text = append(append(text, line.text...), '\n')
	}
	return text
}

// readSession reads what one device wrote with every form of output that is in it.
// It returns nil when nothing in it describes a device.
func readSession(s *shownSession, input string) *shownDevice {
	d := newShownDevice()
	texts := make([][]byte, len(s.sections))
	for i, lines := range s.sections {
		texts[i] = textOf(lines)
	}
	for o := range knownShown().Outputs {
		output := &knownShown().Outputs[o]
		for i, lines := range s.sections {
			if output.in(texts[i]) {
				d.read(output, lines, texts[i])
			}
		}
	}
	if d.saysNothing() {
		return nil
	}
	d.finish(s, input)
	return d
}

func (d *shownDevice) finish(s *shownSession, input string) {
	p := &d.product
	p.Name = cmp.Or(p.Name, s.host, p.Model, documentName(input))
	p.Manufacturer = cmp.Or(p.Manufacturer, makerInText(p.Model+"\n"+p.Description))
	for _, lines := range s.sections {
		p.Manufacturer = cmp.Or(p.Manufacturer, d.statedMaker(lines))
	}
	d.complete(input, fmt.Sprintf("line %d", max(d.line, 1)))
	p.BOM.Format = "show-commands"
}

// complete tells the maker and the class of a device from what is known of it, and
// adds the system it runs.
func (d *shownDevice) complete(input, record string) {
	p := &d.product
	p.Manufacturer = cmp.Or(p.Manufacturer, makerOfModel(p.Model), makerOfModel(p.PartNumber))
	for i := range d.parts {
		if d.parts[i].Type == "" {
			p.Manufacturer = cmp.Or(p.Manufacturer, makerOfModel(d.parts[i].PartNumber))
		}
	}
	classify(p)
	p.CategoryText = cmp.Or(p.CategoryText, d.class)
	if d.os != "" && p.Version != "" {
		d.parts = append(d.parts, netvet.Component{Kind: netvet.KindSoftware, Type: "operating-system", Name: d.os, Version: p.Version,
			Manufacturer: d.osMaker, Pointer: record})
	}
	p.Sources = []netvet.Source{{Input: input, Record: record}}
	p.BOM.Present = len(d.parts) > 0
}

// maxMakerLines is the number of lines of an answer that are looked at for a maker.
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
var givenLine = regexp.MustCompile(`(?i)^\s*(?:(?:system |device |host ?|sys|snmp )?(?:name|location|contact|hostname)\b.*[:=]|hostname\b|(?:last reload|reason)|.* uptime is |(?:.* )?description\b|snmp-server\b)`)

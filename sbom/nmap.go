package sbom

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
)

func nmapXML() Format {
	return Format{
		Name:   "nmap",
		Title:  "Nmap scan, XML (also Masscan)",
		Expect: "an Nmap report in XML (nmap -oX, with the root <nmaprun>)",
		Detect: detectNmap,
		Read:   readNmap,
	}
}

func detectNmap(s Sample) float64 {
	if !bytes.Contains(s.Head, []byte("<nmaprun")) {
		return 0
	}
	// Only declarations, comments and a document type may stand before the root.
	if regexp.MustCompile(`(?s)^(\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>)*<nmaprun[\s/>]`).Match(s.Head) {
		return 1
	}
	return 0
}

// nmapReader reads a report of Nmap. It yields, for each host that is up, one
// observation of kind "host", one of kind "port" for each open port and one of
// kind "os" for each guess at its operating system.
type nmapReader struct {
	*xmlTokens
	faults  *faults
	emit    func(Record) error
	version string // of the form of the report
	source  string // scanner and version
	start   string // of the scan
	scanned []string
	hosts   int
	up      int
	host    nmapHost
}

// nmapHost is what the report says of one host.
type nmapHost struct {
	pointer   string
	state     string
	reason    string
	from, to  string
	addresses []string
	mac       string
	maker     string // of the network interface, by its address
	names     []string
	held      []netvet.Observation
	open      int64
	closed    int64
	filtered  int64
	booted    string
	unclear   int64 // "open|filtered" and the like: the scan could not tell
}

func readNmap(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	text, err := withoutNmapDoctype(src.Reader)
	if err != nil {
		return Info{}, err
	}
	r := &nmapReader{faults: newFaults(emit), emit: emit}
	r.xmlTokens = newXMLTokens(text, src.Options, func(pointer, reason string) {
		r.faults.add("element given twice", pointer, reason)
	})
	if err := r.document(); err != nil {
		return Info{Version: r.version}, err
	}
	note := fmt.Sprintf("%d hosts, %d of them up; ports that were not open and hosts that were down are counted only", r.hosts, r.up)
	return Info{Version: r.version, Notes: []string{note}}, r.faults.finish()
}

// withoutNmapDoctype blanks the one document type that Nmap writes. It declares
// nothing; any other is refused as in every XML document.
func withoutNmapDoctype(r io.Reader) (io.Reader, error) {
	const headRoom = 4096 // the document type stands in the second line
	text := bufio.NewReaderSize(r, headRoom)
	head, err := text.Peek(headRoom)
	if err != nil && err != io.EOF {
		return nil, err
	}
	doctype := []byte("<!DOCTYPE nmaprun>")
	before, _, _ := bytes.Cut(head, []byte("<nmaprun"))
	at := bytes.Index(before, doctype)
	if at < 0 {
		return text, nil
	}
	blank := bytes.Clone(head[:at+len(doctype)])
	copy(blank[at:], bytes.Repeat([]byte(" "), len(doctype)))
	_, err = text.Discard(len(blank))
	return io.MultiReader(bytes.NewReader(blank), text), err
}

func (r *nmapReader) document() error {
	root, err := r.root()
	if err != nil {
		return err
	}
	if root.Name.Local != "nmaprun" || root.Name.Space != "" {
		return fmt.Errorf("the root is <%s>, expected <nmaprun>", root.Name.Local)
	}
	r.version = attribute(root, "xmloutputversion")
	r.source = strings.TrimSpace(cmp.Or(attribute(root, "scanner"), "nmap") + " " + attribute(root, "version"))
	r.start = r.time(root, "start", "/nmaprun")
	finished := false
	if err := r.list(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "scaninfo":
			return r.scanInfo(e)
		case "host":
			r.hosts++
			return r.hostElement(e)
		case "runstats":
			return r.list(func(e xml.StartElement) error {
				if e.Name.Local == "finished" {
					finished = true
					r.checkExit(e)
				}
				return nil
			})
		}
		return nil
	}); err != nil {
		return err
	}
	if !finished {
		r.faults.add("unfinished scan", "/nmaprun", "the report does not say that the scan finished: hosts or ports may be missing")
	}
	return r.end()
}

func (r *nmapReader) checkExit(e xml.StartElement) {
	if exit := attribute(e, "exit"); exit != "" && exit != "success" {
		r.faults.add("unfinished scan", "/nmaprun/runstats/finished", fmt.Sprintf("the scan ended with %q: hosts or ports may be missing", short(exit)))
	}
}

// scanInfo notes which ports the scan looked at: one that was not looked at was
// not seen to be closed.
func (r *nmapReader) scanInfo(e xml.StartElement) error {
	if len(r.scanned) < maxListed {
		r.scanned = append(r.scanned, fmt.Sprintf("%s %s ports by %s scan (%s)", attribute(e, "numservices"), attribute(e, "protocol"),
			attribute(e, "type"), attribute(e, "services")))
	}
	return nil
}

func (r *nmapReader) hostElement(e xml.StartElement) error {
	h := &r.host
	*h = nmapHost{pointer: fmt.Sprintf("/nmaprun/host[%d]", r.hosts), held: h.held[:0]}
	h.from = cmp.Or(r.time(e, "starttime", h.pointer), r.start)
	h.to = r.time(e, "endtime", h.pointer)
	if err := r.list(r.hostMember); err != nil {
		return err
	}
	if h.state == "down" || h.state != "up" && h.open == 0 {
		return nil
	}
	r.up++
	target := h.target()
	if target == "" {
		r.faults.add("host without an address", h.pointer, "a host has neither an address nor a name: nothing can refer to it")
		return nil
	}
	return r.yield(target)
}

// target is what a context would call the host: its address, else its name.
func (h *nmapHost) target() string {
	for _, list := range [][]string{h.addresses, h.names, {h.mac}} {
		if len(list) > 0 && list[0] != "" {
			return list[0]
		}
	}
	return ""
}

// yield emits what was held back until the host was known.
func (r *nmapReader) yield(target string) error {
	h := &r.host
	seen := netvet.Observation{Kind: "host", Name: target, Pointer: h.pointer, Detail: factDetail(
		"addresses", strings.Join(h.addresses, " "), "names", strings.Join(h.names, " "), "mac", h.mac, "maker", h.maker,
		"reason", h.reason, "open", strconv.FormatInt(h.open, 10), "closed", countText(h.closed), "filtered", countText(h.filtered),
		"unclear", countText(h.unclear), "booted", h.booted, "scanned", strings.Join(r.scanned, ", "))}
	if len(h.names) > 0 {
		seen.Name = h.names[0]
	}
	vantage := ""
	if address, err := netip.ParseAddr(target); err == nil && address.IsLoopback() {
		vantage = factDetail("vantage", "loopback") // the host scanned itself: others may not reach what it saw
	}
	for _, o := range append([]netvet.Observation{seen}, h.held...) {
		o.Detail = strings.Trim(o.Detail+"; "+vantage, "; ")
		o.Target, o.Source, o.From, o.To = target, r.source, h.from, h.to
		if err := r.emit(Observation{o}); err != nil {
			return err
		}
	}
	return nil
}

func (r *nmapReader) hostMember(e xml.StartElement) error {
	h := &r.host
	switch e.Name.Local {
	case "status":
		h.state, h.reason = attribute(e, "state"), attribute(e, "reason")
	case "address":
		r.address(e)
	case "hostnames":
		return r.list(func(e xml.StartElement) error {
			if name := attribute(e, "name"); name != "" && len(h.names) < maxListed {
				h.names = append(h.names, name)
			}
			return nil
		})
	case "ports":
		return r.ports()
	case "os":
		return r.systems()
	case "hostscript":
		return r.list(func(e xml.StartElement) error {
			if e.Name.Local == "script" {
				return r.script(e, "", h.pointer+"/hostscript")
			}
			return nil
		})
	case "uptime":
		h.booted = attribute(e, "lastboot")
	}
	return nil
}

// script keeps what a script of Nmap found out. What guesses passwords found is not
// shown, only that it found something.
func (r *nmapReader) script(e xml.StartElement, port, pointer string) error {
	id, output := attribute(e, "id"), strings.Join(strings.Fields(attribute(e, "output")), " ")
	if id == "" || output == "" || strings.HasPrefix(output, "ERROR:") {
		return nil
	}
	if strings.HasSuffix(id, "-brute") || strings.HasSuffix(id, "-default-accounts") || strings.HasSuffix(id, "-empty-password") {
		output = "has a result"
	}
	return r.hold(netvet.Observation{Kind: "script", Name: id, Pointer: pointer, Detail: factDetail("port", port, "output", output)})
}

func (r *nmapReader) address(e xml.StartElement) {
	h := &r.host
	value := attribute(e, "addr")
	switch {
	case value == "":
	case attribute(e, "addrtype") == "mac":
		h.mac, h.maker = value, attribute(e, "vendor")
		if id, ok := normalIdentifier(netvet.IDMAC, value); ok {
			h.mac = id.Value
		}
	case len(h.addresses) < maxListed:
		h.addresses = append(h.addresses, value)
	}
}

func (r *nmapReader) ports() error {
	h := &r.host
	n := 0
	return r.list(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "extraports":
			count, _ := strconv.ParseInt(attribute(e, "count"), 10, 32)
			h.count(attribute(e, "state"), count)
		case "port":
			n++
			return r.port(e, fmt.Sprintf("%s/ports/port[%d]", h.pointer, n))
		}
		return nil
	})
}

// count counts ports that are not open for certain.
func (h *nmapHost) count(state string, n int64) {
	switch state {
	case "closed":
		h.closed += n
	case "filtered":
		h.filtered += n
	default:
		h.unclear += n
	}
}

// port reads one port and keeps it when it is open.
func (r *nmapReader) port(e xml.StartElement, pointer string) error {
	h := &r.host
	number, protocol := attribute(e, "portid"), attribute(e, "protocol")
	state, reason, service := "", "", ""
	held := len(h.held)
	if err := r.list(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "script":
			err = r.script(e, portName(number, protocol), pointer)
		case "state":
			state, reason = attribute(e, "state"), attribute(e, "reason")
		case "service":
			service, err = r.service(e)
		}
		return err
	}); err != nil {
		return err
	}
	if state != "open" {
		h.count(state, 1)
		h.held = h.held[:held] // what scripts said of a port that is not open
		return nil
	}
	if _, err := strconv.ParseUint(number, 10, 16); err != nil || protocol == "" {
		r.faults.add("port without a number", pointer, fmt.Sprintf("an open port has number %q and protocol %q", short(number), short(protocol)))
		return nil
	}
	h.open++
	return r.hold(netvet.Observation{Kind: "port", Name: portName(number, protocol), Pointer: pointer,
		Detail: strings.Trim(service+"; "+factDetail("reason", reason), "; ")})
}

// hold keeps an observation until the host is known.
func (r *nmapReader) hold(o netvet.Observation) error {
	if len(r.host.held) >= r.opt.MaxComponents {
		return fmt.Errorf("more than %d entries for one host: raise --max-components to read it", r.opt.MaxComponents)
	}
	r.host.held = append(r.host.held, o)
	return nil
}

// service describes what answers at a port. A name that was only looked up by
// the number of the port was not seen.
func (r *nmapReader) service(e xml.StartElement) (string, error) {
	cpes, err := r.cpes()
	name, basis := attribute(e, "name"), ""
	if attribute(e, "method") == "table" {
		basis = "the port number"
	}
	return factDetail("service", name, "basis", basis, "product", attribute(e, "product"), "version", attribute(e, "version"),
		"info", attribute(e, "extrainfo"), "tunnel", attribute(e, "tunnel"), "host", attribute(e, "hostname"), "system", attribute(e, "ostype"),
		"device", attribute(e, "devicetype"), "cpe", cpes), err
}

// cpes reads the <cpe> elements of the element that was begun.
func (r *nmapReader) cpes() (string, error) {
	var list []string
	err := r.list(func(e xml.StartElement) error {
		if e.Name.Local != "cpe" {
			return nil
		}
		text, err := r.text()
		if id, ok := normalIdentifier(netvet.IDCPE, text); ok && len(list) < maxListed {
			list = append(list, id.Value)
		}
		return err
	})
	return strings.Join(list, " "), err
}

// systems reads the guesses at the operating system of a host. In reports of
// Nmap before 6 the classes stand beside the matches and not in them.
func (r *nmapReader) systems() error {
	matches, classes := 0, 0
	return r.list(func(e xml.StartElement) error {
		o := netvet.Observation{Kind: "os"}
		switch e.Name.Local {
		case "osmatch":
			matches++
			var class []string
			if err := r.list(func(e xml.StartElement) (err error) {
				if e.Name.Local == "osclass" && class == nil {
					class, err = r.class(e)
				}
				return err
			}); err != nil {
				return err
			}
			o.Name = attribute(e, "name")
			o.Pointer = fmt.Sprintf("%s/os/osmatch[%d]", r.host.pointer, matches)
			o.Detail = factDetail(append([]string{"accuracy", attribute(e, "accuracy")}, class...)...)
		case "osclass":
			classes++
			class, err := r.class(e)
			if err != nil {
				return err
			}
			o.Name = strings.Join(strings.Fields(attribute(e, "vendor")+" "+attribute(e, "osfamily")+" "+attribute(e, "osgen")), " ")
			o.Pointer = fmt.Sprintf("%s/os/osclass[%d]", r.host.pointer, classes)
			o.Kind, o.Detail = "os-class", factDetail(append([]string{"accuracy", attribute(e, "accuracy")}, class...)...)
		default:
			return nil
		}
		if o.Name == "" {
			r.faults.add("operating system without a name", o.Pointer, "a guess at the operating system has no name")
			return nil
		}
		return r.hold(o)
	})
}

// class reads a class of operating systems: the sort of device, its maker and
// its generation.
func (r *nmapReader) class(e xml.StartElement) ([]string, error) {
	cpes, err := r.cpes()
	return []string{"type", attribute(e, "type"), "maker", attribute(e, "vendor"), "family", attribute(e, "osfamily"),
		"generation", attribute(e, "osgen"), "cpe", cpes}, err
}

// time reads an attribute that holds seconds since 1970.
func (r *nmapReader) time(e xml.StartElement, name, pointer string) string {
	text := attribute(e, name)
	if text == "" || text == "0" {
		return ""
	}
	seconds, err := strconv.ParseFloat(text, 64)
	stamp := unixTime(seconds)
	if err != nil || stamp == "" {
		r.faults.add("invalid time", pointer, fmt.Sprintf("%s is %q, expected seconds since 1970", name, short(text)))
		return ""
	}
	return stamp
}

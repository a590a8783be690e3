package evidence

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
)

// ports is a range of ports of one protocol; the protocol is empty where it is
// not known.
type ports struct {
	first, last int
	protocol    string
}

const lastPort = 65535

// parsePorts reads "443/tcp", "5000-5010/udp", ">=1024/tcp", "443" and "tcp".
func parsePorts(text string) (ports, bool) {
	number, protocol, slashed := strings.Cut(strings.ToLower(text), "/")
	if !slashed && strings.Trim(number, "0123456789-<>=") != "" {
		return ports{0, lastPort, number}, number != ""
	}
	p := ports{0, lastPort, protocol}
	low, high, ranged := strings.Cut(number, "-")
	var err1, err2 error
	switch {
	case strings.HasPrefix(number, ">="):
		p.first, err1 = strconv.Atoi(number[2:])
	case strings.HasPrefix(number, "<="):
		p.last, err1 = strconv.Atoi(number[2:])
	case ranged:
		p.first, err1 = strconv.Atoi(low)
		p.last, err2 = strconv.Atoi(high)
	default:
		p.first, err1 = strconv.Atoi(number)
		p.last = p.first
	}
	return p, err1 == nil && err2 == nil && p.first >= 0 && p.first <= p.last && p.last <= lastPort
}

// IsPort reports whether a text names a port or range of them: "443/tcp".
func IsPort(text string) bool {
	span, ok := parsePorts(text)
	return ok && (span.protocol == "tcp" || span.protocol == "udp" || span.protocol == "sctp")
}

// holds reports whether all of other lies within the range.
func (p ports) holds(other ports) bool {
	return (p.protocol == "" || other.protocol == "" || p.protocol == other.protocol) && p.first <= other.first && other.last <= p.last
}

func portWithin(port, span string) bool {
	one, ok1 := parsePorts(port)
	all, ok2 := parsePorts(span)
	return ok1 && ok2 && all.holds(one)
}

// servedSpans are the ports at which a MUD file lets others begin to talk to the
// device. An entry that names no port of the device permits them all.
func servedSpans(d *netvet.Declaration) (spans []string) {
	detail, from := Detail(d.Detail), parsePeer(d.Name)
	reply := !from.any && (from.ports.first > 0 || from.ports.last < lastPort) // of a port of the other side
	if detail["initiated"] == "from-device" || detail["initiated"] == "" && reply {
		return nil
	}
	own := detail["own-port"]
	if own == "" {
		own = "0-" + strconv.Itoa(lastPort)
	}
	for _, protocol := range []string{"tcp", "udp"} {
		if span := own + "/" + protocol; (from.any || from.ports.protocol == "" || from.ports.protocol == protocol) && IsPort(span) {
			spans = append(spans, span)
		}
	}
	return spans
}

// scan is what a scan of ports looked at.
type scan struct {
	spans    []ports
	blurred  bool // it could not tell of some ports whether they are open
	sighting netvet.Sighting
}

var scannedPorts = regexp.MustCompile(`\d+ ([a-z]+) ports by \S+ scan \(([^)]*)(\)?)`)

// scanOf reads what the observation of a host says of the ports that were looked at.
func scanOf(o *netvet.Observation) (scan, bool) {
	detail := Detail(o.Detail)
	s := scan{blurred: detail["filtered"] != "" || detail["unclear"] != "", sighting: netvet.Sighting{Source: o.Source, Input: o.Input, Pointer: o.Pointer,
		From: o.From, To: o.To, Vantage: o.Vantage, Authorisation: o.Authorisation, Bound: o.Bound, Match: o.Match}}
	for _, part := range scannedPorts.FindAllStringSubmatch(detail["scanned"], -1) {
		list := strings.Split(part[2], ",")
		if part[3] == "" {
			list = list[:len(list)-1] // the text was cut off in the last one
		}
		for _, text := range list {
			if span, ok := parsePorts(text + "/" + part[1]); ok {
				s.spans = append(s.spans, span)
			}
		}
	}
	return s, len(s.spans) > 0
}

// covers reports whether the scan would have seen an open port.
func (s scan) covers(port string) bool {
	one, ok := parsePorts(port)
	if !ok || s.blurred {
		return false
	}
	for _, span := range s.spans {
		if span.holds(one) {
			return true
		}
	}
	return false
}

// complete reports whether the scan looked at every port of TCP and UDP.
func (s scan) complete() bool {
	return s.covers("1-65535/tcp") && s.covers("1-65535/udp")
}

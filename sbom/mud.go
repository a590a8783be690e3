package sbom

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netvet/netvet"
)

func mudJSON() Format {
	return Format{
		Name:   "mud",
		Title:  "Manufacturer Usage Description (RFC 8520), JSON",
		Expect: `a MUD file (a JSON object with "ietf-mud:mud")`,
		Detect: detectMUD,
		Read:   readMUD,
	}
}

func detectMUD(s Sample) (sure float64) {
	if !bytes.Contains(s.Head, []byte(`"ietf-mud:mud"`)) {
		return 0
	}
	lookAtJSON(s.Head, func(j *jsonTokens, key string) error {
		switch {
		case isInventoryKey(key):
			sure = 0
			return errSeen
		case key == "ietf-mud:mud" && j.kind() == '{':
			sure = 1
		}
		return nil
	})
	return sure
}

// mudReader reads a MUD file. It yields a declaration for each fact about the
// kind of device, one of kind "peer" for each entry that lets the device talk to
// someone ("peer-denied" for one that forbids it), and one of kind "port" for
// each port at which the device may be reached.
type mudReader struct {
	*jsonTokens
	faults  *faults
	budget  factBudget
	version string
	facts   []netvet.Declaration
	policy  map[string][]string // directions by the name of an access list
	entries []mudEntry
}

// mudEntry is one entry of an access list (an ACE of RFC 8519).
type mudEntry struct {
	list, name, pointer string
	peer                string // by a word of RFC 8520: local-networks, controller ...
	from, to            string // DNS name or network of the sender and of the receiver
	fromPort, toPort    string
	protocol            string
	layer               string // eth, icmp: where conditions were set beside addresses and ports
	family              string
	initiated           string
	other               []string // conditions that say nothing of a peer: ICMP types, Ethernet types
	forwarding          string
}

// add keeps a condition that says nothing of a peer.
func (e *mudEntry) add(condition string) {
	if len(e.other) < maxListed {
		e.other = append(e.other, condition)
	}
}

const (
	fromDevice = "from-device"
	toDevice   = "to-device"
)

func readMUD(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	r := &mudReader{faults: newFaults(emit), budget: newFactBudget(src.Options), policy: make(map[string][]string)}
	r.jsonTokens = heldJSON(src, r.faults)
	found := false
	err := jsonDocument(r.jsonTokens, func(key []byte) error {
		switch localName(key) {
		case "mud":
			found = true
			return r.object(r.mudMember)
		case "acls", "access-lists":
			return r.object(func(key []byte) error {
				if localName(key) == "acl" {
					return r.array(func(i int) error { return r.accessList() })
				}
				return nil
			})
		}
		return nil
	})
	if err == nil && !found {
		err = fmt.Errorf(`the document has no "ietf-mud:mud": it describes no device`)
	}
	if err == nil {
		err = r.yield(emit)
	}
	if err != nil {
		return Info{Version: r.version}, err
	}
	return Info{Version: r.version}, r.faults.finish()
}

// localName returns a key without the name of the YANG module before it.
func localName(key []byte) string {
	return string(key[bytes.LastIndexByte(key, ':')+1:])
}

func (r *mudReader) mudMember(key []byte) (err error) {
	name := localName(key)
	switch name {
	case "mud-version":
		r.version, err = scalarText(r.jsonTokens)
	case "from-device-policy":
		return r.policyLists(fromDevice)
	case "to-device-policy":
		return r.policyLists(toDevice)
	case "mud-url", "mfg-name", "model-name", "systeminfo", "firmware-rev", "software-rev", "documentation", "cache-validity", "is-supported", "last-update":
		return r.fact(name)
	case "mud-signature":
		return r.fact("signature")
	case "extensions":
		var list []string
		list, err = textList(r.jsonTokens)
		for _, extension := range list {
			r.facts = append(r.facts, netvet.Declaration{Kind: "extension", Name: extension, Pointer: r.pointer()})
		}
	case "transparency":
		return r.extension(r.transparency)
	case "client-profiles", "client-profile":
		return r.extension(r.tlsProfiles)
	}
	return err
}

// extension reads an addition to the specification as a whole.
func (r *mudReader) extension(tell func(v jsonValue, pointer string)) error {
	pointer := r.pointer()
	v, err := r.held()
	if err == nil {
		tell(v, pointer)
	}
	return err
}

// transparency tells where the device's bills of materials and statements about
// vulnerabilities are (RFC 9472).
func (r *mudReader) transparency(v jsonValue, pointer string) {
	add := func(kind, name, at, detail string) {
		if name != "" && len(r.facts) < maxFlows {
			r.facts = append(r.facts, netvet.Declaration{Kind: kind, Name: name, Pointer: pointer + at, Detail: detail})
		}
	}
	for i, bom := range v.list("sboms") {
		add("sbom", bom.text("sbom-url"), fmt.Sprintf("/sboms/%d", i), factDetail("version", bom.text("version-info")))
	}
	add("sbom", v.text("sbom-local-well-known"), "/sbom-local-well-known", factDetail("place", "the device itself"))
	add("contact", v.text("contact-info"), "/contact-info", "")
	for _, key := range []string{"vuln-url", "vuln-urls"} {
		urls := append(v.list(key), v.get(key))
		for _, link := range urls {
			add("vulnerabilities", link.text(), "/"+key, "")
		}
	}
}

// tlsProfiles tells what the device is to use of TLS (RFC 9761).
func (r *mudReader) tlsProfiles(v jsonValue, pointer string) {
	for _, list := range []string{"tls-dtls-profile", "tls-dtls-profiles"} {
		for i, profile := range v.list(list) {
			var versions, ciphers []string
			for _, key := range []string{"supported-tls-version", "supported-tls-versions", "supported-dtls-version", "supported-dtls-versions"} {
				for _, version := range append(profile.list(key), profile.get(key)) {
					if text := version.text(); text != "" {
						versions = append(versions, text)
					}
				}
			}
			for _, cipher := range profile.list("cipher-suite") {
				ciphers = append(ciphers, strings.Trim(cipher.text("cipher")+" "+cipher.text("hash"), " "))
			}
			r.facts = append(r.facts, netvet.Declaration{Kind: "tls-profile", Name: cmp.Or(profile.first("name", "profile-name"), strconv.Itoa(i)), Pointer: fmt.Sprintf("%s/%s/%d", pointer, list, i),
				Detail: factDetail("versions", strings.Join(versions, " "), "ciphers", strings.Join(ciphers, ", "))})
		}
	}
}

// fact reads one fact about the kind of device.
func (r *mudReader) fact(kind string) error {
	text, err := scalarText(r.jsonTokens)
	if err != nil || strings.TrimSpace(text) == "" {
		return err
	}
	fact := netvet.Declaration{Kind: kind, Name: strings.TrimSpace(text), Pointer: r.pointer()}
	if _, bad := time.Parse(time.RFC3339, fact.Name); bad != nil && kind == "last-update" {
		r.faults.add("invalid time", fact.Pointer, fmt.Sprintf("last-update is %q, expected a time as in RFC 3339", short(fact.Name)))
	}
	r.facts = append(r.facts, fact)
	return nil
}

// policyLists reads which access lists hold for a direction.
func (r *mudReader) policyLists(direction string) error {
	return r.object(func(key []byte) error {
		if localName(key) != "access-lists" {
			return nil
		}
		return r.object(func(key []byte) error {
			if localName(key) != "access-list" {
				return nil
			}
			return r.array(func(int) error {
				return r.object(func(key []byte) error {
					if k := localName(key); k != "name" && k != "acl-name" {
						return nil
					}
					name, err := scalarText(r.jsonTokens)
					if !slices.Contains(r.policy[name], direction) {
						r.policy[name] = append(r.policy[name], direction)
					}
					if err == nil {
						err = r.budget.take(1)
					}
					return err
				})
			})
		})
	})
}

func (r *mudReader) accessList() error {
	first := len(r.entries)
	name := ""
	err := r.object(func(key []byte) (err error) {
		switch localName(key) {
		case "name", "acl-name":
			name, err = scalarText(r.jsonTokens)
		case "aces", "access-list-entries":
			err = r.object(func(key []byte) error {
				if localName(key) == "ace" {
					return r.array(func(int) error { return r.entry() })
				}
				return nil
			})
		}
		return err
	})
	for i := range r.entries[first:] {
		r.entries[first+i].list = name
	}
	return err
}

func (r *mudReader) entry() error {
	e := mudEntry{pointer: r.pointer()}
	if err := r.budget.take(1); err != nil {
		return err
	}
	err := r.object(func(key []byte) (err error) {
		switch localName(key) {
		case "name", "rule-name":
			e.name, err = scalarText(r.jsonTokens)
		case "matches":
			e.pointer = strings.TrimSuffix(r.pointer(), "/matches")
			err = r.object(func(key []byte) error { return r.match(&e, localName(key)) })
		case "actions":
			err = r.object(func(key []byte) (err error) {
				if localName(key) == "forwarding" {
					e.forwarding, err = scalarText(r.jsonTokens)
					e.forwarding = e.forwarding[strings.LastIndexByte(e.forwarding, ':')+1:]
				}
				return err
			})
		}
		return err
	})
	r.entries = append(r.entries, e)
	return err
}

// match reads one group of the conditions of an entry.
func (r *mudReader) match(e *mudEntry, group string) error {
	switch group {
	case "mud":
		return r.object(func(key []byte) error { return r.mudMatch(e, localName(key)) })
	case "ipv4", "ipv6":
		e.family = group
		return r.object(func(key []byte) error { return r.networkMatch(e, localName(key)) })
	case "tcp", "udp":
		e.protocol = group
		return r.object(func(key []byte) error { return r.transportMatch(e, localName(key)) })
	case "l2", "l3", "l4": // drafts of RFC 8519 group once more
		return r.object(func(key []byte) error { return r.match(e, localName(key)) })
	}
	if r.kind() != '{' {
		return nil
	}
	e.layer = group
	return r.object(func(key []byte) error {
		name := localName(key)
		value, err := scalarText(r.jsonTokens)
		if value != "" {
			e.add(group + " " + name + " " + value)
		}
		return err
	})
}

// mudMatch reads a peer given by a word of RFC 8520. Those that need no value
// come as [null], null, true or "".
func (r *mudReader) mudMatch(e *mudEntry, word string) error {
	var values []string
	var err error
	if r.kind() == '[' {
		values, err = textList(r.jsonTokens)
	} else {
		values = make([]string, 1)
		values[0], err = scalarText(r.jsonTokens)
	}
	value := strings.Join(values, " ")
	switch word {
	case "manufacturer", "model", "controller":
		e.peer = strings.TrimSpace(word + " " + value)
	case "local-networks", "my-controller", "same-manufacturer":
		e.peer = word
	case "direction-initiated":
		e.initiated = value
	default:
		e.add(strings.TrimSpace(word + " " + value))
	}
	return err
}

func (r *mudReader) networkMatch(e *mudEntry, name string) error {
	value, err := scalarText(r.jsonTokens)
	switch {
	case value == "":
	case name == "protocol":
		e.protocol = cmp.Or(e.protocol, protocolName(value))
	case name == "src-dnsname", strings.HasPrefix(name, "source-ipv"):
		e.from = value
	case name == "dst-dnsname", strings.HasPrefix(name, "destination-ipv"):
		e.to = value
	default:
		e.add(name + " " + value)
	}
	return err
}

// protocolName returns the word for the number of an IP protocol (IANA), or the
// number.
func protocolName(number string) string {
	switch number {
	case "1":
		return "icmp"
	case "2":
		return "igmp"
	case "6":
		return "tcp"
	case "17":
		return "udp"
	case "58":
		return "ipv6-icmp"
	case "132":
		return "sctp"
	}
	return "protocol-" + number
}

func (r *mudReader) transportMatch(e *mudEntry, name string) (err error) {
	switch {
	case name == "direction-initiated":
		e.initiated, err = scalarText(r.jsonTokens)
	case strings.HasPrefix(name, "source-port"):
		e.fromPort, err = r.portRange()
	case strings.HasPrefix(name, "destination-port"):
		e.toPort, err = r.portRange()
	}
	return err
}

// portRange reads "443", "1023-65535", or with another operator ">=1023" (gte),
// "<=1023" (lte), "!=23" (neq).
func (r *mudReader) portRange() (string, error) {
	if r.kind() != '{' {
		return scalarText(r.jsonTokens)
	}
	var operator, port, lower, upper string
	err := r.object(func(key []byte) (err error) {
		switch localName(key) {
		case "operator":
			operator, err = scalarText(r.jsonTokens)
		case "port":
			port, err = scalarText(r.jsonTokens)
		case "lower-port":
			lower, err = scalarText(r.jsonTokens)
		case "upper-port":
			upper, err = scalarText(r.jsonTokens)
		}
		return err
	})
	switch {
	case lower != "" && upper != "" && lower != upper:
		return lower + "-" + upper, err
	case port == "":
		return cmp.Or(lower, upper), err
	}
	return map[string]string{"gte": ">=", "lte": "<=", "neq": "!="}[operator] + port, err
}

// yield emits what was read. All of it waits for the end, because the name of
// the device and the directions of the lists may come last.
func (r *mudReader) yield(emit func(Record) error) error {
	if r.version != "" && r.version != "1" {
		r.faults.add("unknown version", "/ietf-mud:mud/mud-version", fmt.Sprintf("version %q is not known, it is read as version 1", short(r.version)))
	}
	target := r.target()
	if target == "" {
		r.faults.add("unnamed device", "/ietf-mud:mud", "the file has neither mud-url, model-name nor systeminfo: which device it describes is not known")
	}
	for _, d := range append(r.facts, r.flows()...) {
		d.Target = target
		if err := emit(Declaration{d}); err != nil {
			return err
		}
	}
	return r.faults.err
}

// target names the kind of device as it names itself on the network, else by
// its model.
func (r *mudReader) target() string {
	named := make(map[string]string)
	for _, f := range r.facts {
		named[f.Kind] = f.Name
	}
	model := named["model-name"]
	if model != "" {
		model = strings.TrimSpace(named["mfg-name"] + " " + model)
	}
	return cmp.Or(named["mud-url"], model, named["systeminfo"])
}

// flows returns the declarations that the access lists make.
func (r *mudReader) flows() []netvet.Declaration {
	var list []netvet.Declaration
	ports := make(map[[2]string]bool)
	for i := range r.entries {
		e := &r.entries[i]
		directions := r.policy[e.list]
		if len(directions) == 0 {
			r.faults.add("access list of no policy", e.pointer, fmt.Sprintf("access list %q is part of no policy: its entries hold for no direction", short(e.list)))
		}
		for _, direction := range directions {
			kind, ok := e.kind()
			if !ok {
				r.faults.add("entry without an action", e.pointer, fmt.Sprintf("forwarding is %q: whether the entry allows or forbids is not known", short(e.forwarding)))
				continue
			}
			list = append(list, e.flow(kind, direction))
			port := e.served(direction)
			seen := [2]string{port, e.who(direction)}
			if kind == "peer" && port != "" && !ports[seen] {
				ports[seen] = true
				list = append(list, netvet.Declaration{Kind: "port", Name: port, Pointer: e.pointer, Detail: factDetail("peer", seen[1], "initiated", e.initiated)})
			}
		}
	}
	return list
}

func (e *mudEntry) kind() (string, bool) {
	switch e.forwarding {
	case "accept", "permit":
		return "peer", true
	case "drop", "reject", "deny":
		return "peer-denied", true
	}
	return "", false
}

// flow declares whom the device may talk to.
func (e *mudEntry) flow(kind, direction string) netvet.Declaration {
	own, port, ownPort := e.to, e.fromPort, e.toPort
	if direction == fromDevice {
		own, port, ownPort = e.from, e.toPort, e.fromPort
	}
	within := e.peer
	if e.who(direction) == e.peer {
		within = ""
	}
	return netvet.Declaration{Kind: kind, Name: peerName(e.who(direction), port, cmp.Or(e.protocol, e.layer)), Pointer: e.pointer,
		Detail: factDetail("direction", direction, "initiated", e.initiated, "within", within, "own-network", own, "own-port", ownPort,
			"family", e.family, "other", strings.Join(e.other, ", "), "entry", e.name)}
}

// who names the other side.
func (e *mudEntry) who(direction string) string {
	if direction == fromDevice {
		return cmp.Or(e.to, e.peer, "any")
	}
	return cmp.Or(e.from, e.peer, "any")
}

// served returns the port at which the device may be reached, if the entry is
// about that: others begin the conversation, and not at a port of their own.
func (e *mudEntry) served(direction string) string {
	own, port := e.toPort, e.fromPort
	if direction == fromDevice {
		own, port = e.fromPort, e.toPort
	}
	begunByOthers := e.initiated == toDevice || e.initiated == "" && direction == toDevice && port == ""
	if _, err := strconv.ParseUint(own, 10, 16); err != nil || !begunByOthers {
		return ""
	}
	return portName(own, e.protocol)
}

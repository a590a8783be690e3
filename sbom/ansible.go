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

	"github.com/netvet/netvet"
)

func ansibleFormat() Format {
	return Format{
		Name:   "ansible-facts",
		Title:  "Ansible facts, JSON or YAML",
		Expect: `Ansible facts (JSON or YAML with "ansible_facts", or what "ansible -m setup" prints)`,
		Detect: detectAnsible,
		Read:   readAnsible,
	}
}

var (
	// ansibleSign matches the facts of a host, alone or wrapped; some names of facts
	// stand for all when a cache holds them without a wrapper.
	ansibleSign = regexp.MustCompile(`"ansible_facts"\s*:\s*\{|"ansible_(?:all_ipv4_addresses|architecture|distribution|fqdn|hostname|nodename|system_vendor|os_family|net_model|net_hostname)"\s*:`)
	// ansibleYAMLSign matches facts in YAML.
	ansibleYAMLSign = regexp.MustCompile(`(?m)^ *(?:- )?"?ansible_(all_ipv4_addresses|all_ipv6_addresses|apparmor|architecture|bios_date|bios_version|board_name|chassis_vendor|date_time|default_ipv4|devices|distribution|distribution_version|dns|fqdn|hostname|kernel|lsb|machine|memtotal_mb|nodename|os_family|processor|product_name|system_vendor)"?:(?:[ \r]|$)`)
	// ansibleFailed matches the answer for a host that could not be asked.
	ansibleFailed = regexp.MustCompile(`"unreachable"\s*:\s*true`)
	// ansibleLine matches what the command prints before the facts of a host.
	ansibleLine = regexp.MustCompile(`(?m)^(\S+) \| (?:SUCCESS|CHANGED|FAILED!?|UNREACHABLE!)(?: \| rc=\d+)? => \{\s*$`)
)

func detectAnsible(s Sample) float64 {
	head := bytes.TrimLeft(s.Head, " \t\r\n")
	switch {
	case len(head) == 0:
		return 0
	case head[0] == '{' || head[0] == '[':
		if ansibleSign.Match(head) {
			return 1
		}
		if ansibleFailed.Match(head) && bytes.Contains(head, []byte(`"changed"`)) && bytes.Contains(head, []byte(`"msg"`)) {
			return 0.9
		}
	case ansibleLine.Match(head[:min(len(head), 4<<10)]):
		return 1
	case isAnsibleYAML(head):
		return 0.9
	}
	return 0
}

// isAnsibleYAML tells the facts of a host from plays, which name facts too: facts
// stand there as keys with a value each, and never in braces.
func isAnsibleYAML(head []byte) bool {
	const enough = 4
	seen := make(map[string]bool)
	for _, m := range ansibleYAMLSign.FindAllSubmatch(head, 64) {
		seen[string(m[1])] = true
	}
	return len(seen) >= enough && !bytes.Contains(head, []byte("{{ ansible_"))
}

type ansibleReader struct {
	src    *Stream
	emit   func(Record) error
	faults *faults
	hosts  int
	host   string // before the document, in what the command prints
}

// record is the place of something for people.
func (r *ansibleReader) record(place string) string {
	return strings.TrimSpace(r.host + " " + place)
}

func readAnsible(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	r := &ansibleReader{src, emit, newFaults(emit), 0, ""}
	text, err := io.ReadAll(io.LimitReader(src.Reader, maxHostDocument+1))
	switch {
	case err != nil:
		return Info{}, err
	case len(text) > maxHostDocument:
		return Info{}, tooBigHost()
	case bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{")), bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("[")):
		err = r.document(text, "")
	case !ansibleLine.Match(text) && isAnsibleYAML(text):
		err = r.yaml(text)
	default:
		err = r.printed(text)
	}
	if err != nil {
		return Info{}, err
	}
	return Info{}, r.faults.finish()
}

// printed reads what the command prints: a line with the name of a host before each
// document.
func (r *ansibleReader) printed(text []byte) error {
	places := ansibleLine.FindAllSubmatchIndex(text, -1)
	if len(places) == 0 {
		return errors.New(`there is no line "host | SUCCESS => {" in it`)
	}
	if lead := bytes.TrimSpace(text[:places[0][0]]); len(lead) > 0 {
		r.faults.add("text before the first host", "line 1", "the text before the first host is left out: "+short(string(lead)))
	}
	for i, at := range places {
		end := len(text)
		if i+1 < len(places) {
			end = places[i+1][0]
		}
		brace := bytes.LastIndexByte(text[:at[1]], '{')
		name := string(text[at[2]:at[3]])
		r.host = name
		if err := r.document(text[brace:end], name); err != nil {
			return fmt.Errorf("host %s, after byte %d: %w", short(name), at[0], err)
		}
	}
	return nil
}

func (r *ansibleReader) document(text []byte, name string) error {
	t, err := readHostJSON(&Stream{Name: r.src.Name, Reader: bytes.NewReader(text), Options: r.src.Options})
	return r.tree(t, err, name)
}

func (r *ansibleReader) yaml(text []byte) error {
	v, err := yamlValue(r.src.Name, text, r.src.Options)
	return r.tree(&hostTree{opt: r.src.Options, root: hostNode{jsonValue: v}}, err, "")
}

// tree takes a document that was read, unless that failed.
func (r *ansibleReader) tree(t *hostTree, err error, name string) error {
	if err == nil {
		err = t.settle(r.faults)
	}
	before := r.hosts
	if err == nil {
		err = r.find(t.root, name)
	}
	if err == nil && r.hosts == before {
		r.faults.add("no facts", name, "there are no facts of a host in it")
		err = r.faults.err
	}
	return err
}

// find looks for facts wherever they stand: alone, in a wrapper, by host, or in the
// results of a play.
func (r *ansibleReader) find(n hostNode, name string) error {
	if inner := n.get("ansible_facts"); inner.isObject() {
		return r.facts(inner, name)
	}
	if n.value("unreachable") == "true" {
		r.hosts++
		r.faults.add("unreachable host", cmp.Or(name, n.place), "the host could not be asked: "+short(n.value("msg")))
		return r.faults.err
	}
	if n.has("ansible_hostname") || n.has("ansible_distribution") || n.has("ansible_system_vendor") || n.has("ansible_architecture") || n.has("ansible_net_model") {
		return r.facts(n, name)
	}
	for key, item := range n.each() {
		if err := r.find(item, cmp.Or(key, name)); err != nil {
			return err
		}
	}
	return nil
}

// ansibleFacts asks for facts by name, with the prefix they have among variables or
// without it.
type ansibleFacts struct{ hostNode }

func (f ansibleFacts) fact(name string) hostNode {
	if n := f.get("ansible_" + name); n.v != nil {
		return n
	}
	return f.get(name)
}

func (f ansibleFacts) stated(path ...string) string {
	return f.fact(path[0]).stated(path[1:]...)
}

func (r *ansibleReader) facts(n hostNode, name string) error {
	r.hosts++
	f := ansibleFacts{n}
	h := newHost(r.src, "ansible-facts", r.record(n.place))
	f.system(h, name)
	f.parts(h)
	return h.emit(r.src, r.emit)
}

func (f ansibleFacts) system(h *host, name string) {
	h.Name = cmp.Or(f.stated("fqdn"), f.stated("hostname"), f.stated("nodename"), f.stated("net_hostname"))
	if h.Name == "" && name != "ansible_facts" {
		h.Name = name
	}
	h.Manufacturer = f.stated("system_vendor")
	h.Model = cmp.Or(f.stated("product_name"), f.stated("net_model"), f.stated("model"))
	h.Serial = cmp.Or(f.stated("product_serial"), f.stated("net_serialnum"))
	h.Version = cmp.Or(f.stated("product_version"), f.stated("net_version"))
	h.CategoryText = f.stated("form_factor")
	if f.stated("virtualization_role") == "guest" {
		h.virtual(f.stated("virtualization_type"))
	} else if f.stated("virtualization_role") == "" {
		h.seemsVirtual()
	}
	h.Identifiers = withIdentifier(h.Identifiers, netvet.IDMAC, f.fact("default_ipv4").value("macaddress"))
	h.Addresses = addAddresses(h.Addresses, f.value("ansible_host"), f.fact("default_ipv4").value("address"), f.fact("default_ipv6").value("address"), f.stated("fqdn"))
	for _, name := range []string{"all_ipv4_addresses", "all_ipv6_addresses", "net_all_ipv4_addresses", "net_all_ipv6_addresses"} {
		for _, n := range f.fact(name).list() {
			h.Addresses = addAddresses(h.Addresses, n.value())
		}
	}
	for _, list := range [][]hostNode{f.objects(), f.list("ansible_interfaces"), f.list("interfaces")} {
		for _, n := range list {
			if n.value("type") != "loopback" {
				h.Identifiers = withIdentifier(h.Identifiers, netvet.IDMAC, n.value("macaddress"))
			}
		}
	}
}

func (f ansibleFacts) parts(h *host) {
	at := func(fact string) string { return f.place + "/ansible_" + fact }
	h.add(dmiFirmware(f.stated("bios_vendor"), f.stated("bios_version"), at("bios_version")))
	h.add(netvet.Component{Kind: netvet.KindDevice, Type: "board", Name: f.stated("board_name"), Manufacturer: f.stated("board_vendor"),
		Version: f.stated("board_version"), Serial: f.stated("board_serial"), Pointer: at("board_name")})
	h.add(netvet.Component{Kind: netvet.KindDevice, Type: "chassis", Manufacturer: f.stated("chassis_vendor"), Version: f.stated("chassis_version"),
		Serial: f.stated("chassis_serial"), Pointer: at("chassis_vendor")})
	f.processors(h, at("processor"))
	f.disks(h)
	h.add(netvet.Component{Kind: netvet.KindSoftware, Type: "operating-system", Name: cmp.Or(f.stated("distribution"), f.stated("system")),
		Version: f.stated("distribution_version"), Description: f.stated("kernel"), Pointer: at("distribution")})
	h.add(netvet.Component{Kind: netvet.KindFirmware, Type: "operating-system", Name: f.stated("net_system"), Version: f.stated("net_version"),
		Description: f.stated("net_image"), Pointer: at("net_system")})
	f.packages(h, at("packages"))
}

// processors takes the distinct models. The fact is a list of number, maker and model
// of every thread, in which older versions leave out the number and systems other
// than Linux the maker.
func (f ansibleFacts) processors(h *host, place string) {
	models := make(map[string]bool)
	first, maker := len(h.parts), ""
	for _, item := range f.fact("processor").list() {
		text := item.value()
		switch {
		case strings.Trim(text, "0123456789") == "":
		case processorMaker.MatchString(text):
			maker = text
		default:
			if name := processorName(text); name != "" && !models[name] {
				models[name] = true
				h.add(netvet.Component{Kind: netvet.KindDevice, Type: "processor", Name: name, Manufacturer: maker, Pointer: place})
			}
			maker = ""
		}
	}
	if len(h.parts) == first && maker != "" {
		h.add(netvet.Component{Kind: netvet.KindDevice, Type: "processor", Manufacturer: maker, Pointer: place})
	}
	if len(h.parts) == first+1 {
		h.parts[first].Quantity = count(f.stated("processor_count"))
	}
}

// processorName is the model of a processor. BSD adds the clock that each was measured at.
func processorName(text string) string {
	return statedText(measuredClock.ReplaceAllString(text, ""))
}

var measuredClock = regexp.MustCompile(`, \d+(?:\.\d+)? MHz\b.*$`)

// processorMaker matches what processors answer for their maker (CPUID leaf 0), and
// what the kernel says for those that do not.
var processorMaker = regexp.MustCompile(`^(?:GenuineIntel|AuthenticAMD|HygonGenuine|CentaurHauls|Shanghai|GenuineTMx86|CyrixInstead|VIA VIA VIA|ARM|IBM/S390|Apple|Qualcomm|Cavium|HiSilicon|Phytium)$`)

func (f ansibleFacts) disks(h *host) {
	devices := f.fact("devices")
	if !devices.isObject() {
		return
	}
	paths := make(map[string]bool) // of disks that several paths lead to
	for name, disk := range devices.each() {
		serial := disk.stated("serial")
		if isMadeUpDisk(name) || paths[serial+disk.stated("model")] && serial != "" {
			continue
		}
		paths[serial+disk.stated("model")] = true
		h.add(netvet.Component{Kind: netvet.KindDevice, Type: "disk", Ref: name, Name: disk.stated("model"), Manufacturer: diskMaker(disk.stated("vendor")),
			Serial: serial, Description: disk.stated("host"), Pointer: disk.place})
	}
}

// isMadeUpDisk reports whether the kernel gives a block device of this name to what is no
// disk: mapped, looped and in memory.
func isMadeUpDisk(name string) bool {
	for _, prefix := range []string{"dm-", "loop", "ram", "zram", "md", "nbd", "zd", "drbd", "rbd", "bcache"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && strings.Trim(rest, "0123456789") == "" {
			return true
		}
	}
	return false
}

// packages takes what the module package_facts lists: versions by name.
func (f ansibleFacts) packages(h *host, place string) {
	for name, versions := range f.fact("packages").each() {
		for _, p := range versions.list() {
			h.add(netvet.Component{Kind: netvet.KindSoftware, Type: cmp.Or(p.stated("source"), "package"), Name: cmp.Or(p.stated("name"), name),
				Version: strings.Trim(p.stated("version")+"-"+p.stated("release"), "-"), Pointer: cmp.Or(p.place, place)})
		}
	}
}

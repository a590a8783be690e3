package vendors

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/netvet/netvet"
)

// What a second signal adds to the confidence of a name that needs one. A
// country alone does not reach the threshold.
const (
	registeredGain = 0.35 // the legal form is that of its legal name
	identifierGain = 0.40
	otherNameGain  = 0.40
	productGain    = 0.35 // one of its product lines, or a word only its names use
	partGain       = 0.35 // a part number of its pattern
	familyGain     = 0.35 // a model of its product families
	kindGain       = 0.31 // a word for what it makes
	categoryGain   = 0.31
	countryGain    = 0.15
	aloneGain      = 0.36 // the whole name, and nobody else in the public registries has it
	tradeGain      = 0.08 // a word of trade of a Chinese name in Latin letters
	ownShortGain   = 0.32 // the whole name is the short form of its legal name
)

// signals adds up what else points to the record, beside a hit that is not
// enough by itself.
func (rd *reader) signals(rec int32, h *hit) (gain float64, found []string) {
	add := func(g float64, text string) {
		gain += g
		found = append(found, text)
	}
	if rd.registered(rec, h) {
		add(registeredGain, "the legal form is that of its legal name")
	}
	switch {
	case rd.ownShort(rec, h):
		add(ownShortGain, "it is the short form of the legal name and nobody else's")
	case rd.alone(rec, h):
		add(aloneGain, "nobody else in the public registries has it")
		if word := rd.ownTrade(rec, h); word != "" {
			add(tradeGain, "'"+word+"' is of its name too")
		}
	}
	if word := rd.product(rec, h); word != "" {
		add(productGain, "'"+word+"' is a name of its own too")
	}
	if name := rd.relative(rec, h); name != "" && rd.n.words[h.from].part == 0 {
		add(otherNameGain, "'"+name+"' belongs together with it")
	}
	if word := rd.kindWord(rec, h); word != "" {
		add(kindGain, "it makes '"+word+"'")
	}
	if part := rd.partNumber(rec); part != "" {
		add(partGain, "'"+part+"' is a part number of its pattern")
	}
	if family := rd.family(rec, h); family != "" {
		add(familyGain, "the model is of its family '"+family+"'")
	}
	if id := rd.bracketed(rec); id != "" {
		add(identifierGain, id+" is its own")
	}
	for _, e := range rd.q.found {
		if slices.Contains(e.holders, rec) {
			add(identifierGain, e.what+" is its own")
			break
		}
	}
	clues := &rd.q.clues
	if rd.r.fitsCategory(rec, clues.Category) {
		add(categoryGain, "the category '"+clues.Category+"' fits")
	}
	if c := rd.r.records[rec].Countries; clues.Country != "" && (clues.Country == c.Headquarters || clues.Country == c.Incorporated) {
		add(countryGain, "the country "+clues.Country+" fits")
	}
	return gain, found
}

// registered reports whether the part that the hit is in is the record's legal
// name, or the formal one that was claimed: the same words and legal form.
func (rd *reader) registered(rec int32, h *hit) bool {
	form, bare := "", ""
	for _, i := range rd.n.parts[rd.n.words[h.from].part].words {
		switch {
		case rd.n.words[i].class == legal:
			form += oneForm(rd.n.at(i))
		case i >= h.from && i < h.to && form == "":
			bare += rd.n.at(i)
		default:
			return false
		}
	}
	said := legalName{bare, form}
	if c := h.claimOf(rec); c.formal && rd.r.legalName(c.name) == said {
		return form != ""
	}
	return form != "" && rd.r.legalName(rd.r.records[rec].Name) == said
}

// ownShort reports whether the hit is all that was said, is claimed by one
// record alone, is no everyday word, and is its legal name without the legal
// form, or the initials of that: "ZTE" of "ZTE Corporation", "IBM" of
// "International Business Machines Corporation". Two letters say too little.
func (rd *reader) ownShort(rec int32, h *hit) bool {
	said := rd.n.run(h.from, h.to)
	if h.to-h.from != len(rd.n.words) || len(h.claims) != 1 || len(said) <= shortName || everyday()[said] {
		return false
	}
	n := &name{}
	rd.r.fold(n, rd.r.records[rec].Name)
	if len(n.words) == 0 {
		return false
	}
	i, j := n.bare()
	initials := ""
	for k := i; k < j; k++ {
		initials += string([]rune(n.at(k))[:1])
	}
	return said == n.run(i, j) || said == initials
}

// alone reports whether the hit is all that was said but for a legal form and
// places, and no company of that name stands in the public registries beside the
// record. An everyday word may be anybody's, and two letters say too little.
func (rd *reader) alone(rec int32, h *hit) bool {
	said := rd.n.run(h.from, h.to)
	if len(said) <= shortName || h.claims[0].everyday || everyday()[said] {
		return false
	}
	if h.claims[0].kind == spoken {
		return rd.aloneSpoken(rec, h)
	}
	if len(h.claims) != 1 || !rd.onlyBeside(h, func(w *word, _ string) bool { return w.class == legal || w.class == place }) {
		return false
	}
	others, counted := rd.r.namesakes(rec, said)
	return counted && !slices.ContainsFunc(others, rd.r.hasForm)
}

// aloneSpoken is alone for a Chinese name in Latin letters: companies that belong
// together may share it, words of trade that the record has too may stand beside
// it, and nobody at all may have it among the words of his name. Who is called
// just that goes before whose name has more words.
func (rd *reader) aloneSpoken(rec int32, h *hit) bool {
	others, counted := rd.r.namesakes(rec, rd.n.run(h.from, h.to))
	return counted && len(others) == 0 && rd.r.ownSpoken(rec, h.claims, rd.q.at) &&
		rd.onlyBeside(h, func(w *word, text string) bool {
			return w.class == legal || w.class == place || w.class == org || rd.r.uses(rec, text)
		})
}

// ownSpoken reports whether all claims are on a Chinese name in Latin letters,
// by records that belong together with rec, and none is a better one.
func (r *resolver) ownSpoken(rec int32, claims []claim, at time.Time) bool {
	mine := slices.IndexFunc(claims, func(c claim) bool { return c.rec == rec })
	for i := range claims {
		if claims[i].kind != spoken || !r.sameGroup(rec, claims[i].rec, at) || claims[mine].partly && !claims[i].partly {
			return false
		}
	}
	return true
}

// ownTrade returns a word of trade beside a Chinese name in Latin letters that
// the record's name has too, "" for none.
func (rd *reader) ownTrade(rec int32, h *hit) string {
	if h.claims[0].kind != spoken {
		return ""
	}
	for i := range rd.n.words {
		if text := rd.n.at(i); (i < h.from || i >= h.to) && rd.n.words[i].class == industry && rd.r.uses(rec, text) {
			return text
		}
	}
	return ""
}

// onlyBeside reports whether all words outside a hit are of a sort.
func (rd *reader) onlyBeside(h *hit, sort func(w *word, text string) bool) bool {
	for i := range rd.n.words {
		if (i < h.from || i >= h.to) && !sort(&rd.n.words[i], rd.n.at(i)) {
			return false
		}
	}
	return true
}

// hasForm reports whether a registered name has a legal form. One without may
// be the supplier's own, registered in a hurry.
func (r *resolver) hasForm(raw string) bool {
	n := &name{}
	r.fold(n, raw)
	return n.form() != ""
}

// bracketedID is a number as tools write it behind a maker's name:
// "AMD (0x1002)", "Micron (0x2C80)".
var bracketedID = regexp.MustCompile(`[(\[]\s*0x([0-9A-Fa-f]{4})\s*[)\]]`)

// bracketed finds the record's own PCI or JEDEC number behind the name.
func (rd *reader) bracketed(rec int32) string {
	found := bracketedID.FindStringSubmatch(rd.q.raw)
	if found == nil {
		return ""
	}
	for _, scheme := range []netvet.IdentifierType{netvet.IDPCI, netvet.IDJEP106} {
		if e := rd.r.identify(netvet.Identifier{Type: scheme, Value: strings.ToLower(found[1])}); e != nil && slices.Contains(e.holders, rec) {
			return e.what
		}
	}
	return ""
}

// legalName is a name taken apart: the words before the legal form, written
// together, and the form.
type legalName struct{ bare, form string }

// legalName takes a name of the data apart.
func (r *resolver) legalName(raw string) legalName {
	n := &name{}
	r.fold(n, raw)
	if len(n.words) == 0 {
		return legalName{}
	}
	i, j := n.bare()
	return legalName{n.run(i, j), n.form()}
}

// relative finds another supplier in the name that belongs together with the
// record.
func (rd *reader) relative(rec int32, main *hit) string {
	for i := range rd.hits {
		h := &rd.hits[i]
		if h == main || h.from < main.to && h.to > main.from {
			continue
		}
		for _, c := range h.claims {
			if c.rec != rec && c.kind < brand && !c.ambiguous && rd.r.related(rec, c.rec, rd.q.at) {
				return c.name
			}
		}
	}
	return ""
}

// product finds a second name of the record: a product line, or another name of
// its own, elsewhere in the name or in the model and product texts.
func (rd *reader) product(rec int32, main *hit) string {
	for i := range rd.hits {
		h := &rd.hits[i]
		if h != main && (h.from >= main.to || h.to <= main.from) && h.claimOf(rec) != nil && rd.n.run(h.from, h.to) != rd.n.run(main.from, main.to) {
			return rd.n.run(h.from, h.to)
		}
	}
	for _, text := range []string{rd.q.clues.Model, rd.q.clues.Product} {
		if text == "" || text == rd.q.raw {
			continue
		}
		n := rd.r.read(text, plain)
		for _, h := range rd.r.hits(n) {
			if h.claimOf(rec) != nil && n.run(h.from, h.to) != rd.n.run(main.from, main.to) {
				return n.run(h.from, h.to)
			}
		}
	}
	return ""
}

// ownProduct reports whether a product line of the record stands in the name,
// apart from main.
func (rd *reader) ownProduct(rec int32, main *hit) bool {
	return slices.ContainsFunc(rd.hits, func(h hit) bool {
		c := h.claimOf(rec)
		return c != nil && c.kind == brand && h.from != main.from
	})
}

// kindWord finds a word for a kind of product that the record makes.
func (rd *reader) kindWord(rec int32, main *hit) string {
	for i := range rd.n.words {
		if (i < main.from || i >= main.to) && rd.r.makes(rec, rd.n.at(i)) {
			return rd.n.at(i)
		}
	}
	for _, text := range []string{rd.q.clues.Model, rd.q.clues.Product} {
		n := foldName(text, plain)
		for i := range n.words {
			if rd.r.makes(rec, n.at(i)) {
				return n.at(i)
			}
		}
	}
	return ""
}

// partNumber finds a part number of the record's patterns in the name and the
// clues.
func (rd *reader) partNumber(rec int32) string {
	for _, text := range []string{rd.q.clues.PartNumber, rd.q.clues.Model, rd.q.clues.Product, rd.q.raw} {
		if part := rd.r.matchPart(rec, partNumbersIn(text)); part != "" {
			return part
		}
	}
	return ""
}

// family finds one of the record's product families in what is said of the
// model, and in the name apart from main.
func (rd *reader) family(rec int32, main *hit) string {
	if main.to-main.from < len(rd.n.words) {
		words := rd.r.familyWordsIn(rec, rd.q.raw)
		for i := main.from; i < main.to; i++ {
			delete(words, rd.n.at(i))
		}
		if len(words) > 0 {
			return strings.Join(slices.Sorted(maps.Keys(words)), " ")
		}
	}
	for _, text := range []string{rd.q.clues.Model, rd.q.clues.PartNumber, rd.q.clues.Product} {
		if f := rd.r.family(rec, text); f.text != "" {
			return f.text
		}
	}
	return ""
}

// Bounds on what may be a part number, and on how many are tried in one text.
const (
	shortestPartNumber = 4
	longestPartNumber  = 64
	maxPartNumbers     = 8
)

// partNumbersIn lists what may be part numbers in a text: all of it, and its
// words with a digit.
func partNumbersIn(text string) []string {
	var out []string
	for _, field := range append([]string{strings.TrimSpace(text)}, strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" _,;()/", c) })...) {
		if len(field) >= shortestPartNumber && len(field) <= longestPartNumber && strings.ContainsAny(field, "0123456789") && len(out) < maxPartNumbers {
			out = append(out, field)
		}
	}
	return out
}

// matchPart returns the first of some part numbers that one of the record's
// patterns matches.
func (r *resolver) matchPart(rec int32, parts []string) string {
	if len(r.records[rec].IDs.PartPatterns) == 0 {
		return ""
	}
	for _, part := range parts {
		for _, pattern := range r.partPatterns(rec) {
			if pattern.matches(part) {
				return part
			}
		}
	}
	return ""
}

// partPatterns compiles a record's part patterns when they are first needed.
// What does not compile is left out: lint reports it.
func (r *resolver) partPatterns(rec int32) []*partForm {
	r.patternOnce[rec].Do(func() {
		for _, p := range r.records[rec].IDs.PartPatterns {
			if pattern, err := compilePart(p); err == nil {
				r.patterns[rec] = append(r.patterns[rec], pattern)
			}
		}
	})
	return r.patterns[rec]
}

// productKinds are the categories of suppliers that a word for a product stands for.
var productKinds = map[string][]string{
	"switch": {"switch-router", "switch-asic", "fc-switch"}, "switches": {"switch-router", "switch-asic", "fc-switch"},
	"router": {"switch-router", "cpe-router"}, "routers": {"switch-router", "cpe-router"}, "routing": {"switch-router"},
	"server": {"server", "hpc", "odm"}, "servers": {"server", "hpc", "odm"}, "workstation": {"client", "server"}, "laptop": {"client"}, "notebook": {"client"},
	"ssd": {"ssd", "flash"}, "nvme": {"ssd", "flash"}, "flash": {"flash", "ssd"}, "nand": {"flash"},
	"memory": {"memory", "flash"}, "dram": {"memory"}, "dimm": {"memory"}, "rdimm": {"memory"}, "ddr4": {"memory"}, "ddr5": {"memory"}, "ddr3": {"memory"},
	"hdd": {"hdd"}, "disk": {"hdd", "ssd", "storage"}, "harddisk": {"hdd"}, "drive": {"hdd", "ssd", "tape"}, "tape": {"tape"},
	"storage": {"storage", "hdd", "ssd", "nas", "storage-controller"}, "nas": {"nas", "storage"}, "raid": {"storage-controller"},
	"nic": {"nic"}, "ethernet": {"nic", "switch-router"}, "adapter": {"nic", "hba"}, "hba": {"hba"}, "dpu": {"dpu"}, "smartnic": {"nic", "dpu"},
	"cpu": {"cpu"}, "processor": {"cpu", "soc"}, "soc": {"soc"}, "gpu": {"gpu"}, "accelerator": {"ai-accelerator", "gpu"}, "fpga": {"fpga"},
	"bmc": {"bmc", "bios"}, "bios": {"bios"}, "uefi": {"bios"}, "tpm": {"tpm"}, "hsm": {"hsm"}, "chipset": {"chipset", "cpu"},
	"firewall": {"firewall"}, "ngfw": {"firewall"}, "utm": {"firewall"}, "ips": {"firewall", "security-software"}, "vpn": {"firewall", "remote-access"},
	"antivirus": {"security-software"}, "endpoint": {"security-software", "endpoint-mgmt"}, "siem": {"siem"},
	"camera": {"camera"}, "cameras": {"camera"}, "nvr": {"camera", "dvr"}, "dvr": {"dvr", "camera"}, "cctv": {"camera"}, "surveillance": {"camera"},
	"modem": {"modem"}, "lte": {"modem", "telecom"}, "5g": {"modem", "telecom"}, "baseband": {"baseband", "modem"}, "gnss": {"gnss"}, "gps": {"gnss"},
	"wifi": {"wifi", "wireless"}, "wlan": {"wifi", "wireless"}, "bluetooth": {"bluetooth"},
	"optics": {"optics"}, "optical": {"optics"}, "transceiver": {"optics"}, "transceivers": {"optics"}, "sfp": {"optics"}, "qsfp": {"optics"}, "laser": {"optics"},
	"photonics": {"optics"}, "telecom": {"telecom", "carrier"}, "carrier": {"carrier"}, "voip": {"voip"}, "phone": {"voip", "mobile"}, "pbx": {"voip"},
	"ups": {"ups-power", "power"}, "pdu": {"pdu", "ups-power"}, "power": {"power", "ups-power"}, "inverter": {"inverter"}, "battery": {"battery"},
	"printer": {"printer"}, "printers": {"printer"}, "kvm": {"kvm"}, "cabling": {"cabling"}, "cables": {"cabling"}, "connectors": {"connectors"},
	"database": {"database"}, "dbms": {"database"}, "hypervisor": {"hypervisor"}, "virtualization": {"hypervisor"}, "middleware": {"middleware"},
	"cloud": {"cloud"}, "saas": {"cloud", "enterprise-software"}, "cdn": {"cdn"}, "backup": {"backup"}, "monitoring": {"monitoring"}, "container": {"container"},
	"software": {"enterprise-software", "security-software", "open-source", "dev-tools"}, "linux": {"os"}, "os": {"os"},
	"plc": {"ics"}, "scada": {"ics"}, "automation": {"ics"}, "drone": {"drone"}, "drones": {"drone"}, "uav": {"drone"},
	"semiconductor": {"semiconductor", "foundry", "memory", "analog", "mcu", "discrete"}, "semiconductors": {"semiconductor", "foundry", "analog", "mcu", "discrete"},
	"交换机": {"switch-router"}, "路由器": {"switch-router", "cpe-router"}, "服务器": {"server"}, "存储": {"storage", "memory"}, "硬盘": {"hdd", "ssd"},
	"固态硬盘": {"ssd"}, "内存": {"memory"}, "防火墙": {"firewall"}, "摄像机": {"camera"}, "数据库": {"database"}, "网卡": {"nic"}, "光模块": {"optics"},
	"操作系统": {"os"}, "云": {"cloud"}, "电源": {"power", "ups-power"}, "打印机": {"printer"},
}

// broadKinds are words of kinds that nearly every company may have in its name:
// they fit beside a name, but are no second signal.
var broadKinds = map[string]bool{"software": true, "storage": true, "power": true, "cloud": true, "memory": true, "security": true,
	"telecom": true, "automation": true, "semiconductor": true, "semiconductors": true, "optical": true, "optics": true, "photonics": true,
	"carrier": true, "plc": true, "os": true, "drive": true, "surveillance": true, "flash": true, "phone": true, "monitoring": true, "database": true, "server": true, "servers": true, "云": true, "存储": true, "电源": true}

// makes reports whether the word names something that the record makes, in a
// word that says so.
func (r *resolver) makes(rec int32, word string) bool {
	return !broadKinds[word] && r.fits(rec, word)
}

// fits reports whether the word stands for a category of the record.
func (r *resolver) fits(rec int32, word string) bool {
	categories := r.records[rec].Categories
	for _, k := range productKinds[word] {
		if slices.Contains(categories, k) {
			return true
		}
	}
	return false
}

// categoryKinds are the categories of suppliers that make products of a
// category of Article 21.
var categoryKinds = map[netvet.Category][]string{
	netvet.CategoryCoreNetwork:   {"switch-router", "sd-wan", "network-os", "load-balancer", "fc-switch", "telecom"},
	netvet.CategoryCommunication: {"telecom", "voip", "modem", "satellite", "carrier", "radio", "optics", "cpe-router", "wifi", "wireless"},
	netvet.CategoryServer:        {"server", "hpc", "odm", "ai-accelerator", "gpu", "cpu"},
	netvet.CategoryStorage:       {"storage", "ssd", "hdd", "flash", "nas", "tape", "memory", "storage-controller"},
	netvet.CategoryApplication:   {"database", "enterprise-software", "middleware"},
	netvet.CategorySecurity:      {"firewall", "security-software", "siem", "hsm", "identity", "crypto", "forensics", "ics-security"},
	netvet.CategoryCloud:         {"cloud", "cdn", "sase"},
}

// fitsCategory reports whether the record makes what a category stands for: one
// of Article 21, or any word for a kind of product.
func (r *resolver) fitsCategory(rec int32, category string) bool {
	if category == "" {
		return false
	}
	for _, k := range categoryKinds[netvet.Category(category)] {
		if slices.Contains(r.records[rec].Categories, k) {
			return true
		}
	}
	n := foldName(category, plain)
	for i := range n.words {
		if r.fits(rec, n.at(i)) {
			return true
		}
	}
	return false
}

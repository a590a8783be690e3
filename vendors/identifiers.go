package vendors

import (
	"cmp"
	"math/bits"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
)

// registered is what a registry or naming scheme says an identifier stands for.
type registered struct {
	what     string  // for people: "PCI vendor id 1344"
	holders  []int32 // records, in order of id
	doubtful bool    // shared or joined on a name alone: never enough by itself
	trust    float64 // confidence when it acts alone
	scheme   scheme
}

// scheme orders registries and naming schemes, the most telling first: those
// that name who published or made the whole thing, then those of parts.
type scheme uint8

const (
	leiScheme scheme = iota
	purlScheme
	cpeScheme
	domainScheme
	penScheme
	pciScheme // from here on of a part
	jepScheme
	usbScheme
	macScheme // of the network interface, which may be bought in
)

// trusted is the confidence in an identifier that acts alone.
var trusted = [...]float64{leiScheme: 0.99, purlScheme: 0.95, cpeScheme: 0.95, domainScheme: 0.95, penScheme: 0.95,
	pciScheme: 0.95, jepScheme: 0.95, usbScheme: 0.93, macScheme: 0.92}

// idKey is an identifier of a scheme.
type idKey struct {
	scheme scheme
	value  string
}

// block is an address block: its first bits, how many hexadecimal digits they
// are, and the record that it is assigned to.
type block struct {
	bits   uint64
	digits int8
	rec    int32
}

func compareBlocks(a, b block) int {
	return cmp.Or(cmp.Compare(a.digits, b.digits), cmp.Compare(a.bits, b.bits), cmp.Compare(a.rec, b.rec))
}

// index returns the identifiers of all records but for address blocks.
func (r *resolver) index() map[idKey]registered {
	r.idsOnce.Do(func() {
		r.ids = make(map[idKey]registered, 4*len(r.records))
		for i, rec := range r.records {
			r.addIDs(int32(i), &rec.IDs)
		}
	})
	return r.ids
}

// schemeNames are the words by which Doubtful names schemes.
var schemeNames = map[string]scheme{"lei": leiScheme, "purl": purlScheme, "cpe": cpeScheme, "domain": domainScheme, "pen": penScheme,
	"pci": pciScheme, "jep106": jepScheme, "usb": usbScheme}

// addIDs enters the identifiers of a record. Those of virtual devices are left
// out: they name no maker.
func (r *resolver) addIDs(at int32, ids *IDs) {
	add := func(s scheme, value string, doubtful bool) {
		key := keyOf(s, value)
		e := r.ids[key]
		e.doubtful = e.doubtful || doubtful
		if !slices.Contains(e.holders, at) {
			e.holders = append(e.holders, at)
		}
		r.ids[key] = e
	}
	for _, scheme := range ids.schemes() {
		s, ok := schemeNames[scheme.key]
		if !ok {
			continue // address blocks, and lists that say something of the others
		}
		for _, v := range scheme.values {
			if s != pciScheme || !slices.Contains(ids.Virtual, v) {
				add(s, v, false)
			}
		}
	}
	for _, id := range ids.Doubtful {
		name, value, _ := strings.Cut(id, ":")
		if s, ok := schemeNames[name]; ok {
			add(s, value, true)
		}
	}
}

// keyOf writes an identifier in the form in which it is looked up: without
// case, and a JEDEC code without its parity bit.
func keyOf(s scheme, value string) idKey {
	switch s {
	case jepScheme:
		bank, code, _ := strings.Cut(strings.ToLower(value), ":")
		if n, err := strconv.ParseUint(code, 16, 8); err == nil {
			value = bank + ":" + strconv.FormatUint(n&0x7f, 16)
		}
	case leiScheme:
		value = strings.ToUpper(value)
	default:
		value = strings.ToLower(value)
	}
	return idKey{s, value}
}

// find looks an identifier up; nil when nobody holds it.
func (r *resolver) find(s scheme, value, what string) *registered {
	e, ok := r.index()[keyOf(s, value)]
	if !ok {
		return nil
	}
	return &registered{what: what, holders: e.holders, doubtful: e.doubtful, trust: trusted[s], scheme: s}
}

// blocks returns the address blocks of all records.
func (r *resolver) blocks() []block {
	r.ouiOnce.Do(func() {
		for i, rec := range r.records {
			for _, v := range rec.IDs.OUI {
				if bits, err := strconv.ParseUint(v, 16, 64); err == nil {
					r.oui = append(r.oui, block{bits, int8(len(v)), int32(i)})
				}
			}
		}
		slices.SortFunc(r.oui, compareBlocks)
	})
	return r.oui
}

// identify looks up an identifier of an input; nil when it says nothing.
func (r *resolver) identify(id netvet.Identifier) *registered {
	value := strings.TrimSpace(id.Value)
	if value == "" || len(value) > maxNameBytes {
		return nil
	}
	switch id.Type {
	case netvet.IDLEI:
		return r.find(leiScheme, value, "LEI "+value)
	case netvet.IDPurl:
		return r.byPurl(value)
	case netvet.IDCPE:
		return r.byCPE(value)
	case netvet.IDDomain:
		return r.byHost(hostOf(value))
	case netvet.IDSWID:
		return r.bySWID(value)
	case netvet.IDPEN:
		return r.byPEN(value)
	case netvet.IDJEP106:
		return r.find(jepScheme, value, "JEP106 code "+value)
	case netvet.IDPCI:
		return r.byBusID(pciScheme, "PCI vendor id ", value)
	case netvet.IDUSB:
		return r.byBusID(usbScheme, "USB vendor id ", value)
	case netvet.IDMAC:
		return r.byMAC(value)
	}
	return nil
}

// byBusID takes the vendor half of "8086:1521", "80861521" or "0x8086".
func (r *resolver) byBusID(s scheme, what, value string) *registered {
	value = strings.TrimPrefix(strings.ToLower(value), "0x")
	if len(value) < 4 || !isHex(value[:4]) {
		return nil
	}
	return r.find(s, value[:4], what+value[:4])
}

// byMAC looks the address block up, the smallest block first: 36, 28 and 24
// bits. Locally administered and group addresses name nobody.
func (r *resolver) byMAC(value string) *registered {
	hex := strings.NewReplacer(":", "", "-", "", ".", "", " ", "").Replace(strings.ToLower(value))
	if len(hex) < 6 || !isHex(hex) {
		return nil
	}
	if head, _ := strconv.ParseUint(hex[:2], 16, 8); head&0x03 != 0 {
		return nil
	}
	blocks := r.blocks()
	for _, digits := range []int{9, 7, 6} {
		if len(hex) < digits {
			continue
		}
		bits, _ := strconv.ParseUint(hex[:digits], 16, 64)
		e := &registered{what: "MAC address block " + hex[:digits], trust: trusted[macScheme], scheme: macScheme}
		at, _ := slices.BinarySearchFunc(blocks, block{bits, int8(digits), 0}, compareBlocks)
		for ; at < len(blocks) && blocks[at].bits == bits && int(blocks[at].digits) == digits; at++ {
			e.holders = append(e.holders, blocks[at].rec)
			e.doubtful = e.doubtful || slices.Contains(r.records[blocks[at].rec].IDs.Doubtful, "oui:"+hex[:digits])
		}
		if len(e.holders) > 0 {
			return e
		}
	}
	return nil
}

// enterprises is the branch of object identifiers under which IANA numbers
// enterprises.
const enterprises = "1.3.6.1.4.1."

func (r *resolver) byPEN(value string) *registered {
	if rest, ok := strings.CutPrefix(strings.TrimPrefix(value, "."), enterprises); ok {
		value, _, _ = strings.Cut(rest, ".")
	}
	return r.find(penScheme, value, "enterprise number "+value)
}

// byCPE takes the vendor of a CPE name of either form.
func (r *resolver) byCPE(value string) *registered {
	vendor := ""
	if rest, ok := strings.CutPrefix(value, "cpe:2.3:"); ok {
		if fields := splitUnescaped(rest); len(fields) > 1 {
			vendor = fields[1]
		}
	} else if rest, ok := strings.CutPrefix(value, "cpe:/"); ok {
		if fields := strings.Split(rest, ":"); len(fields) > 1 {
			vendor = fields[1]
		}
	}
	vendor = strings.ToLower(strings.ReplaceAll(vendor, `\`, ""))
	if vendor == "" || vendor == "*" || vendor == "-" {
		return nil
	}
	return r.find(cpeScheme, vendor, "CPE vendor "+vendor)
}

// splitUnescaped splits at colons that no backslash stands before.
func splitUnescaped(s string) []string {
	var fields []string
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ':':
			fields = append(fields, s[start:i])
			start = i + 1
		}
	}
	return append(fields, s[start:])
}

// byPurl looks up the namespace of a package URL, or its name where packages
// have no namespace, then shorter namespaces, then the internet domain that a
// Maven group or Go module is named after.
func (r *resolver) byPurl(value string) *registered {
	rest, ok := strings.CutPrefix(strings.TrimSpace(value), "pkg:")
	if !ok {
		return nil
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest, _, _ = strings.Cut(rest, "?")
	kind, rest, ok := strings.Cut(strings.TrimLeft(rest, "/"), "/")
	if !ok {
		return nil
	}
	if path, err := url.PathUnescape(rest); err == nil {
		rest = path
	}
	if at := strings.LastIndexByte(rest, '@'); at > 0 {
		rest = rest[:at]
	}
	kind, rest = strings.ToLower(kind), strings.ToLower(strings.Trim(rest, "/"))
	space := ""
	if slash := strings.LastIndexByte(rest, '/'); slash >= 0 {
		space = rest[:slash]
	}
	for _, try := range []string{rest, space} {
		for cut := try; cut != ""; cut = shorter(cut) {
			if e := r.find(purlScheme, kind+":"+cut, "package namespace "+kind+":"+cut); e != nil {
				return e
			}
		}
	}
	if kind == "github" && space != "" {
		return r.find(purlScheme, "golang:github.com/"+space, "package namespace github:"+space)
	}
	return r.bySpace(kind, space, rest)
}

// shorter takes the last step off a namespace: "com.alibaba.cloud" gives
// "com.alibaba". It ends at one step.
func shorter(space string) string {
	return space[:max(strings.LastIndexAny(space, "./-"), 0)]
}

// bySpace reads a namespace that is built from an internet domain.
func (r *resolver) bySpace(kind, space, rest string) *registered {
	switch kind {
	case "maven":
		return r.byHost(reversed(space))
	case "golang":
		host, _, _ := strings.Cut(rest, "/")
		return r.byHost(host)
	}
	return nil
}

// reversed turns "com.example.part" into "part.example.com".
func reversed(space string) string {
	labels := strings.Split(space, ".")
	slices.Reverse(labels)
	return strings.Join(labels, ".")
}

// bySWID reads the domain in a tag id: "regid.1991-06.com.microsoft_...",
// "com.microsoft.office".
func (r *resolver) bySWID(value string) *registered {
	value = strings.ToLower(value)
	if rest, ok := strings.CutPrefix(value, "regid."); ok {
		_, value, _ = strings.Cut(rest, ".")
	}
	value, _, _ = strings.Cut(value, "_")
	value, _, _ = strings.Cut(value, ",")
	return r.byHost(reversed(value))
}

// sharedHosts are places where anybody can have a page or a mailbox: they say
// nothing about who made something.
var sharedHosts = map[string]bool{
	"github.com": true, "github.io": true, "githubusercontent.com": true, "gitlab.com": true, "gitlab.io": true, "bitbucket.org": true,
	"gitee.com": true, "gitee.io": true, "sourceforge.net": true, "sourceforge.io": true, "readthedocs.io": true, "googlecode.com": true, "npmjs.com": true, "pypi.org": true,
	"gmail.com": true, "googlemail.com": true, "outlook.com": true, "hotmail.com": true, "live.com": true, "msn.com": true,
	"yahoo.com": true, "icloud.com": true, "me.com": true, "mac.com": true, "qq.com": true, "foxmail.com": true, "163.com": true,
	"126.com": true, "sina.com": true, "aliyun.com": true, "mail.ru": true, "yandex.ru": true, "proton.me": true, "gmx.de": true, "gmx.net": true,
	"web.de": true, "amazonaws.com": true, "cloudfront.net": true, "azurewebsites.net": true, "appspot.com": true, "blogspot.com": true,
	"cloud.google.com": true, "code.google.com": true, "sites.google.com": true, "launchpad.net": true,
}

// byHost looks up a host name, then the domains above it.
func (r *resolver) byHost(host string) *registered {
	host = strings.ToLower(strings.Trim(host, "."))
	for domain := host; strings.Contains(domain, "."); _, domain, _ = strings.Cut(domain, ".") {
		if sharedHosts[domain] {
			return nil
		}
		if e := r.find(domainScheme, domain, "domain "+domain); e != nil {
			return e
		}
	}
	return nil
}

// hostOf takes the host out of a URL, an e-mail address or a bare name.
func hostOf(s string) string {
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		s = s[:i]
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	s, _, _ = strings.Cut(s, ":")
	return s
}

// written are the identifiers that stand in a raw name, and the name without
// them.
type written struct {
	found []*registered
	rest  string
	whole bool // the name is an identifier and nothing else
}

// identifiersIn finds addresses, package URLs, CPE names and JEDEC codes that
// stand in a name.
func (r *resolver) identifiersIn(raw string) written {
	w := written{rest: raw}
	trimmed := strings.TrimSpace(raw)
	switch {
	case strings.HasPrefix(trimmed, "pkg:"):
		return w.only(r.byPurl(trimmed))
	case strings.HasPrefix(trimmed, "cpe:"):
		return w.only(r.byCPE(trimmed))
	}
	if e, isCode := r.byCode(trimmed); isCode {
		return w.only(e)
	}
	if !strings.ContainsAny(raw, ".@") {
		return w
	}
	for _, field := range strings.FieldsFunc(raw, func(c rune) bool { return strings.ContainsRune(" \t\n<>()[]\"',;", c) }) {
		address := strings.Contains(field, "@") || strings.Contains(field, "://")
		host := hostOf(field)
		if !isHost(host) {
			continue
		}
		e := r.byHost(host)
		if e == nil && !address {
			e = r.byHost(reversed(host)) // "com.example.part", the name of a package
		}
		if e != nil {
			w.found = append(w.found, e)
		}
		if e != nil || address {
			w.rest = strings.Replace(w.rest, field, " ", 1)
		}
	}
	w.whole = len(w.found) > 0 && strings.Trim(w.rest, " <>()[]\"',;") == ""
	return w
}

func (w written) only(e *registered) written {
	w.rest, w.whole = "", true
	if e != nil {
		w.found = []*registered{e}
	}
	return w
}

// isHost reports whether s has the form of a host name with a domain.
func isHost(s string) bool {
	dot := strings.LastIndexByte(s, '.')
	if dot <= 0 || len(s)-dot < 3 || strings.Contains(s, "..") {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '.', c == '-' && i < dot:
		case '0' <= c && c <= '9' && i < dot:
		default:
			return false
		}
	}
	return true
}

// byCode reads a name that is nothing but the code which memory modules report
// instead of a name, in the spellings of SMBIOS type 17: continuation count and
// code as two bytes in either order ("80CE", "CE80", "002C", "80AD000080AD"),
// or the SPD bytes with 0x7F for every bank skipped ("7F7FFE0000000000"), or
// the code alone ("0x2C", "0xCE00000000000000").
func (r *resolver) byCode(raw string) (e *registered, isCode bool) {
	digits, marked := strings.CutPrefix(strings.ToLower(raw), "0x")
	digits = strings.ReplaceAll(digits, " ", "")
	if len(digits)%2 != 0 || len(digits) > 32 || !isHex(digits) || len(digits) < 4 && !(marked && len(digits) == 2) {
		return nil, false
	}
	code := make([]byte, len(digits)/2)
	for i := range code {
		n, _ := strconv.ParseUint(digits[2*i:2*i+2], 16, 8)
		code[i] = byte(n)
	}
	for _, reading := range jedecReadings(code, marked) {
		code := strconv.Itoa(reading.bank) + ":" + strconv.FormatUint(uint64(reading.code&0x7f), 16)
		if e := r.find(jepScheme, code, "JEP106 code "+code+" written "+strconv.Quote(raw)); e != nil {
			return e, true
		}
	}
	return nil, !hasLetter(digits) || marked
}

// jedec is a place in JEP106: the bank from 1 and the code with its parity bit.
type jedec struct {
	bank int
	code byte
}

// lastBank is the highest bank of JEP106 given out so far, and a few to spare.
const lastBank = 20

// jedecReadings lists what the bytes may stand for, the likeliest first.
func jedecReadings(code []byte, marked bool) []jedec {
	var out []jedec
	add := func(count int, c byte) {
		if odd(c) && c&0x7f != 0 && c&0x7f != 0x7f && count < lastBank {
			out = append(out, jedec{count + 1, c})
		}
	}
	skipped := 0
	for skipped < len(code) && code[skipped] == 0x7f {
		skipped++
	}
	switch {
	case skipped == len(code):
		return nil
	case skipped > 0:
		add(skipped, code[skipped])
		return out
	case len(code) == 1 || marked && zeros(code[1:]):
		add(0, code[0])
		return out
	}
	// The count carries odd parity in one spelling and none in the other.
	pair := func(count, c byte) {
		if count < 0x80 || odd(count) {
			add(int(count&0x7f), c)
		}
	}
	pair(code[0], code[1])
	pair(code[1], code[0])
	return out
}

func odd(b byte) bool { return bits.OnesCount8(b)%2 == 1 }

func zeros(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return c != 0 })
}

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i]; !('0' <= c && c <= '9' || 'a' <= c && c <= 'f') {
			return false
		}
	}
	return s != ""
}

func hasLetter(s string) bool { return strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyz") }

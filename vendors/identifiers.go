package vendors

import (
	"slices"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
)

// registered is what a registry or naming scheme says an identifier stands for.
type registered struct {
	what     string  // for people: "PCI vendor id 1344"
	holders  []int32 // records, in order of id; empty when it names no supplier here
	doubtful bool    // shared or joined on a name alone: never enough by itself
	trust    float64 // confidence when it acts alone
	scheme   scheme
	nobody   string                // why there are no holders
	public   []netvet.Registration // what a public registry says, where no record lists the identifier

	// Of an address block, which is only a hint of who made the product: the
	// possible match it gives alone, and why it is no more.
	hint   []candidate
	unsure string
}

// asHint prepares what an address block says when nothing else is known.
func (e *registered) asHint() {
	if e.scheme != macScheme || len(e.holders) != 1 {
		return
	}
	e.hint = []candidate{{rec: e.holders[0], conf: interfaceHint, method: byIdentifier, reason: e.what + mayBeBought}}
	e.unsure = notSure + e.hint[0].reason
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

// schemeWords are what people call an identifier of a scheme.
var schemeWords = [...]string{leiScheme: "LEI ", purlScheme: "package namespace ", cpeScheme: "CPE vendor ", domainScheme: "domain ",
	penScheme: "enterprise number ", pciScheme: "PCI vendor id ", jepScheme: "JEP106 code ", usbScheme: "USB vendor id ", macScheme: "MAC address block "}

// identifierIndex holds the identifiers of all records but for address blocks, a
// map a scheme. Domains also hold those that are shared, without holders; package
// namespaces are held a map a type, so that looking one up joins no texts.
type identifierIndex struct {
	of         [macScheme]map[string]*registered
	namespaces map[string]map[string]*registered
}

// index returns the identifiers of all records, built on first need.
func (r *resolver) index() *identifierIndex {
	r.idsOnce.Do(func() {
		for s := range r.ids.of {
			r.ids.of[s] = map[string]*registered{}
		}
		for i, rec := range r.records {
			r.addIDs(int32(i), &rec.IDs)
		}
		r.ids.settle()
	})
	return &r.ids
}

// settle makes the index ready to be asked.
func (x *identifierIndex) settle() {
	for _, entries := range x.of {
		for _, e := range entries {
			if e.nobody != "" {
				e.holders = nil // virtual for one, listed by another
			}
		}
	}
	x.namespaces = map[string]map[string]*registered{}
	for space, e := range x.of[purlScheme] {
		kind, rest, _ := strings.Cut(space, ":")
		if x.namespaces[kind] == nil {
			x.namespaces[kind] = map[string]*registered{}
		}
		x.namespaces[kind][rest] = e
	}
	for domain := range sharedHosts {
		x.of[domainScheme][domain] = sharedHost
	}
}

// sharedHost stands in the index for a host that anybody can have a page on.
var sharedHost = &registered{scheme: domainScheme}

// schemeNames are the words by which Doubtful names schemes.
var schemeNames = map[string]scheme{"lei": leiScheme, "purl": purlScheme, "cpe": cpeScheme, "domain": domainScheme, "pen": penScheme,
	"pci": pciScheme, "jep106": jepScheme, "usb": usbScheme}

// addIDs enters the identifiers of a record. Those of virtual devices name no
// maker, whoever holds them.
func (r *resolver) addIDs(at int32, ids *IDs) {
	for _, scheme := range ids.schemes() {
		s, ok := schemeNames[scheme.key]
		if !ok {
			continue // address blocks, and lists that say something of the others
		}
		for _, v := range scheme.values {
			if s != pciScheme || !slices.Contains(ids.Virtual, v) {
				e := r.entry(s, v)
				e.hold(at)
			}
		}
	}
	for _, v := range ids.Virtual {
		e := r.entry(pciScheme, v)
		e.nobody = e.what + " is one of virtual devices, and names no maker of hardware"
	}
	for _, id := range ids.Doubtful {
		name, value, _ := strings.Cut(id, ":")
		if s, ok := schemeNames[name]; ok && (s != pciScheme || !slices.Contains(ids.Virtual, value)) {
			e := r.entry(s, value)
			e.hold(at)
			e.doubtful = true
		}
	}
}

// entry returns what the index has on an identifier, a new entry if need be.
func (r *resolver) entry(s scheme, value string) *registered {
	key := keyOf(s, value)
	e := r.ids.of[s][key]
	if e == nil {
		e = &registered{what: schemeWords[s] + key, trust: trusted[s], scheme: s}
		r.ids.of[s][key] = e
	}
	return e
}

func (e *registered) hold(at int32) {
	if !slices.Contains(e.holders, at) {
		e.holders = append(e.holders, at)
	}
}

// keyOf writes an identifier in the form in which it is looked up: without
// case, and a JEDEC code without its parity bit.
func keyOf(s scheme, value string) string {
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
	return value
}

// find looks an identifier up among those of the records; nil when none has it.
func (r *resolver) find(s scheme, value string) *registered {
	return r.index().of[s][keyOf(s, value)]
}

// identify looks up an identifier of an input; nil when it cannot be read. What
// names no supplier here has no holders, and says why.
func (r *resolver) identify(id netvet.Identifier) *registered {
	value := strings.TrimSpace(id.Value)
	if value == "" || len(value) > maxNameBytes {
		return nil
	}
	switch id.Type {
	case netvet.IDLEI:
		return r.byLEI(value)
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
		return r.byJEP106(value)
	case netvet.IDPCI:
		return r.byBusID(pciScheme, pciTable, value)
	case netvet.IDUSB:
		return r.byBusID(usbScheme, usbTable, value)
	case netvet.IDMAC:
		return r.byMAC(value)
	}
	return nil
}

// byBusID takes the vendor half of "8086:1521", "80861521" or "0x8086".
func (r *resolver) byBusID(s scheme, table int, value string) *registered {
	value = strings.TrimPrefix(strings.ToLower(value), "0x")
	if len(value) < 4 || !isHex(value[:4]) {
		return nil
	}
	if e := r.find(s, value[:4]); e != nil {
		return e
	}
	return r.registrant(s, table, hexNumber(value[:4]))
}

// enterpriseBranches are how the branch of object identifiers begins under which
// IANA numbers enterprises, as numbers and as tools write it by name.
var enterpriseBranches = []string{"1.3.6.1.4.1.", "iso.3.6.1.4.1.", "iso.org.dod.internet.private.enterprises.", "SNMPv2-SMI::enterprises.", "enterprises."}

// byPEN takes an enterprise number, or the object identifier of one of the
// enterprise's objects, such as sysObjectID.
func (r *resolver) byPEN(value string) *registered {
	value = strings.TrimPrefix(value, ".")
	for _, branch := range enterpriseBranches {
		if rest, ok := strings.CutPrefix(value, branch); ok {
			value, _, _ = strings.Cut(rest, ".")
			break
		}
	}
	if e := r.find(penScheme, value); e != nil {
		return e
	}
	number, err := strconv.ParseUint(value, 10, 32)
	if err != nil {
		return nil
	}
	return r.registrant(penScheme, enterpriseTable, number)
}

// byLEI takes a legal entity identifier. There is no register of them here, so
// that one which no record has says no more than that it is well formed.
func (r *resolver) byLEI(value string) *registered {
	if e := r.find(leiScheme, value); e != nil {
		return e
	}
	e := &registered{what: schemeWords[leiScheme] + value, scheme: leiScheme, nobody: "LEI " + value + " is none of a supplier here; gleif.org tells whose it is"}
	if !isLEI(strings.ToUpper(value)) {
		e.nobody = "LEI " + strconv.Quote(value) + " is mistyped: its check digits do not fit"
	}
	return e
}

// isLEI reports whether s is a legal entity identifier of ISO 17442: 18 letters
// and digits and two check digits, which leave 1 over 97 (ISO 7064) when
// letters count as 10 to 35.
func isLEI(s string) bool {
	const size, checks = 20, 2
	if len(s) != size {
		return false
	}
	rest := 0
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case 'A' <= c && c <= 'Z' && i < size-checks:
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i]; !('0' <= c && c <= '9' || 'a' <= c && c <= 'f') {
			return false
		}
	}
	return s != ""
}

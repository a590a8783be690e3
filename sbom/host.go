package sbom

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"math/bits"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/netvet/netvet"
)

// host is a computer or device with its parts, as one of the tools that ask
// machines describes it.
type host struct {
	netvet.Product
	parts    []netvet.Component
	services []netvet.Service
	accounts []netvet.Observation
}

// account notes an account that may log in.
func (h *host) account(name, pointer, detail string) {
	if name != "" && len(h.accounts) < maxListed {
		h.accounts = append(h.accounts, netvet.Observation{Kind: netvet.ComparedAccount, Name: name, Detail: detail, Source: h.BOM.Format, Pointer: pointer})
	}
}

// newHost begins the product that stands at a place of an input.
func newHost(src *Stream, format, record string) *host {
	return &host{Product: netvet.Product{
		Kind:    netvet.KindDevice,
		BOM:     netvet.BOM{Format: format},
		Sources: []netvet.Source{{Input: src.Name, Record: record}},
	}}
}

// add takes a part and returns its place, or -1 when nothing is known of it but what
// kind of part it is: then it is left out.
func (h *host) add(c netvet.Component) int {
	if cmp.Or(c.Name, c.Manufacturer, c.PartNumber, c.Serial, c.Version) == "" && len(c.Identifiers) == 0 {
		return -1
	}
	c.Name = cmp.Or(c.Name, c.PartNumber, c.Type)
	h.parts = append(h.parts, c)
	return len(h.parts) - 1
}

// emit yields the product, its parts and its services.
func (h *host) emit(src *Stream, emit func(Record) error) error {
	h.Name = cmp.Or(h.Name, h.Model, documentName(src.Name))
	h.BOM.Present = len(h.parts) > 0
	if err := emit(ProductStart{h.Product}); err != nil {
		return err
	}
	for i := range h.parts {
		if err := emit(Component{&h.parts[i]}); err != nil {
			return err
		}
	}
	for _, s := range h.services {
		if err := emit(Service{s}); err != nil {
			return err
		}
	}
	for _, o := range h.accounts {
		if err := emit(Observation{o}); err != nil {
			return err
		}
	}
	return emit(ProductEnd{h.Product})
}

// virtual notes that the host is a virtual machine: its makers are those of what it
// runs on, and it has no hardware of its own to be of a class.
func (h *host) virtual(kind string) {
	h.CategoryText, h.Category, h.CategoryBasis = "virtual machine", netvet.CategoryOther, "a virtual machine"
	h.Description = cmp.Or(h.Description, strings.TrimSuffix("virtual machine: "+kind, ": "))
}

// seemsVirtual notes a virtual machine by the names that its firmware gives it.
func (h *host) seemsVirtual() {
	if virtualMaker.MatchString(h.Manufacturer) || virtualMaker.MatchString(h.Model) || h.Manufacturer == "Microsoft Corporation" && h.Model == "Virtual Machine" {
		h.virtual("")
	}
}

// virtualMaker matches the makers and models that hypervisors give their machines, as
// systemd knows them (systemd-detect-virt, the table of DMI vendors), but for those
// that real machines have too.
var virtualMaker = regexp.MustCompile(`^(?:KVM|OpenStack|KubeVirt|QEMU|VMware|VMW|innotek GmbH|VirtualBox|Xen|HVM domU|Bochs|Parallels|BHYVE|Hyper-V|Apple Virtualization|Google Compute Engine|oVirt|RHEV Hypervisor|AHV$)`)

// jedecMaker reads a maker of memory that is given as its code of JEP106: two bytes,
// the number of banks to pass over and the code ("80CE", more bytes may follow), in
// either order; or the eight bytes of older modules, 7F for each bank ("7F98000000000000").
// Codes have odd parity, which tells them from other text.
func jedecMaker(text string) (string, bool) {
	text = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), "JEDEC ID:"))
	digits, ok := hexDigits(strings.TrimPrefix(strings.ToLower(text), "0x"), " ")
	if !ok {
		return "", false
	}
	raw, err := hex.DecodeString(digits)
	switch {
	case err != nil:
	case len(raw) == 8:
		for bank, code := range raw {
			if code != 0x7F {
				return jep106(bank, code)
			}
		}
	case len(raw) == 2 || len(raw) == 6:
		if id, ok := jep106(int(raw[0]&0x7F), raw[1]); ok {
			return id, true
		}
		if len(raw) == 2 {
			return jep106(int(raw[1]&0x7F), raw[0])
		}
	}
	return "", false
}

// jep106 spells a code with its parity bit in a bank counted from 0. There are less
// than twenty banks so far.
func jep106(bank int, code byte) (string, bool) {
	if bank >= 32 || bits.OnesCount8(code)%2 == 0 || code&0x7F == 0 || code&0x7F == 0x7F {
		return "", false
	}
	return fmt.Sprintf("%d:%02X", bank+1, code&0x7F), true
}

// memoryMaker adds the identifier of the maker when its name is a code.
func memoryMaker(c *netvet.Component) {
	if id, ok := jedecMaker(c.Manufacturer); ok {
		c.Identifiers = withIdentifier(c.Identifiers, netvet.IDJEP106, id)
	}
}

// withIdentifier appends an identifier if it is one of its scheme and not yet there.
func withIdentifier(list []netvet.Identifier, scheme netvet.IdentifierType, value string) []netvet.Identifier {
	id, ok := normalIdentifier(scheme, value)
	if !ok || len(list) >= maxListed || slices.Contains(list, id) {
		return list
	}
	return append(list, id)
}

// hostFillers are the texts that firmware and tools hold where nobody wrote
// anything, without signs and in lower case. A number at their end does not count
// ("Manufacturer0", "SerNum1").
const hostFillers = `
notspecified notavailable notapplicable notprovided notpresent notinstalled notdefined notset notsupported notreported notknown nottobefilled
nodimm nomoduleinstalled noasset noassettag noassetinformation noserial noserialnumber
unknown undefined unspecified unavailable unassigned none null nil nan na empty blank default defaultstring standard
tobefilledbyoem tobefilled filledbyoem tobefilledin tobedefined tbd oem odm invalid
systemmanufacturer systemvendor systemproductname systemmodel systemname systemversion systemserialnumber systemsku systemskunumber systemassettag systemfamily
baseboardmanufacturer baseboardproduct baseboardproductname baseboardversion baseboardserialnumber baseboardassettag boardmanufacturer
chassismanufacturer chassismanufacture chassisvendor chassisversion chassisserialnumber chassisassettag chassissku
manufacturer modulemanufacturer productname product serialnumber moduleserialnumber sernum partnumber partnum modulepartnumber assettag assettagnum
skunumber sku version processormanufacturer processorversion biosvendor 01234567890123456789ab sys1234567890 badindex outofspec removed redacted filter superuser superuserrequired rootrequired needsroot
`

// knownFillers is hostFillers as a set.
var knownFillers = sync.OnceValue(func() map[string]bool {
	set := make(map[string]bool)
	for _, word := range strings.Fields(hostFillers) {
		set[word] = true
	}
	return set
})

// statedText returns what a text says without space around it, or nothing for a filler.
func statedText(text string) string {
	text = strings.TrimSpace(text)
	if sku, dell := strings.CutPrefix(text, "SKU="); dell { // "SKU=0715;ModelName=PowerEdge R740"
		text, _, _ = strings.Cut(sku, ";")
	}
	plain := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
	switch {
	case strings.Trim(plain, "0x") == "", strings.HasPrefix(text, "$") && strings.ToUpper(text) == text, len(plain) > 3 && strings.Trim(plain, "f") == "":
		return ""
	case knownFillers()[plain], knownFillers()[strings.TrimRight(plain, "0123456789")]:
		return ""
	case len(plain) >= 8 && (strings.HasPrefix("012345678901234567890123456789", plain) || strings.HasPrefix("123456789012345678901234567890", plain)):
		return ""
	}
	return text
}

// dmiFirmware is the component that the BIOS or UEFI of a host is.
func dmiFirmware(maker, version, pointer string) netvet.Component {
	c := netvet.Component{Kind: netvet.KindFirmware, Type: "bios", Manufacturer: statedText(maker), Version: statedText(version), Pointer: pointer}
	if c.Manufacturer+c.Version != "" {
		c.Name = "BIOS"
	}
	return c
}

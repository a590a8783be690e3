package sbom

import (
	"cmp"
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
	return emit(ProductEnd{h.Product})
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
skunumber sku version processormanufacturer processorversion biosvendor 01234567890123456789ab badindex outofspec removed redacted filter superuser superuserrequired rootrequired needsroot
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

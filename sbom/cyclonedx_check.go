package sbom

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
)

// What follows is what the fields of a CycloneDX document mean, and the faults that
// its schema does not see. The component is read all the same.

// cdxKind maps the component types of CycloneDX 1.7 to kinds.
func cdxKind(componentType string) netvet.Kind {
	switch componentType {
	case "application", "framework", "library", "container", "platform", "operating-system", "device-driver":
		return netvet.KindSoftware
	case "firmware":
		return netvet.KindFirmware
	case "device":
		return netvet.KindDevice
	}
	return netvet.KindOther
}

// otherType tells the component types that are of no kind of their own.
func otherType(componentType string) bool {
	switch componentType {
	case "file", "data", "machine-learning-model", "cryptographic-asset":
		return true
	}
	return false
}

// checkComponent settles what depends on several fields of a component, and
// reports its faults.
func (d *cdxDocument) checkComponent(p *cdxPart) {
	p.Kind = cdxKind(p.Type)
	if p.Name == "" && p.named {
		d.faults.add("component without a name", p.Pointer, "a component has no name")
	}
	if !p.compared {
		d.checkWords(p)
	}
	d.moreThanKept(p.Pointer, p.leftOut, "licences, identifiers, references and properties")
	if !knownScope(p.Scope) {
		p.Scope = ""
	}
	p.Manufacturer = cmp.Or(p.manufacturer.name, p.Manufacturer)
	p.Supplier = p.supplier.name
	p.Country = cmp.Or(p.manufacturer.country, p.supplier.country, p.origin)
}

func knownScope(scope string) bool {
	return scope == "required" || scope == "optional" || scope == "excluded"
}

// checkWords does what the schema does otherwise, for a component that is not compared
// with it.
func (d *cdxDocument) checkWords(p *cdxPart) {
	switch {
	case p.Type == "":
		d.faults.add("component without a type", p.Pointer, fmt.Sprintf("component %q has no type", short(p.Name)))
	case p.Kind == netvet.KindOther && !otherType(p.Type):
		d.faults.add("unknown component type", p.Pointer, fmt.Sprintf("component %q is of the unknown type %q", short(p.Name), short(p.Type)))
	}
	if !p.named {
		d.faults.add("component without a name", p.Pointer, "a component has no name")
	}
	if p.Scope != "" && !knownScope(p.Scope) {
		d.faults.add("unknown scope", p.Pointer, fmt.Sprintf("component %q has the unknown scope %q", short(p.Name), short(p.Scope)))
	}
}

// hash takes one hash of a component, as long as its algorithm makes them. Which
// algorithms there are, and that a hash is hexadecimal, the schema tells.
func (d *cdxDocument) hash(p *cdxPart, algorithm, content []byte) {
	length := hashLength(algorithm)
	switch {
	case p.compared && (length < 0 || !isHex(content)):
	case length < 0:
		d.faults.add("unknown hash algorithm", p.Pointer+"/hashes", fmt.Sprintf("hash algorithm %q is not known", short(string(algorithm))))
	case length > 0 && length != len(content) || !isHex(content):
		d.faults.add("invalid hash", p.Pointer+"/hashes", fmt.Sprintf("%q is no %s hash", short(string(content)), algorithm))
	default:
		p.Hashed = true
	}
}

// hashLength returns how many hexadecimal digits a hash has; 0 when it may have
// several lengths, -1 when the algorithm is not known.
func hashLength(algorithm []byte) int {
	switch string(algorithm) {
	case "SHA-256", "SHA3-256", "BLAKE2b-256", "Streebog-256":
		return 64
	case "SHA-1":
		return 40
	case "MD5":
		return 32
	case "SHA-512", "SHA3-512", "BLAKE2b-512", "Streebog-512":
		return 128
	case "SHA-384", "SHA3-384", "BLAKE2b-384":
		return 96
	case "BLAKE3":
		return 0
	}
	return -1
}

// isHex reports whether a text is hexadecimal digits.
func isHex(text []byte) bool {
	for _, c := range text {
		if !hexDigit[c] {
			return false
		}
	}
	return len(text) > 0
}

var hexDigit = [256]bool{
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true, '9': true,
	'a': true, 'b': true, 'c': true, 'd': true, 'e': true, 'f': true, 'A': true, 'B': true, 'C': true, 'D': true, 'E': true, 'F': true,
}

// reference takes one external reference of a component.
func (d *cdxDocument) reference(p *cdxPart, kind, url []byte) {
	if p.mayBeProduct && len(p.references) >= maxListed {
		p.leftOut++
	} else if p.mayBeProduct && len(url) > 0 {
		p.references = append(p.references, netvet.Reference{Type: string(kind), URL: string(url)})
	}
	switch string(kind) {
	case "vcs", "source-distribution", "distribution":
		if rank := repositoryRank(string(kind)); len(url) > 0 && rank > p.repositoryRank {
			p.Repository, p.repositoryRank = string(url), rank
		}
	case "attestation", "build-meta", "digital-signature", "electronic-signature":
		p.Provenance = true
	}
}

// repositoryRank prefers the place of the source to that of the package.
func repositoryRank(kind string) int {
	return 1 + slices.Index([]string{"distribution", "source-distribution", "vcs"}, kind)
}

// namedProperty takes a property of a component.
func (d *cdxDocument) namedProperty(p *cdxPart, name, value []byte) {
	meaning, ok := d.meanings[string(name)]
	if !ok {
		meaning = propertyMeaning(string(name))
		if len(d.meanings) < maxWords {
			d.meanings[string(name)] = meaning
		}
	}
	if meaning == "" {
		return
	}
	meaning, device := strings.CutPrefix(meaning, deviceNamespace)
	if meaning == ourResult {
		d.ownProperty(p.Pointer, name)
		return
	}
	text := strings.TrimSpace(string(value))
	if device && text != "" {
		p.keep(strings.TrimPrefix(string(name), deviceNamespace), text)
	}
	if meaning != "" {
		d.property(p, meaning, text)
	}
}

// deviceNamespace begins the names of the official properties of hardware.
const deviceNamespace = "cdx:device:"

// propertyMeaning returns what a property says of a component. Official properties
// of hardware that have no field of their own are marked to be kept as they are.
func propertyMeaning(name string) string {
	if isOurs(name) {
		return ourResult
	}
	meaning := hardwareProperty(name)
	if !strings.HasPrefix(name, deviceNamespace) {
		return meaning
	}
	switch meaning {
	case "quantity", "serial", "mac":
		return meaning
	}
	return deviceNamespace + meaning
}

// keep keeps an official property.
func (p *cdxPart) keep(name, value string) {
	if len(p.Properties) >= maxListed {
		p.leftOut++
		return
	}
	p.Properties = append(p.Properties, netvet.Property{Name: name, Value: value})
}

// ownProperty reports a property in our own name.
func (d *cdxDocument) ownProperty(pointer string, name []byte) {
	if isOurs(string(name)) {
		d.faults.add("a result in the input", pointer, fmt.Sprintf("property %q is not read: %s", short(string(name)), inputsSetNothing))
	}
}

// property takes what a property says of a component: of hardware the official
// names of the cdx:device namespace and what vendors call the same.
func (d *cdxDocument) property(p *cdxPart, meaning, value string) {
	if value == "" {
		return
	}
	understood := true
	switch meaning {
	case "quantity":
		n, err := strconv.ParseUint(value, 10, 31)
		p.Quantity, understood = int(n), err == nil
	case "serial":
		p.Serial = value
	case "part":
		p.PartNumber = value
	case "model":
		p.model = value
	case "maker":
		p.Manufacturer = value
	case "location":
		p.location = value
	case "category":
		p.category = value
	case "origin":
		p.origin = d.country(value)
		understood = p.origin != ""
	default:
		understood = p.identify(netvet.IdentifierType(meaning), value)
	}
	if !understood {
		d.faults.add("property not understood", p.Pointer, fmt.Sprintf("the value %q of property %s is not understood", short(value), meaning))
	}
}

// identify keeps an identifier and reports whether it is one of its scheme.
func (p *cdxPart) identify(scheme netvet.IdentifierType, value string) bool {
	id, ok := normalIdentifier(scheme, value)
	switch {
	case !ok || slices.Contains(p.Identifiers, id):
	case len(p.Identifiers) >= maxListed:
		p.leftOut++
	default:
		p.Identifiers = append(p.Identifiers, id)
	}
	return ok
}

// hardwareProperty returns what a property says of a piece of hardware, or "".
// Only the last word of a name counts, without case, spaces and signs:
// "cdx:device:serialNumber" and "Serial Number" say the same.
func hardwareProperty(name string) string {
	switch lastWord(name) {
	case "quantity", "qty":
		return "quantity"
	case "serialnumber", "serial", "serialno", "sn":
		return "serial"
	case "partnumber", "partno", "pn", "mpn", "manufacturerpartnumber", "vendorpartnumber", "productnumber", "fru", "frupartnumber":
		return "part"
	case "model", "modelnumber", "modelname":
		return "model"
	case "manufacturer", "manufacturername", "maker":
		return "maker"
	case "location":
		return "location"
	case "countryoforigin", "origincountry", "countryofmanufacture", "madein":
		return "origin"
	case "category", "devicecategory", "productcategory":
		return "category"
	case "macaddress", "mac":
		return "mac"
	case "pciid", "pcivendorid", "pcivendordevice":
		return "pci"
	case "usbid", "usbvendorid", "usbvendorproduct":
		return "usb"
	case "jep106", "jedecid", "jedecmanufacturerid":
		return "jep106"
	}
	return ""
}

func lastWord(name string) string {
	name = name[strings.LastIndexByte(name, ':')+1:]
	return strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r | 0x20
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			return r
		}
		return -1
	}, name)
}

// cdxState translates the state of an analysis.
func analysisState(state string) string {
	switch state {
	case "exploitable":
		return "affected"
	case "in_triage":
		return "possibly-affected"
	case "not_affected", "false_positive":
		return "not-affected"
	case "resolved", "resolved_with_pedigree":
		return "fixed"
	}
	return ""
}

// versionState translates what is said of one version of an affected component.
func versionState(status string) string {
	switch status {
	case "", "affected":
		return "affected"
	case "unaffected":
		return "not-affected"
	}
	return "possibly-affected"
}

// rate keeps the best rating: the highest score, and without scores the highest
// severity.
func rate(v *netvet.Vulnerability, score float64, severity string) {
	severities := []string{"none", "info", "low", "medium", "high", "critical"}
	if !slices.Contains(severities, severity) {
		severity = ""
	}
	if score > v.Score || score == v.Score && slices.Index(severities, severity) > slices.Index(severities, v.Severity) {
		v.Score, v.Severity = score, cmp.Or(severity, v.Severity)
	}
}

// settle sums up what is said of the versions of one target. A single version is
// kept; of several none is the version.
func (a *cdxAffects) settle(states []string) {
	if len(states) != 1 {
		a.version = ""
	}
	for _, state := range []string{"affected", "possibly-affected", "not-affected"} {
		if slices.Contains(states, state) {
			a.state = state
			return
		}
	}
}

// rating takes one rating of a vulnerability as written.
func (d *cdxDocument) rating(s *netvet.Vulnerability, score, severity string) {
	value := 0.0
	if score != "" {
		var err error
		if value, err = strconv.ParseFloat(score, 64); err != nil || value < 0 || value > 10 {
			d.faults.add("score out of range", s.Pointer, fmt.Sprintf("the score of %s is no number from 0 to 10", short(s.ID)))
			value = 0
		}
	}
	rate(s, value, severity)
}

// weakness takes the number of a CWE as written.
func (d *cdxDocument) weakness(v *cdxVulnerability, text string) {
	s := &v.statement
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number <= 0 {
		d.faults.add("invalid CWE", s.Pointer, fmt.Sprintf("a CWE of %s is no number", short(s.ID)))
		return
	}
	if len(s.CWEs) >= maxListed {
		v.leftOut++
		return
	}
	s.CWEs = append(s.CWEs, number)
}

// identifier takes a package URL, CPE or SWID tag of a component.
func (d *cdxDocument) identifier(p *cdxPart, scheme netvet.IdentifierType, value string) {
	if !p.identify(scheme, value) {
		d.faults.add("invalid "+string(scheme), p.Pointer, fmt.Sprintf("%s of component %q is not valid and is left out", scheme, short(p.Name)))
	}
}

// addLicence keeps one licence, by whatever it is called.
func (p *cdxPart) addLicence(text string) {
	switch {
	case strings.TrimSpace(text) == "":
	case len(p.Licences) >= maxListed:
		p.leftOut++
	default:
		p.Licences = append(p.Licences, text)
	}
}

// appendName adds a name that is not empty, up to the limit of a list.
func appendName(names []string, name string) []string {
	if name == "" || len(names) >= maxListed {
		return names
	}
	return append(names, name)
}

// joinWords joins what is not empty.
func joinWords(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

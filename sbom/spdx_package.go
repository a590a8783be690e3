package sbom

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// spdxPart is a package while it is read: a component, and the references that only
// a product keeps.
type spdxPart struct {
	netvet.Component
	references []netvet.Reference
	summarised bool // the description is only a summary
}

func (p *spdxPart) reset() {
	*p = spdxPart{
		Component:  netvet.Component{Licences: p.Licences[:0], Identifiers: p.Identifiers[:0]},
		references: p.references[:0],
	}
}

// checkPackage settles the fields of a package, reports its faults and returns the
// number of its id, or -1.
func (d *spdxDocument) checkPackage(p *spdxPart) int32 {
	if p.Kind == "" {
		p.Kind = netvet.KindSoftware
	}
	if p.Name == "" {
		d.faults.add("package without a name", p.Pointer, "a package has no name")
	}
	if p.Ref == "" {
		d.faults.add("package without an id", p.Pointer, fmt.Sprintf("package %q has no SPDXID: nothing can refer to it", short(p.Name)))
		return -1
	}
	return d.refs.declare(p.Ref, p.Name, p.Version)
}

// agent returns the name of whoever is behind a package. The originator made it,
// the supplier passed it on; a document names few.
func (d *spdxDocument) agent(text string) string {
	name, ok := d.agents[text]
	if !ok {
		var kind string
		if kind, name = spdxAgent(text); kind == "Tool" && name != "" {
			d.faults.add("tool as a maker", "", fmt.Sprintf("%q is named as a supplier or originator: a tool makes nothing, so there is none", short(text)))
			name = ""
		}
		if len(d.agents) < maxWords {
			d.agents[text] = name
		}
	}
	return name
}

// spdxAgent splits "Organization: Name (mail)" into kind and name. What stands
// for no one gives no name.
func spdxAgent(text string) (kind, name string) {
	text = strings.TrimSpace(text)
	if isNothing(text) {
		return "", ""
	}
	name = text
	if before, after, ok := strings.Cut(text, ":"); ok {
		for _, k := range []string{"Organization", "Person", "Tool"} {
			if strings.EqualFold(strings.TrimSpace(before), k) {
				kind, name = k, strings.TrimSpace(after)
			}
		}
	}
	if i := strings.LastIndexByte(name, '('); i > 0 && strings.HasSuffix(name, ")") {
		if mail := strings.TrimSpace(name[i+1 : len(name)-1]); mail == "" || strings.Contains(mail, "@") {
			name = strings.TrimSpace(name[:i])
		}
	}
	if isNothing(name) {
		return kind, ""
	}
	return kind, name
}

// isNothing tells the words by which SPDX says that nothing is said. Some tools write
// them in lower case.
func isNothing(text string) bool {
	return text == "" || len(text) <= len("NOASSERTION") && (strings.EqualFold(text, "NOASSERTION") || strings.EqualFold(text, "NONE"))
}

// setPurpose takes the primary purpose of a package.
func (d *spdxDocument) setPurpose(p *spdxPart, purpose string) {
	p.Type = strings.ToLower(purpose)
	switch purpose {
	case "APPLICATION", "FRAMEWORK", "LIBRARY", "CONTAINER", "OPERATING-SYSTEM", "OPERATING_SYSTEM", "SOURCE", "ARCHIVE", "INSTALL":
		p.Kind = netvet.KindSoftware
	case "FIRMWARE":
		p.Kind = netvet.KindFirmware
	case "DEVICE":
		p.Kind = netvet.KindDevice
	case "FILE", "OTHER":
		p.Kind = netvet.KindOther
	case "":
	default:
		p.Kind = netvet.KindOther
		d.faults.add("unknown purpose", p.Pointer, fmt.Sprintf("package %q has the unknown purpose %q", short(p.Name), short(purpose)))
	}
}

// setDescription takes a description, or a summary, which counts only without one.
func (p *spdxPart) setDescription(text string, summary bool) {
	if text != "" && (p.Description == "" || p.summarised && !summary) {
		p.Description, p.summarised = text, summary
	}
}

// setHomepage takes the web page of a package.
func (p *spdxPart) setHomepage(url string) {
	if !isNothing(url) {
		p.references = append(p.references, netvet.Reference{Type: "homepage", URL: url})
	}
}

// setLocation takes where the package can be had.
func (p *spdxPart) setLocation(text string) {
	if !isNothing(text) {
		p.Repository = text
	}
}

// addLicence takes a concluded or declared licence.
func (p *spdxPart) addLicence(text string) {
	if !isNothing(text) && len(p.Licences) < maxListed && !slices.Contains(p.Licences, text) {
		p.Licences = append(p.Licences, text)
	}
}

// checksum takes one checksum of a package or file. Some tools write the algorithm
// in lower case, which leaves no doubt.
func (d *spdxDocument) checksum(algorithm, value []byte, pointer string) (hashed bool) {
	length, known := spdxHashLength(string(algorithm))
	if !known {
		length, known = spdxHashLength(strings.ToUpper(string(algorithm)))
	}
	switch {
	case !known:
		d.faults.add("unknown hash algorithm", pointer, fmt.Sprintf("checksum algorithm %q is not known", short(string(algorithm))))
	case !isHex(value) || length > 0 && len(value) != length:
		d.faults.add("invalid hash", pointer, fmt.Sprintf("%q is no %s checksum", short(string(value)), algorithm))
	default:
		return length != adler32Digits // guards against accidents only
	}
	return false
}

const adler32Digits = 8

// spdxHashLength returns how many hexadecimal digits a checksum of SPDX 2.3 has;
// 0 when it may have several lengths.
func spdxHashLength(algorithm string) (int, bool) {
	switch algorithm {
	case "SHA256":
		return 64, true
	case "SHA1":
		return 40, true
	case "MD5", "MD2", "MD4":
		return 32, true
	case "SHA512":
		return 128, true
	case "SHA384":
		return 96, true
	case "SHA224":
		return 56, true
	case "ADLER32":
		return adler32Digits, true
	case "SHA3-256", "BLAKE2B-256":
		return 64, true
	case "SHA3-384", "BLAKE2B-384":
		return 96, true
	case "SHA3-512", "BLAKE2B-512":
		return 128, true
	case "MD6", "BLAKE3":
		return 0, true
	}
	return 0, false
}

// externalRef takes one external reference of a package. References to what is no
// identifier are kept while the package may be the product.
func (d *spdxDocument) externalRef(p *spdxPart, kind, locator []byte) {
	kind = kind[bytes.LastIndexByte(kind, '/')+1:]
	var scheme netvet.IdentifierType
	switch string(kind) {
	case "purl":
		scheme = netvet.IDPurl
	case "cpe22Type", "cpe23Type":
		scheme = netvet.IDCPE
	case "swid":
		scheme = netvet.IDSWID
	default:
		if string(kind) == "gitoid" || string(kind) == "swh" {
			p.Hashed = p.Hashed || len(locator) > 0 // they are made of a hash of the content
		}
		if len(locator) > 0 && len(p.references) < maxListed {
			p.references = append(p.references, netvet.Reference{Type: string(kind), URL: string(locator)})
		}
		return
	}
	id, ok := normalIdentifier(scheme, string(locator))
	if !ok {
		d.faults.add("invalid "+string(scheme), p.Pointer, fmt.Sprintf("%s of package %q is not valid and is left out", scheme, short(p.Name)))
		return
	}
	if len(p.Identifiers) < maxListed && !slices.Contains(p.Identifiers, id) {
		p.Identifiers = append(p.Identifiers, id)
	}
}

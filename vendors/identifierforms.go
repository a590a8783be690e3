package vendors

import (
	"regexp"
	"strings"

	"github.com/netvet/netvet"
)

// identifierWords are the words before the colon by which people write
// identifiers.
var identifierWords = map[string]netvet.IdentifierType{
	"mac": netvet.IDMAC, "oui": netvet.IDMAC, "pci": netvet.IDPCI, "usb": netvet.IDUSB, "pen": netvet.IDPEN, "oid": netvet.IDPEN,
	"jep106": netvet.IDJEP106, "jedec": netvet.IDJEP106, "lei": netvet.IDLEI, "domain": netvet.IDDomain, "swid": netvet.IDSWID,
}

// bareAddress is a MAC address as nothing else is written.
var bareAddress = regexp.MustCompile(`^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$`)

// ParseIdentifier reads an identifier as people write it: "mac:00:1b:21:0a:0b:0c",
// "pci:8086", "usb:046d", "pen:2011", "jep106:80CE", "lei:...", "domain:...",
// "swid:...", a package URL, a CPE name, an object identifier under the branch of
// enterprises, a bare MAC address. It is false for anything else, such as a name.
func ParseIdentifier(text string) (netvet.Identifier, bool) {
	text = strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(text, "pkg:"):
		return netvet.Identifier{Type: netvet.IDPurl, Value: text}, true
	case len(text) > 4 && strings.EqualFold(text[:4], "cpe:"):
		return netvet.Identifier{Type: netvet.IDCPE, Value: text}, true
	case isEnterpriseObject(text):
		return netvet.Identifier{Type: netvet.IDPEN, Value: text}, true
	case bareAddress.MatchString(text):
		return netvet.Identifier{Type: netvet.IDMAC, Value: text}, true
	}
	word, value, ok := strings.Cut(text, ":")
	kind, known := identifierWords[strings.ToLower(word)]
	if !ok || !known || strings.TrimSpace(value) == "" {
		return netvet.Identifier{}, false
	}
	return netvet.Identifier{Type: kind, Value: strings.TrimSpace(value)}, true
}

// isEnterpriseObject reports whether text is an object identifier under the
// branch of enterprises.
func isEnterpriseObject(text string) bool {
	text = strings.TrimPrefix(text, ".")
	for _, branch := range enterpriseBranches {
		if len(text) > len(branch) && strings.HasPrefix(text, branch) {
			return true
		}
	}
	return false
}

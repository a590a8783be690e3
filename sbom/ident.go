package sbom

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
	"github.com/package-url/packageurl-go"
)

// normalIdentifier returns the identifier in the one spelling that the root
// package promises, and false for a value that is none of its scheme.
func normalIdentifier(scheme netvet.IdentifierType, value string) (netvet.Identifier, bool) {
	ok := value != ""
	switch scheme {
	case netvet.IDPurl:
		value, ok = normalPurl(value)
	case netvet.IDCPE:
		ok = validCPE(value)
	case netvet.IDMAC:
		value, ok = normalMAC(value)
	case netvet.IDPCI, netvet.IDUSB:
		value, ok = normalBusID(value)
	case netvet.IDJEP106:
		value, ok = normalJEP106(value)
	}
	return netvet.Identifier{Type: scheme, Value: value}, ok
}

// normalPurl returns a package URL with its type in lower case. The form of nearly
// all package URLs is recognised at a glance; the rest is left to the library.
func normalPurl(value string) (string, bool) {
	rest, ok := strings.CutPrefix(value, "pkg:")
	if !ok || len(value) > maxPurl {
		return "", false
	}
	if isPlainPurl(rest) {
		return value, true
	}
	parsed, err := packageurl.FromString(value)
	if err != nil {
		return "", false
	}
	if rest = strings.TrimLeft(rest, "/"); !strings.HasPrefix(rest, parsed.Type) && len(rest) > len(parsed.Type) {
		value = "pkg:" + parsed.Type + rest[len(parsed.Type):]
	}
	return value, true
}

// maxPurl is the length beyond which a package URL is taken for an attack.
const maxPurl = 8 << 10

// isPlainPurl recognises "type/namespace/name@version?key=value&key=value" of
// letters, digits and signs without a meaning, with the type in lower case.
func isPlainPurl(text string) bool {
	if text == "" || text[0] < 'a' || 'z' < text[0] {
		return false
	}
	last, slashes, versions, qualifiers := byte('/'), 0, 0, 0
	for i := range len(text) {
		c := text[i]
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '.':
		case slashes > 0 && ('A' <= c && c <= 'Z' || c == '_' || c == '+' || c == '~'):
		case last == '/' || last == '@' || last == '?' || last == '=' || last == '&':
			return false // nothing between two signs
		case c == '/' && versions == 0 && qualifiers == 0:
			slashes++
		case c == '@' && slashes > 0 && versions == 0 && qualifiers == 0:
			versions++
		case c == '?' && slashes > 0 && qualifiers == 0:
			qualifiers = 1
		case c == '=' && qualifiers == 1:
			qualifiers = 2
		case c == '&' && qualifiers == 2:
			qualifiers = 1
		default:
			return false
		}
		last = c
	}
	return slashes > 0 && qualifiers != 1 && last != '/' && last != '@' && last != '='
}

// validCPE reports whether value is a CPE name: "cpe:2.3:" with eleven fields, of
// which the first is the part, or the older "cpe:/" with up to seven.
func validCPE(value string) bool {
	if rest, ok := strings.CutPrefix(value, "cpe:2.3:"); ok {
		return validCPEPart(rest) && colons(rest) == 10
	}
	rest, ok := strings.CutPrefix(value, "cpe:/")
	return ok && validCPEPart(rest) && colons(rest) <= 6
}

// validCPEPart reports whether the fields begin with application, operating system,
// hardware, or any.
func validCPEPart(fields string) bool {
	return len(fields) > 2 && fields[1] == ':' && strings.IndexByte("aoh*-", fields[0]) >= 0
}

// colons counts the colons that no backslash stands before.
func colons(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ':':
			n++
		}
	}
	return n
}

// hexDigits returns the hexadecimal digits of value in lower case, or false when
// there is anything else in it but the given separators.
func hexDigits(value, separators string) (string, bool) {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(value)) {
		switch {
		case '0' <= r && r <= '9' || 'a' <= r && r <= 'f':
			b.WriteRune(r)
		case !strings.ContainsRune(separators, r):
			return "", false
		}
	}
	return b.String(), b.Len() > 0
}

// normalMAC returns twelve hexadecimal digits. Addresses that are all zeros or
// all ones stand for none, and groups and locally given ones name no maker but
// are addresses all the same.
func normalMAC(value string) (string, bool) {
	digits, ok := hexDigits(value, ":-. ")
	if !ok || len(digits) != 12 || strings.Trim(digits, "0") == "" || strings.Trim(digits, "f") == "" {
		return "", false
	}
	return digits, true
}

// normalBusID returns the vendor of a PCI or USB id, and its device when given:
// four or eight hexadecimal digits, "15b3" or "15b31017". After "0x" leading zeros
// may be missing.
func normalBusID(value string) (string, bool) {
	id := ""
	for _, field := range strings.FieldsFunc(strings.ToLower(value), func(r rune) bool { return strings.ContainsRune(": -/", r) }) {
		short, hex := strings.CutPrefix(field, "0x")
		digits, ok := hexDigits(short, "")
		switch {
		case !ok || len(digits) > 4 && len(digits) != 8:
			return "", false
		case hex && len(digits) < 4:
			digits = "0000"[len(digits):] + digits
		}
		id += digits
	}
	if len(id) != 4 && len(id) != 8 || strings.HasPrefix(id, "0000") || strings.HasPrefix(id, "ffff") {
		return "", false
	}
	return id, true
}

// normalJEP106 returns "bank:code": the bank in decimal from 1, the 7-bit code in
// two hexadecimal digits. SPD data writes it as two bytes, the number of
// continuation codes and the code, each with odd parity in its highest bit
// ("80CE" is bank 1, code 4E).
func normalJEP106(value string) (string, bool) {
	value = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(value)), "0x")
	if bank, code, ok := strings.Cut(value, ":"); ok {
		digits, hex := hexDigits(code, "")
		if !hex || len(digits) != 2 || strings.Trim(bank, "0123456789") != "" || bank == "" {
			return "", false
		}
		return bank + ":" + strings.ToUpper(digits), true
	}
	digits, ok := hexDigits(value, " ")
	if !ok || len(digits) != 4 {
		return "", false
	}
	both, err := strconv.ParseUint(digits, 16, 16)
	continuations, code := both>>8&0x7F, both&0x7F
	if err != nil || code == 0 || code == 0x7F {
		return "", false
	}
	return fmt.Sprintf("%d:%02X", continuations+1, code), true
}

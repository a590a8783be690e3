package sbom

import (
	"net/netip"
	"slices"
	"strings"
)

// maxHostName is the longest name of a host, in bytes (RFC 1035).
const maxHostName = 253

// addAddresses adds the IP addresses and host names of texts under which a product
// answers. What is neither is left out: a column may hold anything.
func addAddresses(list []string, texts ...string) []string {
	for _, text := range texts {
		address, ok := normalAddress(text)
		if ok && len(list) < maxListed && !slices.Contains(list, address) {
			list = append(list, address)
		}
	}
	return list
}

// normalAddress writes an IP address in its one form, without the length of its
// network or its zone, and a host name in lower case.
func normalAddress(text string) (string, bool) {
	text = strings.Trim(strings.TrimSpace(text), "[]")
	address, _, _ := strings.Cut(text, "/")
	if ip, err := netip.ParseAddr(address); err == nil {
		return ip.WithZone("").Unmap().String(), true
	}
	name := strings.ToLower(strings.TrimSuffix(text, "."))
	return name, isHostName(name)
}

// isHostName reports whether a text can be the name of a host (RFC 1123, and the
// underline that many have): a letter must be in it, for a number is none.
func isHostName(name string) bool {
	if name == "" || len(name) > maxHostName || !strings.ContainsAny(name, "abcdefghijklmnopqrstuvwxyz") {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}

// cellAddresses are the addresses of a cell, which may hold several.
func cellAddresses(list []string, text string) []string {
	return addAddresses(list, strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;|\r\n\t", r) })...)
}

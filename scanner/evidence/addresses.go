package evidence

import (
	"fmt"
	"net/netip"
	"slices"
)

// Unspecific are addresses and names that many products have.
type Unspecific struct {
	Networks []Network `yaml:"networks"`
	Names    []string  `yaml:"names"`
}

// Network is a range of addresses and why they are no product's own.
type Network struct {
	Range string `yaml:"range"`
	Why   string `yaml:"why"`

	prefix netip.Prefix
}

func (u *Unspecific) parse() error {
	for i := range u.Networks {
		n := &u.Networks[i]
		prefix, err := netip.ParsePrefix(n.Range)
		if err != nil || n.Why == "" {
			return fmt.Errorf("knowledge.yaml: unspecific.networks.%d: %q is no network with a reason: write {range: 192.0.2.0/24, why: text}", i, n.Range)
		}
		n.prefix = prefix.Masked()
	}
	return nil
}

// How sure it is that what was seen of an address or name is about the one
// product that states it. Addresses are given out anew, names seldom; neither is
// as sure as a serial number or hardware address.
const (
	matchPublicAddress  = 0.85
	matchPrivateAddress = 0.80 // another network may have the same
	matchName           = 0.85
)

// AddressMatch tells how far an address or name, in its one form, tells products
// apart, and what it is called: zero for one that many products have.
func (k *Knowledge) AddressMatch(text string) (match float64, what string) {
	a, err := netip.ParseAddr(text)
	if err != nil {
		if slices.Contains(k.Unspecific.Names, text) {
			return 0, ""
		}
		return matchName, "host name"
	}
	for i := range k.Unspecific.Networks {
		if k.Unspecific.Networks[i].prefix.Contains(a) {
			return 0, ""
		}
	}
	if a.IsPrivate() {
		return matchPrivateAddress, "private address"
	}
	return matchPublicAddress, "address"
}

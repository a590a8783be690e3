package scanner

import (
	"slices"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/evidence"
)

// maxLookedParts bounds the parts of a product that are held against the records
// of network products: a device has tens, a rack hundreds.
const maxLookedParts = 1 << 10

// keepPart keeps a part that records of network products may speak of.
func (c *collector) keepPart(part *netvet.Component) {
	if c.Weaknesses != nil && len(c.looked) < maxLookedParts && evidence.IsPart(part) {
		c.looked = append(c.looked, *part)
	}
}

// lookUpDevice adds what the offline data knows of a network product, its system
// and its firmware, and for how long they are looked after.
func (c *collector) lookUpDevice(a *netvet.Assessment) error {
	parts := c.looked
	c.looked = nil
	if c.Weaknesses == nil {
		return nil
	}
	found, err := c.Weaknesses.Product(&a.Product, &a.Match, parts)
	if err != nil {
		return err
	}
	for _, v := range found.Found {
		c.parts().Statement(v)
	}
	a.Support, err = c.Weaknesses.Support(&a.Product, &a.Match, parts, c.AsOf)
	return err
}

// joinKnown adds to a product what is stated and known of another input's
// description of it. What was found of both is found once.
func joinKnown(dst, src *netvet.Assessment) {
	type found struct{ id, component, version, state string }
	have := map[found]bool{}
	for i := range dst.Vulnerabilities {
		if v := &dst.Vulnerabilities[i]; v.Matched && v.Ref == "" {
			have[found{v.ID, v.Component, v.Version, v.State}] = true
		}
	}
	dst.Vulnerabilities = slices.Clip(dst.Vulnerabilities)
	for _, v := range src.Vulnerabilities {
		if !v.Matched || v.Ref != "" || !have[found{v.ID, v.Component, v.Version, v.State}] {
			dst.Vulnerabilities = append(dst.Vulnerabilities, v)
		}
	}
	dst.Support = slices.Clip(dst.Support)
	for _, s := range src.Support {
		if !slices.Contains(dst.Support, s) {
			dst.Support = append(dst.Support, s)
		}
	}
}

package scanner

import (
	"fmt"
	"slices"
	"time"

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
		a.LookedUp.Product = evidence.MissedNoKit
		return nil
	}
	found, err := c.Weaknesses.Product(&a.Product, &a.Match, parts)
	if err != nil {
		return err
	}
	for _, v := range found.Found {
		c.parts().Statement(v)
	}
	a.LookedUp.Product, a.LookedUp.Records = found.Not, found.Records
	if found.Unknown > 0 && found.Not == "" {
		a.LookedUp.Product = fmt.Sprintf("no record that speaks of %s", counted(found.Unknown, "part"))
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
	joinLookedUp(&dst.LookedUp, &src.LookedUp)
	dst.Support = slices.Clip(dst.Support)
	for _, s := range src.Support {
		if !slices.Contains(dst.Support, s) {
			dst.Support = append(dst.Support, s)
		}
	}
}

// joinLookedUp adds what was looked up of another input's description. The
// product itself is looked up when one of them could be.
func joinLookedUp(dst, src *netvet.LookedUp) {
	dst.Components += src.Components
	dst.Assessed += src.Assessed
	if dst.Records < src.Records {
		dst.Records, dst.Product = src.Records, src.Product
	}
}

// completeLookUp says whether all of a product was looked up of which weaknesses
// may be known, and as of when: its packages, and where it is or holds hardware
// or firmware, itself and each of those parts by a record that speaks of it. Data
// without the catalogue of exploited weaknesses cannot tell that none is exploited,
// and so completes nothing.
func (r *run) completeLookUp(a *netvet.Assessment) {
	l := &a.LookedUp
	p := &a.Product
	packages := l.Components > 0
	network := p.Kind == netvet.KindDevice || p.Kind == netvet.KindFirmware || !packages || a.Census.Devices+a.Census.Firmware > 0
	var dates []string
	if packages && r.Matcher != nil {
		dates = append(dates, r.Matcher.AsOf())
	}
	if network && r.Weaknesses != nil {
		dates = append(dates, r.Weaknesses.AsOf())
	}
	kev := slices.IndexFunc(r.Scanner.Data, func(d netvet.DataSet) bool { return d.ID == "kev" })
	if len(dates) == 0 || kev < 0 {
		return
	}
	dates = append(dates, r.Scanner.Data[kev].AsOf)
	day := slices.Min(dates)
	l.AsOf = netvet.Date(day[:min(len(day), len(time.DateOnly))])
	l.Complete = l.AsOf != "" && l.Assessed == l.Components && (!packages || r.Matcher != nil) &&
		(!network || r.Weaknesses != nil && l.Product == "" && l.Records > 0)
}

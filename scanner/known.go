package scanner

import (
	"context"
	"maps"
	"slices"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
	"github.com/netvet/netvet/scanner/evidence"
)

// lookUp adds to a product what the offline data knows of one of its components.
// Hardware without a package URL is not counted: it has no package to look up.
func (c *collector) lookUp(part *netvet.Component) error {
	if part.Kind != netvet.KindSoftware && len(evidence.Purls(part)) == 0 {
		return nil
	}
	switch {
	case c.Weaknesses == nil && c.Matcher == nil:
		c.judged.Add(evidence.Missed{Reason: evidence.MissedNoKit})
		return nil
	case c.Matcher == nil:
		c.judged.Add(evidence.Missed{Reason: evidence.MissedNoOSV})
		return nil
	}
	found, missed, err := c.Matcher.Component(part)
	if err != nil {
		return err
	}
	c.judged.Add(missed)
	for _, v := range found {
		c.parts().Statement(v)
	}
	return nil
}

// lookUpProduct does so for a product that is a package itself.
func (c *collector) lookUpProduct(p *netvet.Product) error {
	self := &netvet.Component{Name: p.Name, Version: p.Version, Kind: p.Kind, Identifiers: p.Identifiers}
	if len(evidence.Purls(self)) == 0 {
		return nil
	}
	return c.lookUp(self)
}

// judgedGap says which components of a product could not be judged, where there
// is data to judge them by.
func (c *collector) judgedGap(a *netvet.Assessment) {
	a.LookedUp.Components, a.LookedUp.Assessed = c.judged.Components, c.judged.Assessed
	if c.Matcher != nil && c.judged.Assessed < c.judged.Components {
		at := lastSource(&a.Product)
		a.Gaps = append(slices.Clip(a.Gaps), netvet.Gap{Input: at.Input, Record: a.Product.Name, Reason: c.judged.String()})
	}
	c.run.judged.Join(c.judged)
	c.judged = evidence.Coverage{}
}

// Purls reads the inputs and returns every package URL in them once, sorted, for
// an engine that is asked for all of them at a time. What cannot be read is left
// to the run that follows.
func Purls(ctx context.Context, inputs []sbom.Input, options sbom.Options) ([]string, error) {
	purls := map[string]bool{}
	add := func(c *netvet.Component) {
		for _, text := range evidence.Purls(c) {
			purls[text] = true
		}
	}
	for _, in := range inputs {
		_, _, _ = sbom.Read(ctx, in, options, func(rec sbom.Record) error {
			switch rec := rec.(type) {
			case sbom.Component:
				add(rec.Component)
			case sbom.ProductEnd:
				add(&netvet.Component{Version: rec.Product.Version, Identifiers: rec.Product.Identifiers})
			}
			return nil
		})
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return slices.Sorted(maps.Keys(purls)), nil
}

package scanner

import (
	"time"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/vendors"
)

// Describer gives products what a scan gives them before it assesses them: id
// and class. Products must come in the order of a scan, because equal ones
// without a serial number are told apart by their order.
type Describer struct {
	run   run
	parts netvet.Census // of the product to come
}

// NewDescriber returns a Describer that knows the suppliers as of a day.
func NewDescriber(suppliers *vendors.Directory, asOf time.Time) *Describer {
	return &Describer{run: run{resolver: newResolver(suppliers, asOf), ordinals: map[uint64]int{}}}
}

// Component takes note of a part of the product that is described next.
func (d *Describer) Component(c *netvet.Component) { d.parts.CountPart(c) }

// Describe fills in id and class of a product.
func (d *Describer) Describe(p *netvet.Product) {
	a := &netvet.Assessment{Product: *p, Match: d.run.resolver.product(p), Census: d.parts}
	d.parts = netvet.Census{}
	d.run.identify(a)
	categorise(a, d.run.resolver.suppliers)
	*p = a.Product
}

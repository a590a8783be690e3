package scanner

import (
	"time"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/vendors"
)

// Describer gives products what a scan gives them before it assesses them: id
// and class. Products must come in the order of a scan, because equal ones
// without a serial number are told apart by their order.
type Describer struct{ run run }

// NewDescriber returns a Describer that knows the suppliers as of a day.
func NewDescriber(suppliers *vendors.Directory, asOf time.Time) *Describer {
	return &Describer{run{resolver: newResolver(suppliers, asOf), ordinals: map[uint64]int{}}}
}

// Describe fills in id and class of a product.
func (d *Describer) Describe(p *netvet.Product) {
	a := &netvet.Assessment{Product: *p, Match: d.run.resolver.product(p)}
	d.run.identify(a)
	categorise(a)
	*p = a.Product
}

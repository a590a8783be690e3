package scanner

import (
	"encoding/binary"
	"time"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/vendors"
)

// resolver finds the makers of products and components and remembers them: the
// same few makers come again and again in an inventory or bill of materials.
type resolver struct {
	suppliers *vendors.Directory
	asOf      time.Time
	known     map[string]netvet.Match
	key       []byte
}

// maxRemembered bounds the memory of the resolver; past it, it starts afresh.
const maxRemembered = 1 << 15

func newResolver(d *vendors.Directory, asOf time.Time) *resolver {
	return &resolver{suppliers: d, asOf: asOf, known: map[string]netvet.Match{}}
}

// product resolves the maker of a product: the manufacturer if one is named,
// else whoever sells it. Rows of one model, and products without a model of one
// maker, say the same of it.
func (r *resolver) product(p *netvet.Product) netvet.Match {
	r.key = append(r.key[:0], 'p')
	for _, part := range []string{p.Manufacturer, p.Vendor, p.PartNumber, p.Model, p.Name, p.CategoryText, p.CountryOfOrigin} {
		r.tell(part)
	}
	for _, id := range p.Identifiers {
		r.tell(string(id.Type))
		r.tell(id.Value)
	}
	if m, ok := r.known[string(r.key)]; ok {
		return m
	}
	m := r.suppliers.Resolve(netvet.Clues{
		Names:       filled(p.Manufacturer, p.Vendor),
		Identifiers: p.Identifiers, PartNumber: p.PartNumber, Model: p.Model, Product: p.Name,
		Category: p.CategoryText, Country: p.CountryOfOrigin,
	}, r.asOf)
	r.remember(m)
	return m
}

// tell adds a text to the key, with its length, so that no two lists of texts make
// the same key.
func (r *resolver) tell(text string) {
	r.key = append(binary.AppendUvarint(r.key, uint64(len(text))), text...)
}

// remember keeps a match under r.key.
func (r *resolver) remember(m netvet.Match) {
	if len(r.known) >= maxRemembered {
		clear(r.known)
	}
	r.known[string(r.key)] = m
}

// component resolves the maker of a component. Its own name may name the maker
// only when nobody else is; of hardware it, and the class, bear out a name that
// is ambiguous.
func (r *resolver) component(c *netvet.Component) netvet.Match {
	name, model, class := "", "", ""
	if c.Maker() == "" {
		name = c.Name
	}
	if c.Kind == netvet.KindDevice || c.Kind == netvet.KindFirmware { // there are few: makers of libraries stay remembered
		model, class = c.Name, c.Type
	}
	r.key = append(r.key[:0], 'c')
	for _, part := range []string{c.Manufacturer, c.Supplier, c.Publisher, c.PartNumber, c.Country, name, model, class} {
		r.tell(part)
	}
	for _, id := range c.Identifiers {
		r.tell(r.suppliers.Known(id))
	}
	if m, ok := r.known[string(r.key)]; ok {
		if c.Maker() == "" && len(c.Identifiers) > 0 && (m.Supplier != nil || len(m.Possible) > 0) {
			m.Input = string(c.Identifiers[0].Type) + ":" + c.Identifiers[0].Value // this one's own
		}
		return m
	}
	m := r.suppliers.Resolve(netvet.Clues{
		Names:       filled(c.Manufacturer, c.Supplier, c.Publisher),
		Identifiers: c.Identifiers, PartNumber: c.PartNumber, Product: name, Model: model, Category: class, Country: c.Country,
	}, r.asOf)
	r.remember(m)
	return m
}

func filled(names ...string) []string {
	var out []string
	for _, n := range names {
		if n != "" {
			out = append(out, n)
		}
	}
	return out
}

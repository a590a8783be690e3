package vendors

import (
	"slices"
	"time"

	"github.com/netvet/netvet"
)

// The shares an Ownership may have. Only ShareControl is followed up the chain;
// of the others it is only noted that they exist.
const (
	ShareControl   = "control"
	ShareMinority  = "minority"
	ShareSuspended = "suspended" // owns, but may not exercise control
)

// describe makes the supplier of a record as of one day.
func (d *Directory) describe(r *Record, at time.Time) *netvet.Supplier {
	s := &netvet.Supplier{
		ID:   r.ID,
		Name: r.Name,
		Countries: netvet.Countries{
			Incorporated:   r.Countries.Incorporated,
			Headquarters:   r.Countries.Headquarters,
			ControlledFrom: r.Countries.Headquarters,
		},
		Owners:      d.chain(r, at),
		OtherOwners: d.others(r, at),
		Categories:  r.Categories,
		Community:   r.Community,
		Confidence:  r.Confidence,
	}
	for _, o := range s.Owners {
		s.Countries.ControlledFrom = o.Country
		if o.ID != "" {
			s.UltimateParent = o.ID
		}
	}
	return s
}

// chain lists the owners in control of r on a day, direct owner first. A circle
// in the data ends it.
func (d *Directory) chain(r *Record, at time.Time) []netvet.Owner {
	var chain []netvet.Owner
	seen := []string{r.ID}
	for r != nil {
		o := r.controlledBy(at)
		if o == nil || slices.Contains(seen, o.ID) {
			break
		}
		chain = append(chain, d.owner(o))
		if o.ID == "" {
			break
		}
		seen = append(seen, o.ID)
		r = d.byID[o.ID]
	}
	return chain
}

// others lists the owners of r on a day who do not control it.
func (d *Directory) others(r *Record, at time.Time) []netvet.Owner {
	var owners []netvet.Owner
	for i := range r.Owners {
		if o := &r.Owners[i]; o.Share != ShareControl && netvet.Covers(o.From, o.To, at) {
			owners = append(owners, d.owner(o))
		}
	}
	return owners
}

// owner names an owner by its own record where there is one.
func (d *Directory) owner(o *Ownership) netvet.Owner {
	out := netvet.Owner{ID: o.ID, Name: o.Name, Country: o.Country, Share: o.Share, Since: o.From}
	if r := d.byID[o.ID]; r != nil {
		out.Name, out.Country = r.Name, r.Countries.Headquarters
	}
	return out
}

// controlledBy returns who controls the record on a day, nil when nobody does.
func (r *Record) controlledBy(at time.Time) *Ownership {
	for i := range r.Owners {
		if o := &r.Owners[i]; o.Share == ShareControl && netvet.Covers(o.From, o.To, at) {
			return o
		}
	}
	return nil
}

// Package vendors knows the companies behind names: who they are, what they are
// called and numbered in registries, where they are, who owned them on a given
// day, and which authorities' lists name them.
//
// The knowledge is data: one supplier a file in data/, one list a file in
// lists/, every fact with its source, date and confidence. The binary carries
// the compiled form index.gen, which a test holds equal to the files. A user's
// own folder of the same layout is read with Load and laid over with Merge.
//
// The package promises that a name is never guessed into a fact: what is only
// possible says so. It reaches no network and judges nobody; what a listing
// means for a buyer is a matter for rules.
package vendors

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/netvet/netvet"
)

// Directory holds suppliers and lists. It does not change once made and may be
// used by many goroutines.
type Directory struct {
	records []*Record // sorted by id
	byID    map[string]*Record
	lists   []netvet.List // sorted by id
	sets    []netvet.DataSet
	counted []counted // namesakes of ambiguous names, of built-in suppliers only

	decisions []Decision
	decided   map[string]*Decision // by the name, folded

	days sync.Map // day -> *dayOf, what Supplier has answered
	last atomic.Pointer[dayOf]
	lazy lazyResolver
}

// newDirectory sorts records and lists and makes the directory of them. The
// data sets describe the two; nil lets them be computed.
func newDirectory(records []*Record, lists []netvet.List, sets []netvet.DataSet) *Directory {
	slices.SortFunc(records, func(a, b *Record) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(lists, func(a, b netvet.List) int { return cmp.Compare(a.ID, b.ID) })
	d := &Directory{records: records, lists: lists, sets: sets, byID: make(map[string]*Record, len(records))}
	for _, r := range records {
		d.byID[r.ID] = r
	}
	if d.sets == nil {
		d.sets = dataSets(records, lists)
	}
	return d
}

// Merge returns a directory of both, in which a record or list of user
// replaces the one of the same id. It fails with faults when an owner or a
// listed supplier is in neither, or when ownership runs in a circle.
func (d *Directory) Merge(user *Directory) (*Directory, error) {
	merged := d.over(user)
	if err := merged.references().Err(); err != nil {
		return nil, err
	}
	return merged, nil
}

// over lays user over d.
func (d *Directory) over(user *Directory) *Directory {
	records := slices.Clone(user.records)
	for _, r := range d.records {
		if user.byID[r.ID] == nil {
			records = append(records, r)
		}
	}
	lists := slices.Clone(user.lists)
	for _, l := range d.lists {
		if !slices.ContainsFunc(user.lists, func(u netvet.List) bool { return u.ID == l.ID }) {
			lists = append(lists, l)
		}
	}
	merged := newDirectory(records, lists, nil)
	for _, c := range d.counted {
		if user.byID[c.Supplier] == nil {
			merged.counted = append(merged.counted, c)
		}
	}
	return merged.deciding(slices.Concat(user.decisions, d.decisions))
}

// Record returns the supplier file of an id.
func (d *Directory) Record(id string) (*Record, bool) {
	r, ok := d.byID[id]
	return r, ok
}

// Records returns all supplier files sorted by id; they must not be changed.
func (d *Directory) Records() []*Record { return d.records }

// Lists returns all lists sorted by id; they must not be changed.
func (d *Directory) Lists() []netvet.List { return d.lists }

// DataSets identifies the suppliers, the lists and the public registries by
// their content.
func (d *Directory) DataSets() []netvet.DataSet {
	sets := slices.Concat(d.sets, registryDataSets())
	slices.SortFunc(sets, func(a, b netvet.DataSet) int { return cmp.Compare(a.ID, b.ID) })
	return sets
}

// dayOf holds the suppliers as they stood on one day: ownership changes by day.
type dayOf struct {
	day       int64                             // since 1970, UTC
	suppliers []atomic.Pointer[netvet.Supplier] // by record
}

// Supplier returns the supplier of an id as it stood on the given day. The
// result is shared and must not be changed.
func (d *Directory) Supplier(id string, at time.Time) (*netvet.Supplier, bool) {
	i, ok := slices.BinarySearchFunc(d.records, id, func(r *Record, id string) int { return cmp.Compare(r.ID, id) })
	if !ok {
		return nil, false
	}
	return d.supplier(i, at), true
}

// supplier returns the supplier of a record on a day.
func (d *Directory) supplier(rec int, at time.Time) *netvet.Supplier {
	known := d.on(at)
	if s := known.suppliers[rec].Load(); s != nil {
		return s
	}
	s := d.describe(d.records[rec], at.UTC().Truncate(24*time.Hour))
	if !known.suppliers[rec].CompareAndSwap(nil, s) {
		return known.suppliers[rec].Load()
	}
	return s
}

// on returns what is held for a day. One day is asked about again and again.
func (d *Directory) on(at time.Time) *dayOf {
	const daySeconds = 24 * 60 * 60
	day := at.Unix() / daySeconds
	if at.Unix() < 0 && at.Unix()%daySeconds != 0 {
		day--
	}
	if last := d.last.Load(); last != nil && last.day == day {
		return last
	}
	held, ok := d.days.Load(day)
	if !ok {
		held, _ = d.days.LoadOrStore(day, &dayOf{day, make([]atomic.Pointer[netvet.Supplier], len(d.records))})
	}
	d.last.Store(held.(*dayOf))
	return held.(*dayOf)
}

package vendors

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/netvet/netvet"
)

// registrants remembers which record each name of the public registries is, as
// it is asked for. It is safe for many goroutines: who asks twice at once gets
// the same answer twice.
type registrants struct {
	once    sync.Once
	from    *registry // nil when it cannot be read
	at      time.Time // the day of the newest registry, on which its names are read
	unnamed map[string]string
	others  map[string][]string // by name: the suppliers that it is not
	known   []atomic.Uint32     // by number of the name

	entries [registryTables][]atomic.Pointer[registered] // by row: answers already given
	given   atomic.Int32                                 // how many entries hold
}

// maxGiven bounds the answers that are remembered, at some 300 bytes each. Real
// inventories meet a few hundred registrants.
const maxGiven = 1 << 14

// A remembered answer is askedOnce, the record counted from firstRecord, and the
// confidence in hundredths in the lowest byte.
const (
	askedOnce   = 1 << 31
	firstRecord = 2
)

// What stands for a record where there is none.
const (
	noSupplier  int32 = -1
	namesNobody int32 = -2 // the entry is no organisation's
)

func (r *resolver) public() *registrants {
	p := &r.registrants
	p.once.Do(func() {
		from, err := builtInRegistry()
		if err != nil {
			return // a test holds the file whole
		}
		p.from = from
		p.unnamed, p.others = map[string]string{}, map[string][]string{}
		p.known = make([]atomic.Uint32, from.names)
		for table := range p.entries {
			p.entries[table] = make([]atomic.Pointer[registered], from.count(table))
		}
		var newest netvet.Date
		for _, about := range from.notes.Registries {
			newest = max(newest, about.Date)
		}
		p.at = newest.Start()
		for _, u := range from.notes.Unnamed {
			p.unnamed[strings.ToLower(u.Entry)] = u.What
		}
		for _, n := range from.notes.Namesakes {
			name := strings.ToLower(n.Organisation)
			p.others[name] = append(p.others[name], n.Supplier)
		}
	})
	return p
}

// registrant looks up in a public registry an identifier that no record lists:
// a supplier here when the organisation's name says so, else nobody. It is nil
// when the registry has no such entry.
func (r *resolver) registrant(s scheme, table int, key uint64) *registered {
	p := r.public()
	if p.from == nil {
		return nil
	}
	h, ok := p.from.find(table, key)
	if !ok {
		what := schemeWords[s] + h.id()
		return &registered{what: what, scheme: s, nobody: what + " is in no registry here"}
	}
	return r.registrantOf(s, &h)
}

// registrantOf says who an entry of a registry is, and remembers it.
func (r *resolver) registrantOf(s scheme, h *holds) *registered {
	p := r.public()
	entry := &p.entries[h.table][h.row]
	e := entry.Load()
	if e == nil {
		e = r.readEntry(s, h)
		if p.given.Add(1) <= maxGiven {
			entry.Store(e)
		}
	}
	return e
}

func (r *resolver) readEntry(s scheme, h *holds) *registered {
	p := r.public()
	what := schemeWords[s] + h.id()
	e := &registered{what: what, scheme: s, public: p.from.registrations(h)}
	first := &e.public[0]
	rec, conf := r.named(p.from.nameOf(h.table, h.row), first.Organisation)
	if rec == namesNobody {
		e.public, e.nobody = nil, what+" names nobody: "+p.noName(first.Organisation)
		return e
	}
	said := what + " is registered to '" + first.Organisation + "' (" + first.Registry + ")"
	if rec < 0 || h.rows > 1 {
		e.nobody = said + ", who is no supplier here"
		return e
	}
	e.what, e.holders, e.trust = said, []int32{rec}, min(trusted[s], conf)
	e.asHint()
	return e
}

// noName says why an entry of a registry names no organisation, "" if it does.
func (p *registrants) noName(entry string) string {
	entry = strings.ToLower(entry)
	if why, ok := p.unnamed[entry]; ok {
		return why
	}
	if open := strings.LastIndexByte(entry, '('); open >= 0 {
		return p.unnamed["*"+entry[open:]]
	}
	return ""
}

// named returns the record whose name a registry's name is, and how sure that
// is; noSupplier or namesNobody for none.
func (r *resolver) named(number int, name string) (rec int32, conf float64) {
	slot := &r.public().known[number]
	v := slot.Load()
	if v == 0 {
		rec, conf = r.readRegistrant(name)
		v = askedOnce | uint32(rec+firstRecord)<<8 | uint32(conf*100+0.5)
		slot.Store(v)
	}
	return int32(v&^askedOnce>>8) - firstRecord, float64(v&0xff) / 100
}

// readRegistrant reads the name of an organisation as a registry has it. A name
// that needs a second signal has none here, and namesakes are other companies.
func (r *resolver) readRegistrant(name string) (rec int32, conf float64) {
	p := r.public()
	if p.noName(name) != "" {
		return namesNobody, 0
	}
	best := candidate{rec: noSupplier}
	if a, ok := r.exact(name); ok {
		best = candidate{rec: a.chosen, conf: a.confidence}
	} else {
		q := question{r: r, at: p.at, raw: name}
		if list := q.read(r.read(name, plain)); len(list) > 0 {
			best = list[0]
		}
	}
	if best.rec < 0 || best.conf < netvet.MatchThreshold || best.needs ||
		slices.Contains(p.others[strings.ToLower(name)], r.records[best.rec].ID) {
		return noSupplier, 0
	}
	return best.rec, best.conf
}

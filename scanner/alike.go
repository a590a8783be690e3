package scanner

import (
	"encoding/json"
	"slices"
	"sync"

	"github.com/netvet/netvet"
)

// alike remembers what the products met so far came to. An inventory has a
// hundred thousand rows of a few thousand models: rows that the rules cannot
// tell apart are judged once. What is remembered is bounded, so that memory does
// not grow with the number of products.
type alike struct {
	mu          sync.Mutex
	young, old  map[string]*conclusion // what was asked for of late, and before
	load        int                    // of young
	keys        sync.Pool              // of *[]byte
	maxRecalled int                    // load of each

	factors   map[string][]netvet.RegisterFactor // lists that several conclusions share, by their text
	questions map[string][]netvet.RegisterQuestion
}

const (
	// recalledLoad bounds each of the two generations that are remembered, in
	// conclusions of products without parts, of some 10 kB each.
	recalledLoad = 2048
	// findingsPerLoad is how many findings take as much memory as the rest of a
	// conclusion.
	findingsPerLoad = 8
)

func newAlike(off bool) *alike {
	if off {
		return nil
	}
	return &alike{young: map[string]*conclusion{}, factors: map[string][]netvet.RegisterFactor{}, questions: map[string][]netvet.RegisterQuestion{},
		maxRecalled: recalledLoad, keys: sync.Pool{New: func() any { return new([]byte) }}}
}

// suits reports whether there may be others like the product: a document is about
// a product of its own, unless a row of a table is that product, and facts that
// are bound to one product are about no other. One without a place in its input is
// named where that would stand.
func (k *alike) suits(a *netvet.Assessment) bool {
	sources := len(a.Product.Sources)
	return k != nil && sources > 0 && a.Product.Sources[0].Record != "" && (sources > 1 || !a.Product.BOM.Present) && len(a.Observations) == 0
}

// result is what a product comes to: what the first of those alike came to, under
// its own name.
func (k *alike) result(r *run, a *netvet.Assessment) (Result, error) {
	buf := k.keys.Get().(*[]byte)
	defer k.keys.Put(buf)
	*buf = r.program.AppendLikeness((*buf)[:0], a)
	*buf = r.known.AppendLikeness(*buf, &a.Product)
	c := k.find(*buf)
	if c == nil {
		var err error
		if c, err = r.judgedOnce(a); err != nil {
			return Result{}, err
		}
		k.keep(string(*buf), c)
	}
	a.Gaps = append(slices.Clip(a.Gaps), c.gapsOf(&a.Product)...)
	return c.of(r, a), nil
}

// Stand-ins for what is a product's own, which no input can hold: a foreign text
// that happened to equal it would be taken for it.
const (
	someProduct = "\xff product"
	someInput   = "\xff input"
	someRecord  = "\xff record"
)

// judgedOnce judges a product in the place of all that are alike.
func (r *run) judgedOnce(a *netvet.Assessment) (*conclusion, error) {
	some := *a
	some.Gaps = nil
	some.Product.ID = someProduct
	some.Product.Sources = slices.Clone(a.Product.Sources)
	first := &some.Product.Sources[0]
	first.Input, first.Record = standIn(first.Input, someInput), standIn(first.Record, someRecord)
	return r.judge(&some)
}

func standIn(text, other string) string {
	if text == "" {
		return ""
	}
	return other
}

// gapsOf are the gaps of judging, as those of one product.
func (c *conclusion) gapsOf(p *netvet.Product) []netvet.Gap {
	out := slices.Clone(c.gaps)
	for i := range out {
		if out[i].Input == c.source.Input {
			out[i].Input = p.Sources[0].Input
		}
		if out[i].Record == c.source.Record {
			out[i].Record = p.Sources[0].Record
		}
	}
	return out
}

func (k *alike) find(key []byte) *conclusion {
	k.mu.Lock()
	defer k.mu.Unlock()
	if c := k.young[string(key)]; c != nil {
		return c
	}
	c := k.old[string(key)]
	if c != nil {
		k.add(string(key), c)
	}
	return c
}

func (k *alike) keep(key string, c *conclusion) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c.product.Factors = shared(k.factors, c.product.Factors)
	c.product.Questions = shared(k.questions, c.product.Questions)
	k.add(key, c)
}

// shared returns the list that was met first of those equal to list: products of
// different makers often have the same evidence.
func shared[T any](known map[string][]T, list []T) []T {
	text, err := json.Marshal(list)
	if err != nil {
		return list
	}
	if first, ok := known[string(text)]; ok {
		return first
	}
	if len(known) >= recalledLoad {
		clear(known)
	}
	known[string(text)] = list
	return list
}

// add remembers a conclusion, and forgets those not asked for since the last time
// that there was no more room.
func (k *alike) add(key string, c *conclusion) {
	if k.load >= k.maxRecalled {
		k.old, k.young, k.load = k.young, map[string]*conclusion{}, 0
	}
	if k.young[key] == nil {
		k.load += 1 + len(c.findings)/findingsPerLoad
	}
	k.young[key] = c
}

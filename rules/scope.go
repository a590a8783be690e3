package rules

import (
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// scopeAnswer says whether something is of the kind that a measure is about.
type scopeAnswer uint8

const (
	scopeOut scopeAnswer = iota
	scopeUnknown
	scopeIn
)

func scopeEmpty(s *netvet.Scope) bool {
	return !s.Any && len(s.Kinds) == 0 && len(s.Categories) == 0 && len(s.Models) == 0
}

// thing is what a scope is held against; its words are its name, model and part
// number.
type thing struct {
	kind     netvet.Kind
	category netvet.Category
	texts    []string
	named    bool // the texts tell which model it is
}

// scopeOf holds a scope against a thing: every part that is given must hold. An
// empty scope says nothing against it.
func scopeOf(s *netvet.Scope, t *thing) scopeAnswer {
	answer := scopeIn
	if s.Any {
		return answer
	}
	if len(s.Kinds) > 0 {
		answer = min(answer, oneOf(t.kind != "", slices.Contains(s.Kinds, t.kind)))
	}
	if len(s.Categories) > 0 {
		answer = min(answer, oneOf(t.category != netvet.CategoryUnknown, slices.Contains(s.Categories, t.category)))
	}
	if len(s.Models) > 0 {
		holds := slices.ContainsFunc(s.Models, func(model string) bool {
			return slices.ContainsFunc(t.texts, func(text string) bool { return holdsWords(text, model) })
		})
		answer = min(answer, oneOf(t.named || holds, holds))
	}
	return answer
}

func oneOf(known, holds bool) scopeAnswer {
	switch {
	case !known:
		return scopeUnknown
	case holds:
		return scopeIn
	}
	return scopeOut
}

// asThing is the product as a scope sees it.
func (e *evaluation) asThing() thing {
	p := &e.a.Product
	return thing{kind: p.Kind, category: e.category(), texts: []string{p.Name, p.Model, p.PartNumber},
		named: p.Model != "" || p.PartNumber != "" || strings.ContainsAny(p.Name, "0123456789")}
}

// partOf is a component as a scope sees it.
func partOf(c *netvet.Component) thing {
	return thing{kind: c.Kind, category: componentCategory(c), texts: []string{c.Name, c.PartNumber}, named: c.Name != ""}
}

// productScope holds the gate's and the entry's scope against the product. A
// scope that is in words only leaves the decision to the other.
func (e *evaluation) productScope(m *measure) scopeAnswer {
	t := e.asThing()
	return min(scopeOf(&m.gate.Applies.Products, &t), scopeOf(&m.entry.Scope, &t))
}

// componentScope holds them against the examples of a group of components: one
// that is in is enough; none is out for certain unless all were looked at.
func (m *measure) componentScope(g *netvet.MakerGroup) scopeAnswer {
	answer := scopeOut
	for i := range g.Examples {
		t := partOf(&g.Examples[i])
		answer = max(answer, min(scopeOf(&m.gate.Applies.Products, &t), scopeOf(&m.entry.Scope, &t)))
	}
	if answer == scopeOut && g.Count > len(g.Examples) && !m.certainlyOut(g) {
		return scopeUnknown
	}
	return answer
}

// certainlyOut reports whether the examples speak for the whole group: the tally
// keeps in front those whose names a gate asks for, and one of each kind.
func (m *measure) certainlyOut(g *netvet.MakerGroup) bool {
	for _, s := range []*netvet.Scope{&m.gate.Applies.Products, &m.entry.Scope} {
		if s.Any {
			continue
		}
		kind := slices.ContainsFunc(g.Examples, func(c netvet.Component) bool { return slices.Contains(s.Kinds, c.Kind) })
		if len(s.Models) > 0 || len(s.Kinds) > 0 && !kind {
			return true
		}
	}
	return false
}

// componentCategory is the product class of a part, as far as its document's
// word for it tells: a part is a product of its class only when it could be
// bought as one.
func componentCategory(c *netvet.Component) netvet.Category {
	switch {
	case c.Kind == netvet.KindService:
		return netvet.CategoryCloud
	case c.Kind == netvet.KindSoftware && c.Type == "library":
		return netvet.CategoryOther
	}
	return netvet.CategoryUnknown
}

// scopeHits says of every list hit whether the product, or any part that the
// listed party made, is of the kind that the entry is about. An entry whose
// scope is in words only leaves its hits as they are: unknown.
func (e *evaluation) scopeHits() {
	for i := range e.a.Hits {
		if h := &e.a.Hits[i]; !scopeEmpty(&h.Entry.Scope) {
			h.Scope = e.hitScope(h).String()
		}
	}
}

func (e *evaluation) hitScope(h *netvet.ListHit) scopeAnswer {
	if !h.Component {
		t := e.asThing()
		return scopeOf(&h.Entry.Scope, &t)
	}
	answer := scopeOut
	for i := range e.a.Makers {
		g := &e.a.Makers[i]
		if g.PossibleOnly || g.Match.Supplier == nil || g.Match.Supplier.ID != h.Party {
			continue
		}
		for j := range g.Examples {
			t := partOf(&g.Examples[j])
			answer = max(answer, scopeOf(&h.Entry.Scope, &t))
		}
		if g.Count > len(g.Examples) {
			answer = max(answer, scopeUnknown) // not all were looked at
		}
	}
	return answer
}

// String is the word for the answer in list hits.
func (s scopeAnswer) String() string {
	return [...]string{scopeOut: "out", scopeUnknown: "unknown", scopeIn: "in"}[s]
}

package rules

import (
	"slices"

	"github.com/netvet/netvet"
)

// relevance is relevance.yaml: rho, how much of a product a part can act on,
// from its function and privilege. The first entry that holds decides.
type relevance struct {
	Version netvet.Date      `yaml:"version" json:"version"`
	Source  string           `yaml:"source" json:"source"`
	Default float64          `yaml:"default" json:"default"`
	Entries []relevanceEntry `yaml:"entries" json:"entries"`
	data    []byte           // of the file, for the lines of faults
}

// relevanceEntry holds when every part that is given does, with any one of its
// values.
type relevanceEntry struct {
	Patterns []string      `yaml:"patterns" json:"patterns"`
	Kinds    []netvet.Kind `yaml:"kinds" json:"kinds"`
	Types    []string      `yaml:"types" json:"types"`
	Scopes   []string      `yaml:"scopes" json:"scopes"` // required, optional, excluded
	Words    []string      `yaml:"words" json:"words"`   // word sequences in the name
	Weight   float64       `yaml:"weight" json:"weight"`
}

// defaultRelevance is what a part weighs of which nothing is known.
const defaultRelevance = 0.5

// weigher gives the relevance of components from the slots that they match.
type weigher struct {
	fallback float64
	entries  []weigherEntry
}

type weigherEntry struct {
	*relevanceEntry
	patterns []int
	words    int // slot, -1 when the entry has no words
}

func newWeigher(r *relevance, m *matcher, pattern map[string]int) *weigher {
	w := &weigher{fallback: defaultRelevance}
	if r == nil {
		return w
	}
	w.fallback = r.Default
	for i := range r.Entries {
		e := weigherEntry{relevanceEntry: &r.Entries[i], words: -1}
		for _, id := range e.Patterns {
			e.patterns = append(e.patterns, pattern[id])
		}
		if len(e.Words) > 0 {
			e.words = m.slot(nil, nil)
			m.sequences(e.words, inName, false, e.Words)
		}
		w.entries = append(w.entries, e)
	}
	return w
}

// weigh returns the relevance of a component that matched the slots given.
func (w *weigher) weigh(p *picker, c *netvet.Component, matched bits) float64 {
	for i := range w.entries {
		if w.entries[i].holds(p, c, matched) {
			return w.entries[i].Weight
		}
	}
	return w.fallback
}

func (e *weigherEntry) holds(p *picker, c *netvet.Component, matched bits) bool {
	return (len(e.Kinds) == 0 || slices.Contains(e.Kinds, c.Kind)) &&
		(len(e.Types) == 0 || slices.Contains(e.Types, c.Type)) &&
		(len(e.Scopes) == 0 || slices.Contains(e.Scopes, c.Scope)) &&
		(e.words < 0 || matched.has(e.words)) &&
		(len(e.patterns) == 0 || slices.ContainsFunc(e.patterns, func(n int) bool { return matched.has(n) && p.of(n, c.Type) }))
}

// Relevance returns rho of a component: how much of its product it can act on,
// in [0,1].
func (p *Program) Relevance(c *netvet.Component) float64 {
	k := p.matcher.picker()
	return p.weigher.weigh(k, c, k.match(c, nil))
}

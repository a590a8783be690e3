package evidence

import (
	"cmp"
	"slices"
	"time"

	"github.com/netvet/netvet"
)

// ListHits returns every entry of the lists that reaches a party of the
// assessment: the product's supplier, the owners that control it, or the makers
// of its components. A later entry is returned too: whether it holds on the
// as-of date is for the rules to say. Only confident matches are looked up.
func ListHits(a *netvet.Assessment, lists Lists) []netvet.ListHit {
	var hits []netvet.ListHit
	if s := a.Match.Supplier; s != nil {
		hits = lists.of(hits, s, false)
	}
	for i := range a.Makers {
		m := &a.Makers[i]
		if m.PossibleOnly || m.Match.Supplier == nil {
			continue
		}
		hits = lists.of(hits, m.Match.Supplier, true)
	}
	return hits
}

// Lists finds entries by the supplier they name.
type Lists struct {
	byParty map[string][]listed
	asOf    time.Time
}

type listed struct {
	list  *netvet.List
	entry *netvet.Entry
}

// NewLists indexes lists by party. Entries that have ended by asOf are left
// out: a delisted party is no hit.
func NewLists(lists []netvet.List, asOf time.Time) Lists {
	x := Lists{byParty: map[string][]listed{}, asOf: asOf}
	for i := range lists {
		l := &lists[i]
		for j := range l.Entries {
			e := &l.Entries[j]
			if e.Supplier == "" || (e.To != "" && !asOf.Before(e.To.Start())) {
				continue
			}
			x.byParty[e.Supplier] = append(x.byParty[e.Supplier], listed{l, e})
		}
	}
	return x
}

func (x Lists) of(hits []netvet.ListHit, s *netvet.Supplier, component bool) []netvet.ListHit {
	for _, m := range x.byParty[s.ID] {
		hits = append(hits, x.hit(m, s, "self", component))
	}
	for _, owner := range s.Owners {
		for _, m := range x.byParty[owner.ID] {
			if reaches(m.reach()) {
				hits = append(hits, x.hit(m, s, "owner", component))
			}
		}
	}
	return hits
}

func (m listed) reach() netvet.Reach {
	if m.entry.Reach != "" {
		return m.entry.Reach
	}
	return m.list.Reach
}

// reaches reports whether a measure against an owner extends to what it owns.
func reaches(r netvet.Reach) bool {
	return slices.Contains([]netvet.Reach{netvet.ReachAffiliates, netvet.ReachControlled,
		netvet.ReachHalfOwned, netvet.ReachProductsOf}, r)
}

func (x Lists) hit(m listed, party *netvet.Supplier, relation string, component bool) netvet.ListHit {
	h := netvet.ListHit{
		List: m.list.ID, Title: m.list.Title, Entry: *m.entry, Supplier: m.entry.Supplier, ListedName: m.entry.ListedName,
		Party: party.ID, PartyName: party.Name, Relation: relation, Component: component,
		Jurisdiction: m.list.Jurisdiction, Status: m.list.Status, Grade: cmp.Or(m.entry.Grade, m.list.Grade), Confidence: m.list.Confidence,
		From: m.entry.From, Scope: "unknown",
	}
	effects := m.list.Effects
	if len(m.entry.Effects) > 0 {
		effects = m.entry.Effects
	}
	for _, e := range effects {
		h.Effects = append(h.Effects, string(e))
	}
	if m.entry.Status != "" {
		h.Status = m.entry.Status
	}
	switch early := x.asOf.Before(m.entry.From.Start()); {
	case early:
		h.Status = netvet.StatusNotYet
	case h.Status == netvet.StatusNotYet: // enacted law takes effect on its day without a further act
		h.Status = netvet.StatusInForce
	}
	if m.entry.Confidence != "" {
		h.Confidence = m.entry.Confidence
	}
	return h
}

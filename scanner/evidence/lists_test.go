package evidence

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netvet/netvet"
)

var asOf = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

func lists() Lists {
	return NewLists([]netvet.List{
		{ID: "named", Title: "Named parties", Jurisdiction: "US", Effects: []netvet.Effect{netvet.EffectExportControl}, Status: netvet.StatusInForce,
			Reach: netvet.ReachNamedOnly, Confidence: netvet.ConfidenceHigh, Entries: []netvet.Entry{
				{Supplier: "parent", ListedName: "Parent Co", From: "2019-01-01"},
				{Supplier: "gone", From: "2019-01-01", To: "2025-01-07"},
				{Supplier: "soon", From: "2027-12-23"},
				{ListedName: "a class of products", From: "2019-01-01"},
			}},
		{ID: "group", Jurisdiction: "CN", Effects: []netvet.Effect{netvet.EffectTradeBan}, Status: netvet.StatusInForce, Reach: netvet.ReachAffiliates,
			Confidence: netvet.ConfidenceHigh, Entries: []netvet.Entry{
				{Supplier: "parent", From: "2020-01-01", Confidence: netvet.ConfidenceLow, Status: netvet.StatusUnverified, Effects: []netvet.Effect{netvet.EffectSummons}},
			}},
	}, asOf)
}

// met says which lists a supplier meets, how, and in which state.
func met(hits []netvet.ListHit) []string {
	var out []string
	for _, h := range hits {
		s := h.List + " " + h.Relation + " " + string(h.Status)
		if h.Component {
			s += " component"
		}
		out = append(out, s)
	}
	return out
}

func TestListHits(t *testing.T) {
	child := &netvet.Supplier{ID: "child", Owners: []netvet.Owner{{ID: "middle"}, {ID: "parent"}}}
	cases := []struct {
		name string
		a    netvet.Assessment
		want []string
	}{
		{"the listed party", netvet.Assessment{Match: netvet.Match{Supplier: &netvet.Supplier{ID: "parent"}}}, []string{"named self in_force", "group self unverified"}},
		{"a subsidiary, only where the list reaches it", netvet.Assessment{Match: netvet.Match{Supplier: child}}, []string{"group owner unverified"}},
		{"delisted", netvet.Assessment{Match: netvet.Match{Supplier: &netvet.Supplier{ID: "gone"}}}, nil},
		{"not yet in force", netvet.Assessment{Match: netvet.Match{Supplier: &netvet.Supplier{ID: "soon"}}}, []string{"named self enacted_not_yet_effective"}},
		{"nobody known", netvet.Assessment{}, nil},
		{"makers of parts, confident matches only", netvet.Assessment{Makers: []netvet.MakerGroup{
			{Match: netvet.Match{Supplier: child}},
			{Match: netvet.Match{Supplier: &netvet.Supplier{ID: "parent"}}, PossibleOnly: true},
		}}, []string{"group owner unverified component"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, met(ListHits(&c.a, lists()))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEntryWinsOverList(t *testing.T) {
	hits := ListHits(&netvet.Assessment{Match: netvet.Match{Supplier: &netvet.Supplier{ID: "parent", Name: "Parent Company"}}}, lists())
	if h := hits[1]; h.Confidence != netvet.ConfidenceLow || !cmp.Equal(h.Effects, []string{"summons"}) || h.PartyName != "Parent Company" {
		t.Errorf("hit %+v does not carry the entry's own confidence and effects", h)
	}
}

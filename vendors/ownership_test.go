package vendors

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/netvet/netvet"
	"pgregory.net/rapid"
)

func builtIn(t testing.TB) *Directory {
	t.Helper()
	d, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func day(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestOwnersByDate(t *testing.T) {
	d := builtIn(t)
	const none = ""
	for _, tt := range []struct {
		id, at     string
		chain      []string // ids, or names of owners that are no suppliers
		parent     string
		controlled string
	}{
		{"huawei", "2026-11-21", nil, none, "CN"},
		{"honor", "2020-11-16", []string{"huawei"}, "huawei", "CN"},
		{"honor", "2020-11-17", []string{"Shenzhen Zhixin New Information Technology"}, none, "CN"},
		{"xfusion", "2021-10-31", []string{"huawei"}, "huawei", "CN"},
		{"xfusion", "2026-11-21", []string{"Henan Information Industry Investment (Henan Chaojuneng Technology)"}, none, "CN"},
		{"juniper", "2025-07-01", nil, none, "US"},
		{"juniper", "2025-07-02", []string{"hpe"}, "hpe", "US"},
		{"vmware", "2003-12-31", nil, none, "US"},
		{"vmware", "2016-09-06", []string{"emc"}, "emc", "US"},
		{"vmware", "2016-09-07", []string{"dell"}, "dell", "US"},
		{"vmware", "2021-11-01", nil, none, "US"},
		{"vmware", "2023-11-22", []string{"broadcom"}, "broadcom", "US"},
		{"pivotal", "2020-06-01", []string{"vmware", "dell"}, "dell", "US"},
		{"numonyx", "2026-11-21", []string{"micron"}, "micron", "US"},
		{"elpida", "2013-07-30", nil, none, "JP"},
		{"elpida", "2026-11-21", []string{"micron"}, "micron", "US"},
		{"lexar", "2017-07-31", []string{"micron"}, "micron", "US"},
		{"lexar", "2026-11-21", []string{"longsys"}, "longsys", "CN"},
		{"solarflare", "2021-01-01", []string{"xilinx"}, "xilinx", "US"},
		{"solarflare", "2026-11-21", []string{"amd"}, "amd", "US"},
		{"ruckus", "2017-01-01", []string{"brocade"}, "brocade", "US"},
		{"sandisk", "2025-02-20", []string{"western-digital"}, "western-digital", "US"},
		{"sandisk", "2025-02-21", nil, none, "US"},
		{"3com", "2015-10-31", []string{"hp"}, "hp", "US"},
		{"3com", "2015-11-01", []string{"hpe"}, "hpe", "US"},
		{"altera", "2025-09-11", []string{"intel"}, "intel", "US"},
		{"altera", "2025-09-12", []string{"Silver Lake"}, none, "US"},
		{"nexperia", "2025-10-06", []string{"wingtech"}, "wingtech", "CN"},
		{"nexperia", "2025-10-07", nil, none, "NL"},
		{"ale", "2026-11-21", []string{"china-huaxin", "State-owned Assets Supervision and Administration Commission (SASAC)"}, "china-huaxin", "CN"},
		{"ezviz", "2026-11-21", []string{"hikvision", "cetc"}, "cetc", "CN"},
		{"mandiant", "2026-11-21", []string{"google", "Alphabet Inc."}, "google", "US"},
	} {
		t.Run(fmt.Sprint(tt.id, " ", tt.at), func(t *testing.T) {
			s, ok := d.Supplier(tt.id, day(t, tt.at))
			if !ok {
				t.Fatal("no such supplier")
			}
			var chain []string
			for _, o := range s.Owners {
				if o.ID != "" {
					chain = append(chain, o.ID)
				} else {
					chain = append(chain, o.Name)
				}
			}
			if !slices.Equal(chain, tt.chain) || s.UltimateParent != tt.parent || s.Countries.ControlledFrom != tt.controlled {
				t.Errorf("owners %q, ultimate parent %q, controlled from %q; want %q, %q, %q",
					chain, s.UltimateParent, s.Countries.ControlledFrom, tt.chain, tt.parent, tt.controlled)
			}
		})
	}
}

// TestOtherOwners: who owns without control is told, and not followed.
func TestOtherOwners(t *testing.T) {
	d := builtIn(t)
	for _, tt := range []struct{ id, at, owner, share string }{
		{"nexperia", "2026-11-21", "wingtech", ShareSuspended},
		{"altera", "2026-11-21", "intel", ShareMinority},
		{"cisco-linksys", "2026-11-21", "fortinet", ShareMinority},
	} {
		s, _ := d.Supplier(tt.id, day(t, tt.at))
		if !slices.ContainsFunc(s.OtherOwners, func(o netvet.Owner) bool { return o.ID == tt.owner && o.Share == tt.share }) {
			t.Errorf("%s on %s: other owners %v, want %s with share %s", tt.id, tt.at, s.OtherOwners, tt.owner, tt.share)
		}
	}
}

func TestSupplierUnknown(t *testing.T) {
	if s, ok := builtIn(t).Supplier("no-such-id", day(t, "2026-11-21")); ok || s != nil {
		t.Errorf("got %v, %v", s, ok)
	}
}

// TestChainEnds: whatever the data say of owners, circles and all, a chain
// ends, names nobody twice, and its end is the ultimate parent.
func TestChainEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := []string{"a", "b", "c", "d", "e"}
		var records []*Record
		for _, id := range ids {
			r := &Record{ID: id, Name: id, Countries: Domicile{Headquarters: "US"}}
			for range rapid.IntRange(0, 3).Draw(t, "owners") {
				r.Owners = append(r.Owners, Ownership{
					ID:    rapid.SampledFrom(append(ids, "")).Draw(t, "owner"),
					Share: rapid.SampledFrom(shares).Draw(t, "share"),
					From:  rapid.SampledFrom([]netvet.Date{"", "2010", "2015-06-01"}).Draw(t, "from"),
					To:    rapid.SampledFrom([]netvet.Date{"", "2016", "2020-01"}).Draw(t, "to"),
				})
			}
			records = append(records, r)
		}
		d := newDirectory(records, nil, nil)
		at := time.Date(rapid.IntRange(2009, 2021).Draw(t, "year"), 1, 1, 0, 0, 0, 0, time.UTC)
		for _, id := range ids {
			s, _ := d.Supplier(id, at)
			seen, last := map[string]bool{id: true}, ""
			for _, o := range s.Owners {
				if o.ID != "" && seen[o.ID] {
					t.Fatalf("%s: %s is twice in the chain", id, o.ID)
				}
				seen[o.ID] = true
				if o.ID != "" {
					last = o.ID
				}
			}
			if s.UltimateParent != last {
				t.Fatalf("%s: ultimate parent %q, the chain ends at %q", id, s.UltimateParent, last)
			}
		}
	})
}

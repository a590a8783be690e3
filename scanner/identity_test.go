package scanner

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netvet/netvet"
)

func TestPlaceholderSerials(t *testing.T) {
	for _, s := range []string{"", "0", "N/A", "To be filled by O.E.M.", "Not Specified", "None", "00000000", "xxxxxxx", "System Serial Number", "-", "无", "1234567890"} {
		if !placeholder(s) {
			t.Errorf("%q is taken for a serial number", s)
		}
	}
	for _, s := range []string{"FCW2233L0AB", "219354766", "S4YNNE0M800123", "CN7792119K0123"} {
		if placeholder(s) {
			t.Errorf("%q is taken for a placeholder", s)
		}
	}
}

func TestSerialKey(t *testing.T) {
	of := func(maker, serial string, supplier *netvet.Supplier) uint64 {
		return serialKey(&netvet.Assessment{Product: netvet.Product{Manufacturer: maker, Serial: serial}, Match: netvet.Match{Supplier: supplier}})
	}
	cisco := &netvet.Supplier{ID: "cisco"}
	if of("Cisco Systems", "FCW2233L0AB", cisco) != of("CISCO", "fcw2233l0ab", cisco) {
		t.Error("another spelling of the same maker and serial number is another product")
	}
	if of("Cisco", "FCW2233L0AB", cisco) == of("Acme", "FCW2233L0AB", nil) {
		t.Error("the same serial number of another maker is the same product")
	}
	if of("Cisco", "0", cisco) != 0 || of("", "FCW2233L0AB", nil) != 0 {
		t.Error("a placeholder, or a serial number without a maker, identifies a product")
	}
}

func TestMergeListsConflicts(t *testing.T) {
	src := func(input string) []netvet.Source { return []netvet.Source{{Input: input, Record: "row 2"}} }
	dst := &netvet.Assessment{Product: netvet.Product{Model: "C9300-48P", Version: "17.6.3", Sources: src("a.csv")}}
	gaps := merge(dst, &netvet.Assessment{Product: netvet.Product{Model: "c9300 48p", Version: "17.9.4", Location: "Hall B", Sources: src("b.csv")}})
	want := []netvet.Gap{{Input: "b.csv", Record: "row 2", Reason: `conflict: version is "17.9.4" here and "17.6.3" in a.csv, which is kept`}}
	if diff := cmp.Diff(want, gaps); diff != "" {
		t.Error(diff)
	}
	if dst.Product.Location != "Hall B" || dst.Product.Version != "17.6.3" {
		t.Errorf("merged product is %+v", dst.Product)
	}
	from := []netvet.Source{{Input: "a.csv", Record: "row 2", Fields: []string{"model", "version"}}, {Input: "b.csv", Record: "row 2", Fields: []string{"location"}}}
	if diff := cmp.Diff(from, dst.Product.Sources); diff != "" {
		t.Errorf("what each source gave: %s", diff)
	}
}

func TestMergeCountsEqualPartsTogether(t *testing.T) {
	part := netvet.Candidate{Pattern: "bmc", Component: netvet.Component{Name: "iDRAC9", Version: "7"}, Count: 2}
	maker := netvet.MakerGroup{Match: netvet.Match{Supplier: &netvet.Supplier{ID: "dell"}}, Count: 3, Weight: 0.5}
	dst := &netvet.Assessment{Candidates: []netvet.Candidate{part}, Makers: []netvet.MakerGroup{maker}, Census: netvet.Census{Total: 3, Countries: map[string]int{"US": 3}}}
	attach(dst, &netvet.Assessment{Candidates: []netvet.Candidate{part}, Makers: []netvet.MakerGroup{maker}, Census: netvet.Census{Total: 3, Countries: map[string]int{"US": 1, "CN": 2}}})
	if len(dst.Candidates) != 1 || dst.Candidates[0].Count != 4 {
		t.Errorf("candidates %+v", dst.Candidates)
	}
	if len(dst.Makers) != 1 || dst.Makers[0].Count != 6 {
		t.Errorf("makers %+v", dst.Makers)
	}
	if len(dst.Gaps) != 1 {
		t.Errorf("two lists of parts are joined without a word: %v", dst.Gaps)
	}
	if diff := cmp.Diff(netvet.Census{Total: 6, Countries: map[string]int{"US": 4, "CN": 2}}, dst.Census); diff != "" {
		t.Error(diff)
	}
}

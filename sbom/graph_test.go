package sbom

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/netvet/netvet"
	"pgregory.net/rapid"
)

func TestFindCycle(t *testing.T) {
	tests := []struct {
		n     int
		edges [][2]int32
		want  int // length of the circle
	}{
		{0, nil, 0},
		{2, [][2]int32{{0, 1}}, 0},
		{1, [][2]int32{{0, 0}}, 0},
		{2, [][2]int32{{0, 1}, {1, 0}}, 2},
		{3, [][2]int32{{2, 0}, {0, 1}, {1, 2}}, 3},
		{4, [][2]int32{{0, 1}, {0, 2}, {1, 3}, {2, 3}}, 0}, // a diamond
	}
	for _, test := range tests {
		if got := findCycle(test.n, test.edges); len(got) != test.want {
			t.Errorf("%v: %v", test.edges, got)
		}
	}
}

// TestFindCycleIsRight compares with the definition: there is a circle if and only if
// some node other than itself leads back to a node.
func TestFindCycleIsRight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "nodes")
		node := rapid.Int32Range(0, int32(n-1))
		edges := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) [2]int32 {
			return [2]int32{node.Draw(t, "from"), node.Draw(t, "to")}
		}), 0, 16).Draw(t, "edges")
		leads := make([][]bool, n)
		for i := range leads {
			leads[i] = make([]bool, n)
		}
		for _, e := range edges {
			leads[e[0]][e[1]] = leads[e[0]][e[1]] || e[0] != e[1]
		}
		for k := range n {
			for i := range n {
				for j := range n {
					leads[i][j] = leads[i][j] || leads[i][k] && leads[k][j]
				}
			}
		}
		want := false
		for i := range n {
			want = want || leads[i][i]
		}
		cycle := findCycle(n, slices.Clone(edges))
		if (len(cycle) > 0) != want {
			t.Fatalf("%v: %v", edges, cycle)
		}
		for i, from := range cycle {
			if !slices.Contains(edges, [2]int32{from, cycle[(i+1)%len(cycle)]}) {
				t.Fatalf("%v is no circle of %v", cycle, edges)
			}
		}
	})
}

// TestHostileGraphs reads graphs with more paths than atoms and with a path as long
// as the document.
func TestHostileGraphs(t *testing.T) {
	const n = 20_000
	var components, diamonds, chain []string
	for i := range n {
		components = append(components, fmt.Sprintf(`{"type":"library","bom-ref":"%d","name":"c"}`, i))
		diamonds = append(diamonds, fmt.Sprintf(`{"ref":"%d","dependsOn":["%d","%d"]}`, i, (i+1)%n, min(i+2, n-1)))
		chain = append(chain, fmt.Sprintf(`{"ref":"%d","dependsOn":["%d"]}`, i, (i+1)%n))
	}
	for _, edges := range [][]string{diamonds, chain} {
		got := readInput(t, textInput("graph", cdxJSONText(`"components":[`+strings.Join(components, ",")+`],"dependencies":[`+strings.Join(edges, ",")+`]`)), Options{})
		if got.Error != "" || len(got.Gaps) != 1 || !strings.Contains(got.Gaps[0].Reason, "circle") || len(got.Gaps[0].Reason) > 200 {
			t.Errorf("%s %v", got.Error, got.Gaps)
		}
	}
}

// TestManyEqualFaults makes sure that a million faults do not become a million gaps.
func TestManyEqualFaults(t *testing.T) {
	var list []string
	for i := range 1000 {
		list = append(list, fmt.Sprintf(`{"name":"c%d"}`, i))
	}
	got := readInput(t, textInput("faults", cdxJSONText(`"components":[`+strings.Join(list, ",")+`]`)), Options{})
	if len(got.Gaps) != maxGapsOfAKind+1 || !strings.Contains(got.Gaps[maxGapsOfAKind].Reason, "980 more of the same kind: against the schema at component") {
		t.Errorf("%d gaps, the last: %v", len(got.Gaps), got.Gaps[len(got.Gaps)-1])
	}
}

// TestLongLists makes sure that what is cut from a list is counted.
func TestLongLists(t *testing.T) {
	list := strings.TrimSuffix(strings.Repeat(`{"license":{"name":"L"}},`, maxListed+3), ",")
	got := readInput(t, textInput("long", `{"version":1,`+strings.TrimPrefix(cdxJSONText(`"components":[{"type":"library","name":"c","licenses":[`+list+`]}]`), "{")), Options{})
	if len(got.Gaps) != 1 || !strings.Contains(got.Gaps[0].Reason, "3 licences, identifiers, references and properties beyond the first 64") {
		t.Errorf("%s %v", got.Error, got.Gaps)
	}
}

// TestShelf puts components on the shelf and takes them back.
func TestShelf(t *testing.T) {
	text := rapid.StringN(0, 20, 200)
	component := rapid.Custom(func(t *rapid.T) netvet.Component {
		c := netvet.Component{
			Kind: netvet.Kind(text.Draw(t, "kind")), Quantity: rapid.IntRange(0, 1<<40).Draw(t, "quantity"),
			Hashed: rapid.Bool().Draw(t, "hashed"), Modified: rapid.Bool().Draw(t, "modified"), Provenance: rapid.Bool().Draw(t, "provenance"),
			Licences: rapid.SliceOfN(text, 0, 3).Draw(t, "licences"),
		}
		for _, field := range texts(&c) {
			*field = text.Draw(t, "text")
		}
		for range rapid.IntRange(0, 3).Draw(t, "identifiers") {
			c.Identifiers = append(c.Identifiers, netvet.Identifier{Type: netvet.IDPurl, Value: text.Draw(t, "value")})
		}
		return c
	})
	empty := cmp.FilterValues(func(a, b []string) bool { return len(a) == 0 && len(b) == 0 }, cmp.Ignore())
	noIDs := cmp.FilterValues(func(a, b []netvet.Identifier) bool { return len(a) == 0 && len(b) == 0 }, cmp.Ignore())
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(component, 1, 40).Draw(t, "components")
		references := []netvet.Reference{{Type: "homepage", URL: text.Draw(t, "url")}}
		var s shelf
		for i := range list {
			s.put(&list[i], references)
		}
		at := rapid.IntRange(0, len(list)-1).Draw(t, "at")
		c, refs := s.at(at)
		if diff := cmp.Diff(list[at], c, empty, noIDs); diff != "" || !slices.Equal(refs, references) {
			t.Fatal(diff, refs)
		}
		i := 0
		_ = s.empty(-1, func(c *netvet.Component) error {
			if diff := cmp.Diff(list[i], *c, empty, noIDs); diff != "" {
				t.Fatal(diff)
			}
			i++
			return nil
		})
		if i != len(list) || s.n != 0 {
			t.Fatalf("%d of %d came back, %d are left", i, len(list), s.n)
		}
	})
}

package scanner

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
)

var patternNames = flag.String("pattern", "", "print every distinct name that this pattern picks in the corpus, or all patterns' for \"all\"")

// pickedName is one name that a pattern picked, of parts of one kind.
type pickedName struct {
	name string
	kind netvet.Kind
}

// TestPatternsOnCorpus counts what the patterns pick of the names of real
// parts, in rules/PATTERNS.md. With -pattern bmc it prints the names, so that
// wrong ones are seen.
func TestPatternsOnCorpus(t *testing.T) {
	needCorpus(t)
	picked := map[string]map[pickedName]int{}
	files := map[string]map[string]bool{}
	s := testScanner(t, "cn-ciio")
	r, err := s.start(Sink{})
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range corpusInputs(t, s) {
		err := r.read(context.Background(), in, func(a *netvet.Assessment) error {
			for i := range a.Candidates {
				c := &a.Candidates[i]
				if picked[c.Pattern] == nil {
					picked[c.Pattern], files[c.Pattern] = map[pickedName]int{}, map[string]bool{}
				}
				picked[c.Pattern][pickedName{c.Name, c.Kind}] += c.Count
				files[c.Pattern][in.Name] = true
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if *patternNames != "" {
		printPicked(t, picked)
	}
	checkTable(t, "../rules/PATTERNS.md", patternTable(s, picked, files))
}

// corpusInputs are the files of the corpus that hold products, but for those
// that were broken on purpose.
func corpusInputs(t *testing.T, s *Scanner) (all []sbom.Input) {
	t.Helper()
	for _, folder := range drawn {
		inputs, _, err := sbom.Walk([]string{filepath.Join(filepath.Dir(corpus), folder)}, nil, s.Options)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, slices.DeleteFunc(inputs, func(in sbom.Input) bool { return strings.Contains(in.Name, "bad-derived") })...)
	}
	return all
}

func printPicked(t *testing.T, picked map[string]map[pickedName]int) {
	for _, id := range slices.Sorted(maps.Keys(picked)) {
		if *patternNames != "all" && *patternNames != id {
			continue
		}
		var b strings.Builder
		for _, n := range slices.SortedFunc(maps.Keys(picked[id]), func(a, b pickedName) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name)) }) {
			fmt.Fprintf(&b, "%s\t%s\t%d\t%s\n", id, n.kind, picked[id][n], n.name)
		}
		t.Logf("%s\n%s", id, b.String())
	}
}

// patternTable shows how many names each pattern of some names picks. Patterns
// that take all parts of a kind have no names to be wrong about.
func patternTable(s *Scanner, picked map[string]map[pickedName]int, files map[string]map[string]bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# What the patterns pick of real parts\n\n")
	fmt.Fprintf(&b, "Distinct names of parts, and parts in all, that each pattern of patterns.yaml picks in files that nobody on\n")
	fmt.Fprintf(&b, "the project wrote: bills of materials, Redfish services, inventories of hosts, network and cloud. The files are public\n")
	fmt.Fprintf(&b, "and not part of this repository. `go test ./scanner -run TestPatternsOnCorpus -pattern bmc -v` prints the names;\n")
	fmt.Fprintf(&b, "`-update` rewrites this table.\n\n| pattern | names | parts | files |\n|---|---|---|---|\n")
	for _, p := range s.Library.Patterns {
		if p.All {
			continue
		}
		parts := 0
		for _, n := range picked[p.ID] {
			parts += n
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", p.ID, len(picked[p.ID]), parts, len(files[p.ID]))
	}
	return b.String()
}

// checkTable compares a committed table with what the run gave.
func checkTable(t *testing.T, table, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(table, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s is not what the corpus gives; run with -update and read the difference", table)
	}
}

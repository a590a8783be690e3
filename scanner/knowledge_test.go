package scanner

import (
	"slices"
	"testing"

	"github.com/netvet/netvet/rules"
	"github.com/netvet/netvet/sbom"
	"github.com/netvet/netvet/scanner/evidence"
)

// TestKnowledgeNamesWhatIsThere checks that formats, patterns and rules which the
// knowledge of comparisons names exist.
func TestKnowledgeNamesWhatIsThere(t *testing.T) {
	k, err := evidence.LoadKnowledge()
	if err != nil {
		t.Fatal(err)
	}
	library, err := rules.Default()
	if err != nil {
		t.Fatal(err)
	}
	formats := []string{"show-document"} // what the readers of JSON and XML of show commands have in common
	for _, f := range sbom.Formats() {
		formats = append(formats, f.Name)
	}
	for _, name := range slices.Concat(k.Sources.Observed, k.Sources.Declared) {
		if !slices.Contains(formats, name) {
			t.Errorf("sources: no format %q", name)
		}
	}
	var known, patterns []string
	for _, p := range library.Packs {
		for i := range p.Rules {
			known = append(known, p.ID+"/"+p.Rules[i].ID)
		}
	}
	for _, p := range library.Patterns {
		patterns = append(patterns, p.ID)
	}
	attested, err := evidence.LoadAttested()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range attested.Standards {
		for _, r := range s.Requirements {
			for _, id := range r.Rules {
				if !slices.Contains(known, id) {
					t.Errorf("attested %s %v: no rule %s", s.Names[0], r.IDs, id)
				}
			}
		}
	}
	for _, way := range k.Ways {
		for _, id := range way.Rules {
			if !slices.Contains(known, id) {
				t.Errorf("way %s: no rule %s", way.ID, id)
			}
		}
		for _, id := range way.Parts {
			if !slices.Contains(patterns, id) {
				t.Errorf("way %s: no pattern %s", way.ID, id)
			}
		}
		if heldBy(way.Held) == heldBy("") && way.Held != "unknown" {
			t.Errorf("way %s is held by %q, which no page can say", way.ID, way.Held)
		}
	}
	for id := range k.Parts {
		if !slices.Contains(patterns, id) {
			t.Errorf("parts: no pattern %s", id)
		}
	}
}

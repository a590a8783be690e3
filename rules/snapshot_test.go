package rules

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"testing"
	"testing/fstest"
)

var update = flag.Bool("update", false, "write library.gen anew")

// TestSnapshot checks that library.gen is made from the files beside it.
func TestSnapshot(t *testing.T) {
	want, err := makeSnapshot(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(snapshotFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile(snapshotFile); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not made from the files beside it: run go test ./rules -run TestSnapshot -update", snapshotFile)
	}
}

// TestFromSnapshot checks that the snapshot gives the library that its files
// give, and that it is not used once they change.
func TestFromSnapshot(t *testing.T) {
	files := fixtureFiles()
	data, err := makeSnapshot(files)
	if err != nil {
		t.Fatal(err)
	}
	with := maps.Clone(files)
	with[snapshotFile] = &fstest.MapFile{Data: data}
	l := fromSnapshot(with)
	if l == nil {
		t.Fatal("the snapshot was not used")
	}
	want, _ := read(files)
	for _, pair := range [][2]any{{l.Packs, want.Packs}, {l.Profiles, want.Profiles}, {l.Patterns, want.Patterns}, {l.relevance, want.relevance}, {l.licences, want.licences}, {l.data, want.data}} {
		a, _ := json.Marshal(pair[0])
		b, _ := json.Marshal(pair[1])
		if !bytes.Equal(a, b) {
			t.Errorf("%s\n%s", a, b)
		}
	}
	if l.Packs[0].SHA256 != want.Packs[0].SHA256 || l.Packs[0].File != want.Packs[0].File {
		t.Error("the file of a pack is lost")
	}
	if faults := lint(l, l); len(faults) > 0 {
		t.Error(faults)
	}
	with["relevance.yaml"] = &fstest.MapFile{Data: []byte(fixtureRelevance + "\n")}
	if fromSnapshot(with) != nil {
		t.Error("a stale snapshot was used")
	}
}

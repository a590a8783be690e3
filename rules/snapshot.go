package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"slices"

	"github.com/netvet/netvet"
)

// snapshotFile holds the library as JSON, which loads some ten times faster than
// the YAML that it is made from. It counts only while it is made from the very
// files that are there.
const snapshotFile = "library.gen"

type snapshot struct {
	Source    string           `json:"source"` // sum of the files it was made from
	Packs     []*Pack          `json:"packs"`
	Profiles  []*Profile       `json:"profiles"`
	Patterns  []*Pattern       `json:"patterns"`
	Relevance *relevance       `json:"relevance"`
	Licences  *licenceFile     `json:"licences"`
	Data      []netvet.DataSet `json:"data"`
}

// makeSnapshot reads a library and returns its snapshot.
func makeSnapshot(fsys fs.FS) ([]byte, error) {
	l, faults := read(fsys)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return json.Marshal(snapshot{sourceSum(fsys), l.Packs, l.Profiles, l.Patterns, l.relevance, l.licences, l.data})
}

// fromSnapshot returns the library of the snapshot, or nil when there is none of
// these files.
func fromSnapshot(fsys fs.FS) *Library {
	data, err := fs.ReadFile(fsys, snapshotFile)
	if err != nil {
		return nil
	}
	var s snapshot
	if json.Unmarshal(data, &s) != nil || s.Source != sourceSum(fsys) {
		return nil
	}
	l := &Library{Packs: s.Packs, Profiles: s.Profiles, Patterns: s.Patterns, relevance: s.Relevance, licences: s.Licences, data: s.Data}
	// The files are kept for the lines of faults that show only later, such as a
	// gate whose list is missing.
	for _, p := range l.Packs {
		p.File = "packs/" + p.ID + ".yaml"
		p.data, _ = fs.ReadFile(fsys, p.File)
		p.SHA256 = sum(p.data)
	}
	for _, p := range l.Profiles {
		p.File = "profiles/" + p.ID + ".yaml"
		p.data, _ = fs.ReadFile(fsys, p.File)
	}
	return l
}

// sourceSum is the sum of all files of a library with their names.
func sourceSum(fsys fs.FS) string {
	names := []string{"patterns.yaml", "relevance.yaml", "licences.yaml"}
	for _, folder := range []string{"packs", "profiles"} {
		found, _ := fs.Glob(fsys, folder+"/*.yaml")
		names = append(names, found...)
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		data, _ := fs.ReadFile(fsys, name)
		s := sha256.Sum256(data)
		h.Write([]byte(name + "\n"))
		h.Write(s[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}

package kit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/netvet/netvet"
)

// SchemaVersion is the layout of the store that this program writes and the
// newest that it reads.
const SchemaVersion = 1

// Manifest says what a generation holds, for people and for the register.
type Manifest struct {
	Schema  int               `json:"schema_version"`
	Built   time.Time         `json:"built"`
	Tool    string            `json:"tool"` // version of the program that built it
	Store   ManifestStore     `json:"store"`
	Sources []ManifestSource  `json:"sources"`
	Notes   map[string]string `json:"notes,omitempty"`

	Exported  time.Time          `json:"exported,omitzero"` // into the bundle that it came with
	Overrides *ManifestOverrides `json:"overrides,omitempty"`
}

// ManifestStore is the file with the data.
type ManifestStore struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// ManifestSource is what one source gave.
type ManifestSource struct {
	ID      string                  `json:"id"`
	Title   string                  `json:"title"`
	Licence string                  `json:"licence"`
	URL     string                  `json:"url"`
	Files   int                     `json:"files"` // on disk, archives count as one
	Bytes   int64                   `json:"bytes"` // of those files
	SHA256  string                  `json:"sha256"`
	Records int                     `json:"records"`           // taken
	Newest  string                  `json:"newest"`            // date of the newest record, empty when none is dated
	Fetched string                  `json:"fetched,omitempty"` // when the publisher last said that there is nothing newer
	Parts   map[string]ManifestPart `json:"parts,omitempty"`
	Skipped []Skipped               `json:"skipped"`
}

// ManifestPart is a part of a source that can be missing by itself, such as an
// ecosystem of OSV.
type ManifestPart struct {
	Records int    `json:"records"`
	Newest  string `json:"newest"`
}

// Skipped are the records that were not taken for one reason.
type Skipped struct {
	Reason   string   `json:"reason"`
	Count    int      `json:"count"`
	Examples []string `json:"examples"` // the first few, by file
}

// Source returns what the kit has of a source.
func (m *Manifest) Source(id string) (ManifestSource, bool) {
	for _, s := range m.Sources {
		if s.ID == id {
			return s, true
		}
	}
	return ManifestSource{}, false
}

// DataSets names the sources for a register.
func (m *Manifest) DataSets() []netvet.DataSet {
	var sets []netvet.DataSet
	for _, s := range m.Sources {
		set := netvet.DataSet{ID: s.ID, Version: m.Built.Format(time.RFC3339), SHA256: s.SHA256}
		if len(s.Newest) >= len(time.DateOnly) {
			set.AsOf = s.Newest[:len(time.DateOnly)]
		}
		sets = append(sets, set)
	}
	return sets
}

func readManifest(dir string) (Manifest, error) {
	var m Manifest
	path := filepath.Join(dir, manifestFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("open the data: %s is missing: build or import the data again", path)
	}
	if err != nil {
		return m, fmt.Errorf("open the data: %w", err)
	}
	if m, err = parseManifest(text); err != nil {
		return m, fmt.Errorf("open the data: %s %w", path, err)
	}
	return m, nil
}

// parseManifest reads the text of a manifest. Its errors go on after a name.
func parseManifest(text []byte) (Manifest, error) {
	var m Manifest
	// The version first: a newer manifest may have another shape.
	var version struct {
		Schema int `json:"schema_version"`
	}
	if err := json.Unmarshal(text, &version); err != nil {
		return m, fmt.Errorf("is damaged: %w: build or import the data again", err)
	}
	if version.Schema > SchemaVersion {
		return m, fmt.Errorf("has schema version %d, this program reads up to %d: update netvet", version.Schema, SchemaVersion)
	}
	if err := json.Unmarshal(text, &m); err != nil || m.Schema < 1 {
		return m, fmt.Errorf("is damaged (%v): build or import the data again", err)
	}
	return m, nil
}

func writeManifest(dir string, m Manifest) error {
	text, err := m.text()
	if err != nil {
		return err
	}
	return writeSynced(filepath.Join(dir, manifestFile), text)
}

func (m *Manifest) text() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	err := enc.Encode(m)
	return b.Bytes(), err
}

func hashFile(path string) (sum string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	return hash(f)
}

func hash(r io.Reader) (sum string, size int64, err error) {
	h := sha256.New()
	size, err = io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), size, err
}

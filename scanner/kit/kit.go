// Package kit holds the offline data: what is known of vulnerabilities,
// exploitation and support, built from archives on disk and looked up without
// being loaded.
//
// A kit is a folder of generations. The file "current" names the one in use and
// is replaced by renaming, so that any number of processes read a kit while
// another replaces it: who has a generation open keeps it until Close. Nothing
// here reaches the network.
package kit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// The files of a kit.
const (
	currentFile  = "current"
	storeFile    = "kit.db"
	manifestFile = "manifest.json"
)

// ErrNoKit is wrapped by Open when the folder holds no kit at all.
var ErrNoKit = errors.New("no offline data there: build it with 'netvet data build'")

// Kit is one generation, open for look-ups. It is safe for concurrent use.
type Kit struct {
	manifest  Manifest
	store     *store
	overrides *overrides // nil when it has none
}

// maxAttempts is how often Open looks for another generation when the one that
// was current is gone. Two must be published in the meantime for it to be gone.
const maxAttempts = 20

// Open opens the current generation of the kit in a folder. It reads the
// manifest and maps the store: the time it takes does not grow with the data.
func Open(dir string) (*Kit, error) {
	for attempt := 0; ; attempt++ {
		generation, err := current(dir)
		if err != nil {
			return nil, err
		}
		k, err := openGeneration(filepath.Join(dir, generation))
		if err == nil {
			return k, nil
		}
		// A generation may be replaced and removed between the two steps.
		if now, again := current(dir); attempt == maxAttempts || again != nil || now == generation {
			return nil, err
		}
	}
}

// current reads which generation is in use.
func current(dir string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, currentFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("open the data in %s: %w", dir, ErrNoKit)
	}
	if err != nil {
		return "", fmt.Errorf("open the data in %s: %w", dir, err)
	}
	name := strings.TrimSpace(string(text))
	if name == "" || strings.HasPrefix(name, ".") || strings.ContainsAny(name, `/\`) {
		return "", fmt.Errorf("open the data in %s: the file %q names no generation: build or import the data again", dir, currentFile)
	}
	return name, nil
}

func openGeneration(dir string) (*Kit, error) {
	m, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	s, err := openStore(filepath.Join(dir, storeFile), m.Store.Bytes)
	if err != nil {
		return nil, err
	}
	o, err := openOverrides(dir, m.Overrides)
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return &Kit{m, s, o}, nil
}

// Close gives the generation back.
func (k *Kit) Close() error { return errors.Join(k.store.close(), k.overrides.close()) }

// Manifest tells what the kit holds and how old it is.
func (k *Kit) Manifest() Manifest { return k.manifest }

// Verify reads everything and compares it with the manifest.
func (k *Kit) Verify() error {
	if err := verifyFile(k.store.file, k.manifest.Store.SHA256, k.manifest.Store.Bytes); err != nil {
		return err
	}
	if m := k.manifest.Overrides; m != nil {
		return verifyFile(k.overrides.file, m.SHA256, m.Bytes)
	}
	return nil
}

func verifyFile(file *os.File, wantSum string, wantSize int64) error {
	sum, size, err := hash(io.NewSectionReader(file, 0, math.MaxInt64))
	if err != nil {
		return fmt.Errorf("verify the data: %w", err)
	}
	if size != wantSize || sum != wantSum {
		return fmt.Errorf("verify the data: %s is not what its manifest says (sha256 %s, expected %s): build or import the data again", file.Name(), sum, wantSum)
	}
	return nil
}

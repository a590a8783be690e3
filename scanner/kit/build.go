package kit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Build says what a kit is made of.
type Build struct {
	Paths    map[string][]string // files and folders on disk, by id of their source
	Built    time.Time
	Tool     string                           // version of the program
	Fetched  map[string]time.Time             // when a source was last asked whether this is all, by its id
	Progress func(source string, records int) // called for every record; may be nil

	// Resolve gives the id of the supplier that a maker's name, or the vendor of
	// a CPE name, means; empty when none does. It may be nil: then makers are
	// found by their names alone.
	Resolve func(name, cpe string) string
}

// Run builds a new generation in the folder and makes it the current one. When
// it fails the kit stays as it was. The generation before the new one is kept,
// older ones are removed; whoever has one of them open is not disturbed.
func (b Build) Run(ctx context.Context, dir string) (*Manifest, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("build the data: %w", err)
	}
	work, err := os.MkdirTemp(dir, buildingPrefix)
	if err != nil {
		return nil, fmt.Errorf("build the data: %w", err)
	}
	defer os.RemoveAll(work)
	m, err := b.fill(ctx, work)
	if err != nil {
		return nil, fmt.Errorf("build the data: %w", err)
	}
	err = publish(dir, work, func(now *installed) error {
		if m.Overrides, err = carryOverrides(now, work); err != nil {
			return err
		}
		return writeManifest(work, *m)
	})
	if err != nil {
		return nil, fmt.Errorf("build the data: %w", err)
	}
	return m, nil
}

// check names what cannot be right before hours are spent.
func (b Build) check() error {
	var known []string
	for _, s := range Sources() {
		known = append(known, s.ID)
	}
	given := 0
	for id, paths := range b.Paths {
		if !slices.Contains(known, id) {
			return fmt.Errorf("build the data: no source %q: one of %s", id, strings.Join(known, ", "))
		}
		for _, path := range paths {
			if _, err := os.Stat(path); err != nil {
				return fmt.Errorf("build the data: %s: %w", id, err)
			}
			given++
		}
	}
	if given == 0 {
		return errors.New("build the data: no source was given")
	}
	return nil
}

// fill writes the store of a generation and says what is in it.
func (b Build) fill(ctx context.Context, dir string) (*Manifest, error) {
	path := filepath.Join(dir, storeFile)
	w, err := createStore(path)
	if err != nil {
		return nil, err
	}
	m := &Manifest{Schema: SchemaVersion, Built: b.Built.UTC(), Tool: b.Tool, Sources: []ManifestSource{}}
	for _, s := range Sources() {
		if len(b.Paths[s.ID]) == 0 {
			continue
		}
		done, err := b.take(ctx, s, w)
		if err != nil {
			return nil, errors.Join(err, w.abandon())
		}
		m.Sources = append(m.Sources, done)
	}
	if err := w.finish(); err != nil {
		return nil, err
	}
	m.Store.SHA256, m.Store.Bytes, err = hashFile(path)
	return m, err
}

// take reads every file of one source.
func (b Build) take(ctx context.Context, s Source, w *writing) (ManifestSource, error) {
	in := &Intake{w: w, resolve: b.Resolve, skipped: map[string]*Skipped{}, done: ManifestSource{ID: s.ID, Title: s.Title, Licence: s.Licence, URL: s.URL}}
	if b.Progress != nil {
		in.tell = func(records int) { b.Progress(s.ID, records) }
	}
	files, err := onDisk(b.Paths[s.ID])
	if err != nil {
		return in.done, err
	}
	var sums []string
	for _, path := range files {
		sum, size, err := hashFile(path)
		if err != nil {
			return in.done, err
		}
		sums = append(sums, sum)
		in.done.Files++
		in.done.Bytes += size
		if err := s.file(ctx, path, in); err != nil {
			return in.done, err
		}
	}
	in.done.SHA256 = SumOfFiles(sums)
	if t, ok := b.Fetched[s.ID]; ok {
		in.done.Fetched = t.UTC().Format(time.RFC3339)
	}
	return in.summary(), nil
}

// SumOfFiles is the checksum of a source that came in several files, from theirs
// in the order in which they were taken.
func SumOfFiles(sums []string) string {
	sum := sha256.Sum256([]byte(strings.Join(sums, "\n") + "\n"))
	return hex.EncodeToString(sum[:])
}

// file takes what one file on disk holds: itself, or every file of an archive.
func (s Source) file(ctx context.Context, path string, in *Intake) error {
	return walk(ctx, path, func(f File) error {
		if s.Match != nil && !s.Match(f.Name) {
			in.Skip("file of another kind", f.Name)
			return nil
		}
		err := s.Read(ctx, f, in)
		var bad *UnreadableError
		switch {
		case in.fault != nil:
			return in.fault
		case errors.Is(err, ErrOtherKind):
			in.Skip("file of another kind", f.Name)
			return nil
		case errors.As(err, &bad):
			in.Skip("file that cannot be read", f.Name+": "+bad.Err.Error())
			return nil
		}
		return err
	})
}

// onDisk lists the files under the paths, sorted, so that the same input gives
// the same data. Hidden files and folders are left out, as those of git.
func onDisk(paths []string) ([]string, error) {
	var files []string
	for _, root := range paths {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case path != root && strings.HasPrefix(d.Name(), "."):
				if d.IsDir() {
					return fs.SkipDir
				}
				return nil
			case d.IsDir():
				return nil
			}
			files = append(files, path)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

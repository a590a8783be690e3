package kit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// buildingPrefix begins the name of a folder in which a generation is built.
const buildingPrefix = ".building-"

// publish gives a finished generation its name and makes it the current one.
// Builds and imports run side by side, and publish one after the other: last is
// called when nobody else can, with what is installed then. Its error leaves
// everything as it was.
func publish(dir, work string, last func(*installed) error) error {
	unlock, err := lock(filepath.Join(dir, lockFile), lockPatience)
	if err != nil {
		return err
	}
	defer unlock()
	now := whatIsInstalled(dir)
	defer now.close()
	if err := last(now); err != nil {
		return err
	}
	return replace(dir, work)
}

// Confirm makes a generation of the data that is there, of which the publishers
// have said that it is still the newest: when, by the id of the source.
func Confirm(dir string, fetched map[string]time.Time) (*Manifest, error) {
	work, err := os.MkdirTemp(dir, buildingPrefix)
	if err != nil {
		return nil, fmt.Errorf("confirm the data: %w", err)
	}
	defer os.RemoveAll(work)
	var m Manifest
	err = publish(dir, work, func(now *installed) error {
		if now == nil {
			return ErrNoKit
		}
		m = now.manifest
		m.Sources = slices.Clone(m.Sources)
		for i, s := range m.Sources {
			if t, ok := fetched[s.ID]; ok {
				m.Sources[i].Fetched = t.UTC().Format(time.RFC3339)
			}
		}
		return errors.Join(sameFiles(dir, work, m), writeManifest(work, m))
	})
	if err != nil {
		return nil, fmt.Errorf("confirm the data: %w", err)
	}
	return &m, nil
}

// sameFiles gives the files of the current generation a second name.
func sameFiles(dir, work string, m Manifest) error {
	generation, err := current(dir)
	if err != nil {
		return err
	}
	names := []string{storeFile}
	if m.Overrides != nil {
		names = append(names, overridesFile)
	}
	for _, name := range names {
		from, to := filepath.Join(dir, generation, name), filepath.Join(work, name)
		if os.Link(from, to) == nil {
			continue
		}
		if err := copyFile(from, to); err != nil { // a file system without links
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// updatingFile is what a process locks that writes the downloads of a kit.
const updatingFile = ".updating"

// LockDownloads keeps other updates of the same folder out. Runs, builds and
// imports go on.
func LockDownloads(dir string) (unlock func(), err error) {
	return lock(filepath.Join(dir, updatingFile), time.Second)
}

// replace makes a folder the current generation.
func replace(dir, work string) error {
	before, _ := current(dir)
	if err := os.Chmod(work, 0o755); err != nil {
		return err
	}
	name := fmt.Sprintf("%06d", lastGeneration(dir)+1)
	if err := os.Rename(work, filepath.Join(dir, name)); err != nil {
		return err
	}
	next := filepath.Join(dir, "."+currentFile+"-"+name)
	if err := writeSynced(next, []byte(name+"\n")); err != nil {
		return err
	}
	if err := os.Rename(next, filepath.Join(dir, currentFile)); err != nil {
		return errors.Join(err, os.Remove(next))
	}
	removeOld(dir, name, before)
	return nil
}

// installed is what a kit has at the moment; nil when that cannot be read, as
// before the first build.
type installed struct {
	manifest  Manifest
	overrides *overrides
	damage    error // why the overrides cannot be read: an import replaces them, a build would lose them
}

func whatIsInstalled(dir string) *installed {
	generation, err := current(dir)
	if err != nil {
		return nil
	}
	dir = filepath.Join(dir, generation)
	m, err := readManifest(dir)
	if err != nil {
		return nil
	}
	o, err := openOverrides(dir, m.Overrides)
	return &installed{m, o, err}
}

func (i *installed) close() {
	if i != nil {
		_ = i.overrides.close() // it was only read
	}
}

// lastGeneration is the highest number in use.
func lastGeneration(dir string) int {
	last := 0
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil {
			last = max(last, n)
		}
	}
	return last
}

// abandonedAfter is how old a folder of an unfinished build is when nobody can
// still be at work on it.
const abandonedAfter = 24 * time.Hour

// removeOld removes what no one opens any more. What cannot be removed, as an
// open file on some systems, goes with the next build.
func removeOld(dir, now, before string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		n, err := strconv.Atoi(e.Name())
		latest, _ := strconv.Atoi(now)
		generation := err == nil && e.IsDir() && n < latest && e.Name() != before
		info, err := e.Info()
		abandoned := err == nil && strings.HasPrefix(e.Name(), buildingPrefix) && time.Since(info.ModTime()) > abandonedAfter
		if generation || abandoned {
			_ = os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
}

// writeSynced writes a file that is on the disk when it returns.
func writeSynced(path string, text []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

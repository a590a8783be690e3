package kit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// record writes an OSV record to a folder.
func record(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func build(t *testing.T, dir, osv string) *Manifest {
	t.Helper()
	m, err := Build{Paths: map[string][]string{"osv": {osv}}, Built: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Tool: "test"}.Run(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func open(t *testing.T, dir string) *Kit {
	t.Helper()
	k, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	return k
}

const left = `{"id":"GHSA-1","modified":"2026-01-01T00:00:00Z","summary":"left pad pads right","affected":[{"package":{"ecosystem":"npm","name":"left-pad"},
	"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.3.0"}]}]}]}`

// TestReplacedWhileOpen keeps a kit open while two others replace it.
func TestReplacedWhileOpen(t *testing.T) {
	dir, osv := t.TempDir(), t.TempDir()
	record(t, osv, "a.json", left)
	build(t, dir, osv)
	old := open(t, dir)
	record(t, osv, "a.json", strings.Replace(left, "1.3.0", "1.2.0", 1))
	build(t, dir, osv)
	build(t, dir, osv)
	for _, c := range []struct {
		k    *Kit
		hits int
	}{{old, 1}, {open(t, dir), 0}} {
		hits, err := c.k.OSV("npm", "left-pad", "1.2.5")
		if err != nil || len(hits) != c.hits {
			t.Errorf("%d hits (%v), want %d", len(hits), err, c.hits)
		}
	}
	names, err := filepath.Glob(filepath.Join(dir, "0*"))
	if err != nil || len(names) != 2 {
		t.Errorf("generations %v, want the current one and the one before", names)
	}
}

// TestOpenRefuses names what is wrong with a kit that cannot be used.
func TestOpenRefuses(t *testing.T) {
	osv := t.TempDir()
	record(t, osv, "a.json", left)
	for _, c := range []struct {
		name, want string
		spoil      func(dir, generation string) error
	}{
		{"nothing there", "netvet data build", func(dir, _ string) error { return os.Remove(filepath.Join(dir, "current")) }},
		{"no generation named", "names no generation", func(dir, _ string) error {
			return os.WriteFile(filepath.Join(dir, "current"), []byte("../elsewhere\n"), 0o644)
		}},
		{"truncated", "truncated", func(_, generation string) error {
			return os.Truncate(filepath.Join(generation, "kit.db"), 8192)
		}},
		{"no store", "build or import", func(_, generation string) error { return os.Remove(filepath.Join(generation, "kit.db")) }},
		{"no manifest", "manifest.json is missing", func(_, generation string) error { return os.Remove(filepath.Join(generation, "manifest.json")) }},
		{"not JSON", "damaged", func(_, generation string) error {
			return os.WriteFile(filepath.Join(generation, "manifest.json"), []byte("{"), 0o644)
		}},
		{"newer", "update netvet", func(_, generation string) error {
			return os.WriteFile(filepath.Join(generation, "manifest.json"), []byte(`{"schema_version":2,"store":"elsewhere"}`), 0o644)
		}},
		{"zeroed", "damaged", func(_, generation string) error {
			path := filepath.Join(generation, "kit.db")
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			return os.WriteFile(path, make([]byte, info.Size()), 0o644)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			build(t, dir, osv)
			if err := c.spoil(dir, filepath.Join(dir, "000001")); err != nil {
				t.Fatal(err)
			}
			k, err := Open(dir)
			if err == nil {
				k.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q does not say %q", err, c.want)
			}
		})
	}
}

// TestDamagedPages overwrites all pages but the first two: look-ups must say so.
func TestDamagedPages(t *testing.T) {
	dir, osv := t.TempDir(), t.TempDir()
	record(t, osv, "a.json", left)
	build(t, dir, osv)
	path := filepath.Join(dir, "000001", "kit.db")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 2 * os.Getpagesize(); i < len(text); i++ {
		text[i] = 0xa5
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	k, err := Open(dir)
	if err != nil {
		return // bbolt saw it at once
	}
	defer k.Close()
	if err := k.Verify(); err == nil {
		t.Error("verified")
	}
	if _, err := k.OSV("npm", "left-pad", "1.0.0"); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("look-up in damaged pages: %v", err)
	}
}

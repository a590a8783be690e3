package kit

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// keyPair writes a new secret key without password and returns both.
func keyPair(t testing.TB) (SecretKey, PublicKey) {
	t.Helper()
	secret, public, err := NewKey("")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "netvet.key")
	if err := os.WriteFile(file, secret, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := ReadSecretKey(file, func() (string, error) { return "", errors.New("asked for a password") })
	if err != nil {
		t.Fatal(err)
	}
	p, err := ParsePublicKey(string(public))
	if err != nil {
		t.Fatal(err)
	}
	return s, p
}

var firstDay = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// dataOf builds a kit that says left-pad is fixed in a version.
func dataOf(t testing.TB, built time.Time, fixed string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	rebuild(t, dir, built, fixed)
	return dir
}

func rebuild(t testing.TB, dir string, built time.Time, fixed string) {
	t.Helper()
	osv := t.TempDir()
	if err := os.WriteFile(filepath.Join(osv, "a.json"), []byte(strings.Replace(left, "1.3.0", fixed, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := (Build{Paths: map[string][]string{"osv": {osv}}, Built: built}).Run(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
}

func yamlFolder(t testing.TB, name, text string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func export(t testing.TB, e Export, dir string) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "netvet.bundle")
	if _, err := e.Run(t.Context(), dir, file); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestBundleCarriesAll(t *testing.T) {
	secret, public := keyPair(t)
	from, to := dataOf(t, firstDay, "1.3.0"), t.TempDir()
	bundle := export(t, Export{Key: secret, Exported: firstDay, Suppliers: yamlFolder(t, "data/acme.yaml", "id: acme\n"), Rules: yamlFolder(t, "packs/own.yaml", "id: own\n")}, from)
	for range 2 { // the same bundle may be imported again
		m, err := (Import{Keys: []PublicKey{public}}).Run(t.Context(), to, bundle)
		if err != nil {
			t.Fatal(err)
		}
		if m.Overrides.Suppliers != 1 || m.Overrides.Rules != 1 {
			t.Errorf("overrides %+v", m.Overrides)
		}
	}
	rebuild(t, to, firstDay.AddDate(0, 0, 1), "1.3.0") // keeps what came with the data
	k := open(t, to)
	if err := k.Verify(); err != nil {
		t.Error(err)
	}
	if hits, err := k.OSV("npm", "left-pad", "1.2.5"); err != nil || len(hits) != 1 {
		t.Errorf("%d hits, %v", len(hits), err)
	}
	o := k.Overrides()
	names, err := fs.Glob(o.Suppliers, "data/*.yaml")
	if err != nil || !slices.Equal(names, []string{"data/acme.yaml"}) {
		t.Errorf("suppliers %v, %v", names, err)
	}
	for range 2 { // they are readable when the generation is gone
		rebuild(t, to, firstDay.AddDate(0, 0, 2), "1.3.0")
	}
	if text, err := fs.ReadFile(o.Rules, "packs/own.yaml"); err != nil || string(text) != "id: own\n" {
		t.Errorf("rule file %q, %v", text, err)
	}
	if err := k.Verify(); err != nil {
		t.Error(err)
	}
	again := export(t, Export{Key: secret, Exported: firstDay}, to)
	if m, err := (Import{Keys: []PublicKey{public}}).Run(t.Context(), t.TempDir(), again); err != nil || m.Overrides == nil {
		t.Errorf("exported again: %+v, %v", m, err)
	}
}

// TestDamagedOverrides spoils what came with the data: a build, which would lose
// it, is refused, and an import mends it.
func TestDamagedOverrides(t *testing.T) {
	secret, public := keyPair(t)
	from, to := dataOf(t, firstDay, "1.3.0"), t.TempDir()
	bundle := export(t, Export{Key: secret, Exported: firstDay, Rules: yamlFolder(t, "packs/own.yaml", "id: own\n")}, from)
	install := func() error { _, err := (Import{Keys: []PublicKey{public}}).Run(t.Context(), to, bundle); return err }
	if err := install(); err != nil {
		t.Fatal(err)
	}
	generation, err := current(to)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(to, generation, overridesFile), 1); err != nil {
		t.Fatal(err)
	}
	osv := t.TempDir()
	if err := os.WriteFile(filepath.Join(osv, "a.json"), []byte(left), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := (Build{Paths: map[string][]string{"osv": {osv}}, Built: firstDay}).Run(t.Context(), to); err == nil || !strings.Contains(err.Error(), "import the data again") {
		t.Errorf("a build over damaged overrides gives %v", err)
	}
	if err := install(); err != nil {
		t.Fatal(err)
	}
	if open(t, to).Overrides().Rules == nil {
		t.Error("the rules did not come back")
	}
}

// TestBundleRefused spoils a bundle in every way and checks that what is
// installed stays.
func TestBundleRefused(t *testing.T) {
	secret, public := keyPair(t)
	_, other := keyPair(t)
	good, err := os.ReadFile(export(t, Export{Key: secret, Exported: firstDay}, dataOf(t, firstDay, "1.3.0")))
	if err != nil {
		t.Fatal(err)
	}
	b, err := readBundle(bytes.NewReader(good), int64(len(good)))
	if err != nil {
		t.Fatal(err)
	}
	end := int(tarBlock + b.contents.Size())
	end += -end & (tarBlock - 1)
	spoilt := func(f func(text []byte) []byte) []byte { return f(bytes.Clone(good)) }
	sparse := &tar.Header{Typeflag: tar.TypeReg, Name: contentsName(), Size: 1 << 60, Format: tar.FormatGNU}
	for _, c := range []struct {
		name, want string
		text       []byte
		key        PublicKey
	}{
		{"empty", "no bundle of netvet", nil, public},
		{"text", "no bundle of netvet", []byte("hello"), public},
		{"another tar", "no bundle of netvet", tarOf(t, "../etc/passwd", "x"), public},
		{"other key", "which is not known", good, other},
		{"one bit", "signature is wrong", spoilt(func(b []byte) []byte { b[tarBlock+100] ^= 1; return b }), public},
		{"unsigned", "it is not signed", spoilt(func(b []byte) []byte { return append(b[:end], make([]byte, 1024)...) }), public},
		{"cut in the contents", "truncated", good[:2000], public},
		{"cut before the signature", "truncated", good[:end], public},
		{"cut in the signature", "truncated", good[:end+tarBlock+10], public},
		{"cut at the end", "truncated", good[:len(good)-512], public},
		{"more at the end", "after its end", append(bytes.Clone(good), 'x'), public},
		{"many zeros at the end", "after its end", append(bytes.Clone(good), make([]byte, 1<<20)...), public},
		{"signature of something", "no signature of minisign", spoilt(func(b []byte) []byte { b[end+tarBlock] = 'X'; return b }), public},
		{"newer layout", "update netvet", spoilt(func(b []byte) []byte {
			return append(headerOf(t, &tar.Header{Name: "netvet-data-2.tar.zst", Size: 10}), b[tarBlock:]...)
		}), public},
		{"endless", "truncated", headerOf(t, sparse), public},
	} {
		t.Run(c.name, func(t *testing.T) { refuses(t, c.text, c.key, c.want) })
	}
	for _, cut := range []int{1, tarBlock - 1, tarBlock, tarBlock + 1, end / 2, end - 1, len(good) - 1} {
		refuses(t, good[:cut], public, "")
	}
}

func refuses(t *testing.T, text []byte, key PublicKey, want string) {
	t.Helper()
	dir := dataOf(t, firstDay.AddDate(-1, 0, 0), "1.2.0")
	before := tree(t, dir)
	file := filepath.Join(t.TempDir(), "b")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Import{Keys: []PublicKey{key}}.Run(t.Context(), dir, file)
	var refused *RefusedError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want a refusal with %q", err, want)
	}
	if after := tree(t, dir); !slices.Equal(before, after) {
		t.Errorf("the folder changed from %v to %v", before, after)
	}
}

// tree lists all files of a folder with their sizes.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.Walk(dir, func(path string, info fs.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			files = append(files, fmt.Sprint(path, " ", info.Size()))
		} else if err == nil {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func headerOf(t *testing.T, h *tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	h.Typeflag, h.Format = tar.TypeReg, tar.FormatGNU
	if err := tar.NewWriter(&b).WriteHeader(h); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarOf(t testing.TB, pairs ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: pairs[i], Size: int64(len(pairs[i+1])), Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sealed signs any contents as a bundle.
func sealed(t testing.TB, key SecretKey, contents []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	z, err := newPacker(&packed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(contents); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return signedTar(t, key, packed.Bytes())
}

func signedTar(t testing.TB, key SecretKey, packed []byte) []byte {
	t.Helper()
	s := newSigning(bytes.NewReader(packed))
	if _, err := io.Copy(io.Discard, s); err != nil {
		t.Fatal(err)
	}
	return tarOf(t, contentsName(), string(packed), contentsName()+signatureSuffix, string(s.sign(key, "a test")))
}

// TestSignedContentsRefused gives contents that are signed well and are none.
func TestSignedContentsRefused(t *testing.T) {
	secret, public := keyPair(t)
	manifest := func(schema int, bytes, sum, more string) string {
		return fmt.Sprintf(`{"schema_version":%d,"built":"2026-11-22T00:00:00Z","store":{"bytes":%s,"sha256":"%s"}%s}`, schema, bytes, sum, more)
	}
	const sumOfX = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
	fits := manifest(1, "1", sumOfX, "")
	for _, c := range []struct {
		name, want string
		contents   []byte
	}{
		{"nothing", "manifest.json is not in it", tarOf(t)},
		{"path out", "where manifest.json must be", tarOf(t, "../manifest.json", fits)},
		{"newer schema", "schema version 2, this program reads up to 1: update netvet", tarOf(t, "manifest.json", manifest(2, "1", sumOfX, ""), "kit.db", "x")},
		{"no store", "kit.db is not in it", tarOf(t, "manifest.json", fits)},
		{"other size", "has 2 bytes in it, its manifest says 1", tarOf(t, "manifest.json", fits, "kit.db", "xx")},
		{"other bytes", "checksum differs", tarOf(t, "manifest.json", fits, "kit.db", "y")},
		{"file too many", `"evil" is in it, which no bundle has`, tarOf(t, "manifest.json", fits, "kit.db", "x", "evil", "x")},
		{"no overrides", "overrides.zip is not in it", tarOf(t, "manifest.json", manifest(1, "1", sumOfX, `,"overrides":{"bytes":1}`), "kit.db", "x")},
		{"more after the end", "go on after their end", append(tarOf(t, "manifest.json", fits, "kit.db", "x"), 'x')},
		{"no store at all", "damaged", tarOf(t, "manifest.json", fits, "kit.db", "x")},
		{"cut", "cannot be unpacked", tarOf(t, "manifest.json", fits, "kit.db", "x")[:600]},
		{"no manifest", "its manifest is damaged", tarOf(t, "manifest.json", "{", "kit.db", "x")},
		{"negative", "manifest is damaged", tarOf(t, "manifest.json", manifest(1, "-1", sumOfX, ""), "kit.db", "x")},
	} {
		t.Run(c.name, func(t *testing.T) { refuses(t, sealed(t, secret, c.contents), public, c.want) })
	}
	refuses(t, signedTar(t, secret, []byte("no Zstandard")), public, "cannot be unpacked")
}

func TestRollbackNeedsForce(t *testing.T) {
	secret, public := keyPair(t)
	dir := t.TempDir()
	rebuild(t, dir, firstDay, "1.3.0")
	old := export(t, Export{Key: secret, Exported: firstDay}, dir)
	later := export(t, Export{Key: secret, Exported: firstDay.AddDate(0, 0, 1)}, dir)
	rebuild(t, dir, firstDay.AddDate(0, 0, 2), "1.3.0")
	newest := export(t, Export{Key: secret, Exported: firstDay.AddDate(0, 0, 2)}, dir)

	site := t.TempDir()
	for _, c := range []struct {
		bundle string
		force  bool
		want   string
	}{{later, false, ""}, {old, false, "it was exported"}, {newest, false, ""}, {later, false, "its data was built"}, {old, true, ""}} {
		_, err := Import{Keys: []PublicKey{public}, Force: c.force}.Run(t.Context(), site, c.bundle)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "--force")) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

func TestOverridesThatDoNotLoad(t *testing.T) {
	secret, public := keyPair(t)
	bad := func(Overrides) error { return errors.New("packs/own.yaml:1: no title") }
	rules := yamlFolder(t, "packs/own.yaml", "id: own\n")
	dir := dataOf(t, firstDay, "1.3.0")
	if _, err := (Export{Key: secret, Rules: rules, Check: bad}).Run(t.Context(), dir, filepath.Join(t.TempDir(), "b")); err == nil || !strings.Contains(err.Error(), "no title") {
		t.Errorf("exported: %v", err)
	}
	if _, err := (Export{Key: secret, Rules: t.TempDir()}).Run(t.Context(), dir, filepath.Join(t.TempDir(), "b")); err == nil || !strings.Contains(err.Error(), "no YAML file") {
		t.Errorf("exported an empty folder: %v", err)
	}
	_, err := Import{Keys: []PublicKey{public}, Check: bad}.Run(t.Context(), t.TempDir(), export(t, Export{Key: secret, Rules: rules}, dir))
	var refused *RefusedError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "no title") {
		t.Errorf("imported: %v", err)
	}
}

// shortDisk takes so many bytes, and then is full.
type shortDisk struct {
	output
	left *int
}

func (d shortDisk) Write(p []byte) (int, error) {
	if len(p) > *d.left {
		n, _ := d.output.Write(p[:*d.left])
		*d.left = 0
		return n, syscall.ENOSPC
	}
	*d.left -= len(p)
	return d.output.Write(p)
}

func (d shortDisk) Sync() error {
	if *d.left == 0 {
		return syscall.ENOSPC
	}
	return d.output.Sync()
}

// TestFullDisk lets the disk be full after any number of bytes.
func TestFullDisk(t *testing.T) {
	secret, public := keyPair(t)
	bundle := export(t, Export{Key: secret, Exported: firstDay, Rules: yamlFolder(t, "packs/own.yaml", "id: own\n")}, dataOf(t, firstDay, "1.3.0"))
	dir := dataOf(t, firstDay.AddDate(0, 0, -1), "1.2.0")
	before := tree(t, dir)
	for _, size := range []int{0, 1, 100, 1000, 5000, 20_000, 21_000} {
		room := size
		im := Import{Keys: []PublicKey{public}, create: func(path string) (output, error) {
			f, err := os.Create(path)
			return shortDisk{f, &room}, err
		}}
		_, err := im.Run(t.Context(), dir, bundle)
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("disk of %d bytes: %v", size, err)
		}
		var refused *RefusedError
		if errors.As(err, &refused) {
			t.Errorf("disk of %d bytes: the bundle is blamed: %v", size, err)
		}
		if after := tree(t, dir); !slices.Equal(before, after) {
			t.Fatalf("disk of %d bytes: the folder changed from %v to %v", size, before, after)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Import{Keys: []PublicKey{public}}).Run(ctx, dir, bundle); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	if after := tree(t, dir); !slices.Equal(before, after) {
		t.Errorf("interrupted: the folder changed to %v", after)
	}
}

// changing gives other bytes when it is read again.
type changing struct {
	*bytes.Reader
	reads *int
}

func (c changing) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.Reader.ReadAt(p, at)
	if at == tarBlock {
		if *c.reads++; *c.reads > 1 {
			p[n-1] ^= 1
		}
	}
	return n, err
}

// TestMediumThatChanges checks that what is unpacked is what was signed, also
// when the medium gives other bytes the second time.
func TestMediumThatChanges(t *testing.T) {
	secret, public := keyPair(t)
	good, err := os.ReadFile(export(t, Export{Key: secret, Exported: firstDay}, dataOf(t, firstDay, "1.3.0")))
	if err != nil {
		t.Fatal(err)
	}
	b, err := readBundle(changing{bytes.NewReader(good), new(int)}, int64(len(good)))
	if err != nil {
		t.Fatal(err)
	}
	key, err := b.check(t.Context(), []PublicKey{public})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.unpack(t.Context(), key, t.TempDir(), nil); err == nil {
		t.Error("unpacked what was not signed")
	}
}

// TestImportsAtOnce imports an older and a newer bundle many times at once: the
// newer one must stand in the end, and at most two generations.
func TestImportsAtOnce(t *testing.T) {
	secret, public := keyPair(t)
	dir := t.TempDir()
	rebuild(t, dir, firstDay, "1.2.0")
	older := export(t, Export{Key: secret, Exported: firstDay}, dir)
	rebuild(t, dir, firstDay.AddDate(0, 0, 1), "1.3.0")
	newer := export(t, Export{Key: secret, Exported: firstDay}, dir)
	site := t.TempDir()
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			_, err := Import{Keys: []PublicKey{public}}.Run(t.Context(), site, []string{older, newer}[i%2])
			var refused *RefusedError
			if err != nil && (i%2 == 1 || !errors.As(err, &refused)) {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if m := open(t, site).Manifest(); !m.Built.Equal(firstDay.AddDate(0, 0, 1)) {
		t.Errorf("the data in the end was built %s", m.Built)
	}
	if left, err := filepath.Glob(filepath.Join(site, "0*")); err != nil || len(left) > 2 {
		t.Errorf("generations %v", left)
	}
}

// A key of this test, made with the least work that minisign knows.
const (
	lockedKey = "untrusted comment: minisign encrypted secret key\nRWRTY0IyXytCVBnKDsn/l9uPDPIVakjhcdwhXJFe59GYwD8WaeUAgAAAAAAAAAAAAAEAAAAAxxU6fLAoUFS4meKT3EC/v4j5vxOviD//oJXidjMarwVi7KMVXHxZT5Qu+RkoL79vlplDXsKbOawWPRTNiD90tYXl42kFVoff9m3hHtOAzghz8jNeDHh2Ko6CgtALBTR1SnbvDu51pdQ=\n"
	lockedID  = "E9BDF90885BB2B94"
)

func TestPasswords(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(lockedKey), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := ReadSecretKey(file, func() (string, error) { return "correct horse", nil })
	if err != nil || s.Public().ID() != lockedID {
		t.Errorf("key %v, %v", s.Public().ID(), err)
	}
	if _, err := ReadSecretKey(file, func() (string, error) { return "battery", nil }); !errors.Is(err, ErrPassword) {
		t.Errorf("wrong password: %v", err)
	}
	if err := os.WriteFile(file, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadSecretKey(file, nil); err == nil {
		t.Error("read a key from other text")
	}
	if _, err := ParsePublicKey(file); err == nil {
		t.Error("read a public key from other text")
	}
}

// FuzzBundle reads any bytes as a bundle, and any bytes as contents that are
// signed well.
func FuzzBundle(f *testing.F) {
	secret, public := keyPair(f)
	const manifest = `{"schema_version":1,"built":"2026-11-22T00:00:00Z","store":{"bytes":1,"sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}}`
	f.Add(tarOf(f, "manifest.json", manifest, "kit.db", "x"))
	f.Add(tarOf(f, "manifest.json", strings.Replace(manifest, `"store"`, `"overrides":{"bytes":1},"store"`, 1), "kit.db", "x", "overrides.zip", "x"))
	f.Add(tarOf(f, contentsName(), "contents", contentsName()+signatureSuffix, "signature"))
	f.Add(sealed(f, secret, tarOf(f, "manifest.json", manifest, "kit.db", "x")))
	nowhere := func(string) (output, error) { return nowhere{}, nil }
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, text := range [][]byte{data, sealed(t, secret, data), signedTar(t, secret, data)} {
			b, err := readBundle(bytes.NewReader(text), int64(len(text)))
			if err != nil {
				continue
			}
			key, err := b.check(t.Context(), []PublicKey{public})
			if err != nil {
				continue
			}
			m, err := b.unpack(t.Context(), key, "", nowhere)
			if err == nil && (m.Schema < 1 || m.Schema > SchemaVersion) {
				t.Errorf("took schema version %d", m.Schema)
			}
		}
	})
}

type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) Sync() error                 { return nil }
func (nowhere) Close() error                { return nil }

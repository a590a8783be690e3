package kit

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// A bundle carries a kit in one file. It is a tar of two members without
// compression, the contents and their signature, so that tar and minisign can
// take it apart and check it without this program. The contents are a tar
// compressed with Zstandard: manifest, store and overrides, in this order.
//
// The number in the name of the contents is the version of this layout; the
// schema of the data has its own in the manifest.
const (
	bundleVersion    = 1
	contentsPrefix   = "netvet-data-"
	contentsSuffix   = ".tar.zst"
	signatureSuffix  = ".minisig"
	maxSignature     = 4096     // bytes; they have some 300
	maxManifest      = 16 << 20 // bytes; the one of all sources has some 100 kB
	tarBlock         = 512
	maxBundlePadding = 64 << 10 // zeros after the end; GNU tar fills up 10 kB
)

func contentsName() string {
	return fmt.Sprintf("%s%d%s", contentsPrefix, bundleVersion, contentsSuffix)
}

// Export says what goes into a bundle.
type Export struct {
	Key      SecretKey
	Exported time.Time

	// Suppliers and Rules are folders to go with the data. Empty means what came
	// with it before, unless the other is given: then it has none.
	Suppliers, Rules string
	// Check is asked whether suppliers and rules load; may be nil.
	Check func(Overrides) error
}

// Run writes the current generation of a kit into a bundle. A file of that name
// is replaced when the new one is whole.
func (e Export) Run(ctx context.Context, dir, file string) (*Manifest, error) {
	k, err := Open(dir)
	if err != nil {
		return nil, err
	}
	defer k.Close()
	m, err := e.write(ctx, k, file)
	if err != nil {
		return nil, fmt.Errorf("export the data to %s: %w", file, err)
	}
	return m, nil
}

func (e Export) write(ctx context.Context, k *Kit, file string) (*Manifest, error) {
	m := k.Manifest()
	m.Exported = e.Exported.UTC()
	extra, err := e.overrides(k, &m)
	if err != nil {
		return nil, err
	}
	if extra != k.overrides {
		defer extra.close()
	}
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return nil, errors.New("it is no plain file")
	}
	out, err := os.CreateTemp(filepath.Dir(file), ".netvet-export-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	if err := e.seal(ctx, out, k, &m, extra); err != nil {
		return nil, err
	}
	if err := errors.Join(out.Chmod(0o644), out.Sync(), out.Close()); err != nil {
		return nil, err
	}
	return &m, os.Rename(out.Name(), file)
}

// overrides opens what goes with the data and puts it into the manifest.
func (e Export) overrides(k *Kit, m *Manifest) (*overrides, error) {
	if e.Suppliers == "" && e.Rules == "" {
		return k.overrides, nil
	}
	work, err := os.MkdirTemp("", "netvet-export-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work) // the file stays readable while it is open
	if m.Overrides, err = packOverrides(filepath.Join(work, overridesFile), e.Suppliers, e.Rules); err != nil {
		return nil, err
	}
	o, err := openOverrides(work, m.Overrides)
	if err == nil && e.Check != nil {
		if err := e.Check(o.folders); err != nil {
			return nil, errors.Join(err, o.close())
		}
	}
	return o, err
}

// seal writes contents and signature. The length of the contents is known when
// they are written, so the header before them is written last.
func (e Export) seal(ctx context.Context, out *os.File, k *Kit, m *Manifest, extra *overrides) error {
	if _, err := out.Write(make([]byte, tarBlock)); err != nil {
		return err
	}
	r, w := io.Pipe()
	go func() { w.CloseWithError(pack(ctx, w, k, m, extra)) }()
	signed := newSigning(r)
	size, err := io.Copy(out, signed)
	r.CloseWithError(err) // ends the packing when this side failed
	if err != nil {
		return err
	}
	comment := fmt.Sprintf("netvet data, built %s, exported %s", m.Built.Format(time.RFC3339), m.Exported.Format(time.RFC3339))
	signature := signed.sign(e.Key, comment)
	var rest bytes.Buffer
	rest.Write(make([]byte, -size&(tarBlock-1)))
	rest.Write(tarHeader(contentsName()+signatureSuffix, int64(len(signature)), m.Exported))
	rest.Write(signature)
	rest.Write(make([]byte, -int64(len(signature))&(tarBlock-1)))
	rest.Write(make([]byte, 2*tarBlock))
	if _, err := rest.WriteTo(out); err != nil {
		return err
	}
	_, err = out.WriteAt(tarHeader(contentsName(), size, m.Exported), 0)
	return err
}

// tarHeader is the one block before a member.
func tarHeader(name string, size int64, at time.Time) []byte {
	var b bytes.Buffer
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o644, ModTime: at.Truncate(time.Second), Format: tar.FormatGNU}
	_ = tar.NewWriter(&b).WriteHeader(h) // nothing in it can be refused, and a buffer takes all
	return b.Bytes()
}

// pack writes the contents. What is read is compared with the manifest: damaged
// data must not leave the house with a good signature.
func pack(ctx context.Context, w io.Writer, k *Kit, m *Manifest, extra *overrides) error {
	z, err := newPacker(w)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	text, err := m.text()
	if err != nil {
		return err
	}
	if err := packMember(ctx, t, manifestFile, bytes.NewReader(text), member{size: int64(len(text))}); err != nil {
		return err
	}
	store := io.NewSectionReader(k.store.file, 0, m.Store.Bytes)
	if err := packMember(ctx, t, storeFile, store, member{m.Store.Bytes, m.Store.SHA256}); err != nil {
		return err
	}
	if extra != nil {
		in := io.NewSectionReader(extra.file, 0, m.Overrides.Bytes)
		if err := packMember(ctx, t, overridesFile, in, member{m.Overrides.Bytes, m.Overrides.SHA256}); err != nil {
			return err
		}
	}
	return errors.Join(t.Close(), z.Close())
}

// member is what is known of a file before it is read; the sum may be empty.
type member struct {
	size   int64
	sha256 string
}

func packMember(ctx context.Context, t *tar.Writer, name string, in io.Reader, want member) error {
	if err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: want.size, Mode: 0o644}); err != nil {
		return err
	}
	return want.copy(ctx, t, in, name)
}

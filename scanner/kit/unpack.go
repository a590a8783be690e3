package kit

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// unpack writes the contents into a folder. The medium may give other bytes than
// it gave when they were checked, so they are checked again as they pass.
func (b *bundle) unpack(ctx context.Context, key PublicKey, work string, create func(string) (output, error)) (*Manifest, error) {
	if create == nil {
		create = func(path string) (output, error) { return os.Create(path) }
	}
	signed := newSigning(b.whole(ctx))
	z, err := newUnpacker(signed)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	u := &unpacking{ctx: ctx, t: tar.NewReader(z), work: work, create: create}
	m, err := u.members()
	if err != nil {
		return nil, err
	}
	if n, err := z.Read(make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
		return nil, refusef("its contents go on after their end")
	}
	if _, err := io.Copy(io.Discard, signed); err != nil {
		return nil, err
	}
	if !signed.verify(key, b.signature) {
		return nil, refusef("its bytes changed while they were read: the medium is damaged, or somebody works on the file")
	}
	return m, nil
}

type unpacking struct {
	ctx    context.Context
	t      *tar.Reader
	work   string
	create func(string) (output, error)
}

// members takes the files that a bundle has, in their order, and no others.
func (u *unpacking) members() (*Manifest, error) {
	m, err := u.manifest()
	if err != nil {
		return nil, err
	}
	if err := u.member(storeFile, member{m.Store.Bytes, m.Store.SHA256}); err != nil {
		return nil, err
	}
	if o := m.Overrides; o != nil {
		if o.Bytes > maxOverrideBytes {
			return nil, refusef("its suppliers and rules have %d bytes, more than %d", o.Bytes, maxOverrideBytes)
		}
		if err := u.member(overridesFile, member{o.Bytes, o.SHA256}); err != nil {
			return nil, err
		}
	}
	if h, err := u.t.Next(); err == nil {
		return nil, refusef("%q is in it, which no bundle has", h.Name)
	} else if !errors.Is(err, io.EOF) {
		return nil, unpackError(err)
	}
	return m, nil
}

func (u *unpacking) manifest() (*Manifest, error) {
	size, err := u.next(manifestFile)
	if err != nil {
		return nil, err
	}
	if size > maxManifest {
		return nil, refusef("its manifest has %d bytes, more than %d", size, maxManifest)
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(u.t, text); err != nil {
		return nil, unpackError(err)
	}
	m, err := parseManifest(text)
	if err != nil {
		return nil, refusef("its manifest %w", err)
	}
	if m.Store.Bytes < 0 || m.Built.IsZero() {
		return nil, refusef("its manifest is damaged: no size, or no date")
	}
	return &m, u.write(manifestFile, bytes.NewReader(text), member{size: size})
}

// next goes to the next file, which must be this one.
func (u *unpacking) next(name string) (size int64, err error) {
	h, err := u.t.Next()
	switch {
	case errors.Is(err, io.EOF):
		return 0, refusef("%s is not in it", name)
	case err != nil:
		return 0, unpackError(err)
	case h.Name != name || h.Typeflag != tar.TypeReg:
		return 0, refusef("%q is in it where %s must be", h.Name, name)
	}
	return h.Size, nil
}

func (u *unpacking) member(name string, want member) error {
	size, err := u.next(name)
	if err != nil {
		return err
	}
	if size != want.size {
		return refusef("%s has %d bytes in it, its manifest says %d", name, size, want.size)
	}
	return u.write(name, u.t, want)
}

func (u *unpacking) write(name string, in io.Reader, want member) error {
	out, err := u.create(filepath.Join(u.work, name))
	if err != nil {
		return err
	}
	if err := want.copy(u.ctx, out, in, name); err != nil {
		return errors.Join(err, out.Close())
	}
	return errors.Join(out.Sync(), out.Close())
}

// copy copies a file and compares it with what is known of it.
func (want member) copy(ctx context.Context, out io.Writer, in io.Reader, name string) error {
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, h), readErrors{interruptible{ctx, in}})
	switch {
	case err != nil:
		return err
	case n != want.size:
		return refusef("%s ends after %d of %d bytes", name, n, want.size)
	case want.sha256 != "" && hex.EncodeToString(h.Sum(nil)) != want.sha256:
		return refusef("%s is not what its manifest says: its checksum differs", name)
	}
	return nil
}

// readErrors tells faults of what is read from those of the disk that is
// written.
type readErrors struct{ r io.Reader }

func (r readErrors) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = unpackError(err)
	}
	return n, err
}

func unpackError(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return refusef("its contents cannot be unpacked: %w", err)
}

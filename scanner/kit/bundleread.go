package kit

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Import says which bundles may become the data.
type Import struct {
	Keys  []PublicKey // one of them must have signed
	Force bool        // take a bundle that is older than what is there
	// Check is asked whether suppliers and rules load; may be nil.
	Check func(Overrides) error

	create func(path string) (output, error) // nil for files on disk
}

// output is a file that is written.
type output interface {
	io.WriteCloser
	Sync() error
}

// RefusedError says why a bundle was not taken. What was there is unchanged.
type RefusedError struct {
	Bundle string
	Err    error
}

func (e *RefusedError) Error() string { return fmt.Sprintf("import %s: refused: %v", e.Bundle, e.Err) }

// Unwrap gives the reason.
func (e *RefusedError) Unwrap() error { return e.Err }

// refuse marks a fault of the bundle, as against one of this machine.
type refuse struct{ error }

func refusef(format string, args ...any) error { return refuse{fmt.Errorf(format, args...)} }

// Run makes a bundle the current generation of a kit. The signature is checked
// before anything else is read, and again over what was unpacked. Any error
// leaves the kit as it was. Imports may run at the same time: each unpacks into
// a folder of its own and they are installed one after the other, by the same
// rule about older bundles.
func (im Import) Run(ctx context.Context, dir, file string) (*Manifest, error) {
	m, err := im.run(ctx, dir, file)
	var refused refuse
	switch {
	case errors.As(err, &refused):
		return nil, &RefusedError{file, refused.error}
	case err != nil:
		return nil, fmt.Errorf("import %s: %w", file, err)
	}
	return m, nil
}

func (im Import) run(ctx context.Context, dir, file string) (*Manifest, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, refusef("it is no plain file")
	}
	b, err := readBundle(f, info.Size())
	if err != nil {
		return nil, err
	}
	key, err := b.check(ctx, im.Keys)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp(dir, buildingPrefix)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	m, err := b.unpack(ctx, key, work, im.create)
	if err != nil {
		return nil, err
	}
	if err := im.try(work); err != nil {
		return nil, err
	}
	return m, publish(dir, work, func(now *installed) error { return im.allow(m, now) })
}

// allow refuses what would bring an older state back: also one that nobody meant
// to bring back, as the signature of an old bundle is as good as ever.
func (im Import) allow(m *Manifest, now *installed) error {
	if now == nil || im.Force {
		return nil
	}
	have := now.manifest
	switch {
	case m.Built.Before(have.Built):
		return refusef("its data was built %s, and what is there %s: give --force to go back", m.Built.Format(time.RFC3339), have.Built.Format(time.RFC3339))
	case m.Built.Equal(have.Built) && m.Exported.Before(have.Exported):
		return refusef("it was exported %s, and what is there %s: give --force to go back", m.Exported.Format(time.RFC3339), have.Exported.Format(time.RFC3339))
	}
	return nil
}

// try opens what was unpacked as a run would.
func (im Import) try(work string) error {
	k, err := openGeneration(work)
	if err != nil {
		return refuse{err}
	}
	defer k.Close()
	if im.Check == nil || k.overrides == nil {
		return nil
	}
	if err := im.Check(k.Overrides()); err != nil {
		return refusef("its suppliers or rules do not load:\n%w", err)
	}
	return nil
}

// bundle is the outer layer of a bundle. Nothing of it is trusted yet.
type bundle struct {
	contents  *io.SectionReader
	signature []byte
}

var errTruncated = errors.New("it is truncated: copy it again")

// readBundle finds contents and signature by the headers before them. Names,
// sizes and kinds can only be one way.
func readBundle(r io.ReaderAt, size int64) (*bundle, error) {
	name, length, err := outerHeader(r, 0, size)
	if err != nil {
		return nil, err
	}
	if err := rightVersion(name); err != nil {
		return nil, err
	}
	b := &bundle{contents: io.NewSectionReader(r, tarBlock, length)}
	at := tarBlock + length + -length&(tarBlock-1)
	signed, short, err := outerHeader(r, at, size)
	if err != nil {
		return nil, err
	}
	if signed != name+signatureSuffix {
		return nil, refusef("it is not signed: after its contents there is no %s", name+signatureSuffix)
	}
	if short > maxSignature {
		return nil, refusef("its signature has %d bytes: it is none", short)
	}
	b.signature = make([]byte, short)
	if _, err := r.ReadAt(b.signature, at+tarBlock); err != nil {
		return nil, fmt.Errorf("read the signature: %w", err)
	}
	return b, endsWithZeros(r, at+tarBlock+short, size, -short&(tarBlock-1))
}

// outerHeader reads the header at an offset.
func outerHeader(r io.ReaderAt, at, size int64) (name string, length int64, err error) {
	block := make([]byte, tarBlock)
	if n, err := r.ReadAt(block, at); err != nil && !errors.Is(err, io.EOF) {
		return "", 0, err
	} else if n < tarBlock && at > 0 {
		return "", 0, refuse{errTruncated}
	}
	if at > 0 && bytes.Count(block, []byte{0}) == tarBlock {
		return "", 0, nil // the end of the archive
	}
	h, err := tar.NewReader(bytes.NewReader(block)).Next()
	if err != nil || h.Typeflag != tar.TypeReg || h.Size < 0 {
		if at > 0 {
			return "", 0, refusef("it is damaged: after its contents there is something else than a signature")
		}
		return "", 0, refusef("it is no bundle of netvet")
	}
	if h.Size > size-at-tarBlock {
		return "", 0, refuse{errTruncated}
	}
	return h.Name, h.Size, nil
}

func rightVersion(name string) error {
	number, ok := strings.CutPrefix(name, contentsPrefix)
	number, zst := strings.CutSuffix(number, contentsSuffix)
	n, err := strconv.Atoi(number)
	switch {
	case !ok || !zst || err != nil || n < 1:
		return refusef("it is no bundle of netvet")
	case n > bundleVersion:
		return refusef("it is a bundle of version %d, this program reads up to %d: update netvet", n, bundleVersion)
	}
	return nil
}

// endsWithZeros checks that nothing stands after the signature but what fills up
// its block and the end of the archive, two blocks of zeros.
func endsWithZeros(r io.ReaderAt, at, size, fill int64) error {
	if size-at > maxBundlePadding {
		return refusef("there is something after its end")
	}
	rest := make([]byte, size-at)
	if n, err := r.ReadAt(rest, at); n < len(rest) && err != nil {
		return err
	}
	if bytes.Count(rest, []byte{0}) != len(rest) {
		return refusef("there is something after its end")
	}
	if int64(len(rest)) < fill+2*tarBlock {
		return refuse{errTruncated}
	}
	return nil
}

// check reads the contents once and compares them with the signature.
func (b *bundle) check(ctx context.Context, keys []PublicKey) (PublicKey, error) {
	key, err := signer(b.signature, keys)
	if err != nil {
		return key, refuse{err}
	}
	signed := newSigning(b.whole(ctx))
	if _, err := io.Copy(io.Discard, signed); err != nil {
		return key, err
	}
	if !signed.verify(key, b.signature) {
		return key, refusef("its signature is wrong: it was damaged or changed after it was signed with the key %s", key.ID())
	}
	return key, nil
}

func (b *bundle) whole(ctx context.Context) io.Reader {
	return interruptible{ctx, io.NewSectionReader(b.contents, 0, b.contents.Size())}
}

type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(p)
}

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

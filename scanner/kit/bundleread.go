package kit

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// refuse marks a fault of the bundle, as against one of this machine.
type refuse struct{ error }

func refusef(format string, args ...any) error { return refuse{fmt.Errorf(format, args...)} }

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

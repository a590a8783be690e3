package sbom

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
)

// packing is one way of compressing a single file.
type packing struct {
	name   string
	packed func(head []byte) bool
	open   func(r *bufio.Reader, ratio int) (io.Reader, error)
}

func packings() []packing {
	return []packing{
		{"gzip", isGzip, openGzip},
		{"bzip2", isBzip2, openBzip2},
		{"xz", isXZ, openXZ},
		{"zstd", isZstd, openZstd},
	}
}

func isGzip(head []byte) bool { return bytes.HasPrefix(head, []byte("\x1f\x8b\x08")) }

func isBzip2(head []byte) bool {
	if len(head) < 10 || !bytes.HasPrefix(head, []byte("BZh")) || head[3] < '1' || head[3] > '9' {
		return false
	}
	// The digits of pi begin a block, those of its root the end of an empty file.
	block := string(head[4:10])
	return block == "\x31\x41\x59\x26\x53\x59" || block == "\x17\x72\x45\x38\x50\x90"
}

func isXZ(head []byte) bool { return bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")) }

func isZstd(head []byte) bool {
	skippable := len(head) > 4 && head[0]&0xF0 == 0x50 && bytes.HasPrefix(head[1:], []byte("\x2a\x4d\x18"))
	return skippable || bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd"))
}

// decompress returns what compression is around, and whether there was any. What is
// unpacked counts against the limits and the room of the archive, if any.
func decompress(r *bufio.Reader, opt Options, room *room) (inner *bufio.Reader, packed bool, err error) {
	for layers := 0; ; layers++ {
		head, err := r.Peek(16)
		if err != nil && err != io.EOF {
			return nil, packed, err
		}
		kind := packingOf(head)
		if kind == nil {
			return r, packed, nil
		}
		if layers == maxPackings {
			return nil, true, fmt.Errorf("compressed more than %d times: unpack it first", maxPackings)
		}
		in := &countedReader{r: r}
		// gzip and bzip2 read single bytes, and nothing behind their end.
		out, err := kind.open(bufio.NewReaderSize(in, headSize), opt.MaxUnpackRatio)
		if err != nil {
			return nil, true, unpackError(kind.name, err)
		}
		r = bufio.NewReaderSize(&decompressor{kind: kind.name, in: in, out: out, opt: opt, room: room}, headSize)
		packed = true
	}
}

func packingOf(head []byte) *packing {
	for _, kind := range packings() {
		if kind.packed(head) {
			return &kind
		}
	}
	return nil
}

// decompressor counts what a decompressor yields, and stops at the limits.
type decompressor struct {
	kind string
	in   *countedReader
	out  io.Reader
	n    int64
	opt  Options
	room *room
	err  error
}

func (u *decompressor) Read(p []byte) (int, error) {
	if u.err != nil {
		return 0, u.err
	}
	n, err := u.out.Read(p)
	u.n += int64(n)
	switch {
	case err != nil && err != io.EOF:
		u.err = unpackError(u.kind, err)
	case err == io.EOF:
		u.err = err
	case u.n > u.opt.MaxFileSize:
		u.err = fmt.Errorf("larger than %d bytes when unpacked: raise --max-file-size to read it", u.opt.MaxFileSize)
	}
	if bomb := checkRatio(u.in.n, u.n, u.opt.MaxUnpackRatio); bomb != nil {
		u.err = bomb
	} else if full := u.room.reach(u.n); full != nil {
		u.err = full
	}
	return n, u.err
}

// checkRatio refuses what unpacks to far more than data of use do.
func checkRatio(in, out int64, most int) error {
	if out > unpackRatioFrom && out/int64(most) > in {
		return errRatio(most)
	}
	return nil
}

type errRatio int

func (e errRatio) Error() string {
	return fmt.Sprintf("unpacks to more than %d times its size, as decompression bombs do: raise --max-unpack-ratio if you trust it", int(e))
}

// mostUnpacked is how many bytes what is left of a short input may unpack to, so
// that its window need not be larger; of a long one there is no telling. Without
// it, small entries with large windows cost far more than their bytes.
func mostUnpacked(r *bufio.Reader, ratio int) int64 {
	rest, err := r.Peek(headSize)
	if err != io.EOF {
		return math.MaxInt64
	}
	return max(unpackRatioFrom, int64(len(rest))*int64(ratio))
}

// errAway passes on errors of the input that the decompressor did not make.
type errAway struct{ error }

func (e errAway) Unwrap() error { return e.error }

// countedReader counts what was read and marks its errors as those of the input.
type countedReader struct {
	r io.Reader
	n int64
}

func (c *countedReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil && err != io.EOF {
		err = errAway{err}
	}
	return n, err
}

// unpackError says what is wrong with compressed data, in words that name no
// library.
func unpackError(kind string, err error) error {
	var away errAway
	var ratio errRatio
	switch {
	case errors.As(err, &away):
		return away.error
	case errors.As(err, &ratio):
		return ratio
	case errors.Is(err, io.ErrUnexpectedEOF), err == io.EOF:
		return fmt.Errorf("the %s data are cut off: get the file again: %w", kind, io.ErrUnexpectedEOF)
	case errors.Is(err, errTrailing), errors.Is(err, errWindow):
		return fmt.Errorf("%s: %w", kind, err)
	}
	return fmt.Errorf("the %s data are broken: get the file again: %w", kind, err)
}

var (
	errTrailing = errors.New("other bytes follow the end of the compressed data: cut them off, or unpack the file first")
	errWindow   = fmt.Errorf("unpacking needs a window of more than %d MiB: unpack the file first", maxWindow>>20)
)

// gzipReader reads the members of a gzip file, one after the other, and what
// pads it: zeros, as on tapes.
type gzipReader struct {
	src *bufio.Reader
	z   *gzip.Reader
}

func openGzip(r *bufio.Reader, _ int) (io.Reader, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	return &gzipReader{src: r, z: z}, nil
}

func (g *gzipReader) Read(p []byte) (int, error) {
	for {
		n, err := g.z.Read(p)
		if n > 0 && err == io.EOF {
			return n, nil
		}
		if n > 0 || err != io.EOF {
			return n, err
		}
		if err := g.next(); err != nil {
			return 0, err
		}
	}
}

// next goes to the next member. At the end of the file it returns io.EOF.
func (g *gzipReader) next() error {
	head, err := g.src.Peek(3)
	if isGzip(head) {
		if err := g.z.Reset(g.src); err != nil {
			return err
		}
		g.z.Multistream(false)
		return nil
	}
	if len(head) == 0 {
		return err
	}
	return zerosOnly(g.src)
}

// zerosOnly reads to the end and returns io.EOF, or errTrailing if there is
// anything but zeros.
func zerosOnly(r io.ByteReader) error {
	for {
		switch b, err := r.ReadByte(); {
		case err != nil:
			return err
		case b != 0:
			return errTrailing
		}
	}
}

// bzip2Reader reads the members of a bzip2 file, one after the other, as the
// library does, and tells what follows them from a broken block.
type bzip2Reader struct{ r io.Reader }

func openBzip2(r *bufio.Reader, _ int) (io.Reader, error) {
	return bzip2Reader{bzip2.NewReader(r)}, nil
}

func (b bzip2Reader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err == bzip2.StructuralError("bad magic value in continuation file") {
		err = errTrailing
	}
	return n, err
}

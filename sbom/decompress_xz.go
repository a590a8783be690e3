package sbom

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

// xzReader reads an xz file: streams, of blocks, of one LZMA2 filter. The
// container is read here and not by the library, which takes any window that a
// block asks for. The sections named below are those of the .xz file format,
// version 1.2.1. This is the only importer of the library.
type xzReader struct {
	src   *bufio.Reader
	n     int64 // bytes read since the stream began
	check byte  // its kind
	sum   hash.Hash
	index hash.Hash // of the sizes of the blocks, to compare with the index
	count uint64    // blocks

	most    int64 // that may be unpacked of a short file
	windows int64 // bytes that were set up for the blocks so far
	plain   int64 // bytes that were unpacked of them

	block *lzma.Reader2 // nil between blocks
	head  xzBlock
	began int64 // where the data of the block begin
	size  int64 // of what was unpacked of it
}

// xzBlock is the header of a block; a size that is not given is -1.
type xzBlock struct {
	length         int64
	packed, plain  int64
	dictionarySize int64
}

var errXZ = errors.New("no valid xz")

func openXZ(r *bufio.Reader, ratio int) (io.Reader, error) {
	x := &xzReader{src: r, most: mostUnpacked(r, ratio)}
	return x, x.stream()
}

func (x *xzReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		if x.block == nil {
			if err := x.next(); err != nil {
				return 0, err
			}
			continue
		}
		n, err := x.block.Read(p)
		x.size += int64(n)
		x.sum.Write(p[:n])
		if err == io.EOF {
			x.block = nil
			err = x.endBlock()
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

func (x *xzReader) ReadByte() (byte, error) {
	b, err := x.src.ReadByte()
	if err == nil {
		x.n++
	}
	return b, err
}

// xzRaw reads the file as it is, for the library.
type xzRaw struct{ *xzReader }

func (x xzRaw) Read(p []byte) (int, error) {
	n, err := x.src.Read(p)
	x.n += int64(n)
	return n, err
}

// bytes reads exactly n bytes.
func (x *xzReader) bytes(n int64) ([]byte, error) {
	data := make([]byte, n)
	_, err := io.ReadFull(xzRaw{x}, data)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return data, err
}

// stream reads the header of a stream (2.1.1).
func (x *xzReader) stream() error {
	x.n = 0
	head, err := x.bytes(12)
	if err != nil {
		return err
	}
	flags := head[6:8]
	if !isXZ(head) || flags[0] != 0 || flags[1] > 15 || crc32.ChecksumIEEE(flags) != binary.LittleEndian.Uint32(head[8:]) {
		return fmt.Errorf("header of a stream: %w", errXZ)
	}
	x.check, x.count, x.index = flags[1], 0, sha256.New()
	switch x.check {
	case 0:
		x.sum = noHash{crc32.NewIEEE()}
	case 1:
		x.sum = crc32.NewIEEE()
	case 4:
		x.sum = crc64.New(crc64.MakeTable(crc64.ECMA))
	case 10:
		x.sum = sha256.New()
	default:
		return fmt.Errorf("check of kind %d is not known: %w", x.check, errXZ)
	}
	return nil
}

// noHash is the check of a file without checks.
type noHash struct{ hash.Hash }

func (noHash) Sum(b []byte) []byte { return b }
func (noHash) Size() int           { return 0 }

// next goes to the next block, of this stream or the next. At the end of the
// file it returns io.EOF.
func (x *xzReader) next() error {
	size, err := x.bytes(1)
	if err != nil {
		return err
	}
	if size[0] != 0 {
		return x.beginBlock(size[0])
	}
	if err := x.readIndex(); err != nil {
		return err
	}
	return x.nextStream()
}

// beginBlock reads the header of a block (3.1).
func (x *xzReader) beginBlock(size byte) error {
	x.head = xzBlock{length: 4 * (int64(size) + 1)}
	rest, err := x.bytes(x.head.length - 1)
	if err != nil {
		return err
	}
	head := append([]byte{size}, rest[:len(rest)-4]...)
	if crc32.ChecksumIEEE(head) != binary.LittleEndian.Uint32(rest[len(rest)-4:]) {
		return fmt.Errorf("header of a block: %w", errXZ)
	}
	if err := x.head.parse(head[1:]); err != nil {
		return err
	}
	window, err := x.window()
	if err != nil {
		return err
	}
	x.sum.Reset()
	x.began, x.size = x.n, 0
	x.block, err = lzma.Reader2Config{DictCap: int(window)}.NewReader2(xzRaw{x})
	return err
}

// window is the size of the window that a block needs: no more than what is in it.
// It is set up anew for every block, so blocks far smaller than it are refused.
func (x *xzReader) window() (int64, error) {
	const free, perByte = 8 * maxWindow, 64 // one byte in 64 is still in use with blocks of 1 MiB at level 9
	if x.head.dictionarySize > maxWindow {
		return 0, errWindow
	}
	window := min(x.head.dictionarySize, x.most)
	if x.head.plain >= 0 {
		window = min(window, max(x.head.plain, lzma.MinDictCap))
	}
	if x.windows += window; x.windows > free+perByte*x.plain {
		return 0, errors.New("its blocks are far smaller than the window they ask for: unpack the file first")
	}
	return window, nil
}

// parse reads what a header says after its length.
func (b *xzBlock) parse(head []byte) error {
	flags := head[0]
	r := bytes.NewReader(head[1:])
	b.packed, b.plain = -1, -1
	var err error
	size := func(given bool, to *int64) {
		if given && err == nil {
			var v uint64
			v, err = xzNumber(r)
			*to = int64(v)
		}
	}
	size(flags&0x40 != 0, &b.packed)
	size(flags&0x80 != 0, &b.plain)
	id, err1 := xzNumber(r)
	length, err2 := xzNumber(r)
	if err = errors.Join(err, err1, err2); err != nil || flags&0x3C != 0 {
		return fmt.Errorf("header of a block: %w", errXZ)
	}
	if flags&0x03 != 0 || id != 0x21 || length != 1 {
		return errors.New("a filter for programs is used: unpack the file first")
	}
	bits, _ := r.ReadByte()
	if bits > 40 {
		return fmt.Errorf("size of the window: %w", errXZ)
	}
	if b.dictionarySize = (2 | int64(bits&1)) << (bits/2 + 11); bits == 40 { // 5.3.1
		b.dictionarySize = 1<<32 - 1
	}
	for r.Len() > 0 {
		if pad, _ := r.ReadByte(); pad != 0 {
			return fmt.Errorf("header of a block: %w", errXZ)
		}
	}
	return nil
}

// endBlock checks the sizes and the sum of a block (3.3, 3.4).
func (x *xzReader) endBlock() error {
	packed := x.n - x.began
	padding, err := x.bytes(-packed & 3)
	if err != nil {
		return err
	}
	sum, err := x.bytes(int64(x.sum.Size()))
	if err != nil {
		return err
	}
	want := x.sum.Sum(nil)
	if x.check == 1 || x.check == 4 { // stored little-endian
		for i, j := 0, len(want)-1; i < j; i, j = i+1, j-1 {
			want[i], want[j] = want[j], want[i]
		}
	}
	lies := x.head.packed >= 0 && x.head.packed != packed || x.head.plain >= 0 && x.head.plain != x.size
	if lies || len(bytes.Trim(padding, "\x00")) > 0 || !bytes.Equal(sum, want) {
		return fmt.Errorf("a block is not what its check says: %w", errXZ)
	}
	x.count++
	x.plain += x.size
	x.note(uint64(x.head.length+packed+int64(len(sum))), uint64(x.size))
	return nil
}

// note remembers the sizes of a block, in the space of one.
func (x *xzReader) note(packed, plain uint64) {
	var sizes [16]byte
	binary.LittleEndian.PutUint64(sizes[:], packed)
	binary.LittleEndian.PutUint64(sizes[8:], plain)
	x.index.Write(sizes[:])
}

// readIndex compares the index of a stream with its blocks, and reads its footer
// (4, 2.1.2).
func (x *xzReader) readIndex() error {
	began := x.n - 1
	blocks := x.index.Sum(nil)
	x.index.Reset()
	r := &summedBytes{r: x, sum: crc32.NewIEEE()}
	r.sum.Write([]byte{0})
	count, err := xzNumber(r)
	if err == nil && count != x.count {
		return fmt.Errorf("the index counts other blocks: %w", errXZ)
	}
	for i := uint64(0); i < count && err == nil; i++ {
		packed, err1 := xzNumber(r)
		plain, err2 := xzNumber(r)
		x.note(packed, plain)
		err = errors.Join(err1, err2)
	}
	for err == nil && (x.n-began)&3 != 0 {
		var pad byte
		if pad, err = r.ReadByte(); pad != 0 {
			return fmt.Errorf("index: %w", errXZ)
		}
	}
	if err != nil {
		return cutOr(err)
	}
	size := x.n - began + 4
	tail, err := x.bytes(4 + 12)
	if err != nil {
		return err
	}
	footer := tail[4:]
	good := bytes.Equal(x.index.Sum(nil), blocks) &&
		binary.LittleEndian.Uint32(tail) == r.sum.Sum32() &&
		binary.LittleEndian.Uint32(footer) == crc32.ChecksumIEEE(footer[4:10]) &&
		4*(int64(binary.LittleEndian.Uint32(footer[4:]))+1) == size &&
		footer[8] == 0 && footer[9] == x.check && string(footer[10:]) == "YZ"
	if !good {
		return fmt.Errorf("the index is not that of the blocks: %w", errXZ)
	}
	return nil
}

// cutOr names the end of the file in the middle of a structure.
func cutOr(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// summedBytes reads bytes of the index and sums them.
type summedBytes struct {
	r   *xzReader
	sum hash.Hash32
}

func (s *summedBytes) ReadByte() (byte, error) {
	b, err := s.r.ReadByte()
	if err == nil {
		s.sum.Write([]byte{b})
	}
	return b, err
}

// nextStream skips padding (2.2) and begins the stream that follows.
func (x *xzReader) nextStream() error {
	for {
		head, err := x.src.Peek(6)
		switch {
		case len(head) == 0:
			return err
		case isXZ(head):
			return x.stream()
		case len(head) < 4 || !bytes.Equal(head[:4], make([]byte, 4)):
			return errTrailing
		}
		if _, err := x.src.Discard(4); err != nil {
			return err
		}
	}
}

// xzNumber reads an integer of variable length (1.2).
func xzNumber(r io.ByteReader) (uint64, error) {
	var v uint64
	for i := 0; i < 9; i++ {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		v |= uint64(b&0x7F) << (7 * i)
		if b < 0x80 {
			if b == 0 && i > 0 {
				break
			}
			return v, nil
		}
	}
	return 0, fmt.Errorf("a number: %w", errXZ)
}

package sbom

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
)

// store is a file that can be read at any place while it is in use: between
// acquire and release.
type store interface {
	io.ReaderAt
	acquire() error
	release()
}

// span is a stretch of a store.
type span struct {
	store     store
	off, size int64
}

// open reads a span as a stream. A store that ends before it is an error.
func (s span) open() (io.ReadCloser, error) {
	if err := s.store.acquire(); err != nil {
		return nil, err
	}
	return &spanReader{SectionReader: io.NewSectionReader(s.store, s.off, s.size), store: s.store, left: s.size}, nil
}

type spanReader struct {
	*io.SectionReader
	store store
	left  int64
}

func (r *spanReader) Read(p []byte) (int, error) {
	n, err := r.SectionReader.Read(p)
	r.left -= int64(n)
	if err == io.EOF && r.left > 0 {
		err = fmt.Errorf("the archive is cut off here: get it again: %w", io.ErrUnexpectedEOF)
	}
	return n, err
}

// WriteTo hides that of the section, which knows nothing of cuts.
func (r *spanReader) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{r})
}

func (r *spanReader) Close() error {
	if r.store != nil {
		r.store.release()
		r.store = nil
	}
	return nil
}

// diskFile is a file on disk, open while somebody uses it.
type diskFile struct {
	name  string
	mu    sync.Mutex
	file  *os.File
	users int
}

func (d *diskFile) acquire() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.users == 0 {
		file, err := os.Open(d.name)
		if err != nil {
			return err
		}
		d.file = file
	}
	d.users++
	return nil
}

func (d *diskFile) release() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.users--; d.users == 0 {
		d.file.Close()
	}
}

func (d *diskFile) ReadAt(p []byte, off int64) (int, error) { return d.file.ReadAt(p, off) }

// memory is a file that is held for good.
type memory struct{ *bytes.Reader }

func (memory) acquire() error { return nil }
func (memory) release()       {}

// holder holds archives in memory that cannot be read at any place otherwise. It
// keeps those that are no longer used, in case they are again, until it needs
// their memory.
type holder struct {
	max    int64 // bytes
	maxTar int64 // bytes of one compressed tar; a longer one is read in one direction

	mu     sync.Mutex
	used   int64
	idle   []*heldFile // the one used last at the end
	cursor *tarCursor  // one that waits for its next entry
}

func newHolder(opt Options) *holder {
	return &holder{max: opt.MaxArchiveMemory, maxTar: min(maxHeldTar, opt.MaxArchiveMemory/4)}
}

// take makes room for n more bytes.
func (h *holder) take(n int64) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.used+n > h.max && len(h.idle) > 0 {
		h.used -= h.idle[0].drop()
		h.idle = h.idle[1:]
	}
	if h.used+n > h.max {
		return &heldError{h.max}
	}
	h.used += n
	return nil
}

func (h *holder) give(n int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.used -= n
}

// heldError says that an archive is too big to be held in memory.
type heldError struct{ limit int64 }

func (e *heldError) Error() string {
	return fmt.Sprintf("the archive needs more than %d bytes of memory: unpack it first, or raise --max-archive-memory", e.limit)
}

// heldFile is a stream that is held in memory while somebody uses it.
type heldFile struct {
	open   func() (io.ReadCloser, error)
	limit  int64
	holder *holder

	mu     sync.Mutex // of users and of loading
	users  int
	chunks [][]byte // all of chunkSize but the last; nil when not held
	size   int64
	end    error // io.EOF, or what ended the stream early
}

const chunkSize = 256 << 10

func (f *heldFile) acquire() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.users == 0 && !f.wake() {
		if err := f.load(); err != nil {
			return err
		}
	}
	f.users++
	return nil
}

// wake takes a file that is still held out of the idle ones.
func (f *heldFile) wake() bool {
	f.holder.mu.Lock()
	defer f.holder.mu.Unlock()
	if i := slices.Index(f.holder.idle, f); i >= 0 {
		f.holder.idle = slices.Delete(f.holder.idle, i, i+1)
		return true
	}
	return false
}

func (f *heldFile) release() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.users--; f.users == 0 {
		f.holder.mu.Lock()
		defer f.holder.mu.Unlock()
		f.holder.idle = append(f.holder.idle, f)
	}
}

// load reads the stream. One that breaks off is held as far as it goes.
func (f *heldFile) load() error {
	r, err := f.open()
	if err != nil {
		return err
	}
	defer r.Close()
	f.end = nil
	for f.end == nil {
		if err := f.grow(r); err != nil {
			f.holder.give(f.drop())
			return err
		}
	}
	return nil
}

// grow reads the next chunk.
func (f *heldFile) grow(r io.Reader) error {
	if err := f.holder.take(chunkSize); err != nil {
		return err
	}
	chunk, n := make([]byte, chunkSize), 0
	for n < chunkSize && f.end == nil {
		var k int
		k, f.end = r.Read(chunk[n:])
		n += k
	}
	if n < chunkSize {
		chunk = slices.Clone(chunk[:n])
		f.holder.give(int64(chunkSize - n))
	}
	f.chunks = append(f.chunks, chunk)
	if f.size += int64(n); f.size > f.limit {
		return &heldError{f.limit}
	}
	return nil
}

// drop gives up what is held and returns how much that was.
func (f *heldFile) drop() int64 {
	n := f.size
	f.chunks, f.size = nil, 0
	return n
}

func (f *heldFile) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) {
		at := off + int64(n)
		if at >= f.size {
			return n, f.end
		}
		n += copy(p[n:], f.chunks[at/chunkSize][at%chunkSize:])
	}
	return n, nil
}

// allowance is what one archive may hold and unpack to, with those inside it.
type allowance struct {
	opt     Options
	mu      sync.Mutex
	bytes   int64
	entries int
	gaps    map[string]int // of a kind
}

func newAllowance(opt Options) *allowance {
	return &allowance{opt: opt, bytes: opt.MaxUnpacked, entries: opt.MaxArchiveEntries, gaps: make(map[string]int)}
}

// room is the part of one file in an allowance. What is unpacked again counts once.
type room struct {
	of   *allowance
	seen int64
}

// reach says that n bytes of the file have been unpacked.
func (r *room) reach(n int64) error {
	if r == nil {
		return nil
	}
	r.of.mu.Lock()
	defer r.of.mu.Unlock()
	more := n - r.seen
	if more <= 0 {
		return nil
	}
	if more > r.of.bytes {
		return fmt.Errorf("the archive unpacks to more than %d bytes in all: raise --max-unpacked to read it", r.of.opt.MaxUnpacked)
	}
	r.of.bytes -= more
	r.seen = n
	return nil
}

package sbom

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"compress/bzip2"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// Compression methods of ZIP entries (APPNOTE 4.4.5) besides those of the library.
const (
	zipBzip2 = 12
	zipZstd  = 93
	zipXZ    = 95
)

// listZip lists what a ZIP archive holds, in the order of its directory. The
// store is in use.
func listZip(s span, top *allowance) (*listing, error) {
	guard := &directoryGuard{ReaderAt: io.NewSectionReader(s.store, s.off, s.size), limit: top.opt.MaxArchiveEntries}
	z, err := zip.NewReader(guard, s.size)
	switch {
	case guard.err != nil:
		return nil, guard.err
	case errors.Is(err, zip.ErrFormat):
		return nil, errors.New("the ZIP archive has no directory that can be read: it is cut off or broken: get it again")
	case err != nil && !errors.Is(err, zip.ErrInsecurePath):
		return nil, fmt.Errorf("the ZIP archive is broken: get it again: %w", err)
	}
	guard.done = true
	for method, open := range map[uint16]func(io.Reader) (io.Reader, error){
		zip.Store:   func(r io.Reader) (io.Reader, error) { return r, nil },
		zip.Deflate: func(r io.Reader) (io.Reader, error) { return flate.NewReader(r), nil },
		zipBzip2:    func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil },
		zipZstd: func(r io.Reader) (io.Reader, error) {
			return openZstd(bufio.NewReaderSize(r, headSize), top.opt.MaxUnpackRatio)
		},
		zipXZ: func(r io.Reader) (io.Reader, error) {
			return openXZ(bufio.NewReaderSize(r, headSize), top.opt.MaxUnpackRatio)
		},
	} {
		z.RegisterDecompressor(method, func(r io.Reader) io.ReadCloser { return newZipUnpacker(r, open, top.opt.MaxUnpackRatio) })
	}
	shared := overlapping(z.File)
	l := &listing{top: top}
	for i, f := range z.File {
		e := entry{name: entryName(f.Name), size: int64(min(f.UncompressedSize64, 1<<62)), refused: zipRefused(f)}
		if shared[i] {
			e.refused = "its bytes are also those of another entry, as in decompression bombs"
		}
		if e.refused == "" && f.Mode().IsDir() {
			continue
		}
		own := &room{of: top}
		e.open = func() (io.ReadCloser, error) { return openZipEntry(s.store, f, own) }
		if err := l.add(e); err != nil {
			return l, err
		}
	}
	if n := unlisted(z, s.size); n > 0 {
		l.notes = append(l.notes, fmt.Sprintf("%d bytes of the archive belong to no entry that its directory lists: not read; another archive may be hidden in them", n))
	}
	return l, nil
}

const directoryRecord = "PK\x01\x02" // APPNOTE 4.3.12

// directoryGuard bounds how much of an archive is read as its directory: the
// library goes on as long as there are entries, whatever number is given.
type directoryGuard struct {
	io.ReaderAt
	limit          int // of entries
	bytes, entries int
	done           bool
	err            error
}

func (g *directoryGuard) ReadAt(p []byte, off int64) (int, error) {
	n, err := g.ReaderAt.ReadAt(p, off)
	if g.done {
		return n, err
	}
	g.bytes += n
	g.entries += bytes.Count(p[:n], []byte(directoryRecord))
	const tail = 66 << 10 // bytes in which the end of the directory is looked for first, and which are read twice
	switch most := g.limit*directoryEntry + 2*tail; {
	case err != nil && err != io.EOF:
		g.err = err
	case g.entries > g.limit+tail/len(directoryRecord):
		g.err = &entriesError{g.limit}
	case g.bytes > most:
		g.err = fmt.Errorf("the directory of the ZIP archive is larger than %d bytes: raise --max-archive-entries to read it", most)
	}
	return n, cmp.Or(g.err, err)
}

// zipRefused says why an entry is not read, or "".
func zipRefused(f *zip.File) string {
	const encrypted, strong, hidden = 1, 1 << 6, 1 << 13 // APPNOTE 4.4.4
	mode := f.Mode()
	switch {
	case f.Flags&(encrypted|strong|hidden) != 0 || f.Method == 99:
		return "it is encrypted: unpack it with its password"
	case mode&fs.ModeSymlink != 0:
		return "links are not followed"
	case mode.IsDir() && f.UncompressedSize64 > 0:
		return "it is named as a folder and has content"
	case !mode.IsDir() && !mode.IsRegular():
		return special(mode) + " is not read"
	case !slices.Contains([]uint16{zip.Store, zip.Deflate, zipBzip2, zipZstd, zipXZ}, f.Method):
		return fmt.Sprintf("its compression method %d is not supported: pack it anew with deflate", f.Method)
	}
	return ""
}

// overlapping finds the entries whose bytes are, in part, those of another.
func overlapping(files []*zip.File) map[int]bool {
	type stretch struct {
		i          int
		begin, end int64
	}
	var all []stretch
	for i, f := range files {
		begin, err := f.DataOffset()
		if err == nil && f.CompressedSize64 > 0 && f.CompressedSize64 < 1<<62 { // else opening it fails
			all = append(all, stretch{i, begin, begin + int64(f.CompressedSize64)})
		}
	}
	slices.SortStableFunc(all, func(a, b stretch) int { return cmp.Compare(a.begin, b.begin) })
	shared, end := make(map[int]bool), int64(0)
	for _, s := range all {
		if s.begin < end {
			shared[s.i] = true
		}
		end = max(end, s.end)
	}
	return shared
}

// unlisted estimates how many bytes of an archive belong to no entry: 0 if there
// are no more than the optional fields may take.
func unlisted(z *zip.Reader, size int64) int64 {
	const local, central, end = 30, 46, 22       // bytes of the records: APPNOTE 4.3.7, 4.3.12, 4.3.16
	const optional, optionalEnd = 128, 22 + 1024 // of an entry, of the archive
	listed := int64(end + len(z.Comment))
	for _, f := range z.File {
		listed += int64(local + central + 2*len(f.Name) + len(f.Extra) + len(f.Comment))
		listed += int64(min(f.CompressedSize64, 1<<40))
	}
	if rest := size - listed; rest > int64(optional*len(z.File)+optionalEnd) {
		return rest
	}
	return 0
}

// zipUnpacker stops at the ratio that no entry may pass.
type zipUnpacker struct {
	in    *countedReader
	out   io.Reader
	n     int64
	ratio int
	err   error
}

func newZipUnpacker(r io.Reader, open func(io.Reader) (io.Reader, error), ratio int) *zipUnpacker {
	u := &zipUnpacker{in: &countedReader{r: r}, ratio: ratio}
	u.out, u.err = open(u.in)
	return u
}

func (u *zipUnpacker) Read(p []byte) (int, error) {
	if u.err != nil {
		return 0, u.err
	}
	n, err := u.out.Read(p)
	u.n += int64(n)
	u.err = cmp.Or(checkRatio(u.in.n, u.n, u.ratio), err)
	return n, u.err
}

func (u *zipUnpacker) Close() error { return nil }

// openZipEntry opens an entry for reading.
func openZipEntry(s store, f *zip.File, room *room) (io.ReadCloser, error) {
	if err := s.acquire(); err != nil {
		return nil, err
	}
	r, err := f.Open()
	if err != nil {
		s.release()
		return nil, zipError(err)
	}
	return &zipEntry{r: r, store: s, room: room}, nil
}

type zipEntry struct {
	r     io.ReadCloser
	store store
	room  *room
	n     int64
}

func (e *zipEntry) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.n += int64(n)
	if full := e.room.reach(e.n); full != nil {
		return n, full
	}
	if err != nil && err != io.EOF {
		err = zipError(err)
	}
	return n, err
}

func (e *zipEntry) Close() error {
	if e.store == nil {
		return nil
	}
	e.store.release()
	e.store = nil
	return e.r.Close()
}

// zipError says what is wrong with an entry in words for people.
func zipError(err error) error {
	var away errAway
	switch {
	case errors.As(err, &away):
		return away.error
	case errors.Is(err, zip.ErrChecksum):
		return errors.New("the entry is not what the checksum in the archive says: get the archive again")
	case errors.Is(err, zip.ErrFormat):
		return errors.New("the entry contradicts the directory of the archive: get the archive again")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the entry is shorter than the archive says: get the archive again: %w", err)
	case strings.HasPrefix(err.Error(), "flate: "):
		return fmt.Errorf("the entry is broken: get the archive again: %w", err)
	}
	return err
}

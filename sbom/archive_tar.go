package sbom

import (
	"archive/tar"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

const tarBlock = 512

// isTar tells a tar archive by its mark, or, of those from before there was one,
// by the sum of its first header.
func isTar(head []byte) bool {
	if len(head) < tarBlock {
		return false
	}
	if string(head[257:262]) == "ustar" {
		return true
	}
	var sum, stored int64
	for i, b := range head[:tarBlock] {
		if i >= 148 && i < 156 {
			b = ' ' // the sum itself counts as blanks
		}
		sum += int64(b)
	}
	_, err := fmt.Sscanf(strings.Trim(string(head[148:156]), " \x00"), "%o", &stored)
	return err == nil && head[0] != 0 && sum == stored
}

// listTar lists what a tar archive in a store holds. When the archive breaks off,
// what is before is listed.
func listTar(s span, top *allowance) (*listing, error) {
	section := io.NewSectionReader(s.store, s.off, s.size)
	l := &listing{top: top}
	err := eachTarEntry(tar.NewReader(section), top, func(e entry, _ int) error {
		begin, err := section.Seek(0, io.SeekCurrent)
		e.span = &span{s.store, s.off + begin, e.size}
		e.open = e.span.open
		return cmp.Or(err, l.add(e))
	})
	if err != nil {
		return l, err
	}
	end, err := section.Seek(0, io.SeekCurrent)
	if err != nil {
		return l, err
	}
	mark := make([]byte, min(end, 2*tarBlock))
	if _, err := section.ReadAt(mark, end-int64(len(mark))); err != nil && err != io.EOF {
		return l, err
	}
	return l, l.endOfTar(section, len(bytes.Trim(mark, "\x00")) == 0)
}

// eachTarEntry goes through an archive and passes on every entry that is no
// folder, with its number.
func eachTarEntry(t *tar.Reader, top *allowance, do func(entry, int) error) error {
	for n := 0; ; n++ {
		head, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return tarError(err)
		}
		if n/10 > top.opt.MaxArchiveEntries { // folders count too, if less
			return &entriesError{top.opt.MaxArchiveEntries}
		}
		e := entry{name: entryName(head.Name), size: head.Size, refused: tarRefused(head)}
		if head.Typeflag == tar.TypeXGlobalHeader || e.refused == "" && head.Typeflag == tar.TypeDir {
			continue
		}
		if err := do(e, n); err != nil {
			return err
		}
	}
}

// tarRefused says why an entry is not read, or "".
func tarRefused(head *tar.Header) string {
	for key := range head.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return "it is stored with holes: pack it anew without --sparse"
		}
	}
	mode := head.FileInfo().Mode()
	switch head.Typeflag {
	case tar.TypeReg, tar.TypeDir, tar.TypeXGlobalHeader:
		return ""
	case tar.TypeSymlink, tar.TypeLink:
		return "links are not followed"
	case tar.TypeGNUSparse:
		return "it is stored with holes: pack it anew without --sparse"
	}
	if mode&(fs.ModeNamedPipe|fs.ModeDevice) != 0 {
		return special(mode) + " is not read"
	}
	return "it is no regular file"
}

// tarError says what is wrong with an archive in words for people.
func tarError(err error) error {
	switch {
	case errors.Is(err, tar.ErrHeader):
		return errors.New("the tar archive is broken: what follows its last good entry is not read: get it again")
	case err == io.ErrUnexpectedEOF:
		return fmt.Errorf("the tar archive is cut off, and what is missing is not known: get it again: %w", err)
	}
	return err
}

// endOfTar checks what is behind the last entry: marked says that the two blocks
// of zeros are there, rest is what follows them.
func (l *listing) endOfTar(rest io.Reader, marked bool) error {
	if !marked {
		l.notes = append(l.notes, "the tar archive has no mark of its end: it may be cut off")
	}
	buf := make([]byte, 32<<10)
	other := false
	for {
		n, err := rest.Read(buf)
		other = other || len(bytes.Trim(buf[:n], "\x00")) > 0
		if err == nil {
			continue
		}
		if other {
			l.notes = append(l.notes, "other bytes follow the end of the tar archive: not read; another archive may be hidden in them")
		}
		if err == io.EOF {
			return nil
		}
		return err
	}
}

// tarStream is a compressed tar that is too big to be held: it can be read in one
// direction only. A cursor waits where the last reader stopped, so that reading
// the entries one after the other unpacks the archive once. Small entries are held
// as long as there is memory for a tar: they may be read in any order, and folders
// of them may be one input.
type tarStream struct {
	open   func() (io.ReadCloser, error)
	holder *holder
	kept   int64 // bytes of the entries that are held
}

// list goes through the archive once.
func (s *tarStream) list(top *allowance) (*listing, error) {
	r, err := s.open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	l, tail := &listing{top: top}, &tailReader{r: r}
	t := tar.NewReader(tail)
	err = eachTarEntry(t, top, func(e entry, n int) error {
		e.open = func() (io.ReadCloser, error) { return s.entry(n) }
		s.keep(&e, t)
		return l.add(e)
	})
	if err != nil {
		return l, err
	}
	return l, l.endOfTar(tail, tail.zeros >= 2*tarBlock)
}

// keep holds an entry that is small. One that breaks off is left to whoever reads it.
func (s *tarStream) keep(e *entry, r io.Reader) {
	if e.refused != "" || e.size > maxKeptEntry || s.kept+e.size > s.holder.maxTar || s.holder.take(e.size) != nil {
		return
	}
	data, err := io.ReadAll(r)
	if err != nil {
		s.holder.give(e.size)
		return
	}
	s.kept += e.size
	e.span = &span{memory{bytes.NewReader(data)}, 0, e.size}
	e.open = e.span.open
}

// tailReader counts the zeros at the end of what was read.
type tailReader struct {
	r     io.Reader
	zeros int
}

func (t *tailReader) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if last := len(bytes.TrimRight(p[:n], "\x00")); last > 0 {
		t.zeros = n - last
	} else {
		t.zeros += n
	}
	return n, err
}

// tarCursor is a place in a stream.
type tarCursor struct {
	stream *tarStream
	src    io.ReadCloser
	tar    *tar.Reader
	at     int    // entry
	head   []byte // what was read of it, to be read again
	past   bool   // more was read than the head holds
}

// maxReplay is how much of an entry can be read again without going back:
// detection reads less.
const maxReplay = 1 << 20

// entry opens entry n.
func (s *tarStream) entry(n int) (io.ReadCloser, error) {
	c := s.holder.takeCursor(s)
	if c != nil && (c.at > n || c.at == n && c.past) {
		c.src.Close()
		c = nil
	}
	if c == nil {
		src, err := s.open()
		if err != nil {
			return nil, err
		}
		c = &tarCursor{stream: s, src: src, tar: tar.NewReader(src), at: -1}
	}
	for c.at < n {
		if _, err := c.tar.Next(); err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			c.src.Close()
			return nil, tarError(err)
		}
		c.at, c.head, c.past = c.at+1, nil, false
	}
	return &tarEntry{cursor: c}, nil
}

// takeCursor returns the cursor that waits, if it is that of the stream.
func (h *holder) takeCursor(s *tarStream) *tarCursor {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.cursor
	if c == nil || c.stream != s {
		return nil
	}
	h.cursor = nil
	return c
}

// putCursor lets a cursor wait; the one that waited before gives up.
func (h *holder) putCursor(c *tarCursor) {
	h.mu.Lock()
	before := h.cursor
	h.cursor = c
	h.mu.Unlock()
	if before != nil {
		before.src.Close()
	}
}

// tarEntry reads the entry at which a cursor is.
type tarEntry struct {
	cursor *tarCursor
	pos    int
	failed bool
}

func (e *tarEntry) Read(p []byte) (int, error) {
	c := e.cursor
	if e.pos < len(c.head) {
		n := copy(p, c.head[e.pos:])
		e.pos += n
		return n, nil
	}
	n, err := c.tar.Read(p)
	if n > 0 && !c.past && len(c.head)+n <= maxReplay {
		c.head = append(c.head, p[:n]...)
		e.pos = len(c.head)
	} else if n > 0 {
		c.past, c.head, e.pos = true, nil, 0
	}
	if err != nil && err != io.EOF {
		e.failed = true
		err = tarError(err)
	}
	return n, err
}

func (e *tarEntry) Close() error {
	c := e.cursor
	if c == nil {
		return nil
	}
	e.cursor = nil
	if e.failed {
		return c.src.Close()
	}
	c.stream.holder.putCursor(c)
	return nil
}

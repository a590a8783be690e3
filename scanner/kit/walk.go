package kit

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// File is one file on disk or in an archive, to be read once from the start.
type File struct {
	Name   string // as "lists/all.zip!GO-2024-1.json"
	Reader io.Reader
}

// UnreadableError says that a file is damaged. The build goes on with the others.
type UnreadableError struct{ Err error }

func (e *UnreadableError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *UnreadableError) Unwrap() error { return e.Err }

// maxDepth is how deep archives may lie in each other, compression counted: the
// list of CVE records is published as an archive in an archive.
const maxDepth = 4

// maxInner bounds an archive in an archive, which is put on disk to be read: that
// of all CVE records has some 600 MB.
const maxInner = 16 << 30

// MaxRecord bounds one record that is held whole: the largest advisories known
// have some 10 MB.
const MaxRecord = 64 << 20

// ReadAll reads a file that holds one record.
func (f File) ReadAll() ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(f.Reader, MaxRecord+1))
	if err != nil {
		return nil, &UnreadableError{err}
	}
	if len(b) > MaxRecord {
		return nil, &UnreadableError{fmt.Errorf("more than %d bytes", MaxRecord)}
	}
	return b, nil
}

// walk calls f with the file, or with every file of the archive that it is.
// A damaged archive is an error: half of the data must not pass for all of it.
func walk(ctx context.Context, path string, f func(File) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	w := walking{ctx, f}
	return w.stream(path, file, 0)
}

type walking struct {
	ctx context.Context
	f   func(File) error
}

// stream looks at the first bytes of a stream and goes into what it is.
func (w *walking) stream(name string, r io.Reader, depth int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	in := bufio.NewReaderSize(r, 4096)
	head, err := in.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read %s: %w", name, err)
	}
	archive := depth < maxDepth
	switch {
	case archive && bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return w.zip(name, r, in, depth)
	case archive && bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(in)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		return w.stream(strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".tgz"), z, depth+1)
	case archive && len(head) > 262 && string(head[257:262]) == "ustar":
		return w.tar(name, in, depth)
	}
	return w.f(File{name, in})
}

// zip goes through a zip file. One that is no file on disk is put there for the
// time, as its list of contents stands at its end.
func (w *walking) zip(name string, r, in io.Reader, depth int) error {
	file, ok := r.(*os.File)
	if !ok {
		temp, err := os.CreateTemp("", "netvet-*.zip")
		if err != nil {
			return err
		}
		defer os.Remove(temp.Name())
		defer temp.Close()
		n, err := io.Copy(temp, io.LimitReader(interruptible{w.ctx, in}, maxInner+1))
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		if n > maxInner {
			return fmt.Errorf("read %s: it unpacks to more than %d bytes: give the archive in it by itself", name, int64(maxInner))
		}
		file = temp
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	z, err := zip.NewReader(file, info.Size())
	if err != nil {
		return fmt.Errorf("read %s: %w: it is truncated or damaged, get it again", name, err)
	}
	for _, entry := range z.File {
		if entry.FileInfo().IsDir() {
			continue
		}
		if err := w.entry(name+"!"+entry.Name, entry.Open, depth); err != nil {
			return err
		}
	}
	return nil
}

func (w *walking) tar(name string, in io.Reader, depth int) error {
	t := tar.NewReader(in)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read %s: %w: it is truncated or damaged, get it again", name, err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if err := w.stream(name+"!"+h.Name, t, depth+1); err != nil {
			return err
		}
	}
}

func (w *walking) entry(name string, open func() (io.ReadCloser, error), depth int) error {
	r, err := open()
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	defer r.Close()
	return w.stream(name, r, depth+1)
}

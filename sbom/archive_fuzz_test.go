package sbom

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ulikunitz/xz"
)

// FuzzArchive reads any bytes as a compressed file or an archive: that never fails
// but by an error, says something of everything, and gives the same each time.
func FuzzArchive(f *testing.F) {
	stored, err := filepath.Glob("../testdata/archive/*")
	if err != nil || len(stored) == 0 {
		f.Fatal("no archives in testdata: ", err)
	}
	for _, file := range stored {
		f.Add(testFile(f, filepath.Base(file)))
	}
	boms := tarOf(f, threeFiles()...)
	for _, data := range [][]byte{boms, gzipOf(f, boms), xzOf(f, boms), zstdOf(f, boms), zipOf(f, threeFiles()...),
		zipOf(f, packed{name: "a.tgz", text: string(gzipOf(f, boms))}, packed{name: "rack.txt", text: "r"}), gzipOf(f, []byte(bomNamed("a")))} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		said := func(w *walker) (all []string) {
			for _, in := range w.inputs {
				summary, notes, err := Read(context.Background(), in, w.opt, func(Record) error { return nil })
				all = append(all, fmt.Sprint(in.Name, summary.Format, summary.SHA256, summary.Bytes, summary.Products, notes, err))
			}
			return append(all, gapText(w.gaps))
		}
		w := &walker{opt: bomsOnly().withDefaults(), holder: &holder{max: 16 << 20, maxTar: 1 << 10}}
		w.opt.MaxFileSize = 8 << 20
		w.take(member{name: "a", size: int64(len(data)), open: bytesInput("a", data).Open, named: true})
		if len(w.inputs)+len(w.gaps) == 0 {
			t.Error("nothing is said of it")
		}
		first := said(w)
		if again := said(w); !slices.Equal(first, again) {
			t.Errorf("read again:\n%q\n%q", first, again)
		}
		piped := &walker{opt: w.opt, holder: &holder{max: 16 << 20, maxTar: 1 << 10}, seen: map[string]bool{}, stdin: bytes.NewReader(data)}
		piped.standardInput()
		if len(piped.inputs)+len(piped.gaps) == 0 {
			t.Error("nothing is said of it from standard input")
		}
	})
}

// FuzzXZ reads any bytes as an xz file: what is read is what the library reads.
func FuzzXZ(f *testing.F) {
	for _, name := range []string{"blocks.json.xz", "nocheck.json.xz", "sha256.json.xz", "x86.json.xz"} {
		f.Add(testFile(f, name))
	}
	f.Add(append(xzOf(f, []byte("a")), xzOf(f, nil)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := openXZ(bufio.NewReaderSize(bytes.NewReader(data), headSize), DefaultMaxUnpackRatio)
		if err != nil {
			return
		}
		got, err := io.ReadAll(io.LimitReader(r, 4<<20))
		if err != nil || len(got) == 4<<20 {
			return
		}
		judge, err := xz.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("read %d bytes of what the library refuses: %v", len(got), err)
		}
		if want, err := io.ReadAll(judge); err != nil || !bytes.Equal(got, want) {
			t.Errorf("read %d bytes, the library %d: %v", len(got), len(want), err)
		}
	})
}

// FuzzTarStream reads any bytes as a tar archive in one direction, and as one that is
// held: the same entries come out, with the same bytes.
func FuzzTarStream(f *testing.F) {
	for _, name := range []string{"v7.tar", "sparse.tar"} {
		f.Add(testFile(f, name))
	}
	f.Add(tarOf(f, threeFiles()...))
	f.Fuzz(func(t *testing.T, data []byte) {
		opt := Options{}.withDefaults()
		open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
		stream := &tarStream{open: open, holder: newHolder(opt)}
		one, errOne := stream.list(newAllowance(opt))
		whole := span{store: failingStore{bytes.NewReader(data), int64(len(data))}, size: int64(len(data))}
		other, errOther := listTar(whole, newAllowance(opt))
		if a, b := shownEntries(one), shownEntries(other); !slices.Equal(a, b) || (errOne == nil) != (errOther == nil) {
			t.Errorf("in one direction:\n%q %v\nheld:\n%q %v", a, errOne, b, errOther)
		}
	})
}

// shownEntries is what can be read of each entry.
func shownEntries(l *listing) (all []string) {
	for _, e := range l.entries {
		shown := e.name + e.refused
		if r, err := e.open(); err == nil && e.refused == "" {
			data, err := io.ReadAll(io.LimitReader(r, 1<<20))
			shown += fmt.Sprintf(" %q %t", data, err == nil)
			r.Close()
		}
		all = append(all, shown)
	}
	return all
}

package sbom

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// rawZip stores entries with the sizes that their headers give, whatever is so.
func rawZip(t testing.TB, heads []zip.FileHeader, data [][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range heads {
		w, err := z.CreateRaw(&heads[i])
		if err != nil {
			t.Fatal(err)
		}
		w.Write(data[i])
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// said is all that reading an archive says: the names of products, errors, gaps.
func said(t testing.TB, data []byte, opt Options) string {
	t.Helper()
	inputs, gaps := walkOf(t, "a", data, opt)
	text := gapText(gaps)
	for _, in := range inputs {
		text += in.Name + ": " + productNames(t, in, opt) + "\n"
	}
	return text
}

// TestZip64Lies reads archives whose 64-bit sizes are beyond any file.
func TestZip64Lies(t *testing.T) {
	bom := []byte(bomNamed("a"))
	for _, lie := range []uint64{1 << 32, 1 << 40, 1<<62 - 1, 1 << 62, 1<<63 - 1, 1 << 63, 1<<64 - 1} {
		for name, head := range map[string]zip.FileHeader{
			"unpacked": {Name: "a.json", Method: zip.Deflate, CompressedSize64: uint64(len(bom)), UncompressedSize64: lie},
			"packed":   {Name: "a.json", CompressedSize64: lie, UncompressedSize64: uint64(len(bom))},
			"both":     {Name: "a.json", CompressedSize64: lie, UncompressedSize64: lie},
		} {
			got := said(t, rawZip(t, []zip.FileHeader{head, {Name: "b.json", CompressedSize64: uint64(len(bom)), UncompressedSize64: uint64(len(bom))}}, [][]byte{bom, bom}), Options{})
			if !strings.Contains(got, "get it again") && !strings.Contains(got, "get the archive again") {
				t.Errorf("%s %d: %s", name, lie, got)
			}
		}
	}
	whole := zipOf(t, packed{name: "a.json", text: string(bom)})
	end := bytes.Index(whole, []byte("PK\x05\x06"))
	for at, size := range map[int]int{8: 2, 10: 2, 12: 4, 16: 4} { // numbers of entries, size and place of the directory
		for _, value := range []uint32{0, 2, 60_000, 0xFFFF, 1 << 31, 1<<32 - 1} {
			lies := slices.Clone(whole)
			copy(lies[end+at:end+at+size], binary.LittleEndian.AppendUint32(nil, value))
			if got := said(t, lies, Options{}); got == "" {
				t.Errorf("%d at %d: nothing is said", value, at)
			}
		}
	}
}

// TestZipMillionEntries refuses a directory of a million entries, all of which are
// one, before it is held.
func TestZipMillionEntries(t *testing.T) {
	one := zipOf(t, packed{name: "a.json"})
	begin, end := bytes.Index(one, []byte(directoryRecord)), bytes.Index(one, []byte("PK\x05\x06"))
	directory := bytes.Repeat(one[begin:end], 1_000_000)
	data := slices.Concat(one[:begin], directory, one[end:])
	tail := data[len(data)-22:]
	binary.LittleEndian.PutUint16(tail[8:], 1_000_000%65536)
	binary.LittleEndian.PutUint16(tail[10:], 1_000_000%65536)
	binary.LittleEndian.PutUint32(tail[12:], uint32(len(directory)))
	before := allocated()
	got := said(t, data, Options{})
	if bytes := allocated() - before; !strings.Contains(got, "more than 100000 entries") || bytes > 100<<20 {
		t.Errorf("%s after %d bytes allocated", got, bytes)
	}
	if got := said(t, data, Options{MaxArchiveEntries: 10}); !strings.Contains(got, "more than 10 entries") && !strings.Contains(got, "directory of the ZIP archive is larger") {
		t.Error(got)
	}
}

// TestZipExactEntries reads as many entries as are allowed, and not one more.
func TestZipExactEntries(t *testing.T) {
	var files []packed
	for i := range 50 {
		files = append(files, packed{name: fmt.Sprint(i, ".json"), text: bomNamed("a")})
	}
	for kind, data := range map[string][]byte{"zip": zipOf(t, files...), "tar": tarOf(t, files...), "tgz": gzipOf(t, tarOf(t, files...))} {
		if got := said(t, data, Options{MaxArchiveEntries: 50}); strings.Count(got, ": a\n") != 50 {
			t.Errorf("%s: %s", kind, got)
		}
		if got := said(t, data, Options{MaxArchiveEntries: 49}); !strings.Contains(got, "more than 49 entries") || strings.Contains(got, ": a\n") {
			t.Errorf("%s: %s", kind, got)
		}
	}
}

// TestZipOverlap refuses an entry that begins inside another, as in the bombs whose
// entries quote each other.
func TestZipOverlap(t *testing.T) {
	inner := zipWith(t, zip.Store, packed{name: "b.json", text: bomNamed("b")})
	outer := zipWith(t, zip.Store, packed{name: "a.json", text: string(inner)}, packed{name: "b.json", text: bomNamed("b")})
	second := bytes.LastIndex(outer, []byte(directoryRecord))
	quoted := bytes.Index(outer[30:], []byte(localHeader)) + 30
	copy(outer[second+42:], binary.LittleEndian.AppendUint32(nil, uint32(quoted)))
	if got := said(t, outer, Options{}); !strings.Contains(got, "a!b.json: skipped: its bytes are also those of another entry") {
		t.Error(got)
	}
}

// wideXZ and wideZstd pack a few bytes and ask for a window of 128 MiB.
func wideXZ(t testing.TB, data []byte) []byte {
	return compressed(t, data, func(w io.Writer) (io.WriteCloser, error) {
		return xz.WriterConfig{DictCap: maxWindow}.NewWriter(w)
	})
}

func wideZstd(t testing.TB, data []byte) []byte {
	return compressed(t, data, func(w io.Writer) (io.WriteCloser, error) {
		z, err := zstd.NewWriter(w, zstd.WithWindowSize(maxWindow))
		if err == nil {
			z.Write([]byte(" "))
			err = z.Flush() // so that the size is not known when the header is written
		}
		return z, err
	})
}

// TestWideWindows makes sure that small entries cost no more than their bytes,
// whatever window they ask for.
func TestWideWindows(t *testing.T) {
	for kind, data := range map[string][]byte{"xz": wideXZ(t, []byte(bomNamed("a"))), "zstd": wideZstd(t, []byte(bomNamed("a")))} {
		var files []packed
		for i := range 100 {
			files = append(files, packed{name: fmt.Sprint(i), text: string(data)})
		}
		before := allocated()
		got := said(t, tarOf(t, files...), bomsOnly())
		if bytes := allocated() - before; strings.Count(got, ": a\n") != 100 || bytes > 100*8<<20 {
			t.Errorf("%s: %d bytes allocated\n%s", kind, bytes, got)
		}
	}
	streams := bytes.Repeat(wideXZ(t, []byte(" ")), 2000)
	before := allocated()
	got := said(t, streams, bomsOnly())
	if bytes := allocated() - before; !strings.Contains(got, "far smaller than the window") || bytes > 4<<30 {
		t.Errorf("%s after %d bytes allocated", got, bytes)
	}
}

// TestTarHeaderBombs stops at headers that are larger than any name.
func TestTarHeaderBombs(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "a.json", PAXRecords: map[string]string{"X.y": strings.Repeat("x", 2<<20)}}); err != nil {
		t.Skip("the writer refuses it: ", err)
	}
	w.Close()
	if got := said(t, b.Bytes(), Options{}); !strings.Contains(got, "a: read a: ") {
		t.Error(got)
	}
}

// failingStore is a file that cannot be read from a place on.
type failingStore struct {
	*bytes.Reader
	from int64
}

func (f failingStore) acquire() error { return nil }
func (f failingStore) release()       {}

func (f failingStore) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) <= f.from {
		return f.Reader.ReadAt(p, off)
	}
	n, _ := f.Reader.ReadAt(p[:max(0, min(f.from-off, int64(len(p))))], off)
	return n, errDisk
}

// TestArchiveFailsAnywhere lets the disk fail at every byte of an archive: what is
// behind is an error that tells the cause, and what passes for read is whole.
func TestArchiveFailsAnywhere(t *testing.T) {
	files := []packed{{name: "a.json", text: bomNamed("a")}, {name: "b.zip", text: string(zipOf(t, packed{name: "c.json", text: bomNamed("c")}))}}
	for kind, data := range map[string][]byte{"zip": zipOf(t, files...), "stored": zipWith(t, zip.Store, files...), "tar": tarOf(t, files...), "tgz": gzipOf(t, tarOf(t, files...))} {
		for n := range data {
			if kind == "tar" && n%7 > 0 { // most are zeros
				continue
			}
			whole := &span{store: failingStore{bytes.NewReader(data), int64(n)}, size: int64(len(data))}
			w := &walker{opt: bomsOnly().withDefaults(), holder: newHolder(Options{}.withDefaults())}
			w.take(member{name: "a", size: whole.size, open: whole.open, span: whole, named: true})
			var got []string
			for _, in := range w.inputs {
				got = append(got, productNames(t, in, bomsOnly()))
			}
			text := strings.Join(got, "\n")
			if !strings.Contains(text, errDisk.Error()) && !slices.Equal(got, []string{"a", "c"}) {
				t.Fatalf("%s failing at byte %d of %d: %q %s", kind, n, len(data), got, gapText(w.gaps))
			}
			if strings.Contains(text, "get it again") {
				t.Fatalf("%s failing at byte %d of %d blames the archive: %s", kind, n, len(data), text)
			}
		}
	}
}

// TestEntriesAtOnce reads the entries of archives side by side, with memory for some
// of the archives only.
func TestEntriesAtOnce(t *testing.T) {
	inner := func(i int) packed {
		return packed{name: fmt.Sprint(i, ".zip"), text: string(zipOf(t, packed{name: "x.json", text: bomNamed(fmt.Sprint("x", i))}))}
	}
	var files []packed
	for i := range 8 {
		files = append(files, inner(i), packed{name: fmt.Sprint(i, ".json"), text: bomNamed(fmt.Sprint("y", i))})
	}
	for kind, data := range map[string][]byte{"zip": zipOf(t, files...), "tgz": gzipOf(t, tarOf(t, files...))} {
		opt := bomsOnly().withDefaults()
		w := &walker{opt: opt, holder: &holder{max: 20 * chunkSize, maxTar: 4 << 10}}
		w.take(member{name: "a", open: bytesInput("a", data).Open, named: true})
		if len(w.inputs) != 16 || len(w.gaps) > 0 {
			t.Fatalf("%s: %q %s", kind, names(w.inputs), gapText(w.gaps))
		}
		var wait sync.WaitGroup
		for range 3 {
			for i, in := range w.inputs {
				wait.Go(func() {
					want := fmt.Sprint(string("xy"[i%2]), i/2)
					if got := productNames(t, in, opt); got != want {
						t.Errorf("%s: %s: %s", kind, in.Name, got)
					}
				})
			}
		}
		wait.Wait()
	}
}

package sbom

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// countedOpens opens data, and counts how often and how many are open.
type countedOpens struct {
	data        []byte
	opened, now int
	mu          sync.Mutex
}

func (c *countedOpens) open() (io.ReadCloser, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.opened++
	c.now++
	return &countedClose{bytes.NewReader(c.data), c}, nil
}

type countedClose struct {
	io.Reader
	of *countedOpens
}

func (c *countedClose) Close() error {
	c.of.mu.Lock()
	defer c.of.mu.Unlock()
	c.of.now--
	return nil
}

func streamOf(t *testing.T, n, size int) (*countedOpens, *tarStream, []entry) {
	var files []packed
	for i := range n {
		files = append(files, packed{name: fmt.Sprint(i), text: strings.Repeat(fmt.Sprint(i%10), size)})
	}
	src := &countedOpens{data: tarOf(t, files...)}
	stream := &tarStream{open: src.open, holder: &holder{max: 1 << 20}}
	l, err := stream.list(newAllowance(Options{}.withDefaults()))
	if err != nil || len(l.entries) != n || len(l.notes) > 0 || src.now > 0 {
		t.Fatalf("%+v %v", l, err)
	}
	return src, stream, l.entries
}

func readEntry(t *testing.T, e entry, most int) string {
	t.Helper()
	r, err := e.open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, int64(most)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestTarStream reads a tar that goes in one direction: entry after entry, with a
// look at each before, unpacks it once; any order gives the same.
func TestTarStream(t *testing.T) {
	src, stream, entries := streamOf(t, 20, 3000)
	src.opened = 0
	for i, e := range entries {
		readEntry(t, e, 100)
		if got := readEntry(t, e, 1e6); got != strings.Repeat(fmt.Sprint(i%10), 3000) {
			t.Fatalf("entry %d: %d bytes of %.1s", i, len(got), got)
		}
	}
	if src.opened != 1 || src.now != 1 {
		t.Errorf("opened %d times, %d are open", src.opened, src.now)
	}
	for _, i := range []int{7, 3, 3, 19, 0, 11, 12} {
		if got := readEntry(t, entries[i], 1e6); got != strings.Repeat(fmt.Sprint(i%10), 3000) {
			t.Errorf("entry %d: %d bytes of %.1s", i, len(got), got)
		}
	}
	var wait sync.WaitGroup
	for i, e := range entries {
		wait.Go(func() {
			if got := readEntry(t, e, 1e6); got != strings.Repeat(fmt.Sprint(i%10), 3000) {
				t.Errorf("entry %d at the same time: %d bytes of %.1s", i, len(got), got)
			}
		})
	}
	wait.Wait()
	if src.now != 1 {
		t.Errorf("%d are open", src.now)
	}
	other := &countedOpens{data: src.data}
	next := &tarStream{open: other.open, holder: stream.holder}
	l, _ := next.list(newAllowance(Options{}.withDefaults()))
	readEntry(t, l.entries[0], 10)
	if src.now != 0 || other.now != 1 {
		t.Errorf("%d and %d are open", src.now, other.now)
	}
}

// TestTarStreamReplay goes back when more was read than is kept.
func TestTarStreamReplay(t *testing.T) {
	src, _, entries := streamOf(t, 2, 3*maxReplay)
	src.opened = 0
	for _, most := range []int{100, maxReplay / 2, 1e9, 1e9} {
		if got := readEntry(t, entries[1], most); len(got) != min(most, 3*maxReplay) || strings.Trim(got, "1") != "" {
			t.Errorf("%d bytes of %.1s", len(got), got)
		}
	}
	if src.opened != 2 {
		t.Errorf("opened %d times", src.opened)
	}
}

// TestTarStreamBroken reads a stream that breaks off.
func TestTarStreamBroken(t *testing.T) {
	src, stream, _ := streamOf(t, 5, 3000)
	whole := src.data
	for n := 0; n < len(whole)-1024; n += 100 {
		src.data = whole[:n]
		stream := &tarStream{open: src.open, holder: stream.holder}
		l, err := stream.list(newAllowance(Options{}.withDefaults()))
		if err == nil && n%512 != 0 && len(l.notes) == 0 {
			t.Errorf("cut at %d: %d entries pass for whole", n, len(l.entries))
		}
		for i, e := range l.entries {
			r, err := e.open()
			if err != nil {
				t.Errorf("cut at %d: entry %d: %v", n, i, err)
				continue
			}
			if data, err := io.ReadAll(r); len(data) < 3000 && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("cut at %d: entry %d: %d bytes, %v", n, i, len(data), err)
			}
			r.Close()
		}
	}
	if src.now > 1 {
		t.Errorf("%d are open", src.now)
	}
}

// TestLongTar reads a compressed tar that is too long to be held, with an archive
// inside.
func TestLongTar(t *testing.T) {
	noise := make([]byte, 4*chunkSize)
	for i := range noise {
		noise[i] = byte(i * i >> 7)
	}
	data := gzipOf(t, tarOf(t, packed{name: "a.json", text: bomNamed("a")}, packed{name: "firmware.bin", text: "\x7fELF" + string(noise)},
		packed{name: "in.zip", text: string(zipOf(t, packed{name: "b.json", text: bomNamed("b")}))}, packed{name: "c.json", text: bomNamed("c")}))
	w := &walker{opt: bomsOnly().withDefaults(), holder: &holder{max: 8 * chunkSize, maxTar: 2 * chunkSize}}
	src := &countedOpens{data: data}
	w.take(member{name: "a.tgz", open: src.open})
	if got := names(w.inputs); !slices.Equal(got, []string{"a.tgz!a.json", "a.tgz!in.zip!b.json", "a.tgz!c.json"}) || len(w.gaps) != 1 {
		t.Fatalf("%q %s", got, gapText(w.gaps))
	}
	src.opened = 0
	for i := range 6 {
		if got := productNames(t, w.inputs[i%3], bomsOnly()); got != string(rune('a'+i%3)) {
			t.Errorf("%s: %s", w.inputs[i%3].Name, got)
		}
	}
	if src.opened > 3 {
		t.Errorf("opened %d times", src.opened)
	}
}

// TestTreeInLongTar lets a format take a folder of a tar that is too long to be held,
// because its files are small, and tells of the one that is not.
func TestTreeInLongTar(t *testing.T) {
	firmware := strings.Repeat("\x7fELF firmware", 20_000)
	data := gzipOf(t, tarOf(t, packed{name: "rack7/rack.txt", text: "Rack 7\n"}, packed{name: "firmware.bin", text: firmware},
		packed{name: "x.json", text: bomNamed("x")}, packed{name: "rack7/parts/psu", text: "800 W"}, packed{name: "rack7/parts/image", text: firmware}))
	w := &walker{opt: withDoubles().withDefaults(), holder: &holder{max: 8 * chunkSize, maxTar: 100 << 10}}
	src := &countedOpens{data: data}
	w.take(member{name: "a.tgz", open: src.open})
	if got := names(w.inputs); !slices.Equal(got, []string{"a.tgz!rack7", "a.tgz!x.json"}) {
		t.Fatalf("%q %s", got, gapText(w.gaps))
	}
	if got := gapText(w.gaps); !strings.Contains(got, "a.tgz!rack7/parts/image: skipped: its folder is one input") || !strings.Contains(got, "a.tgz!firmware.bin: skipped: this is a program") {
		t.Error(got)
	}
	src.opened = 0
	for i, want := range []string{"Rack 7", "x"} {
		if got := productNames(t, w.inputs[i], withDoubles()); got != want {
			t.Errorf("%s: %s", w.inputs[i].Name, got)
		}
	}
	if src.opened > 0 {
		t.Errorf("opened %d times for what is held", src.opened)
	}
}

// TestHolder keeps to its memory: it gives up what is idle, and refuses what does
// not fit beside what is in use.
func TestHolder(t *testing.T) {
	h := &holder{max: 3 * chunkSize}
	file := func(size int) (*heldFile, *countedOpens) {
		src := &countedOpens{data: bytes.Repeat([]byte("x"), size)}
		return &heldFile{open: src.open, limit: 10 * chunkSize, holder: h}, src
	}
	a, srcA := file(chunkSize)
	b, _ := file(2*chunkSize - 1)
	c, _ := file(3 * chunkSize)
	use := func(f *heldFile) error {
		if err := f.acquire(); err != nil {
			return err
		}
		defer f.release()
		data, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<40))
		if int64(len(data)) != f.size {
			t.Errorf("%d bytes of %d", len(data), f.size)
		}
		return err
	}
	for i, f := range []*heldFile{a, b, a, a} {
		if err := use(f); err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	if srcA.opened != 1 || h.used != a.size+b.size {
		t.Errorf("opened %d times, %d bytes used", srcA.opened, h.used)
	}
	if err := a.acquire(); err != nil {
		t.Fatal(err)
	}
	var full *heldError
	if err := use(c); !errors.As(err, &full) || h.used != a.size {
		t.Errorf("%v, %d bytes used", err, h.used)
	}
	a.release()
	// c ends with its last chunk: whether more follows is asked for with one more.
	if err := use(c); !errors.As(err, &full) {
		t.Errorf("%v", err)
	}
	if err := use(b); err != nil || h.used != b.size {
		t.Errorf("%v, %d bytes used", err, h.used)
	}
}

func TestEntryTree(t *testing.T) {
	inputsOf := func(data []byte) *entryTree {
		held := &heldFile{open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }, limit: 1 << 20, holder: newHolder(Options{}.withDefaults())}
		if err := held.acquire(); err != nil {
			t.Fatal(err)
		}
		l, err := listTar(span{held, 0, held.size}, newAllowance(Options{}.withDefaults()))
		if err != nil {
			t.Fatal(err)
		}
		return newEntryTree(l.entries)
	}
	tree := inputsOf(tarOf(t, packed{name: "a/b/c", text: "c"}, packed{name: "a/d", text: ""}, packed{name: "e", text: "ee"}, packed{name: "e/below a file", text: "x"}, packed{name: "a", text: "a folder"}))
	if err := fstest.TestFS(tree, "a/b/c", "a/d", "e"); err != nil {
		t.Error(err)
	}
	if err := fstest.TestFS(tree.sub("a"), "b/c", "d"); err != nil {
		t.Error(err)
	}
	if _, err := tree.Open("e/below a file"); err == nil {
		t.Error("a file is a folder too")
	}
}

func TestIsTar(t *testing.T) {
	whole := tarOf(t, packed{name: "a.json", text: "x"})
	if !isTar(whole) || isTar(whole[:511]) || isTar(make([]byte, 1024)) || isTar(bytes.Repeat([]byte("text\n"), 200)) {
		t.Error("tar archives are not told from others")
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "a", Format: tar.FormatGNU}); err != nil || !isTar(b.Bytes()) {
		t.Error("GNU tar is not told")
	}
}

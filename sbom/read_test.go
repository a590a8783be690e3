package sbom

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/netvet/netvet"
)

// rackTree is a format whose input is a folder as a whole: rack.txt names the
// product, every file in parts/ is a component.
func rackTree() Format {
	return Format{
		Name: "rack", Tree: true, Expect: "a folder with rack.txt",
		Detect: func(s Sample) float64 {
			if _, err := fs.Stat(s.Files, "rack.txt"); err != nil {
				return 0
			}
			return 1
		},
		Read: func(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
			name, err := fs.ReadFile(src.Files, "rack.txt")
			if err != nil {
				return Info{}, err
			}
			product := netvet.Product{Name: strings.TrimSpace(string(name)), Sources: []netvet.Source{{Input: src.Name, Record: "rack.txt"}}}
			if err := emit(ProductStart{product}); err != nil {
				return Info{}, err
			}
			parts, err := fs.ReadDir(src.Files, "parts")
			if err != nil {
				return Info{}, err
			}
			for _, part := range parts {
				if err := emit(Component{&netvet.Component{Name: part.Name()}}); err != nil {
					return Info{}, err
				}
			}
			return Info{}, emit(ProductEnd{product})
		},
	}
}

// portFacts is a format of facts that are no product: a line is an open port.
func portFacts() Format {
	return Format{
		Name: "ports", Expect: "lines that begin with port",
		Detect: func(s Sample) float64 {
			if bytes.HasPrefix(s.Head, []byte("port ")) {
				return 1
			}
			return 0
		},
		Read: func(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
			text, err := io.ReadAll(src.Reader)
			if err != nil {
				return Info{}, err
			}
			for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
				fact := netvet.Observation{Kind: "port", Name: strings.TrimPrefix(line, "port "), Pointer: fmt.Sprintf("line %d", i+1)}
				if err := emit(Observation{fact}); err != nil {
					return Info{}, err
				}
			}
			return Info{Notes: []string{"facts only"}}, nil
		},
	}
}

func withDoubles() Options {
	return Options{Formats: append([]Format{rackTree(), portFacts()}, Formats()...)}
}

func TestReadTree(t *testing.T) {
	files := fstest.MapFS{
		"rack.txt":    {Data: []byte("Rack 7\n")},
		"parts/psu":   {Data: []byte("800 W")},
		"parts/blade": {Data: []byte("B1")},
	}
	in := Input{Name: "rack7", Files: files}
	got := readInput(t, in, withDoubles())
	if got.Error != "" || got.Format != "rack" || len(got.Products) != 1 || got.Products[0].Product.Name != "Rack 7" || len(got.Products[0].Components) != 2 {
		t.Fatalf("%+v", got)
	}
	summary, _, _ := Read(context.Background(), in, withDoubles(), func(Record) error { return nil })
	if summary.Bytes != 14 || len(summary.SHA256) != 64 {
		t.Errorf("%d bytes, hash %q", summary.Bytes, summary.SHA256)
	}
	before := summary.SHA256
	files["parts/psu"].Data = []byte("900 W")
	if summary, _, _ = Read(context.Background(), in, withDoubles(), func(Record) error { return nil }); summary.SHA256 == before {
		t.Error("a changed file leaves the hash of the tree as it was")
	}
	if got := readInput(t, Input{Name: "empty", Files: fstest.MapFS{}}, withDoubles()); !strings.Contains(got.Error, "expected a folder with rack.txt") {
		t.Errorf("a folder of no known format: %s", got.Error)
	}
}

func TestReadFacts(t *testing.T) {
	var facts []netvet.Observation
	summary, notes, err := Read(context.Background(), textInput("scan.txt", "port 22\nport 443\n"), withDoubles(), func(r Record) error {
		fact, ok := r.(Observation)
		if !ok {
			t.Errorf("%T", r)
		}
		facts = append(facts, fact.Observation)
		return nil
	})
	if err != nil || len(facts) != 2 || facts[1].Name != "443" || summary.Products != 0 || summary.Format != "ports" || len(notes) != 1 {
		t.Errorf("%v %+v %+v %v", facts, summary, notes, err)
	}
}

func TestReadSummary(t *testing.T) {
	text := cdxJSONText(`"components":[{"type":"library","name":"a"},{"name":"b"}]`) + "\n"
	summary, _, err := Read(context.Background(), textInput("dir/b.json", text), Options{}, func(Record) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256([]byte(text))
	version := "1.6"
	want := netvet.InputSummary{Name: "dir/b.json", Format: "cyclonedx-json", Version: &version, SHA256: hex.EncodeToString(hash[:]),
		Bytes: int64(len(text)), Products: 1, Components: 2, Gaps: 1}
	if *summary.Version != version {
		t.Errorf("version %q", *summary.Version)
	}
	summary.Version = want.Version
	if summary != want {
		t.Errorf("%+v, want %+v", summary, want)
	}
}

// TestHashOfBrokenFile makes sure that the hash is that of the whole file even when
// its reading ended before.
func TestHashOfBrokenFile(t *testing.T) {
	text := `{"bomFormat":"CycloneDX","specVersion":"9.9"}` + strings.Repeat(" ", 3*headSize)
	summary, _, err := Read(context.Background(), textInput("b", text), Options{}, func(Record) error { return nil })
	hash := sha256.Sum256([]byte(text))
	if err == nil || summary.SHA256 != hex.EncodeToString(hash[:]) || summary.Bytes != int64(len(text)) {
		t.Errorf("%d of %d bytes, %v", summary.Bytes, len(text), err)
	}
}

func TestReadLimits(t *testing.T) {
	three := cdxJSONText(`"components":[{"type":"library","name":"a"},{"type":"library","name":"b"},{"type":"library","name":"c"}]`)
	devices := strings.ReplaceAll(three, "library", "device")
	spdx := `{"spdxVersion":"SPDX-2.3","packages":[{"name":"a","SPDXID":"SPDXRef-1"},{"name":"b","SPDXID":"SPDXRef-2"},{"name":"c","SPDXID":"SPDXRef-3"}]}`
	files := strings.NewReplacer("packages", "files", `"name"`, `"fileName"`).Replace(spdx)
	tests := []struct {
		text string
		opt  Options
		want string
	}{
		{three, Options{MaxFileSize: 100}, "larger than 100 bytes"},
		{three, Options{MaxComponents: 2}, "more than 2 components"},
		{devices, Options{MaxComponents: 2}, "more than 2 components"},
		{spdx, Options{MaxComponents: 2}, "more than 2 components"},
		{files, Options{MaxComponents: 2}, "more than 2 components"},
		{cdxJSONText(`"vulnerabilities":[{"id":"a"},{"id":"b"},{"id":"c"}],"components":[]`), Options{MaxComponents: 2}, "more than 2 services and vulnerabilities"},
		{cdxJSONText(`"services":[{"name":"a"},{"name":"b"},{"name":"c"}],"components":[]`), Options{MaxComponents: 2}, "more than 2 services and vulnerabilities"},
		{three, Options{MaxDepth: 2}, "nesting deeper than 2"},
		{cdxXMLText(`<components><component type="library"><name>a</name></component></components>`), Options{MaxDepth: 3}, "nesting deeper than 3"},
		{cdxJSONText(`"components":[{"type":"library","name":"abcdefghijklmnop"}]`), Options{MaxString: 12}, "a string longer than 12 bytes"},
		{three, Options{Format: "spdx-json"}, "no spdxVersion"},
		{three, Options{Format: "excel"}, `unknown input format "excel": one of in-toto, cyclonedx-json, `},
		{three, Options{Format: "rack", Formats: withDoubles().Formats}, "it reads a folder"},
	}
	for _, test := range tests {
		if got := readInput(t, textInput("big", test.text), test.opt); !strings.Contains(got.Error, test.want) {
			t.Errorf("%+v: error %q does not say %q", test.opt, got.Error, test.want)
		}
	}
	for _, opt := range []Options{{MaxComponents: 3}, {MaxDepth: 3}, {MaxFileSize: int64(len(three))}, {MaxString: 9}} {
		if got := readInput(t, textInput("fits", three), opt); got.Error != "" {
			t.Errorf("%+v: %s", opt, got.Error)
		}
	}
}

func TestReadCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	_, _, err := Read(ctx, bytesInput("long", generated(cycloneDXOf, 2000)), Options{}, func(Record) error {
		if n++; n == 10 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || n != 10 {
		t.Errorf("%d records, %v", n, err)
	}
}

func TestReadCannotOpen(t *testing.T) {
	in := Input{Name: "gone.json", Open: func() (io.ReadCloser, error) {
		return nil, &fs.PathError{Op: "open", Path: "/secret/gone.json", Err: fs.ErrNotExist}
	}}
	_, _, err := Read(context.Background(), in, Options{}, func(Record) error { return nil })
	if !errors.Is(err, fs.ErrNotExist) || err.Error() != "read gone.json: file does not exist" {
		t.Errorf("%v", err)
	}
}

// TestMemoryStaysFlat reads documents of different length and compares what is on the
// heap at their last component: it must not grow with the document beyond the table
// of references.
func TestMemoryStaysFlat(t *testing.T) {
	const few, many = 5_000, 50_000
	before, after := heapAtEnd(t, few), heapAtEnd(t, many)
	if perComponent := (int64(after) - int64(before)) / (many - few); perComponent > 150 {
		t.Errorf("the heap grows by %d bytes a component", perComponent)
	}
}

// heapAtEnd reads a document of n components, written while it is read, and returns
// the size of the heap at the last of them.
func heapAtEnd(t *testing.T, n int) (heap uint64) {
	t.Helper()
	r, w := io.Pipe()
	go func() {
		fmt.Fprint(w, `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"device","name":"d"}},"components":[`)
		for i := range n {
			fmt.Fprintf(w, `{"type":"library","bom-ref":"r%d","name":"lib-%d","description":"%s"},`, i, i, strings.Repeat("a long text ", 50))
		}
		fmt.Fprint(w, `{"type":"library","name":"last"}]}`)
		w.Close()
	}()
	src := &Stream{Name: "generated", Reader: r, Options: Options{}.withDefaults()}
	_, err := readCycloneDXJSON(context.Background(), src, func(rec Record) error {
		if c, ok := rec.(Component); ok && c.Name == "last" {
			var stats runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&stats)
			heap = stats.HeapAlloc
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return heap
}

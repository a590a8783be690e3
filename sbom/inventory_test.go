package sbom

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// What holds for every format is tested here, on the files of testdata/inventory:
// a folder a format, beside every file what is read of it. A new format needs a
// folder and nothing in this file.

const inventories = "../testdata/inventory"

// sample is one input of testdata.
type sample struct {
	file   string
	format Format
	data   []byte // nil for a folder
}

func (s sample) name() string { return s.format.Name + "/" + filepath.Base(s.file) }

// input is the sample as it lies on disk.
func (s sample) input() Input {
	name := filepath.Base(s.file)
	if s.data == nil {
		return Input{Name: name, Files: os.DirFS(s.file)}
	}
	return bytesInput(name, s.data)
}

// samples lists the inputs of the given formats, or of all; each has at least one.
func samples(t testing.TB, formats ...Format) (all []sample) {
	t.Helper()
	if len(formats) == 0 {
		formats = Formats()
	}
	for _, format := range formats {
		files, err := filepath.Glob(filepath.Join(inventories, format.Name, "*"))
		if err != nil {
			t.Fatal(err)
		}
		files = slices.DeleteFunc(files, isGolden)
		if len(files) == 0 {
			t.Fatalf("no files of format %s in testdata", format.Name)
		}
		for _, file := range files {
			s := sample{file: file, format: format}
			if info, err := os.Stat(file); err != nil || !info.IsDir() {
				s.data = mustRead(t, file)
			}
			all = append(all, s)
		}
	}
	return all
}

func isGolden(file string) bool { return strings.HasSuffix(file, ".golden.json") }

func mustRead(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// eachFile does something with every sample that is a file.
func eachFile(t *testing.T, do func(t *testing.T, s sample)) {
	for _, s := range samples(t) {
		if s.data != nil {
			t.Run(s.name(), func(t *testing.T) { do(t, s) })
		}
	}
}

// TestGolden compares what is read of every sample with what a person has checked.
func TestGolden(t *testing.T) {
	for _, s := range samples(t) {
		t.Run(s.name(), func(t *testing.T) {
			got := readInput(t, s.input(), Options{})
			if got.Format != s.format.Name {
				t.Errorf("read as %q", got.Format)
			}
			text := goldenText(t, got)
			if s.format.Rows && s.format.Name != "json-rows" {
				text = goldenTable(t, got)
			}
			compareGolden(t, s.file+".golden.json", text)
		})
	}
}

func compareGolden(t *testing.T, golden string, text []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatalf("%v: write it with -update", err)
	}
	if diff := cmp.Diff(string(want), string(text)); diff != "" {
		t.Error(diff)
	}
}

var errDisk = errors.New("the disk is on fire")

// TestFailingAnywhere lets the reading of every file fail at many bytes, the last
// and the first included: that is an error which tells the cause, and never a
// panic. A small file is in memory before its format is known, so the format is
// asked as well as Read.
func TestFailingAnywhere(t *testing.T) {
	eachFile(t, func(t *testing.T, s sample) {
		for n := 0; n < len(s.data); n += stride(s.data, 1500) {
			failing := func() io.Reader { return io.MultiReader(bytes.NewReader(s.data[:n]), iotest.ErrReader(errDisk)) }
			if _, err := readWith(&s.format, s.file, failing()); !errors.Is(err, errDisk) {
				t.Fatalf("failing at byte %d of %d: %v", n, len(s.data), err)
			}
			if n%100 > 0 {
				continue
			}
			in := Input{Name: "x", Open: func() (io.ReadCloser, error) { return io.NopCloser(failing()), nil }}
			_, _, err := Read(context.Background(), in, Options{}, func(Record) error { return nil })
			if !errors.Is(err, errDisk) || !strings.HasPrefix(err.Error(), "read x: ") {
				t.Fatalf("failing at byte %d of %d: %v", n, len(s.data), err)
			}
		}
	})
}

// TestCutAnywhere cuts every file at many bytes: where it is one document that is
// an error. Lines and rows may end after any of them.
func TestCutAnywhere(t *testing.T) {
	eachFile(t, func(t *testing.T, s sample) {
		whole := len(bytes.TrimSpace(s.data))
		for n := 0; n < len(s.data); n += stride(s.data, 300) {
			_, err := readWith(&s.format, s.file, bytes.NewReader(s.data[:n]))
			if err == nil && isDocument(s) && len(bytes.TrimSpace(s.data[:n])) < whole {
				t.Fatalf("cut at byte %d of %d: no error", n, len(s.data))
			}
		}
	})
}

// isDocument reports whether a file is one document of JSON or XML, or an archive.
// Masscan is read by the line, because it leaves its list open when it is stopped.
func isDocument(s sample) bool {
	if s.format.Name == "masscan" || s.format.Name == "show-commands" { // whose prompt may be <name>
		return false
	}
	return json.Valid(s.data) || isZip(s.data) || bytes.HasPrefix(bytes.TrimSpace(s.data), []byte("<"))
}

// stride keeps the cost of a test at every byte of a file within reason, which grows
// with the square of its length: a longer file is tried at that many places.
func stride(data []byte, places int) int { return 1 + len(data)/places }

func readWith(format *Format, name string, r io.Reader) (Info, error) {
	src := &Stream{Name: name, Reader: r, Options: Options{}.withDefaults()}
	return format.Read(context.Background(), src, func(Record) error { return nil })
}

// TestInPieces reads every file byte by byte: the same comes out, places included.
func TestInPieces(t *testing.T) {
	eachFile(t, func(t *testing.T, s sample) { sameInPieces(t, s.data, Options{}) })
	for _, file := range corpusJSON(t) {
		sameInPieces(t, mustRead(t, file), Options{})
	}
}

func sameInPieces(t *testing.T, data []byte, opt Options) {
	t.Helper()
	pieces := bytesInput("same", data)
	pieces.Open = slowly(data)
	if diff := cmp.Diff(readInput(t, bytesInput("same", data), opt), readInput(t, pieces, opt), cmp.AllowUnexported(readProduct{})); diff != "" {
		t.Errorf("read in pieces:\n%s", diff)
	}
}

// slowly opens data so that it arrives byte by byte.
func slowly(data []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		return io.NopCloser(iotest.OneByteReader(bytes.NewReader(data))), nil
	}
}

// corpusJSON lists JSON files of the corpus; none when it is not there.
func corpusJSON(t testing.TB) (all []string) {
	t.Helper()
	for _, folder := range []string{"cdx-bom-examples", "cdx-spec", "bad-derived", "in-the-wild", "spdx-examples", "trivy"} {
		files, err := filepath.Glob(filepath.Join(corpus, "sbom", folder, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, files...)
	}
	return all
}

// TestReceiverFails lets the receiver of records fail at every record: reading
// stops with its error.
func TestReceiverFails(t *testing.T) {
	for _, s := range samples(t) {
		for at := 0; ; at++ {
			n := 0
			_, _, err := Read(context.Background(), s.input(), Options{}, func(Record) error {
				if n++; n > at {
					return errDisk
				}
				return nil
			})
			if n <= at {
				break // all records went out
			}
			if !errors.Is(err, errDisk) {
				t.Fatalf("%s: failing at record %d: %v", s.file, at, err)
			}
		}
	}
}

// TestNothingElseIsClaimed shows what the buyer writes and the catalogues of the
// corpus to detection: none is an inventory. (Which format each other file of
// the corpus is read as is in CORPUS.md.)
func TestNothingElseIsClaimed(t *testing.T) {
	for _, root := range []string{"../testdata/context", filepath.Join(corpus, "advisories", "cisa-kev"), filepath.Join(corpus, "advisories", "epss")} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			if format, err := chooseFormat(headSample(t, path), Options{}.withDefaults()); err == nil {
				t.Errorf("%s is taken for %s", path, format.Name)
			}
			return nil
		})
		if errors.Is(err, fs.ErrNotExist) && strings.HasPrefix(root, corpus) {
			t.Logf("not looked at: %v", err)
		} else if err != nil {
			t.Error(err)
		}
	}
}

func headSample(t testing.TB, file string) Sample {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, headSize))
	if err != nil {
		t.Fatal(err)
	}
	return Sample{Name: file, Head: bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))}
}

// fuzzFormat lets any bytes be read as one format. What holds for all of them: no
// panic, no hang; what is read does not depend on how the bytes arrive; what is read
// strictly is read leniently, and the same; and nothing is an empty success.
func fuzzFormat(f *testing.F, format Format, seeds ...string) {
	for _, s := range samples(f, format) {
		f.Add(s.data)
	}
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	one := Options{Formats: []Format{format}, Format: format.Name}
	lenient := one
	lenient.Lenient = true
	f.Fuzz(func(t *testing.T, data []byte) {
		format.Detect(Sample{Name: "any", Head: data[:min(len(data), headSize)]})
		sameInPieces(t, data, one)
		strict := readInput(t, bytesInput("same", data), one)
		if strict.Error != "" || byTheLine(format) && len(strict.Gaps) > 0 {
			return // each line of a log is a document of its own, and lenient for itself
		}
		if diff := cmp.Diff(strict, readInput(t, bytesInput("same", data), lenient), cmp.AllowUnexported(readProduct{})); diff != "" {
			t.Errorf("read leniently:\n%s", diff)
		}
		if strict.isEmpty() && !mayBeEmpty(format) {
			t.Error("neither a product nor a fact, a gap or an error")
		}
		for _, p := range strict.Products {
			if len(p.Product.Sources) == 0 {
				t.Errorf("without its place: %+v", p.Product)
			}
		}
	})
}

func byTheLine(format Format) bool { return format.Name == "zeek" || format.Name == "masscan" }

// mayBeEmpty reports whether a document of the format may rightly hold nothing: a
// table without rows, a scan that met no host, a device that may talk to nobody.
func mayBeEmpty(format Format) bool {
	return format.Rows || format.Name == "nmap" || format.Name == "mud"
}

func (r *reading) isEmpty() bool {
	return len(r.Products)+len(r.Gaps)+len(r.Observations)+len(r.Declarations) == 0
}

package sbom

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

var errDisk = errors.New("the disk is on fire")

// TestReadFailsAnywhere lets the reading of every file fail at every byte: that is an
// error which tells the cause, and never a panic. A small file is in memory before
// its format is known, so the format is asked as well as Read.
func TestReadFailsAnywhere(t *testing.T) {
	everyByte(t, func(t *testing.T, format *Format, name string, data []byte, n int) {
		failing := io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(errDisk))
		if _, err := readWith(format, name, failing); !errors.Is(err, errDisk) {
			t.Fatalf("failing at byte %d of %d: %v", n, len(data), err)
		}
		if n%100 > 0 {
			return
		}
		in := Input{Name: name, Open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(errDisk))), nil
		}}
		_, _, err := Read(context.Background(), in, Options{}, func(Record) error { return nil })
		if !errors.Is(err, errDisk) || !strings.HasPrefix(err.Error(), "read "+name+": ") {
			t.Fatalf("failing at byte %d of %d: %v", n, len(data), err)
		}
	})
}

// TestReadCutAnywhere cuts every file at every byte: of JSON and XML that is an error.
func TestReadCutAnywhere(t *testing.T) {
	everyByte(t, func(t *testing.T, format *Format, name string, data []byte, n int) {
		_, err := readWith(format, name, bytes.NewReader(data[:n]))
		whole := len(bytes.TrimSpace(data[:n])) == len(bytes.TrimSpace(data))
		if err == nil && !whole && format.Name != "spdx-tagvalue" {
			t.Fatalf("cut at byte %d of %d: no error", n, len(data))
		}
	})
}

func readWith(format *Format, name string, r io.Reader) (Info, error) {
	src := &Stream{Name: name, Reader: r, Options: Options{}.withDefaults()}
	return format.Read(context.Background(), src, func(Record) error { return nil })
}

func everyByte(t *testing.T, do func(t *testing.T, format *Format, name string, data []byte, n int)) {
	for _, file := range bomFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			format, err := Detect(bytesInput(file, data), Options{})
			if err != nil {
				t.Fatal(err)
			}
			for n := range data {
				do(t, format, filepath.Base(file), data, n)
			}
		})
	}
}

// TestReadInPieces reads every file byte by byte: the same comes out.
func TestReadInPieces(t *testing.T) {
	for _, file := range bomFiles(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want := readInput(t, bytesInput("same", data), Options{})
		in := bytesInput("same", data)
		in.Open = func() (io.ReadCloser, error) {
			return io.NopCloser(iotest.OneByteReader(bytes.NewReader(data))), nil
		}
		got := readInput(t, in, Options{})
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(readProduct{})); diff != "" {
			t.Errorf("%s:\n%s", file, diff)
		}
	}
}

// TestEmitFails lets the receiver of records fail at every record: reading stops with
// its error.
func TestEmitFails(t *testing.T) {
	for _, file := range bomFiles(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; ; at++ {
			n := 0
			_, _, err := Read(context.Background(), bytesInput(file, data), Options{}, func(Record) error {
				if n++; n > at {
					return errDisk
				}
				return nil
			})
			if n <= at {
				break // all records went out
			}
			if !errors.Is(err, errDisk) {
				t.Fatalf("%s: failing at record %d: %v", file, at, err)
			}
		}
	}
}

// TestReadingInPieces reads JSON documents at once and byte by byte: the same comes out,
// places included.
func TestReadingInPieces(t *testing.T) {
	for _, file := range append(bomFiles(t), corpusJSON(t)...) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		pieces := bytesInput("same", data)
		pieces.Open = slowly(data)
		if diff := cmp.Diff(readInput(t, bytesInput("same", data), Options{}), readInput(t, pieces, Options{}), cmp.AllowUnexported(readProduct{})); diff != "" {
			t.Errorf("%s:\n%s", file, diff)
		}
	}
}

// corpusJSON lists JSON files of the corpus; none when it is not there.
func corpusJSON(t testing.TB) []string {
	t.Helper()
	var all []string
	for _, folder := range []string{"cdx-bom-examples", "cdx-spec", "bad-derived", "in-the-wild", "spdx-examples", "trivy"} {
		files, err := filepath.Glob(filepath.Join(corpus, "sbom", folder, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, files...)
	}
	return all
}

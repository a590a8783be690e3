package sbom

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	gocmp "github.com/google/go-cmp/cmp"
)

// moreFormats are the bills of materials beside CycloneDX and the first encodings of
// SPDX, what they come wrapped in, and rows in JSON.
func moreFormats() []Format {
	return []Format{spdx3JSON(), spdxYAML(), spdxRDF(), spdxXML(), syftJSON(), dsseFormat(), jsonRowsFormat()}
}

// withMore chooses among all formats. Envelopes come first, because CycloneDX takes
// whatever has a bomFormat somewhere; the rest come last, so that others could take
// their files.
func withMore() Options {
	more := moreFormats()
	known := slices.DeleteFunc(Formats(), func(f Format) bool {
		return slices.ContainsFunc(more, func(m Format) bool { return m.Name == f.Name })
	})
	return Options{Formats: slices.Concat([]Format{dsseFormat()}, known, more)}
}

// moreFiles lists the files in testdata of one format.
func moreFiles(t testing.TB, format Format) []string {
	t.Helper()
	files, err := filepath.Glob("../testdata/inventory/" + format.Name + "/*")
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, ".golden.json") })
	if len(files) == 0 {
		t.Errorf("no files of format %s in testdata", format.Name)
	}
	return files
}

// eachMoreFile does something with every file of these formats.
func eachMoreFile(t *testing.T, do func(t *testing.T, format Format, name string, data []byte)) {
	for _, format := range moreFormats() {
		for _, file := range moreFiles(t, format) {
			t.Run(format.Name+"/"+filepath.Base(file), func(t *testing.T) {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				do(t, format, file, data)
			})
		}
	}
}

func TestGoldenMore(t *testing.T) {
	eachMoreFile(t, func(t *testing.T, format Format, file string, data []byte) {
		got := readInput(t, bytesInput(filepath.Base(file), data), withMore())
		if got.Format != format.Name {
			t.Errorf("read as %q, it lies in %q", got.Format, format.Name)
		}
		text := goldenText(t, got)
		golden := strings.TrimSuffix(file, filepath.Ext(file)) + ".golden.json"
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
		if diff := gocmp.Diff(string(want), string(text)); diff != "" {
			t.Error(diff)
		}
	})
}

// TestMoreFailAnywhere lets the reading of every file fail at every byte, and cuts it
// there: the cause is told, and what is cut is noticed where the format can tell.
func TestMoreFailAnywhere(t *testing.T) {
	eachMoreFile(t, func(t *testing.T, format Format, file string, data []byte) {
		whole := len(bytes.TrimSpace(data))
		for n := range data {
			read := func(r io.Reader) error {
				src := &Stream{Name: file, Reader: r, Options: withMore().withDefaults()}
				_, err := format.Read(t.Context(), src, func(Record) error { return nil })
				return err
			}
			if err := read(io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(errDisk))); !errors.Is(err, errDisk) {
				t.Fatalf("failing at byte %d: %v", n, err)
			}
			err := read(bytes.NewReader(data[:n]))
			byLine := strings.HasSuffix(file, ".ndjson") || strings.HasSuffix(file, ".jsonl") || format.Name == "spdx-yaml"
			if err == nil && !byLine && len(bytes.TrimSpace(data[:n])) < whole {
				t.Fatalf("cut at byte %d of %d: no error", n, len(data))
			}
		}
	})
}

func TestMoreInPieces(t *testing.T) {
	eachMoreFile(t, func(t *testing.T, _ Format, _ string, data []byte) {
		want := readInput(t, bytesInput("same", data), withMore())
		in := bytesInput("same", data)
		in.Open = slowly(data)
		if diff := gocmp.Diff(want, readInput(t, in, withMore()), gocmp.AllowUnexported(readProduct{})); diff != "" {
			t.Error(diff)
		}
	})
}

func TestMoreEmitFails(t *testing.T) {
	eachMoreFile(t, func(t *testing.T, _ Format, file string, data []byte) {
		for at := 0; ; at++ {
			n := 0
			_, _, err := Read(t.Context(), bytesInput(file, data), withMore(), func(Record) error {
				if n++; n > at {
					return errDisk
				}
				return nil
			})
			if n <= at {
				break // all records went out
			}
			if !errors.Is(err, errDisk) {
				t.Fatalf("failing at record %d: %v", at, err)
			}
		}
	})
}

// TestMoreClaim makes sure that none of these formats takes a file of another: those
// in testdata, and those of the corpus when it is there.
func TestMoreClaim(t *testing.T) {
	files, err := filepath.Glob("../testdata/inventory/*/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || info.IsDir() || strings.HasSuffix(file, ".golden.json") {
			continue
		}
		if claims, own := claimsOf(t, file), filepath.Base(filepath.Dir(file)); len(claims) > 0 && !slices.Contains(claims, own) {
			t.Errorf("%s is taken by %s", file, claims)
		}
	}
}

// claimsOf lists the format among these, if any, that takes a file when all formats
// are there to choose from.
func claimsOf(t testing.TB, file string) (claims []string) {
	t.Helper()
	chosen, err := chooseFormat(headSample(t, file), Options{}.withDefaults())
	if err == nil && slices.ContainsFunc(moreFormats(), func(f Format) bool { return f.Name == chosen.Name }) {
		claims = append(claims, chosen.Name)
	}
	return claims
}

func headSample(t testing.TB, file string) Sample {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	head := make([]byte, headSize)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		t.Fatal(err)
	}
	return Sample{Name: file, Head: head[:n]}
}

// fuzzMore is fuzzReader for one of these formats.
func fuzzMore(f *testing.F, format Format, seeds ...string) {
	for _, file := range moreFiles(f, format) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	one := withMore()
	one.Format = format.Name
	lenient := one
	lenient.Lenient = true
	f.Fuzz(func(t *testing.T, data []byte) {
		strict := readInput(t, bytesInput("same", data), one)
		pieces := bytesInput("same", data)
		pieces.Open = slowly(data)
		if diff := gocmp.Diff(strict, readInput(t, pieces, one), gocmp.AllowUnexported(readProduct{})); diff != "" {
			t.Errorf("read in pieces:\n%s", diff)
		}
		if strict.Error != "" {
			return
		}
		if diff := gocmp.Diff(strict, readInput(t, bytesInput("same", data), lenient), gocmp.AllowUnexported(readProduct{})); diff != "" {
			t.Errorf("read leniently:\n%s", diff)
		}
		if len(strict.Products) == 0 && !format.Rows {
			t.Error("neither a product nor an error")
		}
	})
}

// TestMoreClaimNoOthers makes sure that no file of another kind of the corpus is surely
// taken.
func TestMoreClaimNoOthers(t *testing.T) {
	for _, row := range corpusRows(t) {
		kind := kindOf(row)
		if kind == nil || !slices.ContainsFunc(moreFormats(), func(f Format) bool { return f.Name == kind.name }) {
			mustNotClaim(t, row)
		}
	}
}

// mustNotClaim reports a file of another kind that one of these formats is sure of.
// Files that were broken on purpose are of their kind still.
func mustNotClaim(t *testing.T, row corpusRow) {
	file := filepath.Join(corpus, row.path)
	broken := strings.Contains(row.path, "/bad-derived/")
	if info, err := os.Stat(file); err != nil || info.IsDir() {
		return
	}
	for _, format := range moreFormats() {
		if sure := format.Detect(headSample(t, file)); sure >= 0.6 && !broken {
			t.Errorf("%s (%s) is taken by %s", row.path, row.format, format.Name)
		}
	}
}

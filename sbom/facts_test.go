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
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/netvet/netvet"
)

// factFormats are the formats that yield facts about products and no products.
func factFormats() []Format {
	return []Format{nmapXML(), masscan(), zeekLog(), mudJSON(), csafJSON(), openVEX()}
}

// withFactFormats are all formats, each once.
func withFactFormats() Options {
	all := Formats()
	for _, f := range factFormats() {
		if !slices.Contains(formatNames(all), f.Name) {
			all = append(all, f)
		}
	}
	return Options{Formats: all}
}

// factReading is everything that was read of an input of facts.
type factReading struct {
	Format       string               `json:"format"`
	Version      string               `json:"version"`
	Notes        []string             `json:"notes"`
	Error        string               `json:"error"`
	Observations []netvet.Observation `json:"observations"`
	Declarations []netvet.Declaration `json:"declarations"`
	Gaps         []netvet.Gap         `json:"gaps"`
}

func readFacts(t testing.TB, in Input, opt Options) factReading {
	t.Helper()
	var r factReading
	summary, notes, err := Read(context.Background(), in, opt, func(rec Record) error {
		switch rec := rec.(type) {
		case Observation:
			r.Observations = append(r.Observations, rec.Observation)
		case Declaration:
			r.Declarations = append(r.Declarations, rec.Declaration)
		case Gap:
			r.Gaps = append(r.Gaps, rec.Gap)
		default:
			t.Errorf("a record of type %T", rec)
		}
		return nil
	})
	r.Format, r.Notes = summary.Format, notes
	if summary.Version != nil {
		r.Version = *summary.Version
	}
	if err != nil {
		r.Error = err.Error()
	}
	return r
}

// factFiles lists the files of facts in testdata.
func factFiles(t testing.TB, formats ...Format) []string {
	t.Helper()
	var all []string
	for _, format := range formats {
		files, err := filepath.Glob("../testdata/inventory/" + format.Name + "/*")
		if err != nil {
			t.Fatal(err)
		}
		files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, ".golden.json") })
		if len(files) == 0 {
			t.Fatalf("no files of format %s in testdata", format.Name)
		}
		all = append(all, files...)
	}
	return all
}

func TestGoldenFacts(t *testing.T) {
	for _, file := range factFiles(t, factFormats()...) {
		t.Run(filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file), func(t *testing.T) {
			got := readFacts(t, bytesInput(filepath.Base(file), mustRead(t, file)), withFactFormats())
			if folder := filepath.Base(filepath.Dir(file)); got.Format != folder {
				t.Errorf("read as %q, it lies in %q", got.Format, folder)
			}
			text := factText(t, got)
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
			if diff := cmp.Diff(string(want), string(text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// factText shows a reading without what is not known.
func factText(t *testing.T, r factReading) []byte {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(known(tree)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func mustRead(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestFactDetail(t *testing.T) {
	for want, pairs := range map[string][]string{
		"":                                      nil,
		"a=1; b=2":                              {"a", "1", "none", "", "b", " 2 "},
		`a="x; status=fixed"; b=y=z`:            {"a", "x; status=fixed", "b", "y=z"},
		`a="\x1b[31m\nb"`:                       {"a", "\x1b[31m\nb"},
		"a=" + strings.Repeat("é", 256) + "...": {"a", strings.Repeat("é", 300)},
	} {
		if got := factDetail(pairs...); got != want {
			t.Errorf("%q: %s, want %s", pairs, got, want)
		}
	}
}

func TestHeldReader(t *testing.T) {
	r := &heldReader{r: strings.NewReader(strings.Repeat("x", 100)), left: 50}
	data, err := io.ReadAll(iotest.OneByteReader(r))
	if len(data) != 50 || err == nil || !strings.Contains(err.Error(), "give it in parts") {
		t.Errorf("%d bytes, %v", len(data), err)
	}
}

// TestDetectFacts runs the detection of the formats of facts over all files of the
// corpus and of testdata: each claims all files of its own kind and no others.
func TestDetectFacts(t *testing.T) {
	kinds := make(map[string]string)
	for _, row := range corpusRows(t) {
		kinds[filepath.Join(corpus, row.path)] = factKind(row)
	}
	for _, file := range allFiles(t, "../testdata") {
		if folder := filepath.Base(filepath.Dir(file)); slices.Contains(formatNames(factFormats()), folder) && !strings.HasSuffix(file, ".golden.json") {
			kinds[file] = folder
		} else {
			kinds[file] = ""
		}
	}
	claimed := make(map[string]int)
	for file, kind := range kinds {
		data, err := os.ReadFile(file)
		if err != nil || len(data) == 0 {
			continue
		}
		sample := Sample{Name: file, Head: sampleHead(t, data)}
		for _, format := range factFormats() {
			sure := format.Detect(sample)
			if sure > 0 {
				claimed[format.Name]++
			}
			if (sure > 0) != (kind == format.Name) || sure > 0 && sure < 0.9 {
				t.Errorf("%s is %q, %s claims it with %v", file, kind, format.Name, sure)
			}
		}
		if format, err := chooseFormat(sample, withFactFormats()); kind != "" && (err != nil || format.Name != kind) {
			t.Errorf("%s is %q, but %v wins (%v)", file, kind, format, err)
		}
	}
	t.Logf("claimed: %v", claimed)
}

// factKind is the format of a file of the corpus by its manifest.
func factKind(row corpusRow) string {
	for begin, kind := range map[string]string{"nmap XML": "nmap", "Zeek log": "zeek", "RFC 8520 MUD": "mud", "CSAF 2": "csaf", "OpenVEX": "openvex"} {
		if strings.HasPrefix(row.format, begin) {
			return kind
		}
	}
	if strings.HasSuffix(row.path, "/open-vex-affected.json") {
		return "openvex" // the context of this one is empty
	}
	return ""
}

func allFiles(t *testing.T, root string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func sampleHead(t *testing.T, data []byte) []byte {
	t.Helper()
	head := data[:min(len(data), headSize)]
	return bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
}

// TestFactsFailAnywhere lets the reading of every file fail, and be cut, at every
// byte.
func TestFactsFailAnywhere(t *testing.T) {
	for _, format := range factFormats() {
		for _, file := range factFiles(t, format) {
			data := mustRead(t, file)
			for n := range data {
				failing := io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(errDisk))
				if _, err := readWith(&format, "x", failing); !errors.Is(err, errDisk) {
					t.Fatalf("%s: failing at byte %d of %d: %v", file, n, len(data), err)
				}
				_, err := readWith(&format, "x", bytes.NewReader(data[:n]))
				whole := len(bytes.TrimSpace(data[:n])) == len(bytes.TrimSpace(data))
				if err == nil && !whole && format.Name != "zeek" && format.Name != "masscan" {
					t.Fatalf("%s: cut at byte %d of %d: no error", file, n, len(data))
				}
			}
		}
	}
}

// TestFactsStop lets the receiver fail at every record: reading stops with its
// error. Read byte by byte, the same comes out.
func TestFactsStop(t *testing.T) {
	for _, format := range factFormats() {
		for _, file := range factFiles(t, format) {
			data := mustRead(t, file)
			one := Options{Formats: []Format{format}}
			for at := 0; ; at++ {
				n := 0
				_, _, err := Read(context.Background(), bytesInput(file, data), one, func(Record) error {
					if n++; n > at {
						return errDisk
					}
					return nil
				})
				if n <= at {
					break
				}
				if !errors.Is(err, errDisk) {
					t.Fatalf("%s: failing at record %d: %v", file, at, err)
				}
			}
			sameInPieces(t, data, one)
		}
	}
}

func sameInPieces(t *testing.T, data []byte, opt Options) {
	t.Helper()
	in := bytesInput("same", data)
	in.Open = slowly(data)
	if diff := cmp.Diff(readFacts(t, bytesInput("same", data), opt), readFacts(t, in, opt)); diff != "" {
		t.Errorf("read in pieces:\n%s", diff)
	}
}

// fuzzFacts reads any bytes as one format: no panic, no hang; what is read does
// not depend on how the bytes arrive, what is read strictly is read leniently, and
// a document that yields nothing says so.
func fuzzFacts(f *testing.F, format Format, seeds ...string) {
	for _, file := range factFiles(f, format) {
		f.Add(mustRead(f, file))
	}
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	one := Options{Formats: []Format{format}, Format: format.Name}
	f.Fuzz(func(t *testing.T, data []byte) {
		sameInPieces(t, data, one)
		format.Detect(Sample{Name: "any", Head: data[:min(len(data), headSize)]})
		strict := readFacts(t, bytesInput("same", data), one)
		if strict.Error != "" || (format.Name == "zeek" || format.Name == "masscan") && len(strict.Gaps) > 0 {
			return // each line of a log is a document of its own, and lenient for itself
		}
		lenient := one
		lenient.Lenient = true
		if diff := cmp.Diff(strict, readFacts(t, bytesInput("same", data), lenient)); diff != "" {
			t.Errorf("read leniently:\n%s", diff)
		}
		if reflect.DeepEqual(strict, factReading{Format: format.Name, Version: strict.Version, Notes: strict.Notes}) && format.Name != "mud" && format.Name != "nmap" {
			t.Error("neither a fact, a gap nor an error")
		}
	})
}

// wantFacts compares what is read of a text with lines of "kind target | name |
// detail" and of gaps.
func wantFacts(t *testing.T, format Format, text string, want ...string) {
	t.Helper()
	got := readFacts(t, textInput("in", text), Options{Formats: []Format{format}, Format: format.Name})
	var lines []string
	for _, o := range got.Observations {
		lines = append(lines, strings.Join([]string{o.Kind, o.Target, o.Name, o.Detail}, " | "))
	}
	for _, d := range got.Declarations {
		lines = append(lines, strings.Join([]string{d.Kind, d.Target, d.Name, d.Detail}, " | "))
	}
	for _, g := range got.Gaps {
		lines = append(lines, "gap | "+g.Record+" | "+g.Reason)
	}
	if got.Error != "" {
		lines = append(lines, "error | "+got.Error)
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("%s\n%s", text, diff)
	}
}

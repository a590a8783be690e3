package sbom

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/netvet/netvet"
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

// moreKind is a kind of file in the corpus and how it fared.
type moreKind struct {
	prefix, format string // of the manifest; as it is read
	files, differ  int
}

// TestCorpusMore compares what is read of the corpus with what its manifest says, and
// makes sure that no file of another kind is surely taken.
func TestCorpusMore(t *testing.T) {
	kinds := []moreKind{
		{prefix: "SPDX 3 JSON-LD", format: "spdx3-json"}, {prefix: "SPDX YAML", format: "spdx-yaml"}, {prefix: "SPDX RDF/XML", format: "spdx-rdf"},
		{prefix: "SPDX XML", format: "spdx-xml"}, {prefix: "syft JSON", format: "syft-json"}, {prefix: "in-toto", format: "in-toto"},
	}
	for _, row := range corpusRows(t) {
		i := slices.IndexFunc(kinds, func(k moreKind) bool { return strings.HasPrefix(row.format, k.prefix) })
		if i < 0 {
			mustNotClaim(t, row)
			continue
		}
		data, in := corpusInput(t, row)
		got := readInput(t, in, withMore())
		kinds[i].files++
		if list := moreDifferences(row, data, got, kinds[i].format); len(list) > 0 {
			kinds[i].differ++
			t.Errorf("%s: %s", row.path, strings.Join(list, "; "))
		}
	}
	for _, k := range kinds {
		t.Logf("%s: %d of %d files agree", k.prefix, k.files-k.differ, k.files)
		if k.files == 0 || k.differ*100 > k.files*3 {
			t.Errorf("%s: %d of %d files differ from the manifest", k.prefix, k.differ, k.files)
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

var (
	moreExpected = regexp.MustCompile(`packages\(software/ai/dataset\)=(\d+)|^packages=(\d+)|Package elements=(\d+)|root=Document; packages=(\d+)|artifacts=(\d+)`)
	spdx3Listed  = regexp.MustCompile(`=\d+ \[(.*?)\]; element types`)
)

func moreDifferences(row corpusRow, data []byte, got reading, format string) (list []string) {
	if got.Error != "" {
		return []string{got.Error}
	}
	if got.Format != format || len(got.Products) == 0 {
		return []string{fmt.Sprintf("%d products, read as %s", len(got.Products), got.Format)}
	}
	parts := make(map[string][2]string) // manufacturer and supplier by name and version
	product := got.Products[0].Product
	count := 0
	for _, p := range got.Products {
		for _, c := range p.Components {
			if c.Type != "file" && c.Pointer != "/distro" {
				count++
				parts[c.Name+"@"+cmp.Or(c.Version, "None")] = [2]string{c.Manufacturer, c.Supplier}
			}
		}
	}
	if strings.HasPrefix(format, "spdx") && product.Sources[0].Record != "" {
		count++
		parts[product.Name+"@"+cmp.Or(product.Version, "None")] = [2]string{product.Manufacturer, product.Vendor}
	}
	if match := moreExpected.FindStringSubmatch(row.expected); match != nil {
		if want := strings.Join(match[1:], ""); want != strconv.Itoa(count) {
			list = append(list, fmt.Sprintf("%d packages, the manifest has %s", count, want))
		}
	}
	if match := spdx3Listed.FindStringSubmatch(row.expected); match != nil && match[1] != "" {
		for _, name := range strings.Split(match[1], "; ") {
			if _, ok := parts[name]; !ok && name != "..." {
				list = append(list, "no "+name)
			}
		}
	}
	switch format {
	case "spdx3-json":
		list = append(list, spdx3Makers(data, parts)...)
	case "in-toto":
		if want := attestedParts(data); count != want || count == 0 || !product.BOM.Signed {
			list = append(list, fmt.Sprintf("%d components of %d, signed %v", count, want, product.BOM.Signed))
		}
	case "syft-json":
		if _, distro, _ := strings.Cut(row.expected, "distro="); len(got.ofPointer("/distro")) != 1 || got.ofPointer("/distro")[0].Name != distro {
			list = append(list, "no distribution "+distro)
		}
	}
	return list
}

func (r *reading) ofPointer(pointer string) (list []netvet.Component) {
	for _, p := range r.Products {
		for _, c := range p.Components {
			if c.Pointer == pointer {
				list = append(list, c)
			}
		}
	}
	return list
}

// spdx3Makers looks up who made what in another way: with the whole graph in memory.
func spdx3Makers(data []byte, parts map[string][2]string) (list []string) {
	var doc struct {
		Graph []map[string]any `json:"@graph"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return []string{err.Error()}
	}
	names := make(map[any]any)
	for _, e := range doc.Graph {
		for _, key := range []string{"spdxId", "@id"} {
			if id, ok := e[key]; ok {
				names[id] = e["name"]
			}
		}
	}
	named := func(value any) string {
		if many, ok := value.([]any); ok && len(many) > 0 {
			value = many[0]
		}
		if _, ok := value.(string); !ok || names[value] == nil {
			return ""
		}
		return fmt.Sprint(names[value])
	}
	for _, e := range doc.Graph {
		if !strings.HasSuffix(fmt.Sprint(e["type"]), "Package") {
			continue
		}
		version, _ := e["software_packageVersion"].(string)
		got, ok := parts[fmt.Sprintf("%s@%s", e["name"], cmp.Or(version, "None"))]
		maker, supplier := named(e["originatedBy"]), named(e["suppliedBy"])
		if !ok || got[0] != maker && got[0] != supplier || got[1] != supplier {
			list = append(list, fmt.Sprintf("%s is made by %q, want %q and %q", e["name"], got, maker, supplier))
		}
	}
	return list
}

// attestedParts counts the components inside an envelope.
func attestedParts(data []byte) int {
	var envelope struct{ Payload []byte }
	var statement struct {
		Predicate struct{ Artifacts, Components []any }
	}
	if json.Unmarshal(data, &envelope) != nil || json.Unmarshal(envelope.Payload, &statement) != nil {
		return -1
	}
	return len(statement.Predicate.Artifacts) + len(statement.Predicate.Components)
}

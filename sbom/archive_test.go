package sbom

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"
	"github.com/netvet/netvet"
	"github.com/ulikunitz/xz"
)

// packed is a file to put into an archive.
type packed struct {
	name, text string
	link       string // target of a symbolic link
}

func zipOf(t testing.TB, files ...packed) []byte {
	t.Helper()
	return zipWith(t, zip.Deflate, files...)
}

func zipWith(t testing.TB, method uint16, files ...packed) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		head := &zip.FileHeader{Name: f.name, Method: method}
		if f.link != "" {
			head.SetMode(os.ModeSymlink | 0o777)
			f.text = f.link
		}
		w, err := z.CreateHeader(head)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, f.text)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarOf(t testing.TB, files ...packed) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		head := &tar.Header{Name: f.name, Size: int64(len(f.text)), Mode: 0o644}
		switch {
		case f.link != "":
			head.Typeflag, head.Linkname, head.Size = tar.TypeSymlink, f.link, 0
		case strings.HasSuffix(f.name, "/"):
			head.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(head); err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, f.text)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipOf(t testing.TB, data []byte) []byte {
	return compressed(t, data, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil })
}

func xzOf(t testing.TB, data []byte) []byte {
	return compressed(t, data, func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) })
}

func zstdOf(t testing.TB, data []byte) []byte {
	return compressed(t, data, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) })
}

func compressed(t testing.TB, data []byte, open func(io.Writer) (io.WriteCloser, error)) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := open(&b)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(data)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bomNamed is a bill of materials of one product and one component.
func bomNamed(name string) string {
	return cdxJSONText(`"metadata":{"component":{"type":"device","name":"` + name + `"}},"components":[{"type":"library","name":"part of ` + name + `"}]`)
}

// threeFiles are what most archives of these tests hold.
func threeFiles() []packed {
	return []packed{{name: "b.json", text: bomNamed("b")}, {name: "a/"}, {name: "a/readme.md", text: "no inventory"}, {name: "a/a.json", text: bomNamed("a")}}
}

// walkOf writes an archive into a new folder and walks it.
func walkOf(t testing.TB, name string, data []byte, opt Options) ([]Input, []netvet.Gap) {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	inputs, gaps, err := Walk([]string{file}, nil, opt)
	if err != nil {
		t.Fatal(err)
	}
	for i := range inputs {
		if inputs[i].File != file {
			t.Errorf("%s is held by %q", inputs[i].Name, inputs[i].File)
		}
		inputs[i].Name = strings.TrimPrefix(inputs[i].Name, filepath.Dir(file)+"/")
	}
	for i := range gaps {
		gaps[i].Input = strings.TrimPrefix(gaps[i].Input, filepath.Dir(file)+"/")
	}
	return inputs, gaps
}

// bomsOnly are options that know no tables, which any text may be.
func bomsOnly() Options {
	return Options{Formats: []Format{rackTree(), cyclonedxJSON(), cyclonedxXML(), spdxJSON(), spdxTagValue()}}
}

// productNames reads an input and returns the names of its products, or the error.
func productNames(t testing.TB, in Input, opt Options) string {
	t.Helper()
	r := readInput(t, in, opt)
	var names []string
	for _, p := range r.Products {
		names = append(names, p.Product.Name)
	}
	if r.Error != "" {
		names = append(names, r.Error)
	}
	return strings.Join(names, ", ")
}

func testFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("../testdata/archive/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestArchiveKinds reads the same files in archives of every kind, whatever their
// names say: an input of its own for each, in their order, to be opened any number
// of times.
func TestArchiveKinds(t *testing.T) {
	files := threeFiles()
	plain := tarOf(t, files...)
	tests := map[string][]byte{
		"boms.zip":       zipOf(t, files...),
		"stored.zip":     zipWith(t, zip.Store, files...),
		"boms.tar":       plain,
		"boms.tgz":       gzipOf(t, plain),
		"boms.tar.xz":    xzOf(t, plain),
		"boms.tar.zst":   zstdOf(t, plain),
		"boms.tar.bz2":   testFile(t, "boms.tar.bz2"),
		"v7.tar":         testFile(t, "v7.tar"),
		"methods.zip":    testFile(t, "bzip2.zip"),
		"misleading.txt": gzipOf(t, plain),
		"twice.gz":       gzipOf(t, gzipOf(t, plain)),
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) {
			inputs, gaps := walkOf(t, name, data, bomsOnly())
			if got, want := names(inputs), []string{name + "!b.json", name + "!a/a.json"}; !slices.Equal(got, want) {
				t.Fatalf("inputs %q, want %q\n%s", got, want, gapText(gaps))
			}
			if got := gapText(gaps); len(gaps) != 1 || !strings.HasPrefix(got, name+"!a/readme.md: skipped: this is text of no known format") {
				t.Errorf("gaps: %s", got)
			}
			for range 2 {
				for i, want := range []string{"b", "a"} {
					if format, err := Detect(inputs[i], bomsOnly()); err != nil || format.Name != "cyclonedx-json" {
						t.Errorf("%s: %v", inputs[i].Name, err)
					}
					if got := productNames(t, inputs[i], bomsOnly()); got != want {
						t.Errorf("%s: %s", inputs[i].Name, got)
					}
				}
			}
			summary, _, err := Read(context.Background(), inputs[0], bomsOnly(), func(Record) error { return nil })
			hash := sha256.Sum256([]byte(bomNamed("b")))
			if err != nil || summary.Bytes != int64(len(bomNamed("b"))) || summary.SHA256 != hex.EncodeToString(hash[:]) {
				t.Errorf("%+v, %v", summary, err)
			}
		})
	}
}

// TestCompressedFile reads a compressed file as what is in it. Its size and hash are
// those of the file as it is stored.
func TestCompressedFile(t *testing.T) {
	plain := []byte(bomNamed("a"))
	var utf16 []byte
	for _, b := range append([]byte{0xFF, 0xFE}, plain...) {
		utf16 = append(utf16, b)
		if len(utf16) > 2 {
			utf16 = append(utf16, 0)
		}
	}
	empty := []byte{}
	tests := map[string][]byte{
		"gzip":              gzipOf(t, plain),
		"gzip members":      append(gzipOf(t, plain[:20]), gzipOf(t, plain[20:])...),
		"gzip empty member": append(gzipOf(t, empty), gzipOf(t, plain)...),
		"gzip padded":       append(gzipOf(t, plain), make([]byte, 1000)...),
		"xz":                xzOf(t, plain),
		"xz streams":        slices.Concat(xzOf(t, plain[:20]), make([]byte, 8), xzOf(t, plain[20:]), make([]byte, 4)),
		"xz empty stream":   append(xzOf(t, empty), xzOf(t, plain)...),
		"xz blocks, crc32":  testFile(t, "blocks.json.xz"),
		"xz without check":  testFile(t, "nocheck.json.xz"),
		"xz sha256":         testFile(t, "sha256.json.xz"),
		"zstd":              zstdOf(t, plain),
		"zstd frames":       append(zstdOf(t, plain[:20]), zstdOf(t, plain[20:])...),
		"zstd skippable":    append([]byte("\x50\x2a\x4d\x18\x03\x00\x00\x00abc"), zstdOf(t, plain)...),
		"bzip2":             testFile(t, "a.json.bz2"),
		"bzip2 members":     testFile(t, "members.json.bz2"),
		"twice":             gzipOf(t, xzOf(t, plain)),
		"UTF-16":            gzipOf(t, utf16),
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) {
			inputs, gaps := walkOf(t, "a.json", data, Options{})
			if len(inputs) != 1 || inputs[0].Name != "a.json" || len(gaps) > 0 {
				t.Fatalf("%q %s", names(inputs), gapText(gaps))
			}
			if got := productNames(t, inputs[0], Options{}); got != "a" {
				t.Fatal(got)
			}
			summary, _, _ := Read(context.Background(), inputs[0], Options{}, func(Record) error { return nil })
			hash := sha256.Sum256(data)
			if summary.Bytes != int64(len(data)) || summary.SHA256 != hex.EncodeToString(hash[:]) || summary.Format != "cyclonedx-json" {
				t.Errorf("%+v", summary)
			}
			if got := productNames(t, bytesInput("piped", data), Options{}); got != "a" {
				t.Errorf("not from a file: %s", got)
			}
		})
	}
}

func TestCompressedFileBroken(t *testing.T) {
	plain := []byte(bomNamed("a"))
	flipped := func(data []byte, at int) []byte {
		data = slices.Clone(data)
		data[(at+len(data))%len(data)] ^= 1
		return data
	}
	window := append([]byte("\xfd7zXZ\x00\x00\x00\xff\x12\xd9\x41"), xzBlockHeader(40)...)
	tests := map[string]struct {
		data []byte
		want string
	}{
		"gzip garbage":  {append(gzipOf(t, plain), "garbage"...), "gzip: other bytes follow the end of the compressed data"},
		"gzip checksum": {flipped(gzipOf(t, plain), -5), "the gzip data are broken"},
		"gzip header":   {[]byte("\x1f\x8b\x08\xff\xff"), "the gzip data are cut off"},
		"xz garbage":    {append(xzOf(t, plain), "garbage!"...), "xz: other bytes follow"},
		"xz padding":    {append(xzOf(t, plain), 0, 0, 0), "xz: other bytes follow"},
		"xz checksum":   {flipped(xzOf(t, plain), -29), "the xz data are broken"},
		"xz window":     {window, "xz: unpacking needs a window of more than 128 MiB"},
		"xz filter":     {testFile(t, "x86.json.xz"), "a filter for programs is used"},
		"zstd garbage":  {append(zstdOf(t, plain), "garbage"...), "zstd: other bytes follow"},
		"zstd checksum": {flipped(zstdOf(t, plain), -1), "the zstd data are broken"},
		"zstd window":   {[]byte("\x28\xb5\x2f\xfd\x00\x98\x01\x00\x00"), "zstd: unpacking needs a window"},
		"bzip2 garbage": {append(testFile(t, "a.json.bz2"), "garbage"...), "bzip2: other bytes follow"},
		"bzip2 block":   {flipped(testFile(t, "a.json.bz2"), 40), "the bzip2 data are broken"},
		"four times":    {gzipOf(t, gzipOf(t, gzipOf(t, gzipOf(t, plain)))), "compressed more than 3 times"},
		"nothing":       {gzipOf(t, nil), "is empty"},
		"a program":     {gzipOf(t, []byte("\x7fELF")), "this is a program"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := readInput(t, bytesInput("a", test.data), Options{})
			if !strings.HasPrefix(got.Error, "read a: ") || !strings.Contains(got.Error, test.want) {
				t.Errorf("error %q does not say %q", got.Error, test.want)
			}
			if strings.Count(got.Error, "cut off") > 1 {
				t.Errorf("says it twice: %s", got.Error)
			}
		})
	}
}

// TestCompressedFileCut cuts compressed files at every byte, and lets reading them
// fail there: always an error, that of the disk as it is.
func TestCompressedFileCut(t *testing.T) {
	plain := []byte(bomNamed("a"))
	for name, data := range map[string][]byte{"gzip": gzipOf(t, plain), "xz": xzOf(t, plain), "zstd": zstdOf(t, plain), "bzip2": testFile(t, "a.json.bz2")} {
		for n := range data {
			if got := readInput(t, bytesInput("a", data[:n]), Options{}); got.Error == "" {
				t.Errorf("%s cut at byte %d of %d: no error", name, n, len(data))
			}
			in := bytesInput("a", data)
			in.Open = failingAt(data, n)
			if got := readInput(t, in, Options{}); got.Error != "read a: "+errDisk.Error() && n < len(data)-4 {
				t.Errorf("%s failing at byte %d of %d: %s", name, n, len(data), got.Error)
			}
		}
	}
}

// TestCompressedFileLimits counts what comes out, not what headers say.
func TestCompressedFileLimits(t *testing.T) {
	text := equalParts(3000)
	for name, data := range map[string][]byte{"gzip": gzipOf(t, text), "xz": xzOf(t, text), "zstd": zstdOf(t, text)} {
		if got := readInput(t, bytesInput("a", data), Options{MaxFileSize: int64(len(text))}); got.Error != "" {
			t.Errorf("%s: %s", name, got.Error)
		}
		got := readInput(t, bytesInput("a", data), Options{MaxFileSize: int64(len(text)) - 1})
		if !strings.Contains(got.Error, "bytes when unpacked: raise --max-file-size") {
			t.Errorf("%s: error %q", name, got.Error)
		}
	}
}

// equalParts is a bill of materials of many equal parts.
func equalParts(n int) []byte {
	return []byte(cdxJSONText(`"components":[` + strings.TrimSuffix(strings.Repeat(`{"type":"library","name":"n"},`, n), ",") + `]`))
}

// TestBombs refuses what unpacks to far more than its size, early and in little
// memory, however it is packed.
func TestBombs(t *testing.T) {
	bomb := equalParts(400_000)
	inner := zipOf(t, packed{name: "bomb.json", text: string(bomb)})
	tests := map[string][]byte{
		"gzip":        gzipOf(t, bomb),
		"xz":          xzOf(t, bomb),
		"zstd":        zstdOf(t, bomb),
		"zip":         inner,
		"nested zip":  zipOf(t, packed{name: "inner.zip", text: string(inner)}),
		"gzip in tar": tarOf(t, packed{name: "bomb.json.gz", text: string(gzipOf(t, bomb))}),
		"tgz":         gzipOf(t, tarOf(t, packed{name: "bomb.json", text: string(bomb)})),
		"zip in gzip": gzipOf(t, zipWith(t, zip.Store, packed{name: "bomb.json", text: string(bomb)})),
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) {
			before := allocated()
			inputs, gaps := walkOf(t, "bomb", data, Options{})
			said := gapText(gaps)
			for _, in := range inputs {
				_, _, err := Read(context.Background(), in, Options{}, func(Record) error { return nil })
				said += fmt.Sprintln(err)
			}
			if !strings.Contains(said, "unpacks to more than 100 times its size") {
				t.Error(said)
			}
			if bytes := allocated() - before; bytes > 48<<20 {
				t.Errorf("refused after %d bytes allocated", bytes)
			}
		})
	}
}

// allocated is how many bytes have been allocated in all.
func allocated() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.TotalAlloc
}

// TestRefusedEntries refuses entries by their names and kinds, and reads the others.
func TestRefusedEntries(t *testing.T) {
	bom := bomNamed("x")
	bad := map[string]string{
		"../up.json":                        "leads out of the archive",
		"a/../../b.json":                    "leads out of the archive",
		`a\..\..\b.json`:                    "leads out of the archive",
		"a/../inside.json":                  "leads out of the archive",
		"/etc/abs.json":                     "is an absolute path",
		`\\server\share\x.json`:             "is an absolute path",
		`C:\windows.json`:                   "begins with a drive letter",
		"d:rel.json":                        "begins with a drive letter",
		"x/NUL":                             "a device of Windows",
		"aux.json":                          "a device of Windows",
		"com1/x.json":                       "a device of Windows",
		".":                                 "it has no name",
		"sub/netvet.yaml":                   "a context found among the inputs is never read",
		"Netvet.YAML":                       "a context found among the inputs is never read",
		strings.Repeat("n", 5000) + ".json": "longer than 4096 bytes",
	}
	for name, want := range bad {
		for kind, data := range map[string][]byte{
			"zip": zipOf(t, packed{name: name, text: bom}, packed{name: "good.json", text: bom}),
			"tar": tarOf(t, packed{name: name, text: bom}, packed{name: "good.json", text: bom}),
		} {
			inputs, gaps := walkOf(t, "a", data, Options{})
			if !slices.Equal(names(inputs), []string{"a!good.json"}) || len(gaps) != 1 || !strings.Contains(gaps[0].Reason, want) || !strings.HasPrefix(gaps[0].Input, "a!") {
				t.Errorf("%s %.50q: inputs %q, gaps %s", kind, name, names(inputs), gapText(gaps))
			}
		}
	}
	inputs, gaps := walkOf(t, "a", zipOf(t, packed{name: "a\x00.json", text: bom}, packed{name: "console.json", text: bom}, packed{name: "./b//c..json", text: bom}), Options{})
	if !slices.Equal(names(inputs), []string{"a!console.json", "a!b/c..json"}) || !strings.Contains(gapText(gaps), "holds a zero byte") {
		t.Errorf("inputs %q, gaps %s", names(inputs), gapText(gaps))
	}
}

func TestDoubleEntries(t *testing.T) {
	files := []packed{{name: "a.json", text: bomNamed("first")}, {name: "A.json", text: bomNamed("other")}, {name: "./a.json", text: bomNamed("second")}}
	for name, data := range map[string][]byte{"zip": zipOf(t, files...), "tar": tarOf(t, files...)} {
		inputs, gaps := walkOf(t, "a", data, Options{})
		said := gapText(gaps)
		if len(inputs) != 1 || productNames(t, inputs[0], Options{}) != "first" || len(gaps) != 2 ||
			!strings.Contains(said, "a!A.json: skipped: its name differs only in case from that of an earlier entry, a.json") ||
			!strings.Contains(said, "a!./a.json: skipped: an earlier entry of the archive has the same name") {
			t.Errorf("%s: %q\n%s", name, names(inputs), said)
		}
	}
}

func TestSpecialEntries(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, head := range []*tar.Header{
		{Name: "link.json", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"},
		{Name: "hard.json", Typeflag: tar.TypeLink, Linkname: "good.json"},
		{Name: "pipe", Typeflag: tar.TypeFifo},
		{Name: "disk", Typeflag: tar.TypeBlock},
		{Name: "tty", Typeflag: tar.TypeChar},
		{Name: "part", Typeflag: tar.TypeCont},
		{Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"comment": "of git"}},
		{Name: "good.json", Size: int64(len(bomNamed("x")))},
	} {
		if err := w.WriteHeader(head); err != nil {
			t.Fatal(err)
		}
	}
	io.WriteString(w, bomNamed("x"))
	w.Close()
	inputs, gaps := walkOf(t, "a", b.Bytes(), Options{})
	want := "a!link.json: skipped: links are not followed\na!hard.json: skipped: links are not followed\na!pipe: skipped: a named pipe is not read\n" +
		"a!disk: skipped: a device is not read\na!tty: skipped: a device is not read\na!part: skipped: it is no regular file\n"
	if got := gapText(gaps); !slices.Equal(names(inputs), []string{"a!good.json"}) || got != want {
		t.Errorf("%q\n%s", names(inputs), got)
	}
	_, gaps = walkOf(t, "a", zipOf(t, packed{name: "link.json", link: "/etc/passwd"}), Options{})
	if got := gapText(gaps); got != "a!link.json: skipped: links are not followed\n" {
		t.Error(got)
	}
	_, gaps = walkOf(t, "a", testFile(t, "sparse.tar"), Options{})
	if got := gapText(gaps); !strings.Contains(got, "stored with holes") {
		t.Error(got)
	}
}

// TestNestedArchives reads archives inside archives, three deep.
func TestNestedArchives(t *testing.T) {
	in := func(name string, data []byte) packed { return packed{name: name, text: string(data)} }
	bom := packed{name: "x.json", text: bomNamed("x")}
	three := zipOf(t, in("2.tgz", gzipOf(t, tarOf(t, in("3.zip", zipOf(t, bom)), bom))), bom)
	inputs, gaps := walkOf(t, "1.zip", three, Options{})
	if got := names(inputs); !slices.Equal(got, []string{"1.zip!2.tgz!3.zip!x.json", "1.zip!2.tgz!x.json", "1.zip!x.json"}) || len(gaps) > 0 {
		t.Errorf("%q %s", got, gapText(gaps))
	}
	for i := range 2 * len(inputs) {
		if got := productNames(t, inputs[i%len(inputs)], Options{}); got != "x" {
			t.Errorf("%s: %s", inputs[i%len(inputs)].Name, got)
		}
	}
	inputs, gaps = walkOf(t, "0.tar", tarOf(t, in("1.zip", three)), Options{})
	if got := names(inputs); !slices.Equal(got, []string{"0.tar!1.zip!2.tgz!x.json", "0.tar!1.zip!x.json"}) {
		t.Errorf("%q", got)
	}
	if got := gapText(gaps); got != "0.tar!1.zip!2.tgz!3.zip: skipped: more than 3 archives inside each other: unpack it first, or raise --max-archive-depth\n" {
		t.Error(got)
	}
	compressed := tarOf(t, in("x.json.gz", gzipOf(t, []byte(bom.text))))
	inputs, _ = walkOf(t, "a.tar", compressed, Options{})
	if len(inputs) != 1 || inputs[0].Name != "a.tar!x.json.gz" || productNames(t, inputs[0], Options{}) != "x" {
		t.Errorf("%q", names(inputs))
	}
}

// TestBrokenEntry makes sure that a broken entry is an error of that entry.
func TestBrokenEntry(t *testing.T) {
	cut := bomNamed("cut")
	files := []packed{{name: "cut.json", text: cut[:len(cut)-3]}, {name: "x.gz", text: "\x1f\x8b\x08 no"}, {name: "x.zip", text: "PK\x03\x04 no"}, {name: "good.json", text: bomNamed("good")}}
	for name, data := range map[string][]byte{"zip": zipOf(t, files...), "tar": tarOf(t, files...), "tgz": gzipOf(t, tarOf(t, files...))} {
		inputs, gaps := walkOf(t, "a", data, bomsOnly())
		if got := names(inputs); !slices.Equal(got, []string{"a!cut.json", "a!x.gz", "a!x.zip", "a!good.json"}) || len(gaps) > 0 {
			t.Fatalf("%s: %q %s", name, got, gapText(gaps))
		}
		for i, want := range []string{"it is cut off", "gzip data are cut off", "no directory that can be read", "good"} {
			if got := productNames(t, inputs[i], bomsOnly()); !strings.Contains(got, want) {
				t.Errorf("%s: %s: %s", name, inputs[i].Name, got)
			}
		}
	}
}

// TestTarCut cuts tar archives at every place: what is before the cut is read, what
// is cut is an error, and nothing passes for whole.
func TestTarCut(t *testing.T) {
	files := []packed{{name: "a.json", text: bomNamed("a")}, {name: "b.json", text: bomNamed("b")}}
	whole := tarOf(t, files...)
	second := len(whole) - 1024 - 512 // data of the second file, in one block
	for n := 512; n < len(whole); n += 64 {
		inputs, gaps := walkOf(t, "a.tar", whole[:n], Options{})
		complete, broken := 0, 0
		for _, in := range inputs {
			switch got := productNames(t, in, Options{}); {
			case got == "a" || got == "b":
				complete++
			case strings.Contains(got, "cut off"):
				broken++
			default:
				t.Errorf("cut at %d: %s: %s", n, in.Name, got)
			}
		}
		if n < len(whole)-512 && broken == 0 && !strings.Contains(gapText(gaps), "has no mark of its end") {
			t.Errorf("cut at %d: %q passes for whole", n, names(inputs))
		}
		if n > second && complete == 0 {
			t.Errorf("cut at %d: the first file is lost", n)
		}
	}
	packed := gzipOf(t, whole)
	for n := 40; n < len(packed); n++ {
		inputs, _ := walkOf(t, "a.tgz", packed[:n], Options{})
		last := inputs[len(inputs)-1]
		if got := productNames(t, last, Options{}); !strings.Contains(got, "cut off") {
			t.Errorf("cut at %d of %d: %s: %s", n, len(packed), last.Name, got)
		}
	}
}

// TestTarGoesOn tells of bytes behind the end.
func TestTarGoesOn(t *testing.T) {
	one := tarOf(t, packed{name: "a.json", text: bomNamed("a")})
	two := append(slices.Clone(one), tarOf(t, packed{name: "hidden.json", text: bomNamed("hidden")})...)
	for name, data := range map[string][]byte{"tar": two, "tgz": gzipOf(t, two), "members": append(gzipOf(t, one), gzipOf(t, two[len(one):])...)} {
		inputs, gaps := walkOf(t, "a", data, Options{})
		if len(inputs) != 1 || !strings.Contains(gapText(gaps), "a: other bytes follow the end of the tar archive: not read") {
			t.Errorf("%s: %q %s", name, names(inputs), gapText(gaps))
		}
	}
	inputs, gaps := walkOf(t, "a", append(one, make([]byte, 10240)...), Options{})
	if len(inputs) != 1 || len(gaps) > 0 {
		t.Errorf("padded: %q %s", names(inputs), gapText(gaps))
	}
	garbage := append(gzipOf(t, one), "garbage"...)
	if inputs, _ = walkOf(t, "a", garbage, Options{}); len(inputs) != 2 || productNames(t, inputs[0], Options{}) != "a" || !strings.Contains(productNames(t, inputs[1], Options{}), "gzip: other bytes follow") {
		t.Errorf("garbage: %q", names(inputs))
	}
}

func TestEmptyArchives(t *testing.T) {
	for name, data := range map[string][]byte{"zip": zipOf(t), "folders": zipOf(t, packed{name: "a/"}), "tar": tarOf(t, packed{name: "a/"})} {
		inputs, gaps := walkOf(t, "a", data, Options{})
		if got := gapText(gaps); len(inputs) > 0 || got != "a: skipped: the archive is empty\n" {
			t.Errorf("%s: %q %s", name, names(inputs), got)
		}
	}
}

// TestTreeInArchive lets a format take an archive, or a folder in it, as a whole.
func TestTreeInArchive(t *testing.T) {
	rack := []packed{{name: "rack.txt", text: "Rack 7\n"}, {name: "parts/psu", text: "800 W"}, {name: "parts/blade", text: "B1"}}
	var below []packed
	for _, f := range rack {
		below = append(below, packed{name: "./lab/rack7/" + f.name, text: f.text})
	}
	below = append(below, packed{name: "lab/x.json", text: bomNamed("x")})
	for _, pack := range []struct {
		kind string
		of   func(testing.TB, ...packed) []byte
	}{{"zip", zipOf}, {"tar", tarOf}, {"tgz", func(t testing.TB, files ...packed) []byte { return gzipOf(t, tarOf(t, files...)) }}} {
		data := pack.of(t, rack...)
		inputs, gaps := walkOf(t, "a", data, withDoubles())
		if !slices.Equal(names(inputs), []string{"a"}) || len(gaps) > 0 {
			t.Fatalf("%s: %q %s", pack.kind, names(inputs), gapText(gaps))
		}
		hash := sha256.Sum256(data)
		for range 2 {
			summary, _, err := Read(context.Background(), inputs[0], withDoubles(), func(Record) error { return nil })
			if err != nil || summary.Format != "rack" || summary.Components != 2 || summary.Bytes != int64(len(data)) || summary.SHA256 != hex.EncodeToString(hash[:]) {
				t.Errorf("%s: %+v %v", pack.kind, summary, err)
			}
		}
		if piped, _, _ := Walk([]string{"-"}, bytes.NewReader(data), withDoubles()); productNames(t, piped[0], withDoubles()) != "Rack 7" {
			t.Errorf("%s: from standard input: %q", pack.kind, names(piped))
		}
		inputs, _ = walkOf(t, "a", pack.of(t, below...), withDoubles())
		if !slices.Equal(names(inputs), []string{"a!lab/rack7", "a!lab/x.json"}) {
			t.Fatalf("%s: %q", pack.kind, names(inputs))
		}
		summary, _, err := Read(context.Background(), inputs[0], withDoubles(), func(Record) error { return nil })
		if err != nil || summary.Components != 2 || summary.Bytes != 14 || len(summary.SHA256) != 64 {
			t.Errorf("%s: %+v %v", pack.kind, summary, err)
		}
	}
}

// TestArchiveFromStandardInput reads the inputs in an archive that is piped, any
// number of times, and a piped file that is none.
func TestArchiveFromStandardInput(t *testing.T) {
	plain := tarOf(t, threeFiles()...)
	for name, data := range map[string][]byte{"zip": zipOf(t, threeFiles()...), "tar": plain, "tgz": gzipOf(t, plain), "tar.xz": xzOf(t, plain)} {
		inputs, gaps, err := Walk([]string{"-"}, iotest.OneByteReader(bytes.NewReader(data)), bomsOnly())
		if err != nil || !slices.Equal(names(inputs), []string{"-!b.json", "-!a/a.json"}) || !strings.HasPrefix(gapText(gaps), "-!a/readme.md: skipped: ") {
			t.Fatalf("%s: %q %s %v", name, names(inputs), gapText(gaps), err)
		}
		for range 2 {
			if got := productNames(t, inputs[0], bomsOnly()) + productNames(t, inputs[1], bomsOnly()); got != "ba" {
				t.Errorf("%s: %s", name, got)
			}
		}
		failing, _, _ := Walk([]string{"-"}, io.MultiReader(bytes.NewReader(data), iotest.ErrReader(errDisk)), bomsOnly())
		if len(failing) != 1 || productNames(t, failing[0], bomsOnly()) != "read -: "+errDisk.Error() {
			t.Errorf("%s: failing: %q", name, names(failing))
		}
		small, _, _ := Walk([]string{"-"}, bytes.NewReader(data), Options{MaxArchiveMemory: 100, Formats: bomsOnly().Formats})
		if got := productNames(t, small[0], bomsOnly()); len(small) != 1 || !strings.Contains(got, "needs more than 100 bytes of memory") {
			t.Errorf("%s: %q %s", name, names(small), got)
		}
	}
	bom := bomNamed("x")
	for name, data := range map[string][]byte{"plain": []byte(bom), "gzip": gzipOf(t, []byte(bom)), "long": append([]byte(bom), bytes.Repeat([]byte(" "), 3*headSize)...)} {
		inputs, gaps, err := Walk([]string{"-"}, bytes.NewReader(data), bomsOnly())
		if err != nil || len(gaps) > 0 || !slices.Equal(names(inputs), []string{"-"}) || productNames(t, inputs[0], bomsOnly()) != "x" {
			t.Errorf("%s: %q %v", name, names(inputs), err)
		}
	}
}

// TestArchiveEntryLimit stops at the number of entries, whatever it is said to be.
func TestArchiveEntryLimit(t *testing.T) {
	many := make([]packed, DefaultMaxArchiveEntries+1)
	for i := range many {
		many[i].name = fmt.Sprintf("%d.json", i)
	}
	for name, data := range map[string][]byte{"zip": zipOf(t, many...), "tar": tarOf(t, many...)} {
		inputs, gaps := walkOf(t, "a", data, Options{})
		if got := productNames(t, inputs[0], Options{}); len(inputs) != 1 || len(gaps) > 0 || !strings.Contains(got, "more than 100000 entries") {
			t.Errorf("%s: %d inputs, %d gaps, %s", name, len(inputs), len(gaps), got)
		}
	}
	// Those of the archives inside count too, and equal gaps are not all told.
	top := newAllowance(Options{}.withDefaults())
	top.entries = 2*maxEntryGaps + 10
	ten := string(zipOf(t, many[:maxEntryGaps+5]...))
	nested := zipOf(t, packed{name: "1.zip", text: ten}, packed{name: "2.zip", text: ten}, packed{name: "good.json", text: bomNamed("a")})
	w := &walker{opt: Options{}.withDefaults(), holder: newHolder(Options{}.withDefaults())}
	w.expand(member{name: "a", open: bytesInput("a", nested).Open, top: top}, &archiveError{kind: "zip"})
	if got := names(w.inputs); !slices.Equal(got, []string{"a!2.zip", "a!good.json"}) || !strings.Contains(productNames(t, w.inputs[0], Options{}), "more than 100000 entries") {
		t.Errorf("%q", got)
	}
	w.moreGaps(member{name: "a", top: top})
	if len(w.gaps) != maxEntryGaps+1 || !strings.HasSuffix(gapText(w.gaps), "a: skipped: 5 more entries: of no format that is read\n") {
		t.Errorf("%d gaps, %s", len(w.gaps), gapText(w.gaps[len(w.gaps)-1:]))
	}
}

// TestAllowance counts all that one archive unpacks to, and each byte once.
func TestAllowance(t *testing.T) {
	top := newAllowance(Options{}.withDefaults())
	top.bytes = 100
	a, b := &room{of: top}, &room{of: top}
	for _, step := range []struct {
		of *room
		n  int64
		ok bool
	}{{a, 60, true}, {a, 30, true}, {a, 60, true}, {b, 41, false}, {b, 40, true}, {a, 60, true}, {a, 61, false}} {
		if err := step.of.reach(step.n); (err == nil) != step.ok {
			t.Errorf("%d: %v", step.n, err)
		}
	}
}

// TestCorpusBomb refuses a real bomb early and in little memory, also for a reader
// that would read on.
func TestCorpusBomb(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(corpus, "sbom/bad/etc_test-data_bomb.bz2"))
	if err != nil {
		t.Skip("the corpus of real files is not there: ", err)
	}
	swallow := Format{Name: "all", Detect: func(Sample) float64 { return 1 }, Read: func(_ context.Context, src *Stream, _ func(Record) error) (Info, error) {
		_, err := io.Copy(io.Discard, src.Reader)
		return Info{}, err
	}}
	for _, opt := range []Options{{}, {Formats: []Format{swallow}}} {
		before := allocated()
		got := readInput(t, bytesInput("bomb", data), opt)
		if bytes := allocated() - before; got.Error == "" || bytes > 32<<20 {
			t.Errorf("%s after %d bytes allocated", got.Error, bytes)
		}
		if opt.Formats != nil && !strings.Contains(got.Error, "100 times its size") {
			t.Error(got.Error)
		}
	}
}

// failingAt opens data whose reading fails after n bytes.
func failingAt(data []byte, n int) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(errDisk))), nil
	}
}

package sbom

import (
	"archive/zip"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// TestOfficeDocuments leaves documents of office programs to their formats, however
// they are packed, and names those that are not read.
func TestOfficeDocuments(t *testing.T) {
	tests := map[string]struct {
		files []packed
		want  string
	}{
		"docx":  {[]packed{{name: "[Content_Types].xml", text: "<Types/>"}, {name: "word/document.xml", text: "<w/>"}}, "this is a Word document"},
		"pptx":  {[]packed{{name: "_rels/.rels"}, {name: "ppt/presentation.xml"}, {name: "[Content_Types].xml"}}, "this is a PowerPoint document"},
		"ods":   {[]packed{{name: "mimetype", text: "application/vnd.oasis.opendocument.spreadsheet"}}, "OpenDocument spreadsheets are not supported"},
		"odt":   {[]packed{{name: "mimetype", text: "application/vnd.oasis.opendocument.text"}}, "OpenDocument texts are not supported"},
		"nupkg": {[]packed{{name: "_rels/.rels"}, {name: "Acme.nuspec"}, {name: "[Content_Types].xml"}}, "this is a NuGet package"},
		"vsdx":  {[]packed{{name: "[Content_Types].xml"}, {name: "visio/document.xml"}}, "office document of no known kind"},
	}
	for name, test := range tests {
		for _, method := range []uint16{zip.Store, zip.Deflate} {
			data := zipWith(t, method, test.files...)
			inputs, gaps := walkOf(t, "a."+name, data, Options{})
			if !slices.Equal(names(inputs), []string{"a." + name}) || len(gaps) > 0 {
				t.Fatalf("%s: %q %s", name, names(inputs), gapText(gaps))
			}
			if got := productNames(t, inputs[0], Options{}); !strings.HasPrefix(got, "read a."+name+": ") || method == zip.Store && !strings.Contains(got, test.want) {
				t.Errorf("%s: %s", name, got)
			}
			inputs, gaps = walkOf(t, "a.zip", zipOf(t, packed{name: "in." + name, text: string(data)}), Options{})
			if len(inputs) > 0 || len(gaps) != 1 || !strings.HasPrefix(gapText(gaps), "a.zip!in."+name+": skipped: ") {
				t.Errorf("%s in an archive: %q %s", name, names(inputs), gapText(gaps))
			}
		}
	}
}

// TestWorkbookInArchive reads a workbook in any archive; stored as it is, too, where
// the names of its parts stand in the head of the archive.
func TestWorkbookInArchive(t *testing.T) {
	book := workbookBytes(t, func(*testing.T, *excelize.File) {})
	file := packed{name: "a.xlsx", text: string(book)}
	for name, data := range map[string][]byte{
		"a.xlsx": book, "a.xlsx.gz": gzipOf(t, book), "a.zip": zipOf(t, file), "stored.zip": zipWith(t, zip.Store, file),
		"a.tar": tarOf(t, file), "a.tgz": gzipOf(t, tarOf(t, file)),
	} {
		want := name
		if !strings.HasPrefix(name, "a.xlsx") {
			want = name + "!a.xlsx"
		}
		inputs, gaps := walkOf(t, name, data, Options{})
		if len(inputs) != 1 || inputs[0].Name != want || len(gaps) > 0 || readInput(t, inputs[0], Options{}).Format != "xlsx" {
			t.Errorf("%s: %q %s", name, names(inputs), gapText(gaps))
		}
	}
}

// TestFormatsInTar lets no format take a tar archive for what stands in its first
// file.
func TestFormatsInTar(t *testing.T) {
	for _, text := range []string{bomNamed("a"), "Handle 0x0001, DMI type 1, 27 bytes\nSystem Information\n", ".1.3.6.1.2.1.1.1.0 = STRING: x\n", "manufacturer,model\nCisco,C9300\n"} {
		data := tarOf(t, packed{name: "a.txt", text: text})
		if inputs, gaps := walkOf(t, "a.tar", data, Options{}); !slices.Equal(names(inputs), []string{"a.tar!a.txt"}) || len(gaps) > 0 {
			t.Errorf("%.20q: %q %s", text, names(inputs), gapText(gaps))
		}
	}
}

// TestProgramsRefused refuses archives that are programs, by what they are: named,
// as an error; found, as one gap and not as one for each of their files.
func TestProgramsRefused(t *testing.T) {
	manifest := packed{name: "META-INF/MANIFEST.MF", text: "Manifest-Version: 1.0\n"}
	class := packed{name: "a/B.class", text: "\xca\xfe\xba\xbe"}
	tests := map[string]struct {
		data []byte
		want string
	}{
		"a.jar":   {zipOf(t, manifest, class), "this is a Java archive (JAR, WAR, EAR), a program and no inventory: give its bill of materials"},
		"a.apk":   {zipOf(t, packed{name: "AndroidManifest.xml", text: "x"}, manifest), "an Android app"},
		"a.whl":   {zipOf(t, packed{name: "a/b.py", text: "pass"}, packed{name: "a-1.0.dist-info/WHEEL", text: "x"}), "a Python wheel"},
		"a.nupkg": {zipOf(t, packed{name: "a.nuspec", text: "<package/>"}), "a NuGet package"},
		"a.ipa":   {zipOf(t, packed{name: "Payload/A.app/Info.plist", text: "x"}), "an iOS app"},
		"oci.tar": {tarOf(t, packed{name: "./oci-layout", text: "{}"}, packed{name: "blobs/sha256/0", text: "x"}), "a container image"},
		"old.tgz": {gzipOf(t, tarOf(t, packed{name: "0123/layer.tar", text: "x"}, packed{name: "manifest.json", text: "[]"})), "a container image"},
	}
	for name, test := range tests {
		inputs, gaps := walkOf(t, name, test.data, Options{})
		if got := productNames(t, inputs[0], Options{}); len(inputs) != 1 || len(gaps) > 0 || !strings.Contains(got, test.want) {
			t.Errorf("%s: %q %s %s", name, names(inputs), gapText(gaps), got)
		}
		inputs, gaps = walkOf(t, "x.zip", zipOf(t, packed{name: name, text: string(test.data)}, packed{name: "b.json", text: bomNamed("b")}), Options{})
		if got := gapText(gaps); !slices.Equal(names(inputs), []string{"x.zip!b.json"}) || len(gaps) != 1 || !strings.HasPrefix(got, "x.zip!"+name+": skipped: ") || !strings.Contains(got, test.want) {
			t.Errorf("%s in an archive: %q %s", name, names(inputs), got)
		}
	}
	deep := zipOf(t, packed{name: "unpacked/META-INF/MANIFEST.MF", text: "x"}, packed{name: "b.json", text: bomNamed("b")})
	if inputs, _ := walkOf(t, "x.zip", deep, Options{}); !slices.Equal(names(inputs), []string{"x.zip!b.json"}) {
		t.Errorf("a program in a folder of an archive: %q", names(inputs))
	}
}

// TestRedfishInArchive reads a folder of Redfish resources in any archive as it is
// read on disk, but for the name of the input.
func TestRedfishInArchive(t *testing.T) {
	const folder = "../testdata/inventory/redfish/rack"
	var files []packed
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(folder, name))
		files = append(files, packed{name: "vendor/lab/" + name, text: string(data)})
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatal("no Redfish resources: ", err)
	}
	slices.Reverse(files)
	plain := tarOf(t, files...)
	want := readInput(t, Input{Name: "x", Files: os.DirFS(folder)}, Options{})
	for name, data := range map[string][]byte{"a.zip": zipOf(t, files...), "a.tar": plain, "a.tgz": gzipOf(t, plain), "b.zip": zipOf(t, packed{name: "a.tgz", text: string(gzipOf(t, plain))})} {
		inputs, gaps := walkOf(t, name, data, Options{})
		if len(inputs) != 1 || !strings.HasSuffix(inputs[0].Name, "!vendor/lab") || len(gaps) > 0 {
			t.Fatalf("%s: %q %s", name, names(inputs), gapText(gaps))
		}
		inputs[0].Name = "x"
		if diff := cmp.Diff(want, readInput(t, inputs[0], Options{}), cmp.AllowUnexported(readProduct{})); diff != "" || len(want.Products) == 0 {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

package sbom

import (
	"bytes"
	"context"
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
	"github.com/netvet/netvet"
)

// inventoryFormats are the formats of data centre inventories and clouds.
func inventoryFormats() []Format {
	return []Format{deviceType(), netbox(), netboxCSV(), aws(), azure(), gcp(), terraform(), kubernetes()}
}

// withInventories are all formats, these included.
func withInventories() Options {
	opt := Options{Formats: Formats()}
	for _, f := range inventoryFormats() {
		if !slices.ContainsFunc(opt.Formats, func(g Format) bool { return g.Name == f.Name }) {
			opt.Formats = append(opt.Formats, f)
		}
	}
	return opt
}

// inventoryFiles lists the files of these formats in testdata.
func inventoryFiles(t testing.TB) []string {
	t.Helper()
	var all []string
	for _, format := range inventoryFormats() {
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

func TestGoldenInventories(t *testing.T) {
	for _, file := range inventoryFiles(t) {
		t.Run(filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := readInput(t, bytesInput(filepath.Base(file), data), withInventories())
			if folder := filepath.Base(filepath.Dir(file)); got.Format != folder {
				t.Errorf("read as %q, it lies in %q", got.Format, folder)
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
			if diff := cmp.Diff(string(want), string(text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestInventoriesClaimTheirOwn lets every format look at every file there is: none
// may take a file of another kind.
func TestInventoriesClaimTheirOwn(t *testing.T) {
	own := map[string][]string{
		"devicetype": {"/dcim/device-types/", "/dcim/module-types/"}, "netbox": {"/dcim/netbox-demo/"},
		"aws": {"/cloud/aws-"}, "azure": {"/cloud/azure-arm/"}, "gcp": {"/cloud/gcp-api/"},
		"terraform": {"/cloud/terraform-"}, "kubernetes": {"/cloud/kubernetes/"},
	}
	for _, root := range []string{"../testdata", corpus} {
		if _, err := os.Stat(root); err != nil {
			t.Logf("not looked at: %v", err)
			continue
		}
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			file, err := os.Open(path)
			if err != nil {
				return err
			}
			defer file.Close()
			head, err := io.ReadAll(io.LimitReader(file, headSize))
			for _, f := range inventoryFormats() {
				places := append(own[f.Name], "/inventory/"+f.Name+"/")
				mine := slices.ContainsFunc(places, func(place string) bool { return strings.Contains(path, place) })
				if sure := f.Detect(Sample{Name: path, Head: head}); sure > 0 && !mine {
					t.Errorf("%s claims %s (%g)", f.Name, path, sure)
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestInventoriesFailAnywhere lets the reading fail, and cuts the text, at every
// byte: both are errors. A list of objects a line may end after any of them, and
// YAML anywhere.
func TestInventoriesFailAnywhere(t *testing.T) {
	for _, file := range inventoryFiles(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		format, err := Detect(bytesInput(file, data), withInventories())
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for n := range data {
			failing := io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(errDisk))
			if _, err := readWith(format, file, failing); !errors.Is(err, errDisk) {
				t.Fatalf("%s: failing at byte %d of %d: %v", file, n, len(data), err)
			}
			_, err := readWith(format, file, bytes.NewReader(data[:n]))
			whole := len(bytes.TrimSpace(data[:n])) == len(bytes.TrimSpace(data))
			if err == nil && !whole && !slices.Contains([]string{".yaml", ".ndjson", ".csv"}, filepath.Ext(file)) {
				t.Fatalf("%s: cut at byte %d of %d: no error", file, n, len(data))
			}
		}
	}
}

// TestInventoriesInPieces reads every file byte by byte: the same comes out.
func TestInventoriesInPieces(t *testing.T) {
	for _, file := range inventoryFiles(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		in := bytesInput("same", data)
		in.Open = slowly(data)
		want, got := readInput(t, bytesInput("same", data), withInventories()), readInput(t, in, withInventories())
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(readProduct{})); diff != "" {
			t.Errorf("%s:\n%s", file, diff)
		}
	}
}

// TestInventoriesEmitFails lets the receiver fail at every record: reading stops
// with its error.
func TestInventoriesEmitFails(t *testing.T) {
	for _, file := range inventoryFiles(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; ; at++ {
			n := 0
			_, _, err := Read(context.Background(), bytesInput(file, data), withInventories(), func(Record) error {
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

// TestInventoriesRefuse gives each format what looks like it and is broken.
func TestInventoriesRefuse(t *testing.T) {
	deep := strings.Repeat("[", 300) + strings.Repeat("]", 300)
	for name, test := range map[string]struct {
		format Format
		text   string
		want   string
	}{
		"a key twice":       {aws(), `{"Volumes":[{"VolumeId":"vol-01234567","volumeid":"x"}]}`, "differ only in case"},
		"too deep":          {azure(), `{"value":[{"id":"/subscriptions/1","type":"Microsoft.A/b","x":` + deep + `}]}`, "nesting deeper"},
		"two documents":     {terraform(), `{"version":4,"terraform_version":"1"} {}`, "more follows"},
		"an old state":      {terraform(), `{"version":2,"terraform_version":"0.6"}`, "versions 3 and 4 are read"},
		"no object":         {kubernetes(), `["a"]`, "expected an object"},
		"no device type":    {deviceType(), "manufacturer:\nmodel:\n", "no device type"},
		"broken YAML":       {deviceType(), "manufacturer: a\nmodel: [b\nslug: c\n", "line "},
		"a key twice, YAML": {deviceType(), "\n---\nmanufacturer: a\nmodel: b\nmodel: c\n", "line 5: mapping key \"model\" already defined at line 4"},
		"a string":          {gcp(), `"compute#instance"`, "neither"},
		"a number":          {netbox(), `7`, "neither"},
	} {
		got := readInput(t, textInput("any", test.text), Options{Formats: []Format{test.format}, Format: test.format.Name})
		if !strings.Contains(got.Error, test.want) {
			t.Errorf("%s: %q, expected %q", name, got.Error, test.want)
		}
	}
}

func TestHostsAndAddresses(t *testing.T) {
	for text, want := range map[string]bool{
		"db.example.com": true, "db.example.com:3306": true, "https://a.b/c": true, "10.0.0.1": true, "10.0.0.1:80": true, "::1": true, "*.apps.example.com": true,
		"": false, "plain": false, "a sentence. With words": false, "arn:aws:s3:::b": false, strings.Repeat("a.", 400): false,
	} {
		if isEndpoint(text) != want {
			t.Errorf("%.40q: %v", text, !want)
		}
	}
}

func TestContainerImages(t *testing.T) {
	for reference, want := range map[string]string{
		"nginx":                          "nginx  pkg:docker/nginx",
		"nginx:1.25":                     "nginx 1.25 pkg:docker/nginx@1.25",
		"acme/tool:2":                    "tool 2 pkg:docker/acme/tool@2",
		"reg.example.com:5000/a/b/c:1":   "c 1 pkg:docker/a/b/c@1?repository_url=reg.example.com%3A5000",
		"reg.example.com/c@sha256:00aa":  "c sha256:00aa pkg:docker/c@sha256%3A00aa?repository_url=reg.example.com pkg:oci/c@sha256%3A00aa?repository_url=reg.example.com%2Fc",
		"reg.example.com/c:1@sha256:00a": "c 1 pkg:docker/c@1?repository_url=reg.example.com pkg:oci/c@sha256%3A00a?repository_url=reg.example.com%2Fc&tag=1",
	} {
		c := containerImage(reference, "", "")
		got := c.Name + " " + c.Version
		for _, id := range c.Identifiers {
			got += " " + id.Value
		}
		if got != want || c.Hashed != strings.Contains(reference, "@") {
			t.Errorf("%s: %q, expected %q", reference, got, want)
		}
	}
}

// TestCloudWords checks cloud.yaml: fields are written as they are looked up.
func TestCloudWords(t *testing.T) {
	words, err := loadCloudWords()
	if err != nil {
		t.Fatal(err)
	}
	f := words.Fields
	for _, list := range [][]string{f.Version, f.Order, f.Endpoint, f.Within, f.Public, f.Private, f.Address, f.Exposure, f.Guarded, f.Containers} {
		for _, field := range list {
			if field != plainField(field) || field == "" {
				t.Errorf("field %q is never found: write %q", field, plainField(field))
			}
		}
	}
	for said, means := range f.Meaning {
		field, word, _ := strings.Cut(said, " ")
		if !slices.Contains(append(slices.Clone(f.Exposure), f.Guarded...), field) || word != plainField(word) || means != "yes" && means != "no" {
			t.Errorf("%q: %q means nothing", said, means)
		}
	}
	for _, line := range words.AWS.Lists {
		if line.Key == "" || line.Type == "" || line.ID == "" {
			t.Errorf("incomplete: %+v", line)
		}
	}
}

// fuzzInventory lets any bytes be read as one format: no panic, the same however the
// bytes arrive, and never nothing at all.
func fuzzInventory(f *testing.F, format Format, seeds ...string) {
	for _, file := range inventoryFiles(f) {
		if filepath.Base(filepath.Dir(file)) == format.Name {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		format.Detect(Sample{Name: "any", Head: data})
		opt := Options{Formats: []Format{format}, Format: format.Name}
		strict := readInput(t, bytesInput("same", data), opt)
		pieces := bytesInput("same", data)
		pieces.Open = slowly(data)
		if diff := cmp.Diff(strict, readInput(t, pieces, opt), cmp.AllowUnexported(readProduct{})); diff != "" {
			t.Errorf("read in pieces:\n%s", diff)
		}
		opt.Lenient = true
		lenient := readInput(t, bytesInput("same", data), opt)
		if strict.Error == "" {
			if diff := cmp.Diff(strict, lenient, cmp.AllowUnexported(readProduct{})); diff != "" {
				t.Errorf("read leniently:\n%s", diff)
			}
		}
		if strict.Error == "" && len(strict.Products) == 0 && len(strict.Gaps) == 0 {
			t.Error("neither a product nor a gap nor an error")
		}
		for _, p := range strict.Products {
			if p.Product.Kind == "" || len(p.Product.Sources) != 1 {
				t.Errorf("incomplete: %+v", p.Product)
			}
			if hasDuplicate(p.Components) {
				t.Errorf("a component is told twice: %+v", p.Components)
			}
		}
	})
}

// hasDuplicate reports whether two components are the same in all they say.
func hasDuplicate(components []netvet.Component) bool {
	for i := range components {
		for k := range i {
			if components[i].Pointer != "" && cmp.Equal(components[i], components[k]) && components[i].Type == "container" {
				return true
			}
		}
	}
	return false
}

package sbom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
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

// TestCorpusInventories compares what is read of the real files with what an
// independent reader counted in them.
func TestCorpusInventories(t *testing.T) {
	explained := map[string]string{
		"cloudfront.ListDistributions__test_distribution_wafv2.json": "DistributionList.Items has two distributions",
		"event-cloudsearch.json":                                     `"detail-type": "AWS API Call via CloudTrail": an event and no configuration item`,
		"vpc_resolver_query_logging__tf_resources.json":              `{"sensitive", "type", "value"} are outputs, which name no resources`,
	}
	files, differ, makers := map[string]int{}, map[string]int{}, map[string]string{
		"cloud/aws-api": amazonWebServices, "cloud/aws-config": amazonWebServices, "cloud/azure-arm": microsoftAzure, "cloud/gcp-api": googleCloud,
	}
	for _, row := range corpusRows(t) {
		folder := filepath.Dir(row.path)
		if !strings.HasPrefix(folder, "cloud/") && folder != "dcim/device-types" && folder != "dcim/module-types" && folder != "dcim/netbox-demo" {
			continue
		}
		_, in := corpusInput(t, row)
		got := readInput(t, in, withInventories())
		files[folder]++
		for _, p := range got.Products {
			if maker := makers[folder]; maker != "" && p.Product.Manufacturer != maker && p.Product.Vendor != maker {
				t.Errorf("%s: %s %q is of %q", row.path, p.Product.Sources[0].Record, p.Product.Name, p.Product.Manufacturer)
			}
		}
		if said := inventoryDifference(folder, row.expected, got); said != "" {
			differ[folder]++
			if reason := explained[filepath.Base(row.path)]; reason != "" {
				t.Logf("%s: %s: %s", row.path, said, reason)
			} else {
				t.Errorf("%s: %s; expected %s; %s", row.path, said, row.expected, got.Error)
			}
		}
	}
	for folder, n := range files {
		t.Logf("%s: %d of %d files agree", folder, n-differ[folder], n)
	}
}

var numberIn = regexp.MustCompile(`'(\w+)': (\d+)`)

// inventoryDifference compares a reading with what was counted.
func inventoryDifference(folder, expected string, got reading) string {
	want, products := 1, len(got.Products)
	switch folder {
	case "dcim/device-types", "dcim/module-types":
		return deviceTypeDifference(expected, got)
	case "dcim/netbox-demo":
		want = 72 + 180 // dcim.device and virtualization.virtualmachine among its 6915 items
	case "cloud/aws-api":
		want = awsExpected(expected)
	case "cloud/kubernetes":
		products = min(countTold(got), 1) // one object at least is told, whether or not it runs
	case "cloud/azure-arm":
		want = numberAfter(expected, "resources=", 1)
	case "cloud/gcp-api":
		want = gcpExpected(expected)
	case "cloud/terraform-plan":
		want, products = numberAfter(expected, "resource_changes=", 0), countTold(got)
	case "cloud/terraform-state":
		want, products = numberAfter(expected, "types=", 0), countTypes(got)
	}
	if want == products || want < 0 {
		return ""
	}
	return fmt.Sprintf("%d read, %d expected", products, want)
}

// deviceTypeDifference compares maker, model, part number and the number of parts.
func deviceTypeDifference(expected string, got reading) string {
	var p readProduct
	if len(got.Products) == 1 {
		p = got.Products[0]
	}
	shown := func(text string) string {
		if text == "" {
			return "None"
		}
		return text
	}
	said := fmt.Sprintf("manufacturer=%s; model=%s; part_number=%s; slug=", p.Product.Manufacturer, p.Product.Model, shown(p.Product.PartNumber))
	if !strings.HasPrefix(expected, said) || !strings.HasSuffix(expected, fmt.Sprintf("inventory-items=%d", len(p.Components))) {
		return said
	}
	return ""
}

func numberAfter(text, word string, otherwise int) int {
	_, rest, ok := strings.Cut(text, word)
	if !ok {
		return otherwise
	}
	digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
	n, _ := strconv.Atoi(digits)
	return n
}

// awsExpected is the number of instances, else of the elements of the list, if that
// lists resources and not what one resource has.
func awsExpected(expected string) int {
	if n := numberAfter(expected, "instances=", -1); n >= 0 {
		return n
	}
	for _, m := range numberIn.FindAllStringSubmatch(expected, -1) {
		switch {
		case m[1] == "failures" || m[1] == "projectsNotFound":
		case m[1] == "tags" || m[1] == "Entries" || m[1] == "BrokerInstances" || m[1] == "SecurityGroups" && m[2] == "1":
			return 1
		default:
			return numberAfter(m[0], ": ", 0)
		}
	}
	return 1
}

// gcpExpected is the number of items, or of the elements of the list. A record of
// an operation is none.
func gcpExpected(expected string) int {
	if n := numberAfter(expected, "items=", 0); n > 0 {
		return n
	}
	lists := numberIn.FindAllStringSubmatch(expected, -1)
	kind, _, _ := strings.Cut(strings.TrimPrefix(expected, "kind="), ";")
	switch {
	case strings.HasSuffix(kind, "#operation"):
		return 0
	case kind != "None", len(lists) > 1 && lists[0][1] != "firewalls":
		return 1
	case len(lists) == 0:
		return -1 // not counted: one resource, or a record of an operation
	}
	return numberAfter(lists[0][0], ": ", 0)
}

// countTold counts the products and the resources that are told to be none.
func countTold(r reading) int {
	return len(r.Products) + len(r.Gaps)
}

// countTypes counts the types of resources, read or told to be none.
func countTypes(r reading) int {
	types := make(map[string]bool)
	for _, p := range r.Products {
		types[p.Product.Model] = true
	}
	for _, gap := range r.Gaps {
		if kind, _, ok := strings.Cut(gap.Reason, "."); ok && strings.Contains(gap.Reason, "state only") {
			types[kind] = true
		}
	}
	return len(types)
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

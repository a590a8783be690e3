package vendors

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/netvet/netvet/scanner/strictyaml"
)

func TestMerge(t *testing.T) {
	own := strings.ReplaceAll(supplierFile, "acme-networks", "micron")
	user, err := Load(fstest.MapFS{
		"data/micron.yaml":        {Data: []byte(own)},
		"data/acme-networks.yaml": {Data: []byte(strings.ReplaceAll(supplierFile, "Acme", "Other"))},
		"lists/xx-test.yaml":      {Data: []byte(listFile)},
	})
	if err != nil {
		t.Fatal(err)
	}
	d := builtIn(t)
	merged, err := d.Merge(user)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(merged.Records()), len(d.Records())+1; got != want {
		t.Errorf("%d suppliers, want %d", got, want)
	}
	if got, want := len(merged.Lists()), len(d.Lists())+1; got != want {
		t.Errorf("%d lists, want %d", got, want)
	}
	if r, _ := merged.Record("micron"); r.Name != "Acme Networks Testonly Ltd." {
		t.Errorf("the user's file does not win: %s", r.Name)
	}
	if r, _ := d.Record("micron"); r.Name != "Micron Technology, Inc." {
		t.Errorf("merging changed the built-in directory: %s", r.Name)
	}
	for i, s := range merged.DataSets() {
		users := !strings.HasPrefix(s.ID, "registry-") // public registries are nobody's to replace
		if same := s.SHA256 == d.DataSets()[i].SHA256; same == users {
			t.Errorf("data set %s: has the hash of the built-in one: %v", s.ID, same)
		}
	}
}

// TestMergeReferences: what neither side knows is a fault.
func TestMergeReferences(t *testing.T) {
	user, err := Load(fstest.MapFS{"acme-networks.yaml": {Data: []byte(strings.Replace(supplierFile, "id: cisco", "id: nobody-here", 1))}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = builtIn(t).Merge(user)
	var faults strictyaml.Faults
	if !errors.As(err, &faults) || len(faults) != 1 || !strings.Contains(faults[0].Text, "nobody-here") {
		t.Errorf("got %v", err)
	}
}

func TestLoadTwice(t *testing.T) {
	_, err := Load(fstest.MapFS{"acme-networks.yaml": {Data: []byte(supplierFile)}, "data/acme-networks.yaml": {Data: []byte(supplierFile)}})
	if err == nil || !strings.Contains(err.Error(), "is taken by acme-networks.yaml") {
		t.Errorf("got %v", err)
	}
}

// FuzzLoad: foreign files give faults that name them, or a directory that can
// be asked, and never a panic.
func FuzzLoad(f *testing.F) {
	f.Add(supplierFile, false)
	f.Add(listFile, true)
	f.Add("id: [\n", false)
	f.Add("a: &a [*a]\n", true)
	f.Fuzz(func(t *testing.T, data string, list bool) {
		name := "data/x.yaml"
		if list {
			name = "lists/x.yaml"
		}
		d, err := Load(fstest.MapFS{name: {Data: []byte(data)}})
		var faults strictyaml.Faults
		if err != nil && !errors.As(err, &faults) {
			t.Fatalf("not faults: %v", err)
		}
		for _, fault := range faults {
			if fault.File != name {
				t.Errorf("fault without its file: %v", fault)
			}
		}
		if err == nil {
			_ = d.references()
			for _, r := range d.Records() {
				d.Supplier(r.ID, time.Unix(0, 0))
			}
		}
	})
}

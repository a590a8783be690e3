package sbom

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/netvet/netvet"
)

// reading is everything that was read of one input, as a golden file shows it.
type reading struct {
	Format   string         `json:"format"`
	Version  string         `json:"version"`
	Notes    []string       `json:"notes"`
	Error    string         `json:"error"`
	Products []readProduct  `json:"products"`
	Gaps     []netvet.Gap   `json:"gaps"`
	Counts   map[string]int `json:"counts"`

	Observations []netvet.Observation `json:"observations"`
	Declarations []netvet.Declaration `json:"declarations"`
}

type readProduct struct {
	Product    netvet.Product         `json:"product"`
	Components []netvet.Component     `json:"components"`
	Services   []netvet.Service       `json:"services"`
	Statements []netvet.Vulnerability `json:"statements"`
	Attested   []netvet.Attestation   `json:"attested"`
	ended      bool
}

// readInput reads an input with Read and keeps a copy of everything. It checks
// that the records come in the order that is promised.
func readInput(t testing.TB, in Input, opt Options) reading {
	t.Helper()
	var r reading
	current := func() *readProduct {
		if n := len(r.Products); n > 0 && !r.Products[n-1].ended {
			return &r.Products[n-1]
		}
		t.Fatal("a record of a product stands outside a product")
		return nil
	}
	summary, notes, err := Read(context.Background(), in, opt, func(rec Record) error {
		switch rec := rec.(type) {
		case ProductStart:
			if n := len(r.Products); n > 0 && !r.Products[n-1].ended {
				t.Fatal("a product begins inside another")
			}
			r.Products = append(r.Products, readProduct{Product: rec.Product})
		case Component:
			c := *rec.Component
			c.Licences, c.Identifiers, c.Properties = slices.Clone(c.Licences), slices.Clone(c.Identifiers), slices.Clone(c.Properties)
			current().Components = append(current().Components, c)
		case Service:
			current().Services = append(current().Services, rec.Service)
		case Statement:
			current().Statements = append(current().Statements, rec.Vulnerability)
		case Attestation:
			current().Attested = append(current().Attested, rec.Attestation)
		case ProductEnd:
			p := current()
			p.Product, p.ended = rec.Product, true
		case Observation:
			r.Observations = append(r.Observations, rec.Observation)
		case Declaration:
			r.Declarations = append(r.Declarations, rec.Declaration)
		case Gap:
			if rec.Input != in.Name {
				t.Errorf("a gap is of input %q", rec.Input)
			}
			r.Gaps = append(r.Gaps, rec.Gap)
		}
		return nil
	})
	r.Format, r.Notes = summary.Format, notes
	if summary.Version != nil {
		r.Version = *summary.Version
	}
	r.Counts = map[string]int{"products": summary.Products, "components": summary.Components, "gaps": summary.Gaps}
	if err != nil {
		r.Error = err.Error()
	} else if n := len(r.Products); n > 0 && !r.Products[n-1].ended {
		t.Error("the last product does not end")
	}
	return r
}

// bytesInput is an input in memory.
func bytesInput(name string, data []byte) Input {
	return Input{Name: name, Size: int64(len(data)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}}
}

func textInput(name, text string) Input { return bytesInput(name, []byte(text)) }

// goldenText shows a reading without what is not known.
func goldenText(t *testing.T, r reading) []byte {
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

// known drops from a tree of JSON what is empty.
func known(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if value = known(value); value == nil || reflect.ValueOf(value).IsZero() || isEmptyList(value) {
				delete(v, key)
			} else {
				v[key] = value
			}
		}
		if len(v) == 0 {
			return nil
		}
		return v
	case []any:
		for i := range v {
			v[i] = known(v[i])
		}
		return v
	}
	return v
}

func isEmptyList(v any) bool {
	list, ok := v.([]any)
	return ok && len(list) == 0
}

// TestSameBOMInOtherForms reads one bill of materials in two encodings: all that is
// read must be the same but for places and the name of the format.
func TestSameBOMInOtherForms(t *testing.T) {
	for _, pair := range [][2]string{
		{"cyclonedx-json/array.json", "cyclonedx-xml/array.xml"},
		{"cyclonedx-json/declared.json", "cyclonedx-xml/declared.xml"},
		{"spdx-json/firmware.json", "spdx-tagvalue/firmware.spdx"},
	} {
		var both [2]reading
		for i, name := range pair {
			data, err := os.ReadFile("../testdata/inventory/" + name)
			if err != nil {
				t.Fatal(err)
			}
			both[i] = readInput(t, bytesInput("bom", data), Options{})
			withoutPlaces(&both[i])
		}
		if diff := cmp.Diff(both[0], both[1], cmp.AllowUnexported(readProduct{})); diff != "" {
			t.Errorf("%s and %s differ:\n%s", pair[0], pair[1], diff)
		}
	}
}

func withoutPlaces(r *reading) {
	r.Format = ""
	for i := range r.Products {
		p := &r.Products[i]
		p.Product.BOM.Format, p.Product.Sources = "", nil
		for k := range p.Components {
			p.Components[k].Pointer = ""
		}
	}
}

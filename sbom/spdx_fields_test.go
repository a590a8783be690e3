package sbom

import (
	"encoding/csv"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/spdx/tools-golang/spdx/v2/v2_3"
)

// TestEverySPDXFieldIsDecided compares the table of fields with the document type of the
// library: each field of SPDX 2.3 is said to be kept or dropped, and why.
func TestEverySPDXFieldIsDecided(t *testing.T) {
	file, err := os.Open("fields/spdx.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(rows[0], []string{"path", "kept", "reason"}) {
		t.Fatalf("the columns are %v", rows[0])
	}
	var listed []string
	for _, row := range rows[1:] {
		listed = append(listed, row[0])
		if row[1] != "kept" && row[1] != "dropped" || strings.TrimSpace(row[2]) == "" {
			t.Errorf("%s: %q, %q", row[0], row[1], row[2])
		}
	}
	fields := slices.DeleteFunc(jsonFields(reflect.TypeFor[v2_3.Document](), ""), func(f string) bool {
		return strings.HasPrefix(f, "packages[].files[]") // where the library puts the files of a package, not the format
	})
	// The library turns these into relationships and annotations of the document.
	fields = append(fields, "documentDescribes[]", "packages[].hasFiles[]")
	for _, f := range fields {
		if !slices.Contains(listed, f) {
			t.Errorf("%s is missing: say whether it is kept", f)
		}
	}
	for i, f := range listed {
		if !slices.Contains(fields, f) || slices.Contains(listed[:i], f) {
			t.Errorf("%s is no field of SPDX 2.3, or is listed twice", f)
		}
	}
}

// jsonFields lists the fields of a type by their names in JSON, down to those that hold
// no others; "[]" marks a list.
func jsonFields(t reflect.Type, path string) (fields []string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Slice {
		return jsonFields(t.Elem(), path+"[]")
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		below := strings.TrimPrefix(path+"."+name, ".")
		switch {
		case name == "-" || name == "" && !f.Anonymous:
		case f.Anonymous && name == "":
			fields = append(fields, jsonFields(f.Type, path)...)
		case isPlainField(f.Type):
			fields = append(fields, below+strings.Repeat("[]", listDepth(f.Type)))
		default:
			fields = append(fields, jsonFields(f.Type, below)...)
		}
	}
	return fields
}

// isPlainField tells fields that are written as one value or a list of values, also
// where the library takes the value apart.
func isPlainField(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return true
	}
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("json") != "" && t.Field(i).Tag.Get("json") != "-" {
			return false
		}
	}
	return true
}

func listDepth(t reflect.Type) int {
	if t.Kind() == reflect.Slice {
		return 1
	}
	return 0
}

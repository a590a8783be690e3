package sbom

import (
	"encoding/csv"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestCDXFields makes sure that fields/cyclonedx.csv lists every field of every version
// of the schema, and says of each either what it is kept as or why it is dropped.
func TestCDXFields(t *testing.T) {
	file, err := os.Open("fields/cyclonedx.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]bool)
	for _, row := range rows[1:] {
		if listed[row[0]] || (row[1] == "") == (row[2] == "") {
			t.Errorf("%s stands twice, or is neither or both of kept and dropped", row[0])
		}
		listed[row[0]] = true
	}
	fields := make(map[string]bool)
	for _, version := range cdxVersions()[2:] {
		for name, definition := range cdxDefinitions(cdxSchemaText, version) {
			schemaFields(name, definition, fields)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !listed[name] {
			t.Errorf("%s is a field of the schema and not in the table", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		if !fields[name] {
			t.Errorf("%s is in the table and no field of the schema", name)
		}
	}
}

// schemaFields collects the names of the members of a definition and of what is inside
// it.
func schemaFields(name string, v jsonValue, fields map[string]bool) {
	if !v.isObject() {
		return
	}
	for member := range v.get("properties").members() {
		fields[name+"."+member] = true
		schemaFields(name+"."+member, v.get("properties", member), fields)
	}
	for _, word := range strings.Fields("items oneOf anyOf allOf not if then else") {
		schemaFields(name, v.get(word), fields)
		for _, branch := range v.list(word) {
			schemaFields(name, branch, fields)
		}
	}
}

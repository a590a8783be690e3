package sbom

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// cdxJudges are the published schemas, compiled by a library, by version. Licence ids
// are judged by the list that the reader has, which is newer than the library's.
func cdxJudges(t testing.TB) map[string]*jsonschema.Schema {
	t.Helper()
	folder := cdxSchemaFolder(t)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.RegisterFormat(&jsonschema.Format{Name: "date-time", Validate: func(v any) error {
		if s, ok := v.(string); ok && !isDateTime([]byte(s)) {
			return fmt.Errorf("no time")
		}
		return nil
	}})
	for _, name := range []string{"iri-reference", "idn-email", "uri", "string"} {
		c.RegisterFormat(&jsonschema.Format{Name: name, Validate: func(any) error { return nil }})
	}
	add := func(url string, schema any) {
		if err := c.AddResource(url, schema); err != nil {
			t.Fatal(err)
		}
	}
	load := func(name string) any {
		file, err := os.Open(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		v, err := jsonschema.UnmarshalJSON(file)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	var ids []any
	for id := range licenceIDs() {
		ids = append(ids, id)
	}
	add("http://cyclonedx.org/schema/spdx.schema.json", map[string]any{"type": "string", "enum": ids})
	add("http://cyclonedx.org/schema/jsf-0.82.schema.json", load("jsf-0.82.schemax.json"))
	text := map[string]any{"type": "string"}
	add("http://cyclonedx.org/schema/cryptography-defs.schema.json", map[string]any{"definitions": map[string]any{"algorithmFamiliesEnum": text, "ellipticCurvesEnum": text}})
	judges := make(map[string]*jsonschema.Schema)
	for _, version := range cdxVersions()[2:] {
		schema := withoutDot(load("bom-" + version + ".schema.json")).(map[string]any)
		delete(schema, "$id")
		url := "http://cyclonedx.org/schema/bom-" + version + ".schema.json"
		add(url, schema)
		judge, err := c.Compile(url)
		if err != nil {
			t.Fatal(err)
		}
		judges[version] = judge
	}
	return judges
}

// withoutDot leaves out the one pattern that is not checked, and old ids of parts.
func withoutDot(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if v["pattern"] == "^(.*)$" {
			delete(v, "pattern")
		}
		if id, ok := v["$id"].(string); ok && strings.HasPrefix(id, "#/") {
			delete(v, "$id")
		}
		for key, member := range v {
			v[key] = withoutDot(member)
		}
	case []any:
		for i, element := range v {
			v[i] = withoutDot(element)
		}
	}
	return v
}

// conforms reports what the reader says against the schema.
func conforms(t testing.TB, data []byte) (faults []string, other string) {
	t.Helper()
	got := readInput(t, bytesInput("doc", data), Options{})
	for _, gap := range got.Gaps {
		if strings.Contains(gap.Reason, "this is not CycloneDX") {
			faults = append(faults, gap.Record+": "+gap.Reason)
		}
	}
	return faults, got.Error
}

// TestCorpusSchema compares what the reader says against the schema with what a
// library for schemas says, over all real documents.
func TestCorpusSchema(t *testing.T) {
	rows := corpusRows(t)
	judges := cdxJudges(t)
	valid, invalid := 0, 0
	for _, row := range rows {
		if !strings.HasPrefix(row.format, "CycloneDX JSON") {
			continue
		}
		data, _ := corpusInput(t, row)
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			continue
		}
		version, _ := doc.(map[string]any)["specVersion"].(string)
		judge := judges[version]
		faults, failed := conforms(t, data)
		if judge == nil || failed != "" {
			continue
		}
		verdict := judge.Validate(doc)
		switch {
		case verdict == nil:
			valid++
		case len(faults) > 0:
			invalid++
			if os.Getenv("SHOW") != "" {
				t.Logf("%s: %d: %s", row.path, len(faults), faults[0])
			}
		}
		if (verdict == nil) != (len(faults) == 0) {
			t.Errorf("%s: the library says %v, the reader %q", row.path, short2(verdict), faults[:min(len(faults), 3)])
		}
	}
	t.Logf("%d valid, %d invalid", valid, invalid)
}

func short2(err error) string {
	if err == nil {
		return "valid"
	}
	return strings.Join(strings.Split(err.Error(), "\n")[:min(4, strings.Count(err.Error(), "\n")+1)], " ")
}

var _ = json.Valid
var _ = slices.Contains[[]int]

func TestCorpusXMLSchema(t *testing.T) {
	for _, row := range corpusRows(t) {
		if !strings.HasPrefix(row.format, "CycloneDX XML") {
			continue
		}
		data, _ := corpusInput(t, row)
		faults, failed := conforms(t, data)
		t.Logf("%s: %s %d %q", row.path, failed, len(faults), faults[:min(len(faults), 2)])
	}
}

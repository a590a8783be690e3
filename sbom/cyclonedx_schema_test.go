package sbom

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const cdxModule = "github.com/CycloneDX/cyclonedx-go"

// cdxSchemaFolder is where the library keeps the published schemas.
func cdxSchemaFolder(t testing.TB) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", cdxModule).Output()
	if err != nil {
		t.Fatalf("find the module %s: %v", cdxModule, err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "schema")
}

// TestCDXSchema makes cyclonedx.schema from the published schemas: what does not
// decide whether a document is valid is left out, and definitions that several
// versions share stand once.
func TestCDXSchema(t *testing.T) {
	folder := cdxSchemaFolder(t)
	versions := make(map[string][]string) // by name and schema
	var order []string
	add := func(version, name string, schema any) {
		text, err := json.Marshal(schema)
		if err != nil {
			t.Fatal(err)
		}
		line := name + "\t%s\t" + string(text)
		if versions[line] == nil {
			order = append(order, line)
		}
		versions[line] = append(versions[line], version)
	}
	for _, version := range cdxVersions()[2:] {
		schema := readSchema(t, filepath.Join(folder, "bom-"+version+".schema.json"))
		definitions, _ := schema["definitions"].(map[string]any)
		delete(schema, "definitions")
		add(version, "bom", bareSchema(schema))
		for name, definition := range definitions {
			add(version, name, bareSchema(definition))
		}
		signature := readSchema(t, filepath.Join(folder, "jsf-0.82.schemax.json"))
		for name, definition := range signature["definitions"].(map[string]any) {
			add(version, "jsf-"+name, bareSchema(definition, "jsf-"))
		}
	}
	slices.Sort(order)
	var b strings.Builder
	b.WriteString("# The JSON schemas of CycloneDX 1.2 to 1.7 and of the signatures in it (JSF 0.82) without their\n" +
		"# prose: name, versions and schema of each definition, between tabs.\n" +
		"# Source: https://cyclonedx.org/schema/ as in " + cdxModule + " (Apache-2.0). Written by TestCDXSchema.\n")
	for _, line := range order {
		name, rest, _ := strings.Cut(line, "\t%s\t")
		fmt.Fprintf(&b, "%s\t%s\t%s\n", name, strings.Join(versions[line], " "), rest)
	}
	if *update {
		if err := os.WriteFile("cyclonedx.schema", []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if b.String() != cdxSchemaText {
		t.Error("cyclonedx.schema is not what the published schemas say: write it with -update")
	}
}

func readSchema(t testing.TB, file string) (schema map[string]any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return schema
}

// bareSchema leaves out the words that forbid nothing, and the rules that are not
// checked.
func bareSchema(v any, prefix ...string) any {
	switch v := v.(type) {
	case []any:
		list := []any{}
		for _, element := range v {
			list = append(list, bareSchema(element, prefix...))
		}
		return list
	case map[string]any:
		bare := make(map[string]any)
		if target, ok := v["$ref"].(string); ok && strings.HasPrefix(target, "cryptography-defs.") {
			return map[string]any{"type": "string"} // a list of algorithms that the library does not have
		} else if ok {
			bare["$ref"] = definitionName(target, prefix...)
			return bare // draft 7 ignores what stands beside a reference
		}
		for word, value := range v {
			switch word {
			case "description", "title", "examples", "meta:enum", "$comment", "deprecated", "default", "$schema", "$id":
			case "properties":
				members := make(map[string]any)
				for name, member := range value.(map[string]any) {
					members[name] = bareSchema(member, prefix...)
				}
				bare[word] = members
			case "enum", "required", "const":
				bare[word] = value
			default:
				if !uncheckedRule(word, value) {
					bare[word] = bareSchema(value, prefix...)
				}
			}
		}
		return bare
	}
	return v
}

// uncheckedRule tells the rules that are not checked.
func uncheckedRule(word string, value any) bool {
	switch word {
	case "pattern":
		return value == "^(.*)$" // would forbid line breaks, which do no harm
	case "format":
		// Addresses and mail addresses are kept as they are written, whatever their form.
		return value != "date-time" && value != "date" && value != "uri"
	case "additionalItems":
		return false
	}
	return false
}

func definitionName(target string, prefix ...string) string {
	switch {
	case target == "spdx.schema.json":
		return "spdx"
	case strings.HasPrefix(target, "jsf-0.82.schema.json#/definitions/"):
		return "jsf-" + strings.TrimPrefix(target, "jsf-0.82.schema.json#/definitions/")
	}
	return strings.Join(prefix, "") + strings.TrimPrefix(target, "#/definitions/")
}

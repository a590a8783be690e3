package scanner

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	generate "github.com/invopop/jsonschema"
	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
	validate "github.com/santhosh-tekuri/jsonschema/v6"
)

const contextSchemaFile = "context.schema.json"

// TestContextSchemaIsGenerated holds the committed schema equal to the Go types.
func TestContextSchemaIsGenerated(t *testing.T) {
	got := generateContextSchema(t)
	if *update {
		if err := os.WriteFile(contextSchemaFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(got, ContextSchema()) {
		t.Errorf("%s is not what the Go types say; run the test with -update", contextSchemaFile)
	}
}

// contextWords are the keys that take one of a closed set of words, by the type
// that has them.
func contextWords() map[string]map[string][]string {
	reliabilities := slices.Sorted(maps.Keys(netvet.Reliabilities()))
	criticality := byImpact()
	return map[string]map[string][]string{
		"Operator":           {"role": roles},
		"ContextDefaults":    {"act": acts, "criticality": criticality},
		"ContextSystem":      {"criticality": criticality},
		"ContextData":        {"class": netvet.DataClasses()},
		"ContextProduct":     {"act": acts, "criticality": criticality, "category": words(netvet.Categories())},
		"ContextMitigation":  {"kind": mitigationKinds, "reliability": reliabilities},
		"ContextCommitment":  {"state": netvet.CommitmentStates(), "reliability": reliabilities},
		"ContextCertificate": {"scheme": slices.Concat(schemes(false), schemes(true)), "reliability": reliabilities},
		"ContextAnswer":      {"answer": append(slices.Clone(answerWords), ""), "reliability": append(slices.Clone(reliabilities), "")},
	}
}

func generateContextSchema(t *testing.T) []byte {
	t.Helper()
	r := generate.Reflector{FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, Anonymous: true}
	if err := r.AddGoComments("github.com/netvet/netvet/scanner", "./"); err != nil {
		t.Fatal(err)
	}
	s := r.Reflect(&Context{})
	s.Title = "netvet context (netvet.yaml)"
	for name, keys := range contextWords() {
		for key, list := range keys {
			property, ok := s.Definitions[name].Properties.Get(key)
			if !ok {
				t.Fatalf("%s has no %s", name, key)
			}
			for _, w := range list {
				property.Enum = append(property.Enum, w)
			}
		}
	}
	for _, name := range []string{"ContextProduct", "ContextSupplier"} {
		names(t, s, name, "commitments", netvet.Undertakings())
	}
	names(t, s, "ContextProduct", "impact", words(netvet.Factors()))
	for _, section := range []string{"operator", "defaults", "systems", "suppliers", "products", "bindings", "observations"} {
		property, _ := s.Definitions["Context"].Properties.Get(section)
		if property == nil {
			t.Fatalf("no section %s", section)
		}
		// A section of which every line is a comment is null.
		described := *property
		s.Definitions["Context"].Properties.Set(section, &generate.Schema{Description: described.Description, AnyOf: []*generate.Schema{&described, {Type: "null"}}})
		described.Description = ""
	}
	out, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(out, '\n')
}

// names limits the keys of a mapping.
func names(t *testing.T, s *generate.Schema, typ, key string, known []string) {
	t.Helper()
	property, ok := s.Definitions[typ].Properties.Get(key)
	if !ok {
		t.Fatalf("%s has no %s", typ, key)
	}
	property.PropertyNames = &generate.Schema{}
	for _, w := range known {
		property.PropertyNames.Enum = append(property.PropertyNames.Enum, w)
	}
}

const contextExample = "../testdata/context/netvet.yaml"

func TestContextExampleFollowsTheSchema(t *testing.T) {
	data, err := os.ReadFile(contextExample)
	if err != nil {
		t.Fatal(err)
	}
	if err := followsContextSchema(t, data); err != nil {
		t.Error(err)
	}
	for name, bad := range map[string][2]string{
		"an unknown key":         {"notified:", "notfied:"},
		"an unknown word":        {"criticality: high", "criticality: hgh"},
		"an unknown undertaking": {"no-illegal-data:", "no-ilegal-data:"},
		"an unknown scheme":      {"scheme: iso-27001", "scheme: iso27001"},
		"a text for a number":    {"users: 1200000", "users: many"},
	} {
		text := strings.Replace(string(data), bad[0], bad[1], 1)
		if text == string(data) {
			t.Fatalf("%s: the example has no %s", name, bad[0])
		}
		if followsContextSchema(t, []byte(text)) == nil {
			t.Errorf("the schema allows %s", name)
		}
	}
}

// TestContextExampleShowsEveryKey holds the example complete.
func TestContextExampleShowsEveryKey(t *testing.T) {
	data, err := os.ReadFile(contextExample)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LoadContext(contextExample, data); err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for path := range strictyaml.Lines(data) {
		shown[path[strings.LastIndexByte(path, '.')+1:]] = true
	}
	for key := range yamlKeys(reflect.TypeFor[Context](), map[reflect.Type]bool{}) {
		if !shown[key] {
			t.Errorf("the example does not show %s", key)
		}
	}
}

func yamlKeys(typ reflect.Type, seen map[reflect.Type]bool) map[string]bool {
	out := map[string]bool{}
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || seen[typ] {
		return out
	}
	seen[typ] = true
	for i := range typ.NumField() {
		f := typ.Field(i)
		if !f.IsExported() {
			continue
		}
		if tag, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); tag != "" && tag != "-" {
			out[tag] = true
		}
		maps.Copy(out, yamlKeys(f.Type, seen))
	}
	return out
}

// followsContextSchema checks a context as an editor would.
func followsContextSchema(t *testing.T, text []byte) error {
	t.Helper()
	var value map[string]any
	if err := strictyaml.Value("netvet.yaml", text, &value); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	c := validate.NewCompiler()
	doc, err := validate.UnmarshalJSON(bytes.NewReader(generateContextSchema(t)))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AddResource(contextSchemaFile, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(contextSchemaFile)
	if err != nil {
		t.Fatal(err)
	}
	read, err := validate.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(read)
}

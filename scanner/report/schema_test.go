package report_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	generate "github.com/invopop/jsonschema"
	"github.com/netvet/netvet"
	validate "github.com/santhosh-tekuri/jsonschema/v6"
)

const schemaFile = "register.schema.json"

// TestSchemaIsGenerated holds the committed schema equal to the Go types.
func TestSchemaIsGenerated(t *testing.T) {
	got := schema(t)
	if *update {
		if err := os.WriteFile(schemaFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the Go types say; run the test with -update", schemaFile)
	}
}

// schema generates the JSON Schema of the register. Fields may be added within a
// schema version, so that other fields are allowed.
func schema(t *testing.T) []byte {
	t.Helper()
	r := generate.Reflector{AllowAdditionalProperties: true, Anonymous: true, Mapper: words}
	s := r.Reflect(&netvet.Register{})
	s.ID = "https://github.com/netvet/netvet/register.schema.json"
	s.Title = "netvet risk register"
	allowNull(s.Definitions, reflect.TypeFor[netvet.Register](), map[reflect.Type]bool{})
	if version, ok := s.Definitions["Register"].Properties.Get("schema_version"); ok {
		version.Const = netvet.SchemaVersion
	}
	out, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(out, '\n')
}

// words gives the types that are lists of words their words.
func words(t reflect.Type) *generate.Schema {
	list := map[reflect.Type][]any{
		reflect.TypeFor[netvet.Verdict]():           anys(netvet.Verdicts()),
		reflect.TypeFor[netvet.Level]():             anys(netvet.Levels()),
		reflect.TypeFor[netvet.Factor]():            anys(netvet.Factors()),
		reflect.TypeFor[netvet.Category]():          anys(netvet.Categories()),
		reflect.TypeFor[netvet.Outcome]():           {netvet.OutcomePass, netvet.OutcomeFail, netvet.OutcomeUnknown, netvet.OutcomeNotApplicable},
		reflect.TypeFor[netvet.Severity]():          {netvet.SeverityCritical, netvet.SeverityHigh, netvet.SeverityMedium, netvet.SeverityLow},
		reflect.TypeFor[netvet.Act]():               {netvet.ActProcure, netvet.ActOperate},
		reflect.TypeFor[netvet.ComparisonVerdict](): anys(netvet.ComparisonVerdicts()),
		reflect.TypeFor[netvet.WayState]():          anys(netvet.WayStates()),
		reflect.TypeFor[netvet.Confidence]():        {netvet.ConfidenceHigh, netvet.ConfidenceMedium, netvet.ConfidenceLow},
	}[t]
	if list == nil {
		return nil
	}
	return &generate.Schema{Type: "string", Enum: list}
}

func anys[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}

// allowNull lets every field that is a pointer be null: unknown is null.
func allowNull(defs generate.Definitions, t reflect.Type, seen map[reflect.Type]bool) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || seen[t] {
		return
	}
	seen[t] = true
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		allowNull(defs, field.Type, seen)
		def := defs[t.Name()]
		if def == nil || field.Type.Kind() != reflect.Pointer {
			continue
		}
		if property, ok := def.Properties.Get(name); ok {
			def.Properties.Set(name, &generate.Schema{AnyOf: []*generate.Schema{property, {Type: "null"}}})
		}
	}
}

func TestRegistersFollowTheSchema(t *testing.T) {
	for _, name := range []string{"mixed", "empty"} {
		data, err := os.ReadFile(registers + "/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if err := follows(t, data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSchemaRefuses shows that the schema says no to what the contract forbids.
func TestSchemaRefuses(t *testing.T) {
	good, err := os.ReadFile(registers + "/mixed.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, replace := range map[string][2]string{
		"another version":    {`"schema_version": "1"`, `"schema_version": "2"`},
		"an unknown verdict": {`"verdict": "prohibited"`, `"verdict": "forbidden"`},
		"a null list":        {`"possible_suppliers": []`, `"possible_suppliers": null`},
		"a number as text":   {`"score": 97.4`, `"score": "97.4"`},
		"a lost field":       {`"coverage": 0.73,`, ``},
	} {
		bad := strings.Replace(string(good), replace[0], replace[1], 1)
		if bad == string(good) {
			t.Fatalf("%s: the register has no %s", name, replace[0])
		}
		if follows(t, []byte(bad)) == nil {
			t.Errorf("the schema allows %s", name)
		}
	}
}

func follows(t *testing.T, register []byte) error {
	t.Helper()
	c := validate.NewCompiler()
	doc, err := validate.UnmarshalJSON(bytes.NewReader(schema(t)))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AddResource(schemaFile, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	value, err := validate.UnmarshalJSON(bytes.NewReader(register))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(value)
}

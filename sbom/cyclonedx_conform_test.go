package sbom

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
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
	for _, name := range []string{"iri-reference", "idn-email", "string"} {
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
		}
		if (verdict == nil) != (len(faults) == 0) {
			t.Errorf("%s: the library says %v, the reader %q", row.path, firstLines(verdict), faults[:min(len(faults), 3)])
		}
	}
	t.Logf("%d valid, %d invalid", valid, invalid)
}

func firstLines(err error) string {
	if err == nil {
		return "valid"
	}
	return strings.Join(strings.Split(err.Error(), "\n")[:min(4, strings.Count(err.Error(), "\n")+1)], " ")
}

// TestSchemaMutations breaks one valid document of each version in each place by each
// rule there is and makes sure that the reader tells whenever the library for schemas
// does, and only then. Each version takes every twelfth of them.
func TestSchemaMutations(t *testing.T) {
	judges := cdxJudges(t)
	for v, version := range cdxVersions()[2:] {
		judge := judges[version]
		text := strings.Replace(everyFieldText, `"1.7"`, `"`+version+`"`, 1)
		broken := 0
		for _, mutant := range mutants(t, text, v) {
			verdict := judge.Validate(mutant.doc)
			data, err := json.Marshal(mutant.doc)
			if err != nil {
				t.Fatal(err)
			}
			faults, failed := conforms(t, data)
			if failed != "" {
				continue
			}
			if verdict != nil {
				broken++
			}
			if (verdict == nil) != (len(faults) == 0) {
				t.Errorf("%s, %s: the library says %v, the reader %q", version, mutant.what, firstLines(verdict), faults[:min(len(faults), 3)])
			}
		}
		if broken < 100 {
			t.Errorf("%s: only %d broken documents", version, broken)
		}
	}
}

type mutant struct {
	what string
	doc  any
}

// mutants are the documents that differ from one in one value: left out, or taken by a
// value of another type, out of range, unknown or twice.
func mutants(t *testing.T, text string, v int) (list []mutant) {
	parse := func() any {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
	var paths [][]any
	var walk func(v any, path []any)
	walk = func(v any, path []any) {
		if len(path) > 0 {
			paths = append(paths, slices.Clone(path))
		}
		switch v := v.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				walk(v[key], append(path, key))
			}
		case []any:
			for i := range v {
				walk(v[i], append(path, i))
			}
		}
	}
	walk(parse(), nil)
	changes := []struct {
		how   string
		value any
	}{{"left out", nil}, {"null", nil}, {"text", "foo"}, {"empty", ""}, {"number", json.Number("-1.5")}, {"true", true},
		{"list", []any{}}, {"object", map[string]any{"unknown": true}}, {"twice", nil}}
	const share = 12
	for i, path := range paths {
		for k, change := range changes {
			if (i*len(changes)+k)%share != 2*v {
				continue
			}
			doc := parse()
			if mutate(doc, path, change.how, change.value) {
				list = append(list, mutant{fmt.Sprint(path, " ", change.how), doc})
			}
		}
	}
	return list
}

// mutate changes the value at a path, and reports whether that could be.
func mutate(doc any, path []any, how string, value any) bool {
	for _, step := range path[:len(path)-1] {
		switch v := doc.(type) {
		case map[string]any:
			doc = v[step.(string)]
		case []any:
			doc = v[step.(int)]
		}
	}
	last := path[len(path)-1]
	if object, ok := doc.(map[string]any); ok {
		switch how {
		case "left out":
			delete(object, last.(string))
		case "twice":
			list, ok := object[last.(string)].([]any)
			if !ok || len(list) == 0 {
				return false
			}
			object[last.(string)] = append(list, list[0])
		default:
			object[last.(string)] = value
		}
		return true
	}
	if how == "left out" || how == "twice" {
		return false
	}
	doc.([]any)[last.(int)] = value
	return true
}

// everyFieldText is a document with what there is to say; not all of it is known to
// all versions.
const everyFieldText = `{"bomFormat":"CycloneDX","specVersion":"1.7","serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79","version":1,
"metadata":{"timestamp":"2026-01-02T03:04:05Z","lifecycles":[{"phase":"build"},{"name":"own","description":"d"}],
 "tools":{"components":[{"type":"application","name":"tool"}],"services":[{"name":"s"}]},"authors":[{"name":"A","email":"a@example.com","phone":"1"}],
 "component":{"type":"device","bom-ref":"p","name":"P","version":"1"},"manufacturer":{"name":"M","address":{"country":"DE"},"url":["https://example.com"],"contact":[{"name":"C"}]},
 "supplier":{"name":"S"},"licenses":[{"license":{"id":"MIT"}}],"properties":[{"name":"a","value":"b"}]},
"components":[{"type":"library","mime-type":"a/b","bom-ref":"c1","supplier":{"name":"S"},"manufacturer":{"name":"M"},"authors":[{"name":"A"}],"author":"A","publisher":"P","group":"g","name":"c","version":"1","description":"d","scope":"required",
 "hashes":[{"alg":"MD5","content":"00000000000000000000000000000000"}],"licenses":[{"license":{"id":"MIT","text":{"content":"x","encoding":"base64","contentType":"text/plain"},"url":"https://x","licensing":{"licensor":{"individual":{"name":"x"}},"licenseTypes":["other"],"expiration":"2026-01-02T03:04:05Z"}}},{"license":{"name":"N"}}],
 "copyright":"c","cpe":"cpe:/a:b:c","purl":"pkg:a/b","swid":{"tagId":"t","name":"n","version":"1","tagVersion":0,"patch":false},"modified":false,
 "pedigree":{"ancestors":[{"type":"library","name":"a"}],"commits":[{"uid":"1","author":{"timestamp":"2026-01-02T03:04:05Z"}}],"patches":[{"type":"backport","diff":{"url":"u"},"resolves":[{"type":"security","id":"1","source":{"name":"n"}}]}]},
 "externalReferences":[{"type":"vcs","url":"https://x","comment":"c","hashes":[{"alg":"SHA-1","content":"0000000000000000000000000000000000000000"}]}],
 "properties":[{"name":"a","value":"b"}],"evidence":{"identity":[{"field":"purl","confidence":0.5,"methods":[{"technique":"filename","confidence":1}]}],"occurrences":[{"location":"l","line":1}],"licenses":[{"license":{"id":"MIT"}}],"copyright":[{"text":"t"}]},
 "releaseNotes":{"type":"major","title":"t","aliases":["a"],"notes":[{"locale":"en","text":{"content":"c"}}]},"components":[{"type":"file","name":"inner"}]},
 {"type":"library","bom-ref":"c2","name":"d","licenses":[{"expression":"MIT OR ISC","acknowledgement":"declared"}],"isExternal":true,"versionRange":"vers:a/1"},
 {"type":"machine-learning-model","name":"m","modelCard":{"modelParameters":{"approach":{"type":"supervised"},"datasets":[{"type":"dataset","name":"d"},{"ref":"c1"}]}}},
 {"type":"cryptographic-asset","name":"k","cryptoProperties":{"assetType":"algorithm","algorithmProperties":{"primitive":"hash","nistQuantumSecurityLevel":1}}}],
"services":[{"bom-ref":"s1","provider":{"name":"P"},"group":"g","name":"s","version":"1","endpoints":["https://x"],"authenticated":true,"x-trust-boundary":false,"data":[{"flow":"inbound","classification":"PII","source":["https://x"],"governance":{"owners":[{"organization":{"name":"O"}}]}}],"services":[{"name":"t"}]}],
"dependencies":[{"ref":"c1","dependsOn":["c2"],"provides":["c2"]}],
"compositions":[{"aggregate":"complete","assemblies":["c1"],"dependencies":["c1"]}],
"vulnerabilities":[{"bom-ref":"v","id":"CVE-1","source":{"name":"NVD"},"references":[{"id":"GHSA","source":{"name":"G"}}],"ratings":[{"score":5,"severity":"high","method":"CVSSv31","vector":"v"}],"cwes":[79],"advisories":[{"url":"u"}],"created":"2026-01-02T03:04:05Z","analysis":{"state":"in_triage","justification":"code_not_present","response":["update"],"detail":"d"},"affects":[{"ref":"c1","versions":[{"version":"1","status":"affected"}]}]}],
"annotations":[{"subjects":["c1"],"annotator":{"organization":{"name":"O"}},"timestamp":"2026-01-02T03:04:05Z","text":"t"}],
"formulation":[{"workflows":[{"uid":"1","bom-ref":"w","taskTypes":["build"],"inputs":[{"resource":{"ref":"c1"}}],"outputs":[{"type":"log","resource":{"ref":"c1"}}]}]}],
"declarations":{"assessors":[{"bom-ref":"as","thirdParty":true}],"attestations":[{"summary":"s","assessor":"as","map":[{"requirement":"r","claims":["cl"],"conformance":{"score":1},"confidence":{"score":0.5}}]}],"claims":[{"bom-ref":"cl","target":"c1","predicate":"p","evidence":["ev"]}],"evidence":[{"bom-ref":"ev","data":[{"name":"n","contents":{"url":"u"}}]}],"targets":{"organizations":[{"name":"O"}]},"affirmation":{"statement":"s","signatories":[{"organization":{"name":"O"},"externalReference":{"type":"other","url":"u"}}]}},
"definitions":{"standards":[{"bom-ref":"r","name":"n","requirements":[{"bom-ref":"rq","identifier":"i","openCre":["CRE:1-2"]}]}],"patents":[{"patentNumber":"1","jurisdiction":"DE","patentLegalStatus":"granted"}]},
"citations":[{"timestamp":"2026-01-02T03:04:05Z","attributedTo":"c1","pointers":["/a"]}],
"signature":{"algorithm":"ES256","value":"x","publicKey":{"kty":"EC","crv":"P-256","x":"a","y":"b"}}}`

package scanner

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/rules"
	"github.com/netvet/netvet/sbom"
)

// ownPack is a pack of a user, whose rules look at what tells one product from the
// next: each in a way of its own.
func ownPack() string {
	pack := `pack: own
version: 2026-01-01
title: {en: Own, zh: 自}
jurisdiction: CN
instrument: {name: Own rules, order: "1", in_force: {from: 2020-01-01}, url: "https://example.org/", verified: false, source: a test, date: 2026-01-01}
topics:
  - {id: own, factor: other, weight: 1, title: {en: Own, zh: 自}}
rules:
`
	for i, r := range []struct{ each, applies, when, clear, message string }{
		{"product", `true`, `product.serial.startsWith("SN1")`, `product.serial != ""`, "such serials were stolen"},
		{"product", `words(product.name, 'camera "x"') || words(product.name, "camera")`, `product.description.matches("\\bused\\b")`, "", "a used camera"},
		{"product", `true`, `product.price.amount > 500.0 || product.quantity > 2`, `true`, "much is at stake"},
		{"product", `true`, `hits.size() > 0 && product.location == "Beijing"`, `product.version < "2"`, "a listed party in the capital"},
		{"hit", `true`, `hit.list != "" && product.model.contains("20")`, "", "{hit.list} names it"},
		{"component", `true`, `component.name != "" && product.purchase_date > "2023"`, "", "bought late"},
		{"product", `[product].exists(p, p.location_country == "CN")`, `size(product.identifiers) > 0`, `true`, "it has an address"},
	} {
		pack += fmt.Sprintf(`
  - id: O-%02d
    factor: other
    topic: own
    title: {en: Own question, zh: 自}
    question: {en: "Own question %d?", zh: 自？}
    good: "no"
    why: {en: "Because.", zh: 因}
    each: %s
    evidence: inventory
    applies: %q
    when: %q
    clear: %q
    strength: 0.4
    severity: high
    message: {en: %q, zh: 自}
    remedy: {en: Do something., zh: 做}
    cites: [{instrument: Own rules, clause: "1"}]
    basis: tool-policy
    source: a test
    indicators: []
`, i, i, r.each, r.applies, r.when, r.clear, r.message)
		if r.each == "component" {
			pack += "    candidates: {pattern: bmc}\n"
		}
	}
	return pack
}

// ownScanner is a scanner of a profile with the user's pack, whose messages
// repeat a field of the product.
func ownScanner(t testing.TB, message string) *Scanner {
	t.Helper()
	s := testScanner(t, "own")
	user, err := rules.Load(fstest.MapFS{
		"packs/own.yaml":    {Data: []byte(strings.Replace(ownPack(), "such serials were stolen", message, 1))},
		"profiles/own.yaml": {Data: []byte("profile: own\nextends: cn-ciio\ntitle: {en: Own, zh: 自}\nsource: a test\npacks: [own, cn-review-2022, cn-critical-equipment, in-trusted-source, us-federal]\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.Library, err = s.Library.Merge(user); err != nil {
		t.Fatal(err)
	}
	return s
}

// randomTable has rows that are often alike, and often differ in one cell only.
func randomTable(r *rand.Rand, n int) string {
	pools := []struct {
		title string
		cells []string
	}{
		{"Manufacturer", []string{"Cisco Systems", "Huawei Technologies Co., Ltd.", "NVIDIA", "Tencent", "Unheard-of Works", "Nobody's Works", ""}},
		{"Vendor", []string{"", "", "Some Trader"}},
		{"Product Name", []string{"", "", "camera", "H20", "a PLC of the plant", "WeChat"}},
		{"Model", []string{"Model 5", "Model 6", "H20", "RTX 6000D", ""}},
		{"Part Number", []string{"", "P-1", "WS-C2960"}},
		{"Category", []string{"switch", "camera", "server", ""}},
		{"Version", []string{"", "1.0", "9.9"}},
		{"Serial Number", []string{"", "n/a", "?"}}, // ? is a serial number of its own
		{"Location", []string{"", "Beijing", "Berlin, Germany"}},
		{"Country of Origin", []string{"", "CN", "US"}},
		{"Quantity", []string{"", "1", "3"}},
		{"Price", []string{"", "100", "900"}},
		{"Currency", []string{"", "USD"}},
		{"Purchase Date", []string{"", "2022-01-01", "2024-05-05"}},
		{"Description", []string{"", "a used one", "programmable logic controller", "a cellular gateway"}},
		{"MAC Address", []string{"", "00:1b:21:00:00:01", "00:e0:fc:00:00:02"}},
	}
	given := map[string]bool{"Manufacturer": true, "Model": true, "Serial Number": true}
	for _, p := range pools { // a table has some of the columns
		given[p.title] = given[p.title] || r.IntN(2) == 0
	}
	var b strings.Builder
	for i := -1; i < n; i++ {
		var cells []string
		for _, p := range pools {
			cell := p.cells[min(r.IntN(2*len(p.cells)), len(p.cells)-1)*r.IntN(2)] // the first most often
			switch {
			case i < 0:
				cell = p.title
			case p.title == "Serial Number" && cell == "?":
				cell = fmt.Sprintf("SN%d00%d", r.IntN(3), i)
			}
			if given[p.title] {
				cells = append(cells, `"`+cell+`"`)
			}
		}
		b.WriteString(strings.Join(cells, ",") + "\n")
	}
	return b.String()
}

// huaweiBOM is a bill of materials that every row of Huawei's Model 5 is given.
const huaweiBOM = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"firmware","name":"Model 5","manufacturer":{"name":"Huawei Technologies Co., Ltd."}}},
"components":[{"type":"firmware","name":"OpenBMC","version":"2.9"},{"type":"library","name":"openssl","version":"1.0.2","supplier":{"name":"OpenSSL"}}],
"services":[{"name":"remote support","endpoints":["https://support.example.com"]}]}`

func ndjson(t *testing.T, s *Scanner, inputs ...sbom.Input) string {
	t.Helper()
	var b bytes.Buffer
	line := func(v any) error { return json.NewEncoder(&b).Encode(v) }
	register, err := s.Each(context.Background(), inputs, nil, Sink{
		Product: func(r Result) error { return line(r) },
		Gap:     func(g netvet.Gap) error { return line(g) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := line(register); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestProductsAlikeAreJudgedAsAlone(t *testing.T) {
	c, err := LoadContext("netvet.yaml", []byte(`
operator: {role: ciio, notified: 2024-01-01}
products:
  - {match: {model: "H20"}, data: {class: important}, act: operate, answers: [{rule: "cn-review-2022/F1-*", answer: clean, by: audit, reliability: audit, date: 2026-01-01}]}
  - {match: {serial: "SN1*"}, criticality: low, mitigations: [{kind: stock, strength: 0.3, reliability: audit, date: 2026-01-01}]}
`))
	if err != nil {
		t.Fatal(err)
	}
	scanners := []*Scanner{testScanner(t, "cn-ciio"), testScanner(t, "us-federal"), ownScanner(t, "such serials were stolen"),
		ownScanner(t, "{product.serial} was stolen"), ownScanner(t, "it is {product.price.amount} {product.name}")}
	shared := 0
	for seed := range uint64(15) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := scanners[int(seed)%len(scanners)]
		if s.Context = nil; seed%2 == 0 {
			s.Context = c
		}
		s.All, s.Jobs = seed%7 == 0, 1+int(seed%3)
		inputs := []sbom.Input{in("inventory.csv", randomTable(r, 60))}
		if seed%3 == 0 {
			inputs = append(inputs, in("huawei.cdx.json", huaweiBOM))
		}
		s.eachAlone = true
		want := ndjson(t, s, inputs...)
		s.eachAlone = false
		got := ndjson(t, s, inputs...)
		if got != want {
			a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
			for i := range a {
				if a[i] != b[i] {
					t.Fatalf("seed %d, line %d:\n%s\nalone:\n%s", seed, i+1, a[i], b[i])
				}
			}
		}
		shared += len(want)
	}
	if shared == 0 {
		t.Fatal("nothing was compared")
	}
}

// TestEveryFieldTellsProductsApart changes every field that an assessment has
// before it is judged, one by one: what is concluded must be that of the changed
// one, whether or not the key of products alike has the field.
func TestEveryFieldTellsProductsApart(t *testing.T) {
	for _, of := range []struct {
		s     *Scanner
		maker string
		texts []string
	}{
		{testScanner(t, "us-federal"), "Huawei Technologies Co., Ltd.", []string{"x", "2025-01-01", "important"}},
		{ownScanner(t, "such serials were stolen"), "NVIDIA Corporation", []string{"RTX 6000D camera", "IE", "SN17"}},
		{ownScanner(t, "{product.serial} was stolen"), "Cisco Systems", []string{"SN17", "complete"}},
		{testScanner(t, "cn-ciio"), "Unheard-of Works", []string{"cellular gateway", "Cisco Systems"}},
	} {
		r, err := of.s.start(Sink{})
		if err != nil {
			t.Fatal(err)
		}
		r.facts.ready(r.resolver)
		base := func() *netvet.Assessment {
			a := &netvet.Assessment{Product: netvet.Product{ID: "p-1", Name: "camera", Model: "Model 5", Manufacturer: of.maker, Serial: "SN22", Kind: netvet.KindDevice,
				Sources: []netvet.Source{{Input: "a.csv", Record: "row 2"}}}}
			a.Match = r.resolver.product(&a.Product)
			a.Circumstances = r.circumstances(a)
			return a
		}
		same := func(what string, a, b *netvet.Assessment) {
			if !r.alike.suits(a) {
				return
			}
			got, err := r.alike.result(r, a)
			if err != nil {
				t.Fatal(err)
			}
			c, err := r.judge(b)
			if err != nil {
				t.Fatal(err)
			}
			want := c.of(r, b)
			if x, y := marshalled(t, got), marshalled(t, want); x != y {
				t.Fatalf("%s:\n%s\nalone:\n%s", what, x, y)
			}
			if x, y := marshalled(t, a.Gaps), marshalled(t, b.Gaps); x != y {
				t.Fatalf("%s: gaps %s, alone %s", what, x, y)
			}
		}
		same("unchanged", base(), base())
		changes := 0
		for _, path := range leaves(reflect.TypeFor[netvet.Assessment](), nil, 0) {
			for _, text := range of.texts {
				a, b := base(), base()
				if !change(reflect.ValueOf(a).Elem(), path, text) || !change(reflect.ValueOf(b).Elem(), path, text) {
					continue
				}
				changes++
				same(fmt.Sprint(path, " ", text), a, b)
			}
		}
		if changes < 300 {
			t.Fatalf("only %d changes", changes)
		}
	}
}

func marshalled(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// concluding are the parts of an assessment that judging fills in.
var concluding = []string{"Hits", "RemoteControl", "Comparisons", "Results", "Gates", "Factors", "Score", "Low", "High", "Level", "Coverage", "Verdict", "VerdictBasis", "Insufficient", "Questions"}

// leaves lists the paths of field numbers to every text, number and truth value.
func leaves(t reflect.Type, path []int, depth int) (out [][]int) {
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if depth == 0 && strings.Contains(" "+strings.Join(concluding, " ")+" ", " "+f.Name+" ") {
				continue
			}
			out = append(out, leaves(f.Type, append(path[:len(path):len(path)], i), depth+1)...)
		}
	case reflect.Slice, reflect.Pointer, reflect.Map:
		if depth < 8 {
			out = leaves(t.Elem(), append(path[:len(path):len(path)], -1), depth+1)
		}
	default:
		out = [][]int{path}
	}
	return out
}

// change sets the value at the end of a path; -1 is the first element of a list, a
// new one if there is none. It reports whether the value can be that of the text.
func change(v reflect.Value, path []int, text string) bool {
	if len(path) == 0 {
		switch v.Kind() {
		case reflect.String:
			v.SetString(text)
		case reflect.Bool:
			v.SetBool(!v.Bool())
		case reflect.Int, reflect.Int64:
			v.SetInt(v.Int() + int64(len(text)))
		case reflect.Float64:
			v.SetFloat(1 / float64(len(text)))
		default:
			return false
		}
		return true
	}
	if path[0] >= 0 {
		return change(v.Field(path[0]), path[1:], text)
	}
	switch v.Kind() {
	case reflect.Pointer:
		fresh := reflect.New(v.Type().Elem())
		if !v.IsNil() {
			fresh.Elem().Set(v.Elem()) // suppliers are shared
		}
		v.Set(fresh)
		return change(v.Elem(), path[1:], text)
	case reflect.Slice:
		fresh := reflect.MakeSlice(v.Type(), max(v.Len(), 1), max(v.Len(), 1))
		reflect.Copy(fresh, v)
		v.Set(fresh)
		return change(v.Index(0), path[1:], text)
	case reflect.Map:
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
		value := reflect.New(v.Type().Elem()).Elem()
		if !change(value, path[1:], text) {
			return false
		}
		v.SetMapIndex(reflect.ValueOf(text).Convert(v.Type().Key()), value)
		return true
	}
	return false
}

package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/report"
)

var update = flag.Bool("update", false, "write the golden files")

const registers = "../../testdata/register"

func read(t *testing.T, name string) *netvet.Register {
	t.Helper()
	f, err := os.Open(filepath.Join(registers, name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := report.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func write(t *testing.T, format string, r *netvet.Register, o report.Options) string {
	t.Helper()
	var b bytes.Buffer
	for _, f := range report.Formats() {
		if f.Name == format {
			if err := f.Write(&b, r, o); err != nil {
				t.Fatal(err)
			}
		}
	}
	return b.String()
}

// golden compares got with a golden file, which holds plain line feeds.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join(registers, name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run the test with -update and read the diff.\ngot:\n%s", path, got)
	}
}

func TestGolden(t *testing.T) {
	for _, name := range []string{"mixed", "empty"} {
		r := read(t, name)
		for _, f := range report.Formats() {
			t.Run(name+"/"+f.Name, func(t *testing.T) {
				got := write(t, f.Name, r, report.Options{Saved: name + ".json"})
				file := name + ".golden" + f.Ext
				if f.Name == "json" {
					file = name + ".json" // what is read is written back byte by byte
				}
				golden(t, file, strings.ReplaceAll(got, "\r\n", "\n"))
			})
		}
		t.Run(name+"/narrow", func(t *testing.T) {
			golden(t, name+".narrow.golden.txt", write(t, "table", r, report.Options{Width: 40}))
		})
	}
}

func TestTableFitsItsWidth(t *testing.T) {
	r := read(t, "mixed")
	for _, width := range []int{20, 40, 78, 80, 100, 160} {
		for line := range strings.Lines(write(t, "table", r, report.Options{Width: width})) {
			line = strings.TrimSuffix(line, "\n")
			n := 0
			for _, c := range line {
				n++
				if unicode.Is(unicode.Han, c) {
					n++
				}
			}
			if n > width && strings.Contains(strings.TrimSpace(line), " ") && width > 30 {
				t.Errorf("width %d: a line of %d columns: %s", width, n, line)
			}
		}
	}
}

func TestTableIsInertOnATerminal(t *testing.T) {
	out := write(t, "table", read(t, "mixed"), report.Options{Width: 200})
	for _, c := range out {
		if c != '\n' && !unicode.IsPrint(c) {
			t.Fatalf("the table holds %U", c)
		}
	}
	for _, want := range []string{`\u202e`, `\x1b[31m`, `\u200b`} {
		if !strings.Contains(out, want) {
			t.Errorf("the table does not spell out %s", want)
		}
	}
}

func TestColorIsNeverTheOnlySign(t *testing.T) {
	r := read(t, "mixed")
	plain := write(t, "table", r, report.Options{})
	colored := write(t, "table", r, report.Options{Color: true})
	if !strings.Contains(colored, "\x1b[1;31mprohibited") {
		t.Error("no color in the colored table")
	}
	for {
		before, rest, found := strings.Cut(colored, "\x1b[")
		if !found {
			break
		}
		_, after, _ := strings.Cut(rest, "m")
		colored = before + after
	}
	if colored != plain {
		t.Error("the colored table differs from the plain one by more than color")
	}
}

func TestJSONIsWhatEncodingJSONWrites(t *testing.T) {
	r := read(t, "mixed")
	got := write(t, "json", r, report.Options{})
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		t.Fatal(err)
	}
	var a, w any
	if json.Unmarshal([]byte(got), &a) != nil || json.Unmarshal(b.Bytes(), &w) != nil {
		t.Fatal("the register is not valid JSON")
	}
	if x, y := marshal(t, a), marshal(t, w); x != y {
		t.Error("the register written list by list differs from the register written at once")
	}
	if strings.ContainsFunc(got, func(c rune) bool { return c != '\n' && !unicode.IsPrint(c) && c > 0x7E }) {
		t.Error("an invisible character stands unescaped in the JSON")
	}
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestJSONOfAnEmptyRegisterHasLists(t *testing.T) {
	got := write(t, "json", &netvet.Register{}, report.Options{})
	for _, list := range []string{"products", "findings", "risks", "gaps", "inputs", "packs", "data", "unknowns"} {
		if !strings.Contains(got, `"`+list+`": []`) {
			t.Errorf("%s is no empty list:\n%s", list, got)
		}
	}
}

func TestCSVIsSafeAndWhole(t *testing.T) {
	r := read(t, "mixed")
	out := write(t, "csv", r, report.Options{})
	if strings.Count(out, "\n") != strings.Count(out, "\r\n") {
		t.Error("a line of the CSV does not end in CRLF")
	}
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, row := range rows[1:] {
		seen[row[2]] = true
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") || strings.HasPrefix(cell, "＝") {
				t.Errorf("a spreadsheet would run the cell %q", cell)
			}
		}
	}
	if len(seen) != len(r.Products) {
		t.Errorf("%d products in the CSV, %d in the register", len(seen), len(r.Products))
	}
}

func TestNDJSONStream(t *testing.T) {
	var types []string
	for line := range strings.Lines(write(t, "ndjson", read(t, "mixed"), report.Options{})) {
		var v struct {
			Type     string
			Priority *int
		}
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if v.Priority != nil {
			t.Error("a risk of the stream has a priority")
		}
		types = append(types, v.Type)
	}
	if types[0] != "run" || types[1] != "product" || types[len(types)-1] != "summary" {
		t.Errorf("the stream goes %v", types)
	}
}

func TestReadErrorsSayWhere(t *testing.T) {
	good, err := os.ReadFile(filepath.Join(registers, "mixed.json"))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct{ name, text, want string }{
		{"empty file", "", "the file is empty"},
		{"ndjson", `{"type":"run","schema_version":"1"}`, "this is an ndjson stream"},
		{"no JSON", "PRODUCT MAKER", "no register in JSON"},
		{"other JSON", `{"bomFormat": "CycloneDX"}`, `unknown field "bomFormat"`},
		{"other version", `{"schema_version": "2"}`, `schema_version is "2"`},
		{"cut off", string(good[:len(good)/2]), "it was cut off"},
		{"field missing", `{"schema_version": "1"}`, "field notice is missing"},
		{"field twice", `{"schema_version": "1", "schema_version": "1"}`, "field schema_version is given twice"},
		{"wrong type", strings.Replace(string(good), `"score": 50.2`, `"score": "fifty"`, 1), "products[2].score: a string where float64 belongs"},
		{"unknown field inside", strings.Replace(string(good), `"level": "high"`, `"levle": "high"`, 1), `products[2]: unknown field "levle"`},
		{"unknown verdict", strings.Replace(string(good), `"verdict": "prohibited",`+"\n"+`      "verdict_basis"`, `"verdict": "forbidden",`+"\n"+`      "verdict_basis"`, 1), `products[0].verdict: "forbidden" is no verdict`},
		{"dangling product", strings.Replace(string(good), `"product": "p-0000000000000001"`, `"product": "p-x"`, 1), `findings[0].product: "p-x"`},
		{"two registers", string(good) + string(good), "something follows the register"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := report.Read(strings.NewReader(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	good, err := os.ReadFile(filepath.Join(registers, "mixed.json"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"schema_version":"1","products":[{"id":"p"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := report.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, format := range report.Formats() {
			if err := format.Write(&bytes.Buffer{}, r, report.Options{Width: 60}); err != nil {
				t.Errorf("a register that could be read cannot be written as %s: %v", format.Name, err)
			}
		}
	})
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestWriteErrorsAreReturned(t *testing.T) {
	r := read(t, "mixed")
	for _, f := range report.Formats() {
		if f.Write(full{}, r, report.Options{}) == nil {
			t.Errorf("%s does not tell that nothing could be written", f.Name)
		}
	}
}

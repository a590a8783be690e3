package sbom

import (
	"strings"
	"testing"
)

func FuzzJSONRows(f *testing.F) {
	fuzzMore(f, jsonRowsFormat(), "{\"model\":\"a\",\"serial\":1}\n{\"model\":\"b\"}", `[{"model":{},"serial":[1,[2]]},3]`)
}

func TestDetectJSONRows(t *testing.T) {
	const row = `{"manufacturer":"Cisco","model":"N9K","serial":"1"}`
	tests := []struct {
		name, text string
		sure       bool
	}{
		{"lines", row + "\n" + row + "\n", true},
		{"lines with CRLF and a blank one", row + "\r\n\r\n" + row, true},
		{"last line cut", row + "\n" + row + "\n" + row[:20], true},
		{"an array", "[" + row + ",\n" + row + "]", true},
		{"an array cut", "[" + row + "," + row[:20], true},
		{"lists of texts", `[{"model":"a","serial":["1","2"]}]`, true},
		{"Chinese", `[{"品牌":"华为","型号":"S12700E-8"}]`, true},

		{"one line may be any document", row, false},
		{"a line that is no object", row + "\n[1]\n" + row, false},
		{"a line that is broken", row + "\nbroken\n" + row, false},
		{"one object over lines", "{\n\"manufacturer\":\"Cisco\",\n\"model\":\"N9K\"}", false},
		{"objects inside", `[{"manufacturer":{"name":"Cisco"},"model":"N9K","serial":"1"}]`, false},
		{"lists of objects inside", `[{"manufacturer":"Cisco","model":"N9K","ports":[{}]}]`, false},
		{"an array of bills of materials", `[{"bomFormat":"CycloneDX","specVersion":"1.6","name":"a","model":"b","serial":"c"}]`, false},
		{"an array of texts", `["manufacturer","model"]`, false},
		{"names and versions of packages", `[{"name":"zlib","version":"1.3"},{"name":"musl","version":"1.2"}]`, false},
		{"a log", `{"ts":1,"uid":"C1","id.orig_h":"10.0.0.1"}` + "\n" + `{"ts":2}`, false},
		{"Redfish", `[{"@odata.id":"/redfish/v1/Systems/1","Manufacturer":"HPE","Model":"DL380","SerialNumber":"1"}]`, false},
		{"an empty array", `[]`, false},
		{"nothing known", `[{"a":1}]`, false},
	}
	for _, test := range tests {
		if sure := detectJSONRows(Sample{Head: []byte(test.text)}); sure >= 0.9 != test.sure {
			t.Errorf("%s: %v", test.name, sure)
		}
	}
}

func readJSONRowsOf(t *testing.T, text string, opt Options) reading {
	t.Helper()
	opt.Formats, opt.Format = withMore().Formats, "json-rows"
	return readInput(t, textInput("rows", text), opt)
}

func TestJSONRowsGaps(t *testing.T) {
	got := readJSONRowsOf(t, `{"manufacturer":"Cisco","model":"N9K"}
broken
[1]

{"manufacturer":"Dell","model":{"name":"R740"},"added later":null,"serial":12345678901234567890}
{}
`, Options{})
	var gaps []string
	for _, g := range got.Gaps {
		gaps = append(gaps, g.Record+": "+g.Reason)
	}
	want := []string{
		"line 2: the line is no JSON: not read",
		"line 3: the line is no JSON object: not read",
		`line 5: model (key "model") is not a text or a number: not read`,
		"line 6: no manufacturer, vendor, name, model, part number or serial: not read as a product",
	}
	if strings.Join(gaps, "\n") != strings.Join(want, "\n") || got.Error != "" {
		t.Errorf("gaps:\n%s\nwant:\n%s\nerror %q", strings.Join(gaps, "\n"), strings.Join(want, "\n"), got.Error)
	}
	if len(got.Products) != 2 || got.Products[1].Product.Serial != "12345678901234567890" {
		t.Errorf("read %+v", got.Products)
	}
}

func TestJSONRowsErrors(t *testing.T) {
	const row = `{"manufacturer":"Cisco","model":"N9K"}`
	tests := []struct{ name, text, want string }{
		{"last line cut", row + "\n" + row[:20], "line 2: the last line is no whole JSON object: the file is cut off"},
		{"array cut", "[" + row + "," + row[:20], "cut off"},
		{"more behind the array", "[" + row + "]" + row, "more follows the end of the document"},
		{"key twice", row + "\n" + `{"model":"a","Model":"b"}`, `line 2: /Model: keys "model" and "Model" differ only in case`},
		{"invalid UTF-8", row + "\n{\"model\":\"\xff\"}\n", "line 2: invalid UTF-8"},
		{"half a surrogate pair", row + "\n" + `{"model":"\ud800"}` + "\n", "line 2: "},
		{"nothing known", `[{"a":1}]`, "no keys of an inventory found"},
		{"long line", row + "\n{\"model\":\"" + strings.Repeat("x", DefaultMaxString) + "\"}\n" + row, "line 2: longer than 1048576 bytes"},
	}
	for _, test := range tests {
		if got := readJSONRowsOf(t, test.text, Options{}); !strings.Contains(got.Error, test.want) {
			t.Errorf("%s: error %q does not say %q", test.name, got.Error, test.want)
		}
	}
}

func TestJSONRowsColumns(t *testing.T) {
	got := readJSONRowsOf(t, `[{"a":"Cisco","b":"N9K"},{"a":"Dell","c":"1"}]`, Options{Columns: map[string]string{"a": "manufacturer", "c": "serial"}})
	if got.Error != "" || len(got.Products) != 2 || got.Products[1].Product.Serial != "1" || got.Products[0].Product.Manufacturer != "Cisco" {
		t.Errorf("%s %+v", got.Error, got.Products)
	}
}

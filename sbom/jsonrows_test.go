package sbom

import (
	"fmt"
	"strings"
	"testing"
)

func FuzzJSONRows(f *testing.F) {
	fuzzFormat(f, jsonRowsFormat(), "{\"model\":\"a\",\"serial\":1}\n{\"model\":\"b\"}", `[{"model":{},"serial":[1,[2]]},3]`)
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
		{"an answer of an API", `{"result":[` + row + `,` + row + `]}`, false},
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
	opt.Formats, opt.Format = Options{}.Formats, "json-rows"
	return readInput(t, textInput("rows", text), opt)
}

func TestJSONRowsGaps(t *testing.T) {
	got := readJSONRowsOf(t, `{"manufacturer":"Cisco","model":"N9K"}
broken
[1]

{"manufacturer":"Dell","model":[{"name":"R740"}],"added later":null,"serial":12345678901234567890}
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

// The answers of APIs: the rows in an array inside, references in objects.
func TestJSONRowsOfAPIs(t *testing.T) {
	tests := []struct{ name, text, note, gap string }{
		{"ServiceNow", `{"result":[{"name":"sw-1","manufacturer":{"display_value":"Cisco","link":"https://x.example/1"},"model_id":{"display_value":"C9300","link":"https://x.example/2"},"serial_number":"FOC1","location":{"link":"https://x.example/3","value":"0f1a2b3c4d5e6f708192a3b4c5d6e7f8"}}]}`,
			"rows: those of /result", `/result/0: location (key "location") is not a text or a number: not read`},
		{"Snipe-IT", `{"total":1,"rows":[{"id":7,"name":"sw-1","asset_tag":"A1","serial":"FOC1","model":{"id":3,"name":"C9300"},"manufacturer":{"id":1,"name":"Cisco"},"category":{"id":2,"name":"Switch"},"assigned_to":{"id":4,"username":"anna","name":"Anna","first_name":"Anna"},"purchase_date":{"date":"2024-01-31","formatted":"31 Jan 2024"},"custom_fields":{"Room":{"field":"_x","value":"12"}}}]}`,
			"rows: those of /rows", ""},
		{"Device42", "{\"total_count\": 1, \"limit\": 1000,\n \"Devices\": [\n {\"name\":\"sw-1\",\"hw_model\":\"C9300\",\"manufacturer\":\"Cisco\",\"serial_no\":\"FOC1\",\"mac_addresses\":[{\"mac\":\"x\"}],\"tags\":[]}\n]}",
			"rows: those of /Devices", `/Devices/0: mac (key "mac_addresses") is not a text or a number: not read`},
		{"Lansweeper", `{"data":{"site":{"assetResources":{"total":1,"pagination":{"limit":100},"items":[{"key":"k","assetBasicInfo":{"name":"sw-1","type":"Switch","mac":"AA:BB:CC:00:11:22","ipAddress":"10.0.0.1"},"assetCustom":{"model":"C9300","manufacturer":"Cisco","serialNumber":"FOC1","stateName":"Active"}}]}}}}`,
			"rows: those of /data/site/assetResources/items", ""},
		{"Microsoft Graph", `{"@odata.context":"https://graph.example/$metadata#x","value":[{"id":"1","deviceName":"sw-1","manufacturer":"Cisco","model":"C9300","serialNumber":"FOC1"}],"errors":[{"code":1}]}`,
			"rows: those of /value", "/errors: 1 object not read: the rows are those of /value; give each list as a file of its own"},
	}
	for _, test := range tests {
		if sure := detectJSONRows(Sample{Head: []byte(test.text)}); sure != 0.5 {
			t.Errorf("%s: detected with %v", test.name, sure)
		}
		got := readJSONRowsOf(t, test.text, Options{})
		if got.Error != "" || len(got.Products) != 1 || len(got.Notes) < 2 || got.Notes[0] != test.note {
			t.Errorf("%s: %d products, error %q, notes %q", test.name, len(got.Products), got.Error, got.Notes)
			continue
		}
		if p := got.Products[0].Product; p.Name != "sw-1" || p.Manufacturer != "Cisco" || p.Model != "C9300" || p.Serial != "FOC1" {
			t.Errorf("%s: read %+v", test.name, p)
		}
		var gaps []string
		for _, g := range got.Gaps {
			gaps = append(gaps, g.Record+": "+g.Reason)
		}
		if strings.Join(gaps, "\n") != test.gap {
			t.Errorf("%s: gaps %q, want %q", test.name, gaps, test.gap)
		}
	}
}

func TestJSONRowsManyKeys(t *testing.T) {
	var text strings.Builder
	text.WriteString(`[{"manufacturer":"Cisco","model":"N9K"}`)
	for i := range maxRowKeys {
		fmt.Fprintf(&text, `,{"model":"a","key %d":1}`, i)
	}
	text.WriteString("]")
	if got := readJSONRowsOf(t, text.String(), Options{}); !strings.Contains(got.Error, "more than 2000 different keys") {
		t.Errorf("error %q", got.Error)
	}
}

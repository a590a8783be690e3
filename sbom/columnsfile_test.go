package sbom

import (
	"strings"
	"testing"
)

func TestReadColumns(t *testing.T) {
	got, err := ReadColumns("c.yaml", []byte("# mine\nHersteller X: maker\n\"Ding\\nzwei\": Model\nNO: serial\nPreis: ignore\n"))
	if err != nil || len(got) != 4 || got["NO"] != "serial" || got["Hersteller X"] != "maker" || got["Ding\nzwei"] != "Model" {
		t.Errorf("%q, %v", got, err)
	}
	for _, test := range []struct{ text, want string }{
		{"Ding: modle\n\nSache: colour\n", "c.yaml:1: unknown field \"modle\" for column \"Ding\": did you mean \"model\"?\nc.yaml:3: unknown field \"colour\" for column \"Sache\": one of manufacturer, vendor"},
		{"Ding:\n", "c.yaml:1: no field for column \"Ding\""},
		{"Ding: model\nding (x): serial\n", "c.yaml:2: column \"ding (x)\" is the same as \"Ding\" above"},
		{"Ding: model\nDing: serial\n", "c.yaml:2: "},
		{"Ding: [model]\n", "c.yaml:1: "},
		{"- Ding\n", "c.yaml:1: "},
		{"'--': model\n", "c.yaml:1: column \"--\" has no letter or digit"},
		{"# nothing\n", "c.yaml: the file is empty"},
	} {
		if _, err := ReadColumns("c.yaml", []byte(test.text)); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%q gives %v, want %q", test.text, err, test.want)
		}
	}
}

// What is written is read as the same columns, whatever characters the headers
// are made of.
func TestWriteColumns(t *testing.T) {
	headers := []string{"Hersteller", "Serial \"No\"\n(rear)", "型号 / Model", "Preis: €", "Asset\u202etag\x01", "Vendor", "What"}
	words, err := defaultSynonyms()
	if err != nil {
		t.Fatal(err)
	}
	first := words.header(headers, nil)
	tables := []InputTable{
		{Input: "a.csv", Table: Table{Record: "row 1", Columns: first.list()}},
		{Input: "b\n.csv", Table: Table{Columns: []Column{{Header: "HERSTELLER", Field: "vendor", Why: whyKnown}}}},
	}
	var text strings.Builder
	if err := WriteColumns(&text, tables); err != nil {
		t.Fatal(err)
	}
	chosen, err := ReadColumns("c.yaml", []byte(text.String()))
	if err != nil {
		t.Fatalf("%v in\n%s", err, &text)
	}
	if len(chosen) != 3 || chosen[headers[1]] != "serial" || chosen[headers[2]] != "model" || chosen[headers[3]] != "price" {
		t.Errorf("read back %q from\n%s", chosen, &text)
	}
	for _, want := range []string{
		"\n# a.csv row 1\n", "\n# b .csv\n",
		"\n# \"Hersteller\": manufacturer # means manufacturer and vendor in different tables\n",
		"\n# \"Vendor\": vendor # beside manufacturer\n",
		"\n# \"What\": ignore # not recognised\n",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no line %q in\n%s", want, &text)
		}
	}
	choice, err := columnChoice(chosen)
	if err != nil {
		t.Fatal(err)
	}
	again := words.header(headers, choice)
	for i, f := range first.fields {
		if again.fields[i] != f {
			t.Errorf("%q is %q with the file and %q without", headers[i], again.fields[i], f)
		}
	}
	if unknown := UnknownColumns(map[string]string{"Herstelle": "vendor", "hersteller": "vendor"}, tables); len(unknown) != 1 || unknown[0] != `no table has the column "Herstelle": did you mean "Hersteller"?` {
		t.Errorf("unknown columns: %q", unknown)
	}
}

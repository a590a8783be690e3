package sbom

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/netvet/netvet"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// readTable reads a table in memory and returns its products and gaps. It checks
// that products begin and end in turn.
func readTable(t testing.TB, f Format, data []byte, opt Options) (products []netvet.Product, gaps []netvet.Gap, info Info, err error) {
	t.Helper()
	begun := false
	info, err = f.Read(context.Background(), &Stream{Name: "test", Reader: bytes.NewReader(data), Options: opt}, func(r Record) error {
		switch v := r.(type) {
		case ProductStart:
			if begun {
				t.Error("a product begins inside another")
			}
			begun = true
		case ProductEnd:
			if !begun {
				t.Error("a product ends that did not begin")
			}
			begun = false
			products = append(products, v.Product)
		case Gap:
			gaps = append(gaps, v.Gap)
		case Table:
		default:
			t.Errorf("a table yields %T", r)
		}
		return nil
	})
	if begun && err == nil {
		t.Error("the last product does not end")
	}
	return products, gaps, info, err
}

// goldenTable shows what was read of a table, a product a line without what is
// not known.
func goldenTable(t *testing.T, r reading) []byte {
	t.Helper()
	var b bytes.Buffer
	list := func(name string, items []any, comma string) {
		fmt.Fprintf(&b, "%q: [", name)
		for i, item := range items {
			text, err := jsonText(item)
			if err != nil {
				t.Fatal(err)
			}
			b.WriteString("\n\t" + text)
			if i < len(items)-1 {
				b.WriteString(",")
			}
		}
		b.WriteString("\n]" + comma + "\n")
	}
	b.WriteString("{\n")
	list("notes", anys(r.Notes), ",")
	var shown []any
	for _, p := range r.Products {
		shown = append(shown, withoutBlanks(t, p.Product))
	}
	list("products", shown, ",")
	var told []string
	for _, g := range r.Gaps {
		told = append(told, g.Record+": "+g.Reason)
	}
	list("gaps", anys(told), "")
	b.WriteString("}\n")
	if !json.Valid(b.Bytes()) {
		t.Fatal("the golden text is no JSON")
	}
	return b.Bytes()
}

func jsonText(v any) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return strings.TrimSpace(b.String()), err
}

func anys[T any](in []T) []any {
	var out []any
	for _, v := range in {
		out = append(out, v)
	}
	return out
}

// withoutBlanks drops from a product what is not known; the place is its record.
func withoutBlanks(t *testing.T, p netvet.Product) map[string]any {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(all, func(key string, v any) bool {
		return v == nil || reflect.ValueOf(v).IsZero() || key == "bom" || key == "price" && p.Price == netvet.Price{}
	})
	all["sources"] = p.Sources[0].Record
	return all
}

// The tables are told from all other formats, and the text they were written in
// is told.
func TestTablesAmongFormats(t *testing.T) {
	for _, test := range []struct {
		name, format, note string
		data               []byte
	}{
		{"utf-8", "csv", "text: UTF-8, delimiter comma", []byte("\ufeff" + chineseTable)},
		{"utf-16", "csv", "text: UTF-16LE, delimiter comma", append([]byte{0xFF, 0xFE}, encoded(t, utf16LE(), chineseTable)...)},
		{"gbk", "csv", "text: GB18030, found by its bytes, delimiter comma", encoded(t, simplifiedchinese.GBK, chineseTable)},
		{"xlsx", "xlsx", `sheet "Sheet1": columns: manufacturer=Manufacturer, model=Model, quantity=Qty`, workbookBytes(t, simpleWorkbook)},
	} {
		in := Input{Name: test.name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(test.data)), nil }}
		summary, notes, err := Read(context.Background(), in, Options{}, func(Record) error { return nil })
		if err != nil || summary.Format != test.format || summary.Products < 2 || !slices.Contains(notes, test.note) {
			t.Errorf("%s: %+v, notes %q, %v", test.name, summary, notes, err)
		}
	}
	in := Input{Name: "x", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("\ufeffBrand,Model\nA,\xff\n")), nil
	}}
	if _, _, err := Read(context.Background(), in, Options{}, func(Record) error { return nil }); err == nil || !strings.Contains(err.Error(), "invalid UTF-8 at byte 17") {
		t.Errorf("error %v", err)
	}
}

// Cells that cannot be used are told one by one up to a number of each kind, and
// then counted: the rows are read all the same.
func TestCellFaultsAreCounted(t *testing.T) {
	text := "Brand,Model,Qty\n" + strings.Repeat("A,1,some\n", maxGapsOfAKind+5)
	products, gaps, _, err := readTable(t, csvFormat(), []byte(text), Options{})
	if err != nil || len(products) != maxGapsOfAKind+5 || len(gaps) != maxGapsOfAKind+1 {
		t.Fatalf("%d products, %d gaps, %v", len(products), len(gaps), err)
	}
	if last := gaps[len(gaps)-1].Reason; last != "5 more of the same kind: a quantity that is no count" {
		t.Errorf("the last gap is %q", last)
	}
}

// No row of an inventory is lost: each that is not blank or above the header is
// a product or a gap.
func TestTablesLoseNoRow(t *testing.T) {
	data, err := os.ReadFile("../testdata/inventory/csv/mixed-200.csv")
	if err != nil {
		t.Fatal(err)
	}
	products, gaps, _, err := readTable(t, csvFormat(), data, Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows := make(map[string]bool)
	for _, p := range products {
		rows[p.Sources[0].Record] = true
	}
	for _, g := range gaps {
		rows[g.Record] = true
	}
	if len(rows) != 200 {
		t.Errorf("%d rows are products or gaps, want 200", len(rows))
	}
}

func TestColumnsFile(t *testing.T) {
	words, err := loadSynonyms("columns.yaml", columnsYAML)
	if err != nil {
		t.Fatalf("columns.yaml has faults:\n%v", err)
	}
	for _, f := range tableFields() {
		// "vendor" alone may be the manufacturer.
		if m, ok := words.meaning(string(f)); !ok || m.field != f && f != fieldVendor {
			t.Errorf("the field %s is no header of its own", f)
		}
	}
}

func TestColumnsFileFaults(t *testing.T) {
	_, err := loadSynonyms("x.yaml", []byte("fields:\n  model: [Model, MODEL]\n  colour: [colour]\nother: [model]\n"))
	for _, want := range []string{`x.yaml:2: header "MODEL" stands in two places`, `unknown field "colour"`, `x.yaml:4: header "model" stands in two places`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("faults %v lack %q", err, want)
		}
	}
	if _, err := loadSynonyms("x.yaml", []byte("others: []\n")); err == nil || !strings.Contains(err.Error(), `unknown key "others": did you mean "other"?`) {
		t.Errorf("an unknown key gives %v", err)
	}
}

func TestHeaders(t *testing.T) {
	words, err := defaultSynonyms()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ headers, want string }{
		{"Manufacturer,Model,S/N", "manufacturer model serial"},
		{"MANUFACTURER , model_name,Serial-No.", "manufacturer model serial"},
		{"制造商（必填）,规格 型号,SN号,单价(万元)", "manufacturer model serial price"},
		{"＊品牌,设备型号,设备序列号,产地/国别", "manufacturer model serial country_of_origin"},
		{"Vendor,Model", "manufacturer model"},
		{"Vendor,Manufacturer,Model", "vendor manufacturer model"},
		{"Supplier,Model", "vendor model"},
		{"Device Type,Manufacturer,Serial", "category manufacturer serial"},
		{"Device Type,Role,Manufacturer,Serial", "model category manufacturer serial"},
		{"Type,Model,Manufacturer", "category model manufacturer"},
		{"Model,Model No.,Maker", "model part_number manufacturer"},
		{"Model Number,Maker", "model manufacturer"},
		{"型号 Model,制造商/Manufacturer,Serial Number 序列号", "model manufacturer serial"},
		{"CPU型号,内存型号,部门名称,品牌", "   manufacturer"},
		{"Department name,User name,Rack position,Brand", "   manufacturer"},
		{"Country,City,Brand", "  manufacturer"},
		{"Country,Brand", "country_of_origin manufacturer"},
		{"Country,Origin,Brand", " country_of_origin manufacturer"},
		{"Rack,Room,Location,Name", "  location name"},
		{"Rack,Room,Name", " location name"},
		{"Brand,Manufacturer,Model", "manufacturer  model"},
		{"u_manufacturer,u_model_number,serial_number", "manufacturer model serial"},
		{"name,serial_number,model_id.name,model_id.manufacturer.name,vendor.name", "name serial model manufacturer vendor"},
		{"Item,Description,Brand", " description manufacturer"},
		{"Item,Brand", "name manufacturer"},
		{"Unit Price USD,Qty Ordered,MPN", "price quantity part_number"},
		{"Hersteller,Modell,Seriennummer,Stückzahl,Ursprungsland", "manufacturer model serial quantity country_of_origin"},
		{"Fabricant,Modèle,Numéro de série,Quantité,Pays d'origine", "manufacturer model serial quantity country_of_origin"},
		{"メーカー,型番,シリアル番号,数量,原産国", "manufacturer model serial quantity country_of_origin"},
	} {
		c := words.header(strings.Split(test.headers, ","), nil)
		var got []string
		for _, f := range c.fields {
			got = append(got, string(f))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("headers %q are %q, want %q", test.headers, strings.Join(got, " "), test.want)
		}
	}
}

func TestColumnsChosen(t *testing.T) {
	data := []byte("Hersteller X,Ding,Vendor,Menge\nCisco,C9300,CDW,3\n")
	products, _, info, err := readTable(t, csvFormat(), data, Options{Columns: map[string]string{"hersteller x": "manufacturer", "DING": "model", "Menge": "ignore"}})
	if err != nil || len(products) != 1 {
		t.Fatalf("%d products, %v", len(products), err)
	}
	if p := products[0]; p.Manufacturer != "Cisco" || p.Model != "C9300" || p.Vendor != "CDW" || p.Quantity != 0 {
		t.Errorf("read %+v", p)
	}
	if !slices.Contains(info.Notes, "columns: manufacturer=Hersteller X, vendor=Vendor (beside manufacturer), model=Ding; of no use here: Menge") {
		t.Errorf("notes %q", info.Notes)
	}
	_, _, _, err = readTable(t, csvFormat(), data, Options{Columns: map[string]string{"Ding": "modle"}})
	if err == nil || err.Error() != `unknown field "modle" for column "Ding": did you mean "model"?` {
		t.Errorf("error %v", err)
	}
}

func TestPrices(t *testing.T) {
	for _, test := range []struct {
		text, code string
		column     priceColumn
		want       netvet.Price
		problem    string
	}{
		{text: "1200", want: netvet.Price{Amount: 1200}},
		{text: "¥1,234.50", want: netvet.Price{Amount: 1234.5, Currency: "CNY"}},
		{text: "￥1,234.50", want: netvet.Price{Amount: 1234.5, Currency: "CNY"}},
		{text: "CNY 1200", want: netvet.Price{Amount: 1200, Currency: "CNY"}},
		{text: "RMB1,200.00", want: netvet.Price{Amount: 1200, Currency: "CNY"}},
		{text: "1.234,50 €", want: netvet.Price{Amount: 1234.5, Currency: "EUR"}},
		{text: "1 234,50 EUR", want: netvet.Price{Amount: 1234.5, Currency: "EUR"}},
		{text: "1'234.50 CHF", want: netvet.Price{Amount: 1234.5, Currency: "CHF"}},
		{text: "$8,420.00", want: netvet.Price{Amount: 8420, Currency: "USD"}},
		{text: "US$ 12,480", want: netvet.Price{Amount: 12480, Currency: "USD"}},
		{text: "HK$5", want: netvet.Price{Amount: 5, Currency: "HKD"}},
		{text: "3.5万元", want: netvet.Price{Amount: 35000, Currency: "CNY"}},
		{text: "12800元/台", want: netvet.Price{Amount: 12800, Currency: "CNY"}},
		{text: "68.5", column: priceColumn{currency: "CNY", factor: 10000}, want: netvet.Price{Amount: 685000, Currency: "CNY"}},
		{text: "¥9800", code: "JPY", want: netvet.Price{Amount: 9800, Currency: "JPY"}},
		{text: "100", code: "usd", want: netvet.Price{Amount: 100, Currency: "USD"}},
		{text: "1,234,567.89", want: netvet.Price{Amount: 1234567.89}},
		{text: "12,34,567.00", code: "INR", want: netvet.Price{Amount: 1234567, Currency: "INR"}},
		{text: "1,234", want: netvet.Price{Amount: 1234}},
		{text: "1.234", column: priceColumn{comma: true}, want: netvet.Price{Amount: 1234}},
		{text: "0.125", want: netvet.Price{Amount: 0.125}},
		{text: "1.234", problem: "may mean thousands or decimals: left empty; write 1234 or 1234.00"},
		{text: "1,234", column: priceColumn{comma: true}, problem: "may mean thousands or decimals: left empty; write 1234 or 1234.00"},
		{text: "100 EUR", code: "USD", want: netvet.Price{Amount: 100}, problem: "is in EUR and its column in USD: left without a currency"},
		{text: "100", code: "coins", want: netvet.Price{Amount: 100}, problem: `has the currency "coins", which is none of ISO 4217: left without a currency`},
		{text: "on request", problem: "is not a number: left empty"},
		{text: "面议", problem: "is not a number: left empty"},
		{text: "100-200", problem: "is not a number: left empty"},
		{text: "-5", problem: "is negative: left empty"},
		{text: "1e400", problem: "is not a number: left empty"},
		{text: "NaN", problem: "is not a number: left empty"},
		{text: strings.Repeat("9", 400), problem: "is out of range: left empty"},
	} {
		if test.column.factor == 0 {
			test.column.factor = 1
		}
		got, _, problem := test.column.parse(test.text, test.code)
		if got != test.want || problem != test.problem {
			t.Errorf("price %q (%s) = %+v, %q; want %+v, %q", test.text, test.code, got, problem, test.want, test.problem)
		}
	}
}

func TestDays(t *testing.T) {
	const ambiguous = "may be day or month first: left empty; write YYYY-MM-DD"
	for text, want := range map[string]string{
		"2024-03-05":            "2024-03-05",
		"2024/3/5":              "2024-03-05",
		"2024.3.5":              "2024-03-05",
		"2024年3月5日":             "2024-03-05",
		"2024年3月":               "2024-03",
		"2024-03":               "2024-03",
		"2024":                  "2024",
		"20240305":              "2024-03-05",
		"2024-03-05 13:45:00":   "2024-03-05",
		"2024-03-05T13:45:00Z":  "2024-03-05",
		"45356":                 "2024-03-05",
		"5-Mar-2024":            "2024-03-05",
		"05-Mar-24":             "2024-03-05",
		"5 March 2024":          "2024-03-05",
		"Mar 5, 2024":           "2024-03-05",
		"Tue Mar 05, 2024":      "2024-03-05",
		"March 2024":            "2024-03",
		"25/12/2019":            "2019-12-25",
		"12/25/2019":            "2019-12-25",
		"05.03.2024":            "2024-03-05",
		"4/4/2024":              "2024-04-04",
		"03/04/2024":            ambiguous,
		"03-04-2024":            ambiguous,
		"03/04/24":              "may mean several dates: left empty; write YYYY-MM-DD",
		"2013-13-01":            "is not a day of the calendar: left empty",
		"2023-02-29":            "is not a day of the calendar: left empty",
		"0000-00-00":            "is not a day of the calendar: left empty",
		"9999-12-31":            "lies outside 1970 to 2099: left empty",
		"soon":                  "is not a date: left empty; write YYYY-MM-DD",
		"99999":                 "lies outside 1970 to 2099: left empty",
		"12 Foo 2024":           "is not a date: left empty; write YYYY-MM-DD",
		strings.Repeat("1", 99): "is not a date: left empty; write YYYY-MM-DD",
	} {
		day, problem := parseDay(text, orderUnknown)
		if got := string(day) + problem; got != want {
			t.Errorf("parseDay(%q) = %q, want %q", text, got, want)
		}
		if _, err := netvet.ParseDate(string(day)); err != nil {
			t.Errorf("parseDay(%q): %v", text, err)
		}
	}
}

// A header may declare the order of day and month.
func TestDaysInDeclaredOrder(t *testing.T) {
	for header, want := range map[string]string{
		"Purchase date (DD/MM/YYYY)": "2024-04-03",
		"Purchase date [d.m.yyyy]":   "2024-04-03",
		"Kaufdatum (TT/MM/JJJJ)":     "2024-04-03",
		"Date d'achat (jj/mm/aaaa)":  "2024-04-03",
		"Purchase date (MM/DD/YYYY)": "2024-03-04",
		"Purchase date (YYYY-MM-DD)": "",
		"Kaufdatum (JJJJ-MM-TT)":     "",
		"Purchase date":              "",
	} {
		products, gaps, _, err := readTable(t, csvFormat(), []byte("Brand,Model,"+header+"\nA,1,03/04/2024\n"), Options{})
		if err != nil || len(products) != 1 || string(products[0].PurchaseDate) != want || (len(gaps) == 0) != (want != "") {
			t.Errorf("%s: %+v, gaps %v, %v", header, products, gaps, err)
		}
	}
}

func TestLostLeadingZeros(t *testing.T) {
	read := func(serials string) []netvet.Gap {
		_, gaps, _, err := readTable(t, csvFormat(), []byte("Brand,Serial\nA,"+strings.ReplaceAll(serials, " ", "\nA,")+"\n"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		return gaps
	}
	gaps := read("12345678 87654321 11112222 33334444 55556666 123456 99998888")
	if len(gaps) != 1 || gaps[0].Record != "row 7" || gaps[0].Reason != `possible spreadsheet damage: serial "123456" has 6 digits where those above have 8: leading zeros may be lost; read as written` {
		t.Errorf("gaps %v", gaps)
	}
	for _, none := range []string{
		"12345678 87654321 123456",                                  // too few to tell
		"12345678 87654321 11112222 33334444 55556666 12",           // another kind of number
		"12345678 87654321 11112222 33334444 55556666 ABC12",        // no number
		"123 1234 12345 1234 12345 123456 1234 12345 1234567 12345", // numbers of all lengths
	} {
		if gaps := read(none); len(gaps) > 0 {
			t.Errorf("%s: gaps %v", none, gaps)
		}
	}
}

func TestQuantities(t *testing.T) {
	for text, want := range map[string]int{"3": 3, "1,200": 1200, "12台": 12, "４ 套": 4, "x 8": 8, "10 pcs": 10, "5 EA": 5, "3.00": 3, "1.000": 0, "two": 0, "-1": 0, "1.5": 0, "0": 0, "99999999999": 0, "": 0} {
		got, problem := parseQuantity(text)
		if got != want || (got == 0) == (problem == "") {
			t.Errorf("parseQuantity(%q) = %d, %q; want %d", text, got, problem, want)
		}
	}
}

func TestSpreadsheetDamage(t *testing.T) {
	for text, want := range map[string]bool{
		"1E10": true, "1.84E+11": true, "2e5": true, "3-Mar": true, "Mar-03": true, "3月4日": true, "2003-05-04": true, "5/3/2003": true, "1234567890123450000": true, "#####": true,
		"C9300-48P-E": false, "00012345": false, "10951": false, "4005461234567890": false, "MTA36ASF4G72PZ-3G2R1": false, "JL683B": false, "E10": false, "3HE15622AA": false, "5414.6282.23": false, "DEC2600": false, "MAR-12345": false, "123456789012345": false,
	} {
		if got := spreadsheetDamage(text) != ""; got != want {
			t.Errorf("spreadsheetDamage(%q) = %v", text, got)
		}
	}
}

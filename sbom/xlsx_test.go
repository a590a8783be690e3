package sbom

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netvet/netvet"
	"github.com/xuri/excelize/v2"
)

// The workbooks of testdata are made here; -update writes them.
func TestWorkbooksOfTestdata(t *testing.T) {
	for name, build := range map[string]func(*testing.T, *excelize.File){
		"asset-ledger":      ledgerWorkbook,
		"procurement-quote": quoteWorkbook,
	} {
		t.Run(name, func(t *testing.T) {
			made := workbookBytes(t, build)
			file := "../testdata/inventory/xlsx/" + name + ".xlsx"
			if *update {
				if err := os.WriteFile(file, made, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			kept, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(kept, made) {
				t.Errorf("%s is not what this test makes: run it with -update", file)
			}
		})
	}
}

func workbookBytes(t testing.TB, build func(*testing.T, *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	tt, _ := t.(*testing.T)
	build(tt, f)
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func set(t *testing.T, f *excelize.File, sheet string, row int, values ...any) {
	t.Helper()
	cell, _ := excelize.CoordinatesToCellName(1, row)
	if err := f.SetSheetRow(sheet, cell, &values); err != nil {
		t.Fatal(err)
	}
}

func style(t *testing.T, f *excelize.File, sheet, from, to string, format excelize.Style) {
	t.Helper()
	id, err := f.NewStyle(&format)
	if err == nil {
		err = f.SetCellStyle(sheet, from, to, id)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func merge(t *testing.T, f *excelize.File, sheet, from, to string) {
	t.Helper()
	if err := f.MergeCell(sheet, from, to); err != nil {
		t.Fatal(err)
	}
}

// ledgerWorkbook is an asset ledger as departments keep it: a merged title, the
// maker written once for several rows, dates as dates, a sum below.
func ledgerWorkbook(t *testing.T, f *excelize.File) {
	const s = "设备台账"
	if err := f.SetSheetName("Sheet1", s); err != nil {
		t.Fatal(err)
	}
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	set(t, f, s, 1, "数据中心设备台账（2026年）")
	merge(t, f, s, "A1", "J1")
	set(t, f, s, 2, "填报单位：信息中心")
	set(t, f, s, 4, "序号", "设备名称", "品牌", "规格型号", "序列号", "数量", "存放位置", "购置日期", "单价（元）", "原产地")
	set(t, f, s, 5, 1, "机架式服务器", "华为", "2288H V5", "2102312CJSN0K9000101", 4, "A101", day(2019, 9, 9), 45800.5, "中国")
	set(t, f, s, 6, 2, "集中式存储", nil, "Dorado 3000 V6", "2102353GTD10M1000044", 1, "A101", day(2023, 6, 12), 386000, "中国")
	set(t, f, s, 7, 3, "接入交换机", nil, "S6730-H28Y4C", nil, 12, "A102", day(2023, 6, 12), 21500, nil)
	merge(t, f, s, "C5", "C7")
	set(t, f, s, 8, 4, "固态硬盘", "镁光", "7450 PRO", 12345, 24, "A102", day(2024, 1, 15), 3980, "新加坡")
	set(t, f, s, 9, 5, "GPU卡", "英伟达", "H20", nil, 8, "B201", "2024年1月", 98000, "中国台湾")
	set(t, f, s, 10, "合计", nil, nil, nil, nil, nil, nil, nil, nil)
	if err := f.SetCellFormula(s, "F10", "SUM(F5:F9)"); err != nil {
		t.Fatal(err)
	}
	style(t, f, s, "H5", "H8", excelize.Style{NumFmt: 14}) // shown as 09-09-19
	style(t, f, s, "I5", "I9", excelize.Style{NumFmt: 3})  // shown as 45,801
	if _, err := f.NewSheet("说明"); err != nil {
		t.Fatal(err)
	}
	set(t, f, "说明", 1, "本表由各部门填报，联系人见封面。")
}

// quoteWorkbook is a quotation with a cover, two price lists and a part number
// that a spreadsheet has turned into a date.
func quoteWorkbook(t *testing.T, f *excelize.File) {
	if err := f.SetSheetName("Sheet1", "Cover"); err != nil {
		t.Fatal(err)
	}
	set(t, f, "Cover", 1, "Quotation Q-2026-1187")
	set(t, f, "Cover", 3, "Prices in US dollars, valid for 30 days")
	for _, sheet := range []string{"Servers", "Storage"} {
		if _, err := f.NewSheet(sheet); err != nil {
			t.Fatal(err)
		}
		set(t, f, sheet, 1, "Manufacturer", "Product", "Part Number", "Qty", "Unit Price (USD)", "Total", "Country of Origin", "Valid until")
	}
	set(t, f, "Servers", 2, "Dell", "PowerEdge R7615", "210-BFUF", 10, 12480, 124800, "Malaysia", "2026-12-31")
	set(t, f, "Servers", 3, "HPE", "ProLiant DL380 Gen11", "P52560-B21", 6, 13115.256, 78691.5, "Czechia", "2026-12-31")
	set(t, f, "Servers", 4, "Supermicro", "SYS-510D-8C-FN6P", "SYS-510D-8C-FN6P", 2, 2890, 5780, "US", "2026-12-31")
	set(t, f, "Storage", 2, "Micron", "7450 PRO 3.84TB", "MTFDKCC3T8TFR-1BC1ZABYY", 80, 545, 43600, "Singapore", "2026-12-31")
	set(t, f, "Storage", 3, "Brocade", "FC cable", time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC), 40, 12.5, 500, "Korea", "2026-12-31")
	set(t, f, "Storage", 4, "Pure Storage", "FlashArray//X20R4", "FA-X20R4", 1, "on request", nil, "#N/A", nil)
	style(t, f, "Storage", "C3", "C3", excelize.Style{NumFmt: 16}) // d-mmm
	style(t, f, "Servers", "E2", "E4", excelize.Style{NumFmt: 4})  // shown as 13,115.26
	if err := f.SetSheetVisible("Storage", false); err != nil {
		t.Fatal(err)
	}
}

func simpleWorkbook(t *testing.T, f *excelize.File) {
	cells := [][]any{{"Manufacturer", "Model", "Qty"}, {"Cisco", "C9300", 2}, {"Dell", "R750", 1}}
	for i, row := range cells {
		cell, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := f.SetSheetRow("Sheet1", cell, &row); err != nil {
			panic(err)
		}
	}
}

// rewrite changes the parts of a workbook.
func rewrite(t testing.TB, data []byte, change func(name string, content []byte) []byte, more map[string]string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	write := func(name string, content []byte) {
		w, err := out.Create(name)
		if err == nil {
			_, err = w.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range in.File {
		r, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		write(file.Name, change(file.Name, content))
	}
	for _, name := range slices.Sorted(mapKeys(more)) {
		write(name, []byte(more[name]))
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func mapKeys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func same(_ string, content []byte) []byte { return content }

// sheet1 replaces text in the first sheet.
func sheet1(old, new string) func(string, []byte) []byte {
	return func(name string, content []byte) []byte {
		if name == "xl/worksheets/sheet1.xml" {
			return bytes.Replace(content, []byte(old), []byte(new), 1)
		}
		return content
	}
}

// What is wrong with a workbook is an error that says so, and what is beside the
// point is a note.
func TestHostileWorkbooks(t *testing.T) {
	good := workbookBytes(t, simpleWorkbook)
	for _, test := range []struct {
		name string
		data []byte
		want string // in the error, or in a note when it begins with "note: "
	}{
		{"good", good, ""},
		{"macros", rewrite(t, good, same, map[string]string{"xl/vbaProject.bin": "macro"}), "note: the workbook has macros: ignored"},
		{"links", rewrite(t, good, same, map[string]string{"xl/externalLinks/externalLink1.xml": "<x/>"}), "note: the workbook refers to other files: ignored, values as last stored"},
		{"truncated", good[:len(good)-200], "cut off or damaged"},
		{"doctype", rewrite(t, good, sheet1("<worksheet", `<!DOCTYPE x [<!ENTITY a "b">]><worksheet`), nil), "document type declaration"},
		{"malformed", rewrite(t, good, sheet1(`<row r="3"`, `<row r="3"><`), nil), "xl/worksheets/sheet1.xml: XML syntax error"},
		{"bomb", rewrite(t, good, sheet1("<sheetData>", "<sheetData>"+strings.Repeat(" <!-- -->", 2<<20)), nil), "unpacks to more than a workbook may"},
		{"long text", rewrite(t, good, sheet1("<sheetData>", "<sheetData>"+strings.Repeat("xyz&amp;", 1<<20)), nil), "longer than 1048576 bytes"},
		{"twice", rewrite(t, good, same, map[string]string{"xl/Worksheets/sheet1.xml": "<worksheet/>"}), "two parts named"},
		{"binary", rewrite(t, good, same, map[string]string{"xl/workbook.bin": "x"}), "binary workbooks (.xlsb) are not read"},
		{"deep", rewrite(t, good, same, map[string]string{"xl/deep.xml": strings.Repeat("<a>", 1000)}), "elements inside each other"},
		{"row number", rewrite(t, good, sheet1(`<row r="3"`, `<row r="1048577"`), nil), "beyond 1048576"},
		{"row order", rewrite(t, good, sheet1(`<row r="3"`, `<row r="1"`), nil), `has a row "1" after row 2`},
		{"wide", rewrite(t, good, sheet1(`r="C3"`, `r="XFD3"`), nil), "more than 1024 columns"},
		{"no inventory", workbookBytes(t, func(t *testing.T, f *excelize.File) { set(t, f, "Sheet1", 1, "a", "b") }), "no header row found"},
		{"empty archive", rewrite(t, good, func(string, []byte) []byte { return nil }, nil), ""},
		{"not a workbook", []byte("PK\x03\x04xl/workbook"), "cut off or damaged"},
	} {
		t.Run(test.name, func(t *testing.T) {
			products, _, info, err := readTable(t, xlsxFormat(), test.data, Options{})
			if note, ok := strings.CutPrefix(test.want, "note: "); ok {
				if err != nil || len(products) != 2 || !slices.Contains(info.Notes, note) {
					t.Errorf("%d products, notes %q, %v", len(products), info.Notes, err)
				}
				return
			}
			if test.name == "good" {
				if err != nil || len(products) != 2 {
					t.Errorf("%d products, %v", len(products), err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

// A header of two rows, hidden rows and columns, formulas never computed, and
// currencies that only the number format shows.
func TestWorkbookForms(t *testing.T) {
	data := workbookBytes(t, func(t *testing.T, f *excelize.File) {
		const s = "Sheet1"
		set(t, f, s, 1, "Inventory 2026")
		set(t, f, s, 2, "Name", "Device", nil, nil, "Purchase", nil, "Location")
		set(t, f, s, 3, nil, "Maker", "Model", "Serial number", "Date", "Unit price", nil)
		for _, span := range [][2]string{{"A2", "A3"}, {"B2", "D2"}, {"E2", "F2"}, {"G2", "G3"}} {
			merge(t, f, s, span[0], span[1])
		}
		set(t, f, s, 4, "sw-1", "Cisco", "C9300", "FOC1", nil, 1234.5, "Berlin")
		set(t, f, s, 5, "sw-2", "Cisco", "C9300", "FOC2", nil, 99, "Bonn")
		set(t, f, s, 6, "sw-3", "Cisco", "C9500", "FOC3", nil, 7, "Köln")
		if err := f.SetRowVisible(s, 5, false); err != nil {
			t.Fatal(err)
		}
		if err := f.SetColVisible(s, "C:D", false); err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellFormula(s, "E4", "TODAY()"); err != nil {
			t.Fatal(err)
		}
		euro, accounting, yen := `#,##0.00\ "€"`, `_-* #,##0.00\ [$USD]_-`, `[$JP¥-411]#,##0`
		style(t, f, s, "F4", "F4", excelize.Style{CustomNumFmt: &euro})
		style(t, f, s, "F5", "F5", excelize.Style{CustomNumFmt: &accounting})
		style(t, f, s, "F6", "F6", excelize.Style{CustomNumFmt: &yen})
	})
	products, gaps, info, err := readTable(t, xlsxFormat(), data, Options{})
	if err != nil || len(products) != 3 || len(gaps) != 0 {
		t.Fatalf("%d products, gaps %v, %v, notes %q", len(products), gaps, err, info.Notes)
	}
	for i, want := range []netvet.Price{{Amount: 1234.5, Currency: "EUR"}, {Amount: 99, Currency: "USD"}, {Amount: 7, Currency: "JPY"}} {
		if p := products[i]; p.Price != want || p.Name == "" || p.Manufacturer != "Cisco" || p.Serial == "" || p.Location == "" {
			t.Errorf("product %d: %+v, want price %v", i, p, want)
		}
	}
	for _, want := range []string{"1 formula has no stored value", "1 row is hidden", "2 columns are hidden"} {
		if !strings.Contains(strings.Join(info.Notes, "\n"), want) {
			t.Errorf("notes %q do not say %q", info.Notes, want)
		}
	}
}

func TestWorkbookTooLarge(t *testing.T) {
	_, _, _, err := readTable(t, xlsxFormat(), make([]byte, 2000), Options{MaxFileSize: 1000})
	if err == nil || !strings.Contains(err.Error(), "larger than 1000 bytes") {
		t.Errorf("error %v", err)
	}
}

func TestDetectXLSX(t *testing.T) {
	if got := detectXLSX(Sample{Head: workbookBytes(t, simpleWorkbook)}); got != 1 {
		t.Errorf("a workbook is detected with %v", got)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range []string{"[Content_Types].xml", "word/document.xml"} {
		if _, err := w.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	for _, head := range []string{b.String(), "PK\x03\x04", "{}", ""} {
		if got := detectXLSX(Sample{Head: []byte(head)}); got != 0 {
			t.Errorf("%.20q is detected with %v", head, got)
		}
	}
}

func FuzzXLSX(f *testing.F) {
	good := workbookBytes(f, simpleWorkbook)
	f.Add(good, "")
	f.Add(good, `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Brand</t></is></c><c r="B1" t="inlineStr"><is><t>Model</t></is></c></row><row r="9"><c r="B9"><f>1+1</f><v>2</v></c></row></sheetData><mergeCells><mergeCell ref="A1:A3"/></mergeCells></worksheet>`)
	f.Add([]byte("PK\x03\x04"), "<a/>")
	f.Fuzz(func(t *testing.T, data []byte, sheet string) {
		if sheet != "" {
			data = rewrite(t, good, func(name string, content []byte) []byte {
				if name == "xl/worksheets/sheet1.xml" {
					return []byte(sheet)
				}
				return content
			}, nil)
		}
		detectXLSX(Sample{Head: data})
		products, _, _, _ := readTable(t, xlsxFormat(), data, Options{MaxFileSize: 1 << 20})
		for _, p := range products {
			if p.Manufacturer+p.Vendor+p.Name+p.Model+p.PartNumber+p.Serial == "" {
				t.Errorf("a product that says nothing: %+v", p)
			}
		}
	})
}

func BenchmarkXLSX(b *testing.B) {
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	const rows = 10_000
	header := []any{"Manufacturer", "Model", "Serial", "Qty", "Origin", "Price", "Location"}
	if err := w.SetRow("A1", header); err != nil {
		b.Fatal(err)
	}
	for i := range rows {
		row := []any{"Cisco", "C9300-48P-E", fmt.Sprintf("FCW%08d", i), 1, "China", 8420.5, "DC1"}
		if err := w.SetRow(fmt.Sprintf("A%d", i+2), row); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	data, err := f.WriteToBuffer()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if products, _, _, err := readTable(b, xlsxFormat(), data.Bytes(), Options{}); err != nil || len(products) != rows {
			b.Fatal(len(products), err)
		}
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

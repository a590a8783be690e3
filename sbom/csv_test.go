package sbom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/netvet/netvet"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

const chineseTable = "制造商,型号,序列号,数量\n华为技术有限公司,S6720S-26Q,2102353,4\n新华三,S5130S-28S-EI,219801A,2\n联通,路由器,无,1\n"

func encoded(t testing.TB, e encoding.Encoding, text string) []byte {
	t.Helper()
	out, err := e.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCharsets(t *testing.T) {
	ascii := "Manufacturer,Model\n" + strings.Repeat("Cisco,C9300\n", 30_000) // beyond the first window
	for _, test := range []struct {
		name   string
		data   []byte
		forced string
		note   string // of the text
		first  string // manufacturer
		err    string
	}{
		{"UTF-8", []byte(chineseTable), "", "text: UTF-8, delimiter comma", "华为技术有限公司", ""},
		{"UTF-8 with mark", []byte("\ufeff" + chineseTable), "", "text: UTF-8, delimiter comma", "华为技术有限公司", ""},
		{"GBK", encoded(t, simplifiedchinese.GBK, chineseTable), "", "text: GB18030, found by its bytes, delimiter comma", "华为技术有限公司", ""},
		{"GB18030", encoded(t, simplifiedchinese.GB18030, chineseTable), "", "text: GB18030, found by its bytes, delimiter comma", "华为技术有限公司", ""},
		{"GBK after much ASCII", append([]byte(ascii), encoded(t, simplifiedchinese.GBK, "华为,S6720\n")...), "", "text: GB18030, found by its bytes, delimiter comma", "Cisco", ""},
		{"UTF-16LE", encoded(t, utf16LE(), chineseTable), "", "text: UTF-16LE, found by its bytes, delimiter comma", "华为技术有限公司", ""},
		{"UTF-16BE", encoded(t, utf16BE(), chineseTable), "", "text: UTF-16BE, found by its bytes, delimiter comma", "华为技术有限公司", ""},
		{"UTF-16LE with mark", append([]byte{0xFF, 0xFE}, encoded(t, utf16LE(), chineseTable)...), "", "text: UTF-16LE, found by its bytes, delimiter comma", "华为技术有限公司", ""},
		{"Big5 chosen", encoded(t, traditionalchinese.Big5, "製造商,型號\n華碩,RS720\n"), "big5", "text: big5, as chosen, delimiter comma", "華碩", ""},
		{"Shift-JIS chosen", encoded(t, japanese.ShiftJIS, "メーカー,型番\n日立,VSP\n"), "shift_jis", "text: shift_jis, as chosen, delimiter comma", "日立", ""},
		{"windows-1252 chosen", encoded(t, charmap.Windows1252, "Hersteller;Modell\nMüller;X\n"), "windows-1252", "text: windows-1252, as chosen, delimiter semicolon", "Müller", ""},
		{"windows-1252 unknown", encoded(t, charmap.Windows1252, "Hersteller;Modell;Ort\nMüller;X;Zürich\nSchäfer;Y;Köln\n"), "", "", "", "text is not UTF-8, first at byte 23, and in no other encoding beyond doubt: name it with --encoding"},
		{"Big5", encoded(t, traditionalchinese.Big5, "項次,設備名稱,廠牌,型號\n1,交換器,華碩,RS720\n"), "", "text: Big5, found by its bytes, delimiter comma", "華碩", ""},
		{"Shift-JIS", encoded(t, japanese.ShiftJIS, "メーカー,型番,設置場所\n日立,VSP,東京\n"), "", "text: Shift-JIS, found by its bytes, delimiter comma", "日立", ""},
		{"EUC-JP", encoded(t, japanese.EUCJP, "メーカー,型番,設置場所\n日立,VSP,東京\n"), "", "text: EUC-JP, found by its bytes, delimiter comma", "日立", ""},
		{"EUC-KR", encoded(t, korean.EUCKR, "제조사,모델명,수량\n삼성전자,X,3\n"), "", "text: EUC-KR, found by its bytes, delimiter comma", "삼성전자", ""},
		{"EUC-KR below an English header", encoded(t, korean.EUCKR, "Maker,Model,Location\n삼성전자,X,서울 데이터센터 삼층 전산실\n엘지전자,Y,부산 데이터센터 이층 전산실\n"), "", "text: EUC-KR, found by its bytes, delimiter comma", "삼성전자", ""},
		{"Shift-JIS below an English header", encoded(t, japanese.ShiftJIS, "Maker,Model,Location\n日立製作所,X,東京データセンター三階サーバー室\n富士通,Y,大阪データセンター\n"), "", "text: Shift-JIS, found by its bytes, delimiter comma", "日立製作所", ""},
		{"windows-1252 by its headers", encoded(t, charmap.Windows1252, "Hersteller;Gerätename;Stückzahl\nMüller;X;2\n"), "", "text: windows-1252, found by its bytes, delimiter semicolon", "Müller", ""},
		{"windows-1251 by its headers", encoded(t, charmap.Windows1251, "Производитель;Модель\nЯдро;X\n"), "", "text: windows-1251, found by its bytes, delimiter semicolon", "Ядро", ""},
		{"windows-1252 in values only", encoded(t, charmap.Windows1252, "Manufacturer,Model\nMüller & Söhne,Größe 2\n"), "", "", "", "in no other encoding beyond doubt"},
		{"Shift-JIS in one value", encoded(t, japanese.ShiftJIS, "Maker,Model\n日立,X\n"), "", "", "", "in no other encoding beyond doubt"},
		{"damaged Shift-JIS chosen", append(encoded(t, japanese.ShiftJIS, "メーカー,型番\n日立,X\n"), 0x81, 0x20), "shift_jis", "", "", "invalid shift_jis at byte"},
		{"unknown name", []byte(chineseTable), "klingon", "", "", `unknown encoding "klingon"`},
		{"damaged UTF-8", []byte(chineseTable[:40] + "\xff" + chineseTable[40:]), "", "", "", "invalid UTF-8 at byte 40"},
		{"UTF-8 damaged late", []byte(chineseTable + strings.Repeat("华为,a,b,c\n", 40_000) + "\xc3\x28"), "", "text: UTF-8, delimiter comma", "华为技术有限公司", fmt.Sprintf("invalid UTF-8 at byte %d", len(chineseTable)+40_000*13)},
		{"cut UTF-8", []byte(chineseTable + "华\xe4\xb8"), "", "", "", fmt.Sprintf("invalid UTF-8 at byte %d", len(chineseTable)+3)},
		{"damaged UTF-16", append(encoded(t, utf16LE(), chineseTable), 0x00, 0xD8, 'a', 0), "", "", "", "invalid UTF-16LE at byte"},
		{"damaged GBK chosen", append(encoded(t, simplifiedchinese.GBK, chineseTable), 0xFF, 0xFF), "gbk", "", "", fmt.Sprintf("invalid gbk at byte %d", len(encoded(t, simplifiedchinese.GBK, chineseTable)))},
	} {
		t.Run(test.name, func(t *testing.T) {
			products, _, info, err := readTable(t, csvFormat(), test.data, Options{Encoding: test.forced})
			if test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) || test.err == "" && err != nil {
				t.Errorf("error %v, want %q", err, test.err)
			}
			if test.first == "" {
				return
			}
			if len(products) == 0 || products[0].Manufacturer != test.first {
				t.Errorf("products %.2v", products)
			}
			if !slices.Contains(info.Notes, test.note) {
				t.Errorf("notes %q, want %q", info.Notes, test.note)
			}
		})
	}
}

// The reader of encodings gives the same text however small the pieces are.
func TestCharsetPieces(t *testing.T) {
	for _, data := range [][]byte{[]byte(chineseTable), encoded(t, simplifiedchinese.GB18030, chineseTable), encoded(t, utf16BE(), chineseTable)} {
		got, err := io.ReadAll(newCharsetReader(oneByte{bytes.NewReader(data)}, ""))
		if err != nil || string(got) != chineseTable {
			t.Errorf("read %q, %v", got, err)
		}
	}
}

type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(len(p), 1)]) }

func TestCSVDialects(t *testing.T) {
	long := strings.Repeat("x", 2<<20)
	for _, test := range []struct {
		name, text string
		want       string // "row manufacturer/model" of each product
		gaps       int
		err        string
	}{
		{"LF", "Brand,Model\nA,1\nB,2\n", "2 A/1 3 B/2", 0, ""},
		{"CRLF", "Brand,Model\r\nA,1\r\nB,2", "2 A/1 3 B/2", 0, ""},
		{"CR", "Brand,Model\rA,1\rB,2\r", "2 A/1 3 B/2", 0, ""},
		{"tabs", "Brand\tModel\nA, Inc.\t1\n", "2 A, Inc./1", 0, ""},
		{"semicolons", "Brand;Model\nA, Inc.;1\n", "2 A, Inc./1", 0, ""},
		{"sep line", "sep=;\r\nBrand;Model\r\nA;1\r\n", "2 A/1", 0, ""},
		{"sep line quoted", "\"sep=,\"\nBrand,Model\nA,1\n", "2 A/1", 0, ""},
		{"sep of another kind", "sep=^\nBrand^Model\nA^1\n", "2 A/1", 0, ""},
		{"blank lines count", "\n\nBrand,Model\n\nA,1\n\n\nB,2\n", "5 A/1 8 B/2", 0, ""},
		{"line break in quotes", "Brand,Model\n\"A\nB\",\"1\r\n2\"\nC,3\n", "2 A\nB/1\r\n2 3 C/3", 0, ""},
		{"doubled quotes", "Brand,Model\n\"A \"\"B\"\"\",1\n", "2 A \"B\"/1", 0, ""},
		{"quote inside", "Brand,Model\nA 19\",1\n", "2 A 19\"/1", 0, ""},
		{"quote not doubled", "Brand,Model\n\"A \"B\" C\",1\n", "2 A \"B\" C/1", 1, ""},
		{"quote never closed", "Brand,Model\n\"A,1\nB,2\nC,3\n", "2 \"A/1 3 B/2 4 C/3", 1, ""},
		{"quotes paired wrongly", "Brand,Model,Origin\n\"A,1,\nB,2,\"US\"\n", "2 \"A/1 3 B/2", 1, ""},
		{"blank before a quote", "Brand, Model\nA, \"1,5\"\n", "2 A/1,5", 0, ""},
		{"delimiters at the end", "Brand,Model,,\nA,1,,\nB,2,,\n", "2 A/1 3 B/2", 0, ""},
		{"delimiter at the end of rows", "Brand,Model\nA,1,\nB,2,\n", "2 A/1 3 B/2", 0, ""},
		{"too many cells", "Brand,Model\nA,1\nB,2,3\nC,4\n", "2 A/1 4 C/4", 1, ""},
		{"too few cells", "Brand,Model,Qty\nA,1,1\nB\n", "2 A/1 3 B/", 1, ""},
		{"nothing in a row", "Brand,Model,Qty\nA,1,1\n,,7\n", "2 A/1", 1, ""},
		{"two headers", "Brand,Model\nA,1\nModel,Brand,Serial number\n2,B,s\n", "2 A/1 4 B/2", 1, ""},
		{"header of two rows, the upper one of groups", "Name,Device,,Location\n,Brand,Model,\nx,A,1,y\n", "3 A/1", 0, ""},
		{"header of two rows, the upper one for both", "Brand,Model,Purchase,\n,,Purchase date,Price\nA,1,2024-01-01,5\n", "3 A/1", 0, ""},
		{"header of two rows, both known", "Brand,Model,Cost,\n,,Unit price,Total price\nA,1,5,5\n", "3 A/1", 0, ""},
		{"values that are headers", "Name,Category,Brand\nService,Software,A\n", "2 A/", 0, ""},
		{"total of a name", "Brand,Model,Qty\nTotal Networks,1,1\nTotal,,1\n", "2 Total Networks/1", 1, ""},
		{"no table", "hello world\nthis is no table\n", "", 0, "no header row found"},
		{"header too late", strings.Repeat("x,y\n", 200) + "Brand,Model\nA,1\n", "", 0, "no header row found"},
		{"only a header", "Brand,Model\n", "", 0, ""},
		{"empty", "", "", 0, "no header row found"},
		{"long row", "Brand,Model\nA,1\n" + long + ",2\nB,2\n", "2 A/1", 0, "row 3 has more than 1048576 bytes"},
		{"long quoted cell", "Brand,Model\nA,1\n\"" + long + "\nB,2\n", "2 A/1", 0, "row 3 has more than 1048576 bytes"},
		{"many cells", "Brand,Model\nA,1\n" + strings.Repeat(",", 20_000) + "\n", "2 A/1", 0, "16384 cells"},
		{"control characters", "Brand,Model\nA\x00\x1b[31m,1\n", "2 A\x00\x1b[31m/1", 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			products, gaps, _, err := readTable(t, csvFormat(), []byte(test.text), Options{})
			if test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) || test.err == "" && err != nil {
				t.Errorf("error %v, want %q", err, test.err)
			}
			var got []string
			for _, p := range products {
				got = append(got, strings.TrimPrefix(p.Sources[0].Record, "row ")+" "+p.Manufacturer+"/"+p.Model)
			}
			if strings.Join(got, " ") != test.want || len(gaps) != test.gaps {
				t.Errorf("products %q, gaps %v; want %q, %d gaps", got, gaps, test.want, test.gaps)
			}
		})
	}
}

func TestDetectCSV(t *testing.T) {
	for text, want := range map[string]bool{
		"Manufacturer,Model,Serial\nCisco,C9300,1\n":                              true,
		"品牌;型号\n华为;S6720\n":                                                       true,
		"Title\n\nBrand\tModel\nA\tB\n":                                           true,
		"Brand,Model\n":                                                           true,
		string(encoded(t, simplifiedchinese.GBK, chineseTable)):                   true,
		string(encoded(t, utf16LE(), chineseTable)):                               true,
		`{"manufacturer": "x", "model": "y"}`:                                     false,
		"[\"Manufacturer\",\"Model\"]\n":                                          false,
		"<table><tr><td>Brand,Model</td></tr></table>":                            false,
		"SPDXVersion: SPDX-2.3\nName: x, y\nCreator: Tool: a\n":                   false,
		"We name the manufacturer, model, and serial of every device.\nThen we\n": false,
		"The vendor, model, serial\nand so on, as you, can, see\nin this text\n":  false,
		"2026-01-01 INFO name,serial ok\n2026-01-01 INFO name,serial ok\n":        false,
		"package main\n\nfunc f(name, model, serial string) {}\n":                 false,
		"name: x\nvendor: y\nmodel: z\n":                                          false,
		"MIT License\n\nPermission is hereby granted, free of charge, to any\n":   false,
		"a,b,c\n1,2,3\n":                         false,
		"":                                       false,
		"\x00\x01\x02Brand,Model\nA,B\n":         false,
		"cve,vendor,product\nCVE-1,Cisco,IOS\n":  false,
		"date,level,message\n2026,info,hello,\n": false,
	} {
		if got := detectCSV(Sample{Head: []byte(text)}) > 0; got != want {
			t.Errorf("detectCSV(%q) = %v", text, got)
		}
	}
}

// No real file that is something else is taken for a table.
func TestDetectCSVInCorpus(t *testing.T) {
	const corpus = "../../shared/corpus"
	if _, err := os.Stat(corpus); err != nil {
		t.Skipf("the corpus is not there: %v", err)
	}
	files := 0
	err := filepath.WalkDir(corpus, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		switch filepath.Ext(name) {
		case ".csv", ".tsv", ".xlsx", ".zip", ".gz", ".enc":
			return nil
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		head, err := io.ReadAll(io.LimitReader(f, headSize))
		if err != nil {
			return err
		}
		files++
		if sure := detectCSV(Sample{Name: name, Head: head}); sure > 0 {
			t.Errorf("%s is taken for a table with %v", name, sure)
		}
		if sure := detectXLSX(Sample{Name: name, Head: head}); sure > 0 {
			t.Errorf("%s is taken for a workbook with %v", name, sure)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files", files)
}

// tableOf makes a table of n rows as it is read.
func tableOf(n int) io.Reader {
	row := -1
	var buf []byte
	return readerFunc(func(p []byte) (int, error) {
		for len(buf) == 0 {
			switch row++; {
			case row == 0:
				buf = append(buf, "Asset Tag,Manufacturer,Model,Part Number,Serial,Firmware,Qty,Location,Country of Origin,Category,Unit Price (USD),Purchase Date\n"...)
			case row <= n:
				buf = fmt.Appendf(buf, "N%07d,Cisco Systems,Catalyst 9300-48P-E,C9300-48P-E,FCW%08d,17.9.4a,2,DC1 A%02d,China,Switch,\"8,420.00\",2023-%02d-11\n", row, row, row%40, row%12+1)
			default:
				return 0, io.EOF
			}
		}
		k := copy(p, buf)
		buf = append(buf[:0], buf[k:]...)
		return k, nil
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Memory does not grow with the rows: what lives at any moment is as much at a
// hundred thousand rows as at ten thousand.
func TestCSVMemory(t *testing.T) {
	peak := func(rows int) uint64 {
		var most uint64
		n := 0
		var stats runtime.MemStats
		_, err := csvFormat().Read(context.Background(), &Stream{Reader: tableOf(rows)}, func(r Record) error {
			if _, ok := r.(ProductEnd); ok {
				if n++; n%(rows/8) == 0 {
					runtime.GC()
					runtime.ReadMemStats(&stats)
					most = max(most, stats.HeapAlloc)
				}
			}
			return nil
		})
		if err != nil || n != rows {
			t.Fatalf("%d products of %d rows, %v", n, rows, err)
		}
		return most
	}
	peak(1000) // what is built once
	few, many := peak(10_000), peak(100_000)
	if many > few+1<<20 {
		t.Errorf("%d bytes live at 100,000 rows and %d at 10,000", many, few)
	}
}

// Reading stops with the error of emit and with the context.
func TestCSVStops(t *testing.T) {
	stop := errors.New("enough")
	_, err := csvFormat().Read(context.Background(), &Stream{Reader: tableOf(10)}, func(Record) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	_, err = csvFormat().Read(ctx, &Stream{Reader: tableOf(10)}, func(Record) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func FuzzCSV(f *testing.F) {
	files, err := filepath.Glob("../testdata/inventory/csv/*.csv")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data[:min(len(data), 4096)], "")
	}
	f.Add([]byte("sep=S\xb6Brand;Model\n"), "")
	f.Add([]byte("sep=;\nBrand;Model\n\"a;b\n"), "gbk")
	f.Add([]byte("Brand,Model\n\"a\"b\",\"\n,\r\r\n\"\""), "utf-16le")
	f.Fuzz(func(t *testing.T, data []byte, charset string) {
		detectCSV(Sample{Head: data})
		products, gaps, info, err := readTable(t, csvFormat(), data, Options{Encoding: charset, MaxString: 4096})
		if err == nil && len(info.Notes) < 2 {
			t.Errorf("notes %q", info.Notes)
		}
		for _, p := range products {
			if p.Manufacturer+p.Vendor+p.Name+p.Model+p.PartNumber+p.Serial == "" {
				t.Errorf("a product that says nothing: %+v", p)
			}
			if _, err := netvet.ParseDate(string(p.PurchaseDate)); err != nil || p.Quantity < 0 || p.Price.Amount < 0 {
				t.Errorf("a product with impossible values: %+v", p)
			}
		}
		for _, g := range gaps {
			if g.Reason == "" {
				t.Error("a gap without a reason")
			}
		}
	})
}

func BenchmarkCSV(b *testing.B) {
	const rows = 100_000
	var text bytes.Buffer
	if _, err := text.ReadFrom(tableOf(rows)); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		_, err := csvFormat().Read(context.Background(), &Stream{Reader: bytes.NewReader(text.Bytes())}, func(r Record) error {
			if _, ok := r.(ProductEnd); ok {
				n++
			}
			return nil
		})
		if err != nil || n != rows {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// TestCatalogueOfVulnerabilitiesIsNoInventory keeps lists of known exploited
// vulnerabilities apart: they name vendors and products that nobody here has.
func TestCatalogueOfVulnerabilitiesIsNoInventory(t *testing.T) {
	head := []byte("cveID,vendorProject,product,vulnerabilityName,dateAdded\nCVE-2021-44228,Apache,Log4j2,Remote Code Execution,2021-12-10\n")
	if got := detectCSV(Sample{Head: head}); got != 0 {
		t.Errorf("a catalogue of vulnerabilities is an inventory with certainty %v", got)
	}
	if got := detectCSV(Sample{Head: []byte("Vendor,Product,Version,CVE count\nApache,HTTP Server,2.4,3\n")}); got == 0 {
		t.Error("an inventory that counts its vulnerabilities is none")
	}
}

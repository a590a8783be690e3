package sbom

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// networkFormats are the formats of network devices.
func networkFormats() []Format {
	return []Format{librenmsFormat(), snmprecFormat(), snmpwalkFormat(), napalmFormat(), showJSON(), showXML(), showCommandsFormat()}
}

// withNetwork are all formats, those of network devices included.
func withNetwork() Options {
	opt := Options{Formats: Formats()}
	for _, f := range networkFormats() {
		if !slices.ContainsFunc(opt.Formats, func(g Format) bool { return g.Name == f.Name }) {
			opt.Formats = append(opt.Formats, f)
		}
	}
	return opt
}

// networkFiles lists the files of a format in testdata.
func networkFiles(t testing.TB, format string) []string {
	t.Helper()
	files, err := filepath.Glob("../testdata/inventory/" + format + "/*")
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, ".golden.json") })
	if len(files) == 0 {
		t.Fatalf("no files of format %s in testdata", format)
	}
	return files
}

func TestGoldenNetwork(t *testing.T) {
	for _, format := range networkFormats() {
		for _, file := range networkFiles(t, format.Name) {
			t.Run(format.Name+"/"+filepath.Base(file), func(t *testing.T) {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				got := readInput(t, bytesInput(filepath.Base(file), data), withNetwork())
				if got.Format != format.Name {
					t.Errorf("read as %q", got.Format)
				}
				text := goldenText(t, got)
				golden := strings.TrimSuffix(file, filepath.Ext(file)) + ".golden.json"
				if *update {
					if err := os.WriteFile(golden, text, 0o644); err != nil {
						t.Fatal(err)
					}
					return
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatalf("%v: write it with -update", err)
				}
				if diff := cmp.Diff(string(want), string(text)); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// TestNetworkClaims lets the formats of network devices look at every file of other
// kinds: none of them may be claimed.
func TestNetworkClaims(t *testing.T) {
	own := make(map[string]bool)
	for _, format := range networkFormats() {
		own[format.Name] = true
	}
	look := func(file, kind string) {
		head, err := networkHead(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range networkFormats() {
			if format.Detect(Sample{Name: file, Head: head}) > 0 && !(own[kind] && format.Name == kind) {
				t.Errorf("%s claims %s", format.Name, file)
			}
		}
	}
	walk := func(root string, kind func(string) string, skip func(string) bool) {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && !skip(path) {
				look(path, kind(path))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	walk("../testdata/inventory", func(path string) string { return filepath.Base(filepath.Dir(path)) }, func(path string) bool {
		return strings.HasSuffix(path, ".golden.json")
	})
	if _, err := os.Stat(corpus); err != nil {
		t.Skipf("the corpus of real files is not at %s: %v", corpus, err)
	}
	walk(corpus+"/", func(string) string { return "" }, func(path string) bool { return strings.Contains(path, "/network/") })
}

func networkHead(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, headSize))
}

// TestNetworkReadingFails lets the reading fail at every byte and the receiver at
// every record, cuts the text anywhere, and hands it over byte by byte.
func TestNetworkReadingFails(t *testing.T) {
	for _, format := range networkFormats() {
		for _, file := range networkFiles(t, format.Name) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			step := 1 + len(data)/200
			for n := 0; n < len(data); n += step {
				if _, err := readWith(&format, file, io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(errDisk))); err == nil || !strings.Contains(err.Error(), errDisk.Error()) {
					t.Fatalf("%s failing at byte %d: %v", file, n, err)
				}
				_, err := readWith(&format, file, bytes.NewReader(data[:n]))
				if whole := len(bytes.TrimSpace(data[:n])) == len(bytes.TrimSpace(data)); err == nil && !whole && filepath.Ext(file) == ".json" {
					t.Fatalf("%s cut at byte %d: no error", file, n)
				}
			}
			opt := Options{Format: format.Name, Formats: []Format{format}}
			want := readInput(t, bytesInput("same", data), opt)
			in := bytesInput("same", data)
			in.Open = slowly(data)
			if diff := cmp.Diff(want, readInput(t, in, opt), cmp.AllowUnexported(readProduct{})); diff != "" {
				t.Errorf("%s byte by byte:\n%s", file, diff)
			}
			for at := 0; ; at++ {
				n := 0
				_, _, err := Read(context.Background(), bytesInput(file, data), opt, func(Record) error {
					if n++; n > at {
						return errDisk
					}
					return nil
				})
				if n <= at {
					break
				}
				if err == nil || !strings.Contains(err.Error(), errDisk.Error()) {
					t.Fatalf("%s: failing at record %d: %v", file, at, err)
				}
			}
		}
	}
}

func TestNetworkRefused(t *testing.T) {
	tests := []struct{ format, text, want string }{
		{"librenms", `{"os": {"discovery": {"devices": []}}}`, "no device"},
		{"librenms", `{"ports": {"discovery": {"ports": []}}}`, "no device"},
		{"librenms", `{"os": {"discovery": {"devices": [{"os":"a","os":"b"}]}}}`, `key "os" is given twice`},
		{"librenms", `[1]`, "the document is an array, expected an object"},
		{"snmprec", "1.3.6.1.2.1.2.2.1.1.20|2|20\n", "neither the system group nor ENTITY-MIB"},
		{"snmpwalk", ".1.3.6.1.2.1.2.2.1.1.20 = INTEGER: 20\n", "walk .1.3.6.1.2.1.1 and"},
		{"snmpwalk", ".1.3.6.1.2.1.1.1.0 = STRING: " + strings.Repeat("a", DefaultMaxString+1), "a line longer than"},
		{"snmpwalk", ".1.3.6.1.2.1.1.1.0 = STRING: a\n" + strings.Repeat(strings.Repeat("a", 99)+"\n", DefaultMaxString/99+1), "line 1: a value longer than"},
		{"napalm", `{"facts": {"hostname": "a"}}`, "no device"},
		{"show-commands", "n1#show version\n", "nothing in it describes a device"},
		{"show-commands", "Serial number : \xff\xff\n", "at byte 16: invalid UTF-8"},
	}
	for _, test := range tests {
		got := readInput(t, textInput("bad", test.text), Options{Format: test.format, Formats: networkFormats()})
		if !strings.Contains(got.Error, test.want) {
			t.Errorf("%s %.60q: error %q does not say %q", test.format, test.text, got.Error, test.want)
		}
	}
}

// TestShownDocuments reads what a device with two engines answers: two documents, one
// after the other.
func TestShownDocuments(t *testing.T) {
	text := `{"software-information": [{"host-name": [{"data": "edge1"}], "product-model": [{"data": "mx480"}]
}]
}
{"chassis-inventory": [{"chassis": [{"name": [{"data": "Chassis"}], "serial-number": [{"data": "JNTEST0001"}], "description": [{"data": "MX480"}]}]}]}
`
	got := readInput(t, textInput("re", text), withNetwork())
	if len(got.Products) != 1 || got.Products[0].Product.Serial != "JNTEST0001" || got.Products[0].Product.Name != "edge1" {
		t.Errorf("read %+v", got)
	}
}

// TestSessionOfTwoDevices puts together what one device wrote in two places.
func TestSessionOfTwoDevices(t *testing.T) {
	text := "a1#show version\nCisco IOS Software, C2960 Software, Version 15.0(2)SE9, RELEASE SOFTWARE\n" +
		"b1>show version\nArista DCS-7010T-48-R\nSoftware image version: 4.20.9M\n" +
		"a1#show inventory\nNAME: \"1\", DESCR: \"WS-C2960-24TT-L\"\nPID: WS-C2960-24TT-L   , VID: V02  , SN: FOCTEST0001\n"
	got := readInput(t, textInput("session", text), withNetwork())
	if len(got.Products) != 2 || got.Products[0].Product.Name != "a1" || got.Products[0].Product.Serial != "FOCTEST0001" || got.Products[1].Product.Model != "DCS-7010T-48-R" {
		t.Errorf("read %+v", got)
	}
}

func TestEnterpriseNumber(t *testing.T) {
	for oid, want := range map[string]string{
		".1.3.6.1.4.1.9.1.615": "9", "1.3.6.1.4.1.2011": "2011", "iso.3.6.1.4.1.9.1": "9", "SNMPv2-SMI::enterprises.9.1.1": "9",
		"1.3.6.1.4.1": "", "1.3.6.1.4.1.": "", "1.3.6.1.4.1.0.1": "", "1.3.6.1.2.1": "", "0.0": "", "": "",
		".1.3.6.1.4.1.8072.3.2.10": "", "1.3.6.1.4.1.99999999999.1": "", "1.3.6.1.4.1.x": "",
	} {
		if id, ok := enterpriseNumber(oid); id.Value != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", oid, id.Value, ok)
		}
	}
}

func TestMakerInText(t *testing.T) {
	for text, want := range map[string]string{
		"Cisco IOS Software, C2960 Software":                  "Cisco Systems",
		"Nexus9000 C9396PX Chassis":                           "Cisco Systems",
		"HPE ANW JL658A 6300M 24SFP+":                         "Hewlett Packard Enterprise",
		"HP J9146A E2910al-24G-PoE Switch":                    "Hewlett-Packard",
		"Juniper Networks, Inc. srx340 internet router":       "Juniper Networks",
		"FreeBSD sn654321 10.0-RELEASE":                       "",
		"PHP 8 and a php script by Jellicoe in San Francisco": "",
		"FortiGate-100E v5.4.4":                               "Fortinet",
	} {
		if got := makerInText(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestDeviceText(t *testing.T) {
	for text, want := range map[string]string{
		" FOC1 ": "FOC1", "<private>": "", "N/A": "", "BUILTIN": "", "XXXXXXXXXX": "", "0": "", "--": "", "Unknown": "", "SN0": "SN0", "x": "x", "To Be Filled By O.E.M.": "",
	} {
		if got := deviceText(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzLibreNMS(f *testing.F)     { fuzzNetwork(f, librenmsFormat()) }
func FuzzSNMPRec(f *testing.F)      { fuzzNetwork(f, snmprecFormat()) }
func FuzzSNMPWalk(f *testing.F)     { fuzzNetwork(f, snmpwalkFormat()) }
func FuzzNAPALM(f *testing.F)       { fuzzNetwork(f, napalmFormat()) }
func FuzzShowJSON(f *testing.F)     { fuzzNetwork(f, showJSON()) }
func FuzzShowXML(f *testing.F)      { fuzzNetwork(f, showXML()) }
func FuzzShowCommands(f *testing.F) { fuzzNetwork(f, showCommandsFormat()) }

// fuzzNetwork reads any bytes as one format: it does not matter how they arrive, and
// there is a product or an error.
func fuzzNetwork(f *testing.F, format Format) {
	for _, file := range networkFiles(f, format.Name) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	opt := Options{Format: format.Name, Formats: []Format{format}}
	f.Fuzz(func(t *testing.T, data []byte) {
		format.Detect(Sample{Head: data})
		got := readInput(t, bytesInput("same", data), opt)
		in := bytesInput("same", data)
		in.Open = slowly(data)
		if diff := cmp.Diff(got, readInput(t, in, opt), cmp.AllowUnexported(readProduct{})); diff != "" {
			t.Errorf("read byte by byte:\n%s", diff)
		}
		if got.Error == "" && len(got.Products) == 0 {
			t.Error("neither a product nor an error")
		}
	})
}

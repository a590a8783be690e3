package sbom

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// hostFormats are the formats of what machines say of themselves.
func hostFormats() []Format {
	return []Format{redfishJSON(), oneviewFormat(), dmidecodeFormat(), lshwJSON(), lshwXML(), ansibleFormat(), facterFormat(), glpiJSON(), glpiXML(), inxiFormat()}
}

// withHosts chooses among all formats.
func withHosts() Options {
	known := Formats()
	for _, f := range append(hostFormats(), redfishTree()) {
		known = slices.DeleteFunc(known, func(k Format) bool { return k.Name == f.Name })
		known = append([]Format{f}, known...)
	}
	return Options{Formats: known}
}

// hostFiles lists the files in testdata of the given formats.
func hostFiles(t testing.TB, formats ...Format) []string {
	t.Helper()
	var all []string
	for _, f := range formats {
		files, err := filepath.Glob("../testdata/inventory/" + f.Name + "/*")
		if err != nil {
			t.Fatal(err)
		}
		files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, ".golden.json") })
		if len(files) == 0 {
			t.Errorf("no files of format %s in testdata", f.Name)
		}
		all = append(all, files...)
	}
	return all
}

func TestGoldenHosts(t *testing.T) {
	for _, file := range hostFiles(t, append(hostFormats(), redfishTree())...) {
		folder := filepath.Base(filepath.Dir(file))
		t.Run(folder+"/"+filepath.Base(file), func(t *testing.T) {
			in := Input{Name: filepath.Base(file), Files: os.DirFS(file)}
			if folder != "redfish" {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				in = bytesInput(filepath.Base(file), data)
			}
			got := readInput(t, in, withHosts())
			if got.Format != folder {
				t.Errorf("read as %q, it lies in %q", got.Format, folder)
			}
			text := goldenText(t, got)
			golden := file + ".golden.json"
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

// TestHostsFailAnywhere lets the reading of every file fail at every byte, and cuts it
// there: never a panic, and the cause is told.
func TestHostsFailAnywhere(t *testing.T) {
	for _, format := range hostFormats() {
		for _, file := range hostFiles(t, format) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			whole := len(bytes.TrimSpace(data))
			for n := range data {
				failing := io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(errDisk))
				if _, err := readWith(&format, file, failing); !errors.Is(err, errDisk) {
					t.Fatalf("%s failing at byte %d: %v", file, n, err)
				}
				_, err := readWith(&format, file, bytes.NewReader(data[:n]))
				document := strings.HasPrefix(string(data), "{") || strings.HasPrefix(string(data), "[") || strings.HasPrefix(string(data), "<")
				if err == nil && document && len(bytes.TrimSpace(data[:n])) < whole {
					t.Fatalf("%s cut at byte %d of %d: no error", file, n, len(data))
				}
			}
		}
	}
}

// TestHostsEmitFails lets the receiver fail at every record.
func TestHostsEmitFails(t *testing.T) {
	for _, file := range hostFiles(t, append(hostFormats(), redfishTree())...) {
		in := Input{Name: file, Files: os.DirFS(file)}
		if info, err := os.Stat(file); err != nil || !info.IsDir() {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			in = bytesInput(file, data)
		}
		for at := 0; ; at++ {
			n := 0
			_, _, err := Read(context.Background(), in, withHosts(), func(Record) error {
				if n++; n > at {
					return errDisk
				}
				return nil
			})
			if n <= at {
				break
			}
			if !errors.Is(err, errDisk) {
				t.Fatalf("%s: failing at record %d: %v", file, at, err)
			}
		}
	}
}

// TestHostRefusals reads documents that must be refused, with what the error must say.
func TestHostRefusals(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"key twice", `{"ansible_facts":{"ansible_system_vendor":"HPE","ansible_system_vendor":"Huawei"}}`, `is given twice, as "HPE" and as "Huawei"`},
		{"too deep", `{"ansible_facts":` + strings.Repeat(`{"a":`, 300) + `1` + strings.Repeat(`}`, 301), `nesting deeper than 256`},
		{"two documents", `{"ansible_facts":{"ansible_hostname":"a"}} {}`, `at byte`},
		{"long string", `{"facterversion":"4","a":"` + strings.Repeat("x", DefaultMaxString+1) + `"}`, `a string longer than 1048576 bytes`},
		{"cut off", `{"facterversion":"4","dmi":{`, `cut off`},
		{"element twice", `<REQUEST><CONTENT><BIOS><SMANUFACTURER>HPE</SMANUFACTURER><SMANUFACTURER>Huawei</SMANUFACTURER></BIOS></CONTENT></REQUEST>`, `given twice, as "HPE" and as "Huawei"`},
		{"document type", `<REQUEST><CONTENT><!DOCTYPE a></CONTENT></REQUEST>`, `is refused`},
		{"no content", `<REQUEST><QUERY>PROLOG</QUERY></REQUEST>`, `there is no content`},
		{"no table", "# dmidecode 3.4\nScanning /dev/mem for entry point.\n# No SMBIOS nor DMI entry point found, sorry.\n", `there is no DMI table`},
		{"not decoded", "# dmidecode 3.4\nHandle 0x0001, DMI type 1, 27 bytes\n\tHeader and Data:\n\t\t01 1B 01 00\n", `not decoded: run dmidecode without -u`},
		{"lshw -short", "H/W path      Device      Class          Description\n====\n", `run lshw -json`},
		{"lshw", "host\n    description: Computer\n  *-core\n       description: Motherboard\n", `run lshw -json or lshw -xml`},
		{"facter", "facterversion => 3.14\nkernel => Linux\n", `run facter --json`},
		{"prtdiag", "System Configuration: Oracle Corporation  SUN FIRE X4170\n", `prtdiag is not supported`},
		{"binary table", "_SM3_\x00\x18\x03", `dmidecode --from-dump`},
		{"yaml key twice", "ansible_architecture: a\nansible_fqdn: b\nansible_kernel: c\nansible_machine: d\nansible_fqdn: e\n", `"ansible_fqdn"`},
		{"long line", "# dmidecode 3.4\n" + strings.Repeat("x", DefaultMaxString+1), `a line longer than 1048576 bytes`},
	}
	for _, test := range tests {
		got := readInput(t, textInput("bad", test.text), withHosts())
		if !strings.Contains(got.Error, test.want) {
			t.Errorf("%s: error %q does not say %q", test.name, got.Error, test.want)
		}
	}
	lenient := withHosts()
	lenient.Lenient = true
	for _, i := range []int{0, 5} {
		got := readInput(t, textInput("twice", tests[i].text), lenient)
		if got.Error != "" || len(got.Gaps) != 1 || got.Products[0].Product.Manufacturer != "HPE" {
			t.Errorf("%s, leniently: %s %v", tests[i].name, got.Error, got.Gaps)
		}
	}
}

// TestHostGaps reads documents that hold no product: that is a gap and no success.
func TestHostGaps(t *testing.T) {
	tests := []struct{ text, want string }{
		{`{"@odata.type":"#EventService.v1_0_0.EventService","@odata.id":"/redfish/v1/EventService","Id":"EventService"}`, "a Redfish EventService, which describes no system"},
		{`{"category":"ethernet-networks","type":"ethernet-networkV4","uri":"/rest/ethernet-networks/1","name":"net"}`, "ethernet-networks of OneView, which describes no device"},
		{`{"changed":false,"msg":"Failed to connect to the host via ssh","unreachable":true}`, "the host could not be asked: Failed to connect"},
		{`<REQUEST><CONTENT></CONTENT><QUERY>PROLOG</QUERY></REQUEST>`, ""},
	}
	for _, test := range tests {
		got := readInput(t, textInput("none", test.text), withHosts())
		if len(got.Products) > 0 || len(got.Gaps) == 0 && got.Error == "" || len(got.Gaps) > 0 && !strings.Contains(got.Gaps[0].Reason, test.want) {
			t.Errorf("%s: %+v", test.text, got)
		}
	}
}

func TestStatedText(t *testing.T) {
	for text, want := range map[string]string{
		" Dell Inc. ": "Dell Inc.", "Not Specified": "", "To Be Filled By O.E.M.": "", "to be filled by OEM": "", "System manufacturer": "",
		"0": "", "00000000": "", "--": "", "  ": "", "Manufacturer0": "", "SerNum12": "", "0123456789": "", "123456789": "", "N/A": "", "<BAD INDEX>": "",
		"2M201136GR": "2M201136GR", "0443": "0443", "80CE": "80CE", "Default string": "", "P48808GSHCRN-VK": "P48808GSHCRN-VK",
		"SKU=0715;ModelName=PowerEdge R740": "0715", "SKU=NotProvided;ModelName=PowerEdge R740": "", "FFFFFFFF": "", "华为": "华为", "1": "1", "3500": "3500", "Standard PC (i440FX + PIIX, 1996)": "Standard PC (i440FX + PIIX, 1996)",
	} {
		if got := statedText(text); got != want {
			t.Errorf("%q says %q, want %q", text, got, want)
		}
	}
}

// TestJEDECMaker reads the codes that stand for makers of memory, and no other text.
func TestJEDECMaker(t *testing.T) {
	for text, want := range map[string]string{
		"80CE": "1:4E", "0x80AD": "1:2D", "00CE00B300CE": "1:4E", "2C80": "1:2C", "859B": "6:1B", "0x7F98000000000000": "2:18", "CE00000000000000": "1:4E",
		"JEDEC ID:80 2C": "1:2C", "Samsung": "", "": "", "1234567890": "", "0000": "", "ABBA": "", "7F7F7F7F7F7F7F7F": "",
	} {
		if got, _ := jedecMaker(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// TestHostsClaimOnlyTheirOwn runs detection over every file of the corpus and of
// testdata: none may claim a file of another kind.
func TestHostsClaimOnlyTheirOwn(t *testing.T) {
	own := map[string][]string{
		"redfish-json":  {"redfish/", "inventory/redfish-json/", "inventory/redfish/"},
		"oneview":       {"redfish/hpe-oneview-native/", "inventory/oneview/"},
		"dmidecode":     {"hosts/dmidecode", "inventory/dmidecode/"},
		"inxi":          {"inxi"},
		"lshw-json":     {"lshw"},
		"lshw-xml":      {"lshw"},
		"ansible-facts": {"hosts/ansible-facts/", "inventory/ansible-facts/"},
		"facter":        {"hosts/facter/", "inventory/facter/"},
		"glpi-json":     {"hosts/glpi-inventory/", "inventory/glpi-json/"},
		"glpi-xml":      {"hosts/glpi-inventory/", "inventory/glpi-xml/"},
	}
	claimed := make(map[string]int)
	for _, root := range []string{corpus, "../testdata/inventory"} {
		files := os.DirFS(root)
		err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			file, err := files.Open(name)
			if err != nil {
				return err
			}
			defer file.Close()
			head := make([]byte, headSize)
			n, _ := io.ReadFull(file, head)
			path := filepath.ToSlash(filepath.Join(filepath.Base(root), name))
			for _, format := range hostFormats() {
				if format.Detect(Sample{Name: name, Head: head[:n]}) == 0 {
					continue
				}
				claimed[format.Name]++
				if !slices.ContainsFunc(own[format.Name], func(folder string) bool { return strings.Contains(path, folder) }) {
					t.Errorf("%s claims %s", format.Name, path)
				}
			}
			return nil
		})
		if errors.Is(err, fs.ErrNotExist) && root == corpus {
			t.Logf("the corpus of real files is not at %s", corpus)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Log(claimed)
}

// TestOneviewBehindSettings knows a server hardware type whose address stands behind
// more settings than detection looks at, and no settings of something else.
func TestOneviewBehindSettings(t *testing.T) {
	setting := `{"scalarIncrement":null,"category":"System Options//USB Options","helpText":"Use it."}`
	for text, want := range map[string]float64{
		`{"eTag":"1","biosSettings":[` + setting + strings.Repeat(","+setting, 900):       1,
		`{"eTag":"1","biosSettings":[{"id":"a","value":"b"}]}`:                            0,
		`{"@odata.type":"#Bios.v1_0_0.Bios","eTag":"1","biosSettings":[` + setting + `]}`: 0,
	} {
		if got := detectOneview(Sample{Head: []byte(text)}); got != want {
			t.Errorf("%.60s: %v", text, got)
		}
	}
}

func TestRedfishTreeDetection(t *testing.T) {
	system := `{"@odata.type":"#ComputerSystem.v1_5_0.ComputerSystem","@odata.id":"/redfish/v1/Systems/1","Name":"a"}`
	root := `{"@odata.type":"#ServiceRoot.v1_5_0.ServiceRoot","@odata.id":"/redfish/v1/","Name":"Root"}`
	tests := []struct {
		name, text string
		want       bool
	}{
		{"redfish/v1/index.json", root, true}, {"index.json", root, true}, {"v1/index.json", root, true}, {"root.json", root, true},
		{"_redfish_v1.json", root, true}, {"redfish/v1/Systems/index.json", system, true}, {"system.json", system, false},
		{"index.json", `{"name":"a web site"}`, false}, {"a.txt", root, false},
	}
	for _, test := range tests {
		files := fstest.MapFS{test.name: {Data: []byte(test.text)}}
		if got := detectRedfishTree(Sample{Files: files}) == 1; got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

// fuzzHosts lets any bytes be read as one format: no panic, no hang, what is read does
// not depend on how the bytes arrive, and there is a product, a gap or an error.
func fuzzHosts(f *testing.F, format Format, seeds ...string) {
	for _, file := range hostFiles(f, format) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	one := Options{Formats: []Format{format}, Format: format.Name}
	f.Fuzz(func(t *testing.T, data []byte) {
		strict := readInput(t, bytesInput("same", data), one)
		pieces := bytesInput("same", data)
		pieces.Open = slowly(data)
		if diff := cmp.Diff(strict, readInput(t, pieces, one), cmp.AllowUnexported(readProduct{})); diff != "" {
			t.Errorf("read in pieces:\n%s", diff)
		}
		if strict.Error == "" && len(strict.Products)+len(strict.Gaps) == 0 {
			t.Error("neither a product nor a gap nor an error")
		}
		lenient := one
		lenient.Lenient = true
		if diff := cmp.Diff(strict, readInput(t, bytesInput("same", data), lenient), cmp.AllowUnexported(readProduct{})); diff != "" && strict.Error == "" {
			t.Errorf("read leniently:\n%s", diff)
		}
	})
}

func FuzzRedfish(f *testing.F) { fuzzHosts(f, redfishJSON()) }
func FuzzOneview(f *testing.F) { fuzzHosts(f, oneviewFormat()) }
func FuzzDmidecode(f *testing.F) {
	fuzzHosts(f, dmidecodeFormat(), "Handle 0x1\n\tDMI type 1, 2 bytes.\n\tS\n\t\ta: b\n")
}
func FuzzLshwJSON(f *testing.F) { fuzzHosts(f, lshwJSON()) }
func FuzzLshwXML(f *testing.F)  { fuzzHosts(f, lshwXML()) }
func FuzzAnsible(f *testing.F)  { fuzzHosts(f, ansibleFormat()) }
func FuzzFacter(f *testing.F)   { fuzzHosts(f, facterFormat()) }
func FuzzGLPIJSON(f *testing.F) { fuzzHosts(f, glpiJSON()) }
func FuzzGLPIXML(f *testing.F)  { fuzzHosts(f, glpiXML()) }
func FuzzInxi(f *testing.F)     { fuzzHosts(f, inxiFormat()) }

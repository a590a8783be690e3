package sbom

import (
	"strings"
	"testing"
	"testing/fstest"
)

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
		got := readInput(t, textInput("bad", test.text), Options{})
		if !strings.Contains(got.Error, test.want) {
			t.Errorf("%s: error %q does not say %q", test.name, got.Error, test.want)
		}
	}
	lenient := Options{}
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
		got := readInput(t, textInput("none", test.text), Options{})
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

func FuzzRedfish(f *testing.F) { fuzzFormat(f, redfishJSON()) }
func FuzzOneview(f *testing.F) { fuzzFormat(f, oneviewFormat()) }
func FuzzDmidecode(f *testing.F) {
	fuzzFormat(f, dmidecodeFormat(), "Handle 0x1\n\tDMI type 1, 2 bytes.\n\tS\n\t\ta: b\n")
}
func FuzzLshwJSON(f *testing.F) { fuzzFormat(f, lshwJSON()) }
func FuzzLshwXML(f *testing.F)  { fuzzFormat(f, lshwXML()) }
func FuzzAnsible(f *testing.F)  { fuzzFormat(f, ansibleFormat()) }
func FuzzFacter(f *testing.F)   { fuzzFormat(f, facterFormat()) }
func FuzzGLPIJSON(f *testing.F) { fuzzFormat(f, glpiJSON()) }
func FuzzGLPIXML(f *testing.F)  { fuzzFormat(f, glpiXML()) }
func FuzzInxi(f *testing.F)     { fuzzFormat(f, inxiFormat()) }

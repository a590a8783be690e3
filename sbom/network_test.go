package sbom

import (
	"strings"
	"testing"
)

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
		got := readInput(t, textInput("bad", test.text), Options{Format: test.format})
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
	got := readInput(t, textInput("re", text), Options{})
	if len(got.Products) != 1 || got.Products[0].Product.Serial != "JNTEST0001" || got.Products[0].Product.Name != "edge1" {
		t.Errorf("read %+v", got)
	}
}

// TestSessionOfTwoDevices puts together what one device wrote in two places.
func TestSessionOfTwoDevices(t *testing.T) {
	text := "a1#show version\nCisco IOS Software, C2960 Software, Version 15.0(2)SE9, RELEASE SOFTWARE\n" +
		"b1>show version\nArista DCS-7010T-48-R\nSoftware image version: 4.20.9M\n" +
		"a1#show inventory\nNAME: \"1\", DESCR: \"WS-C2960-24TT-L\"\nPID: WS-C2960-24TT-L   , VID: V02  , SN: FOCTEST0001\n"
	got := readInput(t, textInput("session", text), Options{})
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

func FuzzLibreNMS(f *testing.F)     { fuzzFormat(f, librenmsFormat()) }
func FuzzSNMPRec(f *testing.F)      { fuzzFormat(f, snmprecFormat()) }
func FuzzSNMPWalk(f *testing.F)     { fuzzFormat(f, snmpwalkFormat()) }
func FuzzNAPALM(f *testing.F)       { fuzzFormat(f, napalmFormat()) }
func FuzzShowJSON(f *testing.F)     { fuzzFormat(f, showJSON()) }
func FuzzShowXML(f *testing.F)      { fuzzFormat(f, showXML()) }
func FuzzShowCommands(f *testing.F) { fuzzFormat(f, showCommandsFormat()) }

package sbom

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/netvet/netvet"
	"go.yaml.in/yaml/v3"
)

var (
	librenmsExpected = regexp.MustCompile(`(?s)hardware=(.*?); version=(.*?); serial=(.*?); sysObjectID=(.*?); sysDescr=.*entPhysical rows=(\d+), with serial=(\d+); manufacturers=(\d+) \[(.*?)\]`)
	snmprecExpected  = regexp.MustCompile(`(?s)sysObjectID=(.*?); entPhysicalMfgName rows=(\d+); distinct mfg=(\d+) \[(.*?)\]`)
)

// oneDevice claims that a file tells of one device, without a gap.
func oneDevice(f *corpusFile) []claim {
	all := []claim{claimed("products", 1, len(f.Products))}
	for _, gap := range f.Gaps {
		all = append(all, claim{"gap", "", gap.Reason})
	}
	return all
}

func librenmsClaims(t *testing.T, f *corpusFile) []claim {
	m := mustMatch(t, librenmsExpected, f)
	all := append(oneDevice(f), claimed("parts", m[5], len(f.parts())), named("makers", m[7], m[8], partMakers(f.parts())))
	if version := stated("version", deviceText(m[2]), f.first().Version); version.want != "" {
		all = append(all, version)
	}
	return all
}

func snmprecClaims(t *testing.T, f *corpusFile) []claim {
	m := mustMatch(t, snmprecExpected, f)
	return append(oneDevice(f), named("makers", m[3], m[4], partMakers(f.parts())))
}

// napalmClaims compares the facts of a device. Optical readings are no inventory.
func napalmClaims(t *testing.T, f *corpusFile) []claim {
	var facts map[string]any
	if err := json.Unmarshal(f.data, &facts); err != nil {
		t.Fatal(err)
	}
	p, all := f.first(), oneDevice(f)
	for key, got := range map[string]string{"vendor": p.Manufacturer, "model": p.Model, "os_version": p.Version, "serial_number": p.Serial, "hostname": p.Name} {
		all = append(all, claimed(key, facts[key], got))
	}
	return all
}

// partMakers are the distinct makers of parts.
func partMakers(parts []netvet.Component) map[string]bool {
	all := make(map[string]bool)
	for _, c := range parts {
		if c.Manufacturer != "" {
			all[c.Manufacturer] = true
		}
	}
	return all
}

// showClaims looks for the values of the parse beside a text among what was read of it:
// models, part numbers, serial numbers and versions must all be there.
func showClaims(t *testing.T, f *corpusFile) []claim {
	parse, err := os.ReadFile(filepath.Join(corpus, strings.TrimSuffix(f.path, ".raw")+".yml"))
	if err != nil {
		t.Fatal(err)
	}
	var parsed struct {
		Records []map[string]any `yaml:"parsed_sample"`
	}
	if err := yaml.Unmarshal(parse, &parsed); err != nil {
		t.Fatal(err)
	}
	all, q := oneDevice(f), f.first()
	text := fmt.Sprintln(q.Name, q.Model, q.PartNumber, q.Serial, q.Version, q.Description)
	for _, c := range f.parts() {
		text += fmt.Sprintln(c.Name, c.PartNumber, c.Serial, c.Version, c.Description, c.Manufacturer)
	}
	if listsParts.MatchString(f.path) {
		all = append(all, claimed("parts", len(parsed.Records), len(f.parts())))
	}
	for _, record := range parsed.Records {
		for _, key := range slices.Sorted(maps.Keys(record)) {
			for _, value := range parsedTexts(record[key]) {
				value, _, _ = strings.Cut(value, " [build")
				if value = deviceText(value); parsedIdentity(key) && value != "" && !containsWords(strings.ToLower(text), value) {
					all = append(all, claim{key, value, "not read"})
				}
			}
		}
	}
	return all
}

// listsParts matches the commands whose parse has one record a part.
var listsParts = regexp.MustCompile(`cisco_\w+__show_inventory__|huawei_vrp__display_device__|show_platform__`)

func containsWords(text, value string) bool {
	for _, word := range strings.Fields(strings.ToLower(value)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// parsedIdentity tells whether a key of a parse is one of a part's or device's identity.
func parsedIdentity(key string) bool {
	switch key {
	case "serial", "serial_number", "sn", "pid", "model", "switch_model", "hardware_model", "hostname", "version", "software_version", "os",
		"submodule_model", "submodule_serial", "module_serial", "product_name", "main_software_version", "operation_code_version", "board_name":
		return true
	}
	return strings.HasSuffix(key, "_serial_number") || strings.HasSuffix(key, "_part")
}

func parsedTexts(value any) []string {
	switch value := value.(type) {
	case string:
		return []string{value}
	case []any:
		var all []string
		for _, v := range value {
			all = append(all, parsedTexts(v)...)
		}
		return all
	}
	return nil
}

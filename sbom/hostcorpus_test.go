package sbom

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/netvet/netvet"
)

var dmiExpected = regexp.MustCompile(`^system=(.*?) / (.*?); board=(.*?) / (.*?); BIOS=(.*); CPU records=(\d+) \d+ \[(.*)\]; DIMMs populated=(\d+); DIMM makers=\d+ \[(.*)\]$`)

func dmidecodeClaims(t *testing.T, f *corpusFile) []claim {
	m := mustMatch(t, dmiExpected, f)
	p, board := f.first(), netvet.Component{}
	if boards := f.ofPointer("DMI type 2 "); len(boards) > 0 {
		board = boards[0]
	}
	all := []claim{stated("maker", m[1], p.Manufacturer), stated("model", m[2], p.Model), stated("board maker", m[3], board.Manufacturer)}
	if name := stated("board", m[4], board.Name); name.want != "" {
		all = append(all, name)
	}
	if bios := f.ofType("bios"); len(bios) > 0 && !slices.ContainsFunc(bios, func(c netvet.Component) bool {
		return strings.Contains(m[5], c.Version) && strings.Contains(m[5], c.Manufacturer)
	}) {
		all = append(all, claim{"BIOS", m[5], bios[0].Manufacturer + " " + bios[0].Version})
	}
	// The manifest counts empty sockets as processors.
	records, _ := strconv.Atoi(m[6])
	processors := len(f.ofPointer("DMI type 4 "))
	if processors > records || records > 0 && processors == 0 && statedText(m[7]) != "" {
		all = append(all, claimed("processors", m[6], processors))
	}
	modules := f.ofType("Memory Device")
	all = append(all, claimed("memory modules", m[8], len(modules)))
	makers := make(map[string]bool)
	for _, c := range modules {
		makers[c.Manufacturer] = true
	}
	for _, maker := range strings.Split(m[9], "; ") {
		if maker = statedText(maker); maker != "" && maker != "..." && !makers[maker] {
			all = append(all, claim{"memory maker", maker, fmt.Sprint(sortedKeys(makers))})
		}
	}
	return all
}

func mustMatch(t *testing.T, pattern *regexp.Regexp, f *corpusFile) []string {
	t.Helper()
	m := pattern.FindStringSubmatch(f.expected)
	if m == nil {
		t.Fatalf("%s: the manifest has %q", f.path, f.expected)
	}
	return m
}

var (
	redfishExpected = regexp.MustCompile(`^resources=(.*); manufacturers=\d+ \[(.*)\]; models=\d+ \[(.*)\]; firmware=\d+ \[(.*)\]$`)
	redfishParts    = []string{"Memory", "Processor", "Drive", "NetworkAdapter", "PCIeDevice", "Manager", "SoftwareInventory"}
)

// redfishTreeClaims compares the counts of resources that are parts, and the makers,
// models and firmware, of a tree.
func redfishTreeClaims(t *testing.T, f *corpusFile) (all []claim) {
	m := mustMatch(t, redfishExpected, f)
	have, said := make(map[string]int), make(map[string]bool)
	for _, p := range f.Products {
		gather(said, p.Product.Manufacturer, p.Product.Model, p.Product.Version)
	}
	for _, c := range f.parts() {
		have[redfishWord(c)]++
		gather(said, c.Manufacturer, c.Name, c.Version)
	}
	idle := redfishIdle(t, filepath.Join(corpus, f.path))
	for _, pair := range pairIn.FindAllStringSubmatch(m[1], -1) {
		want, _ := strconv.Atoi(pair[2])
		if n := have[pair[1]] + idle[pair[1]]; n < want && slices.Contains(redfishParts, pair[1]) {
			all = append(all, claimed(pair[1], want, n))
		}
	}
	for i, what := range []string{"maker", "model", "firmware"} {
		for _, word := range strings.Split(m[i+2], "; ") {
			if at := strings.LastIndex(word, "="); at >= 0 {
				word = word[at+1:]
			}
			if word = statedText(word); word != "" && word != "..." && !said[word] {
				all = append(all, claim{what, word, "nothing says so"})
			}
		}
	}
	return all
}

// redfishIdle counts the files of a tree that are no part: an empty slot, settings to
// come, or a second file for an address.
func redfishIdle(t *testing.T, folder string) map[string]int {
	t.Helper()
	idle, seen := make(map[string]int), make(map[string]bool)
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var r struct {
			ID     string `json:"@odata.id"`
			Type   string `json:"@odata.type"`
			Status struct{ State string }
		}
		if json.Unmarshal(data, &r) != nil || !strings.HasPrefix(r.Type, "#") {
			return nil
		}
		kind, _, _ := strings.Cut(r.Type[1:], ".")
		if r.Status.State == "Absent" || strings.HasSuffix(r.ID, "/Settings") || seen[r.ID] {
			idle[kind]++
		}
		seen[r.ID] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return idle
}

// redfishWord is the type of the resource that a component was.
func redfishWord(c netvet.Component) string {
	switch c.Type {
	case "CPU", "GPU", "FPGA", "Accelerator", "Core", "Thread", "DSP", "OEM":
		return "Processor"
	case "bmc", "management-service":
		return "Manager"
	}
	return c.Type
}

var redfishFields = regexp.MustCompile(`(?:^|; )(Manufacturer|Model|PartNumber|SerialNumber|SKU|FirmwareVersion|BiosVersion|Version)=([^;]*)`)

// redfishClaims looks for whatever the manifest says of a system, chassis or part in
// what was read of the resource alone. The serial number of a certificate is no part's.
func redfishClaims(t *testing.T, f *corpusFile) (all []claim) {
	if strings.Contains(f.format, " Certificate.") {
		return nil
	}
	text := string(goldenText(t, f.reading))
	for _, m := range redfishFields.FindAllStringSubmatch(f.expected, -1) {
		if c := stated(m[1], m[2], ""); c.want != "" && !strings.Contains(text, c.want) {
			all = append(all, c)
		}
	}
	return all
}

var oneviewExpected = regexp.MustCompile(`(model|part|serial|fw)=(\S[^=]*?)(?: (?:part|serial|fw)=|$)`)

func oneviewClaims(t *testing.T, f *corpusFile) (all []claim) {
	text := string(goldenText(t, f.reading))
	for _, m := range oneviewExpected.FindAllStringSubmatch(f.expected, -1) {
		if m[2] != "None" && !strings.Contains(text, m[2]) && len(f.Products) > 0 {
			all = append(all, claim{m[1], m[2], ""})
		}
	}
	if items := numberAfter(f.expected, "items=", -1); items >= 0 {
		all = append(all, claimed("items", items, len(f.Products)+len(f.Gaps)))
	}
	return all
}

var ansibleExpected = regexp.MustCompile(`^host=(.*?); distribution=(.*?); system_vendor=(.*?); product=(.*?); bios=(.*?); devices=\[(.*)\]$`)

func ansibleClaims(t *testing.T, f *corpusFile) []claim {
	m, p := mustMatch(t, ansibleExpected, f), f.first()
	all := []claim{stated("maker", m[3], p.Manufacturer), stated("model", m[4], p.Model)}
	if m[1] != "None" && m[1] != "unknown" {
		name, _, _ := strings.Cut(p.Name, ".")
		host, _, _ := strings.Cut(m[1], ".")
		all = append(all, claim{"host", host, name})
	}
	if m[2] != "None None" {
		all = append(all, claim{"system", m[2], f.system()})
	}
	return all
}

// system is the name and version of the last operating system.
func (r *reading) system() (text string) {
	for _, c := range r.ofType("operating-system") {
		text = c.Name + " " + c.Version
	}
	return text
}

var facterExpected = regexp.MustCompile(`^os=(.*?); dmi manufacturer=(.*?); product=(.*?); bios=(.*)$`)

func facterClaims(t *testing.T, f *corpusFile) []claim {
	m, p, bios := mustMatch(t, facterExpected, f), f.first(), ""
	for _, c := range f.ofType("bios") {
		bios = c.Version
	}
	all := []claim{stated("maker", m[2], p.Manufacturer), stated("model", m[3], p.Model), stated("BIOS", m[4], bios)}
	if system := f.system(); system != "" && !strings.HasPrefix(system, "Windows") { // which is called by its product name
		all = append(all, claim{"system", m[1], system})
	}
	return all
}

var (
	glpiInventory = regexp.MustCompile(`^system=(.*?) / (.*?) sn=(.*?); bios=.*?; network_device=(.*?) / (.*?) fw=(.*?); softwares=(\d+); memories=(\d+); storages=(\d+); network_components=(\d+); firmwares=(\d+)$`)
	glpiRequest   = regexp.MustCompile(`^query=(\w+); system=(.*?) / (.*?); softwares=(\d+); devices=(\d+); INFO model=(.*?) mfg=(.*?) fw=(.*)$`)
)

func glpiClaims(t *testing.T, f *corpusFile) []claim {
	m, p := glpiInventory.FindStringSubmatch(f.expected), f.first()
	if m == nil {
		return glpiRequestClaims(t, f)
	}
	maker, model := m[1], m[2]
	if m[4] != "None" {
		maker, model = m[4], m[5]
	}
	software := slices.DeleteFunc(f.parts(), func(c netvet.Component) bool {
		return c.Kind != netvet.KindSoftware || c.Type == "operating-system" || c.Type == "antivirus"
	})
	return []claim{
		stated("maker", maker, p.Manufacturer), stated("model", model, p.Model), claimed("softwares", m[7], len(software)),
		claimed("memories", m[8], len(f.ofType("memory"))), claimed("storages", m[9], len(f.ofType("storage"))), claimed("firmwares", m[11], len(f.ofType("firmware"))),
	}
}

func glpiRequestClaims(t *testing.T, f *corpusFile) (all []claim) {
	m, p := mustMatch(t, glpiRequest, f), f.first()
	switch {
	case m[2] != "None":
		all = append(all, stated("maker", m[2], p.Manufacturer), stated("model", m[3], p.Model))
	case m[7] != "None":
		all = append(all, stated("maker", m[7], p.Manufacturer), stated("model", m[6], p.Model), stated("firmware", m[8], p.Version))
	}
	if devices, _ := strconv.Atoi(m[5]); devices > 0 {
		all = append(all, claimed("devices", devices, len(f.Products)))
	}
	return all
}

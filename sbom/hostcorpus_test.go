package sbom

import (
	"encoding/json"
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

// agreement counts the files of one kind and those where what was read differs from
// what the manifest says.
type agreement struct {
	t              *testing.T
	kind           string
	files, differs int
}

func (a *agreement) file(path string, differences []string) {
	a.files++
	if len(differences) > 0 {
		a.differs++
		a.t.Logf("%s: %s", path, strings.Join(differences, "; "))
	}
}

// gate fails when more than 3 % of the files differ.
func (a *agreement) gate() {
	a.t.Logf("%s: %d of %d files agree", a.kind, a.files-a.differs, a.files)
	if a.files == 0 || a.differs*100 > a.files*3 {
		a.t.Errorf("%s: %d of %d files differ from the manifest", a.kind, a.differs, a.files)
	}
}

// expect notes a difference between what is said (which may be a filler or None) and
// what was read.
func expect(list []string, what, want, got string) []string {
	if want == "None" || want == "NA" {
		want = ""
	}
	if want = statedText(want); want != got {
		list = append(list, what+" "+strconv.Quote(got)+", the manifest has "+strconv.Quote(want))
	}
	return list
}

func (r *reading) parts() []netvet.Component {
	var all []netvet.Component
	for _, p := range r.Products {
		all = append(all, p.Components...)
	}
	return all
}

func (r *reading) ofType(types ...string) []netvet.Component {
	return slices.DeleteFunc(r.parts(), func(c netvet.Component) bool { return !slices.Contains(types, c.Type) })
}

func (r *reading) first() netvet.Product {
	if len(r.Products) == 0 {
		return netvet.Product{}
	}
	return r.Products[0].Product
}

var dmiExpected = regexp.MustCompile(`^system=(.*?) / (.*?); board=(.*?) / (.*?); BIOS=(.*); CPU records=(\d+) \d+ \[(.*)\]; DIMMs populated=(\d+); DIMM makers=\d+ \[(.*)\]$`)

func TestCorpusDmidecode(t *testing.T) {
	a := &agreement{t: t, kind: "dmidecode"}
	for _, row := range corpusRows(t) {
		m := dmiExpected.FindStringSubmatch(row.expected)
		if !strings.HasPrefix(row.path, "hosts/dmidecode") || m == nil {
			continue
		}
		_, in := corpusInput(t, row)
		got := readInput(t, in, withHosts())
		var diff []string
		if got.Error != "" || got.Format != "dmidecode" {
			diff = append(diff, got.Format+" "+got.Error)
		}
		p := got.first()
		diff = expect(diff, "maker", m[1], p.Manufacturer)
		diff = expect(diff, "model", m[2], p.Model)
		diff = append(diff, dmiPartsDiffer(got, m)...)
		a.file(row.path, diff)
	}
	a.gate()
}

func dmiPartsDiffer(got reading, m []string) (diff []string) {
	boards := slices.DeleteFunc(got.parts(), func(c netvet.Component) bool { return !strings.HasPrefix(c.Pointer, "DMI type 2 ") })
	var board netvet.Component
	if len(boards) > 0 {
		board = boards[0]
	}
	diff = expect(diff, "board maker", m[3], board.Manufacturer)
	if name := statedText(m[4]); name != board.Name && name != "" && name != "None" {
		diff = append(diff, "board "+board.Name+", the manifest has "+name)
	}
	bios := got.ofType("bios")
	if len(bios) > 0 && !slices.ContainsFunc(bios, func(c netvet.Component) bool {
		return strings.Contains(m[5], c.Version) && strings.Contains(m[5], c.Manufacturer)
	}) {
		diff = append(diff, "BIOS "+bios[0].Manufacturer+" "+bios[0].Version+", the manifest has "+m[5])
	}
	records, _ := strconv.Atoi(m[6])
	processors := slices.DeleteFunc(got.parts(), func(c netvet.Component) bool { return !strings.HasPrefix(c.Pointer, "DMI type 4 ") })
	if len(processors) > records || records > 0 && len(processors) == 0 && statedText(m[7]) != "" {
		diff = append(diff, strconv.Itoa(len(processors))+" processors, the manifest has "+m[6])
	}
	modules := got.ofType("Memory Device")
	if strconv.Itoa(len(modules)) != m[8] {
		diff = append(diff, strconv.Itoa(len(modules))+" memory modules, the manifest has "+m[8])
	}
	for _, maker := range strings.Split(m[9], "; ") {
		if maker = statedText(maker); maker == "" || maker == "..." {
			continue
		}
		if !slices.ContainsFunc(modules, func(c netvet.Component) bool { return c.Manufacturer == maker }) {
			diff = append(diff, "no memory of "+maker)
		}
	}
	return diff
}

var redfishCounts = regexp.MustCompile(`'(\w+)': (\d+)`)

// TestCorpusRedfishTrees compares the counts of resources by type, and the makers and
// models, of every tree.
func TestCorpusRedfishTrees(t *testing.T) {
	a := &agreement{t: t, kind: "redfish trees"}
	for _, row := range corpusRows(t) {
		resources, rest, ok := strings.Cut(row.expected, "; manufacturers=")
		if !strings.HasPrefix(row.path, "redfish/") || !strings.HasSuffix(row.path, "/") || !ok || strings.Contains(row.path, "oneview-native") {
			continue
		}
		got := readInput(t, Input{Name: row.path, Files: os.DirFS(filepath.Join(corpus, row.path))}, withHosts())
		var diff []string
		if got.Error != "" {
			diff = append(diff, got.Error)
		}
		have := make(map[string]int)
		said := make(map[string]bool)
		for _, p := range got.Products {
			have["product"]++
			said[p.Product.Manufacturer], said[p.Product.Model], said[p.Product.Version] = true, true, true
		}
		for _, c := range got.parts() {
			have[redfishWord(c)]++
			said[c.Manufacturer], said[c.Name], said[c.Version] = true, true, true
		}
		t.Logf("%s: %v, %d gaps", row.path, have, len(got.Gaps))
		idle := redfishIdle(t, filepath.Join(corpus, row.path))
		for _, m := range redfishCounts.FindAllStringSubmatch(resources, -1) {
			want, _ := strconv.Atoi(m[2])
			if n := have[m[1]] + idle[m[1]]; n < want && slices.Contains([]string{"Memory", "Processor", "Drive", "NetworkAdapter", "PCIeDevice", "Manager", "SoftwareInventory"}, m[1]) {
				diff = append(diff, strconv.Itoa(n)+" "+m[1]+", the manifest has "+m[2])
			}
		}
		for _, list := range regexp.MustCompile(`\[(.*?)\](?:;|$)`).FindAllStringSubmatch(rest, -1) {
			for _, word := range strings.Split(list[1], "; ") {
				if at := strings.LastIndex(word, "="); at >= 0 {
					word = word[at+1:]
				}
				if word = statedText(word); word != "" && word != "..." && !said[word] && !said[word+"]"] {
					diff = append(diff, "nothing says "+word)
				}
			}
		}
		a.file(row.path, diff)
	}
	a.gate()
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
	case "bmc":
		return "Manager"
	}
	return c.Type
}

var redfishFields = regexp.MustCompile(`(?:^|; )(Manufacturer|Model|PartNumber|SerialNumber|SKU|FirmwareVersion|BiosVersion|Version)=([^;]*)`)

// TestCorpusRedfishFiles reads every resource of the trees alone: whatever the manifest
// says of a system, chassis or part must have been read.
func TestCorpusRedfishFiles(t *testing.T) {
	a := &agreement{t: t, kind: "redfish files"}
	for _, row := range corpusRows(t) {
		fields := redfishFields.FindAllStringSubmatch(row.expected, -1)
		if !strings.HasPrefix(row.path, "redfish/") || !strings.HasPrefix(row.format, "Redfish ") || strings.Contains(row.format, "(no @odata.type)") ||
			strings.Contains(row.format, "Certificate") || strings.HasSuffix(row.path, "/") {
			continue
		}
		_, in := corpusInput(t, row)
		got := readInput(t, in, withHosts())
		var diff []string
		if got.Error != "" {
			diff = append(diff, got.Error)
		}
		text := string(goldenText(t, got))
		for _, f := range fields {
			if want := statedText(f[2]); want != "" && want != "None" && !strings.Contains(text, want) {
				diff = append(diff, row.format+": no "+f[1]+" "+want)
			}
		}
		a.file(row.path, diff)
	}
	a.gate()
}

func TestCorpusOneview(t *testing.T) {
	fields := regexp.MustCompile(`(model|part|serial|fw)=(\S[^=]*?)(?: (?:part|serial|fw)=|$)`)
	a := &agreement{t: t, kind: "OneView"}
	for _, row := range corpusRows(t) {
		if !strings.HasPrefix(row.path, "redfish/hpe-oneview-native/") || strings.HasSuffix(row.path, "/") {
			continue
		}
		_, in := corpusInput(t, row)
		got := readInput(t, in, withHosts())
		var diff []string
		switch {
		case strings.Contains(got.Error, "no known format") && strings.Contains(row.expected, "model=None"): // measurements and states
		case got.Error != "":
			diff = append(diff, got.Error)
		case len(got.Products) == 0 && len(got.Gaps) == 0:
			diff = append(diff, "neither a product nor a gap")
		}
		text := string(goldenText(t, got))
		if len(got.Products) > 0 {
			for _, f := range fields.FindAllStringSubmatch(row.expected, -1) {
				if f[2] != "None" && !strings.Contains(text, f[2]) {
					diff = append(diff, "no "+f[1]+" "+f[2])
				}
			}
		}
		a.file(row.path, diff)
	}
	a.gate()
}

func TestCorpusAnsible(t *testing.T) {
	fields := regexp.MustCompile(`^host=(.*?); distribution=(.*?); system_vendor=(.*?); product=(.*?); bios=(.*?); devices=\[(.*)\]$`)
	a := &agreement{t: t, kind: "Ansible facts"}
	for _, row := range corpusRows(t) {
		m := fields.FindStringSubmatch(row.expected)
		if !strings.HasPrefix(row.path, "hosts/ansible-facts/") || m == nil {
			continue
		}
		_, in := corpusInput(t, row)
		got := readInput(t, in, withHosts())
		var diff []string
		if got.Error != "" || got.Format != "ansible-facts" {
			diff = append(diff, got.Format+" "+got.Error)
		}
		p := got.first()
		diff = expect(diff, "maker", m[3], p.Manufacturer)
		diff = expect(diff, "model", m[4], p.Model)
		if m[1] != "None" && m[1] != "unknown" && p.Name != m[1] && !strings.HasPrefix(p.Name, m[1]) {
			diff = append(diff, "host "+p.Name+", the manifest has "+m[1])
		}
		system := ""
		for _, c := range got.ofType("operating-system") {
			system = c.Name + " " + c.Version
		}
		if m[2] != "None None" && system != m[2] {
			diff = append(diff, "system "+system+", the manifest has "+m[2])
		}
		a.file(row.path, diff)
	}
	a.gate()
}

func TestCorpusFacter(t *testing.T) {
	fields := regexp.MustCompile(`^os=(.*?); dmi manufacturer=(.*?); product=(.*?); bios=(.*)$`)
	a := &agreement{t: t, kind: "Facter"}
	for _, row := range corpusRows(t) {
		m := fields.FindStringSubmatch(row.expected)
		if !strings.HasPrefix(row.path, "hosts/facter/") || m == nil {
			continue
		}
		_, in := corpusInput(t, row)
		got := readInput(t, in, withHosts())
		var diff []string
		if got.Error != "" || got.Format != "facter" {
			diff = append(diff, got.Format+" "+got.Error)
		}
		p := got.first()
		diff = expect(diff, "maker", m[2], p.Manufacturer)
		diff = expect(diff, "model", m[3], p.Model)
		bios := ""
		for _, c := range got.ofType("bios") {
			bios = c.Version
		}
		diff = expect(diff, "BIOS", m[4], bios)
		for _, c := range got.ofType("operating-system") {
			if c.Name+" "+c.Version != m[1] && !strings.HasPrefix(c.Name, "Windows") {
				diff = append(diff, "system "+c.Name+" "+c.Version+", the manifest has "+m[1])
			}
		}
		a.file(row.path, diff)
	}
	a.gate()
}

func TestCorpusGLPI(t *testing.T) {
	inventory := regexp.MustCompile(`^system=(.*?) / (.*?) sn=(.*?); bios=.*?; network_device=(.*?) / (.*?) fw=(.*?); softwares=(\d+); memories=(\d+); storages=(\d+); network_components=(\d+); firmwares=(\d+)$`)
	request := regexp.MustCompile(`^query=(\w+); system=(.*?) / (.*?); softwares=(\d+); devices=(\d+); INFO model=(.*?) mfg=(.*?) fw=(.*)$`)
	a := &agreement{t: t, kind: "GLPI"}
	for _, row := range corpusRows(t) {
		if !strings.HasPrefix(row.path, "hosts/glpi-inventory/") {
			continue
		}
		_, in := corpusInput(t, row)
		got := readInput(t, in, withHosts())
		var diff []string
		if got.Error != "" || len(got.Products) == 0 {
			diff = append(diff, got.Format+": no product "+got.Error)
		}
		p := got.first()
		if m := inventory.FindStringSubmatch(row.expected); m != nil {
			maker, model := m[1], m[2]
			if m[4] != "None" {
				maker, model = m[4], m[5]
			}
			diff = expect(diff, "maker", maker, p.Manufacturer)
			diff = expect(diff, "model", model, p.Model)
			memory, storage, firmware := got.ofType("memory"), got.ofType("storage"), got.ofType("firmware")
			for what, pair := range map[string][2]string{"memories": {m[8], strconv.Itoa(len(memory))}, "storages": {m[9], strconv.Itoa(len(storage))}, "firmwares": {m[11], strconv.Itoa(len(firmware))}} {
				diff = expect(diff, what, pair[0], statedText(pair[1]))
			}
			software := slices.DeleteFunc(got.parts(), func(c netvet.Component) bool {
				return c.Kind != netvet.KindSoftware || c.Type == "operating-system" || c.Type == "antivirus"
			})
			diff = expect(diff, "softwares", m[7], statedText(strconv.Itoa(len(software))))
		} else if m := request.FindStringSubmatch(row.expected); m != nil {
			if m[2] != "None" {
				diff = expect(diff, "maker", m[2], p.Manufacturer)
				diff = expect(diff, "model", m[3], p.Model)
			} else if m[7] != "None" {
				diff = expect(diff, "maker", m[7], p.Manufacturer)
				diff = expect(diff, "model", m[6], p.Model)
				diff = expect(diff, "firmware", m[8], p.Version)
			}
			if devices, _ := strconv.Atoi(m[5]); devices > 0 && devices != len(got.Products) {
				diff = append(diff, strconv.Itoa(len(got.Products))+" devices, the manifest has "+m[5])
			}
		}
		a.file(row.path, diff)
	}
	a.gate()
}

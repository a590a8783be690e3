package evidence_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
	"github.com/netvet/netvet/scanner/evidence"
	"github.com/netvet/netvet/scanner/strictyaml"
)

const network = "../../../shared/corpus/network/"

// judgedDevice is what a person made of what is found of a device.
type judgedDevice struct {
	Affected int    `yaml:"affected"`
	Possible int    `yaml:"possible"`
	Judged   string `yaml:"judged"`
	Why      string `yaml:"why"`
}

func judgedDevices(t *testing.T) map[string]judgedDevice {
	t.Helper()
	var d struct {
		Devices map[string]judgedDevice `yaml:"devices"`
	}
	data, err := os.ReadFile("testdata/devices-judged.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := strictyaml.Decode("devices-judged.yaml", data, &d); err != nil {
		t.Fatal(err)
	}
	return d.Devices
}

const devicesIntro = `# What is found of devices by what they say of themselves

Written by the test TestDevices with -update, from outputs of "show version" and data of LibreNMS that nobody on the
project wrote. %d of the %d rows were judged by hand (testdata/devices-judged.yaml), among them all %d with findings: the
records of the weaknesses were opened and their vendor, product, platforms and ranges held against what the file of the
device says; for rows without findings the records were searched for the maker and its product line. Lists of single
versions were compared by a script. %d are right; of %d the record or the file does not say enough, and "possibly" is fair. The
other rows were not judged. The records are a sample of the CVE List (4,242, to October 2024), so that nothing found
means little; the advisories of makers were not asked.

| file | maker | product | version | affected | possible | the gravest | support | judged | why |
|---|---|---|---|---|---|---|---|---|---|
`

// TestDevices looks up what devices say of themselves, and joins it with what was
// judged of it. A device of which other weaknesses are found must be judged anew.
func TestDevices(t *testing.T) {
	d := directory(t)
	w := evidence.NewWeaknesses(buildKit(t, d, map[string][]string{
		"cve": {needFile(t, advisories+"cve-v5.zip")}, "kev": {needFile(t, advisories+"cisa-kev/known_exploited_vulnerabilities.json")}, "eol": {needFile(t, advisories+"endoflife")},
	}))
	c := deviceCounts{judged: judgedDevices(t), counts: map[string]int{}}
	var b strings.Builder
	for _, pattern := range []string{"ntc-cli/*version*.raw", "librenms-data/*.json"} {
		files, err := filepath.Glob(network + pattern)
		if err != nil || len(files) == 0 {
			t.Skipf("%s is missing", network+pattern)
		}
		for _, file := range files {
			for _, line := range deviceRows(t, w, file, &c) {
				b.WriteString(line)
			}
		}
	}
	n := c.counts
	golden(t, "DEVICES.md", fmt.Sprintf(devicesIntro, n["right"]+n["possibly"], n["rows"], n["found"], n["right"], n["possibly"])+b.String())
}

// deviceCounts counts rows by what was judged of them.
type deviceCounts struct {
	judged map[string]judgedDevice
	counts map[string]int
}

// cells are the judgement of a row, for the table.
func (c *deviceCounts) cells(t *testing.T, file string, affected, possible int) string {
	t.Helper()
	j, known := c.judged[file]
	c.counts["rows"]++
	if affected+possible > 0 {
		c.counts["found"]++
	}
	switch {
	case !known && affected+possible > 0:
		t.Errorf("%s: %d affected and %d possible were found and not judged", file, affected, possible)
	case known && (j.Affected != affected || j.Possible != possible):
		t.Errorf("%s: judged with %d affected and %d possible, now %d and %d: judge it anew", file, j.Affected, j.Possible, affected, possible)
	}
	c.counts[j.Judged]++
	return fmt.Sprintf("%s | %s", j.Judged, strings.ReplaceAll(j.Why, "|", "/"))
}

// deviceRows are the lines of the table for the devices of a file.
func deviceRows(t *testing.T, w *evidence.Weaknesses, file string, c *deviceCounts) []string {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	var parts []netvet.Component
	var lines []string
	in := sbom.Input{Name: filepath.Base(file), Size: info.Size(), Open: func() (io.ReadCloser, error) { return os.Open(file) }}
	_, _, err = sbom.Read(t.Context(), in, sbom.Options{}, func(r sbom.Record) error {
		switch r := r.(type) {
		case sbom.ProductStart:
			parts = nil
		case sbom.Component:
			parts = append(parts, *r.Component)
		case sbom.ProductEnd:
			lines = append(lines, deviceRow(t, w, in.Name, &r.Product, parts, c))
			parts = nil
		}
		return nil
	})
	if err != nil {
		lines = append(lines, fmt.Sprintf("| %s | not read | | | | | | | | |\n", cell(in.Name)))
	}
	return lines
}

func deviceRow(t *testing.T, w *evidence.Weaknesses, file string, p *netvet.Product, parts []netvet.Component, c *deviceCounts) string {
	t.Helper()
	m := directory(t).Resolve(netvet.Clues{Names: []string{p.Manufacturer, p.Vendor}, Identifiers: p.Identifiers, Product: p.Name, Model: p.Model}, asOf)
	got, err := w.Product(p, &m, parts)
	if err != nil {
		t.Fatal(err)
	}
	support, err := w.Support(p, &m, parts, asOf)
	if err != nil {
		t.Fatal(err)
	}
	affected, gravest := 0, []string{}
	for _, v := range got.Found {
		if v.State == "affected" {
			affected++
		}
		if len(gravest) < 2 {
			gravest = append(gravest, v.ID+" ("+v.State+", "+v.Component+" "+v.Version+")")
		}
	}
	var lives []string
	for _, s := range support {
		lives = append(lives, strings.TrimSpace(fmt.Sprintf("%s %s: %s %s", s.Subject, s.Cycle, s.State, s.Security)))
	}
	slices.Sort(lives)
	name := p.Name
	if p.Model != "" {
		name = p.Model
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %d | %d | %s | %s | %s |\n", cell(file), cell(p.Manufacturer), cell(name), cell(p.Version), affected, len(got.Found)-affected, cell(strings.Join(gravest, "; ")), cell(strings.Join(lives, "; ")), c.cells(t, file, affected, len(got.Found)-affected))
}

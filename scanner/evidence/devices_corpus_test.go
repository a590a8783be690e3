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
)

const network = "../../../shared/corpus/network/"

// TestDevices looks up what devices say of themselves: outputs of "show version"
// and LibreNMS's data. The table was read through by hand, row by row.
func TestDevices(t *testing.T) {
	d := directory(t)
	w := evidence.NewWeaknesses(buildKit(t, d, map[string][]string{
		"cve": {needFile(t, advisories+"cve-v5.zip")}, "kev": {needFile(t, advisories+"cisa-kev/known_exploited_vulnerabilities.json")}, "eol": {needFile(t, advisories+"endoflife")},
	}))
	var b strings.Builder
	b.WriteString("# What is found of devices by what they say of themselves\n\nWritten by the test TestDevices with -update, and read through by hand: maker, system and version are those of the\nfile, and no weakness of another product is among those shown. The records are a sample of the CVE List (4,242, to\nOctober 2024), so that nothing found means little.\n\n| file | maker | product | version | affected | possible | the gravest | support |\n|---|---|---|---|---|---|---|---|\n")
	for _, pattern := range []string{"ntc-cli/*version*.raw", "librenms-data/*.json"} {
		files, err := filepath.Glob(network + pattern)
		if err != nil || len(files) == 0 {
			t.Skipf("%s is missing", network+pattern)
		}
		for _, file := range files {
			for _, line := range deviceRows(t, w, file) {
				b.WriteString(line)
			}
		}
	}
	golden(t, "DEVICES.md", b.String())
}

// deviceRows are the lines of the table for the devices of a file.
func deviceRows(t *testing.T, w *evidence.Weaknesses, file string) []string {
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
			lines = append(lines, deviceRow(t, w, in.Name, &r.Product, parts))
			parts = nil
		}
		return nil
	})
	if err != nil {
		lines = append(lines, fmt.Sprintf("| %s | not read | | | | | | |\n", cell(in.Name)))
	}
	return lines
}

func deviceRow(t *testing.T, w *evidence.Weaknesses, file string, p *netvet.Product, parts []netvet.Component) string {
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
	return fmt.Sprintf("| %s | %s | %s | %s | %d | %d | %s | %s |\n", cell(file), cell(p.Manufacturer), cell(name), cell(p.Version), affected, len(got.Found)-affected, cell(strings.Join(gravest, "; ")), cell(strings.Join(lives, "; ")))
}

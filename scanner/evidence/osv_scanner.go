//go:build osvscanner

package evidence

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	purlib "github.com/google/osv-scalibr/purl"
	"github.com/google/osv-scanner/v2/pkg/models"
	"github.com/google/osv-scanner/v2/pkg/osvscanner"
)

// OSVScanner reports whether this program has osv-scanner linked in.
const OSVScanner = true

// osvScannerFolder is where osv-scanner looks for <Ecosystem>/all.zip.
const osvScannerFolder = "osv-scalibr"

// RunOSVScanner looks package URLs up with osv-scanner as a library, over the
// archives in <dir>/osv-scalibr/<Ecosystem>/all.zip. It returns the ids of the
// advisories by package URL. It never reaches the network.
//
// One archive that is missing makes osv-scanner drop every finding without an
// error, so package URLs of such an ecosystem are not given to it: they are in
// missed with the reason. An ecosystem that it does not know makes it panic:
// that is an error here.
func RunOSVScanner(ctx context.Context, dir string, purls []string) (found map[string][]string, missed map[string]Missed, err error) {
	e, err := loadEcosystems()
	if err != nil {
		return nil, nil, err
	}
	asked, missed := withArchive(e, filepath.Join(dir, osvScannerFolder), purls)
	found = map[string][]string{}
	if len(asked) == 0 || ctx.Err() != nil {
		return found, missed, ctx.Err()
	}
	bom, err := writeBOM(asked)
	if err != nil {
		return nil, nil, fmt.Errorf("run osv-scanner: %w", err)
	}
	defer os.RemoveAll(filepath.Dir(bom))
	results, err := doScan(dir, bom)
	if err != nil {
		return nil, nil, fmt.Errorf("run osv-scanner over %s: %w", dir, err)
	}
	written := asWritten(asked)
	for _, r := range results.Results {
		for _, p := range r.Packages {
			for _, text := range written[p.Package.Inventory.PURL().String()] {
				for _, v := range p.Vulnerabilities {
					found[text] = append(found[text], v.GetId())
				}
			}
		}
	}
	for _, ids := range found {
		slices.Sort(ids)
	}
	return found, missed, nil
}

// withArchive keeps the package URLs for which there is an archive.
func withArchive(e *ecosystems, folder string, purls []string) (asked []string, missed map[string]Missed) {
	missed = map[string]Missed{}
	for _, text := range purls {
		p, ok := parsePurl(text)
		name := ""
		switch d := e.distribution(p); {
		case !ok:
			missed[text] = Missed{MissedBadPurl, text}
			continue
		case d != nil:
			name = d.Ecosystem
		default:
			name = e.Types[p.kind].Ecosystem
		}
		if name == "" {
			missed[text] = Missed{MissedNoEcosystem, p.kind}
			continue
		}
		if _, err := os.Stat(filepath.Join(folder, name, "all.zip")); errors.Is(err, fs.ErrNotExist) {
			missed[text] = Missed{MissedNoData, name}
			continue
		}
		asked = append(asked, text)
	}
	return asked, missed
}

// writeBOM writes the package URLs as a bill of materials that osv-scanner reads.
func writeBOM(purls []string) (path string, err error) {
	type component struct {
		Type    string `json:"type"`
		Name    string `json:"name"`
		Version string `json:"version"`
		Purl    string `json:"purl"`
	}
	bom := struct {
		Format     string      `json:"bomFormat"`
		Spec       string      `json:"specVersion"`
		Version    int         `json:"version"`
		Components []component `json:"components"`
	}{"CycloneDX", "1.5", 1, nil}
	for _, text := range purls {
		p, _ := parsePurl(text)
		bom.Components = append(bom.Components, component{"library", p.name, p.version, text})
	}
	b, err := json.Marshal(bom)
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "netvet-osv-")
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "components.cdx.json")
	return path, os.WriteFile(path, b, 0o600)
}

// doScan runs osv-scanner offline on one bill of materials.
func doScan(dir, bom string) (results models.VulnerabilityResults, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("osv-scanner panicked: %v", cause)
		}
	}()
	before := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler)) // it logs to the default logger
	defer slog.SetDefault(before)
	results, err = osvscanner.DoScan(osvscanner.ScannerActions{
		LockfilePaths: []string{bom}, CompareOffline: true, LocalDBPath: dir, PluginNetworkDisabled: true, ShowAllVulns: true,
		ExperimentalScannerActions: osvscanner.ExperimentalScannerActions{
			PluginsNoDefaults: true, PluginsEnabled: []string{"sbom"},
			TransitiveScanning: osvscanner.TransitiveScanningActions{Disabled: true},
		},
	})
	if errors.Is(err, osvscanner.ErrVulnerabilitiesFound) || errors.Is(err, osvscanner.ErrNoPackagesFound) {
		err = nil
	}
	return results, err
}

// asWritten finds the package URLs again by the form that osv-scanner gives them.
func asWritten(purls []string) map[string][]string {
	written := map[string][]string{}
	for _, text := range purls {
		if p, err := purlib.FromString(text); err == nil {
			written[p.String()] = append(written[p.String()], text)
		}
	}
	return written
}

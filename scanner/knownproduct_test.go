package scanner

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
	"github.com/netvet/netvet/scanner/evidence"
	"github.com/netvet/netvet/scanner/kit"
)

// TestKnownProduct scans an inventory with data: what is known of a device comes
// into its assessment, and is there once when two rows describe it.
func TestKnownProduct(t *testing.T) {
	s := testScanner(t, "cn-ciio")
	src, dir := t.TempDir(), t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(src, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cve := write("CVE-2099-1.json", `{"dataType":"CVE_RECORD","cveMetadata":{"cveId":"CVE-2099-1","state":"PUBLISHED","datePublished":"2025-01-01T00:00:00Z","dateUpdated":"2026-01-01T00:00:00Z"},
		"containers":{"cna":{"metrics":[{"cvssV3_1":{"baseScore":9.8,"baseSeverity":"CRITICAL","vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}],"affected":[{"vendor":"Cisco","product":"Cisco IOS XE Software","defaultStatus":"unaffected","versions":[{"version":"17.6.1","lessThan":"17.6.4","status":"affected"}]}]}}}`)
	table := write("own.csv", "maker,model,end_of_life,source\nCisco,Catalyst 93*,2024-01-01,bulletin\n")
	paths := map[string][]string{"cve": {cve}, "eol-table": {table}}
	if _, err := (kit.Build{Paths: paths, Built: s.AsOf, Tool: "test", Resolve: ResolveMaker(s.Suppliers, s.AsOf)}).Run(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	k, err := kit.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	s.Weaknesses = evidence.NewWeaknesses(k)
	inventory := "manufacturer,model,version,serial\nCisco Systems,Catalyst 9300,IOS XE 17.6.3,FOC1\nCisco Systems,Catalyst 9300,IOS XE 17.6.3,FOC1\nCisco Systems,Catalyst 9300,IOS XE 17.6.4,FOC2\n"
	var got []Result
	if _, err := s.Each(context.Background(), []sbom.Input{in("inventory.csv", inventory)}, nil, Sink{Product: func(r Result) error { got = append(got, r); return nil }}); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 {
		t.Fatalf("%d products, want 2", len(got))
	}
	about := func(r Result) (n int) {
		for _, f := range r.Findings {
			if f.Vulnerability != nil && f.Vulnerability.ID == "CVE-2099-1" && f.Outcome == netvet.OutcomeFail {
				n += f.Count
			}
		}
		return n
	}
	if about(got[0]) != 1 || about(got[1]) != 0 {
		t.Errorf("the weakness is found %d and %d times, want 1 and 0", about(got[0]), about(got[1]))
	}
	ended := func(r Result) bool {
		return slices.ContainsFunc(r.Findings, func(f netvet.Finding) bool {
			return f.Rule == "cn-review-2022/F2-32" && f.Outcome == netvet.OutcomeFail
		})
	}
	if !ended(got[0]) || !ended(got[1]) {
		t.Errorf("the end of life of the models is no finding: %+v", got[0].Findings)
	}
}

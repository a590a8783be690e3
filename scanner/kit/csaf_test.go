package kit

import (
	"slices"
	"testing"
	"time"
)

func TestCSAF(t *testing.T) {
	src, dir := t.TempDir(), t.TempDir()
	record(t, src, "ex-1.json", `{"document":{"csaf_version":"2.0","tracking":{"id":"EX-1","current_release_date":"2026-01-01T00:00:00Z"}},
		"product_tree":{"branches":[{"category":"vendor","name":"Example AG","branches":[{"category":"product_name","name":"Relay 100","branches":[
			{"category":"product_version_range","name":"vers:generic/>=2.0|<2.4.1","product":{"product_id":"P1","name":"x"}},
			{"category":"product_version","name":"2.4.1","product":{"product_id":"P2","name":"x"}}]}]}]},
		"vulnerabilities":[{"cve":"CVE-2099-1","product_status":{"known_affected":["P1","P9"],"fixed":["P2"]}}]}`)
	record(t, src, "ex-1.old.json", `{"document":{"csaf_version":"2.0","tracking":{"id":"EX-1","current_release_date":"2025-01-01T00:00:00Z"}},
		"product_tree":{"branches":[{"category":"vendor","name":"Example AG","branches":[{"category":"product_name","name":"Relay 100","product":{"product_id":"P1","name":"x"}}]}]},
		"vulnerabilities":[{"cve":"CVE-2099-1","product_status":{"known_not_affected":["P1"]}}]}`)
	record(t, src, "other.json", `{"document":{}}`)
	m, err := Build{Paths: map[string][]string{"csaf": {src}}, Built: time.Unix(0, 0), Tool: "test"}.Run(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if s, _ := m.Source("csaf"); s.Records != 2 || len(s.Skipped) != 2 {
		t.Errorf("%+v", s)
	}
	got, err := open(t, dir).Affected("example", "relay100")
	if err != nil || len(got) != 1 || got[0].CVE.ID != "CVE-2099-1" {
		t.Fatalf("%+v %v", got, err)
	}
	s := got[0].Statements[0]
	if s.Source != "EX-1" || len(s.Ranges) != 2 || s.Ranges[0].Version != "2.0" || s.Ranges[0].End != "2.4.1" || s.Ranges[1].Status != "unaffected" {
		t.Errorf("%+v", s)
	}
}

func TestConstraints(t *testing.T) {
	for _, c := range []struct {
		span string
		want []string // version, end
	}{
		{"vers:semver/<2.0", []string{"0", "2.0"}},
		{"<=1.4.3", []string{"0", "1.4.3"}},
		{"vers:generic/>=1|<1.5|>=2|<=2.3|3.1", []string{"1", "1.5", "2", "2.3", "3.1", ""}},
		{">3", []string{"3", "*"}},
		{"vers:all/*", []string{"*", ""}},
		{"all versions before 4", []string{"all versions before 4", ""}},
	} {
		p := csafProduct{span: c.span}
		var got []string
		for _, r := range p.ranges("affected") {
			got = append(got, r.Version, r.End)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", c.span, got)
		}
	}
}

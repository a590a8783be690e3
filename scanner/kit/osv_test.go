package kit

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/osv-scalibr/semantic"
	"pgregory.net/rapid"
)

// TestPlainOrder holds the comparison of plain numbers against the library's, in
// every ecosystem that it knows.
func TestPlainOrder(t *testing.T) {
	ecosystems := []string{"npm", "Go", "crates.io", "PyPI", "Maven", "NuGet", "RubyGems", "Hex", "SwiftURL", "Bitnami", "Packagist", "Pub",
		"Debian", "Ubuntu", "Alpine", "Wolfi", "Rocky Linux", "SUSE", "CRAN", "Hackage"}
	version := rapid.Custom(func(t *rapid.T) string {
		var numbers []string
		for range rapid.IntRange(1, 5).Draw(t, "length") {
			numbers = append(numbers, strconv.FormatUint(rapid.SampledFrom([]uint64{0, 1, 2, 9, 10, 11, 99, 123456789012345678}).Draw(t, "number"), 10))
		}
		return strings.Join(numbers, ".")
	})
	rapid.Check(t, func(t *rapid.T) {
		ecosystem := rapid.SampledFrom(ecosystems).Draw(t, "ecosystem")
		a, b := version.Draw(t, "a"), version.Draw(t, "b")
		v, err := semantic.Parse(a, ecosystem)
		if err != nil {
			t.Fatal(err)
		}
		want, err := v.CompareStr(b)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := comparePlain(ecosystem, plainNumbers(a), b); ok && got != want {
			t.Fatalf("%s: %s compared with %s is %d, the library says %d", ecosystem, a, b, got, want)
		}
	})
}

// TestWellFormed lists texts that are versions, and others that the library would
// order all the same.
func TestWellFormed(t *testing.T) {
	for _, c := range []struct {
		ecosystem, yes, no string
	}{
		{"npm", "1.2.3 v1.2.3 1.2.3-rc.1+build.5 1.2", "latest * ^1.2.3 ~1.2.3 >=1.0.0 1.x||2.x file:../a v"},
		{"Go", "v1.2.3 1.20.1 v0.0.0-20220621081337-cb9428e4ac1e v2.0.0+incompatible", "(devel) unknown"},
		{"PyPI", "1.0 2!1.0.post1 1.0rc1 1.0.dev3 1.0+local.1 v1.0 44", "1.0-SNAPSHOT-x dev ==1.0 2004d-custom"},
		{"Maven", "1.0 1.0-SNAPSHOT 9.4.2.v20170220 Finchley.SR1 r09", "${project.version} [1.0,2.0) RELEASE"},
		{"Debian", "1:4.4.18-4 2.36-9+deb12u3 3.0.11-1~deb12u2", "stable <none>"},
		{"Alpine", "3.1.4-r1 1.2.3_rc1-r0 9e-r0", "3.1.4-deb1 master"},
		{"Rocky Linux", "5.14.0-1.el9 1:3.0.7-24.el9_2 r22-1.fc9", "none ^"},
	} {
		for _, text := range strings.Fields(c.yes) {
			if !wellFormed(c.ecosystem, text) {
				t.Errorf("%s: %q is a version", c.ecosystem, text)
			}
		}
		for _, text := range strings.Fields(c.no) {
			if wellFormed(c.ecosystem, text) {
				t.Errorf("%s: %q is no version", c.ecosystem, text)
			}
		}
	}
}

// TestScores reads what databases say about severity.
func TestScores(t *testing.T) {
	for _, c := range []struct {
		text, word string
		score      float64
	}{
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "critical", 9.8},
		{"CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N", "low", 3.3},
		{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "critical", 9.3},
		{"AV:N/AC:L/Au:N/C:P/I:P/A:P", "high", 7.5},
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", "none", 0},
		{"CVSS:3.1/AV:X", "", 0},
		{"CVSS:9.9/AV:N", "", 0},
		{"", "", 0},
	} {
		if score, word := cvssScore(c.text); score != c.score || word != c.word {
			t.Errorf("%s: %v %q, want %v %q", c.text, score, word, c.score, c.word)
		}
	}
	for text, want := range map[string]string{"MODERATE": "medium", "Important": "high", "not yet assigned": "", "negligible": "low"} {
		if got := severityWord(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// TestArchives finds the same record in every kind of archive and in a folder.
func TestArchives(t *testing.T) {
	dir := t.TempDir()
	var zipped, nested, packed bytes.Buffer
	z := zip.NewWriter(&zipped)
	addFile(t, z, "deep/GHSA-1.json", []byte(left))
	z = zip.NewWriter(&nested)
	addFile(t, z, "all.zip", zipped.Bytes())
	gz := gzip.NewWriter(&packed)
	tw := tar.NewWriter(gz)
	if err := tw.WriteHeader(&tar.Header{Name: "records/npm/GHSA-1.json", Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(left))}); err != nil {
		t.Fatal(err)
	}
	if _, err := tw.Write([]byte(left)); err != nil || tw.Close() != nil || gz.Close() != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"a.json": []byte(left), "all.zip": zipped.Bytes(), "all.zip.zip": nested.Bytes(), "records.tar.gz": packed.Bytes()} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		if m := build(t, t.TempDir(), path); m.Sources[0].Records != 1 {
			t.Errorf("%s: %d records, skipped %v", name, m.Sources[0].Records, m.Sources[0].Skipped)
		}
	}
	// Half an archive is no archive: what was there before stays.
	kit := t.TempDir()
	build(t, kit, dir)
	torn := filepath.Join(dir, "torn.zip")
	if err := os.WriteFile(torn, zipped.Bytes()[:zipped.Len()-30], 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Build{Paths: map[string][]string{"osv": {torn}}}.Run(t.Context(), kit)
	if err == nil || !strings.Contains(err.Error(), "torn.zip") || !strings.Contains(err.Error(), "get it again") {
		t.Errorf("a torn archive: %v", err)
	}
	if hits, err := open(t, kit).OSV("npm", "left-pad", "1.0.0"); err != nil || len(hits) != 1 {
		t.Errorf("after a failed build: %v, %v", hits, err)
	}
	if left, _ := filepath.Glob(filepath.Join(kit, ".building-*")); left != nil {
		t.Errorf("a failed build leaves %v", left)
	}
}

func addFile(t *testing.T, z *zip.Writer, name string, text []byte) {
	t.Helper()
	w, err := z.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
}

// TestDecoder gives damaged values to the decoder, which must not panic or make
// something of them.
func TestDecoder(t *testing.T) {
	value, _ := encodeAffected("2026", "npm", []osvAffected{{Versions: []string{"1", "2"}, Ranges: []osvRange{{Type: "SEMVER",
		Events: []map[string]string{{"introduced": "0"}, {"fixed": "1.0.0"}}}}}})
	for i := range value {
		for _, b := range []byte{0x00, 0x7f, 0x80, 0xff} {
			spoilt := bytes.Clone(value)
			spoilt[i] = b
			(&osvQuery{ecosystem: "npm", version: "0.5.0"}).ask(spoilt)
			decodeAdvisory("x", spoilt)
		}
		(&osvQuery{ecosystem: "npm", version: "0.5.0"}).ask(value[:i])
	}
}

// FuzzOSV stores a foreign record as the build does and asks for everything in it.
func FuzzOSV(f *testing.F) {
	for _, seed := range []string{left, `{}`, `[]`, `{"id":"A","modified":"x","affected":[{"package":{"ecosystem":"PyPI","name":"a"},"versions":["1",""]}]}`,
		`{"id":"A","modified":"x","withdrawn":"y","affected":[{}]}`,
		`{"id":"MAL-1","modified":"x","affected":[{"package":{"ecosystem":"Debian:12","name":"a"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"last_affected":"1:2~3"},{"limit":"*"}]}],"database_specific":{"cvss":null,"cwes":[{"cweId":"CWE-1"}]}}]}`,
		`{"id":"A","modified":"x","severity":[{"type":"CVSS_V4","score":"CVSS:4.0/"}],"affected":[{"package":{"ecosystem":"Nowhere","name":"a"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"b"},{"fixed":"a"}]}]}],"database_specific":7}`} {
		f.Add(seed, "1.0")
	}
	f.Fuzz(func(t *testing.T, text, version string) {
		var r osvRecord
		if json.Unmarshal([]byte(text), &r) != nil {
			return
		}
		a := r.advisory()
		back, ok := decodeAdvisory(a.ID, a.encode())
		if !ok || back.Summary != a.Summary || len(back.Aliases) != len(a.Aliases) || len(back.CWEs) != len(a.CWEs) || back.URL != a.URL {
			t.Fatalf("%+v comes back as %+v", a, back)
		}
		for _, group := range byPackage(r.Affected) {
			value, comparable := encodeAffected(r.Modified, group[0].Package.Ecosystem, group)
			for _, v := range []string{version, "", "1.0.0", "latest"} {
				answer, ok := (&osvQuery{ecosystem: group[0].Package.Ecosystem, version: v}).ask(value)
				if !ok {
					t.Fatal("what was stored cannot be read")
				}
				if comparable && v == "" && !answer.affected && answer.possible == "" {
					t.Fatal("no version, and a silent no")
				}
			}
		}
	})
}

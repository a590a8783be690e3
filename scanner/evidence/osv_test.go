package evidence

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/osv-scalibr/inventory/osvecosystem"
	"github.com/netvet/netvet"
	"github.com/package-url/packageurl-go"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"
)

// recordsMatcher builds a matcher from testdata/osv.txtar.
func recordsMatcher(t testing.TB) *Matcher {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/osv.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range archive.Files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	m, err := NewMatcher(buildKit(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func component(purl, version string) *netvet.Component {
	return &netvet.Component{Ref: "r", Name: "n", Version: version, Identifiers: []netvet.Identifier{{Type: netvet.IDPurl, Value: purl}}}
}

// TestComponent says for package URLs what is found: id, state, fixed versions,
// and why a component was missed.
func TestComponent(t *testing.T) {
	m := recordsMatcher(t)
	for _, c := range []struct{ purl, want string }{
		// Ranges: from the first version to before the fixed one, branch by branch.
		{"pkg:npm/%40scope/branches@0.9.0", ""},
		{"pkg:npm/%40scope/branches@1.0.0-rc.1", ""},
		{"pkg:npm/%40scope/branches@1.0.0", "CVE-2026-1 affected 1.2.3 2.0.1"},
		{"pkg:npm/@scope/branches@1.2.3", ""},
		{"pkg:npm/%40scope/branches@2.0.0", "CVE-2026-1 affected 2.0.1"},
		{"pkg:npm/%40scope/branches@v2.0.0", "CVE-2026-1 affected 2.0.1"},
		{"pkg:npm/%40scope/branches@latest", "CVE-2026-1 possibly-affected 1.2.3 2.0.1 | a version that cannot be compared, and advisories for some versions (latest)"},
		{"pkg:npm/%40scope/branches@%5E1.0.0", "CVE-2026-1 possibly-affected 1.2.3 2.0.1 | a version that cannot be compared, and advisories for some versions (^1.0.0)"},
		{"pkg:npm/%40scope/branches", "CVE-2026-1 possibly-affected 1.2.3 2.0.1 | no version, and advisories for some versions"},
		{"pkg:npm/%40scope/other@latest", ""},
		// The last affected version, a limit, versions that are listed.
		{"pkg:npm/last@1.5.0", "GHSA-last affected"},
		{"pkg:npm/last@1.5.1", ""},
		{"pkg:npm/limited@1.5.0", "GHSA-limited affected"},
		{"pkg:npm/limited@2.0.0", ""},
		{"pkg:pypi/Listed_Name@2021-weird", "GHSA-listed affected"},
		{"pkg:pypi/listed.name@2021-other", ""},
		// Malware affects every version, whatever it is called.
		{"pkg:npm/evil", "MAL-2026-1 affected"},
		{"pkg:npm/evil@latest", "MAL-2026-1 affected"},
		// Names as the registries take them.
		{"pkg:nuget/newtonsoft.JSON@1.0", "GHSA-nuget affected 13.0.1"},
		{"pkg:maven/org.example/lib@1.0-beta-1?type=jar", "GHSA-maven affected 1.0"},
		{"pkg:maven/org.example/lib@1.0.Final", ""},
		{"pkg:golang/github.com/Upper/Case@v1.0.0", "GO-1 affected 1.1.0"},
		{"pkg:golang/github.com/upper/case@v1.0.0", "GO-1 affected 1.1.0"},
		{"pkg:golang/stdlib@go1.20.1", "GO-2 affected 1.20.4"},
		{"pkg:golang/std@1.20.4", ""},
		{"pkg:golang/github.com/json-iterator/go@v1.1.7", ""},
		{"pkg:golang/github.com/some/module@v5.1.0#v5", "GO-3 affected 5.2.0"},
		// Distributions: the release and the source package are in the qualifiers.
		{"pkg:deb/debian/libssl3@3.0.9-1?arch=amd64&distro=debian-12.1&upstream=openssl%403.0.9-1", "CVE-2026-2 affected 3.0.11-1~deb12u2"},
		{"pkg:deb/debian/openssl@3.0.9-1?distro=bookworm", "CVE-2026-2 affected 3.0.11-1~deb12u2"},
		{"pkg:deb/debian/openssl@3.0.11-1~deb12u2?distro=debian-12", ""},
		{"pkg:deb/debian/openssl@3.0.9-1?distro=debian-11", " | an ecosystem of which the data has no advisories (Debian 11)"},
		{"pkg:deb/debian/openssl@3.0.9-1", "CVE-2026-2 possibly-affected 3.0.11-1~deb12u2 | no release of its distribution, and advisories for some releases"},
		{"pkg:deb/ubuntu/openssl@3.0.2-0ubuntu1.1?distro=jammy", "CVE-2026-2 affected 3.0.2-0ubuntu1.12"},
		{"pkg:apk/alpine/libcrypto3@3.1.0-r0?distro=alpine-3.18.4&upstream=openssl", "CVE-2026-2 affected 3.1.4-r1"},
		{"pkg:apk/alpine/openssl@3.1.4-r1?distro=3.18.4", ""},
		{"pkg:apk/wolfi/openssl@3.1.0-r0?distro=wolfi-20230201", "CVE-2026-2 affected 3.1.4-r2"},
		{"pkg:rpm/redhat/openssl@3.0.7-6.el9?arch=x86_64&epoch=1", "CVE-2026-2 affected 1:3.0.7-24.el9"},
		{"pkg:rpm/redhat/openssl@3.0.7-24.el9", ""}, // the epoch is not written
		{"pkg:rpm/redhat/openssl@1:3.0.7-6.el9?distro=rhel-9.2", "CVE-2026-2 affected 1:3.0.7-24.el9"},
		{"pkg:rpm/centos/openssl@3.0.7-6.el9", "CVE-2026-2 possibly-affected 1:3.0.7-24.el9"},
		{"pkg:deb/ubuntu/libssl3@3.0.2-0ubuntu1.1?distro=ubuntu-22.04", "CVE-2026-2 affected 3.0.2-0ubuntu1.12"}, // built from openssl
		{"pkg:rpm/suse/libopenssl3@3.0.8-150500.1?distro=sles-15.5", "CVE-2026-2 affected 3.0.8-150500.5.24.1"},
		{"pkg:rpm/suse/libopenssl3@3.0.8-150500.1?distro=sles-15.4", " | an ecosystem of which the data has no advisories (SUSE 15.4)"},
		{"pkg:rpm/rocky/kernel-core@5.14.0-1.el9?upstream=kernel-5.14.0-1.el9.src.rpm", "RLSA-2026:1 affected 0:5.14.0-2.el9"},
		// What a distribution's record covers are other names of it.
		{"pkg:rpm/rocky/kernel@5.14.0-1.el9?distro=rocky-9.1", "RLSA-2026:1 affected 0:5.14.0-2.el9"},
		// An ecosystem whose order nobody knows: listed versions only.
		{"pkg:hex/known@1.0.0", "EEF-1 affected 1.0.1"},
		{"pkg:opam/unordered@1.0.0", "OSEC-1 possibly-affected 2.0.0 | a version that cannot be compared, and advisories for some versions (1.0.0)"},
		{"pkg:github/some/action@2.0.0", "GHSA-action affected 3.0.0"},
		// Nothing to look up.
		{"pkg:github/openssl/openssl@3.0.0", " | a kind of package without an ecosystem of advisories (github)"}, // no action, as far as is known
		{"pkg:golang/bufio", " | a kind of package without an ecosystem of advisories (golang)"},
		{"pkg:generic/openssl@3.0.0", " | a kind of package without an ecosystem of advisories (generic)"},
		{"pkg:gem/rails@1.0", " | an ecosystem of which the data has no advisories (RubyGems)"},
		{"pkg:npm", " | a package URL that cannot be read (pkg:npm)"},
		// Records that count no more.
		{"pkg:npm/withdrawn@1.0.0", ""},
		{"pkg:npm/replaced@1.0.0", ""},
	} {
		found, missed, err := m.Component(component(c.purl, ""))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, v := range found {
			got = append(got, strings.Join(append([]string{v.ID, v.State}, v.Fixed...), " "))
		}
		text := strings.Join(got, "; ")
		if missed.Reason != "" {
			text += " | " + missed.Reason
			if missed.Detail != "" {
				text += " (" + missed.Detail + ")"
			}
		}
		if text != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.purl, text, c.want)
		}
	}
}

// TestEcosystemsKnown looks the ecosystems up in the list of the OSV schema.
func TestEcosystemsKnown(t *testing.T) {
	e, err := loadEcosystems()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, one := range e.Types {
		names = append(names, one.Ecosystem)
	}
	for _, d := range e.Distributions {
		names = append(names, d.Ecosystem)
		for _, pattern := range slices.Concat(d.Releases, d.First, slices.Collect(maps.Values(d.Rolling))) {
			if base, _, _ := strings.Cut(pattern, ":"); base != d.Ecosystem {
				t.Errorf("%s: the pattern %s is of another ecosystem", d.Ecosystem, pattern)
			}
		}
	}
	for _, name := range names {
		if _, err := osvecosystem.Parse(name); err != nil {
			t.Errorf("the OSV schema has no ecosystem %q: %v", name, err)
		}
	}
}

// TestVulnerability is everything that is told of one.
func TestVulnerability(t *testing.T) {
	m := recordsMatcher(t)
	found, _, err := m.Component(component("pkg:npm/%40scope/branches@1.0.0", "1.0.0"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	want := netvet.Vulnerability{
		ID: "CVE-2026-1", Aliases: []string{"GHSA-branches", "SNYK-1"}, Source: "OSV GHSA-branches, SNYK-1", SourceDate: "2026-05-01T00:00:00Z",
		Severity: "critical", Score: 9.8, CWEs: []int64{79, 798}, State: "affected", Ref: "r", Component: "n", Version: "1.0.0",
		Published: "2025-12-01T00:00:00Z", Summary: "Branches break", Fixed: []string{"1.2.3", "2.0.1"}, Range: "from 1.0.0 before 1.2.3", Remote: true, Matched: true,
	}
	if diff := cmp.Diff(want, found[0]); diff != "" {
		t.Error(diff)
	}
	found, _, err = m.Component(component("pkg:npm/evil@3", ""))
	if err != nil || len(found) != 1 || found[0].Severity != "critical" || !cmp.Equal(found[0].CWEs, []int64{506}) {
		t.Errorf("malware is %+v, %v", found, err)
	}
}

// TestAnswering gives what another engine found in the words of the data.
func TestAnswering(t *testing.T) {
	m := recordsMatcher(t)
	asked := component("pkg:npm/last?x=y#z", "1.5.0")
	purls := Purls(asked)
	if !cmp.Equal(purls, []string{"pkg:npm/last@1.5.0?x=y#z"}) {
		t.Fatalf("asked for %v", purls)
	}
	m = m.Answering(map[string][]string{purls[0]: {"GHSA-branches", "NEW-1"}}, map[string]Missed{"pkg:gem/x@1": {MissedNoData, "RubyGems"}})
	found, missed, err := m.Component(asked)
	if err != nil || missed.Reason != "" || len(found) != 2 || found[0].ID != "CVE-2026-1" || found[0].Severity != "critical" || found[1].ID != "NEW-1" {
		t.Errorf("%+v, %v, %v", found, missed, err)
	}
	if found, missed, err := m.Component(component("pkg:gem/x@1", "")); err != nil || len(found) > 0 || missed.Reason != MissedNoData {
		t.Errorf("%+v, %v, %v", found, missed, err)
	}
}

// TestMatcherConcurrently gives the same answers to many at a time, and does not
// let one change what another gets.
func TestMatcherConcurrently(t *testing.T) {
	m := recordsMatcher(t)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for range 100 {
				found, _, err := m.Component(component("pkg:npm/%40scope/branches@1.0.0", ""))
				if err != nil || len(found) != 1 || found[0].ID != "CVE-2026-1" || found[0].Ref != "r" {
					t.Errorf("%v, %v", found, err)
					return
				}
				found[0].ID = fmt.Sprint(i)
			}
		})
	}
	wait.Wait()
}

// TestCoverage counts what was not looked up, with the reasons.
func TestCoverage(t *testing.T) {
	m := recordsMatcher(t)
	var all, part Coverage
	for i, text := range []string{"pkg:npm/last@1.5.0", "pkg:gem/rails@1.0", "pkg:gem/rack@1.0", "pkg:generic/x@1", ""} {
		c := component(text, "")
		if text == "" {
			c.Identifiers = nil
		}
		_, missed, err := m.Component(c)
		if err != nil {
			t.Fatal(err)
		}
		if i < 2 {
			all.Add(missed)
		} else {
			part.Add(missed)
		}
	}
	all.Join(part)
	want := "assessed 1 of 5 components for known vulnerabilities; 4 not: 2 with an ecosystem of which the data has no advisories (RubyGems); " +
		"1 with a kind of package without an ecosystem of advisories (generic); 1 with no package URL"
	if got := all.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestPurlAgainstLibrary takes package URLs apart as the library does, which
// changes case and signs for some types; those are left out here.
func TestPurlAgainstLibrary(t *testing.T) {
	part := rapid.StringMatching(`[A-Za-z0-9._+@ %~-]{1,8}`)
	rapid.Check(t, func(t *rapid.T) {
		in := packageurl.PackageURL{Type: rapid.SampledFrom([]string{"maven", "nuget", "gem", "cargo"}).Draw(t, "type"),
			Namespace: rapid.StringMatching(`([A-Za-z0-9.@-]{1,6}(/[A-Za-z0-9.-]{1,6})?)?`).Draw(t, "namespace"),
			Name:      part.Draw(t, "name"), Version: rapid.StringMatching(`[A-Za-z0-9._+:~-]{0,8}`).Draw(t, "version"),
			Qualifiers: packageurl.QualifiersFromMap(map[string]string{"distro": part.Draw(t, "distro")})}
		text := in.ToString()
		want, err := packageurl.FromString(text)
		if err != nil {
			t.Skip()
		}
		got, ok := parsePurl(text)
		if !ok || got.kind != want.Type || got.namespace != want.Namespace || got.name != want.Name || got.version != want.Version ||
			got.qualifiers.Get("distro") != want.Qualifiers.Map()["distro"] {
			t.Fatalf("%s\n got %+v\nwant %+v", text, got, want)
		}
	})
}

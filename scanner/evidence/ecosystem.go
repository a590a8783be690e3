package evidence

import (
	_ "embed"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/kit"
	"github.com/netvet/netvet/scanner/strictyaml"
)

//go:embed ecosystems.yaml
var ecosystemsFile []byte

// ecosystems says where a package URL is looked up.
type ecosystems struct {
	Version       netvet.Date          `yaml:"version"`
	Source        string               `yaml:"source"`
	Types         map[string]ecosystem `yaml:"types"`
	Distributions []distribution       `yaml:"distributions"`
}

type ecosystem struct {
	Ecosystem string `yaml:"ecosystem"`
	Separator string `yaml:"separator"` // between namespace and name; empty: the namespace is no part of the name
	Part      bool   `yaml:"part"`      // holds only some packages of the type
}

// distribution is an operating system whose packages have records by release.
type distribution struct {
	Names     []string          `yaml:"names"`
	Types     []string          `yaml:"types"`
	Ecosystem string            `yaml:"ecosystem"`
	Releases  []string          `yaml:"releases"`  // patterns of ecosystems with their release
	First     []string          `yaml:"first"`     // those of a release without, or with a zero as, second number
	Rolling   map[string]string `yaml:"rolling"`   // release that has no number -> ecosystem
	Codenames map[string]string `yaml:"codenames"` // -> release
	Sources   bool              `yaml:"sources"`   // records name source packages
	Tag       string            `yaml:"tag"`       // what stands before the release in that of a package
	Derived   bool              `yaml:"derived"`   // the records are those of the distribution it is built from
}

func loadEcosystems() (*ecosystems, error) {
	e := &ecosystems{}
	if err := strictyaml.Decode("ecosystems.yaml", ecosystemsFile, e); err != nil {
		return nil, err
	}
	for _, d := range e.Distributions {
		for _, pattern := range slices.Concat(d.Releases, d.First) {
			if _, err := path.Match(pattern, ""); err != nil {
				return nil, fmt.Errorf("ecosystems.yaml: %s: pattern %q: %w", d.Ecosystem, pattern, err)
			}
		}
	}
	return e, nil
}

// place is where a package is looked up: in every ecosystem, under every name.
type place struct {
	ecosystems []string
	names      []string
	version    string
	possible   string // why what is found there is only possible, else empty
	silence    Missed // what it means that nothing is found there
}

// What keeps an advisory of the distribution from being certain.
const possibleDerived = "judged by the advisories of the distribution that this one is built from"

// find returns where to look for a package URL, or why there is nowhere. Known
// are the ecosystems that the data has records of.
func (e *ecosystems) find(p purl, known map[string]kit.ManifestPart) (place, Missed) {
	if d := e.distribution(p); d != nil {
		return d.find(p, known)
	}
	t, ok := e.Types[p.kind]
	_, have := known[t.Ecosystem]
	if !ok || t.Part && !have || p.kind == "golang" && !goModulePath(t.name(p)) {
		return place{}, Missed{MissedNoEcosystem, p.kind}
	}
	if !have {
		return place{}, Missed{MissedNoData, t.Ecosystem}
	}
	at := place{ecosystems: []string{t.Ecosystem}, names: []string{t.name(p)}, version: p.version}
	if t.Part {
		at.silence = Missed{MissedNoEcosystem, p.kind}
	}
	if p.kind == "golang" {
		at.names, at.version = goModule(at.names[0], p.subpath), strings.TrimPrefix(p.version, "go")
	}
	return at, Missed{}
}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

func (t ecosystem) name(p purl) string {
	if t.Separator == "" || p.namespace == "" {
		return p.name
	}
	return p.namespace + t.Separator + p.name
}

// goModulePath reports whether a name can be that of a module: its first element
// is a domain. Others are packages of the standard library and local modules.
func goModulePath(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return strings.Contains(first, ".") || slices.Contains([]string{"std", "stdlib", "cmd", "toolchain"}, name)
}

// goModule gives the names of the standard library and the tool chain, which
// tools write in several ways. The major version that is the last element of a
// module's path may stand as a subpath.
func goModule(name, subpath string) []string {
	if majorVersion.MatchString(subpath) {
		return []string{name + "/" + subpath}
	}
	switch name {
	case "stdlib", "std":
		return []string{"stdlib"}
	case "toolchain", "cmd":
		return []string{"toolchain"}
	}
	return []string{name}
}

// distribution picks the distribution of a package by its namespace, then by
// the qualifier distro ("debian-12").
func (e *ecosystems) distribution(p purl) *distribution {
	word, _ := splitRelease(p.qualifiers.Get("distro"))
	for _, name := range []string{strings.ToLower(p.namespace), strings.ToLower(word), p.kind} {
		for i := range e.Distributions {
			d := &e.Distributions[i]
			if slices.Contains(d.Types, p.kind) && slices.Contains(d.Names, name) {
				return d
			}
		}
	}
	return nil
}

// splitRelease splits "opensuse-leap-15.5" before the release; a text that is
// one word alone is a release.
func splitRelease(distro string) (name, release string) {
	if i := strings.LastIndexByte(distro, '-'); i >= 0 {
		return distro[:i], distro[i+1:]
	}
	return "", distro
}

func (d *distribution) find(p purl, known map[string]kit.ManifestPart) (place, Missed) {
	at := place{names: []string{p.name}, version: p.version}
	if d.Sources {
		if source := sourcePackage(p.qualifiers.Get("upstream")); source != "" && source != p.name {
			at.names = append(at.names, source)
		}
	}
	if epoch := p.qualifiers.Get("epoch"); epoch != "" && epoch != "0" && !strings.Contains(p.version, ":") {
		at.version = epoch + ":" + p.version
	}
	if d.Derived {
		at.possible = possibleDerived
	}
	release := d.release(p)
	for name := range known {
		switch {
		case release == "" && (name == d.Ecosystem || strings.HasPrefix(name, d.Ecosystem+":")):
			at.ecosystems, at.possible = append(at.ecosystems, name), kit.PossibleNoRelease
		case release != "" && d.covers(name, release):
			at.ecosystems = append(at.ecosystems, name)
		}
	}
	slices.Sort(at.ecosystems)
	if at.ecosystems == nil {
		return at, Missed{MissedNoData, strings.TrimSpace(d.Ecosystem + " " + release)}
	}
	if release == "" && len(at.ecosystems) == 1 && at.ecosystems[0] == d.Ecosystem {
		at.possible = "" // a distribution without releases
	}
	return at, Missed{}
}

// sourcePackage is the name in the qualifier upstream, which may be
// "openssl@3.0.9-1" or the file name of a source RPM, "openssl-3.0.7-24.el9.src.rpm".
func sourcePackage(upstream string) string {
	if rest, ok := strings.CutSuffix(upstream, ".src.rpm"); ok {
		for range 2 {
			if i := strings.LastIndexByte(rest, '-'); i > 0 {
				rest = rest[:i]
			}
		}
		return rest
	}
	name, _, _ := strings.Cut(upstream, "@")
	return name
}

// release tells the release of the distribution that a package is of, empty
// when nothing does.
func (d *distribution) release(p purl) string {
	name, release := splitRelease(strings.ToLower(p.qualifiers.Get("distro")))
	release = strings.TrimPrefix(release, "v")
	if number, ok := d.Codenames[release]; ok {
		return number
	}
	for word := range d.Rolling {
		if release == word || strings.HasSuffix(name, word) {
			return word
		}
	}
	if release != "" && release[0] >= '0' && release[0] <= '9' {
		return release
	}
	if d.Tag != "" {
		if m := releaseTag.FindStringSubmatch(p.version); m != nil && m[1] == d.Tag {
			return m[2]
		}
	}
	return ""
}

// releaseTag finds the tag of the distribution in the release of an RPM: ".el9_4".
var releaseTag = regexp.MustCompile(`\.(el|mga|azl|ph)(\d+)`)

// covers reports whether an ecosystem of OSV is one of a release.
func (d *distribution) covers(name, release string) bool {
	if rolling, ok := d.Rolling[release]; ok {
		return name == rolling
	}
	numbers := append(strings.Split(release, "."), "", "")
	patterns := d.Releases
	if d.First != nil && (numbers[1] == "" || numbers[1] == "0") {
		patterns = d.First
	}
	two := numbers[0]
	if numbers[1] != "" {
		two += "." + numbers[1]
	}
	fill := strings.NewReplacer("{major}", numbers[0], "{second}", numbers[1], "{release}", two)
	for _, pattern := range patterns {
		if ok, err := path.Match(fill.Replace(pattern), name); ok && err == nil {
			return true
		}
	}
	return false
}

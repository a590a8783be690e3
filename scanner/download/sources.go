package download

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/netvet/netvet/scanner/strictyaml"
)

//go:embed sources.yaml
var builtIn []byte

// Source is where one source of the data comes from.
type Source struct {
	ID        string   `yaml:"id"`
	Title     string   `yaml:"title"`
	Licence   string   `yaml:"licence"`
	Origin    string   `yaml:"source"` // where the publisher tells of it
	URL       []string `yaml:"url"`
	File      string   `yaml:"file"`
	Kind      string   `yaml:"kind"`
	Parts     []string `yaml:"parts"`
	PartsFrom string   `yaml:"parts_from"`
	Without   []string `yaml:"without"`
	Hosts     []string `yaml:"hosts"`
	Checksum  string   `yaml:"checksum"`
	MaxMiB    int64    `yaml:"max_mib"`
	Path      string   `yaml:"path"`
	Off       bool     `yaml:"off"`
}

type sourcesFile struct {
	Sources []Source `yaml:"sources"`
}

// The words of "kind".
const (
	kindZip  = "zip"
	kindGzip = "gzip"
	kindJSON = "json"
)

// Default lists the sources and their addresses that come with the program.
func Default() ([]Source, error) { return Merge(nil, "sources.yaml", builtIn) }

// Merge lays a file of the user over sources: an entry replaces what it states
// of the source of its id. With an address of its own, a source has no other
// hosts, checksums and parts than it states, but for parts that the address names.
func Merge(sources []Source, name string, data []byte) ([]Source, error) {
	var file sourcesFile
	if err := strictyaml.Decode(name, data, &file); err != nil {
		return nil, err
	}
	lines := strictyaml.Lines(data)
	var faults strictyaml.Faults
	merged := slices.Clone(sources)
	seen := map[string]bool{}
	for i, s := range file.Sources {
		at := slices.IndexFunc(merged, func(m Source) bool { return m.ID == s.ID })
		if at < 0 {
			merged = append(merged, Source{ID: s.ID})
			at = len(merged) - 1
		}
		merged[at] = merged[at].with(s)
		found := merged[at].check()
		if seen[s.ID] {
			found = append(found, "it is there twice")
		}
		seen[s.ID] = true
		for _, text := range found {
			faults = append(faults, strictyaml.Fault{File: name, Line: lines[fmt.Sprintf("sources.%d", i)], Text: fmt.Sprintf("source %q: %s", s.ID, text)})
		}
	}
	return merged, faults.Err()
}

func (s Source) with(user Source) Source {
	if len(user.URL) > 0 {
		s.URL, s.Hosts, s.Checksum, s.Path, s.Off = user.URL, nil, "", "", false
		if !strings.Contains(strings.Join(user.URL, " "), "{part}") {
			s.Parts, s.PartsFrom = nil, ""
			s.File = strings.ReplaceAll(s.File, "{part}/", "")
		}
	}
	for to, from := range map[*string]string{
		&s.Title: user.Title, &s.Licence: user.Licence, &s.Origin: user.Origin, &s.File: user.File,
		&s.Kind: user.Kind, &s.PartsFrom: user.PartsFrom, &s.Checksum: user.Checksum, &s.Path: user.Path,
	} {
		if from != "" {
			*to = from
		}
	}
	if user.Parts != nil {
		s.Parts = user.Parts
	}
	if user.Without != nil {
		s.Without = user.Without
	}
	if user.Hosts != nil {
		s.Hosts = user.Hosts
	}
	if user.MaxMiB != 0 {
		s.MaxMiB = user.MaxMiB
	}
	s.Off = user.Off
	return s
}

// check says everything that is wrong with a source.
func (s Source) check() (faults []string) {
	add := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if s.ID == "" {
		add("it has no id")
	}
	if s.Off || s.Path != "" {
		return faults
	}
	if len(s.URL) == 0 {
		add("it has no url and no path")
	}
	for _, text := range s.addresses("part", time.Time{}) {
		if _, err := address(text); err != nil {
			add("%v", err)
		}
	}
	for _, text := range []string{s.Checksum, s.PartsFrom} {
		if _, err := address(text); text != "" && err != nil {
			add("%v", err)
		}
	}
	if top, rest, _ := strings.Cut(s.File, "/"); !fs.ValidPath(s.File) || rest == "" || top != "downloads" && top != "osv-scalibr" {
		add("file %q: write downloads/..., or osv-scalibr/...", s.File)
	}
	if !slices.Contains([]string{kindZip, kindGzip, kindJSON}, s.Kind) {
		add("kind %q: write %s, %s or %s", s.Kind, kindZip, kindGzip, kindJSON)
	}
	if s.MaxMiB < 1 || s.MaxMiB > 1<<20 {
		add("max_mib %d: write a number from 1 to 1048576", s.MaxMiB)
	}
	if inFile, inURL := strings.Contains(s.File, "{part}"), len(s.Parts) > 0 || s.PartsFrom != ""; inFile != inURL {
		add("parts and {part} in file go together")
	}
	for i, part := range s.Parts {
		if !validPart(part) || slices.Contains(s.Parts[:i], part) {
			add("part %q: write each once, without slashes", part)
		}
	}
	return faults
}

// validPart keeps a part from leaving its folder.
func validPart(part string) bool {
	return fs.ValidPath(part) && path.Base(part) == part && !strings.HasPrefix(part, ".") && !strings.ContainsAny(part, "\\:*?[")
}

// address reads an address and refuses what is not safe on the way. Plain HTTP
// is for this machine only.
func address(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	var bad *url.Error
	switch {
	case errors.As(err, &bad): // without the address, which may hold a password
		return nil, fmt.Errorf("an address cannot be read: %w", bad.Err)
	case u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("%s is no address: it must begin with https://, and name a host", u.Redacted())
	case u.Scheme == "http" && !loopback(u):
		return nil, fmt.Errorf("%s is not encrypted on its way: it must begin with https", u.Redacted())
	}
	return u, nil
}

func loopback(u *url.URL) bool {
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}

// daysBack is how many days before today are tried for an address with {date}.
const daysBack = 3

// addresses are the places of one part, in the order in which they are tried.
func (s Source) addresses(part string, today time.Time) []string {
	var list []string
	for day := range daysBack + 1 {
		date := today.AddDate(0, 0, -day).Format(time.DateOnly)
		for _, text := range s.URL {
			text = strings.ReplaceAll(text, "{part}", url.PathEscape(part))
			if text = strings.ReplaceAll(text, "{date}", date); !slices.Contains(list, text) {
				list = append(list, text)
			}
		}
	}
	return list
}

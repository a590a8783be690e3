package download

import (
	"slices"
	"strings"
	"testing"
)

func TestDefaultSources(t *testing.T) {
	sources, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources {
		if s.Title == "" || s.Licence == "" || s.Origin == "" {
			t.Errorf("%s: title, licence and source must be stated", s.ID)
		}
		for _, text := range s.addresses("x y", today) {
			if u, err := address(text); err != nil || u.Scheme != "https" {
				t.Errorf("%s: %s, %v", s.ID, text, err)
			}
		}
	}
	osv := sources[slices.IndexFunc(sources, func(s Source) bool { return s.ID == "osv" })]
	if got := osv.addresses("Red Hat", today); len(got) != 1 || !strings.HasSuffix(got[0], "/Red%20Hat/all.zip") {
		t.Errorf("addresses %v", got)
	}
}

func TestMirrors(t *testing.T) {
	sources, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	merged, err := Merge(sources, "sources.yaml", []byte(`sources:
  - {id: cve, url: ["https://mirror.example/cve.zip"]}
  - {id: osv, parts: [PyPI]}
  - {id: kev, off: true}
  - {id: eol-table, path: /srv/own.csv}
`))
	if err != nil {
		t.Fatal(err)
	}
	find := func(id string) Source {
		return merged[slices.IndexFunc(merged, func(s Source) bool { return s.ID == id })]
	}
	if s := find("cve"); len(s.Hosts) != 0 || s.Kind != kindZip || s.URL[0] != "https://mirror.example/cve.zip" {
		t.Errorf("cve: %+v", s)
	}
	if s := find("osv"); len(s.Parts) != 1 || len(s.URL) != 1 {
		t.Errorf("osv: %+v", s)
	}
	if !find("kev").Off || find("eol-table").Path == "" {
		t.Error("kev is on, or the table has no path")
	}
}

func TestWrongSources(t *testing.T) {
	for text, want := range map[string]string{
		`- {id: kev, url: ["http://mirror.example/kev.json"]}`:           "not encrypted",
		`- {id: kev, url: ["ftp://mirror.example/kev.json"]}`:            "is no address",
		`- {id: kev, url: ["https://me:secret@"]}`:                       "is no address",
		`- {id: kev, file: ../../etc/passwd}`:                            "write downloads/",
		`- {id: kev, file: 000001/kit.db}`:                               "write downloads/",
		`- {id: kev, kind: exe}`:                                         `kind "exe"`,
		`- {id: kev, max_mib: -1}`:                                       "max_mib -1",
		`- {id: osv, parts: [../..]}`:                                    `part "../.."`,
		`- {id: osv, parts: [a, a]}`:                                     `part "a"`,
		`- {id: osv, file: downloads/all.zip}`:                           "go together",
		`- {id: new}`:                                                    "no url and no path",
		`- {id: kev, adress: x}`:                                         `unknown key "adress"`,
		`- {id: kev, checksum: "http://mirror.example/sums"}`:            "not encrypted",
		"- {id: kev, off: true}\n  - {id: kev, off: true}":               "there twice",
		`- {url: ["https://a.example/b"], path: x}`:                      "has no id",
		`- {id: kev, url: ["https://me:secret@mirror.example:bad/kev"]}`: "invalid port",
	} {
		sources, err := Default()
		if err != nil {
			t.Fatal(err)
		}
		_, err = Merge(sources, "sources.yaml", []byte("sources:\n  "+text+"\n"))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "sources.yaml:") {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells the password: %v", text, err)
		}
	}
}

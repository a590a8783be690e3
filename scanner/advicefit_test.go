package scanner

import "testing"

func TestRangeHolds(t *testing.T) {
	for _, c := range []struct {
		text, version string
		want          fitness
	}{
		{"vers:generic/<2.2", "2.1", fitYes},
		{"vers:generic/<2.2", "2.10", fitNo},
		{"vers:generic/>=1.0|<2.0", "1.9.9", fitYes},
		{"vers:generic/>=1.0|<2.0", "0.9", fitNo},
		{"vers:npm/1.2.3|1.2.5", "1.2.5", fitYes},
		{"vers:npm/1.2.3|1.2.5", "1.2.4", fitNo},
		{"vers:all/*", "7", fitYes},
		{"All versions", "7", fitYes},
		{"All versions < V3.2", "V3.1", fitYes},
		{"< V3.2", "3.2", fitNo},
		{"<=4.8", "4.8.0", fitYes},
		{"<2.0", "2.0rc1", fitYes},
		{"<2:2.0", "1:3.1~1", fitPerhaps},
		{"vers:generic/>=1.0|<1.5|>=2.0|<2.3", "1.7", fitPerhaps},
		{"up to the spring release", "3", fitPerhaps},
	} {
		if got := rangeHolds(c.text, c.version); got != c.want {
			t.Errorf("rangeHolds(%q, %q) = %d, want %d", c.text, c.version, got, c.want)
		}
	}
}

func TestCompareVersions(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		order int
		ok    bool
	}{
		{"1.2", "1.10", -1, true},
		{"v2", "2.0.0", 0, true},
		{"15.2(4)E8", "15.2(7)E", -1, true},
		{"1.0a", "1.0b", -1, true},
		{"1:2.0~rc1", "1:2.0~RC1", 0, true},
		{"1:2.0~rc1", "1:2.0~rc2", 0, false},
		{"", "", 0, false},
		{"2.0", "2.0rc1", 1, true},
	} {
		if order, ok := compareVersions(c.a, c.b); order != c.order || ok != c.ok {
			t.Errorf("compareVersions(%q, %q) = %d, %t, want %d, %t", c.a, c.b, order, ok, c.order, c.ok)
		}
	}
}

func TestIdentifiersTakenApart(t *testing.T) {
	if p := parsePurl("pkg:npm/%40scope/Name@1.0%2B2?arch=x86_64#sub"); p.key() != "purl npm/@scope/name" || p.version != "1.0+2" || p.qualifiers["arch"] != "x86_64" {
		t.Errorf("parsePurl: %+v", p)
	}
	if p := parsePurl("pkg:npm/@scope/name"); p.key() != "purl npm/@scope/name" || p.version != "" {
		t.Errorf("parsePurl without a version: %+v", p)
	}
	for _, text := range []string{`cpe:2.3:o:cisco:ios\:xe:17.3:*:*:*:*:*:*:*`, `cpe:/o:cisco:ios\:xe:17.3`} {
		if c := parseCPE(text); c.key() != "cpe cisco:ios:xe" || c.version != "17.3" {
			t.Errorf("parseCPE(%q): %+v", text, c)
		}
	}
}

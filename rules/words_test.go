package rules

import (
	"slices"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"iDRAC9 Enterprise":          "idrac 9 enterprise",
		"ｉＤＲＡＣ９":                     "idrac 9",
		"AMI MegaRAC SP-X":           "ami megarac sp x",
		"libfrpc_0.51.3_linux-amd64": "libfrpc 0 51 3 linux amd 64",
		"华为S5735交换机":                 "华 为 s 5735 交 换 机",
		"Müller GmbH":                "muller gmbh",
		"Mu\u0308ller":               "muller",
		"Open\u200bBMC":              "openbmc",
		"한국전자":                       "한국전자",
		"":                           "",
		"--":                         "",
		"\xff\xfeBMC":                "bmc",
	} {
		if got := strings.Join(words(text), " "); got != want {
			t.Errorf("words(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestHoldsWords(t *testing.T) {
	for _, c := range []struct {
		text, phrase string
		want         bool
	}{
		{"NVIDIA H20 96GB", "H20", true},
		{"NVIDIA H200 SXM", "H20", false},
		{"NVIDIA HGX-H20", "h20", true},
		{"浪潮美光固态硬盘", "美光", true},
		{"BMC", "BMC Helix", false},
		{"anything", "", false},
		{"anything", "--", false},
	} {
		if got := holdsWords(c.text, c.phrase); got != c.want {
			t.Errorf("holdsWords(%q, %q) = %v", c.text, c.phrase, got)
		}
	}
}

// FuzzWords checks that splitting ends, gives no empty word, and is stable: the
// words of a text, written with spaces, split into themselves.
func FuzzWords(f *testing.F) {
	for _, seed := range []string{"iDRAC9", "ｉＤＲＡＣ９", "Straße ẞ", "ﬁrmware", "华为S5735", "\xff", "İstanbul", "한국", "ガーデン", "½"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first := words(text)
		if slices.Contains(first, "") {
			t.Fatalf("empty word in %q", first)
		}
		again := words(strings.Join(first, " "))
		if !slices.Equal(first, again) {
			t.Fatalf("%q splits into %q, and that into %q", text, first, again)
		}
	})
}

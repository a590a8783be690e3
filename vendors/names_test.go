package vendors

import (
	"strings"
	"testing"
)

func TestFoldName(t *testing.T) {
	for _, c := range []struct{ raw, want string }{
		{"HUAWEI TECHNOLOGIES CO.,LTD.", "huawei technologies co ltd"},
		{"ＨＵＡＷＥＩ", "huawei"},
		{"Olivetti S.p.A.", "olivetti spa"},
		{"Comarch Sp. z o.o.", "comarch sp z oo"},
		{"G.Skill", "g skill"},
		{"Dell'Orto", "dellorto"},
		{"AT&T", "at t"},
		{"Rohde and Schwarz", "rohde schwarz"},
		{"İSTANBUL Société Ångström Łódź Straße", "istanbul societe angstrom lodz strasse"},
		{"華為技術", "华为技术"},
		{"日本電気", "日本电气"},
		{"ﾏｲｸﾛﾝ", "マイクロン"},
		{"统信UOS", "统信 uos"},
		{"Hua\u200bwei", "huawei"},
		{"Мicron", "micron"},           // Cyrillic М among Latin letters
		{"Касперского", "касперского"}, // all Cyrillic stays
		{"a\xff\xfeb", "a b"},          // not UTF-8
		{"", ""},
	} {
		n := foldName(c.raw, plain)
		var words []string
		for i := range n.words {
			words = append(words, n.at(i))
		}
		if got := strings.Join(words, " "); got != c.want {
			t.Errorf("%q folds to %q, want %q", c.raw, got, c.want)
		}
	}
}

func TestFoldNameSaysWhatItChanged(t *testing.T) {
	if n := foldName("Мicron", plain); !n.mixed {
		t.Error("a Cyrillic letter in a Latin word goes unnoticed")
	}
	if n := foldName("Mi\u202ecron", plain); !n.hidden {
		t.Error("a bidirectional override goes unnoticed")
	}
	if n := foldName("МІСRОN", skeleton); n.text != "micron" {
		t.Errorf("look-alike letters read as %q", n.text)
	}
	if n := foldName("Micr0n", digits); n.text != "micron" {
		t.Errorf("a zero for an o read as %q", n.text)
	}
}

func TestFoldNameIsBounded(t *testing.T) {
	n := foldName(strings.Repeat("word ", 100000), plain)
	if len(n.text) > maxNameBytes || len(n.words) > maxWords {
		t.Errorf("%d bytes, %d words", len(n.text), len(n.words))
	}
}

func TestParts(t *testing.T) {
	type want struct {
		relation relation
		words    string
	}
	for _, c := range []struct {
		raw  string
		want []want
	}{
		{"Micron / Crucial", []want{{first, "micron"}, {slash, "crucial"}}},
		{"M/A-COM", []want{{first, "m a com"}}},
		{"Splunk Inc., a Cisco company", []want{{first, "splunk inc"}, {owner, "cisco company"}}},
		{"JBoss, a division of Red Hat, Inc.", []want{{first, "jboss"}, {owner, "red hat inc"}}},
		{"Broadcom (formerly Avago)", []want{{first, "broadcom"}, {former, "avago"}}},
		{"Zhongxing (abbr. ZTE) Ltd", []want{{first, "zhongxing ltd"}, {same, "zte"}}},
		{"Ericsson AB - Packet Core", []want{{first, "ericsson ab"}, {dash, "packet core"}}},
		{"三星(中国)半导体", []want{{first, "三星 半导体"}, {bracket, "中国"}}},
	} {
		r := newResolver([]*Record{{ID: "samsung", Name: "Samsung", Names: map[string][]string{"zh-Hans": {"三星"}}}})
		n := r.read(c.raw, plain)
		var got []want
		for _, p := range n.parts {
			var words []string
			for _, i := range p.words {
				words = append(words, n.at(i))
			}
			got = append(got, want{p.relation, strings.Join(words, " ")})
		}
		if len(got) != len(c.want) {
			t.Errorf("%q: parts %v, want %v", c.raw, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%q: part %d is %v, want %v", c.raw, i, got[i], c.want[i])
			}
		}
	}
}

func TestEdits(t *testing.T) {
	for _, c := range []struct {
		a, b        string
		limit, want int
	}{
		{"juniper", "juniper", 2, 0},
		{"junpier", "juniper", 1, 1}, // swapped
		{"kioxa", "kioxia", 1, 1},
		{"jupiter", "juniper", 1, 2},
		{"jupiter", "juniper", 2, 2},
		{"", "ab", 1, 2},
		{strings.Repeat("a", 200), strings.Repeat("a", 200), 1, 0},
	} {
		if got := edits(c.a, c.b, c.limit); got != c.want {
			t.Errorf("edits(%q, %q, %d) = %d, want %d", c.a, c.b, c.limit, got, c.want)
		}
	}
}

func TestHanFormsAreOneStep(t *testing.T) {
	m := hanForms()
	if len(m) < 3000 {
		t.Fatalf("only %d forms", len(m))
	}
	for from, to := range m {
		if next, ok := m[to]; ok && next != to {
			t.Errorf("%c becomes %c, which becomes %c", from, to, next)
		}
	}
}

// TestWordListsAreFolded: the words of the vocabulary are written as names are
// after folding, or they would never be met.
func TestWordListsAreFolded(t *testing.T) {
	v := commonWords()
	for _, words := range []map[string]class{v.words, v.han} {
		for w := range words {
			if n := foldName(w, plain); n.text != w {
				t.Errorf("%q is met as %q", w, n.text)
			}
		}
	}
	for w := range placeholders() {
		if n := foldName(w, plain); n.text != w {
			t.Errorf("the placeholder %q is met as %q", w, n.text)
		}
	}
	for form := range strongForms {
		if v.words[form] != legal && v.han[form] != legal {
			t.Errorf("%q ends a name but is no legal form", form)
		}
	}
	for phrase := range relations {
		found := false
		for w := range relationStarts {
			found = found || strings.HasPrefix(phrase, w)
		}
		if !found {
			t.Errorf("no word of relationStarts begins %q", phrase)
		}
	}
}

package vendors

import (
	"slices"
	"testing"
)

func TestRomanised(t *testing.T) {
	for han, want := range map[string][]string{
		"华为":   {"huawei"},
		"大华":   {"dahua", "tahua"},
		"中兴":   {"zhongxing", "chunghsing"},
		"曙光":   {"shuguang", "shukuang"},
		"长城":   {"changcheng"},
		"绿盟":   {"lumeng", "lvmeng"},
		"海康威视": {"haikangweishi", "haikangweishih"}, // names leave the apostrophe of "k'ang" out
		"天融信":  {"tianrongxin", "tienjunghsin"},
		"华龘":   nil, // a character of unknown reading
	} {
		got := romanised(han)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", han, got, want)
		}
	}
}

func TestSpokenNames(t *testing.T) {
	for _, c := range []struct {
		han, want string
		partly    bool
	}{
		{"浪潮", "langchao", false},
		{"浪潮集团有限公司", "langchao", true},
		{"杭州海康威视数字技术股份有限公司", "haikangweishi", true},
		{"有限公司", "", false}, // a legal form
		{"中国电信", "", false}, // words of trade and place only
	} {
		got := spokenNames(c.han)
		if c.want == "" {
			if len(got) > 0 {
				t.Errorf("%s: %v, want nothing", c.han, got)
			}
			continue
		}
		if len(got) == 0 || got[0].spelt != c.want || got[0].partly != c.partly {
			t.Errorf("%s: %+v, want %s, partly %v", c.han, got, c.want, c.partly)
		}
	}
}

// TestSpokenNamesMeanTheirOwn: a Chinese name in Latin letters is its
// supplier's, or one's of its group, or nobody's.
func TestSpokenNamesMeanTheirOwn(t *testing.T) {
	d := builtIn(t)
	r := d.resolverOf()
	said, acting := 0, 0
	for at, rec := range d.Records() {
		for s := range rec.spoken() {
			m := d.ResolveName(s.spelt, measuredOn)
			said++
			if m.Supplier == nil {
				continue
			}
			acting++
			if other := r.at[m.Supplier.ID]; !r.sameGroup(int32(at), other, measuredOn) && r.claims[s.spelt][0].kind == spoken {
				t.Errorf("%s as %s is taken for %s: %s", s.name, s.spelt, m.Supplier.ID, m.Reason)
			}
		}
	}
	t.Logf("%d of %d spellings are enough alone", acting, said)
	if acting < said/10 {
		t.Errorf("only %d of %d spellings act", acting, said)
	}
}

func TestResolveSpoken(t *testing.T) {
	d := builtIn(t)
	for raw, want := range map[string]string{
		"Langchao": "inspur", "Ta-hua": "dahua", "Chung-hsing": "zte", "Xinhuasan": "h3c", "Hua Wei Jishu Youxian Gongsi": "huawei",
		"Hangzhou Haikang Weishi Shuzi Jishu Gufen Youxian Gongsi": "hikvision",
		"Langchao Medical": "", "Longxin": "", // others are called so too
	} {
		if m := d.ResolveName(raw, measuredOn); idOf(m) != want {
			t.Errorf("%q is taken for %q, want %q: %.2f %s", raw, idOf(m), want, m.Confidence, m.Reason)
		}
	}
}

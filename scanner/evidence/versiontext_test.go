package evidence

import "testing"

func TestReadSpan(t *testing.T) {
	for _, c := range []struct {
		text string
		want span
	}{
		{"all versions prior to 10.2.9-h1", span{to: "10.2.9-h1", toOut: true}},
		{"before 10.2.9-h1", span{to: "10.2.9-h1", toOut: true}},
		{"7.0.0 through 7.0.12", span{from: "7.0.0", to: "7.0.12"}},
		{"Versions 2.0 to 2.4", span{from: "2.0", to: "2.4"}},
		{">= 7.0.0, < 7.0.5", span{from: "7.0.0", to: "7.0.5", toOut: true}},
		{"0 < 9.8.12", span{from: "0", to: "9.8.12", toOut: true}},
		{"V4.00.10 and earlier", span{to: "4.00.10"}},
		{"<=6.11.8", span{to: "6.11.8"}},
		{"ClearPass Policy Manager 6.11.8 and below", span{to: "6.11.8"}},
		{"1.2 and later", span{from: "1.2"}},
		{"All versions", span{all: true}},
		{"*", span{all: true}},
		{"n/a", span{nothingSaid: true}},
		{"see advisory", span{nothingSaid: true}},
		{"17.6.3", span{from: "17.6.3", only: true}},
		{"R81.20, R81.10, R81", span{from: "r81.20, r81.10, r81", only: true}},
	} {
		if got := readSpan(c.text); got != c.want {
			t.Errorf("readSpan(%q) = %+v", c.text, got)
		}
	}
}

func TestWildcard(t *testing.T) {
	for text, want := range map[string]string{"22.1*": "22.1", "7.2.x": "7.2", "10.x.x": "10", "21.1*-EVO": "21.1", "5.4": ""} {
		if got, ok := wildcard(text); ok != (want != "") || ok && got != want {
			t.Errorf("wildcard(%q) = %q, %v", text, got, ok)
		}
	}
}

// FuzzReadSpan reads any text as a version in words.
func FuzzReadSpan(f *testing.F) {
	f.Add("all versions prior to 10.2.9-h1")
	f.Add("1 - 2.x")
	f.Fuzz(func(t *testing.T, text string) {
		readSpan(text)
		wildcard(text)
		begins(text)
	})
}

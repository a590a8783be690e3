package strictyaml

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

type loose struct {
	Maker   string   `yaml:"maker"`
	Country string   `yaml:"country"`
	Code    string   `yaml:"code"`
	Height  int      `yaml:"height"`
	Parts   []string `yaml:"parts"`
}

func TestValuePassesOverUnknownKeys(t *testing.T) {
	var got loose
	err := Value("a.yaml", []byte("# seen\nmaker: Acme\ncountry: NO\ncode: 1E10\nother: {a: 1}\nparts: [a, 007]\n"), &got)
	if err != nil || got.Maker != "Acme" || got.Country != "NO" || got.Code != "1E10" || len(got.Parts) != 2 || got.Parts[1] != "007" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestValueKeepsWhatFits(t *testing.T) {
	var got loose
	err := Value("a.yaml", []byte("maker: Acme\nheight: tall\ncode: x\n"), &got)
	var faults Faults
	if !errors.As(err, &faults) || len(faults) != 1 || faults[0].Line != 2 || faults[0].Text != "is text `tall`, expected a number" || got.Maker != "Acme" || got.Code != "x" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestValueRefuses(t *testing.T) {
	bomb := "a0: &a0 [x]\n"
	for i := 1; i < 60; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [*a%d, *a%d]\n", i, i, i-1, i-1)
	}
	for name, text := range map[string]string{
		"nothing":        "",
		"two documents":  "maker: a\n---\nmaker: b\n",
		"key twice":      "maker: a\nmaker: b\n",
		"no YAML":        "maker: [a\n",
		"a bomb":         bomb + "parts: *a59\n",
		"unknown alias":  "maker: *a\n",
		"alias in cycle": "parts: &a [*a]\n",
		"deep":           "parts: " + strings.Repeat("[", 20000) + "\n",
	} {
		if err := Value("a.yaml", []byte(text), new(loose)); err == nil {
			t.Errorf("%s: no error", name)
		} else if len(err.Error()) > 200 {
			t.Errorf("%s: %.200s", name, err)
		}
	}
}

func FuzzValue(f *testing.F) {
	f.Add([]byte("maker: &a Acme\nparts: [*a, b]\n"))
	f.Add([]byte("maker: !!binary aGk=\nheight: 1_0\n<<: {code: 1}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_ = Value("any", data, new(loose))
	})
}

package strictyaml

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type day string

func (d day) Check() error {
	if d == "" || strings.Count(string(d), "-") == 2 {
		return nil
	}
	return errors.New("not a day: " + string(d))
}

type sample struct {
	Name  string           `yaml:"name"`
	Since day              `yaml:"since"`
	Count int              `yaml:"count"`
	Parts []samplePart     `yaml:"parts"`
	Days  map[string]day   `yaml:"days"`
	Sets  map[string][]int `yaml:"sets"`
}

type samplePart struct {
	Country string `yaml:"country"`
	Since   day    `yaml:"since"`
}

func decode(t *testing.T, text string) (sample, []string) {
	t.Helper()
	var out sample
	err := Decode("f.yaml", []byte(text), &out)
	var faults Faults
	if err != nil && !errors.As(err, &faults) {
		t.Fatalf("error is %T, want Faults", err)
	}
	var lines []string
	for _, f := range faults {
		lines = append(lines, f.Error())
	}
	return out, lines
}

func TestDecode(t *testing.T) {
	cases := []struct {
		name, text string
		want       []string
	}{
		{"good", "name: x\nsince: 2026-01-02\nparts: [{country: NO}]\n", nil},
		{"empty", "", []string{"f.yaml: the file is empty"}},
		{"unknown keys and wrong types together", "nam: x\ncount: many\nparts:\n  - contry: NO\n", []string{
			`f.yaml:1: unknown key "nam": did you mean "name"?`, "f.yaml:2: cannot unmarshal !!str `many` into int",
			`f.yaml:4: unknown key "contry": did you mean "country"?`}},
		{"duplicate key", "name: x\nname: y\n", []string{`f.yaml:2: mapping key "name" already defined at line 1`}},
		{"values that check themselves", "since: yesterday\nparts:\n  - {since: 2026}\n  - {since: 2026-02-03}\ndays: {a: soon}\n", []string{
			"f.yaml:1: not a day: yesterday", "f.yaml:3: not a day: 2026", "f.yaml:5: not a day: soon"}},
		{"two documents", "name: x\n---\nname: y\n", []string{"f.yaml: more than one YAML document: keep one a file"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, got := decode(t, c.text)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNorwayIsACountry(t *testing.T) {
	out, faults := decode(t, "parts: [{country: NO}, {country: no}]\n")
	if faults != nil || out.Parts[0].Country != "NO" || out.Parts[1].Country != "no" {
		t.Errorf("%+v %v", out, faults)
	}
}

func TestAliasBombIsRefused(t *testing.T) {
	text := "name: &a [x, x, x, x, x, x, x, x, x]\n"
	for i := 'b'; i < 'k'; i++ {
		text += string(i) + ": &" + string(i) + " [" + strings.TrimSuffix(strings.Repeat("*"+string(i-1)+", ", 9), ", ") + "]\n"
	}
	if _, faults := decode(t, text); len(faults) == 0 {
		t.Error("an alias bomb was taken")
	}
}

func TestNearest(t *testing.T) {
	known := []string{"criticality", "category", "act"}
	for word, want := range map[string]string{"criticallity": "criticality", "catgory": "category", "zebra": "", "ac": "act"} {
		if got := Nearest(word, known); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("name: x\nparts: [{country: NO}]\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var out sample
		if err := Decode("f.yaml", data, &out); err != nil && err.Error() == "" {
			t.Error("an error without a text")
		}
	})
}

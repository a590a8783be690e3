package sbom

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestFactDetail(t *testing.T) {
	for want, pairs := range map[string][]string{
		"":                                      nil,
		"a=1; b=2":                              {"a", "1", "none", "", "b", " 2 "},
		`a="x; status=fixed"; b=y=z`:            {"a", "x; status=fixed", "b", "y=z"},
		`a="\x1b[31m\nb"`:                       {"a", "\x1b[31m\nb"},
		"a=" + strings.Repeat("é", 256) + "...": {"a", strings.Repeat("é", 300)},
	} {
		if got := factDetail(pairs...); got != want {
			t.Errorf("%q: %s, want %s", pairs, got, want)
		}
	}
}

func TestHeldReader(t *testing.T) {
	r := &heldReader{r: strings.NewReader(strings.Repeat("x", 100)), left: 50}
	data, err := io.ReadAll(iotest.OneByteReader(r))
	if len(data) != 50 || err == nil || !strings.Contains(err.Error(), "give it in parts") {
		t.Errorf("%d bytes, %v", len(data), err)
	}
}

// wantFacts compares what is read of a text with lines of "kind target | name |
// detail" and of gaps.
func wantFacts(t *testing.T, format Format, text string, want ...string) {
	t.Helper()
	got := readInput(t, textInput("in", text), Options{Formats: []Format{format}, Format: format.Name})
	var lines []string
	for _, o := range got.Observations {
		lines = append(lines, strings.Join([]string{o.Kind, o.Target, o.Name, o.Detail}, " | "))
	}
	for _, d := range got.Declarations {
		lines = append(lines, strings.Join([]string{d.Kind, d.Target, d.Name, d.Detail}, " | "))
	}
	for _, g := range got.Gaps {
		lines = append(lines, "gap | "+g.Record+" | "+g.Reason)
	}
	if got.Error != "" {
		lines = append(lines, "error | "+got.Error)
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("%s\n%s", text, diff)
	}
}

package sbom

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/netvet/netvet"
)

// walkIn writes files into a new folder and goes there.
func walkIn(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func names(inputs []Input) (names []string) {
	for _, in := range inputs {
		names = append(names, in.Name)
	}
	return names
}

func gapText(gaps []netvet.Gap) string {
	var b strings.Builder
	for _, g := range gaps {
		b.WriteString(g.Input + ": " + g.Reason + "\n")
	}
	return b.String()
}

func TestWalk(t *testing.T) {
	bom := cdxJSONText(`"components":[]`)
	walkIn(t, map[string]string{
		"in/b.json":       bom,
		"in/a/deep.json":  bom,
		"in/broken.json":  `{"bomFormat":"CycloneDX","specVersion":`,
		"in/notes.bin":    "\x7fELF...",
		"in/empty.json":   "",
		"in/netvet.yaml":  "operator: {role: vendor}",
		"in/.hidden.json": bom,
		"rack7/rack.txt":  "Rack 7",
		"rack7/parts/psu": "800 W",
		"one.json":        bom,
		"two.json":        bom,
		"odd.bin":         "\x7fELF...",
		"list.txt":        "\ufeff# the files\n\none.json\r\nin/a\n",
	})
	if err := os.Symlink("b.json", "in/link.json"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("..", "in/up"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo("in/pipe", 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		args  []string
		want  []string
		gaps  []string // parts of what the gaps say
		fault string
	}{
		{args: []string{"in"}, want: []string{"in/.hidden.json", "in/a/deep.json", "in/b.json", "in/broken.json"}, gaps: []string{
			"in/empty.json: skipped: is empty",
			"in/link.json: skipped: links are not followed",
			"in/netvet.yaml: skipped: a context found among the inputs is never read",
			"in/notes.bin: skipped: this is a program, not an inventory",
			"in/pipe: skipped: a named pipe is not read",
			"in/up: skipped: links are not followed",
		}},
		{args: []string{"two.json", "one.json", "./two.json"}, want: []string{"two.json", "one.json"}},
		{args: []string{"odd.bin"}, want: []string{"odd.bin"}}, // named: Read says why it is refused
		{args: []string{"*.bin", "o*.json"}, want: []string{"one.json"}, gaps: []string{"odd.bin: skipped: this is a program"}},
		{args: []string{"@list.txt"}, want: []string{"one.json", "in/a/deep.json"}},
		{args: []string{"rack7"}, want: []string{"rack7"}},
		{args: []string{"."}, want: []string{"in/.hidden.json", "in/a/deep.json", "in/b.json", "in/broken.json", "one.json", "rack7", "two.json"}, gaps: []string{
			"in/empty.json", "in/link.json", "in/netvet.yaml", "in/notes.bin", "in/pipe", "in/up", "list.txt: skipped", "odd.bin: skipped"}},
		{args: []string{"-"}, want: []string{"-"}},
		{args: []string{"-", "-"}, want: []string{"-"}, fault: "standard input can be named only once"},
		{args: []string{"gone.json", "one.json"}, want: []string{"one.json"}, fault: "read gone.json: no such file"},
		{args: []string{"gone*.json"}, fault: "read gone*.json: no file matches"},
		{args: []string{"@gone"}, fault: "read the list of inputs gone: no such file"},
		{args: []string{"in/pipe"}, fault: "read in/pipe: a named pipe is not read"},
	}
	// Text of any kind may be a table, so only the bills of materials are known here.
	opt := Options{Formats: []Format{rackTree(), cyclonedxJSON(), cyclonedxXML(), spdxJSON(), spdxTagValue()}}
	for _, test := range tests {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			inputs, gaps, err := Walk(test.args, strings.NewReader(bom), opt)
			if got := names(inputs); !slices.Equal(got, test.want) {
				t.Errorf("inputs %q, want %q", got, test.want)
			}
			if len(gaps) != len(test.gaps) {
				t.Errorf("gaps:\n%s", gapText(gaps))
			}
			for _, want := range test.gaps {
				if !strings.Contains(gapText(gaps), want) {
					t.Errorf("no gap says %q:\n%s", want, gapText(gaps))
				}
			}
			if test.fault == "" && err != nil || err == nil && test.fault != "" || err != nil && !strings.Contains(err.Error(), test.fault) {
				t.Errorf("error %v, want %q", err, test.fault)
			}
		})
	}
}

// TestWalkThenRead reads what was found: the broken file is an error of its own and
// the others are not touched by it.
func TestWalkThenRead(t *testing.T) {
	walkIn(t, map[string]string{
		"in/a.json":       cdxJSONText(`"components":[{"type":"library","name":"a"}]`),
		"in/b.json":       cdxJSONText(`"components":[`),
		"rack7/rack.txt":  "Rack 7",
		"rack7/parts/psu": "800 W",
	})
	if err := os.Symlink("/etc/hostname", "rack7/parts/link"); err != nil {
		t.Fatal(err)
	}
	inputs, _, err := Walk([]string{"in", "rack7", "-"}, strings.NewReader(cdxJSONText(`"components":[]`)), withDoubles())
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, in := range inputs {
		summary, _, err := Read(context.Background(), in, withDoubles(), func(Record) error { return nil })
		said = append(said, summary.Name+" "+summary.Format)
		if (err != nil) != (in.Name == "in/b.json") {
			t.Errorf("%s: %v", in.Name, err)
		}
	}
	if want := []string{"in/a.json cyclonedx-json", "in/b.json cyclonedx-json", "rack7 rack", "- cyclonedx-json"}; !slices.Equal(said, want) {
		t.Errorf("%q", said)
	}
}

// TestTreeFollowsNoLinks makes sure that a link in a tree does not lead out of it.
func TestTreeFollowsNoLinks(t *testing.T) {
	walkIn(t, map[string]string{"tree/file": "inside", "secret": "outside"})
	for name, target := range map[string]string{"tree/link": "../secret", "tree/dir": ".."} {
		if err := os.Symlink(target, name); err != nil {
			t.Fatal(err)
		}
	}
	tree := treeFS("tree")
	if _, err := tree.Open("file"); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"link", "dir/secret", "../secret", "/etc/passwd"} {
		if _, err := tree.Open(name); err == nil {
			t.Errorf("%s was opened", name)
		}
	}
}

func TestWalkIsSortedAndStable(t *testing.T) {
	files := map[string]string{}
	for _, name := range []string{"z", "a", "m/1", "m/10", "m/2", "b"} {
		files["in/"+name+".json"] = cdxJSONText(`"components":[]`)
	}
	walkIn(t, files)
	want := []string{"in/a.json", "in/b.json", "in/m/1.json", "in/m/10.json", "in/m/2.json", "in/z.json"}
	for range 3 {
		inputs, gaps, err := Walk([]string{"in"}, nil, Options{})
		if got := names(inputs); err != nil || len(gaps) > 0 || !slices.Equal(got, want) {
			t.Errorf("%q %v %v", got, gaps, err)
		}
	}
}

package sbom

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var updateReadme = flag.Bool("update-readme", false, "rewrite the list of formats in README.md")

// TestReadmeListsEveryFormat keeps the README's table of formats equal to the
// table that detection uses.
func TestReadmeListsEveryFormat(t *testing.T) {
	const begin, end = "<!-- formats: begin -->\n", "<!-- formats: end -->"
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(readme), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("README.md lacks the markers %q and %q", begin, end)
	}
	var table strings.Builder
	table.WriteString("\n| `--format-in` | format | a file looks like |\n|---|---|---|\n")
	for _, f := range Formats() {
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", f.Name, f.Title, strings.ReplaceAll(f.Expect, "|", "\\|"))
	}
	table.WriteString("\n")
	want := before + begin + table.String() + end + after
	if *updateReadme {
		if err := os.WriteFile("../README.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(readme) != want {
		t.Error("README.md does not list the formats that netvet reads: run go test ./sbom -run Readme -update-readme")
	}
}

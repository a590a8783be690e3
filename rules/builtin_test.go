package rules

import (
	"errors"
	"os"
	"testing"

	"github.com/netvet/netvet/scanner/strictyaml"
)

// TestLintBuiltin lints the files of this folder as a user's would be, which runs
// the cases of the packs and the look-alikes of the patterns.
func TestLintBuiltin(t *testing.T) {
	lib, faults := read(os.DirFS("."))
	faults = append(faults, lib.take(nil)...)
	faults = append(faults, lint(lib, lib)...)
	faults = append(faults, lintPatterns(lib)...)
	faults = append(faults, lintCases(lib, lib, os.DirFS("."))...)
	err := faults.Err()
	var sorted strictyaml.Faults
	if errors.As(err, &sorted) {
		for _, f := range sorted {
			t.Error(f)
		}
	}
	if len(lib.Packs) == 0 {
		t.Fatal("no packs in packs/*.yaml")
	}
}

package vendors

import (
	"os"
	"testing"
)

func TestLint(t *testing.T) {
	for _, f := range Lint(os.DirFS(".")) {
		t.Error(f)
	}
}

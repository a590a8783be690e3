package kit

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOverridesRefused opens archives that the program would not have written.
func TestOverridesRefused(t *testing.T) {
	for name, c := range map[string]struct {
		entry zip.FileHeader
		twice bool
		want  string
	}{
		"path out":     {entry: zip.FileHeader{Name: "rules/../../x.yaml"}, want: "no name that may stand there"},
		"absolute":     {entry: zip.FileHeader{Name: "/etc/x.yaml"}, want: "no name that may stand there"},
		"other folder": {entry: zip.FileHeader{Name: "bin/x.yaml"}, want: "no name that may stand there"},
		"no folder":    {entry: zip.FileHeader{Name: "rules"}, want: "no name that may stand there"},
		"folder":       {entry: zip.FileHeader{Name: "rules/packs/"}, want: "no name that may stand there"},
		"twice":        {entry: zip.FileHeader{Name: "rules/x.yaml"}, twice: true, want: "no name that may stand there"},
		"compressed":   {entry: zip.FileHeader{Name: "rules/x.yaml", Method: zip.Deflate}, want: "is no plain file"},
		"link":         {entry: zip.FileHeader{Name: "rules/x.yaml", ExternalAttrs: 0o120777 << 16, CreatorVersion: 3 << 8}, want: "is no plain file"},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			for range map[bool]int{false: 1, true: 2}[c.twice] {
				entry := c.entry
				if _, err := z.CreateHeader(&entry); err != nil {
					t.Fatal(err)
				}
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, overridesFile), b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			o, err := openOverrides(dir, &ManifestOverrides{Bytes: int64(b.Len()), Rules: 1})
			if err == nil {
				o.close()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

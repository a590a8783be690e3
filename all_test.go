package netvet_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/netvet/netvet"

// rooms says who may import whom, by folder. Anything not listed is refused: a
// new room needs a line here, which is where its place in the house is decided.
// Every room may import the root, which is the vocabulary.
var rooms = map[string][]string{
	"":                   {}, // the root imports the standard library only
	"scanner/strictyaml": {},
	"sbom":               {"scanner/strictyaml"},
	"vendors":            {"scanner/strictyaml"},
	"rules":              {"scanner/strictyaml"},
	"scanner/versions":   {},
	"scanner/kit":        {"scanner/strictyaml", "scanner/versions"},
	"scanner/download":   {"scanner/strictyaml"},
	"scanner/evidence":   {"scanner/strictyaml", "scanner/kit", "scanner/versions"},
	"scanner/report":     {},
	"scanner":            {"sbom", "vendors", "rules", "scanner/evidence", "scanner/kit", "scanner/report", "scanner/strictyaml", "scanner/versions"}, // report: explanations show foreign text by its rules
	"cmd/netvet":         {"sbom", "vendors", "rules", "scanner", "scanner/download", "scanner/evidence", "scanner/kit", "scanner/report", "scanner/strictyaml"},
}

// behindOneFile are the libraries that only these files may import, so that each
// can be exchanged in one place. Tests may use them as judges.
var behindOneFile = map[string][]string{
	"aead.dev/minisign":                  {"scanner/kit/signature.go"},
	"cel.dev/cel-go":                     {"rules/compile.go", "rules/eval.go"}, // expressions, and the variables they see
	"github.com/go-json-experiment/json": {"sbom/jsontokens.go", "sbom/jsondoc.go", "sbom/jsonvalue.go"},
	"github.com/google/osv-scalibr":      {"scanner/kit/osvorder.go", "scanner/evidence/osv_scanner.go"}, // the order of versions
	"github.com/google/osv-scanner":      {"scanner/evidence/osv_scanner.go"},                            // by a build tag
	"github.com/pandatix/go-cvss":        {"scanner/kit/cvss.go"},
	"go.etcd.io/bbolt":                   {"scanner/kit/store.go"},
	"go.yaml.in/yaml/v3":                 {"scanner/strictyaml/strictyaml.go", "scanner/strictyaml/loose.go"},
	"github.com/klauspost/compress":      {"sbom/decompress_zstd.go", "scanner/kit/bundlezstd.go"},
	"github.com/ulikunitz/xz":            {"sbom/decompress_xz.go"},
	"github.com/xuri/excelize/v2":        {"sbom/xlsx.go"},
}

type goPackage struct {
	ImportPath, Dir string
	Imports         []string
	GoFiles         []string
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,GoFiles", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []goPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

func room(importPath string) string {
	return strings.TrimPrefix(strings.TrimPrefix(importPath, module), "/")
}

func TestImportsRunDownwards(t *testing.T) {
	for _, p := range packages(t) {
		allowed, known := rooms[room(p.ImportPath)]
		if !known {
			t.Errorf("%s has no place in the table of rooms", p.ImportPath)
			continue
		}
		for _, imp := range p.Imports {
			ours := imp == module || strings.HasPrefix(imp, module+"/")
			if ours && imp != module && !slices.Contains(allowed, room(imp)) {
				t.Errorf("%s imports %s, which it may not", p.ImportPath, imp)
			}
			if p.ImportPath == module && strings.Contains(strings.SplitN(imp, "/", 2)[0], ".") {
				t.Errorf("the root imports %s: it may import the standard library only", imp)
			}
		}
	}
}

func TestLibrariesStandBehindTheirFile(t *testing.T) {
	for _, p := range packages(t) {
		for _, name := range p.GoFiles {
			src, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			file := strings.TrimPrefix(room(p.ImportPath)+"/"+name, "/")
			for library, homes := range behindOneFile {
				if !slices.Contains(homes, file) && bytes.Contains(src, []byte(`"`+library)) {
					t.Errorf("%s imports %s, which only %v may", file, library, homes)
				}
			}
		}
	}
}

// online are the packages that reach the network, or start what does.
var online = regexp.MustCompile(`^"(net|net/http|net/http/.*|net/rpc|net/rpc/.*|net/smtp|crypto/tls|os/exec|plugin|golang\.org/x/crypto/ssh.*)"$`)

// onlineHome is the one file that may import them.
const onlineHome = "scanner/download/http.go"

// TestOnlyDownloadsReachTheNetwork checks the promise that nothing else does.
func TestOnlyDownloadsReachTheNetwork(t *testing.T) {
	home := false
	for _, p := range packages(t) {
		for _, name := range p.GoFiles {
			file := strings.TrimPrefix(room(p.ImportPath)+"/"+name, "/")
			parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, imp := range parsed.Imports {
				if !online.MatchString(imp.Path.Value) {
					continue
				}
				home = home || file == onlineHome
				if file != onlineHome {
					t.Errorf("%s imports %s, which only %s may", file, imp.Path.Value, onlineHome)
				}
			}
		}
	}
	if !home {
		t.Errorf("%s imports nothing that reaches the network: is it still the place?", onlineHome)
	}
}

var initFunc = regexp.MustCompile(`(?m)^func init\(\)`)

func TestNoInit(t *testing.T) {
	for _, file := range sources(t, ".go") {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if initFunc.Match(src) {
			t.Errorf("%s has an init function: pass what it needs as a value", file)
		}
	}
}

// TestNamesInDocumentation keeps the README's and doc.go's folder names true.
func TestNamesInDocumentation(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range regexp.MustCompile("`((?:sbom|vendors|rules|scanner|cmd|testdata)/[a-zA-Z0-9_./-]+)`").FindAllSubmatch(readme, -1) {
		name := string(path[1])
		if strings.ContainsAny(name, "<*") || strings.Contains(name, "foo") {
			continue
		}
		if _, err := os.Stat(name); err != nil {
			t.Errorf("README.md names %s: %v", name, err)
		}
	}
}

func sources(t *testing.T, ext string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != "." {
			return filepath.SkipDir
		}
		if filepath.Ext(path) == ext {
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

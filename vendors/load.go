package vendors

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

// Load reads a folder of supplier files (data/*.yaml, and *.yaml beside it), of
// lists (lists/*.yaml), and of what was decided about names (decisions.yaml). Every file is checked by itself; all that is wrong
// comes back at once as strictyaml.Faults. That owners and listed suppliers
// exist is checked when the directory is merged, or by Lint.
func Load(fsys fs.FS) (*Directory, error) {
	files, faults := readFiles(fsys)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return directoryOf(files), nil
}

// file is one file of the folder: a supplier's, a list, or the decisions.
type file struct {
	name      string
	data      []byte
	record    *Record // one of the three is set
	list      *netvet.List
	decisions *decisionList
}

func directoryOf(files []file) *Directory {
	var records []*Record
	var lists []netvet.List
	var decisions []Decision
	for _, f := range files {
		switch {
		case f.record != nil:
			records = append(records, f.record)
		case f.list != nil:
			lists = append(lists, *f.list)
		default:
			decisions = append(decisions, f.decisions.Decisions...)
		}
	}
	return newDirectory(records, lists, nil).deciding(decisions)
}

// readFiles decodes and checks every file; a file that does not decode is left
// out. Faults of the kind "cannot be read at all" concern the folder.
func readFiles(fsys fs.FS) ([]file, strictyaml.Faults) {
	var files []file
	var faults strictyaml.Faults
	seen := map[string]string{}
	for _, pattern := range []string{"*.yaml", "data/*.yaml", "lists/*.yaml"} {
		names, err := fs.Glob(fsys, pattern)
		if err != nil {
			faults = append(faults, strictyaml.Fault{File: pattern, Text: err.Error()})
		}
		for _, name := range names {
			f, err := readFile(fsys, name)
			if err != nil {
				faults = append(faults, asFaults(name, err)...)
				continue
			}
			faults = append(faults, f.check()...)
			if f.decisions == nil {
				key := fmt.Sprint(f.record != nil, f.id())
				if other := seen[key]; other != "" {
					faults = append(faults, strictyaml.Fault{File: name, Text: fmt.Sprintf("the id %q is taken by %s", f.id(), other)})
				}
				seen[key] = name
			}
			files = append(files, f)
		}
	}
	if len(files) == 0 && len(faults) == 0 {
		faults = append(faults, strictyaml.Fault{File: ".", Text: "no supplier, list or decision found: put suppliers into data/<id>.yaml, lists into lists/<id>.yaml, decisions about names into decisions.yaml"})
	}
	return files, faults
}

func readFile(fsys fs.FS, name string) (file, error) {
	f := file{name: name}
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return f, err
	}
	f.data = data
	if name == decisionsFile {
		f.decisions = new(decisionList)
		return f, strictyaml.Decode(name, data, f.decisions)
	}
	if strings.HasPrefix(name, "lists/") {
		f.list = new(netvet.List)
		return f, strictyaml.Decode(name, data, f.list)
	}
	f.record = new(Record)
	return f, strictyaml.Decode(name, data, f.record)
}

func (f *file) id() string {
	if f.record != nil {
		return f.record.ID
	}
	return f.list.ID
}

// asFaults returns the faults an error is made of.
func asFaults(name string, err error) strictyaml.Faults {
	var faults strictyaml.Faults
	if errors.As(err, &faults) {
		return faults
	}
	return strictyaml.Faults{{File: name, Text: err.Error()}}
}

// complaint is one thing wrong at a dotted path of a file.
type complaint struct{ path, text string }

// complaints collects what is wrong with one file.
type complaints []complaint

func (c *complaints) addf(path, format string, args ...any) {
	*c = append(*c, complaint{path, fmt.Sprintf(format, args...)})
}

// faults places complaints on the lines of the file they are about; what is
// missing stands on the line of the nearest thing above it.
func (f *file) faults(found complaints) strictyaml.Faults {
	if len(found) == 0 {
		return nil
	}
	lines := strictyaml.Lines(f.data)
	out := make(strictyaml.Faults, len(found))
	for i, c := range found {
		at := c.path
		for lines[at] == 0 && at != "" {
			at = at[:max(strings.LastIndexByte(at, '.'), 0)]
		}
		out[i] = strictyaml.Fault{File: f.name, Line: lines[at], Text: c.text}
	}
	return out
}

// check looks at one file by itself.
func (f *file) check() strictyaml.Faults {
	if f.decisions != nil {
		return f.faults(f.decisions.check())
	}
	var found complaints
	if id, want := f.id(), strings.TrimSuffix(path.Base(f.name), ".yaml"); id != want {
		found.addf("id", "id %q is not the file's name: write id: %s, or rename the file", id, want)
	}
	if f.record != nil {
		found.record(f.record)
	} else {
		found.list(f.list)
	}
	return f.faults(found)
}

// references checks what records and lists say of one another: that owners and
// listed suppliers exist, and that no ownership runs in a circle.
func (d *Directory) references() strictyaml.Faults {
	var faults strictyaml.Faults
	add := func(file string, found complaints) {
		for _, c := range found {
			faults = append(faults, strictyaml.Fault{File: file, Text: c.text})
		}
	}
	for _, r := range d.records {
		add("data/"+r.ID+".yaml", d.owners(r))
	}
	for i := range d.lists {
		add("lists/"+d.lists[i].ID+".yaml", d.listed(&d.lists[i]))
	}
	add(decisionsFile, d.checkDecisions(d.decisions))
	slices.SortStableFunc(faults, func(a, b strictyaml.Fault) int { return strings.Compare(a.File, b.File) })
	return faults
}

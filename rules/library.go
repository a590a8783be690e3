package rules

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

//go:embed *.yaml library.gen packs/*.yaml profiles/*.yaml testdata/*.yaml
var builtin embed.FS

// Library is everything there is to choose from: packs, profiles, patterns, and
// how much parts of each kind matter. It is not changed after loading.
type Library struct {
	Packs       []*Pack    // by id
	Profiles    []*Profile // by id, as written: Profile resolves what they extend
	Patterns    []*Pattern // by id
	relevance   *relevance
	licences    *licenceFile
	adjustments *adjustmentFile
	data        []netvet.DataSet
}

// Default returns the library built into the program: from its snapshot, or from
// the files themselves when they have changed since. The tests of this package
// check it as Load checks a user's.
func Default() (*Library, error) {
	l, faults := fromSnapshot(builtin), strictyaml.Faults(nil)
	if l == nil {
		l, faults = read(builtin)
	}
	return l, append(faults, l.take(nil)...).Err()
}

// Load reads a user's own library: any of packs/*.yaml, profiles/*.yaml,
// patterns.yaml, relevance.yaml, licences.yaml and adjustments.yaml. The error is all faults of
// all files, as strictyaml.Faults. What its packs name and it does not have
// itself, such as a pattern, is taken to be the built-in one.
func Load(fsys fs.FS) (*Library, error) {
	l, faults := load(fsys)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return l, nil
}

// Lint returns all faults of a user's library: those that Load refuses, and
// those that only a reader of the results would notice, such as a rule without
// cases or a pattern that picks its own look-alike.
func Lint(fsys fs.FS) strictyaml.Faults {
	l, faults := load(fsys)
	if len(faults) > 0 {
		return faults
	}
	base, err := Default()
	if err != nil {
		return strictyaml.Faults{{File: "built-in rules", Text: err.Error()}}
	}
	whole, err := base.Merge(l)
	if err != nil {
		return strictyaml.Faults{{File: ".", Text: err.Error()}}
	}
	faults = append(faults, lintPatterns(l)...)
	return append(faults, lintCases(whole, l, fsys)...)
}

func load(fsys fs.FS) (*Library, strictyaml.Faults) {
	l, faults := read(fsys)
	base, err := Default()
	if err != nil {
		return nil, strictyaml.Faults{{File: "built-in rules", Text: err.Error()}}
	}
	if len(faults) == 0 && len(l.Packs)+len(l.Profiles)+len(l.Patterns)+len(l.data) == 0 && l.adjustments == nil {
		return nil, strictyaml.Faults{{File: ".", Text: "no rules here: expected packs/*.yaml, profiles/*.yaml, patterns.yaml or adjustments.yaml"}}
	}
	faults = append(faults, l.take(base)...)
	return l, append(faults, lint(l, base)...)
}

// Merge returns this library with the user's own on top: by id, the user's
// pack, profile or pattern wins. The user's relevance replaces the other, the
// user's licences are added.
func (l *Library) Merge(user *Library) (*Library, error) {
	out := &Library{
		Packs:       merge(l.Packs, user.Packs, func(p *Pack) string { return p.ID }),
		Profiles:    merge(l.Profiles, user.Profiles, func(p *Profile) string { return p.ID }),
		Patterns:    merge(l.Patterns, user.Patterns, func(p *Pattern) string { return p.ID }),
		relevance:   cmp.Or(user.relevance, l.relevance),
		licences:    l.licences.add(user.licences),
		adjustments: l.adjustments.add(user.adjustments),
		data:        slices.Concat(l.data, user.data),
	}
	return out, lint(out, out).Err()
}

// DataSets identifies the files of the library that are no pack.
func (l *Library) DataSets() []netvet.DataSet { return slices.Clone(l.data) }

// Pack returns the pack of that id.
func (l *Library) Pack(id string) (*Pack, bool) {
	for _, p := range l.Packs {
		if p.ID == id {
			return p, true
		}
	}
	return nil, false
}

func merge[T any](base, user []*T, id func(*T) string) []*T {
	byID := map[string]*T{}
	for _, v := range slices.Concat(base, user) {
		byID[id(v)] = v
	}
	out := make([]*T, 0, len(byID))
	for _, key := range slices.Sorted(maps.Keys(byID)) {
		out = append(out, byID[key])
	}
	return out
}

// read decodes the files of a library and checks no more than their form. Packs
// are decoded side by side: that is most of the time that a small scan takes to
// start.
func read(fsys fs.FS) (*Library, strictyaml.Faults) {
	r := reader{fsys: fsys}
	l := &Library{}
	packs, others := r.list("packs"), reader{fsys: fsys}
	parts := make([]reader, len(packs))
	l.Packs = make([]*Pack, len(packs))
	inParallel(len(packs)+1, func(i int) {
		if i == len(packs) {
			others.others(l)
			return
		}
		parts[i].fsys = fsys
		l.Packs[i] = parts[i].pack(packs[i])
	})
	for i := range parts {
		r.faults = append(r.faults, parts[i].faults...)
	}
	l.Packs = slices.DeleteFunc(l.Packs, func(p *Pack) bool { return p == nil })
	return l, append(r.faults, others.faults...)
}

type reader struct {
	fsys   fs.FS
	faults strictyaml.Faults
}

func (r *reader) pack(name string) *Pack {
	p := &Pack{}
	data, ok := r.decode(name, p)
	if !ok {
		return nil
	}
	p.File, p.data, p.SHA256 = name, data, sum(data)
	r.named(name, "pack", p.ID)
	return p
}

// others reads everything but the packs.
func (r *reader) others(l *Library) {
	for _, name := range r.list("profiles") {
		p := &Profile{}
		if data, ok := r.decode(name, p); ok {
			p.File, p.data = name, data
			r.named(name, "profile", p.ID)
			l.Profiles = append(l.Profiles, p)
		}
	}
	var patterns patternFile
	if data, ok := r.optional("patterns.yaml", &patterns); ok {
		for _, id := range keys(patterns.Patterns) {
			p := patterns.Patterns[id]
			p.ID, p.data = id, data
			l.Patterns = append(l.Patterns, &p)
		}
		l.data = append(l.data, r.dataSet("patterns", patterns.Version, patterns.Source, data))
	}
	var weights relevance
	if data, ok := r.optional("relevance.yaml", &weights); ok {
		weights.data = data
		l.relevance = &weights
		l.data = append(l.data, r.dataSet("relevance", weights.Version, weights.Source, data))
	}
	var adjusted adjustmentFile
	if data, ok := r.optional(adjustmentsName, &adjusted); ok {
		adjusted.data = data
		l.adjustments = &adjusted
	}
	var words licenceFile
	if data, ok := r.optional("licences.yaml", &words); ok {
		l.licences = &words
		l.data = append(l.data, r.dataSet("licences", words.Version, words.Source, data))
	}
}

func (r *reader) dataSet(id string, version netvet.Date, source string, data []byte) netvet.DataSet {
	if version == "" || source == "" {
		r.fault(id+".yaml", "version and source are required")
	}
	return netvet.DataSet{ID: id, Version: string(version), AsOf: string(version), SHA256: sum(data)}
}

// list names the YAML files of a folder, which may be missing.
func (r *reader) list(folder string) []string {
	entries, err := fs.ReadDir(r.fsys, folder)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		name := path.Join(folder, e.Name())
		switch path.Ext(name) {
		case ".yaml":
			out = append(out, name)
		case ".yml":
			r.fault(name, "rename it to end in .yaml")
		}
	}
	return out
}

// named checks that a file is called after the id of what it holds.
func (r *reader) named(file, what, id string) {
	if want := strings.TrimSuffix(path.Base(file), ".yaml"); id != want {
		r.fault(file, fmt.Sprintf("%s: %q: the id must be the file's name, %q", what, id, want))
	}
}

func (r *reader) optional(name string, out any) ([]byte, bool) {
	if _, err := fs.Stat(r.fsys, name); err != nil {
		return nil, false
	}
	return r.decode(name, out)
}

func (r *reader) decode(name string, out any) ([]byte, bool) {
	data, err := fs.ReadFile(r.fsys, name)
	if err != nil {
		r.fault(name, err.Error())
		return nil, false
	}
	if err := strictyaml.Decode(name, data, out); err != nil {
		r.faults = append(r.faults, asFaults(name, err)...)
		return nil, false
	}
	return data, true
}

func (r *reader) fault(file, text string) {
	r.faults = append(r.faults, strictyaml.Fault{File: file, Text: text})
}

func asFaults(name string, err error) strictyaml.Faults {
	if f, ok := err.(strictyaml.Faults); ok {
		return f
	}
	return strictyaml.Faults{{File: name, Text: err.Error()}}
}

func sum(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

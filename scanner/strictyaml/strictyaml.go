// Package strictyaml reads YAML files of knowledge and settings: every unknown
// key, wrong type and duplicate key is a fault with file and line, and all
// faults of a file come at once. It is the only importer of the YAML library.
//
// The library is go.yaml.in/yaml/v3, the maintained continuation of go-yaml v3:
// it collects all type faults of a document with their lines, refuses duplicate
// keys, bounds alias expansion, and keeps words such as NO as strings when a
// string is wanted, so that Norway stays Norway.
package strictyaml

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Fault is one thing wrong with a file. Line is 0 when it concerns no line.
type Fault struct {
	File string
	Line int
	Text string
}

func (f Fault) Error() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s", f.File, f.Text)
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text)
}

// Faults are all things wrong with one or more files, in file and line order.
type Faults []Fault

func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Err returns the faults sorted as an error, or nil when there are none.
func (fs Faults) Err() error {
	if len(fs) == 0 {
		return nil
	}
	slices.SortStableFunc(fs, func(a, b Fault) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
	return fs
}

// Decode reads one YAML document into out, a pointer to a struct, and returns
// all its faults as Faults. The name is the file's, for messages.
func Decode(name string, data []byte, out any) error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	err := dec.Decode(out)
	if errors.Is(err, io.EOF) {
		return Faults{{File: name, Text: "the file is empty"}}
	}
	if err != nil {
		return faults(name, err, keys(reflect.TypeOf(out), map[reflect.Type]bool{}))
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return Faults{{File: name, Text: "more than one YAML document: keep one a file"}}
	}
	return check(name, data, out)
}

// checked is a value that knows whether what was read into it is well formed. It
// is asked after decoding, because an error while decoding would end the file
// and hide its other faults.
type checked interface{ Check() error }

// check asks every value of the decoded document.
func check(name string, data []byte, out any) error {
	var lines map[string]int
	var faults Faults
	visit(reflect.ValueOf(out), "", func(path string, v checked) {
		err := v.Check()
		if err == nil {
			return
		}
		if lines == nil {
			lines = Lines(data)
		}
		faults = append(faults, Fault{File: name, Line: lines[path], Text: err.Error()})
	})
	return faults.Err()
}

// visit walks a decoded value and calls see with every checked value and its
// path, as Lines writes it.
func visit(v reflect.Value, path string, see func(string, checked)) {
	join := func(key string) string {
		if path == "" {
			return key
		}
		return path + "." + key
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			visit(v.Elem(), path, see)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			tag, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			switch {
			case !f.IsExported() || tag == "-":
			case strings.Contains(options, "inline"):
				visit(v.Field(i), path, see)
			default:
				visit(v.Field(i), join(cmp.Or(tag, strings.ToLower(f.Name))), see)
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			visit(v.Index(i), join(strconv.Itoa(i)), see)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			visit(v.MapIndex(k), join(fmt.Sprint(k.Interface())), see)
		}
	case reflect.String:
		if c, ok := v.Interface().(checked); ok {
			see(path, c)
		}
	}
}

// Lines maps the dotted path of every key ("rules.3.when") to its line, so that
// later checks can say where a fault is.
func Lines(data []byte) map[string]int {
	var doc yaml.Node
	lines := map[string]int{}
	if yaml.Unmarshal(data, &doc) == nil && len(doc.Content) > 0 {
		walk(doc.Content[0], "", lines)
	}
	return lines
}

func walk(n *yaml.Node, path string, lines map[string]int) {
	lines[path] = n.Line
	join := func(key string) string {
		if path == "" {
			return key
		}
		return path + "." + key
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			walk(n.Content[i+1], join(n.Content[i].Value), lines)
			lines[join(n.Content[i].Value)] = n.Content[i].Line
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			walk(c, join(strconv.Itoa(i)), lines)
		}
	}
}

var (
	lineOf       = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)
	unknownField = regexp.MustCompile(`^field (\S+) not found in type \S+$`)
)

func faults(name string, err error, known []string) error {
	var texts []string
	var te *yaml.TypeError
	if errors.As(err, &te) {
		texts = te.Errors
	} else {
		texts = []string{err.Error()}
	}
	var out Faults
	for _, t := range texts {
		f := Fault{File: name, Text: strings.TrimPrefix(t, "yaml: ")}
		if m := lineOf.FindStringSubmatch(t); m != nil {
			f.Line, _ = strconv.Atoi(m[1])
			f.Text = m[2]
		}
		if m := unknownField.FindStringSubmatch(f.Text); m != nil {
			f.Text = fmt.Sprintf("unknown key %q", m[1])
			if near := Nearest(m[1], known); near != "" {
				f.Text += fmt.Sprintf(": did you mean %q?", near)
			}
		}
		out = append(out, f)
	}
	return out.Err()
}

// keys lists the YAML keys of a type and all types below it.
func keys(t reflect.Type, seen map[reflect.Type]bool) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map || t.Kind() == reflect.Array {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || seen[t] {
		return nil
	}
	seen[t] = true
	var out []string
	for i := range t.NumField() {
		f := t.Field(i)
		tag, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if tag == "-" || !f.IsExported() {
			continue
		}
		if tag == "" {
			tag = strings.ToLower(f.Name)
		}
		out = append(out, tag)
		out = append(out, keys(f.Type, seen)...)
	}
	return out
}

// Nearest returns the known word closest to word by edit distance, or "" when
// none is close: at most a third of its letters may differ.
func Nearest(word string, known []string) string {
	best, at := "", len(word)/3+2
	for _, k := range known {
		if d := distance(word, k); d < at {
			best, at = k, d
		}
	}
	return best
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diag := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diag
			if a[i-1] != b[j-1] {
				cost++
			}
			diag = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

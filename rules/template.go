package rules

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/netvet/netvet"
)

// template is a text with {paths} to fill in, checked when it is loaded.
type template struct {
	parts []templatePart
}

// templatePart is a piece of text followed by a value.
type templatePart struct {
	text string
	path *valuePath
}

// valuePath leads from a variable to a value in it.
type valuePath struct {
	root  string
	steps [][]int // indexes of struct fields
	key   string  // of a map, when the last step is one
}

// roots are the variables of a template.
type roots struct {
	types  map[string]reflect.Type
	fields map[reflect.Type]map[string]reflect.StructField // by JSON name, as far as asked for
}

// ruleRoots are the variables of the templates of a rule.
func ruleRoots(each string) *roots {
	out := &roots{map[string]reflect.Type{varCount: reflect.TypeFor[int]()}, map[reflect.Type]map[string]reflect.StructField{}}
	for _, v := range variables() {
		if v.each == "" || v.each == each {
			out.types[v.name] = v.typ
		}
	}
	return out
}

// gateRoots are the variables of the message of a gate.
func gateRoots() *roots {
	return &roots{map[string]reflect.Type{
		"product": reflect.TypeFor[netvet.Product](), varSupplier: reflect.TypeFor[netvet.Supplier](),
		"party": reflect.TypeFor[netvet.Supplier](), "list": reflect.TypeFor[netvet.List](), "entry": reflect.TypeFor[netvet.Entry](),
		varComponent: reflect.TypeFor[netvet.Component](), "operator": reflect.TypeFor[Operator](),
		"profile": reflect.TypeFor[PointOfView](), varCount: reflect.TypeFor[int](),
	}, map[reflect.Type]map[string]reflect.StructField{}}
}

func parseTemplate(text string, known *roots) (*template, error) {
	t := &template{}
	for text != "" {
		before, rest, open := strings.Cut(text, "{")
		if !open {
			t.parts = append(t.parts, templatePart{text: before})
			break
		}
		path, after, closed := strings.Cut(rest, "}")
		if !closed {
			return nil, fmt.Errorf("the { before %q is not closed", rest)
		}
		p, err := parsePath(path, known)
		if err != nil {
			return nil, err
		}
		t.parts = append(t.parts, templatePart{before, p})
		text = after
	}
	return t, nil
}

func parsePath(path string, known *roots) (*valuePath, error) {
	names := strings.Split(path, ".")
	typ, ok := known.types[names[0]]
	if !ok {
		return nil, fmt.Errorf("{%s}: %q is not known here", path, names[0])
	}
	p := &valuePath{root: names[0]}
	for i, name := range names[1:] {
		switch typ.Kind() {
		case reflect.Struct:
			f, ok := known.field(typ, name)
			if !ok {
				return nil, fmt.Errorf("{%s}: no field %q", path, name)
			}
			p.steps, typ = append(p.steps, f.Index), f.Type
		case reflect.Map:
			if i != len(names)-2 {
				return nil, fmt.Errorf("{%s}: nothing can follow %q", path, name)
			}
			p.key, typ = name, typ.Elem()
		default:
			return nil, fmt.Errorf("{%s}: nothing can follow %q", path, names[i])
		}
	}
	if !printable(typ) {
		return nil, fmt.Errorf("{%s}: a %s cannot be written out: name a field of it", path, typ.Kind())
	}
	return p, nil
}

func printable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		return t == reflect.TypeFor[time.Time]()
	case reflect.Slice:
		return t.Elem().Kind() == reflect.String || t.Elem().Kind() == reflect.Int64
	case reflect.Map, reflect.Pointer, reflect.Func, reflect.Interface:
		return false
	}
	return true
}

// field finds the field of a struct by its JSON name.
func (r *roots) field(t reflect.Type, name string) (reflect.StructField, bool) {
	known, ok := r.fields[t]
	if !ok {
		known = map[string]reflect.StructField{}
		for _, f := range reflect.VisibleFields(t) {
			if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag != "" && tag != "-" && f.IsExported() {
				known[tag] = f
			}
		}
		r.fields[t] = known
	}
	f, ok := known[name]
	return f, ok
}

// fill writes the text out. An empty value vanishes with the space before it.
func (t *template) fill(root func(name string) reflect.Value) string {
	if t == nil {
		return ""
	}
	var b strings.Builder
	for _, part := range t.parts {
		value := ""
		if part.path != nil {
			value = part.path.value(root)
		}
		text := part.text
		if part.path != nil && value == "" {
			text = strings.TrimSuffix(text, " ")
		}
		b.WriteString(text)
		b.WriteString(value)
	}
	return strings.TrimSpace(b.String())
}

func (p *valuePath) value(root func(name string) reflect.Value) string {
	v := root(p.root)
	for _, step := range p.steps {
		if !v.IsValid() {
			return ""
		}
		v = v.FieldByIndex(step)
	}
	if p.key != "" && v.IsValid() {
		v = v.MapIndex(reflect.ValueOf(p.key))
	}
	return display(v)
}

func display(v reflect.Value) string {
	if !v.IsValid() {
		return ""
	}
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Int, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'f', -1, 64)
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Slice:
		out := make([]string, v.Len())
		for i := range out {
			out[i] = display(v.Index(i))
		}
		return strings.Join(out, ", ")
	}
	if t, ok := v.Interface().(time.Time); ok {
		return t.Format(time.DateOnly)
	}
	return ""
}

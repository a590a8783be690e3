package sbom

import (
	"fmt"

	"github.com/netvet/netvet/scanner/strictyaml"
)

// readHostYAML reads a YAML document as a whole. Scalars are texts as they are
// written: a serial number of digits keeps its zeros.
func readHostYAML(name string, text []byte, opt Options) (*hostTree, error) {
	var document writtenYAML
	if err := strictyaml.Value(name, text, &document); err != nil {
		return nil, err
	}
	t := &hostTree{opt: opt}
	if err := t.checkYAML(document.v, 1); err != nil {
		return nil, err
	}
	t.root = hostNode{jsonValue: jsonValue(document)}
	return t, nil
}

// writtenYAML is any value of a YAML document, its scalars as they are written.
type writtenYAML struct{ v any }

// UnmarshalYAML is called by the library for every value.
func (y *writtenYAML) UnmarshalYAML(decode func(any) error) error {
	var text string
	if decode(&text) == nil {
		y.v = text
		return nil
	}
	var list []writtenYAML
	if decode(&list) == nil {
		all := make([]any, len(list))
		for i := range list {
			all[i] = list[i].v
		}
		y.v = all
		return nil
	}
	var members map[string]writtenYAML
	err := decode(&members)
	object := make(map[string]any, len(members))
	for key, member := range members {
		object[key] = member.v
	}
	y.v = object
	return err
}

// checkYAML holds a document to the limits of nesting and of texts.
func (t *hostTree) checkYAML(v any, depth int) error {
	if depth > t.opt.MaxDepth {
		return fmt.Errorf("nesting deeper than %d", t.opt.MaxDepth)
	}
	switch v := v.(type) {
	case string:
		if len(v) > t.opt.MaxString {
			return fmt.Errorf("a string longer than %d bytes", t.opt.MaxString)
		}
	case []any:
		for _, item := range v {
			if err := t.checkYAML(item, depth+1); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, item := range v {
			if err := t.checkYAML(item, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

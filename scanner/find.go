package scanner

import (
	"fmt"
	"strings"

	"github.com/netvet/netvet/scanner/strictyaml"
)

// resolve completes an id from its beginning.
func (x *explainer) resolve(id string) (string, error) {
	var all, begun []string
	for i := range x.register.Products {
		all = append(all, x.register.Products[i].ID)
	}
	for i := range x.register.Findings {
		all = append(all, x.register.Findings[i].ID)
	}
	for i := range x.register.Risks {
		all = append(all, x.register.Risks[i].ID)
	}
	for _, known := range all {
		if known == id {
			return id, nil
		}
		if id != "" && strings.HasPrefix(known, id) {
			begun = append(begun, known)
		}
	}
	switch len(begun) {
	case 0:
		return "", x.unknownID(id, all)
	case 1:
		return begun[0], nil
	}
	return "", fmt.Errorf("explain %s: %d ids begin like this (%s): give more of it", id, len(begun), firstFew(begun, 5))
}

// unknownID says what ids there are and how to find the right one.
func (x *explainer) unknownID(id string, all []string) error {
	r := x.register
	hint := fmt.Sprintf("the register has %s (p-...), %s (f-...) and %s (r-...); 'netvet report -o csv REGISTER' lists products and risks with their ids, '-o json' all",
		counted(len(r.Products), "product"), counted(len(r.Findings), "finding"), counted(len(r.Risks), "risk"))
	if strings.Contains(id, "/") {
		return fmt.Errorf("explain %q: this looks like a rule, which 'netvet rules show' explains; %s", id, hint)
	}
	if named := x.named(id); len(named) > 0 {
		return fmt.Errorf("explain %q: not an id, but the name of %s; %s", id, firstFew(named, 5), hint)
	}
	if nearest := strictyaml.Nearest(id, all); nearest != "" {
		return fmt.Errorf("explain %q: no such id, the nearest is %s; %s", id, nearest, hint)
	}
	return fmt.Errorf("explain %q: no such id; %s", id, hint)
}

// named returns the ids of the products whose name or model holds the text.
func (x *explainer) named(text string) []string {
	var ids []string
	for i := range x.register.Products {
		p := &x.register.Products[i]
		if text != "" && strings.Contains(strings.ToLower(word(p.Name)+"\n"+word(p.Model)+"\n"+word(p.PartNumber)+"\n"+word(p.Serial)), strings.ToLower(text)) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

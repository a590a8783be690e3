package scanner

import (
	"fmt"
	"path"
	"strings"

	"github.com/netvet/netvet"
)

// ContextBinding says that what an input says of a target is about a product: a
// scan knows an address, an inventory a serial number. An empty input or target
// is any; * in a text matches anything.
type ContextBinding struct {
	Input   string       `yaml:"input"`
	Target  string       `yaml:"target"`
	Product ContextMatch `yaml:"product"`
	// Role is "observed" for a list of parts that somebody found in the product:
	// by unpacking its firmware, or scanning its disk.
	Role string `yaml:"role"`
	line int
}

// ContextObservation says of the observations of an input where the probe stood
// and who allowed it.
type ContextObservation struct {
	Input         string               `yaml:"input"`
	Vantage       string               `yaml:"vantage"`
	Authorisation ContextAuthorisation `yaml:"authorisation"`
}

// ContextAuthorisation is the leave to probe: active observation of critical
// information infrastructure needs it (Regulations on the Security Protection
// of Critical Information Infrastructure, Art. 31).
type ContextAuthorisation struct {
	By       string      `yaml:"by"`
	Document string      `yaml:"document"`
	Date     netvet.Date `yaml:"date"`
}

// String writes who gave leave, where and when; empty when nobody did.
func (a ContextAuthorisation) String() string {
	if a.By == "" {
		return ""
	}
	text := a.By
	for _, part := range []string{a.Document, string(a.Date)} {
		if part != "" {
			text += ", " + part
		}
	}
	return text
}

func (k *checker) binding(at string, b *ContextBinding) {
	b.line = k.lines[at]
	if b.Input == "" && b.Target == "" {
		k.fault(at, `the binding names neither input nor target: give one, with target: "*" for everything in an input`)
	}
	if b.Product == (ContextMatch{}) {
		k.fault(at, "the binding names no product: give product, with serial, id, model and supplier, or name")
	}
	if b.Role != "" && b.Role != roleObserved {
		k.fault(at+".role", "role is %q: the one that there is is %q, for a list of parts that were found in the product", b.Role, roleObserved)
	}
	if b.Role == roleObserved && (b.Input == "" || b.Target != "") {
		k.fault(at, "a list of parts that were found is given as input, without a target")
	}
	k.patterns(at, b.Input, b.Target)
	k.match(at+".product", b.Product)
}

func (k *checker) observation(at string, o *ContextObservation) {
	k.required(at, "input", o.Input)
	k.patterns(at+".input", o.Input)
	if o.Authorisation != (ContextAuthorisation{}) {
		k.required(at+".authorisation", "by", o.Authorisation.By)
		k.required(at+".authorisation", "date", string(o.Authorisation.Date))
	}
}

// patterns checks that texts with * are well formed.
func (k *checker) patterns(at string, patterns ...string) {
	for _, pattern := range patterns {
		if _, err := path.Match(pattern, ""); err != nil {
			k.fault(at, "bad pattern %q: %v", pattern, err)
		}
	}
}

// ofInput reports whether a pattern names an input: the whole name, or that of
// the file alone.
func ofInput(pattern, input string) bool {
	return fits(pattern, input, input[strings.LastIndexAny(input, "/!\\")+1:])
}

// binding is a binding of the context with the facts that it speaks of.
type binding struct {
	*ContextBinding
	groups []*factGroup
	used   bool // a product matched
}

// bindings finds what the context binds to a product. Those that name one serial
// number or id are looked up, because there may be one for every product.
type bindings struct {
	all      []*binding
	bySerial map[string][]*binding
	byID     map[string][]*binding
	others   []*binding
}

func newBindings(list []ContextBinding, facts *factStore) *bindings {
	x := &bindings{bySerial: map[string][]*binding{}, byID: map[string][]*binding{}}
	for i := range list {
		if list[i].Role == roleObserved {
			continue
		}
		b := &binding{ContextBinding: &list[i], groups: facts.named(&list[i])}
		for _, g := range b.groups {
			g.told = true
		}
		x.all = append(x.all, b)
		switch m := &b.Product; {
		case exact(m.Serial):
			x.bySerial[strings.ToLower(m.Serial)] = append(x.bySerial[strings.ToLower(m.Serial)], b)
		case exact(m.ID):
			x.byID[strings.ToLower(m.ID)] = append(x.byID[strings.ToLower(m.ID)], b)
		default:
			x.others = append(x.others, b)
		}
	}
	return x
}

// exact reports whether a pattern is a plain text.
func exact(pattern string) bool { return pattern != "" && !strings.ContainsAny(pattern, `*?[\`) }

// of returns the groups of facts that are bound to a product.
func (x *bindings) of(a *netvet.Assessment) (groups []boundGroup) {
	for _, list := range [][]*binding{x.bySerial[strings.ToLower(a.Product.Serial)], x.byID[strings.ToLower(a.Product.ID)], x.others} {
		for _, b := range list {
			if b.Product.matches(a) {
				b.used = true
				for _, g := range b.groups {
					groups = append(groups, boundGroup{factGroup: g, by: fmt.Sprintf("the binding in line %d of the context", b.line)})
				}
			}
		}
	}
	return groups
}

// idle tells which bindings came to nothing.
func (x *bindings) idle(file string) (gaps []netvet.Gap) {
	for _, b := range x.all {
		reason := ""
		switch {
		case len(b.groups) == 0:
			reason = fmt.Sprintf("the binding of target %q in input %q matches nothing that was read", b.Target, b.Input)
		case !b.used:
			reason = fmt.Sprintf("the binding of target %q in input %q matches no product", b.Target, b.Input)
		default:
			continue
		}
		gaps = append(gaps, netvet.Gap{Input: file, Record: fmt.Sprintf("line %d", b.line), Reason: reason})
	}
	return gaps
}

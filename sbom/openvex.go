package sbom

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
)

func openVEX() Format {
	return Format{
		Name:   "openvex",
		Title:  "OpenVEX statements, JSON",
		Expect: `an OpenVEX document (a JSON object with "@context": "https://openvex.dev/ns/v0.2.0")`,
		Detect: detectOpenVEX,
		Read:   readOpenVEX,
	}
}

// openVEXNamespace is what the context of an OpenVEX document begins with; its
// version may follow.
const openVEXNamespace = "https://openvex.dev/ns"

// detectOpenVEX goes by the context. A document whose context is empty or comes
// late is known by the form of its first statement.
func detectOpenVEX(s Sample) (sure float64) {
	if !bytes.Contains(s.Head, []byte(`"statements"`)) && !bytes.Contains(s.Head, []byte(openVEXNamespace)) {
		return 0
	}
	lookAtJSON(s.Head, func(j *jsonTokens, key string) error {
		switch {
		case isInventoryKey(key):
			sure = 0
			return errSeen
		case key == "@context" && j.kind() == '"':
			context, err := j.string()
			if err != nil {
				return err
			}
			switch {
			case strings.HasPrefix(context, openVEXNamespace):
				sure = 1
			case context != "":
				sure = 0
				return errSeen
			}
		case key == "statements" && j.kind() == '[':
			return j.array(func(i int) error {
				if i == 0 && seemsVEXStatement(j) {
					sure = max(sure, 0.9)
				}
				return nil
			})
		}
		return nil
	})
	return sure
}

func seemsVEXStatement(j *jsonTokens) bool {
	if j.kind() != '{' {
		return false
	}
	about, status := false, ""
	_ = j.object(func(key []byte) (err error) {
		switch string(key) {
		case "vulnerability":
			about = true
		case "status":
			status, err = scalarText(j)
		}
		return err
	})
	return about && vexState(status) != ""
}

// vexState returns the word of the root package for a status of OpenVEX, or
// empty for what is none.
func vexState(status string) string {
	switch status {
	case "affected", "fixed":
		return status
	case "not_affected":
		return "not-affected"
	case "under_investigation":
		return "under-investigation"
	}
	return ""
}

// vexReader reads an OpenVEX document. It yields a declaration of kind
// "advisory" for each vulnerability and product of a statement, or for each of
// the product's components that the statement is about.
type vexReader struct {
	*jsonTokens
	faults     *faults
	budget     factBudget
	version    string
	id         string
	author     string
	role       string
	said       string // when
	statements []vexStatement
}

// vexStatement is one statement with its products still apart, because the
// document may name its author last.
type vexStatement struct {
	pointer         string
	vulnerabilities []string // name and aliases
	products        []vexProduct
	status          string
	reason          string // why it is not affected
	text            string // of the impact, or of what to do
	said            string
}

// vexProduct is a product or a component of one.
type vexProduct struct {
	pointer    string
	id         string
	purl       string
	cpe        string
	components []vexProduct
}

func (p *vexProduct) name() string { return cmp.Or(p.id, p.purl, p.cpe) }

func readOpenVEX(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	r := &vexReader{faults: newFaults(emit), budget: newFactBudget(src.Options)}
	r.jsonTokens = heldJSON(src, r.faults)
	if err := r.document(); err != nil {
		return Info{Version: r.version}, err
	}
	if err := r.yield(emit); err != nil {
		return Info{Version: r.version}, err
	}
	return Info{Version: r.version}, r.faults.finish()
}

func (r *vexReader) document() error {
	namespace, found := "", false
	if err := jsonDocument(r.jsonTokens, func(key []byte) (err error) {
		switch string(key) {
		case "@context":
			namespace, err = r.string()
		case "@id":
			r.id, err = r.string()
		case "author":
			r.author, err = r.string()
		case "role":
			r.role, err = r.string()
		case "timestamp":
			if r.said == "" {
				r.said, err = r.string()
			}
		case "last_updated":
			var said string
			said, err = r.string()
			r.said = cmp.Or(said, r.said)
		case "statements":
			found = true
			err = r.array(r.statement)
		}
		return err
	}); err != nil {
		return err
	}
	rest, ok := strings.CutPrefix(namespace, openVEXNamespace)
	switch r.version = strings.TrimPrefix(rest, "/"); {
	case !ok && !found:
		return errors.New("the document has neither the context of OpenVEX nor statements")
	case !ok:
		r.version = ""
		r.faults.add("no context", "/@context", fmt.Sprintf("the context is %q, expected one that begins with %s: the document is read as OpenVEX 0.2.0", short(namespace), openVEXNamespace))
	}
	return nil
}

func (r *vexReader) statement(i int) error {
	if r.kind() != '{' {
		return r.mismatch("an object")
	}
	s := vexStatement{pointer: "/statements/" + strconv.Itoa(i)}
	var impact, action, updated string
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "vulnerability":
			s.vulnerabilities, err = r.vulnerability()
		case "products":
			s.products, err = r.products(s.pointer + "/products")
		case "status":
			s.status, err = r.string()
		case "justification":
			s.reason, err = r.string()
		case "impact_statement":
			impact, err = r.string()
		case "action_statement":
			action, err = r.string()
		case "timestamp":
			s.said, err = r.string()
		case "last_updated":
			updated, err = r.string()
		}
		return err
	})
	s.said = cmp.Or(updated, s.said)
	s.text = cmp.Or(impact, action)
	r.statements = append(r.statements, s)
	if err == nil {
		err = r.budget.take(1)
	}
	return err
}

// vulnerability reads the name of a vulnerability and its aliases. Before
// version 0.2.0 it was a string.
func (r *vexReader) vulnerability() ([]string, error) {
	if r.kind() != '{' {
		name, err := r.string()
		return []string{name}, err
	}
	var id, name string
	var aliases []string
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "@id":
			id, err = r.string()
		case "name":
			name, err = r.string()
		case "aliases":
			aliases, err = textList(r.jsonTokens)
		}
		return err
	})
	return append([]string{cmp.Or(name, id)}, aliases...), err
}

// products reads a list of products or components. Before version 0.2.0 they
// were strings.
func (r *vexReader) products(pointer string) (list []vexProduct, err error) {
	err = r.array(func(i int) (err error) {
		p := vexProduct{pointer: pointer + "/" + strconv.Itoa(i)}
		if r.kind() == '{' {
			err = r.object(func(key []byte) error { return r.productMember(&p, key) })
		} else {
			p.id, err = r.string()
		}
		list = append(list, p)
		if err == nil {
			err = r.budget.take(1)
		}
		return err
	})
	return list, err
}

func (r *vexReader) productMember(p *vexProduct, key []byte) (err error) {
	switch string(key) {
	case "@id":
		p.id, err = r.string()
	case "identifiers":
		return r.object(func(key []byte) (err error) {
			switch string(key) {
			case "purl":
				p.purl, err = r.string()
			case "cpe23":
				p.cpe, err = r.string()
			case "cpe22":
				var cpe string
				cpe, err = r.string()
				p.cpe = cmp.Or(p.cpe, cpe)
			}
			return err
		})
	case "subcomponents":
		p.components, err = r.products(p.pointer + "/subcomponents")
	}
	return err
}

// yield emits one declaration for each product or component.
func (r *vexReader) yield(emit func(Record) error) error {
	for i := range r.statements {
		s := &r.statements[i]
		if reason := s.unusable(); reason != "" {
			r.faults.add("statement that cannot be used", s.pointer, reason)
			continue
		}
		for k := range s.products {
			if err := r.product(s, &s.products[k], emit); err != nil {
				return err
			}
		}
	}
	if len(r.statements) == 0 {
		r.faults.add("no statements", "/statements", "the document states nothing")
	}
	return r.faults.err
}

func (s *vexStatement) unusable() string {
	switch {
	case len(s.vulnerabilities) == 0 || s.vulnerabilities[0] == "":
		return "the statement names no vulnerability"
	case vexState(s.status) == "":
		return fmt.Sprintf("status %q is none of affected, not_affected, fixed, under_investigation", short(s.status))
	case len(s.products) == 0:
		return fmt.Sprintf("the statement about %s names no product", short(s.vulnerabilities[0]))
	}
	return ""
}

func (r *vexReader) product(s *vexStatement, p *vexProduct, emit func(Record) error) error {
	if p.name() == "" {
		r.faults.add("product without a name", p.pointer, "the product has neither an @id nor an identifier")
		return nil
	}
	for _, part := range p.parts() {
		text := s.text
		if s.reason != "" && vexState(s.status) == "not-affected" {
			text = ""
		}
		d := netvet.Declaration{Target: p.name(), Kind: "advisory", Name: s.vulnerabilities[0], Pointer: p.pointer, Detail: factDetail(
			"status", vexState(s.status), "component", part.name(), "reason", s.reason, "text", text,
			"purl", other(p.purl, p.name()), "cpe", other(p.cpe, p.name()), "aliases", strings.Join(s.vulnerabilities[1:], " "),
			"advisory", r.id, "publisher", r.author, "role", r.role, "said", cmp.Or(s.said, r.said))}
		if part.pointer != "" {
			d.Pointer = part.pointer
		}
		if err := emit(Declaration{d}); err != nil {
			return err
		}
	}
	return nil
}

// parts are the components that a statement about a product is limited to, at
// all depths; one that is nothing stands for the product as a whole.
func (p *vexProduct) parts() []vexProduct {
	list := slices.Clone(p.components)
	for i := 0; i < len(list); i++ {
		list = append(list, list[i].components...)
	}
	if len(list) == 0 {
		return []vexProduct{{}}
	}
	return list
}

// other returns a text unless it says the same as the one that is shown already.
func other(text, shown string) string {
	if text == shown {
		return ""
	}
	return text
}

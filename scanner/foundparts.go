package scanner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/evidence"
)

// roleObserved is the role of a binding for a list of parts that were found in a
// product.
const roleObserved = "observed"

// maxKeptParts is how many parts of one product are compared with those found in it.
const maxKeptParts = maxFactsOfProduct / 2

// partList is the parts of the product that is being read.
type partList struct {
	facts []netvet.Declaration
	more  int
}

func (l *partList) add(c *netvet.Component) {
	if len(l.facts) == maxKeptParts {
		l.more++
		return
	}
	l.facts = append(l.facts, netvet.Declaration{Kind: netvet.ComparedComponent, Name: strings.TrimSpace(c.Name + " " + c.Version), Detail: evidence.PartDetail(c), Pointer: c.Pointer})
}

// foundParts keeps the lists of parts that were found in products, by unpacking
// firmware or scanning a disk, until the product is known. What the product's own
// bill of materials lists is what is declared.
type foundParts struct {
	lists []*foundList
}

// foundList is a binding of role observed with what its input lists.
type foundList struct {
	*ContextBinding
	found []*netvet.Assessment
	used  bool
}

func newFoundParts(list []ContextBinding) *foundParts {
	var f foundParts
	for i := range list {
		if list[i].Role == roleObserved {
			f.lists = append(f.lists, &foundList{ContextBinding: &list[i]})
		}
	}
	if f.lists == nil {
		return nil
	}
	return &f
}

// take keeps a list of what was found, and adds to any other bill of materials its
// parts as what it declares.
func (f *foundParts) take(input string, a *netvet.Assessment, kept *partList) bool {
	at := slices.IndexFunc(f.lists, func(l *foundList) bool { return ofInput(l.Input, input) })
	for i := range kept.facts {
		d := &kept.facts[i]
		d.Input, d.Source, d.Date = input, a.Product.BOM.Format, a.Product.BOM.Created
	}
	if kept.more > 0 {
		a.Gaps = append(a.Gaps, netvet.Gap{Input: input, Record: lastSource(&a.Product).Record, Reason: fmt.Sprintf("%s beyond the first %d are not compared", counted(kept.more, "part"), maxKeptParts)})
	}
	if at < 0 {
		a.Declarations = append(a.Declarations, kept.facts...)
		return false
	}
	for _, d := range kept.facts {
		a.Observations = append(a.Observations, netvet.Observation{Kind: d.Kind, Name: d.Name, Detail: d.Detail, Source: d.Source, From: d.Date, To: d.Date, Input: input, Pointer: d.Pointer})
	}
	a.Declarations = nil
	f.lists[at].found = append(f.lists[at].found, a)
	return true
}

// give adds to a product what was found in it. A part that its own bill of materials
// lists as well is one part.
func (f *foundParts) give(a *netvet.Assessment) {
	if f == nil {
		return
	}
	for _, l := range f.lists {
		if !l.Product.matches(a) {
			continue
		}
		l.used = true
		for _, found := range l.found {
			by := fmt.Sprintf("the binding in line %d of the context", l.line)
			a.Observations = slices.Clip(a.Observations)
			for _, o := range found.Observations {
				o.Bound = by
				a.Observations = append(a.Observations, o)
			}
			a.Candidates = joinCandidates(a.Candidates, found.Candidates)
			a.Vulnerabilities = append(slices.Clip(a.Vulnerabilities), found.Vulnerabilities...)
			a.Gaps = append(slices.Clip(a.Gaps), found.Gaps...)
		}
	}
}

// joinCandidates adds the candidates that are not there yet.
func joinCandidates(a, b []netvet.Candidate) []netvet.Candidate {
	type key struct{ pattern, name, version string }
	have := map[key]bool{}
	for i := range a {
		have[key{a[i].Pattern, strings.ToLower(a[i].Name), a[i].Version}] = true
	}
	a = slices.Clip(a)
	for i := range b {
		if !have[key{b[i].Pattern, strings.ToLower(b[i].Name), b[i].Version}] {
			a = append(a, b[i])
		}
	}
	return a
}

// gaps tells which bindings came to nothing.
func (f *foundParts) gaps(file string) (gaps []netvet.Gap) {
	if f == nil {
		return nil
	}
	for _, l := range f.lists {
		reason := ""
		switch {
		case len(l.found) == 0:
			reason = fmt.Sprintf("the binding of input %q matches no list of parts that was read", l.Input)
		case !l.used:
			reason = fmt.Sprintf("the binding of input %q matches no product", l.Input)
		default:
			continue
		}
		gaps = append(gaps, netvet.Gap{Input: file, Record: fmt.Sprintf("line %d", l.line), Reason: reason})
	}
	return gaps
}

package sbom

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
)

// finish ends the document: it finds out what the product is and passes on the
// packages with the names that their references stand for.
func (r *spdx3Reader) finish() (Info, error) {
	d := r.doc
	r.creation()
	d.described = r.reached()
	slices.SortStableFunc(r.licensed.edges, func(a, b [2]int32) int { return cmp.Compare(a[0], b[0]) })
	place := d.findProduct()
	if place >= 0 {
		r.complete(&d.product.Component, d.waiting[place])
	}
	r.reportContext()
	r.reportImports()
	reportRefs(d.faults, d.refs, "SPDX id", func(ref string) bool { return isSPDX3Nothing(ref) || strings.Contains(ref, "://spdx.org/") })
	reportCycle(d.faults, d.refs, &d.depends, "/@graph")
	info := Info{Version: r.version()}
	if err := d.start(); err != nil {
		return info, err
	}
	if err := r.pass(place); err != nil {
		return info, err
	}
	if err := d.emit(ProductEnd{d.theProduct()}); err != nil {
		return info, err
	}
	return info, d.faults.finish()
}

// pass passes on all packages but the product, or the files of a document without
// packages, and what is said of weaknesses.
func (r *spdx3Reader) pass(product int) error {
	d := r.doc
	at := 0
	err := d.shelf.empty(product, func(c *netvet.Component) error {
		if at == product {
			at++
		}
		r.complete(c, d.waiting[at])
		at++
		return d.emit(Component{c})
	})
	if err == nil {
		err = d.files.empty(-1, func(c *netvet.Component) error { return d.emit(Component{c}) })
	}
	for _, v := range r.verdicts {
		if err != nil {
			return err
		}
		about := d.refs.text(v.element)
		err = d.emit(Statement{netvet.Vulnerability{ID: cmp.Or(r.weaknesses[v.vulnerability], d.refs.text(v.vulnerability).ref), Pointer: v.pointer,
			Severity: r.scores[v.vulnerability].severity, Score: r.scores[v.vulnerability].base, State: v.state, Ref: about.ref, Component: about.name, Version: about.version}})
	}
	return err
}

// complete puts the names of agents and licences in the place of references.
func (r *spdx3Reader) complete(c *netvet.Component, number int32) {
	c.Manufacturer, c.Supplier = r.agent(c.Manufacturer), r.agent(c.Supplier)
	if number < 0 {
		return
	}
	edges := r.licensed.edges
	first, _ := slices.BinarySearchFunc(edges, number, func(e [2]int32, n int32) int { return cmp.Compare(e[0], n) })
	for _, e := range edges[first:] {
		if e[0] != number || len(c.Licences) >= maxListed {
			break
		}
		if text := r.licence(e[1], 0); text != "" && !isNothing(text) && !slices.Contains(c.Licences, text) {
			c.Licences = append(c.Licences, text)
		}
	}
}

func (r *spdx3Reader) agent(number string) string {
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil {
		return ""
	}
	agent := r.agents[int32(n)]
	if agent.class == "Tool" {
		return "" // what a tool wrote is not made by it
	}
	return agent.name
}

// reportImports tells which elements stand in other documents.
func (r *spdx3Reader) reportImports() {
	if n := len(r.imports); n > 0 {
		r.doc.faults.gap("", fmt.Sprintf("%s in other documents, which are not read: %s", plural(n, "element stands", "elements stand"), r.doc.refs.names(r.imports)))
	}
}

// creation takes what is said of how the document came to be.
func (r *spdx3Reader) creation() {
	d := r.doc
	info, ok := r.infos[r.info]
	if !ok {
		info = r.infos[r.firstInfo]
	}
	d.version = info.version
	d.bom.SpecVersion, d.bom.Created = r.version(), info.created
	for _, by := range info.by {
		agent := r.agents[by]
		if agent.class == "Organization" {
			d.bom.Supplier = cmp.Or(d.bom.Supplier, agent.name)
		}
		d.bom.Authors = appendName(d.bom.Authors, agent.name)
	}
	for _, tool := range info.using {
		d.bom.Tools = appendName(d.bom.Tools, r.agents[tool].name)
	}
}

// reached returns what the documents are about, through the bills of materials they
// name. Where they name nothing, the bills of materials are asked.
func (r *spdx3Reader) reached() map[int32]bool {
	below := make(map[int32][]int32)
	for _, e := range r.roots.edges {
		below[e[0]] = append(below[e[0]], e[1])
	}
	asks := make(map[int32]bool) // what may be about something else
	for _, n := range slices.Concat(r.documents, r.bundles) {
		asks[n] = true
	}
	reached := make(map[int32]bool)
	for _, from := range [][]int32{r.documents, r.bundles} {
		for queue := slices.Clone(from); len(queue) > 0; queue = queue[1:] {
			for _, n := range below[queue[0]] {
				if !reached[n] && asks[n] {
					queue = append(queue, n)
				}
				reached[n] = true
			}
		}
		if len(reached) > 0 {
			break
		}
	}
	return reached
}

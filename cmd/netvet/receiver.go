package main

import (
	"slices"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner"
	"github.com/netvet/netvet/scanner/report"
)

// receiver takes the products of a run as they come: it writes them to the
// ndjson outputs at once, keeps them for the formats that need them all sorted,
// and looks whether they meet --fail-on.
type receiver struct {
	*program
	outs   outputs
	failOn *failOn
	max    int // products to keep
	begun  bool

	compared *report.Comparison // nil when profiles are not compared

	streams  []stream
	products []scanner.Result
	gaps     []netvet.Gap
}

// stream is one ndjson output.
type stream struct {
	*report.NDJSON
	to *destination
}

// begin opens the streams.
func (r *receiver) begin(header *netvet.Register) error {
	r.begun = true
	if r.compared != nil {
		r.compared.Begin(header)
	}
	for _, out := range r.outs {
		if out.format.Name != "ndjson" {
			continue
		}
		to, err := r.create(out.file)
		if err != nil {
			return err
		}
		r.streams = append(r.streams, stream{report.NewNDJSON(to), to})
	}
	return r.each(func(s stream) error { return s.Begin(header) })
}

func (r *receiver) product(q scanner.Result) error {
	r.failOn.look(&q.Product)
	if r.compared != nil {
		r.compared.Add(&q.Product)
	}
	if r.keeps() {
		if len(r.products) == r.max {
			return &scanner.TooManyProductsError{Max: r.max}
		}
		r.products = append(r.products, q)
	}
	return r.each(func(s stream) error { return s.Product(&q.Product, q.Findings, q.Risks) })
}

func (r *receiver) gap(g netvet.Gap) error {
	if r.keeps() {
		r.gaps = append(r.gaps, g)
	}
	return r.each(func(s stream) error { return s.Gap(g) })
}

// keeps tells whether any output needs the sorted register.
func (r *receiver) keeps() bool {
	return slices.ContainsFunc(r.outs, func(o output) bool { return o.format.Name != "ndjson" })
}

// finish completes the register that the run returned and writes all outputs.
func (r *receiver) finish(register *netvet.Register) error {
	if err := r.each(func(s stream) error { return s.End(register) }); err != nil {
		return err
	}
	if err := r.each(func(s stream) error { return s.to.commit() }); err != nil {
		return err
	}
	register.Gaps = append(register.Gaps, r.gaps...)
	for _, q := range r.products {
		register.Products = append(register.Products, q.Product)
		register.Findings = append(register.Findings, q.Findings...)
		register.Risks = append(register.Risks, q.Risks...)
	}
	register.Sort()
	return r.outs.write(r.program, register)
}

// each does the same to every stream.
func (r *receiver) each(do func(stream) error) error {
	for _, s := range r.streams {
		if err := do(s); err != nil {
			return fault(err)
		}
	}
	return nil
}

// discard removes what was not finished.
func (r *receiver) discard() {
	for _, s := range r.streams {
		s.to.discard()
	}
}

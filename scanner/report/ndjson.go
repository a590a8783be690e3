package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/netvet/netvet"
)

// NDJSON writes a register as a stream of lines, one JSON object each, marked
// by its "type": run, then product by product the product, its findings and its
// risks, gap where one arises, last summary. Nothing is kept, so that memory
// does not grow with the number of products.
type NDJSON struct {
	w        io.Writer
	buf      bytes.Buffer
	enc      *json.Encoder
	products *productWriter
	risks    riskWriter
}

// NewNDJSON returns a stream that writes to w.
func NewNDJSON(w io.Writer) *NDJSON {
	n := &NDJSON{w: w, products: newProductWriter("", "")}
	n.enc = json.NewEncoder(&n.buf)
	n.enc.SetEscapeHTML(false)
	return n
}

type runLine struct {
	Type          string              `json:"type"`
	SchemaVersion string              `json:"schema_version"`
	Notice        string              `json:"notice"`
	AsOf          string              `json:"as_of"`
	Tool          netvet.Tool         `json:"tool"`
	Profile       string              `json:"profile"`
	Parameters    netvet.Parameters   `json:"parameters"`
	Adjustments   []netvet.Adjustment `json:"adjustments,omitempty"`
	Packs         []netvet.DataSet    `json:"packs"`
	Data          []netvet.DataSet    `json:"data"`
}

type productLine struct {
	Type string `json:"type"`
	*netvet.RegisterProduct
}

type findingLine struct {
	Type string `json:"type"`
	*netvet.Finding
}

type riskLine struct {
	Type string `json:"type"`
	*netvet.Risk
}

type gapLine struct {
	Type string `json:"type"`
	netvet.Gap
}

type summaryLine struct {
	Type string `json:"type"`
	*netvet.Summary
	Inputs         []netvet.InputSummary  `json:"inputs"`
	Unknowns       []netvet.UnknownRule   `json:"unknowns"`
	Asked          []netvet.AskedQuestion `json:"asked,omitempty"`
	Questionnaires []netvet.Questionnaire `json:"questionnaires,omitempty"`
	Incomplete     bool                   `json:"incomplete"`
}

// Begin writes what is known of the run before any product.
func (n *NDJSON) Begin(r *netvet.Register) error {
	return n.line(runLine{Type: "run", SchemaVersion: r.SchemaVersion, Notice: r.Notice, AsOf: r.AsOf, Tool: r.Tool,
		Profile: r.Profile, Parameters: r.Parameters, Adjustments: r.Adjustments, Packs: listed(r.Packs), Data: listed(r.Data)})
}

// Product writes a product, its findings and its risks. A risk has no priority
// here: that is its place among all risks of the register.
func (n *NDJSON) Product(p *netvet.RegisterProduct, findings []netvet.Finding, risks []netvet.Risk) error {
	q := *p
	if err := n.products.write(n.w, productLine{"product", &q}, &q, p); err != nil {
		return fmt.Errorf("write ndjson: %w", err)
	}
	if _, err := io.WriteString(n.w, "\n"); err != nil {
		return err
	}
	for i := range findings {
		if err := n.line(findingLine{"finding", &findings[i]}); err != nil {
			return err
		}
	}
	for i := range risks {
		if err := n.risks.write(n, &risks[i]); err != nil {
			return err
		}
	}
	return nil
}

// Gap writes what could not be read or known.
func (n *NDJSON) Gap(g netvet.Gap) error { return n.line(gapLine{"gap", g}) }

// End writes the counts over the whole run.
func (n *NDJSON) End(r *netvet.Register) error {
	return n.line(summaryLine{"summary", &r.Summary, listed(r.Inputs), listed(r.Unknowns), r.Asked, r.Questionnaires, r.Incomplete})
}

func (n *NDJSON) line(v any) error {
	n.buf.Reset()
	if err := n.enc.Encode(v); err != nil {
		return fmt.Errorf("write ndjson: %w", err)
	}
	_, err := n.w.Write(EscapeInvisible(n.buf.Bytes()))
	return err
}

// listed makes an empty list of one that was never made.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// writeNDJSON writes a whole register in the same form, products in the order
// of the register.
func writeNDJSON(w io.Writer, r *netvet.Register, _ Options) error {
	findings := make(map[string][]netvet.Finding, len(r.Products))
	for _, f := range r.Findings {
		findings[f.Product] = append(findings[f.Product], f)
	}
	risks := risksByProduct(r)
	n := NewNDJSON(w)
	if err := n.Begin(r); err != nil {
		return err
	}
	for i := range r.Products {
		p := &r.Products[i]
		if err := n.Product(p, findings[p.ID], risks[p.ID]); err != nil {
			return err
		}
	}
	for _, g := range r.Gaps {
		if err := n.Gap(g); err != nil {
			return err
		}
	}
	return n.End(r)
}

func risksByProduct(r *netvet.Register) map[string][]netvet.Risk {
	risks := make(map[string][]netvet.Risk, len(r.Products))
	for _, k := range r.Risks {
		risks[k.Product] = append(risks[k.Product], k)
	}
	return risks
}

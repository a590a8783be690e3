package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/netvet/netvet"
)

// writeCSV writes one row a risk, in the order of their priority, each with the
// columns of its product; then a row for every product without a risk, so that
// none is missing. The form is RFC 4180: UTF-8 without a mark, lines end in CRLF.
func writeCSV(w io.Writer, r *netvet.Register, _ Options) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(append(productColumns(), riskColumns()...)); err != nil {
		return err
	}
	products := make(map[string]*netvet.RegisterProduct, len(r.Products))
	for i := range r.Products {
		products[r.Products[i].ID] = &r.Products[i]
	}
	written := make(map[string]bool, len(r.Products))
	for i := range r.Risks {
		risk := &r.Risks[i]
		p := products[risk.Product]
		if p == nil {
			p = &netvet.RegisterProduct{ID: risk.Product}
		}
		written[p.ID] = true
		if err := out.Write(safe(append(productCells(r, p), riskCells(p, risk)...))); err != nil {
			return err
		}
	}
	for i := range r.Products {
		p := &r.Products[i]
		if written[p.ID] {
			continue
		}
		if err := out.Write(safe(append(productCells(r, p), make([]string, len(riskColumns()))...))); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func productColumns() []string {
	return []string{"profile", "as_of", "product_id", "name", "model", "part_number", "version", "serial", "quantity", "location",
		"manufacturer", "country_of_origin", "price", "currency", "act", "category",
		"supplier_id", "supplier", "supplier_country", "ultimate_parent", "supplier_confidence", "match_confidence", "possible_suppliers",
		"components", "score", "score_low", "score_high", "level", "coverage", "verdict", "verdict_basis", "insufficient_evidence",
		"gates", "gate_urls", "sources"}
}

func productCells(r *netvet.Register, p *netvet.RegisterProduct) []string {
	cells := []string{r.Profile, r.AsOf, p.ID, text(p.Name), text(p.Model), text(p.PartNumber), text(p.Version), text(p.Serial),
		number(p.Quantity), text(p.Location), text(p.Manufacturer), text(p.CountryOfOrigin)}
	cells = append(cells, priceCells(p.Price)...)
	cells = append(cells, string(p.Act), text(p.Category))
	cells = append(cells, supplierCells(p)...)
	return append(cells, strconv.Itoa(p.Components), decimal(p.Score), decimal(p.ScoreRange[0]), decimal(p.ScoreRange[1]),
		string(p.Level), decimal(p.Coverage), string(p.Verdict), p.VerdictBasis, strconv.FormatBool(p.Insufficient),
		joined(p.Gates, func(g netvet.RegisterGate) string { return g.Rule + " " + g.Date + " " + string(g.Verdict) }),
		joined(p.Gates, func(g netvet.RegisterGate) string { return g.URL }),
		joined(p.Sources, func(s netvet.Source) string { return strings.TrimSpace(s.Input + " " + s.Record) }))
}

func priceCells(p *netvet.Price) []string {
	if p == nil {
		return []string{"", ""}
	}
	return []string{decimal(p.Amount), p.Currency}
}

func supplierCells(p *netvet.RegisterProduct) []string {
	possible := joined(p.PossibleSuppliers, func(m netvet.PossibleMatch) string { return m.ID + " " + decimal(m.Confidence) })
	s := p.Supplier
	if s == nil {
		return []string{"", "", "", "", "", "", possible}
	}
	return []string{s.ID, s.Name, text(s.Country), text(s.UltimateParent), string(s.Confidence), decimal(s.Match.Confidence), possible}
}

func riskColumns() []string {
	return []string{"risk_id", "priority", "factor", "factor_score", "factor_low", "factor_high", "factor_coverage", "unknown_rules",
		"likelihood", "impact", "exposure", "description", "risk_category", "response", "response_description", "response_cost", "owner",
		"status", "findings"}
}

func riskCells(p *netvet.RegisterProduct, k *netvet.Risk) []string {
	cells := append([]string{k.ID, number(k.Priority), string(k.Factor)}, factorCells(p, k.Factor)...)
	return append(cells, decimal(k.Likelihood), decimal(k.Impact), decimal(k.Exposure), k.Description, k.Category, k.Response,
		k.ResponseDescription, text(k.ResponseCost), text(k.Owner), k.Status, strings.Join(k.Findings, "; "))
}

func factorCells(p *netvet.RegisterProduct, factor netvet.Factor) []string {
	cells := make([]string, 5)
	for _, f := range p.Factors {
		if f.Factor != factor {
			continue
		}
		if f.Score != nil {
			cells[0] = decimal(*f.Score)
		}
		if f.ScoreRange != nil {
			cells[1], cells[2] = decimal(f.ScoreRange[0]), decimal(f.ScoreRange[1])
		}
		if f.Coverage != nil {
			cells[3] = decimal(*f.Coverage)
		}
		cells[4] = strconv.Itoa(f.UnknownRules)
	}
	return cells
}

func text[T ~string](s *T) string {
	if s == nil {
		return ""
	}
	return string(*s)
}

func number(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func decimal(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func joined[T any](list []T, cell func(T) string) string {
	cells := make([]string, len(list))
	for i, v := range list {
		cells[i] = cell(v)
	}
	return strings.Join(cells, "; ")
}

// formulaStart are the characters, half and full width, at the start of a cell
// that make a spreadsheet run it as a formula.
const formulaStart = "=+-@\t\r\n＝＋－＠"

// safe puts an apostrophe before every cell that a spreadsheet would take for a
// formula, and replaces bytes that are no UTF-8.
func safe(cells []string) []string {
	for i, c := range cells {
		c = strings.ToValidUTF8(c, "\uFFFD")
		if r, n := utf8.DecodeRuneInString(c); n > 0 && strings.ContainsRune(formulaStart, r) {
			c = "'" + c
		}
		cells[i] = c
	}
	return cells
}

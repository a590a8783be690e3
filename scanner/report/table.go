package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// Columns of a terminal: what is taken when nobody says, and below which the
// table gives way to a block of lines a product.
const (
	defaultWidth = 100
	leastWidth   = 78
)

// writeTable writes the register for people.
func writeTable(w io.Writer, r *netvet.Register, o Options) error {
	if o.Width == 0 {
		o.Width = defaultWidth
	}
	out := bufio.NewWriter(w)
	t := &table{out: out, r: r, o: o, reasons: reasons(r)}
	t.heading()
	if o.Width < leastWidth {
		t.blocks()
	} else {
		t.rows()
	}
	t.gates()
	t.adjustments()
	t.summary()
	t.lookedUp()
	t.sensitivity()
	t.gaps()
	t.next()
	return out.Flush()
}

type table struct {
	out     *bufio.Writer
	r       *netvet.Register
	o       Options
	reasons map[string]string // product id -> title of the rule that weighs most
}

func (t *table) heading() {
	day, _, _ := strings.Cut(t.r.AsOf, "T")
	t.paragraph("", fmt.Sprintf("netvet risk register, profile %s, as of %s: %s", Visible(t.r.Profile), Visible(day), Count(t.r.Summary.Products, "product")))
	fmt.Fprintln(t.out)
}

// rows writes the products as a table that fits the width: the columns of free
// text give way.
func (t *table) rows() {
	if len(t.r.Products) == 0 {
		return
	}
	factors := t.scored()
	cells := [][]string{{"PRODUCT", "MAKER", strings.Join(factorHeads(factors), " "), "OVERALL", "VERDICT", "WHY"}}
	for i := range t.r.Products {
		p := &t.r.Products[i]
		cells = append(cells, []string{title(p), maker(p), strings.Join(factorScores(p, factors), " "), overall(p), string(p.Verdict), t.why(p)})
	}
	widths := fit(cells, t.o.Width, []int{0, 1, 5})
	for i, row := range cells {
		for c := range row {
			row[c] = pad(t.shortenCell(c, row[c], widths[c]), widths[c])
		}
		if i > 0 {
			row[4] = t.color(t.r.Products[i-1].Verdict, row[4])
		}
		fmt.Fprintln(t.out, strings.TrimRight(strings.Join(row, "  "), " "))
	}
	t.legend(factors)
}

// shortenCell shortens a cell; a maker keeps its country.
func (t *table) shortenCell(column int, cell string, width int) string {
	name, country, ok := cutLast(cell, " ")
	if column != 1 || !ok || columns(country) > 3 || columns(cell) <= width {
		return shorten(cell, width)
	}
	return shorten(name, width-columns(country)-1) + " " + country
}

// fit returns the width of each column such that all fit into total with two
// spaces between them. The widest of the flexible columns gives way first.
func fit(cells [][]string, total int, flexible []int) []int {
	const least = 8
	widths := make([]int, len(cells[0]))
	for _, row := range cells {
		for c, cell := range row {
			widths[c] = max(widths[c], columns(cell))
		}
	}
	sum := 2 * (len(widths) - 1)
	for _, n := range widths {
		sum += n
	}
	for sum > total {
		widest := flexible[0]
		for _, c := range flexible {
			if widths[c] > widths[widest] {
				widest = c
			}
		}
		if widths[widest] <= least {
			break
		}
		widths[widest]--
		sum--
	}
	return widths
}

// blocks writes the products as lines, for terminals too narrow for a table.
func (t *table) blocks() {
	factors := t.scored()
	heads := factorHeads(factors)
	for i := range t.r.Products {
		p := &t.r.Products[i]
		var scores []string
		for k, s := range factorScores(p, factors) {
			scores = append(scores, strings.TrimSpace(heads[k])+" "+strings.TrimSpace(s))
		}
		t.paragraph("", title(p))
		t.paragraph("  ", maker(p))
		t.paragraph("  ", strings.Join(scores, ", ")+", overall "+strings.TrimSpace(overall(p)))
		fmt.Fprintln(t.out, "  "+t.color(p.Verdict, string(p.Verdict))+strings.TrimRight(shorten(": "+t.why(p), max(1, t.o.Width-2-len(p.Verdict))), " "))
	}
	if len(t.r.Products) > 0 {
		t.legend(factors)
	}
}

// scored lists the four main factors and whichever others any product is scored for.
func (t *table) scored() []netvet.Factor {
	factors := netvet.MainFactors()
	for _, f := range netvet.Factors()[len(factors):] {
		for i := range t.r.Products {
			if factor := findFactor(&t.r.Products[i], f); factor != nil && factor.Score != nil {
				factors = append(factors, f)
				break
			}
		}
	}
	return factors
}

func findFactor(p *netvet.RegisterProduct, f netvet.Factor) *netvet.RegisterFactor {
	for i := range p.Factors {
		if p.Factors[i].Factor == f {
			return &p.Factors[i]
		}
	}
	return nil
}

// factorHeads numbers the factors as Article 10 does.
func factorHeads(factors []netvet.Factor) []string {
	heads := make([]string, len(factors))
	for i, f := range factors {
		heads[i] = fmt.Sprintf(" F%d", slices.Index(netvet.Factors(), f)+1)
	}
	return heads
}

func factorScores(p *netvet.RegisterProduct, factors []netvet.Factor) []string {
	cells := make([]string, len(factors))
	for i, f := range factors {
		cells[i] = "  -"
		if factor := findFactor(p, f); factor != nil && factor.Score != nil {
			cells[i] = fmt.Sprintf("%3.0f", *factor.Score)
		}
	}
	return cells
}

func (t *table) legend(factors []netvet.Factor) {
	words := make([]string, len(factors))
	for i, f := range factors {
		words[i] = strings.TrimSpace(factorHeads(factors)[i]) + " " + string(f)
	}
	text := strings.Join(words, ", ") + ". Scores run from 0 to 100, higher is riskier; in brackets, from every open question answered well to nearly all badly."
	if slices.ContainsFunc(t.r.Products, lowConfidence) {
		text += " ~ the supplier data behind this row is of low confidence."
	}
	fmt.Fprintln(t.out)
	t.paragraph("", text)
}

// title names a product by what its row says.
func title(p *netvet.RegisterProduct) string {
	name, model := text(p.Name), text(p.Model)
	switch {
	case name == "":
		name = cmp.Or(model, text(p.PartNumber), p.ID)
	case model != "" && !strings.Contains(name, model):
		name += " " + model
	}
	return Visible(name)
}

// maker names the supplier and its country, or what the row says when it is
// nobody known.
func maker(p *netvet.RegisterProduct) string {
	s := p.Supplier
	if s == nil {
		return Visible(cmp.Or(text(p.Manufacturer), "not stated")) + " ?"
	}
	country := cmp.Or(text(s.Country), "?")
	if lowConfidence(*p) {
		country += "~"
	}
	return Visible(s.Name + " " + country)
}

func lowConfidence(p netvet.RegisterProduct) bool {
	return p.Supplier != nil && p.Supplier.Confidence == netvet.ConfidenceLow
}

func overall(p *netvet.RegisterProduct) string {
	return fmt.Sprintf("%3.0f (%.0f-%.0f)", p.Score, p.ScoreRange[0], p.ScoreRange[1])
}

// What a verdict rests on: verdict_basis of the register.
const (
	byGate     = "gate"
	byEvidence = "level"    // what is known suffices for the verdict
	bySilence  = "coverage" // it would be milder if every open question were answered well
)

// why tells in a few words what the verdict rests on.
func (t *table) why(p *netvet.RegisterProduct) string {
	known := fmt.Sprintf("%.0f%% known", math.Floor(100*p.Coverage))
	reason := t.reasons[p.ID]
	switch {
	case p.VerdictBasis == byGate:
		for _, g := range p.Gates {
			if g.Verdict == p.Verdict {
				return Visible("gate " + gateName(g.Rule) + policy(g))
			}
		}
		return "gate"
	case p.VerdictBasis == bySilence && reason != "":
		return Visible("silence, " + known + "; " + reason)
	case p.VerdictBasis == bySilence:
		return "silence, " + known
	case p.Verdict == netvet.VerdictAccept:
		return known
	}
	return Visible("evidence: " + cmp.Or(reason, worst(p)))
}

// worst names the factor with the highest score.
func worst(p *netvet.RegisterProduct) string {
	name, score := "", -1.0
	for _, f := range p.Factors {
		if f.Score != nil && *f.Score > score {
			name, score = string(f.Factor), *f.Score
		}
	}
	return name
}

func gateName(rule string) string {
	_, name, _ := cutLast(rule, "/")
	return cmp.Or(name, rule)
}

// policy tells why a gate gave the verdict it gave, unless it simply applied.
func policy(g netvet.RegisterGate) string {
	if g.Policy == "" || g.Policy == "direct" {
		return ""
	}
	return " (" + g.Policy + ")"
}

// reasons finds for each product the title of the rule whose being clean would
// lower its score most.
func reasons(r *netvet.Register) map[string]string {
	rules := make(map[string]string, len(r.Products))
	for i := range r.Products {
		best := 0.0
		for _, f := range r.Products[i].Factors {
			for _, rule := range f.Rules {
				if rule.Contribution > best {
					best, rules[r.Products[i].ID] = rule.Contribution, rule.Rule
				}
			}
		}
	}
	titles := make(map[string]string, len(rules))
	for i := range r.Findings {
		if f := &r.Findings[i]; rules[f.Product] == f.Rule {
			titles[f.Product] = cmp.Or(f.Title, f.Message)
		}
	}
	return titles
}

// gates writes each gate that fired once: its instrument, date and link, and
// what it gave to how many products.
func (t *table) gates() {
	fired := map[string]netvet.RegisterGate{}
	outcomes := map[string]map[string]int{}
	for i := range t.r.Products {
		for _, g := range t.r.Products[i].Gates {
			if outcomes[g.Rule] == nil {
				fired[g.Rule], outcomes[g.Rule] = g, map[string]int{}
			}
			outcomes[g.Rule][cmp.Or(string(g.Verdict), "finding only")+policy(g)]++
		}
	}
	if len(fired) == 0 {
		return
	}
	fmt.Fprintln(t.out, "\nGates")
	for _, rule := range sortedKeys(fired) {
		g := fired[rule]
		var given []string
		for _, outcome := range sortedKeys(outcomes[rule]) {
			given = append(given, fmt.Sprintf("%s for %s", outcome, Count(outcomes[rule][outcome], "product")))
		}
		t.paragraph("  ", Visible(rule+": "+strings.Join(given, ", ")))
		parts := []string{g.Instrument, g.Date, string(g.Grade)}
		if g.Confidence != netvet.ConfidenceHigh {
			parts = append(parts, "confidence "+cmp.Or(string(g.Confidence), "not stated"))
		}
		for _, c := range g.Citations {
			parts = append(parts, strings.TrimSuffix(c.Instrument+" "+c.Clause, " "))
		}
		parts = slices.DeleteFunc(append(parts, g.URL), func(s string) bool { return s == "" })
		t.paragraph("    ", Visible(strings.Join(parts, ", ")))
	}
}

// adjustments lists the rules that the user changed, with the reason.
func (t *table) adjustments() {
	if len(t.r.Adjustments) == 0 {
		return
	}
	fmt.Fprintln(t.out, "\nAdjusted rules")
	for _, a := range t.r.Adjustments {
		what := "turned off"
		if a.Strength != nil {
			what = fmt.Sprintf("strength %g instead of %g", *a.Strength, a.Was)
		}
		t.paragraph("  ", Visible(fmt.Sprintf("%s %s: %s by %s on %s: %s", a.Rule, a.Title, what, a.By, a.Date, a.Reason)))
	}
}

func (t *table) summary() {
	s := t.r.Summary
	fmt.Fprintln(t.out, "\nSummary")
	t.paragraph("  ", fmt.Sprintf("%s, %s, from %s; %s, and %s whose maker is not known",
		Count(s.Products, "product"), Count(s.Components, "component"), Count(len(t.r.Inputs), "input"), Count(s.Suppliers, "supplier"), Count(s.UnresolvedSuppliers, "product")))
	var verdicts, levels []string
	for _, v := range slices.Backward(netvet.Verdicts()) {
		verdicts = append(verdicts, fmt.Sprintf("%d %s", s.Verdicts[v], v))
	}
	for _, l := range slices.Backward(netvet.Levels()) {
		levels = append(levels, fmt.Sprintf("%d %s", s.Levels[l], l))
	}
	t.paragraph("  ", "verdicts: "+strings.Join(verdicts, ", "))
	t.paragraph("  ", "levels: "+strings.Join(levels, ", "))
	bases := map[string]int{}
	for i := range t.r.Products {
		if p := &t.r.Products[i]; p.Verdict == netvet.VerdictReview {
			bases[p.VerdictBasis]++
		}
	}
	if s.Verdicts[netvet.VerdictReview] > 0 {
		t.paragraph("  ", fmt.Sprintf("reviews: %d by a gate, %d by evidence, %d by silence (too little is known to say better)", bases[byGate], bases[byEvidence], bases[bySilence]))
	}
	if s.InsufficientEvidence > 0 {
		t.paragraph("  ", fmt.Sprintf("evidence: too thin to accept %s, whatever the score", Count(s.InsufficientEvidence, "product")))
	}
}

// sensitivity says how far the ranking hangs on the strengths of the rules.
func (t *table) sensitivity() {
	s := t.r.Summary.Sensitivity
	if s == nil {
		return
	}
	fmt.Fprintln(t.out, "\nSensitivity")
	about := ""
	if s.Estimated {
		about = "about "
	}
	t.paragraph("  ", fmt.Sprintf("all strengths of rules drawn anew %d times, each within %.0f %% of its own; %s of %s%d that differ in evidence, standing for %d of %s",
		s.Draws, 100*s.Spread, Count(s.Sampled, "product"), about, s.Distinct, s.SampledProducts, Count(s.Products, "product")))
	if s.Tau != nil {
		t.paragraph("  ", fmt.Sprintf("ranking: Kendall's tau-b %.3f on average, %.3f at the 5th percentile, %.3f at worst (1 is the same order)", s.Tau.Mean, s.Tau.Percentile5, s.Tau.Min))
		t.paragraph("  ", fmt.Sprintf("%s keeps the highest score in %.0f %% of the draws", Visible(s.Worst), 100*s.WorstStays))
	}
	t.paragraph("  ", fmt.Sprintf("in more than %.0f %% of the draws another level: %s; another verdict: %s",
		100*s.UnstableShare, Count(s.UnstableLevels, "product"), Count(s.UnstableVerdicts, "product")))
	for _, p := range s.LeastStable {
		like := ""
		if p.Products > 1 {
			like = fmt.Sprintf(" and %d like it", p.Products-1)
		}
		t.paragraph("  ", fmt.Sprintf("%s%s: score %.1f (%.1f to %.1f), another level than %s in %.0f %%, another verdict than %s in %.0f %%",
			Visible(p.Product), like, p.Score, p.Low, p.High, p.Level, 100*p.LevelChanges, p.Verdict, 100*p.VerdictChanges))
	}
}

// gaps groups what could not be read or known by its reason, values in
// quotation marks apart.
func (t *table) gaps() {
	if len(t.r.Gaps) == 0 {
		return
	}
	const shown = 10
	kinds := map[string][]netvet.Gap{}
	for _, g := range t.r.Gaps {
		kind := unquoted(g.Reason)
		kinds[kind] = append(kinds[kind], g)
	}
	order := sortedKeys(kinds)
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(len(kinds[b]), len(kinds[a])) })
	fmt.Fprintln(t.out)
	t.paragraph("", fmt.Sprintf("Gaps: %d, what could not be read or known", len(t.r.Gaps)))
	for _, kind := range order[:min(shown, len(order))] {
		first, n := kinds[kind][0], len(kinds[kind])
		where := strings.TrimSpace(first.Input + " " + first.Record)
		if n > 1 {
			where += fmt.Sprintf(" and %d more", n-1)
		}
		t.paragraph("  ", fmt.Sprintf("%d x %s (%s)", n, shorten(Visible(first.Reason), gapWidth), Visible(where)))
	}
	if n := len(order) - shown; n > 0 {
		t.paragraph("  ", fmt.Sprintf("and %s of gap more; -o json lists them all", Count(n, "kind")))
	}
}

// gapWidth is how much of a reason the table shows.
const gapWidth = 160

// unquoted replaces what stands in quotation marks by one mark.
func unquoted(s string) string {
	var b strings.Builder
	for i, part := range strings.Split(s, `"`) {
		if i%2 == 0 {
			b.WriteString(part)
		} else {
			b.WriteString(`"`)
		}
	}
	return b.String()
}

// next names the step to take: the gravest product, and how to see why.
func (t *table) next() {
	fmt.Fprintln(t.out, "\nNext")
	if len(t.r.Products) == 0 {
		t.paragraph("  ", "nothing was assessed; netvet inspect INPUT shows what was read of each input and what was not")
	} else {
		p := slices.MaxFunc(t.r.Products, func(a, b netvet.RegisterProduct) int {
			return cmp.Or(cmp.Compare(a.Verdict.Rank(), b.Verdict.Rank()), cmp.Compare(a.Score, b.Score))
		})
		file := t.o.Saved
		if file == "" {
			file = "register.json"
			t.paragraph("  ", "add -o table -o json="+file+" to keep this register, then")
		}
		t.paragraph("  ", fmt.Sprintf("netvet explain %s %s", Visible(file), Visible(p.ID)))
		t.paragraph("  ", fmt.Sprintf("tells why %s comes out %s, with evidence and citations", title(&p), p.Verdict))
	}
	if t.r.Notice != "" {
		fmt.Fprintln(t.out)
		t.paragraph("", Visible(t.r.Notice))
	}
}

// color colours a word that carries the verdict by itself.
func (t *table) color(v netvet.Verdict, word string) string {
	codes := map[netvet.Verdict]string{
		netvet.VerdictProhibited: "1;31", netvet.VerdictRestricted: "31", netvet.VerdictReview: "33",
		netvet.VerdictConditional: "36", netvet.VerdictAccept: "32",
	}
	if !t.o.Color || codes[v] == "" {
		return word
	}
	return "\x1b[" + codes[v] + "m" + word + "\x1b[0m"
}

// paragraph writes text broken at spaces to the width, each line after indent.
func (t *table) paragraph(indent, text string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && columns(indent+line)+1+columns(word) > t.o.Width {
			fmt.Fprintln(t.out, indent+line)
			line = "  " + word
			continue
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	fmt.Fprintln(t.out, indent+line)
}

// Count writes a number with its noun.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

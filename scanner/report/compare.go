package report

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// Comparison sets the verdicts of several profiles on the same products side by
// side. It keeps a few hundred bytes a product.
type Comparison struct {
	Notice   string            `json:"notice"`
	AsOf     string            `json:"as_of"`
	Profiles []ComparedProfile `json:"profiles"`
	Pass     []netvet.Verdict  `json:"pass"` // the verdicts that count as passing
	Groups   map[Group]int     `json:"groups"`
	Products []ComparedProduct `json:"products"` // the gravest first

	at map[string]int // id -> place in Products
}

// ComparedProfile is one point of view, and how many products pass it.
type ComparedProfile struct {
	Profile string `json:"profile"`
	Passed  int    `json:"passed"`
}

// Group says how many of the profiles a product passes.
type Group string

// The groups.
const (
	PassesAll  Group = "all"
	PassesSome Group = "some"
	PassesNone Group = "none"
)

func groups() []Group { return []Group{PassesAll, PassesSome, PassesNone} }

// ComparedProduct is one product with what each profile says of it, in the order
// of the profiles.
type ComparedProduct struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Maker    string            `json:"maker"`
	Group    Group             `json:"passes"`
	Verdicts []ComparedVerdict `json:"verdicts"`
}

// ComparedVerdict is what one profile says of a product.
type ComparedVerdict struct {
	Profile string         `json:"profile"`
	Verdict netvet.Verdict `json:"verdict"`
	Basis   string         `json:"verdict_basis"`
	Score   float64        `json:"score"`
	Level   netvet.Level   `json:"level"`
}

// points is the score, nothing when the profile says nothing: 0 would be the best.
func (v *ComparedVerdict) points() string {
	if v.Verdict == "" {
		return ""
	}
	return decimal(v.Score)
}

// passes reports whether a product may be bought or run, if need be under
// conditions.
func passes(v netvet.Verdict) bool {
	return v == netvet.VerdictAccept || v == netvet.VerdictConditional
}

// NewComparison begins an empty comparison.
func NewComparison() *Comparison {
	return &Comparison{Pass: []netvet.Verdict{netvet.VerdictAccept, netvet.VerdictConditional}, at: map[string]int{}}
}

// Begin starts the part of one profile, whose products follow.
func (c *Comparison) Begin(header *netvet.Register) {
	c.Notice, c.AsOf = header.Notice, header.AsOf
	c.Profiles = append(c.Profiles, ComparedProfile{Profile: header.Profile})
}

// Add adds what the profile begun last says of a product.
func (c *Comparison) Add(p *netvet.RegisterProduct) {
	i, known := c.at[p.ID]
	if !known || len(c.Products[i].Verdicts) == len(c.Profiles) {
		i = len(c.Products)
		c.at[p.ID] = i
		c.Products = append(c.Products, ComparedProduct{ID: p.ID, Name: title(p), Maker: maker(p)})
	}
	profile := &c.Profiles[len(c.Profiles)-1]
	if passes(p.Verdict) {
		profile.Passed++
	}
	c.Products[i].pad(c.Profiles[:len(c.Profiles)-1])
	c.Products[i].Verdicts = append(c.Products[i].Verdicts, ComparedVerdict{profile.Profile, p.Verdict, p.VerdictBasis, p.Score, p.Level})
}

// pad says nothing for profiles under which the product did not come.
func (p *ComparedProduct) pad(profiles []ComparedProfile) {
	for i := len(p.Verdicts); i < len(profiles); i++ {
		p.Verdicts = append(p.Verdicts, ComparedVerdict{Profile: profiles[i].Profile})
	}
}

// Finish groups the products and puts them into their one order.
func (c *Comparison) Finish() {
	c.Groups = map[Group]int{PassesAll: 0, PassesSome: 0, PassesNone: 0}
	for i := range c.Products {
		p := &c.Products[i]
		p.pad(c.Profiles)
		p.Group = groupOf(p.Verdicts)
		c.Groups[p.Group]++
	}
	slices.SortFunc(c.Products, func(a, b ComparedProduct) int {
		worstA, worstB := gravest(a.Verdicts), gravest(b.Verdicts)
		return cmp.Or(cmp.Compare(worstB.Verdict.Rank(), worstA.Verdict.Rank()), cmp.Compare(worstB.Score, worstA.Score), cmp.Compare(a.ID, b.ID))
	})
	c.at = nil
}

func groupOf(verdicts []ComparedVerdict) Group {
	passed := 0
	for _, v := range verdicts {
		if passes(v.Verdict) {
			passed++
		}
	}
	switch passed {
	case 0:
		return PassesNone
	case len(verdicts):
		return PassesAll
	}
	return PassesSome
}

func gravest(verdicts []ComparedVerdict) ComparedVerdict {
	return slices.MaxFunc(verdicts, func(a, b ComparedVerdict) int {
		return cmp.Or(cmp.Compare(a.Verdict.Rank(), b.Verdict.Rank()), cmp.Compare(a.Score, b.Score))
	})
}

// ComparisonFormat writes a comparison in one form.
type ComparisonFormat struct {
	Name  string // the word for -o
	Title string // for people
	Write func(w io.Writer, c *Comparison, o Options) error
}

// ComparisonFormats lists all forms; the first is for people.
func ComparisonFormats() []ComparisonFormat {
	return []ComparisonFormat{
		{Name: "compare", Title: "several profiles side by side, a table for people", Write: writeComparison},
		{Name: "compare-csv", Title: "the same, one row a product, two columns a profile", Write: writeComparisonCSV},
		{Name: "compare-json", Title: "the same as JSON", Write: writeComparisonJSON},
	}
}

func writeComparisonJSON(w io.Writer, c *Comparison, _ Options) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(c); err != nil {
		return err
	}
	_, err := w.Write(EscapeInvisible(b.Bytes()))
	return err
}

func writeComparisonCSV(w io.Writer, c *Comparison, _ Options) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	head := []string{"product_id", "product", "maker", "passes"}
	for _, p := range c.Profiles {
		head = append(head, p.Profile+" verdict", p.Profile+" score")
	}
	if err := out.Write(safe(head)); err != nil {
		return err
	}
	for _, p := range c.Products {
		cells := []string{p.ID, p.Name, p.Maker, string(p.Group)}
		for _, v := range p.Verdicts {
			cells = append(cells, string(v.Verdict), v.points())
		}
		if err := out.Write(safe(cells)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// writeComparison writes the products with a column a profile, as many columns
// at once as fit the width, then the groups.
func writeComparison(w io.Writer, c *Comparison, o Options) error {
	o.Width = max(cmp.Or(o.Width, defaultWidth), leastWidth)
	out := bufio.NewWriter(w)
	t := &table{out: out, o: o}
	names := make([]string, len(c.Profiles))
	for i, p := range c.Profiles {
		names[i] = fmt.Sprintf("%s (%d)", p.Profile, p.Passed)
	}
	day, _, _ := strings.Cut(c.AsOf, "T")
	t.paragraph("", fmt.Sprintf("netvet, %s under %s side by side, as of %s; in brackets, how many products pass: %s",
		Count(len(c.Products), "product"), Count(len(c.Profiles), "profile"), Visible(day), Visible(strings.Join(names, ", "))))
	for from := 0; from < len(c.Profiles) && len(c.Products) > 0; {
		from += t.compared(c, from)
	}
	fmt.Fprintln(out)
	t.paragraph("", "A product passes under a profile whose verdict is accept or conditional: it may be bought or run, if need be under conditions.")
	t.groups(c)
	if c.Notice != "" {
		fmt.Fprintln(out)
		t.paragraph("", Visible(c.Notice))
	}
	return out.Flush()
}

// nameColumns is the least that a product and its maker take.
const nameColumns = 40

// compared writes the columns of as many profiles as fit, from one on, and
// returns how many.
func (t *table) compared(c *Comparison, from int) (n int) {
	rows := make([][]string, len(c.Products)+1)
	rows[0] = []string{"PRODUCT", "MAKER"}
	for i, p := range c.Products {
		rows[i+1] = []string{p.Name, p.Maker}
	}
	for room := t.o.Width - nameColumns; from+n < len(c.Profiles); n++ {
		column := comparedColumn(c, from+n)
		wide := 0
		for _, cell := range column {
			wide = max(wide, columns(cell)+2)
		}
		if room -= wide; room < 0 && n > 0 {
			break
		}
		for i, cell := range column {
			rows[i] = append(rows[i], cell)
		}
	}
	fmt.Fprintln(t.out)
	widths := fit(rows, t.o.Width, []int{0, 1})
	for i, row := range rows {
		for k := range row {
			row[k] = pad(t.shortenCell(k, row[k], widths[k]), widths[k])
			if i > 0 && k > 1 {
				row[k] = t.color(c.Products[i-1].Verdicts[from+k-2].Verdict, row[k])
			}
		}
		fmt.Fprintln(t.out, strings.TrimRight(strings.Join(row, "  "), " "))
	}
	return n
}

func comparedColumn(c *Comparison, profile int) []string {
	cells := []string{strings.ToUpper(Visible(c.Profiles[profile].Profile))}
	for _, p := range c.Products {
		v := p.Verdicts[profile]
		if v.Verdict == "" {
			cells = append(cells, "-")
			continue
		}
		cells = append(cells, fmt.Sprintf("%3.0f %s", v.Score, v.Verdict))
	}
	return cells
}

// groupNamed is how many products of a group are named.
const groupNamed = 10

// groups says which products pass all profiles, some, none.
func (t *table) groups(c *Comparison) {
	for _, g := range groups() {
		var names []string
		for _, p := range c.Products {
			if p.Group == g && len(names) < groupNamed {
				names = append(names, p.Name)
			}
		}
		text := fmt.Sprintf("pass %s: %s", g, Count(c.Groups[g], "product"))
		if len(names) > 0 {
			text += ": " + strings.Join(names, ", ")
		}
		if more := c.Groups[g] - len(names); more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
		t.paragraph("  ", text)
	}
}

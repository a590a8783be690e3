package rules

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// Show writes everything about a rule or gate ("cn-review-2022/F1-07", or its id
// alone), a pack or a pattern, for a person to read.
func (l *Library) Show(w io.Writer, id string) error {
	var b bytes.Buffer
	for _, p := range l.Packs {
		if p.ID == id {
			showPack(&b, p)
		}
		for i := range p.Rules {
			if r := &p.Rules[i]; id == r.ID || id == p.ID+"/"+r.ID {
				showRule(&b, p, r, "")
			}
		}
		for i := range p.Gates {
			if g := &p.Gates[i]; id == g.ID || id == p.ID+"/"+g.ID {
				showGate(&b, p, g, "")
			}
		}
	}
	for _, p := range l.Patterns {
		if p.ID == id {
			showPattern(&b, p)
		}
	}
	if b.Len() == 0 {
		return fmt.Errorf("no rule, gate, pack or pattern %q%s: `netvet rules list` names them all", id, didYouMean(id, l.names()))
	}
	_, err := w.Write(b.Bytes())
	return err
}

func (l *Library) names() []string {
	var out []string
	for _, p := range l.Packs {
		out = append(out, p.ID)
		for _, r := range p.Rules {
			out = append(out, p.ID+"/"+r.ID)
		}
		for _, g := range p.Gates {
			out = append(out, p.ID+"/"+g.ID)
		}
	}
	return append(out, ids(l.Patterns, func(p *Pattern) string { return p.ID })...)
}

// sheet writes labelled lines and leaves out what is empty.
type sheet struct{ b *bytes.Buffer }

func (s sheet) line(label string, values ...string) {
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return strings.TrimSpace(v) == "" })
	if len(values) > 0 {
		fmt.Fprintf(s.b, "- %s: %s\n", label, strings.TrimSpace(strings.Join(values, ", ")))
	}
}

func (s sheet) text(label string, t Text) {
	s.line(label, t.EN)
	s.line(label+" (zh)", t.ZH)
}

// cites lists the clauses; those without an instrument are of the pack's own.
func (s sheet) cites(p *Pack, cites []netvet.Citation) {
	for _, c := range cites {
		s.line("law", strings.TrimSpace(firstOf(c.Instrument, p.Instrument.Name)+" "+c.Clause+" "+c.URL), span(Span{c.From, c.To}))
	}
}

func showPack(b *bytes.Buffer, p *Pack) {
	s := sheet{b}
	fmt.Fprintf(b, "%s: %s\n\n", p.ID, p.Title.EN)
	s.line("title (zh)", p.Title.ZH)
	s.line("version", string(p.Version))
	s.line("sha256", p.SHA256)
	if p.Preview {
		s.line("preview", "not law: a proposal")
	}
	s.line("jurisdiction", p.Jurisdiction)
	s.line("instrument", p.Instrument.Name, p.Instrument.Order, p.Instrument.URL, map[bool]string{true: "read at the source", false: "not verified at the source"}[p.Instrument.Verified])
	s.line("in force", span(p.Instrument.InForce))
	s.line("source", p.Instrument.Source, string(p.Instrument.Date))
	for _, t := range p.Topics {
		s.line("topic", fmt.Sprintf("%s (%s, %s): %s", t.ID, t.Factor, t.weights(), t.Title.EN))
	}
	for _, r := range p.Rules {
		s.line("rule", fmt.Sprintf("%s (%s, %s): %s", r.ID, r.Factor, r.Severity, r.Title.EN))
	}
	for _, g := range p.Gates {
		s.line("gate", fmt.Sprintf("%s (list %s): %s", g.ID, g.List, g.Title.EN))
	}
}

func showRule(b *bytes.Buffer, p *Pack, r *Rule, heading string) {
	s := sheet{b}
	name := p.ID + "/" + r.ID
	if heading != "" {
		name = r.ID
	}
	fmt.Fprintf(b, "%s%s: %s\n\n", heading, name, bilingual(r.Title))
	s.line("factor and topic", fmt.Sprintf("%s, %s", r.Factor, r.Topic))
	s.text("question", r.Question)
	s.line("good answer", r.Good)
	s.text("why", r.Why)
	s.line("looks at", r.Each)
	if r.Candidates != nil {
		s.line("candidates", "pattern "+r.Candidates.Pattern)
	}
	s.line("evidence", r.Evidence)
	s.line("needs", r.Needs...)
	s.line("applies when", code(r.Applies))
	s.line("adverse when", code(r.When))
	s.line("clean when", code(r.Clear))
	if r.ClearWhenNone {
		s.line("also clean when", "the supplier is known and on no list")
	}
	if r.Compared != nil {
		s.line("compared: adverse when", code(r.Compared.When))
		s.line("compared: clean when", code(r.Compared.Clear))
		s.text("compared: message", r.Compared.Message)
	}
	if r.Recorded != nil {
		s.line(r.Recorded.Of+" recorded: adverse when", code(r.Recorded.When))
		s.line(r.Recorded.Of+" recorded: clean when", code(r.Recorded.Clear))
		s.text(r.Recorded.Of+" recorded: message", r.Recorded.Message)
	}
	s.line("strength", fmt.Sprint(r.Strength))
	s.line("severity", string(r.Severity))
	s.line("half-life", r.HalfLife)
	s.line("in force", span(r.InForce))
	s.text("message", r.Message)
	s.text("remedy", r.Remedy)
	s.cites(p, r.Cites)
	s.line("basis", r.Basis)
	s.line("source", r.Source)
	s.line("taken from", r.From)
	s.line("indicators", r.Indicators...)
}

func showGate(b *bytes.Buffer, p *Pack, g *Gate, heading string) {
	s := sheet{b}
	name := p.ID + "/" + g.ID
	if heading != "" {
		name = g.ID
	}
	fmt.Fprintf(b, "%s%s: %s\n\n", heading, name, bilingual(g.Title))
	s.line("list", g.List)
	s.line("binds", "role "+firstOf(string(g.Applies.Role), "any"), "act "+firstOf(string(g.Applies.Act), "any"), "products "+scopeText(&g.Applies.Products))
	s.line("at most", string(g.Direct))
	s.line("in another role", string(g.Otherwise.Role))
	s.line("in another act", string(g.Otherwise.Act))
	s.line("in parts of other makers' products", g.Embedded)
	s.line("floors", floors(g.Floors))
	s.line("floors when weakened", floors(g.WeakFloors))
	s.text("message", g.Message)
	s.text("remedy", g.Remedy)
	s.cites(p, g.Cites)
}

func showPattern(b *bytes.Buffer, p *Pattern) {
	s := sheet{b}
	fmt.Fprintf(b, "%s: %s\n\n", p.ID, p.Title.EN)
	s.line("title (zh)", p.Title.ZH)
	s.line("kinds", texts(p.Kinds)...)
	s.line("types", p.Types...)
	s.line("whole names", p.Names...)
	s.line("words of the name", p.Words...)
	s.line("words of the group", p.Groups...)
	s.line("words of the description", p.Described...)
	s.line("prefixes", p.Prefixes...)
	s.line("identifiers", p.Identifiers...)
	s.line("suppliers", p.Suppliers...)
	s.line("makers of nothing but", p.SupplierCategories...)
	s.line("except words", p.Except...)
	s.line("except suppliers", p.ExceptSuppliers...)
	s.line("matches", p.Matches...)
	s.line("does not match", p.LookAlikes...)
}

func scopeText(s *netvet.Scope) string {
	switch {
	case s.Any:
		return "any"
	case scopeEmpty(s):
		return "as listed"
	}
	return strings.Join(slices.Concat(texts(s.Kinds), texts(s.Categories), s.Models), " ")
}

func floors(m map[netvet.Factor]float64) string {
	var out []string
	for _, f := range netvet.Factors() {
		if v, ok := m[f]; ok {
			out = append(out, fmt.Sprintf("%s %v", f, v))
		}
	}
	return strings.Join(out, ", ")
}

func span(s Span) string {
	switch {
	case s.From == "" && s.To == "":
		return ""
	case s.To == "":
		return "from " + string(s.From)
	case s.From == "":
		return "before " + string(s.To)
	}
	return fmt.Sprintf("from %s, before %s", s.From, s.To)
}

func code(expression string) string {
	if strings.TrimSpace(expression) == "" {
		return ""
	}
	return "`" + strings.Join(strings.Fields(expression), " ") + "`"
}

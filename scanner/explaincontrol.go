package scanner

import (
	"cmp"
	"strings"

	"github.com/netvet/netvet"
)

// How many ways and comparisons a page lists.
const (
	waysShown        = 25
	comparisonsShown = 25
)

// heldBy says in whose hands a way is.
func heldBy(held string) string {
	switch held {
	case "operator":
		return "the operator, if nobody else has the credentials"
	case "maker":
		return "the maker"
	case "carrier":
		return "the carrier or whoever runs the server"
	case "controller":
		return "whoever runs the controller"
	case "network":
		return "whoever reaches it over the network"
	}
	return "not known"
}

// remoteControl lists the ways in which someone else can act on the product.
func (x *explainer) remoteControl(p *netvet.RegisterProduct) {
	if len(p.RemoteControl) == 0 {
		x.heading("REMOTE CONTROL  no way in was found; none was ruled out")
		return
	}
	x.heading("REMOTE CONTROL  ways in which someone else can act on the product, as far as anything shows them")
	for i, way := range p.RemoteControl {
		if i == waysShown {
			x.text(2, 4, "and %s more: in the register, under remote_control", counted(len(p.RemoteControl)-i, "way"))
			return
		}
		x.text(2, 4, "%-9s %s: %s%s", way.State, way.Title, way.Name, inBrackets(verdictWords(way.Verdict)))
		if way.Default != "" {
			x.text(6, 8, "as delivered, as a rule: %s", way.Default)
		}
		x.text(6, 8, "in the hands of %s; %s", heldBy(way.Held), madeBy(way.Maker))
		x.text(6, 8, "%s", strings.TrimSpace(strings.TrimSpace("read from "+cmp.Or(way.Input, "the inputs")+" "+way.Pointer)+"; rules "+strings.Join(way.Rules, ", ")))
	}
}

func madeBy(h *netvet.Holder) string {
	if h == nil {
		return "who made it, and whose law reaches them, is not known"
	}
	return "made by " + h.Name + ", under the law of " + cmp.Or(strings.Join(h.Countries, ", "), "a country that is not known")
}

// comparisons lists what is declared and what was seen.
func (x *explainer) comparisons(p *netvet.RegisterProduct) {
	if len(p.Comparisons) == 0 {
		return
	}
	x.heading("DECLARED AND OBSERVED  the strongest signal first; unknown is not clean")
	for i := range p.Comparisons {
		if i == comparisonsShown {
			x.text(2, 4, "and %s more: in the register, under comparisons", counted(len(p.Comparisons)-i, "comparison"))
			return
		}
		c := &p.Comparisons[i]
		x.text(2, 4, "%-21s %s %s%s", c.Verdict, c.Kind, c.Name, inBrackets(c.Why))
		x.sighting("declared", &c.Declared)
		x.sighting("observed", &c.Observed)
	}
}

// sighting says where a thing was declared or observed, in which window, from
// where and with whose leave.
func (x *explainer) sighting(what string, s *netvet.Sighting) {
	if !s.Known && s.From == "" {
		return
	}
	if !s.Known {
		what = "looked for"
	}
	parts := []string{strings.TrimSpace(s.Input + " " + s.Pointer)}
	if s.Source != "" && s.Source != s.Input {
		parts = append(parts, s.Source)
	}
	switch {
	case s.From != "" && s.To != "" && s.From != s.To:
		parts = append(parts, s.From+" to "+s.To)
	case s.From != "":
		parts = append(parts, s.From)
	}
	if s.Vantage != "" {
		parts = append(parts, "from "+s.Vantage)
	}
	if s.Authorisation != "" {
		parts = append(parts, "allowed by "+s.Authorisation)
	}
	if s.Detail != "" {
		parts = append(parts, s.Detail)
	}
	x.text(6, 8, "%s: %s", what, strings.Join(parts, "; "))
	if s.Match > 0 {
		x.text(8, 8, "bound by %s", s.Bound)
	}
}

// verdictWords is the verdict of a comparison, where there was one.
func verdictWords(v netvet.ComparisonVerdict) string {
	if v == netvet.VerdictNotCompared {
		return "comparison: unknown"
	}
	return string(v)
}

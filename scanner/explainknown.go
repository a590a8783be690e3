package scanner

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/netvet/netvet"
)

// knownWeaknesses says how many weaknesses are known and what was looked up.
func (x *explainer) knownWeaknesses(p *netvet.RegisterProduct) {
	w := p.Weaknesses
	if w == nil {
		return // an older register
	}
	x.heading("KNOWN WEAKNESSES  %d affect it, %d of them exploited; %d possibly affect it", w.Affected, w.Exploited, w.Possible)
	if w.Of > 0 {
		x.text(2, 4, "%d of %s looked up", w.Looked, counted(w.Of, "package"))
	}
	if w.Not != "" {
		x.text(2, 4, "as a network product it was not looked up: %s", w.Not)
	}
	switch {
	case w.Complete:
		x.text(2, 4, "all of it was looked up in data of %s", w.AsOf)
	case w.AsOf != "":
		x.text(2, 4, "not all of it was looked up, in data of %s: that nothing more is known says nothing", w.AsOf)
	default:
		x.text(2, 4, "not looked up in full: that nothing more is known says nothing")
	}
}

// support says how long the product and its parts are looked after.
func (x *explainer) support(p *netvet.RegisterProduct) {
	if len(p.Support) == 0 {
		return
	}
	x.heading("SUPPORT")
	for i := range p.Support {
		s := &p.Support[i]
		line := fmt.Sprintf("%s: %s", strings.TrimSpace(s.Subject+" "+cmp.Or(s.Cycle, s.Version)), s.State)
		for _, date := range []struct {
			what string
			on   netvet.Date
		}{{"end of sale", s.Sale}, {"end of fixes", s.Active}, {"end of security fixes", s.Security}, {"end of paid fixes", s.Extended}} {
			if date.on != "" {
				line += fmt.Sprintf(", %s %s", date.what, date.on)
			}
		}
		if s.Reason != "" {
			line += ", only possible: " + s.Reason
		}
		x.text(2, 4, "%s; source %s%s", line, s.Source, inBrackets(string(s.AsOf)))
		if s.URL != "" {
			x.text(4, 4, "%s", s.URL)
		}
	}
}

// weaknessWords is a weakness in one line.
func weaknessWords(v *netvet.FindingVulnerability) string {
	words := []string{v.ID + inBrackets(strings.Join(v.Aliases, ", ")), v.Status}
	if v.Severity != nil {
		words = append(words, *v.Severity)
	}
	if v.KEV != nil {
		words = append(words, map[bool]string{true: "known to be exploited (CISA)", false: "not in CISA's catalogue of exploited ones"}[*v.KEV])
	}
	if v.EPSS != nil {
		words = append(words, fmt.Sprintf("exploited within 30 days with probability %.3f (EPSS)", *v.EPSS))
	}
	if v.Fixed != nil {
		words = append(words, "fixed: "+*v.Fixed)
	}
	source := "by " + v.Source
	if v.SourceDate != nil {
		source += ", as of " + *v.SourceDate
	}
	return strings.Join(append(words, source), ", ")
}

package rules

import (
	"fmt"
	"slices"

	"github.com/netvet/netvet"
)

// Adjustment turns a rule of any pack off or gives it another strength, for a
// reason that goes into every register made with it. Gates cannot be adjusted:
// they are decisions of authorities.
type Adjustment struct {
	Rule     string      `yaml:"rule"` // with its pack
	Off      bool        `yaml:"off"`
	Strength *float64    `yaml:"strength"` // in (0,1]
	Reason   string      `yaml:"reason"`
	By       string      `yaml:"by"`
	Date     netvet.Date `yaml:"date"`
}

// adjustmentFile is adjustments.yaml of a user's folder.
type adjustmentFile struct {
	Adjustments []Adjustment `yaml:"adjustments"`
	data        []byte       // of the file, for the lines of faults
}

const adjustmentsName = "adjustments.yaml"

// add returns the adjustments of both, those of the other last.
func (f *adjustmentFile) add(other *adjustmentFile) *adjustmentFile {
	if f == nil || other == nil {
		if f == nil {
			return other
		}
		return f
	}
	return &adjustmentFile{Adjustments: slices.Concat(f.Adjustments, other.Adjustments)}
}

// of returns what is adjusted of a rule, by its own id or that of the question
// that it takes from another pack.
func (f *adjustmentFile) of(r *CompiledRule) *Adjustment {
	if f == nil {
		return nil
	}
	for i := range f.Adjustments {
		if id := f.Adjustments[i].Rule; id == r.ID || id == r.question() {
			return &f.Adjustments[i]
		}
	}
	return nil
}

// adjust applies the adjustments to a rule and reports whether it is still asked.
func (p *Program) adjust(r *CompiledRule, by *adjustmentFile) bool {
	a := by.of(r)
	if a == nil {
		return true
	}
	p.adjusted = append(p.adjusted, netvet.Adjustment{Rule: r.ID, Title: r.Title.EN, Off: a.Off, Strength: a.Strength, Was: r.Strength,
		Reason: a.Reason, By: a.By, Date: a.Date})
	if a.Strength != nil {
		own := *r.Rule
		own.Strength = *a.Strength
		r.Rule = &own
	}
	return !a.Off
}

// Adjusted returns the rules of the program that the user turned off or gave
// another strength.
func (p *Program) Adjusted() []netvet.Adjustment { return p.adjusted }

// checkAdjustments checks that each names a rule once, says what to do and why.
func (c *checker) checkAdjustments() {
	f := c.library.adjustments
	if f == nil || f.data == nil { // of the library itself, not of one merged
		return
	}
	at := c.page(adjustmentsName, f.data)
	known := c.ruleIDs()
	for i, a := range f.Adjustments {
		path := fmt.Sprintf("adjustments.%d", i)
		at.required(path, "the adjustment", map[string]string{"rule": a.Rule, "reason": a.Reason, "by": a.By, "date": string(a.Date)})
		if a.Rule != "" && !slices.Contains(known, a.Rule) {
			at.fault(path+".rule", "no pack has the rule %q%s", a.Rule, didYouMean(a.Rule, known))
		}
		if slices.ContainsFunc(f.Adjustments[:i], func(b Adjustment) bool { return b.Rule == a.Rule }) {
			at.fault(path+".rule", "%s is adjusted twice", a.Rule)
		}
		switch {
		case a.Off == (a.Strength != nil):
			at.fault(path, "%s: say either off: true or a strength", a.Rule)
		case a.Strength != nil && !(*a.Strength > 0 && *a.Strength <= 1):
			at.fault(path+".strength", "%s: strength %v is outside (0,1]; off: true turns the rule off", a.Rule, *a.Strength)
		}
	}
}

// ruleIDs are all rules of the library and of the one below it, with their packs.
func (c *checker) ruleIDs() []string {
	var out []string
	for _, p := range slices.Concat(c.base.Packs, c.library.Packs) {
		for i := range p.Rules {
			out = append(out, p.ID+"/"+p.Rules[i].ID)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

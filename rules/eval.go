package rules

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"cel.dev/cel-go/cel"

	"github.com/netvet/netvet"
)

// What a rule may be evaluated on.
const (
	eachProduct       = "product"
	eachComponent     = "component"
	eachService       = "service"
	eachVulnerability = "vulnerability"
	eachHit           = "hit"
	eachComparison    = "comparison"  // of compared alone
	eachCommitment    = "commitment"  // of recorded alone
	eachCertificate   = "certificate" // of recorded alone
)

// Whose word a rule may rest on.
const (
	evidenceBOM         = "bom"
	evidenceInventory   = "inventory"
	evidenceSupplier    = "supplier"
	evidenceList        = "list"
	evidenceObservation = "observation"
)

// maxSeparatePasses is how many clean subjects of one rule get a result each;
// those beyond that are folded into one that counts them, since equal clean
// evidence weighs the same however many subjects share it.
const maxSeparatePasses = 50

// Evaluate runs every rule and gate on one product and fills in Results and
// Gates. Each rule gives at least one result; subjects of which nothing could be
// said share one.
func (p *Program) Evaluate(a *netvet.Assessment) error {
	e := &evaluation{p: p, a: a}
	e.scopeHits()
	a.Results = slices.Grow(a.Results[:0], len(p.rules)+len(p.rules)/8)
	for _, r := range p.rules {
		e.rule(r)
	}
	a.Gates = a.Gates[:0]
	for _, g := range p.gates {
		e.gate(g)
	}
	e.report()
	return nil
}

// evaluation is the evaluation of one product. It resolves the variables of
// expressions and templates.
type evaluation struct {
	p *Program
	a *netvet.Assessment

	// The thing that a rule is being evaluated on; nil when it is none.
	component     *netvet.Candidate
	service       *netvet.Service
	vulnerability *netvet.Vulnerability
	hit           *netvet.ListHit
	comparison    *netvet.Comparison
	commitment    *netvet.Commitment
	certificate   *netvet.Certificate
	count         int

	values  map[string]any // variables that are the same for the whole product
	created time.Time      // of the bill of materials
	dated   bool           // created has been read
	late    int            // items of evidence left out as dated after the as-of date
	results ruleResults    // of the rule at hand
	picker  *picker
}

// ResolveName gives expressions the value of a variable.
func (e *evaluation) ResolveName(name string) (any, bool) {
	switch name {
	case varComponent:
		return e.component, e.component != nil
	case eachService:
		return e.service, e.service != nil
	case eachVulnerability:
		return e.vulnerability, e.vulnerability != nil
	case eachHit:
		return e.hit, e.hit != nil
	case eachComparison:
		return e.comparison, e.comparison != nil
	case eachCommitment:
		return e.commitment, e.commitment != nil
	case eachCertificate:
		return e.certificate, e.certificate != nil
	case varCount:
		return e.count, true
	}
	v, ok := e.values[name]
	if !ok {
		if v, ok = e.value(name); ok {
			if e.values == nil {
				e.values = map[string]any{}
			}
			e.values[name] = v
		}
	}
	return v, ok
}

// Parent is part of cel.Activation.
func (e *evaluation) Parent() cel.Activation { return nil }

// value makes the value of a variable that is the same for the whole product.
func (e *evaluation) value(name string) (any, bool) {
	switch name {
	case "product":
		return &e.a.Product, true
	case "bom":
		return &e.a.Product.BOM, true
	case varSupplier:
		if e.a.Match.Supplier == nil {
			return &netvet.Supplier{}, true
		}
		return e.a.Match.Supplier, true
	case varConfidence:
		return confidenceOf(&e.a.Match), true
	case "possible":
		return e.a.Match.Possible, true
	case "components":
		return &e.a.Census, true
	case varPatterns:
		return e.counts(), true
	case "services":
		return e.a.Services, true
	case "vulnerabilities":
		return e.a.Vulnerabilities, true
	case "hits":
		return e.a.Hits, true
	case "support":
		return e.a.Support, true
	case "comparisons":
		return e.a.Comparisons, true
	case "makers":
		return e.makers(), true
	case "operator":
		return e.operator(), true
	case "profile":
		f := e.p.Profile
		return &PointOfView{ID: f.ID, Role: f.Role, Home: f.Home, Concern: f.Concern, Factors: f.Factors}, true
	case "as_of":
		return e.p.asOf, true
	}
	return nil, false
}

// root gives templates the value of a variable.
func (e *evaluation) root(name string) reflect.Value {
	v, ok := e.ResolveName(name)
	if !ok {
		return reflect.Value{}
	}
	return reflect.Indirect(reflect.ValueOf(v))
}

func (e *evaluation) operator() *Operator {
	c := &e.a.Circumstances
	d := &c.Data
	out := &Operator{Role: e.role(), Act: c.Act, ActAssumed: c.ActAssumed, Criticality: c.Criticality, DataClass: d.Class, StoredIn: d.StoredIn,
		PersonalRecords: persons(d.Personal), SensitiveRecords: persons(d.Sensitive), StockDays: c.StockDays, Users: c.Users,
		ExportedPersonal: persons(d.ExportedPersonal, d.Personal), ExportedSensitive: persons(d.ExportedSensitive, d.Sensitive)}
	if len(d.StoredIn) > 0 {
		out.Exports = yesNo(slices.ContainsFunc(d.StoredIn, func(c string) bool { return c != e.p.Profile.Home }))
	}
	if persons(d.ExportedPersonal) > 0 || persons(d.ExportedSensitive) > 0 {
		out.Exports = yesNo(true)
	}
	if c.ListingAbroad != nil {
		out.ListingAbroad = yesNo(*c.ListingAbroad)
	}
	return out
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// persons is the first number that is stated, else -1.
func persons(stated ...*int64) int64 {
	for _, n := range stated {
		if n != nil {
			return *n
		}
	}
	return -1
}

// role is what the buyer is: as the context says, else as the profile does.
func (e *evaluation) role() netvet.Role {
	if e.a.Circumstances.Role != "" {
		return e.a.Circumstances.Role
	}
	return e.p.Profile.Role
}

// category is the class of the product: as the context says, else as inferred.
func (e *evaluation) category() netvet.Category {
	if e.a.Circumstances.Category != "" {
		return e.a.Circumstances.Category
	}
	return e.a.Product.Category
}

// counts gives the number of components that each pattern found.
func (e *evaluation) counts() map[string]int {
	if v, ok := e.values[varPatterns]; ok {
		return v.(map[string]int)
	}
	out := make(map[string]int, len(e.p.patterns))
	for _, p := range e.p.patterns {
		out[p.ID] = 0
	}
	for i := range e.a.Candidates {
		c := &e.a.Candidates[i]
		out[c.Pattern] = plus(out[c.Pattern], c.Count)
	}
	return out
}

// makers are the resolved makers of components.
func (e *evaluation) makers() []Maker {
	var out []Maker
	for i := range e.a.Makers {
		if g := &e.a.Makers[i]; g.Match.Supplier != nil && !g.PossibleOnly {
			out = append(out, Maker{*g.Match.Supplier, g.Count, g.Match.Confidence})
		}
	}
	return out
}

// rule evaluates one rule on all its subjects.
func (e *evaluation) rule(r *CompiledRule) {
	if r.applies != nil {
		applies, err := r.applies.holds(e)
		if err != nil {
			e.a.Results = append(e.a.Results, e.broken(r, "applies", err, e.product()))
			return
		}
		if !applies {
			e.a.Results = append(e.a.Results, netvet.RuleResult{Rule: r.ID, Outcome: netvet.OutcomeNotApplicable, Subject: e.product(), Count: 1, Settled: true})
			return
		}
	}
	out := &e.results
	out.begin(e, r)
	if e.met(r) {
		out.subjects()
	}
	out.noneKnown()
	out.comparisons()
	out.recorded()
	for _, item := range e.answers(r) {
		out.answered = out.add(item, "") || out.answered
	}
	out.finish()
}

func (e *evaluation) met(r *CompiledRule) bool {
	for _, need := range r.needs {
		if !need(e) {
			return false
		}
	}
	return true
}

// report tells what was left out, in one gap a product.
func (e *evaluation) report() {
	if e.late == 0 {
		return
	}
	input, record := sourceOf(&e.a.Product)
	e.a.Gaps = append(e.a.Gaps, netvet.Gap{Input: input, Record: firstOf(record, e.a.Product.Name),
		Reason: fmt.Sprintf("%d items of evidence dated after %s were left out", e.late, e.p.asOf.Format(time.DateOnly))})
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// lowerFirst puts a title into a sentence, unless its first word is an
// abbreviation.
func lowerFirst(s string) string {
	if len(s) > 1 && 'A' <= s[0] && s[0] <= 'Z' && 'a' <= s[1] && s[1] <= 'z' {
		return string(s[0]+'a'-'A') + s[1:]
	}
	return s
}

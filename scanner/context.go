package scanner

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

// Context is what the buyer knows: who they are, how each product is used, and
// what they were told about it. It is the buyer's own file, netvet.yaml; one
// that comes with the inputs is never read.
type Context struct {
	Operator Operator         `yaml:"operator"`
	Defaults ContextDefaults  `yaml:"defaults"`
	Products []ContextProduct `yaml:"products"`
	// Bindings and Observations are about what probes, logs and specifications say.
	Bindings     []ContextBinding     `yaml:"bindings"`
	Observations []ContextObservation `yaml:"observations"`
	file         string
}

// Operator is the organisation that buys and runs the products.
type Operator struct {
	Name           string      `yaml:"name"`
	Role           netvet.Role `yaml:"role"`     // ciio, us-federal, enterprise; empty: the profile's
	Notified       netvet.Date `yaml:"notified"` // of the notice that made it a CIIO
	Users          int64       `yaml:"users"`
	ListingAbroad  bool        `yaml:"listing_abroad"`
	StorageCountry string      `yaml:"storage_country"`
}

// ContextDefaults hold for every product without a word of its own.
type ContextDefaults struct {
	Act         netvet.Act `yaml:"act"`
	Criticality string     `yaml:"criticality"`
	Data        string     `yaml:"data"`
	StoredIn    []string   `yaml:"stored_in"`
}

// ContextProduct is what is known about the products that match. Every entry
// that matches applies, in file order; later ones win where both say something.
type ContextProduct struct {
	Match       ContextMatch              `yaml:"match"`
	Act         netvet.Act                `yaml:"act"`
	Criticality string                    `yaml:"criticality"` // critical, high, medium, low
	Impact      map[netvet.Factor]float64 `yaml:"impact"`      // in [0,1], wins over the criticality
	Category    netvet.Category           `yaml:"category"`
	Data        string                    `yaml:"data"` // core, important, personal, general
	StoredIn    []string                  `yaml:"stored_in"`
	StockDays   int                       `yaml:"stock_days"`
	Mitigations []ContextMitigation       `yaml:"mitigations"`
	Answers     []ContextAnswer           `yaml:"answers"`
	Declared    []ContextDeclared         `yaml:"declared"` // in its documents
}

// ContextMatch chooses products. Every part that is given must hold; * in a
// text matches anything. An empty match is refused: write id: "*" for all.
type ContextMatch struct {
	ID           string `yaml:"id"`
	Supplier     string `yaml:"supplier"`
	Manufacturer string `yaml:"manufacturer"` // as written
	Model        string `yaml:"model"`
	Name         string `yaml:"name"`
	Serial       string `yaml:"serial"`
	Input        string `yaml:"input"`
}

// ContextMitigation is a measure of the buyer that lowers likelihood.
type ContextMitigation struct {
	Kind        string      `yaml:"kind"`     // second-source, stock, escrow, local-support, isolation
	Strength    float64     `yaml:"strength"` // in [0,1]
	Reliability string      `yaml:"reliability"`
	Evidence    string      `yaml:"evidence"`
	Date        netvet.Date `yaml:"date"`
}

// ContextAnswer is an answer to the question of one rule or, with a trailing *,
// of several.
type ContextAnswer struct {
	Rule        string      `yaml:"rule"`
	Answer      string      `yaml:"answer"` // yes, no, clean or adverse; empty or unknown: none
	By          string      `yaml:"by"`
	Reliability string      `yaml:"reliability"` // attestation, audit, observation, document, self-attested ...
	Date        netvet.Date `yaml:"date"`
	Document    string      `yaml:"document"`
}

// given reports whether the question was answered: a questionnaire comes with
// empty answers, and who does not know may say so.
func (a ContextAnswer) given() bool { return a.Answer != "" && a.Answer != "unknown" }

// Words of a context that are closed sets.
var (
	criticalities   = map[string]float64{"critical": 1.0, "high": 0.8, "medium": 0.5, "low": 0.2}
	dataClasses     = []string{"core", "important", "personal", "general"}
	answerWords     = []string{"yes", "no", "clean", "adverse"}
	mitigationKinds = []string{"second-source", "stock", "escrow", "local-support", "isolation"}
	roles           = words(netvet.Roles())
	acts            = []string{string(netvet.ActProcure), string(netvet.ActOperate)}
)

// LoadContext reads a netvet.yaml strictly: all faults come at once as
// strictyaml.Faults with file and line. The name is for messages.
func LoadContext(name string, data []byte) (*Context, error) {
	var c Context
	if err := strictyaml.Decode(name, data, &c); err != nil {
		return nil, err
	}
	check := checker{file: name, lines: strictyaml.Lines(data)}
	check.operator(&c)
	for i := range c.Products {
		check.product(fmt.Sprintf("products.%d", i), &c.Products[i])
	}
	for i := range c.Bindings {
		check.binding(fmt.Sprintf("bindings.%d", i), &c.Bindings[i])
	}
	for i := range c.Observations {
		check.observation(fmt.Sprintf("observations.%d", i), &c.Observations[i])
	}
	c.file = name
	return &c, check.faults.Err()
}

// checker collects the faults of a context.
type checker struct {
	file   string
	lines  map[string]int
	faults strictyaml.Faults
}

func (k *checker) fault(at, format string, args ...any) {
	k.faults = append(k.faults, strictyaml.Fault{File: k.file, Line: k.lines[at], Text: fmt.Sprintf(format, args...)})
}

// word checks that a value is empty or one of a closed set.
func (k *checker) word(at, value string, known []string) {
	if value == "" || slices.Contains(known, value) {
		return
	}
	hint := "write one of " + strings.Join(known, ", ")
	if near := strictyaml.Nearest(value, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	k.fault(at, "unknown value %q: %s", value, hint)
}

func (k *checker) fraction(at string, v float64) {
	if v < 0 || v > 1 {
		k.fault(at, "%v is outside 0 to 1", v)
	}
}

func (k *checker) operator(c *Context) {
	k.word("operator.role", string(c.Operator.Role), roles)
	if c.Operator.Role == netvet.RoleCIIO && c.Operator.Notified == "" {
		k.fault("operator.role", "an operator is a CIIO by notification: give the date in operator.notified")
	}
	k.word("defaults.act", string(c.Defaults.Act), acts)
	k.word("defaults.criticality", c.Defaults.Criticality, slices.Sorted(maps.Keys(criticalities)))
	k.word("defaults.data", c.Defaults.Data, dataClasses)
}

func (k *checker) product(at string, p *ContextProduct) {
	if p.Match == (ContextMatch{}) {
		k.fault(at, `the entry matches nothing: give match, with id: "*" for every product`)
	}
	k.match(at+".match", p.Match)
	k.word(at+".act", string(p.Act), acts)
	k.word(at+".criticality", p.Criticality, slices.Sorted(maps.Keys(criticalities)))
	k.word(at+".data", p.Data, dataClasses)
	k.word(at+".category", string(p.Category), words(netvet.Categories()))
	for _, f := range slices.Sorted(maps.Keys(p.Impact)) {
		k.word(at+".impact", string(f), words(netvet.Factors()))
		k.fraction(at+".impact", p.Impact[f])
	}
	for i := range p.Declared {
		k.declared(fmt.Sprintf("%s.declared.%d", at, i), &p.Declared[i])
	}
	for i, m := range p.Mitigations {
		at := fmt.Sprintf("%s.mitigations.%d", at, i)
		k.word(at+".kind", m.Kind, mitigationKinds)
		k.required(at, "kind", m.Kind)
		k.fraction(at+".strength", m.Strength)
		k.provenance(at, m.Reliability, m.Date)
	}
	for i, a := range p.Answers {
		at := fmt.Sprintf("%s.answers.%d", at, i)
		k.required(at, "rule", a.Rule)
		if !a.given() {
			continue
		}
		k.word(at+".answer", a.Answer, answerWords)
		k.provenance(at, a.Reliability, a.Date)
	}
}

func (k *checker) match(at string, m ContextMatch) {
	k.patterns(at, m.ID, m.Supplier, m.Manufacturer, m.Model, m.Name, m.Serial, m.Input)
}

func (k *checker) required(at, key, value string) {
	if value == "" {
		k.fault(at, "%s is missing", key)
	}
}

// provenance checks that a statement says how far it can be trusted and when it
// was made: without either it is no evidence.
func (k *checker) provenance(at, reliability string, date netvet.Date) {
	k.required(at, "reliability", reliability)
	k.word(at+".reliability", reliability, slices.Sorted(maps.Keys(netvet.Reliabilities())))
	k.required(at, "date", string(date))
}

// words turns a list of named strings into plain ones.
func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

// circumstances gathers what the context and profile say of one product.
func (s *run) circumstances(a *netvet.Assessment) netvet.Circumstances {
	c := s.context
	out := netvet.Circumstances{
		Role: s.profile.Role, Act: c.Defaults.Act, Criticality: c.Defaults.Criticality,
		DataClass: c.Defaults.Data, StoredIn: c.Defaults.StoredIn,
		Users: c.Operator.Users, ForeignListing: c.Operator.ListingAbroad,
	}
	if c.Operator.Role != "" {
		out.Role = c.Operator.Role
	}
	if out.StoredIn == nil && c.Operator.StorageCountry != "" {
		out.StoredIn = []string{c.Operator.StorageCountry}
	}
	impact := map[netvet.Factor]float64{}
	for i := range c.Products {
		if p := &c.Products[i]; p.Match.matches(a) {
			p.apply(&out, impact, s.goodAnswers)
			for j := range p.Declared {
				a.Declarations = append(slices.Clip(a.Declarations), p.Declared[j].facts()...)
			}
		}
	}
	if out.Act == "" {
		out.Act, out.ActAssumed = netvet.ActProcure, true
	}
	out.Impact, out.ImpactAssumed = s.impact(out.Criticality, impact)
	return out
}

// impact takes each factor's impact from the context's own number, else from
// the criticality, else from the profile.
func (s *run) impact(criticality string, stated map[netvet.Factor]float64) (map[netvet.Factor]float64, bool) {
	out, assumed := map[netvet.Factor]float64{}, false
	for _, f := range s.model.Factors {
		if v, ok := stated[f]; ok {
			out[f] = v
		} else if v, ok := criticalities[criticality]; ok {
			out[f] = v
		} else {
			assumed = true
			if v, ok := s.profile.Impact[f]; ok {
				out[f] = v // else the model's own default
			}
		}
	}
	return out, assumed
}

func (m ContextMatch) matches(a *netvet.Assessment) bool {
	supplier := ""
	if a.Match.Supplier != nil {
		supplier = a.Match.Supplier.ID
	}
	inputs := make([]string, 0, len(a.Product.Sources))
	for _, src := range a.Product.Sources {
		inputs = append(inputs, src.Input)
	}
	return fits(m.ID, a.Product.ID) && fits(m.Supplier, supplier) && fits(m.Manufacturer, a.Product.Manufacturer, a.Product.Vendor) && fits(m.Model, a.Product.Model) &&
		fits(m.Name, a.Product.Name) && fits(m.Serial, a.Product.Serial) && fits(m.Input, inputs...)
}

// fits reports whether any value matches the pattern, without regard to case;
// the empty pattern fits all.
func fits(pattern string, values ...string) bool {
	if pattern == "" {
		return true
	}
	return slices.ContainsFunc(values, func(v string) bool {
		// A slash is no separator here: model names hold them.
		p, v := strings.ReplaceAll(pattern, "/", "\x00"), strings.ReplaceAll(v, "/", "\x00")
		ok, _ := path.Match(strings.ToLower(p), strings.ToLower(v))
		return ok
	})
}

func (p *ContextProduct) apply(c *netvet.Circumstances, impact map[netvet.Factor]float64, good func(rule string) string) {
	if p.Act != "" {
		c.Act = p.Act
	}
	if p.Criticality != "" {
		c.Criticality = p.Criticality
	}
	maps.Copy(impact, p.Impact)
	if p.Category != "" {
		c.Category = p.Category
	}
	if p.Data != "" {
		c.DataClass = p.Data
	}
	if p.StoredIn != nil {
		c.StoredIn = p.StoredIn
	}
	if p.StockDays != 0 {
		c.StockDays = p.StockDays
	}
	for _, m := range p.Mitigations {
		c.Mitigations = append(c.Mitigations, netvet.Mitigation(m))
	}
	for _, a := range p.Answers {
		if !a.given() {
			continue
		}
		c.Answers = append(c.Answers, netvet.Answer{
			Rules: []string{a.Rule}, Clean: a.Answer == "clean" || a.Answer == good(a.Rule),
			Answer: a.Answer, By: a.By, Reliability: a.Reliability, Date: a.Date, Document: a.Document,
		})
	}
}

package scanner

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

// Context is what the buyer knows: who they are, what systems they run on the
// products, what suppliers undertook, and how each product is used. It is the
// buyer's own file, netvet.yaml; one that comes with the inputs is never read.
type Context struct {
	Operator  Operator                 `yaml:"operator"`
	Defaults  ContextDefaults          `yaml:"defaults"`
	Systems   map[string]ContextSystem `yaml:"systems"` // by name
	Suppliers []ContextSupplier        `yaml:"suppliers"`
	Products  []ContextProduct         `yaml:"products"`
	// Bindings and Observations are about what probes, logs and specifications say.
	Bindings     []ContextBinding     `yaml:"bindings"`
	Observations []ContextObservation `yaml:"observations"`
	file         string
}

// Operator is the organisation that buys and runs the products.
type Operator struct {
	Name          string      `yaml:"name"`
	Role          netvet.Role `yaml:"role"`           // empty: the profile's
	Notified      netvet.Date `yaml:"notified"`       // of the notice that made it an operator of critical infrastructure
	Users         int64       `yaml:"users"`          // whose personal information it holds; 0: not stated
	ListingAbroad *bool       `yaml:"listing_abroad"` // listed abroad, or planned to be
}

// ContextDefaults hold for every product without a word of its own or of its
// systems.
type ContextDefaults struct {
	Act         netvet.Act  `yaml:"act"`
	Criticality string      `yaml:"criticality"`
	Data        ContextData `yaml:"data"`
}

// ContextProduct is what is known about the products that match. Every entry
// that matches applies, in file order; later ones win where both say something.
type ContextProduct struct {
	Match       ContextMatch              `yaml:"match"`
	Systems     []string                  `yaml:"systems"` // names of systems that it serves
	Act         netvet.Act                `yaml:"act"`
	Criticality string                    `yaml:"criticality"` // critical, high, medium, low
	Impact      map[netvet.Factor]float64 `yaml:"impact"`      // in [0,1], wins over criticality and data
	Category    netvet.Category           `yaml:"category"`
	Data        ContextData               `yaml:"data"`
	StockDays   int                       `yaml:"stock_days"`
	Mitigations []ContextMitigation       `yaml:"mitigations"`
	Declared    []ContextDeclared         `yaml:"declared"` // in its documents

	ContextStatements `yaml:",inline"`
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
	Kind        string      `yaml:"kind"`        // second-source, stock, escrow, local-support, isolation
	Strength    float64     `yaml:"strength"`    // in [0,1]
	Reliability string      `yaml:"reliability"` // of the evidence
	Evidence    string      `yaml:"evidence"`    // a document
	Date        netvet.Date `yaml:"date"`
}

// Words of a context that are closed sets.
var (
	criticalities   = map[string]float64{"critical": 1.0, "high": 0.8, "medium": 0.5, "low": 0.2}
	mitigationKinds = []string{"second-source", "stock", "escrow", "local-support", "isolation"}
	roles           = words(netvet.Roles())
	acts            = []string{string(netvet.ActProcure), string(netvet.ActOperate)}
)

// LoadContext reads a netvet.yaml strictly: all faults come at once as
// strictyaml.Faults with file and line. The name is for messages.
func LoadContext(name string, data []byte) (*Context, error) {
	var c Context
	var form strictyaml.Faults
	if err := strictyaml.Decode(name, data, &c); err != nil && !errors.As(err, &form) {
		return nil, err
	}
	check := checker{file: name, lines: strictyaml.Lines(data)}
	if len(check.lines) > 0 { // else it is no YAML, and nothing was read
		check.context(&c)
	}
	c.file = name
	return &c, append(form, check.faults.besides(form)...).Err()
}

func (k *checker) context(c *Context) {
	k.operator(c)
	for _, name := range slices.Sorted(maps.Keys(c.Systems)) {
		system := c.Systems[name]
		k.system("systems."+name, name, &system)
	}
	for i := range c.Suppliers {
		k.supplier(fmt.Sprintf("suppliers.%d", i), &c.Suppliers[i], c.Suppliers[:i])
	}
	for i := range c.Products {
		k.product(fmt.Sprintf("products.%d", i), &c.Products[i], c.Systems)
	}
	for i := range c.Bindings {
		k.binding(fmt.Sprintf("bindings.%d", i), &c.Bindings[i])
	}
	for i := range c.Observations {
		k.observation(fmt.Sprintf("observations.%d", i), &c.Observations[i])
	}
}

// checker collects the faults of a context.
type checker struct {
	file   string
	lines  map[string]int
	faults contextFaults
}

type contextFaults strictyaml.Faults

// besides are the faults on lines whose form is right: what is wrong with a word
// that could not be read has been said.
func (fs contextFaults) besides(form strictyaml.Faults) strictyaml.Faults {
	return slices.DeleteFunc(strictyaml.Faults(fs), func(f strictyaml.Fault) bool {
		return slices.ContainsFunc(form, func(other strictyaml.Fault) bool { return other.Line == f.Line })
	})
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
	if c.Operator.Users < 0 {
		k.fault("operator.users", "%d users: give how many there are, or leave it out", c.Operator.Users)
	}
	k.word("defaults.act", string(c.Defaults.Act), acts)
	k.word("defaults.criticality", c.Defaults.Criticality, slices.Sorted(maps.Keys(criticalities)))
	k.data("defaults.data", &c.Defaults.Data)
}

func (k *checker) product(at string, p *ContextProduct, systems map[string]ContextSystem) {
	if p.Match == (ContextMatch{}) {
		k.fault(at, `the entry matches nothing: give match, with id: "*" for every product`)
	}
	k.match(at+".match", p.Match)
	for i, name := range p.Systems {
		k.known(fmt.Sprintf("%s.systems.%d", at, i), "system", name, slices.Sorted(maps.Keys(systems)))
	}
	k.word(at+".act", string(p.Act), acts)
	k.word(at+".criticality", p.Criticality, slices.Sorted(maps.Keys(criticalities)))
	k.data(at+".data", &p.Data)
	k.word(at+".category", string(p.Category), words(netvet.Categories()))
	for _, f := range slices.Sorted(maps.Keys(p.Impact)) {
		k.known(at+".impact."+string(f), "factor", string(f), words(netvet.Factors()))
		k.fraction(at+".impact."+string(f), p.Impact[f])
	}
	if p.StockDays < 0 {
		k.fault(at+".stock_days", "%d days: give how long the stock lasts, or leave it out", p.StockDays)
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
	k.statements(at, &p.ContextStatements)
}

// known checks that a name is one that was given.
func (k *checker) known(at, what, name string, known []string) {
	if slices.Contains(known, name) {
		return
	}
	hint := "none is named"
	if len(known) > 0 {
		hint = "write one of " + strings.Join(known, ", ")
	}
	if near := strictyaml.Nearest(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	k.fault(at, "unknown %s %q: %s", what, name, hint)
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
	k.reliability(at, reliability)
	k.required(at, "date", string(date))
}

func (k *checker) reliability(at, word string) {
	k.word(at+".reliability", word, slices.Sorted(maps.Keys(netvet.Reliabilities())))
}

// words turns a list of named strings into plain ones.
func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

func (m ContextMatch) matches(a *netvet.Assessment) bool {
	supplier := ""
	if a.Match.Supplier != nil {
		supplier = a.Match.Supplier.ID
	}
	p := &a.Product
	return fits(m.Supplier, supplier) && fits(m.Manufacturer, p.Manufacturer, p.Vendor) && fits(m.Model, p.Model) && fits(m.ID, p.ID) && fits(m.Name, p.Name) && fits(m.Serial, p.Serial) &&
		(m.Input == "" || fits(m.Input, inputsOf(p)...))
}

func inputsOf(p *netvet.Product) []string {
	inputs := make([]string, 0, len(p.Sources))
	for _, src := range p.Sources {
		inputs = append(inputs, src.Input)
	}
	return inputs
}

// fits reports whether any value matches the pattern, without regard to case;
// the empty pattern fits all.
func fits(pattern string, values ...string) bool {
	if pattern == "" {
		return true
	}
	if exact(pattern) {
		return slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(pattern, v) })
	}
	return slices.ContainsFunc(values, func(v string) bool {
		// A slash is no separator here: model names hold them.
		p, v := strings.ReplaceAll(pattern, "/", "\x00"), strings.ReplaceAll(v, "/", "\x00")
		ok, _ := path.Match(strings.ToLower(p), strings.ToLower(v))
		return ok
	})
}

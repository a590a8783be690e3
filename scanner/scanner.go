// Package scanner joins the stages of netvet into one run: it reads inputs,
// resolves who made what, collects evidence, evaluates the rules, scores, and
// gives the risk register.
//
// Scan holds a compact record of every product and returns a sorted register.
// Each passes every product on as soon as it is done, in input order, so that
// memory does not grow with their number. Both give the same numbers for any
// number of workers. Neither ever reaches the network.
package scanner

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/rules"
	"github.com/netvet/netvet/sbom"
	"github.com/netvet/netvet/scanner/evidence"
	"github.com/netvet/netvet/scanner/strictyaml"
	"github.com/netvet/netvet/vendors"
)

// Scanner is a set of choices; its Scan and Each may be called many times.
type Scanner struct {
	Library   *rules.Library
	Suppliers *vendors.Directory
	Profile   string       // id of a profile of the library
	Context   *Context     // nil: nothing is known of the operator
	AsOf      time.Time    // the day on which the law is read; it must be set
	Jobs      int          // workers that assess; 0: one
	Options   sbom.Options // limits and choices of reading
	All       bool         // findings for passes and plain unknowns too
	// Sensitivity adds to the summary how far the ranking hangs on the strengths
	// of the rules.
	Sensitivity bool
	Redact      []string       // serial, location, operator: left out of the result
	Version     string         // of the program, for the register
	Progress    func(Progress) // called now and then, from one goroutine; may be nil

	Weaknesses *evidence.Weaknesses // the same of network products and firmware, and ends of life; nil: they are not looked up
	Matcher    *evidence.Matcher    // known vulnerabilities of components; nil: they are not looked up
	Data       []netvet.DataSet     // what Matcher looks into, for the register

	// MaxProducts bounds what Scan holds; 0: DefaultMaxProducts. Each has no bound.
	MaxProducts int

	eachAlone bool // judges no products together, to compare with
}

// DefaultMaxProducts is how many products a sorted register holds unless told
// otherwise: at some 10 kB each, about 2 GB.
const DefaultMaxProducts = 200_000

// Progress says how far a run is.
type Progress struct {
	Input    string // being read
	Inputs   int    // done
	Of       int    // inputs in all
	Products int    // assessed
}

// Result is one product, as it goes into a register.
type Result struct {
	Product  netvet.RegisterProduct
	Findings []netvet.Finding
	Risks    []netvet.Risk
	Unknown  []string // rules that could not be answered for want of data
	Empty    bool     // the input names the product and says nothing else of it

	open []openQuestion // shared: not to be changed
	held netvet.Verdict // the mildest that the gates leave

	vector *vector // nil unless Sensitivity
}

// Sink takes what a run yields, in order. A nil function ignores its part.
type Sink struct {
	Begin   func(header *netvet.Register) error // before anything is read: tool, profile, packs, data
	Product func(Result) error
	Gap     func(netvet.Gap) error
}

// TooManyProductsError says that a sorted register would hold more products
// than allowed.
type TooManyProductsError struct{ Max int }

func (e *TooManyProductsError) Error() string {
	return fmt.Sprintf("more than %d products: a sorted register would not fit; write -o ndjson, which holds none, or raise --max-products", e.Max)
}

// InputErrors are the inputs that could not be read. The others were assessed.
type InputErrors []error

func (e InputErrors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the single errors.
func (e InputErrors) Unwrap() []error { return e }

// Scan assesses the products of the inputs and returns the sorted register.
// Found are gaps met while the inputs were listed. The register is complete and
// valid even when the error is InputErrors: those inputs are gaps in it.
func (s *Scanner) Scan(ctx context.Context, inputs []sbom.Input, found []netvet.Gap) (*netvet.Register, error) {
	limit := cmp.Or(s.MaxProducts, DefaultMaxProducts)
	var products []Result
	var gaps []netvet.Gap
	register, err := s.Each(ctx, inputs, found, Sink{
		Product: func(r Result) error {
			if len(products) == limit {
				return &TooManyProductsError{limit}
			}
			products = append(products, r)
			return nil
		},
		Gap: func(g netvet.Gap) error { gaps = append(gaps, g); return nil },
	})
	if register == nil {
		return nil, err
	}
	register.Gaps = append(register.Gaps, gaps...)
	for _, p := range products {
		register.Products = append(register.Products, p.Product)
		register.Findings = append(register.Findings, p.Findings...)
		register.Risks = append(register.Risks, p.Risks...)
	}
	register.Sort()
	return register, err
}

// Each assesses the products of the inputs and hands every one to the sink as
// soon as it is done, in input order, with the gaps where they arise. The
// register it returns has everything but products, findings, risks and gaps.
func (s *Scanner) Each(ctx context.Context, inputs []sbom.Input, found []netvet.Gap, sink Sink) (*netvet.Register, error) {
	r, err := s.start(sink)
	if err != nil {
		return nil, err
	}
	if sink.Begin != nil {
		if err := sink.Begin(r.register); err != nil {
			return nil, err
		}
	}
	for _, g := range slices.Concat(found, r.contextGaps()) {
		if err := r.gap(g); err != nil {
			return nil, err
		}
	}
	if err := r.assessAll(ctx, inputs); err != nil {
		return nil, err
	}
	return r.finish()
}

// run is the state of one Scan or Each.
type run struct {
	*Scanner
	context  *Context
	profile  *rules.Profile
	program  *rules.Program
	model    *Model
	rules    map[string]*rules.CompiledRule
	gates    map[string]*rules.Gate
	good     map[string]string // rule -> the answer that speaks for the product: yes or no
	lists    evidence.Lists
	known    *evidence.Knowledge
	attested *evidence.Attested
	resolver *resolver
	alike    *alike // nil: every product is judged by itself
	sink     Sink
	line     *line             // nil until products are assessed
	facts    *factStore        // of things that are no products; nil where products are only described
	advice   *adviceStore      // what advisories state; nil where products are only described
	findings *foundParts       // lists of what was found in products; nil when the context names none
	bindings *bindings         // nil until the facts are known
	assessed atomic.Int64      // products delivered
	unjudged bool              // products are identified and bound, and no more
	judged   evidence.Coverage // components, for known weaknesses
	devices  evidence.Coverage // products, as network products

	register   *netvet.Register
	errs       InputErrors
	unknown    map[string]int          // rule -> products
	unanswered map[*string]*unanswered // not yet in unknown, by the first of the list
	parties    map[string]bool         // suppliers met
	ordinals   map[uint64]int          // products without a serial, by maker, model and location
	inquiry    *inquiry
	sample     *sample
}

func (s *Scanner) start(sink Sink) (*run, error) {
	if s.AsOf.IsZero() {
		return nil, fmt.Errorf("the scanner needs an as-of date")
	}
	profile, err := s.Library.Profile(s.Profile)
	if err != nil {
		return nil, err
	}
	lists := s.Suppliers.Lists()
	program, err := s.Library.Program(profile, lists, s.AsOf)
	if err != nil {
		return nil, fmt.Errorf("prepare profile %s: %w", s.Profile, err)
	}
	r := &run{
		Scanner: s, context: s.Context, profile: profile, program: program,
		rules: map[string]*rules.CompiledRule{}, gates: map[string]*rules.Gate{},
		lists: evidence.NewLists(lists, s.AsOf), resolver: newResolver(s.Suppliers, s.AsOf), sink: sink,
		unknown: map[string]int{}, unanswered: map[*string]*unanswered{}, parties: map[string]bool{}, ordinals: map[uint64]int{},
	}
	if r.context == nil {
		r.context = &Context{}
	}
	if r.known, err = evidence.LoadKnowledge(); err != nil {
		return nil, err
	}
	if r.attested, err = evidence.LoadAttested(); err != nil {
		return nil, err
	}
	r.facts = newFactStore(r.context, r.known, r.role())
	r.advice, r.findings = newAdviceStore(r.resolver), newFoundParts(r.context.Bindings)
	for _, c := range program.Rules() {
		r.rules[c.ID] = c
	}
	for _, pack := range program.Packs {
		for i := range pack.Gates {
			r.gates[pack.ID+"/"+pack.Gates[i].ID] = &pack.Gates[i]
		}
	}
	if err := r.checkContext(); err != nil {
		return nil, err
	}
	r.model = newModel(program)
	r.inquiry, r.sample = newInquiry(r.model), newSample(sensitivityVectors)
	r.alike = newAlike(s.eachAlone)
	r.register = r.header()
	return r, nil
}

// newModel takes from a program what scoring needs of it.
func newModel(p *rules.Program) *Model {
	m := &Model{Parameters: DefaultParameters(), Factors: append(netvet.MainFactors(), p.Profile.Factors...)}
	if p.Profile.Prior != nil {
		m.Parameters.Prior = *p.Profile.Prior
	}
	for _, t := range p.Topics() {
		m.Topics = append(m.Topics, TopicSpec{ID: t.ID, Factor: t.Factor, Weight: t.Weight, ByClass: byClass(t.ByCategory)})
	}
	for _, f := range netvet.MainFactors() {
		if !slices.ContainsFunc(p.Rules(), func(c *rules.CompiledRule) bool { return c.Factor == f }) {
			m.Unasked = append(m.Unasked, f)
		}
	}
	for _, c := range p.Rules() {
		m.Rules = append(m.Rules, RuleSpec{ID: c.ID, Factor: c.Factor, Topic: c.Topic, Strength: c.Strength, HalfLife: c.HalfLife, Question: c.Question.EN})
	}
	return m
}

// byClass reads the weights of a topic, which name categories and subcategories.
func byClass(weights map[string]float64) map[Class]float64 {
	out := map[Class]float64{}
	for name, w := range weights {
		if s := netvet.Subcategory(name); s.Of() != netvet.CategoryUnknown {
			out[Class{s.Of(), s}] = w
		} else {
			out[Class{Category: netvet.Category(name)}] = w
		}
	}
	return out
}

func didYouMean(word string, known []string) string {
	if near := strictyaml.Nearest(word, known); near != "" {
		return fmt.Sprintf(": did you mean %q?", near)
	}
	return "; 'netvet rules list' shows them"
}

// gap passes a gap on: in its place between the products once these are on the
// line, at once before.
func (r *run) gap(g netvet.Gap) error {
	if r.line != nil {
		return r.line.putGap(g)
	}
	return r.deliverGap(g)
}

func (r *run) deliverGap(g netvet.Gap) error {
	r.register.Summary.Gaps++
	if r.sink.Gap == nil {
		return nil
	}
	return r.sink.Gap(g)
}

// finish closes the register after the last product.
func (r *run) finish() (*netvet.Register, error) {
	r.sumUnknown()
	for _, id := range slices.Sorted(maps.Keys(r.unknown)) {
		r.register.Unknowns = append(r.register.Unknowns, netvet.UnknownRule{Rule: id, Needs: nonNil(r.rules[id].Needs), Products: r.unknown[id]})
	}
	r.register.Questionnaires = r.inquiry.questionnaires()
	r.register.Asked = r.asked(r.register.Questionnaires)
	if r.Sensitivity {
		r.register.Summary.Sensitivity = r.model.sensitivity(r.sample, r.Jobs)
	}
	r.register.Summary.LookedUp = r.lookUps()
	r.register.Summary.Suppliers = len(r.parties)
	r.register.Incomplete = r.register.Summary.Gaps > 0
	if len(r.errs) > 0 {
		return r.register, r.errs
	}
	return r.register, nil
}

func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

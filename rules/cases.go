package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

// The words of a case that are no outcomes or verdicts: a gate gives nothing, a
// result without a verdict, or one that a possible match would have.
const (
	wantNone     = "none"
	wantFinding  = "finding"
	wantPossible = "possible"
)

// CaseResult is what became of one case of a pack's own tests.
type CaseResult struct {
	File, Pack, Rule string
	Name             string
	Line             int
	Want, Got        string
	Detail           string // what the rule or gate said
}

// Pass reports whether the case came out as wanted.
func (r CaseResult) Pass() bool { return r.Want == r.Got }

// Test runs the cases of testdata/*.yaml in dir, or the built-in ones when dir is
// nil, against this library. Each case goes through the same tally and
// evaluation as a scanned product, with nothing but its own pack in force and
// no rule adjusted. The error is what is wrong with the files themselves.
func (l *Library) Test(dir fs.FS) ([]CaseResult, error) {
	if dir == nil {
		dir = builtin
	}
	r := reader{fsys: dir}
	asWritten := *l
	asWritten.adjustments = nil
	t := &tester{library: &asWritten, programs: map[programKey]*Program{}}
	for _, name := range r.list("testdata") {
		var file caseFile
		if data, ok := r.decode(name, &file); ok {
			t.file(name, data, &file)
		}
	}
	return t.results, append(r.faults, t.faults...).Err()
}

// caseFile is one file of testdata. The facts of a case are written with the
// JSON names of the root vocabulary.
type caseFile struct {
	Pack      string                `yaml:"pack"`
	AsOf      netvet.Date           `yaml:"as_of"`
	Profile   string                `yaml:"profile"`
	Suppliers map[string]any        `yaml:"suppliers"`
	Lists     []netvet.List         `yaml:"lists"`
	Rules     map[string][]caseText `yaml:"rules"`
	Gates     map[string][]caseText `yaml:"gates"`
}

type caseText struct {
	Name            string           `yaml:"name"`
	Want            string           `yaml:"want"`
	AsOf            netvet.Date      `yaml:"as_of"`
	Profile         string           `yaml:"profile"`
	Product         map[string]any   `yaml:"product"`
	BOM             map[string]any   `yaml:"bom"`
	Components      []map[string]any `yaml:"components"`
	Services        []map[string]any `yaml:"services"`
	Vulnerabilities []map[string]any `yaml:"vulnerabilities"`
	Support         []map[string]any `yaml:"support"`
	LookedUp        map[string]any   `yaml:"looked_up"`
	Hits            []map[string]any `yaml:"hits"`
	Observations    []observation    `yaml:"observations"`
	Comparisons     []map[string]any `yaml:"comparisons"`
	Supplier        string           `yaml:"supplier"`
	Match           *float64         `yaml:"match"`
	Possible        []string         `yaml:"possible"`
	Operator        caseOperator     `yaml:"operator"`
	Answers         []caseAnswer     `yaml:"answers"`
	Commitments     []map[string]any `yaml:"commitments"`
	Certificates    []map[string]any `yaml:"certificates"`
}

type observation struct {
	Kind string `yaml:"kind"`
	Name string `yaml:"name"`
}

type caseOperator struct {
	Role              netvet.Role     `yaml:"role"`
	Act               netvet.Act      `yaml:"act"`
	Criticality       string          `yaml:"criticality"`
	DataClass         string          `yaml:"data_class"`
	PersonalRecords   *int64          `yaml:"personal_records"`
	SensitiveRecords  *int64          `yaml:"sensitive_records"`
	ExportedPersonal  *int64          `yaml:"exported_personal"`
	ExportedSensitive *int64          `yaml:"exported_sensitive"`
	StoredIn          []string        `yaml:"stored_in"`
	StockDays         int             `yaml:"stock_days"`
	ListingAbroad     *bool           `yaml:"listing_abroad"`
	Users             int64           `yaml:"users"`
	Category          netvet.Category `yaml:"category"`
}

type caseAnswer struct {
	Rules       []string    `yaml:"rules"` // empty: the rule that the case is of
	Clean       bool        `yaml:"clean"`
	Answer      string      `yaml:"answer"`
	By          string      `yaml:"by"`
	Reliability string      `yaml:"reliability"`
	Date        netvet.Date `yaml:"date"`
	Document    string      `yaml:"document"`
}

// tester runs case files and keeps the programs it has compiled.
type tester struct {
	library  *Library
	programs map[programKey]*Program
	results  []CaseResult
	faults   strictyaml.Faults
}

type programKey struct {
	file, profile string
	asOf          netvet.Date
}

func (t *tester) file(name string, data []byte, file *caseFile) {
	f := &fileTester{tester: t, name: name, file: file, lines: strictyaml.Lines(data), suppliers: map[string]*netvet.Supplier{}}
	pack, ok := t.library.Pack(file.Pack)
	if !ok {
		f.fault("pack", "no pack %q", file.Pack)
		return
	}
	f.pack = pack
	for _, id := range slices.Sorted(maps.Keys(file.Suppliers)) {
		var s netvet.Supplier
		if err := convert(file.Suppliers[id], &s); err != nil {
			f.fault("suppliers."+id, "supplier %s: %v", id, err)
			continue
		}
		s.ID = id
		f.suppliers[id] = &s
	}
	f.known("rules", file.Rules, ids(pack.Rules, func(r Rule) string { return r.ID }))
	f.known("gates", file.Gates, ids(pack.Gates, func(g Gate) string { return g.ID }))
	for _, id := range slices.Sorted(maps.Keys(file.Rules)) {
		for i := range file.Rules[id] {
			f.run(fmt.Sprintf("rules.%s.%d", id, i), id, &file.Rules[id][i], ruleWants(), (*Program).caseOutcome)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(file.Gates)) {
		for i := range file.Gates[id] {
			f.run(fmt.Sprintf("gates.%s.%d", id, i), id, &file.Gates[id][i], gateWants(), (*Program).caseVerdict)
		}
	}
}

func ruleWants() []string {
	return texts([]netvet.Outcome{netvet.OutcomeFail, netvet.OutcomePass, netvet.OutcomeUnknown, netvet.OutcomeNotApplicable})
}

func gateWants() []string {
	return append(texts(netvet.Verdicts()), wantNone, wantFinding, wantPossible)
}

// fileTester runs the cases of one file.
type fileTester struct {
	*tester
	name      string
	file      *caseFile
	pack      *Pack
	lines     map[string]int
	suppliers map[string]*netvet.Supplier
}

func (f *fileTester) fault(path, format string, args ...any) {
	f.faults = append(f.faults, strictyaml.Fault{File: f.name, Line: f.lines[path], Text: fmt.Sprintf(format, args...)})
}

func (f *fileTester) known(section string, cases map[string][]caseText, known []string) {
	for _, id := range slices.Sorted(maps.Keys(cases)) {
		if !slices.Contains(known, id) {
			f.fault(section+"."+id, "pack %s has no %s%s", f.pack.ID, id, didYouMean(id, known))
		}
	}
}

// run evaluates one case and notes what came of it.
func (f *fileTester) run(path, id string, c *caseText, wants []string, outcome func(*Program, *netvet.Assessment, string) (string, string)) {
	what := fmt.Sprintf("%s: %q", id, c.Name)
	if c.Name == "" || !slices.Contains(wants, c.Want) {
		f.fault(path, "%s: a case has a name and wants one of %s", what, strings.Join(wants, ", "))
		return
	}
	p, err := f.program(c)
	if err != nil {
		f.fault(path, "%s: %v", what, err)
		return
	}
	a, err := f.assessment(p, c, f.pack.ID+"/"+id)
	if err != nil {
		f.fault(path, "%s: %v", what, err)
		return
	}
	if err := p.Evaluate(a); err != nil {
		f.fault(path, "%s: %v", what, err)
		return
	}
	got, detail := outcome(p, a, f.pack.ID+"/"+id)
	f.results = append(f.results, CaseResult{File: f.name, Pack: f.pack.ID, Rule: id, Name: c.Name, Line: f.lines[path], Want: c.Want, Got: got, Detail: detail})
}

// program is the pack alone under the profile and date of the case. Lists that
// its gates name and the file does not give are empty.
func (f *fileTester) program(c *caseText) (*Program, error) {
	key := programKey{f.name, firstOf(c.Profile, f.file.Profile), netvet.Date(firstOf(string(c.AsOf), string(f.file.AsOf), string(f.pack.Version)))}
	if p, ok := f.programs[key]; ok {
		return p, nil
	}
	if key.profile == "" {
		return nil, errors.New("no profile: give one at the head of the file")
	}
	profile, err := f.library.Profile(key.profile)
	if err != nil {
		return nil, err
	}
	profile.Packs = []string{f.pack.ID}
	lists := slices.Clone(f.file.Lists)
	for i := range f.pack.Gates {
		id := f.pack.Gates[i].List
		if !slices.ContainsFunc(lists, func(l netvet.List) bool { return l.ID == id }) {
			lists = append(lists, netvet.List{ID: id})
		}
	}
	p, err := f.library.Program(profile, lists, key.asOf.Start())
	if err != nil {
		return nil, err
	}
	// The cases of rules about lists give hits; the lists behind them count as
	// loaded even for a pack without gates.
	p.listCount = max(p.listCount, 1)
	f.programs[key] = p
	return p, nil
}

// assessment makes a product of a case, through the same tally as a scan.
func (f *fileTester) assessment(p *Program, c *caseText, rule string) (*netvet.Assessment, error) {
	a := &netvet.Assessment{}
	b := caseBuilder{f: f}
	b.convert("product", c.Product, &a.Product)
	if c.BOM != nil {
		b.convert("bom", c.BOM, &a.Product.BOM)
	}
	if c.Components != nil {
		a.Product.BOM.Present = true
	}
	if _, said := c.BOM["document"]; !said {
		a.Product.BOM.Document = a.Product.BOM.Present
	}
	a.Match = b.match(c.Supplier, c.Match, c.Possible)
	tally := p.NewTally()
	for i, text := range c.Components {
		b.component(i, text, tally)
	}
	for i, text := range c.Services {
		var s netvet.Service
		b.convert("services."+strconv.Itoa(i), text, &s)
		tally.Service(s)
	}
	for i, text := range c.Vulnerabilities {
		var v netvet.Vulnerability
		b.convert("vulnerabilities."+strconv.Itoa(i), text, &v)
		tally.Statement(v)
	}
	b.convert("looked_up", c.LookedUp, &a.LookedUp)
	for i, text := range c.Support {
		var s netvet.Support
		b.convert("support."+strconv.Itoa(i), text, &s)
		a.Support = append(a.Support, s)
	}
	for i, text := range c.Hits {
		var h netvet.ListHit
		b.convert("hits."+strconv.Itoa(i), text, &h)
		a.Hits = append(a.Hits, h)
	}
	for i, text := range c.Comparisons {
		var x netvet.Comparison
		b.convert("comparisons."+strconv.Itoa(i), text, &x)
		a.Comparisons = append(a.Comparisons, x)
	}
	for _, o := range c.Observations {
		a.Observations = append(a.Observations, netvet.Observation{Kind: o.Kind, Name: o.Name})
	}
	tally.Fill(a)
	a.Circumstances = c.circumstances(rule)
	for i, text := range c.Commitments {
		var x netvet.Commitment
		b.convert("commitments."+strconv.Itoa(i), text, &x)
		a.Circumstances.Commitments = append(a.Circumstances.Commitments, x)
	}
	for i, text := range c.Certificates {
		var x netvet.Certificate
		b.convert("certificates."+strconv.Itoa(i), text, &x)
		a.Circumstances.Certificates = append(a.Circumstances.Certificates, x)
	}
	return a, b.err
}

func (c *caseText) circumstances(rule string) netvet.Circumstances {
	o := &c.Operator
	out := netvet.Circumstances{Role: o.Role, Act: o.Act, ActAssumed: o.Act == "", Criticality: o.Criticality,
		Data: netvet.Data{Class: o.DataClass, Personal: o.PersonalRecords, Sensitive: o.SensitiveRecords,
			ExportedPersonal: o.ExportedPersonal, ExportedSensitive: o.ExportedSensitive, StoredIn: o.StoredIn},
		StockDays: o.StockDays, ListingAbroad: o.ListingAbroad, Users: o.Users, Category: o.Category}
	if out.Act == "" {
		out.Act = netvet.ActProcure
	}
	for _, a := range c.Answers {
		if len(a.Rules) == 0 {
			a.Rules = []string{rule}
		}
		out.Answers = append(out.Answers, netvet.Answer(a))
	}
	return out
}

// caseBuilder turns the texts of a case into facts and keeps the first error.
type caseBuilder struct {
	f   *fileTester
	err error
}

func (b *caseBuilder) convert(what string, from map[string]any, to any) {
	if from == nil {
		return
	}
	b.fail(what, convert(from, to))
}

func (b *caseBuilder) fail(what string, err error) {
	if err != nil && b.err == nil {
		b.err = fmt.Errorf("%s: %w", what, err)
	}
}

func (b *caseBuilder) supplier(id string) *netvet.Supplier {
	s, ok := b.f.suppliers[id]
	if !ok {
		b.fail("supplier", fmt.Errorf("no supplier %q at the head of the file", id))
		return nil
	}
	return s
}

func (b *caseBuilder) match(id string, confidence *float64, possible []string) netvet.Match {
	var m netvet.Match
	one := 1.0
	if confidence == nil {
		confidence = &one
	}
	if id != "" {
		m = netvet.Match{Input: id, Supplier: b.supplier(id), Method: "name", Confidence: *confidence, Reason: "given"}
	}
	for _, p := range possible {
		m.Possible = append(m.Possible, netvet.PossibleMatch{Supplier: b.supplier(p), ID: p, Confidence: 0.5, Reason: "given"})
	}
	return m
}

// component reads one component and who made it, as often as it is there.
func (b *caseBuilder) component(i int, text map[string]any, tally *Tally) {
	what := "components." + strconv.Itoa(i)
	var extra struct {
		Maker      string   `json:"maker"`
		Confidence *float64 `json:"confidence"`
		Possible   string   `json:"possible"`
		Times      int      `json:"times"`
	}
	own := map[string]any{}
	rest := map[string]any{}
	for key, value := range text {
		switch key {
		case "maker", "confidence", "possible", "times":
			own[key] = value
		default:
			rest[key] = value
		}
	}
	var c netvet.Component
	b.convert(what, own, &extra)
	b.convert(what, rest, &c)
	var possible []string
	if extra.Possible != "" {
		possible = []string{extra.Possible}
	}
	m := b.match(extra.Maker, extra.Confidence, possible)
	for range max(1, extra.Times) {
		tally.Component(&c, m)
	}
}

// convert fills a struct of the root vocabulary by its JSON names; a name that
// it does not have is an error.
func convert(from, to any) error {
	data, err := json.Marshal(plain(from))
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(to); err != nil {
		text := strings.TrimPrefix(err.Error(), "json: ")
		if strings.Contains(text, "cannot unmarshal number") {
			text += ": put it in quotes"
		}
		return errors.New(text)
	}
	return nil
}

// plain makes what YAML read fit for JSON: a date is its text, keys are texts.
func plain(v any) any {
	switch v := v.(type) {
	case time.Time:
		if v.Equal(v.Truncate(24 * time.Hour)) {
			return v.Format(time.DateOnly)
		}
		return v.Format(time.RFC3339)
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[key] = plain(value)
		}
		return out
	case map[any]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[fmt.Sprint(key)] = plain(value)
		}
		return out
	case []map[string]any:
		out := make([]any, len(v))
		for i, value := range v {
			out[i] = plain(value)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, value := range v {
			out[i] = plain(value)
		}
		return out
	}
	return v
}

// caseOutcome is the outcome of a rule over all its subjects: any fail, else any
// unknown, else any pass.
func (p *Program) caseOutcome(a *netvet.Assessment, rule string) (outcome, detail string) {
	order := []netvet.Outcome{netvet.OutcomeFail, netvet.OutcomeUnknown, netvet.OutcomePass, netvet.OutcomeNotApplicable}
	at := len(order)
	for _, r := range a.Results {
		if r.Rule != rule {
			continue
		}
		if i := slices.Index(order, r.Outcome); i < at {
			at, detail = i, r.Message
		}
	}
	if at == len(order) {
		return "not in force", ""
	}
	return string(order[at]), detail
}

// caseVerdict is what a gate said: the first of its results is the strongest.
func (p *Program) caseVerdict(a *netvet.Assessment, gate string) (verdict, detail string) {
	for _, g := range a.Gates {
		switch {
		case g.Gate != gate:
		case g.Possible:
			return wantPossible, g.Message
		case g.Verdict == "":
			return wantFinding, g.Message
		default:
			return string(g.Verdict), g.Message
		}
	}
	return wantNone, ""
}

// lintCases runs the cases that come with a library and reports those that fail,
// and the rules and gates that have too few. Whole is the library with all that
// it builds on.
func lintCases(whole, l *Library, fsys fs.FS) strictyaml.Faults {
	results, err := whole.Test(fsys)
	if err != nil {
		return asFaults("testdata", err)
	}
	var faults strictyaml.Faults
	seen := map[string]map[string]bool{}
	for _, r := range results {
		if !r.Pass() {
			faults = append(faults, strictyaml.Fault{File: r.File, Line: r.Line, Text: fmt.Sprintf("%s: %q: wanted %s, got %s %s", r.Rule, r.Name, r.Want, r.Got, r.Detail)})
		}
		id := r.Pack + "/" + r.Rule
		if seen[id] == nil {
			seen[id] = map[string]bool{}
		}
		seen[id][r.Want] = true
	}
	for _, p := range l.Packs {
		faults = append(faults, uncovered(p, seen)...)
	}
	return faults
}

// uncovered reports the rules and gates of a pack without the cases that each
// must have.
func uncovered(p *Pack, seen map[string]map[string]bool) strictyaml.Faults {
	var faults strictyaml.Faults
	missing := func(id, what string) {
		faults = append(faults, strictyaml.Fault{File: "testdata/" + p.ID + ".yaml", Text: fmt.Sprintf("%s has no case that wants %s", id, what)})
	}
	for i := range p.Rules {
		if p.Rules[i].From != "" {
			continue // the cases of its own pack are of the same conditions
		}
		for _, want := range []netvet.Outcome{netvet.OutcomeFail, netvet.OutcomePass, netvet.OutcomeUnknown} {
			if !seen[p.ID+"/"+p.Rules[i].ID][string(want)] {
				missing(p.Rules[i].ID, string(want))
			}
		}
	}
	for i := range p.Gates {
		wants := seen[p.ID+"/"+p.Gates[i].ID]
		if !wants[wantNone] {
			missing(p.Gates[i].ID, wantNone)
		}
		if !slices.ContainsFunc(netvet.Verdicts(), func(v netvet.Verdict) bool { return wants[string(v)] }) {
			missing(p.Gates[i].ID, "a verdict")
		}
	}
	return faults
}

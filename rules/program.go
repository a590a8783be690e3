package rules

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

// Program is the rules and gates of one profile, compiled for one as-of date.
// It may be used by many goroutines at once.
type Program struct {
	Profile *Profile
	Packs   []*Pack // those in force, in the order of the profile

	asOf      time.Time
	rules     []*CompiledRule
	gates     []*compiledGate
	adjusted  []netvet.Adjustment
	topics    []Topic
	patterns  []*Pattern
	pattern   map[string]int // id -> slot
	matcher   *matcher
	weigher   *weigher
	licences  *licences
	listCount int
	// gateModels is the slot of the components whose names gates ask for, -1
	// when there is none.
	gateModels int
	likeness   likeness
}

// CompiledRule is a rule ready to be evaluated.
type CompiledRule struct {
	*Rule
	Pack     *Pack
	ID       string        // with its pack: "cn-review-2022/F1-07"
	HalfLife time.Duration // 0: the evidence does not age

	applies, when, clear *condition
	needs                []func(*evaluation) bool
	message, cleared     *template
	compared, asked      *asked
}

// asked is what a rule asks about comparisons, or about what is recorded, made
// ready.
type asked struct {
	when, clear      *condition
	message, cleared *template
}

// usesMaker reports whether the finding rests on who made the component.
func (r *CompiledRule) usesMaker() bool { return r.when.usesMaker() || r.clear.usesMaker() }

// usesSupplier reports whether the finding rests on who the supplier is.
func (r *CompiledRule) usesSupplier() bool {
	return r.Evidence == evidenceSupplier || r.Evidence == evidenceList || r.when.usesSupplier() || r.clear.usesSupplier()
}

// Rules returns the rules that are in force, in the order of packs and files.
func (p *Program) Rules() []*CompiledRule { return p.rules }

// Topics returns the topics of all packs, each once.
func (p *Program) Topics() []Topic { return p.topics }

// AsOf is the date for which the program was built.
func (p *Program) AsOf() time.Time { return p.asOf }

// Program compiles what the profile chooses, with the lists that its gates name.
// All faults come at once; a gate that names a list that is not there is one.
func (l *Library) Program(profile *Profile, lists []netvet.List, asOf time.Time) (*Program, error) {
	p := &Program{Profile: profile, asOf: asOf, patterns: l.Patterns, listCount: len(lists), licences: newLicences(l.licences), gateModels: -1}
	if err := p.choose(l); err != nil {
		return nil, err
	}
	p.match(l)
	if err := p.compile(l.adjustments); err != nil {
		return nil, err
	}
	if err := p.bind(lists); err != nil {
		return nil, err
	}
	p.matcher.ready()
	p.likeness = newLikeness(p, lists)
	return p, nil
}

// choose takes the packs of the profile whose instruments were in force on the
// as-of date, and their topics.
func (p *Program) choose(l *Library) error {
	known := map[string]Topic{}
	var out []string
	for _, id := range p.Profile.Packs {
		pack, ok := l.Pack(id)
		if !ok {
			return fmt.Errorf("profile %s: no pack %q: known are %s", p.Profile.ID, id, strings.Join(ids(l.Packs, func(p *Pack) string { return p.ID }), ", "))
		}
		if s := pack.Instrument.InForce; !netvet.Covers(s.From, s.To, p.asOf) {
			out = append(out, pack.ID+" "+span(s))
			continue
		}
		p.Packs = append(p.Packs, pack)
		for _, t := range pack.Topics {
			if old, ok := known[t.ID]; ok {
				if old.Factor != t.Factor || old.Weight != t.Weight || !maps.Equal(old.ByCategory, t.ByCategory) {
					return fmt.Errorf("profile %s: pack %s: topic %s has another factor or other weights than in an earlier pack: rename it or make them agree", p.Profile.ID, id, t.ID)
				}
				continue
			}
			known[t.ID] = t
			p.topics = append(p.topics, t)
		}
	}
	if len(p.Packs) == 0 {
		return fmt.Errorf("profile %s: none of its packs is in force on %s: %s", p.Profile.ID, p.asOf.Format(time.DateOnly), strings.Join(out, "; "))
	}
	return nil
}

// match builds the matcher of the patterns and of the relevance of parts.
func (p *Program) match(l *Library) {
	p.matcher, p.pattern = patternMatcher(l.Patterns)
	p.weigher = newWeigher(l.relevance, p.matcher, p.pattern)
}

// patternMatcher gives the patterns the slots from 0 on, in their order.
func patternMatcher(patterns []*Pattern) (*matcher, map[string]int) {
	m, slots := newMatcher(), map[string]int{}
	for _, p := range patterns {
		slots[p.ID] = m.add(p)
	}
	return m, slots
}

// compile makes the rules of all packs ready that are in force. A question that
// several packs ask is asked once, for the first of them: evidence counts once.
// Expressions were checked when the library was loaded.
func (p *Program) compile(adjustments *adjustmentFile) error {
	c, err := newCompiler()
	if err != nil {
		return err
	}
	w := newWorkshop(c, p.pattern)
	asked := map[string]bool{}
	for _, pack := range p.Packs {
		for i := range pack.Rules {
			if s := pack.Rules[i].InForce; !netvet.Covers(s.From, s.To, p.asOf) {
				continue
			}
			if r := w.rule(pack, citedOn(&pack.Rules[i], p.asOf)); !asked[r.question()] {
				asked[r.question()] = true
				if p.adjust(r, adjustments) {
					p.rules = append(p.rules, r)
				}
			}
		}
	}
	return w.faults.Err()
}

// citedOn returns the rule with the clauses that stood on that day.
func citedOn(r *Rule, day time.Time) *Rule {
	dated := func(c netvet.Citation) bool { return c.From != "" || c.To != "" }
	if !slices.ContainsFunc(r.Cites, dated) {
		return r
	}
	out := *r
	out.Cites = standing(r.Cites, day)
	return &out
}

// standing are the clauses that hold under their number on that day.
func standing(cites []netvet.Citation, day time.Time) []netvet.Citation {
	return slices.DeleteFunc(slices.Clone(cites), func(c netvet.Citation) bool { return !netvet.Covers(c.From, c.To, day) })
}

func inParallel(n int, do func(i int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				do(i)
			}
		})
	}
	wg.Wait()
}

// workshop makes compiled rules, and keeps what they share.
type workshop struct {
	compiler *compiler
	patterns map[string]int
	needs    map[string]Need
	roots    map[string]*roots // of templates, by what a rule is evaluated on
	faults   strictyaml.Faults
}

func newWorkshop(c *compiler, patterns map[string]int) *workshop {
	return &workshop{compiler: c, patterns: patterns, needs: needsByName(), roots: map[string]*roots{}}
}

// rule compiles a rule but for its expressions, which wait until they are needed.
func (w *workshop) rule(pack *Pack, rule *Rule) *CompiledRule {
	r := &CompiledRule{Rule: rule, Pack: pack, ID: pack.ID + "/" + rule.ID}
	f := ruleFaults{rule: r}
	r.applies = w.compiler.condition(r.Applies)
	r.when = w.compiler.condition(r.When)
	r.clear = w.compiler.condition(r.Clear)

	if w.roots[r.Each] == nil {
		w.roots[r.Each] = ruleRoots(r.Each)
	}
	template := func(key, text string) *template {
		t, err := parseTemplate(text, w.roots[r.Each])
		if err != nil {
			f.add(key, err.Error())
		}
		return t
	}
	r.message = template("message.en", r.Message.EN)
	r.cleared = template("cleared.en", r.Cleared.EN)

	if rule.Compared != nil {
		r.compared = w.asked("compared", eachComparison, rule.Compared, &f)
	}
	if q := rule.Recorded; q != nil {
		r.asked = w.asked("recorded", q.Of, q.asked(), &f)
	}

	needs, unknown := resolveNeeds(r.Needs, w.needs, w.patterns)
	if unknown != "" {
		f.add("needs", fmt.Sprintf("unknown need %q%s", unknown, didYouMean(unknown, keys(w.needs))))
	}
	r.needs = needs
	var err error
	if r.HalfLife, err = halfLife(r.Rule.HalfLife); err != nil {
		f.add("half_life", err.Error())
	}
	w.faults = append(w.faults, f.faults...)
	return r
}

// asked compiles what a rule asks about each of the things named, but for its
// expressions.
func (w *workshop) asked(key, each string, q *Compared, f *ruleFaults) *asked {
	if w.roots[each] == nil {
		w.roots[each] = ruleRoots(each)
	}
	out := &asked{when: w.compiler.condition(q.When), clear: w.compiler.condition(q.Clear)}
	var err error
	if out.message, err = parseTemplate(q.Message.EN, w.roots[each]); err != nil {
		f.add(key+".message.en", err.Error())
	}
	if out.cleared, err = parseTemplate(q.Cleared.EN, w.roots[each]); err != nil {
		f.add(key+".cleared.en", err.Error())
	}
	return out
}

// check reports what is wrong with what rule leaves for later: the expressions
// and the texts in Chinese.
func (w *workshop) check(r *CompiledRule) {
	f := ruleFaults{rule: r}
	for key, text := range map[string]string{"message.zh": r.Message.ZH, "cleared.zh": r.Cleared.ZH} {
		if _, err := parseTemplate(text, w.roots[r.Each]); err != nil {
			f.add(key, err.Error())
		}
	}
	for _, e := range []struct {
		key, text, each string
		condition       *condition
	}{{"applies", r.Applies, "", r.applies}, {"when", r.When, r.Each, r.when}, {"clear", r.Clear, r.Each, r.clear}} {
		f.flaws(e.key, e.text, w.compiler.check(e.condition, e.each))
		f.unknownPatterns(e.key, e.condition.patterns(), w.patterns)
	}
	if q := r.Compared; q != nil {
		w.checkAsked("compared", eachComparison, q, r.compared, &f)
	}
	if q := r.Recorded; q != nil {
		if q.Of != eachCommitment && q.Of != eachCertificate {
			f.add("recorded.of", fmt.Sprintf("%q is none of %s, %s", q.Of, eachCommitment, eachCertificate))
		}
		w.checkAsked("recorded", q.Of, q.asked(), r.asked, &f)
	}
	w.faults = append(w.faults, f.faults...)
}

func (w *workshop) checkAsked(key, each string, q *Compared, ready *asked, f *ruleFaults) {
	for part, text := range map[string]string{".message.zh": q.Message.ZH, ".cleared.zh": q.Cleared.ZH} {
		if _, err := parseTemplate(text, w.roots[each]); err != nil {
			f.add(key+part, err.Error())
		}
	}
	if q.When == "" && q.Clear == "" {
		f.add(key, "it asks nothing: give when or clear")
	}
	if q.When != "" && q.Message.EN == "" {
		f.add(key, "message.en is required where when is given")
	}
	f.flaws(key+".when", q.When, w.compiler.check(ready.when, each))
	f.flaws(key+".clear", q.Clear, w.compiler.check(ready.clear, each))
}

// ruleFaults collects the faults of one rule with their lines.
type ruleFaults struct {
	rule   *CompiledRule
	faults strictyaml.Faults
	lines  map[string]int
	path   string
}

func (f *ruleFaults) line(key string) int {
	if f.lines == nil {
		f.lines = strictyaml.Lines(f.rule.Pack.data)
		i := slices.IndexFunc(f.rule.Pack.Rules, func(r Rule) bool { return r.ID == f.rule.Rule.ID })
		f.path = "rules." + strconv.Itoa(i)
	}
	if n, ok := f.lines[f.path+"."+key]; ok {
		return n
	}
	return f.lines[f.path]
}

func (f *ruleFaults) add(key, text string) {
	f.faults = append(f.faults, strictyaml.Fault{File: f.rule.Pack.File, Line: f.line(key), Text: fmt.Sprintf("rule %s: %s: %s", f.rule.Rule.ID, key, text)})
}

// flaws reports what is wrong with an expression; its lines follow that of the
// key when it is written over several.
func (f *ruleFaults) flaws(key, text string, flaws []flaw) {
	for _, w := range flaws {
		line := f.line(key)
		if strings.Contains(text, "\n") {
			line += w.line
		}
		f.faults = append(f.faults, strictyaml.Fault{File: f.rule.Pack.File, Line: line,
			Text: fmt.Sprintf("rule %s: %s: at %d:%d of the expression: %s", f.rule.Rule.ID, key, w.line, w.column, w.text)})
	}
}

func (f *ruleFaults) unknownPatterns(key string, used []string, known map[string]int) {
	for _, id := range used {
		if _, ok := known[id]; !ok {
			f.add(key, fmt.Sprintf("unknown pattern %q%s", id, didYouMean(id, keys(known))))
		}
	}
}

// halfLife reads "730d"; empty is none.
func halfLife(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	days, err := strconv.Atoi(strings.TrimSuffix(text, "d"))
	if err != nil || !strings.HasSuffix(text, "d") || days <= 0 || days > 36500 {
		return 0, fmt.Errorf("%q is no half-life: write days, as 730d", text)
	}
	return time.Duration(days) * 24 * time.Hour, nil
}

func ids[T any](of []T, id func(T) string) []string {
	out := make([]string, len(of))
	for i, v := range of {
		out[i] = id(v)
	}
	return out
}

func didYouMean(word string, known []string) string {
	if near := strictyaml.Nearest(word, known); near != "" {
		return fmt.Sprintf(": did you mean %q?", near)
	}
	return ""
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

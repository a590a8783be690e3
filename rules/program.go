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
	Packs   []*Pack // in the order of the profile

	asOf      time.Time
	rules     []*CompiledRule
	gates     []*compiledGate
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
	usesMaker            bool // the finding rests on who made the component
	usesSupplier         bool // the finding rests on who the supplier is
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
	p := &Program{Profile: profile, asOf: asOf, patterns: l.Patterns, listCount: len(lists), licences: l.licences, gateModels: -1}
	if err := p.choose(l); err != nil {
		return nil, err
	}
	p.match(l)
	if err := p.compile(); err != nil {
		return nil, err
	}
	if err := p.bind(lists); err != nil {
		return nil, err
	}
	p.matcher.ready()
	return p, nil
}

// choose takes the packs and topics of the profile.
func (p *Program) choose(l *Library) error {
	known := map[string]Topic{}
	for _, id := range p.Profile.Packs {
		pack, ok := l.Pack(id)
		if !ok {
			return fmt.Errorf("profile %s: no pack %q: known are %s", p.Profile.ID, id, strings.Join(ids(l.Packs, func(p *Pack) string { return p.ID }), ", "))
		}
		p.Packs = append(p.Packs, pack)
		for _, t := range pack.Topics {
			if old, ok := known[t.ID]; ok {
				if old.Factor != t.Factor || old.Weight != t.Weight {
					return fmt.Errorf("profile %s: pack %s: topic %s has another factor or weight than in an earlier pack: rename it or make them agree", p.Profile.ID, id, t.ID)
				}
				continue
			}
			known[t.ID] = t
			p.topics = append(p.topics, t)
		}
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

// compile makes the rules of all packs ready, on all processors: type-checking
// is most of the time that a small scan takes to start.
func (p *Program) compile() error {
	var jobs []*CompiledRule
	var faults strictyaml.Faults
	for _, pack := range p.Packs {
		for i := range pack.Rules {
			r := &pack.Rules[i]
			if netvet.Covers(r.InForce.From, r.InForce.To, p.asOf) {
				jobs = append(jobs, &CompiledRule{Rule: r, Pack: pack, ID: pack.ID + "/" + r.ID})
			}
		}
	}
	compiler, err := newCompiler()
	if err != nil {
		return err
	}
	results := make([]strictyaml.Faults, len(jobs))
	inParallel(len(jobs), func(i int) { results[i] = jobs[i].compile(compiler, p.pattern) })
	for _, r := range results {
		faults = append(faults, r...)
	}
	p.rules = jobs
	return faults.Err()
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

// compile checks and compiles everything of a rule that is more than a value.
func (r *CompiledRule) compile(c *compiler, patterns map[string]int) strictyaml.Faults {
	f := ruleFaults{rule: r}
	condition := func(key, text, each string) *condition {
		cond, flaws := c.condition(text, each)
		f.flaws(key, text, flaws)
		if cond != nil {
			f.unknownPatterns(key, cond.uses.patterns, patterns)
		}
		return cond
	}
	r.applies = condition("applies", r.Applies, "")
	r.when = condition("when", r.When, r.Each)
	r.clear = condition("clear", r.Clear, r.Each)
	r.usesMaker = r.when.usesMaker() || r.clear.usesMaker()
	r.usesSupplier = r.when.usesSupplier() || r.clear.usesSupplier() || r.Evidence == evidenceSupplier || r.Evidence == evidenceList

	template := func(key, text string) *template {
		t, err := parseTemplate(text, ruleRoots(r.Each))
		if err != nil {
			f.add(key, err.Error())
		}
		return t
	}
	r.message = template("message.en", r.Message.EN)
	template("message.zh", r.Message.ZH)
	r.cleared = template("cleared.en", r.Cleared.EN)
	template("cleared.zh", r.Cleared.ZH)

	needs, unknown := resolveNeeds(r.Needs, needsByName(), patterns)
	if unknown != "" {
		f.add("needs", fmt.Sprintf("unknown need %q%s", unknown, didYouMean(unknown, ids(Needs(), func(n Need) string { return n.Name }))))
	}
	r.needs = needs
	var err error
	if r.HalfLife, err = halfLife(r.Rule.HalfLife); err != nil {
		f.add("half_life", err.Error())
	}
	return f.faults
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

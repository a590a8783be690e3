package rules

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

// lint checks everything about a library that its form does not: references,
// words of fixed vocabularies, and the types of all expressions. Base holds what
// the library may name without having it.
func lint(l, base *Library) strictyaml.Faults {
	c := &checker{library: l, base: base, patterns: map[string]int{}}
	for _, p := range slices.Concat(base.Patterns, l.Patterns) {
		c.patterns[p.ID] = 0
	}
	c.checkPatterns()
	c.checkRelevance()
	for _, p := range l.Packs {
		c.checkPack(p)
	}
	c.checkProfiles()
	c.checkAdjustments()
	return c.faults
}

type checker struct {
	library, base *Library
	patterns      map[string]int
	faults        strictyaml.Faults
}

// page is one file whose parts faults are found in.
type page struct {
	c     *checker
	file  string
	lines map[string]int
}

func (c *checker) page(file string, data []byte) *page {
	return &page{c, file, strictyaml.Lines(data)}
}

// fault reports something about the key at path; the line is that of the
// nearest key above which is there.
func (p *page) fault(path, format string, args ...any) {
	at := strings.TrimPrefix(path, ".")
	for {
		if n, ok := p.lines[at]; ok {
			p.c.faults = append(p.c.faults, strictyaml.Fault{File: p.file, Line: n, Text: fmt.Sprintf(format, args...)})
			return
		}
		i := strings.LastIndexByte(at, '.')
		if i < 0 {
			// The whole file: a key that is missing has no line.
			p.c.faults = append(p.c.faults, strictyaml.Fault{File: p.file, Text: fmt.Sprintf(format, args...)})
			return
		}
		at = at[:i]
	}
}

// required reports the keys of which the value is empty.
func (p *page) required(path, what string, values map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if values[key] == "" {
			p.fault(path+"."+key, "%s: %s is required", what, key)
		}
	}
}

func (p *page) word(path, what, key, value string, known []string) {
	if !slices.Contains(known, value) {
		p.fault(path+"."+key, "%s: %s: %q is none of %s", what, key, value, strings.Join(known, ", "))
	}
}

var (
	ruleID = regexp.MustCompile(`^[A-Z][A-Z0-9]*-[A-Z0-9-]+$`)
	nameID = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

func (c *checker) checkPack(p *Pack) {
	at := c.page(p.File, p.data)
	at.required("", "pack "+p.ID, map[string]string{"pack": p.ID, "version": string(p.Version), "title.en": p.Title.EN,
		"jurisdiction": p.Jurisdiction, "instrument.name": p.Instrument.Name, "instrument.source": p.Instrument.Source, "instrument.date": string(p.Instrument.Date)})
	if !nameID.MatchString(p.ID) {
		at.fault("pack", "pack %q: an id is lower case letters, digits and dashes", p.ID)
	}
	topics := map[string]netvet.Factor{}
	for i, t := range p.Topics {
		c.checkTopic(at, fmt.Sprintf("topics.%d", i), t, topics)
	}
	seen := map[string]bool{}
	once := func(path, id string) {
		if !ruleID.MatchString(id) {
			at.fault(path+".id", "%q: an id is as F1-07: capital letters, digits, a dash", id)
		}
		if seen[id] {
			at.fault(path+".id", "%q: the id is taken", id)
		}
		seen[id] = true
	}
	compiler, err := newCompiler()
	if err != nil {
		at.fault("", "%v", err)
		return
	}
	w := newWorkshop(compiler, c.patterns)
	c.checkTakes(at, p)
	c.checkPreview(at, p)
	for i := range p.Rules {
		if p.Rules[i].From != "" {
			continue
		}
		path := fmt.Sprintf("rules.%d", i)
		once(path, p.Rules[i].ID)
		c.checkRule(at, path, &p.Rules[i], topics)
		w.check(w.rule(p, &p.Rules[i]))
	}
	c.faults = append(c.faults, w.faults...)
	for i := range p.Gates {
		path := fmt.Sprintf("gates.%d", i)
		once(path, p.Gates[i].ID)
		c.checkGate(at, path, &p.Gates[i])
	}
}

// checkPreview sees to it that nothing of a text that is no law yet can be read
// as law: the titles and messages themselves say what they are.
func (c *checker) checkPreview(at *page, p *Pack) {
	if !p.Preview {
		return
	}
	marked := func(path string, t Text) {
		if !strings.HasPrefix(t.EN, previewEN) || !strings.HasPrefix(t.ZH, previewZH) {
			at.fault(path, "pack %s is a preview: the text begins with %q and %q", p.ID, previewEN, previewZH)
		}
	}
	marked("title", p.Title)
	if len(p.Takes)+len(p.Gates) > 0 {
		at.fault("preview", "pack %s is a preview: it has rules of its own alone, which say so", p.ID)
	}
	for i := range p.Rules {
		marked(fmt.Sprintf("rules.%d.title", i), p.Rules[i].Title)
		marked(fmt.Sprintf("rules.%d.message", i), p.Rules[i].Message)
		if p.Rules[i].Basis == "law" {
			at.fault(fmt.Sprintf("rules.%d.basis", i), "rule %s: a preview is no law", p.Rules[i].ID)
		}
	}
}

// previewEN and previewZH begin every text of a preview.
const (
	previewEN = "Preview: "
	previewZH = "预览："
)

func (c *checker) checkTopic(at *page, path string, t Topic, known map[string]netvet.Factor) {
	what := "topic " + t.ID
	at.required(path, what, map[string]string{"title.en": t.Title.EN})
	at.word(path, what, "factor", string(t.Factor), texts(netvet.Factors()))
	if !nameID.MatchString(t.ID) {
		at.fault(path+".id", "%s: an id is lower case letters, digits and dashes", what)
	}
	if _, ok := known[t.ID]; ok {
		at.fault(path+".id", "%s: the id is taken", what)
	}
	if !(t.Weight > 0 && t.Weight <= 100) {
		at.fault(path+".weight", "%s: weight %v is not in (0, 100]", what, t.Weight)
	}
	classes := append(texts(netvet.Categories()), texts(netvet.Subcategories())...)
	for _, class := range slices.Sorted(maps.Keys(t.ByCategory)) {
		at.word(path, what, "by_category", class, classes)
		if w := t.ByCategory[class]; !(w > 0 && w <= 100) {
			at.fault(path+".by_category", "%s: %s: weight %v is not in (0, 100]", what, class, w)
		}
	}
	known[t.ID] = t.Factor
}

func (c *checker) checkRule(at *page, path string, r *Rule, topics map[string]netvet.Factor) {
	what := "rule " + r.ID
	at.required(path, what, map[string]string{"title.en": r.Title.EN, "question.en": r.Question.EN, "why.en": r.Why.EN,
		"message.en": r.Message.EN, "remedy.en": r.Remedy.EN, "source": r.Source})
	at.word(path, what, "factor", string(r.Factor), texts(netvet.Factors()))
	at.word(path, what, "good", r.Good, []string{"yes", "no"})
	at.word(path, what, "each", r.Each, []string{eachProduct, eachComponent, eachService, eachVulnerability, eachHit})
	at.word(path, what, "evidence", r.Evidence, []string{evidenceBOM, evidenceInventory, evidenceSupplier, evidenceList, evidenceObservation})
	at.word(path, what, "severity", string(r.Severity), texts(severities()))
	at.word(path, what, "basis", r.Basis, bases())
	if factor, ok := topics[r.Topic]; !ok {
		at.fault(path+".topic", "%s: topic %q is not declared in this pack%s", what, r.Topic, didYouMean(r.Topic, keys(topics)))
	} else if factor != r.Factor {
		at.fault(path+".topic", "%s: topic %s is one of %s, not of %s", what, r.Topic, factor, r.Factor)
	}
	if !(r.Strength > 0 && r.Strength <= 1) {
		at.fault(path+".strength", "%s: strength %v is not in (0, 1]", what, r.Strength)
	}
	c.checkCandidates(at, path, r)
	if r.ClearWhenNone && r.Each != eachHit && r.Each != eachVulnerability {
		at.fault(path+".clear_when_none", "%s: clear_when_none goes with each: hit alone: the silence of a document clears nothing", what)
	}
	c.checkCites(at, path, what, r.Cites)
}

func (c *checker) checkCandidates(at *page, path string, r *Rule) {
	what := "rule " + r.ID
	switch {
	case r.Each == eachComponent && r.Candidates == nil:
		at.fault(path, "%s: each: component requires candidates: {pattern: ...}", what)
	case r.Each != eachComponent && r.Candidates != nil:
		at.fault(path+".candidates", "%s: candidates go with each: component alone", what)
	case r.Candidates != nil:
		if _, ok := c.patterns[r.Candidates.Pattern]; !ok {
			at.fault(path+".candidates", "%s: unknown pattern %q%s", what, r.Candidates.Pattern, didYouMean(r.Candidates.Pattern, keys(c.patterns)))
		}
	}
}

func (c *checker) checkCites(at *page, path, what string, cites []netvet.Citation) {
	if len(cites) == 0 {
		at.fault(path+".cites", "%s: cites is required", what)
	}
	for i, cite := range cites {
		if cite.Instrument == "" || cite.Clause == "" {
			at.fault(fmt.Sprintf("%s.cites.%d", path, i), "%s: a citation has an instrument and a clause", what)
		}
	}
	if day, ok := uncited(cites); !ok {
		at.fault(path+".cites", "%s: no citation holds on %s", what, day)
	}
}

// uncited is the first day on which no citation holds; ok when there is none.
func uncited(cites []netvet.Citation) (day netvet.Date, ok bool) {
	for range cites {
		i := slices.IndexFunc(cites, func(c netvet.Citation) bool {
			return (c.From == "" || day != "" && !c.From.Start().After(day.Start())) && (c.To == "" || day == "" || c.To.Start().After(day.Start()))
		})
		if i < 0 {
			break
		}
		if day = cites[i].To; day == "" {
			return "", true
		}
	}
	return netvet.Date(firstOf(string(day), "the first day")), len(cites) == 0
}

func (c *checker) checkGate(at *page, path string, g *Gate) {
	what := "gate " + g.ID
	at.required(path, what, map[string]string{"list": g.List, "title.en": g.Title.EN, "message.en": g.Message.EN, "remedy.en": g.Remedy.EN})
	verdicts := texts(netvet.Verdicts())
	at.word(path, what, "direct", string(g.Direct), verdicts)
	at.word(path, what, "embedded", g.Embedded, append([]string{embeddedByProfile, embeddedNone}, verdicts...))
	at.word(path, what, "otherwise.role", string(g.Otherwise.Role), append(verdicts, ""))
	at.word(path, what, "otherwise.act", string(g.Otherwise.Act), append(verdicts, ""))
	at.word(path, what, "applies.role", string(g.Applies.Role), texts(append(netvet.Roles(), "")))
	at.word(path, what, "applies.act", string(g.Applies.Act), texts([]netvet.Act{"", netvet.ActProcure, netvet.ActOperate}))
	for _, k := range g.Applies.Products.Kinds {
		at.word(path, what, "applies.products.kinds", string(k), texts(kinds()))
	}
	for _, k := range g.Applies.Products.Categories {
		at.word(path, what, "applies.products.categories", string(k), texts(netvet.Categories()))
	}
	for _, key := range []string{"floors", "weak_floors"} {
		floors := map[string]map[netvet.Factor]float64{"floors": g.Floors, "weak_floors": g.WeakFloors}[key]
		for _, f := range slices.Sorted(maps.Keys(floors)) {
			if !slices.Contains(netvet.Factors(), f) || floors[f] < 0 || floors[f] > 100 {
				at.fault(path+"."+key, "%s: %s: %s: %v: a floor is of one of the factors and in [0, 100]", what, key, f, floors[f])
			}
		}
	}
	if _, err := parseTemplate(g.Message.EN, gateRoots()); err != nil {
		at.fault(path+".message", "%s: message.en: %v", what, err)
	}
	if _, err := parseTemplate(g.Message.ZH, gateRoots()); err != nil {
		at.fault(path+".message", "%s: message.zh: %v", what, err)
	}
	c.checkCites(at, path, what, g.Cites)
}

func (c *checker) checkProfiles() {
	both := &Library{Profiles: merge(c.base.Profiles, c.library.Profiles, func(p *Profile) string { return p.ID })}
	packs, previews := map[string]bool{}, map[string]bool{}
	for _, p := range slices.Concat(c.base.Packs, c.library.Packs) {
		packs[p.ID], previews[p.ID] = true, p.Preview
	}
	for _, own := range c.library.Profiles {
		at := c.page(own.File, own.data)
		what := "profile " + own.ID
		p, err := both.Profile(own.ID)
		if err != nil {
			at.fault("extends", "%v", err)
			continue
		}
		at.required("", what, map[string]string{"title.en": p.Title.EN, "source": p.Source})
		at.word("", what, "role", string(p.Role), texts(netvet.Roles()))
		at.word("", what, "embedded", string(p.Embedded), texts(netvet.Verdicts()))
		if len(p.Packs) == 0 {
			at.fault("packs", "%s: packs is required", what)
		}
		for i, id := range p.Packs {
			if !packs[id] {
				at.fault("packs."+strconv.Itoa(i), "%s: no pack %q%s", what, id, didYouMean(id, keys(packs)))
			}
			if previews[id] && !strings.HasPrefix(p.Title.EN, previewEN) {
				at.fault("title", "%s: pack %s is a preview: the title begins with %q", what, id, previewEN)
			}
		}
		if *p.Prior < 0 || *p.Prior >= 1 {
			at.fault("prior", "%s: prior %v is not in [0, 1)", what, *p.Prior)
		}
		for _, f := range slices.Sorted(maps.Keys(p.Impact)) {
			if !slices.Contains(netvet.Factors(), f) || p.Impact[f] < 0 || p.Impact[f] > 1 {
				at.fault("impact", "%s: impact: %s: %v: an impact is of one of the factors and in [0, 1]", what, f, p.Impact[f])
			}
		}
		for _, f := range p.Factors {
			at.word("", what, "factors", string(f), texts(netvet.Factors()))
		}
		for _, country := range append(p.Concern, p.Home) {
			if country != "" && !countryCode.MatchString(country) {
				at.fault("concern", "%s: %q is no country: write ISO 3166-1 alpha-2, as CN", what, country)
			}
		}
	}
}

var countryCode = regexp.MustCompile(`^[A-Z]{2}$`)

func (c *checker) checkRelevance() {
	r := c.library.relevance
	if r == nil {
		return
	}
	at := c.page("relevance.yaml", r.data)
	weight := func(path string, w float64) {
		if !(w > 0 && w <= 1) {
			at.fault(path, "weight %v is not in (0, 1]", w)
		}
	}
	weight("default", r.Default)
	for i, e := range r.Entries {
		path := fmt.Sprintf("entries.%d", i)
		weight(path+".weight", e.Weight)
		for _, id := range e.Patterns {
			if _, ok := c.patterns[id]; !ok {
				at.fault(path+".patterns", "unknown pattern %q%s", id, didYouMean(id, keys(c.patterns)))
			}
		}
		for _, k := range e.Kinds {
			at.word(path, "entry", "kinds", string(k), texts(kinds()))
		}
		for _, s := range e.Scopes {
			at.word(path, "entry", "scopes", s, []string{"required", "optional", "excluded"})
		}
		if len(e.Patterns)+len(e.Kinds)+len(e.Types)+len(e.Scopes)+len(e.Words) == 0 {
			at.fault(path, "an entry without a condition: use default")
		}
	}
}

func (c *checker) checkPatterns() {
	if len(c.library.Patterns) == 0 {
		return
	}
	at := c.page("patterns.yaml", c.library.Patterns[0].data)
	for _, p := range c.library.Patterns {
		path, what := "patterns."+p.ID, "pattern "+p.ID
		at.required(path, what, map[string]string{"title.en": p.Title.EN})
		if !nameID.MatchString(p.ID) {
			at.fault(path, "%s: an id is lower case letters, digits and dashes", what)
		}
		for _, k := range p.Kinds {
			at.word(path, what, "kinds", string(k), texts(kinds()))
		}
		selectors := len(p.Names) + len(p.Words) + len(p.Groups) + len(p.Described) + len(p.Prefixes) + len(p.Identifiers) + len(p.Suppliers) + len(p.SupplierCategories)
		if p.All == (selectors > 0) {
			at.fault(path, "%s: give selectors (names, words, identifiers ...) or all: true", what)
		}
		for _, text := range slices.Concat(p.Names, p.Words, p.Groups, p.Described, p.Except) {
			if len(words(text)) == 0 {
				at.fault(path, "%s: %q has no word", what, text)
			}
		}
		for _, text := range p.Prefixes {
			if !prefixText.MatchString(text) {
				at.fault(path+".prefixes", "%s: prefix %q is not %d or more letters", what, text, prefixLength)
			}
		}
		for _, text := range p.Identifiers {
			if !identifierText.MatchString(text) {
				at.fault(path+".identifiers", "%s: %q is not cpe:VENDOR:PRODUCT, purl:TYPE/NAME or TYPE:VALUE", what, text)
			}
		}
	}
}

var (
	prefixText     = regexp.MustCompile(`^[A-Za-z]{3,}$`)
	identifierText = regexp.MustCompile(`^(cpe:[^:]+:[^:]+|purl:[a-z*]+/\S+|(mac|pci|usb|pen|jep106|domain|swid|lei):\S+)$`)
)

// lintPatterns runs the examples of the patterns.
func lintPatterns(l *Library) strictyaml.Faults {
	if len(l.Patterns) == 0 {
		return nil
	}
	c := &checker{}
	at := c.page("patterns.yaml", l.Patterns[0].data)
	m, slots := patternMatcher(l.Patterns)
	m.ready()
	k := m.picker()
	picks := func(p *Pattern, name string) (any, all bool) {
		all = true
		for _, kind := range kindsOf(p) {
			typ := ""
			if len(p.Types) > 0 {
				typ = p.Types[0]
			}
			hit := k.match(&netvet.Component{Name: name, Kind: kind, Type: typ}, nil).has(slots[p.ID])
			any, all = any || hit, all && hit
		}
		return any, all
	}
	for _, p := range l.Patterns {
		path := "patterns." + p.ID
		for i, name := range p.Matches {
			if _, all := picks(p, name); !all {
				at.fault(fmt.Sprintf("%s.matches.%d", path, i), "pattern %s: %q is not matched", p.ID, name)
			}
		}
		for i, name := range p.LookAlikes {
			if any, _ := picks(p, name); any {
				at.fault(fmt.Sprintf("%s.look_alikes.%d", path, i), "pattern %s: look-alike %q is matched", p.ID, name)
			}
		}
		byName := len(p.Names)+len(p.Words)+len(p.Prefixes) > 0
		if byName && (len(p.Matches) == 0 || len(p.LookAlikes) == 0) {
			at.fault(path, "pattern %s: give at least one of matches and of look_alikes", p.ID)
		}
	}
	return c.faults
}

func kindsOf(p *Pattern) []netvet.Kind {
	if len(p.Kinds) > 0 {
		return p.Kinds
	}
	return kinds()
}

func kinds() []netvet.Kind {
	return []netvet.Kind{netvet.KindSoftware, netvet.KindFirmware, netvet.KindDevice, netvet.KindService, netvet.KindOther}
}

func severities() []netvet.Severity {
	return []netvet.Severity{netvet.SeverityCritical, netvet.SeverityHigh, netvet.SeverityMedium, netvet.SeverityLow}
}

// texts are words of a named string type as strings.
func texts[S ~string](of []S) []string { return ids(of, func(s S) string { return string(s) }) }

package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

// Taken is questions of another pack that this one asks as well, under clauses
// of its own: the text of a question stands in one place, however many laws ask
// it. A taken rule keeps its id, its topic and its strength.
type Taken struct {
	From  string   `yaml:"from" json:"from"`   // the pack that has them as its own
	Rules []string `yaml:"rules" json:"rules"` // their ids there
	// Factor and Topic put the rules elsewhere than their own pack does; they
	// come together, and the topic is one of this pack.
	Factor  netvet.Factor     `yaml:"factor" json:"factor,omitempty"`
	Topic   string            `yaml:"topic" json:"topic,omitempty"`
	InForce Span              `yaml:"in_force" json:"in_force"`
	Cites   []netvet.Citation `yaml:"cites" json:"cites"`   // instead of those of the other pack
	Basis   string            `yaml:"basis" json:"basis"`   // instead of the other's
	Source  string            `yaml:"source" json:"source"` // of the reading that these questions belong here
}

// take adds to each pack the rules that it takes from others, of this library or
// of the one it builds on.
func (l *Library) take(base *Library) strictyaml.Faults {
	c := &checker{library: l, base: base}
	for _, p := range l.Packs {
		for i := range p.Takes {
			c.take(p, i)
		}
	}
	return c.faults
}

func (c *checker) take(p *Pack, i int) {
	t := &p.Takes[i]
	fault := func(key, format string, args ...any) {
		c.page(p.File, p.data).fault(fmt.Sprintf("takes.%d.%s", i, key), format, args...)
	}
	origin := c.origin(t.From)
	if origin == nil || origin == p {
		fault("from", "takes from %q: it is no other pack", t.From)
		return
	}
	for _, id := range t.Rules {
		r := origin.own(id)
		if r == nil {
			known := ids(origin.Rules, func(r Rule) string { return r.ID })
			fault("rules", "pack %s has no rule %q of its own%s", t.From, id, didYouMean(id, known))
			continue
		}
		if slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.ID == id }) {
			fault("rules", "%q: the id is taken", id)
			continue
		}
		p.Rules = append(p.Rules, t.rule(r))
		p.addTopic(origin, p.Rules[len(p.Rules)-1].Topic)
	}
	p.SHA256 = sum([]byte(p.SHA256 + origin.SHA256))
}

// origin finds a pack, first in the library itself.
func (c *checker) origin(id string) *Pack {
	if p, ok := c.library.Pack(id); ok || c.base == nil {
		return p
	}
	p, _ := c.base.Pack(id)
	return p
}

// own returns the pack's rule of that id, but none that it takes from another.
func (p *Pack) own(id string) *Rule {
	i := slices.IndexFunc(p.Rules, func(r Rule) bool { return r.ID == id && r.From == "" })
	if i < 0 {
		return nil
	}
	return &p.Rules[i]
}

func (t *Taken) rule(of *Rule) Rule {
	r := *of
	r.From = t.From
	if t.Factor != "" {
		r.Factor, r.Topic = t.Factor, t.Topic
	}
	r.InForce, r.Cites, r.Basis, r.Source = t.InForce, t.Cites, t.Basis, t.Source
	return r
}

// addTopic takes a topic of the other pack along, unless there is one of that id.
func (p *Pack) addTopic(origin *Pack, id string) {
	has := func(t Topic) bool { return t.ID == id }
	if slices.ContainsFunc(p.Topics, has) {
		return
	}
	if i := slices.IndexFunc(origin.Topics, has); i >= 0 {
		p.Topics = append(p.Topics, origin.Topics[i])
	}
}

// question names the question that a rule asks, which is the same wherever it is
// taken: the rule of the pack whose own it is.
func (r *CompiledRule) question() string {
	if r.From == "" {
		return r.ID
	}
	return r.From + "/" + r.Rule.ID
}

// checkTakes checks what a pack takes but for the rules themselves, which their
// own pack answers for.
func (c *checker) checkTakes(at *page, p *Pack) {
	for i := range p.Takes {
		t, path := &p.Takes[i], fmt.Sprintf("takes.%d", i)
		what := "takes from " + t.From
		at.required(path, what, map[string]string{"from": t.From, "source": t.Source})
		at.word(path, what, "basis", t.Basis, bases())
		if len(t.Rules) == 0 {
			at.fault(path+".rules", "%s: rules is required", what)
		}
		if (t.Factor == "") != (t.Topic == "") {
			at.fault(path, "%s: factor and topic come together", what)
		}
		j := slices.IndexFunc(p.Topics, func(topic Topic) bool { return topic.ID == t.Topic })
		if t.Topic != "" && (j < 0 || p.Topics[j].Factor != t.Factor) {
			at.fault(path+".topic", "%s: topic %q is none of this pack's for %s", what, t.Topic, t.Factor)
		}
		c.checkCites(at, path, what, t.Cites)
	}
}

func bases() []string { return strings.Fields("law precedent tool-policy") }

// Package rules holds the questions a review asks and evaluates them: packs of
// rules and gates as data, profiles that choose among them, and the engine that
// turns an Assessment into rule and gate results. A rule whose needs are not
// met gives unknown, never pass.
package rules

import (
	"fmt"
	"maps"
	"slices"

	"github.com/netvet/netvet"
)

// Text is a text in English and, where the reader is a Chinese compliance team,
// in Chinese.
type Text struct {
	EN string `yaml:"en" json:"en"`
	ZH string `yaml:"zh" json:"zh"`
}

// Pack is the rules and gates of one instrument.
type Pack struct {
	ID           string      `yaml:"pack" json:"pack"`
	Version      netvet.Date `yaml:"version" json:"version"`
	Title        Text        `yaml:"title" json:"title"`
	Jurisdiction string      `yaml:"jurisdiction" json:"jurisdiction"`
	Instrument   Instrument  `yaml:"instrument" json:"instrument"`
	// Preview marks questions of a text that is no law yet; titles and messages
	// say so.
	Preview bool    `yaml:"preview" json:"preview,omitempty"`
	Topics  []Topic `yaml:"topics" json:"topics"`
	Takes   []Taken `yaml:"takes" json:"takes,omitempty"`
	Rules   []Rule  `yaml:"rules" json:"rules"` // its own, then those that it takes
	Gates   []Gate  `yaml:"gates" json:"gates"`
	SHA256  string  `yaml:"-" json:"-"` // of the file and of those that it takes from
	File    string  `yaml:"-" json:"-"`
	data    []byte  // of the file, for the lines of faults
}

// Instrument is the legal text behind a pack.
type Instrument struct {
	Name     string      `yaml:"name" json:"name"`
	Order    string      `yaml:"order" json:"order"`
	InForce  Span        `yaml:"in_force" json:"in_force"`
	URL      string      `yaml:"url" json:"url"`
	Verified bool        `yaml:"verified" json:"verified"` // its text was read at the source, not quoted from memory
	Source   string      `yaml:"source" json:"source"`
	Date     netvet.Date `yaml:"date" json:"date"` // when the source was read
}

// Span is a validity interval [from, to).
type Span struct {
	From netvet.Date `yaml:"from" json:"from"`
	To   netvet.Date `yaml:"to" json:"to"`
}

// Topic is one of the 4 to 8 groups of questions of a factor, with its weight
// Q(t): the share of the factor's silence that its open questions cost.
type Topic struct {
	ID     string        `yaml:"id" json:"id"`
	Factor netvet.Factor `yaml:"factor" json:"factor"`
	Weight float64       `yaml:"weight" json:"weight"`
	// ByCategory is the weight for products of a category or subcategory, where it
	// is another; a subcategory that is not named goes by its category.
	ByCategory map[string]float64 `yaml:"by_category" json:"by_category,omitempty"`
	Title      Text               `yaml:"title" json:"title"`
}

// weights describes the weights, for people.
func (t *Topic) weights() string {
	text := fmt.Sprintf("weight %v", t.Weight)
	for _, c := range slices.Sorted(maps.Keys(t.ByCategory)) {
		text += fmt.Sprintf(", %s %v", c, t.ByCategory[c])
	}
	return text
}

// Rule is one question of a pack.
type Rule struct {
	ID       string        `yaml:"id" json:"id"`
	Factor   netvet.Factor `yaml:"factor" json:"factor"`
	Topic    string        `yaml:"topic" json:"topic"`
	Title    Text          `yaml:"title" json:"title"`
	Question Text          `yaml:"question" json:"question"` // what to ask the supplier
	Good     string        `yaml:"good" json:"good"`         // the answer that speaks for the product: yes or no
	Why      Text          `yaml:"why" json:"why"`
	// Each says what the rule is evaluated on: product, component, service,
	// vulnerability or hit (a list hit).
	Each       string      `yaml:"each" json:"each"`
	Candidates *Candidates `yaml:"candidates" json:"candidates,omitempty"` // required with each: component
	// Evidence says whose word the rule rests on, which sets its reliability:
	// bom, inventory, supplier, list, observation.
	Evidence string   `yaml:"evidence" json:"evidence"`
	Needs    []string `yaml:"needs" json:"needs"` // names of the vocabulary in needs.go
	When     string   `yaml:"when" json:"when"`   // CEL, true: adverse; empty: only an answer can be
	Clear    string   `yaml:"clear" json:"clear"` // CEL, true: clean; empty: only an answer can clear it
	// Compared is what the comparison of declared and observed things says to
	// the rule, beside what the rule is evaluated on.
	Compared *Compared `yaml:"compared" json:"compared,omitempty"`
	// Recorded is what a commitment or certificate that the operator recorded says
	// to the rule.
	Recorded *Recorded `yaml:"recorded" json:"recorded,omitempty"`
	// ClearWhenNone makes it clean that a resolved supplier is on no list at
	// all, for each: hit; and for each: vulnerability that none such is known of a
	// product of which everything was looked up in the offline data. The silence
	// of a document clears nothing.
	ClearWhenNone bool              `yaml:"clear_when_none" json:"clear_when_none,omitempty"`
	Applies       string            `yaml:"applies" json:"applies"`   // CEL on product, operator and profile; false: not applicable
	Strength      float64           `yaml:"strength" json:"strength"` // q, in (0,1]
	Severity      netvet.Severity   `yaml:"severity" json:"severity"`
	HalfLife      string            `yaml:"half_life" json:"half_life"` // "730d"; empty: the evidence does not age
	InForce       Span              `yaml:"in_force" json:"in_force"`
	Message       Text              `yaml:"message" json:"message"` // {component.name} and the like are filled in
	Cleared       Text              `yaml:"cleared" json:"cleared"` // the same for clean evidence; empty: says that nothing was found
	Remedy        Text              `yaml:"remedy" json:"remedy"`
	Cites         []netvet.Citation `yaml:"cites" json:"cites"`
	Basis         string            `yaml:"basis" json:"basis"`           // law, precedent, tool-policy
	Source        string            `yaml:"source" json:"source"`         // where the reading of the law comes from
	Indicators    []string          `yaml:"indicators" json:"indicators"` // ids of the indicator catalogue that it covers
	From          string            `yaml:"-" json:"-"`                   // the pack whose own rule it is, when it is taken from another
}

// Candidates names the components a rule looks at, as data, so that one pass
// over a million components finds them.
type Candidates struct {
	Pattern string `yaml:"pattern" json:"pattern"` // a pattern of patterns.yaml
}

// Compared asks about each comparison of what a product is declared to do or
// have with what was seen of it. Those of which neither condition holds say
// nothing to the rule.
type Compared struct {
	When    string `yaml:"when" json:"when"`       // CEL, true: adverse
	Clear   string `yaml:"clear" json:"clear"`     // CEL, true: clean
	Message Text   `yaml:"message" json:"message"` // {comparison.name} and the like are filled in
	Cleared Text   `yaml:"cleared" json:"cleared"`
}

// Recorded asks about each commitment or certificate that the context records
// of the product and its supplier. Its evidence is as reliable and as old as the
// record. Those of which neither condition holds say nothing to the rule.
type Recorded struct {
	Of      string `yaml:"of" json:"of"`           // commitment or certificate
	When    string `yaml:"when" json:"when"`       // CEL, true: adverse
	Clear   string `yaml:"clear" json:"clear"`     // CEL, true: clean
	Message Text   `yaml:"message" json:"message"` // {certificate.number} and the like are filled in
	Cleared Text   `yaml:"cleared" json:"cleared"`
}

// Gate is a rule that carries a verdict because an authority decided.
type Gate struct {
	ID        string                    `yaml:"id" json:"id"`
	List      string                    `yaml:"list" json:"list"`
	Title     Text                      `yaml:"title" json:"title"`
	Applies   GateApplies               `yaml:"applies" json:"applies"`
	Otherwise GateOtherwise             `yaml:"otherwise" json:"otherwise"`
	Direct    netvet.Verdict            `yaml:"direct" json:"direct"`     // most the gate may give; list data may give less
	Embedded  string                    `yaml:"embedded" json:"embedded"` // profile, a verdict, or none
	Floors    map[netvet.Factor]float64 `yaml:"floors" json:"floors"`     // factor scores when it fires directly
	// WeakFloors are the factor scores when it gives review only: embedded,
	// other role, other act.
	WeakFloors map[netvet.Factor]float64 `yaml:"weak_floors" json:"weak_floors"`
	Message    Text                      `yaml:"message" json:"message"`
	Remedy     Text                      `yaml:"remedy" json:"remedy"`
	Cites      []netvet.Citation         `yaml:"cites" json:"cites"`
}

// GateApplies is the reach of a gate: the role and act it binds, and the
// products, which narrow the scope of the list's entries when given.
type GateApplies struct {
	Role     netvet.Role  `yaml:"role" json:"role"` // empty: any role
	Act      netvet.Act   `yaml:"act" json:"act"`   // empty: any act
	Products netvet.Scope `yaml:"products" json:"products"`
}

// GateOtherwise is what remains of a gate outside its role or act.
type GateOtherwise struct {
	Role netvet.Verdict `yaml:"role" json:"role"`
	Act  netvet.Verdict `yaml:"act" json:"act"`
}

// Profile is one point of view: the packs, the role and the defaults.
type Profile struct {
	ID       string                    `yaml:"profile" json:"profile"`
	Extends  string                    `yaml:"extends" json:"extends"`
	Title    Text                      `yaml:"title" json:"title"`
	Packs    []string                  `yaml:"packs" json:"packs"`
	Role     netvet.Role               `yaml:"role" json:"role"`
	Home     string                    `yaml:"home" json:"home"`       // ISO country whose law the operator stands under
	Factors  []netvet.Factor           `yaml:"factors" json:"factors"` // beyond the four main ones
	Impact   map[netvet.Factor]float64 `yaml:"impact" json:"impact"`   // when the context states none
	Prior    *float64                  `yaml:"prior" json:"prior"`
	Embedded netvet.Verdict            `yaml:"embedded" json:"embedded"` // of gates that leave it to the profile
	Concern  []string                  `yaml:"concern" json:"concern"`   // countries whose law is a concern here; empty: none
	// UsersOver is the number of users that an operator has more than to be what
	// the profile is for; 0: any.
	UsersOver int64  `yaml:"users_over" json:"users_over,omitempty"`
	Source    string `yaml:"source" json:"source"`
	File      string `yaml:"-" json:"-"`
	data      []byte // of the file, for the lines of faults
}

package vendors

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/netvet/netvet"
)

// decisionsFile is where a folder of suppliers keeps what people decided.
const decisionsFile = "decisions.yaml"

// Decision is what somebody decided about a name that the resolver cannot
// settle, or settles wrongly: which supplier it is, or which it is not. It
// holds until a day, so that nobody relies on it for ever.
type Decision struct {
	Name  string      `yaml:"name"`             // as inputs write it; case, width and punctuation do not matter
	Is    string      `yaml:"is,omitempty"`     // supplier id, or "nobody"
	IsNot []string    `yaml:"is_not,omitempty"` // supplier ids
	By    string      `yaml:"by"`
	Why   string      `yaml:"why"`
	Date  netvet.Date `yaml:"date"`
	Until netvet.Date `yaml:"until"` // the last day
}

// isNobody decides that a name is no company's.
const isNobody = "nobody"

// decisionList is decisions.yaml.
type decisionList struct {
	Decisions []Decision `yaml:"decisions"`
}

// check looks at each decision by itself, and for two about one name.
func (l *decisionList) check() complaints {
	var found complaints
	seen := map[string]int{}
	for i := range l.Decisions {
		d, at := &l.Decisions[i], fmt.Sprintf("decisions.%d", i)
		for _, field := range []struct{ name, value string }{
			{"name", d.Name}, {"by", d.By}, {"why", d.Why}, {"date", string(d.Date)}, {"until", string(d.Until)},
		} {
			found.required(at+"."+field.name, field.value)
		}
		if (d.Is == "") == (len(d.IsNot) == 0) {
			found.addf(at, "say either which supplier the name is (is: id, or is: %s), or which it is not (is_not: [id])", isNobody)
		}
		if d.Until != "" && len(d.Until) != len(time.DateOnly) {
			found.addf(at+".until", "%q is no day: write YYYY-MM-DD, the last day on which it holds", d.Until)
		}
		if d.Date != "" && d.Until != "" && d.Until < d.Date {
			found.addf(at+".until", "it ends on %s, before it was made on %s", d.Until, d.Date)
		}
		key := foldName(d.Name, plain).text
		if first, again := seen[key]; again {
			found.addf(at+".name", "%q is decided by decisions.%d already", d.Name, first)
		}
		seen[key] = i
	}
	return found
}

// checkDecisions checks that decisions are about suppliers that exist.
func (d *Directory) checkDecisions(list []Decision) complaints {
	var found complaints
	for i, dec := range list {
		for _, id := range append(slices.Clone(dec.IsNot), dec.Is) {
			if id != "" && id != isNobody && d.byID[id] == nil {
				found.addf(fmt.Sprintf("decisions.%d", i), "%q is no supplier here: %s", id, d.nearest(id))
			}
		}
	}
	return found
}

// deciding gives a directory its decisions; the first about a name holds.
func (d *Directory) deciding(list []Decision) *Directory {
	if len(list) == 0 {
		return d
	}
	d.decisions, d.decided = list, make(map[string]*Decision, len(list))
	var latest netvet.Date
	for i := range list {
		latest = max(latest, list[i].Date)
		if key := foldName(list[i].Name, plain).text; d.decided[key] == nil {
			d.decided[key] = &list[i]
		}
	}
	d.sets = append(slices.Clip(d.sets), netvet.DataSet{ID: "decisions", Version: string(latest), AsOf: string(latest), SHA256: digest(pack(list))})
	slices.SortFunc(d.sets, func(a, b netvet.DataSet) int { return strings.Compare(a.ID, b.ID) })
	return d
}

// decide answers for clues about whose names something was decided; ok is false
// when nothing was.
func (d *Directory) decide(c netvet.Clues, at time.Time) (m netvet.Match, ok bool) {
	if d.decided == nil {
		return netvet.Match{}, false
	}
	var standing []*Decision
	var notes []string
	var left []string
	for _, name := range c.Names {
		dec := d.decided[foldName(name, plain).text]
		switch {
		case dec == nil, !dec.madeBy(at):
		case dec.expired(at):
			notes = append(notes, dec.text()+", which ended on "+string(dec.Until))
		case dec.Is == isNobody:
			notes = append(notes, dec.text())
			continue
		case dec.Is != "":
			supplier, _ := d.Supplier(dec.Is, at)
			return netvet.Match{Input: name, Supplier: supplier, Method: byDecision, Confidence: mostSure, Reason: dec.text()}, true
		default:
			standing = append(standing, dec)
		}
		left = append(left, name)
	}
	if len(standing) == 0 && len(notes) == 0 {
		return netvet.Match{}, false
	}
	input := strings.Join(c.Names, ", ")
	c.Names = left
	m = d.match(d.resolverOf().resolve(c, at), at)
	m.Input = cmp.Or(m.Input, input)
	for _, dec := range standing {
		dec.apply(&m)
	}
	m.Reason = strings.Join(append(notes, m.Reason), "; ")
	return m, true
}

// byDecision is the method of a match that a person decided.
const byDecision = "decision"

// apply takes the suppliers that a name is not out of a match, unless an
// identifier speaks for them: a decision is about the name.
func (d *Decision) apply(m *netvet.Match) {
	if m.Method == byIdentifier {
		return
	}
	if m.Supplier != nil && slices.Contains(d.IsNot, m.Supplier.ID) {
		m.Supplier, m.Method, m.Confidence, m.Reason = nil, byDecision, 0, d.text()
	}
	m.Possible = slices.DeleteFunc(m.Possible, func(p netvet.PossibleMatch) bool { return slices.Contains(d.IsNot, p.ID) })
	if len(m.Possible) == 0 && m.Supplier == nil {
		m.Method, m.Confidence, m.Reason = byDecision, 0, d.text()
	}
}

func (d *Decision) madeBy(at time.Time) bool { return !d.Date.Start().After(at) }

func (d *Decision) expired(at time.Time) bool {
	return !at.Before(d.Until.Start().AddDate(0, 0, 1))
}

// text says what was decided, by whom, when and why.
func (d *Decision) text() string {
	what := "is " + d.Is
	if d.Is == "" {
		what = "is not " + strings.Join(d.IsNot, ", ")
	}
	return fmt.Sprintf("%s decided on %s, until %s, that '%s' %s: %s", d.By, d.Date, d.Until, d.Name, what, d.Why)
}

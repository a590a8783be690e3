package evidence

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/kit"
	"github.com/netvet/netvet/scanner/versions"
)

// The sources of ends of life, as they are named.
const sourceLife = "endoflife.date"

// Support tells how far a product and those of its parts that have a version are
// still looked after on a day. What no source knows is left out.
func (w *Weaknesses) Support(p *netvet.Product, m *netvet.Match, parts []netvet.Component, at time.Time) ([]netvet.Support, error) {
	targets, _, err := w.targets(p, m, parts)
	if err != nil {
		return nil, err
	}
	rows, err := w.tableSupport(p, targets, at)
	if err != nil {
		return nil, err
	}
	out := rows
	for i := range targets {
		found, err := w.lifeOf(&targets[i], at)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	for i := range parts {
		found, err := w.packageLife(&parts[i], at)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return onceEach(out), nil
}

// onceEach keeps, of what is said of the same release of the same thing, what is
// certain.
func onceEach(list []netvet.Support) []netvet.Support {
	slices.SortStableFunc(list, func(a, b netvet.Support) int {
		return cmp.Or(cmp.Compare(a.Ref+a.Pointer, b.Ref+b.Pointer), cmp.Compare(a.Subject, b.Subject), compareBool(a.Cycle == "", b.Cycle == ""), compareBool(a.Reason != "", b.Reason != ""), cmp.Compare(a.Cycle, b.Cycle))
	})
	return slices.CompactFunc(list, func(a, b netvet.Support) bool {
		return a.Ref == b.Ref && a.Pointer == b.Pointer && a.Subject == b.Subject && a.Source == b.Source && (a.Cycle == b.Cycle || b.Cycle == "")
	})
}

// packageLife is the support of a component by its package URL.
func (w *Weaknesses) packageLife(c *netvet.Component, at time.Time) ([]netvet.Support, error) {
	for _, id := range c.Identifiers {
		if id.Type != netvet.IDPurl {
			continue
		}
		lives, err := w.kit.Lives(kit.PackageKey(id.Value), "")
		if err != nil {
			return nil, err
		}
		var out []netvet.Support
		for i := range lives {
			s := life(&lives[i], c.Version, nil, at)
			s.Ref, s.Pointer = c.Ref, c.Pointer
			out = append(out, s)
		}
		if len(out) > 0 {
			return out, nil
		}
	}
	return nil, nil
}

// lifeOf is the support of one thing with one version, under every name of it.
func (w *Weaknesses) lifeOf(t *target, at time.Time) ([]netvet.Support, error) {
	var out []netvet.Support
	for _, n := range t.names {
		for _, name := range t.lifeNames(n.key) {
			lives, err := w.kit.Lives(name[0], name[1])
			if err != nil {
				return nil, err
			}
			for i := range lives {
				if s, ok := t.life(&lives[i], n, name[0], at); ok {
					out = append(out, s)
				}
			}
		}
	}
	return out, nil
}

// lifeNames are maker and name under which a source may know a product: the title
// often begins with the maker.
func (t *target) lifeNames(key string) [][2]string {
	out := [][2]string{{"", key}}
	for _, maker := range t.makers {
		out = append(out, [2]string{maker, key}, [2]string{"", maker + key})
	}
	return out
}

// life is what a source says of a product that goes by one of the target's names.
// A part of a name counts when a release stands beside it: "Windows Server 2019
// Standard".
func (t *target) life(l *kit.Life, n targetName, maker string, at time.Time) (netvet.Support, bool) {
	if !t.made(l, maker) {
		return netvet.Support{}, false
	}
	s := life(l, t.version, t.texts, at)
	if n.weak {
		c := namedCycle(l, n.key, t.texts)
		if c == nil {
			return s, false
		}
		s = lifeCycle(l, c, t.version, at)
	} else {
		s.Reason = n.why
	}
	s.Ref, s.Pointer = t.ref, t.pointer
	return s, true
}

// namedCycle is the release that stands after a product's name in a text, the
// longest of them.
func namedCycle(l *kit.Life, key string, texts []string) *kit.Cycle {
	var best *kit.Cycle
	for i := range l.Cycles {
		c := &l.Cycles[i]
		for _, text := range texts {
			if strings.Contains(squeeze(text), key+squeeze(c.Name)) && (best == nil || len(c.Name) > len(best.Name)) {
				best = c
			}
		}
	}
	return best
}

// made reports whether a product of a source may be of the target's maker. A
// title alone is not enough when the source knows another maker.
func (t *target) made(l *kit.Life, maker string) bool {
	if maker != "" || len(t.makers) == 0 {
		return true
	}
	if len(l.Makers) == 0 {
		title := squeeze(l.Title)
		return slices.ContainsFunc(t.makers, func(m string) bool { return strings.HasPrefix(title, m) }) || slices.ContainsFunc(t.names, func(n targetName) bool { return n.why == "" && n.key == title })
	}
	return slices.ContainsFunc(t.makers, func(m string) bool { return slices.Contains(l.Makers, m) })
}

// life finds the release of a version, or the one that stands in a name, and what
// is known of it on a day.
func life(l *kit.Life, version string, names []string, at time.Time) netvet.Support {
	return lifeCycle(l, cycleOf(l, version, names), version, at)
}

// lifeCycle is what is known of a release on a day; nil is one that is not known.
func lifeCycle(l *kit.Life, c *kit.Cycle, version string, at time.Time) netvet.Support {
	s := netvet.Support{Subject: l.Title, Version: version, State: netvet.SupportUnknown, Source: sourceLife, URL: l.URL, AsOf: netvet.Date(day(l.Updated))}
	if c == nil {
		return s
	}
	s.Cycle = c.Name
	s.Sale, s.Active, s.Security, s.Extended = date(c.Sale), date(c.Active), date(c.Security), date(c.Extended)
	s.State = stateOf(c, at)
	return s
}

func day(stamp string) string { return stamp[:min(len(stamp), len(time.DateOnly))] }

// date leaves out a date that has passed on a day that is not known.
func date(text string) netvet.Date {
	if text == kit.Passed {
		return ""
	}
	return netvet.Date(text)
}

// stateOf is the state of a release on a day.
func stateOf(c *kit.Cycle, at time.Time) netvet.SupportState {
	switch {
	case passed(c.Security, at) && c.Extended != "" && !passed(c.Extended, at):
		return netvet.SupportExtended
	case passed(c.Security, at):
		return netvet.SupportEnded
	case passed(c.Active, at):
		return netvet.SupportSecurity
	}
	return netvet.SupportFull
}

// passed reports whether a day is over: support ends with the day that is given.
func passed(text string, at time.Time) bool {
	if text == kit.Passed {
		return true
	}
	start := netvet.Date(text).Start()
	return text != "" && !start.IsZero() && at.After(start)
}

// firstNumber is where a version begins.
var firstNumber = regexp.MustCompile(`\d.*`)

var numbered = regexp.MustCompile(`^[rv]?\d+(?:\.\d+)*$`)

// cycleOf is the release of a version: the longest of which the version is, else
// the one that stands in a name.
func cycleOf(l *kit.Life, version string, names []string) *kit.Cycle {
	var best *kit.Cycle
	better := func(c *kit.Cycle) {
		if best == nil || len(c.Name) > len(best.Name) {
			best = c
		}
	}
	v, err := versions.Generic().Parse(firstNumber.FindString(version))
	for i := range l.Cycles {
		c := &l.Cycles[i]
		switch lower := strings.ToLower(c.Name); {
		case lower == "":
		case err == nil && numbered.MatchString(lower) && v.Within(lower):
			better(c)
		case strings.HasPrefix(squeeze(version)+" ", squeeze(lower)+" "):
			better(c)
		}
	}
	if best != nil {
		return best
	}
	return namedCycle(l, squeeze(l.Title), names)
}

// tableSupport is what the user's own table says of a product.
func (w *Weaknesses) tableSupport(p *netvet.Product, targets []target, at time.Time) ([]netvet.Support, error) {
	if len(targets) == 0 {
		return nil, nil
	}
	var out []netvet.Support
	for _, maker := range targets[0].makers {
		rows, err := w.kit.LifeRows(maker)
		if err != nil {
			return nil, err
		}
		for i := range rows {
			r := &rows[i]
			if !slices.ContainsFunc([]string{p.Model, p.PartNumber, p.Name, r.Maker + " " + p.Model}, r.Fits) {
				continue
			}
			out = append(out, netvet.Support{Subject: fmt.Sprintf("%s %s", r.Maker, r.Pattern), Version: p.Version, Cycle: r.Pattern, State: rowState(r, at),
				Sale: r.Sale, Security: cmp.Or(r.Security, r.End), Source: cmp.Or(r.Source, "own table"), AsOf: r.Date})
		}
	}
	return out, nil
}

// rowState is the state of a model on a day. The end of sale alone ends no
// support.
func rowState(r *kit.LifeRow, at time.Time) netvet.SupportState {
	switch security, end := string(r.Security), string(r.End); {
	case passed(end, at), passed(security, at):
		return netvet.SupportEnded
	case security == "" && end == "":
		return netvet.SupportUnknown
	}
	return netvet.SupportFull
}

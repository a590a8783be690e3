package evidence

import (
	"cmp"
	"slices"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/kit"
)

// Inform adds to a weakness that an input states what the data knows of it by its
// ids. What the input says itself stays.
func (w *Weaknesses) Inform(v *netvet.Vulnerability) error { return inform(w.kit, v) }

func inform(k *kit.Kit, v *netvet.Vulnerability) error {
	for _, id := range append([]string{v.ID}, v.Aliases...) {
		if !strings.HasPrefix(id, "CVE-") {
			continue
		}
		c, known, err := k.CVE(id)
		if err != nil {
			return err
		}
		if known && !c.Rejected {
			v.CWEs = nonEmpty(v.CWEs, c.CWEs)
			if v.Severity == "" && v.Score == 0 {
				v.Severity, v.Score = c.Severity, c.Score
			}
			v.Published = cmp.Or(v.Published, c.Published)
			v.Remote, v.Exploited = v.Remote || c.Remote, v.Exploited || c.Exploited != ""
		}
	}
	return exploitation(k, v)
}

func nonEmpty[T any](list, other []T) []T {
	if len(list) > 0 {
		return list
	}
	return other
}

// exploitation adds what is known of how a weakness is exploited.
func exploitation(k *kit.Kit, v *netvet.Vulnerability) error {
	for _, id := range append([]string{v.ID}, v.Aliases...) {
		if !strings.HasPrefix(id, "CVE-") {
			continue
		}
		entry, listed, err := k.KEV(id)
		if err != nil {
			return err
		}
		v.Exploited = v.Exploited || listed
		v.Ransomware = v.Ransomware || strings.EqualFold(entry.Ransomware, "known")
		score, known, err := k.EPSS(id)
		if err != nil {
			return err
		}
		if known && (v.EPSS == nil || *v.EPSS < score.Probability) {
			v.EPSS = &score.Probability
		}
	}
	return nil
}

// AsOf is the date of the newest record that is asked of network products; empty
// when the data has none.
func (w *Weaknesses) AsOf() string { return newest(w.kit, "cve", "csaf") }

// AsOf is the date of the newest advisory.
func (m *Matcher) AsOf() string { return m.date }

// newest is the date of the newest record of the sources that the data has.
func newest(k *kit.Kit, ids ...string) string {
	m := k.Manifest()
	var dates []string
	for _, id := range ids {
		if s, ok := m.Source(id); ok && s.Records > 0 {
			dates = append(dates, s.Newest)
		}
	}
	if len(dates) == 0 {
		return ""
	}
	return slices.Max(dates)
}

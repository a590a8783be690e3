package kit

import (
	"fmt"
	"time"
)

// AsOf is the day up to which a source is known: the date of its newest record,
// which counts as the day of the build when it lies after that. That its publisher
// was asked since and had nothing newer counts only for a source whose records
// have no date: a mirror that nobody fills any more has nothing newer either. It
// is false when nothing is dated.
func (s ManifestSource) AsOf(built time.Time) (time.Time, bool) {
	for _, text := range []string{s.Newest, s.Fetched} {
		if len(text) < len(time.DateOnly) {
			continue
		}
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t, err = time.Parse(time.DateOnly, text[:len(time.DateOnly)])
		}
		if err != nil {
			continue
		}
		if text == s.Newest && t.After(built) {
			t = built
		}
		return t, true
	}
	return time.Time{}, false
}

// Age is how old what a kit knows of a source is. It is false for a source
// without any date.
func (m *Manifest) Age(s ManifestSource, now time.Time) (time.Duration, bool) {
	t, ok := s.AsOf(m.Built)
	return max(0, now.Sub(t)), ok
}

// OlderThan lists the sources that are older, those without a date among them:
// of them nobody can say that they are not. Tables of the user's own, which are
// published nowhere, are as new as their user keeps them.
func (m *Manifest) OlderThan(limit time.Duration, now time.Time) []ManifestSource {
	var old []ManifestSource
	for _, s := range m.Sources {
		if age, ok := m.Age(s, now); s.URL != "" && (!ok || age > limit) {
			old = append(old, s)
		}
	}
	return old
}

// AgeInWords tells an age to a person.
func AgeInWords(age time.Duration) string {
	days := int(age / (24 * time.Hour))
	switch {
	case days < 1:
		return "today"
	case days == 1:
		return "1 day"
	case days < 60:
		return fmt.Sprintf("%d days", days)
	case days < 730:
		return fmt.Sprintf("%d months", days/30)
	}
	return fmt.Sprintf("%d years", days/365)
}

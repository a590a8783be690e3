package kit

import (
	"testing"
	"time"
)

func TestAge(t *testing.T) {
	day := 24 * time.Hour
	now := firstDay.AddDate(0, 1, 0) // 30 days later
	m := &Manifest{Built: firstDay, Sources: []ManifestSource{
		{ID: "old", URL: "https://a", Newest: "2026-11-12T00:00:00Z"},
		{ID: "quiet", URL: "https://b", Fetched: "2026-11-21T00:00:00Z"},
		{ID: "frozen", URL: "https://e", Newest: "2026-10-23", Fetched: "2026-11-21T00:00:00Z"},
		{ID: "ahead", URL: "https://c", Newest: "2099-01-01"},
		{ID: "own", Newest: "2001-01-01"},
	}}
	for id, want := range map[string]time.Duration{"old": 40 * day, "quiet": 31 * day, "frozen": 60 * day, "ahead": 30 * day} {
		s, _ := m.Source(id)
		if age, ok := m.Age(s, now); !ok || age != want {
			t.Errorf("%s is %v old, want %v", id, age, want)
		}
	}
	if old := m.OlderThan(35*day, now); len(old) != 2 || old[0].ID != "old" || old[1].ID != "frozen" {
		t.Errorf("older than 35 days: %v", old)
	}
	m.Sources = append(m.Sources, ManifestSource{ID: "undated", URL: "https://d"})
	if old := m.OlderThan(1000*day, now); len(old) != 1 || old[0].ID != "undated" {
		t.Errorf("older than 1000 days: %v", old)
	}
	for days, want := range map[int]string{0: "today", 1: "1 day", 59: "59 days", 61: "2 months", 800: "2 years"} {
		if got := AgeInWords(time.Duration(days) * day); got != want {
			t.Errorf("%d days are %q, want %q", days, got, want)
		}
	}
}

package netvet_test

import (
	"testing"
	"time"

	"github.com/netvet/netvet"
)

func TestDates(t *testing.T) {
	for _, s := range []string{"2023-05-21", "2017-08", "2006", ""} {
		if err := netvet.Date(s).Check(); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []string{"21.05.2023", "2023-13-01", "2023-02-30", "23-05-21", "tomorrow"} {
		if netvet.Date(s).Check() == nil {
			t.Errorf("%q is taken for a date", s)
		}
	}
}

func TestCovers(t *testing.T) {
	day := func(s string) time.Time { return netvet.Date(s).Start() }
	cases := []struct {
		from, to netvet.Date
		at       string
		want     bool
	}{
		{"2023-05-21", "", "2023-05-21", true},
		{"2023-05-21", "", "2023-05-20", false},
		{"", "2025-07-02", "2025-07-01", true},
		{"", "2025-07-02", "2025-07-02", false},
		{"", "", "1999-01-01", true},
	}
	for _, c := range cases {
		if got := netvet.Covers(c.from, c.to, day(c.at)); got != c.want {
			t.Errorf("[%s, %s) covers %s: %v, want %v", c.from, c.to, c.at, got, c.want)
		}
	}
}

package netvet

import (
	"fmt"
	"time"
)

// Date is a calendar date in ISO 8601, as precise as its source: "2023-05-21",
// "2017-08" or "2006". The empty Date is an unknown date. Dates of law are days
// in the authority's own calendar; they carry no time zone and are compared as
// days in UTC.
type Date string

// ParseDate checks s and returns it as a Date.
func ParseDate(s string) (Date, error) {
	d := Date(s)
	if s == "" {
		return d, nil
	}
	if _, ok := d.parse(); !ok {
		return "", fmt.Errorf("%q is not a date: write YYYY-MM-DD, YYYY-MM or YYYY", s)
	}
	return d, nil
}

// Check says what is wrong with a date that was read from a file, if anything.
func (d Date) Check() error {
	_, err := ParseDate(string(d))
	return err
}

// Start returns the first moment the date may mean, and the zero time when the
// date is unknown.
func (d Date) Start() time.Time {
	t, _ := d.parse()
	return t
}

// End returns the first moment after all that the date may mean: the day after,
// or the month or year after a date that is no more precise. It is the zero time
// when the date is unknown.
func (d Date) End() time.Time {
	t, ok := d.parse()
	switch {
	case !ok:
		return time.Time{}
	case len(d) == len("2006"):
		return t.AddDate(1, 0, 0)
	case len(d) == len("2006-01"):
		return t.AddDate(0, 1, 0)
	}
	return t.AddDate(0, 0, 1)
}

// Covers reports whether at lies in [from, to): the empty from reaches back
// for ever, the empty to has not ended.
func Covers(from, to Date, at time.Time) bool {
	if from != "" && at.Before(from.Start()) {
		return false
	}
	return to == "" || at.Before(to.Start())
}

func (d Date) parse() (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, "2006-01", "2006"} {
		if len(layout) != len(d) {
			continue
		}
		t, err := time.Parse(layout, string(d))
		return t, err == nil
	}
	return time.Time{}, false
}

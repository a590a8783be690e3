package sbom

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/netvet/netvet"
	"golang.org/x/text/unicode/norm"
)

var (
	dateYMD    = regexp.MustCompile(`^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:[ t,]\s*\d{1,2}[:时].*)?$`)
	dateYM     = regexp.MustCompile(`^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?$`)
	dateY      = regexp.MustCompile(`^(\d{4})\s*年?$`)
	dateDigits = regexp.MustCompile(`^((?:19|20)\d{2})(\d{2})(\d{2})$`)
	dateSerial = regexp.MustCompile(`^(\d{5})(?:\.\d+)?$`)
	dateXXY    = regexp.MustCompile(`^(\d{1,2})([-/.])(\d{1,2})([-/.])(\d{4})(?: \d{1,2}:.*)?$`)
	dateShort  = regexp.MustCompile(`^\d{1,2}[-/.]\d{1,2}[-/.]\d{2}$`)
	dateDMonY  = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th)?[-/. ]*([a-z]{3,9})\.?[-/., ]*(\d{4}|\d{2})(?: \d{1,2}:.*)?$`)
	dateMonDY  = regexp.MustCompile(`^([a-z]{3,9})\.?[-/. ]*(\d{1,2})(?:st|nd|rd|th)?[-/., ]+(\d{4})(?: \d{1,2}:.*)?$`)
	dateMonY   = regexp.MustCompile(`^([a-z]{3,9})\.?[-/., ]+(\d{4})$`)
	weekday    = regexp.MustCompile(`^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? +`)
)

// Dates before the first or after the last of these years are mistakes in an
// inventory of equipment.
const (
	firstPurchaseYear = 1970
	lastPurchaseYear  = 2099
)

// dayOrder is the order of day and month that a header declares.
type dayOrder int

const (
	orderUnknown dayOrder = iota
	dayFirst
	monthFirst
)

var (
	dayFirstHeader   = regexp.MustCompile(`(?:^|[^a-z])(?:dd?|tt|jj)[-/. ]mm?(?:[^a-z]|$)`)
	monthFirstHeader = regexp.MustCompile(`(?:^|[^a-z])mm?[-/. ](?:dd?|tt|jj)[-/. ]`)
)

// headerDayOrder reads a header such as "Purchase date (DD/MM/YYYY)", in German
// "TT.MM.JJJJ" and in French "jj/mm/aaaa".
func headerDayOrder(header string) dayOrder {
	plain := strings.ToLower(norm.NFKC.String(header))
	switch {
	case dayFirstHeader.MatchString(plain):
		return dayFirst
	case monthFirstHeader.MatchString(plain):
		return monthFirst
	}
	return orderUnknown
}

// parseDay reads a date of a table. Day and month by numbers alone are not
// guessed where the header does not declare their order: "03/04/2024" is a problem,
// told in words that follow the text.
func parseDay(text string, order dayOrder) (day netvet.Date, problem string) {
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return plausible(t)
	}
	plain := weekday.ReplaceAllString(strings.ToLower(strings.TrimSpace(norm.NFKC.String(text))), "")
	if m := dateYMD.FindStringSubmatch(plain); m != nil {
		return dayOf(m[1], m[2], m[3])
	}
	if m := dateDigits.FindStringSubmatch(plain); m != nil {
		return dayOf(m[1], m[2], m[3])
	}
	if m := dateYM.FindStringSubmatch(plain); m != nil {
		day, problem = dayOf(m[1], m[2], "1")
		return day[:min(len(day), len("2006-01"))], problem
	}
	if m := dateY.FindStringSubmatch(plain); m != nil {
		day, problem = dayOf(m[1], "1", "1")
		return day[:min(len(day), len("2006"))], problem
	}
	if m := dateSerial.FindStringSubmatch(plain); m != nil {
		serial, _ := strconv.Atoi(m[1])
		return daySerial(serial, false)
	}
	if m := dateDMonY.FindStringSubmatch(plain); m != nil && month(m[2]) != "" {
		year := m[3]
		if len(year) == 2 {
			year = "20" + year // spreadsheets write "5-Mar-24"
		}
		return dayOf(year, month(m[2]), m[1])
	}
	if m := dateMonDY.FindStringSubmatch(plain); m != nil && month(m[1]) != "" {
		return dayOf(m[3], month(m[1]), m[2])
	}
	if m := dateMonY.FindStringSubmatch(plain); m != nil && month(m[1]) != "" {
		day, problem = dayOf(m[2], month(m[1]), "1")
		return day[:min(len(day), len("2006-01"))], problem
	}
	if m := dateXXY.FindStringSubmatch(plain); m != nil {
		return dayOrMonth(m, order)
	}
	if dateShort.MatchString(plain) {
		return "", "may mean several dates: left empty; write YYYY-MM-DD"
	}
	return "", "is not a date: left empty; write YYYY-MM-DD"
}

// dayOrMonth reads two numbers and a year: with dots, or with a number above 12,
// the order is clear.
func dayOrMonth(m []string, order dayOrder) (netvet.Date, string) {
	first, _ := strconv.Atoi(m[1])
	second, _ := strconv.Atoi(m[3])
	switch {
	case m[2] != m[4]:
		return "", "is not a date: left empty; write YYYY-MM-DD"
	case first == second || first > 12 || m[2] == ".":
		return dayOf(m[5], m[3], m[1])
	case second > 12 || order == monthFirst:
		return dayOf(m[5], m[1], m[3])
	case order == dayFirst:
		return dayOf(m[5], m[3], m[1])
	}
	return "", "may be day or month first: left empty; write YYYY-MM-DD"
}

// daySerial reads the number by which a spreadsheet stores a date: days since
// 1899-12-30, or since 1904-01-01 in files that say so.
func daySerial(serial int, since1904 bool) (netvet.Date, string) {
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if since1904 {
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return plausible(epoch.AddDate(0, 0, serial))
}

func dayOf(year, month, day string) (netvet.Date, string) {
	y, _ := strconv.Atoi(year)
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if t.Year() != y || int(t.Month()) != m || t.Day() != d {
		return "", "is not a day of the calendar: left empty"
	}
	return plausible(t)
}

func plausible(t time.Time) (netvet.Date, string) {
	if y := t.Year(); y < firstPurchaseYear || y > lastPurchaseYear {
		return "", fmt.Sprintf("lies outside %d to %d: left empty", firstPurchaseYear, lastPurchaseYear)
	}
	return netvet.Date(t.Format(time.DateOnly)), ""
}

// month returns the number of a month by its English name or the first three
// letters of it, or "".
func month(name string) string {
	for n := time.January; n <= time.December; n++ {
		full := n.String()
		if strings.EqualFold(name, full) || strings.EqualFold(name, full[:3]) || n == time.September && strings.EqualFold(name, "sept") {
			return strconv.Itoa(int(n))
		}
	}
	return ""
}

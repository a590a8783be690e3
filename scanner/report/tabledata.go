package report

import (
	"fmt"
	"strings"
	"time"
)

// lookedUp says how many weaknesses are known, for what they were looked up, and
// how old the data is.
func (t *table) lookedUp() {
	affected, exploited, possible := 0, 0, 0
	for i := range t.r.Products {
		w := t.r.Products[i].Weaknesses
		if w == nil {
			continue
		}
		affected, exploited, possible = affected+w.Affected, exploited+w.Exploited, possible+w.Possible
	}
	if l := t.r.Summary.LookedUp; l != nil {
		t.paragraph("  ", fmt.Sprintf("weaknesses: %d known, %d of them exploited, %d possible; looked up: %d of %s, %d of %s",
			affected, exploited, possible, l.ComponentsAssessed, Count(l.Components, "package"), l.ProductsAssessed, Count(l.Products, "network product")))
	}
	var ages []string
	for _, d := range t.r.Data {
		if d.AsOf != "" {
			ages = append(ages, Visible(d.ID+" "+d.AsOf)+ageOf(d.AsOf, t.r.AsOf))
		}
	}
	if len(ages) > 0 {
		t.paragraph("  ", "data: "+strings.Join(ages, ", "))
	}
}

// oldData is from when on data is marked as old, in days.
const oldData = 365

// ageOf is the age of data on the as-of date, in brackets.
func ageOf(day, asOf string) string {
	from, err := time.Parse(time.DateOnly, day[:min(len(day), len(time.DateOnly))])
	to, err2 := time.Parse(time.RFC3339, asOf)
	if err != nil || err2 != nil || to.Before(from) {
		return ""
	}
	days := int(to.Sub(from) / (24 * time.Hour))
	if days > oldData {
		return fmt.Sprintf(" (%s old: OLD)", Count(days, "day"))
	}
	return fmt.Sprintf(" (%s old)", Count(days, "day"))
}

package evidence

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Coverage counts which components were judged and why others were not.
type Coverage struct {
	Components int
	Assessed   int
	Missed     map[Missed]int
}

// Add counts one component.
func (c *Coverage) Add(why Missed) {
	c.Components++
	if why.Reason == "" {
		c.Assessed++
		return
	}
	if why.Reason == MissedBadVersion || why.Reason == MissedBadPurl {
		why.Detail = "" // as many as there are components
	}
	if c.Missed == nil {
		c.Missed = map[Missed]int{}
	}
	c.Missed[why]++
}

// Join adds what another run counted.
func (c *Coverage) Join(other Coverage) {
	c.Components += other.Components
	c.Assessed += other.Assessed
	if c.Missed == nil && len(other.Missed) > 0 {
		c.Missed = map[Missed]int{}
	}
	for why, n := range other.Missed {
		c.Missed[why] += n
	}
}

// String says it in one line, the most frequent reason first.
func (c *Coverage) String() string {
	if c.Assessed == c.Components {
		return fmt.Sprintf("assessed all %d components for known vulnerabilities", c.Components)
	}
	details := map[string][]string{}
	counts := map[string]int{}
	for why, n := range c.Missed {
		counts[why.Reason] += n
		if why.Detail != "" {
			details[why.Reason] = append(details[why.Reason], why.Detail)
		}
	}
	var parts []string
	for _, reason := range slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	}) {
		part := fmt.Sprintf("%d with %s", counts[reason], reason)
		if list := details[reason]; list != nil {
			slices.Sort(list)
			part += " (" + strings.Join(list, ", ") + ")"
		}
		parts = append(parts, part)
	}
	return fmt.Sprintf("assessed %d of %d components for known vulnerabilities; %d not: %s",
		c.Assessed, c.Components, c.Components-c.Assessed, strings.Join(parts, "; "))
}

package rules

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/netvet/netvet"
)

// coverageRow is a row of the table of COVERAGE.md: the id of an indicator, what it
// is, and the rules that evaluate it or why none does.
var coverageRow = regexp.MustCompile(`(?m)^\| ([A-Z]+[0-9]*-[0-9]+) \| (.*?) \| (.*?) \|$`)

const indicatorCount = 164 // rows of the catalogue

// TestCoverage holds COVERAGE.md against the packs: every indicator is evaluated by
// the rules that name it, or has a reason. Run it with -update to write the rules
// and the counts; what an indicator is and the reasons are written by hand.
func TestCoverage(t *testing.T) {
	const file, main = "COVERAGE.md", "cn-review-2022"
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	l, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	by := coveredBy(l, main)
	covered, beside := 0, 0
	seen := map[string]bool{}
	text := coverageRow.ReplaceAllStringFunc(string(old), func(row string) string {
		cells := coverageRow.FindStringSubmatch(row)
		id, rules := cells[1], by[cells[1]]
		seen[id] = true
		if slices.ContainsFunc(rules, func(r string) bool { return !strings.Contains(r, "/") }) {
			covered++
		}
		if len(rules) > 0 {
			beside++
			cells[3] = strings.Join(rules, ", ")
		} else if !strings.Contains(cells[3], " ") {
			t.Errorf("%s: no rule evaluates it, and no reason is given", id)
		}
		return fmt.Sprintf("| %s | %s | %s |", id, cells[2], cells[3])
	})
	for id := range by {
		if !seen[id] {
			t.Errorf("a rule names the indicator %s, which is not in the table", id)
		}
	}
	if len(seen) != indicatorCount {
		t.Errorf("%d indicators, want %d", len(seen), indicatorCount)
	}
	text = regexp.MustCompile(`(?s)<!-- counts: begin -->.*<!-- counts: end -->`).ReplaceAllString(text,
		"<!-- counts: begin -->\n"+counts(l, main)+fmt.Sprintf("It covers %d of %d indicators, and %d with the packs beside it.\n<!-- counts: end -->", covered, indicatorCount, beside))
	if covered < 110 {
		t.Errorf("%s covers %d indicators, fewer than 110", main, covered)
	}
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(old), text); diff != "" {
		t.Errorf("COVERAGE.md is not what the packs say: run with -update\n%s", diff)
	}
}

// coveredBy lists the rules that name each indicator, those of the main pack without
// its name, first. A rule that is taken counts where it is taken, if that is the main
// pack, else where it is written.
func coveredBy(l *Library, main string) map[string][]string {
	by := map[string][]string{}
	add := func(p *Pack, r *Rule, name string) {
		if r.asked() {
			name += " (asked)"
		}
		for _, id := range r.Indicators {
			by[id] = append(by[id], name)
		}
	}
	pack, _ := l.Pack(main)
	mine := map[string]bool{}
	for i := range pack.Rules {
		r := &pack.Rules[i]
		mine[r.ID] = true
		add(pack, r, r.ID)
	}
	for _, p := range l.Packs {
		for i := range p.Rules {
			if r := &p.Rules[i]; p != pack && r.From == "" && !mine[r.ID] {
				add(p, r, p.ID+"/"+r.ID)
			}
		}
	}
	return by
}

// counts tells how many rules the pack asks, by factor.
func counts(l *Library, main string) string {
	pack, _ := l.Pack(main)
	asked := 0
	factors := map[netvet.Factor]int{}
	for i := range pack.Rules {
		factors[pack.Rules[i].Factor]++
		if pack.Rules[i].asked() {
			asked++
		}
	}
	var parts []string
	for _, f := range netvet.Factors() {
		parts = append(parts, fmt.Sprintf("%d %s", factors[f], f))
	}
	return fmt.Sprintf("%s has %d rules (%s), of which %d are asked.\n", main, len(pack.Rules), strings.Join(parts, ", "), asked)
}

// asked reports whether only an answer settles the rule.
func (r *Rule) asked() bool { return r.When == "" && r.Clear == "" && r.Compared == nil }

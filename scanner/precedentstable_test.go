package scanner

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/rules"
	"github.com/netvet/netvet/vendors"
)

// tableRow is a row of rules/PRECEDENTS.md.
type tableRow struct {
	precedent, from, list string
	grades, gates         []string
}

// TestPrecedentsTable holds rules/PRECEDENTS.md against the packs and lists: every
// list and gate has its row, and the row says of it what the data say.
func TestPrecedentsTable(t *testing.T) {
	library, err := rules.Default()
	if err != nil {
		t.Fatal(err)
	}
	suppliers, err := vendors.Default()
	if err != nil {
		t.Fatal(err)
	}
	lists, gates := map[string]*netvet.List{}, map[string]string{}
	for i, l := range suppliers.Lists() {
		lists[l.ID] = &suppliers.Lists()[i]
	}
	for _, pack := range library.Packs {
		for i := range pack.Gates {
			gates[pack.ID+"/"+pack.Gates[i].ID] = pack.Gates[i].List
		}
	}
	rows := readTable(t, "../rules/PRECEDENTS.md")
	for _, row := range rows {
		row.check(t, lists, gates)
	}
	for gate := range gates {
		if !slices.ContainsFunc(rows, func(r tableRow) bool { return slices.Contains(r.gates, gate) }) {
			t.Errorf("gate %s has no row", gate)
		}
	}
	for list := range lists {
		if !slices.ContainsFunc(rows, func(r tableRow) bool { return r.list == list }) {
			t.Errorf("list %s has no row", list)
		}
	}
}

// check compares a row with the list and the gates that it names.
func (r *tableRow) check(t *testing.T, lists map[string]*netvet.List, gates map[string]string) {
	t.Helper()
	for _, gate := range r.gates {
		if gates[gate] != r.list {
			t.Errorf("%s: gate %s is of list %q, not %q", r.precedent, gate, gates[gate], r.list)
		}
	}
	if r.list == "" {
		return
	}
	l := lists[r.list]
	if l == nil {
		t.Errorf("%s: no list %s", r.precedent, r.list)
		return
	}
	grades, first := []string{string(l.Grade)}, ""
	for i := range l.Entries {
		e := &l.Entries[i]
		if e.Grade != "" && !slices.Contains(grades, string(e.Grade)) {
			grades = append(grades, string(e.Grade))
		}
		if first == "" || string(e.From) < first {
			first = string(e.From)
		}
	}
	if !slices.Equal(r.grades, grades) {
		t.Errorf("%s: the table has grade %v, list %s has %v", r.precedent, r.grades, r.list, grades)
	}
	if r.from != first {
		t.Errorf("%s: the table begins on %q, list %s on %q", r.precedent, r.from, r.list, first)
	}
}

func readTable(t *testing.T, name string) []tableRow {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var rows []tableRow
	for line := range strings.Lines(string(data)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 7 || strings.Contains(line, "|---|") || strings.HasPrefix(line, "| precedent |") {
			continue
		}
		for i := range cells {
			if cells[i] = strings.TrimSpace(cells[i]); cells[i] == "–" {
				cells[i] = ""
			}
		}
		rows = append(rows, tableRow{precedent: cells[0], from: cells[1], grades: listed(cells[2]), list: cells[3], gates: listed(cells[4])})
	}
	if len(rows) < 40 {
		t.Fatalf("%s has %d rows", name, len(rows))
	}
	return rows
}

func listed(cell string) []string {
	if cell == "" {
		return nil
	}
	return strings.Split(cell, ", ")
}

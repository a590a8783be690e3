package vendors

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/netvet/netvet"
)

const someDecisions = `decisions:
  - {name: Aruba, is: aruba, by: J. Doe, why: our switches are from there, date: 2026-01-05, until: 2026-12-31}
  - {name: Micron, is_not: [micron], by: J. Doe, why: the caterer of the canteen, date: 2026-01-05, until: 2026-06-30}
  - {name: "Cisco Systems, Inc.", is: nobody, by: J. Doe, why: a test row, date: 2026-03-01, until: 2026-12-31}
`

// withDecisions lays decisions over the built-in suppliers.
func withDecisions(t *testing.T, text string) *Directory {
	t.Helper()
	user, err := Load(fstest.MapFS{decisionsFile: {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	base, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	merged, err := base.Merge(user)
	if err != nil {
		t.Fatal(err)
	}
	return merged
}

func TestDecisions(t *testing.T) {
	d := withDecisions(t, someDecisions)
	day := func(s netvet.Date) time.Time { return s.Start() }
	for _, c := range []struct {
		clues  netvet.Clues
		at     netvet.Date
		want   string // supplier, or empty
		method string
		reason string // part of it
	}{
		{netvet.Clues{Names: []string{"ARUBA"}}, "2026-05-01", "aruba", byDecision, "J. Doe decided on 2026-01-05, until 2026-12-31, that 'Aruba' is aruba: our switches"},
		{netvet.Clues{Names: []string{"Aruba"}}, "2025-05-01", "", "", "ambiguous"},
		{netvet.Clues{Names: []string{"Aruba"}}, "2027-01-01", "", "", "which ended on 2026-12-31"},
		{netvet.Clues{Names: []string{"Aruba"}}, "2026-12-31", "aruba", byDecision, "decided"},
		{netvet.Clues{Names: []string{"micron"}}, "2026-05-01", "", byDecision, "is not micron"},
		{netvet.Clues{Names: []string{"micron"}}, "2026-07-01", "micron", byAlias, "which ended on 2026-06-30"},
		{netvet.Clues{Names: []string{"Micron Technology, Inc."}}, "2026-05-01", "micron", byAlias, ""},
		{netvet.Clues{Names: []string{"Micron"}, Identifiers: []netvet.Identifier{{Type: netvet.IDPCI, Value: "1344"}}}, "2026-05-01", "micron", byIdentifier, ""},
		{netvet.Clues{Names: []string{"cisco systems inc"}}, "2026-05-01", "", "", "is nobody: a test row"},
		{netvet.Clues{Names: []string{"cisco systems inc", "Dell"}}, "2026-05-01", "dell", byAlias, "a test row"},
	} {
		m := d.Resolve(c.clues, day(c.at))
		got := ""
		if m.Supplier != nil {
			got = m.Supplier.ID
		}
		if got != c.want || c.method != "" && m.Method != c.method || !strings.Contains(m.Reason, c.reason) {
			t.Errorf("%v on %s: %q by %s, %q; want %q by %s, %q", c.clues, c.at, got, m.Method, m.Reason, c.want, c.method, c.reason)
		}
		if m.Supplier != nil && (m.Confidence < netvet.MatchThreshold || m.Confidence > 1) {
			t.Errorf("%v: confidence %v", c.clues, m.Confidence)
		}
	}
	found := false
	for _, s := range d.DataSets() {
		found = found || s.ID == "decisions" && s.SHA256 != "" && s.Version == "2026-03-01"
	}
	if !found {
		t.Errorf("the data sets %v do not tell of the decisions", d.DataSets())
	}
}

func TestDecisionsAreChecked(t *testing.T) {
	text := `decisions:
  - {name: Aruba, by: J. Doe, why: because, date: 2026-01-05, until: 2026-12-31}
  - {name: ARUBA, is: aruba, is_not: [micron], by: J. Doe, why: because, date: 2026-01-05, until: 2025-12-31}
  - {name: Acme, is: acme-x, by: "", why: because, date: 2026-01-05, until: 2026-12}
`
	faults := Lint(fstest.MapFS{decisionsFile: {Data: []byte(text)}})
	for _, want := range []string{
		"decisions.yaml:2: say either which supplier",
		"decisions.yaml:3: say either which supplier",
		`decisions.yaml:3: "ARUBA" is decided by decisions.0 already`,
		"decisions.yaml:3: it ends on 2025-12-31, before it was made",
		`decisions.yaml:4: "2026-12" is no day`,
		"decisions.yaml:4: no by given",
		`decisions.yaml:4: "acme-x" is no supplier here`,
	} {
		if !strings.Contains(faults.Error(), want) {
			t.Errorf("no fault %q in:\n%s", want, faults.Error())
		}
	}
}

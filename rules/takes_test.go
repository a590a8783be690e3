package rules

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/netvet/netvet"
)

const takingPack = `
pack: older
version: 2026-01-01
title: {en: An older law}
jurisdiction: CN
instrument: {name: Older Measures, in_force: {from: 2017-06-01, to: 2020-06-01}, source: made up, date: 2026-01-01}
topics:
  - {id: old-data, factor: data-exposure, weight: 1, title: {en: Data}}
takes:
  - from: toy
    rules: [T-BMC, T-ASK]
    cites: [{instrument: Older Measures, clause: Art. 4}]
    basis: law
    source: made up
  - from: toy
    rules: [T-HASH]
    factor: data-exposure
    topic: old-data
    in_force: {from: 2018-01-01}
    cites: [{instrument: Older Measures, clause: Art. 5}]
    basis: law
    source: made up
`

// taking is the fixture with a pack that takes questions of it.
func taking(t *testing.T, text string) (*Library, error) {
	t.Helper()
	files := fixtureFiles()
	files["packs/older.yaml"] = &fstest.MapFile{Data: []byte(text)}
	l, faults := read(files)
	faults = append(faults, l.take(nil)...)
	return l, append(faults, lint(l, l)...).Err()
}

// on compiles the packs for a day.
func on(t *testing.T, l *Library, day string, packs ...string) *Program {
	t.Helper()
	f, err := l.Profile("base")
	if err != nil {
		t.Fatal(err)
	}
	f.Packs = packs
	p, err := l.Program(f, []netvet.List{acmeBan()}, netvet.Date(day).Start())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func ruleIDs(p *Program) string {
	return strings.Join(ids(p.Rules(), func(r *CompiledRule) string { return r.ID }), " ")
}

func TestTakes(t *testing.T) {
	l, err := taking(t, takingPack)
	if err != nil {
		t.Fatal(err)
	}
	p := on(t, l, "2019-01-01", "older")
	if got, want := ruleIDs(p), "older/T-BMC older/T-ASK older/T-HASH"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	toy, _ := l.Pack("toy")
	bmc, hash := p.Rules()[0], p.Rules()[2]
	if own := toy.own("T-BMC"); bmc.Question != own.Question || bmc.Cites[0].Clause != "Art. 4" || own.Cites[0].Clause != "Art. 1" || bmc.Topic != "oob" {
		t.Errorf("taken: %+v", bmc.Rule)
	}
	if hash.Factor != netvet.FactorDataExposure || hash.Topic != "old-data" {
		t.Errorf("moved: %s %s", hash.Factor, hash.Topic)
	}
	if len(p.Topics()) != 3 {
		t.Errorf("topics: %+v", p.Topics())
	}
	if got, want := ruleIDs(on(t, l, "2017-12-31", "older")), "older/T-BMC older/T-ASK"; got != want {
		t.Errorf("before the question was in force: got %s, want %s", got, want)
	}
}

// TestClauseOfTheDay checks that a rule cites the article under the number that it
// has on the day.
func TestClauseOfTheDay(t *testing.T) {
	dated := "[{instrument: Law, clause: Art. 22, to: 2019-01-01}, {instrument: Law, clause: Art. 24, from: 2019-01-01}]"
	l, err := taking(t, strings.Replace(takingPack, "[{instrument: Older Measures, clause: Art. 4}]", dated, 1))
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{"2018-12-31": "Art. 22", "2019-01-01": "Art. 24"} {
		if got := on(t, l, day, "older").Rules()[0].Cites; len(got) != 1 || got[0].Clause != want {
			t.Errorf("%s: %+v, want %s", day, got, want)
		}
	}
	if _, err = taking(t, strings.Replace(takingPack, "clause: Art. 4}", "clause: Art. 4, to: 2019-01-01}", 1)); err == nil || !strings.Contains(err.Error(), "no citation holds on 2019-01-01") {
		t.Error(err)
	}
}

// TestLawOfTheDay checks that the date chooses among the packs of a profile, and
// that a question that several of them ask is asked once.
func TestLawOfTheDay(t *testing.T) {
	l, err := taking(t, takingPack)
	if err != nil {
		t.Fatal(err)
	}
	if got := ruleIDs(on(t, l, "2020-06-01", "older", "toy")); strings.Contains(got, "older/") {
		t.Errorf("a law that has ended is asked about: %s", got)
	}
	if got := ruleIDs(on(t, l, "2020-05-31", "older", "toy")); strings.Count(got, "T-BMC") != 1 || !strings.HasPrefix(got, "older/T-BMC") {
		t.Errorf("one question was asked twice, or not for the first pack: %s", got)
	}
	f, _ := l.Profile("base")
	f.Packs = []string{"older"}
	if _, err := l.Program(f, nil, fixtureDate); err == nil || !strings.Contains(err.Error(), "none of its packs is in force on 2026-11-22: older from 2017-06-01, before 2020-06-01") {
		t.Error(err)
	}
}

func TestAnswerMeansTheQuestion(t *testing.T) {
	l, err := taking(t, takingPack)
	if err != nil {
		t.Fatal(err)
	}
	p := on(t, l, "2019-01-01", "older")
	a := &netvet.Assessment{Product: netvet.Product{Name: "x"}, Circumstances: netvet.Circumstances{Answers: []netvet.Answer{
		{Rules: []string{"toy/T-ASK"}, Clean: true, Reliability: "audit", Date: "2018-12-01"}}}}
	if err := p.Evaluate(a); err != nil {
		t.Fatal(err)
	}
	if got, _ := p.caseOutcome(a, "older/T-ASK"); got != string(netvet.OutcomePass) {
		t.Errorf("got %s", got)
	}
}

func TestTakeFaults(t *testing.T) {
	text := takingPack
	for old, new := range map[string]string{
		"rules: [T-BMC, T-ASK]": "rules: [T-BMX, T-ASK, T-ASK]",
		"topic: old-data":       "topic: old-dat",
		"clause: Art. 4":        "clause: ''",
	} {
		text = strings.Replace(text, old, new, 1)
	}
	text += "  - {from: older, rules: [T-ASK], cites: [{instrument: A, clause: B}], basis: rumour, source: made up}\n"
	_, err := taking(t, text)
	for _, want := range []string{
		`pack toy has no rule "T-BMX" of its own: did you mean "T-BMC"?`, `"T-ASK": the id is taken`, `topic "old-dat" is none of this pack's`,
		"a citation has an instrument and a clause", `takes from "older": it is no other pack`, `basis: "rumour" is none of`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
}

func TestPreviewSaysSo(t *testing.T) {
	files := fixtureFiles()
	files["packs/toy.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(fixturePack, "jurisdiction: CN", "jurisdiction: CN\npreview: true", 1))}
	l, faults := read(files)
	err := append(faults, lint(l, l)...).Err()
	for _, want := range []string{"pack toy is a preview: the text begins with", "it has rules of its own alone", "rule T-HIT: a preview is no law", `profile base: pack toy is a preview: the title begins with "Preview: "`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
}

// TestReviewMeasuresByDate checks the law that an operator of critical
// infrastructure stood under on the days around each change.
func TestReviewMeasuresByDate(t *testing.T) {
	l, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.Profile("cn-ciio")
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{
		"2017-06-01": "cn-pilot-2017", "2020-05-31": "cn-pilot-2017", "2020-06-01": "cn-review-2020",
		"2022-02-14": "cn-review-2020", "2022-02-15": "cn-review-2022", "2026-11-22": "cn-review-2022",
	} {
		at, _ := time.Parse(time.DateOnly, day)
		p, err := l.Program(f, emptyLists(l), at)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Packs) != 1 || p.Packs[0].ID != want {
			t.Errorf("%s: %v, want %s", day, ids(p.Packs, func(p *Pack) string { return p.ID }), want)
		}
		for _, r := range p.Rules() {
			if r.Factor == netvet.FactorCompliance && want == "cn-pilot-2017" {
				t.Errorf("%s: the pilot has no criterion of compliance, but asks %s", day, r.ID)
			}
		}
	}
}

// TestNeutralKnowsNoCountry checks that no country is bad by itself to a buyer
// without regard to any country's law: the same product, moved from one country
// to another with all its parts, gets the same answers.
func TestNeutralKnowsNoCountry(t *testing.T) {
	l, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.Profile("neutral")
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Concern) > 0 || f.Home != "" {
		t.Fatalf("countries in the profile: %v %q", f.Concern, f.Home)
	}
	p, err := l.Program(f, emptyLists(l), fixtureDate)
	if err != nil {
		t.Fatal(err)
	}
	outcomes := func(country string) string {
		maker := acme()
		maker.Countries = netvet.Countries{Incorporated: country, Headquarters: country, ControlledFrom: country}
		a := &netvet.Assessment{Match: matched(maker, 1)}
		a.Product = netvet.Product{Name: "Server", CountryOfOrigin: country, BOM: bom("2026-10-01").BOM}
		tally := p.NewTally()
		for _, name := range []string{"iDRAC9", "bash", "Quectel EC25"} {
			tally.Component(&netvet.Component{Kind: netvet.KindFirmware, Name: name, Version: "1", Country: country}, matched(maker, 1))
		}
		tally.Fill(a)
		if err := p.Evaluate(a); err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, r := range a.Results {
			out = append(out, r.Rule+" "+string(r.Outcome))
		}
		return strings.Join(out, "\n")
	}
	if us, cn := outcomes("US"), outcomes("CN"); us != cn || !strings.Contains(us, "fail") {
		t.Errorf("US:\n%s\nCN:\n%s", us, cn)
	}
}

package rules

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/netvet/netvet"
)

// TestFaults checks that all faults of all files come at once, each with its
// file, its line and what to do.
func TestFaults(t *testing.T) {
	files := fixtureFiles()
	pack := fixturePack
	for old, new := range map[string]string{
		"strength: 0.6":                 "strength: 1.6",
		`when: component.version == ""`: `when: component.verzion == ""`,
		"needs: [bom]":                  "needs: [bomb]",
		"candidates: {pattern: bmc}\n    evidence: bom": "candidates: {pattern: bcm}\n    evidence: bom",
		"half_life: 730d":             "half_life: 2y",
		`{component.name} is made by`: `{component.nom} is made by`,
		"clear_when_none: true":       "clear_when_non: true",
		"title: {en: Out of band}":    "by_category: {servers: 1, accelerator: 0}, title: {en: Out of band}",
	} {
		if !strings.Contains(pack, old) {
			t.Fatalf("the fixture has no %q", old)
		}
		pack = strings.Replace(pack, old, new, 1)
	}
	files["packs/broken.yaml"] = &fstest.MapFile{Data: []byte("pack: other\nversion: soon\n")}
	files["packs/toy.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(pack, "clear_when_non: true", "clear_when_none: true", 1))}
	files["packs/keys.yaml"] = &fstest.MapFile{Data: []byte("pack: keys\nruls: []\n")}
	files["packs/late.yml"] = &fstest.MapFile{Data: []byte("pack: late\n")}
	files["profiles/loop.yaml"] = &fstest.MapFile{Data: []byte("profile: loop\nextends: loop\n")}
	files["profiles/lost.yaml"] = &fstest.MapFile{Data: []byte("profile: lost\nextends: baze\n")}
	files["relevance.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(fixtureRelevance, "patterns: [bmc]", "patterns: [bms]", 1))}
	_, err := Load(files)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`packs/broken.yaml:2: "soon" is not a date`,
		`packs/keys.yaml:2: unknown key "ruls": did you mean "rules"?`,
		`packs/late.yml: rename it to end in .yaml`,
		`packs/toy.yaml:\d+: rule T-BMC: strength 1.6 is not in (0, 1]`,
		`packs/toy.yaml:\d+: topic oob: by_category: "servers" is none of core-network-equipment`,
		`packs/toy.yaml:\d+: topic oob: accelerator: weight 0 is not in (0, 100]`,
		`packs/toy.yaml:\d+: rule T-BMC: when: at 1:10 of the expression: undefined field 'verzion'`,
		`packs/toy.yaml:\d+: rule T-BMC: needs: unknown need "bomb": did you mean "bom"?`,
		`packs/toy.yaml:\d+: rule T-BMC: unknown pattern "bcm": did you mean "bmc"?`,
		`packs/toy.yaml:\d+: rule T-BMC: half_life: "2y" is no half-life`,
		`packs/toy.yaml:\d+: rule T-MAKER: message.en: {component.nom}: no field "nom"`,
		`profiles/loop.yaml:2: profile loop: profile loop extends itself: loop -> loop`,
		`profiles/lost.yaml:2: profile lost: no profile "baze": did you mean "base"?`,
		`relevance.yaml:\d+: unknown pattern "bms": did you mean "bmc"?`,
	} {
		want = strings.ReplaceAll(regexp.QuoteMeta(want), `\\d\+`, `\d+`)
		if !regexp.MustCompile(`(?m)^(profile \w+: )?` + want).MatchString(err.Error()) {
			t.Errorf("no line %s in\n%v", want, err)
		}
	}
}

func TestFaultLineOfBlockExpression(t *testing.T) {
	files := fixtureFiles()
	pack := strings.Replace(fixturePack, `when: component.version == ""`, "when: |\n      component.name != \"\" &&\n      component.verzion == \"\"", 1)
	files["packs/toy.yaml"] = &fstest.MapFile{Data: []byte(pack)}
	_, err := Load(files)
	line := 1 + strings.Count(pack[:strings.Index(pack, "component.verzion")], "\n")
	want := regexp.MustCompile(`packs/toy.yaml:(\d+): rule T-BMC: when: at 2:10`)
	m := want.FindStringSubmatch(err.Error())
	if m == nil || m[1] != itoa(line) {
		t.Errorf("want line %d: %v", line, err)
	}
}

func itoa(n int) string {
	return strings.TrimSpace(strings.Join([]string{string(rune('0' + n/10%10)), string(rune('0' + n%10))}, ""))
}

func TestLoadNothing(t *testing.T) {
	if _, err := Load(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "no rules here") {
		t.Error(err)
	}
}

func TestMerge(t *testing.T) {
	base := fixture(t)
	user, err := Load(fstest.MapFS{
		"packs/toy.yaml":     {Data: []byte(strings.Replace(fixturePack, "title: {en: A toy}", "title: {en: My toy}", 1))},
		"packs/mine.yaml":    {Data: []byte(strings.Replace(fixturePack, "pack: toy", "pack: mine", 1))},
		"profiles/mine.yaml": {Data: []byte("profile: mine\nextends: base\ntitle: {en: Mine}\npacks: [mine]\nembedded: prohibited\nprior: 0.5\n")},
		"patterns.yaml":      {Data: []byte(fixturePatterns)},
		"profiles/base.yaml": {Data: []byte(fixtureProfiles)},
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := base.Merge(user)
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Packs) != 2 || l.Packs[0].ID != "mine" || l.Packs[1].Title.EN != "My toy" {
		t.Errorf("%+v", l.Packs)
	}
	p, err := l.Profile("mine")
	if err != nil {
		t.Fatal(err)
	}
	if p.Role != netvet.RoleEnterprise || p.Home != "CN" || p.Packs[0] != "mine" || p.Embedded != netvet.VerdictProhibited || *p.Prior != 0.5 || p.Impact[netvet.FactorSourcing] != 0.5 {
		t.Errorf("%+v", p)
	}
	if _, err := l.Program(p, []netvet.List{acmeBan()}, fixtureDate); err != nil {
		t.Error(err)
	}
}

func TestProfile(t *testing.T) {
	l := fixture(t)
	p, err := l.Profile("ciio")
	if err != nil {
		t.Fatal(err)
	}
	if p.Role != netvet.RoleCIIO || p.Impact[netvet.FactorSourcing] != 0.8 || p.Impact[netvet.FactorOther] != 0.5 || *p.Prior != 0.33 || p.Embedded != netvet.VerdictReview {
		t.Errorf("%+v", p)
	}
	if base, _ := l.Profile("base"); base.Impact[netvet.FactorSourcing] != 0.5 {
		t.Error("a profile changed the one it extends")
	}
	if _, err := l.Profile("cio"); err == nil || !strings.Contains(err.Error(), `did you mean "ciio"?: known are base, ciio`) {
		t.Error(err)
	}
	p.Packs = []string{"nope"}
	if _, err := l.Program(p, nil, fixtureDate); err == nil || !strings.Contains(err.Error(), `no pack "nope": known are toy`) {
		t.Error(err)
	}
}

func TestTopicsOfTwoPacksMustAgree(t *testing.T) {
	l := fixture(t)
	second := *l.Packs[0]
	second.ID = "second"
	l.Packs = append(l.Packs, &second)
	f, _ := l.Profile("base")
	f.Packs = []string{"toy", "second"}
	p, err := l.Program(f, []netvet.List{acmeBan()}, fixtureDate)
	if err != nil || len(p.Topics()) != 2 {
		t.Fatalf("%v", err)
	}
	second.Topics = []Topic{{ID: "oob", Factor: netvet.FactorHiddenControl, Weight: 7}}
	if _, err := l.Program(f, []netvet.List{acmeBan()}, fixtureDate); err == nil {
		t.Error("no error")
	}
}

const fixtureCases = `
pack: toy
as_of: 2026-11-22
profile: base
suppliers:
  acme: {name: Acme, countries: {headquarters: XX}, confidence: high}
lists:
  - {id: acme-ban, title: Ban, effects: [procurement_ban], status: in_force, grade: statute, reach: products_of, confidence: high, entries: [{supplier: acme, from: 2020-01-01, scope: {any: true}}]}
rules:
  T-BMC:
    - {name: adverse, want: fail, components: [{name: iDRAC9, kind: firmware, times: 3}]}
    - {name: clean, want: pass, bom: {created: 2026-01-01}, components: [{name: iDRAC9, kind: firmware, version: "1.10"}]}
    - {name: none, want: unknown, components: [{name: bash, kind: software}]}
  T-MAKER:
    - {name: wrong, want: pass, components: [{name: iDRAC9, kind: firmware, maker: acme, confidence: 0.9}]}
gates:
  G-ACME:
    - {name: bought, want: prohibited, supplier: acme, operator: {role: ciio}}
    - {name: nobody, want: none, product: {name: x}}
    - {name: maybe, want: possible, possible: [acme], operator: {role: ciio}}
    - {name: part, want: review, components: [{name: x, maker: acme}], operator: {role: ciio}}
`

func TestCases(t *testing.T) {
	l := fixture(t)
	results, err := l.Test(fstest.MapFS{"testdata/toy.yaml": {Data: []byte(fixtureCases)}})
	if err != nil {
		t.Fatal(err)
	}
	failed := 0
	for _, r := range results {
		if !r.Pass() {
			failed++
			if r.Rule != "T-MAKER" || r.Got != "fail" || r.Line == 0 {
				t.Errorf("%+v", r)
			}
		}
	}
	if len(results) != 8 || failed != 1 {
		t.Errorf("%d results, %d failed", len(results), failed)
	}
	faults := lintCases(l, l, fstest.MapFS{"testdata/toy.yaml": {Data: []byte(fixtureCases)}})
	for _, want := range []string{`testdata/toy.yaml:15: T-MAKER: "wrong": wanted pass, got fail`, "T-ASK has no case that wants unknown"} {
		if !strings.Contains(faults.Error(), want) {
			t.Errorf("no %q in\n%v", want, faults)
		}
	}
}

func TestCaseFaults(t *testing.T) {
	l := fixture(t)
	text := fixtureCases
	for old, new := range map[string]string{
		"want: fail,":        "want: failure,",
		`version: "1.10"`:    `version: 1.10`,
		"name: bash":         "nam: bash",
		"supplier: acme, op": "supplier: amce, op",
		"  T-MAKER:":         "  T-MAKR:",
		"possible: [acme],":  "profile: nope,",
	} {
		text = strings.Replace(text, old, new, 1)
	}
	_, err := l.Test(fstest.MapFS{"testdata/toy.yaml": {Data: []byte(text)}})
	for _, want := range []string{
		`:11: T-BMC: "adverse": a case has a name and wants one of`, `:12: T-BMC: "clean": components.0: cannot unmarshal number into Go struct field Component.version of type string: put it in quotes`,
		`:13: T-BMC: "none": components.0: unknown field "nam"`, `:14: pack toy has no T-MAKR: did you mean "T-MAKER"?`,
		`no supplier "amce"`, `no profile "nope"`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
}

// FuzzPack loads arbitrary bytes as a pack: it never panics, and what it loads
// can be compiled and run.
func FuzzPack(f *testing.F) {
	f.Add([]byte(fixturePack))
	if files, err := os.ReadDir("packs"); err == nil {
		for _, file := range files {
			if data, err := os.ReadFile("packs/" + file.Name()); err == nil && len(data) < 1<<15 {
				f.Add(data)
			}
		}
	}
	f.Add([]byte("pack: toy\nrules: [{id: A-1, when: 'product.name == \"'}]"))
	f.Add([]byte("pack: toy\nrules:\n  - {}\n  - {id: X-1, each: component}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		files := fixtureFiles()
		files["packs/toy.yaml"] = &fstest.MapFile{Data: data}
		l, faults := read(files)
		faults = append(faults, l.take(nil)...)
		faults = append(faults, lint(l, l)...)
		if len(faults) > 0 || len(l.Packs) == 0 {
			return
		}
		profile, err := l.Profile("base")
		if err != nil {
			t.Fatal(err)
		}
		var lists []netvet.List
		for _, g := range l.Packs[0].Gates {
			lists = append(lists, netvet.List{ID: g.List})
		}
		p, err := l.Program(profile, lists, fixtureDate)
		if err != nil {
			t.Fatalf("lint passes what does not compile: %v", err)
		}
		a := &netvet.Assessment{Product: bom("")}
		if err := p.Evaluate(a); err != nil {
			t.Fatal(err)
		}
	})
}

func TestShow(t *testing.T) {
	l := fixture(t)
	for id, want := range map[string]string{
		"toy/T-BMC":  "Which version does the management controller run?",
		"T-HIT":      "procurement_ban",
		"toy/G-ACME": "acme-ban",
		"toy":        "T-MAKER",
		"bmc":        "MegaRAC",
	} {
		var b bytes.Buffer
		if err := l.Show(&b, id); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%s: %v\n%s", id, err, b.String())
		}
	}
	if err := l.Show(&bytes.Buffer{}, "toy/T-BMX"); err == nil || !strings.Contains(err.Error(), `did you mean "toy/T-BMC"?`) {
		t.Error(err)
	}
	var b bytes.Buffer
	if err := l.Document(&b); err != nil || !strings.Contains(b.String(), "## toy: A toy") || !strings.Contains(b.String(), "### T-BMC") {
		t.Errorf("%v\n%s", err, b.String())
	}
}

func BenchmarkDefaultAndProgram(b *testing.B) {
	for b.Loop() {
		l, err := Default()
		if err != nil {
			b.Fatal(err)
		}
		f, err := l.Profile("cn-ciio")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := l.Program(f, emptyLists(l), fixtureDate); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDefault(b *testing.B) {
	for b.Loop() {
		if _, err := Default(); err != nil {
			b.Fatal(err)
		}
	}
}

func emptyLists(l *Library) []netvet.List {
	var out []netvet.List
	for _, p := range l.Packs {
		for _, g := range p.Gates {
			out = append(out, netvet.List{ID: g.List})
		}
	}
	return out
}

// BenchmarkEvaluate is one product under the built-in profile: a row of an
// inventory, and a device with a bill of materials.
func BenchmarkEvaluate(b *testing.B) {
	l, err := Default()
	if err != nil {
		b.Fatal(err)
	}
	f, err := l.Profile("cn-ciio")
	if err != nil {
		b.Fatal(err)
	}
	p, err := l.Program(f, emptyLists(l), fixtureDate)
	if err != nil {
		b.Fatal(err)
	}
	row := netvet.Assessment{Product: netvet.Product{Name: "Switch", Manufacturer: "Acme", Model: "S1"}, Match: matched(acme(), 1), Circumstances: buyer()}
	device := row
	device.Product.BOM = bom("2026-10-01").BOM
	tally := p.NewTally()
	for i := range 300 {
		tally.Component(&netvet.Component{Kind: netvet.KindFirmware, Name: "iDRAC9", Version: itoa(i), Hashed: i%2 == 0}, matched(acme(), 1))
	}
	tally.Fill(&device)
	for name, a := range map[string]netvet.Assessment{"row": row, "device": device} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				one := a
				if err := p.Evaluate(&one); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package rules

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/netvet/netvet"
)

// fixture is a small library that exercises every kind of rule.
const fixturePack = `
pack: toy
version: 2026-01-01
title: {en: A toy}
jurisdiction: CN
instrument: {name: Toy Measures, source: made up, date: 2026-01-01}
topics:
  - {id: oob, factor: hidden-remote-control, weight: 1, title: {en: Out of band}}
  - {id: lists, factor: provider-compliance, weight: 1, title: {en: Lists}}
rules:
  - id: T-BMC
    factor: hidden-remote-control
    topic: oob
    title: {en: Management controller without a version}
    question: {en: "Which version does the management controller run?"}
    good: "yes"
    why: {en: It sits below the operating system.}
    each: component
    candidates: {pattern: bmc}
    evidence: bom
    needs: [bom]
    when: component.version == ""
    clear: component.version != ""
    strength: 0.6
    severity: high
    half_life: 730d
    message: {en: "{component.name} {component.version} has no version ({count} times)"}
    cleared: {en: "{component.name} states version {component.version}"}
    remedy: {en: Ask for it.}
    cites: [{instrument: Toy Measures, clause: Art. 1}]
    basis: tool-policy
    source: made up
  - id: T-MAKER
    factor: hidden-remote-control
    topic: oob
    title: {en: Management controller from a country of concern}
    question: {en: "Who made the management controller?"}
    good: "no"
    why: {en: Law reaches its maker.}
    each: component
    candidates: {pattern: bmc}
    evidence: supplier
    needs: [components]
    applies: product.category != "cloud-service"
    when: component.maker.countries.headquarters in profile.concern
    clear: component.maker.id != "" && !(component.maker.countries.headquarters in profile.concern)
    strength: 0.5
    severity: medium
    message: {en: "{component.name} is made by {component.maker.name}"}
    remedy: {en: Ask.}
    cites: [{instrument: Toy Measures, clause: Art. 2}]
    basis: tool-policy
    source: made up
  - id: T-HASH
    factor: hidden-remote-control
    topic: oob
    title: {en: Components without hashes}
    question: {en: "Do all components have hashes?"}
    good: "yes"
    why: {en: Integrity.}
    each: product
    evidence: bom
    needs: []
    when: percent(components.with_hash, components.total) < 50.0
    clear: percent(components.with_hash, components.total) > 90.0
    strength: 0.2
    severity: low
    message: {en: "{components.with_hash} of {components.total} components of {product.name} have a hash"}
    remedy: {en: Ask.}
    cites: [{instrument: Toy Measures, clause: Art. 3}]
    basis: tool-policy
    source: made up
  - id: T-HIT
    factor: provider-compliance
    topic: lists
    title: {en: Supplier under a ban}
    question: {en: "Is the supplier under a ban?"}
    good: "no"
    why: {en: Bans bind.}
    each: hit
    evidence: list
    needs: [lists]
    when: '!hit.component && "procurement_ban" in hit.effects'
    clear: '!("procurement_ban" in hit.effects)'
    clear_when_none: true
    strength: 0.9
    severity: critical
    message: {en: "{hit.supplier} is on {hit.list} ({hit.effects})"}
    remedy: {en: Do not buy.}
    cites: [{instrument: Toy Measures, clause: Art. 4}]
    basis: law
    source: made up
  - id: T-VULN
    factor: hidden-remote-control
    topic: oob
    title: {en: Hidden function}
    question: {en: "Are there hidden functions?"}
    good: "no"
    why: {en: They are hidden.}
    each: vulnerability
    evidence: bom
    needs: []
    when: vulnerability.state == "affected" && 912 in vulnerability.cwes
    clear: vulnerability.state in ["not-affected", "fixed"]
    strength: 0.8
    severity: critical
    message: {en: "{vulnerability.id} in {vulnerability.component}"}
    remedy: {en: Fix.}
    cites: [{instrument: Toy Measures, clause: Art. 5}]
    basis: law
    source: made up
  - id: T-ASK
    factor: provider-compliance
    topic: lists
    title: {en: No written undertaking}
    question: {en: "Is there a written undertaking?"}
    good: "yes"
    why: {en: The Measures ask for it.}
    each: product
    evidence: inventory
    strength: 0.4
    severity: medium
    message: {en: No undertaking}
    remedy: {en: Get one.}
    cites: [{instrument: Toy Measures, clause: Art. 6}]
    basis: law
    source: made up
  - id: T-BREAK
    factor: provider-compliance
    topic: lists
    title: {en: Breaks without components}
    question: {en: "Does it break?"}
    good: "no"
    why: {en: For the test.}
    each: product
    evidence: bom
    needs: [product.name]
    when: components.countries["CN"] > 10
    clear: "true"
    strength: 0.1
    severity: low
    message: {en: Many}
    remedy: {en: None.}
    cites: [{instrument: Toy Measures, clause: Art. 7}]
    basis: tool-policy
    source: made up
gates:
  - id: G-ACME
    list: acme-ban
    title: {en: The Acme decision}
    applies: {role: ciio, act: procure}
    otherwise: {role: review, act: review}
    direct: prohibited
    embedded: profile
    floors: {provider-compliance: 95, hidden-remote-control: 64}
    weak_floors: {provider-compliance: 36}
    message: {en: "{list.title} names {entry.listed_name} since {entry.from}: {party.name} {component.name}"}
    remedy: {en: Do not buy.}
    cites: [{instrument: Toy Measures, clause: Art. 8}]
`

const fixtureProfiles = `
profile: base
title: {en: Base}
packs: [toy]
role: enterprise
home: CN
concern: [XX]
impact: {sourcing: 0.5, other: 0.5}
source: made up
`

const fixturePatterns = `
version: 2026-01-01
source: made up
patterns:
  bmc:
    title: {en: Management controller}
    kinds: [firmware, device]
    names: [BMC]
    words: [iDRAC, MegaRAC]
    described: [baseboard management controller]
    prefixes: [idra]
    groups: [org.openbmc]
    identifiers: ["cpe:ami:megarac*", "purl:npm/@openbmc/webui", "pci:1a03*"]
    suppliers: [aspeed]
    except: [BMC Software]
    except_suppliers: [bmc-software]
    matches: [iDRAC9 Enterprise, AMI MegaRAC SP-X, BMC]
    look_alikes: [BMC Software Agent, BMC Helix]
  modem:
    title: {en: Modem}
    supplier_categories: [modem, cellular]
  everything:
    title: {en: Every firmware}
    kinds: [firmware]
    all: true
`

const fixtureRelevance = `
version: 2026-01-01
source: made up
default: 0.5
entries:
  - {scopes: [optional, excluded], weight: 0.1}
  - {patterns: [bmc], weight: 1.0}
  - {words: [resistor], kinds: [device], weight: 0.1}
  - {types: [device-driver], weight: 0.7}
`

func fixtureFiles() fstest.MapFS {
	licences, err := builtin.ReadFile("licences.yaml")
	if err != nil {
		panic(err)
	}
	return fstest.MapFS{
		"packs/toy.yaml":     {Data: []byte(fixturePack)},
		"profiles/base.yaml": {Data: []byte(fixtureProfiles)},
		"profiles/ciio.yaml": {Data: []byte("profile: ciio\nextends: base\ntitle: {en: CIIO}\nrole: ciio\nimpact: {sourcing: 0.8}\n")},
		"patterns.yaml":      {Data: []byte(fixturePatterns)},
		"relevance.yaml":     {Data: []byte(fixtureRelevance)},
		"licences.yaml":      {Data: licences},
	}
}

func fixture(t testing.TB) *Library {
	t.Helper()
	l, faults := read(fixtureFiles())
	if err := append(faults, lint(l, l)...).Err(); err != nil {
		t.Fatal(err)
	}
	return l
}

var fixtureDate = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

func acmeBan() netvet.List {
	return netvet.List{
		ID: "acme-ban", Title: "Acme failed the review", Authority: "Office", Jurisdiction: "CN", Effects: []netvet.Effect{netvet.EffectProcurementBan},
		Status: netvet.StatusInForce, Grade: netvet.GradeConclusion, Reach: netvet.ReachProductsOf, Confidence: netvet.ConfidenceHigh, URL: "https://example.org/acme",
		Entries: []netvet.Entry{{Supplier: "acme", ListedName: "Acme Corp", From: "2023-05-21", Scope: netvet.Scope{Any: true}, Citation: "Notice of 2023-05-21"}},
	}
}

func fixtureProgram(t testing.TB, profile string, lists ...netvet.List) *Program {
	t.Helper()
	l := fixture(t)
	f, err := l.Profile(profile)
	if err != nil {
		t.Fatal(err)
	}
	if len(lists) == 0 {
		lists = []netvet.List{acmeBan()}
	}
	p, err := l.Program(f, lists, fixtureDate)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func acme() *netvet.Supplier {
	return &netvet.Supplier{ID: "acme", Name: "Acme Corp", Countries: netvet.Countries{Headquarters: "XX"}, Confidence: netvet.ConfidenceHigh}
}

func matched(s *netvet.Supplier, confidence float64) netvet.Match {
	return netvet.Match{Input: s.Name, Supplier: s, Method: "alias", Confidence: confidence}
}

// assess runs components through a tally and everything through the rules.
func assess(t testing.TB, p *Program, a *netvet.Assessment, components ...made) *netvet.Assessment {
	t.Helper()
	tally := p.NewTally()
	for i := range components {
		tally.Component(&components[i].Component, components[i].by)
	}
	vulnerabilities, services := a.Vulnerabilities, a.Services
	tally.Fill(a)
	a.Vulnerabilities, a.Services = vulnerabilities, services
	if err := p.Evaluate(a); err != nil {
		t.Fatal(err)
	}
	return a
}

type made struct {
	netvet.Component
	by netvet.Match
}

func resultsOf(a *netvet.Assessment, rule string) []netvet.RuleResult {
	var out []netvet.RuleResult
	for _, r := range a.Results {
		if r.Rule == "toy/"+rule {
			out = append(out, r)
		}
	}
	return out
}

func one(t testing.TB, a *netvet.Assessment, rule string) netvet.RuleResult {
	t.Helper()
	rs := resultsOf(a, rule)
	if len(rs) != 1 {
		t.Fatalf("%s: %d results, want 1: %+v", rule, len(rs), rs)
	}
	return rs[0]
}

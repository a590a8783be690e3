package scanner

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/netvet/netvet"
	"pgregory.net/rapid"
)

// registered is a register of one scored product.
func registered(m *Model, a *netvet.Assessment) *netvet.Register {
	m.Score(a, scoringDay)
	m.explain(a, scoringDay, false)
	p := netvet.RegisterProduct{
		ID: "p-1f3a", Name: ptr("7450 MAX"), Manufacturer: ptr("Micron"), Act: netvet.ActProcure, ActAssumed: true,
		Score: round(a.Score, 1), ScoreRange: [2]float64{round(a.Low, 1), round(a.High, 1)}, Level: a.Level,
		Coverage: round(a.Coverage, 2), Verdict: a.Verdict, VerdictBasis: a.VerdictBasis, Insufficient: a.Insufficient,
	}
	for i := range a.Factors {
		p.Factors = append(p.Factors, registerFactor(&a.Factors[i]))
	}
	r := &netvet.Register{Parameters: m.Parameters, Notice: "Aid to a pre-judgement, not legal advice."}
	for _, g := range a.Gates {
		switch {
		case g.Possible:
			r.Findings = append(r.Findings, netvet.Finding{ID: "f-" + g.Gate, Product: p.ID, Topic: "gate", Outcome: netvet.OutcomeUnknown})
		case g.Verdict != "":
			p.Gates = append(p.Gates, netvet.RegisterGate{Rule: g.Gate, Verdict: g.Verdict})
		}
	}
	for _, q := range a.Questions {
		p.Questions = append(p.Questions, netvet.RegisterQuestion{Rule: q.Rule, Question: q.Question, ScoreIfGood: round(q.ScoreIfGood, 1), ScoreIfBad: round(q.ScoreIfBad, 1)})
	}
	r.Products = []netvet.RegisterProduct{p}
	return r
}

// aRegister is a small register with everything that an explanation shows.
func aRegister() *netvet.Register {
	m := fiveRules()
	for i := range m.Rules {
		m.Rules[i].Question = "Who holds the keys that sign updates of " + m.Rules[i].ID + ", and where are they kept?"
	}
	adverse := item(true, netvet.ReliabilityDocument, 30)
	a := &netvet.Assessment{Circumstances: ciio(), Results: []netvet.RuleResult{
		resultOf(m.Rules[0].ID, adverse),
		resultOf(m.Rules[1].ID, item(false, netvet.ReliabilityAudit, 100)),
		resultOf(m.Rules[10].ID, item(true, netvet.ReliabilityPress, 0)),
	}}
	a.Circumstances.Mitigations = []netvet.Mitigation{{Kind: "stock", Strength: 0.5, Reliability: "audit", Date: "2026-03-01"}}
	a.Gates = []netvet.GateResult{{Gate: "cn-review-2022/G-MICRON", Verdict: netvet.VerdictProhibited, Floors: map[netvet.Factor]float64{netvet.FactorCompliance: 95}}}
	r := registered(m, a)
	p := &r.Products[0]
	p.Model, p.PartNumber, p.Quantity, p.Location = ptr("MTFDKCC3T8TFR"), ptr("MTFDKCC3T8TFR-1BC1ZABYY"), ptr(4), ptr("北京数据中心")
	p.Category, p.CategoryBasis = ptr(netvet.CategoryStorage), ptr("the words \"NVMe SSD\"")
	p.Components = 12
	p.Sources = []netvet.Source{{Input: "inventory.csv", Record: "row 7"}}
	p.Supplier = &netvet.RegisterSupplier{
		ID: "micron", Name: "Micron Technology, Inc.", Countries: netvet.Countries{Incorporated: "US", Headquarters: "US", ControlledFrom: "US"},
		Confidence: netvet.ConfidenceHigh, Match: netvet.RegisterMatch{Input: "Micron", Method: "alias", Confidence: 0.98, Reason: "\"Micron\" is an alias of micron"},
	}
	p.Gates[0] = netvet.RegisterGate{
		Rule: "cn-review-2022/G-MICRON", Verdict: netvet.VerdictProhibited, Instrument: "CAC conclusion on products sold by Micron in China", Date: "2023-05-21",
		URL: "https://www.cac.gov.cn/2023-05/21/c_1686348043518073.htm", Grade: netvet.GradeConclusion, Confidence: netvet.ConfidenceHigh,
		Policy: "direct", Message: "Operators of critical information infrastructure must stop buying Micron products.",
	}
	r.Findings = []netvet.Finding{{
		ID: "f-77aa", Rule: m.Rules[0].ID, Title: "Management controller missing from the declaration", Factor: netvet.FactorHiddenControl, Outcome: netvet.OutcomeFail,
		Severity: netvet.SeverityHigh, Weight: 0.57, Product: p.ID, Subject: netvet.Subject{Kind: "component", Name: "MegaRAC SP-X", Version: "13"}, Count: 64,
		Message: "MegaRAC SP-X 13 is present but not in the declared list.\x1b[2J",
		Evidence: []netvet.FindingEvidence{{Text: "firmware in the bill of materials", Input: ptr("x.cdx.json"), Pointer: ptr("/components/12"),
			Source: ptr("CycloneDX"), Observed: ptr("2026-10-23T00:00:00Z"), Reliability: 0.7}},
		Citations:   []netvet.Citation{{Instrument: "Cybersecurity Review Measures (2022)", Clause: "Art. 10(1)", URL: "https://www.cac.gov.cn/2022-01/04/c_1642894602182845.htm"}},
		Remediation: "Ask the supplier for the full component list; isolate the management port.",
	}}
	r.Risks = []netvet.Risk{{
		ID: "r-aa01", Priority: ptr(1), Product: p.ID, Factor: netvet.FactorHiddenControl, Category: "security: control by a third party",
		Description: "Because a management controller is not declared, it may happen that someone other than the operator controls the product, which would disturb the systems that depend on it.",
		Likelihood:  0.66, Impact: 0.8, Exposure: 52.6, Response: "avoid", ResponseDescription: "Buy another product.", Status: "open", Findings: []string{"f-77aa"},
	}}
	return r
}

func explained(t *testing.T, r *netvet.Register, id string, prove bool) string {
	t.Helper()
	var b strings.Builder
	if err := Explain(&b, r, id, prove); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestExplainText(t *testing.T) {
	r := aRegister()
	for name, got := range map[string]string{
		"product": explained(t, r, "p-1f3a", true),
		"finding": explained(t, r, "f-77aa", false),
		"risk":    explained(t, r, "r-aa01", false),
	} {
		for line := range strings.Lines(got) {
			if n := textColumns(strings.TrimSuffix(line, "\n")); n > pageWidth && !strings.Contains(line, "http") {
				t.Errorf("%s: a line of %d columns: %s", name, n, line)
			}
		}
		file := filepath.Join("testdata", "explain", name+".txt")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs from %s; 'go test ./scanner -run ExplainText -update' writes it, read the difference:\n%s", name, file, got)
		}
	}
}

func TestExplainFindsIDs(t *testing.T) {
	r := aRegister()
	second := r.Products[0]
	second.ID = "p-1f99"
	r.Products = append(r.Products, second)
	for _, c := range []struct{ id, want string }{
		{"p-1f3", "PRODUCT p-1f3a"}, {"f", "FINDING f-77aa"}, {"r-", "RISK r-aa01"},
	} {
		if got := explained(t, r, c.id, false); !strings.HasPrefix(got, c.want) {
			t.Errorf("%q explains %.40q, want %s", c.id, got, c.want)
		}
	}
	for _, c := range []struct{ id, want string }{
		{"p-1f", "2 ids begin like this (p-1f3a, p-1f99)"},
		{"p-1f3b", "the nearest is p-1f3a"},
		{"", "no such id"},
		{"7450", "the name of p-1f3a, p-1f99"},
		{"cn-review-2022/F1-07", "netvet rules show"},
		{"zzzzzzzzzzzz", "2 products (p-...), 1 finding (f-...) and 1 risk (r-...)"},
	} {
		if err := Explain(io.Discard, r, c.id, false); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q gives the error %v, want %q in it", c.id, err, c.want)
		}
	}
	r.Products = nil
	for _, id := range []string{"f-77aa", "r-aa01"} {
		if err := Explain(io.Discard, r, id, false); err == nil || !strings.Contains(err.Error(), "scan again") {
			t.Errorf("%s without its product gives the error %v", id, err)
		}
	}
}

// Whatever was scored can be recomputed from the register, after it was saved
// and read again.
func TestProofAgrees(t *testing.T) {
	property(t, func(t *rapid.T) {
		m, a := drawCase(t)
		data, err := json.Marshal(registered(m, a))
		if err != nil {
			t.Fatal(err)
		}
		var r netvet.Register
		if err := json.Unmarshal(data, &r); err != nil {
			t.Fatal(err)
		}
		if err := Explain(io.Discard, &r, "p-1f3a", true); err != nil {
			t.Fatal(err)
		}
	})
}

// A register whose numbers were changed is found out.
func TestProofDisagrees(t *testing.T) {
	for name, change := range map[string]func(p *netvet.RegisterProduct){
		"score":          func(p *netvet.RegisterProduct) { p.Score -= 0.2 },
		"range":          func(p *netvet.RegisterProduct) { p.ScoreRange[1]++ },
		"level":          func(p *netvet.RegisterProduct) { p.Level = netvet.LevelLow },
		"verdict":        func(p *netvet.RegisterProduct) { p.Verdict = netvet.VerdictReview },
		"no gate":        func(p *netvet.RegisterProduct) { p.Gates = nil },
		"coverage":       func(p *netvet.RegisterProduct) { p.Coverage += 0.1 },
		"sufficient":     func(p *netvet.RegisterProduct) { p.Insufficient = false },
		"factor score":   func(p *netvet.RegisterProduct) { *p.Factors[0].Score += 0.2 },
		"factor range":   func(p *netvet.RegisterProduct) { p.Factors[1].ScoreRange[0]-- },
		"weight":         func(p *netvet.RegisterProduct) { p.Factors[0].Rules[0].Weight *= 0.9 },
		"rule gone":      func(p *netvet.RegisterProduct) { p.Factors[0].Rules = nil },
		"adverse":        func(p *netvet.RegisterProduct) { p.Factors[0].AdverseProduct = 1 },
		"topic":          func(p *netvet.RegisterProduct) { p.Factors[1].Topics[0].Open = 0 },
		"share":          func(p *netvet.RegisterProduct) { p.Factors[1].SilenceShare /= 2 },
		"silence":        func(p *netvet.RegisterProduct) { p.Factors[1].SilenceProduct = 1 },
		"mitigation":     func(p *netvet.RegisterProduct) { p.Factors[1].Mitigation = 0.4 },
		"impact":         func(p *netvet.RegisterProduct) { *p.Factors[2].Impact = 0.1 },
		"likelihood":     func(p *netvet.RegisterProduct) { *p.Factors[2].Likelihood = 0.1 },
		"floor":          func(p *netvet.RegisterProduct) { p.Factors[3].Floor = nil },
		"no number":      func(p *netvet.RegisterProduct) { p.Factors[2].Score = nil },
		"not applicable": func(p *netvet.RegisterProduct) { p.Factors[2].NotApplicable = true },
		"nothing scored": func(p *netvet.RegisterProduct) { p.Factors = nil },
	} {
		t.Run(name, func(t *testing.T) {
			r := aRegister()
			change(&r.Products[0])
			var b strings.Builder
			err := Explain(&b, r, "p-1f3a", true)
			if err == nil || !strings.Contains(b.String(), "DOES NOT AGREE") {
				t.Errorf("error %v; want one, and a loud word in the text", err)
			}
			if err := Explain(io.Discard, r, "p-1f3a", false); err != nil {
				t.Errorf("without proof: %v", err)
			}
		})
	}
}

func TestExplainPassesWriteErrorsOn(t *testing.T) {
	broken := errors.New("disk full")
	if err := Explain(failingWriter{broken}, aRegister(), "p-1f3a", true); !errors.Is(err, broken) {
		t.Errorf("got %v, want the error of the writer", err)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", []string{""}},
		{"one two three", []string{"one two", "three"}},
		{"a  b", []string{"a  b"}},
		{"unbreakable", []string{"unbreaka", "ble"}},
		{"to https://example.org/long", []string{"to", "https://example.org/long"}},
		{"网络安全审查办法", []string{"网络安全", "审查办法"}},
		{"依据 网络安全审查", []string{"依据 网", "络安全审", "查"}},
	} {
		if got := wrapped(c.text, 8, 8); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("ab 网é\u0301"))).Draw(t, "text")
		lines := wrapped(text, 9, 7)
		if got, want := strings.ReplaceAll(strings.Join(lines, ""), " ", ""), strings.ReplaceAll(text, " ", ""); got != want {
			t.Fatalf("%q became %q", want, got)
		}
		for _, l := range lines {
			if textColumns(l) > 9 {
				t.Fatalf("%q is too long", l)
			}
		}
	})
}

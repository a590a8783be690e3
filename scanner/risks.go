package scanner

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// riskFloor is the factor score from which a factor is a risk worth a row: the
// bottom of the level "low".
const riskFloor = 4

// riskText says what may happen and what it would do, for one factor.
type riskText struct{ category, event, effect string }

func riskTexts(f netvet.Factor) riskText {
	switch f {
	case netvet.FactorHiddenControl:
		return riskText{"security: control by a third party", "someone other than the operator controls, disturbs or shuts down the product", "disturb or destroy the systems that depend on it"}
	case netvet.FactorSupply:
		return riskText{"continuity: supply and support", "supply, support or updates stop", "interrupt the operator's business until a replacement runs"}
	case netvet.FactorSourcing:
		return riskText{"supply chain: sources and transparency", "parts of unknown, unreliable or politically exposed origin fail, are cut off or hide a function", "leave the operator with a product it can neither judge nor replace in time"}
	case netvet.FactorCompliance:
		return riskText{"compliance: provider", "the provider breaks or is barred by the law that binds the operator", "expose the operator to orders, fines and forced replacement"}
	case netvet.FactorDataExposure:
		return riskText{"data: exposure", "core, important or personal data is stolen, leaked, damaged or exported", "harm the people and bodies the data is about and break data law"}
	case netvet.FactorForeignInfluence:
		return riskText{"influence: foreign government", "a foreign government reaches the data or the product through its provider", "take the decision over it out of the operator's hands"}
	}
	return riskText{"other", "a risk outside the other factors is overlooked", "surprise the operator in service"}
}

// risks makes the rows of the register proper: one for each factor whose score
// is at least low.
func (r *run) risks(a *netvet.Assessment, findings []netvet.Finding) []netvet.Risk {
	var out []netvet.Risk
	for i := range a.Factors {
		f := &a.Factors[i]
		if f.NotApplicable || f.Score < riskFloor {
			continue
		}
		out = append(out, r.risk(a, f, findings))
	}
	return out
}

func (r *run) risk(a *netvet.Assessment, f *netvet.FactorScore, findings []netvet.Finding) netvet.Risk {
	texts := riskTexts(f.Factor)
	var own []netvet.Finding
	for i := range findings {
		if bearsOn(&findings[i], f.Factor) {
			own = append(own, findings[i])
		}
	}
	response, how := r.response(a, f, own)
	return netvet.Risk{
		Factor:      f.Factor,
		Description: fmt.Sprintf("Because %s, it may happen that %s, which would %s.", cause(a, f, own), texts.event, texts.effect),
		Category:    texts.category, Likelihood: round(f.Likelihood, 4), Impact: round(f.Impact, 4), Exposure: round(f.Score, 1),
		Response: response, ResponseDescription: how, Status: "open",
	}
}

// bearsOn reports whether a finding is one of those behind the risk of a factor.
func bearsOn(f *netvet.Finding, factor netvet.Factor) bool {
	return f.Factor == factor && f.Outcome == netvet.OutcomeFail
}

func riskID(product string, f netvet.Factor) string {
	h := fnv.New64a()
	h.Write([]byte(product + "\x00" + string(f)))
	return "r-" + hex.EncodeToString(h.Sum(nil))
}

// cause is the reason for the score of a factor: the gate that set it, else the
// weightiest findings, else the silence.
func cause(a *netvet.Assessment, f *netvet.FactorScore, own []netvet.Finding) string {
	if f.FloorGate != "" {
		for i := range a.Gates {
			if g := &a.Gates[i]; g.Gate == f.FloorGate && g.Message != "" {
				return lowerFirst(strings.TrimSuffix(g.Message, "."))
			}
		}
	}
	var said []string
	for _, finding := range own {
		if m := lowerFirst(strings.TrimSuffix(finding.Message, ".")); !slices.Contains(said, m) && len(said) < 3 {
			said = append(said, m)
		}
	}
	if len(said) > 0 {
		return strings.Join(said, "; ")
	}
	return fmt.Sprintf("%d questions about it are not answered (coverage %.0f %%)", f.UnknownRules, 100*f.Coverage)
}

// lowerFirst lowers the first letter of a sentence unless the word looks like a
// name or an abbreviation.
func lowerFirst(s string) string {
	word, _, _ := strings.Cut(s, " ")
	if len(word) == 0 || strings.ToLower(word[1:]) != word[1:] || !slices.Contains(openers, word) {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// openers are the first words of messages that are no names.
var openers = []string{"The", "A", "An", "No", "It", "Its", "This", "Some", "Only", "More", "Most", "Components", "Parts", "Not"}

// response proposes what to do about a risk, as NIST IR 8286 names it, and how.
func (r *run) response(a *netvet.Assessment, f *netvet.FactorScore, own []netvet.Finding) (string, string) {
	level := levelOf(f.Score)
	switch {
	case a.Verdict == netvet.VerdictProhibited && f.FloorGate != "":
		return "avoid", cmp.Or(r.gateRemedy(f.FloorGate), "Do not buy the product.")
	case a.Verdict == netvet.VerdictRestricted && f.FloorGate != "":
		return "avoid", cmp.Or(r.gateRemedy(f.FloorGate), "Buy or use the product only within the conditions of the measure.")
	case level.Rank() <= netvet.LevelLow.Rank():
		return "accept", "No further action; look again when inputs, data or law change."
	case len(own) > 0 && own[0].Remediation != "":
		return "mitigate", own[0].Remediation
	case f.FloorGate != "":
		return "mitigate", cmp.Or(r.gateRemedy(f.FloorGate), "Review the product before it is bought.")
	}
	return "mitigate", "Ask the supplier the open questions; the most useful ones are listed with the product."
}

func (r *run) gateRemedy(id string) string {
	if g := r.gates[id]; g != nil {
		return g.Remedy.EN
	}
	return ""
}

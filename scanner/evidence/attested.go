package evidence

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

//go:embed attested.yaml
var attestedFile []byte

// Attested says which questions attestations answer.
type Attested struct {
	Version   netvet.Date        `yaml:"version"`
	Standards []AttestedStandard `yaml:"standards"`
}

// AttestedStandard is a standard whose requirements answer questions.
type AttestedStandard struct {
	Names        []string              `yaml:"names"`
	Source       string                `yaml:"source"`
	Requirements []AttestedRequirement `yaml:"requirements"`
}

// AttestedRequirement is one requirement and the rules whose question it answers.
type AttestedRequirement struct {
	IDs   []string `yaml:"ids"`
	Rules []string `yaml:"rules"`
	Why   string   `yaml:"why"`
}

// LoadAttested reads what comes with the program.
func LoadAttested() (*Attested, error) {
	a := &Attested{}
	if err := strictyaml.Decode("attested.yaml", attestedFile, a); err != nil {
		return nil, err
	}
	for _, s := range a.Standards {
		if len(s.Names) == 0 || s.Source == "" {
			return nil, fmt.Errorf("attested.yaml: a standard has no name or no source")
		}
	}
	return a, nil
}

// Answers notes on each attestation which rules it answers, and returns the
// answers. One that says neither that the requirement is met nor that it is not,
// or that has claims against it, answers nothing.
func (k *Attested) Answers(list []netvet.Attestation, input, created string) (answers []netvet.Answer) {
	for i := range list {
		a := &list[i]
		a.Rules = k.rules(a)
		met, said := conformance(a)
		if len(a.Rules) == 0 || !said {
			continue
		}
		reliability := "self-attested"
		if a.ThirdParty {
			reliability = "document"
		}
		date, _, _ := strings.Cut(created, "T")
		answers = append(answers, netvet.Answer{Rules: a.Rules, Clean: met, Answer: attestedText(a, met), By: a.Assessor,
			Reliability: reliability, Date: netvet.Date(date), Document: strings.TrimSpace(input + " " + a.Pointer)})
	}
	return answers
}

// rules are those whose question the requirement answers.
func (k *Attested) rules(a *netvet.Attestation) (rules []string) {
	name := letters(a.Standard.Name + a.Standard.Version)
	for i := range k.Standards {
		s := &k.Standards[i]
		if !slices.ContainsFunc(s.Names, func(known string) bool { return strings.Contains(name, letters(known)) }) {
			continue
		}
		for _, r := range s.Requirements {
			if slices.ContainsFunc(r.IDs, func(id string) bool { return isRequirement(a.Requirement, id) }) {
				rules = append(rules, r.Rules...)
			}
		}
	}
	return slices.Compact(rules)
}

// isRequirement reports whether a requirement, identifier and title, is of an id.
func isRequirement(text, id string) bool {
	rest, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(text)), strings.ToLower(id))
	return id == "*" || ok && (rest == "" || strings.ContainsAny(rest[:1], " :—,;\t"))
}

func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

// conformance tells whether a requirement is attested to be met in full, or not at
// all; everything between leaves the question open.
func conformance(a *netvet.Attestation) (met, said bool) {
	switch {
	case len(a.CounterClaims) > 0:
		return false, false
	case a.Conformance != nil:
		return *a.Conformance == 1, *a.Conformance == 1 || *a.Conformance == 0
	}
	return true, len(a.Claims) > 0
}

// attestedText says what is attested, by whom, and what its signature is worth.
func attestedText(a *netvet.Attestation, met bool) string {
	text := "attested to be met: "
	if !met {
		text = "attested not to be met: "
	}
	return text + strings.TrimSpace(a.Standard.Name+" "+a.Requirement) + ", " + SignatureState(a)
}

// SignatureState says in whose words an attestation stands and what is known of
// its signature.
func SignatureState(a *netvet.Attestation) string {
	who := "by the supplier itself"
	if a.ThirdParty {
		who = "by a third party, as the document states"
	}
	if a.Signed {
		return who + ", signed; the signature was not verified"
	}
	return who + ", not signed"
}

package scanner

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// ContextSupplier is what a supplier said or showed once for all its products.
type ContextSupplier struct {
	ID string `yaml:"id"` // as netvet suppliers list has it

	ContextStatements `yaml:",inline"`
	line              int
}

// ContextStatements is what a supplier undertook, proved and answered, of one
// product or of all.
type ContextStatements struct {
	Commitments  map[string]ContextCommitment `yaml:"commitments"` // by undertaking
	Certificates []ContextCertificate         `yaml:"certificates"`
	Answers      []ContextAnswer              `yaml:"answers"`
}

// ContextCommitment is one of the undertakings of the Cybersecurity Review
// Measures, Art. 6, given or not.
type ContextCommitment struct {
	State       string      `yaml:"state"` // obtained, requested, refused, missing
	Document    string      `yaml:"document"`
	Date        netvet.Date `yaml:"date"`
	By          string      `yaml:"by"`
	Reliability string      `yaml:"reliability"` // left out: that of a document, or of a statement without one
}

// ContextCertificate is a certificate, licence or test record.
type ContextCertificate struct {
	Scheme      string      `yaml:"scheme"` // a word of netvet.Schemes
	Number      string      `yaml:"number"`
	Issuer      string      `yaml:"issuer"`
	From        netvet.Date `yaml:"from"`
	Until       netvet.Date `yaml:"until"` // the last day
	Document    string      `yaml:"document"`
	Models      []string    `yaml:"models"`      // that it is for; * matches anything
	Versions    []string    `yaml:"versions"`    // of firmware or software
	Reliability string      `yaml:"reliability"` // left out: that of a document
}

// ContextAnswer is an answer to the question of one rule or, with a trailing *,
// of several. One that is empty or unknown is none, so that a questionnaire
// filled in halfway can be pasted.
type ContextAnswer struct {
	Rule        string      `yaml:"rule"`
	Answer      string      `yaml:"answer"` // yes, no, clean, adverse or unknown
	By          string      `yaml:"by"`
	Reliability string      `yaml:"reliability"` // attestation, audit, observation, document, self-attested ...
	Date        netvet.Date `yaml:"date"`
	Document    string      `yaml:"document"`
	line        int
}

// answerUnknown is the answer of who does not know.
const answerUnknown = "unknown"

var answerWords = []string{"yes", "no", "clean", "adverse", answerUnknown}

// given reports whether it answers anything.
func (a *ContextAnswer) given() bool { return a.Answer != "" && a.Answer != answerUnknown }

func (k *checker) supplier(at string, s *ContextSupplier, before []ContextSupplier) {
	s.line = k.lines[at]
	k.required(at, "id", s.ID)
	if slices.ContainsFunc(before, func(x ContextSupplier) bool { return x.ID == s.ID && s.ID != "" }) {
		k.fault(at+".id", "supplier %q is there already: write all of it in one entry", s.ID)
	}
	k.statements(at, &s.ContextStatements)
	for i, c := range s.Certificates {
		if len(c.Models) == 0 && slices.Contains(schemes(false), c.Scheme) {
			k.fault(fmt.Sprintf("%s.certificates.%d", at, i), "a certificate of products, given for all of a supplier, names its models")
		}
	}
}

func (k *checker) statements(at string, s *ContextStatements) {
	for _, kind := range slices.Sorted(maps.Keys(s.Commitments)) {
		k.known(at+".commitments."+kind, "undertaking", kind, netvet.Undertakings())
		k.commitment(at+".commitments."+kind, s.Commitments[kind])
	}
	for i := range s.Certificates {
		k.certificate(fmt.Sprintf("%s.certificates.%d", at, i), &s.Certificates[i])
	}
	for i := range s.Answers {
		k.answer(fmt.Sprintf("%s.answers.%d", at, i), &s.Answers[i])
	}
}

// commitment checks that what counts as evidence has a day, and that an
// undertaking that was given is given somewhere.
func (k *checker) commitment(at string, c ContextCommitment) {
	k.required(at, "state", c.State)
	k.word(at+".state", c.State, netvet.CommitmentStates())
	k.reliability(at, c.Reliability)
	if c.State != netvet.CommitmentRequested {
		k.required(at, "date", string(c.Date))
	}
	if c.State == netvet.CommitmentObtained {
		k.required(at, "document", c.Document)
	}
}

func (k *checker) certificate(at string, c *ContextCertificate) {
	k.required(at, "scheme", c.Scheme)
	k.word(at+".scheme", c.Scheme, slices.Concat(schemes(false), schemes(true)))
	k.reliability(at, c.Reliability)
	if c.Number == "" && c.Document == "" {
		k.fault(at, "number or document is missing: one of them shows that there is a certificate")
	}
	if c.From != "" && c.Until != "" && c.Until.Start().Before(c.From.Start()) {
		k.fault(at+".until", "it ends on %s, before it begins on %s", c.Until, c.From)
	}
	k.patterns(at+".models", c.Models...)
	k.patterns(at+".versions", c.Versions...)
}

// schemes are the words of certificates of products, or of providers.
func schemes(provider bool) (out []string) {
	for _, s := range netvet.Schemes() {
		if s.Provider == provider {
			out = append(out, s.ID)
		}
	}
	return out
}

func (k *checker) answer(at string, a *ContextAnswer) {
	a.line = cmp.Or(k.lines[at+".rule"], k.lines[at])
	k.required(at, "rule", a.Rule)
	k.word(at+".answer", a.Answer, answerWords)
	k.reliability(at, a.Reliability)
	if a.given() {
		k.provenance(at, a.Reliability, a.Date)
	}
}

// commitments adds what is said here to what was said before, of which it takes
// the place undertaking by undertaking.
func (s *ContextStatements) commitments(before []netvet.Commitment) []netvet.Commitment {
	out := slices.DeleteFunc(before, func(c netvet.Commitment) bool { _, again := s.Commitments[c.Kind]; return again })
	for _, kind := range netvet.Undertakings() {
		if c, ok := s.Commitments[kind]; ok {
			out = append(out, netvet.Commitment{Kind: kind, State: c.State, By: c.By, Document: c.Document, Date: c.Date,
				Reliability: reliabilityOr(c.Reliability, c.Document)})
		}
	}
	return out
}

// reliabilityOr is the word given, else that of a document, or of a statement
// that names none.
func reliabilityOr(word, document string) string {
	if document != "" {
		return cmp.Or(word, "document")
	}
	return cmp.Or(word, "self-attested")
}

// of is the certificate as it stands for a product.
func (c *ContextCertificate) of(p *netvet.Product) netvet.Certificate {
	return netvet.Certificate{Scheme: c.Scheme, Number: c.Number, Issuer: c.Issuer, From: c.From, Until: c.Until, Document: c.Document,
		Scope: strings.Join(slices.Concat(c.Models, c.Versions), ", "), Covers: c.covers(p), Reliability: reliabilityOr(c.Reliability, cmp.Or(c.Document, c.Number))}
}

// covers says whether the product is one of the models and versions that the
// certificate is for: yes, no, or nothing when it cannot be told.
func (c *ContextCertificate) covers(p *netvet.Product) string {
	answer := ""
	for _, part := range []struct {
		patterns []string
		values   []string
	}{{c.Models, filled(p.Model, p.PartNumber)}, {c.Versions, filled(p.Version)}} {
		switch {
		case len(part.patterns) == 0:
		case len(part.values) == 0:
			return ""
		case !slices.ContainsFunc(part.patterns, func(pattern string) bool { return fits(pattern, part.values...) }):
			return "no"
		default:
			answer = "yes"
		}
	}
	return answer
}

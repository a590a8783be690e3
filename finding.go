package netvet

import "slices"

// Factor is one of the seven questions of Article 10.
type Factor string

// The factors, in the order of Article 10.
const (
	FactorHiddenControl    Factor = "hidden-remote-control"
	FactorSupply           Factor = "supply-disruption"
	FactorSourcing         Factor = "sourcing"
	FactorCompliance       Factor = "provider-compliance"
	FactorDataExposure     Factor = "data-exposure"
	FactorForeignInfluence Factor = "foreign-influence"
	FactorOther            Factor = "other"
)

// Factors lists all factors in the order of Article 10.
func Factors() []Factor {
	return []Factor{FactorHiddenControl, FactorSupply, FactorSourcing, FactorCompliance,
		FactorDataExposure, FactorForeignInfluence, FactorOther}
}

// MainFactors lists the four factors that are scored for every product.
func MainFactors() []Factor { return Factors()[:4] }

// Outcome is what a rule said.
type Outcome string

// The outcomes. Unknown is kept apart from pass everywhere.
const (
	OutcomePass          Outcome = "pass"
	OutcomeFail          Outcome = "fail"
	OutcomeUnknown       Outcome = "unknown"
	OutcomeNotApplicable Outcome = "not-applicable"
)

// Severity is how grave a failed rule is.
type Severity string

// The severities.
const (
	SeverityCritical Severity = "critical"
	SeverityHigh     Severity = "high"
	SeverityMedium   Severity = "medium"
	SeverityLow      Severity = "low"
)

// Verdict is the advice for one product, from accept to prohibited.
type Verdict string

// The verdicts in rising order. Restricted and prohibited come from gates alone.
const (
	VerdictAccept      Verdict = "accept"
	VerdictConditional Verdict = "conditional"
	VerdictReview      Verdict = "review"
	VerdictRestricted  Verdict = "restricted"
	VerdictProhibited  Verdict = "prohibited"
)

// Verdicts lists the verdicts in rising order.
func Verdicts() []Verdict {
	return []Verdict{VerdictAccept, VerdictConditional, VerdictReview, VerdictRestricted, VerdictProhibited}
}

// Rank orders verdicts: 0 is accept. An unknown word ranks below accept.
func (v Verdict) Rank() int { return slices.Index(Verdicts(), v) }

// Level is the band of a score.
type Level string

// The levels in rising order.
const (
	LevelVeryLow  Level = "very-low"
	LevelLow      Level = "low"
	LevelModerate Level = "moderate"
	LevelHigh     Level = "high"
	LevelCritical Level = "critical"
)

// Levels lists the levels in rising order.
func Levels() []Level {
	return []Level{LevelVeryLow, LevelLow, LevelModerate, LevelHigh, LevelCritical}
}

// Rank orders levels: 0 is very low.
func (l Level) Rank() int { return slices.Index(Levels(), l) }

// Citation points into an instrument.
type Citation struct {
	Instrument string `json:"instrument" yaml:"instrument"`
	Clause     string `json:"clause" yaml:"clause"`
	URL        string `json:"url" yaml:"url"`
	From       Date   `json:"from,omitempty" yaml:"from"` // the clause holds under this number on the days [From, To)
	To         Date   `json:"to,omitempty" yaml:"to"`
}

// RuleResult is what one rule said of one subject of one product.
type RuleResult struct {
	Rule     string
	Outcome  Outcome
	Subject  Subject
	Message  string // for a fail, or an unknown that has evidence
	Evidence []Evidence
	Count    int  // equal subjects, at least 1
	Settled  bool // false for an unknown that has evidence which does not settle it
}

// GateResult is what one gate said of one product.
type GateResult struct {
	Gate       string             // "cn-review-2022/G-MICRON"
	List       string             // list id
	Verdict    Verdict            // what the gate raises the verdict to; empty for a finding only
	Floors     map[Factor]float64 // what it raises the factor scores to
	Party      string             // supplier id it fired on
	Embedded   bool               // fired on components, not on the product
	Possible   bool               // would apply if a possible match were right; never fires
	Would      map[Factor]float64 // of a possible match: the floors if it were right
	Question   string             // of a possible match: what to ask
	Conditions []string
	Instrument string
	Authority  string
	Binds      string     // whom the measure binds
	Citation   string     // where the party is named
	Citations  []Citation // the clauses behind the gate that stand on the as-of date
	Date       Date
	URL        string
	Grade      Grade
	Confidence Confidence
	Policy     string // why this verdict: "direct", "embedded: review", "act: operate" ...
	Message    string
	Evidence   []Evidence
}

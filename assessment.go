package netvet

import (
	"strconv"
	"strings"
)

// Census counts the components of a product in the one pass over them.
type Census struct {
	Total          int            `json:"total"`
	Software       int            `json:"software"`
	Firmware       int            `json:"firmware"`
	Devices        int            `json:"devices"`
	Services       int            `json:"services"`
	WithVersion    int            `json:"with_version"`
	WithMaker      int            `json:"with_maker"`      // a manufacturer, supplier or publisher is stated
	WithIdentifier int            `json:"with_identifier"` // purl, CPE or another registry id
	WithHash       int            `json:"with_hash"`
	WithLicence    int            `json:"with_licence"`
	WithRepository int            `json:"with_repository"`
	WithProvenance int            `json:"with_provenance"`
	WithCountry    int            `json:"with_country"`
	Modified       int            `json:"modified"`
	Proprietary    int            `json:"proprietary"` // a licence is given and none is a known open-source one
	Resolved       int            `json:"resolved"`    // the maker is a known supplier
	Countries      map[string]int `json:"countries"`   // of the headquarters of resolved makers
	Origins        map[string]int `json:"origins"`     // stated country of the component
	Hosts          map[string]int `json:"hosts"`       // host names of repositories, at most 64 distinct, the rest under "other"
	Ecosystems     map[string]int `json:"ecosystems"`  // purl types
	Parts          map[string]int `json:"parts"`       // devices, by the document's own word for what they are, in lower case
}

// maxParts bounds the words of Parts: a foreign document may have any number.
const maxParts = 64

// CountPart counts a component in Parts when it is a device.
func (c *Census) CountPart(part *Component) {
	if part.Kind != KindDevice || part.Type == "" {
		return
	}
	word := strings.ToLower(part.Type)
	if c.Parts == nil {
		c.Parts = map[string]int{}
	}
	if _, known := c.Parts[word]; known || len(c.Parts) < maxParts {
		c.Parts[word]++
	}
}

// Part returns the one of the words that the most parts go by, with their
// count, or the empty string.
func (c *Census) Part(words []string) string {
	best, most := "", 0
	for _, word := range words {
		if n := c.Parts[word]; n > most {
			best, most = word, n
		}
	}
	if best == "" {
		return ""
	}
	return strconv.Itoa(most) + " " + best
}

// Candidate is a component that a named pattern picked out, with every equal
// one counted: same pattern, name, version and maker.
type Candidate struct {
	Component
	Pattern    string   `json:"pattern"`
	Maker      Supplier `json:"maker"`      // zero when not resolved
	Confidence float64  `json:"confidence"` // of the maker's match
	Count      int      `json:"count"`
}

// MakerGroup is the components of one product that one supplier made.
type MakerGroup struct {
	Match    Match
	Count    int
	Examples []Component // the first few, for evidence
	Weight   float64     // highest relevance of any of them to the product
	// PossibleOnly is true when no component of the group is a match to act on.
	PossibleOnly bool
}

// Assessment is everything known, found and concluded about one product. Each
// stage fills in its own part.
type Assessment struct {
	// read
	Product         Product
	Census          Census
	Services        []Service
	Vulnerabilities []Vulnerability
	Attestations    []Attestation
	Observations    []Observation
	Declarations    []Declaration
	Gaps            []Gap

	// resolve
	Match      Match
	Candidates []Candidate
	Makers     []MakerGroup // of components, most components first

	// collect
	Circumstances Circumstances
	Hits          []ListHit
	RemoteControl []RemoteWay  // every way found in which someone else can act on the product
	LookedUp      LookedUp     // how far weaknesses were looked up in the offline data
	Support       []Support    // how long the makers look after the product and its parts
	Comparisons   []Comparison // declared versus observed, the strongest signal first

	// evaluate
	Results []RuleResult
	Gates   []GateResult

	// score
	Factors      []FactorScore
	Score        float64
	Low, High    float64
	Level        Level
	Coverage     float64
	Verdict      Verdict
	VerdictBasis string // gate, level or coverage
	Insufficient bool
	Questions    []Question
	Milder       *Milder
}

// LookedUp says how far the weaknesses of a product and its parts were looked up.
type LookedUp struct {
	Components int    `json:"components"` // that are packages
	Assessed   int    `json:"assessed"`   // of them
	Product    string `json:"product"`    // why the product itself was not looked up as a network product; empty when it was
	Records    int    `json:"records"`    // that speak of the product, its system or its firmware, whatever the version
	AsOf       Date   `json:"as_of"`      // of the oldest of the data that was asked; empty when there was none
	Complete   bool   `json:"complete"`   // all of the product that weaknesses may be known of was looked up
}

// FactorScore is the score of one factor with all the numbers that make it.
type FactorScore struct {
	Factor        Factor
	NotApplicable bool
	Score         float64 // R, in [0,100]
	Low, High     float64
	Likelihood    float64 // after mitigation
	Adverse       float64 // A: product over the adverse weights
	Silence       float64 // U: (1 - prior)^s
	Share         float64 // s
	Mitigation    float64 // product over the mitigations, at least 0.40
	Impact        float64
	Floor         float64 // of the gates, 0 when none
	FloorGate     string
	Coverage      float64
	UnknownRules  int
	Topics        []TopicScore
	Weights       []RuleWeight // adverse rules, largest first
}

// TopicScore is one topic of a factor.
type TopicScore struct {
	Topic   string
	Weight  float64 // Q(t)
	Open    float64 // s(t)
	Adverse float64 // largest adverse weight in the topic
}

// RuleWeight is what one rule weighs in a factor.
type RuleWeight struct {
	Rule         string
	Topic        string
	Strength     float64 // q
	Adverse      float64 // a = max(q*c*rho)
	AdverseC     float64 // best adverse confidence c
	Clean        float64 // b
	Contribution float64 // score of the product minus the score with this rule clean
}

// Question is an open rule and what its answer could do to the score.
type Question struct {
	Rule          string
	Question      string
	ScoreIfGood   float64
	ScoreIfBad    float64
	VerdictIfGood Verdict
	VerdictIfBad  Verdict
}

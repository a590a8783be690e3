package netvet

import "time"

// Reliability is how far a kind of source can be trusted, in [0,1].
type Reliability float64

// The reliabilities of the scoring model.
const (
	ReliabilityOfficial     Reliability = 1.00 // statute, official list or decision
	ReliabilityAttestation  Reliability = 0.95 // signed attestation or platform certificate
	ReliabilityAudit        Reliability = 0.90 // audit report
	ReliabilityObservation  Reliability = 0.90 // probe, scan, signed firmware
	ReliabilityDocument     Reliability = 0.70 // vendor document or SBOM
	ReliabilityPress        Reliability = 0.70 // reputable press
	ReliabilitySelfAttested Reliability = 0.40
	ReliabilityRumour       Reliability = 0.30
)

// Reliabilities maps the words used in data and contexts to their values.
func Reliabilities() map[string]Reliability {
	return map[string]Reliability{
		"official": ReliabilityOfficial, "attestation": ReliabilityAttestation, "audit": ReliabilityAudit,
		"observation": ReliabilityObservation, "document": ReliabilityDocument, "press": ReliabilityPress,
		"self-attested": ReliabilitySelfAttested, "rumour": ReliabilityRumour,
	}
}

// Subject is what an item of evidence or a finding speaks of.
type Subject struct {
	Kind    string `json:"kind"` // product, component, service, vulnerability, supplier, observation
	Name    string `json:"name"`
	Version string `json:"version"`
	Ref     string `json:"ref"`
}

// Evidence is one fact that speaks to one rule: who says so, when, how far it
// can be trusted, and whether it is adverse or clean.
type Evidence struct {
	Rule        string      `json:"-"`
	Subject     Subject     `json:"-"`
	Adverse     bool        `json:"-"`
	Count       int         `json:"-"` // equal facts that this one stands for, at least 1
	Text        string      `json:"text"`
	Input       string      `json:"input"`
	Pointer     string      `json:"pointer"`
	Source      string      `json:"source"`
	URL         string      `json:"url,omitempty"`
	Observed    time.Time   `json:"observed"` // zero: counts as observed on the as-of date
	Reliability Reliability `json:"reliability"`
	Match       float64     `json:"match"`     // confidence that this is the right party, 1 when no match was needed
	Relevance   float64     `json:"relevance"` // rho: how much of the product the subject can act on
	Verdict     string      `json:"verdict"`   // a ComparisonVerdict, or empty
}

// Observation is something a probe, scan or flow log saw that is no product by
// itself. It speaks of a product once the context binds it to one.
type Observation struct {
	Target  string // what was observed: address, host name, serial
	Kind    string // port, peer, radio, account, component ...
	Name    string
	Detail  string
	Source  string
	From    string // RFC 3339, the observation window
	To      string
	Input   string // filled in by the scanner
	Pointer string
	// What the context says of the observation: where the probe stood, and
	// under whose authority it looked.
	Vantage       string
	Authorisation string
	// How it was found to be about the product, and how sure that is: 0 where
	// the product itself was asked or no doubt is possible.
	Bound string
	Match float64
}

// Declaration is something a specification states that a product does or has.
type Declaration struct {
	Target  string
	Kind    string
	Name    string
	Detail  string
	Source  string // document or format that states it
	Date    string // of the document, empty when not stated
	Input   string // filled in by the scanner
	Pointer string
	Bound   string // how it was found to be about the product
	Match   float64
}

// FactInventory is the kind of an observation or declaration that lists all
// there is of the kind that it is named after: what is not listed is not there.
const FactInventory = "inventory"

// Gap is something that could not be read, matched or known, and why.
type Gap struct {
	Input  string `json:"input"`
	Record string `json:"record"`
	Reason string `json:"reason"`
}

package netvet

// Property is what a document states of a thing in the words of a published
// vocabulary, such as the taxonomy of device properties of CycloneDX.
type Property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Composition is what a bill of materials claims of how complete it is in one
// respect. The claim is the document's own word.
type Composition struct {
	Aggregate string   `json:"aggregate"` // as of BOM
	Of        string   `json:"of"`        // document, assemblies, dependencies or vulnerabilities
	Parts     int      `json:"parts"`     // how many are named
	Refs      []string `json:"refs"`      // the first of them
}

// Standard is a body of requirements that a document refers to, as written.
type Standard struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Owner   string `json:"owner"`
}

// Attestation is what a document declares of how a product meets one requirement
// of a standard. It is a word given by the supplier or by somebody it names: what
// it refers to has not been looked at, nor has any signature been verified.
type Attestation struct {
	Pointer       string      `json:"pointer"`
	Standard      Standard    `json:"standard"`    // empty where the document does not define the requirement
	Requirement   string      `json:"requirement"` // identifier and title, or the reference; empty for claims that answer none
	Summary       string      `json:"summary"`
	Assessor      string      `json:"assessor"`    // as written
	ThirdParty    bool        `json:"third_party"` // the assessor is stated to be one
	Claims        []Claim     `json:"claims"`
	CounterClaims []Claim     `json:"counter_claims"`
	Conformance   *float64    `json:"conformance"` // in [0,1], nil when not stated
	Confidence    *float64    `json:"confidence"`  // in [0,1], nil when not stated
	Rationale     string      `json:"rationale"`   // of the conformance
	Affirmation   string      `json:"affirmation"` // what the signatories affirm
	Signatories   []Signatory `json:"signatories"`
	Signed        bool        `json:"signed"` // a signature is present; it has not been verified
	Rules         []string    `json:"rules"`  // whose question it answers, as far as that is known
}

// Claim is one sentence about a target and what is named to support it.
type Claim struct {
	Target          string          `json:"target"` // name of the product, part, service or company, or its reference
	TargetRef       string          `json:"target_ref"`
	Text            string          `json:"text"`
	Reasoning       string          `json:"reasoning"`
	Evidence        []ClaimEvidence `json:"evidence"`
	CounterEvidence []ClaimEvidence `json:"counter_evidence"`
	Mitigations     []ClaimEvidence `json:"mitigations"`
}

// ClaimEvidence is something that a claim names: a document or record that has
// not been seen.
type ClaimEvidence struct {
	Ref     string `json:"ref"`
	Text    string `json:"text"`
	URL     string `json:"url"`
	Created string `json:"created"` // RFC 3339, empty when not stated
	Expires string `json:"expires"` // RFC 3339, empty when not stated
}

// Signatory is who stands behind an affirmation, as written.
type Signatory struct {
	Name         string `json:"name"`
	Role         string `json:"role"`
	Organization string `json:"organization"`
}

package netvet

// Confidence grades a fact of a data file: high, medium or low.
type Confidence string

// The grades. A fact of low confidence says so wherever it is shown.
const (
	ConfidenceHigh   Confidence = "high"
	ConfidenceMedium Confidence = "medium"
	ConfidenceLow    Confidence = "low"
)

// Countries are the countries under whose law a supplier stands: ISO 3166-1
// alpha-2; "ZZ" for a community without one country; empty when unknown.
type Countries struct {
	Incorporated   string `json:"incorporated"`
	Headquarters   string `json:"headquarters"`
	ControlledFrom string `json:"controlled_from"` // headquarters of the ultimate parent
}

// Owner is one step up the chain of control on the as-of date.
type Owner struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Country string `json:"country"` // of its headquarters
	Share   string `json:"share"`   // control, majority, minority, state
	Since   Date   `json:"since"`
}

// Supplier is the company behind a name, as of one date.
type Supplier struct {
	ID             string     `json:"id"`
	Name           string     `json:"name"`
	Countries      Countries  `json:"countries"`
	UltimateParent string     `json:"ultimate_parent"` // id; empty when independent
	Owners         []Owner    `json:"owners"`          // direct owner first, ultimate parent last; only those that control
	OtherOwners    []Owner    `json:"other_owners"`    // minority holders, and owners whose control is suspended
	Categories     []string   `json:"categories"`
	Community      bool       `json:"community"` // an open-source project or foundation
	Confidence     Confidence `json:"confidence"`
}

// Country returns the country that most tells whose law reaches the supplier:
// headquarters, else incorporation.
func (s *Supplier) Country() string {
	if s.Countries.Headquarters != "" {
		return s.Countries.Headquarters
	}
	return s.Countries.Incorporated
}

// MatchThreshold is the confidence from which a match may be acted upon: below
// it a match is only possible and can never fire a gate.
const MatchThreshold = 0.80

// Match says which supplier a raw name or identifier is taken to be, and why.
// Supplier is nil when nothing is good enough to act on.
type Match struct {
	Input      string          `json:"input"`
	Supplier   *Supplier       `json:"-"`
	Method     string          `json:"method"` // identifier, alias, name, decision, or empty
	Confidence float64         `json:"confidence"`
	Reason     string          `json:"reason"`
	Possible   []PossibleMatch `json:"possible"` // best first, without Supplier
	// Registered are the holders of identifiers that no supplier here is known
	// to hold.
	Registered []Registration `json:"registered"`
}

// Registration is what a public registry says of an identifier: who holds it,
// in the registry's own words.
type Registration struct {
	Registry     string `json:"registry"` // "IEEE MA-L", "IANA enterprise numbers", "PCI ID" ...
	ID           string `json:"id"`       // as the registry writes it, lower case: "001b21", "8086"
	Organisation string `json:"organisation"`
}

// PossibleMatch is a match too weak to act on.
type PossibleMatch struct {
	Supplier   *Supplier `json:"-"`
	ID         string    `json:"id"`
	Confidence float64   `json:"confidence"`
	Reason     string    `json:"reason"`
}

// Clues are everything an input says about who made something. The resolver
// uses the identifiers first, then the names, and the rest as second signals.
type Clues struct {
	Names       []string // manufacturer first, then vendor and others, as written
	Identifiers []Identifier
	PartNumber  string
	Model       string
	Product     string
	Category    string
	Country     string
}

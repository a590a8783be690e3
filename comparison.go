package netvet

// ComparisonVerdict says how what a product is declared to do or have stands to
// what was seen of it.
type ComparisonVerdict string

// The verdicts. Unknown is never clean: no declaration, or no observation that
// could have seen the thing.
const (
	VerdictUndeclaredObserved  ComparisonVerdict = "undeclared+observed"
	VerdictDeclaredObserved    ComparisonVerdict = "declared+observed"
	VerdictDeclaredNotObserved ComparisonVerdict = "declared+not-observed"
	VerdictNotCompared         ComparisonVerdict = "unknown"
)

// ComparisonVerdicts lists the verdicts, the strongest signal first.
func ComparisonVerdicts() []ComparisonVerdict {
	return []ComparisonVerdict{VerdictUndeclaredObserved, VerdictDeclaredObserved, VerdictDeclaredNotObserved, VerdictNotCompared}
}

// The kinds of things that are compared.
const (
	ComparedPort       = "port"
	ComparedPeer       = "peer"
	ComparedService    = "service"
	ComparedRadio      = "radio"
	ComparedManagement = "management-controller"
	ComparedAccount    = "account"
	ComparedComponent  = "component"
	ComparedFirmware   = "firmware"
)

// ComparedKinds lists what is compared.
func ComparedKinds() []string {
	return []string{ComparedPort, ComparedPeer, ComparedService, ComparedRadio, ComparedManagement, ComparedAccount, ComparedComponent, ComparedFirmware}
}

// Comparison is one thing that a product does or has, as it is declared and as
// it was observed.
type Comparison struct {
	Kind     string            `json:"kind"`
	Name     string            `json:"name"` // "443/tcp", "update.example.com 443/tcp", "admin"
	Verdict  ComparisonVerdict `json:"verdict"`
	Why      string            `json:"why"`      // of an unknown: what is missing; of a difference: what is declared instead
	Complete bool              `json:"complete"` // the observation looked at all there is of the kind
	Declared Sighting          `json:"declared"` // zero when not declared
	Observed Sighting          `json:"observed"` // zero when not observed
}

// Sighting is where something was declared or observed.
type Sighting struct {
	Known         bool   `json:"known"`
	Detail        string `json:"detail"`
	Source        string `json:"source"` // tool or document
	Input         string `json:"input"`
	Pointer       string `json:"pointer"`
	From          string `json:"from"` // RFC 3339, of an observation; the date of a declaration
	To            string `json:"to"`
	Vantage       string `json:"vantage"`       // where the probe stood, as the context says
	Authorisation string `json:"authorisation"` // under which it looked
}

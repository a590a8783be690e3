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
	Why      string            `json:"why,omitempty"` // of an unknown: what is missing; of a difference: what is declared instead
	Complete bool              `json:"complete"`      // the observation looked at all there is of the kind
	Declared Sighting          `json:"declared"`      // zero when not declared
	Observed Sighting          `json:"observed"`      // zero when not observed
}

// Sighting is where something was declared or observed.
type Sighting struct {
	Known         bool   `json:"known"`
	Detail        string `json:"detail,omitempty"`
	Source        string `json:"source,omitempty"` // tool or document
	Input         string `json:"input,omitempty"`
	Pointer       string `json:"pointer,omitempty"`
	From          string `json:"from,omitempty"` // RFC 3339, of an observation; the date of a declaration
	To            string `json:"to,omitempty"`
	Vantage       string `json:"vantage,omitempty"`       // where the probe stood, as the context says
	Authorisation string `json:"authorisation,omitempty"` // under which it looked
	// How the fact was found to be about the product, and how sure that is where
	// it is less than certain.
	Bound string  `json:"bound,omitempty"`
	Match float64 `json:"match,omitempty"`
}

// WayState says how far a way to act on a product is known to be open.
type WayState string

// The states. A part that is present says nothing of whether it is switched on.
const (
	WayOpen     WayState = "open"     // something answers, as an observation saw
	WayEnabled  WayState = "enabled"  // the product itself says that it is on
	WayPresent  WayState = "present"  // a part or program for it is there
	WayDeclared WayState = "declared" // a document states it; nothing was seen
)

// WayStates lists the states, the most open first.
func WayStates() []WayState { return []WayState{WayOpen, WayEnabled, WayPresent, WayDeclared} }

// RemoteWay is one way in which someone else can act on a product: what it is,
// how far it is known to be open, and in whose hands it is.
type RemoteWay struct {
	Way     string            `json:"way"` // "ipmi", "update-channel"
	Title   string            `json:"title"`
	Name    string            `json:"name"` // of the port, service or part
	State   WayState          `json:"state"`
	Verdict ComparisonVerdict `json:"verdict,omitempty"` // declared versus observed, where it was compared
	Count   int               `json:"count,omitempty"`   // equal ones, when more than one
	// Held says in whose hands the way is by its nature: operator, maker,
	// carrier, controller, network (whoever reaches it), unknown.
	Held    string   `json:"held"`
	Default string   `json:"default,omitempty"` // how products are delivered with it, as a rule; empty when not known
	Maker   *Holder  `json:"maker"`             // who made the part or, failing that, the product; null when not known
	Rules   []string `json:"rules"`

	Input   string `json:"input"`
	Pointer string `json:"pointer"`
}

// Holder is a party and the countries whose law reaches it: of incorporation,
// headquarters and control.
type Holder struct {
	Supplier  string   `json:"supplier"`
	Name      string   `json:"name"`
	Country   string   `json:"country"`
	Countries []string `json:"countries"`
}

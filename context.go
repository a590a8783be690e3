package netvet

// Role is what the buyer is in the eyes of the law.
type Role string

// Act is what the buyer does with a product.
type Act string

// The roles and acts. A CIIO is one by notification, never by inference.
const (
	RoleCIIO       Role = "ciio"
	RolePlatform   Role = "platform" // runs an online platform that processes data of its users
	RoleFederal    Role = "us-federal"
	RoleGovernment Role = "government" // of another country than the United States
	RoleTelecom    Role = "telecom"    // provides public communications networks or services
	RoleEnterprise Role = "enterprise"

	ActProcure Act = "procure"
	ActOperate Act = "operate"
)

// Roles lists every role that may be written in data.
func Roles() []Role {
	return []Role{RoleCIIO, RolePlatform, RoleFederal, RoleGovernment, RoleTelecom, RoleEnterprise}
}

// Answer is what someone said in reply to a rule's question, about one product
// or one supplier.
type Answer struct {
	Rules       []string `json:"rules"`  // rule ids; a trailing * matches the rest of an id
	Clean       bool     `json:"clean"`  // the answer speaks for the product
	Answer      string   `json:"answer"` // as given
	By          string   `json:"by"`
	Reliability string   `json:"reliability"` // a word of Reliabilities
	Date        Date     `json:"date"`
	Document    string   `json:"document"`
}

// Mitigation is a measure of the buyer that lowers likelihood.
type Mitigation struct {
	Kind        string  `json:"kind"`     // second-source, stock, escrow, local-support, isolation
	Strength    float64 `json:"strength"` // e, in [0,1]
	Reliability string  `json:"reliability"`
	Evidence    string  `json:"evidence"`
	Date        Date    `json:"date"`
}

// Circumstances is what the buyer knows about one product and its use: the part
// of a context that applies to it, with the profile's defaults filled in.
type Circumstances struct {
	Role           Role
	Act            Act
	ActAssumed     bool // nobody said: procure was assumed
	Impact         map[Factor]float64
	ImpactAssumed  bool     // nobody stated the criticality: the profile's default was taken
	Criticality    string   // critical, high, medium, low, or empty
	DataClass      string   // core, important, personal, general, or empty
	StoredIn       []string // countries
	Answers        []Answer
	Mitigations    []Mitigation
	Category       Category // set by the user; wins over what was inferred
	StockDays      int
	ForeignListing bool
	Users          int64
}

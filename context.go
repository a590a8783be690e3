package netvet

import "time"

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

// An undertaking that a supplier gives in a contract (Cybersecurity Review
// Measures, Art. 6), and what became of asking for it.
const (
	UndertakingNoIllegalData    = "no-illegal-data"
	UndertakingNoIllegalControl = "no-illegal-control"
	UndertakingNoInterruption   = "no-unjustified-interruption"
	UndertakingCooperation      = "review-cooperation"

	CommitmentObtained  = "obtained"
	CommitmentRequested = "requested" // asked for, no reply yet
	CommitmentRefused   = "refused"
	CommitmentMissing   = "missing" // the contract was looked at and has none
)

// Undertakings lists the words for the undertakings.
func Undertakings() []string {
	return []string{UndertakingNoIllegalData, UndertakingNoIllegalControl, UndertakingNoInterruption, UndertakingCooperation}
}

// CommitmentStates lists the states of a commitment.
func CommitmentStates() []string {
	return []string{CommitmentObtained, CommitmentRequested, CommitmentRefused, CommitmentMissing}
}

// Commitment is an undertaking of a supplier, given or not.
type Commitment struct {
	Kind        string `json:"kind"`  // a word of Undertakings
	State       string `json:"state"` // a word of CommitmentStates
	By          string `json:"by"`
	Document    string `json:"document"`
	Date        Date   `json:"date"`
	Reliability string `json:"reliability"` // a word of Reliabilities
}

// Scheme is a kind of certificate, licence or test record.
type Scheme struct {
	ID       string
	Title    string
	Provider bool // it is about whoever makes the product, not about the product
}

// SchemeOther is any scheme that has no word of its own.
const SchemeOther = "other"

// Schemes lists the kinds of certificate that have a word.
func Schemes() []Scheme {
	return []Scheme{
		{"cn-critical-equipment", "certificate or test record of critical network equipment (网络关键设备)", false},
		{"cn-security-product", "certificate or test record of a specialised cybersecurity product (网络安全专用产品)", false},
		{"cn-ccc", "China Compulsory Certification (CCC)", false},
		{"cn-network-access", "network access licence of telecommunications equipment (进网许可证)", false},
		{"cn-radio", "radio transmission equipment type approval (SRRC, 型号核准)", false},
		{"cn-commercial-cryptography", "certificate of a commercial cryptography product (商用密码产品认证)", false},
		{"cn-cloud", "security assessment of a cloud computing service (云计算服务安全评估)", false},
		{"cn-secure-reliable", "secure and reliable assessment (安全可靠测评)", false},
		{"common-criteria", "Common Criteria, ISO/IEC 15408, with its assurance level", false},
		{"fips-140", "FIPS 140-2 or 140-3 validation of a cryptographic module", false},
		{"iec-62443-4-2", "IEC 62443-4-2, security of a component", false},
		{"iec-62443-4-1", "IEC 62443-4-1, secure development", true},
		{"iso-27001", "ISO/IEC 27001, information security management", true},
		{"iso-20243", "ISO/IEC 20243 (O-TTPS), integrity of supply", true},
		{SchemeOther, "another scheme, named under number or issuer", false},
	}
}

// The states of a certificate on a day.
const (
	CertificateValid   = "valid"
	CertificateExpired = "expired"
	CertificateFuture  = "not-yet-valid"
	CertificateUndated = "undated" // no end of its validity is stated
)

// Certificate is a certificate, licence or test record of a product or of its
// provider.
type Certificate struct {
	Scheme      string `json:"scheme"` // a word of Schemes
	Number      string `json:"number"`
	Issuer      string `json:"issuer"`
	From        Date   `json:"from"`
	Until       Date   `json:"until"` // the last day on which it is valid
	Document    string `json:"document"`
	Scope       string `json:"scope"`       // models or versions that it is for, as written
	Reliability string `json:"reliability"` // a word of Reliabilities
	Covers      string `json:"covers"`      // whether that scope has the product: yes, no, or empty when it names none
	State       string `json:"state"`       // on the as-of date
	Flaw        string `json:"flaw"`        // why it does not hold for the product on that date: expired, of another model; else empty
}

// On returns the state of the certificate on a day.
func (c *Certificate) On(day time.Time) string {
	switch {
	case c.Until != "" && !day.Before(c.Until.End()):
		return CertificateExpired
	case c.From != "" && day.Before(c.From.Start()):
		return CertificateFuture
	case c.Until == "":
		return CertificateUndated
	}
	return CertificateValid
}

// FlawOn says why the certificate does not hold for the product on a day, in the
// words of a message; empty when nothing shows that.
func (c *Certificate) FlawOn(day time.Time) string {
	switch {
	case c.On(day) == CertificateExpired:
		return "it expired on " + string(c.Until)
	case c.Covers == "no":
		return "it is for " + c.Scope
	}
	return ""
}

// The classes of data of GB/T 43697-2024. How much of it is about persons is
// said beside the class.
const (
	DataCore      = "core"
	DataImportant = "important"
	DataGeneral   = "general"
)

// DataClasses lists the classes, the gravest first.
func DataClasses() []string { return []string{DataCore, DataImportant, DataGeneral} }

// Data is what the buyer says of the data on a product. Records count persons;
// nil is not stated, which is not none.
type Data struct {
	Class     string // a word of DataClasses, or empty
	Personal  *int64 // whose personal information is held
	Sensitive *int64 // of those, whose sensitive personal information is
	// Persons whose information leaves the country this year; nil: up to all.
	ExportedPersonal, ExportedSensitive *int64
	StoredIn                            []string // countries
}

// System is a system of the buyer that products serve.
type System struct {
	Name     string `json:"name"`
	Function string `json:"function"` // what it does, in a few words
}

// Circumstances is what the buyer knows about one product and its use: the part
// of a context that applies to it, with the profile's defaults filled in.
type Circumstances struct {
	Role          Role
	Act           Act
	ActAssumed    bool // nobody said: procure was assumed
	Impact        map[Factor]float64
	ImpactAssumed bool     // nobody stated the criticality: the profile's default was taken
	Criticality   string   // critical, high, medium, low, or empty
	Systems       []System // of the buyer that the product serves
	Data          Data
	Answers       []Answer
	Commitments   []Commitment
	Certificates  []Certificate
	Mitigations   []Mitigation
	Category      Category // set by the user; wins over what was inferred
	StockDays     int
	ListingAbroad *bool // nil: not stated
	Users         int64
}

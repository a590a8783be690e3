package netvet

// Kind says what sort of thing a product or component is.
type Kind string

// The kinds. Anything that is none of the first four (data, licences,
// cryptographic assets, files) is KindOther.
const (
	KindSoftware Kind = "software"
	KindFirmware Kind = "firmware"
	KindDevice   Kind = "device"
	KindService  Kind = "service"
	KindOther    Kind = "other"
)

// Category is a product class of Article 21 of the Cybersecurity Review Measures.
type Category string

// The categories. CategoryUnknown is not "other": nothing is known of the class.
const (
	CategoryCoreNetwork   Category = "core-network-equipment"
	CategoryCommunication Category = "important-communication-product"
	CategoryServer        Category = "hpc-server"
	CategoryStorage       Category = "mass-storage"
	CategoryApplication   Category = "large-database-application"
	CategorySecurity      Category = "cybersecurity-equipment"
	CategoryCloud         Category = "cloud-service"
	CategoryOther         Category = "other"
	CategoryUnknown       Category = ""
)

// Categories lists every category that may be written in data or shown.
func Categories() []Category {
	return []Category{CategoryCoreNetwork, CategoryCommunication, CategoryServer, CategoryStorage,
		CategoryApplication, CategorySecurity, CategoryCloud, CategoryOther}
}

// Subcategory is a kind of thing within a category of which an engineer asks
// other questions than of the rest of it.
type Subcategory string

// SubcategoryAccelerator is a card or module that computes for a server.
const SubcategoryAccelerator Subcategory = "accelerator"

// Of returns the category that the subcategory is part of.
func (s Subcategory) Of() Category {
	if s == SubcategoryAccelerator {
		return CategoryServer
	}
	return CategoryUnknown
}

// Subcategories returns all of them.
func Subcategories() []Subcategory { return []Subcategory{SubcategoryAccelerator} }

// IdentifierType names a registry or scheme.
type IdentifierType string

// The identifier types. Values are normalised by the reader: lower case
// hexadecimal without separators for MAC, PCI, USB; "bank:code" for JEP106.
const (
	IDPurl   IdentifierType = "purl"
	IDCPE    IdentifierType = "cpe"
	IDMAC    IdentifierType = "mac"
	IDPCI    IdentifierType = "pci"
	IDUSB    IdentifierType = "usb"
	IDPEN    IdentifierType = "pen" // IANA private enterprise number
	IDJEP106 IdentifierType = "jep106"
	IDDomain IdentifierType = "domain"
	IDSWID   IdentifierType = "swid"
	IDLEI    IdentifierType = "lei" // ISO 17442 legal entity identifier
)

// Identifier is one value in one scheme.
type Identifier struct {
	Type  IdentifierType `json:"type"`
	Value string         `json:"value"`
}

// Price is what was asked or paid for one unit. Currency is ISO 4217, or empty.
type Price struct {
	Amount   float64 `json:"amount"`
	Currency string  `json:"currency"`
}

// Source says where in the inputs something was read: a file (or an archive
// entry "a.zip!b.json") and a record in it ("row 7", "/components/12"). Fields
// are the fields of a product that were taken from it, when several sources
// describe the product; empty when it is the only one.
type Source struct {
	Input  string   `json:"input"`
	Record string   `json:"record"`
	Fields []string `json:"fields,omitempty"`
}

// Product is what is bought or run, as an input describes it. Text is kept as
// written; only identifiers and country codes are normalised.
type Product struct {
	ID              string       `json:"id"` // given by the scanner, stable across runs
	Name            string       `json:"name"`
	Kind            Kind         `json:"kind"`
	Manufacturer    string       `json:"manufacturer"` // who made it, as written
	Vendor          string       `json:"vendor"`       // who sells it, as written
	Model           string       `json:"model"`
	PartNumber      string       `json:"part_number"`
	Version         string       `json:"version"`
	Serial          string       `json:"serial"`
	Quantity        int          `json:"quantity"` // 0 when not stated
	Location        string       `json:"location"`
	LocationCountry string       `json:"location_country"`  // ISO 3166-1 alpha-2 of where it stands or runs, where the location tells
	CountryOfOrigin string       `json:"country_of_origin"` // ISO 3166-1 alpha-2 of manufacture, not of the supplier
	Price           Price        `json:"price"`
	PurchaseDate    Date         `json:"purchase_date"`
	Description     string       `json:"description"`
	CategoryText    string       `json:"category_text"` // the input's own word for the class
	Category        Category     `json:"category"`
	CategoryBasis   string       `json:"category_basis"`
	Subcategory     Subcategory  `json:"subcategory"`
	Identifiers     []Identifier `json:"identifiers"`
	Addresses       []string     `json:"addresses"` // IP addresses and host names under which it answers, as stated
	References      []Reference  `json:"references"`
	Properties      []Property   `json:"properties"` // of a device, in the words of cdx:device
	BOM             BOM          `json:"bom"`
	Sources         []Source     `json:"sources"`
}

// Reference is a link that a document gives for a product or component, with
// the document's own word for its type ("advisories", "security-contact").
type Reference struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

// BOM is what a bill of materials says about itself. Present is false for a row
// of a table: such a product has no component list at all.
type BOM struct {
	Present bool `json:"present"`
	// Document says that the list is a document which goes with the product, made
	// by who built or packed it. What a probe or an administrator wrote down of a
	// thing that stands there is none: what it leaves out nobody has withheld.
	Document     bool     `json:"document"`
	Format       string   `json:"format"`
	SpecVersion  string   `json:"spec_version"`
	Created      string   `json:"created"` // RFC 3339, empty when not stated
	Authors      []string `json:"authors"`
	Tools        []string `json:"tools"`
	Supplier     string   `json:"supplier"`
	Lifecycles   []string `json:"lifecycles"`
	Aggregate    string   `json:"aggregate"` // the document's claim: complete, incomplete..., unknown, or empty
	Signed       bool     `json:"signed"`    // a signature is present; it has not been verified
	Dependencies int      `json:"dependencies"`

	Compositions []Composition `json:"compositions"` // the claims that Aggregate sums up
}

// Component is a part of a product, kept small: a product may have millions.
type Component struct {
	Ref          string       `json:"ref"`     // the document's own reference
	Pointer      string       `json:"pointer"` // where in the input, for example "/components/12"
	Kind         Kind         `json:"kind"`
	Type         string       `json:"type"` // the document's own word: library, operating-system ...
	Group        string       `json:"group"`
	Name         string       `json:"name"`
	Version      string       `json:"version"`
	Manufacturer string       `json:"manufacturer"` // as written
	Supplier     string       `json:"supplier"`     // as written
	Publisher    string       `json:"publisher"`    // as written
	Country      string       `json:"country"`      // ISO 3166-1 alpha-2 from the maker's stated address or stated origin
	PartNumber   string       `json:"part_number"`
	Serial       string       `json:"serial"`
	Description  string       `json:"description"`
	Scope        string       `json:"scope"` // required, optional, excluded, or empty
	Licences     []string     `json:"licences"`
	Identifiers  []Identifier `json:"identifiers"`
	Hashed       bool         `json:"hashed"`     // a cryptographic hash is given
	Modified     bool         `json:"modified"`   // stated to differ from its upstream
	Provenance   bool         `json:"provenance"` // build provenance, attestation or signature is given
	Repository   string       `json:"repository"` // where the source or package can be had
	Quantity     int          `json:"quantity"`   // 0 counts as one
	Properties   []Property   `json:"properties"` // of a device, in the words of cdx:device, beside what has a field here
}

// Maker returns the name of whoever made the component, as written: the
// manufacturer if there is one, else the supplier, else the publisher.
func (c *Component) Maker() string {
	for _, name := range []string{c.Manufacturer, c.Supplier, c.Publisher} {
		if name != "" {
			return name
		}
	}
	return ""
}

// Service is a network service that a product offers or calls.
type Service struct {
	Ref             string   `json:"ref"`
	Pointer         string   `json:"pointer"`
	Name            string   `json:"name"`
	Version         string   `json:"version"`
	Provider        string   `json:"provider"` // as written
	Endpoints       []string `json:"endpoints"`
	Authenticated   string   `json:"authenticated"`    // yes, no, or empty when not stated
	CrossesBoundary string   `json:"crosses_boundary"` // yes, no, or empty when not stated
	Data            []string `json:"data"`             // data classifications with direction, "outbound:PII"
	DataFrom        []string `json:"data_from"`        // where the data comes from, as written
	DataTo          []string `json:"data_to"`          // where the data goes, as written
	TrustZone       string   `json:"trust_zone"`       // as written
	ProviderCountry string   `json:"provider_country"` // ISO 3166-1 alpha-2 of the provider's stated address
}

// Vulnerability is what a document states about a weakness of a product or
// component (an SBOM's vulnerabilities, VEX), or what the offline data knows of
// it (Matched).
type Vulnerability struct {
	ID         string   `json:"id"`
	Aliases    []string `json:"aliases"`
	Pointer    string   `json:"pointer"`
	Source     string   `json:"source"`
	SourceDate string   `json:"source_date"` // as of when the source says so, empty when not known
	Severity   string   `json:"severity"`    // critical, high, medium, low, none, or empty
	Score      float64  `json:"score"`       // CVSS base score, 0 when not stated
	CWEs       []int64  `json:"cwes"`
	State      string   `json:"state"` // affected, possibly-affected, not-affected, fixed, or empty
	Ref        string   `json:"ref"`   // the component it speaks of, or empty for the product
	Component  string   `json:"component"`
	Version    string   `json:"version"`
	Published  string   `json:"published"` // RFC 3339 or date, empty when not stated
	Summary    string   `json:"summary"`
	Covers     []string `json:"covers"`     // other weaknesses that an advisory of several is about
	Fixed      []string `json:"fixed"`      // versions that no longer have it
	Range      string   `json:"range"`      // of versions, that holds this one, in words
	Matched    bool     `json:"matched"`    // found by the offline data rather than stated by an input
	Reason     string   `json:"reason"`     // why a match is only possible, empty when it is certain
	Exploited  bool     `json:"exploited"`  // listed as exploited in the wild (CISA KEV)
	Ransomware bool     `json:"ransomware"` // the catalogue knows that ransomware used it
	Remote     bool     `json:"remote"`     // reached over a network without privileges, as its CVSS vector says
	EPSS       *float64 `json:"epss"`       // probability of exploitation within 30 days, nil when not known

	// Of a statement in an advisory or VEX document of its own.
	Justification string  `json:"justification"` // why it is not affected, as stated
	Remedy        string  `json:"remedy"`        // what mends it, in words
	Author        string  `json:"author"`        // as written
	SelfAttested  bool    `json:"self_attested"` // the author is the maker, or nothing shows that it is another
	Document      string  `json:"document"`      // its id
	Stated        string  `json:"stated"`        // when, RFC 3339 or date
	Input         string  `json:"input"`
	Bound         string  `json:"bound"` // how it was found to be about the product or component
	Match         float64 `json:"match"` // how sure that is
}

package vendors

import "github.com/netvet/netvet"

// Record is one supplier file, data/<id>.yaml: a legal or formerly separate
// company, with the names it goes by and who owns it over time.
type Record struct {
	ID         string              `yaml:"id"`
	Name       string              `yaml:"name"`                // legal name
	Names      map[string][]string `yaml:"names,omitempty"`     // by BCP 47 language: zh-Hans, zh-Hant, ja, ko, ru
	Aliases    []string            `yaml:"aliases,omitempty"`   // other Latin spellings, subsidiaries, divisions
	Former     []string            `yaml:"former,omitempty"`    // names no longer used
	Ambiguous  []string            `yaml:"ambiguous,omitempty"` // aliases, names or brands that need a second signal
	Brands     []string            `yaml:"brands,omitempty"`    // product lines; never act alone
	Countries  Domicile            `yaml:"countries"`
	Owners     []Ownership         `yaml:"owners,omitempty"`     // empty: independent as far as known
	Community  bool                `yaml:"community,omitempty"`  // an open-source project or foundation without one country
	Categories []string            `yaml:"categories,omitempty"` // what it makes: switch-router, ssd, bmc ...
	Families   []Family            `yaml:"families,omitempty"`   // its models, by class of product
	IDs        IDs                 `yaml:"identifiers,omitempty"`
	Claims     []Claim             `yaml:"claims,omitempty"` // facts that rest on a source of their own
	Examples   []Example           `yaml:"examples,omitempty"`
	Note       string              `yaml:"note,omitempty"`
	Source     string              `yaml:"source"`
	Date       netvet.Date         `yaml:"date"` // when the source was read
	Confidence netvet.Confidence   `yaml:"confidence"`
}

// Domicile is where a company is incorporated and run from: ISO 3166-1 alpha-2,
// "ZZ" for a community without one country.
type Domicile struct {
	Incorporated string `yaml:"incorporated"`
	Headquarters string `yaml:"headquarters"`
}

// Ownership is who owned the supplier from when until when.
type Ownership struct {
	ID         string            `yaml:"id,omitempty"`      // of a supplier here
	Name       string            `yaml:"name,omitempty"`    // of an owner that is no supplier here
	Country    string            `yaml:"country,omitempty"` // of an owner that is no supplier here
	Share      string            `yaml:"share"`             // control, minority, suspended
	From       netvet.Date       `yaml:"from,omitempty"`    // empty: since before anyone cares
	To         netvet.Date       `yaml:"to,omitempty"`
	Source     string            `yaml:"source"`
	Confidence netvet.Confidence `yaml:"confidence"`
	Note       string            `yaml:"note,omitempty"`
}

// IDs are the identifiers that name the supplier in registries and formats.
type IDs struct {
	Domain []string `yaml:"domain,omitempty"`
	CPE    []string `yaml:"cpe,omitempty"`  // vendor part
	Purl   []string `yaml:"purl,omitempty"` // "type:namespace"
	PCI    []string `yaml:"pci,omitempty"`
	USB    []string `yaml:"usb,omitempty"`
	OUI    []string `yaml:"oui,omitempty"` // 6, 7 or 9 hexadecimal digits
	PEN    []string `yaml:"pen,omitempty"`
	JEP106 []string `yaml:"jep106,omitempty"` // "bank:code" with the 7-bit code in hexadecimal
	LEI    []string `yaml:"lei,omitempty"`
	// Virtual are PCI ids of emulated devices: they name no hardware maker.
	Virtual []string `yaml:"virtual_pci,omitempty"`
	// Doubtful are identifiers shared with others or joined on a name alone, as
	// "pci:1414"; they need a second signal.
	Doubtful []string `yaml:"doubtful,omitempty"`
	// PartPatterns are regular expressions of part numbers: a hint, never
	// enough alone.
	PartPatterns []string `yaml:"part_patterns,omitempty"`
}

// Claim is one fact with a source of its own.
type Claim struct {
	What       string            `yaml:"what"`
	Source     string            `yaml:"source"`
	Date       netvet.Date       `yaml:"date"`
	Confidence netvet.Confidence `yaml:"confidence"`
}

// Example is a raw string that must resolve to the supplier, or to nobody.
type Example struct {
	Raw    string `yaml:"raw"`
	Expect string `yaml:"expect,omitempty"` // supplier id, "none", or empty for this supplier
}

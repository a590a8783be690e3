package netvet

import "time"

// Effect is what a measure does to those it binds.
type Effect string

// The effects; see Gate for which verdict each may carry.
const (
	EffectProcurementBan   Effect = "procurement_ban"
	EffectNetworkBan       Effect = "network_ban"
	EffectUseBan           Effect = "use_ban"
	EffectSalesBan         Effect = "sales_ban"
	EffectUpdateBan        Effect = "update_ban"
	EffectImportBan        Effect = "import_ban"
	EffectTradeBan         Effect = "trade_ban"
	EffectFundingBan       Effect = "funding_ban"
	EffectNoAuthorisation  Effect = "no_new_equipment_authorisation"
	EffectInvestmentBan    Effect = "investment_ban"
	EffectExportControl    Effect = "export_control"
	EffectScreening        Effect = "procurement_screening"
	EffectCertification    Effect = "certification"
	EffectSummons          Effect = "summons"
	EffectGuidance         Effect = "guidance"
	EffectGuidanceReported Effect = "guidance_reported"
	EffectCaseDecision     Effect = "case_decision"
	EffectProposal         Effect = "proposal"
	EffectAllowList        Effect = "allow_list"
)

// ListStatus says whether a measure holds.
type ListStatus string

// The statuses. Unverified means that it held once and its state on the list's
// as-of date could not be established.
const (
	StatusInForce        ListStatus = "in_force"
	StatusReported       ListStatus = "reported"
	StatusRecommendation ListStatus = "recommendation"
	StatusProposal       ListStatus = "proposal"
	StatusAnnounced      ListStatus = "announced"
	StatusNotYet         ListStatus = "enacted_not_yet_effective"
	StatusUnverified     ListStatus = "unverified"
	StatusSuspended      ListStatus = "suspended"
	StatusHistorical     ListStatus = "historical"
)

// Reach says to whom beyond the named party an entry extends.
type Reach string

// The reaches.
const (
	ReachNamedOnly     Reach = "named_only"
	ReachAffiliates    Reach = "subsidiaries_and_affiliates"
	ReachControlled    Reach = "controlled_entities"
	ReachHalfOwned     Reach = "owned_50_percent"
	ReachProductsOf    Reach = "products_of" // the maker's products under any of its brands
	ReachNamedBranches Reach = "named_and_branches"
)

// Grade ranks the authority behind a precedent. Only GradeStatute,
// GradeOfficialList and GradeConclusion may prohibit.
type Grade string

// The grades, strongest first.
const (
	GradeStatute      Grade = "statute"
	GradeOfficialList Grade = "official-list"
	GradeConclusion   Grade = "official-conclusion"
	GradeSummons      Grade = "official-summons"
	GradeAssociation  Grade = "association"
	GradePress        Grade = "press-report"
	GradeAllegation   Grade = "allegation"
)

// Scope says which products an entry or gate touches. Every part that is given
// must hold; an empty Scope with Any false is a scope in words only, which
// cannot be evaluated.
type Scope struct {
	Any        bool       `json:"any" yaml:"any"`                                   // all products and services of the party
	Kinds      []Kind     `json:"kinds,omitempty" yaml:"kinds,omitempty"`           // one of these kinds
	Categories []Category `json:"categories,omitempty" yaml:"categories,omitempty"` // one of these product classes
	Models     []string   `json:"models,omitempty" yaml:"models,omitempty"`         // name or model holds one of these word sequences
}

// Entry is one party or class of products on a list. Fields left empty take
// the list's value.
type Entry struct {
	Supplier   string     `json:"supplier" yaml:"supplier"` // id; empty for a category entry
	ListedName string     `json:"listed_name" yaml:"listed_name"`
	From       Date       `json:"from" yaml:"from"`
	To         Date       `json:"to,omitempty" yaml:"to,omitempty"`
	Effects    []Effect   `json:"effects,omitempty" yaml:"effects,omitempty"`
	Status     ListStatus `json:"status,omitempty" yaml:"status,omitempty"`
	Grade      Grade      `json:"grade,omitempty" yaml:"grade,omitempty"` // a launch is worth less than the conclusion after it
	Reach      Reach      `json:"reach,omitempty" yaml:"reach,omitempty"`
	Scope      Scope      `json:"scope" yaml:"scope"`
	ScopeText  string     `json:"scope_text" yaml:"scope_text"`
	Conditions []string   `json:"conditions,omitempty" yaml:"conditions,omitempty"` // of use or phase-out; a ban with conditions is no outright ban
	Citation   string     `json:"citation" yaml:"citation"`
	URL        string     `json:"url,omitempty" yaml:"url,omitempty"`
	Confidence Confidence `json:"confidence,omitempty" yaml:"confidence,omitempty"`
	Note       string     `json:"note,omitempty" yaml:"note,omitempty"`
}

// List is one authority's measure: whom it names, whom it binds, from when.
type List struct {
	ID           string     `json:"id" yaml:"id"`
	Title        string     `json:"title" yaml:"title"`
	TitleZH      string     `json:"title_zh,omitempty" yaml:"title_zh,omitempty"`
	Authority    string     `json:"authority" yaml:"authority"`
	LegalBasis   string     `json:"legal_basis" yaml:"legal_basis"`
	Jurisdiction string     `json:"jurisdiction" yaml:"jurisdiction"` // ISO 3166-1 alpha-2, or EU
	Binds        string     `json:"binds" yaml:"binds"`
	Effects      []Effect   `json:"effects" yaml:"effects"`
	Status       ListStatus `json:"status" yaml:"status"`
	Grade        Grade      `json:"grade" yaml:"grade"`
	Reach        Reach      `json:"reach" yaml:"reach"`
	Matching     string     `json:"matching" yaml:"matching"` // named or criteria
	URL          string     `json:"url" yaml:"url"`
	AsOf         Date       `json:"as_of" yaml:"as_of"`
	Complete     bool       `json:"complete" yaml:"complete"` // every entry of the official list is here
	Confidence   Confidence `json:"confidence" yaml:"confidence"`
	Note         string     `json:"note,omitempty" yaml:"note,omitempty"`
	Source       string     `json:"source" yaml:"source"`
	Entries      []Entry    `json:"entries" yaml:"entries"`
}

// ListHit is a party of an assessment met on a list: the product's supplier,
// one of its owners, or the maker of some of its components.
type ListHit struct {
	List         string     `json:"list"`
	Title        string     `json:"title"` // of the list
	Entry        Entry      `json:"-"`
	Supplier     string     `json:"supplier"`    // id of the listed party
	ListedName   string     `json:"listed_name"` // as the list writes it
	Party        string     `json:"party"`       // id of the party of the product that it reaches
	PartyName    string     `json:"party_name"`
	Relation     string     `json:"relation"`  // self, or owner when reached through ownership
	Component    bool       `json:"component"` // the party made components, not the product
	Jurisdiction string     `json:"jurisdiction"`
	Effects      []string   `json:"effects"`
	Status       ListStatus `json:"status"`
	Grade        Grade      `json:"grade"`
	Confidence   Confidence `json:"confidence"`
	From         Date       `json:"from"`
	Scope        string     `json:"scope"` // in, out, or unknown: whether this product is of the kind listed
}

// InForce reports whether the entry holds on the given day under its list.
func (l *List) InForce(e *Entry, at time.Time) bool {
	return Covers(e.From, e.To, at)
}

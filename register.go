package netvet

import (
	"cmp"
	"slices"
)

// SchemaVersion is the version of the register's form. Within a version fields
// are only added.
const SchemaVersion = "1"

// Register is the result of a scan. It marshals as it stands; the contract is
// its JSON Schema.
type Register struct {
	SchemaVersion  string            `json:"schema_version"`
	Notice         string            `json:"notice"`
	AsOf           string            `json:"as_of"` // RFC 3339 UTC
	Tool           Tool              `json:"tool"`
	Profile        string            `json:"profile"`
	Parameters     Parameters        `json:"parameters"`
	Adjustments    []Adjustment      `json:"adjustments,omitempty"` // rules that the user turned off or gave another strength
	Packs          []DataSet         `json:"packs"`
	Data           []DataSet         `json:"data"`
	Inputs         []InputSummary    `json:"inputs"`
	Summary        Summary           `json:"summary"`
	Products       []RegisterProduct `json:"products"`
	Asked          []AskedQuestion   `json:"asked,omitempty"`          // the text of every question below
	Questionnaires []Questionnaire   `json:"questionnaires,omitempty"` // what to ask each maker
	Findings       []Finding         `json:"findings"`
	Unknowns       []UnknownRule     `json:"unknowns"`
	Risks          []Risk            `json:"risks"`
	Gaps           []Gap             `json:"gaps"`
	Incomplete     bool              `json:"incomplete"`
}

// Tool names the program that made a register.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Parameters are the constants of the scoring model that the run used, so that
// a reader can recompute every score.
type Parameters struct {
	Leak            float64 `json:"leak"`
	Damping         float64 `json:"damping"`
	Prior           float64 `json:"prior"`
	Beta            float64 `json:"beta"`
	MitigationFloor float64 `json:"mitigation_floor"`
	LowPrior        float64 `json:"low_prior"`
	HighPrior       float64 `json:"high_prior"`
	// MitigationHalfLife is how fast the word for a mitigation ages, in days.
	MitigationHalfLife float64 `json:"mitigation_half_life_days"`
}

// Adjustment is a rule that the user turned off or gave another strength, and why.
type Adjustment struct {
	Rule     string   `json:"rule"`
	Title    string   `json:"title"`
	Off      bool     `json:"off"`
	Strength *float64 `json:"strength"` // now; null when it is off
	Was      float64  `json:"was"`
	Reason   string   `json:"reason"`
	By       string   `json:"by"`
	Date     Date     `json:"date"`
}

// DataSet identifies a pack or a set of data by content.
type DataSet struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	AsOf    string `json:"as_of,omitempty"`
	SHA256  string `json:"sha256"`
}

// InputSummary says what was read from one input.
type InputSummary struct {
	Name       string  `json:"name"`
	Format     string  `json:"format"`
	Version    *string `json:"version"`
	SHA256     string  `json:"sha256"`
	Bytes      int64   `json:"bytes"`
	Products   int     `json:"products"`
	Components int     `json:"components"`
	Gaps       int     `json:"gaps"`
}

// Summary counts the whole register.
type Summary struct {
	Products             int             `json:"products"`
	Empty                int             `json:"empty,omitempty"` // of them: nothing is said but a name
	Components           int             `json:"components"`
	Suppliers            int             `json:"suppliers"`
	UnresolvedSuppliers  int             `json:"unresolved_suppliers"`
	Verdicts             map[Verdict]int `json:"verdicts"`
	Levels               map[Level]int   `json:"levels"`
	InsufficientEvidence int             `json:"insufficient_evidence"`
	Gaps                 int             `json:"gaps"`
	LookedUp             *LookUps        `json:"looked_up,omitempty"`
	Sensitivity          *Sensitivity    `json:"sensitivity,omitempty"` // when asked for
}

// LookUps counts for what known weaknesses were looked up in the offline data,
// and why not for the rest.
type LookUps struct {
	Components         int         `json:"components"` // that are packages
	ComponentsAssessed int         `json:"components_assessed"`
	ComponentsNot      []NotLooked `json:"components_not"`
	Products           int         `json:"products"` // as network products
	ProductsAssessed   int         `json:"products_assessed"`
	ProductsNot        []NotLooked `json:"products_not"`
}

// NotLooked is one reason for which something was not looked up, the most
// frequent first.
type NotLooked struct {
	Reason string `json:"reason"`
	Count  int    `json:"count"`
}

// Sensitivity is how far the ranking of the products hangs on the strengths of
// the rules: what comes of drawing all strengths anew, each within Spread of its
// own. Products whose evidence is the same in all that enters a score stand or
// fall together; of those that differ at most 2,000 are drawn, with a fixed seed.
type Sensitivity struct {
	Draws           int     `json:"draws"`
	Spread          float64 `json:"spread"`
	Products        int     `json:"products"`
	Distinct        int     `json:"distinct"`                     // products that differ
	Estimated       bool    `json:"distinct_estimated,omitempty"` // Distinct is estimated from the sample
	Sampled         int     `json:"sampled"`                      // of Distinct
	SampledProducts int     `json:"sampled_products"`             // that they stand for
	Tau             *Tau    `json:"tau"`                          // null when there is nothing to rank
	Worst           string  `json:"worst,omitempty"`              // product with the highest score of the sample
	WorstStays      float64 `json:"worst_stays"`                  // share of the draws in which it still has it
	// Products whose level or verdict is another in more than UnstableShare of
	// the draws.
	UnstableShare    float64           `json:"unstable_share"`
	UnstableLevels   int               `json:"unstable_levels"`
	UnstableVerdicts int               `json:"unstable_verdicts"`
	LeastStable      []UnstableProduct `json:"least_stable,omitempty"` // of them
}

// Tau is Kendall's tau-b between the ranking of the register and those of the
// draws: 1 is the same order, 0 no relation, -1 the reverse.
type Tau struct {
	Mean        float64 `json:"mean"`
	Min         float64 `json:"min"`
	Percentile5 float64 `json:"p5"`
}

// UnstableProduct is a product whose level or verdict hangs on the strengths of
// the rules, and how many products are like it.
type UnstableProduct struct {
	Product        string  `json:"product"`
	Products       int     `json:"products"`
	Score          float64 `json:"score"`
	Low            float64 `json:"low"` // nine draws in ten lie between Low and High
	High           float64 `json:"high"`
	Level          Level   `json:"level"`
	LevelChanges   float64 `json:"level_changes"` // share of the draws
	Verdict        Verdict `json:"verdict"`
	VerdictChanges float64 `json:"verdict_changes"`
}

// RegisterProduct is one product with its scores. Text that is not known is null.
type RegisterProduct struct {
	ID                string                      `json:"id"`
	Name              *string                     `json:"name"`
	Model             *string                     `json:"model"`
	PartNumber        *string                     `json:"part_number"`
	Version           *string                     `json:"version"`
	Serial            *string                     `json:"serial"`
	Quantity          *int                        `json:"quantity"`
	Location          *string                     `json:"location"`
	Manufacturer      *string                     `json:"manufacturer"`
	CountryOfOrigin   *string                     `json:"country_of_origin"`
	Price             *Price                      `json:"price"`
	Identifiers       map[IdentifierType][]string `json:"identifiers"`
	Act               Act                         `json:"act"`
	ActAssumed        bool                        `json:"act_assumed"`
	ImpactAssumed     bool                        `json:"impact_assumed"`
	Systems           []System                    `json:"systems,omitempty"` // of the operator, that it serves
	Category          *Category                   `json:"category"`
	CategoryBasis     *string                     `json:"category_basis"`
	Supplier          *RegisterSupplier           `json:"supplier"`
	PossibleSuppliers []PossibleMatch             `json:"possible_suppliers"`
	Registered        []Registration              `json:"registered,omitempty"` // holders, in public registries, of identifiers that no supplier's record lists
	Components        int                         `json:"components"`
	Score             float64                     `json:"score"`
	ScoreRange        [2]float64                  `json:"score_range"`
	Level             Level                       `json:"level"`
	Coverage          float64                     `json:"coverage"`
	Verdict           Verdict                     `json:"verdict"`
	VerdictBasis      string                      `json:"verdict_basis"`
	Insufficient      bool                        `json:"insufficient_evidence"`
	Factors           []RegisterFactor            `json:"factors"`
	Gates             []RegisterGate              `json:"gates"`
	Findings          []string                    `json:"findings"`
	Questions         []RegisterQuestion          `json:"questions"`
	Milder            *Milder                     `json:"milder,omitempty"`
	Weaknesses        *KnownWeaknesses            `json:"known_weaknesses,omitempty"`
	Support           []Support                   `json:"support,omitempty"` // of the product, its system and parts
	RemoteControl     []RemoteWay                 `json:"remote_control,omitempty"`
	Comparisons       []Comparison                `json:"comparisons,omitempty"` // declared versus observed
	Attestations      []RegisterAttestation       `json:"attestations,omitempty"`
	Sources           []Source                    `json:"sources"`
}

// KnownWeaknesses counts the weaknesses of a product that are stated or known,
// and says how far they were looked up.
type KnownWeaknesses struct {
	Affected  int    `json:"affected"`
	Possible  int    `json:"possibly_affected"`
	Exploited int    `json:"exploited"` // of those that affect it
	Looked    int    `json:"components_looked_up"`
	Of        int    `json:"components_to_look_up"` // packages
	Complete  bool   `json:"complete"`              // all of the product was looked up
	AsOf      string `json:"as_of,omitempty"`       // of the data
	Not       string `json:"not,omitempty"`         // why the product itself was not looked up as a network product
}

// RegisterAttestation is what somebody attests of a requirement, and the rules
// whose question it answers; without rules it is shown and answers nothing.
type RegisterAttestation struct {
	Standard    string   `json:"standard"`
	Requirement string   `json:"requirement"`
	Assessor    string   `json:"assessor"`
	Signature   string   `json:"signature"` // in whose words, and what is known of the signature
	Conformance *float64 `json:"conformance"`
	Text        string   `json:"text"` // of the first claim, else the summary
	Claims      int      `json:"claims"`
	Against     int      `json:"counter_claims"`
	Rules       []string `json:"rules"`
	Pointer     string   `json:"pointer"`
}

// RegisterSupplier is the supplier of a product and how it was matched.
type RegisterSupplier struct {
	ID             string        `json:"id"`
	Name           string        `json:"name"`
	Country        *string       `json:"country"`
	UltimateParent *string       `json:"ultimate_parent"`
	Countries      Countries     `json:"countries"`
	Confidence     Confidence    `json:"confidence"`
	Match          RegisterMatch `json:"match"`
}

// RegisterMatch is how a supplier was matched.
type RegisterMatch struct {
	Input      string  `json:"input"`
	Method     string  `json:"method"`
	Confidence float64 `json:"confidence"`
	Reason     string  `json:"reason"`
}

// RegisterFactor is the score of one factor, with what is needed to recompute
// it: Score = 100 * Likelihood * Impact, raised to Floor, where
// Likelihood = (1 - (1-leak) * AdverseProduct * SilenceProduct) * Mitigation.
type RegisterFactor struct {
	Factor         Factor          `json:"factor"`
	NotApplicable  bool            `json:"not_applicable,omitempty"`
	Score          *float64        `json:"score"`
	ScoreRange     *[2]float64     `json:"score_range"`
	Likelihood     *float64        `json:"likelihood"`
	Impact         *float64        `json:"impact"`
	Coverage       *float64        `json:"coverage"`
	UnknownRules   int             `json:"unknown_rules"`
	AdverseProduct float64         `json:"adverse_product"`
	SilenceProduct float64         `json:"silence_product"`
	SilenceShare   float64         `json:"silence_share"`
	Mitigation     float64         `json:"mitigation"`
	Floor          *float64        `json:"floor"`
	FloorGate      *string         `json:"floor_gate"`
	Topics         []RegisterTopic `json:"topics"`
	Rules          []RegisterRule  `json:"rules"` // adverse rules, largest weight first
}

// RegisterTopic is one topic of a factor: its weight, the share of its
// questions still open, and its largest adverse weight.
type RegisterTopic struct {
	Topic   string  `json:"topic"`
	Weight  float64 `json:"weight"`
	Open    float64 `json:"open"`
	Adverse float64 `json:"adverse"`
}

// RegisterRule is the weight of one adverse rule in a factor.
type RegisterRule struct {
	Rule         string  `json:"rule"`
	Weight       float64 `json:"weight"`
	Strength     float64 `json:"strength"`
	Contribution float64 `json:"contribution"` // points of the overall score that would go if the rule were clean
}

// RegisterGate is a gate that fired on a product.
type RegisterGate struct {
	Rule       string     `json:"rule"`
	Verdict    Verdict    `json:"verdict"`
	Instrument string     `json:"instrument"`
	Date       string     `json:"date"`
	URL        string     `json:"url"`
	Grade      Grade      `json:"grade"`
	Confidence Confidence `json:"confidence"`
	Policy     string     `json:"policy"`
	Conditions []string   `json:"conditions,omitempty"`
	Authority  string     `json:"authority,omitempty"`
	Binds      string     `json:"binds,omitempty"`     // whom the measure binds
	Citation   string     `json:"citation,omitempty"`  // where the party is named
	Citations  []Citation `json:"citations,omitempty"` // the clauses that stand on the as-of date
	Message    string     `json:"message"`
}

// RegisterQuestion is an open question and the overall score its answer would give.
type RegisterQuestion struct {
	Rule          string  `json:"rule"`
	Question      string  `json:"question"`
	ScoreIfGood   float64 `json:"score_if_good"`
	ScoreIfBad    float64 `json:"score_if_bad"`
	VerdictIfGood Verdict `json:"verdict_if_good,omitempty"`
	VerdictIfBad  Verdict `json:"verdict_if_bad,omitempty"`
}

// Milder is the next milder verdict that good answers alone could bring a
// product, the score it would then have, and how few answers that takes.
type Milder struct {
	Verdict Verdict `json:"verdict"`
	Score   float64 `json:"score"`
	Answers int     `json:"answers"`
}

// AskedQuestion is the text of one question, as people are asked it.
type AskedQuestion struct {
	Rule      string     `json:"rule"`
	Factor    Factor     `json:"factor"`
	Title     Bilingual  `json:"title"`
	Question  Bilingual  `json:"question"`
	Good      string     `json:"good"` // the answer that speaks for the product: yes or no
	Citations []Citation `json:"citations"`
}

// Bilingual is a text in English and Chinese.
type Bilingual struct {
	EN string `json:"en"`
	ZH string `json:"zh"`
}

// Questionnaire is what to ask one maker: the open questions about its products
// that can move their scores, the most telling first. Products of makers who are
// not known are grouped by the name as written.
type Questionnaire struct {
	Supplier  *string             `json:"supplier"`         // id; null when not known
	Name      string              `json:"name"`             // of the supplier, else the maker as written; empty: none is stated
	Others    bool                `json:"others,omitempty"` // all makers beyond those that get a questionnaire of their own
	Products  int                 `json:"products"`
	Milder    map[Verdict]int     `json:"milder,omitempty"` // products that good answers alone could bring there
	Questions []QuestionnaireItem `json:"questions"`
	Left      int                 `json:"left"` // open questions that move less, not listed
}

// QuestionnaireItem is one question to one maker. Points are how far apart the
// scores after a good and a bad answer are, both with the word of an audit.
type QuestionnaireItem struct {
	Rule          string   `json:"rule"`
	Products      int      `json:"products"`   // for which it is open
	Examples      []string `json:"examples"`   // ids; the scores below are of the first
	Points        float64  `json:"points"`     // summed over the products
	MaxPoints     float64  `json:"max_points"` // of the product that it moves most
	Score         float64  `json:"score"`
	ScoreIfGood   float64  `json:"score_if_good"`
	ScoreIfBad    float64  `json:"score_if_bad"`
	VerdictIfGood Verdict  `json:"verdict_if_good"`
	VerdictIfBad  Verdict  `json:"verdict_if_bad"`
	Worsens       int      `json:"worsens"` // products whose verdict a bad answer alone would raise
	Needed        int      `json:"needed"`  // products that reach a milder verdict with this and the other answers so marked
}

// Finding is what a rule said of one subject of one product.
type Finding struct {
	ID            string                `json:"id"` // fingerprint of rule, product and subject
	Rule          string                `json:"rule"`
	Title         string                `json:"title"`
	Factor        Factor                `json:"factor"`
	Topic         string                `json:"topic"`
	Outcome       Outcome               `json:"outcome"`
	Severity      Severity              `json:"severity"`
	Weight        float64               `json:"weight"`
	Product       string                `json:"product"`
	Subject       Subject               `json:"subject"`
	Count         int                   `json:"count"`
	Message       string                `json:"message"`
	Vulnerability *FindingVulnerability `json:"vulnerability"`
	Evidence      []FindingEvidence     `json:"evidence"`
	Citations     []Citation            `json:"citations"`
	Remediation   string                `json:"remediation"`
	Acceptance    *Acceptance           `json:"acceptance"`
}

// FindingVulnerability names the weakness a finding is about.
type FindingVulnerability struct {
	ID         string   `json:"id"`
	Aliases    []string `json:"aliases"`
	Status     string   `json:"status"` // affected, possibly-affected, not-affected, fixed
	Fixed      *string  `json:"fixed"`
	KEV        *bool    `json:"kev"`      // in the catalogue of exploited weaknesses; null when there is none to look in
	EPSS       *float64 `json:"epss"`     // probability of exploitation within 30 days
	Severity   *string  `json:"severity"` // of the weakness, which may differ from that of the rule
	Source     string   `json:"source"`
	SourceDate *string  `json:"source_date"` // as of when the offline data says so; null for what an input states
}

// FindingEvidence is one item of evidence as shown.
type FindingEvidence struct {
	Text        string  `json:"text"`
	Input       *string `json:"input"`
	Pointer     *string `json:"pointer"`
	Source      *string `json:"source"`
	URL         *string `json:"url"`
	Observed    *string `json:"observed"`
	Reliability float64 `json:"reliability"`
	Verdict     *string `json:"verdict"`
}

// Acceptance is a risk that someone owns until a date.
type Acceptance struct {
	Owner  string `json:"owner"`
	Until  string `json:"until"`
	Reason string `json:"reason"`
}

// UnknownRule is a rule that could not be answered for want of data.
type UnknownRule struct {
	Rule     string   `json:"rule"`
	Needs    []string `json:"needs"`
	Products int      `json:"products"`
}

// Risk is one row of the register proper: product x factor, with the columns of
// NIST IR 8286.
type Risk struct {
	ID                  string   `json:"id"`
	Priority            *int     `json:"priority"`
	Product             string   `json:"product"`
	Factor              Factor   `json:"factor"`
	Description         string   `json:"description"`
	Category            string   `json:"category"`
	Likelihood          float64  `json:"likelihood"`
	Impact              float64  `json:"impact"`
	Exposure            float64  `json:"exposure"`
	Response            string   `json:"response"` // avoid, mitigate, transfer, accept
	ResponseDescription string   `json:"response_description"`
	ResponseCost        *string  `json:"response_cost"`
	Owner               *string  `json:"owner"`
	Status              string   `json:"status"`
	Findings            []string `json:"findings"`
}

// Sort puts the register into its one order: products by score descending then
// id, findings by product order then weight descending then id, risks by
// exposure descending then id, the rest by their own keys. Priorities of risks
// follow that order.
func (r *Register) Sort() {
	slices.SortFunc(r.Products, func(a, b RegisterProduct) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
	})
	rank := make(map[string]int, len(r.Products))
	for i, p := range r.Products {
		rank[p.ID] = i
	}
	slices.SortFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(rank[a.Product], rank[b.Product]), cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(r.Risks, func(a, b Risk) int {
		return cmp.Or(cmp.Compare(b.Exposure, a.Exposure), cmp.Compare(a.ID, b.ID))
	})
	for i := range r.Risks {
		n := i + 1
		r.Risks[i].Priority = &n
	}
	slices.SortFunc(r.Unknowns, func(a, b UnknownRule) int { return cmp.Compare(a.Rule, b.Rule) })
	slices.SortStableFunc(r.Gaps, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.Input, b.Input), cmp.Compare(a.Record, b.Record), cmp.Compare(a.Reason, b.Reason))
	})
}

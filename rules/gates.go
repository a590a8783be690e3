package rules

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

// compiledGate is a gate with its list.
type compiledGate struct {
	*Gate
	pack    *Pack
	id      string // with its pack: "cn-review-2022/G-MICRON"
	list    *netvet.List
	cites   []netvet.Citation // those that stand on the as-of date
	message *template

	measures []measure // that can come to something, on the as-of date
}

// embeddedByProfile and embeddedNone are the words of Gate.Embedded that are no
// verdicts.
const (
	embeddedByProfile = "profile"
	embeddedNone      = "none"
)

// bind joins the gates of all packs to their lists.
func (p *Program) bind(lists []netvet.List) error {
	byID := map[string]*netvet.List{}
	for i := range lists {
		byID[lists[i].ID] = &lists[i]
	}
	var faults strictyaml.Faults
	var models []string
	for _, pack := range p.Packs {
		for i := range pack.Gates {
			g := &compiledGate{Gate: &pack.Gates[i], pack: pack, id: pack.ID + "/" + pack.Gates[i].ID, cites: standing(pack.Gates[i].Cites, p.asOf)}
			f := gateFaults{gate: g, index: i}
			g.list = byID[g.List]
			if g.list == nil {
				f.add("list", fmt.Sprintf("no list %q%s", g.List, didYouMean(g.List, keys(byID))))
				faults = append(faults, f.faults...)
				continue
			}
			g.compile(&f)
			g.measures = p.measures(g)
			models = append(models, g.models()...)
			faults = append(faults, f.faults...)
			p.gates = append(p.gates, g)
		}
	}
	if len(models) > 0 {
		p.gateModels = p.matcher.slot(nil, nil)
		p.matcher.sequences(p.gateModels, inName, false, models)
	}
	return faults.Err()
}

func (g *compiledGate) compile(f *gateFaults) {
	t, err := parseTemplate(g.Message.EN, gateRoots())
	if err != nil {
		f.add("message.en", err.Error())
	}
	g.message = t
	if !scopeEmpty(&g.Applies.Products) {
		return
	}
	for i := range g.list.Entries {
		if e := &g.list.Entries[i]; e.Supplier != "" && scopeEmpty(&e.Scope) {
			f.add("list", fmt.Sprintf("list %s, entry %q: its scope is in words only: give kinds, categories, models or any there, or in applies.products here", g.list.ID, e.ListedName))
		}
	}
}

// models are all names that decide whether a product is in the gate's scope.
func (g *compiledGate) models() []string {
	out := slices.Clone(g.Applies.Products.Models)
	for i := range g.list.Entries {
		out = append(out, g.list.Entries[i].Scope.Models...)
	}
	return out
}

// gateFaults collects the faults of one gate with their lines.
type gateFaults struct {
	gate   *compiledGate
	index  int
	faults strictyaml.Faults
}

func (f *gateFaults) add(key, text string) {
	lines := strictyaml.Lines(f.gate.pack.data)
	line, ok := lines[fmt.Sprintf("gates.%d.%s", f.index, key)]
	if !ok {
		line = lines[fmt.Sprintf("gates.%d", f.index)]
	}
	f.faults = append(f.faults, strictyaml.Fault{File: f.gate.pack.File, Line: line, Text: fmt.Sprintf("gate %s: %s: %s", f.gate.Gate.ID, key, text)})
}

// gate finds out whether a gate fires on the product, and with which verdict.
func (e *evaluation) gate(g *compiledGate) {
	var found []netvet.GateResult
	for _, m := range g.measures {
		found = append(found, e.direct(&m)...)
		found = append(found, e.embedded(&m)...)
		found = append(found, e.possible(&m)...)
	}
	e.a.Gates = append(e.a.Gates, e.strongest(found)...)
}

// measures are those of a gate.
func (p *Program) measures(g *compiledGate) []measure {
	var out []measure
	for i := range g.list.Entries {
		entry := &g.list.Entries[i]
		if entry.Supplier == "" {
			continue // a class of products by country of production names no party
		}
		if m := p.measure(g, entry); m.kind != measureNone {
			m.reasons = slices.Clip(m.reasons)
			out = append(out, m)
		}
	}
	return out
}

// measure is one entry of a gate's list on the as-of date, and what it can do at
// most whomever it meets.
type measure struct {
	gate       *compiledGate
	entry      *netvet.Entry
	kind       measureKind
	verdict    netvet.Verdict // most that the data allows; empty for a finding only
	reach      netvet.Reach
	confidence netvet.Confidence
	grade      netvet.Grade
	conditions []string
	reasons    []string // why the verdict is less than the gate's own
}

type measureKind uint8

const (
	measureNone    measureKind = iota // no gate: evidence, or an allow list
	measureFinding                    // not in force: worth telling, decides nothing
	measureGate
)

// measure reads the entry's data. The list's values stand for what the entry
// leaves empty.
func (p *Program) measure(g *compiledGate, entry *netvet.Entry) measure {
	l := g.list
	m := measure{gate: g, entry: entry, reach: cmp.Or(entry.Reach, l.Reach), confidence: cmp.Or(entry.Confidence, l.Confidence),
		grade: cmp.Or(entry.Grade, l.Grade), conditions: entry.Conditions}
	effects := entry.Effects
	if len(effects) == 0 {
		effects = l.Effects
	}
	kind, verdict := effectsVerdict(effects, len(entry.Conditions) > 0)
	if m.kind = kind; kind == measureNone {
		return m
	}
	if why := p.notInForce(entry, cmp.Or(entry.Status, l.Status)); why != "" {
		m.kind = measureFinding
		m.reasons = append(m.reasons, why)
		return m
	}
	if kind == measureFinding {
		m.reasons = append(m.reasons, "a proposal")
		return m
	}
	m.verdict = verdict
	m.cap(g.Direct)
	if len(entry.Conditions) > 0 && verdict == netvet.VerdictRestricted {
		m.reasons = append(m.reasons, "with conditions: "+strings.Join(entry.Conditions, "; "))
	}
	switch s := cmp.Or(entry.Status, l.Status); s {
	case netvet.StatusReported, netvet.StatusRecommendation, netvet.StatusUnverified:
		m.doubt("status: " + string(s))
	case netvet.StatusNotYet:
		m.reasons = append(m.reasons, fmt.Sprintf("enacted law: in force from %s by its own terms, as read on %s", entry.From, l.AsOf))
	}
	if m.confidence != netvet.ConfidenceHigh {
		m.doubt("confidence: " + firstOf(string(m.confidence), "not graded"))
	}
	switch m.grade {
	case netvet.GradeStatute, netvet.GradeOfficialList, netvet.GradeConclusion:
	default:
		m.doubt("grade: " + firstOf(string(m.grade), "not graded"))
	}
	return m
}

// unsure is the most that the entry can say of a product of which nobody knows
// whether it is of the kind listed: what no authority said asks for a look only.
func (m *measure) unsure() netvet.Verdict {
	switch m.grade {
	case netvet.GradeAssociation, netvet.GradePress, netvet.GradeAllegation:
		return netvet.VerdictConditional
	}
	return netvet.VerdictReview
}

// cap lowers the verdict to what the data allows.
func (m *measure) cap(most netvet.Verdict) {
	if m.verdict.Rank() > most.Rank() {
		m.verdict = most
	}
}

// doubt says why the data allow no more than a review, also where the gate
// would give no more.
func (m *measure) doubt(why string) {
	m.cap(netvet.VerdictReview)
	m.reasons = append(m.reasons, why)
}

// effectsVerdict is the most that any of the effects allows. A ban with
// conditions of use or phase-out is no outright ban.
func effectsVerdict(effects []netvet.Effect, conditions bool) (measureKind, netvet.Verdict) {
	kind, verdict := measureNone, netvet.Verdict("")
	for _, effect := range effects {
		k, v := measureGate, netvet.Verdict("")
		switch effect {
		case netvet.EffectProcurementBan, netvet.EffectNetworkBan, netvet.EffectUseBan:
			v = netvet.VerdictProhibited
		case netvet.EffectSalesBan, netvet.EffectUpdateBan, netvet.EffectImportBan, netvet.EffectTradeBan, netvet.EffectFundingBan, netvet.EffectNoAuthorisation:
			v = netvet.VerdictRestricted
		case netvet.EffectSummons, netvet.EffectGuidance, netvet.EffectGuidanceReported, netvet.EffectCaseDecision:
			v = netvet.VerdictReview
		case netvet.EffectProposal:
			k = measureFinding
		default: // evidence for rules, and allow lists
			k = measureNone
		}
		if conditions && v == netvet.VerdictProhibited {
			v = netvet.VerdictRestricted
		}
		kind = max(kind, k)
		if v.Rank() > verdict.Rank() {
			verdict = v
		}
	}
	return kind, verdict
}

// notInForce says why the entry decides nothing on the as-of date, or nothing.
func (p *Program) notInForce(entry *netvet.Entry, status netvet.ListStatus) string {
	switch {
	case entry.From != "" && p.asOf.Before(entry.From.Start()):
		return "not in force before " + string(entry.From)
	case entry.To != "" && !p.asOf.Before(entry.To.Start()):
		return "ended on " + string(entry.To)
	}
	switch status {
	case netvet.StatusInForce, netvet.StatusReported, netvet.StatusRecommendation, netvet.StatusUnverified,
		netvet.StatusNotYet: // enacted law takes effect on its day without a further act
		return ""
	}
	return "status: " + firstOf(string(status), "not stated")
}

// direct tells whether the product's own supplier, or an owner that the entry
// reaches through, is the party listed.
func (e *evaluation) direct(m *measure) []netvet.GateResult {
	s := e.a.Match.Supplier
	if s == nil || e.a.Match.Confidence < netvet.MatchThreshold {
		return nil
	}
	relation, ok := m.reaches(s)
	if !ok {
		return nil
	}
	scope := e.productScope(m)
	if scope == scopeOut {
		return nil
	}
	r := e.result(m, s, relation)
	e.weaken(m, &r, scope, false)
	if r.Verdict == "" {
		r.Floors = nil
	}
	e.tell(m, &r, s, nil, 1)
	return []netvet.GateResult{r}
}

// embedded tells whether the listed party made components of the product.
func (e *evaluation) embedded(m *measure) []netvet.GateResult {
	most, policy := e.embeddedVerdict(m.gate)
	if most == "" {
		return nil
	}
	var out []netvet.GateResult
	for i := range e.a.Makers {
		g := &e.a.Makers[i]
		s := g.Match.Supplier
		if g.PossibleOnly || s == nil || g.Match.Confidence < netvet.MatchThreshold {
			continue
		}
		relation, ok := m.reaches(s)
		if !ok {
			continue
		}
		scope := m.componentScope(g)
		if scope == scopeOut {
			continue
		}
		r := e.result(m, s, relation)
		r.Embedded = true
		r.Policy = policy
		if r.Verdict.Rank() > most.Rank() {
			r.Verdict = most
		}
		e.weaken(m, &r, scope, true)
		if r.Verdict == "" {
			r.Floors = nil
		}
		e.tell(m, &r, s, g, g.Count)
		out = append(out, r)
	}
	return out
}

// embeddedVerdict is the most that the gate may say of other makers' products
// with parts of the listed party, and whose choice that is.
func (e *evaluation) embeddedVerdict(g *compiledGate) (netvet.Verdict, string) {
	switch g.Embedded {
	case embeddedNone:
		return "", ""
	case embeddedByProfile, "":
		return e.p.Profile.Embedded, "embedded: " + string(e.p.Profile.Embedded)
	}
	return netvet.Verdict(g.Embedded), "embedded: " + g.Embedded
}

// possible tells what would be if a match too weak to act on were right.
func (e *evaluation) possible(m *measure) []netvet.GateResult {
	if m.kind != measureGate {
		return nil
	}
	var out []netvet.GateResult
	if e.a.Match.Supplier == nil && len(e.a.Match.Possible) > 0 {
		scope := e.productScope(m)
		for i := range e.a.Match.Possible {
			if scope != scopeOut {
				out = append(out, e.mayBe(m, &e.a.Match.Possible[i], nil)...)
			}
		}
	}
	if most, _ := e.embeddedVerdict(m.gate); most == "" {
		return out
	}
	for i := range e.a.Makers {
		g := &e.a.Makers[i]
		if !g.PossibleOnly || m.componentScope(g) == scopeOut {
			continue
		}
		for j := range g.Match.Possible {
			out = append(out, e.mayBe(m, &g.Match.Possible[j], g)...)
		}
	}
	return out
}

// mayBe is the result of a possible match to the listed party, of the product or
// of a group of its components. It never fires: it asks for a look.
func (e *evaluation) mayBe(m *measure, p *netvet.PossibleMatch, g *netvet.MakerGroup) []netvet.GateResult {
	s := p.Supplier
	if s == nil {
		s = &netvet.Supplier{ID: p.ID, Name: p.ID}
	}
	relation, ok := m.reaches(s)
	if !ok {
		return nil
	}
	r := e.result(m, s, relation)
	r.Possible, r.Embedded = true, g != nil
	if g == nil {
		e.weaken(m, &r, scopeIn, false)
		if r.Verdict == "" {
			return nil // nothing would apply
		}
	}
	r.Would = maps.Clone(r.Floors)
	r.Verdict, r.Floors, r.Policy = netvet.VerdictConditional, nil, "possible match"
	what := "the product's supplier"
	r.Question = fmt.Sprintf("Who made this product: is it %s?", s.Name)
	if g != nil {
		r.Would = maps.Clone(m.gate.WeakFloors)
		r.Question = fmt.Sprintf("Who made %s of this product: is it %s?", components(g.Count), s.Name)
		what = "the maker of " + components(g.Count)
	}
	r.Message = fmt.Sprintf("%s may be %s (confidence %.2f: %s); gate %s would then apply", what, s.Name, p.Confidence, p.Reason, m.gate.id)
	r.Evidence = []netvet.Evidence{m.evidence(s, relation, p.Confidence, g)}
	return []netvet.GateResult{r}
}

// reaches reports whether the entry reaches the supplier, and how: it is the
// listed party, or the listed party controls it and the entry extends to those
// it controls.
func (m *measure) reaches(s *netvet.Supplier) (relation string, ok bool) {
	if s.ID == m.entry.Supplier {
		return "self", true
	}
	switch m.reach {
	case netvet.ReachAffiliates, netvet.ReachControlled, netvet.ReachHalfOwned, netvet.ReachProductsOf:
	default:
		return "", false
	}
	owned := slices.ContainsFunc(s.Owners, func(o netvet.Owner) bool { return o.ID == m.entry.Supplier })
	return "owner", owned || s.UltimateParent == m.entry.Supplier
}

// result begins what the gate says of a party: the most that the data allows.
func (e *evaluation) result(m *measure, s *netvet.Supplier, relation string) netvet.GateResult {
	l := m.gate.list
	r := netvet.GateResult{
		Gate: m.gate.id, List: l.ID, Verdict: m.verdict, Floors: m.gate.Floors, Party: s.ID, Conditions: slices.Clone(m.conditions),
		Instrument: l.Title, Authority: l.Authority, Binds: l.Binds, Citation: m.entry.Citation, Citations: m.gate.cites,
		Date: m.entry.From, URL: cmp.Or(m.entry.URL, l.URL), Grade: m.grade, Confidence: m.confidence, Policy: "direct",
	}
	if m.kind != measureGate {
		r.Policy = "finding only"
	}
	if relation == "owner" {
		r.Policy = "owner: " + m.entry.Supplier
	}
	return r
}

// weaken lowers the result for everything that makes the case less than the one
// the gate was made for: another role or act, a scope that cannot be told, parts
// instead of products, data that allow less than the gate.
func (e *evaluation) weaken(m *measure, r *netvet.GateResult, scope scopeAnswer, embedded bool) {
	g := m.gate
	var policy []string
	lower := func(most netvet.Verdict, why string) {
		policy = append(policy, why)
		if r.Verdict.Rank() > most.Rank() {
			r.Verdict = most
		}
	}
	if want := g.Applies.Role; want != "" && want != e.role() {
		lower(g.Otherwise.Role, fmt.Sprintf("role: %s is not %s", firstOf(string(e.role()), "unknown"), want))
	}
	if want, act := g.Applies.Act, cmp.Or(e.a.Circumstances.Act, netvet.ActProcure); want != "" && want != act {
		lower(g.Otherwise.Act, fmt.Sprintf("act: %s", act))
	}
	if scope == scopeUnknown {
		lower(m.unsure(), "scope: not known whether the product is of the kind listed")
	}
	weak := len(policy) > 0 || embedded && r.Verdict != netvet.VerdictProhibited ||
		r.Verdict.Rank() < netvet.VerdictRestricted.Rank() && r.Verdict != g.Direct
	if weak {
		r.Floors = g.WeakFloors
	}
	if r.Policy != "direct" {
		policy = append([]string{r.Policy}, policy...)
	}
	if policy = append(policy, m.reasons...); len(policy) > 0 {
		r.Policy = strings.Join(policy, "; ")
	}
	r.Floors = maps.Clone(r.Floors)
}

// tell writes the message and the evidence.
func (e *evaluation) tell(m *measure, r *netvet.GateResult, party *netvet.Supplier, g *netvet.MakerGroup, count int) {
	root := func(name string) reflect.Value {
		switch name {
		case "party":
			return reflect.ValueOf(*m.listed(party))
		case "list":
			return reflect.ValueOf(*m.gate.list)
		case "entry":
			return reflect.ValueOf(*m.entry)
		case varCount:
			return reflect.ValueOf(count)
		case varComponent:
			if g == nil || len(g.Examples) == 0 {
				return reflect.Value{}
			}
			return reflect.ValueOf(g.Examples[0])
		}
		return e.root(name)
	}
	relation, _ := m.reaches(party)
	r.Message = m.gate.message.fill(root)
	if relation == "owner" {
		r.Message += fmt.Sprintf("; %s is controlled by it, and the measure reaches %s", party.Name, reachWords(m.reach))
	}
	if g != nil {
		r.Message += fmt.Sprintf("; the product holds %s of %s", components(g.Count), party.Name)
	}
	if r.Policy != "direct" {
		r.Message += " (" + r.Policy + ")"
	}
	confidence := e.a.Match.Confidence
	if g != nil {
		confidence = g.Match.Confidence
	}
	r.Evidence = []netvet.Evidence{m.evidence(party, relation, confidence, g)}
	r.Evidence[0].Input, r.Evidence[0].Pointer = sourceOf(&e.a.Product)
	if g != nil && len(g.Examples) > 0 {
		r.Evidence[0].Pointer = g.Examples[0].Pointer
	}
}

// listed is the party that the entry names: the supplier itself or its owner.
func (m *measure) listed(s *netvet.Supplier) *netvet.Supplier {
	if s.ID == m.entry.Supplier {
		return s
	}
	for _, o := range s.Owners {
		if o.ID == m.entry.Supplier {
			return &netvet.Supplier{ID: o.ID, Name: o.Name}
		}
	}
	return &netvet.Supplier{ID: m.entry.Supplier, Name: m.entry.ListedName}
}

// reachWords say to whom beyond the party named a measure extends.
func reachWords(r netvet.Reach) string {
	switch r {
	case netvet.ReachProductsOf:
		return "its products under any brand"
	case netvet.ReachControlled:
		return "companies that it controls"
	case netvet.ReachHalfOwned:
		return "companies that it owns to 50 percent or more"
	}
	return "its subsidiaries and affiliates"
}

func components(n int) string {
	if n == 1 {
		return "1 component"
	}
	return fmt.Sprintf("%d components", n)
}

func (m *measure) evidence(party *netvet.Supplier, relation string, confidence float64, g *netvet.MakerGroup) netvet.Evidence {
	l := m.gate.list
	text := fmt.Sprintf("%s names %s", l.Title, firstOf(m.entry.ListedName, m.entry.Supplier))
	if relation == "owner" {
		text += fmt.Sprintf(", which controls %s", party.Name)
	}
	if m.entry.Citation != "" {
		text += " (" + m.entry.Citation + ")"
	}
	text += fmt.Sprintf(", %s, %s", firstOf(string(m.grade), "not graded"), m.entry.From)
	item := netvet.Evidence{
		Rule: m.gate.id, Adverse: true, Count: 1, Text: text, Source: l.Authority, URL: cmp.Or(m.entry.URL, l.URL),
		Subject:     netvet.Subject{Kind: evidenceSupplier, Name: party.Name, Ref: party.ID},
		Reliability: listReliability(m.confidence, m.grade), Match: confidence, Relevance: 1,
	}
	if g != nil {
		item.Count, item.Relevance = g.Count, g.Weight
		if len(g.Examples) > 0 {
			c := &g.Examples[0]
			item.Subject = netvet.Subject{Kind: eachComponent, Name: c.Name, Version: c.Version, Ref: firstOf(c.Ref, c.Pointer)}
		}
	}
	return item
}

// strongest keeps of a gate's results what decides: of the same party in the
// same relation the strongest, and nothing weaker beside a direct result. Of
// what decides nothing it keeps how matters stand: the last to have begun.
func (e *evaluation) strongest(found []netvet.GateResult) []netvet.GateResult {
	day := netvet.Date(e.p.asOf.Format(time.DateOnly))
	slices.SortStableFunc(found, func(a, b netvet.GateResult) int {
		return cmp.Or(-cmp.Compare(a.Verdict.Rank(), b.Verdict.Rank()), -cmp.Compare(floorsOf(&a), floorsOf(&b)),
			cmp.Compare(toInt(a.Possible), toInt(b.Possible)), cmp.Compare(toInt(a.Embedded), toInt(b.Embedded)),
			latest(&a, &b, day), cmp.Compare(a.Date, b.Date), cmp.Compare(a.Party, b.Party))
	})
	var out []netvet.GateResult
	for _, r := range found {
		covered := slices.ContainsFunc(out, func(s netvet.GateResult) bool {
			same := s.Party == r.Party && s.Embedded == r.Embedded && s.Possible == r.Possible
			return same || !s.Embedded && !s.Possible && s.Verdict != "" || r.Verdict == "" && s.Verdict != ""
		})
		if !covered {
			out = append(out, r)
		}
	}
	return out
}

// latest orders two results that decide nothing: what has begun by the day
// before what has not, and of what has begun the later first.
func latest(a, b *netvet.GateResult, day netvet.Date) int {
	if a.Verdict != "" || b.Verdict != "" {
		return 0
	}
	begun := a.Date <= day
	if c := cmp.Compare(toInt(b.Date <= day), toInt(begun)); c != 0 || !begun {
		return c
	}
	return -cmp.Compare(a.Date, b.Date)
}

func floorsOf(r *netvet.GateResult) float64 {
	sum := 0.0
	for _, f := range netvet.Factors() {
		sum += r.Floors[f]
	}
	return sum
}

func toInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

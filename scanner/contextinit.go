package scanner

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
)

// The bounds of a context that is written for inputs. What is beyond them is
// counted in it.
const (
	maxDraftGroups    = 20_000 // kept while reading
	maxDraftProducts  = 200    // entries written
	maxDraftSuppliers = 100
	maxDraftTargets   = 200
	maxDraftIDs       = 3 // of products, written out beside their entry
)

// draftProfile is the point of view of a context that nobody has written yet:
// none.
const draftProfile = "neutral"

// DraftContext reads inputs as a scan does and writes a context for them: what
// may be said of the products that are there, commented out, with what the
// context decides about files that speak of no product. The register tells what
// was read; the error may be InputErrors, with what could be read written.
func (s *Scanner) DraftContext(ctx context.Context, inputs []sbom.Input, found []netvet.Gap) ([]byte, *netvet.Register, error) {
	own := *s
	own.Context, own.Profile = nil, draftProfile
	d := newDraft(s.AsOf)
	r, err := own.start(Sink{Product: d.product})
	if err != nil {
		return nil, nil, err
	}
	r.unjudged = true
	for _, g := range found {
		if err := r.gap(g); err != nil {
			return nil, nil, err
		}
	}
	if err := r.assessAll(ctx, inputs); err != nil {
		return nil, nil, err
	}
	register, err := r.finish()
	d.facts(r.facts)
	return d.write(), register, err
}

// draft gathers what a context can speak of.
type draft struct {
	asOf     time.Time
	groups   map[groupKey]*draftGroup
	products int
	beyond   int // products of groups that were not kept
	targets  []draftTarget
	probed   map[string]bool // inputs of active probes
	out      bytes.Buffer
}

// groupKey is what an entry matches by, in lower case.
type groupKey struct{ supplier, model, name, id string }

// draftGroup is the products that one entry is about.
type draftGroup struct {
	key      groupKey
	match    ContextMatch
	supplier string // its name
	maker    string // as written, when the supplier is not known
	category string
	ids      []string // the first few
	count    int
}

type draftTarget struct {
	input, target, kind string
	count               int
}

func newDraft(asOf time.Time) *draft {
	return &draft{asOf: asOf, groups: map[groupKey]*draftGroup{}, probed: map[string]bool{}}
}

// product puts a product to its group: that of its supplier and model, or name
// where there is no model. One that has neither stands alone.
func (d *draft) product(r Result) error {
	p := &r.Product
	d.products++
	g := draftGroup{maker: word(p.Manufacturer), match: ContextMatch{Model: literal(word(p.Model))}}
	if p.Supplier != nil {
		g.match.Supplier, g.supplier = p.Supplier.ID, p.Supplier.Name
	}
	if g.match.Model == "" {
		g.match.Name = literal(word(p.Name))
	}
	if g.match.Model == "" && g.match.Name == "" {
		g.match = ContextMatch{ID: p.ID}
	}
	if p.Category != nil {
		g.category = string(*p.Category)
	}
	m := g.match
	g.key = groupKey{m.Supplier, strings.ToLower(m.Model), strings.ToLower(m.Name), m.ID}
	known := d.groups[g.key]
	if known == nil {
		if len(d.groups) == maxDraftGroups {
			d.beyond++
			return nil
		}
		known = &g
		d.groups[g.key] = known
	}
	known.count++
	if len(known.ids) <= maxDraftIDs {
		known.ids = append(known.ids, p.ID)
	}
	return nil
}

// literal is a text as a pattern that matches nothing else.
func literal(text string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(text)
}

// facts takes the targets that no product was found for.
func (d *draft) facts(store *factStore) {
	for _, g := range store.order {
		for i := range g.observations {
			if active(&g.observations[i]) {
				d.probed[g.input] = true
				break
			}
		}
		if g.bound {
			continue
		}
		kind := "observation"
		if len(g.observations) == 0 {
			kind = "declaration"
		}
		d.targets = append(d.targets, draftTarget{g.input, g.target, kind, len(g.observations) + len(g.declarations)})
	}
}

// write writes the context: prose after ##, what may be uncommented after #.
func (d *draft) write() []byte {
	d.head()
	d.operator()
	groups, left, leftProducts := d.largest()
	d.suppliers()
	d.entries(groups, left, leftProducts)
	d.bindings()
	d.observations()
	return d.out.Bytes()
}

func (d *draft) line(format string, args ...any) {
	fmt.Fprintf(&d.out, format+"\n", args...)
}

func (d *draft) head() {
	d.line("## What only the buyer knows, for %s read on %s.", counted(d.products, "product"), d.asOf.Format(time.DateOnly))
	d.line("## Lines that begin with ## explain; those with one # are choices: remove the # and correct what they say.")
	d.line("## As they stand they claim nothing that speaks for a product. What is left out is not known, and is asked.")
}

func (d *draft) operator() {
	d.line("\noperator:")
	d.line("  # name: %q", "NAME")
	d.line("  ## one of %s; ciio only by notification, with its date under notified", strings.Join(roles, ", "))
	d.line("  # role: %s", netvet.RoleEnterprise)
	d.line("  # notified: %s", d.asOf.Format(time.DateOnly))
	d.line("  ## whose personal information it holds; 0: not stated")
	d.line("  # users: 0")
	d.line("  # listing_abroad: true   ## listed abroad, or planned to be")
	d.line("\ndefaults:   ## for products of which nothing else is said")
	d.line("  # act: %s   ## or %s, for what is already installed", netvet.ActProcure, netvet.ActOperate)
	d.line("  # criticality: high   ## %s", strings.Join(byImpact(), ", "))
	d.line("  # data: {stored_in: [CN]}")
	d.line("\nsystems:   ## of the operator; a product takes criticality and data from those that it serves")
	d.line("  # example-system:")
	d.line("  #   function: what it does")
	d.line("  #   criticality: high")
	d.line("  #   data:")
	d.line("  #     class: important   ## %s, by GB/T 43697", strings.Join(netvet.DataClasses(), ", "))
	d.line("  #     ## persons; lower bounds will do, 0 is none. Also exported: {personal_records, sensitive_records}, in a year")
	d.line("  #     personal_records: 1000000")
	d.line("  #     sensitive_records: 10000")
	d.line("  #     stored_in: [CN]   ## countries, replicas and backups included")
}

func byImpact() []string {
	return slices.SortedFunc(maps.Keys(criticalities), func(a, b string) int { return cmp.Compare(criticalities[b], criticalities[a]) })
}

// largest are the groups to write, by supplier and model, the largest when there
// are too many, and what is left out.
func (d *draft) largest() (groups []*draftGroup, left, products int) {
	groups = slices.SortedFunc(maps.Values(d.groups), func(a, b *draftGroup) int {
		return cmp.Or(cmp.Compare(b.count, a.count), a.compare(b))
	})
	products = d.beyond
	for _, g := range groups[min(len(groups), maxDraftProducts):] {
		left++
		products += g.count
	}
	groups = groups[:len(groups)-left]
	slices.SortFunc(groups, (*draftGroup).compare)
	return groups, left, products
}

// compare orders groups by supplier, those without one last, and model.
func (g *draftGroup) compare(x *draftGroup) int {
	unknown := func(g *draftGroup) int { return map[bool]int{true: 1}[g.key.supplier == ""] }
	return cmp.Or(cmp.Compare(unknown(g), unknown(x)), cmp.Compare(g.key.supplier, x.key.supplier),
		cmp.Compare(g.key.model, x.key.model), cmp.Compare(g.key.name, x.key.name), cmp.Compare(g.key.id, x.key.id))
}

func (d *draft) suppliers() {
	names := map[string]string{}
	for _, g := range d.groups {
		if g.key.supplier != "" {
			names[g.key.supplier] = g.supplier
		}
	}
	d.line("\n## What a supplier undertook, answered or showed once for all its products. A commitment is")
	d.line("## %s; one that is obtained has a document and a date.", strings.Join(netvet.CommitmentStates(), ", "))
	d.line("## An answer that is empty or unknown is none. A certificate is %s; it may have from and until.", strings.Join(schemes(true), ", "))
	d.line("suppliers:")
	ids := slices.Sorted(maps.Keys(names))
	for _, id := range ids[:min(len(ids), maxDraftSuppliers)] {
		d.line("  ## %s", oneLine(names[id]))
		d.line("  # - id: %s", strconv.Quote(id))
		d.undertaken("  #   ")
		d.certificates("  #   ", schemes(true)[0], nil)
	}
	if n := len(ids) - maxDraftSuppliers; n > 0 {
		d.line("  ## and %s more", counted(n, "supplier"))
	}
}

// undertaken are the choices of what a supplier says.
func (d *draft) undertaken(indent string) {
	d.line("%scommitments: {%s}", indent, strings.Join(requested(), ", "))
	d.line("%sanswers: []   ## {rule: PACK/ID, answer: yes, by: WHO, reliability: self-attested, date: %s, document: FILE}", indent, d.asOf.Format(time.DateOnly))
}

func (d *draft) certificates(indent, scheme string, schemes []string) {
	note := ""
	if len(schemes) > 0 {
		note = "   ## perhaps " + strings.Join(schemes, ", ")
	}
	d.line("%scertificates: [{scheme: %s, number: NUMBER, issuer: ISSUER, document: FILE}]%s", indent, scheme, note)
}

// requested are the undertakings of which nothing is known yet.
func requested() (out []string) {
	for _, kind := range netvet.Undertakings() {
		out = append(out, kind+": {state: "+netvet.CommitmentRequested+"}")
	}
	return out
}

func (d *draft) entries(groups []*draftGroup, left, products int) {
	d.line("\n## An entry for each supplier and model. Every entry that matches applies, later ones over earlier ones; * matches")
	d.line("## anything. Commitments and answers may stand here too, over those of the supplier. A mitigation is %s.", strings.Join(mitigationKinds, ", "))
	d.line("## A certificate may have from, until, models and versions, and is one of")
	d.line("## %s.", strings.Join(schemes(false), ", "))
	d.line("products:")
	for _, g := range groups {
		d.entry(g)
	}
	if products > 0 {
		d.line("  ## %s more, with %s: give the inputs in parts, or match several models with *", cmp.Or(atLeast(left, d.beyond), "others"), counted(products, "product"))
	}
}

// atLeast counts groups, of which there may be more when some were not kept.
func atLeast(groups, beyond int) string {
	text := counted(groups, "group")
	if beyond > 0 {
		text = "at least " + text
	}
	return text
}

func (d *draft) entry(g *draftGroup) {
	note := []string{counted(g.count, "product")}
	if g.count <= maxDraftIDs {
		note = append(note, strings.Join(g.ids, " "))
	}
	if g.key.supplier == "" {
		note = append(note, "of no known supplier")
		if g.maker != "" {
			note = append(note, "maker as written: "+oneLine(g.maker))
		}
	}
	if g.category != "" {
		note = append(note, g.category)
	}
	d.line("  ## %s", strings.Join(note, "; "))
	d.line("  - match: {%s}", strings.Join(g.match.keys(), ", "))
	d.line("    # systems: [example-system]")
	d.line("    # act: %s", netvet.ActOperate)
	d.line("    # criticality: high")
	d.line("    # data: {class: important, personal_records: 1000000, sensitive_records: 10000, stored_in: [CN]}")
	d.line("    # stock_days: 0")
	d.line("    # mitigations: [{kind: second-source, strength: 0, reliability: document, evidence: FILE, date: %s}]", d.asOf.Format(time.DateOnly))
	d.certificates("    # ", netvet.SchemeOther, schemesOf(g.category))
	if g.key.supplier == "" {
		d.undertaken("    # ")
	}
}

// schemesOf are the words of certificates that a class of product may have.
func schemesOf(category string) []string {
	switch netvet.Category(category) {
	case netvet.CategoryCoreNetwork, netvet.CategoryCommunication:
		return []string{"cn-critical-equipment", "cn-network-access", "cn-radio", "cn-ccc", "common-criteria", "iec-62443-4-2"}
	case netvet.CategoryServer:
		return []string{"cn-critical-equipment", "cn-ccc", "cn-secure-reliable"}
	case netvet.CategorySecurity:
		return []string{"cn-security-product", "cn-commercial-cryptography", "common-criteria", "fips-140"}
	case netvet.CategoryCloud:
		return []string{"cn-cloud"}
	}
	return nil
}

// keys writes a match as YAML.
func (m ContextMatch) keys() (out []string) {
	for _, k := range []struct{ key, value string }{{"id", m.ID}, {"supplier", m.Supplier}, {"model", m.Model}, {"name", m.Name}} {
		if k.value != "" {
			out = append(out, k.key+": "+strconv.Quote(k.value))
		}
	}
	return out
}

func (d *draft) bindings() {
	d.line("\nbindings:   ## what a scan, log or specification says of a target is about a product")
	for _, t := range d.targets[:min(len(d.targets), maxDraftTargets)] {
		d.line("  # - {input: %s, target: %s, product: {serial: SERIAL}}   ## %s", quotedLiteral(t.input), quotedLiteral(t.target), counted(t.count, t.kind))
	}
	if n := len(d.targets) - maxDraftTargets; n > 0 {
		d.line("  ## and %s more that no product is bound to", counted(n, "target"))
	}
}

func quotedLiteral(text string) string { return strconv.Quote(literal(text)) }

func (d *draft) observations() {
	d.line("\nobservations:   ## where a probe stood and who allowed it: of critical infrastructure none counts without")
	for _, input := range slices.Sorted(maps.Keys(d.probed)) {
		d.line("  # - {input: %s, vantage: WHERE, authorisation: {by: WHO, document: FILE, date: %s}}", quotedLiteral(input), d.asOf.Format(time.DateOnly))
	}
}

// oneLine keeps a foreign text from ending the comment that it stands in.
func oneLine(text string) string {
	quoted := strconv.Quote(text)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

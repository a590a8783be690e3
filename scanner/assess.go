package scanner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/rules"
	"github.com/netvet/netvet/sbom"
	"github.com/netvet/netvet/scanner/evidence"
)

// assessAll reads the inputs and assesses their products in input order.
//
// Bills of materials are read first and kept as compact drafts, because a row
// of a table may be one of the products they describe. Tables are streamed, and
// read twice: once for an index of what occurs more than once, at about 24 bytes a
// serial number, and once for the rows themselves. A single input that is no
// table, and standard input, are read once.
func (r *run) assessAll(ctx context.Context, inputs []sbom.Input) error {
	plan, err := r.schedule(ctx, inputs)
	if err != nil {
		return err
	}
	r.line = r.startLine(ctx)
	for i, in := range inputs {
		r.report(in.Name, i, len(inputs))
		if plan.streamed[i] {
			err = r.read(ctx, in, func(a *netvet.Assessment) error { return r.row(a, plan) })
		} else {
			err = r.emitDrafts(plan, i)
		}
		if err != nil {
			break
		}
	}
	if err == nil {
		err = r.looseFacts()
	}
	return cmp.Or(r.line.close(), err)
}

// looseFacts tells which facts are about no product that was read, and which
// bindings came to nothing.
func (r *run) looseFacts() error {
	gaps := append(r.facts.gaps(), r.advice.gaps()...)
	for _, g := range gaps {
		if i := slices.IndexFunc(r.register.Inputs, func(in netvet.InputSummary) bool { return in.Name == g.Input }); i >= 0 {
			r.register.Inputs[i].Gaps++
		}
	}
	return r.gaps(slices.Concat(gaps, r.findings.gaps(r.context.file), r.bindings.idle(r.context.file)))
}

// schedule is what the first pass learned.
type schedule struct {
	streamed []bool                          // the input is a table, or the only one
	drafts   [][]*netvet.Assessment          // of the other inputs, by input
	bySerial map[uint64]*netvet.Assessment   // drafts with a serial number, by maker and serial number
	byModel  map[uint64][]*netvet.Assessment // drafts without one, by maker and model: shared bills of materials
	serials  map[string]bool                 // of bySerial, whoever the maker
	models   map[string]bool                 // of byModel, whoever the maker
	attached map[*netvet.Assessment]bool     // drafts that a row takes over
	times    map[uint64]int                  // serial number -> rows still to come, for those in several rows
	held     map[uint64][]*netvet.Assessment // rows that wait for the others of their serial number
}

func (r *run) schedule(ctx context.Context, inputs []sbom.Input) (*schedule, error) {
	p := &schedule{
		streamed: make([]bool, len(inputs)), drafts: make([][]*netvet.Assessment, len(inputs)),
		bySerial: map[uint64]*netvet.Assessment{}, byModel: map[uint64][]*netvet.Assessment{},
		serials: map[string]bool{}, models: map[string]bool{}, attached: map[*netvet.Assessment]bool{},
		times: map[uint64]int{}, held: map[uint64][]*netvet.Assessment{},
	}
	var tables []sbom.Input
	var documents [len(readingOrder) + 1][]int
	for i, in := range inputs {
		format := ""
		if in.Name != standardInput {
			if f, err := sbom.Detect(in, r.Options); err == nil && f.Rows {
				p.streamed[i] = true
				tables = append(tables, in)
			} else if err == nil {
				format = f.Name
			}
		}
		if p.streamed[i] = p.streamed[i] || len(inputs) == 1 || in.Name == standardInput; p.streamed[i] {
			continue
		}
		turn := slices.Index(readingOrder[:], format)
		if turn < 0 {
			turn = len(readingOrder)
		}
		documents[turn] = append(documents[turn], i)
	}
	for n, i := range slices.Concat(documents[:]...) {
		r.report(inputs[i].Name, n, len(inputs))
		if err := r.read(ctx, inputs[i], func(a *netvet.Assessment) error { return r.draft(a, p, i) }); err != nil {
			return nil, err
		}
	}
	r.facts.ready(r.resolver)
	r.bindings = newBindings(r.context.Bindings, r.facts)
	for _, drafts := range p.drafts {
		for _, d := range drafts {
			r.facts.claim(&d.Product)
		}
	}
	return p, r.index(ctx, tables, p)
}

// readingOrder puts the documents first that state something of components: these
// are not kept once they were read. An envelope may hold either.
var readingOrder = [...]string{"csaf", "openvex", "in-toto"}

// standardInput is the name of the input that can be read only once.
const standardInput = "-"

// draft keeps one product of an input that is no table.
func (r *run) draft(a *netvet.Assessment, p *schedule, i int) error {
	if key := serialKey(a); key != 0 {
		if first, ok := p.bySerial[key]; ok {
			return r.gaps(merge(first, a))
		}
		p.bySerial[key] = a
		p.serials[plainKey(a.Product.Serial)] = true
	} else if key := modelHash(a); key != 0 && a.Product.BOM.Present {
		p.byModel[key] = append(p.byModel[key], a)
		p.models[modelKey(&a.Product)] = true
	}
	p.drafts[i] = append(p.drafts[i], a)
	return nil
}

// index is the first pass over tables: it counts the serial numbers that occur
// more than once and finds the drafts that rows take over. It looks at the
// makers of those rows only, and reports nothing: the second pass does.
func (r *run) index(ctx context.Context, tables []sbom.Input, p *schedule) error {
	seen := func(rec sbom.Record) error {
		if end, ok := rec.(sbom.ProductEnd); ok {
			r.indexRow(&netvet.Assessment{Product: end.Product}, p)
		}
		return nil
	}
	for _, in := range tables {
		// An error comes again in the second pass, where it is reported.
		if _, _, err := sbom.Read(ctx, in, r.Options, seen); err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	for key, n := range p.times {
		if n == 1 {
			delete(p.times, key)
		}
	}
	return nil
}

func (r *run) indexRow(a *netvet.Assessment, p *schedule) {
	r.facts.claim(&a.Product)
	serial := plainKey(a.Product.Serial)
	if !placeholder(a.Product.Serial) {
		p.times[hash(serial)]++
	}
	if !p.serials[serial] && !p.models[modelKey(&a.Product)] {
		return
	}
	a.Match = r.resolver.product(&a.Product)
	if d := p.bySerial[serialKey(a)]; d != nil {
		p.attached[d] = true
	}
	for _, d := range p.byModel[modelHash(a)] {
		p.attached[d] = true
	}
}

// row puts a row of a table on the line, together with what other rows and
// inputs say of the same product. A row whose serial number comes again waits.
func (r *run) row(a *netvet.Assessment, p *schedule) error {
	key := hash(plainKey(a.Product.Serial))
	left, repeated := p.times[key]
	if !repeated || placeholder(a.Product.Serial) {
		return r.joined(a, p)
	}
	p.held[key] = append(p.held[key], a)
	if p.times[key] = left - 1; left > 1 {
		return nil
	}
	rows := p.held[key]
	delete(p.held, key)
	for i, a := range rows {
		if a == nil {
			continue
		}
		for j := i + 1; j < len(rows); j++ {
			if b := rows[j]; b != nil && serialKey(a) != 0 && serialKey(a) == serialKey(b) {
				if err := r.gaps(merge(a, b)); err != nil {
					return err
				}
				rows[j] = nil
			}
		}
		if err := r.joined(a, p); err != nil {
			return err
		}
	}
	return nil
}

// joined adds to a row the bills of materials of its product.
func (r *run) joined(a *netvet.Assessment, p *schedule) error {
	if d := p.bySerial[serialKey(a)]; d != nil {
		if err := r.gaps(merge(a, d)); err != nil {
			return err
		}
	}
	for _, d := range p.byModel[modelHash(a)] {
		attach(a, d)
	}
	return r.line.put(a)
}

// emitDrafts puts the products of one input that no row has taken over on the
// line.
func (r *run) emitDrafts(p *schedule, i int) error {
	for _, a := range p.drafts[i] {
		if p.attached[a] {
			continue
		}
		if err := r.line.put(a); err != nil {
			return err
		}
	}
	p.drafts[i] = nil
	return nil
}

// read reads one input and yields an assessment a product, with what was read
// and who made it filled in. An input that cannot be read is an error of the
// run and a gap; the run goes on.
func (r *run) read(ctx context.Context, in sbom.Input, yield func(*netvet.Assessment) error) error {
	c := collector{run: r, yield: yield, input: in.Name}
	summary, _, err := sbom.Read(ctx, in, r.Options, c.record)
	r.register.Inputs = append(r.register.Inputs, summary)
	r.register.Summary.Components += summary.Components
	if gap, ok := c.loose.gap(in.Name); ok && c.err == nil {
		r.register.Inputs[len(r.register.Inputs)-1].Gaps++
		c.err = r.gap(gap)
	}
	switch {
	case err == nil:
		return c.err
	case ctx.Err() != nil:
		return ctx.Err()
	case c.err != nil:
		return c.err
	}
	r.errs = append(r.errs, err)
	r.register.Inputs[len(r.register.Inputs)-1].Gaps++
	return r.gap(netvet.Gap{Input: in.Name, Reason: err.Error()})
}

// collector turns the records of one input into assessments.
type collector struct {
	*run
	yield  func(*netvet.Assessment) error
	input  string
	tally  *rules.Tally // of the product that was begun; nil until it has a part
	own    []netvet.Observation
	kept   partList
	judged evidence.Coverage  // of that product
	looked []netvet.Component // its parts that records of network products may speak of
	loose  unbound
	err    error // of yield, which ends the run rather than the input
}

// unbound counts facts of one input that belong to no product: a log of a
// network may hold a hundred thousand, and their reason is the same.
type unbound struct {
	kind, first string
	count       int
}

func (u *unbound) add(kind, target string) {
	if u.count == 0 {
		u.kind, u.first = kind, target
	}
	u.count++
}

// gap says how many facts are not used and why.
func (u *unbound) gap(input string) (netvet.Gap, bool) {
	return netvet.Gap{Input: input, Reason: fmt.Sprintf("not used: %ss that no product is bound to, %d in all, the first about %s", u.kind, u.count, u.first)}, u.count > 0
}

func (c *collector) begin() { c.tally, c.own, c.kept, c.looked = nil, nil, partList{}, nil }

// end completes the product that was begun and passes it on. One that is a list of
// what was found in another waits for that.
func (c *collector) end(a *netvet.Assessment) error {
	a.Match = c.resolver.product(&a.Product)
	if err := c.lookUpProduct(&a.Product); err != nil {
		return err
	}
	if err := c.lookUpDevice(a); err != nil {
		return err
	}
	c.judgedGap(a)
	c.countLookUps(a)
	if c.tally != nil {
		c.tally.Fill(a)
	}
	c.known.Stated(a)
	a.Observations = append(a.Observations, c.own...)
	if c.findings != nil && c.findings.take(c.input, a, &c.kept) {
		return nil
	}
	return c.yield(a)
}

func (c *collector) record(rec sbom.Record) error {
	switch rec := rec.(type) {
	case sbom.ProductStart:
		c.begin()
	case sbom.Component:
		maker := c.resolver.component(rec.Component)
		c.parts().Component(rec.Component, maker)
		c.advice.advisedComponent(rec.Component, &maker, c.parts().Statement)
		if c.findings != nil {
			c.kept.add(rec.Component)
		}
		c.err = c.lookUp(rec.Component)
		c.keepPart(rec.Component)
	case sbom.Service:
		c.parts().Service(rec.Service)
	case sbom.Statement:
		c.parts().Statement(rec.Vulnerability)
	case sbom.Attestation:
		c.parts().Attestation(rec.Attestation)
	case sbom.ProductEnd:
		c.err = c.end(&netvet.Assessment{Product: rec.Product})
	case sbom.Observation:
		c.observe(rec.Observation)
	case sbom.Declaration:
		c.declare(rec.Declaration)
	case sbom.Gap:
		c.err = c.gap(rec.Gap)
	}
	return c.err
}

// observe keeps an observation until its product is known. What comes after the
// first products were assessed is too late.
func (c *collector) observe(o netvet.Observation) {
	if o.Target == "" { // the product itself was asked
		o.Input = c.input
		c.own = append(c.own, o)
		return
	}
	if c.line != nil {
		c.loose.add("observation", o.Target)
		return
	}
	c.facts.observe(c.input, o)
}

// declare does so with a declaration. Advisories are about vulnerabilities and
// not about what a product does or has.
func (c *collector) declare(d netvet.Declaration) {
	switch {
	case c.line != nil || d.Kind == "product":
		c.loose.add("declaration", d.Target)
	case d.Kind == "advisory":
		c.advice.add(c.input, &d)
	default:
		c.facts.declare(c.input, d)
	}
}

// parts is the tally of the product that was begun. A row of a table has no
// parts and needs none.
func (c *collector) parts() *rules.Tally {
	if c.tally == nil {
		c.tally = c.program.NewTally()
	}
	return c.tally
}

func (r *run) gaps(gaps []netvet.Gap) error {
	for _, g := range gaps {
		if err := r.gap(g); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) report(input string, done, of int) {
	if r.Progress != nil {
		r.Progress(Progress{Input: input, Inputs: done, Of: of, Products: int(r.assessed.Load())})
	}
}

// assess runs the stages from collecting to scoring on one product. It touches
// nothing shared but what is known of others alike, so that workers may run it
// side by side.
func (r *run) assess(a *netvet.Assessment) (Result, error) {
	if saysNothing(a) {
		at := lastSource(&a.Product)
		a.Gaps = append(slices.Clip(a.Gaps), netvet.Gap{Input: at.Input, Record: at.Record, Reason: "nothing to assess: it lists no part and names no maker"})
	}
	a.Circumstances = r.circumstances(a)
	r.attest(a)
	if err := r.sameWeaknesses(a); err != nil {
		return Result{}, err
	}
	r.completeLookUp(a)
	categorise(a, r.resolver.suppliers)
	if r.unjudged {
		return r.result(a), nil
	}
	r.privilege(a)
	if r.alike.suits(a) {
		return r.alike.result(r, a)
	}
	c, err := r.judge(a)
	if err != nil {
		return Result{}, err
	}
	return c.of(r, a), nil
}

// judge collects the evidence of a product that is read, resolved and classed,
// and concludes from it. All that it looks at must be in the key of products
// alike, Program.AppendLikeness.
func (r *run) judge(a *netvet.Assessment) (*conclusion, error) {
	a.Hits = evidence.ListHits(a, r.lists)
	r.compare(a)
	a.RemoteControl = r.known.Surface(a)
	if err := r.program.Evaluate(a); err != nil {
		return nil, fmt.Errorf("evaluate %s: %w", a.Product.ID, err)
	}
	r.model.Score(a, r.AsOf)
	open, vector := r.model.explain(a, r.AsOf, r.Sensitivity)
	c := r.concluded(a)
	c.open, c.held, c.vector = open, held(a.Gates), vector
	return c, nil
}

// compare sets what is declared of a product against what was seen of it.
func (r *run) compare(a *netvet.Assessment) {
	var left int
	if a.Comparisons, left = r.known.Compare(a); left > 0 {
		at := lastSource(&a.Product)
		a.Gaps = append(slices.Clip(a.Gaps), netvet.Gap{Input: at.Input, Record: at.Record,
			Reason: fmt.Sprintf("%s of declared and observed things more than are kept; the strongest signals are", counted(left, "comparison"))})
	}
}

// saysNothing reports whether a bill of materials lists nothing and says of its
// product no more than a name.
func saysNothing(a *netvet.Assessment) bool {
	p := &a.Product
	return p.BOM.Present && a.Census.Total+len(a.Services)+len(a.Vulnerabilities) == 0 &&
		p.Manufacturer == "" && p.Vendor == "" && p.Serial == "" && len(p.Identifiers) == 0 && a.Match.Supplier == nil
}

// line assesses products side by side and gives the results out in the order
// in which the products were put in.
type line struct {
	run   *run
	todo  chan *ticket
	order chan *ticket
	done  chan struct{}
	stop  context.CancelFunc
	ctx   context.Context
	err   error // of the sink or a stage; read after done
}

type ticket struct {
	assessment *netvet.Assessment
	result     Result
	gaps       []netvet.Gap
	err        error
	ready      chan struct{}
}

func (r *run) startLine(ctx context.Context) *line {
	jobs := max(r.Jobs, 1)
	l := &line{run: r, todo: make(chan *ticket), order: make(chan *ticket, 4*jobs), done: make(chan struct{})}
	l.ctx, l.stop = context.WithCancel(ctx)
	var workers sync.WaitGroup
	for range jobs {
		workers.Go(func() {
			for t := range l.todo {
				t.result, t.err = r.assess(t.assessment)
				t.gaps = t.assessment.Gaps
				t.assessment = nil
				close(t.ready)
			}
		})
	}
	go func() {
		defer close(l.done)
		for t := range l.order {
			<-t.ready
			if l.err == nil {
				l.err = errors.Join(t.err, r.deliver(t))
			}
			if l.err != nil {
				l.stop()
			}
		}
		workers.Wait()
	}()
	return l
}

// put gives one product to the workers. It returns an error once the line has
// stopped; close tells why.
func (l *line) put(a *netvet.Assessment) error {
	l.run.identify(a)
	l.run.bind(a)
	t := &ticket{assessment: a, ready: make(chan struct{})}
	if err := l.queue(t); err != nil {
		return err
	}
	l.todo <- t
	return nil
}

// putGap gives a gap its place between the products.
func (l *line) putGap(g netvet.Gap) error {
	t := &ticket{gaps: []netvet.Gap{g}, ready: make(chan struct{})}
	close(t.ready)
	return l.queue(t)
}

func (l *line) queue(t *ticket) error {
	select {
	case l.order <- t:
		return nil
	case <-l.ctx.Done():
		return l.ctx.Err()
	}
}

// close waits until everything put in has been delivered.
func (l *line) close() error {
	close(l.todo)
	close(l.order)
	<-l.done
	l.stop()
	return l.err
}

// deliver counts one result and hands it to the sink.
func (r *run) deliver(t *ticket) error {
	if t.err != nil {
		return nil
	}
	for _, g := range t.gaps {
		if err := r.deliverGap(g); err != nil {
			return err
		}
	}
	if t.result.Product.ID == "" {
		return nil // a gap on its own
	}
	r.count(&t.result)
	t.result.open, t.result.vector = nil, nil // were counted; a sink may keep results
	if r.sink.Product == nil {
		return nil
	}
	return r.sink.Product(t.result)
}

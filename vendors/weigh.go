package vendors

import (
	"slices"
	"strings"
	"time"

	"github.com/netvet/netvet"
)

// hit is a run of words of a name that some record claims.
type hit struct {
	from, to int // words
	claims   []claim
}

// reader weighs one name: who may be meant by it, and how sure that is.
type reader struct {
	r       *resolver
	q       *question
	n       *name
	hits    []hit
	covered []int // by word: the hit it is in, or -1
}

// hits finds the runs of words that are claimed, the longest first where two
// overlap: "Hewlett Packard Enterprise" is not Hewlett Packard.
func (r *resolver) hits(n *name) []hit {
	var all []hit
	for i := range n.words {
		for j := min(len(n.words), i+r.most); j > i; j-- {
			if claims := r.claims[n.run(i, j)]; len(claims) > 0 {
				all = append(all, hit{i, j, claims})
			}
		}
	}
	size := func(h hit) int { return n.size(h.from, h.to) }
	slices.SortStableFunc(all, func(a, b hit) int { return size(b) - size(a) })
	var out []hit
	for _, h := range all {
		if !slices.ContainsFunc(out, func(o hit) bool { return h.from < o.to && o.from < h.to }) {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b hit) int { return a.from - b.from })
	return out
}

func (r *resolver) newReader(q *question, n *name) *reader {
	rd := &reader{r: r, q: q, n: n, hits: r.hits(n), covered: make([]int, len(n.words))}
	for i := range rd.covered {
		rd.covered[i] = -1
	}
	for h, hit := range rd.hits {
		for i := hit.from; i < hit.to; i++ {
			rd.covered[i] = h
		}
	}
	return rd
}

// claimOf returns the record's claim on a hit.
func (h *hit) claimOf(rec int32) *claim {
	for i := range h.claims {
		if h.claims[i].rec == rec {
			return &h.claims[i]
		}
	}
	return nil
}

// candidates weighs every record that claims something in the name, and settles
// between them. The best comes first.
func (rd *reader) candidates() []candidate {
	var recs []int32
	for i := range rd.hits {
		for _, c := range rd.hits[i].claims {
			if !slices.Contains(recs, c.rec) {
				recs = append(recs, c.rec)
			}
		}
	}
	var out []candidate
	for _, rec := range recs {
		out = append(out, rd.weigh(rec))
	}
	slices.SortFunc(out, byConfidence)
	return rd.settle(out)
}

// naming returns the record's strongest hit: its names before its product
// lines, then the longest.
func (rd *reader) naming(rec int32) (*hit, *claim) {
	var best *hit
	var claim *claim
	for i := range rd.hits {
		h := &rd.hits[i]
		c := h.claimOf(rec)
		switch {
		case c == nil:
		case claim == nil, c.kind < claim.kind && (claim.kind >= brand || claim.ambiguous), claim.ambiguous && !c.ambiguous && c.kind < brand:
			best, claim = h, c
		}
	}
	return best, claim
}

// Penalties are taken off the confidence of a match for words beside it.
const (
	placePenalty    = 0.01
	ownPenalty      = 0.01
	orgPenalty      = 0.03
	modelPenalty    = 0.03
	unitPenalty     = 0.04 // what follows a full legal name
	misspeltPenalty = 0.05
	cutOffPenalty   = 0.05
	productPenalty  = 0.07 // other words beside one of its product lines
	tradePenalty    = 0.08 // a trade the supplier's names do not mention
	moreTrades      = 0.02 // each further one
	bracketPenalty  = 0.08 // other words in brackets
	slashPenalty    = 0.15 // another name after a slash
	everydayPenalty = 0.20 // a group or a trade beside a name that is an everyday word
)

// Caps are what a match is worth at most when something speaks against it.
const (
	otherWordsCap = 0.45 // a word that may make it another company
	moreWordsCap  = 0.05 // less for each further one, up to four
	ownerCap      = 0.45 // it is named as the owner
	sharedCap     = 0.50 // another record has the better claim on the same words
	besideCap     = 0.60 // an unknown name stands before it
	twoCap        = 0.60 // two suppliers that have nothing to do with each other
	productCap    = 0.82 // unknown words in what looks like a product's name
	strangerCap   = 0.85 // stated to belong to somebody unknown
	mixedCap      = 0.88 // letters of two scripts in one word
	statedCap     = 0.88 // an unknown name that is stated to be its own
	hiddenCap     = 0.90 // invisible characters
	signalsCap    = 0.95 // a name that needed a second signal
)

// weighing is a candidate being weighed: what its name is worth, what is taken
// off, and what it is limited to.
type weighing struct {
	rec     int32
	main    *hit
	claim   *claim
	base    float64
	penalty float64
	limit   float64
	notes   []string

	families map[string]bool // the words of the record's product families in the name; nil until asked for
}

// inFamily reports whether a word belongs to one of the record's product
// families in the name: "APC Smart-UPS".
func (rd *reader) inFamily(w *weighing, word string) bool {
	if w.families == nil {
		w.families = rd.r.familyWordsIn(w.rec, rd.q.raw)
	}
	return w.families[word]
}

func (w *weighing) cap(limit float64, note string) {
	w.limit = min(w.limit, limit)
	w.notes = append(w.notes, note)
}

// needs reports whether the name must have a second signal.
func (w *weighing) needs() bool { return w.claim.ambiguous || w.claim.formal || w.claim.kind >= brand }

// weigh says how sure it is that rec is meant.
func (rd *reader) weigh(rec int32) candidate {
	w := weighing{rec: rec, limit: 1}
	w.main, w.claim = rd.naming(rec)
	w.notes = append(w.notes, w.claim.why(rd.n, w.main.from, w.main.to))
	w.base = confidenceOf[w.claim.kind]
	if len(rd.n.run(w.main.from, w.main.to)) <= shortName {
		w.base -= shortPenalty
	}
	if w.needs() {
		rd.second(&w)
	}
	rd.contested(&w)
	rd.beside(&w)
	if w.claim.kind == token && w.main.to-w.main.from < len(rd.n.words) {
		w.limit = min(w.limit, otherWordsCap) // such a name stands by itself
	}
	if rd.n.mixed {
		w.cap(mixedCap, "letters that look Latin were read as Latin")
	}
	if rd.n.hidden {
		w.cap(hiddenCap, "invisible characters were left out")
	}
	out := candidate{rec: rec, method: byName, specific: rd.n.size(w.main.from, w.main.to), needs: w.needs()}
	if w.claim.kind <= unformed {
		out.method = byAlias
	}
	out.conf = round(min(max(w.base-w.penalty, 0.05), w.limit))
	out.reason = strings.Join(w.notes, "; ")
	return out
}

// second looks for the second signal that a name needs.
func (rd *reader) second(w *weighing) {
	what := "is ambiguous"
	switch {
	case w.claim.kind == brand:
		what = "is a product line"
	case w.claim.kind == spoken:
		what = "may be the reading of other names"
	case w.claim.kind == stump:
		what = "is only part of a name"
	case w.claim.formal && !w.claim.ambiguous:
		what = "is known with its legal form only"
	}
	gain, signals := rd.signals(w.rec, w.main)
	w.base = min(min(w.base, ambiguousConfidence)+gain, signalsCap)
	if w.claim.kind >= brand && (w.claim.ambiguous || w.claim.everyday) {
		w.limit = besideCap // Core, Power, Nexus: never more than a possibility
	}
	if len(signals) == 0 {
		w.notes = append(w.notes, what+" and nothing else points there")
		return
	}
	w.notes = append(w.notes, what+", but "+strings.Join(signals, " and "))
}

// contested limits a claim on words that another record claims as well or better.
func (rd *reader) contested(w *weighing) {
	for i := range w.main.claims {
		o := &w.main.claims[i]
		switch {
		case o.rec == w.rec:
		case o.kind < w.claim.kind && !o.ambiguous:
			w.cap(sharedCap, "another supplier's name fits better")
			return
		case o.kind == spoken && rd.r.sameGroup(w.rec, o.rec, rd.q.at):
		case o.kind == w.claim.kind && !w.claim.ambiguous && !rd.r.related(w.rec, o.rec, rd.q.at):
			w.cap(sharedCap, "another supplier has the same name")
			return
		}
	}
}

// beside looks at the words beside the match, part by part.
func (rd *reader) beside(w *weighing) {
	home := int(rd.n.words[w.main.from].part)
	for p := range rd.n.parts {
		t := rd.tally(w, p)
		if p < home && t.models > 0 && t.legals > 0 && len(t.unknown) == 0 && !t.mine {
			t.unknown = append(t.unknown, rd.n.at(rd.n.parts[p].words[0])) // "Mand1ant, Inc.": a company, not a model
		}
		if p == home || len(t.unknown) == 0 {
			w.penalty += t.penalty
			w.notes = append(w.notes, t.notes...)
		}
		if len(t.unknown) > 0 {
			rd.strange(w, &t, p, home)
		}
	}
}

// strange weighs words in part p that may make it another company.
func (rd *reader) strange(w *weighing, t *tallied, p, home int) {
	part, unknown := &rd.n.parts[p], quoted(t.unknown)
	beside := part.relation == slash || part.relation == dash || part.relation == bracket
	switch {
	case t.other && p > home && beside:
		w.cap(twoCap, "names another supplier too: "+unknown)
	case t.product:
		w.penalty += productPenalty
	case (p == home || t.mine) && t.reads(w.claim):
		w.cap(productCap, "read as a product's name")
	case p == home || t.mine:
		w.cap(otherWordsCap-moreWordsCap*float64(min(len(t.unknown), 4)-1), "other words beside it: "+unknown)
	case p < home && (rd.n.parts[home].relation == owner || rd.n.parts[home].relation == same):
		w.cap(statedCap, "stated to be behind "+unknown)
	case p < home:
		w.cap(besideCap, "stands beside "+unknown)
	case part.relation == bracket:
		w.penalty += bracketPenalty
	case part.relation == slash:
		w.penalty += slashPenalty
	case part.relation == dash && !part.formed:
		w.cap(otherWordsCap, "other words beside it: "+unknown)
	case part.relation == owner && w.claim.everyday:
		w.cap(besideCap, "stated to belong to "+unknown)
	case part.relation == owner:
		w.cap(strangerCap, "stated to belong to "+unknown)
	default:
		w.penalty += unitPenalty
	}
}

func quoted(words []string) string {
	return "'" + strings.Join(words[:min(len(words), 4)], " ") + "'"
}

// tallied is what the words of one part say about a record.
type tallied struct {
	penalty float64
	unknown []string // words that may make it another company
	other   bool     // another supplier is named among them
	mine    bool     // the record is named in the part
	opens   bool     // it is named first
	product bool     // one of the record's product lines is in the part
	ended   bool     // a legal form has closed the record's name
	common  bool     // an unknown word is a word of trade or an everyday word
	legals  int
	models  int
	trades  int
	notes   []string
}

// reads reports whether the part reads "NAME product model".
func (t *tallied) reads(c *claim) bool {
	const most = 2 // words for the product
	return t.opens && t.models > 0 && t.legals == 0 && !t.common && len(t.unknown) <= most && !c.generic && !c.everyday
}

// tally goes through the words of a part.
func (rd *reader) tally(w *weighing, p int) tallied {
	t := tallied{}
	trades := false // the word before is one of trade
	for k, i := range rd.n.parts[p].words {
		if rd.owns(w, &t, i, k == 0) {
			continue
		}
		if t.ended {
			t.penalty = max(t.penalty, unitPenalty)
			continue
		}
		class := rd.n.words[i].class
		if class == trade && trades {
			class = industry // "Computer Products", "Electronic Components"
		}
		trades = class == industry
		rd.count(w, &t, i, class)
	}
	return t
}

// owns reports whether word i belongs to a name of the record.
func (rd *reader) owns(w *weighing, t *tallied, i int, opens bool) bool {
	h := rd.covered[i]
	if h < 0 {
		return false
	}
	own := rd.hits[h].claimOf(w.rec)
	switch {
	case own == nil:
		return false
	case own.kind == brand:
		t.product = true
	default:
		t.mine = true
		t.opens = t.opens || opens
	}
	t.ended = t.ended || rd.n.words[i].class == legal && strongForms[rd.n.at(i)]
	return true
}

// count weighs one word beside the record's names.
func (rd *reader) count(w *weighing, t *tallied, i int, class class) {
	text := rd.n.at(i)
	known := rd.r.uses(w.rec, text) || rd.kin(w.rec, i)
	t.other = t.other || !known && rd.another(i)
	plainName := !w.claim.generic && !w.claim.everyday
	switch {
	case class == legal:
		t.legals++
		t.ended = t.mine && strongForms[text]
	case class == filler || class == number:
	case class == place:
		t.penalty += placePenalty
	case class == model:
		t.models++
		if !w.needs() {
			t.penalty = max(t.penalty, modelPenalty)
		}
	case known || rd.r.fits(w.rec, text):
		t.penalty += ownPenalty
	case class == org && w.claim.everyday:
		t.penalty += everydayPenalty
	case class == org && !w.claim.generic:
		t.penalty += orgPenalty
	case class == industry && plainName:
		t.trade(text)
	case rd.inFamily(w, text):
		t.product = true
		t.penalty += ownPenalty
	case rd.cutOff(w.rec, i):
		t.penalty += cutOffPenalty
		t.notes = append(t.notes, "'"+text+"' is cut off")
	case class == distinct && plainName && rd.r.misspelt(w.rec, text):
		t.penalty += misspeltPenalty
		t.notes = append(t.notes, "'"+text+"' is misspelt")
	default:
		t.common = t.common || class != distinct || everyday()[text]
		t.unknown = append(t.unknown, text)
	}
}

// trade counts a word of trade.
func (t *tallied) trade(text string) {
	if t.trades++; t.trades > 1 {
		t.penalty += moreTrades
		return
	}
	t.penalty += tradePenalty
	t.notes = append(t.notes, "with the trade word '"+text+"'")
}

// another reports whether word i belongs to what may be the name of another
// supplier.
func (rd *reader) another(i int) bool {
	h := rd.covered[i]
	return h >= 0 && slices.ContainsFunc(rd.hits[h].claims, func(c claim) bool { return c.kind < brand })
}

// kin reports whether word i belongs to the name of a supplier that owns rec or
// is owned by it.
func (rd *reader) kin(rec int32, i int) bool {
	h := rd.covered[i]
	return h >= 0 && slices.ContainsFunc(rd.hits[h].claims, func(c claim) bool {
		return c.kind < brand && rd.r.related(rec, c.rec, rd.q.at)
	})
}

// cutOff reports whether word i, the last one, is the beginning of a word that
// goes on the record's name or a company's name at all: "Quectel Wireless Solu",
// "Wistron Neweb Cor".
func (rd *reader) cutOff(rec int32, i int) bool {
	w := &rd.n.words[i]
	if i != len(rd.n.words)-1 || i == 0 || w.cjk || w.sep == '.' || !ascii(rd.n.at(i)) {
		return false
	}
	text, before := rd.n.at(i), rd.n.at(i-1)
	begins := func(whole string) bool { return len(whole) > len(text) && strings.HasPrefix(whole, text) }
	for _, n := range rd.r.spelled(rec) {
		for k := 1; k < len(n.words); k++ {
			if n.at(k-1) == before && begins(n.at(k)) {
				return true
			}
		}
	}
	if before == "co" && begins("ltd") {
		return true
	}
	least := func(n int, words ...string) bool { return len(text) >= n && slices.ContainsFunc(words, begins) }
	return least(3, "incorporated", "corporation", "company", "limited") ||
		least(5, "technologies", "technology", "systems", "communications", "electronics", "networks", "semiconductor")
}

// settle decides between candidates: the more specific of two that belong
// together, nobody of two that do not.
func (rd *reader) settle(list []candidate) []candidate {
	for i := range list {
		a := &list[i]
		for j := range list {
			b := &list[j]
			if i == j || a.conf < netvet.MatchThreshold || b.conf < netvet.MatchThreshold {
				continue
			}
			switch {
			case rd.states(a.rec, former) && !rd.states(b.rec, former):
				a.conf, a.reason = ownerCap, "stated to be the former name"
			case rd.states(b.rec, former) && !rd.states(a.rec, former):
			case rd.ownerOf(a.rec, b.rec):
				a.conf, a.reason = ownerCap, "named beside "+rd.r.records[b.rec].Name+", which it owns"
			case rd.ownerOf(b.rec, a.rec):
			case rd.states(a.rec, owner) && !rd.states(b.rec, owner):
				a.conf, a.reason = ownerCap, "stated to own "+rd.r.records[b.rec].Name
			case rd.states(b.rec, owner) && !rd.states(a.rec, owner):
			default:
				two := "the name holds two suppliers that do not belong together"
				a.conf, a.reason = min(a.conf, twoCap), a.reason+"; "+two
				b.conf, b.reason = min(b.conf, twoCap), b.reason+"; "+two
			}
		}
	}
	slices.SortFunc(list, byConfidence)
	return list
}

// ownerOf reports whether a owns b, directly or not.
func (rd *reader) ownerOf(a, b int32) bool { return slices.Contains(rd.r.above(b, rd.q.at), a) }

// states reports whether the part that names rec states a relation.
func (rd *reader) states(rec int32, rel relation) bool {
	h, _ := rd.naming(rec)
	return rd.n.parts[rd.n.words[h.from].part].relation == rel
}

// above lists the owners in control of a record on a day, the nearest first.
func (r *resolver) above(rec int32, at time.Time) []int32 {
	var out []int32
	for {
		o := r.records[rec].controlledBy(at)
		if o == nil || o.ID == "" {
			return out
		}
		next, ok := r.at[o.ID]
		if !ok || next == rec || slices.Contains(out, next) {
			return out
		}
		out = append(out, next)
		rec = next
	}
}

// related reports whether one of two records owns the other on a day.
func (r *resolver) related(a, b int32, at time.Time) bool {
	return a == b || slices.Contains(r.above(a, at), b) || slices.Contains(r.above(b, at), a)
}

// sameGroup reports whether two records have the same owner at the top on a day.
func (r *resolver) sameGroup(a, b int32, at time.Time) bool {
	top := func(rec int32) int32 {
		if up := r.above(rec, at); len(up) > 0 {
			return up[len(up)-1]
		}
		return rec
	}
	return top(a) == top(b)
}

// spelled reads the Latin names of a record.
func (r *resolver) spelled(rec int32) []*name {
	record := r.records[rec]
	out := []*name{foldName(record.Name, plain)}
	for _, list := range [][]string{record.Aliases, record.Former} {
		for _, raw := range list {
			out = append(out, foldName(raw, plain))
		}
	}
	return out
}

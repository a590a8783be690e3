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

// acts reports whether some record may be named by the hit alone.
func (h *hit) acts() bool {
	for i := range h.claims {
		if c := &h.claims[i]; !c.ambiguous && c.kind < brand {
			return true
		}
	}
	return false
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
	orgPenalty      = 0.03
	ownPenalty      = 0.01
	modelPenalty    = 0.03
	unitPenalty     = 0.04 // what follows a full legal name
	misspeltPenalty = 0.05
	cutOffPenalty   = 0.05
	tradePenalty    = 0.08 // a trade the supplier's names do not mention
	moreTrades      = 0.02 // each further one
	bracketPenalty  = 0.08
	slashPenalty    = 0.15
	productPenalty  = 0.07 // other words beside one of its product lines
)

// Caps are what a match is worth at most when something speaks against it.
const (
	otherWordsCap = 0.45 // a word that may make it another company
	statedCap     = 0.88 // an unknown name that is stated to be its own
	besideCap     = 0.60 // an unknown name stands before it
	productCap    = 0.82 // unknown words in what looks like a product's name
	twoCap        = 0.60 // two suppliers that have nothing to do with each other
	ownerCap      = 0.45 // it is named as the owner
	sharedCap     = 0.50 // another record has the better claim on the same words
)

// weigh says how sure it is that rec is meant.
func (rd *reader) weigh(rec int32) candidate {
	h, c := rd.naming(rec)
	base := confidenceOf[c.kind]
	if len(rd.n.run(h.from, h.to)) <= 2 {
		base -= 0.04 // two letters say little
	}
	out := candidate{rec: rec, method: byName, specific: rd.n.size(h.from, h.to)}
	if c.kind <= unformed {
		out.method = byAlias
	}
	why := []string{c.why(rd.n, h.from, h.to)}
	out.needs = c.ambiguous || c.kind >= brand
	if out.needs {
		base = min(base, ambiguousConfidence)
		what := "is ambiguous"
		if c.kind == brand {
			what = "is a product line"
		} else if c.kind == stump {
			what = "is only part of a name"
		}
		gain, signals := rd.signals(rec, h)
		base = min(base+gain, 0.95)
		if c.kind >= brand && (c.ambiguous || c.everyday) {
			base = min(base, besideCap) // Core, Power, Nexus: never more than a possibility
		}
		if len(signals) == 0 {
			why = append(why, what+" and nothing else points there")
		} else {
			why = append(why, what+", but "+strings.Join(signals, " and "))
		}
	}
	for i := range h.claims {
		if o := &h.claims[i]; o.rec != rec && o.kind < c.kind && !o.ambiguous {
			base = min(base, sharedCap)
			why = append(why, "another supplier's name fits better")
			break
		} else if o.rec != rec && o.kind == c.kind && !c.ambiguous && !rd.r.related(rec, o.rec, rd.q.at) {
			base = min(base, sharedCap)
			why = append(why, "another supplier has the same name")
			break
		}
	}
	penalty, limit, notes := rd.beside(rec, h, c)
	if c.kind == token && h.to-h.from < len(rd.n.words) {
		limit = min(limit, otherWordsCap) // such a name stands by itself
	}
	if rd.n.mixed {
		limit = min(limit, 0.88)
		notes = append(notes, "letters that look Latin were read as Latin")
	}
	if rd.n.hidden {
		limit = min(limit, 0.90)
		notes = append(notes, "invisible characters were left out")
	}
	out.conf = round(min(max(base-penalty, 0.05), limit))
	out.reason = strings.Join(append(why, notes...), "; ")
	return out
}

// beside looks at the words beside a match: what they take off, what they limit
// the confidence to, and notes on them.
func (rd *reader) beside(rec int32, main *hit, c *claim) (penalty, limit float64, notes []string) {
	limit = 1
	home := int(rd.n.words[main.from].part)
	for p := range rd.n.parts {
		t := rd.tally(rec, p, c)
		if p == home || len(t.unknown) == 0 {
			penalty += t.penalty
			notes = append(notes, t.notes...)
		}
		part := &rd.n.parts[p]
		switch {
		case len(t.unknown) == 0:
		case t.other && p > home && (part.relation == slash || part.relation == dash || part.relation == bracket):
			limit = min(limit, twoCap)
			notes = append(notes, "names another supplier too: "+quoted(t.unknown))
		case t.product:
			penalty += productPenalty
		case p == home || t.mine:
			if t.modelled {
				limit = min(limit, productCap)
				notes = append(notes, "read as a product's name")
				break
			}
			limit = min(limit, otherWordsCap-0.05*float64(min(len(t.unknown), 4)-1))
			notes = append(notes, "other words beside it: "+quoted(t.unknown))
		case p < home:
			stated := rd.n.parts[home].relation
			if stated == owner || stated == same {
				limit = min(limit, statedCap)
				notes = append(notes, "stated to be behind "+quoted(t.unknown))
				break
			}
			limit = min(limit, besideCap)
			notes = append(notes, "stands beside "+quoted(t.unknown))
		case part.relation == bracket:
			penalty += bracketPenalty
		case part.relation == slash:
			penalty += slashPenalty
		case part.relation == dash && !part.formed:
			limit = min(limit, otherWordsCap)
			notes = append(notes, "other words beside it: "+quoted(t.unknown))
		default:
			penalty += unitPenalty
		}
	}
	return penalty, limit, notes
}

func quoted(words []string) string {
	return "'" + strings.Join(words[:min(len(words), 4)], " ") + "'"
}

// tallied is what the words of one part say about a record.
type tallied struct {
	penalty  float64
	unknown  []string // words that may make it another company
	other    bool     // another supplier is named among them
	mine     bool     // the record is named in the part
	product  bool     // one of the record's product lines is in the part
	modelled bool     // the part reads "NAME product model"
	notes    []string
}

// tally goes through the words of a part.
func (rd *reader) tally(rec int32, p int, c *claim) tallied {
	t := tallied{}
	words := rd.n.parts[p].words
	ended := false // a legal form has closed the supplier's name
	legals, models, trades := 0, 0, 0
	opens, plain, qualified := false, true, false
	for k, i := range words {
		if h := rd.covered[i]; h >= 0 {
			if own := rd.hits[h].claimOf(rec); own != nil {
				if own.kind == brand {
					t.product = true
				} else {
					t.mine = true
					opens = opens || k == 0
				}
				ended = ended || rd.n.words[i].class == legal && strongForms[rd.n.at(i)]
				continue
			}
		}
		if ended {
			t.penalty = max(t.penalty, unitPenalty)
			continue
		}
		text := rd.n.at(i)
		known := rd.r.uses(rec, text) || rd.kin(rec, i)
		common := !c.generic && !c.everyday
		class := rd.n.words[i].class
		if class == trade && qualified {
			class = industry // "Computer Products", "Electronic Components"
		}
		qualified = class == industry
		t.other = t.other || !known && rd.another(i)
		switch {
		case class == legal:
			legals++
			ended = t.mine && strongForms[text]
		case class == filler || class == number:
		case class == place:
			t.penalty += placePenalty
		case class == model:
			models++
			if c.kind < brand && !c.ambiguous {
				t.penalty = max(t.penalty, modelPenalty)
			}
		case known || rd.fits(rec, text):
			t.penalty += ownPenalty
		case class == org && !c.generic:
			t.penalty += orgPenalty
		case class == industry && common:
			if trades++; trades == 1 {
				t.penalty += tradePenalty
				t.notes = append(t.notes, "with the trade word '"+text+"'")
			} else {
				t.penalty += moreTrades
			}
		case rd.cutOff(rec, i):
			t.penalty += cutOffPenalty
			t.notes = append(t.notes, "'"+text+"' is cut off")
		case class == distinct && common && rd.r.misspelt(rec, text):
			t.penalty += misspeltPenalty
			t.notes = append(t.notes, "'"+text+"' is misspelt")
		default:
			plain = plain && class == distinct && !everyday()[text]
			t.unknown = append(t.unknown, text)
		}
	}
	t.modelled = opens && plain && models > 0 && legals == 0 && len(t.unknown) <= 2 && !c.generic && !c.everyday
	return t
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

package vendors

import (
	"slices"
	"strings"
	"time"

	"github.com/netvet/netvet"
)

// question is one call of resolve.
type question struct {
	r     *resolver
	clues netvet.Clues
	at    time.Time
	raw   string        // the name being read
	found []*registered // what the identifiers of the clues say
	none  []*registered // those of them that name no supplier here
}

// opinion is what one raw name says.
type opinion struct {
	raw    string
	nobody bool          // a placeholder
	found  []*registered // identifiers that stand in it
	list   []candidate   // the best first
	note   string        // why there is nothing
}

// top returns the candidate good enough to act on, nil for none.
func (o *opinion) top() *candidate {
	if len(o.list) > 0 && o.list[0].conf >= netvet.MatchThreshold {
		return &o.list[0]
	}
	return nil
}

// opinions reads all names that are not blank.
func (q *question) opinions() []opinion {
	var out []opinion
	for _, raw := range q.clues.Names {
		if strings.TrimSpace(raw) != "" {
			out = append(out, q.opinion(raw))
		}
	}
	return out
}

// spdxRoles open a name in an SPDX document.
var spdxRoles = []string{"Organization:", "Person:", "Tool:"}

// opinion reads one name.
func (q *question) opinion(raw string) opinion {
	text := strings.TrimSpace(raw)
	for _, role := range spdxRoles {
		text = strings.TrimPrefix(text, role)
	}
	if isPlaceholder(foldName(text, plain)) {
		return opinion{raw: raw, nobody: true, note: "a placeholder that names nobody"}
	}
	if a, ok := q.r.exact(text); ok {
		return opinion{raw: raw, list: []candidate{{rec: a.chosen, conf: a.confidence, method: a.method, reason: a.reason}}}
	}
	o := q.closely(text)
	o.raw = raw
	return o
}

// closely reads a name that needs more than a look: the identifiers in it, then
// the rest.
func (q *question) closely(text string) opinion {
	w := q.r.identifiersIn(text)
	o := opinion{found: w.found}
	if w.whole {
		if len(w.found) == 0 {
			o.note = "an identifier that no supplier here has"
		}
		return o
	}
	q.raw = w.rest
	n := q.r.read(w.rest, plain)
	o.list = q.read(n)
	if o.top() == nil {
		o.list = q.readAgain(w.rest, n, o.list)
	} else {
		o.list = q.rivals(n, o.list)
	}
	switch {
	case len(o.list) > 0:
	case isSerial(n) && len(q.r.byPart(partNumbersIn(w.rest))) == 0:
		o.nobody, o.note = true, "a serial or part number, which names nobody"
	default:
		o.note = "no supplier here goes by such a name"
	}
	return o
}

// isSerial reports whether a name is one word that is mostly digits: devices
// give a serial or part number where the maker is asked for.
func isSerial(n *name) bool {
	const least = 6 // digits; names of companies have up to four
	digits := 0
	for i := range len(n.text) {
		if c := n.text[i]; '0' <= c && c <= '9' {
			digits++
		}
	}
	return len(n.words) == 1 && digits >= least && 2*digits > len(n.text)
}

// read weighs a folded name.
func (q *question) read(n *name) []candidate { return q.r.newReader(q, n).candidates() }

// alikeCap is the most that a name written with look-alike letters is worth.
const alikeCap = 0.84

// readAgain tries what may have been written wrongly: letters of another script
// or digits in place of Latin letters, then misspelt words.
func (q *question) readAgain(raw string, n *name, list []candidate) []candidate {
	for _, how := range []reading{skeleton, digits, digitsI, joined} {
		if !how.changes(raw, n) {
			continue
		}
		again := q.r.read(raw, how)
		if !again.mixed {
			continue
		}
		if found := q.read(again); len(found) > 0 && found[0].conf >= netvet.MatchThreshold {
			for i := range found {
				found[i].conf = min(found[i].conf, alikeCap)
			}
			return merge(found, list)
		}
	}
	for _, text := range reread(raw) {
		found := q.read(q.r.read(text, plain))
		if len(found) > 0 && found[0].conf >= netvet.MatchThreshold {
			for i := range found {
				found[i].conf = min(found[i].conf, rereadCap)
				found[i].reason = "read as '" + text + "', as it was before a wrong character set; " + found[i].reason
			}
			return merge(found, list)
		}
	}
	return merge(list, q.r.newReader(q, n).misspellings())
}

// rereadCap is the most that a name is worth that was read in a wrong character
// set: hardly any text becomes a supplier's name by chance.
const rereadCap = 0.90

// changes reports whether a text may read otherwise so.
func (how reading) changes(raw string, n *name) bool {
	switch how {
	case skeleton:
		return anyForeign(n.words)
	case joined:
		return strings.Contains(n.text, "rn")
	}
	return strings.ContainsAny(raw, "01")
}

// rivals lets nobody act on a part of a name when the whole of it is, but for
// one letter, another company's: "Huawei-3C0m", "China elecom".
func (q *question) rivals(n *name, list []candidate) []candidate {
	top, text := &list[0], n.withoutForms()
	if top.specific >= len(text) || len(text) < rivalLetters || !ascii(text) || len(q.r.claims[text]) > 0 {
		return list
	}
	for _, said := range []string{text, strings.ReplaceAll(text, "rn", "m")} {
		for _, key := range q.r.spellings().wholly(said) {
			for _, c := range q.r.claims[key] {
				if c.kind > unformed || c.ambiguous || len(key) <= top.specific || q.r.sameGroup(c.rec, top.rec, q.at) {
					continue
				}
				rival := candidate{rec: c.rec, conf: sharedCap, method: byName, specific: len(key), reason: "all of it is almost '" + c.name + "'"}
				top.conf, top.reason = min(top.conf, besideCap), top.reason+"; all of it is almost '"+c.name+"'"
				return merge(list, []candidate{rival})
			}
		}
	}
	return list
}

// rivalLetters is the fewest letters of a name that is almost another's.
const rivalLetters = 8

func anyForeign(words []word) bool {
	return slices.ContainsFunc(words, func(w word) bool { return w.foreign })
}

// merge joins two lists; of two candidates for one record the better stays.
func merge(a, b []candidate) []candidate {
	out := slices.Clone(a)
	for _, c := range b {
		if i := slices.IndexFunc(out, func(o candidate) bool { return o.rec == c.rec }); i < 0 {
			out = append(out, c)
		} else if c.conf > out[i].conf {
			out[i] = c
		}
	}
	slices.SortStableFunc(out, byConfidence)
	return out
}

// isPlaceholder reports whether a name is what forms and firmware hold where
// nobody wrote one: a known phrase, a phrase with a number, or one character
// over and over.
func isPlaceholder(n *name) bool {
	text := n.text
	if text == "" || placeholders()[text] || placeholders()[strings.TrimRight(text, "0123456789")] || fictitious[n.at(0)] {
		return true
	}
	return strings.Trim(text, text[:1]) == "" && len(text) > 1 || text == "0"
}

// fictitious are the companies of Microsoft's and DMTF's examples, which appear
// in mockups and templates.
var fictitious = map[string]bool{"contoso": true, "fabrikam": true}

// support lets names that agree raise each other: an ambiguous name beside
// another that is sure.
func (q *question) support(opinions []opinion, main int) {
	if main < 0 {
		return
	}
	o := &opinions[main]
	for i := range o.list {
		c := &o.list[i]
		if !c.needs || c.conf >= netvet.MatchThreshold {
			continue
		}
		for j := range opinions {
			if t := opinions[j].top(); j != main && t != nil && q.r.related(t.rec, c.rec, q.at) {
				c.conf = min(c.conf+otherNameGain, 0.95)
				c.reason += "; '" + opinions[j].raw + "' agrees"
				break
			}
		}
	}
	slices.SortStableFunc(o.list, byConfidence)
}

// vote is what one identifier says of one record.
type vote struct {
	rec int32
	*registered
}

// votes turns identifiers into votes: one holder, or of holders that belong
// together the one a name already points to, else the owner.
func (q *question) votes(found []*registered, named *candidate) []vote {
	var out []vote
	for _, e := range found {
		rec := e.holders[0]
		joint := true
		for _, h := range e.holders[1:] {
			switch {
			case !q.r.related(rec, h, q.at):
				joint = false
			case slices.Contains(q.r.above(rec, q.at), h):
				rec = h
			}
		}
		if named != nil && slices.Contains(e.holders, named.rec) {
			rec, joint = named.rec, true
		}
		if joint {
			out = append(out, vote{rec, e})
		}
	}
	return out
}

// strongest returns the vote that decides: of the most telling scheme, the one
// for the supplier furthest down a chain of owners; nil when two of that scheme
// name suppliers that do not belong together.
func (q *question) strongest(votes []vote) *vote {
	var best *vote
	for i := range votes {
		v := &votes[i]
		switch {
		case v.doubtful || v.scheme == macScheme:
		case best == nil || v.scheme < best.scheme:
			best = v
		}
	}
	for i := range votes {
		v := &votes[i]
		if best == nil || v.doubtful || v.scheme != best.scheme || v.rec == best.rec {
			continue
		}
		if !q.r.related(v.rec, best.rec, q.at) {
			return nil
		}
		if slices.Contains(q.r.above(v.rec, q.at), best.rec) {
			best = v
		}
	}
	return best
}

// Confidence of identifiers that stand against names or beside unknown ones.
const (
	againstName   = 0.82 // an identifier of one supplier, a name of another
	unknownMaker  = 0.85 // an identifier of a part, a name nobody here has
	doubtfulAlone = 0.50
	besideUnknown = 0.60 // a network interface in the product of an unknown maker
	interfaceOnly = 0.85 // the maker of the network interface, of a network interface
	interfaceHint = 0.70 // the same, of a whole product of which no maker is named
	mostSure      = 0.99
)

// weighIDs joins what identifiers say with the candidates of the main name.
func (q *question) weighIDs(main *opinion) []candidate {
	var list []candidate
	var named *candidate
	found := q.found
	unknown := false
	if main != nil {
		list, named = slices.Clone(main.list), main.top()
		found = slices.Concat(found, main.found)
		unknown = named == nil && len(main.found) == 0
	}
	votes := q.votes(found, named)
	strong := q.strongest(votes)
	for _, v := range votes {
		c := candidate{rec: v.rec, method: byIdentifier, conf: v.trust, reason: v.what}
		switch {
		case v.doubtful:
			c.conf, c.reason = doubtfulAlone, v.what+" is shared or doubtful"
		case v.scheme == macScheme && (named != nil || unknown):
			c.conf, c.reason = besideUnknown, v.what+" names the maker of the network interface only"
		case v.scheme == macScheme && q.isInterface():
			c.conf = min(c.conf, interfaceOnly)
		case v.scheme == macScheme && slices.ContainsFunc(list, func(o candidate) bool { return o.rec == v.rec && o.conf == interfaceHint }):
			continue // the ports of one adapter bear each other no witness
		case v.scheme == macScheme:
			c.conf, c.reason = interfaceHint, v.what+mayBeBought
		case strong == nil || v.rec != strong.rec:
			c.conf, c.reason = twoCap, v.what+", which other identifiers do not bear out"
		case named != nil && !q.r.related(v.rec, named.rec, q.at):
			c.conf, c.reason = againstName, v.what+", though the name says "+q.r.records[named.rec].Name
			if slices.Contains(main.found, v.registered) {
				c.conf = twoCap
			}
		case unknown && v.scheme >= pciScheme:
			c.conf = unknownMaker
		}
		list = q.join(list, c)
	}
	if strong != nil && named != nil {
		list = q.contest(list, strong.rec, named.rec)
	}
	slices.SortStableFunc(list, byConfidence)
	return list
}

// join adds what an identifier says to the candidates. Two signs that agree
// leave little doubt.
func (q *question) join(list []candidate, c candidate) []candidate {
	i := slices.IndexFunc(list, func(o candidate) bool { return o.rec == c.rec })
	if i < 0 {
		return append(list, c)
	}
	o := &list[i]
	o.conf = min(round(1-(1-o.conf)*(1-c.conf)), mostSure)
	o.reason = c.reason + "; " + o.reason
	if c.conf >= netvet.MatchThreshold {
		o.method = byIdentifier
	}
	return list
}

// contest settles between what an identifier and what the name says: the one
// that the other owns, else the identifier.
func (q *question) contest(list []candidate, id, named int32) []candidate {
	loser, limit := named, twoCap
	if slices.Contains(q.r.above(named, q.at), id) {
		loser, limit = id, ownerCap
	} else if q.r.related(id, named, q.at) {
		limit = ownerCap
	}
	for i := range list {
		if id != named && list[i].rec == loser {
			list[i].conf = min(list[i].conf, limit)
		}
	}
	return list
}

// answer weighs identifiers and names against each other.
func (q *question) answer() answer {
	for _, id := range q.clues.Identifiers {
		switch e := q.r.identify(id); {
		case e == nil:
		case len(e.holders) == 0:
			q.none = append(q.none, e)
		default:
			q.found = append(q.found, e)
		}
	}
	opinions := q.opinions()
	at := slices.IndexFunc(opinions, func(o opinion) bool { return !o.nobody })
	var main *opinion
	if at >= 0 {
		main = &opinions[at]
		q.support(opinions, at)
	}
	list := q.weighIDs(main)
	if len(list) == 0 || list[0].conf < netvet.MatchThreshold {
		list = merge(list, q.hints(opinions, at))
	}
	return q.conclude(opinions, main, list)
}

// Confidence of hints, none of which is enough to act on.
const (
	vendorCap = 0.70 // the maker is unknown, the seller is not
	partOnly  = 0.45 // nothing but a part number of its pattern
)

// hints are candidates from what does not say who made a product: the names
// after the first, the product's own name, part numbers.
func (q *question) hints(opinions []opinion, main int) []candidate {
	var out []candidate
	for i, o := range opinions {
		if t := o.top(); t != nil && i > main {
			c := *t
			c.conf = min(c.conf, vendorCap)
			c.reason = "named beside the maker as '" + o.raw + "'; " + c.reason
			out = merge(out, []candidate{c})
		}
	}
	if main < 0 {
		out = merge(out, q.fromProduct())
	}
	for _, text := range []string{q.clues.PartNumber, q.clues.Model, q.raw} {
		if parts := partNumbersIn(text); len(parts) > 0 {
			out = merge(out, q.r.byPart(parts))
		}
	}
	return out
}

// fromProduct reads the product's and the model's own names when no maker is
// named. It acts only where one of the supplier's product lines agrees with its
// name.
func (q *question) fromProduct() []candidate {
	var out []candidate
	for _, text := range []string{q.clues.Product, q.clues.Model} {
		if strings.TrimSpace(text) == "" {
			continue
		}
		q.raw = text
		rd := q.r.newReader(q, q.r.read(text, plain))
		for _, c := range rd.candidates() {
			h, _ := rd.naming(c.rec)
			limit := vendorCap
			if rd.ownProduct(c.rec, h) {
				limit = unknownMaker
			}
			c.conf = min(c.conf, limit)
			c.reason = "no maker is named, but the product's name holds " + c.reason
			out = merge(out, []candidate{c})
		}
	}
	q.raw = ""
	return out
}

// byPart lists the suppliers of whose patterns one of some part numbers is.
func (r *resolver) byPart(parts []string) []candidate {
	var out []candidate
	for _, rec := range r.partMakers(parts) {
		if part := r.matchPart(rec, parts); part != "" {
			out = append(out, candidate{rec: rec, conf: partOnly, method: byName, reason: "'" + part + "' is a part number of its pattern"})
		}
	}
	return out
}

// conclude makes the answer of the sorted candidates.
func (q *question) conclude(opinions []opinion, main *opinion, list []candidate) answer {
	a := answer{chosen: -1, input: q.input(opinions, main), public: q.registrations()}
	if len(list) > 0 && list[0].conf >= leastPossible {
		c := list[0]
		a.confidence, a.method, a.reason = round(c.conf), c.method, c.reason
		if c.conf >= netvet.MatchThreshold {
			a.chosen = c.rec
			list = list[1:]
		} else {
			a.method, a.reason = "", notSure+c.reason
		}
	} else {
		a.reason = q.nothing(opinions, main)
	}
	for _, c := range list {
		if c.conf >= leastPossible && len(a.possible) < maxPossible {
			a.possible = append(a.possible, c)
		}
	}
	return a
}

// input is the string the answer is about: the main name, else whatever was
// given.
func (q *question) input(opinions []opinion, main *opinion) string {
	switch {
	case main != nil:
		return main.raw
	case len(q.clues.Identifiers) > 0:
		return string(q.clues.Identifiers[0].Type) + ":" + q.clues.Identifiers[0].Value
	case len(opinions) > 0:
		return opinions[0].raw
	}
	return q.clues.Product
}

func (q *question) nothing(opinions []opinion, main *opinion) string {
	switch {
	case main != nil && main.note != "":
		return main.note
	case main != nil:
		return "no supplier here goes by such a name"
	case len(q.none) > 0:
		return q.none[0].nobody
	case len(opinions) > 0:
		return opinions[0].note
	case len(q.clues.Identifiers) > 0:
		return noSuchIdentifier
	}
	return "no maker is named"
}

// Words of reasons that are said in two places.
const (
	notSure          = "not sure enough: "
	mayBeBought      = " names the maker of the network interface, who may not be that of the product"
	noSuchIdentifier = "no maker is named, and no supplier here has such an identifier"
)

// maxRegistrations is how many entries of public registries are reported.
const maxRegistrations = 5

// registrations lists what public registries say of the identifiers that no
// supplier's record lists, each once.
func (q *question) registrations() []netvet.Registration {
	var out []netvet.Registration
	for _, list := range [][]*registered{q.found, q.none} {
		for _, e := range list {
			for _, p := range e.public {
				if len(out) < maxRegistrations && !slices.Contains(out, p) {
					out = append(out, p)
				}
			}
		}
	}
	return out
}

package vendors

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/netvet/netvet"
)

// Known says what Resolve goes by in an identifier, and nothing for one that
// names nobody it knows. Clues whose identifiers are known by the same words get
// the same answer, so that a caller can remember answers by them: a bill of
// materials has a package URL of its own for each of a million packages.
func (d *Directory) Known(id netvet.Identifier) string {
	if e := d.resolverOf().identify(id); e != nil {
		return e.what
	}
	return ""
}

// Resolve says who is behind the names and identifiers of c on a day, and how
// sure that is. Identifiers speak first, then names: an alias as written, a name
// without its legal form and places, a name inside a longer text, a misspelling.
// What a person decided about a name goes before all of it.
// Supplier is nil below netvet.MatchThreshold; Possible then holds whom it may be.
func (d *Directory) Resolve(c netvet.Clues, at time.Time) netvet.Match {
	if m, ok := d.decide(c, at); ok {
		return m
	}
	r := d.resolverOf()
	return d.match(r.resolve(c, at), at)
}

// ResolveName resolves one raw name of which nothing else is known.
func (d *Directory) ResolveName(raw string, at time.Time) netvet.Match {
	return d.Resolve(netvet.Clues{Names: []string{raw}}, at)
}

// NamesNobody reports whether a raw name is known to name nobody: what forms and
// firmware hold where no maker was written, such as "To be filled by O.E.M.", or a
// number in place of a name.
func (d *Directory) NamesNobody(raw string) bool {
	q := question{r: d.resolverOf()}
	return q.opinion(raw).nobody
}

// lazyResolver makes the resolver of a directory when it is first asked for.
type lazyResolver struct {
	once sync.Once
	made *resolver
}

func (d *Directory) resolverOf() *resolver {
	d.lazy.once.Do(func() {
		d.lazy.made = newResolver(d.records)
		d.lazy.made.counted = d.counted
	})
	return d.lazy.made
}

// match puts the suppliers of a day into an answer.
func (d *Directory) match(a answer, at time.Time) netvet.Match {
	r := d.resolverOf()
	m := netvet.Match{Input: a.input, Method: a.method, Confidence: a.confidence, Reason: a.reason, Registered: a.public}
	if a.chosen >= 0 {
		m.Supplier = d.supplier(int(a.chosen), at)
	}
	for _, c := range a.possible {
		p := netvet.PossibleMatch{ID: r.records[c.rec].ID, Confidence: round(c.conf), Reason: c.reason}
		p.Supplier = d.supplier(int(c.rec), at)
		m.Possible = append(m.Possible, p)
	}
	return m
}

// The methods of a match.
const (
	byIdentifier = "identifier"
	byAlias      = "alias"
	byName       = "name"
)

// answer is what the resolver found, in its own terms.
type answer struct {
	input      string
	chosen     int32 // record, or -1
	method     string
	confidence float64
	reason     string
	possible   []candidate
	public     []netvet.Registration
}

// candidate is a record that may be meant.
type candidate struct {
	rec      int32
	conf     float64
	method   string
	reason   string
	specific int  // bytes of the name that its own names cover
	needs    bool // a second signal before it may act
}

// maxPossible is how many possible matches are reported, leastPossible the
// confidence below which one is noise.
const (
	maxPossible   = 5
	leastPossible = 0.20
)

// resolver answers questions about names. It does not change after it is made,
// except for the indexes that are built on first need.
type resolver struct {
	records []*Record
	at      map[string]int32 // id -> record
	claims  map[string][]claim
	room    []claim  // that the lists of claims are cut from
	scripts wordList // words of scripts without spaces: the vocabulary's and those of names
	most    int      // words of the longest claim

	spare sync.Pool // of names to fold into

	nearOnce sync.Once
	near     *misspellings

	idsOnce sync.Once
	ids     identifierIndex
	ouiOnce sync.Once
	oui     map[uint64]*registered // by addressBlock

	registrants registrants

	counted       []counted // from the index
	namesakesOnce sync.Once
	byName        map[recordName][]string

	ownOnce []sync.Once
	own     []map[string]bool // by record: the words of its names, without their endings

	patternOnce []sync.Once
	patterns    [][]*partForm
	partsOnce   sync.Once
	partsByByte [256][]int32 // records with a form of part numbers that may begin so

	familyOnce  []sync.Once
	familyWords [][]familyWords
	nameWords   []map[string]bool // by record: the words of its legal name, as a model is cut
}

// claim is a record's claim on a key: words written together.
type claim struct {
	rec       int32
	kind      kind
	name      string // as the data has it
	ambiguous bool   // needs a second signal
	generic   bool   // made of places and trades only, such as "China Telecom"
	everyday  bool   // made of everyday words only
	formal    bool   // one word that the data has with a legal form only
	partly    bool   // a Chinese name of more words than are spelt
}

// kind says how a key was made of a name, the strongest first.
type kind uint8

const (
	whole     kind = iota // as written
	unformed              // without the legal form
	placeless             // without legal form and places
	token                 // a CPE vendor
	core                  // two or more distinctive words
	brand                 // a product line
	stump                 // one distinctive word that is not itself a name
	spoken                // a Chinese name in Latin letters: many names sound alike
)

// confidenceOf is how sure a match on a key alone is. The figures are set from
// what the classes of match are worth on registry names.
var confidenceOf = [...]float64{whole: 0.98, unformed: 0.98, placeless: 0.96, token: 0.85, core: 0.88, brand: 0.50, stump: 0.45, spoken: 0.45}

// shortName is the size of names that say little: their match is worth
// shortPenalty less.
const (
	shortName    = 2
	shortPenalty = 0.04
)

// ambiguousConfidence is that of a name which needs a second signal.
const ambiguousConfidence = 0.50

func newResolver(records []*Record) *resolver {
	r := &resolver{
		records: records,
		at:      make(map[string]int32, len(records)),
		claims:  make(map[string][]claim, 14*len(records)),
		room:    make([]claim, 0, 14*len(records)),
		scripts: wordList{make(map[string]class, 3*len(records)), make(map[rune]int, len(records))},

		ownOnce:     make([]sync.Once, len(records)),
		own:         make([]map[string]bool, len(records)),
		patternOnce: make([]sync.Once, len(records)),
		patterns:    make([][]*partForm, len(records)),
		familyOnce:  make([]sync.Once, len(records)),
		familyWords: make([][]familyWords, len(records)),
		nameWords:   make([]map[string]bool, len(records)),
	}
	r.addScripts()
	for i, rec := range records {
		r.at[rec.ID] = int32(i)
		r.addNames(int32(i), rec)
	}
	return r
}

// addScripts enters the words by which text without spaces is cut.
func (r *resolver) addScripts() {
	for w, c := range commonWords().han {
		r.scripts.add(w, c)
	}
	n := &name{}
	for _, rec := range r.records {
		for _, names := range rec.Names {
			for _, raw := range names {
				n.fold(raw, plain)
				for i := range n.words {
					if w := n.at(i); n.words[i].cjk && utf8.RuneCountInString(w) > 1 {
						r.scripts.add(w, distinct)
					}
				}
			}
		}
	}
}

// addNames enters all names of a record.
func (r *resolver) addNames(at int32, rec *Record) {
	n := &name{}
	ambiguous := map[string]bool{}
	for _, raw := range rec.Ambiguous {
		r.fold(n, raw)
		if len(n.words) == 0 {
			continue
		}
		ambiguous[n.run(0, len(n.words))] = true
		i, j := n.bare()
		ambiguous[n.run(i, j)] = true
	}
	add := func(raw string, k kind) {
		if r.fold(n, raw); len(n.words) > 0 {
			r.addName(at, n, claim{rec: at, kind: k, name: raw}, ambiguous)
		}
	}
	add(rec.Name, whole)
	for _, lists := range [][]string{rec.Aliases, rec.Former} {
		for _, raw := range lists {
			add(raw, whole)
		}
	}
	for _, language := range sortedKeys(rec.Names) {
		for _, raw := range rec.Names[language] {
			add(raw, whole)
		}
	}
	for _, vendor := range rec.IDs.CPE {
		if n := foldName(vendor, plain); len(n.text) >= minToken && !everyday()[n.text] && commonWords().words[n.text] == distinct {
			add(vendor, token)
		}
	}
	for _, raw := range rec.Brands {
		add(raw, brand)
	}
	for s := range rec.spoken() {
		r.claim(s.spelt, claim{rec: at, kind: spoken, name: s.name, everyday: everyday()[s.spelt], partly: s.partly})
	}
}

func sortedKeys(m map[string][]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// addName enters one name under the keys that may be met.
func (r *resolver) addName(at int32, n *name, c claim, ambiguous map[string]bool) {
	r.most = max(r.most, len(n.words))
	i, j := n.bare()
	bare := n.run(i, j)
	c.everyday = n.everyday(i, j)
	c.generic = !n.has(distinct, i, j) && !n.has(model, i, j)
	c.ambiguous = ambiguous[bare] || ambiguous[n.run(0, len(n.words))]
	r.claim(n.run(0, len(n.words)), c)
	if c.kind == brand || c.kind == token {
		return
	}
	c.kind = unformed
	c.formal = j-i == 1 && bare != n.text && c.name != r.records[at].Name
	r.claim(bare, c)
	if c.generic {
		return
	}
	k, l := n.trimFrom(i, j, place, legal)
	if p := n.run(k, l); p != bare && l-k > 1 {
		r.claim(p, claim{rec: c.rec, kind: placeless, name: c.name, ambiguous: c.ambiguous || ambiguous[p], everyday: n.everyday(k, l)})
	}
	k, l, words := n.core(i, j)
	if p := n.run(k, l); p != bare {
		d := claim{rec: c.rec, kind: core, name: c.name, ambiguous: ambiguous[p], everyday: n.everyday(k, l)}
		if words < 2 || len(p) < minCore {
			d.kind = stump
		}
		r.claim(p, d)
	}
}

// minCore is the fewest bytes that two distinctive words together must have to
// stand for a name without its other words.
const minCore = 8

// minToken is the fewest letters that the vendor of a CPE name must have to be
// read as a name.
const minToken = 4

// uses reports whether a record's names use the word.
func (r *resolver) uses(rec int32, word string) bool {
	r.ownOnce[rec].Do(func() { r.own[rec] = r.wordsOf(r.records[rec]) })
	return r.own[rec][stem(word)]
}

// wordsOf collects the words of a record's names and product lines, without
// their endings.
func (r *resolver) wordsOf(rec *Record) map[string]bool {
	words := map[string]bool{}
	n := &name{}
	add := func(raw string) {
		r.fold(n, raw)
		for i := range n.words {
			if c := n.words[i].class; c != legal && c != filler {
				words[stem(n.at(i))] = true
			}
		}
	}
	for _, s := range rec.spellings() {
		add(s.text)
	}
	for _, brand := range rec.Brands {
		add(brand)
	}
	for _, w := range rec.spokenTrades() {
		words[stem(w)] = true
	}
	return words
}

// claim enters a claim; of two of one record the stronger stays.
func (r *resolver) claim(key string, c claim) {
	list := r.claims[key]
	for i := range list {
		if list[i].rec == c.rec {
			c.ambiguous = c.ambiguous || list[i].ambiguous
			if c.kind < list[i].kind || c.kind == list[i].kind && (list[i].formal && !c.formal || list[i].partly && !c.partly) {
				list[i] = c
			}
			return
		}
	}
	if list == nil { // most keys have one claim: they share an array
		r.room = append(r.room, c)
		last := len(r.room)
		r.claims[key] = r.room[last-1 : last : last]
		return
	}
	r.claims[key] = append(list, c)
}

// everyday reports whether words i to j are one or two everyday words and
// nothing that says more.
func (n *name) everyday(i, j int) bool {
	const most = 2
	found := 0
	for ; i < j; i++ {
		switch n.words[i].class {
		case distinct:
			if found++; found > most || !everyday()[n.at(i)] {
				return false
			}
		case model, industry, trade:
			return false
		}
	}
	return found > 0
}

// stem takes the plural off, so that "Communication" and "Communications" meet.
func stem(w string) string {
	switch {
	case len(w) > 4 && strings.HasSuffix(w, "ies"):
		return w[:len(w)-3] + "y"
	case len(w) > 4 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss"):
		return w[:len(w)-1]
	}
	return w
}

// read folds a name, cuts text without spaces into words, classes them and
// finds the parts.
func (r *resolver) read(raw string, how reading) *name {
	n := foldName(raw, how)
	r.class(n)
	n.split()
	return n
}

// fold reads a name of the data, which is taken as a whole, into n.
func (r *resolver) fold(n *name, raw string) {
	n.fold(raw, plain)
	r.class(n)
}

func (r *resolver) class(n *name) {
	n.cut(&r.scripts)
	n.classify(commonWords())
}

// resolve answers for all clues.
func (r *resolver) resolve(c netvet.Clues, at time.Time) answer {
	if len(c.Names) == 1 && len(c.Identifiers) == 0 {
		if a, ok := r.exact(c.Names[0]); ok {
			return a
		}
	}
	if a, ok := r.lone(&c); ok {
		return a
	}
	q := question{r: r, clues: c, at: at}
	return q.answer()
}

// lone answers at once for one identifier of which nothing else is said, unless
// holders have to be weighed.
func (r *resolver) lone(c *netvet.Clues) (answer, bool) {
	if len(c.Identifiers) != 1 || len(c.Names) > 0 || c.PartNumber != "" || c.Model != "" || c.Product != "" {
		return answer{}, false
	}
	id := &c.Identifiers[0]
	e := r.identify(*id)
	a := answer{input: string(id.Type) + ":" + id.Value, chosen: -1}
	switch {
	case e == nil:
		a.reason = noSuchIdentifier
	case len(e.holders) == 0:
		a.reason, a.public = e.nobody, e.public
	case len(e.holders) > 1 || e.doubtful || e.trust < netvet.MatchThreshold:
		return answer{}, false
	case e.scheme == macScheme && c.Category != "":
		return answer{}, false // which may tell that it is all about the interface
	case e.scheme == macScheme:
		a.confidence, a.reason, a.public, a.possible = interfaceHint, e.unsure, e.public, e.hint
	default:
		a.chosen, a.method, a.confidence, a.reason, a.public = e.holders[0], byIdentifier, round(e.trust), e.what, e.public
	}
	return a, true
}

// exact answers at once for a name that is, up to its legal form, one that the
// data has for one supplier and does not call ambiguous.
func (r *resolver) exact(raw string) (answer, bool) {
	n, ok := r.spare.Get().(*name)
	if !ok {
		n = &name{}
	}
	defer r.spare.Put(n)
	n.fold(raw, plain)
	if n.mixed || n.hidden || len(n.words) == 0 || placeholders()[n.text] {
		return answer{}, false
	}
	end := len(n.words)
	for words := commonWords().words; ; end-- {
		if claims := r.claims[n.run(0, end)]; len(claims) > 0 {
			c := claims[0]
			if len(claims) > 1 || c.ambiguous || c.formal || c.kind > placeless || len(n.run(0, end)) <= shortName {
				return answer{}, false
			}
			method := byAlias
			if c.kind == placeless {
				method = byName
			}
			return answer{input: raw, chosen: c.rec, method: method, confidence: confidenceOf[c.kind], reason: c.why(n, 0, end)}, true
		}
		if end == 1 || words[n.at(end-1)] != legal {
			return answer{}, false
		}
	}
}

// why says in words what a claim matched and what was left out after it.
func (c *claim) why(n *name, from, to int) string {
	if c.kind <= unformed && to == len(n.words) {
		return "exact alias '" + c.name + "'"
	}
	var b strings.Builder
	switch c.kind {
	case whole, unformed:
		b.WriteString("exact alias '")
	case placeless:
		b.WriteString("without places the name '")
	case token:
		b.WriteString("CPE vendor name of '")
	case brand:
		b.WriteString("product line '")
	case spoken:
		b.WriteString("Mandarin reading of '")
	default:
		b.WriteString("the distinctive words of '")
	}
	b.WriteString(c.name)
	b.WriteByte('\'')
	if to < len(n.words) && from == 0 && n.only(legal, to, len(n.words)) {
		b.WriteString(" after removing legal form '")
		for i := to; i < len(n.words); i++ {
			if i > to {
				b.WriteByte(' ')
			}
			b.WriteString(n.at(i))
		}
		b.WriteByte('\'')
	}
	return b.String()
}

// only reports whether words i to j are all of the class, by the vocabulary.
func (n *name) only(c class, i, j int) bool {
	for ; i < j; i++ {
		if commonWords().words[n.at(i)] != c {
			return false
		}
	}
	return true
}

// byConfidence sorts candidates, the best first; of equals the more specific,
// then by record.
func byConfidence(a, b candidate) int {
	return cmp.Or(cmp.Compare(b.conf, a.conf), cmp.Compare(b.specific, a.specific), cmp.Compare(a.rec, b.rec))
}

// round keeps two decimals: more would pretend to a precision that is not there.
func round(x float64) float64 { return float64(int(x*100+0.5)) / 100 }

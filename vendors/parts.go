package vendors

import "unicode"

// A name often holds more than one: "Micron / Crucial", "Splunk Inc., a Cisco
// company", "Broadcom (formerly Avago)". It is cut into parts, and each says
// how it stands to what comes before.

// relation is how a part of a name stands to the parts before it.
type relation uint8

const (
	first   relation = iota // it opens the name
	slash                   // another name beside it
	dash                    // more detail, or another name
	bracket                 // more detail, in brackets
	owner                   // who it belongs to: "a division of"
	former                  // what it was called
	same                    // another name of the same company: "abbr.", "dba"
)

// part is one part of a name.
type part struct {
	relation relation
	words    []int // of the name, without the words that state the relation
	formed   bool  // a legal form closed the part before it
}

// relations are the words, written together, that tell how what follows stands
// to what was said before.
var relations = map[string]relation{
	"adivisionof": owner, "divisionof": owner, "apartof": owner, "partof": owner, "asubsidiaryof": owner, "subsidiaryof": owner,
	"abusinessunitof": owner, "businessunitof": owner, "aunitof": owner, "unitof": owner, "amemberof": owner, "memberof": owner,
	"ownedby": owner, "acquiredby": owner, "whollyownedby": owner, "abrandof": owner, "brandof": owner, "poweredby": owner, "by": owner,
	"affiliateof": owner, "anaffiliateof": owner, "nowpartof": owner, "branchof": owner,
	"formerly": former, "formerlyknownas": former, "former": former, "fka": former, "previously": former, "previouslyknownas": former,
	"nee": former, "was": former, "until": former,
	"aka": same, "dba": same, "doingbusinessas": same, "tradingas": same, "alsoknownas": same, "knownas": same, "nowknownas": same,
	"now": same, "abbr": same, "abbreviated": same, "abbreviation": same, "alias": same,
}

// relationStarts are the words with which relations begin.
var relationStarts = map[string]bool{"a": true, "an": true, "division": true, "part": true, "subsidiary": true, "business": true, "unit": true,
	"member": true, "owned": true, "acquired": true, "wholly": true, "brand": true, "powered": true, "by": true, "affiliate": true, "now": true,
	"branch": true, "formerly": true, "former": true, "fka": true, "previously": true, "nee": true, "was": true, "until": true, "aka": true, "dba": true,
	"doing": true, "trading": true, "also": true, "known": true, "abbr": true, "abbreviated": true, "abbreviation": true, "alias": true}

// longestRelation is the most words that one of relations has.
const longestRelation = 4

// strongForms are legal forms that end a company's name: what follows is a
// department, a place or a product. Others are words too, or stand before
// another form.
var strongForms = map[string]bool{
	"inc": true, "incorporated": true, "corp": true, "corporation": true, "ltd": true, "limited": true, "llc": true, "plc": true,
	"gmbh": true, "ag": true, "bv": true, "nv": true, "ab": true, "oy": true, "oyj": true, "spa": true, "srl": true, "sas": true,
	"ltda": true, "kft": true, "sro": true, "bhd": true, "kk": true, "publ": true,
	"有限公司": true, "有限责任公司": true, "股份有限公司": true, "株式会社": true, "주식회사": true,
}

// split cuts the name into its parts.
func (n *name) split() {
	n.parts = append(n.parts[:0], part{})
	outside := 0 // the part that goes on after a bracket
	formed := false
	for i := 0; i < len(n.words); {
		w := &n.words[i]
		now := len(n.parts) - 1
		if w.bracket == 0 {
			now = outside
		}
		rel, used := n.relationAt(i)
		inBracket := i > 0 && n.words[i-1].bracket == w.bracket
		switch {
		case rel != first && i+used < len(n.words) && (i > 0 || rel == former):
			now = n.open(rel, formed)
		case w.bracket != 0 && !inBracket:
			now = n.open(bracket, formed)
		case w.sep == '/' && i > 0 && n.words[i].end-w.start > 1 && n.words[i-1].end-n.words[i-1].start > 1 && !n.chained(i):
			now = n.open(slash, formed)
		case w.sep == '|' && i > 0:
			now = n.open(dash, formed)
		}
		if w.bracket == 0 {
			outside = now
		}
		for range max(used, 1) {
			n.words[i].part = uint8(now)
			if used == 0 {
				n.parts[now].words = append(n.parts[now].words, i)
			}
			formed = n.words[i].class == legal && strongForms[n.at(i)]
			i++
		}
	}
}

func (n *name) open(rel relation, formed bool) int {
	n.parts = append(n.parts, part{relation: rel, formed: formed})
	return len(n.parts) - 1
}

// relationAt returns the relation that the words from i on state, and how many
// words state it.
func (n *name) relationAt(i int) (relation, int) {
	used := min(longestRelation, len(n.words)-i)
	if !relationStarts[n.at(i)] {
		used = min(used, 0)
	}
	for ; used > 0; used-- {
		if rel, ok := relations[n.run(i, i+used)]; ok {
			return rel, used
		}
	}
	if w := n.words[i]; w.sep == ',' && (n.at(i) == "a" || n.at(i) == "an") {
		return owner, 1 // "Splunk Inc., a Cisco company"
	}
	return first, 0
}

// chained reports whether word i belongs to a model number with the word
// before it: "S5735/48T".
func (n *name) chained(i int) bool {
	return hasDigit(n.at(i)) && hasDigit(n.at(i-1))
}

func hasDigit(s string) bool {
	for _, r := range s {
		if unicode.IsDigit(r) {
			return true
		}
	}
	return false
}

// classify says what part each word plays. Words of scripts without spaces were
// cut and classed before, by the resolver.
func (n *name) classify(v *vocabulary) {
	for i := range n.words {
		w := &n.words[i]
		text := n.at(i)
		switch c, known := v.words[text]; {
		case w.cjk:
			w.class = v.han[text]
		case known:
			w.class = c
		case !hasDigit(text):
			w.class = distinct
		case isNumber(text) && len(text) < 3:
			w.class = number
		default:
			w.class = model
		}
	}
	for i := range n.words {
		if !v.starts[n.at(i)] {
			continue
		}
		for used := min(longestPhrase, len(n.words)-i); used > 1; used-- {
			if c, ok := v.phrases[n.run(i, i+used)]; ok {
				for j := i; j < i+used; j++ {
					n.words[j].class = c
				}
				break
			}
		}
	}
	n.chains()
}

// longestPhrase is the most words that a phrase of the vocabulary has.
const longestPhrase = 4

func isNumber(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// chains classes short words tied by hyphens to a model number as part of it:
// all of "WS-C2960X-48FPD-L".
func (n *name) chains() {
	const short = 4
	for i := 0; i < len(n.words); {
		j, digits := i+1, n.words[i].class == model
		for j < len(n.words) && (n.words[j].sep == '-' || n.words[j].sep == '.' || n.words[j].sep == '/') {
			digits = digits || n.words[j].class == model
			j++
		}
		for k := i; digits && k < j; k++ {
			if w := &n.words[k]; w.end-w.start <= short && !w.cjk {
				w.class = model
			}
		}
		i = j
	}
}

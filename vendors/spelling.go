package vendors

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// misspellings finds the names that a misspelt one may mean: by the names left
// when one letter is deleted, which meet for one edit of any sort, and for two
// edits of long names by their thirds, of which one is left whole.
type misspellings struct {
	names   []spelt
	deleted map[string][]int32 // a name less one letter -> names
	thirds  map[string][]int32 // a third of a long name -> names
}

// spelt is a name in the form in which spellings are compared.
type spelt struct {
	claim claim
	core  string   // its distinctive words
	rest  []string // its other words, without legal form and place
}

// Shortest names for which one and two wrong letters are forgiven. A name of
// one word, with nothing beside it that agrees, must have loneLetters and differ
// by a letter added, lost or swapped: another letter makes another name
// (Redhat, Redhot) as often as a misspelling.
const (
	oneLetter   = 6
	twoLetters  = 10
	loneLetters = 8
)

func (r *resolver) spellings() *misspellings {
	r.nearOnce.Do(func() { r.near = newMisspellings(r) })
	return r.near
}

func newMisspellings(r *resolver) *misspellings {
	m := &misspellings{deleted: map[string][]int32{}, thirds: map[string][]int32{}}
	keys := make([]string, 0, len(r.claims))
	for key := range r.claims {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		for _, c := range r.claims[key] {
			if c.kind == unformed && !c.ambiguous {
				m.add(r, c)
			}
		}
	}
	return m
}

// add enters a name.
func (m *misspellings) add(r *resolver, c claim) {
	n := r.read(c.name, plain)
	core, rest := n.spelling(r, -1)
	if len(core) < oneLetter || !ascii(core) {
		return
	}
	at := int32(len(m.names))
	m.names = append(m.names, spelt{claim: c, core: core, rest: rest})
	enter := func(in map[string][]int32, key string) {
		if list := in[key]; len(list) == 0 || list[len(list)-1] != at {
			in[key] = append(list, at)
		}
	}
	enter(m.deleted, core)
	for i := range core {
		enter(m.deleted, core[:i]+core[i+1:])
	}
	if len(core) >= twoLetters {
		for _, t := range thirdsOf(core) {
			enter(m.thirds, t)
		}
	}
}

// thirdsOf cuts a name into three.
func thirdsOf(s string) [3]string {
	a, b := len(s)/3, 2*len(s)/3
	return [3]string{s[:a], s[a:b], s[b:]}
}

// spelling returns the distinctive words of a name written together, and its
// other words but for legal forms, places and fillers. Of a name without
// distinctive words all are taken. Words misspelt beside record rec count as
// what they are meant to be.
func (n *name) spelling(r *resolver, rec int32) (core string, rest []string) {
	var all string
	for i := range n.words {
		switch n.words[i].class {
		case legal, filler:
		case place:
			all += n.at(i)
		case distinct, model, number:
			text := n.at(i)
			all += text
			if common, ok := r.commonWord(text); ok {
				rest = append(rest, common)
				continue
			}
			core += text
		default:
			all += n.at(i)
			rest = append(rest, n.at(i))
		}
	}
	if core == "" {
		return all, nil
	}
	return core, rest
}

// commonWord returns the word of trade or place that a word is a misspelling of.
func (r *resolver) commonWord(text string) (string, bool) {
	const least = 6
	if len(text) < least || !ascii(text) {
		return "", false
	}
	for _, w := range spelledTrades {
		if w[0] == text[0] && edits(text, w, 1) == 1 {
			return w, true
		}
	}
	return "", false
}

// spelledTrades are the common words long enough to be misspelt.
var spelledTrades = longWords(industryWords + " solutions products international corporation incorporated limited company enterprise")

func longWords(list string) []string {
	var out []string
	for _, w := range strings.Fields(list) {
		if len(w) >= oneLetter && !strings.Contains(w, "_") {
			out = append(out, w)
		}
	}
	return out
}

// misspelt reports whether a word beside a record's name is a misspelling of a
// common word, or of one that its names use.
func (r *resolver) misspelt(rec int32, text string) bool {
	if len(text) < oneLetter || !ascii(text) {
		return false
	}
	if _, ok := r.commonWord(text); ok {
		return true
	}
	for w, class := range commonWords().words {
		if class == place && len(w) >= oneLetter && w[0] == text[0] && edits(text, w, 1) == 1 {
			return true
		}
	}
	for _, w := range r.wordsOf(rec) {
		if len(w) >= oneLetter && w[0] == text[0] && edits(text, w, 1) == 1 {
			return true
		}
	}
	return false
}

// nearby lists the names that may be meant by core, with their distance.
func (m *misspellings) nearby(core string) (found []int32, distance []int) {
	try := func(list []int32, limit int) {
		for _, at := range list {
			if slices.Contains(found, at) {
				continue
			}
			if d := edits(core, m.names[at].core, limit); d <= limit {
				found, distance = append(found, at), append(distance, d)
			}
		}
	}
	try(m.deleted[core], 1)
	for i := range core {
		try(m.deleted[core[:i]+core[i+1:]], 1)
	}
	if len(core) < twoLetters || len(found) > 0 {
		return found, distance
	}
	for _, size := range []int{len(core) - 2, len(core) - 1, len(core), len(core) + 1, len(core) + 2} {
		if size < twoLetters {
			continue
		}
		for i, want := range [3][2]int{{0, size / 3}, {size / 3, 2 * size / 3}, {2 * size / 3, size}} {
			_ = i
			for shift := -2; shift <= 2; shift++ {
				from, to := want[0]+shift, want[1]+shift
				if from >= 0 && to <= len(core) && from < to {
					try(m.thirds[core[from:to]], 2)
				}
			}
		}
	}
	return found, distance
}

// misspellings weighs the names that a name without any known one may be a
// misspelling of.
func (rd *reader) misspellings() []candidate {
	var out []candidate
	n := rd.n
	for p := range n.parts {
		if n.parts[p].relation == first {
			out = append(out, rd.misspeltPart(&name{text: n.text, words: pick(n, p)})...)
		}
	}
	return out
}

// pick returns the words of a part.
func pick(n *name, p int) []word {
	words := make([]word, len(n.parts[p].words))
	for k, i := range n.parts[p].words {
		words[k] = n.words[i]
	}
	return words
}

// Confidence of a misspelling, by what agrees with the name meant.
const (
	speltTwo   = 0.84 // a name of several words, or another word that agrees
	speltOne   = 0.81 // a long name of one word
	speltMaybe = 0.60 // a name of one word that may as well be another company's
	speltOther = 0.45 // beside a word that the supplier does not use
)

func (rd *reader) misspeltPart(n *name) []candidate {
	core, rest := n.spelling(rd.r, -1)
	if len(core) < oneLetter-1 || !ascii(core) {
		return nil
	}
	m := rd.r.spellings()
	found, distance := m.nearby(core)
	best := map[int32]candidate{}
	for k, at := range found {
		s := &m.names[at]
		if distance[k] == 0 || distance[k] == 2 && core[0] != s.core[0] {
			continue
		}
		c := candidate{rec: s.claim.rec, method: byName, specific: len(s.core) + 4*agree(s.rest, rest),
			reason: "spelt almost as '" + s.claim.name + "'"}
		c.conf = rd.speltAs(s, core, rest, distance[k])
		if len(rest) > 0 && c.conf >= speltTwo {
			c.reason += ", and '" + rest[0] + "' agrees"
		}
		if old, ok := best[c.rec]; !ok || byConfidence(c, old) < 0 {
			best[c.rec] = c
		}
	}
	out := make([]candidate, 0, len(best))
	for _, c := range best {
		out = append(out, c)
	}
	slices.SortFunc(out, byConfidence)
	return rd.nearest(out)
}

// nearest lets nobody act when two suppliers are equally near.
func (rd *reader) nearest(list []candidate) []candidate {
	if len(list) > 1 && list[0].conf == list[1].conf && list[0].specific == list[1].specific {
		for i := range list {
			list[i].conf = min(list[i].conf, speltMaybe)
		}
	}
	return list
}

// speltAs says how sure it is that core beside rest is meant for the name s.
func (rd *reader) speltAs(s *spelt, core string, rest []string, distance int) float64 {
	agreeing, other := 0, 0
	for _, w := range rest {
		if rd.r.uses(s.claim.rec, w) {
			agreeing++
		} else {
			other++
		}
	}
	missing := len(s.rest) - agree(s.rest, rest)
	alone := rd.r.names(s.claim.rec, s.core)
	switch {
	case other > 0, missing > 0 && !alone:
		return speltOther
	case agreeing > 0 || s.words() > 1:
		return speltTwo
	case distance == 1 && min(len(core), len(s.core)) >= loneLetters && !substituted(core, s.core):
		return speltOne
	}
	return speltMaybe
}

// words counts the words of the name as it is written in the data.
func (s *spelt) words() int {
	return len(strings.Fields(strings.ReplaceAll(s.claim.name, "-", " "))) - len(s.rest)
}

// agree counts the words that two lists share.
func agree(a, b []string) int {
	n := 0
	for _, w := range a {
		for _, x := range b {
			if stem(w) == stem(x) {
				n++
				break
			}
		}
	}
	return n
}

// names reports whether the key by itself is a name of the record.
func (r *resolver) names(rec int32, key string) bool {
	for _, c := range r.claims[key] {
		if c.rec == rec && c.kind <= unformed {
			return true
		}
	}
	return false
}

// substituted reports whether two words of one length differ in one letter,
// rather than in two that changed places.
func substituted(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	n := 0
	for i := range len(a) {
		if a[i] != b[i] {
			n++
		}
	}
	return n == 1
}

// edits returns the optimal string alignment distance of two words, letters
// added, lost, changed or swapped with their neighbour, or limit+1 when it is
// more than limit.
func edits(a, b string, limit int) int {
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	const longest = 64
	if len(a) >= longest || len(b) >= longest || !utf8.ValidString(a) {
		if a == b {
			return 0
		}
		return limit + 1
	}
	var rows [3][longest]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
			least = min(least, d)
		}
		if least > limit {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit+1)
}

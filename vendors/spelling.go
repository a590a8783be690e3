package vendors

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// misspellings finds the names that a misspelt one may mean: by the names left
// when one letter is deleted, which meet for one edit of any sort, and for two
// edits of long names by their thirds, of which one is left whole.
type misspellings struct {
	names   []spelt
	deleted []clue   // a name, and the name less one letter
	thirds  []clue   // a third of a long name
	ordered []string // all names that act, as keys, for names that are cut off
	turned  []string // the same from their ends, for names that begin otherwise
}

// clue is the hash of something that a misspelt name shares with a name, and in
// its lower half the name.
type clue uint64

func newClue(hash uint32, name int) clue { return clue(hash)<<32 | clue(name) }

// hashWithout is the FNV-1a hash of a text less byte i; of all of it when i is
// negative.
func hashWithout(s string, i int) uint32 {
	h := uint32(2166136261)
	for k := range len(s) {
		if k != i {
			h = (h ^ uint32(s[k])) * 16777619
		}
	}
	return h
}

// spelt is a name in the form in which spellings are compared.
type spelt struct {
	claim claim
	core  string   // its distinctive words
	words []string // the same, apart
	rest  []string // its other words, without legal form and place
}

// Shortest names for which one and two wrong letters are looked for.
const (
	oneLetter  = 6
	twoLetters = 10
)

func (r *resolver) spellings() *misspellings {
	r.nearOnce.Do(func() { r.near = newMisspellings(r) })
	return r.near
}

func newMisspellings(r *resolver) *misspellings {
	m := &misspellings{}
	keys := make([]string, 0, len(r.claims))
	for key := range r.claims {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var acting []claim
	for _, key := range keys {
		before := len(acting)
		for _, c := range r.claims[key] {
			if c.kind <= unformed && !c.ambiguous {
				acting = append(acting, c)
			}
		}
		if len(acting) > before {
			m.ordered = append(m.ordered, key)
		}
	}
	slices.SortStableFunc(acting, func(a, b claim) int { return cmp.Compare(a.rec, b.rec) })
	n := &name{}
	for _, c := range acting {
		m.add(r, n, c)
	}
	m.turned = make([]string, 0, len(m.ordered))
	for _, key := range m.ordered {
		if ascii(key) && len(key) >= rivalLetters-1 {
			m.turned = append(m.turned, backwards(key))
		}
	}
	slices.Sort(m.turned)
	slices.Sort(m.deleted)
	slices.Sort(m.thirds)
	return m
}

// cutShortLetters is the fewest letters of a name that only the limit of a field
// has cut off.
const cutShortLetters = 20

func backwards(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// wholly lists the names that act which are a text but for one letter at most:
// the half of it without that letter is theirs too, or all of it when they are
// longer.
func (m *misspellings) wholly(text string) (out []string) {
	if len(text) >= cutShortLetters {
		out = append(out, beginningWith(m.ordered, text)...)
	}
	half := len(text)/2 - 1 // two letters may have been swapped in the middle
	for _, key := range beginningWith(m.ordered, text[:half]) {
		if edits(text, key, 1) <= 1 {
			out = append(out, key)
		}
	}
	turned := backwards(text)
	for _, key := range beginningWith(m.turned, turned[:half]) {
		if edits(turned, key, 1) <= 1 {
			out = append(out, backwards(key))
		}
	}
	return out
}

// beginningWith cuts from a sorted list what begins with a text.
func beginningWith(sorted []string, text string) []string {
	from, _ := slices.BinarySearch(sorted, text)
	to := from
	for to < len(sorted) && strings.HasPrefix(sorted[to], text) {
		to++
	}
	return sorted[from:to]
}

// cutOffLetters is the fewest letters of a name that is cut off in its middle.
const cutOffLetters = 10

// cutShort finds the one supplier whose name a whole raw name of several words is
// the beginning of, ending inside a word: "Hewlett Packard Ent".
func (rd *reader) cutShort() []candidate {
	text := rd.n.text
	if len(text) < cutOffLetters || len(rd.n.words) < 2 || !ascii(text) {
		return nil
	}
	m := rd.r.spellings()
	at, _ := slices.BinarySearch(m.ordered, text)
	last := rd.n.at(len(rd.n.words) - 1)
	var out *candidate
	for ; at < len(m.ordered) && strings.HasPrefix(m.ordered[at], text); at++ {
		for _, c := range rd.r.claims[m.ordered[at]] {
			if c.kind > unformed {
				continue
			}
			if out != nil && out.rec != c.rec || !endsInside(foldName(c.name, plain), len(text), last) {
				return nil
			}
			out = &candidate{rec: c.rec, conf: speltTwo, method: byName, specific: len(text), reason: "'" + c.name + "' cut off"}
		}
	}
	if out == nil {
		return nil
	}
	return []candidate{*out}
}

// endsInside reports whether the first size bytes of a name end inside a word
// that begins with last.
func endsInside(n *name, size int, last string) bool {
	for i := range n.words {
		if w := n.words[i]; int(w.start) < size && size < int(w.end) {
			return n.text[w.start:size] == last
		}
	}
	return false
}

// add enters a name, folding it into n.
func (m *misspellings) add(r *resolver, n *name, c claim) {
	if strings.ContainsFunc(c.name, isCJK) {
		return // a wrong character there is another word
	}
	r.fold(n, c.name)
	core, words, rest := n.spelling(func(string) (string, bool) { return "", false })
	if len(core) < oneLetter || !ascii(core) {
		return
	}
	for k := len(m.names) - 1; k >= 0 && m.names[k].claim.rec == c.rec; k-- {
		if m.names[k].core == core && slices.Equal(m.names[k].rest, rest) {
			return
		}
	}
	at := len(m.names)
	m.names = append(m.names, spelt{claim: c, core: core, words: words, rest: rest})
	for i := -1; i < len(core); i++ {
		m.deleted = append(m.deleted, newClue(hashWithout(core, i), at))
	}
	if len(core) >= twoLetters {
		for _, t := range thirdsOf(core) {
			m.thirds = append(m.thirds, newClue(hashWithout(t, -1), at))
		}
	}
}

// thirdsOf cuts a name into three.
func thirdsOf(s string) [3]string {
	a, b := len(s)/3, 2*len(s)/3
	return [3]string{s[:a], s[a:b], s[b:]}
}

// spelling returns the distinctive words of a name written together and apart,
// and its other words but for legal forms, places and fillers. Of a name
// without distinctive words all are taken. A word that fix corrects counts as
// the common word it is meant to be.
func (n *name) spelling(fix func(string) (string, bool)) (core string, words, rest []string) {
	var all string
	for i := range n.words {
		text := n.at(i)
		switch n.words[i].class {
		case legal, filler:
		case place:
			all += text
		case distinct, model, number:
			all += text
			if common, ok := fix(text); ok {
				rest = append(rest, common)
				continue
			}
			core += text
			words = append(words, text)
		default:
			all += text
			rest = append(rest, text)
		}
	}
	if core == "" {
		return all, nil, nil
	}
	return core, words, rest
}

// commonWord returns the word of trade or place that a word is a misspelling of.
func commonWord(text string) (string, bool) {
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
	if _, ok := commonWord(text); ok {
		return true
	}
	for w, class := range commonWords().words {
		if class == place && len(w) >= oneLetter && w[0] == text[0] && edits(text, w, 1) == 1 {
			return true
		}
	}
	for _, n := range r.spelled(rec) {
		for i := range n.words {
			if w := n.at(i); len(w) >= oneLetter && w[0] == text[0] && edits(text, w, 1) == 1 {
				return true
			}
		}
	}
	return false
}

// nearby lists the names that may be meant by core, with their distance.
func (m *misspellings) nearby(core string) (found []int32, distance []int) {
	try := func(clues []clue, hash uint32, limit int) {
		i, _ := slices.BinarySearch(clues, newClue(hash, 0))
		for ; i < len(clues) && uint32(clues[i]>>32) == hash; i++ {
			at := int32(clues[i])
			if slices.Contains(found, at) {
				continue
			}
			if d := edits(core, m.names[at].core, limit); d <= limit {
				found, distance = append(found, at), append(distance, d)
			}
		}
	}
	for i := -1; i < len(core); i++ {
		try(m.deleted, hashWithout(core, i), 1)
	}
	if len(core) < twoLetters || len(found) > 0 {
		return found, distance
	}
	const most = 2 // edits, and so letters that a third may have moved by
	for size := max(len(core)-most, twoLetters); size <= len(core)+most; size++ {
		for i := range 3 {
			for from := i*size/3 - most; from <= i*size/3+most; from++ {
				if to := from + (i+1)*size/3 - i*size/3; from >= 0 && to <= len(core) {
					try(m.thirds, hashWithout(core[from:to], -1), most)
				}
			}
		}
	}
	return found, distance
}

// misspellings weighs the names that a name without any known one may be a
// misspelling of.
func (rd *reader) misspellings() []candidate {
	out := rd.cutShort()
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
	speltSound = 0.86 // sounds the same, and another word agrees
	speltTwo   = 0.84 // another word agrees
	speltOne   = 0.81 // a long name of one word
	speltMaybe = 0.30 // may as well be another company's name
	speltOther = 0.20 // beside a word that the supplier does not use
)

func (rd *reader) misspeltPart(n *name) []candidate {
	core, words, rest := n.spelling(commonWord)
	if len(core) < oneLetter-1 || !ascii(core) {
		return nil
	}
	m := rd.r.spellings()
	found, distance := m.nearby(core)
	best := map[int32]candidate{}
	if whole := n.withoutForms(); whole != core {
		rd.misspeltWhole(whole, best)
	}
	for k, at := range found {
		s := &m.names[at]
		if distance[k] == 0 || core[0] != s.core[0] {
			continue
		}
		c := candidate{rec: s.claim.rec, method: byName, specific: len(s.core) + 4*agree(s.rest, rest),
			reason: "spelt almost as '" + s.claim.name + "'"}
		c.conf = rd.speltAs(s, core, words, rest)
		if len(rest) > 0 && c.conf >= speltTwo {
			c.reason += ", and '" + strings.Join(rest, " ") + "' agrees"
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
	return nearest(out)
}

// misspeltWhole adds names without distinctive words, which are compared with
// all their words: "Westen Digital".
func (rd *reader) misspeltWhole(whole string, best map[int32]candidate) {
	m := rd.r.spellings()
	found, distance := m.nearby(whole)
	for k, at := range found {
		s := &m.names[at]
		if s.words != nil || distance[k] != 1 || len(s.core) < wholeLetters || whole[0] != s.core[0] || stem(whole) == stem(s.core) {
			continue
		}
		c := candidate{rec: s.claim.rec, method: byName, specific: len(s.core), reason: "spelt almost as '" + s.claim.name + "'", conf: speltMaybe}
		if len(whole) != len(s.core) || swapped(whole, s.core) {
			c.conf = speltTwo
		}
		best[c.rec] = c
	}
}

// withoutForms returns the words of a name but for legal forms, written together.
func (n *name) withoutForms() string {
	var b strings.Builder
	for i := range n.words {
		if c := n.words[i].class; c != legal && c != filler {
			b.WriteString(n.at(i))
		}
	}
	return b.String()
}

// nearest lets nobody act when two suppliers are equally near.
func nearest(list []candidate) []candidate {
	if len(list) > 1 && list[0].conf == list[1].conf && list[0].specific == list[1].specific {
		for i := range list {
			list[i].conf = min(list[i].conf, speltMaybe)
		}
	}
	return list
}

// Of registry names one letter away from a supplier's most are other companies:
// Redhot, Innoflight, Vectrad Networks. So a misspelling must be of a likely
// sort, the longer and the better borne out the less likely the sort is.
const (
	soundLetters = 7  // it sounds the same: Hickvision, Chekpoint
	swapLetters  = 8  // two letters changed places
	addedLetters = 7  // a letter added or lost, and another word agrees
	wholeLetters = 12 // a letter added or lost, or two swapped, in a name of common words
	wrongLetters = 10 // another letter, or two edits, and another word agrees
)

// speltAs says how sure it is that core, made of words, beside rest is meant
// for the name s.
func (rd *reader) speltAs(s *spelt, core string, words, rest []string) float64 {
	agreeing, telling := 0, false
	for _, w := range rest {
		if !rd.r.uses(s.claim.rec, w) {
			return speltOther
		}
		agreeing++
		telling = telling || !vague[stem(w)]
	}
	if agree(s.rest, rest) < len(s.rest) && !rd.r.names(s.claim.rec, s.core) {
		return speltOther // words are missing without which it is no name
	}
	got, meant, agreed := differing(words, s.words)
	telling = telling || agreed
	least := min(len(got), len(meant))
	switch {
	case stem(got) == stem(meant), everyday()[got]:
		return speltMaybe // a plural or a word of its own is no misspelling
	case sound(got) == sound(meant):
		if agreeing > 0 || agreed {
			return speltSound
		}
		return lone(least >= soundLetters)
	case swapped(got, meant):
		if (agreeing > 0 || agreed) && least >= oneLetter {
			return speltTwo
		}
		return lone(least >= swapLetters)
	case len(got) != len(meant) && edits(got, meant, 1) == 1:
		if telling && len(meant) >= addedLetters {
			return speltTwo
		}
	case telling && least >= wrongLetters:
		return speltTwo
	}
	return speltMaybe
}

func lone(likely bool) float64 {
	if likely {
		return speltOne
	}
	return speltMaybe
}

// vague are the words, without their endings, that so many companies have in
// their names that sharing one means little.
var vague = map[string]bool{"technology": true, "tech": true, "system": true, "electronic": true, "international": true, "group": true,
	"product": true, "solution": true, "industry": true, "service": true, "intl": true, "global": true}

// differing takes the words off both ends that two names share, and says
// whether there are any that tell something. Names of different counts of words
// are compared whole.
func differing(got, meant []string) (string, string, bool) {
	if len(got) != len(meant) {
		return strings.Join(got, ""), strings.Join(meant, ""), false
	}
	agreed := false
	i, j := 0, len(got)
	for i < j-1 && got[i] == meant[i] {
		agreed = agreed || len(got[i]) > 3
		i++
	}
	for j-1 > i && got[j-1] == meant[j-1] {
		j--
		agreed = agreed || len(got[j]) > 3
	}
	return strings.Join(got[i:j], ""), strings.Join(meant[i:j], ""), agreed
}

// sound writes letters that sound alike in one way, "ck" and "c" as "k" and "ph"
// as "f", and doubled ones once.
func sound(w string) string {
	out := make([]byte, 0, len(w))
	for i := 0; i < len(w); i++ {
		c := w[i]
		switch {
		case c == 'c':
			c = 'k'
		case c == 'p' && i+1 < len(w) && w[i+1] == 'h':
			c = 'f'
			i++
		}
		if len(out) == 0 || out[len(out)-1] != c {
			out = append(out, c)
		}
	}
	return string(out)
}

// swapped reports whether two words differ by two neighbouring letters that
// changed places.
func swapped(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) - 1 {
		if a[i] != b[i] {
			return a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		}
	}
	return false
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

// oneEdit reports whether two words that differ are one edit apart.
func oneEdit(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	return a[i+1:] == b[i+1:] || swapped(a, b)
}

// edits returns the optimal string alignment distance of two words, letters
// added, lost, changed or swapped with their neighbour, or limit+1 when it is
// more than limit.
func edits(a, b string, limit int) int {
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	if limit == 1 {
		switch {
		case a == b:
			return 0
		case oneEdit(a, b):
			return 1
		}
		return 2
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

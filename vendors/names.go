package vendors

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits on what is looked at in one name; what comes after is left out.
const (
	maxNameBytes = 1024
	maxWords     = 48
)

// word is one word of a folded name.
type word struct {
	start, end int32 // its bytes in name.text
	sep        byte  // what stood before it: 0 nothing, ' ', '.', '-', ',', '/', '|' for a colon, dash and the like
	class      class // what part it plays
	part       uint8 // which part of the name it is in, from 0
	bracket    uint8 // which bracket it is in, 0 outside all
	cjk        bool  // of a script written without spaces
	foreign    bool  // letters of a script other than Latin and those of cjk
	mixed      bool  // look-alike letters were read as Latin
}

// name is a raw name made comparable: its words without case, diacritics, width,
// spaces and punctuation, one after the other, so that any run of words written
// together is a substring of text.
type name struct {
	text   string
	words  []word
	parts  []part // by split
	hidden bool   // invisible characters were left out
	mixed  bool   // some word mixed scripts

	buf []byte // text while it is made
}

// at returns the text of word i.
func (n *name) at(i int) string { return n.text[n.words[i].start:n.words[i].end] }

// size returns how many bytes words i to j (exclusive) have.
func (n *name) size(i, j int) int { return int(n.words[j-1].end - n.words[i].start) }

// run returns words i to j (exclusive) written together.
func (n *name) run(i, j int) string { return n.text[n.words[i].start:n.words[j-1].end] }

// reading is how letters that look like others are read.
type reading uint8

const (
	plain    reading = iota // a look-alike only inside an otherwise Latin word
	skeleton                // every look-alike of another script as the Latin letter
	digits                  // 0 as o and 1 as l inside words
	digitsI                 // 0 as o and 1 as i
	joined                  // rn as m
)

// foldName makes a raw name comparable. It classes no words yet.
func foldName(raw string, how reading) *name {
	n := &name{}
	n.fold(raw, how)
	return n
}

// fold makes n of a raw name, in the room of what it held before.
func (n *name) fold(raw string, how reading) {
	if len(raw) > maxNameBytes {
		raw = raw[:maxNameBytes]
	}
	if n.buf == nil {
		n.buf, n.words = make([]byte, 0, len(raw)+8), make([]word, 0, 8)
	}
	n.words, n.parts, n.hidden, n.mixed = n.words[:0], n.parts[:0], false, false
	f := folder{name: n, how: how, buf: n.buf[:0]}
	if !ascii(raw) {
		raw, f.wide = norm.NFKC.String(strings.ToValidUTF8(raw, " ")), true
	}
	quick := how == plain && !f.wide
	for i := 0; i < len(raw) && len(n.words) < maxWords; {
		if quick && isAlnum(raw[i]) {
			i += f.alnums(raw[i:])
			continue
		}
		r, size := utf8.DecodeRuneInString(raw[i:])
		i += size
		f.rune(r, raw[i:])
	}
	f.endWord()
	n.text, n.buf = string(f.buf), f.buf
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// folder folds one name, rune by rune.
type folder struct {
	*name
	how  reading
	wide bool   // the name is not all ASCII
	buf  []byte // name.buf

	start   int    // of the word being read, in buf
	letters int    // it has
	open    bool   // a word is being read
	dotted  bool   // dots between its initials were left out
	bracket uint8  // the bracket that is open, 0 for none
	closed  uint8  // how many brackets were closed
	sep     byte   // before the word being read
	next    byte   // before the next word
	runes   []rune // of the word being read, with their case, when not all ASCII
	latin   bool   // it has a Latin letter
	foreign bool   // it has a letter of another script with case
	cjk     bool
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// alnums takes the ASCII letters and digits that text begins with, and returns
// how many they are.
func (f *folder) alnums(text string) int {
	f.begin(false)
	k := 0
	for ; k < len(text) && isAlnum(text[k]); k++ {
		c := text[k]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		f.latin = f.latin || c > '9'
		f.buf = append(f.buf, c)
	}
	f.letters += k
	return k
}

// rune takes the next rune; rest is what follows it.
func (f *folder) rune(r rune, rest string) {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		f.begin(false)
		f.latin = f.latin || r > '9'
		f.keep(r)
		f.letters++
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		f.buf = append(f.buf, byte(r))
	case r < utf8.RuneSelf:
		f.punctuation(byte(r), rest)
	case isCJK(r):
		f.begin(true)
		if s, ok := hanForms()[r]; ok {
			r = s
		}
		f.buf = utf8.AppendRune(f.buf, r)
	case unicode.In(r, unicode.Cf, unicode.Variation_Selector):
		f.hidden = true
	case unicode.IsLetter(r) || unicode.IsDigit(r):
		f.begin(false)
		f.letter(r)
	case unicode.IsMark(r):
		if f.open && !f.latin && !f.cjk {
			f.buf = utf8.AppendRune(f.buf, r)
		}
	case r == '’' || r == 'ʼ' || r == '′':
		f.punctuation('\'', rest)
	case r == '–' || r == '—' || r == '―' || r == '|':
		f.breakWord('|')
	case unicode.Is(unicode.Ps, r):
		f.punctuation('(', rest)
	case unicode.Is(unicode.Pe, r):
		f.punctuation(')', rest)
	case r == '、' || r == '。':
		f.breakWord(',')
	default:
		f.breakWord(' ')
	}
}

// isCJK reports whether r is of a script that is written without spaces: Han,
// Kana or Hangul. Blocks are enough here and much quicker than the tables.
func isCJK(r rune) bool {
	switch {
	case r < 0x1100:
		return false
	case r <= 0x11ff: // Hangul letters
	case r == '々', r == '〇', 0x3041 <= r && r <= 0x30ff && r != '・', 0x3131 <= r && r <= 0x318e, 0x31f0 <= r && r <= 0x31ff:
	case 0x3400 <= r && r <= 0x4dbf, 0x4e00 <= r && r <= 0x9fff, 0xac00 <= r && r <= 0xd7a3, 0xf900 <= r && r <= 0xfaff, 0x20000 <= r && r <= 0x323af:
	default:
		return false
	}
	return true
}

// begin opens a word unless one of the same kind of script is being read.
func (f *folder) begin(cjk bool) {
	if f.open && f.cjk != cjk {
		f.endWord()
	}
	if f.open {
		return
	}
	f.open, f.start, f.sep, f.cjk = true, len(f.buf), f.next, cjk
	f.next, f.letters, f.latin, f.foreign, f.dotted, f.runes = 0, 0, false, false, false, f.runes[:0]
}

// keep remembers the rune as written, for reading look-alikes.
func (f *folder) keep(r rune) {
	if f.how != plain || f.wide {
		f.runes = append(f.runes, r)
	}
}

// letter appends a letter outside ASCII, without case and diacritics.
func (f *folder) letter(r rune) {
	f.keep(r)
	f.letters++
	low := unicode.ToLower(r)
	if !unicode.Is(unicode.Latin, r) {
		f.foreign = f.foreign || unicode.IsLetter(r)
		f.buf = utf8.AppendRune(f.buf, low)
		return
	}
	f.latin = true
	if s, ok := plainLetters[low]; ok {
		f.buf = append(f.buf, s...)
		return
	}
	if d := norm.NFD.PropertiesString(string(low)).Decomposition(); len(d) > 0 {
		base, _ := utf8.DecodeRune(d)
		f.buf = utf8.AppendRune(f.buf, base)
		return
	}
	f.buf = utf8.AppendRune(f.buf, low)
}

// punctuation takes an ASCII character that is no letter or digit.
func (f *folder) punctuation(c byte, rest string) {
	switch c {
	case '\'', '`':
		if f.open && startsWithLetter(rest) {
			return // Dell'Orto, Patriot's
		}
		f.breakWord(' ')
	case '.':
		if f.open && (f.dotted || f.letters == 1) && startsWithInitial(rest) {
			f.dotted = true
			return // S.p.A., L.P.
		}
		f.breakWord('.')
	case ',', '-':
		f.breakWord(c)
	case '/', '\\':
		f.breakWord('/')
	case '(', '[', '<', '{':
		f.breakWord(' ')
		f.bracket = f.closed + 1
	case ')', ']', '>', '}':
		f.breakWord(' ')
		f.bracket, f.closed = 0, f.closed+1
	case '|', ';', ':', '\n':
		f.breakWord('|')
	default:
		if c < ' ' && c != '\t' && c != '\r' || c == 0x7f {
			f.hidden = true
		}
		f.breakWord(' ')
	}
}

func startsWithLetter(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r)
}

// startsWithInitial reports whether a single letter stands at the start of s.
func startsWithInitial(s string) bool {
	r, size := utf8.DecodeRuneInString(s)
	if !unicode.IsLetter(r) {
		return false
	}
	next, _ := utf8.DecodeRuneInString(s[size:])
	return !unicode.IsLetter(next) && !unicode.IsDigit(next)
}

// breakWord ends the word being read. Of several separators in a row the
// strongest counts; a hyphen between spaces is a dash.
func (f *folder) breakWord(sep byte) {
	f.endWord()
	switch {
	case sep == '-' && f.next == ' ':
		sep = '~' // a dash if a space follows
	case sep == ' ' && f.next == '~':
		sep = '|'
	}
	if strength(sep) >= strength(f.next) {
		f.next = sep
	}
}

func strength(sep byte) int {
	switch sep {
	case 0:
		return 0
	case ' ':
		return 1
	case '.':
		return 2
	case '-':
		return 3
	case '~':
		return 4
	case ',':
		return 5
	case '/':
		return 6
	}
	return 7
}

// endWord closes the word being read.
func (f *folder) endWord() {
	if !f.open {
		return
	}
	f.open = false
	w := word{start: int32(f.start), end: int32(len(f.buf)), sep: f.sep, bracket: f.bracket, cjk: f.cjk, foreign: f.foreign}
	if f.foreign && (f.latin || f.how == skeleton) || (f.how == digits || f.how == digitsI) && f.latin {
		w.mixed = f.readAlike(&w)
	}
	if f.how == joined && !f.wide {
		w.mixed = f.join(&w)
	}
	if string(f.buf[w.start:]) == "and" {
		f.buf = f.buf[:w.start] // as if "&"
		return
	}
	f.mixed = f.mixed || w.mixed
	f.words = append(f.words, w)
}

// readAlike writes the word just read with the Latin letters its own look like,
// if all of them do.
func (f *folder) readAlike(w *word) bool {
	var out []byte
	changed := false
	for _, r := range f.runes {
		to, ok := lookalikes()[r]
		switch {
		case f.how == digits && r == '1':
			to, changed = 'l', true
		case f.how == digitsI && r == '1':
			to, changed = 'i', true
		case (f.how == digits || f.how == digitsI) && r == '0':
			to, changed = 'o', true
		case ok:
			changed = true
		default:
			if to = unicode.ToLower(r); !unicode.Is(unicode.Latin, r) && !unicode.IsDigit(r) {
				return false
			}
		}
		out = utf8.AppendRune(out, to)
	}
	if !changed {
		return false
	}
	f.buf = append(f.buf[:w.start], out...)
	w.end, w.foreign = int32(len(f.buf)), false
	return true
}

// join reads the letters r and n of the word just read as the m they look like.
func (f *folder) join(w *word) bool {
	text := string(f.buf[w.start:])
	alike := strings.ReplaceAll(text, "rn", "m")
	if len(alike) == len(text) || len(alike) < oneLetter-1 {
		return false
	}
	f.buf = append(f.buf[:w.start], alike...)
	w.end = int32(len(f.buf))
	return true
}

// wordList is a list of words by which text without spaces is cut.
type wordList struct {
	words   map[string]class
	longest map[rune]int // bytes of the longest word that begins with a character
}

func (l *wordList) add(w string, c class) {
	if _, known := l.words[w]; known {
		return
	}
	l.words[w] = c
	begin, _ := utf8.DecodeRuneInString(w)
	l.longest[begin] = max(l.longest[begin], len(w))
}

// cut cuts words of scripts without spaces into the words of a list, so that as
// few characters as can be are left over, then into as few words as can be,
// then with the longest first.
func (n *name) cut(list *wordList) {
	if !anyCJK(n.words) {
		return
	}
	var out []word
	for _, w := range n.words {
		if w.cjk {
			out = n.cutWord(out, w, list)
			continue
		}
		out = append(out, w)
	}
	n.words = out[:min(len(out), maxWords)]
}

func anyCJK(words []word) bool {
	for i := range words {
		if words[i].cjk {
			return true
		}
	}
	return false
}

// step is the best way to cut a text from some place on: the size of its first
// word, and the cost of all.
type step struct {
	cost, size int
	known      bool // the word is in the list
}

// cutWord appends the words that w is cut into. Characters left over stay
// together.
func (n *name) cutWord(out []word, w word, list *wordList) []word {
	text := n.text[w.start:w.end]
	best := list.bestCuts(text)
	left := false // the last word is of characters left over
	for i := 0; i < len(text); i += best[i].size {
		end := w.start + int32(i+best[i].size)
		if left && !best[i].known {
			out[len(out)-1].end = end
			continue
		}
		left = !best[i].known
		next := w
		next.start, next.end = w.start+int32(i), end
		if i > 0 {
			next.sep = 0
		}
		out = append(out, next)
	}
	return out
}

// bestCuts finds the best cut from every place of a text on, from its end.
func (l *wordList) bestCuts(text string) []step {
	const leftOver = 1000 // cost of a character in no word, against 1 for a word
	best := make([]step, len(text)+1)
	for i := len(text) - 1; i >= 0; i-- {
		if !utf8.RuneStart(text[i]) {
			continue
		}
		r, one := utf8.DecodeRuneInString(text[i:])
		best[i] = step{cost: leftOver + best[i+one].cost, size: one}
		for size := min(l.longest[r], len(text)-i); size > 0; size-- {
			if i+size < len(text) && !utf8.RuneStart(text[i+size]) {
				continue
			}
			if cost := 1 + best[i+size].cost; cost < best[i].cost {
				if _, ok := l.words[text[i:i+size]]; ok {
					best[i] = step{cost: cost, size: size, known: true}
				}
			}
		}
	}
	return best
}

// trim returns the span without words of a class at either end; one word stays.
func (n *name) trim(c class) (int, int) { return n.trimFrom(0, len(n.words), c) }

func (n *name) trimFrom(i, j int, classes ...class) (int, int) {
	out := func(k int) bool {
		for _, c := range classes {
			if n.words[k].class == c {
				return true
			}
		}
		return false
	}
	for j-i > 1 && out(j-1) {
		j--
	}
	for j-i > 1 && out(i) {
		i++
	}
	return i, j
}

// bare returns the span without legal forms at either end. One in front stays
// where only a word of trade would be left: "PT Security".
func (n *name) bare() (i, j int) {
	_, j = n.trim(legal)
	i, _ = n.trimFrom(0, j, legal)
	if i > 0 && !n.has(distinct, i, j) && !n.has(model, i, j) {
		return 0, j
	}
	return i, j
}

// core returns the span of the words that tell the company apart, and how many
// they are.
func (n *name) core(i, j int) (from, to, words int) {
	i, j = n.trimFrom(i, j, legal, place, filler)
	for j-i > 1 && n.words[j-1].class != distinct && n.words[j-1].class != model && n.words[j-1].class != trade {
		j--
	}
	for k := i; k < j; k++ {
		if c := n.words[k].class; !c.neutral() {
			words++
		}
	}
	return i, j, words
}

// has reports whether a word from i to j is of the class.
func (n *name) has(c class, i, j int) bool {
	for ; i < j; i++ {
		if n.words[i].class == c {
			return true
		}
	}
	return false
}

// equalForms are spellings of one legal form.
var equalForms = map[string]string{
	"incorporated": "inc", "corporation": "corp", "company": "co", "limited": "ltd", "aktiengesellschaft": "ag",
	"kabushikikaisha": "kk", "aktiebolag": "ab",
}

// form returns the legal form at the end of the name in one spelling, "" for none.
func (n *name) form() string {
	_, j := n.trim(legal)
	out := ""
	for ; j < len(n.words); j++ {
		out += oneForm(n.at(j))
	}
	return out
}

// oneForm writes a word of a legal form in one spelling.
func oneForm(w string) string {
	if same, ok := equalForms[w]; ok {
		return same
	}
	return w
}

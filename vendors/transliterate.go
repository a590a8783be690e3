package vendors

import (
	_ "embed"
	"iter"
	"strings"
	"sync"
	"unicode/utf8"
)

// pinyinText has the Mandarin readings of Han characters, by syllable.
//
//go:embed pinyin.txt
var pinyinText string

// syllable is a reading in both spellings.
type syllable struct{ pinyin, wadeGiles string }

// syllables maps a Han character in simplified form to its reading.
var syllables = sync.OnceValue(func() map[rune]syllable {
	m := make(map[rune]syllable, len(pinyinText)/4)
	for line := range strings.Lines(pinyinText) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var s syllable
		for _, field := range strings.Fields(line) {
			if ascii(field) {
				s = syllable{field, toWadeGiles(field)}
				continue
			}
			for _, r := range field {
				m[r] = s
			}
		}
	}
	return m
})

// romanised spells a Han text as Hanyu Pinyin does and as Wade-Giles does, both
// without tones, hyphens and apostrophes; a Pinyin ü is written u and v. It is
// nil when the reading of a character is not known.
func romanised(han string) []string {
	var pinyin, wadeGiles strings.Builder
	for _, r := range han {
		s, ok := syllables()[r]
		if !ok {
			return nil
		}
		pinyin.WriteString(s.pinyin)
		wadeGiles.WriteString(s.wadeGiles)
	}
	out := []string{strings.ReplaceAll(pinyin.String(), "v", "u")}
	for _, other := range []string{pinyin.String(), wadeGiles.String()} {
		if other != out[0] && other != out[len(out)-1] {
			out = append(out, other)
		}
	}
	return out
}

// wadeGilesWhole are the syllables that Wade-Giles spells by no rule, without
// its diacritics.
var wadeGilesWhole = map[string]string{
	"zhi": "chih", "chi": "chih", "shi": "shih", "ri": "jih", "zi": "tzu", "ci": "tzu", "si": "ssu", "er": "erh", "e": "o",
	"yi": "i", "you": "yu", "yan": "yen", "ye": "yeh", "yong": "yung", "yue": "yueh", "ge": "ko", "ke": "ko", "he": "ho",
	"gui": "kuei", "kui": "kuei", "guo": "kuo", "kuo": "kuo", "huo": "huo", "shuo": "shuo",
}

// wadeGilesInitials are the initials that Wade-Giles writes otherwise than
// Pinyin; it tells aspirates apart by an apostrophe, which names leave out.
var wadeGilesInitials = []struct{ pinyin, wadeGiles string }{
	{"zh", "ch"}, {"ch", "ch"}, {"sh", "sh"}, {"b", "p"}, {"d", "t"}, {"g", "k"}, {"j", "ch"}, {"q", "ch"}, {"x", "hs"}, {"r", "j"}, {"z", "ts"}, {"c", "ts"},
}

// toWadeGiles respells one Pinyin syllable.
func toWadeGiles(s string) string {
	if whole, ok := wadeGilesWhole[s]; ok {
		return whole
	}
	initial, final := "", s
	for _, i := range wadeGilesInitials {
		if rest, ok := strings.CutPrefix(s, i.pinyin); ok {
			initial, final = i.wadeGiles, rest
			break
		}
	}
	if initial == "" && strings.IndexAny(s, "mnlptkfhs") == 0 {
		initial, final = s[:1], s[1:]
	}
	switch {
	case final == "ong" || final == "iong":
		final = strings.TrimSuffix(final, "ong") + "ung"
	case final == "ian":
		final = "ien"
	case final == "ie" || final == "ue" || final == "ve":
		final = strings.Replace(final, "v", "u", 1) + "h"
	case final == "uo" && initial != "":
		final = "o"
	case final == "e" && initial != "":
		final = "e"
	}
	return initial + strings.ReplaceAll(final, "v", "u")
}

// leastRomanised is the fewest letters that a romanised name must have: shorter
// ones are words of other languages as often as not.
const leastRomanised = 5

// hanVocabulary cuts text into words of trade and what is left between them.
var hanVocabulary = sync.OnceValue(func() *wordList {
	v := commonWords()
	l := &wordList{make(map[string]class, len(v.han)), make(map[rune]int, len(v.han))}
	for w, c := range v.han {
		l.add(w, c)
	}
	return l
})

// spokenName is one way to spell a Chinese name in Latin letters.
type spokenName struct {
	name, spelt string
	partly      bool // words of trade, legal forms and places of the name are left out
}

// spokenNames spells a Chinese name by those of its words that are no words of
// trade, legal forms or places, if they stand together.
func spokenNames(han string) (out []spokenName) {
	n := foldName(han, plain)
	n.cut(hanVocabulary())
	said := ""
	for i := range n.words {
		if _, common := commonWords().han[n.at(i)]; common {
			continue
		}
		if said != "" || !n.words[i].cjk {
			return nil
		}
		said = n.at(i)
	}
	if utf8.RuneCountInString(said) < 2 {
		return nil
	}
	for _, s := range romanised(said) {
		if _, common := commonWords().words[s]; !common && len(s) >= leastRomanised {
			out = append(out, spokenName{han, s, said != n.text})
		}
	}
	return out
}

// spoken yields every way to spell the Chinese names of a record in Latin letters.
func (r *Record) spoken() iter.Seq[spokenName] {
	return func(yield func(spokenName) bool) {
		for _, language := range sortedKeys(r.Names) {
			if !strings.HasPrefix(language, "zh") {
				continue
			}
			for _, raw := range r.Names[language] {
				for _, s := range spokenNames(raw) {
					if !yield(s) {
						return
					}
				}
			}
		}
	}
}

// spokenTrades are the words of trade in a record's Chinese names, in Latin
// letters.
func (r *Record) spokenTrades() (out []string) {
	for language, names := range r.Names {
		if !strings.HasPrefix(language, "zh") {
			continue
		}
		for _, raw := range names {
			n := foldName(raw, plain)
			n.cut(hanVocabulary())
			for i := range n.words {
				if _, common := commonWords().han[n.at(i)]; common {
					out = append(out, romanised(n.at(i))...)
					for _, half := range halves(n.at(i)) {
						out = append(out, romanised(half)...)
					}
				}
			}
		}
	}
	return out
}

// halves are the two words that one of four characters is made of, which are
// written apart in Latin letters: "Shuzi Jishu".
func halves(han string) []string {
	if r := []rune(han); len(r) == 4 {
		return []string{string(r[:2]), string(r[2:])}
	}
	return nil
}

package vendors

import (
	"strings"

	"github.com/netvet/netvet"
)

// Family is the product families of a supplier that belong to one class of
// product. A model is cut into runs of letters and runs of digits
// ("WS-C2960X-24PS" is ws c 2960 x 24 ps); a family is a sequence of those, "#"
// standing for any run of digits.
type Family struct {
	Category netvet.Category `yaml:"category"`
	Models   []string        `yaml:"models"`
	Source   string          `yaml:"source"`
	Date     netvet.Date     `yaml:"date"`
}

// Family returns the longest product family of a supplier that a model, part
// number or product name is of, and the class of product that the family
// belongs to; nothing when it is of none.
func (d *Directory) Family(supplier, text string) (netvet.Category, string) {
	r := d.resolverOf()
	rec, ok := r.at[supplier]
	if !ok {
		return "", ""
	}
	best := r.family(rec, text)
	return best.category, best.text
}

// familyWords is one family, cut into words.
type familyWords struct {
	words    []string
	category netvet.Category
	text     string
}

// family finds the longest family of the record that a text names. The record's
// own name before the model does not count.
func (r *resolver) family(rec int32, text string) familyWords {
	var best familyWords
	if len(r.records[rec].Families) == 0 || text == "" {
		return best
	}
	families, own := r.families(rec)
	have := modelWords(text)
	first := 0
	for first < len(have)-1 && own[have[first]] {
		first++
	}
	for i := first; i < len(have); i++ {
		for _, f := range families {
			if f.weight() > best.weight() && f.opens(have[i:], i == first) {
				best = f
			}
		}
	}
	return best
}

// familyWordsIn collects the words of all families of the record that a text
// names.
func (r *resolver) familyWordsIn(rec int32, text string) map[string]bool {
	found := map[string]bool{}
	if len(r.records[rec].Families) == 0 {
		return found
	}
	families, _ := r.families(rec)
	have := modelWords(text)
	for i := range have {
		for _, f := range families {
			if f.opens(have[i:], false) {
				for _, w := range have[i : i+len(f.words)] {
					found[w] = true
				}
			}
		}
	}
	return found
}

// families cuts a record's families, and its name, into words when they are
// first needed.
func (r *resolver) families(rec int32) ([]familyWords, map[string]bool) {
	r.familyOnce[rec].Do(func() {
		for _, f := range r.records[rec].Families {
			for _, model := range f.Models {
				r.familyWords[rec] = append(r.familyWords[rec], familyWords{modelWords(model), f.Category, model})
			}
		}
		r.nameWords[rec] = map[string]bool{}
		for _, w := range modelWords(r.records[rec].Name) {
			r.nameWords[rec][w] = true
		}
	})
	return r.familyWords[rec], r.nameWords[rec]
}

// weight orders families: more words first, then more letters.
func (f familyWords) weight() int { return maxNameBytes*len(f.words) + len(f.text) }

// opens reports whether the words begin with the family. One or two letters are
// no word of their own: they begin the model and a number follows. A number
// alone begins the model.
func (f familyWords) opens(have []string, first bool) bool {
	if len(f.words) == 0 || len(f.words) > len(have) {
		return false
	}
	for i, w := range f.words {
		if w != have[i] && !(w == anyNumber && isDigits(have[i])) {
			return false
		}
	}
	const ownWord = 3 // letters that a word of its own has at least
	switch {
	case len(f.words) > 1:
		return first || len(f.text) > ownWord
	case isDigits(f.words[0]):
		return first
	case len(f.words[0]) >= ownWord:
		return true
	}
	return first && len(have) > 1 && isDigits(have[1])
}

// anyNumber stands for any run of digits in a family.
const anyNumber = "#"

func isDigits(word string) bool { return word[0] >= '0' && word[0] <= '9' }

// modelWords cuts a text into runs of letters and runs of digits, in lower case.
func modelWords(text string) []string {
	text = text[:min(len(text), maxNameBytes)]
	var words []string
	const letters, numbers, sign = 1, 2, 3
	start, run := 0, 0
	for i := 0; i <= len(text); i++ {
		now := 0
		if i < len(text) {
			switch c := text[i]; {
			case c >= '0' && c <= '9':
				now = numbers
			case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= 0x80:
				now = letters
			case c == anyNumber[0]:
				now = sign
			}
		}
		if now != run {
			if run != 0 {
				words = append(words, strings.ToLower(text[start:i]))
			}
			start, run = i, now
		}
	}
	return words
}

package scanner

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/rules"
	"github.com/netvet/netvet/scanner/strictyaml"
)

//go:embed families.yaml
var familiesFile []byte

// families is families.yaml: the classes of makers' product families.
type families struct {
	Source   string          `yaml:"source"`
	Date     netvet.Date     `yaml:"date"`
	Families []productFamily `yaml:"families"`

	bySupplier map[string][]familyWords
}

type productFamily struct {
	Supplier string          `yaml:"supplier"`
	Category netvet.Category `yaml:"category"`
	Models   []string        `yaml:"models"`
}

// familyWords is one family as a sequence of words; "#" is any number.
type familyWords struct {
	words    []string
	category netvet.Category
	text     string
}

// loadFamilies reads the embedded file once. The file is part of the program
// and checked by a test, so a fault in it is a fault of the program.
var loadFamilies = sync.OnceValue(func() families {
	var f families
	if err := strictyaml.Decode("families.yaml", familiesFile, &f); err != nil {
		panic(err)
	}
	f.bySupplier = map[string][]familyWords{}
	for _, family := range f.Families {
		for _, model := range family.Models {
			words := rules.Words(strings.ReplaceAll(model, "#", " 0 "))
			for i := range words {
				if words[i] == "0" {
					words[i] = "#"
				}
			}
			f.bySupplier[family.Supplier] = append(f.bySupplier[family.Supplier], familyWords{words, family.Category, model})
		}
	}
	return f
})

// of returns the class of the longest family of the maker that a text names,
// and the family. A maker's own name before the model does not count.
func (f families) of(supplier *netvet.Supplier, text string) (netvet.Category, string) {
	if supplier == nil || text == "" || f.bySupplier[supplier.ID] == nil {
		return "", ""
	}
	have := rules.Words(text)
	own := rules.Words(supplier.Name)
	start := 0
	for start < len(have) && slices.Contains(own, have[start]) {
		start++
	}
	var best familyWords
	for i := start; i < len(have); i++ {
		for _, family := range f.bySupplier[supplier.ID] {
			if family.weight() > best.weight() && family.at(have[i:], i == start) {
				best = family
			}
		}
	}
	return best.category, best.text
}

// weight orders families: more words first, then more letters.
func (f familyWords) weight() int { return 100*len(f.words) + len(f.text) }

// at reports whether the words begin with the family. A family of one or two
// letters is no word of its own: it begins the model and a number follows it.
func (f familyWords) at(have []string, first bool) bool {
	if len(f.words) > len(have) {
		return false
	}
	for i, w := range f.words {
		if w != have[i] && !(w == "#" && isNumber(have[i])) {
			return false
		}
	}
	if len(f.words) > 1 {
		return first || len(f.text) > 3
	}
	if len(f.words[0]) > 2 && !isNumber(f.words[0]) {
		return true
	}
	return first && (isNumber(f.words[0]) || len(have) > 1 && isNumber(have[1]))
}

func isNumber(word string) bool { return word[0] >= '0' && word[0] <= '9' }

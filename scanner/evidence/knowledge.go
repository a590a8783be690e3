package evidence

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

//go:embed knowledge.yaml
var knowledgeFile []byte

// Knowledge is what the comparison and the list of ways to act on a product know.
type Knowledge struct {
	Version netvet.Date        `yaml:"version"`
	Source  string             `yaml:"source"`
	Sources Sources            `yaml:"sources"`
	Parts   map[string]string  `yaml:"parts"`   // pattern -> kind of comparison
	Classes map[string][]Class `yaml:"classes"` // by kind of comparison
	Ways    []Way              `yaml:"ways"`

	Unspecific Unspecific `yaml:"unspecific"`

	products wayPhrases // of Ways, by their places
}

// Sources are the formats that describe products, by whose word they are.
type Sources struct {
	Observed []string `yaml:"observed"`
	Declared []string `yaml:"declared"`
	Software []string `yaml:"software"` // of those observed: the version of the product is that of the software it runs
}

// Class is a thing that goes by several names.
type Class struct {
	Name  string   `yaml:"name"`
	Words []string `yaml:"words"`
}

// Way is a way in which someone else can act on a product.
type Way struct {
	ID       string   `yaml:"id"`
	Title    Title    `yaml:"title"`
	Ports    []string `yaml:"ports"`
	Services []string `yaml:"services"` // classes of services
	Words    []string `yaml:"words"`    // in the name of a service
	Parts    []string `yaml:"parts"`    // patterns of components
	Products []string `yaml:"products"` // in maker, model or description of the product
	Default  Title    `yaml:"default"`  // how products are delivered with it, as a rule
	Classes  []string `yaml:"classes"`  // of radios and management controllers
	Held     string   `yaml:"held"`     // operator, maker, carrier, controller, network: whoever reaches it; unknown
	Rules    []string `yaml:"rules"`
}

// Title is a title in two languages.
type Title struct {
	EN string `yaml:"en"`
	ZH string `yaml:"zh"`
}

// LoadKnowledge reads what comes with the program.
func LoadKnowledge() (*Knowledge, error) {
	k := &Knowledge{}
	if err := strictyaml.Decode("knowledge.yaml", knowledgeFile, k); err != nil {
		return nil, err
	}
	if err := k.Unspecific.parse(); err != nil {
		return nil, err
	}
	for i := range k.Ways {
		way := &k.Ways[i]
		for _, phrase := range way.Products {
			k.products.learn(i, wordsOf(phrase))
		}
		for _, text := range way.Ports {
			if _, ok := parsePorts(text); !ok {
				return nil, fmt.Errorf("knowledge.yaml: way %s: %q is no port: write 22/tcp or 5900-5901/tcp", way.ID, text)
			}
		}
	}
	return k, nil
}

// wayPhrases are what names things in the texts about a product.
type wayPhrases struct {
	byFirst map[string][]wayPhrase // word
	within  []wayPhrase            // those that may stand within a word
}

type wayPhrase struct {
	of    int // the thing that it names
	words []string
}

func (p *wayPhrases) learn(of int, words []string) {
	switch {
	case len(words) == 0:
	case withinWord(words):
		p.within = append(p.within, wayPhrase{of, words})
	default:
		if p.byFirst == nil {
			p.byFirst = map[string][]wayPhrase{}
		}
		p.byFirst[words[0]] = append(p.byFirst[words[0]], wayPhrase{of, words})
	}
}

// find returns the things that a text names, in their order.
func (p *wayPhrases) find(text []string) []int {
	var out []int
	for i, word := range text {
		for _, f := range p.byFirst[word] {
			if len(f.words) <= len(text)-i && slices.Equal(text[i:i+len(f.words)], f.words) {
				out = append(out, f.of)
			}
		}
	}
	for _, f := range p.within {
		if holds(text, f.words) {
			out = append(out, f.of)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// class returns the name by which a thing is compared, empty when it has no other.
func (k *Knowledge) class(kind, name string) string {
	have := wordsOf(name)
	for _, class := range k.Classes[kind] {
		if slices.ContainsFunc(class.Words, func(phrase string) bool { return holds(have, wordsOf(phrase)) }) {
			return class.Name
		}
	}
	return ""
}

// wordsOf splits a text at everything that is no letter or digit, in lower case.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

func withinWord(phrase []string) bool {
	return len(phrase) == 1 && strings.ContainsFunc(phrase[0], func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// holds reports whether a phrase stands in a text, word by word. A phrase of Han
// letters may stand within a word.
func holds(text, phrase []string) bool {
	if withinWord(phrase) {
		return slices.ContainsFunc(text, func(word string) bool { return strings.Contains(word, phrase[0]) })
	}
	for ; len(phrase) > 0 && len(text) >= len(phrase); text = text[1:] {
		if slices.Equal(text[:len(phrase)], phrase) {
			return true
		}
	}
	return false
}

package evidence

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

//go:embed systems.yaml
var systemsFile []byte

// system is an operating system of network products.
type system struct {
	Supplier string   `yaml:"supplier"`
	Name     string   `yaml:"name"`
	Stated   []string `yaml:"stated"`  // words by which a device states that it runs it
	Records  []string `yaml:"records"` // what records of weaknesses call it
	Models   []string `yaml:"models"`  // how the models begin that run it

	models []*regexp.Regexp
}

type systemsData struct {
	Source  string      `yaml:"source"`
	Date    netvet.Date `yaml:"date"`
	Systems []system    `yaml:"systems"`
}

// loadSystems reads the embedded file once. The file is part of the program and
// checked by a test, so a fault in it is a fault of the program.
var loadSystems = sync.OnceValue(func() []system {
	var d systemsData
	if err := strictyaml.Decode("systems.yaml", systemsFile, &d); err != nil {
		panic(err)
	}
	for i := range d.Systems {
		s := &d.Systems[i]
		for _, m := range s.Models {
			s.models = append(s.models, regexp.MustCompile(`^(?:`+m+`)`))
		}
	}
	return d.Systems
})

// runs is the system that a product runs, and how that is known.
type runs struct {
	*system
	why string // why it is only possible, empty when the product states it
}

// systemOf finds the system of a product of a supplier: the one that a text
// states, else the one that its model runs.
func systemOf(suppliers []string, texts, models []string) (runs, bool) {
	systems := loadSystems()
	for i := range systems {
		s := &systems[i]
		if slices.Contains(suppliers, s.Supplier) && slices.ContainsFunc(texts, s.isStated) {
			return runs{s, ""}, true
		}
	}
	for _, model := range models {
		key := squeeze(model)
		for i := range systems {
			s := &systems[i]
			if slices.Contains(suppliers, s.Supplier) && slices.ContainsFunc(s.models, func(re *regexp.Regexp) bool { return re.MatchString(key) }) {
				return runs{s, fmt.Sprintf("the system is not stated: %s is taken from the model %s", s.Name, model)}, true
			}
		}
	}
	return runs{}, false
}

// maxStated is the most words that a stated name of a system has.
const maxStated = 5

// isStated reports whether the words of a text hold the system's name.
func (s *system) isStated(text string) bool {
	words := textWords(text)
	for i := range words {
		joined := ""
		for _, w := range words[i:min(len(words), i+maxStated)] {
			if joined += w; slices.Contains(s.Stated, joined) {
				return true
			}
		}
	}
	return false
}

// maxStatedText bounds how much of a text is looked at, in bytes.
const maxStatedText = 1 << 10

func textWords(text string) []string {
	text = strings.ToLower(text[:min(len(text), maxStatedText)])
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

// squeeze keeps the letters and digits of a text, in lower case.
func squeeze(text string) string { return strings.Join(textWords(text), "") }

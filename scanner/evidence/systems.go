package evidence

import (
	"cmp"
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
	Only     []string `yaml:"only"`    // and those that run nothing else

	RecordedBy string `yaml:"recorded_by"` // the supplier that has the product line now
	Patch      string `yaml:"patch"`       // by what a version tells its patch, where devices may state the release alone

	// Renumbered are releases that a device states by another number than records do.
	Renumbered map[string]string `yaml:"renumbered"`

	models, only []*regexp.Regexp
}

// family is a line of devices that makers name in words in the summary of a
// weakness, and how its models begin.
type family struct {
	Supplier string   `yaml:"supplier"`
	Name     string   `yaml:"name"`
	Said     string   `yaml:"said"`
	Models   []string `yaml:"models"`

	said   *regexp.Regexp
	models []*regexp.Regexp
}

type systemsData struct {
	Source  string      `yaml:"source"`
	Date    netvet.Date `yaml:"date"`
	Systems []system    `yaml:"systems"`

	Families []family `yaml:"families"`
}

// loadSystemsData reads the embedded file once. The file is part of the program
// and checked by a test, so a fault in it is a fault of the program.
var loadSystemsData = sync.OnceValue(func() systemsData {
	var d systemsData
	if err := strictyaml.Decode("systems.yaml", systemsFile, &d); err != nil {
		panic(err)
	}
	for i := range d.Systems {
		s := &d.Systems[i]
		s.models, s.only = beginnings(append(slices.Clone(s.Models), s.Only...)), beginnings(s.Only)
	}
	for i := range d.Families {
		f := &d.Families[i]
		f.said, f.models = regexp.MustCompile(`(?i)`+f.Said), beginnings(f.Models)
	}
	return d
})

func beginnings(forms []string) (out []*regexp.Regexp) {
	for _, f := range forms {
		out = append(out, regexp.MustCompile(`^(?:`+f+`)`))
	}
	return out
}

func loadSystems() []system { return loadSystemsData().Systems }

func loadFamilies() []family { return loadSystemsData().Families }

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
				if slices.ContainsFunc(s.only, func(re *regexp.Regexp) bool { return re.MatchString(key) }) {
					return runs{s, ""}, true
				}
				return runs{s, fmt.Sprintf("the system is not stated: %s is taken from the model %s", s.Name, model)}, true
			}
		}
	}
	return runs{}, false
}

// numbered returns a version as records number it, when the device states it by
// another: a release of the table, and what follows it.
func (s *system) numbered(version string) string {
	m := otherNumber.FindStringSubmatch(strings.ToLower(version))
	if m == nil {
		return version
	}
	release, known := s.Renumbered[m[1]]
	if !known {
		return version
	}
	number, train, _ := strings.Cut(release, " ")
	return number + "." + cmp.Or(m[2], "0") + m[3] + train
}

// patchless tells why a version may have been patched, empty when it tells its patch.
func (s *system) patchless(version string) string {
	if s.Patch == "" || version == "" || regexp.MustCompile(`(?i)`+s.Patch).MatchString(version) {
		return ""
	}
	return fmt.Sprintf("%q does not tell which patch is installed", version)
}

// otherNumber is an IOS version: release with its train, rebuild, letter.
var otherNumber = regexp.MustCompile(`^(\d+\.\d+\(\d+\)[a-z]+)(\d*)([a-z]?)$`)

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

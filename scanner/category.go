package scanner

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/rules"
	"github.com/netvet/netvet/scanner/strictyaml"
	"github.com/netvet/netvet/vendors"
)

//go:embed category.yaml
var categoryFile []byte

// categoryWords is category.yaml: how the class of a product is told from words.
type categoryWords struct {
	Source   string           `yaml:"source"`
	Date     netvet.Date      `yaml:"date"`
	Classes  []categoryClass  `yaml:"classes"`
	Devices  []string         `yaml:"devices"`
	Programs []string         `yaml:"programs"`
	Parts    []categoryParts  `yaml:"parts"`
	Within   []subclass       `yaml:"subclasses"`
	Makers   []categoryMakers `yaml:"makers"`

	index             map[string][]categoryWord // by first word
	devices, programs phrases
}

// categoryWord is one word sequence of a class, split as texts are.
type categoryWord struct {
	class int
	words []string
	text  string
}

type categoryClass struct {
	Category netvet.Category `yaml:"category"`
	Words    []string        `yaml:"words"`
}

// categoryParts is a class told by what a product is made of: a part of each
// list, and none of those that others have.
type categoryParts struct {
	Category netvet.Category `yaml:"category"`
	Has      [][]string      `yaml:"has"`
	Lacks    []string        `yaml:"lacks"`
}

// subclass is a kind of thing within a class.
type subclass struct {
	Subcategory netvet.Subcategory `yaml:"subcategory"`
	Words       []string           `yaml:"words"`
	Whole       []string           `yaml:"whole"`

	words, whole phrases
}

type categoryMakers struct {
	Category netvet.Category `yaml:"category"`
	Makes    []string        `yaml:"makes"`
}

// loadCategories reads the embedded file once. The file is part of the program
// and checked by a test, so a fault in it is a fault of the program.
var loadCategories = sync.OnceValue(func() categoryWords {
	var c categoryWords
	if err := strictyaml.Decode("category.yaml", categoryFile, &c); err != nil {
		panic(err)
	}
	c.devices, c.programs = newPhrases(c.Devices), newPhrases(c.Programs)
	for i := range c.Within {
		s := &c.Within[i]
		s.words, s.whole = newPhrases(s.Words), newPhrases(s.Whole)
	}
	c.index = map[string][]categoryWord{}
	for i, class := range c.Classes {
		for _, text := range class.Words {
			if w := rules.Words(text); len(w) > 0 {
				c.index[w[0]] = append(c.index[w[0]], categoryWord{i, w, text})
			}
		}
	}
	return c
})

// categorise gives the product its class and says why, and its kind when the
// class leaves no choice.
func categorise(a *netvet.Assessment, suppliers *vendors.Directory) {
	class(a, suppliers)
	p := &a.Product
	if p.Subcategory = loadCategories().subcategory(p); p.Subcategory != "" {
		p.CategoryBasis += ", and its kind is " + string(p.Subcategory)
	}
	if p.Kind == "" {
		p.Kind = kindOf(p.Category)
	}
	if p.Kind == "" && loadCategories().isDevice(p) {
		p.Kind = netvet.KindDevice
	}
}

// isDevice reports whether the input's class or the name has a word that only a
// device goes by, and none that makes it a program.
func (d categoryWords) isDevice(p *netvet.Product) bool {
	have := rules.Words(p.CategoryText + " " + p.Name)
	return d.devices.in(have) && !d.programs.in(have)
}

// subcategory finds what kind of thing a product is within its category. The first
// text that has a word for it, or for the whole thing that it is part of, decides.
func (d categoryWords) subcategory(p *netvet.Product) netvet.Subcategory {
	for i := range d.Within {
		s := &d.Within[i]
		if s.Subcategory.Of() != p.Category {
			continue
		}
		for _, text := range []string{p.CategoryText, p.Name, p.Model, p.Description} {
			have := rules.Words(text)
			if text != string(p.Category) && s.whole.in(have) { // hpc-server is no word for a server
				break
			}
			if s.words.in(have) {
				return s.Subcategory
			}
		}
	}
	return ""
}

// phrases are word sequences by their first word.
type phrases map[string][][]string

func newPhrases(texts []string) phrases {
	out := phrases{}
	for _, text := range texts {
		if w := rules.Words(text); len(w) > 0 {
			out[w[0]] = append(out[w[0]], w)
		}
	}
	return out
}

// in reports whether one of the phrases stands in the words.
func (p phrases) in(words []string) bool {
	for i, first := range words {
		for _, phrase := range p[first] {
			if len(phrase) <= len(words)-i && slices.Equal(words[i:i+len(phrase)], phrase) {
				return true
			}
		}
	}
	return false
}

// kindOf is the kind that all products of a class are of, or empty.
func kindOf(c netvet.Category) netvet.Kind {
	switch c {
	case netvet.CategoryCoreNetwork, netvet.CategoryCommunication, netvet.CategoryServer, netvet.CategoryStorage:
		return netvet.KindDevice
	case netvet.CategoryApplication:
		return netvet.KindSoftware
	case netvet.CategoryCloud:
		return netvet.KindService
	}
	return "" // a firewall may be a box or a program
}

// fitsKind reports whether a thing of a kind may belong to a class.
func fitsKind(c netvet.Category, kind netvet.Kind) bool {
	of := kindOf(c)
	switch kind {
	case netvet.KindSoftware, netvet.KindService:
		return of != netvet.KindDevice
	case netvet.KindDevice, netvet.KindFirmware:
		return of == netvet.KindDevice || of == ""
	}
	return true
}

// class takes the user's word first, then the input's own word, the maker's
// product families, the name and model, the parts, and last what the maker
// makes. A product of which none of these speaks keeps no class.
func class(a *netvet.Assessment, suppliers *vendors.Directory) {
	p, data := &a.Product, loadCategories()
	if c := a.Circumstances.Category; c != "" {
		p.Category, p.CategoryBasis = c, "set in the context"
		return
	}
	if p.Category != netvet.CategoryUnknown {
		return
	}
	if slices.Contains(netvet.Categories(), netvet.Category(p.CategoryText)) {
		p.Category, p.CategoryBasis = netvet.Category(p.CategoryText), "stated in the input"
		return
	}
	p.Category, p.CategoryBasis = data.said(a, suppliers)
	for _, infer := range []func(*netvet.Assessment) (netvet.Category, string){data.built, data.made} {
		if p.Category == netvet.CategoryUnknown {
			p.Category, p.CategoryBasis = infer(a)
		}
	}
}

// said goes by what the input and the maker's catalogue call the product. A word
// that puts it in none of the classes of the Measures counts only when no other
// puts it in one.
func (d categoryWords) said(a *netvet.Assessment, suppliers *vendors.Directory) (netvet.Category, string) {
	written, why := d.inputWord(a)
	if written != "" && written != netvet.CategoryOther {
		return written, why
	}
	if c, family := familyOf(a, suppliers); c != "" {
		return c, family
	}
	if c, name := d.named(a); c != "" && (c != netvet.CategoryOther || written == "") {
		return c, name
	}
	return written, why
}

// inputWord goes by the input's own word for the class.
func (d categoryWords) inputWord(a *netvet.Assessment) (netvet.Category, string) {
	c, word := d.told(a.Product.CategoryText, a.Product.Kind)
	if c == "" {
		return "", ""
	}
	return c, fmt.Sprintf("the input's class says %q", word)
}

// familyOf goes by the maker's product families.
func familyOf(a *netvet.Assessment, suppliers *vendors.Directory) (netvet.Category, string) {
	p, maker := &a.Product, a.Match.Supplier
	if maker == nil {
		return "", ""
	}
	for _, from := range []struct{ what, text string }{{"the model", p.Model}, {"the part number", p.PartNumber}, {"the name", p.Name}} {
		if c, family := suppliers.Family(maker.ID, from.text); c != "" && fitsKind(c, p.Kind) {
			return c, fmt.Sprintf("%s is of the %s family %q", from.what, maker.Name, family)
		}
	}
	return "", ""
}

// named goes by the words of the name, the model and the description.
func (d categoryWords) named(a *netvet.Assessment) (netvet.Category, string) {
	p := &a.Product
	for _, from := range []struct{ what, text string }{{"the name", p.Name}, {"the model", p.Model}, {"the description", p.Description}} {
		if c, word := d.told(from.text, p.Kind); c != "" {
			return c, fmt.Sprintf("%s says %q", from.what, word)
		}
	}
	return "", ""
}

// built goes by the parts that the product has and lacks.
func (d categoryWords) built(a *netvet.Assessment) (netvet.Category, string) {
	for _, line := range d.Parts {
		if c := line.Category; !fitsKind(c, a.Product.Kind) || a.Census.Part(line.Lacks) != "" {
			continue
		}
		var parts []string
		for _, words := range line.Has {
			part := a.Census.Part(words)
			if part == "" {
				break
			}
			parts = append(parts, part)
		}
		if len(parts) == len(line.Has) {
			return line.Category, "its parts are " + strings.Join(parts, " and ")
		}
	}
	return "", ""
}

// told finds the first class one of whose words is in the text and that things
// of the kind may belong to: a database server is a program and no computer.
func (d categoryWords) told(text string, kind netvet.Kind) (netvet.Category, string) {
	have := rules.Words(text)
	best, word := -1, ""
	for i := range have {
		for _, w := range d.index[have[i]] {
			if (best < 0 || w.class < best) && fitsKind(d.Classes[w.class].Category, kind) && len(w.words) <= len(have)-i && slices.Equal(w.words, have[i:i+len(w.words)]) {
				best, word = w.class, w.text
			}
		}
	}
	if best < 0 {
		return "", ""
	}
	return d.Classes[best].Category, word
}

// made goes by what the maker makes, if all of it is of one class.
func (d categoryWords) made(a *netvet.Assessment) (netvet.Category, string) {
	s := a.Match.Supplier
	if s == nil || len(s.Categories) == 0 {
		return "", ""
	}
	for _, line := range d.Makers {
		if fitsKind(line.Category, a.Product.Kind) && !slices.ContainsFunc(s.Categories, func(c string) bool { return !slices.Contains(line.Makes, c) }) {
			return line.Category, "all that " + s.Name + " is known to make is of this class"
		}
	}
	return "", ""
}

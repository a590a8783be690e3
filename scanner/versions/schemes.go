package versions

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Schemes returns all schemes; of several that a product may be of, the first
// that For finds counts. They must not be changed.
func Schemes() []*Scheme { return compiled().list }

// Generic returns the scheme of everybody else: dotted numbers, and after them a
// letter or words that are known.
func Generic() *Scheme { return compiled().generic }

// For returns the scheme by which a supplier numbers a product, Generic when
// nothing else is known.
func For(supplier, product string) *Scheme {
	words := " " + strings.Join(wordsOf(product), " ") + " "
	for _, s := range Schemes() {
		for _, u := range s.Users {
			if u.Supplier == supplier && (len(u.Words) == 0 || slices.ContainsFunc(u.Words, func(w string) bool { return strings.Contains(words, " "+w+" ") })) {
				return s
			}
		}
	}
	return Generic()
}

var wordRuns = regexp.MustCompile(`[a-z]+|[0-9]+|[^\x00-\x7f]+`)

// wordsOf cuts a product's name into runs of letters and runs of digits.
func wordsOf(text string) []string {
	return wordRuns.FindAllString(strings.ToLower(text[:min(len(text), maxVersionText)]), -1)
}

type compiledSchemes struct {
	list    []*Scheme
	generic *Scheme
}

// compiled makes the schemes of the table once. The table is part of the program
// and checked by tests, so a fault in it is a fault of the program.
var compiled = sync.OnceValue(func() compiledSchemes {
	var out compiledSchemes
	for _, d := range table() {
		s := d.Scheme
		for _, form := range d.written {
			s.forms = append(s.forms, regexp.MustCompile(`^(?:`+form+`)$`))
			s.inText = append(s.inText, regexp.MustCompile(`(?:^|[ ,;:(\[])v?(`+form+`)(?:$|[ ,;:)\]])`))
		}
		s.fields = d.ordered
		out.list = append(out.list, &s)
		if s.Name == "generic" {
			out.generic = &s
		}
	}
	return out
})

// described is a line of the table: a scheme, how its versions are written, and
// how their parts are ordered.
type described struct {
	Scheme
	written []string
	ordered []field
}

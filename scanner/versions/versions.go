// Package versions orders the versions of network products and their firmware.
//
// Makers number their releases each in their own way, and dots compared one by
// one put "15.2(4)E7" and "10.2.9-h1" in the wrong place. Each way is a Scheme:
// who uses it, how a version is written, and which parts of it weigh how much.
//
// The package promises that nothing is guessed: what a scheme cannot read, and
// two versions of trains that run side by side, are not comparable, and the
// error says why. That is never a no.
package versions

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Version is a version as one scheme reads it.
type Version struct {
	Scheme *Scheme
	Text   string // as written
	parts  []part // by falling weight
}

// part is one part of a version, as the kind of its field orders it.
type part struct {
	numbers []string // digits without leading zeros
	word    string
}

// ErrNotComparable is wrapped by errors about two versions without an order.
var ErrNotComparable = errors.New("not comparable")

// kind says how a part of a version is ordered.
type kind int

const (
	number kind = iota // dotted numbers; missing ones count as zero
	letter             // a letter or more: none < a < z < aa
	before             // a word of what comes before the release: beta < rc < none
	class              // versions of different classes have no order
	side               // a dot or a letter: each comes after none, but the two have no order
	tail               // whatever follows, a run at a time: see compareTail
)

// field is one part of the versions of a scheme: groups of the patterns, which
// are joined by dots, and how they are ordered.
type field struct {
	kind   kind
	groups []string
}

func parts(fields ...field) []field { return fields }

func of(k kind, groups ...string) field { return field{k, groups} }

// User is who uses a scheme: a supplier's id, and words of which a product's name
// must hold one; without words it is all that the supplier makes.
type User struct {
	Supplier string
	Words    []string
}

// Scheme is one way to number releases.
type Scheme struct {
	Name     string
	Users    []User
	Source   string   // where the numbering is described
	Prefixes []string // words that may stand before a version without changing it

	forms  []*regexp.Regexp
	inText []*regexp.Regexp
	fields []field
	joined bool // a bound may give the build alone, of the release that the range begins with
}

// maxVersionText is the length of the longest text that is read as a version, in
// bytes; real ones have up to 60.
const maxVersionText = 256

// Parse reads a version. Case, spaces and words such as "Version" or "v" before
// it do not matter.
func (s *Scheme) Parse(text string) (Version, error) {
	if len(text) > maxVersionText {
		return Version{}, fmt.Errorf("read a version of %d bytes: longer than the %d that a version may have", len(text), maxVersionText)
	}
	for rest := clean(text); rest != ""; {
		if v, ok := s.match(rest); ok {
			v.Text = text
			return v, nil
		}
		shorter := s.withoutPrefix(rest)
		if shorter == rest {
			break
		}
		rest = shorter
	}
	return Version{}, fmt.Errorf("read %q as a version of %s: %w", text, s.Name, errForm)
}

var errForm = errors.New("it is not written so")

// match reads a text that is a version and nothing else.
func (s *Scheme) match(text string) (Version, bool) {
	for _, form := range s.forms {
		if found := form.FindStringSubmatch(text); found != nil {
			return Version{Scheme: s, Text: text, parts: s.cut(form, found)}, true
		}
	}
	return Version{}, false
}

// Find returns the first version that stands in a longer text, such as what a
// device says of itself, in the scheme's own form.
func (s *Scheme) Find(text string) (Version, bool) {
	text = clean(text[:min(len(text), 8*maxVersionText)])
	for _, form := range s.inText {
		if found := form.FindStringSubmatch(text); found != nil {
			return s.match(found[1])
		}
	}
	return Version{}, false
}

// cut takes the parts out of a match.
func (s *Scheme) cut(form *regexp.Regexp, found []string) []part {
	out := make([]part, len(s.fields))
	for i, f := range s.fields {
		var texts []string
		for _, group := range f.groups {
			if at := form.SubexpIndex(group); at >= 0 && found[at] != "" {
				texts = append(texts, found[at])
			}
		}
		text := strings.Join(texts, ".")
		if f.kind == number {
			out[i].numbers = numbersOf(text)
		} else {
			out[i].word = text
		}
	}
	return out
}

// Compare orders two versions of one scheme: -1, 0 or 1, or an error that wraps
// ErrNotComparable.
func Compare(a, b Version) (int, error) {
	if a.Scheme == nil || a.Scheme != b.Scheme {
		return 0, fmt.Errorf("%w: %q and %q are numbered in different ways", ErrNotComparable, a.Text, b.Text)
	}
	for i, f := range a.Scheme.fields {
		c, ok := f.kind.compare(a.parts[i], b.parts[i])
		if !ok {
			return 0, fmt.Errorf("%w: %q and %q are of release trains of %s that run side by side", ErrNotComparable, a.Text, b.Text, a.Scheme.Name)
		}
		if c != 0 {
			return c, nil
		}
	}
	return 0, nil
}

// Compare orders two texts as versions of the scheme; when one of them is not
// written so, as plain dotted versions.
func (s *Scheme) Compare(a, b string) (int, error) {
	var err error
	for _, scheme := range []*Scheme{s, Generic()} {
		x, errA := scheme.Parse(a)
		y, errB := scheme.Parse(b)
		if errA == nil && errB == nil {
			return Compare(x, y)
		}
		err = cmp.Or(err, errA, errB)
	}
	return 0, fmt.Errorf("%w: %w", ErrNotComparable, err)
}

// Within reports whether a version is of the release that a shorter text names,
// as "22.1R3-S2" is of "22.1".
func (v Version) Within(release string) bool {
	want, have := runs.FindAllString(clean(release), -1), runs.FindAllString(clean(v.Text), -1)
	if len(want) == 0 || len(want) > len(have) {
		return false
	}
	for i, w := range want {
		if trimZeros(w) != trimZeros(have[i]) {
			return false
		}
	}
	return true
}

var runs = regexp.MustCompile(`\d+`)

// Bound returns the end of a range that is written in short: of some makers the
// build alone, which belongs to the release that the range begins with.
func (s *Scheme) Bound(start, end string) string {
	if s.joined && release.MatchString(clean(start)) && release.MatchString(clean(end)) {
		return clean(start) + "-" + clean(end)
	}
	return end
}

var release = regexp.MustCompile(`^\d+\.\d+(?:-[a-z]+)?$`)

func (k kind) compare(a, b part) (int, bool) {
	switch k {
	case number:
		return compareNumbers(a.numbers, b.numbers), true
	case letter:
		return cmp.Or(cmp.Compare(len(a.word), len(b.word)), strings.Compare(a.word, b.word)), true
	case before:
		return cmp.Compare(beforeRank(a.word), beforeRank(b.word)), true
	case class:
		return 0, a.word == b.word
	case side:
		if a.word == "" || b.word == "" {
			return cmp.Compare(len(a.word), len(b.word)), true
		}
		return 0, (a.word == ".") == (b.word == ".")
	}
	return compareTail(a.word, b.word)
}

// numbersOf cuts dotted numbers and drops the zeros at the end: 7.0 is 7.
func numbersOf(text string) []string {
	if text == "" {
		return nil
	}
	list := strings.Split(text, ".")
	for i := range list {
		list[i] = trimZeros(list[i])
	}
	for len(list) > 0 && list[len(list)-1] == "" {
		list = list[:len(list)-1]
	}
	return list
}

// trimZeros drops leading zeros; zero itself is empty, and shorter is less.
func trimZeros(digits string) string { return strings.TrimLeft(digits, "0") }

func compareNumbers(a, b []string) int {
	return slices.CompareFunc(a, b, func(x, y string) int {
		return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y))
	})
}

// clean brings a text to the form that patterns are written for: lower case,
// single spaces, nothing around it.
func clean(text string) string {
	return strings.Trim(strings.Join(strings.Fields(strings.ToLower(text)), " "), ` ,;:"'`)
}

// prefixes are words that say no more than that a version follows.
var prefixes = []string{"version", "versions", "ver.", "ver", "release", "rel.", "rel", "firmware", "fw", "software", "sw", "revision", "rev.", "rev", "build", "v.", "v"}

// withoutPrefix drops one word that says only that a version follows. A letter is
// dropped when a digit or a space comes next.
func (s *Scheme) withoutPrefix(text string) string {
	for _, word := range slices.Concat(s.Prefixes, prefixes) {
		rest, ok := strings.CutPrefix(text, word)
		if !ok || rest == "" {
			continue
		}
		next := rest[0]
		if next >= '0' && next <= '9' || strings.ContainsRune(" :-_=.", rune(next)) {
			return strings.TrimLeft(rest, " :-_=.")
		}
	}
	return text
}

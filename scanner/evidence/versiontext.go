package evidence

import (
	"regexp"
	"strings"
)

// Records give versions in words: "before 10.2.9-h1", "7.0.0 through 7.0.12",
// "all versions". What is unambiguous is read; the rest stays a word that nothing
// can be compared with.

// span is a run of versions; an empty end is open. Both ends are given as text.
type span struct {
	from, to         string
	fromOut, toOut   bool // the end itself is not part
	all, nothingSaid bool
	only             bool // from is the only version
}

const versionWord = `v?\.? ?(\d[\w.()\-+]*(?: ?(?:u|update|sp|patch|build|take|hf|p) ?\d\w*)?)`

// phrases are the forms of a range in words, with what they mean.
var phrases = []struct {
	form *regexp.Regexp
	read func(m []string) span
}{
	{regexp.MustCompile(`^(?:from )?(?:versions? )?` + versionWord + ` ?(?:through|thru|up to(?: and including)?|to|until|–|~|- ) ?(?:versions? )?` + versionWord + `$`), func(m []string) span { return span{from: m[1], to: m[2]} }},
	{regexp.MustCompile(`^>=? ?` + versionWord + `[ ,]+(?:and )?<= ?` + versionWord + `$`), func(m []string) span { return span{from: m[1], to: m[2]} }},
	{regexp.MustCompile(`^>=? ?` + versionWord + `[ ,]+(?:and )?< ?` + versionWord + `$`), func(m []string) span { return span{from: m[1], to: m[2], toOut: true} }},
	{regexp.MustCompile(`^` + versionWord + ` ?< ?` + versionWord + `$`), func(m []string) span { return span{from: m[1], to: m[2], toOut: true} }},
	{regexp.MustCompile(`^` + versionWord + ` ?(?:<=|≤) ?` + versionWord + `$`), func(m []string) span { return span{from: m[1], to: m[2]} }},
	{regexp.MustCompile(`^(?:all )?(?:supported )?(?:versions? |releases? )?(?:before|prior to|earlier than|lower than|less than|older than|below|<)(?: the)? ?(?:versions? |releases? )?` + versionWord + `$`), func(m []string) span { return span{to: m[1], toOut: true} }},
	{regexp.MustCompile(`^(?:all )?(?:versions? )?(?:up to(?: and including)?|through|<=|≤) ?(?:versions? )?` + versionWord + `$`), func(m []string) span { return span{to: m[1]} }},
	{regexp.MustCompile(`^(?:versions? )?` + versionWord + `,? (?:and |or )?(?:all )?(?:earlier|prior|below|before|older|lower|previous)(?: versions?| releases?)?$`), func(m []string) span { return span{to: m[1]} }},
	{regexp.MustCompile(`^(?:versions? )?` + versionWord + `(?: (?:and |or )?(?:later|newer|above|higher|onwards?|after)(?: versions?)?|\+)$`), func(m []string) span { return span{from: m[1]} }},
	{regexp.MustCompile(`^(?:>=|≥) ?` + versionWord + `$`), func(m []string) span { return span{from: m[1]} }},
	{regexp.MustCompile(`^(?:>|after|later than|newer than) ?` + versionWord + `$`), func(m []string) span { return span{from: m[1], fromOut: true} }},
}

// silent are words that say nothing of versions, and everything those that mean
// all of them.
var (
	silent     = map[string]bool{"": true, "n/a": true, "na": true, "unspecified": true, "unknown": true, "-": true, "none": true, "various": true, "multiple": true, "tbd": true, "not specified": true}
	everything = map[string]bool{"*": true, "all": true, "all versions": true, "any": true, "any version": true, "all version": true, "0 - *": true, "all releases": true}
)

// readSpan reads what a record gives as a version when it gives no end.
func readSpan(text string) span {
	text = strings.Join(strings.Fields(strings.ToLower(strings.TrimSpace(text))), " ")
	switch {
	case everything[text]:
		return span{all: true}
	case silent[text], !strings.ContainsAny(text, "0123456789"):
		return span{nothingSaid: true}
	}
	if !strings.ContainsAny(text, " <>=≤≥~–+") {
		return span{from: text, only: true}
	}
	for _, p := range phrases {
		if m := p.form.FindStringSubmatch(text); m != nil {
			return p.read(m)
		}
	}
	// The product's name may stand before: "ClearPass Policy Manager 6.11.8 and below".
	if at := leadingWords.FindStringIndex(text); at != nil {
		if rest := text[at[1]:]; rest != "" {
			for _, p := range phrases {
				if m := p.form.FindStringSubmatch(rest); m != nil {
					return p.read(m)
				}
			}
		}
	}
	return span{from: text, only: true}
}

var leadingWords = regexp.MustCompile(`^(?:[a-z][a-z-]* ){1,6}`)

// begins is the start of a range, empty when the range reaches back for ever.
func begins(text string) string {
	text = strings.TrimSpace(text)
	if lower := strings.ToLower(text); text == "0" || silent[lower] || everything[lower] || !strings.ContainsAny(text, "0123456789") {
		return ""
	}
	return text
}

// endless reports whether the end of a range is none.
func endless(text string) bool {
	lower := strings.ToLower(strings.TrimSpace(text))
	return everything[lower] || silent[lower]
}

// wildcard cuts the end of a version that stands for any: "22.1*", "7.2.x".
func wildcard(text string) (string, bool) {
	m := anyEnd.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return text, false
	}
	return m[1], true
}

var anyEnd = regexp.MustCompile(`(?i)^(.*\d[^.*]*?)(?:\.?\*|(?:\.x)+|\.?[x*](?:\.[x*])+)(?:-[a-z]+)?$`)

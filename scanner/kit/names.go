package kit

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Names of makers and products are kept as keys: letters and digits alone, in
// lower case, so that "IOS XE", "ios_xe" and "IOS-XE" are one. What says nothing
// of which product it is ("Software", "Series", the maker's own name) is left out.

// legalForms end the names of makers.
var legalForms = []string{"inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited", "llc", "gmbh", "ag", "ab", "sa", "spa", "bv", "nv", "plc", "kg", "oy", "as", "kk", "technologies", "technology", "systems", "networks", "communications", "development", "lp", "group", "holdings"}

// plainWords of a product's name do not tell it from the maker's others.
var plainWords = []string{"software", "firmware", "series", "device", "devices", "family", "switch", "switches", "router", "routers", "appliance", "appliances", "product", "products"}

// MakerKey is the key of a maker's name: of "Hewlett Packard Enterprise (HPE)"
// as of "hewlett_packard_enterprise" it is "hewlettpackardenterprise".
func MakerKey(name string) string {
	outside, _ := brackets(name)
	words := nameWords(outside)
	for n := len(words); n > 1 && slices.Contains(legalForms, words[n-1]); n = len(words) {
		words = words[:n-1]
	}
	return strings.Join(words, "")
}

// ProductName is one name by which a product goes.
type ProductName struct {
	Key   string
	Whole bool // a name as it was given; false for what may be a part of one: what stands in brackets, or beside an "and"
}

// ProductNames are the keys of a product's name as written, the whole one first.
// A list of products is cut at its separators, and what stands in brackets is a
// name of its own: "Adaptive Security Appliance (ASA) Software".
func ProductNames(maker, product string) []ProductName {
	drop := makerWords(maker)
	var out []ProductName
	add := func(text string, whole bool) {
		key := productKey(drop, text)
		if len(key) > 1 && key != "na" && !slices.ContainsFunc(out, func(n ProductName) bool { return n.Key == key }) {
			out = append(out, ProductName{key, whole})
		}
	}
	outside, inside := brackets(product)
	add(outside, true)
	list := listed.Split(product, maxNames)
	for _, text := range list {
		outside, _ := brackets(text)
		add(outside, true)
		for _, part := range joined.Split(outside, maxNames) {
			add(part, len(list) > 1) // the last of a list; alone it may be one name
		}
	}
	for _, text := range inside {
		if !strings.Contains(text, " ") { // an abbreviation; more is an explanation
			add(text, false)
		}
	}
	return out
}

// maxNames bounds the names of one product: a list of more is cut.
const maxNames = 64

// listed separates products of a list; joined does so too, but stands in names
// as well.
var (
	listed = regexp.MustCompile(`[,;\n]`)
	joined = regexp.MustCompile(` / | and | & | or `)
)

// ProductWords are the words of a product's name without those that say nothing.
func ProductWords(maker, product string) []string {
	return distinctive(makerWords(maker), nameWords(product))
}

func productKey(drop [][]string, text string) string {
	return strings.Join(distinctive(drop, nameWords(text)), "")
}

// distinctive leaves out the maker's name at the front and plain words at the
// end, but never all.
func distinctive(drop [][]string, words []string) []string {
	for _, maker := range drop {
		if len(words) > len(maker) && slices.Equal(words[:len(maker)], maker) {
			words = words[len(maker):]
			break
		}
	}
	for len(words) > 1 && slices.Contains(plainWords, words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	return words
}

// makerWords are the ways in which a product's name may begin with its maker's:
// the name, its first word, and what stands in brackets after it.
func makerWords(maker string) [][]string {
	outside, inside := brackets(maker)
	words := nameWords(outside)
	for n := len(words); n > 1 && slices.Contains(legalForms, words[n-1]); n = len(words) {
		words = words[:n-1]
	}
	var out [][]string
	if len(words) > 0 {
		out = append(out, words)
	}
	if len(words) > 1 && len(words[0]) > 2 {
		out = append(out, words[:1])
	}
	for _, text := range inside {
		if w := nameWords(text); len(w) > 0 {
			out = append(out, w)
		}
	}
	return out
}

// brackets takes what stands in round brackets out of a text.
func brackets(text string) (outside string, inside []string) {
	for {
		before, rest, ok := strings.Cut(text, "(")
		content, after, closed := strings.Cut(rest, ")")
		if !ok || !closed {
			return outside + text, inside
		}
		outside += before + " "
		inside = append(inside, content)
		text = after
	}
}

// maxName bounds a name that is looked at, in bytes.
const maxName = 2048

// nameWords cuts a name at everything that is no letter or digit. Marks such as
// the trade mark sign are left out.
func nameWords(text string) []string {
	text = marks.Replace(strings.ToLower(text[:min(len(text), maxName)]))
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

// marks drops what says nothing, and joins a plain word that a hyphen makes part of
// the name: ArubaOS-Switch is not ArubaOS.
var marks = strings.NewReplacer("-switch", "switch", "-router", "router", "(r)", "", "(tm)", "", "®", "", "™", "")

package sbom

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/norm"
)

// CountryCode reads the name of a country or territory as people write it and
// returns its ISO 3166-1 alpha-2 code: English, Chinese and common local names,
// alpha-2 and alpha-3 codes, "Made in PRC", "Shenzhen, China". What may mean
// more than one place has no code but sorted candidates ("Korea": KP, KR); what
// means none has neither. Codes that ISO has withdrawn (SU, YU) or never gave
// (XX, EU) mean none.
//
// The codes are those of the standard: a territory with a code of its own is
// returned under it, without a view on its status.
func CountryCode(text string) (code string, candidates []string) {
	if len(text) > maxCountryText {
		return "", nil
	}
	plain := plainText(text)
	codes, sure := lookup(plain), true
	if codes == nil {
		codes, sure = origins(plain)
	}
	if slices.Equal(codes, []string{"NA"}) && len(placeKey(plain)) == 2 {
		sure = false // "NA" is "not available" far more often than Namibia
	}
	if len(codes) == 1 && sure {
		return codes[0], nil
	}
	return "", codes
}

// origins reads a text that may state several places of origin: each must be
// known, and all the same, to be sure of it.
func origins(text string) (codes []string, sure bool) {
	sure = true
	for _, part := range alternatives.Split(text, -1) {
		if part = strings.TrimSpace(part); part == "" || designedOnly.MatchString(part) {
			continue
		}
		found, certain := place(part)
		codes = append(codes, found...)
		sure = sure && certain
	}
	return distinct(codes), sure
}

// countryCode is CountryCode for readers that have no place to put candidates.
func countryCode(text string) string {
	code, _ := CountryCode(text)
	return code
}

// maxCountryText bounds a cell that can be a country with an address around it.
const maxCountryText = 300

var (
	alternatives = regexp.MustCompile(`[/;|、+&\n\r]| or | and |[或和及]`)
	designedOnly = regexp.MustCompile(`^\s*(?:designed|engineered|developed|headquartered) (?:in|by) [^,]*$|设计$`)
	hanSpace     = regexp.MustCompile(`(\p{Han})\s+(\p{Han})`)
	hanLatin     = regexp.MustCompile(`(\p{Han})\s*([a-z])`)
	latinHan     = regexp.MustCompile(`([a-z])\s*(\p{Han})`)
	placeParts   = regexp.MustCompile(`[,()\[\]{}:·]| - |[–—]|^[a-z]{2}-`)
	originPrefix = regexp.MustCompile(`^(?:(?:proudly |goods |products? )?(?:made|manufactured|produced|assembled|built|printed|fabrique|hergestellt|fabbricato|prodotto|hecho|fabricado|feito|wyprodukowano) (?:in|en|em|w) |country of origin |product of |imported from |origin |coo |from )+`)
	originLabel  = regexp.MustCompile(`^(?:country of (?:origin|manufacture)|origin|coo|made in|原产地|原产国|产地)$`)
	hanPrefix    = regexp.MustCompile(`^(?:原产地|原产国|产地|原产于|产自|产于|来自)`)
	hanSuffix    = regexp.MustCompile(`(?:原装进口|原装|进口|制造|生产|出品|组装|产|造|製造)$`)
	hanAddress   = regexp.MustCompile(`^\p{Han}{1,20}(?:省|市|区|县|州|镇|縣|區)`)
)

// place returns the codes that one place with the words around it may mean, and
// whether they can be relied on.
func place(text string) (codes []string, sure bool) {
	if codes := lookup(text); codes != nil {
		return codes, len(codes) == 1
	}
	for _, meet := range []*regexp.Regexp{hanSpace, hanLatin, latinHan} { // "中国 CN"
		text = meet.ReplaceAllString(text, "$1·$2")
	}
	parts, list := splitPlace(text)
	// Codes by name or alpha-3, by two letters, that are not clear, of the last part.
	var named, short, unclear, last []string
	for _, part := range parts {
		last = lookup(part)
		switch {
		case len(last) != 1:
			unclear = append(unclear, last...)
		case len(part) == 2:
			short = append(short, last[0])
		default:
			named = append(named, last[0])
		}
	}
	found := named
	if len(named) == 0 {
		found = short
	}
	codes = partOf(found, list)
	switch {
	case len(codes) != 1:
		return distinct(append(codes, unclear...)), false
	case list && !slices.Contains(last, codes[0]):
		return codes, false // "China, Texas" is not in China
	case len(named) == 0 && len(parts) > len(short) && slices.Contains(stateCodes, codes[0]):
		return distinct(append(codes, "US")), false // "San Jose, CA"
	default:
		return codes, true
	}
}

// partOf settles two codes of one text: a region of China written with the
// country ("Hong Kong, China", "China (Taiwan)") has a code of its own. A list
// that begins with China may be two origins.
func partOf(inOrder []string, list bool) []string {
	codes := distinct(inOrder)
	if len(codes) != 2 || !slices.Contains(codes, "CN") || (list && inOrder[0] == "CN") {
		return codes
	}
	for _, region := range []string{"HK", "MO", "TW"} {
		if slices.Contains(codes, region) {
			return []string{region}
		}
	}
	return codes
}

// splitPlace parts a text at punctuation, leaving out labels such as "origin:".
// It is a list when only commas part it: then the country stands last.
func splitPlace(text string) (parts []string, list bool) {
	list = true
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" && !originLabel.MatchString(s) && !designedOnly.MatchString(s) {
			parts = append(parts, s)
		}
	}
	at := 0
	for _, m := range placeParts.FindAllStringIndex(text, -1) {
		separator := text[m[0]:m[1]]
		if len(separator) == 3 && separator[2] == '-' { // ISO 3166-2: "us-tx"
			add(separator[:2])
			at = m[1]
			list = false
			continue
		}
		add(text[at:m[0]])
		at = m[1]
		if separator != "," && separator != ":" {
			list = false
		}
	}
	add(text[at:])
	return parts, list
}

// lookup finds a name as it stands, without the words around an origin, or at
// the head of a Chinese address.
func lookup(text string) []string {
	key := placeKey(text)
	if codes := lookupIn(countryIndex(), key); codes != nil {
		return codes
	}
	return lookupIn(foreignIndex(), key)
}

func lookupIn(index map[string][]string, key string) []string {
	if codes, ok := index[key]; ok {
		return codes
	}
	if codes, ok := index[originPrefix.ReplaceAllString(key, "")]; ok {
		return codes
	}
	if codes, ok := index[hanPrefix.ReplaceAllString(hanSuffix.ReplaceAllString(key, ""), "")]; ok {
		return codes
	}
	runes := []rune(key)
	for n := min(len(runes)-1, 8); n >= 2; n-- {
		codes, ok := index[string(runes[:n])]
		if ok && unicode.Is(unicode.Han, runes[0]) && hanAddress.MatchString(string(runes[n:])) {
			return codes
		}
	}
	return nil
}

// plainText lowers a text and makes its full-width forms and dashes plain.
func plainText(text string) string {
	return strings.ToLower(norm.NFKC.String(text))
}

// placeKey is what two spellings of one name have in common: letters without
// marks, words with one space between, no space inside Han text.
func placeKey(text string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFD.String(text) {
		switch {
		case unicode.Is(unicode.Mn, r) || r == '.' || r == '\'' || r == '’' || r == '`':
			continue
		case r == '&':
			b.WriteString(" and ")
			space = false
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if space && b.Len() > 0 && !unicode.Is(unicode.Han, r) {
				b.WriteByte(' ')
			}
			space = false
			b.WriteRune(r)
		default:
			space = true
		}
	}
	words := strings.Fields(b.String())
	for i, w := range words {
		if w == "st" {
			words[i] = "saint"
		}
	}
	words = slices.DeleteFunc(words, func(w string) bool { return w == "the" })
	return norm.NFC.String(strings.Join(words, " "))
}

// distinct returns the sorted codes without repetition, in a new slice.
func distinct(codes []string) []string {
	out := slices.Clone(codes)
	slices.Sort(out)
	return slices.Compact(out)
}

// countryIndex maps a placeKey to the codes it may mean. It is built at first
// use from the English and Chinese names of Unicode CLDR in golang.org/x/text,
// which takes about three milliseconds, and the names that CLDR does not have.
var countryIndex = sync.OnceValue(func() map[string][]string {
	index := make(placeIndex, 2000)
	for _, code := range strings.Fields(iso3166) {
		index.add(code, code)
		index.add(language.MustParseRegion(code).ISO3(), code)
	}
	index.addAll(display.English, display.Chinese, display.TraditionalChinese)
	for line := range strings.Lines(otherNames) {
		code, names, _ := strings.Cut(strings.TrimSpace(line), ":")
		for name := range strings.SplitSeq(names, ";") {
			index.add(name, code)
		}
	}
	return index
})

// foreignIndex has the names in other languages of trade. It is asked, and
// built, only for a name that countryIndex does not have.
var foreignIndex = sync.OnceValue(func() map[string][]string {
	index := make(placeIndex, 3000)
	index.addAll(display.German, display.French, display.Spanish, display.Portuguese, display.Italian, display.Dutch,
		display.Polish, display.Czech, display.Swedish, display.Russian, display.Ukrainian, display.Turkish,
		display.Japanese, display.Korean, display.Vietnamese, display.Thai)
	return index
})

type placeIndex map[string][]string

func (x placeIndex) add(name, code string) {
	if key := placeKey(plainText(name)); key != "" && !slices.Contains(x[key], code) {
		x[key] = distinct(append(x[key], code))
	}
}

func (x placeIndex) addAll(dictionaries ...*display.Dictionary) {
	for _, dictionary := range dictionaries {
		namer := dictionary.Regions()
		for _, code := range strings.Fields(iso3166) {
			name := namer.Name(language.MustParseRegion(code))
			x.add(name, code)
			if outer, _, ok := strings.Cut(name, " ("); ok { // "Myanmar (Burma)"
				x.add(outer, code)
			}
		}
	}
}

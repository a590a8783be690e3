package vendors

import (
	"fmt"
	"io/fs"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

// Lint reads a folder as Load does and returns everything wrong with it, in the
// files and between them. What the folder refers to may also be built in, and
// its names and identifiers must not be those of a built-in supplier.
func Lint(fsys fs.FS) strictyaml.Faults {
	files, faults := readFiles(fsys)
	all := directoryOf(files)
	if builtIn, err := Default(); err == nil {
		all = builtIn.over(all)
	}
	names, ids := all.sharedNames(), all.sharedIDs()
	for _, f := range files {
		var found complaints
		switch {
		case f.record != nil:
			found = slices.Concat(all.owners(f.record), names[f.record.ID], ids[f.record.ID])
		case f.list != nil:
			found = all.listed(f.list)
		default:
			found = all.checkDecisions(f.decisions.Decisions)
		}
		faults = append(faults, f.faults(found)...)
	}
	_ = faults.Err() // sorts
	return faults
}

var (
	idForm       = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	languageForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$`)
	confidences  = []netvet.Confidence{netvet.ConfidenceHigh, netvet.ConfidenceMedium, netvet.ConfidenceLow}
	shares       = []string{ShareControl, ShareMinority, ShareSuspended}
)

// known complains of a word left out, or that is none of the words.
func known[T ~string](c *complaints, path, what string, word T, words []T) {
	if word == "" {
		c.addf(path, "no %s given: use one of %v", what, words)
	}
	optional(c, path, what, word, words)
}

// optional complains of a word that is given and none of the words.
func optional[T ~string](c *complaints, path, what string, word T, words []T) {
	if word != "" && !slices.Contains(words, word) {
		c.addf(path, "%q is no %s: use one of %v", word, what, words)
	}
}

// required complains of a value left out or blank.
func (c *complaints) required(path, value string) {
	if strings.TrimSpace(value) == "" {
		c.addf(path, "no %s given", path[strings.LastIndexByte(path, '.')+1:])
	}
}

// record checks one supplier file by itself.
func (c *complaints) record(r *Record) {
	if !idForm.MatchString(r.ID) {
		c.addf("id", "id %q: use lower-case words joined by hyphens", r.ID)
	}
	c.required("name", r.Name)
	c.required("source", r.Source)
	c.required("date", string(r.Date))
	known(c, "confidence", "confidence", r.Confidence, confidences)
	c.country("countries.incorporated", r.Countries.Incorporated)
	c.country("countries.headquarters", r.Countries.Headquarters)
	c.required("countries.headquarters", r.Countries.Headquarters)
	c.names(r)
	c.ownership(r)
	c.families(r.Families)
	c.identifiers(&r.IDs)
	for i, claim := range r.Claims {
		at := fmt.Sprintf("claims.%d", i)
		c.required(at+".what", claim.What)
		c.required(at+".source", claim.Source)
		c.required(at+".date", string(claim.Date))
		known(c, at+".confidence", "confidence", claim.Confidence, confidences)
	}
	for i, e := range r.Examples {
		c.required(fmt.Sprintf("examples.%d.raw", i), e.Raw)
	}
}

// families checks that each family is of a known class, says something, and is
// of one class only.
func (c *complaints) families(list []Family) {
	seen := map[string]bool{}
	for i, f := range list {
		at := fmt.Sprintf("families.%d", i)
		known(c, at+".category", "category", f.Category, netvet.Categories())
		c.required(at+".source", f.Source)
		c.required(at+".date", string(f.Date))
		for j, model := range f.Models {
			words := strings.Join(modelWords(model), " ")
			if at := fmt.Sprintf("%s.models.%d", at, j); words == "" || seen[words] {
				c.addf(at, "family %q is given twice, or says nothing", model)
			}
			seen[words] = true
		}
	}
}

func (c *complaints) country(path, code string) {
	if code != "" && !isCountry(code) {
		c.addf(path, "%q is no country code: use ISO 3166-1 alpha-2, or ZZ for a community without one country", code)
	}
}

// names checks the names of a record, and that what is ambiguous is one of them.
func (c *complaints) names(r *Record) {
	for language := range r.Names {
		if !languageForm.MatchString(language) {
			c.addf("names."+language, "%q is no language: use a tag such as zh-Hans, zh-Hant, ja, ko", language)
		}
	}
	all := map[string]bool{}
	for _, n := range r.spellings() {
		c.required(n.path, n.text)
		if all[n.text] && strings.HasPrefix(n.path, "aliases") {
			c.addf(n.path, "%q is given twice", n.text)
		}
		all[n.text] = true
	}
	for _, b := range r.Brands {
		all[b] = true
	}
	for i, a := range r.Ambiguous {
		if !all[a] {
			c.addf(fmt.Sprintf("ambiguous.%d", i), "%q is no name, alias or brand of this supplier", a)
		}
	}
}

// spelling is one name of a supplier and where it stands in its file.
type spelling struct{ path, text string }

// spellings lists every name that may stand for the supplier by itself; brands
// never do.
func (r *Record) spellings() []spelling {
	out := []spelling{{"name", r.Name}}
	for language, names := range r.Names {
		for i, n := range names {
			out = append(out, spelling{fmt.Sprintf("names.%s.%d", language, i), n})
		}
	}
	for i, n := range r.Aliases {
		out = append(out, spelling{fmt.Sprintf("aliases.%d", i), n})
	}
	for i, n := range r.Former {
		out = append(out, spelling{fmt.Sprintf("former.%d", i), n})
	}
	slices.SortStableFunc(out, func(a, b spelling) int { return strings.Compare(a.path, b.path) })
	return out
}

// ownership checks the owners of a record by themselves: one at a time controls.
func (c *complaints) ownership(r *Record) {
	for i, o := range r.Owners {
		at := fmt.Sprintf("owners.%d", i)
		if (o.ID == "") == (o.Name == "") {
			c.addf(at, "give an owner either the id of a supplier or a name")
		}
		if o.ID == r.ID && o.ID != "" {
			c.addf(at+".id", "a supplier does not own itself: leave owners out when it is independent")
		}
		known(c, at+".share", "share", o.Share, shares)
		known(c, at+".confidence", "confidence", o.Confidence, confidences)
		c.required(at+".source", o.Source)
		c.country(at+".country", o.Country)
		c.interval(at, o.From, o.To)
		for j, p := range r.Owners[:i] {
			if o.Share == ShareControl && p.Share == ShareControl && overlap(o, p) {
				c.addf(at, "two owners in control at once: this one and owner %d", j+1)
			}
		}
	}
}

// interval checks that dates are written out and run forward.
func (c *complaints) interval(path string, from, to netvet.Date) {
	if from != "" && to != "" && !from.Start().Before(to.Start()) {
		c.addf(path+".to", "ends %s, not after it begins %s", to, from)
	}
}

// overlap reports whether two owners' times share a day.
func overlap(a, b Ownership) bool {
	before := func(end, start netvet.Date) bool {
		return end != "" && start != "" && !end.Start().After(start.Start())
	}
	return !before(a.To, b.From) && !before(b.To, a.From)
}

// idForms are the forms of identifiers by the scheme's key in a file.
var idForms = map[string]struct {
	form *regexp.Regexp
	want string
}{
	"domain":      {regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`), "a lower-case host name"},
	"cpe":         {regexp.MustCompile(`^[a-z0-9][a-z0-9._~\\!+&-]*$`), "the vendor part of a CPE name, lower case"},
	"purl":        {regexp.MustCompile(`^[a-z][a-z0-9.+-]*:[^\s:]+$`), `"type:namespace" of a package URL`},
	"pci":         {regexp.MustCompile(`^[0-9a-f]{4}$`), "4 lower-case hexadecimal digits"},
	"virtual_pci": {regexp.MustCompile(`^[0-9a-f]{4}$`), "4 lower-case hexadecimal digits"},
	"usb":         {regexp.MustCompile(`^[0-9a-f]{4}$`), "4 lower-case hexadecimal digits"},
	"oui":         {regexp.MustCompile(`^([0-9a-f]{6}|[0-9a-f]{7}|[0-9a-f]{9})$`), "6, 7 or 9 lower-case hexadecimal digits"},
	"pen":         {regexp.MustCompile(`^[1-9][0-9]*$`), "a decimal number"},
	"jep106":      {regexp.MustCompile(`^[1-9][0-9]?:[0-7][0-9a-f]$`), `"bank:code", the code without its parity bit in lower-case hexadecimal`},
	"lei":         {regexp.MustCompile(`^[0-9A-Z]{18}[0-9]{2}$`), "20 characters of ISO 17442"},
	"doubtful":    {regexp.MustCompile(`^(domain|cpe|purl|pci|usb|oui|pen|jep106|lei):\S+$`), `"scheme:value"`},
}

// schemes lists the identifiers of a record by their key in a file.
func (ids *IDs) schemes() []struct {
	key    string
	values []string
} {
	return []struct {
		key    string
		values []string
	}{
		{"domain", ids.Domain}, {"cpe", ids.CPE}, {"purl", ids.Purl}, {"pci", ids.PCI}, {"usb", ids.USB}, {"oui", ids.OUI},
		{"pen", ids.PEN}, {"jep106", ids.JEP106}, {"lei", ids.LEI}, {"virtual_pci", ids.Virtual}, {"doubtful", ids.Doubtful},
	}
}

func (c *complaints) identifiers(ids *IDs) {
	for _, s := range ids.schemes() {
		form := idForms[s.key]
		for i, v := range s.values {
			at := fmt.Sprintf("identifiers.%s.%d", s.key, i)
			if !form.form.MatchString(v) {
				c.addf(at, "%s identifier %q is not %s", s.key, v, form.want)
			}
			if s.key == "lei" && form.form.MatchString(v) && !isLEI(v) {
				c.addf(at, "lei identifier %q is mistyped: its check digits do not fit", v)
			}
			if slices.Contains(s.values[:i], v) {
				c.addf(at, "%s identifier %q is given twice", s.key, v)
			}
		}
	}
	for i, p := range ids.PartPatterns {
		if err := partPattern(p); err != nil {
			c.addf(fmt.Sprintf("identifiers.part_patterns.%d", i), "part pattern %q %v", p, err)
		}
	}
}

// shortestPart is how many characters a part pattern must at least tie down: a
// shorter one meets the part numbers of other makers.
const shortestPart = 4

// partPattern checks the regular expression of a part number.
func partPattern(pattern string) error {
	re, err := syntax.Parse(pattern, syntax.Perl)
	switch {
	case err != nil:
		return fmt.Errorf("does not compile: %w", err)
	case !strings.HasPrefix(pattern, "^"):
		return fmt.Errorf("may begin anywhere: start it with ^")
	case !tellsDigits(re):
		return fmt.Errorf(`names no digits: part numbers are told apart by them, add \d or the digits themselves`)
	case shortest(re) < shortestPart:
		return fmt.Errorf("is met by %d characters: tie down at least %d", shortest(re), shortestPart)
	}
	return nil
}

// tellsDigits reports whether the pattern names a digit or a class of digits.
func tellsDigits(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral:
		return slices.ContainsFunc(re.Rune, unicode.IsDigit)
	case syntax.OpCharClass:
		return len(re.Rune) > 0 && re.Rune[0] >= '0' && re.Rune[len(re.Rune)-1] <= '9'
	}
	return slices.ContainsFunc(re.Sub, tellsDigits)
}

// shortest returns how many characters the shortest match has.
func shortest(re *syntax.Regexp) int {
	sum := func(least int) (n int) {
		for _, s := range re.Sub {
			n += shortest(s)
		}
		return n * least
	}
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpConcat, syntax.OpCapture, syntax.OpPlus:
		return sum(1)
	case syntax.OpRepeat:
		return sum(re.Min)
	case syntax.OpAlternate:
		n := shortest(re.Sub[0])
		for _, s := range re.Sub {
			n = min(n, shortest(s))
		}
		return n
	}
	return 0
}

// owners checks the owners of a record against the other records.
func (d *Directory) owners(r *Record) complaints {
	var found complaints
	for i, o := range r.Owners {
		at := fmt.Sprintf("owners.%d.id", i)
		if o.ID != "" && d.byID[o.ID] == nil {
			found.addf(at, "owner %q is no supplier here: %s", o.ID, d.nearest(o.ID))
		}
		if d.circle(r, o) {
			found.addf(at, "ownership runs in a circle from %s back to %s", o.ID, r.ID)
		}
	}
	return found
}

// circle reports whether control, on the first day of o or any later one on
// which control above changes, leads from o back to r.
func (d *Directory) circle(r *Record, o Ownership) bool {
	if o.Share != ShareControl || o.ID == "" {
		return false
	}
	var up func(id string, span Ownership, seen []string) bool
	up = func(id string, span Ownership, seen []string) bool {
		if id == r.ID {
			return true
		}
		next := d.byID[id]
		if next == nil || slices.Contains(seen, id) {
			return false
		}
		for _, p := range next.Owners {
			if p.Share == ShareControl && p.ID != "" && overlap(span, p) && up(p.ID, common(span, p), append(seen, id)) {
				return true
			}
		}
		return false
	}
	return up(o.ID, o, nil)
}

// common returns the time that two overlapping owners share.
func common(a, b Ownership) Ownership {
	span := Ownership{From: max(a.From, b.From), To: min(a.To, b.To)}
	if a.To == "" || b.To == "" {
		span.To = max(a.To, b.To)
	}
	return span
}

// nearest suggests an id for one that nobody has.
func (d *Directory) nearest(id string) string {
	ids := make([]string, len(d.records))
	for i, r := range d.records {
		ids[i] = r.ID
	}
	if near := strictyaml.Nearest(id, ids); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "add its file, or give the owner by name"
}

// sharedNames complains, by supplier id, of names that two suppliers have and
// that are not ambiguous in both.
func (d *Directory) sharedNames() map[string]complaints {
	holders := map[string][]*Record{}
	for _, r := range d.records {
		for _, n := range r.spellings() {
			key := fold(n.text)
			if h := holders[key]; len(h) == 0 || h[len(h)-1] != r {
				holders[key] = append(h, r)
			}
		}
	}
	out := map[string]complaints{}
	for _, r := range d.records {
		var found complaints
		for _, n := range r.spellings() {
			for _, other := range holders[fold(n.text)] {
				if other != r && !r.isAmbiguous(n.text) {
					found.addf(n.path, "%q is also a name of %s: list it under ambiguous in both, or leave it to one", n.text, other.ID)
				}
			}
		}
		out[r.ID] = found
	}
	return out
}

func (r *Record) isAmbiguous(name string) bool {
	return slices.ContainsFunc(r.Ambiguous, func(a string) bool { return fold(a) == fold(name) })
}

// fold brings spellings together that differ only in case, space and punctuation.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// sharedIDs complains, by supplier id, of identifiers that two suppliers have
// and that are not doubtful in both.
func (d *Directory) sharedIDs() map[string]complaints {
	holders := map[string][]string{}
	for _, r := range d.records {
		for _, s := range r.IDs.schemes() {
			for _, v := range s.values {
				if key := s.key + ":" + v; s.key != "doubtful" {
					holders[key] = append(holders[key], r.ID)
				}
			}
		}
	}
	out := map[string]complaints{}
	for _, r := range d.records {
		var found complaints
		for _, s := range r.IDs.schemes() {
			for i, v := range s.values {
				key := s.key + ":" + v
				if slices.Contains(r.IDs.Doubtful, key) {
					continue
				}
				for _, other := range holders[key] {
					if other != r.ID {
						found.addf(fmt.Sprintf("identifiers.%s.%d", s.key, i), "%s is also an identifier of %s: list it under doubtful in both, or leave it to one", key, other)
					}
				}
			}
		}
		out[r.ID] = found
	}
	return out
}

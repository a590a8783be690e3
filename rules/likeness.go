package rules

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/netvet/netvet"
)

// hiddenFields are the fields of a product, by their JSON names, that tell one
// product from the next. Rules seldom look at them, so that products may be alike
// in all that rules see though these differ. A field that is not listed here is
// always looked at.
func hiddenFields() []string {
	return []string{"id", "name", "manufacturer", "vendor", "model", "part_number", "version", "serial", "quantity", "location", "price", "purchase_date", "description", "identifiers", "addresses"}
}

// likeness writes what the stages from collecting to scoring can see of an
// assessment, so that those alike need be evaluated once.
type likeness struct {
	plain   []int                 // fields of an assessment that are written in full
	seen    []int                 // those of a product
	hinted  []int                 // those of which it is written whether they are given
	asked   []*CompiledRule       // rules with conditions or texts that look at a hinted field
	phrases map[string][][]string // models in the scopes of gates and lists, by first word
}

// AppendLikeness appends to key all that evaluation, scoring and explanation can
// see of an assessment that has been read, resolved and classed. Of two with equal
// keys everything concluded is equal, but for the product's id, its texts in
// hiddenFields, and the input and record of its first source, wherever results
// repeat them as those of the product. Gaps met before are no part of it.
func (p *Program) AppendLikeness(key []byte, a *netvet.Assessment) []byte {
	l := &p.likeness
	key = l.assessment(key, a)
	for _, text := range []string{a.Product.Name, a.Product.Model, a.Product.PartNumber} {
		key = l.models(key, text)
	}
	key = append(key, bit(strings.ContainsAny(a.Product.Name, "0123456789")))
	e := &evaluation{p: p, a: a}
	for _, r := range l.asked {
		key = e.glance(key, r)
	}
	return key
}

func newLikeness(p *Program, lists []netvet.List) likeness {
	l := likeness{phrases: map[string][][]string{}}
	for _, g := range p.gates {
		l.learn(g.models())
	}
	for i := range lists {
		for j := range lists[i].Entries {
			l.learn(lists[i].Entries[j].Scope.Models)
		}
	}
	assessment := reflect.TypeFor[netvet.Assessment]()
	for i := range assessment.NumField() {
		if !slices.Contains([]string{"Product", "Match", "Gaps"}, assessment.Field(i).Name) {
			l.plain = append(l.plain, i)
		}
	}
	told, asked := p.looks()
	product := reflect.TypeFor[netvet.Product]()
	for i := range product.NumField() {
		switch name := jsonName(product.Field(i)); {
		case name == "sources": // written apart
		case slices.Contains(hiddenFields(), name) && !told[name]:
			l.hinted = append(l.hinted, i)
		default:
			l.seen = append(l.seen, i)
		}
	}
	l.asked = asked
	return l
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func (l *likeness) learn(models []string) {
	for _, model := range models {
		if w := words(model); len(w) > 0 {
			l.phrases[w[0]] = append(l.phrases[w[0]], w)
		}
	}
}

// models writes which of the models that scopes name a text holds.
func (l *likeness) models(key []byte, text string) []byte {
	if text != "" && len(l.phrases) > 0 {
		have := words(text)
		for i := range have {
			for _, phrase := range l.phrases[have[i]] {
				if len(phrase) <= len(have)-i && slices.Equal(phrase, have[i:i+len(phrase)]) {
					for _, w := range phrase {
						key = appendText(key, w)
					}
					key = append(key, 0) // an empty word ends a phrase
				}
			}
		}
	}
	return append(key, 0) // an empty phrase ends the text
}

// looks returns the hidden fields that must be known in full, because a text about
// something else than the product repeats them or an expression looks at them
// together with something else, and the rules whose conditions on the product, or
// what they then say of it, look at one.
func (p *Program) looks() (told map[string]bool, glanced []*CompiledRule) {
	told = map[string]bool{}
	tell := func(m mention) {
		for _, f := range hiddenFields() {
			told[f] = told[f] || m.whole || m.fields[f]
		}
	}
	for _, r := range p.rules {
		apply, judge := mentions(r.Applies), mentions(r.When).and(mentions(r.Clear)).and(r.message.mentions()).and(r.cleared.mentions())
		for _, c := range []*asked{r.compared, r.asked} {
			if c != nil {
				tell(c.message.mentions().and(c.cleared.mentions()))
			}
		}
		if r.Compared != nil {
			tell(mentions(r.Compared.When).and(mentions(r.Compared.Clear)))
		}
		if r.Recorded != nil {
			tell(mentions(r.Recorded.When).and(mentions(r.Recorded.Clear)))
		}
		if r.Each != eachProduct {
			tell(judge)
			judge = mention{}
		}
		switch all := apply.and(judge); {
		case !all.hidden():
		case all.later:
			tell(all)
		default:
			glanced = append(glanced, r)
		}
	}
	for _, g := range p.gates {
		tell(g.message.mentions())
	}
	return told, glanced
}

// glance writes what a rule's conditions on the product say, and the text with which
// it says so, as far as evaluation asks them.
func (e *evaluation) glance(key []byte, r *CompiledRule) []byte {
	if r.applies != nil {
		applies, err := r.applies.holds(e)
		if err != nil {
			return appendText(append(key, 'e'), err.Error())
		}
		if !applies {
			return append(key, 'n')
		}
	}
	if r.Each != eachProduct || !e.met(r) {
		return append(key, 'u')
	}
	e.count = 1 // of subjects, as where it is evaluated
	for _, c := range []struct {
		*condition
		text *template
	}{{r.when, r.message}, {r.clear, r.cleared}} {
		holds, err := c.holds(e)
		if err != nil {
			return appendText(append(key, 'e'), err.Error())
		}
		if key = append(key, bit(holds)); holds {
			return appendText(key, c.text.fill(e.root))
		}
	}
	return key
}

// mention is what a text looks at of a product.
type mention struct {
	fields map[string]bool
	whole  bool // it may look at any field
	later  bool // it looks at what is collected of the product, too
}

func (m mention) and(n mention) mention {
	out := mention{map[string]bool{}, m.whole || n.whole, m.later || n.later}
	for _, from := range []map[string]bool{m.fields, n.fields} {
		for f := range from {
			out.fields[f] = true
		}
	}
	return out
}

// hidden reports whether it looks at a hidden field.
func (m mention) hidden() bool {
	return m.whole || slices.ContainsFunc(hiddenFields(), func(f string) bool { return m.fields[f] })
}

// mentions reads the paths of a template.
func (t *template) mentions() mention {
	m := mention{fields: map[string]bool{}}
	if t == nil {
		return m
	}
	for _, part := range t.parts {
		if part.path != nil && part.path.root == "product" {
			if len(part.path.steps) == 0 {
				m.whole = true
				continue
			}
			m.fields[jsonName(reflect.TypeFor[netvet.Product]().FieldByIndex(part.path.steps[0]))] = true
		}
	}
	return m
}

// mentions finds what an expression looks at without compiling it, which would
// take longer than a small scan. What it cannot tell, it takes for everything.
func mentions(text string) mention {
	m := mention{fields: map[string]bool{}}
	text, ok := withoutStrings(text)
	if !ok || strings.Contains(text, "`") { // quoted names
		return mention{m.fields, true, true}
	}
	for i := 0; i < len(text); {
		end := i
		for end < len(text) && nameByte(text[end]) {
			end++
		}
		if end == i {
			i++
			continue
		}
		if !member(text[:i]) {
			switch text[i:end] {
			case "product":
				field := ""
				if rest, ok := strings.CutPrefix(text[end:], "."); ok {
					field = rest[:len(rest)-len(strings.TrimLeft(rest, nameBytes))]
				}
				m.whole = m.whole || field == ""
				m.fields[field] = true
			case "hits", "comparisons":
				m.later = true
			}
		}
		i = end
	}
	return m
}

func nameByte(b byte) bool { return strings.IndexByte(nameBytes, b) >= 0 }

const nameBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

// member reports whether a name that follows the text is one of something's
// fields, and no variable.
func member(before string) bool {
	before = strings.TrimRight(before, " \t\r\n")
	owner, dotted := strings.CutSuffix(before, ".")
	owner = strings.TrimRight(owner, " \t\r\n")
	return dotted && owner != "" && (nameByte(owner[len(owner)-1]) || strings.HasSuffix(owner, ")") || strings.HasSuffix(owner, "]") || strings.HasSuffix(owner, "?"))
}

// withoutStrings empties the strings and comments of an expression, and reports
// whether all strings end.
func withoutStrings(text string) (string, bool) {
	var b strings.Builder
	for {
		i := strings.IndexAny(text, `"'`)
		if comment := strings.Index(text, "//"); comment >= 0 && (i < 0 || comment < i) {
			b.WriteString(text[:comment])
			end := strings.IndexAny(text[comment:], "\r\n")
			if end < 0 {
				return b.String(), true
			}
			text = text[comment+end:]
			continue
		}
		if i < 0 {
			b.WriteString(text)
			return b.String(), true
		}
		before, quote := text[:i], text[i:i+1]
		if strings.HasPrefix(text[i:], strings.Repeat(quote, 3)) {
			quote = strings.Repeat(quote, 3)
		}
		rest := text[i+len(quote):]
		prefix := before[len(strings.TrimRight(before, nameBytes)):] // r and b, in either case
		end := endOfString(rest, quote, strings.ContainsAny(prefix, "rR"))
		if end < 0 {
			return "", false
		}
		b.WriteString(before)
		b.WriteString(" ")
		text = rest[end+len(quote):]
	}
}

// endOfString finds the quotation mark that ends a string, -1 when none does.
func endOfString(text, quote string, raw bool) int {
	for i := 0; i < len(text); i++ {
		switch {
		case strings.HasPrefix(text[i:], quote):
			return i
		case text[i] == '\\' && !raw:
			i++
		}
	}
	return -1
}

// assessment writes an assessment but for what is hidden.
func (l *likeness) assessment(key []byte, a *netvet.Assessment) []byte {
	v := reflect.ValueOf(a).Elem()
	for _, i := range l.plain {
		key = appendGiven(key, v.Field(i))
	}
	m := a.Match
	if m.Supplier == nil { // the name of whom nobody knows tells nothing
		m.Input, m.Reason = "", ""
	}
	key = appendGiven(key, reflect.ValueOf(&m).Elem())
	return l.product(key, reflect.ValueOf(&a.Product).Elem(), &a.Product)
}

// appendGiven writes a value that is empty more often than not.
func appendGiven(key []byte, v reflect.Value) []byte {
	if v.IsZero() {
		return append(key, 0)
	}
	return appendValue(append(key, 1), v)
}

func (l *likeness) product(key []byte, v reflect.Value, p *netvet.Product) []byte {
	for _, i := range l.seen {
		key = appendGiven(key, v.Field(i))
	}
	for _, i := range l.hinted {
		key = append(key, given(v.Field(i)))
	}
	key = binary.AppendUvarint(key, uint64(len(p.Sources)))
	for i := range p.Sources {
		s := &p.Sources[i]
		if i == 0 {
			key = append(key, bit(s.Input != ""), bit(s.Record != ""))
			key = appendValue(key, reflect.ValueOf(s.Fields))
		} else {
			key = appendValue(key, reflect.ValueOf(s).Elem())
		}
	}
	return key
}

// given tells what is there, as far as the needs of a rule ask.
func given(v reflect.Value) byte {
	switch x := v.Interface().(type) {
	case int:
		return bit(x != 0) + 2*bit(x > 0)
	case netvet.Price:
		return bit(x != netvet.Price{}) + 2*bit(x.Amount > 0)
	case []netvet.Identifier:
		return bit(len(x) > 0)
	}
	return bit(!v.IsZero())
}

// appendValue writes a value so that equal bytes mean equal values.
func appendValue(key []byte, v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.String:
		return appendText(key, v.String())
	case reflect.Bool:
		return append(key, bit(v.Bool()))
	case reflect.Int, reflect.Int64:
		return binary.AppendVarint(key, v.Int())
	case reflect.Float64:
		return binary.LittleEndian.AppendUint64(key, math.Float64bits(v.Float()))
	case reflect.Slice:
		key = append(key, bit(v.IsNil()))
		key = binary.AppendUvarint(key, uint64(v.Len()))
		for i := range v.Len() {
			key = appendValue(key, v.Index(i))
		}
		return key
	case reflect.Pointer:
		if key = append(key, bit(v.IsNil())); v.IsNil() {
			return key
		}
		return appendValue(key, v.Elem())
	case reflect.Map:
		return appendMap(key, v)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return appendText(key, v.Interface().(time.Time).Format(time.RFC3339Nano))
		}
		for i := range v.NumField() {
			key = appendValue(key, v.Field(i))
		}
		return key
	}
	panic(fmt.Sprintf("an assessment holds a %s, which cannot be compared", v.Type())) // a test looks at all there are
}

func appendMap(key []byte, v reflect.Value) []byte {
	if key = append(key, bit(v.IsNil())); v.Len() == 0 {
		return append(key, 0)
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	key = binary.AppendUvarint(key, uint64(len(keys)))
	for _, k := range keys {
		key = appendValue(appendText(key, k.String()), v.MapIndex(k))
	}
	return key
}

func appendText(key []byte, s string) []byte {
	return append(binary.AppendUvarint(key, uint64(len(s))), s...)
}

func bit(yes bool) byte {
	if yes {
		return 1
	}
	return 0
}

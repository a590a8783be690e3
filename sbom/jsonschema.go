package sbom

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
)

// What follows checks a JSON document against a JSON schema (draft 7) while another
// reader walks it: nothing is held but the path to the value at hand. It knows the
// words of the schemas it is used for, and refuses to load one with others.

// schemaRule is what a schema says of one value.
type schemaRule struct {
	name             string // of the definition it stands in, for people
	never            bool   // nothing fits
	kinds            uint8  // bits of kindBits; 0: all fit
	integer          bool
	enum             []string
	wordPlaces       []uint8 // open addressing by wordHash: place in enum plus one
	free             uint8   // kinds of which no more is asked, bits of kindBits
	plain            bool    // there is no choice
	unknown          *misfit
	pattern          func([]byte) bool
	patternText      string
	licenceID        bool // one of the ids of the SPDX licence list
	minLength        int
	maxLength        int // -1: any
	minimum, maximum float64
	constant         string // as it is written in JSON; empty: none
	schemaObject
	schemaArray
	schemaChoice
}

// schemaObject is what a schema says of an object.
type schemaObject struct {
	members  []schemaMember
	places   []uint8 // open addressing by the hash of a key: place in members plus one
	closed   bool    // no other keys
	required uint64  // bits by place in members
	keys     []schemaKeys
	guard    *schemaGuard
}

// schemaKeys says how many of the sets of keys an object must have.
type schemaKeys struct {
	sets        []uint64
	least, most int
}

// schemaGuard forbids keys while a member, if it is there, has a value.
type schemaGuard struct {
	member   *schemaRule
	constant string // as it is written in JSON
	forbids  uint64
}

// guardOpen is the bit among the keys seen that says that the member has another value.
const guardOpen = 1 << maxMembers

type schemaMember struct {
	name    string
	hash    uint64
	rule    *schemaRule // nil: anything
	missing *misfit
}

// schemaArray is what a schema says of an array.
type schemaArray struct {
	items              *schemaRule   // of each element; nil: anything
	tuple              []*schemaRule // of the first elements, instead of items
	closedTuple        bool          // no more elements than those
	minItems, maxItems int           // maxItems -1: any
	unique             bool
}

// schemaChoice joins schemas.
type schemaChoice struct {
	all, anyOf, oneOf      []*schemaRule
	not, when, then, other *schemaRule
	branches               []*schemaRule // all of these
}

// maxMembers is how many keys of one object a schema may name: a word has as many bits.
const maxMembers = 63

// kindBits are the bits of the kinds of JSON values, by the first byte of one.
var kindBits = [256]uint8{'{': 1, '[': 2, '"': 4, 't': 16, 'f': 16, 'n': 32,
	'-': 8, '0': 8, '1': 8, '2': 8, '3': 8, '4': 8, '5': 8, '6': 8, '7': 8, '8': 8, '9': 8}

// schemaCompiler turns definitions into rules. Those that name each other, or
// themselves, are joined by name.
type schemaCompiler struct {
	definitions map[string]jsonValue
	rules       map[string]*schemaRule
	fail        error
}

// compileSchema returns the rule for one definition.
func compileSchema(definitions map[string]jsonValue, root string) (*schemaRule, error) {
	c := &schemaCompiler{definitions: definitions, rules: make(map[string]*schemaRule)}
	rule := c.named(root)
	return rule, c.fail
}

func (c *schemaCompiler) errorf(format string, args ...any) {
	if c.fail == nil {
		c.fail = fmt.Errorf(format, args...)
	}
}

func (c *schemaCompiler) named(name string) *schemaRule {
	if rule, ok := c.rules[name]; ok {
		return rule
	}
	rule := newSchemaRule(name)
	c.rules[name] = rule
	if name == "spdx" {
		rule.kinds, rule.licenceID = kindBits['"'], true
		return rule
	}
	definition, ok := c.definitions[name]
	if !ok {
		c.errorf("the schema has no definition %q", name)
		return rule
	}
	if target := definition.text("$ref"); target != "" {
		c.rules[name] = c.named(target)
		return c.rules[name]
	}
	c.fill(rule, definition)
	return rule
}

func newSchemaRule(name string) *schemaRule {
	r := &schemaRule{name: name, maxLength: -1, minimum: math.Inf(-1), maximum: math.Inf(1), schemaArray: schemaArray{maxItems: -1}}
	r.plain, r.unknown = true, &misfit{rule: r, why: unknownKey}
	r.index()
	return r
}

// rule compiles a schema that stands inside another.
func (c *schemaCompiler) rule(name string, v jsonValue) *schemaRule {
	if v.v == nil || v.v == true {
		return nil
	}
	if target := v.text("$ref"); target != "" {
		return c.named(target)
	}
	rule := newSchemaRule(name)
	if v.v == false {
		rule.never = true
		return rule
	}
	c.fill(rule, v)
	return rule
}

func (c *schemaCompiler) list(name string, list []jsonValue) (rules []*schemaRule) {
	for _, v := range list {
		rule := c.rule(name, v)
		if rule == nil {
			rule = newSchemaRule(name)
		}
		rules = append(rules, rule)
	}
	return rules
}

func (c *schemaCompiler) fill(r *schemaRule, v jsonValue) {
	for word, value := range v.members() {
		c.word(r, word, jsonValue{value}, v)
	}
	c.objectOf(r, v)
	r.foldKeys()
	r.settle()
}

// foldKeys makes choices that are only about keys cheap: they are decided when the
// object ends, and nothing has to be followed for them.
func (r *schemaRule) foldKeys() {
	if sets := r.setsOf(r.oneOf); sets != nil {
		r.keys, r.oneOf = append(r.keys, schemaKeys{sets, 1, 1}), nil
	}
	if sets := r.setsOf(r.anyOf); sets != nil {
		r.keys, r.anyOf = append(r.keys, schemaKeys{sets, 1, len(sets)}), nil
	}
	r.all = slices.DeleteFunc(r.all, func(part *schemaRule) bool {
		if sets := r.setsOf([]*schemaRule{part.not}); sets != nil && part.when == nil {
			r.keys = append(r.keys, schemaKeys{sets, 0, 0})
			return true
		}
		return r.foldGuard(part)
	})
}

// setsOf returns the keys that each branch asks for, if the branches ask for nothing
// else; nil otherwise.
func (r *schemaRule) setsOf(branches []*schemaRule) (sets []uint64) {
	for _, b := range branches {
		if b == nil || b.kinds != 0 || b.closed || b.required == 0 || len(b.keys) > 0 || !b.plain {
			return nil
		}
		set := uint64(0)
		for i, m := range b.members {
			at := r.member([]byte(m.name), m.hash)
			if at < 0 || m.rule != nil || b.required&(1<<i) == 0 {
				return nil
			}
			set |= 1 << at
		}
		sets = append(sets, set)
	}
	return sets
}

// foldGuard takes a part that forbids keys if a member has a value.
func (r *schemaRule) foldGuard(part *schemaRule) bool {
	if part.when == nil || part.then == nil || part.other != nil || r.guard != nil || len(part.when.members) != 1 || part.when.required != 0 {
		return false
	}
	condition := part.when.members[0]
	at, sets := r.member([]byte(condition.name), condition.hash), r.setsOf([]*schemaRule{part.then.not})
	if at < 0 || len(sets) != 1 || condition.rule == nil || condition.rule.constant == "" {
		return false
	}
	r.guard = &schemaGuard{r.members[at].rule, condition.rule.constant, sets[0]}
	return true
}

// settle works out the short cuts.
func (r *schemaRule) settle() {
	r.branches = slices.Concat(r.all, r.anyOf, r.oneOf)
	for _, branch := range []*schemaRule{r.not, r.when, r.then, r.other} {
		if branch != nil {
			r.branches = append(r.branches, branch)
		}
	}
	r.plain = len(r.branches) == 0
	r.indexWords()
	if !r.plain || r.never || r.constant != "" || len(r.enum) > 0 {
		return
	}
	r.free = r.kinds
	if r.kinds == 0 {
		r.free = ^uint8(0)
	}
	if r.pattern != nil || r.minLength > 0 || r.maxLength >= 0 {
		r.free &^= kindBits['"']
	}
	if r.integer || !math.IsInf(r.minimum, -1) || !math.IsInf(r.maximum, 1) {
		r.free &^= kindBits['0']
	}
}

// word takes one word of a schema.
func (c *schemaCompiler) word(r *schemaRule, word string, v, schema jsonValue) {
	switch word {
	case "type":
		r.kinds, r.integer = kindsOf(v.text())
	case "enum":
		for _, value := range v.list() {
			r.enum = append(r.enum, value.text())
		}
	case "const":
		r.constant = fmt.Sprint(v.v)
	case "pattern":
		r.patternText = v.text()
		r.pattern = c.patternOf(r.patternText)
	case "format":
		r.patternText = "the form of a " + v.text()
		r.pattern = formatOf(v.text())
	case "minLength":
		r.minLength = c.count(v)
	case "maxLength":
		r.maxLength = c.count(v)
	case "minItems":
		r.minItems = c.count(v)
	case "maxItems":
		r.maxItems = c.count(v)
	case "minimum":
		r.minimum = float64(c.count(v))
	case "maximum":
		r.maximum = float64(c.count(v))
	case "uniqueItems":
		r.unique = v.v == true
	case "items":
		if _, ok := v.v.([]any); ok {
			r.tuple, r.closedTuple = c.list(r.name, v.list()), schema.get("additionalItems").v == false
		} else {
			r.items = c.rule(r.name, v)
		}
	case "allOf":
		r.all = c.list(r.name, v.list())
	case "anyOf":
		r.anyOf = c.list(r.name, v.list())
	case "oneOf":
		r.oneOf = c.list(r.name, v.list())
	case "not":
		r.not = c.rule(r.name, v)
	case "if":
		r.when = c.rule(r.name, v)
	case "then":
		r.then = c.rule(r.name, v)
	case "else":
		r.other = c.rule(r.name, v)
	case "properties", "required", "additionalProperties", "additionalItems": // with the object and the items
	default:
		c.errorf("the schema of %s has the unknown word %q", r.name, word)
	}
}

func (c *schemaCompiler) count(v jsonValue) int {
	n := 0
	if _, err := fmt.Sscan(v.text(), &n); err != nil {
		c.errorf("the schema has %q where a number is expected", v.text())
	}
	return n
}

func kindsOf(word string) (kinds uint8, integer bool) {
	switch word {
	case "object":
		return kindBits['{'], false
	case "array":
		return kindBits['['], false
	case "string":
		return kindBits['"'], false
	case "number":
		return kindBits['0'], false
	case "integer":
		return kindBits['0'], true
	case "boolean":
		return kindBits['t'], false
	}
	return 0, false
}

// objectOf compiles what a schema says of the members of an object.
func (c *schemaCompiler) objectOf(r *schemaRule, v jsonValue) {
	properties := v.get("properties").members()
	names := make([]string, 0, len(properties))
	for name := range properties {
		names = append(names, name)
	}
	required := make(map[string]bool)
	for _, name := range v.list("required") {
		required[name.text()] = true
		if _, ok := properties[name.text()]; !ok {
			names = append(names, name.text())
		}
	}
	if len(names) > maxMembers {
		c.errorf("the schema of %s names more than %d keys", r.name, maxMembers)
		return
	}
	slices.Sort(names)
	r.closed = v.get("additionalProperties").v == false
	for i, name := range names {
		r.members = append(r.members, schemaMember{name, keyHash(name), c.rule(r.name+"."+name, jsonValue{properties[name]}), &misfit{rule: r, why: missingKey, n: i}})
		if required[name] {
			r.required |= 1 << i
		}
	}
	r.index()
}

// index lays the members out by hash, at most half full.
func (r *schemaRule) index() {
	size := 2
	for size < 2*len(r.members) {
		size *= 2
	}
	r.places = make([]uint8, size)
	for i, m := range r.members {
		at := m.hash & uint64(size-1)
		for r.places[at] != 0 {
			at = (at + 1) & uint64(size-1)
		}
		r.places[at] = uint8(i + 1)
	}
}

// member finds the place of a key; -1 when the schema does not name it.
func (r *schemaRule) member(key []byte, hash uint64) int {
	mask := uint64(len(r.places) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		i := int(r.places[at]) - 1
		if i < 0 {
			return -1
		}
		if m := &r.members[i]; m.hash == hash && string(key) == m.name {
			return i
		}
	}
}

// keyHash is the hash by which jsonTokens knows a key of ASCII letters.
func keyHash(key string) uint64 {
	_, hash, _ := scanKey([]byte(key+`"`), 0)
	return hash
}

// patternOf compiles a pattern. That of a hash is met so often that it has code of
// its own.
func (c *schemaCompiler) patternOf(pattern string) func([]byte) bool {
	if strings.HasPrefix(pattern, "^([a-fA-F0-9]{32}|") {
		return func(text []byte) bool {
			switch len(text) {
			case 32, 40, 64, 96, 128:
				return isHex(text)
			}
			return false
		}
	}
	compiled, err := regexp.Compile(pattern)
	if err != nil {
		c.errorf("the schema has a pattern that cannot be read: %w", err)
		return nil
	}
	return compiled.Match
}

// formatOf returns the check of a format; nil for those that only say how a text is
// meant.
func formatOf(format string) func([]byte) bool {
	switch format {
	case "date-time":
		return isDateTime
	case "date":
		return func(text []byte) bool { return isDateTime(append(slices.Clone(text), "T00:00:00Z"...)) }
	case "uri":
		return regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`).Match
	}
	return nil
}

// indexWords lays the words out so that one is mostly found at the first look.
func (r *schemaRule) indexWords() {
	if len(r.enum) == 0 || len(r.enum) >= math.MaxUint8 {
		return
	}
	size := 4
	for size < 4*len(r.enum) {
		size *= 2
	}
	r.wordPlaces = make([]uint8, size)
	for i, word := range r.enum {
		at := wordHash([]byte(word)) & (size - 1)
		for r.wordPlaces[at] != 0 {
			at = (at + 1) & (size - 1)
		}
		r.wordPlaces[at] = uint8(i + 1)
	}
}

// wordHash tells short words apart by their length, begin, middle and end.
func wordHash(word []byte) int {
	n := len(word)
	if n == 0 {
		return 0
	}
	return n + 7*int(word[0]) + 31*int(word[n/2]) + 131*int(word[n-1])
}

// lists reports whether a text is one of the words allowed.
func (r *schemaRule) lists(text []byte) bool {
	if r.wordPlaces == nil {
		return slices.Contains(r.enum, string(text))
	}
	mask := len(r.wordPlaces) - 1
	for at := wordHash(text) & mask; ; at = (at + 1) & mask {
		i := int(r.wordPlaces[at]) - 1
		if i < 0 || r.enum[i] == string(text) {
			return i >= 0
		}
	}
}

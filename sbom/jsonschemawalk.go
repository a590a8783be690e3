package sbom

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// schemaWalk follows a walk over a JSON document and compares it with a schema. It
// is told of every key and value once, in document order.
//
// What is expected of a value is a thread: mostly one, and one more for each branch
// of a choice, all of which are followed side by side until the value ends.
type schemaWalk struct {
	name    string // of the schema
	fault   func(schema, kind, reason string)
	frames  []schemaFrame
	threads []schemaThread
	hashes  []uint64 // of the elements of the open arrays whose elements must differ
	told    int      // faults
	seed    maphash.Seed
}

// schemaFrame is an object or array that is open.
type schemaFrame struct {
	first    int  // of its threads
	array    bool // else an object
	start    int  // of its bytes, -1 when they are not at hand
	elements int
	unique   bool // the elements must differ
	repeated bool
	hashes   int                 // where those of its elements begin
	set      map[uint64]struct{} // of the hashes, when they are many
}

// schemaThread compares one open object or array with one rule.
type schemaThread struct {
	rule   *schemaRule
	next   *schemaRule // of the key read last
	parent int         // thread of the container around, -1 at the root
	end    int         // behind the threads of its branches
	branch bool        // of a choice: its faults decide, and are not told
	inside bool        // below a branch
	keys   uint64      // seen, by place in the rule's members
	failed string      // why it does not fit
}

func newSchemaWalk(name string, root *schemaRule, fault func(schema, kind, reason string)) *schemaWalk {
	w := &schemaWalk{name: name, fault: fault, seed: maphash.MakeSeed()}
	w.frames = append(w.frames, schemaFrame{})
	w.threads = append(w.threads, schemaThread{rule: newSchemaRule(""), next: root, parent: -1, end: 1})
	return w
}

// key is told of a key of the open object.
func (w *schemaWalk) key(key []byte, hash uint64) {
	for i := w.frames[len(w.frames)-1].first; i < len(w.threads); i++ {
		t := &w.threads[i]
		place := t.rule.member(key, hash)
		if place >= 0 {
			t.next = t.rule.members[place].rule
			t.keys |= 1 << place
			continue
		}
		t.next = nil
		if t.rule.closed {
			w.fail(i, fmt.Sprintf("key %q is not known there", short(string(key))))
		}
	}
}

// expected returns what a thread expects of the value that comes next in its
// container.
func (f *schemaFrame) expected(t *schemaThread) *schemaRule {
	switch {
	case !f.array:
		return t.next
	case f.elements < len(t.rule.tuple):
		return t.rule.tuple[f.elements]
	}
	return t.rule.items
}

// scalar is told of a string, number, boolean or null.
func (w *schemaWalk) scalar(raw []byte) {
	frame := &w.frames[len(w.frames)-1]
	for i := frame.first; i < len(w.threads); i++ {
		if rule := frame.expected(&w.threads[i]); rule != nil {
			if reason := rule.misfit(raw); reason != "" {
				w.failValue(i, rule, reason)
			}
		}
	}
	if frame.array {
		w.element(frame, raw)
	}
}

// open is told of the begin of an object or array, and where its bytes begin, if they
// are at hand when it ends.
func (w *schemaWalk) open(kind byte, start int) {
	at := len(w.frames) - 1
	first, end := w.frames[at].first, len(w.threads)
	frame := schemaFrame{first: end, array: kind == '[', start: start, hashes: len(w.hashes)}
	for i := first; i < end; i++ {
		rule := w.frames[at].expected(&w.threads[i])
		if rule == nil {
			continue
		}
		frame.unique = frame.unique || rule.unique && frame.array
		w.follow(rule, kind, i, false, w.threads[i].branch || w.threads[i].inside)
	}
	w.frames = append(w.frames, frame)
}

// follow begins a thread and those of its branches.
func (w *schemaWalk) follow(rule *schemaRule, kind byte, parent int, branch, inside bool) {
	i := len(w.threads)
	w.threads = append(w.threads, schemaThread{rule: rule, parent: parent, branch: branch, inside: inside})
	if reason := rule.kindMisfit(kind); reason != "" {
		w.fail(i, reason)
	}
	if !rule.plain() {
		for _, list := range [...][]*schemaRule{rule.all, rule.anyOf, rule.oneOf, {rule.not, rule.when, rule.then, rule.other}} {
			for _, r := range list {
				if r != nil {
					w.follow(r, kind, parent, true, inside)
				}
			}
		}
	}
	w.threads[i].end = len(w.threads)
}

// close is told of the end of the open object or array. Text is what its bytes are
// in, up to its end.
func (w *schemaWalk) close(text []byte) {
	frame := w.frames[len(w.frames)-1]
	for i := frame.first; i < len(w.threads); i = w.threads[i].end {
		reason := w.result(i, &frame)
		if t := &w.threads[i]; reason != "" && t.inside {
			w.fail(t.parent, reason)
		} else if reason != "" && t.failed == "" {
			w.tell(t.rule, reason)
		}
	}
	w.threads = w.threads[:frame.first]
	w.hashes = w.hashes[:frame.hashes]
	w.frames = w.frames[:len(w.frames)-1]
	if outer := &w.frames[len(w.frames)-1]; outer.array {
		var raw []byte
		if outer.unique && frame.start >= 0 && text != nil {
			raw = text[frame.start:]
		}
		w.element(outer, raw)
	}
}

// element counts an element of an array.
func (w *schemaWalk) element(frame *schemaFrame, raw []byte) {
	frame.elements++
	if !frame.unique || raw == nil || frame.elements > maxRefs {
		return
	}
	const few = 16
	hash := maphash.Bytes(w.seed, raw)
	if frame.set == nil {
		frame.repeated = frame.repeated || slices.Contains(w.hashes[frame.hashes:], hash)
		if w.hashes = append(w.hashes, hash); frame.elements < few {
			return
		}
		frame.set = make(map[uint64]struct{})
		for _, h := range w.hashes[frame.hashes:] {
			frame.set[h] = struct{}{}
		}
		return
	}
	n := len(frame.set)
	frame.set[hash] = struct{}{}
	frame.repeated = frame.repeated || n == len(frame.set)
}

// fail notes why a thread does not fit, and tells it where that is certain.
func (w *schemaWalk) fail(i int, reason string) {
	t := &w.threads[i]
	if !t.branch && !t.inside {
		w.tell(t.rule, reason)
	}
	if t.failed == "" {
		t.failed = reason
	}
}

// failValue is fail for a value in a thread's container.
func (w *schemaWalk) failValue(i int, rule *schemaRule, reason string) {
	if t := &w.threads[i]; t.branch || t.inside {
		if t.failed == "" {
			t.failed = rule.name + " " + reason
		}
		return
	}
	w.tell(rule, reason)
}

func (w *schemaWalk) tell(rule *schemaRule, reason string) {
	w.told++
	w.fault(w.name, rule.name, reason)
}

// result says why the object or array that ends does not fit a thread, or nothing.
func (w *schemaWalk) result(i int, frame *schemaFrame) string {
	t := &w.threads[i]
	if t.failed != "" && (t.branch || t.inside) {
		return t.failed
	}
	if t.failed == "" {
		if reason := t.rule.endMisfit(t.keys, frame); reason != "" {
			return reason
		}
	}
	if t.rule.plain() {
		return ""
	}
	at := i + 1
	return t.rule.chosen(func(*schemaRule) string {
		this := at
		at = w.threads[this].end
		return w.result(this, frame)
	})
}

// endMisfit says what is missing or too much in an object or array.
func (r *schemaRule) endMisfit(keys uint64, frame *schemaFrame) string {
	if !frame.array {
		if missing := r.required &^ keys; missing != 0 {
			for i := range r.members {
				if missing&(1<<i) != 0 {
					return fmt.Sprintf("%q is missing", r.members[i].name)
				}
			}
		}
		return ""
	}
	switch {
	case frame.elements < r.minItems:
		return fmt.Sprintf("has %s, expected at least %d", plural(frame.elements, "element", "elements"), r.minItems)
	case r.maxItems >= 0 && frame.elements > r.maxItems:
		return fmt.Sprintf("has %s, expected at most %d", plural(frame.elements, "element", "elements"), r.maxItems)
	case r.closedTuple && frame.elements > len(r.tuple):
		return fmt.Sprintf("has %s, expected at most %d", plural(frame.elements, "element", "elements"), len(r.tuple))
	case r.unique && frame.repeated:
		return "has an element twice"
	}
	return ""
}

// chosen says why no choice of a rule fits. Outcome tells of each branch, asked in
// the order of follow, why it does not fit.
func (r *schemaRule) chosen(outcome func(*schemaRule) string) (reason string) {
	for _, rule := range r.all {
		if why := outcome(rule); why != "" && reason == "" {
			reason = why
		}
	}
	if why := fitting(r.anyOf, len(r.anyOf), outcome); why != "" && reason == "" {
		reason = why
	}
	if why := fitting(r.oneOf, 1, outcome); why != "" && reason == "" {
		reason = why
	}
	if r.not != nil && outcome(r.not) == "" && reason == "" {
		reason = "has what excludes each other"
		if len(r.not.members) > 0 {
			reason = "has " + memberNames(r.not) + ", which exclude each other"
		}
	}
	if r.when != nil {
		fits := outcome(r.when) == ""
		for i, rule := range []*schemaRule{r.then, r.other} {
			if rule == nil {
				continue
			}
			if why := outcome(rule); why != "" && fits == (i == 0) && reason == "" {
				reason = why
			}
		}
	}
	return reason
}

func memberNames(r *schemaRule) string {
	var names []string
	for _, m := range r.members {
		names = append(names, strconv.Quote(m.name))
	}
	return strings.Join(names, " and ")
}

// fitting says why not one to most of the branches fit.
func fitting(branches []*schemaRule, most int, outcome func(*schemaRule) string) string {
	if len(branches) == 0 {
		return ""
	}
	fits := 0
	var reasons []string
	for _, branch := range branches {
		why := outcome(branch)
		if why == "" {
			fits++
		} else if !slices.Contains(reasons, why) {
			reasons = append(reasons, why)
		}
	}
	switch {
	case fits == 0:
		return strings.Join(reasons, ", or ")
	case fits > most:
		return "fits several forms that exclude each other"
	}
	return ""
}

// misfit says why a string, number, boolean or null does not fit the rule.
func (r *schemaRule) misfit(raw []byte) string {
	if reason := r.kindMisfit(raw[0]); reason != "" {
		return reason
	}
	reason := ""
	switch raw[0] {
	case '"':
		reason = r.textMisfit(raw)
	case 't', 'f', 'n':
	default:
		reason = r.numberMisfit(raw)
	}
	if reason == "" && r.constant != "" && r.constant != string(raw) {
		reason = "is another value than " + r.constant
	}
	if reason == "" && !r.plain() {
		reason = r.chosen(func(branch *schemaRule) string { return branch.misfit(raw) })
	}
	return reason
}

func (r *schemaRule) kindMisfit(kind byte) string {
	if r.never {
		return "is not allowed there"
	}
	if kind == '-' || '0' <= kind && kind <= '9' {
		kind = '0'
	}
	if r.kinds == 0 || r.kinds&kindBit(kind) != 0 {
		return ""
	}
	for _, want := range []byte{'{', '[', '"', '0', 't'} {
		if r.kinds == kindBit(want) {
			return "is " + jsonKindName(kind) + ", expected " + jsonKindName(want)
		}
	}
	return "is " + jsonKindName(kind)
}

// textMisfit says why a string does not fit.
func (r *schemaRule) textMisfit(raw []byte) string {
	if len(r.enum) == 0 && r.pattern == nil && r.minLength == 0 && r.maxLength < 0 && !r.licenceID {
		return ""
	}
	text := raw[1 : len(raw)-1]
	if bytes.IndexByte(text, '\\') >= 0 {
		plain, _ := unquoteJSON(raw)
		text = []byte(plain)
	}
	switch {
	case len(r.enum) > 0 && !slices.Contains(r.enum, string(text)):
		return fmt.Sprintf("%q is none of the words known there", short(string(text)))
	case r.licenceID && !isLicenceID(text):
		return fmt.Sprintf("%q is no id of the SPDX licence list", short(string(text)))
	case r.pattern != nil && !r.pattern(text):
		return fmt.Sprintf("%q has not the form expected there: %s", short(string(text)), r.patternText)
	case r.minLength > 0 && utf8.RuneCount(text) < r.minLength:
		return "is shorter than allowed"
	case r.maxLength >= 0 && utf8.RuneCount(text) > r.maxLength:
		return fmt.Sprintf("is longer than %d characters", r.maxLength)
	}
	return ""
}

// numberMisfit says why a number does not fit. A whole number may be written 1.0.
func (r *schemaRule) numberMisfit(raw []byte) string {
	n, err := strconv.ParseFloat(string(raw), 64)
	switch {
	case err != nil:
		return short(string(raw)) + " is a number out of range"
	case r.integer && n != float64(int64(n)):
		return short(string(raw)) + " is no whole number"
	case n < r.minimum || n > r.maximum:
		return fmt.Sprintf("%s is out of range", short(string(raw)))
	case len(r.enum) > 0 && !slices.Contains(r.enum, string(raw)):
		return short(string(raw)) + " is none of the values known there"
	}
	return ""
}

// isDateTime reports whether a text is a date and time as RFC 3339 has it.
func isDateTime(text []byte) bool {
	if len(text) < len("2006-01-02T15:04:05Z") || text[10] != 'T' && text[10] != 't' || bytes.IndexByte(text, ',') >= 0 {
		return false
	}
	upper := strings.ToUpper(string(text))
	if strings.Contains(upper, ":60") { // a leap second
		upper = strings.Replace(upper, ":60", ":59", 1)
	}
	_, err := time.Parse(time.RFC3339Nano, upper)
	return err == nil
}

package sbom

import (
	"bytes"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// misfit is why a value does not fit a rule. Its text is made only when it is told:
// most are of branches of a choice that were not taken.
type misfit struct {
	rule *schemaRule
	why  misfitWhy
	n    int    // what is counted, or the kind of the value
	said string // of a choice: why no branch fits
}

type misfitWhy uint8

const (
	fits misfitWhy = iota
	unknownKey
	missingKey
	notAllowed
	wrongKind
	wrongWord
	wrongLicence
	wrongForm
	tooShort
	tooLong
	outOfRange
	notWhole
	notConstant
	tooFew
	tooMany
	repeatedElement
	noChoice
	wrongKeys
)

// text explains a misfit. Raw is the key or value, nil when it is not at hand.
func (m *misfit) text(raw []byte) string {
	r, shown := m.rule, ""
	if raw != nil {
		shown = short(string(raw)) + " "
	}
	switch m.why {
	case unknownKey:
		return "has the key " + strconv.Quote(strings.TrimSpace(shown)) + ", which is not known there"
	case missingKey:
		return fmt.Sprintf("has no %q", r.members[m.n].name)
	case notAllowed:
		return "is not allowed there"
	case wrongKind:
		return "is " + jsonKindName(byte(m.n)) + r.expectedKind()
	case wrongWord:
		return shown + "is none of the words known there"
	case wrongLicence:
		return shown + "is no id of the SPDX licence list"
	case wrongForm:
		return shown + "has not the form expected there: " + r.patternText
	case tooShort:
		return shown + "is shorter than allowed"
	case tooLong:
		return fmt.Sprintf("is longer than %d characters", r.maxLength)
	case outOfRange:
		return shown + "is a number out of range"
	case notWhole:
		return shown + "is no whole number"
	case notConstant:
		return "is another value than " + r.constant
	case tooFew, tooMany:
		return "has " + plural(m.n, "element", "elements") + ", which is more or less than allowed"
	case repeatedElement:
		return "has an element twice"
	}
	return m.said
}

func (r *schemaRule) expectedKind() string {
	if bits.OnesCount8(r.kinds) != 1 {
		return ""
	}
	for _, kind := range []byte("{[\"0tn") {
		if r.kinds == kindBits[kind] {
			return ", expected " + jsonKindName(kind)
		}
	}
	return ""
}

// endMisfit says what is missing or too much in an object or array.
func (r *schemaRule) endMisfit(keys uint64, frame *schemaFrame) *misfit {
	switch {
	case !frame.array:
		if missing := r.required &^ keys; missing != 0 {
			return r.members[bits.TrailingZeros64(missing)].missing
		}
		if len(r.keys) > 0 || r.guard != nil {
			return r.keysMisfit(keys)
		}
	case frame.elements < r.minItems:
		return &misfit{rule: r, why: tooFew, n: frame.elements}
	case r.maxItems >= 0 && frame.elements > r.maxItems, r.closedTuple && frame.elements > len(r.tuple):
		return &misfit{rule: r, why: tooMany, n: frame.elements}
	case r.unique && frame.repeated:
		return &misfit{rule: r, why: repeatedElement}
	}
	return nil
}

// keysMisfit says which keys exclude each other, or of which one is missing.
func (r *schemaRule) keysMisfit(keys uint64) *misfit {
	for _, choice := range r.keys {
		n := 0
		for _, set := range choice.sets {
			if keys&set == set {
				n++
			}
		}
		if n < choice.least || n > choice.most {
			return &misfit{rule: r, why: wrongKeys, said: choice.said(r)}
		}
	}
	if g := r.guard; g != nil && keys&g.forbids != 0 && keys&guardOpen == 0 {
		return &misfit{rule: r, why: wrongKeys, said: "has " + r.namesOf(g.forbids) + ", which may not stand there"}
	}
	return nil
}

// said tells what is asked of the keys.
func (c *schemaKeys) said(r *schemaRule) string {
	var sets []string
	for _, set := range c.sets {
		sets = append(sets, r.namesOf(set))
	}
	switch text := strings.Join(sets, " or "); {
	case c.most == 0:
		return "may not have " + text
	case c.most == 1:
		return "must have one of " + text
	default:
		return "must have " + text
	}
}

func (r *schemaRule) namesOf(keys uint64) string {
	var names []string
	for i, m := range r.members {
		if keys&(1<<i) != 0 {
			names = append(names, strconv.Quote(m.name))
		}
	}
	return strings.Join(names, " and ")
}

// chosen says why no choice of a rule fits. Outcome tells of each branch, asked in
// the order of follow, why it does not fit. When lazy, not all need be asked.
func (r *schemaRule) chosen(lazy bool, outcome func(*schemaRule) *misfit) (first *misfit) {
	take := func(m *misfit) {
		if first == nil {
			first = m
		}
	}
	for _, rule := range r.all {
		take(outcome(rule))
	}
	take(r.fitting(r.anyOf, len(r.anyOf), lazy, outcome))
	take(r.fitting(r.oneOf, 1, false, outcome))
	if r.not != nil && outcome(r.not) == nil {
		take(&misfit{rule: r, why: noChoice, said: "has what excludes each other"})
	}
	if r.when != nil {
		holds := outcome(r.when) == nil
		for i, rule := range []*schemaRule{r.then, r.other} {
			if rule == nil {
				continue
			}
			if m := outcome(rule); holds == (i == 0) {
				take(m)
			}
		}
	}
	return first
}

// fitting says why not one to most of the branches fit.
func (r *schemaRule) fitting(branches []*schemaRule, most int, lazy bool, outcome func(*schemaRule) *misfit) *misfit {
	if len(branches) == 0 {
		return nil
	}
	var space [4]*misfit
	failed, n := space[:0], 0
	for _, branch := range branches {
		if m := outcome(branch); m != nil {
			failed = append(failed, m)
		} else if n++; lazy {
			return nil
		}
	}
	switch {
	case n == 0:
		var reasons []string
		for _, m := range failed {
			if reason := m.rule.name + " " + m.text(nil); !slices.Contains(reasons, reason) {
				reasons = append(reasons, reason)
			}
		}
		return &misfit{rule: r, why: noChoice, said: "fits none of the forms allowed: " + strings.Join(reasons, ", or ")}
	case n > most:
		return &misfit{rule: r, why: noChoice, said: "fits several forms that exclude each other"}
	}
	return nil
}

// scalarMisfit says why a string, number, boolean or null does not fit the rule.
func (r *schemaRule) scalarMisfit(raw []byte) *misfit {
	if m := r.kindMisfit(raw[0]); m != nil {
		return m
	}
	if why := r.valueMisfit(raw); why != fits {
		return &misfit{rule: r, why: why}
	}
	if r.plain {
		return nil
	}
	return r.chosen(true, func(branch *schemaRule) *misfit { return branch.scalarMisfit(raw) })
}

func (r *schemaRule) kindMisfit(kind byte) *misfit {
	switch {
	case r.never:
		return &misfit{rule: r, why: notAllowed}
	case r.kinds == 0 || r.kinds&kindBits[kind] != 0:
		return nil
	}
	if kindBits[kind] == kindBits['0'] {
		kind = '0'
	}
	return &misfit{rule: r, why: wrongKind, n: int(kind)}
}

func (r *schemaRule) valueMisfit(raw []byte) misfitWhy {
	if r.constant != "" && r.constant != string(raw) {
		return notConstant
	}
	switch raw[0] {
	case '"':
		return r.textMisfit(raw)
	case 't', 'f', 'n':
		return fits
	}
	return r.numberMisfit(raw)
}

// textMisfit says why a string does not fit.
func (r *schemaRule) textMisfit(raw []byte) misfitWhy {
	text := raw[1 : len(raw)-1]
	if bytes.IndexByte(text, '\\') >= 0 {
		plain, _ := unquoteJSON(raw)
		text = []byte(plain)
	}
	switch {
	case len(r.enum) > 0 && !r.lists(text):
		return wrongWord
	case r.licenceID && !isLicenceID(text):
		return wrongLicence
	case r.pattern != nil && !r.pattern(text):
		return wrongForm
	case len(text) < r.minLength || r.minLength > 1 && utf8.RuneCount(text) < r.minLength:
		return tooShort
	case r.maxLength >= 0 && len(text) > r.maxLength && utf8.RuneCount(text) > r.maxLength:
		return tooLong
	}
	return fits
}

// numberMisfit says why a number does not fit. A whole number may be written 1.0.
func (r *schemaRule) numberMisfit(raw []byte) misfitWhy {
	n, err := strconv.ParseFloat(string(raw), 64)
	switch {
	case err != nil || n < r.minimum || n > r.maximum:
		return outOfRange
	case r.integer && n != math.Trunc(n):
		return notWhole
	case len(r.enum) > 0 && !r.lists(raw):
		return wrongWord
	}
	return fits
}

// isDateTime reports whether a text is a date and time as RFC 3339 has it.
func isDateTime(text []byte) bool {
	if len(text) < len("2006-01-02T15:04:05Z") || text[10] != 'T' && text[10] != 't' || bytes.IndexByte(text, ',') >= 0 {
		return false
	}
	upper := strings.Replace(strings.ToUpper(string(text)), ":60", ":59", 1) // a leap second
	_, err := time.Parse(time.RFC3339Nano, upper)
	return err == nil
}

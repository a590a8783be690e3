package rules

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"
)

// Document writes the reference of all packs in Markdown, with titles, questions
// and clauses in English and Chinese, and the vocabulary of expressions.
func (l *Library) Document(w io.Writer) error {
	var b bytes.Buffer
	b.WriteString("# Rules / 规则\n\n")
	for _, p := range l.Packs {
		fmt.Fprintf(&b, "- [%s](#%s): %s, %d rules, %d gates\n", p.ID, p.ID, bilingual(p.Title), len(p.Rules), len(p.Gates))
	}
	b.WriteString("- [The vocabulary of expressions](#the-vocabulary-of-expressions)\n")
	for _, p := range l.Packs {
		documentPack(&b, p)
	}
	documentVocabulary(&b, l)
	_, err := w.Write(b.Bytes())
	return err
}

func bilingual(t Text) string {
	if t.ZH == "" {
		return t.EN
	}
	return t.EN + " / " + t.ZH
}

func documentPack(b *bytes.Buffer, p *Pack) {
	fmt.Fprintf(b, "\n<a id=%q></a>\n\n## %s: %s\n\n", p.ID, p.ID, bilingual(p.Title))
	s := sheet{b}
	if p.Preview {
		s.line("preview", "not law: a proposal")
	}
	s.line("instrument", p.Instrument.Name, p.Instrument.Order, p.Instrument.URL)
	s.line("in force", span(p.Instrument.InForce))
	s.line("jurisdiction", p.Jurisdiction)
	s.line("source", p.Instrument.Source, string(p.Instrument.Date))
	for _, t := range p.Topics {
		s.line("topic", fmt.Sprintf("%s (%s, %s): %s", t.ID, t.Factor, t.weights(), bilingual(t.Title)))
	}
	for i := range p.Rules {
		b.WriteByte('\n')
		showRule(b, p, &p.Rules[i], "### ")
	}
	for i := range p.Gates {
		b.WriteByte('\n')
		showGate(b, p, &p.Gates[i], "### ")
	}
}

// function is one that expressions can call, for people.
type function struct{ name, call, title string }

// functionDocs describes functions().
func functionDocs() []function {
	return []function{
		{"words", "words(text, phrase) bool", "the words of the phrase stand in the text, side by side and in that order, whatever the case and width"},
		{"lower", "lower(text) string", "in lower case"},
		{"host", "host(address) string", "the host name of a URL or of user@host:path, in lower case; empty when there is none"},
		{"public_host", "public_host(address) bool", "the address is one on the public network"},
		{"percent", "percent(part, whole) double", "100 x part / whole; an error, which makes the rule unknown, when whole is 0"},
		{"days_since", "days_since(date) int", "whole days from the date until as_of, 0 when it is later, -1 when it is no date"},
	}
}

// variableTitles describes variables().
func variableTitles() map[string]string {
	return map[string]string{
		"product": "the product as its input describes it", "bom": "the bill of materials as a document",
		varSupplier: "the supplier that the maker was resolved to; empty when nobody", varConfidence: "how sure that match is, in [0,1]",
		"possible": "suppliers that it may be, too weak to act on", "components": "counts over all components",
		varPatterns: "how many components each named pattern picked: patterns.bmc", "services": "the network services",
		"vulnerabilities": "what is stated of weaknesses", "hits": "entries of authorities' lists about the supplier or makers of parts",
		"comparisons": "what is declared set against what was observed", "makers": "makers of components",
		"operator": "the buyer, from the context", "profile": "the point of view", "as_of": "the day for which law is read",
		varComponent: "the component asked about", "service": "the service asked about", "vulnerability": "the weakness asked about",
		"hit": "the list entry asked about", eachComparison: "the comparison asked about",
		"support": "until when the product, its system and parts are supported, as the offline data knows", eachCommitment: "the undertaking that the context records", eachCertificate: "the certificate that the context records, with its state on the day",
	}
}

func documentVocabulary(b *bytes.Buffer, l *Library) {
	b.WriteString("\n## The vocabulary of expressions\n\nThe conditions of rules (`applies`, `when`, `clear`, `compared`, `recorded`) are expressions of the\n" +
		"[Common Expression Language](https://github.com/google/cel-spec), type-checked when rules are loaded.\n\n| variable | type | what it is | only with |\n|---|---|---|---|\n")
	types := &typeList{seen: map[reflect.Type]bool{}}
	titles := variableTitles()
	for _, v := range variables() {
		only := ""
		if v.each != "" {
			only = "`each: " + v.each + "`"
			if v.each == eachCommitment || v.each == eachCertificate {
				only = "`recorded: {of: " + v.each + "}`"
			}
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", v.name, types.name(v.typ), titles[v.name], only)
	}
	b.WriteString("\n| function | what it gives |\n|---|---|\n")
	for _, f := range functionDocs() {
		fmt.Fprintf(b, "| `%s` | %s |\n", f.call, f.title)
	}
	b.WriteString("\n### Fields\n")
	for i := 0; i < len(types.structs); i++ { // which grows while fields name further types
		types.fields(b, types.structs[i])
	}
	b.WriteString("\n### Needs\n\nWhile one of its needs is unmet, a rule gives unknown.\n\n| need | what must be there |\n|---|---|\n")
	for _, n := range Needs() {
		fmt.Fprintf(b, "| `%s` | %s |\n", n.Name, n.Title)
	}
	fmt.Fprintf(b, "| `%s<id>` | a component that the pattern picks |\n\n### Patterns\n\n| pattern | what it picks |\n|---|---|\n", needPattern)
	for _, p := range l.Patterns {
		fmt.Fprintf(b, "| `%s` | %s |\n", p.ID, bilingual(p.Title))
	}
}

// typeList names types and gathers the structs met.
type typeList struct {
	structs []reflect.Type
	seen    map[reflect.Type]bool
}

func (l *typeList) name(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "timestamp"
	case t.Kind() == reflect.Int64:
		return "int"
	case t.Kind() == reflect.Pointer:
		return l.name(t.Elem())
	case t.Kind() == reflect.Slice:
		return "list of " + l.name(t.Elem())
	case t.Kind() == reflect.Map:
		return "map of " + l.name(t.Key()) + " to " + l.name(t.Elem())
	case t.Kind() == reflect.Struct:
		if !l.seen[t] {
			l.seen[t] = true
			l.structs = append(l.structs, t)
		}
		return t.Name()
	}
	return celType(t).String()
}

func (l *typeList) fields(b *bytes.Buffer, t reflect.Type) {
	fmt.Fprintf(b, "\n%s: ", t.Name())
	var out []string
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" && !f.Anonymous {
			out = append(out, fmt.Sprintf("`%s` %s", name, l.name(f.Type)))
		}
	}
	b.WriteString(strings.Join(out, ", ") + "\n")
}

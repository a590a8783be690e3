package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// answers are the items of evidence that replies to the rule's question give.
// They hold whatever the documents lack.
func (e *evaluation) answers(r *CompiledRule) []netvet.Evidence {
	var out []netvet.Evidence
	for i := range e.a.Circumstances.Answers {
		a := &e.a.Circumstances.Answers[i]
		if !slices.ContainsFunc(a.Rules, func(id string) bool { return meansRule(id, r) }) {
			continue
		}
		out = append(out, netvet.Evidence{Rule: r.ID, Subject: e.product(), Adverse: !a.Clean, Count: 1, Text: answerText(a), Input: a.Document,
			Source: firstOf(a.By, "answer"), Observed: a.Date.Start(), Reliability: reliabilityOf(a.Reliability), Match: 1, Relevance: 1})
	}
	return out
}

// meansRule reports whether an id of an answer means the rule: its full id, that
// of the question it takes from another pack, its id in its pack, or the
// beginning of any before a star.
func meansRule(id string, r *CompiledRule) bool {
	if stem, ok := strings.CutSuffix(id, "*"); ok {
		return strings.HasPrefix(r.ID, stem) || strings.HasPrefix(r.question(), stem) || strings.HasPrefix(r.Rule.ID, stem)
	}
	return id == r.ID || id == r.question() || id == r.Rule.ID
}

func answerText(a *netvet.Answer) string {
	text := fmt.Sprintf("answer: %s", firstOf(a.Answer, map[bool]string{true: "clean", false: "adverse"}[a.Clean]))
	if a.By != "" {
		text += " (" + a.By + ")"
	}
	return text
}

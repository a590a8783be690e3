package report

import (
	"bytes"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// riskWriter writes risks as lines of JSON. Those of products judged together differ
// in their ids alone: what they share is worked out once.
type riskWriter struct {
	known map[sharedRisk][]byte
	line  []byte
}

// sharedRisk is a risk but for what is its own.
type sharedRisk struct {
	factor                         netvet.Factor
	description, category          string
	likelihood, impact, exposure   float64
	response, responseText, status string
}

// The shared part of a line lies between these.
const (
	sharedFrom = `,"factor":`
	sharedTo   = `,"findings":`
)

// write writes a risk without its priority.
func (w *riskWriter) write(n *NDJSON, k *netvet.Risk) error {
	key := sharedRisk{k.Factor, k.Description, k.Category, k.Likelihood, k.Impact, k.Exposure, k.Response, k.ResponseDescription, k.Status}
	unusual := k.ResponseCost != nil || k.Owner != nil || k.Findings == nil || !plain(k.ID) || !plain(k.Product) ||
		slices.ContainsFunc(k.Findings, func(id string) bool { return !plain(id) })
	shared, known := w.known[key]
	if unusual || !known {
		own := *k
		own.Priority = nil
		if err := n.line(riskLine{"risk", &own}); err != nil || unusual {
			return err
		}
		w.learn(key, EscapeInvisible(n.buf.Bytes()))
		return nil
	}
	w.line = append(append(append(w.line[:0], `{"type":"risk","id":"`...), k.ID...), `","priority":null,"product":"`...)
	w.line = append(append(append(w.line, k.Product...), '"'), shared...)
	w.line = append(append(w.line, sharedTo...), '[')
	for i, id := range k.Findings {
		if i > 0 {
			w.line = append(w.line, ',')
		}
		w.line = append(append(append(w.line, '"'), id...), '"')
	}
	_, err := n.w.Write(append(w.line, "]}\n"...))
	return err
}

// learn remembers what a line shares with others. In a text of it the marks would have
// their quotation marks escaped.
func (w *riskWriter) learn(key sharedRisk, line []byte) {
	if w.known == nil || len(w.known) >= maxShared {
		w.known = map[sharedRisk][]byte{}
	}
	if from, to := bytes.Index(line, []byte(sharedFrom)), bytes.LastIndex(line, []byte(sharedTo)); 0 < from && from < to {
		w.known[key] = bytes.Clone(line[from:to])
	}
}

// plain reports whether a text is written in JSON as it is.
func plain(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) < 0
}

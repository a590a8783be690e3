package sbom

import (
	"strconv"
	"strings"

	"github.com/netvet/netvet"
)

// What a register says is concluded from inputs and never taken from them: a
// document that brings verdicts, scores or acceptances of ours along was made to be
// believed. They are reported and not read.

const (
	ourResult        = "netvet"
	inputsSetNothing = "inputs cannot set verdicts, scores or acceptances"
)

// isOurs tells the name of a property that is ours to give: "netvet:verdict".
func isOurs(name string) bool {
	space, _, found := strings.Cut(strings.TrimSpace(name), ":")
	return found && strings.EqualFold(space, ourResult)
}

// isResult tells a column of what a register concludes, unless somebody chose to
// read it as something else.
func (c columns) isResult(i int) bool {
	return c.fields[i] == fieldNone && (c.meanings[i].result || isOurs(c.headers[i]))
}

// resultGap reports the columns of results in the header at a place, if any.
func (c columns) resultGap(record string, emit func(Record) error) error {
	var names []string
	for i, header := range c.headers {
		if c.isResult(i) {
			names = appendName(names, strconv.Quote(short(header)))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return emit(Gap{netvet.Gap{Record: record, Reason: "not read: " + strings.Join(names, ", ") + ": " + inputsSetNothing}})
}

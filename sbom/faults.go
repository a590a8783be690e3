package sbom

import (
	"fmt"
	"strings"

	"github.com/netvet/netvet"
)

// faults yields what a reader finds wrong with its input as gaps. Of each kind
// of fault the first few are told one by one and the rest are counted, so that a
// document with a million equal faults does not become a million gaps.
type faults struct {
	emit  func(Record) error
	kinds []string
	seen  map[string]int
	err   error // of emit, for the reader to look at
}

func newFaults(emit func(Record) error) *faults {
	return &faults{emit: emit, seen: make(map[string]int)}
}

// add reports a fault of a kind at a place in the input.
func (f *faults) add(kind, record, reason string) {
	if f.seen[kind] == 0 {
		f.kinds = append(f.kinds, kind)
	}
	if f.seen[kind]++; f.seen[kind] <= maxGapsOfAKind {
		f.gap(record, reason)
	}
}

// finish reports how many faults of each kind were not told one by one.
func (f *faults) finish() error {
	for _, kind := range f.kinds {
		if more := f.seen[kind] - maxGapsOfAKind; more > 0 {
			f.gap("", fmt.Sprintf("%d more of the same kind: %s", more, kind))
		}
	}
	return f.err
}

func (f *faults) gap(record, reason string) {
	if err := f.emit(Gap{netvet.Gap{Record: record, Reason: reason}}); err != nil && f.err == nil {
		f.err = err
	}
}

const shownValue = 48 // bytes of a value that an error or a gap shows

// short cuts a value to what an error or a gap shows of it.
func short(text string) string {
	if len(text) <= shownValue {
		return text
	}
	return strings.ToValidUTF8(text[:shownValue], "") + "..."
}

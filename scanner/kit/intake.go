package kit

import (
	"cmp"
	"slices"
	"strings"
)

// Intake takes the records of one source into the store, and the count.
type Intake struct {
	w       *writing
	done    ManifestSource
	skipped map[string]*Skipped
	tell    func(records int)
	fault   error // of the store: it stops the build

	resolve  func(name, cpe string) string
	resolved map[makerName]bool // makers that were asked for
}

// maxExamples is how many places are kept of what was skipped for one reason.
const maxExamples = 5

// Put stores a value. Buckets are made as they are needed. A later value
// replaces an earlier one of the same key.
func (in *Intake) Put(bucket string, key, value []byte) {
	if in.fault == nil {
		in.fault = in.w.put(bucket, key, value)
	}
}

// Get returns what was put before, nil when nothing was. It is valid until the
// next Put.
func (in *Intake) Get(bucket string, key []byte) []byte {
	if in.fault != nil {
		return nil
	}
	return in.w.get(bucket, key)
}

// Record counts a record that was taken, by its date (RFC 3339 or a day, empty
// when it has none) and the parts of the source that it belongs to.
func (in *Intake) Record(date string, parts ...string) {
	in.done.Records++
	in.done.Newest = max(in.done.Newest, date)
	for _, name := range parts {
		if in.done.Parts == nil {
			in.done.Parts = map[string]ManifestPart{}
		}
		p := in.done.Parts[name]
		in.done.Parts[name] = ManifestPart{p.Records + 1, max(p.Newest, date)}
	}
	if in.tell != nil {
		in.tell(in.done.Records)
	}
}

// Skip counts a record, or a part of one, that was not taken. The reason is one
// of a few fixed texts; where says which record, for a person who looks for it.
func (in *Intake) Skip(reason, where string) {
	s := in.skipped[reason]
	if s == nil {
		s = &Skipped{Reason: reason}
		in.skipped[reason] = s
	}
	s.Count++
	if len(s.Examples) < maxExamples {
		s.Examples = append(s.Examples, strings.ToValidUTF8(where, "?"))
	}
}

func (in *Intake) summary() ManifestSource {
	m := in.done
	m.Skipped = []Skipped{}
	for _, s := range in.skipped {
		m.Skipped = append(m.Skipped, *s)
	}
	slices.SortFunc(m.Skipped, func(a, b Skipped) int { return cmp.Compare(a.Reason, b.Reason) })
	return m
}

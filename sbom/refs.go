package sbom

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"
)

// maxRefText bounds what refTable keeps to name references by: beyond it they
// are still counted.
const maxRefText = 32 << 20

// refTable knows which references a document declares and which it mentions. It
// holds a hash and a number for each, so that a document with a million
// components fits, and their text and subject as long as those are small.
type refTable struct {
	seed     maphash.Seed
	ids      map[uint64]int32
	entries  []refEntry
	size     int
	repeated []int32 // declared more than once, in document order
}

type refEntry struct {
	ref, name, version string
	declared           bool
}

func newRefTable() *refTable {
	return &refTable{seed: maphash.MakeSeed(), ids: make(map[uint64]int32)}
}

// mention returns the number of a reference.
func (t *refTable) mention(ref string) int32 {
	hash := maphash.String(t.seed, ref)
	id, ok := t.ids[hash]
	if !ok {
		id = int32(len(t.entries))
		t.ids[hash] = id
		t.entries = append(t.entries, refEntry{})
		if t.size < maxRefText {
			t.size += len(ref)
			t.entries[id].ref = strings.Clone(ref)
		}
	}
	return id
}

// declare says what a reference stands for.
func (t *refTable) declare(ref, name, version string) int32 {
	id := t.mention(ref)
	e := &t.entries[id]
	if e.declared {
		t.repeated = append(t.repeated, id)
		return id
	}
	e.declared = true
	if t.size < maxRefText {
		t.size += len(name) + len(version)
		e.name, e.version = name, version
	}
	return id
}

// lookup returns what a declared reference stands for.
func (t *refTable) lookup(ref string) (refEntry, bool) {
	id, ok := t.ids[maphash.String(t.seed, ref)]
	if !ok {
		return refEntry{}, false
	}
	return t.entries[id], t.entries[id].declared
}

// name returns the text of a reference for people.
func (t *refTable) name(id int32) string {
	if ref := t.entries[id].ref; ref != "" {
		return ref
	}
	return "(not kept)"
}

// reportRefs reports references that clash or lead nowhere. Elsewhere tells those
// that name something in another document.
func reportRefs(f *faults, t *refTable, word string, elsewhere func(ref string) bool) {
	if len(t.repeated) > 0 {
		clashing := slices.Compact(slices.Sorted(slices.Values(t.repeated)))
		f.gap("", fmt.Sprintf("%s declared more than once: %s; all are kept, and the first counts where one is named",
			plural(len(clashing), word+" is", word+"s are"), t.names(clashing)))
	}
	var dangling []int32
	for id, e := range t.entries {
		if !e.declared && !elsewhere(e.ref) {
			dangling = append(dangling, int32(id))
		}
	}
	if n := len(dangling); n > 0 {
		f.gap("", fmt.Sprintf("%s nothing in the document: %s", plural(n, "reference names", "references name"), t.names(dangling)))
	}
}

// reportCycle reports one circle of dependencies.
func reportCycle(f *faults, t *refTable, edges [][2]int32, pointer string) {
	if cycle := findCycle(len(t.entries), edges); len(cycle) > 0 {
		f.gap(pointer, "dependencies go in a circle: "+t.names(cycle))
	}
}

// names shows the first few references.
func (t *refTable) names(ids []int32) string {
	const shown = 5
	var names []string
	for _, id := range ids[:min(len(ids), shown)] {
		names = append(names, strconv.Quote(t.name(id)))
	}
	text := strings.Join(names, ", ")
	if len(ids) > shown {
		text += fmt.Sprintf(" and %d more", len(ids)-shown)
	}
	return text
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

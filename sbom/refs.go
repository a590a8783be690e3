package sbom

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"
)

// maxRefText bounds what refTable keeps to name references by, in bytes: beyond it
// they are still told apart and counted, but not named.
const maxRefText = 16 << 20

// refTable knows which references a document declares and which it mentions. It
// holds a hash and a number for each, so that a document with a million components
// fits, and their text and subject as long as those are small.
type refTable struct {
	seed     maphash.Seed
	ids      map[uint64]int32
	declared []bool    // by number
	texts    []refText // by number, for the first references
	size     int       // of texts, in bytes
	repeated []int32   // declared more than once, in document order
}

// refText is a reference and what it stands for.
type refText struct{ ref, name, version string }

func newRefTable() *refTable {
	return &refTable{seed: maphash.MakeSeed(), ids: make(map[uint64]int32)}
}

// mention returns the number of a reference; -1 when there are too many to tell
// apart.
func (t *refTable) mention(ref []byte) int32 {
	hash := maphash.Bytes(t.seed, ref)
	if id, ok := t.ids[hash]; ok {
		return id
	}
	return t.add(hash, refText{ref: string(ref)})
}

// declare says what a reference stands for, and returns its number as mention does.
func (t *refTable) declare(ref, name, version string) int32 {
	hash := maphash.String(t.seed, ref)
	text := refText{ref, name, version}
	id, ok := t.ids[hash]
	switch {
	case !ok:
		if id = t.add(hash, text); id < 0 {
			return id
		}
	case t.declared[id]:
		t.repeated = append(t.repeated, id)
	case int(id) < len(t.texts):
		t.size += len(name) + len(version)
		t.texts[id] = text
	}
	t.declared[id] = true
	return id
}

func (t *refTable) add(hash uint64, text refText) int32 {
	if len(t.declared) >= maxRefs {
		return -1
	}
	id := int32(len(t.declared))
	t.ids[hash] = id
	t.declared = append(t.declared, false)
	if t.size < maxRefText && len(t.texts) == int(id) {
		t.size += len(text.ref) + len(text.name) + len(text.version)
		t.texts = append(t.texts, text)
	}
	return id
}

// lookup returns what a declared reference stands for.
func (t *refTable) lookup(ref string) (refText, bool) {
	id, ok := t.ids[maphash.String(t.seed, ref)]
	if !ok || !t.declared[id] {
		return refText{}, false
	}
	return t.text(id), true
}

func (t *refTable) text(id int32) refText {
	if int(id) < len(t.texts) {
		return t.texts[id]
	}
	return refText{}
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
	for id, declared := range t.declared {
		if !declared && !elsewhere(t.text(int32(id)).ref) {
			dangling = append(dangling, int32(id))
		}
	}
	if n := len(dangling); n > 0 {
		f.gap("", fmt.Sprintf("%s nothing in the document: %s", plural(n, "reference names", "references name"), t.names(dangling)))
	}
}

// reportCycle reports one circle of dependencies.
func reportCycle(f *faults, t *refTable, g *graph, pointer string) {
	if g.more > 0 {
		f.gap(pointer, fmt.Sprintf("%d dependencies beyond the first %d were not searched for circles", g.more, len(g.edges)))
	}
	if cycle := findCycle(len(t.declared), g.edges); len(cycle) > 0 {
		f.gap(pointer, "dependencies go in a circle: "+t.names(cycle))
	}
}

// names shows the first few references.
func (t *refTable) names(ids []int32) string {
	const shown = 5
	var names []string
	for _, id := range ids[:min(len(ids), shown)] {
		if ref := t.text(id).ref; ref != "" {
			names = append(names, strconv.Quote(short(ref)))
		}
	}
	text := strings.Join(names, ", ")
	if more := len(ids) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

package sbom

import (
	"hash/maphash"
	"slices"
)

// schemaWalk follows a walk over a JSON document and compares it with a schema. It
// is told of every key and value once, in document order.
//
// Mostly one rule says what is expected of an open object or array. Where there is a
// choice, its branches are followed side by side, each by a thread, until the value
// ends.
type schemaWalk struct {
	name    string // of the schema
	fault   func(schema, kind, reason string)
	frames  []schemaFrame
	threads []schemaThread
	hashes  []uint64 // of the elements of the open arrays whose elements must differ
	summing int      // how many such elements are open
	told    int      // faults
	seed    maphash.Seed
}

// schemaFrame is an object or array that is open.
type schemaFrame struct {
	schemaPart
	first    int // of its threads, -1 when the one rule decides
	elements int
	hashes   int  // where those of its elements begin
	array    bool // else an object
	unique   bool // the elements must differ
	repeated bool
	summing  bool   // an element that must differ is open
	sum      uint64 // of its tokens
}

// schemaPart compares an open object or array with one rule.
type schemaPart struct {
	rule *schemaRule // nil: anything
	next *schemaRule // of the key read last
	keys uint64      // seen, by place in the rule's members
}

// schemaThread is a part of which others may take the place.
type schemaThread struct {
	schemaPart
	parent int     // thread of the container around, -1 when its rule decides
	end    int     // behind the threads of its branches
	branch bool    // of a choice: its faults decide, and are not told
	inside bool    // below a branch
	failed *misfit // why it does not fit
}

func newSchemaWalk(name string, root *schemaRule, fault func(schema, kind, reason string)) *schemaWalk {
	w := &schemaWalk{name: name, fault: fault, seed: maphash.MakeSeed()}
	w.frames = append(w.frames, schemaFrame{schemaPart: schemaPart{rule: newSchemaRule(""), next: root}, first: -1})
	return w
}

// key is told of a key of the open object.
func (w *schemaWalk) key(key []byte, hash uint64) {
	w.add('k', key)
	frame := &w.frames[len(w.frames)-1]
	if frame.first < 0 {
		if frame.rule != nil && !frame.key(key, hash) {
			w.tell(frame.rule.unknown, key)
		}
		return
	}
	for i := frame.first; i < len(w.threads); i++ {
		if t := &w.threads[i]; !t.key(key, hash) {
			w.fail(i, t.rule.unknown, key)
		}
	}
}

// key notes a key, and reports whether it may stand there.
func (p *schemaPart) key(key []byte, hash uint64) bool {
	place := p.rule.member(key, hash)
	if place < 0 {
		p.next = nil
		return !p.rule.closed
	}
	p.next = p.rule.members[place].rule
	p.keys |= 1 << place
	return true
}

// expected returns what a part expects of the value that comes next.
func (f *schemaFrame) expected(p *schemaPart) *schemaRule {
	switch {
	case !f.array:
		return p.next
	case len(p.rule.tuple) > f.elements:
		return p.rule.tuple[f.elements]
	}
	return p.rule.items
}

// scalar is told of a string, number, boolean or null.
func (w *schemaWalk) scalar(raw []byte) {
	w.add('s', raw)
	frame := &w.frames[len(w.frames)-1]
	switch {
	case frame.first >= 0:
		for i := frame.first; i < len(w.threads); i++ {
			if m := frame.expected(&w.threads[i].schemaPart).scalar(raw); m != nil {
				w.fail(i, m, raw)
			}
		}
	case frame.rule != nil:
		if m := frame.expected(&frame.schemaPart).scalar(raw); m != nil {
			w.tell(m, raw)
		}
		if g := frame.rule.guard; g != nil && frame.next == g.member && string(raw) != g.constant {
			frame.keys |= guardOpen
		}
	}
	if frame.array {
		sum := uint64(0)
		if frame.unique {
			sum = maphash.Bytes(w.seed, raw)
		}
		w.element(frame, sum)
	}
}

// add adds a token to the sums of the elements that it belongs to.
func (w *schemaWalk) add(kind byte, token []byte) {
	if w.summing == 0 {
		return
	}
	hash := maphash.Bytes(w.seed, token)
	for i := range w.frames {
		if f := &w.frames[i]; f.summing {
			f.sum = mixKey(mixKey(f.sum, uint64(kind)), hash)
		}
	}
}

// scalar says why a string, number, boolean or null does not fit a rule, if there is
// one.
func (r *schemaRule) scalar(raw []byte) *misfit {
	if r == nil || r.free&kindBits[raw[0]] != 0 {
		return nil
	}
	return r.scalarMisfit(raw)
}

// open is told of the begin of an object or array.
func (w *schemaWalk) open(kind byte) {
	outer := &w.frames[len(w.frames)-1]
	if outer.array && outer.unique && outer.elements < comparedElements {
		outer.summing, outer.sum = true, 0
		w.summing++
	}
	w.add(kind, nil)
	frame := schemaFrame{first: -1, array: kind == '[', hashes: len(w.hashes)}
	if outer.first >= 0 {
		first, end := outer.first, len(w.threads)
		frame.first = end
		for i := first; i < end; i++ {
			if rule := outer.expected(&w.threads[i].schemaPart); rule != nil {
				frame.unique = frame.unique || rule.unique && frame.array
				w.follow(rule, kind, i, false, w.threads[i].branch || w.threads[i].inside)
			}
		}
	} else if outer.rule != nil {
		rule := outer.expected(&outer.schemaPart)
		if rule != nil && rule.plain {
			if m := rule.kindMisfit(kind); m != nil {
				w.tell(m, nil)
				rule = nil
			} else {
				frame.rule, frame.unique = rule, rule.unique && frame.array
			}
		} else if rule != nil {
			frame.first, frame.unique = len(w.threads), rule.unique && frame.array
			w.follow(rule, kind, -1, false, false)
		}
	}
	w.frames = append(w.frames, frame)
}

// follow begins a thread and those of its branches.
func (w *schemaWalk) follow(rule *schemaRule, kind byte, parent int, branch, inside bool) {
	i := len(w.threads)
	w.threads = append(w.threads, schemaThread{schemaPart: schemaPart{rule: rule}, parent: parent, branch: branch, inside: inside})
	if m := rule.kindMisfit(kind); m != nil {
		w.fail(i, m, nil)
	}
	if !rule.plain {
		for _, r := range rule.branches {
			w.follow(r, kind, parent, true, inside)
		}
	}
	w.threads[i].end = len(w.threads)
}

// close is told of the end of the open object or array.
func (w *schemaWalk) close() {
	frame := &w.frames[len(w.frames)-1]
	if frame.first >= 0 {
		w.closeThreads(frame)
	} else if frame.rule != nil {
		if m := frame.rule.endMisfit(frame.keys, frame); m != nil {
			w.tell(m, nil)
		}
	}
	w.hashes = w.hashes[:frame.hashes]
	w.frames = w.frames[:len(w.frames)-1]
	w.add('}', nil)
	outer := &w.frames[len(w.frames)-1]
	if outer.summing {
		outer.summing = false
		w.summing--
	}
	if outer.array {
		w.element(outer, outer.sum)
	}
}

func (w *schemaWalk) closeThreads(frame *schemaFrame) {
	for i := frame.first; i < len(w.threads); i = w.threads[i].end {
		m := w.result(i, frame)
		if t := &w.threads[i]; m != nil && t.inside {
			w.fail(t.parent, m, nil)
		} else if m != nil && t.failed == nil {
			w.tell(m, nil)
		}
	}
	w.threads = w.threads[:frame.first]
}

// comparedElements is how many elements of a list are compared with each other. In
// longer lists, equal elements with a reference are found by that.
const comparedElements = 64

// element counts an element of an array, whose tokens have a sum where elements must
// differ.
func (w *schemaWalk) element(frame *schemaFrame, hash uint64) {
	frame.elements++
	if !frame.unique || frame.elements > comparedElements {
		return
	}
	frame.repeated = frame.repeated || slices.Contains(w.hashes[frame.hashes:], hash)
	w.hashes = append(w.hashes, hash)
}

// fail notes why a thread does not fit, or tells it where that is certain. Raw is the
// key or value at hand, if that is it.
func (w *schemaWalk) fail(i int, m *misfit, raw []byte) {
	t := &w.threads[i]
	if !t.branch && !t.inside {
		w.tell(m, raw)
	}
	if t.failed == nil && (t.branch || t.inside || m.rule == t.rule) {
		t.failed = m
	}
}

func (w *schemaWalk) tell(m *misfit, raw []byte) {
	w.told++
	w.fault(w.name, m.rule.name, m.text(raw))
}

// result says why the object or array that ends does not fit a thread.
func (w *schemaWalk) result(i int, frame *schemaFrame) *misfit {
	t := &w.threads[i]
	if t.failed != nil {
		return t.failed
	}
	if m := t.rule.endMisfit(t.keys, frame); m != nil || t.rule.plain {
		return m
	}
	at := i + 1
	return t.rule.chosen(false, func(*schemaRule) *misfit {
		this := at
		at = w.threads[this].end
		return w.result(this, frame)
	})
}

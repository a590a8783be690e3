package sbom

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"path"
	"slices"
	"strings"
)

// Archives are read as streams: nothing in them is ever written to disk. Their
// entries become inputs of their own, named "a.zip!b.json".
//
// An input may be opened any number of times, as tables are, which are read twice.
// Entries of a file on disk are found in their place again, at no cost in memory.
// Archives that have no such place, because they are compressed as a whole, inside
// others or from standard input, are held as long as there is memory, and unpacked
// again when they were given up. A compressed tar that is too long to be held is
// read in one direction, once more for every pass.

// entryMark stands between the name of an archive and that of its entry.
const entryMark = "!"

// archiveError says that what was opened is an archive of inputs and none itself.
type archiveError struct {
	kind   string // "zip", "tar"
	packed bool   // it is compressed as a whole
}

func (e *archiveError) Error() string {
	return fmt.Sprintf("this is a %s archive, which holds inputs and is none itself", e.kind)
}

// member is a file that may be an archive: on disk, in memory, or in an archive.
type member struct {
	name  string
	file  string // on disk, that holds it
	size  int64
	open  func() (io.ReadCloser, error)
	span  *span // where it lies as it is; nil if it has to be unpacked
	named bool  // by the user, rather than found
	depth int   // archives around it
	top   *allowance
	room  *room // of what it unpacks to when it is compressed; nil outside archives
}

func (m *member) input() Input {
	return Input{Name: m.name, Size: m.size, Open: m.open, File: m.file, room: m.room}
}

// listing is what an archive says it holds.
type listing struct {
	top     *allowance // for its entries
	entries []entry
	notes   []string // on the archive as a whole
}

// entry is what an archive holds under a name, unless it is a folder.
type entry struct {
	name    string
	size    int64
	span    *span // where it lies as it is; nil if it is compressed
	open    func() (io.ReadCloser, error)
	refused string // why it is not read
}

// entriesError says that an archive has too many entries.
type entriesError struct{ limit int }

func (e *entriesError) Error() string {
	return fmt.Sprintf("the archive has more than %d entries: raise --max-archive-entries to read it", e.limit)
}

func (l *listing) add(e entry) error {
	if l.top.entries--; l.top.entries < 0 {
		return &entriesError{l.top.opt.MaxArchiveEntries}
	}
	if len(e.name) > maxEntryName {
		e.name, e.refused = strings.Clone(short(e.name)), fmt.Sprintf("its name is longer than %d bytes", maxEntryName)
	}
	l.entries = append(l.entries, e)
	return nil
}

// take adds what a file is: an input, or the inputs in an archive. It says whether
// it is either.
func (w *walker) take(m member) bool {
	err := w.look(m)
	var archive *archiveError
	switch {
	case errors.As(err, &archive):
		w.expand(m, archive)
	case !m.named && (errors.Is(err, errUnknownFormat) || errors.Is(err, errEmpty)):
		w.entryGap(m.top, "of no format that is read", m.name, err.Error())
		return false
	default:
		// Read will say what is wrong with it.
		w.inputs = append(w.inputs, m.input())
	}
	return true
}

// look tells whether a file is an archive or of a known format.
func (w *walker) look(m member) error {
	file, err := m.open()
	if err != nil {
		return err
	}
	defer file.Close()
	_, _, err = openStream(m.name, file, w.opt, m.room)
	return err
}

// expand adds the inputs in an archive.
func (w *walker) expand(m member, archive *archiveError) {
	if m.depth == w.opt.MaxArchiveDepth {
		w.entryGap(m.top, "too deep", m.name, fmt.Sprintf("more than %d archives inside each other: unpack it first, or raise --max-archive-depth", w.opt.MaxArchiveDepth))
		return
	}
	outermost := m.top == nil
	if outermost {
		m.top = newAllowance(w.opt)
	}
	l, err := w.listArchive(&m, archive)
	var many *entriesError
	switch {
	case errors.As(err, &many):
		w.broken(m, err)
	case err == nil && programKind(l.entries) != "":
		w.program(m, programKind(l.entries))
	case err == nil && len(l.entries) == 0:
		w.gap(m.name, "skipped: the archive is empty")
	default:
		w.listed(m, l, err)
	}
	if outermost {
		w.moreGaps(m)
	}
}

// listed adds what an archive holds. One that cannot be listed to its end is an
// input that is broken, besides the entries before.
func (w *walker) listed(m member, l *listing, err error) {
	if l != nil {
		for _, note := range l.notes {
			w.gap(m.name, note)
		}
		w.entries(m, l.entries)
	}
	if err != nil {
		w.broken(m, err)
	}
}

// broken adds an archive as an input of which Read gives the error.
func (w *walker) broken(m member, err error) {
	in := m.input()
	in.fault = cause(err)
	w.inputs = append(w.inputs, in)
}

// program refuses an archive that is a program.
func (w *walker) program(m member, kind string) {
	reason := fmt.Sprintf("this is %s, a program and no inventory: give its bill of materials", kind)
	if m.named {
		w.broken(m, errors.New(reason))
		return
	}
	w.entryGap(m.top, "programs", m.name, reason)
}

// listArchive lists an archive, and finds or makes the place where it can be read.
func (w *walker) listArchive(m *member, archive *archiveError) (*listing, error) {
	limit := w.holder.max
	if archive.packed && m.depth == 0 && archive.kind == "tar" {
		limit = w.holder.maxTar
	}
	var held *heldFile
	if archive.packed || m.span == nil {
		held = &heldFile{open: w.unpacked(*m), limit: limit, holder: w.holder}
		m.span = &span{store: held}
	}
	err := m.span.store.acquire()
	var full *heldError
	if errors.As(err, &full) && m.depth == 0 && archive.kind == "tar" {
		m.span = nil
		return (&tarStream{open: w.unpacked(*m), holder: w.holder}).list(m.top)
	}
	if err != nil {
		return nil, err
	}
	defer m.span.store.release()
	if held != nil {
		m.span.size = held.size
		switch {
		case held.end == io.EOF:
		case archive.kind == "zip":
			return nil, held.end
		default:
			m.span.size = 1 << 62 // whoever reads to the end meets the error
		}
	}
	if archive.kind == "zip" {
		return listZip(*m.span, m.top)
	}
	return listTar(*m.span, m.top)
}

// unpacked opens an archive without the compression around it.
func (w *walker) unpacked(m member) func() (io.ReadCloser, error) {
	own, opt := &room{of: m.top}, w.opt
	opt.MaxFileSize = math.MaxInt64 // that of a file is for the entries; the archive has its room
	return func() (io.ReadCloser, error) {
		file, err := m.open()
		if err != nil {
			return nil, err
		}
		r, _, err := decompress(bufio.NewReaderSize(file, headSize), opt, own)
		if err != nil {
			file.Close()
			return nil, err
		}
		return readCloser{r, file}, nil
	}
}

type readCloser struct {
	io.Reader
	io.Closer
}

// entries adds the inputs that the entries of an archive are.
func (w *walker) entries(m member, entries []entry) {
	good := w.checkNames(m, entries)
	trees := w.trees(m, good)
	for _, e := range good {
		if tree := trees.around(e.name); tree != nil {
			if m.span == nil && e.span == nil {
				w.entryGap(m.top, "too large to be held", m.name+entryMark+e.name, fmt.Sprintf("its folder is one input, for which it would have to be held: it is larger than %d bytes, or the archive is too large: unpack it first", maxKeptEntry))
			}
			if !tree.added {
				tree.added = true
				w.inputs = append(w.inputs, tree.input)
			}
			continue
		}
		name := m.name + entryMark + e.name
		if strings.EqualFold(path.Base(e.name), contextFile) {
			w.gap(name, contextSkipped)
			continue
		}
		w.take(member{name: name, file: m.file, size: e.size, open: e.open, span: e.span, depth: m.depth + 1, top: m.top, room: &room{of: m.top}})
	}
}

// trees finds the folders of an archive, or the whole, that a format takes as one
// input. Of an archive that is read in one direction, only what is held can be in
// one.
func (w *walker) trees(m member, entries []entry) treesFound {
	found := treesFound{}
	if !slices.ContainsFunc(w.opt.Formats, func(f Format) bool { return f.Tree }) {
		return found
	}
	if m.span == nil {
		entries = slices.DeleteFunc(slices.Clone(entries), func(e entry) bool { return e.span == nil })
	}
	whole := newEntryTree(entries)
	for _, folder := range whole.folders() { // those above come first
		if found.around(path.Join(folder, "x")) != nil {
			continue
		}
		name, open, files := m.name, m.open, fs.FS(whole)
		if folder != "." {
			name, open = m.name+entryMark+folder, nil
			files = whole.sub(folder)
		}
		if w.isTree(name, files) {
			found[folder] = &treeFound{input: Input{Name: name, Files: files, Open: open, File: m.file}}
		}
	}
	return found
}

// treesFound are the folders that are inputs as a whole.
type treesFound map[string]*treeFound

type treeFound struct {
	input Input
	added bool
}

// around returns the folder that holds a file, or nil.
func (t treesFound) around(file string) *treeFound {
	for len(t) > 0 && file != "." {
		file = path.Dir(file)
		if tree := t[file]; tree != nil {
			return tree
		}
	}
	return nil
}

// entryGap reports a file that is not read. Of an archive, the first of each kind
// are told one by one.
func (w *walker) entryGap(top *allowance, kind, name, reason string) {
	if top != nil {
		if top.gaps[kind]++; top.gaps[kind] > maxEntryGaps {
			return
		}
	}
	w.gap(name, "skipped: "+reason)
}

// moreGaps counts the entries that were not told one by one.
func (w *walker) moreGaps(m member) {
	for _, kind := range slices.Sorted(maps.Keys(m.top.gaps)) {
		if more := m.top.gaps[kind] - maxEntryGaps; more > 0 {
			w.gap(m.name, fmt.Sprintf("skipped: %d more entries: %s", more, kind))
		}
	}
}

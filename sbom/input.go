package sbom

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// Input is one thing to read: a file, standard input, or a folder that is one
// input as a whole.
type Input struct {
	Name  string                        // as shown to people and kept as evidence
	Size  int64                         // in bytes; 0 when it is not known beforehand
	Open  func() (io.ReadCloser, error) // nil for a folder; of a tree in an archive, the archive
	Files fs.FS                         // the tree; nil otherwise
	File  string                        // the file on disk that holds it, if any: of an entry, the archive

	fault error // why it cannot be read, when that is known already
	room  *room // of an entry, for what it unpacks to
}

// standardInput is the name that stands for standard input.
const standardInput = "-"

// contextFile is the name of the operator's own settings, which are never taken
// from among the inputs: whoever sent those must not choose them.
const contextFile = "netvet.yaml"

const contextSkipped = "skipped: a context found among the inputs is never read; give your own with --context"

// Walk turns the arguments of a command into inputs: files, folders with all
// that is below them, globs, "-" for standard input and "@FILE" for a list of
// such arguments, one a line. Links inside folders are not followed. Every entry
// of a ZIP or tar archive is an input of its own. A file of no known format that
// was not named itself becomes a gap. The inputs found are good even when there is
// an error: that names the arguments which are not.
func Walk(args []string, stdin io.Reader, opt Options) ([]Input, []netvet.Gap, error) {
	opt = opt.withDefaults()
	w := &walker{opt: opt, stdin: stdin, seen: make(map[string]bool), holder: newHolder(opt)}
	for _, arg := range args {
		w.argument(arg)
	}
	return w.inputs, w.gaps, errors.Join(w.faults...)
}

type walker struct {
	opt    Options
	stdin  io.Reader
	seen   map[string]bool // files are read once, however often they are named
	inputs []Input
	gaps   []netvet.Gap
	faults []error
	files  int
	holder *holder
}

func (w *walker) argument(arg string) {
	if list, ok := strings.CutPrefix(arg, "@"); ok {
		w.list(list)
		return
	}
	w.named(arg)
}

// list reads the arguments that a file holds: one a line, empty lines and lines
// that begin with # left out.
func (w *walker) list(name string) {
	file, err := os.Open(name)
	if err != nil {
		w.fail("read the list of inputs %s: %w", name, cause(err))
		return
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "@"):
			w.fail("read the list of inputs %s, line %d: a list cannot name another list", name, n)
		default:
			w.named(line)
		}
	}
	if err := lines.Err(); err != nil {
		w.fail("read the list of inputs %s: %w", name, err)
	}
}

// named takes one argument that is no list.
func (w *walker) named(arg string) {
	if arg == standardInput {
		w.standardInput()
		return
	}
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		w.folder(arg, 0)
	case err == nil:
		w.file(arg, info)
	case strings.ContainsAny(arg, "*?["):
		w.glob(arg)
	default:
		w.fail("read %s: %w", arg, cause(err))
	}
}

// standardInput takes standard input as a stream that can be read once, or, if
// it is an archive, as the inputs in it: for those it is held in memory.
func (w *walker) standardInput() {
	if w.seen[standardInput] {
		w.fail("read %s: standard input can be named only once", standardInput)
		return
	}
	w.seen[standardInput] = true
	if w.stdin == nil {
		w.fail("read %s: there is no standard input", standardInput)
		return
	}
	stdin := bufio.NewReaderSize(w.stdin, headSize)
	in := Input{Name: standardInput, Open: func() (io.ReadCloser, error) { return io.NopCloser(stdin), nil }}
	head, _ := stdin.Peek(headSize) // an error comes again
	var archive *archiveError
	if _, _, err := openStream(in.Name, bytes.NewReader(head), w.opt, nil); !errors.As(err, &archive) {
		w.inputs = append(w.inputs, in)
		return
	}
	held := &heldFile{open: in.Open, limit: w.holder.max, holder: w.holder}
	err := held.acquire()
	if err == nil && held.end != io.EOF {
		err = held.end
	}
	if err != nil {
		in.Open = func() (io.ReadCloser, error) { return nil, err }
		w.inputs = append(w.inputs, in)
		return
	}
	// It is never released, because it cannot be read again.
	whole := &span{store: held, size: held.size}
	w.take(member{name: in.Name, size: held.size, open: whole.open, span: whole, named: true})
}

// file takes a file that was named itself, whatever its format.
func (w *walker) file(name string, info fs.FileInfo) {
	if !info.Mode().IsRegular() {
		w.fail("read %s: %s is not read: name a regular file, or give it on standard input as %s", name, special(info.Mode()), standardInput)
		return
	}
	w.add(name, info, true)
}

func (w *walker) add(name string, info fs.FileInfo, named bool) {
	clean := filepath.Clean(name)
	if w.seen[clean] {
		return
	}
	w.seen[clean] = w.take(member{
		name: filepath.ToSlash(name), file: name, size: info.Size(), named: named,
		open: func() (io.ReadCloser, error) { return os.Open(name) },
		span: &span{store: &diskFile{name: name}, size: info.Size()},
	})
}

func (w *walker) glob(pattern string) {
	names, err := filepath.Glob(pattern)
	if err != nil {
		w.fail("read %s: %w", pattern, err)
		return
	}
	if len(names) == 0 {
		w.fail("read %s: no file matches", pattern)
		return
	}
	for _, name := range names { // filepath.Glob sorts
		w.found(name, 0)
	}
}

// folder takes everything below a folder, in the order of the names.
func (w *walker) folder(name string, depth int) {
	if depth > maxWalkDepth {
		w.gap(name, fmt.Sprintf("skipped: more than %d folders inside each other", maxWalkDepth))
		return
	}
	if tree := treeFS(name); w.isTree(name, tree) {
		w.inputs = append(w.inputs, Input{Name: filepath.ToSlash(name), Files: tree})
		return
	}
	entries, err := os.ReadDir(name)
	if err != nil {
		w.fail("read folder %s: %w", name, cause(err))
	}
	for _, entry := range entries { // os.ReadDir sorts
		w.found(filepath.Join(name, entry.Name()), depth+1)
	}
}

// isTree tells whether a format takes the folder as a whole.
func (w *walker) isTree(name string, tree fs.FS) bool {
	return slices.ContainsFunc(w.opt.Formats, func(f Format) bool {
		return f.Tree && f.Detect(Sample{Name: name, Files: tree}) >= 1
	})
}

// found takes a file that was not named itself: only if its format is known.
func (w *walker) found(name string, depth int) {
	if w.files++; w.files > maxWalkFiles {
		if w.files == maxWalkFiles+1 {
			w.gap(name, fmt.Sprintf("skipped: this and all that follows, because there are more than %d files", maxWalkFiles))
		}
		return
	}
	info, err := os.Lstat(name)
	switch {
	case err != nil:
		w.fail("read %s: %w", name, cause(err))
	case info.Mode()&fs.ModeSymlink != 0:
		w.gap(name, "skipped: links are not followed; name the file itself to read it")
	case info.IsDir():
		w.folder(name, depth)
	case !info.Mode().IsRegular():
		w.gap(name, "skipped: "+special(info.Mode())+" is not read")
	case filepath.Base(name) == contextFile:
		w.gap(name, contextSkipped)
	default:
		w.add(name, info, false)
	}
}

func (w *walker) gap(name, reason string) {
	w.gaps = append(w.gaps, netvet.Gap{Input: filepath.ToSlash(name), Reason: reason})
}

func (w *walker) fail(format string, args ...any) {
	w.faults = append(w.faults, fmt.Errorf(format, args...))
}

// special names a file that is none of data.
func special(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "a special file"
}

// treeFS is the folder as a file system that follows no links.
func treeFS(folder string) fs.FS { return linkless(folder) }

type linkless string

func (l linkless) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	for at := name; at != "."; at = path.Dir(at) {
		info, err := os.Lstat(filepath.Join(string(l), filepath.FromSlash(at)))
		if err != nil {
			return nil, &fs.PathError{Op: "open", Path: name, Err: cause(err)}
		}
		if !info.IsDir() && !info.Mode().IsRegular() {
			return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("links and special files are not followed")}
		}
	}
	return os.DirFS(string(l)).Open(name)
}

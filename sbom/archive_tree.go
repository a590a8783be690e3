package sbom

import (
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"time"
)

// entryTree is the entries of an archive as a file system to read from. Folders
// are those that the names imply.
type entryTree struct {
	nodes map[string]*entryNode // by path
	order []string              // of the folders: the order of their first files
}

// entryNode is a file or a folder, and its own description.
type entryNode struct {
	name  string
	entry *entry            // nil for a folder
	below map[string]string // of a folder: names and paths of what is in it
}

func newEntryTree(entries []entry) *entryTree {
	t := &entryTree{nodes: map[string]*entryNode{".": {name: ".", below: map[string]string{}}}, order: []string{"."}}
	for i := range entries {
		t.add(entries[i].name, &entries[i])
	}
	return t
}

// add puts a file into the tree, unless there is a file or folder of its name, or
// a file where it needs a folder. Folders past the limit are left out, with what is
// in them: no product has as many.
func (t *entryTree) add(name string, e *entry) {
	if t.nodes[name] != nil || !t.folder(path.Dir(name)) {
		return
	}
	t.nodes[name] = &entryNode{name: path.Base(name), entry: e}
	t.nodes[path.Dir(name)].below[path.Base(name)] = name
}

// folder makes sure that there is a folder.
func (t *entryTree) folder(name string) bool {
	if node := t.nodes[name]; node != nil {
		return node.entry == nil
	}
	above := path.Dir(name)
	if len(t.order) >= maxTreeFolders || !t.folder(above) {
		return false
	}
	t.nodes[name] = &entryNode{name: path.Base(name), below: map[string]string{}}
	t.nodes[above].below[path.Base(name)] = name
	t.order = append(t.order, name)
	return true
}

func (t *entryTree) folders() []string { return t.order }

// sub is a folder as a file system.
func (t *entryTree) sub(folder string) fs.FS {
	below, _ := fs.Sub(t, folder) // fails for invalid paths only
	return below
}

func (t *entryTree) Open(name string) (fs.File, error) {
	node := t.nodes[name]
	switch {
	case !fs.ValidPath(name):
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	case node == nil:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	case node.entry == nil:
		return &treeFolder{node: node, tree: t, left: slices.Sorted(maps.Keys(node.below))}, nil
	}
	r, err := node.entry.open()
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return treeFile{r, node}, nil
}

// Stat needs not open the entry.
func (t *entryTree) Stat(name string) (fs.FileInfo, error) {
	if node := t.nodes[name]; node != nil {
		return node, nil
	}
	return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
}

// An entryNode describes itself.

func (n *entryNode) Name() string               { return n.name }
func (n *entryNode) IsDir() bool                { return n.entry == nil }
func (n *entryNode) Type() fs.FileMode          { return n.Mode().Type() }
func (n *entryNode) Info() (fs.FileInfo, error) { return n, nil }
func (n *entryNode) ModTime() time.Time         { return time.Time{} }
func (n *entryNode) Sys() any                   { return nil }

func (n *entryNode) Mode() fs.FileMode {
	if n.IsDir() {
		return fs.ModeDir | 0o555
	}
	return 0o444
}

func (n *entryNode) Size() int64 {
	if n.IsDir() {
		return 0
	}
	return n.entry.size
}

type treeFile struct {
	io.ReadCloser
	node *entryNode
}

func (f treeFile) Stat() (fs.FileInfo, error) { return f.node, nil }

type treeFolder struct {
	node *entryNode
	tree *entryTree
	left []string
}

func (f *treeFolder) Stat() (fs.FileInfo, error) { return f.node, nil }
func (f *treeFolder) Close() error               { return nil }

func (f *treeFolder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: f.node.name, Err: fs.ErrInvalid}
}

func (f *treeFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(f.left)
	} else if len(f.left) == 0 {
		return nil, io.EOF
	}
	var list []fs.DirEntry
	for _, name := range f.left[:min(n, len(f.left))] {
		list = append(list, f.tree.nodes[f.node.below[name]])
	}
	f.left = f.left[len(list):]
	return list, nil
}

package kit

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// overridesFile holds suppliers, lists and rules that travel with the data: an
// archive without compression, so that what is opened stays readable while the
// generation is replaced, and so that nothing in it can grow when read.
const overridesFile = "overrides.zip"

// The folders of that archive.
const (
	suppliersFolder = "suppliers"
	rulesFolder     = "rules"
)

// The bounds of that archive: the suppliers and rules of the program itself are
// some 1,100 files of together 4 MB.
const (
	maxOverrideFiles = 20_000
	maxOverrideBytes = 256 << 20
)

// Overrides are suppliers, lists and rules that came with the data, to be laid
// over the built-in ones. A field is nil when there are none. They can be read
// as long as the kit is open.
type Overrides struct {
	Suppliers fs.FS
	Rules     fs.FS
}

// ManifestOverrides says what of them a generation has.
type ManifestOverrides struct {
	Bytes     int64  `json:"bytes"`
	SHA256    string `json:"sha256"`
	Suppliers int    `json:"suppliers"` // files
	Rules     int    `json:"rules"`
}

// Overrides returns what came with the data.
func (k *Kit) Overrides() Overrides {
	if k.overrides == nil {
		return Overrides{}
	}
	return k.overrides.folders
}

// overrides is the archive, open.
type overrides struct {
	file    *os.File
	folders Overrides
}

func openOverrides(dir string, m *ManifestOverrides) (*overrides, error) {
	if m == nil {
		return nil, nil
	}
	name := filepath.Join(dir, overridesFile)
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open the data: %w: build or import the data again", err)
	}
	o := &overrides{file: file}
	if o.folders, err = readOverrides(file, m); err != nil {
		return nil, errors.Join(fmt.Errorf("open the data: %s: %w: import the data again", name, err), file.Close())
	}
	return o, nil
}

func (o *overrides) close() error {
	if o == nil {
		return nil
	}
	return o.file.Close()
}

// readOverrides opens the archive and checks that it is what the writer below
// makes.
func readOverrides(file *os.File, m *ManifestOverrides) (Overrides, error) {
	var o Overrides
	info, err := file.Stat()
	if err != nil {
		return o, err
	}
	if info.Size() != m.Bytes {
		return o, fmt.Errorf("it has %d bytes, the manifest says %d", info.Size(), m.Bytes)
	}
	z, err := zip.NewReader(file, info.Size())
	if err != nil {
		return o, err
	}
	if len(z.File) > maxOverrideFiles || m.Bytes > maxOverrideBytes {
		return o, fmt.Errorf("%d files, %d bytes: more than the %d and %d that there may be", len(z.File), m.Bytes, maxOverrideFiles, maxOverrideBytes)
	}
	seen := map[string]bool{}
	for _, f := range z.File {
		folder, _, _ := strings.Cut(f.Name, "/")
		switch {
		case !fs.ValidPath(f.Name) || folder != suppliersFolder && folder != rulesFolder || folder == f.Name || seen[f.Name]:
			return o, fmt.Errorf("%q is no name that may stand there", f.Name)
		case f.Method != zip.Store || !f.Mode().IsRegular():
			return o, fmt.Errorf("%q is no plain file", f.Name)
		}
		seen[f.Name] = true
	}
	if o.Suppliers, err = folderOf(z, suppliersFolder, m.Suppliers); err != nil {
		return o, err
	}
	o.Rules, err = folderOf(z, rulesFolder, m.Rules)
	return o, err
}

func folderOf(z *zip.Reader, name string, files int) (fs.FS, error) {
	if files == 0 {
		return nil, nil
	}
	return fs.Sub(z, name)
}

// packOverrides writes the archive from two folders; a name that is empty leaves
// one out. Only YAML files are taken, which is all that is ever read.
func packOverrides(name, suppliers, rules string) (*ManifestOverrides, error) {
	file, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	z := zip.NewWriter(file)
	m := &ManifestOverrides{}
	if m.Suppliers, err = packFolder(z, suppliersFolder, suppliers); err != nil {
		return nil, err
	}
	if m.Rules, err = packFolder(z, rulesFolder, rules); err != nil {
		return nil, err
	}
	if err := errors.Join(z.Close(), file.Sync()); err != nil {
		return nil, err
	}
	m.SHA256, m.Bytes, err = hashFile(name)
	if err == nil && m.Bytes > maxOverrideBytes {
		err = fmt.Errorf("the suppliers and rules have %d bytes: no more than %d may travel with the data", m.Bytes, maxOverrideBytes)
	}
	return m, err
}

func packFolder(z *zip.Writer, folder, dir string) (files int, err error) {
	if dir == "" {
		return 0, nil
	}
	fsys := os.DirFS(dir)
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir() || path.Ext(name) != ".yaml":
			return nil
		case files >= maxOverrideFiles:
			return fmt.Errorf("more than %d files", maxOverrideFiles)
		}
		files++
		return packFile(z, fsys, name, folder)
	})
	if err == nil && files == 0 {
		err = errors.New("no YAML file is in it")
	}
	if err != nil {
		return 0, fmt.Errorf("take the %s of %s: %w", folder, dir, err)
	}
	return files, nil
}

func packFile(z *zip.Writer, fsys fs.FS, name, folder string) error {
	in, err := fsys.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := z.CreateHeader(&zip.FileHeader{Name: path.Join(folder, name), Method: zip.Store})
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return err
}

// carryOverrides copies what the installed data has into a new generation: a
// build replaces the data, and leaves alone what came with it.
func carryOverrides(from *installed, work string) (*ManifestOverrides, error) {
	switch {
	case from == nil:
		return nil, nil
	case from.overrides == nil:
		return nil, from.damage
	}
	out, err := os.Create(filepath.Join(work, overridesFile))
	if err != nil {
		return nil, err
	}
	m := from.manifest.Overrides
	_, err = io.Copy(out, io.NewSectionReader(from.overrides.file, 0, m.Bytes))
	return m, errors.Join(err, out.Sync(), out.Close())
}

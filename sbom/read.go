package sbom

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// Read detects the format of one input and reads it, passing every record to
// emit in document order. It returns what was read, for the register, and notes
// for people. After an error the summary covers what was read until then.
func Read(ctx context.Context, in Input, opt Options, emit func(Record) error) (netvet.InputSummary, []string, error) {
	opt = opt.withDefaults()
	t := &tally{ctx: ctx, opt: opt, emit: emit, summary: netvet.InputSummary{Name: in.Name}}
	read := t.readFile
	if in.Files != nil {
		read = t.readTree
	}
	t.deceptive = deceptive{newFaults(t.gap)}
	info, err := read(in)
	err = cmp.Or(err, t.deceptive.finish())
	if info.Version != "" {
		t.summary.Version = &info.Version
	}
	if err != nil {
		err = fmt.Errorf("read %s: %w", in.Name, err)
	}
	return t.summary, info.Notes, err
}

func (t *tally) readFile(in Input) (Info, error) {
	file, err := in.Open()
	if err != nil {
		return Info{}, cause(err)
	}
	defer file.Close()
	bytesRead := &meter{ctx: t.ctx, r: file, limit: t.opt.MaxFileSize, hash: sha256.New()}
	info, err := t.readStream(in, bytesRead)
	if err == nil || in.Size > 0 && !errors.Is(err, bytesRead.err) && t.ctx.Err() == nil {
		// The hash is that of the whole file, also of one that is broken half-way.
		_, drained := io.Copy(io.Discard, bytesRead)
		err = cmp.Or(err, drained)
	}
	t.summary.Bytes, t.summary.SHA256 = bytesRead.n, hex.EncodeToString(bytesRead.hash.Sum(nil))
	return info, err
}

// readStream reads an opened input.
func (t *tally) readStream(in Input, r io.Reader) (Info, error) {
	if in.fault != nil {
		return Info{}, in.fault
	}
	src, format, err := openStream(in.Name, r, t.opt, in.room)
	if err != nil {
		return Info{}, err
	}
	t.summary.Format = format.Name
	return format.Read(t.ctx, src, t.record)
}

func (t *tally) readTree(in Input) (Info, error) {
	format, err := chooseFormat(Sample{Name: in.Name, Files: in.Files}, t.opt)
	if err != nil {
		return Info{}, err
	}
	t.summary.Format = format.Name
	info, err := format.Read(t.ctx, &Stream{Name: in.Name, Files: in.Files, Options: t.opt}, t.record)
	if err != nil {
		return info, err
	}
	if in.Open == nil {
		t.summary.Bytes, t.summary.SHA256, err = hashTree(t.ctx, in.Files, t.opt)
		return info, err
	}
	file, err := in.Open()
	if err != nil {
		return info, cause(err)
	}
	defer file.Close()
	m := &meter{ctx: t.ctx, r: file, limit: t.opt.MaxFileSize, hash: sha256.New()}
	_, err = io.Copy(io.Discard, m)
	t.summary.Bytes, t.summary.SHA256 = m.n, hex.EncodeToString(m.hash.Sum(nil))
	return info, err
}

// openStream unpacks an input that is compressed, decodes its text and chooses its
// format.
func openStream(name string, r io.Reader, opt Options, room *room) (*Stream, *Format, error) {
	raw, packed, err := decompress(bufio.NewReaderSize(r, headSize), opt, room)
	if err != nil {
		return nil, nil, err
	}
	head, err := raw.Peek(headSize)
	failed := err != nil && err != io.EOF
	if kind := archiveKind(head); kind != "" && (packed || !failed) { // what is damaged behind its entries is told in its place
		return nil, nil, &archiveError{kind, packed}
	}
	if failed {
		return nil, nil, err
	}
	if len(head) == 0 {
		return nil, nil, errEmpty
	}
	form := detectText(head)
	text, err := decodeText(raw, form)
	if err != nil {
		return nil, nil, err
	}
	if b, ok := text.(*bufio.Reader); ok {
		if head, err = b.Peek(headSize); err != nil && err != io.EOF {
			return nil, nil, err
		}
	}
	if len(head) < headSize && len(bytes.TrimSpace(head)) == 0 {
		return nil, nil, errEmpty
	}
	format, err := chooseFormat(Sample{Name: name, Head: head}, opt)
	if err != nil {
		return nil, nil, err
	}
	return &Stream{Name: name, Reader: text, Charset: form.name, Options: opt}, format, nil
}

var (
	errEmpty         = errors.New("is empty: nothing to read")
	errUnknownFormat = errors.New("unknown format")
)

// unknownFormatError says what an input seems to be, and where there are only a
// few formats, what they look like; a list of all would bury the rest.
type unknownFormatError struct {
	seems string
	known []Format
}

func (e *unknownFormatError) Error() string {
	const few = 3
	if len(e.known) > few {
		if strings.HasSuffix(e.seems, ofNoKnownFormat) {
			return e.seems + "; netvet scan --help lists those that are read, at --format-in"
		}
		return e.seems
	}
	var looks []string
	for _, f := range e.known {
		looks = append(looks, f.Expect)
	}
	return fmt.Sprintf("%s; expected %s", e.seems, strings.Join(looks, ", or "))
}

func (e *unknownFormatError) Unwrap() error { return errUnknownFormat }

// chooseFormat returns the format that is surest of the sample, or the one that
// is forced.
func chooseFormat(sample Sample, opt Options) (*Format, error) {
	tree := sample.Files != nil
	if opt.Format != "" {
		i := slices.IndexFunc(opt.Formats, func(f Format) bool { return f.Name == opt.Format })
		if i < 0 {
			return nil, fmt.Errorf("unknown input format %q: one of %s", opt.Format, strings.Join(formatNames(opt.Formats), ", "))
		}
		if opt.Formats[i].Tree != tree {
			return nil, fmt.Errorf("input format %q does not fit: it reads %s", opt.Format, formatSubject(opt.Formats[i].Tree))
		}
		return &opt.Formats[i], nil
	}
	best, sure := -1, 0.0
	for i, f := range opt.Formats {
		if f.Tree != tree {
			continue
		}
		if p := f.Detect(sample); p > sure {
			best, sure = i, p
		}
		if sure >= 1 {
			break // none can be surer
		}
	}
	if best >= 0 {
		return &opt.Formats[best], nil
	}
	unknown := &unknownFormatError{seems: seems(sample)}
	for _, f := range opt.Formats {
		if f.Tree == tree {
			unknown.known = append(unknown.known, f)
		}
	}
	return nil, unknown
}

func formatNames(formats []Format) []string {
	var names []string
	for _, f := range formats {
		names = append(names, f.Name)
	}
	return names
}

func formatSubject(tree bool) string {
	if tree {
		return "a folder"
	}
	return "a file"
}

// tally passes records on and counts them.
type tally struct {
	ctx     context.Context
	opt     Options
	emit    func(Record) error
	summary netvet.InputSummary
	inside  int // components of the product that was begun

	deceptive deceptive
}

func (t *tally) record(r Record) error {
	if err := t.ctx.Err(); err != nil {
		return err
	}
	switch v := r.(type) {
	case ProductStart:
		t.summary.Products++
		t.inside = 0
	case ProductEnd:
		t.deceptive.product(&v.Product)
	case Component:
		t.summary.Components++
		t.deceptive.component(v.Component)
		if t.inside++; t.inside > t.opt.MaxComponents {
			return tooManyComponents(t.opt.MaxComponents)
		}
	case Gap:
		return t.gap(v)
	}
	return cmp.Or(t.deceptive.err, t.emit(r))
}

// gap passes on a gap with the name of the input.
func (t *tally) gap(r Record) error {
	g := r.(Gap)
	t.summary.Gaps++
	if g.Input == "" {
		g.Input = t.summary.Name
	}
	return t.emit(g)
}

func tooManyComponents(limit int) error {
	return fmt.Errorf("more than %d components in one product: raise --max-components to read it", limit)
}

// meter counts and hashes what is read, and stops at the limit or when the run
// is cancelled.
type meter struct {
	ctx   context.Context
	r     io.Reader
	limit int64
	n     int64
	hash  hash.Hash
	err   error // that ended the reading, other than io.EOF
}

func (m *meter) Read(p []byte) (int, error) {
	if m.err != nil {
		return 0, m.err
	}
	if m.err = m.ctx.Err(); m.err != nil {
		return 0, m.err
	}
	n, err := m.r.Read(p)
	m.n += int64(n)
	m.hash.Write(p[:n])
	if m.n > m.limit {
		err = fmt.Errorf("larger than %d bytes: raise --max-file-size to read it", m.limit)
	}
	if err != nil && err != io.EOF {
		m.err = cause(err)
		return n, m.err
	}
	return n, err
}

// hashTree hashes the names and contents of all files of a tree in the order of
// their names.
func hashTree(ctx context.Context, tree fs.FS, opt Options) (int64, string, error) {
	sum, total := sha256.New(), int64(0)
	err := fs.WalkDir(tree, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		file, err := tree.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		m := &meter{ctx: ctx, r: file, limit: opt.MaxFileSize, hash: sha256.New()}
		if _, err := io.Copy(io.Discard, m); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		total += m.n
		fmt.Fprintf(sum, "%s\x00%d\x00%x\n", path, m.n, m.hash.Sum(nil))
		return nil
	})
	return total, hex.EncodeToString(sum.Sum(nil)), err
}

// cause strips the operation and path that the file system puts before an
// error: the input is named already.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/ulikunitz/xz"
)

// pack OUT ENTRY... makes what the name of OUT says: .zip, .tar, and .gz, .xz or
// .zst of a tar or, after any other name, of the one file. An entry is FILE,
// NAME=FILE to store it under another name, or NAME=+N for a table
// of one row and N MiB of empty lines.
func pack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: pack OUT ENTRY...")
	}
	inner, suffix := args[0], filepath.Ext(args[0])
	var data bytes.Buffer
	switch {
	case suffix == ".zip":
		ts.Check(packZip(ts, &data, args[1:]))
	case suffix == ".tar", suffix == ".tgz", strings.HasSuffix(strings.TrimSuffix(inner, suffix), ".tar"):
		ts.Check(packTar(ts, &data, args[1:]))
	default:
		_, text := packed(ts, args[1])
		data.WriteString(text)
	}
	out, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	w, err := compressor(suffix, out)
	ts.Check(err)
	_, err = data.WriteTo(w)
	ts.Check(err)
	ts.Check(w.Close())
	if w != io.WriteCloser(out) {
		ts.Check(out.Close())
	}
}

func compressor(suffix string, out *os.File) (io.WriteCloser, error) {
	switch suffix {
	case ".gz", ".tgz":
		return gzip.NewWriter(out), nil
	case ".xz":
		return xz.NewWriter(out)
	case ".zst":
		return zstd.NewWriter(out)
	}
	return out, nil
}

// packed is the name and text of an entry.
func packed(ts *testscript.TestScript, arg string) (name, text string) {
	name, file, renamed := strings.Cut(arg, "=")
	if !renamed {
		return name, ts.ReadFile(name)
	}
	if lines, ok := strings.CutPrefix(file, "+"); ok {
		n, err := strconv.Atoi(lines)
		ts.Check(err)
		return name, "manufacturer,model\nCisco,C9300\n" + strings.Repeat("\n", n<<20)
	}
	return name, ts.ReadFile(file)
}

func packZip(ts *testscript.TestScript, out io.Writer, entries []string) error {
	z := zip.NewWriter(out)
	for _, arg := range entries {
		name, text := packed(ts, arg)
		w, err := z.Create(name)
		ts.Check(err)
		_, err = io.WriteString(w, text)
		ts.Check(err)
	}
	return z.Close()
}

func packTar(ts *testscript.TestScript, out io.Writer, entries []string) error {
	w := tar.NewWriter(out)
	for _, arg := range entries {
		name, text := packed(ts, arg)
		ts.Check(w.WriteHeader(&tar.Header{Name: name, Size: int64(len(text)), Mode: 0o644}))
		_, err := io.WriteString(w, text)
		ts.Check(err)
	}
	return w.Close()
}

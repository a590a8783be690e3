package download

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// errHTML is what a page for people gives, which comes where a file is expected
// when a proxy wants a login or a publisher has moved.
var errHTML = errors.New("the answer is a page (HTML), not the file: does a proxy want a login, or has the publisher moved it?")

// looksLike checks that a file is whole and of its kind. Servers that close the
// line at the end do not say how long their answer is.
func looksLike(file, kind string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	head, err := in.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	found := kindOf(head)
	if found == kindGzip && kind == kindJSON {
		return wholeGzip(in) // compressed on its way, and read as well
	}
	switch {
	case found == "html":
		return errHTML
	case len(head) == 0:
		return errors.New("the answer is empty")
	case found != kind:
		return fmt.Errorf("the answer is not %s", kind)
	case kind == kindZip:
		return wholeZip(f)
	case kind == kindGzip:
		return wholeGzip(in)
	}
	return wholeJSON(in)
}

func kindOf(head []byte) string {
	text := strings.ToLower(string(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))))
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return kindZip
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return kindGzip
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
		return kindJSON
	case strings.HasPrefix(text, "<!doctype html"), strings.HasPrefix(text, "<html"):
		return "html"
	}
	return ""
}

// wholeZip finds the list of contents, which stands at the end.
func wholeZip(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if _, err := zip.NewReader(f, info.Size()); err != nil {
		return fmt.Errorf("the archive is truncated or damaged: %w", err)
	}
	return nil
}

func wholeGzip(in io.Reader) error {
	z, err := gzip.NewReader(in)
	if err == nil {
		_, err = io.Copy(io.Discard, z)
	}
	if err != nil {
		return fmt.Errorf("the compressed file is truncated or damaged: %w", err)
	}
	return nil
}

func wholeJSON(in *bufio.Reader) error {
	if bom, err := in.Peek(3); err == nil && string(bom) == "\xef\xbb\xbf" {
		_, _ = in.Discard(3)
	}
	dec := json.NewDecoder(in)
	for depth := 0; ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) && depth == 0 {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the JSON is truncated or damaged: %w", err)
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
}

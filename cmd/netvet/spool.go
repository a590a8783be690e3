package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/netvet/netvet/sbom"
)

// spool keeps standard input in a file when it is first read, so that it can be
// read more than once: for detection, for each profile.
type spool struct {
	in    io.Reader
	limit int64
	file  string
}

func (s *spool) replace(inputs []sbom.Input) {
	for i := range inputs {
		if inputs[i].Name == "-" {
			inputs[i].Open = s.open
		}
	}
}

func (s *spool) open() (io.ReadCloser, error) {
	if s.file == "" {
		f, err := os.CreateTemp("", "netvet-stdin-*")
		if err != nil {
			return nil, fmt.Errorf("keep standard input: %w", err)
		}
		s.file = f.Name()
		_, err = io.Copy(f, io.LimitReader(s.in, s.limit+1)) // one byte more, so that the limit is seen to be passed
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, fmt.Errorf("keep standard input: %w", err)
		}
	}
	return os.Open(s.file)
}

func (s *spool) remove() {
	if s.file != "" {
		os.Remove(s.file)
	}
}

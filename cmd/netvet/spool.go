package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/netvet/netvet/sbom"
)

// spool keeps standard input in a file when it is first read, so that it can be
// read more than once: for detection, for each profile.
type spool struct {
	from  func() (io.ReadCloser, error)
	limit int64
	file  string
}

func (s *spool) replace(inputs []sbom.Input) {
	for i := range inputs {
		if inputs[i].Name == "-" {
			s.from, inputs[i].Open = inputs[i].Open, s.open
		}
	}
}

func (s *spool) open() (io.ReadCloser, error) {
	if s.file == "" {
		in, err := s.from()
		if err != nil {
			return nil, err
		}
		defer in.Close()
		f, err := os.CreateTemp("", "netvet-stdin-*")
		if err != nil {
			return nil, fmt.Errorf("keep standard input: %w", err)
		}
		s.file = f.Name()
		_, err = io.Copy(f, io.LimitReader(in, s.limit+1)) // one byte more, so that the limit is seen to be passed
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

// interruptible is a reader that gives up waiting when the run is interrupted.
type interruptible struct {
	ctx context.Context
	r   io.Reader
	buf []byte
}

func (i *interruptible) Read(b []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	if len(i.buf) < len(b) {
		i.buf = make([]byte, len(b))
	}
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	go func() {
		n, err := i.r.Read(i.buf[:len(b)]) // never into b, which is the caller's again after an interrupt
		done <- result{n, err}
	}()
	select {
	case r := <-done:
		return copy(b, i.buf[:r.n]), r.err
	case <-i.ctx.Done():
		return 0, i.ctx.Err()
	}
}

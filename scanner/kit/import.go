package kit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// Import says which bundles may become the data.
type Import struct {
	Keys  []PublicKey // one of them must have signed
	Force bool        // take a bundle that is older than what is there
	// Check is asked whether suppliers and rules load; may be nil.
	Check func(Overrides) error

	create func(path string) (output, error) // nil for files on disk
}

// output is a file that is written.
type output interface {
	io.WriteCloser
	Sync() error
}

// RefusedError says why a bundle was not taken. What was there is unchanged.
type RefusedError struct {
	Bundle string
	Err    error
}

func (e *RefusedError) Error() string { return fmt.Sprintf("import %s: refused: %v", e.Bundle, e.Err) }

// Unwrap gives the reason.
func (e *RefusedError) Unwrap() error { return e.Err }

// Run makes a bundle the current generation of a kit. The signature is checked
// before anything else is read, and again over what was unpacked. Any error
// leaves the kit as it was. Imports may run at the same time: each unpacks into
// a folder of its own and they are installed one after the other, by the same
// rule about older bundles.
func (im Import) Run(ctx context.Context, dir, file string) (*Manifest, error) {
	m, err := im.run(ctx, dir, file)
	var refused refuse
	switch {
	case errors.As(err, &refused):
		return nil, &RefusedError{file, refused.error}
	case err != nil:
		return nil, fmt.Errorf("import %s: %w", file, err)
	}
	return m, nil
}

func (im Import) run(ctx context.Context, dir, file string) (*Manifest, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, refusef("it is no plain file")
	}
	b, err := readBundle(f, info.Size())
	if err != nil {
		return nil, err
	}
	key, err := b.check(ctx, im.Keys)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp(dir, buildingPrefix)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	m, err := b.unpack(ctx, key, work, im.create)
	if err != nil {
		return nil, err
	}
	if err := im.try(work); err != nil {
		return nil, err
	}
	return m, publish(dir, work, func(now *installed) error { return im.allow(m, now) })
}

// allow refuses what would bring an older state back: also one that nobody meant
// to bring back, as the signature of an old bundle is as good as ever.
func (im Import) allow(m *Manifest, now *installed) error {
	if now == nil || im.Force {
		return nil
	}
	have := now.manifest
	switch {
	case m.Built.Before(have.Built):
		return refusef("its data was built %s, and what is there %s: give --force to go back", m.Built.Format(time.RFC3339), have.Built.Format(time.RFC3339))
	case m.Built.Equal(have.Built) && m.Exported.Before(have.Exported):
		return refusef("it was exported %s, and what is there %s: give --force to go back", m.Exported.Format(time.RFC3339), have.Exported.Format(time.RFC3339))
	}
	return nil
}

// try opens what was unpacked as a run would.
func (im Import) try(work string) error {
	k, err := openGeneration(work)
	if err != nil {
		return refuse{err}
	}
	defer k.Close()
	if im.Check == nil || k.overrides == nil {
		return nil
	}
	if err := im.Check(k.Overrides()); err != nil {
		return refusef("its suppliers or rules do not load:\n%w", err)
	}
	return nil
}

package kit

import (
	"context"
	"errors"
)

// Source is one kind of data that a kit takes in. What a source needs is told
// here once: flags, help, manifest and status follow it.
type Source struct {
	ID      string // name of the flag of 'netvet data build', and in the manifest
	Title   string
	Accepts string // what may be given, for the help
	Licence string
	URL     string // where it is published

	// Match picks files by name before they are read; others are counted.
	Match func(name string) bool
	// Read takes the records of one file. It returns ErrOtherKind for a file
	// that is none of this source, and counts records it cannot take with
	// Intake.Skip; any other error stops the build.
	Read func(ctx context.Context, f File, in *Intake) error
}

// ErrOtherKind says that a file holds something else than the source's records.
var ErrOtherKind = errors.New("not of this kind")

// Sources lists every source, in the order in which they are built.
func Sources() []Source {
	return []Source{osvSource(), cveSource(), kevSource(), epssSource(), csafSource(), lifeSource(), lifeTableSource()}
}

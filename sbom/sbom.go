// Package sbom reads inventories: bills of materials, tables, and whatever else
// says which products there are and what they are made of. A reader turns bytes
// into a stream of records and holds on to nothing it can pass on, so that a
// product with a million components costs no more memory than one with ten.
//
// To add a format, write one file with a Format value and list it in Formats.
package sbom

import (
	"context"
	"io"
	"io/fs"

	"github.com/netvet/netvet"
)

// Format reads one inventory format. It is a value: a name and two functions.
type Format struct {
	Name   string // the word for --format-in and for "format" in reports
	Title  string // for people
	Expect string // what a file of this format looks like, for the error that lists what was expected
	// Rows is true for formats that hold many products, one a row, with no
	// component lists. They are streamed past the bills of materials that
	// describe their rows.
	Rows bool
	// Tree is true for formats whose input is a folder or archive as a whole.
	Tree bool
	// Detect says whether the sample looks like this format: 0 not at all, 1
	// certainly. The surest format wins, the first in Formats among equals.
	Detect func(Sample) float64
	// Read yields the records of one input to emit, in document order, and
	// returns what was read of it as a whole. An error ends this input only; a
	// record that cannot be used is emitted as a Gap. Read stops with the error
	// of emit as soon as emit returns one.
	Read func(ctx context.Context, src *Stream, emit func(Record) error) (Info, error)
}

// Sample is what detection may look at.
type Sample struct {
	Name  string // of the input, for the ending only: content decides
	Head  []byte // up to the first 64 KiB, decoded to UTF-8 where a mark says what it is
	Files fs.FS  // the folder, for tree formats; nil otherwise
}

// Info is what a reader learned about an input as a whole.
type Info struct {
	Version string   // of the format, empty when it has none
	Notes   []string // what a person should know: the column mapping, "each device is a product"
}

// Stream is one opened input: bytes, or a tree of files.
type Stream struct {
	Name    string    // as shown to people and kept as evidence
	Reader  io.Reader // nil for a tree
	Files   fs.FS     // the tree; nil otherwise
	Charset string    // of the bytes, where a mark or zero bytes told: Reader gives UTF-8 without a mark
	Options Options
}

// Options are the limits and choices of reading. The zero value of a limit is
// replaced by its default.
type Options struct {
	MaxFileSize   int64 // bytes of one input after decompression
	MaxComponents int   // in one product
	MaxDepth      int   // nesting of a document
	MaxString     int   // bytes of one string

	// Of compressed files and archives, counted while they are unpacked.
	MaxUnpacked       int64 // bytes of one archive, with the archives inside it
	MaxUnpackRatio    int   // unpacked bytes for one packed byte
	MaxArchiveEntries int   // of one archive, with the archives inside it
	MaxArchiveDepth   int   // archives inside each other
	MaxArchiveMemory  int64 // bytes of archives that must be held in memory to be read

	Lenient  bool              // duplicate keys are gaps, not errors
	Encoding string            // of tables without a mark; empty: UTF-8, else a clean GB18030
	Columns  map[string]string // header -> field, wins over columns.yaml
	Format   string            // forced format name
	Formats  []Format          // the formats to choose from; nil: Formats()
}

// Record is one thing that a reader yields. The types below are all there are.
type Record interface{ record() }

// ProductStart begins a product: the components, services and vulnerabilities
// that follow are its own until its ProductEnd. It carries what is known by
// then, which may be nothing: a document may describe its product last.
type ProductStart struct{ Product netvet.Product }

// Component is one component of the product that was begun. The pointed-to
// value and its lists belong to the reader and are valid only during the call; its
// texts may be kept.
type Component struct{ *netvet.Component }

// Service is one service of the product that was begun.
type Service struct{ netvet.Service }

// Statement is what the document says of a vulnerability of the product or one
// of its components.
type Statement struct{ netvet.Vulnerability }

// Attestation is what the document declares of how the product, or a part of it,
// meets a requirement.
type Attestation struct{ netvet.Attestation }

// ProductEnd ends a product and carries its whole description.
type ProductEnd struct{ Product netvet.Product }

// Observation is a fact that some probe saw; it belongs to no product until a
// context binds it.
type Observation struct{ netvet.Observation }

// Declaration is something a specification states; it belongs to no product
// until a context binds it.
type Declaration struct{ netvet.Declaration }

// Table says how the header of a table was understood. In a table whose later
// rows may add columns it comes after them.
type Table struct {
	Record  string // where the header stands: "row 3"; empty where it stands in no row
	Columns []Column
}

// Column is one column of a table. The field is a word of --columns, empty for a
// column that is not read.
type Column struct {
	Header string `json:"header"`
	Field  string `json:"field"`
	Why    string `json:"why"`
}

// Gap is something that could not be read. Input is filled in by Read.
type Gap struct{ netvet.Gap }

func (ProductStart) record() {}
func (Component) record()    {}
func (Service) record()      {}
func (Statement) record()    {}
func (Attestation) record()  {}
func (ProductEnd) record()   {}
func (Observation) record()  {}
func (Declaration) record()  {}
func (Table) record()        {}
func (Gap) record()          {}

package vendors

import (
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/netvet/netvet"
)

// registryFile is the compiled form of the public registries that
// registry/about.yaml describes: who holds which block of addresses, enterprise
// number, PCI and USB vendor id. It is written from the registries' own lists by
//
//	go test ./vendors -run TestRegistry -update -registries DIR
//
// and read in place: nothing is unpacked before the first look-up but the
// description and a table of 256 strings.
//
//go:embed registry.gen
var registryFile string

// registryMark opens the file and names its version. The SHA-256 of all that
// follows comes after it.
const registryMark = "netvet registries 1\n"

// builtInRegistry returns the registry that the binary carries.
var builtInRegistry = sync.OnceValues(func() (*registry, error) { return readRegistry(registryFile) })

// Registry says where one of the built-in registries of identifiers comes from.
type Registry struct {
	ID      string      `yaml:"id"`
	Title   string      `yaml:"title"`
	File    string      `yaml:"file"` // of the rows it was compiled from
	Version string      `yaml:"version"`
	Date    netvet.Date `yaml:"date"`
	URL     string      `yaml:"url"`
	Source  string      `yaml:"source"` // how it was obtained
	Licence string      `yaml:"licence"`
	SHA256  string      `yaml:"-"` // of its rows as registry.gen holds them
}

// registryDataSets identifies the built-in registries, each by its rows.
func registryDataSets() []netvet.DataSet {
	r, err := builtInRegistry()
	if err != nil {
		return nil // a test holds the file whole
	}
	var out []netvet.DataSet
	for _, about := range r.notes.Registries {
		out = append(out, netvet.DataSet{ID: "registry-" + about.ID, Version: about.Version, AsOf: string(about.Date), SHA256: about.SHA256})
	}
	return out
}

// registryNotes is what registry/about.yaml says.
type registryNotes struct {
	Registries []Registry     `yaml:"registries"`
	Virtual    []virtualBlock `yaml:"virtual_mac"`
	Unnamed    []unnamed      `yaml:"unnamed"`
	Namesakes  []namesake     `yaml:"namesakes"`
}

// virtualBlock is a block of addresses that software gives out: it names no
// maker of hardware.
type virtualBlock struct {
	Prefix string `yaml:"prefix"` // lower-case hexadecimal digits
	What   string `yaml:"what"`
	Source string `yaml:"source"`
}

// unnamed is an entry of a registry that names no organisation.
type unnamed struct {
	Entry string `yaml:"entry"` // as it stands there, without case; with * at an end, a part of it
	What  string `yaml:"what"`
}

// namesake is an organisation of a registry whose name is a supplier's too, and
// which is another company.
type namesake struct {
	Organisation string `yaml:"organisation"` // as registered, without case
	Supplier     string `yaml:"supplier"`
	Source       string `yaml:"source"`
}

// The tables of a registry, in the order of the file.
const (
	macBlocks24 = iota
	macBlocks28
	macBlocks36
	enterpriseTable
	pciTable
	usbTable
	registryTables
)

// keySizes are the bytes of a key in each table, big-endian; 0 where the key is
// the place of the row.
var keySizes = [registryTables]int{macBlocks24: 3, macBlocks28: 4, macBlocks36: 5, enterpriseTable: 0, pciTable: 2, usbTable: 2}

// nameSize is the bytes of a name's number in a row, which counts from 1.
const nameSize = 3

// registry is the file taken apart. All strings are parts of it.
//
// Names stand in bytewise order, each once, in blocks of namesPerBlock. An entry
// is how many bytes it shares with the name before it (not in the first of a
// block), how many bytes of code follow, and those. A byte of code stands for
// a string of codes; escape says that the next byte stands for itself.
type registry struct {
	notes   registryNotes
	sum     string // SHA-256 of the content, hexadecimal
	codes   [256]string
	names   int
	offsets string // of blocks in text, blockSize bytes each
	text    string
	tables  [registryTables]string
}

const (
	namesPerBlock = 8
	blockSize     = 3
	escape        = 0
	longestName   = 255 // bytes
)

var errRegistry = errors.New("it is damaged: write it anew with go test ./vendors -run TestRegistry -update -registries DIR")

// readRegistry takes the file apart.
func readRegistry(file string) (*registry, error) {
	rest, ok := strings.CutPrefix(file, registryMark)
	if !ok {
		return nil, fmt.Errorf("read the built-in registries: it does not begin with %q", registryMark)
	}
	const sumSize = 32
	if len(rest) < sumSize {
		return nil, fmt.Errorf("read the built-in registries: %w", errRegistry)
	}
	r := &registry{sum: hex.EncodeToString([]byte(rest[:sumSize]))}
	u := unpacker{rest: rest[sumSize:]}
	if err := unpack(u.bytes(u.count()), &r.notes); err != nil {
		return nil, fmt.Errorf("read the description of the built-in registries: %w", err)
	}
	for i := range r.codes {
		r.codes[i] = u.bytes(u.count())
	}
	r.names = u.count()
	r.offsets = u.bytes(u.count())
	r.text = u.bytes(u.count())
	for i := range r.tables {
		r.tables[i] = u.bytes(u.count())
		u.broken = u.broken || len(r.tables[i])%(keySizes[i]+nameSize) != 0
	}
	if u.broken || u.rest != "" || len(r.offsets) != blockSize*((r.names+namesPerBlock-1)/namesPerBlock) {
		return nil, fmt.Errorf("read the built-in registries: %w", errRegistry)
	}
	return r, nil
}

// bigEndian reads a number of n bytes.
func bigEndian(s string, n int) uint64 {
	var v uint64
	for i := range n {
		v = v<<8 | uint64(s[i])
	}
	return v
}

// rows returns the place of the first row of a key in a table, and how many
// rows have it.
func (r *registry) rows(table int, key uint64) (at, n int) {
	rows, size := r.tables[table], keySizes[table]
	width := size + nameSize
	count := len(rows) / width
	if size == 0 {
		if key >= uint64(count) || bigEndian(rows[int(key)*width:], nameSize) == 0 {
			return 0, 0
		}
		return int(key), 1
	}
	low, high := 0, count
	for low < high {
		if mid := (low + high) / 2; bigEndian(rows[mid*width:], size) < key {
			low = mid + 1
		} else {
			high = mid
		}
	}
	for at = low; low < count && bigEndian(rows[low*width:], size) == key; low++ {
		n++
	}
	return at, n
}

// count returns how many rows a table has.
func (r *registry) count(table int) int { return len(r.tables[table]) / (keySizes[table] + nameSize) }

// nameOf returns the number of the name in a row of a table.
func (r *registry) nameOf(table, row int) int {
	size := keySizes[table]
	return int(bigEndian(r.tables[table][row*(size+nameSize)+size:], nameSize)) - 1
}

// name returns a name by its number, "" for a number out of range.
func (r *registry) name(i int) string {
	var room [longestName]byte
	return string(r.appendName(room[:0], i))
}

// appendName writes the name of a number over what is in buf.
func (r *registry) appendName(buf []byte, i int) []byte {
	buf = buf[:0]
	if i < 0 || i >= r.names {
		return buf
	}
	start := bigEndian(r.offsets[i/namesPerBlock*blockSize:], blockSize)
	rest := r.text[min(start, uint64(len(r.text))):]
	for k := range i%namesPerBlock + 1 {
		shared := 0
		if k > 0 && rest != "" {
			shared, rest = int(rest[0]), rest[1:]
		}
		if rest == "" || shared > len(buf) || 1+int(rest[0]) > len(rest) {
			return buf[:0]
		}
		buf = r.appendCode(buf[:shared], rest[1:1+int(rest[0])])
		rest = rest[1+int(rest[0]):]
	}
	return buf
}

// appendCode appends what bytes of code stand for.
func (r *registry) appendCode(buf []byte, code string) []byte {
	for i := 0; i < len(code) && len(buf) < longestName; i++ {
		switch c := code[i]; {
		case c != escape:
			buf = append(buf, r.codes[c]...)
		case i+1 < len(code):
			i++
			buf = append(buf, code[i])
		}
	}
	return buf
}

// holds is an entry of a registry: the key, and the numbers of the names of
// those who hold it. Few keys have more than one.
type holds struct {
	table int
	key   uint64
	row   int
	rows  int
}

// find looks a key up in a table.
func (r *registry) find(table int, key uint64) (holds, bool) {
	at, n := r.rows(table, key)
	return holds{table, key, at, n}, n > 0
}

// block finds the smallest block of addresses that an address is in: of 36, 28
// and 24 bits. The digits are hexadecimal, and as many as are known.
func (r *registry) block(digits string) (holds, bool) {
	for _, try := range [...]struct{ table, digits int }{{macBlocks36, 9}, {macBlocks28, 7}, {macBlocks24, 6}} {
		if len(digits) >= try.digits {
			if h, ok := r.find(try.table, hexNumber(digits[:try.digits])); ok {
				return h, true
			}
		}
	}
	return holds{}, false
}

// hexNumber reads hexadecimal digits that are known to be such.
func hexNumber(digits string) uint64 {
	var v uint64
	for i := range len(digits) {
		c := digits[i]
		switch {
		case c <= '9':
			c -= '0'
		default:
			c = c&0x1f + 9 // upper and lower case
		}
		v = v<<4 | uint64(c)
	}
	return v
}

// keyDigits are how many hexadecimal digits a key of each table has; enterprise
// numbers are decimal.
var keyDigits = [registryTables]int{macBlocks24: 6, macBlocks28: 7, macBlocks36: 9, pciTable: 4, usbTable: 4}

// id writes a key as the registry does, in lower case.
func (h *holds) id() string {
	if h.table == enterpriseTable {
		return strconv.FormatUint(h.key, 10)
	}
	var room [addressDigits]byte
	digits := keyDigits[h.table]
	for i := range digits {
		room[i] = "0123456789abcdef"[h.key>>(4*(digits-1-i))&0xf]
	}
	return string(room[:digits])
}

// registryNames are what people call the registries of the tables.
var registryNames = [registryTables]string{macBlocks24: "IEEE MA-L", macBlocks28: "IEEE MA-M", macBlocks36: "IEEE MA-S",
	enterpriseTable: "IANA enterprise numbers", pciTable: "PCI ID", usbTable: "USB ID"}

// individualBlocks are the two blocks of 24 bits that IEEE gave out in
// individual address blocks of 36 bits before there was MA-S.
var individualBlocks = [...]uint64{0x0050c2, 0x40d855}

// called names the registry of an entry.
func (h *holds) called() string {
	if h.table == macBlocks36 {
		for _, b := range individualBlocks {
			if h.key>>12 == b {
				return "IEEE IAB"
			}
		}
	}
	return registryNames[h.table]
}

// registrations lists who holds an entry.
func (r *registry) registrations(h *holds) []netvet.Registration {
	var out []netvet.Registration
	for row := h.row; row < h.row+h.rows; row++ {
		out = append(out, netvet.Registration{Registry: h.called(), ID: h.id(), Organisation: r.name(r.nameOf(h.table, row))})
	}
	return out
}

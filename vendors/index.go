package vendors

import (
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// index is the compiled form of data/ and lists/, written by
//
//	go test ./vendors -run TestIndex -update
//
// It is held as a string so that every string read from it is a part of it and
// costs no memory of its own.
//
//go:embed index.gen
var index string

// indexMark opens an index and names its version.
const indexMark = "netvet vendors 2\n"

// compiled is what an index holds.
type compiled struct {
	Sets    []netvet.DataSet
	Records []*Record
	Lists   []netvet.List
	Counted []counted // namesakes of ambiguous names in the public registries
}

// Default returns the directory that the binary carries.
func Default() (*Directory, error) {
	var c compiled
	if err := unpack(index, &c); err != nil {
		return nil, fmt.Errorf("read the built-in supplier index: %w; build it anew with make generate", err)
	}
	d := newDirectory(c.Records, c.Lists, c.Sets)
	d.counted = c.Counted
	return d, nil
}

// compile returns the index of a directory.
func (d *Directory) compile() []byte {
	return pack(compiled{d.sets, d.records, d.lists, d.countNamesakes()})
}

// dataSets identifies records and lists by the hash of their packed form. Their
// version is the latest date on which any of them was checked.
func dataSets(records []*Record, lists []netvet.List) []netvet.DataSet {
	var read, asOf netvet.Date
	for _, r := range records {
		read = max(read, r.Date)
	}
	for _, l := range lists {
		asOf = max(asOf, l.AsOf)
	}
	return []netvet.DataSet{
		{ID: "lists", Version: string(asOf), AsOf: string(asOf), SHA256: digest(pack(lists))},
		{ID: "suppliers", Version: string(read), AsOf: string(read), SHA256: digest(pack(records))},
	}
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// The packed form is the mark, a table of the strings that occur more than
// once, then the value: structs field by field, slices and maps as a count and
// their elements, strings as twice their length and their bytes, or as twice
// their place in the table plus one. All numbers are unsigned varints. The same
// value gives the same bytes.

// pack returns the packed form of v, which may be made of structs, pointers to
// structs, slices, maps from string, strings and booleans.
func pack(v any) []byte {
	counter := packer{times: map[string]int{}}
	counter.value(reflect.ValueOf(v))
	p := packer{times: counter.times, places: map[string]int{}}
	p.value(reflect.ValueOf(v))
	out := binary.AppendUvarint([]byte(indexMark), uint64(len(p.table)))
	for _, s := range p.table {
		out = binary.AppendUvarint(out, uint64(len(s)))
		out = append(out, s...)
	}
	return append(out, p.body...)
}

// packer writes a value to body. Without places it only counts strings.
type packer struct {
	times  map[string]int // how often each string occurs
	places map[string]int // of strings in the table
	table  []string
	body   []byte
}

func (p *packer) number(n int) { p.body = binary.AppendUvarint(p.body, uint64(n)) }

func (p *packer) text(s string) {
	if p.places == nil {
		p.times[s]++
		return
	}
	if s == "" || p.times[s] == 1 {
		p.number(2 * len(s))
		p.body = append(p.body, s...)
		return
	}
	place, ok := p.places[s]
	if !ok {
		place = len(p.table)
		p.places[s] = place
		p.table = append(p.table, s)
	}
	p.number(2*place + 1)
}

func (p *packer) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		p.value(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			p.value(v.Field(i))
		}
	case reflect.Slice:
		p.number(v.Len())
		for i := range v.Len() {
			p.value(v.Index(i))
		}
	case reflect.Map:
		m := map[string]reflect.Value{}
		for it := v.MapRange(); it.Next(); {
			m[it.Key().String()] = it.Value()
		}
		p.number(len(m))
		for _, k := range slices.Sorted(maps.Keys(m)) {
			p.text(k)
			p.value(m[k])
		}
	case reflect.String:
		p.text(v.String())
	case reflect.Bool:
		p.number(map[bool]int{true: 1}[v.Bool()])
	default:
		panic("vendors: the index cannot hold a " + v.Type().String()) // a field of a new kind in our own schema
	}
}

// unpack reads a packed value into out, a pointer. Strings stay parts of data.
func unpack(data string, out any) error {
	rest, ok := strings.CutPrefix(data, indexMark)
	if !ok {
		return fmt.Errorf("it does not begin with %q", indexMark)
	}
	u := unpacker{rest: rest}
	u.table = make([]string, u.count())
	for i := range u.table {
		u.table[i] = u.bytes(u.count())
	}
	u.value(reflect.ValueOf(out).Elem())
	if u.broken || u.rest != "" {
		return fmt.Errorf("it is damaged %d bytes before its end", len(u.rest))
	}
	return nil
}

// unpacker reads on from rest. Once broken it yields zeroes.
type unpacker struct {
	rest   string
	table  []string
	broken bool
}

// number reads a varint, least significant seven bits first.
func (u *unpacker) number() uint64 {
	var n uint64
	for i := 0; i < len(u.rest) && i < binary.MaxVarintLen64; i++ {
		b := u.rest[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			u.rest = u.rest[i+1:]
			return n
		}
	}
	u.broken = true
	return 0
}

// count reads a number of things that each take at least one byte.
func (u *unpacker) count() int {
	n := u.number()
	if n > uint64(len(u.rest)) {
		u.broken = true
		return 0
	}
	return int(n)
}

func (u *unpacker) bytes(n int) string {
	n = min(n, len(u.rest))
	s := u.rest[:n]
	u.rest = u.rest[n:]
	return s
}

func (u *unpacker) text() string {
	n := u.number()
	switch {
	case n%2 == 0 && n/2 <= uint64(len(u.rest)):
		return u.bytes(int(n / 2))
	case n%2 == 1 && n/2 < uint64(len(u.table)):
		return u.table[n/2]
	}
	u.broken = true
	return ""
}

func (u *unpacker) strings(list *[]string) {
	n := u.count()
	if n == 0 {
		return
	}
	*list = make([]string, n)
	for i := range *list {
		(*list)[i] = u.text()
	}
}

func (u *unpacker) value(v reflect.Value) {
	if u.broken {
		return
	}
	if list, ok := v.Addr().Interface().(*[]string); ok {
		u.strings(list) // most of an index, and several times faster without reflection
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		u.value(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			u.value(v.Field(i))
		}
	case reflect.Slice:
		if n := u.count(); n > 0 {
			s := reflect.MakeSlice(v.Type(), n, n)
			for i := range n {
				u.value(s.Index(i))
			}
			v.Set(s)
		}
	case reflect.Map:
		if n := u.count(); n > 0 {
			m := reflect.MakeMapWithSize(v.Type(), n)
			for range n {
				key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
				u.value(key)
				u.value(elem)
				m.SetMapIndex(key, elem)
			}
			v.Set(m)
		}
	case reflect.String:
		v.SetString(u.text())
	case reflect.Bool:
		v.SetBool(u.number() == 1)
	}
}

package vendors

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/netvet/netvet/scanner/strictyaml"
)

// registriesDir is where the registries' rows are: with -update registry.gen is
// made of them, else it is compared with them.
var registriesDir = flag.String("registries", "../../shared/reference/vendors/identifiers", "folder of the registries' rows as CSV: oui.csv, pen.csv, pci_vendor.csv, usb_vendor.csv")

// registryRow is one row of a registry: a key of a table, and who holds it.
type registryRow struct {
	table int
	key   uint64
	name  string
}

// registryRows reads the rows of all registries; nil when they are not here.
func registryRows(t *testing.T, notes *registryNotes) []registryRow {
	t.Helper()
	var out []registryRow
	for _, r := range notes.Registries {
		f, err := os.Open(filepath.Join(*registriesDir, r.File))
		if os.IsNotExist(err) {
			return nil
		}
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatalf("%s: %v", r.File, err)
		}
		for i, row := range rows[1:] {
			table, base := registryTable(r.ID, row[0])
			key, err := strconv.ParseUint(row[0], base, 64)
			name := strings.TrimSpace(row[1])
			if err != nil || name == "" || len(name) > longestName {
				t.Fatalf("%s, row %d: cannot hold %q", r.File, i+2, row)
			}
			out = append(out, registryRow{table, key, name})
		}
	}
	slices.SortFunc(out, func(a, b registryRow) int {
		return cmp.Or(cmp.Compare(a.table, b.table), cmp.Compare(a.key, b.key), cmp.Compare(a.name, b.name))
	})
	return slices.Compact(out)
}

func registryTable(id, key string) (table, base int) {
	switch id {
	case "oui":
		return map[int]int{6: macBlocks24, 7: macBlocks28, 9: macBlocks36}[len(key)], 16
	case "pci":
		return pciTable, 16
	case "usb":
		return usbTable, 16
	}
	return enterpriseTable, 10
}

// committedRows are the rows that a registry holds.
func committedRows(r *registry) []registryRow {
	var out []registryRow
	for table, rows := range r.tables {
		size := keySizes[table]
		for i := range len(rows) / (size + nameSize) {
			key := uint64(i)
			if size > 0 {
				key = bigEndian(rows[i*(size+nameSize):], size)
			}
			if at := r.nameOf(table, i); at >= 0 {
				out = append(out, registryRow{table, key, r.name(at)})
			}
		}
	}
	return out
}

const aboutRegistries = "registry/about.yaml"

func readRegistryNotes(t *testing.T) *registryNotes {
	t.Helper()
	data, err := os.ReadFile(aboutRegistries)
	if err != nil {
		t.Fatal(err)
	}
	notes := &registryNotes{}
	if err := strictyaml.Decode(aboutRegistries, data, notes); err != nil {
		t.Fatal(err)
	}
	for _, v := range notes.Virtual {
		if !isHex(v.Prefix) || len(v.Prefix) < 4 || v.What == "" || v.Source == "" {
			t.Errorf("%s: virtual_mac %+v: write the prefix as hexadecimal digits, what it is, and the source", aboutRegistries, v)
		}
	}
	return notes
}

// TestRegistry holds registry.gen equal to its description and, where they are
// at hand, to the registries' rows; with -update it is written anew.
func TestRegistry(t *testing.T) {
	notes := readRegistryNotes(t)
	rows := registryRows(t, notes)
	if rows == nil {
		r, err := builtInRegistry()
		if err != nil {
			t.Fatal(err)
		}
		rows = committedRows(r)
	}
	want := compileRegistry(notes, rows)
	if *update {
		if err := os.WriteFile("registry.gen", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if registryFile != string(want) {
		t.Errorf("registry.gen differs from %s and the rows of %s: write it anew with go test ./vendors -run TestRegistry -update", aboutRegistries, *registriesDir)
	}
}

// compileRegistry writes a registry of sorted rows.
func compileRegistry(notes *registryNotes, rows []registryRow) []byte {
	var names []string
	for _, r := range rows {
		names = append(names, r.name)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	number := map[string]int{}
	for i, n := range names {
		number[n] = i + 1
	}
	described := *notes
	described.Registries = slices.Clone(notes.Registries)
	for i := range described.Registries {
		r := &described.Registries[i]
		r.SHA256 = sumOf(r.ID, rows)
	}
	var body []byte
	part := func(data []byte) { body = append(binary.AppendUvarint(body, uint64(len(data))), data...) }
	part(pack(described))
	c := newCoder(names)
	for _, s := range c.codes {
		part([]byte(s))
	}
	body = binary.AppendUvarint(body, uint64(len(names)))
	part(c.offsets)
	part(c.text)
	for table := range registryTables {
		part(tableOf(table, rows, number))
	}
	sum := sha256.Sum256(body)
	return slices.Concat([]byte(registryMark), sum[:], body)
}

// sumOf is the SHA-256 of a registry's rows, one a line: key, space, name.
func sumOf(id string, rows []registryRow) string {
	h := sha256.New()
	for _, r := range rows {
		if registryOf[r.table] == id {
			fmt.Fprintf(h, "%s %s\n", (&holds{table: r.table, key: r.key}).id(), r.name)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// registryOf names the registry that each table is of.
var registryOf = [registryTables]string{macBlocks24: "oui", macBlocks28: "oui", macBlocks36: "oui", enterpriseTable: "pen", pciTable: "pci", usbTable: "usb"}

func tableOf(table int, rows []registryRow, number map[string]int) []byte {
	var out []byte
	size := keySizes[table]
	put := func(v uint64, n int) {
		for n--; n >= 0; n-- {
			out = append(out, byte(v>>(8*n)))
		}
	}
	for _, r := range rows {
		if r.table != table {
			continue
		}
		for size == 0 && len(out) < int(r.key)*nameSize {
			put(0, nameSize)
		}
		put(r.key, size)
		put(uint64(number[r.name]), nameSize)
	}
	return out
}

// coder finds the strings that stand for bytes of code: the pair of codes that
// is met most becomes a code, until there are none left.
type coder struct {
	codes   [256]string
	offsets []byte
	text    []byte
}

// rareByte is how often a byte must occur to have a code of its own.
const rareByte = 100

func newCoder(sorted []string) *coder {
	c := &coder{}
	var shared []int
	var tails [][]int
	counts := [256]int{}
	for i, n := range sorted {
		k := 0
		if i%namesPerBlock > 0 {
			for k < min(len(n), len(sorted[i-1])) && n[k] == sorted[i-1][k] {
				k++
			}
		}
		shared = append(shared, k)
		for j := k; j < len(n); j++ {
			counts[n[j]]++
		}
	}
	code := [256]int{}
	next := escape + 1
	for b, n := range counts {
		if code[b] = 256 + b; n >= rareByte { // a token above 255 stands for a byte that is escaped
			code[b], c.codes[next] = next, string([]byte{byte(b)})
			next++
		}
	}
	for i, n := range sorted {
		var tail []int
		for j := shared[i]; j < len(n); j++ {
			tail = append(tail, code[n[j]])
		}
		tails = append(tails, tail)
	}
	for ; next < 256; next++ {
		a, b, ok := commonPair(tails)
		if !ok {
			break
		}
		c.codes[next] = c.codes[a] + c.codes[b]
		for i := range tails {
			tails[i] = joinPair(tails[i], a, b, next)
		}
	}
	c.write(shared, tails)
	return c
}

// commonPair returns the two codes that stand beside each other most often.
func commonPair(tails [][]int) (a, b int, ok bool) {
	var counts [256 * 256]int
	best := 0
	for _, tail := range tails {
		for i := 1; i < len(tail); i++ {
			if tail[i-1] < 256 && tail[i] < 256 {
				counts[tail[i-1]<<8|tail[i]]++
			}
		}
	}
	for pair, n := range counts {
		if n > counts[best] {
			best = pair
		}
	}
	return best >> 8, best & 0xff, counts[best] > 1
}

func joinPair(tail []int, a, b, as int) []int {
	out := tail[:0]
	for i := 0; i < len(tail); i++ {
		if i+1 < len(tail) && tail[i] == a && tail[i+1] == b {
			out = append(out, as)
			i++
			continue
		}
		out = append(out, tail[i])
	}
	return out
}

func (c *coder) write(shared []int, tails [][]int) {
	for i, tail := range tails {
		if i%namesPerBlock == 0 {
			at := len(c.text)
			c.offsets = append(c.offsets, byte(at>>16), byte(at>>8), byte(at))
		} else {
			c.text = append(c.text, byte(shared[i]))
		}
		var code []byte
		for _, t := range tail {
			if t >= 256 {
				code = append(code, escape)
			}
			code = append(code, byte(t))
		}
		c.text = append(append(c.text, byte(len(code))), code...)
	}
}

// TestRegistryIsWhole: the checksum is that of the content, every name decodes,
// and every row is found.
func TestRegistryIsWhole(t *testing.T) {
	r, err := builtInRegistry()
	if err != nil {
		t.Fatal(err)
	}
	content := registryFile[len(registryMark)+sha256.Size:]
	if sum := sha256.Sum256([]byte(content)); hex.EncodeToString(sum[:]) != r.sum {
		t.Error("the checksum of registry.gen is not that of its content")
	}
	before := ""
	for i := range r.names {
		name := r.name(i)
		if name <= before {
			t.Fatalf("name %d, %q, does not come after %q", i, name, before)
		}
		before = name
	}
	rows := committedRows(r)
	if len(rows) < 100_000 {
		t.Errorf("only %d rows", len(rows))
	}
	checkRows(t, r, rows)
	for _, about := range r.notes.Registries {
		if sum := sumOf(about.ID, rows); sum != about.SHA256 {
			t.Errorf("the rows of %s have the checksum %s, not %s", about.ID, sum, about.SHA256)
		}
	}
}

// TestRegistryRows: every row of the registries looks up to its own name.
func TestRegistryRows(t *testing.T) {
	rows := registryRows(t, readRegistryNotes(t))
	if rows == nil {
		t.Skipf("no registries to compare with: %s is not there", *registriesDir)
	}
	r, err := builtInRegistry()
	if err != nil {
		t.Fatal(err)
	}
	checkRows(t, r, rows)
}

func checkRows(t *testing.T, r *registry, rows []registryRow) {
	t.Helper()
	for _, row := range rows {
		h, ok := r.find(row.table, row.key)
		found := false
		for i := h.row; ok && i < h.row+h.rows; i++ {
			found = found || r.name(r.nameOf(h.table, i)) == row.name
		}
		if !found {
			t.Fatalf("%s %x does not look up to %q", registryNames[row.table], row.key, row.name)
		}
	}
}

// TestRegistryBlocks: the smallest block that holds an address is the one given.
func TestRegistryBlocks(t *testing.T) {
	rows := []registryRow{{macBlocks24, 0x0050c2, "Registrar"}, {macBlocks24, 0x70b3d5, "Registrar"}, {macBlocks28, 0x1234567, "Middle"},
		{macBlocks36, 0x0050c2fab, "Old small"}, {macBlocks36, 0x70b3d5001, "Small"}, {enterpriseTable, 9, "ciscoSystems"}, {pciTable, 0x8086, "Intel Corporation"}}
	r, err := readRegistry(string(compileRegistry(&registryNotes{}, rows)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ digits, want string }{
		{"70b3d5001234", "IEEE MA-S 70b3d5001 Small"},
		{"70b3d5002234", "IEEE MA-L 70b3d5 Registrar"},
		{"70b3d5", "IEEE MA-L 70b3d5 Registrar"},
		{"0050c2fab000", "IEEE IAB 0050c2fab Old small"},
		{"123456789abc", "IEEE MA-M 1234567 Middle"},
		{"123456", ""},
		{"123457", ""},
	} {
		got := ""
		if h, ok := r.block(c.digits); ok {
			e := r.registrations(&h)[0]
			got = e.Registry + " " + e.ID + " " + e.Organisation
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.digits, got, c.want)
		}
	}
	for _, c := range []struct {
		table int
		key   uint64
		want  string
	}{{enterpriseTable, 9, "9"}, {enterpriseTable, 8, ""}, {enterpriseTable, 10, ""}, {enterpriseTable, 1 << 62, ""}, {pciTable, 0x8086, "8086"}, {usbTable, 0x8086, ""}} {
		h, ok := r.find(c.table, c.key)
		if got := h.id(); ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%d %x: %q %v, want %q", c.table, c.key, got, ok, c.want)
		}
	}
}

// FuzzRegistry changes a small registry: reading it gives an error or a registry
// that can be asked anything.
func FuzzRegistry(f *testing.F) {
	var rows []registryRow
	for i := range 40 {
		rows = append(rows, registryRow{i % registryTables, uint64(i), fmt.Sprintf("Maker %d GmbH é", i)})
	}
	slices.SortFunc(rows, func(a, b registryRow) int {
		return cmp.Or(cmp.Compare(a.table, b.table), cmp.Compare(a.key, b.key))
	})
	good := compileRegistry(&registryNotes{Virtual: []virtualBlock{{"005056", "x", "y"}}}, rows)
	f.Add(good)
	for _, at := range []int{30, 60, 90, len(good) / 2, len(good) - 9} {
		f.Add(good[:at])
		bad := bytes.Clone(good)
		bad[at] ^= 0xff
		f.Add(bad)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := readRegistry(string(data))
		if err != nil {
			return
		}
		for i := range min(r.names, 1000) {
			if n := r.name(i); len(n) > 2*longestName {
				t.Fatalf("name %d has %d bytes", i, len(n))
			}
		}
		for table := range registryTables {
			for _, key := range []uint64{0, 1, 39, 0xffff, 1 << 40} {
				if h, ok := r.find(table, key); ok {
					r.registrations(&h)
				}
			}
		}
	})
}

func BenchmarkRegistry(b *testing.B) {
	r, err := builtInRegistry()
	if err != nil {
		b.Fatal(err)
	}
	rows := committedRows(r)
	b.Run("find", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			row := &rows[i*7919%len(rows)]
			r.find(row.table, row.key)
		}
	})
	b.Run("name", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			r.name(i * 7919 % r.names)
		}
	})
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := readRegistry(registryFile); err != nil {
				b.Fatal(err)
			}
		}
	})
}

package vendors

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/netvet/netvet"
)

// counted says which other organisations of the public registries have exactly
// an ambiguous name of a supplier, the legal form left out: whether "Delta" with
// a legal form can be anybody else. It is computed when the index is written,
// for all names under ambiguous, and for Chinese names in Latin letters.
type counted struct {
	Supplier string
	Name     string // as under ambiguous
	// Others are they as registered, without variants of spelling; empty when
	// nobody else is there. An entry without a legal form may be the supplier.
	Others []string
}

// maxOthers is how many others are kept: more say nothing new.
const maxOthers = 8

// recordName keys a name of a record, folded and without its legal form.
type recordName struct {
	rec  int32
	bare string
}

// Namesakes returns the organisations of the public registries, other than the
// supplier itself, that have exactly this ambiguous name of its, the legal form
// left out; at most eight. An entry without a legal form may be the supplier
// itself under an identifier that no record lists. It is false for a name that is not ambiguous, and for
// one that nobody counted: those of a user's own suppliers.
func (d *Directory) Namesakes(supplier, raw string) (others []string, known bool) {
	r := d.resolverOf()
	rec, ok := r.at[supplier]
	if !ok {
		return nil, false
	}
	n := &name{}
	r.fold(n, raw)
	if len(n.words) == 0 {
		return nil, false
	}
	i, j := n.bare()
	return r.namesakes(rec, n.run(i, j))
}

// namesakes is Namesakes for a name folded and without its legal form.
func (r *resolver) namesakes(rec int32, bare string) (others []string, known bool) {
	r.namesakesOnce.Do(func() {
		r.byName = make(map[recordName][]string, len(r.counted))
		n := &name{}
		for _, c := range r.counted {
			if rec, ok := r.at[c.Supplier]; ok {
				r.fold(n, c.Name)
				i, j := n.bare()
				r.byName[recordName{rec, n.run(i, j)}] = c.Others
			}
		}
	})
	others, known = r.byName[recordName{rec, bare}]
	return others, known
}

// countNamesakes counts for every ambiguous name of every supplier.
func (d *Directory) countNamesakes() []counted {
	r := d.resolverOf()
	p := r.public()
	if p.from == nil {
		return nil
	}
	out, asked := r.ambiguousNames()
	out, spoken := r.spokenNames(out)
	own := r.registeredNames()
	n := &name{}
	seen := map[recordName]bool{} // what is counted already, by its spelling
	for number := range p.from.names {
		org := p.from.name(number)
		r.fold(n, org)
		if len(n.words) == 0 {
			continue
		}
		i, j := n.bare()
		for _, at := range append(slices.Clone(asked[n.run(i, j)]), n.places(spoken)...) {
			rec := r.at[out[at].Supplier]
			spelling := recordName{rec, n.text}
			if seen[spelling] || p.noName(org) != "" || slices.Contains(own[number], rec) || r.isNameOf(rec, n) || len(out[at].Others) == maxOthers {
				continue
			}
			seen[spelling] = true
			out[at].Others = append(out[at].Others, org)
		}
	}
	return out
}

// ambiguousNames lists the ambiguous names, and their places in the list by the
// name folded and without its legal form.
func (r *resolver) ambiguousNames() (list []counted, places map[string][]int) {
	places = map[string][]int{}
	n := &name{}
	for at, rec := range r.records {
		taken := map[string]bool{}
		for _, raw := range rec.Ambiguous {
			r.fold(n, raw)
			if len(n.words) == 0 {
				continue
			}
			i, j := n.bare()
			if bare := n.run(i, j); !taken[bare] {
				taken[bare] = true
				places[bare] = append(places[bare], len(list))
				list = append(list, counted{Supplier: r.records[at].ID, Name: raw})
			}
		}
	}
	return list, places
}

// spokenNames adds the Chinese names as they are spelt in Latin letters to a
// list, and returns their places in it. Whoever has one among the words of his
// name is a namesake: the spelling stands for many names.
func (r *resolver) spokenNames(list []counted) ([]counted, map[string][]int) {
	places := map[string][]int{}
	today := netvet.Date("9999").Start() // whoever belongs together by now
	for at, rec := range r.records {
		for s := range rec.spoken() {
			if r.ownSpoken(int32(at), r.claims[s.spelt], today) && !slices.ContainsFunc(places[s.spelt], func(p int) bool { return list[p].Supplier == rec.ID }) {
				places[s.spelt] = append(places[s.spelt], len(list))
				list = append(list, counted{Supplier: rec.ID, Name: s.spelt})
			}
		}
	}
	return list, places
}

// places returns the places of a name's words.
func (n *name) places(of map[string][]int) (out []int) {
	for i := range n.words {
		out = append(out, of[n.at(i)]...)
	}
	return out
}

// registeredNames lists, by the number of a registry's name, the records that
// have an identifier registered under it and are sure of it.
func (r *resolver) registeredNames() map[int][]int32 {
	own := map[int][]int32{}
	from := r.public().from
	number := func(digits string) uint64 {
		n, _ := strconv.ParseUint(digits, 10, 64) // lint holds it a number
		return n
	}
	add := func(rec int32, table int, id string, key uint64) {
		h, ok := from.find(table, key)
		if !ok || slices.Contains(r.records[rec].IDs.Doubtful, id) {
			return
		}
		for row := h.row; row < h.row+h.rows; row++ {
			name := from.nameOf(table, row)
			own[name] = append(own[name], rec)
		}
	}
	for i, rec := range r.records {
		for _, v := range rec.IDs.OUI {
			add(int32(i), map[int]int{6: macBlocks24, 7: macBlocks28, 9: macBlocks36}[len(v)], "oui:"+v, hexNumber(v))
		}
		for _, v := range rec.IDs.PCI {
			add(int32(i), pciTable, "pci:"+v, hexNumber(v))
		}
		for _, v := range rec.IDs.USB {
			add(int32(i), usbTable, "usb:"+v, hexNumber(v))
		}
		for _, v := range rec.IDs.PEN {
			add(int32(i), enterpriseTable, "pen:"+v, number(v))
		}
	}
	return own
}

// isNameOf reports whether a folded name is the record's legal name, or a name
// that the data has with that very legal form.
func (r *resolver) isNameOf(rec int32, n *name) bool {
	i, j := n.bare()
	said := legalName{n.run(i, j), n.form()}
	record := r.records[rec]
	for _, raw := range slices.Concat([]string{record.Name}, record.Aliases, record.Former) {
		if own := r.legalName(raw); own == said && cmp.Or(own.form, said.form) != "" {
			return true
		}
	}
	return false
}

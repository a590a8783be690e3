package kit

import (
	"cmp"
	"slices"
	"strings"
)

// Statement is what a source says of the versions of one product.
type Statement struct {
	Maker     string // as written
	Product   string
	Source    string // who says so: ByCNA, ByADP, or the id of an advisory
	Whole     bool   // the product goes by this name; false for one of a list or an abbreviation
	Default   string // status of versions that no range holds: affected, unaffected, unknown
	Platforms []string
	Ranges    []Range
}

// The sources of statements, by whose word they are.
const (
	ByCNA = "CNA" // the authority that assigned the id, mostly the maker
	ByADP = "ADP" // who added to the record
)

// Range is a run of versions and their status.
type Range struct {
	Status  string // affected, unaffected, unknown
	Version string // the only one, or where the range begins
	End     string // empty when there is only one
	Closed  bool   // the end is part of the range
	Open    bool   // the beginning is not part of the range
	Type    string // of the versions, in the words of the record
	Changes []Change
}

// Change is a version of a range from which its status is another.
type Change struct{ At, Status string }

// makerName is a maker as a record writes it.
type makerName struct{ key, written, cpe string }

type statementKey struct{ maker, product string }

// statementBook gathers the statements of one record by the names under which
// they are looked up.
type statementBook struct {
	by     map[statementKey][]Statement
	order  []statementKey
	makers []makerName
}

func (b *statementBook) add(m makerName, product string, s Statement) {
	if m.key == "" || strings.ContainsRune(m.key, 0) {
		return
	}
	if !slices.Contains(b.makers, m) {
		b.makers = append(b.makers, m)
	}
	for _, n := range ProductNames(m.written, product) {
		s.Whole = n.Whole
		b.put(statementKey{m.key, n.Key}, s)
	}
}

// maxStatements bounds what one record says of one product of a maker.
const maxStatements = 256

func (b *statementBook) put(key statementKey, s Statement) {
	if b.by == nil {
		b.by = map[statementKey][]Statement{}
	}
	have := b.by[key]
	if have == nil {
		b.order = append(b.order, key)
	}
	same := func(h Statement) bool { return h.Product == s.Product && h.Source == s.Source && equalRanges(h, s) }
	if len(have) < maxStatements && !slices.ContainsFunc(have, same) {
		b.by[key] = append(have, s)
	}
}

func equalRanges(a, b Statement) bool {
	return a.Default == b.Default && slices.Equal(a.Platforms, b.Platforms) && slices.EqualFunc(a.Ranges, b.Ranges, func(x, y Range) bool {
		return x.Status == y.Status && x.Version == y.Version && x.End == y.End && x.Closed == y.Closed && x.Open == y.Open && x.Type == y.Type && slices.Equal(x.Changes, y.Changes)
	})
}

// statements takes what the containers of a record say.
func (r *cveRecord) statements(b *statementBook) {
	for i, c := range r.all() {
		source := ByADP
		if i == 0 {
			source = ByCNA
		}
		for j := range c.Affected {
			c.Affected[j].statement(source, b)
		}
		for _, a := range c.Applicability {
			a.statements(source, b)
		}
	}
}

// statement takes one affected entry, under the name that it gives and under
// those of its CPE names.
func (a *cveAffected) statement(source string, b *statementBook) {
	s := Statement{Maker: a.Vendor, Product: cmp.Or(a.Product, a.PackageName), Source: source,
		Default: cmp.Or(a.DefaultStatus, "unknown"), Platforms: a.Platforms}
	for _, v := range a.Versions {
		s.Ranges = append(s.Ranges, v.rangeOf())
	}
	if m, product := namedMaker(a.Vendor, s.Product); product != "" {
		b.add(m, product, s)
	}
	for _, text := range a.CPEs {
		if n, ok := readCPE(text); ok {
			b.add(makerName{MakerKey(n.vendor), n.vendor, n.vendor}, strings.ReplaceAll(n.product, "_", " "), s)
		}
	}
}

// namedMaker takes the maker from the front of the product's name when the
// record names none.
func namedMaker(vendor, product string) (makerName, string) {
	if key := MakerKey(vendor); key != "" && key != "na" && key != "unknown" {
		return makerName{key: key, written: vendor}, product
	}
	first, rest, _ := strings.Cut(strings.TrimSpace(product), " ")
	if MakerKey(first) == "na" || rest == "" {
		return makerName{}, ""
	}
	first = marks.Replace(strings.ToLower(first))
	return makerName{key: MakerKey(first), written: first}, rest
}

func (v *cveVersion) rangeOf() Range {
	r := Range{Status: cmp.Or(v.Status, "unknown"), Version: v.Version, End: cmp.Or(v.Less, v.LessEq), Closed: v.Less == "" && v.LessEq != "", Type: v.Type}
	for _, c := range v.Changes {
		r.Changes = append(r.Changes, Change{c.At, c.Status})
	}
	return r
}

// statements takes the CPE names of vulnerable products. What must run beside
// them is not looked at: it would only make fewer of them affected.
func (a *cveApplicability) statements(source string, b *statementBook) {
	for _, node := range a.Nodes {
		if node.Negate {
			continue
		}
		for _, m := range node.Match {
			n, ok := readCPE(m.Criteria)
			if !ok || !m.Vulnerable {
				continue
			}
			v := Range{Status: "affected", Version: cmp.Or(m.From, m.After, "0"), Open: m.After != "" && m.From == "", End: cmp.Or(m.Before, m.To), Closed: m.Before == "" && m.To != ""}
			switch {
			case v.End == "" && m.From == "" && m.After == "" && n.version != "*":
				v.Version = strings.Trim(n.version, "-")
			case v.End == "":
				v.End = "*"
			}
			product := strings.ReplaceAll(n.product, "_", " ")
			b.add(makerName{MakerKey(n.vendor), n.vendor, n.vendor}, product,
				Statement{Maker: n.vendor, Product: product, Source: source, Default: "unaffected", Ranges: []Range{v}})
		}
	}
}

func encodeStatements(updated string, list []Statement) []byte {
	var e encoder
	e.text(updated)
	e.number(len(list))
	for _, s := range list {
		e.text(s.Maker)
		e.text(s.Product)
		e.text(s.Source)
		e.number(flag(s.Whole))
		e.text(s.Default)
		e.list(s.Platforms)
		e.number(len(s.Ranges))
		for _, r := range s.Ranges {
			r.encode(&e)
		}
	}
	return e.b
}

func (r *Range) encode(e *encoder) {
	e.text(r.Status)
	e.text(r.Version)
	e.text(r.End)
	e.number(flag(r.Closed) | flag(r.Open)<<1)
	e.text(r.Type)
	e.number(len(r.Changes))
	for _, c := range r.Changes {
		e.text(c.At)
		e.text(c.Status)
	}
}

func decodeStatements(value []byte) (updated string, list []Statement, ok bool) {
	d := decoder{b: value}
	updated = d.text()
	list = make([]Statement, d.count())
	for i := range list {
		s := Statement{Maker: d.text(), Product: d.text(), Source: d.text(), Whole: d.number() != 0, Default: d.text(), Platforms: d.list()}
		s.Ranges = make([]Range, d.count())
		for j := range s.Ranges {
			s.Ranges[j].decode(&d)
		}
		list[i] = s
	}
	return updated, list, !d.bad
}

func (r *Range) decode(d *decoder) {
	r.Status, r.Version, r.End = d.text(), d.text(), d.text()
	flags := d.number()
	r.Closed, r.Open = flags&1 != 0, flags&2 != 0
	r.Type = d.text()
	r.Changes = make([]Change, d.count())
	for i := range r.Changes {
		r.Changes[i] = Change{d.text(), d.text()}
	}
}

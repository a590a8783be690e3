package scanner

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// A product is the same product when maker and serial number are the same, in
// one input or in several. Without a serial number rows never merge: the id of
// such a product comes from maker, model, location and its ordinal among equal
// ones. A bill of materials without a serial number belongs to every row of the
// same maker and model. The version is no part of identity: an upgraded product
// is the same product.

// placeholders are what firmware and people write into a serial field when
// there is none; compared in lower case without spaces and punctuation.
var placeholders = map[string]bool{
	"": true, "na": true, "none": true, "null": true, "nil": true, "unknown": true, "notspecified": true, "notavailable": true,
	"notapplicable": true, "tobefilledbyoem": true, "tobefilled": true, "defaultstring": true, "systemserialnumber": true,
	"serialnumber": true, "serial": true, "chassisserialnumber": true, "baseboardserialnumber": true, "oem": true,
	"empty": true, "noserial": true, "notsettobefilledbyoem": true, "invalid": true, "test": true, "sample": true,
	"123456789": true, "0123456789": true, "1234567890": true, "12345678": true, "1234567": true, "123456": true, "无": true, "未知": true, "暂无": true,
}

// placeholder reports whether a serial number names no single thing: a known
// filler, or one character repeated.
func placeholder(serial string) bool {
	plain := plainKey(serial)
	return placeholders[plain] || len(plain) < 3 || strings.Trim(plain, plain[:1]) == ""
}

// plainKey lowers a name and drops everything but letters and digits, so that
// "Catalyst-9300" and "CATALYST 9300" are one model.
func plainKey(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r >= 0x80:
			return r
		}
		return -1
	}, s)
}

// makerKey is the supplier when it is known, else the maker's name as written.
func makerKey(a *netvet.Assessment) string {
	if a.Match.Supplier != nil {
		return "#" + a.Match.Supplier.ID
	}
	if a.Product.Manufacturer != "" {
		return plainKey(a.Product.Manufacturer)
	}
	return plainKey(a.Product.Vendor)
}

// modelKey is the model, else the part number, else the name.
func modelKey(p *netvet.Product) string {
	for _, s := range []string{p.Model, p.PartNumber, p.Name} {
		if k := plainKey(s); k != "" {
			return k
		}
	}
	return ""
}

// serialKey identifies one product across inputs; 0 when it has no serial
// number to go by.
func serialKey(a *netvet.Assessment) uint64 {
	maker := makerKey(a)
	if maker == "" || placeholder(a.Product.Serial) {
		return 0
	}
	return hash("serial", maker, plainKey(a.Product.Serial))
}

// modelHash identifies a maker's model; 0 when either is not known.
func modelHash(a *netvet.Assessment) uint64 {
	maker, model := makerKey(a), modelKey(&a.Product)
	if maker == "" || model == "" {
		return 0
	}
	return hash("model", maker, model)
}

// identify gives the product its id.
func (r *run) identify(a *netvet.Assessment) {
	if key := serialKey(a); key != 0 {
		a.Product.ID = fmt.Sprintf("p-%016x", key)
		return
	}
	key := hash("row", makerKey(a), modelKey(&a.Product), plainKey(a.Product.Location))
	r.ordinals[key]++
	a.Product.ID = fmt.Sprintf("p-%016x", hash(fmt.Sprint(key), fmt.Sprint(r.ordinals[key])))
}

func hash(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return h.Sum64()
}

// merge adds what another input says of the same product. What both say and
// differ in is kept from the first and returned as gaps: a conflict is listed,
// not guessed away.
func merge(dst, src *netvet.Assessment) []netvet.Gap {
	sourced(dst)
	sourced(src)
	gaps := mergeProduct(dst, src)
	if src.Match.Supplier != nil && dst.Match.Supplier == nil {
		dst.Match = src.Match
	}
	attach(dst, src)
	return gaps
}

// attach adds the parts that a bill of materials lists to a product.
func attach(dst, src *netvet.Assessment) {
	if src.Product.BOM.Present && (!dst.Product.BOM.Present || src.Product.BOM.Document && !dst.Product.BOM.Document) {
		dst.Product.BOM = src.Product.BOM
	}
	if dst.Census.Total > 0 && src.Census.Total > 0 {
		dst.Gaps = append(slices.Clip(dst.Gaps), netvet.Gap{Input: lastSource(&src.Product).Input, Record: lastSource(&src.Product).Record,
			Reason: fmt.Sprintf("parts of %s are listed here and in %s: a part that both list is counted twice", dst.Product.Name, lastSource(&dst.Product).Input)})
	}
	dst.Product.References = append(slices.Clip(dst.Product.References), src.Product.References...)
	sourced(dst)
	for _, from := range src.Product.Sources {
		if from.Fields == nil {
			from.Fields = []string{fieldComponents} // a shared bill of materials gives its parts only
		}
		dst.Product.Sources = append(slices.Clip(dst.Product.Sources), from)
	}
	dst.Census = addCensus(dst.Census, src.Census)
	dst.Services = append(slices.Clip(dst.Services), src.Services...)
	joinKnown(dst, src)
	dst.Attestations = append(slices.Clip(dst.Attestations), src.Attestations...)
	dst.Observations = append(slices.Clip(dst.Observations), src.Observations...)
	dst.Declarations = append(slices.Clip(dst.Declarations), src.Declarations...)
	dst.Candidates = addCandidates(dst.Candidates, src.Candidates)
	dst.Makers = addMakers(dst.Makers, src.Makers)
	dst.Gaps = append(slices.Clip(dst.Gaps), src.Gaps...)
}

// productFields are the texts of a product that any of its sources may give.
var productFields = []struct {
	name string
	of   func(*netvet.Product) *string
}{
	{"name", func(p *netvet.Product) *string { return &p.Name }},
	{"model", func(p *netvet.Product) *string { return &p.Model }},
	{"part_number", func(p *netvet.Product) *string { return &p.PartNumber }},
	{"version", func(p *netvet.Product) *string { return &p.Version }},
	{"manufacturer", func(p *netvet.Product) *string { return &p.Manufacturer }},
	{"serial", func(p *netvet.Product) *string { return &p.Serial }},
	{"location", func(p *netvet.Product) *string { return &p.Location }},
	{"country_of_origin", func(p *netvet.Product) *string { return &p.CountryOfOrigin }},
	{"vendor", func(p *netvet.Product) *string { return &p.Vendor }},
	{"category", func(p *netvet.Product) *string { return &p.CategoryText }},
	{"description", func(p *netvet.Product) *string { return &p.Description }},
}

// mergeProduct fills the empty fields of a product from another description and
// notes which source gave what. Where both say something else, what was there
// is kept and a gap says so; two spellings of one known maker are no conflict.
func mergeProduct(dst, src *netvet.Assessment) []netvet.Gap {
	var gaps []netvet.Gap
	var taken []string
	to, from := &dst.Product, &src.Product
	for _, field := range productFields {
		mine, other := field.of(to), *field.of(from)
		switch {
		case *mine == "" && other != "":
			*mine = other
			taken = append(taken, field.name)
		case other == "" || plainKey(*mine) == plainKey(other), field.name == "manufacturer" && sameSupplier(dst, src):
		default:
			at := giver(from, field.name)
			gaps = append(gaps, netvet.Gap{Input: at.Input, Record: at.Record, Reason: fmt.Sprintf("conflict: %s is %q here and %q in %s, which is kept",
				strings.ReplaceAll(field.name, "_", " "), other, *mine, giver(to, field.name).Input)})
		}
	}
	if to.Quantity == 0 && from.Quantity != 0 {
		to.Quantity = from.Quantity
		taken = append(taken, "quantity")
	}
	if to.Price == (netvet.Price{}) && from.Price != to.Price {
		to.Price = from.Price
		taken = append(taken, "price")
	}
	if to.Kind == "" {
		to.Kind = from.Kind
	}
	for _, id := range from.Identifiers {
		if !slices.Contains(to.Identifiers, id) {
			to.Identifiers = append(slices.Clip(to.Identifiers), id)
			taken = append(taken, identifierField(id))
		}
	}
	for _, address := range from.Addresses {
		if !slices.Contains(to.Addresses, address) {
			to.Addresses = append(slices.Clip(to.Addresses), address)
		}
	}
	from.Sources = slices.Clone(from.Sources)
	for i, s := range from.Sources {
		from.Sources[i].Fields = slices.DeleteFunc(slices.Clone(s.Fields), func(f string) bool { return f != fieldComponents && !slices.Contains(taken, f) })
	}
	return gaps
}

// sameSupplier reports whether both are known to be of one supplier.
func sameSupplier(a, b *netvet.Assessment) bool {
	return a.Match.Supplier != nil && b.Match.Supplier != nil && a.Match.Supplier.ID == b.Match.Supplier.ID
}

// fieldComponents stands for the parts among the fields of a source.
const fieldComponents = "components"

// sourced notes on the only source of a product what it gave, before another
// joins it.
func sourced(a *netvet.Assessment) {
	p := &a.Product
	if len(p.Sources) != 1 || p.Sources[0].Fields != nil {
		return
	}
	given := []string{}
	for _, field := range productFields {
		if *field.of(p) != "" {
			given = append(given, field.name)
		}
	}
	if p.Quantity != 0 {
		given = append(given, "quantity")
	}
	if p.Price != (netvet.Price{}) {
		given = append(given, "price")
	}
	for _, id := range p.Identifiers {
		if name := identifierField(id); !slices.Contains(given, name) {
			given = append(given, name)
		}
	}
	if a.Census.Total > 0 {
		given = append(given, fieldComponents)
	}
	p.Sources = slices.Clone(p.Sources)
	p.Sources[0].Fields = given
}

// identifierField names the identifiers of one scheme among the fields of a source.
func identifierField(id netvet.Identifier) string { return "identifiers." + string(id.Type) }

// giver is the source that a field was taken from.
func giver(p *netvet.Product, field string) netvet.Source {
	for _, s := range p.Sources {
		if slices.Contains(s.Fields, field) {
			return s
		}
	}
	return lastSource(p)
}

func lastSource(p *netvet.Product) netvet.Source {
	if len(p.Sources) == 0 {
		return netvet.Source{}
	}
	return p.Sources[len(p.Sources)-1]
}

func addCensus(a, b netvet.Census) netvet.Census {
	add := func(m, n map[string]int) map[string]int {
		if len(n) == 0 {
			return m
		}
		out := make(map[string]int, len(m)+len(n))
		for k, v := range m {
			out[k] += v
		}
		for k, v := range n {
			out[k] += v
		}
		return out
	}
	return netvet.Census{
		Total: a.Total + b.Total, Software: a.Software + b.Software, Firmware: a.Firmware + b.Firmware,
		Devices: a.Devices + b.Devices, Services: a.Services + b.Services,
		WithVersion: a.WithVersion + b.WithVersion, WithMaker: a.WithMaker + b.WithMaker,
		WithIdentifier: a.WithIdentifier + b.WithIdentifier, WithHash: a.WithHash + b.WithHash,
		WithLicence: a.WithLicence + b.WithLicence, WithRepository: a.WithRepository + b.WithRepository,
		WithProvenance: a.WithProvenance + b.WithProvenance, WithCountry: a.WithCountry + b.WithCountry,
		Modified: a.Modified + b.Modified, Proprietary: a.Proprietary + b.Proprietary, Resolved: a.Resolved + b.Resolved,
		Countries: add(a.Countries, b.Countries), Origins: add(a.Origins, b.Origins),
		Hosts: add(a.Hosts, b.Hosts), Ecosystems: add(a.Ecosystems, b.Ecosystems), Parts: add(a.Parts, b.Parts),
	}
}

// addCandidates joins two lists of candidates; equal ones are counted together.
func addCandidates(a, b []netvet.Candidate) []netvet.Candidate {
	type key struct{ pattern, group, name, version, maker string }
	of := func(c *netvet.Candidate) key { return key{c.Pattern, c.Group, c.Name, c.Version, c.Maker.ID} }
	out, at := slices.Clone(a), make(map[key]int, len(a))
	for i := range out {
		at[of(&out[i])] = i
	}
	for i := range b {
		if j, ok := at[of(&b[i])]; ok {
			out[j].Count += b[i].Count
			continue
		}
		at[of(&b[i])] = len(out)
		out = append(out, b[i])
	}
	return out
}

// addMakers joins two lists of maker groups; groups of one supplier become one.
func addMakers(a, b []netvet.MakerGroup) []netvet.MakerGroup {
	out := slices.Clone(a)
	for _, g := range b {
		i := slices.IndexFunc(out, func(o netvet.MakerGroup) bool {
			return o.PossibleOnly == g.PossibleOnly && groupID(&o) == groupID(&g)
		})
		if i < 0 {
			out = append(out, g)
			continue
		}
		out[i].Count += g.Count
		out[i].Weight = max(out[i].Weight, g.Weight)
	}
	slices.SortStableFunc(out, func(a, b netvet.MakerGroup) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(groupID(&a), groupID(&b)))
	})
	return out
}

func groupID(g *netvet.MakerGroup) string {
	if g.Match.Supplier != nil {
		return g.Match.Supplier.ID
	}
	if len(g.Match.Possible) > 0 {
		return g.Match.Possible[0].ID
	}
	return g.Match.Input
}

package kit

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
)

func csafSource() Source {
	return Source{
		ID: "csaf", Title: "CSAF advisories of makers", Accepts: "a folder or archive of CSAF 2.0 documents (JSON)",
		Licence: "each maker its own", URL: "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html",
		Match: func(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".json") },
		Read:  readCSAF,
	}
}

// csafDocument is what is read of a CSAF 2.0 document.
type csafDocument struct {
	Document struct {
		Version  string `json:"csaf_version"`
		Tracking struct {
			ID      string `json:"id"`
			Current string `json:"current_release_date"`
		} `json:"tracking"`
	} `json:"document"`
	Tree struct {
		Branches []csafBranch `json:"branches"`
	} `json:"product_tree"`
	Vulnerabilities []struct {
		CVE    string `json:"cve"`
		Status struct {
			Affected     []string `json:"known_affected"`
			LastAffected []string `json:"last_affected"`
			Fixed        []string `json:"fixed"`
			FirstFixed   []string `json:"first_fixed"`
			NotAffected  []string `json:"known_not_affected"`
		} `json:"product_status"`
	} `json:"vulnerabilities"`
}

type csafBranch struct {
	Category string       `json:"category"`
	Name     string       `json:"name"`
	Branches []csafBranch `json:"branches"`
	Product  *struct {
		ID string `json:"product_id"`
	} `json:"product"`
}

// csafProduct is a product of the tree: who makes it, and which versions.
type csafProduct struct {
	maker, product string
	version, span  string // one version, or a range of them
}

func readCSAF(_ context.Context, f File, in *Intake) error {
	text, err := f.ReadAll()
	if err != nil {
		return err
	}
	var d csafDocument
	if err := json.Unmarshal(text, &d); err != nil {
		if json.Valid(text) {
			return ErrOtherKind
		}
		return &UnreadableError{err}
	}
	if d.Document.Version == "" || d.Document.Tracking.ID == "" {
		return ErrOtherKind
	}
	d.take(f.Name, in)
	return nil
}

func (d *csafDocument) take(where string, in *Intake) {
	products := map[string]csafProduct{}
	for i := range d.Tree.Branches {
		d.Tree.Branches[i].products(csafProduct{}, products, 0)
	}
	taken := false
	for i := range d.Vulnerabilities {
		if v := &d.Vulnerabilities[i]; strings.HasPrefix(v.CVE, "CVE-") && !strings.ContainsRune(v.CVE, 0) {
			taken = d.statements(i, products, in) || taken
		}
	}
	if !taken {
		in.Skip("advisory that names no weakness (CVE) with versions of a maker's product", where)
		return
	}
	in.Record(d.Document.Tracking.Current)
}

// maxBranches is how deep a tree may be: the schema of CSAF allows 30 levels.
const maxBranches = 30

// products gathers the products of a branch, each with what the branches above it
// say.
func (b *csafBranch) products(above csafProduct, out map[string]csafProduct, depth int) {
	switch b.Category {
	case "vendor":
		above.maker = b.Name
	case "product_name":
		above.product = b.Name
	case "product_version":
		above.version = b.Name
	case "product_version_range":
		above.span = b.Name
	}
	if b.Product != nil && above.maker != "" && above.product != "" {
		out[b.Product.ID] = above
	}
	for i := range b.Branches {
		if depth < maxBranches {
			b.Branches[i].products(above, out, depth+1)
		}
	}
}

// statements stores what is said of one weakness, a key for each product.
func (d *csafDocument) statements(at int, products map[string]csafProduct, in *Intake) bool {
	v := &d.Vulnerabilities[at]
	by, order := map[[2]string]*Statement{}, [][2]string(nil)
	add := func(ids []string, status string) {
		for _, id := range ids {
			p, ok := products[id]
			if !ok {
				continue // a product on another: its packages are looked up by themselves
			}
			key := [2]string{p.maker, p.product}
			if by[key] == nil {
				by[key] = &Statement{Maker: p.maker, Product: p.product, Source: d.Document.Tracking.ID, Default: "unaffected"}
				order = append(order, key)
			}
			by[key].Ranges = append(by[key].Ranges, p.ranges(status)...)
		}
	}
	add(v.Status.Affected, "affected")
	add(v.Status.LastAffected, "affected")
	add(v.Status.Fixed, "unaffected")
	add(v.Status.FirstFixed, "unaffected")
	add(v.Status.NotAffected, "unaffected")
	for _, key := range order {
		var book statementBook
		m := makerName{key: MakerKey(key[0]), written: key[0]}
		book.add(m, key[1], *by[key])
		for _, k := range book.order {
			at := affectedKey(k.maker, k.product, v.CVE+"\x00"+d.Document.Tracking.ID)
			if updated, _, ok := decodeStatements(in.Get(bucketAffected, at)); ok && updated > d.Document.Tracking.Current {
				in.Skip("statement of an advisory of which a newer state was there", d.Document.Tracking.ID)
				continue
			}
			in.Put(bucketAffected, at, encodeStatements(d.Document.Tracking.Current, book.by[k]))
		}
		in.maker(m)
	}
	return len(order) > 0
}

// versRange is one constraint of a range: "vers:generic/>=1.0|<2.0", or the same
// without its scheme.
var versRange = regexp.MustCompile(`^(>=|<=|>|<|=|!=)?\s*(.+)$`)

// ranges are the versions of a product of the tree; without any they are all.
func (p *csafProduct) ranges(status string) []Range {
	text := strings.TrimSpace(p.span)
	switch {
	case text == "" && p.version == "":
		return []Range{{Status: status, Version: "*"}}
	case text == "":
		return []Range{{Status: status, Version: p.version}}
	}
	if rest, ok := strings.CutPrefix(text, "vers:"); ok {
		if _, constraints, ok := strings.Cut(rest, "/"); ok {
			text = constraints
		}
	} else if !strings.ContainsAny(text[:1], "<>=") {
		return []Range{{Status: status, Version: text}} // in words
	}
	return constraints(status, strings.Split(text, "|"))
}

// constraints puts the ends of ranges together: a beginning takes the end that
// follows it.
func constraints(status string, list []string) []Range {
	var out []Range
	begun := Range{Status: status, Version: "0"}
	open := false
	for _, text := range list {
		m := versRange.FindStringSubmatch(strings.TrimSpace(text))
		if m == nil {
			continue
		}
		switch m[1] {
		case ">=", ">":
			begun, open = Range{Status: status, Version: m[2], Open: m[1] == ">"}, true
		case "<", "<=":
			begun.End, begun.Closed = m[2], m[1] == "<="
			out = append(out, begun)
			begun, open = Range{Status: status, Version: "0"}, false
		case "!=":
			continue // the range around it says what is affected
		default:
			out = append(out, Range{Status: status, Version: m[2]})
		}
	}
	if open {
		begun.End = "*"
		out = append(out, begun)
	}
	return out
}

package sbom

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
)

func csafJSON() Format {
	return Format{
		Name:   "csaf",
		Title:  "CSAF 2.0 and 2.1 advisories and VEX, JSON",
		Expect: `a CSAF advisory (a JSON object whose "document" has a "csaf_version")`,
		Detect: detectCSAF,
		Read:   readCSAF,
	}
}

// detectCSAF goes by the version, or by the form of the product tree when that
// comes before it and is long.
func detectCSAF(s Sample) (sure float64) {
	if !bytes.Contains(s.Head, []byte(`"csaf_version"`)) && !bytes.Contains(s.Head, []byte(`"product_tree"`)) {
		return 0
	}
	lookAtJSON(s.Head, func(j *jsonTokens, key string) error {
		switch {
		case isInventoryKey(key):
			sure = 0
			return errSeen
		case key == "document" && j.kind() == '{':
			return j.object(func(key []byte) error {
				if string(key) == "csaf_version" {
					sure = 1
				}
				return nil
			})
		case key == "product_tree" && j.kind() == '{':
			return j.object(func(key []byte) error {
				if isCSAFTreeKey(string(key)) {
					sure = max(sure, 0.9)
				}
				return nil
			})
		}
		return nil
	})
	return sure
}

func isCSAFTreeKey(key string) bool {
	switch key {
	case "branches", "full_product_names", "product_groups", "relationships", "product_paths":
		return true
	}
	return false
}

// csafReader reads a CSAF document. It yields a declaration of kind "advisory"
// for each vulnerability and product with a status. The document is held without
// its texts: groups, products and whoever speaks may come last.
type csafReader struct {
	*jsonTokens
	faults *faults
	budget factBudget

	version   string
	category  string
	id        string
	publisher string
	released  string
	status    string // of the document: draft, interim, final

	branches []csafBranch
	products []csafProduct
	place    map[string]int32 // of a product in products, by its id
	groups   map[string][]int32
	ids      map[string]int32 // ids are held as numbers
	names    []string
	vulns    []csafVulnerability
}

// csafBranch is a step from the vendor to the product.
type csafBranch struct {
	category, name string
	parent         int32 // -1: none
}

type csafProduct struct {
	id, name, purl, cpe string
	models              []string // model and stock-keeping numbers
	serials             []string
	branch              int32 // -1: none
	component, platform int32 // numbers of ids, of a product that is one inside another; -1: none
	pointer             string
}

type csafVulnerability struct {
	pointer  string
	names    []string // CVE, then other ids; the title when there are none
	cwes     []string // numbers
	statuses []csafAbout
	flags    []csafAbout // why a product is not affected
	remedies []csafAbout
	scores   []csafAbout
}

// csafAbout is one word about products and groups of products.
type csafAbout struct {
	word     string
	products []int32
	groups   []int32
}

func newCSAF(src *Stream, emit func(Record) error) *csafReader {
	r := &csafReader{faults: newFaults(emit), budget: newFactBudget(src.Options), place: make(map[string]int32), groups: make(map[string][]int32), ids: make(map[string]int32)}
	r.jsonTokens = heldJSON(src, r.faults)
	return r
}

func readCSAF(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	r := newCSAF(src, emit)
	err := r.read()
	if err == nil {
		err = r.yield(emit)
	}
	if err != nil {
		return Info{Version: r.version}, err
	}
	note := fmt.Sprintf("%s %s by %s: %d products, %d vulnerabilities", cmp.Or(r.category, "advisory"), r.id, cmp.Or(r.publisher, "no one named"), len(r.products), len(r.vulns))
	return Info{Version: r.version, Notes: []string{note}}, r.faults.finish()
}

func (r *csafReader) read() error {
	if err := jsonDocument(r.jsonTokens, func(key []byte) error {
		switch string(key) {
		case "document":
			return r.object(r.documentMember)
		case "product_tree":
			return r.object(r.treeMember)
		case "vulnerabilities":
			return r.array(r.vulnerability)
		}
		return nil
	}); err != nil {
		return err
	}
	switch {
	case r.version == "":
		return errors.New("the document has no csaf_version: which version of CSAF it follows is not known")
	case !strings.HasPrefix(r.version, "2."):
		return fmt.Errorf("CSAF version %q is not supported: expected 2.0 or 2.1", short(r.version))
	}
	return nil
}

func (r *csafReader) documentMember(key []byte) (err error) {
	switch string(key) {
	case "csaf_version":
		r.version, err = r.string()
	case "category":
		r.category, err = r.string()
	case "publisher":
		var name, category string
		err = r.object(func(key []byte) (err error) {
			switch string(key) {
			case "name":
				name, err = r.string()
			case "category":
				category, err = r.string()
			}
			return err
		})
		if r.publisher = name; category != "" {
			r.publisher = strings.TrimSpace(name + " (" + category + ")")
		}
	case "tracking":
		err = r.object(func(key []byte) (err error) {
			switch string(key) {
			case "id":
				r.id, err = r.string()
			case "current_release_date":
				r.released, err = r.string()
			case "status":
				r.status, err = r.string()
			}
			return err
		})
	}
	return err
}

func (r *csafReader) treeMember(key []byte) error {
	const tree = "/product_tree/"
	switch string(key) {
	case "branches":
		return r.branchList(-1, tree+"branches")
	case "full_product_names":
		return r.array(func(i int) error {
			_, err := r.product(-1, tree+"full_product_names/"+strconv.Itoa(i))
			return err
		})
	case "relationships":
		return r.array(func(i int) error { return r.relationship(tree + "relationships/" + strconv.Itoa(i)) })
	case "product_paths":
		return r.array(func(i int) error { return r.productPath(tree + "product_paths/" + strconv.Itoa(i)) })
	case "product_groups":
		return r.array(func(int) error { return r.group() })
	}
	return nil
}

// branchList reads the branches below a branch. A branch may name itself after
// what is below it.
func (r *csafReader) branchList(parent int32, pointer string) error {
	return r.array(func(i int) error {
		if err := r.budget.take(1); err != nil {
			return err
		}
		at := int32(len(r.branches))
		r.branches = append(r.branches, csafBranch{parent: parent})
		here := pointer + "/" + strconv.Itoa(i)
		return r.object(func(key []byte) (err error) {
			switch string(key) {
			case "category":
				r.branches[at].category, err = r.word()
			case "name":
				r.branches[at].name, err = r.string()
			case "product":
				_, err = r.product(at, here+"/product")
			case "branches":
				err = r.branchList(at, here+"/branches")
			}
			return err
		})
	})
}

// product reads the full name of a product and returns its place, or -1.
func (r *csafReader) product(branch int32, pointer string) (int32, error) {
	p := csafProduct{branch: branch, component: -1, platform: -1, pointer: shortPointer(pointer)}
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "product_id":
			p.id, err = r.string()
		case "name":
			p.name, err = r.string()
		case "product_identification_helper":
			err = r.object(func(key []byte) error { return r.helper(&p, key) })
		}
		return err
	})
	if err == nil {
		err = r.budget.take(1)
	}
	if err != nil {
		return -1, err
	}
	if p.id == "" {
		r.faults.add("product without an id", p.pointer, fmt.Sprintf("product %q has no product_id: nothing can refer to it", short(p.name)))
		return -1, nil
	}
	if first, ok := r.place[p.id]; ok {
		r.faults.add("product id given twice", p.pointer, fmt.Sprintf("product id %q is %q here and %q before: the first is taken", short(p.id), short(p.name), short(r.products[first].name)))
		return -1, nil
	}
	at := int32(len(r.products))
	r.place[p.id] = at
	r.products = append(r.products, p)
	return at, nil
}

// helper reads what else names a product. CSAF 2.1 has lists of package URLs.
func (r *csafReader) helper(p *csafProduct, key []byte) (err error) {
	switch string(key) {
	case "purl":
		p.purl, err = r.string()
	case "purls":
		var list []string
		list, err = textList(r.jsonTokens)
		if len(list) > 0 && p.purl == "" {
			p.purl = list[0]
		}
	case "cpe":
		p.cpe, err = r.string()
	case "model_numbers", "skus":
		var list []string
		list, err = textList(r.jsonTokens)
		p.models = append(p.models, list...)
	case "serial_numbers":
		p.serials, err = textList(r.jsonTokens)
	}
	return err
}

// relationship reads a product that is one product in or on another.
func (r *csafReader) relationship(pointer string) error {
	at, component, platform := int32(-1), int32(-1), int32(-1)
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "full_product_name":
			at, err = r.product(-1, pointer+"/full_product_name")
		case "product_reference":
			component, err = r.reference()
		case "relates_to_product_reference":
			platform, err = r.reference()
		}
		return err
	})
	if at >= 0 {
		r.products[at].component, r.products[at].platform = component, platform
	}
	return err
}

// productPath reads what CSAF 2.1 has in place of relationships: a product in or
// on another, which is in or on another again.
func (r *csafReader) productPath(pointer string) error {
	at, component, platform := int32(-1), int32(-1), int32(-1)
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "full_product_name":
			at, err = r.product(-1, pointer+"/full_product_name")
		case "beginning_product_reference":
			component, err = r.reference()
		case "subpaths":
			err = r.array(func(int) error {
				return r.object(func(key []byte) (err error) {
					if string(key) == "next_product_reference" {
						platform, err = r.reference()
					}
					return err
				})
			})
		}
		return err
	})
	if at >= 0 {
		r.products[at].component, r.products[at].platform = component, platform
	}
	return err
}

func (r *csafReader) group() error {
	id := ""
	var members []int32
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "group_id":
			id, err = r.string()
		case "product_ids":
			members, err = r.references()
		}
		return err
	})
	if id != "" && r.groups[id] == nil {
		r.groups[id] = members
	}
	return err
}

// reference reads an id and returns its number.
func (r *csafReader) reference() (int32, error) {
	id, err := r.bytes()
	if err != nil || len(id) == 0 {
		return -1, err
	}
	if err := r.budget.take(1); err != nil {
		return -1, err
	}
	n, ok := r.ids[string(id)]
	if !ok {
		n = int32(len(r.names))
		r.names = append(r.names, string(id))
		r.ids[r.names[n]] = n
	}
	return n, nil
}

func (r *csafReader) references() (list []int32, err error) {
	err = r.array(func(int) error {
		id, err := r.reference()
		list = append(list, id) // -1 keeps the places right
		return err
	})
	return list, err
}

func (r *csafReader) vulnerability(i int) error {
	if r.kind() != '{' {
		return r.mismatch("an object")
	}
	if err := r.budget.take(1); err != nil {
		return err
	}
	v := csafVulnerability{pointer: "/vulnerabilities/" + strconv.Itoa(i)}
	cve, title := "", ""
	var others []string
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "cve":
			cve, err = r.string()
		case "title":
			title, err = r.string()
		case "ids":
			err = r.array(func(int) error {
				return r.object(func(key []byte) error {
					if string(key) != "text" {
						return nil
					}
					text, err := r.string()
					if text != "" && len(others) < maxListed {
						others = append(others, text)
					}
					return err
				})
			})
		case "cwe":
			err = r.weakness(&v)
		case "cwes":
			err = r.array(func(int) error { return r.weakness(&v) })
		case "product_status":
			err = r.object(func(key []byte) error {
				about := csafAbout{word: string(key)}
				var err error
				about.products, err = r.references()
				v.statuses = append(v.statuses, about)
				return err
			})
		case "flags":
			v.flags, err = r.abouts("label")
		case "remediations":
			v.remedies, err = r.abouts("category")
		case "scores", "metrics":
			var list []csafAbout
			list, err = r.abouts("")
			v.scores = append(v.scores, list...)
		}
		return err
	})
	for _, name := range append([]string{cve}, others...) {
		if name != "" && !slices.Contains(v.names, name) {
			v.names = append(v.names, name)
		}
	}
	if len(v.names) == 0 && title != "" {
		v.names = []string{title}
	}
	r.vulns = append(r.vulns, v)
	return err
}

// weakness reads the class of weakness that a vulnerability is of.
func (r *csafReader) weakness(v *csafVulnerability) error {
	return r.object(func(key []byte) error {
		if string(key) != "id" {
			return nil
		}
		id, err := r.word()
		if number := strings.TrimPrefix(id, "CWE-"); number != "" && len(v.cwes) < maxListed && !slices.Contains(v.cwes, number) {
			v.cwes = append(v.cwes, number)
		}
		return err
	})
}

// abouts reads a list of what is said about products: the word is under the
// given key, or is a score when there is none.
func (r *csafReader) abouts(wordKey string) (list []csafAbout, err error) {
	err = r.array(func(int) error {
		var a csafAbout
		details := ""
		err := r.object(func(key []byte) (err error) {
			switch k := string(key); {
			case k == wordKey && k != "":
				a.word, err = r.word()
			case k == "details" && wordKey == "category":
				details, err = r.string()
			case k == "product_ids", k == "products":
				a.products, err = r.references()
			case k == "group_ids":
				a.groups, err = r.references()
			case strings.HasPrefix(k, "cvss_v"):
				err = r.score(&a, k)
			case k == "content": // of a metric in CSAF 2.1
				err = r.object(func(key []byte) error {
					if k := string(key); strings.HasPrefix(k, "cvss_v") {
						return r.score(&a, k)
					}
					return nil
				})
			}
			return err
		})
		if a.word == "vendor_fix" && details != "" {
			a.word += ": " + short(oneLine(details))
		}
		list = append(list, a)
		if err == nil {
			err = r.budget.take(1)
		}
		return err
	})
	return list, err
}

// score reads a CVSS score as "9.8 critical (3.1)". The newest of several counts.
func (r *csafReader) score(a *csafAbout, key string) error {
	base, severity, version := "", "", strings.TrimPrefix(key, "cvss_v")
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "baseScore":
			base, err = scalarText(r.jsonTokens)
		case "baseSeverity":
			severity, err = r.word()
		case "version":
			version, err = scalarText(r.jsonTokens)
		}
		return err
	})
	text := strings.TrimSpace(base+" "+strings.ToLower(severity)) + " (CVSS " + version + ")"
	if base != "" && (a.word == "" || version > a.word[strings.LastIndexByte(a.word, ' ')+1:]) {
		a.word = text
	}
	return err
}

// yield emits what the document says of each vulnerability and product.
func (r *csafReader) yield(emit func(Record) error) error {
	said := 0
	for i := range r.vulns {
		n, err := r.yieldVulnerability(&r.vulns[i], emit)
		if err != nil {
			return err
		}
		said += n
	}
	if said == 0 {
		if err := r.yieldProducts(emit); err != nil {
			return err
		}
	}
	if said == 0 && len(r.products) == 0 && len(r.faults.kinds) == 0 {
		r.faults.add("nothing said", "/vulnerabilities", "the advisory states of no product whether a vulnerability affects it")
	}
	return r.faults.err
}

// yieldProducts tells which products a document is about that says of none whether a
// vulnerability affects it, such as an informational advisory.
func (r *csafReader) yieldProducts(emit func(Record) error) error {
	for i := range r.products {
		p := &r.products[i]
		d := r.declaration(p)
		d.Kind, d.Name, d.Pointer, d.Detail = "product", cmp.Or(p.name, p.id), p.pointer, r.about(p)
		if err := emit(Declaration{d}); err != nil {
			return err
		}
	}
	return nil
}

func (r *csafReader) yieldVulnerability(v *csafVulnerability, emit func(Record) error) (said int, err error) {
	flags, err := r.byProduct(v, v.flags)
	if err != nil {
		return 0, err
	}
	remedies, err := r.byProduct(v, v.remedies)
	if err != nil {
		return 0, err
	}
	scores, err := r.byProduct(v, v.scores)
	if err != nil {
		return 0, err
	}
	if len(v.names) == 0 {
		r.faults.add("vulnerability without a name", v.pointer, "the vulnerability has neither a CVE, an id nor a title: what its products are affected by is not known")
		return 0, nil
	}
	if len(v.statuses) == 0 {
		r.faults.add("vulnerability without a status", v.pointer, fmt.Sprintf("%s has no product_status: which products it affects is not said", short(v.names[0])))
	}
	states := make(map[int32]string)
	for _, status := range v.statuses {
		state := csafState(status.word)
		where := v.pointer + "/product_status/" + status.word
		if state == "" {
			r.faults.add("unknown status", where, fmt.Sprintf("%q is no status of CSAF", short(status.word)))
			continue
		}
		for i, id := range status.products {
			pointer := where + "/" + strconv.Itoa(i)
			p := r.known(id, pointer)
			if p == nil {
				continue
			}
			if before := states[id]; before != "" && before != state && state != "recommended" && before != "recommended" {
				r.faults.add("status that contradicts another", pointer, fmt.Sprintf("%s is %s for product %q and %s too", short(v.names[0]), before, short(p.name), state))
			}
			states[id] = state
			d := r.declaration(p)
			d.Name, d.Pointer = v.names[0], pointer
			d.Detail = factDetail("status", state, "as", endOfRange(status.word), "reason", words(reasons(state, flags[id])), "remedy", words(remedies[id]),
				"score", words(scores[id]), "cwes", strings.Join(v.cwes, " "), "aliases", strings.Join(v.names[1:], " "))
			d.Detail = strings.Trim(d.Detail+"; "+r.about(p), "; ")
			if err := emit(Declaration{d}); err != nil {
				return said, err
			}
			said++
		}
	}
	return said, nil
}

// csafState returns the word of the root package for a status of CSAF, or empty
// for what is none.
func csafState(status string) string {
	switch status {
	case "known_affected", "first_affected", "last_affected":
		return "affected"
	case "known_not_affected":
		return "not-affected"
	case "fixed", "first_fixed":
		return "fixed"
	case "under_investigation", "recommended", "unknown":
		return strings.ReplaceAll(status, "_", "-")
	}
	return ""
}

// endOfRange returns a status that holds for one end of a range of versions.
func endOfRange(status string) string {
	if strings.HasPrefix(status, "first_") || strings.HasPrefix(status, "last_") {
		return status
	}
	return ""
}

// reasons returns the flags where they are said to count: they tell why a product
// is not affected.
func reasons(state string, flags []string) []string {
	if state != "not-affected" {
		return nil
	}
	return flags
}

// byProduct turns a list of what is said around: the words for each product.
func (r *csafReader) byProduct(v *csafVulnerability, list []csafAbout) (map[int32][]string, error) {
	said := make(map[int32][]string)
	for _, about := range list {
		ids := about.products
		for _, group := range about.groups {
			if group >= 0 {
				members, ok := r.groups[r.names[group]]
				if !ok {
					r.faults.add("unknown product group", v.pointer, fmt.Sprintf("product group %q is not defined", short(r.names[group])))
				}
				ids = slices.Concat(ids, members)
				if err := r.budget.take(len(members)); err != nil {
					return nil, err
				}
			}
		}
		for _, id := range ids {
			if words := said[id]; about.word != "" && len(words) < maxWordsOfFlow && !slices.Contains(words, about.word) {
				said[id] = append(words, about.word)
			}
		}
	}
	return said, nil
}

func words(list []string) string { return strings.Join(list, ", ") }

// known finds the product of an id, or reports that there is none.
func (r *csafReader) known(id int32, pointer string) *csafProduct {
	if id < 0 {
		r.faults.add("product without an id", pointer, "the id of a product is empty")
		return nil
	}
	at, ok := r.place[r.names[id]]
	if !ok {
		r.faults.add("unknown product", pointer, fmt.Sprintf("product id %q is not defined in the product tree", short(r.names[id])))
		return nil
	}
	return &r.products[at]
}

// declaration names a product by its package URL or CPE, else as it is written.
func (r *csafReader) declaration(p *csafProduct) netvet.Declaration {
	return netvet.Declaration{Kind: "advisory", Target: cmp.Or(p.purl, p.cpe, p.name, p.id)}
}

// about describes a product and the advisory.
func (r *csafReader) about(p *csafProduct) string {
	target := r.declaration(p).Target
	component, platform := r.part(p.component), r.part(p.platform)
	steps := r.steps(p, component, platform)
	return factDetail("product", other(p.name, target), "vendor", steps["vendor"], "family", steps["product_family"], "model", steps["product_name"],
		"version", steps["product_version"], "versions", steps["product_version_range"], "patch", cmp.Or(steps["patch_level"], steps["service_pack"]),
		"architecture", steps["architecture"], "purl", other(cmp.Or(p.purl, component.purl), target), "cpe", other(cmp.Or(p.cpe, component.cpe), target),
		"models", strings.Join(p.models[:min(len(p.models), maxWordsOfFlow)], " "), "serials", strings.Join(p.serials[:min(len(p.serials), maxWordsOfFlow)], " "), "component", component.name, "platform", platform.name, "platform-cpe", platform.cpe,
		"advisory", r.id, "document", other(r.status, "final"), "publisher", r.publisher, "released", r.released)
}

// part finds a product that another is made of; one that is not defined is
// nothing.
func (r *csafReader) part(id int32) *csafProduct {
	if id >= 0 {
		if at, ok := r.place[r.names[id]]; ok {
			return &r.products[at]
		}
	}
	return &csafProduct{branch: -1}
}

// steps collects the names on the way from the vendor to a product: its own way,
// else that of the component and then of the platform.
func (r *csafReader) steps(products ...*csafProduct) map[string]string {
	steps := make(map[string]string)
	for _, p := range products {
		own := make(map[string]string)
		for at := p.branch; at >= 0; at = r.branches[at].parent {
			if b := &r.branches[at]; own[b.category] == "" {
				own[b.category] = b.name
			}
		}
		if len(own) > 0 && len(steps) == 0 {
			maps.Copy(steps, own)
		}
		steps["vendor"] = cmp.Or(steps["vendor"], own["vendor"])
	}
	return steps
}

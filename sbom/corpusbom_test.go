package sbom

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/netvet/netvet"
)

// value returns what the manifest says of a word: "; word=value" up to the next word.
func (f *corpusFile) value(word string) (string, bool) {
	m := regexp.MustCompile(`(?s)(?:^|; )` + regexp.QuoteMeta(word) + `=(.*?)(?:; [A-Za-z][A-Za-z /,.:()-]*=|$)`).FindStringSubmatch(strictParse(f.expected))
	if m == nil {
		return "", false
	}
	return m[1], true
}

// strictParse cuts what the manifest says before the result of the parse, of a file that
// was broken on purpose.
func strictParse(expected string) string {
	if _, after, ok := strings.Cut(expected, "|| strict parse: "); ok {
		return after
	}
	return strings.TrimPrefix(expected, "SCHEMA-INVALID on purpose; ")
}

var numberAndNames = regexp.MustCompile(`(?s)^(\d+) \[(.*)\]`)

// names claims a list of makers, if the manifest has it.
func (f *corpusFile) names(word string, have map[string]bool) []claim {
	text, ok := f.value(word)
	m := numberAndNames.FindStringSubmatch(text)
	if !ok || m == nil {
		return nil
	}
	return []claim{named(word, m[1], m[2], have)}
}

// cyclonedxClaims compares the components, what they are and who made them. The manifest
// counts without metadata.component and what is inside it.
func cyclonedxClaims(_ *testing.T, f *corpusFile) (all []claim) {
	components := 0
	types, purls, cpes := map[string]int{}, 0, 0
	suppliers, makers, publishers := map[string]bool{}, map[string]bool{}, map[string]bool{}
	services, providers, statements := 0, map[string]bool{}, map[string]bool{}
	for _, p := range f.Products {
		services += len(p.Services)
		for _, s := range p.Services {
			gather(providers, s.Provider)
		}
		for _, v := range p.Statements { // of one vulnerability there may be several
			gather(statements, v.Pointer)
		}
		if p.Product.Sources[0].Record != "" && strings.HasPrefix(p.Product.Sources[0].Record, "/components/") {
			components++
			types["device"]++
			purls, cpes = purls+oneOf(p.Product.Identifiers, netvet.IDPurl), cpes+oneOf(p.Product.Identifiers, netvet.IDCPE)
			gather(suppliers, p.Product.Vendor)
			gather(makers, p.Product.Manufacturer)
		}
		for _, c := range p.Components {
			if strings.HasPrefix(c.Pointer, "/metadata/component/") {
				continue
			}
			components++
			types[cmp.Or(c.Type, "None")]++
			purls, cpes = purls+oneOf(c.Identifiers, netvet.IDPurl), cpes+oneOf(c.Identifiers, netvet.IDCPE)
			gather(suppliers, c.Supplier)
			gather(makers, c.Manufacturer)
			gather(publishers, c.Publisher)
		}
	}
	for _, word := range []string{"components(recursive, without metadata.component)", "components(recursive)"} {
		if want, ok := f.value(word); ok {
			all = append(all, claimed("components", want, components))
		}
	}
	if want, ok := f.value("types"); ok {
		all = append(all, claim{"types", sortedPairs(want), sortedCounts(types)})
	}
	purls, cpes = purls+f.leftOut("purl"), cpes+f.leftOut("cpe")
	for word, have := range map[string]int{"purl": purls, "cpe": cpes, "services": services, "vulnerabilities": len(statements)} {
		if want, ok := f.value(word); ok {
			all = append(all, claimed(word, want, have))
		}
	}
	if want, ok := f.value("services(recursive)"); ok {
		want, names, _ := strings.Cut(want, " providers=")
		all = append(all, claimed("services", want, services))
		// A group is "often a shortened, single name of the company", so one may be read besides.
		if m := numberAndNames.FindStringSubmatch(names); m != nil && m[2] != "" {
			all = append(all, named("providers", fmt.Sprint(len(providers)), m[2], providers))
		}
	}
	if want, ok := f.value("product"); ok {
		p := f.first()
		if p.Name == path.Base(f.path) { // without a name it is called as its file
			p.Name = ""
		}
		all = append(all, claim{"product", want, cmp.Or(p.Name, "None") + "@" + cmp.Or(p.Version, "None")})
	}
	if want, ok := f.value("metadata supplier/manufacturer"); ok {
		// Of the two the supplier counts; each may hold a slash. Until 1.5 the second is
		// who made the product.
		if supplier := cmp.Or(f.first().BOM.Supplier, f.first().Manufacturer); !strings.HasPrefix(want, supplier+"/") && want != "None/"+supplier {
			all = append(all, claim{"metadata supplier/manufacturer", want, supplier})
		}
	}
	all = append(all, f.names("suppliers", suppliers)...)
	all = append(all, f.names("manufacturers", makers)...)
	return append(all, f.names("publishers", publishers)...)
}

// oneOf is 1 where there is an identifier of a type, else 0.
func oneOf(list []netvet.Identifier, kind netvet.IdentifierType) int {
	if slices.ContainsFunc(list, func(id netvet.Identifier) bool { return id.Type == kind }) {
		return 1
	}
	return 0
}

// leftOut counts the identifiers of a type that are not valid, each told in a gap.
func (f *corpusFile) leftOut(word string) (n int) {
	for _, gap := range f.Gaps {
		if strings.HasPrefix(gap.Reason, word+" of ") && strings.HasSuffix(gap.Reason, " is not valid and is left out") {
			n++
		}
	}
	return n
}

var pairIn = regexp.MustCompile(`'([^']*)': (\d+)`)

// sortedPairs writes the counts of a dictionary in the order of their words.
func sortedPairs(text string) string {
	counts := make(map[string]int)
	for _, m := range pairIn.FindAllStringSubmatch(text, -1) {
		counts[m[1]] = numberAfter(m[0], ": ", 0)
	}
	return sortedCounts(counts)
}

func sortedCounts(counts map[string]int) string {
	var list []string
	for _, word := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, fmt.Sprintf("%s %d", word, counts[word]))
	}
	return strings.Join(list, ", ")
}

// spdxClaims compares the packages, and who made and supplied them. A package that is the
// product is one of them; files are none.
func spdxClaims(_ *testing.T, f *corpusFile) (all []claim) {
	packages, purls, cpes := 0, 0, 0
	suppliers, originators := map[string]bool{}, map[string]bool{}
	for _, p := range f.Products {
		if p.Product.Sources[0].Record != "" {
			packages++
			purls, cpes = purls+oneOf(p.Product.Identifiers, netvet.IDPurl), cpes+oneOf(p.Product.Identifiers, netvet.IDCPE)
			gather(suppliers, p.Product.Vendor)
			if p.Product.Manufacturer != p.Product.Vendor {
				gather(originators, p.Product.Manufacturer)
			}
		}
		for _, c := range p.Components {
			if c.Type != "file" {
				packages++
				purls, cpes = purls+oneOf(c.Identifiers, netvet.IDPurl), cpes+oneOf(c.Identifiers, netvet.IDCPE)
				gather(suppliers, c.Supplier)
				gather(originators, c.Manufacturer)
			}
		}
	}
	for _, word := range []string{"packages", "spdx:Package elements"} {
		if want, ok := f.value(word); ok {
			all = append(all, claimed("packages", want, packages))
		}
	}
	if want, ok := f.value("packages with purl"); ok {
		all = append(all, claim{"packages with purl", want, fmt.Sprintf("%d, cpe=%d", purls+f.leftOut("purl"), cpes+f.leftOut("cpe"))})
	}
	all = append(all, f.agents("suppliers", suppliers)...)
	return append(all, f.agents("originators", originators)...)
}

var agentWords = regexp.MustCompile(`^(?:Organization|Person|Tool): *|\s*\(.*$`)

// agents is names for "Organization: Name (mail)", of which the name is kept.
func (f *corpusFile) agents(word string, have map[string]bool) []claim {
	text, ok := f.value(word)
	m := numberAndNames.FindStringSubmatch(text)
	if !ok || m == nil {
		return nil
	}
	var list []string
	for _, name := range strings.Split(m[2], "; ") {
		list = append(list, agentWords.ReplaceAllString(name, ""))
	}
	short := make(map[string]bool)
	for name := range have {
		short[agentWords.ReplaceAllString(name, "")] = true
	}
	return []claim{named(word, m[1], strings.Join(list, "; "), short)}
}

// spdx3Claims compares the packages by name and version, and who made what with the
// graph read in another way: whole, in memory.
func spdx3Claims(t *testing.T, f *corpusFile) (all []claim) {
	parts := make(map[string][2]string) // manufacturer and supplier by name and version
	packages := 0
	for _, p := range f.Products {
		if p.Product.Sources[0].Record != "" {
			packages++
			parts[p.Product.Name+"@"+cmp.Or(p.Product.Version, "None")] = [2]string{p.Product.Manufacturer, p.Product.Vendor}
		}
		for _, c := range p.Components {
			if c.Type != "file" {
				packages++
				parts[c.Name+"@"+cmp.Or(c.Version, "None")] = [2]string{c.Manufacturer, c.Supplier}
			}
		}
	}
	have := make(map[string]bool)
	for name := range parts {
		have[name] = true
	}
	if m := numberAndNames.FindStringSubmatch(firstOf(f.value("packages(software/ai/dataset)"))); m != nil {
		all = append(all, claimed("packages", m[1], packages), named("packages", fmt.Sprint(len(have)), m[2], have))
	}
	return append(all, spdx3Makers(t, f.data, parts)...)
}

func firstOf(text string, _ bool) string { return text }

func spdx3Makers(t *testing.T, data []byte, parts map[string][2]string) (all []claim) {
	var doc struct {
		Graph []map[string]any `json:"@graph"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	names := make(map[any]any)
	for _, e := range doc.Graph {
		for _, key := range []string{"spdxId", "@id"} {
			if id, ok := e[key]; ok {
				names[id] = e["name"]
			}
		}
	}
	agent := func(value any) string {
		if many, ok := value.([]any); ok && len(many) > 0 {
			value = many[0]
		}
		if _, ok := value.(string); !ok || names[value] == nil {
			return ""
		}
		return fmt.Sprint(names[value])
	}
	for _, e := range doc.Graph {
		if !strings.HasSuffix(fmt.Sprint(e["type"]), "Package") {
			continue
		}
		version, _ := e["software_packageVersion"].(string)
		got := parts[fmt.Sprintf("%s@%s", e["name"], cmp.Or(version, "None"))]
		maker, supplier := agent(e["originatedBy"]), agent(e["suppliedBy"])
		if got[0] == supplier {
			maker = supplier // who supplies a product stands for who made it
		}
		all = append(all, claim{fmt.Sprintf("makers of %s", e["name"]), fmt.Sprintf("%q", [2]string{maker, supplier}), fmt.Sprintf("%q", got)})
	}
	return all
}

func syftClaims(_ *testing.T, f *corpusFile) []claim {
	artifacts, distro := 0, ""
	for _, c := range f.parts() {
		if c.Pointer == "/distro" {
			distro = c.Name
		} else {
			artifacts++
		}
	}
	return []claim{claimed("artifacts", firstOf(f.value("artifacts")), artifacts), {"distro", firstOf(f.value("distro")), distro}}
}

// attestationClaims counts what is inside an envelope by the standard library.
func attestationClaims(t *testing.T, f *corpusFile) []claim {
	var envelope struct{ Payload []byte }
	var statement struct {
		PredicateType string
		Predicate     struct{ Artifacts, Components []any }
	}
	if err := json.Unmarshal(f.data, &envelope); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(envelope.Payload, &statement); err != nil {
		t.Fatal(err)
	}
	packages := slices.DeleteFunc(f.parts(), func(c netvet.Component) bool { return c.Pointer == "/distro" || c.Type == "file" })
	return []claim{
		{"predicateType", firstOf(f.value("predicateType")), statement.PredicateType},
		claimed("packages", len(statement.Predicate.Artifacts)+len(statement.Predicate.Components), len(packages)),
		claimed("signed", true, f.first().BOM.Signed),
	}
}

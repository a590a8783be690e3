package sbom

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"
	"github.com/spdx/tools-golang/tagvalue"
)

// TestSPDXBesideTheLibrary compares every SPDX document of the corpus, JSON and
// tag-value, with what the library of the format reads of it: each package with every
// field that is kept, which package is the product, the dependencies, and the files of
// a document without packages.
func TestSPDXBesideTheLibrary(t *testing.T) {
	compared := 0
	for _, row := range corpusRows(t) {
		if !strings.HasPrefix(row.path, "sbom/") || !strings.Contains(row.format, "SPDX") {
			continue
		}
		data, in := corpusInput(t, row)
		got := readInput(t, in, Options{Lenient: true})
		if got.Error != "" || got.Format != "spdx-json" && got.Format != "spdx-tagvalue" {
			continue
		}
		doc, err := libraryDocument(got.Format, data)
		if err != nil {
			t.Logf("%s: the library fails: %v", row.path, err)
			continue
		}
		compared++
		want, have := libraryView(doc), ourView(&got)
		for _, line := range differing(want, have) {
			t.Errorf("%s: %s", row.path, line)
		}
	}
	if compared < 60 {
		t.Errorf("only %d documents were compared", compared)
	}
}

func libraryDocument(format string, data []byte) (*v2_3.Document, error) {
	in, err := decodeText(bufio.NewReader(bytes.NewReader(data)), detectText(data))
	if err != nil {
		return nil, err
	}
	doc := new(v2_3.Document)
	if format == "spdx-json" {
		return doc, spdxjson.ReadInto(in, doc)
	}
	return doc, tagvalue.ReadInto(in, doc)
}

func viewLine(c viewPart) string {
	slices.Sort(c.Identifiers)
	return fmt.Sprintf("package %q %q %q purpose=%s by=%q from=%q at=%q hashed=%v licences=%q ids=%q about=%q", c.Ref, c.Name, c.Version, c.Purpose, c.Maker, c.Supplier,
		c.Location, c.Hashed, c.Licences, slices.Compact(c.Identifiers), c.Description)
}

type viewPart struct {
	Ref, Name, Version, Purpose, Maker, Supplier, Location, Description string
	Hashed                                                              bool
	Licences, Identifiers                                               []string
}

// productLine shows what a product keeps of a package.
func productLine(c viewPart, references []string) string {
	slices.Sort(c.Identifiers)
	return fmt.Sprintf("product %q %q by=%q from=%q ids=%q about=%q %q", c.Name, c.Version, cmp.Or(c.Maker, c.Supplier), c.Supplier, slices.Compact(c.Identifiers), c.Description, references)
}

// ourView lists what netvet reads, in words: the document, the product, the packages and
// the files.
func ourView(r *reading) []string {
	p := r.Products[0]
	v := []string{"created " + p.Product.BOM.Created, fmt.Sprintf("%d dependencies", p.Product.BOM.Dependencies)}
	for _, c := range p.Components {
		part := viewPart{Ref: c.Ref, Name: c.Name, Version: c.Version, Purpose: c.Type, Maker: c.Manufacturer, Supplier: c.Supplier, Location: c.Repository,
			Description: c.Description, Hashed: c.Hashed, Licences: c.Licences}
		for _, id := range c.Identifiers {
			part.Identifiers = append(part.Identifiers, id.Value)
		}
		if c.Type == "file" && c.Kind == "other" && c.Licences == nil && len(c.Identifiers) == 0 && c.Repository == "" && strings.Contains(c.Pointer+" ", "/files/") {
			v = append(v, fmt.Sprintf("file %q %q %v", c.Ref, c.Name, c.Hashed))
			continue
		}
		v = append(v, viewLine(part))
	}
	if p.Product.Sources[0].Record != "" {
		part := viewPart{Name: p.Product.Name, Version: p.Product.Version, Maker: p.Product.Manufacturer, Supplier: p.Product.Vendor, Description: p.Product.Description}
		for _, id := range p.Product.Identifiers {
			part.Identifiers = append(part.Identifiers, id.Value)
		}
		var references []string
		for _, ref := range p.Product.References {
			references = append(references, ref.Type+" "+ref.URL)
		}
		slices.Sort(references)
		v = append(v, productLine(part, references))
	}
	slices.Sort(v)
	return v
}

func libraryView(doc *v2_3.Document) (v []string) {
	created := ""
	if doc.CreationInfo != nil {
		created = doc.CreationInfo.Created
	}
	v = append(v, "created "+created)
	product := libraryProduct(doc)
	for _, p := range doc.Packages {
		part, references := libraryPart(p)
		if p == product {
			v = append(v, productLine(part, references))
			continue
		}
		v = append(v, viewLine(part))
	}
	if len(doc.Packages) == 0 {
		for _, f := range doc.Files {
			v = append(v, fmt.Sprintf("file %q %q %v", "SPDXRef-"+string(f.FileSPDXIdentifier), f.FileName, spdxLibraryHashed(f.Checksums)))
		}
	}
	dependencies := 0
	for _, r := range doc.Relationships {
		if strings.Contains(" DEPENDS_ON HAS_PREREQUISITE DYNAMIC_LINK STATIC_LINK DEPENDENCY_OF BUILD_DEPENDENCY_OF DEV_DEPENDENCY_OF OPTIONAL_DEPENDENCY_OF PROVIDED_DEPENDENCY_OF RUNTIME_DEPENDENCY_OF TEST_DEPENDENCY_OF PREREQUISITE_FOR ",
			" "+r.Relationship+" ") && r.RefA.SpecialID == "" && r.RefB.SpecialID == "" {
			dependencies++
		}
	}
	v = append(v, fmt.Sprintf("%d dependencies", dependencies))
	slices.Sort(v)
	return v
}

// libraryProduct returns the one package that the document describes, or nil.
func libraryProduct(doc *v2_3.Document) *v2_3.Package {
	described := make(map[common.ElementID]bool)
	for _, r := range doc.Relationships {
		switch {
		case (r.Relationship == "DESCRIBES" || r.Relationship == "DESCRIBE") && r.RefA.DocumentRefID == "" && r.RefA.ElementRefID == doc.SPDXIdentifier:
			described[r.RefB.ElementRefID] = true
		case r.Relationship == "DESCRIBED_BY" && r.RefB.DocumentRefID == "" && r.RefB.ElementRefID == doc.SPDXIdentifier:
			described[r.RefA.ElementRefID] = true
		}
	}
	var product *v2_3.Package
	for _, p := range doc.Packages {
		if described[p.PackageSPDXIdentifier] {
			if product != nil && product.PackageSPDXIdentifier != p.PackageSPDXIdentifier {
				return nil
			}
			if product == nil {
				product = p
			}
		}
	}
	return product
}

var mailBehind = regexp.MustCompile(`\s*\(\s*([^()]*@[^()]*)?\)$`)

func libraryName(kind, name string) string {
	name = strings.TrimSpace(mailBehind.ReplaceAllString(strings.TrimSpace(name), ""))
	if kind == "Tool" || strings.EqualFold(name, "NOASSERTION") || strings.EqualFold(name, "NONE") {
		return ""
	}
	return name
}

func asserted(text string) string {
	if strings.EqualFold(text, "NOASSERTION") || strings.EqualFold(text, "NONE") {
		return ""
	}
	return text
}

func libraryPart(p *v2_3.Package) (viewPart, []string) {
	c := viewPart{Ref: "SPDXRef-" + string(p.PackageSPDXIdentifier), Name: p.PackageName, Version: p.PackageVersion, Purpose: strings.ToLower(p.PrimaryPackagePurpose),
		Location: asserted(p.PackageDownloadLocation), Description: cmp.Or(p.PackageDescription, p.PackageSummary), Hashed: spdxLibraryHashed(p.PackageChecksums) || p.PackageVerificationCode != nil && p.PackageVerificationCode.Value != ""}
	if s := p.PackageSupplier; s != nil {
		c.Supplier = libraryName(s.SupplierType, s.Supplier)
	}
	if o := p.PackageOriginator; o != nil {
		c.Maker = libraryName(o.OriginatorType, o.Originator)
	}
	for _, licence := range []string{p.PackageLicenseConcluded, p.PackageLicenseDeclared} {
		if asserted(licence) != "" && !slices.Contains(c.Licences, licence) {
			c.Licences = append(c.Licences, licence)
		}
	}
	var references []string
	if asserted(p.PackageHomePage) != "" {
		references = append(references, "homepage "+p.PackageHomePage)
	}
	for _, r := range p.PackageExternalReferences {
		kind := r.RefType[strings.LastIndexByte(r.RefType, '/')+1:]
		switch kind {
		case "purl":
			if id, ok := normalIdentifier("purl", r.Locator); ok {
				c.Identifiers = append(c.Identifiers, id.Value)
			}
		case "cpe22Type", "cpe23Type":
			if validCPE(r.Locator) {
				c.Identifiers = append(c.Identifiers, r.Locator)
			}
		case "swid":
			c.Identifiers = append(c.Identifiers, r.Locator)
		case "gitoid", "swh":
			c.Hashed = true
			fallthrough
		default:
			references = append(references, kind+" "+r.Locator)
		}
	}
	slices.Sort(references)
	return c, references
}

func spdxLibraryHashed(list []common.Checksum) bool {
	return slices.ContainsFunc(list, func(c common.Checksum) bool {
		length, known := spdxHashLength(strings.ToUpper(string(c.Algorithm)))
		return known && c.Algorithm != "ADLER32" && isHex([]byte(c.Value)) && (length == 0 || length == len(c.Value))
	})
}

// differing lists what only one of two views says, a few of it.
func differing(library, netvet []string) (lines []string) {
	for _, line := range library {
		if _, ok := slices.BinarySearch(netvet, line); !ok {
			lines = append(lines, "only the library: "+line)
		}
	}
	for _, line := range netvet {
		if _, ok := slices.BinarySearch(library, line); !ok {
			lines = append(lines, "only netvet:      "+line)
		}
	}
	if len(library) != len(netvet) {
		lines = append(lines, fmt.Sprintf("the library has %d lines, netvet %d", len(library), len(netvet)))
	}
	return lines[:min(len(lines), 6)]
}

// TestSPDXFormsOfTheCorpus reads one document of the corpus in every encoding: the same
// comes out of each. The one in RDF leaves packages out and has a dependency twice, so
// of that only the packages count that it has.
func TestSPDXFormsOfTheCorpus(t *testing.T) {
	forms := make(map[string][]string)
	for _, row := range corpusRows(t) {
		if !strings.HasPrefix(row.path, "sbom/spdx-tools-golang/") || !strings.Contains(row.path, "2.2") || strings.HasSuffix(row.path, ".xlsx") {
			continue
		}
		_, in := corpusInput(t, row)
		got := readInput(t, in, Options{})
		if got.Error != "" {
			t.Errorf("%s: %s", row.path, got.Error)
			continue
		}
		view := ourView(&got)
		for i, line := range view {
			view[i], _, _ = strings.Cut(line, ` ["`) // links, whose types have a place of their own in each encoding
		}
		forms[got.Format] = view
	}
	for format, view := range forms {
		for _, line := range differing(forms["spdx-json"], view) {
			if format != "spdx-rdf" || strings.HasPrefix(line, "only netvet:      package") {
				t.Errorf("%s: %s", format, line)
			}
		}
	}
	if len(forms) < 4 {
		t.Errorf("only %d encodings were read", len(forms))
	}
}

package sbom

import (
	"bufio"
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/netvet/netvet"
)

// TestCorpusCycloneDX compares what is kept of every document that the library of the
// format can read too, field by field.
func TestCorpusCycloneDX(t *testing.T) {
	documents, components := 0, 0
	for _, row := range corpusRows(t) {
		if !strings.HasPrefix(row.format, "CycloneDX") {
			continue
		}
		data, in := corpusInput(t, row)
		got := readInput(t, in, Options{})
		bom, err := libraryBOM(got.Format, data)
		if got.Error != "" || err != nil {
			continue
		}
		documents++
		ours := kept(got)
		theirs := libraryKept(bom)
		components += len(theirs)
		for _, at := range cdxPlaces(theirs) {
			if ours[at] != theirs[at] && !knownDifference(got.Format, at, ours[at], theirs[at]) {
				t.Errorf("%s %s:\n  reader  %s\n  library %s", row.path, at, ours[at], theirs[at])
			}
		}
		for _, at := range cdxPlaces(ours) {
			if _, ok := theirs[at]; !ok {
				t.Errorf("%s %s: the library has no %s", row.path, at, ours[at])
			}
		}
	}
	t.Logf("%d documents, %d components, services and statements", documents, components)
	if documents < 300 {
		t.Errorf("only %d documents were compared", documents)
	}
}

// knownDifference tells where the reader is right, or both are.
func knownDifference(format, at, ours, theirs string) bool {
	switch {
	case strings.HasSuffix(at, "#product"):
		return strings.HasPrefix(theirs, `"" `) // a product without a name is called as its document
	case format == "cyclonedx-xml" && strings.Contains(at, "/services/"):
		// The library reads data flows only since 1.5, and no bare classifications.
		before, _, _ := strings.Cut(ours, " data=[")
		return strings.HasPrefix(theirs, before) && strings.HasSuffix(theirs, " data=[]")
	}
	return false
}

func cdxPlaces(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func libraryBOM(format string, data []byte) (*cdx.BOM, error) {
	kind := cdx.BOMFileFormatJSON
	if format == "cyclonedx-xml" {
		kind = cdx.BOMFileFormatXML
	}
	in, err := decodeText(bufio.NewReader(bytes.NewReader(data)), detectText(data))
	if err != nil {
		return nil, err
	}
	bom := new(cdx.BOM)
	return bom, cdx.NewBOMDecoder(in, kind).Decode(bom)
}

// kept writes what was read of each component, service and statement by its place.
func kept(got reading) map[string]string {
	all := make(map[string]string)
	for _, p := range got.Products {
		if source := p.Product.Sources; len(source) > 0 && source[0].Record != "" {
			q := p.Product
			all[source[0].Record+"#product"] = fmt.Sprintf("%q %q %q", clean(q.Name), clean(q.Version), q.Kind)
		}
		for _, c := range p.Components {
			all[c.Pointer] = fmt.Sprintf("%q type=%s group=%q version=%q ref=%q publisher=%q supplier=%q maker=%q country=%s scope=%s licences=%q hashed=%v description=%q ids=%q device=%q",
				clean(c.Name), c.Type, clean(c.Group), clean(c.Version), clean(c.Ref), clean(c.Publisher), clean(c.Supplier), clean(c.Manufacturer), c.Country, c.Scope, cleaned(c.Licences), c.Hashed, clean(c.Description), registryIDs(c.Identifiers), c.Properties)
		}
		for _, s := range p.Services {
			all[s.Pointer] = fmt.Sprintf("%q version=%q ref=%q provider=%q endpoints=%q authenticated=%s boundary=%s country=%s data=%q",
				clean(s.Name), clean(s.Version), clean(s.Ref), clean(s.Provider), cleaned(s.Endpoints), s.Authenticated, s.CrossesBoundary, s.ProviderCountry, s.Data)
		}
		for _, v := range p.Statements {
			all[v.Pointer] = fmt.Sprintf("%q source=%q score=%v cwes=%v aliases=%q published=%q", v.ID, v.Source, v.Score, v.CWEs, v.Aliases, v.Published)
			all[v.Pointer+"#affects"] += fmt.Sprintf("%q %s; ", clean(v.Ref), v.State)
		}
		all["#document"] = documentKept(&p.Product.BOM)
	}
	return all
}

// documentKept writes what was read of the document as a whole.
func documentKept(bom *netvet.BOM) string {
	var claims []string
	for _, c := range bom.Compositions {
		claims = append(claims, fmt.Sprintf("%s %s %d", c.Aggregate, c.Of, c.Parts))
	}
	slices.Sort(claims)
	return fmt.Sprintf("dependencies=%d compositions=%q", bom.Dependencies, claims)
}

// registryIDs are the package URL, CPE and SWID tag of a component, which the library
// has fields for.
func registryIDs(ids []netvet.Identifier) (list []string) {
	for _, id := range ids {
		if id.Type == netvet.IDPurl || id.Type == netvet.IDCPE || id.Type == netvet.IDSWID {
			list = append(list, string(id.Type)+" "+id.Value)
		}
	}
	slices.Sort(list)
	return list
}

// libraryKept writes the same of what the library read.
func libraryKept(bom *cdx.BOM) map[string]string {
	all := make(map[string]string)
	if bom.Metadata != nil && bom.Metadata.Component != nil {
		c := bom.Metadata.Component
		all["/metadata/component#product"] = fmt.Sprintf("%q %q %q", clean(c.Name), clean(c.Version), cdxKind(string(c.Type)))
		libraryComponents(all, "/metadata/component/components", c.Components)
	}
	libraryComponents(all, "/components", bom.Components)
	libraryServices(all, "/services", bom.Services)
	product := ""
	if bom.Metadata != nil && bom.Metadata.Component != nil {
		product = bom.Metadata.Component.BOMRef
	}
	for i, v := range of(bom.Vulnerabilities) {
		all["/vulnerabilities/"+strconv.Itoa(i)] = libraryVulnerability(v)
		all["/vulnerabilities/"+strconv.Itoa(i)+"#affects"] = libraryAffects(v, product)
	}
	all["#document"] = libraryWhole(bom)
	return all
}

// libraryAffects spells out what a vulnerability affects, and in which state.
func libraryAffects(v cdx.Vulnerability, product string) string {
	state := ""
	if v.Analysis != nil {
		state = analysisState(string(v.Analysis.State))
	}
	if len(of(v.Affects)) == 0 {
		return fmt.Sprintf("%q %s; ", "", state)
	}
	text := ""
	for _, a := range of(v.Affects) {
		ref, one := clean(a.Ref), state
		if ref == product {
			ref = ""
		}
		var target cdxAffects
		var states []string
		for _, version := range of(a.Range) {
			states = append(states, versionState(string(version.Status)))
		}
		if target.settle(states); one == "" {
			one = target.state
		}
		text += fmt.Sprintf("%q %s; ", ref, one)
	}
	return text
}

func libraryWhole(bom *cdx.BOM) string {
	read := netvet.BOM{}
	for _, d := range of(bom.Dependencies) {
		if d.Ref != "" {
			read.Dependencies += len(of(d.Dependencies))
		}
	}
	doc := cdxDocument{refs: newRefTable()}
	for _, c := range of(bom.Compositions) {
		ours := cdxComposition{aggregate: string(c.Aggregate), whole: c.Assemblies == nil && c.Dependencies == nil && c.Vulnerabilities == nil}
		for _, list := range []struct {
			name string
			refs *[]cdx.BOMReference
		}{{"assemblies", c.Assemblies}, {"dependencies", c.Dependencies}, {"vulnerabilities", c.Vulnerabilities}} {
			for _, ref := range of(list.refs) {
				doc.composes(&ours, list.name, []byte(ref))
			}
		}
		doc.composition(ours)
	}
	read.Compositions = doc.bom.Compositions
	return documentKept(&read)
}

// libraryIDs are the registry identifiers that the library has, where they are valid.
func libraryIDs(c cdx.Component) []string {
	var part cdxPart
	part.identify(netvet.IDPurl, clean(c.PackageURL))
	part.identify(netvet.IDCPE, clean(c.CPE))
	if c.SWID != nil {
		part.identify(netvet.IDSWID, clean(c.SWID.TagID))
	}
	return registryIDs(part.Identifiers)
}

func libraryDevice(c cdx.Component) []netvet.Property {
	var part cdxPart
	for _, p := range of(c.Properties) {
		name, device := strings.CutPrefix(p.Name, deviceNamespace)
		if device && clean(p.Value) != "" && !slices.Contains([]string{"quantity", "serialNumber", "macAddress"}, name) {
			part.keep(name, clean(p.Value))
		}
	}
	return part.Properties
}

func of[T any](list *[]T) []T {
	if list == nil {
		return nil
	}
	return *list
}

// clean cuts the white space around a text, which XML does not keep.
func clean(text string) string { return strings.TrimSpace(text) }

// cleaned leaves out what is empty, too.
func cleaned(texts []string) (list []string) {
	for _, text := range texts {
		list = appendName(list, clean(text))
	}
	return list
}

func libraryComponents(all map[string]string, at string, list *[]cdx.Component) {
	for i, c := range of(list) {
		pointer := at + "/" + strconv.Itoa(i)
		supplier, country := libraryOrganization(c.Supplier)
		maker, makerCountry := libraryOrganization(c.Manufacturer)
		if makerCountry != "" {
			country = makerCountry
		}
		for _, p := range of(c.Properties) {
			value := clean(p.Value)
			switch meaning := hardwareProperty(p.Name); {
			case value == "":
			case meaning == "maker" && maker == "":
				maker = value
			case meaning == "origin" && country == "":
				country = countryCode(value)
			}
		}
		var licences []string
		if c.Licenses != nil {
			for _, l := range *c.Licenses {
				if l.License != nil {
					licences = append(licences, clean(l.License.ID+l.License.Name))
				} else {
					licences = append(licences, clean(l.Expression))
				}
			}
		}
		scope := string(c.Scope)
		if !knownScope(scope) {
			scope = ""
		}
		all[pointer] = fmt.Sprintf("%q type=%s group=%q version=%q ref=%q publisher=%q supplier=%q maker=%q country=%s scope=%s licences=%q hashed=%v description=%q ids=%q device=%q",
			clean(c.Name), c.Type, clean(c.Group), clean(c.Version), clean(c.BOMRef), clean(c.Publisher), supplier, maker, country, scope, cleaned(licences), libraryHashed(c.Hashes), clean(c.Description), libraryIDs(c), libraryDevice(c))
		libraryComponents(all, pointer+"/components", c.Components)
	}
}

func libraryHashed(hashes *[]cdx.Hash) bool {
	return slices.ContainsFunc(of(hashes), func(h cdx.Hash) bool {
		length := hashLength([]byte(h.Algorithm))
		return (length == 0 || length == len(clean(h.Value))) && isHex([]byte(clean(h.Value)))
	})
}

func libraryOrganization(o *cdx.OrganizationalEntity) (name, country string) {
	if o == nil {
		return "", ""
	}
	if o.Address != nil {
		country = countryCode(o.Address.Country)
	}
	return clean(o.Name), country
}

func libraryServices(all map[string]string, at string, list *[]cdx.Service) {
	word := func(b *bool) string {
		switch {
		case b == nil:
			return ""
		case *b:
			return "yes"
		}
		return "no"
	}
	for i, s := range of(list) {
		pointer := at + "/" + strconv.Itoa(i)
		provider, country := libraryOrganization(s.Provider)
		if provider == "" {
			provider = clean(s.Group)
		}
		var endpoints, data []string
		for _, e := range of(s.Endpoints) {
			endpoints = append(endpoints, clean(e))
		}
		for _, d := range of(s.Data) {
			data = append(data, string(d.Flow)+":"+clean(d.Classification))
		}
		all[pointer] = fmt.Sprintf("%q version=%q ref=%q provider=%q endpoints=%q authenticated=%s boundary=%s country=%s data=%q",
			clean(s.Name), clean(s.Version), clean(s.BOMRef), provider, cleaned(endpoints), word(s.Authenticated), word(s.CrossesTrustBoundary), country, data)
		libraryServices(all, pointer+"/services", s.Services)
	}
}

func libraryVulnerability(v cdx.Vulnerability) string {
	n := netvet.Vulnerability{ID: clean(v.ID), Published: clean(v.Published)}
	if v.Source != nil {
		n.Source = clean(v.Source.Name)
	}
	for _, r := range of(v.Ratings) {
		if r.Score != nil && *r.Score >= 0 && *r.Score <= 10 {
			n.Score = max(n.Score, *r.Score)
		}
	}
	for _, cwe := range of(v.CWEs) {
		if cwe > 0 {
			n.CWEs = append(n.CWEs, int64(cwe))
		}
	}
	for _, r := range of(v.References) {
		n.Aliases = appendName(n.Aliases, clean(r.ID))
	}
	return fmt.Sprintf("%q source=%q score=%v cwes=%v aliases=%q published=%q", n.ID, n.Source, n.Score, n.CWEs, n.Aliases, n.Published)
}

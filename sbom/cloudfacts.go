package sbom

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// cloudRegions is where the regions of one provider are.
type cloudRegions struct {
	Provider  string              `yaml:"provider"`
	Source    string              `yaml:"source"`
	Countries map[string][]string `yaml:"countries"`
}

// cloudOperator is a company that operates a provider's regions in its own name.
type cloudOperator struct {
	Provider string `yaml:"provider"`
	Region   string `yaml:"region"` // what the names of the regions begin with
	Operator string `yaml:"operator"`
	Source   string `yaml:"source"`
}

// cloudFacts is what a resource may say of what it keeps and of the ways into it.
type cloudFacts struct {
	Stores    []string          `yaml:"stores"`
	Keys      []string          `yaml:"keys"`
	Encrypted []string          `yaml:"encrypted"`
	Within    []string          `yaml:"within"`
	Remote    map[string]string `yaml:"remote"`
	Ways      map[string]string `yaml:"ways"`
}

var (
	regionEnd = regexp.MustCompile(`^(.*[0-9])-?[a-z]$`) // the letter of a zone
	anyRegion = regexp.MustCompile(`"((?:[a-z]{2,4}-)+[a-z]+-[0-9])[a-z]?[":]`)
)

// country returns where a region or zone of a provider is, or empty.
func (w *cloudWords) country(provider, region string) string {
	region = strings.ToLower(strings.ReplaceAll(region, " ", "")) // "West Europe" is westeurope
	names := []string{region}
	if m := regionEnd.FindStringSubmatch(region); m != nil {
		names = append(names, m[1])
	}
	for _, r := range w.Regions {
		if r.Provider != provider {
			continue
		}
		for country, regions := range r.Countries {
			if slices.ContainsFunc(regions, func(name string) bool { return slices.Contains(names, name) }) {
				return country
			}
		}
	}
	return ""
}

// operator returns who operates a region in its own name, or empty.
func (w *cloudWords) operator(provider, region string) string {
	region = strings.ToLower(strings.ReplaceAll(region, " ", ""))
	for _, o := range w.Operators {
		if o.Provider == provider && strings.HasPrefix(region, o.Region) {
			return o.Operator
		}
	}
	return ""
}

// namesAWSRegion reports whether a text has a region or zone of AWS as a value.
func (w *cloudWords) namesAWSRegion(head []byte) bool {
	for _, m := range anyRegion.FindAllSubmatch(head, 64) {
		if w.country(amazonWebServices, string(bytes.ToLower(m[1]))) != "" {
			return true
		}
	}
	return false
}

// place fills in where the region of a resource is and who operates it.
func (e *cloudEmitter) place(p *netvet.Product) {
	provider := p.Manufacturer
	if p.Vendor == microsoftAzure {
		provider = p.Vendor
	}
	p.LocationCountry = e.words.country(provider, p.Location)
	if operator := e.words.operator(provider, p.Location); operator != "" && p.Vendor == "" {
		p.Vendor = operator
	}
}

// lastOfType returns the last part of the name of a type, which tells what it is:
// of "AWS::RDS::DBInstance", "Microsoft.Sql/servers", "google_storage_bucket".
func (f *cloudFacts) lastOfType(kind string) []string {
	last := kind[strings.LastIndexAny(kind, ":/#.")+1:]
	names := []string{plainField(last)}
	if _, rest, ok := strings.Cut(kind, "_"); ok { // of Terraform, without the provider
		names = append(names, plainField(rest))
	}
	return names
}

// kept tells how what a resource keeps is protected: "at-rest:" and who holds the
// key, as far as it is said. It is empty for what keeps nothing.
func (e *cloudEmitter) kept(item *cloudItem) []string {
	f := &e.words.Facts
	store := slices.ContainsFunc(f.lastOfType(item.product.Model), func(name string) bool { return slices.Contains(f.Stores, name) })
	said := ""
	for _, v := range item.seen {
		if said == "" {
			said = f.encryption(v.jsonValue, 0)
		}
	}
	switch {
	case said != "":
		return []string{"at-rest:" + said}
	case store:
		return []string{"at-rest:encryption not stated"}
	}
	return nil
}

// encryption tells who holds the key of what a resource keeps.
func (f *cloudFacts) encryption(v jsonValue, depth int) string {
	if v.v == nil || depth > 8 {
		return ""
	}
	for _, element := range v.list() {
		if said := f.encryption(element, depth+1); said != "" {
			return said
		}
	}
	fields := fieldsOf(v)
	if fields["externalkeyuri"].v != nil || strings.Contains(plainField(fields.first("protectionlevel")), "external") {
		return "encrypted with a key held outside the provider"
	}
	for _, name := range f.Keys {
		if key := fields.first(name); key != "" {
			return keyHolder(key)
		}
	}
	if source := plainField(fields.first("keysource")); source == "microsoft.keyvault" {
		return "encrypted with a key of the customer in the provider's key service"
	} else if source == "microsoft.storage" {
		return "encrypted with a key of the provider"
	}
	for _, name := range f.Within {
		if said := f.encryption(fields[name], depth+1); said != "" {
			return said
		}
	}
	if algorithm := plainField(fields.first("ssealgorithm")); algorithm == "aes256" {
		return "encrypted with a key of the provider"
	}
	for _, name := range f.Encrypted {
		if b, ok := fields[name].v.(bool); ok {
			if b {
				return "encrypted, the holder of the key not stated"
			}
			return "not encrypted"
		}
	}
	return ""
}

// keyHolder tells whose key it is: providers name the keys that they manage
// themselves in ways of their own.
func keyHolder(key string) string {
	if strings.Contains(key, "alias/aws/") || strings.EqualFold(key, "AWS_OWNED_KMS_KEY") {
		return "encrypted with a key of the provider"
	}
	return "encrypted with a key of the customer in the provider's key service"
}

// ways are the services by which the provider, or an operator through it, gets into
// a resource.
func (e *cloudEmitter) ways(item *cloudItem) []netvet.Service {
	f := &e.words.Facts
	var names []string
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, kind := range f.lastOfType(item.product.Model) {
		add(f.Remote[kind])
	}
	for _, v := range item.seen {
		f.open(v.jsonValue, 0, add)
	}
	slices.Sort(names)
	var ways []netvet.Service
	for _, name := range names {
		ways = append(ways, netvet.Service{Pointer: item.pointer, Name: "remote management: " + name, Provider: item.product.Manufacturer})
	}
	return ways
}

// open looks for fields that say that there is a way in, wherever they stand.
func (f *cloudFacts) open(v jsonValue, depth int, add func(string)) {
	if depth > 6 {
		return
	}
	for _, element := range v.list() {
		f.open(element, depth+1, add)
	}
	members := v.members()
	// Google's metadata is a list of keys and values, or an object.
	if way := f.Ways[plainField(v.text("key"))]; way != "" && isTrue(v.get("value")) {
		add(way)
	}
	for _, key := range slices.Sorted(maps.Keys(members)) {
		value := jsonValue{members[key]}
		if way := f.Ways[plainField(key)]; way != "" && isTrue(value) {
			add(way)
		}
		if plainField(key) == "bootdiagnostics" && isTrue(value.get("enabled")) {
			add("serial console")
		}
		switch value.v.(type) {
		case map[string]any, []any:
			f.open(value, depth+1, add)
		}
	}
}

func isTrue(v jsonValue) bool {
	if b, ok := v.v.(bool); ok {
		return b
	}
	text := strings.ToLower(v.text())
	return text == "true" || text == "1"
}

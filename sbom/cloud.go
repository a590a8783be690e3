package sbom

import (
	"cmp"
	_ "embed"
	"maps"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

//go:embed cloud.yaml
var cloudFile []byte

// cloudWords is cloud.yaml: what providers call their resources and lists.
type cloudWords struct {
	Source string `yaml:"source"`
	Date   string `yaml:"date"`
	AWS    struct {
		Lists []awsList `yaml:"lists"`
		Aside []string  `yaml:"aside"`
	} `yaml:"aws"`
	Terraform struct {
		Providers map[string]string `yaml:"providers"`
		Local     []string          `yaml:"local"`
	} `yaml:"terraform"`
	Kubernetes struct {
		Nodes map[string]string `yaml:"nodes"`
		Kinds map[string]string `yaml:"kinds"`
	} `yaml:"kubernetes"`
	Regions   []cloudRegions  `yaml:"regions"`
	Operators []cloudOperator `yaml:"operators"`
	Facts     cloudFacts      `yaml:"facts"`
	Fields    struct {
		Version    []string          `yaml:"version"`
		Order      []string          `yaml:"order"`
		Endpoint   []string          `yaml:"endpoint"`
		Within     []string          `yaml:"within"`
		Public     []string          `yaml:"public"`
		Private    []string          `yaml:"private"`
		Address    []string          `yaml:"address"`
		Exposure   []string          `yaml:"exposure"`
		Copied     []string          `yaml:"copied"`
		Guarded    []string          `yaml:"guarded"`
		Meaning    map[string]string `yaml:"meaning"`
		Containers []string          `yaml:"containers"`
	} `yaml:"fields"`
}

// awsList is one list of an answer, or the one resource of it.
type awsList struct {
	Key  string `yaml:"key"`  // of the list or object in the answer
	Type string `yaml:"type"` // as CloudFormation and Config name it
	ID   string `yaml:"id"`   // the member that every element has
	Name string `yaml:"name"` // the member with the name, when it is not the id
	In   string `yaml:"in"`   // a list inside each element that holds the resources
}

// loadCloudWords reads the embedded file at first use.
var loadCloudWords = sync.OnceValues(func() (*cloudWords, error) {
	words := new(cloudWords)
	return words, strictyaml.Decode("cloud.yaml", cloudFile, words)
})

// The names of the providers, as they call themselves.
const (
	amazonWebServices = "Amazon Web Services"
	microsoftAzure    = "Microsoft Azure"
	googleCloud       = "Google Cloud"
)

// cloudService is the category that resources of a cloud are of.
const cloudService = string(netvet.CategoryCloud)

// cloudItem is one resource as the reader of a provider's format finds it: what is
// special to the format is filled in, the rest is told from its fields.
type cloudItem struct {
	product    netvet.Product
	components []netvet.Component
	services   []netvet.Service
	statements []netvet.Vulnerability
	seen       []cloudSeen // what describes the resource, the most telling first
	pointer    string      // of the resource
}

// cloudSeen is a value that describes a resource, and where it stands in it.
type cloudSeen struct {
	jsonValue
	within string // "/properties"; empty when it is the resource itself
}

// cloudEmitter passes resources on as products.
type cloudEmitter struct {
	words  *cloudWords
	src    *Stream
	format string
	emit   func(Record) error
	faults *faults
	count  int

	resolved map[string]string // what the images of the containers were found to be, by the container's name
}

func newCloudEmitter(src *Stream, format string, emit func(Record) error) (*cloudEmitter, error) {
	words, err := loadCloudWords()
	if err != nil {
		return nil, err
	}
	return &cloudEmitter{words: words, src: src, format: format, emit: emit, faults: newFaults(emit)}, nil
}

// tokens begins to walk the document.
func (e *cloudEmitter) tokens() *jsonTokens {
	return newJSONTokens(e.src.Reader, e.src.Options, func(pointer, reason string) {
		e.faults.add("value of the wrong type, or given twice", pointer, reason)
	})
}

// resource passes one resource on.
func (e *cloudEmitter) resource(item *cloudItem) error {
	p := &item.product
	if p.Kind == "" {
		p.Kind = netvet.KindService
	}
	if p.Kind == netvet.KindService && p.CategoryText == "" {
		p.CategoryText = cloudService
	}
	p.Sources = []netvet.Source{{Input: e.src.Name, Record: item.pointer}}
	e.tell(item)
	if len(item.components) > 0 {
		p.BOM = netvet.BOM{Present: true, Format: e.format}
	}
	e.count++
	if err := e.emit(ProductStart{*p}); err != nil {
		return err
	}
	for i := range item.components {
		if err := e.emit(Component{&item.components[i]}); err != nil {
			return err
		}
	}
	for _, s := range item.services {
		if err := e.emit(Service{s}); err != nil {
			return err
		}
	}
	for _, s := range item.statements {
		if err := e.emit(Statement{s}); err != nil {
			return err
		}
	}
	if err := e.emit(ProductEnd{*p}); err != nil {
		return err
	}
	return e.faults.err
}

// tell fills in what the fields of a resource say under names that all providers
// use alike.
func (e *cloudEmitter) tell(item *cloudItem) {
	p, f := &item.product, &e.words.Fields
	var endpoints []string
	public, guarded := "", ""
	copied := slices.Contains(f.Copied, lastOfType(p.Model))
	for _, v := range item.seen {
		fields := fieldsOf(v.jsonValue)
		if p.Version == "" {
			p.Version = fields.first(f.Version...)
		}
		if p.PartNumber == "" {
			p.PartNumber = fields.first(f.Order...)
		}
		item.components = append(item.components, engine(fields, item.pointer+v.within)...)
		endpoints = e.endpoints(endpoints, v.jsonValue, 0)
		if public == "" && !copied {
			public = e.exposure(v.jsonValue, 0)
		}
		if guarded == "" {
			guarded = e.meaning(fields, f.Guarded)
		}
	}
	for _, v := range item.seen {
		item.components = e.containers(item.components, v.jsonValue, item.pointer+v.within, 0)
	}
	slices.Sort(endpoints)
	endpoints = slices.Compact(endpoints)
	e.place(p)
	data := e.kept(item)
	if len(endpoints) > 0 || public != "" || guarded != "" || data != nil {
		item.services = append(item.services, netvet.Service{
			Pointer: item.pointer, Name: p.Name, Version: p.Version, Provider: p.Manufacturer,
			Endpoints: endpoints[:min(len(endpoints), maxListed)], Authenticated: guarded, CrossesBoundary: public, Data: data,
		})
	}
	item.services = append(item.services, e.ways(item)...)
}

// lastOfType is the last part of the name of a type of resource: "image" of
// AWS::EC2::Image, "ami" of aws_ami, "images" of Microsoft.Compute/images.
func lastOfType(model string) string {
	return strings.ToLower(model[strings.LastIndexAny(model, ":/#_")+1:])
}

// cloudFields are the members of an object by their names without case and
// separators, because EngineVersion, engineVersion and engine_version are one.
type cloudFields map[string]jsonValue

func fieldsOf(v jsonValue) cloudFields {
	members := v.members()
	fields := make(cloudFields, len(members))
	for _, key := range slices.Sorted(maps.Keys(members)) {
		if plain := plainField(key); members[key] != nil && fields[plain].v == nil {
			fields[plain] = jsonValue{members[key]}
		}
	}
	return fields
}

func plainField(key string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case r == '_' || r == '-':
			return -1
		}
		return r
	}, key)
}

func (f cloudFields) first(keys ...string) string {
	for _, key := range keys {
		if t := f[key].text(); t != "" {
			return t
		}
	}
	return ""
}

// engine is the program that a managed service runs, which others made: the
// database engine, the language of a function.
func engine(f cloudFields, pointer string) []netvet.Component {
	var found []netvet.Component
	add := func(kind, name, version string) {
		if name != "" {
			found = append(found, netvet.Component{Pointer: pointer, Kind: netvet.KindSoftware, Type: kind, Name: name, Version: version})
		}
	}
	add("engine", f.first("engine", "enginetype", "databaseengine"), f.first("engineversion"))
	add("engine", f.first("databaseversion"), f.first("databaseinstalledversion"))
	add("runtime", f.first("runtime"), "")
	add("operating-system", f.first("platformname"), f.first("platformversion"))
	for _, app := range f["applications"].list() {
		add("application", app.text("Name"), app.text("Version"))
	}
	return found
}

// endpoints collects where a resource can be reached.
func (e *cloudEmitter) endpoints(list []string, v jsonValue, depth int) []string {
	if v.v == nil || depth > 4 || len(list) > maxListed {
		return list
	}
	for _, element := range v.list() {
		list = e.endpoints(list, element, depth+1)
	}
	fields := fieldsOf(v)
	for _, key := range e.words.Fields.Endpoint {
		list = addEndpoints(list, fields[key])
	}
	for _, key := range e.words.Fields.Within {
		list = e.endpoints(list, fields[key], depth+1)
	}
	return list
}

// addEndpoints adds a name or address, {address, port}, or a list or object of
// such.
func addEndpoints(list []string, v jsonValue) []string {
	switch t := v.v.(type) {
	case string:
		if isEndpoint(strings.TrimSpace(t)) {
			list = append(list, strings.TrimSpace(t))
		}
	case []any:
		for _, element := range t[:min(len(t), maxListed)] {
			list = addEndpoints(list, jsonValue{element})
		}
	case map[string]any:
		f := fieldsOf(v)
		host, port := f.first("address", "value", "host", "hostname", "ipaddress"), f.first("port")
		switch {
		case host != "" && port != "" && port != "0":
			list = addEndpoints(list, jsonValue{host + ":" + port})
		case host != "":
			list = addEndpoints(list, jsonValue{host})
		default:
			for _, key := range slices.Sorted(maps.Keys(t)) {
				if s, ok := t[key].(string); ok {
					list = addEndpoints(list, jsonValue{s})
				}
			}
		}
	}
	return list
}

var hostPattern = regexp.MustCompile(`^(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+\.?(:[0-9]+)?(/\S*)?$`)

// isEndpoint tells a host, address or URL from an id or a sentence.
func isEndpoint(text string) bool {
	if len(text) > 512 {
		return false
	}
	if u, err := url.Parse(text); err == nil && u.Scheme != "" && u.Host != "" {
		return true
	}
	if _, err := netip.ParseAddr(text); err == nil {
		return true
	}
	if _, err := netip.ParseAddrPort(text); err == nil {
		return true
	}
	return hostPattern.MatchString(text)
}

// exposure tells whether a resource is reached from outside its own network: yes,
// no, or empty when nothing says so.
func (e *cloudEmitter) exposure(v jsonValue, depth int) string {
	if v.v == nil || depth > 4 {
		return ""
	}
	f, fields := &e.words.Fields, fieldsOf(v)
	for _, key := range f.Public {
		if open, ok := fields[key].v.(bool); ok {
			return yesNo(open)
		}
	}
	for _, key := range f.Private {
		if closed, ok := fields[key].v.(bool); ok {
			return yesNo(!closed)
		}
	}
	if told := e.meaning(fields, f.Exposure); told != "" {
		return told
	}
	if fields.first(f.Address...) != "" {
		return "yes"
	}
	for _, key := range f.Within {
		inner := fields[key]
		if inner.v == nil {
			continue
		}
		for _, element := range append(inner.list(), inner) {
			if told := e.exposure(element, depth+1); told != "" {
				return told
			}
		}
	}
	return ""
}

// meaning looks up what the first of the fields that has a known word says.
func (e *cloudEmitter) meaning(fields cloudFields, keys []string) string {
	for _, key := range keys {
		if b, ok := fields[key].v.(bool); ok {
			return yesNo(b)
		}
		if told := e.words.Fields.Meaning[key+" "+plainField(fields[key].text())]; told != "" {
			return told
		}
	}
	return ""
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// containers adds the images that a resource runs, wherever its lists of
// containers stand.
func (e *cloudEmitter) containers(list []netvet.Component, v jsonValue, pointer string, depth int) []netvet.Component {
	if depth > 10 {
		return list
	}
	for i, element := range v.list() {
		list = e.containers(list, element, elementPointer(pointer, i), depth+1)
	}
	members := v.members()
	for _, key := range slices.Sorted(maps.Keys(members)) {
		value := jsonValue{members[key]}
		if !slices.Contains(e.words.Fields.Containers, plainField(key)) {
			switch value.v.(type) {
			case map[string]any, []any:
				list = e.containers(list, value, childPointer(pointer, key), depth+1)
			}
			continue
		}
		if text, ok := value.v.(string); ok {
			value = parseJSON(text, e.src.Options)
		}
		at := childPointer(pointer, key)
		for i, c := range value.list() {
			image := c.first("image", "Image")
			if image == "" {
				image = c.get("properties").first("image")
			}
			if image != "" {
				list = append(list, containerImage(image, e.resolved[c.text("name")], elementPointer(at, i)))
			}
		}
	}
	return list
}

// containerImage describes an image by its reference,
// "registry/namespace/name:tag@sha256:digest", and the reference it was resolved
// to, if that is known.
func containerImage(reference, resolved, pointer string) netvet.Component {
	c := netvet.Component{Pointer: pointer, Kind: netvet.KindSoftware, Type: "container", Repository: reference}
	name, digest, _ := strings.Cut(reference, "@")
	if _, sum, ok := strings.Cut(resolved, "@"); ok && digest == "" {
		digest = sum
	}
	if slash := strings.LastIndex(name, "/"); strings.Contains(name[slash+1:], ":") {
		at := slash + 1 + strings.Index(name[slash+1:], ":")
		name, c.Version = name[:at], name[at+1:]
	}
	c.Hashed = strings.HasPrefix(digest, "sha256:")
	if c.Version == "" {
		c.Version = digest
	}
	host, path := "", name
	if first, rest, ok := strings.Cut(name, "/"); ok && (strings.ContainsAny(first, ".:") || first == "localhost") {
		host, path = first, rest
	}
	if slash := strings.LastIndex(path, "/"); slash >= 0 {
		c.Group, path = path[:slash], path[slash+1:]
	}
	c.Name = path
	c.Identifiers = imagePurls(host, c.Group, path, c.Version, digest)
	return c
}

// imagePurls are the package URLs of an image: that of its tag, which without a
// registry is one of Docker Hub, and when its digest is known that of the very
// image, which the type "oci" is for.
func imagePurls(host, group, name, version, digest string) []netvet.Identifier {
	tagged := "pkg:docker/"
	if group != "" {
		tagged += group + "/"
	}
	tagged += name
	if version != "" {
		tagged += "@" + url.QueryEscape(version)
	}
	if host != "" {
		tagged += "?repository_url=" + url.QueryEscape(host)
	}
	purls := []string{tagged}
	if strings.HasPrefix(digest, "sha256:") {
		exact := "pkg:oci/" + name + "@" + url.QueryEscape(digest) + "?repository_url=" + url.QueryEscape(imageRepository(host, group, name))
		if version != digest {
			exact += "&tag=" + url.QueryEscape(version)
		}
		purls = append(purls, exact)
	}
	var found []netvet.Identifier
	for _, purl := range purls {
		if id, ok := normalIdentifier(netvet.IDPurl, purl); ok {
			found = append(found, id)
		}
	}
	return found
}

// imageRepository is the full name of where an image can be had.
func imageRepository(host, group, name string) string {
	if host == "" {
		host = "docker.io"
		group = cmp.Or(group, "library")
	}
	return strings.Join(slices.DeleteFunc([]string{host, group, name}, func(part string) bool { return part == "" }), "/")
}

// lastSegment returns what follows the last slash of a path or URL.
func lastSegment(path string) string {
	return path[strings.LastIndex(path, "/")+1:]
}

// segmentAfter returns the segment of a path that follows the named one:
// "locations" in "projects/p/locations/europe-west1/keyRings/k" is
// "europe-west1".
func segmentAfter(path, name string) string {
	segments := strings.Split(path, "/")
	for i := len(segments) - 2; i >= 0; i-- {
		if strings.EqualFold(segments[i], name) {
			return segments[i+1]
		}
	}
	return ""
}

package sbom

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// aws reads what the services of AWS answer: items and snapshots of AWS Config,
// the describe-, list- and get-answers of the CLI and SDKs, and recordings of
// such answers.
func aws() Format {
	return Format{
		Name:   "aws",
		Title:  "AWS Config items and snapshots, AWS describe- and list-answers, JSON",
		Expect: "AWS JSON (Config items, or the answer of a describe- or list-command)",
		Detect: detectAWS,
		Read:   readAWS,
	}
}

var (
	arnPattern        = regexp.MustCompile(`"arn:aws[a-z-]*:[a-z0-9-]+:`)
	awsIDPattern      = regexp.MustCompile(`"[a-z]{1,10}(-[a-z]+)?-[0-9a-f]{8}([0-9a-f]{9})?"`)
	awsAccountPattern = regexp.MustCompile(`"(?i:owner_?id|(aws)?account_?(id|number)|registryid|ownerAccount)"\s*:\s*"[0-9]{12}"`)
	awsARNInList      = regexp.MustCompile(`^\[\s*"arn:aws[a-z-]*:`)
	awsHostPattern    = regexp.MustCompile(`\.([a-z]{2}(?:-[a-z]+)+-[0-9])\.`)
	awsZonePattern    = regexp.MustCompile(`^([a-z]{2}(?:-[a-z]+)+-[0-9])[a-z]$`)
)

func detectAWS(s Sample) float64 {
	head := headOfJSON(s.Head)
	has := func(text string) bool { return bytes.Contains(s.Head, []byte(text)) }
	amazon := arnPattern.Match(s.Head) || awsIDPattern.Match(s.Head) || has(".amazonaws.com") || has("/hostedzone/")
	switch {
	case len(head.keys) == 0:
		return 0
	case head.has("status_code", "data"):
		return 1 // a recording of boto's answers
	case head.has("configurationItems") && (head.has("configSnapshotId") || has(`"resourceType"`)),
		has(`"AWS::`) && has(`"resourceType"`) && (has(`"configurationItemCaptureTime"`) || has(`"configurationItemStatus"`) || has(`"resourceId"`)),
		head.has("invokingEvent") && has(`configurationItem`), head.has("ResourceTagMappingList"):
		return 1
	case head.has("ResponseMetadata"):
		return 1
	case head.has("eventVersion") || head.has("Records") || head.has("Statement") || head.has("AWSTemplateFormatVersion"):
		return 0 // events, policies, templates
	}
	words, err := loadCloudWords()
	if err != nil {
		return 0
	}
	if head.array {
		return 0.9 * boolSure(awsOwnKey(head) != "")
	}
	amazon = amazon || awsAccountPattern.Match(s.Head) || words.namesAWSRegion(s.Head)
	for _, k := range head.keys {
		if k.kind != '[' && k.kind != '{' || slices.Contains(words.AWS.Aside, k.name) {
			continue
		}
		known := slices.ContainsFunc(words.AWS.Lists, func(l awsList) bool {
			return l.Key == k.name && bytes.Contains(k.rest, []byte(`"`+l.ID+`"`))
		})
		switch {
		case known && (amazon || len(k.name) > 12 && awsNamedAfter(k.name, headOfJSON(k.rest)) || k.name == "Buckets" && has(`"CreationDate"`) && has(`"Owner"`)):
			return 1
		case awsOwnKey(headOfJSON(k.rest)) != "", amazon && awsNamedAfter(k.name, headOfJSON(k.rest)), awsListsARNs(k):
			return 0.9
		}
	}
	return 0.9 * boolSure(awsOwnKey(head) != "" && !head.has("id", "type"))
}

// awsOwnKey returns the ARN that the first object of a head has for itself.
func awsOwnKey(h jsonHead) string {
	for _, k := range h.keys {
		if strings.HasSuffix(plainField(k.name), "arn") && strings.HasPrefix(k.text, "arn:aws") {
			return k.text
		}
	}
	return ""
}

// awsListsARNs recognises a list of nothing but ARNs.
func awsListsARNs(k jsonHeadKey) bool {
	return awsARNInList.Match(k.rest) && strings.HasSuffix(plainField(k.name), "arns")
}

// awsNamedAfter reports whether the first object of a list, or the object, has an
// id or name that is called after the key it stands under, as AWS calls its members:
// {"FpgaImages": [{"FpgaImageId": ...}]}.
func awsNamedAfter(key string, h jsonHead) bool {
	for _, k := range h.keys {
		if k.kind == '"' && k.text != "" && isAWSNameOf(key, k.name) {
			return true
		}
	}
	return false
}

// isAWSNameOf reports whether a member is the id or name of what stands under the
// key: FpgaImageId of FpgaImages, analyzerName of analyzerSummaries.
func isAWSNameOf(key, member string) bool {
	plain := plainField(member)
	for _, ending := range []string{"id", "arn", "name", "identifier"} {
		if owner, ok := strings.CutSuffix(plain, ending); ok && len(owner) > 2 && strings.HasPrefix(plainField(key), strings.TrimSuffix(owner, "y")) {
			return true
		}
	}
	return false
}

// awsStem is the word for one of what a key lists: FpgaImage of FpgaImages.
func awsStem(key string) string {
	for _, ending := range []string{"SummaryList", "Summaries", "Summary", "InfoList", "List", "Infos", "Details", "Detail"} {
		if stem, ok := strings.CutSuffix(key, ending); ok && stem != "" {
			key = stem
			break
		}
	}
	if stem, ok := strings.CutSuffix(key, "ies"); ok {
		return stem + "y"
	}
	if strings.HasSuffix(key, "ss") {
		return key
	}
	return strings.TrimSuffix(key, "s")
}

func readAWS(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	e, err := newCloudEmitter(src, "aws", emit)
	if err != nil {
		return Info{}, err
	}
	r := &awsReader{cloudEmitter: e, j: e.tokens()}
	if err := r.document(); err != nil {
		return Info{}, err
	}
	return Info{}, e.faults.finish()
}

type awsReader struct {
	*cloudEmitter
	j *jsonTokens
}

func (r *awsReader) document() error {
	var err error
	switch r.j.kind() {
	case '{':
		err = r.answer("")
	case '[':
		err = r.list("", "")
	default:
		err = fmt.Errorf("the document is %s, expected an object or array", jsonKindName(r.j.kind()))
		if skipped := r.j.skip(); skipped != nil {
			err = skipped
		}
	}
	if err != nil {
		return err
	}
	if err := r.j.end(); err != nil {
		return err
	}
	if r.count == 0 && r.faults.err == nil && len(r.faults.kinds) == 0 {
		r.faults.add("empty answer", "", "the answer lists no resources")
	}
	return nil
}

// answer reads one answer. Lists that are known are read element by element;
// what else stands beside them is looked at when all is known.
func (r *awsReader) answer(pointer string) error {
	rest := make(map[string]any)
	before := r.count
	err := r.j.object(func(key []byte) error {
		name := string(key)
		at := childPointer(pointer, name)
		kind := r.j.kind()
		switch {
		case name == "data" && pointer == "" && kind == '{':
			return r.answer(at)
		case slices.Contains(r.words.AWS.Aside, name):
			return nil
		case kind == '[' && slices.Contains(awsConfigLists(), name):
			return r.list(name, at)
		case kind == '[' && r.isList(name):
			others, err := r.known(name, at)
			if others != nil {
				rest[name] = others
			}
			return err
		}
		value, err := r.j.held()
		rest[name] = value.v
		return err
	})
	if err != nil {
		return err
	}
	return r.rest(jsonValue{rest}, pointer, r.count > before)
}

// awsConfigLists are the lists of configuration items, each with its type in it.
func awsConfigLists() []string {
	return []string{"configurationItems", "baseConfigurationItems", "Results", "resourceIdentifiers", "ResourceTagMappingList"}
}

func (r *awsReader) isList(key string) bool {
	return slices.ContainsFunc(r.words.AWS.Lists, func(l awsList) bool { return l.Key == key })
}

// known reads a list whose name is known. Another answer may have one of that
// name with something else in it: such elements are handed back in their places.
func (r *awsReader) known(key, pointer string) (others []any, err error) {
	n := 0
	err = r.j.array(func(i int) error {
		value, err := r.j.held()
		if err != nil {
			return err
		}
		if slices.ContainsFunc(r.words.AWS.Lists, func(l awsList) bool { return l.Key == key && (l.In != "" || value.has(l.ID)) }) {
			return r.element(key, value, elementPointer(pointer, i))
		}
		for ; n < i; n++ {
			others = append(others, nil)
		}
		others, n = append(others, value.v), i+1
		return nil
	})
	return others, err
}

// list reads the elements of a list of resources.
func (r *awsReader) list(key, pointer string) error {
	return r.j.array(func(i int) error {
		value, err := r.j.held()
		if err != nil {
			return err
		}
		return r.element(key, value, elementPointer(pointer, i))
	})
}

// element reads an element of a list, or the one object of an answer.
func (r *awsReader) element(key string, v jsonValue, pointer string) error {
	if text, ok := v.v.(string); ok && splitARN(text) != nil {
		return r.resource(r.describe(key, awsList{}, jsonValue{map[string]any{"arn": text}}, pointer))
	}
	if text, ok := v.v.(string); ok {
		inner := parseJSON(text, r.src.Options)
		if !inner.isObject() {
			r.faults.add("element that is no resource", pointer, "is a string, expected an object")
			return r.faults.err
		}
		v = inner
	}
	switch {
	case !v.isObject():
		r.faults.add("element that is no resource", pointer, "expected an object")
		return r.faults.err
	case v.has("configurationItem"):
		return r.config(v.get("configurationItem"), childPointer(pointer, "configurationItem"))
	case v.has("resourceType") && !r.isList(key), slices.Contains(awsConfigLists(), key):
		return r.config(v, pointer)
	case v.has("packageVulnerabilityDetails") && len(v.list("resources")) > 0:
		return r.finding(v, pointer)
	}
	for _, line := range r.words.AWS.Lists {
		if line.Key != key {
			continue
		}
		if line.In != "" {
			for i, inner := range v.list(line.In) {
				if err := r.resource(r.describe(key, line, inner, elementPointer(childPointer(pointer, line.In), i))); err != nil {
					return err
				}
			}
			return nil
		}
		if v.has(line.ID) {
			return r.resource(r.describe(key, line, v, pointer))
		}
	}
	if !isAWSResource(key, v) {
		r.faults.add("element that is no resource", pointer, cmp.Or(key, "element")+" has neither an ARN nor an id or name of its own: not read as a product")
		return r.faults.err
	}
	return r.resource(r.describe(key, awsList{}, v, pointer))
}

// isAWSResource tells a resource of a list that is not known from events, tags and
// what else AWS lists.
func isAWSResource(key string, v jsonValue) bool {
	if awsOwnARN(v, key) != "" {
		return true
	}
	for _, member := range slices.Sorted(maps.Keys(v.members())) {
		switch plain := plainField(member); {
		case v.text(member) == "":
		case plain == "id", plain == "name", isAWSNameOf(key, member):
			return true
		}
	}
	return false
}

// rest looks at what stands in an answer beside known lists.
func (r *awsReader) rest(v jsonValue, pointer string, listed bool) error {
	members := v.members()
	keys := slices.Sorted(maps.Keys(members))
	if text := v.text("invokingEvent"); text != "" {
		event := parseJSON(text, r.src.Options)
		return r.config(event.get("configurationItem"), childPointer(pointer, "invokingEvent"))
	}
	switch detail := v.get("detail", "configurationItem"); {
	case detail.isObject():
		return r.config(detail, childPointer(pointer, "detail")+"/configurationItem")
	case v.get("configurationItem").isObject():
		return r.config(v.get("configurationItem"), childPointer(pointer, "configurationItem"))
	case v.text("resourceType") != "" && (v.has("resourceId") || v.has("configuration")):
		return r.config(v, pointer)
	case v.text("InstanceId") != "" && v.has("TypeName") && v.has("Entries"):
		return r.inventory(v, pointer)
	case awsOwnARN(v, "") != "":
		return r.resource(r.describe("", awsList{}, v, pointer))
	}
	for _, key := range keys {
		value, at := jsonValue{members[key]}, childPointer(pointer, key)
		known := r.isList(key)
		switch value.v.(type) {
		case []any:
			for i, element := range value.list() {
				if !element.isObject() && !awsListsARNs(jsonHeadKey{name: key, rest: []byte(`["` + element.text())}) {
					continue
				}
				if err := r.element(key, element, elementPointer(at, i)); err != nil {
					return err
				}
				listed = true
			}
		case map[string]any:
			if !known && (listed || awsOwnARN(value, key) == "" && !isAWSResource(key, value)) {
				continue
			}
			if err := r.element(key, value, at); err != nil {
				return err
			}
			listed = true
		}
	}
	return nil
}

// describe tells what AWS says of a resource in an answer.
func (r *awsReader) describe(key string, line awsList, v jsonValue, pointer string) *cloudItem {
	arn := awsOwnARN(v, key)
	id := v.text(line.ID)
	item := &cloudItem{pointer: pointer, seen: []cloudSeen{{v, ""}}}
	item.product = netvet.Product{
		Manufacturer: amazonWebServices,
		Model:        cmp.Or(line.Type, awsTypeOfARN(arn), awsStem(key), "resource"),
		Name:         cmp.Or(v.text(line.Name), awsTag(v, "Name"), awsLastOfARN(id)),
		Serial:       awsSerial(arn),
		Location:     awsRegion(v, arn),
		Description:  v.first("Description", "description"),
	}
	p := &item.product
	if p.Name == "" {
		p.Name = cmp.Or(awsName(v), awsLastOfARN(arn))
	}
	if p.Serial == "" && (awsIDPattern.MatchString(`"`+id+`"`) || strings.HasPrefix(id, "arn:")) {
		p.Serial = id
	}
	if number := v.text("VersionNumber"); number != "" && p.Serial != "" {
		p.Serial, p.Version = p.Serial+":"+number, number
	}
	if v.has("LayerVersionArn") || v.has("clusterVersion") {
		p.Version = v.first("Version", "clusterVersion")
	}
	if mac, ok := normalIdentifier(netvet.IDMAC, v.text("MacAddress")); ok {
		p.Identifiers = append(p.Identifiers, mac)
	}
	return item
}

// config reads an item of AWS Config.
func (r *awsReader) config(v jsonValue, pointer string) error {
	kind, id := v.text("resourceType"), v.first("resourceId", "resourceName", "arn", "ARN", "ResourceARN")
	if id == "" {
		r.faults.add("configuration item without a resource", pointer, "no resourceId, resourceName or ARN: not read as a product")
		return r.faults.err
	}
	if status := v.text("configurationItemStatus"); strings.HasPrefix(status, "ResourceDeleted") {
		r.faults.add("resource that is deleted", pointer, fmt.Sprintf("%s %q is deleted (%s): not read as a product", kind, id, status))
		return r.faults.err
	}
	configuration := v.get("configuration")
	if text, ok := configuration.v.(string); ok {
		configuration = parseJSON(text, r.src.Options)
	}
	arn := cmp.Or(v.first("arn", "ARN", "ResourceARN"), awsOwnARN(configuration, ""))
	item := &cloudItem{pointer: pointer, seen: []cloudSeen{{configuration, "/configuration"}}}
	item.product = netvet.Product{
		Manufacturer: amazonWebServices,
		Model:        cmp.Or(kind, awsTypeOfARN(arn)),
		Name:         cmp.Or(v.text("resourceName"), awsTag(v, "Name"), awsLastOfARN(id)),
		Serial:       awsSerial(arn),
		Location:     cmp.Or(v.text("awsRegion"), awsRegion(configuration, arn)),
		Description:  configuration.text("description"),
	}
	if item.product.Serial == "" && awsIDPattern.MatchString(`"`+id+`"`) {
		item.product.Serial = id
	}
	if acl := v.text("supplementaryConfiguration", "AccessControlList"); strings.Contains(acl, "AllUsers") {
		item.seen = append(item.seen, cloudSeen{jsonValue{map[string]any{"public": true}}, ""})
	}
	return r.resource(item)
}

// inventory reads what Systems Manager found installed on one machine.
func (r *awsReader) inventory(v jsonValue, pointer string) error {
	item := &cloudItem{pointer: pointer}
	id := v.text("InstanceId")
	item.product = netvet.Product{Manufacturer: amazonWebServices, Model: "AWS::SSM::ManagedInstanceInventory", Name: id, Serial: id}
	for i, entry := range v.list("Entries") {
		item.components = append(item.components, netvet.Component{
			Pointer: elementPointer(childPointer(pointer, "Entries"), i), Kind: netvet.KindSoftware, Type: v.text("TypeName"),
			Name: entry.first("Name", "Title"), Version: entry.text("Version"), Publisher: entry.first("Publisher"),
			Description: entry.text("Summary"), Repository: entry.text("URL"),
		})
	}
	return r.resource(item)
}

// finding reads a finding of Inspector: the resource it is about, and what is
// wrong with a package on it.
func (r *awsReader) finding(v jsonValue, pointer string) error {
	about, details := v.list("resources")[0], v.get("packageVulnerabilityDetails")
	item := &cloudItem{pointer: pointer, seen: []cloudSeen{{about.get("details"), "/resources/0/details"}}}
	item.product = netvet.Product{
		Manufacturer: amazonWebServices, Model: cmp.Or(about.text("type"), "resource"),
		Name: cmp.Or(awsTag(about, "Name"), awsLastOfARN(about.text("id"))), Serial: awsSerial(about.text("id")), Location: about.text("region"),
	}
	for i, pack := range details.list("vulnerablePackages") {
		at := elementPointer(childPointer(pointer, "packageVulnerabilityDetails")+"/vulnerablePackages", i)
		item.components = append(item.components, netvet.Component{
			Ref: at, Pointer: at, Kind: netvet.KindSoftware, Type: strings.ToLower(pack.text("packageManager")),
			Name: pack.text("name"), Version: pack.text("version"),
		})
		severity := strings.ToLower(v.text("severity"))
		if !slices.Contains([]string{"critical", "high", "medium", "low"}, severity) {
			severity = ""
		}
		fixed, remedy := inspectorFix(v, pack)
		item.statements = append(item.statements, netvet.Vulnerability{
			ID: details.text("vulnerabilityId"), Pointer: pointer, Source: details.text("source"), Severity: severity,
			State: "affected", Ref: at, Component: pack.text("name"), Version: pack.text("version"), Fixed: fixed, Remedy: remedy,
		})
	}
	return r.resource(item)
}

// inspectorFix returns the versions that mend a finding, or the word that there
// is a fix.
func inspectorFix(finding, pack jsonValue) (versions []string, remedy string) {
	if version := pack.text("fixedInVersion"); version != "" && !strings.EqualFold(version, "NotAvailable") {
		return []string{version}, ""
	}
	if strings.EqualFold(finding.text("fixAvailable"), "YES") {
		return nil, "a fix is available"
	}
	return nil, ""
}

// awsOwnARN returns the ARN of a resource among those it has of others: that
// named after the key it stands under, else the one with the shortest name.
func awsOwnARN(v jsonValue, key string) string {
	members := v.members()
	best, arn := "", ""
	stem := plainField(key)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		text, ok := members[name].(string)
		plain := plainField(name)
		if !ok || !strings.HasPrefix(text, "arn:") || !strings.HasSuffix(plain, "arn") {
			continue
		}
		owner := strings.TrimSuffix(plain, "arn")
		switch {
		case owner == "" || owner == "resource" || stem != "" && strings.HasPrefix(stem, owner):
			return text
		case isOtherARN(owner):
		case best == "" || len(owner) < len(best):
			best, arn = owner, text
		}
	}
	return arn
}

// isOtherARN tells the ARNs of what a resource uses from its own.
func isOtherARN(owner string) bool {
	for _, word := range []string{"role", "kms", "key", "policy", "certificate", "topic", "target", "parent", "source", "secret", "profile", "owner", "platform", "monitoring", "bucket", "fargate", "account", "vpc", "user"} {
		if strings.Contains(owner, word) {
			return true
		}
	}
	return false
}

// splitARN returns the parts arn:partition:service:region:account:resource.
func splitARN(arn string) []string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return nil
	}
	return parts
}

// awsSerial is the id that no other resource has: the ARN, or the id at its end
// where that is unique by itself, because some answers give only one of them.
func awsSerial(arn string) string {
	if id := awsLastOfARN(arn); awsIDPattern.MatchString(`"` + id + `"`) {
		return id
	}
	return arn
}

// awsTypeOfARN returns "service:type", as tagging calls the types of resources.
func awsTypeOfARN(arn string) string {
	parts := splitARN(arn)
	if parts == nil {
		return ""
	}
	resource := strings.TrimPrefix(parts[5], "/")
	if i := strings.IndexAny(resource, ":/"); i > 0 {
		return parts[2] + ":" + resource[:i]
	}
	return parts[2]
}

// awsLastOfARN returns the name at the end of an ARN or path, or what is neither
// as it is.
func awsLastOfARN(id string) string {
	if parts := splitARN(id); parts != nil {
		name := id[strings.LastIndexAny(id, ":/")+1:]
		if strings.Trim(name, "0123456789") == "" { // the number of a version
			before := strings.TrimSuffix(id, id[len(id)-len(name):])
			before = strings.TrimRight(before, ":/")
			return id[strings.LastIndexAny(before, ":/")+1:]
		}
		return name
	}
	return id
}

// awsName finds a name in a resource of a type that is not known.
func awsName(v jsonValue) string {
	if name := v.first("Name", "name"); name != "" {
		return name
	}
	members := v.members()
	for _, ending := range []string{"name", "identifier", "id"} {
		best, shortest := "", ""
		for _, key := range slices.Sorted(maps.Keys(members)) {
			plain, text := plainField(key), v.text(key)
			if text != "" && strings.HasSuffix(plain, ending) && !isOtherARN(plain) && (best == "" || len(key) < len(shortest)) {
				best, shortest = text, key
			}
		}
		if best != "" {
			return best
		}
	}
	return ""
}

// awsTag returns a tag, from a list of keys and values or an object.
func awsTag(v jsonValue, name string) string {
	for _, key := range []string{"Tags", "tags", "TagSet", "TagList"} {
		if text := v.text(key, name); text != "" {
			return text
		}
		for _, tag := range v.list(key) {
			if tag.first("Key", "key") == name {
				return tag.first("Value", "value")
			}
		}
	}
	return ""
}

// awsRegion finds the region of a resource: as stated, of its zone, of its ARN or
// in the name of its endpoint.
func awsRegion(v jsonValue, arn string) string {
	if region := v.first("Region", "region", "AwsRegion", "awsRegion"); region != "" {
		return region
	}
	zones := []string{v.first("AvailabilityZone", "availabilityZone"), v.text("Placement", "AvailabilityZone"), v.text("placement", "availabilityZone")}
	for _, key := range []string{"AvailabilityZones", "availabilityZones"} {
		for _, zone := range v.list(key) {
			zones = append(zones, zone.text(), zone.first("ZoneName", "value"))
		}
	}
	for _, zone := range zones {
		if m := awsZonePattern.FindStringSubmatch(zone); m != nil {
			return m[1]
		}
	}
	if parts := splitARN(arn); parts != nil && parts[3] != "" {
		return parts[3]
	}
	for _, host := range []string{v.first("DNSName", "Endpoint", "endpoint", "Url"), v.text("Endpoint", "Address")} {
		if m := awsHostPattern.FindStringSubmatch(host); m != nil {
			return m[1]
		}
	}
	return ""
}

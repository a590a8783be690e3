package sbom

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// gcp reads exports and answers of Google's Cloud Asset Inventory, what gcloud
// prints as JSON, answers of the APIs of single services, and recordings of such
// answers ({"headers", "body"}).
func gcp() Format {
	return Format{
		Name:   "gcp",
		Title:  "Google Cloud: asset inventory, gcloud and API answers, JSON and JSON lines",
		Expect: `Google Cloud JSON (assets with "assetType", or an answer of a googleapis.com API)`,
		Detect: detectGCP,
		Read:   readGCP,
	}
}

var (
	gcpAssetType = regexp.MustCompile(`"(assetType|asset_type)"\s*:\s*"[a-z0-9.-]+/[A-Za-z]+"`)
	gcpKind      = regexp.MustCompile(`^[a-z]+#[A-Za-z]+$`)
	gcpName      = regexp.MustCompile(`^(//[a-z0-9-]+\.googleapis\.com/)?(projects|organizations|folders|billingAccounts)/[^/]+/`)
)

func detectGCP(s Sample) float64 {
	head := headOfJSON(s.Head)
	if len(head.keys) == 0 || head.has("terraform_version") {
		return 0
	}
	if head.has("body") && (head.has("headers") || len(head.keys) == 1) || head.has("headers") && len(head.keys) == 1 {
		if bytes.Contains(s.Head, []byte("googleapis.com")) || bytes.Contains(s.Head, []byte("content-location")) {
			return 1
		}
		body, _ := head.key("body")
		return gcpSure(headOfJSON(body.rest), 0)
	}
	if gcpAssetType.Match(s.Head) && (bytes.Contains(s.Head, []byte("googleapis.com")) || head.has("readTime")) {
		return 1
	}
	return gcpSure(head, 0)
}

// gcpSure looks at the first object, and into the first list of an answer.
func gcpSure(head jsonHead, depth int) float64 {
	name := head.text("name")
	switch {
	case gcpKind.MatchString(head.text("kind")) && (head.has("selfLink") || head.has("items") || head.has("etag") || head.has("id")):
		return 1
	case isGoogleAPI(head.text("selfLink")):
		return 1
	case gcpName.MatchString(name) && (strings.HasPrefix(name, "//") || head.has("createTime") || head.has("config") || head.has("state") || head.has("uniqueId")):
		return 1
	case depth > 0:
		return 0
	}
	for _, k := range head.keys {
		if k.kind == '[' {
			if sure := gcpSure(headOfJSON(k.rest), depth+1); sure > 0 {
				return sure
			}
		}
	}
	return 0
}

func isGoogleAPI(link string) bool {
	u, err := url.Parse(link)
	return err == nil && strings.HasSuffix(u.Host, ".googleapis.com")
}

func readGCP(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	e, err := newCloudEmitter(src, "gcp", emit)
	if err != nil {
		return Info{}, err
	}
	r := &gcpReader{cloudEmitter: e, j: e.tokens()}
	if err := r.document(); err != nil {
		return Info{}, err
	}
	if r.count == 0 && len(r.faults.kinds) == 0 {
		r.faults.add("empty answer", "", "the answer lists no resources")
	}
	return Info{}, r.faults.finish()
}

type gcpReader struct {
	*cloudEmitter
	j        *jsonTokens
	location string // of a recorded answer: the address that was asked
}

func (r *gcpReader) document() error {
	switch r.j.kind() {
	case '[':
		if err := r.j.array(func(i int) error { return r.element("", elementPointer("", i)) }); err != nil {
			return err
		}
		return r.j.end()
	case '{':
		if err := r.answer("", 0); err != nil {
			return err
		}
	default:
		if err := r.j.skip(); err != nil {
			return err
		}
		return errors.New("the document is neither an object nor an array")
	}
	for i := 1; r.j.kind() == '{'; i++ { // one object a line
		if err := r.element("", fmt.Sprintf("object %d", i+1)); err != nil {
			return err
		}
	}
	return r.j.end()
}

// answer reads an answer, or the one resource that it is.
func (r *gcpReader) answer(pointer string, depth int) error {
	rest := make(map[string]any)
	recorded := false
	var lists []string
	err := r.j.object(func(key []byte) error {
		name := string(key)
		kind := r.j.kind()
		at := childPointer(pointer, name)
		switch {
		case name == "headers" && kind == '{' && depth == 0:
			headers, err := r.j.held()
			r.location = headers.text("content-location")
			rest[name] = headers.v
			return err
		case name == "body" && kind == '{' && depth == 0:
			recorded = true
			return r.answer(at, depth+1)
		case kind == '[' && (name == "items" || name == "assets" || name == "results" && len(rest) == 0):
			lists = append(lists, name)
			return r.list("", at)
		}
		value, err := r.j.held()
		rest[name] = value.v
		return err
	})
	if err != nil || recorded || lists != nil {
		return err
	}
	return r.rest(jsonValue{rest}, pointer)
}

func (r *gcpReader) list(key, pointer string) error {
	return r.j.array(func(i int) error { return r.element(key, elementPointer(pointer, i)) })
}

func (r *gcpReader) element(key, pointer string) error {
	value, err := r.j.held()
	if err != nil {
		return err
	}
	return r.one(key, "", value, pointer)
}

// rest reads an answer that is held as a whole: one resource, a list under a name
// of its own, or lists by zone.
func (r *gcpReader) rest(v jsonValue, pointer string) error {
	members := v.members()
	if v.text("kind") == "" && v.text("name") == "" && v.text("id") == "" || strings.HasSuffix(v.text("kind"), "List") {
		found := false
		for _, key := range slices.Sorted(maps.Keys(members)) {
			value, at := jsonValue{members[key]}, childPointer(pointer, key)
			for i, element := range value.list() {
				if !element.isObject() {
					continue
				}
				found = true
				if err := r.one(key, "", element, elementPointer(at, i)); err != nil {
					return err
				}
			}
			if key == "items" && value.isObject() {
				found = true
				if err := r.scopes(value, at); err != nil {
					return err
				}
			}
		}
		if found || len(members) == 0 {
			return nil
		}
		if list := []string{"nextPageToken", "unreachable", "kind", "id", "selfLink", "etag", "fingerprint"}; !slices.ContainsFunc(slices.Collect(maps.Keys(members)), func(k string) bool { return !slices.Contains(list, k) }) {
			return nil // an answer that lists nothing
		}
	}
	return r.one(gcpCollection(r.location), "", v, pointer)
}

// scopes reads an aggregated list: {"zones/europe-west1-b": {"instances": [...]}}.
func (r *gcpReader) scopes(v jsonValue, pointer string) error {
	members := v.members()
	for _, scope := range slices.Sorted(maps.Keys(members)) {
		within := jsonValue{members[scope]}
		for _, key := range slices.Sorted(maps.Keys(within.members())) {
			for i, element := range within.list(key) {
				at := elementPointer(childPointer(childPointer(pointer, scope), key), i)
				if err := r.one(key, lastSegment(scope), element, at); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// one reads one asset or resource.
func (r *gcpReader) one(key, scope string, v jsonValue, pointer string) error {
	if !v.isObject() {
		r.faults.add("element that is no resource", pointer, "expected an object")
		return r.faults.err
	}
	if isGCPOperation(v) {
		r.faults.add("record of an operation", pointer, "tells what was done and not what there is: not read as a product; ask for the resource itself")
		return r.faults.err
	}
	within := ""
	data, kind := v, v.first("assetType", "asset_type")
	if asset := v.get("resource"); kind != "" && asset.isObject() {
		if data, within = asset.get("data"), "/resource/data"; !data.isObject() {
			data, within = asset, "/resource"
		}
	}
	if monitored := v.get("resource"); v.has("metric") && v.has("points") { // a measurement of a resource
		data, kind, within = monitored.get("labels"), monitored.text("type"), "/resource/labels"
	}
	full := cmp.Or(v.text("name"), data.text("name"), data.text("id"))
	item := &cloudItem{pointer: pointer, seen: []cloudSeen{{data, within}}}
	item.product = netvet.Product{
		Manufacturer: googleCloud,
		Model:        cmp.Or(kind, data.text("kind"), r.kindOf(key, data)),
		PartNumber:   lastSegment(cmp.Or(data.text("machineType"), data.text("settings", "tier"), data.text("tier"))),
		Name:         cmp.Or(gcpShortName(v, data), lastSegment(full)),
		Serial:       gcpSerial(v, data),
		Location:     cmp.Or(gcpLocation(v, data), scope, segmentAfter(full, "locations"), segmentAfter(r.location, "locations"), segmentAfter(r.location, "regions")),
		Description:  data.text("description"),
	}
	if item.product.Location == "-" {
		item.product.Location = ""
	}
	item.product.Version = cmp.Or(data.text("config", "softwareConfig", "imageVersion"), data.text("currentMasterVersion"))
	item.components = gcpLicences(data, pointer+within)
	return r.resource(item)
}

// isGCPOperation tells the record of a change from what was changed.
func isGCPOperation(v jsonValue) bool {
	kind, name := v.text("kind"), v.text("name")
	return strings.HasSuffix(kind, "#operation") || strings.HasPrefix(name, "operations/") || v.has("metadata") && v.has("done") && strings.Contains(name, "/operations/")
}

// kindOf names the type of a resource that does not name its own:
// "container.googleapis.com/clusters".
func (r *gcpReader) kindOf(key string, v jsonValue) string {
	link := cmp.Or(v.text("selfLink"), r.location)
	host := ""
	if u, err := url.Parse(link); err == nil {
		host = u.Host
		if service, _, ok := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/"); ok && host == "www.googleapis.com" {
			host = service + ".googleapis.com"
		}
		if parts := strings.SplitN(host, "-aiplatform.", 2); len(parts) == 2 {
			host = "aiplatform." + parts[1] // the same service in one region
		}
	}
	collection := cmp.Or(key, gcpCollection(v.text("selfLink")), gcpCollection(v.text("name")), "resource")
	if host == "" {
		return collection
	}
	return host + "/" + collection
}

// gcpCollection returns the word before the last segment of a path: "clusters" in
// ".../clusters/c". Of an address that lists resources it is the last segment.
func gcpCollection(path string) string {
	if u, err := url.Parse(path); err == nil {
		path = u.Path
	}
	segments := strings.Split(strings.Trim(path, "/"), "/")
	if len(segments) < 2 {
		return ""
	}
	return segments[len(segments)-2]
}

func gcpShortName(v, data jsonValue) string {
	name := cmp.Or(data.first("displayName", "clusterName", "instance_name", "instance_id"), v.text("displayName"))
	if name == "" || strings.Contains(data.text("name"), "/") && data.has("displayName") {
		name = cmp.Or(lastSegment(data.text("name")), name)
		if display := data.text("displayName"); display != "" {
			name = display
		}
	}
	return name
}

// gcpSerial is the name that no other resource has, without the server it was
// asked of, so that an export and an answer agree.
func gcpSerial(v, data jsonValue) string {
	if link := data.text("selfLink"); isGoogleAPI(link) {
		if at := strings.Index(link, "projects/"); at >= 0 {
			return link[at:]
		}
		return link
	}
	for _, name := range []string{v.text("name"), data.text("name")} {
		if gcpName.MatchString(name) {
			if at := strings.Index(name, "projects/"); strings.HasPrefix(name, "//") && at >= 0 {
				return name[at:]
			}
			return name
		}
	}
	return cmp.Or(data.first("clusterUuid", "uniqueId"), data.text("instance_id"))
}

func gcpLocation(v, data jsonValue) string {
	for _, text := range []string{v.text("resource", "location"), v.text("location"), data.text("location"), data.text("region"), data.text("zone"), data.text("locationId")} {
		if text != "" {
			return lastSegment(text)
		}
	}
	return cmp.Or(segmentAfter(data.text("selfLink"), "zones"), segmentAfter(data.text("selfLink"), "regions"), segmentAfter(data.text("selfLink"), "locations"))
}

// gcpLicences are the operating systems that the disks of a machine are licensed
// for: ".../projects/debian-cloud/global/licenses/debian-12-bookworm".
func gcpLicences(data jsonValue, pointer string) []netvet.Component {
	var found []netvet.Component
	var seen []string
	disks := append(data.list("disks"), data)
	for i, disk := range disks {
		for _, licence := range disk.list("licenses") {
			path := licence.text()
			name := lastSegment(path)
			if name == "" || slices.Contains(seen, name) {
				continue
			}
			seen = append(seen, name)
			at := childPointer(pointer, "licenses")
			if i < len(disks)-1 {
				at = elementPointer(childPointer(pointer, "disks"), i) + "/licenses"
			}
			found = append(found, netvet.Component{Pointer: at, Kind: netvet.KindSoftware, Type: "operating-system", Name: name,
				Publisher: segmentAfter(path, "projects")})
		}
	}
	return found
}

package sbom

import (
	"cmp"
	"fmt"
	"path"
	"reflect"
	"strconv"
	"strings"
)

// redfishResource is one resource: its address, its type and what it says.
type redfishResource struct {
	hostNode
	uri   string
	kind  string
	file  string
	top   bool // it is the document in its file, and not embedded in another resource
	owner *redfishProduct
	part  int // its place in the parts of its owner, or -1
}

// redfishMember is an address that a collection lists.
type redfishMember struct{ uri, kind, collection string }

// addressKey is an address for comparison: services do not agree with themselves on
// the case of letters and on a slash at the end.
func addressKey(uri string) string { return strings.ToLower(strings.TrimRight(uri, "/")) }

func (s *redfishService) at(uri string) *redfishResource { return s.known[addressKey(uri)] }

// collect keeps the resources that matter in a document, wherever they stand in it.
func (s *redfishService) collect(n hostNode, file string) {
	if n.isObject() {
		s.object(n, file, "", "")
		return
	}
	for _, item := range n.list() {
		if item.isObject() {
			s.object(item, file, "", "")
		}
	}
}

func (s *redfishService) object(n hostNode, file, hint, uri string) {
	kind := redfishType(n, hint)
	uri = cmp.Or(strings.TrimRight(n.value("@odata.id"), "/"), uri)
	if n.has("$schema") || n.has("$id") || aboutSchemas(uri) {
		return
	}
	if saysAnything(n) {
		s.said[addressKey(uri)] = true
	}
	if strings.HasSuffix(kind, "Collection") {
		s.listMembers(n, kind, uri)
	}
	if isRedfishResource(n, kind, uri) {
		s.resource(&redfishResource{hostNode: n, uri: uri, kind: kind, file: file, top: n.place == "", part: -1})
	}
	for name, item := range n.each() {
		if name == "Oem" || name == "Links" || strings.HasPrefix(name, "@Redfish") {
			continue
		}
		if item.isObject() {
			s.object(item, file, embeddedType(kind, name), nestedAddress(uri, kind, name))
			continue
		}
		hint := memberType(kind, name)
		for k, element := range item.list() {
			if element.isObject() {
				s.object(element, file, hint, uri+"#/"+name+"/"+strconv.Itoa(k))
			}
		}
	}
}

// embeddedType is the type of a part that stands inside a resource without being one:
// the transceiver in a port.
func embeddedType(kind, name string) string {
	if kind == "Port" && name == "SFP" {
		return "SFP"
	}
	return ""
}

func nestedAddress(uri, kind, name string) string {
	if embeddedType(kind, name) != "" {
		return uri + "#/" + name
	}
	return ""
}

// saysAnything reports whether an object is more than a link.
func saysAnything(n hostNode) bool {
	for name := range n.jsonValue.members() {
		if !strings.HasPrefix(name, "@") {
			return true
		}
	}
	return false
}

// listMembers remembers what a collection lists, and reports one that goes on on a page
// which is not here.
func (s *redfishService) listMembers(n hostNode, kind, uri string) {
	if !n.isObject() {
		return
	}
	for _, member := range n.list("Members") {
		if at := member.value("@odata.id"); at != "" && !saysAnything(member) {
			s.members = append(s.members, redfishMember{at, strings.TrimSuffix(kind, "Collection"), uri})
		}
	}
	if next := n.value("Members@odata.nextLink"); next != "" {
		s.members = append(s.members, redfishMember{next, "page", uri})
	}
}

// missing reports the members of collections that matter here and are not in the input.
func (s *redfishService) missing() {
	for _, m := range s.members {
		if s.said[addressKey(m.uri)] {
			continue
		}
		switch {
		case m.kind == "page":
			s.faults.add("page of a collection that is not in the input", m.uri, "the collection "+m.collection+" goes on there, but that page is not in the input")
		case redfishKind(m.kind) != "" || m.kind == "ComputerSystem" || m.kind == "Chassis":
			s.faults.add("resource that is not in the input", m.uri, "the collection "+m.collection+" lists it, but it is not in the input: what it says of a "+m.kind+" is not known")
		}
	}
}

// isRedfishResource reports whether the object is a resource of its own that matters
// here: no link to one, no settings to come, and no template to compose one by.
func isRedfishResource(n hostNode, kind, uri string) bool {
	if redfishKind(kind) == "" && !saysMore(kind) && !isOtherPart(n, kind, uri) {
		return false
	}
	if kind == "Assembly" && n.has("Assemblies") || strings.HasSuffix(uri, "/Settings") || strings.HasSuffix(uri, "/SD") {
		return false
	}
	for name := range n.jsonValue.members() {
		if strings.HasSuffix(name, "@Redfish.RequiredOnCreate") {
			return false
		}
	}
	return saysAnything(n)
}

// resource takes a resource. Of one that is given several times the document of its own
// counts more than what other documents repeat of it, and then the one that says more.
func (s *redfishService) resource(r *redfishResource) {
	if r.kind == "ServiceRoot" {
		s.version = cmp.Or(s.version, r.value("RedfishVersion"))
		s.name, s.vendor = cmp.Or(s.name, r.stated("Product")), cmp.Or(s.vendor, r.stated("Vendor"))
		return
	}
	first := s.at(r.uri)
	if first == nil || r.uri == "" || first.kind != r.kind {
		s.keep(r)
		return
	}
	switch {
	case r.top && first.top:
		s.givenTwice(first, r)
	case r.top && !first.top, r.top == first.top && len(r.jsonValue.members()) > len(first.jsonValue.members()):
		*first = *r
	}
}

func (s *redfishService) keep(r *redfishResource) {
	if r.uri != "" {
		s.known[addressKey(r.uri)] = r
	}
	s.resources = append(s.resources, r)
}

// givenTwice decides on a second document with the address of another. Mockups are
// edited by hand, and a copied file often keeps the address: its own place then tells
// where it belongs.
func (s *redfishService) givenTwice(first, r *redfishResource) {
	if reflect.DeepEqual(first.v, r.v) {
		return
	}
	own := strings.TrimSuffix(strings.TrimSuffix(r.file, "/index.json"), ".json")
	moved := path.Join(path.Dir(r.uri), path.Base(own))
	if path.Base(path.Dir(own)) == path.Base(path.Dir(r.uri)) && s.at(moved) == nil && path.Base(own) != path.Base(r.uri) {
		s.faults.add("resource at a wrong address", moved, fmt.Sprintf("%s states the address of another resource, %s: it is read as what its place says", r.file, r.uri))
		r.uri = moved
		s.said[addressKey(moved)] = true
		s.keep(r)
		return
	}
	s.faults.add("resource given twice", r.uri, fmt.Sprintf("the resource is given in %s and differently in %s: the first is taken", first.file, r.file))
}

func (s *redfishService) each(kind string, do func(*redfishResource)) {
	for _, r := range s.resources {
		if r.kind == kind {
			do(r)
		}
	}
}

// redfishLinks returns the addresses that a resource links to under a name: one or
// many.
func redfishLinks(n hostNode, name string) []string {
	var all []string
	for _, links := range []hostNode{n.get("Links"), n.get("links")} {
		for _, link := range links.list(name) {
			if uri := strings.TrimRight(link.value("@odata.id"), "/"); uri != "" {
				all = append(all, uri)
			}
		}
	}
	return all
}

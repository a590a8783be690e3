package sbom

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// kubernetes reads objects of the Kubernetes API: what "kubectl get -o json" and
// "-o yaml" print, the lists that the API answers, manifests, objects inside
// questions to admission controllers, and recordings of such answers. What runs or
// is reached is a product; what its owner stands for is not told again.
func kubernetes() Format {
	return Format{
		Name:   "kubernetes",
		Title:  "Kubernetes objects: kubectl get -o json or yaml, lists of the API, manifests",
		Expect: `Kubernetes JSON or YAML (an object or List with "apiVersion" and "kind")`,
		Detect: detectKubernetes,
		Read:   readKubernetes,
	}
}

var kubeVersion = regexp.MustCompile(`^([a-z0-9.-]+/)?v[0-9]+((alpha|beta)[0-9]+)?$`)

func detectKubernetes(s Sample) float64 {
	if !startsLikeJSON(s.Head) {
		return detectKubernetesYAML(s.Head)
	}
	head := headOfJSON(s.Head)
	if !kubeVersion.MatchString(head.text("apiVersion")) {
		return 0
	}
	kind, items := head.text("kind"), jsonHead{}
	if list, ok := head.key("items"); ok && list.kind == '[' {
		items = headOfJSON(list.rest)
	}
	switch {
	case kind == "AdmissionReview":
		return boolSure(head.has("request"))
	case strings.HasSuffix(kind, "Review"), kind == "Status", kind == "Config" && head.has("clusters"):
		return 0 // questions about rights, answers to them, settings of kubectl
	case items.has("metadata"), strings.HasSuffix(kind, "List") && head.has("items"):
		return 1
	case kind != "" && (head.has("metadata") || head.has("spec")) && !head.has("items"):
		return 1
	}
	return 0
}

func startsLikeJSON(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	return len(head) > 0 && (head[0] == '{' || head[0] == '[')
}

// detectKubernetesYAML knows manifests by their keys, and a recording of HTTP
// exchanges by what it has recorded.
func detectKubernetesYAML(head []byte) float64 {
	keys := yamlKeys(head)
	_, meta := keys["metadata"]
	_, items := keys["items"]
	_, recorded := keys["interactions"]
	// kubectl sorts keys: the kind of a long list comes after its items.
	if keys["kind"] == "" && items && bytes.Contains(head, []byte("\n- apiVersion:")) && bytes.Contains(head, []byte("\n  kind:")) {
		keys["kind"] = "List"
	}
	switch {
	case recorded && bytes.Contains(head, []byte(`"apiVersion"`)) && bytes.Contains(head, []byte(`"kind"`)):
		return 0.9
	case !kubeVersion.MatchString(keys["apiVersion"]) || keys["kind"] == "" || keys["kind"] == "Config":
		return 0
	}
	return boolSure(meta || items)
}

func readKubernetes(ctx context.Context, src *Stream, emit func(Record) error) (Info, error) {
	e, err := newCloudEmitter(src, "kubernetes", emit)
	if err != nil {
		return Info{}, err
	}
	r := &kubeReader{cloudEmitter: e, there: make(map[string]bool), owned: make(map[string]*kubeOwned)}
	text := bufio.NewReaderSize(src.Reader, kubeHead)
	head, err := text.Peek(kubeHead)
	if err != nil && err != io.EOF {
		return Info{}, err
	}
	src = &Stream{Name: src.Name, Reader: text, Options: src.Options}
	if startsLikeJSON(head) {
		e.src = src
		r.j = e.tokens()
		err = r.document()
	} else {
		err = readYAML(ctx, src, func(v jsonValue, line int) error { return r.object(v, fmt.Sprintf("line %d", line)) })
		if err != nil && bytes.Contains(head, []byte("{{")) {
			err = fmt.Errorf("%w: this seems to be a template: give what \"helm template\" makes of it", err)
		}
	}
	if err != nil {
		return Info{}, err
	}
	if err := r.left(); err != nil {
		return Info{}, err
	}
	var info Info
	if r.folded > 0 {
		info.Notes = append(info.Notes, fmt.Sprintf("%d pods and replica sets are told by the objects that own them", r.folded))
	}
	if r.count == 0 && len(r.faults.kinds) == 0 {
		r.faults.add("empty list", "", "the list has no objects")
	}
	return info, r.faults.finish()
}

// kubeHead is how far the reader looks to tell JSON from YAML, in bytes.
const kubeHead = 4096

type kubeReader struct {
	*cloudEmitter
	j      *jsonTokens
	there  map[string]bool       // ids of the objects in the input
	owned  map[string]*kubeOwned // by the id of the owner
	order  []string              // of owned
	folded int
}

// kubeOwned is what several objects with one owner have in common: the first of
// them, and how many there are.
type kubeOwned struct {
	item  *cloudItem
	count int
}

// document reads JSON: an object or list, or several after each other, as
// "kubectl get --watch" prints them.
func (r *kubeReader) document() error {
	kind := r.j.kind()
	if kind != '{' {
		if err := r.j.skip(); err != nil {
			return err
		}
		return errors.New("the document is " + jsonKindName(kind) + ", expected an object")
	}
	for i := 0; i == 0 || r.j.kind() == '{'; i++ {
		pointer := ""
		if i > 0 {
			pointer = fmt.Sprintf("object %d", i+1)
		}
		if err := r.answer(pointer); err != nil {
			return err
		}
	}
	return r.j.end()
}

// answer reads an object, or the objects of a list one by one.
func (r *kubeReader) answer(pointer string) error {
	rest := make(map[string]any)
	err := r.j.object(func(key []byte) error {
		name := string(key)
		if name == "items" && r.j.kind() == '[' {
			rest[name] = []any{}
			listKind, _ := rest["kind"].(string)
			return r.j.array(func(i int) error {
				v, err := r.j.held()
				if err != nil {
					return err
				}
				return r.one(v, strings.TrimSuffix(listKind, "List"), elementPointer(pointer+"/items", i))
			})
		}
		value, err := r.j.held()
		rest[name] = value.v
		return err
	})
	if err != nil {
		return err
	}
	return r.object(jsonValue{rest}, pointer)
}

// object reads an object that is held as a whole: one of the API, a list of them,
// the object inside a question, or a recording of answers.
func (r *kubeReader) object(v jsonValue, pointer string) error {
	kind := v.text("kind")
	switch {
	case !v.isObject():
		r.faults.add("document that is no object", pointer, "is no object of Kubernetes: not read")
		return r.faults.err
	case v.has("interactions"):
		return r.recording(v, pointer)
	case kind == "AdmissionReview" && v.get("request", "object").isObject():
		return r.object(v.get("request", "object"), childPointer(childPointer(pointer, "request"), "object"))
	case v.has("items"):
		for i, item := range v.list("items") {
			if err := r.one(item, strings.TrimSuffix(kind, "List"), elementPointer(pointer+"/items", i)); err != nil {
				return err
			}
		}
		return nil
	}
	return r.one(v, "", pointer)
}

// recording reads the answers that a recorder of HTTP exchanges kept:
// {"interactions": [{"request", "response": {"body": {"string": "{...}"}}}]}.
func (r *kubeReader) recording(v jsonValue, pointer string) error {
	for i, exchange := range v.list("interactions") {
		at := elementPointer(pointer+"/interactions", i)
		body := exchange.get("response", "body")
		text, _ := body.get("string").or(body).v.(string)
		answer := parseJSON(text, r.src.Options)
		if !kubeVersion.MatchString(answer.first("apiVersion", "groupVersion")) {
			r.faults.add("answer without objects", at, "the recorded answer is no object of Kubernetes: not read")
			continue
		}
		if err := r.object(answer, at+"/response/body"); err != nil {
			return err
		}
	}
	return r.faults.err
}

// one reads one object.
func (r *kubeReader) one(v jsonValue, kind, pointer string) error {
	kind = cmp.Or(v.text("kind"), kind)
	meta := v.get("metadata")
	id := meta.text("uid")
	if id != "" {
		r.there[id] = true
	}
	item := r.describe(v, kind, pointer)
	role := r.words.Kubernetes.Kinds[kind]
	r.resolved = nil
	if role == "" && (len(r.containers(nil, v, pointer, 0)) > 0 || v.text("spec", "image") != "") {
		role = "workload"
	}
	switch role {
	case "workload":
		item.seen = []cloudSeen{{jsonValue{map[string]any{"spec": v.get("spec").v}}, ""}}
		if image := v.text("spec", "image"); image != "" { // of an object that an operator acts on
			item.components = append(item.components, containerImage(image, "", pointer+"/spec/image"))
		}
		r.resolved = kubeResolved(v)
	case "node":
		r.node(item, v)
	case "host":
		kubeHost(item, v)
	case "service":
		item.services = append(item.services, kubeService(v, item))
	case "storage":
		kubeStorage(item, v)
	default:
		r.faults.add("object that runs nothing", pointer, fmt.Sprintf("%s %s runs nothing and is not reached: not read as a product", cmp.Or(kind, "object"), meta.text("name")))
		return r.faults.err
	}
	if owner := kubeOwner(meta); owner != "" && role == "workload" {
		if group := r.owned[owner]; group != nil {
			group.count++
			return nil
		}
		r.owned[owner] = &kubeOwned{item: item, count: 1}
		r.order = append(r.order, owner)
		return nil
	}
	if err := r.resource(item); err != nil {
		return err
	}
	return nil
}

// left passes on what is owned by objects that are not in the input, such as the
// pods of a list of pods: once for each owner.
func (r *kubeReader) left() error {
	for _, owner := range r.order {
		group := r.owned[owner]
		if r.there[owner] {
			r.folded += group.count
			continue
		}
		r.folded += group.count - 1
		if group.count > 1 {
			group.item.product.Quantity = group.count
		}
		if err := r.resource(group.item); err != nil {
			return err
		}
	}
	return nil
}

// kubeOwner returns the id of the object that controls this one. A node is no
// owner: it only runs what it was given.
func kubeOwner(meta jsonValue) string {
	for _, owner := range meta.list("ownerReferences") {
		if owner.text("kind") != "Node" {
			return owner.text("uid")
		}
	}
	return ""
}

func (r *kubeReader) describe(v jsonValue, kind, pointer string) *cloudItem {
	meta := v.get("metadata")
	name := meta.first("name", "generateName")
	labels := meta.get("labels")
	item := &cloudItem{pointer: pointer}
	item.product = netvet.Product{
		Kind:         netvet.KindService,
		CategoryText: "Kubernetes " + cmp.Or(kind, "object"),
		Model:        kind,
		Name:         name,
		Version:      labels.first("app.kubernetes.io/version"),
		Location:     labels.first("topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"),
	}
	if space := meta.text("namespace"); space != "" {
		item.product.Name = space + "/" + name
	}
	return item
}

// kubeService tells where a service, ingress or route is reached.
func kubeService(v jsonValue, item *cloudItem) netvet.Service {
	s := netvet.Service{Pointer: item.pointer, Name: item.product.Name}
	spec := v.get("spec")
	add := func(host string) {
		if host != "" && host != "None" && !slices.Contains(s.Endpoints, host) && len(s.Endpoints) < maxListed {
			s.Endpoints = append(s.Endpoints, host)
		}
	}
	outside := func(host string) {
		add(host)
		if address, err := netip.ParseAddr(host); host != "" && (err != nil || !address.IsPrivate() && !address.IsLoopback() && !address.IsLinkLocalUnicast()) {
			s.CrossesBoundary = "yes"
		}
	}
	for _, at := range [][]string{{"status", "loadBalancer", "ingress"}, {"status", "addresses"}} {
		for _, ingress := range v.list(at...) {
			if address, err := netip.ParseAddr(ingress.first("ip", "value")); err == nil {
				outside(address.String())
			}
			add(ingress.text("hostname"))
		}
	}
	for _, address := range spec.list("externalIPs") {
		outside(address.text())
	}
	for _, rule := range spec.list("rules") {
		add(rule.text("host"))
	}
	for _, listener := range spec.list("listeners") {
		add(listener.text("hostname"))
	}
	add(spec.first("host", "externalName"))
	add(spec.text("clusterIP"))
	if spec.text("type") == "ClusterIP" && s.CrossesBoundary == "" {
		s.CrossesBoundary = "no"
	}
	return s
}

// kubeStorage names the driver that provides the storage: its maker is who stands
// behind the volumes.
func kubeStorage(item *cloudItem, v jsonValue) {
	driver, at := v.text("spec", "csi", "driver"), "/spec/csi/driver"
	if driver == "" {
		driver, at = v.text("provisioner"), "/provisioner"
	}
	if driver == "" && item.product.Model == "CSIDriver" {
		driver, at = v.text("metadata", "name"), "/metadata/name"
	}
	if driver != "" {
		item.components = append(item.components, netvet.Component{Pointer: item.pointer + at, Kind: netvet.KindSoftware, Type: "storage-driver", Name: driver})
	}
}

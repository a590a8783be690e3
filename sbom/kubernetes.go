package sbom

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// kubernetes reads objects of the Kubernetes API: what "kubectl get -o json"
// prints, and the lists that the API answers. What runs or is reached is a
// product; what its owner stands for is not told again.
func kubernetes() Format {
	return Format{
		Name:   "kubernetes",
		Title:  "Kubernetes objects: kubectl get -o json, lists of the API",
		Expect: `Kubernetes JSON (an object or List with "apiVersion" and "kind")`,
		Detect: detectKubernetes,
		Read:   readKubernetes,
	}
}

var kubeVersion = regexp.MustCompile(`^([a-z0-9.-]+/)?v[0-9]+((alpha|beta)[0-9]+)?$`)

func detectKubernetes(s Sample) float64 {
	head := headOfJSON(s.Head)
	if !kubeVersion.MatchString(head.text("apiVersion")) {
		return 0
	}
	kind, items := head.text("kind"), jsonHead{}
	if list, ok := head.key("items"); ok && list.kind == '[' {
		items = headOfJSON(list.rest)
	}
	switch {
	case strings.HasSuffix(kind, "Review"), kind == "Status", kind == "Config" && head.has("clusters"):
		return 0 // questions and answers about objects, settings of kubectl
	case items.has("metadata"), strings.HasSuffix(kind, "List") && head.has("items"):
		return 1
	case kind != "" && (head.has("metadata") || head.has("spec")) && !head.has("items"):
		return 1
	}
	return 0
}

func readKubernetes(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	e, err := newCloudEmitter(src, "kubernetes", emit)
	if err != nil {
		return Info{}, err
	}
	r := &kubeReader{cloudEmitter: e, j: e.tokens(), there: make(map[string]bool), owned: make(map[string]*kubeOwned)}
	if err := r.document(); err != nil {
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

func (r *kubeReader) document() error {
	kind := r.j.kind()
	if kind != '{' {
		if err := r.j.skip(); err != nil {
			return err
		}
		return errors.New("the document is " + jsonKindName(kind) + ", expected an object")
	}
	rest := make(map[string]any)
	listed := false
	err := r.j.object(func(key []byte) error {
		name := string(key)
		if name == "items" && r.j.kind() == '[' {
			listed = true
			listKind, _ := rest["kind"].(string)
			return r.j.array(func(i int) error {
				v, err := r.j.held()
				if err != nil {
					return err
				}
				return r.one(v, strings.TrimSuffix(listKind, "List"), elementPointer("/items", i))
			})
		}
		value, err := r.j.held()
		rest[name] = value.v
		return err
	})
	if err != nil {
		return err
	}
	if !listed {
		if err := r.one(jsonValue{rest}, "", ""); err != nil {
			return err
		}
	}
	return r.j.end()
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
	if role == "" && len(r.containers(nil, v, pointer, 0)) > 0 {
		role = "workload"
	}
	switch role {
	case "workload":
		item.seen = []cloudSeen{{jsonValue{map[string]any{"spec": v.get("spec").v}}, ""}}
	case "node":
		r.node(item, v)
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

// node reads a machine of the cluster, and the system and agents on it.
func (r *kubeReader) node(item *cloudItem, v jsonValue) {
	p, info := &item.product, v.get("status", "nodeInfo")
	labels := v.get("metadata", "labels")
	provider := v.text("spec", "providerID")
	scheme, _, _ := strings.Cut(provider, ":")
	p.PartNumber = labels.first("node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type")
	p.Serial = provider
	p.Version = info.text("kubeletVersion")
	if p.Manufacturer = r.words.Kubernetes.Nodes[scheme]; p.Manufacturer != "" {
		p.CategoryText = cloudService
	} else {
		p.Kind = netvet.KindDevice
	}
	add := func(key, what, name, version string) {
		if name != "" {
			item.components = append(item.components, netvet.Component{Pointer: item.pointer + "/status/nodeInfo/" + key, Kind: netvet.KindSoftware,
				Type: what, Name: name, Version: version})
		}
	}
	add("osImage", "operating-system", info.text("osImage"), "")
	if kernel := info.text("kernelVersion"); kernel != "" {
		add("kernelVersion", "operating-system", strings.TrimSpace(info.text("operatingSystem")+" kernel"), kernel)
	}
	if kubelet := info.text("kubeletVersion"); kubelet != "" {
		add("kubeletVersion", "application", "kubelet", kubelet)
	}
	if runtime, version, _ := strings.Cut(info.text("containerRuntimeVersion"), "://"); runtime != "" {
		add("containerRuntimeVersion", "application", runtime, version)
	}
	for _, address := range v.list("status", "addresses") {
		if address.text("type") == "ExternalIP" || address.text("type") == "ExternalDNS" {
			item.services = append(item.services, netvet.Service{Pointer: item.pointer + "/status/addresses", Name: p.Name, Provider: p.Manufacturer,
				Endpoints: []string{address.text("address")}, CrossesBoundary: "yes"})
		}
	}
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

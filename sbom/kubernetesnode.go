package sbom

import (
	"fmt"
	"strings"

	"github.com/netvet/netvet"
)

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
		// A name that somebody gave a machine tells it from no other.
		p.Kind, p.Serial = netvet.KindDevice, statedText(info.text("systemUUID"))
	}
	p.Description = strings.TrimSpace(info.text("architecture") + " " + info.text("operatingSystem") + " node")
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
	for i, image := range v.list("status", "images") {
		item.components = append(item.components, kubeNodeImage(image, fmt.Sprintf("%s/status/images/%d", item.pointer, i)))
	}
}

// kubeNodeImage describes an image that a node holds. It is told under all its
// names, of which one has the digest and another the tag.
func kubeNodeImage(image jsonValue, pointer string) netvet.Component {
	tagged, exact := "", ""
	for _, name := range image.list("names") {
		switch text := name.text(); {
		case strings.Contains(text, "@"):
			exact = text
		case tagged == "":
			tagged = text
		}
	}
	if tagged == "" {
		return containerImage(exact, "", pointer)
	}
	return containerImage(tagged, exact, pointer)
}

// kubeResolved returns the image that each container of a pod was found to run.
func kubeResolved(v jsonValue) map[string]string {
	resolved := make(map[string]string)
	for _, list := range []string{"containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"} {
		for _, status := range v.list("status", list) {
			resolved[status.text("name")] = status.text("imageID")
		}
	}
	return resolved
}

// kubeHost reads a machine that Metal3 manages (BareMetalHost): what its
// inspection found in it.
func kubeHost(item *cloudItem, v jsonValue) {
	p, found := &item.product, v.get("status", "hardware")
	maker := found.get("systemVendor")
	p.Kind, p.CategoryText = netvet.KindDevice, "server"
	p.Manufacturer, p.Model, p.Serial = statedText(maker.text("manufacturer")), statedText(maker.text("productName")), statedText(maker.text("serialNumber"))
	at := item.pointer + "/status/hardware/"
	add := func(place string, c netvet.Component) {
		if c.Name != "" {
			c.Pointer = at + place
			item.components = append(item.components, c)
		}
	}
	bios := found.get("firmware", "bios")
	if bios.text("version") != "" {
		add("firmware/bios", netvet.Component{Kind: netvet.KindFirmware, Type: "bios", Name: "BIOS", Version: bios.text("version"), Manufacturer: statedText(bios.text("vendor"))})
	}
	add("cpu", netvet.Component{Kind: netvet.KindDevice, Type: "processor", Name: found.text("cpu", "model")})
	for i, disk := range found.list("storage") {
		add(fmt.Sprintf("storage/%d", i), netvet.Component{Kind: netvet.KindDevice, Type: "storage", Name: disk.first("model", "name"),
			Manufacturer: statedText(disk.text("vendor")), Serial: statedText(disk.text("serialNumber"))})
	}
	for i, nic := range found.list("nics") {
		c := netvet.Component{Kind: netvet.KindDevice, Type: "network-adapter", Name: nic.first("name", "model"), Description: nic.text("model")}
		if id, ok := normalIdentifier(netvet.IDMAC, nic.text("mac")); ok {
			c.Identifiers = []netvet.Identifier{id}
		}
		add(fmt.Sprintf("nics/%d", i), c)
	}
	if address := v.text("spec", "bmc", "address"); address != "" {
		item.services = append(item.services, netvet.Service{Pointer: item.pointer + "/spec/bmc", Name: "management controller", Endpoints: []string{address}, Authenticated: "yes"})
	}
}

package sbom

import (
	"strings"

	"github.com/netvet/netvet"
)

// redfishKind returns the kind of component that resources of a type are, or empty
// when they are no parts.
func redfishKind(kind string) netvet.Kind {
	switch kind {
	case "Processor", "Memory", "Drive", "SimpleStorageDevice", "StorageController", "NetworkAdapter", "PCIeDevice", "GraphicsController",
		"USBController", "PowerSupply", "Fan", "Battery", "Heater", "Pump", "Assembly", "TrustedComponent", "Switch", "Cable", "Filter", "CoolantConnector", "SFP":
		return netvet.KindDevice
	case "Manager", "SoftwareInventory", "TrustedModule", "AccelerationFunction":
		return netvet.KindFirmware
	}
	return ""
}

// saysMore reports whether resources of a type are no parts but say something of
// products or parts.
func saysMore(kind string) bool {
	switch kind {
	case "ServiceRoot", "ComputerSystem", "Chassis", "PowerDistribution", "CoolingUnit",
		"EthernetInterface", "NetworkDeviceFunction", "NetworkPort", "Port", "PCIeFunction",
		"ManagerNetworkProtocol", "HostInterface", "EventDestination", "AccountService", "ExternalAccountProvider", "ManagerAccount":
		return true
	}
	return false
}

// memberType is the type of the parts that stand in a list inside a resource of the
// given type.
func memberType(kind, list string) string {
	switch list {
	case "Members":
		return strings.TrimSuffix(kind, "Collection")
	case "PowerSupplies":
		return "PowerSupply"
	case "StorageControllers":
		return "StorageController"
	case "Fans":
		return "Fan"
	case "Batteries":
		return "Battery"
	case "Assemblies":
		return "Assembly"
	case "TrustedModules":
		return "TrustedModule"
	case "Devices":
		if kind == "SimpleStorage" {
			return "SimpleStorageDevice"
		}
	}
	return ""
}

// typeInCollection is the type of the members of a collection, by the last word of
// its address (DSP2046: every collection has one place in the service).
func typeInCollection(name string) string {
	switch name {
	case "Systems":
		return "ComputerSystem"
	case "Chassis", "Memory":
		return name
	case "FirmwareInventory", "SoftwareInventory":
		return "SoftwareInventory"
	case "Switches":
		return "Switch"
	case "Controllers", "StorageControllers":
		return "StorageController"
	case "Batteries":
		return "Battery"
	case "PowerSupplies":
		return "PowerSupply"
	case "Managers", "Processors", "Drives", "NetworkAdapters", "PCIeDevices", "PCIeFunctions", "EthernetInterfaces", "NetworkPorts", "Ports",
		"NetworkDeviceFunctions", "Fans", "TrustedComponents", "Cables", "HostInterfaces", "Pumps", "Heaters", "CoolingUnits":
		return strings.TrimSuffix(name, "s")
	}
	return ""
}

// hpeType is the type of Redfish that one of HPE's own stands for: iLO 4 and 5 use
// them where Redfish had none yet.
func hpeType(kind string) string {
	switch strings.TrimPrefix(strings.TrimPrefix(kind, "Hpe"), "Hp") {
	case "SmartStorageDiskDrive":
		return "Drive"
	case "SmartStorageArrayController":
		return "StorageController"
	case "ServerPciDevice", "ServerPCIDevice":
		return "PCIeDevice"
	case "BaseNetworkAdapter":
		return "NetworkAdapter"
	case "AssemblyData":
		return "Assembly"
	case "Memory":
		return "Memory"
	}
	return kind
}

// redfishType returns the type of an object: the last word of "#Power.v1_7_1.PowerSupply".
// An object in a list of a known type need not say it; services of the first years left
// it out elsewhere too: then the context or the address tells.
func redfishType(n hostNode, hint string) string {
	if kind := n.value("@odata.type"); strings.Contains(kind, ".") {
		return hpeType(kind[strings.LastIndexByte(kind, '.')+1:])
	}
	if hint != "" {
		return hint
	}
	if _, context, ok := strings.Cut(n.value("@odata.context"), "$metadata#"); ok {
		kind, _, _ := strings.Cut(context, "/")
		if at := strings.LastIndexByte(kind, '.'); at >= 0 {
			return hpeType(kind[at+1:])
		}
	}
	address := strings.Split(strings.Trim(n.value("@odata.id"), "/"), "/")
	if len(address) < 2 || strings.Contains(address[len(address)-1], "#") {
		return ""
	}
	return typeInCollection(address[len(address)-2])
}

// aboutSchemas reports whether an address is below those that describe the resources
// of the service: such documents name the types without being any.
func aboutSchemas(uri string) bool {
	for _, folder := range []string{"/jsonschemas/", "/schemastore/", "/schemas/", "/registries/"} {
		if strings.Contains(strings.ToLower(uri), folder) {
			return true
		}
	}
	return false
}

// isOtherPart reports whether a resource of a type that Redfish does not have is a
// part: makers give boards, backplanes and modules of their own types, and say of
// each who made it and its numbers.
func isOtherPart(n hostNode, kind, uri string) bool {
	if kind == "" || uri == "" || kind == "License" || strings.HasSuffix(kind, "Collection") || strings.Contains(uri, "/Oem/") || strings.Contains(uri, "#") {
		return false
	}
	maker, number := n.stated("Manufacturer"), n.stated("SerialNumber")+n.stated("PartNumber")
	return maker != "" && number != ""
}

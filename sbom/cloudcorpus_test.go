package sbom

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var deviceTypeExpected = regexp.MustCompile(`^manufacturer=(.*); model=(.*); part_number=(.*); slug=.*inventory-items=(\d+)$`)

func deviceTypeClaims(t *testing.T, f *corpusFile) []claim {
	m, p := mustMatch(t, deviceTypeExpected, f), f.first()
	return []claim{claimed("products", 1, len(f.Products)), {"maker", m[1], p.Manufacturer}, {"model", m[2], p.Model},
		{"part number", m[3], cmp.Or(p.PartNumber, "None")}, claimed("inventory items", m[4], len(f.parts()))}
}

// netboxClaims counts the devices and virtual machines among the objects of a dump.
func netboxClaims(_ *testing.T, f *corpusFile) []claim {
	devices := strings.Count(string(f.data), `"model": "dcim.device",`) + strings.Count(string(f.data), `"model": "virtualization.virtualmachine",`)
	return []claim{claimed("products", devices, len(f.Products))}
}

// cloudClaims compares the number of resources, below 0 where the manifest does not
// tell, and who runs them.
func cloudClaims(f *corpusFile, resources int, provider string) (all []claim) {
	if resources >= 0 {
		all = append(all, claimed("resources", resources, len(f.Products)))
	}
	for _, p := range f.Products {
		if p.Product.Manufacturer != provider && p.Product.Vendor != provider {
			all = append(all, claim{"provider of " + p.Product.Name, provider, p.Product.Manufacturer})
		}
	}
	return all
}

func awsClaims(_ *testing.T, f *corpusFile) []claim {
	return cloudClaims(f, awsExpected(f.expected), amazonWebServices)
}

func azureClaims(_ *testing.T, f *corpusFile) []claim {
	return cloudClaims(f, numberAfter(f.expected, "resources=", 1), microsoftAzure)
}

func gcpClaims(_ *testing.T, f *corpusFile) []claim {
	return cloudClaims(f, gcpExpected(f.expected), googleCloud)
}

// terraformPlanClaims counts the resources read, and those told to be none.
func terraformPlanClaims(_ *testing.T, f *corpusFile) []claim {
	return []claim{claimed("resource changes", numberAfter(f.expected, "resource_changes=", 0), len(f.Products)+len(f.Gaps))}
}

func terraformStateClaims(_ *testing.T, f *corpusFile) []claim {
	return []claim{claimed("resource types", numberAfter(f.expected, "types=", 0), countTypes(f.reading))}
}

func numberAfter(text, word string, otherwise int) int {
	_, rest, ok := strings.Cut(text, word)
	if !ok {
		return otherwise
	}
	digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
	n, _ := strconv.Atoi(digits)
	return n
}

// awsExpected is the number of instances, else of the elements of the list, if that
// lists resources and not what one resource has.
func awsExpected(expected string) int {
	if n := numberAfter(expected, "instances=", -1); n >= 0 {
		return n
	}
	for _, m := range pairIn.FindAllStringSubmatch(expected, -1) {
		switch {
		case m[1] == "failures" || m[1] == "projectsNotFound":
		case m[1] == "tags" || m[1] == "Entries" || m[1] == "BrokerInstances" || m[1] == "SecurityGroups" && m[2] == "1":
			return 1
		default:
			return numberAfter(m[0], ": ", 0)
		}
	}
	return 1
}

// gcpExpected is the number of items, or of the elements of the list. A record of
// an operation is none.
func gcpExpected(expected string) int {
	if n := numberAfter(expected, "items=", 0); n > 0 {
		return n
	}
	lists := pairIn.FindAllStringSubmatch(expected, -1)
	kind, _, _ := strings.Cut(strings.TrimPrefix(expected, "kind="), ";")
	switch {
	case strings.HasSuffix(kind, "#operation"):
		return 0
	case kind != "None", len(lists) > 1 && lists[0][1] != "firewalls":
		return 1
	case len(lists) == 0:
		return -1 // not counted: one resource, or a record of an operation
	}
	return numberAfter(lists[0][0], ": ", 0)
}

// countTypes counts the types of resources, read or told to be none.
func countTypes(r reading) int {
	types := make(map[string]bool)
	for _, p := range r.Products {
		types[p.Product.Model] = true
	}
	for _, gap := range r.Gaps {
		if kind, _, ok := strings.Cut(gap.Reason, "."); ok && strings.Contains(gap.Reason, "state only") {
			types[kind] = true
		}
	}
	return len(types)
}

package sbom

import "testing"

func FuzzDeviceType(f *testing.F) {
	fuzzFormat(f, deviceType(), "manufacturer: a\nmodel: b\n...\n---\n%YAML 1.1\n--- {manufacturer: c, model: d}\n", "manufacturer: &a x\nmodel: *a\ninventory-items: [{name: y}]\n")
}

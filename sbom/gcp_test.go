package sbom

import "testing"

func FuzzGCP(f *testing.F) {
	fuzzFormat(f, gcp(), `{"items":{"zones/a":{"instances":[{"name":"x"}]}},"kind":"compute#xList"}`, `{"body":{"body":{}},"headers":{}}`, `{"results":[{"assetType":"a/b","name":"//x/projects/p/y/z"}]}`)
}

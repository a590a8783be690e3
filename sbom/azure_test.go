package sbom

import "testing"

func FuzzAzure(f *testing.F) {
	fuzzFormat(f, azure(), `{"data":{"rows":[["a"]],"columns":[{"name":"id"}]}}`, `{"resources":{"a":{"type":"Microsoft.A/b"}}}`)
}

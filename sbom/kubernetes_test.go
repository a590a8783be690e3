package sbom

import "testing"

func FuzzKubernetes(f *testing.F) {
	fuzzFormat(f, kubernetes(), `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"image":"b:c@d"}]}}`, `{"items":[{"kind":"Service","status":{"loadBalancer":{"ingress":[{"ip":"::1"}]}}}]}`)
}

package sbom

import (
	"strings"
	"testing"
)

func FuzzMUD(f *testing.F) {
	fuzzFormat(f, mudJSON(), `{"ietf-mud:mud":{"mud-url":7,"is-supported":null},"ietf-access-control-list:access-lists":{"acl":[{"name":"a","aces":{"ace":[null,{"matches":[]}]}}]}}`)
}

func TestMUDLenient(t *testing.T) {
	// The lists come before the policy, and words without a value in every form.
	acl := func(match string) string {
		return `{"ietf-access-control-list:acls":{"acl":[{"name":"a","aces":{"ace":[{"name":"e","matches":{"ietf-mud:mud":{` + match + `}},"actions":{"forwarding":"accept"}}]}}]},
"ietf-mud:mud":{"mud-version":1,"model-name":"M","mfg-name":"Example","from-device-policy":{"access-lists":{"access-list":[{"name":"a"}]}}}}`
	}
	for _, match := range []string{`"my-controller":[null]`, `"my-controller":null`, `"my-controller":""`, `"my-controller":true`, `"my-controller":[]`, `"my-controller":{}`} {
		wantFacts(t, mudJSON(), acl(match), "model-name | Example M | M | ", "mfg-name | Example M | Example | ",
			"peer | Example M | my-controller | direction=from-device; entry=e")
	}
	wantFacts(t, mudJSON(), acl(`"controller":["https://example.com/c"]`), "model-name | Example M | M | ", "mfg-name | Example M | Example | ",
		"peer | Example M | controller https://example.com/c | direction=from-device; entry=e")
}

func TestMUDFaults(t *testing.T) {
	wantFacts(t, mudJSON(), `{"ietf-mud:mud":{"mud-version":2,"last-update":"yesterday"}}`,
		"last-update |  | yesterday | ",
		`gap | /ietf-mud:mud/last-update | last-update is "yesterday", expected a time as in RFC 3339`,
		`gap | /ietf-mud:mud/mud-version | version "2" is not known, it is read as version 1`,
		"gap | /ietf-mud:mud | the file has neither mud-url, model-name nor systeminfo: which device it describes is not known")
	wantFacts(t, mudJSON(), `{"ietf-access-control-list:acls":{}}`, `error | read in: the document has no "ietf-mud:mud": it describes no device`)
	wantFacts(t, mudJSON(), `[]`, `error | read in: the document is an array, expected an object`)
	opt := Options{Formats: []Format{mudJSON()}, MaxComponents: 3}
	got := readInput(t, bytesInput("camera.json", mustRead(t, "../testdata/inventory/mud/camera.json")), opt)
	if !strings.Contains(got.Error, "more than 3 entries in one document") {
		t.Error(got.Error)
	}
}

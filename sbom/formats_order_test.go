package sbom

import "testing"

// TestStatementIsNoBareBOM keeps the order of Formats: a signed or bare in-toto
// statement holds a bill of materials, and is read as what it is.
func TestStatementIsNoBareBOM(t *testing.T) {
	const statement = `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"x","digest":{"sha256":"00"}}],"predicateType":"https://cyclonedx.org/bom",` +
		`"predicate":{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"a","version":"1"}]}}`
	format, err := Detect(textInput("statement.json", statement), Options{})
	if err != nil || format.Name != "in-toto" {
		t.Errorf("a statement is read as %v, %v; want in-toto", format, err)
	}
}

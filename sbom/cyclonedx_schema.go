package sbom

import (
	"bufio"
	_ "embed"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// cdxSchemaText holds the JSON schemas of CycloneDX without their prose: of each
// definition a line with its name, the versions that have it so, and its schema. The
// schema itself is the definition "bom". TestCDXSchema says how it is made.
//
//go:embed cyclonedx.schema
var cdxSchemaText string

// cdxXMLSchemaText is the same of the XML schemas. TestCDXXMLSchema says how it is made.
//
//go:embed cyclonedx.xmlschema
var cdxXMLSchemaText string

// cdxSchema returns the schema of a version.
func cdxSchema(version string) (*schemaRule, error) {
	rules := cdxSchemas()
	rule, ok := rules[version]
	if !ok {
		return nil, fmt.Errorf("there is no schema of CycloneDX %s", version)
	}
	return rule()
}

// cdxSchemas are compiled when a document of the version is met.
var cdxSchemas = sync.OnceValue(func() map[string]func() (*schemaRule, error) {
	rules := make(map[string]func() (*schemaRule, error))
	for _, version := range cdxVersions()[2:] {
		rules[version] = sync.OnceValues(func() (*schemaRule, error) {
			return compileSchema(cdxDefinitions(cdxSchemaText, version), "bom")
		})
	}
	return rules
})

// cdxXMLSchemas are the same for XML.
var cdxXMLSchemas = sync.OnceValue(func() map[string]func() (*xmlType, error) {
	types := make(map[string]func() (*xmlType, error))
	for _, version := range cdxVersions() {
		types[version] = sync.OnceValues(func() (*xmlType, error) {
			return compileXMLSchema(cdxDefinitions(cdxXMLSchemaText, version), "bom")
		})
	}
	return types
})

// cdxDefinitions are the definitions of a version by name.
func cdxDefinitions(text, version string) map[string]jsonValue {
	definitions := make(map[string]jsonValue)
	for line := range strings.Lines(text) {
		if fields := strings.SplitN(line, "\t", 3); len(fields) == 3 && slices.Contains(strings.Fields(fields[1]), version) {
			definitions[fields[0]] = parseJSON(fields[2], Options{MaxDepth: DefaultMaxDepth, MaxString: DefaultMaxString})
		}
	}
	return definitions
}

// cdxConformance compares a document with the schema of its version. Where that comes
// late, it is compared with all of them until it comes.
type cdxConformance struct {
	doc     *cdxDocument
	tokens  *jsonTokens
	version string // empty: not known yet
	early   []cdxEarlyFault
}

// cdxEarlyFault is a fault against one version before the version is known.
type cdxEarlyFault struct{ version, kind, pointer, reason string }

// conform begins the comparison. The head of the document mostly says the version.
func (r *cdxJSON) conform(in *bufio.Reader) error {
	head, _ := in.Peek(headSize) // the reader meets the error too
	versions := cdxVersions()[2:]
	lookAtJSON(head, func(j *jsonTokens, key string) (err error) {
		if key == "specVersion" {
			if v, _ := j.string(); slices.Contains(versions, v) {
				versions = []string{v}
			}
			return errSeen
		}
		return nil
	})
	for _, version := range versions {
		rule, err := cdxSchema(version)
		if err != nil {
			return err
		}
		r.schema = append(r.schema, newSchemaWalk(version, rule, r.conformance.fault))
	}
	return nil
}

// settle is told the version of the document.
func (c *cdxConformance) settle(version string) {
	c.version = version
	c.tokens.schema = slices.DeleteFunc(c.tokens.schema, func(w *schemaWalk) bool { return w.name != version })
	for _, f := range c.early {
		if f.version == version {
			c.tell(f)
		}
	}
	c.early = nil
}

// fault takes a fault against one version.
func (c *cdxConformance) fault(version, kind, reason string) {
	f := cdxEarlyFault{version, kind, c.tokens.pointer(), reason}
	switch {
	case c.version != "":
		c.tell(f)
	case len(c.early) < maxListed*len(c.tokens.schema):
		c.early = append(c.early, f)
	}
}

func (c *cdxConformance) tell(f cdxEarlyFault) { c.doc.against(f) }

// against reports what is against the schema.
func (d *cdxDocument) against(f cdxEarlyFault) {
	d.faults.add("against the schema at "+f.kind, f.pointer, fmt.Sprintf("%s %s: this is not CycloneDX %s", f.kind, f.reason, f.version))
}

// conform begins the comparison with the schema of a version, whose root is e.
func (r *cdxXML) conform(version string, e xml.StartElement) error {
	root, err := cdxXMLSchemas()[version]()
	if err != nil {
		return err
	}
	r.schema = &xmlSchemaWalk{space: e.Name.Space, root: root, fault: func(kind, pointer, reason string) {
		r.doc.against(cdxEarlyFault{version, kind, pointer, reason})
	}}
	r.schema.start(e)
	return nil
}

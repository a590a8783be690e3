package sbom

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// xsdNode is any element of a schema.
type xsdNode struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Nodes   []xsdNode  `xml:",any"`
}

func (n *xsdNode) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// xsdBare turns a schema into the types that xmlSchemaCompiler reads.
type xsdBare struct {
	t      *testing.T
	types  map[string]map[string]any
	groups map[string]xsdNode
	names  map[string]int // of types without one, to tell them apart
}

// TestCDXXMLSchema makes cyclonedx.xmlschema from the published schemas.
func TestCDXXMLSchema(t *testing.T) {
	folder := cdxSchemaFolder(t)
	versions := make(map[string][]string) // by name and type
	var order []string
	for _, version := range cdxVersions() {
		data, err := os.ReadFile(filepath.Join(folder, "bom-"+version+".xsd"))
		if err != nil {
			t.Fatal(err)
		}
		var schema xsdNode
		if err := xml.Unmarshal(data, &schema); err != nil {
			t.Fatal(err)
		}
		for name, bare := range bareXSD(t, schema) {
			text, err := json.Marshal(bare)
			if err != nil {
				t.Fatal(err)
			}
			line := name + "\t%s\t" + string(text)
			if versions[line] == nil {
				order = append(order, line)
			}
			versions[line] = append(versions[line], version)
		}
	}
	slices.Sort(order)
	var b strings.Builder
	b.WriteString("# The XML schemas of CycloneDX 1.0 to 1.7 without their prose: name, versions and content of each\n" +
		"# type, between tabs.\n" +
		"# Source: https://cyclonedx.org/schema/ as in " + cdxModule + " (Apache-2.0). Written by TestCDXXMLSchema.\n")
	for _, line := range order {
		name, rest, _ := strings.Cut(line, "\t%s\t")
		fmt.Fprintf(&b, "%s\t%s\t%s\n", name, strings.Join(versions[line], " "), rest)
	}
	if *update {
		if err := os.WriteFile("cyclonedx.xmlschema", []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if b.String() != cdxXMLSchemaText {
		t.Error("cyclonedx.xmlschema is not what the published schemas say: write it with -update")
	}
}

func bareXSD(t *testing.T, schema xsdNode) map[string]map[string]any {
	x := &xsdBare{t: t, types: make(map[string]map[string]any), groups: make(map[string]xsdNode), names: make(map[string]int)}
	for _, n := range schema.Nodes {
		if n.XMLName.Local == "attributeGroup" {
			x.groups[n.attr("name")] = n
		}
	}
	for _, n := range schema.Nodes {
		switch n.XMLName.Local {
		case "complexType", "simpleType":
			x.define(n.attr("name"), n)
		case "element":
			if n.attr("name") == "bom" {
				x.define("bom", n.Nodes[0])
			}
		case "import", "annotation", "attributeGroup":
		default:
			t.Fatalf("unknown <%s> at the top of a schema", n.XMLName.Local)
		}
	}
	return x.types
}

// define turns a type into what is known of it by name.
func (x *xsdBare) define(name string, n xsdNode) string {
	bare := make(map[string]any)
	x.types[name] = bare
	if n.XMLName.Local == "simpleType" {
		x.simple(name, bare, n)
		return name
	}
	if n.attr("mixed") == "true" {
		bare["mixed"] = "true"
	}
	x.content(name, bare, n)
	return name
}

func (x *xsdBare) content(name string, bare map[string]any, n xsdNode) {
	for _, child := range n.Nodes {
		switch child.XMLName.Local {
		case "annotation":
		case "sequence", "choice":
			elements := make(map[string]any)
			bare["order"] = x.order(name, child, elements)
			bare["elements"] = elements
		case "attribute":
			x.attribute(name, bare, child)
		case "attributeGroup":
			x.content(name, bare, x.groups[strings.TrimPrefix(child.attr("ref"), "bom:")])
		case "anyAttribute":
			if child.attr("namespace") == "##any" {
				bare["foreign"] = "true"
			}
		case "simpleContent":
			extension := child.Nodes[len(child.Nodes)-1]
			bare["text"] = typeName(extension.attr("base"))
			x.content(name, bare, extension)
		default:
			x.t.Fatalf("unknown <%s> in type %s", child.XMLName.Local, name)
		}
	}
}

func (x *xsdBare) attribute(name string, bare map[string]any, n xsdNode) {
	attributes, _ := bare["attributes"].(map[string]any)
	if attributes == nil {
		attributes = make(map[string]any)
		bare["attributes"] = attributes
	}
	text := x.typeOf(name+"@"+n.attr("name"), n)
	if n.attr("use") == "required" {
		text += "!"
	}
	attributes[n.attr("name")] = text
}

// typeOf returns the name of the type of an element or attribute.
func (x *xsdBare) typeOf(name string, n xsdNode) string {
	if of := n.attr("type"); of != "" {
		return typeName(of)
	}
	for _, child := range n.Nodes {
		if child.XMLName.Local != "annotation" {
			for x.types[name] != nil {
				name += "'"
			}
			return x.define(name, child)
		}
	}
	return "xs:anyType"
}

func typeName(name string) string { return strings.TrimPrefix(name, "bom:") }

// order writes a sequence or choice as parseXMLOrder reads it.
func (x *xsdBare) order(name string, n xsdNode, elements map[string]any) string {
	var parts []string
	for _, child := range n.Nodes {
		switch child.XMLName.Local {
		case "annotation":
		case "sequence", "choice":
			parts = append(parts, x.order(name, child, elements))
		case "any":
			parts = append(parts, foreignName+occurs(x.t, child))
		case "element":
			of := child.attr("name")
			if _, ok := elements[of]; !ok {
				elements[of] = x.typeOf(name+"."+of, child)
			}
			parts = append(parts, of+occurs(x.t, child))
		default:
			x.t.Fatalf("unknown <%s> in %s", child.XMLName.Local, name)
		}
	}
	between := " "
	if n.XMLName.Local == "choice" {
		between = "|"
	}
	return "(" + strings.Join(parts, between) + ")" + occurs(x.t, n)
}

func occurs(t *testing.T, n xsdNode) string {
	least, most := n.attr("minOccurs"), n.attr("maxOccurs")
	switch {
	case least == "0" && most == "unbounded":
		return "*"
	case least == "0" && (most == "" || most == "1"):
		return "?"
	case (least == "" || least == "1") && most == "unbounded":
		return "+"
	case (least == "" || least == "1") && (most == "" || most == "1"):
		return ""
	}
	t.Fatalf("unknown number of times: %s to %s", least, most)
	return ""
}

func (x *xsdBare) simple(name string, bare map[string]any, n xsdNode) {
	for _, child := range n.Nodes {
		switch child.XMLName.Local {
		case "annotation":
		case "union":
			var members []string
			for _, member := range strings.Fields(child.attr("memberTypes")) {
				members = append(members, typeName(member))
			}
			bare["union"] = members
		case "restriction":
			bare["base"] = typeName(child.attr("base"))
			x.facets(name, bare, child)
		default:
			x.t.Fatalf("unknown <%s> in type %s", child.XMLName.Local, name)
		}
	}
}

func (x *xsdBare) facets(name string, bare map[string]any, n xsdNode) {
	words := map[string]string{"pattern": "pattern", "minInclusive": "least", "maxInclusive": "most", "minLength": "shortest", "maxLength": "longest"}
	var enum []string
	for _, facet := range n.Nodes {
		word, ok := words[facet.XMLName.Local]
		switch {
		case facet.XMLName.Local == "annotation":
		case facet.XMLName.Local == "enumeration":
			enum = append(enum, facet.attr("value"))
		case ok:
			bare[word] = facet.attr("value")
		default:
			x.t.Fatalf("unknown <%s> in type %s", facet.XMLName.Local, name)
		}
	}
	if enum != nil {
		bare["enum"] = enum
	}
}

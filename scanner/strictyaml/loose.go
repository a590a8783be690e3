package strictyaml

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxNodes bounds what a foreign document may hold once its aliases are put in. A
// larger document may hold as many values as it has bytes: without aliases it has
// fewer.
const maxNodes = 1 << 20

// Value reads one YAML document that others wrote into out: keys out does not
// know are passed over. A value of the wrong type is a fault of its line; what
// does fit is in out all the same. Any other fault (no YAML, a key given twice,
// aliases that multiply) leaves out empty.
func Value(name string, data []byte, out any) (err error) {
	defer func() {
		if r := recover(); r != nil { // of the library, on a document it does not get along with
			err = Faults{{File: name, Text: fmt.Sprintf("cannot be read as YAML: %v", r)}}
		}
	}()
	var doc yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return Faults{{File: name, Text: "the document is empty"}}
	case err != nil:
		return faults(name, err, nil)
	}
	most := max(maxNodes, len(data))
	if n := weight(&doc, most, map[*yaml.Node]int{}); n > most {
		return Faults{{File: name, Text: fmt.Sprintf("more than %d values, aliases put in: nothing real is that large", most)}}
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return Faults{{File: name, Text: "more than one YAML document, or something after its end"}}
	}
	if err := doc.Decode(out); err != nil {
		return plainTypes(faults(name, err, nil))
	}
	return nil
}

var wrongType = regexp.MustCompile("^cannot unmarshal !!([a-z]+) ?(.*) into (.*)$")

// plainTypes words faults of type for people who do not read Go.
func plainTypes(err error) error {
	var found Faults
	if !errors.As(err, &found) {
		return err
	}
	for i := range found {
		m := wrongType.FindStringSubmatch(found[i].Text)
		if m == nil {
			continue
		}
		is := map[string]string{"str": "text", "seq": "a list", "map": "a mapping", "int": "a number", "float": "a number", "bool": "true or false"}[m[1]]
		want := "text"
		switch {
		case strings.HasPrefix(m[3], "[]"):
			want = "a list"
		case strings.HasPrefix(m[3], "int"), strings.HasPrefix(m[3], "uint"), strings.HasPrefix(m[3], "float"):
			want = "a number"
		case m[3] == "bool":
			want = "true or false"
		case m[3] != "string":
			want = "a mapping"
		}
		found[i].Text = strings.Join(strings.Fields("is "+cmp.Or(is, m[1])+" "+m[2]+", expected "+want), " ")
		found[i].Text = strings.Replace(found[i].Text, " ,", ",", 1)
	}
	return found
}

// weight counts the values of a document as if every alias were replaced by what
// it stands for. Each is counted once, so a bomb costs no more than its bytes.
func weight(n *yaml.Node, most int, known map[*yaml.Node]int) int {
	if w, ok := known[n]; ok {
		return w // of an alias inside itself: 0, which the library refuses
	}
	known[n] = 0
	w := 1
	if n.Kind == yaml.AliasNode {
		w += weight(n.Alias, most, known)
	}
	for _, c := range n.Content {
		w = min(w+weight(c, most, known), most+1)
	}
	known[n] = w
	return w
}

package sbom

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// detectJSONRows is sure only where the keys of objects say what is a product: two
// that identify it, and not just a name.
func detectJSONRows(s Sample) float64 {
	head := lookAtRows(s.Head)
	if !head.good || head.rows == 0 {
		return 0
	}
	words, err := defaultSynonyms()
	if err != nil {
		return 0
	}
	identifying, telling, sure := 0, 0, 0
	columns := words.header(head.keys, nil)
	for _, f := range columns.fields {
		if f == fieldManufacturer || f == fieldModel || f == fieldSerial {
			sure++
		}
		if f.identifies() {
			identifying++
			if f != fieldName {
				telling++
			}
		}
	}
	switch {
	case telling == 0 || identifying < 2 || !columns.isHeader():
		return 0
	case (head.nested || head.path != "") && sure < 2:
		return 0
	case head.lines && head.rows == 1, head.nested, head.path != "": // any document may look so
		return 0.5
	case telling >= 2:
		return 0.9
	}
	return 0.6
}

// rowsHead is what the beginning of an input tells of its rows.
type rowsHead struct {
	keys   []string // of all objects, in the order in which they come
	rows   int      // objects that were read to their end
	good   bool     // every value is a text, a number, a list of such, or an object of such
	nested bool     // some are objects
	lines  bool     // an object a line
	path   string   // of the array inside a document: "/result"
}

func lookAtRows(head []byte) rowsHead {
	look := rowsHead{good: true}
	text := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case len(text) == 0:
	case text[0] == '{':
		if look = lookAtLines(text); look.rows < 2 {
			if inside := lookInside(text); inside.rows > 0 {
				look = inside
			}
		}
	case text[0] == '[':
		j := headTokens(text)
		_ = j.array(func(int) error { return look.object(j) }) // what is cut off or broken is for the reader
	}
	look.good = look.good && !slices.ContainsFunc(look.keys, isReservedKey)
	return look
}

// lookAtLines looks at an object a line.
func lookAtLines(text []byte) rowsHead {
	look := rowsHead{good: true, lines: true}
	for len(text) > 0 && look.good {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		text = rest
		if line = bytes.TrimSpace(line); len(line) == 0 || !whole && !json.Valid(line) && look.rows > 0 {
			continue // the last one is cut
		}
		look.good = line[0] == '{' && json.Valid(line)
		if look.good {
			_ = look.object(headTokens(line))
		}
	}
	return look
}

// maxEnvelope is how deep inside the answer of an API its rows may be:
// {"data": {"site": {"assetResources": {"items": [...]}}}}.
const maxEnvelope = 4

// lookInside looks for the first array of rows that identify products inside a
// document.
func lookInside(text []byte) rowsHead {
	j := headTokens(text)
	words, err := defaultSynonyms()
	if err != nil {
		return rowsHead{}
	}
	var found rowsHead
	var walk func(path string, depth int) error
	walk = func(path string, depth int) error {
		return j.object(func(key []byte) error {
			if isInventoryKey(string(key)) || string(key) == "@odata.id" {
				return errSeen
			}
			at := path + "/" + string(key)
			switch kind := j.kind(); {
			case kind == '{' && depth < maxEnvelope:
				return walk(at, depth+1)
			case kind == '[':
				look := rowsHead{good: true, path: at}
				err := j.array(func(int) error { return look.object(j) })
				if look.rows > 0 && words.header(look.keys, nil).isHeader() {
					found = look
					return errSeen
				}
				return err
			}
			return j.skip()
		})
	}
	_ = walk("", 1)
	return found
}

func headTokens(text []byte) *jsonTokens {
	return newJSONTokens(bytes.NewReader(text), Options{Lenient: true}.withDefaultLimits(), func(string, string) {})
}

// isReservedKey tells keys of documents that have readers of their own, or none.
func isReservedKey(key string) bool {
	return isInventoryKey(key) || strings.HasPrefix(key, "@") || strings.HasPrefix(key, "$") || key == "_type" || key == "payload" || key == "predicate"
}

func (look *rowsHead) object(j *jsonTokens) error {
	if kind := j.kind(); kind != '{' {
		look.good = look.good && kind == 0
		return errSeen
	}
	err := j.object(func(key []byte) error {
		look.nested = look.nested || j.kind() == '{'
		return eachCell(j, string(key), func(header, _ string, flat bool) error {
			if !slices.Contains(look.keys, header) && len(look.keys) < maxRowKeys {
				look.keys = append(look.keys, header)
			}
			look.nested = look.nested || !flat
			return nil
		})
	})
	if err == nil {
		look.rows++
	}
	return err
}

package sbom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/netvet/netvet/scanner/strictyaml"
)

// readYAML reads every document of a stream of YAML and hands each on as a value,
// with the line it begins at. Documents of marks and comments only are passed over.
func readYAML(ctx context.Context, src *Stream, each func(v jsonValue, line int) error) error {
	data, err := io.ReadAll(io.LimitReader(src.Reader, maxYAML+1))
	switch {
	case err != nil:
		return err
	case len(data) > maxYAML:
		return fmt.Errorf("larger than %d bytes, which is much for YAML: give it as JSON", maxYAML)
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return errors.New("the document is empty")
	}
	for line := 1; len(data) > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		end, lines := documentEnd(data)
		if !isBlankYAML(data[:end]) {
			v, err := yamlValue(src.Name, data[:end], src.Options)
			if err != nil {
				return lineError(err, line)
			}
			if err := each(v, line); err != nil {
				return err
			}
		}
		data, line = data[end:], line+lines
	}
	return nil
}

// yamlValue reads one document as JSON would have it, but for numbers: they are
// texts as they are written, because a serial number of digits keeps its zeros.
func yamlValue(name string, document []byte, opt Options) (jsonValue, error) {
	var written writtenYAML
	if err := strictyaml.Value(name, document, &written); err != nil {
		return jsonValue{}, err
	}
	return jsonValue(written), withinLimits(written.v, opt.withDefaultLimits(), 1)
}

// writtenYAML is any value of a YAML document, its scalars as they are written.
type writtenYAML struct{ v any }

// UnmarshalYAML is called by the library for every value.
func (y *writtenYAML) UnmarshalYAML(decode func(any) error) error {
	var text string
	if decode(&text) == nil {
		y.v = yamlScalar(text)
		return nil
	}
	var list []writtenYAML
	if decode(&list) == nil {
		all := make([]any, len(list))
		for i := range list {
			all[i] = list[i].v
		}
		y.v = all
		return nil
	}
	var members map[string]writtenYAML
	err := decode(&members)
	object := make(map[string]any, len(members))
	for key, member := range members {
		object[key] = member.v
	}
	y.v = object
	return err
}

func yamlScalar(text string) any {
	switch text {
	case "", "null", "~":
		return nil
	case "true":
		return true
	case "false":
		return false
	}
	return text
}

// withinLimits holds a document to the limits of nesting and of texts.
func withinLimits(v any, opt Options, depth int) error {
	if depth > opt.MaxDepth {
		return fmt.Errorf("nesting deeper than %d", opt.MaxDepth)
	}
	switch v := v.(type) {
	case string:
		if len(v) > opt.MaxString {
			return fmt.Errorf("a string longer than %d bytes", opt.MaxString)
		}
	case []any:
		for _, item := range v {
			if err := withinLimits(item, opt, depth+1); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, item := range v {
			if err := withinLimits(item, opt, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// yamlKeys returns the keys at the start of a line, with the rest of that line, of
// the first document of a head that has any.
func yamlKeys(head []byte) map[string]string {
	keys := make(map[string]string)
	for line := range bytes.Lines(head) {
		line = bytes.TrimRight(line, "\r\n")
		if isDocumentMark(line) {
			if len(keys) > 0 {
				break
			}
			continue
		}
		if len(line) == 0 || bytes.IndexByte([]byte(" \t#-]}{["), line[0]) >= 0 {
			continue
		}
		if key, value, ok := bytes.Cut(line, []byte(":")); ok && len(key) < 128 {
			value, _, _ = bytes.Cut(value, []byte(" #"))
			keys[string(bytes.Trim(key, `"' `))] = string(bytes.Trim(value, `"' `+"\t"))
		}
	}
	return keys
}

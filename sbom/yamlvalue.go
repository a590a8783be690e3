package sbom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

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
			v, err := yamlValue(src, data[:end])
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

func yamlValue(src *Stream, document []byte) (jsonValue, error) {
	var v any
	if err := strictyaml.Value(src.Name, document, &v); err != nil {
		return jsonValue{}, err
	}
	plain, err := plainYAML(v, src.Options.withDefaultLimits().MaxDepth)
	return jsonValue{plain}, err
}

// plainYAML turns what the YAML library gives into what JSON would be.
func plainYAML(v any, depth int) (any, error) {
	if depth--; depth < 0 {
		return nil, errors.New("nested deeper than --max-depth allows")
	}
	switch t := v.(type) {
	case map[string]any:
		for key, value := range t {
			plain, err := plainYAML(value, depth)
			if err != nil {
				return nil, err
			}
			t[key] = plain
		}
		return t, nil
	case map[any]any:
		object := make(map[string]any, len(t))
		for key, value := range t {
			plain, err := plainYAML(value, depth)
			if err != nil {
				return nil, err
			}
			object[fmt.Sprint(key)] = plain
		}
		return object, nil
	case []any:
		for i := range t {
			plain, err := plainYAML(t[i], depth)
			if err != nil {
				return nil, err
			}
			t[i] = plain
		}
		return t, nil
	case string, bool, nil:
		return t, nil
	case time.Time:
		return t.Format(time.RFC3339), nil
	}
	return jsonNumber(fmt.Sprint(v)), nil
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

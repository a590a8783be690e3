package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// Read reads a register that was saved as JSON. It is strict: an unknown field,
// a field given twice, a wrong type, another schema version or a reference to
// nothing is an error that says where. So nothing is lost unseen when a
// register is turned into another form.
func Read(in io.Reader) (*netvet.Register, error) {
	buffered := bufio.NewReader(in)
	if err := checkHead(buffered); err != nil {
		return nil, err
	}
	dec := json.NewDecoder(buffered)
	dec.DisallowUnknownFields()
	r := &netvet.Register{}
	if err := readFields(dec, reflect.ValueOf(r).Elem()); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("something follows the register at offset %d: keep one register a file", dec.InputOffset())
	}
	return r, check(r)
}

// checkHead refuses what is certainly no register, by what it is instead.
func checkHead(in *bufio.Reader) error {
	head, _ := in.Peek(64)
	head = bytes.TrimLeft(head, " \t\r\n")
	switch {
	case len(head) == 0:
		return errors.New("the file is empty: make a register with netvet scan -o json=FILE")
	case bytes.HasPrefix(head, []byte(`{"type":"run"`)):
		return errors.New("this is an ndjson stream, not a register: make one with netvet scan -o json=FILE")
	case head[0] != '{':
		return errors.New("this is no register in JSON: make one with netvet scan -o json=FILE")
	}
	return nil
}

// readFields reads the fields of the register one by one, so that an error can
// name the field and the place in its list.
func readFields(dec *json.Decoder, r reflect.Value) error {
	fields := map[string]reflect.Value{}
	optional := map[string]bool{}
	var missing []string
	for i := range r.NumField() {
		name, rest, _ := strings.Cut(r.Type().Field(i).Tag.Get("json"), ",")
		fields[name] = r.Field(i)
		optional[name] = rest == "omitempty" // added within the schema version: older registers lack it
		missing = append(missing, name)
	}
	if _, err := dec.Token(); err != nil {
		return readError(dec, "register", err)
	}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return readError(dec, "register", err)
		}
		name, _ := token.(string)
		field, known := fields[name]
		if !known {
			return fmt.Errorf("unknown field %q: this is no register of schema version %s, or a newer netvet wrote it", name, netvet.SchemaVersion)
		}
		at := slices.Index(missing, name)
		if at < 0 {
			return fmt.Errorf("field %s is given twice", name)
		}
		missing = slices.Delete(missing, at, at+1)
		if err := readField(dec, name, field); err != nil {
			return err
		}
		if name == "schema_version" && field.String() != netvet.SchemaVersion {
			return fmt.Errorf("schema_version is %q: this netvet reads version %q", field, netvet.SchemaVersion)
		}
	}
	if _, err := dec.Token(); err != nil {
		return readError(dec, "register", err)
	}
	missing = slices.DeleteFunc(missing, func(name string) bool { return optional[name] })
	if len(missing) > 0 {
		return fmt.Errorf("field %s is missing: this is no whole register", missing[0])
	}
	return nil
}

func readField(dec *json.Decoder, name string, field reflect.Value) error {
	if field.Kind() != reflect.Slice {
		return readError(dec, name, dec.Decode(field.Addr().Interface()))
	}
	if token, err := dec.Token(); err != nil || token != json.Delim('[') {
		return readError(dec, name, cmpErr(err, errors.New("want a list")))
	}
	field.Set(reflect.MakeSlice(field.Type(), 0, 0))
	for i := 0; dec.More(); i++ {
		element := reflect.New(field.Type().Elem())
		if err := dec.Decode(element.Interface()); err != nil {
			return readError(dec, fmt.Sprintf("%s[%d]", name, i), err)
		}
		field.Set(reflect.Append(field, element.Elem()))
	}
	_, err := dec.Token()
	return readError(dec, name, err)
}

func cmpErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// readError says where in the register something is wrong, and what.
func readError(dec *json.Decoder, place string, err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		if wrong.Field != "" {
			place += "." + wrong.Field
		}
		return fmt.Errorf("%s: a %s where %s belongs", place, wrong.Value, wrong.Type.Kind())
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: the file ends in the middle, at offset %d: it was cut off", place, dec.InputOffset())
	}
	return fmt.Errorf("%s: %s, near offset %d", place, strings.TrimPrefix(err.Error(), "json: "), dec.InputOffset())
}

// check verifies that words are known and that references lead somewhere.
func check(r *netvet.Register) error {
	products := make(map[string]bool, len(r.Products))
	for i := range r.Products {
		p := &r.Products[i]
		switch {
		case p.ID == "":
			return fmt.Errorf("products[%d].id is empty", i)
		case products[p.ID]:
			return fmt.Errorf("products[%d].id: %q is given to two products", i, p.ID)
		case p.Verdict.Rank() < 0:
			return fmt.Errorf("products[%d].verdict: %q is no verdict", i, p.Verdict)
		case p.Level.Rank() < 0:
			return fmt.Errorf("products[%d].level: %q is no level", i, p.Level)
		}
		products[p.ID] = true
	}
	findings := make(map[string]bool, len(r.Findings))
	for i := range r.Findings {
		f := &r.Findings[i]
		findings[f.ID] = true
		if !products[f.Product] {
			return fmt.Errorf("findings[%d].product: %q is no product of this register", i, f.Product)
		}
	}
	for i := range r.Products {
		for _, id := range r.Products[i].Findings {
			if !findings[id] {
				return fmt.Errorf("products[%d].findings: %q is no finding of this register", i, id)
			}
		}
	}
	for i := range r.Risks {
		if k := &r.Risks[i]; !products[k.Product] {
			return fmt.Errorf("risks[%d].product: %q is no product of this register", i, k.Product)
		}
	}
	return nil
}

package sbom

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

// productKeys are the keys of --product and the fields they fill.
func productKeys() map[string]field {
	keys := map[string]field{"maker": fieldManufacturer, "part": fieldPartNumber, "country": fieldOrigin}
	for _, f := range tableFields() {
		keys[string(f)] = f
	}
	return keys
}

// shownProductKeys are the keys as an error lists them.
const shownProductKeys = "maker, model, part, version, serial, name, vendor, category, country, quantity, location, purl, cpe, mac"

// ParseProduct reads one product from the text of --product: a row of an
// inventory without a file, "maker=Micron,model=7450 PRO,part=MTFDKCC3T8TFR". A
// value with a comma stands in double quotes, in which a quote is doubled. What
// cannot be used is an error here, for there is somebody to put it right.
func ParseProduct(text string) (netvet.Product, error) {
	pairs, err := splitPairs(text)
	if err != nil {
		return netvet.Product{}, fmt.Errorf("product %s: %w", quote(text), err)
	}
	product := netvet.Product{Sources: []netvet.Source{{Input: "--product"}}}
	row := rowProduct{Product: product, table: &tableReader{price: priceColumn{factor: 1}, signs: make(map[string]bool), countries: make(map[string]string)}}
	seen := make(map[field]bool)
	for _, pair := range pairs {
		f, value, err := productPair(pair)
		if err == nil && seen[f] {
			err = fmt.Errorf("%s is given twice", f.words())
		}
		if err != nil {
			return netvet.Product{}, fmt.Errorf("product %s: %w", quote(text), err)
		}
		seen[f] = true
		row.cell(f, value, "")
	}
	row.finish()
	for _, problem := range row.problems {
		if problem.kind != damageKind {
			return netvet.Product{}, fmt.Errorf("product %s: %s", quote(text), problem.reason)
		}
	}
	for f := range seen {
		if f.identifies() || f == fieldPurl || f == fieldCPE {
			return row.Product, nil
		}
	}
	return netvet.Product{}, fmt.Errorf("product %s: nothing says what it is: give at least a maker, model, part, name, serial, purl or cpe", quote(text))
}

// productPair reads one key with its value.
func productPair(pair string) (field, string, error) {
	key, value, ok := strings.Cut(pair, "=")
	if !ok {
		return "", "", fmt.Errorf("%s has no value: write key=value, with commas between", quote(pair))
	}
	key = strings.ToLower(strings.TrimSpace(key))
	known := productKeys()
	f, ok := known[strings.ReplaceAll(key, "-", "_")]
	if !ok {
		var names []string
		for name := range known {
			names = append(names, name)
		}
		slices.Sort(names)
		if near := strictyaml.Nearest(key, names); near != "" {
			return "", "", fmt.Errorf("unknown key %q: did you mean %q?", key, near)
		}
		return "", "", fmt.Errorf("unknown key %q: use %s", key, shownProductKeys)
	}
	value = strings.TrimSpace(value)
	if inner, ok := strings.CutPrefix(value, `"`); ok {
		value = strings.ReplaceAll(strings.TrimSuffix(inner, `"`), `""`, `"`)
	}
	if value == "" {
		return "", "", fmt.Errorf("%s has no value", key)
	}
	return f, value, nil
}

// splitPairs splits at commas outside double quotes.
func splitPairs(text string) ([]string, error) {
	var pairs []string
	start, quoted := 0, false
	for i := range len(text) {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case text[i] == ',' && !quoted:
			pairs = append(pairs, text[start:i])
			start = i + 1
		}
	}
	if quoted {
		return nil, errors.New("a quote is opened and never closed")
	}
	pairs = append(pairs, text[start:])
	return slices.DeleteFunc(pairs, func(pair string) bool { return strings.TrimSpace(pair) == "" }), nil
}

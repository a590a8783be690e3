package kit

import (
	"bytes"
	"strings"
)

// Affected is what one record says of a product.
type Affected struct {
	CVE        CVE
	Product    string // the key under which it was found
	Statements []Statement
}

// Makers are the names under which the records know a supplier, by its id.
func (k *Kit) Makers(supplier string) ([]string, error) {
	var out []string
	err := k.store.read(func(r *reading) error {
		prefix := []byte(supplier + "\x00")
		r.prefix(bucketMakers, prefix, func(key, _ []byte) bool {
			out = append(out, string(key[len(prefix):]))
			return true
		})
		return nil
	})
	return out, err
}

// Affected returns what records say of a maker's product, both given as keys, in
// the order of their ids.
func (k *Kit) Affected(maker, product string) ([]Affected, error) {
	var out []Affected
	if maker == "" || product == "" {
		return nil, nil
	}
	err := k.store.read(func(r *reading) error {
		prefix := affectedKey(maker, product, "")
		var bad []byte
		r.prefix(bucketAffected, prefix, func(key, value []byte) bool {
			id := key[len(prefix):]
			updated, list, ok := decodeStatements(value)
			// A key may tell a part of the record that was taken from elsewhere.
			name, source, _ := strings.Cut(string(id), "\x00")
			c, known := decodeCVE(name, r.get(bucketCVE, []byte(name)))
			if !ok || len(list) == 0 {
				bad = bytes.Clone(id)
				return false
			}
			if source == "" && (!known || c.Updated != updated) || c.Rejected {
				return true // left behind by an older state of the record
			}
			out = append(out, Affected{c, product, list})
			return true
		})
		if bad != nil {
			return k.damaged(string(bad))
		}
		return nil
	})
	return out, err
}

// CVE returns what is known of a weakness by its id.
func (k *Kit) CVE(id string) (c CVE, known bool, err error) {
	known, err = k.find(bucketCVE, id, func(value []byte) (ok bool) { c, ok = decodeCVE(id, value); return ok })
	return c, known, err
}

// CPE returns the key of the maker and the name of the product of a CPE name.
func CPE(name string) (maker, product string, ok bool) {
	n, ok := readCPE(name)
	return MakerKey(n.vendor), strings.ReplaceAll(n.product, "_", " "), ok
}

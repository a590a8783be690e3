package kit

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"strings"
)

// The buckets of the catalogue of known exploited vulnerabilities.
const (
	bucketKEV        = "kev"         // id -> entry
	bucketKEVProduct = "kev-product" // maker, 0, product, 0, id -> nothing
)

// KEV is one entry of CISA's catalogue of known exploited vulnerabilities.
type KEV struct {
	ID         string `json:"cveID"`
	Maker      string `json:"vendorProject"`
	Product    string `json:"product"`
	Name       string `json:"vulnerabilityName"`
	Added      string `json:"dateAdded"`
	Due        string `json:"dueDate"`
	Ransomware string `json:"knownRansomwareCampaignUse"` // Known or Unknown
}

func kevSource() Source {
	return Source{
		ID: "kev", Title: "CISA Known Exploited Vulnerabilities", Accepts: "known_exploited_vulnerabilities.json or .csv",
		Licence: "CC0-1.0", URL: "https://www.cisa.gov/known-exploited-vulnerabilities-catalog",
		Match: func(name string) bool {
			name = strings.ToLower(name)
			return strings.HasSuffix(name, ".json") || strings.HasSuffix(name, ".csv")
		},
		Read: readKEV,
	}
}

func readKEV(_ context.Context, f File, in *Intake) error {
	text, err := f.ReadAll()
	if err != nil {
		return err
	}
	list, err := kevEntries(text)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].take(f.Name, in)
	}
	return nil
}

func kevEntries(text []byte) ([]KEV, error) {
	var catalogue struct {
		Version string `json:"catalogVersion"`
		List    []KEV  `json:"vulnerabilities"`
	}
	if err := json.Unmarshal(text, &catalogue); err == nil && catalogue.Version != "" {
		return catalogue.List, nil
	}
	if json.Valid(text) {
		return nil, ErrOtherKind
	}
	return kevRows(string(text))
}

// kevRows reads the table, whose headers are the names of the JSON members.
func kevRows(text string) ([]KEV, error) {
	rows := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	rows.FieldsPerRecord = -1
	head, err := rows.Read()
	if err != nil || len(head) == 0 || head[0] != "cveID" {
		return nil, ErrOtherKind
	}
	var list []KEV
	for {
		row, err := rows.Read()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return nil, &UnreadableError{err}
		}
		fields := map[string]string{}
		for i, name := range head[:min(len(head), len(row))] {
			fields[name] = row[i]
		}
		list = append(list, KEV{ID: fields["cveID"], Maker: fields["vendorProject"], Product: fields["product"], Name: fields["vulnerabilityName"],
			Added: fields["dateAdded"], Due: fields["dueDate"], Ransomware: fields["knownRansomwareCampaignUse"]})
	}
}

func (v *KEV) take(where string, in *Intake) {
	if v.ID == "" || strings.ContainsRune(v.ID+v.Maker+v.Product, 0) {
		in.Skip("entry without a CVE id", where)
		return
	}
	if in.Get(bucketKEV, []byte(v.ID)) != nil {
		in.Skip("entry that was there already", where+": "+v.ID)
		return
	}
	var e encoder
	for _, text := range []string{v.Maker, v.Product, v.Name, v.Added, v.Due, v.Ransomware} {
		e.text(text)
	}
	in.Put(bucketKEV, []byte(v.ID), e.b)
	for _, n := range ProductNames(v.Maker, v.Product) {
		in.Put(bucketKEVProduct, affectedKey(MakerKey(v.Maker), n.Key, v.ID), nil)
	}
	in.maker(makerName{key: MakerKey(v.Maker), written: v.Maker})
	in.Record(v.Added)
}

// KEV returns the entry of a weakness.
func (k *Kit) KEV(id string) (v KEV, known bool, err error) {
	known, err = k.find(bucketKEV, id, func(value []byte) (ok bool) { v, ok = decodeKEV(id, value); return ok })
	return v, known, err
}

func decodeKEV(id string, value []byte) (KEV, bool) {
	d := decoder{b: value}
	v := KEV{ID: id, Maker: d.text(), Product: d.text(), Name: d.text(), Added: d.text(), Due: d.text(), Ransomware: d.text()}
	return v, value != nil && !d.bad
}

// KEVs returns the entries about a maker's product, both given as keys, in the
// order of their ids.
func (k *Kit) KEVs(maker, product string) ([]KEV, error) {
	var out []KEV
	err := k.named(bucketKEVProduct, affectedKey(maker, product, ""), bucketKEV, func(id string, value []byte) bool {
		v, ok := decodeKEV(id, value)
		out = append(out, v)
		return ok
	})
	return out, err
}

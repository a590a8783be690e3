package kit

import (
	"context"
	"encoding/json"
	"path"
	"strings"
)

// The buckets of CVE records. The statements about one product of a maker stand
// side by side, so that one look-up reads them in a row.
const (
	bucketCVE      = "cve"       // id -> what is known of the weakness
	bucketAffected = "affected"  // maker, 0, product, 0, id -> what is said of its versions
	bucketMakers   = "cve-maker" // supplier id, 0, maker -> nothing: how a supplier is written there
)

func cveSource() Source {
	return Source{
		ID: "cve", Title: "CVE List v5", Accepts: "the archive of the CVE List (cvelistV5), or a folder of CVE records (JSON)",
		Licence: "CVE terms of use: free to copy and use with the notice of The MITRE Corporation",
		URL:     "https://github.com/CVEProject/cvelistV5",
		Match: func(name string) bool {
			base := strings.ToUpper(path.Base(strings.ReplaceAll(name, "!", "/")))
			return strings.HasPrefix(base, "CVE-") && strings.HasSuffix(base, ".JSON")
		},
		Read: readCVE,
	}
}

// readCVE takes one record.
func readCVE(_ context.Context, f File, in *Intake) error {
	text, err := f.ReadAll()
	if err != nil {
		return err
	}
	var r cveRecord
	if err := json.Unmarshal(text, &r); err != nil {
		if json.Valid(text) {
			return ErrOtherKind
		}
		return &UnreadableError{err}
	}
	if r.DataType != "CVE_RECORD" || r.Metadata.ID == "" || strings.ContainsRune(r.Metadata.ID, 0) {
		return ErrOtherKind
	}
	takeCVE(&r, f.Name, in)
	return nil
}

// takeCVE stores a record unless the same or a newer state of it is there.
func takeCVE(r *cveRecord, where string, in *Intake) {
	id := []byte(r.Metadata.ID)
	if have := in.Get(bucketCVE, id); have != nil {
		d := decoder{b: have}
		if d.text() >= r.Metadata.Updated {
			in.Skip("record that was there already", where)
			return
		}
		in.Skip("record that a newer state replaced", where)
	}
	in.Put(bucketCVE, id, r.encode())
	if r.Metadata.State == "REJECTED" {
		in.Skip("record that was rejected", where)
		return
	}
	var book statementBook
	r.statements(&book)
	if len(book.order) == 0 {
		in.Skip("record that names no product: found by its id alone", where)
	}
	for _, key := range book.order {
		in.Put(bucketAffected, affectedKey(key.maker, key.product, r.Metadata.ID), encodeStatements(r.Metadata.Updated, book.by[key]))
	}
	for _, m := range book.makers {
		in.maker(m)
	}
	in.Record(r.Metadata.Updated)
}

// maker notes under which supplier a maker's name is found.
func (in *Intake) maker(m makerName) {
	if in.resolve == nil {
		return
	}
	if in.resolved[m] {
		return
	}
	if in.resolved == nil {
		in.resolved = map[makerName]bool{}
	}
	in.resolved[m] = true
	if id := in.resolve(m.written, m.cpe); id != "" {
		in.Put(bucketMakers, []byte(id+"\x00"+m.key), nil)
	}
}

// encode writes what is known of the weakness itself.
func (r *cveRecord) encode() []byte {
	var e encoder
	score, word := r.rate()
	e.text(r.Metadata.Updated)
	e.number(flag(r.Metadata.State == "REJECTED") | flag(r.remote())<<1)
	e.text(r.Metadata.Published)
	e.text(r.summary())
	e.text(word)
	e.number(int(score*10 + 0.5))
	e.list(r.cwes())
	e.text(r.exploited())
	return e.b
}

// CVE is what the kit knows of one weakness.
type CVE struct {
	ID        string
	Updated   string // RFC 3339
	Rejected  bool
	Published string
	Summary   string
	Severity  string // critical, high, medium, low, none, or empty
	Score     float64
	CWEs      []int64
	Exploited string // the day on which the record says that CISA listed it
	Remote    bool   // reached over a network without privileges, as its CVSS vector says
}

func decodeCVE(id string, value []byte) (CVE, bool) {
	d := decoder{b: value}
	c := CVE{ID: id, Updated: d.text()}
	flags := d.number()
	c.Rejected, c.Remote = flags&1 != 0, flags&2 != 0
	c.Published, c.Summary = d.text(), d.text()
	c.Severity, c.Score = d.text(), float64(d.number())/10
	c.CWEs, c.Exploited = cweNumbers(d.list()), d.text()
	return c, !d.bad && value != nil
}

func affectedKey(maker, product, id string) []byte {
	return []byte(maker + "\x00" + product + "\x00" + id)
}

package kit

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

// The buckets of ends of life.
const (
	bucketLife     = "life"      // id of a product -> its releases and their dates
	bucketLifeName = "life-name" // maker (empty: of any), 0, product, 0, id -> nothing; or a package URL, 0, 0, id
)

// Life is what a source knows of the releases of a product.
type Life struct {
	ID      string
	Title   string
	Makers  []string // keys of who makes it, where the source says so
	URL     string
	Updated string
	Cycles  []Cycle
}

// Cycle is one release and its dates. A date is a day, "yes" when it has passed on
// a day that is not known, or empty when it has not or nothing is known.
type Cycle struct {
	Name     string
	Sale     string // end of sale
	Active   string // end of fixes other than of weaknesses
	Security string // end of fixes of weaknesses
	Extended string // the same for those who have a contract
}

// Passed is a date that has passed on a day that is not known.
const Passed = "yes"

func lifeSource() Source {
	return Source{
		ID: "eol", Title: "endoflife.date", Accepts: "a folder or archive of product files (Markdown), or of answers of its interface (JSON)",
		Licence: "MIT", URL: "https://endoflife.date",
		Match: func(name string) bool { return strings.HasSuffix(name, ".md") || strings.HasSuffix(name, ".json") },
		Read:  readLife,
	}
}

func readLife(_ context.Context, f File, in *Intake) error {
	text, err := f.ReadAll()
	if err != nil {
		return err
	}
	name := path.Base(strings.ReplaceAll(f.Name, "!", "/"))
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	switch {
	case strings.HasSuffix(name, ".md"):
		return takeLifePage(f.Name, strings.TrimSuffix(name, ".md"), text, in)
	case bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")):
		return takeLifeCycles(strings.TrimSuffix(name, ".json"), text, in)
	}
	return takeLifeResult(text, in)
}

// lifePage is the head of a product file.
type lifePage struct {
	Title       string              `yaml:"title"`
	Permalink   string              `yaml:"permalink"`
	Identifiers []map[string]string `yaml:"identifiers"`
	Releases    []lifeRelease       `yaml:"releases"`
}

// lifeRelease is a release, in the words of product files and of the first
// version of the interface. Dates may be true or false.
type lifeRelease struct {
	Cycle        string   `yaml:"releaseCycle" json:"cycle"`
	EOL          lifeDate `yaml:"eol" json:"eol"`
	EOAS         lifeDate `yaml:"eoas" json:"support"`
	EOES         lifeDate `yaml:"eoes" json:"extendedSupport"`
	Discontinued lifeDate `yaml:"discontinued" json:"discontinued"`
}

// lifeDate is a day, true or false, as text.
type lifeDate string

// UnmarshalJSON reads a day or a truth.
func (d *lifeDate) UnmarshalJSON(text []byte) error {
	*d = lifeDate(strings.Trim(string(text), `"`))
	return nil
}

func (d lifeDate) day() string {
	switch text := strings.TrimSpace(string(d)); text {
	case "true":
		return Passed
	case "false", "null":
		return ""
	default:
		if _, err := netvet.ParseDate(text); err != nil {
			return ""
		}
		return text
	}
}

func (r *lifeRelease) cycle() Cycle {
	return Cycle{r.Cycle, r.Discontinued.day(), r.EOAS.day(), r.EOL.day(), r.EOES.day()}
}

// takeLifePage takes a product file: its head is YAML between two lines of dashes.
func takeLifePage(where, id string, text []byte, in *Intake) error {
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	rest, ok := bytes.CutPrefix(text, []byte("---\n"))
	head, _, closed := bytes.Cut(rest, []byte("\n---"))
	if !ok || !closed {
		return ErrOtherKind
	}
	var page lifePage
	if err := strictyaml.Value(where, head, &page); err != nil && len(page.Releases) == 0 {
		return &UnreadableError{err}
	}
	if page.Title == "" || len(page.Releases) == 0 {
		return ErrOtherKind
	}
	l := Life{ID: cmp.Or(strings.TrimPrefix(page.Permalink, "/"), id), Title: page.Title}
	for i := range page.Releases {
		l.Cycles = append(l.Cycles, page.Releases[i].cycle())
	}
	var ids []string
	for _, pair := range page.Identifiers {
		ids = append(ids, pair["cpe"], pair["purl"])
	}
	l.take(ids, in)
	return nil
}

// takeLifeCycles takes an answer of the first version of the interface: the
// releases of the product that the file is named after.
func takeLifeCycles(id string, text []byte, in *Intake) error {
	var releases []lifeRelease
	if err := json.Unmarshal(text, &releases); err != nil || len(releases) == 0 || releases[0].Cycle == "" {
		return ErrOtherKind
	}
	l := Life{ID: id, Title: strings.ReplaceAll(id, "-", " ")}
	for i := range releases {
		l.Cycles = append(l.Cycles, releases[i].cycle())
	}
	l.take(nil, in)
	return nil
}

// lifeResult is a product in the words of the second version of the interface.
type lifeResult struct {
	Name        string `json:"name"`
	Label       string `json:"label"`
	Identifiers []struct {
		ID   string `json:"id"`
		Type string `json:"type"`
	} `json:"identifiers"`
	Releases []struct {
		Name             string   `json:"name"`
		IsEOL            lifeDate `json:"isEol"`
		EOL              lifeDate `json:"eolFrom"`
		IsEOAS           lifeDate `json:"isEoas"`
		EOAS             lifeDate `json:"eoasFrom"`
		IsEOES           lifeDate `json:"isEoes"`
		EOES             lifeDate `json:"eoesFrom"`
		IsDiscontinued   lifeDate `json:"isDiscontinued"`
		DiscontinuedFrom lifeDate `json:"discontinuedFrom"`
	} `json:"releases"`
}

func takeLifeResult(text []byte, in *Intake) error {
	var doc struct {
		Modified string          `json:"last_modified"`
		Result   json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return &UnreadableError{err}
	}
	var list []lifeResult
	if err := json.Unmarshal(doc.Result, &list); err != nil {
		var one lifeResult
		if err := json.Unmarshal(doc.Result, &one); err != nil {
			return ErrOtherKind
		}
		list = []lifeResult{one}
	}
	for _, r := range list {
		if r.Name == "" || len(r.Releases) == 0 {
			in.Skip("product without releases", r.Name)
			continue
		}
		l := Life{ID: r.Name, Title: cmp.Or(r.Label, r.Name), Updated: doc.Modified}
		for _, c := range r.Releases {
			l.Cycles = append(l.Cycles, Cycle{c.Name, cmp.Or(c.DiscontinuedFrom.day(), c.IsDiscontinued.day()), cmp.Or(c.EOAS.day(), c.IsEOAS.day()),
				cmp.Or(c.EOL.day(), c.IsEOL.day()), cmp.Or(c.EOES.day(), c.IsEOES.day())})
		}
		var ids []string
		for _, id := range r.Identifiers {
			ids = append(ids, id.ID)
		}
		l.take(ids, in)
	}
	return nil
}

// take stores a product under the names of its identifiers and its title.
func (l *Life) take(ids []string, in *Intake) {
	l.URL = "https://endoflife.date/" + l.ID
	if strings.ContainsRune(l.ID, 0) {
		in.Skip("product without a name", l.Title)
		return
	}
	if have := in.Get(bucketLife, []byte(l.ID)); have != nil {
		in.Skip("product that was there already", l.ID)
		return
	}
	for _, id := range ids {
		if n, ok := readCPE(id); ok {
			m := makerName{MakerKey(n.vendor), n.vendor, n.vendor}
			in.maker(m)
			if !slices.Contains(l.Makers, m.key) {
				l.Makers = append(l.Makers, m.key)
			}
			l.name(m.key, strings.ReplaceAll(n.product, "_", " "), in)
		} else if strings.HasPrefix(id, "pkg:") {
			in.Put(bucketLifeName, affectedKey(PackageKey(id), "", l.ID), nil)
		}
	}
	l.name("", l.Title, in)
	l.name("", strings.ReplaceAll(l.ID, "-", " "), in)
	in.Put(bucketLife, []byte(l.ID), l.encode())
	in.Record(l.Updated)
}

func (l *Life) name(maker, product string, in *Intake) {
	for _, n := range ProductNames(maker, product) {
		if n.Whole {
			in.Put(bucketLifeName, affectedKey(maker, n.Key, l.ID), nil)
		}
	}
}

// PackageKey is a package URL without version, qualifiers and subpath.
func PackageKey(purl string) string {
	purl, _, _ = strings.Cut(purl, "#")
	purl, _, _ = strings.Cut(purl, "?")
	if at := strings.LastIndexByte(purl, '@'); at > strings.LastIndexByte(purl, '/') {
		purl = purl[:at]
	}
	return strings.ToLower(purl)
}

func (l *Life) encode() []byte {
	var e encoder
	e.text(l.Title)
	e.list(l.Makers)
	e.text(l.URL)
	e.text(l.Updated)
	e.number(len(l.Cycles))
	for _, c := range l.Cycles {
		for _, text := range []string{c.Name, c.Sale, c.Active, c.Security, c.Extended} {
			e.text(text)
		}
	}
	return e.b
}

func decodeLife(id string, value []byte) (Life, bool) {
	d := decoder{b: value}
	l := Life{ID: id, Title: d.text(), Makers: d.list(), URL: d.text(), Updated: d.text()}
	l.Cycles = make([]Cycle, d.count())
	for i := range l.Cycles {
		l.Cycles[i] = Cycle{d.text(), d.text(), d.text(), d.text(), d.text()}
	}
	return l, value != nil && !d.bad
}

// Lives returns the products that go by a name: of a maker, both given as keys;
// of any when maker is empty; or by a package URL (PackageKey) and no product.
func (k *Kit) Lives(maker, product string) ([]Life, error) {
	var out []Life
	err := k.named(bucketLifeName, affectedKey(maker, product, ""), bucketLife, func(id string, value []byte) bool {
		l, ok := decodeLife(id, value)
		out = append(out, l)
		return ok
	})
	return out, err
}

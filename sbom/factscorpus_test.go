package sbom

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var nmapExpected = regexp.MustCompile(`^hosts=(\d+) up=(\d+); open ports=(\d+); services=(\d+) \[(.*)\]; mac vendors=(\d+) \[(.*)\]; os=(\d+) \[(.*)\]`)

func nmapClaims(t *testing.T, f *corpusFile) []claim {
	m := mustMatch(t, nmapExpected, f)
	kinds := make(map[string]int)
	services, makers, systems := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, o := range f.Observations {
		kinds[o.Kind]++
		if product := detailValue(o.Detail, "product"); product != "" {
			gather(services, strings.TrimSpace(product+" "+detailValue(o.Detail, "version")))
		}
		switch o.Kind {
		case "host":
			gather(makers, detailValue(o.Detail, "maker"))
		case "os":
			gather(systems, o.Name)
		}
	}
	hosts, _, _ := strings.Cut(strings.Join(f.Notes, ""), " ")
	return []claim{{"hosts", m[1], hosts}, claimed("hosts up", m[2], kinds["host"]), claimed("open ports", m[3], kinds["port"]),
		named("services", m[4], m[5], services), named("makers of interfaces", m[6], m[7], makers), named("systems", m[8], m[9], systems)}
}

// zeekClaims counts records: none may get lost.
func zeekClaims(t *testing.T, f *corpusFile) []claim {
	records := len(f.Gaps)
	for _, o := range f.Observations {
		n, err := strconv.Atoi(detailValue(o.Detail, "count"))
		if err != nil {
			t.Error(err)
		}
		records += n
	}
	return []claim{claimed("records", numberAfter(f.expected, "records=", -1), records)}
}

var mudExpected = regexp.MustCompile(`^systeminfo=(.*); mfg-name=(.*); model-name=(.*); acls=\d+; aces=(\d+); dns names=(\d+) \[(.*)\]$`)

func mudClaims(t *testing.T, f *corpusFile) []claim {
	m := mustMatch(t, mudExpected, f)
	facts := map[string]string{"systeminfo": "None", "mfg-name": "None", "model-name": "None"}
	entries, hosts := 0, make(map[string]bool)
	for _, d := range f.Declarations {
		switch d.Kind {
		case "peer", "peer-denied":
			entries++
			host, _, _ := strings.Cut(d.Name, " ")
			if strings.Contains(host, ".") && !strings.Contains(host, "/") {
				gather(hosts, host)
			}
		case "port":
		default:
			facts[d.Kind] = d.Name
		}
	}
	return []claim{{"systeminfo", m[1], facts["systeminfo"]}, {"maker", m[2], facts["mfg-name"]}, {"model", m[3], facts["model-name"]},
		claimed("entries", m[4], entries), named("DNS names", m[5], m[6], hosts)}
}

var csafExpected = regexp.MustCompile(`^tracking id=(.*); publisher=(.*?); vendors=(\d+) \[(.*)\]; products=.*; leaf products=(\d+)\+(\d+); vulnerabilities=(\d+)$`)

// csafClaims compares id, publisher, vendors, products and vulnerabilities, and every
// status with a reading of the document by the standard library.
func csafClaims(t *testing.T, f *corpusFile) []claim {
	m := mustMatch(t, csafExpected, f)
	r := newCSAF(&Stream{Reader: bytes.NewReader(f.data), Options: Options{}.withDefaults()}, func(Record) error { return nil })
	if err := r.read(); err != nil {
		t.Fatal(err)
	}
	vendors := make(map[string]bool)
	for _, b := range r.branches {
		if b.category == "vendor" {
			gather(vendors, b.name)
		}
	}
	products := r.faults.seen["product id given twice"]
	for _, p := range r.products {
		if !strings.Contains(p.pointer, "/relationships/") && !strings.Contains(p.pointer, "/product_paths/") {
			products++
		}
	}
	branched, _ := strconv.Atoi(m[5])
	single, _ := strconv.Atoi(m[6])
	return []claim{{"id", m[1], r.id}, {"publisher", m[2], r.publisher}, named("vendors", m[3], m[4], vendors), claimed("products", branched+single, products),
		claimed("vulnerabilities", m[7], len(r.vulns)), claimed("statuses", statusesOf(t, f.data), saidOf(f.reading))}
}

// statusesOf reads how often a document gives each status.
func statusesOf(t *testing.T, data []byte) map[string]int {
	var doc struct {
		Vulnerabilities []struct {
			CVE    string              `json:"cve"`
			Title  string              `json:"title"`
			Status map[string][]string `json:"product_status"`
		} `json:"vulnerabilities"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	count := make(map[string]int)
	for _, v := range doc.Vulnerabilities {
		for status, ids := range v.Status {
			if v.CVE != "" {
				count[csafState(status)] += len(ids)
			}
		}
	}
	return count
}

func saidOf(got reading) map[string]int {
	count := make(map[string]int)
	for _, d := range got.Declarations {
		if d.Kind == "advisory" { // a document that says nothing of vulnerabilities names its products
			count[detailValue(d.Detail, "status")]++
		}
	}
	return count
}

var vexExpected = regexp.MustCompile(`^author=(.*); statements=(\d+); statuses=\{(.*)\}$`)

func openvexClaims(t *testing.T, f *corpusFile) []claim {
	m := mustMatch(t, vexExpected, f)
	statements, author := make(map[string]string), ""
	for _, d := range f.Declarations {
		place, _, _ := strings.Cut(d.Pointer, "/products")
		statements[place] = strings.ReplaceAll(detailValue(d.Detail, "status"), "-", "_")
		author = detailValue(d.Detail, "publisher")
	}
	statuses := make(map[string]int)
	for _, status := range statements {
		statuses[status]++
	}
	return []claim{{"author", m[1], author}, claimed("statements", m[2], len(statements)), {"statuses", sortedPairs(m[3]), sortedCounts(statuses)}}
}

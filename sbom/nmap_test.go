package sbom

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func FuzzNmap(f *testing.F) {
	fuzzFormat(f, nmapXML(), `<nmaprun start="1e300"><host><address addr="a"/><ports><port portid="1" protocol="tcp"><state state="open"/></port></ports></host></nmaprun>`,
		`<!DOCTYPE nmaprun [<!ENTITY a "b">]><nmaprun/>`)
}

// TestNmapDoctype takes the document type of Nmap, which declares nothing, and no
// other.
func TestNmapDoctype(t *testing.T) {
	const run = `<nmaprun scanner="nmap"><host><status state="up"/><address addr="192.0.2.1" addrtype="ipv4"/></host><runstats><finished exit="success"/></runstats></nmaprun>`
	const fact = "host | 192.0.2.1 | 192.0.2.1 | addresses=192.0.2.1; open=0"
	wantFacts(t, nmapXML(), run, fact)
	wantFacts(t, nmapXML(), "<?xml version=\"1.0\"?>\n<!DOCTYPE nmaprun>\n"+run, fact)
	const refused = `error | read in: at byte %d: a document type (<!DOCTYPE ...>) is refused: an inventory needs none, and it can make a reader fetch or expand what it should not`
	for _, doctype := range []string{`<!DOCTYPE nmaprun [<!ENTITY x "y">]>`, `<!DOCTYPE nmaprun SYSTEM "file:///etc/passwd">`, `<!DOCTYPE nmaprun><!DOCTYPE nmaprun>`} {
		wantFacts(t, nmapXML(), doctype+run, fmt.Sprintf(refused, len(doctype)))
		if nmapXML().Detect(Sample{Head: []byte(doctype + run)}) == 0 && !strings.Contains(doctype, "ENTITY") {
			t.Errorf("%s: not claimed, so the reason would not be told", doctype)
		}
	}
	wantFacts(t, nmapXML(), "<nmaprun/><!DOCTYPE nmaprun>", "gap | /nmaprun | the report does not say that the scan finished: hosts or ports may be missing", fmt.Sprintf(refused, 28))
}

func TestNmapOddities(t *testing.T) {
	wantFacts(t, nmapXML(), `<scan/>`, `error | read in: the root is <scan>, expected <nmaprun>`)
	wantFacts(t, nmapXML(), `<nmaprun><host><status state="up"/></host></nmaprun>`,
		"gap | /nmaprun/host[1] | a host has neither an address nor a name: nothing can refer to it",
		"gap | /nmaprun | the report does not say that the scan finished: hosts or ports may be missing")
	// Ports before the address, and a host of which only a name is known.
	wantFacts(t, nmapXML(), `<nmaprun><host><ports><port protocol="tcp" portid="1"><state state="open"/></port></ports><hostnames><hostname name="a"/></hostnames></host><runstats><finished/></runstats></nmaprun>`,
		"host | a | a | names=a; open=1", "port | a | 1/tcp | ")
	// A host that scanned itself.
	wantFacts(t, nmapXML(), `<nmaprun><host><address addr="127.0.0.1" addrtype="ipv4"/><ports><port protocol="tcp" portid="631"><state state="open" reason="syn-ack"/></port></ports></host><runstats><finished/></runstats></nmaprun>`,
		"host | 127.0.0.1 | 127.0.0.1 | addresses=127.0.0.1; open=1; vantage=loopback", "port | 127.0.0.1 | 631/tcp | reason=syn-ack; vantage=loopback")
}

// detailValue returns a value of a detail.
func detailValue(detail, key string) string {
	m := regexp.MustCompile(`(?:^|; )` + regexp.QuoteMeta(key) + `=("(?:[^"\\]|\\.)*"|[^;]*)`).FindStringSubmatch(detail)
	if m == nil {
		return ""
	}
	if text, err := strconv.Unquote(m[1]); err == nil {
		return text
	}
	return m[1]
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

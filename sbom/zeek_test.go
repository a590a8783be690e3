package sbom

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"
)

func FuzzZeek(f *testing.F) {
	fuzzFormat(f, zeekLog(), "#separator \\x7c\n#path|conn\n#fields|ts|id.orig_h|id.resp_h|id.resp_p|proto|conn_state\n1|a|b|1|tcp|SF\n",
		"#fields\tts\tuid\tid.orig_h\n1\ta\tb", "{\"ts\":1e300,\"uid\":\"a\",\"id.orig_h\":\"b\",\"id.resp_h\":\"c\",\"id.resp_p\":1e9,\"conn_state\":\"\"}\n[1]\n")
}

func TestZeekOddities(t *testing.T) {
	const record = `{"ts":1791187200.5,"uid":"C","id.orig_h":"192.0.2.1","id.resp_h":"192.0.2.2","id.resp_p":22,"proto":"tcp","conn_state":"SF"}`
	const fact = "peer | 192.0.2.1 | 192.0.2.2 22/tcp | direction=from-device; count=1; answered=1"
	wantFacts(t, zeekLog(), record, fact)
	wantFacts(t, zeekLog(), "\r\n"+record+"\r\n\r\n", fact)
	// Without a header but that of the fields, the columns tell the kind of log.
	wantFacts(t, zeekLog(), "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tconn_state\n1791187200.5\tC\t192.0.2.1\t9\t192.0.2.2\t22\ttcp\tSF\n", fact)
	// Another separator, and other signs for what is unset.
	wantFacts(t, zeekLog(), "#separator \\x7c\n#unset_field|?\n#path|conn\n#fields|ts|uid|id.orig_h|id.resp_h|id.resp_p|proto|service|conn_state\n1791187200.5|C|192.0.2.1|192.0.2.2|22|tcp|?|SF\n", fact)
	wantFacts(t, zeekLog(), "#separator \\x09\n#path\tconn\n#fields\tts\tuid\n", "gap |  | the log holds no records")
	wantFacts(t, zeekLog(), `{"ts":1791187200,"id.orig_h":"a","id.resp_h":"b","id.resp_p":1,"conn_state":"SF","proto":7}`,
		`gap | line 1 | the line is no JSON record: at byte 89 (/proto): number where string is expected`)
	wantFacts(t, zeekLog(), strings.Repeat("x", DefaultMaxString+2)+"\n"+record, fmt.Sprintf("error | read in: line 1 is longer than %d bytes", DefaultMaxString))
}

// TestZeekBounded reads a log of a scan: beyond the bound flows are counted only,
// and equal flows stay one.
func TestZeekBounded(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("#separator \\x09\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.resp_h\tid.resp_p\tproto\tconn_state\n")
	const hosts = 3
	for n := range maxFlows + 50 {
		b.WriteString("1791187200.0\tC\t192.0.2.1\t198.51.100." + strconv.Itoa(n/65000%hosts) + "\t" + strconv.Itoa(n%65000) + "\ttcp\tS0\n")
	}
	for range 1000 {
		b.WriteString("1791187300.0\tC\t192.0.2.1\t198.51.100.0\t7\ttcp\tSF\n")
	}
	got := readInput(t, bytesInput("conn.log", b.Bytes()), Options{})
	if len(got.Observations) != maxFlows || got.Error != "" {
		t.Fatalf("%d observations, %s", len(got.Observations), got.Error)
	}
	if o := got.Observations[7]; o.Detail != "direction=from-device; count=1001; answered=1000" || o.From != "2026-10-05T08:00:00Z" || o.To != "2026-10-05T08:01:40Z" {
		t.Errorf("%+v", o)
	}
	if len(got.Gaps) != 1 || !strings.HasPrefix(got.Gaps[0].Reason, "50 records from 2026-10-05T08:00:00Z to 2026-10-05T08:00:00Z are not told apart") {
		t.Errorf("%v", got.Gaps)
	}
}

func BenchmarkZeek(b *testing.B) {
	line := []byte(`{"ts":1591425407.765563,"uid":"CdCP464YLOr79eqaje","id.orig_h":"192.168.100.121","id.orig_p":63406,"id.resp_h":"8.8.8.8","id.resp_p":53,"proto":"udp","service":"dns","duration":0.02,"orig_bytes":40,"resp_bytes":90,"conn_state":"SF","missed_bytes":0,"history":"Dd","orig_pkts":1,"resp_pkts":1}` + "\n")
	tsv := []byte("1591425407.765563\tCdCP464YLOr79eqaje\t192.168.100.121\t63406\t8.8.8.8\t53\tudp\tdns\t0.02\t40\t90\tSF\n")
	header := []byte("#separator \\x09\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\n")
	for name, data := range map[string][]byte{"json": bytes.Repeat(line, 10_000), "tsv": append(header, bytes.Repeat(tsv, 10_000)...)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				format := zeekLog()
				if _, err := readWith(&format, "conn.log", bytes.NewReader(data)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package kit

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"
)

func TestMakerKey(t *testing.T) {
	for _, c := range []struct{ a, b string }{
		{"Hewlett Packard Enterprise (HPE)", "hewlett_packard_enterprise"},
		{"Qualcomm, Inc.", "qualcomm"},
		{"QNAP Systems Inc.", "QNAP"},
		{"Juniper Networks", "juniper"},
		{"D-Link", "dlink"},
	} {
		if MakerKey(c.a) != MakerKey(c.b) {
			t.Errorf("%q is %q, %q is %q", c.a, MakerKey(c.a), c.b, MakerKey(c.b))
		}
	}
}

func TestProductNames(t *testing.T) {
	for _, c := range []struct {
		maker, product string
		want           []ProductName
	}{
		{"Cisco", "Cisco IOS XE Software", []ProductName{{"iosxe", true}}},
		{"cisco", "ios xe", []ProductName{{"iosxe", true}}},
		{"Cisco", "Cisco Adaptive Security Appliance (ASA) Software", []ProductName{{"adaptivesecurity", true}, {"asa", false}}},
		{"HPE", "Aruba 100 Series; 103 Series", []ProductName{{"aruba100series103", true}, {"aruba100", true}, {"103", true}}},
		{"Lenovo", "SMM, SMM2 and FPC", []ProductName{{"smmsmm2andfpc", true}, {"smm", true}, {"smm2andfpc", true}, {"smm2", true}, {"fpc", true}}},
		{"Example", "Command and Control Center", []ProductName{{"commandandcontrolcenter", true}, {"command", false}, {"controlcenter", false}}},
		{"n/a", "n/a", nil},
		{"Cisco", "Software", []ProductName{{"software", true}}},
		{"AMD", "AMD EPYC™ 7003 Series", []ProductName{{"epyc7003", true}}},
	} {
		if got := ProductNames(c.maker, c.product); !slices.Equal(got, c.want) {
			t.Errorf("ProductNames(%q, %q) = %v", c.maker, c.product, got)
		}
	}
}

func TestReadCPE(t *testing.T) {
	for _, c := range []struct {
		text string
		want cpeName
		ok   bool
	}{
		{`cpe:2.3:o:cisco:ios_xe:17.6.3:*:*:*:*:*:*:*`, cpeName{"o", "cisco", "ios_xe", "17.6.3"}, true},
		{`cpe:2.3:a:example:name\:with\+signs:-:*:*:*:*:*:*:*`, cpeName{"a", "example", "name:with+signs", "-"}, true},
		{`cpe:/o:vmware:esxi`, cpeName{"o", "vmware", "esxi", "*"}, true},
		{`cpe:2.3:o:`, cpeName{}, false},
		{`pkg:npm/a`, cpeName{}, false},
	} {
		if got, ok := readCPE(c.text); got != c.want || ok != c.ok {
			t.Errorf("readCPE(%s) = %v, %v", c.text, got, ok)
		}
	}
}

// TestCVEUpdated builds from two states of one record: the newer counts, and what
// only the older one said is gone.
func TestCVEUpdated(t *testing.T) {
	src, dir := t.TempDir(), t.TempDir()
	record(t, src, "CVE-2099-1.json", `{"dataType":"CVE_RECORD","cveMetadata":{"cveId":"CVE-2099-1","state":"PUBLISHED","dateUpdated":"2026-02-01T00:00:00Z"},
		"containers":{"cna":{"affected":[{"vendor":"Example","product":"Relay","versions":[{"version":"1","lessThan":"2","status":"affected"}]}]}}}`)
	record(t, src, "CVE-2099-1.old.json", `{"dataType":"CVE_RECORD","cveMetadata":{"cveId":"CVE-2099-1","state":"PUBLISHED","dateUpdated":"2026-01-01T00:00:00Z"},
		"containers":{"cna":{"affected":[{"vendor":"Example","product":"Beacon","versions":[{"version":"1","status":"affected"}]}]}}}`)
	record(t, src, "delta.json", `{}`)
	record(t, src, "CVE-2099-2.json", `{"dataType":"CVE_RECORD",`)
	m, err := Build{Paths: map[string][]string{"cve": {src}}, Built: time.Unix(0, 0), Tool: "test"}.Run(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if s, _ := m.Source("cve"); s.Records != 1 || len(s.Skipped) != 3 {
		t.Errorf("%+v", s)
	}
	k := open(t, dir)
	relay, err := k.Affected("example", "relay")
	if err != nil || len(relay) != 1 || relay[0].Statements[0].Ranges[0].End != "2" {
		t.Errorf("%+v %v", relay, err)
	}
	if beacon, err := k.Affected("example", "beacon"); err != nil || len(beacon) != 0 {
		t.Errorf("%+v %v", beacon, err)
	}
}

// FuzzCVE reads any JSON as a record: what is written of it must read back.
func FuzzCVE(f *testing.F) {
	f.Add([]byte(`{"dataType":"CVE_RECORD","cveMetadata":{"cveId":"CVE-1"},"containers":{"cna":{"affected":[{"vendor":"a","product":"b (c), d and e","versions":[{"version":"1","lessThan":"2","status":"affected","changes":[{"at":"1.5","status":"unaffected"}]}],"cpes":["cpe:2.3:a:x:y:1:*:*:*:*:*:*:*"]}],
		"cpeApplicability":[{"nodes":[{"cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:o:v:p:*:*:*:*:*:*:*:*","versionEndExcluding":"3"}]}]}]},"adp":[{"metrics":[{"other":{"type":"kev","content":{"dateAdded":"2026-01-01"}}}]}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var r cveRecord
		if json.Unmarshal(text, &r) != nil {
			return
		}
		if _, ok := decodeCVE("CVE-1", r.encode()); !ok {
			t.Error("the record does not read back")
		}
		var book statementBook
		r.statements(&book)
		for _, key := range book.order {
			list := book.by[key]
			updated, back, ok := decodeStatements(encodeStatements("u", list))
			if !ok || updated != "u" || len(back) != len(list) {
				t.Fatal("the statements do not read back")
			}
			for i := range list {
				if !equalRanges(list[i], back[i]) || list[i].Product != back[i].Product {
					t.Errorf("%+v reads back as %+v", list[i], back[i])
				}
			}
		}
	})
}

func TestEPSSAndKEV(t *testing.T) {
	src, dir := t.TempDir(), t.TempDir()
	record(t, src, "scores.csv", "#model_version:v2025.03.14,score_date:2026-01-02T00:00:00+0000\ncve,epss,percentile\nCVE-1,0.94321,0.99\nCVE-2,1.4,0.9\nCVE-3\n")
	record(t, src, "answer.json", `{"status":"OK","data":[{"cve":"CVE-1","epss":"0.1","percentile":"0.5","date":"2026-01-01"},{"cve":"CVE-4","epss":"0.25","percentile":"0.7","date":"2026-01-01"}]}`)
	kev := t.TempDir()
	record(t, kev, "kev.csv", "cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate,knownRansomwareCampaignUse,notes\nCVE-1,Example,\"Relay, Beacon\",Example Relay Flaw,2026-01-01,x,y,2026-02-01,Known,\n")
	m, err := Build{Paths: map[string][]string{"epss": {src}, "kev": {kev}}, Built: time.Unix(0, 0), Tool: "test"}.Run(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	k := open(t, dir)
	if s, known, err := k.EPSS("CVE-1"); err != nil || !known || !reflect.DeepEqual(s, EPSS{0.94321, 0.99, "2026-01-02"}) {
		t.Errorf("%+v %v %v", s, known, err)
	}
	if s, known, _ := k.EPSS("CVE-4"); !known || s.Probability != 0.25 {
		t.Errorf("%+v %v", s, known)
	}
	if s, _ := m.Source("epss"); len(s.Skipped) != 1 || s.Skipped[0].Count != 2 {
		t.Errorf("%+v", s.Skipped)
	}
	if list, err := k.KEVs("example", "beacon"); err != nil || len(list) != 1 || list[0].Due != "2026-02-01" {
		t.Errorf("%+v %v", list, err)
	}
}

func TestLifeTable(t *testing.T) {
	for _, c := range []struct {
		pattern, model string
		fits           bool
	}{
		{"WS-C3750*", "ws-c3750x-24t-s", true},
		{"WS-C3750*", "C3750", false},
		{"S57??-*", "S5720-28P", true},
		{"*", "", false},
		{"MX10", "MX104", false},
	} {
		r := LifeRow{Pattern: c.pattern}
		if got := r.Fits(c.model); got != c.fits {
			t.Errorf("%s fits %s: %v", c.pattern, c.model, got)
		}
	}
}

// TestDamagedValues reads values that are cut short: an error, not silence.
func TestDamagedValues(t *testing.T) {
	dir := t.TempDir()
	w, err := createStore(filepath.Join(dir, storeFile))
	if err != nil {
		t.Fatal(err)
	}
	half := []byte{0xff} // a number that goes on
	for bucket, key := range map[string]string{bucketCVE: "CVE-1", bucketKEV: "CVE-1", bucketEPSS: "CVE-1", bucketLife: "x",
		bucketLifeTable: "a\x00row", bucketKEVProduct: "a\x00b\x00CVE-1", bucketLifeName: "a\x00b\x00x"} {
		if err := w.put(bucket, []byte(key), half); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.finish(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, storeFile))
	if err != nil {
		t.Fatal(err)
	}
	s, err := openStore(filepath.Join(dir, storeFile), info.Size())
	if err != nil {
		t.Fatal(err)
	}
	k := &Kit{store: s}
	defer k.Close()
	_, _, cve := k.CVE("CVE-1")
	_, _, kev := k.KEV("CVE-1")
	_, _, epss := k.EPSS("CVE-1")
	_, kevs := k.KEVs("a", "b")
	_, lives := k.Lives("a", "b")
	_, rows := k.LifeRows("a")
	for what, err := range map[string]error{"CVE": cve, "KEV": kev, "EPSS": epss, "KEVs": kevs, "lives": lives, "rows": rows} {
		if damaged := (*DamagedError)(nil); !errors.As(err, &damaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

package scanner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
)

// in makes an input of a text.
func in(name, text string) sbom.Input {
	return sbom.Input{Name: name, Size: int64(len(text)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}}
}

func scan(t *testing.T, s *Scanner, inputs ...sbom.Input) *netvet.Register {
	t.Helper()
	r, err := s.Scan(context.Background(), inputs, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func rows(n int) string {
	makers := []string{"Cisco Systems", "Huawei Technologies Co., Ltd.", "Dell Inc.", "Nobody Known GmbH", "新华三技术有限公司"}
	var b strings.Builder
	b.WriteString("Manufacturer,Model,Serial Number,Category\n")
	for i := range n {
		fmt.Fprintf(&b, "%q,Model %d,SN%07d,switch\n", makers[i%len(makers)], i%17, i)
	}
	return b.String()
}

func TestSameBytesForAnyNumberOfJobs(t *testing.T) {
	s := testScanner(t, "cn-ciio")
	var first []byte
	for _, jobs := range []int{1, 2, 7} {
		s.Jobs = jobs
		got := marshal(t, scan(t, s, in("inventory.csv", rows(300))))
		if first == nil {
			first = got
		}
		if !bytes.Equal(first, got) {
			t.Fatalf("%d jobs give another register", jobs)
		}
	}
}

func TestEachKeepsInputOrder(t *testing.T) {
	s := testScanner(t, "cn-ciio")
	s.Jobs = 4
	var records []string
	_, err := s.Each(context.Background(), []sbom.Input{in("inventory.csv", rows(200))}, nil, Sink{Product: func(r Result) error {
		records = append(records, r.Product.Sources[0].Record)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range records {
		if want := fmt.Sprintf("row %d", i+2); got != want {
			t.Fatalf("product %d came from %s, want %s", i, got, want)
		}
	}
	if len(records) != 200 {
		t.Fatalf("%d products, want 200", len(records))
	}
}

func TestSameSerialIsOneProduct(t *testing.T) {
	s := testScanner(t, "cn-ciio")
	r := scan(t, s,
		in("a.csv", "Manufacturer,Model,Serial Number,Location\nCisco,C9300,FCW2233L0AB,\nCisco,C9300,,\nCisco,C9300,,\n"),
		in("b.csv", "Manufacturer,Model,Serial Number,Location\nCisco Systems Inc.,C9300,fcw2233l0ab,Hall A\n"))
	if len(r.Products) != 3 {
		t.Fatalf("%d products, want 3: one with a serial number in both files, two without one", len(r.Products))
	}
	ids := map[string]bool{}
	merged := 0
	for _, p := range r.Products {
		ids[p.ID] = true
		if len(p.Sources) == 2 {
			merged++
			if p.Location == nil || *p.Location != "Hall A" {
				t.Errorf("the merged product lacks the location of the second file: %+v", p)
			}
		}
	}
	if merged != 1 || len(ids) != 3 {
		t.Errorf("%d merged products and %d ids, want 1 and 3", merged, len(ids))
	}
}

const sharedBOM = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"device","name":"C9300","manufacturer":{"name":"Cisco Systems, Inc."}}},
"components":[{"type":"firmware","name":"IOS XE","version":"17.6.3"},{"type":"device","name":"7450 SSD","version":"1","manufacturer":{"name":"Micron Technology, Inc."}}]}`

func TestSharedBOMBelongsToEveryRowOfItsModel(t *testing.T) {
	s := testScanner(t, "cn-ciio")
	table := "Manufacturer,Model,Serial Number\nCisco,C9300,FCW2233L0AB\nCisco,C9300,FCW2233L0AC\nCisco,C9500,FCW2233L0AD\n"
	r := scan(t, s, in("switch.cdx.json", sharedBOM), in("inventory.csv", table))
	if len(r.Products) != 3 {
		t.Fatalf("%d products, want the 3 rows", len(r.Products))
	}
	with := 0
	for _, p := range r.Products {
		if p.Components == 2 {
			with++
			if !slices.ContainsFunc(p.Gates, func(g netvet.RegisterGate) bool { return g.Rule == "cn-review-2022/G-MICRON" }) {
				t.Errorf("the parts of the shared BOM were not assessed for %v", *p.Serial)
			}
		}
	}
	if with != 2 {
		t.Errorf("%d products have the BOM's components, want 2", with)
	}
}

func TestBrokenInputLeavesTheOthers(t *testing.T) {
	s := testScanner(t, "cn-ciio")
	r, err := s.Scan(context.Background(), []sbom.Input{
		in("broken.cdx.json", sharedBOM[:200]), in("inventory.csv", rows(3)),
	}, nil)
	var broken InputErrors
	if !errors.As(err, &broken) || !strings.Contains(err.Error(), "broken.cdx.json") {
		t.Fatalf("error %v, want one that names broken.cdx.json", err)
	}
	if len(r.Products) != 3 || !r.Incomplete || r.Summary.Gaps == 0 {
		t.Errorf("%d products, incomplete %v, %d gaps", len(r.Products), r.Incomplete, r.Summary.Gaps)
	}
}

func TestTooManyProducts(t *testing.T) {
	s := testScanner(t, "cn-ciio")
	s.MaxProducts = 10
	_, err := s.Scan(context.Background(), []sbom.Input{in("inventory.csv", rows(50))}, nil)
	var tooMany *TooManyProductsError
	if !errors.As(err, &tooMany) || !strings.Contains(err.Error(), "ndjson") {
		t.Errorf("error %v, want one that says to use ndjson", err)
	}
}

func TestCancelledScanStops(t *testing.T) {
	s := testScanner(t, "cn-ciio")
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	_, err := s.Each(ctx, []sbom.Input{in("inventory.csv", rows(5000))}, nil, Sink{Product: func(Result) error {
		if n++; n == 3 {
			cancel()
		}
		return nil
	}})
	if !errors.Is(err, context.Canceled) || n == 5000 {
		t.Errorf("error %v after %d products", err, n)
	}
}

func TestRedact(t *testing.T) {
	s := testScanner(t, "cn-ciio")
	s.Redact = []string{"serial", "location"}
	r := scan(t, s, in("a.csv", "Manufacturer,Model,Serial Number,Location\nCisco,C9300,FCW2233L0AB,Hall A\n"))
	if b := string(marshal(t, r)); strings.Contains(b, "FCW2233L0AB") || strings.Contains(b, "Hall A") {
		t.Error("a redacted value is in the register")
	}
}

func TestUnknownRuleInContextIsRefused(t *testing.T) {
	s := testScanner(t, "cn-ciio")
	s.Context = &Context{Products: []ContextProduct{{Match: ContextMatch{ID: "*"}, ContextStatements: ContextStatements{Answers: []ContextAnswer{{Rule: "cn-review-2022/F1-2l", Answer: "no"}}}}}}
	_, err := s.Scan(context.Background(), []sbom.Input{in("inventory.csv", rows(1))}, nil)
	if err == nil || !strings.Contains(err.Error(), "did you mean") {
		t.Errorf("error %v, want one that names the nearest rule", err)
	}
}

// TestFactsWithoutAProductAreOneGap reads a format of facts: a log is no product,
// and what it says is counted, not lost.
func TestFactsWithoutAProductAreOneGap(t *testing.T) {
	s := testScanner(t, "cn-ciio")
	s.Options.Formats = append([]sbom.Format{{
		Name: "log", Expect: "a log", Detect: func(x sbom.Sample) float64 {
			if bytes.HasPrefix(x.Head, []byte("LOG")) {
				return 1
			}
			return 0
		},
		Read: func(_ context.Context, src *sbom.Stream, emit func(sbom.Record) error) (sbom.Info, error) {
			for i := range 1000 {
				if err := emit(sbom.Observation{Observation: netvet.Observation{Target: fmt.Sprintf("10.0.0.%d", i), Kind: "port", Source: "zeek conn"}}); err != nil {
					return sbom.Info{}, err
				}
			}
			return sbom.Info{}, nil
		},
	}}, sbom.Formats()...)
	r := scan(t, s, in("a.log", "LOG"), in("inventory.csv", rows(2)))
	if len(r.Products) != 2 || len(r.Gaps) != 1 || !strings.Contains(r.Gaps[0].Reason, "1000 in all") || r.Gaps[0].Input != "a.log" {
		t.Errorf("%d products, gaps %v", len(r.Products), r.Gaps)
	}
}

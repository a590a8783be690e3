package scanner

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
)

// makers counts what became of the makers that rows state.
type makers struct {
	rows, resolved, nobody int
	unknown                map[string]int // maker text, and how often it stood for nobody known
}

func (m *makers) add(r *resolver, stated []string, match netvet.Match) {
	m.rows++
	switch {
	case match.Supplier != nil:
		m.resolved++
	case !slices.ContainsFunc(stated, func(name string) bool { return !r.suppliers.NamesNobody(name) }):
		m.nobody++
	default:
		m.unknown[strings.Join(stated, " / ")]++
	}
}

func (m *makers) join(o *makers) {
	m.rows, m.resolved, m.nobody = m.rows+o.rows, m.resolved+o.resolved, m.nobody+o.nobody
	for text, n := range o.unknown {
		m.unknown[text] += n
	}
}

// most lists the texts that stood for nobody known, the most frequent first.
func (m *makers) most(limit int) []string {
	texts := make([]string, 0, len(m.unknown))
	for text := range m.unknown {
		texts = append(texts, text)
	}
	slices.SortFunc(texts, func(a, b string) int { return cmp.Or(m.unknown[b]-m.unknown[a], cmp.Compare(a, b)) })
	return texts[:min(limit, len(texts))]
}

// TestCorpusMakers resolves every maker that real inventories of hardware state,
// of products and of their hardware, and prints what became of them.
func TestCorpusMakers(t *testing.T) {
	needCorpus(t)
	s := testScanner(t, "cn-ciio")
	r := newResolver(s.Suppliers, s.AsOf)
	all := &makers{unknown: map[string]int{}}
	t.Logf("%-36s %6s %9s %7s %8s", "folder", "rows", "resolved", "nobody", "unknown")
	for _, folder := range []string{"dcim", "hosts", "network", "redfish"} {
		kinds, err := os.ReadDir(filepath.Join(filepath.Dir(corpus), folder))
		if err != nil {
			t.Skipf("the corpus of real files has no folder %s: %v", folder, err)
		}
		for _, kind := range kinds {
			m := makersIn(t, r, s.Options, filepath.Join(filepath.Dir(corpus), folder, kind.Name()))
			if m.rows > 0 {
				logMakers(t, folder+"/"+kind.Name(), m)
			}
			all.join(m)
		}
	}
	logMakers(t, "all", all)
	for _, text := range all.most(100) {
		t.Logf("%5d %q", all.unknown[text], text)
	}
	const least = 0.90
	if named := all.rows - all.nobody; float64(all.resolved) < least*float64(named) {
		t.Errorf("of %d rows that name a maker %d are resolved, less than %.0f %%", named, all.resolved, 100*least)
	}
}

func logMakers(t *testing.T, name string, m *makers) {
	percent := func(n int) float64 { return 100 * float64(n) / float64(m.rows) }
	t.Logf("%-36s %6d %8.1f%% %6.1f%% %7.1f%%", name, m.rows, percent(m.resolved), percent(m.nobody), percent(m.rows-m.resolved-m.nobody))
}

// makersIn resolves the makers that the inventories in a folder state.
func makersIn(t *testing.T, r *resolver, opt sbom.Options, folder string) *makers {
	inputs, _, err := sbom.Walk([]string{folder}, nil, opt)
	if err != nil {
		t.Fatal(err)
	}
	m := &makers{unknown: map[string]int{}}
	for _, in := range inputs {
		// An input that cannot be read states no makers; other tests count those.
		_, _, _ = sbom.Read(context.Background(), in, opt, func(rec sbom.Record) error {
			switch rec := rec.(type) {
			case sbom.ProductEnd:
				if stated := filled(rec.Product.Manufacturer, rec.Product.Vendor); len(stated) > 0 && rec.Product.Kind == netvet.KindDevice {
					m.add(r, stated, r.product(&rec.Product))
				}
			case sbom.Component:
				if stated := filled(rec.Manufacturer, rec.Supplier, rec.Publisher); len(stated) > 0 && (rec.Kind == netvet.KindDevice || rec.Kind == netvet.KindFirmware) {
					m.add(r, stated, r.component(rec.Component))
				}
			}
			return nil
		})
	}
	return m
}

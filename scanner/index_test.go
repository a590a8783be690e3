package scanner

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/evidence"
)

// TestIndexCostOfARow holds the index of the first pass over tables to 64 bytes
// a row with a serial number of its own, which is the usual one.
func TestIndexCostOfARow(t *testing.T) {
	const rows, most = 400_000, 64
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	r := &run{facts: newFactStore(&Context{}, &evidence.Knowledge{}, netvet.RoleEnterprise)}
	p := &schedule{times: map[uint64]int{}}
	before := heap()
	for i := range rows {
		r.indexRow(&netvet.Assessment{Product: netvet.Product{Manufacturer: "Maker", Model: "Model", Serial: fmt.Sprintf("SN%08d", i)}}, p)
	}
	cost := float64(heap()-before) / rows
	t.Logf("%.1f bytes a row", cost)
	if cost > most {
		t.Errorf("the index costs %.1f bytes a row, more than %d", cost, most)
	}
	runtime.KeepAlive(p)
}

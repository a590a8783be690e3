package scanner

import (
	"time"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/vendors"
)

// ResolveMaker returns how the data kit finds the supplier of a maker's name, or of
// the vendor of a CPE name, so that a product of the supplier finds what records
// say under any of its names.
func ResolveMaker(suppliers *vendors.Directory, asOf time.Time) func(name, cpe string) string {
	return func(name, cpe string) string {
		clues := netvet.Clues{Names: []string{name}}
		if cpe != "" {
			clues = netvet.Clues{Identifiers: []netvet.Identifier{{Type: netvet.IDCPE, Value: "cpe:2.3:*:" + cpe + ":*:*:*:*:*:*:*:*:*"}}}
		}
		m := suppliers.Resolve(clues, asOf)
		if m.Supplier == nil {
			return ""
		}
		return m.Supplier.ID
	}
}

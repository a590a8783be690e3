package scanner

import (
	"testing"

	"github.com/netvet/netvet"
)

func TestCategories(t *testing.T) {
	cases := []struct {
		product netvet.Product
		makes   []string
		want    netvet.Category
	}{
		{netvet.Product{CategoryText: "Switch"}, nil, netvet.CategoryCoreNetwork},
		{netvet.Product{CategoryText: "机架服务器"}, nil, netvet.CategoryServer},
		{netvet.Product{CategoryText: "固态硬盘"}, nil, netvet.CategoryStorage},
		{netvet.Product{CategoryText: "下一代防火墙"}, nil, netvet.CategorySecurity},
		{netvet.Product{CategoryText: "mass-storage"}, nil, netvet.CategoryStorage},
		{netvet.Product{Name: "FlashArray//X70"}, nil, netvet.CategoryStorage},
		{netvet.Product{Model: "PowerEdge R750"}, nil, netvet.CategoryServer},
		{netvet.Product{Name: "couchbase/server", Kind: netvet.KindSoftware}, nil, netvet.CategoryUnknown},
		{netvet.Product{Name: "PostgreSQL database server", Kind: netvet.KindSoftware}, nil, netvet.CategoryApplication},
		{netvet.Product{Name: "Box"}, []string{"firewall", "security-software"}, netvet.CategorySecurity},
		{netvet.Product{Name: "Box"}, []string{"firewall", "switch-router"}, netvet.CategoryUnknown},
		{netvet.Product{Name: "Serverless thing"}, nil, netvet.CategoryUnknown},
		{netvet.Product{}, nil, netvet.CategoryUnknown},
	}
	for _, c := range cases {
		a := &netvet.Assessment{Product: c.product}
		if c.makes != nil {
			a.Match.Supplier = &netvet.Supplier{Name: "Maker", Categories: c.makes}
		}
		categorise(a)
		if a.Product.Category != c.want {
			t.Errorf("%+v is %q (%s), want %q", c.product, a.Product.Category, a.Product.CategoryBasis, c.want)
		}
		if (a.Product.Category == "") != (a.Product.CategoryBasis == "") {
			t.Errorf("%+v: class %q with basis %q", c.product, a.Product.Category, a.Product.CategoryBasis)
		}
	}
}

func TestContextSetsTheCategory(t *testing.T) {
	a := &netvet.Assessment{Product: netvet.Product{CategoryText: "switch"}, Circumstances: netvet.Circumstances{Category: netvet.CategoryOther}}
	categorise(a)
	if a.Product.Category != netvet.CategoryOther || a.Product.CategoryBasis != "set in the context" {
		t.Errorf("class %q, basis %q", a.Product.Category, a.Product.CategoryBasis)
	}
}

package scanner

import (
	"strings"
	"testing"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/vendors"
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
		categorise(a, directory(t))
		if a.Product.Category != c.want {
			t.Errorf("%+v is %q (%s), want %q", c.product, a.Product.Category, a.Product.CategoryBasis, c.want)
		}
		if (a.Product.Category == "") != (a.Product.CategoryBasis == "") {
			t.Errorf("%+v: class %q with basis %q", c.product, a.Product.Category, a.Product.CategoryBasis)
		}
	}
}

func TestSubcategories(t *testing.T) {
	for _, c := range []struct {
		product netvet.Product
		want    netvet.Subcategory
	}{
		{netvet.Product{CategoryText: "accelerator"}, netvet.SubcategoryAccelerator},
		{netvet.Product{Name: "H100 PCIe GPU"}, netvet.SubcategoryAccelerator},
		{netvet.Product{CategoryText: "server", Name: "Tensor Core GPU 80GB"}, ""},
		{netvet.Product{Name: "国产算力芯片", CategoryText: "hpc-server"}, netvet.SubcategoryAccelerator},
		{netvet.Product{Name: "GPU server with eight cards"}, ""},
		{netvet.Product{CategoryText: "processor", Name: "EPYC 9654"}, ""},
		{netvet.Product{CategoryText: "database", Name: "GPU accelerator for queries"}, ""},
	} {
		a := &netvet.Assessment{Product: c.product}
		categorise(a, directory(t))
		if got := a.Product.Subcategory; got != c.want {
			t.Errorf("%s %s is %q of %q, want %q", c.product.CategoryText, c.product.Name, got, a.Product.Category, c.want)
		}
		if c.want != "" && !strings.HasSuffix(a.Product.CategoryBasis, "its kind is accelerator") {
			t.Errorf("basis %q", a.Product.CategoryBasis)
		}
	}
}

func TestContextSetsTheCategory(t *testing.T) {
	a := &netvet.Assessment{Product: netvet.Product{CategoryText: "switch"}, Circumstances: netvet.Circumstances{Category: netvet.CategoryOther}}
	categorise(a, directory(t))
	if a.Product.Category != netvet.CategoryOther || a.Product.CategoryBasis != "set in the context" {
		t.Errorf("class %q, basis %q", a.Product.Category, a.Product.CategoryBasis)
	}
}

// TestFamilies names models as their makers write them.
func TestFamilies(t *testing.T) {
	for _, c := range []struct {
		supplier, model string
		want            netvet.Category
	}{
		{"cisco", "ISR4331/K9", netvet.CategoryCoreNetwork},
		{"cisco", "WS-C2960X-24PS-L", netvet.CategoryCoreNetwork},
		{"cisco", "N9K-C93180YC-FX", netvet.CategoryCoreNetwork},
		{"cisco", "ASA5525", netvet.CategorySecurity},
		{"cisco", "UCSC-C240-M5SX", netvet.CategoryServer},
		{"juniper", "SRX345", netvet.CategorySecurity},
		{"juniper", "MX480", netvet.CategoryCoreNetwork},
		{"juniper", "Mexican", netvet.CategoryUnknown},
		{"huawei", "2288H V5", netvet.CategoryServer},
		{"huawei", "S5735-L24T4S-A1", netvet.CategoryCoreNetwork},
		{"huawei", "Server box", netvet.CategoryServer}, // by the word, not by the family "s #"
		{"watchguard", "M270", netvet.CategorySecurity},
		{"watchguard", "Dimension M", netvet.CategoryUnknown},
		{"dell", "PowerSwitch S5248F-ON", netvet.CategoryCoreNetwork},
		{"opengear", "ACM7008-2-L console server", netvet.CategoryOther},
		{"hpe", "PDU rack kit", netvet.CategoryOther},
		{"nobody", "ISR4331/K9", netvet.CategoryCoreNetwork}, // "isr" is a word of the class
		{"nobody", "MX480", netvet.CategoryUnknown},
	} {
		a := &netvet.Assessment{Product: netvet.Product{Model: c.model}, Match: netvet.Match{Supplier: &netvet.Supplier{ID: c.supplier, Name: c.supplier}}}
		categorise(a, directory(t))
		if a.Product.Category != c.want {
			t.Errorf("%s %s is %q (%s), want %q", c.supplier, c.model, a.Product.Category, a.Product.CategoryBasis, c.want)
		}
	}
}

func directory(t *testing.T) *vendors.Directory {
	t.Helper()
	d, err := vendors.Default()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPartsTellTheClass(t *testing.T) {
	for _, c := range []struct {
		parts map[string]int
		want  netvet.Category
	}{
		{map[string]int{"processor": 2, "memory": 16, "drive": 8}, netvet.CategoryServer},
		{map[string]int{"processor": 1, "memory": 2, "portable battery": 1}, netvet.CategoryUnknown},
		{map[string]int{"drive": 24, "storage controller": 2}, netvet.CategoryStorage},
		{map[string]int{"linecard": 4}, netvet.CategoryCoreNetwork},
		{map[string]int{"memory": 2}, netvet.CategoryUnknown},
	} {
		a := &netvet.Assessment{Product: netvet.Product{Name: "Box"}, Census: netvet.Census{Parts: c.parts}}
		if categorise(a, directory(t)); a.Product.Category != c.want {
			t.Errorf("%v is %q (%s), want %q", c.parts, a.Product.Category, a.Product.CategoryBasis, c.want)
		}
	}
}

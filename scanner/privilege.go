package scanner

import (
	_ "embed"
	"maps"
	"sync"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

//go:embed privilege.yaml
var privilegeFile []byte

// privileges is privilege.yaml: how far a product of a class can reach.
type privileges struct {
	Source string      `yaml:"source"`
	Date   netvet.Date `yaml:"date"`
	// Classes are categories and subcategories; a subcategory that is not listed
	// goes by its category.
	Classes map[string]map[netvet.Factor]float64 `yaml:"classes"`
}

// loadPrivileges reads the embedded file once; a fault in it is a fault of the
// program.
var loadPrivileges = sync.OnceValue(func() privileges {
	var p privileges
	if err := strictyaml.Decode("privilege.yaml", privilegeFile, &p); err != nil {
		panic(err)
	}
	return p
})

// privilege scales the impact that the profile assumes by what the product's
// class can reach. What the context states stays as it is.
func (s *run) privilege(a *netvet.Assessment) {
	c := &a.Circumstances
	classes := loadPrivileges().Classes
	shares, ok := classes[string(a.Product.Subcategory)]
	if !ok {
		shares = classes[string(a.Product.Category)]
	}
	if !c.ImpactAssumed || len(shares) == 0 {
		return
	}
	impact := maps.Clone(c.Impact)
	for f, share := range shares {
		assumed, ok := s.profile.Impact[f]
		if ok && impact[f] == assumed && !s.statesImpact(a, f) {
			impact[f] = assumed * share
		}
	}
	c.Impact = impact
}

// statesImpact reports whether the context gives a number for the factor.
func (s *run) statesImpact(a *netvet.Assessment, f netvet.Factor) bool {
	for i := range s.context.Products {
		if p := &s.context.Products[i]; len(p.Impact) > 0 && p.Match.matches(a) {
			if _, ok := p.Impact[f]; ok {
				return true
			}
		}
	}
	return false
}

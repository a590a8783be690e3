package rules

import (
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// Need is a word of the vocabulary of needs: evidence that a rule cannot do
// without. While one of its needs is unmet, a rule gives unknown.
type Need struct {
	Name  string
	Title string
	met   func(e *evaluation) bool
}

// needPattern begins the needs that ask for a component of a named pattern.
const needPattern = "pattern."

// Needs lists the vocabulary, but for pattern.<id>: a component that the named
// pattern picks.
func Needs() []Need {
	return slices.Concat(productNeeds(), documentNeeds(), supplierNeeds(), operatorNeeds())
}

func productNeeds() []Need {
	text := func(name, title string, of func(p *netvet.Product) string) Need {
		return Need{name, title, func(e *evaluation) bool { return of(&e.a.Product) != "" }}
	}
	return []Need{
		text("product.name", "the product's name", func(p *netvet.Product) string { return p.Name }),
		text("product.kind", "software, firmware, device or service", func(p *netvet.Product) string { return string(p.Kind) }),
		text("product.manufacturer", "who made it, as written", func(p *netvet.Product) string { return p.Manufacturer }),
		text("product.vendor", "who sells it, as written", func(p *netvet.Product) string { return p.Vendor }),
		text("product.model", "the model", func(p *netvet.Product) string { return p.Model }),
		text("product.part_number", "the part number", func(p *netvet.Product) string { return p.PartNumber }),
		text("product.version", "the version", func(p *netvet.Product) string { return p.Version }),
		text("product.serial", "the serial number", func(p *netvet.Product) string { return p.Serial }),
		text("product.location", "where it stands", func(p *netvet.Product) string { return p.Location }),
		text("product.country_of_origin", "the country of manufacture", func(p *netvet.Product) string { return p.CountryOfOrigin }),
		text("product.purchase_date", "when it was bought", func(p *netvet.Product) string { return string(p.PurchaseDate) }),
		text("product.description", "a description", func(p *netvet.Product) string { return p.Description }),
		{"product.category", "the product class", func(e *evaluation) bool { return e.category() != netvet.CategoryUnknown }},
		{"product.identifiers", "a registry identifier of the product", func(e *evaluation) bool { return len(e.a.Product.Identifiers) > 0 }},
		{"product.references", "links of the product", func(e *evaluation) bool { return len(e.a.Product.References) > 0 }},
		{"product.price", "the price", func(e *evaluation) bool { return e.a.Product.Price.Amount > 0 }},
		{"product.quantity", "how many", func(e *evaluation) bool { return e.a.Product.Quantity > 0 }},
	}
}

func documentNeeds() []Need {
	count := func(name, title string, of func(c *netvet.Census) int) Need {
		return Need{name, title, func(e *evaluation) bool { return of(&e.a.Census) > 0 }}
	}
	bom := func(name, title string, of func(b *netvet.BOM) bool) Need {
		return Need{name, title, func(e *evaluation) bool { return of(&e.a.Product.BOM) }}
	}
	return []Need{
		bom("bom", "a bill of materials", func(b *netvet.BOM) bool { return b.Present }),
		bom("bom.document", "a bill of materials from who built or packed the product", func(b *netvet.BOM) bool { return b.Present && b.Document }),
		bom("bom.created", "its date", func(b *netvet.BOM) bool { return b.Created != "" }),
		bom("bom.authors", "its authors", func(b *netvet.BOM) bool { return len(b.Authors) > 0 }),
		bom("bom.tools", "the tools that made it", func(b *netvet.BOM) bool { return len(b.Tools) > 0 }),
		bom("bom.supplier", "the supplier that it names", func(b *netvet.BOM) bool { return b.Supplier != "" }),
		bom("bom.aggregate", "a claim of how complete it is", func(b *netvet.BOM) bool { return b.Aggregate != "" }),
		bom("bom.lifecycles", "the stage at which it was made", func(b *netvet.BOM) bool { return len(b.Lifecycles) > 0 }),
		bom("bom.dependencies", "dependencies between components", func(b *netvet.BOM) bool { return b.Dependencies > 0 }),
		count("components", "any component", func(c *netvet.Census) int { return c.Total }),
		count("components.software", "a software component", func(c *netvet.Census) int { return c.Software }),
		count("components.firmware", "a firmware component", func(c *netvet.Census) int { return c.Firmware }),
		count("components.devices", "a hardware component", func(c *netvet.Census) int { return c.Devices }),
		count("components.services", "a service among the components", func(c *netvet.Census) int { return c.Services }),
		count("components.versions", "a component with a version", func(c *netvet.Census) int { return c.WithVersion }),
		count("components.makers", "a component with a stated maker", func(c *netvet.Census) int { return c.WithMaker }),
		count("components.identifiers", "a component with an identifier", func(c *netvet.Census) int { return c.WithIdentifier }),
		count("components.hashes", "a component with a hash", func(c *netvet.Census) int { return c.WithHash }),
		count("components.licences", "a component with a licence", func(c *netvet.Census) int { return c.WithLicence }),
		count("components.repositories", "a component with a repository", func(c *netvet.Census) int { return c.WithRepository }),
		count("components.provenance", "a component with provenance", func(c *netvet.Census) int { return c.WithProvenance }),
		count("components.countries", "a component with a country", func(c *netvet.Census) int { return c.WithCountry }),
		count("components.resolved", "a component whose maker is a known supplier", func(c *netvet.Census) int { return c.Resolved }),
		{"services", "a network service", func(e *evaluation) bool { return len(e.a.Services) > 0 }},
		{"vulnerabilities", "a statement about a weakness, or offline data in which everything was looked up", func(e *evaluation) bool { return len(e.a.Vulnerabilities) > 0 || e.a.LookedUp.Complete }},
		{"support", "how long the maker looks after the product or a part of it", func(e *evaluation) bool { return len(e.a.Support) > 0 }},
		{"observations", "something that a probe or scan saw", func(e *evaluation) bool { return len(e.a.Observations) > 0 }},
		{"comparisons", "something declared and observed", func(e *evaluation) bool { return len(e.a.Comparisons) > 0 }},
		{"declarations", "something that a specification states", func(e *evaluation) bool { return len(e.a.Declarations) > 0 }},
	}
}

func supplierNeeds() []Need {
	supplier := func(name, title string, of func(s *netvet.Supplier) bool) Need {
		return Need{name, title, func(e *evaluation) bool { return e.a.Match.Supplier != nil && of(e.a.Match.Supplier) }}
	}
	return []Need{
		supplier("supplier", "a resolved supplier", func(s *netvet.Supplier) bool { return s.ID != "" }),
		supplier("supplier.country", "where the supplier is run from", func(s *netvet.Supplier) bool { return s.Country() != "" }),
		supplier("supplier.incorporated", "where the supplier is incorporated", func(s *netvet.Supplier) bool { return s.Countries.Incorporated != "" }),
		supplier("supplier.controlled_from", "where its ultimate parent is run from", func(s *netvet.Supplier) bool { return s.Countries.ControlledFrom != "" }),
		supplier("supplier.owners", "owners that control it", func(s *netvet.Supplier) bool { return len(s.Owners) > 0 }),
		supplier("supplier.categories", "what it makes", func(s *netvet.Supplier) bool { return len(s.Categories) > 0 }),
		{"possible", "a supplier that it may be", func(e *evaluation) bool { return len(e.a.Match.Possible) > 0 }},
		{"makers", "a resolved maker of components", func(e *evaluation) bool { return len(e.makers()) > 0 }},
		{"lists", "the lists of authorities", func(e *evaluation) bool { return e.p.listCount > 0 }},
		{"hits", "a party on a list", func(e *evaluation) bool { return len(e.a.Hits) > 0 }},
	}
}

func operatorNeeds() []Need {
	operator := func(name, title string, of func(c *netvet.Circumstances) bool) Need {
		return Need{name, title, func(e *evaluation) bool { return of(&e.a.Circumstances) }}
	}
	return []Need{
		operator("operator.role", "what the buyer is before the law", func(c *netvet.Circumstances) bool { return c.Role != "" }),
		operator("operator.act", "whether the product is bought or run, as stated", func(c *netvet.Circumstances) bool { return c.Act != "" && !c.ActAssumed }),
		operator("operator.criticality", "how critical its function is", func(c *netvet.Circumstances) bool { return c.Criticality != "" }),
		operator("operator.data_class", "the class of its data", func(c *netvet.Circumstances) bool { return c.Data.Class != "" }),
		operator("operator.personal_records", "how many persons' data it holds", func(c *netvet.Circumstances) bool { return c.Data.Personal != nil }),
		operator("operator.stored_in", "where its data is stored", func(c *netvet.Circumstances) bool { return len(c.Data.StoredIn) > 0 }),
		operator("operator.stock_days", "for how long the stock lasts", func(c *netvet.Circumstances) bool { return c.StockDays > 0 }),
		operator("operator.users", "how many users the operator has", func(c *netvet.Circumstances) bool { return c.Users > 0 }),
		{"profile.home", "the country under whose law the operator stands", func(e *evaluation) bool { return e.p.Profile.Home != "" }},
		{"profile.concern", "countries whose law is a concern", func(e *evaluation) bool { return len(e.p.Profile.Concern) > 0 }},
	}
}

// resolveNeeds turns names into checks; the second result is the first name
// that the vocabulary does not have.
func resolveNeeds(names []string, vocabulary map[string]Need, patterns map[string]int) ([]func(*evaluation) bool, string) {
	var out []func(*evaluation) bool
	for _, name := range names {
		if id, ok := strings.CutPrefix(name, needPattern); ok {
			if _, known := patterns[id]; !known {
				return nil, name
			}
			out = append(out, func(e *evaluation) bool { return e.counts()[id] > 0 })
			continue
		}
		need, ok := vocabulary[name]
		if !ok {
			return nil, name
		}
		out = append(out, need.met)
	}
	return out, ""
}

func needsByName() map[string]Need {
	out := map[string]Need{}
	for _, n := range Needs() {
		out[n.Name] = n
	}
	return out
}

package scanner

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
)

// ContextSystem is a system of the buyer: what it is for, how critical it is and
// what data it holds. The products that serve it take these from it, unless
// their own entry says otherwise.
type ContextSystem struct {
	Function    string      `yaml:"function"` // what it does, in a few words
	Criticality string      `yaml:"criticality"`
	Data        ContextData `yaml:"data"`
}

// ContextData is the data on a product, of a system, or by default. Numbers are
// persons and may be lower bounds; 0 is none, and what is left out is not known.
type ContextData struct {
	Class            string        `yaml:"class"` // core, important or general, by GB/T 43697
	PersonalRecords  *int64        `yaml:"personal_records"`
	SensitiveRecords *int64        `yaml:"sensitive_records"` // of those, with sensitive personal information
	Exported         ContextExport `yaml:"exported"`          // leaves the country
	StoredIn         []string      `yaml:"stored_in"`         // countries, replicas and backups included: [CN]
}

// ContextExport is how many persons' data leaves the country in a year. What is
// left out may be all that is held.
type ContextExport struct {
	PersonalRecords  *int64 `yaml:"personal_records"`
	SensitiveRecords *int64 `yaml:"sensitive_records"`
}

func (k *checker) system(at, name string, s *ContextSystem) {
	if name == "" {
		k.fault(at, "a system without a name")
	}
	k.word(at+".criticality", s.Criticality, slices.Sorted(maps.Keys(criticalities)))
	k.data(at+".data", &s.Data)
}

func (k *checker) data(at string, d *ContextData) {
	k.word(at+".class", d.Class, netvet.DataClasses())
	k.records(at, d.PersonalRecords, d.SensitiveRecords)
	k.records(at+".exported", d.Exported.PersonalRecords, d.Exported.SensitiveRecords)
	if more(d.Exported.PersonalRecords, d.PersonalRecords) || more(d.Exported.SensitiveRecords, d.SensitiveRecords) {
		k.fault(at+".exported", "more persons than data is held of")
	}
	for i, country := range d.StoredIn {
		code, _ := sbom.CountryCode(country)
		switch {
		case code == country && code != "":
		case code != "":
			k.fault(fmt.Sprintf("%s.stored_in.%d", at, i), "%q is no country code: did you mean %q?", country, code)
		default:
			k.fault(fmt.Sprintf("%s.stored_in.%d", at, i), "%q is no country code: write the two letters of ISO 3166-1, such as CN", country)
		}
	}
}

func (k *checker) records(at string, personal, sensitive *int64) {
	if negative(personal) {
		k.fault(at+".personal_records", "%d persons: give how many, or leave it out", *personal)
	}
	if negative(sensitive) {
		k.fault(at+".sensitive_records", "%d persons: give how many, or leave it out", *sensitive)
	}
	if more(sensitive, personal) {
		k.fault(at+".sensitive_records", "%d persons with sensitive data, and %d persons in all", *sensitive, *personal)
	}
}

func negative(n *int64) bool { return n != nil && *n < 0 }

// more reports whether both numbers are known and the first is the greater.
func more(a, b *int64) bool { return a != nil && b != nil && *a > *b }

// over lays what is said here over what is said below.
func (d ContextData) over(below ContextData) ContextData {
	return ContextData{
		Class: cmp.Or(d.Class, below.Class), PersonalRecords: cmp.Or(d.PersonalRecords, below.PersonalRecords),
		SensitiveRecords: cmp.Or(d.SensitiveRecords, below.SensitiveRecords), StoredIn: stated(d.StoredIn, below.StoredIn),
		Exported: ContextExport{cmp.Or(d.Exported.PersonalRecords, below.Exported.PersonalRecords), cmp.Or(d.Exported.SensitiveRecords, below.Exported.SensitiveRecords)},
	}
}

func stated(list, below []string) []string {
	if list != nil {
		return list
	}
	return below
}

// serving is what a product takes from the systems that it serves: the gravest
// criticality and class, the sum of the records, every country. A number that
// one of them leaves out is not known, unless the others make it large anyway.
func serving(names []string, systems map[string]ContextSystem) (criticality string, data ContextData) {
	for i, name := range names {
		s := systems[name]
		if criticalities[s.Criticality] > criticalities[criticality] {
			criticality = s.Criticality
		}
		if i == 0 {
			data = s.Data
			continue
		}
		data = data.with(s.Data)
	}
	return criticality, data
}

// with is the data of two systems together.
func (d ContextData) with(x ContextData) ContextData {
	d.Class = graver(d.Class, x.Class)
	d.PersonalRecords, d.SensitiveRecords = sumOf(d.PersonalRecords, x.PersonalRecords), sumOf(d.SensitiveRecords, x.SensitiveRecords)
	d.Exported.PersonalRecords = sumOf(d.Exported.PersonalRecords, x.Exported.PersonalRecords)
	d.Exported.SensitiveRecords = sumOf(d.Exported.SensitiveRecords, x.Exported.SensitiveRecords)
	if len(d.StoredIn) == 0 || len(x.StoredIn) == 0 {
		d.StoredIn = nil // of one of them it is not known
		return d
	}
	d.StoredIn = slices.Clone(d.StoredIn)
	for _, c := range x.StoredIn {
		if !slices.Contains(d.StoredIn, c) {
			d.StoredIn = append(d.StoredIn, c)
		}
	}
	return d
}

// graver is the graver of two classes. Where one is not known only the gravest
// is certain.
func graver(a, b string) string {
	classes := netvet.DataClasses()
	if a == "" || b == "" {
		if a+b == netvet.DataCore {
			return netvet.DataCore
		}
		return ""
	}
	return classes[min(slices.Index(classes, a), slices.Index(classes, b))]
}

// sumOf adds two numbers of persons; one that is not known makes the sum so.
func sumOf(a, b *int64) *int64 {
	if a == nil || b == nil {
		return nil
	}
	sum := *a + *b
	return &sum
}

// of is the data in the words of the root vocabulary. Sensitive information is
// personal: no persons at all are none with sensitive information, and those
// with sensitive information are persons.
func (d ContextData) of() netvet.Data {
	out := netvet.Data{Class: d.Class, Personal: d.PersonalRecords, Sensitive: d.SensitiveRecords, StoredIn: d.StoredIn}
	out.ExportedPersonal, out.ExportedSensitive = d.Exported.PersonalRecords, d.Exported.SensitiveRecords
	none := func(personal, sensitive *int64) *int64 {
		if personal != nil && *personal == 0 {
			return personal
		}
		return sensitive
	}
	some := func(personal, sensitive *int64) *int64 {
		if personal == nil && sensitive != nil && *sensitive > 0 {
			return sensitive
		}
		return personal
	}
	out.Personal, out.Sensitive = some(out.Personal, out.Sensitive), none(out.Personal, out.Sensitive)
	out.ExportedPersonal, out.ExportedSensitive = some(out.ExportedPersonal, out.ExportedSensitive), none(out.ExportedPersonal, out.ExportedSensitive)
	return out
}

// The impact of exposed data. The numbers of persons are those from which the
// Provisions on Cross-Border Data Flows (2024) ask for a security assessment and
// for a standard contract; the impacts are our choice.
const (
	impactCore      = 1.0
	impactImportant = 0.9
	impactMany      = 0.8
	impactSome      = 0.6
	impactFew       = 0.4
	impactNoPersons = 0.2

	manyPersons, manySensitive = 1_000_000, 10_000
	somePersons                = 100_000
)

// dataImpact is the impact that the data alone gives, and whether all that
// matters of the data is known: else it is only the least.
func dataImpact(d *netvet.Data) (impact float64, known bool) {
	switch d.Class {
	case netvet.DataCore:
		return impactCore, true
	case netvet.DataImportant:
		return impactImportant, true
	}
	n, sensitive := int64(-1), int64(-1)
	if d.Personal != nil {
		n = *d.Personal
	}
	if d.Sensitive != nil {
		sensitive = *d.Sensitive
	}
	switch {
	case n >= manyPersons || sensitive >= manySensitive:
		impact = impactMany
	case n >= somePersons || sensitive > 0:
		impact = impactSome
	case n > 0:
		impact = impactFew
	case n == 0:
		impact = impactNoPersons
	}
	return impact, d.Class != "" && n >= 0 && sensitive >= 0
}

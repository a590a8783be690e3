package scanner

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/netvet/netvet"
)

// The impact where nothing is known of the product's use: a critical
// information infrastructure is assumed to suffer more.
const (
	impactUnknownCIIO = 0.8
	impactUnknown     = 0.5
)

// terms is what enters the score of a factor beside its rules.
type terms struct {
	impact     float64 // I
	mitigation float64 // product over the mitigations
	floor      float64 // of the gates
	gate       string  // that set the floor
}

// terms gathers impact, mitigation and floor of each factor.
func (m *Model) terms(a *netvet.Assessment, asOf time.Time) [factorCount]terms {
	var all [factorCount]terms
	measures := m.measures(a.Circumstances.Mitigations, asOf)
	for i := range m.plan.factors {
		f := m.plan.factors[i].factor
		all[i].impact = impactOn(f, &a.Circumstances)
		all[i].mitigation = max(mitigation(f, measures), m.Parameters.MitigationFloor)
		all[i].floor, all[i].gate = gateFloor(f, a.Gates)
	}
	return all
}

func impactOn(f netvet.Factor, c *netvet.Circumstances) float64 {
	if impact, ok := c.Impact[f]; ok && !math.IsNaN(impact) {
		return unit(impact)
	}
	if c.Role == netvet.RoleCIIO {
		return impactUnknownCIIO
	}
	return impactUnknown
}

// measure is a mitigation with its relief e*c worked out.
type measure struct {
	kind, evidence string
	relief         float64
}

// measures weighs the mitigations, in one order whatever the order they are
// stated in. The same measure (one kind, backed by one document) stated twice
// counts once, at its best.
func (m *Model) measures(stated []netvet.Mitigation, asOf time.Time) []measure {
	if len(stated) == 0 {
		return nil
	}
	all := make([]measure, 0, len(stated))
	for i := range stated {
		all = append(all, measure{stated[i].Kind, stated[i].Evidence, m.relief(&stated[i], asOf)})
	}
	slices.SortFunc(all, func(a, b measure) int {
		return cmp.Or(strings.Compare(a.kind, b.kind), strings.Compare(a.evidence, b.evidence), cmp.Compare(b.relief, a.relief))
	})
	return slices.CompactFunc(all, func(a, b measure) bool { return a.kind == b.kind && a.evidence == b.evidence })
}

// mitigation is the product of 1 - e*c over the measures that touch a factor.
func mitigation(f netvet.Factor, measures []measure) float64 {
	product := 1.0
	for _, x := range measures {
		if touches(x.kind, f) {
			product *= 1 - x.relief
		}
	}
	return product
}

// relief is e*c of one measure: its strength, how far the word for it can be
// trusted, and its age. Without a word for its reliability it is the buyer's own
// statement; what takes effect after the as-of date earns nothing yet.
func (m *Model) relief(x *netvet.Mitigation, asOf time.Time) float64 {
	since := x.Date.Start()
	if after(since, asOf) {
		return 0
	}
	reliability := netvet.ReliabilitySelfAttested
	if x.Reliability != "" {
		reliability = m.plan.reliabilities[x.Reliability]
	}
	halfLife := time.Duration(m.Parameters.MitigationHalfLife * float64(24*time.Hour))
	return unit(x.Strength) * float64(reliability) * faded(since, asOf, halfLife)
}

// touches says which factors a kind of mitigation bears upon. No kind removes a
// gate, and an unknown kind bears upon nothing.
func touches(kind string, f netvet.Factor) bool {
	switch kind {
	case "second-source", "stock":
		return f == netvet.FactorSupply || f == netvet.FactorSourcing
	case "escrow", "local-support":
		return f == netvet.FactorSupply
	case "isolation":
		return f == netvet.FactorHiddenControl || f == netvet.FactorDataExposure
	}
	return false
}

// gateFloor is the highest floor that a fired gate sets for a factor, and the
// gate: the first by id when several set it.
func gateFloor(f netvet.Factor, gates []netvet.GateResult) (floor float64, gate string) {
	for i := range gates {
		g := &gates[i]
		v := 100 * unit(g.Floors[f]/100)
		if g.Possible || g.Verdict == "" || v == 0 {
			continue
		}
		if v > floor || v == floor && g.Gate < gate {
			floor, gate = v, g.Gate
		}
	}
	return floor, gate
}

package scanner

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/evidence"
)

// countLookUps counts a product that was looked up as a network product, or why
// it was not. A list of software is none.
func (c *collector) countLookUps(a *netvet.Assessment) {
	if a.Product.BOM.Present && a.LookedUp.Components > 0 && a.Product.Kind != netvet.KindDevice && a.Product.Kind != netvet.KindFirmware {
		return
	}
	c.run.devices.Add(evidence.Missed{Reason: a.LookedUp.Product})
}

// lookUps sums up the run for the register.
func (r *run) lookUps() *netvet.LookUps {
	return &netvet.LookUps{
		Components: r.judged.Components, ComponentsAssessed: r.judged.Assessed, ComponentsNot: notLooked(&r.judged),
		Products: r.devices.Components, ProductsAssessed: r.devices.Assessed, ProductsNot: notLooked(&r.devices),
	}
}

func notLooked(c *evidence.Coverage) []netvet.NotLooked {
	counts := map[string]int{}
	for why, n := range c.Missed {
		counts[strings.TrimSuffix(why.Reason+" ("+why.Detail+")", " ()")] += n
	}
	out := []netvet.NotLooked{}
	for _, reason := range slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	}) {
		out = append(out, netvet.NotLooked{Reason: reason, Count: counts[reason]})
	}
	return out
}

// LookUpNotes tells people how far known weaknesses were looked up.
func LookUpNotes(l *netvet.LookUps) []string {
	var out []string
	if l.Components > 0 {
		out = append(out, lookUpNote("components", l.Components, l.ComponentsAssessed, l.ComponentsNot))
	}
	if l.Products > 0 {
		out = append(out, lookUpNote("network products", l.Products, l.ProductsAssessed, l.ProductsNot))
	}
	return out
}

func lookUpNote(what string, all, assessed int, not []netvet.NotLooked) string {
	if assessed == all {
		return fmt.Sprintf("assessed all %d %s for known weaknesses", all, what)
	}
	var reasons []string
	for _, n := range not {
		reasons = append(reasons, fmt.Sprintf("%d with %s", n.Count, n.Reason))
	}
	return fmt.Sprintf("assessed %d of %d %s for known weaknesses; %d not: %s", assessed, all, what, all-assessed, strings.Join(reasons, "; "))
}

// knownWeaknesses counts those of one product, each once for each thing that has
// it. What a document rules out is not counted as possible.
func knownWeaknesses(a *netvet.Assessment) *netvet.KnownWeaknesses {
	l := &a.LookedUp
	out := &netvet.KnownWeaknesses{Looked: l.Assessed, Of: l.Components, Complete: l.Complete, AsOf: string(l.AsOf), Not: l.Product}
	for _, list := range bySubject(a) {
		state, exploited := "", false
		for _, v := range list {
			if v.State == stateAffected || v.State == statePossible && state != stateAffected {
				state = v.State
			}
			exploited = exploited || v.Exploited
		}
		switch {
		case state == stateAffected:
			out.Affected++
			if exploited {
				out.Exploited++
			}
		case state == statePossible:
			out.Possible++
		}
	}
	return out
}

package scanner

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/rules"
	"github.com/netvet/netvet/sbom"
)

// The states of knowledge about a product, from the best to the worst, as answers
// to every question of a pack.
var states = []struct {
	name, answer, reliability string
	age                       time.Duration
}{
	{"audited now", "clean", "audit", 2},
	{"promised by the supplier", "clean", "self-attested", 2},
	{"audited long ago", "clean", "audit", 3 * 365},
	{"opaque", "", "", 0},
	{"known adverse", "adverse", "audit", 2},
}

// likelyPriors are what a buyer may take silence to mean.
var likelyPriors = []float64{0, 0.05, 0.15, 0.33, 0.5, 0.75, 0.95}

// TestSilenceDoesNotPay keeps, with the rules of every profile and for any
// prior, the order in which knowing is better than promising, promising better
// than an old audit, that better than silence, and silence better than a known
// fault.
func TestSilenceDoesNotPay(t *testing.T) {
	library, err := rules.Default()
	if err != nil {
		t.Fatal(err)
	}
	for i := range library.Profiles {
		profile := library.Profiles[i].ID
		t.Run(profile, func(t *testing.T) {
			r := scanStates(t, library, profile)
			for _, prior := range likelyPriors {
				k := r.Parameters
				k.Prior = prior
				last := -1.0
				for i := range states {
					p := stateProduct(t, r, i)
					score := scoreWith(&k, p, func(*netvet.RegisterFactor) {})
					// A prior of 0 makes silence and promises cost nothing: equal, never less.
					if equal := prior == 0 && i > 0 && i < len(states)-1; score < last || score <= last+1e-9 && !equal {
						t.Errorf("prior %.2f: %q scores %.2f, not more than the better state before it (%.2f)", prior, states[i].name, score, last)
					}
					last = score
				}
			}
		})
	}
}

// scanStates scans one product a state.
func scanStates(t *testing.T, library *rules.Library, profile string) *netvet.Register {
	t.Helper()
	s := testScanner(t, profile)
	resolved, err := library.Profile(profile)
	if err != nil {
		t.Fatal(err)
	}
	var rows, answers strings.Builder
	rows.WriteString("Product,Model\n")
	answers.WriteString("products:\n")
	for i, state := range states {
		fmt.Fprintf(&rows, "Box,state-%d\n", i)
		if state.answer == "" {
			continue
		}
		fmt.Fprintf(&answers, "  - match: {model: state-%d}\n    answers:\n", i)
		for _, pack := range resolved.Packs {
			fmt.Fprintf(&answers, "      - {rule: %s/*, answer: %s, by: x, reliability: %s, date: %s}\n",
				pack, state.answer, state.reliability, asOf.Add(-state.age*24*time.Hour).Format(time.DateOnly))
		}
	}
	if s.Context, err = LoadContext("netvet.yaml", []byte(answers.String())); err != nil {
		t.Fatal(err)
	}
	r, err := s.Scan(context.Background(), []sbom.Input{in("states.csv", rows.String())}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func stateProduct(t *testing.T, r *netvet.Register, i int) *netvet.RegisterProduct {
	t.Helper()
	for j := range r.Products {
		if word(r.Products[j].Model) == fmt.Sprintf("state-%d", i) {
			return &r.Products[j]
		}
	}
	t.Fatalf("no product for the state %d", i)
	return nil
}

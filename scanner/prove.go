package scanner

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// How far a number worked out again may be from the register's, which keeps six
// digits of what enters formulas, two of a coverage, and one of a score.
const (
	shareTolerance    = 1e-4
	scoreTolerance    = 0.051
	coverageTolerance = 0.011
)

// prover recomputes a product from the register and notes where it differs.
type prover struct {
	*explainer
	product *netvet.RegisterProduct
	faults  []string
}

// prove writes the formulas of a product with their numbers, each taken from the
// register or worked out above it, so that a person with a calculator can follow.
func (x *explainer) prove(p *netvet.RegisterProduct) error {
	v := &prover{explainer: x, product: p}
	k := &x.parameters
	x.heading("PROOF  product %s, from the numbers of the register", p.ID)
	x.text(2, 4, "constants: leak %g, damping %g, prior %g (%g to %g for the range), beta %g", k.Leak, k.Damping, k.Prior, k.LowPrior, k.HighPrior, k.Beta)
	var factors []provedFactor
	for i := range p.Factors {
		if f := &p.Factors[i]; !f.NotApplicable {
			factors = append(factors, provedFactor{f.Factor, v.factor(f)})
		}
	}
	v.overall(factors)
	v.coverage()
	v.verdict()
	return v.conclude()
}

type provedFactor struct {
	factor netvet.Factor
	recomputed
}

// check compares a number with the register's.
func (v *prover) check(what string, got, register, tolerance float64) {
	if !(math.Abs(got-register) <= tolerance) {
		v.faults = append(v.faults, fmt.Sprintf("%s: recomputed %.6g, register %.6g", what, got, register))
	}
}

func (v *prover) wrong(format string, args ...any) {
	v.faults = append(v.faults, fmt.Sprintf(format, args...))
}

// factor proves the score of one factor.
func (v *prover) factor(f *netvet.RegisterFactor) recomputed {
	k, c := &v.parameters, recompute(&v.parameters, f)
	v.heading("  %s", f.Factor)
	v.adverse(f, c)
	v.silence(f, c)
	before := 1 - (1-k.Leak)*c.adverse*c.silence
	v.text(4, 6, "L  = (1 - (1 - leak) x A x U) x mitigation = (1 - %g x %.6f x %.6f) x %.6f = %.6f x %.6f = %.6f",
		1-k.Leak, c.adverse, c.silence, f.Mitigation, before, f.Mitigation, c.likelihood)
	v.text(4, 6, "R  = 100 x L x impact = 100 x %.6f x %.6f = %.2f", c.likelihood, value(f.Impact), 100*c.likelihood*value(f.Impact))
	if f.Floor != nil {
		v.text(4, 6, "     raised to the floor %.2f of %s = %.2f", *f.Floor, cmp.Or(word(f.FloorGate), "a gate"), c.score)
	}
	low, high := priors(k)
	v.text(4, 6, "range: the same with U = (1 - %g)^s gives %.2f, with U = (1 - %g)^s gives %.2f", low, c.low, high, c.high)
	v.text(4, 6, "recomputed %s, register %.1f (%.1f to %.1f)", toOneDecimal(c.score, value(f.Score)), value(f.Score), at(f.ScoreRange, 0), at(f.ScoreRange, 1))

	name := string(f.Factor)
	v.check(name+" A", c.adverse, f.AdverseProduct, shareTolerance)
	v.check(name+" s", c.share, f.SilenceShare, shareTolerance)
	v.check(name+" U", c.silence, f.SilenceProduct, shareTolerance)
	v.check(name+" likelihood", c.likelihood, value(f.Likelihood), shareTolerance)
	v.check(name+" score", c.score, value(f.Score), scoreTolerance)
	v.check(name+" low", c.low, at(f.ScoreRange, 0), scoreTolerance)
	v.check(name+" high", c.high, at(f.ScoreRange, 1), scoreTolerance)
	return c
}

// adverse proves A, the product over the adverse rules.
func (v *prover) adverse(f *netvet.RegisterFactor, c recomputed) {
	if len(f.Rules) == 0 {
		v.text(4, 6, "A  = 1: nothing adverse is known")
		return
	}
	v.text(4, 6, "A  = product of (1 - d x weight), the largest weight first, d = %g^(k-1)", v.parameters.Damping)
	rules, product, d := slices.Clone(f.Rules), 1.0, 1.0
	slices.SortStableFunc(rules, func(a, b netvet.RegisterRule) int { return cmp.Compare(b.Weight, a.Weight) })
	for i, r := range rules {
		product *= 1 - d*r.Weight
		v.text(7, 9, "%2d  1 - %.6f x %.6f = %.6f   product %.6f   %s", i+1, d, r.Weight, 1-d*r.Weight, product, r.Rule)
		if r.Strength > 0 {
			v.text(11, 13, "weight = strength %g x confidence and relevance of its evidence %.6f", r.Strength, r.Weight/r.Strength)
		}
		d *= v.parameters.Damping
	}
	v.text(7, 9, "= %.6f", c.adverse)
}

// silence proves s and U, what the open questions cost.
func (v *prover) silence(f *netvet.RegisterFactor, c recomputed) {
	if len(f.Topics) == 0 {
		v.text(4, 6, "s  = 1: no rule asks about this factor here, so all of it is open")
	} else {
		v.text(4, 6, "s  = sum(weight x open) / sum(weight), over the topics, by their weights for its class")
		var open, weight float64
		for _, t := range f.Topics {
			open += t.Weight * t.Open
			weight += t.Weight
			v.text(7, 9, "%g x %.6f = %.6f   %s", t.Weight, t.Open, t.Weight*t.Open, t.Topic)
		}
		v.text(7, 9, "= %.6f / %g = %.6f", open, weight, c.share)
	}
	v.text(4, 6, "U  = (1 - prior)^s = %.6g^%.6f = %.6f", 1-v.parameters.Prior, c.share, c.silence)
}

// overall proves the score and its range, the worst factor first.
func (v *prover) overall(factors []provedFactor) {
	k, p := &v.parameters, v.product
	slices.SortStableFunc(factors, func(a, b provedFactor) int { return cmp.Compare(b.score, a.score) })
	v.heading("  overall")
	v.text(4, 6, "O  = 100 x (1 - product of (1 - d x R / 100)), the worst factor first, d = %g^(k-1)", k.Beta)
	product, d := 1.0, 1.0
	var scores, low, high []float64
	for i, f := range factors {
		product *= 1 - d*f.score/100
		v.text(7, 9, "%2d  1 - %.6f x %.6f = %.6f   product %.6f   %s", i+1, d, f.score/100, 1-d*f.score/100, product, f.factor)
		d *= k.Beta
		scores, low, high = append(scores, f.score), append(low, f.low), append(high, f.high)
	}
	score, least, most := overall(scores, k.Beta), overall(low, k.Beta), overall(high, k.Beta)
	v.text(7, 9, "= 100 x (1 - %.6f) = %.2f; the ends of the range in the same way: %.2f and %.2f", product, score, least, most)
	v.check("score", score, p.Score, scoreTolerance)
	v.check("low end of the range", least, p.ScoreRange[0], scoreTolerance)
	v.check("high end of the range", most, p.ScoreRange[1], scoreTolerance)
	v.text(4, 6, "recomputed %s, register %.1f (%.1f to %.1f)", toOneDecimal(score, p.Score), p.Score, p.ScoreRange[0], p.ScoreRange[1])
}

// coverage proves the mean over the factors, and whether it suffices.
func (v *prover) coverage() {
	var sum float64
	var terms []string
	thin, near := false, false
	for _, f := range v.product.Factors {
		if f.NotApplicable {
			continue
		}
		c := value(f.Coverage)
		sum += c
		terms = append(terms, fmt.Sprintf("%.2f", c))
		if slices.Contains(netvet.MainFactors(), f.Factor) {
			thin = thin || c < sufficientCoverage
			near = near || math.Abs(c-sufficientCoverage) < coverageTolerance
		}
	}
	if len(terms) == 0 {
		v.wrong("no factor is scored")
		return
	}
	mean := sum / float64(len(terms))
	v.text(4, 6, "coverage = mean of the factors = (%s) / %d = %.3f, register %.2f", strings.Join(terms, " + "), len(terms), mean, v.product.Coverage)
	v.check("coverage", mean, v.product.Coverage, coverageTolerance)
	if thin != v.product.Insufficient && !near {
		v.wrong("insufficient evidence is %v by the coverage of the main factors, %v in the register", thin, v.product.Insufficient)
	}
}

// verdict proves level and verdict.
func (v *prover) verdict() {
	p := v.product
	level := levelOf(p.Score)
	v.text(4, 6, "level = %s: critical from 64, high from 36, moderate from 16, low from 4", level)
	if level != p.Level {
		v.wrong("level: recomputed %s, register %s", level, p.Level)
	}
	got := v.verdictAt(p, p.Score, p.Gates)
	reasons := []string{fmt.Sprintf("the level suggests %s", suggested(level))}
	if p.Insufficient {
		reasons = append(reasons, "insufficient evidence raises it to at least conditional")
	}
	for _, g := range p.Gates {
		reasons = append(reasons, fmt.Sprintf("%s raises it to at least %s", g.Rule, g.Verdict))
	}
	if v.possibleGate(p) {
		reasons = append(reasons, "a possible match to a gated party raises it to at least conditional")
	}
	v.text(4, 6, "verdict = %s: %s", got, strings.Join(reasons, ", "))
	if got != p.Verdict {
		v.wrong("verdict: recomputed %s, register %s", got, p.Verdict)
	}
}

// conclude says whether everything agrees, and fails if not.
func (v *prover) conclude() error {
	if len(v.faults) == 0 {
		v.text(4, 6, "Every number agrees with the register.")
		return nil
	}
	v.heading("  THE REGISTER DOES NOT AGREE WITH ITS OWN NUMBERS")
	for _, fault := range v.faults {
		v.text(4, 6, "%s", fault)
	}
	if v.err != nil {
		return v.err
	}
	return fmt.Errorf("prove product %s: %s in the register cannot be recomputed (first: %s): it was changed by hand or written by another version, scan again",
		v.product.ID, counted(len(v.faults), "number"), v.faults[0])
}

// toOneDecimal writes a score as the register does, and with more digits where
// it only rounds to another last digit.
func toOneDecimal(score, register float64) string {
	if s := fmt.Sprintf("%.1f", score); s == fmt.Sprintf("%.1f", register) {
		return s
	}
	return fmt.Sprintf("%.3f", score)
}

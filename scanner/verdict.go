package scanner

import (
	"math"

	"github.com/netvet/netvet"
)

// sufficientCoverage is the coverage that each main factor needs before a
// product may be accepted.
const sufficientCoverage = 0.5

// What decided a verdict.
const (
	basisGate     = "gate"     // the decision of an authority
	basisLevel    = "level"    // the score, by what is known
	basisCoverage = "coverage" // what is not known
)

// decide fills in level, coverage and verdict from the scores of a.
func decide(a *netvet.Assessment) {
	a.Level = levelOf(a.Score)
	a.Coverage, a.Insufficient = coverage(a.Factors)
	a.Verdict, a.VerdictBasis = verdict(a)
}

// verdict raises what the level suggests by want of evidence and by gates.
// Restricted and prohibited come from gates alone. The basis is a gate where a
// gate suffices for the verdict; it is the level where the score without any
// cost of silence suffices; else it is what is not known.
func verdict(a *netvet.Assessment) (netvet.Verdict, string) {
	known := suggested(levelOf(a.Low))
	v := suggested(a.Level)
	if a.Insufficient {
		v = worse(v, netvet.VerdictConditional)
	}
	decided := netvet.VerdictAccept
	for i := range a.Gates {
		if a.Gates[i].Possible {
			v = worse(v, netvet.VerdictConditional)
		} else {
			decided = worse(decided, a.Gates[i].Verdict)
		}
	}
	v = worse(v, decided)
	switch {
	case v != netvet.VerdictAccept && v == decided:
		return v, basisGate
	case v == known:
		return v, basisLevel
	default:
		return v, basisCoverage
	}
}

// suggested is the verdict that a level suggests by itself.
func suggested(l netvet.Level) netvet.Verdict {
	switch l {
	case netvet.LevelCritical, netvet.LevelHigh:
		return netvet.VerdictReview
	case netvet.LevelModerate:
		return netvet.VerdictConditional
	default:
		return netvet.VerdictAccept
	}
}

func worse(a, b netvet.Verdict) netvet.Verdict {
	if b.Rank() > a.Rank() {
		return b
	}
	return a
}

// levelOf returns the band of a score as it is shown, to one decimal. The bands
// are squares of fifths (0.8^2, 0.6^2, 0.4^2, 0.2^2), because a score is a
// product of likelihood and impact.
func levelOf(score float64) netvet.Level {
	switch score = math.Round(score*10) / 10; {
	case score >= 64:
		return netvet.LevelCritical
	case score >= 36:
		return netvet.LevelHigh
	case score >= 16:
		return netvet.LevelModerate
	case score >= 4:
		return netvet.LevelLow
	default:
		return netvet.LevelVeryLow
	}
}

// coverage is the mean over the factors that take part, and whether a main
// factor has less than it needs.
func coverage(factors []netvet.FactorScore) (mean float64, insufficient bool) {
	n := 0
	for i := range factors {
		f := &factors[i]
		if f.NotApplicable {
			continue
		}
		n++
		mean += f.Coverage
		if i < len(netvet.MainFactors()) && f.Coverage < sufficientCoverage-1e-9 {
			insufficient = true
		}
	}
	if n == 0 {
		return 0, true
	}
	return mean / float64(n), insufficient
}

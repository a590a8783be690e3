package kit

import (
	"slices"
	"strings"

	gocvss20 "github.com/pandatix/go-cvss/20"
	gocvss30 "github.com/pandatix/go-cvss/30"
	gocvss31 "github.com/pandatix/go-cvss/31"
	gocvss40 "github.com/pandatix/go-cvss/40"
)

// cvssScore reads a CVSS vector of any version and returns its score and the
// word for it; both are empty when it is no valid vector.
func cvssScore(vector string) (score float64, word string) {
	vector = strings.TrimSpace(vector)
	switch {
	case strings.HasPrefix(vector, "CVSS:4.0/"):
		if v, err := gocvss40.ParseVector(vector); err == nil {
			return scored(v.Score())
		}
	case strings.HasPrefix(vector, "CVSS:3.1/"):
		if v, err := gocvss31.ParseVector(vector); err == nil {
			return scored(v.BaseScore())
		}
	case strings.HasPrefix(vector, "CVSS:3.0/"):
		if v, err := gocvss30.ParseVector(vector); err == nil {
			return scored(v.BaseScore())
		}
	case strings.HasPrefix(vector, "AV:") || strings.HasPrefix(vector, "(AV:"):
		if v, err := gocvss20.ParseVector(strings.Trim(vector, "()")); err == nil {
			return scored(v.BaseScore())
		}
	}
	return 0, ""
}

// scored gives the qualitative rating of CVSS 3 and 4 (specification, section
// "Qualitative Severity Rating Scale"); version 2 has none of its own.
func scored(score float64) (float64, string) {
	switch {
	case score >= 9:
		return score, "critical"
	case score >= 7:
		return score, "high"
	case score >= 4:
		return score, "medium"
	case score > 0:
		return score, "low"
	}
	return score, "none"
}

// severityWord maps the words of databases onto ours; empty for others, as
// Debian's "not yet assigned" or "end-of-life".
func severityWord(text string) string {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "critical":
		return "critical"
	case "high", "important":
		return "high"
	case "medium", "moderate":
		return "medium"
	case "low", "negligible", "unimportant":
		return "low"
	case "none":
		return "none"
	}
	return ""
}

// severityRank orders the words, 0 for none given.
func severityRank(word string) int {
	switch word {
	case "none":
		return 1
	case "low":
		return 2
	case "medium":
		return 3
	case "high":
		return 4
	case "critical":
		return 5
	}
	return 0
}

// remote reports whether a CVSS vector says that a weakness is reached over a
// network by who has no privileges: AV:N with PR:N, in version 2 with Au:N.
func remote(vector string) bool {
	metrics := strings.Split(strings.Trim(strings.TrimSpace(vector), "()"), "/")
	return slices.Contains(metrics, "AV:N") && (slices.Contains(metrics, "PR:N") || slices.Contains(metrics, "Au:N"))
}

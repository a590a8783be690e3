package kit

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// osvRecord is the part of an OSV record that is kept
// (https://ossf.github.io/osv-schema/, version 1.7).
type osvRecord struct {
	ID        string        `json:"id"`
	Modified  string        `json:"modified"`
	Published string        `json:"published"`
	Withdrawn string        `json:"withdrawn"`
	Aliases   []string      `json:"aliases"`
	Upstream  []string      `json:"upstream"`
	Summary   string        `json:"summary"`
	Details   string        `json:"details"`
	Severity  []osvSeverity `json:"severity"`
	Affected  []osvAffected `json:"affected"`
	Refs      []struct {
		Type string `json:"type"`
		URL  string `json:"url"`
	} `json:"references"`
	Specific json.RawMessage `json:"database_specific"`
}

type osvSeverity struct {
	Type  string `json:"type"`
	Score string `json:"score"`
}

type osvAffected struct {
	Package struct {
		Ecosystem string `json:"ecosystem"`
		Name      string `json:"name"`
	} `json:"package"`
	Severity  []osvSeverity   `json:"severity"`
	Ranges    []osvRange      `json:"ranges"`
	Versions  []string        `json:"versions"`
	Specific  json.RawMessage `json:"database_specific"`
	Ecosystem json.RawMessage `json:"ecosystem_specific"`
}

type osvRange struct {
	Type   string              `json:"type"`
	Events []map[string]string `json:"events"`
}

// osvSpecific is what databases agree to say in their own fields. The fields
// are free: a value of another shape is passed over by itself.
type osvSpecific struct {
	severity      string // critical, high, medium, low, or empty
	score         float64
	informational string // of RustSec: unmaintained, unsound, notice
	url           string
	cwes          []int64
	malicious     bool
}

func readSpecific(raws ...json.RawMessage) osvSpecific {
	var s osvSpecific
	for _, raw := range raws {
		var fields map[string]json.RawMessage
		if len(raw) == 0 || json.Unmarshal(raw, &fields) != nil {
			continue
		}
		s.take(fields)
	}
	return s
}

func (s *osvSpecific) take(fields map[string]json.RawMessage) {
	for _, key := range []string{"severity", "urgency", "impact", "ubuntu_priority"} {
		if word := severityWord(jsonText(fields[key])); word != "" && s.severity == "" {
			s.severity = word
		}
	}
	if score, word := cvssScore(jsonText(fields["cvss"])); word != "" {
		s.score, s.severity = score, word
	}
	if text := jsonText(fields["informational"]); text != "" {
		s.informational = text
	}
	if text := jsonText(fields["url"]); strings.HasPrefix(text, "https://") && s.url == "" {
		s.url = text
	}
	for _, id := range jsonTexts(fields["cwe_ids"]) {
		s.cwe(id)
	}
	var objects []struct {
		ID string `json:"cweId"`
	}
	if json.Unmarshal(fields["cwes"], &objects) == nil {
		for _, o := range objects {
			s.cwe(o.ID)
		}
	}
	s.malicious = s.malicious || len(fields["malicious-packages-origins"]) > 0
}

// cwe adds a weakness class written as "CWE-79".
func (s *osvSpecific) cwe(text string) {
	digits, ok := strings.CutPrefix(strings.ToUpper(text), "CWE-")
	if n, err := strconv.ParseInt(digits, 10, 64); ok && err == nil && n > 0 && !slices.Contains(s.cwes, n) {
		s.cwes = append(s.cwes, n)
	}
}

// binaries returns the names of the packages that are built from a source
// package: SUSE writes {"name": "version"}, Ubuntu {"binary_name": "name"}.
func binaries(raw json.RawMessage) []string {
	var fields struct {
		Binaries []map[string]json.RawMessage `json:"binaries"`
	}
	if len(raw) == 0 || json.Unmarshal(raw, &fields) != nil {
		return nil
	}
	var names []string
	for _, b := range fields.Binaries {
		if name := jsonText(b["binary_name"]); name != "" {
			names = append(names, name)
			continue
		}
		names = append(names, slices.Sorted(maps.Keys(b))...)
	}
	return names
}

func jsonText(raw json.RawMessage) string {
	var s string
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

func jsonTexts(raw json.RawMessage) []string {
	var list []string
	if len(raw) == 0 || json.Unmarshal(raw, &list) != nil {
		return nil
	}
	return list
}

// rate returns the highest severity of a list of ratings.
func rate(list []osvSeverity) (score float64, word string) {
	for _, s := range list {
		value, name := cvssScore(s.Score)
		if name == "" {
			name = severityWord(s.Score) // as Ubuntu: "medium"
		}
		if severityRank(name) > severityRank(word) || value > score {
			score, word = max(score, value), name
		}
	}
	return score, word
}

// pageOf is the address at which a person reads about a record.
func (r *osvRecord) pageOf(specific osvSpecific) string {
	if specific.url != "" {
		return specific.url
	}
	for _, ref := range r.Refs {
		if ref.Type == "ADVISORY" && strings.HasPrefix(ref.URL, "https://") {
			return ref.URL
		}
	}
	return "https://osv.dev/vulnerability/" + r.ID
}

// maxSummary bounds what is kept of a description, in bytes.
const maxSummary = 200

// title is the summary, or the first sentence of the details.
func (r *osvRecord) title() string {
	text := strings.TrimSpace(r.Summary)
	if text == "" {
		text, _, _ = strings.Cut(strings.TrimSpace(r.Details), "\n")
	}
	if len(text) > maxSummary {
		text = strings.ToValidUTF8(text[:maxSummary], "") + "…"
	}
	return text
}

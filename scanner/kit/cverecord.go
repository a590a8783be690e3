package kit

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// cveRecord is what is read of a CVE record (CVE JSON record format 5).
type cveRecord struct {
	DataType string `json:"dataType"`
	Metadata struct {
		ID        string `json:"cveId"`
		State     string `json:"state"`
		Published string `json:"datePublished"`
		Updated   string `json:"dateUpdated"`
	} `json:"cveMetadata"`
	Containers struct {
		CNA cveContainer   `json:"cna"`
		ADP []cveContainer `json:"adp"`
	} `json:"containers"`
}

type cveContainer struct {
	Title        string        `json:"title"`
	Affected     []cveAffected `json:"affected"`
	Descriptions []cveText     `json:"descriptions"`
	Problems     []struct {
		Descriptions []struct {
			CWE         string `json:"cweId"`
			Description string `json:"description"`
		} `json:"descriptions"`
	} `json:"problemTypes"`
	Metrics       []cveMetric        `json:"metrics"`
	Applicability []cveApplicability `json:"cpeApplicability"`
}

type cveText struct {
	Lang  string `json:"lang"`
	Value string `json:"value"`
}

type cveAffected struct {
	Vendor        string       `json:"vendor"`
	Product       string       `json:"product"`
	PackageName   string       `json:"packageName"`
	Versions      []cveVersion `json:"versions"`
	DefaultStatus string       `json:"defaultStatus"`
	CPEs          []string     `json:"cpes"`
	Platforms     []string     `json:"platforms"`
}

type cveVersion struct {
	Version string `json:"version"`
	Status  string `json:"status"`
	Type    string `json:"versionType"`
	Less    string `json:"lessThan"`
	LessEq  string `json:"lessThanOrEqual"`
	Changes []struct {
		At     string `json:"at"`
		Status string `json:"status"`
	} `json:"changes"`
}

type cveApplicability struct {
	Nodes []struct {
		Negate bool `json:"negate"`
		Match  []struct {
			Vulnerable bool   `json:"vulnerable"`
			Criteria   string `json:"criteria"`
			From       string `json:"versionStartIncluding"`
			After      string `json:"versionStartExcluding"`
			Before     string `json:"versionEndExcluding"`
			To         string `json:"versionEndIncluding"`
		} `json:"cpeMatch"`
	} `json:"nodes"`
}

type cveScore struct {
	Vector   string  `json:"vectorString"`
	Score    float64 `json:"baseScore"`
	Severity string  `json:"baseSeverity"`
}

type cveMetric struct {
	V40   *cveScore `json:"cvssV4_0"`
	V31   *cveScore `json:"cvssV3_1"`
	V30   *cveScore `json:"cvssV3_0"`
	V20   *cveScore `json:"cvssV2_0"`
	Other *struct {
		Type    string          `json:"type"`
		Content json.RawMessage `json:"content"`
	} `json:"other"`
}

// rate returns the score by the newest version of CVSS: the CNA's own, else that
// of whoever added to the record.
func (r *cveRecord) rate() (score float64, word string) {
	s := r.rating()
	switch {
	case s == nil:
		return 0, ""
	case s.Score == 0:
		return cvssScore(s.Vector)
	}
	return scored(s.Score)
}

func (r *cveRecord) rating() *cveScore {
	for _, c := range r.all() {
		for _, of := range []func(*cveMetric) *cveScore{
			func(m *cveMetric) *cveScore { return m.V40 }, func(m *cveMetric) *cveScore { return m.V31 },
			func(m *cveMetric) *cveScore { return m.V30 }, func(m *cveMetric) *cveScore { return m.V20 },
		} {
			for i := range c.Metrics {
				if s := of(&c.Metrics[i]); s != nil {
					return s
				}
			}
		}
	}
	return nil
}

// remote reports whether the rating says that the weakness is reached over a
// network without privileges.
func (r *cveRecord) remote() bool {
	s := r.rating()
	return s != nil && remote(s.Vector)
}

// all are the containers, the CNA's first.
func (r *cveRecord) all() []*cveContainer {
	out := []*cveContainer{&r.Containers.CNA}
	for i := range r.Containers.ADP {
		out = append(out, &r.Containers.ADP[i])
	}
	return out
}

var cweText = regexp.MustCompile(`\bCWE-(\d{1,5})\b`)

// cwes are the classes of weakness, of whoever states some first.
func (r *cveRecord) cwes() []string {
	for _, c := range r.all() {
		var out []string
		seen := map[string]bool{}
		for _, p := range c.Problems {
			for _, d := range p.Descriptions {
				for _, m := range cweText.FindAllStringSubmatch(d.CWE+" "+d.Description, -1) {
					if !seen[m[1]] {
						seen[m[1]] = true
						out = append(out, m[1])
					}
				}
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// exploited is the day on which CISA listed the weakness as exploited, where the
// record says so.
func (r *cveRecord) exploited() string {
	for _, c := range r.all() {
		for _, m := range c.Metrics {
			if m.Other != nil && m.Other.Type == "kev" {
				var kev struct {
					Added string `json:"dateAdded"`
				}
				if json.Unmarshal(m.Other.Content, &kev) == nil && kev.Added != "" {
					return kev.Added
				}
			}
		}
	}
	return ""
}

// summary is the title, else the beginning of the description in English.
func (r *cveRecord) summary() string {
	text := r.Containers.CNA.Title
	for _, d := range r.Containers.CNA.Descriptions {
		if text == "" && strings.HasPrefix(strings.ToLower(d.Lang), "en") {
			text = d.Value
		}
	}
	text = strings.Join(strings.Fields(text), " ")
	return strings.ToValidUTF8(text[:min(len(text), maxSummary)], "")
}

// cpeName is what a CPE says of maker, product and version; "*" is anything.
type cpeName struct{ part, vendor, product, version string }

// readCPE reads a CPE name of version 2.3 or 2.2.
func readCPE(text string) (cpeName, bool) {
	fields := []string(nil)
	if rest, ok := strings.CutPrefix(text, "cpe:2.3:"); ok {
		fields = splitEscaped(rest)
	} else if rest, ok := strings.CutPrefix(text, "cpe:/"); ok {
		fields = strings.Split(rest, ":")
	}
	if len(fields) < 3 || fields[1] == "" || fields[2] == "" {
		return cpeName{}, false
	}
	n := cpeName{part: fields[0], vendor: fields[1], product: fields[2], version: "*"}
	if len(fields) > 3 && fields[3] != "" {
		n.version = fields[3]
	}
	return n, true
}

// splitEscaped splits at colons that no backslash stands before, and drops the
// backslashes.
func splitEscaped(text string) []string {
	var out []string
	var field []byte
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			i++
			field = append(field, text[i])
		case c == ':':
			out, field = append(out, string(field)), nil
		default:
			field = append(field, c)
		}
	}
	return append(out, string(field))
}

func cweNumbers(texts []string) []int64 {
	var out []int64
	for _, t := range texts {
		if n, err := strconv.ParseInt(t, 10, 32); err == nil {
			out = append(out, n)
		}
	}
	return out
}

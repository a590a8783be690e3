package evidence

import (
	"regexp"
	"slices"
	"strings"
)

// fit is whether a platform that a record names is the one of a device.
type fit int

const (
	fitOpen   fit = iota // that cannot be told
	fitOurs              // it is
	fitTheirs            // it is another line of the maker's devices
)

// code is a line or model as makers write them: letters and then a number, "MX",
// "SRX 5000 Series", "QFX5k", "EX4300-MP".
type code struct {
	letters, digits string
	series          bool // the number stands for all that begin like it
}

var (
	codeForm   = regexp.MustCompile(`^([a-z]{1,5})(?: ?(\d+)(k?))?`)
	conditions = regexp.MustCompile(`(?i)\b(?:with|without|running|using)\b`)
)

func readCode(text string) (c code, ok bool) {
	words := strings.Join(textWords(text), " ")
	m := codeForm.FindStringSubmatch(words)
	if m == nil {
		return c, false
	}
	if rest := words[len(m[0]):]; rest != "" && m[2] == "" && rest[0] != ' ' {
		return c, false // a word, longer than the letters of a code
	}
	c = code{letters: m[1], digits: m[2]}
	if m[3] != "" && c.digits != "" {
		c.digits += "000"
	}
	c.series = strings.HasSuffix(c.digits, "0") || strings.Contains(words, "series")
	return c, true
}

// holds tells whether a platform is, or is a line of, the device's.
func (c code) holds(device code) fit {
	switch {
	case c.letters != device.letters && (strings.Contains(c.letters, device.letters) || strings.Contains(device.letters, c.letters)):
		return fitOpen // a virtual SRX may be one of the SRX
	case c.letters != device.letters:
		return fitTheirs
	case strings.HasPrefix(device.digits, c.digits):
		return fitOurs
	case c.series && len(c.digits) == len(device.digits) && strings.HasPrefix(device.digits, strings.TrimRight(c.digits, "0")):
		return fitOurs
	}
	return fitTheirs
}

// deviceCode is the model of a device as a code, when the maker is known to have
// devices that begin so.
func deviceCode(suppliers []string, model string) (code, bool) {
	words := textWords(model)
	for i, w := range words {
		if i+1 < len(words) && strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") == "" {
			w += words[i+1] // "ASR 9912"
		}
		if c, ok := readCode(w); ok && c.digits != "" && isModel(suppliers, w) {
			return c, true
		}
	}
	return code{}, false
}

func isModel(suppliers []string, word string) bool {
	return slices.ContainsFunc(loadSystems(), func(s system) bool {
		return slices.Contains(suppliers, s.Supplier) && slices.ContainsFunc(s.models, func(re *regexp.Regexp) bool { return re.MatchString(word) })
	})
}

// platformFit holds one platform of a record against the device.
func platformFit(platform string, device code) fit {
	c, ok := readCode(platform)
	if !ok {
		return fitOpen
	}
	got := c.holds(device)
	if got == fitOurs && conditions.MatchString(platform) {
		return fitOpen // "MX Series with SPC3": which cards it has is not known
	}
	return got
}

// platformsFit joins what the platforms of a statement come to: one that is the
// device's decides, and all must be others for it to be none of them.
func platformsFit(platforms []string, device code) fit {
	out := fitTheirs
	for _, p := range platforms {
		switch platformFit(p, device) {
		case fitOurs:
			return fitOurs
		case fitOpen:
			out = fitOpen
		}
	}
	return out
}

// softwareFor is how makers say in the summary that a weakness is one of some
// platforms: "in Cisco IOS XR Software for Cisco ASR 9000 Series Routers could".
var softwareFor = regexp.MustCompile(`(?i)software for (?:the )?(?:cisco )?(.{3,160}?)(?:,? (?:could|that|which|when|are|is|due)\b|\.|$)`)

var platformList = regexp.MustCompile(`, (?:and )?| and `)

// otherPlatforms are the words of a summary for platforms that are not the
// device's, empty when it has none such.
func (j *judging) otherPlatforms(summary string) string {
	for _, f := range loadFamilies() {
		if f.Supplier == j.supplier && f.said.MatchString(summary) && j.model != "" && !slices.ContainsFunc(f.models, func(re *regexp.Regexp) bool { return re.MatchString(squeeze(j.model)) }) {
			return f.Name
		}
	}
	m := softwareFor.FindStringSubmatch(summary)
	if m == nil || !j.coded || platformsFit(platformList.Split(m[1], -1), j.code) != fitTheirs {
		return ""
	}
	return m[1]
}

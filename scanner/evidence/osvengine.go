package evidence

import (
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/kit"
)

// engine is what another program found over the same records.
type engine struct {
	found  map[string][]string // package URL -> ids of advisories
	missed map[string]Missed
}

// Answering returns a matcher that says what another engine found, as
// RunOSVScanner returns it, in the words of the data.
func (m *Matcher) Answering(found map[string][]string, missed map[string]Missed) *Matcher {
	return &Matcher{kit: m.kit, date: m.date, parts: m.parts, ecosystems: m.ecosystems, recent: map[string]looked{}, engine: &engine{found, missed}}
}

// Purls returns the package URLs of a component, with its version where they
// have none: what another engine is asked for.
func Purls(c *netvet.Component) []string {
	var purls []string
	for _, id := range c.Identifiers {
		if id.Type == netvet.IDPurl {
			purls = append(purls, withVersion(id.Value, c.Version))
		}
	}
	return purls
}

// withVersion gives a package URL the version of its component, unless it has one.
func withVersion(text, version string) string {
	if p, ok := parsePurl(text); !ok || p.version != "" || version == "" {
		return text
	}
	end := len(text)
	if i := strings.IndexAny(text, "?#"); i >= 0 {
		end = i
	}
	return text[:end] + "@" + strings.NewReplacer("%", "%25", "?", "%3F", "#", "%23", "@", "%40", "/", "%2F", " ", "%20").Replace(version) + text[end:]
}

// answered makes of the ids that the engine found what the index makes of its own.
func (m *Matcher) answered(text, version string) ([]netvet.Vulnerability, Missed, error) {
	var hits []kit.OSVHit
	for _, id := range m.engine.found[text] {
		a, ok, err := m.kit.Advisory(id)
		if err != nil {
			return nil, Missed{}, err
		}
		if !ok {
			a = kit.Advisory{ID: id} // the archives are newer than the data
		}
		hits = append(hits, kit.OSVHit{Advisory: a})
	}
	found, err := m.merge(hits, version)
	return found, m.engine.missed[text], err
}

package evidence

import (
	"strings"

	"github.com/netvet/netvet"
)

// PartDetail is the detail of a fact of kind component: what it is compared by.
func PartDetail(c *netvet.Component) string {
	var parts []string
	for _, id := range c.Identifiers {
		if id.Type == netvet.IDPurl {
			parts = append(parts, "purl="+strings.ReplaceAll(id.Value, "; ", "%3B%20"))
			break
		}
	}
	if c.Version != "" {
		parts = append(parts, "version="+strings.ReplaceAll(c.Version, ";", ","))
	}
	return strings.Join(parts, "; ")
}

// component takes what a component is compared by: its package URL without the
// version, where it has one, else its name.
func (i *item) component(detail map[string]string) {
	i.version = strings.ToLower(detail["version"])
	i.plain = strings.TrimSpace(strings.TrimSuffix(i.key, i.version))
	i.key = i.plain
	rest, ok := strings.CutPrefix(detail["purl"], "pkg:")
	if !ok {
		return
	}
	rest, _, _ = strings.Cut(rest, "?")
	rest, _, _ = strings.Cut(rest, "#")
	if at := strings.LastIndexByte(rest, '@'); at > strings.LastIndexByte(rest, '/')+1 {
		rest = rest[:at]
	}
	i.key = "pkg:" + strings.ToLower(rest)
	i.registry, _, _ = strings.Cut(strings.ToLower(rest), "/")
}

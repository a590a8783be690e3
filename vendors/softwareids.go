package vendors

import (
	"net/url"
	"slices"
	"strings"
)

// byCPE takes the vendor of a CPE name of version 2.3 or 2.2.
func (r *resolver) byCPE(value string) *registered {
	vendor := strings.ToLower(cpeVendor(value))
	if vendor == "" || vendor == "*" || vendor == "-" {
		return nil
	}
	return r.find(cpeScheme, vendor)
}

// cpeVendor returns the vendor of a CPE name without its escapes: a backslash
// before punctuation in version 2.3, percent encoding in 2.2.
func cpeVendor(value string) string {
	if rest, ok := cutPrefixFold(value, "cpe:2.3:"); ok {
		_, rest, _ = strings.Cut(rest, ":")
		return strings.ReplaceAll(rest[:unescapedColon(rest)], `\`, "")
	}
	rest, ok := cutPrefixFold(value, "cpe:/")
	if !ok {
		return ""
	}
	_, rest, _ = strings.Cut(rest, ":")
	vendor, _, _ := strings.Cut(rest, ":")
	if plain, err := url.PathUnescape(vendor); err == nil {
		vendor = plain
	}
	return strings.ReplaceAll(vendor, `\`, "")
}

func cutPrefixFold(s, prefix string) (rest string, found bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// unescapedColon returns the place of the first colon that no backslash stands
// before, the end when there is none.
func unescapedColon(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ':':
			return i
		}
	}
	return len(s)
}

// byPurl looks up the namespace of a package URL, or its name where packages
// have no namespace, then shorter namespaces, then the internet domain that a
// Maven group or Go module is named after.
func (r *resolver) byPurl(value string) *registered {
	rest, ok := strings.CutPrefix(strings.TrimSpace(value), "pkg:")
	if !ok {
		return nil
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest, _, _ = strings.Cut(rest, "?")
	kind, rest, ok := strings.Cut(strings.TrimLeft(rest, "/"), "/")
	if !ok {
		return nil
	}
	if strings.Contains(rest, "%") {
		if path, err := url.PathUnescape(rest); err == nil {
			rest = path
		}
	}
	if at := strings.LastIndexByte(rest, '@'); at > 0 {
		rest = rest[:at]
	}
	kind, rest = strings.ToLower(kind), strings.ToLower(strings.Trim(rest, "/"))
	space := ""
	if slash := strings.LastIndexByte(rest, '/'); slash >= 0 {
		space = rest[:slash]
	}
	if spaces := r.index().namespaces[kind]; spaces != nil {
		for _, try := range [...]string{rest, space} {
			for cut := try; cut != ""; cut = shorter(cut) {
				if e := spaces[cut]; e != nil {
					return e
				}
			}
		}
	}
	if kind == "github" && space != "" {
		if e := r.find(purlScheme, "golang:github.com/"+space); e != nil {
			return e
		}
	}
	return r.bySpace(kind, space, rest)
}

// shorter takes the last step off a namespace: "com.alibaba.cloud" gives
// "com.alibaba". It ends at one step.
func shorter(space string) string {
	return space[:max(strings.LastIndexAny(space, "./-"), 0)]
}

// bySpace reads a namespace that is built from an internet domain.
func (r *resolver) bySpace(kind, space, rest string) *registered {
	switch kind {
	case "maven":
		return r.byHost(reversed(space))
	case "golang":
		host, _, _ := strings.Cut(rest, "/")
		return r.byHost(host)
	}
	return nil
}

// reversed turns "com.example.part" into "part.example.com".
func reversed(space string) string {
	labels := strings.Split(space, ".")
	slices.Reverse(labels)
	return strings.Join(labels, ".")
}

// bySWID reads the domain in a tag id: "regid.1991-06.com.microsoft_...",
// "com.microsoft.office".
func (r *resolver) bySWID(value string) *registered {
	value = strings.ToLower(value)
	if rest, ok := strings.CutPrefix(value, "regid."); ok {
		_, value, _ = strings.Cut(rest, ".")
	}
	value, _, _ = strings.Cut(value, "_")
	value, _, _ = strings.Cut(value, ",")
	return r.byHost(reversed(value))
}

package evidence

import (
	"net/url"
	"strings"
)

// purl is a package URL as written. The packageurl library brings the names of
// some types into lower case, Go modules among them, and what was written is
// lost; here only the parts are taken apart.
type purl struct {
	kind, namespace, name, version string
	qualifiers                     url.Values
	subpath                        string
}

// parsePurl takes a package URL apart
// (https://github.com/package-url/purl-spec, "How to parse a purl string in its components").
func parsePurl(text string) (p purl, ok bool) {
	rest, ok := strings.CutPrefix(text, "pkg:")
	if !ok {
		return p, false
	}
	rest, p.subpath, _ = strings.Cut(rest, "#")
	rest, query, _ := strings.Cut(rest, "?")
	if query != "" {
		p.qualifiers, _ = url.ParseQuery(strings.ReplaceAll(query, "+", "%2B")) // no form: + is itself
	}
	p.kind, rest, ok = strings.Cut(strings.Trim(rest, "/"), "/")
	if !ok || p.kind == "" {
		return p, false
	}
	p.kind = strings.ToLower(p.kind)
	// The version follows the last @ after the last slash: a scope of npm may be
	// written with a plain @.
	if at := strings.LastIndexByte(rest, '@'); at > 0 && rest[at-1] != '/' {
		p.version, rest = unescape(rest[at+1:]), rest[:at]
	}
	rest = strings.Trim(rest, "/")
	if slash := strings.LastIndexByte(rest, '/'); slash >= 0 {
		p.namespace, rest = unescape(rest[:slash]), rest[slash+1:]
	}
	p.name = unescape(rest)
	return p, p.name != ""
}

// unescape resolves percent signs; what is no escape stays as written.
func unescape(text string) string {
	if strings.IndexByte(text, '%') < 0 {
		return text
	}
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

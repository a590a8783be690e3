package scanner

import (
	"net/url"
	"strings"

	"github.com/netvet/netvet/scanner/versions"
)

// fitness says whether a statement of an advisory is about a thing.
type fitness int

const (
	fitNo      fitness = iota
	fitPerhaps         // about the model, in a version that is not known or not told
	fitYes
)

// fits tells whether the product of an advisory is the thing that was found by a
// key, by what, and how sure that is.
func (p *advised) fits(x *advisable, key string) (fit fitness, by string, match float64) {
	switch {
	case strings.HasPrefix(key, keySerial):
		return fitYes, "serial number", 1
	case strings.HasPrefix(key, keyPurl):
		for _, own := range x.purls {
			if f := p.purlFits(own, x.version); f > fit {
				fit, by, match = f, "package URL "+own.text, 1
			}
		}
	case strings.HasPrefix(key, keyCPE):
		for _, own := range x.cpes {
			if own.key() == p.cpe.key() {
				fit, by, match = p.versionFits(p.cpe.version, or(x.version, own.version)), "CPE "+own.text, 1
			}
		}
	default:
		fit, by, match = p.versionFits(p.version, x.version), "maker and model", x.sure
		if x.sure == 0 {
			match = 1 // the name of the maker as both write it
		}
	}
	if fit == fitYes && p.patch != "" {
		fit = fitPerhaps
	}
	return fit, by, match
}

func or(a, b string) string {
	if a != "" && a != "*" && a != "-" {
		return a
	}
	return b
}

// purlFits compares package URLs: one without a version stands for all of them.
func (p *advised) purlFits(own purl, version string) fitness {
	if own.key() != p.purl.key() {
		return fitNo
	}
	for name, value := range p.purl.qualifiers {
		if other, ok := own.qualifiers[name]; ok && other != value {
			return fitNo
		}
	}
	if p.purl.version == "" && p.version == "" && p.versions == "" {
		return fitYes
	}
	return p.versionFits(or(p.purl.version, p.version), or(own.version, version))
}

// versionFits compares the version that a statement is about with that of the thing.
func (p *advised) versionFits(stated, own string) fitness {
	switch {
	case stated == "*" || stated == "-":
		stated = p.version
	case stated == "":
		stated = p.version
	}
	switch {
	case own == "" || own == "*" || own == "-":
		if isAllVersions(p.versions) {
			return fitYes
		}
		return fitPerhaps
	case stated != "":
		if order, ok := compareVersions(stated, own); ok && order == 0 {
			return fitYes
		}
		return fitNo
	case p.versions != "":
		return rangeHolds(p.versions, own)
	}
	return fitPerhaps
}

func isAllVersions(text string) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	return text == "*" || text == "all versions" || text == "all" || strings.HasPrefix(text, "vers:") && strings.HasSuffix(text, "/*")
}

// rangeHolds tells whether a version lies in a range as CSAF writes it: in the
// specification for ranges "vers:generic/>=1.0|<2.0", or in words such as "< V3.2"
// and "All versions < V3.2".
func rangeHolds(text, version string) fitness {
	if isAllVersions(text) {
		return fitYes
	}
	plain := strings.ToLower(text)
	if scheme, rest, ok := strings.Cut(plain, "/"); ok && strings.HasPrefix(scheme, "vers:") {
		plain, _ = url.PathUnescape(rest)
	}
	plain = strings.TrimSpace(strings.TrimPrefix(plain, "all versions"))
	parts := strings.FieldsFunc(plain, func(r rune) bool { return r == '|' || r == ',' })
	bounds, within, equal := 0, true, false
	for _, part := range parts {
		sign, limit := splitComparator(strings.TrimSpace(part))
		order, ok := compareVersions(version, limit)
		if !ok || sign == "?" {
			return fitPerhaps
		}
		switch sign {
		case "=":
			equal = equal || order == 0
			continue
		case "!=":
			within = within && order != 0
		case "<":
			within = within && order < 0
		case "<=":
			within = within && order <= 0
		case ">":
			within = within && order > 0
		case ">=":
			within = within && order >= 0
		}
		bounds++
	}
	if bounds > 2 {
		return fitPerhaps // several ranges in one
	}
	if equal || bounds > 0 && within {
		return fitYes
	}
	return fitNo
}

// splitComparator parts "<=2.0" and its like; "?" is a sign that is not known.
func splitComparator(text string) (sign, version string) {
	for _, s := range []string{"<=", ">=", "!=", "<", ">", "="} {
		if rest, ok := strings.CutPrefix(text, s); ok {
			version = strings.TrimSpace(rest)
			return s, version
		}
	}
	if text == "" || strings.ContainsAny(text, " ") {
		return "?", text
	}
	return "=", text
}

// compareVersions compares versions as far as that can be told without knowing
// whose they are: the same text is the same version, whatever it means.
func compareVersions(a, b string) (order int, ok bool) {
	if a != "" && strings.EqualFold(a, b) {
		return 0, true
	}
	order, err := versions.Generic().Compare(a, b)
	return order, err == nil
}

// Keys of products by registry.
const (
	keyPurl = "purl "
	keyCPE  = "cpe "
)

// purl is a package URL taken apart.
type purl struct {
	text       string
	base       string // type, namespace and name
	version    string
	qualifiers map[string]string
}

func parsePurl(text string) (p purl) {
	rest, ok := strings.CutPrefix(text, "pkg:")
	if !ok {
		return p
	}
	p.text = text
	rest, _, _ = strings.Cut(rest, "#")
	rest, query, _ := strings.Cut(rest, "?")
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, ok := strings.Cut(pair, "="); ok {
			if p.qualifiers == nil {
				p.qualifiers = map[string]string{}
			}
			p.qualifiers[strings.ToLower(name)], _ = url.QueryUnescape(value)
		}
	}
	if at := strings.LastIndexByte(rest, '@'); at > strings.LastIndexByte(rest, '/')+1 {
		p.version, _ = url.PathUnescape(rest[at+1:])
		rest = rest[:at]
	}
	p.base, _ = url.PathUnescape(strings.ToLower(strings.Trim(rest, "/")))
	return p
}

func (p purl) key() string {
	if p.base == "" {
		return ""
	}
	return keyPurl + p.base
}

// cpeName is what a CPE name says of a product.
type cpeName struct{ text, vendor, product, version string }

// parseCPE reads "cpe:2.3:o:cisco:ios_xe:17.3:..." and "cpe:/o:cisco:ios_xe:17.3".
func parseCPE(text string) (c cpeName) {
	rest, ok := strings.CutPrefix(text, "cpe:2.3:")
	if !ok {
		if rest, ok = strings.CutPrefix(text, "cpe:/"); !ok {
			return c
		}
	}
	fields := strings.Split(strings.ReplaceAll(rest, `\:`, "\x00"), ":")
	if len(fields) < 3 {
		return c
	}
	plain := func(text string) string {
		return strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(text, `\`, ""), "\x00", ":"))
	}
	c = cpeName{text: text, vendor: plain(fields[1]), product: plain(fields[2])}
	if len(fields) > 3 {
		c.version = plain(fields[3])
	}
	return c
}

func (c cpeName) key() string {
	if c.vendor == "" || c.product == "" || c.product == "*" || c.vendor == "*" {
		return ""
	}
	return keyCPE + c.vendor + ":" + c.product
}

package kit

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/google/osv-scalibr/semantic"
)

// osvVersion is a version that can be ordered among those of its ecosystem.
type osvVersion struct {
	ecosystem string // without the release: "Debian", not "Debian:12"
	text      string
	plain     []uint64         // when it is numbers and dots alone
	parsed    semantic.Version // nil as long as plain was enough
}

// osvSemver is the order of ranges of type SEMVER, whatever the ecosystem is.
const osvSemver = "npm"

// parseOSVVersion reads a version by the rules of an ecosystem. It refuses what
// the library would take and order somehow: words, ranges, placeholders.
func parseOSVVersion(ecosystem, text string) (v *osvVersion, ok bool) {
	base, _, _ := strings.Cut(ecosystem, ":")
	v = &osvVersion{ecosystem: base, text: text, plain: plainNumbers(text)}
	if !wellFormed(base, text) {
		return v, false
	}
	if v.plain != nil && zerosMissing(base) {
		return v, true // mostly compared with its like
	}
	return v, v.parse()
}

// parse has the library read the version. It panics on some malformed texts.
func (v *osvVersion) parse() (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	if v.parsed != nil {
		return true
	}
	parsed, err := semantic.Parse(v.text, orderOf(v.ecosystem))
	if err == nil {
		v.parsed = parsed
	}
	return err == nil
}

// compare orders v relative to a version of a record: -1, 0 or +1.
func (v *osvVersion) compare(text string) (n int, ok bool) {
	if v.plain != nil {
		if n, ok := comparePlain(v.ecosystem, v.plain, text); ok {
			return n, true
		}
	}
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	if !wellFormed(v.ecosystem, text) || !v.parse() {
		return 0, false
	}
	if rpmOrder(orderOf(v.ecosystem)) {
		n, err := compareRPM(v.text, text)
		return n, err == nil
	}
	n, err := v.parsed.CompareStr(text)
	return n, err == nil
}

// orderOf names the ecosystem whose order another one has that the library does
// not know: distributions of RPM packages, and tags that are semantic versions.
func orderOf(ecosystem string) string {
	switch ecosystem {
	case "Azure Linux", "Photon OS":
		return "Red Hat"
	case "GitHub Actions", "VSCode":
		return "npm"
	}
	return ecosystem
}

func rpmOrder(ecosystem string) bool {
	switch ecosystem {
	case "AlmaLinux", "Mageia", "openEuler", "openSUSE", "Red Hat", "Rocky Linux", "SUSE":
		return true
	}
	return false
}

// compareRPM leaves the epochs out unless both versions have one: some
// databases and most tools do not write them, and a missing one is not zero.
func compareRPM(a, b string) (int, error) {
	_, bareA, epochA := strings.Cut(a, ":")
	_, bareB, epochB := strings.Cut(b, ":")
	if epochA && !epochB {
		a = bareA
	}
	if epochB && !epochA {
		b = bareB
	}
	return semantic.ParseRedHatVersion(a).CompareStr(b)
}

// pepVersion is the form of a Python version (PEP 440, appendix B).
var pepVersion = regexp.MustCompile(`(?i)^\s*v?(\d+!)?\d+(\.\d+)*([-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?\d*)?(-\d+|[-_.]?(post|rev|r)[-_.]?\d*)?([-_.]?dev[-_.]?\d*)?(\+[a-z0-9]+([-_.][a-z0-9]+)*)?\s*$`)

// apkVersion is the form of a version of Alpine packages (apk-package(5)).
var apkVersion = regexp.MustCompile(`^\d+(\.\d+)*[a-z]?(_(alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*(~[0-9a-f]+)?(-r\d+)?$`)

// wellFormed reports whether a text has the form of a version in the ecosystem.
func wellFormed(ecosystem, text string) bool {
	if plainNumbers(text) != nil {
		return true
	}
	switch ecosystem {
	case "PyPI":
		return pepVersion.MatchString(text)
	case "Alpine", "Alpaquita", "BellSoft Hardened Containers", "Chainguard", "MinimOS", "Wolfi":
		return apkVersion.MatchString(text)
	}
	if ecosystem == "Maven" || rpmOrder(orderOf(ecosystem)) {
		return versionLetters(text) && strings.ContainsAny(text, "0123456789")
	}
	return versionLetters(text) && startsWithDigit(strings.TrimPrefix(text, "v"))
}

func startsWithDigit(text string) bool { return text != "" && text[0] >= '0' && text[0] <= '9' }

// versionLetters reports whether a text holds no sign that versions do not have,
// as those of ranges ("^1.2", ">=2", "[1,2)", "1.x || 2.*") and placeholders ("${v}").
func versionLetters(text string) bool {
	for i := range len(text) {
		c := text[i]
		letter := c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && !strings.ContainsRune(".-+_~:^", rune(c)) || i == 0 && (c == '^' || c == '~') {
			return false
		}
	}
	return text != ""
}

// maxPlain bounds the numbers that are compared without the library: 18 digits
// fit 64 bits.
const maxPlain = 18

// plainNumbers splits a version that is numbers and dots alone, none of them
// with a leading zero; nil for every other.
func plainNumbers(text string) []uint64 {
	if len(text) == 0 || len(text) > 64 {
		return nil
	}
	numbers := make([]uint64, 0, 4)
	n, digits := uint64(0), 0
	for i := range len(text) {
		c := text[i]
		switch {
		case c == '.' && digits > 0:
			numbers, n, digits = append(numbers, n), 0, 0
		case c >= '0' && c <= '9' && digits < maxPlain && (digits == 0 || n > 0):
			n, digits = n*10+uint64(c-'0'), digits+1
		default:
			return nil
		}
	}
	if digits == 0 {
		return nil
	}
	return append(numbers, n)
}

// comparePlain orders two versions of plain numbers. Where they differ in length
// it knows only the ecosystems in which missing numbers are zeros, and there no
// more than the three numbers of a semantic version.
func comparePlain(ecosystem string, a []uint64, text string) (n int, ok bool) {
	length := strings.Count(text, ".") + 1
	if length != len(a) && (max(length, len(a)) > 3 || !zerosMissing(ecosystem)) {
		return 0, false
	}
	for i := range max(length, len(a)) {
		var x, y uint64
		if i < len(a) {
			x = a[i]
		}
		if i < length {
			var field string
			field, text, _ = strings.Cut(text, ".")
			if y, ok = plainNumber(field); !ok {
				return 0, false
			}
		}
		if n == 0 {
			n = cmp.Compare(x, y)
		}
	}
	return n, true
}

func plainNumber(text string) (n uint64, ok bool) {
	if text == "" || len(text) > maxPlain || len(text) > 1 && text[0] == '0' {
		return 0, false
	}
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		n = n*10 + uint64(text[i]-'0')
	}
	return n, true
}

func zerosMissing(ecosystem string) bool {
	switch ecosystem {
	case "Bitnami", "crates.io", "Go", "Hex", "Maven", "npm", "NuGet", "PyPI", "RubyGems", "SwiftURL":
		return true
	}
	return false
}

package kit

import "strings"

// osvName brings a package name into the form in which it is looked up: as the
// registry of the ecosystem takes two spellings for one package.
func osvName(ecosystem, name string) string {
	base, _, _ := strings.Cut(ecosystem, ":")
	switch base {
	case "PyPI":
		return pypiName(name)
	case "Go":
		// The package URLs of Go modules were in lower case by definition once,
		// and hosts of source code take two spellings for one module.
		return strings.ToLower(name)
	case "NuGet", "Packagist", "Hex", "Pub", "GitHub Actions", "SwiftURL", "Bitnami", "VSCode":
		return strings.ToLower(name)
	case "crates.io":
		return strings.ReplaceAll(strings.ToLower(name), "_", "-")
	}
	return name
}

// pypiName follows PEP 503: letters in lower case, runs of "-", "_" and "." as one "-".
func pypiName(name string) string {
	var b strings.Builder
	b.Grow(len(name))
	for i := range len(name) {
		c := name[i]
		switch {
		case c == '-' || c == '_' || c == '.':
			if i == 0 || !strings.ContainsRune("-_.", rune(name[i-1])) {
				b.WriteByte('-')
			}
		case c >= 'A' && c <= 'Z':
			b.WriteByte(c + 'a' - 'A')
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

package sbom

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed spdx-licence-ids.txt
var licenceIDText string

var licenceIDs = sync.OnceValue(func() map[string]bool {
	ids := make(map[string]bool)
	for line := range strings.Lines(licenceIDText) {
		if !strings.HasPrefix(line, "#") {
			ids[strings.TrimSpace(line)] = true
		}
	}
	return ids
})

// isLicenceID reports whether a text is an id of the SPDX licence list, or of an
// exception that stands in it.
func isLicenceID(text []byte) bool { return licenceIDs()[string(text)] }

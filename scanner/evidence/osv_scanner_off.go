//go:build !osvscanner

package evidence

import (
	"context"
	"errors"
)

// OSVScanner reports whether this program has osv-scanner linked in.
const OSVScanner = false

// RunOSVScanner is what a program without osv-scanner says.
func RunOSVScanner(context.Context, string, []string) (map[string][]string, map[string]Missed, error) {
	return nil, nil, errors.New("this netvet was built without osv-scanner, which takes minutes to compile: build it with 'make build-full', or leave out --osv-engine to use the index, which needs the data alone")
}

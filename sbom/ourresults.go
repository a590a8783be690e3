package sbom

import "strings"

// What a register says is concluded from inputs and never taken from them: a
// document that brings verdicts, scores or acceptances of ours along was made to be
// believed. They are reported and not read.

const (
	ourResult        = "netvet"
	inputsSetNothing = "inputs cannot set verdicts, scores or acceptances"
)

// isOurs tells the name of a property that is ours to give: "netvet:verdict".
func isOurs(name string) bool {
	space, _, found := strings.Cut(strings.TrimSpace(name), ":")
	return found && strings.EqualFold(space, ourResult)
}

package sbom

import "regexp"

// hostText is what a tool that asks machines prints for people, in a form that leaves
// out what matters here, or says it less surely than another form of the same tool.
type hostText struct {
	sign *regexp.Regexp
	is   string
}

// hostTexts are the texts that are told by name, so that whoever has one knows which
// form to ask for.
func hostTexts() []hostText {
	return []hostText{
		{regexp.MustCompile(`(?m)^H/W path\s+(?:Device\s+)?Class\s+Description`), "this is what lshw -short prints, which leaves out who made the parts: run lshw -json"},
		{regexp.MustCompile(`(?m)^\s*\*-core\s*$`), "this is what lshw prints for people: run lshw -json or lshw -xml"},
		{regexp.MustCompile(`(?m)^System Configuration:\s`), "the output of prtdiag is not supported: give the inventory of an agent or of the service processor"},
		{regexp.MustCompile(`(?m)^\s+Hardware Class: `), "the output of hwinfo is not supported: run lshw -json or dmidecode"},
		{regexp.MustCompile(`(?m)^(?:facterversion|kernelrelease|operatingsystem|os|dmi) => `), "this is what facter prints for people: run facter --json"},
		{regexp.MustCompile(`(?m)^FRU Device Description\s*: `), "the output of ipmitool fru is not supported: run dmidecode, or ask the controller over Redfish"},
		{regexp.MustCompile(`(?m)^(?:[0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7] \S`), "the output of lspci is not supported: run lshw -json"},
		{regexp.MustCompile(`^smartctl \d+\.\d+ `), "the output of smartctl is not supported: run lshw -json"},
		{regexp.MustCompile(`(?m)^(?:Hardware|Software):\n\n {4}\S.*:\n`), "the output of system_profiler is not supported: give the inventory of an agent"},
		{regexp.MustCompile(`(?m)^System Model: .*\r?\nMachine Serial Number: `), "the output of lsconf and prtconf is not supported: give the inventory of an agent"},
	}
}

// seemsHostText names the tool that printed a text, or is empty.
func seemsHostText(text []byte) string {
	for _, known := range hostTexts() {
		if known.sign.Match(text) {
			return known.is
		}
	}
	return ""
}

package sbom

import "testing"

func FuzzMasscan(f *testing.F) { fuzzFormat(f, masscan(), `{"ip":"::1","timestamp":"1","ports":[{}]}`) }

func TestMasscanLines(t *testing.T) {
	wantFacts(t, masscan(), "[\n{\"ip\":\"192.0.2.1\",\"timestamp\":\"1760000000\",\"ports\":[{\"port\":22,\"proto\":\"tcp\",\"status\":\"open\"}]},\nrubbish\n]\n",
		"port | 192.0.2.1 | 22/tcp | ", "gap | line 3 | the line is no record of Masscan: at byte 0: invalid character 'r' at start of value")
}

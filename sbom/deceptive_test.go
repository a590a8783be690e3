package sbom

import (
	"strings"
	"testing"
)

func TestDeceives(t *testing.T) {
	for text, want := range map[string]string{
		"Cisco Systems, Inc.":    "",
		"华为技术有限公司":               "",
		"Группа компаний Элтекс": "",
		"Электроника-M":          "",
		"µTorrent":               "",
		"فارسی\u200cزبان":        "",
		"two\nlines":             "",
		"Мicron":                 "two alphabets",
		"Ηuawei":                 "two alphabets",
		"a\u202eexe.txt":         "turns the direction",
		"Micron\u200b":           "does not show (U+200B)",
		"Mic\u200dron":           "does not show (U+200D)",
		"x\x1b[31mred":           "control character (U+001B)",
		"x\x00":                  "control character (U+0000)",
	} {
		if got := deceives(text); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestDeceptiveNamesAreTold reads names that show as others, in a bill of
// materials and in a table.
func TestDeceptiveNamesAreTold(t *testing.T) {
	bom := `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{"type":"library","name":"a\u202eexe.txt"},{"type":"library","name":"b"}]}`
	table := "manufacturer,model,serial number\nМicron Technology,7450,ABC1234\nDell,R640,ABC1235\n"
	for name, text := range map[string]string{"a.json": bom, "a.csv": table} {
		got := readInput(t, bytesInput(name, []byte(text)), Options{})
		found := 0
		for _, g := range got.Gaps {
			if strings.Contains(g.Reason, "deceptive characters") {
				found++
				if strings.ContainsAny(g.Reason, "\u202eМ") {
					t.Errorf("%s: the gap itself deceives: %s", name, g.Reason)
				}
			}
		}
		if found != 1 || got.Error != "" {
			t.Errorf("%s: %d gaps about deceptive characters in %v, error %q", name, found, got.Gaps, got.Error)
		}
	}
}

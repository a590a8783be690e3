package sbom

import (
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// entryName is the name of an entry in UTF-8. A name in another encoding is GB
// 18030 if it decodes as such without a fault, and else in the code page of the
// first PCs.
func entryName(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	if decoded, err := simplifiedchinese.GB18030.NewDecoder().String(name); err == nil && usualHan(name) && !strings.ContainsRune(decoded, utf8.RuneError) {
		return decoded
	}
	decoded, _ := charmap.CodePage437.NewDecoder().String(name) // knows every byte
	return decoded
}

// usualHan tells whether a name in GB 18030 is what people write: at least four
// in five of its characters beyond ASCII lie in GB 2312 (rows 01 to 87). Western
// letters read as GB 18030 do not.
func usualHan(name string) bool {
	common, all := 0, 0
	for i := 0; i+1 < len(name); i++ {
		if name[i] < utf8.RuneSelf {
			continue
		}
		all++
		if lead, trail := name[i], name[i+1]; 0xA1 <= lead && lead <= 0xF7 && trail >= 0xA1 {
			common++
		}
		i++
	}
	return common*5 >= all*4
}

// checkNames refuses the entries that are no files, or are named so that they
// would harm whoever unpacked the archive or pass for another, and gives the
// others clean names.
func (w *walker) checkNames(m member, entries []entry) (good []entry) {
	seen := make(map[string]string)
	for _, e := range entries {
		reason := e.refused
		if reason == "" {
			reason = refusedName(e.name)
		}
		kind := reason
		clean := path.Clean(strings.ReplaceAll(e.name, `\`, "/"))
		if first, again := seen[strings.ToLower(clean)]; again && reason == "" {
			kind, reason = "with the name of an earlier one", "an earlier entry of the archive has the same name"
			if first != clean {
				reason = "its name differs only in case from that of an earlier entry, " + first
			}
		}
		if reason != "" {
			w.entryGap(m.top, kind, m.name+entryMark+e.name, reason)
			continue
		}
		seen[strings.ToLower(clean)] = clean
		e.name = clean
		good = append(good, e)
	}
	return good
}

// refusedName says what is wrong with the name of an entry, or "".
func refusedName(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	switch {
	case strings.ContainsRune(name, 0):
		return "its name holds a zero byte"
	case strings.HasPrefix(name, "/"):
		return "its name is an absolute path"
	case len(name) >= 2 && name[1] == ':' && (name[0]|0x20 >= 'a' && name[0]|0x20 <= 'z'):
		return "its name begins with a drive letter"
	}
	parts := strings.Split(name, "/")
	switch {
	case slices.Contains(parts, ".."):
		return "its name leads out of the archive"
	case slices.ContainsFunc(parts, isWindowsDevice):
		return "its name is that of a device of Windows"
	case path.Clean(name) == ".":
		return "it has no name"
	}
	return ""
}

// isWindowsDevice tells the names that are devices on Windows in every folder and
// with any ending.
func isWindowsDevice(name string) bool {
	base, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch base = strings.TrimRight(base, " "); base {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(base) == 4 && (base[:3] == "COM" || base[:3] == "LPT") && base[3] >= '1' && base[3] <= '9'
}

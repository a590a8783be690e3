package evidence

import (
	"strconv"
	"strings"
)

// Detail splits the detail of a fact, "key=value; key=value", in which a value
// that holds a semicolon or a quote is quoted.
func Detail(text string) map[string]string {
	pairs := map[string]string{}
	for text != "" {
		key, rest, ok := strings.Cut(text, "=")
		if !ok {
			return pairs
		}
		value := ""
		if quoted, err := strconv.QuotedPrefix(rest); err == nil && strings.HasPrefix(rest, `"`) {
			value, _ = strconv.Unquote(quoted)
			rest = rest[len(quoted):]
			text = strings.TrimPrefix(rest, "; ")
		} else {
			value, text, _ = strings.Cut(rest, "; ")
		}
		pairs[strings.TrimSpace(key)] = value
	}
	return pairs
}

package vendors

import (
	"strings"
)

// written are the identifiers that stand in a raw name, and the name without
// them.
type written struct {
	found []*registered
	rest  string
	whole bool // the name is an identifier and nothing else
}

// identifiersIn finds addresses, package URLs, CPE names and JEDEC codes that
// stand in a name.
func (r *resolver) identifiersIn(raw string) written {
	w := written{rest: raw}
	trimmed := strings.TrimSpace(raw)
	switch {
	case strings.HasPrefix(trimmed, "pkg:"):
		return w.only(r.byPurl(trimmed))
	case strings.HasPrefix(trimmed, "cpe:"):
		return w.only(r.byCPE(trimmed))
	}
	if e, isCode := r.byCode(trimmed); isCode {
		return w.only(e)
	}
	if !strings.ContainsAny(raw, ".@") {
		return w
	}
	for _, field := range strings.FieldsFunc(raw, func(c rune) bool { return strings.ContainsRune(" \t\n<>()[]\"',;", c) }) {
		address := strings.Contains(field, "@") || strings.Contains(field, "://")
		host := hostOf(field)
		if !isHost(host) {
			continue
		}
		e := r.byHost(host)
		if e == nil && !address {
			e = r.byHost(reversed(host)) // "com.example.part", the name of a package
		}
		if e != nil {
			w.found = append(w.found, e)
		}
		if e != nil || address {
			w.rest = strings.Replace(w.rest, field, " ", 1)
		}
	}
	w.whole = len(w.found) > 0 && strings.Trim(w.rest, " <>()[]\"',;") == ""
	return w
}

func (w written) only(e *registered) written {
	w.rest, w.whole = "", true
	if e != nil {
		w.found = []*registered{e}
	}
	return w
}

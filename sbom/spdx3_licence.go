package sbom

import (
	"cmp"
	"strings"
)

type spdx3Licence struct {
	text    string
	joined  string // how the members of a set are joined
	behind  string // what stands behind them
	members []int32
}

func (r *spdx3Reader) takeLicence(number int32, e *spdx3Element) {
	if !hold(r.licences, number) {
		return
	}
	licence := spdx3Licence{text: e.expression}
	switch {
	case strings.HasSuffix(e.class, "ConjunctiveLicenseSet") && len(e.members) > 0:
		licence.joined, licence.members = " AND ", few(e.members)
	case strings.HasSuffix(e.class, "DisjunctiveLicenseSet") && len(e.members) > 0:
		licence.joined, licence.members = " OR ", few(e.members)
	case strings.HasSuffix(e.class, "OrLaterOperator") && len(e.members) > 0:
		licence.behind, licence.members = "+", few(e.members)
	case strings.HasSuffix(e.class, "WithAdditionOperator") && len(e.members) > 0:
		licence.joined, licence.members = " WITH ", append(few(e.members), e.addition)
	case licence.text == "":
		licence.text = cmp.Or(listedLicence(e.Ref), e.Name)
	}
	r.licences[number] = licence
}

// listedLicence returns the id of a licence of the SPDX list by its address.
func listedLicence(ref string) string {
	for _, list := range []string{"https://spdx.org/licenses/", "http://spdx.org/licenses/"} {
		if id, ok := strings.CutPrefix(ref, list); ok {
			return strings.TrimSuffix(id, ".html")
		}
	}
	return ""
}

// licence returns a licence in words; sets inside each other are bounded, because
// they may go in a circle.
func (r *spdx3Reader) licence(number int32, depth int) string {
	licence, ok := r.licences[number]
	if !ok {
		return listedLicence(r.doc.refs.text(number).ref)
	}
	if licence.text != "" || depth > 3 {
		return licence.text
	}
	var parts []string
	for _, member := range licence.members {
		if text := r.licence(member, depth+1); text != "" {
			parts = append(parts, text)
		}
	}
	text := strings.Join(parts, licence.joined)
	if text != "" {
		text += licence.behind
	}
	if depth > 0 && len(parts) > 1 && licence.joined != " WITH " {
		text = "(" + text + ")"
	}
	return text
}

package scanner

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/netvet/netvet"
)

// sameWeaknesses brings together what inputs state and what the offline data
// knows of one weakness of one thing, whatever ids it goes by: each then goes by
// the same id, of the same thing, and knows how grave and how exploited it is.
// Nothing is dropped: rules hear every word.
func (r *run) sameWeaknesses(a *netvet.Assessment) error {
	if len(a.Vulnerabilities) == 0 {
		return nil
	}
	list := slices.Clone(a.Vulnerabilities) // rows may share those of a document
	for i := range list {
		if v := &list[i]; !v.Matched && r.Weaknesses != nil {
			if err := r.Weaknesses.Inform(v); err != nil {
				return err
			}
		}
	}
	j := joining{product: &a.Product, list: list, at: map[[2]string]int{}, byID: map[string][]int{}}
	for i := range list {
		if list[i].Matched {
			j.join(i)
		}
	}
	for i := range list {
		if !list[i].Matched {
			j.join(i)
		}
	}
	for i, head := range j.heads {
		if i != head {
			j.adopt(i, head)
		}
	}
	a.Vulnerabilities = append(j.list, j.spread...)
	return nil
}

// joining finds the statements that are about the same weakness of the same
// thing. The first one of each, matched ones before stated, is its head.
type joining struct {
	product *netvet.Product
	list    []netvet.Vulnerability
	heads   []int             // by place: of the head
	at      map[[2]string]int // what it is about, and each id -> head
	byID    map[string][]int  // id -> heads that are matched
	spread  []netvet.Vulnerability
}

func (j *joining) join(i int) {
	if j.heads == nil {
		j.heads = make([]int, len(j.list))
		for k := range j.heads {
			j.heads[k] = k
		}
	}
	v := &j.list[i]
	about := j.about(v)
	for _, id := range idsOf(v) {
		if head, ok := j.at[[2]string{about, id}]; ok {
			j.heads[i] = head
			j.learn(head, v)
			return
		}
	}
	if about == "" && !v.Matched && j.ofParts(i) {
		return
	}
	for _, id := range idsOf(v) {
		j.at[[2]string{about, id}] = i
		if v.Matched {
			j.byID[id] = append(j.byID[id], i)
		}
	}
}

// ofParts takes what is stated of the product as a whole for a word on each of
// its parts in which the data knows the weakness.
func (j *joining) ofParts(i int) bool {
	var heads []int
	for _, id := range idsOf(&j.list[i]) {
		for _, head := range j.byID[id] {
			if !slices.Contains(heads, head) {
				heads = append(heads, head)
			}
		}
	}
	for n, head := range heads {
		if n == 0 {
			j.heads[i] = head
			j.learn(head, &j.list[i])
			continue
		}
		v := j.list[i]
		adopted(&v, &j.list[head])
		j.spread = append(j.spread, v)
	}
	return len(heads) > 0
}

// idsOf are all names of one weakness.
func idsOf(v *netvet.Vulnerability) []string { return append([]string{v.ID}, v.Aliases...) }

// about tells what is said to be affected: a part by the document's reference or
// by name, or the product, which is empty.
func (j *joining) about(v *netvet.Vulnerability) string {
	p := j.product
	switch {
	case v.Ref != "":
		return "#" + v.Ref
	case v.Component == "" || v.Matched && v.Pointer == "" || slices.Contains([]string{p.Name, p.Model, p.PartNumber}, v.Component):
		return ""
	}
	return v.Component + " " + v.Version
}

// learn adds to a head what another knows of the weakness.
func (j *joining) learn(head int, v *netvet.Vulnerability) {
	h := &j.list[head]
	for _, id := range idsOf(v) {
		if id != h.ID && !slices.Contains(h.Aliases, id) {
			h.Aliases = append(slices.Clip(h.Aliases), id)
		}
	}
	informed(h, v)
}

// informed adds facts of the weakness itself.
func informed(to, from *netvet.Vulnerability) {
	if len(to.CWEs) == 0 {
		to.CWEs = from.CWEs
	}
	if to.Severity == "" && to.Score == 0 {
		to.Severity, to.Score = from.Severity, from.Score
	}
	to.Published = cmp.Or(to.Published, from.Published)
	to.Exploited, to.Ransomware, to.Remote = to.Exploited || from.Exploited, to.Ransomware || from.Ransomware, to.Remote || from.Remote
	to.EPSS = cmp.Or(to.EPSS, from.EPSS)
}

func (j *joining) adopt(i, head int) { adopted(&j.list[i], &j.list[head]) }

// adopted makes a statement one about the same thing as its head.
func adopted(v, head *netvet.Vulnerability) {
	ids := idsOf(v)
	v.ID, v.Ref, v.Component, v.Version = head.ID, head.Ref, head.Component, head.Version
	v.Aliases = slices.Clone(head.Aliases)
	for _, id := range ids {
		if id != v.ID && !slices.Contains(v.Aliases, id) {
			v.Aliases = append(v.Aliases, id)
		}
	}
	informed(v, head)
}

// bySubject finds what is said of each weakness.
func bySubject(a *netvet.Assessment) map[netvet.Subject][]*netvet.Vulnerability {
	out := make(map[netvet.Subject][]*netvet.Vulnerability, len(a.Vulnerabilities))
	for i := range a.Vulnerabilities {
		v := &a.Vulnerabilities[i]
		s := netvet.Subject{Kind: "vulnerability", Name: v.ID, Version: v.Version, Ref: cmp.Or(v.Ref, v.Component)}
		out[s] = append(out[s], v)
	}
	return out
}

// vulnerabilityOf names the weakness a finding is about, if it is about one, with
// all that speak of it.
func (r *run) vulnerabilityOf(list []*netvet.Vulnerability, res *netvet.RuleResult) *netvet.FindingVulnerability {
	var out *netvet.FindingVulnerability
	var sources []string
	for _, v := range list {
		if out == nil {
			out = &netvet.FindingVulnerability{ID: v.ID, Aliases: nonNil(slices.Concat(v.Aliases, v.Covers)), Status: cmp.Or(v.State, statePossible), EPSS: v.EPSS, Severity: text(v.Severity)}
		}
		tell(out, v)
		if source := cmp.Or(v.Source, "the bill of materials"); !slices.Contains(sources, source) {
			sources = append(sources, source)
		}
	}
	if out != nil {
		if out.KEV == nil && r.knowsKEV() {
			no := false
			out.KEV = &no
		}
		out.Source = strings.Join(sources, "; ")
		if res.Outcome == netvet.OutcomePass {
			out.Status = "not-affected"
		}
	}
	return out
}

// The states of a weakness, gravest first.
const (
	stateAffected = "affected"
	statePossible = "possibly-affected"
)

// tell adds what one source says: the gravest state counts, and a fix is told
// whoever knows it. Whether it is exploited is not known where nothing was asked.
func tell(out *netvet.FindingVulnerability, v *netvet.Vulnerability) {
	switch {
	case v.State == stateAffected, v.State == statePossible && out.Status != stateAffected:
		out.Status = v.State
	}
	if fixed := cmp.Or(strings.Join(v.Fixed, ", "), v.Remedy); out.Fixed == nil {
		out.Fixed = text(fixed)
	}
	if v.Exploited {
		yes := true
		out.KEV = &yes
	}
	if date := v.SourceDate; out.SourceDate == nil && len(date) >= len(time.DateOnly) {
		out.SourceDate = text(date[:len(time.DateOnly)])
	}
}

// knowsKEV reports whether the data has the catalogue of exploited weaknesses.
func (r *run) knowsKEV() bool {
	return slices.ContainsFunc(r.Scanner.Data, func(d netvet.DataSet) bool { return d.ID == "kev" })
}

package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// defaultPrior is how likely something adverse is of which nothing is known.
const defaultPrior = 0.33

// Profile returns the profile of that id with everything that it extends filled
// in. The error names the profiles there are.
func (l *Library) Profile(id string) (*Profile, error) {
	p, err := l.resolve(id, nil)
	if err != nil {
		return nil, err
	}
	if p.Prior == nil {
		prior := defaultPrior
		p.Prior = &prior
	}
	if p.Embedded == "" {
		p.Embedded = netvet.VerdictReview
	}
	return p, nil
}

func (l *Library) resolve(id string, seen []string) (*Profile, error) {
	if slices.Contains(seen, id) {
		return nil, fmt.Errorf("profile %s extends itself: %s", id, strings.Join(append(seen, id), " -> "))
	}
	i := slices.IndexFunc(l.Profiles, func(p *Profile) bool { return p.ID == id })
	if i < 0 {
		known := ids(l.Profiles, func(p *Profile) string { return p.ID })
		return nil, fmt.Errorf("no profile %q%s: known are %s", id, didYouMean(id, known), strings.Join(known, ", "))
	}
	own := *l.Profiles[i]
	if own.Extends == "" {
		own.Impact = maps.Clone(own.Impact)
		return &own, nil
	}
	parent, err := l.resolve(own.Extends, append(seen, id))
	if err != nil {
		return nil, fmt.Errorf("profile %s: %w", id, err)
	}
	return extend(parent, &own), nil
}

// extend lays a profile over the one it extends: what it gives wins, impact
// factor by factor.
func extend(parent, own *Profile) *Profile {
	out := *parent
	out.ID, out.Extends, out.Title, out.File, out.data = own.ID, own.Extends, own.Title, own.File, own.data
	if own.Packs != nil {
		out.Packs = own.Packs
	}
	if own.Role != "" {
		out.Role = own.Role
	}
	if own.Home != "" {
		out.Home = own.Home
	}
	if own.Factors != nil {
		out.Factors = own.Factors
	}
	if out.Impact == nil {
		out.Impact = map[netvet.Factor]float64{}
	}
	maps.Copy(out.Impact, own.Impact)
	if own.Prior != nil {
		out.Prior = own.Prior
	}
	if own.Embedded != "" {
		out.Embedded = own.Embedded
	}
	if own.Concern != nil {
		out.Concern = own.Concern
	}
	if own.UsersOver != 0 {
		out.UsersOver = own.UsersOver
	}
	if own.Source != "" {
		out.Source = own.Source
	}
	return &out
}

package rules

import (
	"slices"

	"github.com/netvet/netvet"
)

// licenceFile is licences.yaml: the words by which licences are told apart. A
// census needs no more than whether any licence of a component is a known
// open-source one, in whatever form it is written: an SPDX id, an expression or
// a name.
type licenceFile struct {
	Version netvet.Date `yaml:"version" json:"version"`
	Source  string      `yaml:"source" json:"source"`
	// Open are word sequences of which any known open-source licence has one.
	Open []string `yaml:"open" json:"open"`
	// Silent are whole statements that say nothing, such as NOASSERTION.
	Silent []string `yaml:"silent" json:"silent"`
}

// add puts the user's licences beside these.
func (f *licenceFile) add(more *licenceFile) *licenceFile {
	switch {
	case f == nil:
		return more
	case more == nil:
		return f
	}
	return &licenceFile{Version: more.Version, Source: more.Source, Open: slices.Concat(f.Open, more.Open), Silent: slices.Concat(f.Silent, more.Silent)}
}

// licences answers questions about licence statements.
type licences struct {
	open, silent [][]string
}

func newLicences(file *licenceFile) *licences {
	l := &licences{}
	if file == nil {
		return l
	}
	for _, text := range file.Open {
		l.open = append(l.open, words(text))
	}
	for _, text := range file.Silent {
		l.silent = append(l.silent, words(text))
	}
	return l
}

// licence is what one statement says.
type licence uint8

const (
	licenceSilent licence = iota
	licenceOpen
	licenceOther
)

func (l *licences) classify(statement string) licence {
	have := words(statement)
	if len(have) == 0 || slices.ContainsFunc(l.silent, func(s []string) bool { return slices.Equal(s, have) }) {
		return licenceSilent
	}
	for _, want := range l.open {
		for i := 0; i+len(want) <= len(have); i++ {
			if slices.Equal(have[i:i+len(want)], want) {
				return licenceOpen
			}
		}
	}
	return licenceOther
}
